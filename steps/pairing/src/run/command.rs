//! Deciding about a run: somebody else than who asked for it approves or refuses.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use asuh_pairing::pairing::{Certificate, Objectives, Stability, pair, verify};
use asuh_step_sponsors::pledges::Gone;
use asuh_store::{Args, Command, DistrictId, Fault, Id, Query, Refusal, Stamp, Store, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use super::query::{self, Planned, RunLine};
use super::store::stability;
use crate::facts::Situation;
use crate::pair::command::end_pairs;
use crate::programme::pools::{ends, pools};
use crate::programme::{command as programme, query as programmes};
use crate::rules::measure;
use crate::sponsor::end_lapsed;

/// Days for which a draft may be approved: ages and holds move on.
pub(crate) const DRAFT_DAYS: i64 = 14;

/// What an approval made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// New pairs.
    pub made: i64,
    /// Pairs that ended.
    pub ended: i64,
    /// Pairs that go on unchanged.
    pub kept: i64,
}

/// Makes the pairs of a draft act from the present day on. In the same transaction the facts are read again, and the
/// proof is checked again.
///
/// Refused when the run is no draft, its approver asked for it, the facts have changed since (or 14 days have passed), or
/// the proof does not hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApproveRun {
    /// The draft.
    pub run: Id,
    /// The present day.
    pub today: Date,
    /// What was read and proven before the door was entered; used where surely nothing was written since.
    #[serde(skip)]
    pub ahead: Option<Arc<Ahead>>,
}

/// The facts of a draft with its proof, read and checked beside the door: the seconds of a large district are not spent in
/// the transaction, unless somebody wrote anything in between.
pub struct Ahead {
    stamp: Stamp,
    run: Id,
    situation: Situation,
    planned: Vec<Planned>,
}

impl std::fmt::Debug for Ahead {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ahead").field("run", &self.run).finish_non_exhaustive()
    }
}

impl Ahead {
    /// Reads and proves a draft; `None` where it may not be approved, which the approval finds out for itself and says why.
    ///
    /// # Errors
    /// The store fails.
    pub async fn read(store: &Store, district: DistrictId, id: Id) -> Result<Option<Arc<Ahead>>, StoreError> {
        let stamp = store.stamp();
        let db = store.reader();
        let Some(run) = query::run(db, district, id).await?.filter(|run| run.state == "draft") else {
            return Ok(None);
        };
        let Some(situation) = current(db, &run).await? else { return Ok(None) };
        let planned = query::planned(db, district, id).await?;
        match prove_again(db, &run, &situation, &planned).await {
            Ok(()) => Ok(Some(Arc::new(Ahead { stamp, run: id, situation, planned }))),
            Err(Fault::Refused(_)) => Ok(None),
            Err(Fault::Store(error)) => Err(error),
        }
    }
}

impl Command for ApproveRun {
    const KIND: &'static str = "pairing.approve_run";
    type Receipt = Approved;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Approved, Fault> {
        let district = tx.district();
        let run = draft(tx, self.run).await?;
        if run.asked_by == tx.actor() {
            return Err(Refusal::new("pairing.refused.same_person").into());
        }
        programme::held(tx, run.programme_id).await?;
        tx.subject("pairing_run", run.id);
        // Of two who decide at the same time the later finds no draft any more.
        let decided = tx
            .execute(
                "UPDATE pairing_run SET state = 'approved', decided_at = $3, decided_by = $4 \
                 WHERE district_id = $1 AND id = $2 AND state = 'draft'",
                args![district, run.id, tx.now(), tx.actor()],
            )
            .await?;
        if decided == 0 {
            return Err(Refusal::new("pairing.refused.no_draft").into());
        }
        if self.today > run.on_day + Duration::days(DRAFT_DAYS) {
            return Err(Refusal::new("pairing.refused.stale").into());
        }
        let ahead = self.ahead.as_deref();
        if let Some(ahead) = ahead.filter(|one| one.run == run.id && tx.untouched_since(one.stamp)) {
            return act(tx, &run, &ahead.situation, &ahead.planned, self.today).await;
        }
        let situation = current(tx, &run).await?.ok_or_else(|| Refusal::new("pairing.refused.stale"))?;
        let planned = query::planned(tx, district, run.id).await?;
        prove_again(tx, &run, &situation, &planned).await?;
        act(tx, &run, &situation, &planned, self.today).await
    }
}

/// Puts a draft away, with the reason. Its rows stay, without effect.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RefuseRun {
    /// The draft.
    pub run: Id,
    /// Why; at most 300 characters.
    pub reason: String,
}

impl Command for RefuseRun {
    const KIND: &'static str = "pairing.refuse_run";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let run = draft(tx, self.run).await?;
        tx.subject("pairing_run", run.id);
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let decided = tx
            .execute(
                "UPDATE pairing_run SET state = 'refused', reason = $5, decided_at = $3, decided_by = $4 \
                 WHERE district_id = $1 AND id = $2 AND state = 'draft'",
                args![tx.district(), run.id, tx.now(), tx.actor(), self.reason.trim()],
            )
            .await?;
        match decided {
            0 => Err(Refusal::new("pairing.refused.no_draft").into()),
            _ => Ok(()),
        }
    }
}

async fn draft(tx: &Tx<'_>, id: Id) -> Result<RunLine, Fault> {
    let run = query::run(tx, tx.district(), id).await?.ok_or_else(Refusal::not_found)?;
    match run.state.as_str() {
        "draft" => Ok(run),
        _ => Err(Refusal::new("pairing.refused.no_draft").into()),
    }
}

/// The facts of a run as they are now; `None` where they are others than when it was worked out.
///
/// # Errors
/// The store fails.
pub(crate) async fn current(db: &impl Query, run: &RunLine) -> Result<Option<Situation>, StoreError> {
    let district = run.district();
    let Some(programme) = programmes::by_id(db, district, run.programme_id).await? else { return Ok(None) };
    let stable = stability(&run.stability).unwrap_or(Stability::Lock);
    let list = programmes::list_on(db, district, programme.id, run.on_day).await?;
    let rule = programmes::rule(db, district, programme.id, None).await?;
    let same_list = list.is_some_and(|list| list.list_id == run.list_id);
    let same_rule = rule.is_some_and(|rule| rule.version == run.rule_version);
    if !same_list || !same_rule {
        return Ok(None);
    }
    let asked = Some((run.list_id, run.rule_version));
    let given = query::given(db, district, run.id).await?;
    let terms = programmes::terms(db, district, &programme, run.on_day, stable, asked, Some(&given)).await?;
    let Some(terms) = terms else { return Ok(None) };
    let situation = Situation::read(db, district, &terms).await?;
    Ok(run.facts_sha256.is_some_and(|facts| facts == situation.facts).then_some(situation))
}

/// Whether the stored pairs may be, and are the best there are: by the proof that the run keeps, or, for an intake, by the
/// best pairing of all at once.
async fn prove_again(
    db: &impl Query,
    run: &RunLine,
    situation: &Situation,
    planned: &[Planned],
) -> Result<(), Fault> {
    let unproven = |reason: String| Refusal::new("pairing.refused.unproven").arg("reason", reason);
    let pairs: Vec<(String, String, u32)> = planned
        .iter()
        .map(|row| {
            let units = u32::try_from(row.units).unwrap_or(0);
            (row.pledge_id.to_string(), row.person_id.to_string(), units)
        })
        .collect();
    let stored = measure(&situation.instance, &pairs).map_err(|wrong| unproven(wrong.code().to_owned()))?;
    let certificate = match query::certificate(db, run.district(), run.id).await? {
        Some(bytes) => {
            Some(Certificate::from_bytes(&bytes).ok_or_else(|| unproven("certificate".to_owned()))?)
        }
        None => None,
    };
    let best: Objectives = match certificate {
        Some(certificate) => verify(&situation.instance, &certificate),
        None => pair(&situation.instance),
    }
    .map_err(|error| unproven(error.to_string()))?
    .objectives;
    match stored == best {
        true => Ok(()),
        false => Err(unproven("objectives".to_owned()).into()),
    }
}

/// Ends the pairs that the run gave elsewhere, makes those that are new, and leaves the others as they are.
async fn act(
    tx: &Tx<'_>,
    run: &RunLine,
    situation: &Situation,
    planned: &[Planned],
    today: Date,
) -> Result<Approved, Fault> {
    // Before new pairs are made: who comes back to the same child is approved as its visitor anew.
    end_lapsed(tx, today).await?;
    let known: HashSet<Id> = situation.supplies.iter().map(|one| one.pledge_id).collect();
    let listed: HashSet<Id> = situation.subjects.iter().map(|one| one.row.person_id).collect();
    let mut wanted: BTreeMap<(Id, Id), (Id, i64)> = BTreeMap::new();
    for row in planned {
        wanted.entry((row.pledge_id, row.person_id)).or_insert((row.sponsor_id, 0)).1 += row.units;
    }
    let mut runs: HashMap<(Id, Id), i64> = HashMap::new();
    for row in &situation.running {
        *runs.entry((row.pledge_id, row.person_id)).or_default() += row.units;
    }
    let stopped = stopped(tx, run, today).await?;
    let (mut ended, mut left, mut kept) = (Vec::new(), Vec::new(), 0);
    let mut gone: BTreeMap<Date, Vec<Id>> = BTreeMap::new();
    for row in &situation.running {
        let key = (row.pledge_id, row.person_id);
        let same = wanted.get(&key).is_some_and(|(_, units)| *units == runs[&key]);
        match () {
            () if same => kept += 1,
            // A promise that rests keeps its pairs for when it goes on.
            () if !known.contains(&row.pledge_id) => {
                if let Some(last) = stopped.get(&row.pledge_id) {
                    gone.entry(*last).or_default().push(row.id);
                }
            }
            () if !listed.contains(&row.person_id) => left.push((row.id, row.person_id)),
            () => ended.push(row.id),
        }
    }
    wanted.retain(|key, (_, units)| runs.get(key) != Some(units));
    let last = today.previous_day().unwrap_or(today);
    let count = (ended.len() + left.len() + gone.values().map(Vec::len).sum::<usize>()) as i64;
    for (last, pairs) in gone {
        end_pairs(tx, &pairs, last, "sponsor_stopped").await?;
    }
    end_pairs(tx, &ended, last, "run").await?;
    for (reason, pairs) in why_left(tx, left, today).await? {
        end_pairs(tx, &pairs, last, reason).await?;
    }
    let rows: Vec<Args> = wanted
        .into_iter()
        .filter(|(_, (_, units))| *units > 0)
        .map(|((pledge, person), (sponsor, units))| {
            args![
                tx.district(),
                tx.new_id(),
                run.programme_id,
                pledge,
                sponsor,
                person,
                units,
                today,
                "run",
                run.id,
                "",
                tx.now(),
                tx.actor()
            ]
        })
        .collect();
    let made = rows.len() as i64;
    tx.insert_many(
        "INSERT INTO sponsor_pair (district_id, id, programme_id, pledge_id, sponsor_id, person_id, units, valid_from, \
         origin, run_id, reason, made_at, made_by) VALUES",
        "",
        rows,
    )
    .await?;
    end_lapsed(tx, today).await?;
    Ok(Approved { made, ended: count, kept })
}

/// The promises that ended, with their last day; not those that only rest.
async fn stopped(tx: &Tx<'_>, run: &RunLine, today: Date) -> Result<HashMap<Id, Date>, Fault> {
    let known = pools(tx, tx.district(), run.programme_id).await?;
    // Pairs of promises that ended long ago were closed long ago; those of a few years are few rows more.
    let since = today - Duration::days(5 * 366);
    let ends = ends(tx, tx.district(), &known, since, today).await?;
    let ended = ends.into_iter().filter(|end| end.gone != Gone::Paused);
    Ok(ended.map(|end| (end.pledge_id, end.from.previous_day().unwrap_or(end.from))).collect())
}

asuh_store::row_struct! {
    struct Left { person_id: Id, birth_date: Option<Date>, ended_reason: Option<String> }
}

/// Why targets are no longer on the list: they passed five years, left, or the list does not name them any more.
async fn why_left(
    tx: &Tx<'_>,
    pairs: Vec<(Id, Id)>,
    today: Date,
) -> Result<BTreeMap<&'static str, Vec<Id>>, StoreError> {
    let mut args = args![tx.district(), asuh_store::Instant::NEVER];
    let persons = args.push_list(pairs.iter().map(|(_, person)| *person));
    let rows: Vec<Left> = tx
        .all(
            &format!(
                "SELECT person_id, birth_date, ended_reason FROM person_version \
                 WHERE district_id = $1 AND superseded_at = $2 AND person_id IN ({persons})"
            ),
            args,
        )
        .await?;
    let rows: HashMap<Id, Left> = rows.into_iter().map(|row| (row.person_id, row)).collect();
    let graduated =
        |birth: Date| asuh_nusantara::age::completed_months(birth, today).is_some_and(|age| age >= 60);
    let mut reasons: BTreeMap<&'static str, Vec<Id>> = BTreeMap::new();
    for (pair, person) in pairs {
        let reason = match rows.get(&person) {
            None => "target_left",
            Some(row) if row.ended_reason.is_some() => "target_left",
            Some(row) if row.birth_date.is_some_and(graduated) => "graduated",
            Some(_) => "left_list",
        };
        reasons.entry(reason).or_default().push(pair);
    }
    Ok(reasons)
}
