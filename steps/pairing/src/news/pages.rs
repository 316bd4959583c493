//! News of a family's children, and those that wait to be passed on.

use askama::Template;
use asuh_step_registry::Reach;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::command::{DecideNews, WithdrawNews, WriteNews};
use super::query::{self, NewsLine, PAGE};
use super::rules::{KINDS, MOST_WORDS, STATES};
use crate::{ManagePairing, TellSponsors};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};

/// News that were opened.
struct Line {
    news: NewsLine,
    words: String,
    /// Whether the reader wrote them.
    is_own: bool,
}

fn opened(app: &App, district: DistrictId, reader: Id, lines: Vec<NewsLine>) -> Result<Vec<Line>, Error> {
    let open = |news: NewsLine| {
        let words = app.store.secrets().open_text(district, &news.words_sealed)?;
        Ok(Line { words, is_own: news.written_by == reader, news })
    };
    lines.into_iter().map(open).collect()
}

/// Codes with their words.
fn options(shell: &Shell, stem: &str, codes: &[&str]) -> Vec<(String, String)> {
    codes.iter().map(|code| ((*code).to_owned(), shell.t(&format!("{stem}.{code}")).into_owned())).collect()
}

#[derive(Template)]
#[template(path = "news/family.html")]
struct FamilyPage {
    shell: Shell,
    f: FormView,
    family: Id,
    head: String,
    /// Members whom somebody helps.
    helped: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    lines: Vec<Line>,
}

async fn family_page(cap: &TellSponsors, app: &App, shell: Shell, family: Id, form: Option<Form>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = query::family(db, district, cap.scope(), family).await?.ok_or(Error::NotFound)?;
    let helped: Vec<(String, String)> = query::helped(db, district, family, shell.today)
        .await?
        .into_iter()
        .map(|one| {
            let words = match &one.code {
                Some(code) => format!("{} ({code})", one.name),
                None => one.name.clone(),
            };
            (one.person_id.to_string(), words)
        })
        .collect();
    let form = form.unwrap_or_else(|| {
        let mut values = vec![("jenis", KINDS[0])];
        values.extend(helped.first().map(|(person, _)| ("anak", person.as_str())));
        Form::with(&shell, values)
    });
    let template = FamilyPage {
        f: form.view(),
        family,
        head: found.head_name,
        kinds: options(&shell, "pairing.news.kind", &KINDS),
        lines: opened(app, district, cap.actor().user, query::about_family(db, district, family).await?)?,
        helped,
        shell,
    };
    page_with(form.status(), &template)
}

/// The news of a family, and the form of the next.
pub(super) async fn family(
    cap: Cap<TellSponsors>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
) -> Page {
    family_page(&cap, &app, shell, family, None).await
}

/// Writes them.
pub(super) async fn write(
    cap: Cap<TellSponsors>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let person = form.id("anak");
    let kind = form.read("jenis", |code| match KINDS.contains(&code) {
        true => Ok(code.to_owned()),
        false => Err("web.error.choose"),
    });
    let words = form.required("isi", MOST_WORDS);
    if let (Some(person), Some(kind), true) = (person, kind, form.is_valid()) {
        let (today, reach): (Date, Reach) = (shell.today, Reach::of(cap.scope()));
        let command = WriteNews { family, person, kind, words, today, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/kabar/keluarga/{family}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    family_page(&cap, &app, shell, family, Some(form)).await
}

/// Takes one's own back.
pub(super) async fn withdraw(
    cap: Cap<TellSponsors>,
    State(app): State<App>,
    Path(news): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let family: Id = form.get("keluarga").parse().map_err(|_| Error::NotFound)?;
    match app.submit(cap.actor(), form.command_id()?, WithdrawNews { news }).await {
        Ok(_) => redirect(&format!("/kabar/keluarga/{family}")),
        Err(rejection) => {
            form.reject(rejection)?;
            family_page(&cap, &app, shell, family, Some(form)).await
        }
    }
}

#[derive(Template)]
#[template(path = "news/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    state: String,
    states: Vec<(String, String)>,
    lines: Vec<Line>,
    next: Option<Id>,
}

/// Which news.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    status: String,
    #[serde(default)]
    setelah: String,
}

async fn list_page(
    cap: &ManagePairing,
    app: &App,
    shell: Shell,
    choice: &Choice,
    form: Option<Form>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let state = STATES.iter().find(|state| **state == choice.status).unwrap_or(&STATES[0]);
    let mut lines = query::in_state(db, district, state, choice.setelah.parse().ok()).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let form = form.unwrap_or_else(|| Form::empty(&shell));
    let template = ListPage {
        f: form.view(),
        state: (*state).to_owned(),
        states: options(&shell, "pairing.news.state", &STATES),
        lines: opened(app, district, cap.actor().user, lines)?,
        next,
        shell,
    };
    page_with(form.status(), &template)
}

/// Those that wait, or those of another state.
pub(super) async fn list(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    list_page(&cap, &app, shell, &choice, None).await
}

/// Passes them on or holds them back.
pub(super) async fn decide(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(news): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let pass = form.get("aksi") == "teruskan";
    let status = form.get("status").to_owned();
    let reason = match pass {
        true => String::new(),
        false => form.required("alasan", 300),
    };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, DecideNews { news, pass, reason }).await {
            Ok(_) => {
                let state = STATES.iter().find(|state| **state == status).unwrap_or(&STATES[0]);
                return redirect(&format!("/kabar?status={state}"));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let choice = Choice { status, setelah: String::new() };
    list_page(&cap, &app, shell, &choice, Some(form)).await
}
