//! Goods that stand on the table and nobody brought them by name.

use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::super::reach::Reach;
use super::super::roll::command::touch;

/// Puts goods on the count of an open roll that are in no basket and on nobody's line: left there by somebody whose name
/// is not known. How much it is, is counted, and why it is there is the reason of the difference.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FindGoods {
    /// The roll.
    pub roll: Id,
    /// The commodity: goods that the campaign's basket does not have.
    pub commodity: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for FindGoods {
    const KIND: &'static str = "collection.find_goods";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("roll", self.roll);
        let roll = touch(tx, self.roll, &self.reach).await?;
        let goods = campaign::beside_basket(tx, tx.district(), roll.campaign_id).await?;
        if !goods.iter().any(|thing| thing.commodity == self.commodity) {
            return Err(Refusal::new("web.error.choose").field("temuan").into());
        }
        tx.execute(
            "INSERT INTO roll_found (district_id, roll_id, commodity, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
            args![tx.district(), self.roll, &self.commodity, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
