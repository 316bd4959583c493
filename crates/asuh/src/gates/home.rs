//! The home page: what the caller has to do, from all parts in order, at most seven rows.

use askama::Template;
use axum::extract::State;

use asuh_ground::App;
use asuh_ground::access::{Cap, SignedIn};
use asuh_ground::web::{Page, Shell, Task, TaskState, page};

const MOST_TASKS: usize = 7;

#[derive(Template)]
#[template(path = "gates/home.html")]
struct Home {
    shell: Shell,
    tasks: Vec<Task>,
    demo: bool,
}

/// The caller's tasks.
pub async fn get(cap: Cap<SignedIn>, State(app): State<App>, shell: Shell) -> Page {
    let mut tasks = Vec::new();
    for of_part in &app.registry.tasks {
        tasks.extend(of_part(&app, cap.actor()).await?);
    }
    // What needs somebody stands first; the order of the data's path is kept within a state.
    tasks.sort_by_key(|task| match task.state {
        TaskState::NeedsAction => 0,
        TaskState::InProgress => 1,
        TaskState::NotStarted => 2,
        TaskState::Blocked(_) => 3,
        TaskState::Done => 4,
    });
    tasks.truncate(MOST_TASKS);
    page(&Home { shell, tasks, demo: app.settings.demo })
}
