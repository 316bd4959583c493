//! Transfers: what moved, on which day, from where to where.

use crate::id::{AccountId, TransferId};
use crate::quantity::Quantity;
use crate::seal::Canonical;
use serde::{Deserialize, Serialize};

/// The most lines a transfer may have; a longer list is several transfers.
pub const MAX_LINES: usize = 64;

/// One move of one commodity of one fund. It takes from one account what it gives to the other, so it is
/// balanced by construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Line {
    /// The account that gives.
    pub from: AccountId,
    /// The account that receives; another one than `from`.
    pub to: AccountId,
    /// How much, in the smallest unit of the accounts' commodity; never zero.
    pub amount: Quantity,
}

impl Line {
    /// The same amount the other way.
    pub const fn mirrored(self) -> Self {
        Self { from: self.to, to: self.from, amount: self.amount }
    }
}

/// A transfer: its lines are posted all or none, and never changed afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Transfer {
    /// Its name, made where the fact was born.
    pub id: TransferId,
    /// The day it happened, in days since 1970-01-01 in the district's own zone.
    pub day: i32,
    /// The transfer that this one takes back, if it is a reversal.
    pub reverses: Option<TransferId>,
    /// 1 to [`MAX_LINES`] lines.
    pub lines: Vec<Line>,
}

impl Transfer {
    /// Its bytes for sealing, the same on every engine. An application with more columns (who recorded
    /// it, which document) writes them after these.
    pub fn canonical(&self) -> Canonical {
        let start = Canonical::new("transfer/1")
            .blob(self.id.as_bytes())
            .int(i64::from(self.day))
            .opt_blob(self.reverses.as_ref().map(|id| id.as_bytes().as_slice()))
            .list(self.lines.len());
        self.lines.iter().fold(start, |bytes, line| {
            bytes.blob(line.from.as_bytes()).blob(line.to.as_bytes()).int(line.amount.units())
        })
    }
}

/// The transfer that takes `original` back: every line mirrored, in the same order. `day` is the day of
/// the correction, not before the original's.
pub fn reversal_of(original: &Transfer, new_id: TransferId, day: i32) -> Transfer {
    Transfer {
        id: new_id,
        day,
        reverses: Some(original.id),
        lines: original.lines.iter().map(|line| line.mirrored()).collect(),
    }
}
