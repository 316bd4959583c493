//! The pages of imports.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query, State};

use super::batch::Batch;
use super::command::Decision;
use super::run::{self, RunError, SummaryMessage};
use super::{ImportKind, Stake, UseImports, query, save};
use crate::access::Cap;
use crate::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};
use crate::{App, audit};

#[derive(Template)]
#[template(path = "staging/list.html")]
struct List {
    shell: Shell,
    f: FormView,
    kinds: Vec<(String, String)>,
    hints: Vec<(String, String)>,
    batches: Vec<Line>,
    next: Option<String>,
    /// What the list is narrowed to: kind and group of states, as in the address.
    only: (String, String),
    states: Vec<(String, String)>,
}

impl List {
    fn is_narrowed(&self) -> bool {
        !(self.only.0.is_empty() && self.only.1.is_empty())
    }
}

/// States as people look for them: the word in the address and the states it means.
const STATES: &[(&str, &[&str])] = &[
    ("menunggu", &["ready", "unmapped"]),
    ("dikerjakan", &["receiving", "queued", "checking", "committing", "undoing"]),
    ("tersimpan", &["committed"]),
    ("ditolak", &["refused"]),
    ("gagal", &["failed"]),
    ("dibatalkan", &["undone"]),
];

/// A batch in the list.
struct Line {
    batch: Batch,
    kind: String,
    who: String,
}

impl Line {
    fn of(shell: &Shell, batch: Batch) -> Line {
        Line {
            kind: shell.t(&format!("import.kind.{}", batch.kind)).into_owned(),
            who: batch.uploader.clone().unwrap_or_else(|| shell.t("staging.program").into_owned()),
            batch,
        }
    }

    /// The class of the state's tag.
    fn tag(&self) -> &'static str {
        match self.batch.state.as_str() {
            "ready" | "unmapped" => "needs_action",
            "committed" => "done",
            "failed" => "bad",
            "refused" | "undone" => "",
            _ => "in_progress",
        }
    }
}

async fn show_list(
    app: &App,
    cap: &UseImports,
    shell: Shell,
    form: Form,
    asked: &HashMap<String, String>,
) -> Page {
    let word = |name: &str| asked.get(name).cloned().unwrap_or_default();
    let kind = run::kinds_of(app, cap.actor()).find(|kind| kind.code() == word("jenis"));
    let states = STATES.iter().find(|(code, _)| *code == word("status"));
    let filter = query::Filter {
        kind: kind.map(|kind| kind.code().to_owned()),
        states: states.map_or(&[][..], |(_, states)| states),
    };
    let before = asked.get("setelah").and_then(|text| {
        let (at, id) = text.split_once('.')?;
        Some((Instant(at.parse().ok()?), id.parse().ok()?))
    });
    let only = (filter.kind.clone().unwrap_or_default(), states.map_or("", |(code, _)| code).to_owned());
    let mut batches = query::list(app, cap.actor(), &filter, before).await?;
    let next = cut(&mut batches, query::PAGE, |last| {
        format!("/impor?jenis={}&status={}&setelah={}.{}", only.0, only.1, last.uploaded_at.0, last.id)
    });
    let codes: Vec<&str> = run::kinds_of(app, cap.actor()).map(|kind| kind.code()).collect();
    let named = |suffix: &str| {
        let word =
            |code: &&str| ((*code).to_owned(), shell.t(&format!("import.kind.{code}{suffix}")).into_owned());
        codes.iter().map(word).collect::<Vec<_>>()
    };
    let list = List {
        kinds: named(""),
        hints: named(".hint"),
        batches: batches.into_iter().map(|batch| Line::of(&shell, batch)).collect(),
        next,
        only,
        states: STATES
            .iter()
            .map(|(code, _)| ((*code).to_owned(), shell.t(&format!("staging.states.{code}")).into_owned()))
            .collect(),
        f: form.view(),
        shell,
    };
    page_with(form.status(), &list)
}

/// The batches, and the form for a new one.
pub(super) async fn list(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Query(query): Query<HashMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_list(&app, &cap, shell, form, &query).await
}

/// Takes a file and queues its check.
pub(super) async fn upload(
    cap: Cap<UseImports>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = form.command_id()?;
    let chosen = form.get("jenis").to_owned();
    let kind = run::kinds_of(&app, cap.actor()).find(|kind| kind.code() == chosen);
    if kind.is_none() {
        form.error(
            "jenis",
            if chosen.is_empty() { "staging.upload.choose_kind" } else { "staging.refused.kind" },
        );
    }
    let file = form.file("berkas").map(|file| (file.file_name.clone(), file.path.clone(), file.size));
    let origin =
        run::Origin { source: form.optional("sumber", 120), as_of: form.day_optional("per_tanggal") };
    if origin.as_of.is_some_and(|day| day > app.today(cap.actor())) {
        form.error("per_tanggal", "staging.upload.future");
    }
    match &file {
        None => form.error("berkas", "staging.upload.choose_file"),
        Some((_, _, 0)) => form.error("berkas", "staging.upload.empty"),
        Some(_) => {}
    }
    if let (true, Some(kind), Some((name, path, _))) = (form.is_valid(), kind, file) {
        // A browser gives the name alone; some old ones the whole path.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        match run::receive(&app, cap.actor(), kind, command, &name, &path, &origin).await {
            Ok(id) => return redirect(&format!("/impor/{id}")),
            Err(RunError::Rejected(rejection)) => form.reject(rejection)?,
            Err(RunError::Store(error)) => return Err(error.into()),
            Err(RunError::Kind(_) | RunError::Refused(_)) => return Err(Error::TooLarge),
        }
    }
    show_list(&app, &cap, shell, form, &HashMap::new()).await
}

/// Columns that the kind does not know, shown in the sample at most.
const UNKNOWN: usize = 6;

#[derive(Template)]
#[template(path = "staging/batch.html")]
struct BatchPage {
    shell: Shell,
    f: FormView,
    line: Line,
    reason: String,
    progress: run::Progress,
    unknown: String,
    messages: Vec<SummaryMessage>,
    next: Option<String>,
    /// What is wrong or odd, and how often: code, sentence, number, whether it is an error, whether it is shown.
    counted: Vec<CountLine>,
    titles: Vec<String>,
    sample: Vec<(u32, &'static str, Vec<String>)>,
    keep_days: i64,
}

/// A sentence with the number of rows that it is about.
struct CountLine {
    code: String,
    what: String,
    count: i64,
    is_error: bool,
    is_chosen: bool,
}

impl BatchPage {
    fn batch(&self) -> &Batch {
        &self.line.batch
    }

    /// What was saved, in words.
    fn saved(&self) -> String {
        let (batch, text) = (self.batch(), self.shell.text());
        text.t3(
            "staging.committed.lead",
            ("new", text.number(batch.saved_new)),
            ("changed", text.number(batch.saved_changed)),
            ("errors", text.number(batch.rows_error)),
        )
    }

    /// Whether messages of one sentence alone are shown.
    fn is_filtered(&self) -> bool {
        self.counted.iter().any(|line| line.is_chosen)
    }

    /// Rows that would be saved.
    fn to_save(&self) -> i64 {
        self.batch().rows_new + self.batch().rows_changed
    }
}

/// The values between a batch's parts of the page.
async fn show_batch(
    app: &App,
    cap: &UseImports,
    shell: Shell,
    form: Form,
    id: Id,
    asked: &HashMap<String, String>,
) -> Page {
    let after = asked.get("setelah").and_then(|text| {
        let (row, nth) = text.split_once('.')?;
        Some((row.parse().ok()?, nth.parse().ok()?))
    });
    let batch = query::one(app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let text = shell.text();
    let counted = batch.counted();
    // Only sentences of this batch stand in its address.
    let code = asked.get("pesan").filter(|code| counted.iter().any(|line| line.code == **code)).cloned();
    let (mut messages, mut sample, mut titles, mut next) = (Vec::new(), Vec::new(), Vec::new(), None);
    let progress = run::progress_of(app, &batch).await?;
    if !batch.is_busy() && batch.cleared_at.is_none() {
        let mut stored = query::messages(app, &batch, code.as_deref(), after).await?;
        let only = code.as_deref().unwrap_or_default();
        next = cut(&mut stored, query::PAGE, |last| {
            format!("/impor/{id}?pesan={only}&setelah={}.{}#pesan", last.row_number, last.nth)
        });
        messages = stored
            .iter()
            .map(|message| message.show(app, batch.district_id, &text))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(kind) = batch.import(app).filter(|_| batch.state == "ready") {
            for row in query::sample(app, &batch).await? {
                let (mut names, mut values): (Vec<String>, Vec<String>) =
                    kind.sample(&row, &text).into_iter().unzip();
                for (nth, heading) in batch.unknown().into_iter().enumerate().take(UNKNOWN) {
                    let value = row.extra.iter().find(|(place, _)| *place as usize == nth);
                    names.push(heading);
                    values.push(value.map_or_else(|| "–".to_owned(), |(_, value)| run::masked(value)));
                }
                if !names.is_empty() {
                    titles = names;
                    sample.push((row.number, row.verdict.code(), values));
                }
            }
        }
    }
    // Rows and messages name many people: who looks at them is written down, as for one family's file.
    if batch.import(app).is_some_and(ImportKind::personal) && !(sample.is_empty() && messages.is_empty()) {
        audit::opened(app, cap.actor(), "open", Some(("import", id)), "import_preview");
    }
    let shown = BatchPage {
        reason: run::reason(&batch, &text),
        unknown: batch.unknown().join(", "),
        counted: counted
            .into_iter()
            .map(|line| CountLine {
                what: text.t(&line.code).into_owned(),
                is_error: line.severity == "error",
                is_chosen: code.as_deref() == Some(line.code.as_str()),
                count: line.count,
                code: line.code,
            })
            .collect(),
        keep_days: save::keep_days(app, batch.district_id).await?,
        f: form.view(),
        progress,
        messages,
        next,
        titles,
        sample,
        line: Line::of(&shell, batch),
        shell,
    };
    page_with(form.status(), &shown)
}

/// A batch: progress, preview, result.
pub(super) async fn batch(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Query(query): Query<HashMap<String, String>>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_batch(&app, &cap, shell, form, id, &query).await
}

async fn decide(app: App, cap: UseImports, id: Id, shell: Shell, mut form: Form, what: Decision) -> Page {
    match run::decide(&app, cap.actor(), form.command_id()?, id, what).await {
        Ok(()) => redirect(&format!("/impor/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_batch(&app, &cap, shell, form, id, &HashMap::new()).await
        }
    }
}

macro_rules! decisions {
    ($($(#[$meta:meta])* $name:ident => $decision:expr;)+) => { $(
        $(#[$meta])*
        pub(super) async fn $name(
            cap: Cap<UseImports>,
            State(app): State<App>,
            Path(id): Path<Id>,
            shell: Shell,
            form: Form,
        ) -> Page {
            decide(app, cap.0, id, shell, form, $decision).await
        }
    )+ };
}

decisions! {
    /// Saves what is new or changed.
    save => Decision::Save;
    /// Saves nothing.
    refuse => Decision::Refuse;
    /// Takes back what was saved.
    undo => Decision::Undo;
    /// Checks again after a failure.
    check => Decision::Check;
}

#[derive(Template)]
#[template(path = "staging/undo.html")]
struct UndoPage {
    shell: Shell,
    line: Line,
    stakes: Vec<Stake>,
}

/// What taking a batch back would mean, before somebody decides it.
pub(super) async fn ask_undo(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let batch = query::one(&app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let undoable = batch.state == "committed" || batch.state == "failed" && batch.saved_to > 0;
    let kind = batch.import(&app).filter(|_| undoable).ok_or(Error::NotFound)?;
    let context = batch.context(&app).await?;
    let stakes = kind.stakes(&app, &context).await?;
    page(&UndoPage { stakes, line: Line::of(&shell, batch), shell })
}
