//! Which indexes serve the forms of measuring: no form reads the measurements of others to show those of a few children.

use asuh_ground::access::Scope;
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use time::macros::date;

use super::query;

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const DAY: time::Date = date!(2026 - 11 - 02);

#[db_test]
async fn what_a_child_or_family_was_measured_is_read_by_the_children(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    query::child(&plans, DISTRICT, &scope, ID, DAY).await.unwrap();
    plans.take().walks_only(&[]).uses(&["person_version_current", "measurement_by_person"]);
    query::of_family(&plans, DISTRICT, &scope, ID, DAY, date!(2021 - 11 - 02)).await.unwrap();
    plans.take().walks_only(&[]).uses(&["person_version_by_family", "measurement_by_person"]);
    query::of_day(&plans, DISTRICT, &scope, &[ID, ID], DAY).await.unwrap();
    plans.take().walks_only(&[]).uses(&["measurement_once"]);
}
