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

/// Computes the children anew whose sex or birthday is not what it was: of the job's subject, or of all.
pub(crate) fn persons_changed<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
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
