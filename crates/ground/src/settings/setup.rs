//! "Siapkan kabupaten": what a new district needs before its first Monday, with its state read from the data.

use std::sync::Arc;

use asuh_store::StoreError;

use super::query::{Progress, progress};
use crate::App;
use crate::access::{Actor, Role};
use crate::web::{Task, TaskState, Text};

impl Progress {
    /// The steps in the order in which they are done: (translation key, where it is done, whether it is).
    pub fn steps(&self) -> [(&'static str, &'static str, bool); 7] {
        [
            ("settings.setup.letterhead", "/pengaturan/kop-surat", self.letterhead),
            ("settings.setup.signatories", "/pengaturan/penanda-tangan", self.signatories),
            ("settings.setup.offices", "/impor", self.offices),
            ("settings.setup.fund_holder", "/lembaga", self.fund_holder),
            ("settings.setup.warehouse", "/lembaga", self.warehouse),
            ("settings.setup.prices", "/pengaturan/harga", self.prices),
            ("settings.setup.campaign", "/gerakan", self.campaign),
        ]
    }

    /// The steps as tasks.
    pub fn tasks(&self, text: &Text) -> Vec<Task> {
        let state = |done| if done { TaskState::Done } else { TaskState::NotStarted };
        self.steps()
            .into_iter()
            .map(|(key, path, done)| Task {
                title: text.t(key).into_owned(),
                path: path.to_owned(),
                state: state(done),
            })
            .collect()
    }
}

/// The district admin's row on the home page, until everything is set up: the list itself stands under
/// `/pengaturan`, so that it does not push the day's work away.
///
/// # Errors
/// The store fails.
pub async fn setup_tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    if !actor.has_any(&[Role::DistrictAdmin]) {
        return Ok(Vec::new());
    }
    let steps = progress(app.store.reader(), actor.district).await?.steps();
    let done = steps.iter().filter(|step| step.2).count();
    if done == steps.len() {
        return Ok(Vec::new());
    }
    let text = Text::new(actor.language, actor.zone);
    Ok(vec![Task {
        title: text.t2("settings.setup.task", "done", done, "all", steps.len()),
        path: "/pengaturan".to_owned(),
        state: TaskState::NeedsAction,
    }])
}
