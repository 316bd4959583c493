//! What comes out of the printer: every paper carries the district's letterhead, its paper size, and who signs.

use asuh_ground::access::Role;
use asuh_ground::web::assets;
use asuh_store::testing::{TestDatabase, db_test};

use crate::support::{TestApp, VILLAGES};
use crate::walk::walk;

#[db_test]
async fn every_paper_carries_the_letterhead_the_paper_size_and_who_signs(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let head = [
        ("letterhead.government", "PEMERINTAH KABUPATEN REKAAN"),
        ("letterhead.office", "DINAS CONTOH"),
        ("letterhead.place", "Kota Contoh"),
        ("letterhead.paper", "f4"),
    ];
    admin.post("/pengaturan/kop-surat", &head).await.to();
    let signs = |nth: usize, name: &'static str, document: &'static str| {
        [
            (format!("signatories.{nth}.name"), name),
            (format!("signatories.{nth}.title"), "Kepala Contoh"),
            (format!("signatories.{nth}.documents"), document),
        ]
    };
    let signatories = [
        signs(0, "Penanda Serah", "handover"),
        signs(1, "Penanda Uang", "deposit"),
        signs(2, "Penanda Salur", "distribution"),
        signs(3, "Penanda Rekap", "report"),
    ];
    let signatories: Vec<(&str, &str)> =
        signatories.iter().flatten().map(|(name, value)| (name.as_str(), *value)).collect();
    admin.post("/pengaturan/penanda-tangan", &signatories).await.to();

    let coordinator = test.user(Role::UnitCoordinator, &[], &walked.units).await;
    let (papers, village) = (&walked.papers, VILLAGES[0]);
    let verifier = test.user(Role::VillageVerifier, &[village], &[]).await;
    let prints = [
        (&verifier, format!("/verifikasi/{village}/lembar"), ""),
        (&admin, papers.record.clone(), ""),
        (&coordinator, papers.sheet.clone(), ""),
        (&admin, papers.hand_over.clone(), "Penanda Serah"),
        (&admin, format!("{}/kuitansi", papers.deposit), "Penanda Uang"),
        (&admin, papers.run.clone(), "Penanda Salur"),
        (&admin, format!("{}/desa/{village}", papers.run), "Penanda Salur"),
        (&admin, format!("{}/desa/{village}/penerima", papers.run), ""),
        (&admin, "/setoran/rekap".to_owned(), "Penanda Rekap"),
        (&admin, "/dasbor".to_owned(), "Penanda Rekap"),
        (&admin, "/dasbor/kecamatan/1501010000".to_owned(), "Penanda Rekap"),
        (&admin, "/dasbor/minggu/2026-11-02".to_owned(), "Penanda Rekap"),
    ];
    for (user, path, signatory) in prints {
        let page = user.get(&path).await.ok();
        for wanted in [
            "<header class=\"letterhead\">",
            "KABUPATEN REKAAN",
            "DINAS CONTOH",
            "class=\"signatures",
            signatory,
        ] {
            assert!(page.contains(wanted), "{path} lacks {wanted}: {page}");
        }
        assert!(page.contains("class=\"f4\"") || page.contains("class=\"sheet f4\""), "{path} is not F4");
        assert!(page.contains("data-print"), "{path} has no button to print");
    }

    // Where nobody is named, a report leaves room for a hand.
    admin.post("/pengaturan/penanda-tangan", &[("signatories.0.name", "")]).await.to();
    let page = admin.get("/dasbor").await.ok();
    assert!(page.contains("Kota Contoh, Senin, 2 November 2026") && page.contains("(........"), "{page}");
}

#[db_test]
async fn pages_are_numbered_and_f4_has_its_size(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let css = test.anonymous().get(&assets().css).await.ok();
    assert!(css.contains("counter(page) \" / \" counter(pages)"));
    // What stands on paper alone is a cell, a row or a block as its element is: no rule makes it one.
    assert!(!css.contains(".print-only { display: block"));
    assert!(css.contains("@page f4 { size: 215mm 330mm; }") && css.contains(".f4 { page: f4; }"));
}
