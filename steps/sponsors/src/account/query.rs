//! What is read of users and the sponsors they are.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A user, and the sponsor he is.
    pub(super) struct Account {
        pub(super) id: Id,
        pub(super) name: String,
        pub(super) sponsor_id: Option<Id>,
    }
}

/// A user. Index: primary key of `app_user`.
pub(super) async fn account(
    db: &impl Query,
    district: DistrictId,
    user: Id,
) -> Result<Option<Account>, StoreError> {
    db.first(
        "SELECT id, name, sponsor_id FROM app_user WHERE district_id = $1 AND id = $2",
        args![district, user],
    )
    .await
}

asuh_store::row_struct! {
    /// Somebody of the roster without an account.
    pub(super) struct Waiting {
        pub(super) id: Id,
        pub(super) name: String,
        pub(super) nip_sealed: Option<Vec<u8>>,
    }
}

/// Most accounts made at once: the people of a very large unit.
const MOST: usize = 500;

/// The active people of a unit who have no account. Indexes: sponsor_version_by_unit; a user's sponsor is looked
/// for among the users, some thousands.
pub(super) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    unit: Id,
) -> Result<Vec<Waiting>, StoreError> {
    let sql = format!(
        "SELECT v.sponsor_id AS id, v.name, v.nip_sealed FROM sponsor_version v \
         WHERE v.district_id = $1 AND v.unit_id = $2 AND v.superseded_at = $3 AND v.status = 'active' \
         AND v.sponsor_id NOT IN ( \
             SELECT u.sponsor_id FROM app_user u WHERE u.district_id = $1 AND u.sponsor_id IS NOT NULL) \
         ORDER BY v.name_search, v.sponsor_id LIMIT {MOST}"
    );
    db.all(&sql, args![district, unit, Instant::NEVER]).await
}

/// Those of the logins that are taken. Index: unique key of `app_user`.
pub(super) async fn taken(
    db: &impl Query,
    district: DistrictId,
    logins: &[String],
) -> Result<Vec<String>, StoreError> {
    if logins.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = args![district];
    let list = args.push_list(logins.iter().cloned());
    let sql = format!("SELECT login FROM app_user WHERE district_id = $1 AND login IN ({list})");
    let rows: Vec<(String,)> = db.all(&sql, args).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn accounts_are_found_by_unit_and_login(db: TestDatabase) {
        let db = Plans::of(&db).await;
        account(&db, D, I).await.expect("a plan");
        taken(&db, D, &["one".to_owned(), "two".to_owned()]).await.expect("a plan");
        no_walks(&db);
    }
}
