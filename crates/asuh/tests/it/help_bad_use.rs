//! What impatient fingers and bad luck do to help: two who want the last of it, a slip of the thumb that is taken back,
//! a neighbour at the door, and every step of the way pressed by ten hands at once.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_step_distribution::{CloseRun, DeliverPackage, DeliveryLine, PackVillage};
use asuh_store::testing::{TestDatabase, db_test, from_env};
use asuh_store::{Command, Fault, Id, Query, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::Duration;

use crate::distribution::{MONDAY, Scene, whole_district};
use crate::kitchen_meals::Meals;
use crate::support::{Answer, Client, KERINCI, VILLAGES, new_form_id};
use crate::works::Works;

/// Goods of a warehouse that broke.
#[derive(Serialize, Deserialize)]
struct Broken {
    warehouse: Id,
    eggs: i64,
    cans: i64,
}

impl Command for Broken {
    const KIND: &'static str = "test.broken";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let at = |kind| Spot::new(kind, self.warehouse);
        let moves = [(Commodity::EGG, self.eggs), (Commodity::RICE_CAN, self.cans)]
            .into_iter()
            .map(|(good, amount)| Move::new(good, at(AccountKind::Warehouse), at(AccountKind::Waste), amount))
            .collect();
        let (kind, fund, cause) = (TransferKind::WrittenOff, Fund::ASN, self.warehouse);
        books::post(tx, Transfer { kind, fund, day: MONDAY, cause, reason: "pecah".into(), moves }).await
    }
}

/// The same thing done ten times at once, each by a form of its own: how many were done, and how many refused or no
/// longer there to be done.
async fn ten_at_once(by: &Client, path: &str, fields: &[(&str, &str)]) -> (usize, usize) {
    let answers = futures_util::future::join_all((0..10).map(|_| by.post(path, fields))).await;
    let count = |of: &dyn Fn(&Answer) -> bool| answers.iter().filter(|answer| of(answer)).count();
    let refused = [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::NOT_FOUND];
    (
        count(&|answer| answer.status == StatusCode::SEE_OTHER),
        count(&|answer| refused.contains(&answer.status)),
    )
}

/// Two families whose packages are both the last one: of two villages that are packed at the same moment one gets the goods,
/// and of two couriers who give out that package at the same moment one does. Eight weeks per engine; more with
/// `ASUH_LAST_ROUNDS`.
#[db_test]
async fn the_last_package_goes_to_one_of_two_families(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    let mut families = Vec::new();
    for (village, name) in [(VILLAGES[0], "Ani"), (VILLAGES[2], "Citra")] {
        families.push((village, scene.family(village, "001", name).await));
    }
    let rounds = from_env("ASUH_LAST_ROUNDS", 8);
    for round in 0..rounds {
        let monday = MONDAY + Duration::weeks(round);
        scene.stock(10, 6).await;
        let run = scene.plan(monday, &[VILLAGES[0], VILLAGES[2]]).await;
        scene.approve(run).await;
        // Before anybody packs all breaks but one package.
        let held = async |good| scene.held(AccountKind::Warehouse, scene.warehouse, good).await;
        let broken = Broken {
            warehouse: scene.warehouse,
            eggs: held(Commodity::EGG).await - 5,
            cans: held(Commodity::RICE_CAN).await - 3,
        };
        test.app.store.submit(test.envelope(Id::SYSTEM), broken).await.unwrap();
        let pack = async |village| {
            let command = PackVillage { run, village, day: MONDAY, scope: whole_district() };
            test.app.submit(&test.system(), test.app.store.new_id(), command).await.is_ok()
        };
        let packed = futures_util::future::join(pack(VILLAGES[0]), pack(VILLAGES[2])).await;
        assert_ne!(packed.0, packed.1, "round {round}: one of the two");
        assert_eq!(held(Commodity::EGG).await, 0);
        let (village, family) = families[usize::from(packed.1)];
        let sql = "SELECT id FROM package WHERE district_id = $1 AND run_id = $2 AND village_code = $3";
        let package: Option<(Id,)> =
            test.app.store.reader().first(sql, args![KERINCI, run, village]).await.unwrap();
        let before = scene.held(AccountKind::Household, family, Commodity::EGG).await;
        let give = async || {
            let line = DeliveryLine {
                package: package.expect("packed").0,
                receiver_name: String::new(),
                relation: String::new(),
                note: String::new(),
            };
            let happened_at = test.app.store.clock().now();
            let (signature, photo, scope) = (None, None, whole_district());
            let command = DeliverPackage { line, day: MONDAY, happened_at, signature, photo, scope };
            test.app.submit(&test.system(), test.app.store.new_id(), command).await.is_ok()
        };
        let given = futures_util::future::join(give(), give()).await;
        assert_ne!(given.0, given.1, "round {round}: given once");
        assert_eq!(scene.held(AccountKind::Household, family, Commodity::EGG).await, before + 5);
        if round % 8 == 0 {
            scene.check().await;
        }
        let close = CloseRun { run, day: MONDAY };
        test.app.submit(&test.system(), test.app.store.new_id(), close).await.expect("closed");
    }
    scene.check().await;
    println!("{rounds} of {rounds}: one of the two");
}

#[db_test]
async fn a_plan_that_is_no_longer_true_and_a_package_of_elsewhere_are_refused(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 6).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    let citra = scene.family(VILLAGES[2], "001", "Citra").await;
    let run = scene.plan(MONDAY, &[VILLAGES[0], VILLAGES[2]]).await;
    // Seven of the ten eggs that were planned break before the plan is approved.
    let broken = Broken { warehouse: scene.warehouse, eggs: 7, cans: 1 };
    test.app.store.submit(test.envelope(Id::SYSTEM), broken).await.unwrap();
    let admin = test.with_role(Role::DistrictAdmin).await;
    let approve = format!("/penyaluran/{run}/setujui");
    assert!(admin.post(&approve, &[]).await.refused().contains("kurang 7 butir dari rencana"));
    let packages = "SELECT COUNT(*) AS n FROM package WHERE district_id = $1";
    assert_eq!(test.number(packages, args![KERINCI]).await, 0);
    scene.stock(7, 1).await;
    scene.approve(run).await;
    for village in [VILLAGES[0], VILLAGES[2]] {
        scene.pack(run, village).await;
    }
    // Who delivers in both villages gives out on each list what is of that village alone.
    let officer = test.user(Role::FieldOfficer, &[VILLAGES[0], VILLAGES[2]], &[]).await;
    let package = scene.package(citra).await.to_string();
    let list = |village: i64| format!("/penyaluran/{run}/desa/{village}/antar");
    let answer = officer.post(&list(VILLAGES[0]), &[("satu", &package)]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(scene.held(AccountKind::Household, citra, Commodity::EGG).await, 0);
    officer.post(&list(VILLAGES[2]), &[("satu", &package)]).await.to();
    // An official who stands in for her says why, as a neighbour does.
    let undo = format!("/paket/{package}/urung");
    officer.post(&undo, &[("sebab", "Diterima perangkat desa")]).await.to();
    let deliver = format!("/paket/{package}/antar");
    let official = [("hubungan", "official"), ("penerima", "Pak Kadus")];
    assert!(officer.post(&deliver, &official).await.refused().contains("bukan keluarga itu sendiri"));
    let signed =
        [official[0], official[1], ("sebab", "Ibunya di ladang"), ("tanda_tangan", crate::cash::PNG)];
    officer.post(&deliver, &signed).await.to();
    // What somebody else has uploaded is no proof of ours.
    let sql = "SELECT signature_id FROM delivery WHERE district_id = $1 AND signature_id IS NOT NULL";
    let theirs: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    let package = scene.package(ani).await;
    let deliver = async |signature: Option<Id>| {
        let line = DeliveryLine {
            package,
            receiver_name: String::new(),
            relation: String::new(),
            note: String::new(),
        };
        let happened_at = test.app.store.clock().now();
        let command = DeliverPackage {
            line,
            day: MONDAY,
            happened_at,
            signature,
            photo: None,
            scope: whole_district(),
        };
        test.app.submit(&test.system(), test.app.store.new_id(), command).await.is_ok()
    };
    assert!(!deliver(theirs.map(|row| row.0)).await && deliver(None).await);
    scene.check().await;
}

#[db_test]
async fn a_slip_of_the_thumb_is_taken_back(db: TestDatabase) {
    let scene = Scene::start(db).await;
    let test = &scene.test;
    scene.stock(10, 6).await;
    let ani = scene.family(VILLAGES[0], "001", "Ani").await;
    scene.family(VILLAGES[0], "001", "Budi").await;
    let run = scene.packed(&[VILLAGES[0]]).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let list = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    let package = scene.package(ani).await.to_string();
    let undo = format!("/paket/{package}/urung");
    let why = [("sebab", "Yang datang Budi")];
    assert!(verifier.post(&undo, &why).await.refused().contains("tidak tercatat sebagai diterima"));

    // Saved by one tap, and the list says at once whom, and how to take it back.
    let saved = verifier.post(&list, &[("satu", &package)]).await.to();
    assert!(saved.contains("terakhir=") && !saved.contains("Ani"), "{saved}");
    let page = verifier.get(saved.split('#').next().unwrap()).await.ok();
    assert!(page.contains("Ani menerima paketnya") && page.contains("Salah? Batalkan"), "{page}");
    let shown = verifier.get(&format!("/paket/{package}")).await.ok();
    assert!(shown.contains("Batalkan catatan ini"), "{shown}");

    // Not by who only reads or works elsewhere, and not without a reason.
    let far = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    assert_eq!(far.post(&undo, &why).await.status, StatusCode::NOT_FOUND);
    for role in [Role::Leader, Role::Treasurer, Role::WarehouseKeeper] {
        assert_eq!(
            test.with_role(role).await.post(&undo, &why).await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
    }
    verifier.post(&undo, &[("sebab", " ")]).await.refused();
    assert_eq!(scene.held(AccountKind::Household, ani, Commodity::EGG).await, 5);
    let form = new_form_id();
    for _ in 0..2 {
        verifier.post_as(&undo, &form, &why).await.to();
    }
    assert_eq!(scene.held(AccountKind::Household, ani, Commodity::EGG).await, 0);
    let shown = verifier.get(&format!("/paket/{package}")).await.ok();
    assert!(shown.contains("Yang datang Budi") && shown.contains("Pernah dicatat diterima"), "{shown}");
    assert!(verifier.get(&list).await.ok().contains("0 dari 2"));
    scene.check().await;

    // It waits again and can be delivered and taken back anew; of ten who do that at once one does.
    for _ in 0..2 {
        assert_eq!(ten_at_once(&verifier, &format!("/paket/{package}/antar"), &[]).await, (1, 9));
        assert_eq!(ten_at_once(&verifier, &undo, &why).await, (1, 9));
    }
    assert_eq!(
        test.number(
            "SELECT COUNT(*) AS n FROM transfer WHERE district_id = $1 AND kind = 'reversal'",
            args![KERINCI]
        )
        .await,
        3
    );
    verifier.post(&list, &[("satu", &package)]).await.to();
    scene.check().await;
    // What a closed run says stays.
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin.post(&format!("/penyaluran/{run}/tutup"), &[]).await.to();
    verifier.post(&undo, &why).await.refused();
    assert!(!verifier.get(&format!("/paket/{package}")).await.ok().contains("Batalkan catatan ini"));
    scene.check().await;
}

#[db_test]
async fn all_are_ticked_before_anything_is_saved_and_who_stands_in_says_why(db: TestDatabase) {
    let scene = Scene::start(db).await;
    scene.stock(15, 9).await;
    let mut packages = Vec::new();
    for name in ["Ani", "Budi", "Citra"] {
        let family = scene.family(VILLAGES[0], "001", name).await;
        packages.push(family);
    }
    let run = scene.packed(&[VILLAGES[0]]).await;
    for package in &mut packages {
        *package = scene.package(*package).await;
    }
    let [ani, budi, citra] = [0, 1, 2].map(|nth: usize| packages[nth].to_string());
    let cadre = scene.test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let list = format!("/penyaluran/{run}/desa/{}/antar", VILLAGES[0]);
    let checked = |page: &str| {
        page.split("name=\"paket\"")
            .skip(1)
            .filter(|rest| rest.split('>').next().unwrap().contains(" checked"))
            .count()
    };
    assert_eq!(checked(&cadre.get(&list).await.ok()), 0);
    let page = cadre.post(&list, &[("langkah", "semua")]).await.ok();
    assert!(page.contains("belum tersimpan"), "{page}");
    assert_eq!(checked(&page), 3);
    assert!(cadre.get(&list).await.ok().contains("0 dari 3"), "ticking saves nothing");
    let saved = cadre.post(&list, &[("paket", &ani), ("paket", &budi)]).await.to();
    let page = cadre.get(saved.split('#').next().unwrap()).await.ok();
    assert!(page.contains("Tersimpan: 2 paket diterima") && page.contains("Sudah selesai (2)"), "{page}");

    // A neighbour has a name, and there is a reason; what was typed stays.
    let path = format!("/paket/{citra}/antar");
    let page =
        cadre.post(&path, &[("hubungan", "neighbour"), ("sebab", "Ibunya ke puskesmas")]).await.refused();
    assert!(
        page.contains("Isi nama penerimanya") && page.contains("value=\"Ibunya ke puskesmas\""),
        "{page}"
    );
    let page = cadre.post(&path, &[("hubungan", "neighbour"), ("penerima", "Bu Rekaan")]).await.refused();
    assert!(page.contains("bukan keluarga itu sendiri") && page.contains("value=\"Bu Rekaan\""), "{page}");
    let told = [("hubungan", "neighbour"), ("penerima", "Bu Rekaan"), ("sebab", "Ibunya ke puskesmas")];
    cadre.post(&path, &told).await.to();
    let shown = cadre.get(&format!("/paket/{citra}")).await.ok();
    assert!(shown.contains("Bu Rekaan (Tetangga): Ibunya ke puskesmas"), "{shown}");
    scene.check().await;
}

#[db_test]
async fn a_kitchen_day_pressed_by_ten_hands_happens_once(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let cook = &meals.kitchens.cook;
    let wati = meals.enrol(meals.wati).await;
    meals.stock(500, 10).await;
    let asked = meals.asked(meals.egg, "", "kirim");
    let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ten_at_once(cook, "/masak-dapur/baru", &asked).await, (1, 9));
    let run = meals.run().await;
    let boil = [("bahan.rice", "50"), ("bahan.egg", "1"), ("porsi", "2"), ("bersih", "ya")];
    assert_eq!(ten_at_once(cook, &format!("{run}/masak"), &boil).await, (1, 9));
    assert_eq!((meals.kitchen("egg").await, meals.kitchen("porsi_makan").await), (9, 2));
    let portions = format!("porsi.{}", VILLAGES[0]);
    assert_eq!(ten_at_once(cook, &format!("{run}/antar"), &[(&portions, "1")]).await, (1, 9));
    // A list may be saved as often as one likes: it says what is, not what is added.
    let mark = format!("tanda.{}", wati.rsplit('/').next().unwrap());
    let list = format!("{run}/desa/{}", VILLAGES[0]);
    let (saved, refused) = ten_at_once(cook, &list, &[(&mark, "all")]).await;
    assert_eq!((saved + refused, saved > 0), (10, true));
    assert_eq!(meals.kitchen("porsi_makan").await, 1);
    let left = [("dibagi", "1"), ("keterangan", "Kakaknya")];
    assert_eq!(ten_at_once(cook, &format!("{run}/sisa"), &left).await, (1, 9));
    let requests = "SELECT COUNT(*) AS n FROM stock_change WHERE district_id = $1";
    assert_eq!(meals.kitchens.number(requests).await, 1, "one request to write it off");
    let admin = &meals.kitchens.admin;
    assert_eq!(ten_at_once(admin, &format!("{run}/buka"), &[("alasan", "Salah catat")]).await, (1, 9));
    meals.check().await;
}

#[db_test]
async fn a_work_pressed_by_ten_hands_is_done_once(db: TestDatabase) {
    let works = Works::start(db).await;
    let order = works.order(&[]);
    let order: Vec<(&str, &str)> =
        order.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let form = format!("/pekerjaan/baru/{}", works.family);
    assert_eq!(ten_at_once(&works.admin, &form, &order).await, (1, 9), "a need has one order");
    let work = works.path().await;
    assert_eq!(ten_at_once(&works.officer, &format!("{work}/mulai"), &[]).await, (1, 9));
    let signed = [
        ("biaya", "5.750.000"),
        ("penerima", "Ani"),
        ("hubungan", "wife"),
        ("bukti", "signature"),
        ("tanda_tangan", crate::cash::PNG),
    ];
    assert_eq!(ten_at_once(&works.officer, &format!("{work}/serah-terima"), &signed).await, (1, 9));
    assert_eq!(works.state("help_work").await, "handed_over");
    assert_eq!(works.state("family_need").await, "met");
    works.scene.check().await;
}
