//! Serang's kitchens as a story: civil servants bring eggs and rice on a Monday, a kitchen in the village cooks with them for
//! three months, and at the end it is known what every child ate and what came of it.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_ground::staging;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use time::{Date, Duration};

use crate::custody::stocked;
use crate::growth_entry::child;
use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const CHILDREN: &str = "No,NIK,Nama,JK,Tgl Lahir,Nama Ortu,Kec,Desa/Kel,Posyandu,RT,RW,Tanggal Pengukuran,Berat,Tinggi,Cara Ukur\n\
    1,-,Wati Rahasia,P,2025-05-17,BUDI / SITI,Gunung Raya,Selam Paung,Melati,001,002,2026-10-20,7.3,75.2,Terlentang\n\
    2,-,Citra Rahasia,P,2025-05-20,ADI / ANI,Gunung Raya,Selam Paung,Melati,001,002,2026-10-20,7.4,75.2,Terlentang\n\
    3,-,Andi Rahasia,L,2024-09-01,EKO / EMI,Gunung Raya,Selam Paung,Melati,001,002,2026-10-20,9.0,78.0,Berdiri\n";

/// A day in the three boxes of a form.
fn boxes(field: &str, day: Date) -> Vec<(String, String)> {
    [("tanggal", i32::from(day.day())), ("bulan", i32::from(u8::from(day.month()))), ("tahun", day.year())]
        .map(|(part, value)| (format!("{field}_{part}"), value.to_string()))
        .into()
}

async fn post(by: &Client, path: &str, fields: &[(String, String)]) -> String {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    by.post(path, &fields).await.to()
}

fn field(name: impl Into<String>, value: impl ToString) -> (String, String) {
    (name.into(), value.to_string())
}

async fn one(test: &TestApp, sql: &str) -> Id {
    let found: Option<(Id,)> = test.app.store.reader().first(sql, args![KERINCI]).await.unwrap();
    found.unwrap().0
}

#[db_test]
async fn serang_feeds_for_three_months_out_of_the_monday_pool(db: TestDatabase) {
    let (monday, keeper) = stocked(db).await;
    let test = &monday.test;
    let path = test.db.folder().join("anak.csv");
    std::fs::write(&path, CHILDREN).unwrap();
    let summary = staging::run(&test.app, &test.system(), "eppgbm", &path, false, &mut |_| {}).await.unwrap();
    assert_eq!((summary.new, summary.errors), (3, 0), "{summary:?}");
    let admin = test.with_role(Role::DistrictAdmin).await;
    let officer = test.with_role(Role::NutritionOfficer).await;

    // A kitchen of the village, with what forty people brought on Monday.
    let kitchen = test.institution("kitchen", "Dapur Selam Paung", None).await;
    let cook = test.user(Role::Kitchen, &[], &[kitchen]).await;
    post(&admin, &format!("/dapur/{kitchen}/ubah"), &[field("desa", VILLAGES[0])]).await;
    let today = asuh_nusantara::Zone::Wib.local_date(test.app.store.clock().now().utc());
    let mut sent = vec![
        field("dari", format!("{}_asn", monday.warehouse)),
        field("tujuan", kitchen),
        field("jumlah.egg", 40),
        field("jumlah.rice_can", 40),
        field("pembawa", "Joko"),
        field("aksi", "kirim"),
    ];
    sent.extend(boxes("sampai", today + Duration::days(1)));
    let shipment = post(&keeper, "/gudang/kiriman/baru", &sent).await;
    let arrived = [
        field("terima.egg", 40),
        field("terima.rice_can", 40),
        field("penerima", "Ani"),
        field("aksi", "terima"),
    ];
    post(&cook, &format!("{shipment}/terima"), &arrived).await;

    // Foods and a menu: an egg, and rice out of the can.
    post(&admin, "/bahan-makanan/awal", &[]).await;
    let rice = [
        field("nama", "Beras giling"),
        field("kelompok", "staple"),
        field("energi", 357),
        field("protein", "8,4"),
        field("bdd", 100),
        field("barang", "rice_can"),
        field("gram", 250),
    ];
    post(&admin, "/bahan-makanan/beras", &rice).await;
    let mut menu = vec![
        field("nama", "Nasi tim telur"),
        field("jenis", "meal"),
        field("bahan.1", "beras"),
        field("jumlah.1", "50"),
        field("satuan.1", "gram"),
        field("bahan.2", "telur_ayam"),
        field("jumlah.2", "1"),
        field("satuan.2", "satuan"),
    ];
    menu.extend(["m12", "m24"].map(|age| field("usia", age)));
    let menu = post(&officer, "/menu-dapur/baru", &menu).await;

    // Korpri's programme of ninety days; three children.
    let programme = [
        field("nama", "PMT Korpri"),
        field("sasaran", "other"),
        field("tahun", 2026),
        field("hari", 90),
        field("harga", "15.000"),
        field("anggaran", 3),
        field("gerakan", monday.campaign),
        field("timbang", "ya"),
    ];
    let programme = post(&admin, "/pmt/baru", &programme).await;
    let mut enrolled = Vec::new();
    for name in ["Wati Rahasia", "Citra Rahasia", "Andi Rahasia"] {
        let person = child(test, name).await;
        enrolled.push(post(&officer, &format!("{programme}/calon/{person}"), &boxes("mulai", today)).await);
    }
    let (wati, citra, andi) = (&enrolled[0], &enrolled[1], &enrolled[2]);

    // Twelve weeks; the cook plans, cooks and notes once a week here.
    let mut portions = 0;
    for week in 0..12 {
        let day = today + Duration::weeks(week);
        let (cook, officer) = (test.sign_in(cook.user).await, test.sign_in(officer.user).await);
        // Andi's family moves after six weeks, after nine nobody finds Citra.
        if week == 6 {
            let moved = [field("akhir", "moved"), field("alasan", "Ikut orang tua ke Sungai Penuh")];
            post(&officer, &format!("{andi}/selesai"), &moved).await;
        }
        if week == 9 {
            let lost = [field("akhir", "lost"), field("alasan", "Tiga kali tidak ditemukan")];
            post(&officer, &format!("{citra}/selesai"), &lost).await;
        }
        let children = if week < 6 {
            3
        } else if week < 9 {
            2
        } else {
            1
        };
        portions += children;
        let mut plan = vec![
            field("dapur", kitchen),
            field("waktu", "morning"),
            field("menu", menu.rsplit('/').next().unwrap()),
            field("dana", "asn"),
            field("aksi", "kirim"),
        ];
        plan.extend(boxes("hari", day));
        let run = post(&cook, "/masak-dapur/baru", &plan).await;
        let cooked = [
            field("bahan.egg", children),
            field("bahan.rice_can", 1),
            field("porsi", children),
            field("bersih", "ya"),
        ];
        post(&cook, &format!("{run}/masak"), &cooked).await;
        post(&cook, &format!("{run}/antar"), &[field(format!("porsi.{}", VILLAGES[0]), children)]).await;
        // The page's own list, saved as it stands: all ate.
        let list = format!("{run}/desa/{}", VILLAGES[0]);
        let page = cook.get(&list).await.ok();
        let marks: Vec<(String, String)> = page
            .split("name=\"tanda.")
            .skip(1)
            .map(|rest| field(format!("tanda.{}", rest.split('"').next().unwrap()), "all"))
            .collect();
        assert_eq!(marks.len(), children, "{page}");
        post(&cook, &list, &marks).await;
        post(&cook, &format!("{run}/sisa"), &[]).await;
        let mut weigh = vec![field(
            "berat",
            format!("{},{:02}", (7_300 + 150 * week) / 1_000, (7_300 + 150 * week) % 1_000 / 10),
        )];
        weigh.extend(boxes("hari", day + Duration::days(1)));
        test.db.clock.advance(86_400);
        let officer = test.sign_in(officer.user).await;
        post(&officer, &format!("{wati}/timbang"), &weigh).await;
        test.db.clock.advance(6 * 86_400);
    }
    test.db.clock.advance(7 * 86_400);
    let officer = test.sign_in(officer.user).await;
    post(&officer, &format!("{wati}/selesai"), &[field("akhir", "finished")]).await;

    // What came of it, with the wholes: one judged of three, one moved, one lost.
    let page = officer.get(&programme).await.ok();
    for words in [
        "<dt>Selesai dan dinilai</dt><dd>1 dari 3",
        "<dt>naik sesuai umur</dt><dd>1 dari 1",
        "<dt>pindah</dt><dd>1 dari 3",
        "<dt>hilang kontak</dt><dd>1 dari 3",
        "12 dari 12",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // Every egg of the Monday is accounted for: eaten as a portion, or still in the kitchen.
    let eggs = monday.holds(AccountKind::Kitchen, kitchen, Commodity::EGG).await;
    assert_eq!(eggs, 40 - portions as i64);
    let meal = "porsi_makan".parse().unwrap();
    assert_eq!(monday.holds(AccountKind::Kitchen, kitchen, meal).await, 0);
    let sql = "SELECT family_id FROM meal_enrolment WHERE district_id = $1 AND state = 'gaining'";
    let family = one(test, sql).await;
    assert_eq!(monday.holds(AccountKind::Household, family, meal).await, 12);
    let admin = test.sign_in(admin.user).await;
    let page = admin.get(&format!("/sasaran/{family}")).await.ok();
    assert!(
        page.contains("PMT Korpri") && page.contains("12 dari 12") && page.contains("naik sesuai umur"),
        "{page}"
    );
    // The walk of a portion leads through the pot to what it was made of.
    assert!(page.contains("Dimasak: Dapur Selam Paung"), "{page}");
    let lot = page.split("/gudang/lot/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let page = admin.get(&format!("/gudang/lot/{lot}")).await.ok();
    assert!(page.contains("Telur"), "{page}");
    let sql = "SELECT COUNT(*) AS n FROM meal_enrolment WHERE district_id = $1 AND ended_on IS NULL AND state <> $2";
    assert_eq!(test.number(sql, args![KERINCI, "active"]).await, 0);
    monday.books_are_clean().await;
}
