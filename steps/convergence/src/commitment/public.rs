//! `/publik/komitmen`: what the district's offices promised, for everybody. Offices and states; no person, no evidence.

use askama::Template;
use asuh_ground::App;
use asuh_ground::settings::{self, District};
use asuh_ground::web::{Error, Page, Shell, page as render};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, Public};

/// Whose.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    kabupaten: Option<i64>,
}

#[derive(Template)]
#[template(path = "commitment/public.html")]
struct PublicPage {
    shell: Shell,
    districts: Vec<District>,
    district: Option<District>,
    lines: Vec<Public>,
    open: usize,
    late: usize,
    done: usize,
}

/// The page: the same for who is signed in.
pub(super) async fn page(State(app): State<App>, Params(choice): Params<Choice>, mut shell: Shell) -> Page {
    shell.actor = None;
    shell.menu = Vec::new();
    let db = app.store.reader();
    let districts = settings::all(db).await?;
    let district = match choice.kabupaten {
        Some(code) => {
            let found = districts.iter().find(|one| one.code.as_i64() == code).cloned();
            Some(found.ok_or(Error::NotFound)?)
        }
        None => districts.first().filter(|_| districts.len() == 1).cloned(),
    };
    let mut lines = Vec::new();
    if let Some(district) = &district {
        lines = query::public(db, district.id).await?;
        shell.today = district.zone.local_date(app.store.clock().now().utc());
    }
    let of = |state: &str| lines.iter().filter(|line| line.state == state).count();
    let late = lines.iter().filter(|line| line.state == "open" && line.due_on < shell.today).count();
    let (open, done) = (of("open"), of("done"));
    render(&PublicPage { shell, districts, district, lines, open, late, done })
}
