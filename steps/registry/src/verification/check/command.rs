//! What draws a sample, records second visits, and closes a kecamatan's check.

use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query;
use crate::rights::Reach;
use crate::verification::campaign::{Campaign, open_campaign, progress};
use crate::verification::rules::{self, Drawable, VisitResult, agreement, agrees};
use asuh_ground::settings::get_typed;

/// The kecamatan as a territory that the reach holds whole, and the open campaign.
async fn held(tx: &Tx<'_>, reach: &Reach, code: i64) -> Result<(TerritoryCode, Campaign), Fault> {
    let subdistrict = TerritoryCode::from_i64(code).map_err(|_| Refusal::not_found())?;
    if subdistrict.level() != Level::Subdistrict || !reach.reaches(code, "") {
        return Err(Refusal::not_found().into());
    }
    match open_campaign(tx, tx.district()).await? {
        Some(campaign) => Ok((subdistrict, campaign)),
        None => Err(Refusal::new("verification.refused.no_campaign").into()),
    }
}

/// Draws the sample of a kecamatan whose villages have all closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DrawSample {
    /// The kecamatan, a code of ten digits.
    pub subdistrict: i64,
    /// The territories of whoever checks; he must reach the whole kecamatan.
    pub reach: Reach,
}

impl Command for DrawSample {
    const KIND: &'static str = "registry.draw_sample";
    /// How many families were drawn.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let (subdistrict, campaign) = held(tx, &self.reach, self.subdistrict).await?;
        let scope = Reach::whole(subdistrict).scope();
        let villages = progress(tx, tx.district(), &scope, campaign.id).await?;
        let open = villages.iter().filter(|village| !village.closed).count();
        if open > 0 || villages.is_empty() {
            return Err(Refusal::new("verification.refused.villages_open").arg("n", open).into());
        }
        let last = query::check_of(tx, tx.district(), campaign.id, self.subdistrict).await?;
        if last.as_ref().is_some_and(|check| check.voided_at.is_none()) {
            return Err(Refusal::new("verification.refused.drawn").into());
        }
        let round = last.map_or(0, |check| check.round) + 1;
        let families = query::drawable(tx, tx.district(), &scope, campaign.id).await?;
        let all: Vec<Drawable> = families
            .iter()
            .map(|one| Drawable { village: one.village_code, family: one.family_id })
            .collect();
        let size = usize::try_from(campaign.sample).unwrap_or(0);
        let drawn = rules::draw(campaign.id, round, size, &all);
        tx.execute(
            "INSERT INTO subdistrict_check (district_id, campaign_id, subdistrict_code, round, drawn_at, drawn_by, \
             closing_reason) VALUES ($1, $2, $3, $4, $5, $6, '')",
            args![tx.district(), campaign.id, self.subdistrict, round, tx.now(), tx.actor()],
        )
        .await?;
        let first = |family: Id| families.iter().find(|one| one.family_id == family).map(|one| &one.result);
        let rows = drawn
            .iter()
            .filter_map(|one| Some((one.family, first(one.family)?)))
            .map(|(family, first)| {
                args![tx.district(), campaign.id, self.subdistrict, round, family, first, "", tx.now()]
            })
            .collect();
        tx.insert_many(
            "INSERT INTO recheck (district_id, campaign_id, subdistrict_code, round, family_id, first_result, \
             note, recorded_at) VALUES",
            "",
            rows,
        )
        .await?;
        Ok(drawn.len() as i64)
    }
}

/// Records what a second visit found. It says whether the first can be trusted; the family stands as before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordRecheck {
    /// The kecamatan.
    pub subdistrict: i64,
    /// The territories of whoever visited.
    pub reach: Reach,
    /// The family of the sample.
    pub family: Id,
    /// What was found.
    pub result: VisitResult,
    /// What differs; at most 300 characters.
    pub note: String,
    /// The day of the visit.
    pub visited_on: Date,
    /// The present day.
    pub today: Date,
}

impl Command for RecordRecheck {
    const KIND: &'static str = "registry.record_recheck";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (_, campaign) = held(tx, &self.reach, self.subdistrict).await?;
        tx.subject("family", self.family);
        if self.visited_on > self.today {
            return Err(Refusal::new("registry.error.future_day").field("kunjungan").into());
        }
        let check = query::check_of(tx, tx.district(), campaign.id, self.subdistrict).await?;
        let check = check.filter(|check| check.voided_at.is_none()).ok_or_else(Refusal::not_found)?;
        if check.closed_at.is_some() {
            return Err(Refusal::new("verification.refused.check_closed").into());
        }
        let own = tx
            .number(
                "SELECT COUNT(*) AS n FROM campaign_family c JOIN verification r ON r.district_id = c.district_id \
                 AND r.id = c.visit_id \
                 WHERE c.district_id = $1 AND c.campaign_id = $2 AND c.family_id = $3 AND r.verified_by = $4",
                args![tx.district(), campaign.id, self.family, tx.actor()],
            )
            .await?;
        // The program itself builds demos and test data under one name.
        if own > 0 && tx.actor() != Id::SYSTEM {
            return Err(Refusal::new("verification.refused.own_visit").into());
        }
        let recorded = tx
            .execute(
                "UPDATE recheck SET result = $6, note = $7, visited_on = $8, checked_by = $9, recorded_at = $10 \
                 WHERE district_id = $1 AND campaign_id = $2 AND subdistrict_code = $3 AND round = $4 \
                 AND family_id = $5",
                args![
                    tx.district(),
                    campaign.id,
                    self.subdistrict,
                    check.round,
                    self.family,
                    self.result.code(),
                    self.note.trim(),
                    self.visited_on,
                    tx.actor(),
                    tx.now(),
                ],
            )
            .await?;
        if recorded == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Closes the check of a kecamatan once all of the sample was visited. Where fewer agree than the district asks
/// for, the reason must be told; the other way is to open villages again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseCheck {
    /// The kecamatan.
    pub subdistrict: i64,
    /// The territories of whoever checks.
    pub reach: Reach,
    /// Why it closes although too few agree; at most 300 characters.
    pub reason: String,
}

impl Command for CloseCheck {
    const KIND: &'static str = "registry.close_check";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (_, campaign) = held(tx, &self.reach, self.subdistrict).await?;
        let check = query::check_of(tx, tx.district(), campaign.id, self.subdistrict).await?;
        let check = check.filter(|check| check.voided_at.is_none()).ok_or_else(Refusal::not_found)?;
        let closed = tx
            .execute(
                "UPDATE subdistrict_check SET closed_at = $5, closed_by = $6 WHERE district_id = $1 \
                 AND campaign_id = $2 AND subdistrict_code = $3 AND round = $4 AND closed_at IS NULL \
                 AND voided_at IS NULL",
                args![tx.district(), campaign.id, self.subdistrict, check.round, tx.now(), tx.actor()],
            )
            .await?;
        if closed == 0 {
            return Err(Refusal::new("verification.refused.check_closed").into());
        }
        let sample = query::outcomes(tx, tx.district(), campaign.id, self.subdistrict, check.round).await?;
        let left = sample.iter().filter(|(_, second)| second.is_none()).count();
        if left > 0 {
            return Err(Refusal::new("verification.refused.sample_left").arg("n", left).into());
        }
        let agreed = sample
            .iter()
            .filter(|(first, second)| second.as_deref().is_some_and(|second| agrees(first, second)))
            .count() as i64;
        let least: i64 = get_typed(tx, tx.district(), "verification.least_agreement").await?;
        let reason = self.reason.trim();
        let rate = agreement(agreed, sample.len() as i64);
        if rate.is_some_and(|rate| rate.agreed * 100 < rate.compared * least) && reason.is_empty() {
            return Err(Refusal::new("verification.refused.agreement")
                .field("alasan")
                .arg("least", least)
                .into());
        }
        tx.execute(
            "UPDATE subdistrict_check SET agreed = $5, closing_reason = $6 WHERE district_id = $1 \
             AND campaign_id = $2 AND subdistrict_code = $3 AND round = $4",
            args![tx.district(), campaign.id, self.subdistrict, check.round, agreed, reason],
        )
        .await?;
        Ok(())
    }
}

/// Within the command that opens a village again: what was checked of its kecamatan no longer holds.
pub(in crate::verification) async fn void(tx: &Tx<'_>, campaign: Id, village: i64) -> Result<(), Fault> {
    tx.execute(
        "UPDATE subdistrict_check SET voided_at = $4 WHERE district_id = $1 AND campaign_id = $2 \
         AND subdistrict_code = $3 AND voided_at IS NULL",
        args![tx.district(), campaign, village / 10_000 * 10_000, tx.now()],
    )
    .await?;
    Ok(())
}
