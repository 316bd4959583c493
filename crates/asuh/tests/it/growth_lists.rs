//! growth: the work lists, coverage beside prevalence, the quality page and the district's norms, as officers and
//! cadres use them; on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_step_growth as growth;
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::support::{KERINCI, TestApp, VILLAGES};

const HEADING: &str = "NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,LiLA\n";

/// Where and when a child of these tests is measured; the present day is 2 November 2026.
struct Seen<'a> {
    nik: &'a str,
    name: &'a str,
    birth: &'a str,
    village: &'a str,
    rw: &'a str,
}

impl Seen<'_> {
    fn on(&self, day: &str, kg: &str, cm: &str, arm: &str) -> String {
        let Seen { nik, name, birth, village, rw } = self;
        let kecamatan = if village.contains("Sanggaran") { "Danau Kerinci" } else { "Gunung Raya" };
        format!(
            "{nik},{name},L,{birth},BUDI / SITI,{kecamatan},{village},Melati,001,{rw},{day},{kg},{cm},Terlentang,{arm}\n"
        )
    }
}

const fn child<'a>(name: &'a str, village: &'a str, rw: &'a str) -> Seen<'a> {
    Seen { nik: "-", name, birth: "2025-01-10", village, rw }
}

async fn import(test: &TestApp, rows: &[String]) {
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEADING}{}", rows.concat())).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!(summary.errors, 0, "{summary:?}");
}

const NIK: &str = "1501010101250001";

/// A child for every list, in Selam Paung but the last.
async fn measured(test: &TestApp) {
    let at = |name| child(name, "Selam Paung", "001");
    let thin = Seen { nik: NIK, ..at("Tipis") };
    import(
        test,
        &[
            // Severely wasted at 20 months.
            thin.on("2026-10-05", "7.3", "80.0", "12.0"),
            // 79.5 cm at 20 months is normal, 78.9 cm a month later is short.
            at("Baru Pendek").on("2026-09-07", "10.5", "79.5", "14"),
            at("Baru Pendek").on("2026-10-05", "10.8", "78.9", "14"),
            at("Dua Kali").on("2026-08-03", "10.5", "83", "14"),
            at("Dua Kali").on("2026-09-07", "10.5", "83", "14"),
            at("Dua Kali").on("2026-10-05", "10.5", "84", "14"),
            at("Garis Merah").on("2026-10-05", "7.6", "75", "13"),
            at("Mustahil").on("2026-10-05", "10.5", "50", "14"),
            at("Lama").on("2026-08-31", "10.5", "83", "14"),
            child("Jauh", "Sanggaran Agung", "001").on("2026-10-05", "7.3", "80.0", "12.0"),
            child("Lengan", "Selam Paung", "002").on("2026-10-05", "10.5", "83", "11.4"),
        ],
    )
    .await;
}

fn list(code: &str) -> String {
    format!("/pengukuran/daftar?daftar={code}")
}

/// The names that a list shows, in their order.
fn names(page: &str) -> Vec<String> {
    let rows = page.split("href=\"/pengukuran/anak/").skip(1);
    rows.filter_map(|row| Some(row.split_once("\">")?.1.split_once('<')?.0.to_owned())).collect()
}

#[db_test]
async fn each_list_shows_its_children_with_reason_source_and_day(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    for (code, wanted, words) in [
        ("rujuk", vec!["Lengan", "Tipis"], "LiLA di bawah 11,5 cm"),
        ("baru_pendek", vec!["Baru Pendek"], "TB/U\u{a0}-2,"),
        ("2t", vec!["Dua Kali"], "10,50 kg"),
        ("bgm", vec!["Garis Merah", "Tipis"], "BB/U\u{a0}-3,"),
        ("ukur_ulang", vec!["Mustahil"], "TB/U mustahil"),
        ("belum_diukur", vec!["Lama"], "31 Agu 2026 · berkas e-PPGBM"),
    ] {
        let page = officer.get(&list(code)).await.ok();
        assert_eq!(names(&page), wanted, "{code}: {page}");
        assert!(page.contains(words), "{code} lacks {words}: {page}");
        assert!(!page.contains(NIK) && page.contains("berkas e-PPGBM"), "{code}");
    }
    let page = officer.get(&list("rujuk")).await.ok();
    assert!(page.contains("gizi buruk (BB/TB)<br>") && page.contains("5 Okt 2026"), "{page}");
    // Every tab has its count.
    for (code, n) in
        [("rujuk", 2), ("baru_pendek", 1), ("2t", 1), ("bgm", 2), ("ukur_ulang", 1), ("belum_diukur", 1)]
    {
        let tab = page.split(&format!("daftar?daftar={code}\"")).nth(1).unwrap_or_default();
        let count = tab.split("</span>").next().unwrap_or_default().rsplit('>').next().unwrap_or_default();
        assert_eq!(count, n.to_string(), "{code}: {page}");
    }
    // Nobody chosen: the most urgent one.
    assert_eq!(names(&officer.get("/pengukuran/daftar").await.ok()), ["Lengan", "Tipis"]);
}

#[db_test]
async fn a_list_ends_where_the_reach_ends(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let elsewhere = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let page = elsewhere.get(&list("rujuk")).await.ok();
    assert_eq!(names(&page), ["Jauh"]);
    assert!(!page.contains("Selam Paung"), "{page}");
    // A cadre sees those of her RW.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql("UPDATE grant_territory SET rw = '002' WHERE territory_code = $1", args![VILLAGES[0]]).await;
    assert_eq!(names(&cadre.get(&list("rujuk")).await.ok()), ["Lengan"]);
    for code in ["baru_pendek", "2t", "bgm", "ukur_ulang", "belum_diukur"] {
        assert_eq!(names(&cadre.get(&list(code)).await.ok()), Vec::<String>::new(), "{code}");
    }
    let home = cadre.get("/").await.ok();
    assert!(home.contains("1 anak gizi buruk: rujuk hari ini"), "{home}");
    assert!(!home.contains("baru pendek"), "{home}");
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    assert_eq!(coordinator.get(&list("rujuk")).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn lists_are_filtered_and_searched(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    assert_eq!(names(&officer.get(&list("rujuk")).await.ok()), ["Lengan", "Tipis", "Jauh"], "by village");
    let within = |more: &str| format!("{}&{more}", list("rujuk"));
    assert_eq!(names(&officer.get(&within("kecamatan=1501020000")).await.ok()), ["Jauh"]);
    let village = format!("desa={}", VILLAGES[0]);
    assert_eq!(names(&officer.get(&within(&village)).await.ok()), ["Lengan", "Tipis"]);
    let melati = format!("{village}&posyandu=Melati");
    assert_eq!(names(&officer.get(&within(&melati)).await.ok()), ["Lengan", "Tipis"]);
    let other = format!("{village}&posyandu=Mawar");
    assert_eq!(names(&officer.get(&within(&other)).await.ok()), Vec::<String>::new());
    let search = |text: &'static str| {
        let officer = officer.clone();
        async move { officer.post("/pengukuran/daftar/cari", &[("daftar", "rujuk"), ("cari", text)]).await.ok() }
    };
    assert_eq!(names(&search("TIP").await), ["Tipis"]);
    assert!(search("tidak ada").await.contains("Tidak ada anak dengan nama ini"));
    let home = officer.get("/").await.ok();
    assert!(
        home.contains("3 anak gizi buruk: rujuk hari ini") && home.contains("1 anak baru pendek"),
        "{home}"
    );
}

#[db_test]
async fn who_left_or_grew_up_leaves_the_lists(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    test.sql("UPDATE person_version SET ended_reason = 'moved' WHERE name_search = 'tipis'", args![]).await;
    test.sql(
        "UPDATE family_version SET status = 'moved' WHERE family_id IN \
         (SELECT family_id FROM person_version WHERE name_search = 'lengan')",
        args![],
    )
    .await;
    test.sql("UPDATE person_version SET birth_date = 20211102 WHERE name_search = 'lama'", args![]).await;
    assert_eq!(names(&officer.get(&list("rujuk")).await.ok()), ["Jauh"]);
    assert_eq!(names(&officer.get(&list("belum_diukur")).await.ok()), Vec::<String>::new());
    test.sql("UPDATE person_version SET birth_date = 20211103 WHERE name_search = 'lama'", args![]).await;
    assert_eq!(names(&officer.get(&list("belum_diukur")).await.ok()), ["Lama"]);
}

#[db_test]
async fn long_lists_go_on_page_by_page_and_are_printed_whole(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let all: Vec<String> = (0..70).map(|nth| format!("Anak {nth:02}")).collect();
    let rows: Vec<String> = all
        .iter()
        .map(|name| child(name, "Selam Paung", "001").on("2026-10-05", "7.3", "80.0", "12.0"))
        .collect();
    import(&test, &rows).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    let first = officer.get(&list("rujuk")).await.ok();
    let next = first.split("setelah=").nth(1).unwrap().split('"').next().unwrap();
    let second = officer.get(&format!("{}&setelah={next}", list("rujuk"))).await.ok();
    let mut both = names(&first);
    assert_eq!(both.len(), 50);
    both.extend(names(&second));
    assert_eq!(both, all);
    assert!(!second.contains("setelah="), "{second}");
    let whole = officer.get(&format!("{}&lembar=1", list("rujuk"))).await.ok();
    assert!(names(&whole) == all && whole.contains("data-print") && whole.contains("class=\"letterhead\""));
    // A search goes on by POST.
    let found = officer.post("/pengukuran/daftar/cari", &[("daftar", "rujuk"), ("cari", "anak")]).await.ok();
    assert!(found.contains("name=\"setelah\""), "{found}");
    let more = [("daftar", "rujuk"), ("cari", "anak"), ("setelah", next)];
    assert_eq!(names(&officer.post("/pengukuran/daftar/cari", &more).await.ok()).len(), 20);
}

/// What the access log says of downloads and printed lists.
async fn logged(test: &TestApp, detail: &str) -> i64 {
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let sql =
        "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND action = 'export' AND detail = $2";
    test.number(sql, args![KERINCI, detail]).await
}

#[db_test]
async fn a_list_is_taken_away_with_numbers_masked_unless_asked_for(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let rows = officer.download("/pengukuran/daftar/unduh", &[("daftar", "rujuk")]).await;
    let text = format!("{rows:?}");
    assert!(rows.len() == 3 && text.contains("Tipis") && !text.contains(NIK), "{text}");
    assert!(text.contains("gizi buruk (BB/TB)") && text.contains("berkas e-PPGBM"), "{text}");
    assert_eq!(logged(&test, "growth_list rujuk 2").await, 1);
    let rows = officer.download("/pengukuran/daftar/unduh", &[("daftar", "rujuk"), ("nik", "ya")]).await;
    assert!(format!("{rows:?}").contains(NIK), "{rows:?}");
    assert_eq!(logged(&test, "growth_list_nik rujuk 2").await, 1);
    officer.get(&format!("{}&lembar=1", list("rujuk"))).await.ok();
    assert_eq!(logged(&test, "growth_sheet rujuk 2").await, 1);
    // A cadre may not open numbers.
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert!(!cadre.get(&list("rujuk")).await.ok().contains("name=\"nik\""));
    let asked = cadre.post("/pengukuran/daftar/unduh", &[("daftar", "rujuk"), ("nik", "ya")]).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn coverage_stands_beside_the_share_and_few_children_have_no_percentage(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let rows: Vec<String> = (0..30)
        .map(|nth| {
            let cm = if nth < 6 { "78.0" } else { "83.0" };
            child(&format!("Anak {nth}"), "Selam Paung", "001").on("2026-10-05", "10.5", cm, "14")
        })
        .chain((0..30).map(|nth| {
            child(&format!("Lama {nth}"), "Selam Paung", "001").on("2026-08-03", "10.0", "82", "14")
        }))
        .chain([child("Sendiri", "Air Mumu", "001").on("2026-10-05", "10.5", "78.0", "14")])
        .chain([child("Jauh", "Sanggaran Agung", "001").on("2026-10-05", "10.5", "78.0", "14")])
        .collect();
    import(&test, &rows).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let page = officer.get("/pengukuran").await.ok().replace('\u{a0}', " ");
    let row = |name: &str| page.split("<tr>").find(|row| row.contains(name)).unwrap_or_default().to_owned();
    let village = row("Selam Paung");
    assert!(village.contains("30 dari 60 (50,0 %)") && village.contains("6 dari 30 (20,0 %)"), "{village}");
    assert!(row("Air Mumu").contains("1 dari 1 (n &#60; 20)"), "{page}");
    assert!(page.contains("Kurang dari 80 % anak ditimbang") && page.contains("Oktober 2026"), "{page}");
    assert!(page.contains("7 dari 31 (22,6 %)"), "the kecamatan together: {page}");
    assert!(!page.contains("Sanggaran"), "{page}");
    // Another month; a month that is none; a source that is none.
    let august = officer.get("/pengukuran?bulan=2026-08&sumber=eppgbm").await.ok().replace('\u{a0}', " ");
    assert!(august.contains("30 dari 60 (50,0 %)") && august.contains("0 dari 30 (0,0 %)"), "{august}");
    for wrong in ["bulan=2026-13", "bulan=2027-01", "sumber=lain"] {
        assert_eq!(
            officer.get(&format!("/pengukuran?{wrong}")).await.status,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
    let rows = officer.download("/pengukuran/unduh", &[("bulan", "2026-10"), ("sumber", "eppgbm")]).await;
    let text = format!("{rows:?}");
    assert!(rows.len() == 3 && text.contains("Selam Paung") && !text.contains("Anak 1"), "{text}");
}

#[db_test]
async fn two_sources_are_one_figure_only_where_somebody_asks_for_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let rows: Vec<String> = (0..25)
        .map(|nth| child(&format!("Anak {nth}"), "Selam Paung", "001").on("2026-10-05", "10.5", "83", "14"))
        .collect();
    import(&test, &rows).await;
    // Five of them measured at the posyandu a week later, and short there.
    test.sql(
        "INSERT INTO measurement (district_id, id, person_id, measured_on, weight_g, height_mm, position, posyandu, \
         source, command_id, recorded_by, recorded_at, haz, own_gain) \
         SELECT m.district_id, m.command_id, m.person_id, 20261012, 10600, 780, 'lying', '', 'form', m.command_id, \
         m.recorded_by, m.recorded_at, -300, NULL FROM measurement m ORDER BY m.person_id LIMIT 1",
        args![],
    )
    .await;
    test.sql("UPDATE child_growth SET source = 'form' WHERE person_id IN (SELECT person_id FROM measurement WHERE source = 'form')", args![]).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    let page = officer.get("/pengukuran?sumber=eppgbm").await.ok().replace('\u{a0}', " ");
    assert!(page.contains("0 dari 25 (0,0 %)") && page.contains("25 dari 25 (100,0 %)"), "{page}");
    let page = officer.get("/pengukuran?sumber=form").await.ok().replace('\u{a0}', " ");
    assert!(page.contains("1 dari 1 (n &#60; 20)") && page.contains("1 dari 25 (4,0 %)"), "{page}");
    let page = officer.get("/pengukuran?sumber=semua").await.ok().replace('\u{a0}', " ");
    assert!(page.contains("1 dari 25 (4,0 %)") && page.contains("semua sumber"), "{page}");
}

#[db_test]
async fn the_quality_page_says_where_to_look(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let rows: Vec<String> = (0..60)
        .map(|nth| {
            let (kg, cm) = (format!("10.{}", nth % 10), format!("{}.0", 80 + nth % 5));
            child(&format!("Anak {nth}"), "Selam Paung", "001").on("2026-10-05", &kg, &cm, "14")
        })
        .chain([child("Mustahil", "Selam Paung", "001").on("2026-10-05", "10.5", "50", "14")])
        .chain([child("Jauh", "Sanggaran Agung", "001").on("2026-10-05", "10.5", "78.0", "14")])
        .collect();
    import(&test, &rows).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let page = officer.get("/pengukuran/mutu").await.ok();
    assert!(page.contains("61 anak diukur, Oktober 2026, berkas e-PPGBM"), "{page}");
    let line =
        |topic: &str| page.split("<tr>").find(|row| row.contains(topic)).unwrap_or_default().to_owned();
    let lengths = line("Tinggi berakhir");
    assert!(lengths.contains("Terlalu sering berakhir ,0") && lengths.contains("90,0 %"), "{lengths}");
    assert!(line("Berat berakhir").contains("Cukup merata"), "{page}");
    assert!(line("mustahil (indeks").contains("Ukur ulang"), "{page}");
    assert!(line("Cara ukur").contains("Sesuai umur"), "{page}");
    let empty = officer.get("/pengukuran/mutu?bulan=2026-01").await.ok();
    assert!(empty.contains("Tidak ada pengukuran pada bulan"), "{empty}");
}

/// The norms as a form sends them, with one field changed.
fn norms(field: &str, value: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for sex in ["lk", "pr"] {
        fields.extend((1..=12).map(|month| (format!("{sex}.{month}"), "200".to_owned())));
    }
    fields.extend([("merah".into(), "-3".into()), ("oranye".into(), "1".into())]);
    for (name, held) in &mut fields {
        if name == field {
            *held = value.to_owned();
        }
    }
    fields
}

/// Jobs that computed all children anew.
const RECOMPUTED: &str = "SELECT COUNT(*) AS n FROM job WHERE kind = 'growth.recompute'";

#[db_test]
async fn changed_norms_compute_every_child_anew(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    let page = officer.get("/pengukuran/patokan").await.ok();
    assert!(page.contains("name=\"lk.1\"") && page.contains("value=\"900\""), "{page}");
    let send = |fields: Vec<(String, String)>| {
        let officer = officer.clone();
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            officer.post("/pengukuran/patokan", &fields).await
        }
    };
    for (field, wrong, words) in [
        ("lk.3", "0", "lk.3"),
        ("pr.12", "banyak", "pr.12"),
        ("merah", "1", "merah"),
        ("oranye", "-1", "oranye"),
    ] {
        let page = send(norms(field, wrong)).await.refused();
        assert!(page.contains(&format!("#f-{words}")), "{field}: {page}");
    }
    assert_eq!(test.number(RECOMPUTED, args![]).await, 0);
    // With a red line at -0.5 more are below it.
    let before = names(&officer.get(&list("bgm")).await.ok()).len();
    send(norms("merah", "-0,5")).await.to();
    test.run_jobs().await;
    let after = names(&officer.get(&list("bgm")).await.ok()).len();
    assert!(after > before, "{before} became {after}");
    let check = growth::STEP.check.unwrap()(&test.app, KERINCI).await.unwrap();
    assert_eq!(check, Vec::<String>::new());
    assert_eq!(test.number(RECOMPUTED, args![]).await, 1);
    // The same again changes nothing and computes nothing.
    send(norms("merah", "-0,50")).await.to();
    assert_eq!(test.number(RECOMPUTED, args![]).await, 1);
}

/// Below this heading of a child's page, up to the next.
fn under<'a>(page: &'a str, heading: &str) -> &'a str {
    page.split(&format!("<h2>{heading}</h2>"))
        .nth(1)
        .unwrap_or_default()
        .split("<h2")
        .next()
        .unwrap_or_default()
}

#[db_test]
async fn a_childs_page_says_what_the_lists_say(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let at = |name| child(name, "Selam Paung", "001");
    import(
        &test,
        &[
            at("Dua Kali").on("2026-08-03", "10.5", "83", "14"),
            at("Dua Kali").on("2026-09-07", "10.55", "83", "14"),
            at("Dua Kali").on("2026-10-05", "10.6", "84", "14"),
            // Plausible in itself, but three centimetres shorter than the month before.
            at("Susut").on("2026-09-07", "10.5", "84", "14"),
            at("Susut").on("2026-10-05", "10.7", "81", "14"),
            at("Mustahil").on("2026-09-07", "10.5", "83", "14"),
            at("Mustahil").on("2026-10-05", "10.7", "50", "14"),
            // Severely wasted, then weighed without a length: still sent on today.
            at("Tipis").on("2026-09-07", "7.3", "80.0", "14"),
            at("Tipis").on("2026-10-05", "7.5", "-", "14"),
            // The length is of more than half a year ago.
            at("Lewat").on("2026-03-02", "9.5", "70", "14"),
            at("Lewat").on("2026-10-05", "10.5", "-", "14"),
        ],
    )
    .await;
    let officer = test.with_role(Role::NutritionOfficer).await;
    let found = |code: &'static str| {
        let officer = officer.clone();
        async move { officer.get(&list(code)).await.ok() }
    };
    // The page to which a list's line leads.
    let opened = |page: String, name: &'static str| {
        let officer = officer.clone();
        async move {
            let line =
                page.split("href=\"/pengukuran/anak/").find(|line| line.contains(&format!("\">{name}<")));
            let id = line.and_then(|line| line.split('"').next()).unwrap_or_else(|| panic!("{name}: {page}"));
            officer.get(&format!("/pengukuran/anak/{id}")).await.ok()
        }
    };

    let again = found("ukur_ulang").await;
    assert_eq!(names(&again), ["Mustahil", "Susut"]);
    let page = opened(again.clone(), "Mustahil").await;
    assert!(page.contains("Pengukuran terakhir (5 Okt 2026) tidak wajar"), "{page}");
    assert!(
        page.contains("TB/U mustahil") && page.contains("diambil dari ukuran wajar yang terakhir"),
        "{page}"
    );
    assert!(under(&page, "Status terakhir").contains("7 Sep 2026"), "{page}");
    let page = opened(again, "Susut").await;
    assert!(page.contains("Pengukuran terakhir (5 Okt 2026) tidak wajar"), "{page}");
    assert!(page.contains("lebih pendek lebih dari 1 cm"), "{page}");
    assert!(!page.contains("ukuran wajar yang terakhir"), "its scores are of that day: {page}");
    assert!(!under(&page, "Status terakhir").contains("7 Sep 2026"), "{page}");

    let today = found("rujuk").await;
    assert_eq!(names(&today), ["Tipis"]);
    let page = opened(today, "Tipis").await;
    assert!(page.contains("Bawa ke puskesmas hari ini juga") && page.contains("(gizi buruk)"), "{page}");

    let village = officer.get(&format!("/pengukuran/{}", VILLAGES[0])).await.ok();
    let page = opened(village, "Lewat").await;
    let status = under(&page, "Status terakhir");
    assert!(
        status.contains("BB/U") && !status.contains("TB/U") && !status.contains("2 Mar 2026"),
        "{status}"
    );

    // Fifty grams twice are too little by the default of 200 g, and enough where the district asks for 40 g.
    let twice = found("2t").await;
    assert_eq!(names(&twice), ["Dua Kali"]);
    let page = opened(twice.clone(), "Dua Kali").await;
    assert!(page.contains("naik hanya 50 g dari paling sedikit 200 g") && page.contains("2T:"), "{page}");
    let mut fields = norms("merah", "-0,5");
    for (name, grams) in &mut fields {
        if name == "lk.12" {
            *grams = "40".into();
        }
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    officer.post("/pengukuran/patokan", &fields).await.to();
    test.run_jobs().await;
    assert_eq!(names(&found("2t").await), Vec::<String>::new());
    let page = opened(twice.clone(), "Dua Kali").await;
    assert!(page.contains("naik 50 g (paling sedikit 40 g)") && !page.contains("2T:"), "{page}");
    // The district's red line as well, on the list, the page and the card.
    let below = found("bgm").await;
    let named = names(&below);
    assert!(named.contains(&"Lewat".to_owned()), "{named:?}");
    let page = opened(below, "Lewat").await;
    assert!(page.contains("(BB/U di bawah −0,5)"), "{page}");
    let card =
        page.split("/kms\"").next().and_then(|before| before.rsplit("href=\"").next()).unwrap_or_default();
    let card = officer.get(&format!("{card}/kms?umur=0-24")).await.ok();
    assert!(
        card.contains("garis merah (−0,5)") && card.contains(">BGM</text>") && card.contains(">40</text>"),
        "{card}"
    );
}

#[db_test]
async fn the_norms_are_the_districts_not_a_puskesmas(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let fields = norms("merah", "-2");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let puskesmas = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let page = puskesmas.get("/pengukuran/patokan").await.ok();
    assert!(page.contains("berlaku untuk seluruh kabupaten") && !page.contains("name=\"lk.1\""), "{page}");
    assert_eq!(puskesmas.post("/pengukuran/patokan", &fields).await.status, StatusCode::NOT_FOUND);
    let cadre = test.with_role(Role::Cadre).await;
    assert_eq!(cadre.post("/pengukuran/patokan", &fields).await.status, StatusCode::FORBIDDEN);
    let admin = test.with_role(Role::DistrictAdmin).await;
    admin.post("/pengukuran/patokan", &fields).await.to();
    let settings = admin.get("/pengaturan/program").await.ok();
    assert!(settings.contains("href=\"/pengukuran/patokan\""), "{settings}");
}

#[db_test]
async fn a_child_that_was_never_measured_is_on_the_list(db: TestDatabase) {
    let test = TestApp::start(db).await;
    measured(&test).await;
    let (family, person, command) =
        (test.app.store.new_id(), test.app.store.new_id(), test.app.store.new_id());
    let never = i64::MAX;
    test.sql(
        "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, '', '001', '001', 'Rekaan', 'rekaan', 'listed')",
        args![KERINCI, family, never, command, VILLAGES[0]],
    )
    .await;
    test.sql(
        "INSERT INTO person_version (district_id, person_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, family_id, relation, name, name_search, sex, birth_date, parents_name, posyandu) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $4, 'form', $5, 'child', 'Belum Pernah', 'belum pernah', 'P', 20250505, '', '')",
        args![KERINCI, person, never, command, family],
    )
    .await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let page = officer.get(&list("belum_diukur")).await.ok();
    assert_eq!(names(&page), ["Belum Pernah", "Lama"]);
    assert!(page.contains("belum pernah diukur"), "{page}");
}
