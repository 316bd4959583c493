//! The registers that the law on personal data asks for: consent, requests, incidents.

use asuh_ground::access::Role;
use asuh_ground::consent::{Purpose, holds, subject_export};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

async fn family(test: &TestApp, village: i64, head: &str) -> Id {
    let id = test.app.store.new_id();
    test.sql(
        "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)",
        args![KERINCI, id],
    )
    .await;
    test.sql(
        "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, '', '001', '002', $6, $7, 'verified')",
        args![KERINCI, id, Instant::NEVER, Id::SYSTEM, village, head, head.to_lowercase()],
    )
    .await;
    id
}

async fn child(test: &TestApp, family: Id, name: &str) -> Id {
    let id = test.app.store.new_id();
    test.sql(
        "INSERT INTO person (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)",
        args![KERINCI, id],
    )
    .await;
    test.sql(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, parents_name, posyandu) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, 'child', $6, $7, '', '')",
        args![KERINCI, id, Instant::NEVER, Id::SYSTEM, family, name, name.to_lowercase()],
    )
    .await;
    id
}

const GIVEN: [(&str, &str); 7] = [
    ("tujuan", "record"),
    ("tujuan", "photo"),
    ("wali", "Siti Rahma"),
    ("hubungan", "mother"),
    ("cara", "form"),
    ("tanggal_tanggal", "1"),
    ("tanggal_bulan", "11"),
];

fn given(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [GIVEN.as_slice(), &[("tanggal_tahun", "2026")], more].concat()
}

async fn allowed(test: &TestApp, family: Id, person: Option<Id>, purpose: Purpose, on: Date) -> bool {
    holds(test.app.store.reader(), KERINCI, family, person, purpose, on).await.unwrap()
}

#[db_test]
async fn a_cadre_records_each_purpose_apart_and_a_withdrawal_ends_one(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let page = cadre.get(&format!("/persetujuan/keluarga/{family}/formulir")).await.ok();
    assert!(page.contains("Bantuan tetap diberikan walaupun") && page.contains("Ahmad"), "{page}");
    let path = format!("/persetujuan/keluarga/{family}/baru");
    assert!(cadre.get(&path).await.ok().contains("tidak pernah bergantung"));
    let to = cadre.post(&path, &given(&[])).await.to();
    let page = cadre.get(&to).await.ok();
    assert!(
        page.contains("Siti Rahma") && page.contains("Foto sebagai bukti") && page.contains("naskah versi"),
        "{page}"
    );
    let (before, on, after) = (date!(2026 - 10 - 31), date!(2026 - 11 - 01), date!(2026 - 11 - 02));
    assert!(allowed(&test, family, None, Purpose::Photo, on).await);
    assert!(!allowed(&test, family, None, Purpose::Photo, before).await);
    assert!(!allowed(&test, family, None, Purpose::Publication, on).await);
    // The same consent twice is refused with what was typed.
    let page = cadre.post(&path, &given(&[])).await.refused();
    assert!(page.contains("sudah tercatat dan masih berlaku") && page.contains("value=\"Siti Rahma\""));
    let id = photo(&page_of(&cadre, family).await);
    let withdraw = format!("/persetujuan/{id}/tarik");
    assert!(cadre.get(&withdraw).await.ok().contains("Foto sebagai bukti"));
    let day =
        |day| [("tanggal_tanggal", day), ("tanggal_bulan", "11"), ("tanggal_tahun", "2026"), ("alasan", "")];
    cadre.post(&withdraw, &day("3")).await.refused();
    cadre.post(&withdraw, &day("2")).await.to();
    assert!(allowed(&test, family, None, Purpose::Photo, on).await);
    assert!(!allowed(&test, family, None, Purpose::Photo, after).await);
    assert!(allowed(&test, family, None, Purpose::Record, after).await);
    let page = page_of(&cadre, family).await;
    assert!(page.contains("Ditarik 2 Nov 2026"), "a withdrawal stays visible: {page}");
    assert!(cadre.post(&withdraw, &day("2")).await.refused().contains("sudah ditarik"));
    assert!(cadre.get("/persetujuan?keadaan=ditarik").await.ok().contains("Ahmad"));
    assert!(!cadre.get("/persetujuan?tujuan=publication").await.ok().contains("Ahmad"));
}

async fn page_of(client: &crate::support::Client, family: Id) -> String {
    client.get(&format!("/persetujuan/keluarga/{family}")).await.ok()
}

/// The id in the link that withdraws the consent to photos: the newest row.
fn photo(page: &str) -> String {
    let row = page.split("<tr>").find(|row| row.contains("Foto sebagai bukti")).unwrap();
    row.split("/persetujuan/").nth(1).unwrap().split('/').next().unwrap().to_owned()
}

#[db_test]
async fn consent_for_one_child_is_not_consent_for_its_sibling(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let (first, second) = (child(&test, family, "Rani").await, child(&test, family, "Doni").await);
    let keeper = test.with_role(Role::ListKeeper).await;
    let path = format!("/persetujuan/keluarga/{family}/baru");
    let person = first.to_string();
    let mut fields: Vec<(&str, &str)> = given(&[]);
    fields.push(("orang", &person));
    keeper.post(&path, &fields).await.to();
    let on = date!(2026 - 11 - 02);
    assert!(allowed(&test, family, Some(first), Purpose::Photo, on).await);
    assert!(!allowed(&test, family, Some(second), Purpose::Photo, on).await);
    assert!(!allowed(&test, family, None, Purpose::Photo, on).await);
    let stranger = test.app.store.new_id().to_string();
    fields.pop();
    fields.push(("orang", &stranger));
    assert_eq!(keeper.post(&path, &fields).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn who_may_not_reach_the_family_finds_nothing(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let path = format!("/persetujuan/keluarga/{family}/baru");
    admin.post(&path, &given(&[])).await.to();
    let id = photo(&page_of(&admin, family).await);
    let other = test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    for path in [
        format!("/persetujuan/keluarga/{family}"),
        path.clone(),
        format!("/persetujuan/keluarga/{family}/formulir"),
        format!("/persetujuan/{id}/tarik"),
        format!("/persetujuan/{id}/berkas"),
    ] {
        assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(other.post(&path, &given(&[])).await.status, StatusCode::NOT_FOUND);
    let day = [("tanggal_tanggal", "2"), ("tanggal_bulan", "11"), ("tanggal_tahun", "2026")];
    assert_eq!(other.post(&format!("/persetujuan/{id}/tarik"), &day).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/persetujuan").await.ok().contains("Ahmad"));
    let auditor = test.with_role(Role::Auditor).await;
    assert!(auditor.get("/persetujuan").await.ok().contains("Ahmad"));
    assert_eq!(auditor.post(&path, &given(&[])).await.status, StatusCode::FORBIDDEN);
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    for path in ["/persetujuan", "/permintaan-data", "/insiden"] {
        assert_eq!(coordinator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(test.anonymous().get(path).await.to(), "/masuk");
    }
}

#[db_test]
async fn a_form_is_checked_and_counts_once(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let path = format!("/persetujuan/keluarga/{family}/baru");
    let page = admin
        .post(
            &path,
            &[
                ("wali", "<b>Siti</b>"),
                ("tanggal_tanggal", "31"),
                ("tanggal_bulan", "2"),
                ("tanggal_tahun", "2026"),
            ],
        )
        .await
        .refused();
    assert!(page.contains("<title>Galat: ") && page.contains("Centang sedikitnya satu tujuan."), "{page}");
    assert!(page.contains("Tanggal ini tidak ada.") && !page.contains("<b>Siti"));
    let witness = [("cara", "witness")];
    assert!(admin.post(&path, &given(&witness)).await.refused().contains("Tulis nama saksi."));
    let scan = [("cara", "scan")];
    assert!(admin.post(&path, &given(&scan)).await.refused().contains("Lampirkan pindaian"));
    let late = [("tanggal_tanggal", "3")];
    assert!(admin.post(&path, &given(&late)).await.refused().contains("di masa depan"));
    let form = new_form_id();
    admin.post_as(&path, &form, &given(&[])).await.to();
    admin.post_as(&path, &form, &given(&[])).await.to();
    let other = [("wali", "Lain")];
    assert_eq!(admin.post_as(&path, &form, &given(&other)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM consent", args![]).await, 2);
}

#[db_test]
async fn a_scan_is_stored_sealed_and_comes_back_as_a_file(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let path = format!("/persetujuan/keluarga/{family}/baru");
    let fields = given(&[("cara", "scan")]);
    admin.upload(&path, &fields, "berkas", "x.pdf", b"%PDF-1.7 tanda tangan").await.to();
    let id = photo(&page_of(&admin, family).await);
    let answer = admin.get(&format!("/persetujuan/{id}/berkas")).await;
    assert_eq!(
        answer.headers.get("content-disposition").unwrap(),
        "attachment; filename=\"persetujuan.pdf\""
    );
    assert!(answer.ok().contains("tanda tangan"));
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM attachment", args![]).await, 1);
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE subject_id = $1 AND detail = 'consent scan'";
    assert_eq!(test.number(opened, args![family]).await, 1);
}

#[db_test]
async fn a_request_has_a_clock_and_ends_with_an_answer(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = family(&test, VILLAGES[0], "Ahmad").await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let key = family.to_string();
    let fields = [
        ("keluarga", key.as_str()),
        ("jenis", "access"),
        ("nama", "Siti"),
        ("isi", "Minta salinan"),
        ("kontak", "0812"),
    ];
    let page = admin.post("/permintaan-data/baru", &[("nama", "Siti"), ("jenis", "x")]).await.refused();
    assert!(page.contains("Galat: ") && page.contains("value=\"Siti\""));
    let to = admin.post("/permintaan-data/baru", &fields).await.to();
    let page = admin.get(&to).await.ok();
    assert!(
        page.contains("PDP/0001/XI/2026") && page.contains("Sisa 72 jam") && page.contains("Minta salinan"),
        "{page}"
    );
    assert!(admin.get("/").await.ok().contains("Jawab permintaan data: 1 terbuka"));
    // Three days on somebody else asks: the one that is over stands first.
    test.sql("UPDATE session SET expires_at = $1", args![Instant::NEVER]).await;
    for _ in 0..80 {
        test.db.clock.advance(3600);
        test.sql("UPDATE session SET seen_at = $1", args![test.app.store.clock().now()]).await;
    }
    admin.post("/permintaan-data/baru", &[("jenis", "erasure"), ("nama", "B"), ("isi", "Hapus")]).await.to();
    let list = admin.get("/permintaan-data").await.ok();
    assert!(list.find("Lewat 8 jam").unwrap() < list.find("Sisa 72 jam").unwrap(), "{list}");
    let path = to.split('?').next().unwrap().to_owned();
    let copy = admin.post(&format!("{path}/salinan"), &[]).await;
    let name = copy.headers.get("content-disposition").unwrap().to_str().unwrap().to_owned();
    assert!(name.contains("PDP-0001-XI-2026.html"), "{name}");
    let copy = copy.ok();
    for wanted in [
        "Salinan data: PDP/0001/XI/2026",
        "Minta salinan",
        "Ahmad",
        "Siapa yang membuka data ini",
        "Mengunduh",
    ] {
        assert!(copy.contains(wanted), "{wanted}: {copy}");
    }
    admin.post(&path, &[("hasil", "refused"), ("jawaban", "")]).await.refused();
    admin.post(&path, &[("hasil", "done"), ("jawaban", "Salinan diberikan")]).await.to();
    assert!(
        admin
            .post(&path, &[("hasil", "done"), ("jawaban", "lagi")])
            .await
            .refused()
            .contains("sudah ditutup")
    );
    let auditor = test.with_role(Role::Auditor).await;
    assert!(auditor.get(&path).await.ok().contains("Salinan diberikan"));
    assert_eq!(auditor.post(&path, &[("hasil", "done")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.post(&format!("{path}/salinan"), &[]).await.status, StatusCode::FORBIDDEN);
    let unknown = format!("/permintaan-data/{}", test.app.store.new_id());
    assert_eq!(admin.get(&unknown).await.status, StatusCode::NOT_FOUND);
    let text = asuh_ground::web::Text::new(asuh_nusantara::Language::Indonesian, asuh_nusantara::Zone::Wib);
    let whole = subject_export(&test.app, KERINCI, family, text).await.unwrap();
    let answered = whole.iter().find(|section| section.title == "Permintaan data").unwrap();
    assert!(answered.rows[0][3].starts_with("Salinan diberikan"), "{answered:?}");
}

const INCIDENT: [(&str, &str); 10] = [
    ("judul", "Telepon kader hilang"),
    ("dari_tanggal", "1"),
    ("dari_bulan", "11"),
    ("dari_tahun", "2026"),
    ("sampai_tanggal", "2"),
    ("sampai_bulan", "11"),
    ("sampai_tahun", "2026"),
    ("sampai_jam", "06.30"),
    ("uraian", "Telepon tertinggal di bus"),
    ("data", "Nama dan alamat"),
];
const KNOWN: [(&str, &str); 3] =
    [("diketahui_tanggal", "2"), ("diketahui_bulan", "11"), ("diketahui_tahun", "2026")];

#[db_test]
async fn an_incident_lists_whom_it_touches_and_ends_with_notice(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (one, two) = (family(&test, VILLAGES[0], "Ahmad").await, family(&test, VILLAGES[2], "Badu").await);
    let late = family(&test, VILLAGES[1], "Cici").await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let other = test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    let person = child(&test, two, "Rani").await;
    // 1 November 2026, 12.00 WIB, and one entry after the period.
    let noon = 1_793_509_200_000_i64;
    let log = async |user: Id, kind: &str, subject: Id, at: i64| {
        test.sql(
            "INSERT INTO access_log (district_id, id, at, user_id, action, subject_kind, subject_id, detail) \
             VALUES ($1, $2, $3, $4, 'open', $5, $6, '')",
            args![KERINCI, test.app.store.new_id(), at, user, kind, subject],
        )
        .await;
    };
    log(cadre.user, "family", one, noon).await;
    log(cadre.user, "family", one, noon + 60_000).await;
    log(cadre.user, "person", person, noon).await;
    log(cadre.user, "family", late, noon + 86_400_000).await;
    log(other.user, "family", late, noon).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let login = format!("u{}", cadre.user);
    let fields = [INCIDENT.as_slice(), &KNOWN, &[("akun", login.as_str())]].concat();
    let wrong = [INCIDENT.as_slice(), &KNOWN, &[("akun", "tidak-ada")]].concat();
    let page = admin.post("/insiden/baru", &wrong).await.refused();
    assert!(page.contains("Tidak ada pengguna") && page.contains("Telepon tertinggal di bus"), "{page}");
    let clock = [fields.as_slice(), &[("sampai_jam", "25.00")]].concat();
    assert!(admin.post("/insiden/baru", &clock).await.refused().contains("Tulis jam seperti 07.42."));
    let to = admin.post("/insiden/baru", &fields).await.to();
    let page = admin.get(&to).await.ok();
    assert!(page.contains("INS/0001/XI/2026") && page.contains("2 keluarga dibuka"), "{page}");
    assert!(page.contains("Ahmad") && page.contains("Badu") && !page.contains("Cici"));
    assert!(page.contains("Sisa 65 jam"), "72 hours from midnight, at seven: {page}");
    let path = to.split('?').next().unwrap().to_owned();
    let book = admin.post(&format!("{path}/daftar"), &[]).await;
    assert_eq!(book.status, StatusCode::OK);
    assert!(book.body.starts_with("PK"), "a workbook");
    assert!(admin.post(&format!("{path}/tutup"), &[]).await.refused().contains("Tulis dahulu tindakannya"));
    admin.post(&path, &[("tindakan", "Sesi ditutup"), ("diberitahukan", "ya")]).await.to();
    let letter = admin.get(&format!("{path}/surat")).await.ok();
    for word in
        ["Nama dan alamat", "Telepon tertinggal di bus", "Sesi ditutup", "Pasal 46", "KABUPATEN KERINCI"]
    {
        assert!(letter.contains(word), "{word}: {letter}");
    }
    admin.post(&format!("{path}/tutup"), &[]).await.to();
    assert!(admin.post(&path, &[("tindakan", "lagi")]).await.refused().contains("sudah ditutup"));
    let auditor = test.with_role(Role::Auditor).await;
    assert!(auditor.get("/insiden").await.ok().contains("Telepon kader hilang"));
    assert_eq!(auditor.post("/insiden/baru", &fields).await.status, StatusCode::FORBIDDEN);
}
