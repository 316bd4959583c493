//! The situation analysis as a paper: who looks at its draft, who issues it, and what it becomes when it is issued again; on
//! both engines.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::papers::makes_pdfs;
use crate::support::{Client, KERINCI, TestApp, new_form_id};

const DISTRICT: &str = "1501000000";
const GUNUNG_RAYA: &str = "1501010000";
const DANAU_KERINCI: &str = "1501020000";

/// An analysis of the district of the growth tests, by Bappeda.
async fn reckoned(test: &TestApp) -> (Client, String) {
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let one = bappeda.post("/analisis", &[("tahun", "2027"), ("bulan", "2026-10")]).await.to();
    (bappeda, one)
}

/// How often the register holds a paper of the analysis.
async fn papers(test: &TestApp) -> i64 {
    let sql = "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1 AND kind = 'analysis'";
    test.number(sql, args![KERINCI]).await
}

/// What stands on a paper, as it is kept.
async fn kept(test: &TestApp, paper: &str) -> String {
    let id: Id = paper.rsplit('/').next().unwrap().parse().unwrap();
    let sql = "SELECT content_sealed FROM issued_paper WHERE district_id = $1 AND id = $2";
    let sealed: Option<(Vec<u8>,)> = test.app.store.reader().first(sql, args![KERINCI, id]).await.unwrap();
    test.app.store.secrets().open_text(KERINCI, &sealed.unwrap().0).unwrap()
}

#[db_test]
async fn an_analysis_is_issued_with_a_number_by_who_answers_for_the_place(db: TestDatabase) {
    let test = crate::growth_entry::district(db).await;
    let (bappeda, one) = reckoned(&test).await;
    let (draft, issue) = (format!("{one}/konsep"), format!("{one}/terbit"));
    let of = |place: &'static str| [("wilayah", place)];
    let page = bappeda.get(&one).await.ok();
    for words in ["Dokumen analisis (PDF)", "Kabupaten Kerinci", "Gunung Raya", "/terbit\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // No village, no other district, nothing that is no place.
    for place in ["1501012001", "3604000000", "1501990000", "x", ""] {
        assert_eq!(
            bappeda.post(&issue, &[("wilayah", place)]).await.status,
            StatusCode::NOT_FOUND,
            "{place}"
        );
        assert_eq!(bappeda.get(&format!("{draft}?wilayah={place}")).await.status, StatusCode::NOT_FOUND);
    }
    // A kecamatan has its own part alone: it looks at it and issues it, not at the district's or another's.
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    let page = kecamatan.get(&one).await.ok();
    assert!(page.contains("value=\"1501020000\"") && !page.contains(DISTRICT), "{page}");
    for place in [DISTRICT, GUNUNG_RAYA] {
        assert_eq!(kecamatan.post(&issue, &of(place)).await.status, StatusCode::NOT_FOUND, "{place}");
        let looked = kecamatan.get(&format!("{draft}?wilayah={place}")).await;
        assert_eq!(looked.status, StatusCode::NOT_FOUND, "{place}");
    }
    // Who only reads issues nothing; others do not see it; another district knows nothing of it.
    for role in [Role::DistrictAdmin, Role::OfficePlanner, Role::Leader, Role::Auditor] {
        let reader = test.with_role(role).await;
        assert_eq!(reader.post(&issue, &of(DISTRICT)).await.status, StatusCode::FORBIDDEN, "{role:?}");
        assert!(!reader.get(&one).await.ok().contains("/terbit\""), "{role:?}");
    }
    for role in [Role::Cadre, Role::VillageVerifier, Role::Sponsor] {
        let other = test.with_role(role).await;
        assert_eq!(other.post(&issue, &of(DISTRICT)).await.status, StatusCode::FORBIDDEN, "{role:?}");
        let looked = other.get(&format!("{draft}?wilayah={DISTRICT}")).await;
        assert_eq!(looked.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let elsewhere = test.admin_elsewhere().await;
    let looked = elsewhere.get(&format!("{draft}?wilayah={DISTRICT}")).await;
    assert_eq!(looked.status, StatusCode::NOT_FOUND);
    assert_eq!(papers(&test).await, 0, "nothing of all this took a number");

    // The district's and the kecamatan's papers follow each other; a form sent twice is one paper.
    let form = new_form_id();
    let first = bappeda.post_as(&issue, &form, &of(DISTRICT)).await.to();
    assert_eq!(bappeda.post_as(&issue, &form, &of(DISTRICT)).await.to(), first);
    let part = kecamatan.post(&issue, &of(DANAU_KERINCI)).await.to();
    assert_eq!(papers(&test).await, 2);
    let page = bappeda.get(&first).await.ok();
    assert!(page.contains("ANS/0001/XI/2026"), "{page}");
    assert!(page.contains("Analisis situasi Kabupaten Kerinci tahun 2027"), "{page}");
    let page = kecamatan.get(&part).await.ok();
    assert!(page.contains("ANS/0002/XI/2026") && page.contains("Kecamatan Danau Kerinci"), "{page}");
    assert_eq!(kecamatan.get(&first).await.status, StatusCode::NOT_FOUND, "the district's paper is not his");
    // Both stand on the analysis, each for whom it concerns.
    let page = bappeda.get(&one).await.ok();
    assert!(page.contains("ANS/0001/XI/2026") && page.contains("ANS/0002/XI/2026"), "{page}");
    let page = kecamatan.get(&one).await.ok();
    assert!(!page.contains("ANS/0001/XI/2026") && page.contains("ANS/0002/XI/2026"), "{page}");
    // Anybody verifies it by what its foot shows.
    let page = bappeda.get(&first).await.ok();
    let hash = page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let known = test.anonymous().get(&format!("/periksa/1/{hash}")).await.ok();
    assert!(known.contains("terdaftar dan berlaku") && known.contains("ANS/0001/XI/2026"), "{known}");

    // What is written into the analysis afterwards stands on a new paper; the first keeps what it said.
    let said = [("wilayah", GUNUNG_RAYA), ("kendala", "Posyandu jauh dari kampung"), ("usulan", "")];
    bappeda.post(&format!("{one}/kendala"), &said).await.to();
    let second = bappeda.post(&issue, &of(DISTRICT)).await.to();
    assert!(bappeda.get(&second).await.ok().contains("ANS/0003/XI/2026"));
    assert!(bappeda.get(&first).await.ok().contains(&format!("href=\"{second}\"")));
    let known = test.anonymous().get(&format!("/periksa/1/{hash}")).await.ok();
    assert!(known.contains("ANS/0003/XI/2026"), "the former names its successor: {known}");
    let said = kept(&test, &second).await;
    assert!(said.contains("Posyandu jauh dari kampung"));
    // Of three children no share is told, and of a kecamatan without any that there are none.
    assert!(said.contains("(terlalu sedikit diukur untuk persentase)"), "{said}");
    assert!(said.contains("Belum ada balita atau keluarga berisiko dalam daftar"), "{said}");
    assert!(!kept(&test, &first).await.contains("Posyandu jauh dari kampung"));
    let rows = bappeda.download_link(&format!("{second}/xlsx")).await;
    assert!(rows.iter().flatten().any(|cell| cell == "Gunung Raya"), "its tables as a workbook: {rows:?}");
    // The kecamatan's paper was not touched by the district's.
    let page = kecamatan.get(&part).await.ok();
    assert!(!page.contains(&second), "{page}");
}

#[db_test]
async fn the_file_of_an_analysis_is_made_once_and_a_draft_says_that_it_is_one(db: TestDatabase) {
    if !makes_pdfs() {
        return;
    }
    let test = crate::growth_entry::district(db).await;
    let (bappeda, one) = reckoned(&test).await;
    let leader = test.with_role(Role::Leader).await;
    let draft = leader.get(&format!("{one}/konsep?wilayah={DISTRICT}")).await;
    assert_eq!(draft.status, StatusCode::OK, "{}", draft.body);
    assert!(draft.bytes.starts_with(b"%PDF-1.7"));
    let paper = bappeda.post(&format!("{one}/terbit"), &[("wilayah", GUNUNG_RAYA)]).await.to();
    let sooner = bappeda.get(&format!("{paper}/pdf")).await;
    assert!(sooner.bytes.starts_with(b"%PDF-1.7") && sooner.bytes != draft.bytes);
    test.run_jobs().await;
    let kept = bappeda.get(&format!("{paper}/pdf")).await;
    assert!(kept.bytes == sooner.bytes, "the same bytes");
    let found = test.anonymous().upload("/periksa", &[], "berkas", "a.pdf", &kept.bytes).await.ok();
    assert!(found.contains("terdaftar dan berlaku"), "{found}");
}
