//! Districts in which children get foster parents: [`belitung`] covers 92 of 237 and month by month all of them, in
//! [`serang`] givers live where few children need them.

pub mod belitung;
mod cash;
mod children;
mod drawn;
mod followed;
mod meals;
pub mod serang;
mod spending;
mod works;

use std::path::Path;

use asuh_ground::access::Actor;
use asuh_ground::jobs;
use asuh_step_growth::StuntedChildren;
use asuh_step_pairing::{ApproveRun, Need, OrderRun, RunKind, SetNeighbours, SetRule, StartProgramme, rules};
use asuh_step_registry::frozen::{Kind, Period, current_list};
use asuh_step_registry::rules::Target;
use asuh_step_registry::territories;
use asuh_step_sponsors::Reach;
use asuh_step_sponsors::campaigns::{BasketItem, CreateCampaign, Rhythm};
use asuh_step_sponsors::pledges::{Document, HowFar, Pledge, PublicName};
use asuh_step_sponsors::sponsors::{Category, PutSponsor};
use asuh_store::{Id, Query, args};
use time::{Date, Duration, Month};

use super::setup::{self, Places};
use super::{DISTRICT, Place, World, frozen, lists, users};
use crate::gates::cli::CliError;
use children::Lot;

/// The first day of a month, so many months before the one of a day.
fn month_before(day: Date, months: i32) -> Date {
    let month = day.year() * 12 + i32::from(u8::from(day.month())) - 1 - months;
    let number = u8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    let name = Month::try_from(number).unwrap_or(Month::January);
    Date::from_calendar_date(month.div_euclid(12), name, 1).unwrap_or(day)
}

/// What both begin with: territories, offices with so many people, a month's measurements, frozen as "Data Tetap 1" on
/// the day `start`, and those who may sign in.
async fn begin(
    world: &mut World,
    folder: &Path,
    place: &Place,
    lots: (&[Lot], usize),
    start: Date,
) -> Result<Places, CliError> {
    let places = arrive(world, folder, place, lots, start).await?;
    freeze(world, &places, start).await?;
    Ok(places)
}

/// Territories, offices with so many people, and a month's measurements, twelve days before `start`.
async fn arrive(
    world: &mut World,
    folder: &Path,
    place: &Place,
    (lots, people): (&[Lot], usize),
    start: Date,
) -> Result<Places, CliError> {
    let measured = start - Duration::days(12);
    world.at(measured, 8, 0);
    setup::district(world, folder, place).await?;
    let places = setup::roster(world, folder, place, Some(people)).await?;
    let villages = lists::villages(&place.territories);
    let file = folder.join("eppgbm.csv");
    let (province, regency) = place.regency();
    let (province, regency) = (province.to_uppercase(), regency.to_uppercase());
    children::write(world, &villages, lots, (&province, &regency), measured, &file)
        .map_err(|error| CliError::Io(file.display().to_string(), error))?;
    world.at(measured, 14, 0);
    setup::take_in(world, "eppgbm", &file).await?;
    jobs::run_all(&world.app).await?;
    Ok(places)
}

/// The measured children frozen as "Data Tetap 1", and those who may sign in.
async fn freeze(world: &mut World, places: &Places, start: Date) -> Result<(), CliError> {
    world.at(start, 8, 0);
    let period = Period { from: month_before(start, 1), to: start - Duration::days(1) };
    let title =
        format!("Penimbangan {}", asuh_nusantara::date::month_year(world.actor.language, period.from));
    frozen::freeze::<StuntedChildren>(world, Some(period), &title, "", None).await?;
    let sql = "SELECT village_code AS n FROM frozen_village WHERE district_id = $1 \
               ORDER BY row_count DESC, village_code LIMIT 1";
    let village = world.app.store.reader().number(sql, args![DISTRICT]).await?;
    users::make(world, places, village).await?;
    world.app.store.learn().await?;
    Ok(())
}

/// A campaign whose every basket of rupiah goes to a chosen child.
pub(super) async fn campaign(
    world: &World,
    places: &Places,
    (name, slogan): (&str, &str),
    rupiah: i64,
    (starts_on, ends_on): (Date, Option<Date>),
) -> Result<Id, CliError> {
    let create = CreateCampaign {
        name: name.into(),
        slogan: slogan.into(),
        rhythm: Rhythm::Monthly(5),
        starts_on,
        ends_on,
        only_asn: false,
        help: "nutrition".into(),
        destination: "pairs".into(),
        fund_holder: places.fund_holder,
        warehouse: places.warehouse,
        fund: "csr".into(),
        obligation: None,
        deposit_days: 3,
        items: vec![BasketItem { commodity: "cash".into(), quantity: rupiah }],
        new_commodity: None,
    };
    Ok(world.app.submit(&world.actor, world.app.store.new_id(), create).await?.value)
}

/// The programme of a campaign for the children of the list: so many units a child and month, ranked by the usual points.
pub(super) async fn programme(world: &World, campaign: Id, units: i64, seed: &str) -> Result<Id, CliError> {
    let (db, today) = (world.app.store.reader(), world.app.today(&world.actor));
    let list = current_list(db, DISTRICT, StuntedChildren::CODE).await?;
    let list = list.ok_or_else(|| CliError::Text("no list of children is frozen".into()))?.id;
    // The kecamatan in the order of their codes border on each other: near enough for people who do not exist.
    for two in territories::subdistricts(db, DISTRICT).await?.windows(2) {
        let command = SetNeighbours { subdistrict: two[0].code, neighbours: [two[1].code].into() };
        world.app.submit(&world.actor, world.app.store.new_id(), command).await?;
    }
    let need = |units| Need { units, mentor_visits: 1 };
    let needs = [
        (Target::ChildUnderTwo, need(units)),
        (Target::ChildTwoToFive, need(units)),
        (Target::Pregnant, need(0)),
        (Target::Breastfeeding, need(0)),
    ];
    let start = StartProgramme { campaign, list, needs: needs.into(), today };
    let programme = world.app.submit(&world.actor, world.app.store.new_id(), start).await?.value;
    let rule = SetRule {
        programme,
        after: 1,
        points: rules::default_points(),
        seed: seed.into(),
        basis: "Rapat TPPS".into(),
        today,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), rule).await?;
    Ok(programme)
}

/// A firm, a BUMN, a BUMD or others who give, and their promise from the present day on.
pub(super) async fn firm(
    world: &World,
    campaign: Id,
    (name, category): (&str, Category),
    (baskets, how_far): (i64, HowFar),
    home: Option<i64>,
) -> Result<(), CliError> {
    let day = world.app.today(&world.actor);
    let put = PutSponsor {
        id: None,
        category,
        name: name.into(),
        phone: None,
        home,
        institution: None,
        kk: None,
        day,
    };
    let sponsor = world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value;
    let document = Document { number: format!("MoU/CSR/{}", day.year()), on: day };
    let pledge = Pledge {
        document: Some(document),
        public_name: PublicName::Name,
        ..promise(campaign, sponsor, (baskets, how_far), day)
    };
    world.app.submit(&world.actor, world.app.store.new_id(), pledge).await?;
    Ok(())
}

/// What somebody promises from a day on.
pub(super) fn promise(
    campaign: Id,
    sponsor: Id,
    (baskets, how_far): (i64, HowFar),
    starts_on: Date,
) -> Pledge {
    Pledge {
        campaign,
        sponsor,
        baskets,
        starts_on,
        ends_on: None,
        public_name: PublicName::Anonymous,
        how_far,
        document: None,
        reach: Reach::All,
    }
}

/// Civil servants of the roster: first who may sign in, then in an order that says nothing.
pub(super) async fn staff(world: &World, count: usize) -> Result<Vec<Id>, CliError> {
    let sql = format!(
        "SELECT sponsor_id FROM sponsor_version WHERE district_id = $1 AND superseded_at = $2 AND status = 'active' \
         AND unit_id IS NOT NULL ORDER BY CASE WHEN sponsor_id IN (SELECT sponsor_id FROM app_user \
         WHERE district_id = $1 AND sponsor_id IS NOT NULL) THEN 0 ELSE 1 END, nip_hash, sponsor_id LIMIT {count}"
    );
    let rows: Vec<(Id,)> =
        world.app.store.reader().all(&sql, args![DISTRICT, asuh_store::Instant::NEVER]).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// A run that the admin orders, worked out: a draft.
pub(super) async fn order(world: &World, programme: Id, kind: RunKind) -> Result<Id, CliError> {
    let today = world.app.today(&world.actor);
    let order = OrderRun { programme, kind, stability: "lock".into(), pools: Vec::new(), today };
    let admin = user(world, "admin").await?;
    let run = world.app.submit(&admin, world.app.store.new_id(), order).await?.value;
    jobs::run_all(&world.app).await?;
    Ok(run)
}

/// A run that the admin orders and the regent approves.
pub(super) async fn run(world: &World, programme: Id, kind: RunKind) -> Result<(), CliError> {
    let run = order(world, programme, kind).await?;
    let approve = ApproveRun { run, today: world.app.today(&world.actor), ahead: None };
    world.app.submit(&user(world, "bupati").await?, world.app.store.new_id(), approve).await?;
    Ok(())
}

/// The user with this login, as an actor.
pub(super) async fn user(world: &World, login: &str) -> Result<Actor, CliError> {
    asuh_store::row_struct! { struct Row { id: Id, grants_version: i64 } }
    let sql = "SELECT id, grants_version FROM app_user WHERE district_id = $1 AND login = $2";
    let row: Option<Row> = world.app.store.reader().first(sql, args![DISTRICT, login]).await?;
    let row = row.ok_or_else(|| CliError::Text(format!("the demo has no user {login}")))?;
    Ok(Actor { user: row.id, grants_version: row.grants_version, ..(*world.actor).clone() })
}
