//! The way of a file without a browser: the command line, the demo and tests.

use std::path::Path;
use std::time::Duration;

use asuh_nusantara::Language;
use asuh_store::{DistrictId, Id, Query, Rejection, StoreError, args};
use serde::Serialize;

use super::batch::{self, Batch};
use super::command::{Decide, Decision, KeepPart, OpenBatch, Queue};
use super::{ImportKind, Severity, file};
use crate::access::{Actor, Scope};
use crate::web::Text;
use crate::{App, jobs};

/// Messages of a summary at most: a file with more needs another look first.
const MESSAGES: i64 = 10_000;

/// What became of a file, as `asuh import --json` prints it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Rows with data.
    pub rows: i64,
    /// Of these new.
    pub new: i64,
    /// Of these changed.
    pub changed: i64,
    /// Of these as they were known.
    pub same: i64,
    /// Of these left out.
    pub errors: i64,
    /// What is wrong or odd, in the order of the rows.
    pub messages: Vec<SummaryMessage>,
}

/// A message of a [`Summary`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryMessage {
    /// The row as the sheet numbers it, from 1; 0 for the whole file.
    pub row: u32,
    /// The heading of the column, as the file writes it.
    pub column: String,
    /// The value, long numbers masked.
    pub value: String,
    /// `error`: the row stays out; `warning`: worth a look.
    pub severity: Severity,
    /// The sentence, in Indonesian: what is wrong, and how to mend it.
    pub message: String,
    /// What is wrong, alone.
    pub what: String,
    /// How to mend it, alone.
    pub remedy: String,
}

/// How far a run has come.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The batch's state.
    pub state: String,
    /// Rows done.
    pub done: i64,
    /// Rows in all; 0 while unknown.
    pub total: i64,
}

/// Why a file was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No kind has this code, or it is not for the caller's roles.
    #[error("Jenis impor '{0}' tidak dikenal atau bukan untuk peran ini.")]
    Kind(String),
    /// The file was refused or the work broke off: the sentence says why and how to go on.
    #[error("{0}")]
    Refused(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A command was rejected.
    #[error(transparent)]
    Rejected(#[from] Rejection),
}

/// Takes a file in as [`run_from`], of the kind's usual source and of today.
///
/// # Errors
/// See [`RunError`].
pub async fn run(
    app: &App,
    actor: &Actor,
    kind: &str,
    path: &Path,
    dry_run: bool,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<Summary, RunError> {
    run_from(app, actor, kind, path, &Origin::default(), dry_run, progress).await
}

/// Takes a file in from a path: checks it, and unless `dry_run`, saves what is new or changed. The same jobs do
/// the work as for an upload, so that a run that is broken off is finished by the program's next start.
///
/// # Errors
/// See [`RunError`]. Rows with errors are no error of the run: they are in the summary.
pub async fn run_from(
    app: &App,
    actor: &Actor,
    kind: &str,
    path: &Path,
    origin: &Origin,
    dry_run: bool,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<Summary, RunError> {
    if origin.as_of.is_some_and(|day| day > app.today(actor)) {
        let text = Text::new(Language::Indonesian, actor.zone);
        return Err(RunError::Refused(text.t("staging.upload.future").into_owned()));
    }
    let import = batch::kind(app, kind)
        .filter(|import| actor.has_any(import.roles()))
        .ok_or_else(|| RunError::Kind(kind.to_owned()))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let id = receive(app, actor, import, app.store.new_id(), &name, path, origin).await?;
    let text = Text::new(Language::Indonesian, actor.zone);
    let checked = wait(app, actor.district, id, progress).await?;
    if checked.state != "ready" {
        // Nobody is there to say which column is what.
        if checked.state == "unmapped" {
            decide(app, actor, app.store.new_id(), id, Decision::Refuse).await?;
            wait(app, actor.district, id, progress).await?;
        }
        return Err(RunError::Refused(reason(&checked, &text)));
    }
    let messages = messages(app, &checked, &text).await?;
    let decision = if dry_run { Decision::Refuse } else { Decision::Save };
    decide(app, actor, app.store.new_id(), id, decision).await?;
    let ended = wait(app, actor.district, id, progress).await?;
    if !dry_run && ended.state != "committed" {
        return Err(RunError::Refused(reason(&ended, &text)));
    }
    Ok(Summary {
        rows: checked.rows,
        new: checked.rows_new,
        changed: checked.rows_changed,
        same: checked.rows_same,
        errors: checked.rows_error,
        messages,
    })
}

/// What the uploader says of a list; what he leaves out is the kind's usual source, and today.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Whose list it is, at most 120 letters; empty: the kind's usual source.
    pub source: String,
    /// The day that it describes, not in the future.
    pub as_of: Option<time::Date>,
}

/// Keeps a file and puts it into the queue; the same `command` with the same file is done once.
///
/// # Errors
/// A rule or the store refuses.
pub(super) async fn receive(
    app: &App,
    actor: &Actor,
    import: &dyn ImportKind,
    command: Id,
    file_name: &str,
    path: &Path,
    origin: &Origin,
) -> Result<Id, RunError> {
    use std::io::Read;
    let owned = path.to_owned();
    let print = tokio::task::spawn_blocking(move || file::fingerprint(&owned));
    let (size, sha256) =
        print.await.map_err(|error| StoreError::Shape(format!("reading the file: {error}")))??;
    let limit = asuh_documents::sheet::Limits::default().file_bytes;
    if size > limit {
        let text = Text::new(actor.language, actor.zone);
        return Err(RunError::Refused(text.t1("staging.sheet.too_large", "limit", limit / 1_000_000)));
    }
    let open = OpenBatch {
        kind: import.code().to_owned(),
        file_name: file_name.chars().filter(|c| !c.is_control()).take(120).collect(),
        size: size as i64,
        sha256,
        scope: batch::scope_text(&actor.scope(import.roles())),
        source_name: match origin.source.is_empty() {
            true => usual_source(import, &Text::new(Language::Indonesian, actor.zone)),
            false => origin.source.clone(),
        },
        as_of: origin.as_of.unwrap_or_else(|| app.today(actor)),
    };
    let id = app.submit(actor, command, open).await?.value;
    let mut source = std::fs::File::open(path).map_err(|error| file::failed(path, error))?;
    let mut part = 0;
    loop {
        let mut bytes = Vec::with_capacity(file::PART);
        source
            .by_ref()
            .take(file::PART as u64)
            .read_to_end(&mut bytes)
            .map_err(|error| file::failed(path, error))?;
        if bytes.is_empty() {
            break;
        }
        let keep = KeepPart { batch: id, part, bytes };
        app.store.submit(app.bookkeeping(actor.district), keep).await?;
        part += 1;
    }
    app.store.submit(app.bookkeeping(actor.district), Queue { batch: id }).await?;
    jobs::ring(app);
    Ok(id)
}

/// Whose lists of a kind usually are.
pub(super) fn usual_source(import: &dyn ImportKind, text: &Text) -> String {
    text.t(&format!("import.kind.{}.source", import.code())).into_owned()
}

/// Decides about a batch in the caller's name.
///
/// # Errors
/// A rule or the store refuses.
pub async fn decide(
    app: &App,
    actor: &Actor,
    command: Id,
    id: Id,
    decision: Decision,
) -> Result<(), Rejection> {
    let kinds: Vec<&dyn ImportKind> = kinds_of(app, actor).map(|kind| kind as &dyn ImportKind).collect();
    let roles: Vec<_> = kinds.iter().flat_map(|kind| kind.roles().iter().copied()).collect();
    let scope = actor.scope(&roles);
    let decide = Decide {
        batch: id,
        decision,
        kinds: kinds.iter().map(|kind| kind.code().to_owned()).collect(),
        whole: is_whole(actor, &scope),
        scope: batch::scope_text(&scope),
    };
    app.submit(actor, command, decide).await?;
    jobs::ring(app);
    Ok(())
}

/// The kinds that a caller may bring in.
pub(super) fn kinds_of<'a>(
    app: &'a App,
    actor: &'a Actor,
) -> impl Iterator<Item = &'static dyn ImportKind> + use<'a> {
    app.registry.imports.iter().copied().filter(|kind| actor.has_any(kind.roles()))
}

/// Whether a scope reaches the whole district: its holder sees every batch.
pub(super) fn is_whole(actor: &Actor, scope: &Scope) -> bool {
    scope.reaches(actor.district_code, "")
}

/// Runs jobs until nobody works on the batch any more.
async fn wait(
    app: &App,
    district: DistrictId,
    id: Id,
    progress: &mut (dyn FnMut(&Progress) + Send),
) -> Result<Batch, RunError> {
    let mut idle = 0;
    loop {
        let work = jobs::run_all(app);
        tokio::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => { done?; break; }
                () = tokio::time::sleep(Duration::from_millis(200)) => {
                    if let Some(found) = batch::load(app.store.reader(), district, id).await? {
                        progress(&progress_of(app, &found).await?);
                    }
                }
            }
        }
        let found = batch::load(app.store.reader(), district, id)
            .await?
            .ok_or_else(|| StoreError::Shape("the batch is gone".into()))?;
        progress(&progress_of(app, &found).await?);
        if !found.is_busy() {
            return Ok(found);
        }
        // Another process took the job, or it waits for its next try.
        idle += 1;
        if idle > 600 {
            return Err(RunError::Refused("Impor masih dikerjakan; lihat hasilnya di halaman Impor.".into()));
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// How far the work on a batch has come.
pub(super) async fn progress_of(app: &App, found: &Batch) -> Result<Progress, StoreError> {
    let job = jobs::of_subject(app, found.district_id, found.id).await?;
    let (done, total) = match (found.state.as_str(), job) {
        ("committing" | "undoing", Some(job)) => (job.done, job.total),
        _ => (found.rows, 0),
    };
    Ok(Progress { state: found.state.clone(), done, total })
}

/// Why a batch ended badly, as a sentence.
pub(super) fn reason(found: &Batch, text: &Text) -> String {
    let args = found.error_args();
    let values: Vec<(&str, String)> =
        args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    text.with(found.error_code.as_deref().unwrap_or("staging.refused.by_person"), &values)
}

asuh_store::row_struct! {
    /// A message as it is kept.
    pub(super) struct StoredMessage {
        pub(super) row_number: u32,
        pub(super) nth: i64,
        pub(super) column_name: String,
        pub(super) severity: String,
        pub(super) code: String,
        pub(super) args: String,
        pub(super) value_sealed: Option<Vec<u8>>,
    }
}

/// The columns of a [`StoredMessage`].
pub(super) const MESSAGE: &str = "row_number, nth, column_name, severity, code, args, value_sealed";

impl StoredMessage {
    pub(super) fn show(
        &self,
        app: &App,
        district: DistrictId,
        text: &Text,
    ) -> Result<SummaryMessage, StoreError> {
        let value = match &self.value_sealed {
            Some(sealed) => masked(&app.store.secrets().open_text(district, sealed)?),
            None => String::new(),
        };
        let args: Vec<(String, String)> = serde_json::from_str(&self.args).unwrap_or_default();
        let values: Vec<(&str, String)> =
            args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let what = text.with(&self.code, &values);
        let key = format!("{}.fix", self.code);
        let remedy = Some(text.with(&key, &values)).filter(|found| *found != key).unwrap_or_default();
        Ok(SummaryMessage {
            row: self.row_number,
            column: self.column_name.clone(),
            value,
            severity: if self.severity == "error" { Severity::Error } else { Severity::Warning },
            message: format!("{what} {remedy}").trim().to_owned(),
            what,
            remedy,
        })
    }
}

/// A value as it is shown: of nine digits and more in a row (NIK, KK, phone) only the last four.
pub(super) fn masked(value: &str) -> String {
    let mut shown = String::with_capacity(value.len());
    let mut digits = String::new();
    let flush = |digits: &mut String, shown: &mut String| {
        let hidden = if digits.len() >= 9 { digits.len() - 4 } else { 0 };
        shown.extend(std::iter::repeat_n('•', hidden));
        shown.push_str(&digits[hidden..]);
        digits.clear();
    };
    for c in value.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            flush(&mut digits, &mut shown);
            shown.push(c);
        }
    }
    flush(&mut digits, &mut shown);
    shown
}

async fn messages(app: &App, found: &Batch, text: &Text) -> Result<Vec<SummaryMessage>, StoreError> {
    // import_message's key
    let stored: Vec<StoredMessage> = app
        .store
        .reader()
        .all(
            &format!(
                "SELECT {MESSAGE} FROM import_message WHERE district_id = $1 AND batch_id = $2 \
                 ORDER BY row_number, nth LIMIT {MESSAGES}"
            ),
            args![found.district_id, found.id],
        )
        .await?;
    stored.iter().map(|message| message.show(app, found.district_id, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn long_numbers_are_masked_and_short_ones_are_not() {
        assert_eq!(masked("3201010101200001"), "••••••••••••0001");
        assert_eq!(masked("RT 003, 081234567890"), "RT 003, ••••••••7890");
        assert_eq!(masked("3,20101E+15"), "3,20101E+15");
        assert_eq!(masked("31-12-2025"), "31-12-2025");
    }
}
