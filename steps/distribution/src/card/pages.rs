//! Cards: typed, scanned, made for a village, printed, replaced.

use std::sync::Arc;

use askama::Template;
use asuh_documents::qr;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Scope};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, Text, page, page_with, redirect};
use asuh_step_registry::territories::{self, Territory};
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::command::{IssueCards, ReplaceCard};
use super::query::{self, CardLine};
use super::{KeepCards, OpenCards};
use crate::DeliverPackages;

/// A kecamatan with its villages within reach.
struct Area {
    name: String,
    villages: Vec<Territory>,
}

#[derive(Template)]
#[template(path = "card/home.html")]
struct HomePage {
    shell: Shell,
    f: FormView,
    /// The villages whose cards the caller makes, by kecamatan.
    areas: Vec<Area>,
}

async fn home_page(app: &App, cap: &OpenCards, shell: Shell, form: &Form) -> Page {
    let villages = match KeepCards::of(cap.actor()) {
        Some(keeps) => {
            territories::villages_within(app.store.reader(), cap.district(), keeps.scope()).await?
        }
        None => Vec::new(),
    };
    let mut areas = Vec::new();
    for area in territories::subdistricts(app.store.reader(), cap.district()).await? {
        let inside = |village: &&Territory| village.code / 10_000 == area.code / 10_000;
        let inside: Vec<Territory> = villages.iter().filter(inside).cloned().collect();
        if !inside.is_empty() {
            areas.push(Area { name: area.name, villages: inside });
        }
    }
    page_with(form.status(), &HomePage { f: form.view(), shell, areas })
}

/// Where a number is typed, and the villages whose cards can be made.
pub(super) async fn home(cap: Cap<OpenCards>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    home_page(&app, &cap, shell, &form).await
}

/// To the delivery of the family's package where one waits for the caller, else to the family's page.
async fn on(app: &App, actor: &Arc<Actor>, card: &CardLine) -> Page {
    audit::opened(app, actor, "open", Some(("family", card.family_id)), "card");
    if let Some(deliver) = DeliverPackages::of(actor) {
        let waiting =
            query::waiting(app.store.reader(), actor.district, deliver.scope(), card.family_id).await?;
        if let Some(package) = waiting {
            return redirect(&format!("/paket/{package}/antar"));
        }
    }
    redirect(&format!("/sasaran/{}", card.family_id))
}

/// A number as people type it: small letters, spaces and dashes between, 0 for O, 1 for I.
fn plain(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_uppercase() {
            '0' => 'O',
            '1' => 'I',
            '8' => 'B',
            other => other,
        })
        .collect()
}

/// A number was typed.
pub(super) async fn typed(cap: Cap<OpenCards>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let number = plain(&form.required("nomor", 20));
    if form.is_valid() {
        match query::by_number(app.store.reader(), cap.district(), cap.scope(), &number).await? {
            None => form.error("nomor", "cards.refused.unknown"),
            Some(card) if card.voided_at.is_some() => form.error("nomor", "cards.refused.void"),
            Some(card) => return on(&app, cap.actor(), &card).await,
        }
    }
    home_page(&app, &cap, shell, &form).await
}

/// A QR code was scanned: `{number}.{signature}`. What is not signed by us is no card.
pub(super) async fn scanned(
    cap: Cap<OpenCards>,
    State(app): State<App>,
    Path(code): Path<String>,
    shell: Shell,
) -> Page {
    let (number, token) = code.split_once('.').ok_or(Error::NotFound)?;
    let district = cap.district();
    let card = query::by_number(app.store.reader(), district, cap.scope(), number).await?;
    let card = card.ok_or(Error::NotFound)?;
    let signed = app.store.secrets().open_text(district, &card.token_sealed).map_err(StoreError::from)?;
    if signed != token {
        return Err(Error::NotFound);
    }
    if card.voided_at.is_some() {
        let mut form = Form::empty(&shell);
        form.error("nomor", "cards.refused.void");
        return home_page(&app, &cap, shell, &form).await;
    }
    on(&app, cap.actor(), &card).await
}

#[derive(Template)]
#[template(path = "card/village.html")]
struct VillagePage {
    shell: Shell,
    f: FormView,
    code: i64,
    name: String,
    cards: Vec<CardLine>,
    without: i64,
}

/// The village of a path within reach, with its name.
async fn place(
    app: &App,
    district: asuh_store::DistrictId,
    scope: &Scope,
    code: i64,
) -> Result<String, Error> {
    let villages = territories::villages_within(app.store.reader(), district, scope).await?;
    let found = villages.into_iter().find(|village| village.code == code);
    Ok(found.ok_or(Error::NotFound)?.name)
}

async fn village_page(app: &App, cap: &KeepCards, shell: Shell, form: &Form, code: i64) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let name = place(app, district, cap.scope(), code).await?;
    audit::opened(app, cap.actor(), "open", None, "cards");
    let template = VillagePage {
        f: form.view(),
        cards: query::of_village(db, district, cap.scope(), code).await?,
        without: query::without(db, district, cap.scope(), code).await?,
        shell,
        code,
        name,
    };
    page_with(form.status(), &template)
}

/// The cards of a village.
pub(super) async fn village(
    cap: Cap<KeepCards>,
    State(app): State<App>,
    Path(code): Path<i64>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    village_page(&app, &cap, shell, &form, code).await
}

/// Makes cards for those who have none.
pub(super) async fn issue(
    cap: Cap<KeepCards>,
    State(app): State<App>,
    Path(code): Path<i64>,
    shell: Shell,
    mut form: Form,
) -> Page {
    place(&app, cap.district(), cap.scope(), code).await?;
    let command = IssueCards { village: code, scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/kartu-desa/{code}")),
        Err(rejection) => {
            form.reject(rejection)?;
            village_page(&app, &cap, shell, &form, code).await
        }
    }
}

/// A card to be cut out.
struct Printed {
    number: String,
    picture: String,
}

#[derive(Template)]
#[template(path = "card/print.html")]
struct PrintPage {
    shell: Shell,
    letterhead: Letterhead,
    code: i64,
    name: String,
    printed: Vec<Printed>,
    cards: Vec<CardLine>,
}

/// "ABCD EFGH"
pub(super) fn spaced(number: &str) -> String {
    let (one, two) = number.split_at(number.len().min(4));
    format!("{one} {two}")
}

/// The sheet of a village's cards, and the list of whom each is for.
pub(super) async fn print(
    cap: Cap<KeepCards>,
    State(app): State<App>,
    Path(code): Path<i64>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let name = place(&app, district, cap.scope(), code).await?;
    let cards = query::of_village(db, district, cap.scope(), code).await?;
    audit::opened(&app, cap.actor(), "open", None, "cards");
    let mut printed = Vec::new();
    for card in &cards {
        let token = app.store.secrets().open_text(district, &card.token_sealed).map_err(StoreError::from)?;
        let address = shell.address(&format!("/kartu/{}.{token}", card.number));
        let picture = qr::svg(&address).map_err(|error| Error::Internal(error.to_string()))?;
        printed.push(Printed { number: spaced(&card.number), picture });
    }
    let letterhead = Letterhead::load(&app.store, district).await?;
    page(&PrintPage { shell, letterhead, code, name, printed, cards })
}

/// A lost card: void, and another one.
pub(super) async fn replace(
    cap: Cap<KeepCards>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 200);
    let code: i64 = form.get("desa").parse().map_err(|_| Error::NotFound)?;
    if form.is_valid() {
        let command = ReplaceCard { card: id, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/kartu-desa/{code}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    village_page(&app, &cap, shell, &form, code).await
}

#[derive(Template)]
#[template(path = "card/panel.html")]
struct Panel {
    text: Text,
    number: String,
}

/// The number of a family's card.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    if OpenCards::of(actor).is_none() {
        return Ok(None);
    }
    let card = query::of_family(app.store.reader(), actor.district, family).await?;
    let Some((_, number)) = card else { return Ok(None) };
    let panel = Panel { text: Text::new(actor.language, actor.zone), number: spaced(&number) };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
