//! Setting programmes up.

use asuh_step_collection::local_today;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

/// Whom a programme feeds.
pub(in super::super) const TARGETS: [&str; 5] =
    ["wasted", "underweight", "not_gaining", "pregnant_thin", "other"];

/// Who pays, by the numbers that Sigizi's template has for it.
pub(super) const BUDGETS: [i64; 4] = [1, 2, 3, 4];

/// What a district begins a year with: target, days, rupiah a day at most (puskesmas practice of 2025; a circular changes
/// them, the district then changes the rows).
const USUAL: [(&str, i64, i64); 4] = [
    ("wasted", 56, 16_500),
    ("underweight", 14, 16_500),
    ("not_gaining", 14, 16_500),
    ("pregnant_thin", 120, 21_000),
];

/// Sets a programme up, or changes it. Who is enrolled already keeps the days that were said then.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMealProgramme {
    /// The programme that is changed; without it a new one is made.
    pub programme: Option<Id>,
    /// Its name.
    pub name: String,
    /// `wasted`, `underweight`, `not_gaining`, `pregnant_thin` or `other`.
    pub target: String,
    /// The year.
    pub year: i64,
    /// Days of feeding, 1 to 366.
    pub days: i64,
    /// Rupiah a day at most; 0: none said.
    pub price_ceiling: i64,
    /// Whether those who are fed are weighed every week.
    pub weekly_weight: bool,
    /// The campaign whose help it is.
    pub campaign: Option<Id>,
    /// Who pays: 1 DAK, 2 APBD, 3 a partner, 4 the village's fund.
    pub budget: i64,
}

impl Command for PutMealProgramme {
    const KIND: &'static str = "kitchen.put_programme";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if !TARGETS.contains(&self.target.as_str()) {
            return Err(Refusal::new("web.error.choose").field("sasaran").into());
        }
        if !BUDGETS.contains(&self.budget) {
            return Err(Refusal::new("web.error.choose").field("anggaran").into());
        }
        let numbers = [
            ("tahun", self.year, 2_000..=2_100),
            ("hari", self.days, 1..=366),
            ("harga", self.price_ceiling, 0..=1_000_000),
        ];
        for (field, value, range) in numbers {
            if !range.contains(&value) {
                let refusal = Refusal::new("web.error.out_of_range").field(field);
                return Err(refusal.arg("from", range.start()).arg("to", range.end()).into());
            }
        }
        if let Some(campaign) = self.campaign {
            let sql = "SELECT COUNT(*) AS n FROM campaign WHERE district_id = $1 AND id = $2";
            if tx.number(sql, args![district, campaign]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("gerakan").into());
            }
        }
        let id = self.programme.unwrap_or_else(|| tx.new_id());
        tx.subject("meal_programme", id);
        let taken = "SELECT COUNT(*) AS n FROM meal_programme WHERE district_id = $1 AND year = $2 AND target = $3 \
                     AND name = $4 AND id <> $5";
        if tx.number(taken, args![district, self.year, &self.target, name, id]).await? > 0 {
            return Err(Refusal::new("kitchen.refused.programme_known").field("nama").into());
        }
        let values = args![
            district,
            id,
            name,
            &self.target,
            self.year,
            self.days,
            self.price_ceiling,
            self.weekly_weight,
            self.campaign,
            self.budget,
            tx.now(),
            tx.actor(),
        ];
        let done = if self.programme.is_some() {
            let sql = "UPDATE meal_programme SET name = $3, target = $4, year = $5, days = $6, price_ceiling = $7, \
                       weekly_weight = $8, campaign_id = $9, budget = $10, changed_at = $11, changed_by = $12 \
                       WHERE district_id = $1 AND id = $2 AND closed_at IS NULL";
            tx.execute(sql, values).await?
        } else {
            let sql = "INSERT INTO meal_programme (district_id, id, name, target, year, days, price_ceiling, \
                       weekly_weight, campaign_id, budget, closed_at, changed_at, changed_by) \
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, $11, $12)";
            tx.execute(sql, values).await?
        };
        if done == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(id)
    }
}

/// Sets the usual programmes of the present year up, each that is not there yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddUsualProgrammes {
    /// Their names, in the order wasted, underweight, not gaining, thin and pregnant.
    pub names: [String; 4],
}

impl Command for AddUsualProgrammes {
    const KIND: &'static str = "kitchen.add_usual_programmes";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let year = i64::from(local_today(tx).await?.year());
        for ((target, days, price_ceiling), name) in USUAL.into_iter().zip(&self.names) {
            let known = "SELECT COUNT(*) AS n FROM meal_programme WHERE district_id = $1 AND year = $2 AND target = $3";
            if tx.number(known, args![tx.district(), year, target]).await? > 0 {
                continue;
            }
            let put = PutMealProgramme {
                programme: None,
                name: name.clone(),
                target: target.into(),
                year,
                days,
                price_ceiling,
                weekly_weight: true,
                campaign: None,
                budget: 3,
            };
            put.apply(tx).await?;
        }
        Ok(())
    }
}

/// Nobody is enrolled any more; whoever is fed goes on to the end of her days.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseMealProgramme {
    /// The programme.
    pub programme: Id,
}

impl Command for CloseMealProgramme {
    const KIND: &'static str = "kitchen.close_programme";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("meal_programme", self.programme);
        let closed = tx
            .execute(
                "UPDATE meal_programme SET closed_at = $3, changed_at = $3, changed_by = $4 WHERE district_id = $1 \
                 AND id = $2 AND closed_at IS NULL",
                args![tx.district(), self.programme, tx.now(), tx.actor()],
            )
            .await?;
        if closed == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}
