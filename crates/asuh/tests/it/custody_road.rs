//! What left an office and did not arrive, what is taken back, and a check beside those who write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use asuh_ground::App;
use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_ground::settings::ServerSettings;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Options, Store, args};
use axum::http::StatusCode;

use crate::collection::Monday;
use crate::custody::{eggs, last, stocked};
use crate::support::{Client, KERINCI};

const YES: [(&str, &str); 1] = [("aksi", "setuju")];

/// Forty people's goods, of which 37 eggs arrived and one was broken.
async fn short(db: TestDatabase) -> (Monday, Client, Id) {
    let monday = Monday::begin(db, 40).await;
    let roll = monday.closed().await;
    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let arrived = [
        ("terima.rice_can", "40"),
        ("terima.egg", "37"),
        ("rusak.egg", "1"),
        ("catatan", "satu pecah, dua belum ada"),
        ("cara", "account"),
        ("aksi", "terima"),
    ];
    keeper.post(&format!("{hand_over}/terima"), &arrived).await.to();
    let id = last(&hand_over).parse().unwrap();
    (monday, keeper, id)
}

#[db_test]
async fn what_did_not_arrive_is_on_the_first_page_of_both_sides(db: TestDatabase) {
    let (monday, keeper, hand_over) = short(db).await;
    let test = &monday.test;
    let (admin, auditor) = (test.with_role(Role::DistrictAdmin).await, test.with_role(Role::Auditor).await);
    let sides = [&monday.coordinator, &keeper, &admin, &auditor];
    let told =
        "Barang di perjalanan pada 1 serah terima: 0 belum diterima lebih dari sehari, 1 diterima kurang";
    for side in sides {
        let home = side.get("/").await.ok();
        assert!(home.contains(told), "{home}");
        let list = side.get("/serah-terima?belum=ya").await.ok();
        assert!(list.contains(&hand_over.to_string()) && list.contains("Diterima kurang"), "{list}");
        let page = side.get(&format!("/serah-terima/{hand_over}")).await.ok();
        assert!(
            page.contains("Masih di perjalanan: telur 2 butir") && page.contains("Gudang Siulak"),
            "{page}"
        );
    }
    // Another office, and the keeper of another place, are told nothing.
    let other = test.user(Role::UnitCoordinator, &[], &[monday.other]).await;
    let depot = test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    for stranger in [&other, &depot] {
        assert!(!stranger.get("/").await.ok().contains("Barang di perjalanan"));
        assert!(!stranger.get("/serah-terima?belum=ya").await.ok().contains(&hand_over.to_string()));
    }
    // One turns up later, one is given up by two people: then nobody is asked any more.
    let (goods, to) = (format!("transit|{hand_over}|asn|egg"), monday.warehouse.to_string());
    let late = [
        ("barang", goods.as_str()),
        ("jumlah", "1"),
        ("tujuan", to.as_str()),
        ("alasan", "terselip di mobil"),
        ("aksi", "kirim"),
    ];
    keeper.post("/gudang/pindah", &late).await.to();
    let page = keeper.get(&format!("/serah-terima/{hand_over}")).await.ok();
    assert!(page.contains("Masih di perjalanan: telur 1 butir"), "{page}");
    let gone =
        [("barang", goods.as_str()), ("jumlah", "1"), ("alasan", "hilang di jalan"), ("aksi", "kirim")];
    assert_eq!(depot.post("/gudang/penghapusan/baru", &gone).await.status, StatusCode::NOT_FOUND);
    let two = [("barang", goods.as_str()), ("jumlah", "2"), ("alasan", "hilang di jalan"), ("aksi", "kirim")];
    assert!(keeper.post("/gudang/penghapusan/baru", &two).await.refused().contains("hanya 1"));
    keeper.post("/gudang/penghapusan/baru", &gone).await.to();
    let path = format!("/gudang/penghapusan/{}", monday.change().await);
    assert!(keeper.post(&path, &YES).await.refused().contains("orang lain"));
    assert_eq!(monday.holds(AccountKind::Transit, hand_over, Commodity::EGG).await, 1);
    admin.post(&path, &YES).await.to();
    assert_eq!(monday.holds(AccountKind::Transit, hand_over, Commodity::EGG).await, 0);
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 38);
    for side in sides {
        assert!(!side.get("/").await.ok().contains("Barang di perjalanan"));
        assert!(
            side.get("/serah-terima?belum=ya").await.ok().contains("Semua barang yang diserahkan sudah tiba")
        );
        assert!(side.get("/serah-terima").await.ok().contains("Diterima"));
    }
    // Taken back, what was given up is on the road again, with its owner.
    let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
    admin.post(&undo, &[("alasan", "ternyata ada"), ("aksi", "kirim")]).await.to();
    assert!(keeper.get("/").await.ok().contains(told));
    monday.books_are_clean().await;
}

#[db_test]
async fn a_hand_over_that_nobody_receives_is_asked_about_after_a_day(db: TestDatabase) {
    let monday = Monday::begin(db, 4).await;
    let roll = monday.closed().await;
    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let asked = "1 belum diterima lebih dari sehari";
    assert!(!monday.coordinator.get("/").await.ok().contains(asked));
    monday.test.db.clock.advance(25 * 3600);
    for side in [&monday.coordinator, &keeper] {
        let side = monday.test.sign_in(side.user).await;
        assert!(side.get("/").await.ok().contains(asked));
        assert!(side.get("/serah-terima?belum=ya").await.ok().contains(last(&hand_over)));
    }
}

#[db_test]
async fn what_went_back_to_its_giver_is_taken_back_by_an_admin_after_a_check(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let goods = eggs(monday.warehouse);
    let back = [
        ("barang", goods.as_str()),
        ("jumlah", "5"),
        ("kepada", "to_giver"),
        ("pihak", "Dinas Pendidikan"),
        ("alasan", "retak"),
        ("aksi", "kirim"),
    ];
    let paper = keeper.post("/gudang/retur", &back).await.to();
    admin.post(&paper, &YES).await.to();
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 35);
    let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("returned").await);
    assert!(admin.get("/gudang/mutasi").await.ok().contains(&undo));
    assert!(!keeper.get("/gudang/mutasi").await.ok().contains(&undo));
    assert_eq!(keeper.get(&undo).await.status, StatusCode::FORBIDDEN);
    let page = admin.get(&undo).await.ok();
    assert!(page.contains("Telur 5 butir") && page.contains("Gudang Siulak"), "{page}");
    assert!(admin.post(&undo, &[("aksi", "periksa")]).await.refused().contains("wajib"));
    let check = admin.post(&undo, &[("alasan", "tidak jadi"), ("aksi", "periksa")]).await.ok();
    assert!(check.contains("Periksa sekali lagi") && check.contains("tidak jadi"), "{check}");
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 35);
    admin.post(&undo, &[("alasan", "tidak jadi"), ("aksi", "kirim")]).await.to();
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 40);
    assert_eq!(monday.holds(AccountKind::Giver, monday.warehouse, Commodity::EGG).await, 0);
    let again = admin.post(&undo, &[("alasan", "x"), ("aksi", "kirim")]).await.refused();
    assert!(again.contains("sudah dibatalkan"), "{again}");
    assert!(admin.get(&undo).await.ok().contains("Mutasi ini sudah dibatalkan"));
    assert!(keeper.get(&paper).await.ok().contains("Sudah dibatalkan"));
    assert!(keeper.get("/gudang/penghapusan").await.ok().contains("dibatalkan"));
    // What a Monday posted is mended where it was made.
    let monday_s = format!("/gudang/mutasi/{}/batal", monday.transfer("collected").await);
    let page = admin.get(&monday_s).await.ok();
    assert!(page.contains("di tempat ia dibuat") && !page.contains("name=\"alasan\""), "{page}");
    assert_eq!(
        admin.get(&format!("/gudang/mutasi/{}/batal", monday.test.app.store.new_id())).await.status,
        StatusCode::NOT_FOUND
    );
    monday.books_are_clean().await;
}

/// What the keeper of a place sees of the movements, page by page, is each line of his place once, the newest day first.
#[db_test]
async fn movements_of_one_place_go_on_behind_fifty(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let goods = eggs(monday.warehouse);
    for _ in 0..30 {
        monday.test.db.clock.advance(1);
        let gone = [("barang", goods.as_str()), ("jumlah", "1"), ("alasan", "pecah"), ("aksi", "kirim")];
        keeper.post("/gudang/penghapusan/baru", &gone).await.to();
        admin.post(&format!("/gudang/penghapusan/{}", monday.change().await), &YES).await.to();
        let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
        admin.post(&undo, &[("alasan", "salah"), ("aksi", "kirim")]).await.to();
    }
    for user in [&keeper, &admin] {
        let first = user.get("/gudang/mutasi").await.ok();
        let rows = |page: &str| page.matches("Telur 1 butir").count();
        assert_eq!(rows(&first), 50);
        let next =
            first.split("href=\"/gudang/mutasi?sebelum=").nth(1).expect("more").split('"').next().unwrap();
        let second = user.get(&format!("/gudang/mutasi?sebelum={next}")).await.ok();
        assert_eq!(rows(&second), 10);
        assert!(second.contains("Telur 40 butir") && !second.contains("?sebelum="), "{second}");
    }
    let depot = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert!(depot.get("/gudang/mutasi").await.ok().contains("Belum ada"));
}

/// All checks on all tables at once while write-offs are asked for, agreed to and taken back: never a finding.
#[db_test]
async fn a_check_beside_those_who_write_finds_nothing(db: TestDatabase) {
    let options = db.options();
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let goods = eggs(monday.warehouse);
    let done = Arc::new(AtomicBool::new(false));
    let checks = async {
        for _ in 0..6 {
            let options = Options { readers: 12, ..options.clone() };
            let store = Store::open_moment(options).await.unwrap();
            let app = App::new(store, ServerSettings::default(), asuh::gates::registry());
            let running: Vec<_> =
                monday.test.app.registry.checks.iter().map(|check| check(&app, KERINCI)).collect();
            for findings in futures_util::future::join_all(running).await {
                assert_eq!(findings.unwrap(), Vec::<String>::new());
            }
            app.store.close().await;
        }
        done.store(true, Ordering::Relaxed);
    };
    let writes = async {
        let mut written = 0;
        while !done.load(Ordering::Relaxed) {
            monday.test.db.clock.advance(1);
            let gone = [("barang", goods.as_str()), ("jumlah", "1"), ("alasan", "pecah"), ("aksi", "kirim")];
            keeper.post("/gudang/penghapusan/baru", &gone).await.to();
            admin.post(&format!("/gudang/penghapusan/{}", monday.change().await), &YES).await.to();
            let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
            admin.post(&undo, &[("alasan", "salah"), ("aksi", "kirim")]).await.to();
            written += 1;
        }
        written
    };
    let ((), written) = futures_util::future::join(checks, writes).await;
    assert!(written > 1, "nothing was written beside the checks");
    let sql = "SELECT COUNT(*) AS n FROM stock_change WHERE district_id = $1";
    assert_eq!(monday.test.number(sql, args![KERINCI]).await, written);
}
