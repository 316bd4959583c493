//! A run on its way into the database: asked for by somebody, worked out by a job, stored in chunks. What a job wrote
//! when it broke off is written anew.

use asuh_pairing::pairing::Stability;
use asuh_store::{Args, Command, Fault, Id, Query, Recording, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use super::compute::{ChildRow, Computed, Newcomers, OptionRow, PairRow, RunKind, compute};
use super::query;
use crate::facts::Situation;
use crate::programme::{command as programme, query as programmes};
use crate::rules::code_name;
use asuh_ground::App;
use asuh_ground::jobs::{self, Job, JobError, JobRun};

/// The job's kind.
pub(crate) const JOB: &str = "pairing.run";
/// Rows that are written at once: some 20 ms.
const CHUNK: usize = 400;

/// What becomes of running pairs, as a code.
pub(super) fn stability(code: &str) -> Option<Stability> {
    match code {
        "lock" => Some(Stability::Lock),
        "soft" => Some(Stability::Soft),
        _ => None,
    }
}

/// Asks for a run: who helps whom by the facts of the present day. It is a draft until somebody else approves it.
///
/// Refused when the programme has no list, no need or no drawn seed, and while another run waits for a decision; an
/// intake also when no run was approved before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderRun {
    /// The programme.
    pub programme: Id,
    /// All at once, or who is new.
    pub kind: RunKind,
    /// What becomes of running pairs: 'lock', 'soft'.
    pub stability: String,
    /// The present day.
    pub today: Date,
}

impl Command for OrderRun {
    const KIND: &'static str = "pairing.order_run";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let (district, programme) = (tx.district(), programme::held(tx, self.programme).await?);
        let stable = stability(&self.stability).ok_or_else(Refusal::not_found)?;
        let waiting = query::newest(tx, district, programme.id, &["computing", "draft"]).await?;
        if waiting.is_some() {
            return Err(Refusal::new("pairing.refused.draft_waits").into());
        }
        let terms = programmes::terms(tx, district, &programme, self.today, stable, None).await?;
        let terms = terms.ok_or_else(|| Refusal::new("pairing.refused.no_terms"))?;
        if terms.seed.is_empty() {
            return Err(Refusal::new("pairing.refused.no_seed").into());
        }
        if self.kind == RunKind::Intake
            && query::newest(tx, district, programme.id, &["approved"]).await?.is_none()
        {
            return Err(Refusal::new("pairing.refused.no_run_before").field("cara").into());
        }
        let last = "SELECT MAX(number) AS n FROM pairing_run WHERE district_id = $1 AND programme_id = $2";
        let number = tx.number(last, args![district, programme.id]).await? + 1;
        let run = tx.new_id();
        tx.subject("pairing_run", run);
        tx.execute(
            "INSERT INTO pairing_run (district_id, id, programme_id, number, kind, stability, list_id, on_day, \
             rule_version, state, reason, children, sponsors, homeless, needed_units, offered_units, held_units, \
             before_units, served_units, kept_units, geo_cost, rank_objective, asked_at, asked_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'computing', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '0', $10, $11)",
            args![
                district,
                run,
                programme.id,
                number,
                self.kind.code(),
                &self.stability,
                terms.list.0,
                self.today,
                terms.rule_version,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        jobs::start(tx, JOB, Some(run)).await?;
        Ok(run)
    }
}

/// Works a run out and stores it.
pub(crate) fn work<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        let (db, district) = (app.store.reader(), job.district_id);
        let run = job.subject_id.ok_or_else(|| JobError::Failed("no run is named".into()))?;
        let Some(line) = query::run(db, district, run).await?.filter(|run| run.state == "computing") else {
            return Ok(());
        };
        let worked = worked_out(app, job, &line).await?;
        let (situation, computed) = match worked {
            Ok(worked) => worked,
            Err(reason) => {
                app.store.submit(app.bookkeeping(district), FailRun { run, reason }).await?;
                return Ok(());
            }
        };
        app.store.submit(app.bookkeeping(district), ClearRun { run }).await?;
        let total = (computed.children.len() + computed.pairs.len()) as i64;
        let mut done = 0;
        for rows in computed.children.chunks(CHUNK) {
            app.store.submit(app.bookkeeping(district), PutChildren { run, rows: rows.to_vec() }).await?;
            done += rows.len() as i64;
            job.progress(app, done, total, "").await?;
        }
        for rows in computed.pairs.chunks(CHUNK) {
            app.store.submit(app.bookkeeping(district), PutPairs { run, rows: rows.to_vec() }).await?;
        }
        app.store.submit(app.bookkeeping(district), FinishRun::of(run, &situation, computed)).await?;
        Ok(())
    })
}

/// The facts and what follows from them; or why there is no answer, for the one who asked.
async fn worked_out(
    app: &App,
    job: &Job,
    line: &query::RunLine,
) -> Result<Result<(Situation, Computed), String>, JobError> {
    let (db, district) = (app.store.reader(), job.district_id);
    let programme = programmes::by_id(db, district, line.programme_id).await?;
    let programme = programme.ok_or_else(|| JobError::Failed("the programme is not known".into()))?;
    let stable = stability(&line.stability).unwrap_or(Stability::Lock);
    let asked = Some((line.list_id, line.rule_version));
    let terms = programmes::terms(db, district, &programme, line.on_day, stable, asked).await?;
    let Some(terms) = terms else { return Ok(Err("no_terms".into())) };
    let kind = RunKind::parse(&line.kind).unwrap_or(RunKind::Full);
    let situation = Situation::read(db, district, &terms).await?;
    let newcomers = match kind {
        RunKind::Full => Newcomers::default(),
        RunKind::Intake => newcomers(app, job, line, &situation, terms.campaign).await?,
    };
    // Seconds of arithmetic for a large district: beside the threads that answer.
    let worked = tokio::task::spawn_blocking(move || {
        let computed = compute(&situation, kind, &newcomers);
        computed.map(|computed| (situation, computed)).map_err(|error| error.to_string())
    });
    worked.await.map_err(|error| JobError::Later(error.to_string()))
}

/// Who was not there in the last approved run.
async fn newcomers(
    app: &App,
    job: &Job,
    line: &query::RunLine,
    situation: &Situation,
    campaign: Id,
) -> Result<Newcomers, JobError> {
    let (db, district) = (app.store.reader(), job.district_id);
    let Some(last) = query::newest(db, district, line.programme_id, &["approved"]).await? else {
        return Ok(Newcomers::default());
    };
    let known = query::persons(db, district, last.id).await?;
    let fresh = query::pledged_since(db, district, campaign, last.asked_at).await?;
    let children = situation.subjects.iter().map(|subject| subject.row.person_id);
    Ok(Newcomers {
        children: children
            .filter(|person| !known.contains_key(person))
            .map(|person| person.to_string())
            .collect(),
        sponsors: fresh.into_iter().map(|pledge| pledge.to_string()).collect(),
    })
}

/// Removes what an earlier try of the job wrote.
#[derive(Serialize)]
struct ClearRun {
    run: Id,
}

impl Command for ClearRun {
    const KIND: &'static str = "pairing.clear_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        for sql in [
            "DELETE FROM run_child WHERE district_id = $1 AND run_id = $2",
            "DELETE FROM run_pair WHERE district_id = $1 AND run_id = $2",
            "DELETE FROM run_option WHERE district_id = $1 AND run_id = $2",
        ] {
            tx.execute(sql, args![tx.district(), self.run]).await?;
        }
        Ok(())
    }
}

/// Refuses once a run is no longer being computed: another worker was quicker.
async fn computing(tx: &Tx<'_>, run: Id) -> Result<(), Fault> {
    let held = tx
        .execute(
            "UPDATE pairing_run SET state = state WHERE district_id = $1 AND id = $2 AND state = 'computing'",
            args![tx.district(), run],
        )
        .await?;
    match held {
        0 => Err(Refusal::not_found().into()),
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct PutChildren {
    run: Id,
    rows: Vec<ChildRow>,
}

impl Command for PutChildren {
    const KIND: &'static str = "pairing.put_children";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |row: &ChildRow| {
            let mut values = args![
                tx.district(),
                self.run,
                row.rank,
                row.person,
                row.family,
                row.village,
                &row.rw,
                &row.target,
                row.points,
                row.haz,
                row.age_months,
                row.desil,
                row.need,
                row.held,
                row.before,
                row.units
            ];
            let cut = row.cut;
            values.push(cut.map(|cut| cut.0));
            values.push(cut.map(|cut| cut.1));
            values.push(cut.map(|cut| cut.2));
            values.push(cut.and_then(|cut| cut.3));
            values.push(cut.map(|cut| cut.4));
            values
        };
        tx.insert_many(
            "INSERT INTO run_child (district_id, run_id, rank, person_id, family_id, village_code, rw, target, points, \
             haz, age_months, desil, need, held, before_units, units, cut_sponsors, cut_units, cut_children, cut_rank, \
             cut_kept) VALUES",
            "ON CONFLICT DO NOTHING",
            self.rows.iter().map(row).collect(),
        )
        .await?;
        give_codes(tx, &self.rows.iter().map(|row| row.person).collect::<Vec<_>>()).await
    }
}

/// Draws a code name for those who have none; a name that is taken already is drawn again.
///
/// # Errors
/// The store fails.
pub(crate) async fn give_codes(tx: &Tx<'_>, persons: &[Id]) -> Result<(), Fault> {
    for _ in 0..20 {
        let mut args = args![tx.district()];
        let list = args.push_list(persons.iter().copied());
        let have: Vec<(Id,)> = tx
            .all(
                &format!(
                    "SELECT person_id FROM target_code WHERE district_id = $1 AND person_id IN ({list})"
                ),
                args,
            )
            .await?;
        let have: std::collections::HashSet<Id> = have.into_iter().map(|row| row.0).collect();
        let drawn: Vec<Args> = persons
            .iter()
            .filter(|person| !have.contains(person))
            .map(|person| {
                // The id is fresh and told to nobody: the name says nothing of the person.
                let digest = Sha256::digest(tx.new_id().as_bytes());
                let mut random = [0; 8];
                random.copy_from_slice(&digest[..8]);
                args![tx.district(), *person, code_name(random)]
            })
            .collect();
        if drawn.is_empty() {
            return Ok(());
        }
        tx.insert_many(
            "INSERT INTO target_code (district_id, person_id, code) VALUES",
            "ON CONFLICT DO NOTHING",
            drawn,
        )
        .await?;
    }
    Ok(())
}

#[derive(Serialize)]
struct PutPairs {
    run: Id,
    rows: Vec<PairRow>,
}

impl Command for PutPairs {
    const KIND: &'static str = "pairing.put_pairs";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |row: &PairRow| {
            args![
                tx.district(),
                self.run,
                row.rank,
                row.pledge,
                row.sponsor,
                row.person,
                row.units,
                row.kept,
                row.tier,
                row.home,
                &row.not_nearer
            ]
        };
        tx.insert_many(
            "INSERT INTO run_pair (district_id, run_id, rank, pledge_id, sponsor_id, person_id, units, kept, tier, \
             home_code, not_nearer) VALUES",
            "ON CONFLICT DO NOTHING",
            self.rows.iter().map(row).collect(),
        )
        .await?;
        Ok(())
    }
}

/// Says that a run has no answer.
#[derive(Serialize)]
struct FailRun {
    run: Id,
    reason: String,
}

impl Command for FailRun {
    const KIND: &'static str = "pairing.fail_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "UPDATE pairing_run SET state = 'failed', reason = $3, computed_at = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'computing'",
            args![tx.district(), self.run, &self.reason, tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Makes a computed run a draft: from here on it does not change any more.
#[derive(Serialize)]
struct FinishRun {
    run: Id,
    facts: [u8; 32],
    children: i64,
    sponsors: i64,
    homeless: i64,
    needed: i64,
    offered: i64,
    held: i64,
    before: i64,
    served: i64,
    kept: i64,
    geo_cost: i64,
    rank_objective: String,
    #[serde(skip)]
    certificate: Option<Vec<u8>>,
    options: Vec<OptionRow>,
}

impl FinishRun {
    fn of(run: Id, situation: &Situation, computed: Computed) -> FinishRun {
        let sum = |of: fn(&ChildRow) -> i64| computed.children.iter().map(of).sum();
        let values = computed.pairing.objectives;
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        FinishRun {
            run,
            facts: situation.facts,
            children: computed.children.len() as i64,
            sponsors: situation.supplies.len() as i64,
            homeless: situation.homeless,
            needed: sum(|row| row.need),
            offered: situation.offered(),
            held: sum(|row| row.held),
            before: sum(|row| row.before.min(row.need)),
            served: whole(values.served_units),
            kept: whole(values.kept_units),
            geo_cost: whole(values.geo_cost),
            rank_objective: values.rank_objective.to_string(),
            certificate: computed.certificate.map(|certificate| certificate.to_bytes()),
            options: computed.options,
        }
    }
}

impl Command for FinishRun {
    const KIND: &'static str = "pairing.finish_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |(nth, row): (usize, &OptionRow)| {
            args![
                tx.district(),
                self.run,
                nth as i64,
                &row.code,
                row.served,
                row.fully,
                row.partly,
                row.none,
                row.kept,
                row.geo_cost,
                row.urgent_lacking
            ]
        };
        tx.insert_many(
            "INSERT INTO run_option (district_id, run_id, nth, code, served_units, fully, partly, none, kept_units, \
             geo_cost, urgent_lacking) VALUES",
            "ON CONFLICT DO NOTHING",
            self.options.iter().enumerate().map(row).collect(),
        )
        .await?;
        tx.execute(
            "UPDATE pairing_run SET state = 'draft', facts_sha256 = $3, children = $4, sponsors = $5, homeless = $6, \
             needed_units = $7, offered_units = $8, held_units = $9, before_units = $10, served_units = $11, \
             kept_units = $12, geo_cost = $13, rank_objective = $14, certificate = $15, computed_at = $16 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.run,
                self.facts,
                self.children,
                self.sponsors,
                self.homeless,
                self.needed,
                self.offered,
                self.held,
                self.before,
                self.served,
                self.kept,
                self.geo_cost,
                &self.rank_objective,
                self.certificate.clone(),
                tx.now()
            ],
        )
        .await?;
        Ok(())
    }
}
