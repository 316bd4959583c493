//! Measurements entered by form, one child or a whole sheet, corrected and taken back; on both engines.

use asuh_ground::access::{Area, Role, Scope};
use asuh_ground::staging;
use asuh_nusantara::TerritoryCode;
use asuh_step_growth::entry::{Entry, Measures, RecordMeasurements};
use asuh_step_registry::Reach;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, Query, Rejection, args};
use axum::http::StatusCode;

use crate::pairing_bad_use::{done, twenty};
use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

const HEADING: &str = "No,NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur\n";
const ANDI: &str = "1501010101240001";

/// A district whose list holds children of Selam Paung: Andi in RW 002, Bela in RW 003, Tua who is five.
pub async fn district(db: TestDatabase) -> TestApp {
    let test = TestApp::start(db).await;
    let row = |nik: &str, name: &str, sex: &str, birth: &str, rw: &str, day: &str, figures: &str| {
        format!(
            "1,{nik},{name},{sex},{birth},BUDI / SITI,Gunung Raya,Selam Paung,Melati,001,{rw},{day},{figures}\n"
        )
    };
    let file = [
        HEADING.to_owned(),
        row(ANDI, "Andi Saputra", "L", "2024-01-01", "002", "2026-10-05", "11.9,88.2,Berdiri"),
        row("-", "Bela", "P", "2025-05-17", "003", "2026-10-05", "9.1,75.2,Terlentang"),
        row("-", "Tua", "L", "2021-10-20", "002", "2026-10-05", "15.0,101.0,Berdiri"),
    ];
    let path = test.db.folder().join("anak.csv");
    std::fs::write(&path, file.concat()).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!((summary.new, summary.errors), (3, 0), "{summary:?}");
    test
}

/// The child of this name.
pub async fn child(test: &TestApp, name: &str) -> Id {
    let found: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT person_id FROM person_version WHERE district_id = $1 AND name = $2 AND superseded_at = $3",
            args![KERINCI, name, Instant::NEVER],
        )
        .await
        .unwrap();
    found.expect("the child").0
}

/// A cadre of one RW of Selam Paung.
async fn cadre(test: &TestApp, rw: &str) -> Client {
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = $2 WHERE district_id = $1 AND grant_id IN \
         (SELECT id FROM user_grant WHERE district_id = $1 AND user_id = $3)",
        args![KERINCI, rw, cadre.user],
    )
    .await;
    cadre
}

const HELD: &str = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'form' AND retracted_at IS NULL";

async fn held(test: &TestApp) -> i64 {
    test.number(HELD, args![]).await
}

#[db_test]
async fn a_cadre_records_a_child_of_her_rw_and_sees_what_it_says(db: TestDatabase) {
    let test = district(db).await;
    let cadre = cadre(&test, "002").await;
    let andi = child(&test, "Andi Saputra").await;
    let path = format!("/pengukuran/anak/{andi}/baru");
    let page = cadre.get(&path).await.ok();
    // Standing is chosen and explained; the day is today; the posyandu is the last one.
    for words in [
        "value=\"standing\" checked",
        "Mulai 24 bulan anak diukur berdiri",
        "name=\"hari_tanggal\" inputmode=\"numeric\" size=\"2\" maxlength=\"2\" value=\"2\"",
        "value=\"Melati\"",
        "5 Okt 2026: 11,90 kg, 88,2 cm",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains(ANDI));

    let fields = [
        ("hari", "2026-11-02"),
        ("berat", "12,1"),
        ("tinggi", "88.9"),
        ("cara", "standing"),
        ("lila", "15,2"),
        ("edema", "0"),
        ("nt", "N"),
        ("posyandu", "Melati"),
    ];
    let form = new_form_id();
    let shown = cadre.post_as(&path, &form, &fields).await.to();
    // Double click: stored once, and led to the same place.
    assert_eq!(cadre.post_as(&path, &form, &fields).await.to(), shown);
    assert_eq!(held(&test).await, 1);
    let facts = "SELECT COUNT(*) AS n FROM measurement WHERE weight_g = 12100 AND height_mm = 889 AND arm_mm = 152 \
                 AND position = 'standing' AND gain = 'N' AND source = 'form' AND own_gain = 'N' AND haz IS NOT NULL";
    assert_eq!(test.number(facts, args![]).await, 1);
    let page = cadre.get(&shown).await.ok();
    for words in
        ["Pengukuran tersimpan", "12,10 kg", "88,9 cm (berdiri)", "diukur di posyandu", "TB/U", "N: naik"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }

    // The same day again: the first one is to be corrected instead.
    let page = cadre.post(&path, &fields).await.refused();
    assert!(page.contains("sudah tercatat diukur pada hari itu"), "{page}");
    assert_eq!(held(&test).await, 1);
}

/// A child whom nobody has measured has no row to take hold of yet: of twenty who measure it at the same instant one does,
/// and the others are told.
#[db_test]
async fn a_childs_first_measurement_sent_twenty_times_at_once_is_one(db: TestDatabase) {
    let test = district(db).await;
    let bela = child(&test, "Bela").await;
    for table in ["measurement", "child_growth"] {
        let sql = format!("DELETE FROM {table} WHERE district_id = $1 AND person_id = $2");
        test.sql(&sql, args![KERINCI, bela]).await;
    }
    let cadre = cadre(&test, "003").await;
    let fields = [("hari", "2026-11-02"), ("berat", "9,1"), ("edema", "0")];
    let answers = twenty(&cadre, &format!("/pengukuran/anak/{bela}/baru"), &fields).await;
    assert_eq!((done(&answers), held(&test).await), (1, 1));
    for refused in answers.iter().filter(|answer| !answer.status.is_redirection()) {
        assert!(refused.body.contains("sudah tercatat diukur pada hari itu"), "{}", refused.body);
        assert!(refused.body.contains("value=\"9,1\""), "{}", refused.body);
    }
}

#[db_test]
async fn who_may_not_see_a_child_may_not_measure_it(db: TestDatabase) {
    let test = district(db).await;
    let andi = child(&test, "Andi Saputra").await;
    let path = format!("/pengukuran/anak/{andi}/baru");
    let fields = [("hari", "2026-11-02"), ("berat", "12,1")];
    let other_rw = cadre(&test, "003").await;
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    for stranger in [&other_rw, &elsewhere] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
    }
    let nobody = format!("/pengukuran/anak/{}/baru", test.app.store.new_id());
    assert_eq!(other_rw.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other_rw.get("/pengukuran/anak/1/baru").await.status, StatusCode::NOT_FOUND);
    let verifier = test.with_role(Role::VillageVerifier).await;
    assert_eq!(verifier.post(&path, &fields).await.status, StatusCode::FORBIDDEN);
    assert_eq!(held(&test).await, 0);
    let sheet = format!("/pengukuran/{}/lembar", VILLAGES[0]);
    assert_eq!(elsewhere.get(&sheet).await.status, StatusCode::NOT_FOUND);
    let page = other_rw.get(&sheet).await.ok();
    assert!(page.contains("Bela") && !page.contains("Andi"), "only the own RW: {page}");
    // A row of another RW that is smuggled into the sheet is no row of it.
    let smuggled = [("hari", "2026-11-02"), (&*format!("berat.{andi}"), "12,1")];
    let page = other_rw.post(&sheet, &smuggled).await.refused();
    assert!(page.contains("Belum ada baris yang diisi"), "{page}");
}

#[db_test]
async fn the_command_itself_knows_whom_its_giver_reaches(db: TestDatabase) {
    let test = district(db).await;
    let andi = child(&test, "Andi Saputra").await;
    let today = time::macros::date!(2026 - 11 - 02);
    let record = |scope: Scope, on| RecordMeasurements {
        reach: Reach::of(&scope),
        today,
        entries: vec![Entry {
            child: andi,
            on,
            posyandu: String::new(),
            measures: Measures { weight_g: Some(12_100), ..Measures::default() },
        }],
    };
    let code = TerritoryCode::from_i64(VILLAGES[0]).unwrap();
    let area = |rw: &str| Scope { areas: vec![Area { code, rw: rw.into() }], ..Scope::default() };
    let submit = |command| test.app.store.submit(test.envelope(Id::SYSTEM), command);
    for (scope, on) in [
        (area("003"), today),
        (Scope::default(), today),
        (area("002"), today.next_day().unwrap()),
        (area("002"), time::macros::date!(2023 - 12 - 31)),
        (area("002"), time::macros::date!(2029 - 01 - 01)),
    ] {
        assert!(matches!(submit(record(scope, on)).await, Err(Rejection::Refused(_))), "{on}");
    }
    assert_eq!(held(&test).await, 0);
    submit(record(area("002"), today)).await.unwrap();
    assert_eq!(held(&test).await, 1);
}

#[db_test]
async fn wrong_input_is_named_and_nothing_is_lost(db: TestDatabase) {
    let test = district(db).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let path = format!("/pengukuran/anak/{}/baru", child(&test, "Andi Saputra").await);
    for (fields, words) in [
        (&[("hari", "2026-11-03"), ("berat", "12,1")][..], "Hari ini belum terjadi"),
        (&[("hari", "2023-12-31"), ("berat", "12,1")], "mendahului tanggal lahir"),
        (&[("hari", "2026-02-30"), ("berat", "12,1")], "id=\"f-hari\""),
        (&[("berat", "12,1")], "id=\"f-hari\""),
        (&[("hari", "2026-11-02")], "paling sedikit satu hasil ukur"),
        (&[("hari", "2026-11-02"), ("berat", "dua belas")], "Tulis berat dalam kilogram"),
        (&[("hari", "2026-11-02"), ("berat", "2.000")], "Tulis berat dalam kilogram"),
        (&[("hari", "2026-11-02"), ("berat", "1210")], "tidak mungkin untuk seorang balita"),
        (&[("hari", "2026-11-02"), ("berat", "12,1"), ("tinggi", "88,9")], "Pilih cara ukurnya"),
    ] {
        let page = officer.post(&path, fields).await.refused();
        assert!(page.contains(words), "{words}: {page}");
        for (name, value) in fields.iter().filter(|(name, _)| *name == "berat") {
            assert!(page.contains(&format!("value=\"{value}\"")), "{name} is lost: {page}");
        }
    }
    let old = format!("/pengukuran/anak/{}/baru", child(&test, "Tua").await);
    let page = officer.post(&old, &[("hari", "2026-11-02"), ("berat", "15,1")]).await.refused();
    assert!(page.contains("60 bulan atau lebih"), "{page}");
    assert_eq!(held(&test).await, 0);
}

#[db_test]
async fn the_unusual_is_asked_about_once_and_kept_with_its_doubt(db: TestDatabase) {
    let test = district(db).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let path = format!("/pengukuran/anak/{}/baru", child(&test, "Andi Saputra").await);
    let typed = [("hari", "2026-11-02"), ("berat", "12,1"), ("tinggi", "87,1"), ("cara", "standing")];
    let page = officer.post(&path, &typed).await.refused();
    assert!(page.contains("Ukur ulang dahulu?") && page.contains("88,2 cm"), "{page}");
    assert!(page.contains("5 Okt 2026"), "{page}");
    assert_eq!(held(&test).await, 0);
    let confirms = page.split("name=\"yakin\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let confirms = confirms.replace("&#x2F;", "/").replace("&#47;", "/");
    // Other figures are another question.
    let other = [typed[0], typed[1], ("tinggi", "86,0"), typed[3], ("yakin", confirms.as_str())];
    officer.post(&path, &other).await.refused();
    let sure = [typed[0], typed[1], typed[2], typed[3], ("yakin", confirms.as_str())];
    let shown = officer.post(&path, &sure).await.to();
    assert_eq!(held(&test).await, 1);
    let doubted = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'form' AND implausible = 'shrunk'";
    assert_eq!(test.number(doubted, args![]).await, 1);
    assert!(officer.get(&shown).await.ok().contains("janggal"));

    // A figure that no child has for its age: with the figures, never blocked.
    let path = format!("/pengukuran/anak/{}/baru", child(&test, "Bela").await);
    let typed = [("hari", "2026-11-02"), ("berat", "45")];
    let page = officer.post(&path, &typed).await.refused();
    assert!(page.contains("Berat 45,00 kg di luar 0,5 sampai 40 kg") && page.contains("BB/U"), "{page}");
}

#[db_test]
async fn an_entry_is_corrected_taken_back_and_restored_by_who_may(db: TestDatabase) {
    let test = district(db).await;
    let (cadre, colleague) = (cadre(&test, "002").await, cadre(&test, "002").await);
    let path = format!("/pengukuran/anak/{}/baru", child(&test, "Andi Saputra").await);
    let shown = cadre.post(&path, &[("hari", "2026-11-02"), ("berat", "12,1")]).await.to();
    let one = shown.split('?').next().unwrap().to_owned();
    let weight = "SELECT weight_g AS n FROM measurement WHERE source = 'form' AND retracted_at IS NULL";

    // Not hers: to be read, not to be changed.
    let page = colleague.get(&one).await.ok();
    assert!(!page.contains("/ubah"), "{page}");
    let right = [("hari", "2026-11-02"), ("berat", "11,2"), ("alasan", "salah ketik")];
    for refused in [
        colleague.get(&format!("{one}/ubah")).await,
        colleague.post(&format!("{one}/ubah"), &right).await,
        colleague.post(&format!("{one}/tarik"), &[("alasan", "iseng")]).await,
    ] {
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    let page = cadre.get(&format!("{one}/ubah")).await.ok();
    assert!(page.contains("value=\"12,10\""), "{page}");
    let page = cadre.post(&format!("{one}/ubah"), &right[..2]).await.refused();
    assert!(page.contains("Alasan"), "a reason is needed: {page}");

    let corrected = cadre.post(&format!("{one}/ubah"), &right).await.to();
    assert_eq!(test.number(weight, args![]).await, 11_200);
    let page = cadre.get(&one).await.ok();
    assert!(page.contains("diperbaiki") && page.contains("salah ketik"), "{page}");
    // Corrected twice from an old page: only once.
    let gone = cadre.post(&format!("{one}/ubah"), &right).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    // Undone: the first entry holds again, alone.
    cadre.post(&format!("{one}/urungkan"), &[]).await.to();
    assert_eq!(test.number(weight, args![]).await, 12_100);
    assert_eq!(held(&test).await, 1);
    let again = corrected.split('?').next().unwrap();
    let page = cadre.post(&format!("{again}/urungkan"), &[]).await.refused();
    assert!(page.contains("sudah tercatat diukur pada hari itu"), "{page}");

    // The nutrition officer oversees the cadres of her area.
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    officer.post(&format!("{one}/tarik"), &[]).await.refused();
    officer.post(&format!("{one}/tarik"), &[("alasan", "tertukar dengan Ani")]).await.to();
    assert_eq!(held(&test).await, 0);
    let standing = "SELECT COUNT(*) AS n FROM child_growth WHERE source = 'form'";
    assert_eq!(test.number(standing, args![]).await, 0, "the child stands as before");
    let page = cadre.get(&one).await.ok();
    assert!(page.contains("ditarik") && page.contains("tertukar dengan Ani"), "{page}");
    cadre.post(&format!("{one}/urungkan"), &[]).await.to();
    assert_eq!(held(&test).await, 1);
    // What came from a file is mended at its source.
    let file: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT id FROM measurement WHERE source = 'eppgbm'", args![])
        .await
        .unwrap();
    let file = format!("/pengukuran/catatan/{}", file.unwrap().0);
    assert!(officer.get(&file).await.ok().contains("berkas e-PPGBM"));
    assert_eq!(officer.get(&format!("{file}/ubah")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        officer.post(&format!("{file}/tarik"), &[("alasan", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[db_test]
async fn a_sheet_stores_the_filled_rows_together_and_loses_nothing(db: TestDatabase) {
    let test = district(db).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let sheet = format!("/pengukuran/{}/lembar", VILLAGES[0]);
    let page = cadre.get(&sheet).await.ok();
    assert!(page.contains("Andi Saputra") && page.contains("Bela"), "{page}");
    assert!(!page.contains("Tua"), "five years old: {page}");
    let (andi, bela) = (child(&test, "Andi Saputra").await, child(&test, "Bela").await);
    let field = |name: &str, child: Id| format!("{name}.{child}");
    let fields = |weight: &'static str, height: &'static str| {
        vec![
            ("hari".to_owned(), "2026-11-02".to_owned()),
            (field("berat", andi), weight.to_owned()),
            (field("tinggi", andi), height.to_owned()),
            (field("cara", andi), "standing".to_owned()),
            (field("berat", bela), "9,4".to_owned()),
            (field("cara", bela), "lying".to_owned()),
        ]
    };
    let send = |form: String, fields: Vec<(String, String)>| {
        let (cadre, sheet) = (cadre.clone(), sheet.clone());
        async move {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            cadre.post_as(&sheet, &form, &fields).await
        }
    };
    // One row is wrong: nothing is stored, all that was typed is there, the row is named.
    let page = send(new_form_id(), fields("dua belas", "88,9")).await.refused();
    assert!(page.contains("Andi Saputra: Tulis berat dalam kilogram"), "{page}");
    for typed in ["value=\"dua belas\"", "value=\"88,9\"", "value=\"9,4\""] {
        assert!(page.contains(typed), "{typed} is lost: {page}");
    }
    assert_eq!(held(&test).await, 0);
    // One row is unusual: the same.
    let page = send(new_form_id(), fields("12,1", "86,0")).await.refused();
    assert!(page.contains("Ukur ulang dahulu?") && page.contains("value=\"9,4\""), "{page}");
    assert_eq!(page.matches("name=\"yakin.").count(), 1, "{page}");
    assert_eq!(held(&test).await, 0);

    let form = new_form_id();
    let stored = send(form.clone(), fields("12,1", "88,9")).await.to();
    assert_eq!(send(form, fields("12,1", "88,9")).await.status, StatusCode::SEE_OTHER, "a double click");
    assert_eq!(held(&test).await, 2);
    let weighed = "SELECT COUNT(*) AS n FROM measurement WHERE weight_g = 9400 AND height_mm IS NULL AND position IS NULL";
    assert_eq!(test.number(weighed, args![]).await, 1, "a child that was only weighed");
    let page = cadre.get(&stored).await.ok();
    assert!(
        page.contains("2 pengukuran tersimpan") && page.matches("Sudah dicatat hari ini").count() >= 2,
        "{page}"
    );
    // Sent again from another tab: the day is taken.
    let page = send(new_form_id(), fields("12,3", "88,9")).await.refused();
    assert!(page.contains("sudah tercatat diukur pada hari itu"), "{page}");
    let page = send(new_form_id(), vec![("hari".into(), "2026-11-03".into())]).await.refused();
    assert!(page.contains("Hari ini belum terjadi"), "{page}");
    assert_eq!(held(&test).await, 2);
}
