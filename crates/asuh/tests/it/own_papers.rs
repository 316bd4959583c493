//! Papers that carry the number of their own row: hand-overs, receipts of cash, frozen lists. They are printed on the page of
//! that row, with its rights, and verified by anybody; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Query, args};
use axum::http::StatusCode;

use crate::cash::Cash;
use crate::collection::Monday;
use crate::papers::makes_pdfs;
use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};
use crate::walk::walk;

const SIGNED: &[u8] = b"%PDF-1.7 lembar bertanda tangan";

/// A printed paper: its number, which printing, the printed part of its hash, its title.
type Printed = (String, i64, String, String);

asuh_store::row_struct! {
    struct Row { number: String, printing: i64, content_sha256: [u8; 32], title: String }
}

/// The papers of a kind, in the order in which they were printed.
pub async fn printed(test: &TestApp, kind: &str) -> Vec<Printed> {
    let sql = "SELECT number, printing, content_sha256, title FROM issued_paper WHERE district_id = $1 AND kind = $2 \
               ORDER BY number, printing";
    let rows: Vec<Row> = test.app.store.reader().all(sql, args![KERINCI, kind]).await.unwrap();
    let hex = |hash: [u8; 32]| data_encoding::HEXLOWER.encode(&hash)[..32].to_owned();
    rows.into_iter().map(|row| (row.number, row.printing, hex(row.content_sha256), row.title)).collect()
}

/// What anybody learns of a printed paper.
pub async fn verified(test: &TestApp, paper: &Printed) -> String {
    test.anonymous().get(&format!("/periksa/1/{}", paper.2)).await.ok()
}

/// Presses "Unduh PDF" on a page; the address of the file.
pub async fn press(user: &Client, page: &str, button: &str) -> String {
    let body = user.get(page).await.ok();
    assert!(body.contains(&format!("action=\"{button}\"")), "{button}: {body}");
    assert!(body.contains("data-print"), "the page itself is printed at once: {body}");
    user.post(button, &[]).await.to()
}

#[db_test]
async fn a_hand_over_is_printed_under_its_own_number(db: TestDatabase) {
    let monday = Monday::begin(db, 3).await;
    let test = &monday.test;
    let bast = monday.handed_over(&monday.closed().await, monday.warehouse).await;
    let pdf = format!("{bast}/pdf");
    let coordinator = &monday.coordinator;
    assert_eq!(coordinator.get(&pdf).await.status, StatusCode::NOT_FOUND, "nobody printed it yet");
    // Pressed twice, by the same form and by another, it is one paper with the number that the hand-over has.
    let form = new_form_id();
    let file = coordinator.post_as(&pdf, &form, &[]).await.to();
    assert_eq!(coordinator.post_as(&pdf, &form, &[]).await.to(), file);
    assert_eq!(press(coordinator, &bast, &pdf).await, pdf);
    let first = printed(test, "hand_over").await;
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!((first[0].0.as_str(), first[0].1), ("BAST/0001/XI/2026", 1));
    assert_eq!(first[0].3, "Berita acara serah terima barang, Dinas Pendidikan kepada Gudang Siulak");
    // The form of the download leaves that of the page free.
    let known = verified(test, &first[0]).await;
    for words in ["terdaftar dan berlaku", "BAST/0001/XI/2026", "Gudang Siulak", "Belum ada naskah"] {
        assert!(known.contains(words), "{words}: {known}");
    }
    assert!(!known.contains("Rina"), "no person is named: {known}");
    // It is no paper of the register, neither for its readers nor by its id.
    let admin = test.with_role(Role::DistrictAdmin).await;
    assert!(!admin.get("/dokumen").await.ok().contains("BAST/0001"));
    let id: Vec<(asuh_store::Id,)> = test
        .app
        .store
        .reader()
        .all("SELECT id FROM issued_paper WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    for part in ["", "/pdf", "/xlsx"] {
        let at = format!("/dokumen/{}{part}", id[0].0);
        assert_eq!(admin.get(&at).await.status, StatusCode::NOT_FOUND, "{at}");
    }
    // Who sees the hand-over has its paper: its two sides. Others do not, and others' roles are refused.
    let keeper = test.user(Role::WarehouseKeeper, &[], &[monday.warehouse]).await;
    assert_eq!(keeper.post(&pdf, &[]).await.to(), pdf);
    for stranger in [
        test.user(Role::WarehouseKeeper, &[], &[monday.depot]).await,
        test.user(Role::UnitCoordinator, &[], &[monday.other]).await,
        test.admin_elsewhere().await,
    ] {
        assert_eq!(stranger.get(&pdf).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    }
    for role in [Role::Leader, Role::Sponsor, Role::Cadre] {
        let user = test.with_role(role).await;
        assert_eq!(user.get(&pdf).await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert_eq!(user.post(&pdf, &[]).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    assert_eq!(test.anonymous().post(&pdf, &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(printed(test, "hand_over").await, first, "whoever pressed, it says the same");

    // Received, it says more: the next printing under the same number takes the place of the first.
    let arrived = [
        ("terima.rice_can", "3"),
        ("rusak.rice_can", "0"),
        ("terima.egg", "2"),
        ("rusak.egg", "1"),
        ("cara", "account"),
        ("catatan", "satu telur pecah"),
        ("aksi", "terima"),
    ];
    let form = new_form_id();
    assert_eq!(keeper.post_as(&pdf, &form, &[]).await.to(), pdf);
    keeper.post_as(&format!("{bast}/terima"), &form, &arrived).await.to();
    assert_eq!(printed(test, "hand_over").await, first, "nothing is printed unasked");
    keeper.post(&pdf, &[]).await.to();
    let both = printed(test, "hand_over").await;
    assert_eq!((both.len(), both[1].0.as_str(), both[1].1), (2, "BAST/0001/XI/2026", 2));
    let old = verified(test, &both[0]).await;
    assert!(old.contains("cetakan ke-2 dengan nomor yang sama"), "{old}");
    let new = verified(test, &both[1]).await;
    assert!(new.contains("terdaftar dan berlaku") && new.contains("Cetakan ke"), "{new}");
    // The sheet that was signed and scanned stands beside it: who verifies it learns so, by the scan too.
    let signed = keeper.upload(&format!("{bast}/lembar"), &[], "foto", "x.pdf", SIGNED).await;
    signed.to();
    assert!(verified(test, &both[1]).await.contains("tersimpan di kantor penerbit"));
    let by_scan = test.anonymous().upload("/periksa", &[], "berkas", "x.pdf", SIGNED).await.ok();
    assert!(by_scan.contains("BAST/0001/XI/2026"), "{by_scan}");
    if makes_pdfs() {
        let sooner = keeper.get(&pdf).await;
        assert!(sooner.bytes.starts_with(b"%PDF-1.7"), "{}", sooner.body);
        let name = sooner.headers["content-disposition"].to_str().unwrap();
        assert_eq!(name, "attachment; filename=\"BAST-0001-XI-2026.pdf\"", "a number, no name");
        test.run_jobs().await;
        assert_eq!(keeper.get(&pdf).await.bytes, sooner.bytes, "the same bytes once it is kept");
        let found = test.anonymous().upload("/periksa", &[], "berkas", "a.pdf", &sooner.bytes).await.ok();
        assert!(found.contains("terdaftar dan berlaku"), "{found}");
    }
}

#[db_test]
async fn the_paper_of_a_cancelled_hand_over_does_not_hold(db: TestDatabase) {
    let monday = Monday::begin(db, 2).await;
    let test = &monday.test;
    let roll = monday.closed().await;
    let bast = monday.handed_over(&roll, monday.warehouse).await;
    let pdf = format!("{bast}/pdf");
    monday.coordinator.post(&pdf, &[]).await.to();
    let paper = printed(test, "hand_over").await.remove(0);
    assert!(verified(test, &paper).await.contains("terdaftar dan berlaku"));
    monday.coordinator.post(&format!("{bast}/batal"), &[("alasan", "Rina salah gudang")]).await.to();
    let known = verified(test, &paper).await;
    assert!(known.contains("tidak berlaku lagi") && !known.contains("Rina"), "{known}");
    // There is nothing to print any more; the next hand-over of the roll has a paper of its own.
    assert_eq!(monday.coordinator.get(&pdf).await.status, StatusCode::NOT_FOUND);
    assert_eq!(monday.coordinator.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!monday.coordinator.get(&bast).await.ok().contains(&pdf));
    let again = monday.handed_over(&roll, monday.warehouse).await;
    monday.coordinator.post(&format!("{again}/pdf"), &[]).await.to();
    let papers = printed(test, "hand_over").await;
    assert_eq!((papers.len(), papers[1].0.as_str(), papers[1].1), (2, "BAST/0002/XI/2026", 1));
}

#[db_test]
async fn a_frozen_list_is_printed_under_its_own_number(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/data-tetap").await.ok();
    let id =
        page.split("href=\"/data-tetap/keluarga/").find(|part| part.len() > 36 && part.as_bytes()[8] == b'-');
    let list = format!("/data-tetap/keluarga/{}", &id.unwrap()[..36]);
    let (paper, pdf) = (format!("{list}/cetak"), format!("{list}/cetak/pdf"));
    asuh_ground::audit::seal::seal_all(&test.app, KERINCI).await.unwrap();
    assert_eq!(press(&admin, &paper, &pdf).await, pdf);
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(press(&leader, &paper, &pdf).await, pdf);
    let first = printed(test, "frozen_list").await;
    assert_eq!(first.len(), 1, "whoever reaches all of it has the same paper: {first:?}");
    assert_eq!((first[0].0.as_str(), first[0].1), ("Data Tetap KRS 1", 1));
    assert_eq!(first[0].3, "Data Tetap 1: Keluarga berisiko stunting");
    assert!(verified(test, &first[0]).await.contains("terdaftar dan berlaku"));
    // With its villages it is another paper, which takes no other's place.
    let villages = format!("{pdf}?desa=1");
    assert_eq!(press(&admin, &format!("{paper}?desa=1"), &villages).await, villages);
    assert!(verified(test, &first[0]).await.contains("terdaftar dan berlaku"));
    // Who works in another kecamatan has a part of it, with its own numbers, and says so; who reaches all rows has all of it.
    let elsewhere = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    let own = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    assert_eq!(own.post(&pdf, &[]).await.to(), pdf);
    assert_eq!(elsewhere.post(&pdf, &[]).await.to(), pdf);
    let all = printed(test, "frozen_list").await;
    let part = all.last().unwrap();
    assert!(part.3.ends_with("sebagian wilayah"), "{all:?}");
    assert!(verified(test, part).await.contains("sebagian wilayah"));
    assert!(verified(test, &first[0]).await.contains("terdaftar dan berlaku"));
    // A decree that is recorded stands on the next printing.
    let decree =
        [("sk", "463/2026"), ("sk_hari_tanggal", "2"), ("sk_hari_bulan", "11"), ("sk_hari_tahun", "2026")];
    admin.post(&format!("{list}/sk"), &decree).await.to();
    admin.post(&pdf, &[]).await.to();
    assert!(verified(test, &first[0]).await.contains("dengan nomor yang sama"));
    // A sponsor has no frozen lists; another district's admin finds none.
    let sponsor = test.with_role(Role::Sponsor).await;
    assert_eq!(sponsor.post(&pdf, &[]).await.status, StatusCode::FORBIDDEN);
    let foreign = test.admin_elsewhere().await;
    assert_eq!(foreign.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    if makes_pdfs() {
        let file = admin.get(&villages).await;
        assert!(file.bytes.starts_with(b"%PDF-1.7"), "{}", file.body);
        test.run_jobs().await;
        assert!(elsewhere.get(&pdf).await.bytes.starts_with(b"%PDF-1.7"));
    }
}

#[db_test]
async fn a_receipt_of_cash_is_printed_under_its_own_number(db: TestDatabase) {
    let cash = Cash::start(db, [0, 1, 0, 0]).await;
    let test = &cash.scene.test;
    cash.released().await;
    let payment = cash.payment(0).await;
    let (page, pdf) = (format!("{payment}/kuitansi"), format!("{payment}/kuitansi/pdf"));
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    assert_eq!(press(&verifier, &page, &pdf).await, pdf);
    assert_eq!(cash.treasurer.post(&pdf, &[]).await.to(), pdf);
    let first = printed(test, "cash_receipt").await;
    assert_eq!(first.len(), 1, "{first:?}");
    assert_eq!((first[0].0.as_str(), first[0].1), ("RBU/0001/XI/2026-0001", 1));
    let known = verified(test, &first[0]).await;
    for words in ["terdaftar dan berlaku", "RBU/0001/XI/2026-0001", "Kuitansi bantuan uang", "November 2026"]
    {
        assert!(known.contains(words), "{words}: {known}");
    }
    let child = test.user(Role::DistrictAdmin, &[], &[]).await.get(&page).await.ok();
    let child = child.split(", anak ").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!known.contains(&child), "who verifies learns no child's name: {known}");
    // Who does not see the payment has no receipt of it; who reads papers finds it in no register.
    let stranger = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    for at in [&page, &pdf] {
        assert_eq!(stranger.get(at).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(stranger.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    let leader = &cash.scene.leader;
    assert_eq!(leader.post(&pdf, &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!leader.get("/dokumen").await.ok().contains("RBU/0001"));
    // Handed over, it says who received it; noted wrongly, no receipt holds that says so.
    let signed = [("hubungan", "wife"), ("penerima", "Bu Rekaan"), ("tanda_tangan", crate::cash::PNG)];
    verifier.post(&format!("{payment}/serahkan"), &signed).await.to();
    verifier.post(&pdf, &[]).await.to();
    let both = printed(test, "cash_receipt").await;
    assert_eq!((both.len(), both[1].1), (2, 2), "{both:?}");
    assert!(verified(test, &both[0]).await.contains("cetakan ke-2"));
    let wrong = [("keliru", "salah anak")];
    cash.treasurer.post(&format!("{payment}/batalkan-catatan"), &wrong).await.to();
    for paper in &both {
        assert!(verified(test, paper).await.contains("tidak berlaku lagi"));
    }
    assert_eq!(verifier.get(&pdf).await.status, StatusCode::NOT_FOUND);
    test.db.clock.advance(60);
    verifier.post(&pdf, &[]).await.to();
    let third = printed(test, "cash_receipt").await;
    assert_eq!(third[2].1, 3, "{third:?}");
    assert!(verified(test, &third[2]).await.contains("terdaftar dan berlaku"));
    // It goes back: nothing was received, and nothing is printed.
    verifier.post(&format!("{payment}/serahkan"), &[("aksi", "belum"), ("alasan", "pindah")]).await.to();
    assert!(verified(test, &third[2]).await.contains("tidak berlaku lagi"));
    assert_eq!(verifier.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
}
