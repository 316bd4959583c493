//! Searching families as they are remembered, and that what a search goes by follows the names.

use asuh_ground::access::Role;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::Reach;
use asuh_step_registry::families::{Change, PutFamily, PutPerson, Source};
use asuh_step_registry::rules::{Ending, Relation};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Id, args};
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

async fn done<C: Command>(test: &TestApp, command: C) -> C::Receipt {
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

async fn family(test: &TestApp, village: i64, name: &str) -> Id {
    let command =
        PutFamily { rw: "1".into(), rt: "1".into(), ..PutFamily::new(everywhere(), village, name, TODAY) };
    done(test, command).await
}

fn member(family: Id, name: &str) -> PutPerson {
    PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation: Relation::Child,
        name: name.into(),
        sex: None,
        birth_date: Some(date!(2025 - 08 - 15)),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    }
}

/// The heads of the families that a search shows, in their order.
async fn found(client: &Client, text: &str, village: &str) -> Vec<String> {
    let page = client.post("/sasaran/cari", &[("cari", text), ("desa", village)]).await.ok();
    let links = page.split("<td data-th=\"Nama kepala keluarga\"><a href=\"/sasaran/").skip(1);
    links
        .map(|rest| {
            rest.split('>').nth(1).unwrap_or_default().split('<').next().unwrap_or_default().to_owned()
        })
        .collect()
}

async fn checked(test: &TestApp) {
    let check = asuh_step_registry::STEP.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn a_name_is_found_as_it_is_remembered(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for (nth, name) in
        ["Soekarno Tjahjadi", "Sukarno", "Muhammad Arsyad", "Siti Aminah", "Norhayati", "Rahman Hakim"]
            .into_iter()
            .enumerate()
    {
        family(&test, VILLAGES[nth % 2], name).await;
    }
    let keeper = test.with_role(Role::ListKeeper).await;
    // The name as it was typed stands first, other spellings and longer names behind.
    assert_eq!(found(&keeper, "sukarno", "").await, ["Sukarno", "Soekarno Tjahjadi"]);
    assert_eq!(found(&keeper, "cahyadi soekarno", "").await, ["Soekarno Tjahjadi"]);
    assert_eq!(found(&keeper, "M. Arsjad".replace('j', "y").as_str(), "").await, ["Muhammad Arsyad"]);
    assert_eq!(found(&keeper, "amin", "").await, ["Siti Aminah"]);
    assert_eq!(found(&keeper, "nurhayati", "").await, ["Norhayati"]);
    assert_eq!(found(&keeper, "rahmn hakim", "").await, ["Rahman Hakim"]);
    assert_eq!(found(&keeper, "siti rohani", "").await, Vec::<String>::new());
    // A village behind the name narrows it; a village alone is offered.
    assert_eq!(found(&keeper, "aminah air mumu", "").await, ["Siti Aminah"]);
    let page = keeper.post("/sasaran/cari", &[("cari", "air mum")]).await.ok();
    assert!(page.contains(&format!("desa={}", VILLAGES[1])));
    let page = keeper.post("/sasaran/cari", &[("cari", "m")]).await.ok();
    assert!(page.contains("sedikitnya dua huruf"));
    // What was searched is on the access log, without the name.
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let logged = test
        .number(
            "SELECT COUNT(*) AS n FROM access_log WHERE action = 'search' AND detail LIKE 'families %'",
            args![],
        )
        .await;
    assert_eq!(logged, 9);
    checked(&test).await;
}

#[db_test]
async fn at_most_twenty_are_shown_and_only_of_the_reader(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for nth in 0..25_usize {
        family(&test, VILLAGES[nth % 2], "Siti Rekaan").await;
    }
    family(&test, VILLAGES[2], "Siti Rekaan").await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = keeper.post("/sasaran/cari", &[("cari", "siti")]).await.ok();
    assert_eq!(page.matches("data-th=\"RW/RT\"").count(), 20);
    assert!(page.contains("masih ada yang lain"));
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    assert_eq!(found(&verifier, "siti", "").await.len(), 1);
    assert_eq!(found(&verifier, "siti", &VILLAGES[0].to_string()).await.len(), 0);
}

#[db_test]
async fn the_last_digits_are_found_in_one_village_or_with_a_name(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for (village, head, child, nik) in [
        (VILLAGES[0], "Zainab", "Zahra Contoh", "9901015508250003"),
        (VILLAGES[1], "Halimah", "Putra Contoh", "9901015508250003"),
        (VILLAGES[1], "Rohani", "Putra Contoh", "9901015608250004"),
    ] {
        let id = family(&test, village, head).await;
        // The same number twice is another rule's concern.
        let nik = if head == "Halimah" { "9901011508250003" } else { nik };
        done(&test, PutPerson { nik: Change::Set(nik.into()), ..member(id, child) }).await;
    }
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = keeper.post("/sasaran/cari", &[("cari", "0003")]).await.ok();
    assert!(page.contains("dalam satu desa") && !page.contains("Zainab"));
    assert_eq!(found(&keeper, "0003", &VILLAGES[0].to_string()).await, ["Zainab"]);
    assert_eq!(found(&keeper, "putra 0003", "").await, ["Halimah"]);
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    assert_eq!(found(&verifier, "0003", "").await, ["Halimah"]);
    assert_eq!(found(&verifier, "0003", &VILLAGES[0].to_string()).await, Vec::<String>::new());
}

#[db_test]
async fn what_a_search_goes_by_follows_the_names(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let id = family(&test, VILLAGES[0], "Bambang").await;
    let child = done(&test, member(id, "Kurniawan")).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    assert_eq!(found(&keeper, "kurniawan", "").await, ["Bambang"]);
    // A corrected name is found by the new one only.
    done(&test, PutPerson { person: Some((child, 1)), ..member(id, "Hidayat") }).await;
    assert_eq!(found(&keeper, "kurniawan", "").await, Vec::<String>::new());
    assert_eq!(found(&keeper, "hidayat", "").await, ["Bambang"]);
    // Who left the family is not found in it.
    let left =
        PutPerson { person: Some((child, 2)), ended: Some((Ending::Moved, TODAY)), ..member(id, "Hidayat") };
    done(&test, left).await;
    assert_eq!(found(&keeper, "hidayat", "").await, Vec::<String>::new());
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM name_key", args![]).await, 1);
    checked(&test).await;
    // A word that is no longer anybody's is noticed.
    test.sql("UPDATE name_key SET word = 'lain'", args![]).await;
    let check = asuh_step_registry::STEP.check.unwrap();
    let findings = check(&test.app, KERINCI).await.unwrap();
    assert!(
        findings.iter().any(|line| line.starts_with("name_key: the words of 1 families")),
        "{findings:?}"
    );
}
