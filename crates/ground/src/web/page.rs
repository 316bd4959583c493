//! A page: the shell around every template.

use std::ops::Deref;
use std::sync::Arc;

use askama::Template;
use asuh_nusantara::{Language, Zone};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::{Error, Text};
use crate::App;
use crate::access::{Actor, Role};

/// An entry of the menu.
#[derive(Debug, Clone, Copy)]
pub struct MenuItem {
    /// Where it leads.
    pub path: &'static str,
    /// Translation key of its label.
    pub label: &'static str,
    /// Who sees it; empty: everyone who is signed in.
    pub roles: &'static [Role],
}

/// Entries of the menu under a heading: a step of the data's path, or what the ground shows of itself.
#[derive(Debug, Clone)]
pub struct MenuGroup {
    /// Translation key of the heading.
    pub heading: &'static str,
    /// The entries.
    pub items: Vec<MenuItem>,
}

/// As many entries stand side by side; more of them stand under their headings.
const SHORT_MENU: usize = 7;

/// Cuts off the row beyond a page, which says that there are more; the place after which the next page begins.
pub fn cut<T, P>(lines: &mut Vec<T>, page: usize, place: impl FnOnce(&T) -> P) -> Option<P> {
    let more = lines.len() > page;
    lines.truncate(page);
    lines.last().filter(|_| more).map(place)
}

/// The five states that a task can have (and no others).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskState {
    /// Belum mulai
    NotStarted,
    /// Perlu tindakan
    NeedsAction,
    /// Sedang diproses
    InProgress,
    /// Selesai
    Done,
    /// Belum bisa dimulai, with the reason
    Blocked(String),
}

impl TaskState {
    /// Its stable code: translation key `task.state.<code>` and CSS class.
    pub fn code(&self) -> &'static str {
        match self {
            TaskState::NotStarted => "not_started",
            TaskState::NeedsAction => "needs_action",
            TaskState::InProgress => "in_progress",
            TaskState::Done => "done",
            TaskState::Blocked(_) => "blocked",
        }
    }
}

/// A row of a role's home page: at most seven stand there.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its words: "Setoran Senin, 2 November 2026: 31 dari 40 orang".
    pub title: String,
    /// Where the work is done.
    pub path: String,
    /// How it stands.
    pub state: TaskState,
}

/// What surrounds a page: language, caller, menu, the form ids. An argument of every handler that renders.
#[derive(Debug, Clone)]
pub struct Shell {
    text: Text,
    /// The signed-in caller.
    pub actor: Option<Arc<Actor>>,
    /// The menu that he sees.
    pub menu: Vec<MenuGroup>,
    /// The path of this page.
    pub path: String,
    /// The id of the form on this page: sent twice, it counts once.
    pub form_id: String,
    /// The present day in the district.
    pub today: time::Date,
    /// The address under which this installation is reached: what is set, or where this page was asked.
    origin: String,
}

impl Deref for Shell {
    type Target = Text;

    fn deref(&self) -> &Text {
        &self.text
    }
}

impl Shell {
    /// The texts alone.
    pub fn text(&self) -> Text {
        self.text
    }

    /// `id` or `en`, for the `lang` attribute.
    pub fn lang(&self) -> &'static str {
        self.text.language.code()
    }

    /// The caller's name, or nothing.
    pub fn actor_name(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| actor.name.as_str())
    }

    /// The district's name, or nothing before sign-in.
    pub fn district_name(&self) -> &str {
        self.actor.as_ref().map_or("", |actor| actor.district_name.as_str())
    }

    /// All entries of the menu, without their headings.
    pub fn entries(&self) -> Vec<&MenuItem> {
        self.menu.iter().flat_map(|group| &group.items).collect()
    }

    /// Whether the menu is short enough to do without headings.
    pub fn is_menu_short(&self) -> bool {
        self.entries().len() <= SHORT_MENU
    }

    /// Whether the page shown is one of the group's.
    pub fn is_within(&self, group: &MenuGroup) -> bool {
        group.items.iter().any(|item| self.is_current(item))
    }

    /// Whether the menu entry leads to the page shown or to the nearest one above it.
    pub fn is_current(&self, item: &MenuItem) -> bool {
        let leads_here =
            |path: &str| self.path == path || (path != "/" && self.path.starts_with(&format!("{path}/")));
        let nearest = self
            .entries()
            .into_iter()
            .filter(|entry| leads_here(entry.path))
            .map(|entry| entry.path.len())
            .max();
        leads_here(item.path) && nearest == Some(item.path.len())
    }

    /// Whether the caller holds the role (by code).
    pub fn has_role(&self, code: &str) -> bool {
        match (Role::parse(code), &self.actor) {
            (Some(role), Some(actor)) => actor.has_any(&[role]),
            _ => false,
        }
    }

    pub(super) fn of(app: &App, parts: &Parts) -> Shell {
        let actor = parts.extensions.get::<Arc<Actor>>().cloned();
        let language = chosen_language(&parts.headers)
            .or_else(|| actor.as_ref().map(|actor| actor.language))
            .unwrap_or(Language::Indonesian);
        let zone = actor.as_ref().map_or(Zone::Wib, |actor| actor.zone);
        let menu = match &actor {
            Some(actor) => app
                .registry
                .menu
                .iter()
                .map(|group| MenuGroup {
                    heading: group.heading,
                    items: group
                        .items
                        .iter()
                        .filter(|item| item.roles.is_empty() || actor.has_any(item.roles))
                        .copied()
                        .collect(),
                })
                .filter(|group| !group.items.is_empty())
                .collect(),
            None => Vec::new(),
        };
        Shell {
            text: Text::new(language, zone),
            actor,
            menu,
            path: parts.uri.path().to_owned(),
            form_id: app.store.new_id().to_string(),
            today: zone.local_date(app.store.clock().now().utc()),
            origin: origin(&app.settings.public_url, &parts.headers),
        }
    }

    /// The whole address of a page, for a code that another device reads.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }

    /// The code that opens a page, as SVG.
    pub fn code_of(&self, path: &str) -> String {
        asuh_documents::qr::svg(&self.address(path)).unwrap_or_default()
    }
}

/// The address that is set, or the host that a request names.
fn origin(set: &str, headers: &header::HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let is_local = host.starts_with("localhost") || host.starts_with("127.0.0.1");
    match set.trim_end_matches('/') {
        "" if host.is_empty() => String::new(),
        "" => format!("{}://{host}", if is_local { "http" } else { "https" }),
        set => set.to_owned(),
    }
}

/// The language that the button of this browser chose.
pub(super) fn chosen_language(headers: &header::HeaderMap) -> Option<Language> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("bahasa=")).and_then(Language::parse)
}

impl FromRequestParts<App> for Shell {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        Ok(Shell::of(app, parts))
    }
}

/// What a handler answers with.
pub type Page = Result<Response, Error>;

/// A rendered page with status 200.
///
/// # Errors
/// The template fails.
pub fn page(template: &impl Template) -> Page {
    page_with(StatusCode::OK, template)
}

/// A rendered page with another status (422 for a form with errors).
///
/// # Errors
/// The template fails.
pub fn page_with(status: StatusCode, template: &impl Template) -> Page {
    let html = template.render()?;
    let html =
        if status == StatusCode::UNPROCESSABLE_ENTITY { super::named::name_fields(&html) } else { html };
    Ok((status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response())
}

/// Sends the browser on after a change (303), so that reloading sends nothing twice.
pub fn see_other(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// [`see_other`] as a handler's answer.
///
/// # Errors
/// Never; for the handler's type.
pub fn redirect(path: &str) -> Page {
    Ok(see_other(path))
}
