//! A run asked for by somebody and worked out by a job.

use std::collections::HashSet;

use asuh_pairing::pairing::Stability;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::compute::{Computed, Newcomers, RunKind, compute};
use super::query;
use super::rows::{ClearRun, FailRun, FinishRun, PutChildren, PutPairs};
use crate::facts::Situation;
use crate::programme::pools::pools;
use crate::programme::{command as programme, query as programmes};
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
/// Refused when a pool is not one of the programme's, when the programme has no list, no need or no drawn seed, and while another run waits for a decision; an
/// intake also when no run was approved before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OrderRun {
    /// The programme.
    pub programme: Id,
    /// All at once, or who is new.
    pub kind: RunKind,
    /// What becomes of running pairs: 'lock', 'soft'.
    pub stability: String,
    /// The campaigns whose promises are given; empty for all pools of the programme.
    pub pools: Vec<Id>,
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
        let known = pools(tx, district, programme.id).await?;
        let given: Vec<Id> = known
            .iter()
            .map(|pool| pool.campaign_id)
            .filter(|campaign| self.pools.is_empty() || self.pools.contains(campaign))
            .collect();
        if self.pools.iter().any(|pool| !given.contains(pool)) {
            return Err(Refusal::not_found().into());
        }
        let terms = programmes::terms(tx, district, &programme, self.today, stable, None, None).await?;
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
             before_units, besides_units, served_units, kept_units, geo_cost, rank_objective, asked_at, asked_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'computing', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '0', $10, $11)",
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
        tx.insert_many(
            "INSERT INTO run_pool (district_id, run_id, campaign_id, pledges, units) VALUES",
            "",
            given.into_iter().map(|campaign| args![district, run, campaign, 0_i64, 0_i64]).collect(),
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
    let given = query::given(db, district, line.id).await?;
    let terms = programmes::terms(db, district, &programme, line.on_day, stable, asked, Some(&given)).await?;
    let Some(terms) = terms else { return Ok(Err("no_terms".into())) };
    let kind = RunKind::parse(&line.kind).unwrap_or(RunKind::Full);
    let situation = Situation::read(db, district, &terms).await?;
    let newcomers = match kind {
        RunKind::Full => Newcomers::default(),
        RunKind::Intake => newcomers(app, job, line, &situation, &given).await?,
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
    pools: &HashSet<Id>,
) -> Result<Newcomers, JobError> {
    let (db, district) = (app.store.reader(), job.district_id);
    let Some(last) = query::newest(db, district, line.programme_id, &["approved"]).await? else {
        return Ok(Newcomers::default());
    };
    let known = query::persons(db, district, last.id).await?;
    let mut fresh = Vec::new();
    for campaign in pools {
        fresh.extend(query::pledged_since(db, district, *campaign, last.asked_at).await?);
    }
    let children = situation.subjects.iter().map(|subject| subject.row.person_id);
    Ok(Newcomers {
        children: children
            .filter(|person| !known.contains_key(person))
            .map(|person| person.to_string())
            .collect(),
        sponsors: fresh.into_iter().map(|pledge| pledge.to_string()).collect(),
    })
}
