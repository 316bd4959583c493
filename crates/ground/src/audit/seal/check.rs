//! What was sealed, compared with what stands there now.

use std::collections::BTreeMap;

use asuh_ledger::seal::{BatchSeal, ChainHead, Hash};
use asuh_store::{DistrictId, Query, StoreError, args};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{BATCH_COLUMNS, BatchRow, Entry, Stream, count, entries, leaves};
use crate::App;
use crate::beside::beside;

/// Batches that are looked up together, and of them those that are checked at the same time.
const BATCHES: usize = 64;
const AT_ONCE: usize = 3;
/// Findings that are told one by one.
const MOST_FINDINGS: usize = 20;

/// Proves the seals of a district: every sealed row against its leaf, every batch against its root, every head
/// against the one before. Each finding in words; memory for a few batches at a time. Both streams at once, and a few
/// batches of each: only the heads have to be followed one after another.
///
/// # Errors
/// The store fails.
pub async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let running = Stream::ALL.map(|stream| {
        let app = app.clone();
        beside(async move { check_stream(&app, district, stream).await })
    });
    let mut findings = Findings::default();
    for stream in running {
        findings.append(stream.await?);
    }
    if findings.more > 0 {
        findings.told.push(format!("{} findings more", findings.more));
    }
    Ok(findings.told)
}

#[derive(Default)]
struct Findings {
    told: Vec<String>,
    more: usize,
}

impl Findings {
    fn add(&mut self, finding: String) {
        if self.told.len() < MOST_FINDINGS { self.told.push(finding) } else { self.more += 1 }
    }

    fn append(&mut self, other: Findings) {
        other.told.into_iter().for_each(|finding| self.add(finding));
        self.more += other.more;
    }
}

async fn check_stream(app: &App, district: DistrictId, stream: Stream) -> Result<Findings, StoreError> {
    let db = app.store.reader();
    let name = stream.code();
    let mut findings = Findings::default();
    let mut chain = ChainHead::start(&stream.chain(district));
    let mut number = 0;
    // Sealed rows that no batch covers; counted before, so that sealing may go on beside the check.
    let sealed = db
        .number(
            &format!(
                "SELECT COUNT(*) AS n FROM {} WHERE district_id = $1 AND sealed_seq IS NOT NULL",
                stream.table()
            ),
            args![district],
        )
        .await?;
    loop {
        let some: Vec<BatchRow> = db
            .all(
                &format!(
                    "SELECT {BATCH_COLUMNS} FROM seal_batch WHERE district_id = $1 AND stream = $2 AND batch > $3 \
                     ORDER BY batch LIMIT {BATCHES}"
                ),
                args![district, name, number],
            )
            .await?;
        if some.is_empty() {
            break;
        }
        let mut checked = stream::iter(some)
            .map(|row| {
                let app = app.clone();
                beside(async move {
                    let findings = check_batch(&app, district, stream, &row).await?;
                    Ok((row, findings))
                })
            })
            .buffered(AT_ONCE);
        while let Some((row, found)) = checked.try_next().await? {
            if row.batch != number + 1 {
                findings.add(format!("seals of {name}: batch {} is missing", number + 1));
            }
            number = row.batch;
            findings.append(found);
            chain = follow(chain, &row, name, &mut findings);
        }
    }
    if sealed as u64 > chain.last_seq {
        findings.add(format!(
            "seals of {name}: {sealed} rows say that they are sealed, but the chain ends at {}",
            chain.last_seq
        ));
    }
    Ok(findings)
}

fn sealed<'a>(stream: &'a str, row: &BatchRow) -> BatchSeal<'a> {
    BatchSeal {
        stream,
        first_seq: count(row.first_seq),
        last_seq: count(row.last_seq),
        root: Hash::new(row.root),
        sealed_at_ms: row.sealed_at.0,
    }
}

/// The chain after a batch, as that says it is.
fn follow(chain: ChainHead, row: &BatchRow, name: &str, findings: &mut Findings) -> ChainHead {
    let batch = sealed(&chain.stream, row);
    match chain.follow(&batch) {
        Ok(next) if next.hash == Hash::new(row.head) => {}
        Ok(_) => {
            findings.add(format!("seals of {name}: batch {} has another head than the chain", row.batch))
        }
        Err(error) => findings.add(format!("seals of {name}: batch {}: {error}", row.batch)),
    }
    ChainHead { last_seq: count(row.last_seq), hash: Hash::new(row.head), stream: chain.stream }
}

/// Compares the rows of a batch with its leaves, and those with its root.
async fn check_batch(
    app: &App,
    district: DistrictId,
    stream: Stream,
    row: &BatchRow,
) -> Result<Findings, StoreError> {
    let (db, name, mut findings) = (app.store.reader(), stream.code(), Findings::default());
    let chain = stream.chain(district);
    let leaves = leaves(app, district, stream, row).await?;
    let hashes: Vec<Hash> = leaves.iter().map(|leaf| Hash::new(leaf.leaf)).collect();
    if let Err(error) = sealed(&chain, row).check_leaves(&hashes) {
        findings.add(format!("seals of {name}: batch {}: {error}", row.batch));
    }
    let condition = "sealed_seq BETWEEN $2 AND $3 ORDER BY sealed_seq";
    let rows = entries(db, district, stream, condition, args![district, row.first_seq, row.last_seq]).await?;
    let mut by_seq: BTreeMap<i64, Vec<Entry>> = BTreeMap::new();
    for entry in rows {
        by_seq.entry(entry.seq.unwrap_or_default()).or_default().push(entry);
    }
    for leaf in &leaves {
        match by_seq.remove(&leaf.seq).as_deref() {
            None => findings.add(format!("{name} row {} (number {}) is missing", leaf.entry_id, leaf.seq)),
            Some([entry]) if entry.id != leaf.entry_id => findings.add(format!(
                "{name} row {} stands at number {}, where {} was sealed",
                entry.id, leaf.seq, leaf.entry_id
            )),
            Some([entry]) if entry.leaf != Hash::new(leaf.leaf) => {
                findings
                    .add(format!("{name} row {} (number {}) was altered after sealing", entry.id, leaf.seq));
            }
            Some([_]) => {}
            Some(_) => findings.add(format!("{name}: several rows have the number {}", leaf.seq)),
        }
    }
    for (seq, _) in by_seq {
        findings.add(format!("{name}: the row with number {seq} was never sealed"));
    }
    Ok(findings)
}
