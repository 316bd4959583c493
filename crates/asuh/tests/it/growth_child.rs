//! One child: its page, its chart, its card, through the real router, on both engines.

use asuh_ground::access::Role;
use asuh_ground::{audit, staging};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::support::{KERINCI, TestApp, VILLAGES};
use crate::walk::walk;

const HEAD: &str = "No,NIK,Nama,JK,Tgl Lahir,BB Lahir,TB Lahir,Nama Ortu,Prov,Kab/Kota,Kec,Pukesmas,Desa/Kel,Posyandu,RT,RW,\
                    Alamat,Usia Saat Ukur,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA,BB/U,ZS BB/U,TB/U,ZS TB/U,BB/TB,\
                    ZS BB/TB,Naik Berat Badan,Jml Vit A,KPSP,KIA,Kelas Ibu Balita,MBG,Detail\n";

/// A child of a file: name, sex, birthday.
type Named<'a> = (&'a str, &'a str, &'a str);

/// A row of the export: day, weight, length, how it was taken, what was printed (BB/U, TB/U, BB/TB), N or T.
fn row(
    (name, sex, birth): Named<'_>,
    day: &str,
    weight: &str,
    length: &str,
    how: &str,
    printed: &str,
    gain: &str,
) -> String {
    format!(
        "1,-,{name},{sex},{birth},3,49,BUDI / SITI,Jambi,Kerinci,Gunung Raya,Lempur,Selam Paung,Melati,001,002,-,-,\
         {day},{weight},{length},{how},14.5,{printed},{gain},1,-,-,Ya,Tidak,-\n"
    )
}

async fn import(test: &TestApp, rows: &[String]) {
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEAD}{}", rows.concat())).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!(summary.errors, 0, "{summary:?}");
}

async fn person(test: &TestApp, name: &str) -> Id {
    let found: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT person_id FROM person_version WHERE district_id = $1 AND name = $2",
            args![KERINCI, name],
        )
        .await
        .unwrap();
    found.unwrap_or_else(|| panic!("{name} is not there")).0
}

const BOY: Named<'static> = ("Andi Rekaan", "L", "2024-07-01");
const GIRL: Named<'static> = ("Bela Rekaan", "P", "2025-10-20");

/// A boy of two years, weighed in three months, and a girl of one year, once.
async fn two_children(test: &TestApp) -> (String, String) {
    let rows = [
        row(BOY, "2026-08-03", "10.2", "81.0", "Berdiri", "Normal,-1.50,Pendek,-2.40,Gizi Baik,-0.40", "B"),
        row(BOY, "2026-09-07", "10.3", "81.2", "Berdiri", "-,-,-,-,-,-", "N"),
        row(BOY, "2026-10-05", "10.2", "60.0", "Berdiri", "-,-,-,-,-,-", "-"),
        row(
            GIRL,
            "2026-10-20",
            "7.0",
            "68.9",
            "Terlentang",
            "Kurang,-2.05,Normal,-1.98,Gizi Baik,-1.41",
            "-",
        ),
    ];
    import(test, &rows).await;
    let path = |id: Id| format!("/pengukuran/anak/{id}");
    (path(person(test, BOY.0).await), path(person(test, GIRL.0).await))
}

#[db_test]
async fn the_page_has_our_z_beside_the_files_in_words_and_a_chart(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (boy, girl) = two_children(&test).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;

    // A year and a girl: one of the standard's own examples.
    let page = officer.get(&girl).await.ok();
    for words in [
        "<h1>Bela Rekaan</h1>",
        "<dd>Perempuan</dd>",
        "20 Okt 2025",
        "Selam Paung, Gunung Raya",
        "RW 002 RT 001",
        "z -1,98",
        "<span class=\"tag warn\">Berat badan kurang</span>",
        "berkas: -2,05 Kurang",
        "68,9 cm terlentang",
        "class=\"frame girl\"",
        ">Perempuan</text>",
        "(PB/U, TB/U), perempuan, 0–24 bulan</title>",
        "e-PPGBM",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("berbeda</span>"), "our z is the file's");
    assert!(!page.contains(" style=") && !page.contains("frame boy"));
    assert_eq!(page.matches("<svg").count(), 2, "one for the desk, one for the phone");

    // Months: B, then T (100 g of at least 200 g), then T again: lost 100 g.
    let page = officer.get(&boy).await.ok();
    for words in [
        "<dd>Laki-laki</dd>",
        "class=\"frame boy\"",
        "naik hanya 100 g dari paling sedikit 200 g",
        "turun 100 g",
        "kader: N",
        "2T: dua bulan berturut-turut tidak naik",
        // 60 cm at 27 months cannot be: hollow in the chart, in words in the table.
        "class=\"doubtful\"",
        "Tidak wajar, ukur ulang",
        "! ukur ulang</text>",
        // The file's -1.50 is not what the standard says.
        "<span class=\"tag warn\">berbeda</span>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Height for age comes first; the others are one link away, without a script.
    assert!(page.contains("?indikator=tbu#grafik\" aria-current=\"true\""), "{page}");
    let weights = officer.get(&format!("{boy}?indikator=bbu")).await.ok();
    assert!(weights.contains("(BB/U), laki-laki, 24–60 bulan</title>"), "{weights}");
    assert!(weights.contains("?indikator=lilau#grafik"), "there is an arm");
    assert!(!weights.contains("?indikator=lku"), "there is no head");

    // From the list of the village, from the family and back.
    let list = officer.get(&format!("/pengukuran/{}", VILLAGES[0])).await.ok();
    assert!(list.contains(&format!("href=\"{boy}\"")));
    let family = page.split("href=\"/sasaran/").nth(1).unwrap().split('"').next().unwrap();
    assert!(officer.get(&format!("/sasaran/{family}")).await.ok().contains(&format!("href=\"{boy}\"")));

    // Opening it is written down, as for the family's file.
    audit::flush(&test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE user_id = $1 AND action = 'open' AND subject_kind = 'family' \
                 AND detail = 'measurements'";
    assert_eq!(test.number(noted, args![officer.user]).await, 3);
}

#[db_test]
async fn a_child_out_of_reach_is_not_found(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (boy, _) = two_children(&test).await;
    let card = format!("{boy}/kms");
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let village = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let (own, other) = (
        test.user(Role::Cadre, &[VILLAGES[0]], &[]).await,
        test.user(Role::Cadre, &[VILLAGES[0]], &[]).await,
    );
    for (cadre, rw) in [(&own, "002"), (&other, "001")] {
        let of = "UPDATE grant_territory SET rw = $2 WHERE district_id = $1 AND grant_id IN \
                  (SELECT id FROM user_grant WHERE district_id = $1 AND user_id = $3)";
        test.sql(of, args![KERINCI, rw, cadre.user]).await;
    }
    for path in [&boy, &card] {
        for reaches in [&village, &own] {
            reaches.get(path).await.ok();
        }
        for beyond in [&other, &elsewhere] {
            assert_eq!(beyond.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    let nobody = format!("/pengukuran/anak/{}", test.app.store.new_id());
    assert_eq!(village.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(village.get("/pengukuran/anak/andi").await.status, StatusCode::NOT_FOUND);
    // What was not shown is not noted as opened.
    audit::flush(&test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE user_id = $1 AND action = 'open'";
    assert_eq!(test.number(noted, args![other.user]).await, 0);
}

#[db_test]
async fn a_child_without_measurements_or_sex_says_what_to_do(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (boy, girl) = two_children(&test).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    test.sql("UPDATE measurement SET retracted_at = 1 WHERE weight_g = 7000", args![]).await;
    let page = officer.get(&girl).await.ok();
    assert!(page.contains("Anak ini belum punya pengukuran") && !page.contains("<svg"), "{page}");
    officer.get(&format!("{girl}/kms")).await.ok();
    test.sql("UPDATE person_version SET sex = NULL", args![]).await;
    let page = officer.get(&boy).await.ok();
    assert!(
        page.contains("Jenis kelamin atau tanggal lahir belum tercatat") && !page.contains("<svg"),
        "{page}"
    );
    assert!(
        page.contains("10,30 kg") && page.contains("81,2 cm berdiri"),
        "what was taken stands all the same"
    );
    assert!(officer.get(&format!("{boy}/kms")).await.ok().contains("grafik belum dapat dibuat"));
}

#[db_test]
async fn help_that_reached_the_family_stands_under_the_axis_and_in_words(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    // The family's child, measured where its mother and father are on the list.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let child = [
        ("nama", "Citra Rekaan"),
        ("hubungan", "child"),
        ("jk", "P"),
        ("sumber", "form"),
        ("lahir_tanggal", "10"),
        ("lahir_bulan", "3"),
        ("lahir_tahun", "2026"),
    ];
    admin.post(&format!("/sasaran/{}/anggota/baru", walked.family), &child).await.to();
    let named = ("Citra Rekaan", "P", "2026-03-10");
    import(test, &[row(named, "2026-10-12", "6.9", "65.0", "Terlentang", "-,-,-,-,-,-", "-")]).await;
    let path = format!("/pengukuran/anak/{}", person(test, "Citra Rekaan").await);
    let page = admin.get(&path).await.ok();
    let day = page.split("growth-help").nth(1).unwrap();
    assert!(
        day.contains("2 Nov 2026</td>") && day.contains("2 kaleng") && day.contains("Telur 2 butir"),
        "{day}"
    );
    // Born on the tenth of March: the second of November lies in the eighth month of life, from 7 to 8.
    assert!(page.contains(">bantuan (kali)</text>") && page.contains("class=\"mark\""), "{page}");
    assert!(page.contains("Siti Rekaan · NIK ") && !page.contains("1501004203900002"), "{page}");
    assert!(!page.contains("Ani Pemberi") && !page.contains("Dinas Pendidikan"), "who gave it is not told");

    // A package that came back is no help.
    test.sql("UPDATE package SET state = 'undeliverable', delivered_on = NULL", args![]).await;
    let page = admin.get(&path).await.ok();
    assert!(!page.contains("growth-help") && !page.contains(">bantuan (kali)</text>"), "{page}");
}

#[db_test]
async fn the_card_is_a_paper_of_the_district_with_its_months_and_words(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (boy, _) = two_children(&test).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let head = [
        ("letterhead.government", "PEMERINTAH KABUPATEN REKAAN"),
        ("letterhead.office", "DINAS CONTOH"),
        ("letterhead.paper", "f4"),
    ];
    admin.post("/pengaturan/kop-surat", &head).await.to();
    let page = admin.get(&format!("{boy}/kms")).await.ok();
    for words in [
        "<header class=\"letterhead\">",
        "KABUPATEN REKAAN",
        "class=\"growth-card f4\"",
        "data-print",
        "24–60 bulan",
        "Laki-laki",
        ">Jul</text>",
        ">10,2</text>",
        ">Naik / Tidak</text>",
        ">KBM (gram)</text>",
        ">Bantuan (kali)</text>",
        "<strong>BGM</strong> di bawah garis merah",
        "<strong>T</strong> tidak naik",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(" style="));
    let young = admin.get(&format!("{boy}/kms?umur=0-24")).await.ok();
    assert!(young.contains("0–24 bulan") && !young.contains(">10,2</text>"), "{young}");
}
