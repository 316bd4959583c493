//! Zakat: noted as Baznas reports it, in none of our books, and nothing of ours can be paid from it.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_step_custody::{BuyGoods, RequestOpening};
use asuh_step_distribution::cash::{DraftPlan, Source};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Query, Recording, Rejection, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;
use time::macros::date;

use crate::cash::Cash;
use crate::pairing::TODAY;
use crate::support::{Client, KERINCI};

const PDF: &[u8] = b"%PDF-1.7 laporan";

fn report<'a>(reporter: &'a str, number: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("pelapor", reporter),
        ("nomor", number),
        ("hari_tanggal", "2"),
        ("hari_bulan", "11"),
        ("hari_tahun", "2026"),
        ("bulan", "2026-10"),
        ("jumlah", "44.100.000"),
        ("keluarga", "1"),
    ]
}

async fn note(client: &Client, holder: Id, number: &str) -> String {
    let holder = holder.to_string();
    client.upload("/zakat/baru", &report(&holder, number), "surat", "surat.pdf", PDF).await.to()
}

#[db_test]
async fn baznas_reports_and_it_stands_beside(db: TestDatabase) {
    let cash = Cash::start(db, [2, 0, 0, 0]).await;
    let (test, admin) = (&cash.scene.test, &cash.scene.admin);
    let holder = cash.holder.to_string();
    // Without its paper, of a day to come, for nothing: refused, and what was typed stays.
    let page = admin.post("/zakat/baru", &report(&holder, "B/12/X/2026")).await.refused();
    assert!(page.contains("f-surat") && page.contains("value=\"B/12/X/2026\""), "{page}");
    let mut wrong = report(&holder, "B/12/X/2026");
    wrong.retain(|(name, _)| *name != "hari_tanggal");
    wrong.push(("hari_tanggal", "3"));
    let page = admin.upload("/zakat/baru", &wrong, "surat", "a.pdf", PDF).await.refused();
    assert!(
        page.contains("tidak boleh setelah hari ini") && page.contains("Suratnya sudah tersimpan"),
        "{page}"
    );
    let shown = note(admin, cash.holder, "B/12/X/2026").await;
    let again = admin.upload("/zakat/baru", &report(&holder, "B/12/X/2026"), "surat", "a.pdf", PDF).await;
    assert!(again.refused().contains("sudah dicatat"));
    let page = admin.get(&shown).await.ok();
    assert!(page.contains("Rp44.100.000") && page.contains("tidak masuk saldo mana pun"), "{page}");
    assert_eq!(admin.get(&format!("{shown}/dokumen")).await.bytes, PDF);
    // In no account of the books, and beside the plans of help in money.
    let accounts = "SELECT COUNT(*) AS n FROM account WHERE district_id = $1 AND fund = 'zakat'";
    assert_eq!(test.number(accounts, args![KERINCI]).await, 0);
    assert!(admin.get("/bantuan-uang").await.ok().contains("Rp44.100.000"));
    assert!(!admin.get("/gudang/kas").await.ok().contains("Rp44.100.000"));

    // A family that Baznas found eligible; not more than the paper names.
    let found = admin.post(&format!("{shown}/cari"), &[("cari", "Kepala Rahasia")]).await.ok();
    assert!(found.contains("Kepala Rahasia") && found.contains("ibnu sabil"), "{found}");
    let family = cash.scene.children[0].family.to_string();
    let other = cash.scene.children[1].family.to_string();
    let marks = format!("{shown}/keluarga");
    admin.post(&marks, &[("id", &family), ("asnaf", "kaya")]).await.refused();
    admin.post(&marks, &[("id", &family), ("asnaf", "fakir")]).await.to();
    let page = admin.post(&marks, &[("id", &other), ("asnaf", "miskin")]).await.refused();
    assert!(page.contains("menyebut 1 keluarga"), "{page}");
    assert!(admin.get(&shown).await.ok().contains("fakir"));
    assert!(admin.get(&format!("/sasaran/{family}")).await.ok().contains("B/12/X/2026"));
    let stranger = test.app.store.new_id().to_string();
    assert_eq!(
        admin.post(&marks, &[("id", &stranger), ("asnaf", "fakir")]).await.status,
        StatusCode::NOT_FOUND
    );
    admin.post(&marks, &[("id", &family), ("aksi", "lepas")]).await.to();
    assert!(!admin.get(&format!("/sasaran/{family}")).await.ok().contains("B/12/X/2026"));
    admin.post(&marks, &[("id", &other), ("asnaf", "miskin")]).await.to();

    // Who sees what: sums for leader and treasurer, families for admin and auditor, nothing for anybody else.
    for role in Role::ALL.iter().copied() {
        let user = test.user(role, &[1_501_000_000], &[cash.holder]).await;
        let sums = [Role::DistrictAdmin, Role::Treasurer, Role::Leader, Role::Auditor].contains(&role);
        for path in ["/zakat", &shown] {
            let answer = user.get(path).await;
            assert_eq!(answer.status == StatusCode::OK, sums, "{role:?} {path} {}", answer.status);
            let names = [Role::DistrictAdmin, Role::Auditor].contains(&role) && path == shown;
            assert_eq!(answer.body.contains("Kepala Rahasia"), names, "{role:?} {path}");
        }
        let keeps = [Role::DistrictAdmin, Role::Treasurer].contains(&role);
        assert_eq!(user.get("/zakat/baru").await.status == StatusCode::OK, keeps, "{role:?}");
        let marked = user.post(&marks, &[("id", &other), ("asnaf", "miskin")]).await.status;
        assert_eq!(marked == StatusCode::SEE_OTHER, role == Role::DistrictAdmin, "{role:?} {marked}");
    }
    // The treasurer of another holder finds nothing and notes nothing for Baznas.
    let korpri = test.institution("fund_holder", "Korpri", None).await;
    let other = test.user(Role::Treasurer, &[], &[korpri]).await;
    assert_eq!(other.get(&shown).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get(&format!("{shown}/dokumen")).await.status, StatusCode::NOT_FOUND);
    let stolen = other.upload("/zakat/baru", &report(&holder, "B/13"), "surat", "a.pdf", PDF).await;
    assert_eq!(stolen.status, StatusCode::NOT_FOUND);
    let withdrawn = other.post(&format!("{shown}/tarik"), &[("alasan", "x")]).await;
    assert_eq!(withdrawn.status, StatusCode::NOT_FOUND);
    // Withdrawn with a reason: it is kept and counts no more; the same paper can be noted anew.
    cash.treasurer.post(&format!("{shown}/tarik"), &[("alasan", " ")]).await.refused();
    cash.treasurer.post(&format!("{shown}/tarik"), &[("alasan", "salah bulan")]).await.to();
    assert!(admin.get(&shown).await.ok().contains("salah bulan"));
    assert!(!admin.get("/bantuan-uang").await.ok().contains("Rp44.100.000"));
    let closed = admin.post(&marks, &[("id", &family), ("asnaf", "fakir")]).await;
    assert_eq!(closed.status, StatusCode::NOT_FOUND);
    note(&cash.treasurer, cash.holder, "B/12/X/2026").await;
    cash.check().await;
}

/// Any movement of a fund.
#[derive(Serialize)]
struct Moved {
    holder: Id,
    fund: String,
}

impl Command for Moved {
    const KIND: &'static str = "test.moved";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let at = |kind| Spot::new(kind, self.holder);
        let step = Move::new(Commodity::CASH, at(AccountKind::Opening), at(AccountKind::FundHolder), 1_000);
        let fund: Fund = self.fund.parse().expect("a fund");
        let (kind, reason, day) = (TransferKind::Opening, String::new(), date!(2026 - 10 - 01));
        books::post(tx, Transfer { kind, fund, day, cause: self.holder, reason, moves: vec![step] }).await
    }
}

fn refused<T>(result: Result<T, Rejection>, code: &str) {
    match result {
        Err(Rejection::Refused(refusal)) => assert_eq!(refusal.code, code),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

/// Whether a page offers a fund of zakat; the menu alone does not.
fn offers(page: &str) -> bool {
    page.contains("Zakat (laporan") || page.contains("Zakat Fitrah")
}

/// Neither the fund that is there from the beginning nor one of that kind that a district added can be chosen, bought with,
/// paid out or moved: on no page, by no command, past no door.
#[db_test]
async fn nothing_of_ours_is_paid_from_zakat(db: TestDatabase) {
    let cash = Cash::start(db, [1, 0, 0, 0]).await;
    let (test, admin) = (&cash.scene.test, &cash.scene.admin);
    admin.post("/gudang/dana/daftar", &[("nama", "Zakat Fitrah"), ("jenis", "zakat")]).await.to();
    let sql = "SELECT code FROM fund WHERE district_id = $1 AND kind = 'zakat'";
    let own: Option<(String,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    let own = own.unwrap().0;
    let warehouse = test.institution("warehouse", "Gudang", None).await;
    let actor = test.system();
    for fund in ["zakat", own.as_str()] {
        // The door of the books.
        let moved = test.app.submit(
            &actor,
            test.app.store.new_id(),
            Moved { holder: cash.holder, fund: fund.into() },
        );
        refused(moved.await, "books.refused.zakat");
        // A plan of help in money: not among the sources, refused where it is sent all the same, by page and by command.
        test.sql("UPDATE campaign SET fund = $2 WHERE district_id = $1", args![KERINCI, fund]).await;
        let page = admin.get("/bantuan-uang/baru").await.ok();
        assert!(!page.contains("name=\"sumber\""), "{page}");
        let source = format!("{}|{}|{fund}", cash.scene.programme, cash.holder);
        let page =
            admin.post("/bantuan-uang/baru", &[("sumber", source.as_str()), ("bulan", "2026-11")]).await;
        assert!(page.refused().contains("Zakat tidak dapat dipilih"));
        let source = Source {
            programme: cash.scene.programme,
            fund_holder: cash.holder,
            fund: fund.into(),
            month: date!(2026 - 11 - 01),
        };
        let drafted = test.app.submit(&actor, test.app.store.new_id(), DraftPlan { source, today: TODAY });
        refused(drafted.await, "cash.refused.zakat");
        // What was there when the books began, and a purchase.
        let opening = admin.get("/gudang/saldo-awal").await.ok();
        assert!(!offers(&opening), "{opening}");
        let reach = asuh_step_collection::Reach::everywhere();
        let opened = RequestOpening {
            place: cash.holder,
            fund: fund.into(),
            commodity: "cash".into(),
            amount: 1_000,
            reason: "x".into(),
            reach: reach.clone(),
        };
        refused(test.app.submit(&actor, test.app.store.new_id(), opened).await, "books.refused.zakat");
        assert!(!offers(&cash.treasurer.get("/gudang/beli/baru").await.ok()));
        let buy = BuyGoods {
            holder: cash.holder,
            fund: fund.into(),
            place: warehouse,
            commodity: "cash".into(),
            quantity: 1,
            paid: 1_000,
            shop: "Toko".into(),
            bought_on: TODAY,
            receipt: None,
            note: String::new(),
            reach,
        };
        assert!(test.app.submit(&actor, test.app.store.new_id(), buy).await.is_err());
        // An account of a holder and a campaign.
        assert!(!offers(&admin.get("/rekening/baru").await.ok()));
        assert!(!admin.get("/gerakan/baru").await.body.contains(&format!("value=\"{fund}\"")));
    }
    let accounts =
        "SELECT COUNT(*) AS n FROM account WHERE district_id = $1 AND fund NOT IN ('csr', 'asn', 'infak')";
    assert_eq!(test.number(accounts, args![KERINCI]).await, 0);
}
