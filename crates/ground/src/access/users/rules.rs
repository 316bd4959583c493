//! The rules about roles that a district may change.

use asuh_store::{DistrictId, Query, StoreError};

use super::super::{Role, RolePair};
use crate::settings;

/// The setting with the pairs of roles that one person may not hold together.
pub(super) const INCOMPATIBLE: &str = "access.incompatible_roles";
/// The setting with the longest time for which an auditor is let in, in days.
pub(super) const AUDITOR_DAYS: &str = "access.auditor_days";

const INCOMPATIBLE_AT_FIRST: &str = "treasurer+warehouse_keeper";
const AUDITOR_DAYS_AT_FIRST: i64 = 90;

/// What a grant of a role must name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// At least one territory.
    Areas,
    /// At least one unit.
    Units,
    /// Nothing: the role reaches what is the person's own.
    Own,
}

/// What a grant of this role must name.
pub(super) fn reach(role: Role) -> Reach {
    match role {
        Role::UnitCoordinator | Role::Treasurer | Role::WarehouseKeeper | Role::Kitchen => Reach::Units,
        Role::Sponsor => Reach::Own,
        _ => Reach::Areas,
    }
}

/// The district's pairs and the longest time of an auditor. A list that cannot be read forbids as at first.
pub(super) async fn read(db: &impl Query, district: DistrictId) -> Result<(Vec<RolePair>, i64), StoreError> {
    let text = settings::get(db, district, INCOMPATIBLE, INCOMPATIBLE_AT_FIRST).await?;
    let pairs = RolePair::parse_list(&text).or_else(|_| RolePair::parse_list(INCOMPATIBLE_AT_FIRST));
    let days = settings::get(db, district, AUDITOR_DAYS, "").await?;
    let days = days.parse().ok().filter(|days| (1..=3_660).contains(days)).unwrap_or(AUDITOR_DAYS_AT_FIRST);
    Ok((pairs.unwrap_or_default(), days))
}

/// The pairs as the setting keeps them.
pub(super) fn written(pairs: &[RolePair]) -> String {
    let pairs = pairs.iter().map(|pair| format!("{}+{}", pair.0.code(), pair.1.code()));
    pairs.collect::<Vec<_>>().join(", ")
}
