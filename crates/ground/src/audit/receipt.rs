//! A receipt of the books: a transfer as it was recorded, with the proof that it is in the chain. Whoever holds one can
//! check it without us: by `asuh ledger verify`, which opens no database, or on the public page of heads.

use asuh_ledger::seal::{BatchSeal, Canonical, Hash, next_head};
use asuh_ledger::{ProofError, ReceiptProof};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::seal::{self, BATCH_COLUMNS, BatchRow, Stream, count};
use crate::{App, settings};

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// A line of a transfer, as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedLine {
    /// Its place.
    pub nth: i64,
    /// The account that gave.
    pub from: Id,
    /// The account that received.
    pub to: Id,
    /// How much, in the smallest unit.
    pub amount: i64,
}

/// What a line took of a lot, as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTake {
    /// The line.
    pub nth: i64,
    /// The lot.
    pub lot: Id,
    /// How much of it.
    pub amount: i64,
}

/// A transfer with everything that was sealed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedTransfer {
    /// Key.
    pub id: Id,
    /// Why it moved.
    pub kind: String,
    /// The day, as yyyymmdd.
    pub day: i64,
    /// The transfer that it takes back.
    pub reverses: Option<Id>,
    /// What caused it.
    pub cause: Id,
    /// A person's words.
    pub reason: String,
    /// The command that recorded it.
    pub command: Id,
    /// Who gave the command.
    pub actor: Id,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub recorded_at_ms: i64,
    /// What moved, in order.
    pub lines: Vec<SealedLine>,
    /// Of which lots, by line and lot.
    pub takes: Vec<SealedTake>,
}

impl SealedTransfer {
    /// The hash under which it is in the chain.
    pub fn leaf(&self, district: DistrictId) -> Hash {
        let mut bytes = Canonical::new("transfer/1")
            .int(district.0)
            .blob(self.id.as_bytes())
            .text(&self.kind)
            .int(self.day)
            .opt_blob(self.reverses.as_ref().map(|id| id.as_bytes().as_slice()))
            .blob(self.cause.as_bytes())
            .text(&self.reason)
            .blob(self.command.as_bytes())
            .blob(self.actor.as_bytes())
            .int(self.recorded_at_ms)
            .list(self.lines.len());
        for line in &self.lines {
            bytes = bytes.int(line.nth).blob(line.from.as_bytes()).blob(line.to.as_bytes()).int(line.amount);
        }
        bytes = bytes.list(self.takes.len());
        for take in &self.takes {
            bytes = bytes.int(take.nth).blob(take.lot.as_bytes()).int(take.amount);
        }
        bytes.leaf()
    }
}

/// A batch that was sealed after the receipt's own, on the same day: the way to the head that was published for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterBatch {
    /// Its first number.
    pub first_seq: u64,
    /// Its last number.
    pub last_seq: u64,
    /// The root of its tree.
    pub root: Hash,
    /// When it was sealed, in milliseconds since 1970-01-01 UTC.
    pub sealed_at_ms: i64,
}

/// The receipt of a transfer, as it is given away in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerReceipt {
    /// The district's key in this installation.
    pub district: i64,
    /// Its name, for the reader; not part of the proof.
    pub district_name: String,
    /// What was recorded.
    pub transfer: SealedTransfer,
    /// Where it is in the chain.
    pub proof: ReceiptProof,
    /// From there to the last head of the day, as far as it was known when the receipt was made.
    pub later: Vec<LaterBatch>,
}

/// Why a receipt proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptFault {
    /// What it says is not what was sealed.
    #[error("what the receipt says is not what was sealed")]
    Altered,
    /// It is of another chain than it says.
    #[error("the receipt is of another district's chain")]
    OtherChain,
    /// Its way to the head does not hold.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl LedgerReceipt {
    /// Checks everything from the words to the head; the head that is to be compared with the published one.
    ///
    /// # Errors
    /// Something was altered.
    pub fn verify(&self) -> Result<Hash, ReceiptFault> {
        if self.proof.stream != format!("ledger/{}", self.district) {
            return Err(ReceiptFault::OtherChain);
        }
        if self.transfer.leaf(DistrictId(self.district)) != self.proof.leaf {
            return Err(ReceiptFault::Altered);
        }
        self.proof.verify()?;
        let mut head = self.proof.head;
        for later in &self.later {
            let batch = BatchSeal {
                stream: &self.proof.stream,
                first_seq: later.first_seq,
                last_seq: later.last_seq,
                root: later.root,
                sealed_at_ms: later.sealed_at_ms,
            };
            head = next_head(&head, &batch);
        }
        Ok(head)
    }
}

asuh_store::row_struct! {
    struct TransferRow {
        id: Id, kind: String, moved_on: i64, reverses: Option<Id>, cause_id: Id, reason: String, command_id: Id,
        actor_id: Id, recorded_at: Instant, sealed_seq: Option<i64>,
    }
}
asuh_store::row_struct! {
    struct LineRow { transfer_id: Id, nth: i64, from_account: Id, to_account: Id, amount: i64 }
}
asuh_store::row_struct! {
    struct TakeRow { transfer_id: Id, nth: i64, lot_id: Id, amount: i64 }
}
const TRANSFER_COLUMNS: &str =
    "id, kind, moved_on, reverses, cause_id, reason, command_id, actor_id, recorded_at, sealed_seq";

fn sealed(row: &TransferRow, lines: &[LineRow], takes: &[TakeRow]) -> SealedTransfer {
    SealedTransfer {
        id: row.id,
        kind: row.kind.clone(),
        day: row.moved_on,
        reverses: row.reverses,
        cause: row.cause_id,
        reason: row.reason.clone(),
        command: row.command_id,
        actor: row.actor_id,
        recorded_at_ms: row.recorded_at.0,
        lines: lines
            .iter()
            .map(|line| SealedLine {
                nth: line.nth,
                from: line.from_account,
                to: line.to_account,
                amount: line.amount,
            })
            .collect(),
        takes: takes
            .iter()
            .map(|take| SealedTake { nth: take.nth, lot: take.lot_id, amount: take.amount })
            .collect(),
    }
}

/// The transfers that a condition names, as they are sealed, with their numbers.
pub(super) async fn transfers(
    db: &impl Query,
    district: DistrictId,
    condition: &str,
    args: Args,
) -> Result<Vec<(SealedTransfer, Option<i64>)>, StoreError> {
    let sql = format!("SELECT {TRANSFER_COLUMNS} FROM transfer WHERE district_id = $1 AND {condition}");
    let rows: Vec<TransferRow> = db.all(&sql, args).await?;
    let mut lines: BTreeMap<Id, Vec<LineRow>> = BTreeMap::new();
    let mut takes: BTreeMap<Id, Vec<TakeRow>> = BTreeMap::new();
    for some in rows.chunks(500) {
        let mut args = args![district];
        let list = args.push_list(some.iter().map(|row| row.id));
        let found: Vec<LineRow> = db
            .all(
                &format!(
                    "SELECT transfer_id, nth, from_account, to_account, amount FROM transfer_line \
                     WHERE district_id = $1 AND transfer_id IN ({list}) ORDER BY transfer_id, nth"
                ),
                args.clone(),
            )
            .await?;
        for line in found {
            lines.entry(line.transfer_id).or_default().push(line);
        }
        let taken: Vec<TakeRow> = db
            .all(
                &format!(
                    "SELECT transfer_id, nth, lot_id, amount FROM take \
                     WHERE district_id = $1 AND transfer_id IN ({list}) ORDER BY transfer_id, nth, lot_id"
                ),
                args,
            )
            .await?;
        for take in taken {
            takes.entry(take.transfer_id).or_default().push(take);
        }
    }
    let (no_lines, no_takes) = (Vec::new(), Vec::new());
    Ok(rows
        .iter()
        .map(|row| {
            let lines = lines.get(&row.id).unwrap_or(&no_lines);
            (sealed(row, lines, takes.get(&row.id).unwrap_or(&no_takes)), row.sealed_seq)
        })
        .collect())
}

/// The receipt of a transfer: what was recorded with its proof, and the batches from there to the last head of the day.
/// Nothing while it is not sealed.
///
/// # Errors
/// The store fails.
pub(super) async fn of_transfer(
    app: &App,
    district: DistrictId,
    transfer: Id,
) -> Result<Option<LedgerReceipt>, StoreError> {
    let db = app.store.reader();
    let Some(proof) = seal::proof(app, district, Stream::Ledger, transfer).await? else { return Ok(None) };
    let found = transfers(db, district, "id = $2", args![district, transfer]).await?.pop();
    let Some((transfer, _)) = found else { return Ok(None) };
    let known = settings::all(db).await?.into_iter().find(|known| known.id == district);
    let Some(known) = known else { return Ok(None) };
    let offset = i64::from(known.zone.offset().whole_seconds()) * 1000;
    let day_ends = ((proof.sealed_at_ms + offset) / DAY_MS + 1) * DAY_MS - offset;
    let later: Vec<BatchRow> = db
        .all(
            &format!(
                "SELECT {BATCH_COLUMNS} FROM seal_batch WHERE district_id = $1 AND stream = 'ledger' \
                 AND first_seq > $2 AND sealed_at < $3 ORDER BY batch"
            ),
            args![district, i64::try_from(proof.seq).unwrap_or(i64::MAX), day_ends],
        )
        .await?;
    let later = later
        .into_iter()
        .map(|row| LaterBatch {
            first_seq: count(row.first_seq),
            last_seq: count(row.last_seq),
            root: Hash::new(row.root),
            sealed_at_ms: row.sealed_at.0,
        })
        .collect();
    Ok(Some(LedgerReceipt { district: district.0, district_name: known.name, transfer, proof, later }))
}
