//! What a kitchen cannot say of its day: feeding that begins out of all reach, a weight from before it, a meal cooked before
//! its day, more eaten than was brought, and a rest of which nobody says what became of it.

use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};

use crate::growth_entry::child;
use crate::kitchen_meals::Meals;
use crate::support::{KERINCI, VILLAGES};

fn day<'a>(field: [&'a str; 3], day: &'a str, month: &'a str) -> [(&'a str, &'a str); 3] {
    [(field[0], day), (field[1], month), (field[2], "2026")]
}

#[db_test]
async fn a_kitchen_says_nothing_that_cannot_be(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (cook, officer) = (&meals.kitchens.cook, &meals.kitchens.nutritionist);
    // The present day is the second of November.
    let candidate = format!("/pmt/{}/calon/{}", meals.programme, meals.wati);
    for (one, month) in [("4", "12"), ("4", "7")] {
        let start = day(["mulai_tanggal", "mulai_bulan", "mulai_tahun"], one, month);
        let page = officer.post(&candidate, &start).await.refused();
        assert!(page.contains("paling jauh 31 hari ke depan"), "{one}/{month}: {page}");
    }
    // Whoever was never measured may be severely wasted: also where a programme is for anybody.
    let test = &meals.kitchens.test;
    let andi = child(test, "Andi Rahasia").await;
    for table in ["measurement", "child_growth"] {
        let sql = format!("DELETE FROM {table} WHERE district_id = $1 AND person_id = $2");
        test.sql(&sql, args![KERINCI, andi]).await;
    }
    let target = "UPDATE meal_programme SET target = $3 WHERE district_id = $1 AND id = $2";
    test.sql(target, args![KERINCI, meals.programme, "other"]).await;
    let start = day(["mulai_tanggal", "mulai_bulan", "mulai_tahun"], "2", "11");
    let page = officer.post(&format!("/pmt/{}/calon/{andi}", meals.programme), &start).await.refused();
    assert!(page.contains("Belum pernah diukur"), "{page}");
    test.sql(target, args![KERINCI, meals.programme, "wasted"]).await;
    let (wati, citra) = (meals.enrol(meals.wati).await, meals.enrol(meals.citra).await);
    let on = day(["hari_tanggal", "hari_bulan", "hari_tahun"], "1", "11");
    let weighed: Vec<(&str, &str)> = on.into_iter().chain([("berat", "7,4")]).collect();
    let page = officer.post(&format!("{wati}/timbang"), &weighed).await.refused();
    assert!(page.contains("sebelum mulai diberi makan") && page.contains("value=\"7,4\""), "{page}");

    assert!(
        officer.post(&format!("{wati}/catatan"), &[("alergi", "batu")]).await.refused().contains("#f-alergi")
    );

    // Tomorrow's meal is planned, and cooked tomorrow.
    meals.stock(500, 10).await;
    let boil = [("bahan.rice", "100"), ("bahan.egg", "2"), ("porsi", "2"), ("bersih", "ya")];
    let mut tomorrow = meals.asked(meals.egg, "", "kirim");
    tomorrow
        .iter_mut()
        .filter(|(name, _)| *name == "hari_tanggal")
        .for_each(|(_, value)| *value = "3".into());
    let run = meals.plan(cook, &tomorrow).await.to();
    assert!(cook.post(&format!("{run}/masak"), &boil).await.refused().contains("belum tiba"));
    assert_eq!(meals.kitchen("egg").await, 10);

    // Nobody of a village eats what was not brought there.
    let run = meals.plan(cook, &meals.asked(meals.egg, "", "kirim")).await.to();
    cook.post(&format!("{run}/masak"), &boil).await.to();
    let portions = VILLAGES.map(|village| format!("porsi.{village}"));
    cook.post(&format!("{run}/antar"), &[(&portions[0], "0"), (&portions[1], "1")]).await.to();
    let mark = |of: &str| format!("tanda.{}", of.rsplit('/').next().unwrap());
    let lists = VILLAGES.map(|village| format!("{run}/desa/{village}"));
    let page = cook.post(&lists[0], &[(&mark(&wati), "all")]).await.refused();
    assert!(page.contains("daripada 0 porsi yang diantar"), "{page}");
    cook.post(&lists[0], &[(&mark(&wati), "absent")]).await.to();
    cook.post(&lists[1], &[(&mark(&citra), "all")]).await.to();
    // A rest goes somewhere, and somebody says where.
    let close = format!("{run}/sisa");
    let page = cook.post(&close, &[("dibagi", "1"), ("keterangan", " ")]).await.refused();
    assert!(page.contains("#f-keterangan"), "{page}");
    cook.post(&close, &[("dibagi", "1"), ("keterangan", "Kakaknya")]).await.to();
    meals.check().await;
}
