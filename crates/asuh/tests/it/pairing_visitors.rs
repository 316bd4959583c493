//! Visitors: a sponsor sees name and address with the guardian's consent, by the admin's approval, until the pair ends.

use asuh_ground::access::Role;
use asuh_step_pairing::PairByHand;
use asuh_step_sponsors::Reach;
use asuh_step_sponsors::pledges::{ChangeAmount, StopPledge, UndoStop};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::pairing::{Scene, TODAY};
use crate::support::{Client, KERINCI};

/// A child whom one sponsor helps, who may visit.
struct Visit {
    scene: Scene,
    sponsor: Id,
    pledge: Id,
    guest: Client,
    child: String,
}

impl Visit {
    /// With so many units promised; the child needs nine.
    async fn start(db: TestDatabase, units: i64) -> Visit {
        let scene = Scene::start(db, [1, 0, 0, 0]).await;
        scene.draw().await;
        let (sponsor, pledge) = scene.pledge("Tamu Rekaan", units, "district", None).await;
        let run = scene.run("full").await;
        scene.approve(&run).await;
        let test = &scene.test;
        let guest = test.user(Role::Sponsor, &[], &[]).await;
        let link = "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2";
        test.sql(link, args![KERINCI, guest.user, sponsor]).await;
        test.sql(
            "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, \
             witness, text_version, given_on, recorded_at, recorded_by) VALUES ($1, $2, $3, NULL, 'visited', \
             'Ibu', 'mother', 'form', '', '2026-1', 20261101, 0, $4)",
            args![KERINCI, test.app.store.new_id(), scene.children[0].family, Id::SYSTEM],
        )
        .await;
        let child = format!("/janji/anak/{}", scene.children[0].person);
        Visit { scene, sponsor, pledge, guest, child }
    }

    async fn pair(&self) -> Id {
        let sql = "SELECT id FROM sponsor_pair WHERE district_id = $1 ORDER BY made_at DESC, id DESC";
        let row: Option<(Id,)> = self.scene.test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
        row.unwrap().0
    }

    async fn approve(&self) {
        self.scene.admin.post(&format!("/pasang/{}/pengunjung", self.pair().await), &[]).await.to();
    }

    /// Whether name and address open, and the list of children leads there.
    async fn opens(&self) -> bool {
        let page = self.guest.get(&self.child).await;
        let listed = self.guest.get("/janji").await.ok().contains(&self.child);
        match page.status {
            StatusCode::OK => {
                assert!(page.body.contains("Anak Rahasia") && listed, "{}", page.body);
                true
            }
            status => {
                assert!(
                    status == StatusCode::NOT_FOUND && !page.body.contains("Rahasia") && !listed,
                    "{status}"
                );
                false
            }
        }
    }

    async fn end(&self) {
        let pair = self.pair().await;
        self.scene.admin.post(&format!("/pasang/{pair}/akhiri"), &[("alasan_akhir", "uji")]).await.to();
    }

    async fn by_hand(&self) {
        let command = PairByHand {
            programme: self.scene.programme,
            pledge: self.pledge,
            person: self.scene.children[0].person,
            units: 1,
            reason: "uji".into(),
            today: TODAY,
        };
        let test = &self.scene.test;
        test.app.submit(&test.system(), test.app.store.new_id(), command).await.unwrap();
    }
}

#[db_test]
async fn a_visit_ends_with_the_pair_and_is_approved_anew(db: TestDatabase) {
    let visit = Visit::start(db, 9).await;
    assert!(!visit.opens().await, "nobody approved it");
    // Twenty at once are one approval; roles that may not, another district and what is not there.
    let path = format!("/pasang/{}/pengunjung", visit.pair().await);
    for client in [&visit.scene.leader, &visit.guest] {
        assert_eq!(client.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    }
    let elsewhere = visit.scene.test.admin_elsewhere().await;
    assert_eq!(elsewhere.post(&path, &[]).await.status, StatusCode::NOT_FOUND);
    let answers = futures_util::future::join_all((0..20).map(|_| visit.scene.admin.post(&path, &[]))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.is_redirection()).count(), 1);
    assert!(visit.opens().await);

    visit.end().await;
    assert!(!visit.opens().await, "the pair has ended");
    // An ended pair is approved for nothing, and the approval of the first does not come back with the second.
    let refused = visit.scene.admin.post(&path, &[]).await.status;
    assert!(refused.is_client_error(), "{refused}");
    visit.by_hand().await;
    assert!(!visit.opens().await, "another pair");
    visit.approve().await;
    assert!(visit.opens().await);
    let ended = visit
        .scene
        .number("SELECT COUNT(*) AS n FROM visitor WHERE district_id = $1 AND ended_at IS NOT NULL");
    assert_eq!(ended.await, 1);
    // Said to be related, the pair ends, and the visits with it.
    let pair = visit.pair().await;
    visit.scene.admin.post(&format!("/pasang/{pair}/keluarga-sendiri"), &[]).await.to();
    assert!(!visit.opens().await);
    let open =
        visit.scene.number("SELECT COUNT(*) AS n FROM visitor WHERE district_id = $1 AND ended_at IS NULL");
    assert_eq!(open.await, 0);
}

/// More units for the same child are another row, and the same pair to whoever visits.
#[db_test]
async fn visits_go_on_when_a_run_gives_the_same_child_more(db: TestDatabase) {
    let visit = Visit::start(db, 5).await;
    visit.approve().await;
    let test = &visit.scene.test;
    test.db.clock.advance(60);
    let more = ChangeAmount { pledge: visit.pledge, baskets: 9, from: TODAY, reach: Reach::All };
    test.app.submit(&test.system(), test.app.store.new_id(), more).await.unwrap();
    let run = visit.scene.run("full").await;
    visit.scene.approve(&run).await;
    let rows = visit.scene.number("SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1");
    assert_eq!((rows.await, visit.scene.covered(TODAY).await), (2, (1, 0, 0, 0)));
    assert!(visit.opens().await);
}

/// What ends a pair without anybody closing it: the promise, its campaign, the age of the child.
#[db_test]
async fn a_visit_ends_when_promise_campaign_or_age_end(db: TestDatabase) {
    let mut visit = Visit::start(db, 9).await;
    visit.approve().await;
    let test = &visit.scene.test;
    let (pledge, reach) = (visit.pledge, Reach::Own(visit.sponsor));
    let (stop, undo) = (
        StopPledge { pledge, last_day: date!(2026 - 11 - 01), reach: reach.clone() },
        UndoStop { pledge, reach },
    );
    test.app.submit(&test.system(), test.app.store.new_id(), stop).await.unwrap();
    assert!(!visit.opens().await, "the promise has ended");
    test.app.submit(&test.system(), test.app.store.new_id(), undo).await.unwrap();
    assert!(visit.opens().await, "it was a slip");

    let born = "UPDATE person_version SET birth_date = $2 WHERE district_id = $1";
    test.sql(born, args![KERINCI, date!(2021 - 11 - 02)]).await;
    assert!(!visit.opens().await, "five years old");
    let page = visit.guest.get("/janji").await.ok();
    assert!(page.contains("60 bulan") && !page.contains(">Ibu<"), "{page}");
    test.sql(born, args![KERINCI, date!(2025 - 10 - 01)]).await;
    assert!(visit.opens().await);

    test.sql("UPDATE campaign SET ends_on = 20261103 WHERE district_id = $1", args![KERINCI]).await;
    test.db.clock.advance(2 * 86_400);
    visit.guest = test.sign_in(visit.guest.user).await;
    assert!(!visit.opens().await, "the campaign has ended");
    let page = visit.guest.get("/janji").await.ok();
    assert!(!page.contains("Anak asuh saya"), "{page}");
    let letters = test.sign_in(visit.scene.leader.user).await;
    let page = letters.get(&format!("/pasangan/{}/surat", visit.scene.programme)).await.ok();
    assert!(!page.contains("Tamu Rekaan"), "{page}");
}
