//! Audits of cases, and whether help helps; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Query, args};
use axum::http::StatusCode;

use crate::mentoring::Scene;
use crate::support::{KERINCI, VILLAGES, new_form_id};

const CAUSE: &str = "Asupan makanan";

#[db_test]
async fn a_case_is_chosen_reviewed_followed_up_and_looked_at_again(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let puskesmas = scene.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let new = format!("/audit-kasus/baru/{}", scene.andi);
    let page = puskesmas.post(&new, &[]).await.refused();
    assert!(page.contains("id=\"f-alasan\""), "{page}");
    let form = new_form_id();
    let fields = [("alasan", "pendek sejak lahir")];
    let one = puskesmas.post_as(&new, &form, &fields).await.to();
    assert_eq!(puskesmas.post_as(&new, &form, &fields).await.to(), one);
    assert!(puskesmas.post(&new, &fields).await.refused().contains("sudah punya audit"));
    let page = puskesmas.get(&one).await.ok();
    for words in
        ["AKS/0001/XI/2026", "pendek sejak lahir", "11,90 kg", "88,2 cm", "Belum ada kunjungan", CAUSE]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Nothing is planned before the review; a review names experts, causes that there are, and a later day.
    let plan = format!("{one}/rencana");
    let row = [("apa", "Rujuk ke dokter anak"), ("siapa", "Puskesmas"), ("batas", "2026-11-20")];
    assert!(puskesmas.post(&plan, &row).await.refused().contains("Catat kajian pakar dahulu"));
    let review = format!("{one}/kajian");
    let right = [
        ("hari", "2026-11-02"),
        ("pakar", "dr. Rekaan, Sp.A"),
        ("temuan", "Infeksi berulang"),
        ("penyebab", CAUSE),
        ("pantau", "2027-02-01"),
    ];
    for (field, value) in
        [("pakar", ""), ("penyebab", "Lain"), ("pantau", "2026-11-02"), ("hari", "2026-11-03")]
    {
        let mut wrong = right;
        let place = wrong.iter_mut().find(|(name, _)| *name == field).unwrap();
        place.1 = value;
        let page = puskesmas.post(&review, &wrong).await.refused();
        assert!(page.contains(&format!("id=\"f-{field}\"")), "{field}: {page}");
    }
    puskesmas.post(&review, &right).await.to();
    let page = puskesmas.get(&one).await.ok();
    assert!(page.contains("Infeksi berulang") && page.contains("Senin, 1 Februari 2027"), "{page}");
    let late = [("apa", "x"), ("siapa", "y"), ("batas", "2026-11-01")];
    assert!(puskesmas.post(&plan, &late).await.refused().contains("Batas waktunya sudah lewat"));
    let form = new_form_id();
    puskesmas.post_as(&plan, &form, &row).await.to();
    puskesmas.post_as(&plan, &form, &row).await.to();
    assert_eq!(scene.test.number("SELECT COUNT(*) AS n FROM case_plan", args![]).await, 1);

    // Late, it stands on first pages, in the list and in Hari ini.
    scene.test.sql("UPDATE case_plan SET due_on = 20261101 WHERE district_id = $1", args![KERINCI]).await;
    assert!(puskesmas.get("/").await.ok().contains("1 tindak lanjut audit kasus"));
    assert!(puskesmas.get("/audit-kasus").await.ok().contains("lewat batas waktu"));
    let today = scene.cadre.get("/pendampingan").await.ok();
    assert!(today.contains("Tindak lanjut audit kasus jatuh waktu 1 Nov 2026"), "{today}");
    let officer = scene.test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    let done = format!("{plan}/1/selesai");
    assert!(officer.post(&done, &[]).await.refused().contains("Ada yang perlu diperbaiki"));
    officer.post(&done, &[("bukti", "surat kontrol RSUD")]).await.to();
    assert_eq!(officer.post(&done, &[("bukti", "lagi")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(officer.post(&plan, &row).await.status, StatusCode::FORBIDDEN);

    let close = format!("{one}/pantau");
    assert!(puskesmas.post(&close, &[("kata", "x")]).await.refused().contains("id=\"f-hasil\""));
    puskesmas.post(&close, &[("hasil", "better"), ("kata", "naik 400 gram")]).await.to();
    let page = puskesmas.get(&one).await.ok();
    for words in ["surat kontrol RSUD", "membaik", "naik 400 gram"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(puskesmas.post(&plan, &row).await.refused().contains("sudah ditutup"));
    assert!(puskesmas.get("/audit-kasus?tampil=selesai").await.ok().contains("AKS/0001"));
    puskesmas.post(&new, &fields).await.to();

    // Out of reach it is not there; who has no such right is refused.
    let elsewhere = scene.test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    assert_eq!(elsewhere.get(&one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post(&review, &right).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post(&new, &fields).await.status, StatusCode::NOT_FOUND);
    assert!(!elsewhere.get("/audit-kasus").await.ok().contains("AKS/"));
    assert_eq!(scene.cadre.get(&one).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_childs_change_stands_beside_its_help_and_few_children_give_no_figures(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let path = format!("/pengukuran/anak/{}/baru", scene.andi);
    let fields =
        [("hari", "2026-11-02"), ("berat", "12,1"), ("tinggi", "88.9"), ("cara", "standing"), ("edema", "0")];
    scene.cadre.post(&path, &fields).await.to();
    let visit = [("hari", "2026-11-01"), ("nasihat", "Telur")];
    let visits = format!("/pendampingan/keluarga/{}/kunjungan", scene.family);
    scene.cadre.post(&visits, &visit).await.to();
    let page = scene.cadre.get(&format!("/sasaran/{}", scene.family)).await.ok();
    for words in ["Andi Saputra, 5 Okt 2026 sampai 2 Nov 2026", "TB/U -", "dengan kunjungan pendamping: 1"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let planner = scene.test.with_role(Role::DistrictPlanner).await;
    let page = planner.get("/pendampingan/hasil").await.ok();
    assert!(page.contains("Belum ada gerakan"), "{page}");
    assert_eq!(scene.cadre.get("/pendampingan/hasil").await.status, StatusCode::FORBIDDEN);
}

/// What belitung lives through gives figures, an interval and a sentence.
#[db_test]
async fn belitungs_children_are_compared_with_those_not_helped_yet(db: TestDatabase) {
    use asuh::gates::demo::foster::belitung;
    use asuh_ground::App;
    use asuh_ground::settings::ServerSettings;
    use asuh_store::testing::START;

    belitung::build(db.options(), 2026, START, &mut |_| ()).await.unwrap();
    let settings = ServerSettings { demo: true, folder: db.folder(), ..ServerSettings::default() };
    let app = App::new(db.open().await, settings, asuh::gates::registry());
    let router = asuh::gates::http::router(app.clone());
    let test = crate::support::TestApp { app, router, db };
    let sql = "SELECT id FROM app_user WHERE login = 'bappeda'";
    let user: Option<(asuh_store::Id,)> = test.app.store.reader().first(sql, args![]).await.unwrap();
    let planner = test.sign_in(user.unwrap().0).await;
    let page = planner.get("/pendampingan/hasil?mulai=2026-06-01&bulan=3").await.ok();
    for words in
        ["TB/U", "sampai", "dibantu,", "hilang dari pemantauan", "Angka ini bukan bukti sebab-akibat"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("TB/U: kurang dari 10 anak"), "{page}");
    // A time in which nobody was measured gives none.
    let page = planner.get("/pendampingan/hasil?mulai=2025-06-01&bulan=3").await.ok();
    assert!(page.contains("TB/U: kurang dari 10 anak"), "{page}");
    let visits = "SELECT COUNT(*) AS n FROM visit WHERE district_id = $1";
    assert!(test.number(visits, args![KERINCI]).await > 30);
}
