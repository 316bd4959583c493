//! Rp450.000 a month for a stunted child: a campaign for pairs, its programme, an approved run, and a draft of newcomers
//! that waits for somebody to decide.

use asuh_step_pairing::{
    ApproveRun, Need, OrderRun, PlaceHold, RunKind, SetNeighbours, SetRule, StartProgramme, coverage,
    programmes, rules,
};
use asuh_step_registry::frozen::{Kind, current_list};
use asuh_step_registry::rules::Target;
use asuh_step_registry::territories;
use asuh_step_sponsors as sponsors;
use asuh_step_sponsors::pledges::{HowFar, PublicName};
use asuh_step_sponsors::sponsors::{Category, PutSponsor};
use asuh_store::{Id, Query, args};
use time::Duration;

use super::setup::Places;
use super::{DISTRICT, World, ZONE};
use crate::gates::cli::CliError;
use asuh_ground::access::Actor;
use asuh_ground::jobs;
use asuh_step_growth::StuntedChildren;

/// Firms and others: name, category, units of Rp50.000 a month, how far.
const GIVERS: &[(&str, Category, i64, HowFar)] = &[
    ("PT Contoh Teh", Category::Private, 180, HowFar::District),
    ("BUMD Air Contoh", Category::Roe, 45, HowFar::Neighbours),
    ("Komunitas Peduli Contoh", Category::Community, 18, HowFar::Subdistrict),
];

/// The user with this login, as an actor.
async fn user(world: &World, login: &str) -> Result<Actor, CliError> {
    asuh_store::row_struct! { struct Row { id: Id, grants_version: i64 } }
    let row: Option<Row> = world
        .app
        .store
        .reader()
        .first(
            "SELECT id, grants_version FROM app_user WHERE district_id = $1 AND login = $2",
            args![DISTRICT, login],
        )
        .await?;
    let row = row.ok_or_else(|| CliError::Text(format!("the demo has no user {login}")))?;
    Ok(Actor { user: row.id, grants_version: row.grants_version, ..(*world.actor).clone() })
}

async fn promise(
    world: &World,
    campaign: Id,
    sponsor: Id,
    baskets: i64,
    how_far: HowFar,
) -> Result<(), CliError> {
    let pledge = sponsors::pledges::Pledge {
        campaign,
        sponsor,
        baskets,
        starts_on: world.app.today(&world.actor),
        ends_on: None,
        public_name: PublicName::Office,
        how_far,
        document: None,
        reach: sponsors::Reach::All,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), pledge).await?;
    Ok(())
}

/// Sets everything up.
pub(super) async fn programme(world: &mut World, places: &Places) -> Result<(), CliError> {
    let campaign = campaign(world, places).await?;
    let (db, today) = (world.app.store.reader(), world.app.today(&world.actor));
    let Some(list) = current_list(db, DISTRICT, StuntedChildren::CODE).await? else { return Ok(()) };
    let near = territories::subdistricts(db, DISTRICT).await?;
    for two in near.windows(2) {
        let neighbours = [two[1].code].into();
        let command = SetNeighbours { subdistrict: two[0].code, neighbours };
        world.app.submit(&world.actor, world.app.store.new_id(), command).await?;
    }
    let need = |units| Need { units, mentor_visits: 1 };
    let start = StartProgramme {
        campaign,
        list: list.id,
        needs: vec![
            (Target::ChildUnderTwo, need(9)),
            (Target::ChildTwoToFive, need(9)),
            (Target::Pregnant, need(0)),
            (Target::Breastfeeding, need(0)),
        ],
        today,
    };
    let programme = world.app.submit(&world.actor, world.app.store.new_id(), start).await?.value;
    let rule = SetRule {
        programme,
        after: 1,
        points: rules::default_points(),
        seed: "Kerinci sehat, anak hebat".into(),
        basis: "Rapat TPPS".into(),
        today,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), rule).await?;
    let (admin, leader) = (user(world, "admin").await?, user(world, "bupati").await?);
    let order = |kind| OrderRun { programme, kind, stability: "lock".into(), today };
    let run = world.app.submit(&admin, world.app.store.new_id(), order(RunKind::Full)).await?.value;
    jobs::run_all(&world.app).await?;
    world.app.submit(&leader, world.app.store.new_id(), ApproveRun { run, today }).await?;

    // A firm more, another that is still deciding, and the draft of the week.
    world.at(world.this_monday(), 6, 50);
    firm(world, campaign, ("PT Kopi Contoh", Category::Private, 90, HowFar::District), today).await?;
    let hold = PlaceHold {
        programme,
        kind: "deciding".into(),
        for_whom: "Bank Contoh".into(),
        targets: 3,
        territory: None,
        until: today + Duration::days(14),
        today,
    };
    // In a tiny district everybody is covered already.
    if lacks(world, today).await? {
        world.app.submit(&admin, world.app.store.new_id(), hold).await?;
    }
    world.app.submit(&admin, world.app.store.new_id(), order(RunKind::Intake)).await?;
    jobs::run_all(&world.app).await?;
    Ok(())
}

/// Whether any target lacks something.
async fn lacks(world: &World, today: time::Date) -> Result<bool, CliError> {
    let db = world.app.store.reader();
    for programme in programmes(db, DISTRICT).await? {
        let covered = coverage(db, DISTRICT, &programme, None, (today, today, ZONE)).await?;
        if covered.is_some_and(|covered| covered.counts().gap() > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Somebody who gives, in one of the kecamatan, with his promise.
async fn firm(
    world: &mut World,
    campaign: Id,
    (name, category, baskets, how_far): (&str, Category, i64, HowFar),
    day: time::Date,
) -> Result<(), CliError> {
    let places = territories::subdistricts(world.app.store.reader(), DISTRICT).await?;
    let home = places.get(world.dice.below(places.len())).map(|place| place.code);
    let put = PutSponsor { id: None, category, name: name.into(), phone: None, home, kk: None, day };
    let sponsor = world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value;
    promise(world, campaign, sponsor, baskets, how_far).await
}

/// The campaign with its promises: firms, and civil servants a basket or more each.
async fn campaign(world: &mut World, places: &Places) -> Result<Id, CliError> {
    let today = world.app.today(&world.actor);
    let create = sponsors::campaigns::CreateCampaign {
        name: "Orang Tua Asuh Kerinci".into(),
        slogan: "Rp450.000 sebulan untuk satu anak".into(),
        rhythm: sponsors::campaigns::Rhythm::Monthly(5),
        starts_on: today,
        ends_on: None,
        only_asn: false,
        help: "nutrition".into(),
        destination: "pairs".into(),
        fund_holder: places.fund_holder,
        warehouse: places.warehouse,
        fund: "csr".into(),
        obligation: None,
        deposit_days: 3,
        items: vec![sponsors::campaigns::BasketItem { commodity: "cash".into(), quantity: 50_000 }],
        new_commodity: None,
    };
    let campaign = world.app.submit(&world.actor, world.app.store.new_id(), create).await?.value;
    for giver in GIVERS {
        firm(world, campaign, *giver, today).await?;
    }
    let staff: Vec<(Id,)> = world
        .app
        .store
        .reader()
        .all(
            "SELECT sponsor_id FROM sponsor_version WHERE district_id = $1 AND superseded_at = $2 AND status = 'active' \
             AND unit_id IS NOT NULL AND (sponsor_id IN (SELECT sponsor_id FROM app_user WHERE district_id = $1 \
             AND sponsor_id IS NOT NULL) OR nip_hash IS NOT NULL) ORDER BY \
             CASE WHEN sponsor_id IN (SELECT sponsor_id FROM app_user WHERE district_id = $1 \
             AND sponsor_id IS NOT NULL) THEN 0 ELSE 1 END, name_search, sponsor_id LIMIT 25",
            args![DISTRICT, asuh_store::Instant::NEVER],
        )
        .await?;
    for (nth, (sponsor,)) in staff.into_iter().enumerate() {
        let baskets = if nth == 0 { 9 } else { world.dice.between(1, 4) };
        promise(world, campaign, sponsor, baskets, HowFar::District).await?;
    }
    Ok(campaign)
}
