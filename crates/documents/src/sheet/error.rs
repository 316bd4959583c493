//! Why a spreadsheet was refused.

use std::io;

/// A refusal with what a message and its remedy need. [`SheetError::code`] is the stable name that
/// translations and the JSON interface use; the `Display` text is for logs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// The file is larger than the cap. Remedy: split it, or delete pictures and unused sheets.
    #[error("the file has {bytes} bytes, more than {limit}")]
    TooLarge {
        /// Size of the file.
        bytes: u64,
        /// The cap.
        limit: u64,
    },
    /// Unpacked, the file is larger than the cap. Remedy: copy the rows into a new workbook.
    #[error("the file unpacks to more than {limit} bytes")]
    InflatesTooMuch {
        /// The cap in bytes.
        limit: u64,
    },
    /// More rows with content than the cap. Remedy: split the list.
    #[error("more than {limit} rows")]
    TooManyRows {
        /// The cap.
        limit: u32,
    },
    /// A cell with content lies right of the last allowed column. Remedy: delete what is out there.
    #[error("row {row} has content right of column {limit}")]
    TooManyColumns {
        /// Row as numbered in the sheet.
        row: u32,
        /// The cap.
        limit: u32,
    },
    /// More cells than the cap, mostly formatted empty ones. Remedy: copy the filled rows into a new
    /// workbook.
    #[error("more than {limit} cells")]
    TooManyCells {
        /// The cap.
        limit: u64,
    },
    /// A cell holds more characters than Excel allows; in a text file usually a quotation mark that
    /// is never closed. Remedy: look at that row.
    #[error("row {row}, column {column} has more than {limit} characters")]
    CellTooLong {
        /// Row as numbered in the sheet.
        row: u32,
        /// Column, 1-based.
        column: u32,
        /// The cap in characters.
        limit: usize,
    },
    /// The texts of the workbook would take too much memory. Remedy: split the list.
    #[error("the texts of the workbook take more than {limit} bytes")]
    TooMuchText {
        /// The cap in bytes.
        limit: u64,
    },
    /// More parts or sheets in the package than the cap. Remedy: keep one sheet.
    #[error("more than {limit} parts in the workbook")]
    TooManyParts {
        /// The cap.
        limit: usize,
    },
    /// Neither XLSX nor readable text.
    #[error("not a spreadsheet")]
    NotASpreadsheet,
    /// The old binary Excel format (.xls), or .xlsb. Remedy: "Save as" XLSX.
    #[error("an old or binary Excel file")]
    OldExcel,
    /// A web page with the name of a spreadsheet, as many report systems export. Remedy: open it in
    /// Excel and save it as XLSX.
    #[error("a web page, not a spreadsheet")]
    WebPage,
    /// Protected by a password. Remedy: save it without one.
    #[error("protected by a password")]
    Encrypted,
    /// An OpenDocument sheet (.ods). Remedy: save it as XLSX.
    #[error("an OpenDocument file")]
    OpenDocument,
    /// XML inside the package declares a document type, which no spreadsheet program writes.
    #[error("the workbook contains a document type declaration")]
    HasDtd,
    /// The file is cut off or broken. Remedy: open it in Excel and save it again.
    #[error("the file is damaged: {reason}")]
    Damaged {
        /// What is broken, for the log.
        reason: String,
    },
    /// No byte in the file, or no cell with content in any visible sheet.
    #[error("the file is empty")]
    Empty,
    /// The file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The spreadsheet could not be written, with the reason of the writer.
    #[error("the spreadsheet could not be written: {reason}")]
    Unwritable {
        /// The writer's own words, for the log.
        reason: String,
    },
}

impl SheetError {
    /// A stable name for this kind of refusal; never changes once released.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "too_large",
            Self::InflatesTooMuch { .. } => "inflates_too_much",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyColumns { .. } => "too_many_columns",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::CellTooLong { .. } => "cell_too_long",
            Self::TooMuchText { .. } => "too_much_text",
            Self::TooManyParts { .. } => "too_many_parts",
            Self::NotASpreadsheet => "not_a_spreadsheet",
            Self::OldExcel => "old_excel",
            Self::WebPage => "web_page",
            Self::Encrypted => "encrypted",
            Self::OpenDocument => "open_document",
            Self::HasDtd => "has_dtd",
            Self::Damaged { .. } => "damaged",
            Self::Empty => "empty",
            Self::Io(_) => "io",
            Self::Unwritable { .. } => "unwritable",
        }
    }

    /// A file that is broken in a way worth naming in the log.
    pub(crate) fn damaged(reason: impl std::fmt::Display) -> Self {
        Self::Damaged { reason: reason.to_string() }
    }
}

impl From<rust_xlsxwriter::XlsxError> for SheetError {
    fn from(error: rust_xlsxwriter::XlsxError) -> Self {
        match error {
            rust_xlsxwriter::XlsxError::IoError(error) => Self::Io(error),
            other => Self::Unwritable { reason: other.to_string() },
        }
    }
}

impl From<csv::Error> for SheetError {
    fn from(error: csv::Error) -> Self {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => match error.downcast::<SheetError>() {
                Ok(refusal) => refusal,
                Err(error) => Self::Io(error),
            },
            other => Self::damaged(format_args!("{other:?}")),
        }
    }
}
