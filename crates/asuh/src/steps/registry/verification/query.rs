//! Reading how far verification is, and whom to visit.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use crate::ground::access::Scope;

/// Families on a page of the visiting list.
pub(super) const PAGE: usize = 50;
/// Families on a printed sheet: more than the largest village has.
const SHEET: usize = 1000;

asuh_store::row_struct! {
    /// A family to visit.
    pub(super) struct ToVisit {
        pub(super) family_id: Id,
        pub(super) head_name: String,
        pub(super) hamlet: String,
        pub(super) rw: String,
        pub(super) rt: String,
        /// What a cadre's visit found, which nobody has settled yet.
        pub(super) found: Option<String>,
        pub(super) found_reason: Option<String>,
        pub(super) found_on: Option<time::Date>,
        head_search: String,
    }
}

/// A family's last visit, as `r`, where it says otherwise than the family stands: evidence of a cadre that nobody
/// has settled. Index: `verification_by_family`.
const EVIDENCE: &str = "LEFT JOIN verification r ON r.district_id = v.district_id AND r.id = ( \
     SELECT l.id FROM verification l WHERE l.district_id = v.district_id AND l.family_id = v.family_id \
     ORDER BY l.recorded_at DESC, l.id DESC LIMIT 1) \
     AND v.status <> CASE WHEN r.result IN ('as_listed', 'changed', 'newly_found') THEN 'verified' \
     ELSE r.result END";

/// How many families of each village have a visit that nobody has settled yet.
pub(super) async fn unsettled(
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

/// The families of a village that are to be visited, or with `settles` also those whose visit is to be settled, in
/// the order of a walk: RW, RT, name; and whether there are more. The index `family_version_progress` finds a village's listed families, a few hundred, which are then sorted.
pub(super) async fn to_visit(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    village: i64,
    after: Option<Id>,
    sheet: bool,
    settles: bool,
) -> Result<(Vec<ToVisit>, bool), StoreError> {
    let most = if sheet { SHEET } else { PAGE };
    let mut args = args![district, Instant::NEVER, village];
    let within = scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
    let mut place = String::new();
    if let Some(id) = after {
        let last: Option<ToVisit> = db
            .first(
                "SELECT family_id, head_name, hamlet, rw, rt, NULL AS found, NULL AS found_reason, NULL AS found_on, \
                 head_search FROM family_version \
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
            place = format!("AND (v.rw, v.rt, v.head_search, v.family_id) > ({}) ", values.join(", "));
        }
    }
    let wanted = match settles {
        true => "(v.status = 'listed' OR r.id IS NOT NULL)",
        false => "v.status = 'listed' AND r.id IS NULL",
    };
    let limit = args.push(most as i64 + 1);
    let mut lines: Vec<ToVisit> = db
        .all(
            &format!(
                "SELECT v.family_id, v.head_name, v.hamlet, v.rw, v.rt, r.result AS found, r.reason AS found_reason, \
                 r.visited_on AS found_on, v.head_search FROM family_version v {EVIDENCE} \
                 WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.village_code = $3 \
                 AND {wanted} AND {within} {place}\
                 ORDER BY v.rw, v.rt, v.head_search, v.family_id LIMIT {limit}"
            ),
            args,
        )
        .await?;
    let more = lines.len() > most;
    lines.truncate(most);
    Ok((lines, more))
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
             AND r.family_id = v.family_id ORDER BY r.recorded_at DESC, r.id DESC LIMIT 1) AS result \
             FROM family_version v \
             WHERE v.district_id = $1 AND v.family_id = $2 AND v.superseded_at = $3 AND {within}"
        ),
        args,
    )
    .await
}
