//! The needs that families have once.

use std::collections::HashMap;

use askama::Template;
use asuh_step_registry::{Reach, territories};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{ChangeNeed, KINDS, NoteNeed, STATES};
use super::query::{self, NeedLine, PAGE};
use crate::KeepNeeds;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// Codes with their words.
fn options(shell: &Shell, stem: &str, codes: &[&str]) -> Vec<(String, String)> {
    codes.iter().map(|code| ((*code).to_owned(), shell.t(&format!("{stem}.{code}")).into_owned())).collect()
}

#[derive(Template)]
#[template(path = "need/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<NeedLine>,
    names: HashMap<i64, String>,
    next: Option<Id>,
    state: String,
    kind: String,
    states: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
}

impl ListPage {
    fn name(&self, code: &i64) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }
}

/// Which needs.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    status: String,
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    setelah: String,
}

/// The needs within reach.
pub(super) async fn list(
    cap: Cap<KeepNeeds>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let state = STATES.iter().find(|state| **state == choice.status).unwrap_or(&STATES[0]);
    let kind = KINDS.iter().find(|kind| **kind == choice.jenis).copied().unwrap_or_default();
    let after = choice.setelah.parse().ok();
    let mut lines = query::in_state(db, district, cap.scope(), (state, kind), after).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let template = ListPage {
        names: territories::names(db, district, lines.iter().map(|line| line.village_code)).await?,
        lines,
        next,
        state: (*state).to_owned(),
        kind: kind.to_owned(),
        states: options(&shell, "pairing.once.state", &STATES),
        kinds: options(&shell, "pairing.once.kind", &KINDS),
        shell,
    };
    page(&template)
}

#[derive(Template)]
#[template(path = "need/family.html")]
struct FamilyPage {
    shell: Shell,
    f: FormView,
    family: Id,
    head: String,
    lines: Vec<NeedLine>,
    kinds: Vec<(String, String)>,
    states: Vec<(String, String)>,
}

async fn family_page(cap: &KeepNeeds, app: &App, shell: Shell, family: Id, form: Option<Form>) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = query::family(db, district, cap.scope(), family).await?.ok_or(Error::NotFound)?;
    let form = form.unwrap_or_else(|| Form::empty(&shell));
    let template = FamilyPage {
        f: form.view(),
        family,
        head: found.head_name,
        lines: query::of_family(db, district, family).await?,
        kinds: options(&shell, "pairing.once.kind", &KINDS),
        states: options(&shell, "pairing.once.state", &STATES),
        shell,
    };
    page_with(form.status(), &template)
}

/// The needs of a family.
pub(super) async fn family(
    cap: Cap<KeepNeeds>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
) -> Page {
    family_page(&cap, &app, shell, family, None).await
}

/// Notes one.
pub(super) async fn note(
    cap: Cap<KeepNeeds>,
    State(app): State<App>,
    Path(family): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let kind = form.read("jenis", |code| match KINDS.contains(&code) {
        true => Ok(code.to_owned()),
        false => Err("web.error.choose"),
    });
    let detail = form.optional("keterangan", 200);
    if let (Some(kind), true) = (kind, form.is_valid()) {
        let command = NoteNeed { family, kind, detail, today: shell.today, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/kebutuhan-keluarga/keluarga/{family}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    family_page(&cap, &app, shell, family, Some(form)).await
}

/// Says what became of one.
pub(super) async fn change(
    cap: Cap<KeepNeeds>,
    State(app): State<App>,
    Path(need): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let family: Option<(Id,)> = asuh_store::Query::first(
        app.store.reader(),
        "SELECT family_id FROM family_need WHERE district_id = $1 AND id = $2",
        asuh_store::args![cap.district(), need],
    )
    .await?;
    let family = family.ok_or(Error::NotFound)?.0;
    let state = form.required("status", 20);
    let by_whom = form.optional("oleh", 120);
    if form.is_valid() {
        let reach = Reach::of(cap.scope());
        let command = ChangeNeed { need, state, by_whom, today: shell.today, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/kebutuhan-keluarga/keluarga/{family}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    family_page(&cap, &app, shell, family, Some(form)).await
}
