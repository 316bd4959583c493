//! Campaigns of verification, as those who open, visit, close and check them meet them.

use asuh_documents::sheet::{Limits, Row, SheetReader};
use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::families::PutFamily;
use asuh_step_registry::rules::FamilyStatus;
use asuh_step_registry::verifications::{self, Base, OpenCampaign, RecordVisits, Visit};
use asuh_step_registry::{Reach, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);
const GUNUNG_RAYA: &str = "/verifikasi/kecamatan/1501010000";

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

pub(crate) async fn family(test: &TestApp, village: i64, rw: &str, name: &str) -> Id {
    let put =
        PutFamily { rw: rw.into(), rt: "1".into(), ..PutFamily::new(everywhere(), village, name, TODAY) };
    done(test, put).await
}

pub(crate) async fn opened(test: &TestApp) -> Id {
    let open = OpenCampaign {
        name: "Verifikasi KRS 2026".into(),
        base: Base { statuses: vec![FamilyStatus::Listed], batch: None, flagged_only: false },
        opens_on: TODAY,
        deadline: date!(2026 - 11 - 20),
        sample: 3,
    };
    done(test, open).await
}

fn found(family: Id, result: VisitResult) -> Visit {
    Visit { family, result, reason: "ke Jambi".into(), note: String::new(), visited_on: TODAY }
}

pub(crate) async fn visited(test: &TestApp, families: &[Id]) {
    let visits = families.iter().map(|family| found(*family, VisitResult::AsListed)).collect();
    let all = RecordVisits { reach: everywhere(), visits, confirms: true, today: TODAY };
    assert_eq!(done(test, all).await, families.len() as i64);
}

async fn visit(who: &Client, family: Id, result: &str) -> crate::support::Answer {
    let fields = [("hasil", result), ("alasan", "ke Jambi"), ("cepat", "1")];
    who.post(&format!("/verifikasi/keluarga/{family}"), &fields).await
}

pub(crate) const SIGNED: [(&str, &str); 5] = [
    ("nama_1", "Rekaan Kades"),
    ("jabatan_1", "Kepala Desa Selam Paung"),
    ("nama_2", "Rekaan Verifikator"),
    ("jabatan_2", "Verifikator desa"),
    ("tanggal", "2026-11-02"),
];

async fn status(test: &TestApp, family: Id) -> String {
    let sql =
        "SELECT status FROM family_version WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3";
    let row: Option<(String,)> =
        test.app.store.reader().first(sql, args![KERINCI, family, Instant::NEVER]).await.unwrap();
    row.unwrap().0
}

async fn standing(test: &TestApp, campaign: Id) -> verifications::CampaignStanding {
    verifications::standing(test.app.store.reader(), KERINCI, campaign).await.unwrap().unwrap()
}

fn png() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
        chunk.extend_from_slice(kind);
        chunk.extend_from_slice(data);
        chunk.extend_from_slice(&[0; 4]);
        chunk
    };
    let mut size = 4_u32.to_be_bytes().to_vec();
    size.extend_from_slice(&4_u32.to_be_bytes());
    size.extend_from_slice(&[8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.extend(chunk(b"IHDR", &size));
    png.extend(chunk(b"IDAT", b"pixels"));
    png.extend(chunk(b"IEND", b""));
    png
}

#[db_test]
async fn a_campaign_is_counted_before_it_opens_and_its_list_is_fixed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let ahmad = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    family(&test, VILLAGES[0], "2", "Budi Rekaan").await;
    family(&test, VILLAGES[2], "1", "Citra Rekaan").await;
    visited(&test, &[family(&test, VILLAGES[2], "1", "Dedi Rekaan").await]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    assert!(keeper.get("/verifikasi").await.ok().contains("Tidak ada putaran verifikasi yang terbuka"));
    let form = keeper.get("/verifikasi/putaran/baru").await.ok();
    assert!(form.contains("Verifikasi KRS 2026") && form.contains("Hitung dulu"), "{form}");
    let fields = [
        ("nama", "Verifikasi KRS 2026"),
        ("mulai", "2026-11-02"),
        ("tenggat", "2026-11-20"),
        ("status", "listed"),
        ("sampel", "3"),
    ];
    // The first press counts and opens nothing.
    let counted =
        keeper.post("/verifikasi/putaran/baru", &[&fields[..], &[("langkah", "hitung")]].concat()).await.ok();
    assert!(
        counted.contains("3 keluarga di 2 desa") && counted.contains("Buka untuk 3 keluarga"),
        "{counted}"
    );
    assert!(counted.contains("Gunung Raya") && counted.contains("Danau Kerinci"));
    let rows = test.number("SELECT COUNT(*) AS n FROM verification_campaign", args![]).await;
    assert_eq!(rows, 0);
    let wrong = [&fields[..], &[("tenggat", "2026-11-01"), ("langkah", "buka")]].concat();
    let page = keeper.post("/verifikasi/putaran/baru", &wrong).await.refused();
    assert!(page.contains("tidak boleh sebelum hari mulai"), "{page}");
    let open = [&fields[..], &[("langkah", "buka")]].concat();
    assert_eq!(keeper.post("/verifikasi/putaran/baru", &open).await.to(), "/verifikasi");
    // One at a time.
    let page = keeper.post("/verifikasi/putaran/baru", &open).await.refused();
    assert!(page.contains("Masih ada putaran verifikasi yang terbuka"), "{page}");
    let page = keeper.get("/verifikasi").await.ok();
    assert!(
        page.contains("0 dari 3 keluarga") && page.contains("0/2") && page.contains("18 hari lagi"),
        "{page}"
    );
    assert!(page.contains("https://wa.me/?text=") && !page.contains("Ahmad"), "{page}");

    // A family that a verifier finds joins; the list it began with stays as it was.
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let new = [("desa", "1501012001"), ("nama", "Eko Rekaan"), ("rw", "2"), ("rt", "1"), ("sumber", "field")];
    verifier.post("/sasaran/baru", &new).await.to();
    let page = verifier.get("/verifikasi").await.ok();
    assert!(page.contains("0 dari 3 keluarga") && page.contains("Selam Paung"), "{page}");
    assert!(!page.contains("Sanggaran Agung"), "only the own village: {page}");
    let page = verifier.get("/verifikasi/1501012001").await.ok();
    assert!(page.contains("Di antaranya 1 ditemukan di lapangan"), "{page}");
    visit(&verifier, ahmad, "as_listed").await.to();
    let page = verifier.get("/verifikasi/1501012001").await.ok();
    assert!(page.contains("1 dari 3") && !page.contains(">Ahmad Rekaan<") && page.contains("Budi"), "{page}");
    let page = verifier.get("/verifikasi/1501012001?rw=002").await.ok();
    assert!(page.contains("Budi") && page.contains("Eko"), "{page}");
    let page = verifier.get("/verifikasi/1501012001?tampil=sudah").await.ok();
    assert!(page.contains(">Ahmad Rekaan<") && page.contains("Sesuai") && !page.contains("Budi"), "{page}");
    // A visit before the campaign is none of it.
    let early = [("hasil", "as_listed"), ("kunjungan", "2026-11-01")];
    let page = verifier.post(&format!("/verifikasi/keluarga/{ahmad}"), &early).await.refused();
    assert!(page.contains("sebelum putaran verifikasi dibuka"), "{page}");
}

#[db_test]
async fn a_village_closes_by_its_record_and_is_opened_again_with_a_reason(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let one = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let two = family(&test, VILLAGES[0], "2", "Budi Rekaan").await;
    let elsewhere = family(&test, VILLAGES[1], "1", "Citra Rekaan").await;
    let campaign = opened(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let close = "/verifikasi/1501012001/tutup";
    visit(&verifier, one, "as_listed").await.to();

    // Not before all were visited, nor while a cadre's visit waits.
    let page = verifier.get(close).await.ok();
    assert!(page.contains("1 keluarga belum dikunjungi") && !page.contains("nama_1"), "{page}");
    verifier.post(close, &SIGNED).await.refused();
    visit(&cadre, two, "moved").await.to();
    let page = verifier.get(close).await.ok();
    assert!(page.contains("kunjungan kader menunggu penetapan"), "{page}");
    verifier.post(close, &SIGNED).await.refused();
    assert_eq!(cadre.post(close, &SIGNED).await.status, StatusCode::FORBIDDEN);
    test.db.clock.advance(60);
    visit(&verifier, two, "moved").await.to();
    assert!(verifier.get("/").await.ok().contains("tutup dengan berita acara"));

    // Who signs must be named, on a day of the campaign.
    let page = verifier.post(close, &SIGNED[1..]).await.refused();
    assert!(page.contains("wajib diisi"), "{page}");
    let early = [&SIGNED[..4], &[("tanggal", "2026-11-01")]].concat();
    assert!(verifier.post(close, &early).await.refused().contains("sejak putaran dibuka"));
    let record = verifier.post(close, &SIGNED).await.to();
    let page = verifier.get(&record).await.ok();
    for wanted in [
        "BAV/0001/XI/2026",
        "Senin, 2 November 2026",
        "Selam Paung",
        "Gunung Raya",
        "Sesuai</td><td class=\"num\">1</td><td>satu",
        "Pindah</td><td class=\"num\">1</td><td>satu",
        "2</td><td>dua",
        "Rekaan Kades",
        "Kepala Desa Selam Paung",
        "Belum ada berkas bertanda tangan",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    assert!(!page.contains("Ahmad"), "no family stands on it");

    // What was signed for changes no more.
    let page = visit(&verifier, one, "refused").await.refused();
    assert!(page.contains("sudah ditutup dengan berita acara"), "{page}");
    assert_eq!(status(&test, one).await, "verified");
    assert!(verifier.post(close, &SIGNED).await.refused().contains("sudah ditutup"));
    assert!(verifier.get("/verifikasi/1501012001").await.ok().contains("BAV/0001/XI/2026"));

    // The signed paper.
    let paper = format!("{record}/berkas");
    assert_eq!(verifier.get(&paper).await.status, StatusCode::NOT_FOUND);
    let page = verifier.upload(&paper, &[], "berkas", "ba.pdf", b"<html>").await.refused();
    assert!(page.contains("role=\"alert\""), "{page}");
    verifier.upload(&paper, &[], "berkas", "ba.png", &png()).await.to();
    let kept = verifier.get(&paper).await;
    assert_eq!((kept.status, kept.headers["content-type"].to_str().unwrap()), (StatusCode::OK, "image/png"));
    assert!(kept.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));

    // Nobody of another village sees it, and those without names get nothing.
    let stranger = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    for path in
        [record.as_str(), paper.as_str(), close, "/verifikasi/1501012001", "/verifikasi/1501012001/unduh"]
    {
        assert_eq!(stranger.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let answer = stranger.upload(&paper, &[], "berkas", "ba.png", &png()).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer = stranger.post("/verifikasi/1501012001/tutup", &SIGNED).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(test.with_role(Role::Leader).await.get(&record).await.status, StatusCode::FORBIDDEN);

    // The district opens it again, with a reason; the record stays and says so.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let reopen = format!("{record}/buka");
    assert_eq!(verifier.post(&reopen, &[("alasan", "x")]).await.status, StatusCode::FORBIDDEN);
    assert!(admin.post(&reopen, &[]).await.refused().contains("Tulis alasannya"));
    let back = [("alasan", "Satu keluarga keliru")];
    assert_eq!(admin.post(&reopen, &back).await.to(), GUNUNG_RAYA);
    admin.post(&reopen, &back).await.refused();
    assert!(verifier.get("/verifikasi/1501012001").await.ok().contains("Satu keluarga keliru"));
    test.db.clock.advance(60);
    visit(&verifier, one, "refused").await.to();
    assert_eq!(status(&test, one).await, "refused");
    let second = verifier.post(close, &SIGNED).await.to();
    assert!(verifier.get(&second).await.ok().contains("BAV/0002/XI/2026"));
    let first = admin.get(&record).await.ok();
    assert!(first.contains("tidak berlaku lagi") && first.contains("Sesuai"), "{first}");

    // A district may let a village close with families that were not visited; then the record says why.
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'verification.least_visited', '0', 0, $2)",
        args![KERINCI, Id::SYSTEM],
    )
    .await;
    let close = "/verifikasi/1501012002/tutup";
    assert!(stranger.post(close, &SIGNED).await.refused().contains("tulis alasannya"));
    let record =
        stranger.post(close, &[&SIGNED[..], &[("alasan", "Dusun terendam banjir")]].concat()).await.to();
    let page = stranger.get(&record).await.ok();
    assert!(page.contains("Dusun terendam banjir") && page.contains("Belum dikunjungi"), "{page}");
    assert_eq!(visit(&stranger, elsewhere, "as_listed").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let standing = standing(&test, campaign).await;
    assert_eq!((standing.families, standing.visited, standing.villages_closed), (3, 2, 2));

    // `asuh check` proves that a closed village still holds what was signed for.
    let check = asuh_step_registry::STEP.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    test.sql("UPDATE campaign_family SET result = 'deceased' WHERE family_id = $1", args![two]).await;
    let findings = check(&test.app, KERINCI).await.unwrap();
    assert!(findings.len() == 1 && findings[0].contains("BAV/0002/XI/2026"), "{findings:?}");
}

#[db_test]
async fn a_kecamatan_visits_a_sample_again_before_the_campaign_closes(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let mut families = Vec::new();
    for (nth, village) in [0, 0, 0, 0, 1, 1].into_iter().enumerate() {
        families.push(family(&test, VILLAGES[village], "1", &format!("Keluarga {nth} Rekaan")).await);
    }
    let far = family(&test, VILLAGES[2], "1", "Jauh Rekaan").await;
    let campaign = opened(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0], VILLAGES[1]], &[]).await;
    let checker = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    for family in &families {
        visit(&verifier, *family, "as_listed").await.to();
    }
    let check = format!("{GUNUNG_RAYA}/periksa");
    verifier.post("/verifikasi/1501012001/tutup", &SIGNED).await.to();
    assert!(checker.get(&check).await.ok().contains("1 dari 2 desa sudah ditutup"));
    assert!(checker.post(&check, &[]).await.refused().contains("Masih ada 1 desa"));
    let record = verifier.post("/verifikasi/1501012002/tutup", &SIGNED).await.to();
    assert!(checker.get("/").await.ok().contains("Kunjungi ulang sampel Kecamatan Gunung Raya"));
    checker.post(&check, &[]).await.to();
    assert!(checker.post(&check, &[]).await.refused().contains("sudah ditarik"));
    let drawn: Vec<(Id,)> = test
        .app
        .store
        .reader()
        .all("SELECT family_id FROM recheck WHERE district_id = $1 ORDER BY family_id", args![KERINCI])
        .await
        .unwrap();
    // Three of six, two of the village with four families and one of that with two.
    assert_eq!(drawn.len(), 3);
    let of_first = drawn.iter().filter(|(id,)| families[..4].contains(id)).count();
    assert_eq!(of_first, 2);

    // The village's verifier sees no sample, another kecamatan has none of it, counts alone do not open it.
    assert_eq!(verifier.get(&check).await.status, StatusCode::NOT_FOUND);
    let foreign = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    assert_eq!(foreign.get(&check).await.status, StatusCode::NOT_FOUND);
    let path = |family: Id| format!("{check}/{family}");
    let same = [("hasil", "as_listed")];
    assert_eq!(foreign.post(&path(drawn[0].0), &same).await.status, StatusCode::NOT_FOUND);
    assert_eq!(checker.post(&path(far), &same).await.status, StatusCode::NOT_FOUND);
    // The first result is not shown before the second visit.
    assert!(checker.get(&check).await.ok().contains("tampil setelah dikunjungi ulang"));
    assert!(checker.post(&format!("{check}/tutup"), &[]).await.refused().contains("Masih ada 3 keluarga"));
    checker.post(&path(drawn[0].0), &same).await.to();
    checker.post(&path(drawn[1].0), &[("hasil", "changed")]).await.to();
    checker.post(&path(drawn[2].0), &[("hasil", "moved"), ("catatan", "rumah kosong")]).await.to();
    assert_eq!(status(&test, drawn[2].0).await, "verified", "the second visit changes nothing by itself");
    let page = checker.get(&check).await.ok();
    assert!(page.contains("67 %") && page.contains("rumah kosong"), "{page}");
    // Two of three are fewer than 90 %.
    assert!(checker.post(&format!("{check}/tutup"), &[]).await.refused().contains("Kurang dari 90 %"));

    // A village is opened again: what was drawn is void, and a next round draws anew.
    checker.post(&format!("{record}/buka"), &[("alasan", "Hasil berbeda")]).await.to();
    assert_eq!(checker.post(&path(drawn[0].0), &same).await.status, StatusCode::NOT_FOUND);
    verifier.post("/verifikasi/1501012002/tutup", &SIGNED).await.to();
    // Whoever made the first visit does not make the second.
    let own = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    own.post(&check, &[]).await.to();
    let rows: Vec<(Id,)> = test
        .app
        .store
        .reader()
        .all("SELECT family_id FROM recheck WHERE district_id = $1 AND round = 2", args![KERINCI])
        .await
        .unwrap();
    test.sql(
        "UPDATE verification SET verified_by = $2 WHERE district_id = $1 AND family_id = $3",
        args![KERINCI, own.user, rows[0].0],
    )
    .await;
    assert!(own.post(&path(rows[0].0), &same).await.refused().contains("Anda catat sendiri"));
    for (family,) in &rows {
        checker.post(&path(*family), &same).await.to();
    }
    checker.post(&format!("{check}/tutup"), &[]).await.to();
    let page = checker.get(GUNUNG_RAYA).await.ok();
    assert!(page.contains("3 dari 3 sama (100 %)") && page.contains("44 sampai 100 %"), "{page}");

    // The other kecamatan has done nothing: the campaign closes with a reason alone.
    let before = standing(&test, campaign).await;
    assert_eq!((before.villages, before.villages_closed, before.subdistricts_checked), (3, 2, 1));
    assert!(!before.is_complete() && !before.closed);
    let admin = test.with_role(Role::DistrictAdmin).await;
    let shut = format!("/verifikasi/putaran/{campaign}/tutup");
    assert!(admin.post(&shut, &[]).await.refused().contains("Tulis alasannya bila tetap ditutup"));
    assert!(standing(&test, campaign).await == before, "a refused closing leaves no trace");
    admin.post(&shut, &[("alasan", "Danau Kerinci menyusul")]).await.to();
    assert!(standing(&test, campaign).await.closed);
    let page = admin.get(&format!("/verifikasi/putaran/{campaign}")).await.ok();
    assert!(page.contains("Danau Kerinci menyusul") && page.contains("6 dari 7"), "{page}");
    // Nothing of it changes any more: neither a village nor a result.
    let page = admin.post(&format!("{record}/buka"), &[("alasan", "lagi")]).await.refused();
    assert!(page.contains("sudah"), "{page}");
    test.db.clock.advance(60);
    visit(&verifier, families[0], "moved").await.to();
    assert_eq!(status(&test, families[0]).await, "moved", "life goes on outside the campaign");
    assert_eq!(standing(&test, campaign).await.visited, 6);
    let counted = "SELECT COUNT(*) AS n FROM campaign_family WHERE result = 'as_listed'";
    assert_eq!(test.number(counted, args![]).await, 6);
}

/// The rows of a spreadsheet as texts.
fn rows_of(test: &TestApp, bytes: &[u8]) -> Vec<Vec<String>> {
    let file = test.db.folder().join("lembar.xlsx");
    std::fs::write(&file, bytes).unwrap();
    let mut reader = SheetReader::open(&file, &Limits::default()).unwrap();
    let (mut row, mut rows) = (Row::default(), Vec::new());
    while reader.next_row(&mut row).unwrap() {
        rows.push((0..11).map(|at| row.cell(at).text().into_owned()).collect());
    }
    rows
}

#[db_test]
async fn a_sheet_goes_out_comes_back_filled_and_can_be_undone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let names = ["Ahmad Rekaan", "Budi Rekaan", "Citra Rekaan", "Dedi Rekaan"];
    let mut families = Vec::new();
    for name in names {
        families.push(family(&test, VILLAGES[0], "1", name).await);
    }
    let foreign = family(&test, VILLAGES[1], "1", "Eko Rekaan").await;
    let campaign = opened(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let sheet = verifier.get("/verifikasi/1501012001/unduh").await;
    assert_eq!(sheet.status, StatusCode::OK);
    let rows = rows_of(&test, &sheet.bytes);
    assert_eq!(rows.len(), 5, "{rows:?}");
    assert_eq!((rows[0][0].as_str(), rows[0][7].as_str()), ("Kode (jangan diubah)", "Hasil"));
    assert_eq!(rows.iter().skip(1).map(|row| row[2].as_str()).collect::<Vec<_>>(), names);
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE user_id = $1 AND action = 'export'";
    assert_eq!(test.number(noted, args![verifier.user]).await, 1);
    assert_eq!(
        test.with_role(Role::ListKeeper).await.get("/verifikasi/1501012001/unduh").await.status,
        StatusCode::FORBIDDEN
    );

    // Filled in as people do: words, numbers, one without its reason, one not visited, one of another village.
    let code = |nth: usize| rows[nth + 1][0].clone();
    let csv = format!(
        "Kode (jangan diubah);Nama kepala keluarga;Hasil;Alasan;Tanggal kunjungan;Catatan\n\
         {};Ahmad Rekaan;1 Sesuai;;02/11/2026;\n{};Budi Rekaan;pindah;ke Jambi;2 Nov 2026;rumah kosong\n\
         {};Citra Rekaan;3;;02/11/2026;\n{};Dedi Rekaan;;;;\n{foreign};Eko Rekaan;1;;02/11/2026;\n",
        code(0),
        code(1),
        code(2),
        code(3),
    );
    let upload = verifier.upload("/impor", &[("jenis", "verification")], "berkas", "isi.csv", csv.as_bytes());
    let batch = upload.await.to();
    test.run_jobs().await;
    let page = verifier.get(&batch).await.ok();
    assert!(page.contains("Tulis alasannya") && page.contains("tidak ada di wilayah tugas Anda"), "{page}");
    assert!(page.contains("Simpan 2 baris") || page.contains("2</span> "), "{page}");
    // Nothing counts before it is saved.
    assert_eq!(standing(&test, campaign).await.visited, 0);
    let answer = verifier.post(&format!("{batch}/simpan"), &[]).await;
    answer.to();
    test.run_jobs().await;
    assert_eq!(standing(&test, campaign).await.visited, 2);
    let stand = (status(&test, families[0]).await, status(&test, families[1]).await);
    assert_eq!(stand, ("verified".into(), "moved".into()));
    assert_eq!(status(&test, foreign).await, "listed");
    let page = verifier.get(&format!("/sasaran/{}", families[1])).await.ok();
    assert!(page.contains("rumah kosong") && page.contains("ke Jambi"), "{page}");

    // The same sheet once more changes nothing.
    let file = test.db.folder().join("lagi.csv");
    std::fs::write(&file, &csv).unwrap();
    let again =
        staging::run(&test.app, &test.system(), "verification", &file, false, &mut |_| {}).await.unwrap();
    assert_eq!((again.same, again.new, again.errors), (2, 1, 1), "{again:?}");

    // The first sheet is undone: what only it said is as before.
    verifier.post(&format!("{batch}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    let stand = (status(&test, families[0]).await, status(&test, families[1]).await);
    assert_eq!(stand, ("listed".into(), "listed".into()));
    assert_eq!(standing(&test, campaign).await.visited, 1, "the family of the other sheet stays");
    assert!(!verifier.get(&format!("/sasaran/{}", families[1])).await.ok().contains("rumah kosong"));
    // Rows whose codes were sorted away from their names are not believed.
    let swapped = format!(
        "Kode;Nama kepala keluarga;Hasil;Tanggal kunjungan\n{};Budi Rekaan;1;02/11/2026\nxyz;Citra;1;02/11/2026\n",
        code(0)
    );
    std::fs::write(&file, swapped).unwrap();
    let read =
        staging::run(&test.app, &test.system(), "verification", &file, false, &mut |_| {}).await.unwrap();
    assert_eq!((read.new, read.errors), (0, 2), "{read:?}");

    // What a closed village has signed for cannot be undone.
    let all: Vec<Visit> = families.iter().map(|one| found(*one, VisitResult::AsListed)).collect();
    let rest = RecordVisits { reach: everywhere(), visits: all, confirms: true, today: TODAY };
    done(&test, rest).await;
    test.db.clock.advance(60);
    let csv = format!("Kode;Hasil;Tanggal kunjungan\n{};8;02/11/2026\n", code(0));
    let upload = verifier.upload("/impor", &[("jenis", "verification")], "berkas", "b.csv", csv.as_bytes());
    let batch = upload.await.to();
    test.run_jobs().await;
    verifier.post(&format!("{batch}/simpan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(status(&test, families[0]).await, "refused");
    verifier.post("/verifikasi/1501012001/tutup", &SIGNED).await.to();
    verifier.post(&format!("{batch}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(status(&test, families[0]).await, "refused");
}

#[db_test]
async fn those_named_for_a_village_are_reminded_without_names_of_families(db: TestDatabase) {
    let test = TestApp::start(db).await;
    family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    opened(&test).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let list = "/verifikasi/1501012001/petugas";
    let wrong = [("nama", "Ibu Rekaan"), ("telepon", "123")];
    assert!(verifier.post(list, &wrong).await.refused().contains("role=\"alert\""));
    verifier.post(list, &[("nama", "Ibu Rekaan"), ("rw", "1"), ("telepon", "0812 3456 7890")]).await.to();
    let page = verifier.get(list).await.ok();
    assert!(page.contains("Ibu Rekaan") && !page.contains("81234567890"), "{page}");
    let page = verifier.get("/verifikasi").await.ok();
    assert!(page.contains("https://wa.me/6281234567890?text=") && page.contains("Ibu Rekaan"), "{page}");
    assert!(!page.contains("Ahmad"), "{page}");
    // Counts alone, for those who plan.
    let planner = test.with_role(Role::DistrictPlanner).await;
    let page = planner.get("/verifikasi").await.ok();
    assert!(page.contains("0 dari 1") && !page.contains("wa.me") && !page.contains("Ibu Rekaan"), "{page}");
    let open = "SELECT COUNT(*) AS n FROM campaign_verifier WHERE phone_sealed IS NOT NULL";
    assert_eq!(test.number(open, args![]).await, 1);
    let row: Vec<(Id,)> =
        test.app.store.reader().all("SELECT id FROM campaign_verifier", args![]).await.unwrap();
    let stranger = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let remove = |village: i64| format!("/verifikasi/{village}/petugas/{}/hapus", row[0].0);
    assert_eq!(stranger.post(&remove(VILLAGES[1]), &[]).await.status, StatusCode::NOT_FOUND);
    verifier.post(&remove(VILLAGES[0]), &[]).await.to();
    assert_eq!(test.number(open, args![]).await, 0, "the number leaves with the person");
}

#[db_test]
async fn families_that_came_later_join_a_campaign_as_one_action(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let ahmad = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let campaign = opened(&test).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = format!("/verifikasi/putaran/{campaign}");
    let join = format!("{page}/tambah");
    assert!(keeper.get(&join).await.ok().contains("Tidak ada keluarga yang perlu ditambahkan"));
    // What a list brings does not join by itself; here as if it had come that way.
    for (village, name) in [(VILLAGES[0], "Budi Rekaan"), (VILLAGES[2], "Citra Rekaan")] {
        let late = family(&test, village, "1", name).await;
        test.sql("DELETE FROM campaign_family WHERE family_id = $1", args![late]).await;
    }
    assert!(keeper.get(&page).await.ok().contains("2 keluarga baru belum masuk putaran ini"));
    let form = keeper.get(&join).await.ok();
    assert!(
        form.contains("menjadi 3, sekarang 1") && form.contains("Selam Paung (Gunung Raya): 1"),
        "{form}"
    );
    keeper.post(&join, &[]).await.refused();
    let why = ("alasan", "daftar susulan provinsi");
    let elsewhere = keeper.post(&join, &[why, ("desa", "1501012999")]).await.refused();
    assert!(elsewhere.contains("Tidak ada keluarga yang perlu ditambahkan di sini"), "{elsewhere}");

    // A village that has closed stays as it was signed.
    visited(&test, &[ahmad]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    verifier.post("/verifikasi/1501012001/tutup", &SIGNED).await.to();
    let closed = keeper.post(&join, &[why, ("desa", "1501012001")]).await.refused();
    assert!(closed.contains("sudah ditutup dengan berita acara"), "{closed}");
    keeper.post(&join, &[why]).await.to();
    let now = keeper.get(&page).await.ok();
    assert!(now.contains("1 keluarga ditambahkan") && now.contains("daftar susulan provinsi"), "{now}");
    assert_eq!(standing(&test, campaign).await.families, 2);
    assert_eq!(verifier.get(&join).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_closed_campaign_is_opened_again_by_the_district_with_a_reason(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let ahmad = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let campaign = opened(&test).await;
    let page = format!("/verifikasi/putaran/{campaign}");
    let (keeper, admin) = (test.with_role(Role::ListKeeper).await, test.with_role(Role::DistrictAdmin).await);
    let reopen = format!("{page}/buka");
    let why = [("alasan", "Berita acara satu desa keliru")];
    assert!(admin.post(&reopen, &why).await.refused().contains("masih terbuka"));
    keeper.post(&format!("{page}/tutup"), &[("alasan", "batas waktu")]).await.to();
    assert!(standing(&test, campaign).await.closed);
    assert_eq!(keeper.post(&reopen, &why).await.status, StatusCode::FORBIDDEN);
    admin.post(&reopen, &[]).await.refused();
    assert_eq!(admin.post(&reopen, &why).await.to(), "/verifikasi");
    let now = admin.get(&page).await.ok();
    assert!(now.contains("Dibuka kembali") && now.contains("Berita acara satu desa keliru"), "{now}");
    visited(&test, &[ahmad]).await;
    let standing = standing(&test, campaign).await;
    assert!(!standing.closed && standing.visited == 1, "{standing:?}");
}
