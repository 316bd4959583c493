//! The dashboard, the families not helped yet, and what everyone may see.

use asuh_ground::access::Role;
use asuh_ground::settings;
use asuh_step_reports as reports;
use asuh_step_reports::Figure;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::distribution::Scene;
use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

const MONDAY: Date = date!(2026 - 11 - 02);

/// A drive with one roll: so many people gave what they promised, one egg and Rp2.000 each; one brought nothing.
/// Everything was handed over but one egg, and the money confirmed.
async fn monday(scene: &Scene, day: Date, givers: &[Id]) {
    let test = &scene.test;
    let new = || test.app.store.new_id();
    let (drive, roll, unit) = (new(), new(), test.institution("unit", "Bidang KB", None).await);
    test.sql(
        "INSERT INTO drive (district_id, id, campaign_id, held_on, state, reason, recorded_at) VALUES ($1, $2, $3, $4, 'open', '', $5)",
        args![KERINCI, drive, scene.campaign, day, test.app.store.clock().now()],
    )
    .await;
    test.sql(
        "INSERT INTO roll (district_id, id, drive_id, unit_id, state, people, givers, opened_at, touched_at, cash_witness, \
         cash_paper) VALUES ($1, $2, $3, $4, 'closed', $5, $6, 0, 0, '', '')",
        args![KERINCI, roll, drive, unit, givers.len() as i64 + 1, givers.len() as i64],
    )
    .await;
    for (nth, sponsor) in givers.iter().copied().chain([new()]).enumerate() {
        let gave = nth < givers.len();
        test.sql(
            "INSERT INTO contribution (district_id, roll_id, sponsor_id, for_day, state, version, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, 1, $6, $3)",
            args![KERINCI, roll, sponsor, day, if gave { "full" } else { "nothing" }, test.app.store.clock().now()],
        )
        .await;
        for (commodity, amount) in [("egg", 1_i64), ("cash", 2000)] {
            test.sql(
                "INSERT INTO contribution_item (district_id, roll_id, sponsor_id, for_day, commodity, expected, brought, damaged) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
                args![KERINCI, roll, sponsor, day, commodity, amount, if gave { amount } else { 0 }],
            )
            .await;
        }
    }
    let hand_over = new();
    test.sql(
        "INSERT INTO hand_over (district_id, id, number, roll_id, to_institution_id, state, announced_at, announced_by, \
         giver_name, giver_way, received_at, note, receipt_note) \
         VALUES ($1, $2, $3, $4, $5, 'received', 0, $5, '', 'account', $6, '', '')",
        args![KERINCI, hand_over, hand_over.to_string(), roll, scene.warehouse, test.app.store.clock().now()],
    )
    .await;
    test.sql(
        "INSERT INTO hand_over_item (district_id, hand_over_id, commodity, sent, received) VALUES ($1, $2, 'egg', $3, $4)",
        args![KERINCI, hand_over, givers.len() as i64, givers.len() as i64 - 1],
    )
    .await;
    test.sql(
        "INSERT INTO deposit (district_id, id, number, roll_id, fund_holder_id, amount, paid, due_on, state, \
         slip_number, confirmed_at, note) VALUES ($1, $2, $3, $4, $5, $6, $6, $7, 'confirmed', '', $8, '')",
        args![
            KERINCI,
            new(),
            roll.to_string(),
            roll,
            scene.warehouse,
            givers.len() as i64 * 2000,
            day,
            test.app.store.clock().now()
        ],
    )
    .await;
}

async fn cash(scene: &Scene) {
    scene
        .test
        .sql(
            "INSERT INTO commodity (district_id, code, name, unit, kind, nth) VALUES ($1, 'cash', 'Uang', 'rupiah', 'cash', 3)",
            args![KERINCI],
        )
        .await;
}

/// Delivers the package of a family.
async fn deliver(scene: &Scene, village: i64, family: Id) {
    let verifier = scene.test.user(Role::VillageVerifier, &[village], &[]).await;
    verifier.post(&format!("/paket/{}/antar", scene.package(family).await), &[]).await.to();
}

async fn value(scene: &Scene, measure: &str, commodity: &str) -> i64 {
    scene
        .test
        .number(
            "SELECT CAST(SUM(value) AS BIGINT) AS n FROM summary_cell WHERE measure = $1 AND commodity = $2",
            args![measure, commodity],
        )
        .await
}

/// Everything stored is what the rows say.
pub async fn equal_to_rows(test: &TestApp, campaign: Id, weeks: &[Date]) {
    let db = test.app.store.reader();
    let district = settings::one(db, KERINCI).await.unwrap().unwrap();
    asuh_store::row_struct! { struct Row { territory_code: i64, measure: String, commodity: String, value: i64 } }
    for week in weeks {
        let rows: Vec<Row> = db
            .all(
                "SELECT territory_code, measure, commodity, value FROM summary_cell \
                 WHERE district_id = $1 AND campaign_id = $2 AND week_of = $3",
                args![KERINCI, campaign, *week],
            )
            .await
            .unwrap();
        let mut stored: Vec<Figure> = rows
            .into_iter()
            .map(|row| Figure {
                territory: row.territory_code,
                measure: row.measure,
                commodity: row.commodity,
                value: row.value,
            })
            .collect();
        stored.sort();
        let computed = reports::compute(db, &district, campaign, *week).await.unwrap();
        assert_eq!(stored, computed, "{week}");
    }
}

#[db_test]
async fn figures_are_computed_from_the_rows_and_follow_them(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let app = &scene.test.app;
    cash(&scene).await;
    let givers: Vec<Id> = (0..6).map(|_| app.store.new_id()).collect();
    monday(&scene, date!(2026 - 10 - 26), &givers[..4]).await;
    monday(&scene, MONDAY, &givers[2..]).await;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let budi = scene.family(VILLAGES[0], "001", "Budi").await;
    scene.family(VILLAGES[2], "001", "Citra").await;
    reports::refresh(app, KERINCI).await.unwrap();
    let weeks = [date!(2026 - 10 - 26), MONDAY];
    equal_to_rows(&scene.test, scene.campaign, &weeks).await;
    assert_eq!(value(&scene, "promised", "egg").await, 10);
    assert_eq!(value(&scene, "brought", "egg").await, 8);
    assert_eq!(value(&scene, "received", "egg").await, 6);
    assert_eq!(value(&scene, "received", "cash").await, 16_000);
    assert_eq!(value(&scene, "delivered", "egg").await, 0);

    scene.packed(&[VILLAGES[0]]).await;
    deliver(&scene, VILLAGES[0], ani).await;
    reports::refresh(app, KERINCI).await.unwrap();
    equal_to_rows(&scene.test, scene.campaign, &weeks).await;
    assert_eq!(value(&scene, "delivered", "egg").await, 5);
    assert_eq!(value(&scene, "transit", "egg").await, 5);
    assert_eq!(value(&scene, "helped", "").await, 1);
    deliver(&scene, VILLAGES[0], budi).await;
    scene.test.db.clock.advance(120);
    reports::refresh(app, KERINCI).await.unwrap();
    reports::refresh(app, KERINCI).await.unwrap();
    equal_to_rows(&scene.test, scene.campaign, &weeks).await;
    assert_eq!(value(&scene, "helped", "").await, 2);
    let left = scene.test.number("SELECT COUNT(*) AS n FROM summary_mark", args![]).await;
    assert_eq!(left, 0, "no mark is left over");
}

#[db_test]
async fn the_dashboard_shows_numbers_and_opens_the_next_level(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    cash(&scene).await;
    let givers: Vec<Id> = (0..7).map(|_| test.app.store.new_id()).collect();
    monday(&scene, MONDAY, &givers).await;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "001", "Budi").await;
    scene.packed(&[VILLAGES[0]]).await;
    deliver(&scene, VILLAGES[0], ani).await;
    let leader = test.with_role(Role::Leader).await;
    let page = leader.get("/dasbor").await.ok();
    for text in ["8 butir", "7 butir", "6 butir", "5 butir", "50 %", "Gunung Raya", "Angka per", "<svg"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(!page.contains("Ani") && !page.contains("/dasbor/belum"), "the leader sees no names");
    assert!(page.len() < 50_000);
    let gerakan = scene.campaign;
    let below = leader.get(&format!("/dasbor/kecamatan/1501010000?gerakan={gerakan}")).await.ok();
    assert!(below.contains("Selam Paung") && !below.contains("Ani"), "{below}");
    assert!(leader.get("/dasbor/minggu/2026-11-02").await.ok().contains("5 butir"));
    assert_eq!(leader.get("/dasbor/kecamatan/1501020000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(leader.get("/dasbor/belum").await.status, StatusCode::FORBIDDEN);
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    assert_eq!(coordinator.get("/dasbor").await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.anonymous().get("/dasbor").await.to(), "/masuk");
    // A newer campaign of which there is nothing to see yet does not hide it.
    test.sql(
        "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
         help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
         VALUES ($1, $2, 'Gerakan Esok', '', 'weekly', 1, 20270104, 'asn', 'nutrition', 'families', $3, $3, 'asn', 1, '', 3, 'active', $4)",
        args![KERINCI, test.app.store.new_id(), scene.warehouse, test.app.store.clock().now()],
    )
    .await;
    let page = leader.get("/dasbor").await.ok();
    assert!(page.contains("Gerakan Esok") && page.contains("8 butir"), "{page}");
    // Each chart stands there twice, the narrow one for the phone.
    assert_eq!(page.matches("<figure class=\"narrow\">").count(), 2, "{page}");
    // A leader of one kecamatan sees that one.
    let other = test.user(Role::Leader, &[1_501_020_000], &[]).await;
    let page = other.get("/dasbor").await.ok();
    assert!(!page.contains("Gunung Raya"), "{page}");
}

#[db_test]
async fn the_families_not_helped_are_named_to_those_who_may_read_them(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "001", "Budi").await;
    scene.family(VILLAGES[2], "001", "Citra").await;
    scene.packed(&[VILLAGES[0]]).await;
    deliver(&scene, VILLAGES[0], ani).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/dasbor/belum").await.ok();
    assert!(page.contains("Budi") && page.contains("Citra") && !page.contains("Ani"), "{page}");
    let one = admin.get(&format!("/dasbor/belum?wilayah={}", VILLAGES[2])).await.ok();
    assert!(one.contains("Citra") && !one.contains("Budi"), "{one}");
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let own = verifier.get("/dasbor/belum").await.ok();
    assert!(own.contains("Budi") && !own.contains("Citra"), "{own}");
    let foreign = verifier.get(&format!("/dasbor/belum?wilayah={}", VILLAGES[2])).await.ok();
    assert!(!foreign.contains("Citra"), "{foreign}");
    // The file is written down before it leaves.
    let campaign = scene.campaign.to_string();
    let file = verifier
        .post_as("/dasbor/belum/unduh", &new_form_id(), &[("gerakan", &campaign), ("wilayah", "")])
        .await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.headers["content-type"].to_str().unwrap().contains("spreadsheetml"));
    let logged = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export_waiting' AND user_id = $1";
    assert_eq!(test.number(logged, args![verifier.user]).await, 1);
    let leader = test.with_role(Role::Leader).await;
    let refused = leader.post("/dasbor/belum/unduh", &[("gerakan", &campaign)]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn the_list_goes_on_page_by_page(db: TestDatabase) {
    let scene = Scene::start(db).await;
    for nth in 0..53 {
        scene.family(VILLAGES[nth % 2], "001", &format!("Keluarga {nth:02}")).await;
    }
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let first = admin.get("/dasbor/belum").await.ok();
    let next = first.split("sesudah=").nth(1).expect("a next page").split('"').next().unwrap();
    let path = format!("/dasbor/belum?gerakan={}&sesudah={next}", scene.campaign);
    let second = admin.get(&path).await.ok();
    assert_eq!(first.matches("/sasaran/").count() + second.matches("/sasaran/").count(), 53);
    assert!(!second.contains("sesudah="));
}

#[db_test]
async fn the_public_page_hides_small_numbers_and_all_names(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    cash(&scene).await;
    let givers: Vec<Id> = (0..4).map(|_| test.app.store.new_id()).collect();
    monday(&scene, MONDAY, &givers).await;
    scene.stock(100, 100).await;
    let mut families = Vec::new();
    for nth in 0..12 {
        families.push(scene.family(VILLAGES[0], "001", &format!("Rahasia {nth}")).await);
        scene.family(VILLAGES[2], "001", &format!("Rahasia lain {nth}")).await;
    }
    scene.packed(&[VILLAGES[0]]).await;
    deliver(&scene, VILLAGES[0], families[0]).await;
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) \
         VALUES ($1, 'contact.complaints_phone', '0748-21001', 0, $2)",
        args![KERINCI, Id::SYSTEM],
    )
    .await;
    let answer = test.anonymous().get("/publik").await;
    assert_eq!(answer.headers["cache-control"], "public, max-age=60");
    let page = answer.ok();
    assert!(
        page.contains("Gunung Raya") && page.contains("SECANTING") && page.contains("0748-21001"),
        "{page}"
    );
    assert!(page.contains("&#60;5") || page.contains("&lt;5"), "{page}");
    assert!(!page.contains("Rahasia") && page.len() < 50_000, "{page}");
    // 1 of 24 helped: the one, its kecamatan and the total say only that it is few.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let signed_in = admin.get("/publik").await.ok();
    assert!(
        !signed_in.contains("Pengguna"),
        "the page is the same for everyone: it may be kept for a minute"
    );
    let csv = test.anonymous().get("/publik/angka.csv?kabupaten=1501000000").await;
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert!(csv.body.contains("<5") && csv.body.contains("Gunung Raya"), "{}", csv.body);
    assert_eq!(test.anonymous().get("/publik?kabupaten=1502000000").await.status, StatusCode::NOT_FOUND);
    assert_eq!(test.anonymous().get("/publik/angka.csv?kabupaten=1").await.status, StatusCode::NOT_FOUND);
}
