//! Every computed indicator is what the rows add up to: reckoned a second time in Rust, over a district of invented
//! families; and what a number was on a past day. On both engines.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::settings;
use asuh_nusantara::TerritoryCode;
use asuh_step_convergence::indicator::{self, Each, Period, TakeShipped, Value};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Command, Id, Instant, args};
use time::Date;
use time::macros::date;

use crate::convergence_model::Model;
use crate::convergence_world::{Family, THEN, put, store, world};
use crate::support::{KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);

async fn take(test: &TestApp) {
    let taken = test.app.submit(&test.system(), test.app.store.new_id(), TakeShipped {}).await.unwrap();
    assert!(taken.value > 60, "{}", taken.value);
    let again = test.app.submit(&test.system(), test.app.store.new_id(), TakeShipped {}).await.unwrap();
    assert_eq!(again.value, 0, "what is there is not taken twice");
}

#[db_test]
async fn every_computed_indicator_is_what_its_rows_add_up_to(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let families = world(&test).await;
    let db = test.app.store.reader();
    let whole = TerritoryCode::from_i64(1_501_000_000).unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let (mut compared, mut silent) = (0, Vec::new());
    for one in indicator::all(db, KERINCI).await.unwrap().iter().filter(|one| one.is_computed()) {
        let mut told = false;
        for day in [TODAY, date!(2026 - 10 - 31), date!(2026 - 08 - 15)] {
            let period = one.period_of(day);
            for as_of in [None, Some(THEN)] {
                let model = Model::of(&families, period, TODAY, as_of);
                let found = indicator::parts(db, KERINCI, one, whole, period, now, as_of).await.unwrap();
                let found: BTreeMap<i64, (i64, i64, i64)> =
                    found.into_iter().map(|(code, value)| (code, figures(&value))).collect();
                let wanted = model.values(one);
                assert_eq!(found, wanted, "{} in {} as of {as_of:?}", one.code, period.code());
                compared += 1;
                let sum = wanted.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                told |= sum.0 > 0 && sum.0 < sum.1;
            }
        }
        if !told {
            silent.push(one.code.clone());
        }
    }
    assert!(compared > 200, "{compared}");
    // Services that hardly anybody gets every month may be got by nobody here.
    assert!(
        silent.len() <= 16,
        "for each there is somebody for whom it holds and somebody for whom not: {silent:?}"
    );
}

fn figures(value: &Value) -> (i64, i64, i64) {
    (value.numerator, value.denominator, value.unknown)
}

#[db_test]
async fn the_cells_are_the_rows_and_are_made_again_when_something_was_recorded(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let families = world(&test).await;
    let district = settings::one(test.app.store.reader(), KERINCI).await.unwrap().unwrap();
    let (reader, whole) = (test.app.store.reader(), district.code);
    let all = indicator::all(reader, KERINCI).await.unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let before =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), &all, TODAY, now).await.unwrap();
    indicator::refresh(&test.app, &district).await.unwrap();
    assert!(test.number("SELECT COUNT(*) AS n FROM indicator_cell", args![]).await > 500);
    let after =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), &all, TODAY, now).await.unwrap();
    let told = |values: &BTreeMap<(Id, i64), Value>| {
        values.iter().map(|(key, value)| (*key, figures(value))).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(told(&before), told(&after), "read from cells and from rows");
    // The matrix of the district adds the cells up by kecamatan: what the villages come to, and what the rows do.
    let sums =
        indicator::values_of(reader, KERINCI, (whole, Each::Subdistrict), &all, TODAY, now).await.unwrap();
    let mut rows: BTreeMap<(Id, i64), (i64, i64, i64)> = BTreeMap::new();
    for one in all.iter().filter(|one| one.is_computed()) {
        for (village, part) in Model::of(&families, one.period_of(TODAY), TODAY, None).values(one) {
            let sum = rows.entry((one.id, village - village % 10_000)).or_default();
            *sum = (sum.0 + part.0, sum.1 + part.1, sum.2 + part.2);
        }
    }
    assert_eq!(told(&sums), rows, "by kecamatan");
    for (code, villages) in [(1_501_010_000, &VILLAGES[..2]), (1_501_020_000, &VILLAGES[2..])] {
        for one in all.iter().filter(|one| one.is_computed()) {
            let parts: Vec<&Value> = villages.iter().filter_map(|code| after.get(&(one.id, *code))).collect();
            let (sum, kept) = (indicator::together(parts.iter().copied()), sums.get(&(one.id, code)));
            assert_eq!(kept.map(|kept| kept.places), sum.map(|sum| sum.places), "{} in {code}", one.code);
        }
    }
    let check = asuh_step_convergence::STEP.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    // A cell that somebody changed is found.
    test.sql("UPDATE indicator_cell SET numerator = numerator + 1 WHERE district_id = $1", args![KERINCI])
        .await;
    assert!(!check(&test.app, KERINCI).await.unwrap().is_empty());
    // Five minutes after something was recorded the present period is made again.
    let families_there = families.iter().filter(|family| family.status != "moved").count() as i64;
    test.app.submit(&test.system(), test.app.store.new_id(), Touch {}).await.unwrap();
    test.db.clock.advance(301);
    indicator::refresh(&test.app, &district).await.unwrap();
    let krs = all.iter().find(|one| one.code == "krs").unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let values =
        indicator::values_of(reader, KERINCI, (whole, Each::Smallest), std::slice::from_ref(krs), TODAY, now)
            .await
            .unwrap();
    let sum = indicator::together(values.values()).unwrap();
    assert_eq!(sum.denominator, families_there, "made anew from the rows");
    assert_eq!(sum.places, 4);
}

/// Something that is recorded and changes nothing here.
#[derive(serde::Serialize, serde::Deserialize)]
struct Touch {}

impl Command for Touch {
    const KIND: &'static str = "test.touch";
    type Receipt = ();

    async fn apply(&self, _tx: &asuh_store::Tx<'_>) -> Result<(), asuh_store::Fault> {
        Ok(())
    }
}

#[db_test]
async fn a_past_day_has_the_number_of_that_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    let family = Family {
        id: test.app.store.new_id(),
        village: VILLAGES[0],
        status: "verified",
        krs: Some(1),
        water: Some(1),
        latrine: None,
        persons: Vec::new(),
        visits: Vec::new(),
        package: None,
        cash: None,
    };
    store(&test, &family, 1).await;
    // On the day after its water became safe and it moved to the next village.
    let moved = Instant(THEN.0 + 86_400_000);
    test.sql("UPDATE family_version SET superseded_at = $2 WHERE district_id = $1", args![KERINCI, moved])
        .await;
    put(
        &test,
        "family_version",
        vec![
            ("family_id", family.id.value()),
            ("version", 2_i64.value()),
            ("recorded_at", moved.value()),
            ("superseded_at", Instant::NEVER.value()),
            ("village_code", VILLAGES[1].value()),
            ("status", "verified".value()),
            ("krs", Some(1_i64).value()),
            ("poor_water", Some(0_i64).value()),
        ],
    )
    .await;
    let db = test.app.store.reader();
    let water = indicator::by_code(db, KERINCI, "air-minum").await.unwrap().unwrap();
    let now = (TODAY, test.app.store.clock().now());
    let period: Period = water.period_of(TODAY);
    let whole = TerritoryCode::from_i64(1_501_000_000).unwrap();
    for (as_of, village, holds) in
        [(Some(THEN), VILLAGES[0], 0), (Some(moved), VILLAGES[1], 1), (None, VILLAGES[1], 1)]
    {
        let found = indicator::parts(db, KERINCI, &water, whole, period, now, as_of).await.unwrap();
        let found: Vec<_> = found.iter().map(|(code, value)| (*code, figures(value))).collect();
        assert_eq!(found, [(village, (holds, 1, 0))], "{as_of:?}");
    }
    // The page of the number says so too, and sets nothing beside it that is known only today.
    let planner = test.with_role(Role::DistrictPlanner).await;
    let path = format!("/capaian/{}?wilayah={}", water.id, VILLAGES[0]);
    let past = planner.get(&format!("{path}&per=2026-10-26")).await.ok();
    assert!(past.contains("0 dari 1") && !past.contains("Perkembangan"), "{past}");
    let now = planner.get(&path).await.ok();
    assert!(!now.contains("0 dari 1") && now.contains("Perkembangan"), "{now}");
    for bad in ["kemarin", "2027-01-01"] {
        let page = planner.get(&format!("{path}&per={bad}")).await.ok();
        assert!(page.contains("notice warn"), "{bad}: {page}");
    }
}

#[db_test]
async fn the_people_behind_a_number_are_those_it_counts_and_shown_to_who_reads_families(db: TestDatabase) {
    let test = TestApp::start(db).await;
    take(&test).await;
    world(&test).await;
    let reader = test.app.store.reader();
    let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    let place = TerritoryCode::from_i64(VILLAGES[0]).unwrap();
    let now = (TODAY, test.app.store.clock().now());
    for code in ["balita-dipantau", "stunting", "krs-didampingi", "bumil-anc6", "sk-kunjungan-anak"] {
        let one = indicator::by_code(reader, KERINCI, code).await.unwrap().unwrap();
        let period = one.period_of(TODAY);
        let value = indicator::value_of(reader, KERINCI, place, &one, period, now, None).await.unwrap();
        let value = value.unwrap_or_else(|| panic!("{code} counts nobody"));
        let path = format!("/capaian/{}?wilayah={}&periode={}", one.id, VILLAGES[0], period.code());
        let shown = |page: &str| page.matches("<a href=\"/sasaran/").count() as i64;
        for (tab, wanted) in [("&tampil=ya", value.numerator), ("&tampil=tanpa-data", value.unknown)] {
            assert_eq!(shown(&village.get(&format!("{path}{tab}")).await.ok()), wanted, "{code} {tab}");
        }
        let both = indicator::Computation::parse(&one.computation).unwrap().counts_unknown();
        let all = if both { value.denominator } else { value.denominator + value.unknown };
        let page = village.get(&path).await.ok();
        assert_eq!(shown(&page), all, "{code}");
        for words in [format!("Semua ({all})"), format!("Ya ({})", value.numerator)] {
            assert!(page.contains(&words), "{words}: {page}");
        }
        // Who plans sees the same number and no names; the next village is nobody's but its own.
        let page = planner.get(&path).await.ok();
        assert!(
            shown(&page) == 0 && page.contains("hanya untuk petugas yang membaca data keluarga"),
            "{page}"
        );
        let said = match value.denominator {
            0 => "<strong>–</strong>".to_owned(),
            of => format!("{} dari {of}", value.numerator),
        };
        assert!(page.contains(&said), "{said}: {page}");
    }
    let scores = planner.get("/skor-konvergensi?periode=2026-10").await.ok();
    assert!(scores.contains("Gunung Raya") && scores.contains("Tingkat konvergensi"), "{scores}");
    // The level is the sum of its services, and that of its kecamatan.
    let whole = |text: &str| text.replace('.', "").parse::<i64>().ok();
    let column = |word: &str| -> i64 {
        let head = format!("data-th=\"{word}\">");
        let cells = scores.split(&head).skip(1);
        cells.filter_map(|cell| whole(cell.split('<').next().unwrap())).sum()
    };
    let (received, due) = (column("Diterima"), column("Seharusnya"));
    assert!(received > 0 && due > received, "the test means nothing without services: {scores}");
    let level = |part: &str| {
        let words = part.split("<strong>").nth(1).unwrap().split('<').next().unwrap();
        let (n, rest) = words.split_once(" dari ")?;
        Some((whole(n)?, whole(rest.split(' ').next().unwrap())?))
    };
    let lead = scores.split("<p class=\"lead\">").nth(1).unwrap();
    assert_eq!(level(lead), Some((received, due)), "{scores}");
    let table = scores.split("<h2>").next().unwrap().split("<tbody>").nth(1).unwrap();
    let parts: Vec<(i64, i64)> = table.split("<tr>").skip(1).filter_map(level).collect();
    assert!(!parts.is_empty());
    let sum = parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1));
    assert_eq!(sum, (received, due), "{scores}");
    let heat = planner.get("/capaian?kelompok=lokal&kecamatan=1501010000").await.ok();
    assert!(heat.contains("Selam Paung") && !heat.contains("Sanggaran Agung"), "{heat}");
    assert_eq!(village.get("/capaian?kecamatan=1501020000").await.status, axum::http::StatusCode::NOT_FOUND);
    // Whoever works in one village begins with it, and every number there opens for him.
    for path in ["/skor-konvergensi?periode=2026-10", "/capaian?kelompok=lokal&periode=2026-10"] {
        let own = village.get(path).await.ok();
        assert!(own.contains(&format!("wilayah={}", VILLAGES[0])), "{own}");
        assert!(!own.contains("wilayah=1501010000"), "{own}");
    }
}
