//! Double clicks, twenty at once, a lost answer and a program that stopped, where children are visited: one effect each.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::mentoring::{Scene, cadre};
use crate::mentoring_measured::{kept, measured};
use crate::pairing_bad_use::{clicks, done, twenty};
use crate::support::{VILLAGES, new_form_id};

/// What a form of [`measured`] sends, of another day.
fn on<'a>(fields: &'a [(String, &'static str)], day: &'static str) -> Vec<(&'a str, &'static str)> {
    let of_day = |name: &str, value| if name == "hari" { day } else { value };
    fields.iter().map(|(name, value)| (name.as_str(), of_day(name, *value))).collect()
}

#[db_test]
async fn a_visit_sent_twenty_times_at_once_is_one_with_its_measurement(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let fields = measured(&scene, "12,1", "88,9");
    // A double click, and nineteen more: all are led to the one visit.
    let answers = clicks(&scene.cadre, &scene.path(), &on(&fields, "2026-11-01")).await;
    assert_eq!((done(&answers), kept(&scene).await), (20, (1, 1)));
    let visit = answers[0].location.clone();
    assert!(answers.iter().all(|answer| answer.location == visit), "one visit");
    // Twenty forms: a child is measured once on a day, so one visit has the measurement and the others are none.
    let answers = twenty(&scene.cadre, &scene.path(), &on(&fields, "2026-11-02")).await;
    assert_eq!((done(&answers), kept(&scene).await), (1, (2, 2)));
    for refused in answers.iter().filter(|answer| !answer.status.is_redirection()) {
        assert!(refused.body.contains("value=\"12,1\"") && refused.body.contains("Telur tiap pagi"));
    }
    // Corrected and taken back by twenty: once, and the measurement once with it.
    let visit = visit.split('?').next().unwrap();
    let right = [("hari", "2026-11-01"), ("nasihat", "Ikan"), ("alasan", "salah tulis")];
    let answers = twenty(&scene.cadre, &format!("{visit}/ubah"), &right).await;
    assert_eq!((done(&answers), kept(&scene).await), (1, (2, 2)));
    let right = answers.into_iter().find(|answer| answer.status.is_redirection()).unwrap().to();
    let back = format!("{}/tarik", right.split('?').next().unwrap());
    let answers = twenty(&scene.cadre, &back, &[("ukuran", "ya"), ("alasan", "keluarga lain")]).await;
    assert_eq!((done(&answers), kept(&scene).await), (1, (1, 1)));
}

#[db_test]
async fn a_case_and_its_steps_sent_twenty_times_at_once_are_one_each(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let puskesmas = scene.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let new = format!("/audit-kasus/baru/{}", scene.andi);
    let answers = twenty(&puskesmas, &new, &[("alasan", "pendek sejak lahir")]).await;
    assert_eq!(done(&answers), 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM case_audit").await, 1);
    let case = answers.into_iter().find(|answer| answer.status.is_redirection()).unwrap().to();
    let case = case.split('?').next().unwrap();
    let review = [
        ("hari", "2026-11-02"),
        ("pakar", "dr. Rekaan, Sp.A"),
        ("temuan", "Infeksi berulang"),
        ("penyebab", "Asupan makanan"),
        ("pantau", "2027-02-01"),
    ];
    assert_eq!(done(&clicks(&puskesmas, &format!("{case}/kajian"), &review).await), 20);
    let plan = [("apa", "Rujuk ke dokter anak"), ("siapa", "Puskesmas"), ("batas", "2026-11-20")];
    assert_eq!(done(&clicks(&puskesmas, &format!("{case}/rencana"), &plan).await), 20);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM case_plan").await, 1);
}

/// The phone loses the answer and the program stops; the same form sent again leads to what was stored.
#[db_test]
async fn a_visit_whose_answer_was_lost_is_found_after_a_restart(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let fields = measured(&scene, "12,1", "88,9");
    let fields = on(&fields, "2026-11-02");
    let (visits, new) = (scene.path(), format!("/rujukan/baru/{}", scene.andi));
    let (visit, referral) = (new_form_id(), new_form_id());
    let sent = [("alasan", "stunted")];
    let first = scene.cadre.post_as(&visits, &visit, &fields).await.to();
    let sent_first = scene.cadre.post_as(&new, &referral, &sent).await.to();
    let Scene { test, mut cadre, .. } = scene;
    let test = test.restarted(&mut [&mut cadre]).await;
    assert_eq!(cadre.post_as(&visits, &visit, &fields).await.to(), first);
    assert_eq!(cadre.post_as(&new, &referral, &sent).await.to(), sent_first);
    for table in ["visit", "referral"] {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        assert_eq!(test.number(&sql, asuh_store::args![]).await, 1, "{table}");
    }
    // The same form with another content is no repetition.
    let other = [("hari", "2026-11-02"), ("nasihat", "Lain")];
    assert_eq!(cadre.post_as(&visits, &visit, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    // And somebody else's form is not his.
    let colleague = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let answer = colleague.post_as(&visits, &visit, &fields).await;
    assert!(!answer.status.is_redirection() || answer.location != first, "{}", answer.location);
}

#[db_test]
async fn a_referral_is_answered_after_it_was_sent_and_goes_to_a_puskesmas(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let new = format!("/rujukan/baru/{}", scene.andi);
    scene.test.institution("puskesmas", "Puskesmas Rekaan", None).await;
    let kitchen = scene.test.institution("kitchen", "Dapur Gunung Raya", None).await.to_string();
    let astray = [("alasan", "stunted"), ("puskesmas", kitchen.as_str())];
    assert!(scene.cadre.post(&new, &astray).await.refused().contains("#f-puskesmas"));
    let one = scene.cadre.post(&new, &[("alasan", "stunted")]).await.to();
    let answer = format!("{}/jawab", one.split('?').next().unwrap());
    let puskesmas = scene.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let seen = |day: &'static str, again: &'static str| {
        [("jawaban", "seen"), ("hari", day), ("kata", "PMT 56 hari"), ("kembali", again)]
    };
    let page = puskesmas.post(&answer, &seen("2026-11-01", "2026-11-16")).await.refused();
    assert!(page.contains("sebelum rujukan dikirim") && page.contains("PMT 56 hari"), "{page}");
    let page = puskesmas.post(&answer, &seen("2026-11-02", "2026-11-02")).await.refused();
    assert!(page.contains("sesudah hari pemeriksaan"), "{page}");
    puskesmas.post(&answer, &seen("2026-11-02", "2026-11-16")).await.to();
}

#[db_test]
async fn a_colleague_changes_nothing_of_a_cadres_visit(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let visit =
        scene.cadre.post(&scene.path(), &on(&measured(&scene, "12,1", "88,9"), "2026-11-02")).await.to();
    let visit = visit.split('?').next().unwrap();
    let colleague = cadre(&scene.test, "002").await;
    let changed = [("hari", "2026-11-02"), ("nasihat", "Ikan"), ("alasan", "salah tulis")];
    assert_eq!(colleague.post(&format!("{visit}/ubah"), &changed).await.status, StatusCode::NOT_FOUND);
    let taken = [("ukuran", "ya"), ("alasan", "keluarga lain")];
    assert_eq!(colleague.post(&format!("{visit}/tarik"), &taken).await.status, StatusCode::NOT_FOUND);
    assert_eq!(kept(&scene).await, (1, 1));
    scene.cadre.post(&format!("{visit}/tarik"), &taken).await.to();
    assert_eq!(kept(&scene).await, (0, 0));
}
