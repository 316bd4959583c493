//! Where the z-score of a file differs from ours: the cause, the list, the spreadsheet; on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::growth_entry::child;
use crate::support::{TestApp, VILLAGES};

const HEADING: &str = "NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur,BB/U,ZS BB/U,\
                       TB/U,ZS TB/U,BB/TB,ZS BB/TB\n";

/// A boy of 858 days: the row of a public e-PPGBM file, whose figures WHO's software gives as well.
fn boy(name: &str, weight: &str, height: &str, place: &str, printed: &str) -> String {
    format!("-,{name},L,2024-05-01,SITI,{place},001,002,2026-09-06,{weight},{height},Terlentang,{printed}\n")
}

const HERE: &str = "Gunung Raya,Selam Paung";
const THERE: &str = "Danau Kerinci,Sanggaran Agung";

async fn filled(db: TestDatabase) -> TestApp {
    let test = TestApp::start(db).await;
    let rows = [
        boy("Sama", "10.6", "81.5", HERE, "Normal,-1.73,Pendek,-2.95,Gizi Baik,-0.15"),
        boy("Bulat", "10.6", "81.5", HERE, "Normal,-1.72,Pendek,-2.94,Gizi Baik,-0.16"),
        boy("Bulan", "10.6", "81.5", HERE, "Normal,-1.71,Pendek,-2.92,Gizi Baik,-0.15"),
        boy("Tegak", "10.6", "81.5", HERE, "-,-1.73,-,-2.74,-,-0.31"),
        boy("Koma", "106", "81.5", THERE, "Normal,-1.73,Pendek,-2.95,Gizi Baik,-0.15"),
        boy("Kata", "10.6", "81.5", HERE, "Normal,-1.73,Sangat Pendek,-2.95,Gizi Baik,-0.15"),
        boy("Entah", "10.6", "81.5", HERE, "-,-0.50,-,-0.50,-,2.50"),
    ];
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEADING}{}", rows.concat())).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!((summary.new, summary.errors), (7, 0), "{summary:?}");
    test
}

async fn cause(test: &TestApp, name: &str) -> String {
    let sql = "SELECT COALESCE(m.difference_cause, '') AS cause FROM measurement m \
               WHERE m.person_id = $1 AND m.retracted_at IS NULL";
    let found: Option<(String,)> = {
        use asuh_store::Query;
        test.app.store.reader().first(sql, args![child(test, name).await]).await.unwrap()
    };
    found.unwrap().0
}

#[db_test]
async fn every_difference_has_its_likely_cause(db: TestDatabase) {
    let test = filled(db).await;
    for (name, wanted) in [
        ("Sama", ""),
        ("Bulat", ""),
        ("Bulan", "completed_months"),
        ("Tegak", "posture"),
        ("Koma", "tenfold_weight"),
        ("Kata", "status_word"),
        ("Entah", "unknown"),
    ] {
        assert_eq!(cause(&test, name).await, wanted, "{name}");
    }
    // Another birthday, another comparison.
    let admin = test.with_role(Role::DistrictAdmin).await;
    let (sama, family) = {
        use asuh_store::{Id, Query};
        let sama = child(&test, "Sama").await;
        let sql = "SELECT family_id FROM person_version WHERE person_id = $1";
        let found: Option<(Id,)> = test.app.store.reader().first(sql, args![sama]).await.unwrap();
        (sama, found.unwrap().0)
    };
    let path = format!("/sasaran/{family}/anggota/{sama}");
    let page = admin.get(&path).await.ok();
    let version = page.split("name=\"versi\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [
        ("versi", version),
        ("hubungan", "child"),
        ("nama", "Sama"),
        ("jk", "L"),
        ("lahir_tanggal", "1"),
        ("lahir_bulan", "5"),
        ("lahir_tahun", "2025"),
    ];
    admin.post(&path, &fields).await.to();
    test.run_jobs().await;
    assert_eq!(cause(&test, "Sama").await, "other_birthday");
}

#[db_test]
async fn the_list_shows_both_figures_within_ones_area(db: TestDatabase) {
    let test = filled(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/pengukuran/selisih").await.ok();
    for words in [
        "Koma berat bergeser",
        "Kata status tidak cocok",
        "TB/U: -2,95 | -2,74",
        "Mengapa z-score kita bisa berbeda dari berkas Anda",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // -1.71 and -2.92 beside -1.73 and -2.95: within the limit, which a district may lower.
    assert!(!page.contains(">Bulan</a>"), "{page}");
    for name in ["Sama", "Bulat"] {
        assert!(!page.contains(&format!(">{name}</a>")), "{name}: {page}");
    }
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'growth.difference_limit', '2', 0, $2)",
        args![crate::support::KERINCI, asuh_store::Id::SYSTEM],
    )
    .await;
    let page = admin.get("/pengukuran/selisih").await.ok();
    assert!(page.contains(">Bulan</a>") && page.contains("Umur dihitung dalam bulan penuh"), "{page}");

    let page = admin.get("/pengukuran/selisih?sebab=tenfold_weight").await.ok();
    assert!(page.contains(">Koma</a>") && !page.contains(">Tegak</a>"), "{page}");
    let page = admin.get("/pengukuran/selisih?kecamatan=1501010000").await.ok();
    assert!(!page.contains(">Koma</a>") && page.contains(">Tegak</a>"), "{page}");
    let village = format!("/pengukuran/selisih?kecamatan=1501020000&desa={}", VILLAGES[2]);
    let page = admin.get(&village).await.ok();
    assert!(page.contains(">Koma</a>") && !page.contains(">Tegak</a>"), "{page}");
    assert_eq!(admin.get("/pengukuran/selisih?desa=x").await.status, StatusCode::NOT_FOUND);

    let officer = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let page = officer.get("/pengukuran/selisih?kecamatan=1501010000").await.ok();
    assert!(!page.contains(">Tegak</a>"), "{page}");
    let page = officer.get("/pengukuran/selisih").await.ok();
    assert!(page.contains(">Koma</a>") && !page.contains(">Tegak</a>"), "{page}");

    let sheet = officer.post("/pengukuran/selisih", &[]).await;
    assert_eq!(sheet.status, StatusCode::OK);
    let disposition = sheet.headers.get("content-disposition").unwrap().to_str().unwrap();
    assert!(disposition.contains("selisih-z-score.xlsx") && sheet.bytes.starts_with(b"PK"));
    let coordinator = test.with_role(Role::UnitCoordinator).await;
    assert_eq!(coordinator.get("/pengukuran/selisih").await.status, StatusCode::FORBIDDEN);
}

/// So many children whose figures differ.
async fn differing(test: &TestApp, children: usize) {
    let rows: String = (0..children)
        .map(|nth| boy(&format!("Anak {nth:03}"), "10.6", "81.5", HERE, "-,-0.50,-,-0.50,-,2.50"))
        .collect();
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEADING}{rows}")).unwrap();
    staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
}

#[db_test]
async fn a_long_list_is_taken_away_whole(db: TestDatabase) {
    let test = TestApp::start(db).await;
    differing(&test, 510).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let rows = admin.download("/pengukuran/selisih", &[]).await;
    let names: std::collections::BTreeSet<&String> = rows.iter().filter_map(|row| row.first()).collect();
    assert_eq!((rows.len(), names.len()), (511, 511), "every child once, and the heading");
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let logged =
        "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export' AND detail = 'growth_differences 510'";
    assert_eq!(test.number(logged, args![]).await, 1);
}

#[db_test]
async fn a_long_list_goes_on_where_it_ended(db: TestDatabase) {
    let test = TestApp::start(db).await;
    differing(&test, 60).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let first = admin.get("/pengukuran/selisih").await.ok();
    assert_eq!(first.matches("/pengukuran/catatan/").count(), 50);
    let next = first.split("&amp;setelah=").nth(1).unwrap().split('"').next().unwrap();
    let second = admin.get(&format!("/pengukuran/selisih?setelah={next}")).await.ok();
    assert_eq!(second.matches("/pengukuran/catatan/").count(), 10);
    let all: std::collections::BTreeSet<String> = [&first, &second]
        .iter()
        .flat_map(|page| page.split("/pengukuran/catatan/").skip(1))
        .map(|rest| rest.chars().take(36).collect())
        .collect();
    assert_eq!(all.len(), 60, "every one once");
}

/// The text of the row of a table in which this stands, without its tags.
fn row_of(page: &str, words: &str) -> String {
    let row = page.split("<tr>").find(|row| row.contains(words)).unwrap_or_else(|| panic!("{words}: {page}"));
    let mut text = String::new();
    let mut shown = true;
    for letter in row.split("</tr>").next().unwrap_or_default().chars() {
        match letter {
            '<' => shown = false,
            '>' => {
                shown = true;
                text.push(' ');
            }
            _ if shown => text.push(letter),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[db_test]
async fn a_village_and_a_family_show_our_reading_and_the_files_z_where_it_is_another(db: TestDatabase) {
    let test = filled(db).await;
    let officer = test.user(Role::NutritionOfficer, &[1_501_010_000], &[]).await;
    let village = format!("/pengukuran/{}", VILLAGES[0]);
    let page = officer.get(&village).await.ok();
    // What the file prints as well is not said twice; 0.03 is within the district's limit.
    for name in ["Sama", "Bulan"] {
        let row = row_of(&page, &format!(">{name}</a>"));
        assert!(row.contains("TB/U: Pendek (-2,95)") && row.contains("BB/TB: Gizi baik (-0,15)"), "{row}");
        assert!(row.contains("6 Sep 2026 · berkas e-PPGBM"), "{row}");
        assert!(!row.contains("berkas:") && !row.contains("berbeda"), "{row}");
    }
    let row = row_of(&page, ">Tegak</a>");
    assert!(row.contains("TB/U: Pendek (-2,95) berkas: -2,74 berbeda"), "{row}");
    assert!(row.contains("BB/U: Berat badan normal (-1,73) BB/TB"), "{row}");
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'growth.difference_limit', '2', 0, $2)",
        args![crate::support::KERINCI, asuh_store::Id::SYSTEM],
    )
    .await;
    let page = officer.get(&village).await.ok();
    let row = row_of(&page, ">Bulan</a>");
    assert!(row.contains("TB/U: Pendek (-2,95) berkas: -2,92 Pendek berbeda"), "{row}");
    assert!(page.contains("berbeda lebih dari 0,02"), "{page}");

    // Only weighed later, ten times too heavy: the child stands by what could be, with its day.
    let tegak = child(&test, "Tegak").await;
    let path = format!("/pengukuran/anak/{tegak}/baru");
    let fields = [("hari", "2026-11-02"), ("berat", "98"), ("edema", "0")];
    let asked = officer.post(&path, &fields).await;
    let confirmed = asked.body.split("name=\"yakin\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let confirmed = confirmed.to_owned();
    officer.post(&path, &[&fields[..], &[("yakin", confirmed.as_str())]].concat()).await.to();
    let page = officer.get(&village).await.ok();
    let row = row_of(&page, ">Tegak</a>");
    for words in [
        "98,00 kg",
        "2 Nov 2026 · diukur di posyandu",
        "TB/U: Pendek (-2,95) 6 Sep 2026 · berkas e-PPGBM",
        "BB/U: Berat badan normal (-1,73) 6 Sep 2026 · berkas e-PPGBM",
        "Tidak wajar, ukur ulang",
    ] {
        assert!(row.contains(words), "{words}: {row}");
    }

    // On the family's page each measurement says what it says itself.
    let family: (asuh_store::Id,) = {
        use asuh_store::Query;
        let sql = "SELECT family_id FROM person_version WHERE person_id = $1";
        test.app.store.reader().first(sql, args![tegak]).await.unwrap().unwrap()
    };
    let page = officer.get(&format!("/sasaran/{}", family.0)).await.ok();
    let row = row_of(&page, "2 Nov 2026 ·");
    assert!(row.contains("BB/U: Tidak wajar, ukur ulang (") && !row.contains("TB/U"), "{row}");
    assert!(page.contains("berkas: -2,74"), "{page}");
}
