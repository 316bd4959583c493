//! `/pengukuran/patokan`: the norms, to read and, for who is responsible for the whole district, to change.

use askama::Template;
use asuh_nusantara::number;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::PutNorms;
use super::{Norms, ROWS, load};
use crate::{KeepNorms, ReadGrowth};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::jobs;
use asuh_ground::web::{Error, Form, FormView, Page, Shell, page_with, redirect};

/// A month of the table: its words, boys and girls as they are, boys and girls as the card has them.
struct Line {
    month: usize,
    words: String,
    usual: [u16; 2],
}

#[derive(Template)]
#[template(path = "norms/norms.html")]
struct NormsPage {
    shell: Shell,
    f: FormView,
    lines: Vec<Line>,
    keeps: bool,
    stored: bool,
}

impl NormsPage {
    fn field(&self, sex: &str, line: &Line) -> String {
        format!("{sex}.{}", line.month)
    }

    fn label(&self, sex: &str) -> String {
        self.shell.t(if sex == "lk" { "growth.norms.boys" } else { "growth.norms.girls" }).into_owned()
    }

    fn error(&self, sex: &str, line: &Line) -> String {
        self.f.error(&self.field(sex, line))
    }

    fn value(&self, sex: &str, line: &Line) -> String {
        self.f.value(&self.field(sex, line)).to_owned()
    }
}

/// What was just stored.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    #[serde(default)]
    tersimpan: String,
}

/// Whether the caller answers for the whole district: the norms are its own, not a puskesmas'.
fn keeps(actor: &std::sync::Arc<Actor>) -> bool {
    KeepNorms::of(actor).is_some_and(|cap| cap.scope().reaches(actor.district_code, ""))
}

/// The norms as they are.
pub(crate) async fn norms(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Params(stored): Params<Stored>,
) -> Page {
    let norms = load(app.store.reader(), cap.district()).await?;
    let form = Form::with(&shell, filled(&shell, &norms));
    show(shell, form, keeps(cap.actor()), !stored.tersimpan.is_empty())
}

fn filled(shell: &Shell, norms: &Norms) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for month in 1..=ROWS {
        for (name, sex) in [("lk", asuh_growth::Sex::Male), ("pr", asuh_growth::Sex::Female)] {
            let grams = norms.gain.at(sex, month as u32).unwrap_or_default();
            pairs.push((format!("{name}.{month}"), grams.to_string()));
        }
    }
    let line = |z: f64| shell.fixed((z * 100.0).round() as i64, 2);
    pairs.push(("merah".into(), line(norms.lines.red)));
    pairs.push(("oranye".into(), norms.lines.orange.map(line).unwrap_or_default()));
    pairs
}

fn show(shell: Shell, form: Form, keeps: bool, stored: bool) -> Page {
    let usual = Norms::default();
    let lines = (1..=ROWS).map(|month| Line {
        month,
        words: if month == ROWS { format!("{month}–60") } else { month.to_string() },
        usual: [asuh_growth::Sex::Male, asuh_growth::Sex::Female]
            .map(|sex| usual.gain.at(sex, month as u32).unwrap_or_default()),
    });
    let status = form.status();
    page_with(status, &NormsPage { lines: lines.collect(), f: form.view(), keeps, stored, shell })
}

/// Changes them.
pub(crate) async fn put(cap: Cap<KeepNorms>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    if !keeps(cap.actor()) {
        return Err(Error::NotFound);
    }
    let mut grams = |sex: &str| -> Vec<u16> {
        let months = (1..=ROWS).filter_map(|month| form.count(&format!("{sex}.{month}"), 1..=2000));
        months.filter_map(|grams| u16::try_from(grams).ok()).collect()
    };
    let (boys, girls) = (grams("lk"), grams("pr"));
    let line = |text: &str| number::parse_decimal(text, 2);
    let red = match line(form.get("merah")) {
        Ok(z) if (-600..0).contains(&z) => z,
        _ => {
            form.error("merah", "growth.norms.refused.line");
            0
        }
    };
    let orange = match form.get("oranye") {
        "" => None,
        text => match line(text) {
            Ok(z) if (1..=600).contains(&z) => Some(z),
            _ => {
                form.error("oranye", "growth.norms.refused.line");
                None
            }
        },
    };
    if form.is_valid() {
        let command = PutNorms { boys, girls, red, orange };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                jobs::ring(&app);
                return redirect("/pengukuran/patokan?tersimpan=1");
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(shell, form, true, false)
}
