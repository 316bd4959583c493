//! Reading the records of villages.

use std::collections::BTreeMap;

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::command::{Signer, results, signers};
use asuh_ground::access::Scope;

asuh_store::row_struct! {
    /// A village's record (berita acara).
    pub(in crate::verification) struct Record {
        pub(in crate::verification) id: Id,
        pub(in crate::verification) campaign_id: Id,
        pub(in crate::verification) village_code: i64,
        pub(in crate::verification) number: String,
        pub(in crate::verification) signed_on: Date,
        signers: String,
        pub(in crate::verification) families: i64,
        pub(in crate::verification) found: i64,
        results: String,
        pub(in crate::verification) unvisited_reason: String,
        pub(in crate::verification) attachment_id: Option<Id>,
        pub(in crate::verification) attached_at: Option<Instant>,
        pub(in crate::verification) closed_at: Instant,
        pub(in crate::verification) closed_name: Option<String>,
        pub(in crate::verification) reopened_at: Option<Instant>,
        pub(in crate::verification) reopened_name: Option<String>,
        pub(in crate::verification) reopening_reason: String,
    }
}

impl Record {
    /// Who signs.
    pub(in crate::verification) fn signers(&self) -> Vec<Signer> {
        signers(&self.signers)
    }

    /// Families by the code of their result.
    pub(in crate::verification) fn results(&self) -> BTreeMap<String, i64> {
        results(&self.results)
    }

    /// Families that had no result when it was closed.
    pub(in crate::verification) fn unvisited(&self) -> i64 {
        self.families - self.results().values().sum::<i64>()
    }
}

const RECORD: &str = "SELECT r.id, r.campaign_id, r.village_code, r.number, r.signed_on, r.signers, r.families, r.found, \
     r.results, r.unvisited_reason, r.attachment_id, r.attached_at, r.closed_at, c.name AS closed_name, \
     r.reopened_at, o.name AS reopened_name, r.reopening_reason FROM village_record r \
     LEFT JOIN app_user c ON c.district_id = r.district_id AND c.id = r.closed_by \
     LEFT JOIN app_user o ON o.district_id = r.district_id AND o.id = r.reopened_by";

/// A record within the scope. Index: primary key.
pub(super) async fn record(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Record>, StoreError> {
    let mut args = args![district, id];
    let within = scope.territory_condition("r.village_code", None, &mut args);
    db.first(&format!("{RECORD} WHERE r.district_id = $1 AND r.id = $2 AND {within}"), args).await
}

/// The records of a campaign's villages within the scope, the newest first. Index: `village_record_by_village`.
pub(in crate::verification) async fn records_of(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
) -> Result<Vec<Record>, StoreError> {
    let mut args = args![district, campaign];
    let within = scope.territory_condition("r.village_code", None, &mut args);
    db.all(
        &format!(
            "{RECORD} WHERE r.district_id = $1 AND r.campaign_id = $2 AND {within} \
             ORDER BY r.village_code, r.closed_at DESC, r.id DESC"
        ),
        args,
    )
    .await
}
