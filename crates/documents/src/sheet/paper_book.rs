//! The tables of a paper as a workbook: what an office goes on working with.

use std::path::Path;

use rust_xlsxwriter::{Format, Workbook};

use super::SheetError;
use super::write::sheet_title;
use crate::paper::{Align, Paper, Table};

/// Writes every table of a paper onto a sheet of its own: its caption, its headings, its rows and its total. Figures as they
/// stand in Indonesia ("1.234", "Rp2.000", "12,5") become numbers, everything else stays text and is never a formula.
///
/// # Errors
/// The file cannot be written.
pub fn paper_book(paper: &Paper, path: &Path) -> Result<(), SheetError> {
    let mut workbook = Workbook::new();
    let mut names: Vec<String> = Vec::new();
    for table in paper.tables() {
        let mut name = sheet_title(&table.caption);
        if names.contains(&name) {
            let start: String = name.chars().take(24).collect();
            name = format!("{} ({})", start.trim(), names.len() + 1);
        }
        sheet(&mut workbook, table, &name)?;
        names.push(name);
    }
    if names.is_empty() {
        workbook.add_worksheet().set_name(sheet_title(&paper.title))?;
    }
    workbook.save(path)?;
    Ok(())
}

fn sheet(workbook: &mut Workbook, table: &Table, name: &str) -> Result<(), SheetError> {
    let bold = Format::new().set_bold();
    let head = Format::new().set_bold().set_text_wrap();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    sheet.write_string_with_format(0, 0, &table.caption, &bold)?;
    for (at, column) in (0_u16..).zip(&table.columns) {
        sheet.set_column_width(
            at,
            if column.share == 0 { 16.0 } else { 12.0 + 10.0 * f64::from(column.share.min(4)) },
        )?;
        sheet.write_string_with_format(2, at, &column.title, &head)?;
    }
    let total = (!table.total.is_empty()).then_some(&table.total);
    for (at, row) in (3_u32..).zip(table.rows.iter().chain(total)) {
        for (place, (text, column)) in (0_u16..).zip(row.iter().zip(&table.columns)) {
            match figure(text).filter(|_| column.align == Align::Right) {
                Some(number) => sheet.write_number(at, place, number)?,
                None => sheet.write_string(at, place, text)?,
            };
        }
    }
    sheet.set_freeze_panes(3, 0)?;
    Ok(())
}

/// A figure as it is printed in Indonesia.
fn figure(text: &str) -> Option<f64> {
    let digits = text.trim().trim_start_matches("Rp").trim_end_matches('%').trim();
    let plain = digits.replace('.', "").replace(',', ".");
    let is_number =
        !plain.is_empty() && plain.chars().all(|letter| letter.is_ascii_digit() || ".-".contains(letter));
    plain.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Block, PaperColumn};
    use crate::sheet::{Cell, Limits, Row, SheetReader};

    #[test]
    fn figures_are_numbers_and_texts_never_formulas() {
        let table = Table {
            caption: "Bantuan [1/2]".into(),
            columns: vec![PaperColumn::words("Jenis", 1), PaperColumn::numbers("Rupiah")],
            rows: vec![vec!["=1+1".into(), "Rp1.250.000".into()], vec!["air".into(), "–".into()]],
            total: vec!["Jumlah".into(), "12,5".into()],
        };
        let twice = vec![Block::Table(table.clone()), Block::Table(table)];
        let paper = Paper::default().section("", false, twice);
        let file = tempfile::NamedTempFile::new().unwrap();
        paper_book(&paper, file.path()).unwrap();
        let mut reader = SheetReader::open(file.path(), &Limits::default()).unwrap();
        let (mut rows, mut row) = (Vec::new(), Row::default());
        while reader.next_row(&mut row).unwrap() {
            rows.push(row.cells.clone());
        }
        let text = |text: &str| Cell::Text(text.to_owned());
        assert!(rows.contains(&vec![text("=1+1"), Cell::Number(1_250_000.0)]), "{rows:?}");
        assert!(rows.contains(&vec![text("air"), text("–")]), "{rows:?}");
        assert!(rows.contains(&vec![text("Jumlah"), Cell::Number(12.5)]), "{rows:?}");
    }
}
