//! How long a registry of a million persons takes to answer: the list of families, a village, a search.
//!
//! `cargo xtask bench registry`, or `cargo bench -p asuh --bench registry -- [--persons 1000000] [--rounds 40]`
//!
//! Families of an invented district of 285 villages are written once into `target/bench-registry-PERSONS` and used
//! again; delete the folder after a change of the schema. Each question is asked of the whole program, from the
//! request to the last byte of the page, as a list keeper of the district: the goal is 40 ms for 95 of 100. Nobody
//! in it exists. Prints a table, then a line of JSON.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

mod filled;

use std::path::PathBuf;
use std::time::{Duration, Instant as Moment};

use asuh::gates;
use asuh_ground::App;
use asuh_ground::access::{Role, session};
use asuh_made_up::{District, World};
use asuh_matching::search_keys;
use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Id, Instant, Query, args};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use filled::{DISTRICT, envelope, fill, open};
use time::macros::date;
use tower::ServiceExt;

const REGENCY: i64 = 9_901_000_000;
/// Milliseconds from the request to the page that 95 of 100 may take.
const GOAL: f64 = 40.0;

async fn build(app: &App, world: &World) {
    let code = |text: &str| TerritoryCode::parse(text).unwrap().as_i64();
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
    fill(
        app,
        vec![
            (
                "INSERT INTO district (id, code, name, zone, created_at) VALUES",
                vec![args![DISTRICT, REGENCY, "Rekaan", "WIB", 0_i64]],
            ),
            (
                "INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES",
                places.collect(),
            ),
        ],
    )
    .await;
    // Village by village, as an import saves them.
    let mut families: Vec<_> = world.families.iter().collect();
    families.sort_by_key(|family| family.village);
    for families in families.chunks(500) {
        let (mut family, mut family_version, mut person, mut person_version, mut maternity, mut keys) =
            (vec![], vec![], vec![], vec![], vec![], vec![]);
        for (nth, one) in families.iter().enumerate() {
            let id = app.store.new_id();
            let village = code(&world.district.villages[one.village].code);
            let head = &world.persons[one.head].name;
            let status = match nth % 100 {
                0..45 => "verified",
                45..85 => "listed",
                85..95 => "not_at_risk",
                95..98 => "moved",
                _ if nth == 99 && families.len() == 500 => "refused",
                _ => "not_found",
            };
            family.push(args![DISTRICT, id, 0_i64]);
            family_version.push(
                args![
                    DISTRICT,
                    id,
                    1_i64,
                    0_i64,
                    Instant::NEVER,
                    20_260_101_i64,
                    id,
                    "krs",
                    village,
                    "",
                    format!("{:03}", one.rw),
                    format!("{:03}", one.rt),
                    head,
                    name::search_key(head),
                    app.store.secrets().seal(DISTRICT, one.kk.as_bytes()).unwrap(),
                    app.store.secrets().lookup(DISTRICT, "kk", &one.kk).unwrap().to_vec(),
                    status,
                ]
                .with(i64::from(nth % 7 > 2))
                .with(i64::from(nth % 3 == 0)),
            );
            let mut words = Vec::new();
            let members = [(one.head, "head")].into_iter().chain(one.wife.map(|wife| (wife, "wife")));
            for (member, relation) in members.chain(one.children.iter().map(|child| (*child, "child"))) {
                let person_id = app.store.new_id();
                let who = &world.persons[member];
                if relation == "wife" && nth % 6 < 2 {
                    let kind = if nth % 6 == 0 { "pregnancy" } else { "breastfeeding" };
                    let id = app.store.new_id();
                    maternity.push(args![DISTRICT, id, person_id, kind, 20_260_701_i64, "krs", 0_i64]);
                }
                words.extend(search_keys(&who.name));
                person.push(args![DISTRICT, person_id, 0_i64]);
                let sealed =
                    who.nik.as_ref().map(|nik| app.store.secrets().seal(DISTRICT, nik.as_bytes()).unwrap());
                let hash = who
                    .nik
                    .as_ref()
                    .map(|nik| app.store.secrets().lookup(DISTRICT, "nik", nik).unwrap().to_vec());
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
                    sealed,
                    hash,
                    "",
                    "",
                ]);
            }
            words.sort_unstable();
            words.dedup();
            keys.extend(words.into_iter().map(|word| args![DISTRICT, id, word, village]));
        }
        fill(
            app,
            vec![
                ("INSERT INTO family (district_id, id, created_at) VALUES", family),
                (
                    "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                     command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kk_sealed, kk_hash, \
                     status, krs, poor_water) VALUES",
                    family_version,
                ),
                ("INSERT INTO person (district_id, id, created_at) VALUES", person),
                (
                    "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                     command_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, nik_hash, \
                     parents_name, posyandu) VALUES",
                    person_version,
                ),
                (
                    "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, source, recorded_at) VALUES",
                    maternity,
                ),
                ("INSERT INTO name_key (district_id, family_id, word, village_code) VALUES", keys),
            ],
        )
        .await;
    }
    // What follows from the families is computed as in real life.
    asuh_step_registry::risk::renew(app).await.unwrap();
    let (user, grant) = (app.store.new_id(), app.store.new_id());
    fill(
        app,
        vec![
            (
                "INSERT INTO app_user (district_id, id, login, name, name_search, totp_last_step, grants_version, \
                 language, created_at, activated_at) VALUES",
                vec![args![DISTRICT, user, "bench", "Bench", "bench", 0_i64, 1_i64, "id", 0_i64, 0_i64]],
            ),
            (
                "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES",
                vec![args![DISTRICT, grant, user, Role::ListKeeper.code(), 0_i64, Id::SYSTEM]],
            ),
            (
                "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) VALUES",
                vec![args![DISTRICT, grant, REGENCY, ""]],
            ),
        ],
    )
    .await;
}

/// The program, and a list keeper's cookie.
struct Asked {
    app: App,
    router: Router,
    cookie: String,
}

impl Asked {
    async fn sign_in(app: App) -> Asked {
        let users: Vec<(Id,)> =
            app.store.reader().all("SELECT id FROM app_user WHERE login = 'bench'", args![]).await.unwrap();
        let token = session::new_token();
        let open = session::OpenSession {
            user: users[0].0,
            token_hash: session::hash(&token),
            complete: true,
            browser: "bench".into(),
        };
        app.store.submit(envelope(&app), open).await.unwrap();
        let cookie = format!("{}={}", session::COOKIE, session::cookie_value(DISTRICT, &token));
        Asked { router: gates::http::router(app.clone()), app, cookie }
    }

    async fn answer(&self, path: &str, form: Option<&[(&str, &str)]>) -> (Duration, String) {
        let mut request = Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(path)
            .header(header::HOST, "asuh.test")
            .header("Sec-Fetch-Site", "same-origin")
            .header(header::COOKIE, &self.cookie);
        let mut body = form_urlencoded::Serializer::new(String::new());
        if let Some(form) = form {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            body.append_pair("_id", &self.app.store.new_id().to_string());
            body.extend_pairs(form);
        }
        let request = request.body(Body::from(body.finish())).unwrap();
        let began = Moment::now();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let took = began.elapsed();
        let page = String::from_utf8_lossy(&bytes).into_owned();
        assert!(status.is_success(), "{path}: {status} {page}");
        (took, page)
    }
}

fn main() {
    let (mut persons, mut rounds) = (1_000_000, 40);
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

async fn measure(persons: usize, rounds: usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../target")
        .join(format!("bench-registry-{persons}"));
    let whole = folder.join("whole");
    // The same people each time, also when the database is there already: the questions are about them.
    let world = World::new(District::invented(16, 285), persons * 10 / 32, date!(2026 - 11 - 02), 4);
    if !whole.exists() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let began = Moment::now();
        let app = open(None, &folder, false).await;
        build(&app, &world).await;
        app.store.close().await;
        std::fs::write(&whole, "").unwrap();
        println!("built in {:.0} s", began.elapsed().as_secs_f64());
    }
    let asked = Asked::sign_in(open(None, &folder, true).await).await;
    let count = |table: &'static str| {
        let db = asked.app.store.reader();
        async move { db.number(&format!("SELECT COUNT(*) AS n FROM {table}"), args![]).await.unwrap() }
    };
    let (families, people, keys) = (count("family").await, count("person").await, count("name_key").await);
    println!("{families} families, {people} persons, {keys} words of names\n");
    let of = |round: usize| &world.families[(round * 7_919 + 13) % world.families.len()];
    let named = |round: usize| world.persons[of(round).wife.unwrap_or(of(round).head)].name.clone();
    let village = |round: usize| {
        let code = &world.district.villages[of(round).village].code;
        TerritoryCode::parse(code).unwrap().as_i64().to_string()
    };
    // A vowel of the longest word is another one.
    let typo = |round: usize| {
        let name = named(round);
        let longest = name.split(' ').max_by_key(|word| word.len()).unwrap().to_owned();
        let at = longest.char_indices().skip(2).find(|(_, c)| "aiueo".contains(*c)).map(|(at, _)| at);
        let Some(at) = at else { return name };
        let other = if longest[at..].starts_with('a') { "u" } else { "a" };
        name.replace(&longest, &format!("{}{other}{}", &longest[..at], &longest[at + 1..]))
    };
    let first = asked.answer("/sasaran", None).await.1;
    let next = |page: &str| {
        let at = page.find("/sasaran?setelah=").unwrap();
        page[at..].split('"').next().unwrap().to_owned()
    };
    let mut later = next(&first);
    for _ in 0..20 {
        later = next(&asked.answer(&later, None).await.1);
    }
    let mut lines = Vec::new();
    println!("{:<28} {:>9} {:>9} {:>9} {:>9}", "question", "p50 ms", "p95 ms", "worst", "goal p95");
    for question in [
        "list, page 1",
        "list, page 22",
        "village",
        "village, by status",
        "district, by status",
        "district, a rare status",
        "district, by target",
        "district, all chosen",
        "name",
        "name with a slip",
        "common first name",
        "beginning of a name",
        "family card number",
        "last four and name",
        "last four in a village",
    ] {
        let mut took = Vec::with_capacity(rounds);
        for round in 0..rounds + 3 {
            let place = village(round);
            let text = match question {
                "name" => named(round),
                "name with a slip" => typo(round),
                "common first name" => ["siti", "muhammad", "nur", "sri", "ahmad"][round % 5].to_owned(),
                "beginning of a name" => named(round).chars().take(4).collect(),
                "family card number" => of(round).kk.clone(),
                "last four and name" => {
                    let head = &world.persons[of(round).head];
                    let nik = head.nik.as_deref().unwrap_or("0001");
                    format!("{} {}", head.name, &nik[nik.len() - 4..])
                }
                "last four in a village" => "0003".to_owned(),
                _ => String::new(),
            };
            let (duration, _) = match question {
                "list, page 1" => asked.answer("/sasaran", None).await,
                "list, page 22" => asked.answer(&later, None).await,
                "village" => asked.answer(&format!("/sasaran?desa={place}"), None).await,
                "village, by status" => {
                    asked.answer(&format!("/sasaran?desa={place}&status=listed"), None).await
                }
                "district, by status" => asked.answer("/sasaran?status=listed", None).await,
                "district, a rare status" => asked.answer("/sasaran?status=refused", None).await,
                "district, by target" => asked.answer("/sasaran?sasaran=pregnant", None).await,
                "district, all chosen" => {
                    let path = "/sasaran?status=refused&sasaran=pregnant&krs=hanya_kita";
                    asked.answer(path, None).await
                }
                "last four in a village" => {
                    asked.answer("/sasaran/cari", Some(&[("cari", &text), ("desa", &place)])).await
                }
                _ => asked.answer("/sasaran/cari", Some(&[("cari", &text)])).await,
            };
            // The first three warm up.
            if round >= 3 {
                took.push(duration.as_secs_f64() * 1_000.0);
            }
        }
        took.sort_by(f64::total_cmp);
        let (p50, p95) = (took[took.len() / 2], took[took.len() * 95 / 100]);
        let (worst, met) = (took[took.len() - 1], if p95 <= GOAL { "" } else { " missed" });
        println!("{question:<28} {p50:>9.1} {p95:>9.1} {worst:>9.1} {GOAL:>9.0}{met}");
        lines.push(
            serde_json::json!({ "question": question, "p50_ms": p50, "p95_ms": p95, "worst_ms": worst }),
        );
    }
    println!(
        "{}",
        serde_json::json!({ "bench": "registry", "persons": people, "families": families, "questions": lines })
    );
    asked.app.store.close().await;
}
