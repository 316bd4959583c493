//! The pages of the roster: units, people of a unit, a person, adding one.

use askama::Template;
use asuh_nusantara::{Nip, Phone};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{Asn, EndAsn, PutAsn, ReturnAsn, TransferAsn};
use super::query::{self, PEOPLE, SponsorLine, UNITS, UnitLine};
use crate::sponsor::rules::Leaving;
use crate::{ManageRoster, Reach, ReadRoster};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::consent::{self, KeepRequests};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Where a list goes on.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct After {
    /// The last one shown before.
    #[serde(default)]
    pub setelah: String,
}

impl After {
    /// The id, when it is one.
    pub(crate) fn id(&self) -> Option<Id> {
        self.setelah.parse().ok()
    }
}

/// A person with the NIP and phone masked.
pub(crate) struct Person {
    pub(crate) line: SponsorLine,
    pub(crate) nip: String,
    pub(crate) phone: String,
}

pub(crate) fn masked(app: &App, district: DistrictId, line: SponsorLine) -> Result<Person, Error> {
    let open = |sealed: &Option<Vec<u8>>| match sealed {
        Some(sealed) => app.store.secrets().open_text(district, sealed).map(Some),
        None => Ok(None),
    };
    let nip = open(&line.nip_sealed)?.and_then(|text| Nip::parse(&text).ok());
    let phone = open(&line.phone_sealed)?.and_then(|text| Phone::parse(&text).ok());
    Ok(Person {
        nip: nip.map(|nip| nip.masked()).unwrap_or_default(),
        phone: phone.map(|phone| phone.masked()).unwrap_or_default(),
        line,
    })
}

#[derive(Template)]
#[template(path = "roster/units.html")]
struct UnitsPage {
    shell: Shell,
    units: Vec<UnitLine>,
    next: Option<Id>,
    may_manage: bool,
}

/// The units within reach.
pub(crate) async fn units(
    cap: Cap<ReadRoster>,
    State(app): State<App>,
    shell: Shell,
    Params(after): Params<After>,
) -> Page {
    let mut units = query::units(app.store.reader(), cap.district(), cap.scope(), after.id()).await?;
    let next = cut(&mut units, UNITS, |unit| unit.id);
    let may_manage = cap.actor().has_any(ManageRoster::ROLES);
    page(&UnitsPage { shell, units, next, may_manage })
}

#[derive(Template)]
#[template(path = "roster/list.html")]
struct ListPage {
    shell: Shell,
    /// `None` for the result of a search.
    unit: Option<UnitLine>,
    searched: String,
    people: Vec<Person>,
    next: Option<Id>,
    may_manage: bool,
}

/// The people of a unit.
pub(crate) async fn list(
    cap: Cap<ReadRoster>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(after): Params<After>,
) -> Page {
    let reader = app.store.reader();
    let unit = query::unit(reader, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let mut lines = query::of_unit(reader, cap.district(), id, after.id()).await?;
    let next = cut(&mut lines, PEOPLE, |line| line.id);
    let people =
        lines.into_iter().map(|line| masked(&app, cap.district(), line)).collect::<Result<_, _>>()?;
    let may_manage = cap.actor().has_any(ManageRoster::ROLES);
    page(&ListPage { shell, unit: Some(unit), searched: String::new(), people, next, may_manage })
}

/// People by name. By POST: names stay out of addresses and logs.
pub(crate) async fn search(cap: Cap<ReadRoster>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let name = form.get("nama").to_owned();
    let key = asuh_nusantara::name::search_key(&name);
    let lines = if key.is_empty() {
        Vec::new()
    } else {
        query::by_name(app.store.reader(), cap.district(), cap.scope(), &name, true).await?
    };
    let people =
        lines.into_iter().map(|line| masked(&app, cap.district(), line)).collect::<Result<_, _>>()?;
    page(&ListPage { shell, unit: None, searched: name, people, next: None, may_manage: false })
}

#[derive(Template)]
#[template(path = "roster/show.html")]
struct ShowPage {
    shell: Shell,
    person: Person,
    units: Vec<(String, String)>,
    leavings: Vec<(String, String)>,
    may_manage: bool,
    f: FormView,
}

/// Why somebody of the roster may leave.
fn leavings(shell: &Shell) -> Vec<(String, String)> {
    [Leaving::Retired, Leaving::Moved, Leaving::Died, Leaving::Other]
        .into_iter()
        .map(|one| (one.code().to_owned(), shell.t(&format!("sponsors.leaving.{}", one.code())).into_owned()))
        .collect()
}

/// One person.
pub(crate) async fn show(
    cap: Cap<ReadRoster>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    show_with(&cap, &app, shell, id, &form).await
}

/// All that is kept about a person, as a file to hand over. A form and not a link: every copy is noted.
pub(crate) async fn copy(
    cap: Cap<KeepRequests>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    form.command_id()?;
    let person = query::sponsor(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let number = shell.t("sponsors.copy.file").into_owned();
    consent::copy_for(&app, cap.actor(), shell, ("sponsor", person.id), &number).await
}

async fn show_with(cap: &ReadRoster, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let reader = app.store.reader();
    let line =
        query::sponsor_within(reader, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let managing = ManageRoster::of(cap.actor());
    let units = match &managing {
        Some(managing) => unit_choices(app, cap.district(), managing.scope()).await?,
        None => Vec::new(),
    };
    let person = masked(app, cap.district(), line)?;
    let template = ShowPage {
        leavings: leavings(&shell),
        shell,
        person,
        units,
        may_manage: managing.is_some(),
        f: form.view(),
    };
    page_with(form.status(), &template)
}

async fn unit_choices(
    app: &App,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<(String, String)>, Error> {
    let units = query::all_units(app.store.reader(), district, scope).await?;
    Ok(units
        .into_iter()
        .map(|unit| {
            let words =
                if unit.office.is_empty() { unit.name } else { format!("{} · {}", unit.name, unit.office) };
            (unit.id.to_string(), words)
        })
        .collect())
}

/// Moves somebody to another unit.
pub(crate) async fn transfer(
    cap: Cap<ManageRoster>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    let (unit, day) = (form.id("unit"), form.day("pindah"));
    // Rolls ask where somebody works now: a transfer is recorded when it has happened.
    if day.is_some_and(|day| day > shell.today) {
        form.error("pindah", "sponsors.refused.transfer_ahead");
    }
    if let (Some(unit), Some(day), true) = (unit, day, form.is_valid()) {
        let command = TransferAsn { sponsor, unit, day, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pegawai/{sponsor}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reading = ReadRoster::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_with(&reading, &app, shell, sponsor, &form).await
}

/// Somebody leaves.
pub(crate) async fn end(
    cap: Cap<ManageRoster>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    let leaving = form.read("alasan", |code| Leaving::parse(code).ok_or("web.error.choose"));
    if let (Some(day), Some(leaving)) = (form.day("keluar"), leaving) {
        let command = EndAsn { sponsor, leaving, day, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pegawai/{sponsor}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reading = ReadRoster::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_with(&reading, &app, shell, sponsor, &form).await
}

/// Somebody is there again.
pub(crate) async fn come_back(
    cap: Cap<ManageRoster>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    let command = ReturnAsn { sponsor, day: shell.today, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => return redirect(&format!("/pegawai/{sponsor}")),
        Err(rejection) => form.reject(rejection)?,
    }
    let reading = ReadRoster::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_with(&reading, &app, shell, sponsor, &form).await
}

#[derive(Template)]
#[template(path = "roster/form.html")]
struct FormPage {
    shell: Shell,
    f: FormView,
    units: Vec<(String, String)>,
    homes: Vec<(String, String)>,
}

async fn form_page(cap: &ManageRoster, app: &App, shell: Shell, form: &Form) -> Page {
    let units = unit_choices(app, cap.district(), cap.scope()).await?;
    let homes = query::territories(app.store.reader(), cap.district())
        .await?
        .into_iter()
        .map(|home| {
            let words =
                if home.inside.is_empty() { home.name } else { format!("{} · {}", home.name, home.inside) };
            (home.code.to_string(), words)
        })
        .collect();
    page_with(form.status(), &FormPage { shell, f: form.view(), units, homes })
}

/// The form for one more person.
pub(crate) async fn new(cap: Cap<ManageRoster>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    form_page(&cap, &app, shell, &form).await
}

/// Adds the person.
pub(crate) async fn create(
    cap: Cap<ManageRoster>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let name = form.required("nama", 120);
    let nip = form
        .read_optional("nip", |text| Nip::parse(text).map_err(|_| "sponsors.refused.nip"))
        .map(|nip| nip.as_str().to_owned());
    let phone = form
        .read_optional("telepon", |text| Phone::parse(text).map_err(|_| "sponsors.refused.phone"))
        .map(|phone| phone.as_str().to_owned());
    let unit = form.id("unit");
    let home = form.read_optional("rumah", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    if let Some(unit) = unit.filter(|_| form.is_valid()) {
        let asn = Asn { nip, name, unit, phone, home };
        let command = PutAsn { asn, day: shell.today, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/pegawai/{}", receipt.value.0)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(&cap, &app, shell, &form).await
}
