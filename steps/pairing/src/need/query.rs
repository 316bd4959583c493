//! What is read of needs that a family has once.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A need of a family.
    pub(crate) struct NeedLine {
        pub(crate) id: Id,
        pub(crate) family_id: Id,
        pub(crate) head_name: String,
        pub(crate) village_code: i64,
        pub(crate) kind: String,
        pub(crate) detail: String,
        pub(crate) noted_on: Date,
        pub(crate) state: String,
        pub(crate) by_whom: String,
    }
}

const NEED: &str = "SELECT n.id, n.family_id, f.head_name, f.village_code, n.kind, n.detail, n.noted_on, n.state, \
     n.by_whom FROM family_need n JOIN family_version f ON f.district_id = n.district_id \
     AND f.family_id = n.family_id AND f.superseded_at = $2 WHERE n.district_id = $1";

/// The needs of a family; the caller has found it within his scope. Index: family_need_by_family.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<NeedLine>, StoreError> {
    db.all(
        &format!("{NEED} AND n.family_id = $3 ORDER BY n.noted_on DESC, n.id DESC"),
        args![district, Instant::NEVER, family],
    )
    .await
}

/// Needs on a page.
pub(super) const PAGE: usize = 50;

/// The needs of a state within a scope, one more than a page. Index: family_need_by_state.
pub(super) async fn in_state(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (state, kind): (&str, &str),
    after: Option<Id>,
) -> Result<Vec<NeedLine>, StoreError> {
    let mut args = args![district, Instant::NEVER, state];
    let mut condition = scope.territory_condition("f.village_code", Some("f.rw"), &mut args);
    if !kind.is_empty() {
        condition.push_str(&format!(" AND n.kind = {}", args.push(kind)));
    }
    if let Some(after) = after {
        let place = args.push(after);
        condition.push_str(&format!(
            " AND (n.kind, n.id) > (SELECT a.kind, a.id FROM family_need a WHERE a.district_id = $1 AND a.id = {place})"
        ));
    }
    db.all(&format!("{NEED} AND n.state = $3 AND {condition} ORDER BY n.kind, n.id LIMIT {}", PAGE + 1), args)
        .await
}

asuh_store::row_struct! {
    /// A family as its page of needs names it.
    pub(super) struct FamilyLine { pub(super) head_name: String, pub(super) village_code: i64 }
}

/// A family within a scope. Index: family_version_current.
pub(super) async fn family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
) -> Result<Option<FamilyLine>, StoreError> {
    let mut args = args![district, family, Instant::NEVER];
    let within = scope.territory_condition("village_code", Some("rw"), &mut args);
    db.first(
        &format!(
            "SELECT head_name, village_code FROM family_version WHERE district_id = $1 AND family_id = $2 \
             AND superseded_at = $3 AND {within}"
        ),
        args,
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::TerritoryCode;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn needs_are_found_by_their_indexes(db: TestDatabase) {
        let db = Plans::of(&db).await;
        let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).expect("a district"));
        of_family(&db, D, I).await.expect("a plan");
        in_state(&db, D, &scope, ("open", ""), None).await.expect("a plan");
        in_state(&db, D, &scope, ("open", "water"), Some(I)).await.expect("a plan");
        family(&db, D, &scope, I).await.expect("a plan");
        no_walks(&db);
    }
}
