//! News: what a mentor writes of a family reaches its sponsor, read by somebody else first, and nobody besides.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::pairing::Scene;
use crate::support::{Client, KERINCI, VILLAGES, new_form_id};

const WORDS: &str = "Bulan ini berat anak asuh Anda naik 3 ons.";

/// A sponsor with an account, and the place of the child whom he helps.
async fn sponsor(scene: &Scene, name: &str, units: i64) -> (Client, Id) {
    let (sponsor, _) = scene.pledge(name, units, "district", None).await;
    let client = scene.test.user(Role::Sponsor, &[], &[]).await;
    let link = "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2";
    scene.test.sql(link, args![KERINCI, client.user, sponsor]).await;
    (client, sponsor)
}

async fn helped_by(scene: &Scene, sponsor: Id) -> usize {
    let sql = "SELECT person_id FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2";
    let row: Option<(Id,)> = scene.test.app.store.reader().first(sql, args![KERINCI, sponsor]).await.unwrap();
    scene.children.iter().position(|one| one.person == row.unwrap().0).unwrap()
}

/// The guardian agrees that the children are shown to foster parents, without name.
async fn agreed(scene: &Scene) {
    for child in &scene.children {
        scene
            .test
            .sql(
                "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, \
                 witness, text_version, given_on, recorded_at, recorded_by) VALUES ($1, $2, $3, NULL, \
                 'shown_to_sponsor', 'Ibu', 'mother', 'form', '', '2026-1', 20261101, 0, $4)",
                args![KERINCI, scene.test.app.store.new_id(), child.family, Id::SYSTEM],
            )
            .await;
    }
}

async fn newest(scene: &Scene) -> Id {
    let sql = "SELECT id FROM child_news WHERE district_id = $1 ORDER BY id DESC";
    let row: Option<(Id,)> = scene.test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    row.unwrap().0
}

#[db_test]
async fn news_reach_the_sponsor_when_somebody_else_has_read_them(db: TestDatabase) {
    let scene = Scene::start(db, [2, 1, 0, 0]).await;
    scene.draw().await;
    let (first, one) = sponsor(&scene, "Satu Rekaan", 9).await;
    let (second, two) = sponsor(&scene, "Dua Rekaan", 9).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let test = &scene.test;
    let (at, other) = (helped_by(&scene, one).await, helped_by(&scene, two).await);
    let child = scene.children[at].clone();
    let cadre = test.user(Role::Cadre, &[child.village], &[]).await;
    let page = format!("/kabar/keluarga/{}", child.family);
    let person = child.person.to_string();
    let fields = |words: &'static str| [("anak", person.as_str()), ("jenis", "news"), ("isi", words)];

    // The way leads from the family's page; a cadre of another village finds nothing, and others may not.
    assert!(cadre.get(&format!("/sasaran/{}", child.family)).await.ok().contains(&page));
    let away = VILLAGES.into_iter().find(|village| *village != child.village).unwrap();
    let stranger = test.user(Role::Cadre, &[away], &[]).await;
    assert_eq!(stranger.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&page, &fields(WORDS)).await.status, StatusCode::NOT_FOUND);
    for client in [&scene.admin, &scene.leader, &first] {
        assert_eq!(client.post(&page, &fields(WORDS)).await.status, StatusCode::FORBIDDEN);
    }
    let elsewhere = test.admin_elsewhere().await;

    // How a child fares is told with its guardian's consent.
    let answer = cadre.post(&page, &fields(WORDS)).await.refused();
    assert!(answer.contains("Wali belum menyetujui"), "{answer}");
    agreed(&scene).await;
    // What gives the child away is refused, named, and stays as typed.
    for (words, found) in [
        ("Si Rahasia sudah bisa duduk.", "rahasia"),
        ("Ia tinggal di Gunung Raya.", "Gunung Raya"),
        ("Telepon 0812 3456 7890 saja.", "081234"),
    ] {
        let answer = cadre.post(&page, &fields(words)).await.refused();
        assert!(answer.contains(&format!("“{found}”")) && answer.contains(words), "{words}: {answer}");
    }
    let answer = cadre.post(&page, &fields("")).await.refused();
    assert!(answer.contains("href=\"#f-isi\""), "{answer}");
    let foreign = scene.children[other].person.to_string();
    let answer = cadre.post(&page, &[("anak", &foreign), ("jenis", "news"), ("isi", WORDS)]).await.refused();
    assert!(answer.contains("Tidak ada orang tua asuh yang membantu anak itu"), "{answer}");

    // A double click is one; until it is passed on nobody reads it.
    let form = new_form_id();
    for _ in 0..2 {
        cadre.post_as(&page, &form, &fields(WORDS)).await.to();
    }
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM child_news WHERE district_id = $1").await, 1);
    assert!(!first.get("/janji").await.ok().contains(WORDS));
    let home = scene.admin.get("/").await.ok();
    assert!(home.contains("1 kabar menunggu diteruskan"), "{home}");
    let list = scene.admin.get("/kabar").await.ok();
    assert!(list.contains(WORDS) && !list.contains("Anak Rahasia"), "{list}");
    let decide = format!("/kabar/{}/putuskan", newest(&scene).await);
    let pass = [("aksi", "teruskan"), ("status", "waiting")];
    for client in [&scene.leader, &cadre, &first] {
        assert_eq!(client.get("/kabar").await.status, StatusCode::FORBIDDEN);
        assert_eq!(client.post(&decide, &pass).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(elsewhere.post(&decide, &pass).await.status, StatusCode::NOT_FOUND);
    let answers = futures_util::future::join_all((0..20).map(|_| scene.admin.post(&decide, &pass))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.is_redirection()).count(), 1);
    assert!(first.get("/janji").await.ok().contains(WORDS));
    assert!(!second.get("/janji").await.ok().contains(WORDS), "another child's");
    assert!(!scene.admin.get("/").await.ok().contains("kabar menunggu"));
    // Decided about, it is not taken back by its writer; the admin can still hold it back, with a reason.
    let back = format!("/kabar/{}/tarik", newest(&scene).await);
    let family = child.family.to_string();
    let answer = cadre.post(&back, &[("keluarga", &family)]).await.refused();
    assert!(answer.contains("sudah diputuskan"), "{answer}");
    scene.admin.post(&decide, &[("aksi", "tahan"), ("status", "passed")]).await.refused();
    let hold = [("aksi", "tahan"), ("status", "passed"), ("alasan", "salah anak")];
    assert_eq!(scene.admin.post(&decide, &hold).await.to(), "/kabar?status=passed");
    assert!(!first.get("/janji").await.ok().contains(WORDS));
    assert!(cadre.get(&page).await.ok().contains("salah anak"));

    // One's own is taken back while it waits, by nobody else.
    test.db.clock.advance(1);
    cadre.post(&page, &fields(WORDS)).await.to();
    let back = format!("/kabar/{}/tarik", newest(&scene).await);
    let neighbour = test.user(Role::Cadre, &[child.village], &[]).await;
    assert_eq!(neighbour.post(&back, &[("keluarga", &family)]).await.status, StatusCode::NOT_FOUND);
    cadre.post(&back, &[("keluarga", &family)]).await.to();
    let decide = format!("/kabar/{}/putuskan", newest(&scene).await);
    scene.admin.post(&decide, &pass).await.refused();
    assert!(!first.get("/janji").await.ok().contains(WORDS));
    // Taken back by the guardian, what was passed on is read no more.
    test.db.clock.advance(1);
    cadre.post(&page, &fields(WORDS)).await.to();
    let sql = "SELECT id FROM child_news WHERE district_id = $1 AND state = 'waiting'";
    let waiting: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    scene.admin.post(&format!("/kabar/{}/putuskan", waiting.unwrap().0), &pass).await.to();
    assert!(first.get("/janji").await.ok().contains(WORDS));
    let withdrawn = "UPDATE consent SET withdrawn_on = 20261102, withdrawn_at = 0 WHERE district_id = $1";
    test.sql(withdrawn, args![KERINCI]).await;
    assert!(!first.get("/janji").await.ok().contains(WORDS));
    scene.check().await;
}

/// Who begins to help later does not read what was said to somebody before him; who stopped reads nothing any more.
#[db_test]
async fn news_belong_to_the_time_of_a_pair(db: TestDatabase) {
    let scene = Scene::start(db, [1, 0, 0, 0]).await;
    scene.draw().await;
    let (first, _) = sponsor(&scene, "Satu Rekaan", 5).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let test = &scene.test;
    let child = scene.children[0].clone();
    let cadre = test.user(Role::FieldOfficer, &[child.village], &[]).await;
    let person = child.person.to_string();
    let fields = [("anak", person.as_str()), ("jenis", "thanks"), ("isi", "Terima kasih dari keluarga.")];
    cadre.post(&format!("/kabar/keluarga/{}", child.family), &fields).await.to();
    let decide = format!("/kabar/{}/putuskan", newest(&scene).await);
    scene.admin.post(&decide, &[("aksi", "teruskan")]).await.to();
    assert!(first.get("/janji").await.ok().contains("Terima kasih dari keluarga."));

    test.db.clock.advance(86_400);
    let (second, _) = sponsor(&scene, "Dua Rekaan", 4).await;
    let admin = test.sign_in(scene.admin.user).await;
    let leader = test.sign_in(scene.leader.user).await;
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    let page = second.get("/janji").await.ok();
    assert!(page.contains("Anak asuh saya") && !page.contains("Terima kasih dari keluarga."), "{page}");
    let first = test.sign_in(first.user).await;
    assert!(first.get("/janji").await.ok().contains("Terima kasih dari keluarga."));
    test.sql(
        "UPDATE pledge SET ends_on = 20261102, end_reason = 'stopped' WHERE district_id = $1 AND baskets = 5",
        args![KERINCI],
    )
    .await;
    assert!(!first.get("/janji").await.ok().contains("Terima kasih dari keluarga."));
}
