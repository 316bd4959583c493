//! Computing children anew in the background: after a correction of the registry, after a change of the norms.

use asuh_store::{Args, Command, DistrictId, Fault, Id, Instant, Query, Recording, Tx, args};
use serde::{Deserialize, Serialize};

use super::store::{CHUNK, refresh};
use asuh_ground::App;
use asuh_ground::jobs::{Job, JobError, JobRun};

/// The job that computes every measured child anew.
pub(crate) const RECOMPUTE: &str = "growth.recompute";

/// Computes children anew: no change of anybody's, so it leaves no trace in the audit trail.
#[derive(Serialize, Deserialize)]
struct Refresh {
    persons: Vec<Id>,
}

impl Command for Refresh {
    const KIND: &'static str = "growth.refresh";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(refresh(tx, &self.persons).await?)
    }
}

asuh_store::row_struct! { struct Child { person_id: Id } }

async fn submit(app: &App, district: DistrictId, persons: Vec<Id>) -> Result<(), JobError> {
    let envelope = app.bookkeeping(district);
    app.store.submit(envelope, Refresh { persons }).await?;
    Ok(())
}

/// Runs [`RECOMPUTE`]. Computing twice changes nothing, so after a crash it simply begins again.
pub(crate) fn recompute<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        let db = app.store.reader();
        let total = db
            .number("SELECT COUNT(*) AS n FROM child_growth WHERE district_id = $1", args![job.district_id])
            .await?;
        let (mut after, mut done) = (Id::from_bytes([0; 16]), 0);
        loop {
            // Primary key.
            let some: Vec<Child> = db
                .all(
                    "SELECT person_id FROM child_growth WHERE district_id = $1 AND person_id > $2 \
                     ORDER BY person_id LIMIT 100",
                    args![job.district_id, after],
                )
                .await?;
            let Some(last) = some.last().map(|child| child.person_id) else { return Ok(()) };
            after = last;
            done += some.len() as i64;
            submit(app, job.district_id, some.into_iter().map(|child| child.person_id).collect()).await?;
            job.progress(app, done, total.max(done), "").await?;
        }
    })
}

/// Lets the measurements of merged children count for the one who goes on, and gives back those of children who stand
/// for themselves again: two statements, then everybody touched is computed anew.
#[derive(Serialize, Deserialize)]
struct FollowMerges {}

impl Command for FollowMerges {
    const KIND: &'static str = "growth.follow_merges";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        asuh_store::row_struct! { struct Moved { person_id: Id, other_id: Id } }
        // person_by_canonical, measurement_by_person; measurement_by_alias (`> $2`: every id; SQLite does not take such an
        // index for `IS NOT NULL` alone). Of two measurements of one source and day
        // the canonical child's own counts, the other stays where it is.
        let moved: Vec<Moved> = tx
            .all(
                "SELECT DISTINCT m.person_id, a.canonical_id AS other_id FROM person a JOIN measurement m \
                 ON m.district_id = a.district_id AND m.person_id = a.id \
                 WHERE a.district_id = $1 AND a.canonical_id > $2 \
                 UNION SELECT m.person_id, m.recorded_for FROM measurement m JOIN person a \
                 ON a.district_id = m.district_id AND a.id = m.recorded_for \
                 WHERE m.district_id = $1 AND m.recorded_for > $2 \
                 AND (a.canonical_id IS NULL OR a.canonical_id <> m.person_id)",
                args![tx.district(), Id::SYSTEM],
            )
            .await?;
        if moved.is_empty() {
            return Ok(());
        }
        // Back first: whoever was an alias of an alias then goes on to the last.
        tx.execute(
            "UPDATE measurement SET person_id = recorded_for, recorded_for = NULL WHERE district_id = $1 \
             AND recorded_for > $2 AND NOT EXISTS (SELECT 1 FROM person a WHERE a.district_id = $1 \
             AND a.id = measurement.recorded_for AND a.canonical_id = measurement.person_id)",
            args![tx.district(), Id::SYSTEM],
        )
        .await?;
        tx.execute(
            "UPDATE measurement SET recorded_for = person_id, person_id = (SELECT a.canonical_id FROM person a \
             WHERE a.district_id = $1 AND a.id = measurement.person_id) WHERE district_id = $1 \
             AND person_id IN (SELECT a.id FROM person a WHERE a.district_id = $1 AND a.canonical_id > $2) \
             AND NOT EXISTS (SELECT 1 FROM measurement o JOIN person a ON a.district_id = $1 AND a.id = measurement.person_id \
             WHERE o.district_id = $1 AND o.person_id = a.canonical_id AND o.measured_on = measurement.measured_on \
             AND o.source = measurement.source AND o.retracted_at IS NULL AND measurement.retracted_at IS NULL) \
             AND NOT EXISTS (SELECT 1 FROM person a JOIN person b ON b.district_id = $1 \
             AND b.canonical_id = a.canonical_id JOIN measurement o ON o.district_id = $1 AND o.person_id = b.id \
             WHERE a.district_id = $1 AND a.id = measurement.person_id AND o.measured_on = measurement.measured_on \
             AND o.source = measurement.source AND o.id < measurement.id AND o.retracted_at IS NULL \
             AND measurement.retracted_at IS NULL)",
            args![tx.district(), Id::SYSTEM],
        )
        .await?;
        let touched: std::collections::BTreeSet<Id> =
            moved.iter().flat_map(|one| [one.person_id, one.other_id]).collect();
        Ok(refresh(tx, &touched.into_iter().collect::<Vec<_>>()).await?)
    }
}

/// Computes the children anew whose sex or birthday is not what it was, and those who were merged: of the job's
/// subject, or of all.
pub(crate) fn persons_changed<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        if job.subject_id.is_none() {
            app.store.submit(app.bookkeeping(job.district_id), FollowMerges {}).await?;
        }
        loop {
            let (sql, args) = stale_sql(job.district_id, job.subject_id);
            let some: Vec<Child> = app.store.reader().all(&sql, args).await?;
            if some.is_empty() {
                return Ok(());
            }
            submit(app, job.district_id, some.into_iter().map(|child| child.person_id).collect()).await?;
        }
    })
}

/// The measured children of whom the registry now says another sex or birthday than when they were computed.
/// Indexes: primary key, person_version_current.
pub(super) fn stale_sql(district: DistrictId, person: Option<Id>) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let one = person.map(|person| format!(" AND g.person_id = {}", args.push(person))).unwrap_or_default();
    let sql = format!(
        "SELECT g.person_id FROM child_growth g LEFT JOIN person_version p ON p.district_id = g.district_id \
         AND p.person_id = g.person_id AND p.superseded_at = $2 \
         WHERE g.district_id = $1{one} AND (COALESCE(g.sex, '') <> COALESCE(p.sex, '') \
         OR COALESCE(g.birth_date, 0) <> COALESCE(p.birth_date, 0)) ORDER BY g.person_id LIMIT {CHUNK}"
    );
    (sql, args)
}
