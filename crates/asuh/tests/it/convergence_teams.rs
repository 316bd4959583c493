//! Teams and the actions of a year, on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

const PDF: &[u8] = b"%PDF-1.7 surat keputusan";

async fn import(test: &TestApp, content: &str) -> Summary {
    let path = test.db.folder().join("tim.csv");
    std::fs::write(&path, content).unwrap();
    staging::run(&test.app, &test.system(), "team", &path, false, &mut |_| {}).await.unwrap()
}

#[db_test]
async fn a_team_has_positions_papers_members_and_vacancies(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let village = VILLAGES[0].to_string();
    let officer = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    assert!(officer.get("/tim").await.ok().contains("Belum ada tim di wilayah ini"));

    let form = new_form_id();
    let fields = [("jenis", "tpk"), ("wilayah", village.as_str())];
    let one = officer.post_as("/tim", &form, &fields).await.to();
    assert_eq!(officer.post_as("/tim", &form, &fields).await.to(), one, "the same form makes one team");
    let second = officer.post("/tim", &fields).await.to();
    assert_ne!(second, one, "companions are numbered");
    assert!(officer.get(&second).await.ok().contains("TPK 2 Selam Paung"));
    let page = officer.get(&one).await.ok();
    for words in
        ["TPK 1 Selam Paung", "Bidan", "Kader PKK", "Kader KB", "1 kosong", "SK tim ini belum dicatat"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // A village has one TPPS; a kecamatan has no companions, and its team is not the village's to make.
    let tpps = [("jenis", "tpps"), ("wilayah", village.as_str())];
    officer.post("/tim", &tpps).await.to();
    assert!(officer.post("/tim", &tpps).await.refused().contains("Tim ini sudah ada"));
    let planner = test.with_role(Role::DistrictPlanner).await;
    let above = [("jenis", "tpk"), ("wilayah", "1501010000")];
    assert!(planner.post("/tim", &above).await.refused().contains("TPK hanya di desa"));
    let above = [("jenis", "tpps"), ("wilayah", "1501010000")];
    assert_eq!(officer.post("/tim", &above).await.status, StatusCode::NOT_FOUND);

    let members = format!("{one}/anggota");
    let ani = [
        ("kedudukan", "1"),
        ("nama", "Ani Rekaan, A.Md.Keb."),
        ("instansi", "Puskesmas Rekaan"),
        ("jabatan", "Bidan desa"),
        ("hp", "0812-3456-7890"),
        ("mulai", "2026-01-01"),
        ("sampai", "2026-11-20"),
    ];
    for (field, value) in [("nama", ""), ("hp", "12"), ("sampai", "2025-12-31"), ("kedudukan", "9")] {
        let mut wrong = ani;
        wrong.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let page = officer.post(&members, &wrong).await.refused();
        assert!(
            page.contains(&format!("id=\"f-{field}\"")) && page.contains("Puskesmas Rekaan"),
            "{field}: {page}"
        );
    }
    officer.post(&members, &ani).await.to();
    let page = officer.get(&one).await.ok();
    assert!(page.contains("Ani Rekaan") && page.contains("segera berakhir"), "{page}");
    assert!(page.contains("••••••••7890") && !page.contains("081234567890"), "{page}");
    assert!(officer.get("/").await.ok().contains("1 masa jabatan dalam tim berakhir"), "a task tells of it");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM team_member", args![]).await, 1);

    // Opened the number is whole, and that is logged; who only sees teams cannot.
    let at = page.find("/anggota/").unwrap() + "/anggota/".len();
    let member = format!("{members}/{}", &page[at..at + 36]);
    assert!(officer.post(&format!("{member}/nomor"), &[]).await.ok().contains("0812-3456-7890"));
    let leader = test.with_role(Role::Leader).await;
    assert!(leader.get(&one).await.ok().contains("Ani Rekaan"));
    assert_eq!(leader.post(&format!("{member}/nomor"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(leader.post(&members, &ani).await.status, StatusCode::FORBIDDEN);

    // A correction keeps the number that was not typed, and the row before.
    let mut other = ani;
    other[1].1 = "Ani Rekaan, S.Tr.Keb.";
    other[4].1 = "";
    officer.post(&member, &other).await.to();
    let page = officer.get(&one).await.ok();
    assert!(page.contains("S.Tr.Keb.") && page.contains("7890") && !page.contains("A.Md.Keb."), "{page}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM team_member", args![]).await, 2);
    assert_eq!(officer.post(&member, &other).await.status, StatusCode::NOT_FOUND, "it was replaced");
    let at = page.find("/anggota/").unwrap() + "/anggota/".len();
    let leave = format!("{members}/{}/selesai", &page[at..at + 36]);
    assert!(officer.post(&leave, &[("hari", "2026-11-02")]).await.refused().contains("f-alasan"));
    assert!(
        officer
            .post(&leave, &[("hari", "2026-12-01"), ("alasan", "pindah")])
            .await
            .refused()
            .contains("belum tiba")
    );
    assert!(officer.post(&format!("{one}/tutup"), &[]).await.refused().contains("Masih ada anggota"));
    officer.post(&leave, &[("hari", "2026-11-02"), ("alasan", "pindah tugas")]).await.to();
    let page = officer.get(&one).await.ok();
    assert!(
        page.contains("berhenti 2 Nov 2026: pindah tugas") && !page.contains("segera berakhir"),
        "{page}"
    );

    // The paper: a number, no day to come, a scan that can be opened.
    let decree = format!("{one}/sk");
    let page = officer.post(&decree, &[("tanggal", "2026-02-01")]).await.refused();
    assert!(page.contains("id=\"f-nomor\""), "{page}");
    let fields = [("nomor", "440/12/KPTS/2026"), ("tanggal", "2026-02-01")];
    officer.upload(&decree, &fields, "berkas", "sk.pdf", PDF).await.to();
    let page = officer.get(&one).await.ok();
    assert!(page.contains("440/12/KPTS/2026") && page.contains("Minggu, 1 Februari 2026"), "{page}");
    let at = page.find(&format!("{one}/sk/")).unwrap();
    let scan = page[at..].split('"').next().unwrap().to_owned();
    assert_eq!(officer.get(&scan).await.bytes, PDF);
    assert!(officer.upload(&decree, &fields, "berkas", "x.exe", b"MZ").await.refused().contains("440/12"));

    // Out of reach there is no such team, page or paper.
    let elsewhere = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    for path in [&one, &scan, &members] {
        assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(elsewhere.post(&members, &ani).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post(&decree, &fields).await.status, StatusCode::NOT_FOUND);
    let serang = test.admin_elsewhere().await;
    assert_eq!(serang.get(&one).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn the_tree_of_teams_counts_what_is_vacant(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    for (kind, place) in
        [("tpps", 1_501_000_000), ("tpps", 1_501_010_000), ("tpk", VILLAGES[0]), ("tpk", VILLAGES[2])]
    {
        planner.post("/tim", &[("jenis", kind), ("wilayah", place.to_string().as_str())]).await.to();
    }
    let page = planner.get("/tim").await.ok();
    assert!(page.contains("TPPS Kabupaten Kerinci") && page.contains("27 kosong"), "{page}");
    // Gunung Raya: its own team of 8 and a team of 3; Danau Kerinci: a team of 3.
    assert!(page.contains("11 kosong") && page.contains("3 kosong"), "{page}");
    let page = planner.get("/tim?wilayah=1501010000").await.ok();
    assert!(
        page.contains("8 kosong") && page.contains("Selam Paung") && page.contains("belum ada tim"),
        "{page}"
    );
    // A position taken away is not vacant; one that somebody holds cannot be taken away.
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    let page = kecamatan.get("/tim").await.ok();
    assert!(page.contains("TPPS Gunung Raya") && !page.contains("Danau Kerinci"), "{page}");
    let team = page.split("/tim/").nth(1).unwrap()[..36].to_owned();
    let position = format!("/tim/{team}/kedudukan");
    kecamatan.post(&position, &[("kedudukan", "5"), ("nama", "Anggota"), ("kursi", "0")]).await.to();
    assert!(kecamatan.get("/tim").await.ok().contains("4 kosong"));
    let member = [("kedudukan", "1"), ("nama", "Camat Rekaan"), ("mulai", "2026-01-01")];
    kecamatan.post(&format!("/tim/{team}/anggota"), &member).await.to();
    let held = [("kedudukan", "1"), ("nama", "Pengarah"), ("kursi", "0")];
    assert!(kecamatan.post(&position, &held).await.refused().contains("masih dipegang"));
    kecamatan.post(&position, &[("nama", "Penasihat"), ("kursi", "2")]).await.to();
    assert!(kecamatan.get(&format!("/tim/{team}")).await.ok().contains("2 kosong"));
}

#[db_test]
async fn a_sheet_of_members_comes_in_goes_out_and_is_taken_back(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let head = "Tim;Kecamatan;Desa/Kelurahan;RW;RT;Nomor Tim;Kedudukan;Nama;Instansi;Jabatan;Nomor HP;Mulai;Sampai\n";
    let rows = "TPPS;;;;;;Ketua Pelaksana;Budi Rekaan;Setda;Wakil Bupati;081200000001;2026-01-01;2026-12-31\n\
                TPK;Gunung Raya;Selam Paung;;;1;Bidan;Ani Rekaan;Puskesmas;Bidan;;2026-01-01;\n\
                TPK;Gunung Raya;Antah Berantah;;;1;Bidan;Cici;;;;;\n\
                Pramuka;Gunung Raya;Selam Paung;;;1;Bidan;Dodi;;;;;\n\
                TPK;Gunung Raya;;;;1;Bidan;Euis;;;;;\n";
    let summary = import(&test, &format!("{head}{rows}")).await;
    assert_eq!((summary.new, summary.changed, summary.errors), (2, 0, 3), "{summary:?}");
    let planner = test.with_role(Role::DistrictPlanner).await;
    let page = planner.get("/tim").await.ok();
    assert!(page.contains("TPPS Kabupaten Kerinci"), "{page}");

    // What is downloaded is the same sheet: brought in again it changes nothing.
    let sheet = planner.download("/tim/unduh", &[("wilayah", "1501000000")]).await;
    assert_eq!(sheet[0].join(";"), head.trim_end());
    assert_eq!(sheet.len(), 3, "{sheet:?}");
    assert!(sheet[1].contains(&"6281200000001".to_owned()), "{sheet:?}");
    let text: String = sheet.iter().map(|row| format!("{}\n", row.join(";"))).collect();
    let again = import(&test, &text).await;
    assert_eq!((again.new, again.changed, again.same, again.errors), (0, 0, 2, 0), "{again:?}");
    let leader = test.with_role(Role::Leader).await;
    let masked = leader.download("/tim/unduh", &[("wilayah", "1501000000")]).await;
    assert!(
        masked[1].iter().any(|cell| cell.contains("••••0001"))
            && !masked[1].contains(&"6281200000001".to_owned())
    );

    // A later sheet corrects; taken back, what was before holds again.
    let later = "TPPS;;;;;;Ketua Pelaksana;Budi Rekaan;Setda;Sekretaris Daerah;;;\n";
    let summary = import(&test, &format!("{head}{later}")).await;
    assert_eq!((summary.new, summary.changed), (0, 1), "{summary:?}");
    let holding = "SELECT COUNT(*) AS n FROM team_member WHERE retracted_at IS NULL AND job = $1";
    assert_eq!(test.number(holding, args!["Sekretaris Daerah"]).await, 1);
    test.undo_import("rows = 1").await;
    assert_eq!(test.number(holding, args!["Wakil Bupati"]).await, 1);
    assert_eq!(test.number(holding, args!["Sekretaris Daerah"]).await, 0);
    // The first taken back leaves no members, and closes the teams that it made.
    test.undo_import("rows = 5").await;
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM team_member WHERE retracted_at IS NULL", args![]).await,
        0
    );
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM team WHERE closed_on IS NULL", args![]).await, 0);
}

#[db_test]
async fn a_year_of_actions_is_opened_worked_and_late(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    assert!(planner.get("/aksi").await.ok().contains("Belum ada tahun"));
    let fields = [("tahun", "2026"), ("skema", "six")];
    assert!(
        planner.post("/aksi/tahun", &[("tahun", "1999"), ("skema", "six")]).await.refused().contains("2018")
    );
    assert!(planner.post("/aksi/tahun", &[("tahun", "2026")]).await.refused().contains("f-skema"));
    let form = new_form_id();
    planner.post_as("/aksi/tahun", &form, &fields).await.to();
    planner.post_as("/aksi/tahun", &form, &fields).await.to();
    assert!(planner.post("/aksi/tahun", &fields).await.refused().contains("sudah dibuka"));
    // Eleven rows of the district, seven of each kecamatan.
    let count = "SELECT COUNT(*) AS n FROM action WHERE district_id = $1 AND territory_code = $2";
    assert_eq!(test.number(count, args![KERINCI, 1_501_000_000_i64]).await, 11);
    assert_eq!(test.number(count, args![KERINCI, 1_501_010_000_i64]).await, 7);
    planner.post("/aksi/tahun", &[("tahun", "2024"), ("skema", "eight")]).await.to();
    let old = planner.get("/aksi?tahun=2024&skema=eight").await.ok();
    assert!(
        old.contains("Reviu kinerja tahunan") && old.contains("Januari 2025 sampai Februari 2025"),
        "{old}"
    );

    // On 2 November the analysis of the year is late, the assessment of its end is not.
    let page = planner.get("/aksi?tahun=2026").await.ok();
    assert!(page.contains("Analisis situasi kabupaten") && page.contains("lewat 216 hari"), "{page}");
    assert!(page.contains("0 dari 11 aksi selesai"), "{page}");
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert!(kecamatan.get("/").await.ok().contains("aksi konvergensi lewat waktu"));
    let page = kecamatan.get("/aksi").await.ok();
    assert!(page.contains("Analisis situasi kecamatan") && !page.contains("Danau Kerinci"), "{page}");
    assert!(!page.contains("Analisis situasi kabupaten"), "{page}");
    let one = format!("/aksi/{}", &page.split("<a href=\"/aksi/").nth(1).unwrap()[..36]);

    // Done needs words or a paper, and no day to come.
    let record = format!("{one}/keadaan");
    let done = [("keadaan", "done"), ("hari", "2026-11-01"), ("kata", "Dokumen diserahkan ke Bappeda")];
    assert!(kecamatan.post(&record, &done[..2]).await.refused().contains("lampirkan berkas"));
    assert!(
        kecamatan
            .post(&record, &[("keadaan", "done"), ("hari", "2026-12-01"), ("kata", "x")])
            .await
            .refused()
            .contains("belum tiba")
    );
    let drop = [("keadaan", "dropped"), ("hari", "2026-11-01")];
    assert!(kecamatan.post(&record, &drop).await.refused().contains("f-kata"));
    kecamatan.upload(&record, &done, "berkas", "ansit.pdf", PDF).await.to();
    let page = kecamatan.get(&one).await.ok();
    assert!(page.contains("selesai terlambat 246 hari") && page.contains("Dokumen diserahkan"), "{page}");
    let paper = format!("{one}/berkas/1");
    assert_eq!(kecamatan.get(&paper).await.bytes, PDF);
    // A kecamatan does not change its months; Bappeda does, with a reason, and then it was in time.
    let months = format!("{one}/bulan");
    let moved = [("dari", "9"), ("ke", "11"), ("alasan", "Surat edaran terbit September")];
    assert_eq!(kecamatan.post(&months, &moved).await.status, StatusCode::FORBIDDEN);
    assert!(
        planner
            .post(&months, &[("dari", "5"), ("ke", "3"), ("alasan", "x")])
            .await
            .refused()
            .contains("Bulan sampai")
    );
    planner.post(&months, &moved).await.to();
    let page = planner.get(&one).await.ok();
    assert!(!page.contains("selesai terlambat") && page.contains("Surat edaran terbit September"), "{page}");

    crate::convergence_check::is_clean(&test).await;

    let class = [("tahun", "2026"), ("skema", "six"), ("kelas", "berkembang"), ("dasar", "")];
    assert!(planner.post("/aksi/kelas", &class).await.refused().contains("f-dasar"));
    let class = [
        ("tahun", "2026"),
        ("skema", "six"),
        ("kelas", "berkembang"),
        ("dasar", "Surat Gubernur 050/1/2026"),
    ];
    planner.post("/aksi/kelas", &class).await.to();
    assert!(planner.get("/aksi").await.ok().contains("Surat Gubernur 050/1/2026"));

    let elsewhere = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    for path in [&one, &paper] {
        assert_eq!(elsewhere.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(elsewhere.post(&record, &done).await.status, StatusCode::NOT_FOUND);
    let auditor = test.with_role(Role::Auditor).await;
    assert!(auditor.get(&one).await.ok().contains("Dokumen diserahkan"));
    assert_eq!(auditor.post(&record, &done).await.status, StatusCode::FORBIDDEN);
    assert_eq!(kecamatan.post("/aksi/tahun", &fields).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.admin_elsewhere().await.get(&one).await.status, StatusCode::NOT_FOUND);
}
