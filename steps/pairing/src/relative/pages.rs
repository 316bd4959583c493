//! Relatives on a page: of a sponsor, where a family is looked for, and of a family, where a sponsor is.

use askama::Template;
use asuh_step_registry::{ReadFamilies, families};
use asuh_step_sponsors::staff;
use asuh_store::Id;
use axum::extract::State;

use super::command::{DeclareRelative, EndRelative};
use super::query::{self, RelativeLine};
use crate::ManagePairing;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Sponsors that are shown for a name.
const MOST: usize = 20;

/// Whose relatives they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Sponsor(Id),
    Family(Id),
}

impl Of {
    fn path(self) -> String {
        match self {
            Of::Sponsor(id) => format!("/keluarga-sendiri/orang-tua-asuh/{id}"),
            Of::Family(id) => format!("/keluarga-sendiri/keluarga/{id}"),
        }
    }

    /// The page that it came from.
    fn home(self) -> String {
        match self {
            Of::Sponsor(id) => format!("/orang-tua-asuh/{id}"),
            Of::Family(id) => format!("/sasaran/{id}"),
        }
    }
}

/// One that may be chosen.
struct Choice {
    id: Id,
    name: String,
    about: String,
}

#[derive(Template)]
#[template(path = "relative/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    path: String,
    home: String,
    is_sponsor: bool,
    name: String,
    lines: Vec<RelativeLine>,
    sought: String,
    /// What the search found; nothing where none was made.
    found: Option<Vec<Choice>>,
}

/// The page, with what was looked for; it is looked for again where a form is shown again.
async fn show(cap: &ManagePairing, app: &App, shell: Shell, of: Of, form: Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let (name, lines) = match of {
        Of::Sponsor(id) => {
            let line = staff::sponsor(db, district, id).await?.ok_or(Error::NotFound)?;
            (line.name, query::of_sponsor(db, district, id).await?)
        }
        Of::Family(id) => {
            let head = query::head(db, district, id).await?.filter(|head| head.family_id == id);
            (head.ok_or(Error::NotFound)?.head_name, query::of_family(db, district, id).await?)
        }
    };
    let sought: String = form.get("cari").chars().take(80).collect();
    let found = match sought.is_empty() {
        true => None,
        false => Some(look(cap, app, of, &sought).await?),
    };
    let template = ShowPage {
        f: form.view(),
        path: of.path(),
        home: of.home(),
        is_sponsor: matches!(of, Of::Sponsor(_)),
        name,
        lines,
        sought,
        found,
        shell,
    };
    page_with(form.status(), &template)
}

/// Families or sponsors of such a name; on the access log.
async fn look(cap: &ManagePairing, app: &App, of: Of, words: &str) -> Result<Vec<Choice>, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let choices: Vec<Choice> = match of {
        Of::Sponsor(_) => {
            let scope = ReadFamilies::of(cap.actor()).ok_or(Error::Forbidden)?;
            let found = families::by_name(db, district, scope.scope(), words).await?;
            audit::opened(app, cap.actor(), "search", None, &format!("families {}", found.len()));
            let choice = |one: families::Named| Choice {
                about: one.member.into_iter().chain([one.village]).collect::<Vec<_>>().join(", "),
                name: one.head_name,
                id: one.family,
            };
            found.into_iter().map(choice).collect()
        }
        Of::Family(_) => {
            if asuh_nusantara::name::search_key(words).chars().count() < 3 {
                return Ok(Vec::new());
            }
            let whole = Scope { all_units: true, ..cap.scope().clone() };
            let found = staff::by_name(db, district, &whole, words, false).await?;
            audit::opened(app, cap.actor(), "search_sponsors", None, "");
            let choice = |one: staff::SponsorLine| Choice {
                about: [one.unit, one.home]
                    .into_iter()
                    .filter(|text| !text.is_empty())
                    .collect::<Vec<_>>()
                    .join(", "),
                name: one.name,
                id: one.id,
            };
            found.into_iter().take(MOST).map(choice).collect()
        }
    };
    Ok(choices)
}

/// The relatives of a sponsor.
pub(super) async fn of_sponsor(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(sponsor): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, Of::Sponsor(sponsor), form).await
}

/// The sponsors who are related to a family.
pub(super) async fn of_family(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, Of::Family(family), form).await
}

/// Looks for a family by name. By POST: names stay out of addresses and logs.
pub(super) async fn search_families(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(sponsor): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    show(&cap, &app, shell, Of::Sponsor(sponsor), form).await
}

/// Looks for a sponsor by name.
pub(super) async fn search_sponsors(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    show(&cap, &app, shell, Of::Family(family), form).await
}

/// Says that two are related.
async fn add(cap: &ManagePairing, app: &App, shell: Shell, of: Of, mut form: Form) -> Page {
    let (field, reason) = ("pilihan", form.required("alasan", 300));
    let other = form.id(field);
    if let (Some(other), true) = (other, form.is_valid()) {
        let (sponsor, family) = match of {
            Of::Sponsor(sponsor) => (sponsor, other),
            Of::Family(family) => (other, family),
        };
        let command = DeclareRelative { sponsor, family, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&of.path()),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(cap, app, shell, of, form).await
}

/// Says that a family is a sponsor's own.
pub(super) async fn add_to_sponsor(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(sponsor): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    add(&cap, &app, shell, Of::Sponsor(sponsor), form).await
}

/// Says that a sponsor is related to a family.
pub(super) async fn add_to_family(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    add(&cap, &app, shell, Of::Family(family), form).await
}

/// Takes it back.
pub(super) async fn end(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(relative): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let line = query::by_id(app.store.reader(), cap.district(), relative).await?.ok_or(Error::NotFound)?;
    let of = match form.get("dari") {
        "keluarga" => Of::Family(line.family_id),
        _ => Of::Sponsor(line.sponsor_id),
    };
    let reason = form.required("alasan_batal", 300);
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, EndRelative { relative, reason }).await {
            Ok(_) => return redirect(&of.path()),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&cap, &app, shell, of, form).await
}
