//! The pages of sponsors of every kind: list, search, one of them, contacts, leaving.

use askama::Template;
use asuh_nusantara::Phone;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{AddContact, EndContact, LeaveSponsor, ReturnSponsor};
use super::query::{self, Contact, Former, Line, SPONSORS, Selection};
use super::rules::{Category, Leaving};
use crate::pledge::own::{Mine, panels, told};
use crate::roster::pages::{Person, masked};
use crate::roster::query as roster;
use crate::{ManageSponsors, PledgeForSponsor, ReadSponsors};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// What is chosen of the list. Names never stand here.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    setelah: String,
}

impl Filter {
    fn selection(&self) -> Selection {
        Selection {
            category: Category::parse(&self.jenis),
            left: self.status == "left",
            name: String::new(),
            after: self.setelah.parse().ok(),
        }
    }
}

/// A category with how many it has.
struct Chip {
    code: &'static str,
    n: i64,
}

#[derive(Template)]
#[template(path = "sponsor/list.html")]
struct ListPage {
    shell: Shell,
    /// Chosen category; empty for all.
    category: &'static str,
    left: bool,
    searched: String,
    chips: Vec<Chip>,
    total: i64,
    lines: Vec<Line>,
    next: Option<Id>,
    may_manage: bool,
}

async fn list_with(app: &App, actor: &Actor, shell: Shell, chosen: Selection) -> Page {
    let db = app.store.reader();
    let counts = query::counts(db, actor.district, chosen.left).await?;
    let of = |code: &str| counts.iter().find(|count| count.category == code).map_or(0, |count| count.n);
    let chips: Vec<Chip> = Category::ALL
        .into_iter()
        .map(|category| Chip { code: category.code(), n: of(category.code()) })
        .filter(|chip| chip.n > 0 || chosen.category.is_some_and(|category| category.code() == chip.code))
        .collect();
    let mut lines = query::list(db, actor.district, &chosen, SPONSORS + 1).await?;
    let next = cut(&mut lines, SPONSORS, |line| line.id);
    page(&ListPage {
        category: chosen.category.map_or("", Category::code),
        left: chosen.left,
        searched: chosen.name,
        total: counts.iter().map(|count| count.n).sum(),
        chips,
        lines,
        next,
        may_manage: actor.has_any(ManageSponsors::ROLES),
        shell,
    })
}

/// The sponsors outside the roster.
pub(crate) async fn list(
    cap: Cap<ReadSponsors>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    list_with(&app, cap.actor(), shell, filter.selection()).await
}

/// Sponsors by name: for those who keep the list, and noted. By POST: names stay out of addresses and logs.
pub(crate) async fn search(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    let name: String = form.get("nama").chars().take(80).collect();
    if asuh_nusantara::name::search_key(&name).is_empty() {
        return redirect("/orang-tua-asuh");
    }
    audit::opened(&app, cap.actor(), "search_sponsors", None, "");
    let chosen = Selection {
        left: form.get("status") == "left",
        after: form.get("setelah").parse().ok(),
        name,
        category: None,
    };
    list_with(&app, cap.actor(), shell, chosen).await
}

/// A person to speak to, with his phone as it may be shown.
struct Spoken {
    contact: Contact,
    phone: String,
}

#[derive(Template)]
#[template(path = "sponsor/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    person: Person,
    /// Whether phone numbers are shown whole.
    open: bool,
    contacts: Vec<Spoken>,
    mine: Vec<Mine>,
    /// Where a promise has its page; empty for those who may only look.
    base: String,
    former: Vec<Former>,
    panels: Vec<String>,
    leavings: Vec<(String, String)>,
    may_manage: bool,
    may_pledge: bool,
}

/// Numbers as they may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Masked,
    Whole,
}

fn number(
    app: &App,
    district: DistrictId,
    sealed: &Option<Vec<u8>>,
    numbers: Numbers,
) -> Result<String, Error> {
    let Some(sealed) = sealed else { return Ok(String::new()) };
    let phone = Phone::parse(&app.store.secrets().open_text(district, sealed)?).ok();
    Ok(phone
        .map(|phone| match numbers {
            Numbers::Masked => phone.masked(),
            Numbers::Whole => phone.to_string(),
        })
        .unwrap_or_default())
}

async fn show_with(app: &App, actor: &Actor, shell: Shell, id: Id, numbers: Numbers, form: &Form) -> Page {
    let db = app.store.reader();
    let line = roster::sponsor(db, actor.district, id).await?.ok_or(Error::NotFound)?;
    let may_pledge = actor.has_any(PledgeForSponsor::ROLES);
    // Of a civil servant the roster says what others may know; promises are the admin's and the coordinator's.
    if line.kind == "asn" && !may_pledge {
        return Err(Error::NotFound);
    }
    audit::opened(app, actor, "open", Some(("sponsor", id)), "");
    let mut contacts = Vec::new();
    for contact in query::contacts(db, actor.district, id).await? {
        contacts
            .push(Spoken { phone: number(app, actor.district, &contact.phone_sealed, numbers)?, contact });
    }
    let mine = if may_pledge { told(app, &shell, actor.district, id).await? } else { Vec::new() };
    let former = query::history(db, actor.district, id).await?;
    let panels = panels(app, &shell, id).await?;
    let whole = number(app, actor.district, &line.phone_sealed, numbers)?;
    let kind = line.kind.clone();
    let template = ShowPage {
        f: form.view(),
        leavings: leavings(&shell, &kind),
        person: Person { phone: whole, ..masked(app, actor.district, line)? },
        open: numbers == Numbers::Whole,
        contacts,
        mine,
        base: if may_pledge { format!("/orang-tua-asuh/{id}/janji") } else { String::new() },
        former,
        panels,
        may_manage: kind != "asn" && actor.has_any(ManageSponsors::ROLES),
        may_pledge,
        shell,
    };
    page_with(form.status(), &template)
}

fn leavings(shell: &Shell, kind: &str) -> Vec<(String, String)> {
    let whys: &[Leaving] = if kind == "institution" {
        &[Leaving::Closed, Leaving::Moved, Leaving::Other]
    } else {
        &[Leaving::Moved, Leaving::Died, Leaving::Other]
    };
    whys.iter()
        .map(|why| (why.code().to_owned(), shell.t(&format!("sponsors.leaving.{}", why.code())).into_owned()))
        .collect()
}

/// One sponsor. Opening him is noted.
pub(crate) async fn show(
    cap: Cap<ReadSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    show_with(&app, cap.actor(), shell, id, Numbers::Masked, &form).await
}

/// The same with whole phone numbers, for whoever has to call; noted apart.
pub(crate) async fn numbers(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    form.command_id()?;
    audit::opened(&app, cap.actor(), "open", Some(("sponsor", id)), "phone");
    show_with(&app, cap.actor(), shell, id, Numbers::Whole, &form).await
}

/// A sponsor outside the roster who is known.
pub(super) async fn known(app: &App, district: DistrictId, id: Id) -> Result<roster::SponsorLine, Error> {
    let found = roster::sponsor(app.store.reader(), district, id).await?;
    found.filter(|line| line.kind != "asn").ok_or(Error::NotFound)
}

/// A sponsor leaves.
pub(crate) async fn leave(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    known(&app, cap.district(), sponsor).await?;
    let leaving = form.read("alasan", |code| Leaving::parse(code).ok_or("web.error.choose"));
    if let (Some(leaving), Some(day)) = (leaving, form.day("keluar")) {
        match app.submit(cap.actor(), form.command_id()?, LeaveSponsor { sponsor, leaving, day }).await {
            Ok(_) => return redirect(&format!("/orang-tua-asuh/{sponsor}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_with(&app, cap.actor(), shell, sponsor, Numbers::Masked, &form).await
}

/// A sponsor is there again.
pub(crate) async fn come_back(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    known(&app, cap.district(), sponsor).await?;
    match app.submit(cap.actor(), form.command_id()?, ReturnSponsor { sponsor, day: shell.today }).await {
        Ok(_) => return redirect(&format!("/orang-tua-asuh/{sponsor}")),
        Err(rejection) => form.reject(rejection)?,
    }
    show_with(&app, cap.actor(), shell, sponsor, Numbers::Masked, &form).await
}

/// Notes whom to speak to, or that somebody is not spoken to any more.
pub(crate) async fn contact(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(sponsor): Path<Id>,
    mut form: Form,
) -> Page {
    known(&app, cap.district(), sponsor).await?;
    let id = form.command_id()?;
    if !form.get("hapus").is_empty() {
        let contact = form.get("hapus").parse().map_err(|_| Error::NotFound)?;
        app.submit(cap.actor(), id, EndContact { sponsor, contact }).await?;
        return redirect(&format!("/orang-tua-asuh/{sponsor}"));
    }
    let name = form.required("kontak", 120);
    let position = form.optional("kontak_jabatan", 80);
    let phone = form
        .read_optional("kontak_telepon", |text| Phone::parse(text).map_err(|_| "sponsors.refused.phone"))
        .map(|phone| phone.as_str().to_owned());
    if form.is_valid() {
        match app.submit(cap.actor(), id, AddContact { sponsor, name, position, phone }).await {
            Ok(_) => return redirect(&format!("/orang-tua-asuh/{sponsor}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_with(&app, cap.actor(), shell, sponsor, Numbers::Masked, &form).await
}
