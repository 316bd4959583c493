//! Children measured within a visit: the fields, questions and rules of the growth step, in the visit's transaction; on
//! both engines.

use asuh_ground::access::{Area, Role, Scope};
use asuh_nusantara::TerritoryCode;
use asuh_step_growth::entry::{Entry, Measures, RecordMeasurements, TakeBackMeasurement};
use asuh_step_mentoring::{Facts, RecordVisit, TakeBackVisit};
use asuh_step_registry::Reach;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Rejection};
use axum::http::StatusCode;

use crate::mentoring::{HOLD, MEAT, PHOTO, Scene, cadre};
use crate::support::{Answer, Client, VILLAGES, new_form_id};

const HELD: &str = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'form' AND retracted_at IS NULL";

/// Visits and measurements that hold.
pub async fn kept(scene: &Scene) -> (i64, i64) {
    (scene.number(HOLD).await, scene.number(HELD).await)
}

fn of(name: &str, child: Id) -> String {
    format!("{name}.{child}")
}

async fn send(client: &Client, scene: &Scene, form: &str, fields: &[(String, &str)]) -> Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    client.post_as(&scene.path(), form, &fields).await
}

/// A visit of today at which Andi was weighed, and measured standing.
pub fn measured(scene: &Scene, weight: &'static str, height: &'static str) -> Vec<(String, &'static str)> {
    vec![
        ("hari".to_owned(), "2026-11-02"),
        ("nasihat".to_owned(), "Telur tiap pagi"),
        (of("berat", scene.andi), weight),
        (of("tinggi", scene.andi), height),
        (of("cara", scene.andi), "standing"),
        (of("edema", scene.andi), "0"),
    ]
}

/// What a page wants to be told back about a child's unusual figures.
fn confirmation(page: &str, child: Id) -> String {
    let rest = page.split(&format!("name=\"yakin.{child}\" value=\"")).nth(1).expect("a question");
    rest.split('"').next().unwrap().replace("&#x2F;", "/").replace("&#47;", "/")
}

#[db_test]
async fn a_cadre_weighs_and_measures_within_the_visit(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let page = scene.cadre.get(&scene.path()).await.ok();
    for words in [
        "Timbang dan ukur Andi Saputra",
        &format!("name=\"berat.{}\"", scene.andi),
        &format!("name=\"cara.{}\" value=\"standing\" checked", scene.andi),
        "5 Okt 2026: 11,90 kg, 88,2 cm",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // A measurement alone is a visit; sent twice it is one visit and one measurement.
    let mut fields = measured(&scene, "12,1", "88,9");
    fields.retain(|(name, _)| name != "nasihat");
    let form = new_form_id();
    let shown = send(&scene.cadre, &scene, &form, &fields).await.to();
    assert_eq!(send(&scene.cadre, &scene, &form, &fields).await.to(), shown);
    assert_eq!(kept(&scene).await, (1, 1));
    let together = "SELECT COUNT(*) AS n FROM measurement m JOIN visit v ON v.district_id = m.district_id \
                    AND v.command_id = m.command_id WHERE m.weight_g = 12100 AND m.height_mm = 889 \
                    AND m.position = 'standing' AND m.measured_on = v.visited_on AND m.haz IS NOT NULL";
    assert_eq!(scene.number(together).await, 1, "one action, one transaction");
    let page = scene.cadre.get(&shown).await.ok();
    for words in ["12,10 kg", "88,9 cm (berdiri)", "TB/U", "/pengukuran/catatan/"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("/baru\""), "nothing is left to measure, nobody to send on: {page}");
    assert!(scene.cadre.get(&format!("/pengukuran/anak/{}", scene.andi)).await.ok().contains("12,10"));
    // The next form of the day shows it instead of fields.
    let page = scene.cadre.get(&scene.path()).await.ok();
    assert!(page.contains("Sudah dicatat hari ini") && page.contains("12,10 kg, 88,9 cm"), "{page}");
    assert!(!page.contains("name=\"berat."), "{page}");
    // Two visits on one day are possible, two measurements are not: nothing of the second is stored.
    let page = send(&scene.cadre, &scene, &new_form_id(), &measured(&scene, "12,2", "88,9")).await.refused();
    assert!(page.contains("Andi Saputra: Anak ini sudah tercatat diukur pada hari itu"), "{page}");
    for typed in ["value=\"12,2\"", "Telur tiap pagi"] {
        assert!(page.contains(typed), "{typed} is lost: {page}");
    }
    assert_eq!(kept(&scene).await, (1, 1));
}

#[db_test]
async fn unusual_figures_at_a_visit_are_asked_about_and_nothing_is_lost(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene
        .cadre
        .post(
            &format!("/persetujuan/keluarga/{}/baru", scene.family),
            &[
                ("tujuan", "photo"),
                ("wali", "Ibu Siti"),
                ("hubungan", "mother"),
                ("cara", "form"),
                ("tanggal", "2026-11-01"),
            ],
        )
        .await
        .to();
    let mut fields = measured(&scene, "12,1", "87,1");
    fields.push((scene.field(Some(scene.andi), MEAT), "no"));
    let strings: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let page = scene.cadre.upload(&scene.path(), &strings, "foto", "f.png", PHOTO).await.refused();
    for words in [
        "Ukur ulang dahulu?",
        "88,2 cm",
        "Sudah diukur ulang, simpan",
        "value=\"12,1\"",
        "value=\"87,1\"",
        "Telur tiap pagi",
        "value=\"no\" checked",
        "Foto sudah diterima",
        "<details class=\"more\" open>",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(kept(&scene).await, (0, 0));
    let photo = page.split("name=\"simpan_foto\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sure = confirmation(&page, scene.andi);
    // Other figures are another question; the same, confirmed, are kept with their doubt and with the photo.
    fields.push((of("yakin", scene.andi), sure.as_str()));
    fields.push(("simpan_foto".to_owned(), photo));
    let mut other = fields.clone();
    other[3].1 = "86,0";
    send(&scene.cadre, &scene, &new_form_id(), &other).await.refused();
    let shown = send(&scene.cadre, &scene, &new_form_id(), &fields).await.to();
    assert_eq!(kept(&scene).await, (1, 1));
    let doubted = "SELECT COUNT(*) AS n FROM measurement WHERE source = 'form' AND implausible = 'shrunk'";
    assert_eq!(scene.number(doubted).await, 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM visit WHERE photo_id IS NOT NULL").await, 1);
    assert!(scene.cadre.get(&shown).await.ok().contains("janggal"));
    // A photo of somebody else is not to be had by its id.
    let colleague = cadre(&scene.test, "002").await;
    let stolen =
        [("hari".to_owned(), "2026-11-02"), ("nasihat".to_owned(), "x"), ("simpan_foto".into(), photo)];
    let answer = send(&colleague, &scene, &new_form_id(), &stolen).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn wrong_figures_at_a_visit_are_named_with_the_child(db: TestDatabase) {
    let scene = Scene::start(db).await;
    for (weight, height, sentence) in [
        ("dua belas", "88,9", "Andi Saputra: Tulis berat dalam kilogram"),
        ("1210", "88,9", "tidak mungkin untuk seorang balita"),
        ("12,1", "88,95", "paling banyak satu angka di belakang koma"),
    ] {
        let page =
            send(&scene.cadre, &scene, &new_form_id(), &measured(&scene, weight, height)).await.refused();
        assert!(page.contains(sentence), "{sentence}: {page}");
        for typed in [&format!("value=\"{weight}\"")[..], &format!("value=\"{height}\""), "Telur tiap pagi"] {
            assert!(page.contains(typed), "{typed} is lost: {page}");
        }
    }
    // What of the visit is wrong holds the measurement back too, also where only the door sees it.
    for (name, value) in [("berikut", "2026-11-01"), ("hari", "2026-11-03"), ("hari", "x")] {
        let mut fields = measured(&scene, "12,1", "88,9");
        fields.retain(|(other, _)| other != name);
        fields.push((name.to_owned(), value));
        let page = send(&scene.cadre, &scene, &new_form_id(), &fields).await.refused();
        assert!(page.contains("value=\"12,1\"") && page.contains("value=\"88,9\""), "{name}={value}: {page}");
    }
    assert_eq!(kept(&scene).await, (0, 0));
}

#[db_test]
async fn who_may_not_measure_visits_without_measuring(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let officer = scene.test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    let page = officer.get(&scene.path()).await.ok();
    assert!(
        page.contains(MEAT) && !page.contains("Timbang dan ukur") && !page.contains("name=\"berat."),
        "{page}"
    );
    // Whoever sends the fields nevertheless is told; without them he is a visitor like others.
    let page = send(&officer, &scene, &new_form_id(), &measured(&scene, "12,1", "88,9")).await.refused();
    assert!(
        page.contains("Hasil timbang dan ukur tidak disimpan") && page.contains("Telur tiap pagi"),
        "{page}"
    );
    assert_eq!(kept(&scene).await, (0, 0));
    let shown = send(&officer, &scene, &new_form_id(), &measured(&scene, "", "")[..2]).await.to();
    assert_eq!(kept(&scene).await, (1, 0));
    let page = officer.get(&shown).await.ok();
    assert!(page.contains("Andi Saputra") && !page.contains("/pengukuran/anak/"), "no button either: {page}");
    for role in [Role::Sponsor, Role::Auditor, Role::Leader, Role::Treasurer] {
        let client = scene.test.with_role(role).await;
        let answer = send(&client, &scene, &new_form_id(), &measured(&scene, "12,1", "88,9")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert_eq!(kept(&scene).await, (1, 0));
}

#[db_test]
async fn a_child_of_another_family_or_village_is_not_measured_at_a_visit(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let officer = scene.test.user(Role::NutritionOfficer, &[VILLAGES[0]], &[]).await;
    let mut fields = measured(&scene, "12,1", "88,9");
    fields.push((of("berat", scene.bela), "9,4"));
    for client in [&scene.cadre, &officer] {
        let page = send(client, &scene, &new_form_id(), &fields).await.refused();
        assert!(page.contains("tidak lagi tercatat di keluarga ini"), "{page}");
        assert!(page.contains("value=\"12,1\"") && page.contains("Telur tiap pagi"), "{page}");
    }
    let elsewhere = scene.test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let answer = send(&elsewhere, &scene, &new_form_id(), &measured(&scene, "12,1", "88,9")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // The command knows it too, whatever page sent it: of whom, of which day, by whom.
    let today = time::macros::date!(2026 - 11 - 02);
    let village = TerritoryCode::from_i64(VILLAGES[0]).unwrap();
    let area = |rw: &str| Scope { areas: vec![Area { code: village, rw: rw.into() }], ..Scope::default() };
    let visit = |child, on, measurer: &str| RecordVisit {
        reach: Reach::of(&area("002")),
        today,
        family: scene.family,
        sponsor: None,
        facts: Facts {
            visited_on: today,
            answers: Vec::new(),
            advice: "Telur".into(),
            next_on: None,
            photo: None,
        },
        measured: Some(RecordMeasurements {
            reach: Reach::of(&area(measurer)),
            today,
            entries: vec![Entry {
                child,
                on,
                posyandu: String::new(),
                measures: Measures { weight_g: Some(12_100), ..Measures::default() },
            }],
        }),
    };
    let submit = |command| scene.test.app.store.submit(scene.test.envelope(Id::SYSTEM), command);
    for (child, on, measurer) in [
        (scene.bela, today, "003"),
        (scene.andi, today.previous_day().unwrap(), "002"),
        (scene.andi, today, "003"),
    ] {
        let answer = submit(visit(child, on, measurer)).await;
        assert!(matches!(answer, Err(Rejection::Refused(_))), "{answer:?}");
    }
    assert_eq!(kept(&scene).await, (0, 0));
    submit(visit(scene.andi, today, "002")).await.unwrap();
    assert_eq!(kept(&scene).await, (1, 1));
}

#[db_test]
async fn a_visit_is_taken_back_with_or_without_its_measurement(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let fields = measured(&scene, "12,1", "88,9");
    let visit = send(&scene.cadre, &scene, &new_form_id(), &fields).await.to();
    let visit = visit.split('?').next().unwrap().to_owned();
    let page = scene.cadre.get(&visit).await.ok();
    assert!(page.contains("Tarik juga hasil timbang dan ukur hari itu"), "{page}");
    let colleague = cadre(&scene.test, "002").await;
    let back = format!("{visit}/tarik");
    let with_it = [("ukuran", "ya"), ("alasan", "keluarga lain")];
    assert_eq!(colleague.post(&back, &with_it).await.status, StatusCode::NOT_FOUND);
    let page = scene.cadre.post(&back, &with_it[..1]).await.refused();
    assert!(page.contains("id=\"f-alasan\"") && page.contains("value=\"ya\" checked"), "{page}");
    assert_eq!(kept(&scene).await, (1, 1));
    // An officer of the field takes a cadre's visit back, but not what he may not record.
    let officer = scene.test.user(Role::FieldOfficer, &[VILLAGES[0]], &[]).await;
    assert!(!officer.get(&visit).await.ok().contains("Tarik juga hasil"));
    officer.post(&back, &with_it).await.to();
    assert_eq!(kept(&scene).await, (0, 1));
    // The day is taken: the next visit finds the measurement and needs none.
    let visit = send(&scene.cadre, &scene, &new_form_id(), &fields[..2]).await.to();
    let visit = visit.split('?').next().unwrap().to_owned();
    scene.cadre.post(&format!("{visit}/tarik"), &with_it).await.to();
    assert_eq!(kept(&scene).await, (0, 0));
    let told = "SELECT COUNT(*) AS n FROM measurement WHERE retracted_reason = 'keluarga lain'";
    assert_eq!(scene.number(told).await, 1);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM child_growth WHERE source = 'form'").await, 0);
    // And may be measured again on that day.
    send(&scene.cadre, &scene, &new_form_id(), &fields).await.to();
    assert_eq!(kept(&scene).await, (1, 1));
}

#[db_test]
async fn with_a_visit_nothing_is_taken_back_but_what_was_measured_at_it(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let officer = scene.test.user(Role::NutritionOfficer, &[VILLAGES[0]], &[]).await;
    let visit = send(&officer, &scene, &new_form_id(), &measured(&scene, "12,1", "88,9")).await.to();
    let visit: Id = visit.split('?').next().unwrap().rsplit('/').next().unwrap().parse().unwrap();
    let bela = format!("/pengukuran/anak/{}/baru", scene.bela);
    let other = officer.post(&bela, &[("hari", "2026-11-02"), ("berat", "9,4")]).await.to();
    let andi = format!("/pengukuran/anak/{}/baru", scene.andi);
    let before = officer.post(&andi, &[("hari", "2026-11-01"), ("berat", "12,0")]).await.to();
    let reach = || Reach::of(&Scope::whole(TerritoryCode::from_i64(VILLAGES[0]).unwrap()));
    let one = |shown: &str| TakeBackMeasurement {
        id: shown.split('?').next().unwrap().rsplit('/').next().unwrap().parse().unwrap(),
        reach: reach(),
        whose: asuh_step_growth::entry::Whose::Everybodys,
        reason: "keliru".into(),
    };
    let back = |measurements| TakeBackVisit {
        visit,
        reach: reach(),
        whose: asuh_step_mentoring::Whose::Everybodys,
        reason: "keliru".into(),
        measurements,
    };
    let submit = |command| scene.test.app.store.submit(scene.test.envelope(Id::SYSTEM), command);
    // A child of another family, and the child itself on another day.
    for foreign in [&other, &before] {
        let answer = submit(back(vec![one(foreign)])).await;
        assert!(matches!(answer, Err(Rejection::Refused(_))), "{answer:?}");
    }
    assert_eq!(kept(&scene).await, (1, 3));
    submit(back(Vec::new())).await.unwrap();
    assert_eq!(kept(&scene).await, (0, 3));
}

#[db_test]
async fn a_child_that_a_visit_finds_in_need_is_sent_on_from_its_page(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let new = format!("/rujukan/baru/{}", scene.andi);
    let page = scene.cadre.get(&new).await.ok();
    assert!(!page.contains(" checked") && !page.contains("Sudah ditandai"), "nothing was found: {page}");
    let mut fields = measured(&scene, "12,1", "88,9");
    fields[5].1 = "2";
    let page = send(&scene.cadre, &scene, &new_form_id(), &fields).await;
    let shown = match page.status {
        StatusCode::SEE_OTHER => page.to(),
        _ => {
            let page = page.refused();
            let sure = confirmation(&page, scene.andi);
            fields.push((of("yakin", scene.andi), sure.as_str()));
            send(&scene.cadre, &scene, &new_form_id(), &fields).await.to()
        }
    };
    let page = scene.cadre.get(&shown).await.ok();
    assert!(page.contains(&format!("href=\"{new}\"")) && page.contains("Derajat 2"), "{page}");
    assert!(scene.cadre.get("/pendampingan").await.ok().contains("Andi Saputra"), "due today");
    // The form has ticked what was measured, and says by which day; the rest is for the cadre.
    let page = scene.cadre.get(&new).await.ok();
    assert!(
        page.contains("value=\"severely_wasted\" checked") && page.contains("pengukuran 2 Nov 2026"),
        "{page}"
    );
    assert_eq!(page.matches(" checked").count(), 1, "{page}");
    scene.cadre.post(&new, &[("alasan", "danger_sign")]).await.to();
    let page = scene.cadre.get(&shown).await.ok();
    assert!(!page.contains(&new) && page.contains("Rujukannya sudah terkirim"), "sent on already: {page}");
}
