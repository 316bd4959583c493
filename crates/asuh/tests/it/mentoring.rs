//! Visits, what is due today, and referrals; on both engines.

use asuh_ground::access::Role;
use asuh_step_mentoring::checklist::Question;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::growth_entry::{child, district};
use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

/// A photo of four pixels that a browser would take.
pub const PHOTO: &[u8] = &[
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00, 0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00,
    0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78, 0xda, 0x63, 0x64, 0xf8, 0xcf, 0x50, 0x0f, 0x00, 0x03,
    0x86, 0x01, 0x80, 0x5a, 0x34, 0x7d, 0x6b, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42,
    0x60, 0x82,
];

/// Selam Paung with Andi of RW 002 (34 months) and Bela of RW 003 (17 months), whose families may be helped.
pub struct Scene {
    pub test: TestApp,
    pub andi: Id,
    pub family: Id,
    pub bela: Id,
    pub cadre: Client,
}

impl Scene {
    pub async fn start(db: TestDatabase) -> Scene {
        let test = district(db).await;
        test.sql("UPDATE family_version SET status = 'verified' WHERE district_id = $1", args![KERINCI])
            .await;
        let (andi, bela) = (child(&test, "Andi Saputra").await, child(&test, "Bela").await);
        let family = family_of(&test, andi).await;
        let cadre = cadre(&test, "002").await;
        Scene { test, andi, family, bela, cadre }
    }

    pub fn path(&self) -> String {
        format!("/pendampingan/keluarga/{}/kunjungan", self.family)
    }

    /// The name of the field of a question about Andi, or about the household.
    pub fn field(&self, person: Option<Id>, question: &str) -> String {
        let who = person.map_or_else(|| "rt".to_owned(), |person| person.to_string());
        format!("j.{who}.{}", Question::key(question))
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.test.number(sql, args![]).await
    }
}

async fn family_of(test: &TestApp, person: Id) -> Id {
    let sql = "SELECT family_id FROM person_version WHERE district_id = $1 AND person_id = $2";
    let found: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI, person]).await.unwrap();
    found.unwrap().0
}

/// A cadre of one RW of Selam Paung.
pub async fn cadre(test: &TestApp, rw: &str) -> Client {
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = $2 WHERE district_id = $1 AND grant_id IN \
         (SELECT id FROM user_grant WHERE district_id = $1 AND user_id = $3)",
        args![KERINCI, rw, cadre.user],
    )
    .await;
    cadre
}

pub const MEAT: &str = "Kemarin makan lauk hewani (telur, ikan, ayam, daging, hati)";
const SMOKE: &str = "Rumah bebas asap rokok";
const POSYANDU: &str = "Ditimbang dan diukur di posyandu bulan ini";
pub const HOLD: &str = "SELECT COUNT(*) AS n FROM visit WHERE retracted_at IS NULL";

#[db_test]
async fn a_cadre_records_a_visit_by_the_childs_age_and_reads_it_back(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let page = scene.cadre.get(&scene.path()).await.ok();
    // A child of 34 months is asked about meat and the posyandu, not about breast milk or its first immunisations, and in
    // November nobody is asked about vitamin A.
    for words in ["Andi Saputra, 2 tahun 10 bulan (34 bulan)", MEAT, POSYANDU, SMOKE, "Rumah tangga"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    for words in ["Masih diberi ASI", "HB 0", "vitamin A", "tablet", "type=\"file\""] {
        assert!(!page.contains(words), "{words}: {page}");
    }
    let (meat, smoke) = (scene.field(Some(scene.andi), MEAT), scene.field(None, SMOKE));
    let note = meat.replacen("j.", "c.", 1);
    let fields = [
        ("hari", "2026-11-02"),
        (meat.as_str(), "no"),
        (note.as_str(), "hanya nasi dan kuah"),
        (smoke.as_str(), "yes"),
        ("nasihat", "Telur tiap pagi"),
        ("berikut", "2026-11-09"),
    ];
    let form = new_form_id();
    let shown = scene.cadre.post_as(&scene.path(), &form, &fields).await.to();
    assert_eq!(scene.cadre.post_as(&scene.path(), &form, &fields).await.to(), shown);
    assert_eq!(scene.number(HOLD).await, 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM visit_answer").await, 2);
    let page = scene.cadre.get(&shown).await.ok();
    for words in
        ["Kunjungan tersimpan", "hanya nasi dan kuah", "Telur tiap pagi", "Senin, 9 November 2026", "/baru"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // What was said is sealed; the next form shows what the last one found.
    let plain =
        "SELECT COUNT(*) AS n FROM visit WHERE advice_sealed IS NOT NULL AND LENGTH(advice_sealed) > 20";
    assert_eq!(scene.number(plain).await, 1);
    let page = scene.cadre.get(&scene.path()).await.ok();
    assert!(page.contains("Kunjungan lalu (2 Nov 2026): tidak"), "{page}");
    // The family's page and its own copy tell of it.
    let page = scene.cadre.get(&format!("/sasaran/{}", scene.family)).await.ok();
    assert!(page.contains("Kunjungan berikutnya: Senin, 9 November 2026"), "{page}");
    let text = asuh_ground::web::Text::new(asuh_nusantara::Language::Indonesian, asuh_nusantara::Zone::Wib);
    let mut copy = String::new();
    for export in &scene.test.app.registry.subject_exports {
        let sections = export(&scene.test.app, KERINCI, scene.family, text).await.unwrap();
        copy.push_str(&format!("{sections:?}"));
    }
    assert!(copy.contains("Telur tiap pagi") && copy.contains("hanya nasi dan kuah"), "{copy}");
    let check = asuh_ground::audit::PART.check.unwrap();
    assert_eq!(check(&scene.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn a_bad_form_keeps_what_was_typed_and_says_how_to_mend_it(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let meat = scene.field(Some(scene.andi), MEAT);
    let note = meat.replacen("j.", "c.", 1);
    let cases: [(&[(&str, &str)], &str); 6] = [
        (&[("hari", "2026-11-02")], "Isi paling sedikit satu jawaban"),
        (&[("hari", "2026-11-03"), ("nasihat", "Halo")], "Hari itu belum tiba"),
        (&[("hari", "2025-10-01"), ("nasihat", "Halo")], "paling lambat setahun"),
        (
            &[("hari", "2026-11-02"), ("nasihat", "Halo"), ("berikut", "2026-11-02")],
            "harus sesudah hari kunjungan",
        ),
        (&[("hari", "2026-11-02"), (&note, "tanpa pilihan")], "catatan tanpa jawaban"),
        (&[("hari", "2026-11-02"), ("j.rt.0000000000", "yes"), ("nasihat", "Halo")], "Daftar pertanyaan"),
    ];
    for (fields, sentence) in cases {
        let page = scene.cadre.post(&scene.path(), fields).await.refused();
        assert!(page.contains(sentence), "{sentence}: {page}");
        assert!(page.contains("<title>Galat: "), "{page}");
    }
    let page =
        scene.cadre.post(&scene.path(), &[("hari", "x"), (&meat, "no"), ("nasihat", "Halo dunia")]).await;
    let page = page.refused();
    assert!(page.contains("Halo dunia") && page.contains("value=\"no\" checked"), "{page}");
    assert_eq!(scene.number(HOLD).await, 0);
}

#[db_test]
async fn who_does_not_reach_a_family_neither_reads_nor_records_visits(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let fields = [("hari", "2026-11-02"), ("nasihat", "Telur tiap pagi")];
    let visit = scene.cadre.post(&scene.path(), &fields).await.to();
    let visit = visit.split('?').next().unwrap().to_owned();
    let other_rw = cadre(&scene.test, "003").await;
    let elsewhere = scene.test.user(Role::FieldOfficer, &[1_501_020_000], &[]).await;
    let family = format!("/pendampingan/keluarga/{}", scene.family);
    for stranger in [&other_rw, &elsewhere] {
        for path in
            [scene.path(), visit.clone(), format!("{visit}/ubah"), format!("{visit}/foto"), family.clone()]
        {
            assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(stranger.post(&scene.path(), &fields).await.status, StatusCode::NOT_FOUND);
        let taken = stranger.post(&format!("{visit}/tarik"), &[("alasan", "x")]).await;
        assert_eq!(taken.status, StatusCode::NOT_FOUND);
        assert!(!stranger.get("/pendampingan").await.ok().contains("Andi"), "not in the list either");
    }
    for role in [Role::Sponsor, Role::DistrictPlanner, Role::Leader, Role::UnitCoordinator, Role::Treasurer] {
        let user = scene.test.with_role(role).await;
        assert_eq!(user.get(&visit).await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(user.get("/pendampingan").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let auditor = scene.test.with_role(Role::Auditor).await;
    assert!(auditor.get(&visit).await.ok().contains("Telur tiap pagi"));
    assert_eq!(auditor.post(&scene.path(), &fields).await.status, StatusCode::FORBIDDEN);
    // Every opening of a visit is on the access log.
    asuh_ground::audit::flush(&scene.test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE detail = 'visit' AND subject_id IS NOT NULL";
    assert!(scene.number(opened).await > 0);
}

#[db_test]
async fn a_visit_is_corrected_beside_the_wrong_one_by_who_may(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let meat = scene.field(Some(scene.andi), MEAT);
    let fields = [("hari", "2026-11-01"), (meat.as_str(), "no"), ("nasihat", "Telur")];
    let wrong = scene.cadre.post(&scene.path(), &fields).await.to();
    let wrong = wrong.split('?').next().unwrap().to_owned();
    let edit = format!("{wrong}/ubah");
    let page = scene.cadre.get(&edit).await.ok();
    assert!(page.contains("value=\"no\" checked") && page.contains("Telur"), "{page}");
    // Without a reason nothing happens; a colleague of the RW may not, an officer of the field may.
    let page = scene.cadre.post(&edit, &fields).await.refused();
    assert!(page.contains("id=\"f-alasan\""), "{page}");
    let colleague = cadre(&scene.test, "002").await;
    assert_eq!(colleague.get(&edit).await.status, StatusCode::NOT_FOUND);
    assert!(!colleague.get(&wrong).await.ok().contains("/ubah"));
    let right =
        [("hari", "2026-11-01"), (meat.as_str(), "yes"), ("nasihat", "Ikan"), ("alasan", "salah pilih")];
    let form = new_form_id();
    let shown = scene.cadre.post_as(&edit, &form, &right).await.to();
    assert_eq!(scene.cadre.post_as(&edit, &form, &right).await.status, StatusCode::NOT_FOUND, "gone already");
    let page = scene.cadre.get(&wrong).await.ok();
    assert!(
        page.contains("sudah diperbaiki") && page.contains("salah pilih") && page.contains("Telur"),
        "{page}"
    );
    assert_eq!((scene.number(HOLD).await, scene.number("SELECT COUNT(*) AS n FROM visit").await), (1, 2));
    let officer = scene.test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    let shown = shown.split('?').next().unwrap();
    officer.post(&format!("{shown}/tarik"), &[("alasan", "keluarga lain")]).await.to();
    assert_eq!(scene.number(HOLD).await, 0);
    assert!(officer.get(shown).await.ok().contains("keluarga lain"));
}

#[db_test]
async fn a_photo_is_kept_only_with_the_guardians_consent(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let fields = [("hari", "2026-11-02"), ("nasihat", "Telur")];
    let page = scene.cadre.upload(&scene.path(), &fields, "foto", "f.png", PHOTO).await.refused();
    assert!(page.contains("Wali belum menyetujui foto"), "{page}");
    let kept = "SELECT COUNT(*) AS n FROM attachment";
    assert_eq!((scene.number(HOLD).await, scene.number(kept).await), (0, 0), "not even the photo alone");
    let consent = [
        ("tujuan", "photo"),
        ("wali", "Ibu Siti"),
        ("hubungan", "mother"),
        ("cara", "form"),
        ("tanggal", "2026-11-01"),
    ];
    scene.cadre.post(&format!("/persetujuan/keluarga/{}/baru", scene.family), &consent).await.to();
    let visit = scene.cadre.upload(&scene.path(), &fields, "foto", "f.png", PHOTO).await.to();
    let photo = format!("{}/foto", visit.split('?').next().unwrap());
    let answer = scene.cadre.get(&photo).await;
    assert_eq!(answer.headers.get("content-type").unwrap(), "image/png");
    assert_eq!(answer.status, StatusCode::OK);
    // Withdrawn: no further photo.
    scene.test.sql("UPDATE consent SET withdrawn_on = 20261102 WHERE district_id = $1", args![KERINCI]).await;
    let page = scene.cadre.upload(&scene.path(), &fields, "foto", "f.png", PHOTO).await.refused();
    assert!(page.contains("Wali belum menyetujui foto"), "{page}");
}

#[db_test]
async fn today_lists_the_own_families_by_what_is_due_and_forgets_what_was_done(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let officer = scene.test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    let page = officer.get("/pendampingan").await.ok();
    for words in ["2 dari 2 keluarga", "Belum pernah dikunjungi", POSYANDU, "Imunisasi dasar lengkap"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(officer.get("/").await.ok().contains("Hari ini: 2 keluarga"));
    let page = scene.cadre.get("/pendampingan").await.ok();
    assert!(page.contains("1 dari 1 keluarga") && !page.contains("Bela"), "her RW alone: {page}");
    // A visit: the child was weighed, and the mentor comes again next week.
    let posyandu = scene.field(Some(scene.andi), POSYANDU);
    let booster = scene.field(Some(scene.andi), "Imunisasi lanjutan umur 18 bulan sudah diberikan");
    let fields = [
        ("hari", "2026-11-02"),
        (posyandu.as_str(), "yes"),
        (booster.as_str(), "not_applicable"),
        ("berikut", "2026-11-09"),
    ];
    scene.cadre.post(&scene.path(), &fields).await.to();
    let page = scene.cadre.get("/pendampingan").await.ok();
    assert!(page.contains("Semua keluarga sudah ditengok"), "{page}");
    assert!(!scene.cadre.get("/").await.ok().contains("Hari ini:"));
    // The rhythm and the questions are the district's.
    scene.test.sql("UPDATE visit SET visited_on = 20261020, next_on = NULL", args![]).await;
    let page = scene.cadre.get("/pendampingan").await.ok();
    assert!(!page.contains("Waktunya dikunjungi"), "{page}");
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let mut settings: Vec<(String, String)> = vec![
        ("mentoring.days_urgent".into(), "7".into()),
        ("mentoring.days_stunted".into(), "10".into()),
        ("mentoring.days_pregnant".into(), "10".into()),
        ("mentoring.days_others".into(), "10".into()),
        ("mentoring.referral_days".into(), "7".into()),
        ("mentoring.ends_soon".into(), "30".into()),
    ];
    for (column, value) in [("question", "Sudah punya Buku KIA"), ("target", "child"), ("due", "once")] {
        settings.push((format!("mentoring.checklist.0.{column}"), value.to_owned()));
    }
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.post("/pengaturan/pendampingan", &settings).await.to();
    let page = scene.cadre.get("/pendampingan").await.ok();
    assert!(
        page.contains("Waktunya dikunjungi sejak 30 Okt 2026") && page.contains("Sudah punya Buku KIA"),
        "{page}"
    );
    assert!(!page.contains(POSYANDU), "{page}");
}

#[db_test]
async fn a_referral_goes_to_the_puskesmas_of_the_area_and_comes_back(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let new = format!("/rujukan/baru/{}", scene.andi);
    assert!(scene.cadre.get(&new).await.ok().contains("Andi Saputra"));
    let page = scene.cadre.post(&new, &[("catatan", "batuk dua minggu")]).await.refused();
    assert!(page.contains("Pilih paling sedikit satu alasan") && page.contains("batuk dua minggu"), "{page}");
    let page = scene.cadre.post(&new, &[("alasan", "other")]).await.refused();
    assert!(page.contains("id=\"f-catatan\""), "{page}");
    let fields = [("alasan", "not_gaining"), ("alasan", "stunted"), ("catatan", "batuk dua minggu")];
    let form = new_form_id();
    let one = scene.cadre.post_as(&new, &form, &fields).await.to();
    assert_eq!(scene.cadre.post_as(&new, &form, &fields).await.to(), one);
    assert!(scene.cadre.post(&new, &fields).await.refused().contains("Masih ada rujukan"));
    let one = one.split('?').next().unwrap().to_owned();
    let page = scene.cadre.get(&one).await.ok();
    assert!(page.contains("RJK/0001/XI/2026") && page.contains("Senin, 9 November 2026"), "{page}");
    assert!(!page.contains("Jawaban puskesmas</h2>"), "a cadre does not answer: {page}");

    // The letter says no more than the puskesmas needs.
    let letter = scene.cadre.get(&format!("{one}/surat")).await.ok();
    assert!(letter.contains("Andi Saputra") && letter.contains("11,90 kg, 88,2 cm"), "{letter}");
    assert!(!letter.contains("1501010101240001") && !letter.contains("SITI"), "{letter}");

    let puskesmas = scene.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let elsewhere = scene.test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    assert!(puskesmas.get("/").await.ok().contains("1 rujukan menunggu puskesmas"));
    assert!(puskesmas.get("/rujukan").await.ok().contains("RJK/0001"));
    assert!(!elsewhere.get("/rujukan").await.ok().contains("RJK/0001"));
    let answer = format!("{one}/jawab");
    let accept = [("jawaban", "accepted"), ("hari", "2026-11-02")];
    for path in [one.clone(), format!("{one}/surat")] {
        assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(elsewhere.post(&answer, &accept).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.cadre.post(&answer, &accept).await.status, StatusCode::FORBIDDEN);
    puskesmas.post(&answer, &accept).await.to();
    let page = puskesmas.post(&answer, &[("jawaban", "seen"), ("hari", "2026-11-02")]).await.refused();
    assert!(page.contains("id=\"f-kata\""), "a result is needed: {page}");
    let page = puskesmas.post(&answer, &[("jawaban", "seen"), ("hari", "2026-11-03"), ("kata", "x")]).await;
    assert!(page.refused().contains("belum tiba"));
    let seen = [
        ("jawaban", "seen"),
        ("hari", "2026-11-02"),
        ("kata", "TB disingkirkan, PMT 56 hari"),
        ("kembali", "2026-11-16"),
    ];
    puskesmas.post(&answer, &seen).await.to();
    assert!(puskesmas.post(&answer, &seen).await.refused().contains("sudah berpindah keadaan"));
    let page = scene.cadre.get(&one).await.ok();
    for words in ["sudah diperiksa", "TB disingkirkan, PMT 56 hari", "Senin, 16 November 2026"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(scene.cadre.get("/rujukan?tampil=selesai").await.ok().contains("RJK/0001"));
    let family = scene.cadre.get(&format!("/sasaran/{}", scene.family)).await.ok();
    assert!(family.contains("RJK/0001"), "{family}");
    // Settled: he may be sent again.
    scene.cadre.post(&new, &fields).await.to();
}

#[db_test]
async fn a_referral_without_answer_is_named_and_may_be_withdrawn(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let new = format!("/rujukan/baru/{}", scene.andi);
    let one = scene.cadre.post(&new, &[("alasan", "danger_sign")]).await.to();
    let one = one.split('?').next().unwrap().to_owned();
    assert!(
        scene.cadre.get(&one).await.ok().contains("Selasa, 3 November 2026"),
        "a danger sign has one day"
    );
    scene.test.sql("UPDATE referral SET answer_by = 20261101 WHERE district_id = $1", args![KERINCI]).await;
    assert!(scene.cadre.get("/").await.ok().contains("1 rujukan belum dijawab"));
    let today = scene.cadre.get("/pendampingan").await.ok();
    assert!(today.contains("belum dijawab puskesmas (batas 1 Nov 2026)"), "{today}");
    let withdraw = format!("{one}/batal");
    let colleague = cadre(&scene.test, "002").await;
    assert_eq!(colleague.post(&withdraw, &[("kata", "x")]).await.status, StatusCode::NOT_FOUND);
    scene.cadre.post(&withdraw, &[]).await.refused();
    scene.cadre.post(&withdraw, &[("kata", "sudah ke dokter sendiri")]).await.to();
    assert!(scene.cadre.get(&one).await.ok().contains("sudah ke dokter sendiri"));
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM referral WHERE answer_by IS NOT NULL").await, 0);
    // Out of reach is not there.
    let bela = format!("/rujukan/baru/{}", scene.bela);
    assert_eq!(scene.cadre.get(&bela).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.cadre.post(&bela, &[("alasan", "stunted")]).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn many_at_once_send_one_referral_and_settle_it_once(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let new = format!("/rujukan/baru/{}", scene.andi);
    let fields = [("alasan", "stunted")];
    let sending = (0..12).map(|_| scene.cadre.post(&new, &fields));
    let sent = futures_util::future::join_all(sending).await;
    let sent: Vec<String> =
        sent.into_iter().filter(|one| one.status == StatusCode::SEE_OTHER).map(|one| one.location).collect();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let puskesmas = scene.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let answer = format!("{}/jawab", sent[0].split('?').next().unwrap());
    let seen = [("jawaban", "seen"), ("hari", "2026-11-02"), ("kata", "sehat")];
    let answers = futures_util::future::join_all((0..12).map(|_| puskesmas.post(&answer, &seen))).await;
    let done = answers.iter().filter(|one| one.status == StatusCode::SEE_OTHER).count();
    assert_eq!(done, 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM referral_event").await, 2);
}

#[db_test]
async fn lists_are_read_by_their_indexes(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let reader = scene.test.app.store.reader();
    if scene.test.db.engine() != asuh_store::Engine::Sqlite {
        return;
    }
    for (sql, index) in [
        (
            "SELECT x.id FROM visit x WHERE x.district_id = $1 AND x.family_id = $2 AND x.retracted_at IS NULL \
             ORDER BY x.visited_on DESC LIMIT 5",
            "visit_by_family",
        ),
        (
            "SELECT r.id FROM referral r WHERE r.district_id = $1 AND r.answer_by IS NOT NULL AND r.id <> $2 \
             ORDER BY r.answer_by, r.id LIMIT 30",
            "referral_open",
        ),
        (
            "SELECT r.id FROM referral r WHERE r.district_id = $1 AND r.answer_by IS NULL AND r.id <> $2 \
             ORDER BY r.sent_on DESC, r.id DESC LIMIT 30",
            "referral_by_day",
        ),
        (
            "SELECT COUNT(*) AS n FROM referral WHERE district_id = $1 AND person_id = $2 AND answer_by IS NOT NULL",
            "referral_once",
        ),
    ] {
        let plan = reader.plan(sql, args![KERINCI, Id::SYSTEM]).await.unwrap();
        assert!(plan.contains(index), "{index}: {plan}");
    }
}
