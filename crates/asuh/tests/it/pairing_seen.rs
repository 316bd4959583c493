//! What of pairs and needs a village, a leader and a sponsor see, and what they do not.

use std::collections::HashMap;

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::pairing::{Scene, WHOLE};
use crate::support::{KERINCI, VILLAGES};

#[db_test]
async fn a_village_sees_its_own_children_and_the_leader_no_name(db: TestDatabase) {
    let scene = Scene::start(db, [2, 3, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Haji Penolong", 45, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = verifier.get(&format!("/pasangan/{}", scene.programme)).await.ok();
    assert!(page.contains("<span class=\"big\">2</span>") && !page.contains("Air Mumu"), "{page}");
    let village = |code: i64| format!("/pasangan/{}/desa/{code}", scene.programme);
    let page = verifier.get(&village(VILLAGES[0])).await.ok();
    assert_eq!(page.matches("Anak Rahasia").count(), 2, "{page}");
    assert_eq!(verifier.get(&village(VILLAGES[1])).await.status, StatusCode::NOT_FOUND);
    assert_eq!(verifier.get(&run).await.status, StatusCode::FORBIDDEN);
    let rows = verifier.download(&format!("{}/unduh", village(VILLAGES[0])), &[]).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    let answer = verifier.post(&format!("{}/unduh", village(VILLAGES[1])), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // Figures and code names, but no name, for the leader.
    let pages = scene.leader.crawl(vec![format!("/pasangan/{}", scene.programme), run.clone()]).await;
    for (path, answer) in &pages {
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
        assert!(!answer.body.contains("Rahasia"), "{path}");
    }
    assert!(
        pages.keys().any(|path| path.contains("/surat/"))
            && pages.keys().any(|path| path.ends_with("/alasan"))
    );
    // The letter and the rule are papers of the district.
    let head = [("letterhead.government", "PEMERINTAH KABUPATEN REKAAN"), ("letterhead.paper", "f4")];
    scene.admin.post("/pengaturan/kop-surat", &head).await.to();
    let letter = pages.keys().find(|path| path.contains("/surat/")).unwrap();
    for path in [letter.clone(), format!("/pasangan/{}/aturan", scene.programme)] {
        let page = scene.leader.get(&path).await.ok();
        for wanted in ["KABUPATEN REKAAN", "<header class=\"letterhead\">", "data-print", "f4\""] {
            assert!(page.contains(wanted), "{path} lacks {wanted}: {page}");
        }
    }
    // The panel on the family page: since when, by the sponsor's code.
    let page = verifier.get(&format!("/sasaran/{}", scene.children[0].family)).await.ok();
    assert!(
        page.contains("OTA-") && page.contains("2 Nov 2026") && !page.contains("Haji Penolong"),
        "{page}"
    );
}

#[db_test]
async fn a_sponsor_knows_a_child_by_its_code_name(db: TestDatabase) {
    let scene = Scene::start(db, [5, 0, 1, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    // One child for each.
    let (near, _) = scene.pledge("Dekat", 9, "village", Some(VILLAGES[0])).await;
    let (alone, _) = scene.pledge("Jauh", 9, "village", Some(VILLAGES[2])).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let mut clients = HashMap::new();
    for sponsor in [near, alone] {
        let client = test.user(Role::Sponsor, &[WHOLE], &[]).await;
        let link = "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2";
        test.sql(link, args![KERINCI, client.user, sponsor]).await;
        clients.insert(sponsor, client);
    }
    let text = |page: &str| {
        assert!(page.contains("Anak asuh saya"), "{page}");
        for secret in ["Rahasia", "Selam Paung", "Sanggaran Agung"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
    };
    let page = clients[&near].get("/janji").await.ok();
    text(&page);
    assert!(
        page.contains("Gunung Raya") && page.contains("13 bulan") && page.contains("Rp450.000"),
        "{page}"
    );
    let page = clients[&alone].get("/janji").await.ok();
    text(&page);
    assert!(!page.contains("Danau Kerinci"), "only one child lives there: {page}");

    // Name and address open only to an approved visitor, with consent.
    let child = scene.children[5].clone();
    let own = format!("/janji/anak/{}", child.person);
    let client = &clients[&alone];
    assert_eq!(client.get(&own).await.status, StatusCode::NOT_FOUND);
    let pair: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT id FROM sponsor_pair WHERE district_id = $1 AND person_id = $2",
            args![KERINCI, child.person],
        )
        .await
        .unwrap();
    let approve = format!("/pasang/{}/pengunjung", pair.unwrap().0);
    assert!(!scene.admin.post(&approve, &[]).await.status.is_redirection());
    test.sql(
        "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, witness, \
         text_version, given_on, recorded_at, recorded_by) VALUES ($1, $2, $3, NULL, 'visited', 'Ibu', 'mother', \
         'form', '', '2026-1', 20261101, 0, $4)",
        args![KERINCI, test.app.store.new_id(), child.family, Id::SYSTEM],
    )
    .await;
    scene.admin.post(&approve, &[]).await.to();
    let page = client.get(&own).await.ok();
    assert!(page.contains("Anak Rahasia") && page.contains("Sanggaran Agung"), "{page}");
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND subject_id = $2 AND detail = 'visitor'";
    assert_eq!(test.number(opened, args![KERINCI, child.person]).await, 1);
    assert_eq!(clients[&near].get(&own).await.status, StatusCode::NOT_FOUND);
    // He tells the mentors of his visit; who may not visit cannot.
    let tell = format!("/pendampingan/anak-asuh/{}", child.person);
    assert!(client.get("/janji").await.ok().contains(&tell));
    let told = [("hari", "2026-11-02"), ("nasihat", "Anak riang, ibu bertanya soal posyandu")];
    assert!(client.post(&tell, &[("hari", "2026-11-02")]).await.refused().contains("id=\"f-nasihat\""));
    client.post(&tell, &told).await.to();
    let visits = "SELECT COUNT(*) AS n FROM visit WHERE district_id = $1 AND sponsor_id IS NOT NULL";
    assert_eq!(test.number(visits, args![KERINCI]).await, 1);
    assert_eq!(clients[&near].get(&tell).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clients[&near].post(&tell, &told).await.status, StatusCode::NOT_FOUND);
    let page = scene.admin.get(&format!("/sasaran/{}", child.family)).await.ok();
    assert!(page.contains("orang tua asuh yang berkunjung"), "{page}");
    // Taken back by the guardian, it is closed at once.
    test.sql(
        "UPDATE consent SET withdrawn_on = 20261102, withdrawn_at = 0 WHERE district_id = $1",
        args![KERINCI],
    )
    .await;
    assert_eq!(client.get(&own).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.post(&tell, &told).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn what_a_family_needs_once_is_kept_by_its_village(db: TestDatabase) {
    let scene = Scene::start(db, [1, 1, 0, 0]).await;
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = |nth: usize| format!("/kebutuhan-keluarga/keluarga/{}", scene.children[nth].family);
    verifier.post(&page(0), &[("jenis", "latrine"), ("keterangan", "belum punya jamban")]).await.to();
    let answer = verifier.post(&page(0), &[("jenis", "latrine")]).await.refused();
    assert!(answer.contains("sudah dicatat"), "{answer}");
    assert_eq!(verifier.get(&page(1)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(verifier.post(&page(1), &[("jenis", "water")]).await.status, StatusCode::NOT_FOUND);
    let list = verifier.get("/kebutuhan-keluarga").await.ok();
    assert!(list.contains("belum punya jamban"), "{list}");
    let need: Option<(Id,)> = scene
        .test
        .app
        .store
        .reader()
        .first("SELECT id FROM family_need WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    let change = format!("/kebutuhan-keluarga/{}/ubah", need.unwrap().0);
    verifier.post(&change, &[("status", "met")]).await.refused();
    verifier.post(&change, &[("status", "met"), ("oleh", "PT Timah")]).await.to();
    let list = verifier.get("/kebutuhan-keluarga?status=met").await.ok();
    assert!(list.contains("PT Timah"), "{list}");
}
