//! What foster parents and partners brought about in half a year: every way of helping, as sums and as the rows that make
//! them, within the reader's rights; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Id, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::convergence_world::put;
use crate::distribution::Scene;
use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const HALF: &str = "/rencana/swadaya?tahun=2026&semester=2";

/// A work of a family: its state, whose money, when it was handed over, what it cost.
async fn work(test: &TestApp, family: (Id, i64), state: &str, source: &str, on: Date, cost: i64) {
    let id = test.app.store.new_id();
    let said = vec![
        ("id", id.value()),
        ("number", id.to_string().value()),
        ("kind", "latrine".value()),
        ("family_id", family.0.value()),
        ("village_code", family.1.value()),
        ("rw", "001".value()),
        ("source", source.value()),
        ("estimated", 1_i64.value()),
        ("actual", cost.value()),
        ("state", state.value()),
        ("handed_on", on.value()),
    ];
    put(test, "help_work", said).await;
}

/// Goods for three families in two kecamatan, money, meals and works for the first.
async fn helped(db: TestDatabase) -> (Scene, [Id; 3]) {
    let scene = Scene::start(db).await;
    scene.stock(30, 30).await;
    let price = r#"[{"commodity":"egg","rupiah":"2500","from":"2026-01-01"}]"#;
    scene
        .test
        .sql(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'prices', $2, 0, $3)",
            args![KERINCI, price, Id::SYSTEM],
        )
        .await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let budi = scene.family(VILLAGES[0], "002", "Budi").await;
    let citra = scene.family(VILLAGES[2], "001", "Citra").await;
    scene.packed(&[VILLAGES[0], VILLAGES[2]]).await;
    let test = &scene.test;
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let empty = bappeda.get(HALF).await.ok();
    assert!(empty.contains("Belum ada bantuan yang diterima"), "packed is not received: {empty}");
    for (village, family) in [(VILLAGES[0], ani), (VILLAGES[0], budi), (VILLAGES[2], citra)] {
        crate::reports::deliver(&scene, village, family).await;
    }
    let new = || test.app.store.new_id();
    let programme = new();
    put(test, "programme", vec![("id", programme.value()), ("campaign_id", scene.campaign.value())]).await;
    let plan =
        vec![("id", Id::SYSTEM.value()), ("number", "P-1".value()), ("programme_id", programme.value())];
    put(test, "cash_plan", plan).await;
    // Sent and received, and sent and come back.
    for (nth, month, paid) in [(1_i64, 202_611_i64, 450_000_i64), (2, 202_610, 0), (3, 202_606, 450_000)] {
        let said = vec![
            ("id", new().value()),
            ("programme_id", programme.value()),
            ("family_id", ani.value()),
            ("person_id", new().value()),
            ("village_code", VILLAGES[0].value()),
            ("rw", "001".value()),
            ("month", month.value()),
            ("nth", nth.value()),
            ("paid", paid.value()),
            ("state", "paid".value()),
        ];
        put(test, "cash_payment", said).await;
    }
    put(test, "menu", vec![("id", Id::SYSTEM.value())]).await;
    // Food of a partner and food of the district's budget.
    for (budget, name) in [(3_i64, "PMT mitra"), (2, "PMT APBD")] {
        let (meals, enrolment) = (new(), new());
        put(
            test,
            "meal_programme",
            vec![("id", meals.value()), ("name", name.value()), ("budget", budget.value())],
        )
        .await;
        let said = vec![
            ("id", enrolment.value()),
            ("programme_id", meals.value()),
            ("person_id", new().value()),
            ("family_id", ani.value()),
            ("village_code", VILLAGES[0].value()),
            ("rw", "001".value()),
            ("state", "active".value()),
        ];
        put(test, "meal_enrolment", said).await;
        for (day, mark) in [
            (date!(2026 - 10 - 05), "all"),
            (date!(2026 - 10 - 06), "half"),
            (date!(2026 - 10 - 07), "refused"),
        ] {
            let run = new();
            let said = vec![
                ("id", run.value()),
                ("number", run.to_string().value()),
                ("kitchen_id", new().value()),
                ("for_day", day.value()),
            ];
            put(test, "kitchen_run", said).await;
            let said = vec![
                ("run_id", run.value()),
                ("enrolment_id", enrolment.value()),
                ("family_id", ani.value()),
                ("village_code", VILLAGES[0].value()),
                ("for_day", day.value()),
                ("mark", mark.value()),
            ];
            put(test, "meal_serving", said).await;
        }
    }
    for (state, source, on, cost) in [
        ("handed_over", "community", date!(2026 - 10 - 20), 3_000_000),
        ("handed_over", "government", date!(2026 - 10 - 21), 9_000_000),
        ("in_work", "community", date!(2026 - 10 - 22), 9_000_000),
        ("handed_over", "community", date!(2026 - 06 - 30), 9_000_000),
    ] {
        work(test, (ani, VILLAGES[0]), state, source, on, cost).await;
    }
    (scene, [ani, budi, citra])
}

/// The addresses of the pages of rows that a page leads to.
fn row_pages(page: &str) -> Vec<String> {
    let links = page.split("<a href=\"").skip(1).filter_map(|link| link.split('"').next());
    let links = links.filter(|link| link.starts_with("/rencana/swadaya/rincian"));
    links.map(|link| link.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

/// How many rows a page of rows shows.
fn lines(page: &str) -> usize {
    page.split("<tbody>").nth(1).unwrap_or_default().matches("<tr>").count()
}

/// The pages of rows by their way, as somebody sees them.
async fn opened(who: &Client, page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for address in row_pages(page) {
        let way = address.split("cara=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        found.push((way, who.get(&address).await.ok()));
    }
    found.sort();
    found
}

#[db_test]
async fn every_way_of_helping_counts_in_its_half_year_and_opens_its_rows(db: TestDatabase) {
    let (scene, [ani, budi, _]) = helped(db).await;
    let test = &scene.test;
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let page = bappeda.get(HALF).await.ok();
    // Goods by the price list, counted another way; rice has no price.
    let eggs = "SELECT CAST(SUM(i.quantity) AS BIGINT) AS n FROM package p JOIN package_item i ON i.package_id = p.id \
                WHERE p.state = 'delivered' AND i.commodity = 'egg'";
    let goods = test.number(eggs, args![]).await * 2500;
    assert!(goods > 0);
    let all = asuh_nusantara::Rupiah::new(goods + 450_000 + 3_000_000).to_string();
    assert!(page.contains(&all), "{all}: {page}");
    for words in
        ["SECANTING", "PMT mitra", "Di luar program (warga, lembaga lain)", "Rp450.000", "Rp3.000.000"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("PMT APBD") && !page.contains("Rp9.000.000") && !page.contains("Ani"), "{page}");
    // Each number opens as many rows as it is the sum of; nobody is named to who does not read families.
    let pages = opened(&bappeda, &page).await;
    let shown: Vec<(&str, usize)> = pages.iter().map(|(way, page)| (way.as_str(), lines(page))).collect();
    assert_eq!(shown, [("goods", 3), ("meals", 2), ("money", 1), ("works", 1)]);
    for (_, page) in &pages {
        assert!(page.contains("hanya dibuka bagi yang berhak"), "{page}");
        assert!(!["Ani", "Budi", "Citra"].iter().any(|name| page.contains(name)), "{page}");
    }
    let first = bappeda.get("/rencana/swadaya?tahun=2026&semester=1").await.ok();
    assert!(first.contains("Rp450.000") && first.contains("Rp9.000.000"), "{first}");
    // By place, down to the village.
    assert!(page.contains("Gunung Raya"), "{page}");
    let inside = bappeda.get(&format!("{HALF}&wilayah=1501010000")).await.ok();
    assert!(inside.contains("Selam Paung") && !inside.contains("Sanggaran Agung"), "{inside}");
    assert_eq!(lines(&opened(&bappeda, &inside).await[0].1), 2, "goods of one kecamatan");
    let sheet = bappeda.download("/rencana/swadaya/unduh", &[("tahun", "2026"), ("semester", "2")]).await;
    assert_eq!(sheet.len(), 6, "headings, goods of two villages, money, meals, works: {sheet:?}");
    // A family that ate twice ate twice, and is one family.
    let meals = sheet.iter().find(|row| row.iter().any(|cell| cell == "PMT mitra")).unwrap();
    assert_eq!(meals[meals.len() - 3..], ["1", "2", "0"], "{meals:?}");

    // A village reads its own, with names and the families' pages; an RW its own alone.
    let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = village.get(HALF).await.ok();
    let pages = opened(&village, &page).await;
    let shown: Vec<(&str, usize)> = pages.iter().map(|(way, page)| (way.as_str(), lines(page))).collect();
    assert_eq!(shown, [("goods", 2), ("meals", 2), ("money", 1), ("works", 1)]);
    let (goods, money) = (&pages[0].1, &pages[2].1);
    assert!(goods.contains(&format!("/sasaran/{ani}")) && goods.contains("Budi"), "{goods}");
    assert!(!goods.contains("Citra") && money.contains("November 2026") && money.contains("Ani"), "{money}");
    let goods_page = row_pages(&page).into_iter().find(|address| address.contains("cara=goods")).unwrap();
    test.sql(
        "UPDATE grant_territory SET rw = '002' WHERE grant_id IN (SELECT id FROM user_grant WHERE user_id = $1)",
        args![village.user],
    )
    .await;
    test.sql("UPDATE app_user SET grants_version = grants_version + 1 WHERE id = $1", args![village.user])
        .await;
    let page = village.get(HALF).await.ok();
    let pages = opened(&village, &page).await;
    assert_eq!((pages.len(), lines(&pages[0].1)), (1, 1), "{page}");
    assert!(
        pages[0].1.contains(&format!("/sasaran/{budi}")) && !pages[0].1.contains("Ani"),
        "{}",
        pages[0].1
    );

    // Nothing for strangers, and nothing of what is not there.
    let far = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    let own = goods_page.replace(&format!("wilayah={}", 1_501_000_000), "wilayah=1501020000");
    assert!(far.get(&own).await.ok().contains("Citra"));
    for foreign in [
        goods_page.replace("wilayah=1501000000", &format!("wilayah={}", VILLAGES[0])),
        goods_page.replace("wilayah=1501000000", "wilayah=3604000000"),
        goods_page.replace(&scene.campaign.to_string(), &ani.to_string()),
        goods_page.replace("cara=goods", "cara=gold"),
        goods_page.replace("cara=goods", "cara=money"),
        goods_page.replace("semester=2", "semester=3"),
    ] {
        assert_ne!(foreign, goods_page);
        assert_eq!(far.get(&foreign).await.status, StatusCode::NOT_FOUND, "{foreign}");
    }
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert_eq!(cadre.get(&goods_page).await.status, StatusCode::FORBIDDEN);
    let elsewhere = test.admin_elsewhere().await.get(&goods_page).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn long_lists_of_help_are_turned_page_by_page(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let family = test.app.store.new_id();
    for nth in 0..53_i64 {
        let day = date!(2026 - 10 - 01) + time::Duration::days(nth / 7);
        work(&test, (family, VILLAGES[0]), "handed_over", "holder", day, 1000 + nth).await;
    }
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let page = bappeda.get(HALF).await.ok();
    assert!(page.contains("Rp54.378"), "{page}");
    let address = row_pages(&page).remove(0);
    let first = bappeda.get(&address).await.ok();
    assert_eq!(lines(&first), 50);
    let next = first.split("<nav class=\"pages\"><a href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = bappeda.get(&next.replace("&#38;", "&").replace("&amp;", "&")).await.ok();
    assert_eq!(lines(&second), 3);
    let costs = |page: &str| -> i64 {
        let body = page.split("<tbody>").nth(1).unwrap().to_owned();
        let costs = body
            .split("Rp")
            .skip(1)
            .filter_map(|text| text.split('<').next()?.replace('.', "").parse::<i64>().ok());
        costs.sum()
    };
    assert_eq!(costs(&first) + costs(&second), 54_378, "each once");
    assert!(!second.contains("<nav class=\"pages\"><a"), "{second}");
}
