//! What the engines read for the list and for a search: among so many families that they have something to choose
//! between.

use asuh_matching::{Sought, search_keys};
use asuh_nusantara::TerritoryCode;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{
    Args, Command, DistrictId, Engine, Envelope, Fault, Id, Instant, Query, Recording, Store, Tx, args,
};
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::date;

use super::count::{self, facets};
use super::list::{self, PAGE, Selection, page, page_sql, place_of};
use super::search::{self, Reader};
use crate::risk::{self, RiskFilter};
use crate::rules::{FamilyStatus, Target};
use crate::tally::Counted;
use asuh_ground::access::{Area, Scope};

const KERINCI: DistrictId = DistrictId(1);
const ON: Date = date!(2026 - 11 - 02);
const FAMILIES: i64 = 6_000;

/// Families of ten villages with one member each, a third of them not here any more.
#[derive(Serialize, Deserialize)]
struct ManyFamilies;

impl Command for ManyFamilies {
    const KIND: &'static str = "test.many_families";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (mut families, mut persons, mut keys, mut ids) = (vec![], vec![], vec![], vec![]);
        for nth in 0..FAMILIES {
            let (id, person) = (tx.new_id(), tx.new_id());
            let village = 1_501_012_001 + nth % 10;
            let superseded = if nth % 3 == 0 { tx.now() } else { Instant::NEVER };
            let name = format!("Rekaan {}", word(nth));
            let hash = vec![u8::try_from(nth % 251).unwrap_or(0); 32];
            let status = if nth % 500 == 3 { "refused" } else { "listed" };
            families.push(
                args![KERINCI, id, 1_i64, tx.now(), superseded, ON, id, "krs", village, "", "001", "001"]
                    .with(&name)
                    .with(name.to_lowercase())
                    .with(hash.clone())
                    .with(status),
            );
            persons.push(
                args![KERINCI, person, 1_i64, tx.now(), superseded, ON, person, "krs", id, "head", &name]
                    .with(name.to_lowercase())
                    .with(hash)
                    .with("")
                    .with(""),
            );
            if superseded == Instant::NEVER {
                keys.extend(search_keys(&name).into_iter().map(|word| args![KERINCI, id, word, village]));
            }
            ids.push(id);
        }
        for (head, rows) in [
            (
                "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kk_hash, status) VALUES",
                families,
            ),
            (
                "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, family_id, relation, name, name_search, nik_hash, parents_name, posyandu) VALUES",
                persons,
            ),
            ("INSERT INTO name_key (district_id, family_id, word, village_code) VALUES", keys),
        ] {
            tx.insert_many(head, "", rows).await?;
        }
        risk::refresh(tx, &ids).await?;
        Ok(())
    }
}

/// A word of four letters, another for every hundred families.
fn word(nth: i64) -> String {
    let letter = |number: i64| char::from(b"bdghklmnprst"[usize::try_from(number % 12).unwrap_or(0)]);
    format!("{}a{}i", letter(nth), letter(nth / 12))
}

async fn filled(db: &TestDatabase) -> Store {
    let store = db.open().await;
    let envelope = Envelope {
        id: store.new_id(),
        district: KERINCI,
        actor: Id::SYSTEM,
        device: None,
        captured_at: store.clock().now(),
    };
    store.submit(envelope, ManyFamilies).await.expect("the families");
    store
}

fn scope(codes: &[&str]) -> Scope {
    let areas = codes
        .iter()
        .map(|code| Area { code: TerritoryCode::parse(code).expect("a code"), rw: String::new() });
    Scope { areas: areas.collect(), ..Scope::default() }
}

/// Checks the plan of a statement: SQLite's choice is fixed, so it reads these indexes, and no table from end to end.
/// PostgreSQL weighs costs by what it knows of the tables, and may read small ones whole: there it must have a plan.
async fn reads(store: &Store, what: &str, sql: (String, Args), indexes: &[&str]) -> String {
    let plan = store.reader().plan(&sql.0, sql.1).await.expect("a plan");
    if store.engine() == Engine::Sqlite {
        for index in indexes {
            assert!(plan.contains(index), "{what} does not read {index}: {plan}");
        }
        let scans = plan.lines().filter(|line| line.starts_with("SCAN ") && !line.contains("CONSTANT"));
        for line in scans {
            // What a statement has put together itself is read from end to end.
            assert!(["SCAN w", "SCAN walk", "SCAN n", "SCAN f", "SCAN c"].contains(&line), "{what}: {plan}");
        }
    }
    plan
}

#[db_test]
async fn every_page_of_the_list_comes_out_of_its_index(db: TestDatabase) {
    let store = filled(&db).await;
    let reader = store.reader();
    let whole = scope(&["15.01"]);
    let counted = facets(reader, KERINCI, &whole, &Selection::default()).await.expect("the counts");
    let (lines, more) = page(reader, KERINCI, &whole, &Selection::default(), &counted).await.expect("a page");
    assert!(more && lines.len() == PAGE);
    let after = place_of(reader, KERINCI, lines[PAGE - 1].family_id).await.expect("a place");
    let list = Some(Id::from_bytes([7; 16]));
    let selections = [
        Selection::default(),
        Selection { within: TerritoryCode::parse("15.01.01.2003").ok(), ..Selection::default() },
        Selection { status: Some(FamilyStatus::Listed), ..Selection::default() },
        Selection { target: Some(Target::Pregnant), ..Selection::default() },
        Selection { risk: Some(RiskFilter::OnlyOurs), ..Selection::default() },
        Selection { list, ..Selection::default() },
    ];
    for scope in [whole, scope(&["15.01.01.2001", "15.01.01.2004"])] {
        for selection in &selections {
            for after in [None, after.as_ref()] {
                let sql = page_sql(KERINCI, &scope, selection, after, None);
                let plan = reads(&store, "a page", sql, &["family_version_list"]).await;
                // In the order of the index: nothing is sorted.
                assert!(store.engine() != Engine::Sqlite || !plan.contains("TEMP B-TREE"), "{plan}");
            }
            // Of few among many only their villages are read; those are sorted.
            let sql = page_sql(KERINCI, &scope, selection, None, Some(&[1_501_012_001, 1_501_012_004]));
            let index = "family_version_list (district_id=? AND superseded_at=? AND village_code=?)";
            reads(&store, "few among many", sql, &[index]).await;
            let sql = list::export_sql(KERINCI, &scope, None, selection);
            let plan = reads(&store, "a file", sql, &["family_version_list"]).await;
            assert!(store.engine() != Engine::Sqlite || !plan.contains("TEMP B-TREE"), "{plan}");
            let counts = count::facets_sql(KERINCI, &scope, selection);
            let index = if selection.list.is_some() { "frozen_row_by_subject" } else { "family_tally" };
            reads(&store, "the counts", counts, &[index]).await;
        }
    }
}

#[db_test]
async fn a_search_reads_the_index_of_its_words(db: TestDatabase) {
    let store = filled(&db).await;
    let scope = scope(&["15.01"]);
    let village = TerritoryCode::parse("15.01.01.2003").ok();
    for within in [None, village] {
        let reader = Reader { district: KERINCI, scope: &scope, within };
        let keys = Sought::read("rekaan dadi").expect("words").keys();
        let near = vec![vec!["rekan".to_owned()], vec!["dadi".to_owned()]];
        for near in [&[][..], &near] {
            for lead in 0..keys.len() {
                let sql = reader.candidates_sql(&keys, near, lead);
                reads(&store, "candidates", sql, &["name_key_by_word"]).await;
            }
            reads(&store, "the rarest", reader.counts_sql(&keys, near), &["name_key_by_word"]).await;
        }
        let near = args![KERINCI, "b", "c"];
        reads(&store, "near words", (search::NEAR_WORDS.to_owned(), near), &["name_key_by_word"]).await;
        let same = reader.namesakes_sql("rekaan dadi", 40);
        let indexes = ["family_version_by_name", "person_version_by_name", "family_version_current"];
        reads(&store, "the same name", same, &indexes).await;
        let number = args![KERINCI, Instant::NEVER, vec![7_u8; 32], vec![7_u8; 32]];
        let indexes = ["family_version_by_kk", "person_version_by_nik"];
        reads(&store, "a number", (search::BY_NUMBER.to_owned(), number), &indexes).await;
        let ids = vec![Id::from_bytes([1; 16]), Id::from_bytes([2; 16])];
        let members = reader.members_sql(ids.iter().copied());
        reads(&store, "members", members, &["person_version_by_family"]).await;
        reads(&store, "lines", reader.lines_sql(ids), &["family_version_current"]).await;
    }
    let reader = Reader { district: KERINCI, scope: &scope, within: village };
    let indexes = ["family_version_list", "person_version_by_family"];
    reads(&store, "last digits", reader.tail_sql(), &indexes).await;
    let reader = Reader { within: None, ..reader };
    let found = reader.by_name(store.reader(), "rekaan dadi", None).await.expect("an answer");
    assert!(!found.hits.is_empty());
}

#[db_test]
async fn the_pages_hold_every_family_once(db: TestDatabase) {
    let store = filled(&db).await;
    let scope = scope(&["15.01.01.2001", "15.01.01.2004"]);
    let reader = store.reader();
    // 800 stand in the two villages; of those that decline there are few, which is another way to a page.
    for (status, expected) in [(None, 800), (Some(FamilyStatus::Refused), 8)] {
        let mut selection = Selection { status, ..Selection::default() };
        let mut seen = std::collections::HashSet::new();
        loop {
            let counted = facets(reader, KERINCI, &scope, &selection).await.expect("the counts");
            let (lines, more) = page(reader, KERINCI, &scope, &selection, &counted).await.expect("a page");
            assert!(lines.iter().all(|line| seen.insert(line.family_id)), "a family twice");
            selection.after = lines.last().map(|line| line.family_id);
            if !more {
                break;
            }
        }
        assert_eq!(seen.len(), expected);
    }
}

/// However a reach is put together, the tally says what the families say.
#[db_test]
async fn the_tally_says_what_the_families_say(db: TestDatabase) {
    let store = filled(&db).await;
    let reader = store.reader();
    for codes in [
        &["15"][..],
        &["15.01"],
        &["15.01.01"],
        &["15.01.01", "15.01.01.2003"],
        &["15.01.01.2001", "15.01.01.2004"],
        &["15.02"],
        &[],
    ] {
        let scope = scope(codes);
        for within in
            [None, TerritoryCode::parse("15.01.01").ok(), TerritoryCode::parse("15.01.01.2004").ok()]
        {
            for status in [None, Some(FamilyStatus::Refused)] {
                let selection = Selection { within, status, ..Selection::default() };
                let counted = facets(reader, KERINCI, &scope, &selection).await.expect("the counts");
                let mut args = args![KERINCI, Instant::NEVER];
                let mut reached = scope.territory_condition("v.village_code", None, &mut args);
                if let Some((from, to)) = within.map(TerritoryCode::range) {
                    reached.push_str(&format!(" AND v.village_code BETWEEN {from} AND {to}"));
                }
                if status.is_some() {
                    reached.push_str(" AND v.status = 'refused'");
                }
                let sql = format!(
                    "SELECT COUNT(*) AS n FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
                     AND {reached}"
                );
                let said = reader.number(&sql, args).await.expect("a count");
                assert_eq!(counted.count(status, None), said, "{codes:?} {within:?} {status:?}");
                let each = count::counts(reader, KERINCI, &scope, &[selection]).await.expect("the counts");
                assert_eq!(each, [said], "{codes:?} {within:?} {status:?}");
                let mut args = args![KERINCI];
                let sql = Counted { scope: &scope, within, list: None }.by_village(&mut args);
                let sql = format!("SELECT CAST(COALESCE(SUM(c.families), 0) AS BIGINT) AS n FROM {sql}");
                if status.is_none() {
                    assert_eq!(
                        reader.number(&sql, args).await.expect("a count"),
                        said,
                        "{codes:?} {within:?}"
                    );
                }
            }
        }
    }
}
