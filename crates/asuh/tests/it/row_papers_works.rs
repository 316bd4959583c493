//! The papers of works, of verification and of referrals as PDFs under the numbers of their rows; on both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::mentoring::Scene;
use crate::own_papers::{press, printed, verified};
use crate::row_papers::{GONE, HOLDS, SIGNED as SHEET, hidden, is_a_file, said};
use crate::support::{TestApp, VILLAGES};
use crate::verification::{self, SIGNED};
use crate::works::Works;

#[db_test]
async fn a_work_has_an_order_and_a_protocol(db: TestDatabase) {
    let works = Works::start(db).await;
    let (test, admin, officer) = (&works.scene.test, &works.admin, &works.officer);
    let work = works.ordered(&[]).await;
    let (order, protocol) = (format!("{work}/perintah"), format!("{work}/bast"));
    let (order_pdf, protocol_pdf) = (format!("{order}/pdf"), format!("{protocol}/pdf"));
    assert_eq!(press(admin, &order, &order_pdf).await, order_pdf);
    assert_eq!(officer.post(&order_pdf, &[]).await.to(), order_pdf);
    assert_eq!(
        officer.post(&protocol_pdf, &[]).await.status,
        StatusCode::NOT_FOUND,
        "nothing to hand over yet"
    );
    let orders = printed(test, "work_order").await;
    assert_eq!((orders.len(), orders[0].0.as_str()), (1, "SPK/0001/XI/2026"), "{orders:?}");
    let paper = said(test, "work_order").await;
    for words in
        ["SPK/0001/XI/2026", "Rp6.000.000 (enam juta rupiah)", "Tukang Rekaan", "sumur bor dengan pompa"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    let known = verified(test, &orders[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Surat perintah kerja, air bersih"), "{known}");
    assert!(!known.contains("Ani") && !known.contains("Tukang"), "no person is named: {known}");
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let refused = [Role::Leader, Role::Treasurer, Role::Sponsor, Role::WarehouseKeeper];
    let foreign = test.admin_elsewhere().await;
    for pdf in [&order_pdf, &protocol_pdf] {
        hidden(test, pdf, &[&far, &foreign], &refused).await;
    }
    is_a_file(test, officer, &order_pdf).await;

    // Begun, the protocol is printed to be signed; the sheet that was signed is its scan.
    officer.post(&format!("{work}/mulai"), &[]).await.to();
    assert_eq!(press(officer, &protocol, &protocol_pdf).await, protocol_pdf);
    let blank = printed(test, "work_protocol").await;
    assert_eq!(blank[0].0, "SPK/0001/XI/2026");
    assert!(said(test, "work_protocol").await.contains("Pada tanggal ....."));
    let signed = [("biaya", "5.750.000"), ("penerima", "Ani"), ("hubungan", "wife"), ("bukti", "paper")];
    officer.upload(&format!("{work}/serah-terima"), &signed, "naskah", "bast.pdf", SHEET).await.to();
    assert!(verified(test, &blank[0]).await.contains("tersimpan di kantor penerbit"));
    officer.post(&protocol_pdf, &[]).await.to();
    let protocols = printed(test, "work_protocol").await;
    assert_eq!((protocols.len(), protocols[1].1), (2, 2));
    let paper = said(test, "work_protocol").await;
    for words in
        ["Rp5.750.000 (lima juta tujuh ratus lima puluh ribu rupiah)", "Senin, 2 November 2026", "Ani"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    is_a_file(test, officer, &protocol_pdf).await;

    // Taken up again, the protocol does not hold, the order does; cancelled, neither.
    admin.post(&format!("{work}/buka"), &[("alasan", "pompa diganti")]).await.to();
    assert!(verified(test, &protocols[1]).await.contains(GONE));
    assert!(verified(test, &orders[0]).await.contains(HOLDS));
    officer.post(&format!("{work}/batal"), &[("alasan", "pindah rumah")]).await.to();
    let known = verified(test, &orders[0]).await;
    assert!(known.contains(GONE) && !known.contains("pindah"), "{known}");
    for pdf in [&order_pdf, &protocol_pdf] {
        assert_eq!(admin.get(pdf).await.status, StatusCode::NOT_FOUND);
        assert_eq!(admin.post(pdf, &[]).await.status, StatusCode::NOT_FOUND);
    }
    assert!(!admin.get(&order).await.ok().contains(&order_pdf));
}

#[db_test]
async fn the_record_of_a_village_holds_until_it_is_opened_again(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let families = [
        verification::family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await,
        verification::family(&test, VILLAGES[0], "2", "Budi Rekaan").await,
    ];
    verification::opened(&test).await;
    verification::visited(&test, &families).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let record = verifier.post("/verifikasi/1501012001/tutup", &SIGNED).await.to();
    let pdf = format!("{record}/pdf");
    assert_eq!(press(&verifier, &record, &pdf).await, pdf);
    let admin = test.with_role(Role::DistrictAdmin).await;
    assert_eq!(admin.post(&pdf, &[]).await.to(), pdf);
    let papers = printed(&test, "village_record").await;
    assert_eq!((papers.len(), papers[0].0.as_str(), papers[0].1), (1, "BAV/0001/XI/2026", 1));
    let paper = said(&test, "village_record").await;
    for words in ["BAV/0001/XI/2026", "Senin, 2 November 2026", "\"Sesuai\",\"2\",\"dua\"", "Rekaan Kades"] {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    assert!(!paper.contains("Ahmad"), "no family stands on it");
    let known = verified(&test, &papers[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Selam Paung") && !known.contains("Kades"), "{known}");
    let stranger = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::Treasurer];
    hidden(&test, &pdf, &[&stranger, &test.admin_elsewhere().await], &refused).await;
    // The signed sheet stands beside the paper too.
    verifier.upload(&format!("{record}/berkas"), &[], "berkas", "ba.pdf", SHEET).await.to();
    assert!(verified(&test, &papers[0]).await.contains("tersimpan di kantor penerbit"));
    is_a_file(&test, &verifier, &pdf).await;
    // Opened again, the record holds no more.
    admin.post(&format!("{record}/buka"), &[("alasan", "Budi keliru")]).await.to();
    let known = verified(&test, &papers[0]).await;
    assert!(known.contains(GONE) && !known.contains("Budi"), "{known}");
    assert_eq!(verifier.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!verifier.get(&record).await.ok().contains(&pdf));
}

#[db_test]
async fn a_letter_of_referral_goes_along_until_it_is_taken_back(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    let fields = [("alasan", "not_gaining"), ("alasan", "stunted"), ("catatan", "batuk dua minggu")];
    let referral = scene.cadre.post(&format!("/rujukan/baru/{}", scene.andi), &fields).await.to();
    let referral = referral.split('?').next().unwrap().to_owned();
    let (letter, pdf) = (format!("{referral}/surat"), format!("{referral}/surat/pdf"));
    assert_eq!(press(&scene.cadre, &letter, &pdf).await, pdf);
    let puskesmas = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    assert_eq!(puskesmas.post(&pdf, &[]).await.to(), pdf);
    let papers = printed(test, "referral_letter").await;
    assert_eq!((papers.len(), papers[0].0.as_str(), papers[0].1), (1, "RJK/0001/XI/2026", 1));
    let paper = said(test, "referral_letter").await;
    for words in ["RJK/0001/XI/2026", "Andi Saputra", "11,90 kg, 88,2 cm", "batuk dua minggu", "Lembar balik"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    assert!(!paper.contains("1501010101240001") && !paper.contains("SITI"), "{paper}");
    let known = verified(test, &papers[0]).await;
    assert!(known.contains(HOLDS) && known.contains("Surat rujukan kepada"), "{known}");
    assert!(
        !known.contains("Andi") && !known.contains("batuk"),
        "who verifies learns nothing of the child: {known}"
    );
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let refused = [Role::Leader, Role::Sponsor, Role::Treasurer];
    hidden(test, &pdf, &[&elsewhere, &test.admin_elsewhere().await], &refused).await;
    is_a_file(test, &scene.cadre, &pdf).await;
    scene.cadre.post(&format!("{referral}/batal"), &[("kata", "sudah ke dokter sendiri")]).await.to();
    let known = verified(test, &papers[0]).await;
    assert!(known.contains(GONE) && !known.contains("dokter"), "{known}");
    assert_eq!(scene.cadre.post(&pdf, &[]).await.status, StatusCode::NOT_FOUND);
    assert!(!scene.cadre.get(&letter).await.ok().contains(&pdf));
}
