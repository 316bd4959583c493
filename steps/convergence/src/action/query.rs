//! Reading actions. Every query carries the caller's territories.

use asuh_ground::access::Scope;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use super::rules::{self, Lateness, State};

asuh_store::row_struct! {
    /// A year worked by a scheme.
    pub(crate) struct Year {
        pub(crate) year: i64,
        pub(crate) scheme: String,
        pub(crate) class: String,
        pub(crate) class_basis: String,
        pub(crate) class_on: Option<Date>,
    }
}

/// The years that were opened, the latest first. Index: primary key; a row or two a year.
pub(crate) async fn years(db: &impl Query, district: DistrictId) -> Result<Vec<Year>, StoreError> {
    db.all(
        "SELECT year, scheme, class, class_basis, class_on FROM action_year WHERE district_id = $1 \
         ORDER BY year DESC, scheme DESC",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// An action of a place.
    pub(crate) struct Action {
        pub(crate) id: Id,
        pub(crate) year: i64,
        pub(crate) scheme: String,
        pub(crate) territory_code: i64,
        pub(crate) place: String,
        pub(crate) code: String,
        pub(crate) nth: i64,
        pub(crate) name: String,
        pub(crate) lead: String,
        pub(crate) inputs: String,
        pub(crate) outputs: String,
        pub(crate) from_month: i64,
        pub(crate) to_month: i64,
        pub(crate) due_on: Date,
        pub(crate) state: String,
        pub(crate) done_on: Option<Date>,
        pub(crate) papers: i64,
    }
}

impl Action {
    pub(crate) fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Open)
    }

    /// How late it is on a day, or was.
    pub(crate) fn lateness(&self, today: Date) -> Lateness {
        rules::lateness(self.state(), self.due_on, self.done_on, today)
    }
}

const ACTION: &str = "SELECT a.id, a.year, a.scheme, a.territory_code, COALESCE(y.name, '') AS place, a.code, a.nth, a.name, \
     a.lead, a.inputs, a.outputs, a.from_month, a.to_month, a.due_on, a.state, a.done_on, \
     (SELECT COUNT(*) FROM action_event e WHERE e.district_id = a.district_id AND e.action_id = a.id \
      AND e.document_id IS NOT NULL) AS papers \
     FROM action a LEFT JOIN territory y ON y.district_id = a.district_id AND y.code = a.territory_code \
     WHERE a.district_id = $1";

/// The actions of a year within the scope, the district's first. Index: action_by_place.
pub(crate) async fn of_year(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    year: i64,
    scheme: &str,
) -> Result<Vec<Action>, StoreError> {
    let mut args = args![district, year, scheme];
    let within = scope.territory_condition("a.territory_code", None, &mut args);
    let sql =
        format!("{ACTION} AND a.year = $2 AND a.scheme = $3 AND {within} ORDER BY a.territory_code, a.nth");
    db.all(&sql, args).await
}

/// An action within the scope. Index: primary key.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Action>, StoreError> {
    let mut args = args![district, id];
    let within = scope.territory_condition("a.territory_code", None, &mut args);
    db.first(&format!("{ACTION} AND a.id = $2 AND {within}"), args).await
}

/// The earliest year with an action within the scope that is late on a day, and how many are. Index: action_late.
pub(crate) async fn late(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    today: Date,
) -> Result<(Option<i64>, i64), StoreError> {
    asuh_store::row_struct! { struct Late { year: Option<i64>, n: i64 } }
    let mut args = args![district, today];
    let within = scope.territory_condition("a.territory_code", None, &mut args);
    let found: Option<Late> = db
        .first(
            &format!(
                "SELECT MIN(a.year) AS year, COUNT(*) AS n FROM action a WHERE a.district_id = $1 \
                 AND a.state IN ('open', 'running') AND a.due_on < $2 AND {within}"
            ),
            args,
        )
        .await?;
    Ok(found.map_or((None, 0), |found| (found.year, found.n)))
}

asuh_store::row_struct! {
    /// What was recorded of an action.
    pub(crate) struct Event {
        pub(crate) nth: i64,
        pub(crate) what: String,
        pub(crate) on_day: Date,
        pub(crate) words: String,
        pub(crate) document_id: Option<Id>,
        pub(crate) by_name: Option<String>,
    }
}

/// What was recorded of an action, the newest first. Index: primary key.
pub(crate) async fn events(
    db: &impl Query,
    district: DistrictId,
    action: Id,
) -> Result<Vec<Event>, StoreError> {
    db.all(
        "SELECT e.nth, e.what, e.on_day, e.words, e.document_id, u.name AS by_name FROM action_event e \
         LEFT JOIN app_user u ON u.district_id = e.district_id AND u.id = e.recorded_by \
         WHERE e.district_id = $1 AND e.action_id = $2 ORDER BY e.nth DESC",
        args![district, action],
    )
    .await
}
