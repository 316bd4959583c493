//! Relatives, whom nobody helps: said from the sponsor's page and from the family's page, and taken back.

use asuh_ground::access::Role;
use asuh_step_pairing::{EndPair, PairByHand};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::pairing::{Scene, TODAY};
use crate::support::{KERINCI, VILLAGES, new_form_id};

/// The words by which names are found, for the fixture's families.
async fn named(scene: &Scene, family: Id, name: &str) {
    let test = &scene.test;
    let key = asuh_nusantara::name::search_key(name);
    test.sql(
        "UPDATE family_version SET head_name = $3, head_search = $4 WHERE district_id = $1 AND family_id = $2",
        args![KERINCI, family, name, key],
    )
    .await;
    for word in asuh_matching::search_keys(name) {
        test.sql(
            "INSERT INTO name_key (district_id, word, family_id, village_code) VALUES ($1, $2, $3, $4) \
             ON CONFLICT DO NOTHING",
            args![KERINCI, word, family, VILLAGES[0]],
        )
        .await;
    }
}

async fn pairs(scene: &Scene, sponsor: Id, nth: usize) -> i64 {
    scene
        .test
        .number(
            "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2 AND person_id = $3 \
             AND ended_at IS NULL",
            args![KERINCI, sponsor, scene.children[nth].person],
        )
        .await
}

#[db_test]
async fn relatives_are_said_from_either_side_and_taken_back(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    named(&scene, scene.children[0].family, "Zulkifli Rekaan").await;
    let (uncle, _) = scene.pledge("Paman Rekaan", 18, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!((pairs(&scene, uncle, 0).await, pairs(&scene, uncle, 1).await), (1, 1));

    // From the sponsor's page: found by the name, by POST; said with how they are related.
    let page = scene.admin.get(&format!("/orang-tua-asuh/{uncle}")).await.ok();
    let own = format!("/keluarga-sendiri/orang-tua-asuh/{uncle}");
    assert!(page.contains(&own) && page.contains(&format!("tahan?untuk={uncle}")), "{page}");
    let page = scene.admin.post(&format!("{own}/cari"), &[("cari", "zulkifly")]).await.ok();
    let family = scene.children[0].family.to_string();
    assert!(page.contains(&family) && page.contains("Zulkifli Rekaan"), "{page}");
    assert!(
        scene
            .admin
            .post(&format!("{own}/cari"), &[("cari", "tidak ada")])
            .await
            .ok()
            .contains("Tidak ditemukan")
    );
    // Without how they are related: what was chosen stays.
    let page = scene.admin.post(&own, &[("cari", "zulkifli"), ("pilihan", &family)]).await.refused();
    assert!(page.contains("checked"), "{page}");
    let form = new_form_id();
    let fields = [("cari", "zulkifli"), ("pilihan", family.as_str()), ("alasan", "keponakan")];
    for _ in 0..2 {
        scene.admin.post_as(&own, &form, &fields).await.to();
    }
    let page = scene.admin.post(&own, &fields).await.refused();
    assert!(page.contains("sudah dicatat"), "{page}");
    // The pair between them ended at once, the other one goes on.
    assert_eq!((pairs(&scene, uncle, 0).await, pairs(&scene, uncle, 1).await), (0, 1));
    assert_eq!(scene.covered(TODAY).await, (1, 0, 1, 450_000));
    let panel = scene.admin.get(&format!("/sasaran/{family}")).await.ok();
    assert!(panel.contains("Paman Rekaan") && panel.contains("keponakan"), "{panel}");
    // A village reads no name of a sponsor.
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let panel = verifier.get(&format!("/sasaran/{family}")).await.ok();
    assert!(!panel.contains("Paman Rekaan") && !panel.contains("/keluarga-sendiri/"), "{panel}");

    // A hold for him keeps nobody of theirs; for a stranger it does.
    let holds = format!("/pasangan/{}/tahan", scene.programme);
    let page = scene.admin.get(&format!("{holds}?untuk={uncle}")).await.ok();
    assert!(page.contains("value=\"Paman Rekaan\"") && page.contains("yang sudah terdaftar"), "{page}");
    let until = [("sampai_tanggal", "9"), ("sampai_bulan", "11"), ("sampai_tahun", "2026")];
    let uncle_id = uncle.to_string();
    let mut hold =
        vec![("untuk", "Paman"), ("jenis", "other"), ("jumlah", "5"), ("orang_tua_asuh", &uncle_id)];
    hold.extend(until);
    let page = scene.admin.post(&holds, &hold).await.refused();
    assert!(
        page.contains("Tidak ada sasaran yang masih kurang") && page.contains("value=\"Paman\""),
        "{page}"
    );
    hold[3] = ("orang_tua_asuh", "");
    scene.admin.post(&holds, &hold).await.to();
    scene.test.sql("UPDATE pairing_hold SET released_at = 1 WHERE district_id = $1", args![KERINCI]).await;
    // A run does not pair them either.
    scene.test.db.clock.advance(60);
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!(pairs(&scene, uncle, 0).await, 0);

    // It turned out not to be so: taken back from the family's page, with the reason; the next run may pair them.
    let of_family = format!("/keluarga-sendiri/keluarga/{family}");
    let page = scene.admin.get(&of_family).await.ok();
    let relative: String = page
        .split("/keluarga-sendiri/")
        .find_map(|part| part.split_once("/batal").map(|part| part.0))
        .unwrap()
        .into();
    let back = format!("/keluarga-sendiri/{relative}/batal");
    scene.admin.post(&back, &[("dari", "keluarga")]).await.refused();
    let form = new_form_id();
    for _ in 0..2 {
        let to = scene
            .admin
            .post_as(&back, &form, &[("dari", "keluarga"), ("alasan_batal", "salah orang")])
            .await
            .to();
        assert_eq!(to, of_family);
    }
    let page = scene.admin.post(&back, &[("dari", "keluarga"), ("alasan_batal", "lagi")]).await.refused();
    assert!(page.contains("salah orang") && page.contains("sudah dibatalkan"), "{page}");
    scene.test.db.clock.advance(60);
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!(pairs(&scene, uncle, 0).await, 1);

    // From the family's page: a sponsor by name.
    let page = scene.admin.post(&format!("{of_family}/cari"), &[("cari", "paman")]).await.ok();
    assert!(page.contains(&uncle_id), "{page}");
    let fields = [("cari", "paman"), ("pilihan", uncle_id.as_str()), ("alasan", "sepupu")];
    assert_eq!(scene.admin.post(&of_family, &fields).await.to(), of_family);
    assert_eq!(pairs(&scene, uncle, 0).await, 0);
    // Those who do not pair may not.
    for path in [own.clone(), format!("{own}/cari"), of_family.clone(), format!("{of_family}/cari"), back] {
        for client in [&scene.leader, &verifier] {
            assert_eq!(client.post(&path, &fields).await.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    let nobody = scene.test.app.store.new_id();
    for path in ["orang-tua-asuh", "keluarga"] {
        let answer = scene.admin.get(&format!("/keluarga-sendiri/{path}/{nobody}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
    }
    scene.check().await;
}

#[db_test]
async fn nobody_helps_relatives_or_those_who_work_for_him(db: TestDatabase) {
    let scene = Scene::start(db, [3, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let office = test.institution("opd", "Dinas", None).await;
    let school = test.institution("school", "SD", Some(office)).await;
    let card = |nth: usize| format!("kk{}", scene.children[nth].family).into_bytes();
    // The first child's own card; the head of an office below which the second child's parent works; declared.
    let (own, own_pledge) = scene.pledge("Serumah", 9, "district", None).await;
    let (chief, chief_pledge) = scene.pledge("Kepala Dinas", 9, "district", None).await;
    let (uncle, uncle_pledge) = scene.pledge("Paman", 9, "district", None).await;
    let (parent, parent_pledge) = scene.pledge("Guru", 1, "district", None).await;
    let set =
        "UPDATE sponsor_version SET kk_hash = $3, unit_id = $4 WHERE district_id = $1 AND sponsor_id = $2";
    test.sql(set, args![KERINCI, own, card(0), None::<Id>]).await;
    test.sql(set, args![KERINCI, chief, None::<Vec<u8>>, office]).await;
    test.sql(set, args![KERINCI, parent, card(1), school]).await;
    // An office that gives is its own unit.
    let (bureau, bureau_pledge) = scene.pledge("Dinas Rekaan", 9, "district", None).await;
    let link =
        "UPDATE sponsor SET kind = 'institution', institution_id = $3 WHERE district_id = $1 AND id = $2";
    test.sql(link, args![KERINCI, bureau, office]).await;
    let declare = asuh_step_pairing::DeclareRelative {
        sponsor: uncle,
        family: scene.children[2].family,
        reason: "paman".into(),
        today: TODAY,
    };
    test.app.submit(&test.system(), test.app.store.new_id(), declare).await.unwrap();
    let run = scene.run("full").await;
    scene.approve(&run).await;
    for (sponsor, child) in [(own, 0), (chief, 1), (bureau, 1), (parent, 1), (uncle, 2)] {
        let pairs = test
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2 AND person_id = $3",
                args![KERINCI, sponsor, scene.children[child].person],
            )
            .await;
        assert_eq!(pairs, 0, "{child}");
    }
    for (pledge, child) in
        [(own_pledge, 0), (chief_pledge, 1), (bureau_pledge, 1), (parent_pledge, 1), (uncle_pledge, 2)]
    {
        let by_hand = PairByHand {
            programme: scene.programme,
            pledge,
            person: scene.children[child].person,
            units: 1,
            reason: "uji".into(),
            today: TODAY,
        };
        let answer = test.app.submit(&test.system(), test.app.store.new_id(), by_hand).await;
        assert!(format!("{answer:?}").contains("pairing.refused.excluded"), "{child}: {answer:?}");
    }
    // The others of the three are covered all the same.
    assert_eq!(scene.covered(TODAY).await, (3, 0, 0, 0));
    // By hand the same rules hold.
    let more = scene.pledge("Bibi", 9, "district", None).await;
    test.sql(set, args![KERINCI, more.0, card(0), None::<Id>]).await;
    let free = "SELECT id FROM sponsor_pair WHERE district_id = $1 AND person_id = $2";
    let pairs: Vec<(Id,)> =
        test.app.store.reader().all(free, args![KERINCI, scene.children[0].person]).await.unwrap();
    for (pair,) in pairs {
        let end = EndPair { pair, reason: "uji".into(), today: TODAY };
        test.app.submit(&test.system(), test.app.store.new_id(), end).await.unwrap();
    }
    let page = format!("/pasangan/{}/sasaran/{}", scene.programme, scene.children[0].person);
    let fields = [("janji", more.1.to_string()), ("satuan", "1".into()), ("alasan", "dekat".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(one, two)| (*one, two.as_str())).collect();
    let answer = scene.admin.post(&page, &fields).await.refused();
    assert!(answer.contains("keluarga sendiri"), "{answer}");
}
