//! The forms that add and correct a family, its members, a pregnancy or a breastfeeding period.

use askama::Template;
use asuh_nusantara::{NikWarning, Sex, TerritoryCode};
use asuh_store::{Id, Rejection};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::list::Choices;
use super::{Opening, file, opened};
use crate::family::file::MaternityRow;
use crate::family::version::FamilyVersion;
use crate::family::{Change, Member, PutFamily, PutMaternity, PutPerson, Source};
use crate::identity;
use crate::rights::{DecideChanges, KeepFamilies, Reach};
use crate::rules::{Ending, FamilyStatus, MaternityKind, Relation};
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Who may set a status without a visit.
const MAY_SET_STATUS: &[Role] = &[Role::DistrictAdmin, Role::ListKeeper];

/// The translation key of a warning about a NIK.
pub(super) fn warning_key(warning: NikWarning) -> String {
    let code = match warning {
        NikWarning::BirthDateDiffers => "birth_date",
        NikWarning::SexDiffers => "sex",
        NikWarning::ImpossibleBirthDate => "impossible",
        NikWarning::SerialZero => "serial",
    };
    format!("registry.nik_warning.{code}")
}

/// What a field says about a value that the form does not show: empty keeps it, a dash clears it.
fn change(text: &str) -> Change {
    match text {
        "" => Change::Keep,
        "-" | "–" => Change::Clear,
        text => Change::Set(text.to_owned()),
    }
}

fn day_boxes(name: &str, day: Option<time::Date>) -> Vec<(String, String)> {
    let Some(day) = day else { return Vec::new() };
    vec![
        (format!("{name}_tanggal"), day.day().to_string()),
        (format!("{name}_bulan"), u8::from(day.month()).to_string()),
        (format!("{name}_tahun"), day.year().to_string()),
    ]
}

/// Where a fact comes from unless the form says otherwise: those who visit have seen it.
fn usual_source(actor: &Actor) -> Source {
    if actor.has_any(MAY_SET_STATUS) { Source::Form } else { Source::Field }
}

fn source(form: &Form, actor: &Actor) -> Source {
    match form.get("sumber") {
        "field" => Source::Field,
        "form" => Source::Form,
        _ => usual_source(actor),
    }
}

/// The form's error for a rejection, and the family where a number is already known, for a link.
fn reject(form: &mut Form, rejection: Rejection) -> Result<Option<String>, Error> {
    let known = match &rejection {
        Rejection::Refused(refusal) => {
            refusal.args.iter().find(|(name, _)| name == "family").map(|(_, id)| id.clone())
        }
        _ => None,
    };
    form.reject(rejection)?;
    Ok(known)
}

#[derive(Template)]
#[template(path = "family/edit.html")]
struct EditPage {
    shell: Shell,
    id: Option<Id>,
    form: FormView,
    villages: Choices,
    statuses: Choices,
    sources: Choices,
    answers: Choices,
    risks: Vec<(String, String)>,
    /// The family that already has the number typed.
    known: Option<String>,
}

impl EditPage {
    /// What to do with a field whose value is stored sealed and is not shown again.
    fn sealed_hint(&self) -> &'static str {
        if self.id.is_some() { "registry.family.sealed_hint" } else { "web.form.optional" }
    }
}

/// Where a new family is.
#[derive(Debug, Deserialize)]
pub(crate) struct NewIn {
    #[serde(default)]
    desa: String,
}

/// The form for a new family.
pub(crate) async fn new(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(place): Params<NewIn>,
) -> Page {
    let mut values = vec![("desa".to_owned(), place.desa)];
    // A cadre of one RW need not type it.
    if let [area] = cap.scope().areas.as_slice() {
        values.push(("rw".to_owned(), area.rw.clone()));
    }
    values.push(("sumber".to_owned(), usual_source(cap.actor()).code().to_owned()));
    let form = Form::with(&shell, values);
    edit_page(&cap, &app, shell, None, &form, None).await
}

/// The form for correcting a family. Sealed values are not shown; an empty field keeps them.
pub(crate) async fn edit(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
) -> Page {
    let (id, family) = match found(&cap, &app, &id).await {
        Err(Error::NotFound) => return lead_on(&cap, &app, &id).await,
        found => found?,
    };
    opened(&app, cap.actor(), Opening::File(id));
    let mut values = vec![
        ("versi".to_owned(), family.version.to_string()),
        ("desa".to_owned(), family.village_code.to_string()),
        ("dusun".to_owned(), family.hamlet.clone()),
        ("rw".to_owned(), family.rw.clone()),
        ("rt".to_owned(), family.rt.clone()),
        ("nama".to_owned(), family.head_name.clone()),
        ("kki".to_owned(), family.kki.clone().unwrap_or_default()),
        ("status".to_owned(), family.status.clone()),
        ("sumber".to_owned(), usual_source(cap.actor()).code().to_owned()),
    ];
    for (name, value) in family.risks() {
        let value = value.map_or("", |value| if value { "ya" } else { "tidak" });
        values.push((name.to_owned(), value.to_owned()));
    }
    let form = Form::with(&shell, values);
    edit_page(&cap, &app, shell, Some(id), &form, None).await
}

/// The form of a family that was merged is that of the one who stands for it.
async fn lead_on(cap: &KeepFamilies, app: &App, id: &str) -> Page {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    let stands = identity::family_stands_for(app.store.reader(), cap.district(), cap.scope(), id).await?;
    redirect(&format!("/sasaran/{}/ubah", stands.ok_or(Error::NotFound)?))
}

/// The same of a person.
async fn lead_person_on(cap: &KeepFamilies, app: &App, person: &str) -> Page {
    let id: Id = person.parse().map_err(|_| Error::NotFound)?;
    let stands = identity::person_stands_for(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let (person, family) = stands.ok_or(Error::NotFound)?;
    redirect(&format!("/sasaran/{family}/anggota/{person}"))
}

async fn found(cap: &KeepFamilies, app: &App, id: &str) -> Result<(Id, FamilyVersion), Error> {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    let family = file::family(app.store.reader(), cap.district(), cap.scope(), id).await?;
    Ok((id, family.ok_or(Error::NotFound)?))
}

async fn edit_page(
    cap: &KeepFamilies,
    app: &App,
    shell: Shell,
    id: Option<Id>,
    form: &Form,
    known: Option<String>,
) -> Page {
    let villages = territory::villages_within(app.store.reader(), cap.district(), cap.scope()).await?;
    let statuses = if id.is_some() && cap.actor().has_any(MAY_SET_STATUS) {
        let codes = FamilyStatus::ALL.iter().map(|status| status.code());
        choices(&shell, "registry.status.", codes)
    } else {
        Vec::new()
    };
    let nothing_known = FamilyVersion::first(0, shell.today);
    let risks = nothing_known
        .risks()
        .iter()
        .map(|(name, _)| ((*name).to_owned(), shell.t(&format!("registry.risk.{name}")).into_owned()))
        .collect();
    let answers = vec![
        ("ya".to_owned(), shell.t("web.form.yes").into_owned()),
        ("tidak".to_owned(), shell.t("web.form.no").into_owned()),
    ];
    let template = EditPage {
        sources: choices(&shell, "registry.source.", ["field", "form"]),
        shell,
        id,
        form: form.view(),
        villages: villages.into_iter().map(|one| (one.code.to_string(), one.name)).collect(),
        statuses,
        answers,
        risks,
        known,
    };
    page_with(form.status(), &template)
}

fn choices<'a>(shell: &Shell, stem: &str, codes: impl IntoIterator<Item = &'a str>) -> Choices {
    codes.into_iter().map(|code| (code.to_owned(), shell.t(&format!("{stem}{code}")).into_owned())).collect()
}

/// Stores a new family.
pub(crate) async fn create(cap: Cap<KeepFamilies>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    put_family(&cap, &app, shell, None, form).await
}

/// Stores a correction.
pub(crate) async fn update(
    cap: Cap<KeepFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    form: Form,
) -> Page {
    let (id, _) = found(&cap, &app, &id).await?;
    put_family(&cap, &app, shell, Some(id), form).await
}

async fn put_family(cap: &KeepFamilies, app: &App, shell: Shell, id: Option<Id>, mut form: Form) -> Page {
    let village = form.read("desa", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let hamlet = form.optional("dusun", 60);
    let rw = form.optional("rw", 10);
    let rt = form.optional("rt", 10);
    let head_name = form.required("nama", 100);
    let kki = form.optional("kki", 40);
    let address = form.optional("alamat", 200);
    let answer = |name: &str| match form.get(name) {
        "ya" => Some(true),
        "tidak" => Some(false),
        _ => None,
    };
    let risks = FamilyVersion::first(0, shell.today).risks().map(|(name, _)| answer(name));
    let status = FamilyStatus::parse(form.get("status"))
        .filter(|_| id.is_some() && cap.actor().has_any(MAY_SET_STATUS));
    let version: i64 = form.get("versi").parse().unwrap_or(0);
    let mut known = None;
    if let (true, Some(village)) = (form.is_valid(), village) {
        let command = PutFamily {
            family: id.map(|id| (id, version)),
            reach: Reach::of(cap.scope()),
            source: source(&form, cap.actor()),
            valid_from: shell.today,
            village,
            hamlet,
            rw,
            rt,
            head_name,
            kki: Some(kki).filter(|kki| !kki.is_empty()),
            kk: change(form.get("kk")),
            address: change(&address),
            phone: change(form.get("telepon")),
            status,
            risks,
        };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/sasaran/{}?tersimpan=1", receipt.value)),
            Err(rejection) => known = reject(&mut form, rejection)?,
        }
    }
    edit_page(cap, app, shell, id, &form, known).await
}

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
