//! Which subdistricts border on one another, on a page.

use std::collections::BTreeSet;

use askama::Template;
use asuh_step_registry::territories::{self, Territory};
use axum::extract::State;

use super::neighbours::{SetNeighbours, neighbours};
use crate::ManagePairing;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Form, Page, Path, Shell, page, redirect};

/// A subdistrict with those that border on it.
struct Line {
    place: Territory,
    near: BTreeSet<i64>,
}

#[derive(Template)]
#[template(path = "facts/neighbours.html")]
struct NeighboursPage {
    shell: Shell,
    lines: Vec<Line>,
}

impl NeighboursPage {
    /// The names of the neighbours of a line.
    fn names(&self, line: &Line) -> String {
        let near = self.lines.iter().filter(|other| line.near.contains(&other.place.code));
        near.map(|other| other.place.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// All subdistricts with their neighbours.
pub(super) async fn list(cap: Cap<ManagePairing>, State(app): State<App>, shell: Shell) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let rows = neighbours(db, district).await?;
    let lines = territories::subdistricts(db, district).await?.into_iter().map(|place| {
        let near = rows.iter().filter_map(|row| match place.code {
            code if code == row.one_code => Some(row.other_code),
            code if code == row.other_code => Some(row.one_code),
            _ => None,
        });
        Line { near: near.collect(), place }
    });
    let lines = lines.collect();
    page(&NeighboursPage { shell, lines })
}

/// Says which border on one.
pub(super) async fn put(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(code): Path<i64>,
    form: Form,
) -> Page {
    let neighbours = form.all("tetangga").into_iter().filter_map(|code| code.parse().ok()).collect();
    let command = SetNeighbours { subdistrict: code, neighbours };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect("/tetangga-kecamatan")
}
