//! What opens a campaign, closes it and opens it again.

use asuh_store::{Args, Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query;
use crate::rules::FamilyStatus;

/// Families that a kecamatan visits a second time: as many as a person can in a few days.
const SAMPLE: std::ops::RangeInclusive<i64> = 0..=200;

/// Which families a campaign begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Families that stand so; at least one status.
    pub statuses: Vec<FamilyStatus>,
    /// Only those that this import brought or changed.
    pub batch: Option<Id>,
    /// Only those with BKKBN's own flag.
    pub flagged_only: bool,
}

impl Base {
    /// SQL: the condition on `family_version v`, with its values pushed. A family that turned out to be another
    /// one is visited as that one.
    pub(super) fn condition(&self, district: DistrictId, args: &mut Args) -> String {
        let here = args.push(district);
        let never = args.push(Instant::NEVER);
        let statuses = args.push_list(self.statuses.iter().map(|status| status.code()));
        let mut sql = format!(
            "v.district_id = {here} AND v.superseded_at = {never} AND v.status IN ({statuses}) \
             AND NOT EXISTS (SELECT 1 FROM family f WHERE f.district_id = v.district_id AND f.id = v.family_id \
             AND f.canonical_id IS NOT NULL)"
        );
        if let Some(batch) = self.batch {
            let batch = args.push(batch);
            sql.push_str(&format!(
                " AND v.family_id IN (SELECT b.family_id FROM family_version b \
                 WHERE b.district_id = {here} AND b.batch_id = {batch} AND b.retracted_by IS NULL)"
            ));
        }
        if self.flagged_only {
            sql.push_str(" AND v.krs = 1");
        }
        sql
    }
}

/// Opens a campaign: its base list is counted and fixed now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenCampaign {
    /// Its name, at most 80 characters: "Verifikasi KRS 2026".
    pub name: String,
    /// The families it begins with.
    pub base: Base,
    /// The first day on which a visit belongs to it.
    pub opens_on: Date,
    /// The day by which the villages are to close.
    pub deadline: Date,
    /// Families that each kecamatan visits a second time, 0 to 200.
    pub sample: i64,
}

impl Command for OpenCampaign {
    const KIND: &'static str = "registry.open_campaign";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if self.base.statuses.is_empty() {
            return Err(Refusal::new("web.error.choose").field("status").into());
        }
        if self.deadline < self.opens_on {
            return Err(Refusal::new("verification.refused.deadline").field("tenggat").into());
        }
        if !SAMPLE.contains(&self.sample) {
            return Err(Refusal::new("verification.refused.sample").field("sampel").into());
        }
        if query::open_campaign(tx, tx.district()).await?.is_some() {
            return Err(Refusal::new("verification.refused.one_open").into());
        }
        let id = tx.new_id();
        tx.subject("verification_campaign", id);
        let statuses: Vec<&str> = self.base.statuses.iter().map(|status| status.code()).collect();
        tx.execute(
            "INSERT INTO verification_campaign (district_id, id, name, statuses, batch_id, flagged_only, opens_on, \
             deadline, sample, state, recorded_at, recorded_by, closing_reason, reopening_reason) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10, $11, '', '')",
            args![
                tx.district(),
                id,
                name,
                statuses.join(" "),
                self.base.batch,
                self.base.flagged_only,
                self.opens_on,
                self.deadline,
                self.sample,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        // family_version_progress, or family_version_by_batch where an import is named.
        let mut args = args![tx.district(), id];
        let wanted = self.base.condition(tx.district(), &mut args);
        let families = tx
            .execute(
                &format!(
                    "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, origin) \
                     SELECT $1, $2, v.family_id, v.village_code, v.rw, 'base' FROM family_version v WHERE {wanted}"
                ),
                args,
            )
            .await?;
        if families == 0 {
            return Err(Refusal::new("verification.refused.no_family").field("status").into());
        }
        tx.execute(
            "INSERT INTO campaign_village (district_id, campaign_id, village_code, state, touched_at) \
             SELECT DISTINCT $1, $2, c.village_code, 'open', $3 FROM campaign_family c \
             WHERE c.district_id = $1 AND c.campaign_id = $2",
            args![tx.district(), id, tx.now()],
        )
        .await?;
        Ok(id)
    }
}

/// Closes a campaign: nothing of it changes any more. Where villages are open or kecamatan have not checked,
/// the reason must be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseCampaign {
    /// The campaign.
    pub campaign: Id,
    /// Why it closes although something is missing; at most 300 characters.
    pub reason: String,
}

impl Command for CloseCampaign {
    const KIND: &'static str = "registry.close_campaign";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        close(tx, self.campaign, self.reason.trim()).await
    }
}

/// Closes a campaign within the command of its own, or within the one that freezes a list of it.
///
/// # Errors
/// It is closed already; something of it is missing and there is no reason; the store fails.
pub(crate) async fn close(tx: &Tx<'_>, campaign: Id, reason: &str) -> Result<(), Fault> {
    tx.subject("verification_campaign", campaign);
    // The row is the lock: visits and closings look at it first.
    let closed = tx
        .execute(
            "UPDATE verification_campaign SET state = 'closed', closed_at = $3, closed_by = $4, \
                 closing_reason = $5 WHERE district_id = $1 AND id = $2 AND state = 'open'",
            args![tx.district(), campaign, tx.now(), tx.actor(), reason],
        )
        .await?;
    if closed == 0 {
        return Err(match query::campaign_by_id(tx, tx.district(), campaign).await? {
            None => Refusal::not_found().into(),
            Some(_) => Refusal::new("verification.refused.campaign_closed").into(),
        });
    }
    // Whoever records a visit or closes a village holds the village's row: wait for them, and be seen by them.
    tx.execute(
        "UPDATE campaign_village SET touched_at = $3 WHERE district_id = $1 AND campaign_id = $2",
        args![tx.district(), campaign, tx.now()],
    )
    .await?;
    let standing = query::standing(tx, tx.district(), campaign).await?;
    if !standing.is_some_and(|standing| standing.is_complete()) && reason.is_empty() {
        return Err(Refusal::new("verification.refused.incomplete").field("alasan").into());
    }
    Ok(())
}

/// Opens a closed campaign again, because something of it is wrong: villages can be opened, visits count again. What
/// was frozen of it stays as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenCampaign {
    /// The campaign.
    pub campaign: Id,
    /// Why; at most 300 characters.
    pub reason: String,
}

impl Command for ReopenCampaign {
    const KIND: &'static str = "registry.reopen_campaign";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("verification_campaign", self.campaign);
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("registry.refused.reason_needed").field("alasan").into());
        }
        let campaign = query::campaign_by_id(tx, tx.district(), self.campaign).await?;
        let campaign = campaign.ok_or_else(Refusal::not_found)?;
        match query::open_campaign(tx, tx.district()).await? {
            Some(open) if open.id == campaign.id => {
                return Err(Refusal::new("verification.refused.campaign_open").into());
            }
            Some(_) => return Err(Refusal::new("verification.refused.one_open").into()),
            None => {}
        }
        tx.execute(
            "UPDATE verification_campaign SET state = 'open', closed_at = NULL, closed_by = NULL, \
             closing_reason = '', reopened_at = $3, reopened_by = $4, reopening_reason = $5 \
             WHERE district_id = $1 AND id = $2 AND state = 'closed'",
            args![tx.district(), self.campaign, tx.now(), tx.actor(), reason],
        )
        .await?;
        Ok(())
    }
}

/// How many families of each village a base holds: what a form shows before it opens a campaign.
/// Index: `family_version_progress`, or `family_version_by_batch`.
pub(super) async fn preview(
    db: &impl Query,
    district: DistrictId,
    base: &Base,
) -> Result<Vec<(i64, i64)>, StoreError> {
    asuh_store::row_struct! {
        struct Row { village_code: i64, n: i64 }
    }
    let mut args = Args::new();
    let wanted = base.condition(district, &mut args);
    let rows: Vec<Row> = db
        .all(
            &format!(
                "SELECT v.village_code, COUNT(*) AS n FROM family_version v WHERE {wanted} \
                 GROUP BY v.village_code ORDER BY v.village_code"
            ),
            args,
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.village_code, row.n)).collect())
}
