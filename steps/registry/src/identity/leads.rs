//! Where addresses of merged records lead, and the names they had.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use crate::family::family_within;
use asuh_ground::access::Scope;

/// The family that stands for a merged one, if the scope holds it. Index: primary keys.
///
/// # Errors
/// The store fails.
pub async fn family_stands_for(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    alias: Id,
) -> Result<Option<Id>, StoreError> {
    let sql =
        "SELECT canonical_id FROM family WHERE district_id = $1 AND id = $2 AND canonical_id IS NOT NULL";
    let Some((canonical,)) = db.first::<(Id,)>(sql, args![district, alias]).await? else { return Ok(None) };
    Ok(family_within(db, district, scope, canonical).await?.map(|_| canonical))
}

/// The person who stands for a merged one with his family, if the scope holds it. Indexes: primary key,
/// person_version_current.
///
/// # Errors
/// The store fails.
pub async fn person_stands_for(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    alias: Id,
) -> Result<Option<(Id, Id)>, StoreError> {
    let sql = "SELECT v.person_id, v.family_id FROM person a JOIN person_version v ON v.district_id = a.district_id \
               AND v.person_id = a.canonical_id AND v.superseded_at = $3 WHERE a.district_id = $1 AND a.id = $2";
    asuh_store::row_struct! { struct Found { person_id: Id, family_id: Id } }
    let found: Option<Found> = db.first(sql, args![district, alias, Instant::NEVER]).await?;
    let Some(found) = found else { return Ok(None) };
    Ok(family_within(db, district, scope, found.family_id).await?.map(|_| (found.person_id, found.family_id)))
}

/// Whether a person of the district was ever merged; no family is merged without one. Index: person_by_canonical, which
/// SQLite takes for a comparison, not for `IS NOT NULL` alone, and PostgreSQL for the order: without it every chunk of an
/// import would read all persons.
///
/// # Errors
/// The store fails.
pub(crate) async fn any_merged(db: &impl Query, district: DistrictId) -> Result<bool, StoreError> {
    Ok(db.number(ANY_MERGED, args![district, Id::SYSTEM]).await? > 0)
}

const ANY_MERGED: &str = "SELECT COUNT(*) AS n FROM (SELECT id FROM person WHERE district_id = $1 \
                          AND canonical_id > $2 ORDER BY canonical_id LIMIT 1) one";

/// The last names of those who were merged into these families and their members, each with the family that stands:
/// a search that remembers such a name finds it. Indexes: family_by_canonical; person_version_by_family,
/// person_by_canonical; the keys of the versions.
///
/// # Errors
/// The store fails.
pub(crate) async fn former_names(
    db: &impl Query,
    district: DistrictId,
    families: &[Id],
) -> Result<Vec<(Id, String)>, StoreError> {
    if families.is_empty() || !any_merged(db, district).await? {
        return Ok(Vec::new());
    }
    asuh_store::row_struct! { struct Named { family_id: Id, name: String } }
    let mut names = Vec::new();
    for sql in [
        "SELECT a.canonical_id AS family_id, v.head_name AS name FROM family a JOIN family_version v ON v.district_id = a.district_id \
         AND v.family_id = a.id AND v.version = (SELECT MAX(x.version) FROM family_version x \
         WHERE x.district_id = a.district_id AND x.family_id = a.id) \
         WHERE a.district_id = $1 AND v.superseded_at < $2 AND a.canonical_id IN ",
        "SELECT p.family_id, v.name FROM person_version p JOIN person a ON a.district_id = p.district_id \
         AND a.canonical_id = p.person_id JOIN person_version v ON v.district_id = a.district_id \
         AND v.person_id = a.id AND v.version = (SELECT MAX(x.version) FROM person_version x \
         WHERE x.district_id = a.district_id AND x.person_id = a.id) \
         WHERE p.district_id = $1 AND p.superseded_at = $2 AND p.ended_reason IS NULL AND p.family_id IN ",
    ] {
        let mut args = args![district, Instant::NEVER];
        let list = args.push_list(families.iter().copied());
        let found: Vec<Named> = db.all(&format!("{sql}({list})"), args).await?;
        names.extend(found.into_iter().map(|row| (row.family_id, row.name)));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};

    use super::*;

    #[db_test]
    async fn who_was_never_merged_is_not_read_to_learn_that(db: TestDatabase) {
        let store = db.open().await;
        let plan = store.reader().plan(ANY_MERGED, args![DistrictId(1), Id::SYSTEM]).await.expect("a plan");
        // PostgreSQL may read a small table from end to end.
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("person_by_canonical"), "{plan}");
        }
    }
}
