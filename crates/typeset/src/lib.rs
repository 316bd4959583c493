//! A paper as data in, a PDF out.
//!
//! [`render`] takes a paper (`asuh_documents::paper::Paper`) as JSON and sets it with one template, `paper.typ`, by the
//! typst compiler with fonts of its own: no file, no network, no clock is read. What people typed reaches the template as
//! values, so nothing in it can be markup. The same paper gives the same bytes.
//!
//! The compiler remembers everything it ever laid out; [`render`] makes it forget at once. Who serves many should still
//! run it in a process that ends (`asuh` does).

mod hyphen;
mod world;

use serde_json::Value;
use time::OffsetDateTime;
use typst::foundations::{Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use hyphen::hyphenated;
use world::OnePaper;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum TypesetError {
    /// It is no paper.
    #[error("the paper cannot be read: {0}")]
    Data(#[from] serde_json::Error),
    /// The template does not take it: a fault of the program.
    #[error("the paper cannot be set: {0}")]
    Layout(String),
}

/// A PDF (PDF/A-2b, for archives) and how many pages it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file.
    pub pdf: Vec<u8>,
    /// Its pages.
    pub pages: usize,
}

/// Sets a paper. A coat of arms that cannot be drawn is left out; a sign that the fonts lack (🥚) becomes a question mark, as
/// an archive's file may hold none that it cannot show.
///
/// # Errors
/// What is given is no paper.
pub fn render(paper: &[u8]) -> Result<Rendered, TypesetError> {
    let mut paper: Value = serde_json::from_slice(paper)?;
    world::leave_out_unknown(&mut paper);
    hyphen::hyphenate_prose(&mut paper);
    let issued = timestamp(paper.get("issued_at").and_then(Value::as_i64).unwrap_or(0));
    let logo = paper.pointer("/head/logo").and_then(Value::as_str).and_then(picture);
    let set = compile(&paper, logo.clone(), issued).or_else(|error| match logo {
        Some(_) => compile(&paper, None, issued),
        None => Err(error),
    });
    comemo::evict(0);
    set
}

fn compile(paper: &Value, logo: Option<Vec<u8>>, issued: Timestamp) -> Result<Rendered, TypesetError> {
    let world = OnePaper::new(serde_json::to_vec(paper)?, logo);
    let layout = |errors: &[typst::diag::SourceDiagnostic]| {
        let words: Vec<String> = errors.iter().map(|error| error.message.to_string()).collect();
        TypesetError::Layout(words.join("; "))
    };
    let document: PagedDocument = typst::compile(&world).output.map_err(|errors| layout(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_2b])
        .map_err(|error| TypesetError::Layout(error.message().to_string()))?;
    let options = PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(Some("asuh".to_owned())),
        timestamp: Some(issued),
        standards,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| layout(&errors))?;
    Ok(Rendered { pdf, pages: document.pages().len() })
}

/// The bytes of a `data:` address.
fn picture(address: &str) -> Option<Vec<u8>> {
    let (_, encoded) = address.split_once(";base64,")?;
    data_encoding::BASE64.decode(encoded.as_bytes()).ok()
}

/// An instant as the file keeps it; 1970 for what cannot be one.
fn timestamp(millis: i64) -> Timestamp {
    let at =
        OffsetDateTime::from_unix_timestamp(millis.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = at.to_calendar_date();
    let (hour, minute, second) = at.to_hms();
    let day = Datetime::from_ymd_hms(year, month.into(), day, hour, minute, second);
    let epoch = Datetime::from_ymd_hms(1970, 1, 1, 0, 0, 0);
    Timestamp::new_utc(day.or(epoch).unwrap_or(Datetime::Date(time::Date::MIN)))
}
