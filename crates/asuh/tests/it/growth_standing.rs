//! growth: our own reading of every measurement, and how every child stands, kept true through imports,
//! corrections and undoing; on both engines.

use asuh_ground::staging::{self, Summary};
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_growth as growth;
use asuh_step_growth::standing;
use asuh_step_registry::Reach;
use asuh_step_registry::families::{Change, PutPerson, Source};
use asuh_step_registry::rules::Relation;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use time::macros::date;

use crate::support::{KERINCI, TestApp};

const HEADING: &str = "NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA,Naik Berat Badan\n";

/// A boy of Selam Paung born on 1 January 2024, measured lying.
fn row(name: &str, day: &str, weight: &str, height: &str) -> String {
    format!(
        "-,{name},L,2024-01-01,BUDI / SITI,Gunung Raya,Selam Paung,Melati,001,002,{day},{weight},{height},Terlentang,14.5,-\n"
    )
}

async fn import(test: &TestApp, rows: &[String]) -> Summary {
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEADING}{}", rows.concat())).unwrap();
    staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap()
}

async fn findings(test: &TestApp) -> Vec<String> {
    growth::STEP.check.unwrap()(&test.app, KERINCI).await.unwrap()
}

async fn count(test: &TestApp, of: &str) -> i64 {
    test.number(&format!("SELECT COUNT(*) AS n FROM {of}"), args![]).await
}

#[db_test]
async fn an_import_computes_our_own_reading_and_how_the_child_stands(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(
        &test,
        &[
            row("Andi", "2026-04-06", "10.6", "84.0"),
            row("Andi", "2026-05-08", "10.6", "83.5"),
            row("Bela", "2026-05-08", "12.0", "90.0"),
        ],
    )
    .await;
    // 858 days, 10.6 kg, 83.5 cm lying: 82.8 cm tall.
    let ours = "measurement WHERE measured_on = 20260508 AND weight_g = 10600 AND age_days = 858 AND waz = -173 \
                AND haz BETWEEN -250 AND -220 AND implausible = '' AND own_gain = 'T' AND oedema = 0";
    assert_eq!(count(&test, ours).await, 1);
    assert_eq!(count(&test, "measurement WHERE own_gain = 'B'").await, 2);
    let stands = "child_growth WHERE stunted = 1 AND newly_stunted = 1 AND height_status = 'stunted' \
                  AND measured_on = 20260508 AND source = 'eppgbm' AND posyandu = 'Melati' AND sex = 'L' \
                  AND birth_date = 20240101 AND gain = 'T' AND reasons = 'not_gained' AND refer_today = 0";
    assert_eq!((count(&test, stands).await, count(&test, "child_growth").await), (1, 2));
    assert_eq!(findings(&test).await, Vec::<String>::new());

    // An earlier month that comes in later gives the month after it another letter.
    import(&test, &[row("Bela", "2026-04-06", "11.5", "89.5")]).await;
    assert_eq!(count(&test, "measurement WHERE measured_on = 20260508 AND own_gain = 'N'").await, 1);
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

#[db_test]
async fn a_correction_and_its_undoing_are_followed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &[row("Andi", "2026-05-08", "10.6", "83.5")]).await;
    assert_eq!(count(&test, "child_growth WHERE stunted = 1").await, 1);
    import(&test, &[row("Andi", "2026-05-08", "10.6", "88.5")]).await;
    assert_eq!(count(&test, "child_growth WHERE stunted = 0").await, 1);
    test.undo_import("rows_changed = 1").await;
    assert_eq!(count(&test, "child_growth WHERE stunted = 1").await, 1, "what was corrected counts again");
    assert_eq!(findings(&test).await, Vec::<String>::new());
    test.undo_import("rows_new = 1").await;
    assert_eq!(count(&test, "child_growth").await, 0, "a child without measurements has no row");
    assert_eq!(findings(&test).await, Vec::<String>::new());
}

#[db_test]
async fn undoing_a_large_import_takes_every_measurement_back(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let rows: Vec<String> =
        (0..250).map(|nth| row(&format!("Anak {nth}"), "2026-05-08", "10.6", "83.5")).collect();
    import(&test, &rows).await;
    assert_eq!(count(&test, "child_growth").await, 250);
    test.undo_import("rows_new = 250").await;
    assert_eq!(count(&test, "measurement WHERE retracted_at IS NULL").await, 0);
    assert_eq!(count(&test, "child_growth").await, 0);
}

#[db_test]
async fn a_corrected_birthday_computes_the_child_anew(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &[row("Andi", "2026-05-08", "10.6", "83.5"), row("Bela", "2026-05-08", "10.6", "83.5")])
        .await;
    asuh_store::row_struct! { struct Child { person_id: Id, family_id: Id, version: i64 } }
    let child: Option<Child> = test
        .app
        .store
        .reader()
        .first("SELECT person_id, family_id, version FROM person_version WHERE name_search = 'andi'", args![])
        .await
        .unwrap();
    let child = child.unwrap();
    let corrected = PutPerson {
        person: Some((child.person_id, child.version)),
        family: child.family_id,
        reach: Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap()),
        source: Source::Form,
        today: date!(2026 - 11 - 02),
        relation: Relation::Child,
        name: "Andi".into(),
        sex: Some(Sex::Male),
        birth_date: Some(date!(2024 - 07 - 01)),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    };
    test.app.submit(&test.system(), test.app.store.new_id(), corrected).await.unwrap();
    assert_eq!(findings(&test).await.len(), 2, "until the job has run, the check says so");
    test.run_jobs().await;
    assert_eq!(findings(&test).await, Vec::<String>::new());
    let anew = "child_growth WHERE birth_date = 20240701 AND stunted = 0";
    assert_eq!((count(&test, anew).await, count(&test, "child_growth WHERE stunted = 1").await), (1, 1));
}

#[db_test]
async fn the_check_finds_what_somebody_wrote_by_hand(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &[row("Andi", "2026-05-08", "10.6", "83.5"), row("Bela", "2026-05-08", "10.6", "83.5")])
        .await;
    for (tampering, mending) in [
        ("UPDATE child_growth SET stunted = 0", "UPDATE child_growth SET stunted = 1"),
        ("UPDATE measurement SET haz = haz + 1", "UPDATE measurement SET haz = haz - 1"),
    ] {
        test.sql(tampering, args![]).await;
        let found = findings(&test).await;
        assert!(found.len() == 1 && found[0].contains("2 children"), "{tampering}: {found:?}");
        test.sql(mending, args![]).await;
    }
    test.sql("DELETE FROM child_growth", args![]).await;
    let found = findings(&test).await;
    assert!(found.len() == 1 && found[0].contains("2 measured children have no row"), "{found:?}");
}

#[db_test]
async fn the_series_of_children_can_be_read_by_later_pages(db: TestDatabase) {
    let test = TestApp::start(db).await;
    import(&test, &[row("Andi", "2026-05-08", "10.6", "83.5"), row("Andi", "2026-04-06", "10.6", "84.0")])
        .await;
    let person: Option<(Id,)> =
        test.app.store.reader().first("SELECT person_id FROM child_growth", args![]).await.unwrap();
    let person = person.unwrap().0;
    let found = standing::children(test.app.store.reader(), KERINCI, &[person, Id::SYSTEM]).await.unwrap();
    let child = &found[&person];
    assert_eq!((found.len(), child.facts.birth_date), (1, Some(date!(2024 - 01 - 01))));
    let days: Vec<_> = child.taken.iter().map(|taken| taken.measured_on).collect();
    assert_eq!(days, [date!(2026 - 04 - 06), date!(2026 - 05 - 08)], "by day");
    let stored = child.beside[1].stored.as_ref().expect("what was computed");
    assert_eq!(stored.0.scores.waz, Some(-173));
}
