//! The situation analysis with its priority villages, and aims; on both engines.

use asuh_ground::access::Role;
use asuh_step_convergence::indicator;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Arg, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::convergence_world::{put, world};
use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

/// The draft of November 2026 of the district of the growth tests.
async fn reckoned(test: &TestApp) -> (crate::support::Client, String) {
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    let form = new_form_id();
    let fields = [("tahun", "2027"), ("bulan", "2026-10")];
    let one = bappeda.post_as("/analisis", &form, &fields).await.to();
    assert_eq!(bappeda.post_as("/analisis", &form, &fields).await.to(), one);
    (bappeda, one)
}

#[db_test]
async fn the_situation_is_reckoned_from_the_rows_and_kept(db: TestDatabase) {
    let test = crate::growth_entry::district(db).await;
    let (bappeda, one) = reckoned(&test).await;
    for (field, value) in [("tahun", "1900"), ("bulan", "2026-13"), ("bulan", "2027-01"), ("bulan", "kini")] {
        let fields = [("tahun", "2027"), ("bulan", "2026-10")]
            .map(|(name, held)| (name, if name == field { value } else { held }));
        let page = bappeda.post("/analisis", &fields).await.refused();
        assert!(page.contains(&format!("id=\"f-{field}\"")), "{field}: {page}");
    }
    // Each figure against the rows, counted another way.
    let kept = |column: &str| format!("SELECT CAST(SUM({column}) AS BIGINT) AS n FROM analysis_village");
    for (column, sql) in [
        (
            "families",
            "SELECT COUNT(*) AS n FROM family_version WHERE superseded_at = $1 AND status NOT IN ('moved', 'deceased', 'duplicate')",
        ),
        (
            "at_risk",
            "SELECT COUNT(*) AS n FROM family_risk r JOIN family_version f ON f.family_id = r.family_id AND f.superseded_at = $1 WHERE r.at_risk = 1",
        ),
        (
            "children",
            "SELECT COUNT(*) AS n FROM person_version WHERE superseded_at = $1 AND birth_date > 20211031 AND birth_date <= 20261031 AND ended_reason IS NULL",
        ),
        (
            "measured",
            "SELECT COUNT(DISTINCT m.person_id) AS n FROM measurement m JOIN person_version p ON p.person_id = m.person_id \
             AND p.superseded_at = $1 WHERE m.measured_on BETWEEN 20261001 AND 20261031 AND m.retracted_at IS NULL AND m.haz BETWEEN -600 AND 600 \
             AND p.birth_date > 20211031 AND p.ended_reason IS NULL",
        ),
        (
            "stunted",
            "SELECT COUNT(DISTINCT m.person_id) AS n FROM measurement m JOIN person_version p ON p.person_id = m.person_id \
             AND p.superseded_at = $1 WHERE m.measured_on BETWEEN 20261001 AND 20261031 AND m.retracted_at IS NULL AND m.haz BETWEEN -600 AND -201 \
             AND p.birth_date > 20211031 AND p.ended_reason IS NULL",
        ),
    ] {
        let wanted = test.number(sql, args![asuh_store::Instant::NEVER]).await;
        assert_eq!(test.number(&kept(column), args![]).await, wanted, "{column}");
    }
    assert!(test.number(&kept("measured"), args![]).await > 0, "the test means nothing without measurements");
    let page = bappeda.get(&one).await.ok();
    for words in
        ["Analisis situasi 2027", "rancangan", "Oktober 2026", "jumlah anak stunting (30)", "Selam Paung"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    // It keeps its figures when the rows go on; another version has the new ones.
    let before = test.number(&kept("measured"), args![]).await;
    test.sql("UPDATE measurement SET retracted_at = 1 WHERE district_id = $1", args![KERINCI]).await;
    assert_eq!(test.number(&kept("measured"), args![]).await, before);
    let (_, two) = reckoned(&test).await;
    assert_ne!(one, two);
    assert!(bappeda.get(&two).await.ok().contains("versi 2"));
    let sheet = bappeda.download(&format!("{one}/unduh"), &[]).await;
    assert_eq!(sheet.len(), 5, "{sheet:?}");

    // A kecamatan sees its own villages, a leader all of them; others nothing.
    let kecamatan = test.user(Role::SubdistrictVerifier, &[1_501_020_000], &[]).await;
    let page = kecamatan.get(&one).await.ok();
    assert!(page.contains("Sanggaran Agung") && !page.contains("Selam Paung"), "{page}");
    assert_eq!(kecamatan.get(&format!("{one}/lokus")).await.status, StatusCode::FORBIDDEN);
    let leader = test.with_role(Role::Leader).await;
    assert!(leader.get(&one).await.ok().contains("Selam Paung"));
    assert_eq!(leader.post("/analisis", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.with_role(Role::Cadre).await.get(&one).await.status, StatusCode::FORBIDDEN);
    assert_eq!(test.admin_elsewhere().await.get(&one).await.status, StatusCode::NOT_FOUND);

    // What stands in the way is noted within reach.
    let note = format!("{two}/kendala");
    let fields = [("wilayah", "1501020000"), ("kendala", "Posyandu jauh"), ("usulan", "Posyandu keliling")];
    kecamatan.post(&note, &fields).await.to();
    let outside = [("wilayah", "1501010000"), ("kendala", "x")];
    assert!(kecamatan.post(&note, &outside).await.refused().contains("f-wilayah"));
    let page = bappeda.get(&two).await.ok();
    assert!(page.contains("Posyandu jauh") && page.contains("Posyandu keliling"), "{page}");
    let at = page.find("/kendala/").unwrap();
    let drop = format!("{note}/{}", &page[at + 9..at + 45]);
    let far = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(far.post(&drop, &[]).await.status, StatusCode::NOT_FOUND);
    kecamatan.post(&drop, &[]).await.to();
    assert!(!bappeda.get(&two).await.ok().contains("Posyandu jauh"));
}

#[db_test]
async fn an_analysis_finds_as_many_stunted_children_as_the_indicator(db: TestDatabase) {
    let test = TestApp::start(db).await;
    test.with_role(Role::DistrictPlanner).await.post("/indikator/bawaan", &[]).await.to();
    let families = world(&test).await;
    // The last length of one child is none that a child can have: the one before it counts.
    let young = date!(2022 - 01 - 01)..date!(2026 - 01 - 01);
    let children = families.iter().filter(|family| family.status == "verified").flat_map(|one| &one.persons);
    let child = children.filter(|one| one.birth.is_some_and(|born| young.contains(&born))).nth(2).unwrap();
    for (day, haz) in [(date!(2026 - 10 - 29), -250_i64), (date!(2026 - 10 - 30), -1_200)] {
        let said = vec![
            ("id", test.app.store.new_id().value()),
            ("person_id", child.id.value()),
            ("measured_on", day.value()),
            ("weight_g", 9_000_i64.value()),
            ("height_mm", 800_i64.value()),
            ("haz", haz.value()),
            ("source", "posyandu".value()),
        ];
        put(&test, "measurement", said).await;
    }
    let (bappeda, analysis) = reckoned(&test).await;
    let db = test.app.store.reader();
    let stunting = indicator::by_code(db, KERINCI, "stunting").await.unwrap().unwrap();
    let whole = asuh_nusantara::TerritoryCode::from_i64(1_501_000_000).unwrap();
    let now = (date!(2026 - 11 - 02), test.app.store.clock().now());
    let month = stunting.period_of(date!(2026 - 10 - 31));
    let parts = indicator::parts(db, KERINCI, &stunting, whole, month, now, None).await.unwrap();
    asuh_store::row_struct! { struct Row { village_code: i64, children: i64, measured: i64, stunted: i64 } }
    let rows: Vec<Row> = db
        .all(
            "SELECT village_code, children, measured, stunted FROM analysis_village WHERE district_id = $1",
            args![KERINCI],
        )
        .await
        .unwrap();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        let part = &parts[&row.village_code];
        let indicator = (part.numerator, part.denominator, part.denominator + part.unknown);
        assert_eq!((row.stunted, row.measured, row.children), indicator, "{}", row.village_code);
    }
    assert!(rows.iter().map(|row| row.stunted).sum::<i64>() > 1, "the test means nothing without them");
    assert!(rows.iter().any(|row| row.measured < row.children));
    // Its figures lead to the number of the place, which says the same.
    let page = bappeda.get(&analysis).await.ok();
    for row in rows.iter().filter(|row| row.measured > 0) {
        let address = format!("/capaian/{}?wilayah={}&periode=2026-10", stunting.id, row.village_code);
        assert!(page.contains(&address.replace('&', "&#38;")), "{address}: {page}");
        let number = bappeda.get(&address).await.ok();
        assert!(number.contains(&format!("{} dari {}", row.stunted, row.measured)), "{number}");
    }
    // The months of weighing on the page of targets are those of the indicator.
    let august = stunting.period_of(date!(2026 - 08 - 31));
    let sum = indicator::value_of(db, KERINCI, whole, &stunting, august, now, None).await.unwrap().unwrap();
    assert!(sum.numerator > 0, "{sum:?}");
    let page = bappeda.get("/target?sumber=eppgbm").await.ok();
    let line = page.split("periode=2026-08").nth(1).unwrap_or_else(|| panic!("{page}"));
    let cells: Vec<&str> =
        line.split("</td>").skip(1).take(2).filter_map(|cell| cell.split('>').nth(1)).collect();
    assert_eq!(cells, [sum.denominator.to_string(), sum.numerator.to_string()], "{page}");
}

#[db_test]
async fn a_child_is_stunted_below_minus_two_and_not_at_it(db: TestDatabase) {
    let test = crate::growth_entry::district(db).await;
    test.with_role(Role::DistrictPlanner).await.post("/indikator/bawaan", &[]).await.to();
    let db = test.app.store.reader();
    let stunting = indicator::by_code(db, KERINCI, "stunting").await.unwrap().unwrap();
    let whole = asuh_nusantara::TerritoryCode::from_i64(1_501_000_000).unwrap();
    let month = stunting.period_of(date!(2026 - 10 - 31));
    for (haz, stunted) in [(-200_i64, false), (-201, true)] {
        let all = "UPDATE measurement SET haz = $2 WHERE district_id = $1";
        test.sql(all, args![KERINCI, haz]).await;
        let now = (date!(2026 - 11 - 02), test.app.store.clock().now());
        let parts = indicator::parts(db, KERINCI, &stunting, whole, month, now, None).await.unwrap();
        let sum = indicator::together(parts.values()).unwrap();
        assert!(sum.denominator > 0, "the test means nothing without measurements");
        assert_eq!(sum.numerator, if stunted { sum.denominator } else { 0 }, "{haz}");
        let (_, one) = reckoned(&test).await;
        let id: asuh_store::Id = one.rsplit('/').next().unwrap().parse().unwrap();
        let kept = "SELECT CAST(SUM(stunted) AS BIGINT) AS n FROM analysis_village WHERE analysis_id = $1";
        assert_eq!(test.number(kept, args![id]).await, sum.numerator, "{haz}");
    }
}

#[db_test]
async fn people_decide_the_priority_villages_and_say_why(db: TestDatabase) {
    let test = crate::growth_entry::district(db).await;
    test.sql("UPDATE family_risk SET at_risk = 1 WHERE district_id = $1", args![KERINCI]).await;
    let (bappeda, one) = reckoned(&test).await;
    let lokus = format!("{one}/lokus");
    let proposed = "SELECT village_code AS n FROM analysis_village WHERE proposed = 1";
    let first = test.number(proposed, args![]).await;
    assert!(VILLAGES.contains(&first), "one of four villages, with most points: {first}");
    let other = VILLAGES.into_iter().find(|code| *code != first).unwrap();
    let page = bappeda.get(&lokus).await.ok();
    assert!(page.contains("diusulkan") && page.contains("tidak diusulkan"), "{page}");
    let (tick, against) = (format!("pilih_{first}"), format!("pilih_{other}"));
    let why = format!("alasan_{other}");
    assert!(bappeda.post(&lokus, &[(&tick, "ya")]).await.refused().contains("f-sk"));
    let fields = [(tick.as_str(), "ya"), (against.as_str(), "ya"), ("sk", "440/200/2026")];
    let page = bappeda.post(&lokus, &fields).await.refused();
    assert!(page.contains(&format!("id=\"f-{why}\"")) && page.contains("440/200/2026"), "{page}");
    assert!(page.contains("tulis alasannya"), "{page}");
    assert!(bappeda.post(&lokus, &[("sk", "440/200/2026")]).await.refused().contains("tulis alasannya"));
    let kecamatan = test.user(Role::DistrictPlanner, &[1_501_010_000], &[]).await;
    assert_eq!(kecamatan.post(&lokus, &fields).await.status, StatusCode::NOT_FOUND, "a part decides nothing");
    let mut fields = fields.to_vec();
    fields.push((&why, "Desa terpencil"));
    bappeda.upload(&lokus, &fields, "berkas", "sk.pdf", b"%PDF-1.7 lokus").await.to();
    let page = bappeda.get(&one).await.ok();
    for words in ["ditetapkan", "440/200/2026", "Desa terpencil", "2 desa terpilih"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(bappeda.get(&format!("{one}/berkas")).await.bytes, b"%PDF-1.7 lokus");
    // Decided, it does not change any more.
    assert!(bappeda.post(&lokus, &fields).await.refused().contains("tidak berubah lagi"));
    let note = [("wilayah", "1501000000"), ("kendala", "x")];
    assert!(bappeda.post(&format!("{one}/kendala"), &note).await.refused().contains("tidak berubah lagi"));
}

#[db_test]
async fn aims_and_findings_draw_a_trend_with_its_interval(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let bappeda = test.with_role(Role::DistrictPlanner).await;
    assert!(bappeda.get("/target").await.ok().contains("Belum ada target"));
    bappeda.post("/target/nasional", &[]).await.to();
    bappeda.post("/target/nasional", &[]).await.to();
    let page = bappeda.get("/target").await.ok();
    assert!(page.contains("18,80 %") && page.contains("14,20 %") && page.contains("5,00 %"), "{page}");
    let found = |year: &'static str, percent: &'static str| {
        [
            ("sumber", "ssgi"),
            ("jenis", "found"),
            ("tingkat", "district"),
            ("tahun", year),
            ("persen", percent),
            ("dasar", "Laporan SSGI rekaan"),
        ]
    };
    for (field, value) in
        [("persen", "101"), ("persen", "18,888"), ("tahun", "1990"), ("dasar", ""), ("jenis", "x")]
    {
        let fields =
            found("2024", "20,1").map(|(name, held)| (name, if name == field { value } else { held }));
        let page = bappeda.post("/target", &fields).await.refused();
        assert!(page.contains(&format!("id=\"f-{field}\"")), "{field}: {page}");
    }
    let mut around = found("2024", "20,1").to_vec();
    around.extend([("bawah", "21"), ("atas", "22")]);
    assert!(bappeda.post("/target", &around).await.refused().contains("mengapit"));
    for (year, percent) in [("2021", "28,1"), ("2022", "25,1"), ("2023", "23,1")] {
        bappeda.post("/target", &found(year, percent)).await.to();
    }
    let page = bappeda.get("/target").await.ok();
    assert!(page.contains("Baru ada 3 temuan"), "{page}");
    bappeda.post("/target", &found("2024", "20,1")).await.to();
    // Reckoned by hand (see the rules): 17.6 with 17.6 +- 2.15 in 2025.
    let page = bappeda.get("/target").await.ok();
    for words in [
        "turun 2,60 poin",
        "2025 menjadi 17,60 % (selang 95 %: 15,45 % sampai 19,75 %)",
        "Target nasional 14,20 % pada 2029: dari 20,10 % harus turun 1,18 poin",
        "<svg",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // A figure said anew takes the place of the one before; the other source stays apart.
    bappeda.post("/target", &found("2024", "21,1")).await.to();
    let count = "SELECT COUNT(*) AS n FROM aim WHERE kind = 'found'";
    assert_eq!(test.number(count, args![]).await, 4);
    let page = bappeda.get("/target?sumber=eppgbm").await.ok();
    assert!(!page.contains("21,10") && page.contains("Baru ada 0 temuan"), "{page}");
    let leader = test.with_role(Role::Leader).await;
    assert!(leader.get("/target").await.ok().contains("21,10 %"));
    assert_eq!(leader.post("/target", &found("2024", "1")).await.status, StatusCode::FORBIDDEN);
    let gone = [("jenis", "found"), ("tingkat", "district"), ("sumber", "ssgi"), ("tahun", "2021")];
    bappeda.post("/target/hapus", &gone).await.to();
    assert_eq!(bappeda.post("/target/hapus", &gone).await.status, StatusCode::NOT_FOUND);
    assert_eq!(test.number(count, args![]).await, 3);
}
