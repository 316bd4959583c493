//! Life after pairing: who has to be decided about, letters for the printer, lists for the villages.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::pairing::Scene;
use crate::support::{Client, KERINCI, VILLAGES};

/// Makes a sponsor a civil servant of a unit.
async fn civil_servant(scene: &Scene, sponsor: Id, unit: Id) {
    let test = &scene.test;
    test.sql("UPDATE sponsor SET kind = 'asn' WHERE district_id = $1 AND id = $2", args![KERINCI, sponsor])
        .await;
    let sql = "UPDATE sponsor_version SET unit_id = $3 WHERE district_id = $1 AND sponsor_id = $2";
    test.sql(sql, args![KERINCI, sponsor, unit]).await;
}

/// The place of the child whom a sponsor helps.
async fn helped_by(scene: &Scene, sponsor: Id) -> usize {
    let sql =
        "SELECT person_id FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2 AND valid_to IS NULL";
    let row: Option<(Id,)> = scene.test.app.store.reader().first(sql, args![KERINCI, sponsor]).await.unwrap();
    let person = row.unwrap().0;
    scene.children.iter().position(|one| one.person == person).unwrap()
}

/// What the home page says has to be decided.
async fn to_decide(client: &Client) -> Option<String> {
    let page = client.get("/").await.ok();
    let at = page.find("pasangan asuh perlu diputuskan")?;
    let before = page[..at].rsplit('>').next().unwrap().trim().to_owned();
    Some(before)
}

/// One retires, one is moved to the office above a parent's, a child dies: each stands on the admin's first page until
/// somebody else helps, and no child is left alone unseen.
#[db_test]
async fn whoever_leaves_or_moves_is_decided_about(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let office = test.institution("opd", "Dinas", None).await;
    let school = test.institution("school", "SD", Some(office)).await;
    let far = test.institution("school", "SMP Jauh", None).await;
    let (retires, _) = scene.pledge("Akan Pensiun", 9, "district", None).await;
    let (moves, _) = scene.pledge("Akan Pindah", 9, "district", None).await;
    civil_servant(&scene, retires, far).await;
    civil_servant(&scene, moves, far).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!(to_decide(&scene.admin).await, None);
    let (of_retired, of_moved) = (helped_by(&scene, retires).await, helped_by(&scene, moves).await);
    // A parent of the child of the one who will move teaches at the school.
    let (parent, _) = scene.pledge("Guru", 1, "village", None).await;
    civil_servant(&scene, parent, school).await;
    let card = format!("kk{}", scene.children[of_moved].family).into_bytes();
    let sql = "UPDATE sponsor_version SET kk_hash = $3 WHERE district_id = $1 AND sponsor_id = $2";
    test.sql(sql, args![KERINCI, parent, card]).await;

    let day = |field: &str| ["tanggal", "bulan", "tahun"].map(|part| format!("{field}_{part}"));
    let (left, moved) = (day("keluar"), day("pindah"));
    let on = |names: &[String; 3]| -> Vec<(String, String)> {
        names.iter().cloned().zip(["2", "11", "2026"].map(String::from)).collect()
    };
    let send = async |path: String, first: (&str, String), rest: Vec<(String, String)>| {
        let mut fields = vec![(first.0.to_owned(), first.1)];
        fields.extend(rest);
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
        scene.admin.post(&path, &fields).await.to();
    };
    send(format!("/pegawai/{retires}/keluar"), ("alasan", "retired".into()), on(&left)).await;
    // On his last day he still helps.
    assert_eq!(to_decide(&scene.admin).await, None);
    send(format!("/pegawai/{moves}/pindah"), ("unit", office.to_string()), on(&moved)).await;
    assert_eq!(to_decide(&scene.admin).await.as_deref(), Some("1"));
    test.db.clock.advance(2 * 86_400);
    let admin = test.sign_in(scene.admin.user).await;
    let leader = test.sign_in(scene.leader.user).await;
    assert_eq!(to_decide(&admin).await.as_deref(), Some("2"));
    assert_eq!(to_decide(&leader).await, None, "who does not pair is not asked");
    let list = format!("/pasangan/{}/putuskan", scene.programme);
    assert_eq!(leader.get(&list).await.status, StatusCode::FORBIDDEN);
    let page = admin.get(&list).await.ok();
    for words in
        ["Akan Pensiun", "pensiun, pindah, atau meninggal", "2 Nov 2026", "Akan Pindah", "bekerja di unit"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Rahasia"), "{page}");
    // Only the child of the one who retired has lost something; the other pair still acts until it is decided about.
    let now = date!(2026 - 11 - 04);
    assert_eq!(scene.covered(now).await, (1, 0, 1, 450_000));

    // By hand: the way from the list leads to the child; what was typed stays where something is wrong.
    let (_, other) = scene.pledge("Pengganti", 18, "district", None).await;
    let child = format!("/pasangan/{}/sasaran/{}", scene.programme, scene.children[of_retired].person);
    assert!(page.contains(&child), "{page}");
    let other = other.to_string();
    let page = admin
        .post(&child, &[("janji", &other), ("satuan", "seembilan"), ("alasan", "pensiun")])
        .await
        .refused();
    assert!(page.contains("value=\"seembilan\"") && page.contains("value=\"pensiun\""), "{page}");
    let page =
        admin.post(&child, &[("janji", &other), ("satuan", "10"), ("alasan", "pensiun")]).await.refused();
    assert!(page.contains("tidak kurang sebanyak itu"), "{page}");
    admin.post(&child, &[("janji", &other), ("satuan", "9"), ("alasan", "pensiun")]).await.to();
    assert_eq!(scene.covered(now).await, (2, 0, 0, 0));
    assert_eq!(to_decide(&admin).await.as_deref(), Some("1"));
    let closed = scene
        .number(
            "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND ended_reason = 'sponsor_stopped' \
             AND valid_to = 20261102",
        )
        .await;
    assert_eq!(closed, 1);
    // By a run: it ends what may not be, and finds somebody else.
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    assert_eq!(to_decide(&admin).await, None);
    assert_eq!(scene.covered(now).await, (2, 0, 0, 0));
    // The child dies: its sponsor has units for another one, and the pair is ended from the list.
    test.sql(
        "UPDATE person_version SET ended_reason = 'died', ended_on = 20261104 WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, scene.children[of_retired].person],
    )
    .await;
    let page = admin.get(&list).await.ok();
    let pair = page.split("/pasang/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    assert!(page.contains("Anak meninggal, pindah, atau keluar"), "{page}");
    let fields = [("kembali", "putuskan"), ("alasan_akhir", "Anak meninggal")];
    assert_eq!(admin.post(&format!("/pasang/{pair}/akhiri"), &fields).await.to(), list);
    assert!(admin.get(&list).await.ok().contains("Tidak ada yang perlu diputuskan"));
    scene.check().await;
}

#[db_test]
async fn all_letters_of_a_run_are_printed_and_every_village_gets_its_own_list(db: TestDatabase) {
    let scene = Scene::start(db, [2, 3, 0, 1]).await;
    scene.draw().await;
    for (name, units) in [("Bu Ani", 9), ("Pak Budi", 18), ("PT Cahaya", 27)] {
        scene.pledge(name, units, "district", None).await;
    }
    let run = scene.run("full").await;
    // A draft has no letters.
    assert_eq!(scene.leader.get(&format!("{run}/surat")).await.status, StatusCode::NOT_FOUND);
    scene.approve(&run).await;
    let page = scene.leader.get(&run).await.ok();
    assert!(page.contains(&format!("{run}/surat")), "{page}");
    let page = scene.leader.get(&format!("{run}/surat")).await.ok();
    assert_eq!(page.matches("<article class=\"sheet").count(), 3, "{page}");
    for words in [
        "Bu Ani",
        "Pak Budi",
        "PT Cahaya",
        "Rp450.000",
        "Rp900.000",
        "Rp1.350.000",
        "3 surat di halaman ini, dari 3",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Rahasia"), "{page}");
    // A run that changes nothing writes no letters.
    scene.test.db.clock.advance(60);
    let again = scene.run("full").await;
    scene.approve(&again).await;
    let page = scene.leader.get(&format!("{again}/surat")).await.ok();
    assert!(!page.contains("<article") && page.contains("Belum ada pasangan"), "{page}");

    // The lists of villages: all for the admin, the own one for a village, none for the leader.
    let all = format!("/pasangan/{}/semua-desa/unduh", scene.programme);
    let files = |body: &str, village: i64| body.contains(&format!("-{village}.xlsx"));
    let answer = scene.admin.post(&all, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.bytes.starts_with(b"PK"));
    let there: Vec<bool> = VILLAGES.iter().map(|village| files(&answer.body, *village)).collect();
    assert_eq!(there, [true, true, false, true]);
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let answer = verifier.post(&all, &[]).await;
    let there: Vec<bool> = VILLAGES.iter().map(|village| files(&answer.body, *village)).collect();
    assert_eq!(there, [false, true, false, false]);
    assert_eq!(scene.leader.post(&all, &[]).await.status, StatusCode::FORBIDDEN);
    asuh_ground::audit::flush(&scene.test.app).await.unwrap();
    let logged = scene
        .number("SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND detail LIKE 'covered_targets % villages %'")
        .await;
    assert_eq!(logged, 2);
}

/// Two officers work through the same list: what one of them settles on the first page takes nobody off the second.
#[db_test]
async fn the_lists_go_on_behind_the_last_line_whatever_was_settled_before_it(db: TestDatabase) {
    let scene = Scene::start(db, [60, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let next = |page: &str| -> String {
        let at = page.find("?setelah=").expect("a next page");
        page[at..].split('"').next().unwrap().to_owned()
    };
    let lines = |page: &str| page.matches("<tr><td").count();
    let list = format!("/pasangan/{}/menunggu", scene.programme);
    let first = scene.admin.get(&list).await.ok();
    assert_eq!(lines(&first), 50);
    // One of the first fifty is helped meanwhile.
    let child = first.split("/sasaran/").find_map(|rest| rest.get(..36)?.parse::<Id>().ok()).unwrap();
    let child = scene.children.iter().find(|one| one.person == child || one.family == child).unwrap().person;
    let (_, pledge) = scene.pledge("Penolong", 9, "district", None).await;
    let fields = [("janji", &*pledge.to_string()), ("satuan", "9"), ("alasan", "dekat")];
    scene.admin.post(&format!("/pasangan/{}/sasaran/{child}", scene.programme), &fields).await.to();
    let second = scene.admin.get(&format!("{list}{}", next(&first))).await.ok();
    assert_eq!(lines(&second), 10, "{second}");
    assert!(!second.contains("?setelah="), "{second}");
    // What is no place is the beginning.
    assert_eq!(lines(&scene.admin.get(&format!("{list}?setelah=50")).await.ok()), 50);

    for nth in 0..59 {
        scene.pledge(&format!("Dermawan {nth}"), 9, "district", None).await;
    }
    let run = scene.run("full").await;
    scene.approve(&run).await;
    test.sql("UPDATE pledge SET ends_on = 20261101 WHERE district_id = $1", args![KERINCI]).await;
    test.db.clock.advance(2 * 86_400);
    let admin = test.sign_in(scene.admin.user).await;
    let list = format!("/pasangan/{}/putuskan", scene.programme);
    let first = admin.get(&list).await.ok();
    assert_eq!((lines(&first), to_decide(&admin).await.as_deref()), (50, Some("60")));
    let settled = "UPDATE sponsor_pair SET valid_to = 20261102, ended_reason = 'unpaired' WHERE district_id = $1 \
                   AND id = (SELECT id FROM sponsor_pair WHERE district_id = $1 ORDER BY id LIMIT 1)";
    test.sql(settled, args![KERINCI]).await;
    let second = admin.get(&format!("{list}{}", next(&first))).await.ok();
    assert_eq!(lines(&second), 10, "{second}");
    assert_eq!(lines(&admin.get(&format!("{list}?setelah=50")).await.ok()), 50);
}
