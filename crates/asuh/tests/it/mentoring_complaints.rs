//! Complaints: by the public page and by officers, sensitive ones for named people alone; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::support::{Answer, Client, KERINCI, TestApp, VILLAGES, new_form_id};

const LATE: &str = "Bantuan belum diterima atau kurang";
const MONEY: &str = "Pungutan atau permintaan uang";
const TEXT: &str = "Paket minggu lalu belum sampai";

/// Number and code of a receipt.
fn receipt(answer: Answer) -> (String, String) {
    let page = answer.ok();
    let mut found = page.split("<strong class=\"big\">").skip(1);
    let mut next = || found.next().unwrap().split('<').next().unwrap().to_owned();
    (next(), next())
}

async fn one(test: &TestApp, number: &str) -> Id {
    let sql = "SELECT id FROM complaint WHERE district_id = $1 AND number = $2";
    let found: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI, number]).await.unwrap();
    found.expect("the complaint").0
}

async fn name(test: &TestApp, reader: &Client) {
    let login = format!("u{}", reader.user);
    let value = format!("[{{\"login\":\"{login}\"}}]");
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, 0, $4) \
         ON CONFLICT (district_id, name) DO UPDATE SET value = $3",
        args![KERINCI, "mentoring.sensitive_readers", value, Id::SYSTEM],
    )
    .await;
}

#[db_test]
async fn anybody_complains_without_a_name_and_reads_the_answer_with_number_and_code(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let stranger = test.anonymous();
    let page = stranger.get("/aduan").await.ok();
    assert!(page.contains(LATE) && page.contains("Boleh dikosongkan"), "{page}");
    let page = stranger.post("/aduan", &[("isi", TEXT)]).await.refused();
    assert!(page.contains(TEXT) && page.contains("id=\"f-jenis\""), "what was typed stays: {page}");
    let page = stranger.post("/aduan", &[("isi", TEXT), ("jenis", "Tidak ada")]).await.refused();
    assert!(page.contains("id=\"f-jenis\""), "{page}");
    let form = new_form_id();
    let fields = [("jenis", LATE), ("isi", TEXT)];
    let (number, code) = receipt(stranger.post_as("/aduan", &form, &fields).await);
    assert_eq!(number, "ADU/0001/XI/2026");
    assert_eq!(receipt(stranger.post_as("/aduan", &form, &fields).await), (number.clone(), code.clone()));
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM complaint", args![]).await, 1);
    // Neither the code nor what was said is anywhere in the clear.
    let plain = "SELECT COUNT(*) AS n FROM command_log WHERE receipt LIKE $1";
    assert_eq!(test.number(plain, args![format!("%{code}%")]).await, 0);

    let follow = [("nomor", number.as_str()), ("kode", code.as_str())];
    let page = stranger.post("/aduan/lihat", &follow).await.ok();
    assert!(
        page.contains("baru") && page.contains("Senin, 9 November 2026") && !page.contains(TEXT),
        "{page}"
    );
    for wrong in [
        [("nomor", number.as_str()), ("kode", "ABCD-EFGH-JKLM")],
        [("nomor", "ADU/0002/XI/2026"), ("kode", &code)],
    ] {
        let page = stranger.post("/aduan/lihat", &wrong).await.refused();
        assert!(page.contains("tidak cocok"), "{page}");
    }

    let admin = test.with_role(Role::DistrictAdmin).await;
    assert!(admin.get("/").await.ok().contains("1 pengaduan menunggu jawaban"));
    let path = format!("/pengaduan/{}", one(&test, &number).await);
    assert!(admin.get("/pengaduan").await.ok().contains(&number));
    let page = admin.get(&path).await.ok();
    assert!(page.contains(TEXT) && page.contains("tanpa nama"), "{page}");
    let answer = format!("{path}/jawab");
    let page = admin.post(&answer, &[("keadaan", "answered")]).await.refused();
    assert!(page.contains("id=\"f-kata\""), "{page}");
    admin.post(&answer, &[("keadaan", "in_hand"), ("kata", "kader ditelepon")]).await.to();
    admin.post(&answer, &[("keadaan", "answered"), ("kata", "Sudah diantar ulang hari ini")]).await.to();
    let page = stranger.post("/aduan/lihat", &follow).await.ok();
    assert!(page.contains("Sudah diantar ulang hari ini"), "{page}");
    assert!(!page.contains("kader ditelepon"), "notes stay inside: {page}");
    assert!(admin.get("/pengaduan?tampil=selesai").await.ok().contains(&number));
    // Auditors read and do not answer; cadres neither.
    let auditor = test.with_role(Role::Auditor).await;
    assert!(auditor.get(&path).await.ok().contains(TEXT));
    assert_eq!(
        auditor.post(&answer, &[("keadaan", "closed"), ("kata", "x")]).await.status,
        StatusCode::FORBIDDEN
    );
    for role in [Role::Cadre, Role::FieldOfficer, Role::Sponsor, Role::Leader] {
        let user = test.with_role(role).await;
        assert_eq!(user.get(&path).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[db_test]
async fn a_sensitive_complaint_is_there_for_named_people_alone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let said = "Ada yang meminta uang supaya nama kami masuk daftar";
    let (number, code) = receipt(test.anonymous().post("/aduan", &[("jenis", MONEY), ("isi", said)]).await);
    let id = one(&test, &number).await;
    let (open, hidden) = (format!("/pengaduan/{id}"), format!("/pengaduan/khusus/{id}"));
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/pengaduan").await.ok();
    assert!(!page.contains(&number) && page.contains("Belum ada yang disebut"), "{page}");
    let auditor = test.with_role(Role::Auditor).await;
    let named = test.with_role(Role::OfficePlanner).await;
    name(&test, &named).await;
    let act = [("keadaan", "in_hand"), ("kata", "Inspektorat turun")];
    for user in [&admin, &auditor] {
        for path in [&open, &hidden, &"/pengaduan/khusus".to_owned()] {
            let answer = user.get(path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            assert!(!answer.body.contains(said));
        }
        assert_eq!(user.post(&format!("{hidden}/jawab"), &act).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(admin.post(&format!("{open}/jawab"), &act).await.status, StatusCode::NOT_FOUND);
    assert!(!admin.get("/").await.ok().contains("menunggu jawaban"), "not even counted for the admin");

    assert!(named.get("/").await.ok().contains("1 pengaduan khusus menunggu Anda"));
    assert!(named.get("/pengaduan/khusus").await.ok().contains(&number));
    assert!(named.get(&hidden).await.ok().contains(said));
    assert_eq!(named.get(&open).await.status, StatusCode::FORBIDDEN, "he is no admin");
    named.post(&format!("{hidden}/jawab"), &act).await.to();
    named
        .post(&format!("{hidden}/jawab"), &[("keadaan", "answered"), ("kata", "Sedang diperiksa")])
        .await
        .to();
    let follow = [("nomor", number.as_str()), ("kode", code.as_str())];
    assert!(test.anonymous().post("/aduan/lihat", &follow).await.ok().contains("Sedang diperiksa"));
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE detail = 'sensitive_complaint' AND user_id = $1";
    assert!(test.number(opened, args![named.user]).await > 0, "every opening is logged");
    // No longer named: gone at once, by the command as well.
    name(&test, &admin).await;
    assert_eq!(named.get(&hidden).await.status, StatusCode::NOT_FOUND);
    assert!(admin.get(&hidden).await.ok().contains(said));
}

#[db_test]
async fn officers_record_what_was_told_and_one_address_cannot_flood(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let officer = test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    assert!(officer.get("/pengaduan/baru").await.ok().contains("Selam Paung"));
    let village = VILLAGES[0].to_string();
    let fields = [
        ("lewat", "phone"),
        ("jenis", LATE),
        ("isi", TEXT),
        ("desa", village.as_str()),
        ("nama", "Ibu Rekaan"),
    ];
    let page = officer.post("/pengaduan/baru", &fields[1..]).await.refused();
    assert!(page.contains("id=\"f-lewat\"") && page.contains("Ibu Rekaan"), "{page}");
    let (number, _) = receipt(officer.post("/pengaduan/baru", &fields).await);
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get(&format!("/pengaduan/{}", one(&test, &number).await)).await.ok();
    assert!(
        page.contains("Ibu Rekaan") && page.contains("telepon") && page.contains("Selam Paung"),
        "{page}"
    );
    assert_eq!(test.with_role(Role::Cadre).await.get("/pengaduan/baru").await.status, StatusCode::FORBIDDEN);

    let stranger = test.anonymous();
    let mut sent = 0;
    let refused = loop {
        let answer = stranger.post("/aduan", &[("jenis", LATE), ("isi", TEXT)]).await;
        if answer.status != StatusCode::OK {
            break answer;
        }
        sent += 1;
        assert!(sent < 50, "nothing stops it");
    };
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(sent, 10);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM complaint", args![]).await, 11);
}
