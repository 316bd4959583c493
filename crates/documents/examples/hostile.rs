//! Files made to harm the reader, at full size: each is made, read in a process of its own, and what became of it
//! is printed with the time it took and the most memory it held. Ends with an error when one took longer than 10
//! seconds or more than 300 MiB, or its process died.
//!
//! `cargo xtask bench hostile`

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use asuh_documents::sheet::{Limits, Row, SheetReader};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const SECONDS: u64 = 10;
const KIBIBYTES: u64 = 300 * 1024;

type Package = ZipWriter<BufWriter<File>>;

fn part(zip: &mut Package, name: &str, bytes: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
}

/// A workbook of one sheet whose parts are still to be written.
fn workbook(path: &Path) -> Package {
    let mut zip = ZipWriter::new(BufWriter::new(File::create(path).unwrap()));
    let to = |kind: &str, target: &str| {
        format!(
            "<Relationships><Relationship Id=\"a\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/></Relationships>"
        )
    };
    part(&mut zip, "_rels/.rels", to("officeDocument", "xl/workbook.xml").as_bytes());
    let book = b"<workbook><sheets><sheet name=\"A\" r:id=\"a\"/></sheets></workbook>";
    part(&mut zip, "xl/workbook.xml", book);
    part(&mut zip, "xl/_rels/workbook.xml.rels", to("worksheet", "worksheets/sheet1.xml").as_bytes());
    zip
}

/// A part that says the same again and again, between a beginning and an end.
fn repeated(zip: &mut Package, name: &str, begin: &str, piece: &str, times: usize, end: &str) {
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(begin.as_bytes()).unwrap();
    let many = piece.repeat(1_000);
    for _ in 0..times / 1_000 {
        zip.write_all(many.as_bytes()).unwrap();
    }
    zip.write_all(end.as_bytes()).unwrap();
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

/// A case: its name, and what makes it.
type Case = (&'static str, fn(&Path));

const CASES: &[Case] = &[
    ("sparse corners", |path| {
        let mut zip = workbook(path);
        let sheet = "<worksheet><sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>\
                     <row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row></sheetData></worksheet>";
        part(&mut zip, SHEET, sheet.as_bytes());
        zip.finish().unwrap();
    }),
    ("1 GB of shared strings", |path| {
        let mut zip = workbook(path);
        let text = format!("<si><t>{}</t></si>", "a".repeat(100));
        repeated(&mut zip, "xl/sharedStrings.xml", "<sst>", &text, 9_000_000, "</sst>");
        part(&mut zip, SHEET, b"<worksheet/>");
        zip.finish().unwrap();
    }),
    ("1,000,000 rows of 20", |path| {
        let mut zip = workbook(path);
        let row = format!("<row>{}</row>", "<c><v>12345</v></c>".repeat(20));
        repeated(&mut zip, SHEET, "<worksheet><sheetData>", &row, 1_000_000, "</sheetData></worksheet>");
        zip.finish().unwrap();
    }),
    ("150,000 rows of 30, allowed", |path| {
        let mut zip = workbook(path);
        let row = format!("<row>{}</row>", "<c t=\"str\"><v>Isi sel</v></c>".repeat(30));
        repeated(&mut zip, SHEET, "<worksheet><sheetData>", &row, 150_000, "</sheetData></worksheet>");
        zip.finish().unwrap();
    }),
    ("nested packages", |path| {
        let mut inner = Vec::new();
        for _ in 0..6 {
            let mut zip = workbook(path);
            part(
                &mut zip,
                SHEET,
                b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>",
            );
            part(&mut zip, "xl/embeddings/book.xlsx", &inner);
            zip.finish().unwrap();
            inner = std::fs::read(path).unwrap();
        }
    }),
    ("lying sizes", |path| {
        let mut zip = workbook(path);
        let row = "<row><c><v>1</v></c></row>";
        repeated(&mut zip, SHEET, "<worksheet><sheetData>", row, 1_000_000, "</sheetData></worksheet>");
        zip.finish().unwrap();
        let mut bytes = std::fs::read(path).unwrap();
        for (mark, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
            for start in 0..bytes.len() - 30 {
                if &bytes[start..start + 4] == mark {
                    bytes[start + at..start + at + 4].copy_from_slice(&10_u32.to_le_bytes());
                }
            }
        }
        std::fs::write(path, bytes).unwrap();
    }),
    ("document type", |path| {
        let mut zip = workbook(path);
        let mut laughs = "<!DOCTYPE a [<!ENTITY a0 \"ha\">".to_owned();
        for n in 1..30 {
            let _ = write!(laughs, "<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1);
        }
        part(&mut zip, SHEET, format!("{laughs}]><worksheet>&a29;</worksheet>").as_bytes());
        zip.finish().unwrap();
    }),
    ("10,000 sheets", |path| {
        let mut zip = workbook(path);
        for n in 1..=10_000 {
            part(&mut zip, &format!("xl/worksheets/sheet{n}.xml"), b"<worksheet/>");
        }
        zip.finish().unwrap();
    }),
    ("encrypted", |path| {
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
        std::fs::write(path, [head, vec![0; 20_000_000], name].concat()).unwrap();
    }),
    ("renamed program", |path| {
        std::fs::write(path, [b"MZ\x90\x00\x03\x00".to_vec(), vec![0; 20_000_000]].concat()).unwrap();
    }),
    ("formula cells", |path| {
        let mut zip = workbook(path);
        let row = format!("<row>{}</row>", "<c><f>HYPERLINK(\"http://x\")</f><v>1</v></c>".repeat(20));
        repeated(&mut zip, SHEET, "<worksheet><sheetData>", &row, 100_000, "</sheetData></worksheet>");
        zip.finish().unwrap();
    }),
    ("30 MB of CP1252", |path| {
        let row = "Desa;Sit\u{ed};1501010101800001;Ya\n".chars().map(|c| c as u8).collect::<Vec<u8>>();
        std::fs::write(path, row.repeat(30_000_000 / row.len())).unwrap();
    }),
    ("30 MB of UTF-16", |path| {
        let row: Vec<u8> =
            "Desa\tSití\t1501010101800001\tYa\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(path, [vec![0xFF, 0xFE], row.repeat(30_000_000 / row.len())].concat()).unwrap();
    }),
    ("a quotation mark never closed", |path| {
        std::fs::write(path, format!("a;b\n\"{}", "x;y\n".repeat(7_000_000))).unwrap();
    }),
];

/// Reads a file and says what became of it: the child's part.
fn read(path: &Path) {
    let mut row = Row::default();
    let mut rows = 0;
    let read = SheetReader::open(path, &Limits::default()).and_then(|mut reader| {
        while reader.next_row(&mut row)? {
            rows += 1;
        }
        Ok(())
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" 0 kB");
    let peak = peak.split_whitespace().next().unwrap_or("0");
    match read {
        Ok(()) => println!("{peak} read: {rows} rows"),
        Err(error) => println!("{peak} refused: {}", error.code()),
    }
}

fn main() -> ExitCode {
    if let Some(path) = std::env::args().nth(1).filter(|path| !path.starts_with("--")) {
        read(Path::new(&path));
        return ExitCode::SUCCESS;
    }
    let folder = std::env::temp_dir().join(format!("asuh-hostile-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("file.xlsx");
    let mut good = true;
    println!("{:<30} {:>9} {:>8} {:>9}  became", "file", "size KB", "seconds", "peak MiB");
    for (name, make) in CASES {
        make(&path);
        let began = Instant::now();
        let child = Command::new(std::env::current_exe().unwrap()).arg(&path).output().unwrap();
        let took = began.elapsed();
        let said = String::from_utf8_lossy(&child.stdout).into_owned();
        let (peak, became) = said.trim().split_once(' ').unwrap_or(("0", "died"));
        let peak: u64 = peak.parse().unwrap_or(0);
        let fine = child.status.success() && took <= Duration::from_secs(SECONDS) && peak <= KIBIBYTES;
        good &= fine;
        println!(
            "{name:<30} {:>9} {:>8.2} {:>9}  {became}{}",
            std::fs::metadata(&path).unwrap().len() / 1_000,
            took.as_secs_f64(),
            peak / 1024,
            if fine { "" } else { "  <- too much" }
        );
    }
    let _ = std::fs::remove_dir_all(&folder);
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
