//! How long a month's help in money takes for 10,000 children: drafted, locked, signed, released, exported for the bank, and
//! the bank's answer taken in.
//!
//! `cargo xtask bench cash`, or
//! `cargo bench -p asuh --bench cash -- [--children 10000] [--folder DIR] [--database-url URL]`
//!
//! Every child has a sponsor of its own and a family with an account and consent. Fails where locked, approved, authorised,
//! released and exported take more than 10 seconds together. A server's database has to be empty. Prints a table, then a
//! line of JSON for each engine.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement: it stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Moment};

use asuh::gates;
use asuh_ground::App;
use asuh_ground::access::{Actor, Role, Scope, session};
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings::ServerSettings;
use asuh_nusantara::{TerritoryCode, Zone};
use asuh_step_distribution::cash::{
    DraftPlan, LockPlan, PutResult, ReleasePlan, SignPlan, Source, TakeResult,
};
use asuh_store::{
    Args, Command, DistrictId, Envelope, Fault, Id, Instant, Options, Query, Recording, Store, Tx, args,
};
use axum::body::Body;
use axum::http::{Request, header};
use serde::Serialize;
use time::{Date, Duration as Days};
use tower::ServiceExt;

const DISTRICT: DistrictId = DistrictId(1);
const REGENCY: i64 = 1_902_000_000;
const VILLAGE: i64 = 1_902_012_001;
/// Seconds that locking, signing, releasing and exporting may take.
const MOST: f64 = 10.0;

/// A district with children of a frozen list, each with a pair, an account and consent; and those who sign.
#[derive(Serialize)]
struct Prepare {
    children: i64,
    today: Date,
    programme: Id,
    holder: Id,
    users: [Id; 3],
}

impl Command for Prepare {
    const KIND: &'static str = "bench.prepare";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let new = || tx.new_id();
        let (campaign, list, warehouse) = (new(), new(), new());
        let (month, start) = (self.today.replace_day(1).unwrap(), self.today - Days::days(60));
        let ever = Instant::NEVER;
        let sealed = tx.seal("001201001234567")?;
        let mut rows: BTreeMap<usize, Vec<Args>> = BTreeMap::new();
        let mut put = |table: usize, row: Args| rows.entry(table).or_default().push(row);
        put(0, args![DISTRICT, REGENCY, "Belitung", "WIB", 0_i64]);
        for (code, name, level) in
            [(REGENCY, "Belitung", "regency"), (1_902_010_000, "A", "subdistrict"), (VILLAGE, "B", "village")]
        {
            put(1, args![DISTRICT, code, name, "x", level, 20_250_101_i64]);
        }
        for (id, kind) in [(self.holder, "fund_holder"), (warehouse, "warehouse")] {
            put(2, args![DISTRICT, id, kind, kind, kind, "", 20_250_101_i64, 0_i64]);
        }
        put(3, args![DISTRICT, "cash", "Uang", "rupiah", "cash", 1_i64]);
        put(
            4,
            args![
                DISTRICT,
                campaign,
                "Rp450.000",
                "",
                "monthly",
                1_i64,
                start,
                "anyone",
                "nutrition",
                "pairs",
                self.holder,
                warehouse,
                "csr",
                1_i64,
                "",
                3_i64,
                "active",
                0_i64
            ],
        );
        put(5, args![DISTRICT, campaign, 0_i64, "cash", 50_000_i64]);
        put(
            6,
            args![
                DISTRICT,
                self.programme,
                campaign,
                "stunted_children",
                1_i64,
                2_i64,
                3_i64,
                0_i64,
                0_i64,
                Id::SYSTEM
            ],
        );
        put(7, args![DISTRICT, campaign, self.programme, 1_i64, 0_i64, Id::SYSTEM]);
        put(8, args![DISTRICT, self.programme, start.replace_day(1).unwrap(), list, 0_i64, Id::SYSTEM]);
        for target in ["child_under_two", "child_two_to_five"] {
            put(
                9,
                args![
                    DISTRICT,
                    self.programme,
                    target,
                    start.replace_day(1).unwrap(),
                    9_i64,
                    1_i64,
                    0_i64,
                    Id::SYSTEM
                ],
            );
        }
        put(
            10,
            args![
                DISTRICT,
                list,
                "stunted_children",
                1_i64,
                "",
                start,
                0_i64,
                "",
                0_i64,
                0_i64,
                0_i64,
                0_i64,
                0_i64,
                self.children,
                [0; 32],
                [0; 32],
                1_000_i64,
                Id::SYSTEM,
                Id::SYSTEM
            ],
        );
        for nth in 0..self.children {
            let (family, person, sponsor, pledge) = (new(), new(), new(), new());
            put(11, args![DISTRICT, family, 0_i64]);
            put(
                12,
                args![
                    DISTRICT,
                    family,
                    1_i64,
                    0_i64,
                    ever,
                    start,
                    Id::SYSTEM,
                    "form",
                    VILLAGE,
                    "",
                    "001",
                    "001",
                    format!("Kepala {nth}"),
                    format!("kepala {nth}"),
                    "verified"
                ],
            );
            put(13, args![DISTRICT, person, 0_i64]);
            put(
                14,
                args![
                    DISTRICT,
                    person,
                    1_i64,
                    0_i64,
                    ever,
                    start,
                    Id::SYSTEM,
                    "form",
                    family,
                    "child",
                    format!("Anak {nth}"),
                    format!("anak {nth}"),
                    "P",
                    start - Days::days(300),
                    "",
                    ""
                ],
            );
            put(15, args![DISTRICT, list, nth + 1, person, family, VILLAGE, "001", 1_i64, 1_i64, -250_i64]);
            put(16, args![DISTRICT, sponsor, "person", 0_i64]);
            put(
                17,
                args![
                    DISTRICT,
                    sponsor,
                    1_i64,
                    0_i64,
                    ever,
                    start,
                    Id::SYSTEM,
                    "form",
                    format!("Pemberi {nth}"),
                    format!("pemberi {nth}"),
                    "active",
                    "individual"
                ],
            );
            put(
                18,
                args![
                    DISTRICT,
                    pledge,
                    campaign,
                    sponsor,
                    9_i64,
                    start,
                    "admin",
                    "anonymous",
                    "district",
                    0_i64,
                    Id::SYSTEM
                ],
            );
            put(
                19,
                args![
                    DISTRICT,
                    new(),
                    self.programme,
                    pledge,
                    sponsor,
                    person,
                    9_i64,
                    month,
                    "hand",
                    "",
                    0_i64,
                    Id::SYSTEM
                ],
            );
            put(
                20,
                args![
                    DISTRICT,
                    new(),
                    family,
                    "payment",
                    "Ibu",
                    "mother",
                    "form",
                    "",
                    "1",
                    start,
                    0_i64,
                    Id::SYSTEM
                ],
            );
            put(
                21,
                args![
                    DISTRICT,
                    new(),
                    family,
                    "002",
                    "BRI",
                    sealed.clone(),
                    nth.to_be_bytes().to_vec(),
                    "4567",
                    sealed.clone(),
                    "mother",
                    0_i64,
                    Id::SYSTEM,
                    ""
                ],
            );
        }
        for (user, role) in self.users.into_iter().zip([Role::Leader, Role::Treasurer, Role::Treasurer]) {
            let grant = new();
            put(
                22,
                args![
                    DISTRICT,
                    user,
                    format!("u{user}"),
                    "Pengguna",
                    "pengguna",
                    0_i64,
                    1_i64,
                    "id",
                    0_i64,
                    0_i64
                ],
            );
            put(23, args![DISTRICT, grant, user, role.code(), 0_i64, Id::SYSTEM]);
            if role == Role::Treasurer {
                put(24, args![DISTRICT, grant, self.holder]);
            }
        }
        // One signature is enough for any sum: what is measured is the work, not the people.
        put(25, args![DISTRICT, "cash.signatures", "[]", 0_i64, Id::SYSTEM]);
        for (table, rows) in rows {
            tx.insert_many(HEADS[table], "", rows).await?;
        }
        let at = |kind| Spot::new(kind, self.holder);
        let amount = self.children * 450_000;
        let moves =
            vec![Move::new(Commodity::CASH, at(AccountKind::Opening), at(AccountKind::FundHolder), amount)];
        let (kind, fund, cause) = (TransferKind::Opening, Fund::CSR, self.holder);
        books::post(tx, Transfer { kind, fund, day: start, cause, reason: String::new(), moves }).await?;
        Ok(())
    }
}

const HEADS: [&str; 26] = [
    "INSERT INTO district (id, code, name, zone, created_at) VALUES",
    "INSERT INTO territory (district_id, code, name, name_search, level, valid_from) VALUES",
    "INSERT INTO institution (district_id, id, kind, name, name_search, tags, valid_from, recorded_at) VALUES",
    "INSERT INTO commodity (district_id, code, name, unit, kind, nth) VALUES",
    "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, destination, \
     fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) VALUES",
    "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) VALUES",
    "INSERT INTO programme (district_id, id, campaign_id, list_kind, cost_subdistrict, cost_neighbours, cost_district, changes, \
     created_at, created_by) VALUES",
    "INSERT INTO programme_pool (district_id, campaign_id, programme_id, units_per_basket, added_at, added_by) VALUES",
    "INSERT INTO programme_list (district_id, programme_id, from_month, list_id, recorded_at, recorded_by) VALUES",
    "INSERT INTO programme_need (district_id, programme_id, target, from_month, units, mentor_visits, recorded_at, recorded_by) VALUES",
    "INSERT INTO frozen_list (district_id, id, kind, number, title, taken_on, open_count, reason, villages_open, checks_open, \
     visits_waiting, unvisited, pairs_open, row_count, content_sha256, rows_sha256, frozen_at, frozen_by, command_id) VALUES",
    "INSERT INTO family (district_id, id, created_at) VALUES",
    "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, command_id, source, \
     village_code, hamlet, rw, rt, head_name, head_search, status) VALUES",
    "INSERT INTO person (district_id, id, created_at) VALUES",
    "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, command_id, source, \
     family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu) VALUES",
    "INSERT INTO frozen_row (district_id, list_id, nth, subject_id, family_id, village_code, rw, version, factors, score) VALUES",
    "INSERT INTO sponsor (district_id, id, kind, created_at) VALUES",
    "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, valid_from, command_id, source, \
     name, name_search, status, category) VALUES",
    "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, origin, public_name, reach, recorded_at, \
     recorded_by) VALUES",
    "INSERT INTO sponsor_pair (district_id, id, programme_id, pledge_id, sponsor_id, person_id, units, valid_from, origin, \
     reason, made_at, made_by) VALUES",
    "INSERT INTO consent (district_id, id, family_id, purpose, guardian_name, relation, method, witness, text_version, given_on, \
     recorded_at, recorded_by) VALUES",
    "INSERT INTO receiver_account (district_id, id, family_id, bank_code, bank, number_sealed, number_hash, number_end, \
     holder_sealed, relation, recorded_at, recorded_by, ended_reason) VALUES",
    "INSERT INTO app_user (district_id, id, login, name, name_search, totp_last_step, grants_version, language, created_at, \
     activated_at) VALUES",
    "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by) VALUES",
    "INSERT INTO grant_unit (district_id, grant_id, institution_id) VALUES",
    "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES",
];

#[derive(Default)]
struct Asked {
    children: i64,
    folder: Option<PathBuf>,
    url: Option<String>,
}

fn main() {
    let mut asked = Asked { children: 10_000, ..Asked::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--children" => asked.children = words.next().unwrap().parse().unwrap(),
            "--folder" => asked.folder = words.next().map(PathBuf::from),
            "--database-url" => asked.url = words.next(),
            _ => {}
        }
    }
    let own = std::env::temp_dir().join(format!("asuh-bench-cash-{}", std::process::id()));
    let folder = asked.folder.clone().unwrap_or(own);
    println!(
        "{:<10} {:>8} {:>8} {:>8} {:>8} {:>9} {:>9} {:>9}",
        "engine", "children", "draft s", "lock s", "sign s", "release s", "export s", "answer s"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut slow = runtime.block_on(measure(None, &folder.join("sqlite"), asked.children)) > MOST;
    if let Some(url) = &asked.url {
        slow |= runtime.block_on(measure(Some(url), &folder.join("postgres"), asked.children)) > MOST;
    }
    if asked.folder.is_none() {
        let _ = std::fs::remove_dir_all(&folder);
    }
    assert!(!slow, "locked, approved, authorised, released and exported took more than {MOST} s");
}

/// Seconds from locking to the exported file.
async fn measure(url: Option<&str>, folder: &Path, children: i64) -> f64 {
    std::fs::create_dir_all(folder).unwrap();
    let mut options = Options::folder(folder);
    options.database_url = url.map(str::to_owned);
    let store = Store::open(options).await.unwrap();
    let settings = ServerSettings { folder: folder.to_owned(), ..ServerSettings::default() };
    let app = App::new(store, settings, gates::registry());
    let code = TerritoryCode::from_i64(REGENCY).unwrap();
    let system = Actor::system(DISTRICT, code, "Belitung", Zone::Wib);
    let today = app.today(&system);
    let envelope = || Envelope {
        id: app.store.new_id(),
        district: DISTRICT,
        actor: Id::SYSTEM,
        device: None,
        captured_at: app.store.clock().now(),
    };
    let (programme, holder) = (app.store.new_id(), app.store.new_id());
    let users = [app.store.new_id(), app.store.new_id(), app.store.new_id()];
    app.store.submit(envelope(), Prepare { children, today, programme, holder, users }).await.unwrap();
    app.store.learn().await.unwrap();
    let [leader, chair, treasurer] = users.map(|user| Actor { user, grants_version: 1, ..system.clone() });
    let scope = Scope::whole(code);

    let mut took: Vec<f64> = Vec::new();
    let mut began = Moment::now();
    let mut lap = || {
        let seconds = std::mem::replace(&mut began, Moment::now()).elapsed();
        took.push(Duration::as_secs_f64(&seconds));
    };
    let source =
        Source { programme, fund_holder: holder, fund: "csr".into(), month: today.replace_day(1).unwrap() };
    let plan = app.submit(&system, app.store.new_id(), DraftPlan { source, today }).await.unwrap().value;
    lap();
    app.submit(&system, app.store.new_id(), LockPlan { plan, today }).await.unwrap();
    lap();
    for (signer, authorise) in [(&leader, false), (&chair, true)] {
        let sign = SignPlan { plan, authorise, scope: scope.clone() };
        app.submit(signer, app.store.new_id(), sign).await.unwrap();
    }
    lap();
    let release = ReleasePlan { plan, day: today, format: "umum".into(), scope: scope.clone() };
    app.submit(&treasurer, app.store.new_id(), release).await.unwrap();
    lap();
    let token = session::new_token();
    let open = session::OpenSession {
        user: treasurer.user,
        token_hash: session::hash(&token),
        complete: true,
        browser: "bench".into(),
    };
    app.store.submit(envelope(), open).await.unwrap();
    let cookie = format!("{}={}", session::COOKIE, session::cookie_value(DISTRICT, &token));
    let request = Request::post(format!("/bantuan-uang/{plan}/berkas"))
        .header(header::HOST, "asuh.test")
        .header("Sec-Fetch-Site", "same-origin")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("_id={}", app.store.new_id())))
        .unwrap();
    let file = gates::http::router(app.clone()).oneshot(request).await.unwrap();
    assert!(file.status().is_success(), "{}", file.status());
    let bytes = axum::body::to_bytes(file.into_body(), 256 << 20).await.unwrap();
    assert!(bytes.len() as i64 > children * 10);
    lap();
    let sql = "SELECT reference FROM cash_attempt WHERE district_id = $1 AND plan_id = $2";
    let sent: Vec<(String,)> = app.store.reader().all(sql, args![DISTRICT, plan]).await.unwrap();
    assert_eq!(sent.len() as i64, children);
    let mut rows = vec![vec!["No Referensi".to_owned(), "Status".to_owned()]];
    rows.extend(sent.into_iter().map(|(reference,)| vec![reference, "Berhasil".to_owned()]));
    let put = PutResult { plan, sha256: [1; 32], name: "jawaban.csv".into(), rows, scope: scope.clone() };
    let result = app.submit(&treasurer, app.store.new_id(), put).await.unwrap().value;
    app.submit(&treasurer, app.store.new_id(), TakeResult { result, day: today, scope }).await.unwrap();
    lap();
    let engine = app.store.engine().name();
    let [draft, lock, sign, release, export, answer] = took[..] else { panic!("six laps") };
    println!(
        "{engine:<10} {children:>8} {draft:>8.2} {lock:>8.2} {sign:>8.2} {release:>9.2} {export:>9.2} {answer:>9.2}"
    );
    println!(
        "{{\"bench\":\"cash\",\"engine\":\"{engine}\",\"children\":{children},\"draft_s\":{draft:.3},\"lock_s\":{lock:.3},\
         \"sign_s\":{sign:.3},\"release_s\":{release:.3},\"export_s\":{export:.3},\"answer_s\":{answer:.3}}}"
    );
    lock + sign + release + export
}
