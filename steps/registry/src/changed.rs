//! Telling later steps that somebody's sex or birthday turned out to be another: they compute with them.
//!
//! The command that writes the correction starts a job in its own transaction, so that nothing is lost; the job
//! asks every part that registered for it ([`Part::persons_changed`](asuh_ground::part::Part)).

use asuh_store::{Id, StoreError, Tx};

use asuh_ground::App;
use asuh_ground::jobs::{self, Job, JobRun};

/// The job's kind.
pub(super) const JOB: &str = "registry.persons_changed";

/// Within the command that changed them: one person, or several that the parts find by themselves.
///
/// # Errors
/// The store fails.
pub(super) async fn tell(tx: &Tx<'_>, person: Option<Id>) -> Result<(), StoreError> {
    jobs::start(tx, JOB, person).await?;
    Ok(())
}

/// Runs the job.
pub(super) fn run<'a>(app: &'a App, job: &'a Job) -> JobRun<'a> {
    Box::pin(async move {
        for compute in &app.registry.persons_changed {
            compute(app, job).await?;
        }
        Ok(())
    })
}
