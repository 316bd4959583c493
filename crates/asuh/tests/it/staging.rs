//! Spreadsheets on their way in, on both engines.

use std::path::PathBuf;
use std::time::Duration;

use asuh::ground::access::Role;
use asuh::ground::staging::{self, RunError, Severity, Summary};
use asuh::steps::registry::territories;
use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, DistrictId, Fault, Id, Tx, args};
use serde::{Deserialize, Serialize};

use crate::support::{KERINCI, TestApp, VILLAGES};

const HEADER: &str = "Kecamatan,Desa/Kelurahan,RW,RT,Kode Keluarga Indonesia,No KK,NIK Kepala Keluarga,Nama Kepala Keluarga,\
                      NIK Istri,Nama Istri,PUS Hamil,Kategori KRS,Peringkat Kesejahteraan,Catatan";

/// A family as a line of the list; the numbers cannot be anybody's (serials of a province that is none).
fn line(nth: u32, head: &str, pregnant: &str) -> String {
    format!(
        "Gunung Raya,Selam Paung,1,02,KKI-{nth:05},150101{nth:010},150101010180{nth:04},{head},-,Siti {head},{pregnant},Ya,1,x"
    )
}

fn list(lines: &[String]) -> String {
    let mut text = format!("DAFTAR KELUARGA BERISIKO STUNTING\n\n{HEADER}\n");
    for line in lines {
        text.push_str(line);
        text.push('\n');
    }
    text
}

fn file(test: &TestApp, name: &str, content: &[u8]) -> PathBuf {
    let path = test.db.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

async fn import(test: &TestApp, content: &str) -> Summary {
    let path = file(test, "krs.csv", content.as_bytes());
    staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.expect("an import")
}

fn counts(summary: &Summary) -> (i64, i64, i64, i64, i64) {
    (summary.rows, summary.new, summary.changed, summary.same, summary.errors)
}

async fn current(test: &TestApp, table: &str) -> i64 {
    test.number(
        &format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = 1 AND superseded_at = $1"),
        args![i64::MAX],
    )
    .await
}

#[db_test]
async fn a_list_becomes_families_and_the_same_list_changes_nothing(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let content = list(&[line(1, "Budi", "V"), line(2, "Agus", "-"), line(3, "Hasan", "Tidak")]);
    assert_eq!(counts(&import(&test, &content).await), (3, 3, 0, 0, 0));
    assert_eq!(current(&test, "family_version").await, 3);
    assert_eq!(current(&test, "person_version").await, 6);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM maternity", args![]).await, 1);
    let again = import(&test, &content).await;
    assert_eq!(counts(&again), (3, 0, 0, 3, 0), "{again:?}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM family_version", args![]).await, 3);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM person_version", args![]).await, 6);

    // A change makes a version; a blank takes nothing away.
    let changed = list(&[line(1, "Budi", "Tidak").replace("150101010180", "").replace("0001,Budi", "-,Budi")]);
    let third = import(&test, &changed).await;
    assert_eq!(counts(&third), (1, 0, 1, 0, 0), "{third:?}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM family_version", args![]).await, 4);
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM person_version WHERE relation = 'head' AND nik_hash IS NOT NULL", args![])
            .await,
        3
    );
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM maternity WHERE ends_on IS NULL", args![]).await, 0);
    // Nothing personal lies open.
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM import_row WHERE record_open IS NOT NULL", args![]).await,
        0
    );
}

#[db_test]
async fn a_family_without_numbers_is_found_by_its_names(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let content = "Kecamatan;Desa;RW;RT;Nama KK;Nama Istri;Punya Baduta\n\
                   Gunung Raya;Selam Paung;001;001;Budi;Siti;Ya\n\
                   Gunung Raya;Selam Paung;001;002;Budi;Ani;Ya\n\
                   Gunung Raya;Air Mumu;001;001;Budi;Siti;-\n\
                   Gunung Raya;Selam Paung;001;001;BUDI;siti;Ya\n";
    let first = import(&test, content).await;
    assert_eq!(counts(&first), (4, 3, 0, 0, 1), "{first:?}");
    assert!(first.messages[0].message.contains("Sama dengan baris 2"), "{first:?}");
    assert_eq!(first.messages[0].row, 5);
    let again = import(&test, content).await;
    assert_eq!(counts(&again), (4, 0, 0, 3, 1), "{again:?}");
    assert_eq!(current(&test, "family_version").await, 3);
}

#[db_test]
async fn every_writing_of_a_text_file_is_read(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let content = list(&[line(1, "Siti Rahmawatí", "V")]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain(content.replace(',', "\t").encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    let cp1252: Vec<u8> = content.chars().map(|c| if c == 'í' { 0xed } else { c as u8 }).collect();
    for (nth, bytes) in
        [content.clone().into_bytes(), content.replace(',', ";").into_bytes(), utf16, cp1252].iter().enumerate()
    {
        let path = file(&test, "krs.csv", bytes);
        let summary =
            staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.unwrap();
        let expected = if nth == 0 { (1, 1, 0, 0, 0) } else { (1, 0, 0, 1, 0) };
        assert_eq!(counts(&summary), expected, "writing {nth}: {summary:?}");
    }
}

#[db_test]
async fn what_is_wrong_is_said_beside_its_cell_and_the_rest_goes_in(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let content = list(&[
        line(1, "Budi", "V"),
        line(2, "Agus", "-").replace("Selam Paung", "Desa Tiada"),
        line(3, "Hasan", "-").replace("1501010101800003", "1.50101E+15"),
        line(4, "", "-"),
        line(5, "Dedi", "-").replace("Gunung Raya", "Siulak"),
        line(6, "Eko", "-").replace("1501010101800006", "15010101******06"),
        line(1, "Budi", "V"),
    ]);
    let summary = import(&test, &content).await;
    assert_eq!(counts(&summary), (7, 2, 0, 0, 5), "{summary:?}");
    let said: Vec<(u32, &str)> = summary
        .messages
        .iter()
        .filter(|message| message.severity == Severity::Error)
        .map(|message| (message.row, message.column.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (5, "Desa/Kelurahan"),
            (6, "NIK Kepala Keluarga"),
            (7, "Nama Kepala Keluarga"),
            (8, "Kecamatan"),
            (10, "")
        ]
    );
    assert!(summary.messages[1].message.starts_with("NIK dibulatkan oleh Excel – ubah kolom ke Teks"));
    let json = serde_json::to_value(&summary).unwrap();
    assert_eq!(json["errors"], 5);
    assert_eq!(json["messages"][0]["severity"], "error");
    assert_eq!(json["messages"][0]["value"], "Desa Tiada");
    assert_eq!(json.as_object().unwrap().keys().collect::<Vec<_>>(), ["changed", "errors", "messages", "new", "rows", "same"]);
}

#[db_test]
async fn a_dry_run_saves_nothing_and_leaves_nothing(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let path = file(&test, "krs.csv", list(&[line(1, "Budi", "V")]).as_bytes());
    let mut states = Vec::new();
    let summary = staging::run(&test.app, &test.system(), "krs", &path, true, &mut |progress| {
        states.push(progress.state.clone());
    })
    .await
    .unwrap();
    assert_eq!(counts(&summary), (1, 1, 0, 0, 0));
    assert_eq!(states.last().map(String::as_str), Some("refused"));
    for table in ["family", "import_row", "import_file", "import_message"] {
        assert_eq!(test.number(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await, 0, "{table}");
    }
    assert_eq!(std::fs::read_dir(test.db.folder().join("uploads")).unwrap().count(), 0, "no file is left open");
}

#[db_test]
async fn a_workbook_with_numbers_for_niks_is_told_how_to_mend_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let path = test.db.folder().join("krs.xlsx");
    let columns = [
        Column::new("Kecamatan", Kind::Text),
        Column::new("Desa", Kind::Text),
        Column::new("Nama Kepala\nKeluarga", Kind::Text),
        Column::new("NIK Kepala Keluarga", Kind::Decimal(0)),
        Column::new("Tgl Lahir Istri", Kind::Date),
        Column::new("Nama Istri", Kind::Text),
    ];
    let mut sheet = SheetWriter::xlsx(&path, "Lembar1", &columns).unwrap();
    let day = time::macros::date!(1999 - 03 - 02);
    let text = Value::Text;
    sheet
        .row(&[text("Gunung Raya"), text("Air Mumu"), text("Budi"), Value::Number(1.501010101800001e15), Value::Empty, text("-")])
        .unwrap();
    sheet
        .row(&[text("gunung raya"), text("Desa AIR MUMU"), text("Agus"), Value::Empty, Value::Date(day), text("Siti")])
        .unwrap();
    sheet.finish().unwrap();
    let summary = staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!(counts(&summary), (2, 1, 0, 0, 1), "{summary:?}");
    assert!(summary.messages[0].message.contains("NIK dibulatkan oleh Excel"));
    assert_eq!(
        test.number("SELECT birth_date AS n FROM person_version WHERE relation = 'wife'", args![]).await,
        19_990_302
    );
}

#[db_test]
async fn files_that_are_no_lists_are_refused_with_the_reason(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let many = |n: u32| (0..n).map(|nth| line(nth, "Budi", "-")).collect::<Vec<_>>();
    for (content, part) in [
        (b"PK\x03\x04 no workbook at all".to_vec(), "rusak"),
        (b"<html><table><tr><td>NIK</td></tr></table></html>".to_vec(), "halaman web"),
        (b"Nama,Umur\nBudi,3\n".to_vec(), "Judul kolom tidak ditemukan"),
        (b"Nama Kepala Keluarga,Kecamatan\nBudi,Gunung Raya\n".to_vec(), "tidak ditemukan: Desa/Kelurahan. Yang ada di berkas: Kecamatan, Nama Kepala Keluarga"),
        (list(&[]).into_bytes(), "tidak ada baris data"),
        (Vec::new(), "tidak berisi apa pun"),
    ] {
        let path = file(&test, "x.csv", &content);
        let refused = staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(part), "{refused}");
    }
    assert!(matches!(
        staging::run(&test.app, &test.system(), "apa", &test.db.folder(), false, &mut |_| {}).await,
        Err(RunError::Kind(_))
    ));
    // The process lives and takes the next list in.
    assert_eq!(counts(&import(&test, &list(&many(3))).await), (3, 3, 0, 0, 0));
}
