//! What a confirmed match does: the claim is paid, money enters the books of its holder.

use asuh_store::{Fault, Id, Query, Refusal, StoreError, Tx, args};

use super::super::campaign;
use super::super::reach::Reach;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;

asuh_store::row_struct! {
    /// A line that was taken hold of, with its account.
    pub(super) struct Held {
        /// The account.
        pub(super) account_id: Id,
        /// Who holds the money.
        pub(super) fund_holder_id: Id,
        /// The fund.
        pub(super) fund: String,
        /// Sen.
        pub(super) amount: i64,
        /// The day of booking.
        pub(super) booked_on: time::Date,
    }
}

impl Held {
    /// What came, in rupiah: gifts have no sen, and what went is none.
    pub(super) fn rupiah(&self) -> Result<i64, Refusal> {
        match self.amount > 0 && self.amount % 100 == 0 {
            true => Ok(self.amount / 100),
            false => Err(Refusal::new("money.refused.not_a_gift")),
        }
    }

    /// The day under which it stands in the books: that of the bank, or today where a place has closed it.
    async fn day(&self, tx: &Tx<'_>, places: &[Id]) -> Result<time::Date, Fault> {
        for place in places {
            if books::closed_through(tx, tx.district(), *place).await? >= Some(self.booked_on) {
                return Ok(campaign::local_today(tx).await?);
            }
        }
        Ok(self.booked_on)
    }

    fn fund(&self) -> Result<Fund, Fault> {
        Ok(self.fund.parse().map_err(|_| StoreError::Shape(format!("fund {}", self.fund)))?)
    }
}

/// Takes hold of an open line of a reached holder and gives it this state.
pub(super) async fn hold(tx: &Tx<'_>, reach: &Reach, line: Id, state: &str) -> Result<Held, Fault> {
    let district = tx.district();
    let changed = tx
        .execute(
            "UPDATE bank_line SET state = $3, decided_at = $4, decided_by = $5 WHERE district_id = $1 AND id = $2 \
             AND state = 'open'",
            args![district, line, state, tx.now(), tx.actor()],
        )
        .await?;
    let mut args = args![district, line];
    let reached = reach.condition("a.fund_holder_id", &mut args);
    let held: Option<Held> = tx
        .first(
            &format!(
                "SELECT l.account_id, a.fund_holder_id, a.fund, l.amount, l.booked_on FROM bank_line l \
                 JOIN fund_account a ON a.district_id = l.district_id AND a.id = l.account_id \
                 WHERE l.district_id = $1 AND l.id = $2 AND {reached}"
            ),
            args,
        )
        .await?;
    let held = held.ok_or_else(Refusal::not_found)?;
    match changed {
        0 => Err(Refusal::new("money.refused.line_decided").into()),
        _ => Ok(held),
    }
}

asuh_store::row_struct! {
    struct Waiting { rest: i64, announced_by: Option<Id>, roll_id: Id, number: String }
}

asuh_store::row_struct! {
    struct Origin { unit_id: Id, fund: String, lot_id: Option<Id> }
}

/// The deposit of an office is there, or the part of it that the line shows where it pays this one alone (`whole_line`): its
/// rupiah, and what moves. It is confirmed when all of it is there.
pub(super) async fn deposit(
    tx: &Tx<'_>,
    held: &Held,
    deposit: Id,
    whole_line: Option<i64>,
) -> Result<(i64, Transfer), Fault> {
    let district = tx.district();
    // Takes hold of it: two lines that pay it follow one another.
    let waiting: Option<Waiting> = tx
        .first(
            "UPDATE deposit SET paid = paid WHERE district_id = $1 AND id = $2 AND state IN ('due', 'announced') \
             AND fund_holder_id = $3 RETURNING amount - paid AS rest, announced_by, roll_id, number",
            args![district, deposit, held.fund_holder_id],
        )
        .await?;
    let paid = waiting.ok_or_else(|| Refusal::new("money.refused.claim_gone"))?;
    if paid.announced_by == Some(tx.actor()) && tx.actor() != Id::SYSTEM {
        return Err(Refusal::new("collection.refused.two_sides").into());
    }
    let amount = whole_line.map_or(paid.rest, |line| line.min(paid.rest));
    if amount < paid.rest {
        tx.execute(
            "UPDATE deposit SET paid = paid + $3 WHERE district_id = $1 AND id = $2",
            args![district, deposit, amount],
        )
        .await?;
    } else {
        tx.execute(
            "UPDATE deposit SET state = 'confirmed', paid = amount, confirmed_at = $3, confirmed_by = $4, \
             deposited_on = COALESCE(deposited_on, $5) WHERE district_id = $1 AND id = $2",
            args![district, deposit, tx.now(), tx.actor(), held.booked_on],
        )
        .await?;
    }
    let origin: Option<Origin> = tx
        .first(
            "SELECT r.unit_id, c.fund, n.lot_id FROM roll r JOIN drive d ON d.district_id = r.district_id \
             AND d.id = r.drive_id JOIN campaign c ON c.district_id = d.district_id AND c.id = d.campaign_id \
             LEFT JOIN count_item n ON n.district_id = r.district_id AND n.roll_id = r.id AND n.commodity = 'cash' \
             WHERE r.district_id = $1 AND r.id = $2",
            args![district, paid.roll_id],
        )
        .await?;
    let origin = origin.ok_or_else(Refusal::not_found)?;
    if origin.fund != held.fund {
        return Err(Refusal::new("books.refused.funds").into());
    }
    let transfer = Transfer {
        kind: TransferKind::Deposited,
        fund: held.fund()?,
        day: held.day(tx, &[held.fund_holder_id, origin.unit_id]).await?,
        cause: deposit,
        reason: paid.number,
        moves: vec![Move {
            commodity: Commodity::CASH,
            from: Spot::new(AccountKind::OfficePost, origin.unit_id),
            to: Spot::new(AccountKind::FundHolder, held.fund_holder_id),
            amount,
            lot: origin.lot_id,
        }],
    };
    Ok((amount, transfer))
}

asuh_store::row_struct! {
    struct Given { amount: i64, number: String }
}

/// A gift is there: its rupiah (what the line says where it pays this one alone), and what moves.
pub(super) async fn gift(
    tx: &Tx<'_>,
    held: &Held,
    gift: Id,
    whole_line: Option<i64>,
) -> Result<(i64, Transfer), Fault> {
    let district = tx.district();
    let given: Option<Given> = tx
        .first(
            "UPDATE gift SET state = 'received', received = COALESCE($3, amount), received_on = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'waiting' AND account_id = $5 RETURNING received AS amount, \
             number",
            args![district, gift, whole_line, held.booked_on, held.account_id],
        )
        .await?;
    let given = given.ok_or_else(|| Refusal::new("money.refused.claim_gone"))?;
    let number = match given.number.is_empty() {
        true => number(tx, gift).await?,
        false => given.number,
    };
    let transfer = from_giver(tx, held, gift, number, given.amount).await?;
    Ok((given.amount, transfer))
}

/// The number of a gift's receipt: given once, when its money is there.
pub(super) async fn number(tx: &Tx<'_>, gift: Id) -> Result<String, Fault> {
    let today = campaign::local_today(tx).await?;
    let number = settings::documents::next_number(tx, "collection.gift", today).await?;
    tx.execute(
        "UPDATE gift SET number = $3 WHERE district_id = $1 AND id = $2",
        args![tx.district(), gift, &number],
    )
    .await?;
    Ok(number)
}

/// Money from givers to its holder: a lot of its own, the gift. Who gave stands with the gift, never in the books.
pub(super) async fn from_giver(
    tx: &Tx<'_>,
    held: &Held,
    gift: Id,
    number: String,
    amount: i64,
) -> Result<Transfer, Fault> {
    Ok(Transfer {
        kind: TransferKind::Deposited,
        fund: held.fund()?,
        day: held.day(tx, &[held.fund_holder_id]).await?,
        cause: gift,
        reason: number,
        moves: vec![Move::new(
            Commodity::CASH,
            Spot::new(AccountKind::Giver, held.fund_holder_id),
            Spot::new(AccountKind::FundHolder, held.fund_holder_id),
            amount,
        )],
    })
}

/// A claim that a line pays.
pub(super) struct Settled {
    pub(super) deposit: Option<Id>,
    pub(super) gift: Option<Id>,
    pub(super) amount: i64,
    pub(super) transfer: Transfer,
}

/// Posts what a line pays and notes it.
pub(super) async fn post(tx: &Tx<'_>, line: Id, settled: Vec<Settled>) -> Result<(), Fault> {
    let mut rows = Vec::with_capacity(settled.len());
    let (mut claims, mut transfers) = (Vec::new(), Vec::new());
    for one in settled {
        claims.push((one.deposit, one.gift, one.amount));
        transfers.push(one.transfer);
    }
    let posted = books::post_many(tx, transfers).await?;
    for ((deposit, gift, amount), transfer) in claims.into_iter().zip(posted) {
        rows.push(args![
            tx.district(),
            tx.new_id(),
            line,
            deposit,
            gift,
            amount,
            transfer,
            tx.now(),
            tx.actor(),
            ""
        ]);
    }
    tx.insert_many(
        "INSERT INTO bank_match (district_id, id, line_id, deposit_id, gift_id, amount, transfer_id, matched_at, \
         matched_by, undone_reason) VALUES",
        "",
        rows,
    )
    .await?;
    Ok(())
}
