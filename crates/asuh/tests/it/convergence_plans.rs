//! Plans of a year: office by office, village by village, told of quarter by quarter; on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::support::{Client, TestApp, VILLAGES, new_form_id};

const WATCHED: &str = "balita-dipantau";

/// A district with its indicators and an open plan of 2026, two offices and who plans for them.
struct Scene {
    test: TestApp,
    health: Id,
    family: Id,
    bappeda: Client,
    nurse: Client,
    planner: Client,
}

impl Scene {
    async fn start(db: TestDatabase) -> Scene {
        let test = TestApp::start(db).await;
        let health = test.institution("opd", "Dinas Kesehatan", None).await;
        let family = test.institution("opd", "DPPKB", None).await;
        let bappeda = test.with_role(Role::DistrictPlanner).await;
        bappeda.post("/indikator/bawaan", &[]).await.to();
        assert!(bappeda.get("/rencana").await.ok().contains("Belum ada rencana"));
        bappeda.post("/rencana/tahun", &[("tahun", "2026")]).await.to();
        let nurse = test.user(Role::OfficePlanner, &[1_501_000_000], &[health]).await;
        let planner = test.user(Role::OfficePlanner, &[1_501_000_000], &[family]).await;
        Scene { test, health, family, bappeda, nurse, planner }
    }

    /// The fields of a row of an office.
    fn row(&self, office: Id) -> Vec<(&'static str, String)> {
        vec![
            ("tahun", "2026".to_owned()),
            ("opd", format!("opd:{office}")),
            ("indikator", WATCHED.to_owned()),
            ("kegiatan", "Kelas ibu balita".to_owned()),
            ("subkegiatan", "1.02.02.2.02.0015".to_owned()),
            ("lokasi", "Selam Paung, Gunung Raya\nAir Mumu".to_owned()),
            ("target", "100".to_owned()),
            ("satuan", "orang".to_owned()),
            ("anggaran", "Rp10.000.000".to_owned()),
            ("sumber", "dak_nonfisik".to_owned()),
            ("dari_triwulan", "1".to_owned()),
            ("sampai_triwulan", "2".to_owned()),
            ("pelaksana", "Kepala Bidang Kesmas".to_owned()),
            ("bukti", "Daftar hadir".to_owned()),
        ]
    }

    async fn agree(&self) {
        let fields = [("tahun", "2026"), ("keadaan", "agreed"), ("dasar", "BA Rembuk 1/2026")];
        self.bappeda.post("/rencana/keadaan", &fields).await.to();
    }

    async fn import(&self, content: &str) -> Summary {
        let path = self.test.db.folder().join("rencana.csv");
        std::fs::write(&path, content).unwrap();
        staging::run(&self.test.app, &self.test.system(), "plan", &path, false, &mut |_| {}).await.unwrap()
    }
}

fn with<'a>(row: &'a [(&'static str, String)], field: &str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    row.iter().map(|(name, held)| (*name, if *name == field { value } else { held.as_str() })).collect()
}

fn plain<'a>(row: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    with(row, "", "")
}

#[db_test]
async fn an_office_writes_its_rows_and_nobody_elses(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let row = scene.row(scene.health);
    let page = scene.nurse.get("/rencana/baru?tahun=2026").await.ok();
    assert!(page.contains("Dinas Kesehatan") && !page.contains("DPPKB"), "{page}");
    for (field, value) in [
        ("kegiatan", ""),
        ("subkegiatan", "1.02"),
        ("lokasi", "Antah Berantah"),
        ("anggaran", "banyak"),
        ("sampai_triwulan", "5"),
        ("indikator", "tidak-ada"),
        ("sumber", "dompet"),
        ("opd", ""),
    ] {
        let page = scene.nurse.post("/rencana/baru", &with(&row, field, value)).await.refused();
        assert!(
            page.contains(&format!("id=\"f-{field}\"")) && page.contains("Daftar hadir"),
            "{field}: {page}"
        );
        assert!(page.contains("Galat: "), "{field}");
    }
    let backwards = with(&row, "dari_triwulan", "3");
    assert!(scene.nurse.post("/rencana/baru", &backwards).await.refused().contains("Triwulan selesai"));
    let form = new_form_id();
    let one = scene.nurse.post_as("/rencana/baru", &form, &plain(&row)).await.to();
    assert_eq!(scene.nurse.post_as("/rencana/baru", &form, &plain(&row)).await.to(), one);
    let page = scene.nurse.get(&one).await.ok();
    for words in [
        "Kelas ibu balita",
        "Dinas Kesehatan",
        "Balita dipantau pertumbuhan",
        "1.02.02.2.02.0015",
        "Selam Paung, Gunung Raya; Air Mumu, Gunung Raya",
        "Rp10.000.000, DAK Nonfisik",
        "triwulan 1 sampai 2",
        "0 dari 100 orang",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Another office's row cannot be written, changed or taken out; it can be seen.
    let other = scene.row(scene.family);
    assert_eq!(scene.nurse.post("/rencana/baru", &plain(&other)).await.status, StatusCode::NOT_FOUND);
    let change = format!("{one}/ubah");
    assert!(scene.planner.get(&one).await.ok().contains("Kelas ibu balita"));
    assert_eq!(scene.planner.get(&change).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.planner.post(&change, &[("versi", "1")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        scene.planner.post(&format!("{one}/keluarkan"), &[("versi", "1")]).await.status,
        StatusCode::NOT_FOUND
    );
    let leader = scene.test.with_role(Role::Leader).await;
    assert!(leader.get(&one).await.ok().contains("Kelas ibu balita"));
    assert_eq!(leader.post("/rencana/baru", &plain(&row)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(scene.nurse.post("/rencana/tahun", &[("tahun", "2027")]).await.status, StatusCode::FORBIDDEN);

    // Two who change the same version: the second is told.
    let mut changed = with(&row, "anggaran", "12.000.000");
    changed.push(("versi", "1"));
    scene.nurse.post(&change, &changed).await.to();
    assert!(scene.nurse.post(&change, &changed).await.refused().contains("baru saja diubah"));
    let page = scene.nurse.get(&one).await.ok();
    assert!(page.contains("Anggaran: Rp10.000.000 menjadi Rp12.000.000"), "{page}");

    // A village writes what stands in its APBDes, and sees what concerns it.
    let village = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let mut own = scene.row(scene.health);
    own[1].1 = format!("desa:{}", VILLAGES[0]);
    own[3].1 = "PMT dari Dana Desa".to_owned();
    own[5].1 = VILLAGES[0].to_string();
    let apbdes = village.post("/rencana/baru", &plain(&own)).await.to();
    own[1].1 = format!("desa:{}", VILLAGES[1]);
    assert_eq!(village.post("/rencana/baru", &plain(&own)).await.status, StatusCode::NOT_FOUND);
    let list = village.get("/rencana").await.ok();
    assert!(list.contains("PMT dari Dana Desa") && list.contains("Kelas ibu balita"), "{list}");
    let far = scene.test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    let list = far.get("/rencana").await.ok();
    assert!(!list.contains("PMT dari Dana Desa") && !list.contains("Kelas ibu balita"), "{list}");
    for path in [&one, &apbdes] {
        assert_eq!(far.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(scene.test.admin_elsewhere().await.get(&one).await.status, StatusCode::NOT_FOUND);
    let cadre = scene.test.with_role(Role::Cadre).await;
    assert_eq!(cadre.get("/rencana").await.status, StatusCode::FORBIDDEN);

    // The matrix counts rows and money of both.
    let page = scene.bappeda.get("/rencana/matriks?tahun=2026").await.ok();
    assert!(page.contains("Desa (APBDes)") && page.contains("Rp22.000.000"), "{page}");
    // Each number of it opens its rows; a place has its part of them, half of the office's and all of its own.
    let cell = page.split("/rencana?tahun=2026&#38;indikator=balita-dipantau&#38;desa=semua").count();
    assert_eq!(cell, 2, "{page}");
    let rows = scene.bappeda.get("/rencana?tahun=2026&indikator=balita-dipantau&desa=semua").await.ok();
    assert!(rows.contains("PMT dari Dana Desa") && !rows.contains(">Kelas ibu balita<"), "{rows}");
    let rows = scene.bappeda.get(&format!("/rencana?tahun=2026&wilayah={}", VILLAGES[0])).await.ok();
    assert!(rows.contains("Bagian Selam Paung, Gunung Raya") && rows.contains("Rp16.000.000"), "{rows}");
    let rows = scene.bappeda.get(&format!("/rencana?tahun=2026&wilayah={}", VILLAGES[2])).await.ok();
    assert!(!rows.contains("Kelas ibu balita") && !rows.contains("PMT dari Dana Desa"), "{rows}");
}

/// Kapuas in June 2022: coverage indicators that the district answers for, plans of each office "in detail", and a meeting
/// that looks at what is late.
#[db_test]
async fn kapuas_2022_offices_plan_and_the_meeting_sees_what_is_late(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    let mine = scene.row(scene.health);
    let one = scene.nurse.post("/rencana/baru", &plain(&mine)).await.to();
    let mut theirs = scene.row(scene.family);
    theirs[4].1 = String::new();
    let two = scene.planner.post("/rencana/baru", &plain(&theirs)).await.to();
    let mut bare = scene.row(scene.family);
    for (field, value) in [("indikator", ""), ("kegiatan", "Sosialisasi"), ("lokasi", ""), ("anggaran", "")] {
        bare.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value.to_owned();
    }
    scene.planner.post("/rencana/baru", &plain(&bare)).await.to();
    let page = scene.bappeda.get("/rencana").await.ok();
    for words in [
        "dikerjakan dua pihak di tempat yang sama: 2",
        "belum ada anggaran: 1",
        "belum ada lokasi: 1",
        "belum dikaitkan dengan indikator: 1",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("lewat waktu"), "a draft is not late: {page}");
    let page = scene.bappeda.get("/rencana?tahun=2026&masalah=twice").await.ok();
    assert!(page.contains("Kelas ibu balita") && !page.contains(">Sosialisasi<"), "{page}");
    // Nothing is told of a draft; the way is draft, agreed, locked.
    let tell = format!("{one}/realisasi");
    let told = [("triwulan", "2"), ("tercapai", "60"), ("uang", "Rp6.000.000"), ("kata", "Hujan")];
    assert!(scene.nurse.post(&tell, &told).await.refused().contains("setelah rencana disepakati"));
    let lock = [("tahun", "2026"), ("keadaan", "locked"), ("dasar", "Perbup")];
    assert!(scene.bappeda.post("/rencana/keadaan", &lock).await.refused().contains("tidak dapat langsung"));
    let without = [("tahun", "2026"), ("keadaan", "agreed")];
    assert!(scene.bappeda.post("/rencana/keadaan", &without).await.refused().contains("f-dasar"));
    scene.agree().await;

    // Agreed, a change needs a reason; it is kept.
    let change = format!("{one}/ubah");
    let mut changed = with(&mine, "target", "120");
    changed.push(("versi", "1"));
    assert!(scene.nurse.post(&change, &changed).await.refused().contains("tulis alasan"));
    changed.push(("alasan", "Sasaran bertambah"));
    scene.nurse.post(&change, &changed).await.to();
    assert!(scene.nurse.get(&one).await.ok().contains("Sasaran bertambah"));

    // In November both rows are over; who told reached half, who did not is not told of.
    assert!(
        scene
            .nurse
            .post(&tell, &[("triwulan", "2"), ("tercapai", "x")])
            .await
            .refused()
            .contains("f-tercapai")
    );
    let form = new_form_id();
    scene.nurse.post_as(&tell, &form, &told).await.to();
    scene.nurse.post_as(&tell, &form, &told).await.to();
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM plan_report", args![]).await, 1);
    scene.nurse.upload(&tell, &told, "berkas", "foto.pdf", b"%PDF-1.7 foto").await.to();
    let page = scene.nurse.get(&one).await.ok();
    assert!(page.contains("laporan ke-2") && page.contains("60 dari 120 orang"), "{page}");
    let evidence = format!("{one}/bukti/2/2");
    assert_eq!(scene.bappeda.get(&evidence).await.bytes, b"%PDF-1.7 foto");
    assert!(
        page.contains("lewat waktu, target belum tercapai") && page.contains("realisasi belum dilaporkan")
    );
    assert!(scene.nurse.get("/").await.ok().contains("1 kegiatan rencana lewat waktu"));
    assert!(scene.planner.get("/").await.ok().contains("kegiatan rencana belum dilaporkan realisasinya"));
    assert_eq!(scene.planner.post(&tell, &told).await.status, StatusCode::NOT_FOUND);
    let more = [("triwulan", "3"), ("tercapai", "130"), ("uang", "11.000.000")];
    scene.nurse.post(&tell, &more).await.to();
    let page = scene.nurse.get(&one).await.ok();
    assert!(
        page.contains("realisasi melebihi anggaran") && !page.contains("target belum tercapai"),
        "{page}"
    );
    let future = [("triwulan", "5"), ("tercapai", "1"), ("uang", "0")];
    assert!(scene.nurse.post(&tell, &future).await.refused().contains("f-triwulan"));

    // Locked, the office changes nothing more; Bappeda does, with a reason; what is done is told of as before.
    scene.bappeda.post("/rencana/keadaan", &lock).await.to();
    let mut late = with(&mine, "target", "200");
    late.extend([("versi", "2"), ("alasan", "x")]);
    assert!(scene.nurse.post(&change, &late).await.refused().contains("Rencana sudah dikunci"));
    scene.bappeda.post(&change, &late).await.to();
    scene.nurse.post(&tell, &[("triwulan", "4"), ("tercapai", "140"), ("uang", "11.000.000")]).await.to();
    let out = format!("{two}/keluarkan");
    assert!(scene.planner.post(&out, &[("versi", "1"), ("alasan", "y")]).await.refused().contains("dikunci"));
    scene.bappeda.post(&out, &[("versi", "1"), ("alasan", "digabung dengan Dinkes")]).await.to();
    assert!(scene.bappeda.get(&two).await.ok().contains("dikeluarkan dari rencana"));
    assert!(!scene.bappeda.get("/rencana").await.ok().contains("dua pihak"));

    // The review of the year writes itself: two rows, Rp11.000.000 of Rp10.000.000.
    let page = scene.bappeda.get("/rencana/reviu?tahun=2026").await.ok();
    for words in [
        "memuat 2 kegiatan; 0 mencapai targetnya",
        "Anggaran Rp10.000.000, terpakai Rp11.000.000 (110 %)",
        "1 kegiatan belum pernah dilaporkan",
        "Dinas Kesehatan: Kelas ibu balita",
        "DAK Nonfisik (BOK, BOKB)",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    crate::convergence_check::is_clean(test).await;
    let sheet = scene.bappeda.download("/rencana/reviu/unduh", &[("tahun", "2026")]).await;
    assert_eq!(sheet.len(), 3, "{sheet:?}");
    assert!(sheet.iter().any(|row| row.contains(&"11000000".to_owned())), "{sheet:?}");
}

#[db_test]
async fn what_is_below_its_target_and_nobody_plans_is_named(db: TestDatabase) {
    let test = crate::growth_entry::district(db).await;
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    bappeda.post("/indikator/bawaan", &[]).await.to();
    bappeda.post("/rencana/tahun", &[("tahun", "2026")]).await.to();
    let office = test.institution("opd", "Dinas Kesehatan", None).await;
    // Nobody was weighed in November: 0 of 90 percent.
    let page = bappeda.get("/rencana").await.ok();
    let gap = "Balita dipantau pertumbuhan dan perkembangannya: <a href=\"/capaian/";
    let line = page.split(gap).nth(1).unwrap_or_else(|| panic!("{page}")).split("</a>").next().unwrap();
    assert!(line.contains("0 dari ") && line.contains("(0,0 %), target 90,00 %"), "{line}");
    let owner = format!("opd:{office}");
    let fields = [
        ("tahun", "2026"),
        ("opd", owner.as_str()),
        ("indikator", WATCHED),
        ("kegiatan", "Bulan timbang"),
        ("dari_triwulan", "1"),
        ("sampai_triwulan", "4"),
    ];
    bappeda.post("/rencana/baru", &fields).await.to();
    let page = bappeda.get("/rencana").await.ok();
    assert!(!page.contains(gap), "{page}");
}

#[db_test]
async fn a_plan_goes_out_as_a_sheet_and_comes_in_again(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let row = scene.row(scene.health);
    let one = scene.nurse.post("/rencana/baru", &plain(&row)).await.to();
    let mut sheet = scene.bappeda.download("/rencana/unduh", &[("tahun", "2026")]).await;
    assert_eq!(sheet.len(), 2, "{sheet:?}");
    let width = sheet[0].len();
    sheet[1].resize(width, String::new());
    let csv = |sheet: &[Vec<String>]| -> String {
        let quoted = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        sheet.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(";") + "\n").collect()
    };
    let same = scene.import(&csv(&sheet)).await;
    assert_eq!((same.new, same.changed, same.same, same.errors), (0, 0, 1, 0), "{same:?}");

    // A row changed, a row new, and rows that cannot come in, each with its reason.
    let mut changed = sheet.clone();
    let place = |title: &str| sheet[0].iter().position(|one| one == title).unwrap();
    changed[1][place("Target")] = "150".into();
    let mut new = sheet[1].clone();
    for (title, value) in [("_id", ""), ("_versi", ""), ("Kegiatan", "Jamban sehat"), ("Lokasi", "Air Mumu")]
    {
        new[place(title)] = value.into();
    }
    changed.push(new.clone());
    for (title, value) in [
        ("Penanggung Jawab Baris", "Dinas Antah"),
        ("Lokasi", "Antah Berantah"),
        ("Sumber Dana", "dompet"),
        ("Indikator", "tidak-ada"),
        ("Kode Subkegiatan", "12"),
        ("Tahun", "2031"),
    ] {
        let mut wrong = new.clone();
        wrong[place("Kegiatan")] = format!("Salah {title}");
        wrong[place(title)] = value.into();
        changed.push(wrong);
    }
    let summary = scene.import(&csv(&changed)).await;
    assert_eq!((summary.new, summary.changed, summary.errors), (1, 1, 6), "{summary:?}");
    assert!(scene.nurse.get(&one).await.ok().contains("0 dari 150 orang"));
    // The old sheet is stale now.
    let stale = scene.import(&csv(&sheet)).await;
    assert_eq!(stale.errors, 1, "{stale:?}");
    assert!(stale.messages[0].message.contains("diubah sesudah lembar diunduh"), "{stale:?}");
    // The new row sent again is known.
    let again = scene.import(&csv(&[sheet[0].clone(), new])).await;
    assert_eq!((again.new, again.same), (0, 1), "{again:?}");

    // Taken back, the row says what it said, and the new one is gone; who changed it since keeps it.
    scene.test.undo_import("rows = 8").await;
    let page = scene.nurse.get(&one).await.ok();
    assert!(page.contains("0 dari 100 orang"), "{page}");
    assert!(!scene.bappeda.get("/rencana").await.ok().contains("Jamban sehat"));
    // A locked plan takes no sheets; an agreed one wants reasons.
    scene.agree().await;
    let mut now = scene.bappeda.download("/rencana/unduh", &[("tahun", "2026")]).await;
    // Cells at the end that are empty are not there.
    now[1].resize(sheet[0].len(), String::new());
    let mut agreed = now.clone();
    agreed[1][place("Target")] = "90".into();
    let summary = scene.import(&csv(&agreed)).await;
    assert!(summary.errors == 1 && summary.messages[0].message.contains("alasan"), "{summary:?}");
    agreed[1][place("Alasan Perubahan")] = "Sasaran berkurang".into();
    assert_eq!(scene.import(&csv(&agreed)).await.changed, 1);
    let lock = [("tahun", "2026"), ("keadaan", "locked"), ("dasar", "Perbup")];
    scene.bappeda.post("/rencana/keadaan", &lock).await.to();
    assert_eq!(scene.import(&csv(&now)).await.errors, 1);
}
