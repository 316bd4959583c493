//! Spreadsheets in and out.
//!
//! Reading is streaming: [`SheetReader::open`] looks at the content (never at the file name), checks
//! the whole file against [`Limits`] before anything is kept in memory, and then hands out one
//! [`Row`] at a time. Writing is streaming too ([`SheetWriter`]). [`annotate`] gives people their own
//! file back with one more column that says what is wrong with which row.

mod annotate;
mod error;
mod limits;
mod paper_book;
mod prescan;
mod reader;
mod row;
mod text;
pub mod write;
mod xlsx;
mod xml;

pub use annotate::{annotate, excerpt};
pub use error::SheetError;
pub use limits::Limits;
pub use paper_book::paper_book;
pub use reader::{Format, SheetReader, TextEncoding};
pub use row::{Cell, Row};
pub use write::{Column, Kind, SheetWriter, Value};
