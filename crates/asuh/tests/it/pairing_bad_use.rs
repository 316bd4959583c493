//! Double clicks, twenty at once, and a program that stopped in the middle: one effect each.

use asuh_ground::access::Actor;
use asuh_step_pairing::{Ahead, ApproveRun};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Engine, Fault, Id, Query, Recording, Stamp, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;

use crate::pairing::{Scene, TODAY};
use crate::support::{Answer, Client, KERINCI, new_form_id};

/// Sends a form twenty times at once, each under its own id: twenty people, or one who reloads the page each time.
pub async fn twenty(client: &Client, path: &str, fields: &[(&str, &str)]) -> Vec<Answer> {
    futures_util::future::join_all((0..20).map(|_| client.post(path, fields))).await
}

/// The same under one id: a double click.
pub async fn clicks(client: &Client, path: &str, fields: &[(&str, &str)]) -> Vec<Answer> {
    let form = new_form_id();
    futures_util::future::join_all((0..20).map(|_| client.post_as(path, &form, fields))).await
}

/// How many of the answers lead on.
pub fn done(answers: &[Answer]) -> usize {
    for answer in answers {
        assert!(!answer.status.is_server_error(), "{}", answer.body);
    }
    answers.iter().filter(|answer| answer.status.is_redirection()).count()
}

#[db_test]
async fn what_is_sent_twenty_times_at_once_happens_once(db: TestDatabase) {
    let scene = Scene::start(db, [3, 0, 0, 0]).await;
    scene.draw().await;
    let count = async |table: &str| {
        scene.number(&format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = $1")).await
    };
    let (_, pledge) = scene.pledge("Pemberi", 18, "district", None).await;
    // A run.
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let answers = twenty(&scene.admin, &runs, &[("cara", "full"), ("pasangan", "lock")]).await;
    assert_eq!((done(&answers), count("pairing_run").await), (1, 1));
    let run = answers.into_iter().find(|answer| answer.status.is_redirection()).unwrap().to();
    scene.test.run_jobs().await;
    // Its approval, by twenty forms and by twenty clicks.
    let approve = format!("{run}/setujui");
    assert_eq!(done(&twenty(&scene.leader, &approve, &[]).await), 1);
    assert_eq!(count("sponsor_pair").await, 2);
    assert_eq!(scene.covered(TODAY).await, (2, 0, 1, 450_000));
    scene.test.db.clock.advance(60);
    let (_, more) = scene.pledge("Lagi", 9, "district", None).await;
    let run = scene.run("intake").await;
    assert_eq!(done(&clicks(&scene.leader, &format!("{run}/setujui"), &[]).await), 20);
    assert_eq!((count("sponsor_pair").await, scene.covered(TODAY).await), (3, (3, 0, 0, 0)));
    // Ending a pair, and pairing by hand for the units that became free.
    asuh_store::row_struct! { struct Made { id: Id, person_id: Id } }
    let sql = "SELECT id, person_id FROM sponsor_pair WHERE district_id = $1 AND pledge_id = $2";
    let row: Option<Made> = scene.test.app.store.reader().first(sql, args![KERINCI, more]).await.unwrap();
    let Made { id: pair, person_id: person } = row.unwrap();
    let end = format!("/pasang/{pair}/akhiri");
    assert_eq!(done(&twenty(&scene.admin, &end, &[("alasan_akhir", "uji")]).await), 1);
    let child = format!("/pasangan/{}/sasaran/{person}", scene.programme);
    let more = more.to_string();
    let fields = [("janji", more.as_str()), ("satuan", "9"), ("alasan", "uji")];
    assert_eq!(done(&twenty(&scene.admin, &child, &fields).await), 1);
    assert_eq!((count("sponsor_pair").await, scene.covered(TODAY).await), (4, (3, 0, 0, 0)));
    let pledge = pledge.to_string();
    let fields = [("janji", pledge.as_str()), ("satuan", "1"), ("alasan", "uji")];
    assert_eq!(done(&twenty(&scene.admin, &child, &fields).await), 0, "nothing is left");
    // A hold, and letting go of it.
    let pair = "SELECT id FROM sponsor_pair WHERE district_id = $1 AND ended_at IS NULL AND person_id = $2";
    let row: Option<(Id,)> = scene.test.app.store.reader().first(pair, args![KERINCI, person]).await.unwrap();
    scene.admin.post(&format!("/pasang/{}/akhiri", row.unwrap().0), &[("alasan_akhir", "uji")]).await.to();
    let holds = format!("/pasangan/{}/tahan", scene.programme);
    let fields = [("untuk", "PT"), ("jenis", "deciding"), ("jumlah", "1"), ("sampai", "2026-11-09")];
    assert_eq!(done(&twenty(&scene.admin, &holds, &fields).await), 1, "one child is open");
    let row: Option<(Id,)> = scene
        .test
        .app
        .store
        .reader()
        .first("SELECT id FROM pairing_hold WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    let release = format!("/penahanan/{}/lepas", row.unwrap().0);
    assert_eq!(done(&twenty(&scene.admin, &release, &[]).await), 1);
    let released = scene
        .number("SELECT COUNT(*) AS n FROM pairing_hold WHERE district_id = $1 AND released_at IS NOT NULL");
    assert_eq!(released.await, 1);
    // Refusing a draft, and who is related.
    scene.test.db.clock.advance(60);
    let run = scene.run("full").await;
    let no = [("alasan", "belum")];
    assert_eq!(done(&twenty(&scene.leader, &format!("{run}/tolak"), &no).await), 1);
    let (uncle, _) = scene.pledge("Paman", 1, "district", None).await;
    let family = scene.children[0].family.to_string();
    let fields = [("pilihan", family.as_str()), ("alasan", "paman")];
    let path = format!("/keluarga-sendiri/orang-tua-asuh/{uncle}");
    assert_eq!(done(&twenty(&scene.admin, &path, &fields).await), 1);
    assert_eq!(count("declared_relative").await, 1);
    scene.check().await;
}

/// The program stops while a run is worked out: half of its rows are there, and the job's lease runs out. The next one to
/// look for work begins anew, and nothing of the first try is left.
#[db_test]
async fn a_run_that_was_broken_off_is_worked_out_again(db: TestDatabase) {
    let scene = Scene::start(db, [3, 2, 0, 0]).await;
    scene.draw().await;
    let (sponsor, pledge) = scene.pledge("Pemberi", 20, "district", None).await;
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let run = scene.admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    let id: Id = run.rsplit('/').next().unwrap().parse().unwrap();
    let child = &scene.children[4];
    // What the first try wrote, with another order than the right one.
    scene
        .test
        .sql(
            "INSERT INTO run_child (district_id, run_id, rank, person_id, family_id, village_code, rw, target, points, need, \
             held, before_units, besides, units) VALUES ($1, $2, 0, $3, $4, $5, '', 'child_under_two', 1, 9, 0, 0, 0, 1)",
            args![KERINCI, id, child.person, child.family, child.village],
        )
        .await;
    scene
        .test
        .sql(
            "INSERT INTO run_pair (district_id, run_id, rank, pledge_id, sponsor_id, person_id, units, kept, tier, \
             home_code, not_nearer) VALUES ($1, $2, 0, $3, $4, $5, 1, 0, 0, 0, '')",
            args![KERINCI, id, pledge, sponsor, child.person],
        )
        .await;
    let now = scene.test.app.store.clock().now();
    let stopped = "UPDATE job SET state = 'running', attempts = 1, lease_until = $3 WHERE district_id = $1 AND subject_id = $2";
    scene.test.sql(stopped, args![KERINCI, id, now]).await;
    // Until then its page says that it is being worked out, and nobody can decide about it.
    let page = scene.leader.get(&run).await.ok();
    assert!(page.contains("Sedang dihitung"), "{page}");
    let answer = scene.leader.post(&format!("{run}/setujui"), &[]).await.refused();
    assert!(answer.contains("sudah diputuskan") || answer.contains("Sedang dihitung"), "{answer}");
    scene.test.db.clock.advance(3_600);
    scene.test.run_jobs().await;
    let leader = scene.test.sign_in(scene.leader.user).await;
    let page = leader.get(&run).await.ok();
    assert!(page.contains("Rancangan") && page.contains("dari 0 menjadi 20"), "{page}");
    let rows = scene.number("SELECT COUNT(*) AS n FROM run_child WHERE district_id = $1").await;
    assert_eq!(rows, 5);
    let units = "SELECT CAST(SUM(units) AS BIGINT) AS n FROM run_child WHERE district_id = $1";
    assert_eq!(scene.number(units).await, 20, "a row of the first try is left");
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    assert_eq!(scene.covered(TODAY).await, (2, 1, 2, 25 * 50_000));
    scene.check().await;
}

/// A draft whose author lost his connection stands all the same: the address leads to it, and the form sent again too.
#[db_test]
async fn a_lost_answer_costs_nothing(db: TestDatabase) {
    let scene = Scene::start(db, [1, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 9, "district", None).await;
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let (form, fields) = (new_form_id(), [("cara", "full"), ("pasangan", "lock")]);
    // The answer of the first is thrown away before it is read.
    drop(scene.admin.post_as(&runs, &form, &fields).await);
    scene.test.run_jobs().await;
    let run = scene.admin.post_as(&runs, &form, &fields).await.to();
    assert!(scene.admin.get(&run).await.ok().contains("Rancangan"));
    // The same form with another content is no repetition.
    let other = [("cara", "full"), ("pasangan", "soft")];
    assert_eq!(scene.admin.post_as(&runs, &form, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

/// Whether nothing was written since a moment, as a command sees it.
#[derive(Serialize)]
struct Untouched {
    #[serde(skip)]
    since: Stamp,
}

impl Command for Untouched {
    const KIND: &'static str = "test.untouched";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        Ok(tx.untouched_since(self.since))
    }
}

/// What was read before the door was entered is used only where surely nothing was written since: never on PostgreSQL,
/// where others write at the same time.
#[db_test]
async fn what_was_read_ahead_counts_only_while_nothing_is_written(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    let store = &scene.test.app.store;
    let alone = store.engine() == Engine::Sqlite;
    let ask =
        async |since| store.submit(scene.test.envelope(Id::SYSTEM), Untouched { since }).await.unwrap().value;
    let since = store.stamp();
    assert_eq!(ask(since).await, alone);
    assert!(!ask(since).await, "the question itself was a transaction");
    // Of many at once only the first stands alone.
    let since = store.stamp();
    let answers = futures_util::future::join_all((0..20).map(|_| ask(since))).await;
    assert!(answers.iter().filter(|untouched| **untouched).count() <= usize::from(alone));

    scene.pledge("Pemberi", 9, "district", None).await;
    let run = scene.run("full").await;
    let id: Id = run.rsplit('/').next().unwrap().parse().unwrap();
    let leader = Actor { user: scene.leader.user, ..(*scene.test.system()).clone() };
    let sql = "SELECT grants_version AS n FROM app_user WHERE district_id = $1 AND id = $2";
    let leader =
        Actor { grants_version: scene.test.number(sql, args![KERINCI, leader.user]).await, ..leader };
    let approve = |ahead| ApproveRun { run: id, today: TODAY, ahead };
    // Somebody promises more between reading and deciding: the draft is stale, whatever was read ahead.
    let ahead = Ahead::read(store, KERINCI, id).await.unwrap();
    assert!(ahead.is_some());
    scene.pledge("Menyusul", 5, "district", None).await;
    let answer = scene.test.app.submit(&leader, store.new_id(), approve(ahead)).await;
    assert!(format!("{answer:?}").contains("pairing.refused.stale"), "{answer:?}");
    scene.leader.post(&format!("{run}/tolak"), &[("alasan", "lagi")]).await.to();
    // Nothing of a draft that does not hold is read ahead, and another run's facts are not used.
    assert!(Ahead::read(store, KERINCI, id).await.unwrap().is_none());
    let run = scene.run("full").await;
    let id: Id = run.rsplit('/').next().unwrap().parse().unwrap();
    let ahead = Ahead::read(store, KERINCI, id).await.unwrap();
    let made =
        scene.test.app.submit(&leader, store.new_id(), ApproveRun { run: id, today: TODAY, ahead }).await;
    assert_eq!(made.unwrap().value.made, 2);
    assert_eq!(scene.covered(TODAY).await, (1, 1, 0, 4 * 50_000));
    scene.check().await;
}
