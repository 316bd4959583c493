//! What a family has in its hands: packages that were delivered, not those that were planned for it.

use asuh_step_registry::identity::FAMILY_AND_ALIASES;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

/// Goods of five years of weekly packages.
const MOST: usize = 600;

asuh_store::row_struct! {
    /// A good that a family received on a day, of all its packages of that day.
    pub(crate) struct Received {
        /// The day.
        pub(crate) delivered_on: Date,
        /// The good.
        pub(crate) name: String,
        /// The word for its smallest unit.
        pub(crate) unit: String,
        /// How much.
        pub(crate) quantity: i64,
    }
}

/// What a family received, by day, the newest first. Index: package_by_family.
pub(crate) async fn received_by(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<Received>, StoreError> {
    db.all(
        &format!(
            "SELECT p.delivered_on, c.name, c.unit, CAST(SUM(i.quantity) AS BIGINT) AS quantity FROM package p \
             JOIN package_item i ON i.district_id = p.district_id AND i.package_id = p.id \
             JOIN commodity c ON c.district_id = i.district_id AND c.code = i.commodity \
             WHERE p.district_id = $1 AND p.family_id IN {FAMILY_AND_ALIASES} \
             AND p.state = 'delivered' AND p.delivered_on IS NOT NULL \
             GROUP BY p.delivered_on, c.nth, c.code, c.name, c.unit \
             ORDER BY p.delivered_on DESC, c.nth, c.code LIMIT {MOST}"
        ),
        args![district, family],
    )
    .await
}
