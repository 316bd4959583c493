//! Sigizi's measurement template, in and out; on both engines.

use asuh_ground::access::Role;
use asuh_ground::audit;
use asuh_ground::staging::{self, Summary};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::growth_entry::{child, district};
use crate::support::TestApp;

const HEADING: &str = "No,NIK,nama_anak,TANGGALUKUR,BERAT,TINGGI,LILA,lingkar_kepala,Pitting_edema,CARAUKUR,vita,asi_bulan_0,\
                       asi_bulan_1,asi_bulan_2,asi_bulan_3,asi_bulan_4,asi_bulan_5,asi_bulan_6,kelas_ibu_balita,mbg\n";
const ANDI: &str = "1501010101240001";

async fn import(test: &TestApp, name: &str, content: &[u8]) -> Summary {
    let path = test.db.folder().join(name);
    std::fs::write(&path, content).unwrap();
    staging::run(&test.app, &test.system(), "sigizi", &path, false, &mut |_| {}).await.unwrap()
}

fn counts(summary: &Summary) -> (i64, i64, i64, i64) {
    (summary.new, summary.changed, summary.same, summary.errors)
}

fn row(nik: &str, name: &str, day: &str, figures: &str) -> String {
    format!("1,{nik},{name},{day},{figures},ya,,,,,,,,tidak,ya\n")
}

#[db_test]
async fn rows_find_their_child_by_nik_and_say_why_not(db: TestDatabase) {
    let test = district(db).await;
    let file = [
        HEADING.to_owned(),
        row(ANDI, "ANDI", "2026-11-01", "12.1,88.9,15.2,48,2,berdiri"),
        row("1501010101240009", "Andi Saputra", "2026-11-01", "12.1,88.9,,,tidak,berdiri"),
        row("-", "Bela", "2026-11-01", "9.4,75,,,tidak,terlentang"),
        row("1501************", "Bela", "2026-11-01", "9.4,75,,,tidak,terlentang"),
        row(ANDI, "Budi Hartono", "2026-10-20", "12.1,88.9,,,tidak,berdiri"),
        row(ANDI, "Andi Saputra", "2023-12-31", "3.1,49,,,tidak,terlentang"),
        row(ANDI, "Andi Saputra", "2026-11-05", "12.1,88.9,,,tidak,berdiri"),
        row(ANDI, "Andi Saputra", "2026-10-21", "-,-,,,tidak,berdiri"),
    ];
    let summary = import(&test, "a.csv", file.concat().as_bytes()).await;
    assert_eq!(counts(&summary), (1, 0, 0, 7), "{summary:?}");
    let told: Vec<(u32, &str)> = summary.messages.iter().map(|one| (one.row, one.message.as_str())).collect();
    for (row, words) in [
        (3, "belum tercatat"),
        (4, "memerlukan NIK yang lengkap"),
        (5, "memerlukan NIK yang lengkap"),
        (6, "NIK-nya tertukar"),
        (7, "mendahului tanggal lahir"),
        (8, "belum terjadi"),
        (9, "paling sedikit satu hasil ukur"),
    ] {
        assert!(told.iter().any(|(at, said)| *at == row && said.contains(words)), "{row} {words}: {told:?}");
    }
    let facts = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'sigizi' AND weight_g = 12100 \
                 AND height_mm = 889 AND arm_mm = 152 AND head_mm = 480 AND oedema = 2 AND position = 'standing'";
    assert_eq!(test.number(facts, args![]).await, 1);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM person", args![]).await, 3, "no new child");
    let again = import(&test, "b.csv", file.concat().as_bytes()).await;
    assert_eq!(counts(&again), (0, 0, 1, 7), "{again:?}");

    // Taken back as a whole.
    test.undo_import("kind = 'sigizi' AND rows_new = 1").await;
    let held = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'sigizi' AND retracted_at IS NULL";
    assert_eq!(test.number(held, args![]).await, 0);
}

#[db_test]
async fn an_officer_cannot_reach_a_child_of_another_area_by_its_nik(db: TestDatabase) {
    let test = district(db).await;
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let file = format!("{HEADING}{}", row(ANDI, "Andi Saputra", "2026-11-01", "12.1,88.9,,,tidak,berdiri"));
    let path =
        elsewhere.upload("/impor", &[("jenis", "sigizi")], "berkas", "a.csv", file.as_bytes()).await.to();
    test.run_jobs().await;
    let page = elsewhere.get(&path).await.ok();
    assert!(page.contains("di luar wilayah tugas"), "{page}");
}

#[db_test]
async fn what_is_handed_to_sigizi_changes_nothing_when_it_comes_back(db: TestDatabase) {
    let test = district(db).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let fields = [
        ("hari", "2026-11-02"),
        ("berat", "12,15"),
        ("tinggi", "88,9"),
        ("cara", "standing"),
        ("lila", "15,2"),
        ("edema", "1"),
        ("nt", "N"),
    ];
    officer
        .post(&format!("/pengukuran/anak/{}/baru", child(&test, "Andi Saputra").await), &fields)
        .await
        .to();
    // A child without a NIK is measured, too: Sigizi does not know it.
    let bela = format!("/pengukuran/anak/{}/baru", child(&test, "Bela").await);
    officer.post(&bela, &[("hari", "2026-11-02"), ("berat", "9,4")]).await.to();

    let page = officer.get("/pengukuran/sigizi").await.ok();
    assert!(page.contains("November 2026") && page.contains("value=\"2026-11\" selected"), "{page}");
    let made = officer.post("/pengukuran/sigizi", &[("bulan", "2026-11"), ("asal", "form")]).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let disposition = made.headers.get("content-disposition").unwrap().to_str().unwrap();
    assert!(disposition.contains("sigizi-pengukuran-2026-11.xlsx"), "{disposition}");
    audit::flush(&test.app).await.unwrap();
    let logged =
        "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export' AND detail = 'sigizi 2026-11 1'";
    assert_eq!(test.number(logged, args![]).await, 1);

    let before = test.number("SELECT COUNT(*) AS n FROM measurement", args![]).await;
    let summary = import(&test, "kembali.xlsx", &made.bytes).await;
    assert_eq!(counts(&summary), (0, 0, 1, 0), "{summary:?}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM measurement", args![]).await, before);

    // All sources of October: the file's measurements of children with a NIK.
    let made = officer.post("/pengukuran/sigizi", &[("bulan", "2026-10"), ("asal", "all")]).await;
    let summary = import(&test, "oktober.xlsx", &made.bytes).await;
    assert_eq!(counts(&summary), (0, 0, 1, 0), "{summary:?}");
    for (fields, words) in [
        ([("bulan", "2026-10"), ("asal", "form")], "Tidak ada pengukuran"),
        ([("bulan", "besok"), ("asal", "form")], "id=\"f-bulan\""),
        ([("bulan", "2026-11"), ("asal", "")], "id=\"f-asal\""),
    ] {
        let page = officer.post("/pengukuran/sigizi", &fields).await.refused();
        assert!(page.contains(words), "{words}: {page}");
    }
    // A NIK is not for everybody.
    let cadre = test.with_role(Role::Cadre).await;
    assert_eq!(cadre.get("/pengukuran/sigizi").await.status, StatusCode::FORBIDDEN);
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let page = elsewhere.post("/pengukuran/sigizi", &[("bulan", "2026-11"), ("asal", "all")]).await.refused();
    assert!(page.contains("Tidak ada pengukuran"), "{page}");
}
