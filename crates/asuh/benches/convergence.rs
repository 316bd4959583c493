//! How long the indicators of a district of 50,000 families and 231 villages take: computing the cells, the heat map, the
//! scorecard, and the people behind a number.
//!
//! `cargo xtask bench convergence`, or `cargo bench -p asuh --bench convergence -- [--families 50000] [--rounds 40]`
//!
//! Families, visits and measurements of an invented district are written once into `target/bench-convergence-FAMILIES` and
//! used again; delete the folder after a change of the schema. Each question is asked of the whole program, from the
//! request to the last byte of the page: 100 ms for matrices, 50 ms for the people of a village, for 95 of 100. Nobody in
//! it exists. Prints a table, then a line of JSON.

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
use asuh_ground::settings;
use asuh_step_convergence::indicator::{self, TakeShipped};
use asuh_store::{Id, Instant, Query, args};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, header};
use filled::{DISTRICT, envelope, fill, open};
use time::Date;
use tower::ServiceExt;

const REGENCY: i64 = 9_901_000_000;
const VILLAGES: i64 = 231;
/// Villages of a kecamatan.
const EACH: i64 = 14;

fn village(nth: i64) -> i64 {
    REGENCY + (nth / EACH + 1) * 10_000 + 2_001 + nth % EACH
}

fn day(number: i64) -> Date {
    let month = time::Month::try_from(u8::try_from(number / 100 % 100).unwrap()).unwrap();
    Date::from_calendar_date((number / 10_000) as i32, month, (number % 100) as u8).unwrap()
}

async fn build(app: &App, families: i64, today: Date) {
    let mut places = vec![args![DISTRICT, REGENCY, "Rekaan", "rekaan", "regency", 20_250_101_i64]];
    for nth in 0..VILLAGES {
        if nth % EACH == 0 {
            let code = village(nth) / 10_000 * 10_000;
            places.push(args![
                DISTRICT,
                code,
                format!("Kecamatan {}", nth / EACH),
                "",
                "subdistrict",
                20_250_101_i64
            ]);
        }
        places.push(args![DISTRICT, village(nth), format!("Desa {nth}"), "", "village", 20_250_101_i64]);
    }
    let user = app.store.new_id();
    let grant = app.store.new_id();
    fill(
        app,
        vec![
            (
                "INSERT INTO district (id, code, name, zone, created_at) VALUES",
                vec![args![DISTRICT, REGENCY, "Rekaan", "WIB", 0_i64]],
            ),
            ("INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES", places),
            (
                "INSERT INTO app_user (district_id, id, login, name, name_search, totp_last_step, grants_version, \
                 language, created_at, activated_at) VALUES",
                vec![args![DISTRICT, user, "bench", "Bench", "bench", 0_i64, 1_i64, "id", 0_i64, 0_i64]],
            ),
            (
                "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES",
                vec![args![DISTRICT, grant, user, Role::DistrictAdmin.code(), 0_i64, Id::SYSTEM]],
            ),
            (
                "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) VALUES",
                vec![args![DISTRICT, grant, REGENCY, ""]],
            ),
        ],
    )
    .await;
    app.store.submit(envelope(app), TakeShipped {}).await.unwrap();
    let questions: Vec<String> = settings::list(app.store.reader(), DISTRICT, "mentoring.checklist")
        .await
        .unwrap()
        .iter()
        .map(|row| row["question"].clone())
        .collect();
    let months: Vec<Date> = (0..6).map(|back| today - time::Duration::days(30 * back)).collect();
    for some in (0..families).collect::<Vec<_>>().chunks(1_000) {
        let (mut family, mut family_version, mut person, mut person_version) =
            (vec![], vec![], vec![], vec![]);
        let (mut maternity, mut measurement, mut visit, mut answer) = (vec![], vec![], vec![], vec![]);
        for nth in some {
            let id = app.store.new_id();
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
                    village(nth % VILLAGES),
                    "",
                    "001",
                    "001",
                    format!("Keluarga {nth}"),
                    format!("keluarga {nth}"),
                    "verified",
                ]
                .with(i64::from(nth % 3 == 0))
                .with(i64::from(nth % 5 == 0))
                .with(i64::from(nth % 4 == 0)),
            );
            let child_age = nth % 60;
            for (place, birth) in
                [(0, day(19_950_101)), (1, today - time::Duration::days(30 * child_age + 10))]
            {
                let person_id = app.store.new_id();
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
                    if place == 0 { "wife" } else { "child" },
                    format!("Orang {nth} {place}"),
                    "",
                    birth,
                    "",
                    "",
                ]);
                if place == 0 && nth % 8 < 2 {
                    let kind = if nth % 8 == 0 { "pregnancy" } else { "breastfeeding" };
                    maternity.push(args![
                        DISTRICT,
                        app.store.new_id(),
                        person_id,
                        kind,
                        months[3],
                        "krs",
                        0_i64
                    ]);
                }
                if place == 1 {
                    for month in months.iter().filter(|month| **month > birth) {
                        measurement.push(args![
                            DISTRICT,
                            app.store.new_id(),
                            person_id,
                            *month,
                            9_000_i64,
                            800_i64,
                            0_i64,
                            nth % 700 - 400,
                            nth % 600 - 350,
                            nth % 500 - 300,
                            "N",
                            "",
                            "posyandu",
                            id,
                            id,
                            0_i64,
                            "",
                        ]);
                    }
                }
                // A family in three is visited this month, and asked all of the checklist.
                if nth % 3 == 0 {
                    let visit_id = app.store.new_id();
                    if place == 0 {
                        visit.push(args![DISTRICT, visit_id, id, today, id, 0_i64, id]);
                        for (nth, question) in questions.iter().enumerate() {
                            answer.push(args![DISTRICT, visit_id, nth as i64, person_id, question, "yes"]);
                        }
                    }
                }
            }
        }
        fill(
            app,
            vec![
                ("INSERT INTO family (district_id, id, created_at) VALUES", family),
                (
                    "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                     command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status, krs, poor_water, \
                     poor_latrine) VALUES",
                    family_version,
                ),
                ("INSERT INTO person (district_id, id, created_at) VALUES", person),
                (
                    "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                     command_id, source, family_id, relation, name, name_search, birth_date, parents_name, posyandu) VALUES",
                    person_version,
                ),
                (
                    "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, source, recorded_at) VALUES",
                    maternity,
                ),
                (
                    "INSERT INTO measurement (district_id, id, person_id, measured_on, weight_g, height_mm, oedema, haz, waz, \
                     whz, own_gain, implausible, source, command_id, recorded_by, recorded_at, posyandu) VALUES",
                    measurement,
                ),
                (
                    "INSERT INTO visit (district_id, id, family_id, visited_on, recorded_by, recorded_at, command_id) VALUES",
                    visit,
                ),
                (
                    "INSERT INTO visit_answer (district_id, visit_id, nth, person_id, question, answer) VALUES",
                    answer,
                ),
            ],
        )
        .await;
    }
}

/// The program, and the cookie of somebody who reaches the district.
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

    async fn page(&self, path: &str) -> Duration {
        let request = Request::builder()
            .uri(path)
            .header(header::HOST, "asuh.test")
            .header("Sec-Fetch-Site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .body(Body::empty())
            .unwrap();
        let began = Moment::now();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 64 << 20).await.unwrap();
        let took = began.elapsed();
        assert!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        took
    }
}

fn main() {
    let (mut families, mut rounds) = (50_000, 40);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--families" => families = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--rounds" => rounds = words.next().and_then(|count| count.parse().ok()).unwrap(),
            _ => {}
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(families, rounds));
}

/// The address that a question asks in a round.
type PathOfRound = Box<dyn Fn(usize) -> String>;

async fn measure(families: i64, rounds: usize) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../target")
        .join(format!("bench-convergence-{families}"));
    let whole = folder.join("whole");
    if !whole.exists() {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let began = Moment::now();
        let app = open(None, &folder, false).await;
        let today = asuh_nusantara::Zone::Wib.local_date(app.store.clock().now().utc());
        build(&app, families, today).await;
        app.store.close().await;
        std::fs::write(&whole, "").unwrap();
        println!("built in {:.0} s", began.elapsed().as_secs_f64());
    }
    let asked = Asked::sign_in(open(None, &folder, true).await).await;
    let db = asked.app.store.reader();
    let district = settings::one(db, DISTRICT).await.unwrap().unwrap();
    let began = Moment::now();
    indicator::refresh(&asked.app, &district).await.unwrap();
    println!("cells made in {:.1} s", began.elapsed().as_secs_f64());
    let stunting = indicator::by_code(db, DISTRICT, "stunting").await.unwrap().unwrap().id;
    let asi = indicator::by_code(db, DISTRICT, "asi-eksklusif").await.unwrap().unwrap().id;
    let kecamatan = village(0) / 10_000 * 10_000;
    let here = |nth: usize| village((nth as i64 * 17) % VILLAGES);
    let questions: [(&str, f64, PathOfRound); 7] = [
        ("heat map, district", 100.0, Box::new(|_| "/capaian?kelompok=lokal".into())),
        (
            "heat map, kecamatan",
            100.0,
            Box::new(move |_| format!("/capaian?kelompok=lokal&kecamatan={kecamatan}")),
        ),
        ("heat map, another list", 100.0, Box::new(|_| "/capaian?kelompok=perpres-a".into())),
        ("scorecard, district", 100.0, Box::new(|_| "/skor-konvergensi".into())),
        (
            "scorecard, kecamatan",
            100.0,
            Box::new(move |_| format!("/skor-konvergensi?kecamatan={kecamatan}")),
        ),
        ("people, measured", 50.0, Box::new(move |nth| format!("/capaian/{stunting}?wilayah={}", here(nth)))),
        ("people, asked", 50.0, Box::new(move |nth| format!("/capaian/{asi}?wilayah={}", here(nth)))),
    ];
    println!("{:<24} {:>9} {:>9} {:>9} {:>9}", "question", "p50 ms", "p95 ms", "worst", "goal p95");
    let mut lines = Vec::new();
    for (name, goal, path) in &questions {
        asked.page(&path(0)).await;
        let mut took: Vec<f64> = Vec::with_capacity(rounds);
        for round in 0..rounds {
            took.push(asked.page(&path(round)).await.as_secs_f64() * 1_000.0);
        }
        took.sort_by(f64::total_cmp);
        let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
        let (p50, p95, worst) = (at(0.5), at(0.95), at(1.0));
        println!("{name:<24} {p50:>9.1} {p95:>9.1} {worst:>9.1} {goal:>9.0}");
        lines.push(format!("{{\"question\":\"{name}\",\"p50\":{p50:.2},\"p95\":{p95:.2},\"goal\":{goal}}}"));
    }
    println!("\n{{\"families\":{families},\"questions\":[{}]}}", lines.join(","));
}
