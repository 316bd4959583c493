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
    db.all(
        "SELECT s.id, s.attachment_id, s.recorded_at, u.name AS recorded_by_name FROM signed_sheet s \
         LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.recorded_by \
         WHERE s.district_id = $1 AND s.paper_id = $2 ORDER BY s.id",
        args![district, paper],
    )
    .await
}
