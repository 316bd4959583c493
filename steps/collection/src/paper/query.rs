//! Reading signed sheets.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

asuh_store::row_struct! {
    /// A photo or scan of a signed sheet.
    pub(crate) struct SignedSheet {
        /// Key.
        pub(crate) id: Id,
        /// Its content.
        pub(crate) attachment_id: Id,
        /// When it was added.
        pub(crate) recorded_at: Instant,
        /// By whom.
        pub(crate) recorded_by_name: Option<String>,
    }
}

/// The SQL of [`of`].
const OF: &str = "SELECT s.id, s.attachment_id, s.recorded_at, u.name AS recorded_by_name FROM signed_sheet s \
    LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.recorded_by \
    WHERE s.district_id = $1 AND s.paper_id = $2 ORDER BY s.id";

/// The signed sheets of a roll or hand-over, the first first. Whoever calls this has asked whether the caller may read the
/// roll or hand-over. Index: `signed_sheet_by_paper`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of(
    db: &impl Query,
    district: DistrictId,
    paper: Id,
) -> Result<Vec<SignedSheet>, StoreError> {
    db.all(OF, args![district, paper]).await
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};

    use super::*;

    #[db_test]
    async fn sheets_are_found_by_their_paper(db: TestDatabase) {
        let store = db.open().await;
        let plan = store.reader().plan(OF, args![DistrictId(1), Id::SYSTEM]).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("signed_sheet_by_paper") && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    }
}
