//! Reading drives.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

asuh_store::row_struct! {
    /// A drive in the admin's list.
    pub(crate) struct DriveLine {
        /// Key.
        pub(crate) id: Id,
        /// Campaign.
        pub(crate) campaign_id: Id,
        /// Its name.
        pub(crate) campaign: String,
        /// Day.
        pub(crate) held_on: time::Date,
        /// The day it stands for.
        pub(crate) moved_from: Option<time::Date>,
        /// 'open', 'cancelled'.
        pub(crate) state: String,
        /// Why moved or cancelled.
        pub(crate) reason: String,
        /// Rolls opened.
        pub(crate) rolls: i64,
        /// Rolls closed.
        pub(crate) closed: i64,
    }
}

const LINE: &str = "SELECT d.id, d.campaign_id, c.name AS campaign, d.held_on, d.moved_from, d.state, d.reason, \
    (SELECT COUNT(*) FROM roll r WHERE r.district_id = d.district_id AND r.drive_id = d.id) AS rolls, \
    (SELECT COUNT(*) FROM roll r WHERE r.district_id = d.district_id AND r.drive_id = d.id AND r.state = 'closed') AS closed \
    FROM drive d JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id WHERE d.district_id = $1";

/// The newest drives, a page of them, before a place in the list. Index: `drive_by_day`, unique key of `roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    before: Option<(time::Date, Id)>,
    limit: i64,
) -> Result<Vec<DriveLine>, StoreError> {
    let mut args = args![district];
    let page = match before {
        Some((day, id)) => format!("AND (d.held_on, d.id) < ({}, {})", args.push(day), args.push(id)),
        None => String::new(),
    };
    let limit = args.push(limit);
    db.all(&format!("{LINE} {page} ORDER BY d.held_on DESC, d.id DESC LIMIT {limit}"), args).await
}

/// One drive. Index: primary key, unique key of `roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<DriveLine>, StoreError> {
    db.first(&format!("{LINE} AND d.id = $2"), args![district, id]).await
}

asuh_store::row_struct! {
    /// A drive as the coordinators' list needs it.
    pub(crate) struct Held {
        /// Key.
        pub(crate) id: Id,
        /// Campaign.
        pub(crate) campaign_id: Id,
        /// Day.
        pub(crate) held_on: time::Date,
        /// The day it stands for.
        pub(crate) moved_from: Option<time::Date>,
        /// 'open', 'cancelled'.
        pub(crate) state: String,
    }
}

/// The drives since a day. Index: `drive_by_day`.
///
/// # Errors
/// The store fails.
pub(crate) async fn since(
    db: &impl Query,
    district: DistrictId,
    day: time::Date,
) -> Result<Vec<Held>, StoreError> {
    db.all(
        "SELECT id, campaign_id, held_on, moved_from, state FROM drive WHERE district_id = $1 AND held_on >= $2 \
         ORDER BY held_on DESC, id DESC",
        args![district, day],
    )
    .await
}
