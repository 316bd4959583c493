//! Changing the norms of a district.

use asuh_growth::indonesia::GainTable;
use asuh_store::{Command, Fault, Refusal, Tx};
use serde::{Deserialize, Serialize};

use super::ROWS;
use crate::standing;
use asuh_ground::{jobs, settings};

/// Sets the least gain and the lines of the card, and has every child computed anew where anything is different.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutNorms {
    /// Grams of boys by completed months from the first on, twelve of them; the last one holds up to month 60.
    pub boys: Vec<u16>,
    /// The same of girls.
    pub girls: Vec<u16>,
    /// The red line, a z-score of weight for age times 100, below zero.
    pub red: i64,
    /// The orange line, above zero; `None`: nobody is sent on for a high weight.
    pub orange: Option<i64>,
}

impl Command for PutNorms {
    const KIND: &'static str = "growth.put_norms";
    /// Whether anything is different.
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let whole = self.boys.len() == ROWS && self.girls.len() == ROWS;
        if !whole || GainTable::new(self.boys.clone(), self.girls.clone()).is_err() {
            return Err(Refusal::new("growth.norms.refused.gain").into());
        }
        if !(-600..0).contains(&self.red) || self.orange.is_some_and(|line| !(1..=600).contains(&line)) {
            return Err(Refusal::new("growth.norms.refused.line").into());
        }
        let stored = |grams: &[u16]| grams.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
        let values = [
            ("growth.gain_boys", stored(&self.boys)),
            ("growth.gain_girls", stored(&self.girls)),
            ("growth.red_line", self.red.to_string()),
            ("growth.orange_line", self.orange.map(|line| line.to_string()).unwrap_or_default()),
        ];
        let mut changed = false;
        for (name, value) in values {
            if settings::get_typed::<String>(tx, tx.district(), name).await? != value {
                settings::put(tx, name, &value).await?;
                changed = true;
            }
        }
        if changed {
            jobs::start(tx, standing::RECOMPUTE, None).await?;
        }
        Ok(changed)
    }
}
