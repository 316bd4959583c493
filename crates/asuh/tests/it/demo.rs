//! The made-up district of the demo: whole, the same every time, and nobody's.

use std::collections::BTreeMap;

use asuh::gates::demo::{self, Size};
use asuh_ground::App;
use asuh_ground::settings::ServerSettings;
use asuh_store::testing::{START, TestDatabase, db_test};
use asuh_store::{DistrictId, Query, args};

use crate::tables;

const KERINCI: DistrictId = DistrictId(1);

async fn built(db: &TestDatabase) -> App {
    demo::build(db.options(), Size::SMALL, 2026, START, &mut |_| ()).await.expect("the demo is built");
    let settings = ServerSettings { demo: true, folder: db.folder(), ..ServerSettings::default() };
    App::new(db.open().await, settings, asuh::gates::registry())
}

async fn counts(app: &App, db: &TestDatabase) -> BTreeMap<String, usize> {
    let content = tables::content(app.store.reader(), db.engine()).await;
    content.into_iter().map(|(table, (rows, _))| (table, rows)).collect()
}

#[db_test]
async fn the_demo_is_whole_and_nobodys(db: TestDatabase) {
    let app = built(&db).await;
    for part in asuh::gates::parts() {
        let Some(check) = part.check else { continue };
        assert_eq!(check(&app, KERINCI).await.unwrap(), Vec::<String>::new(), "{}", part.name);
    }
    // All of the path is there.
    let first = counts(&app, &db).await;
    for table in [
        "family",
        "person",
        "family_risk",
        "family_desil",
        "change_request",
        "sponsor",
        "pledge",
        "contribution",
        "hand_over",
        "bank_line",
        "bank_match",
        "gift",
        "lot",
        "shipment",
        "purchase",
        "cooking",
        "stock_take",
        "package",
        "delivery",
        "visit",
        "referral",
        "complaint",
        "case_plan",
        "attendance",
        "commitment_progress",
    ] {
        assert!(first[table] > 0, "{table}: {first:?}");
    }
    // Every NIK and KK is of a kecamatan that cannot exist.
    let secrets = app.store.secrets();
    for (table, column) in [("person_version", "nik_sealed"), ("family_version", "kk_sealed")] {
        let sql = format!("SELECT {column} FROM {table} WHERE district_id = $1 AND {column} IS NOT NULL");
        let sealed: Vec<(Vec<u8>,)> = app.store.reader().all(&sql, args![KERINCI]).await.unwrap();
        assert!(sealed.len() > 200, "{table}: {}", sealed.len());
        for (sealed,) in sealed {
            let number = String::from_utf8(secrets.open(KERINCI, &sealed).unwrap()).unwrap();
            assert!(number.starts_with("150100"), "{table}: {number}");
        }
    }

    // Its children are as short as those of Indonesia, and files differ from our reading in known ways.
    let reader = app.store.reader();
    let stood =
        reader.number("SELECT COUNT(*) AS n FROM child_growth WHERE haz IS NOT NULL", args![]).await.unwrap();
    let stunted =
        reader.number("SELECT COUNT(*) AS n FROM child_growth WHERE stunted = 1", args![]).await.unwrap();
    assert!(stood > 300 && (16..=30).contains(&(stunted * 100 / stood)), "{stunted} of {stood}");
    let measured =
        reader.number("SELECT COUNT(*) AS n FROM measurement WHERE source = 'form'", args![]).await.unwrap();
    assert!(measured > 6 * stood, "{measured} measurements of {stood} children");
    for cause in ["completed_months", "posture", "other_sex", "tenfold_weight"] {
        let sql = "SELECT COUNT(*) AS n FROM measurement WHERE difference_cause = $1";
        assert!(reader.number(sql, args![cause]).await.unwrap() > 0, "{cause}");
    }

    // Nobody has signed in yet, and still it is set up: no code of a first admin lies about.
    assert_eq!(asuh_ground::settings::first_run::code(&app).await.unwrap(), None);

    // Once more with the same seed on the same day: the same district.
    let again = db.sibling().await;
    let other = built(&again).await;
    let second = counts(&other, &again).await;
    assert_eq!(first, second);
}
