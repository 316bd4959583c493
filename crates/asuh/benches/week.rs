//! How long the week of a district takes that helps 4,000 households: the page that shows both ways of handing over
//! its eggs, the plan, and its approval.
//!
//! `cargo xtask bench week`, or `cargo bench -p asuh --bench week -- [--households 4000] [--database-url URL]`
//!
//! Six Mondays follow on each other, with eggs one by one and in packs of seven in turn, so that the later ones carry
//! the claims of those before. The pool reaches a third of the villages. Nobody in it exists. Fails where planning a
//! week takes more than 2 seconds. A server's database has to be empty. Prints a table, then a line of JSON for each
//! engine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

mod filled;

use std::path::Path;
use std::time::Instant as Moment;

use asuh::gates;
use asuh_ground::App;
use asuh_ground::access::{Actor, Role, session};
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_step_distribution::{ApproveRun, GoodChoice, PlanRun};
use asuh_store::{Command, Fault, Id, Instant, Query, Tx, args};
use axum::body::Body;
use axum::http::{Request, header};
use filled::{DISTRICT, envelope, fill, open};
use serde::{Deserialize, Serialize};
use time::{Date, Duration as Days};
use tower::ServiceExt;

const REGENCY: i64 = 1_501_000_000;
const FIRST_VILLAGE: i64 = 1_501_012_001;
const VILLAGES: i64 = 40;
const WEEKS: i64 = 6;
/// Seconds that planning a week may take.
const MOST: f64 = 2.0;

/// Puts a Monday's eggs and cans of rice into the warehouse.
#[derive(Serialize, Deserialize)]
struct Stock {
    warehouse: Id,
    day: Date,
    eggs: i64,
    cans: i64,
}

impl Command for Stock {
    const KIND: &'static str = "bench.stock";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let spot = |kind| Spot::new(kind, self.warehouse);
        let moves = [(Commodity::EGG, self.eggs), (Commodity::RICE_CAN, self.cans)]
            .into_iter()
            .map(|(good, amount)| {
                Move::new(good, spot(AccountKind::Opening), spot(AccountKind::Warehouse), amount)
            })
            .collect();
        let (kind, fund, cause) = (TransferKind::Opening, Fund::ASN, self.warehouse);
        books::post(tx, Transfer { kind, fund, day: self.day, cause, reason: String::new(), moves }).await
    }
}

/// The district, its campaign and its warehouse, and whoever plans.
struct Scene {
    campaign: Id,
    warehouse: Id,
    admin: Id,
}

async fn build(app: &App, households: i64, start: Date) -> Scene {
    let new = || app.store.new_id();
    let scene = Scene { campaign: new(), warehouse: new(), admin: new() };
    let (holder, grant) = (new(), new());
    let mut places =
        vec![(REGENCY, "Kerinci".to_owned(), "regency"), (1_501_010_000, "A".into(), "subdistrict")];
    places.extend((0..VILLAGES).map(|nth| (FIRST_VILLAGE + nth, format!("Desa {nth}"), "village")));
    let place = |(code, name, level): (i64, String, &'static str)| {
        args![DISTRICT, code, &name, name.to_lowercase(), level, 20_250_101_i64]
    };
    let institution =
        |id: Id, kind: &'static str| args![DISTRICT, id, kind, kind, kind, "", 20_250_101_i64, 0_i64];
    let good = |nth: i64, code: &'static str| args![DISTRICT, code, code, "butir", "goods", nth];
    let set = |name: &'static str, value: &'static str| args![DISTRICT, name, value, 0_i64, Id::SYSTEM];
    fill(
        app,
        vec![
            (
                "INSERT INTO district (id, code, name, zone, created_at) VALUES",
                vec![args![DISTRICT, REGENCY, "Kerinci", "WIB", 0_i64]],
            ),
            (
                "INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES",
                places.into_iter().map(place).collect(),
            ),
            (
                "INSERT INTO institution (district_id, id, kind, name, name_search, tags, valid_from, recorded_at) VALUES",
                vec![institution(holder, "fund_holder"), institution(scene.warehouse, "warehouse")],
            ),
            (
                "INSERT INTO commodity (district_id, code, name, unit, kind, nth) VALUES",
                vec![good(1, "egg"), good(2, "rice_can")],
            ),
            (
                "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES",
                vec![set("distribution.per_family_egg", "7"), set("distribution.per_family_rice_can", "1")],
            ),
            (
                "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
                 help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, \
                 state, created_at) VALUES",
                vec![args![
                    DISTRICT,
                    scene.campaign,
                    "SECANTING",
                    "",
                    "weekly",
                    1_i64,
                    start,
                    "asn",
                    "nutrition",
                    "families",
                    holder,
                    scene.warehouse,
                    "asn",
                    1_i64,
                    "",
                    3_i64,
                    "active",
                    0_i64
                ]],
            ),
            (
                "INSERT INTO app_user (district_id, id, login, name, name_search, totp_last_step, grants_version, \
                 language, created_at, activated_at) VALUES",
                vec![args![DISTRICT, scene.admin, "bench", "Bench", "bench", 0_i64, 1_i64, "id", 0_i64, 0_i64]],
            ),
            (
                "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES",
                vec![args![DISTRICT, grant, scene.admin, Role::DistrictAdmin.code(), 0_i64, Id::SYSTEM]],
            ),
        ],
    )
    .await;
    let (mut family, mut family_version, mut person, mut person_version) = (vec![], vec![], vec![], vec![]);
    for nth in 0..households {
        let (id, child) = (new(), new());
        let (name, village) = (format!("Kepala {nth}"), FIRST_VILLAGE + nth % VILLAGES);
        let known = (1_i64, 0_i64, Instant::NEVER, start - Days::days(200));
        family.push(args![DISTRICT, id, 0_i64]);
        family_version.push(args![
            DISTRICT,
            id,
            known.0,
            known.1,
            known.2,
            known.3,
            Id::SYSTEM,
            "form",
            village,
            "",
            "001",
            "001",
            &name,
            name.to_lowercase(),
            "verified"
        ]);
        person.push(args![DISTRICT, child, 0_i64]);
        person_version.push(args![
            DISTRICT,
            child,
            known.0,
            known.1,
            known.2,
            known.3,
            Id::SYSTEM,
            "form",
            id,
            "child",
            "Anak",
            "anak",
            "P",
            start - Days::days(400),
            "",
            ""
        ]);
    }
    fill(
        app,
        vec![
            ("INSERT INTO family (district_id, id, created_at) VALUES", family),
            (
                "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) VALUES",
                family_version,
            ),
            ("INSERT INTO person (district_id, id, created_at) VALUES", person),
            (
                "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu) \
                 VALUES",
                person_version,
            ),
        ],
    )
    .await;
    asuh_step_registry::risk::renew(app).await.unwrap();
    app.store.learn().await.unwrap();
    scene
}

fn main() {
    let (mut households, mut url) = (4_000, None);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--households" => households = words.next().and_then(|count| count.parse().ok()).unwrap(),
            "--database-url" => url = words.next(),
            _ => {}
        }
    }
    let folder = std::env::temp_dir().join(format!("asuh-bench-week-{}", std::process::id()));
    println!(
        "{:<10} {:>10} {:>9} {:>9} {:>9} {:>9}",
        "engine", "households", "packs", "page s", "plan s", "approve s"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut slowest = runtime.block_on(measure(None, &folder.join("sqlite"), households));
    if let Some(url) = &url {
        slowest = slowest.max(runtime.block_on(measure(Some(url), &folder.join("postgres"), households)));
    }
    let _ = std::fs::remove_dir_all(&folder);
    assert!(slowest <= MOST, "a week was planned in {slowest:.1} s; it may take {MOST} s");
}

/// Seconds that the slowest plan took.
async fn measure(url: Option<&str>, folder: &Path, households: i64) -> f64 {
    let app = open(url, folder, true).await;
    let code = TerritoryCode::from_i64(REGENCY).unwrap();
    let system = Actor::system(DISTRICT, code, "Kerinci", Zone::Wib);
    let this_week = asuh_nusantara::date::monday_of(app.today(&system));
    let start = this_week - Days::weeks(WEEKS - 1);
    let scene = build(&app, households, start).await;
    let token = session::new_token();
    let open = session::OpenSession {
        user: scene.admin,
        token_hash: session::hash(&token),
        complete: true,
        browser: "bench".into(),
    };
    app.store.submit(envelope(&app), open).await.unwrap();
    let cookie = format!("{}={}", session::COOKIE, session::cookie_value(DISTRICT, &token));

    let engine = app.store.engine().name();
    let mut slowest = [0.0_f64; 3];
    for nth in 0..WEEKS {
        let (week, in_packs) = (start + Days::weeks(nth), nth % 2 == 1);
        let stock = Stock { warehouse: scene.warehouse, day: week, eggs: households, cans: households / 3 };
        app.store.submit(envelope(&app), stock).await.unwrap();

        let began = Moment::now();
        let request = Request::get(format!("/penyaluran/baru?gerakan={}&minggu={week}", scene.campaign))
            .header(header::HOST, "asuh.test")
            .header(header::COOKIE, &cookie)
            .body(Body::empty())
            .unwrap();
        let answer = gates::http::router(app.clone()).oneshot(request).await.unwrap();
        let status = answer.status();
        let page = axum::body::to_bytes(answer.into_body(), 64 << 20).await.unwrap();
        let page = String::from_utf8_lossy(&page);
        assert!(status.is_success() && page.contains("value=\"paket\""), "{status} {page}");
        let page_s = began.elapsed().as_secs_f64();

        let mut goods = vec![GoodChoice { commodity: "egg".into(), per_family: 7, in_packs }];
        goods.push(GoodChoice { commodity: "rice_can".into(), per_family: 1, in_packs: false });
        let villages = (0..VILLAGES / 3).map(|place| FIRST_VILLAGE + (place + nth * 13) % VILLAGES).collect();
        let plan = PlanRun { campaign: scene.campaign, week_of: week, goods, villages, today: this_week };
        let began = Moment::now();
        let run = app.submit(&system, app.store.new_id(), plan).await.unwrap().value;
        let plan_s = began.elapsed().as_secs_f64();

        let began = Moment::now();
        app.submit(&system, app.store.new_id(), ApproveRun { run }).await.unwrap();
        let approve_s = began.elapsed().as_secs_f64();
        println!(
            "{engine:<10} {households:>10} {:>9} {page_s:>9.2} {plan_s:>9.2} {approve_s:>9.2}",
            if in_packs { "of seven" } else { "none" }
        );
        for (slow, took) in slowest.iter_mut().zip([page_s, plan_s, approve_s]) {
            *slow = slow.max(took);
        }
    }
    let waiting = "SELECT COUNT(*) AS n FROM allocation_way WHERE district_id = $1";
    assert_eq!(app.store.reader().number(waiting, args![DISTRICT]).await.unwrap(), 2 * WEEKS);
    println!(
        "{{\"bench\":\"week\",\"engine\":\"{engine}\",\"households\":{households},\"page_s\":{:.3},\"plan_s\":{:.3},\
         \"approve_s\":{:.3}}}",
        slowest[0], slowest[1], slowest[2]
    );
    slowest[1]
}
