//! What a step brings to the engine: its columns and its rules.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{DistrictId, Fault, Id, StoreError, Tx};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::RowCells;
use crate::access::{Role, Scope};
use crate::app::Given;
use crate::audit::Reference;
use crate::{App, web::Text};

/// A future that changes something within a transaction.
pub type Changing<'a, T> = Pin<Box<dyn Future<Output = Result<T, Fault>> + Send + 'a>>;

/// A column that a kind looks for.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the kind's code.
    pub field: &'static str,
    /// Headings under which it is known; the first is shown where it is missing. Compared by letters and
    /// digits alone: case, punctuation, line breaks and repeated spaces do not count.
    pub aliases: &'static [&'static str],
    /// Without it the file is refused.
    pub required: bool,
}

impl Column {
    /// A column that may be missing.
    pub const fn optional(field: &'static str, aliases: &'static [&'static str]) -> Column {
        Column { field, aliases, required: false }
    }

    /// A column without which the file is refused.
    pub const fn required(field: &'static str, aliases: &'static [&'static str]) -> Column {
        Column { field, aliases, required: true }
    }

    /// Its heading as it is shown.
    pub fn title(&self) -> &'static str {
        self.aliases.first().copied().unwrap_or(self.field)
    }
}

/// What reading a row may depend on.
#[derive(Debug, Clone)]
pub struct ReadContext {
    /// The present day in the district.
    pub today: time::Date,
    /// The district; 0 is the national list of territories.
    pub district: DistrictId,
    /// Its code today; none for the national list.
    pub district_code: Option<TerritoryCode>,
    /// Its zone.
    pub zone: Zone,
}

/// The batch that a chunk belongs to.
#[derive(Debug, Clone)]
pub struct BatchContext {
    /// The batch: facts made by it name it.
    pub batch: Id,
    /// As for reading. `today` is the day of the upload.
    pub read: ReadContext,
    /// How far the person reaches in whose name the rows come in. Rows outside are errors.
    pub scope: Scope,
    /// The day that the list describes, as the uploader said it: from then on its facts hold.
    pub as_of: time::Date,
    /// What other parts keep about families, persons and the like: whoever has it is not taken back.
    pub dependents: Arc<[Reference]>,
}

impl BatchContext {
    /// The district.
    pub fn district(&self) -> DistrictId {
        self.read.district
    }

    /// The day of the upload.
    pub fn today(&self) -> time::Date {
        self.read.today
    }

    /// The references by which work done since points to rows of this table.
    pub fn dependents_of(&self, target: &str) -> impl Iterator<Item = &Reference> {
        self.dependents.iter().filter(move |reference| reference.target == target && reference.is_work())
    }
}

crate::codes! {
    /// What is to happen with a row, or happened.
    pub enum Verdict {
        /// Something that was not known.
        New = "new",
        /// Known, with something different.
        Changed = "changed",
        /// Known as it is.
        Same = "same",
        /// Stays out.
        Error = "error",
    }
}

/// How bad a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row stays out.
    Error,
    /// Worth a look; the row goes in.
    Warning,
}

impl Severity {
    /// Its stable code.
    pub fn code(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What is wrong or odd with a cell or a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The kind's field; empty when it is about the whole row.
    pub field: String,
    /// How bad it is.
    pub severity: Severity,
    /// Translation key of the sentence, which says how to mend it.
    pub code: String,
    /// Values for the sentence, `%{name}`: nothing personal.
    pub args: Vec<(String, String)>,
    /// The cell's value; encrypted where it is kept.
    pub value: String,
}

/// What a kind understood of a row.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The record as JSON; none where an error was noted that leaves nothing to keep.
    pub record: Option<Vec<u8>>,
    /// What makes two rows of one file the same thing; none where that cannot be said.
    pub key: Option<String>,
    /// Where the row has a family live that other rows of the file may name too.
    pub home: Option<Home>,
    /// The row is no data (a line of totals, another district's row of a national list): not counted.
    pub skipped: bool,
}

/// Where a row has a family live. One family has one home: where rows of a file name two, only one can stay, and
/// the person who decides is told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// By what the family is known in the file, such as the number of its card.
    pub family: String,
    /// The place as places are compared.
    pub place: String,
    /// The field that names the place.
    pub field: &'static str,
    /// What stands there.
    pub said: String,
}

impl Reading {
    /// The row was understood (warnings and errors may have been noted on the cells).
    pub fn of(record: &impl Serialize, key: Option<String>) -> Reading {
        Reading { record: serde_json::to_vec(record).ok(), key, ..Reading::default() }
    }

    /// The row has a family live there: two rows of one file that name two places are pointed at.
    #[must_use]
    pub fn at_home(self, home: Option<Home>) -> Reading {
        Reading { home, ..self }
    }

    /// The row cannot be used; why was noted on the cells.
    pub fn nothing() -> Reading {
        Reading::default()
    }

    /// The row is no data.
    pub fn skip() -> Reading {
        Reading { skipped: true, ..Reading::default() }
    }
}

/// A row between reading and saving.
#[derive(Debug, Clone)]
pub struct StagedRow {
    /// Its number in the sheet, from 1.
    pub number: u32,
    /// The record as JSON.
    pub record: Vec<u8>,
    /// What is to happen with it; `New` until the kind says otherwise.
    pub verdict: Verdict,
    /// The object it was matched with.
    pub subject: Option<Id>,
    /// What is wrong or odd with it.
    pub messages: Vec<Message>,
    /// Rows of one place, such as a village's code, are saved together; 0 where it makes no difference.
    pub place: i64,
    /// What stands in columns that the kind does not know: the column's place in the list of those, and the value.
    pub extra: Vec<(u32, String)>,
}

impl StagedRow {
    /// The record.
    ///
    /// # Errors
    /// It does not have this shape.
    pub fn get<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        serde_json::from_slice(&self.record)
            .map_err(|error| StoreError::Shape(format!("row {}: {error}", self.number)))
    }

    /// The records of some rows.
    ///
    /// # Errors
    /// One of them does not have this shape.
    pub fn get_all<T: DeserializeOwned>(rows: &[StagedRow]) -> Result<Vec<T>, StoreError> {
        rows.iter().map(StagedRow::get).collect()
    }

    /// Keeps another record: what classifying found out, such as the code of a village.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn set(&mut self, record: &impl Serialize) -> Result<(), StoreError> {
        self.record = serde_json::to_vec(record).map_err(|error| StoreError::Shape(error.to_string()))?;
        Ok(())
    }

    /// Notes that the row stays out, by translation key.
    pub fn error(&mut self, field: &str, code: &str, value: impl Into<String>) {
        self.verdict = Verdict::Error;
        self.note(field, Severity::Error, code, value.into(), Vec::new());
    }

    /// Notes that something is odd.
    pub fn warn(&mut self, field: &str, code: &str, value: impl Into<String>) {
        self.note(field, Severity::Warning, code, value.into(), Vec::new());
    }

    /// Notes a message with values for its sentence.
    pub fn note(
        &mut self,
        field: &str,
        severity: Severity,
        code: &str,
        value: String,
        args: Vec<(String, String)>,
    ) {
        if severity == Severity::Error {
            self.verdict = Verdict::Error;
        }
        self.messages.push(Message { field: field.into(), severity, code: code.into(), args, value });
    }
}

/// A piece of an undo, or of a kind's last step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoStep {
    /// Facts taken back.
    pub undone: i64,
    /// Facts that have moved on since and were kept.
    pub kept: i64,
    /// Where the next piece begins; none when this was the last one.
    pub next: Option<String>,
}

/// What taking a batch back would mean for one kind of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stake {
    /// Translation key of what is counted: families, persons, measurements.
    pub what: &'static str,
    /// How many are taken back.
    pub back: i64,
    /// How many stay, because something was done with them since: why (a translation key), and how many. One may
    /// stay for several reasons.
    pub kept: Vec<(&'static str, i64)>,
    /// How many stay in all.
    pub stays: i64,
}

/// A sentence about the whole file.
#[derive(Debug, Clone)]
pub struct FileNote {
    /// Translation key.
    pub code: String,
    /// Values for the sentence.
    pub args: Vec<(String, String)>,
}

/// A kind of spreadsheet that a step can take in. The engine does the rest: it stores and streams the file,
/// finds the header, keeps rows and messages, asks a person, saves in pieces, undoes.
///
/// Everything set-wise works on one chunk of [`ImportKind::chunk`] rows with a constant number of queries.
pub trait ImportKind: Send + Sync {
    /// Its stable code: `krs`, `eppgbm`, `asn`, `territory`. Its name is the translation `import.kind.<code>`,
    /// what it expects `import.kind.<code>.hint`.
    fn code(&self) -> &'static str;

    /// Who may bring it in.
    fn roles(&self) -> &'static [Role];

    /// The columns it looks for. What stands in a column that it does not name is shown and kept with the row.
    fn columns(&self) -> &'static [Column];

    /// Titles of columns that are missing, by the fields that were found. Kinds with alternatives ("code, or
    /// kecamatan and desa") say so here.
    fn missing(&self, found: &HashSet<&'static str>) -> Vec<&'static str> {
        self.columns()
            .iter()
            .filter(|column| column.required && !found.contains(column.field))
            .map(Column::title)
            .collect()
    }

    /// Whether its rows hold personal data and are encrypted while they wait.
    fn personal(&self) -> bool {
        true
    }

    /// Rows saved by one command: few enough that nobody waits a tenth of a second behind an import.
    fn chunk(&self) -> usize {
        60
    }

    /// Reads a row: pure. Reading a cell through [`RowCells`] notes what is wrong with it. A row with an error
    /// stays out, whatever is returned.
    fn read(&self, cx: &ReadContext, row: &mut RowCells<'_>) -> Reading;

    /// Compares a chunk with what is known: sets each row's verdict and subject, and may note messages (an
    /// unknown village, a row outside the scope). Rows that already are errors are not given.
    fn classify<'a>(&'a self, app: &'a App, cx: &'a BatchContext, rows: &'a mut [StagedRow])
    -> Given<'a, ()>;

    /// What to say of the whole file once every row was classified, such as how many codes it no longer holds.
    fn survey<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<FileNote>> {
        let _ = (app, cx);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Saves a chunk of rows that are new or changed, comparing again with what is known now (others may have
    /// worked since), and sets each row's verdict to what happened. Runs inside one logged command whose id is
    /// always the same for the same chunk. Facts name `cx.batch`.
    fn commit<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        rows: &'a mut [StagedRow],
    ) -> Changing<'a, ()>;

    /// The last step of saving, after every chunk, in its own command; most kinds have none.
    fn finish<'a>(&'a self, tx: &'a Tx<'_>, cx: &'a BatchContext) -> Changing<'a, ()> {
        let _ = (tx, cx);
        Box::pin(async { Ok(()) })
    }

    /// Takes back a piece of what the batch made, where the batch made the latest version; what has moved on is
    /// kept and counted. `after` is the previous piece's `next`. A piece is about [`ImportKind::chunk`] facts.
    fn undo<'a>(
        &'a self,
        tx: &'a Tx<'_>,
        cx: &'a BatchContext,
        after: Option<&'a str>,
    ) -> Changing<'a, UndoStep>;

    /// What [`ImportKind::undo`] would do now, for whoever decides about it.
    fn stakes<'a>(&'a self, app: &'a App, cx: &'a BatchContext) -> Given<'a, Vec<Stake>> {
        let _ = (app, cx);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// A row for the preview as (title, value), with NIK, KK and phone masked. Only people who may bring the
    /// kind in see it. Empty: no sample is shown.
    fn sample(&self, row: &StagedRow, text: &Text) -> Vec<(String, String)> {
        let _ = (row, text);
        Vec::new()
    }
}
