//! The rule of who comes first, as everybody may read it.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{DistrictId, args};
use axum::http::StatusCode;

use crate::pairing::Scene;
use crate::support::KERINCI;

const CHANGE: [(&str, &str); 6] = [
    ("versi", "2"),
    ("faktor_0", "desil_up_to"),
    ("batas_0", "3"),
    ("poin_0", "7"),
    ("undian", "Rembuk 9 November"),
    ("dasar", "Rapat TPPS, 9 November 2026"),
];

#[db_test]
async fn the_rule_is_read_by_everyone_and_names_nobody(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    let anyone = scene.test.anonymous();
    let undrawn = anyone.get("/aturan-pasangan").await.ok();
    assert!(undrawn.contains("Belum diundi"), "{undrawn}");
    scene.draw().await;
    scene.pledge("Pemberi Rahasia", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;

    let page = anyone.get("/aturan-pasangan").await.ok();
    for said in [
        "z-skor TB/U di bawah -3,00",
        "Umur di bawah 24 bulan",
        "GENTING Belitung",
        "Rembuk 2 November",
        "Rapat TPPS",
        "undian terbuka",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    for secret in ["Rahasia", "href=\"/pasangan", "Keluar"] {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    // Whoever is signed in reads just the same.
    assert_eq!(scene.admin.get("/aturan-pasangan").await.ok(), page);
    // The public page leads to it.
    assert!(anyone.get("/publik").await.ok().contains("/aturan-pasangan"));

    // A new decision is published at once; what was decided on paper is said.
    let path = format!("/pasangan/{}/aturan/ubah", scene.programme);
    for stranger in [Role::Leader, Role::Auditor, Role::UnitCoordinator] {
        let stranger = scene.test.with_role(stranger).await;
        assert_eq!(stranger.post(&path, &CHANGE).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(anyone.post(&path, &CHANGE).await.to(), "/masuk");
    let mut wrong = CHANGE;
    wrong[2].1 = "11";
    let refused = scene.admin.post(&path, &wrong).await.refused();
    assert!(refused.contains("value=\"11\"") && refused.contains("Rembuk 9 November"), "{refused}");
    let mut stale = CHANGE;
    stale[0].1 = "1";
    assert!(scene.admin.post(&path, &stale).await.refused().contains("value=\"Rembuk 9 November\""));
    assert!(!anyone.get("/aturan-pasangan").await.ok().contains("Desil 3"));
    scene.admin.post(&path, &CHANGE).await.to();
    let page = anyone.get("/aturan-pasangan").await.ok();
    assert!(page.contains("Desil 3 atau lebih miskin") && page.contains("9 November 2026"), "{page}");
    assert!(!page.contains("Umur di bawah"), "{page}");
}

#[db_test]
async fn of_several_districts_one_is_chosen(db: TestDatabase) {
    let scene = Scene::start(db, [1, 0, 0, 0]).await;
    scene.draw().await;
    let anyone = scene.test.anonymous();
    assert_eq!(anyone.get("/aturan-pasangan?kabupaten=9999").await.status, StatusCode::NOT_FOUND);
    scene.test.district(DistrictId(2), 6_203_000_000, "Kapuas").await;
    let choice = anyone.get("/aturan-pasangan").await.ok();
    assert!(choice.contains("Kapuas") && !choice.contains("Rembuk 2 November"), "{choice}");
    let other = anyone.get("/aturan-pasangan?kabupaten=6203000000").await.ok();
    assert!(!other.contains("Rembuk 2 November"), "{other}");
    let code = scene.test.number("SELECT code AS n FROM district WHERE id = $1", args![KERINCI]).await;
    let own = anyone.get(&format!("/aturan-pasangan?kabupaten={code}")).await.ok();
    assert!(own.contains("Rembuk 2 November"), "{own}");
}
