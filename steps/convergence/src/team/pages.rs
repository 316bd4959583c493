//! `/tim`: the teams of a place, and the page of one.

use std::collections::HashMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect, workbook};
use asuh_ground::{App, audit};
use asuh_nusantara::{Level, Phone, TerritoryCode};
use asuh_step_registry::{Reach, territories};
use asuh_store::{DistrictId, Id, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::command::{AddDecree, CloseTeam, PutPosition, PutTeam};
use super::query::{self, Decree, Ending, Team};
use super::rules::{self, Kind};
use super::{KeepTeams, SeeTeams};
use crate::paper;

/// Which place, and whether the terms that end soon.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    tampil: String,
}

/// A place below, with its teams.
pub(super) struct PlaceLine {
    code: i64,
    name: String,
    teams: i64,
    seats: i64,
    vacant: i64,
}

/// A team in words.
pub(super) struct TeamLine {
    team: Team,
    called: String,
}

#[derive(Template)]
#[template(path = "team/place.html")]
struct PlacePage {
    shell: Shell,
    label: String,
    place: i64,
    name: String,
    /// The places above, the district first.
    above: Vec<(i64, String)>,
    teams: Vec<TeamLine>,
    lines: Vec<PlaceLine>,
    ending: Vec<Ending>,
    shows_ending: bool,
    is_village: bool,
    keeps: bool,
    kinds: Vec<(String, String)>,
    form: FormView,
}

/// "TPPS Desa Selam Paung", "TPPS RW 002 Selam Paung", "TPK 2 Selam Paung".
pub(super) fn called(text: &Text, label: &str, team: &Team) -> String {
    let mut place = String::new();
    for (word, number) in [("RT", &team.rt), ("RW", &team.rw)] {
        if !number.is_empty() {
            place.push_str(&format!("{word} {number} "));
        }
    }
    place.push_str(&team.place);
    match Kind::parse(&team.kind) {
        Some(Kind::Tpk) => text.t2("team.called.tpk", "n", team.nth, "place", place),
        _ => format!("{label} {place}"),
    }
}

/// What the district calls its team.
pub(super) async fn label(app: &App, district: DistrictId) -> Result<String, StoreError> {
    asuh_ground::settings::get_typed::<String>(app.store.reader(), district, "programme.team").await
}

/// The highest place that a scope reaches: where its page begins.
fn top(scope: &Scope, district: TerritoryCode) -> TerritoryCode {
    match scope.areas.as_slice() {
        areas if areas.iter().any(|area| area.code == district) => district,
        [one] => one.code,
        _ => district,
    }
}

/// The teams of a place, and of the places within it.
pub(super) async fn place(
    cap: Cap<SeeTeams>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    shown(&app, &cap, shell, choice, &form).await
}

async fn shown(app: &App, cap: &SeeTeams, shell: Shell, choice: Choice, form: &Form) -> Page {
    let (db, district, today, text) = (app.store.reader(), cap.district(), shell.today, shell.text());
    let whole = cap.actor().district_code;
    let code = match choice.wilayah.parse::<i64>() {
        Ok(code) => TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?,
        Err(_) => top(cap.scope(), whole),
    };
    if !whole.contains(code) {
        return Err(Error::NotFound);
    }
    let level = code.level();
    let mut above: Vec<TerritoryCode> = Vec::new();
    let mut one = code;
    while let Some(parent) = one.parent().filter(|parent| whole.contains(*parent)) {
        above.insert(0, parent);
        one = parent;
    }
    let codes = above.iter().chain([&code]).map(|code| code.as_i64());
    let names = territories::names(db, district, codes).await?;
    let name = names.get(&code.as_i64()).cloned().ok_or(Error::NotFound)?;
    let label = label(app, district).await?;
    let teams = query::of_place(db, district, cap.scope(), code.as_i64(), today).await?;
    let teams =
        teams.into_iter().map(|team| TeamLine { called: called(&text, &label, &team), team }).collect();
    let below = match level {
        Level::Regency => territories::subdistricts(db, district).await?,
        Level::Subdistrict => territories::villages(db, district, code).await?,
        _ => Vec::new(),
    };
    let span = if level == Level::Regency { 10_000 } else { 1 };
    let counts: HashMap<i64, query::Count> =
        query::counts(db, district, cap.scope(), code.range(), span, today)
            .await?
            .into_iter()
            .map(|count| (count.place, count))
            .collect();
    // A place that the caller does not reach is not offered.
    let reached = |code: i64| {
        cap.scope().areas.iter().any(|area| {
            TerritoryCode::from_i64(code)
                .is_ok_and(|code| area.code.contains(code) || code.contains(area.code))
        })
    };
    let lines = below.into_iter().filter(|one| one.valid_to.is_none() && reached(one.code)).map(|one| {
        let count = counts.get(&one.code);
        PlaceLine {
            code: one.code,
            name: one.name,
            teams: count.map_or(0, |count| count.teams),
            seats: count.map_or(0, |count| count.seats),
            vacant: count.map_or(0, |count| count.vacant),
        }
    });
    let shows_ending = choice.tampil == "berakhir";
    let ending = match shows_ending {
        true => query::ending(db, district, cap.scope(), today, today + super::SOON).await?,
        false => Vec::new(),
    };
    let offered = Kind::ALL.into_iter().filter(|kind| rules::level(*kind, code, "").is_some());
    let kind_name = |kind: Kind| match kind {
        Kind::Tpps => label.clone(),
        Kind::Tpk => text.t("team.kind.tpk").into_owned(),
    };
    let kinds = offered.map(|kind| (kind.code().to_owned(), kind_name(kind))).collect();
    let keep = KeepTeams::of(cap.actor());
    let template = PlacePage {
        keeps: keep.is_some_and(|keep| keep.scope().reaches(code, "")),
        place: code.as_i64(),
        above: above
            .into_iter()
            .filter_map(|code| Some((code.as_i64(), names.get(&code.as_i64())?.clone())))
            .collect(),
        is_village: level == Level::Village,
        lines: lines.collect(),
        kinds,
        label,
        name,
        teams,
        ending,
        shows_ending,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Three digits, as RW and RT are written everywhere; nothing stays nothing.
fn three(form: &mut Form, field: &str) -> String {
    match form.get(field) {
        "" => String::new(),
        text => match text.parse::<u32>() {
            Ok(number) if (1..1000).contains(&number) => format!("{number:03}"),
            _ => {
                form.error(field, "web.error.not_a_number");
                String::new()
            }
        },
    }
}

/// Makes a team.
pub(super) async fn put(cap: Cap<KeepTeams>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let kind = form.read("jenis", |code| Kind::parse(code).ok_or("web.error.choose"));
    let territory = form.get("wilayah").parse::<i64>().map_err(|_| Error::NotFound)?;
    let (rw, rt) = (three(&mut form, "rw"), three(&mut form, "rt"));
    if let (Some(kind), true) = (kind, form.is_valid()) {
        let reach = Reach::of(cap.scope());
        let command = PutTeam { reach, kind, territory, rw, rt, nth: 0, batch: None };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/tim/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeTeams::of(cap.actor()).ok_or(Error::Forbidden)?;
    let choice = Choice { wilayah: territory.to_string(), tampil: String::new() };
    shown(&app, &see, shell, choice, &form).await
}

/// The members of a place and all places within it, in the columns of the import.
pub(super) async fn export(cap: Cap<SeeTeams>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let code = form.get("wilayah").parse::<i64>().ok().and_then(|code| TerritoryCode::from_i64(code).ok());
    let code = code.filter(|code| cap.actor().district_code.contains(*code)).ok_or(Error::NotFound)?;
    let keeps = KeepTeams::of(cap.actor()).is_some();
    let lines = query::sheet(db, district, cap.scope(), code.range(), shell.today).await?;
    audit::opened(&app, cap.actor(), "export", None, "teams");
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let phone =
            line.contact_sealed.as_deref().map(|sealed| app.store.secrets().open_text(district, sealed));
        let phone = phone.transpose()?.and_then(|phone| Phone::parse(&phone).ok());
        // Whole numbers go to those alone who keep the teams.
        let phone = phone.map(|phone| if keeps { phone.as_str().to_owned() } else { phone.masked() });
        rows.push(vec![
            line.kind.to_uppercase().into(),
            line.subdistrict.unwrap_or_default().into(),
            line.village.unwrap_or_default().into(),
            line.rw.into(),
            line.rt.into(),
            Cell::Number(line.nth),
            line.position.into(),
            line.name.into(),
            line.institution.into(),
            line.job.into(),
            phone.unwrap_or_default().into(),
            Cell::Day(line.starts_on),
            line.ends_on.map_or(Cell::Empty, Cell::Day),
        ]);
    }
    let columns = super::import::TITLES.iter().map(|(title, day)| match *title {
        "Nomor Tim" => Column::new(*title, Holds::Integer),
        title => Column::new(title, if *day { Holds::Date } else { Holds::Text }),
    });
    let name = format!("tim-{}", code.as_i64());
    workbook(&app, &name, text.t("team.title").into_owned(), columns.collect(), rows).await
}

/// A member in words.
pub(super) struct MemberLine {
    id: Id,
    name: String,
    institution: String,
    job: String,
    /// "Jan 2026 sampai Des 2026"
    term: String,
    ends_soon: bool,
    phone: String,
}

/// A position with who holds it.
pub(super) struct PositionLine {
    nth: i64,
    name: String,
    seats: i64,
    vacant: i64,
    members: Vec<MemberLine>,
}

#[derive(Template)]
#[template(path = "team/team.html")]
struct TeamPage {
    shell: Shell,
    letterhead: Letterhead,
    team: Team,
    called: String,
    positions: Vec<PositionLine>,
    /// Who was in it, and why he left.
    gone: Vec<(String, String, String)>,
    decrees: Vec<Decree>,
    keeps: bool,
    form: FormView,
}

pub(super) fn term(text: &Text, starts_on: Date, ends_on: Option<Date>) -> String {
    match ends_on {
        Some(end) => text.t2("team.term", "from", text.day(starts_on), "to", text.day(end)),
        None => text.t1("team.since", "from", text.day(starts_on)),
    }
}

/// The page of a team.
pub(super) async fn show(
    cap: Cap<SeeTeams>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    team_shown(&app, &cap, shell, id, &form).await
}

async fn team_shown(app: &App, cap: &SeeTeams, shell: Shell, id: Id, form: &Form) -> Page {
    let (db, district, today, text) = (app.store.reader(), cap.district(), shell.today, shell.text());
    let team = query::one(db, district, cap.scope(), id, today).await?.ok_or(Error::NotFound)?;
    let label = label(app, district).await?;
    let (mut holding, mut gone) = (HashMap::<i64, Vec<MemberLine>>::new(), Vec::new());
    let positions = query::positions(db, district, id).await?;
    for member in query::members(db, district, id).await? {
        let when = term(&text, member.starts_on, member.ends_on);
        if !rules::holds(member.starts_on, member.ends_on, member.left_on, today) && member.starts_on <= today
        {
            let position = positions.iter().find(|one| one.nth == member.position_nth);
            let position = position.map(|one| one.name.clone()).unwrap_or_default();
            let why = match member.left_on {
                Some(on) => text.t2("team.left", "on", text.day(on), "why", &member.left_reason),
                None => when,
            };
            gone.push((member.name, position, why));
            continue;
        }
        let phone =
            member.contact_sealed.as_deref().map(|sealed| app.store.secrets().open_text(district, sealed));
        let phone = phone.transpose()?.and_then(|phone| Phone::parse(&phone).ok());
        holding.entry(member.position_nth).or_default().push(MemberLine {
            id: member.id,
            name: member.name,
            institution: member.institution,
            job: member.job,
            ends_soon: member.ends_on.is_some_and(|end| end <= today + super::SOON),
            term: when,
            phone: phone.map(|phone| phone.masked()).unwrap_or_default(),
        });
    }
    let positions = positions.into_iter().map(|one| {
        let members = holding.remove(&one.nth).unwrap_or_default();
        let vacant = (one.seats - members.len() as i64).max(0);
        PositionLine { nth: one.nth, name: one.name, seats: one.seats, vacant, members }
    });
    let keep = KeepTeams::of(cap.actor());
    let place = TerritoryCode::from_i64(team.territory_code).map_err(|_| Error::NotFound)?;
    let template = TeamPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        called: called(&text, &label, &team),
        positions: positions.collect(),
        gone,
        decrees: query::decrees(db, district, id).await?,
        keeps: keep.is_some_and(|keep| keep.scope().reaches(place, &team.rw)),
        form: form.view(),
        team,
        shell,
    };
    page_with(form.status(), &template)
}

/// The page of a team again, with what was wrong in a form.
async fn team_again(app: &App, cap: &KeepTeams, shell: Shell, id: Id, form: &Form) -> Page {
    let see = SeeTeams::of(cap.actor()).ok_or(Error::Forbidden)?;
    team_shown(app, &see, shell, id, form).await
}

/// Closes a team.
pub(super) async fn close(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command = CloseTeam { team: id, reach: Reach::of(cap.scope()), today: shell.today };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect("/tim"),
        Err(rejection) => {
            form.reject(rejection)?;
            team_again(&app, &cap, shell, id, &form).await
        }
    }
}

/// Adds or changes a position.
pub(super) async fn position(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let name = form.required("nama", 80);
    let seats = form.count("kursi", 0..=50);
    let nth = form.get("kedudukan").parse::<i64>().ok();
    if let (Some(seats), true) = (seats, form.is_valid()) {
        let (reach, today) = (Reach::of(cap.scope()), shell.today);
        let command = PutPosition { team: id, reach, today, nth, name, seats };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/tim/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    team_again(&app, &cap, shell, id, &form).await
}

/// Records the paper that appoints a team.
pub(super) async fn decree(
    cap: Cap<KeepTeams>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id, shell.today)
        .await?
        .ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    let number = form.required("nomor", 120);
    let signed_on = form.day("tanggal");
    let ends_on = form.day_optional("sampai");
    if let (Some(signed_on), true) = (signed_on, form.is_valid()) {
        let scan = paper::keep(&app, cap.actor(), &mut form, "berkas").await?;
        if form.is_valid() {
            let (reach, today) = (Reach::of(cap.scope()), shell.today);
            let command = AddDecree { team: id, reach, today, number, signed_on, ends_on, scan };
            match app.submit(cap.actor(), command_id, command).await {
                Ok(_) => return redirect(&format!("/tim/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
    }
    team_again(&app, &cap, shell, id, &form).await
}

/// The scan of a paper.
pub(super) async fn scan(
    cap: Cap<SeeTeams>,
    State(app): State<App>,
    shell: Shell,
    Path((id, decree)): Path<(Id, Id)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    query::one(db, district, cap.scope(), id, shell.today).await?.ok_or(Error::NotFound)?;
    let found = query::decrees(db, district, id).await?.into_iter().find(|one| one.id == decree);
    let scan = found.and_then(|one| one.scan_id).ok_or(Error::NotFound)?;
    paper::send(&app, district, scan, "sk-tim").await
}
