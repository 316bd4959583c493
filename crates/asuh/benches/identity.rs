//! How long the search for duplicates takes among a million persons: the whole list, and one who comes in by a form.
//!
//! `cargo xtask bench identity`, or `cargo bench -p asuh --bench identity -- [--persons 1000000] [--rounds 100]`
//!
//! Families of an invented district of 285 villages are written anew into a folder of their own; one in thirty-three
//! stands twice, the second time without numbers. The first search writes all blocking keys and pairs, the second, of a
//! list that has not changed, reads and compares only. Then children come in one after the other, each as the command of
//! a form with everything that belongs to it. Goals: 60 s for a search, 50 ms for 95 of 100 who come in. Prints a table,
//! then a line of JSON.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

mod filled;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant as Moment;

use asuh_ground::access::Actor;
use asuh_ground::{App, jobs};
use asuh_made_up::{District, World};
use asuh_nusantara::{Sex, TerritoryCode, Zone, name};
use asuh_step_registry::Reach;
use asuh_step_registry::families::{Change, PutPerson, Source};
use asuh_step_registry::identity::SearchPairs;
use asuh_step_registry::rules::Relation;
use asuh_store::{Id, Instant, Query, args};
use filled::{DISTRICT, fill, open};
use time::Date;
use time::macros::date;

const REGENCY: i64 = 9_901_000_000;
const TODAY: Date = date!(2026 - 11 - 02);
/// Seconds that a search of the whole list may take.
const WHOLE: f64 = 60.0;
/// Milliseconds that 95 of 100 who come in may take.
const ONE: f64 = 50.0;
/// One family in so many stands twice.
const TWICE: usize = 33;

fn code(text: &str) -> i64 {
    TerritoryCode::parse(text).unwrap().as_i64()
}

async fn places(app: &App, world: &World) {
    let mut places = vec![(REGENCY, world.district.name.clone(), "regency")];
    for village in &world.district.villages {
        let code = code(&village.code);
        if places.iter().all(|(known, ..)| *known != code - code % 10_000) {
            places.push((code - code % 10_000, village.subdistrict.clone(), "subdistrict"));
        }
        places.push((code, village.name.clone(), "village"));
    }
    let places = places.into_iter().map(|(code, name, level)| {
        args![DISTRICT, code, &name, name::search_key(&name), level, 20_250_101_i64]
    });
    let district = vec![args![DISTRICT, REGENCY, "Rekaan", "WIB", 0_i64]];
    let pieces = vec![
        ("INSERT INTO district (id, code, name, zone, created_at) VALUES", district),
        (
            "INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES",
            places.collect(),
        ),
    ];
    fill(app, pieces).await;
}

/// Writes these families; their ids.
async fn people(app: &App, world: &World, families: &[usize], numbers: bool) -> Vec<Id> {
    let secrets = app.store.secrets();
    let mut ids = Vec::with_capacity(families.len());
    for some in families.chunks(500) {
        let (mut family, mut family_version, mut person, mut person_version) =
            (vec![], vec![], vec![], vec![]);
        for one in some.iter().map(|nth| &world.families[*nth]) {
            let id = app.store.new_id();
            ids.push(id);
            let head = &world.persons[one.head].name;
            let kk = numbers.then_some(one.kk.as_bytes());
            family.push(args![DISTRICT, id, 0_i64]);
            family_version.push(args![
                DISTRICT,
                id,
                1_i64,
                0_i64,
                Instant::NEVER,
                20_260_101_i64,
                id,
                "krs",
                code(&world.district.villages[one.village].code),
                "",
                format!("{:03}", one.rw),
                format!("{:03}", one.rt),
                head,
                name::search_key(head),
                kk.map(|kk| secrets.seal(DISTRICT, kk).unwrap()),
                numbers.then(|| secrets.lookup(DISTRICT, "kk", &one.kk).unwrap().to_vec()),
                "verified",
            ]);
            let grown_ups = [(one.head, "head")].into_iter().chain(one.wife.map(|wife| (wife, "wife")));
            for (member, relation) in grown_ups.chain(one.children.iter().map(|child| (*child, "child"))) {
                let person_id = app.store.new_id();
                let who = &world.persons[member];
                let nik = who.nik.as_ref().filter(|_| numbers);
                person.push(args![DISTRICT, person_id, 0_i64]);
                person_version.push(args![
                    DISTRICT,
                    person_id,
                    1_i64,
                    0_i64,
                    Instant::NEVER,
                    20_260_101_i64,
                    id,
                    "krs",
                    id,
                    relation,
                    &who.name,
                    name::search_key(&who.name),
                    if who.woman { "P" } else { "L" },
                    who.birth,
                    nik.map(|nik| secrets.seal(DISTRICT, nik.as_bytes()).unwrap()),
                    nik.map(|nik| secrets.lookup(DISTRICT, "nik", nik).unwrap().to_vec()),
                    "",
                    "",
                ]);
            }
        }
        let pieces = vec![
            ("INSERT INTO family (district_id, id, created_at) VALUES", family),
            (
                "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kk_sealed, kk_hash, \
                 status) VALUES",
                family_version,
            ),
            ("INSERT INTO person (district_id, id, created_at) VALUES", person),
            (
                "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, nik_hash, \
                 parents_name, posyandu) VALUES",
                person_version,
            ),
        ];
        fill(app, pieces).await;
    }
    ids
}

fn main() {
    let (mut persons, mut rounds) = (1_000_000, 100);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--persons" => persons = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--rounds" => rounds = words.next().and_then(|count| count.parse().ok()).unwrap(),
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(persons, rounds));
}

/// Searches the whole list; the seconds it took.
async fn search(app: &App, actor: &Arc<Actor>) -> f64 {
    let began = Moment::now();
    app.submit(actor, app.store.new_id(), SearchPairs {}).await.unwrap();
    jobs::run_all(app).await.unwrap();
    began.elapsed().as_secs_f64()
}

async fn measure(persons: usize, rounds: usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../target")
        .join(format!("bench-identity-{persons}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let world = World::new(District::invented(16, 285), persons * 10 / 32, TODAY, 4);
    let all: Vec<usize> = (0..world.families.len()).collect();
    let twice: Vec<usize> = all.iter().copied().step_by(TWICE).collect();
    let app = open(None, &folder, false).await;
    places(&app, &world).await;
    let families = people(&app, &world, &all, true).await;
    people(&app, &world, &twice, false).await;
    app.store.close().await;

    let app = open(None, &folder, true).await;
    let regency = TerritoryCode::from_i64(REGENCY).unwrap();
    let actor = Arc::new(Actor::system(DISTRICT, regency, "Rekaan", Zone::Wib));
    let count = |sql: &'static str| {
        let db = app.store.reader();
        async move { db.number(sql, args![]).await.unwrap() }
    };
    let people = count("SELECT COUNT(*) AS n FROM person").await;
    let first = search(&app, &actor).await;
    let (keys, pairs) = (
        count("SELECT COUNT(*) AS n FROM match_key").await,
        count("SELECT COUNT(*) AS n FROM match_pair").await,
    );
    let again = search(&app, &actor).await;

    let mut took = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let nth = (round * 7_919 + 13) % families.len();
        // A child of one family comes in at another's.
        let other = &world.families[(nth + 1) % families.len()];
        let child = &world.persons[other.children.first().copied().unwrap_or(other.head)];
        let put = PutPerson {
            person: None,
            family: families[nth],
            reach: Reach::whole(regency),
            source: Source::Form,
            today: TODAY,
            relation: Relation::Child,
            name: child.name.clone(),
            sex: Some(if child.woman { Sex::Female } else { Sex::Male }),
            birth_date: Some(child.birth),
            nik: Change::Keep,
            parents_name: String::new(),
            posyandu: String::new(),
            ended: None,
        };
        let began = Moment::now();
        app.submit(&actor, app.store.new_id(), put).await.unwrap();
        took.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    let (middle, slow) = (took[rounds / 2], took[rounds * 95 / 100]);
    println!("{people} persons, {keys} blocking keys, {pairs} pairs\n");
    println!("{:<52} {first:>9.1} s", "the first search, which writes keys and pairs");
    println!("{:<52} {again:>9.1} s", "a search of what has not changed");
    println!("{:<52} {middle:>9.1} ms", "one who comes in, the middle one");
    println!("{:<52} {slow:>9.1} ms", "one who comes in, 95 of 100 within");
    println!(
        "\n{{\"bench\":\"identity\",\"persons\":{people},\"pairs\":{pairs},\"first_s\":{first:.1},\"again_s\":{again:.1},\
         \"one_p50_ms\":{middle:.1},\"one_p95_ms\":{slow:.1}}}"
    );
    assert!(first <= WHOLE && again <= WHOLE, "a search takes longer than {WHOLE} s");
    assert!(slow <= ONE, "one who comes in takes longer than {ONE} ms");
}
