//! growth: through the real router, as its users do it, on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::support::{TestApp, VILLAGES};

/// The heading of 2025/26, with the misspelt `Pukesmas`.
const NEW: &str = "No,NIK,Nama,JK,Tgl Lahir,BB Lahir,TB Lahir,Nama Ortu,Prov,Kab/Kota,Kec,Pukesmas,Desa/Kel,Posyandu,RT,RW,\
                   Alamat,Usia Saat Ukur,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA,BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,ZS BB/TB,\
                   Naik Berat Badan,Jml Vit A,KPSP,KIA,Kelas Ibu Balita,MBG,Detail\n";
/// The oldest, without `Cara Ukur`.
const OLD: &str = "No,NIK,Nama,JK,Tgl Lahir,BB Lahir,TB Lahir,Nama Ortu,Prov,Kab/Kota,Kec,Pukesmas,Desa/Kel,Posyandu,RT,RW,\
                   Alamat,Usia Saat Ukur,Tanggal Pengukuran,Berat,Tinggi,LiLA,BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,ZS BB/TB,\
                   Naik Berat Badan,PMT Diterima (kg),Jml Vit A,KPSP,KIA,Detail\n";

/// A row of the newer file.
fn row(nik: &str, name: &str, birth: &str, village: &str, day: &str, weight: &str) -> String {
    format!(
        "1,{nik},{name},L,{birth},3,49,BUDI / SITI,Jambi,Kerinci,Gunung Raya,Lempur,{village},Melati,001,002,Jl. Contoh,\
         \"2 Tahun - 3 Bulan - 10 Hari\",{day},{weight},\"81,5\",Terlentang,14.5,Kurang,-1.73,Pendek,-2.95,Gizi Baik,-0.15,N,\
         1,-,-,Ya,Tidak,-\n"
    )
}

async fn import(test: &TestApp, content: &str) -> Summary {
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, content).unwrap();
    staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap()
}

fn counts(summary: &Summary) -> (i64, i64, i64, i64) {
    (summary.new, summary.changed, summary.same, summary.errors)
}

const ANI: &str = "1501010101240001";

#[db_test]
async fn both_vintages_come_in_and_the_same_file_changes_nothing(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let file = format!(
        "{NEW}{}{}{}",
        row(ANI, "Andi Saputra", "2024-01-01", "Selam Paung", "2026-10-05", "10.6"),
        row("150101**********", "Bela", "2023-05-17", "SELAMPAUNG", "05/10/2026", "\"11,25\""),
        row("-", "Cahya", "2025-02-03", "Air Mumu", "2026-10-05", "8.9"),
    );
    let first = import(&test, &file).await;
    assert_eq!(counts(&first), (3, 0, 0, 0), "{first:?}");
    let again = import(&test, &file).await;
    assert_eq!(counts(&again), (0, 0, 3, 0), "{again:?}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement", args![]).await, 3);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM person", args![]).await, 3);
    let facts = "SELECT COUNT(*) AS n FROM measurement WHERE weight_g = 10600 AND height_mm = 815 AND arm_mm = 145 \
                 AND position = 'lying' AND file_waz = -173 AND file_haz = -295 AND file_whz = -15 \
                 AND file_height_status = 'Pendek' AND gain = 'N'";
    assert_eq!(test.number(facts, args![]).await, 1);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement WHERE weight_g = 11250", args![]).await, 1);
    let heads = "SELECT COUNT(*) AS n FROM family_version WHERE head_name = 'BUDI / SITI'";
    assert!(test.number(heads, args![]).await > 0, "a family holds the parents' name");

    // The older file: the censored NIK does not hinder, the child is found by birthday, sex, name and village.
    let old = format!(
        "{OLD}1,150101**********,BELA,L,2023-05-17,3,49,BUDI / SITI,Jambi,Kerinci,Gunung Raya,Lempur,Selam Paung,Melati,1,2,\
         -,-,2026-09-07,10.9,84.0,-,Normal,-1.10,Normal,-1.00,Gizi Baik,-0.80,T,-,1,-,-,-\n"
    );
    assert_eq!(counts(&import(&test, &old).await), (1, 0, 0, 0));
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM person", args![]).await, 3, "no second child");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement WHERE position IS NULL", args![]).await, 1);
}

#[db_test]
async fn a_correction_stands_beside_what_it_corrects_and_can_be_undone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let file =
        |weight| format!("{NEW}{}", row(ANI, "Andi", "2024-01-01", "Selam Paung", "2026-10-05", weight));
    import(&test, &file("10.6")).await;
    let corrected = import(&test, &file("10.8")).await;
    assert_eq!(counts(&corrected), (0, 1, 0, 0), "{corrected:?}");
    let held = "SELECT weight_g AS n FROM measurement WHERE retracted_at IS NULL";
    assert_eq!(test.number(held, args![]).await, 10_800);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement", args![]).await, 2);
    test.undo_import("rows_changed = 1").await;
    assert_eq!(test.number(held, args![]).await, 10_600, "what was corrected holds again");
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM measurement WHERE retracted_at IS NULL", args![]).await,
        1
    );
}

#[db_test]
async fn rows_with_an_essential_defect_stay_out(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let good = row("-", "Baik", "2024-01-01", "Selam Paung", "2026-10-05", "10.6");
    let defects = [
        row("1,50101E+15", "Bulat", "2024-01-01", "Selam Paung", "2026-10-05", "10")
            .replace("1,50101E+15", "\"1,50101E+15\""),
        row("-", "Mustahil", "2024-02-30", "Selam Paung", "2026-10-05", "10"),
        row("-", "Besok", "2024-01-01", "Selam Paung", "2026-11-03", "10"),
        row("-", "Berat", "2024-01-01", "Selam Paung", "2026-10-05", "sepuluh"),
        row("-", "Kelamin", "2024-01-01", "Selam Paung", "2026-10-05", "10").replace(",L,", ",X,"),
        row("-", "-", "2024-01-01", "Selam Paung", "2026-10-05", "10"),
        row("-", "Desa", "2024-01-01", "Bukan Desa", "2026-10-05", "10"),
        row("-", "Terbalik", "2026-10-06", "Selam Paung", "2026-10-05", "10"),
    ];
    let file = format!("{NEW}{good}{}", defects.concat());
    let summary = import(&test, &file).await;
    assert_eq!(counts(&summary), (1, 0, 0, 8), "{summary:?}");
    let told: Vec<(i64, &str)> =
        summary.messages.iter().map(|message| (message.row as i64, message.column.as_str())).collect();
    for expected in [
        (3, "NIK"),
        (4, "Tgl Lahir"),
        (5, "Tanggal Pengukuran"),
        (6, "Berat"),
        (7, "JK"),
        (8, "Nama"),
        (9, "Desa/Kel"),
        (10, "Tanggal Pengukuran"),
    ] {
        assert!(told.contains(&expected), "{expected:?} in {told:?}");
    }
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM person", args![]).await, 1);
}

#[db_test]
async fn a_row_that_may_mean_two_children_is_not_guessed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let twin = "1501010101240002";
    let two = format!(
        "{NEW}{}{}",
        row(ANI, "Andi", "2024-01-01", "Selam Paung", "2026-10-05", "10.6"),
        row(twin, "Andi", "2024-01-01", "Selam Paung", "2026-10-05", "9.8"),
    );
    assert_eq!(counts(&import(&test, &two).await), (2, 0, 0, 0), "two NIKs are two children");
    let unclear = format!("{NEW}{}", row("-", "ANDI", "2024-01-01", "Selam Paung", "2026-10-19", "10.7"));
    let summary = import(&test, &unclear).await;
    assert_eq!(counts(&summary), (0, 0, 0, 1), "{summary:?}");
    assert!(summary.messages[0].message.contains("lebih dari satu anak"), "{summary:?}");
}

#[db_test]
async fn measurements_are_seen_within_ones_area_with_source_and_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let file = format!(
        "{NEW}{}{}",
        row(ANI, "Andi Saputra", "2024-01-01", "Selam Paung", "2026-09-07", "10.2"),
        row(ANI, "Andi Saputra", "2024-01-01", "Selam Paung", "2026-10-05", "10.6"),
    );
    assert_eq!(counts(&import(&test, &file).await), (2, 0, 0, 0));
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    assert!(officer.get("/pengukuran").await.ok().contains("Selam Paung"));
    let page = format!("/pengukuran/{}", VILLAGES[0]);
    let shown = officer.get(&page).await.ok();
    for words in [
        "Andi Saputra",
        "10,60 kg",
        "81,5 cm (terlentang)",
        ">Sangat pendek</span> (-3,74) <span class=\"muted\">berkas: -2,95 Pendek</span>",
        "5 Okt 2026 · berkas e-PPGBM",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("10,20 kg"), "the latest alone");
    assert!(!shown.contains(ANI));
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    assert_eq!(elsewhere.get(&page).await.status, StatusCode::NOT_FOUND);
    assert!(!elsewhere.get("/pengukuran").await.ok().contains("Selam Paung"));
    assert_eq!(officer.get("/pengukuran/1501019999").await.status, StatusCode::NOT_FOUND);
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    assert_eq!(coordinator.get(&page).await.status, StatusCode::FORBIDDEN);

    // The panel on the family's page: for those who may, within their area.
    let family: Option<(Id,)> =
        test.app.store.reader().first("SELECT id FROM family", args![]).await.unwrap();
    let family = family.unwrap().0;
    let panel = asuh_step_growth::STEP.family_panel.unwrap();
    let html = panel(&test.app, &test.system(), family).await.unwrap().unwrap();
    assert!(html.contains("10,60 kg") && html.contains("10,20 kg"), "{html}");
    assert!(panel(&test.app, &test.system(), Id::SYSTEM).await.unwrap().is_none());
}

#[db_test]
async fn the_nutrition_officer_brings_measurements_in_and_no_other_list(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let page = officer.get("/impor").await.ok();
    assert!(page.contains("value=\"eppgbm\"") && page.contains("value=\"sigizi\""), "{page}");
    // Beside registers of children and the numbers that her office reports of indicators.
    assert!(page.contains("value=\"indicator_value\""), "{page}");
    assert_eq!(page.matches("name=\"jenis\"").count(), 4, "{page}");
    assert!(officer.get("/").await.ok().contains("href=\"/impor\""));
    let file = format!(
        "{NEW}{}{}",
        row(ANI, "Andi", "2024-01-01", "Selam Paung", "2026-10-05", "10.6"),
        row("-", "Cahya", "2025-02-03", "Sanggaran Agung", "2026-10-05", "8.9")
            .replace("Gunung Raya", "Danau Kerinci"),
    );
    let sent = |kind: &'static str| {
        let (officer, file) = (officer.clone(), file.clone());
        async move { officer.upload("/impor", &[("jenis", kind)], "berkas", "a.csv", file.as_bytes()).await }
    };
    for kind in ["krs", "asn", "territory"] {
        sent(kind).await.refused();
    }
    let path = sent("eppgbm").await.to();
    test.run_jobs().await;
    let page = officer.get(&path).await.ok();
    assert!(page.contains("Simpan 1 baris") && page.contains("di luar wilayah tugas"), "{page}");
    officer.post(&format!("{path}/simpan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement", args![]).await, 1);

    // What a keeper of lists brings in is not hers to see or decide.
    let keeper = test.with_role(Role::ListKeeper).await;
    let other =
        keeper.upload("/impor", &[("jenis", "eppgbm")], "berkas", "b.csv", file.as_bytes()).await.to();
    test.run_jobs().await;
    assert_eq!(officer.get(&other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(officer.post(&format!("{other}/tolak"), &[]).await.status, StatusCode::NOT_FOUND);
}
