//! Spreadsheets on their way in, on both engines.

use std::path::PathBuf;
use std::time::Duration;

use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_ground::access::Role;
use asuh_ground::staging::{self, RunError, Severity, Summary};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};

use crate::support::TestApp;

const HEADER: &str = "Kecamatan,Desa/Kelurahan,RW,RT,Kode Keluarga Indonesia,No KK,NIK Kepala Keluarga,Nama Kepala Keluarga,\
                      NIK Istri,Nama Istri,PUS Hamil,Kategori KRS,Peringkat Kesejahteraan,Catatan";

/// A family as a line of the list; the numbers cannot be anybody's (serials of a province that is none).
fn line(nth: u32, head: &str, pregnant: &str) -> String {
    // No number ends in 0000: a spreadsheet would have rounded it.
    let serial = if nth == 0 { 9_999 } else { nth };
    format!(
        "Gunung Raya,Selam Paung,1,02,KKI-{nth:05},150101{serial:010},15010101018{serial:05},{head},-,Siti {head},{pregnant},Ya,1,x"
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

pub(crate) fn file(test: &TestApp, name: &str, content: &[u8]) -> PathBuf {
    let path = test.db.folder().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

async fn import(test: &TestApp, content: &str) -> Summary {
    let path = file(test, "krs.csv", content.as_bytes());
    staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.expect("an import")
}

pub(crate) fn counts(summary: &Summary) -> (i64, i64, i64, i64, i64) {
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
    let changed = list(&[line(1, "Budi", "Tidak").replace("1501010101800001,Budi", "-,Budi")]);
    let third = import(&test, &changed).await;
    assert_eq!(counts(&third), (1, 0, 1, 0, 0), "{third:?}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM family_version", args![]).await, 4);
    assert_eq!(
        test.number(
            "SELECT COUNT(*) AS n FROM person_version WHERE relation = 'head' AND nik_hash IS NOT NULL",
            args![]
        )
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
    for (nth, bytes) in [content.clone().into_bytes(), content.replace(',', ";").into_bytes(), utf16, cp1252]
        .iter()
        .enumerate()
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
    assert_eq!(
        json.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["changed", "errors", "messages", "new", "rows", "same"]
    );
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
    assert_eq!(
        std::fs::read_dir(test.db.folder().join("uploads")).unwrap().count(),
        0,
        "no file is left open"
    );
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
        .row(&[
            text("Gunung Raya"),
            text("Air Mumu"),
            text("Budi"),
            Value::Number(1.501010101800001e15),
            Value::Empty,
            text("-"),
        ])
        .unwrap();
    sheet
        .row(&[
            text("gunung raya"),
            text("Desa AIR MUMU"),
            text("Agus"),
            Value::Empty,
            Value::Date(day),
            text("Siti"),
        ])
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
        (
            b"Nama Kepala Keluarga,Kecamatan\nBudi,Gunung Raya\n".to_vec(),
            "tidak ditemukan: Desa/Kelurahan. Yang ada di berkas: Kecamatan, Nama Kepala Keluarga",
        ),
        (list(&[]).into_bytes(), "tidak ada baris data"),
        (Vec::new(), "tidak berisi apa pun"),
    ] {
        let path = file(&test, "x.csv", &content);
        let refused =
            staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(part), "{refused}");
    }
    assert!(matches!(
        staging::run(&test.app, &test.system(), "apa", &test.db.folder(), false, &mut |_| {}).await,
        Err(RunError::Kind(_))
    ));
    // The process lives and takes the next list in.
    assert_eq!(counts(&import(&test, &list(&many(3))).await), (3, 3, 0, 0, 0));
}

async fn upload(test: &TestApp, user: &crate::support::Client, content: &str) -> String {
    let location = user
        .upload("/impor", &[("jenis", "krs")], "berkas", "KRS Gunung Raya.csv", content.as_bytes())
        .await
        .to();
    test.run_jobs().await;
    location
}

#[db_test]
async fn a_list_keeper_uploads_looks_saves_and_takes_back(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = keeper.get("/impor").await.ok();
    assert!(page.contains("Keluarga berisiko stunting") && page.contains("Belum ada impor"), "{page}");
    assert!(!page.contains("Kode dan nama wilayah"), "territories are for the admin");

    let content = list(&[line(1, "Budi", "V"), line(2, "Agus", "-").replace("Selam Paung", "Tiada")]);
    let answer =
        keeper.upload("/impor", &[("jenis", "krs")], "berkas", "C:\\KRS.csv", content.as_bytes()).await;
    let path = answer.to();
    let waiting = keeper.get(&path).await.ok();
    assert!(waiting.contains("Antre") && waiting.contains("data-poll"), "{waiting}");
    assert!(waiting.contains("http-equiv=\"refresh\""));
    test.run_jobs().await;
    let ready = keeper.get(&path).await.ok();
    for part in [
        "Menunggu persetujuan",
        "Simpan 1 baris",
        "tidak dikenal di kecamatannya",
        "KRS.csv",
        "Catatan",
        "••••",
    ] {
        assert!(ready.contains(part), "{part}: {ready}");
    }
    assert!(!ready.contains("1501010101800001"), "numbers are masked");
    assert!(keeper.get("/").await.ok().contains("Impor menunggu persetujuan: 1"));
    assert_eq!(current(&test, "family_version").await, 0, "nothing is saved before somebody agrees");

    let own = keeper.get(&format!("{path}/berkas")).await;
    assert!(own.headers["content-disposition"].to_str().unwrap().contains("KRS-kesalahan.csv"));
    let own = own.ok();
    assert!(
        own.contains("Catatan,Kesalahan") && own.contains("Desa/Kelurahan: Desa/kelurahan ini tidak"),
        "{own}"
    );

    let form = crate::support::new_form_id();
    keeper.post_as(&format!("{path}/simpan"), &form, &[]).await.to();
    keeper.post_as(&format!("{path}/simpan"), &form, &[]).await.to();
    test.run_jobs().await;
    let done = keeper.get(&path).await.ok();
    assert!(done.contains("Tersimpan: 1 baru, 0 berubah. 1 baris galat tidak ikut."), "{done}");
    let refused = keeper.post(&format!("{path}/simpan"), &[]).await.refused();
    assert!(refused.contains("sudah diputuskan") && refused.contains("<title>Galat: "), "{refused}");
    assert_eq!(current(&test, "family_version").await, 1);

    keeper.post(&format!("{path}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    let undone = keeper.get(&path).await.ok();
    assert!(undone.contains("Dibatalkan") && undone.contains("4 catatan ditarik kembali, 0"), "{undone}");
    assert_eq!(current(&test, "family_version").await, 0);
    assert_eq!(current(&test, "person_version").await, 0);
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM maternity WHERE retracted_at IS NULL", args![]).await,
        0
    );
    assert!(keeper.get("/impor").await.ok().contains("KRS.csv"));
}

#[db_test]
async fn looking_at_an_import_is_written_down_in_words(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let path = upload(&test, &keeper, &list(&[line(1, "Budi", "V")])).await;
    let looked = || async {
        asuh_ground::audit::flush(&test.app).await.unwrap();
        let sql = "SELECT COUNT(*) AS n FROM access_log WHERE subject_kind = 'import' AND user_id = $1 AND action = $2";
        let opened = test.number(sql, args![keeper.user, "open"]).await;
        (opened, test.number(sql, args![keeper.user, "export"]).await)
    };
    keeper.get("/impor").await.ok();
    assert_eq!(looked().await, (0, 0), "the list names nobody");
    keeper.get(&path).await.ok();
    assert_eq!(looked().await, (1, 0));
    keeper.get(&format!("{path}/berkas")).await.ok();
    assert_eq!(looked().await, (1, 1));
    let auditor = test.with_role(Role::Auditor).await;
    let log = auditor.get("/jejak/akses").await.ok();
    assert!(
        log.contains("isi impor (data banyak orang)") && log.contains("berkas impor dengan kolom"),
        "{log}"
    );
    // A list of territories is about nobody.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let file = b"kode,nama\n15.01.01.2003,Desa Baru\n";
    let answer = admin.upload("/impor", &[("jenis", "territory")], "berkas", "wilayah.csv", file).await.to();
    test.run_jobs().await;
    admin.get(&answer).await.ok();
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let sql = "SELECT COUNT(*) AS n FROM access_log WHERE user_id = $1";
    assert_eq!(test.number(sql, args![admin.user]).await, 0);
}

#[db_test]
async fn who_may_not_import_sees_nothing_of_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.user(Role::ListKeeper, &[1_501_010_000], &[]).await;
    let other = test.user(Role::ListKeeper, &[1_501_020_000], &[]).await;
    let whole = test.with_role(Role::ListKeeper).await;
    let cadre = test.with_role(Role::Cadre).await;
    let content = list(&[
        line(1, "Budi", "V"),
        line(2, "Agus", "-").replace("Gunung Raya,Selam Paung", "Danau Kerinci,Sanggaran Agung"),
    ]);
    let path = upload(&test, &keeper, &content).await;
    let page = keeper.get(&path).await.ok();
    assert!(page.contains("Di luar wilayah tugas Anda") && page.contains("Simpan 1 baris"), "{page}");
    // A foreign kecamatan's keeper, other roles, strangers.
    assert_eq!(other.get(&path).await.status, 404);
    assert_eq!(other.get(&format!("{path}/berkas")).await.status, 404);
    assert_eq!(other.post(&format!("{path}/simpan"), &[]).await.status, 404);
    assert!(other.get("/impor").await.ok().contains("Belum ada impor"));
    assert_eq!(cadre.get("/impor").await.status, 403);
    assert_eq!(cadre.post(&format!("{path}/simpan"), &[]).await.status, 403);
    assert_eq!(test.anonymous().get("/impor").await.to(), "/masuk");
    assert_eq!(whole.get("/impor/x").await.status, 404);
    // The keeper of the whole district sees it and refuses it; everything personal goes.
    whole.post(&format!("{path}/tolak"), &[]).await.to();
    test.run_jobs().await;
    assert!(keeper.get(&path).await.ok().contains("Ditolak oleh petugas"));
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM import_file", args![]).await, 0);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM family", args![]).await, 0);
    assert_eq!(keeper.get(&format!("{path}/berkas")).await.status, 404);
}

#[db_test]
async fn a_bad_upload_keeps_what_was_chosen_and_says_why(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = keeper.upload("/impor", &[("jenis", "krs")], "berkas", "x.csv", b"").await.refused();
    assert!(page.contains("Berkas ini kosong") && page.contains("value=\"krs\" checked"), "{page}");
    let page =
        keeper.upload("/impor", &[("jenis", "territory")], "berkas", "x.csv", b"kode,nama").await.refused();
    assert!(page.contains("tidak tersedia untuk peran Anda"), "{page}");
    let page = keeper.post("/impor", &[("jenis", "krs")]).await.refused();
    assert!(page.contains("Pilih berkas"), "{page}");
    // A file of several megabytes comes through.
    let lines: Vec<String> = (0..2).map(|nth| line(nth, &"x".repeat(1_400), "-")).collect();
    let content = list(&lines).replace(",x\n", &format!(",{}\n", "y".repeat(30_000)));
    let large: String = content.clone() + &"\n".repeat(3 << 20);
    let path = upload(&test, &keeper, &large).await;
    assert!(keeper.get(&path).await.ok().contains("Simpan 2 baris"));
}

#[db_test]
async fn work_that_was_cut_off_goes_on_where_it_was(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let content = list(&(0..730).map(|nth| line(nth, &format!("Kepala {nth}"), "V")).collect::<Vec<_>>());
    let path =
        keeper.upload("/impor", &[("jenis", "krs")], "berkas", "krs.csv", content.as_bytes()).await.to();
    let mut cuts = 0;
    for (state, moved, next) in [
        ("checking", "rows > 0 AND state = 'checking'", Some("simpan")),
        ("committing", "saved_to > 0 AND state = 'committing'", Some("batalkan")),
        ("undoing", "undo_steps > 0 AND state = 'undoing'", None),
    ] {
        for _ in 0..2 {
            let moving = format!("SELECT COUNT(*) AS n FROM import_batch WHERE {moved}");
            let cut = tokio::select! {
                () = test.run_jobs() => false,
                () = until(&test, &moving) => true,
            };
            cuts += i64::from(cut);
            // What was already on its way through the door is done with the old time.
            tokio::time::sleep(Duration::from_millis(100)).await;
            // Nobody takes the job over before its lease is over.
            test.db.clock.advance(120);
        }
        for _ in 0..3 {
            test.run_jobs().await;
            test.db.clock.advance(120);
        }
        match next {
            Some("simpan") => assert_eq!(
                test.number("SELECT COUNT(*) AS n FROM import_row WHERE verdict = 'new'", args![]).await,
                730,
                "{state}"
            ),
            Some(_) => {
                assert_eq!(current(&test, "family_version").await, 730, "{state}");
                assert_eq!(current(&test, "person_version").await, 1460);
                assert_eq!(test.number("SELECT COUNT(*) AS n FROM family", args![]).await, 730);
                assert_eq!(test.number("SELECT saved_new AS n FROM import_batch", args![]).await, 730);
            }
            None => {
                assert_eq!(current(&test, "family_version").await, 0);
                assert_eq!(test.number("SELECT undone AS n FROM import_batch", args![]).await, 730 * 4);
            }
        }
        if let Some(next) = next {
            keeper_again(&test, keeper.user).await.post(&format!("{path}/{next}"), &[]).await.to();
        }
    }
    assert!(cuts > 0, "the work was cut off at least once");
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM import_batch WHERE state = 'undone'", args![]).await,
        1
    );
}

/// The clock has moved: sign in again.
async fn keeper_again(test: &TestApp, user: Id) -> crate::support::Client {
    test.sign_in(user).await
}

async fn until(test: &TestApp, sql: &str) {
    while test.number(sql, args![]).await == 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[db_test]
async fn an_undo_keeps_what_has_moved_on(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &list(&[line(1, "Budi", "-")])).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let content = list(&[line(1, "Budi Santoso", "-"), line(2, "Agus", "-"), line(3, "Hasan", "-")]);
    let path = upload(&test, &keeper, &content).await;
    keeper.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    test.db.clock.advance(60);
    import(&test, &list(&[line(3, "Hasan Basri", "-")])).await;
    keeper.post(&format!("{path}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    let page = keeper.get(&path).await.ok();
    // Family and two persons each of Budi (back to what was) and Agus (gone); Hasan's three stay.
    assert!(page.contains("6 catatan ditarik kembali, 3 dipertahankan"), "{page}");
    assert_eq!(current(&test, "family_version").await, 2);
    let named = |name: &'static str| {
        test.number(
            "SELECT COUNT(*) AS n FROM family_version WHERE superseded_at = $1 AND head_name = $2",
            args![i64::MAX, name],
        )
    };
    assert_eq!((named("Budi").await, named("Hasan Basri").await, named("Agus").await), (1, 1, 0));
    // What came back can change again.
    assert_eq!(counts(&import(&test, &content).await), (3, 1, 2, 0, 0));
}

#[db_test]
async fn a_pregnancy_that_a_list_ended_is_open_again_when_the_list_is_undone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let women = |marks: [&str; 3]| {
        let lines: Vec<String> = (1..)
            .zip(["Budi", "Agus", "Hasan"])
            .zip(marks)
            .map(|((nth, head), mark)| line(nth, head, mark))
            .collect();
        list(&lines)
    };
    import(&test, &women(["V", "V", "V"])).await;
    test.db.clock.advance(86_400);
    let ended = women(["Tidak", "Tidak", "V"]).replace("Siti Agus", "Siti Rahma Agus");
    import(&test, &ended).await;
    let open = || {
        test.number(
            "SELECT COUNT(*) AS n FROM maternity WHERE ends_on IS NULL AND retracted_at IS NULL",
            args![],
        )
    };
    assert_eq!(open().await, 1);
    let admin = test.with_role(Role::DistrictAdmin).await;
    let pregnant = |page: String| page.matches("data-th=\"Nama kepala keluarga\"").count();
    assert_eq!(pregnant(admin.get("/sasaran?sasaran=pregnant").await.ok()), 1);
    let batch: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT id FROM import_batch ORDER BY uploaded_at DESC, id DESC LIMIT 1", args![])
        .await
        .unwrap();
    let path = format!("/impor/{}/batalkan", batch.unwrap().0);
    let asked = admin.get(&path).await.ok();
    assert!(asked.contains("dinyatakan selesai oleh impor ini"), "{asked}");
    admin.post(&path, &[]).await.to();
    test.run_jobs().await;
    assert_eq!(open().await, 3);
    assert_eq!(pregnant(admin.get("/sasaran?sasaran=pregnant").await.ok()), 3);

    // What came since is not overwritten: a later list says that she is pregnant anew.
    import(&test, &women(["Tidak", "V", "V"])).await;
    test.db.clock.advance(86_400);
    import(&test, &women(["V", "V", "V"])).await;
    test.undo_import("state = 'committed' AND as_of = 20261103").await;
    assert_eq!(open().await, 3, "one each");
}

#[db_test]
async fn old_files_and_rows_are_removed_and_the_counts_stay(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    import(&test, &list(&[line(1, "Budi", "-")])).await;
    let path = upload(&test, &keeper, &list(&[line(2, "Agus", "-")])).await;
    assert_eq!(staging::purge(&test.app).await.unwrap(), 0);
    test.db.clock.advance(31 * 86_400);
    assert_eq!(staging::purge(&test.app).await.unwrap(), 2);
    assert_eq!(staging::purge(&test.app).await.unwrap(), 0);
    for table in ["import_row", "import_file", "import_message"] {
        assert_eq!(test.number(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await, 0, "{table}");
    }
    let page = keeper_again(&test, keeper.user).await.get(&path).await.ok();
    assert!(page.contains("Tidak diputuskan sampai masa simpannya habis"), "{page}");
    assert_eq!(test.number("SELECT CAST(SUM(rows_new) AS BIGINT) AS n FROM import_batch", args![]).await, 2);
}

#[db_test]
async fn two_thousand_families_find_themselves_again(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let names = ["Budi", "Agus", "Hasan", "Dedi", "Eko", "Joko", "Rudi"];
    let content = list(
        &(0..2_000)
            .map(|nth| line(nth, &format!("{} {}", names[nth as usize % 7], nth / 7), "V"))
            .collect::<Vec<_>>(),
    );
    for expected in [(2_000, 2_000, 0, 0, 0), (2_000, 0, 0, 2_000, 0)] {
        let summary = import(&test, &content).await;
        assert_eq!(counts(&summary), expected);
    }
}
