//! Adding a signed sheet.

use asuh_store::{Args, Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::{Reach, Sides};
use super::super::{hand_over, roll};
use asuh_ground::{attachments, papers};

/// What was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// The count sheet of a closed roll.
    Roll(Id),
    /// The protocol of a hand-over.
    HandOver(Id),
}

impl Paper {
    /// Its kind, as stored and as the trail names it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Paper::Roll(_) => "roll",
            Paper::HandOver(_) => "hand_over",
        }
    }

    /// Which.
    pub(super) fn id(self) -> Id {
        match self {
            Paper::Roll(id) | Paper::HandOver(id) => id,
        }
    }
}

/// Adds the photo or scan of a sheet that was signed on paper.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddSignedSheet {
    /// What was signed.
    pub paper: Paper,
    /// The stored photo or scan.
    pub scan: Id,
    /// Units whose rolls and hand-overs the caller reaches.
    pub giving: Reach,
    /// Warehouses and depots whose hand-overs the caller reaches.
    pub receiving: Reach,
}

impl Command for AddSignedSheet {
    const KIND: &'static str = "collection.add_signed_sheet";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (district, paper) = (tx.district(), self.paper.id());
        tx.subject(self.paper.code(), paper);
        if !attachments::is_own(tx, district, self.scan, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        let signed = match self.paper {
            Paper::Roll(id) => {
                let roll = roll::query::by_id(tx, district, &self.giving, id).await?;
                roll.ok_or_else(Refusal::not_found)?.state == "closed"
            }
            Paper::HandOver(id) => {
                let sides = Sides { giving: self.giving.clone(), receiving: self.receiving.clone() };
                let found = hand_over::query::by_id(tx, district, &sides, id).await?;
                found.ok_or_else(Refusal::not_found)?.state != "cancelled"
            }
        };
        if !signed {
            return Err(Refusal::new("collection.refused.not_closed").into());
        }
        let row: Args =
            args![district, tx.new_id(), self.paper.code(), paper, self.scan, tx.now(), tx.actor()];
        tx.execute(
            "INSERT INTO signed_sheet (district_id, id, paper, paper_id, attachment_id, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            row,
        )
        .await?;
        if let Paper::HandOver(id) = self.paper {
            papers::scan_of(tx, hand_over::print::KIND, id, self.scan).await?;
        }
        Ok(())
    }
}
