//! Every write of the custody step sent twenty times at once has one effect.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};

use crate::collection_at_once::twenty;
use crate::custody::{eggs, last, stocked};

#[db_test]
async fn every_write_of_the_custody_twenty_times_at_once_is_one(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let n = async |sql: &str| monday.test.number(sql, args![]).await;
    let egg = async |kind, place| monday.holds(kind, place, Commodity::EGG).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let second = monday.test.with_role(Role::DistrictAdmin).await;
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let kitchen = monday.test.institution("kitchen", "Dapur Siulak", None).await;
    let cook = monday.test.user(Role::Kitchen, &[], &[kitchen]).await;
    let yes = [("aksi", "setuju")];

    twenty(&admin, "/gudang/barang", &[("nama", "Porsi makan"), ("satuan", "porsi")]).await;
    twenty(&admin, "/gudang/dana/daftar", &[("nama", "Infak Jumat"), ("jenis", "infak")]).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM fund").await, 1);
    assert_eq!(n("SELECT COUNT(*) AS n FROM commodity WHERE code = 'porsi_makan'").await, 1);
    twenty(&admin, "/gudang/harga", &[("barang", "egg"), ("harga", "2.000"), ("per", "1")]).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM price").await, 1);

    // Twenty different requests are twenty papers: only the same form is one. So these are sent as one form each, and
    // what is decided is decided once.
    let form = crate::support::new_form_id();
    let holder = monday.holder.to_string();
    let opening = [
        ("tempat", holder.as_str()),
        ("barang", "cash"),
        ("dana", "asn"),
        ("jumlah", "500.000"),
        ("alasan", "Buku kas lama"),
        ("aksi", "kirim"),
    ];
    let sent = (0..20).map(|_| admin.post_as("/gudang/saldo-awal", &form, &opening));
    futures_util::future::join_all(sent).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM stock_change").await, 1);
    twenty(&second, &format!("/gudang/penghapusan/{}", monday.change().await), &yes).await;
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 500_000);

    let goods = eggs(monday.warehouse);
    let gone = [("barang", goods.as_str()), ("jumlah", "3"), ("alasan", "busuk"), ("aksi", "kirim")];
    let back = [
        ("barang", goods.as_str()),
        ("jumlah", "2"),
        ("kepada", "to_supplier"),
        ("pihak", "Toko"),
        ("alasan", "retak"),
        ("aksi", "kirim"),
    ];
    for (path, fields, left) in
        [("/gudang/penghapusan/baru", gone.as_slice(), 37), ("/gudang/retur", back.as_slice(), 35)]
    {
        let before = n("SELECT COUNT(*) AS n FROM stock_change").await;
        let form = crate::support::new_form_id();
        futures_util::future::join_all((0..20).map(|_| keeper.post_as(path, &form, fields))).await;
        assert_eq!(n("SELECT COUNT(*) AS n FROM stock_change").await, before + 1, "{path}");
        twenty(&second, &format!("/gudang/penghapusan/{}", monday.change().await), &yes).await;
        assert_eq!(egg(AccountKind::Warehouse, monday.warehouse).await, left, "{path}");
    }
    let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
    twenty(&admin, &undo, &[("alasan", "ternyata baik"), ("aksi", "kirim")]).await;
    assert_eq!(egg(AccountKind::Warehouse, monday.warehouse).await, 38);

    // Forty in all leave by shipments of eggs that are only there once.
    let (from, to) = (format!("{}_asn", monday.warehouse), kitchen.to_string());
    let sent = [
        ("dari", from.as_str()),
        ("jumlah.egg", "38"),
        ("tujuan", to.as_str()),
        ("pembawa", "Budi"),
        ("sampai_tanggal", "30"),
        ("sampai_bulan", "12"),
        ("sampai_tahun", "2026"),
        ("aksi", "kirim"),
    ];
    let shipment = twenty(&keeper, "/gudang/kiriman/baru", &sent).await;
    assert_eq!(n("SELECT COUNT(*) AS n FROM shipment").await, 1);
    twenty(&keeper, &format!("{shipment}/batal"), &[("alasan", "jalan longsor")]).await;
    assert_eq!(egg(AccountKind::Warehouse, monday.warehouse).await, 38);
    let shipment = twenty(&keeper, "/gudang/kiriman/baru", &sent).await;
    let arrived = [("terima.egg", "38"), ("penerima", "Ani"), ("aksi", "terima")];
    twenty(&cook, &format!("{shipment}/terima"), &arrived).await;
    assert_eq!(egg(AccountKind::Kitchen, kitchen).await, 38);
    assert_eq!(last(&shipment).len(), 36);

    let field = format!("bahan.{kitchen}_asn.egg");
    let pot = [
        (field.as_str(), "38"),
        ("masakan", "porsi_makan"),
        ("porsi", "30"),
        ("menu", "Nasi tim"),
        ("hari_tanggal", "2"),
        ("hari_bulan", "11"),
        ("hari_tahun", "2026"),
        ("aksi", "kirim"),
    ];
    twenty(&cook, "/gudang/masak", &pot).await;
    assert_eq!(
        (egg(AccountKind::Kitchen, kitchen).await, n("SELECT COUNT(*) AS n FROM cooking").await),
        (0, 1)
    );

    let (purse, place) = (format!("{}_asn", monday.holder), monday.warehouse.to_string());
    let buy = [
        ("kas", purse.as_str()),
        ("tempat", place.as_str()),
        ("barang", "egg"),
        ("jumlah", "250"),
        ("dibayar", "500.000"),
        ("toko", "Toko Telur Siulak"),
        ("hari_tanggal", "2"),
        ("hari_bulan", "11"),
        ("hari_tahun", "2026"),
        ("aksi", "kirim"),
    ];
    twenty(&treasurer, "/gudang/beli/baru", &buy).await;
    assert_eq!(
        (egg(AccountKind::Warehouse, monday.warehouse).await, n("SELECT COUNT(*) AS n FROM purchase").await),
        (250, 1)
    );

    // Counts: one form, one record.
    let counts = [("buku.asn", "0"), ("bank.asn", "0"), ("saksi", "Budi"), ("aksi", "kirim")];
    let form = crate::support::new_form_id();
    let path = format!("/gudang/kas/{}/hitung", monday.holder);
    let answers =
        futures_util::future::join_all((0..20).map(|_| treasurer.post_as(&path, &form, &counts))).await;
    assert!(
        answers.iter().all(|answer| answer.location == answers[0].location && !answer.location.is_empty())
    );
    assert_eq!(n("SELECT COUNT(*) AS n FROM stock_take").await, 1);
    monday.books_are_clean().await;
}
