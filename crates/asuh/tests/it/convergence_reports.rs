//! Indicators as their keepers word them, and the way of what is entered: from the village over kecamatan and office to the
//! district, back with a reason, locked; and that a recap is the sum of what was typed. On both engines.

use asuh_ground::access::Role;
use asuh_step_convergence::indicator;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

const PDF: &[u8] = b"%PDF-1.7 laporan puskesmas";

struct Scene {
    test: TestApp,
    planner: Client,
    village: Client,
    kecamatan: Client,
    office: Client,
    dinkes: Id,
    /// TTD or MMS of 180 tablets: entered, of layanan-31.
    tablets: Id,
}

impl Scene {
    async fn start(db: TestDatabase) -> Scene {
        let test = TestApp::start(db).await;
        let dinkes = test.institution("opd", "Dinas Kesehatan", None).await;
        test.sql(
            "UPDATE institution SET tags = 'dinkes' WHERE district_id = $1 AND id = $2",
            args![KERINCI, dinkes],
        )
        .await;
        let planner = test.with_role(Role::DistrictPlanner).await;
        assert!(planner.get("/indikator").await.ok().contains("Belum ada indikator"));
        planner.post("/indikator/bawaan", &[]).await.to();
        let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
        let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
        let office = test.user(Role::OfficePlanner, &[1_501_000_000], &[dinkes]).await;
        let tablets = indicator::by_code(test.app.store.reader(), KERINCI, "mms-180").await.unwrap().unwrap();
        assert_eq!(tablets.office_id, Some(dinkes), "the office is found by its tag");
        Scene { planner, village, kecamatan, office, dinkes, tablets: tablets.id, test }
    }

    fn form(&self) -> String {
        format!("{}.semester.village", self.dinkes)
    }

    fn page(&self, village: i64) -> String {
        format!(
            "/laporan-indikator/isi?kelompok=layanan-31&formulir={}&periode=2026-01&wilayah={village}",
            self.form()
        )
    }

    /// Enters 180 tablets of a village and tells where the browser is led.
    async fn enter(
        &self,
        who: &Client,
        village: i64,
        numerator: &str,
        denominator: &str,
    ) -> crate::support::Answer {
        let (form, village) = (self.form(), village.to_string());
        let (n, d) = (format!("n.{}", self.tablets), format!("d.{}", self.tablets));
        let fields = [
            ("kelompok", "layanan-31"),
            ("formulir", form.as_str()),
            ("periode", "2026-01"),
            ("wilayah", village.as_str()),
            (n.as_str(), numerator),
            (d.as_str(), denominator),
        ];
        who.post("/laporan-indikator/isi", &fields).await
    }

    async fn report(&self, village: i64) -> String {
        let sql = "SELECT id FROM indicator_report WHERE district_id = $1 AND territory_code = $2";
        let found: Option<(Id,)> =
            self.test.app.store.reader().first(sql, args![KERINCI, village]).await.unwrap();
        format!("/laporan-indikator/{}/langkah", found.unwrap().0)
    }

    async fn number(&self, sql: &str) -> i64 {
        self.test.number(sql, args![]).await
    }
}

const HOLD: &str = "SELECT COUNT(*) AS n FROM indicator_value WHERE superseded_at = 9223372036854775807";

#[db_test]
async fn a_report_goes_from_the_village_to_the_district(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let page = scene.village.get(&scene.page(VILLAGES[0])).await.ok();
    for words in ["Selam Paung, Semester I 2026", "180 butir", "Ibu hamil yang mendapat 180 butir", "Bukti"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    scene.enter(&scene.village, VILLAGES[0], "1.234", "2.000").await.to();
    let page = scene.village.get(&scene.page(VILLAGES[0])).await.ok();
    assert!(
        page.contains("value=\"1.234\"") && page.contains("Kirim laporan") && page.contains("sedang diisi"),
        "{page}"
    );
    // Evidence follows, is sealed and opened again.
    let (form, place) = (scene.form(), VILLAGES[0].to_string());
    let (n, d) = (format!("n.{}", scene.tablets), format!("d.{}", scene.tablets));
    let fields = [
        ("kelompok", "layanan-31"),
        ("formulir", form.as_str()),
        ("periode", "2026-01"),
        ("wilayah", place.as_str()),
        (n.as_str(), "1234"),
        (d.as_str(), "2000"),
    ];
    let file = format!("b.{}", scene.tablets);
    scene.village.upload("/laporan-indikator/isi", &fields, &file, "bukti.pdf", PDF).await.to();
    let page = scene.village.get(&scene.page(VILLAGES[0])).await.ok();
    let evidence =
        page.split("/laporan-indikator/bukti/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(
        scene
            .kecamatan
            .get(&format!("/laporan-indikator/bukti/{evidence}"))
            .await
            .ok()
            .contains("laporan puskesmas")
    );
    // Each step by the one whose turn it is, and by nobody else.
    let step = scene.report(VILLAGES[0]).await;
    let turn = |who: &Client, word: &'static str| {
        let (who, step) = (who.clone(), step.clone());
        async move { who.post(&step, &[("langkah", word)]).await }
    };
    assert!(turn(&scene.kecamatan, "terima").await.refused().contains("tidak lagi menunggu Anda"));
    turn(&scene.village, "kirim").await.to();
    assert!(scene.enter(&scene.village, VILLAGES[0], "9", "10").await.refused().contains("sudah dikirim"));
    for (who, next, task) in [
        (&scene.kecamatan, "diverifikasi kecamatan", "menunggu verifikasi"),
        (&scene.office, "diperiksa OPD", "menunggu diperiksa OPD"),
        (&scene.planner, "diterima kabupaten", "menunggu diterima kabupaten"),
    ] {
        for other in [&scene.village, &scene.kecamatan, &scene.office, &scene.planner] {
            if other.user != who.user {
                let answer = turn(other, "terima").await;
                assert!(
                    [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::FORBIDDEN].contains(&answer.status),
                    "{next}"
                );
            }
        }
        assert!(who.get("/").await.ok().contains(task), "{task}");
        let page = who.get(&turn(who, "terima").await.to()).await.ok();
        assert!(page.contains(next), "{next}: {page}");
        assert!(!who.get("/").await.ok().contains(task), "{task}");
    }
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM indicator_report_event").await, 5);
    crate::convergence_check::is_clean(&scene.test).await;
    let list = scene.planner.get("/laporan-indikator?periode=2026-01").await.ok();
    assert!(
        list.contains("Selam Paung") && list.contains("1 dari 4 (25 %)") && list.contains("lewat batas"),
        "{list}"
    );
}

#[db_test]
async fn what_is_returned_is_corrected_beside_what_it_was(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.enter(&scene.village, VILLAGES[0], "45", "50").await.to();
    let step = scene.report(VILLAGES[0]).await;
    scene.village.post(&step, &[("langkah", "kirim")]).await.to();
    let page = scene.kecamatan.post(&step, &[("langkah", "kembalikan"), ("alasan", " ")]).await.refused();
    assert!(page.contains("wajib diisi"), "{page}");
    scene
        .kecamatan
        .post(&step, &[("langkah", "kembalikan"), ("alasan", "Tidak sama dengan kohort")])
        .await
        .to();
    assert!(scene.village.get("/").await.ok().contains("dikembalikan untuk diperbaiki"));
    let page = scene.village.get(&scene.page(VILLAGES[0])).await.ok();
    assert!(page.contains("Dikembalikan: Tidak sama dengan kohort"), "{page}");
    scene.enter(&scene.village, VILLAGES[0], "40", "50").await.to();
    // The same once more changes nothing.
    scene.enter(&scene.village, VILLAGES[0], "40", "50").await.to();
    assert_eq!(scene.number(HOLD).await, 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM indicator_value").await, 2);
    let page = scene.village.get(&scene.page(VILLAGES[0])).await.ok();
    assert!(page.contains("angka sebelum diperbaiki") && page.contains("45"), "{page}");
    scene.village.post(&step, &[("langkah", "kirim")]).await.to();
    let first =
        "SELECT COUNT(DISTINCT first_sent_at) AS n FROM indicator_report WHERE first_sent_at IS NOT NULL";
    assert_eq!(scene.number(first).await, 1);
}

#[db_test]
async fn a_recap_is_the_sum_of_what_was_typed(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let typed = [(VILLAGES[0], 7, 11), (VILLAGES[1], 13, 29), (VILLAGES[2], 3, 5)];
    for (village, numerator, denominator) in typed {
        scene.enter(&scene.office, village, &numerator.to_string(), &denominator.to_string()).await.to();
    }
    let path = |place: i64| format!("/capaian/{}?periode=2026-01&wilayah={place}", scene.tablets);
    let whole = scene.planner.get(&path(1_501_000_000)).await.ok();
    assert!(whole.contains("23 dari 45 (51,1 %)"), "{whole}");
    assert!(whole.contains("20 dari 40 (50,0 %)") && whole.contains("3 dari 5 (60,0 %)"), "{whole}");
    let kecamatan = scene.planner.get(&path(1_501_010_000)).await.ok();
    for part in ["20 dari 40 (50,0 %)", "7 dari 11 (63,6 %)", "13 dari 29 (44,8 %)"] {
        assert!(kecamatan.contains(part), "{part}: {kecamatan}");
    }
    // A village sees its own, and what was typed for it, by whom.
    let own = scene.village.get(&path(VILLAGES[0])).await.ok();
    assert!(own.contains("7 dari 11 (63,6 %)") && own.contains("Pengguna office_planner"), "{own}");
    for place in [VILLAGES[1], 1_501_010_000, 1_501_000_000] {
        assert_eq!(scene.village.get(&path(place)).await.status, StatusCode::NOT_FOUND, "{place}");
    }
    // Another number in its place: the recap follows, and the sheet tells the same rows.
    scene.enter(&scene.office, VILLAGES[1], "10", "29").await.to();
    let whole = scene.planner.get(&path(1_501_000_000)).await.ok();
    assert!(whole.contains("20 dari 45 (44,4 %)"), "{whole}");
    let form = scene.form();
    let fields = [("kelompok", "layanan-31"), ("formulir", form.as_str()), ("periode", "2026-01")];
    let rows = scene.planner.download("/laporan-indikator/lembar", &fields).await;
    let mine: Vec<&Vec<String>> = rows.iter().filter(|row| row[2] == "mms-180").collect();
    let sum = |column: usize| mine.iter().filter_map(|row| row.get(column)?.parse::<f64>().ok()).sum::<f64>();
    assert_eq!((mine.len(), sum(7), sum(8)), (4, 20.0, 45.0), "{rows:?}");
}

#[db_test]
async fn bad_numbers_and_strangers_are_refused_and_what_was_typed_stays(db: TestDatabase) {
    let scene = Scene::start(db).await;
    for (numerator, denominator, sentence) in [
        ("12", "", "Isi juga penyebutnya"),
        ("12", "10", "tidak boleh lebih dari penyebut"),
        ("dua", "10", "bilangan bulat"),
        ("", "", "paling sedikit satu angka"),
    ] {
        let page = scene.enter(&scene.village, VILLAGES[0], numerator, denominator).await.refused();
        assert!(page.contains(sentence) && page.contains("<title>Galat: "), "{sentence}: {page}");
        assert!(numerator.is_empty() || page.contains(&format!("value=\"{numerator}\"")), "{page}");
    }
    assert_eq!(scene.number(HOLD).await, 0);
    // Neither the next village nor another office, nor somebody who only reads.
    assert_eq!(scene.enter(&scene.village, VILLAGES[1], "1", "2").await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.village.get(&scene.page(VILLAGES[1])).await.status, StatusCode::NOT_FOUND);
    let other = scene.test.institution("opd", "Dinas Sosial", None).await;
    let social = scene.test.user(Role::OfficePlanner, &[1_501_000_000], &[other]).await;
    assert_eq!(scene.enter(&social, VILLAGES[0], "1", "2").await.status, StatusCode::NOT_FOUND);
    let auditor = scene.test.with_role(Role::Auditor).await;
    assert_eq!(scene.enter(&auditor, VILLAGES[0], "1", "2").await.status, StatusCode::FORBIDDEN);
    auditor.get(&scene.page(VILLAGES[0])).await.ok();
    for role in [Role::Sponsor, Role::Treasurer, Role::Kitchen, Role::UnitCoordinator] {
        let user = scene.test.with_role(role).await;
        for path in ["/capaian", "/skor-konvergensi", "/laporan-indikator", "/indikator"] {
            assert_eq!(user.get(path).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    // The same form sent twice counts once.
    let (form, place, id) = (scene.form(), VILLAGES[0].to_string(), new_form_id());
    let (n, d) = (format!("n.{}", scene.tablets), format!("d.{}", scene.tablets));
    let fields = [
        ("kelompok", "layanan-31"),
        ("formulir", form.as_str()),
        ("periode", "2026-01"),
        ("wilayah", place.as_str()),
        (n.as_str(), "1"),
        (d.as_str(), "2"),
    ];
    let first = scene.village.post_as("/laporan-indikator/isi", &id, &fields).await.to();
    assert_eq!(scene.village.post_as("/laporan-indikator/isi", &id, &fields).await.to(), first);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM indicator_value").await, 1);
    // Corrected three days later, the number of today is the new one and that of the day is what was known then.
    scene.test.db.clock.advance(3 * 86_400);
    let village = scene.test.sign_in(scene.village.user).await;
    scene.enter(&village, VILLAGES[0], "2", "2").await.to();
    let at = format!("/capaian/{}?wilayah={}&periode=2026-01", scene.tablets, VILLAGES[0]);
    assert!(village.get(&at).await.ok().contains("2 dari 2 (100,0 %)"));
    let then = village.get(&format!("{at}&per=2026-11-02")).await.ok();
    assert!(then.contains("1 dari 2 (50,0 %)") && !then.contains("2 dari 2"), "{then}");
    // Somebody of another district finds nothing.
    let elsewhere = scene.test.admin_elsewhere().await;
    assert_eq!(elsewhere.get(&format!("/capaian/{}", scene.tablets)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.get(&format!("/indikator/{}", scene.tablets)).await.status, StatusCode::NOT_FOUND);
    let step = scene.report(VILLAGES[0]).await;
    assert_eq!(elsewhere.post(&step, &[("langkah", "terima")]).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn a_locked_period_takes_nothing_until_it_is_opened_with_a_reason(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.enter(&scene.village, VILLAGES[0], "1", "2").await.to();
    let form = scene.form();
    let lock = |period: &'static str, more: &[(&'static str, &'static str)]| {
        let mut fields = vec![("kelompok", "layanan-31"), ("formulir", form.as_str()), ("periode", period)];
        fields.extend_from_slice(more);
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
    };
    let post = |who: &Client, fields: Vec<(String, String)>| {
        let who = who.clone();
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            who.post("/laporan-indikator/kunci", &fields).await
        }
    };
    assert_eq!(post(&scene.office, lock("2026-01", &[])).await.status, StatusCode::FORBIDDEN);
    let page = post(&scene.planner, lock("2026-07", &[])).await.refused();
    assert!(page.contains("belum berakhir"), "{page}");
    post(&scene.planner, lock("2026-01", &[])).await.to();
    assert!(scene.enter(&scene.village, VILLAGES[0], "2", "2").await.refused().contains("terkunci"));
    let step = scene.report(VILLAGES[0]).await;
    assert!(scene.village.post(&step, &[("langkah", "kirim")]).await.refused().contains("terkunci"));
    let page = post(&scene.planner, lock("2026-01", &[("buka", "ya")])).await.refused();
    assert!(page.contains("wajib diisi"), "{page}");
    post(&scene.planner, lock("2026-01", &[("buka", "ya"), ("alasan", "Satu desa salah ketik")])).await.to();
    scene.enter(&scene.village, VILLAGES[0], "2", "2").await.to();
    let list = scene.planner.get("/laporan-indikator?periode=2026-01").await.ok();
    assert!(list.contains("Satu desa salah ketik"), "{list}");
}

#[db_test]
async fn indicators_are_worded_changed_and_retired_and_have_targets(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let list = scene.planner.get("/indikator?cari=asi+eksklusif").await.ok();
    assert!(
        list.contains("Bayi di bawah 6 bulan mendapat ASI eksklusif") && list.contains("Dihitung dari data"),
        "{list}"
    );
    let set = scene.planner.get("/indikator/kelompok/layanan-31").await.ok();
    assert!(set.contains("23 dari 31 tempat belum terisi") && set.contains("nomor=31"), "{set}");
    let fields = [
        ("kode", "posyandu-aktif"),
        ("nama", "Posyandu aktif"),
        ("pembilang", "Posyandu aktif"),
        ("penyebut", "Posyandu"),
        ("satuan", "percent"),
        ("arah", "higher"),
        ("sasaran", "other"),
        ("periode", "semester"),
        ("tingkat", "village"),
        ("nomor.layanan-31", "31"),
    ];
    let bad =
        scene.planner.post("/indikator/baru", &[("kode", "Posyandu Aktif"), ("nama", "x")]).await.refused();
    assert!(bad.contains("value=\"Posyandu Aktif\""), "{bad}");
    let shown = scene.planner.post("/indikator/baru", &fields).await.to();
    assert!(scene.planner.post("/indikator/baru", &fields).await.refused().contains("sudah dipakai"));
    let set = scene.planner.get("/indikator/kelompok/layanan-31").await.ok();
    assert!(set.contains("22 dari 31 tempat") && set.contains("Posyandu aktif"), "{set}");
    // A target of a list and year; a later one takes its place.
    for target in ["80", "82,5"] {
        let fields = [("kelompok", "layanan-31"), ("tahun", "2026"), ("target", target)];
        scene.planner.post(&format!("{shown}/target"), &fields).await.to();
    }
    let page = scene.planner.get(&shown).await.ok();
    assert!(page.contains("82,5 %") && !page.contains(">80 %"), "{page}");
    // Changed: what it was stays.
    let mut changed = fields.to_vec();
    changed[2] = ("pembilang", "Posyandu dengan kegiatan setiap bulan");
    scene.planner.post(&format!("{shown}/ubah"), &changed).await.to();
    let page = scene.planner.get(&shown).await.ok();
    assert!(
        page.contains("setiap bulan")
            && page.contains("Sebelumnya")
            && page.contains("Posyandu aktif / Posyandu"),
        "{page}"
    );
    scene.planner.post(&format!("{shown}/pensiun"), &[("alasan", "Diganti juknis")]).await.to();
    assert!(scene.planner.get(&shown).await.ok().contains("Tidak dipakai lagi: Diganti juknis"));
    assert!(!scene.planner.get("/indikator?cari=posyandu-aktif").await.ok().contains("Posyandu aktif"));
    scene.planner.post(&format!("{shown}/pensiun"), &[("lagi", "ya")]).await.to();
    // Who only sees does not word.
    assert_eq!(scene.office.post("/indikator/baru", &fields).await.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.office.post(&format!("{shown}/target"), &[]).await.status, StatusCode::FORBIDDEN);
    scene.office.get(&shown).await.ok();
}
