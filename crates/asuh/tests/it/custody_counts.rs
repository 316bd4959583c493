//! Counting cash, giving goods back, cooking, the district's own funds and commodities, and what a closed period says.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::collection::Monday;
use crate::custody::{eggs, last, stocked};
use crate::support::{Client, KERINCI, new_form_id};

const YES: [(&str, &str); 1] = [("aksi", "setuju")];

impl Monday {
    /// What a place has of a commodity of the fund of the ASN.
    async fn cash(&self) -> i64 {
        self.holds(AccountKind::FundHolder, self.holder, Commodity::CASH).await
    }

    /// Cash of a fund at the holder, there since before the books began.
    async fn had(&self, fund: &str, rupiah: &str) {
        let (first, second) = self.two_admins().await;
        let holder = self.holder.to_string();
        let opening = [
            ("tempat", holder.as_str()),
            ("barang", "cash"),
            ("dana", fund),
            ("jumlah", rupiah),
            ("alasan", "Buku kas lama"),
            ("aksi", "kirim"),
        ];
        first.post("/gudang/saldo-awal", &opening).await.to();
        second.post(&format!("/gudang/penghapusan/{}", self.change().await), &YES).await.to();
    }

    async fn two_admins(&self) -> (Client, Client) {
        (self.test.with_role(Role::DistrictAdmin).await, self.test.with_role(Role::DistrictAdmin).await)
    }

    /// A kitchen with its cook, to whom the keeper has sent so many eggs.
    async fn kitchen(&self, keeper: &Client, eggs: &str) -> (Id, Client) {
        let kitchen = self.test.institution("kitchen", "Dapur Siulak", None).await;
        let cook = self.test.user(Role::Kitchen, &[], &[kitchen]).await;
        let (from, to) = (format!("{}_asn", self.warehouse), kitchen.to_string());
        let sent = [
            ("dari", from.as_str()),
            ("jumlah.egg", eggs),
            ("tujuan", to.as_str()),
            ("pembawa", "Budi"),
            ("sampai_tanggal", "30"),
            ("sampai_bulan", "12"),
            ("sampai_tahun", "2026"),
            ("aksi", "kirim"),
        ];
        let shipment = keeper.post("/gudang/kiriman/baru", &sent).await.to();
        let arrived = [("terima.egg", eggs), ("penerima", "Ani"), ("aksi", "terima")];
        cook.post(&format!("{shipment}/terima"), &arrived).await.to();
        (kitchen, cook)
    }
}

#[db_test]
async fn cash_is_counted_by_two_and_agreed_to_by_a_third(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    monday.had("asn", "354.500").await;
    monday.had("infak", "40.000").await;
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let path = format!("/gudang/kas/{}/hitung", monday.holder);
    assert!(treasurer.get("/gudang/kas").await.ok().contains(&path));
    let page = treasurer.get(&path).await.ok();
    assert!(page.contains("Sumbangan ASN") && page.contains("menurut buku Rp354.500"), "{page}");
    // Whose cash it is not, and who keeps none.
    let other = monday.test.institution("fund_holder", "Baznas", None).await;
    let elsewhere = monday.test.user(Role::Treasurer, &[], &[other]).await;
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    for stranger in [&keeper, &monday.coordinator, &monday.test.with_role(Role::Auditor).await] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(stranger.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    }
    let sheet = |notes: &'static str, reason: &'static str, action: &'static str| {
        vec![
            ("buku.asn", "354500"),
            ("lembar.asn.100000", "3"),
            ("lembar.asn.2000", notes),
            ("lembar.asn.500", "1"),
            ("bank.asn", "40.000"),
            ("alasan.asn", reason),
            ("buku.infak", "40000"),
            ("bank.infak", "40000"),
            ("saksi", "Budi"),
            ("aksi", action),
        ]
    };
    // Nothing written is not nothing there; a difference has a reason; what was typed stays.
    let empty = [("buku.asn", "354500"), ("buku.infak", "40000"), ("saksi", "Budi")];
    assert!(treasurer.post(&path, &empty).await.refused().contains("tulis 0 bila uangnya tidak ada"));
    let refused = treasurer.post(&path, &sheet("6", "", "kirim")).await.refused();
    assert!(refused.contains("Tulis alasan selisihnya") && refused.contains("value=\"6\""), "{refused}");
    let check = treasurer.post(&path, &sheet("6", "uang kembalian", "periksa")).await.ok();
    assert!(check.contains("Rp352.500") && check.contains("-Rp2.000"), "{check}");
    let form = new_form_id();
    let record = treasurer.post_as(&path, &form, &sheet("6", "uang kembalian", "kirim")).await.to();
    assert_eq!(treasurer.post_as(&path, &form, &sheet("6", "uang kembalian", "kirim")).await.to(), record);
    assert_eq!(monday.cash().await, 354_500, "nothing is booked yet");
    let page = treasurer.get(&record).await.ok();
    assert!(page.contains("Berita acara opname kas") && page.contains("Menunggu persetujuan"), "{page}");
    assert!(page.contains("tiga ratus lima puluh dua ribu lima ratus rupiah"), "{page}");
    assert_eq!(elsewhere.get(&record).await.status, StatusCode::NOT_FOUND);

    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let decide = format!("/gudang/penghapusan/{}", monday.change().await);
    assert_eq!(treasurer.post(&decide, &YES).await.status, StatusCode::FORBIDDEN);
    assert_eq!(keeper.post(&decide, &YES).await.status, StatusCode::NOT_FOUND);
    admin.post(&decide, &YES).await.to();
    assert_eq!(monday.cash().await, 352_500);
    assert!(treasurer.get(&record).await.ok().contains("Selesai, buku ditutup"));
    assert!(treasurer.get("/gudang/hitungan").await.ok().contains(last(&record)));
    let closed = books::closed_through(monday.test.app.store.reader(), KERINCI, monday.holder).await.unwrap();
    assert!(closed.is_some());

    // An admin who counts himself needs another admin.
    let own = [
        ("buku.asn", "352500"),
        ("bank.asn", "352.600"),
        ("alasan.asn", "bunga bank"),
        ("buku.infak", "40000"),
        ("bank.infak", "40000"),
        ("saksi", "Budi"),
        ("aksi", "kirim"),
    ];
    admin.post(&path, &own).await.to();
    let decide = format!("/gudang/penghapusan/{}", monday.change().await);
    assert!(admin.post(&decide, &YES).await.refused().contains("orang lain"));
    assert_eq!(monday.cash().await, 352_500);
    // A stale sheet is counted again.
    assert!(treasurer.post(&path, &sheet("7", "", "kirim")).await.refused().contains("Muat ulang"));
    monday.books_are_clean().await;
}

#[db_test]
async fn goods_go_back_when_a_second_person_agrees_and_with_a_paper(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let goods = eggs(monday.warehouse);
    let back = |amount: &'static str, whom: &'static str, party: &'static str, action: &'static str| {
        vec![
            ("barang", goods.as_str()),
            ("jumlah", amount),
            ("kepada", whom),
            ("pihak", party),
            ("alasan", "retak waktu diterima"),
            ("aksi", action),
        ]
    };
    let path = "/gudang/retur";
    for stranger in [&monday.coordinator, &monday.test.with_role(Role::Auditor).await] {
        assert_eq!(
            stranger.post(path, &back("5", "to_giver", "Dinas", "kirim")).await.status,
            StatusCode::FORBIDDEN
        );
    }
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let answer = elsewhere.post(path, &back("5", "to_giver", "Dinas", "kirim")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let refused = keeper.post(path, &back("5", "to_giver", "", "kirim")).await.refused();
    assert!(refused.contains("wajib") && refused.contains("retak waktu diterima"), "{refused}");
    assert!(
        keeper.post(path, &back("41", "to_giver", "Dinas", "kirim")).await.refused().contains("hanya 40")
    );
    let check = keeper.post(path, &back("5", "to_giver", "Dinas Pendidikan", "periksa")).await.ok();
    assert!(check.contains("Dinas Pendidikan") && check.contains("Minta persetujuan retur"), "{check}");
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    for (whom, party, outside) in [
        ("to_giver", "Dinas Pendidikan", AccountKind::Giver),
        ("to_supplier", "Toko Telur Siulak", AccountKind::Market),
    ] {
        let before = monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await;
        let gone = monday.holds(outside, monday.warehouse, Commodity::EGG).await;
        let form = new_form_id();
        let paper = keeper.post_as(path, &form, &back("5", whom, party, "kirim")).await.to();
        assert_eq!(keeper.post_as(path, &form, &back("5", whom, party, "kirim")).await.to(), paper);
        assert!(keeper.get(&paper).await.ok().contains("barang belum bergerak"));
        assert!(keeper.post(&paper, &YES).await.refused().contains("orang lain"));
        assert_eq!(elsewhere.get(&paper).await.status, StatusCode::NOT_FOUND);
        assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, before);
        admin.post(&paper, &YES).await.to();
        assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, before - 5);
        assert_eq!(monday.holds(outside, monday.warehouse, Commodity::EGG).await, gone + 5);
        let page = keeper.get(&paper).await.ok();
        assert!(
            page.contains("Surat retur") && page.contains(party) && page.contains("lima butir"),
            "{page}"
        );
    }
    monday.books_are_clean().await;
}

/// Wherever goods can be written off, who asks cannot agree, and nothing moves before somebody else does.
#[db_test]
async fn every_way_out_of_the_stock_takes_two(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let (kitchen, cook) = monday.kitchen(&keeper, "10").await;
    let roll = monday.test.number("SELECT COUNT(*) AS n FROM roll", args![]).await;
    assert_eq!(roll, 1);
    // On its way by a shipment, two of five not there.
    let (from, to) = (format!("{}_asn", monday.warehouse), monday.depot.to_string());
    let sent = [
        ("dari", from.as_str()),
        ("jumlah.egg", "5"),
        ("tujuan", to.as_str()),
        ("pembawa", "Budi"),
        ("sampai_tanggal", "30"),
        ("sampai_bulan", "12"),
        ("sampai_tahun", "2026"),
        ("aksi", "kirim"),
    ];
    let shipment = keeper.post("/gudang/kiriman/baru", &sent).await.to();
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let depot_keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    for (who, goods) in [
        (&keeper, eggs(monday.warehouse)),
        (&cook, format!("kitchen|{kitchen}|asn|egg")),
        (&depot_keeper, format!("carriage|{}|asn|egg", last(&shipment))),
        (&admin, eggs(monday.warehouse)),
    ] {
        let waste = || {
            monday.test.number(
                "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM balance b JOIN account a \
            ON a.district_id = b.district_id AND a.id = b.account_id WHERE a.kind = 'waste'",
                args![],
            )
        };
        let before = waste().await;
        let fields = [("barang", goods.as_str()), ("jumlah", "2"), ("alasan", "pecah"), ("aksi", "kirim")];
        who.post("/gudang/penghapusan/baru", &fields).await.to();
        let path = format!("/gudang/penghapusan/{}", monday.change().await);
        assert!(who.post(&path, &YES).await.refused().contains("orang lain"), "{goods}");
        assert_eq!(waste().await, before, "{goods}");
        let second = monday.test.with_role(Role::DistrictAdmin).await;
        second.post(&path, &YES).await.to();
        assert_eq!(waste().await, before + 2, "{goods}");
    }
    // A count that finds less is the same way out; its own witness is somebody else too.
    let sheet = format!("/gudang/hitung/{kitchen}");
    let goods = format!("kitchen|{kitchen}|asn|egg");
    let count = [
        ("barang.1", goods.as_str()),
        ("buku.1", "8"),
        ("hitung.1", "7"),
        ("alasan.1", "pecah"),
        ("saksi", "Budi"),
        ("aksi", "kirim"),
    ];
    cook.post(&sheet, &count).await.to();
    let path = format!("/gudang/penghapusan/{}", monday.change().await);
    assert!(cook.post(&path, &YES).await.refused().contains("orang lain"));
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, Commodity::EGG).await, 8);
    admin.post(&path, &YES).await.to();
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, Commodity::EGG).await, 7);
    monday.books_are_clean().await;
}

/// A count that leaves something out, or of which a difference was not agreed to, closes nothing.
#[db_test]
async fn a_count_is_whole_by_two_and_closes_only_when_agreed_to(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let sheet = format!("/gudang/hitung/{}", monday.warehouse);
    let (rice, goods) = (format!("warehouse|{}|asn|rice_can", monday.warehouse), eggs(monday.warehouse));
    let of_rice = [("barang.1", rice.as_str()), ("buku.1", "40"), ("hitung.1", "40")];
    let of_eggs = |counted: &'static str, reason: &'static str| {
        [("barang.2", goods.as_str()), ("buku.2", "40"), ("hitung.2", counted), ("alasan.2", reason)]
    };
    let send = [("aksi", "kirim")];
    let takes = || monday.test.number("SELECT COUNT(*) AS n FROM stock_take", args![]);
    let closed = || monday.test.number("SELECT COUNT(*) AS n FROM book_period", args![]);
    // The eggs were left out.
    let part = [of_rice.as_slice(), &[("saksi", "Budi")], &send].concat();
    assert!(keeper.post(&sheet, &part).await.refused().contains("value=\"40\""));
    assert_eq!(takes().await, 0);
    // One's own witness is nobody.
    let rename = "UPDATE app_user SET name = 'Joko Gudang', name_search = 'joko gudang' WHERE district_id = $1 AND id = $2";
    monday.test.sql(rename, args![KERINCI, keeper.user]).await;
    let keeper = monday.test.sign_in(keeper.user).await;
    let own = [of_rice.as_slice(), &of_eggs("40", ""), &[("saksi", "JOKO gudang")], &send].concat();
    let refused = keeper.post(&sheet, &own).await.refused();
    assert!(refused.contains("e-saksi") && refused.contains("JOKO gudang"), "{refused}");
    assert_eq!((takes().await, closed().await), (0, 0));
    // A difference that is not agreed to: the count is to be done again, and no day is closed.
    let less = [of_rice.as_slice(), &of_eggs("39", "pecah"), &[("saksi", "Budi")], &send].concat();
    let record = keeper.post(&sheet, &less).await.to();
    assert_eq!((takes().await, closed().await), (1, 0));
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let no = [("aksi", "tolak"), ("catatan", "hitung lagi")];
    admin.post(&format!("/gudang/penghapusan/{}", monday.change().await), &no).await.to();
    assert_eq!(closed().await, 0);
    let state = "SELECT COUNT(*) AS n FROM stock_take WHERE state = 'refused'";
    assert_eq!(monday.test.number(state, args![]).await, 1);
    keeper.get(&record).await.ok();
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 40);
    // Done again without a difference, the days before it are closed at once.
    monday.test.db.clock.advance(60);
    let right = [of_rice.as_slice(), &of_eggs("40", ""), &[("saksi", "Budi")], &send].concat();
    keeper.post(&sheet, &right).await.to();
    assert_eq!(closed().await, 1);
    monday.books_are_clean().await;
}

#[db_test]
async fn ingredients_become_portions_and_commodities_are_the_districts(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let meal = [("nama", "Porsi makan"), ("satuan", "porsi"), ("tahan", "0")];
    for stranger in [&keeper, &monday.coordinator] {
        assert_eq!(stranger.get("/gudang/barang").await.status, StatusCode::FORBIDDEN);
        assert_eq!(stranger.post("/gudang/barang", &meal).await.status, StatusCode::FORBIDDEN);
    }
    let refused = admin.post("/gudang/barang", &[("nama", "Susu UHT"), ("tahan", "x")]).await.refused();
    assert!(refused.contains("value=\"Susu UHT\""), "{refused}");
    assert!(admin.post("/gudang/barang", &[("nama", "Susu UHT")]).await.refused().contains("wajib"));
    let form = new_form_id();
    admin.post_as("/gudang/barang", &form, &meal).await.to();
    admin.post_as("/gudang/barang", &form, &meal).await.to();
    assert!(admin.post("/gudang/barang", &meal).await.refused().contains("sudah ada"));
    admin.post("/gudang/barang", &[("kode", "egg"), ("nama", "Telur ayam"), ("tahan", "21")]).await.to();
    let page = admin.get("/gudang/barang").await.ok();
    assert!(
        page.contains("Telur ayam") && page.contains("21 hari") && page.contains("Porsi makan"),
        "{page}"
    );

    let (kitchen, cook) = monday.kitchen(&keeper, "12").await;
    let field = format!("bahan.{kitchen}_asn.egg");
    let pot = |eggs: &'static str, menu: &'static str, action: &'static str| {
        vec![
            (field.as_str(), eggs),
            ("masakan", "porsi_makan"),
            ("porsi", "10"),
            ("menu", menu),
            ("hari_tanggal", "2"),
            ("hari_bulan", "11"),
            ("hari_tahun", "2026"),
            ("aksi", action),
        ]
    };
    let path = "/gudang/masak";
    for stranger in [&keeper, &admin, &monday.coordinator] {
        assert_eq!(stranger.post(path, &pot("6", "Nasi tim", "kirim")).await.status, StatusCode::FORBIDDEN);
    }
    let refused = cook.post(path, &pot("6", "", "kirim")).await.refused();
    assert!(refused.contains("wajib") && refused.contains("value=\"6\""), "{refused}");
    assert!(cook.post(path, &pot("0", "Nasi tim", "kirim")).await.refused().contains("sekurangnya satu"));
    assert!(cook.post(path, &pot("13", "Nasi tim", "kirim")).await.refused().contains("12"));
    assert!(cook.post(path, &pot("6", "Nasi tim", "periksa")).await.ok().contains("6 butir"));
    let other = monday.test.institution("kitchen", "Dapur Danau", None).await;
    let elsewhere = monday.test.user(Role::Kitchen, &[], &[other]).await;
    assert_eq!(elsewhere.post(path, &pot("6", "Nasi tim", "kirim")).await.status, StatusCode::NOT_FOUND);
    let form = new_form_id();
    cook.post_as(path, &form, &pot("6", "Nasi tim", "kirim")).await.to();
    cook.post_as(path, &form, &pot("6", "Nasi tim", "kirim")).await.to();
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, Commodity::EGG).await, 6);
    let portions: Commodity = "porsi_makan".parse().unwrap();
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, portions).await, 10);
    assert!(cook.get(path).await.ok().contains("Nasi tim"));
    // What was cooked knows of what; taken back, the eggs lie there again.
    let lot: Id = {
        let sql = "SELECT id FROM lot WHERE district_id = $1 AND origin = 'cooking'";
        monday.newest(sql, args![KERINCI]).await
    };
    assert!(cook.get(&format!("/gudang/lot/{lot}")).await.ok().contains("6 butir"));
    let undo = format!("/gudang/mutasi/{}/batal", monday.transfer("cooked").await);
    assert_eq!(cook.post(&undo, &[("alasan", "x")]).await.status, StatusCode::FORBIDDEN);
    admin.post(&undo, &[("alasan", "salah dapur"), ("aksi", "kirim")]).await.to();
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, Commodity::EGG).await, 12);
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, portions).await, 0);
    monday.books_are_clean().await;
}

#[db_test]
async fn a_district_names_its_funds_but_no_budget_is_one(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let path = "/gudang/dana/daftar";
    let jumat = [("nama", "Infak Jumat"), ("jenis", "infak")];
    for stranger in [&keeper, &monday.coordinator, &monday.test.with_role(Role::Auditor).await] {
        assert_eq!(stranger.get(path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(stranger.post(path, &jumat).await.status, StatusCode::FORBIDDEN);
    }
    for name in ["APBD", "Dana Desa 2026", "dana   desa", "DAK Nonfisik"] {
        let refused = admin.post(path, &[("nama", name), ("jenis", "other")]).await.refused();
        assert!(refused.contains("Anggaran pemerintah tidak dapat"), "{name}: {refused}");
    }
    assert!(admin.post(path, &[("nama", "Wakaf")]).await.refused().contains("value=\"Wakaf\""));
    assert!(admin.post(path, &[("nama", "Wakaf"), ("jenis", "apbd")]).await.status != StatusCode::SEE_OTHER);
    let form = new_form_id();
    admin.post_as(path, &form, &jumat).await.to();
    admin.post_as(path, &form, &jumat).await.to();
    assert!(admin.post(path, &jumat).await.refused().contains("sudah ada"));
    admin.post(path, &[("kode", "asn"), ("nama", "Gotong royong ASN"), ("dipakai", "ya")]).await.to();
    admin.post(path, &[("kode", "csr"), ("nama", "CSR perusahaan"), ("dipakai", "tidak")]).await.to();
    assert!(
        admin.post(path, &[("kode", "csr"), ("nama", "Infak Jumat")]).await.refused().contains("sudah ada")
    );
    let said = admin.post(path, &[("kode", "asn"), ("nama", "APBD")]).await.refused();
    assert!(said.contains("Anggaran pemerintah"), "{said}");
    // The names are on every page; what is closed is not offered, zakat is never collected here.
    assert!(keeper.get("/gudang").await.ok().contains("Gotong royong ASN"));
    let opening = admin.get("/gudang/saldo-awal").await.ok();
    assert!(opening.contains("Infak Jumat") && !opening.contains("Zakat (laporan"), "{opening}");
    assert!(!opening.contains("CSR perusahaan"), "{opening}");
    let account = admin.get("/rekening/baru").await.ok();
    assert!(account.contains("Infak Jumat") && !account.contains("Zakat (laporan"), "{account}");
    // Money of the new fund is its own.
    monday.had("infak_jumat", "25.000").await;
    let cash = admin.get("/gudang/kas").await.ok();
    assert!(cash.contains("Infak Jumat") && cash.contains("Rp25.000"), "{cash}");
    let trail =
        monday.test.number("SELECT COUNT(*) AS n FROM command_log WHERE kind = 'custody.keep_fund'", args![]);
    assert_eq!(trail.await, 3);
    monday.books_are_clean().await;
}

#[db_test]
async fn a_closed_day_is_told_in_plain_words_and_nothing_typed_is_lost(db: TestDatabase) {
    let (monday, _) = stocked(db).await;
    monday.had("asn", "500.000").await;
    let close = crate::books::Closing { place: monday.holder, through: date!(2026 - 11 - 01) };
    monday.test.app.store.submit(monday.test.envelope(Id::SYSTEM), close).await.unwrap();
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    let (purse, place) = (format!("{}_asn", monday.holder), monday.warehouse.to_string());
    let buy = |day: &'static str, month: &'static str| {
        vec![
            ("kas", purse.as_str()),
            ("tempat", place.as_str()),
            ("barang", "egg"),
            ("jumlah", "30"),
            ("dibayar", "60.000"),
            ("toko", "Toko Telur Siulak"),
            ("hari_tanggal", day),
            ("hari_bulan", month),
            ("hari_tahun", "2026"),
            ("aksi", "kirim"),
        ]
    };
    let refused = treasurer.post("/gudang/beli/baru", &buy("31", "10")).await.refused();
    assert!(refused.contains("1 Nov 2026") && refused.contains("ditutup"), "{refused}");
    assert!(refused.contains("value=\"Toko Telur Siulak\"") && refused.contains("60.000"), "{refused}");
    assert_eq!(monday.cash().await, 500_000);
    treasurer.post("/gudang/beli/baru", &buy("2", "11")).await.to();
    assert_eq!(monday.cash().await, 440_000);
    assert_eq!(books::check(&monday.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}
