//! What changes in plans.

use asuh_ground::settings;
use asuh_nusantara::TerritoryCode;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::hand::{Hand, Owner};
use super::query::{self, Item};
use super::rules::{self, State};
use crate::paper;

/// The most that a row may cost: Rp10 trillion.
pub(super) const MOST: i64 = 10_000_000_000_000;
/// Places that a row may name.
pub(super) const PLACES: usize = 400;

/// Opens the plan of a year.
///
/// Refused for a year out of reason and one that is there.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenPlan {
    /// From 2018 to 2100.
    pub year: i64,
    /// The present day.
    pub today: Date,
}

impl Command for OpenPlan {
    const KIND: &'static str = "plan.open";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if !(2018..=2100).contains(&self.year) {
            let refusal = Refusal::new("web.error.out_of_range").field("tahun");
            return Err(refusal.arg("from", 2018).arg("to", 2100).into());
        }
        let written = tx
            .execute(
                "INSERT INTO plan (district_id, year, state, changed_on, basis, changed_by, recorded_at) \
                 VALUES ($1, $2, 'draft', $3, '', $4, $5) ON CONFLICT DO NOTHING",
                args![tx.district(), self.year, self.today, tx.actor(), tx.now()],
            )
            .await?;
        if written == 0 { Err(Refusal::new("plan.refused.there").field("tahun").into()) } else { Ok(()) }
    }
}

/// The plan of a year moves on to agreed or locked, or a step back.
///
/// Refused without the paper or the reason, and for any other step.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetPlanState {
    /// The year.
    pub year: i64,
    /// How it stands from now on.
    pub state: State,
    /// By which paper, or why it is opened again; at most 200 characters.
    pub basis: String,
    /// The present day.
    pub today: Date,
}

impl Command for SetPlanState {
    const KIND: &'static str = "plan.set_state";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = query::plan(tx, tx.district(), self.year).await?.ok_or_else(Refusal::not_found)?;
        if !found.state().may_become(self.state) {
            return Err(Refusal::new("plan.refused.step").field("keadaan").into());
        }
        if self.basis.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("dasar").into());
        }
        let changed = tx
            .execute(
                "UPDATE plan SET state = $3, changed_on = $4, basis = $5, changed_by = $6, recorded_at = $7 \
                 WHERE district_id = $1 AND year = $2 AND state = $8",
                args![
                    tx.district(),
                    self.year,
                    self.state.code(),
                    self.today,
                    self.basis.trim(),
                    tx.actor(),
                    tx.now(),
                    found.state,
                ],
            )
            .await?;
        if changed == 0 { Err(Refusal::new("plan.refused.step").field("keadaan").into()) } else { Ok(()) }
    }
}

/// What a row of a plan says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemFacts {
    /// Code of an indicator; empty: none yet.
    pub indicator: String,
    /// At most 200 characters.
    pub activity: String,
    /// As [`rules::subactivity`] reads it; empty: none.
    pub subactivity: String,
    /// Codes of the district, of kecamatan or villages.
    pub places: Vec<i64>,
    /// How much is intended, in `unit`.
    pub target: i64,
    /// "orang", "posyandu"; at most 40 characters.
    pub unit: String,
    /// Rupiah.
    pub budget: Option<i64>,
    /// Code of a source of money in the settings; empty: none yet.
    pub source: String,
    /// From 1 to 4.
    pub from_quarter: i64,
    /// From `from_quarter` to 4.
    pub to_quarter: i64,
    /// The position of who answers for it.
    pub person_in_charge: String,
    /// What will show that it was done.
    pub evidence: String,
}

impl ItemFacts {
    /// What a row says now.
    pub(super) fn of(item: &Item) -> ItemFacts {
        ItemFacts {
            indicator: item.indicator.clone(),
            activity: item.activity.clone(),
            subactivity: item.subactivity.clone(),
            places: item.places(),
            target: item.target,
            unit: item.unit.clone(),
            budget: item.budget,
            source: item.source.clone(),
            from_quarter: item.from_quarter,
            to_quarter: item.to_quarter,
            person_in_charge: item.person_in_charge.clone(),
            evidence: item.evidence.clone(),
        }
    }

    /// The facts in one spelling: trimmed, places in order and once.
    pub(super) fn tidy(mut self) -> ItemFacts {
        for text in [
            &mut self.indicator,
            &mut self.activity,
            &mut self.unit,
            &mut self.source,
            &mut self.person_in_charge,
            &mut self.evidence,
        ] {
            *text = text.trim().to_owned();
        }
        self.places.sort_unstable();
        self.places.dedup();
        self
    }

    /// Refuses what cannot stand in a plan.
    async fn check(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if self.activity.is_empty() {
            return Err(Refusal::new("web.error.required").field("kegiatan").into());
        }
        if !self.subactivity.is_empty() && rules::subactivity(&self.subactivity).is_none() {
            return Err(Refusal::new("plan.refused.subactivity").field("subkegiatan").into());
        }
        if self.target < 0 || self.budget.is_some_and(|rupiah| !(0..=MOST).contains(&rupiah)) {
            return Err(Refusal::new("plan.refused.amount").field("anggaran").into());
        }
        if !(1..=4).contains(&self.from_quarter) || !(self.from_quarter..=4).contains(&self.to_quarter) {
            return Err(Refusal::new("plan.refused.quarters").field("sampai_triwulan").into());
        }
        if !self.source.is_empty() {
            let sources = settings::list(tx, tx.district(), "convergence.sources").await?;
            if !sources.iter().any(|row| row.get("code") == Some(&self.source)) {
                return Err(Refusal::new("web.error.choose").field("sumber").into());
            }
        }
        if self.places.len() > PLACES {
            return Err(Refusal::new("plan.refused.places").field("lokasi").into());
        }
        let mut args = args![tx.district()];
        let list = args.push_list(self.places.iter().copied());
        let sql = format!("SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code IN ({list})");
        if tx.number(&sql, args).await? != self.places.len() as i64 {
            return Err(Refusal::new("plan.refused.place").field("lokasi").into());
        }
        crate::known_indicator(tx, &self.indicator).await
    }
}

/// Whether rows of a plan may be changed by this hand, and for which reason.
async fn changeable(tx: &Tx<'_>, hand: &Hand, year: i64, reason: &str) -> Result<State, Fault> {
    let plan = query::plan(tx, tx.district(), year).await?;
    let state = plan.ok_or_else(|| Refusal::new("plan.refused.year").field("tahun"))?.state();
    if state == State::Locked && !hand.is_whole() {
        return Err(Refusal::new("plan.refused.locked").into());
    }
    if state != State::Draft && reason.trim().is_empty() {
        return Err(Refusal::new("plan.refused.reason").field("alasan").into());
    }
    Ok(state)
}

/// Writes a row into the plan of a year, or changes it; what it said before stays as a version.
///
/// Refused for who does not write for its owner, without a reason once the plan is agreed, in a locked plan by anybody but
/// who plans for the district, when somebody changed it since it was read, and as [`ItemFacts`] say.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutItem {
    /// Who writes.
    pub hand: Hand,
    /// The year.
    pub year: i64,
    /// Which row, and the version that was read; none: a new one.
    pub item: Option<(Id, i64)>,
    /// Who answers for it; of a row that is there it stays.
    pub owner: Owner,
    /// What it says.
    pub facts: ItemFacts,
    /// Why, once the plan is agreed; at most 200 characters.
    pub reason: String,
    /// The import that says so.
    pub batch: Option<Id>,
}

impl Command for PutItem {
    const KIND: &'static str = "plan.put_item";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let facts = self.facts.clone().tidy();
        let (id, version, owner) = match self.item {
            None => (tx.new_id(), 0, self.owner),
            Some((id, read)) => {
                let found = held(tx, id).await?;
                if found.year != self.year {
                    return Err(Refusal::not_found().into());
                }
                if found.version != read || found.removed {
                    return Err(Refusal::new("plan.refused.changed").into());
                }
                (id, read, found.by())
            }
        };
        if !self.hand.holds(owner) {
            return Err(Refusal::not_found().into());
        }
        let state = changeable(tx, &self.hand, self.year, &self.reason).await?;
        facts.check(tx).await?;
        if version == 0 {
            new_item(tx, id, self.year, owner).await?;
        }
        tx.subject("plan_item", id);
        write(tx, (id, version + 1), &facts, false, (&self.reason, state), self.batch).await?;
        Ok(id)
    }
}

/// A row, held until the command ends.
async fn held(tx: &Tx<'_>, id: Id) -> Result<Item, Fault> {
    tx.execute(
        "UPDATE plan_item SET version = version WHERE district_id = $1 AND id = $2",
        args![tx.district(), id],
    )
    .await?;
    let found = query::by_ids(tx, tx.district(), &[id]).await?.remove(&id);
    Ok(found.ok_or_else(Refusal::not_found)?)
}

async fn new_item(tx: &Tx<'_>, id: Id, year: i64, owner: Owner) -> Result<(), Fault> {
    let (office, village) = match owner {
        Owner::Office(office) => {
            let sql = "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 AND valid_to IS NULL";
            if tx.number(sql, args![tx.district(), office]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("opd").into());
            }
            (Some(office), None)
        }
        Owner::Village(village) => {
            let is_village =
                TerritoryCode::from_i64(village).is_ok_and(|code| code.range().0 == code.range().1);
            let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2";
            if !is_village || tx.number(sql, args![tx.district(), village]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("opd").into());
            }
            (None, Some(village))
        }
    };
    tx.execute(
        "INSERT INTO plan_item (district_id, id, year, office_id, village_code, version, removed) \
         VALUES ($1, $2, $3, $4, $5, 0, 0)",
        args![tx.district(), id, year, office, village],
    )
    .await?;
    Ok(())
}

/// Writes a version of a row and makes it the one that holds.
pub(super) async fn write(
    tx: &Tx<'_>,
    (id, version): (Id, i64),
    facts: &ItemFacts,
    removed: bool,
    (reason, state): (&str, State),
    batch: Option<Id>,
) -> Result<(), Fault> {
    let places: Vec<String> = facts.places.iter().map(i64::to_string).collect();
    tx.execute(
        "INSERT INTO plan_version (district_id, item_id, version, indicator, activity, subactivity, places, target, unit, \
         budget, source, from_quarter, to_quarter, person_in_charge, evidence, removed, reason, plan_state, batch_id, \
         recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, \
         $19, $20, $21)",
        args![
            tx.district(),
            id,
            version,
            &facts.indicator,
            &facts.activity,
            rules::subactivity(&facts.subactivity).unwrap_or_default(),
            places.join(" "),
            facts.target,
            &facts.unit,
            facts.budget,
            &facts.source,
            facts.from_quarter,
            facts.to_quarter,
            &facts.person_in_charge,
            &facts.evidence,
            removed,
            reason.trim(),
            state.code(),
            batch,
            tx.actor(),
            tx.now(),
        ],
    )
    .await?;
    tx.execute(
        "UPDATE plan_item SET version = $3, removed = $4 WHERE district_id = $1 AND id = $2",
        args![tx.district(), id, version, removed],
    )
    .await?;
    tx.execute("DELETE FROM plan_place WHERE district_id = $1 AND item_id = $2", args![tx.district(), id])
        .await?;
    let rows = facts.places.iter().filter(|_| !removed);
    let rows = rows.map(|place| args![tx.district(), *place, id]).collect();
    tx.insert_many("INSERT INTO plan_place (district_id, territory_code, item_id) VALUES", "", rows).await?;
    Ok(())
}

/// Takes a row out of the plan; its versions and reports stay.
///
/// Refused as [`PutItem`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RemoveItem {
    /// Who takes it out.
    pub hand: Hand,
    /// Which row, and the version that was read.
    pub item: (Id, i64),
    /// Why, once the plan is agreed.
    pub reason: String,
}

impl Command for RemoveItem {
    const KIND: &'static str = "plan.remove_item";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = held(tx, self.item.0).await?;
        if !self.hand.holds(found.by()) {
            return Err(Refusal::not_found().into());
        }
        if found.version != self.item.1 || found.removed {
            return Err(Refusal::new("plan.refused.changed").into());
        }
        let state = changeable(tx, &self.hand, found.year, &self.reason).await?;
        tx.subject("plan_item", found.id);
        let next = (found.id, found.version + 1);
        write(tx, next, &ItemFacts::of(&found), true, (&self.reason, state), None).await
    }
}

/// Tells what was done of a row by the end of a quarter, counted from the beginning of the year; told again it takes the
/// place of what was told before, which stays beside it.
///
/// Refused while the plan is a draft, of a quarter to come, of amounts below zero, and with somebody else's evidence.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReportItem {
    /// Who tells.
    pub hand: Hand,
    /// Which row.
    pub item: Id,
    /// From 1 to 4.
    pub quarter: i64,
    /// Of the target, in its unit.
    pub reached: i64,
    /// Rupiah.
    pub spent: i64,
    /// In words, at most 500 characters.
    pub words: String,
    /// The attachment.
    pub evidence: Option<Id>,
    /// The present day.
    pub today: Date,
}

impl Command for ReportItem {
    const KIND: &'static str = "plan.report";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let found = held(tx, self.item).await?;
        if !self.hand.holds(found.by()) || found.removed {
            return Err(Refusal::not_found().into());
        }
        let plan = query::plan(tx, tx.district(), found.year).await?.ok_or_else(Refusal::not_found)?;
        if plan.state() == State::Draft {
            return Err(Refusal::new("plan.refused.draft").into());
        }
        let begun =
            rules::quarter_start(found.year, self.quarter).filter(|_| (1..=4).contains(&self.quarter));
        if begun.is_none_or(|start| start > self.today) {
            return Err(Refusal::new("plan.refused.quarter").field("triwulan").into());
        }
        if self.reached < 0 || !(0..=MOST).contains(&self.spent) {
            return Err(Refusal::new("plan.refused.amount").field("uang").into());
        }
        paper::own(tx, self.evidence, "berkas").await?;
        tx.subject("plan_item", found.id);
        let sql = "SELECT COALESCE(MAX(nth), 0) AS n FROM plan_report WHERE district_id = $1 AND item_id = $2 AND quarter = $3";
        let nth = tx.number(sql, args![tx.district(), self.item, self.quarter]).await? + 1;
        tx.execute(
            "INSERT INTO plan_report (district_id, item_id, quarter, nth, reached, spent, words, evidence_id, told_on, \
             recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            args![
                tx.district(),
                self.item,
                self.quarter,
                nth,
                self.reached,
                self.spent,
                self.words.trim(),
                self.evidence,
                self.today,
                tx.actor(),
                tx.now(),
            ],
        )
        .await?;
        Ok(nth)
    }
}
