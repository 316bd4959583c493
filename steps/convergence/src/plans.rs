//! Which indexes serve the queries of this step.

use asuh_ground::access::Scope;
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{Plans, TestDatabase, db_test};
use asuh_store::{DistrictId, Id, Instant};
use time::macros::date;

use crate::indicator::computation::Asked;
use crate::indicator::query::{self, Selection};
use crate::indicator::rules::Group;
use crate::indicator::value::cells;
use crate::indicator::{Computation, Each, Indicator, parts, value_of, values_of};
use crate::scorecard::rows::{self, Shown};

const DISTRICT: DistrictId = DistrictId(1);
const ID: Id = Id::SYSTEM;
const NOW: (time::Date, Instant) = (date!(2026 - 11 - 02), Instant(1_793_600_000_000));

fn place(code: i64) -> TerritoryCode {
    TerritoryCode::from_i64(code).unwrap()
}

/// One indicator for each computation and group that it can count.
fn computed() -> Vec<Indicator> {
    let base = Indicator {
        id: ID,
        code: String::new(),
        name: String::new(),
        name_en: String::new(),
        target_group: String::new(),
        age_from: Some(0),
        age_to: Some(59),
        numerator: String::new(),
        denominator: String::new(),
        unit: "percent".into(),
        better: "higher".into(),
        computation: String::new(),
        question: "Hanya diberi ASI".into(),
        office_id: None,
        office_tag: String::new(),
        office: None,
        source: String::new(),
        period: "month".into(),
        grain: "village".into(),
        kind: String::new(),
        confirm: String::new(),
        recorded_at: Instant(0),
        retired_at: None,
        retired_reason: String::new(),
    };
    let with = |how: &Computation| {
        let (code, base) = (how.code(), base.clone());
        let one = move |group: &crate::indicator::Group| Indicator {
            computation: code.into(),
            target_group: group.code().into(),
            ..base.clone()
        };
        how.groups().iter().map(one).collect::<Vec<_>>()
    };
    Computation::ALL.iter().flat_map(with).collect()
}

#[db_test]
async fn indicators_sets_and_targets_are_read_by_their_keys(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    query::sets(&plans, DISTRICT).await.unwrap();
    query::by_id(&plans, DISTRICT, ID).await.unwrap();
    query::by_code(&plans, DISTRICT, "krs").await.unwrap();
    query::memberships(&plans, DISTRICT, ID).await.unwrap();
    query::of_set(&plans, DISTRICT, "lokal").await.unwrap();
    query::targets(&plans, DISTRICT, ID).await.unwrap();
    query::former(&plans, DISTRICT, ID).await.unwrap();
    // A district has a dozen sets.
    plans.take().walks_only(&["s.*"]);
    query::list(&plans, DISTRICT, &Selection { after: "krs".into(), ..Selection::default() }).await.unwrap();
    plans.take().walks_only(&[]).in_order();
}

#[db_test]
async fn a_village_is_computed_without_walking_through_the_district(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    for one in computed() {
        for as_of in [None, Some(Instant(1_793_000_000_000))] {
            let period = one.period_of(NOW.0);
            value_of(&plans, DISTRICT, place(1_501_012_001), &one, period, NOW, as_of).await.unwrap();
            let plan = plans.take();
            // As of a past day all versions since then are looked through: those are few, and it is said so on the page.
            match as_of {
                None => plan.walks_only(&[]),
                Some(_) => plan.walks_only(&["f.*", "p.*", "g.*"]),
            };
        }
    }
}

#[db_test]
async fn the_children_behind_a_villages_number_are_found_by_its_families(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let village = place(1_501_012_001);
    for one in computed().iter().filter(|one| one.group() == Group::Child) {
        let period = one.period_of(NOW.0);
        let asked =
            Asked { district: DISTRICT, villages: village.range(), period, until: NOW.0, as_of: None };
        for (shown, after) in [(Shown::All, None), (Shown::HoldsNot, Some(ID))] {
            rows::page(&plans, one, &asked, &Scope::whole(village), shown, after).await.unwrap();
            plans.take().uses(&["person_version_by_family"]).walks_only(&[]);
        }
    }
}

#[db_test]
async fn values_are_read_from_cells_and_entries_by_their_keys(db: TestDatabase) {
    let plans = Plans::of(&db).await;
    let typed = Indicator { computation: String::new(), ..computed().remove(0) };
    parts(&plans, DISTRICT, &typed, place(1_501_000_000), typed.period_of(NOW.0), NOW, None).await.unwrap();
    parts(&plans, DISTRICT, &typed, place(1_501_000_000), typed.period_of(NOW.0), NOW, Some(NOW.1))
        .await
        .unwrap();
    let whole = place(1_501_000_000);
    values_of(&plans, DISTRICT, (whole, Each::Smallest), &[typed], NOW.0, NOW).await.unwrap();
    // What the matrix of the district and of a kecamatan reads where cells are there already.
    for each in [Each::Smallest, Each::Subdistrict] {
        cells(&plans, DISTRICT, NOW.0, whole.range(), [ID, ID].into_iter(), each).await.unwrap();
    }
    plans.take().walks_only(&[]);
}

#[db_test]
async fn the_people_behind_a_number_of_a_village_are_read_in_that_village(db: TestDatabase) {
    use crate::indicator::computation::Asked;
    use crate::scorecard::rows::{self, Shown};
    let plans = Plans::of(&db).await;
    let (village, scope) = (place(1_501_012_001), asuh_ground::access::Scope::whole(place(1_501_000_000)));
    for one in computed().iter().filter(|one| one.target_group != "village") {
        let period = one.period_of(NOW.0);
        let asked =
            Asked { district: DISTRICT, villages: village.range(), period, until: NOW.0, as_of: None };
        for (shown, after) in [(Shown::All, None), (Shown::Unknown, Some(ID))] {
            rows::page(&plans, one, &asked, &scope, shown, after).await.unwrap();
        }
        plans.take().walks_only(&[]);
    }
}

#[db_test]
async fn reports_of_indicators_are_read_by_set_period_and_place(db: TestDatabase) {
    use crate::indicator::{Grain, Period, PeriodKind};
    use crate::reporting::query as reports;
    use crate::reporting::rules::{Form, State};
    let plans = Plans::of(&db).await;
    let scope = asuh_ground::access::Scope::whole(place(1_501_000_000));
    let form = Form { office: Some(ID), period: PeriodKind::Semester, grain: Grain::Village };
    let period = Period::containing(PeriodKind::Semester, NOW.0);
    reports::one(&plans, DISTRICT, ID).await.unwrap();
    reports::of_place(&plans, DISTRICT, "lokal", form, period, 1_501_012_001).await.unwrap();
    for scope in [None, Some(&scope)] {
        reports::of_form(&plans, DISTRICT, scope, "lokal", form, period).await.unwrap();
        for offices in [None, Some(true), Some(false)] {
            reports::waiting(&plans, DISTRICT, scope, None, State::Sent, offices).await.unwrap();
        }
    }
    reports::steps(&plans, DISTRICT, ID).await.unwrap();
    reports::entered(&plans, DISTRICT, ID).await.unwrap();
    reports::locks(&plans, DISTRICT, "lokal", period).await.unwrap();
    reports::is_locked(&plans, DISTRICT, "lokal", period.first, period.last).await.unwrap();
    plans.take().walks_only(&[]);
}

#[db_test]
async fn meetings_and_commitments_are_read_by_day_and_by_meeting(db: TestDatabase) {
    use crate::commitment::query as commitments;
    use crate::meeting::query as meetings;
    let plans = Plans::of(&db).await;
    let scope = asuh_ground::access::Scope::whole(place(1_501_000_000));
    meetings::one(&plans, DISTRICT, &scope, ID).await.unwrap();
    meetings::by_code(&plans, DISTRICT, "ABCDEFG").await.unwrap();
    meetings::coming(&plans, DISTRICT, &scope, (NOW.0, NOW.0)).await.unwrap();
    meetings::agenda(&plans, DISTRICT, ID).await.unwrap();
    meetings::guests(&plans, DISTRICT, ID).await.unwrap();
    meetings::signatories(&plans, DISTRICT, ID).await.unwrap();
    meetings::present(&plans, DISTRICT, ID).await.unwrap();
    meetings::attached(&plans, DISTRICT, ID).await.unwrap();
    meetings::places(&plans, DISTRICT, (1_501_010_000, 1_501_019_999)).await.unwrap();
    plans.take().walks_only(&[]);
    commitments::one(&plans, DISTRICT, &scope, ID).await.unwrap();
    commitments::of_meeting(&plans, DISTRICT, ID).await.unwrap();
    commitments::late(&plans, DISTRICT, &scope, NOW.0).await.unwrap();
    commitments::progress(&plans, DISTRICT, ID).await.unwrap();
    commitments::of_plan_item(&plans, DISTRICT, &scope, ID).await.unwrap();
    // The chain of meetings before is twelve at most.
    commitments::open_before(&plans, DISTRICT, ID).await.unwrap();
    commitments::open_since(&plans, DISTRICT, ID).await.unwrap();
    plans.take().walks_only(&["b.*", "before.*"]);
    for after in [None, Some(ID)] {
        for which in [commitments::Which::Open, commitments::Which::Late(NOW.0)] {
            commitments::list(&plans, DISTRICT, &scope, which, after).await.unwrap();
        }
    }
    plans.take().walks_only(&[]);
}
