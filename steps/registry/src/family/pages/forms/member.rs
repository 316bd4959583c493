//! The forms of a member of a family: who it is, and a pregnancy or a breastfeeding period.

use askama::Template;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::{change, choices, day_boxes, found, reject, source, usual_source};
use crate::family::file::{self, MaternityRow};
use crate::family::pages::list::Choices;
use crate::family::version::FamilyVersion;
use crate::family::{Change, Member, PutMaternity, PutPerson};
use crate::identity;
use crate::rights::{DecideChanges, KeepFamilies, Reach};
use crate::rules::{Ending, MaternityKind, Relation};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "family/person.html")]
struct PersonPage {
    shell: Shell,
    family: Id,
    head_name: String,
    person: Option<Id>,
    form: FormView,
    relations: Choices,
    sexes: Choices,
    endings: Choices,
    sources: Choices,
    known: Option<String>,
    /// What only an approved proposal changes: a NIK that is recorded, that somebody died or moved.
    held: Held,
}

/// What of a member the caller may not settle by himself.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    ending: bool,
    nik: bool,
}

/// Who decides on proposals may change everything; others propose what ends or identifies a member.
fn held(cap: &KeepFamilies, family: &FamilyVersion, member: Option<&Member>) -> Held {
    let code = TerritoryCode::from_i64(family.village_code).ok();
    let decides = DecideChanges::of(cap.actor())
        .zip(code)
        .is_some_and(|(cap, code)| cap.scope().reaches(code, &family.rw));
    match member {
        Some(member) if !decides => Held { ending: true, nik: member.nik_sealed.is_some() },
        _ => Held::default(),
    }
}

/// The form for a new member.
pub(crate) async fn new_person(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(family): Path<String>,
) -> Page {
    let values = [("hubungan", "child".to_owned()), ("sumber", usual_source(cap.actor()).code().to_owned())];
    let form = Form::with(&shell, values);
    person_page(&cap, &app, shell, &family, None, &form, None).await
}

/// The form for correcting a member.
pub(crate) async fn edit_person(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(String, String)>,
) -> Page {
    let member = match found_member(&cap, &app, &shell, &family, &person).await {
        Err(Error::NotFound) => return lead_person_on(&cap, &app, &person).await,
        found => found?,
    };
    let ended = member.ended_reason.clone().unwrap_or_default();
    let mut values = vec![
        ("versi".to_owned(), member.version.to_string()),
        ("nama".to_owned(), member.name),
        ("hubungan".to_owned(), member.relation),
        ("jk".to_owned(), member.sex.unwrap_or_default()),
        ("ortu".to_owned(), member.parents_name),
        ("posyandu".to_owned(), member.posyandu),
        ("berhenti".to_owned(), ended),
        ("sumber".to_owned(), usual_source(cap.actor()).code().to_owned()),
    ];
    values.extend(day_boxes("lahir", member.birth_date));
    values.extend(day_boxes("berhenti_pada", member.ended_on));
    let form = Form::with(&shell, values);
    person_page(&cap, &app, shell, &family, Some(member.id), &form, None).await
}

/// The form of a member who was merged is that of the one who stands for them.
async fn lead_person_on(cap: &KeepFamilies, app: &App, person: &str) -> Page {
    let id: Id = person.parse().map_err(|_| Error::NotFound)?;
    let stands = identity::person_stands_for(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let (person, family) = stands.ok_or(Error::NotFound)?;
    redirect(&format!("/sasaran/{family}/anggota/{person}"))
}

async fn found_member(
    cap: &KeepFamilies,
    app: &App,
    shell: &Shell,
    family: &str,
    person: &str,
) -> Result<Member, Error> {
    let (family, _) = found(cap, app, family).await?;
    let person: Id = person.parse().map_err(|_| Error::NotFound)?;
    let members = file::members(app.store.reader(), cap.district(), family, shell.today).await?;
    members.into_iter().find(|member| member.id == person).ok_or(Error::NotFound)
}

async fn person_page(
    cap: &KeepFamilies,
    app: &App,
    shell: Shell,
    family: &str,
    person: Option<Id>,
    form: &Form,
    known: Option<String>,
) -> Page {
    let (family, facts) = found(cap, app, family).await?;
    let sexes = Sex::ALL
        .iter()
        .map(|sex| (sex.code().to_owned(), shell.t(&format!("registry.sex.{}", sex.code())).into_owned()))
        .collect();
    let members = match person {
        Some(_) => file::members(app.store.reader(), cap.district(), family, shell.today).await?,
        None => Vec::new(),
    };
    let member = members.iter().find(|member| Some(member.id) == person);
    let template = PersonPage {
        held: held(cap, &facts, member),
        family,
        head_name: facts.head_name,
        person,
        form: form.view(),
        relations: choices(&shell, "registry.relation.", Relation::ALL.iter().map(|one| one.code())),
        sexes,
        endings: choices(&shell, "registry.ending.", Ending::ALL.iter().map(|one| one.code())),
        sources: choices(&shell, "registry.source.", ["field", "form"]),
        known,
        shell,
    };
    page_with(form.status(), &template)
}

/// Stores a new member.
pub(crate) async fn create_person(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(family): Path<String>,
    form: Form,
) -> Page {
    put_person(&cap, &app, shell, &family, None, form).await
}

/// Stores a corrected member.
pub(crate) async fn update_person(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(String, String)>,
    form: Form,
) -> Page {
    let member = found_member(&cap, &app, &shell, &family, &person).await?;
    put_person(&cap, &app, shell, &family, Some(member), form).await
}

async fn put_person(
    cap: &KeepFamilies,
    app: &App,
    shell: Shell,
    family: &str,
    member: Option<Member>,
    mut form: Form,
) -> Page {
    let (id, facts) = found(cap, app, family).await?;
    let held = held(cap, &facts, member.as_ref());
    let person = member.as_ref().map(|member| member.id);
    let name = form.required("nama", 100);
    let relation = form.read("hubungan", |code| Relation::parse(code).ok_or("web.error.choose"));
    let sex = form.read_optional("jk", |code| Sex::parse(code).map_err(|_| "web.error.choose"));
    let birth_date = form.day_optional("lahir");
    let parents_name = form.optional("ortu", 120);
    let posyandu = form.optional("posyandu", 80);
    let ending = form.read_optional("berhenti", |code| Ending::parse(code).ok_or("web.error.choose"));
    let ended_on = form.day_optional("berhenti_pada");
    if ended_on.is_some_and(|day| day > shell.today) {
        form.error("berhenti_pada", "registry.error.future_day");
    }
    let version: i64 = form.get("versi").parse().unwrap_or(0);
    let mut known = None;
    if let (true, Some(relation)) = (form.is_valid(), relation) {
        let ended = match &member {
            Some(member) if held.ending => {
                member.ended_reason.as_deref().and_then(Ending::parse).zip(member.ended_on)
            }
            _ => ending.map(|ending| (ending, ended_on.unwrap_or(shell.today))),
        };
        let command = PutPerson {
            person: person.map(|person| (person, version)),
            family: id,
            reach: Reach::of(cap.scope()),
            source: source(&form, cap.actor()),
            today: shell.today,
            relation,
            name,
            sex,
            birth_date,
            nik: if held.nik { Change::Keep } else { change(form.get("nik")) },
            parents_name,
            posyandu,
            ended,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/sasaran/{id}?tersimpan=1")),
            Err(rejection) => known = reject(&mut form, rejection)?,
        }
    }
    person_page(cap, app, shell, family, person, &form, known).await
}

#[derive(Template)]
#[template(path = "family/maternity.html")]
struct MaternityPage {
    shell: Shell,
    family: Id,
    person: Id,
    name: String,
    form: FormView,
    kinds: Choices,
    sources: Choices,
    /// A row that this form corrects.
    replaces: bool,
}

/// The row that is to be corrected.
#[derive(Debug, Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    catatan: String,
}

/// The form for a pregnancy or a breastfeeding period.
pub(crate) async fn maternity(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(String, String)>,
    Params(which): Params<Which>,
) -> Page {
    let member = found_member(&cap, &app, &shell, &family, &person).await?;
    let mut values = vec![("sumber".to_owned(), usual_source(cap.actor()).code().to_owned())];
    match member.maternity.iter().find(|row| row.id.to_string() == which.catatan) {
        Some(row) => values.extend(row_values(row)),
        None => {
            values.push(("jenis".to_owned(), "pregnancy".to_owned()));
            values.extend(day_boxes("mulai", Some(shell.today)));
        }
    }
    let form = Form::with(&shell, values);
    maternity_page(&cap, &app, shell, &family, &member, &form).await
}

fn row_values(row: &MaternityRow) -> Vec<(String, String)> {
    let mut values = vec![("ganti".to_owned(), row.id.to_string()), ("jenis".to_owned(), row.kind.clone())];
    values.extend(day_boxes("mulai", Some(row.starts_on)));
    values.extend(day_boxes("hpl", row.due_on));
    values.extend(day_boxes("selesai", row.ends_on));
    values
}

async fn maternity_page(
    cap: &KeepFamilies,
    app: &App,
    shell: Shell,
    family: &str,
    member: &Member,
    form: &Form,
) -> Page {
    let (family, _) = found(cap, app, family).await?;
    let template = MaternityPage {
        family,
        person: member.id,
        name: member.name.clone(),
        kinds: choices(&shell, "registry.maternity.", ["pregnancy", "breastfeeding"]),
        sources: choices(&shell, "registry.source.", ["field", "form"]),
        replaces: !form.get("ganti").is_empty(),
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

/// Stores a pregnancy or a breastfeeding period, or takes one back.
pub(crate) async fn put_maternity(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path((family, person)): Path<(String, String)>,
    mut form: Form,
) -> Page {
    let member = found_member(&cap, &app, &shell, &family, &person).await?;
    let replaces = form.read_optional("ganti", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let takes_back = form.ticked("hapus") && replaces.is_some();
    let kind = if takes_back {
        None
    } else {
        form.read("jenis", |code| MaternityKind::parse(code).ok_or("web.error.choose"))
    };
    let starts_on = if takes_back { Some(shell.today) } else { form.day("mulai") };
    let due_on = form.day_optional("hpl").filter(|_| kind == Some(MaternityKind::Pregnancy));
    let ends_on = form.day_optional("selesai");
    if let (true, Some(starts_on)) = (form.is_valid(), starts_on) {
        let command = PutMaternity {
            replaces,
            person: member.id,
            reach: Reach::of(cap.scope()),
            source: source(&form, cap.actor()),
            today: shell.today,
            kind,
            starts_on,
            due_on,
            ends_on,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/sasaran/{family}?tersimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    maternity_page(&cap, &app, shell, &family, &member, &form).await
}
