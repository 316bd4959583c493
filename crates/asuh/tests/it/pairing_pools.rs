//! Several pools of givers in one run.

use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::pairing::{Scene, TODAY};
use crate::support::{KERINCI, new_form_id};

/// Another campaign for pairs with a basket of so many rupiah.
async fn campaign(scene: &Scene, name: &str, rupiah: i64) -> Id {
    let (test, id) = (&scene.test, scene.test.app.store.new_id());
    test.sql(
        "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, \
         destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
         SELECT district_id, $3, $4, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, destination, \
         fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at FROM campaign \
         WHERE district_id = $1 AND id = $2",
        args![KERINCI, scene.campaign, id, name],
    )
    .await;
    test.sql(
        "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) VALUES ($1, $2, 0, 'cash', $3)",
        args![KERINCI, id, rupiah],
    )
    .await;
    id
}

/// Adds a pool as the admin does it.
async fn add(scene: &Scene, campaign: Id, units: &str) -> Result<(), String> {
    let path = format!("/pasangan/{}/kumpulan", scene.programme);
    let fields = [("gerakan", campaign.to_string()), ("satuan_per_paket", units.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(one, two)| (*one, two.as_str())).collect();
    let answer = scene.admin.post(&path, &fields).await;
    if answer.status.is_redirection() { Ok(()) } else { Err(answer.body) }
}

/// A run of these pools, worked out.
async fn run(scene: &Scene, pools: &[Id], stability: &str) -> String {
    let path = format!("/pasangan/{}/perhitungan", scene.programme);
    let ids: Vec<String> = pools.iter().map(Id::to_string).collect();
    let mut fields = vec![("cara", "full"), ("pasangan", stability), ("kumpulan_dipilih", "1")];
    fields.extend(ids.iter().map(|id| ("kumpulan", id.as_str())));
    let run = scene.admin.post(&path, &fields).await.to();
    scene.test.run_jobs().await;
    run
}

async fn units_of(scene: &Scene, campaign: Id) -> i64 {
    scene
        .test
        .number(
            "SELECT CAST(COALESCE(SUM(p.units), 0) AS BIGINT) AS n FROM sponsor_pair p JOIN pledge l \
             ON l.district_id = p.district_id AND l.id = p.pledge_id \
             WHERE p.district_id = $1 AND l.campaign_id = $2 AND p.ended_at IS NULL",
            args![KERINCI, campaign],
        )
        .await
}

/// Six children of nine units. Korpri promises 20 units, firms a basket of Rp450.000 twice: 18 units.
#[db_test]
async fn a_run_gives_the_pools_that_were_chosen(db: TestDatabase) {
    let scene = Scene::start(db, [4, 2, 0, 0]).await;
    scene.draw().await;
    let firms = campaign(&scene, "CSR Perusahaan", 450_000).await;
    let odd = campaign(&scene, "Ganjil", 70_000).await;
    // A basket counts as so many units as it is worth, and a campaign belongs to one programme.
    let page = add(&scene, firms, "8").await.unwrap_err();
    assert!(page.contains("bernilai Rp450.000") && page.contains("value=\"8\""), "{page}");
    add(&scene, odd, "1").await.unwrap_err();
    let page = scene.admin.get(&format!("/pasangan/{}/kumpulan", scene.programme)).await.ok();
    assert!(page.contains("CSR Perusahaan (1 paket = 9 satuan)"), "{page}");
    add(&scene, firms, "9").await.unwrap();
    add(&scene, firms, "9").await.unwrap_err();
    let leader = scene.leader.get(&format!("/pasangan/{}/kumpulan", scene.programme)).await;
    assert_eq!(leader.status, StatusCode::FORBIDDEN);
    let answer = scene.leader.post(&format!("/pasangan/{}/kumpulan", scene.programme), &[]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);

    scene.pledge("Korpri", 20, "district", None).await;
    let (_, firm) = scene.pledge_to(firms, "PT Timah", 2, "district", None).await;
    // None ticked is none chosen; what was typed stays.
    let path = format!("/pasangan/{}/perhitungan", scene.programme);
    let page = scene
        .admin
        .post(&path, &[("cara", "full"), ("pasangan", "soft"), ("kumpulan_dipilih", "1")])
        .await
        .refused();
    assert!(page.contains("Centang sekurangnya satu kumpulan"), "{page}");
    assert!(page.contains("value=\"soft\" checked"), "{page}");
    let foreign = scene.test.app.store.new_id().to_string();
    let fields = [("cara", "full"), ("pasangan", "lock"), ("kumpulan", foreign.as_str())];
    assert_eq!(scene.admin.post(&path, &fields).await.status, StatusCode::NOT_FOUND);

    // Korpri alone: two children and two units of a third.
    let first = run(&scene, &[scene.campaign], "lock").await;
    let page = scene.leader.get(&first).await.ok();
    assert!(page.contains("dari 0 menjadi 20, kebutuhan 54"), "{page}");
    assert!(!page.contains("CSR Perusahaan"), "{page}");
    scene.approve(&first).await;
    assert_eq!(scene.covered(TODAY).await, (2, 1, 3, 34 * 50_000));

    // The firms alone: what Korpri gives goes on, and counts before and after.
    scene.test.db.clock.advance(60);
    let second = run(&scene, &[firms], "soft").await;
    let page = scene.leader.get(&second).await.ok();
    assert!(page.contains("dari 20 menjadi 38, kebutuhan 54"), "{page}");
    assert!(page.contains("Satuan dari kumpulan lain yang tetap berjalan"), "{page}");
    assert!(page.contains("2 → 4") && page.contains("Terbukti terbaik"), "{page}");
    let reasons = scene.leader.get(&format!("{second}/alasan")).await.ok();
    assert!(reasons.contains("sudah dari kumpulan pemberi lain"), "{reasons}");
    assert!(reasons.contains("sudah terbantu sebagian"), "{reasons}");
    // Sent twice it acts once, and nothing of the other pool ended.
    let form = new_form_id();
    for _ in 0..2 {
        scene.leader.post_as(&format!("{second}/setujui"), &form, &[]).await.to();
    }
    assert_eq!(scene.covered(TODAY).await, (4, 1, 1, 16 * 50_000));
    assert_eq!((units_of(&scene, scene.campaign).await, units_of(&scene, firms).await), (20, 18));
    // The child that was helped in part was finished before another was begun: two units and seven.
    let finished = scene
        .number(
            "SELECT COUNT(*) AS n FROM (SELECT person_id FROM sponsor_pair WHERE district_id = $1 GROUP BY person_id \
             HAVING SUM(units) = 9 AND COUNT(*) = 2) x",
        )
        .await;
    assert_eq!(finished, 1);

    // Both at once, by the prices of stability; a firm's promise that grows reaches more.
    scene.test.db.clock.advance(60);
    scene.pledge("Guru", 16, "district", None).await;
    let both = run(&scene, &[scene.campaign, firms], "lock").await;
    let page = scene.leader.get(&both).await.ok();
    assert!(
        page.contains("CSR Perusahaan: 1 janji, 18 satuan") && page.contains("2 janji, 36 satuan"),
        "{page}"
    );
    assert!(page.contains("dari 38 menjadi 54"), "{page}");
    assert!(page.contains("Pasangan boleh berpindah untuk siapa pun"), "the prices of stability: {page}");
    scene.approve(&both).await;
    assert_eq!(scene.covered(TODAY).await, (6, 0, 0, 0));

    // A firm stops: its children wait, whichever pool is theirs.
    let stop =
        "UPDATE pledge SET ends_on = 20261101, end_reason = 'stopped' WHERE district_id = $1 AND id = $2";
    scene.test.sql(stop, args![KERINCI, firm]).await;
    assert_eq!(scene.covered(TODAY).await.3, 18 * 50_000);
    let page = scene.admin.get(&format!("/pasangan/{}/menunggu", scene.programme)).await.ok();
    assert!(page.contains("pernah punya"), "{page}");
    // A pool with pairs stays; one without may go.
    let away = |campaign: Id| format!("/pasangan/{}/kumpulan/{campaign}/lepas", scene.programme);
    let page = scene.admin.post(&away(firms), &[]).await.refused();
    assert!(page.contains("sudah punya pasangan"), "{page}");
    scene.admin.post(&away(scene.campaign), &[]).await.refused();
    let free = campaign(&scene, "Sukarela", 50_000).await;
    add(&scene, free, "1").await.unwrap();
    assert_eq!(scene.leader.post(&away(free), &[]).await.status, StatusCode::FORBIDDEN);
    scene.admin.post(&away(free), &[]).await.to();
    assert_eq!(scene.admin.post(&away(free), &[]).await.status, StatusCode::NOT_FOUND);
    scene.check().await;
}
