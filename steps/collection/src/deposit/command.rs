//! Announcing and confirming a deposit.

use asuh_store::{Args, Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::Reach;
use super::super::{account, campaign};
use asuh_ground::attachments;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};

/// Says that a roll's cash was brought to the fund holder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnounceDeposit {
    /// The deposit.
    pub deposit: Id,
    /// The number on the slip.
    pub slip_number: String,
    /// The day of the slip; not a future one.
    pub deposited_on: time::Date,
    /// The stored photo or scan of the slip.
    pub slip: Option<Id>,
    /// What the caller reaches (units).
    pub reach: Reach,
}

impl Command for AnnounceDeposit {
    const KIND: &'static str = "collection.announce_deposit";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("deposit", self.deposit);
        if self.slip_number.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("bukti").into());
        }
        if self.deposited_on > campaign::local_today(tx).await? {
            return Err(Refusal::new("collection.refused.future").field("hari").into());
        }
        let district = tx.district();
        if let Some(slip) = self.slip
            && !attachments::is_own(tx, district, slip, tx.actor()).await?
        {
            return Err(Refusal::not_found().into());
        }
        let mut args =
            args![district, self.deposit, self.slip_number.trim(), self.deposited_on, self.slip, tx.actor()];
        let reached = self.reach.condition("r.unit_id", &mut args);
        let announced = tx
            .execute(
                &format!(
                    "UPDATE deposit SET state = 'announced', slip_number = $3, deposited_on = $4, \
                     slip_attachment_id = $5, announced_by = $6 WHERE district_id = $1 AND id = $2 \
                     AND state = 'due' AND EXISTS (SELECT 1 FROM roll r WHERE r.district_id = $1 \
                     AND r.id = deposit.roll_id AND {reached})"
                ),
                args,
            )
            .await?;
        if announced == 0 {
            let mut args = Args::new().with(district).with(self.deposit);
            let reached = self.reach.condition("r.unit_id", &mut args);
            let there = tx
                .number(
                    &format!(
                        "SELECT COUNT(*) AS n FROM deposit p JOIN roll r ON r.district_id = p.district_id \
                         AND r.id = p.roll_id WHERE p.district_id = $1 AND p.id = $2 AND {reached}"
                    ),
                    args,
                )
                .await?;
            return Err(if there == 0 {
                Refusal::not_found().into()
            } else {
                Refusal::new("collection.refused.not_due").into()
            });
        }
        Ok(())
    }
}

asuh_store::row_struct! {
    struct Confirmed {
        rest: i64, announced_by: Option<Id>, roll_id: Id, fund_holder_id: Id, number: String,
        deposited_on: Option<time::Date>,
    }
}

asuh_store::row_struct! {
    struct Origin { unit_id: Id, fund: String, lot_id: Option<Id> }
}

/// The fund holder's treasurer confirms that the cash is there: by hand only where its holder keeps the fund in no account
/// that is known here. Else the statement shows it ([`MatchLines`](super::super::MatchLines)).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfirmDeposit {
    /// The deposit.
    pub deposit: Id,
    /// What the caller reaches (fund holders).
    pub reach: Reach,
}

impl Command for ConfirmDeposit {
    const KIND: &'static str = "collection.confirm_deposit";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("deposit", self.deposit);
        let district = tx.district();
        let mut args = args![district, self.deposit, tx.now(), tx.actor()];
        let reached = self.reach.condition("fund_holder_id", &mut args);
        let confirmed: Option<Confirmed> = tx
            .first(
                &format!(
                    "UPDATE deposit SET state = 'confirmed', confirmed_at = $3, confirmed_by = $4 \
                     WHERE district_id = $1 AND id = $2 AND state = 'announced' AND {reached} \
                     RETURNING amount - paid AS rest, announced_by, roll_id, fund_holder_id, number, deposited_on"
                ),
                args,
            )
            .await?;
        let Some(deposit) = confirmed else {
            return Err(why_not(tx, self.deposit, &self.reach).await?.into());
        };
        if deposit.announced_by == Some(tx.actor()) && tx.actor() != Id::SYSTEM {
            return Err(Refusal::new("collection.refused.two_sides").into());
        }
        let origin: Option<Origin> = tx
            .first(
                "SELECT r.unit_id, c.fund, n.lot_id FROM roll r JOIN drive d ON d.district_id = r.district_id \
                 AND d.id = r.drive_id JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
                 LEFT JOIN count_item n ON n.district_id = r.district_id AND n.roll_id = r.id AND n.commodity = 'cash' \
                 WHERE r.district_id = $1 AND r.id = $2",
                args![district, deposit.roll_id],
            )
            .await?;
        let origin = origin.ok_or_else(Refusal::not_found)?;
        let day = deposit.deposited_on.unwrap_or(campaign::local_today(tx).await?);
        let holder = (deposit.fund_holder_id, origin.fund.as_str());
        if account::query::in_use(tx, district, holder, day).await?.is_some() {
            return Err(Refusal::new("money.refused.by_statement").into());
        }
        let fund: Fund =
            origin.fund.parse().map_err(|_| asuh_store::StoreError::Shape(origin.fund.clone()))?;
        tx.execute(
            "UPDATE deposit SET paid = amount WHERE district_id = $1 AND id = $2",
            args![district, self.deposit],
        )
        .await?;
        let day = campaign::local_today(tx).await?;
        books::post(
            tx,
            Transfer {
                kind: TransferKind::Deposited,
                fund,
                day,
                cause: self.deposit,
                reason: deposit.number,
                moves: vec![Move {
                    commodity: Commodity::CASH,
                    from: Spot::new(AccountKind::OfficePost, origin.unit_id),
                    to: Spot::new(AccountKind::FundHolder, deposit.fund_holder_id),
                    amount: deposit.rest,
                    lot: origin.lot_id,
                }],
            },
        )
        .await?;
        Ok(())
    }
}

async fn why_not(tx: &Tx<'_>, deposit: Id, reach: &Reach) -> Result<Refusal, Fault> {
    let mut args = args![tx.district(), deposit];
    let reached = reach.condition("fund_holder_id", &mut args);
    let there = tx
        .number(
            &format!("SELECT COUNT(*) AS n FROM deposit WHERE district_id = $1 AND id = $2 AND {reached}"),
            args,
        )
        .await?;
    Ok(if there == 0 { Refusal::not_found() } else { Refusal::new("collection.refused.not_announced") })
}

/// The treasurer does not find the money: the deposit is due again, with the reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendDepositBack {
    /// The deposit.
    pub deposit: Id,
    /// Why, for the coordinator.
    pub reason: String,
    /// What the caller reaches (fund holders).
    pub reach: Reach,
}

impl Command for SendDepositBack {
    const KIND: &'static str = "collection.send_deposit_back";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("deposit", self.deposit);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let mut args = args![tx.district(), self.deposit, self.reason.trim()];
        let reached = self.reach.condition("fund_holder_id", &mut args);
        let sent = tx
            .execute(
                &format!(
                    "UPDATE deposit SET state = 'due', note = $3, announced_by = NULL WHERE district_id = $1 \
                     AND id = $2 AND state = 'announced' AND {reached}"
                ),
                args,
            )
            .await?;
        if sent == 0 {
            return Err(why_not(tx, self.deposit, &self.reach).await?.into());
        }
        Ok(())
    }
}
