//! Sharing out a week's pool, packing it, and delivering it with proof.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_step_distribution::{ApproveRun, PackVillage, PlanRun};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Args, Command, Fault, Id, Instant, Query, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

pub const MONDAY: Date = date!(2026 - 11 - 02);
const WHOLE: i64 = 1_501_000_000;

/// A campaign with a warehouse, and families that may receive.
pub struct Scene {
    pub test: TestApp,
    pub campaign: Id,
    pub warehouse: Id,
}

/// Puts goods into the warehouse, as if they had been there when the books began.
#[derive(Serialize, Deserialize)]
struct Stock {
    warehouse: Id,
    eggs: i64,
    cans: i64,
}

impl Command for Stock {
    const KIND: &'static str = "test.stock";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let spot = |kind| Spot::new(kind, self.warehouse);
        let moves = [(Commodity::EGG, self.eggs), (Commodity::RICE_CAN, self.cans)]
            .into_iter()
            .map(|(commodity, amount)| {
                Move::new(commodity, spot(AccountKind::Opening), spot(AccountKind::Warehouse), amount)
            })
            .collect();
        let cause = self.warehouse;
        let (reason, fund) = (String::new(), Fund::ASN);
        books::post(tx, Transfer { kind: TransferKind::Opening, fund, day: MONDAY, cause, reason, moves })
            .await
    }
}

impl Scene {
    pub async fn start(db: TestDatabase) -> Scene {
        let test = TestApp::start(db).await;
        for (nth, code, name, unit) in [(1, "egg", "Telur", "butir"), (2, "rice_can", "Beras", "kaleng")] {
            test.sql(
                "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
                 VALUES ($1, $2, $3, $4, 'goods', NULL, NULL, $5)",
                args![KERINCI, code, name, unit, nth as i64],
            )
            .await;
        }
        for (name, amount) in
            [("distribution.per_family_egg", "5"), ("distribution.per_family_rice_can", "3")]
        {
            test.sql(
                "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, 0, $4)",
                args![KERINCI, name, amount, Id::SYSTEM],
            )
            .await;
        }
        let warehouse = test.institution("warehouse", "Gudang DPPKB", None).await;
        let holder = test.institution("fund_holder", "Korpri", None).await;
        let campaign = test.app.store.new_id();
        test.sql(
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
             help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
             VALUES ($1, $2, 'SECANTING', '', 'weekly', 1, 20260901, 'asn', 'nutrition', 'families', $3, $4, 'asn', 1, '', 3, 'active', 0)",
            args![KERINCI, campaign, holder, warehouse],
        )
        .await;
        Scene { test, campaign, warehouse }
    }

    pub async fn stock(&self, eggs: i64, cans: i64) {
        let stock = Stock { warehouse: self.warehouse, eggs, cans };
        self.test.app.store.submit(self.test.envelope(Id::SYSTEM), stock).await.unwrap();
    }

    /// A verified family with a child of two years.
    pub async fn family(&self, village: i64, rw: &str, name: &str) -> Id {
        let test = &self.test;
        let (family, child) = (test.app.store.new_id(), test.app.store.new_id());
        test.sql(
            "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)",
            args![KERINCI, family],
        )
        .await;
        test.sql(
            "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
             command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) \
             VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, '', $6, '001', $7, $8, 'verified')",
            args![KERINCI, family, Instant::NEVER, Id::SYSTEM, village, rw, name, name.to_lowercase()],
        )
        .await;
        test.sql(
            "INSERT INTO person (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)",
            args![KERINCI, child],
        )
        .await;
        test.sql(
            "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
             command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu) \
             VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, 'child', 'Anak', 'anak', 'f', 20241001, '', '')",
            args![KERINCI, child, Instant::NEVER, Id::SYSTEM, family],
        )
        .await;
        // Written past the registry's own commands, which keep the words of names too.
        let mut words = asuh_matching::search_keys(name);
        words.extend(asuh_matching::search_keys("Anak"));
        for word in words {
            test.sql(
                "INSERT INTO name_key (district_id, family_id, word, village_code) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (district_id, family_id, word) DO NOTHING",
                args![KERINCI, family, word, village],
            )
            .await;
        }
        // The round of the day computes its risk.
        asuh_step_registry::risk::renew(&test.app).await.expect("the risk");
        family
    }

    pub async fn plan(&self, week_of: Date, villages: &[i64]) -> Id {
        let command = PlanRun {
            campaign: self.campaign,
            week_of,
            goods: Vec::new(),
            villages: villages.to_vec(),
            today: week_of,
        };
        let test = &self.test;
        test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("a plan").value
    }

    pub async fn approve(&self, run: Id) {
        let test = &self.test;
        test.app.submit(&test.system(), test.app.store.new_id(), ApproveRun { run }).await.expect("approved");
    }

    pub async fn pack(&self, run: Id, village: i64) {
        let scope = whole_district();
        let test = &self.test;
        let command = PackVillage { run, village, day: MONDAY, scope };
        test.app.submit(&test.system(), test.app.store.new_id(), command).await.expect("packed");
    }

    /// A run of this week, approved and packed for these villages.
    pub async fn packed(&self, villages: &[i64]) -> Id {
        let run = self.plan(MONDAY, villages).await;
        self.approve(run).await;
        for village in villages {
            self.pack(run, *village).await;
        }
        run
    }

    pub async fn package(&self, family: Id) -> Id {
        let found: Option<(Id,)> = self
            .test
            .app
            .store
            .reader()
            .first("SELECT id FROM package WHERE district_id = $1 AND family_id = $2", args![KERINCI, family])
            .await
            .unwrap();
        found.expect("a package").0
    }

    pub async fn held(&self, kind: AccountKind, place: Id, commodity: Commodity) -> i64 {
        let holding = Holding::new(kind, place, Fund::ASN, commodity);
        books::balance(self.test.app.store.reader(), KERINCI, &holding).await.unwrap()
    }

    async fn number(&self, sql: &str, args: Args) -> i64 {
        self.test.number(sql, args).await
    }

    /// Books, claims and packages agree.
    pub async fn check(&self) {
        for check in &self.test.app.registry.checks {
            assert_eq!(check(&self.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
        }
    }

    async fn deliverer(&self, village: i64) -> Client {
        self.test.user(Role::VillageVerifier, &[village], &[]).await
    }
}

pub fn whole_district() -> asuh_ground::access::Scope {
    asuh_ground::access::Scope::whole(asuh_nusantara::TerritoryCode::from_i64(WHOLE).unwrap())
}

/// A small picture that is one.
fn png() -> Vec<u8> {
    let chunk =
        |kind: &[u8; 4], data: &[u8]| [&(data.len() as u32).to_be_bytes()[..], kind, data, &[0; 4]].concat();
    let header = [0, 0, 0, 9, 0, 0, 0, 9, 8, 6, 0, 0, 0];
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(b"IHDR", &header),
        chunk(b"tEXt", b"GPS"),
        chunk(b"IDAT", b"x"),
        chunk(b"IEND", b""),
    ]
    .concat()
}

#[db_test]
async fn a_week_goes_from_the_pool_to_the_families(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "002", "Budi").await;
    scene.family(VILLAGES[2], "001", "Citra").await;
    let admin = test.with_role(Role::DistrictAdmin).await;

    let page = admin.get("/penyaluran/baru").await.ok();
    assert!(page.contains("10 butir") && page.contains("3 keluarga"), "{page}");
    let ticked = page
        .split("name=\"desa\"")
        .skip(1)
        .filter(|rest| rest.split('>').next().unwrap().contains(" checked"));
    assert_eq!(ticked.count(), 1, "10 eggs at 5 each reach one village of two or of one");

    let village = VILLAGES[0].to_string();
    let campaign = scene.campaign.to_string();
    let fields = [
        ("gerakan", campaign.as_str()),
        ("minggu", "2026-11-02"),
        ("jumlah_egg", "5"),
        ("jumlah_rice_can", "3"),
        ("desa", village.as_str()),
    ];
    let draft = admin.post("/penyaluran/baru", &fields).await.to();
    let page = admin.get(&draft).await.ok();
    assert!(page.contains("Ani") && page.contains("undian") && page.contains("10 butir"), "{page}");
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM package", args![]).await, 0, "only a draft");
    assert_eq!(admin.get("/penyaluran").await.ok().matches("belum disetujui").count(), 1);
    // Those who deliver see no drafts.
    let verifier = scene.deliverer(VILLAGES[0]).await;
    assert_eq!(verifier.get(&draft).await.status, StatusCode::NOT_FOUND);

    admin.get(&format!("{draft}/setujui")).await.ok();
    assert_eq!(admin.post(&format!("{draft}/setujui"), &[]).await.to(), draft);
    admin.post(&format!("{draft}/setujui"), &[]).await.refused();
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM package WHERE state = 'planned'", args![]).await, 2);

    // Nobody delivers what is not packed; the keeper of another warehouse finds nothing.
    let keeper = test.user(Role::WarehouseKeeper, &[], &[scene.warehouse]).await;
    let other = test.institution("warehouse", "Gudang lain", None).await;
    let stranger = test.user(Role::WarehouseKeeper, &[], &[other]).await;
    let pack = format!("{draft}/desa/{village}/kemas");
    let list = format!("{draft}/desa/{village}");
    assert_eq!(stranger.get(&pack).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&pack, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.get(&list).await.status, StatusCode::NOT_FOUND);
    assert!(keeper.get("/").await.ok().contains("Kemas 2 paket"));
    let names = keeper.get(&list).await.ok();
    assert!(
        !names.contains("Ani") && names.contains("5 butir, 3 kaleng"),
        "the warehouse packs without names"
    );
    assert!(keeper.get(&pack).await.ok().contains("10 butir"));
    assert_eq!(keeper.post(&pack, &[]).await.to(), list);
    keeper.post(&pack, &[]).await.refused();
    assert_eq!(scene.held(AccountKind::Warehouse, scene.warehouse, Commodity::EGG).await, 0);

    // Delivering: one tap, then the rest by ticking.
    let deliver = format!("{list}/antar");
    assert!(verifier.get("/").await.ok().contains("Antar 2 paket di Selam Paung"));
    assert!(verifier.get(&deliver).await.ok().contains("0 dari 2"));
    let package = scene.package(ani).await.to_string();
    let form = new_form_id();
    verifier.post_as(&deliver, &form, &[("satu", &package)]).await.to();
    verifier.post_as(&deliver, &form, &[("satu", &package)]).await.to();
    assert_eq!(scene.held(AccountKind::Household, ani, Commodity::EGG).await, 5);
    assert!(verifier.get(&deliver).await.ok().contains("1 dari 2"));
    verifier.post(&deliver, &[]).await.refused();
    let answer = verifier.post_as(&deliver, &form, &[("satu", &Id::SYSTEM.to_string())]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "the same id with another body");
    let shown = verifier.get(&format!("/paket/{package}")).await.ok();
    assert!(shown.contains("Kepala keluarga") && shown.contains("Ani"), "{shown}");
    scene.check().await;
}

#[db_test]
async fn nobody_delivers_in_a_village_of_others(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(100, 100).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let package = scene.package(ani).await.to_string();
    let deliver = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    let foreign = scene.deliverer(VILLAGES[2]).await;
    for path in [
        deliver.clone(),
        format!("/paket/{package}"),
        format!("/paket/{package}/antar"),
        format!("/penyaluran/{run}"),
        format!("/penyaluran/{run}/desa/{}/penerima", VILLAGES[0]),
    ] {
        assert_eq!(foreign.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(foreign.post(&deliver, &[("satu", &package)]).await.status, StatusCode::NOT_FOUND);
    let single = format!("/paket/{package}/antar");
    assert_eq!(foreign.post(&single, &[]).await.status, StatusCode::NOT_FOUND);
    let back = format!("/paket/{package}/kembali");
    assert_eq!(foreign.post(&back, &[("alasan", "moved")]).await.status, StatusCode::NOT_FOUND);
    // His own village does not open another's package.
    let mixed = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[2]);
    assert_eq!(foreign.post(&mixed, &[("satu", &package)]).await.status, StatusCode::NOT_FOUND);
    // Other roles do not deliver or plan at all.
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(leader.get(&deliver).await.status, StatusCode::FORBIDDEN);
    assert_eq!(leader.get("/penyaluran").await.status, StatusCode::FORBIDDEN);
    let verifier = scene.deliverer(VILLAGES[0]).await;
    assert_eq!(verifier.get("/penyaluran/baru").await.status, StatusCode::FORBIDDEN);
    assert_eq!(verifier.post(&format!("/penyaluran/{run}/tutup"), &[]).await.status, StatusCode::FORBIDDEN);
    // A session that ended delivers nothing.
    test.db.clock.advance(31 * 60);
    assert_eq!(verifier.post(&deliver, &[("satu", &package)]).await.to(), "/masuk");
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM delivery", args![]).await, 0);
    scene.check().await;
}

#[db_test]
async fn twenty_deliveries_of_one_package_are_one(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(100, 100).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.packed(&[VILLAGES[0]]).await;
    let package = scene.package(ani).await;
    let verifier = scene.deliverer(VILLAGES[0]).await;
    let path = format!("/paket/{package}/antar");
    let tries = (0..20).map(|_| verifier.post(&path, &[("penerima", "Ibu Ani")]));
    let answers = futures_util::future::join_all(tries).await;
    let done = answers.iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
    let refused = answers.iter().filter(|answer| answer.status == StatusCode::UNPROCESSABLE_ENTITY).count();
    assert_eq!((done, refused), (1, 19));
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM delivery", args![]).await, 1);
    assert_eq!(scene.held(AccountKind::Household, ani, Commodity::EGG).await, 5);
    scene.check().await;
}

#[db_test]
async fn what_cannot_be_delivered_goes_back_and_the_claim_stays(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(10, 6).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let budi = scene.family(VILLAGES[0], "001", "Budi").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let claim = "SELECT balance AS n FROM share_account WHERE family_id = $1 AND commodity = 'egg'";
    assert_eq!(scene.number(claim, args![ani]).await, 0);
    let verifier = scene.deliverer(VILLAGES[0]).await;
    let path = format!("/paket/{}/kembali", scene.package(ani).await);
    verifier.post(&path, &[]).await.refused();
    let page = verifier.post(&path, &[("alasan", "other"), ("catatan", "")]).await.refused();
    assert!(page.contains("Galat: "), "{page}");
    verifier.post(&path, &[("alasan", "moved"), ("catatan", "ke Jambi")]).await.to();
    verifier.post(&path, &[("alasan", "moved")]).await.refused();
    assert_eq!(scene.held(AccountKind::Warehouse, scene.warehouse, Commodity::EGG).await, 5);
    assert_eq!(scene.number(claim, args![ani]).await, 5_000);
    scene.check().await;

    // Closing takes the other one back too.
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    admin.get(&format!("/penyaluran/{run}/tutup")).await.ok();
    admin.post(&format!("/penyaluran/{run}/tutup"), &[]).await.to();
    assert_eq!(scene.held(AccountKind::Warehouse, scene.warehouse, Commodity::EGG).await, 10);
    assert_eq!(scene.number(claim, args![budi]).await, 5_000);
    let late = format!("/paket/{}/antar", scene.package(budi).await);
    verifier.post(&late, &[]).await.refused();
    scene.check().await;

    // Next week nothing new came in: nothing is credited twice, and both get what they are owed.
    let next = scene.plan(date!(2026 - 11 - 09), &[VILLAGES[0]]).await;
    let credited = "SELECT credited AS n FROM allocation_stock WHERE run_id = $1 AND commodity = 'egg'";
    assert_eq!(scene.number(credited, args![next]).await, 0);
    let given =
        "SELECT CAST(SUM(given) AS BIGINT) AS n FROM share_balance WHERE run_id = $1 AND commodity = 'egg'";
    assert_eq!(scene.number(given, args![next]).await, 10);
}

#[db_test]
async fn villages_take_turns_over_three_weeks(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let mut families = Vec::new();
    for (nth, village) in VILLAGES.iter().take(3).enumerate() {
        for name in ["Ani", "Budi"] {
            families.push(scene.family(*village, "001", &format!("{name} {nth}")).await);
        }
    }
    let campaigns = asuh_step_distribution::campaigns(scene.test.app.store.reader(), KERINCI).await.unwrap();
    let mut visited = Vec::new();
    for week in 0..3 {
        let monday = MONDAY + time::Duration::weeks(week);
        scene.stock(10, 6).await;
        let proposal =
            asuh_step_distribution::propose(scene.test.app.store.reader(), KERINCI, &campaigns[0], monday)
                .await
                .unwrap();
        let route = proposal.route();
        assert_eq!(route.len(), 1, "week {week}: {proposal:?}");
        let run = scene.plan(monday, &route).await;
        scene.approve(run).await;
        scene.pack(run, route[0]).await;
        visited.extend(route);
    }
    visited.sort_unstable();
    assert_eq!(visited, &VILLAGES[..3], "every village had its turn");
    let packages = "SELECT COUNT(*) AS n FROM package WHERE family_id = $1";
    for family in families {
        assert_eq!(scene.number(packages, args![family]).await, 1);
        let claim = "SELECT balance AS n FROM share_account WHERE family_id = $1 AND commodity = 'egg'";
        let claimed = scene.number(claim, args![family]).await;
        // A thousandth of an egg may be rounded in each of the three weeks.
        assert!(claimed.abs() <= 3, "{claimed}");
    }
    scene.check().await;
}

#[db_test]
async fn a_family_gets_one_package_a_week_and_a_stale_plan_is_refused(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(10, 10).await;
    scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[2], "001", "Citra").await;
    let first = scene.plan(MONDAY, &[VILLAGES[0]]).await;
    let stale = scene.plan(MONDAY, &[VILLAGES[0], VILLAGES[2]]).await;
    scene.approve(first).await;
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let page = admin.post(&format!("/penyaluran/{stale}/setujui"), &[]).await.refused();
    assert!(page.contains("hitung ulang"), "{page}");
    assert_eq!(admin.post(&format!("/penyaluran/{stale}/buang"), &[]).await.to(), "/penyaluran");
    // Calculated anew, the family that has its package is left out.
    let second = scene.plan(MONDAY, &[VILLAGES[0], VILLAGES[2]]).await;
    scene.approve(second).await;
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM package", args![]).await, 2);
    let nothing = [
        ("gerakan", scene.campaign.to_string()),
        ("minggu", "2026-11-02".to_owned()),
        ("jumlah_egg", "5".to_owned()),
        ("desa", VILLAGES[0].to_string()),
    ];
    let nothing: Vec<(&str, &str)> = nothing.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(admin.post("/penyaluran/baru", &nothing).await.refused().contains("Tidak ada yang dapat dibagi"));
    // The stock went elsewhere between plan and approval.
    scene.check().await;
}

#[db_test]
async fn bad_plans_are_refused_and_keep_what_was_typed(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(10, 10).await;
    scene.family(VILLAGES[0], "001", "Ani").await;
    let admin = scene.test.with_role(Role::DistrictAdmin).await;
    let campaign = scene.campaign.to_string();
    let village = VILLAGES[0].to_string();
    let send = async |week: &str, eggs: &str, villages: &[&str]| {
        let mut fields = vec![("gerakan", campaign.as_str()), ("minggu", week), ("jumlah_egg", eggs)];
        fields.extend(villages.iter().map(|village| ("desa", *village)));
        admin.post("/penyaluran/baru", &fields).await.refused()
    };
    assert!(send("2026-11-02", "lima", &[&village]).await.contains("value=\"lima\""));
    assert!(send("2026-11-02", "5", &[]).await.contains("Pilih paling sedikit satu desa"));
    assert!(send("2026-11-03", "5", &[&village]).await.contains("hari Senin"));
    assert!(send("2026-11-09", "5", &[&village]).await.contains("hari Senin"));
    assert!(send("2026-11-02", "5", &["1501022001"]).await.contains("Pilih paling sedikit satu desa"));
    let unknown =
        [("gerakan", Id::SYSTEM.to_string()), ("minggu", "2026-11-02".into()), ("desa", village.clone())];
    let unknown: Vec<(&str, &str)> = unknown.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(admin.post("/penyaluran/baru", &unknown).await.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM allocation_run", args![]).await, 0);
}

#[db_test]
async fn proof_is_kept_sealed_and_asked_for_where_the_district_says_so(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) \
         VALUES ($1, 'distribution.proof', 'signature', 0, $2)",
        args![KERINCI, Id::SYSTEM],
    )
    .await;
    let package = scene.package(ani).await;
    let verifier = scene.deliverer(VILLAGES[0]).await;
    let village = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    let page = verifier.post(&village, &[("satu", &package.to_string())]).await.refused();
    assert!(page.contains("bukti per paket"), "{page}");
    let path = format!("/paket/{package}/antar");
    let page = verifier.post(&path, &[("penerima", "Nenek Ani"), ("hubungan", "member")]).await.refused();
    assert!(page.contains("Tanda tangan penerima wajib") && page.contains("value=\"Nenek Ani\""), "{page}");
    let page = verifier.post(&path, &[("tanda_tangan", "data:image/png;base64,AAAA")]).await.refused();
    assert!(page.contains("tidak terbaca"), "{page}");
    let drawn = format!("data:image/png;base64,{}", data_encoding::BASE64.encode(&png()));
    let bad = verifier.upload(&path, &[("tanda_tangan", &drawn)], "foto", "a.png", b"<html>").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", bad.body);
    let fields = [
        ("tanda_tangan", drawn.as_str()),
        ("penerima", "Nenek Ani"),
        ("hubungan", "member"),
        ("jam", "6.30"),
    ];
    verifier.upload(&path, &fields, "foto", "x.png", &png()).await.to();
    let shown = verifier.get(&format!("/paket/{package}")).await.ok();
    assert!(shown.contains("Nenek Ani") && shown.contains("06.30"), "{shown}");
    let photo = verifier.get(&format!("/paket/{package}/bukti/foto")).await;
    assert_eq!(photo.headers.get("content-type").unwrap(), "image/png");
    assert!(!photo.body.contains("GPS"), "what the picture told beside itself is gone");
    let foreign = scene.deliverer(VILLAGES[2]).await;
    let evidence = format!("/paket/{package}/bukti/tanda-tangan");
    assert_eq!(foreign.get(&evidence).await.status, StatusCode::NOT_FOUND);
    verifier.get(&evidence).await.ok();
    let plain = "SELECT COUNT(*) AS n FROM attachment WHERE content_sealed = $1";
    assert_eq!(scene.number(plain, args![png()]).await, 0);
    scene.check().await;
}

#[db_test]
async fn a_cadre_delivers_in_his_rw_and_the_list_masks_the_nik(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 10).await;
    scene.family(VILLAGES[0], "001", "Ani").await;
    let budi = scene.family(VILLAGES[0], "002", "Budi").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = '001' WHERE district_id = $1 AND grant_id IN \
         (SELECT id FROM user_grant WHERE user_id = $2)",
        args![KERINCI, cadre.user],
    )
    .await;
    let village = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    let page = cadre.get(&village).await.ok();
    assert!(page.contains("Ani") && !page.contains("Budi"), "{page}");
    let other = scene.package(budi).await;
    assert_eq!(cadre.get(&format!("/paket/{other}")).await.status, StatusCode::NOT_FOUND);
    let both = [("paket", other.to_string())];
    let both: Vec<(&str, &str)> = both.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(cadre.post(&village, &both).await.status, StatusCode::NOT_FOUND);

    let nik = test.app.store.secrets().seal(KERINCI, b"1501014107950003").unwrap();
    let head = test.app.store.new_id();
    test.sql(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, parents_name, posyandu) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, 'head', 'Budi', 'budi', 'm', 19900101, $6, '', '')",
        args![KERINCI, head, Instant::NEVER, Id::SYSTEM, budi, nik],
    )
    .await;
    let verifier = scene.deliverer(VILLAGES[0]).await;
    let list = verifier.get(&format!("/penyaluran/{run}/desa/{}/penerima", VILLAGES[0])).await.ok();
    assert!(list.contains("…0003") && !list.contains("1501014107950003"), "{list}");
    let panel = &test.app.registry.family_panels;
    let mut help = String::new();
    for panel in panel {
        help.push_str(&panel(&test.app, &test.system(), budi).await.unwrap().unwrap_or_default());
    }
    assert!(help.contains("Bantuan yang diterima") && help.contains("5 butir, 3 kaleng"), "{help}");
}
