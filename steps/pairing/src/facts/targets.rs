//! Who stands on a frozen list and needs help on a day.

use std::collections::HashMap;

use asuh_step_registry::rules::{target_sql, target_sql_as_of};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

/// Families of these statuses are not helped any more.
const GONE: &str = "('moved', 'deceased', 'not_found', 'duplicate')";

asuh_store::row_struct! {
    /// A target of a list.
    pub(crate) struct TargetRow {
        pub(crate) person_id: Id,
        pub(crate) family_id: Id,
        pub(crate) village_code: i64,
        pub(crate) rw: String,
        /// Code of its [`Target`](asuh_step_registry::rules::Target).
        pub(crate) target: String,
        pub(crate) birth_date: Option<Date>,
        /// Height for age, z-score times 100, as last measured; else as the list has it.
        pub(crate) haz: Option<i64>,
        pub(crate) desil: Option<i64>,
        pub(crate) kk_hash: Option<Vec<u8>>,
    }
}

/// As of when a list is read: who is what on a day, by what was known at an instant or is known now.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) on: Date,
    pub(crate) known_at: Option<Instant>,
}

/// The targets of a frozen list within a scope, each person once, by id. Merged records are followed; who died, moved,
/// was not found or has passed the age is not there. The sums keep PostgreSQL, where it knows nothing yet of the tables,
/// from trying every present version for each target. One statement; indexes: primary key of `frozen_row`, those of
/// `target_sql`, `family_version_current`, `person_version_current`, `family_desil_by_family`.
///
/// # Errors
/// The store fails.
pub(crate) async fn targets(
    db: &impl Query,
    district: DistrictId,
    list: (Id, &str),
    moment: Moment,
    scope: Option<&Scope>,
) -> Result<Vec<TargetRow>, StoreError> {
    let (list, kind) = list;
    let mut args = Args::new();
    let (target, known) = match moment.known_at {
        None => {
            let target = target_sql(&mut args, district, moment.on);
            let never = args.push(Instant::NEVER);
            (target, format!("superseded_at + 0 = {never}"))
        }
        Some(at) => {
            let target = target_sql_as_of(&mut args, district, moment.on, at);
            let at = args.push(at);
            (target, format!("recorded_at <= {at} AND v.superseded_at + 0 > {at}"))
        }
    };
    // It would otherwise be worked out anew for each row of the list.
    let target = target.replacen(" target AS (", " target AS MATERIALIZED (", 1);
    let (d, list) = (args.push(district), args.push(list));
    let within = match scope {
        Some(scope) => scope.territory_condition("v.village_code", Some("v.rw"), &mut args),
        None => "(1 = 1)".to_owned(),
    };
    // A list of children names persons, the other one families.
    let (listed, on) = match kind {
        "stunted_children" => (
            format!(
                "SELECT COALESCE(c.canonical_id, c.id) AS id, MIN(r.score) AS score FROM frozen_row r \
                 JOIN person c ON c.district_id = r.district_id AND c.id = r.subject_id \
                 WHERE r.district_id = {d} AND r.list_id = {list} GROUP BY COALESCE(c.canonical_id, c.id)"
            ),
            "t.person_id = l.id",
        ),
        _ => (
            format!(
                "SELECT COALESCE(c.canonical_id, c.id) AS id, MIN(r.score) AS score FROM frozen_row r \
                 JOIN family c ON c.district_id = r.district_id AND c.id = r.family_id \
                 WHERE r.district_id = {d} AND r.list_id = {list} GROUP BY COALESCE(c.canonical_id, c.id)"
            ),
            "t.family_id = l.id",
        ),
    };
    let person_known = known.replace("v.", "p.");
    db.all(
        &format!(
            "WITH {target}, listed AS MATERIALIZED ({listed}) \
             SELECT t.person_id, t.family_id, v.village_code, v.rw, t.target, p.birth_date, \
             COALESCE(g.haz, CASE WHEN t.target LIKE 'child%' THEN l.score END) AS haz, \
             (SELECT s.desil FROM family_desil s WHERE s.district_id = {d} AND s.family_id = t.family_id \
             AND s.retracted_at IS NULL ORDER BY s.as_of DESC, s.recorded_at DESC, s.id DESC LIMIT 1) AS desil, \
             v.kk_hash FROM listed l JOIN target t ON {on} \
             JOIN family_version v ON v.district_id = {d} AND v.family_id = t.family_id AND v.{known} \
             AND v.status NOT IN {GONE} \
             JOIN person_version p ON p.district_id = {d} AND p.person_id = t.person_id AND p.{person_known} \
             LEFT JOIN child_growth g ON g.district_id = {d} AND g.person_id = t.person_id \
             WHERE {within} ORDER BY t.person_id"
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    struct HeldRow { person_id: Id, units: i64 }
}

/// Units of each target that are kept for somebody on a day. Index: pairing_hold_running; a district has a few.
pub(crate) async fn held(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    on: Date,
) -> Result<HashMap<Id, i64>, StoreError> {
    let rows: Vec<HeldRow> = db
        .all(
            "SELECT c.person_id, CAST(SUM(c.units) AS BIGINT) AS units FROM pairing_hold h \
             JOIN hold_child c ON c.district_id = h.district_id AND c.hold_id = h.id \
             WHERE h.district_id = $1 AND h.programme_id = $2 AND h.until >= $3 AND h.released_at IS NULL \
             AND h.placed_on <= $3 GROUP BY c.person_id",
            args![district, programme, on],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.person_id, row.units)).collect())
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::TerritoryCode;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn targets_are_found_from_their_list(db: TestDatabase) {
        let db = Plans::of(&db).await;
        let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).expect("a district"));
        for kind in ["stunted_children", "families_at_risk"] {
            for known_at in [None, Some(Instant(0))] {
                let moment = Moment { on: DAY, known_at };
                targets(&db, D, (I, kind), moment, Some(&scope)).await.expect("a plan");
            }
        }
        held(&db, D, I, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
