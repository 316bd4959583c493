//! Indicators and their numbers as spreadsheets: what goes out comes in again, is looked at before, and is taken back. On both
//! engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_step_convergence::indicator;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

async fn import(test: &TestApp, kind: &str, rows: &[Vec<String>]) -> Summary {
    let path = test.db.folder().join("lembar.csv");
    let line = |row: &Vec<String>| {
        let cells: Vec<String> =
            row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        cells.join(";")
    };
    std::fs::write(&path, rows.iter().map(line).collect::<Vec<_>>().join("\n")).unwrap();
    staging::run(&test.app, &test.system(), kind, &path, false, &mut |_| {}).await.expect("an import")
}

fn counts(summary: &Summary) -> (i64, i64, i64, i64) {
    (summary.new, summary.changed, summary.same, summary.errors)
}

/// Rows as long as their headings: a download leaves out empty cells at the end.
fn padded(mut rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let long = rows[0].len();
    rows.iter_mut().for_each(|row| row.resize(long, String::new()));
    rows
}

async fn started(db: TestDatabase) -> (TestApp, Client) {
    let test = TestApp::start(db).await;
    test.institution("opd", "Dinas Kesehatan", None).await;
    let planner = test.with_role(Role::DistrictPlanner).await;
    planner.post("/indikator/bawaan", &[]).await.to();
    (test, planner)
}

async fn last_batch(test: &TestApp) -> String {
    let sql = "SELECT id FROM import_batch WHERE district_id = $1 ORDER BY uploaded_at DESC, id DESC LIMIT 1";
    let found: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    found.unwrap().0.to_string()
}

async fn undo_last(test: &TestApp) {
    let batch: Id = last_batch(test).await.parse().unwrap();
    let id = test.app.store.new_id();
    staging::decide(&test.app, &test.system(), id, batch, staging::Decision::Undo)
        .await
        .expect("it may be undone");
    test.run_jobs().await;
}

#[db_test]
async fn the_sheet_of_indicators_comes_in_again_and_is_taken_back(db: TestDatabase) {
    let (test, planner) = started(db).await;
    let mut rows = padded(planner.download("/indikator/lembar", &[]).await);
    let known = rows.len() as i64 - 1;
    assert!(known > 60, "{known}");
    let summary = import(&test, "indicator", &rows).await;
    assert_eq!(counts(&summary), (0, 0, known, 0), "what goes out comes in again as the same");
    // One changed with its target, one new in an empty place, one that cannot be.
    let heading = |name: &str| rows[0].iter().position(|cell| cell == name).unwrap();
    let (code, name, targets) = (heading("Kode"), heading("Nama"), heading("Target"));
    let (sets, numerator, denominator) =
        (heading("Kelompok Indikator"), heading("Pembilang"), heading("Penyebut"));
    let imd = rows.iter().position(|row| row[code] == "imd").unwrap();
    rows[imd][numerator] = "Bayi lahir hidup yang mendapat IMD".into();
    rows[imd][targets] = "layanan-31 2026 75,5".into();
    let mut new = rows[imd].clone();
    new[code] = "posyandu-aktif".into();
    new[name] = "Posyandu aktif".into();
    new[sets] = "layanan-31=31".into();
    let mut bad = new.clone();
    bad[code] = "tanpa-penyebut".into();
    bad[denominator] = String::new();
    rows.extend([new, bad]);
    let summary = import(&test, "indicator", &rows).await;
    assert_eq!(counts(&summary), (1, 1, known - 1, 1), "{summary:?}");
    let db = test.app.store.reader();
    let found = indicator::by_code(db, KERINCI, "imd").await.unwrap().unwrap();
    assert_eq!(found.numerator, "Bayi lahir hidup yang mendapat IMD");
    let goals = indicator::targets(db, KERINCI, found.id).await.unwrap();
    assert_eq!(goals.iter().map(|goal| (goal.year, goal.target)).collect::<Vec<_>>(), [(2026, 7_550)]);
    assert!(indicator::by_code(db, KERINCI, "posyandu-aktif").await.unwrap().is_some());
    undo_last(&test).await;
    let found = indicator::by_code(db, KERINCI, "imd").await.unwrap().unwrap();
    assert_eq!(found.numerator, "Bayi lahir yang mendapat IMD");
    assert!(indicator::targets(db, KERINCI, found.id).await.unwrap().is_empty());
    assert!(indicator::by_code(db, KERINCI, "posyandu-aktif").await.unwrap().is_none());
    let check = asuh_ground::audit::PART.check.unwrap();
    assert_eq!(check(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
}

#[db_test]
async fn a_sheet_of_numbers_fills_many_villages_and_is_taken_back(db: TestDatabase) {
    let (test, planner) = started(db).await;
    let tablets = indicator::by_code(test.app.store.reader(), KERINCI, "mms-180").await.unwrap().unwrap();
    let form = format!("{}.semester.village", tablets.office_id.expect("an office by its usual name"));
    let fields = [("kelompok", "layanan-31"), ("formulir", form.as_str()), ("periode", "2026-01")];
    let mut rows = padded(planner.download("/laporan-indikator/lembar", &fields).await);
    let mut sums = (0, 0);
    for (nth, row) in rows.iter_mut().enumerate().filter(|(_, row)| row[2] == "mms-180") {
        let nth = i64::try_from(nth).unwrap();
        (row[7], row[8]) = ((nth + 3).to_string(), (nth + 10).to_string());
        sums = (sums.0 + nth + 3, sums.1 + nth + 10);
    }
    let mut more = rows[1].clone();
    (more[4], more[7], more[8]) = ("1501010000".into(), "1".into(), "2".into());
    let mut wrong = rows[1].clone();
    (wrong[2], wrong[7], wrong[8]) = ("imd".into(), "3".into(), "2".into());
    rows.extend([more, wrong]);
    let summary = import(&test, "indicator_value", &rows).await;
    assert_eq!(
        counts(&summary),
        (4, 0, 0, 2),
        "blank rows are none, a kecamatan has no form, 3 of 2 cannot be: {summary:?}"
    );
    let page = planner.get(&format!("/capaian/{}?periode=2026-01&wilayah=1501000000", tablets.id)).await.ok();
    assert!(page.contains(&format!("{} dari {}", sums.0, sums.1)), "{sums:?} {page}");
    // A number by hand afterwards is kept when the sheet is taken back; what was there before it comes back.
    undo_last(&test).await;
    let hold = "SELECT COUNT(*) AS n FROM indicator_value WHERE superseded_at = 9223372036854775807";
    assert_eq!(test.number(hold, args![]).await, 0);
    // Whoever reaches one village brings in no other's numbers.
    let village = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    rows.truncate(rows.len() - 2);
    let text: Vec<String> = rows.iter().map(|row| row.join(";")).collect();
    let path = village
        .upload("/impor", &[("jenis", "indicator_value")], "berkas", "isian.csv", text.join("\n").as_bytes())
        .await
        .to();
    test.run_jobs().await;
    let page = village.get(&path).await.ok();
    assert!(page.contains("di luar hak Anda"), "{page}");
}
