//! Writing what was found: pairs and blocking keys, many at a time.

use std::collections::{BTreeSet, HashMap};

use asuh_matching::{Band, Verdict};
use asuh_store::{Arg, Command, DistrictId, Fault, Id, Query, Recording, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::read::Known;

/// A pair to be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pair {
    one: Id,
    two: Id,
    verdict: String,
    score: i64,
    findings: String,
    rule: String,
    digest: i64,
    batch: Option<Id>,
}

impl Pair {
    /// What was found of two persons.
    pub(super) fn of(one: &Known, two: &Known, verdict: &Verdict, band: Band) -> Pair {
        let findings: Vec<String> = verdict
            .findings
            .iter()
            .map(|finding| {
                format!("{}:{}:{}", finding.field.code(), finding.agreement.code(), finding.bits.0)
            })
            .collect();
        Pair {
            one: one.id.min(two.id),
            two: one.id.max(two.id),
            verdict: band.code().to_owned(),
            score: i64::from(verdict.bits.0),
            findings: findings.join(" "),
            rule: verdict.rule.map(|rule| rule.code().to_owned()).unwrap_or_default(),
            digest: one.digest_with(two),
            batch: one.batch_with(two),
        }
    }
}

/// Keeps pairs. One that is known stays as it was decided, unless a fact of one of the two has changed since; a pair
/// that was merged stays merged. One statement. Index: match_pair_once.
///
/// # Errors
/// The store fails.
pub(super) async fn keep(tx: &Tx<'_>, pairs: &[Pair], found_by: Id) -> Result<(), StoreError> {
    let rows = pairs
        .iter()
        .map(|pair| {
            args![
                tx.district(),
                tx.new_id(),
                pair.one,
                pair.two,
                &pair.verdict,
                pair.score,
                &pair.findings,
                &pair.rule,
                pair.digest,
                tx.now(),
                found_by,
                pair.batch,
                "open",
                "",
            ]
        })
        .collect();
    tx.insert_many(
        "INSERT INTO match_pair (district_id, id, one_id, two_id, verdict, score, findings, rule, digest, found_at, \
         found_by, batch_id, state, reason) VALUES",
        "ON CONFLICT (district_id, one_id, two_id) DO UPDATE SET verdict = excluded.verdict, score = excluded.score, \
         findings = excluded.findings, rule = excluded.rule, digest = excluded.digest, found_at = excluded.found_at, \
         found_by = excluded.found_by, batch_id = excluded.batch_id, state = 'open', decided_by = NULL, decided_at = NULL, reason = '' \
         WHERE match_pair.digest <> excluded.digest AND match_pair.state <> 'same'",
        rows,
    )
    .await?;
    Ok(())
}

/// Keeps a chunk of the pairs that a search of the whole list found: nobody's decision, so no trace in the audit trail.
#[derive(Serialize, Deserialize)]
pub(super) struct KeepPairs {
    pub(super) pairs: Vec<Pair>,
    pub(super) found_by: Id,
}

impl Command for KeepPairs {
    const KIND: &'static str = "registry.keep_pairs";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(keep(tx, &self.pairs, self.found_by).await?)
    }
}

/// A person with blocking keys, ascending.
pub(super) type Keys = (Id, Vec<i64>);

/// What is to be written of blocking keys. Sorted, because neighbours in a block are neighbours on the disk: a million
/// persons' keys one person after the other touch a page of the index for each.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct KeyChange {
    /// Keys that do not hold any more, with their persons.
    pub(super) gone: Vec<(i64, Id)>,
    /// Keys that are new.
    pub(super) came: Vec<(i64, Id)>,
    /// The persons with all their keys, written last: until then they count as changed.
    pub(super) persons: Vec<Keys>,
}

impl KeyChange {
    /// Joins another one to it.
    pub(super) fn add(&mut self, other: KeyChange) {
        self.gone.extend(other.gone);
        self.came.extend(other.came);
        self.persons.extend(other.persons);
    }

    /// The same in pieces of at most so many rows, in the order in which they are to be written.
    pub(super) fn into_pieces(mut self, most: usize) -> Vec<KeyChange> {
        self.gone.sort_unstable();
        self.came.sort_unstable();
        self.persons.sort_unstable();
        let gone =
            self.gone.chunks(most).map(|some| KeyChange { gone: some.to_vec(), ..KeyChange::default() });
        let came =
            self.came.chunks(most).map(|some| KeyChange { came: some.to_vec(), ..KeyChange::default() });
        let persons = self
            .persons
            .chunks(most)
            .map(|some| KeyChange { persons: some.to_vec(), ..KeyChange::default() });
        gone.chain(came).chain(persons).collect()
    }
}

/// What of these keys is not kept yet. Index: primary key of `person_blocks`.
///
/// # Errors
/// The store fails.
pub(super) async fn changed_keys(
    db: &impl Query,
    district: DistrictId,
    keys: Vec<Keys>,
) -> Result<KeyChange, StoreError> {
    asuh_store::row_struct! { struct Held { person_id: Id, blocks: Vec<u8> } }
    let mut change = KeyChange::default();
    if keys.is_empty() {
        return Ok(change);
    }
    let mut args = args![district];
    let list = args.push_list(keys.iter().map(|(person, _)| *person));
    let sql = format!(
        "SELECT person_id, blocks FROM person_blocks WHERE district_id = $1 AND person_id IN ({list})"
    );
    let held = db.all::<Held>(&sql, args).await?;
    let mut held: HashMap<Id, BTreeSet<i64>> =
        held.into_iter().map(|row| (row.person_id, unpacked(&row.blocks))).collect();
    for (person, blocks) in keys {
        let blocks: BTreeSet<i64> = blocks.into_iter().collect();
        let held = held.remove(&person).unwrap_or_default();
        if held == blocks {
            continue;
        }
        change.gone.extend(held.difference(&blocks).map(|block| (*block, person)));
        change.came.extend(blocks.difference(&held).map(|block| (*block, person)));
        change.persons.push((person, blocks.into_iter().collect()));
    }
    Ok(change)
}

fn packed(blocks: &[i64]) -> Vec<u8> {
    blocks.iter().flat_map(|block| block.to_be_bytes()).collect()
}

fn unpacked(bytes: &[u8]) -> BTreeSet<i64> {
    bytes.as_chunks().0.iter().map(|block| i64::from_be_bytes(*block)).collect()
}

/// Writes a change: three statements at most.
///
/// # Errors
/// The store fails.
async fn put(tx: &Tx<'_>, change: &KeyChange) -> Result<(), StoreError> {
    let district = tx.district();
    if !change.gone.is_empty() {
        let mut args = args![district];
        let rows = args
            .push_rows(change.gone.iter().map(|(block, person)| [Arg::value(*block), Arg::value(*person)]));
        let sql =
            format!("DELETE FROM match_key WHERE district_id = $1 AND (block, person_id) IN (VALUES {rows})");
        tx.execute(&sql, args).await?;
    }
    let came = change.came.iter().map(|(block, person)| args![district, *block, *person]).collect();
    let head = "INSERT INTO match_key (district_id, block, person_id) VALUES";
    // A try before a crash may have written it.
    tx.insert_many(head, "ON CONFLICT (district_id, block, person_id) DO NOTHING", came).await?;
    let persons =
        change.persons.iter().map(|(person, blocks)| args![district, *person, packed(blocks)]).collect();
    tx.insert_many(
        "INSERT INTO person_blocks (district_id, person_id, blocks) VALUES",
        "ON CONFLICT (district_id, person_id) DO UPDATE SET blocks = excluded.blocks",
        persons,
    )
    .await?;
    Ok(())
}

/// Keeps these blocking keys of a person in place of those that were kept.
///
/// # Errors
/// The store fails.
pub(super) async fn put_keys(tx: &Tx<'_>, keys: Keys) -> Result<(), StoreError> {
    let change = changed_keys(tx, tx.district(), vec![keys]).await?;
    put(tx, &change).await
}

/// Keeps a piece of the blocking keys; derived, so no trace in the audit trail.
#[derive(Serialize, Deserialize)]
pub(super) struct KeepKeys {
    pub(super) change: KeyChange,
}

impl Command for KeepKeys {
    const KIND: &'static str = "registry.keep_match_keys";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(put(tx, &self.change).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_packed_and_written_block_by_block_before_their_persons() {
        let blocks = BTreeSet::from([i64::MIN, -1, 0, 7, i64::MAX]);
        assert_eq!(unpacked(&packed(&blocks.iter().copied().collect::<Vec<_>>())), blocks);
        let person = |nth: u8| Id::from_bytes([nth; 16]);
        let change = KeyChange {
            gone: vec![(9, person(1))],
            came: vec![(5, person(1)), (3, person(2)), (4, person(1))],
            persons: vec![(person(2), vec![3]), (person(1), vec![4, 5])],
        };
        let pieces = change.into_pieces(2);
        let came: Vec<_> = pieces.iter().flat_map(|piece| &piece.came).map(|(block, _)| *block).collect();
        assert_eq!(came, [3, 4, 5]);
        assert!(pieces.first().is_some_and(|piece| !piece.gone.is_empty()));
        assert!(pieces.last().is_some_and(|piece| piece.persons.len() == 2));
        assert_eq!(pieces.len(), 4);
    }
}
