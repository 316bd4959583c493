//! Which indexes serve the queries about teams, actions, plans, analyses and aims: no page reads a table of the district to
//! show a part of it.

use asuh_ground::access::Scope;
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use time::macros::date;

use super::{action, aim, analysis, plan, team};

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const DAY: time::Date = date!(2026 - 11 - 02);

fn scope() -> Scope {
    Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

#[db_test]
async fn teams_are_read_by_place(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let range = (1_501_010_000, 1_501_019_999);
    team::query::one(&plans, DISTRICT, &scope(), ID, DAY).await.unwrap();
    team::query::of_place(&plans, DISTRICT, &scope(), range.0, DAY).await.unwrap();
    team::query::counts(&plans, DISTRICT, &scope(), range, 1, DAY).await.unwrap();
    team::query::positions(&plans, DISTRICT, ID).await.unwrap();
    team::query::members(&plans, DISTRICT, ID).await.unwrap();
    team::query::decrees(&plans, DISTRICT, ID).await.unwrap();
    team::query::ending(&plans, DISTRICT, &scope(), DAY, DAY).await.unwrap();
    team::query::sheet(&plans, DISTRICT, &scope(), range, DAY).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn actions_are_read_by_year_and_place(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    action::query::of_year(&plans, DISTRICT, &scope(), 2026, "six").await.unwrap();
    action::query::one(&plans, DISTRICT, &scope(), ID).await.unwrap();
    action::query::events(&plans, DISTRICT, ID).await.unwrap();
    action::query::late(&plans, DISTRICT, &scope(), DAY).await.unwrap();
    plans.take().walks_only(&[]);
    // A row or two a year.
    action::query::years(&plans, DISTRICT).await.unwrap();
    plans.take().walks_only(&["action_year.*"]);
}

#[db_test]
async fn plans_are_read_by_year_and_row(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for sight in [plan::Sight::Whole, plan::Sight::Places(scope())] {
        plan::query::items(&plans, DISTRICT, &sight, 2026).await.unwrap();
        plan::query::item(&plans, DISTRICT, &sight, ID).await.unwrap();
        plan::query::named(&plans, DISTRICT, &sight, (2026, 2027)).await.unwrap();
    }
    plan::query::told(&plans, DISTRICT, 2026).await.unwrap();
    plan::query::plan(&plans, DISTRICT, 2026).await.unwrap();
    plans.take().walks_only(&[]);
    // A row a year.
    plan::query::plans(&plans, DISTRICT).await.unwrap();
    plans.take().walks_only(&["plan.*"]);
}

#[db_test]
async fn what_was_decided_is_read_by_its_analysis(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    analysis::query::one(&plans, DISTRICT, ID).await.unwrap();
    analysis::query::villages(&plans, DISTRICT, &scope(), ID).await.unwrap();
    analysis::query::obstacles(&plans, DISTRICT, &scope(), ID).await.unwrap();
    let village = 1_501_012_001;
    analysis::query::counts(&plans, DISTRICT, ID, (village, village)).await.unwrap();
    for after in [None, Some(ID)] {
        let mark = Some(analysis::rules::Mark::Poor);
        analysis::query::families(&plans, DISTRICT, &scope(), (ID, village), mark, after).await.unwrap();
    }
    aim::query::measured(&plans, DISTRICT, (DAY, DAY)).await.unwrap();
    plans.take().walks_only(&[]);
    // A few rows a year.
    analysis::query::all(&plans, DISTRICT).await.unwrap();
    aim::query::all(&plans, DISTRICT).await.unwrap();
    plans.take().walks_only(&["analysis.*", "aim.*"]);
}

#[db_test]
async fn an_analysis_goes_once_through_the_families_and_looks_the_rest_up(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    analysis::query::figures(&plans, DISTRICT, (2026, (DAY, DAY)), DAY).await.unwrap();
    plans.take().walks_only(&["r.scan"]);
}

#[db_test]
async fn private_help_is_read_by_its_half_year(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for scope in [scope(), Scope::whole(TerritoryCode::from_i64(1_501_012_001).unwrap())] {
        plan::gifts::arrived(&plans, DISTRICT, &scope, (DAY, DAY)).await.unwrap();
        // Some dozen campaigns and programmes of meals; the price list.
        plans.take().walks_only(&["c.*", "g.*"]);
        for way in plan::gifts::Way::ALL {
            for after in [None, Some((DAY, ID))] {
                plan::gifts::rows(&plans, DISTRICT, (&scope, Some(&scope)), (DAY, DAY), (way, ID), after)
                    .await
                    .unwrap();
            }
        }
        plans.take().walks_only(&[]);
    }
}
