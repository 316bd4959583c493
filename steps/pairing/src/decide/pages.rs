//! The pairs of a programme that have to be decided about.

use std::collections::HashMap;

use askama::Template;
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{Undecided, undecided};
use crate::ManagePairing;
use crate::programme::{Programme, programme_or_404};
use crate::rules::After;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Page, Path, Shell, cut, page};

/// Pairs on a page.
const PAGE: usize = 50;

#[derive(Template)]
#[template(path = "decide/list.html")]
struct ListPage {
    shell: Shell,
    programme: Programme,
    lines: Vec<Undecided>,
    total: usize,
    names: HashMap<i64, String>,
    next: Option<After>,
}

impl ListPage {
    fn name(&self, code: &i64) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    setelah: String,
}

/// The list; worked out anew each time, so nothing is forgotten on it.
pub(super) async fn list(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let mut all = undecided(db, district, shell.today).await?;
    all.retain(|one| one.row.programme_id == id);
    let total = all.len();
    let after: Option<After> = choice.setelah.parse().ok();
    let behind = all.into_iter().skip_while(|one| after.is_some_and(|after| one.place() <= after));
    let mut lines: Vec<Undecided> = behind.take(PAGE + 1).collect();
    let next = cut(&mut lines, PAGE, Undecided::place);
    let names = territories::names(db, district, lines.iter().map(|one| one.row.village_code)).await?;
    page(&ListPage { shell, programme, lines, total, names, next })
}
