//! What is kept where, and who may change it.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Instant, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::macros::date;

use crate::collection::Monday;
use crate::support::{Client, KERINCI, VILLAGES};

/// Forty people's goods in the warehouse.
pub(crate) async fn stocked(db: TestDatabase) -> (Monday, Client) {
    let monday = Monday::begin(db, 40).await;
    let roll = monday.closed().await;
    let hand_over = monday.handed_over(&roll, monday.warehouse).await;
    let keeper = monday.test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    let arrived = [
        ("terima.rice_can", "40"),
        ("terima.egg", "40"),
        ("cara", "paper"),
        ("penerima", "Joko"),
        ("aksi", "terima"),
    ];
    keeper.post(&format!("{hand_over}/terima"), &arrived).await.to();
    (monday, keeper)
}

/// Gives eggs of the warehouse to a family.
#[derive(Serialize, Deserialize)]
struct Give {
    warehouse: Id,
    family: Id,
    eggs: i64,
}

impl Command for Give {
    const KIND: &'static str = "test.give";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let from = Spot::new(AccountKind::Warehouse, self.warehouse);
        let to = Spot::new(AccountKind::Household, self.family);
        let transfer = Transfer {
            kind: TransferKind::Delivered,
            fund: Fund::ASN,
            day: date!(2026 - 11 - 03),
            cause: self.family,
            reason: String::new(),
            moves: vec![Move::new(Commodity::EGG, from, to, self.eggs)],
        };
        books::post(tx, transfer).await
    }
}

impl Monday {
    /// The eggs that came so.
    async fn lot(&self, origin: &str) -> Id {
        let sql = "SELECT id FROM lot WHERE district_id = $1 AND commodity = 'egg' AND origin = $2";
        self.newest(sql, args![KERINCI, origin]).await
    }

    async fn family(&self, village: i64) -> Id {
        let id = self.test.app.store.new_id();
        self.test
            .sql(
                "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)",
                args![KERINCI, id],
            )
            .await;
        self.test
            .sql(
                "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) \
                 VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, '', '001', '001', 'Sari', 'sari', 'verified')",
                args![KERINCI, id, Instant::NEVER, Id::SYSTEM, village],
            )
            .await;
        id
    }

    async fn give(&self, family: Id, eggs: i64) {
        let give = Give { warehouse: self.warehouse, family, eggs };
        self.test.app.store.submit(self.test.envelope(Id::SYSTEM), give).await.unwrap();
    }

    /// The change that waits for somebody.
    pub(crate) async fn change(&self) -> Id {
        self.newest(
            "SELECT id FROM stock_change WHERE district_id = $1 AND state = 'requested' ORDER BY id DESC LIMIT 1",
            args![KERINCI],
        )
        .await
    }

    /// The newest transfer of a kind.
    pub(crate) async fn transfer(&self, kind: &str) -> Id {
        let sql = "SELECT id FROM transfer WHERE district_id = $1 AND kind = $2 ORDER BY id DESC LIMIT 1";
        self.newest(sql, args![KERINCI, kind]).await
    }

    pub(crate) async fn newest(&self, sql: &str, args: asuh_store::Args) -> Id {
        let found: Option<(Id,)> =
            asuh_store::Query::first(self.test.app.store.reader(), sql, args).await.unwrap();
        found.unwrap().0
    }

    /// The page of somebody who gives.
    async fn giver(&self, sponsor: Id) -> Client {
        let client = self.test.user(Role::Sponsor, &[], &[]).await;
        self.test
            .sql(
                "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3",
                args![sponsor, KERINCI, client.user],
            )
            .await;
        client
    }
}

pub(crate) fn eggs(place: Id) -> String {
    format!("warehouse|{place}|asn|egg")
}

/// The number of the path at the end: `/gudang/kiriman/{id}`.
pub(crate) fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[db_test]
async fn goods_go_between_places_with_two_signatures(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let stock = keeper.get("/gudang").await.ok();
    assert!(stock.contains("Gudang Siulak") && stock.contains("40 butir"), "{stock}");
    let (from, to) = (format!("{}_asn", monday.warehouse), monday.depot.to_string());
    let fields = |eggs: &'static str, carrier: &'static str, action: &'static str| {
        vec![
            ("dari", from.as_str()),
            ("jumlah.egg", eggs),
            ("tujuan", to.as_str()),
            ("pembawa", carrier),
            ("sampai_tanggal", "30"),
            ("sampai_bulan", "12"),
            ("sampai_tahun", "2026"),
            ("aksi", action),
        ]
    };
    let path = "/gudang/kiriman/baru";
    assert!(keeper.get(path).await.ok().contains("ada 40 butir"));
    let refused = keeper.post(path, &fields("10", "", "kirim")).await.refused();
    assert!(refused.contains("wajib") && refused.contains("value=\"10\""), "{refused}");
    assert!(keeper.post(path, &fields("41", "Sopir Budi", "kirim")).await.refused().contains("hanya 40"));
    assert!(
        keeper.post(path, &fields("0", "Sopir Budi", "kirim")).await.refused().contains("sekurangnya satu")
    );
    let stranger = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    let answer = stranger.post(path, &fields("10", "Sopir Budi", "kirim")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    assert_eq!(treasurer.get(path).await.status, StatusCode::FORBIDDEN);
    let check = keeper.post(path, &fields("10", "Sopir Budi", "periksa")).await.ok();
    assert!(check.contains("10 butir") && check.contains("Depo Danau Kerinci"), "{check}");

    let form = crate::support::new_form_id();
    let shipment = keeper.post_as(path, &form, &fields("10", "Sopir Budi", "kirim")).await.to();
    assert_eq!(keeper.post_as(path, &form, &fields("10", "Sopir Budi", "kirim")).await.to(), shipment);
    let id: Id = last(&shipment).parse().unwrap();
    let on_the_way = || monday.holds(AccountKind::Carriage, id, Commodity::EGG);
    assert_eq!(on_the_way().await, 10);
    assert!(stranger.get("/").await.ok().contains("1 kiriman menunggu diterima"));

    // The sender cannot sign for the receiver; the receiver says what is missing.
    let arrived = |eggs: &'static str, note: &'static str| {
        [("terima.egg", eggs), ("cara", "paper"), ("penerima", "Joko"), ("catatan", note), ("aksi", "terima")]
    };
    let receive = format!("{shipment}/terima");
    assert_eq!(keeper.post(&receive, &arrived("10", "")).await.status, StatusCode::NOT_FOUND);
    let both = monday.test.with_role(Role::DistrictAdmin).await;
    assert!(stranger.post(&receive, &arrived("11", "")).await.refused().contains("hanya 10"));
    assert!(stranger.post(&receive, &arrived("7", "")).await.refused().contains("Tulis alasan selisihnya"));
    stranger.post(&receive, &arrived("7", "dua pecah, satu tertinggal")).await.to();
    assert_eq!(monday.holds(AccountKind::Depot, monday.depot, Commodity::EGG).await, 7);
    assert_eq!(on_the_way().await, 3);
    assert!(keeper.get(&shipment).await.ok().contains("di perjalanan"));
    let cancel = format!("{shipment}/batal");
    let refused = keeper.post(&cancel, &[("alasan", "salah")]).await.refused();
    assert!(refused.contains("Sebagian kiriman ini sudah diterima"), "{refused}");

    // One came later; two are written off with a second signature, and the shipment is over.
    stranger.post(&receive, &arrived("1", "dua pecah")).await.to();
    let goods = format!("carriage|{id}|asn|egg");
    let gone = [("barang", goods.as_str()), ("jumlah", "2"), ("alasan", "pecah di jalan"), ("aksi", "kirim")];
    stranger.post("/gudang/penghapusan/baru", &gone).await.to();
    let change = monday.change().await;
    both.post(&format!("/gudang/penghapusan/{change}"), &[("aksi", "setuju")]).await.to();
    assert_eq!(on_the_way().await, 0);
    assert!(keeper.get(&shipment).await.ok().contains("selesai"));
    assert!(stranger.post(&receive, &arrived("1", "x")).await.refused().contains("tidak lagi di perjalanan"));

    // A whole shipment is taken back as long as nothing of it arrived.
    let second = keeper.post(path, &fields("5", "Sopir Budi", "kirim")).await.to();
    assert_eq!(
        stranger.post(&format!("{second}/batal"), &[("alasan", "x")]).await.status,
        StatusCode::NOT_FOUND
    );
    keeper.post(&format!("{second}/batal"), &[("alasan", "jalan longsor")]).await.to();
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 30);
    let list = keeper.get("/gudang/kiriman?selesai=1").await.ok();
    assert!(list.contains("dibatalkan") && list.contains("selesai"), "{list}");
    monday.books_are_clean().await;
}

#[db_test]
async fn only_an_admin_takes_movements_back_and_only_here_what_was_made_here(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let transfer = monday.transfer("received").await;
    let path = format!("/gudang/mutasi/{transfer}/batal");
    assert_eq!(keeper.post(&path, &[("alasan", "x")]).await.status, StatusCode::FORBIDDEN);
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let yes = |why| [("alasan", why), ("aksi", "kirim")];
    assert!(admin.post(&path, &yes("x")).await.refused().contains("di tempat ia dibuat"));
    let goods = eggs(monday.warehouse);
    let fields = [("barang", goods.as_str()), ("jumlah", "3"), ("alasan", "busuk"), ("aksi", "kirim")];
    keeper.post("/gudang/penghapusan/baru", &fields).await.to();
    let change = monday.change().await;
    admin.post(&format!("/gudang/penghapusan/{change}"), &[("aksi", "setuju")]).await.to();
    let path = format!("/gudang/mutasi/{}/batal", monday.transfer("written_off").await);
    assert!(admin.post(&path, &[]).await.refused().contains("wajib"));
    // It is looked over once more, and nothing has moved yet.
    let check = admin.post(&path, &[("alasan", "ternyata masih baik")]).await.ok();
    assert!(check.contains("ternyata masih baik") && check.contains("Periksa sekali lagi"), "{check}");
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 37);
    admin.post(&path, &yes("ternyata masih baik")).await.to();
    assert!(admin.post(&path, &yes("x")).await.refused().contains("sudah dibatalkan"));
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 40);
    monday.books_are_clean().await;
}

#[db_test]
async fn cash_becomes_eggs_of_the_same_fund_at_a_known_price(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    // Korpri had Rp500.000 before the books began: booked when somebody else agrees.
    let holder = monday.holder.to_string();
    let opening = [
        ("tempat", holder.as_str()),
        ("barang", "cash"),
        ("dana", "asn"),
        ("jumlah", "500.000"),
        ("alasan", "Buku kas lama, 31 Oktober"),
        ("aksi", "kirim"),
    ];
    assert_eq!(keeper.post("/gudang/saldo-awal", &opening).await.status, StatusCode::FORBIDDEN);
    let mut wrong = opening;
    wrong[1].1 = "egg";
    assert!(
        admin.post("/gudang/saldo-awal", &wrong).await.refused().contains("Uang hanya pada pemegang dana")
    );
    // Looked over first, and what does not fit is said before that.
    assert!(
        admin
            .post("/gudang/saldo-awal", &wrong[..5])
            .await
            .refused()
            .contains("Uang hanya pada pemegang dana")
    );
    let check = admin.post("/gudang/saldo-awal", &opening[..5]).await.ok();
    assert!(check.contains("Rp500.000") && check.contains("Buku kas lama, 31 Oktober"), "{check}");
    assert!(!check.contains("id=\"f-jumlah\""), "{check}");
    assert_eq!(monday.test.number("SELECT COUNT(*) AS n FROM stock_change", args![]).await, 0);
    let paper = admin.post("/gudang/saldo-awal", &opening).await.to();
    assert!(admin.get(&paper).await.ok().contains("Belum disetujui"));
    let path = format!("/gudang/penghapusan/{}", monday.change().await);
    assert!(admin.post(&path, &[("aksi", "setuju")]).await.refused().contains("orang lain"));
    let second = monday.test.with_role(Role::DistrictAdmin).await;
    second.post(&path, &[("aksi", "setuju")]).await.to();
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 500_000);

    let price = [("barang", "egg"), ("harga", "2.000"), ("per", "1")];
    assert_eq!(keeper.post("/gudang/harga", &price).await.status, StatusCode::FORBIDDEN);
    admin.post("/gudang/harga", &price).await.to();
    let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
    assert!(treasurer.get("/gudang/beli").await.ok().contains("Rp2.000 untuk 1 butir"));
    let (purse, place) = (format!("{}_asn", monday.holder), monday.warehouse.to_string());
    let buy = |paid: &'static str, note: &'static str, action: &'static str| {
        vec![
            ("kas", purse.as_str()),
            ("tempat", place.as_str()),
            ("barang", "egg"),
            ("jumlah", "30"),
            ("dibayar", paid),
            ("toko", "Toko Telur Siulak"),
            ("hari_tanggal", "2"),
            ("hari_bulan", "11"),
            ("hari_tahun", "2026"),
            ("catatan", note),
            ("aksi", action),
        ]
    };
    let path = "/gudang/beli/baru";
    for other in [&keeper, &admin, &monday.coordinator] {
        assert_eq!(other.post(path, &buy("60.000", "", "kirim")).await.status, StatusCode::FORBIDDEN);
    }
    let check = treasurer.post(path, &buy("90.000", "", "periksa")).await.ok();
    assert!(check.contains("50 persen dari daftar harga"), "{check}");
    let refused = treasurer.post(path, &buy("90.000", "", "kirim")).await.refused();
    assert!(refused.contains("jauh dari daftar harga") && refused.contains("Toko Telur Siulak"), "{refused}");
    assert!(treasurer.post(path, &buy("600.000", "mahal", "kirim")).await.refused().contains("kurang"));
    let form = crate::support::new_form_id();
    treasurer.post_as(path, &form, &buy("60.000", "", "kirim")).await.to();
    treasurer.post_as(path, &form, &buy("60.000", "", "kirim")).await.to();
    assert_eq!(monday.holds(AccountKind::FundHolder, monday.holder, Commodity::CASH).await, 440_000);
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 70);
    // The eggs know of which money they were bought.
    let lot = monday.lot("purchase").await;
    let page = admin.get(&format!("/gudang/lot/{lot}")).await.ok();
    assert!(page.contains("Berasal dari") && page.contains("Rp60.000"), "{page}");
    monday.books_are_clean().await;
}

#[db_test]
async fn a_write_off_needs_a_second_person(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let goods = eggs(monday.warehouse);
    // Looked over first: what will be left, and nothing is asked for yet.
    let path = "/gudang/penghapusan/baru";
    let check = keeper.post(path, &[("barang", &goods), ("jumlah", "3"), ("alasan", "busuk")]).await.ok();
    assert!(check.contains("37 butir") && check.contains("busuk"), "{check}");
    assert!(check.contains("name=\"jumlah\" value=\"3\"") && !check.contains("id=\"f-jumlah\""), "{check}");
    let too_many =
        keeper.post(path, &[("barang", &goods), ("jumlah", "41"), ("alasan", "busuk")]).await.refused();
    assert!(too_many.contains("hanya 40") && too_many.contains("value=\"41\""), "{too_many}");
    let back = [("barang", goods.as_str()), ("jumlah", "3"), ("alasan", "busuk"), ("aksi", "ubah")];
    assert!(keeper.post(path, &back).await.ok().contains("value=\"busuk\""));
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(elsewhere.post(path, &back[..3]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(monday.test.number("SELECT COUNT(*) AS n FROM stock_change", args![]).await, 0);
    let fields = [("barang", goods.as_str()), ("jumlah", "3"), ("alasan", "busuk"), ("aksi", "kirim")];
    let paper = keeper.post("/gudang/penghapusan/baru", &fields).await.to();
    let paper = keeper.get(&paper).await.ok();
    assert!(paper.contains("Belum disetujui") && paper.contains("3 butir"), "{paper}");
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
        ("saksi", "Budi"),
    ];
    let answer = keeper.post(&sheet, &fields).await.refused();
    assert!(answer.contains("Tulis alasan selisihnya") && answer.contains("ditemukan di rak"), "{answer}");
    fields.push(("alasan.2", "pecah"));
    // Looked over first: what differs, and nothing is written yet.
    let takes = || monday.test.number("SELECT COUNT(*) AS n FROM stock_take", args![]);
    let check = keeper.post(&sheet, &fields).await.ok();
    assert!(check.contains("-1 butir") && check.contains("1 kaleng") && check.contains("pecah"), "{check}");
    assert!(check.contains("name=\"hitung.2\" value=\"39\"") && check.contains("value=\"Budi\""), "{check}");
    let again = keeper.post(&sheet, &[fields.as_slice(), &[("aksi", "ubah")]].concat()).await.ok();
    assert!(again.contains("id=\"f-hitung.2\"") && again.contains("value=\"39\""), "{again}");
    assert_eq!(takes().await, 0);
    fields.push(("aksi", "kirim"));
    let record = keeper.post(&sheet, &fields).await.to();
    assert!(record.starts_with("/gudang/hitungan/"), "{record}");
    assert!(keeper.get(&record).await.ok().contains("Budi"));
    assert_eq!(takes().await, 1);
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/gudang/penghapusan").await.ok();
    for path in page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        if path.starts_with("/gudang/penghapusan/") {
            admin.post(path, &[("aksi", "setuju")]).await.to();
        }
    }
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::EGG).await, 39);
    assert_eq!(monday.holds(AccountKind::Warehouse, monday.warehouse, Commodity::RICE_CAN).await, 41);
    // The days before the count are closed, and say so.
    assert!(keeper.get("/gudang").await.ok().contains("Ditutup sampai"));
    assert!(keeper.get(&sheet).await.ok().contains("Ditutup sampai"));
    let closed =
        monday.test.number("SELECT COUNT(*) AS n FROM stock_take WHERE state = 'closed'", args![]).await;
    assert_eq!(closed, 1);
    monday.books_are_clean().await;
}

/// The eggs of an office are followed to the families, and back, without naming who is few.
#[db_test]
async fn the_eggs_of_an_office_can_be_followed_both_ways(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let eggs = monday.lot("gift").await;
    let page = keeper.get(&format!("/gudang/lot/{eggs}")).await.ok();
    assert!(page.contains("40 butir Telur") && page.contains("Dinas Pendidikan"), "{page}");
    assert!(page.contains("40 butir di Gudang Siulak"), "{page}");
    // 21 families of one village, three of another: the three are told by their kecamatan.
    let mut last = None;
    for (village, families) in [(VILLAGES[0], 21), (VILLAGES[1], 3)] {
        for _ in 0..families {
            let family = monday.family(village).await;
            monday.give(family, 1).await;
            last = Some(family);
        }
    }
    let page = keeper.get(&format!("/gudang/lot/{eggs}")).await.ok();
    assert!(page.contains("21 butir ke 21 keluarga di"), "{page}");
    assert!(page.contains("3 butir ke beberapa keluarga di Kecamatan"), "{page}");
    assert!(page.contains("16 butir di Gudang Siulak"), "{page}");
    assert!(keeper.get("/gudang/lot").await.ok().contains("Dinas Pendidikan"));

    // Another keeper's places never saw them.
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(elsewhere.get(&format!("/gudang/lot/{eggs}")).await.status, StatusCode::NOT_FOUND);
    assert!(!elsewhere.get("/gudang/lot").await.ok().contains("Dinas Pendidikan"));
    assert_eq!(monday.coordinator.get("/gudang/lot").await.status, StatusCode::FORBIDDEN);

    // From a family back to the office, for who reads the stock.
    let admin = monday.test.with_role(Role::DistrictAdmin).await;
    let page = admin.get(&format!("/sasaran/{}", last.unwrap())).await.ok();
    assert!(page.contains("Dari mana bantuan datang") && page.contains("Dinas Pendidikan"), "{page}");

    // The giver sees his office's eggs on his own page; a colleague who gave nothing sees none.
    let giver = monday.giver(monday.people[0]).await;
    let page = giver.get("/janji").await.ok();
    assert!(page.contains("21 butir ke 21 keluarga di") && page.contains("Dinas Pendidikan"), "{page}");
    assert_eq!(books::check(&monday.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn the_books_close_on_every_page_and_download(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let family = monday.family(VILLAGES[0]).await;
    monday.give(family, 12).await;
    let list = keeper.get("/gudang/buku").await.ok();
    assert!(list.contains("Gudang Siulak") && list.contains("28 butir"), "{list}");
    let account = books::account_id(
        KERINCI,
        &books::Holding::new(AccountKind::Warehouse, monday.warehouse, Fund::ASN, Commodity::EGG),
    );
    let path = format!("/gudang/buku/{account}");
    let page = keeper.get(&format!("{path}?bulan=2026-11")).await.ok();
    assert!(page.contains("Kartu stok") && page.contains("40 butir") && page.contains("12 butir"), "{page}");
    assert!(page.contains("<strong>28 butir</strong>"), "{page}");
    let next = keeper.get(&format!("{path}?bulan=2026-12")).await.ok();
    assert!(next.contains("Tidak ada mutasi") && next.contains("28 butir"), "{next}");
    let sheet = keeper.download_link(&format!("{path}?bulan=2026-11&xlsx=1")).await;
    assert_eq!(sheet.last().unwrap().last().unwrap(), "28", "{sheet:?}");
    // Others' books are not found; the statement of all funds is for admin and auditor.
    let elsewhere = monday.test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await;
    assert_eq!(elsewhere.get(&path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(monday.coordinator.get("/gudang/buku").await.status, StatusCode::FORBIDDEN);
    assert_eq!(keeper.get("/gudang/dana").await.status, StatusCode::FORBIDDEN);
    let auditor = monday.test.with_role(Role::Auditor).await;
    let funds = auditor.get("/gudang/dana?bulan=2026-11").await.ok();
    assert!(funds.contains("<strong>28 butir</strong>") && funds.contains("12 butir"), "{funds}");
}
