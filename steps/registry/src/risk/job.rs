//! Computing families anew in the background: after a change of the rules, and every hour those whom time has changed.

use asuh_store::{
    Args, Command, DistrictId, Fault, Id, Instant, Query, Recording, Rejection, StoreError, Tx, args,
};
use serde::{Deserialize, Serialize};
use time::Date;

use super::store::{CHUNK, refresh};
use asuh_ground::jobs::{Job, JobRun};
use asuh_ground::{App, settings};

/// The job that computes every family anew.
pub(crate) const RECOMPUTE: &str = "registry.recompute_risk";

/// Computes families anew: no change of anybody's, so it leaves no trace in the audit trail.
#[derive(Serialize, Deserialize)]
struct Refresh {
    families: Vec<Id>,
}

impl Command for Refresh {
    const KIND: &'static str = "registry.refresh_risk";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        Ok(refresh(tx, &self.families).await?)
    }
}

async fn submit(app: &App, district: DistrictId, families: Vec<Id>) -> Result<(), Rejection> {
    let envelope = app.bookkeeping(district);
    app.store.submit(envelope, Refresh { families }).await?;
    Ok(())
}

/// Runs [`RECOMPUTE`]. Computing twice changes nothing, so after a crash it simply begins again.
pub(crate) fn recompute<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        let db = app.store.reader();
        let district = job.district_id;
        let total =
            db.number("SELECT COUNT(*) AS n FROM family WHERE district_id = $1", args![district]).await?;
        let (mut after, mut done) = (Id::from_bytes([0; 16]), 0);
        loop {
            // Primary key.
            let some: Vec<(Id,)> = db
                .all(
                    &format!(
                        "SELECT id FROM family WHERE district_id = $1 AND id > $2 ORDER BY id LIMIT {CHUNK}"
                    ),
                    args![district, after],
                )
                .await?;
            let Some((last,)) = some.last().copied() else { return Ok(()) };
            after = last;
            done += some.len() as i64;
            submit(app, district, some.into_iter().map(|row| row.0).collect()).await?;
            job.progress(app, done, total.max(done), "").await?;
        }
    })
}

/// The families of a district whom time alone has changed by a day, those computed before left out. Index:
/// family_risk_changing.
fn changing_sql(district: DistrictId, today: Date) -> (String, Args) {
    let sql = format!(
        "SELECT family_id FROM family_risk WHERE district_id = $1 AND changes_on <= $2 \
         ORDER BY changes_on, family_id LIMIT {CHUNK}"
    );
    (sql, args![district, today])
}

/// The families behind one that nobody has computed yet. Indexes: family_version_current, the primary key of
/// family_risk.
fn missing_sql(district: DistrictId, after: Id) -> (String, Args) {
    let sql = format!(
        "SELECT v.family_id FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
         AND v.family_id > $3 AND NOT EXISTS (SELECT 1 FROM family_risk r WHERE r.district_id = v.district_id \
         AND r.family_id = v.family_id) ORDER BY v.family_id LIMIT {CHUNK}"
    );
    (sql, args![district, Instant::NEVER, after])
}

/// Computes the families anew whom time alone has changed (a birthday, the end of a pregnancy), and any that was
/// missed; how many. Called every hour, safe at any time.
///
/// # Errors
/// The store fails.
pub async fn renew(app: &App) -> Result<u64, Rejection> {
    let unavailable = |error: StoreError| Rejection::Unavailable(error.to_string());
    let db = app.store.reader();
    let mut renewed = 0;
    for district in settings::all(db).await.map_err(unavailable)? {
        let today = district.zone.local_date(app.store.clock().now().utc());
        let mut after = Some(Id::from_bytes([0; 16]));
        loop {
            let (sql, args) = match after {
                Some(after) => missing_sql(district.id, after),
                None => changing_sql(district.id, today),
            };
            let some: Vec<(Id,)> = db.all(&sql, args).await.map_err(unavailable)?;
            let Some((last,)) = some.last().copied() else {
                // First those that were missed, from one to the next, then those whom time changed.
                match after.take() {
                    Some(_) => continue,
                    None => break,
                }
            };
            after = after.map(|_| last);
            renewed += some.len() as u64;
            submit(app, district.id, some.into_iter().map(|row| row.0).collect()).await?;
        }
    }
    Ok(renewed)
}
