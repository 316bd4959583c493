//! All that the compiler may see: one template, one paper, one picture, and the fonts that came with the program.

use std::sync::LazyLock;

use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

/// The family that papers are set in (OFL 1.1), with real small figures for tables.
const FAMILY: &str = "Libertinus Serif";

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    typst_assets::fonts()
        .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
        .filter(|font| font.info().family.as_str() == FAMILY)
        .collect()
});

/// Replaces what the fonts cannot show in every text of a paper, but for the pictures; signs without a shape go.
pub(crate) fn leave_out_unknown(value: &mut Value) {
    match value {
        Value::String(text) if !text.chars().all(shown) => {
            *text = text.chars().filter_map(known).collect();
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_unknown),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(name, _)| !matches!(name.as_str(), "logo" | "qr"))
            .for_each(|(_, value)| leave_out_unknown(value)),
        _ => {}
    }
}

/// Whether every cut of the family has a shape for a sign, or none is needed.
fn shown(sign: char) -> bool {
    matches!(sign, ' '..='~' | '\n')
        || FONTS.iter().all(|font| font.info().coverage.contains(u32::from(sign)))
}

fn known(sign: char) -> Option<char> {
    let shapeless = matches!(sign, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}');
    match sign {
        sign if shown(sign) => Some(sign),
        '\t' | '\r' | '\u{a0}' => Some(' '),
        sign if sign.is_control() || shapeless => None,
        _ => Some('?'),
    }
}

/// The world of one paper.
pub(crate) struct OnePaper {
    standard: LazyHash<Library>,
    book: LazyHash<FontBook>,
    template: Source,
    paper: Bytes,
    logo: Option<Bytes>,
}

fn id(path: &str) -> FileId {
    let path = VirtualPath::new(path).unwrap_or_else(|_| unreachable!("a plain name is a path"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl OnePaper {
    pub(crate) fn new(paper: Vec<u8>, logo: Option<Vec<u8>>) -> OnePaper {
        // The template asks for the picture only where one is there.
        let head = format!("#let has-logo = {}\n", logo.is_some());
        OnePaper {
            standard: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(FONTS.iter())),
            template: Source::new(id("paper.typ"), head + include_str!("paper.typ")),
            paper: Bytes::new(paper),
            logo: logo.map(Bytes::new),
        }
    }
}

impl World for OnePaper {
    fn library(&self) -> &LazyHash<Library> {
        &self.standard
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.template.id()
    }

    fn source(&self, file: FileId) -> FileResult<Source> {
        if file == self.template.id() { Ok(self.template.clone()) } else { Err(absent(file)) }
    }

    fn file(&self, file: FileId) -> FileResult<Bytes> {
        match file.get().vpath().get_without_slash() {
            "paper.json" => Ok(self.paper.clone()),
            "logo" => self.logo.clone().ok_or_else(|| absent(file)),
            _ => Err(absent(file)),
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn absent(file: FileId) -> FileError {
    FileError::NotFound(file.get().vpath().get_without_slash().into())
}
