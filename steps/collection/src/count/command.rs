//! Closing a roll.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::super::reach::Reach;
use super::super::roll::command::touch;
use super::query;
use super::rules::{Count, OnRoll, check};
use super::second::{Second, witness};
use asuh_ground::books::{self, AccountKind, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;

/// Closes a roll with what was counted: goods and money enter the books at the unit's collection post,
/// damaged goods leave them as waste, cash becomes due at the fund holder. The roll is frozen.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseRoll {
    /// The roll.
    pub roll: Id,
    /// The count, every commodity of the roll.
    pub counts: Vec<Count>,
    /// Who counted the cash together with the coordinator.
    pub second: Second,
    /// What the caller reaches.
    pub reach: Reach,
}

/// What closing made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// The deposit that is due, where there was cash.
    pub deposit: Option<Id>,
}

asuh_store::row_struct! {
    struct People { people: i64, givers: i64 }
}

impl Command for CloseRoll {
    const KIND: &'static str = "collection.close_roll";
    type Receipt = Closed;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Closed, Fault> {
        tx.subject("roll", self.roll);
        let roll = touch(tx, self.roll, &self.reach).await?;
        let district = tx.district();
        // Locks the drive, so that it cannot be cancelled while this roll is being closed.
        let open = tx
            .execute(
                "UPDATE drive SET state = 'open' WHERE district_id = $1 AND id = $2 AND state = 'open'",
                args![district, roll.drive_id],
            )
            .await?;
        if open == 0 {
            return Err(Refusal::new("collection.refused.cancelled").into());
        }
        let campaign =
            campaign::by_id(tx, district, roll.campaign_id).await?.ok_or_else(Refusal::not_found)?;
        let fund = campaign.fund()?;
        let sums = query::sums(tx, district, self.roll, roll.campaign_id).await?;
        let on_roll: Vec<OnRoll> = sums
            .iter()
            .map(|sum| OnRoll { commodity: sum.commodity.clone(), cash: sum.is_cash(), ticked: sum.ticked })
            .collect();
        check(&on_roll, &self.counts, &self.second)?;

        let (mut collected, mut wasted, mut reasons, mut rows) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut cash = 0_i64;
        for sum in &sums {
            let Some(count) = self.counts.iter().find(|count| count.commodity == sum.commodity) else {
                continue;
            };
            let commodity = campaign::commodity(&sum.commodity)?;
            let place = |kind| Spot::new(kind, roll.unit_id);
            let lot = (count.counted > 0).then(|| tx.new_id());
            collected.push(Move {
                commodity,
                from: place(AccountKind::Giver),
                to: place(AccountKind::OfficePost),
                amount: count.counted,
                lot,
            });
            if count.damaged > 0 {
                wasted.push(Move {
                    commodity,
                    from: place(AccountKind::OfficePost),
                    to: place(AccountKind::Waste),
                    amount: count.damaged,
                    lot,
                });
                reasons.push(format!("{}: {}", sum.name, count.reason));
            }
            if sum.is_cash() {
                cash += count.counted;
            }
            rows.push(args![
                district,
                self.roll,
                &sum.commodity,
                sum.expected,
                sum.ticked,
                count.counted,
                count.damaged,
                count.weighed_g,
                &count.reason,
                lot
            ]);
        }
        let differences: Vec<String> = self
            .counts
            .iter()
            .filter(|count| count.counted != count.ticked)
            .map(|count| format!("{}: {}", count.commodity, count.reason))
            .collect();
        let transfer = |kind, reason: String, moves| Transfer {
            kind,
            fund,
            day: roll.held_on,
            cause: self.roll,
            reason,
            moves,
        };
        books::post_many(
            tx,
            vec![
                transfer(TransferKind::Collected, differences.join("; "), collected),
                transfer(TransferKind::WrittenOff, reasons.join("; "), wasted),
            ],
        )
        .await?;
        tx.insert_many(
            "INSERT INTO count_item (district_id, roll_id, commodity, expected, ticked, counted, damaged, weighed_g, \
             difference_reason, lot_id) VALUES",
            "",
            rows,
        )
        .await?;
        let witness = witness(tx, self.roll, &self.second, cash).await?;
        let people: Option<People> = tx
            .first(
                "SELECT COUNT(*) AS people, \
                 CAST(COALESCE(SUM(CASE WHEN state IN ('full', 'partial') THEN 1 ELSE 0 END), 0) AS BIGINT) AS givers \
                 FROM contribution WHERE district_id = $1 AND roll_id = $2 AND for_day = $3",
                args![district, self.roll, roll.held_on],
            )
            .await?;
        let (people, givers) = people.map_or((0, 0), |found| (found.people, found.givers));
        tx.execute(
            "UPDATE roll SET state = 'closed', people = $3, givers = $4, closed_at = $5, closed_by = $6, \
             cash_witness = $7, cash_witness_id = $8, cash_paper = $9 WHERE district_id = $1 AND id = $2",
            args![
                district,
                self.roll,
                people,
                givers,
                tx.now(),
                tx.actor(),
                witness.name,
                witness.user,
                witness.kept
            ],
        )
        .await?;
        let deposit = if cash > 0 { Some(due(tx, self.roll, &campaign, cash).await?) } else { None };
        Ok(Closed { deposit })
    }
}

/// The deposit of a roll's cash, due within the campaign's days from now; where offices and banks are closed on that day, on
/// the next one on which they are not.
async fn due(tx: &Tx<'_>, roll: Id, campaign: &campaign::Campaign, amount: i64) -> Result<Id, Fault> {
    let today = campaign::local_today(tx).await?;
    let due_on =
        today.checked_add(time::Duration::days(campaign.deposit_days.clamp(0, 366))).unwrap_or(today);
    let due_on = settings::holidays(tx, tx.district()).await?.working_from(due_on);
    let id = tx.new_id();
    let number = settings::documents::next_number(tx, "collection.deposit", today).await?;
    tx.execute(
        "INSERT INTO deposit (district_id, id, number, roll_id, fund_holder_id, amount, paid, due_on, state, \
         slip_number, slip_attachment_id, deposited_on, announced_by, confirmed_at, confirmed_by, note) \
         VALUES ($1, $2, $3, $4, $5, $6, 0, $7, 'due', '', NULL, NULL, NULL, NULL, NULL, '')",
        args![tx.district(), id, number, roll, campaign.fund_holder_id, amount, due_on],
    )
    .await?;
    Ok(id)
}
