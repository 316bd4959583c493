//! The list of families: what it counts, the filters that are kept, and the file of it.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_registry::families::{Change, PutFamily, PutMaternity, PutPerson, Source};
use asuh_step_registry::rules::{MaternityKind, Relation};
use asuh_step_registry::{self as registry, Reach, RecordVerification, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Id, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);
/// A number that cannot be anybody's.
const KK: &str = "1501019999000001";

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

async fn done<C: Command>(test: &TestApp, command: C) -> C::Receipt {
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

async fn family(test: &TestApp, village: i64, rw: &str, head: &str) -> Id {
    let command =
        PutFamily { rw: rw.into(), rt: "001".into(), ..PutFamily::new(everywhere(), village, head, TODAY) };
    done(test, command).await
}

async fn member(test: &TestApp, family: Id, name: &str, relation: Relation, birth: Date) -> Id {
    let command = PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation,
        name: name.into(),
        sex: Some(Sex::Female),
        birth_date: Some(birth),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    };
    done(test, command).await
}

async fn pregnant(test: &TestApp, person: Id) {
    let command = PutMaternity {
        person,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        replaces: None,
        kind: Some(MaternityKind::Pregnancy),
        starts_on: date!(2026 - 09 - 01),
        due_on: Some(date!(2027 - 03 - 01)),
        ends_on: None,
    };
    done(test, command).await;
}

async fn visited(test: &TestApp, family: Id, result: VisitResult) {
    let visit = RecordVerification {
        family,
        reach: everywhere(),
        result,
        reason: String::new(),
        note: String::new(),
        visited_on: TODAY,
        confirms: true,
        today: TODAY,
    };
    done(test, visit).await;
}

/// Four families of Selam Paung and one of Sanggaran Agung.
async fn some(test: &TestApp) -> Vec<Id> {
    let mut families = Vec::new();
    for (village, rw, head) in [
        (VILLAGES[0], "001", "Ahmad"),
        (VILLAGES[0], "001", "Budi"),
        (VILLAGES[0], "002", "Citra"),
        (VILLAGES[0], "002", "Dedi"),
        (VILLAGES[2], "001", "Eko"),
    ] {
        families.push(family(test, village, rw, head).await);
    }
    let mother = member(test, families[0], "Ani", Relation::Wife, date!(1996 - 01 - 01)).await;
    pregnant(test, mother).await;
    // Two years old the day after tomorrow.
    member(test, families[0], "Adik", Relation::Child, date!(2024 - 11 - 04)).await;
    member(test, families[1], "Bayu", Relation::Child, date!(2025 - 03 - 01)).await;
    member(test, families[4], "Elok", Relation::Child, date!(2022 - 03 - 01)).await;
    families
}

/// The chips of a list as words and counts: `Ibu hamil 1`.
fn chips(page: &str) -> Vec<String> {
    let parts = page.split("<p class=\"chips\">").skip(1).map(|part| part.split("</p>").next().unwrap_or(""));
    let links = parts.flat_map(|part| part.split("<a class=\"tag").skip(1));
    links
        .map(|link| {
            let words = link.split_once('>').unwrap_or_default().1.split("</a>").next().unwrap_or_default();
            words.replace("<b>", "").replace("</b>", "")
        })
        .collect()
}

/// The heads of the families that a list shows.
fn heads(page: &str) -> Vec<String> {
    let links = page.split("<td data-th=\"Nama kepala keluarga\"><a href=\"/sasaran/").skip(1);
    links.map(|rest| rest.split(['>', '<']).nth(1).unwrap_or_default().to_owned()).collect()
}

async fn checked(test: &TestApp) {
    let check = registry::STEP.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn the_list_counts_by_status_and_target_within_what_is_chosen(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let families = some(&test).await;
    checked(&test).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let all = keeper.get("/sasaran").await.ok();
    assert_eq!(
        chips(&all),
        ["Belum diverifikasi 5", "Ibu hamil 1", "Anak 0–23 bulan 2", "Anak 24–59 bulan 1"],
        "{all}"
    );
    // A visit moves a family from one status to the other; targets are counted within the status.
    visited(&test, families[1], VisitResult::AsListed).await;
    checked(&test).await;
    let verified = keeper.get("/sasaran?status=verified").await.ok();
    assert_eq!(heads(&verified), ["Budi"]);
    assert_eq!(
        chips(&verified),
        ["Belum diverifikasi 4", "Terverifikasi 1", "Anak 0–23 bulan 1"],
        "{verified}"
    );
    assert!(verified.contains("aria-current=\"true\""), "{verified}");
    // A status counts within the target, a territory within both.
    let under_two = keeper.get("/sasaran?sasaran=child_under_two").await.ok();
    assert_eq!(heads(&under_two), ["Ahmad", "Budi"]);
    assert_eq!(chips(&under_two)[..2], ["Belum diverifikasi 1", "Terverifikasi 1"], "{under_two}");
    let far = keeper.get(&format!("/sasaran?desa={}", VILLAGES[2])).await.ok();
    assert_eq!(chips(&far), ["Belum diverifikasi 1", "Anak 24–59 bulan 1"], "{far}");
    // Who reaches one RW alone counts nothing else.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = '002' WHERE grant_id IN (SELECT id FROM user_grant WHERE user_id = $1)",
        args![cadre.user],
    )
    .await;
    let own = cadre.get("/sasaran").await.ok();
    assert_eq!(
        (heads(&own), chips(&own)),
        (vec!["Citra".into(), "Dedi".into()], vec!["Belum diverifikasi 2".into()])
    );
}

#[db_test]
async fn a_birthday_and_a_move_are_counted(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let families = some(&test).await;
    test.db.clock.advance(2 * 86_400);
    let keeper = test.with_role(Role::ListKeeper).await;
    assert_eq!(registry::risk::renew(&test.app).await.unwrap(), 1);
    checked(&test).await;
    let older = keeper.get("/sasaran?sasaran=child_two_to_five").await.ok();
    assert_eq!(heads(&older), ["Ahmad", "Eko"]);
    // To another kecamatan.
    let moved = PutFamily {
        family: Some((families[0], 1)),
        rw: "001".into(),
        rt: "001".into(),
        ..PutFamily::new(everywhere(), VILLAGES[3], "Ahmad", TODAY)
    };
    done(&test, moved).await;
    checked(&test).await;
    let there = keeper.get("/sasaran?kecamatan=1501020000").await.ok();
    assert_eq!(
        (heads(&there), chips(&there)[0].as_str()),
        (vec!["Eko".into(), "Ahmad".into()], "Belum diverifikasi 2")
    );
}

/// Many at the same time: on PostgreSQL each in its own transaction.
#[db_test]
async fn families_that_many_change_at_once_are_counted_once(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let home = family(&test, VILLAGES[0], "001", "Ahmad").await;
    let others = some(&test).await;
    let children = (0..12).map(|nth| {
        let birth = date!(2021 - 12 - 01) + time::Duration::days(150 * nth);
        let to = if nth % 2 == 0 { home } else { others[3] };
        let test = &test;
        async move { member(test, to, &format!("Anak {nth}"), Relation::Child, birth).await }
    });
    futures_util::future::join_all(children).await;
    checked(&test).await;
}

#[db_test]
async fn a_selection_is_kept_under_a_name_and_found_with_its_number(db: TestDatabase) {
    let test = TestApp::start(db).await;
    some(&test).await;
    let officer = test.user(Role::FieldOfficer, &[1_501_010_000], &[]).await;
    let listed = officer.get("/sasaran?kecamatan=1501010000&sasaran=child_under_two&cari=Ahmad").await.ok();
    let link = "/sasaran/saringan/baru?kecamatan=1501010000&#38;sasaran=child_under_two";
    assert!(listed.contains(link), "what is searched is not kept: {listed}");
    let chosen = [("kecamatan", "1501010000"), ("sasaran", "child_under_two"), ("status", "tiada")];
    let save = |client: Client, name: &'static str, shared: &'static str| async move {
        let fields = [&chosen[..], &[("nama", name), ("bagikan", shared)]].concat();
        client.post("/sasaran/saringan/baru", &fields).await
    };
    save(officer.clone(), "Baduta Gunung Raya", "ya").await.to();
    let page = officer.get("/sasaran/saringan").await.ok();
    assert!(page.contains("Kecamatan Gunung Raya · Anak 0–23 bulan"), "{page}");
    assert!(page.contains("<td class=\"num\" data-th=\"Keluarga\">2</td>"), "{page}");
    assert!(page.contains("/sasaran?kecamatan=1501010000&#38;sasaran=child_under_two\">Baduta"), "{page}");
    // Who is no list keeper of the whole district shares nothing, whatever he sends.
    assert!(!page.contains("dibagikan"), "{page}");
    assert!(save(officer.clone(), "baduta gunung raya", "").await.refused().contains("sudah punya saringan"));
    let nothing = officer.post("/sasaran/saringan/baru", &[("nama", "Semua")]).await.refused();
    assert!(nothing.contains("Belum ada yang dipilih"), "{nothing}");

    // The keeper's is everybody's, each with the number of his own territory; renaming and removing are his.
    let keeper = test.with_role(Role::ListKeeper).await;
    save(keeper.clone(), "Baduta bersama", "ya").await.to();
    let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let seen = village.get("/sasaran/saringan").await.ok();
    assert!(seen.contains("Baduta bersama") && !seen.contains("Baduta Gunung Raya"), "{seen}");
    assert!(seen.contains("data-th=\"Keluarga\">2</td>") && !seen.contains("/hapus"), "{seen}");
    let far = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    assert!(!far.get("/sasaran/saringan").await.ok().contains("Baduta bersama"), "of no place of his");
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(leader.get("/sasaran/saringan").await.status, StatusCode::FORBIDDEN);
    let ids: Vec<(Id,)> = test
        .app
        .store
        .reader()
        .all("SELECT id FROM saved_filter WHERE owner_id = $1", args![keeper.user])
        .await
        .unwrap();
    let path = format!("/sasaran/saringan/{}", ids[0].0);
    for stranger in [&village, &officer] {
        assert_eq!(stranger.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(&path, &[("nama", "x")]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(&format!("{path}/hapus"), &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(stranger.post(&format!("{path}/kembalikan"), &[]).await.status, StatusCode::NOT_FOUND);
        let unshare = stranger.post(&format!("{path}/berhenti-berbagi"), &[]).await;
        assert_eq!(unshare.status, StatusCode::FORBIDDEN);
    }
    let part = test.user(Role::ListKeeper, &[1_501_010_000], &[]).await;
    let unshare = part.post(&format!("{path}/berhenti-berbagi"), &[]).await;
    assert_eq!(unshare.status, StatusCode::NOT_FOUND, "a keeper of a part does not answer for all");

    keeper.post(&path, &[("nama", "Baduta kita"), ("bagikan", "ya")]).await.to();
    assert!(village.get("/sasaran/saringan").await.ok().contains("Baduta kita"));
    keeper.post(&format!("{path}/hapus"), &[]).await.to();
    assert!(!village.get("/sasaran/saringan").await.ok().contains("Baduta kita"));
    let removed = keeper.get("/sasaran/saringan").await.ok();
    assert!(removed.contains("Baru dihapus") && removed.contains("Baduta kita"), "{removed}");
    keeper.post(&format!("{path}/kembalikan"), &[]).await.to();
    assert!(village.get("/sasaran/saringan").await.ok().contains("Baduta kita"));
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin.post(&format!("{path}/berhenti-berbagi"), &[]).await.to();
    assert!(!village.get("/sasaran/saringan").await.ok().contains("Baduta kita"));
    assert!(keeper.get("/sasaran/saringan").await.ok().contains("Baduta kita"), "its owner keeps it");
}

#[db_test]
async fn a_user_keeps_thirty_filters_at_most(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let save = |name: String| {
        let keeper = keeper.clone();
        async move {
            keeper.post("/sasaran/saringan/baru", &[("status", "listed"), ("nama", name.as_str())]).await
        }
    };
    for nth in 0..28 {
        save(format!("Saringan {nth}")).await.to();
    }
    // Eight at the same moment where two have room.
    let at_once = futures_util::future::join_all((28..36).map(|nth| save(format!("Saringan {nth}")))).await;
    let refused =
        at_once.into_iter().filter(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!(refused, 6);
    assert!(save("Satu lagi".into()).await.refused().contains("sudah menyimpan 30 saringan"));
    let ids: Vec<(Id,)> =
        test.app.store.reader().all("SELECT id FROM saved_filter ORDER BY name", args![]).await.unwrap();
    keeper.post(&format!("/sasaran/saringan/{}/hapus", ids[0].0), &[]).await.to();
    save("Satu lagi".into()).await.to();
    let full = keeper.post(&format!("/sasaran/saringan/{}/kembalikan", ids[0].0), &[]).await.refused();
    assert!(full.contains("sudah menyimpan 30 saringan"), "{full}");
}

/// What the access log says of files.
async fn logged(test: &TestApp, detail: &str) -> i64 {
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let sql =
        "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND action = 'export' AND detail = $2";
    test.number(sql, args![KERINCI, detail]).await
}

#[db_test]
async fn the_list_is_taken_away_as_far_as_one_reaches_with_numbers_masked(db: TestDatabase) {
    let test = TestApp::start(db).await;
    some(&test).await;
    let with_number = PutFamily {
        kk: Change::Set(KK.into()),
        ..PutFamily::new(everywhere(), VILLAGES[0], "Zainal", TODAY)
    };
    done(&test, with_number).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let rows = verifier.download("/sasaran/unduh", &[]).await;
    let text = format!("{rows:?}");
    assert_eq!(rows.len(), 6, "{text}");
    assert!(text.contains("Zainal") && text.contains("0001") && !text.contains(KK) && !text.contains("Eko"));
    assert_eq!(rows[1][..2], ["Gunung Raya", "Selam Paung"], "{text}");
    assert!(
        rows[1].iter().any(|cell| cell.contains("Ibu hamil") && cell.contains("Anak 0–23 bulan")),
        "{text}"
    );
    assert_eq!(logged(&test, "families 5").await, 1);
    // What is chosen is what is taken; a village out of reach is nothing.
    let chosen = verifier.download("/sasaran/unduh", &[("sasaran", "pregnant")]).await;
    assert_eq!((chosen.len(), chosen[1][5].as_str()), (2, "Ahmad"));
    let far = VILLAGES[2].to_string();
    assert_eq!(verifier.download("/sasaran/unduh", &[("desa", &far)]).await.len(), 1);
    let whole = verifier.download("/sasaran/unduh", &[("angka", "ya")]).await;
    assert!(format!("{whole:?}").contains(KK), "{whole:?}");
    assert_eq!(logged(&test, "families_numbers 5").await, 1);
    let csv = verifier.post("/sasaran/unduh", &[("bentuk", "csv")]).await;
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    // A cadre may not open numbers, the leader reads no names.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert!(!cadre.get("/sasaran").await.ok().contains("name=\"angka\""));
    let asked = cadre.post("/sasaran/unduh", &[("angka", "ya")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(leader.post("/sasaran/unduh", &[]).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_long_list_is_written_while_it_is_read_and_pages_hold_each_once(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let mut lines = String::from("Kecamatan;Desa;RW;RT;Nama KK;Nama Istri;Kategori KRS\n");
    for nth in 0..1_300 {
        let village = ["Selam Paung", "Air Mumu"][nth % 2];
        let krs = if nth == 7 || nth == 1_200 { "Ya" } else { "Tidak" };
        lines.push_str(&format!("Gunung Raya;{village};001;001;Kepala {nth:04};Istri {nth:04};{krs}\n"));
    }
    let path = test.db.folder().join("krs.csv");
    std::fs::write(&path, lines).unwrap();
    let system = test.system();
    let taken = staging::run(&test.app, &system, "krs", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!(taken.new, 1_300);
    checked(&test).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let rows = keeper.download("/sasaran/unduh", &[]).await;
    let names: std::collections::HashSet<&String> = rows.iter().skip(1).map(|row| &row[5]).collect();
    assert_eq!((rows.len(), names.len()), (1_301, 1_300));
    // Few of many are found without walking through the others, wherever they stand.
    for nth in [3, 650] {
        let head = format!("Kepala {nth:04}");
        test.sql("UPDATE family_version SET status = 'refused' WHERE head_name = $1", args![head]).await;
    }
    test.sql("DELETE FROM family_risk", args![]).await;
    test.sql("DELETE FROM family_tally", args![]).await;
    assert_eq!(registry::risk::renew(&test.app).await.unwrap(), 1_300);
    checked(&test).await;
    let few = keeper.get("/sasaran?status=refused").await.ok();
    assert_eq!(heads(&few), ["Kepala 0650", "Kepala 0003"]);
    assert_eq!(chips(&few)[..2], ["Belum diverifikasi 1.298", "Menolak 2"], "{few}");
}
