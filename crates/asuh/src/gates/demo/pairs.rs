//! Rp450.000 a month for a stunted child: a campaign for pairs, its programme, an approved run, and a draft of newcomers
//! that waits for somebody to decide.

use asuh_step_growth::StuntedChildren;
use asuh_step_pairing::{AddPool, DeclareRelative, PlaceHold, RunKind, coverage, programmes};
use asuh_step_registry::frozen::{Kind, current_list};
use asuh_step_registry::territories;
use asuh_step_sponsors::Reach;
use asuh_step_sponsors::campaigns;
use asuh_step_sponsors::pledges::{HowFar, Pledge, PublicName};
use asuh_step_sponsors::sponsors::{Category, Leaving};
use asuh_step_sponsors::staff::EndAsn;
use asuh_store::{Id, Query, args};
use time::Duration;

use super::foster;
use super::setup::{self, Places};
use super::{DISTRICT, World, ZONE};
use crate::gates::cli::CliError;

/// Firms and others: name, category, units of Rp50.000 a month, how far.
const GIVERS: &[(&str, Category, i64, HowFar)] = &[
    ("PT Contoh Teh", Category::Private, 180, HowFar::District),
    ("BUMD Air Contoh", Category::Roe, 45, HowFar::Neighbours),
    ("Komunitas Peduli Contoh", Category::Community, 18, HowFar::Subdistrict),
];

/// Sets everything up.
pub(super) async fn programme(world: &mut World, places: &Places) -> Result<(), CliError> {
    let campaign = campaign(world, places).await?;
    let (db, today) = (world.app.store.reader(), world.app.today(&world.actor));
    if current_list(db, DISTRICT, StuntedChildren::CODE).await?.is_none() {
        return Ok(());
    }
    let programme = foster::programme(world, campaign, 9, "Kerinci sehat, anak hebat").await?;
    // The firms of the other campaign give together with these.
    for pool in campaigns::open(db, DISTRICT, today).await? {
        if pool.destination == "pairs" && pool.id != campaign {
            let add = AddPool { programme, campaign: pool.id, units_per_basket: 1, today };
            world.app.submit(&world.actor, world.app.store.new_id(), add).await?;
        }
    }
    foster::run(world, programme, RunKind::Full).await?;
    leaving(world).await?;

    // A firm more, another that is still deciding, and the draft of the week.
    world.at(world.this_monday(), 6, 50);
    firm(world, campaign, ("PT Kopi Contoh", Category::Private, 90, HowFar::District)).await?;
    let hold = PlaceHold {
        programme,
        kind: "deciding".into(),
        for_whom: "Bank Contoh".into(),
        sponsor: None,
        targets: 3,
        territory: None,
        until: today + Duration::days(14),
        today,
    };
    // In a tiny district everybody is covered already.
    if lacks(world, today).await? {
        world.app.submit(&foster::user(world, "admin").await?, world.app.store.new_id(), hold).await?;
    }
    foster::order(world, programme, RunKind::Intake).await?;
    Ok(())
}

/// One who had just been paired turns out to have retired, and another to be the uncle of somebody on the list: what the
/// admin has to decide about.
async fn leaving(world: &World) -> Result<(), CliError> {
    let (app, today) = (&world.app, world.app.today(&world.actor));
    let staff = foster::staff(world, 25).await?;
    if let Some(retired) = staff.get(5) {
        let day = today.previous_day().unwrap_or(today);
        let end = EndAsn { sponsor: *retired, leaving: Leaving::Retired, day, reach: Reach::All };
        app.submit(&world.actor, app.store.new_id(), end).await?;
    }
    let sql = "SELECT r.family_id FROM frozen_row r JOIN frozen_list l ON l.district_id = r.district_id AND l.id = r.list_id \
               WHERE r.district_id = $1 AND l.kind = $2 ORDER BY l.number DESC, r.nth LIMIT 1";
    let family: Option<(Id,)> = app.store.reader().first(sql, args![DISTRICT, StuntedChildren::CODE]).await?;
    if let (Some(uncle), Some((family,))) = (staff.get(6), family) {
        let reason = "keponakan, menurut kader".into();
        let declare = DeclareRelative { sponsor: *uncle, family, reason, today };
        app.submit(&world.actor, app.store.new_id(), declare).await?;
    }
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
) -> Result<(), CliError> {
    let places = territories::subdistricts(world.app.store.reader(), DISTRICT).await?;
    let home = places.get(world.dice.below(places.len())).map(|place| place.code);
    foster::firm(world, campaign, (name, category), (baskets, how_far), home).await
}

/// The campaign with its promises: firms, and civil servants a basket or more each.
async fn campaign(world: &mut World, places: &Places) -> Result<Id, CliError> {
    let today = world.app.today(&world.actor);
    let words = ("Orang Tua Asuh Kerinci", "Rp450.000 sebulan untuk satu anak");
    let campaign = foster::campaign(world, places, words, 50_000, (today, None)).await?;
    for giver in GIVERS {
        firm(world, campaign, *giver).await?;
    }
    let mut promises = Vec::new();
    for (nth, sponsor) in (0..).zip(foster::staff(world, 25).await?) {
        // The first is the one who signs in.
        let baskets = if nth == 0 { 9 } else { world.dice.between(1, 4) };
        let promise = foster::promise(campaign, sponsor, (baskets, HowFar::District), today);
        promises.push(Pledge { public_name: PublicName::Office, ..promise });
    }
    setup::submit_all(world, promises.into_iter()).await?;
    Ok(campaign)
}
