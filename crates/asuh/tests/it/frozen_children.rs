//! The frozen list of stunted children: a month of measurements, the next one, and the families at risk beside it.

use asuh_ground::access::Role;
use asuh_ground::staging;
use asuh_nusantara::TerritoryCode;
use asuh_step_growth::StuntedChildren;
use asuh_step_registry::families::{PutFamily, Source};
use asuh_step_registry::frozen::{self, FamiliesAtRisk, Kind};
use asuh_step_registry::{Reach, RecordVerification, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::support::{KERINCI, TestApp, VILLAGES};

const HEADING: &str =
    "NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur\n";
const HOME: &str = "/data-tetap/anak";

/// A boy of about 20 months, but for those whose birthday is told.
fn row(name: &str, birth: &str, village: &str, day: &str, cm: &str) -> String {
    let kecamatan = if village.contains("Sanggaran") { "Danau Kerinci" } else { "Gunung Raya" };
    format!(
        "-,{name},L,{birth},Ayah {name} / Ibu {name},{kecamatan},{village},Melati,001,001,{day},,{cm},Terlentang\n"
    )
}

async fn import(test: &TestApp, rows: &[String]) {
    let path = test.db.folder().join("eppgbm.csv");
    std::fs::write(&path, format!("{HEADING}{}", rows.concat())).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!(summary.errors, 0, "{summary:?}");
    test.db.clock.advance(60);
}

/// September: Satu and Dua are short (Dua severely), Lama too and nearly five; Tiga is not; Jauh is, elsewhere.
/// October: Satu is not short any more, Dua does not come, Tiga is short, Empat comes for the first time, and what is
/// written of Mustahil cannot be.
async fn september(test: &TestApp) {
    let at = "Selam Paung";
    import(
        test,
        &[
            row("Satu", "2025-01-10", at, "2026-09-07", "76.5"),
            row("Dua", "2025-01-10", at, "2026-09-07", "72"),
            row("Lama", "2021-10-15", at, "2026-09-07", "95"),
            row("Tiga", "2025-01-10", at, "2026-09-07", "83"),
            row("Jauh", "2025-01-10", "Sanggaran Agung", "2026-09-07", "76.5"),
        ],
    )
    .await;
}

async fn october(test: &TestApp) {
    let at = "Selam Paung";
    import(
        test,
        &[
            row("Satu", "2025-01-10", at, "2026-10-05", "83.5"),
            row("Tiga", "2025-01-10", at, "2026-10-05", "78"),
            row("Empat", "2025-01-10", at, "2026-10-05", "73"),
            row("Mustahil", "2025-01-10", at, "2026-10-05", "50"),
            row("Jauh", "2025-01-10", "Sanggaran Agung", "2026-10-05", "77"),
        ],
    )
    .await;
}

#[test]
fn the_page_of_all_lists_knows_the_kinds_that_there_are() {
    let kinds = [
        (FamiliesAtRisk::CODE, FamiliesAtRisk::PATHS.home),
        (StuntedChildren::CODE, StuntedChildren::PATHS.home),
    ];
    assert_eq!(frozen::KINDS, kinds);
}

/// Freezes the list of a month; its address.
async fn freeze(test: &TestApp, number: &str, month: &str) -> String {
    let admin = test.with_role(Role::DistrictAdmin).await;
    let form = [("nomor", number), ("bulan", month), ("alasan", "sisanya bulan depan")];
    let to = admin.post(&format!("{HOME}/baru"), &form).await.to();
    test.db.clock.advance(60);
    to.split('?').next().unwrap().to_owned()
}

async fn family_of(test: &TestApp, child: &str) -> Id {
    let row: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT family_id FROM person_version WHERE district_id = $1 AND name = $2",
            args![KERINCI, child],
        )
        .await
        .unwrap();
    row.unwrap().0
}

#[db_test]
async fn a_month_of_measurements_is_frozen_and_the_next_says_why_it_differs(db: TestDatabase) {
    let test = TestApp::start(db).await;
    september(&test).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let form = admin.get(&format!("{HOME}/baru?bulan=2026-09")).await.ok();
    assert!(
        form.contains("daftar berisi 4 anak") && form.contains("Semua anak di bawah 60 bulan sudah diukur"),
        "{form}"
    );
    let empty = admin.get(&format!("{HOME}/baru?bulan=2026-10")).await.ok();
    assert!(empty.contains("tidak ada anak dengan TB/U di bawah −2"), "{empty}");
    let first = freeze(&test, "1", "2026-09").await;
    let page = admin.get(&format!("{first}/nama")).await.ok();
    for words in ["Satu", "Dua", "Lama", "Jauh", "7 Sep 2026", "Sangat pendek", "Umur 24–59 bulan"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Tiga"), "{page}");
    let severe = admin.get(&format!("{first}/nama?faktor=severely_stunted")).await.ok();
    assert!(severe.contains(">Dua<") && !severe.contains(">Satu<"), "{severe}");

    october(&test).await;
    let second = freeze(&test, "2", "2026-10").await;
    let page = admin.get(&second).await.ok();
    // Dua was not measured; of Mustahil nothing can be said; Lama has passed five years.
    assert!(page.contains("1 Okt 2026 – 31 Okt 2026") && page.contains("<dd>2</dd>"), "{page}");
    let page = admin.get(&format!("{second}/perubahan")).await.ok();
    for words in [
        "Sebelumnya tidak pendek</a>: 1",
        "Baru diukur</a>: 1",
        "Tidak pendek lagi</a>: 1",
        "Tidak diukur pada bulan itu</a>: 1",
        "Lewat 60 bulan</a>: 1",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Jauh") && !page.contains("Mustahil"), "{page}");

    // A correction of a measurement changes no frozen list; both prove themselves, as their files do.
    test.sql("UPDATE measurement SET haz = -150 WHERE haz < -200", args![]).await;
    assert_eq!(frozen::check::<StuntedChildren>(&test.app, KERINCI).await.unwrap(), Vec::<String>::new());
    for form in ["csv", "xlsx"] {
        let file = admin.post(&format!("{second}/unduh"), &[("bentuk", form)]).await;
        let page = admin.upload(&format!("{second}/periksa"), &[], "berkas", "anak", &file.bytes).await.ok();
        assert!(page.contains("sama dengan Data Tetap 2: seluruh 3 baris"), "{form}: {page}");
        let page = admin.upload(&format!("{first}/periksa"), &[], "berkas", "anak", &file.bytes).await.ok();
        assert!(page.contains("tidak sama dengan Data Tetap 1"), "{form}: {page}");
    }

    // Children are for those who read measurements, and for them within their reach.
    let officer = test.user(Role::NutritionOfficer, &[1_501_020_000], &[]).await;
    let page = officer.get(&format!("{first}/nama")).await.ok();
    assert!(page.contains("Jauh") && !page.contains("Satu"), "{page}");
    let keeper = test.with_role(Role::ListKeeper).await;
    assert_eq!(keeper.get(&format!("{first}/nama")).await.status, StatusCode::FORBIDDEN);
    assert!(keeper.get(&first).await.ok().contains("4 anak"));
    let family = family_of(&test, "Dua").await;
    assert!(admin.get(&format!("/sasaran/{family}")).await.ok().contains("menurut Data Tetap 1"));
    assert!(!keeper.get(&format!("/sasaran/{family}")).await.ok().contains("menurut Data Tetap"));
    let id = first.rsplit('/').next().unwrap();
    let page = keeper.get(&format!("/sasaran?menurut={id}")).await.ok();
    assert!(page.contains("Mustahil"), "a list of children is no filter of families: {page}");
    // Nor is a list of one kind opened as the other.
    assert_eq!(admin.get(&format!("/data-tetap/keluarga/{id}")).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn the_two_kinds_stand_side_by_side_and_are_not_mixed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    september(&test).await;
    let everywhere = Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
    let today = date!(2026 - 11 - 02);
    let actor = test.system();
    let new = PutFamily {
        rw: "1".into(),
        rt: "1".into(),
        source: Source::Field,
        ..PutFamily::new(everywhere.clone(), VILLAGES[0], "Keluarga Tanpa Balita", today)
    };
    let childless = test.app.submit(&actor, test.app.store.new_id(), new).await.unwrap().value;
    for family in [childless, family_of(&test, "Dua").await] {
        let visit = RecordVerification {
            family,
            reach: everywhere.clone(),
            result: VisitResult::AsListed,
            reason: String::new(),
            note: String::new(),
            visited_on: today,
            confirms: true,
            today,
        };
        test.app.submit(&actor, test.app.store.new_id(), visit).await.unwrap();
    }
    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get("/data-tetap/gabungan").await.ok();
    assert!(page.contains("Belum ada daftar dari kedua jenis"), "{page}");
    freeze(&test, "1", "2026-09").await;
    let form = [("nomor", "1"), ("alasan", "sisanya menyusul")];
    admin.post("/data-tetap/keluarga/baru", &form).await.to();

    // Selam Paung: Dua's family is on both, one on its own list alone, Satu's and Lama's on the other.
    let page = admin.get("/data-tetap/gabungan").await.ok();
    let cells = |page: &str, place: &str| -> Vec<String> {
        let line =
            page.split(&format!(">{place}</")).nth(1).unwrap().split("</tr>").next().unwrap().to_owned();
        let cells = line.split("<td").skip(1);
        cells.map(|cell| cell.split('>').nth(1).unwrap().split('<').next().unwrap().to_owned()).collect()
    };
    assert_eq!(cells(&page, "Selam Paung"), ["1", "1", "2", "3"], "{page}");
    assert_eq!(cells(&page, "Sanggaran Agung"), ["0", "0", "1", "1"], "{page}");
    let village = format!("/data-tetap/gabungan?desa={}", VILLAGES[0]);
    let page = admin.get(&village).await.ok();
    for words in ["Keluarga Tanpa Balita", "Dua (TB/U", "Satu (TB/U", "tidak ada di daftar keluarga"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Numbers within reach for a leader, no names; nothing of another village for a cadre.
    let leader = test.with_role(Role::Leader).await;
    let page = leader.get(&village).await.ok();
    assert!(page.contains("Sanggaran Agung") && !page.contains("TB/U"), "{page}");
    let cadre = test.user(Role::Cadre, &[VILLAGES[2]], &[]).await;
    let page = cadre.get(&village).await.ok();
    assert!(!page.contains("Dua (TB/U") && !page.contains("Tanpa Balita"), "{page}");
}
