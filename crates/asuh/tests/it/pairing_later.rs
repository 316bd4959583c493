//! What time does to pairs: holds that end, sponsors who stop, children who die, and the month that counts it.

use asuh_step_pairing::PairByHand;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, Query, args};
use time::macros::date;

use crate::pairing::{Scene, TODAY};
use crate::support::KERINCI;

#[db_test]
async fn a_hold_keeps_targets_and_lets_go_by_itself(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 18, "district", None).await;
    let holds = format!("/pasangan/{}/tahan", scene.programme);
    let place = |until: &'static str| {
        [("untuk", "PT Timah"), ("jenis", "deciding"), ("jumlah", "1"), ("sampai", until)]
    };
    scene.admin.post(&holds, &place("2027-11-09")).await.refused();
    scene.admin.post(&holds, &place("2026-11-09")).await.to();
    let run = scene.run("full").await;
    let page = scene.admin.get(&run).await.ok();
    assert!(page.contains("Satuan yang ditahan"), "{page}");
    scene.approve(&run).await;
    assert_eq!(scene.covered(TODAY).await, (1, 0, 1, 450_000));
    // The day after its last one it keeps nothing any more, though nobody did anything.
    scene.test.db.clock.advance(8 * 86_400);
    let admin = scene.test.sign_in(scene.admin.user).await;
    let leader = scene.test.sign_in(scene.leader.user).await;
    let page = admin.get(&holds).await.ok();
    assert!(page.contains("sudah lepas"), "{page}");
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    scene.test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    assert_eq!(scene.covered(date!(2026 - 11 - 10)).await, (2, 0, 0, 0));
}

#[db_test]
async fn a_child_that_loses_its_sponsor_waits_visibly_and_is_helped_again(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let (_, first) = scene.pledge("Berhenti", 9, "district", None).await;
    let (_, second) = scene.pledge("Tinggal", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!(scene.covered(TODAY).await, (2, 0, 0, 0));
    test.sql(
        "UPDATE pledge SET ends_on = 20261104, end_reason = 'stopped' WHERE district_id = $1 AND id = $2",
        args![KERINCI, first],
    )
    .await;
    test.db.clock.advance(3 * 86_400);
    let now = date!(2026 - 11 - 05);
    assert_eq!(scene.covered(now).await, (1, 0, 1, 450_000));
    let admin = test.sign_in(scene.admin.user).await;
    let waiting = format!("/pasangan/{}/menunggu", scene.programme);
    let page = admin.get(&waiting).await.ok();
    assert!(page.contains("5 Nov 2026") && page.contains("pernah punya"), "{page}");

    // Two officers give the last five units of one promise at the same time: one of them succeeds.
    let (_, third) = scene.pledge("Baru", 5, "district", None).await;
    let lost: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT person_id FROM sponsor_pair WHERE district_id = $1 AND pledge_id = $2",
            args![KERINCI, first],
        )
        .await
        .unwrap();
    let person = lost.unwrap().0;
    let by_hand = |units| PairByHand {
        programme: scene.programme,
        pledge: third,
        person,
        units,
        reason: "pengganti".into(),
        today: now,
    };
    let (system, new) = (test.system(), || test.app.store.new_id());
    let (one, two) = tokio::join!(
        test.app.submit(&system, new(), by_hand(4)),
        test.app.submit(&system, new(), by_hand(3))
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let given = test
        .number(
            "SELECT CAST(SUM(units) AS BIGINT) AS n FROM sponsor_pair WHERE district_id = $1 AND pledge_id = $2",
            args![KERINCI, third],
        )
        .await;
    assert!(given <= 5, "{given}");
    let (fully, partly, none, _) = scene.covered(now).await;
    assert_eq!((fully, partly, none), (1, 1, 0));
    // A promise of nobody here, or that is used up.
    let answer = test.app.submit(&system, new(), PairByHand { pledge: new(), ..by_hand(1) }).await;
    assert!(format!("{answer:?}").contains("not_found: true"), "{answer:?}");
    let answer = test.app.submit(&system, new(), PairByHand { pledge: second, ..by_hand(1) }).await;
    assert!(format!("{answer:?}").contains("pairing.refused.capacity"), "{answer:?}");

    // The child dies: the next run ends what acts for it, with the reason.
    test.sql(
        "UPDATE person_version SET ended_reason = 'died', ended_on = 20261106 WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, person],
    )
    .await;
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let leader = test.sign_in(scene.leader.user).await;
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    for (reason, wanted) in [("target_left", 1), ("sponsor_stopped", 1)] {
        let ended = test
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND ended_reason = $2",
                args![KERINCI, reason],
            )
            .await;
        assert_eq!(ended, wanted, "{reason}");
    }
    scene.check().await;
}

/// Who dies during a month stays on the list of that month, with what was promised; the next month begins without him.
#[db_test]
async fn a_month_is_counted_by_the_list_as_it_stood_when_it_began(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let test = &scene.test;
    // On 10 November at noon it becomes known that the child without a sponsor has died.
    let known_at = Instant::from(date!(2026 - 11 - 10).midnight().assume_utc()).plus_seconds(5 * 3600);
    let alone = "SELECT person_id FROM run_child WHERE district_id = $1 AND units = 0";
    let (dead,): (Id,) = test.app.store.reader().first(alone, args![KERINCI]).await.unwrap().unwrap();
    test.sql(
        "UPDATE person_version SET superseded_at = $3 WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, dead, known_at],
    )
    .await;
    test.sql(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu, \
         ended_reason, ended_on) SELECT district_id, person_id, 2, $3, $4, 20261110, command_id, source, family_id, \
         relation, name, name_search, sex, birth_date, parents_name, posyandu, 'died', 20261110 \
         FROM person_version WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, dead, known_at, Instant::NEVER],
    )
    .await;
    for (today, wanted) in [
        (TODAY, (1, 0, 1, 450_000)),
        (date!(2026 - 11 - 30), (1, 0, 1, 450_000)),
        (date!(2026 - 12 - 01), (1, 0, 0, 0)),
    ] {
        assert_eq!(scene.covered(today).await, wanted, "{today}");
    }
}
