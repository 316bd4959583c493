//! Belitung and Serang as the demo tells them: children get foster parents, on both engines. With `ASUH_SERANG_WHOLE` set
//! Serang has its 5,408 children and 12,000 civil servants.

use asuh::gates::demo::foster::{belitung, serang};
use asuh_ground::App;
use asuh_ground::settings::ServerSettings;
use asuh_step_pairing::{coverage, programmes};
use asuh_store::testing::{START, TestDatabase, db_test};
use asuh_store::{DistrictId, Query, args};

const DISTRICT: DistrictId = DistrictId(1);

async fn opened(db: &TestDatabase) -> App {
    let settings = ServerSettings { demo: true, folder: db.folder(), ..ServerSettings::default() };
    let app = App::new(db.open().await, settings, asuh::gates::registry());
    for part in asuh::gates::parts() {
        let Some(check) = part.check else { continue };
        assert_eq!(check(&app, DISTRICT).await.unwrap(), Vec::<String>::new(), "{}", part.name);
    }
    app
}

#[db_test]
async fn belitung_covers_more_children_each_month_until_nothing_lacks(db: TestDatabase) {
    let months = belitung::build(db.options(), 2026, START, &mut |_| ()).await.unwrap();
    let counted: Vec<(i64, i64, i64)> = months
        .iter()
        .map(|month| month.counts())
        .map(|counts| (counts.fully, counts.none, counts.gap() * 50_000))
        .collect();
    assert_eq!(
        counted,
        [
            (92, 145, 65_250_000),
            (112, 125, 56_250_000),
            (137, 100, 45_000_000),
            (167, 70, 31_500_000),
            (202, 35, 15_750_000),
            (237, 0, 0),
        ]
    );
    let app = opened(&db).await;
    let sql = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND level = 'village'";
    assert_eq!(app.store.reader().number(sql, args![DISTRICT]).await.unwrap(), 49);
    // Months have passed since the auditor was let in; he may look now.
    let sql = "SELECT COUNT(*) AS n FROM user_grant WHERE district_id = $1 AND role = 'auditor' AND valid_until > $2";
    assert_eq!(app.store.reader().number(sql, args![DISTRICT, START]).await.unwrap(), 1);
    // Of each work that began there is the place before, of each that was handed over the place after, and of the well how it
    // stood later.
    for (moment, wanted) in [("before", 4), ("after", 2), ("check", 1)] {
        let sql = "SELECT COUNT(*) AS n FROM work_photo WHERE district_id = $1 AND moment = $2 AND removed_at IS NULL";
        assert_eq!(
            app.store.reader().number(sql, args![DISTRICT, moment]).await.unwrap(),
            wanted,
            "{moment}"
        );
    }
}

#[db_test]
async fn serang_serves_every_urgent_child_wherever_givers_live(db: TestDatabase) {
    let whole = std::env::var_os("ASUH_SERANG_WHOLE").is_some();
    let scale = if whole { serang::Scale::WHOLE } else { serang::Scale::SMALL };
    serang::build(db.options(), scale, 2026, START, &mut |_| ()).await.unwrap();
    let app = opened(&db).await;
    let (db, today) = (app.store.reader(), asuh_nusantara::Zone::Wib.local_date(START.utc()));
    let programme = programmes(db, DISTRICT).await.unwrap().remove(0);
    let covered = coverage(db, DISTRICT, &programme, None, (today, today, asuh_nusantara::Zone::Wib));
    let covered = covered.await.unwrap().unwrap();
    assert_eq!(covered.targets.len(), scale.children);
    let kecamatan = covered.by(|village| village / 10_000 * 10_000);
    let counts = |code: i64| asuh_step_pairing::rules::Counts::of(kecamatan[&code].iter().copied());
    assert_eq!(counts(3_604_200_000).targets, scale.most as i64, "Tunjung Teja");
    assert_eq!(counts(3_604_160_000).targets, scale.fewest as i64, "Kibin");
    // Urgent: severely stunted, in the words of the rule the first four points.
    let urgent = "SELECT COUNT(*) AS n FROM child_growth g WHERE g.district_id = $1 AND g.haz < -300";
    let unserved = "SELECT COUNT(*) AS n FROM child_growth g WHERE g.district_id = $1 AND g.haz < -300 \
                    AND NOT EXISTS (SELECT 1 FROM sponsor_pair p WHERE p.district_id = $1 \
                    AND p.person_id = g.person_id AND p.ended_at IS NULL)";
    assert!(db.number(urgent, args![DISTRICT]).await.unwrap() >= scale.children as i64 / 9);
    assert_eq!(db.number(unserved, args![DISTRICT]).await.unwrap(), 0);
    // Two kitchens cooked on five days with the eggs of a Monday; a child with an allergy got the other menu, and of the
    // last day one village's list waits for its cadre.
    let runs = "SELECT COUNT(*) AS n FROM kitchen_run WHERE district_id = $1 AND state = 'closed'";
    assert_eq!(db.number(runs, args![DISTRICT]).await.unwrap(), 8);
    let open = "SELECT COUNT(*) AS n FROM kitchen_run WHERE district_id = $1 AND state = 'delivered'";
    assert_eq!(db.number(open, args![DISTRICT]).await.unwrap(), 2);
    let eaten = "SELECT COUNT(*) AS n FROM meal_serving WHERE district_id = $1 AND transfer_id IS NOT NULL";
    assert!(db.number(eaten, args![DISTRICT]).await.unwrap() >= 30);
    let other = "SELECT COUNT(*) AS n FROM meal_serving WHERE district_id = $1 AND kept_from = 'allergy' \
                 AND menu_id IS NOT NULL";
    assert!(db.number(other, args![DISTRICT]).await.unwrap() >= 10);
    // More children live in Tunjung Teja than givers: they are helped from elsewhere.
    assert!(counts(3_604_200_000).fully > 0);
}
