//! A closed meal that was noted wrongly is opened again, unless what followed stands on it.

use asuh_ground::access::Role;
use asuh_step_custody::ReverseMovement;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::kitchen_meals::Meals;
use crate::support::{KERINCI, VILLAGES, new_form_id};

/// A meal of two portions, one of them eaten, closed with the other given away. Its path, and the field of the one mark.
async fn closed(meals: &Meals) -> (String, String) {
    let cook = &meals.kitchens.cook;
    let wati = meals.enrol(meals.wati).await;
    meals.stock(500, 10).await;
    let run = meals.plan(cook, &meals.asked(meals.egg, "", "kirim")).await.to();
    let boil = [("bahan.rice", "50"), ("bahan.egg", "1"), ("porsi", "2"), ("bersih", "ya")];
    cook.post(&format!("{run}/masak"), &boil).await.to();
    cook.post(&format!("{run}/antar"), &[(&format!("porsi.{}", VILLAGES[0]), "1")]).await.to();
    let mark = format!("tanda.{}", wati.rsplit('/').next().unwrap());
    cook.post(&format!("{run}/desa/{}", VILLAGES[0]), &[(&mark, "all")]).await.to();
    cook.post(&format!("{run}/sisa"), &[("dibagi", "1"), ("keterangan", "Kakaknya")]).await.to();
    (run, mark)
}

async fn request(meals: &Meals) -> Option<(Id,)> {
    let sql = "SELECT id FROM stock_change WHERE district_id = $1 AND state = 'requested'";
    meals.kitchens.test.app.store.reader().first(sql, args![KERINCI]).await.unwrap()
}

#[db_test]
async fn who_ate_is_put_right_after_the_meal_was_closed(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (run, mark) = closed(&meals).await;
    let (test, cook, admin) = (&meals.kitchens.test, &meals.kitchens.cook, &meals.kitchens.admin);
    let open = format!("{run}/buka");
    // Not by who closed it, nor by who only reads; not without a reason.
    let why = [("alasan", "Wati tidak datang")];
    let near = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    for other in [cook, &near, &meals.kitchens.nutritionist] {
        assert_eq!(other.post(&open, &why).await.status, StatusCode::FORBIDDEN);
    }
    assert!(!cook.get(&run).await.ok().contains("Buka lagi"));
    assert!(admin.get(&run).await.ok().contains("Buka lagi masakan ini"));
    assert!(admin.post(&open, &[("alasan", "")]).await.refused().contains("role=\"alert\""));
    let form = new_form_id();
    for _ in 0..2 {
        admin.post_as(&open, &form, &why).await.to();
    }
    assert!(admin.post(&open, &why).await.refused().contains("sudah diantar"), "it is open already");
    assert_eq!(request(&meals).await, None, "the request that nobody decided fell");
    let page = cook.get(&run).await.ok();
    assert!(
        page.contains("Wati tidak datang") && page.contains("1 dibagikan, 0 terbuang: Kakaknya"),
        "{page}"
    );

    // Put right, and closed once more with what is true.
    cook.post(&format!("{run}/desa/{}", VILLAGES[0]), &[(&mark, "absent")]).await.to();
    cook.post(&format!("{run}/sisa"), &[("terbuang", "2"), ("keterangan", "Basi")]).await.to();
    assert_eq!(meals.kitchen("porsi_makan").await, 2);
    let decide = format!("/gudang/penghapusan/{}", request(&meals).await.unwrap().0);
    admin.post(&decide, &[("aksi", "setuju")]).await.to();
    assert_eq!(meals.kitchen("porsi_makan").await, 0);

    // What a second person agreed to stands, until that is taken back.
    let page = admin.post(&open, &why).await.refused();
    assert!(page.contains("atas persetujuan orang kedua") && page.contains("Wati tidak datang"), "{page}");
    let gone: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT id FROM transfer WHERE district_id = $1 AND kind = 'written_off'", args![KERINCI])
        .await
        .unwrap();
    let reverse = ReverseMovement { transfer: gone.unwrap().0, reason: "Salah catat".into() };
    test.app.submit(&test.system(), test.app.store.new_id(), reverse).await.expect("reversed");
    admin.post(&open, &why).await.to();
    assert_eq!(meals.kitchen("porsi_makan").await, 2);
    assert_eq!(
        meals.kitchens.number("SELECT COUNT(*) AS n FROM kitchen_run_reopened WHERE district_id = $1").await,
        2
    );
    // Open, it may also be taken back as a whole.
    cook.post(&format!("{run}/batal"), &[("alasan", "Salah hari")]).await.to();
    assert!(admin.post(&open, &why).await.refused().contains("sudah dibatalkan"));
    meals.check().await;
}

#[db_test]
async fn a_meal_of_days_that_a_stock_take_closed_stays_closed(db: TestDatabase) {
    let meals = Meals::start(db).await;
    let (run, _) = closed(&meals).await;
    let test = &meals.kitchens.test;
    test.sql(
        "INSERT INTO book_period (district_id, place_id, closed_through, stock_take_id) VALUES ($1, $2, 20261102, $3)",
        args![KERINCI, meals.kitchens.kitchen, Id::SYSTEM],
    )
    .await;
    let why = [("alasan", "Salah catat")];
    let page = meals.kitchens.admin.post(&format!("{run}/buka"), &why).await.refused();
    assert!(page.contains("ditutup sampai 2 Nov 2026"), "{page}");
    // A request waits as before, nothing was opened.
    assert!(request(&meals).await.is_some());
    assert!(meals.kitchens.cook.get(&run).await.ok().contains("Masakan ini selesai."));
    // The day before, the books are no hindrance.
    test.sql("UPDATE book_period SET closed_through = 20261101 WHERE district_id = $1", args![KERINCI]).await;
    meals.kitchens.admin.post(&format!("{run}/buka"), &why).await.to();
}
