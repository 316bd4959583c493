//! z-scores and prevalences of CSV files, for the terminal; needs no data folder.
//!
//! A file is read in blocks of whole rows, which are computed at the same time and written in their order, so that a
//! whole country fits in little memory. A row that cannot be read does not stop the rest: it comes out with empty
//! results, and a side file names its line, column and value.

mod blocks;
mod child;
mod children;
mod number;
mod output;
mod pupils;
mod reading;
mod survey;
mod table;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub use survey::{SurveyColumns, prevalence};

use blocks::{Blocks, Done};
use output::{Output, Side};
use table::Table;

/// Why a file is not computed at all; in Indonesian, for those who brought it.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A file cannot be read or written.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// There is nothing in it.
    #[error("berkas kosong: baris pertama harus berisi nama kolom")]
    Empty,
    /// A spreadsheet or text in UTF-16.
    #[error("ini bukan CSV (UTF-8): buka di Excel atau LibreOffice, lalu simpan sebagai \"CSV UTF-8\"")]
    NotCsv,
    /// Lines that end as on the Macintosh of old.
    #[error("akhir barisnya hanya CR: simpan lagi sebagai CSV dengan akhir baris LF atau CRLF")]
    OldLines,
    /// A column that has to be there.
    #[error("kolom {name} tidak ada; yang ada: {found}")]
    Missing {
        /// Its name.
        name: String,
        /// The names that were found.
        found: String,
    },
    /// None of the columns with measurements.
    #[error("tidak ada kolom ukuran; paling sedikit satu dari: {0}")]
    NothingMeasured(String),
    /// A name that stands twice.
    #[error("kolom {0} ada dua kali")]
    Twice(String),
    /// No end of the row within reason.
    #[error("baris {0} tidak berakhir: tanda petik yang tidak ditutup?")]
    Endless(u64),
    /// The sample is refused; rows with such a weight are left out before.
    #[error(transparent)]
    Survey(#[from] asuh_growth::prevalence::SurveyError),
}

/// Which standard children are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// WHO Child Growth Standards, birth to 60 months, eight indicators.
    Who2006,
    /// WHO Reference 2007, 5 to 19 years.
    Who2007,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// Rows read, the heading not counted.
    pub rows: u64,
    /// Rows that could not be read; their results are empty.
    pub bad_rows: u64,
    /// Where they are listed; `None` when there are none.
    pub listed_in: Option<PathBuf>,
    /// Numbers with a decimal comma, which was read as a point.
    pub decimal_commas: u64,
    /// Columns of measurements that the file does not have.
    pub absent: Vec<String>,
    /// Columns of earlier results, which were replaced.
    pub replaced: Vec<String>,
    /// Children left out of prevalences because they are older than 1826 days.
    pub too_old: u64,
    /// Children left out of prevalences because their cluster or stratum is not known.
    pub without_place: u64,
}

/// What a reference does with rows.
trait Scorer: Sync {
    /// Names of the columns that it appends.
    fn columns(&self) -> Vec<String>;
    /// Columns of measurements that the file does not have.
    fn absent(&self) -> Vec<String>;
    /// Computes the rows of a block.
    fn score(&self, block: &[u8], table: &Table, done: &mut Done);
}

/// Writes the z-scores of every row of `input` to `output`, beside its own columns; `raw` also before rounding.
/// `progress` hears how many bytes have been read.
///
/// # Errors
/// [`FileError`] where the file as a whole cannot be read or the output cannot be written; `output` is then as it
/// was before.
pub fn zscore(
    input: &Path,
    output: &Path,
    reference: Reference,
    raw: bool,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, FileError> {
    let (blocks, table) = open(input)?;
    match reference {
        Reference::Who2006 => {
            let scorer = children::Children::new(&table, raw)?;
            score(blocks, table, &scorer, (input, output), progress)
        }
        Reference::Who2007 => {
            let scorer = pupils::Pupils::new(&table, raw)?;
            score(blocks, table, &scorer, (input, output), progress)
        }
    }
}

/// Opens a file and reads its heading.
fn open(path: &Path) -> Result<(Blocks<File>, Table), FileError> {
    let file = File::open(path).map_err(|error| FileError::Io(path.to_owned(), error))?;
    Blocks::start(file).map_err(|error| named(path, error))
}

/// Names the file in an error of reading, which does not know it.
fn named(path: &Path, error: FileError) -> FileError {
    match error {
        FileError::Io(unnamed, error) if unnamed.as_os_str().is_empty() => {
            FileError::Io(path.to_owned(), error)
        }
        other => other,
    }
}

fn score(
    blocks: Blocks<File>,
    mut table: Table,
    scorer: &dyn Scorer,
    (input, output): (&Path, &Path),
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, FileError> {
    let columns = scorer.columns();
    let mut summary = Summary { absent: scorer.absent(), ..Summary::default() };
    summary.replaced = table.replace(&columns);
    let mut file = Output::create(output)?;
    let mut side = Side::beside(output);
    let mut heading = Vec::new();
    table.put_heading(&columns, &mut heading);
    file.write(&heading)?;
    let mut lines = table.lines;
    let work = |block: &[u8], done: &mut Done| scorer.score(block, &table, done);
    blocks::run(blocks, &work, progress, |done| {
        file.write(&done.text)?;
        side.write(&done.faults, lines, &table)?;
        lines += done.lines;
        summary.rows += done.rows;
        summary.bad_rows += done.bad_rows;
        summary.decimal_commas += done.commas;
        Ok(())
    })
    .map_err(|error| named(input, error))?;
    summary.listed_in = side.finish()?;
    file.finish()?;
    Ok(summary)
}
