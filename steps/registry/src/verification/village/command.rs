//! What closes a village, keeps its signed paper, and opens it again.

use std::collections::BTreeMap;

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::print::VillageRecord;
use super::query;
use crate::rights::Reach;
use crate::verification::campaign::{Progress, open_campaign, progress};
use crate::verification::check::void;
use crate::verification::rules::{Blocked, Missing, blocked};
use crate::verification::visit::waiting_in;
use asuh_ground::attachments;
use asuh_ground::papers::{self, RowPaper};
use asuh_ground::settings::documents::next_number;
use asuh_ground::settings::get_typed;

/// Who signs a village's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// His name.
    pub name: String,
    /// As what he signs: "Kepala Desa Selam Paung".
    pub office: String,
}

/// Closes a village of the open campaign: what was counted is kept with who signs it, under a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseVillage {
    /// The village, a code of ten digits.
    pub village: i64,
    /// The territories of whoever closes it; he must reach the whole village.
    pub reach: Reach,
    /// The day on which the record is signed.
    pub signed_on: Date,
    /// Who signs, at least one, in their order.
    pub signers: Vec<Signer>,
    /// Why families have no result; at most 300 characters.
    pub reason: String,
    /// The present day; nobody signs after it.
    pub today: Date,
}

impl Command for CloseVillage {
    const KIND: &'static str = "registry.close_village";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        // A village is closed as a whole: an RW of it is not enough.
        let code = TerritoryCode::from_i64(self.village).map_err(|_| Refusal::not_found())?;
        if !self.reach.reaches(self.village, "") {
            return Err(Refusal::not_found().into());
        }
        let signers: Vec<Signer> = self
            .signers
            .iter()
            .map(|one| Signer { name: name::tidy(&one.name), office: name::tidy(&one.office) })
            .filter(|one| !one.name.is_empty())
            .collect();
        if signers.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama_1").into());
        }
        let Some(campaign) = open_campaign(tx, tx.district()).await? else {
            return Err(Refusal::new("verification.refused.no_campaign").into());
        };
        if self.signed_on > self.today || self.signed_on < campaign.opens_on {
            return Err(Refusal::new("verification.refused.signed_on").field("tanggal").into());
        }
        // The row is the lock: visits to this village wait, or were counted.
        let closed = tx
            .execute(
                "UPDATE campaign_village SET state = 'closed', touched_at = $4 \
                 WHERE district_id = $1 AND campaign_id = $2 AND village_code = $3 AND state = 'open'",
                args![tx.district(), campaign.id, self.village, tx.now()],
            )
            .await?;
        if closed == 0 {
            return Err(Refusal::new("verification.refused.village_closed").into());
        }
        if open_campaign(tx, tx.district()).await?.is_none_or(|open| open.id != campaign.id) {
            return Err(Refusal::new("verification.refused.campaign_closed").into());
        }
        let whole = Reach::whole(code).scope();
        let counted = progress(tx, tx.district(), &whole, campaign.id).await?.into_iter().next();
        let counted = counted.unwrap_or_else(|| Progress { village: self.village, ..Progress::default() });
        let missing = Missing {
            families: counted.families,
            unvisited: counted.open(),
            waiting: waiting_in(tx, tx.district(), campaign.id, self.village).await?,
        };
        let least: i64 = get_typed(tx, tx.district(), "verification.least_visited").await?;
        if let Some(why) = blocked(missing, least, &self.reason) {
            return Err(refusal(why, missing, least).into());
        }
        let id = tx.new_id();
        tx.subject("village_record", id);
        let number = next_number(tx, "verification.record", self.signed_on).await?;
        tx.execute(
            "INSERT INTO village_record (district_id, id, campaign_id, village_code, number, signed_on, signers, \
             families, found, results, unvisited_reason, closed_at, closed_by, reopening_reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')",
            args![
                tx.district(),
                id,
                campaign.id,
                self.village,
                number,
                self.signed_on,
                json(&signers)?,
                counted.families,
                counted.found,
                json(&counted.results)?,
                if missing.unvisited > 0 { self.reason.trim() } else { "" },
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

fn json(value: &impl Serialize) -> Result<String, asuh_store::StoreError> {
    serde_json::to_string(value).map_err(|error| asuh_store::StoreError::Shape(error.to_string()))
}

/// The results of a record by their codes.
pub(super) fn results(json: &str) -> BTreeMap<String, i64> {
    serde_json::from_str(json).unwrap_or_default()
}

/// The signers of a record.
pub(super) fn signers(json: &str) -> Vec<Signer> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Why a village does not close, with what to do.
pub(super) fn refusal(why: Blocked, missing: Missing, least: i64) -> Refusal {
    match why {
        Blocked::Waiting => Refusal::new("verification.refused.waiting").arg("n", missing.waiting),
        Blocked::TooFew => {
            Refusal::new("verification.refused.too_few").arg("n", missing.unvisited).arg("least", least)
        }
        Blocked::ReasonNeeded => {
            Refusal::new("verification.refused.unvisited").field("alasan").arg("n", missing.unvisited)
        }
    }
}

/// Keeps the signed paper of a village's record; a better scan takes its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AttachRecord {
    /// The record.
    pub record: Id,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// The attachment, stored by himself.
    pub attachment: Id,
}

impl Command for AttachRecord {
    const KIND: &'static str = "registry.attach_record";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let record = query::record(tx, tx.district(), &self.reach.scope(), self.record).await?;
        let record = record.ok_or_else(Refusal::not_found)?;
        tx.subject("village_record", record.id);
        if record.reopened_at.is_some() {
            return Err(Refusal::new("verification.refused.record_reopened").into());
        }
        if !attachments::is_own(tx, tx.district(), self.attachment, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        tx.execute(
            "UPDATE village_record SET attachment_id = $3, attached_at = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.record, self.attachment, tx.now()],
        )
        .await?;
        papers::scan_of(tx, VillageRecord::KIND, self.record, self.attachment).await
    }
}

/// Opens a closed village again, as long as its campaign is open: its record stays with the reason, and the check
/// of its kecamatan begins anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenVillage {
    /// The record that no longer holds.
    pub record: Id,
    /// The territories of whoever opens it.
    pub reach: Reach,
    /// Why; at most 300 characters.
    pub reason: String,
    /// The present day in the district.
    pub today: Date,
}

impl Command for ReopenVillage {
    const KIND: &'static str = "registry.reopen_village";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let record = query::record(tx, tx.district(), &self.reach.scope(), self.record).await?;
        let record = record.ok_or_else(Refusal::not_found)?;
        tx.subject("village_record", record.id);
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("registry.refused.reason_needed").field("alasan").into());
        }
        let open = tx
            .execute(
                "UPDATE campaign_village SET state = 'open', touched_at = $4 \
                 WHERE district_id = $1 AND campaign_id = $2 AND village_code = $3 AND state = 'closed'",
                args![tx.district(), record.campaign_id, record.village_code, tx.now()],
            )
            .await?;
        if open == 0 || record.reopened_at.is_some() {
            return Err(Refusal::new("verification.refused.record_reopened").into());
        }
        if open_campaign(tx, tx.district()).await?.is_none_or(|open| open.id != record.campaign_id) {
            return Err(Refusal::new("verification.refused.campaign_closed").into());
        }
        tx.execute(
            "UPDATE village_record SET reopened_at = $3, reopened_by = $4, reopening_reason = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.record, tx.now(), tx.actor(), reason],
        )
        .await?;
        papers::withdraw_of(tx, self.record, self.today).await?;
        void(tx, record.campaign_id, record.village_code).await
    }
}
