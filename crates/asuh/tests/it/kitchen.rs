//! Kitchens, the table of foods, menus.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

/// A district with two kitchens, the first of which cooks for two villages and has a cook.
pub struct Kitchens {
    pub test: TestApp,
    pub admin: Client,
    pub nutritionist: Client,
    pub kitchen: Id,
    pub other: Id,
    pub cook: Client,
}

impl Kitchens {
    pub async fn start(db: TestDatabase) -> Kitchens {
        let test = TestApp::start(db).await;
        for (nth, (code, name, unit)) in
            [("rice", "Beras", "gram"), ("egg", "Telur", "butir"), ("cash", "Uang", "rupiah")]
                .into_iter()
                .enumerate()
        {
            let kind = if code == "cash" { "cash" } else { "goods" };
            test.sql(
                "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
                 VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6)",
                args![KERINCI, code, name, unit, kind, nth as i64],
            )
            .await;
        }
        let admin = test.with_role(Role::DistrictAdmin).await;
        let nutritionist = test.with_role(Role::NutritionOfficer).await;
        let kitchen = test.institution("kitchen", "Dapur Gunung Raya", None).await;
        let other = test.institution("kitchen", "Dapur Danau", None).await;
        let cook = test.user(Role::Kitchen, &[], &[kitchen]).await;
        let kitchens = Kitchens { test, admin, nutritionist, kitchen, other, cook };
        kitchens.serve(kitchens.kitchen, &VILLAGES[..2]).await;
        kitchens
    }

    pub async fn serve(&self, kitchen: Id, villages: &[i64]) {
        let villages: Vec<String> = villages.iter().map(i64::to_string).collect();
        let fields: Vec<(&str, &str)> = villages.iter().map(|code| ("desa", code.as_str())).collect();
        self.admin.post(&format!("/dapur/{kitchen}/ubah"), &fields).await.to();
    }

    /// The shipped foods, and two menus: rice with egg, rice with tempe.
    pub async fn menus(&self) -> (Id, Id) {
        self.admin.post("/bahan-makanan/awal", &[]).await.to();
        let ages = [("usia", "m6"), ("usia", "m9"), ("usia", "m12"), ("usia", "m24"), ("usia", "pregnant")];
        let menu = |name: &'static str, second: &'static str, amount: &'static str, unit: &'static str| {
            let mut fields = vec![
                ("nama", name),
                ("jenis", "meal"),
                ("bahan.1", "beras"),
                ("jumlah.1", "50"),
                ("satuan.1", "gram"),
                ("bahan.2", second),
                ("jumlah.2", amount),
                ("satuan.2", unit),
            ];
            fields.extend(ages);
            fields
        };
        let id = |path: String| -> Id { path.rsplit('/').next().unwrap().parse().unwrap() };
        let egg = self
            .nutritionist
            .post("/menu-dapur/baru", &menu("Nasi telur", "telur_ayam", "1", "satuan"))
            .await;
        let tempe =
            self.nutritionist.post("/menu-dapur/baru", &menu("Nasi tempe", "tempe", "40", "gram")).await;
        (id(egg.to()), id(tempe.to()))
    }

    pub async fn number(&self, sql: &str) -> i64 {
        self.test.number(sql, args![KERINCI]).await
    }
}

#[db_test]
async fn a_village_has_one_kitchen_and_a_cook_sees_her_own(db: TestDatabase) {
    let kitchens = Kitchens::start(db).await;
    let (admin, cook) = (&kitchens.admin, &kitchens.cook);
    let own = format!("/dapur/{}", kitchens.kitchen);
    let other = format!("/dapur/{}", kitchens.other);
    let page = admin.get("/dapur").await.ok();
    assert!(page.contains("Dapur Gunung Raya") && page.contains("Dapur Danau"), "{page}");

    // What was typed comes back with the form; who works there stands on the page.
    let fields = [
        ("desa", VILLAGES[0].to_string()),
        ("orang.cook", "Bu Rekaan\r\n\r\n Bu Contoh ".to_owned()),
        ("orang.pkk", "PKK Selam Paung".to_owned()),
        ("porsi", "120".to_owned()),
        ("higienis_tanggal", "1".to_owned()),
        ("higienis_bulan", "11".to_owned()),
        ("higienis_tahun", "2026".to_owned()),
        ("catatan", "Kompor gas".to_owned()),
    ];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    admin.post(&format!("{own}/ubah"), &fields).await.to();
    let page = cook.get(&own).await.ok();
    for words in
        ["Selam Paung", "Bu Rekaan", "Bu Contoh", "PKK Selam Paung", "1 Nov 2026", "Pengguna kitchen"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Air Mumu") && !page.contains("/ubah"), "{page}");
    let form = admin.get(&format!("{own}/ubah")).await.ok();
    assert!(form.contains("value=\"120\"") && form.contains("Bu Rekaan\nBu Contoh"), "{form}");

    // A village of another kitchen, a day to come, nonsense: refused with what was typed, nothing changed.
    let taken = [("desa", VILLAGES[0].to_string()), ("catatan", "Tetap ada".to_owned())];
    let taken = taken.each_ref().map(|(name, value)| (*name, value.as_str()));
    let page = admin.post(&format!("{other}/ubah"), &taken).await.refused();
    assert!(page.contains("sudah dilayani dapur lain") && page.contains("Tetap ada"), "{page}");
    let late =
        [("higienis_tanggal", "1"), ("higienis_bulan", "1"), ("higienis_tahun", "2030"), ("porsi", "banyak")];
    let page = admin.post(&format!("{own}/ubah"), &late).await.refused();
    assert!(page.contains("value=\"banyak\""), "{page}");
    let page = admin.post(&format!("{own}/ubah"), &late[..3]).await.refused();
    assert!(page.contains("belum terjadi"), "{page}");
    assert_eq!(kitchens.number("SELECT COUNT(*) AS n FROM kitchen_village WHERE district_id = $1").await, 1);

    // Sent twice it is once.
    let form = new_form_id();
    let both = [("desa", VILLAGES[0].to_string()), ("desa", VILLAGES[1].to_string())];
    let both = both.each_ref().map(|(name, value)| (*name, value.as_str()));
    for _ in 0..2 {
        admin.post_as(&format!("{own}/ubah"), &form, &both).await.to();
    }
    let puts = "SELECT COUNT(*) AS n FROM command_log WHERE district_id = $1 AND kind = 'kitchen.put'";
    assert_eq!(kitchens.number(puts).await, 3);

    // The cook reads her kitchen alone and changes nothing; a cadre sees the kitchen of her village.
    let page = cook.get("/dapur").await.ok();
    assert!(page.contains("Dapur Gunung Raya") && !page.contains("Dapur Danau"), "{page}");
    assert_eq!(cook.get(&other).await.status, StatusCode::NOT_FOUND);
    assert_eq!(cook.get(&format!("{own}/ubah")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(cook.post(&format!("{own}/ubah"), &both).await.status, StatusCode::FORBIDDEN);
    let near = kitchens.test.user(Role::Cadre, &[VILLAGES[1]], &[]).await;
    let far = kitchens.test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    near.get(&own).await.ok();
    assert_eq!(far.get(&own).await.status, StatusCode::NOT_FOUND);
    for role in [Role::Sponsor, Role::UnitCoordinator, Role::Leader, Role::WarehouseKeeper] {
        let stranger = kitchens.test.with_role(role).await;
        assert_eq!(stranger.get("/dapur").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[db_test]
async fn the_table_of_foods_goes_out_and_comes_back(db: TestDatabase) {
    let kitchens = Kitchens::start(db).await;
    let officer = &kitchens.nutritionist;
    assert!(officer.get("/bahan-makanan").await.ok().contains("Tabel masih kosong"));
    let form = new_form_id();
    for _ in 0..2 {
        officer.post_as("/bahan-makanan/awal", &form, &[]).await.to();
    }
    assert_eq!(kitchens.number("SELECT COUNT(*) AS n FROM food WHERE district_id = $1").await, 36);
    assert_eq!(
        kitchens.number("SELECT COUNT(*) AS n FROM food WHERE district_id = $1 AND confirmed = 1").await,
        0
    );
    let page = officer.get("/bahan-makanan?cari=TELUR").await.ok();
    assert!(
        page.contains("Telur ayam ras") && page.contains("perlu dikonfirmasi") && !page.contains("Wortel"),
        "{page}"
    );

    // Out and in again changes nothing.
    let rows = officer.download_link("/bahan-makanan/unduh").await;
    assert_eq!(rows.len(), 37);
    let egg = rows.iter().find(|row| row[0] == "telur_ayam").unwrap().clone();
    assert_eq!(egg[1..9], ["Telur ayam ras", "telur", "154", "12.4", "89", "telur", "egg", "60"]);
    let text = |rows: &[Vec<String>]| rows.iter().map(|row| row.join(";")).collect::<Vec<_>>().join("\n");
    let all = "SELECT SUM(COALESCE(energy_kcal, 0) + COALESCE(protein_dg, 0) * 10000) AS n FROM food WHERE district_id = $1";
    let all = all.replace("SUM(", "CAST(SUM(").replace(") AS n", ") AS BIGINT) AS n");
    let before = kitchens.number(&all).await;
    let send = |content: String| async move {
        officer.upload("/bahan-makanan/unggah", &[], "berkas", "bahan.csv", content.as_bytes()).await
    };
    let answer = send(text(&rows)).await.to();
    assert!(officer.get(&answer).await.ok().contains("36 bahan tersimpan"));
    assert_eq!(kitchens.number(&all).await, before);

    // One row wrong: which row, which column, how to mend it; nothing is stored.
    let mut spoiled = vec![rows[0].clone(), egg.clone(), egg.clone(), egg.clone()];
    spoiled[1][3] = "seratus".into();
    spoiled[2][0] = "baru_a".into();
    spoiled[2][6] = "bulu".into();
    spoiled[3][0] = "baru_b".into();
    spoiled[3][8] = String::new();
    let page = send(text(&spoiled)).await.refused();
    for words in
        ["Tidak ada yang disimpan", "seratus", "Tulis angka", "bulu", "dipisah koma", "Tulis berapa gram"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(kitchens.number("SELECT COUNT(*) AS n FROM food WHERE district_id = $1").await, 36);
    let page = send("Nama;Harga\nTelur;2000".into()).await.refused();
    assert!(page.contains("Judul kolom tidak ditemukan"), "{page}");

    // A new food by file and one by form; the form keeps what was typed.
    let new = format!("{}\n;Belut sawah;ikan;303;14,0;100;;;;Dinas;ya", rows[0].join(";"));
    send(new).await.to();
    let page = officer.get("/bahan-makanan/belut_sawah").await.ok();
    assert!(page.contains("value=\"303\"") && page.contains("value=\"14,0\""), "{page}");
    let bad = [
        ("nama", "Ikan nila"),
        ("kelompok", "fish"),
        ("energi", "890000"),
        ("bdd", "80"),
        ("alergen", "fish"),
    ];
    let page = officer.post("/bahan-makanan/baru", &bad).await.refused();
    assert!(page.contains("1.000 kkal") && page.contains("value=\"Ikan nila\""), "{page}");
    let mut good = bad;
    good[2].1 = "89";
    officer.post("/bahan-makanan/baru", &good).await.to();
    let page =
        officer.post("/bahan-makanan/baru", &[&good[..2], &[("energi", "90"), ("bdd", "80")]].concat()).await;
    assert!(page.refused().contains("Sudah ada bahan dengan nama itu"));

    // The table is the district's: a puskesmas' officer and a cook read it.
    let local = kitchens.test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    local.get("/bahan-makanan").await.ok();
    assert_eq!(local.post("/bahan-makanan/baru", &good).await.status, StatusCode::NOT_FOUND);
    assert_eq!(local.post("/bahan-makanan/awal", &[]).await.status, StatusCode::NOT_FOUND);
    kitchens.cook.get("/bahan-makanan").await.ok();
    assert_eq!(kitchens.cook.post("/bahan-makanan/baru", &good).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_menu_says_what_a_portion_holds(db: TestDatabase) {
    let kitchens = Kitchens::start(db).await;
    let officer = &kitchens.nutritionist;
    assert!(officer.get("/menu-dapur/baru").await.ok().contains("Isi tabel bahan makanan dulu"));
    let (egg, tempe) = kitchens.menus().await;
    let page = kitchens.cook.get(&format!("/menu-dapur/{egg}")).await.ok();
    // 50 g of rice and an egg of 60 g, 89 percent of which is eaten.
    for words in
        ["60 g (1 butir)", "261", "10,8", "<strong>telur</strong>", "perlu dikonfirmasi", "dua sumber hewani"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("/ubah"), "{page}");
    let page = officer.get("/menu-dapur").await.ok();
    assert!(page.contains("Nasi telur") && page.contains("Nasi tempe") && page.contains("kedelai"), "{page}");

    // Nonsense keeps what was typed.
    let bad = [
        ("nama", "Bubur"),
        ("jenis", "meal"),
        ("usia", "m6"),
        ("bahan.1", "tempe"),
        ("jumlah.1", "2"),
        ("satuan.1", "satuan"),
        ("bahan.2", "wortel"),
        ("jumlah.2", "sedikit"),
    ];
    let page = officer.post("/menu-dapur/baru", &bad).await.refused();
    assert!(page.contains("tidak punya satuan") && page.contains("value=\"sedikit\""), "{page}");
    let twice = [
        bad[0],
        bad[1],
        bad[2],
        ("bahan.1", "wortel"),
        ("jumlah.1", "20"),
        ("bahan.2", "wortel"),
        ("jumlah.2", "10"),
    ];
    assert!(officer.post("/menu-dapur/baru", &twice).await.refused().contains("Satu bahan cukup sekali"));
    let none = [bad[0], bad[1], bad[2]];
    assert!(officer.post("/menu-dapur/baru", &none).await.refused().contains("Pilih 1 sampai 16 bahan"));

    // The district's norm decides what is said of it.
    let page = kitchens.cook.get("/menu-dapur/patokan").await.ok();
    assert!(page.contains("225") && !page.contains("<input id=\"f-energi_dari"), "{page}");
    let mut norms: Vec<(String, String)> = Vec::new();
    for age in ["m6", "m9", "m12", "m24", "pregnant"] {
        for (field, value) in [
            ("energi_dari", "300"),
            ("energi_sampai", "400"),
            ("protein_dari", "12,5"),
            ("protein_sampai", "20"),
            ("hewani", "1"),
        ] {
            norms.push((format!("{field}.{age}"), value.to_owned()));
        }
    }
    let fields: Vec<(&str, &str)> =
        norms.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    officer.post("/menu-dapur/patokan", &fields).await.to();
    let page = officer.get(&format!("/menu-dapur/{egg}")).await.ok();
    assert!(
        page.contains("energi kurang") && page.contains("protein kurang") && !page.contains("dua sumber"),
        "{page}"
    );
    let mut upside = fields.clone();
    upside[1].1 = "200";
    assert!(officer.post("/menu-dapur/patokan", &upside).await.refused().contains("tidak boleh melebihi"));
    assert_eq!(kitchens.cook.post("/menu-dapur/patokan", &fields).await.status, StatusCode::FORBIDDEN);

    // Retired it is offered no more, and changed no more.
    assert_eq!(
        kitchens.cook.post(&format!("/menu-dapur/{tempe}/arsip"), &[]).await.status,
        StatusCode::FORBIDDEN
    );
    officer.post(&format!("/menu-dapur/{tempe}/arsip"), &[]).await.to();
    assert!(!officer.get("/menu-dapur").await.ok().contains("Nasi tempe"));
    assert_eq!(officer.get(&format!("/menu-dapur/{tempe}/ubah")).await.status, StatusCode::NOT_FOUND);
}
