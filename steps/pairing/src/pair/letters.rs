//! Letters to sponsors: whom they help, by code names alone. One by one, or all that a run made, for the printer.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{Id, Instant, Query, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, OwnLine, SPONSORS, SponsorLine};
use crate::ReadRuns;
use crate::programme::{Programme, programme_or_404, unit_rupiah};
use crate::run::query::{RunLine, run as run_line};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};

/// Letters that are printed at once: some hundred sheets, as a tray holds.
const AT_ONCE: usize = 200;

#[derive(Template)]
#[template(path = "pair/letters.html")]
struct ListPage {
    shell: Shell,
    programme: Programme,
    lines: Vec<SponsorLine>,
    next: Option<Id>,
}

/// After which sponsor the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    setelah: String,
}

/// The sponsors with pairs.
pub(super) async fn list(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(after): Params<After>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let mut lines = query::sponsors(db, district, id, shell.today, after.setelah.parse().ok()).await?;
    let next = cut(&mut lines, SPONSORS, |line| line.sponsor_id);
    page(&ListPage { shell, programme, lines, next })
}

/// A letter.
struct Letter {
    name: String,
    lines: Vec<OwnLine>,
}

impl Letter {
    fn units(&self) -> i64 {
        self.lines.iter().map(|line| line.units).sum()
    }
}

/// The run whose letters they are, how many there are in all, and where they go on.
struct OfRun {
    run: RunLine,
    total: i64,
    next: Option<Id>,
}

/// Letters on paper: one, or one behind the other.
#[derive(Template)]
#[template(path = "pair/letter.html")]
struct LettersPage {
    shell: Shell,
    programme: Programme,
    letterhead: Letterhead,
    letters: Vec<Letter>,
    unit: i64,
    run: Option<OfRun>,
}

impl LettersPage {
    fn months(&self, line: &OwnLine) -> String {
        let months = line.months(self.shell.today);
        months.map_or_else(String::new, |months| self.shell.t1("pairing.why.months", "n", months))
    }
}

/// The letter to one sponsor.
pub(super) async fn letter(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path((id, sponsor)): Path<(Id, Id)>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let mut lines = query::of_sponsor(db, district, sponsor, shell.today).await?;
    lines.retain(|line| line.programme_id == id);
    let name: Option<(String,)> = db
        .first(
            "SELECT name FROM sponsor_version WHERE district_id = $1 AND sponsor_id = $2 AND superseded_at = $3",
            args![district, sponsor, Instant::NEVER],
        )
        .await?;
    let name = name.filter(|_| !lines.is_empty()).ok_or(Error::NotFound)?.0;
    let letterhead = Letterhead::load(&app.store, district).await?;
    let unit = unit_rupiah(db, district, programme.campaign_id, shell.today).await?;
    page(&LettersPage {
        shell,
        programme,
        letterhead,
        letters: vec![Letter { name, lines }],
        unit,
        run: None,
    })
}

/// The letters to all to whom a run gave somebody, each on its own sheet: whom they help now, old pairs and new ones.
pub(super) async fn of_run(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(after): Params<After>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let run = run_line(db, district, id).await?.filter(|run| run.state == "approved");
    let run = run.ok_or(Error::NotFound)?;
    let programme = programme_or_404(&app, district, run.programme_id).await?;
    let from = (after.setelah.parse().ok(), AT_ONCE);
    let (mut sponsors, total) = query::addressees(db, district, id, from).await?;
    let next = cut(&mut sponsors, AT_ONCE, |one| one.sponsor_id);
    let lines =
        query::of_sponsors(db, district, sponsors.iter().map(|one| one.sponsor_id), shell.today).await?;
    let mut by_sponsor: HashMap<Id, Vec<OwnLine>> = HashMap::new();
    for line in lines.into_iter().filter(|line| line.programme_id == run.programme_id) {
        by_sponsor.entry(line.sponsor_id).or_default().push(line);
    }
    // Whose pairs have ended since gets no letter any more.
    let letters = sponsors
        .into_iter()
        .filter_map(|one| Some(Letter { lines: by_sponsor.remove(&one.sponsor_id)?, name: one.name }));
    let letters = letters.collect();
    let letterhead = Letterhead::load(&app.store, district).await?;
    let unit = unit_rupiah(db, district, programme.campaign_id, shell.today).await?;
    page(&LettersPage { shell, programme, letterhead, letters, unit, run: Some(OfRun { run, total, next }) })
}
