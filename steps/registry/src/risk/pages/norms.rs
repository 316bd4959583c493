//! `/sasaran/krs/aturan`: the rules, to read and, for who is responsible for the whole district, to change.

use askama::Template;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use crate::rights::{KeepRiskRules, ReadFamilies};
use crate::risk::norms::{NAMES, PutRiskRules};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::jobs;
use asuh_ground::settings::{self, Kind};
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page_with, redirect};

/// A rule as the template draws it.
struct Field {
    name: &'static str,
    label: String,
    help: String,
    kind: &'static str,
    options: Vec<(String, String)>,
    /// What holds, in words, for those who only read.
    words: String,
}

#[derive(Template)]
#[template(path = "risk/norms.html")]
struct NormsPage {
    shell: Shell,
    f: FormView,
    fields: Vec<Field>,
    keeps: bool,
    stored: bool,
}

/// What was just stored.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    #[serde(default)]
    tersimpan: String,
}

/// Whether the caller answers for the whole district: the rules are its own.
fn keeps(actor: &std::sync::Arc<Actor>) -> bool {
    KeepRiskRules::of(actor).is_some_and(|cap| cap.scope().reaches(actor.district_code, ""))
}

/// The rules as they are.
pub(crate) async fn show(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(stored): Params<Stored>,
) -> Page {
    let values = settings::values(app.store.reader(), cap.district()).await?;
    let mut pairs = Vec::new();
    for name in NAMES {
        let value = values.get(name).cloned().unwrap_or_default();
        match settings::find(name).map(|spec| spec.kind) {
            Some(Kind::Several(_)) => {
                pairs.extend(value.split(',').map(|code| (name.to_owned(), code.to_owned())));
            }
            _ => pairs.push((name.to_owned(), value)),
        }
    }
    let form = Form::with(&shell, pairs);
    render(shell, &form, keeps(cap.actor()), !stored.tersimpan.is_empty())
}

fn render(shell: Shell, form: &Form, keeps: bool, stored: bool) -> Page {
    let fields = NAMES
        .into_iter()
        .filter_map(|name| {
            let spec = settings::find(name)?;
            let word = |code: &str| shell.t(&format!("setting.{name}.{code}")).into_owned();
            let (kind, codes) = match spec.kind {
                Kind::Several(codes) => ("several", codes),
                Kind::Choice(codes) => ("choice", codes),
                _ => ("number", &[][..]),
            };
            let held: Vec<String> = form
                .all(name)
                .into_iter()
                .filter(|code| !code.is_empty())
                .map(|code| if codes.is_empty() { code.to_owned() } else { word(code) })
                .collect();
            Some(Field {
                name,
                label: word("label"),
                help: word("help"),
                kind,
                options: codes.iter().map(|code| ((*code).to_owned(), word(code))).collect(),
                words: held.join(", "),
            })
        })
        .collect();
    page_with(form.status(), &NormsPage { f: form.view(), fields, keeps, stored, shell })
}

/// Changes them.
pub(crate) async fn put(
    cap: Cap<KeepRiskRules>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    // A group in which nothing is ticked sends nothing: then nothing of it counts.
    let values = NAMES.into_iter().map(|name| (name.to_owned(), form.all(name).join(",")));
    let command = PutRiskRules { values: values.collect() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => {
            jobs::ring(&app);
            redirect("/sasaran/krs/aturan?tersimpan=1")
        }
        Err(rejection) => {
            form.reject(rejection)?;
            render(shell, &form, true, false)
        }
    }
}
