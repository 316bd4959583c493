//! Reading referrals. Every query carries the caller's territories.

use asuh_ground::access::Scope;
use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

/// Referrals on a page.
pub(super) const PAGE: usize = 30;

asuh_store::row_struct! {
    /// A referral with whom it is about.
    pub(crate) struct Referral {
        pub(crate) id: Id,
        pub(crate) number: String,
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) person_id: Id,
        pub(crate) name: String,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) village: Option<String>,
        pub(crate) rw: String,
        pub(crate) rt: String,
        pub(crate) puskesmas: Option<String>,
        pub(crate) reasons: String,
        pub(crate) note_sealed: Option<Vec<u8>>,
        pub(crate) sent_on: Date,
        pub(crate) sent_by: Id,
        pub(crate) by_name: Option<String>,
        pub(crate) state: String,
        pub(crate) answer_by: Option<Date>,
        pub(crate) again_on: Option<Date>,
    }
}

impl Referral {
    /// Whether the answer is late on a day.
    pub(crate) fn is_late(&self, today: &Date) -> bool {
        self.answer_by.is_some_and(|by| by < *today)
    }
}

const REFERRAL: &str = "SELECT r.id, r.number, f.family_id, f.head_name, p.person_id, p.name, p.sex, p.birth_date, \
     t.name AS village, f.rw, f.rt, i.name AS puskesmas, r.reasons, r.note_sealed, r.sent_on, r.sent_by, \
     u.name AS by_name, r.state, r.answer_by, r.again_on FROM referral r \
     JOIN person w ON w.district_id = r.district_id AND w.id = r.person_id \
     JOIN person_version p ON p.district_id = w.district_id AND p.person_id = COALESCE(w.canonical_id, w.id) \
     AND p.superseded_at = $never \
     JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id AND f.superseded_at = $never \
     LEFT JOIN territory t ON t.district_id = f.district_id AND t.code = f.village_code \
     LEFT JOIN institution i ON i.district_id = r.district_id AND i.id = r.institution_id \
     LEFT JOIN app_user u ON u.district_id = r.district_id AND u.id = r.sent_by \
     WHERE r.district_id = $1";

asuh_store::row_struct! {
    /// What the measurements of a child say of sending it on.
    pub(crate) struct Measured { pub(crate) measured_on: Date, pub(crate) reasons: String, pub(crate) stunted: bool }
}

/// How a child that was found within reach stands. Index: primary key of `child_growth`.
pub(crate) async fn measured(
    db: &impl Query,
    district: DistrictId,
    person: Id,
) -> Result<Option<Measured>, StoreError> {
    let sql =
        "SELECT measured_on, reasons, stunted FROM child_growth WHERE district_id = $1 AND person_id = $2";
    db.first(sql, args![district, person]).await
}

/// The statement, with the place of [`Instant::NEVER`] among its values.
fn select(never: &str) -> String {
    REFERRAL.replace("$never", never)
}

/// A referral within the scope. Indexes: primary keys, person_version_current, family_version_current.
pub(crate) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Referral>, StoreError> {
    let mut args = args![district, Instant::NEVER, id];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    db.first(&format!("{} AND r.id = $3 AND {within}", select("$2")), args).await
}

/// Which referrals a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// Those that wait for the puskesmas, the longest first.
    Open,
    /// Those that are settled, the newest first.
    Settled,
}

/// The statement of a list.
pub(super) fn list_sql(
    district: DistrictId,
    scope: &Scope,
    shown: Shown,
    after: Option<Id>,
) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let (which, key, way) = match shown {
        Shown::Open => ("r.answer_by IS NOT NULL", "answer_by", ">"),
        Shown::Settled => ("r.answer_by IS NULL", "sent_on", "<"),
    };
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (r.{key}, r.id) {way} (SELECT c.{key}, c.id FROM referral c WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    let order = if way == ">" { "" } else { " DESC" };
    let select = select("$2");
    let sql = format!(
        "{select} AND {which} AND {within}{after} ORDER BY r.{key}{order}, r.id{order} LIMIT {}",
        PAGE + 1
    );
    (sql, args)
}

/// A page of referrals; one more when there are more. Indexes: referral_open, referral_by_day.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    shown: Shown,
    after: Option<Id>,
) -> Result<Vec<Referral>, StoreError> {
    let (sql, args) = list_sql(district, scope, shown, after);
    db.all(&sql, args).await
}

/// The referrals that were sent from a family and from those merged into it, the newest first. The caller has found the
/// family within his reach. The sum keeps SQLite from walking
/// over the days instead. Index: referral_by_family.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Referral>, StoreError> {
    db.all(
        &format!(
            "{} AND r.family_id IN {FAMILY_AND_ALIASES} ORDER BY r.sent_on + 0 DESC, r.id DESC LIMIT 50",
            select("$3")
        ),
        args![district, family, Instant::NEVER],
    )
    .await
}

/// How many within the scope wait, and how many of them longer than they should. Index: referral_open.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    today: Date,
) -> Result<(i64, i64), StoreError> {
    asuh_store::row_struct! { struct Count { waiting: i64, late: i64 } }
    let mut args = args![district, Instant::NEVER, today];
    let within = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    let found: Option<Count> = db
        .first(
            &format!(
                "SELECT COUNT(*) AS waiting, COUNT(CASE WHEN r.answer_by < $3 THEN 1 END) AS late FROM referral r \
                 JOIN person w ON w.district_id = r.district_id AND w.id = r.person_id \
                 JOIN person_version p ON p.district_id = w.district_id \
                 AND p.person_id = COALESCE(w.canonical_id, w.id) AND p.superseded_at = $2 \
                 JOIN family_version f ON f.district_id = p.district_id AND f.family_id = p.family_id \
                 AND f.superseded_at = $2 \
                 WHERE r.district_id = $1 AND r.answer_by IS NOT NULL AND {within}"
            ),
            args,
        )
        .await?;
    Ok(found.map_or((0, 0), |count| (count.waiting, count.late)))
}

asuh_store::row_struct! {
    /// An open referral, for *Hari ini*.
    pub(crate) struct Open {
        pub(crate) person_id: Id,
        pub(crate) answer_by: Date,
    }
}

/// The open referrals of a district. There are as many as people are on their way to a puskesmas. Index: referral_open.
pub(crate) async fn all_open(db: &impl Query, district: DistrictId) -> Result<Vec<Open>, StoreError> {
    db.all(
        "SELECT COALESCE(w.canonical_id, w.id) AS person_id, r.answer_by FROM referral r \
         JOIN person w ON w.district_id = r.district_id AND w.id = r.person_id \
         WHERE r.district_id = $1 AND r.answer_by IS NOT NULL",
        args![district],
    )
    .await
}

asuh_store::row_struct! {
    /// A step of a referral.
    pub(crate) struct Step {
        pub(crate) state: String,
        pub(crate) on_day: Date,
        pub(crate) words_sealed: Option<Vec<u8>>,
        pub(crate) by_name: Option<String>,
        pub(crate) recorded_at: Instant,
    }
}

/// The steps of a referral in their order. Index: primary key.
pub(crate) async fn steps(db: &impl Query, district: DistrictId, id: Id) -> Result<Vec<Step>, StoreError> {
    db.all(
        "SELECT e.state, e.on_day, e.words_sealed, u.name AS by_name, e.recorded_at FROM referral_event e \
         LEFT JOIN app_user u ON u.district_id = e.district_id AND u.id = e.recorded_by \
         WHERE e.district_id = $1 AND e.referral_id = $2 ORDER BY e.nth",
        args![district, id],
    )
    .await
}
