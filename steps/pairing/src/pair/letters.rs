//! Letters to sponsors: whom they help, by code names alone.

use askama::Template;
use asuh_nusantara::age;
use asuh_store::{Id, Instant, Query, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, OwnLine, SPONSORS, SponsorLine};
use crate::ReadRuns;
use crate::programme::{Programme, programme_or_404, unit_rupiah};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};

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

#[derive(Template)]
#[template(path = "pair/letter.html")]
struct LetterPage {
    shell: Shell,
    programme: Programme,
    letterhead: Letterhead,
    name: String,
    lines: Vec<OwnLine>,
    unit: i64,
}

impl LetterPage {
    fn months(&self, line: &OwnLine) -> String {
        let months = line.birth_date.and_then(|birth| age::completed_months(birth, self.shell.today));
        months.map_or_else(String::new, |months| self.shell.t1("pairing.why.months", "n", months))
    }

    fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.units).sum::<i64>() * self.unit
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
    page(&LetterPage { shell, programme, letterhead, name, lines, unit })
}
