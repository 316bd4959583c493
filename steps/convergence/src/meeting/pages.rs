//! `/rapat`: the list, and one meeting on its way from preparing to remembering.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::papers::{self, IssuedPaper};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with};
use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, Agenda, Attached, Guest, Meeting, Offered, Signs};
use super::rules::State as At;
use super::{KeepMeetings, ReadMeetings};
use crate::commitment::query::{self as commitments, Commitment};
use crate::commitment::tie::{self, Offered as Ties};

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    setelah: String,
}

#[derive(Template)]
#[template(path = "meeting/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Meeting>,
    keeps: bool,
    next: Option<Id>,
}

/// The meetings within reach.
pub(super) async fn list(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let after = choice.setelah.parse().ok();
    let mut lines = query::list(app.store.reader(), cap.district(), cap.scope(), after).await?;
    let next = cut(&mut lines, query::PAGE, |line| line.id);
    let keeps = cap.actor().has_any(KeepMeetings::ROLES);
    page(&ListPage { shell, lines, keeps, next })
}

/// Somebody who is there, opened.
pub(super) struct Person {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) position: String,
    pub(super) institution: String,
    pub(super) sex: String,
    pub(super) way: String,
}

/// Who is there, opened.
pub(super) async fn people(app: &App, district: DistrictId, meeting: Id) -> Result<Vec<Person>, Error> {
    let rows = query::present(app.store.reader(), district, meeting).await?;
    let open = |row: query::Present| {
        let name = app.store.secrets().open_text(district, &row.name_sealed)?;
        let query::Present { id, position, institution, sex, way, .. } = row;
        Ok(Person { id, name, position, institution, sex, way })
    };
    rows.into_iter().map(open).collect()
}

/// The places within a meeting's territory, to choose from: "Kecamatan Gunung Raya", "Selam Paung".
pub(super) async fn places(
    app: &App,
    shell: &Shell,
    district: DistrictId,
    within: i64,
) -> Result<Vec<(String, String)>, Error> {
    let code = TerritoryCode::from_i64(within).map_err(|_| Error::NotFound)?;
    let found = query::places(app.store.reader(), district, code.range()).await?;
    let named = |place: query::Place| {
        let name = match place.level.as_str() {
            "subdistrict" => shell.t1("meeting.subdistrict", "name", place.name),
            _ => place.name,
        };
        (place.code.to_string(), name)
    };
    Ok(found.into_iter().filter(|place| place.code != within).map(named).collect())
}

/// The territories within reach, to choose from when a meeting is prepared.
pub(super) async fn territories(
    app: &App,
    shell: &Shell,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for area in scope.areas.iter().filter(|area| area.rw.is_empty()) {
        for place in query::places(app.store.reader(), district, area.code.range()).await? {
            let name = match place.level.as_str() {
                "subdistrict" => shell.t1("meeting.subdistrict", "name", place.name),
                "village" => shell.t1("meeting.village", "name", place.name),
                _ => place.name,
            };
            let choice = (place.code.to_string(), name);
            if !found.contains(&choice) {
                found.push(choice);
            }
        }
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "meeting/show.html")]
struct ShowPage {
    shell: Shell,
    one: Meeting,
    previous: Option<Meeting>,
    agenda: Vec<Agenda>,
    guests: Vec<Guest>,
    signatories: Vec<Signs>,
    attached: Vec<Attached>,
    offered: Vec<Offered>,
    people: Vec<Person>,
    decided: Vec<Commitment>,
    before: Vec<Commitment>,
    places: Vec<(String, String)>,
    /// What an agreement may be tied to, while it is written down.
    ties: Ties,
    no_tie: String,
    issued: Vec<IssuedPaper>,
    sexes: Vec<(String, String)>,
    ways: Vec<(String, String)>,
    keeps: bool,
    form: FormView,
}

/// The choices of a person's sex and of how he takes part, with their words.
pub(super) fn choices(shell: &Shell) -> [Vec<(String, String)>; 2] {
    let of = |codes: [&str; 2], stem: &str| {
        codes.map(|code| (code.to_owned(), shell.t(&format!("{stem}.{code}")).into_owned())).to_vec()
    };
    [of(["female", "male"], "meeting.sex"), of(["hall", "online"], "meeting.way")]
}

/// One meeting, with the form that was refused; `word` narrows the rows of plans to choose from.
pub(super) async fn shown(
    app: &App,
    cap: &ReadMeetings,
    shell: Shell,
    id: Id,
    word: &str,
    form: &Form,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let one = query::one(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let keeps = cap.actor().has_any(KeepMeetings::ROLES);
    let previous = match one.previous_id {
        Some(id) => query::one(db, district, cap.scope(), id).await?,
        None => None,
    };
    let prepared = one.state == At::Prepared.code();
    let running = one.state == At::Running.code();
    let offered =
        if prepared && keeps { query::offered(db, district, cap.scope()).await? } else { Vec::new() };
    let places = match running && keeps {
        true => places(app, &shell, district, one.territory_code).await?,
        false => Vec::new(),
    };
    // A rembuk agrees on the plan of its year and of the next.
    let year = i64::from(one.held_on.year());
    let ties = match running && keeps {
        true => {
            let (text, years) = (shell.text(), (year, year + 1));
            tie::offered(app, district, &text, one.territory_code, years, (word, None)).await?
        }
        false => Ties::default(),
    };
    let [sexes, ways] = choices(&shell);
    let template = ShowPage {
        previous,
        agenda: query::agenda(db, district, id).await?,
        guests: query::guests(db, district, id).await?,
        signatories: query::signatories(db, district, id).await?,
        attached: query::attached(db, district, id).await?,
        offered,
        people: people(app, district, id).await?,
        decided: commitments::of_meeting(db, district, id).await?,
        before: commitments::open_before(db, district, id).await?,
        places,
        ties,
        no_tie: shell.t("commitment.no_tie").into_owned(),
        issued: papers::of_subject(db, district, id).await?,
        sexes,
        ways,
        keeps,
        form: form.view(),
        one,
        shell,
    };
    page_with(form.status(), &template)
}

/// The word that narrows the rows of plans to choose from.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Narrow {
    #[serde(default)]
    cari: String,
}

/// One meeting.
pub(super) async fn show(
    cap: Cap<ReadMeetings>,
    State(app): State<App>,
    Params(narrow): Params<Narrow>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    shown(&app, &cap, shell, id, &narrow.cari, &form).await
}

/// The right to read of who keeps meetings: every role that keeps reads.
pub(super) fn reader(cap: &KeepMeetings) -> Result<ReadMeetings, Error> {
    ReadMeetings::of(cap.actor()).ok_or(Error::Forbidden)
}
