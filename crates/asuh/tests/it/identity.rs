//! Who is who: pairs that are found, decided, merged and taken back.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_registry::Reach;
use asuh_step_registry::families::{Change, PutFamily, PutPerson, Source};
use asuh_step_registry::identity::{SearchPairs, waiting};
use asuh_step_registry::record::{self, Entry, FamilyFacts};
use asuh_step_registry::rules::Relation;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{KERINCI, TestApp, VILLAGES};

pub const TODAY: Date = date!(2026 - 11 - 02);

pub fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

pub async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("the command").value
}

async fn person(test: &TestApp, family: Id, relation: Relation, name: &str, sex: Sex, birth: Date) -> Id {
    let command = PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation,
        name: name.into(),
        sex: Some(sex),
        birth_date: Some(birth),
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    };
    done(test, command).await
}

/// A family with head, wife and one child, in the spelling of one list.
pub async fn family(test: &TestApp, village: i64, names: [&str; 3]) -> (Id, [Id; 3]) {
    family_of(test, village, None, names).await
}

pub async fn family_of(test: &TestApp, village: i64, kki: Option<&str>, names: [&str; 3]) -> (Id, [Id; 3]) {
    let put = PutFamily {
        kki: kki.map(str::to_owned),
        rw: "1".into(),
        rt: "2".into(),
        ..PutFamily::new(everywhere(), village, names[0].to_owned(), TODAY)
    };
    let family = done(test, put).await;
    let head = person(test, family, Relation::Head, names[0], Sex::Male, date!(1989 - 03 - 17)).await;
    let wife = person(test, family, Relation::Wife, names[1], Sex::Female, date!(1993 - 08 - 21)).await;
    let child = person(test, family, Relation::Child, names[2], Sex::Female, date!(2024 - 02 - 11)).await;
    (family, [head, wife, child])
}

pub const SPELLED: [&str; 3] = ["Djoenaidi Salampak", "Rusmiyati Salundik", "Kezia Putri Salampak"];
pub const AGAIN: [&str; 3] = ["Junaidi Salampak", "Rusmiati Salundik", "Kezia Putri Salampak"];

pub async fn pairs(test: &TestApp, state: &str) -> Vec<(Id, Id, Id)> {
    asuh_store::row_struct! { struct Pair { id: Id, one_id: Id, two_id: Id } }
    let found: Vec<Pair> = test
        .app
        .store
        .reader()
        .all(
            "SELECT id, one_id, two_id FROM match_pair WHERE district_id = $1 AND state = $2 ORDER BY id",
            args![KERINCI, state],
        )
        .await
        .unwrap();
    found.into_iter().map(|pair| (pair.id, pair.one_id, pair.two_id)).collect()
}

pub async fn between(test: &TestApp, one: Id, two: Id) -> Id {
    let found = pairs(test, "open").await;
    let wanted = (one.min(two), one.max(two));
    found.into_iter().find(|pair| (pair.1, pair.2) == wanted).expect("the pair").0
}

async fn standing(test: &TestApp, table: &str) -> i64 {
    let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = $1 AND superseded_at = $2");
    test.number(&sql, args![KERINCI, Instant::NEVER]).await
}

pub async fn check(test: &TestApp) {
    for check in &test.app.registry.checks {
        assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    }
}

#[db_test]
async fn two_who_are_one_are_found_merged_and_parted_again(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (first, one) = family(&test, VILLAGES[0], SPELLED).await;
    let (second, two) = family(&test, VILLAGES[0], AGAIN).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    // Found by the forms that wrote them; a search of the whole list finds nothing twice.
    let before = pairs(&test, "open").await.len();
    let pair = between(&test, one[0], two[0]).await;
    done(&test, SearchPairs {}).await;
    test.run_jobs().await;
    assert_eq!(pairs(&test, "open").await.len(), before);

    let shown = keeper.get(&format!("/data-ganda/{pair}")).await.ok();
    assert!(shown.contains("Djoenaidi Salampak") && shown.contains("Junaidi Salampak"));
    // Without a reason nothing is merged.
    let path = format!("/data-ganda/{pair}/putuskan");
    keeper.post(&path, &[("putusan", "sama"), ("alasan", "")]).await.refused();
    assert_eq!(standing(&test, "family_version").await, 2);
    keeper.post(&path, &[("putusan", "sama"), ("alasan", "KK dicek")]).await.to();
    test.run_jobs().await;
    // One family of three, everywhere.
    assert_eq!(standing(&test, "family_version").await, 1);
    assert_eq!(standing(&test, "person_version").await, 3);
    let list = keeper.get("/sasaran").await.ok();
    assert_ne!(list.contains("Djoenaidi Salampak"), list.contains("Junaidi Salampak"));
    let (kept, gone) = (first.min(second), first.max(second));
    assert_eq!(keeper.get(&format!("/sasaran/{kept}")).await.status, StatusCode::OK);
    assert_eq!(keeper.get(&format!("/sasaran/{gone}")).await.to(), format!("/sasaran/{kept}"));
    check(&test).await;
    // Not asked again.
    done(&test, SearchPairs {}).await;
    test.run_jobs().await;
    assert!(!pairs(&test, "open").await.iter().any(|open| open.0 == pair));

    keeper.post(&format!("/data-ganda/{pair}/batalkan"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(standing(&test, "family_version").await, 2);
    assert_eq!(standing(&test, "person_version").await, 6);
    assert_eq!(keeper.get(&format!("/sasaran/{gone}")).await.status, StatusCode::OK);
    check(&test).await;
}

#[db_test]
async fn a_list_that_says_the_number_of_a_merged_record_means_the_one_that_stays(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (_, one) = family_of(&test, VILLAGES[0], Some("6203010001"), SPELLED).await;
    let (_, two) = family_of(&test, VILLAGES[0], Some("6203010002"), AGAIN).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let pair = between(&test, one[0], two[0]).await;
    let reason = [("putusan", "sama"), ("alasan", "KK dicek")];
    keeper.post(&format!("/data-ganda/{pair}/putuskan"), &reason).await.to();
    test.run_jobs().await;
    let canonical = test.number("SELECT COUNT(*) AS n FROM family WHERE canonical_id IS NULL", args![]).await;
    assert_eq!(canonical, 1);

    let entries = ["6203010001", "6203010002"].map(|kki| Entry {
        family: FamilyFacts {
            kki: Some(kki.to_owned()),
            ..FamilyFacts::in_village(TerritoryCode::from_i64(VILLAGES[0]).unwrap())
        },
        persons: Vec::new(),
    });
    let store = &test.app.store;
    let found = record::compare(store.reader(), store.secrets(), KERINCI, &entries).await.unwrap();
    assert!(found[0].family.is_some());
    assert_eq!(found[0].family, found[1].family);
    // It is nothing new either: two lists that each say one of the numbers do not correct one another for ever.
    assert_eq!((found[0].change, found[1].change), (record::Change::Same, record::Change::Same));
}

const HEADER: &str = "Kecamatan;Desa/Kelurahan;RW;RT;KKI;NIK Kepala Keluarga;Nama Kepala Keluarga;\
                      Tgl Lahir Kepala Keluarga;NIK Istri;Nama Istri;Tgl Lahir Istri";

async fn import(test: &TestApp, file: &str, lines: &[&str]) {
    let path = test.db.folder().join(file);
    std::fs::write(&path, format!("{HEADER}\n{}\n", lines.join("\n"))).unwrap();
    let summary = staging::run(&test.app, &test.system(), "krs", &path, false, &mut |_| ()).await.unwrap();
    assert_eq!(summary.errors, 0, "{summary:?}");
    test.run_jobs().await;
}

#[db_test]
async fn a_pair_names_the_import_that_brought_the_newer_record(db: TestDatabase) {
    let test = TestApp::start(db).await;
    family(&test, VILLAGES[0], SPELLED).await;
    let line = "Gunung Raya;Selam Paung;1;2;;;Junaidi Salampak;17/03/1989;;Rusmiati Salundik;21/08/1993";
    import(&test, "provinsi-juli.csv", &[line]).await;
    let (other, line) =
        (["Garing Tundan", "Enie Sahay", "Rinco Tundan"], "Gunung Raya;Air Mumu;1;2;;;Garring Tundan");
    family(&test, VILLAGES[1], other).await;
    import(&test, "provinsi-oktober.csv", &[&format!("{line};17/03/1989;;Eni Sahay;21/08/1993")]).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let batch = async |file: &str| {
        let sql = "SELECT id FROM import_batch WHERE district_id = $1 AND file_name = $2";
        let found: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI, file]).await.unwrap();
        found.unwrap().0
    };
    let (july, october) = (batch("provinsi-juli.csv").await, batch("provinsi-oktober.csv").await);
    let lists = async |query: &str| {
        let pages = ["", "&tampil=usul"].map(|tab| format!("/data-ganda?{query}{tab}"));
        [keeper.get(&pages[0]).await.ok(), keeper.get(&pages[1]).await.ok()].concat()
    };
    let all = lists("").await;
    assert!(all.contains("Junaidi") && all.contains("Garring") && all.contains("provinsi-juli.csv"), "{all}");
    let of_july = lists(&format!("impor={july}")).await;
    assert!(of_july.contains("Junaidi") && !of_july.contains("Garring"), "{of_july}");
    let of_october = lists(&format!("impor={october}")).await;
    assert!(!of_october.contains("Junaidi") && of_october.contains("Garring"), "{of_october}");

    let pair =
        of_october.split("<a href=\"/data-ganda/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let page = keeper.get(&format!("/data-ganda/{pair}")).await.ok();
    assert!(page.contains(&format!("<a href=\"/impor/{october}\">provinsi-oktober.csv</a>")), "{page}");
    assert_eq!(keeper.get(&format!("/impor/{october}")).await.status, StatusCode::OK);
    // Those who take no lists in are told the name only.
    let leader = test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    let page = leader.get(&format!("/data-ganda/{pair}")).await.ok();
    assert!(page.contains("provinsi-oktober.csv") && !page.contains("href=\"/impor/"), "{page}");
}

asuh_store::row_struct! {
    /// A person as he stands.
    #[derive(PartialEq)]
    struct Standing { person_id: Id, name: String, relation: String }
}

async fn members(test: &TestApp, kki: &str) -> Vec<Standing> {
    let sql = "SELECT p.person_id, p.name, p.relation FROM family_version f JOIN person_version p \
               ON p.district_id = f.district_id AND p.family_id = f.family_id AND p.superseded_at = $2 \
               WHERE f.district_id = $1 AND f.kki = $3 AND f.superseded_at = $2 ORDER BY p.relation";
    test.app.store.reader().all(sql, args![KERINCI, Instant::NEVER, kki]).await.unwrap()
}

#[db_test]
async fn one_wrong_digit_does_not_make_one_of_two_persons(db: TestDatabase) {
    let test = TestApp::start(db).await;
    // Days as a spreadsheet counts them, saved as CSV.
    let line = "Gunung Raya;Selam Paung;1;2;K1;;Garing Tundan;31549;1501015602850001;Paulina Sahay;32189";
    import(&test, "satu.csv", &[line]).await;
    let before = members(&test, "K1").await;
    assert_eq!(before.len(), 2);
    // The number that was mistyped for Paulina is that of another woman, whose list says it rightly.
    let line = "Gunung Raya;Air Mumu;3;4;K2;;Rinco Laman;1980-05-01;1501015602850001;Tri Wahyuni;1985-02-16";
    import(&test, "dua.csv", &[line]).await;
    assert_eq!(members(&test, "K1").await, before);
    assert_eq!(members(&test, "K2").await.len(), 2);
    // Nobody need be asked: it does not fit the day on which Paulina was born.
    assert_eq!(pairs(&test, "open").await, []);
}

#[db_test]
async fn numbers_of_husband_and_wife_the_wrong_way_round_are_mended(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (his, hers) = ("1501010302810001", "1501015606990001");
    let line = |head: &str, wife: &str, name: &str| {
        format!("Gunung Raya;Selam Paung;1;2;K1;{head};Bambang Laman;03/02/1981;{wife};{name};16/06/1999")
    };
    import(&test, "satu.csv", &[&line(hers, his, "Agustina Usop")]).await;
    let before = members(&test, "K1").await;
    import(&test, "dua.csv", &[&line(his, hers, "Agustina Usop")]).await;
    assert_eq!(members(&test, "K1").await, before);
    let keeper = test.with_role(Role::ListKeeper).await;
    let page = keeper.post("/sasaran/cari", &[("cari", his), ("desa", "")]).await.ok();
    assert!(page.contains("Bambang Laman"), "{page}");
}

#[db_test]
async fn two_who_are_two_are_asked_again_only_when_a_fact_has_changed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (_, one) = family(&test, VILLAGES[0], SPELLED).await;
    let (second, two) = family(&test, VILLAGES[0], AGAIN).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let pair = between(&test, one[2], two[2]).await;
    let path = format!("/data-ganda/{pair}/putuskan");
    keeper.post(&path, &[("putusan", "beda"), ("alasan", "")]).await.to();
    done(&test, SearchPairs {}).await;
    test.run_jobs().await;
    assert!(pairs(&test, "different").await.iter().any(|decided| decided.0 == pair));

    let put = PutPerson {
        person: Some((two[2], 1)),
        family: second,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation: Relation::Child,
        name: "Kezia Putri Salampak".into(),
        sex: Some(Sex::Female),
        birth_date: Some(date!(2024 - 02 - 11)),
        nik: Change::Set("9999995102240003".into()),
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    };
    done(&test, put).await;
    assert!(pairs(&test, "open").await.iter().any(|open| open.0 == pair));
}

#[db_test]
async fn a_pair_across_villages_is_decided_by_whoever_holds_both(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (_, one) = family(&test, VILLAGES[0], SPELLED).await;
    let (_, two) = family(&test, VILLAGES[2], AGAIN).await;
    done(&test, SearchPairs {}).await;
    test.run_jobs().await;
    let pair = between(&test, one[0], two[0]).await;
    let page = format!("/data-ganda/{pair}");
    let path = format!("{page}/putuskan");

    let near = test.user(Role::ListKeeper, &[VILLAGES[0]], &[]).await;
    let shown = near.get(&page).await.ok();
    assert!(shown.contains("Djoenaidi Salampak") && !shown.contains("Junaidi Salampak"));
    assert!(!shown.contains("value=\"sama\""));
    near.post(&path, &[("putusan", "sama"), ("alasan", "x")]).await.refused();
    let cadre = test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    assert_eq!(cadre.get(&page).await.status, StatusCode::NOT_FOUND);
    for list in ["/data-ganda", "/data-ganda?tampil=usul"] {
        assert!(!cadre.get(list).await.ok().contains("Salampak"));
    }
    let own = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let lists = [own.get("/data-ganda").await.ok(), own.get("/data-ganda?tampil=usul").await.ok()].concat();
    assert!(lists.contains("Junaidi Salampak") && !lists.contains("Djoenaidi Salampak"));
    assert_eq!(own.post(&path, &[("putusan", "beda"), ("alasan", "")]).await.status, StatusCode::FORBIDDEN);
    let keeper = test.with_role(Role::ListKeeper).await;
    keeper.post(&path, &[("putusan", "beda"), ("alasan", "")]).await.to();
}

#[db_test]
async fn of_two_families_that_may_be_one_the_second_waits(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let (first, one) = family(&test, VILLAGES[0], SPELLED).await;
    let (second, two) = family(&test, VILLAGES[0], AGAIN).await;
    let pair = between(&test, one[0], two[0]).await;
    let both = [first, second].into_iter().collect();
    let db = test.app.store.reader();
    let waits = waiting(db, KERINCI, &both).await.unwrap();
    assert_eq!(waits.len(), 1);
    assert_eq!((waits[0].family, waits[0].helped), (first.max(second), first.min(second)));
    let keeper = test.with_role(Role::ListKeeper).await;
    for (one, two) in [(one[0], two[0]), (one[1], two[1]), (one[2], two[2])] {
        let pair = between(&test, one, two).await;
        let path = format!("/data-ganda/{pair}/putuskan");
        keeper.post(&path, &[("putusan", "beda"), ("alasan", "")]).await.to();
    }
    assert!(!pairs(&test, "open").await.iter().any(|open| open.0 == pair));
    assert_eq!(waiting(db, KERINCI, &both).await.unwrap(), []);
}
