//! The statements of lists and pages as the engines plan them: the very ones that the pages ask.

use asuh_ground::access::{Area, Scope};
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use time::Date;
use time::macros::date;

use crate::{card, cash, check, delivery, follow_up, helped, kitchen, plan, session, spending, works, zakat};

const DISTRICT: DistrictId = DistrictId(1);
const NOTHING: Id = Id::SYSTEM;
const MONTH: Date = date!(2026 - 11 - 01);

/// A cadre's RW and an officer's villages at once: the widest condition of places.
fn near() -> Scope {
    let area =
        |code: &str, rw: &str| Area { code: TerritoryCode::parse(code).expect("a code"), rw: rw.into() };
    Scope { areas: vec![area("15.01.01.2001", "001"), area("15.01.02", "")], ..Scope::default() }
}

#[db_test]
async fn spending_is_found_by_month_village_and_family(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    spending::plans(&planned, DISTRICT, &near(), MONTH).await;
}

#[db_test]
async fn conversations_are_found_by_their_state(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    follow_up::plans(&planned, DISTRICT, &near(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn payments_are_found_by_plan_family_and_village(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    cash::plans(&planned, DISTRICT, &near(), NOTHING).await;
}

#[db_test]
async fn checks_are_found_by_village_and_person(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    check::plans(&planned, DISTRICT, &near(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn zakat_is_found_by_day_and_family(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    zakat::plans(&planned, DISTRICT, &near(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn works_are_found_by_state_family_campaign_and_sponsor(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    works::plans(&planned, DISTRICT, &near(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn sessions_are_found_by_day_village_and_family(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    session::plans(&planned, DISTRICT, &near(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn whom_a_campaign_helped_is_found_by_it_and_by_what_changed(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    helped::plans(&planned, DISTRICT, (NOTHING, MONTH)).await;
}

#[db_test]
async fn cards_and_lists_of_receipts_are_found_by_number_village_and_run(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    card::plans(&planned, DISTRICT, &near(), NOTHING).await;
    delivery::plans(&planned, DISTRICT, &near(), NOTHING).await;
}

fn kitchens() -> kitchen::Reach {
    kitchen::Reach::near(Scope { units: vec![NOTHING], ..Scope::default() }, near())
}

#[db_test]
async fn kitchens_are_found_by_place_and_foods_by_name(db: TestDatabase) {
    kitchen::plans::of_kitchens(&Plans::of(&db).await, DISTRICT, &kitchens(), NOTHING).await;
}

#[db_test]
async fn the_fed_are_found_by_programme_village_and_family(db: TestDatabase) {
    kitchen::plans::of_the_fed(&Plans::of(&db).await, DISTRICT, &kitchens(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn meals_are_found_by_day_village_and_family(db: TestDatabase) {
    kitchen::plans::of_meals(&Plans::of(&db).await, DISTRICT, &kitchens(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn sums_of_meals_are_found_by_programme(db: TestDatabase) {
    kitchen::plans::of_sums(&Plans::of(&db).await, DISTRICT, &kitchens(), (NOTHING, MONTH)).await;
}

#[db_test]
async fn runs_are_found_by_campaign_and_their_shares_by_run(db: TestDatabase) {
    let planned = Plans::of(&db).await;
    plan::plans(&planned, DISTRICT, &near(), NOTHING).await;
}
