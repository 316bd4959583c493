//! The Mondays: collected, handed over, deposited, shared out, delivered.

use asuh_store::{Id, Query, args};
use futures_util::{StreamExt, TryStreamExt, stream};
use time::{Date, Duration};

use super::dice::Dice;
use super::setup::{AT_ONCE, Places, Unit};
use super::{DISTRICT, World};
use crate::gates::cli::CliError;
use asuh_ground::access::Scope;
use {
    asuh_step_collection as collection, asuh_step_distribution as distribution,
    asuh_step_sponsors as sponsors,
};

/// What the goods of the basket are worth, as the market of the first Monday had it.
async fn prices(world: &World, from: Date) -> Result<(), CliError> {
    let from = from.to_string();
    let price = |commodity: &str, rupiah: &str| {
        [("commodity", commodity), ("rupiah", rupiah), ("from", from.as_str())]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into_iter()
            .collect::<std::collections::BTreeMap<String, String>>()
    };
    let list = serde_json::to_string(&[price("egg", "2500"), price("rice_can", "3500")]).unwrap_or_default();
    let values = [("prices".to_owned(), list)].into();
    let put = asuh_ground::settings::PutSettings { group: "harga".to_owned(), values };
    world.app.submit(&world.actor, world.app.store.new_id(), put).await?;
    Ok(())
}

/// SECANTING, and the promises of every unit, from a Monday on.
pub(super) async fn campaign(world: &mut World, places: &Places, from: Date) -> Result<Id, CliError> {
    let app = &world.app;
    let basket =
        |commodity: &str, quantity| sponsors::campaigns::BasketItem { commodity: commodity.into(), quantity };
    let create = sponsors::campaigns::CreateCampaign {
        name: "SECANTING".into(),
        slogan: "Senin Cegah Stunting".into(),
        rhythm: sponsors::campaigns::Rhythm::Weekly(1),
        starts_on: from,
        ends_on: None,
        only_asn: true,
        help: "nutrition".into(),
        destination: "families".into(),
        fund_holder: places.fund_holder,
        warehouse: places.warehouse,
        fund: "asn".into(),
        obligation: None,
        deposit_days: 3,
        items: vec![basket("rice_can", 1), basket("egg", 1), basket("cash", 2_000)],
        new_commodity: None,
    };
    let campaign = app.submit(&world.actor, app.store.new_id(), create).await?.value;
    prices(world, from).await?;
    for unit in &places.units {
        // Giving is voluntary: in every unit some have not promised.
        let staff = sponsors::staff::of_unit(app.store.reader(), DISTRICT, unit.id, None).await?;
        let chosen = staff.iter().map(|line| line.id).filter(|_| !world.dice.chance(6)).collect();
        let pledge = sponsors::pledges::PledgeUnit {
            campaign,
            unit: unit.id,
            below: false,
            chosen: Some(chosen),
            baskets: 1,
            starts_on: from,
            ends_on: None,
            public_name: sponsors::pledges::PublicName::Office,
            reach: sponsors::Reach::All,
        };
        app.submit(&world.actor, app.store.new_id(), pledge).await?;
    }
    Ok(campaign)
}

/// One Monday and its week.
pub(super) async fn monday(
    world: &mut World,
    places: &Places,
    campaign: Id,
    day: Date,
) -> Result<(), CliError> {
    let last = day + Duration::weeks(1) >= world.this_monday();
    collect(world, places, campaign, day, last).await?;
    week(world, places, campaign, day, last).await
}

/// What every unit brings on a Monday, handed over and deposited; of the `last` one some is still on its way.
pub(super) async fn collect(
    world: &mut World,
    places: &Places,
    campaign: Id,
    day: Date,
    last: bool,
) -> Result<(), CliError> {
    world.at(day, 7, 15);
    let open = collection::OpenDrive { campaign, day, moved_from: None, reason: String::new() };
    world.app.submit(&world.actor, world.app.store.new_id(), open).await?;
    let seeds: Vec<u64> = places.units.iter().map(|_| world.dice.between(0, i64::MAX / 2) as u64).collect();
    let shared = &*world;
    stream::iter(places.units.iter().zip(seeds))
        .map(|(unit, seed)| roll(shared, places, campaign, unit, day, Dice::new(seed), last))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await
}

/// A unit's Monday: ticked, counted, closed, handed over, deposited.
async fn roll(
    world: &World,
    places: &Places,
    campaign: Id,
    unit: &Unit,
    day: Date,
    mut dice: Dice,
    last: bool,
) -> Result<(), CliError> {
    let app = &world.app;
    let reach = collection::Reach::unit(unit.id);
    let open = collection::OpenRoll { campaign, unit: unit.id, day, reach: reach.clone() };
    let roll = app.submit(&world.actor, app.store.new_id(), open).await?.value;
    asuh_store::row_struct! {
        struct Giver { sponsor_id: Id, for_day: Date, version: i64 }
    }
    let givers: Vec<Giver> = app
        .store
        .reader()
        .all(
            "SELECT sponsor_id, for_day, version FROM contribution WHERE district_id = $1 AND roll_id = $2 \
             ORDER BY sponsor_id, for_day",
            args![DISTRICT, roll],
        )
        .await?;
    let mut exceptions = Vec::new();
    for giver in givers {
        let (state, amounts) = match dice.below(100) {
            0..=2 => (collection::LineState::Away, Vec::new()),
            3..=4 => (collection::LineState::Nothing, Vec::new()),
            5..=8 => (collection::LineState::Partial, partial(&mut dice)),
            _ => continue,
        };
        exceptions.push(collection::Line {
            sponsor: giver.sponsor_id,
            for_day: giver.for_day,
            shown: giver.version,
            state,
            amounts,
        });
    }
    let all = collection::AllBroughtEverything { roll, exceptions, reach: reach.clone() };
    app.submit(&world.actor, app.store.new_id(), all).await?;

    asuh_store::row_struct! {
        struct Total { commodity: String, brought: i64, damaged: i64 }
    }
    let totals: Vec<Total> = app
        .store
        .reader()
        .all(
            "SELECT commodity, CAST(SUM(brought) AS BIGINT) AS brought, CAST(SUM(damaged) AS BIGINT) AS damaged \
             FROM contribution_item WHERE district_id = $1 AND roll_id = $2 GROUP BY commodity ORDER BY commodity",
            args![DISTRICT, roll],
        )
        .await?;
    let counts = totals
        .iter()
        .map(|total| collection::Count {
            commodity: total.commodity.clone(),
            ticked: total.brought,
            counted: total.brought,
            damaged: total.damaged,
            weighed_g: (total.commodity == "rice_can").then(|| total.brought * dice.between(246, 262)),
            reason: if total.damaged > 0 { "Pecah saat dikumpulkan".into() } else { String::new() },
        })
        .collect();
    let close = collection::CloseRoll {
        roll,
        counts,
        second: collection::Second::Paper {
            name: "Bendahara Pengeluaran".into(),
            kept: "map setoran di kantor".into(),
        },
        reach: reach.clone(),
    };
    let closed = app.submit(&world.actor, app.store.new_id(), close).await?.value;

    let announce = collection::AnnounceHandOver {
        roll,
        to: places.warehouse,
        giver: collection::Signer::Paper(format!("Koordinator {}", unit.name)),
        note: String::new(),
        reach: reach.clone(),
    };
    let hand_over = app.submit(&world.actor, app.store.new_id(), announce).await?.value;
    // Of the newest Monday a few hand-overs and deposits are still on their way.
    if !(last && dice.chance(6)) {
        let arrivals = totals
            .iter()
            .filter(|total| total.commodity != "cash")
            .map(|total| collection::Arrival {
                commodity: total.commodity.clone(),
                received: total.brought - total.damaged,
                damaged: 0,
                weighed_g: None,
            })
            .collect();
        let receive = collection::ReceiveHandOver {
            hand_over: hand_over.id,
            arrivals,
            receiver: collection::Signer::Paper("Petugas Gudang".into()),
            note: String::new(),
            reach: collection::Reach::unit(places.warehouse),
        };
        app.submit(&world.actor, app.store.new_id(), receive).await?;
    }
    if let Some(deposit) = closed.deposit
        && !(last && dice.chance(15))
    {
        let announce = collection::AnnounceDeposit {
            deposit,
            slip_number: format!("SS-{:06}", dice.below(1_000_000)),
            deposited_on: day,
            slip: None,
            reach,
        };
        app.submit(&world.actor, app.store.new_id(), announce).await?;
        // Those of the newest Monday are confirmed by the bank's statement.
        if !last {
            let confirm =
                collection::ConfirmDeposit { deposit, reach: collection::Reach::unit(places.fund_holder) };
            app.submit(&world.actor, app.store.new_id(), confirm).await?;
        }
    }
    Ok(())
}

/// Forgot the rice, brought a broken egg, brought no cash.
fn partial(dice: &mut Dice) -> Vec<collection::Amount> {
    let amount = |commodity: &str, brought, damaged| collection::Amount {
        commodity: commodity.into(),
        brought,
        damaged,
    };
    match dice.below(3) {
        0 => vec![amount("rice_can", 0, 0), amount("egg", 1, 0), amount("cash", 2_000, 0)],
        1 => vec![amount("rice_can", 1, 0), amount("egg", 1, 1), amount("cash", 2_000, 0)],
        _ => vec![amount("rice_can", 1, 0), amount("egg", 2, 0), amount("cash", 0, 0)],
    }
}

/// Shared out on Tuesday, packed on Wednesday, delivered on Thursday.
async fn week(
    world: &mut World,
    places: &Places,
    campaign: Id,
    day: Date,
    last: bool,
) -> Result<(), CliError> {
    let app = &world.app;
    world.at(day + Duration::days(1), 9, 0);
    let reader = app.store.reader();
    let campaigns = distribution::campaigns(reader, DISTRICT).await?;
    let Some(known) = campaigns.into_iter().find(|known| known.id == campaign) else {
        return Err(CliError::Text("the campaign is not shared out".into()));
    };
    let proposal = distribution::propose(reader, DISTRICT, &known, day).await?;
    let route = proposal.route();
    if route.is_empty() {
        return Ok(());
    }
    let today = app.today(&world.actor);
    let plan =
        distribution::PlanRun { campaign, week_of: day, goods: Vec::new(), villages: route.clone(), today };
    let run = app.submit(&world.actor, app.store.new_id(), plan).await?.value;
    app.submit(&world.actor, app.store.new_id(), distribution::ApproveRun { run }).await?;

    world.at(day + Duration::days(2), 13, 0);
    let warehouse = Scope { areas: Vec::new(), units: vec![places.warehouse], all_units: false };
    let packing = app.today(&world.actor);
    let packs = route.iter().map(|village| {
        let pack =
            distribution::PackVillage { run, village: *village, day: packing, scope: warehouse.clone() };
        app.submit(&world.actor, app.store.new_id(), pack)
    });
    stream::iter(packs).buffer_unordered(AT_ONCE).try_for_each(|_| async { Ok(()) }).await?;

    world.at(day + Duration::days(3), 10, 30);
    // In the newest week two villages still wait for their packages.
    let reached = if last { route.len().saturating_sub(2) } else { route.len() };
    let mut rounds = Vec::new();
    for village in &route[..reached] {
        rounds.push((*village, Dice::new(world.dice.between(0, i64::MAX / 2) as u64)));
    }
    let shared = &*world;
    stream::iter(rounds)
        .map(|(village, dice)| deliver(shared, run, village, dice))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|()| async { Ok(()) })
        .await?;
    if !last {
        world.at(day + Duration::days(4), 15, 0);
        let close = distribution::CloseRun { run, day: world.app.today(&world.actor) };
        world.app.submit(&world.actor, world.app.store.new_id(), close).await?;
    }
    Ok(())
}

/// The packages of a village are handed over; here and there nobody is at home.
async fn deliver(world: &World, run: Id, village: i64, mut dice: Dice) -> Result<(), CliError> {
    let app = &world.app;
    let scope = Scope::whole(world.actor.district_code);
    let day = app.today(&world.actor);
    let happened_at = app.store.clock().now();
    let packages: Vec<(Id,)> = app
        .store
        .reader()
        .all(
            "SELECT id FROM package WHERE district_id = $1 AND run_id = $2 AND village_code = $3 ORDER BY id",
            args![DISTRICT, run, village],
        )
        .await?;
    let mut lines = Vec::new();
    for (package,) in packages {
        if dice.chance(2) {
            let back = distribution::Undeliverable {
                package,
                reason: "not_home".into(),
                note: String::new(),
                day,
                happened_at,
                scope: scope.clone(),
            };
            app.submit(&world.actor, app.store.new_id(), back).await?;
            continue;
        }
        let relation = if dice.chance(60) { "wife" } else { "head" };
        lines.push(distribution::DeliveryLine {
            note: String::new(),
            package,
            receiver_name: String::new(),
            relation: relation.into(),
        });
    }
    // Where nobody was at home there is nothing to sign for.
    if lines.is_empty() {
        return Ok(());
    }
    let deliver = distribution::DeliverVillage { run, village, lines, day, happened_at, scope };
    app.submit(&world.actor, app.store.new_id(), deliver).await?;
    Ok(())
}
