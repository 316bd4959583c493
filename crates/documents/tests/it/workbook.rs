//! Workbooks from Excel's point of view.

use asuh_documents::sheet::{Cell, Column, Format, Kind, Limits, SheetReader, SheetWriter, Value};
use rust_xlsxwriter as excel;
use time::macros::date;

use crate::{Folder, read, text, texts};

#[test]
fn cells_of_every_kind() {
    let folder = Folder::new();
    let path = folder.path("daftar.xlsx");
    let mut book = excel::Workbook::new();
    let day = excel::Format::new().set_num_format("dd/mm/yyyy");
    let hours = excel::Format::new().set_num_format("hh:mm");
    let rich = [(&excel::Format::new().set_bold(), "Siti "), (&excel::Format::new(), "& Budi")];
    let sheet = book.add_worksheet();
    sheet.set_name("Balita").unwrap();
    sheet.write_string(0, 0, "NIK").unwrap();
    sheet.write_string(2, 0, "3271046504930001").unwrap();
    sheet.write_number(2, 1, 3_271_046_504_930_001.0).unwrap();
    sheet.write_number(2, 2, 82.4).unwrap();
    sheet
        .write_datetime_with_format(2, 3, excel::ExcelDateTime::from_ymd(2024, 2, 29).unwrap(), &day)
        .unwrap();
    sheet.write_boolean(2, 5, true).unwrap();
    sheet.write_formula(2, 6, excel::Formula::new("=1+2").set_result("3")).unwrap();
    sheet.write_formula(2, 7, excel::Formula::new("=NIK").set_result("#N/A")).unwrap();
    sheet.write_rich_string(2, 8, &rich).unwrap();
    sheet
        .write_datetime_with_format(2, 9, excel::ExcelDateTime::from_hms(7, 30, 0).unwrap(), &hours)
        .unwrap();
    sheet.write_string(2, 10, "dua\nbaris").unwrap();
    sheet.write_blank(2, 199, &day).unwrap();
    sheet.write_blank(5_000, 16_383, &day).unwrap();
    book.save(&path).unwrap();

    let mut reader = SheetReader::open(&path, &Limits::default()).unwrap();
    assert_eq!((reader.sheet_name(), reader.format()), ("Balita", Format::Xlsx));
    let rows = read(&path).unwrap();
    assert_eq!((rows.len(), rows[1].number), (2, 3));
    assert_eq!(
        rows[1].cells,
        [
            text("3271046504930001"),
            // 16 digits as a number: the reader says so, whoever imports must refuse it.
            Cell::Number(3_271_046_504_930_001.0),
            Cell::Number(82.4),
            Cell::Date(date!(2024 - 02 - 29)),
            Cell::Empty,
            Cell::Bool(true),
            Cell::Number(3.0),
            Cell::Error("#N/A".into()),
            text("Siti & Budi"),
            Cell::Number(0.3125),
            text("dua\nbaris"),
        ]
    );
    let mut row = Default::default();
    assert!(reader.next_row(&mut row).unwrap() && reader.next_row(&mut row).unwrap());
    assert!(!reader.next_row(&mut row).unwrap() && !reader.next_row(&mut row).unwrap());
}

#[test]
fn first_visible_sheet_with_content() {
    let folder = Folder::new();
    let path = folder.path("daftar.xlsx");
    let mut book = excel::Workbook::new();
    book.add_worksheet().set_name("Petunjuk").unwrap();
    let hidden = book.add_worksheet().set_name("Rahasia").unwrap();
    hidden.write_string(0, 0, "tersembunyi").unwrap();
    hidden.set_hidden(true);
    book.add_worksheet().set_name("Data").unwrap().write_string(0, 0, "isi").unwrap();
    book.save(&path).unwrap();
    assert_eq!(SheetReader::open(&path, &Limits::default()).unwrap().sheet_name(), "Data");
    assert_eq!(texts(&read(&path).unwrap()), [(1, vec!["isi".to_owned()])]);
}

#[test]
fn days_since_1904() {
    let folder = Folder::new();
    let path = folder.path("mac.xlsx");
    let plain = folder.path("plain.xlsx");
    let mut book = excel::Workbook::new();
    let day = excel::Format::new().set_num_format("yyyy-mm-dd");
    book.add_worksheet().write_number_with_format(0, 0, 1_000.0, &day).unwrap();
    book.save(&plain).unwrap();
    crate::hostile::change(&plain, &path, "xl/workbook.xml", |xml| {
        xml.replace("<workbookPr ", "<workbookPr date1904=\"1\" ")
    });
    assert_eq!(read(&path).unwrap()[0].cells, [Cell::Date(date!(1906 - 09 - 27))]);
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("NIK", Kind::Text),
        Column::new("Nama", Kind::Text),
        Column::new("Butir", Kind::Integer),
        Column::new("TB (cm)", Kind::Decimal(1)),
        Column::new("Lahir", Kind::Date),
    ]
}

fn write(mut writer: SheetWriter) {
    let born = Value::Date(date!(2024 - 01 - 31));
    let row =
        [Value::Text("0000123456789012"), Value::Text("Siti"), Value::Integer(12), Value::Number(82.4), born];
    writer.row(&row).unwrap();
    let row = [
        Value::Integer(3_271_046_504_930_001),
        Value::Text("=1+1"),
        Value::Empty,
        Value::Empty,
        Value::Empty,
    ];
    writer.row(&row).unwrap();
    writer.row(&[Value::Text("a;b\"c\nd"), Value::Text("_x0041_")]).unwrap();
    assert!(writer.row(&[Value::Empty; 6]).is_err());
    writer.finish().unwrap();
}

#[test]
fn written_workbooks_read_back() {
    let folder = Folder::new();
    let path = folder.path("ekspor.xlsx");
    write(SheetWriter::xlsx(&path, "Ekspor: 1/2", &columns()).unwrap());
    let rows = read(&path).unwrap();
    assert_eq!(rows[0].cells.len(), 5);
    let day = Cell::Date(date!(2024 - 01 - 31));
    assert_eq!(
        rows[1].cells,
        [text("0000123456789012"), text("Siti"), Cell::Number(12.0), Cell::Number(82.4), day]
    );
    assert_eq!(rows[2].cells, [text("3271046504930001"), text("=1+1")]);
    assert_eq!(rows[3].cells, [text("a;b\"c\nd"), text("_x0041_")]);
    let xml = crate::hostile::part(&path, "xl/worksheets/sheet1.xml");
    assert!(!xml.contains("<f>"), "{xml}");
}

#[test]
fn written_text_files_read_back() {
    let folder = Folder::new();
    for (delimiter, decimal) in [(b';', "82,4"), (b',', "82.4"), (b'\t', "82,4")] {
        let path = folder.path("ekspor.csv");
        write(SheetWriter::csv(&path, delimiter, &columns()).unwrap());
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with("\u{FEFF}NIK".as_bytes()));
        assert!(bytes.windows(6).any(|window| window == b"'=1+1;") == (delimiter == b';'));
        let rows = texts(&read(&path).unwrap());
        assert_eq!(rows[1].1, ["0000123456789012", "Siti", "12", decimal, "2024-01-31"]);
        assert_eq!(rows[2].1, ["3271046504930001", "=1+1"]);
        assert_eq!(rows[3].1, ["a;b\"c\nd", "_x0041_"]);
    }
}

/// Formulas, markup and control characters in every text, as an attacker would type them in a form.
#[test]
fn payloads_leave_as_text() {
    let payloads = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "=cmd|' /C calc'!A0",
        "+SUM(1)",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "'=1",
        "''=1",
        "'",
        "<b>&\"'",
        "]]>",
        "a\u{1}b",
        "a\0b",
        "=\"0812\"",
        "＝1",
        " =1",
        "_x000D_",
    ];
    let folder = Folder::new();
    let columns = [Column::new("=Judul", Kind::Text), Column::new("Nomor", Kind::Integer)];
    let (book, list) = (folder.path("p.xlsx"), folder.path("p.csv"));
    let mut writers =
        [SheetWriter::xlsx(&book, "P", &columns).unwrap(), SheetWriter::csv(&list, b';', &columns).unwrap()];
    for writer in &mut writers {
        for payload in payloads {
            writer.row(&[Value::Text(payload), Value::Integer(1)]).unwrap();
        }
    }
    writers.map(SheetWriter::finish).into_iter().collect::<Result<Vec<_>, _>>().unwrap();
    assert!(!crate::hostile::part(&book, "xl/worksheets/sheet1.xml").contains("<f"));
    let back = texts(&read(&list).unwrap());
    assert_eq!(back[0].1, ["=Judul", "Nomor"]);
    for (row, payload) in back[1..].iter().zip(payloads) {
        let kept = payload.replace('\r', "\n").replace(['\0', '\u{1}'], "");
        assert_eq!(row.1, [kept, "1".into()], "{payload:?}");
    }
    let back = read(&book).unwrap();
    assert_eq!(back.len(), payloads.len() + 1);
    assert!(back.iter().all(|row| matches!(row.cells[0], Cell::Text(_))));
}
