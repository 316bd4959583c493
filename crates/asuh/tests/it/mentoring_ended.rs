//! The end of a pair as a task of the mentor: worked out of days, gone with the next visit; on both engines. The end of a
//! feeding is tried with the kitchens.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};

use crate::pairing::{Listed, Scene};
use crate::support::{Client, KERINCI, VILLAGES};

const ENDED: &str = "Pasangan asuh Anak Rahasia berakhir";

/// Two children of two villages, each with a sponsor; the cadres of the villages.
async fn paired(db: TestDatabase) -> (Scene, [Client; 2]) {
    let scene = Scene::start(db, [1, 1, 0, 0]).await;
    scene.draw().await;
    for name in ["Bu Ani", "Pak Budi"] {
        scene.pledge(name, 9, "district", None).await;
    }
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let near = scene.test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let far = scene.test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    (scene, [near, far])
}

async fn pair(scene: &Scene, child: &Listed) -> Id {
    let sql = "SELECT id FROM sponsor_pair WHERE district_id = $1 AND person_id = $2 AND valid_to IS NULL";
    let reader = scene.test.app.store.reader();
    let row: Option<(Id,)> =
        asuh_store::Query::first(reader, sql, args![KERINCI, child.person]).await.unwrap();
    row.expect("a pair").0
}

async fn told(client: &Client) -> bool {
    client.get("/pendampingan").await.ok().contains(ENDED)
}

#[db_test]
async fn who_mentors_a_child_hears_that_its_pair_ended_until_a_visit(db: TestDatabase) {
    let (scene, [near, far]) = paired(db).await;
    assert!(!told(&near).await && !told(&far).await, "both are helped");
    let pair = pair(&scene, &scene.children[0]).await;
    // It has run for a month; the last day of what is ended today is yesterday.
    scene
        .test
        .sql("UPDATE sponsor_pair SET valid_from = 20261001 WHERE district_id = $1", args![KERINCI])
        .await;
    scene.admin.post(&format!("/pasang/{pair}/akhiri"), &[("alasan_akhir", "pindah tugas")]).await.to();
    let page = near.get("/pendampingan").await.ok();
    assert!(page.contains("Pasangan asuh Anak Rahasia berakhir 1 Nov 2026"), "{page}");
    assert!(near.get("/").await.ok().contains("Hari ini: 1 keluarga"));
    assert!(!told(&far).await, "not the other village's");
    // A visit before the end closes nothing, one after it does; taken back, it is due again.
    let visit = format!("/pendampingan/keluarga/{}/kunjungan", scene.children[0].family);
    near.post(&visit, &[("hari", "2026-11-01"), ("nasihat", "Datang sebelum berakhir")]).await.to();
    assert!(told(&near).await);
    let shown = near.post(&visit, &[("hari", "2026-11-02"), ("nasihat", "Sudah disampaikan")]).await.to();
    assert!(!told(&near).await);
    let shown = shown.split('?').next().unwrap();
    near.post(&format!("{shown}/tarik"), &[("alasan", "keluarga lain")]).await.to();
    assert!(told(&near).await);
    // Somebody else who helps ends it too.
    let programme = scene.programme;
    let (_, other) = scene.pledge("Pengganti", 9, "district", None).await;
    let child = format!("/pasangan/{programme}/sasaran/{}", scene.children[0].person);
    let other = other.to_string();
    scene.admin.post(&child, &[("janji", &other), ("satuan", "9"), ("alasan", "pengganti")]).await.to();
    assert!(!told(&near).await);
}

#[db_test]
async fn a_promise_that_ended_ends_its_pair_and_a_child_that_is_five_is_closed_too(db: TestDatabase) {
    let (scene, [near, far]) = paired(db).await;
    // The promise ran out by its own day; nobody had to close anything.
    let pair = pair(&scene, &scene.children[1]).await;
    let ends = "UPDATE pledge SET ends_on = 20261031 WHERE district_id = $1 AND id = \
                (SELECT pledge_id FROM sponsor_pair WHERE district_id = $1 AND id = $2)";
    scene.test.sql(ends, args![KERINCI, pair]).await;
    scene
        .test
        .sql("UPDATE sponsor_pair SET valid_from = 20261001 WHERE district_id = $1", args![KERINCI])
        .await;
    assert!(told(&far).await && !told(&near).await);
    assert!(scene.admin.get("/").await.ok().contains("putuskan"), "the coordinator finds somebody else");
    // A child that has passed five years is no target any more; its family still waits for the closing visit.
    let old = "UPDATE person_version SET birth_date = 20211001 WHERE district_id = $1 AND person_id = $2";
    scene.test.sql(old, args![KERINCI, scene.children[1].person]).await;
    let page = far.get("/pendampingan").await.ok();
    assert!(page.contains(ENDED) && page.contains("1 dari 1 keluarga"), "{page}");
    let visit = format!("/pendampingan/keluarga/{}/kunjungan", scene.children[1].family);
    far.post(&visit, &[("hari", "2026-11-02"), ("nasihat", "Terima kasih, sehat selalu")]).await.to();
    assert!(!told(&far).await);
    // Of long ago nothing is said any more.
    scene.test.sql("UPDATE visit SET retracted_at = 0 WHERE district_id = $1", args![KERINCI]).await;
    assert!(told(&far).await);
    let long_ago = "UPDATE pledge SET ends_on = 20260801 WHERE district_id = $1";
    scene
        .test
        .sql("UPDATE sponsor_pair SET valid_from = 20260701 WHERE district_id = $1", args![KERINCI])
        .await;
    scene.test.sql(long_ago, args![KERINCI]).await;
    assert!(!told(&far).await && !told(&near).await);
}
