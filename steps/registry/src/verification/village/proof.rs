//! What `asuh check` looks for: a closed village still holds what its record says.

use asuh_store::{DistrictId, StoreError};

use super::query::records_of;
use crate::verification::campaign::{campaigns, progress};
use asuh_ground::App;
use asuh_ground::access::Scope;
use asuh_ground::app::Given;
use asuh_ground::settings;

/// Records that hold and count otherwise than the rows of their villages; empty when all is well.
pub(crate) fn check(app: &App, district: DistrictId) -> Given<'_, Vec<String>> {
    Box::pin(async move {
        let db = app.store.reader();
        let Some(here) = settings::one(db, district).await? else { return Ok(Vec::new()) };
        let whole = Scope::whole(here.code);
        let mut findings = Vec::new();
        for campaign in campaigns(db, district).await? {
            let villages = progress(db, district, &whole, campaign.id).await?;
            for record in records_of(db, district, &whole, campaign.id).await? {
                if record.reopened_at.is_some() {
                    continue;
                }
                let counted = villages.iter().find(|one| one.village == record.village_code);
                let results = counted.map(|one| one.results.clone()).unwrap_or_default();
                if results != record.results() {
                    findings.push(format!(
                        "village_record {}: says {:?}, its village holds {results:?}",
                        record.number,
                        record.results()
                    ));
                }
            }
        }
        Ok::<_, StoreError>(findings)
    })
}
