//! Their own file with our remarks.

use asuh_documents::sheet::{Cell, Limits, annotate};
use rust_xlsxwriter as excel;
use time::macros::date;

use crate::{Folder, read, text, texts};

#[test]
fn a_workbook() {
    let folder = Folder::new();
    let (source, out) = (folder.path("in.xlsx"), folder.path("out.xlsx"));
    let mut book = excel::Workbook::new();
    let day = excel::Format::new().set_num_format("dd/mm/yyyy");
    let sheet = book.add_worksheet().set_name("Balita").unwrap();
    sheet.write_string(0, 0, "Daftar").unwrap();
    sheet.write_string(2, 0, "NIK").unwrap();
    sheet.write_string(4, 0, "0012").unwrap();
    sheet.write_number(4, 3, 82.4).unwrap();
    sheet
        .write_datetime_with_format(5, 1, excel::ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &day)
        .unwrap();
    book.save(&source).unwrap();

    let messages = |row| (row == 5).then(|| "=NIK kurang".to_owned());
    annotate(&source, &out, &Limits::default(), messages, 3, "Kesalahan").unwrap();
    let rows = read(&out).unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 3, 5, 6]);
    assert_eq!(rows[1].cells, [text("NIK"), Cell::Empty, Cell::Empty, Cell::Empty, text("Kesalahan")]);
    assert_eq!(
        rows[2].cells,
        [text("0012"), Cell::Empty, Cell::Empty, Cell::Number(82.4), text("=NIK kurang")]
    );
    assert_eq!(rows[3].cells, [Cell::Empty, Cell::Date(date!(2024 - 02 - 29))]);
}

#[test]
fn a_text_file() {
    let folder = Folder::new();
    let source = folder.file("in.csv", "NIK;Nilai\n\n3271;-2,5\n\"a;b\";=1+1;x\n");
    let out = folder.path("out.csv");
    let messages = |row| (row >= 3).then(|| format!("baris {row}"));
    annotate(&source, &out, &Limits::default(), messages, 1, "Kesalahan").unwrap();
    assert_eq!(
        std::fs::read_to_string(&out).unwrap(),
        "\u{FEFF}NIK;Nilai;;Kesalahan\r\n\"\"\r\n3271;-2,5;;baris 3\r\n\"a;b\";'=1+1;x;baris 4\r\n"
    );
    assert_eq!(
        texts(&read(&out).unwrap())[1],
        (3, vec!["3271".into(), "-2,5".into(), "".into(), "baris 3".into()])
    );
}

#[test]
fn a_heading_row_that_is_blank() {
    let folder = Folder::new();
    let (source, out) = (folder.file("in.csv", "\n\n1;2\n"), folder.path("out.csv"));
    annotate(&source, &out, &Limits::default(), |_| None, 2, "Kesalahan").unwrap();
    let rows = texts(&read(&out).unwrap());
    assert_eq!(
        rows,
        [(2, vec!["".into(), "".into(), "Kesalahan".into()]), (3, vec!["1".into(), "2".into()])]
    );
}
