//! Looking for pairs: in the whole list, as a job after an import or when somebody asks for it, and for one person who
//! comes in by a form, by the blocking keys that the job keeps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use asuh_matching::{Band, CROWDED, Frequencies, Profile, Weights, batch, blocking_keys, compare_all};
use asuh_store::{Command, DistrictId, Fault, Id, Query, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::pairs::{KeepKeys, KeepPairs, KeyChange, Keys, Pair, changed_keys, keep, put_keys};
use super::read::{Known, of_families};
use asuh_ground::App;
use asuh_ground::jobs::{self, Job, JobError, JobRun};
use asuh_ground::settings;

/// The job that searches the whole list.
pub(crate) const JOB: &str = "registry.search_pairs";
/// Families that are read at once.
const READ: usize = 1000;
/// Pages of families that are read and compared with their keys at one time.
const AHEAD: usize = 4;
/// Pairs that are written at once, and keys, which are small: some 20 ms, so that nobody waits behind the search.
const WRITE: usize = 500;
const WRITE_KEYS: usize = 2_000;

/// Starts a search of the whole list, within the command that makes one due; one that already waits is enough.
///
/// # Errors
/// The store fails.
pub async fn search_later(tx: &Tx<'_>) -> Result<(), StoreError> {
    let waiting = tx
        .number(
            "SELECT COUNT(*) AS n FROM job WHERE district_id = $1 AND kind = $2 AND state = 'waiting'",
            args![tx.district(), JOB],
        )
        .await?;
    if waiting == 0 {
        jobs::start(tx, JOB, None).await?;
    }
    Ok(())
}

/// Searches the whole list for pairs, because a list keeper wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SearchPairs {}

impl Command for SearchPairs {
    const KIND: &'static str = "registry.search_pairs";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(search_later(tx).await?)
    }
}

fn blocks(known: &Known) -> Keys {
    let keys = blocking_keys(&known.record());
    (known.id, keys.as_slice().iter().map(|key| *key as i64).collect())
}

/// Everybody who stands on the list, and the keys that are not kept yet. Indexes: primary key, then those of
/// [`of_families`] and [`changed_keys`].
async fn everybody(app: &App, job: &Job, today: Date) -> Result<(Vec<Known>, KeyChange), JobError> {
    let (mut all, mut change) = (Vec::new(), KeyChange::default());
    let (mut after, mut reading) = (Some(Id::from_bytes([0; 16])), VecDeque::new());
    let mut pages = 0;
    loop {
        while let Some(last) = after.filter(|_| reading.len() < AHEAD) {
            let some: Vec<(Id,)> = app
                .store
                .reader()
                .all(
                    &format!(
                        "SELECT id FROM family WHERE district_id = $1 AND id > $2 AND canonical_id IS NULL \
                         ORDER BY id LIMIT {READ}"
                    ),
                    args![job.district_id, last],
                )
                .await?;
            after = some.last().map(|row| row.0);
            let families: Vec<Id> = some.into_iter().map(|row| row.0).collect();
            reading.push_back(tokio::spawn(page(app.clone(), job.district_id, today, families)));
        }
        let Some(page) = reading.pop_front() else { return Ok((all, change)) };
        let (known, changed) = page.await.map_err(|error| JobError::Later(error.to_string()))??;
        all.extend(known);
        change.add(changed);
        pages += 1;
        if pages % 50 == 0 {
            job.progress(app, all.len() as i64, 0, "").await?;
        }
    }
}

/// The members of a page of families.
async fn page(
    app: App,
    district: DistrictId,
    today: Date,
    families: Vec<Id>,
) -> Result<(Vec<Known>, KeyChange), StoreError> {
    let known = of_families(app.store.reader(), app.store.secrets(), district, today, &families).await?;
    let changed = changed_keys(app.store.reader(), district, known.iter().map(blocks).collect()).await?;
    Ok((known, changed))
}

/// What a search compares: everybody with everybody.
fn found_in(all: &[Known]) -> Vec<Pair> {
    let frequencies = Frequencies::of(all.iter().map(|known| known.name.as_str()));
    let profiles: Vec<Profile> =
        all.iter().map(|known| Profile::read(&known.record(), &frequencies)).collect();
    let found = batch::within(&Weights::default().for_persons(all.len()), &profiles);
    let proposed = found.same.iter().map(|pair| (pair, Band::Same));
    let asked = found.ask.iter().map(|pair| (pair, Band::Ask));
    proposed
        .chain(asked)
        .filter_map(|(pair, band)| {
            Some(Pair::of(all.get(pair.one)?, all.get(pair.two)?, &pair.verdict, band))
        })
        .collect()
}

/// Runs [`JOB`]. Everything it writes is the same when it is written twice, so after a crash it begins again.
pub(crate) fn search<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        let district = job.district_id;
        let zone = settings::all(app.store.reader())
            .await?
            .into_iter()
            .find(|known| known.id == district)
            .ok_or_else(|| JobError::Failed("the district is not known".into()))?
            .zone;
        let today = zone.local_date(app.store.clock().now().utc());
        let (all, change) = everybody(app, job, today).await?;
        job.progress(app, 0, all.len() as i64, "").await?;
        let pieces = change.into_pieces(WRITE_KEYS);
        let total = pieces.len();
        for (nth, change) in pieces.into_iter().enumerate() {
            app.store.submit(app.bookkeeping(district), KeepKeys { change }).await?;
            if nth % 50 == 49 {
                let done = all.len() * (nth + 1) / total;
                job.progress(app, done as i64, all.len() as i64, "").await?;
            }
        }
        // Minutes of arithmetic for a province: beside the threads that answer.
        let pairs = tokio::task::spawn_blocking(move || found_in(&all))
            .await
            .map_err(|error| JobError::Later(error.to_string()))?;
        for some in pairs.chunks(WRITE) {
            let keep = KeepPairs { pairs: some.to_vec(), found_by: job.id };
            app.store.submit(app.bookkeeping(district), keep).await?;
        }
        Ok(())
    })
}

/// Looks for one person who came in by a form among everybody else, within the command that wrote him: six look-ups of
/// at most [`CROWDED`] rows each, whoever lives in his own village first. Indexes: match_key_by_block, then those of
/// [`of_families`].
///
/// # Errors
/// The store fails.
pub(crate) async fn search_one(tx: &Tx<'_>, person: Id, family: Id, today: Date) -> Result<(), StoreError> {
    let own = of_families(tx, tx.secrets(), tx.district(), today, &[family]).await?;
    let Some(known) = own.iter().find(|known| known.id == person) else {
        return put_keys_of_nobody(tx, person).await;
    };
    let (_, blocks) = blocks(known);
    put_keys(tx, (person, blocks.clone())).await?;
    let others = sharing(tx, person, known.village, &blocks).await?;
    let families: Vec<Id> = others.values().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let others: BTreeSet<Id> = others.into_keys().collect();
    let mut candidates = of_families(tx, tx.secrets(), tx.district(), today, &families).await?;
    candidates.retain(|one| others.contains(&one.id));
    if candidates.is_empty() {
        return Ok(());
    }
    let names = candidates.iter().chain([known]).map(|one| one.name.as_str());
    let frequencies = if candidates.len() < 50 { Frequencies::default() } else { Frequencies::of(names) };
    let profiles: Vec<Profile> =
        candidates.iter().map(|one| Profile::read(&one.record(), &frequencies)).collect();
    let incoming = Profile::read(&known.record(), &frequencies);
    let weights = Weights::default().for_persons(last_compared(tx).await?);
    let pairs: Vec<Pair> = compare_all(&weights, &incoming, &profiles)
        .into_iter()
        .filter(|(_, verdict)| verdict.band != Band::Different)
        .filter_map(|(nth, verdict)| Some(Pair::of(known, candidates.get(nth)?, &verdict, verdict.band)))
        .collect();
    keep(tx, &pairs, tx.command_id()).await
}

/// Persons whom the last search of the whole list compared: who comes in is weighed as they were, and a million are not
/// counted anew for each. Before the first search a district's own size. Index: job_by_kind.
async fn last_compared(tx: &Tx<'_>) -> Result<usize, StoreError> {
    let last: Option<(i64,)> = tx
        .first(
            "SELECT total FROM job WHERE district_id = $1 AND kind = $2 AND state = 'done' ORDER BY id DESC LIMIT 1",
            args![tx.district(), JOB],
        )
        .await?;
    Ok(last.and_then(|row| usize::try_from(row.0).ok()).unwrap_or_default())
}

/// Whoever does not stand on the list has no keys.
async fn put_keys_of_nobody(tx: &Tx<'_>, person: Id) -> Result<(), StoreError> {
    put_keys(tx, (person, Vec::new())).await
}

/// Persons who share a block, with their families: of a crowded block those of the village first.
async fn sharing(
    tx: &Tx<'_>,
    person: Id,
    village: i64,
    blocks: &[i64],
) -> Result<BTreeMap<Id, Id>, StoreError> {
    asuh_store::row_struct! { struct Other { person_id: Id, family_id: Id } }
    let mut found = BTreeMap::new();
    for block in blocks {
        let rows: Vec<Other> = tx
            .all(
                &format!(
                    "SELECT k.person_id, p.family_id FROM match_key k \
                     CROSS JOIN person_version p CROSS JOIN family_version f \
                     WHERE k.district_id = $1 AND k.block = $3 AND k.person_id <> $4 \
                     AND p.district_id = $1 AND p.person_id = k.person_id AND p.superseded_at = $2 \
                     AND f.district_id = $1 AND f.family_id = p.family_id AND f.superseded_at = $2 \
                     ORDER BY CASE WHEN f.village_code = $5 THEN 0 ELSE 1 END, k.person_id LIMIT {CROWDED}"
                ),
                args![tx.district(), asuh_store::Instant::NEVER, *block, person, village],
            )
            .await?;
        found.extend(rows.into_iter().map(|row| (row.person_id, row.family_id)));
    }
    Ok(found)
}
