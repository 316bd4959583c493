//! Supplementary feeding: who is enrolled and who never is, a meal from the plan to what was left, and what came of it.

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding, Move, Spot, Transfer, TransferKind};
use asuh_ground::staging;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Query, Recording, Tx, args};
use axum::http::StatusCode;
use serde::Serialize;
use time::macros::date;

use crate::growth_entry::child;
use crate::kitchen::Kitchens;
use crate::support::{Client, KERINCI, VILLAGES, new_form_id};

const HEADING: &str = "No,NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur\n";
const NIK: &str = "1501015705250001";

/// Goods that a kitchen had when the books began.
#[derive(Serialize)]
struct Stock {
    kitchen: Id,
    goods: Vec<(String, i64)>,
}

impl Command for Stock {
    const KIND: &'static str = "test.stock";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let at = |kind| Spot::new(kind, self.kitchen);
        let moves = self.goods.iter().map(|(code, amount)| {
            Move::new(code.parse().unwrap(), at(AccountKind::Opening), at(AccountKind::Kitchen), *amount)
        });
        let transfer = Transfer {
            kind: TransferKind::Opening,
            fund: Fund::ASN,
            day: date!(2026 - 10 - 01),
            cause: self.kitchen,
            reason: String::new(),
            moves: moves.collect(),
        };
        books::post(tx, transfer).await
    }
}

/// Wati and Citra are wasted, Eka severely; Andi is well, Bayi four months old.
pub struct Meals {
    pub kitchens: Kitchens,
    pub egg: Id,
    pub tempe: Id,
    pub programme: Id,
    pub wati: Id,
    pub citra: Id,
}

impl Meals {
    pub async fn start(db: TestDatabase) -> Meals {
        let kitchens = Kitchens::start(db).await;
        let row = |nik: &str, name: &str, sex: &str, birth: &str, village: &str, figures: &str| {
            format!(
                "1,{nik},{name},{sex},{birth},BUDI / SITI {name},Gunung Raya,{village},Melati,001,002,2026-10-20,{figures}\n"
            )
        };
        let file = [
            HEADING.to_owned(),
            row(NIK, "Wati Rahasia", "P", "2025-05-17", "Selam Paung", "7.3,75.2,Terlentang"),
            row("-", "Citra Rahasia", "P", "2025-05-20", "Air Mumu", "7.3,75.2,Terlentang"),
            row("-", "Eka Rahasia", "P", "2025-05-21", "Selam Paung", "6.4,75.2,Terlentang"),
            row("-", "Andi Rahasia", "L", "2024-01-01", "Selam Paung", "11.9,88.2,Berdiri"),
            row("-", "Bayi Rahasia", "L", "2026-07-01", "Selam Paung", "5.0,60.0,Terlentang"),
        ];
        let test = &kitchens.test;
        let path = test.db.folder().join("anak.csv");
        std::fs::write(&path, file.concat()).unwrap();
        let summary =
            staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
        assert_eq!((summary.new, summary.errors), (5, 0), "{summary:?}");
        let (egg, tempe) = kitchens.menus().await;
        kitchens.admin.post("/pmt/baku", &[]).await.to();
        let sql = "SELECT id FROM meal_programme WHERE district_id = $1 AND target = 'wasted'";
        let programme: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
        let (wati, citra) = (child(test, "Wati Rahasia").await, child(test, "Citra Rahasia").await);
        Meals { programme: programme.unwrap().0, kitchens, egg, tempe, wati, citra }
    }

    pub async fn stock(&self, rice: i64, eggs: i64) {
        let goods = vec![("rice".to_owned(), rice), ("egg".to_owned(), eggs)];
        let stock = Stock { kitchen: self.kitchens.kitchen, goods };
        let test = &self.kitchens.test;
        test.app.store.submit(test.envelope(Id::SYSTEM), stock).await.unwrap();
    }

    pub async fn enrol(&self, person: Id) -> String {
        let path = format!("/pmt/{}/calon/{person}", self.programme);
        self.kitchens.nutritionist.post(&path, &MULAI).await.to()
    }

    async fn held(&self, kind: AccountKind, place: Id, code: &str) -> i64 {
        let commodity: Commodity = code.parse().unwrap();
        let holding = Holding::new(kind, place, Fund::ASN, commodity);
        books::balance(self.kitchens.test.app.store.reader(), KERINCI, &holding).await.unwrap()
    }

    pub async fn kitchen(&self, code: &str) -> i64 {
        self.held(AccountKind::Kitchen, self.kitchens.kitchen, code).await
    }

    async fn family(&self, person: Id) -> Id {
        let sql = "SELECT family_id FROM person_version WHERE district_id = $1 AND person_id = $2 AND superseded_at = $3";
        let never = asuh_store::Instant::NEVER;
        let reader = self.kitchens.test.app.store.reader();
        let row: Option<(Id,)> = reader.first(sql, args![KERINCI, person, never]).await.unwrap();
        row.unwrap().0
    }

    pub fn asked(&self, menu: Id, other: &str, action: &'static str) -> Vec<(&'static str, String)> {
        vec![
            ("dapur", self.kitchens.kitchen.to_string()),
            ("hari_tanggal", "2".into()),
            ("hari_bulan", "11".into()),
            ("hari_tahun", "2026".into()),
            ("waktu", "morning".into()),
            ("menu", menu.to_string()),
            ("pengganti", other.to_owned()),
            ("dana", "asn".into()),
            ("aksi", action.into()),
        ]
    }

    pub async fn plan(&self, by: &Client, fields: &[(&'static str, String)]) -> crate::support::Answer {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        by.post("/masak-dapur/baru", &fields).await
    }

    /// The page of the only run.
    pub async fn run(&self) -> String {
        let sql = "SELECT id FROM kitchen_run WHERE district_id = $1";
        let row: Option<(Id,)> =
            self.kitchens.test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
        format!("/masak-dapur/{}", row.unwrap().0)
    }

    pub async fn check(&self) {
        let test = &self.kitchens.test;
        let mut findings = Vec::new();
        for check in &test.app.registry.checks {
            findings.extend(check(&test.app, KERINCI).await.unwrap());
        }
        assert_eq!(findings, Vec::<String>::new());
    }
}

const MULAI: [(&str, &str); 3] = [("mulai_tanggal", "2"), ("mulai_bulan", "11"), ("mulai_tahun", "2026")];

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[db_test]
async fn whom_a_kitchen_feeds_and_whom_never(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (test, officer) = (&meals.kitchens.test, &meals.kitchens.nutritionist);
    let page = meals.kitchens.admin.get("/pmt").await.ok();
    for words in ["balita gizi kurang", "56", "ibu hamil KEK", "120", "Calon peserta"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // The usual ones are there once.
    meals.kitchens.admin.post("/pmt/baku", &[]).await.to();
    assert_eq!(
        meals.kitchens.number("SELECT COUNT(*) AS n FROM meal_programme WHERE district_id = $1").await,
        4
    );
    let candidates = format!("/pmt/{}/calon", meals.programme);
    let page = officer.get(&candidates).await.ok();
    assert!(
        page.contains("Wati Rahasia") && page.contains("Citra Rahasia") && !page.contains("Andi"),
        "{page}"
    );
    let refer = page.split("Perlu dirujuk").nth(1).unwrap();
    assert!(refer.contains("Eka Rahasia") && page.matches("Eka Rahasia").count() == 1, "{page}");

    // Severe wasting, breast milk, who is well: refused with the reason, by page and by form.
    for (name, words) in [
        ("Eka Rahasia", "rujuk ke puskesmas hari ini juga"),
        ("Bayi Rahasia", "cukup ASI saja"),
        ("Andi Rahasia", "tidak termasuk sasaran"),
    ] {
        let path = format!("{candidates}/{}", child(test, name).await);
        let page = officer.get(&path).await.ok();
        assert!(page.contains(words) && !page.contains("<button>Daftarkan"), "{name}: {page}");
        assert!(officer.post(&path, &MULAI).await.refused().contains(words), "{name}");
    }
    // Wati is enrolled once, however often the button is pressed.
    let path = format!("{candidates}/{}", meals.wati);
    assert!(officer.post(&path, &[("mulai_tahun", "2026")]).await.refused().contains("value=\"2026\""));
    let form = new_form_id();
    let shown = officer.post_as(&path, &form, &MULAI).await.to();
    assert_eq!(officer.post_as(&path, &form, &MULAI).await.to(), shown);
    assert!(officer.post(&path, &MULAI).await.refused().contains("Sudah menjadi peserta"));
    assert_eq!(
        meals.kitchens.number("SELECT COUNT(*) AS n FROM meal_enrolment WHERE district_id = $1").await,
        1
    );
    let page = officer.get(&shown).await.ok();
    for words in ["Wati Rahasia", "2 Nov 2026 – 27 Des 2026", "7,30 kg", "BB/TB -2,"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!officer.get(&candidates).await.ok().contains("Wati"));

    // Allergy and MBG: who lives there notes them, others find nobody; MBG warns and forbids nothing.
    let near = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let noted = [
        ("alergi", "egg"),
        ("mbg_tanggal", "1"),
        ("mbg_bulan", "10"),
        ("mbg_tahun", "2026"),
        ("mbg_sumber", "PAUD"),
    ];
    let note = format!("{shown}/catatan");
    assert_eq!(far.get(&shown).await.status, StatusCode::NOT_FOUND);
    assert_eq!(far.post(&note, &noted).await.status, StatusCode::NOT_FOUND);
    assert_eq!(meals.kitchens.cook.post(&note, &noted).await.status, StatusCode::FORBIDDEN);
    assert!(near.post(&note, &noted[..4]).await.refused().contains("role=\"alert\""));
    near.post(&note, &noted).await.to();
    let page = near.get(&shown).await.ok();
    assert!(
        page.contains("sejak 1 Okt 2026, menurut PAUD") && page.contains("<strong>telur</strong>"),
        "{page}"
    );

    // What an auditor may read gives the same person nothing to change as a cadre of another village.
    let (grant, whole) = (test.app.store.new_id(), 1_501_000_000_i64);
    let sql = "INSERT INTO user_grant (district_id, id, user_id, role, granted_at, granted_by, valid_until, revoked_at) \
               VALUES ($1, $2, $3, 'auditor', 0, $4, NULL, NULL)";
    test.sql(sql, args![KERINCI, grant, far.user, Id::SYSTEM]).await;
    let sql =
        "INSERT INTO grant_territory (district_id, grant_id, territory_code, rw) VALUES ($1, $2, $3, '')";
    test.sql(sql, args![KERINCI, grant, whole]).await;
    far.get(&shown).await.ok();
    assert_eq!(far.post(&note, &noted).await.status, StatusCode::NOT_FOUND);

    // Who cooks knows first name and age, no whole name, no NIK, no family, no measurements.
    let cook = &meals.kitchens.cook;
    let page = cook.get(&format!("/pmt/{}", meals.programme)).await.ok();
    assert!(page.contains("Wati") && page.contains("telur") && !page.contains("Rahasia"), "{page}");
    let page = cook.get(&shown).await.ok();
    assert!(!page.contains("Rahasia") && !page.contains("/sasaran/") && !page.contains("7,30"), "{page}");
    let elsewhere = test.user(Role::Kitchen, &[], &[meals.kitchens.other]).await;
    assert!(!elsewhere.get(&format!("/pmt/{}", meals.programme)).await.ok().contains("Wati"));
    assert_eq!(elsewhere.get(&shown).await.status, StatusCode::NOT_FOUND);
    for path in [candidates.clone(), format!("{candidates}/{}", meals.citra)] {
        assert_eq!(cook.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(near.get(&path).await.status, StatusCode::FORBIDDEN);
    }
    let outside = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    assert_eq!(
        outside.post(&format!("{candidates}/{}", meals.citra), &MULAI).await.status,
        StatusCode::NOT_FOUND
    );
    meals.check().await;
}

#[db_test]
async fn a_meal_from_the_plan_to_what_was_left(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (test, cook) = (&meals.kitchens.test, &meals.kitchens.cook);
    let (wati, citra) = (meals.enrol(meals.wati).await, meals.enrol(meals.citra).await);
    let near = test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    near.post(&format!("{citra}/catatan"), &[("alergi", "egg")]).await.to();
    meals.stock(60, 10).await;

    // The check page: one portion, who is kept and what she may eat, what is missing. Nothing is stored.
    let page = meals.plan(cook, &meals.asked(meals.egg, "", "periksa")).await.ok();
    for words in
        ["<strong>1</strong>", "<strong>Citra</strong>: alergi: telur", "Nasi tempe", "1 butir", "50 gram"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Rahasia"), "{page}");
    let page = meals.plan(cook, &meals.asked(meals.egg, &meals.tempe.to_string(), "periksa")).await.ok();
    assert!(
        page.contains("<strong>2</strong>") && page.contains("<span class=\"tag bad\">40 gram"),
        "{page}"
    );
    assert_eq!(
        meals.kitchens.number("SELECT COUNT(*) AS n FROM kitchen_run WHERE district_id = $1").await,
        0
    );
    let asked = meals.asked(meals.egg, &meals.tempe.to_string(), "kirim");
    let run = meals.plan(cook, &asked).await.to();
    // The same day and time again, another's kitchen, who does not cook.
    assert!(meals.plan(cook, &asked).await.refused().contains("sudah punya masakan"));
    let elsewhere = test.user(Role::Kitchen, &[], &[meals.kitchens.other]).await;
    assert_eq!(meals.plan(&elsewhere, &asked).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.get(&run).await.status, StatusCode::NOT_FOUND);
    assert_eq!(meals.plan(&near, &asked).await.status, StatusCode::FORBIDDEN);

    // Cooked out of the store: not without hygiene, not more than there is.
    let page = cook.get(&run).await.ok();
    assert!(page.contains("perlu 100 gram, ada 60 gram") && page.contains("tidak cukup"), "{page}");
    let boil = |rice: &'static str, clean: &'static str| {
        vec![("bahan.rice", rice), ("bahan.egg", "1"), ("porsi", "2"), ("bersih", clean)]
    };
    let masak = format!("{run}/masak");
    let page = cook.post(&masak, &boil("60", "")).await.refused();
    assert!(page.contains("Centang setelah dapur bersih") && page.contains("value=\"60\""), "{page}");
    assert!(cook.post(&masak, &boil("61", "ya")).await.refused().contains("role=\"alert\""));
    assert_eq!(elsewhere.post(&masak, &boil("60", "ya")).await.status, StatusCode::NOT_FOUND);
    let form = new_form_id();
    for _ in 0..2 {
        cook.post_as(&masak, &form, &boil("60", "ya")).await.to();
    }
    assert_eq!(
        (meals.kitchen("rice").await, meals.kitchen("egg").await, meals.kitchen("porsi_makan").await),
        (0, 9, 2)
    );

    // To the villages, never more than was cooked.
    let antar = format!("{run}/antar");
    let (one, two) = (format!("porsi.{}", VILLAGES[0]), format!("porsi.{}", VILLAGES[1]));
    assert!(cook.post(&antar, &[(&one, "2"), (&two, "1")]).await.refused().contains("Lebih dari 2 porsi"));
    assert!(cook.post(&antar, &[(&one, "1")]).await.refused().contains("Isi porsi setiap desa"));
    cook.post(&antar, &[(&one, "1"), (&two, "1")]).await.to();

    // The list of a village: everybody ate, unless somebody says otherwise; corrected by reversal.
    let first = format!("{run}/desa/{}", VILLAGES[0]);
    assert_eq!(near.get(&first).await.status, StatusCode::NOT_FOUND);
    let page = cook.get(&first).await.ok();
    assert!(
        page.contains("Wati")
            && !page.contains("Rahasia")
            && page.contains("<option value=\"all\" selected>"),
        "{page}"
    );
    let wati_mark = format!("tanda.{}", last(&wati));
    let home = meals.family(meals.wati).await;
    let form = new_form_id();
    for _ in 0..2 {
        cook.post_as(&first, &form, &[(&wati_mark, "all")]).await.to();
    }
    assert_eq!(meals.held(AccountKind::Household, home, "porsi_makan").await, 1);
    cook.post(&first, &[(&wati_mark, "absent")]).await.to();
    assert_eq!(
        (meals.held(AccountKind::Household, home, "porsi_makan").await, meals.kitchen("porsi_makan").await),
        (0, 2)
    );
    let taken = format!("pembawa.{}", last(&wati));
    cook.post(&first, &[(&wati_mark, "half"), (&taken, "Neneknya")]).await.to();
    assert!(cook.post(&first, &[(&wati_mark, "banyak")]).await.refused().contains("role=\"alert\""));
    let other = format!("tanda.{}", last(&citra));
    assert_eq!(
        cook.post(&first, &[(&other, "all")]).await.status,
        StatusCode::NOT_FOUND,
        "of another village"
    );

    // Closed when everybody is noted and the leftovers add up; they leave the store by a second person.
    let sisa = format!("{run}/sisa");
    assert!(cook.post(&sisa, &[("dibagi", "1")]).await.refused().contains("1 porsi yang belum dicatat"));
    let second = format!("{run}/desa/{}", VILLAGES[1]);
    let page = near.get(&second).await.ok();
    assert!(page.contains("Citra Rahasia") && page.contains("mendapat Nasi tempe"), "{page}");
    near.post(&second, &[(&other, "refused")]).await.to();
    assert!(
        cook.post(&sisa, &[("dibagi", "2"), ("keterangan", "x")])
            .await
            .refused()
            .contains("berjumlah 1 porsi")
    );
    cook.post(&sisa, &[("dibagi", "1"), ("keterangan", "Kakaknya")]).await.to();
    assert_eq!(meals.kitchen("porsi_makan").await, 1, "nothing leaves before somebody else agrees");
    let sql = "SELECT id FROM stock_change WHERE district_id = $1 AND state = 'requested'";
    let change: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    let decide = format!("/gudang/penghapusan/{}", change.unwrap().0);
    meals.kitchens.admin.post(&decide, &[("aksi", "setuju")]).await.to();
    assert_eq!(meals.kitchen("porsi_makan").await, 0);
    assert!(near.post(&second, &[(&other, "all")]).await.refused().contains("sudah ditutup"));
    assert!(cook.post(&format!("{run}/batal"), &[("alasan", "x")]).await.refused().contains("sudah ditutup"));

    // The family's page, the person's page, the week on paper.
    let page = meals.kitchens.admin.get(&format!("/sasaran/{home}")).await.ok();
    assert!(page.contains("Makanan tambahan") && page.contains("1 dari 1"), "{page}");
    assert!(!page.contains("Belum pernah menerima bantuan"), "{page}");
    let page = near.get(&citra).await.ok();
    assert!(page.contains("menolak") && page.contains("0 dari 1"), "{page}");
    let sheet = format!("/lembar-pmt/{}/2026-11-02", VILLAGES[0]);
    let page = cook.get(&sheet).await.ok();
    assert!(
        page.contains("class=\"sheet f4\"") && page.contains("<td>½</td>") && !page.contains("Rahasia"),
        "{page}"
    );
    assert_eq!(near.get(&sheet).await.status, StatusCode::NOT_FOUND);
    meals.check().await;
}

#[db_test]
async fn a_meal_is_taken_back_by_reversals(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let cook = &meals.kitchens.cook;
    let wati = meals.enrol(meals.wati).await;
    meals.stock(500, 10).await;
    let asked = meals.asked(meals.egg, "", "kirim");
    let run = meals.plan(cook, &asked).await.to();
    // Learned after the plan: her portion is taken from her at once.
    let near = meals.kitchens.test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let boil = [("bahan.rice", "50"), ("bahan.egg", "1"), ("porsi", "1"), ("bersih", "ya")];
    cook.post(&format!("{run}/masak"), &boil).await.to();
    cook.post(&format!("{run}/antar"), &[(&format!("porsi.{}", VILLAGES[0]), "1")]).await.to();
    near.post(&format!("{wati}/catatan"), &[("alergi", "egg")]).await.to();
    let list = format!("{run}/desa/{}", VILLAGES[0]);
    let page = near.get(&list).await.ok();
    assert!(page.contains("<span class=\"tag bad\">alergi</span>") && !page.contains("<select"), "{page}");
    let mark = format!("tanda.{}", last(&wati));
    assert!(near.post(&list, &[(&mark, "all")]).await.refused().contains("Tidak boleh diberi menu ini"));
    // Noted wrongly: it is well, and eaten; then the whole meal turns out to be a mistake.
    near.post(&format!("{wati}/catatan"), &[]).await.to();
    let page = near.get(&list).await.ok();
    assert!(!page.contains("<span class=\"tag bad\">alergi</span>") && page.contains("<select"), "{page}");
    assert!(cook.post(&format!("{run}/batal"), &[("alasan", "")]).await.refused().contains("role=\"alert\""));
    cook.post(&format!("{run}/batal"), &[("alasan", "Salah hari")]).await.to();
    let held = (meals.kitchen("rice").await, meals.kitchen("egg").await, meals.kitchen("porsi_makan").await);
    assert_eq!(held, (500, 10, 0));
    // The day is free again, and the second time she eats before it is taken back.
    let run = meals.plan(cook, &asked).await.to();
    cook.post(&format!("{run}/masak"), &boil).await.to();
    cook.post(&format!("{run}/antar"), &[(&format!("porsi.{}", VILLAGES[0]), "1")]).await.to();
    near.post(&format!("{run}/desa/{}", VILLAGES[0]), &[(&mark, "all")]).await.to();
    let home = meals.family(meals.wati).await;
    assert_eq!(meals.held(AccountKind::Household, home, "porsi_makan").await, 1);
    cook.post(&format!("{run}/batal"), &[("alasan", "Salah hari lagi")]).await.to();
    assert_eq!(
        (meals.held(AccountKind::Household, home, "porsi_makan").await, meals.kitchen("egg").await),
        (0, 10)
    );
    assert!(near.get(&wati).await.ok().contains("0 dari 0"));
    meals.check().await;
}

#[db_test]
async fn the_outcome_follows_from_the_measurements(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let officer = &meals.kitchens.nutritionist;
    let (wati, citra) = (meals.enrol(meals.wati).await, meals.enrol(meals.citra).await);
    let finish = [("akhir", "finished")];
    assert!(officer.post(&format!("{wati}/selesai"), &finish).await.refused().contains("Masih 55 hari lagi"));
    assert!(
        officer
            .post(&format!("{citra}/selesai"), &[("akhir", "lost")])
            .await
            .refused()
            .contains("role=\"alert\"")
    );
    officer.post(&format!("{citra}/selesai"), &[("akhir", "lost"), ("alasan", "Rumah kosong")]).await.to();
    // A mistake: she goes on, and then is lost again.
    officer.post(&format!("{citra}/lanjut"), &[]).await.to();
    officer.post(&format!("{citra}/selesai"), &[("akhir", "lost"), ("alasan", "Rumah kosong")]).await.to();

    meals.kitchens.test.db.clock.advance(56 * 86_400);
    let test = &meals.kitchens.test;
    let officer = test.with_role(Role::NutritionOfficer).await;
    // Her days are over: who weighs and who records the outcome are told, each on the own first page, until it is recorded.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let list = format!("/pmt/{}?tampil=selesai", meals.programme);
    let task = "sudah selesai masanya: catat hasilnya";
    let page = officer.get("/").await.ok();
    assert!(page.contains(task) && page.contains("1 peserta") && page.contains(&list), "{page}");
    assert!(!cadre.get("/").await.ok().contains(task), "a cadre records no outcome");
    let page = cadre.get("/pendampingan").await.ok();
    assert!(page.contains("Masa PMT Wati Rahasia selesai") && page.contains(&wati), "{page}");
    assert!(!officer.get("/pendampingan").await.ok().contains("Masa PMT Citra"), "hers has ended already");
    let page = officer.get(&list).await.ok();
    assert!(page.contains(&wati) && !page.contains(&citra), "{page}");
    assert!(page.contains("hasil belum dicatat"), "{page}");
    let elsewhere = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    assert!(!elsewhere.get("/pendampingan").await.ok().contains("Masa PMT"));
    assert!(
        officer.post(&format!("{wati}/selesai"), &finish).await.refused().contains("Timbang dan ukur dulu")
    );
    let weigh = |weight: &'static str| {
        [
            ("hari_tanggal", "27"),
            ("hari_bulan", "12"),
            ("hari_tahun", "2026"),
            ("berat", weight),
            ("tinggi", "78,0"),
        ]
    };
    let page = officer.post(&format!("{wati}/timbang"), &weigh("890")).await.refused();
    assert!(page.contains("value=\"890\""), "{page}");
    let far = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    assert_eq!(far.post(&format!("{wati}/timbang"), &weigh("9,1")).await.status, StatusCode::NOT_FOUND);
    // What no child of her age weighs is asked about, keeps what was typed, and is not stored before it was confirmed.
    let odd = weigh("29,1");
    let page = officer.post(&format!("{wati}/timbang"), &odd).await.refused();
    assert!(page.contains("Ukur ulang dahulu?") && page.contains("BB/U"), "{page}");
    assert!(page.contains("value=\"29,1\"") && page.contains("value=\"78,0\""), "{page}");
    let stored = "SELECT COUNT(*) AS n FROM measurement WHERE district_id = $1 AND weight_g = 29100";
    assert_eq!(meals.kitchens.number(stored).await, 0);
    let sure = page.split("name=\"yakin\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let sure = sure.replace("&#x2F;", "/").replace("&#47;", "/");
    // Confirmed for other figures it is asked again.
    let page =
        officer.post(&format!("{wati}/timbang"), &[&weigh("28,1")[..], &[("yakin", &sure)]].concat()).await;
    assert!(page.refused().contains("Ukur ulang dahulu?"));
    // What the posyandu weighed meanwhile is a week's weight as well; that day is not weighed again.
    let posyandu = [("hari", "2026-12-20"), ("berat", "8,9"), ("edema", "0")];
    officer.post(&format!("/pengukuran/anak/{}/baru", meals.wati), &posyandu).await.to();
    let page = officer.get(&wati).await.ok();
    assert!(page.contains("20 Des 2026") && page.contains("8,90 kg"), "{page}");
    let mut again = weigh("9,0");
    again[0].1 = "20";
    let page = officer.post(&format!("{wati}/timbang"), &again).await.refused();
    assert!(page.contains("sudah tercatat diukur pada hari itu") && page.contains("value=\"9,0\""), "{page}");
    officer.post(&format!("{wati}/timbang"), &weigh("9,1")).await.to();
    // It is a measurement like any other.
    let sql = "SELECT COUNT(*) AS n FROM measurement WHERE district_id = $1 AND weight_g = 9100 AND source = 'form'";
    assert_eq!(meals.kitchens.number(sql).await, 1);
    officer.post(&format!("{wati}/selesai"), &finish).await.to();
    assert!(!cadre.get("/pendampingan").await.ok().contains("Masa PMT"));
    assert!(!officer.get("/").await.ok().contains(task));
    assert!(officer.get(&list).await.ok().contains("Semua hasil sudah dicatat"));
    let page = officer.get(&wati).await.ok();
    assert!(page.contains(">pulih<") && page.contains("9,10 kg"), "{page}");
    // Two were enrolled, one is judged, one is lost; nothing is left out of the whole.
    let page = officer.get(&format!("/pmt/{}", meals.programme)).await.ok();
    for words in [
        "<dt>Selesai dan dinilai</dt><dd>1 dari 2",
        "<dt>pulih</dt><dd>1 dari 1",
        "<dt>hilang kontak</dt><dd>1 dari 2",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }

    // Handed to Sigizi: with NIK alone, eight weeks, the reason and what follows by their codes; the making is logged.
    let path = format!("/pmt/{}/sigizi", meals.programme);
    assert!(officer.get(&path).await.ok().contains("belum dari Kementerian"));
    for role in [Role::Cadre, Role::Kitchen, Role::Auditor] {
        let stranger = test.with_role(role).await;
        assert_eq!(stranger.post(&path, &[]).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    let rows = officer.download(&path, &[]).await;
    assert_eq!(rows[0][..3], ["nik", "nama", "tanggal_pemberian_pertama"]);
    assert_eq!((rows[0].len(), rows.len()), (24, 9));
    assert_eq!((rows[1][0].as_str(), rows[1][9].as_str(), rows[1][10].as_str()), (NIK, "1", "1"));
    assert_eq!((rows[7][19].as_str(), rows[7][20].as_str()), ("8.9", ""), "as the posyandu weighed her");
    assert_eq!((rows[8][19].as_str(), rows[8][23].as_str(), rows[1][23].as_str()), ("9.1", "2", "1"));
    meals.check().await;
}

#[db_test]
async fn a_meal_that_was_received_counts_as_helped(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (test, cook) = (&meals.kitchens.test, &meals.kitchens.cook);
    let campaign = test.app.store.new_id();
    test.sql(
        "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, contributor_scope, help, \
         destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, deposit_days, state, created_at) \
         VALUES ($1, $2, 'Korpri Peduli', '', 'monthly', 5, 20260901, 'asn', 'nutrition', 'kitchens', $3, $3, 'asn', 1, '', \
         3, 'active', 0)",
        args![KERINCI, campaign, meals.kitchens.kitchen],
    )
    .await;
    test.sql("UPDATE meal_programme SET campaign_id = $2 WHERE district_id = $1", args![KERINCI, campaign])
        .await;
    // Those on the list count, before anybody has visited them.
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, \
         'registry.eligible_statuses', 'listed,verified', 0, $2)",
        args![KERINCI, Id::SYSTEM],
    )
    .await;
    let helped = async || {
        let sql = "SELECT CAST(COALESCE(SUM(value), 0) AS BIGINT) AS n FROM summary_cell WHERE measure = 'helped' \
                   AND campaign_id = $1 AND week_of = 20261102";
        test.db.clock.advance(1);
        asuh_step_reports::refresh(&test.app, KERINCI).await.unwrap();
        crate::reports::equal_to_rows(test, campaign, &[time::macros::date!(2026 - 11 - 02)]).await;
        test.number(sql, args![campaign]).await
    };
    let wati = meals.enrol(meals.wati).await;
    meals.stock(500, 10).await;
    let run = meals.plan(cook, &meals.asked(meals.egg, "", "kirim")).await.to();
    let boil = [("bahan.rice", "50"), ("bahan.egg", "1"), ("porsi", "1"), ("bersih", "ya")];
    cook.post(&format!("{run}/masak"), &boil).await.to();
    cook.post(&format!("{run}/antar"), &[(&format!("porsi.{}", VILLAGES[0]), "1")]).await.to();
    assert_eq!(helped().await, 0, "what was handed to the village is not eaten");
    let near = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let mark = format!("tanda.{}", last(&wati));
    near.post(&format!("{run}/desa/{}", VILLAGES[0]), &[(&mark, "all")]).await.to();
    assert_eq!(helped().await, 1);
    cook.post(&format!("{run}/batal"), &[("alasan", "Salah hari")]).await.to();
    assert_eq!(helped().await, 0, "a meal that was taken back helped nobody");
}
