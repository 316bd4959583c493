//! Reading reports. Every query carries the caller's territories.

use asuh_ground::access::Scope;
use asuh_ground::settings;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::{Form, State};
use crate::indicator::Indicator;
use crate::indicator::rules::Period;

/// A form of a set with its indicators.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) form: Form,
    pub(crate) office: String,
    /// Number in the set, and the indicator.
    pub(crate) lines: Vec<(String, Indicator)>,
}

/// The forms of a set: its entered indicators by office, period and kind of place.
pub(crate) fn sheets(members: Vec<(String, Indicator)>) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for (number, one) in members.into_iter().filter(|(_, one)| !one.is_computed()) {
        let form = Form { office: one.office_id, period: one.period_kind(), grain: one.grain() };
        match sheets.iter_mut().find(|sheet| sheet.form == form) {
            Some(sheet) => sheet.lines.push((number, one)),
            None => sheets.push(Sheet {
                form,
                office: one.office.clone().unwrap_or_default(),
                lines: vec![(number, one)],
            }),
        }
    }
    sheets
}

asuh_store::row_struct! {
    /// A report.
    pub(crate) struct Report {
        pub(crate) id: Id,
        pub(crate) set_code: String,
        pub(crate) office_id: Option<Id>,
        pub(crate) form: String,
        pub(crate) territory_code: i64,
        pub(crate) starts_on: Date,
        pub(crate) ends_on: Date,
        pub(crate) state: String,
        pub(crate) first_sent_at: Option<Instant>,
        pub(crate) changed_at: Instant,
    }
}

impl Report {
    /// How far it has come.
    pub(crate) fn at(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Draft)
    }
}

const REPORT: &str = "SELECT r.id, r.set_code, r.office_id, r.form, r.territory_code, r.starts_on, r.ends_on, r.state, \
     r.first_sent_at, r.changed_at FROM indicator_report r WHERE r.district_id = $1";

/// The report of a form, period and place. Index: unique key.
pub(crate) async fn of_place(
    db: &impl Query,
    district: DistrictId,
    set: &str,
    form: Form,
    period: Period,
    territory: i64,
) -> Result<Option<Report>, StoreError> {
    db.first(
        &format!(
            "{REPORT} AND r.set_code = $2 AND r.starts_on = $3 AND r.territory_code = $4 AND r.form = $5"
        ),
        args![district, set, period.first, territory, form.code()],
    )
    .await
}

/// A report by its key. Index: primary key.
pub(crate) async fn one(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Report>, StoreError> {
    db.first(&format!("{REPORT} AND r.id = $2"), args![district, id]).await
}

/// The reports of a form and period within the scope, or for an office of all places. Index: unique key.
pub(crate) async fn of_form(
    db: &impl Query,
    district: DistrictId,
    scope: Option<&Scope>,
    set: &str,
    form: Form,
    period: Period,
) -> Result<Vec<Report>, StoreError> {
    let mut args = args![district, set, period.first, form.code()];
    let within =
        scope.map(|scope| format!(" AND {}", scope.territory_condition("r.territory_code", None, &mut args)));
    db.all(
        &format!(
            "{REPORT} AND r.set_code = $2 AND r.starts_on = $3 AND r.form = $4{} ORDER BY r.territory_code",
            within.unwrap_or_default()
        ),
        args,
    )
    .await
}

/// How many reports are in a state within the scope; of one's offices where `units` is given. Index:
/// indicator_report_waiting.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: Option<&Scope>,
    units: Option<&Scope>,
    state: State,
    offices: Option<bool>,
) -> Result<i64, StoreError> {
    let mut args = args![district, state.code()];
    let mut conditions = String::new();
    if let Some(scope) = scope {
        conditions
            .push_str(&format!(" AND {}", scope.territory_condition("r.territory_code", None, &mut args)));
    }
    if let Some(units) = units {
        conditions.push_str(&format!(" AND {}", units.unit_condition("r.office_id", &mut args)));
    }
    match offices {
        Some(true) => conditions.push_str(" AND r.office_id IS NOT NULL"),
        Some(false) => conditions.push_str(" AND r.office_id IS NULL"),
        None => {}
    }
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM indicator_report r WHERE r.district_id = $1 AND r.state = $2 \
             AND r.state <> 'accepted'{conditions}"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A step of a report.
    pub(crate) struct Step {
        pub(crate) state: String,
        pub(crate) words: String,
        pub(crate) by_name: Option<String>,
        pub(crate) recorded_at: Instant,
    }
}

/// The steps of a report in their order. Index: primary key.
pub(crate) async fn steps(db: &impl Query, district: DistrictId, id: Id) -> Result<Vec<Step>, StoreError> {
    db.all(
        "SELECT e.state, e.words, u.name AS by_name, e.recorded_at FROM indicator_report_event e \
         LEFT JOIN app_user u ON u.district_id = e.district_id AND u.id = e.recorded_by \
         WHERE e.district_id = $1 AND e.report_id = $2 ORDER BY e.nth",
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    /// What was entered for an indicator of a report.
    pub(crate) struct Entered {
        pub(crate) id: Id,
        pub(crate) indicator_id: Id,
        pub(crate) numerator: i64,
        pub(crate) denominator: Option<i64>,
        pub(crate) note: String,
        pub(crate) evidence_id: Option<Id>,
        pub(crate) by_name: Option<String>,
        pub(crate) recorded_at: Instant,
        pub(crate) superseded_at: Instant,
    }
}

impl Entered {
    /// Whether it holds; else it was corrected since.
    pub(crate) fn holds(&self) -> bool {
        self.superseded_at == Instant::NEVER
    }
}

/// Everything that was entered into a report, also what was corrected since, the newest first. Index:
/// indicator_value_by_report.
pub(crate) async fn entered(
    db: &impl Query,
    district: DistrictId,
    report: Id,
) -> Result<Vec<Entered>, StoreError> {
    db.all(
        "SELECT v.id, v.indicator_id, v.numerator, v.denominator, v.note, v.evidence_id, u.name AS by_name, v.recorded_at, \
         v.superseded_at FROM indicator_value v \
         LEFT JOIN app_user u ON u.district_id = v.district_id AND u.id = v.recorded_by \
         WHERE v.district_id = $1 AND v.report_id = $2 ORDER BY v.superseded_at DESC, v.recorded_at DESC, v.id",
        args![district, report],
    )
    .await
}

asuh_store::row_struct! {
    /// A locked period.
    pub(crate) struct Lock {
        pub(crate) locked_at: Instant,
        pub(crate) locked_by: Option<String>,
        pub(crate) unlocked_at: Option<Instant>,
        pub(crate) unlocked_by: Option<String>,
        pub(crate) unlocked_reason: String,
    }
}

/// The locks of a period of a set, the newest first. Index: primary key.
pub(crate) async fn locks(
    db: &impl Query,
    district: DistrictId,
    set: &str,
    period: Period,
) -> Result<Vec<Lock>, StoreError> {
    db.all(
        "SELECT l.locked_at, u.name AS locked_by, l.unlocked_at, w.name AS unlocked_by, l.unlocked_reason \
         FROM indicator_lock l LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.locked_by \
         LEFT JOIN app_user w ON w.district_id = l.district_id AND w.id = l.unlocked_by \
         WHERE l.district_id = $1 AND l.set_code = $2 AND l.starts_on = $3 AND l.ends_on = $4 ORDER BY l.locked_at DESC",
        args![district, set, period.first, period.last],
    )
    .await
}

/// Whether a period of a set is closed for entries. Index: indicator_lock_once.
pub(crate) async fn is_locked(
    db: &impl Query,
    district: DistrictId,
    set: &str,
    first: Date,
    last: Date,
) -> Result<bool, StoreError> {
    let found = db
        .number(
            "SELECT COUNT(*) AS n FROM indicator_lock WHERE district_id = $1 AND set_code = $2 AND starts_on = $3 \
             AND ends_on = $4 AND unlocked_at IS NULL",
            args![district, set, first, last],
        )
        .await?;
    Ok(found > 0)
}

/// Days after a period within which its reports are in time. Index: primary key of `setting`.
pub(crate) async fn deadline(db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
    settings::get_typed(db, district, "convergence.deadline_days").await
}
