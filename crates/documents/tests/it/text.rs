//! Text files in all the ways that programs write them.

use asuh_documents::sheet::{Format, Limits, SheetReader, TextEncoding};

use crate::{Folder, read, read_within, texts};

const LIST: &str =
    "NIK;Nama;Desa\r\n3271046504930001;Café “Siti”;Sungai Penuh\r\n;;\r\n\r\n0812;\"dua\r\nbaris; ya\";";

fn encoded(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "utf-8" => text.as_bytes().to_vec(),
        "utf-8 mark" => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        "utf-16le mark" => [vec![0xFF, 0xFE], encoded(text, "utf-16le")].concat(),
        "utf-16be mark" => [vec![0xFE, 0xFF], encoded(text, "utf-16be")].concat(),
        "utf-16le" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "utf-16be" => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        _ => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
    }
}

#[test]
fn encodings_and_delimiters() {
    let folder = Folder::new();
    for (name, encoding) in [
        ("utf-8", TextEncoding::Utf8),
        ("utf-8 mark", TextEncoding::Utf8),
        ("utf-16le", TextEncoding::Utf16Le),
        ("utf-16le mark", TextEncoding::Utf16Le),
        ("utf-16be", TextEncoding::Utf16Be),
        ("utf-16be mark", TextEncoding::Utf16Be),
        ("windows-1252", TextEncoding::Windows1252),
    ] {
        for delimiter in [';', ',', '\t'] {
            let text = LIST.replace(';', &delimiter.to_string());
            let path = folder.file("a.csv", encoded(&text, name));
            let reader = SheetReader::open(&path, &Limits::default()).unwrap();
            assert_eq!(reader.format(), Format::Csv { delimiter: delimiter as u8, encoding }, "{name}");
            let rows = texts(&read(&path).unwrap());
            let inner = format!("dua\nbaris{delimiter} ya");
            assert_eq!(rows[0], (1, vec!["NIK".into(), "Nama".into(), "Desa".into()]), "{name}");
            assert_eq!(rows[1].1, ["3271046504930001", "Café “Siti”", "Sungai Penuh"], "{name}");
            assert_eq!(rows[2], (5, vec!["0812".into(), inner]), "{name}");
        }
    }
}

#[test]
fn rows_keep_their_numbers() {
    let folder = Folder::new();
    let numbers = |bytes: &str| -> Vec<u32> {
        texts(&read(&folder.file("n.csv", bytes)).unwrap()).into_iter().map(|row| row.0).collect()
    };
    assert_eq!(numbers("a,b\n\n\n1,2\n"), [1, 4]);
    assert_eq!(numbers("\n\na,b\n1,2"), [3, 4]);
    assert_eq!(numbers("a,b\n\n\"x\n\ny\",2\n\n3,4"), [1, 3, 5]);
    assert_eq!(numbers("a,b\r\r1,2\r"), [1, 3]);
    assert_eq!(numbers("sep=;\r\na;b\r\n1;2\r\n"), [1, 2]);
    assert_eq!(numbers("a,b\n1,2,3,,,\n4\n"), [1, 2, 3]);
}

#[test]
fn limits() {
    let folder = Folder::new();
    let code =
        |bytes: &[u8], limits: Limits| read_within(&folder.file("l.csv", bytes), &limits).unwrap_err().code();
    let default = Limits::default;
    assert_eq!(code(b"", default()), "empty");
    assert_eq!(code(b"\xEF\xBB\xBF\r\n \r\n", default()), "empty");
    assert_eq!(code(b"a\nb\nc\n", Limits { rows: 2, ..default() }), "too_many_rows");
    assert_eq!(code(b"a,b,c\n", Limits { columns: 2, ..default() }), "too_many_columns");
    assert_eq!(code(b"a,b,c\n", Limits { cells: 2, ..default() }), "too_many_cells");
    assert_eq!(code(b"a,b,c\n", Limits { file_bytes: 5, ..default() }), "too_large");
    let endless = format!("a,b\n1,\"{}", "x\n".repeat(40_000));
    assert_eq!(code(endless.as_bytes(), default()), "cell_too_long");
    assert_eq!(code(",".repeat(2_000_000).as_bytes(), default()), "damaged");
    assert_eq!(code(b"a,b\n1,\0\n", default()), "not_a_spreadsheet");
    assert_eq!(code(b"%PDF-1.7\n\x01\x02", default()), "not_a_spreadsheet");
    assert_eq!(code(b"MZ\x90\0\x03\0\0\0", default()), "not_a_spreadsheet");
    assert_eq!(code(b"\n<html><table>", default()), "web_page");
    assert_eq!(code(b"<?xml version='1.0'?><Workbook/>", default()), "web_page");
}
