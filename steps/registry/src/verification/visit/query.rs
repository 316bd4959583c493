//! Reading whom to visit, and what was found.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

/// Families on a page of the visiting list.
pub(super) const PAGE: usize = 50;
/// Families on a sheet: more than the largest village has.
const SHEET: usize = 1000;

/// Which families of a village are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The village.
    pub(super) village: i64,
    /// Only this RW, when not empty.
    pub(super) rw: &'a str,
    /// The open campaign.
    pub(super) campaign: Option<Id>,
    /// Those that are done instead of those still to be visited.
    pub(super) done: bool,
    /// Whether the reader settles what cadres found: then their visits are to be done too.
    pub(super) settles: bool,
}

asuh_store::row_struct! {
    /// A family of the visiting list.
    pub(super) struct ToVisit {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) hamlet: String,
        pub(super) rw: String,
        pub(super) rt: String,
        /// What a cadre's visit found, which nobody has settled yet.
        pub(super) found: Option<String>,
        pub(super) found_reason: Option<String>,
        pub(super) found_on: Option<Date>,
        /// What counts.
        pub(super) result: Option<String>,
        pub(super) visited_on: Option<Date>,
        head_search: String,
    }
}

/// Joins a family's last visit, as `r`, where it is evidence of a cadre that nobody has settled.
/// Index: `verification_by_family`.
pub(in crate::verification) const EVIDENCE: &str = "LEFT JOIN verification r ON r.district_id = v.district_id AND r.id = ( \
     SELECT l.id FROM verification l WHERE l.district_id = v.district_id AND l.family_id = v.family_id \
     AND l.retracted_at IS NULL ORDER BY l.recorded_at DESC, l.id DESC LIMIT 1) AND r.counts = 0";

/// A family that has no result in the open campaign; outside one, a family that nobody has verified.
const OPEN: &str =
    "((c.family_id IS NOT NULL AND c.result IS NULL) OR (c.family_id IS NULL AND v.status = 'listed'))";

/// How many families of each village have a visit that nobody has settled yet.
pub(in crate::verification) async fn unsettled(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<(i64, i64)>, StoreError> {
    asuh_store::row_struct! {
        struct Row { village_code: i64, n: i64 }
    }
    let mut args = args![district, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT v.village_code, COUNT(*) AS n FROM family_version v {} \
                 WHERE v.district_id = $1 AND v.superseded_at = $2 AND {within} \
                 GROUP BY v.village_code ORDER BY v.village_code",
                EVIDENCE.replacen("LEFT JOIN", "JOIN", 1)
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.village_code, row.n)).collect())
}

/// How many families of a campaign in a village have a visit that nobody has settled yet.
/// Indexes: `family_version_list`, `campaign_family`'s key, `verification_by_family`.
pub(in crate::verification) async fn waiting_in(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    village: i64,
) -> Result<i64, StoreError> {
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM family_version v JOIN campaign_family c ON c.district_id = v.district_id \
             AND c.campaign_id = $4 AND c.family_id = v.family_id {} \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.village_code = $3",
            EVIDENCE.replacen("LEFT JOIN", "JOIN", 1)
        ),
        args![district, Instant::NEVER, village, campaign],
    )
    .await
}

/// How many families of a campaign have a visit that nobody has settled yet, in all its villages.
/// Indexes: `campaign_family`'s key, `family_version_current`, `verification_by_family`.
pub(in crate::verification) async fn waiting_of(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
) -> Result<i64, StoreError> {
    db.number(
        &format!(
            "SELECT COUNT(*) AS n FROM campaign_family c JOIN family_version v ON v.district_id = c.district_id \
             AND v.family_id = c.family_id AND v.superseded_at = $2 {} \
             WHERE c.district_id = $1 AND c.campaign_id = $3",
            EVIDENCE.replacen("LEFT JOIN", "JOIN", 1)
        ),
        args![district, Instant::NEVER, campaign],
    )
    .await
}

/// A page of a village's families in the order of a walk (RW, RT, name), and whether there are more. `after` is the last
/// one of the page before. The index `family_version_list` finds the village's families, a few hundred, which are then
/// sorted.
pub(super) async fn page_of(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    wanted: Wanted<'_>,
    after: Option<Id>,
) -> Result<(Vec<ToVisit>, bool), StoreError> {
    let mut place = String::new();
    let mut args = args![district, Instant::NEVER, wanted.village, wanted.campaign];
    if let Some(id) = after {
        asuh_store::row_struct! {
            struct Last { family_id: Id, rw: String, rt: String, head_search: String }
        }
        let last: Option<Last> = db
            .first(
                "SELECT family_id, rw, rt, head_search FROM family_version \
                 WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3",
                args![district, id, Instant::NEVER],
            )
            .await?;
        if let Some(last) = last {
            let values = [
                args.push(last.rw),
                args.push(last.rt),
                args.push(last.head_search),
                args.push(last.family_id),
            ];
            place = format!("AND (v.rw, v.rt, v.head_search, v.family_id) > ({})", values.join(", "));
        }
    }
    let mut lines = families(db, scope, wanted, args, &place, PAGE + 1).await?;
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    Ok((lines, more))
}

/// All families of a village for a sheet, in the order of a walk.
pub(super) async fn whole(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    wanted: Wanted<'_>,
) -> Result<Vec<ToVisit>, StoreError> {
    let args = args![district, Instant::NEVER, wanted.village, wanted.campaign];
    families(db, scope, wanted, args, "", SHEET).await
}

async fn families(
    db: &impl Query,
    scope: &Scope,
    wanted: Wanted<'_>,
    mut args: Args,
    place: &str,
    most: usize,
) -> Result<Vec<ToVisit>, StoreError> {
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let to_do = match wanted.settles {
        true => format!("({OPEN} OR r.id IS NOT NULL)"),
        false => format!("({OPEN} AND r.id IS NULL)"),
    };
    let to_do = if wanted.done { format!("NOT {to_do}") } else { to_do };
    let rw = match wanted.rw {
        "" => String::new(),
        rw => format!("AND v.rw = {}", args.push(rw)),
    };
    let limit = args.push(most as i64);
    db.all(
        &format!(
            "SELECT v.family_id, v.head_name, v.hamlet, v.rw, v.rt, r.result AS found, r.reason AS found_reason, \
             r.visited_on AS found_on, c.result, c.visited_on, v.head_search FROM family_version v \
             LEFT JOIN campaign_family c ON c.district_id = v.district_id AND c.campaign_id = $4 \
             AND c.family_id = v.family_id {EVIDENCE} \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.village_code = $3 \
             AND {to_do} AND {within} {rw} {place} \
             ORDER BY v.rw, v.rt, v.head_search, v.family_id LIMIT {limit}"
        ),
        args,
    )
    .await
}

/// The RWs of a village that have families, within a scope. Index: `family_version_progress`.
pub(super) async fn neighbourhoods(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
) -> Result<Vec<String>, StoreError> {
    let mut args = args![district, Instant::NEVER, village];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let rows: Vec<(String,)> = db
        .all(
            &format!(
                "SELECT DISTINCT v.rw FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
                 AND v.village_code = $3 AND {within} ORDER BY v.rw"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A family with the result of its last visit.
    pub(super) struct Visited {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) hamlet: String,
        pub(super) rw: String,
        pub(super) rt: String,
        pub(super) source: String,
        pub(super) result: Option<String>,
    }
}

/// A family within the scope with the result of its last visit. Indexes: primary key,
/// `verification_by_family`.
pub(super) async fn visited(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Visited>, StoreError> {
    let mut args = args![district, id, Instant::NEVER];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    db.first(
        &format!(
            "SELECT v.family_id, v.head_name, v.village_code, v.hamlet, v.rw, v.rt, v.source, \
             (SELECT r.result FROM verification r WHERE r.district_id = v.district_id \
             AND r.family_id = v.family_id AND r.retracted_at IS NULL \
             ORDER BY r.recorded_at DESC, r.id DESC LIMIT 1) AS result \
             FROM family_version v \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {within}"
        ),
        args,
    )
    .await
}
