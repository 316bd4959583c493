//! The pages of imports.

use std::collections::HashMap;

use askama::Template;
use asuh_store::{Id, Instant};
use axum::extract::{Query, State};

use super::batch::Batch;
use super::command::Decision;
use super::file::unseal;
use super::run::{self, RunError, SummaryMessage};
use super::{ImportKind, UseImports, query};
use crate::ground::access::Cap;
use crate::ground::web::{
    Error, Form, FormView, Page, Path, Scratch, Shell, XLSX, cut, page_with, redirect, send_file,
};
use crate::ground::{App, audit};

#[derive(Template)]
#[template(path = "ground/staging/list.html")]
struct List {
    shell: Shell,
    f: FormView,
    kinds: Vec<(String, String)>,
    hints: Vec<(String, String)>,
    batches: Vec<Line>,
    next: Option<String>,
}

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
            "ready" => "needs_action",
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
    before: Option<(Instant, Id)>,
) -> Page {
    let mut batches = query::list(app, cap.actor(), before).await?;
    let next =
        cut(&mut batches, query::PAGE, |last| format!("/impor?setelah={}.{}", last.uploaded_at.0, last.id));
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
    let before = query.get("setelah").and_then(|text| {
        let (at, id) = text.split_once('.')?;
        Some((Instant(at.parse().ok()?), id.parse().ok()?))
    });
    let form = Form::empty(&shell);
    show_list(&app, &cap, shell, form, before).await
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
    match &file {
        None => form.error("berkas", "staging.upload.choose_file"),
        Some((_, _, 0)) => form.error("berkas", "staging.upload.empty"),
        Some(_) => {}
    }
    if let (true, Some(kind), Some((name, path, _))) = (form.is_valid(), kind, file) {
        // A browser gives the name alone; some old ones the whole path.
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        match run::receive(&app, cap.actor(), kind, command, &name, &path).await {
            Ok(id) => return redirect(&format!("/impor/{id}")),
            Err(RunError::Rejected(rejection)) => form.reject(rejection)?,
            Err(RunError::Store(error)) => return Err(error.into()),
            Err(RunError::Kind(_) | RunError::Refused(_)) => return Err(Error::TooLarge),
        }
    }
    show_list(&app, &cap, shell, form, None).await
}

#[derive(Template)]
#[template(path = "ground/staging/batch.html")]
struct BatchPage {
    shell: Shell,
    f: FormView,
    line: Line,
    reason: String,
    progress: run::Progress,
    unknown: String,
    messages: Vec<SummaryMessage>,
    next: Option<String>,
    titles: Vec<String>,
    sample: Vec<(u32, &'static str, Vec<String>)>,
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
    after: Option<(i64, i64)>,
) -> Page {
    let batch = query::one(app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let text = shell.text();
    let (mut messages, mut sample, mut titles, mut next) = (Vec::new(), Vec::new(), Vec::new(), None);
    let progress = run::progress_of(app, &batch).await?;
    if !batch.is_busy() && batch.cleared_at.is_none() {
        let mut stored = query::messages(app, &batch, after).await?;
        next = cut(&mut stored, query::PAGE, |last| {
            format!("/impor/{id}?setelah={}.{}", last.row_number, last.nth)
        });
        messages = stored
            .iter()
            .map(|message| message.show(app, batch.district_id, &text))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(kind) = batch.import(app).filter(|_| batch.state == "ready") {
            for row in query::sample(app, &batch).await? {
                let (names, values): (Vec<String>, Vec<String>) =
                    kind.sample(&row, &text).into_iter().unzip();
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
    let after = query.get("setelah").and_then(|text| {
        let (row, nth) = text.split_once('.')?;
        Some((row.parse().ok()?, nth.parse().ok()?))
    });
    let form = Form::empty(&shell);
    show_batch(&app, &cap, shell, form, id, after).await
}

async fn decide(app: App, cap: UseImports, id: Id, shell: Shell, mut form: Form, what: Decision) -> Page {
    match run::decide(&app, cap.actor(), form.command_id()?, id, what).await {
        Ok(()) => redirect(&format!("/impor/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            show_batch(&app, &cap, shell, form, id, None).await
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

/// Their own file back, with a column that says what is wrong with each row.
pub(super) async fn own_file(
    cap: Cap<UseImports>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let batch = query::one(&app, cap.actor(), id).await?.ok_or(Error::NotFound)?;
    let Some(header_row) = batch.header_row.filter(|_| batch.cleared_at.is_none() && !batch.is_busy()) else {
        return Err(Error::NotFound);
    };
    let text = shell.text();
    let mut notes: HashMap<u32, String> = HashMap::new();
    for message in query::all_messages(&app, &batch).await? {
        let shown = message.show(&app, batch.district_id, &text)?;
        let note = notes.entry(shown.row).or_default();
        if !note.is_empty() {
            note.push_str("; ");
        }
        if !shown.column.is_empty() {
            note.push_str(&shown.column);
            note.push_str(": ");
        }
        note.push_str(&shown.message);
    }
    if batch.import(&app).is_some_and(ImportKind::personal) {
        audit::opened(&app, cap.actor(), "export", Some(("import", id)), "import_rows");
    }
    let scratch = Scratch::new(&app)?;
    let source = unseal(&app, batch.district_id, batch.id, &scratch).await?;
    let out = scratch.file("annotated");
    let title = text.t("staging.own_file.column").into_owned();
    let target = out.clone();
    tokio::task::spawn_blocking(move || {
        asuh_documents::sheet::annotate(
            &source,
            &target,
            &asuh_documents::sheet::Limits::default(),
            |row| notes.get(&row).cloned(),
            header_row,
            &title,
        )
    })
    .await
    .map_err(|error| Error::Internal(error.to_string()))?
    .map_err(|error| Error::Internal(error.to_string()))?;
    let (media, ending) = match batch.format.as_str() {
        "xlsx" => (XLSX, "xlsx"),
        _ => ("text/csv; charset=utf-8", "csv"),
    };
    let stem = batch.file_name.rsplit_once('.').map_or(batch.file_name.as_str(), |(stem, _)| stem);
    let stem: String = stem
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' })
        .collect();
    send_file(scratch, &out, media, &format!("{stem}-kesalahan.{ending}")).await
}
