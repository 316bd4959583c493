//! Sealing: what was recorded is numbered without gaps, hashed in batches and chained, per district.
//!
//! Rows are written unsealed, so that no save waits for the head of a chain; a sealer follows within seconds. Two
//! streams: `audit` (the commands) and `ledger` (the transfers with their lines). Every column that never changes
//! is in a row's leaf (a command's body is not: it is encrypted, made anew with a new key, and removed when its time is
//! over); whoever keeps one head can show that nothing before it was altered, left out or put in.

mod check;

use asuh_ledger::seal::{BatchSeal, Canonical, ChainHead, Hash};
use asuh_ledger::{ReceiptProof, seal};
use asuh_store::{Args, Command, DistrictId, Fault, Id, Instant, Query, Recording, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

pub use self::check::check;
use super::receipt;
use crate::{App, books, settings};

/// Rows of one batch: few enough that a save does not wait for the sealer.
const BATCH: usize = 500;

/// What is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    /// The commands: table `command_log`.
    Audit,
    /// The transfers with their lines.
    Ledger,
}

impl Stream {
    /// Both.
    pub const ALL: [Stream; 2] = [Stream::Audit, Stream::Ledger];

    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Stream::Audit => "audit",
            Stream::Ledger => "ledger",
        }
    }

    /// The name in the chain: with the district, so that no batch of one district passes for another's.
    fn chain(self, district: DistrictId) -> String {
        format!("{}/{district}", self.code())
    }

    fn table(self) -> &'static str {
        match self {
            Stream::Audit => "command_log",
            Stream::Ledger => "transfer",
        }
    }
}

asuh_store::row_struct! {
    struct CommandRow {
        actor_id: Id, id: Id, kind: String, version: i64, device_id: Option<Id>, captured_at: Instant,
        recorded_at: Instant, subject_kind: Option<String>, subject_id: Option<Id>, receipt: String, sealed_seq: Option<i64>,
    }
}
asuh_store::row_struct! {
    pub(super) struct BatchRow {
        pub(super) batch: i64, pub(super) first_seq: i64, pub(super) last_seq: i64, pub(super) root: [u8; 32],
        pub(super) head: [u8; 32], pub(super) sealed_at: Instant,
    }
}
asuh_store::row_struct! {
    struct LeafRow { seq: i64, entry_id: Id, leaf: [u8; 32] }
}

const COMMAND_COLUMNS: &str = "actor_id, id, kind, version, device_id, captured_at, recorded_at, subject_kind, \
                               subject_id, receipt, sealed_seq";
pub(super) const BATCH_COLUMNS: &str = "batch, first_seq, last_seq, root, head, sealed_at";

/// A row that is sealed or to be sealed.
struct Entry {
    id: Id,
    /// The actor too, where the key of the table has it.
    actor: Id,
    leaf: Hash,
    seq: Option<i64>,
}

/// A number of the database as the chain counts; a negative one was not written by us.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn of_command(district: DistrictId, row: &CommandRow) -> Entry {
    let leaf = Canonical::new("command/1")
        .int(district.0)
        .blob(row.actor_id.as_bytes())
        .blob(row.id.as_bytes())
        .text(&row.kind)
        .int(row.version)
        .opt_blob(row.device_id.as_ref().map(|id| id.as_bytes().as_slice()))
        .int(row.captured_at.0)
        .int(row.recorded_at.0)
        .opt_text(row.subject_kind.as_deref())
        .opt_blob(row.subject_id.as_ref().map(|id| id.as_bytes().as_slice()))
        .text(&row.receipt)
        .leaf();
    Entry { id: row.id, actor: row.actor_id, leaf, seq: row.sealed_seq }
}

/// The rows that a condition names, with their leaves. The condition and its arguments are ours.
async fn entries(
    db: &impl Query,
    district: DistrictId,
    stream: Stream,
    condition: &str,
    args: Args,
) -> Result<Vec<Entry>, StoreError> {
    match stream {
        Stream::Audit => {
            let sql =
                format!("SELECT {COMMAND_COLUMNS} FROM command_log WHERE district_id = $1 AND {condition}");
            let rows: Vec<CommandRow> = db.all(&sql, args).await?;
            Ok(rows.iter().map(|row| of_command(district, row)).collect())
        }
        Stream::Ledger => {
            let rows = receipt::transfers(db, district, condition, args).await?;
            Ok(rows
                .into_iter()
                .map(|(transfer, seq)| Entry {
                    id: transfer.id,
                    actor: transfer.actor,
                    leaf: transfer.leaf(district),
                    seq,
                })
                .collect())
        }
    }
}

async fn last_batch(
    db: &impl Query,
    district: DistrictId,
    stream: Stream,
) -> Result<Option<BatchRow>, StoreError> {
    db.first(
        &format!(
            "SELECT {BATCH_COLUMNS} FROM seal_batch WHERE district_id = $1 AND stream = $2 \
             ORDER BY batch DESC LIMIT 1"
        ),
        args![district, stream.code()],
    )
    .await
}

/// Seals the next rows of a stream; how many.
#[derive(Serialize, Deserialize)]
struct SealBatch {
    stream: Stream,
}

impl Command for SealBatch {
    const KIND: &'static str = "audit.seal_batch";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let district = tx.district();
        let last = last_batch(tx, district, self.stream).await?;
        // Index: command_log_unsealed, transfer_unsealed.
        let condition = format!("sealed_seq IS NULL ORDER BY recorded_at, id LIMIT {BATCH}");
        let rows = entries(tx, district, self.stream, &condition, args![district]).await?;
        if rows.is_empty() {
            return Ok(0);
        }
        let mut chain = ChainHead::start(&self.stream.chain(district));
        let mut number = 1;
        if let Some(last) = &last {
            chain.last_seq = count(last.last_seq);
            chain.hash = Hash::new(last.head);
            number = last.batch + 1;
        }
        let broken = |error: seal::ChainError| StoreError::Shape(error.to_string());
        let leaves: Vec<Hash> = rows.iter().map(|row| row.leaf).collect();
        let batch = chain.seal(&leaves, tx.now().0).map_err(broken)?;
        let next = chain.follow(&batch).map_err(broken)?;
        let first = batch.first_seq as i64;
        // Two sealers at once: the second waits here for the first, finds the number taken, and has done nothing.
        let claimed = tx
            .execute(
                "INSERT INTO seal_batch (district_id, stream, batch, first_seq, last_seq, root, head, sealed_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district_id, stream, batch) DO NOTHING",
                args![
                    district,
                    self.stream.code(),
                    number,
                    first,
                    batch.last_seq as i64,
                    *batch.root.as_bytes(),
                    *next.hash.as_bytes(),
                    tx.now()
                ],
            )
            .await?;
        if claimed == 0 {
            return Ok(0);
        }
        let numbered = rows.iter().zip(first..);
        let leaves = numbered
            .clone()
            .map(|(row, seq)| args![district, self.stream.code(), seq, row.id, *row.leaf.as_bytes()])
            .collect();
        tx.insert_many("INSERT INTO seal_leaf (district_id, stream, seq, entry_id, leaf) VALUES", "", leaves)
            .await?;
        match self.stream {
            Stream::Audit => {
                let rows = numbered.map(|(row, seq)| args![district, row.actor, row.id, seq]).collect();
                tx.insert_many(
                    "WITH numbered (district_id, actor_id, id, seq) AS (VALUES",
                    ") UPDATE command_log SET sealed_seq = numbered.seq FROM numbered \
                     WHERE command_log.district_id = numbered.district_id \
                     AND command_log.actor_id = numbered.actor_id AND command_log.id = numbered.id",
                    rows,
                )
                .await?;
            }
            Stream::Ledger => {
                let numbers: Vec<(Id, i64)> = numbered.map(|(row, seq)| (row.id, seq)).collect();
                books::number_sealed(tx, &numbers).await?;
            }
        }
        Ok(rows.len() as i64)
    }
}

/// Seals everything of a district that is not sealed yet; how many rows. For the loop, the command line and tests.
///
/// # Errors
/// The store fails.
pub async fn seal_all(app: &App, district: DistrictId) -> Result<i64, StoreError> {
    let mut sealed = 0;
    for stream in Stream::ALL {
        loop {
            // Looking first: most seconds there is nothing, and then nothing is written.
            let waits: Option<(i64,)> = app
                .store
                .reader()
                .first(
                    &format!(
                        "SELECT recorded_at FROM {} WHERE district_id = $1 AND sealed_seq IS NULL \
                         ORDER BY recorded_at, id LIMIT 1",
                        stream.table()
                    ),
                    args![district],
                )
                .await?;
            if waits.is_none() {
                break;
            }
            let envelope = app.bookkeeping(district);
            let rows = app
                .store
                .submit(envelope, SealBatch { stream })
                .await
                .map_err(|error| StoreError::Shape(error.to_string()))?
                .value;
            sealed += rows;
            if rows == 0 {
                break;
            }
        }
    }
    Ok(sealed)
}

/// Seals every second until the program stops.
pub async fn run(app: App) {
    loop {
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if let Err(error) = every_district(&app).await {
            tracing::error!(%error, "sealing does not go on");
        }
    }
}

async fn every_district(app: &App) -> Result<(), StoreError> {
    // The national reference list is district 0: its imports are commands too.
    seal_all(app, DistrictId(0)).await?;
    for district in settings::all(app.store.reader()).await? {
        seal_all(app, district.id).await?;
    }
    Ok(())
}

async fn leaves(
    app: &App,
    district: DistrictId,
    stream: Stream,
    batch: &BatchRow,
) -> Result<Vec<LeafRow>, StoreError> {
    app.store
        .reader()
        .all(
            "SELECT seq, entry_id, leaf FROM seal_leaf \
             WHERE district_id = $1 AND stream = $2 AND seq BETWEEN $3 AND $4 ORDER BY seq",
            args![district, stream.code(), batch.first_seq, batch.last_seq],
        )
        .await
}

/// The proof that a row is in the chain: for receipts. Nothing while it is not sealed, or when its batch does not
/// hold together. The proof speaks of the row as it was sealed; [`is_unaltered`] compares it with the row of today.
///
/// # Errors
/// The store fails.
pub async fn proof(
    app: &App,
    district: DistrictId,
    stream: Stream,
    entry: Id,
) -> Result<Option<ReceiptProof>, StoreError> {
    let db = app.store.reader();
    // Index: seal_leaf_by_entry.
    let leaf: Option<LeafRow> = db
        .first(
            "SELECT seq, entry_id, leaf FROM seal_leaf WHERE district_id = $1 AND stream = $2 AND entry_id = $3 \
             ORDER BY seq LIMIT 1",
            args![district, stream.code(), entry],
        )
        .await?;
    let Some(leaf) = leaf else { return Ok(None) };
    let batch: Option<BatchRow> = db
        .first(
            &format!(
                "SELECT {BATCH_COLUMNS} FROM seal_batch WHERE district_id = $1 AND stream = $2 \
                 AND first_seq <= $3 AND last_seq >= $3"
            ),
            args![district, stream.code(), leaf.seq],
        )
        .await?;
    let Some(batch) = batch else { return Ok(None) };
    let before: Option<BatchRow> = db
        .first(
            &format!(
                "SELECT {BATCH_COLUMNS} FROM seal_batch WHERE district_id = $1 AND stream = $2 AND batch = $3"
            ),
            args![district, stream.code(), batch.batch - 1],
        )
        .await?;
    let hashes: Vec<Hash> =
        leaves(app, district, stream, &batch).await?.iter().map(|leaf| Hash::new(leaf.leaf)).collect();
    let chain = stream.chain(district);
    let sealed = BatchSeal {
        stream: &chain,
        first_seq: count(batch.first_seq),
        last_seq: count(batch.last_seq),
        root: Hash::new(batch.root),
        sealed_at_ms: batch.sealed_at.0,
    };
    let previous = before.map_or(Hash::ZERO, |before| Hash::new(before.head));
    let proof = ReceiptProof::of(count(leaf.seq), &sealed, &hashes, previous);
    Ok(proof.filter(|proof| proof.head == Hash::new(batch.head)))
}

/// Whether the row that a proof speaks of is still what was sealed.
///
/// # Errors
/// The store fails.
pub async fn is_unaltered(
    app: &App,
    district: DistrictId,
    stream: Stream,
    entry: Id,
    proof: &ReceiptProof,
) -> Result<bool, StoreError> {
    let seq = i64::try_from(proof.seq).unwrap_or(i64::MAX);
    let condition = "sealed_seq = $2 AND id = $3";
    let rows = entries(app.store.reader(), district, stream, condition, args![district, seq, entry]).await?;
    Ok(matches!(rows.as_slice(), [row] if row.leaf == proof.leaf))
}

/// Whether there is such a row, or was when it was sealed.
///
/// # Errors
/// The store fails.
pub(super) async fn is_recorded(
    app: &App,
    district: DistrictId,
    stream: Stream,
    entry: Id,
) -> Result<bool, StoreError> {
    let there = app
        .store
        .reader()
        .number(
            &format!(
                "SELECT (SELECT COUNT(*) FROM {} WHERE district_id = $1 AND id = $2) + \
                 (SELECT COUNT(*) FROM seal_leaf WHERE district_id = $1 AND stream = $3 AND entry_id = $2) AS n",
                stream.table()
            ),
            args![district, entry, stream.code()],
        )
        .await?;
    Ok(there > 0)
}
