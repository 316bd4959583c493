//! What changes in analyses.

use std::collections::BTreeMap;
use std::sync::Arc;

use asuh_ground::settings;
use asuh_step_registry::Reach;
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, Store, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Analysis, AtRisk};
use super::rules;
use crate::paper;

/// The figures of all villages of a district, read at one moment before the write door is entered: adding up fifty thousand
/// families takes seconds, in which nobody else could write.
#[derive(Debug)]
pub struct Situation {
    at: Instant,
    figures: BTreeMap<i64, rules::Figures>,
    families: Vec<AtRisk>,
}

impl Situation {
    /// As it stands now; nothing for a month to come.
    ///
    /// # Errors
    /// The store fails.
    pub async fn read(
        store: &Store,
        district: DistrictId,
        (year, month): (i64, i64),
        today: Date,
    ) -> Result<Arc<Situation>, StoreError> {
        let at = store.clock().now();
        let (figures, families) = match query::month_of(month, today) {
            Some(month) => query::figures(store.reader(), district, (year, month), today).await?,
            None => Default::default(),
        };
        Ok(Arc::new(Situation { at, figures, families }))
    }
}

/// Keeps the situation of a year as a draft; earlier ones stay.
///
/// Refused for a month to come, a year out of reason, and a district without villages.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReckonAnalysis {
    /// The year that it is for.
    pub year: i64,
    /// The month of the measurements, yyyymm.
    pub month: i64,
    /// The present day.
    pub today: Date,
    /// What was read ahead, of this year and month. It is no part of what was ordered: the same form sent twice is one order,
    /// whatever was recorded in between.
    #[serde(skip)]
    pub situation: Option<Arc<Situation>>,
}

impl Command for ReckonAnalysis {
    const KIND: &'static str = "analysis.reckon";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !(2018..=2100).contains(&self.year) {
            let refusal = Refusal::new("web.error.out_of_range").field("tahun");
            return Err(refusal.arg("from", 2018).arg("to", 2100).into());
        }
        let month = query::month_of(self.month, self.today)
            .ok_or_else(|| Refusal::new("analysis.refused.month").field("bulan"))?;
        let (at, (found, families)) = match self.situation.as_deref() {
            Some(ahead) => (ahead.at, (ahead.figures.clone(), ahead.families.clone())),
            None => (tx.now(), query::figures(tx, tx.district(), (self.year, month), self.today).await?),
        };
        if found.is_empty() {
            return Err(Refusal::new("analysis.refused.villages").into());
        }
        let criteria = rules::criteria(&settings::list(tx, tx.district(), "convergence.lokus").await?);
        let share: i64 = settings::get_typed(tx, tx.district(), "convergence.lokus_share").await?;
        let figures: Vec<rules::Figures> = found.values().copied().collect();
        let scored = rules::score(&figures, &criteria, share);
        let words = serde_json::to_string(&criteria).map_err(|error| StoreError::Shape(error.to_string()))?;
        let id = tx.new_id();
        let last = "SELECT COALESCE(MAX(nth), 0) AS n FROM analysis WHERE district_id = $1 AND year = $2";
        let nth = tx.number(last, args![tx.district(), self.year]).await? + 1;
        tx.subject("analysis", id);
        tx.execute(
            "INSERT INTO analysis (district_id, id, year, nth, state, month, criteria, reckoned_at, decree, recorded_by, \
             recorded_at) VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, '', $8, $9)",
            args![tx.district(), id, self.year, nth, self.month, words, at, tx.actor(), tx.now()],
        )
        .await?;
        let rows = found.iter().zip(scored).map(|((code, one), scored)| {
            args![
                tx.district(),
                id,
                *code,
                one.children,
                one.measured,
                one.stunted,
                one.severely,
                one.families,
                one.at_risk,
                one.poor_water,
                one.poor_latrine,
                one.four_too,
                one.poor,
                one.unvisited,
                one.budget,
                scored.points,
                scored.place,
                scored.proposed,
                scored.proposed,
                "",
            ]
        });
        tx.insert_many(
            "INSERT INTO analysis_village (district_id, analysis_id, village_code, children, measured, stunted, severely, \
             families, at_risk, poor_water, poor_latrine, four_too, poor, unvisited, budget, points, place, proposed, \
             chosen, reason) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        let families = families.into_iter();
        let rows = families.map(|one| args![tx.district(), id, one.village, one.family, one.marks]);
        tx.insert_many(
            "INSERT INTO analysis_family (district_id, analysis_id, village_code, family_id, marks) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        // What stands in the way does so still.
        tx.execute(
            "UPDATE analysis_obstacle SET analysis_id = $3 WHERE district_id = $1 AND retracted_at IS NULL \
             AND analysis_id IN (SELECT a.id FROM analysis a WHERE a.district_id = $1 AND a.year = $2 AND a.state = 'draft')",
            args![tx.district(), self.year, id],
        )
        .await?;
        Ok(id)
    }
}

/// A draft, held until the command ends.
async fn draft(tx: &Tx<'_>, id: Id) -> Result<Analysis, Fault> {
    tx.execute("UPDATE analysis SET nth = nth WHERE district_id = $1 AND id = $2", args![tx.district(), id])
        .await?;
    let found = query::one(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?;
    if found.state != "draft" {
        return Err(Refusal::new("analysis.refused.decided").into());
    }
    tx.subject("analysis", id);
    Ok(found)
}

/// What people say of a village against the proposal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Choice {
    /// Its code.
    pub village: i64,
    /// Whether it is a priority village.
    pub chosen: bool,
    /// Why, where that is not what the table proposes; at most 200 characters.
    pub reason: String,
}

/// Fixes the priority villages of a year: what was proposed, but for those that people say otherwise of. The analysis does not
/// change any more.
///
/// Refused for one that is decided, without the paper's number, without any village, where people differ from the table
/// without a reason, and with somebody else's scan.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideAnalysis {
    /// Which.
    pub analysis: Id,
    /// The villages that were looked at.
    pub choices: Vec<Choice>,
    /// "SK Bupati 440/200/2026", at most 120 characters.
    pub decree: String,
    /// The attachment.
    pub document: Option<Id>,
    /// The present day.
    pub today: Date,
}

impl Command for DecideAnalysis {
    const KIND: &'static str = "analysis.decide";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        draft(tx, self.analysis).await?;
        if self.decree.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("sk").into());
        }
        paper::own(tx, self.document, "berkas").await?;
        asuh_store::row_struct! { struct Known { village_code: i64, proposed: bool } }
        let sql =
            "SELECT village_code, proposed FROM analysis_village WHERE district_id = $1 AND analysis_id = $2";
        let known: Vec<Known> = tx.all(sql, args![tx.district(), self.analysis]).await?;
        let proposed: BTreeMap<i64, bool> =
            known.into_iter().map(|one| (one.village_code, one.proposed)).collect();
        let mut chosen = proposed.clone();
        for choice in &self.choices {
            let was = *proposed.get(&choice.village).ok_or_else(Refusal::not_found)?;
            if was != choice.chosen && choice.reason.trim().is_empty() {
                let field = format!("alasan_{}", choice.village);
                return Err(Refusal::new("analysis.refused.reason").field(field).into());
            }
            chosen.insert(choice.village, choice.chosen);
        }
        let count = chosen.values().filter(|one| **one).count() as i64;
        if count == 0 {
            return Err(Refusal::new("analysis.refused.none").into());
        }
        for choice in &self.choices {
            let differs = proposed.get(&choice.village) != Some(&choice.chosen);
            let reason = if differs { choice.reason.trim() } else { "" };
            tx.execute(
                "UPDATE analysis_village SET chosen = $4, reason = $5 \
                 WHERE district_id = $1 AND analysis_id = $2 AND village_code = $3",
                args![tx.district(), self.analysis, choice.village, choice.chosen, reason],
            )
            .await?;
        }
        tx.execute(
            "UPDATE analysis SET state = 'decided', decided_on = $3, decree = $4, document_id = $5, decided_by = $6 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.analysis,
                self.today,
                self.decree.trim(),
                self.document,
                tx.actor(),
            ],
        )
        .await?;
        Ok(count)
    }
}

/// Notes what stands in the way of a place, and what is proposed.
///
/// Refused for a place out of reach and without words.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NoteObstacle {
    /// Of which analysis.
    pub analysis: Id,
    /// The territories of whoever notes it.
    pub reach: Reach,
    /// The district, a kecamatan or a village.
    pub territory: i64,
    /// At most 300 characters.
    pub words: String,
    /// At most 300 characters.
    pub proposal: String,
}

impl Command for NoteObstacle {
    const KIND: &'static str = "analysis.note_obstacle";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        draft(tx, self.analysis).await?;
        let known = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2";
        let there = tx.number(known, args![tx.district(), self.territory]).await? > 0;
        if !there || !self.reach.reaches(self.territory, "") {
            return Err(Refusal::new("web.error.choose").field("wilayah").into());
        }
        if self.words.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("kendala").into());
        }
        tx.execute(
            "INSERT INTO analysis_obstacle (district_id, id, analysis_id, territory_code, words, proposal, recorded_by, \
             recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![
                tx.district(),
                tx.new_id(),
                self.analysis,
                self.territory,
                self.words.trim(),
                self.proposal.trim(),
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(())
    }
}

/// Takes back what was noted within reach.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropObstacle {
    /// Of which analysis.
    pub analysis: Id,
    /// Which.
    pub obstacle: Id,
    /// The territories of whoever takes it back.
    pub reach: Reach,
}

impl Command for DropObstacle {
    const KIND: &'static str = "analysis.drop_obstacle";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        draft(tx, self.analysis).await?;
        let found = query::obstacles(tx, tx.district(), &self.reach.scope(), self.analysis).await?;
        if !found.iter().any(|one| one.id == self.obstacle) {
            return Err(Refusal::not_found().into());
        }
        tx.execute(
            "UPDATE analysis_obstacle SET retracted_at = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.obstacle, tx.now()],
        )
        .await?;
        Ok(())
    }
}
