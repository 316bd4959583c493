//! Taking back what was said of a line.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::super::reach::Reach;
use asuh_ground::{books, papers};

/// Opens a line again: what it paid is taken back in the books, its claims wait again.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenLine {
    /// The line.
    pub line: Id,
    /// Why.
    pub reason: String,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Paid { deposit_id: Option<Id>, gift_id: Option<Id>, transfer_id: Option<Id>, amount: i64 }
}

impl Command for ReopenLine {
    const KIND: &'static str = "collection.reopen_line";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("bank_line", self.line);
        let district = tx.district();
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let mut args = args![district, self.line];
        let reached = self.reach.condition("a.fund_holder_id", &mut args);
        let opened = tx
            .execute(
                &format!(
                    "UPDATE bank_line SET state = 'open', reason = '', note = '', decided_at = NULL, decided_by = NULL \
                     WHERE district_id = $1 AND id = $2 AND state <> 'open' AND EXISTS (SELECT 1 FROM fund_account a \
                     WHERE a.district_id = $1 AND a.id = bank_line.account_id AND {reached})"
                ),
                args.clone(),
            )
            .await?;
        if opened == 0 {
            let there = tx
                .number(
                    &format!(
                        "SELECT COUNT(*) AS n FROM bank_line l JOIN fund_account a ON a.district_id = l.district_id \
                         AND a.id = l.account_id WHERE l.district_id = $1 AND l.id = $2 AND {reached}"
                    ),
                    args,
                )
                .await?;
            return Err(match there {
                0 => Refusal::not_found().into(),
                _ => Refusal::new("money.refused.line_open").into(),
            });
        }
        let paid: Vec<Paid> = tx
            .all(
                "SELECT deposit_id, gift_id, transfer_id, amount FROM bank_match WHERE district_id = $1 AND line_id = $2 \
                 AND undone_at IS NULL ORDER BY id",
                args![district, self.line],
            )
            .await?;
        let today = campaign::local_today(tx).await?;
        for one in &paid {
            if let Some(transfer) = one.transfer_id {
                books::reverse(tx, transfer, today, self.reason.trim()).await?;
            }
            if let Some(deposit) = one.deposit_id {
                tx.execute(
                    "UPDATE deposit SET state = CASE WHEN announced_by IS NULL THEN 'due' ELSE 'announced' END, \
                     deposited_on = CASE WHEN announced_by IS NULL THEN NULL ELSE deposited_on END, \
                     paid = paid - $3, confirmed_at = NULL, confirmed_by = NULL WHERE district_id = $1 AND id = $2",
                    args![district, deposit, one.amount],
                )
                .await?;
                papers::withdraw_of(tx, deposit, today).await?;
            }
            if let Some(gift) = one.gift_id {
                tx.execute(
                    "UPDATE gift SET state = CASE WHEN way = 'unannounced' THEN 'cancelled' ELSE 'waiting' END, \
                     received = NULL, received_on = NULL WHERE district_id = $1 AND id = $2",
                    args![district, gift],
                )
                .await?;
                papers::withdraw_of(tx, gift, today).await?;
            }
        }
        tx.execute(
            "UPDATE bank_match SET undone_at = $3, undone_by = $4, undone_reason = $5 WHERE district_id = $1 \
             AND line_id = $2 AND undone_at IS NULL",
            args![district, self.line, tx.now(), tx.actor(), self.reason.trim()],
        )
        .await?;
        Ok(())
    }
}
