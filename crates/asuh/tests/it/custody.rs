//! What is kept where, and who may change it.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::collection::Monday;
use crate::support::{Client, KERINCI};

/// Forty people's goods in the warehouse.
async fn stocked(db: TestDatabase) -> (Monday, Client) {
    let monday = Monday::begin(db, 40).await;
    let roll = monday.closed().await;
    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let arrived = [("terima.rice_can", "40"), ("terima.egg", "40"), ("penerima", "Joko"), ("aksi", "terima")];
    keeper.post(&format!("{hand_over}/terima"), &arrived).await.to();
    (monday, keeper)
}

fn eggs(place: Id) -> String {
    format!("warehouse|{place}|asn|egg")
}

#[db_test]
async fn stock_moves_to_a_depot_with_a_reason(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let stock = keeper.get("/gudang").await.ok();
    assert!(stock.contains("Gudang Siulak") && stock.contains("40 butir"), "{stock}");
    let (goods, to) = (eggs(monday.warehouse), monday.depot.to_string());
    let fields = |amount: &'static str, reason: &'static str| {
        vec![
            ("barang", goods.as_str()),
            ("tujuan", to.as_str()),
            ("jumlah", amount),
            ("alasan", reason),
            ("aksi", "kirim"),
        ]
    };
    assert!(keeper.post("/gudang/pindah", &fields("10", "")).await.refused().contains("wajib"));
    assert!(keeper.post("/gudang/pindah", &fields("41", "dekat")).await.refused().contains("hanya 40"));
    let stranger = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let answer = stranger.post("/gudang/pindah", &fields("10", "dekat")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    assert_eq!(treasurer.get("/gudang").await.status, StatusCode::FORBIDDEN);
    keeper.post("/gudang/pindah", &fields("10", "dekat dengan desa")).await.to();
    assert_eq!(monday.holds(AccountKind::Depot, monday.depot, Commodity::EGG).await, 10);
    let movements = keeper.get("/gudang/mutasi").await.ok();
    assert!(movements.contains("dekat dengan desa") && movements.contains("Diterima"), "{movements}");
    assert!(!keeper.get("/gudang").await.ok().contains("Depo Danau Kerinci"), "the depot is another's");

    // Taken back by an admin alone, once.
    let id = monday.test.app.store.reader();
    let moved: Option<(Id,)> = asuh_store::Query::first(
        id,
        "SELECT id FROM transfer WHERE district_id = $1 AND kind = 'moved'",
        args![KERINCI],
    )
    .await
    .unwrap();
    let path = format!("/gudang/mutasi/{}/batal", moved.unwrap().0);
    assert_eq!(keeper.post(&path, &[("alasan", "x")]).await.status, StatusCode::FORBIDDEN);
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    assert!(admin.post(&path, &[]).await.refused().contains("wajib"));
    admin.post(&path, &[("alasan", "salah depo")]).await.to();
    assert!(admin.post(&path, &[("alasan", "x")]).await.refused().contains("sudah dibatalkan"));
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 40);
    let received: Option<(Id,)> = asuh_store::Query::first(
        id,
        "SELECT id FROM transfer WHERE district_id = $1 AND kind = 'received'",
        args![KERINCI],
    )
    .await
    .unwrap();
    let path = format!("/gudang/mutasi/{}/batal", received.unwrap().0);
    assert!(admin.post(&path, &[("alasan", "x")]).await.refused().contains("di tempat ia dibuat"));
    monday.books_are_clean().await;
}

#[db_test]
async fn a_write_off_needs_a_second_person(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let goods = eggs(monday.warehouse);
    let fields = [("barang", goods.as_str()), ("jumlah", "3"), ("alasan", "busuk")];
    keeper.post("/gudang/penghapusan/baru", &fields).await.to();
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 40);
    let change: Option<(Id,)> = asuh_store::Query::first(
        monday.test.app.store.reader(),
        "SELECT id FROM stock_change WHERE district_id = $1",
        args![KERINCI],
    )
    .await
    .unwrap();
    let path = format!("/gudang/penghapusan/{}", change.unwrap().0);
    let yes = [("aksi", "setuju")];
    assert!(keeper.post(&path, &yes).await.refused().contains("orang lain"));
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(elsewhere.post(&path, &yes).await.status, StatusCode::NOT_FOUND);
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    assert!(admin.get("/").await.ok().contains("1 permintaan gudang menunggu persetujuan"));
    assert!(admin.post(&path, &[("aksi", "tolak")]).await.refused().contains("wajib"));
    let form = crate::support::new_form_id();
    admin.post_as(&path, &form, &yes).await.to();
    admin.post_as(&path, &form, &yes).await.to();
    assert!(admin.post(&path, &yes).await.refused().contains("sudah diputuskan"));
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 37);
    assert_eq!(monday.holds(AccountKind::Waste, monday.warehouse, Commodity::EGG).await, 3);
    monday.books_are_clean().await;
}

#[db_test]
async fn a_stock_take_books_its_differences_after_approval(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let sheet = format!("/gudang/hitung/{}", monday.warehouse);
    let page = keeper.get(&sheet).await.ok();
    assert!(page.contains("menurut buku 40 butir"), "{page}");
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(elsewhere.get(&sheet).await.status, StatusCode::NOT_FOUND);
    let (rice, eggs) = (format!("warehouse|{}|asn|rice_can", monday.warehouse), eggs(monday.warehouse));
    let mut fields = vec![
        ("barang.1", rice.as_str()),
        ("buku.1", "40"),
        ("hitung.1", "41"),
        ("alasan.1", "ditemukan di rak"),
        ("barang.2", eggs.as_str()),
        ("buku.2", "40"),
        ("hitung.2", "39"),
    ];
    let answer = keeper.post(&sheet, &fields).await.refused();
    assert!(answer.contains("Tulis alasan selisihnya") && answer.contains("ditemukan di rak"), "{answer}");
    fields.push(("alasan.2", "pecah"));
    keeper.post(&sheet, &fields).await.to();
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/gudang/penghapusan").await.ok();
    for path in page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        if path.starts_with("/gudang/penghapusan/") {
            admin.post(path, &[("aksi", "setuju")]).await.to();
        }
    }
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 39);
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::RICE_CAN).await, 41);
    monday.books_are_clean().await;
}
