//! Finding the row of headings and which column is what: pure.

use std::collections::{HashMap, HashSet};

use asuh_documents::sheet::Row;
use sha2::{Digest, Sha256};

use super::{Column, ImportKind};

/// The header stands within the first rows of the sheet; above it there are titles.
pub(super) const WITHIN: u32 = 15;

/// Where things stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    /// The row of the headings (the lower one, where they fill two rows).
    pub(super) row: u32,
    /// Column (0-based) of each field.
    pub(super) places: HashMap<&'static str, usize>,
    /// Heading of each field as the file writes it.
    pub(super) titles: HashMap<&'static str, String>,
    /// Headings that mean nothing to the kind, in order, with their columns.
    pub(super) unknown: Vec<(usize, String)>,
}

/// Headings of columns that our own files add: in a file that comes back they say nothing.
pub(super) const OWN: [&str; 5] = ["Baris", "Kolom", "Yang salah", "Cara memperbaiki", "Kesalahan"];

/// Whether a row of headings ends with columns of ours, and where they begin.
fn own_from(row: &Row) -> usize {
    let width = row.cells.len();
    let is = |place: usize, heading: &str| row.cell(place).text().trim() == heading;
    match width {
        4.. if (0..4).all(|nth| is(width - 4 + nth, OWN[nth])) => width - 4,
        1.. if is(width - 1, OWN[4]) => width - 1,
        _ => width,
    }
}

/// The headings of a row as they are written, without columns of ours and blank ones at the end.
pub(super) fn headings(row: &Row) -> Vec<String> {
    let mut written: Vec<String> = (0..own_from(row)).map(|place| heading(row, place)).collect();
    while written.last().is_some_and(String::is_empty) {
        written.pop();
    }
    written
}

fn heading(row: &Row, place: usize) -> String {
    asuh_nusantara::name::tidy(&row.cell(place).text()).chars().take(80).collect()
}

/// What makes two rows of headings the same: their words, in their order.
pub(super) fn fingerprint(headings: &[String]) -> [u8; 32] {
    let keys: Vec<String> = headings.iter().map(|heading| key(heading)).collect();
    Sha256::digest(keys.join("\n").as_bytes()).into()
}

/// A remembered mapping: the fingerprint of the headings it is for, and the place of each field.
pub(super) type Known = ([u8; 32], Vec<(String, usize)>);

/// The header where a mapping knows it among the first rows: its place in `mappings`, and where things stand.
pub(super) fn mapped(kind: &dyn ImportKind, rows: &[Row], mappings: &[Known]) -> Option<(usize, Header)> {
    rows.iter().find_map(|row| {
        let written = headings(row);
        let print = fingerprint(&written);
        let nth = mappings.iter().position(|(known, _)| *known == print)?;
        let mut header =
            Header { row: row.number, places: HashMap::new(), titles: HashMap::new(), unknown: Vec::new() };
        for column in kind.columns() {
            let chosen = mappings[nth].1.iter().find(|(field, _)| field == column.field);
            if let Some((title, place)) = chosen.and_then(|(_, place)| Some((written.get(*place)?, *place))) {
                header.places.insert(column.field, place);
                header.titles.insert(column.field, title.clone());
            }
        }
        // A mapping of an earlier version of the program may lack what the kind needs today.
        if !missing(kind, &header.places).is_empty() {
            return None;
        }
        let taken: HashSet<usize> = header.places.values().copied().collect();
        header.unknown = written
            .into_iter()
            .enumerate()
            .filter(|(place, heading)| !taken.contains(place) && !heading.is_empty())
            .collect();
        Some((nth, header))
    })
}

/// Why there is no header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NoHeader {
    /// Titles of the columns that are missing.
    pub(super) missing: Vec<&'static str>,
    /// The headings of the row that came closest; empty when none came close.
    pub(super) found: Vec<String>,
}

/// A heading as it is compared: letters and digits, the rest single spaces.
pub(super) fn key(heading: &str) -> String {
    asuh_nusantara::name::search_key(heading)
}

/// Finds the header among the first rows.
pub(super) fn find(kind: &dyn ImportKind, rows: &[Row]) -> Result<Header, NoHeader> {
    let columns = kind.columns();
    let aliases = aliases_of(kind);
    let mut best: Option<Header> = None;
    for (nth, row) in rows.iter().enumerate() {
        let single = read(columns, &aliases, row, None);
        // Headings over two rows: groups above, columns below.
        let double = rows
            .get(nth + 1)
            .filter(|below| below.number == row.number + 1)
            .map(|below| (read(columns, &aliases, below, None), read(columns, &aliases, row, Some(below))))
            .filter(|(below, both)| {
                !below.places.is_empty() && both.places.len() > single.places.len().max(below.places.len())
            })
            .map(|(_, both)| both);
        for candidate in [Some(single), double].into_iter().flatten() {
            if candidate.places.len() > best.as_ref().map_or(0, |best| best.places.len()) {
                best = Some(candidate);
            }
        }
    }
    let Some(best) = best else {
        return Err(NoHeader { missing: missing(kind, &HashMap::new()), found: Vec::new() });
    };
    let missing = missing(kind, &best.places);
    if missing.is_empty() {
        return Ok(best);
    }
    let found = columns
        .iter()
        .filter_map(|column| best.titles.get(column.field).cloned())
        .chain(best.unknown.into_iter().map(|(_, heading)| heading))
        .collect();
    Err(NoHeader { missing, found })
}

/// What the kind understands of a row of headings by itself, enough or not.
pub(super) fn understood(kind: &dyn ImportKind, row: &Row) -> HashMap<&'static str, usize> {
    read(kind.columns(), &aliases_of(kind), row, None).places
}

fn aliases_of(kind: &dyn ImportKind) -> Vec<HashSet<String>> {
    let keys = |column: &Column| column.aliases.iter().map(|alias| key(alias)).collect();
    kind.columns().iter().map(keys).collect()
}

fn missing(kind: &dyn ImportKind, places: &HashMap<&'static str, usize>) -> Vec<&'static str> {
    kind.missing(&places.keys().copied().collect())
}

fn read(columns: &'static [Column], aliases: &[HashSet<String>], row: &Row, below: Option<&Row>) -> Header {
    let width = own_from(below.unwrap_or(row)).max(below.map_or(0, |_| own_from(row)));
    let mut header = Header {
        row: below.map_or(row.number, |below| below.number),
        places: HashMap::new(),
        titles: HashMap::new(),
        unknown: Vec::new(),
    };
    for place in 0..width {
        let written = |row: &Row| Some(heading(row, place)).filter(|text| !text.is_empty());
        let options: Vec<String> = below.and_then(written).into_iter().chain(written(row)).collect();
        let known = options.iter().find_map(|text| {
            let same = key(text);
            // A heading that stands twice means the first column of that name not yet taken.
            let nth = (0..columns.len()).find(|nth| {
                aliases[*nth].contains(&same) && !header.places.contains_key(columns[*nth].field)
            })?;
            Some((columns[nth].field, text.clone()))
        });
        match known {
            Some((field, title)) => {
                header.places.insert(field, place);
                header.titles.insert(field, title);
            }
            None => header.unknown.extend(options.into_iter().next().map(|heading| (place, heading))),
        }
    }
    header
}

/// A row that only numbers the columns (1, 2, 3, ...), as printed forms have under their headings.
pub(super) fn is_numbering(row: &Row) -> bool {
    let texts: Vec<String> =
        row.cells.iter().map(|cell| cell.text().trim().trim_matches(['(', ')']).to_owned()).collect();
    texts.len() > 2
        && texts
            .iter()
            .enumerate()
            .all(|(nth, text)| *text == (nth + 1).to_string() || *text == nth.to_string())
}

#[cfg(test)]
mod tests {
    use asuh_documents::sheet::Cell;
    use asuh_store::Tx;

    use super::*;
    use crate::App;
    use crate::access::Role;
    use crate::app::Given;
    use crate::staging::{BatchContext, Changing, ReadContext, Reading, RowCells, StagedRow, UndoStep};

    struct Lists;

    impl ImportKind for Lists {
        fn code(&self) -> &'static str {
            "lists"
        }
        fn roles(&self) -> &'static [Role] {
            &[]
        }
        fn columns(&self) -> &'static [Column] {
            const COLUMNS: &[Column] = &[
                Column::required("name", &["Nama Kepala Keluarga", "Nama KK"]),
                Column::required("puskesmas", &["Puskesmas", "Pukesmas"]),
                Column::optional("nik", &["NIK"]),
                Column::optional("wife_nik", &["NIK", "NIK Istri"]),
            ];
            COLUMNS
        }
        fn read(&self, _: &ReadContext, _: &mut RowCells<'_>) -> Reading {
            Reading::nothing()
        }
        fn classify<'a>(&'a self, _: &'a App, _: &'a BatchContext, _: &'a mut [StagedRow]) -> Given<'a, ()> {
            Box::pin(async { Ok(()) })
        }
        fn commit<'a>(
            &'a self,
            _: &'a Tx<'_>,
            _: &'a BatchContext,
            _: &'a mut [StagedRow],
        ) -> Changing<'a, ()> {
            Box::pin(async { Ok(()) })
        }
        fn undo<'a>(
            &'a self,
            _: &'a Tx<'_>,
            _: &'a BatchContext,
            _: Option<&'a str>,
        ) -> Changing<'a, UndoStep> {
            Box::pin(async { Ok(UndoStep::default()) })
        }
    }

    fn row(number: u32, cells: &[&str]) -> Row {
        Row { number, cells: cells.iter().map(|cell| Cell::Text((*cell).into())).collect() }
    }

    #[test]
    fn headings_are_found_below_titles_and_however_they_are_written() {
        let rows = [
            row(1, &["DAFTAR KELUARGA"]),
            row(3, &["No", " NAMA  kepala\nkeluarga ", "Pukesmas", "NIK", "NIK", "Catatan"]),
            row(4, &["1", "Nama", "x", "", "", ""]),
        ];
        let header = find(&Lists, &rows).unwrap();
        assert_eq!(header.row, 3);
        assert_eq!(header.places["name"], 1);
        assert_eq!(header.places["puskesmas"], 2);
        assert_eq!((header.places["nik"], header.places["wife_nik"]), (3, 4));
        assert_eq!(header.unknown, [(0, "No".to_owned()), (5, "Catatan".to_owned())]);
    }

    #[test]
    fn headings_may_fill_two_rows() {
        let rows = [
            row(1, &["Puskesmas", "Keluarga", ""]),
            row(2, &["", "Nama KK", "NIK"]),
            row(3, &["a", "b", "c"]),
        ];
        let header = find(&Lists, &rows).unwrap();
        assert_eq!(header.row, 2);
        assert_eq!((header.places["puskesmas"], header.places["name"], header.places["nik"]), (0, 1, 2));
    }

    #[test]
    fn a_chosen_mapping_reads_headings_that_nobody_knows() {
        let titles = row(
            2,
            &["Keterangan", " Kepala  RT", "Faskes", "", "Baris", "Kolom", "Yang salah", "Cara memperbaiki"],
        );
        let print = fingerprint(&headings(&row(1, &["KETERANGAN", "Kepala RT", "faskes"])));
        let fields = vec![("name".to_owned(), 1), ("puskesmas".to_owned(), 2), ("gone".to_owned(), 0)];
        let mappings = [([0; 32], Vec::new()), (print, fields.clone())];
        let rows = [row(1, &["LAPORAN"]), titles];
        assert!(find(&Lists, &rows).is_err());
        let (nth, header) = mapped(&Lists, &rows, &mappings).unwrap();
        assert_eq!((nth, header.row, header.places["name"], header.places["puskesmas"]), (1, 2, 1, 2));
        assert_eq!(header.titles["name"], "Kepala RT");
        assert_eq!(header.unknown, [(0, "Keterangan".to_owned())]);
        // What a kind needs today has to be chosen.
        assert!(mapped(&Lists, &rows, &[(print, fields[..1].to_vec())]).is_none());
    }

    #[test]
    fn columns_of_ours_are_no_columns_of_theirs() {
        let ours = row(1, &["Nama KK", "Puskesmas", "Baris", "Kolom", "Yang salah", "Cara memperbaiki"]);
        assert!(find(&Lists, &[ours]).unwrap().unknown.is_empty());
        assert!(find(&Lists, &[row(1, &["Nama KK", "Puskesmas", "Kesalahan"])]).unwrap().unknown.is_empty());
        let theirs = row(1, &["Nama KK", "Baris", "Puskesmas"]);
        assert_eq!(find(&Lists, &[theirs]).unwrap().unknown, [(1, "Baris".to_owned())]);
    }

    #[test]
    fn what_is_missing_is_named_with_what_was_found() {
        let refused = find(&Lists, &[row(1, &["Nama KK", "Umur"])]).unwrap_err();
        assert_eq!(refused.missing, ["Puskesmas"]);
        assert_eq!(refused.found, ["Nama KK", "Umur"]);
        assert!(find(&Lists, &[row(1, &["a", "b"])]).unwrap_err().found.is_empty());
    }

    #[test]
    fn a_row_of_column_numbers_is_no_data() {
        assert!(is_numbering(&row(2, &["1", "2", "3", "4"])));
        assert!(is_numbering(&row(2, &["(1)", "(2)", "(3)"])));
        assert!(!is_numbering(&row(2, &["1", "Budi", "3"])));
    }
}
