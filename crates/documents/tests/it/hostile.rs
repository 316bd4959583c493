//! Files made to harm the reader. Each must be refused or read, quickly and in little memory.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use asuh_documents::sheet::Limits;
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::{Folder, read, read_within};

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// A package of the given parts, deflated.
fn package(path: &Path, parts: &[(&str, &[u8])]) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// The smallest workbook, with this sheet and these further parts.
fn workbook(path: &Path, sheet: &[u8], more: &[(&str, &[u8])]) {
    let package_relations = format!(
        "<Relationships><Relationship Id=\"a\" Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let relations = format!(
        "<Relationships><Relationship Id=\"a\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
    );
    let mut parts: Vec<(&str, &[u8])> = vec![
        ("_rels/.rels", package_relations.as_bytes()),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"A\" r:id=\"a\"/></sheets></workbook>"),
        ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ];
    for part in more {
        match parts.iter_mut().find(|known| known.0 == part.0) {
            Some(known) => *known = *part,
            None => parts.push(*part),
        }
    }
    package(path, &parts);
}

/// The text of one part.
pub(crate) fn part(path: &Path, name: &str) -> String {
    let mut zip = ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut text = String::new();
    zip.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// A copy of a package with one part changed.
pub(crate) fn change(from: &Path, to: &Path, name: &str, change: impl Fn(String) -> String) {
    let mut zip = ZipArchive::new(std::fs::File::open(from).unwrap()).unwrap();
    let names: Vec<String> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut parts = Vec::new();
    for part in names {
        let mut bytes = Vec::new();
        zip.by_name(&part).unwrap().read_to_end(&mut bytes).unwrap();
        if part == name {
            bytes = change(String::from_utf8(bytes).unwrap()).into_bytes();
        }
        parts.push((part, bytes));
    }
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    package(to, &parts);
}

/// The refusal.
fn refused(path: &Path, limits: &Limits) -> &'static str {
    match read_within(path, limits) {
        Ok(rows) => panic!("read {} rows", rows.len()),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            error.code()
        }
    }
}

fn refused_sheet(sheet: &str, more: &[(&str, &[u8])]) -> &'static str {
    let folder = Folder::new();
    let path = folder.path("a.xlsx");
    workbook(&path, sheet.as_bytes(), more);
    refused(&path, &Limits::default())
}

/// Memory that this process ever used, in bytes.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn the_smallest_workbook_is_read() {
    let folder = Folder::new();
    let path = folder.path("a.xlsx");
    workbook(&path, b"<worksheet><sheetData><row><c t=\"inlineStr\"><is><t>a</t></is></c><c><v>1</v></c></row></sheetData></worksheet>", &[]);
    assert_eq!(read(&path).unwrap()[0].cells.len(), 2);
}

#[test]
fn corners_far_apart() {
    let far = "<worksheet><dimension ref=\"A1:XFD1048576\"/><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
               <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>";
    assert_eq!(refused_sheet(far, &[]), "too_many_columns");

    let folder = Folder::new();
    let path = folder.path("low.xlsx");
    workbook(&path, far.replace("XFD1048576\"><v>", "B1048576\"><v>").as_bytes(), &[]);
    assert_eq!(read(&path).unwrap().iter().map(|row| row.number).collect::<Vec<_>>(), [1, 1_048_576]);
}

#[test]
fn places_that_do_not_exist() {
    let cell = |r: &str| {
        format!("<worksheet><sheetData><row><c r=\"{r}\"><v>1</v></c></row></sheetData></worksheet>")
    };
    for place in ["ZZZZZZZZZZZZ1", "A99999999999999999999", "A0", "1", "", "A1:B2", "é"] {
        assert!(matches!(refused_sheet(&cell(place), &[]), "damaged" | "too_many_columns"), "{place}");
    }
    let back = "<worksheet><sheetData><row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"3\"><c r=\"A3\"><v>1</v></c></row></sheetData></worksheet>";
    assert_eq!(refused_sheet(back, &[]), "damaged");
}

#[test]
fn four_hundred_megabytes_in_a_small_file() {
    let folder = Folder::new();
    let path = folder.path("bomb.xlsx");
    let row = format!("<row><c><v>1</v></c></row>{}", " ".repeat(200_000));
    let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(20));
    workbook(&path, sheet.as_bytes(), &[]);
    let mut one = ZipArchive::new(std::io::Cursor::new(std::fs::read(&path).unwrap())).unwrap();
    // The same packed sheet again and again.
    let mut zip =
        ZipWriter::new_append(std::fs::File::options().read(true).write(true).open(&path).unwrap()).unwrap();
    for n in 2..=105 {
        let packed = one.by_name("xl/worksheets/sheet1.xml").unwrap();
        zip.raw_copy_file_rename(packed, format!("xl/worksheets/sheet{n}.xml")).unwrap();
    }
    zip.finish().unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 2_000_000);
    assert_eq!(refused(&path, &Limits::default()), "inflates_too_much");
    if let Some(peak) = peak_memory() {
        assert!(peak < 250_000_000, "{peak}");
    }
}

#[test]
fn cells_and_rows_without_end() {
    let folder = Folder::new();
    let path = folder.path("bomb.xlsx");
    let sheet = |row: &str, times: usize| {
        format!("<worksheet><sheetData>{}</sheetData></worksheet>", row.repeat(times))
    };
    workbook(&path, sheet("<c/>", 100_001).as_bytes(), &[]);
    assert_eq!(refused(&path, &Limits { cells: 100_000, ..Limits::default() }), "too_many_cells");
    workbook(&path, sheet("<row/>", 1_048_577).as_bytes(), &[]);
    assert_eq!(refused(&path, &Limits::default()), "too_many_rows");
    workbook(&path, sheet("<row><c><v>1</v></c></row>", 101).as_bytes(), &[]);
    assert_eq!(refused(&path, &Limits { rows: 100, ..Limits::default() }), "too_many_rows");
    let long = format!("<row><c t=\"str\"><v>{}</v></c></row>", "x".repeat(32_768));
    workbook(&path, sheet(&long, 1).as_bytes(), &[]);
    assert_eq!(refused(&path, &Limits::default()), "cell_too_long");
}

#[test]
fn bytes_that_count_for_nothing() {
    let folder = Folder::new();
    let path = folder.path("bomb.xlsx");
    let zeros = vec![0; 10_000_000];
    workbook(&path, b"<worksheet/>", &[("xl/media/image1.png", &zeros)]);
    let limits = Limits { inflated_bytes: 1_000_000, ..Limits::default() };
    assert_eq!(refused(&path, &limits), "inflates_too_much");
    let big = [b"<workbook>".to_vec(), vec![b' '; 9_000_000]].concat();
    workbook(&path, b"<worksheet/>", &[("xl/workbook.xml", &big)]);
    assert_eq!(refused(&path, &Limits::default()), "damaged");
}

#[test]
fn strings_that_fill_the_memory() {
    let sst = |head: &str, item: &str, times: usize| format!("<sst{head}>{}</sst>", item.repeat(times));
    let code = |sst: &str, limit: u64| {
        let folder = Folder::new();
        let path = folder.path("a.xlsx");
        workbook(&path, b"<worksheet/>", &[("xl/sharedStrings.xml", sst.as_bytes())]);
        refused(&path, &Limits { shared_strings_bytes: limit, ..Limits::default() })
    };
    assert_eq!(code(&sst("", "<si/>", 100_000), 1_000_000), "too_much_text");
    assert_eq!(
        code(&sst("", "<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>", 20_000), 1_000_000),
        "too_much_text"
    );
    // Announced only, which the library would believe.
    assert_eq!(code(&sst(" uniqueCount=\"900000000\"", "<si/>", 1), 160_000_000), "too_much_text");
    assert_eq!(code(&sst(" uniqueCount='99999999999999999'", "<si/>", 1), 160_000_000), "damaged");
    // One endless string in many runs.
    let runs = "<r><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></r>".repeat(60_000);
    assert_eq!(code(&format!("<sst><si>{runs}</si></sst>"), 160_000_000), "damaged");
}

#[test]
fn styles_that_fill_the_memory() {
    let name = "x".repeat(4_000);
    let styles = format!(
        "<styleSheet><fonts><font><name val=\"{name}\"/></font></fonts><cellXfs>{}</cellXfs></styleSheet>",
        "<xf fontId=\"0\"/>".repeat(60_000)
    );
    assert_eq!(refused_sheet("<worksheet/>", &[("xl/styles.xml", styles.as_bytes())]), "damaged");
}

#[test]
fn document_types() {
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"ha\"><!ENTITY c \"&b;&b;\">]><worksheet/>";
    assert_eq!(refused_sheet(laughs, &[]), "has_dtd");
    assert_eq!(refused_sheet("<worksheet/>", &[("docProps/core.xml", laughs.as_bytes())]), "has_dtd");
    let wide: Vec<u8> = laughs.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused_sheet("<worksheet/>", &[("xl/styles.xml", &wide)]), "damaged");
}

#[test]
fn parts_by_the_thousand() {
    let folder = Folder::new();
    let path = folder.path("a.xlsx");
    let names: Vec<String> = (0..10_000).map(|n| format!("xl/worksheets/sheet{n}.xml")).collect();
    let mut parts: Vec<(&str, &[u8])> =
        names.iter().map(|name| (name.as_str(), &b"<worksheet/>"[..])).collect();
    parts.push(("xl/workbook.xml", b"<workbook/>"));
    package(&path, &parts);
    assert_eq!(refused(&path, &Limits::default()), "too_many_parts");
    package(&path, &parts[9_600..]);
    assert_eq!(refused(&path, &Limits::default()), "too_many_parts");
    let many = format!("<workbook>{}</workbook>", "<sheet name=\"a\" r:id=\"a\"/>".repeat(10_000));
    assert_eq!(refused_sheet("<worksheet/>", &[("xl/workbook.xml", many.as_bytes())]), "too_many_parts");
}

#[test]
fn sheets_that_point_elsewhere() {
    let to = |target: &str| {
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"{RELATIONS}/worksheet\" Target=\"{target}\"/></Relationships>"
        )
    };
    let more = |rels: &str| refused_sheet("<worksheet/>", &[("xl/_rels/workbook.xml.rels", rels.as_bytes())]);
    assert_eq!(more(&to("media/image1.png")), "damaged");
    assert_eq!(more(&to("/etc/passwd.xml")), "damaged");
    assert_eq!(more(&to("workbook.xml")), "damaged");
}

#[test]
fn sizes_that_lie() {
    let folder = Folder::new();
    let path = folder.path("a.xlsx");
    let sheet = format!(
        "<worksheet><sheetData>{}</sheetData></worksheet>",
        "<row><c><v>1</v></c></row>".repeat(200_000)
    );
    workbook(&path, sheet.as_bytes(), &[]);
    let mut bytes = std::fs::read(&path).unwrap();
    // Unpacked size of every entry: 22 bytes into a local header, 24 into a directory entry.
    let small = Limits { inflated_bytes: 1_000_000, ..Limits::default() };
    for (mark, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        for start in 0..bytes.len() - 30 {
            if &bytes[start..start + 4] == mark {
                bytes[start + at..start + at + 4].copy_from_slice(&10u32.to_le_bytes());
            }
        }
    }
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(refused(&path, &small), "inflates_too_much" | "damaged"));
    assert!(matches!(refused(&path, &Limits::default()), "too_many_rows" | "damaged"));
}

#[test]
fn broken_packages() {
    let folder = Folder::new();
    let good = folder.path("good.xlsx");
    let sheet = "<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>";
    workbook(&good, sheet.as_bytes(), &[]);
    let bytes = std::fs::read(&good).unwrap();
    for end in (4..bytes.len()).step_by(7) {
        assert_eq!(refused(&folder.file("cut.xlsx", &bytes[..end]), &Limits::default()), "damaged");
    }
    assert_eq!(refused_sheet("<worksheet><sheetData><row><c><v>1</v", &[]), "damaged");
    assert_eq!(refused_sheet("<worksheet><sheetData><row><c><v>1</v></row>", &[]), "damaged");
    assert_eq!(refused_sheet("", &[]), "damaged");
    assert_eq!(refused_sheet("<worksheet><sheetData></sheetData></worksheet>", &[]), "empty");
    assert_eq!(refused_sheet(&sheet.replace("<c>", "<c t=\"s\">"), &[]), "damaged");
}

#[test]
fn other_kinds_of_file() {
    let folder = Folder::new();
    let limits = Limits::default();
    let ole = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    assert_eq!(refused(&folder.file("old.xls", [ole.clone(), vec![0; 2000]].concat()), &limits), "old_excel");
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(refused(&folder.file("e.xlsx", [ole, vec![0; 999], name].concat()), &limits), "encrypted");
    assert_eq!(
        refused(&folder.file("virus.xlsx", b"MZ\x90\x00\x03\x00\x00\x00"), &limits),
        "not_a_spreadsheet"
    );
    assert_eq!(refused(&folder.file("virus.csv", b"\x7FELF\x02\x01\x01\x00"), &limits), "not_a_spreadsheet");
    let zip = |parts: &[(&str, &[u8])]| -> PathBuf {
        let path = folder.path("z.xlsx");
        package(&path, parts);
        path
    };
    assert_eq!(refused(&zip(&[("a.txt", b"a")]), &limits), "not_a_spreadsheet");
    assert_eq!(refused(&zip(&[]), &limits), "not_a_spreadsheet");
    assert_eq!(refused(&zip(&[("word/document.xml", b"<a/>")]), &limits), "not_a_spreadsheet");
    assert_eq!(refused(&zip(&[("xl/workbook.bin", b"a")]), &limits), "old_excel");
    let ods: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
    assert_eq!(refused(&zip(&[("mimetype", ods)]), &limits), "open_document");
    assert_eq!(refused(&folder.file("empty.xlsx", b""), &limits), "empty");
    assert!(matches!(read(&folder.path("none.xlsx")), Err(error) if error.code() == "io"));
}

#[test]
fn packages_within_packages() {
    let folder = Folder::new();
    let inner = folder.path("inner.xlsx");
    workbook(&inner, b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>", &[]);
    let mut bytes = std::fs::read(&inner).unwrap();
    // A workbook in a workbook, and so on: nobody opens the inner ones.
    for depth in 0..5 {
        let path = folder.path(&format!("{depth}.xlsx"));
        let sheet = b"<worksheet><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>";
        workbook(&path, sheet, &[("xl/embeddings/book.xlsx", &bytes)]);
        assert_eq!(read(&path).unwrap().len(), 1);
        bytes = std::fs::read(&path).unwrap();
    }
    // A package that is nothing but packages is no workbook.
    let path = folder.path("nested.zip.xlsx");
    package(&path, &[("a.xlsx", &bytes), ("b.xlsx", &bytes)]);
    assert_eq!(refused(&path, &Limits::default()), "not_a_spreadsheet");
}

#[test]
fn formulas_give_what_was_stored_and_never_run() {
    let sheet = "<worksheet><sheetData><row><c t=\"str\"><f>HYPERLINK(\"http://x\",\"a\")</f><v>a</v></c>\
                 <c><f>1+1</f></c><c t=\"str\"><f>cmd|' /C calc'!A0</f><v>b</v></c></row></sheetData></worksheet>";
    let folder = Folder::new();
    let path = folder.path("f.xlsx");
    workbook(&path, sheet.as_bytes(), &[]);
    let rows = read(&path).unwrap();
    let texts: Vec<String> = rows[0].cells.iter().map(|cell| cell.text().into_owned()).collect();
    assert_eq!(texts, ["a", "", "b"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Text that nearly is a list, in every encoding, with quotation marks anywhere.
    #[test]
    fn any_text(pieces in proptest::collection::vec(prop::sample::select(vec![
        "NIK", ";", ",", "\t", "\"", "\"\"", "\n", "\r\n", "\r", " ", "é", "\u{feff}", "=1+1", "3,20101E+15", "\0", "…",
    ]), 0..60), kind in 0usize..4) {
        let text = pieces.concat();
        let bytes: Vec<u8> = match kind {
            0 => text.into_bytes(),
            1 => [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect(),
            2 => [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect(),
            _ => text.chars().map(|c| c as u8).collect(),
        };
        let folder = Folder::new();
        let _ = read(&folder.file("t.csv", bytes));
    }

    /// No bytes make the reader panic, whatever they begin with.
    #[test]
    fn any_bytes(start in 0usize..6, bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let folder = Folder::new();
        let start: &[u8] = [&b""[..], b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE", b"a;b\n", b"\xEF\xBB\xBF"][start];
        let _ = read(&folder.file("r.xlsx", [start, &bytes].concat()));
    }

    /// A good package with random bytes in it.
    #[test]
    fn any_spoilt_package(changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let folder = Folder::new();
        let path = folder.path("s.xlsx");
        workbook(&path, b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row></sheetData></worksheet>", &[]);
        let mut bytes = std::fs::read(&path).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&folder.file("s.xlsx", &bytes));
    }

    /// XML that nearly is a sheet.
    #[test]
    fn any_sheet(pieces in proptest::collection::vec(prop::sample::select(vec![
        "<sheetData>", "</sheetData>", "<row>", "<row r=\"3\">", "</row>", "<c>", "<c r=\"B2\" t=\"s\">", "<c t=\"str\">",
        "<c t=\"d\" s=\"9\">", "<c t=\"x\"/>", "</c>", "<v>", "</v>", "1", "1e999", "-", "<is><t>", "</t></is>", "&amp;", "&x;",
        "<!--", "-->", "<dimension ref=\"C3:A1\"/>", "<f>", "</f>", "2024-01-01", "é", "nan", "<c r=\"ZZZ99\">",
    ]), 0..40)) {
        let folder = Folder::new();
        let path = folder.path("x.xlsx");
        workbook(&path, format!("<worksheet>{}</worksheet>", pieces.concat()).as_bytes(), &[]);
        let _ = read(&path);
    }
}
