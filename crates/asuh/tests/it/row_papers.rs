//! Papers of rows as PDFs under the numbers that the rows carry, withdrawn with what they were made of, and signed sheets kept
//! beside: receipts of money; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Query, args};
use axum::http::StatusCode;

use crate::cash::Cash;
use crate::custody::last;
use crate::money::{Money, bca, line_of};
use crate::own_papers::{press, printed, verified};
use crate::papers::makes_pdfs;
use crate::support::{Client, KERINCI, TestApp};

pub const SIGNED: &[u8] = b"%PDF-1.7 lembar bertanda tangan";
pub const INK: [(&str, &str); 1] = [("cara", "ink")];
pub const HOLDS: &str = "terdaftar dan berlaku";
pub const GONE: &str = "tidak berlaku lagi";

/// What stands on the paper of a kind that was printed last.
pub async fn said(test: &TestApp, kind: &str) -> String {
    let sql = "SELECT content_sealed FROM issued_paper WHERE district_id = $1 AND kind = $2 ORDER BY number DESC, printing DESC LIMIT 1";
    let kept: Option<(Vec<u8>,)> = test.app.store.reader().first(sql, args![KERINCI, kind]).await.unwrap();
    test.app.store.secrets().open_text(KERINCI, &kept.unwrap().0).unwrap()
}

/// Who does not reach a row finds no paper of it, whose role has no such page is refused, whoever is nobody signs in first.
pub async fn hidden(test: &TestApp, pdf: &str, strangers: &[&Client], roles: &[Role]) {
    for stranger in strangers {
        assert_eq!(stranger.get(pdf).await.status, StatusCode::NOT_FOUND, "{pdf}");
        assert_eq!(stranger.post(pdf, &[]).await.status, StatusCode::NOT_FOUND, "{pdf}");
    }
    for role in roles {
        let user = test.with_role(*role).await;
        assert_eq!(user.get(pdf).await.status, StatusCode::FORBIDDEN, "{role:?} {pdf}");
        assert_eq!(user.post(pdf, &[]).await.status, StatusCode::FORBIDDEN, "{role:?} {pdf}");
    }
    assert_eq!(test.anonymous().post(pdf, &[]).await.status, StatusCode::SEE_OTHER);
}

/// The file of a paper, where this program makes files; anybody verifies it by the file too.
pub async fn is_a_file(test: &TestApp, user: &Client, pdf: &str) {
    if makes_pdfs() {
        let file = user.get(pdf).await;
        assert!(file.bytes.starts_with(b"%PDF-1.7"), "{}", file.body);
        test.run_jobs().await;
        let found = test.anonymous().upload("/periksa", &[], "berkas", "a.pdf", &file.bytes).await.ok();
        assert!(found.contains(HOLDS), "{found}");
    }
}

#[db_test]
async fn receipts_of_money_hold_until_their_line_is_taken_back(db: TestDatabase) {
    let money = Money::begin(db, 3).await;
    let (test, coordinator, treasurer) = (&money.monday.test, &money.monday.coordinator, &money.treasurer);
    let deposit = money.deposited("S-1").await;
    let (giver, other_giver) = (money.giver(0).await, money.giver(1).await);
    let campaign = money.monday.campaign.to_string();
    let form = [("gerakan", campaign.as_str()), ("jumlah", "4.000"), ("cara", "transfer")];
    let gift = giver.post("/transfer", &form).await.to();
    let (receipt, thanks) = (format!("{deposit}/kuitansi"), format!("{gift}/kuitansi"));
    let (pdf, own) = (format!("{receipt}/pdf"), format!("{thanks}/pdf"));
    let any = format!("/mutasi-bank/pemberian/{}/kuitansi", last(&gift));
    // Before the money is seen there is nothing to confirm.
    for (user, at) in [(coordinator, &pdf), (&giver, &own), (treasurer, &format!("{any}/pdf"))] {
        assert_eq!(user.post(at, &[]).await.status, StatusCode::NOT_FOUND, "{at}");
    }
    money.take(&bca(0, &[("02/11", "GABUNGAN", 10_000, "CR")])).await;
    let line = line_of(&money.lines("open").await, "GABUNGAN");
    let name = format!("cocok.{}", last(&line));
    let (d, g) = (format!("d.{}", last(&deposit)), format!("g.{}", last(&gift)));
    let both = [(name.as_str(), d.as_str()), (name.as_str(), g.as_str()), ("aksi", "simpan")];
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    treasurer.post(&confirm, &both).await.to();

    assert_eq!(press(coordinator, &receipt, &pdf).await, pdf);
    assert_eq!(treasurer.post(&pdf, &[]).await.to(), pdf);
    let papers = printed(test, "deposit_receipt").await;
    assert_eq!((papers.len(), papers[0].1), (1, 1), "whoever prints it, it is one: {papers:?}");
    let page = coordinator.get(&receipt).await.ok();
    assert!(page.contains(&papers[0].0), "{}: {page}", papers[0].0);
    let paper = said(test, "deposit_receipt").await.to_lowercase();
    for words in
        [papers[0].0.to_lowercase().as_str(), "enam ribu rupiah", "rp6.000", "dinas pendidikan", "s-1"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let known = verified(test, &papers[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Kuitansi setoran Dinas Pendidikan"), "{known}");

    // The giver and the treasurer have the same receipt, which names the giver to nobody who verifies it.
    assert_eq!(press(&giver, &thanks, &own).await, own);
    assert_eq!(press(treasurer, &any, &format!("{any}/pdf")).await, format!("{any}/pdf"));
    let gifts = printed(test, "gift_receipt").await;
    assert_eq!(gifts.len(), 1, "{gifts:?}");
    let paper = said(test, "gift_receipt").await;
    assert!(paper.to_lowercase().contains("empat ribu rupiah") && paper.contains("Sahabat 00"), "{paper}");
    let known = verified(test, &gifts[0]).await;
    assert!(known.contains(HOLDS) && known.contains(&gifts[0].0) && !known.contains("Sahabat"), "{known}");

    let stranger = test.user(Role::Treasurer, &[], &[money.monday.office]).await;
    let office = test.user(Role::UnitCoordinator, &[], &[money.monday.other]).await;
    let foreign = test.admin_elsewhere().await;
    hidden(test, &pdf, &[&stranger, &office, &foreign], &[Role::Leader, Role::Sponsor, Role::Cadre]).await;
    hidden(test, &format!("{any}/pdf"), &[&stranger, &foreign], &[Role::Leader, Role::UnitCoordinator]).await;
    hidden(test, &own, &[&other_giver, treasurer], &[]).await;

    // What was signed comes back as a scan, once, by who keeps the money; who sees the receipt sees it.
    let signed = format!("{receipt}/naskah");
    let page = coordinator.get(&signed).await.ok();
    assert!(page.contains("Belum ada pindaian") && !page.contains("multipart"), "{page}");
    let by_coordinator = coordinator.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await;
    assert_eq!(by_coordinator.status, StatusCode::FORBIDDEN);
    assert_eq!(stranger.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.status, StatusCode::NOT_FOUND);
    let wrong = treasurer.upload(&signed, &INK, "berkas", "x.pdf", b"<html>").await.refused();
    assert!(wrong.contains("value=\"ink\" checked"), "what was chosen stays: {wrong}");
    assert!(treasurer.post(&signed, &INK).await.refused().contains("wajib"));
    assert!(verified(test, &papers[0]).await.contains("Belum ada naskah"));
    assert_eq!(treasurer.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.to(), signed);
    let page = coordinator.get(&signed).await.ok();
    let scan = format!("{signed}?cetakan=1&amp;ke=1");
    assert!(page.contains(&scan), "{page}");
    let scan = scan.replace("&amp;", "&");
    assert_eq!(coordinator.get(&scan).await.bytes, SIGNED);
    assert_eq!(stranger.get(&scan).await.status, StatusCode::NOT_FOUND);
    assert_eq!(coordinator.get(&format!("{signed}?cetakan=1&ke=2")).await.status, StatusCode::NOT_FOUND);
    assert!(verified(test, &papers[0]).await.contains("tersimpan di kantor penerbit"));
    is_a_file(test, coordinator, &pdf).await;

    // The line was another's: neither receipt holds, and there is nothing to print.
    treasurer.post(&format!("{line}/batal"), &[("alasan", "baris Sahabat lain")]).await.to();
    for paper in [&papers[0], &gifts[0]] {
        let known = verified(test, paper).await;
        assert!(known.contains(GONE) && !known.contains("Sahabat"), "{known}");
    }
    for (user, at) in [(coordinator, &pdf), (&giver, &own)] {
        assert_eq!(user.get(at).await.status, StatusCode::NOT_FOUND, "{at}");
        assert_eq!(user.post(at, &[]).await.status, StatusCode::NOT_FOUND, "{at}");
    }
    // Confirmed again it is the next printing under the same number.
    test.db.clock.advance(60);
    treasurer.post(&confirm, &both).await.to();
    coordinator.post(&pdf, &[]).await.to();
    let papers = printed(test, "deposit_receipt").await;
    assert_eq!((papers.len(), papers[1].1, &papers[1].0), (2, 2, &papers[0].0));
    assert!(verified(test, &papers[1]).await.contains(HOLDS));
}

#[db_test]
async fn a_list_of_payments_is_signed_before_the_money_goes(db: TestDatabase) {
    let cash = Cash::start(db, [0, 2, 0, 0]).await;
    let test = &cash.scene.test;
    let plan = cash.draft().await;
    let (list, pdf) = (format!("{plan}/daftar"), format!("{plan}/daftar/pdf"));
    let admin = &cash.scene.admin;
    // Not while somebody still has to sign for the plan.
    assert_eq!(admin.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    cash.signs(&plan).await;
    assert_eq!(press(admin, &list, &pdf).await, pdf);
    assert_eq!(cash.treasurer.post(&pdf, &[]).await.to(), pdf);
    let papers = printed(test, "cash_list").await;
    assert_eq!((papers.len(), papers[0].0.as_str(), papers[0].1), (1, "RBU/0001/XI/2026", 1));
    let paper = said(test, "cash_list").await;
    for words in
        ["RBU/0001/XI/2026", "Rp900.000", "Dengan huruf: sembilan ratus ribu rupiah.", "November 2026"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let known = verified(test, &papers[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Daftar pembayaran"), "{known}");
    let stranger = test.user(Role::Treasurer, &[], &[cash.scene.admin.user]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::Cadre, Role::VillageVerifier];
    hidden(test, &pdf, &[&stranger, &test.admin_elsewhere().await], &refused).await;
    is_a_file(test, admin, &pdf).await;
    // Sent back, what was signed does not hold; signed again and released it says so, and is kept with its ink.
    let back = [("alasan", "satu anak pindah")];
    cash.treasurer.post(&format!("{plan}/kembalikan"), &back).await.to();
    assert!(verified(test, &papers[0]).await.contains(GONE));
    assert_eq!(admin.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    test.db.clock.advance(60);
    cash.signs(&plan).await;
    cash.treasurer.post(&format!("{plan}/cairkan"), &[("bentuk", "umum")]).await.to();
    let signed = format!("{list}/naskah");
    assert_eq!(admin.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.status, StatusCode::FORBIDDEN);
    cash.treasurer.upload(&signed, &INK, "berkas", "x.pdf", SIGNED).await.to();
    let papers = printed(test, "cash_list").await;
    assert_eq!((papers.len(), papers[1].1), (2, 2), "{papers:?}");
    let known = verified(test, &papers[1]).await;
    assert!(known.contains(HOLDS) && known.contains("tersimpan di kantor penerbit"), "{known}");
}
