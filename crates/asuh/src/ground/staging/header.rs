//! Finding the row of headings and which column is what: pure.

use std::collections::{HashMap, HashSet};

use asuh_documents::sheet::Row;

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
    /// Headings that mean nothing to the kind, in order.
    pub(super) unknown: Vec<String>,
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
    let aliases: Vec<HashSet<String>> =
        columns.iter().map(|column| column.aliases.iter().map(|alias| key(alias)).collect()).collect();
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
        .chain(best.unknown)
        .collect();
    Err(NoHeader { missing, found })
}

fn missing(kind: &dyn ImportKind, places: &HashMap<&'static str, usize>) -> Vec<&'static str> {
    kind.missing(&places.keys().copied().collect())
}

fn read(columns: &'static [Column], aliases: &[HashSet<String>], row: &Row, below: Option<&Row>) -> Header {
    let width = row.cells.len().max(below.map_or(0, |below| below.cells.len()));
    let mut header = Header {
        row: below.map_or(row.number, |below| below.number),
        places: HashMap::new(),
        titles: HashMap::new(),
        unknown: Vec::new(),
    };
    for place in 0..width {
        let written = |row: &Row| {
            let text = asuh_nusantara::name::tidy(&row.cell(place).text());
            (!text.is_empty()).then(|| text.chars().take(80).collect::<String>())
        };
        let options: Vec<String> = below.and_then(written).into_iter().chain(written(row)).collect();
        let known = options.iter().find_map(|text| {
            let heading = key(text);
            // A heading that stands twice means the first column of that name not yet taken.
            let nth = (0..columns.len()).find(|nth| {
                aliases[*nth].contains(&heading) && !header.places.contains_key(columns[*nth].field)
            })?;
            Some((columns[nth].field, text.clone()))
        });
        match known {
            Some((field, title)) => {
                header.places.insert(field, place);
                header.titles.insert(field, title);
            }
            None => header.unknown.extend(options.into_iter().next()),
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
    use crate::ground::App;
    use crate::ground::access::Role;
    use crate::ground::app::Given;
    use crate::ground::staging::{
        BatchContext, Changing, ReadContext, Reading, RowCells, StagedRow, UndoStep,
    };

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
        assert_eq!(header.unknown, ["No", "Catatan"]);
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
