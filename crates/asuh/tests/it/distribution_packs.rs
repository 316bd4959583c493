//! Eggs in packs of seven to those who are owed most, beside an egg or two for everybody.

use asuh_ground::access::Role;
use asuh_step_distribution::{GoodChoice, PlanRun};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::{Date, Duration};

use crate::distribution::{MONDAY, Scene};
use crate::support::{Client, KERINCI, VILLAGES};

/// Ten families in two villages, and no more than seven eggs each.
async fn ten(db: TestDatabase) -> (Scene, Vec<Id>) {
    let scene = Scene::start(db).await;
    scene
        .test
        .sql(
            "UPDATE setting SET value = '7' WHERE district_id = $1 AND name = 'distribution.per_family_egg'",
            args![KERINCI],
        )
        .await;
    let mut families = Vec::new();
    for nth in 0..10 {
        let village = VILLAGES[if nth < 5 { 0 } else { 2 }];
        families.push(scene.family(village, "001", &format!("Keluarga {nth}")).await);
    }
    (scene, families)
}

fn fields(
    scene: &Scene,
    way: &'static str,
    eggs: &'static str,
    step: &'static str,
) -> Vec<(&'static str, String)> {
    vec![
        ("gerakan", scene.campaign.to_string()),
        ("minggu", "2026-11-02".into()),
        ("jumlah_egg", eggs.into()),
        ("jumlah_rice_can", "1".into()),
        ("cara_egg", way.into()),
        ("desa", VILLAGES[0].to_string()),
        ("desa", VILLAGES[2].to_string()),
        ("langkah", step.into()),
    ]
}

async fn send(admin: &Client, fields: &[(&'static str, String)]) -> crate::support::Answer {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    admin.post("/penyaluran/baru", &fields).await
}

#[db_test]
async fn both_ways_are_seen_before_one_is_chosen_and_stay_with_the_run(db: TestDatabase) {
    let (scene, _) = ten(db).await;
    scene.stock(20, 10).await;
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/penyaluran/baru").await.ok();
    assert!(page.contains("Cara membagi telur") && page.contains("value=\"rata\" checked"), "{page}");

    // Asked for both villages: two eggs for all ten, or seven for two and five weeks until all had some.
    let page = send(&admin, &fields(&scene, "rata", "7", "hitung")).await.ok();
    for words in [
        "<td class=\"num\">10</td><td class=\"num\">2</td>",
        "dalam ±1 minggu",
        "dalam ±5 minggu",
        "14 butir",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(page.matches("name=\"desa\"").count(), page.matches("name=\"desa\" value=").count());
    let runs = "SELECT COUNT(*) AS n FROM allocation_run WHERE district_id = $1";
    assert_eq!(scene.test.number(runs, args![KERINCI]).await, 0, "asking plans nothing");

    // A pack needs room for it; the words typed stay.
    let page = send(&admin, &fields(&scene, "paket", "6", "")).await.refused();
    assert!(page.contains("sedikitnya 7") && page.contains("value=\"paket\" checked"), "{page}");
    assert_eq!(scene.test.number(runs, args![KERINCI]).await, 0);
    let cadre = scene.test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert_eq!(send(&cadre, &fields(&scene, "paket", "7", "hitung")).await.status, StatusCode::FORBIDDEN);

    let draft = send(&admin, &fields(&scene, "paket", "7", "")).await.to();
    let page = admin.get(&draft).await.ok();
    assert!(page.contains("dalam ±5 minggu") && page.contains("hanya paket utuh 7 butir"), "{page}");
    assert_eq!(page.matches("Dipilih").count(), 1, "{page}");
    let page = admin.get(&format!("{draft}/setujui")).await.ok();
    assert!(page.contains("Paket 7 butir untuk 2 keluarga; 8 keluarga dituju menunggu giliran"), "{page}");
    admin.post(&format!("{draft}/setujui"), &[]).await.to();

    // Rice for all ten, eggs by seven; the lists to print say why the neighbour has none.
    let eggs =
        "SELECT COUNT(*) AS n FROM package_item WHERE district_id = $1 AND commodity = $2 AND quantity = $3";
    assert_eq!(scene.test.number(eggs, args![KERINCI, "egg", 7_i64]).await, 2);
    assert_eq!(scene.test.number(eggs, args![KERINCI, "rice_can", 1_i64]).await, 10);
    for list in ["", "/penerima"] {
        let page = admin.get(&format!("{draft}/desa/{}{list}", VILLAGES[0])).await.ok();
        assert!(page.contains("dibagi sebagai paket 7 butir"), "{list}: {page}");
    }
    scene.check().await;
}

async fn planned(scene: &Scene, week: Date, in_packs: bool) -> Id {
    let command = PlanRun {
        campaign: scene.campaign,
        week_of: week,
        goods: vec![GoodChoice { commodity: "egg".into(), per_family: 7, in_packs }],
        villages: vec![VILLAGES[0], VILLAGES[2]],
        today: week,
    };
    let test = &scene.test;
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("a plan").value
}

#[db_test]
async fn the_cohort_rotates_until_all_had_seven_and_no_claim_is_lost(db: TestDatabase) {
    let (scene, families) = ten(db).await;
    let had = "SELECT CAST(COALESCE(SUM(i.quantity), 0) AS BIGINT) AS n FROM package p JOIN package_item i \
               ON i.district_id = p.district_id AND i.package_id = p.id AND i.commodity = 'egg' \
               WHERE p.district_id = $1 AND p.family_id = $2";
    for week in 0..5 {
        scene.stock(14, 0).await;
        let run = planned(&scene, MONDAY + Duration::weeks(week), true).await;
        scene.approve(run).await;
        for village in [VILLAGES[0], VILLAGES[2]] {
            let packed = "SELECT COUNT(*) AS n FROM package WHERE district_id = $1 AND run_id = $2 \
                          AND village_code = $3";
            if scene.test.number(packed, args![KERINCI, run, village]).await > 0 {
                scene.pack(run, village).await;
            }
        }
    }
    for family in &families {
        assert_eq!(scene.test.number(had, args![KERINCI, *family]).await, 7);
    }
    // A week of single eggs after that: two weeks' worth of one each would be fair, and is what comes.
    scene.stock(10, 0).await;
    let run = planned(&scene, MONDAY + Duration::weeks(5), false).await;
    scene.approve(run).await;
    for family in &families {
        assert_eq!(scene.test.number(had, args![KERINCI, *family]).await, 8);
        let claim = "SELECT balance AS n FROM share_account WHERE district_id = $1 AND family_id = $2 \
                     AND commodity = 'egg'";
        let claim = scene.test.number(claim, args![KERINCI, *family]).await;
        assert!(claim.abs() <= 6, "rounding alone: {claim}");
    }
    scene.check().await;
}
