//! Writing what was found: pairs and blocking keys, many at a time.

use std::collections::{BTreeSet, HashMap};

use asuh_matching::{Band, Verdict};
use asuh_store::{Command, DistrictId, Fault, Id, Query, Recording, StoreError, Tx, args};
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

/// Persons with their blocking keys.
pub(super) type Keys = Vec<(Id, Vec<i64>)>;

/// The persons whose kept keys are others. Index: primary key.
///
/// # Errors
/// The store fails.
pub(super) async fn changed_keys(
    db: &impl Query,
    district: DistrictId,
    keys: Keys,
) -> Result<Keys, StoreError> {
    asuh_store::row_struct! { struct Held { person_id: Id, block: i64 } }
    if keys.is_empty() {
        return Ok(keys);
    }
    let mut args = args![district];
    let list = args.push_list(keys.iter().map(|(person, _)| *person));
    let sql =
        format!("SELECT person_id, block FROM match_key WHERE district_id = $1 AND person_id IN ({list})");
    let mut held: HashMap<Id, BTreeSet<i64>> = HashMap::new();
    for row in db.all::<Held>(&sql, args).await? {
        held.entry(row.person_id).or_default().insert(row.block);
    }
    let is_changed = |(person, blocks): &(Id, Vec<i64>)| {
        held.get(person).cloned().unwrap_or_default() != blocks.iter().copied().collect()
    };
    Ok(keys.into_iter().filter(is_changed).collect())
}

/// Keeps the blocking keys of these persons in place of those they had: two statements.
///
/// # Errors
/// The store fails.
pub(super) async fn put_keys(tx: &Tx<'_>, keys: &[(Id, Vec<i64>)]) -> Result<(), StoreError> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut args = args![tx.district()];
    let list = args.push_list(keys.iter().map(|(person, _)| *person));
    tx.execute(&format!("DELETE FROM match_key WHERE district_id = $1 AND person_id IN ({list})"), args)
        .await?;
    let rows = keys.iter().flat_map(|(person, blocks)| {
        blocks.iter().map(|block| args![tx.district(), *person, *block]).collect::<Vec<_>>()
    });
    tx.insert_many("INSERT INTO match_key (district_id, person_id, block) VALUES", "", rows.collect())
        .await?;
    Ok(())
}

/// Keeps a chunk of blocking keys; derived, so no trace in the audit trail.
#[derive(Serialize, Deserialize)]
pub(super) struct KeepKeys {
    pub(super) keys: Keys,
}

impl Command for KeepKeys {
    const KIND: &'static str = "registry.keep_match_keys";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(put_keys(tx, &self.keys).await?)
    }
}
