//! The forms that add and correct a family; those of its members stand in [`member`].

pub(crate) mod member;

use askama::Template;
use asuh_nusantara::NikWarning;
use asuh_store::{Id, Rejection};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::list::Choices;
use super::{Opening, file, opened};
use crate::family::version::FamilyVersion;
use crate::family::{Change, PutFamily, Source};
use crate::identity;
use crate::rights::{KeepFamilies, Reach};
use crate::rules::FamilyStatus;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Role};
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
