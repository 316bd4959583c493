//! How many contributions a second are acknowledged on a Monday at seven, through HTTP, when 64 offices count at once.
//!
//! `cargo xtask bench monday`, or
//! `cargo bench -p asuh --bench monday -- [--seconds 5] [--clients 64] [--pause 400]
//! [--folder DIR] [--database-url URL]`
//!
//! Every client is the coordinator of an office of 40 with a connection and a session of its own and posts the form of
//! its roll again and again: all forty lines at a time, then one line at a time. Each is done by one client alone too,
//! so that the figures can be compared on a busy machine; and at last rolls of forty again with a pause after each,
//! because clients who never rest tell how much is possible, but not how long somebody waits on a Monday. The server is
//! the whole program with its sealer, in the same process; every commit is synced to the disk. How often the disk itself
//! syncs is measured beside, because nothing can be faster than that but for commands that share a commit. A server's
//! database has to be empty. Prints a table, then a line of JSON for each engine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

mod filled;

use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Moment};

use asuh::gates;
use asuh_ground::access::{Actor, Role, session};
use asuh_ground::{App, audit};
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_step_collection::{OpenRoll, Reach};
use asuh_store::{Id, Instant, Query, args};
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use filled::{DISTRICT, envelope, fill, open};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::Serialize;

const REGENCY: i64 = 1_501_000_000;
/// People of an office.
const PEOPLE: usize = 40;

/// An office: its coordinator's user, and the roll that is open.
struct Office {
    user: Id,
    roll: Id,
}

/// A district with so many offices, each with an open roll of [`PEOPLE`].
async fn prepare(app: &App, offices: usize) -> Vec<Office> {
    let id = || app.store.new_id();
    let (campaign, holder, warehouse) = (id(), id(), id());
    let (mut institutions, mut sponsors, mut versions, mut pledges) = (vec![], vec![], vec![], vec![]);
    let (mut users, mut grants, mut units) = (vec![], vec![], vec![]);
    let institution = |id: Id, kind: &str, name: &str| {
        args![DISTRICT, id, kind, name, name.to_lowercase(), "", 20_250_101_i64, 0_i64]
    };
    institutions.push(institution(holder, "fund_holder", "Korpri"));
    institutions.push(institution(warehouse, "warehouse", "Gudang"));
    let made: Vec<(Id, Id)> = (0..offices).map(|_| (id(), id())).collect();
    for (nth, (unit, user)) in made.iter().enumerate() {
        institutions.push(institution(*unit, "opd", &format!("Dinas {nth}")));
        for person in 0..PEOPLE {
            let sponsor = id();
            let name = format!("Sahabat {person:02}");
            sponsors.push(args![DISTRICT, sponsor, "asn", 0_i64]);
            versions.push(args![
                DISTRICT,
                sponsor,
                1_i64,
                0_i64,
                Instant::NEVER,
                20_250_101_i64,
                sponsor,
                "form",
                &name,
                name.to_lowercase(),
                *unit,
                "active",
                "individual",
            ]);
            pledges.push(args![
                DISTRICT,
                id(),
                campaign,
                sponsor,
                1_i64,
                20_260_202_i64,
                "self",
                "office",
                "district",
                0_i64,
                Id::SYSTEM,
            ]);
        }
        let (grant, login) = (id(), format!("bench{nth}"));
        users.push(args![DISTRICT, *user, &login, "Bench", "bench", 0_i64, 1_i64, "id", 0_i64, 0_i64]);
        grants.push(args![DISTRICT, grant, *user, Role::UnitCoordinator.code(), 0_i64, Id::SYSTEM]);
        units.push(args![DISTRICT, grant, *unit]);
    }
    let commodity =
        |code: &str, unit: &str, kind: &str, nth: i64| args![DISTRICT, code, code, unit, kind, nth];
    let item = |nth: i64, commodity: &str, quantity: i64| args![DISTRICT, campaign, nth, commodity, quantity];
    let tables = vec![
        (
            "INSERT INTO district (id, code, name, zone, created_at) VALUES",
            vec![args![DISTRICT, REGENCY, "Kabupaten Kerinci", "WIB", 0_i64]],
        ),
        (
            "INSERT INTO institution (district_id, id, kind, name, name_search, tags, valid_from, recorded_at) VALUES",
            institutions,
        ),
        (
            "INSERT INTO commodity (district_id, code, name, unit, kind, nth) VALUES",
            vec![
                commodity("rice_can", "kaleng", "goods", 1),
                commodity("egg", "butir", "goods", 2),
                commodity("cash", "rupiah", "cash", 3),
            ],
        ),
        (
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, \
             destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, \
             created_at) VALUES",
            vec![args![
                DISTRICT,
                campaign,
                "SECANTING",
                "",
                "weekly",
                1_i64,
                20_260_202_i64,
                "asn",
                "nutrition",
                "families",
                holder,
                warehouse,
                "asn",
                1_i64,
                "",
                3_i64,
                "active",
                0_i64
            ]],
        ),
        (
            "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) VALUES",
            vec![item(1, "rice_can", 1), item(2, "egg", 1), item(3, "cash", 2_000)],
        ),
        ("INSERT INTO sponsor (district_id, id, kind, created_at) VALUES", sponsors),
        (
            "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, valid_from, \
             command_id, source, name, name_search, unit_id, status, category) VALUES",
            versions,
        ),
        (
            "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, origin, public_name, reach, \
             recorded_at, recorded_by) VALUES",
            pledges,
        ),
        (
            "INSERT INTO app_user (district_id, id, login, name, name_search, totp_last_step, grants_version, language, \
             created_at, activated_at) VALUES",
            users,
        ),
        ("INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES", grants),
        ("INSERT INTO grant_unit (district_id, grant_id, institution_id) VALUES", units),
    ];
    fill(app, tables).await;
    let code = TerritoryCode::from_i64(REGENCY).unwrap();
    let actor = Actor::system(DISTRICT, code, "Kabupaten Kerinci", Zone::Wib);
    let mut day = app.today(&actor);
    while day.weekday() != time::Weekday::Monday {
        day = day.previous_day().unwrap();
    }
    let mut ready = Vec::with_capacity(offices);
    for (unit, user) in made {
        let open = OpenRoll { campaign, unit, day, reach: Reach::unit(unit) };
        let roll = app.submit(&actor, app.store.new_id(), open).await.unwrap().value;
        ready.push(Office { user, roll });
    }
    ready
}

/// A coordinator at work, with a connection of her own.
struct Counter {
    app: App,
    http: Client<HttpConnector, Body>,
    roll: String,
    cookie: String,
    /// What names each line in the form, and how often it was changed.
    lines: Vec<(String, i64)>,
    /// Whether the lines stand as full.
    full: Vec<bool>,
}

impl Counter {
    async fn begin(app: &App, address: SocketAddr, office: &Office) -> Counter {
        let token = session::new_token();
        let open = session::OpenSession {
            user: office.user,
            token_hash: session::hash(&token),
            complete: true,
            browser: "bench".into(),
        };
        app.store.submit(envelope(app), open).await.unwrap();
        asuh_store::row_struct! { struct Line { sponsor_id: Id, for_day: time::Date, version: i64 } }
        let lines: Vec<Line> = app
            .store
            .reader()
            .all(
                "SELECT sponsor_id, for_day, version FROM contribution WHERE district_id = $1 AND roll_id = $2 \
                 ORDER BY sponsor_id",
                args![DISTRICT, office.roll],
            )
            .await
            .unwrap();
        assert_eq!(lines.len(), PEOPLE);
        let key = |line: &Line| {
            let day = line.for_day;
            format!("{}.{:04}{:02}{:02}", line.sponsor_id, day.year(), u8::from(day.month()), day.day())
        };
        Counter {
            app: app.clone(),
            http: Client::builder(TokioExecutor::new()).build_http(),
            roll: format!("http://{address}/setoran/{}", office.roll),
            cookie: format!("{}={}", session::COOKIE, session::cookie_value(DISTRICT, &token)),
            full: vec![false; lines.len()],
            lines: lines.iter().map(|line| (key(line), line.version)).collect(),
        }
    }

    /// The form that turns these lines over.
    fn form(&self, range: std::ops::Range<usize>) -> String {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.append_pair("_id", &self.app.store.new_id().to_string());
        for nth in range {
            let ((key, version), full) = (&self.lines[nth], self.full[nth]);
            let (was, now) = if full { ("full", "open") } else { ("open", "full") };
            body.append_pair(
                &format!("dilihat.{key}"),
                &format!("{version}|{was}|cash=0-0;egg=0-0;rice_can=0-0"),
            );
            body.append_pair(&format!("s.{key}"), now);
        }
        body.finish()
    }

    /// Turns these lines over: who had brought nothing brought everything, and the other way around.
    async fn post(&mut self, range: std::ops::Range<usize>) -> Duration {
        let request = Request::post(&self.roll)
            .header("Sec-Fetch-Site", "same-origin")
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(self.form(range.clone())))
            .unwrap();
        let began = Moment::now();
        let answer = self.http.request(request).await.unwrap();
        let took = began.elapsed();
        // Every line was changed, and none had been changed by somebody else.
        let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        assert_eq!(answer.status(), StatusCode::SEE_OTHER);
        assert!(to.ends_with(&format!("disimpan={}", range.len())), "{to}");
        for nth in range {
            self.lines[nth].1 += 1;
            self.full[nth] = !self.full[nth];
        }
        took
    }
}

/// What so many clients did.
#[derive(Serialize)]
struct Figures {
    clients: usize,
    lines: usize,
    /// Milliseconds that each client rests after a post.
    pause: u64,
    contributions: f64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Figures {
    fn print(&self, engine: &str) {
        println!(
            "{engine:<10} {:>7} {:>10} {:>8} {:>16.0} {:>8.1} {:>8.1}",
            self.clients, self.lines, self.pause, self.contributions, self.p50_ms, self.p99_ms
        );
    }
}

/// Lets the counters post `lines` lines at a time until the time is over. The first fifth warms up.
async fn run(counters: Vec<Counter>, lines: usize, pause: u64, seconds: f64) -> (Vec<Counter>, Figures) {
    let clients = counters.len();
    let warm = Moment::now() + Duration::from_secs_f64(seconds / 5.0);
    let end = warm + Duration::from_secs_f64(seconds);
    let working: Vec<_> = counters
        .into_iter()
        .enumerate()
        .map(|(nth, mut counter)| {
            tokio::spawn(async move {
                // They do not all begin at the same moment.
                tokio::time::sleep(Duration::from_millis(pause * nth as u64 / clients as u64)).await;
                let (mut times, mut at) = (Vec::new(), 0);
                loop {
                    let took = counter.post(at..at + lines).await;
                    at = (at + lines) % PEOPLE;
                    let now = Moment::now();
                    if now > end {
                        return (counter, times);
                    }
                    if now > warm {
                        times.push(took);
                    }
                    if pause > 0 {
                        tokio::time::sleep(Duration::from_millis(pause)).await;
                    }
                }
            })
        })
        .collect();
    let (mut back, mut times) = (Vec::with_capacity(clients), Vec::new());
    for working in working {
        let (counter, of) = working.await.unwrap();
        back.push(counter);
        times.extend(of);
    }
    times.sort_unstable();
    let at = |share: f64| {
        times[((times.len() as f64 * share) as usize).min(times.len() - 1)].as_secs_f64() * 1_000.0
    };
    let contributions = (times.len() * lines) as f64 / seconds;
    (back, Figures { clients, lines, pause, contributions, p50_ms: at(0.5), p99_ms: at(0.99) })
}

/// How often a second the disk takes four kilobytes for good.
fn syncs(folder: &Path) -> f64 {
    let path = folder.join("syncs");
    let mut file = std::fs::File::create(&path).unwrap();
    let (began, mut done) = (Moment::now(), 0);
    while began.elapsed() < Duration::from_secs(1) {
        file.write_all(&[7; 4096]).unwrap();
        file.sync_data().unwrap();
        done += 1;
    }
    let _ = std::fs::remove_file(path);
    f64::from(done) / began.elapsed().as_secs_f64()
}

struct Asked {
    seconds: f64,
    clients: usize,
    pause: u64,
    folder: Option<PathBuf>,
    url: Option<String>,
}

fn main() {
    let mut asked = Asked { seconds: 5.0, clients: 64, pause: 400, folder: None, url: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--seconds" => asked.seconds = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--clients" => asked.clients = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--pause" => asked.pause = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--folder" => asked.folder = words.next().map(PathBuf::from),
            "--database-url" => asked.url = words.next(),
            _ => {}
        }
    }
    let own = tempfile::tempdir_in(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")).unwrap();
    let folder = asked.folder.clone().unwrap_or_else(|| own.path().to_owned());
    println!("{:.0} syncs of 4 KB a second on this disk", syncs(&folder));
    println!(
        "{:<10} {:>7} {:>10} {:>8} {:>16} {:>8} {:>8}",
        "engine", "clients", "lines/post", "pause ms", "contributions/s", "p50 ms", "p99 ms"
    );
    measure("sqlite", &asked, &folder.join("sqlite"), None);
    if let Some(url) = &asked.url {
        measure("postgres", &asked, &folder.join("postgres"), Some(url.clone()));
    }
}

fn measure(engine: &str, asked: &Asked, folder: &Path, url: Option<String>) {
    std::fs::create_dir_all(folder).unwrap();
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    // The clients have threads of their own, as they have machines of their own.
    let (server, offices) = (runtime(), runtime());
    let (app, address, ready) = server.block_on(async {
        let app = open(url.as_deref(), folder, true).await;
        let ready = prepare(&app, asked.clients).await;
        app.store.learn().await.unwrap();
        tokio::spawn(audit::run(app.clone()));
        tokio::spawn(audit::seal::run(app.clone()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = gates::http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        (app, address, ready)
    });
    let figures = offices.block_on(async {
        let mut counters = Vec::with_capacity(ready.len());
        for office in &ready {
            counters.push(Counter::begin(&app, address, office).await);
        }
        let mut figures = Vec::new();
        for lines in [PEOPLE, 1] {
            let one = vec![counters.remove(0)];
            let (one, alone) = run(one, lines, 0, asked.seconds).await;
            counters.splice(0..0, one);
            let (all, together) = run(counters, lines, 0, asked.seconds).await;
            counters = all;
            for of in [alone, together] {
                of.print(engine);
                figures.push(of);
            }
        }
        let (_, rested) = run(counters, PEOPLE, asked.pause, asked.seconds).await;
        rested.print(engine);
        figures.push(rested);
        figures
    });
    for pair in figures.chunks(2) {
        let [alone, together] = pair else { continue };
        println!(
            "{engine:<10} posts of {}: {:.1} times one client",
            together.lines,
            together.contributions / alone.contributions
        );
    }
    println!("{}", serde_json::json!({ "bench": "monday", "engine": engine, "figures": figures }));
    server.block_on(async { app.store.close().await });
}
