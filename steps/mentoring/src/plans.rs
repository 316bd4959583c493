//! Which indexes serve the queries of this step: no page reads all visits, referrals or complaints of a district to show a
//! part of them.

use asuh_ground::access::Scope;
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use time::macros::date;

use super::{case, complaint, effect, reached, referral, today, visit};

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const DAY: time::Date = date!(2026 - 11 - 02);

fn scope() -> Scope {
    Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

#[db_test]
async fn a_familys_visits_referrals_and_audits_are_read_by_the_family(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    reached::family(&plans, DISTRICT, &scope(), ID).await.unwrap();
    reached::person(&plans, DISTRICT, &scope(), ID).await.unwrap();
    for after in [None, Some(ID)] {
        visit::query::of_family(&plans, DISTRICT, ID, after, 5).await.unwrap();
    }
    visit::query::one(&plans, DISTRICT, &scope(), ID).await.unwrap();
    visit::query::answers(&plans, DISTRICT, &[ID, ID]).await.unwrap();
    plans.take().walks_only(&[]);
    visit::query::measured_at(&plans, DISTRICT, ID, DAY).await.unwrap();
    plans.take().walks_only(&[]).uses(&["person_version_by_family", "measurement_once"]);
    referral::query::of_family(&plans, DISTRICT, ID).await.unwrap();
    referral::query::one(&plans, DISTRICT, &scope(), ID).await.unwrap();
    referral::query::measured(&plans, DISTRICT, ID).await.unwrap();
    referral::query::steps(&plans, DISTRICT, ID).await.unwrap();
    plans.take().walks_only(&[]);
    case::query::of_family(&plans, DISTRICT, ID).await.unwrap();
    case::query::one(&plans, DISTRICT, &scope(), ID).await.unwrap();
    plans.take().walks_only(&[]);
    effect::query::stories(&plans, DISTRICT, ID, DAY).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn what_is_due_is_read_by_village(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for only in [None, Some(ID)] {
        let villages = (1_501_010_000, 1_501_019_999);
        today::query::families(&plans, DISTRICT, &scope(), villages, only, DAY).await.unwrap();
        // Open referrals and late plans are a handful, read by indexes that hold nothing else.
        plans.take().walks_only(&["r.*", "l.*"]);
    }
}

#[db_test]
async fn what_has_ended_is_read_from_the_families_of_the_villages(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    today::ended::closings(&plans, DISTRICT, &scope(), (1_501_010_000, 1_501_019_999), DAY).await.unwrap();
    plans.take().walks_only(&[]).uses(&[
        "person_version_by_family",
        "meal_enrolment_once",
        "person_by_canonical",
        "sponsor_pair_by_person",
    ]);
}

#[db_test]
async fn complaints_are_read_by_their_list(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for sensitive in [false, true] {
        complaint::query::one(&plans, DISTRICT, ID, sensitive).await.unwrap();
        complaint::query::waiting(&plans, DISTRICT, sensitive, DAY).await.unwrap();
        plans.take().walks_only(&[]);
    }
}
