//! Pairing: the scenario of Belitung, and everything that must not happen on the way, on both engines.

use std::collections::HashMap;

use asuh_ground::access::Role;
use asuh_nusantara::Zone;
use asuh_pairing::pairing::{Child, Instance, Sponsor, Stability, Tier, Village, pair};
use asuh_step_pairing::{EndPair, PairByHand, coverage, programmes};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Args, Command, Fault, Id, Instant, Query, Recording, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

pub const TODAY: Date = date!(2026 - 11 - 02);
const WHOLE: i64 = 1_501_000_000;

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

#[db_test]
async fn nobody_helps_relatives_or_those_who_work_for_him(db: TestDatabase) {
    let scene = Scene::start(db, [3, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let office = test.institution("opd", "Dinas", None).await;
    let school = test.institution("school", "SD", Some(office)).await;
    let card = |nth: usize| format!("kk{}", scene.children[nth].family).into_bytes();
    // The first child's own card; the head of an office below which the second child's parent works; declared.
    let (own, own_pledge) = scene.pledge("Serumah", 9, "district", None).await;
    let (chief, chief_pledge) = scene.pledge("Kepala Dinas", 9, "district", None).await;
    let (uncle, uncle_pledge) = scene.pledge("Paman", 9, "district", None).await;
    let (parent, parent_pledge) = scene.pledge("Guru", 1, "district", None).await;
    let set =
        "UPDATE sponsor_version SET kk_hash = $3, unit_id = $4 WHERE district_id = $1 AND sponsor_id = $2";
    test.sql(set, args![KERINCI, own, card(0), None::<Id>]).await;
    test.sql(set, args![KERINCI, chief, None::<Vec<u8>>, office]).await;
    test.sql(set, args![KERINCI, parent, card(1), school]).await;
    // An office that gives is its own unit.
    let (bureau, bureau_pledge) = scene.pledge("Dinas Rekaan", 9, "district", None).await;
    let link =
        "UPDATE sponsor SET kind = 'institution', institution_id = $3 WHERE district_id = $1 AND id = $2";
    test.sql(link, args![KERINCI, bureau, office]).await;
    let declare = asuh_step_pairing::DeclareRelative {
        sponsor: uncle,
        family: scene.children[2].family,
        reason: "paman".into(),
        today: TODAY,
    };
    test.app.submit(&test.system(), test.app.store.new_id(), declare).await.unwrap();
    let run = scene.run("full").await;
    scene.approve(&run).await;
    for (sponsor, child) in [(own, 0), (chief, 1), (bureau, 1), (parent, 1), (uncle, 2)] {
        let pairs = test
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND sponsor_id = $2 AND person_id = $3",
                args![KERINCI, sponsor, scene.children[child].person],
            )
            .await;
        assert_eq!(pairs, 0, "{child}");
    }
    for (pledge, child) in
        [(own_pledge, 0), (chief_pledge, 1), (bureau_pledge, 1), (parent_pledge, 1), (uncle_pledge, 2)]
    {
        let by_hand = PairByHand {
            programme: scene.programme,
            pledge,
            person: scene.children[child].person,
            units: 1,
            reason: "uji".into(),
            today: TODAY,
        };
        let answer = test.app.submit(&test.system(), test.app.store.new_id(), by_hand).await;
        assert!(format!("{answer:?}").contains("pairing.refused.excluded"), "{child}: {answer:?}");
    }
    // The others of the three are covered all the same.
    assert_eq!(scene.covered(TODAY).await, (3, 0, 0, 0));
    // By hand the same rules hold.
    let more = scene.pledge("Bibi", 9, "district", None).await;
    test.sql(set, args![KERINCI, more.0, card(0), None::<Id>]).await;
    let free = "SELECT id FROM sponsor_pair WHERE district_id = $1 AND person_id = $2";
    let pairs: Vec<(Id,)> =
        test.app.store.reader().all(free, args![KERINCI, scene.children[0].person]).await.unwrap();
    for (pair,) in pairs {
        let end = EndPair { pair, reason: "uji".into(), today: TODAY };
        test.app.submit(&test.system(), test.app.store.new_id(), end).await.unwrap();
    }
    let page = format!("/pasangan/{}/sasaran/{}", scene.programme, scene.children[0].person);
    let fields = [("janji", more.1.to_string()), ("satuan", "1".into()), ("alasan", "dekat".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(one, two)| (*one, two.as_str())).collect();
    let answer = scene.admin.post(&page, &fields).await.refused();
    assert!(answer.contains("keluarga sendiri"), "{answer}");
}

#[db_test]
async fn a_hold_keeps_targets_and_lets_go_by_itself(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 18, "district", None).await;
    let holds = format!("/pasangan/{}/tahan", scene.programme);
    let place = |until: &'static str| {
        [("untuk", "PT Timah"), ("jenis", "deciding"), ("jumlah", "1"), ("sampai", until)]
    };
    scene.admin.post(&holds, &place("2027-11-09")).await.refused();
    scene.admin.post(&holds, &place("2026-11-09")).await.to();
    let run = scene.run("full").await;
    let page = scene.admin.get(&run).await.ok();
    assert!(page.contains("Satuan yang ditahan"), "{page}");
    scene.approve(&run).await;
    assert_eq!(scene.covered(TODAY).await, (1, 0, 1, 450_000));
    // The day after its last one it keeps nothing any more, though nobody did anything.
    scene.test.db.clock.advance(8 * 86_400);
    let admin = scene.test.sign_in(scene.admin.user).await;
    let leader = scene.test.sign_in(scene.leader.user).await;
    let page = admin.get(&holds).await.ok();
    assert!(page.contains("sudah lepas"), "{page}");
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    scene.test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    assert_eq!(scene.covered(date!(2026 - 11 - 10)).await, (2, 0, 0, 0));
}

#[db_test]
async fn a_child_that_loses_its_sponsor_waits_visibly_and_is_helped_again(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let (_, first) = scene.pledge("Berhenti", 9, "district", None).await;
    let (_, second) = scene.pledge("Tinggal", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    assert_eq!(scene.covered(TODAY).await, (2, 0, 0, 0));
    test.sql(
        "UPDATE pledge SET ends_on = 20261104, end_reason = 'stopped' WHERE district_id = $1 AND id = $2",
        args![KERINCI, first],
    )
    .await;
    test.db.clock.advance(3 * 86_400);
    let now = date!(2026 - 11 - 05);
    assert_eq!(scene.covered(now).await, (1, 0, 1, 450_000));
    let admin = test.sign_in(scene.admin.user).await;
    let waiting = format!("/pasangan/{}/menunggu", scene.programme);
    let page = admin.get(&waiting).await.ok();
    assert!(page.contains("5 Nov 2026") && page.contains("pernah punya"), "{page}");

    // Two officers give the last five units of one promise at the same time: one of them succeeds.
    let (_, third) = scene.pledge("Baru", 5, "district", None).await;
    let lost: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT person_id FROM sponsor_pair WHERE district_id = $1 AND pledge_id = $2",
            args![KERINCI, first],
        )
        .await
        .unwrap();
    let person = lost.unwrap().0;
    let by_hand = |units| PairByHand {
        programme: scene.programme,
        pledge: third,
        person,
        units,
        reason: "pengganti".into(),
        today: now,
    };
    let (system, new) = (test.system(), || test.app.store.new_id());
    let (one, two) = tokio::join!(
        test.app.submit(&system, new(), by_hand(4)),
        test.app.submit(&system, new(), by_hand(3))
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let given = test
        .number(
            "SELECT CAST(SUM(units) AS BIGINT) AS n FROM sponsor_pair WHERE district_id = $1 AND pledge_id = $2",
            args![KERINCI, third],
        )
        .await;
    assert!(given <= 5, "{given}");
    let (fully, partly, none, _) = scene.covered(now).await;
    assert_eq!((fully, partly, none), (1, 1, 0));
    // A promise of nobody here, or that is used up.
    let answer = test.app.submit(&system, new(), PairByHand { pledge: new(), ..by_hand(1) }).await;
    assert!(format!("{answer:?}").contains("not_found: true"), "{answer:?}");
    let answer = test.app.submit(&system, new(), PairByHand { pledge: second, ..by_hand(1) }).await;
    assert!(format!("{answer:?}").contains("pairing.refused.capacity"), "{answer:?}");

    // The child dies: the next run ends what acts for it, with the reason.
    test.sql(
        "UPDATE person_version SET ended_reason = 'died', ended_on = 20261106 WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, person],
    )
    .await;
    let runs = format!("/pasangan/{}/perhitungan", scene.programme);
    let leader = test.sign_in(scene.leader.user).await;
    let run = admin.post(&runs, &[("cara", "full"), ("pasangan", "lock")]).await.to();
    test.run_jobs().await;
    leader.post(&format!("{run}/setujui"), &[]).await.to();
    for (reason, wanted) in [("target_left", 1), ("sponsor_stopped", 1)] {
        let ended = test
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_pair WHERE district_id = $1 AND ended_reason = $2",
                args![KERINCI, reason],
            )
            .await;
        assert_eq!(ended, wanted, "{reason}");
    }
    scene.check().await;
}

#[db_test]
async fn a_village_sees_its_own_children_and_the_leader_no_name(db: TestDatabase) {
    let scene = Scene::start(db, [2, 3, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Haji Penolong", 45, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = verifier.get(&format!("/pasangan/{}", scene.programme)).await.ok();
    assert!(page.contains("<span class=\"big\">2</span>") && !page.contains("Air Mumu"), "{page}");
    let village = |code: i64| format!("/pasangan/{}/desa/{code}", scene.programme);
    let page = verifier.get(&village(VILLAGES[0])).await.ok();
    assert_eq!(page.matches("Anak Rahasia").count(), 2, "{page}");
    assert_eq!(verifier.get(&village(VILLAGES[1])).await.status, StatusCode::NOT_FOUND);
    assert_eq!(verifier.get(&run).await.status, StatusCode::FORBIDDEN);
    let rows = verifier.download(&format!("{}/unduh", village(VILLAGES[0])), &[]).await;
    assert_eq!(rows.len(), 3, "{rows:?}");
    let answer = verifier.post(&format!("{}/unduh", village(VILLAGES[1])), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // Figures and code names, but no name, for the leader.
    let pages = scene.leader.crawl(vec![format!("/pasangan/{}", scene.programme), run.clone()]).await;
    for (path, answer) in &pages {
        assert!(answer.status.is_success() || answer.status.is_redirection(), "{path}: {}", answer.status);
        assert!(!answer.body.contains("Rahasia"), "{path}");
    }
    assert!(
        pages.keys().any(|path| path.contains("/surat/"))
            && pages.keys().any(|path| path.ends_with("/alasan"))
    );
    // The letter and the rule are papers of the district.
    let head = [("letterhead.government", "PEMERINTAH KABUPATEN REKAAN"), ("letterhead.paper", "f4")];
    scene.admin.post("/pengaturan/kop-surat", &head).await.to();
    let letter = pages.keys().find(|path| path.contains("/surat/")).unwrap();
    for path in [letter.clone(), format!("/pasangan/{}/aturan", scene.programme)] {
        let page = scene.leader.get(&path).await.ok();
        for wanted in ["KABUPATEN REKAAN", "<header class=\"letterhead\">", "data-print", "f4\""] {
            assert!(page.contains(wanted), "{path} lacks {wanted}: {page}");
        }
    }
    // The panel on the family page: since when, by the sponsor's code.
    let page = verifier.get(&format!("/sasaran/{}", scene.children[0].family)).await.ok();
    assert!(
        page.contains("OTA-") && page.contains("2 Nov 2026") && !page.contains("Haji Penolong"),
        "{page}"
    );
}

#[db_test]
async fn a_sponsor_knows_a_child_by_its_code_name(db: TestDatabase) {
    let scene = Scene::start(db, [5, 0, 1, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    // One child for each.
    let (near, _) = scene.pledge("Dekat", 9, "village", Some(VILLAGES[0])).await;
    let (alone, _) = scene.pledge("Jauh", 9, "village", Some(VILLAGES[2])).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let mut clients = HashMap::new();
    for sponsor in [near, alone] {
        let client = test.user(Role::Sponsor, &[WHOLE], &[]).await;
        let link = "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2";
        test.sql(link, args![KERINCI, client.user, sponsor]).await;
        clients.insert(sponsor, client);
    }
    let text = |page: &str| {
        assert!(page.contains("Anak asuh saya"), "{page}");
        for secret in ["Rahasia", "Selam Paung", "Sanggaran Agung"] {
            assert!(!page.contains(secret), "{secret}: {page}");
        }
    };
    let page = clients[&near].get("/janji").await.ok();
    text(&page);
    assert!(
        page.contains("Gunung Raya") && page.contains("13 bulan") && page.contains("Rp450.000"),
        "{page}"
    );
    let page = clients[&alone].get("/janji").await.ok();
    text(&page);
    assert!(!page.contains("Danau Kerinci"), "only one child lives there: {page}");

    // Name and address open only to an approved visitor, with consent.
    let child = scene.children[5].clone();
    let own = format!("/janji/anak/{}", child.person);
    let client = &clients[&alone];
    assert_eq!(client.get(&own).await.status, StatusCode::NOT_FOUND);
    let pair: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT id FROM sponsor_pair WHERE district_id = $1 AND person_id = $2",
            args![KERINCI, child.person],
        )
        .await
        .unwrap();
    let approve = format!("/pasang/{}/pengunjung", pair.unwrap().0);
    assert!(!scene.admin.post(&approve, &[]).await.status.is_redirection());
    test.sql(
        "INSERT INTO consent (district_id, id, family_id, person_id, purpose, guardian_name, relation, method, witness, \
         text_version, given_on, recorded_at, recorded_by) VALUES ($1, $2, $3, NULL, 'visited', 'Ibu', 'mother', \
         'form', '', '2026-1', 20261101, 0, $4)",
        args![KERINCI, test.app.store.new_id(), child.family, Id::SYSTEM],
    )
    .await;
    scene.admin.post(&approve, &[]).await.to();
    let page = client.get(&own).await.ok();
    assert!(page.contains("Anak Rahasia") && page.contains("Sanggaran Agung"), "{page}");
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND subject_id = $2 AND detail = 'visitor'";
    assert_eq!(test.number(opened, args![KERINCI, child.person]).await, 1);
    assert_eq!(clients[&near].get(&own).await.status, StatusCode::NOT_FOUND);
    // He tells the mentors of his visit; who may not visit cannot.
    let tell = format!("/pendampingan/anak-asuh/{}", child.person);
    assert!(client.get("/janji").await.ok().contains(&tell));
    let told = [("hari", "2026-11-02"), ("nasihat", "Anak riang, ibu bertanya soal posyandu")];
    assert!(client.post(&tell, &[("hari", "2026-11-02")]).await.refused().contains("id=\"f-nasihat\""));
    client.post(&tell, &told).await.to();
    let visits = "SELECT COUNT(*) AS n FROM visit WHERE district_id = $1 AND sponsor_id IS NOT NULL";
    assert_eq!(test.number(visits, args![KERINCI]).await, 1);
    assert_eq!(clients[&near].get(&tell).await.status, StatusCode::NOT_FOUND);
    assert_eq!(clients[&near].post(&tell, &told).await.status, StatusCode::NOT_FOUND);
    let page = scene.admin.get(&format!("/sasaran/{}", child.family)).await.ok();
    assert!(page.contains("orang tua asuh yang berkunjung"), "{page}");
    // Taken back by the guardian, it is closed at once.
    test.sql(
        "UPDATE consent SET withdrawn_on = 20261102, withdrawn_at = 0 WHERE district_id = $1",
        args![KERINCI],
    )
    .await;
    assert_eq!(client.get(&own).await.status, StatusCode::NOT_FOUND);
    assert_eq!(client.post(&tell, &told).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn what_a_family_needs_once_is_kept_by_its_village(db: TestDatabase) {
    let scene = Scene::start(db, [1, 1, 0, 0]).await;
    let verifier = scene.test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = |nth: usize| format!("/kebutuhan-keluarga/keluarga/{}", scene.children[nth].family);
    verifier.post(&page(0), &[("jenis", "latrine"), ("keterangan", "belum punya jamban")]).await.to();
    let answer = verifier.post(&page(0), &[("jenis", "latrine")]).await.refused();
    assert!(answer.contains("sudah dicatat"), "{answer}");
    assert_eq!(verifier.get(&page(1)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(verifier.post(&page(1), &[("jenis", "water")]).await.status, StatusCode::NOT_FOUND);
    let list = verifier.get("/kebutuhan-keluarga").await.ok();
    assert!(list.contains("belum punya jamban"), "{list}");
    let need: Option<(Id,)> = scene
        .test
        .app
        .store
        .reader()
        .first("SELECT id FROM family_need WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    let change = format!("/kebutuhan-keluarga/{}/ubah", need.unwrap().0);
    verifier.post(&change, &[("status", "met")]).await.refused();
    verifier.post(&change, &[("status", "met"), ("oleh", "PT Timah")]).await.to();
    let list = verifier.get("/kebutuhan-keluarga?status=met").await.ok();
    assert!(list.contains("PT Timah"), "{list}");
}

/// Who dies during a month stays on the list of that month, with what was promised; the next month begins without him.
#[db_test]
async fn a_month_is_counted_by_the_list_as_it_stood_when_it_began(db: TestDatabase) {
    let scene = Scene::start(db, [2, 0, 0, 0]).await;
    scene.draw().await;
    scene.pledge("Pemberi", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let test = &scene.test;
    // On 10 November at noon it becomes known that the child without a sponsor has died.
    let known_at = Instant::from(date!(2026 - 11 - 10).midnight().assume_utc()).plus_seconds(5 * 3600);
    let alone = "SELECT person_id FROM run_child WHERE district_id = $1 AND units = 0";
    let (dead,): (Id,) = test.app.store.reader().first(alone, args![KERINCI]).await.unwrap().unwrap();
    test.sql(
        "UPDATE person_version SET superseded_at = $3 WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, dead, known_at],
    )
    .await;
    test.sql(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu, \
         ended_reason, ended_on) SELECT district_id, person_id, 2, $3, $4, 20261110, command_id, source, family_id, \
         relation, name, name_search, sex, birth_date, parents_name, posyandu, 'died', 20261110 \
         FROM person_version WHERE district_id = $1 AND person_id = $2",
        args![KERINCI, dead, known_at, Instant::NEVER],
    )
    .await;
    for (today, wanted) in [
        (TODAY, (1, 0, 1, 450_000)),
        (date!(2026 - 11 - 30), (1, 0, 1, 450_000)),
        (date!(2026 - 12 - 01), (1, 0, 0, 0)),
    ] {
        assert_eq!(scene.covered(today).await, wanted, "{today}");
    }
}
