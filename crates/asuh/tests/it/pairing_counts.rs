//! The three counts of coverage: promised by approved pairs, released to the families, received by them with proof.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Args, Id, args};
use time::Date;
use time::macros::date;

use crate::pairing::{Rows, Scene, TODAY};
use crate::support::{KERINCI, VILLAGES};

/// A package of a week for a family: eggs, rupiah, state.
type Package = (Id, Date, i64, i64, &'static str);

/// A weekly campaign that goes to families, with a run of packages.
async fn packages(scene: &Scene, packages: &[Package]) -> Id {
    let new = || scene.test.app.store.new_id();
    let (campaign, run) = (new(), new());
    let holder = scene.test.institution("fund_holder", "Korpri", None).await;
    let ids: Vec<Id> = packages.iter().map(|_| new()).collect();
    let package = |(nth, one): (usize, &Package)| -> Args {
        let on = (one.4 == "delivered").then_some(one.1);
        let place =
            args![KERINCI, ids[nth], run, campaign, one.1, one.0, nth as i64, VILLAGES[0], "001", "001"];
        place.with("").with("Kepala Rahasia").with(one.4).with(on).with(0_i64)
    };
    let items = ids
        .iter()
        .zip(packages)
        .flat_map(|(id, one)| [args![KERINCI, *id, "egg", one.2], args![KERINCI, *id, "cash", one.3]]);
    let tables = vec![
        (
            "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) VALUES",
            vec![args![KERINCI, "egg", "Telur", "butir", "goods", None::<i64>, None::<i64>, 2_i64]],
        ),
        (
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
             help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, \
             created_at) VALUES",
            vec![
                args![
                    KERINCI,
                    campaign,
                    "SECANTING",
                    "",
                    "weekly",
                    1_i64,
                    date!(2026 - 09 - 01),
                    "asn",
                    "nutrition"
                ]
                .with("families")
                .with(holder)
                .with(holder)
                .with("asn")
                .with(1_i64)
                .with("")
                .with(3_i64)
                .with("active")
                .with(0_i64),
            ],
        ),
        (
            "INSERT INTO allocation_run (district_id, id, number, campaign_id, week_of, warehouse_id, fund_holder_id, \
             fund, weight, state, earlier_runs, lottery_seed, families, on_route, planned_at, planned_by) VALUES",
            vec![
                args![
                    KERINCI, run, "1", campaign, TODAY, holder, holder, "asn", "equal", "approved", 0_i64,
                    1_i64
                ]
                .with(0_i64)
                .with(0_i64)
                .with(0_i64)
                .with(Id::SYSTEM),
            ],
        ),
        (
            "INSERT INTO package (district_id, id, run_id, campaign_id, week_of, family_id, nth, village_code, rw, rt, \
             hamlet, head_name, state, delivered_on, changed_at) VALUES",
            packages.iter().enumerate().map(package).collect(),
        ),
        ("INSERT INTO package_item (district_id, package_id, commodity, quantity) VALUES", items.collect()),
    ];
    scene.test.app.store.submit(scene.test.envelope(Id::SYSTEM), Rows { tables }).await.expect("packages");
    campaign
}

/// Of a table the cells of the row that begins with these words.
fn row(page: &str, first: &str) -> Vec<String> {
    let row = page.split("<tr>").find(|row| row.contains(&format!(">{first}</td>"))).unwrap_or_else(|| {
        panic!("no row {first}: {page}");
    });
    row.split("<td")
        .skip(1)
        .map(|cell| cell.split_once('>').unwrap().1.split("</td>").next().unwrap().into())
        .collect()
}

/// Reckoned by hand. Six children of six families, Rp450.000 a month each. Two of them are promised all they need.
/// An egg is worth Rp2.500. In November:
/// - the first family: 20 eggs and Rp400.000 delivered: Rp450.000, all it needs;
/// - the second: 4 eggs and Rp5.000 delivered: Rp15.000;
/// - the third: Rp500.000 packed: counts Rp450.000, released but not received;
/// - the fourth: planned, cancelled and brought back: nothing;
/// - the fifth: a package of October, and one of a week that has not begun;
/// - the sixth: to a record that was merged with it, Rp20.000 delivered;
/// - somebody who is not on the list: Rp1.000.000.
#[db_test]
async fn released_and_received_are_counted_beside_promised(db: TestDatabase) {
    let scene = Scene::start(db, [4, 2, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Korpri", 18, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let family = |nth: usize| scene.children[nth].family;
    let (alias, stranger) = (scene.test.app.store.new_id(), scene.test.app.store.new_id());
    for (id, canonical) in [(alias, Some(family(5))), (stranger, None)] {
        let sql = "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, $3, 0)";
        scene.test.sql(sql, args![KERINCI, id, canonical]).await;
    }
    let programme = format!("/pasangan/{}", scene.programme);
    // Before anything moved the page says that nothing of the campaign itself is known.
    let page = scene.leader.get(&programme).await.ok();
    assert_eq!(row(&page, "Diterima dengan bukti")[1..5], ["0", "0", "6", "Rp0"], "{page}");
    assert!(page.contains("Penyaluran dari GENTING Belitung sendiri belum dicatat"), "{page}");
    packages(
        &scene,
        &[
            (family(0), TODAY, 20, 400_000, "delivered"),
            (family(1), TODAY, 4, 5_000, "delivered"),
            (family(2), TODAY, 0, 500_000, "packed"),
            (family(3), TODAY, 5, 5_000, "planned"),
            (family(4), date!(2026 - 10 - 26), 9, 9_000, "delivered"),
            (family(4), date!(2026 - 11 - 09), 9, 9_000, "packed"),
            (alias, TODAY, 0, 20_000, "delivered"),
            (stranger, TODAY, 0, 1_000_000, "delivered"),
        ],
    )
    .await;
    // Eggs without a price are worth nothing, and the page says so.
    let page = scene.admin.get(&programme).await.ok();
    assert!(page.contains("belum punya harga") && page.contains("href=\"/pengaturan/harga\""), "{page}");
    assert_eq!(row(&page, "Diterima dengan bukti")[1..5], ["0", "3", "3", "Rp425.000"], "{page}");
    let price = r#"[{"commodity":"egg","rupiah":"2500","from":"2026-01-01"}]"#;
    scene
        .test
        .sql(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'prices', $2, 0, $3)",
            args![KERINCI, price, Id::SYSTEM],
        )
        .await;
    let page = scene.leader.get(&programme).await.ok();
    assert_eq!(row(&page, "Dijanjikan (pasangan yang disetujui)")[1..5], ["2", "0", "4", "Rp900.000"]);
    assert_eq!(row(&page, "Dikirim ke keluarga")[1..5], ["2", "2", "2", "Rp935.000"], "{page}");
    assert_eq!(row(&page, "Diterima dengan bukti")[1..5], ["1", "2", "3", "Rp485.000"], "{page}");
    assert!(page.contains("SECANTING: dikirim Rp985.000, diterima Rp485.000"), "{page}");
    assert!(!page.contains("belum punya harga"), "{page}");
    // The list of programmes, the month before, and the village.
    let page = scene.leader.get("/pasangan").await.ok();
    assert!(
        page.contains("Dijanjikan 33 %") && page.contains("Dikirim 35 %") && page.contains("Diterima 18 %"),
        "{page}"
    );
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let page = verifier.get(&programme).await.ok();
    assert_eq!(row(&page, "Diterima dengan bukti")[1..5], ["0", "1", "1", "Rp20.000"], "{page}");
    let village = format!("{programme}/desa/{}", VILLAGES[1]);
    let page = verifier.get(&village).await.ok();
    assert_eq!(page.matches(">Rp20.000</td>").count(), 1, "{page}");
    let sheet = verifier.download(&format!("{village}/unduh"), &[]).await;
    assert!(sheet.iter().any(|row| row.last().is_some_and(|cell| cell == "20000")), "{sheet:?}");
    scene.check().await;
}
