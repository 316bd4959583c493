//! A paper as data: what stands on it, in order, and nothing of how it looks.
//!
//! The same paper becomes a PDF (crate `asuh-typeset`) and, where an office goes on working with it, a workbook: every
//! [`Table`] of it is a sheet. Texts are texts wherever they stand: nothing in them is markup.

use serde::{Deserialize, Serialize};

/// The sheet that a paper is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sheet {
    /// 210 x 297 mm.
    #[default]
    A4,
    /// Folio as Indonesian offices cut it: 215 x 330 mm.
    F4,
}

/// The head of a letter (kop surat).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Head {
    /// "PEMERINTAH KABUPATEN KERINCI"
    pub government: String,
    /// Name of the office, up to three lines.
    pub office: Vec<String>,
    /// Street, town, postal code.
    pub address: String,
    /// Telephone and e-mail in one line.
    pub contact: String,
    /// The coat of arms as a `data:` address of a PNG or JPEG; empty: none.
    pub logo: String,
}

/// What a letter has between its head and its first sentence, instead of a title in the middle.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Letter {
    /// Place and day at the right.
    pub place_and_day: String,
    /// Sifat: "Biasa", "Penting", "Segera".
    pub nature: String,
    /// Lampiran: "1 berkas"; "-" without.
    pub attached: String,
    /// Hal.
    pub about: String,
    /// Kepada: the lines of the address.
    pub to: Vec<String>,
}

/// Where a column's texts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
    /// Short codes.
    Center,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PaperColumn {
    /// Its heading.
    pub title: String,
    /// Its share of the width; 0: as wide as its content needs.
    pub share: u8,
    /// Where its texts stand.
    pub align: Align,
}

impl PaperColumn {
    /// A column of words that takes a share of the width.
    pub fn words(title: impl Into<String>, share: u8) -> PaperColumn {
        PaperColumn { title: title.into(), share, align: Align::Left }
    }

    /// A column of numbers, as wide as it needs.
    pub fn numbers(title: impl Into<String>) -> PaperColumn {
        PaperColumn { title: title.into(), share: 0, align: Align::Right }
    }
}

/// A table; its heading is repeated on every page, and it is a sheet of the workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    /// What it shows; also the name of its sheet.
    pub caption: String,
    /// Its columns.
    pub columns: Vec<PaperColumn>,
    /// Its rows; each has as many cells as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The last row, in bold; empty: none.
    pub total: Vec<String>,
}

/// A bar of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// Its length, in whatever unit the others have; not below 0.
    pub value: i64,
    /// What stands beside it: "21,40 % (52 dari 243)".
    pub words: String,
    /// Drawn lighter: it says less than the others.
    pub light: bool,
}

/// Somebody who signs, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// "Mengetahui,", "Yang menyerahkan,"; may be empty.
    pub above: String,
    /// The office held.
    pub title: String,
    /// The name; empty: a line to write on.
    pub name: String,
    /// Rank; may be empty.
    pub rank: String,
    /// NIP; may be empty.
    pub nip: String,
}

impl Signature {
    /// Of somebody who is no official: as what, for whom or where, and the name; without one a line to write on.
    pub fn of(above: impl Into<String>, title: impl Into<String>, name: impl Into<String>) -> Signature {
        Signature { above: above.into(), title: title.into(), name: name.into(), ..Signature::default() }
    }
}

/// A piece of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Block {
    /// A heading: 1 for a chapter, 2 within it.
    Heading {
        /// 1 or 2.
        level: u8,
        /// Its words.
        text: String,
    },
    /// A paragraph, justified and hyphenated.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// Names and what they are: "Hari / tanggal : Senin, ...".
    Facts {
        /// Name and value.
        rows: Vec<(String, String)>,
    },
    /// A numbered list.
    List {
        /// The items.
        items: Vec<String>,
    },
    /// A table.
    Table(Table),
    /// Bars beside each other, the longest as wide as there is room.
    Bars {
        /// What they show.
        caption: String,
        /// The bars, from top to bottom.
        bars: Vec<Bar>,
    },
    /// Small print: how a number was counted.
    Note {
        /// Its words.
        text: String,
    },
    /// Who signs: two beside each other, on one page with the line above them.
    Signatures {
        /// "Pangkalan Bun, 29 Maret 2021"; may be empty.
        place_and_day: String,
        /// Who.
        who: Vec<Signature>,
    },
    /// Copies of a letter (tembusan).
    Copies {
        /// To whom.
        to: Vec<String>,
    },
}

/// A part of a paper that begins on a page of its own, such as an annex; the first is the paper itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Section {
    /// "Lampiran I: Daftar hadir"; empty for the first.
    pub title: String,
    /// Across the page, for wide tables.
    pub landscape: bool,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// The words of the foot, in the paper's language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Foot {
    /// "Nomor 0007/..., 2 November 2026".
    pub line: String,
    /// "Sidik isi 1f2e..., periksa di ...".
    pub proof: String,
    /// The code that leads to the page of verification, as SVG; empty on a draft.
    pub qr: String,
}

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Paper {
    /// The sheet.
    pub sheet: Sheet,
    /// The head.
    pub head: Head,
    /// "BERITA ACARA"; of a letter only for the file.
    pub title: String,
    /// Lines below the title.
    pub subtitle: Vec<String>,
    /// Its number; empty while it is a draft, which every page then says.
    pub number: String,
    /// For letters.
    pub letter: Option<Letter>,
    /// Its parts.
    pub sections: Vec<Section>,
    /// The foot of every page.
    pub foot: Foot,
    /// When it was issued, milliseconds since 1970-01-01 UTC: the date within the file.
    pub issued_at: i64,
}

impl Paper {
    /// Its tables, for the workbook.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.sections.iter().flat_map(|section| &section.blocks).filter_map(|block| match block {
            Block::Table(table) => Some(table),
            _ => None,
        })
    }

    /// A part that begins on a page of its own.
    #[must_use]
    pub fn section(mut self, title: impl Into<String>, landscape: bool, blocks: Vec<Block>) -> Paper {
        self.sections.push(Section { title: title.into(), landscape, blocks });
        self
    }
}
