//! Pairing: the scenario of Belitung, and everything that must not happen on the way, on both engines.

use asuh_ground::access::Role;
use asuh_nusantara::Zone;
use asuh_pairing::pairing::{Child, Instance, Sponsor, Stability, Tier, Village, pair};
use asuh_step_pairing::{coverage, programmes};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Args, Command, Fault, Id, Instant, Query, Recording, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

pub const TODAY: Date = date!(2026 - 11 - 02);
pub const WHOLE: i64 = 1_501_000_000;

/// Rows for a fixture, many at once.
#[derive(Serialize)]
pub struct Rows {
    #[serde(skip)]
    pub tables: Vec<(&'static str, Vec<Args>)>,
}

impl Command for Rows {
    const KIND: &'static str = "test.rows";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (head, rows) in &self.tables {
            tx.insert_many(head, "", rows.clone()).await?;
        }
        Ok(())
    }
}

/// A child of the list.
#[derive(Clone)]
pub struct Listed {
    pub person: Id,
    pub family: Id,
    pub village: i64,
}

/// A district with a frozen list of children, a campaign of Rp50.000 a unit, and a programme for it.
pub struct Scene {
    pub test: TestApp,
    pub campaign: Id,
    pub programme: Id,
    pub children: Vec<Listed>,
    /// Who runs, and who approves.
    pub admin: Client,
    pub leader: Client,
}

impl Scene {
    /// So many children in each of the four villages, born in October 2025.
    pub async fn start(db: TestDatabase, living: [usize; 4]) -> Scene {
        let test = TestApp::start(db).await;
        let holder = test.institution("fund_holder", "Baznas", None).await;
        let new = || test.app.store.new_id();
        let (campaign, list) = (new(), new());
        let mut children = Vec::new();
        for (village, count) in VILLAGES.into_iter().zip(living) {
            children.extend((0..count).map(|_| Listed { person: new(), family: new(), village }));
        }
        let family = |one: &Listed| args![KERINCI, one.family, None::<Id>, 0_i64];
        let family_version = |one: &Listed| {
            args![
                KERINCI,
                one.family,
                1_i64,
                0_i64,
                Instant::NEVER,
                date!(2026 - 01 - 01),
                Id::SYSTEM,
                "form",
                one.village,
                "",
                "001",
                "001",
                "Kepala Rahasia",
                "kepala rahasia",
                format!("kk{}", one.family).into_bytes(),
                "verified"
            ]
        };
        let person = |one: &Listed| args![KERINCI, one.person, None::<Id>, 0_i64];
        let person_version = |one: &Listed| {
            args![
                KERINCI,
                one.person,
                1_i64,
                0_i64,
                Instant::NEVER,
                date!(2026 - 01 - 01),
                Id::SYSTEM,
                "form",
                one.family,
                "child",
                "Anak Rahasia",
                "anak rahasia",
                "P",
                date!(2025 - 10 - 01),
                "",
                ""
            ]
        };
        let listed = |(nth, one): (usize, &Listed)| {
            args![
                KERINCI,
                list,
                nth as i64 + 1,
                one.person,
                one.family,
                one.village,
                "001",
                1_i64,
                1_i64,
                -250_i64 - (nth as i64 % 70)
            ]
        };
        let tables = vec![
            (
                "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES",
                children.iter().map(family).collect(),
            ),
            (
                "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, village_code, hamlet, rw, rt, head_name, head_search, kk_hash, status) VALUES",
                children.iter().map(family_version).collect(),
            ),
            (
                "INSERT INTO person (district_id, id, canonical_id, created_at) VALUES",
                children.iter().map(person).collect(),
            ),
            (
                "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu) VALUES",
                children.iter().map(person_version).collect(),
            ),
            (
                "INSERT INTO frozen_list (district_id, id, kind, number, title, taken_on, open_count, reason, \
                 villages_open, checks_open, visits_waiting, unvisited, pairs_open, row_count, content_sha256, \
                 rows_sha256, frozen_at, frozen_by, command_id) VALUES",
                vec![args![
                    KERINCI,
                    list,
                    "stunted_children",
                    1_i64,
                    "",
                    date!(2026 - 10 - 20),
                    0_i64,
                    "",
                    0_i64,
                    0_i64,
                    0_i64,
                    0_i64,
                    0_i64,
                    children.len() as i64,
                    [0; 32],
                    [0; 32],
                    1_760_918_400_000_i64,
                    Id::SYSTEM,
                    Id::SYSTEM
                ]],
            ),
            (
                "INSERT INTO frozen_row (district_id, list_id, nth, subject_id, family_id, village_code, rw, version, \
                 factors, score) VALUES",
                children.iter().enumerate().map(listed).collect(),
            ),
            (
                "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) VALUES",
                vec![args![KERINCI, "cash", "Uang", "rupiah", "money", None::<i64>, None::<i64>, 1_i64]],
            ),
            (
                "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, \
                 help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, \
                 state, created_at) VALUES",
                vec![args![
                    KERINCI,
                    campaign,
                    "GENTING Belitung",
                    "",
                    "monthly",
                    1_i64,
                    date!(2026 - 09 - 01),
                    "anyone",
                    "nutrition",
                    "pairs",
                    holder,
                    holder,
                    "csr",
                    1_i64,
                    "",
                    3_i64,
                    "active",
                    0_i64
                ]],
            ),
            (
                "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) VALUES",
                vec![args![KERINCI, campaign, 0_i64, "cash", 50_000_i64]],
            ),
        ];
        test.app.store.submit(test.envelope(Id::SYSTEM), Rows { tables }).await.expect("the rows");
        let admin = test.with_role(Role::DistrictAdmin).await;
        let leader = test.with_role(Role::Leader).await;
        let mut fields =
            vec![("gerakan".to_owned(), campaign.to_string()), ("daftar".to_owned(), list.to_string())];
        for (target, units) in
            [("child_under_two", 9), ("child_two_to_five", 9), ("pregnant", 9), ("breastfeeding", 0)]
        {
            fields.push((format!("satuan_{target}"), units.to_string()));
            fields.push((format!("kunjungan_{target}"), "1".to_owned()));
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(one, two)| (one.as_str(), two.as_str())).collect();
        let page = admin.post("/pasangan/baru", &fields).await.to();
        let programme = page.rsplit('/').next().unwrap().parse().unwrap();
        Scene { test, campaign, programme, children, admin, leader }
    }

    /// The seed of the lottery is drawn.
    pub async fn draw(&self) {
        let path = format!("/pasangan/{}/aturan/ubah", self.programme);
        let fields = [
            ("versi", "1"),
            ("faktor_0", "haz_below"),
            ("batas_0", "-300"),
            ("poin_0", "4"),
            ("faktor_1", "age_below"),
            ("batas_1", "24"),
            ("poin_1", "3"),
            ("undian", "Rembuk 2 November"),
            ("dasar", "Rapat TPPS"),
        ];
        self.admin.post(&path, &fields).await.to();
    }

    /// A sponsor with a promise from today on; the sponsor and the promise.
    pub async fn pledge(&self, name: &str, units: i64, reach: &str, home: Option<i64>) -> (Id, Id) {
        self.pledge_to(self.campaign, name, units, reach, home).await
    }

    /// The same to any campaign.
    pub async fn pledge_to(
        &self,
        campaign: Id,
        name: &str,
        units: i64,
        reach: &str,
        home: Option<i64>,
    ) -> (Id, Id) {
        let (sponsor, pledge) = (self.test.app.store.new_id(), self.test.app.store.new_id());
        let tables = vec![
            (
                "INSERT INTO sponsor (district_id, id, kind, institution_id, created_at) VALUES",
                vec![args![KERINCI, sponsor, "person", None::<Id>, 0_i64]],
            ),
            (
                "INSERT INTO sponsor_version (district_id, sponsor_id, version, recorded_at, superseded_at, valid_from, \
                 command_id, source, name, name_search, home_code, status, category) VALUES",
                vec![args![
                    KERINCI,
                    sponsor,
                    1_i64,
                    0_i64,
                    Instant::NEVER,
                    TODAY,
                    Id::SYSTEM,
                    "form",
                    name,
                    name.to_lowercase(),
                    home,
                    "active",
                    "individual"
                ]],
            ),
            (
                "INSERT INTO pledge (district_id, id, campaign_id, sponsor_id, baskets, starts_on, origin, public_name, \
                 reach, recorded_at, recorded_by) VALUES",
                vec![args![
                    KERINCI,
                    pledge,
                    campaign,
                    sponsor,
                    units,
                    TODAY,
                    "admin",
                    "anonymous",
                    reach,
                    self.test.app.store.clock().now(),
                    Id::SYSTEM
                ]],
            ),
        ];
        self.test.app.store.submit(self.test.envelope(Id::SYSTEM), Rows { tables }).await.expect("a promise");
        (sponsor, pledge)
    }

    /// A run of the admin's, worked out; its address.
    pub async fn run(&self, kind: &str) -> String {
        let path = format!("/pasangan/{}/perhitungan", self.programme);
        let run = self.admin.post(&path, &[("cara", kind), ("pasangan", "lock")]).await.to();
        self.test.run_jobs().await;
        run
    }

    pub async fn approve(&self, run: &str) {
        self.leader.post(&format!("{run}/setujui"), &[]).await.to();
    }

    /// Targets fully covered, partly, not at all, and what lacks in rupiah.
    pub async fn covered(&self, today: Date) -> (i64, i64, i64, i64) {
        let db = self.test.app.store.reader();
        let programme = programmes(db, KERINCI).await.unwrap().remove(0);
        let covered =
            coverage(db, KERINCI, &programme, None, (today, today, Zone::Wib)).await.unwrap().unwrap();
        let counts = covered.counts();
        (counts.fully, counts.partly, counts.none, counts.gap() * 50_000)
    }

    pub async fn check(&self) {
        let check = asuh_step_pairing::STEP.check.unwrap();
        assert_eq!(check(&self.test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.test.number(sql, args![KERINCI]).await
    }
}

#[db_test]
async fn in_belitung_firms_join_until_nothing_lacks(db: TestDatabase) {
    let scene = Scene::start(db, [80, 60, 57, 40]).await;
    assert_eq!(scene.covered(TODAY).await, (0, 0, 237, 237 * 450_000));
    scene.pledge("Korpri", 92 * 9, "district", None).await;
    // Without a seed drawn in public nobody is ranked.
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let page = scene.admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.refused();
    assert!(page.contains("Teks undian belum ditentukan"), "{page}");
    scene.draw().await;
    // The first run cannot be one of newcomers.
    let page = scene.admin.post(&runs, &[("cara", "intake"), ("pasangan", "lock")]).await.refused();
    assert!(page.contains("Semua sekaligus"), "{page}");

    let run = scene.run("full").await;
    let page = scene.leader.get(&run).await.ok();
    for words in
        ["Terbukti terbaik: diperiksa ulang baru saja", "dari 0 menjadi 828, kebutuhan 2.133", "Rancangan"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // A draft does nothing.
    assert_eq!(scene.covered(TODAY).await, (0, 0, 237, 237 * 450_000));
    scene.approve(&run).await;
    assert_eq!(scene.covered(TODAY).await, (92, 0, 145, 65_250_000));
    let page = scene.leader.get(&format!("/pasangan/{}", scene.programme)).await.ok();
    assert!(page.contains("Rp65.250.000") && page.contains("Data Tetap 1"), "{page}");

    // Firms and BUMN join: each week somebody approves who is new.
    for (firm, units, wanted) in [
        ("PT Timah", 900, (192, 0, 45, 20_250_000)),
        ("PT Sawit", 400, (236, 1, 0, 250_000)),
        ("BUMD", 50, (237, 0, 0, 0)),
    ] {
        scene.test.db.clock.advance(60);
        scene.pledge(firm, units, "district", Some(VILLAGES[0])).await;
        let run = scene.run("intake").await;
        scene.approve(&run).await;
        assert_eq!(scene.covered(TODAY).await, wanted, "{firm}");
    }
    assert_eq!(
        scene
            .number("SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND ended_at IS NOT NULL")
            .await,
        0
    );
    let page = scene.leader.get(&format!("/pasangan/{}", scene.programme)).await.ok();
    assert!(page.contains("<span class=\"big\">Rp0</span>"), "{page}");
    let page = scene.admin.get(&format!("/pasangan/{}/menunggu", scene.programme)).await.ok();
    assert!(page.contains("Semua sasaran terlindungi penuh"), "{page}");
    scene.check().await;
}

/// The rows of a run are what the optimiser says of the same facts.
#[db_test]
async fn a_run_stores_what_the_optimiser_finds(db: TestDatabase) {
    let scene = Scene::start(db, [9, 4, 7, 3]).await;
    scene.draw().await;
    let (one, two) = (1_501_010_000_i64, 1_501_020_000_i64);
    scene.admin.post(&format!("/tetangga-kecamatan/{one}"), &[("tetangga", &two.to_string())]).await.to();
    let reaches = [
        ("village", Tier::Village),
        ("subdistrict", Tier::Subdistrict),
        ("neighbours", Tier::Neighbours),
        ("district", Tier::District),
    ];
    let mut sponsors = Vec::new();
    for nth in 0..14_usize {
        let (reach, tier) = reaches[nth % 4];
        let (units, home) = (3 + nth as i64 % 8, VILLAGES[nth * 3 % 4]);
        let (_, pledge) = scene.pledge(&format!("Pemberi {nth}"), units, reach, Some(home)).await;
        sponsors.push(Sponsor {
            id: pledge.to_string(),
            village: home.to_string(),
            capacity: units as u32,
            reach: tier,
        });
    }
    // Nobody knows where this one lives, and it wishes to help nearby.
    scene.pledge("Tanpa Alamat", 50, "village", None).await;
    let run = scene.run("full").await;
    let page = scene.admin.get(&run).await.ok();
    assert!(page.contains("alamat orang tua asuh belum diketahui"), "{page}");
    asuh_store::row_struct! {
        struct Row { rank: i64, person_id: Id, village_code: i64, need: i64, units: i64 }
    }
    let rows: Vec<Row> = scene
        .test
        .app
        .store
        .reader()
        .all(
            "SELECT rank, person_id, village_code, need, units FROM run_child WHERE district_id = $1 ORDER BY rank",
            args![KERINCI],
        )
        .await
        .unwrap();
    assert_eq!(rows.len(), scene.children.len());
    let instance = Instance {
        stability: Stability::Lock,
        tier_cost: [0, 2, 5, 9],
        villages: VILLAGES
            .iter()
            .map(|code| Village { id: code.to_string(), subdistrict: (code / 10_000 * 10_000).to_string() })
            .collect(),
        neighbours: vec![(one.to_string(), two.to_string())],
        children: rows
            .iter()
            .map(|row| Child {
                id: row.person_id.to_string(),
                village: row.village_code.to_string(),
                need: row.need as u32,
                other_support: 0,
                rank: row.rank as u32,
            })
            .collect(),
        sponsors,
        exclusions: vec![],
        running: vec![],
    };
    let best = pair(&instance).unwrap();
    let stored: Vec<u32> = rows.iter().map(|row| row.units as u32).collect();
    assert_eq!(stored, best.served);
    let cost = scene.number("SELECT geo_cost AS n FROM pairing_run WHERE district_id = $1").await;
    assert_eq!(cost as u64, best.objectives.geo_cost);
    let page = scene.admin.get(&format!("{run}/alasan?hanya=kurang")).await.ok();
    assert!(page.contains("Kurang") && page.contains("sudah tersalur semua"), "{page}");
    assert!(!page.contains("Anak Rahasia"), "{page}");
}

#[db_test]
async fn a_draft_needs_a_second_person_and_facts_that_still_hold(db: TestDatabase) {
    let scene = Scene::start(db, [4, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 20, "district", None).await;
    // Sent twice, it is one run.
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let (form, fields) = (new_form_id(), [("cara", "full"), ("pasangan", "lock")]);
    let run = scene.admin.post_as(&runs, &form, &fields).await.to();
    assert_eq!(scene.admin.post_as(&runs, &form, &fields).await.to(), run);
    scene.test.run_jobs().await;
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM pairing_run WHERE district_id = $1").await, 1);
    // While it waits there is no other.
    let page = scene.admin.post(&runs, &fields).await.refused();
    assert!(page.contains("menunggu keputusan"), "{page}");
    let page = scene.admin.post(&format!("{run}/setujui"), &[]).await.refused();
    assert!(page.contains("tidak boleh menyetujuinya"), "{page}");
    let home = scene.leader.get("/").await.ok();
    assert!(home.contains("Periksa dan putuskan rancangan pasangan"), "{home}");
    assert!(!scene.admin.get("/").await.ok().contains("Periksa dan putuskan rancangan"));

    // Somebody promises more: the draft says so, and does not act.
    scene.pledge("Menyusul", 5, "district", None).await;
    let page = scene.leader.get(&run).await.ok();
    assert!(page.contains("sudah berubah sejak"), "{page}");
    let page = scene.leader.post(&format!("{run}/setujui"), &[]).await.refused();
    assert!(page.contains("Tolak lalu hitung lagi"), "{page}");
    assert_eq!(scene.number("SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1").await, 0);
    scene.leader.post(&format!("{run}/tolak"), &[]).await.refused();
    scene.leader.post(&format!("{run}/tolak"), &[("alasan", "ada janji baru")]).await.to();
    let page = scene.leader.get(&run).await.ok();
    assert!(page.contains("ada janji baru"), "{page}");
    // Tampered with, it does not act either.
    let run = scene.run("full").await;
    scene
        .test
        .sql("UPDATE run_pair SET units = units - 1 WHERE district_id = $1 AND rank = 0", args![KERINCI])
        .await;
    let page = scene.leader.post(&format!("{run}/setujui"), &[]).await.refused();
    assert!(page.contains("Bukti rancangan tidak cocok"), "{page}");
    scene
        .test
        .sql("UPDATE run_pair SET units = units + 1 WHERE district_id = $1 AND rank = 0", args![KERINCI])
        .await;
    let form = new_form_id();
    scene.leader.post_as(&format!("{run}/setujui"), &form, &[]).await.to();
    scene.leader.post_as(&format!("{run}/setujui"), &form, &[]).await.to();
    assert_eq!(scene.covered(TODAY).await, (2, 1, 1, 11 * 50_000));
    scene.check().await;
    // What is not there is not found.
    let foreign = scene.test.app.store.new_id();
    for path in [
        format!("/pasangan/{foreign}"),
        format!("/perhitungan/{foreign}"),
        format!("/pasangan/{foreign}/menunggu"),
    ] {
        assert_eq!(scene.admin.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        scene.leader.post(&format!("/perhitungan/{foreign}/setujui"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
}
