//! Territories and institutions, as users meet them.

use asuh_ground::access::Role;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::institutions::{self, CloseInstitution, InstitutionKind, PutInstitution};
use asuh_step_registry::territories;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{DistrictId, Id};
use axum::http::StatusCode;

use crate::registry::{TODAY, done, family, rows};
use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

#[db_test]
async fn the_district_is_shown_as_a_tree(db: TestDatabase) {
    let test = TestApp::start(db).await;
    family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let tree = admin.get("/wilayah").await.ok();
    assert!(tree.contains("Gunung Raya") && tree.contains("4 desa/kelurahan, 1 keluarga"), "{tree}");
    let villages = admin.get("/wilayah/15.01.01").await.ok();
    assert!(
        villages.contains("Air Mumu") && !villages.contains("Sanggaran") && villages.contains("1 Jan 2025")
    );
    let found = admin.get("/wilayah?cari=sanggaran").await.ok();
    assert!(found.contains("Kota Baru Sanggaran Agung") && !found.contains("Air Mumu"));
    assert_eq!(admin.get("/wilayah/36.04.01").await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get("/wilayah/x").await.status, StatusCode::NOT_FOUND);
    let reader = test.app.store.reader();
    assert_eq!(territories::subdistricts(reader, KERINCI).await.unwrap().len(), 2);
    let kecamatan = TerritoryCode::from_i64(1_501_010_000).unwrap();
    assert_eq!(territories::villages(reader, KERINCI, kecamatan).await.unwrap().len(), 2);
    let names = territories::names(reader, KERINCI, [VILLAGES[0], 5]).await.unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[&VILLAGES[0]], "Selam Paung");
    assert!(territories::names(reader, KERINCI, []).await.unwrap().is_empty());
}

#[db_test]
async fn offices_have_units_that_open_and_close(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let form = new_form_id();
    let office =
        [("jenis", "opd"), ("nama", "Dinas Pendidikan"), ("tanda", "Disdik"), ("sejak", "2025-01-01")];
    let path = admin.post_as("/lembaga/baru", &form, &office).await.to();
    assert_eq!(admin.post_as("/lembaga/baru", &form, &office).await.to(), path);
    assert_eq!(rows(&test, "institution").await, 1);
    let id: Id = path.rsplit('/').next().unwrap().parse().unwrap();
    let bad = admin
        .post("/lembaga/baru", &[("jenis", "unit"), ("nama", "SDN 1"), ("sejak", "2025-01-01")])
        .await
        .refused();
    assert!(bad.contains("unit kerja harus di bawah") && bad.contains("value=\"SDN 1\""));
    let mut units = Vec::new();
    for nth in 0..55 {
        let command = PutInstitution {
            id: None,
            kind: InstitutionKind::School,
            parent: Some(id),
            name: format!("SDN {nth:02}"),
            tags: String::new(),
            territory: Some(1_501_010_000),
            valid_from: TODAY,
        };
        units.push(done(&test, command).await);
    }
    let page = admin.get(&path).await.ok();
    assert_eq!(page.matches("data-th=\"Jenis\"").count(), 50);
    let next = page.split(&format!("{path}?")).nth(1).unwrap().split('"').next().unwrap();
    let page = admin.get(&format!("{path}?{next}")).await.ok();
    assert_eq!(page.matches("data-th=\"Jenis\"").count(), 5);
    assert!(admin.get("/lembaga").await.ok().contains("Dinas Pendidikan"));
    assert!(admin.get("/lembaga?cari=sdn+07").await.ok().contains("SDN 07"));
    assert!(
        admin.get("/lembaga?jenis=school").await.ok().contains("halaman berikutnya")
            || admin.get("/lembaga?jenis=school").await.ok().contains("Halaman berikutnya")
    );

    let refused = admin.post(&format!("{path}/tutup"), &[("sampai", "2026-11-30")]).await.refused();
    assert!(refused.contains("55 unit"));
    for unit in &units {
        done(&test, CloseInstitution { id: *unit, on: TODAY }).await;
    }
    admin
        .post(
            &format!("{path}/ubah"),
            &[("jenis", "opd"), ("nama", "Dinas Pendidikan dan Kebudayaan"), ("sejak", "2025-01-01")],
        )
        .await
        .to();
    let page = admin.get(&path).await.ok();
    assert!(page.contains("Nama sebelumnya") && page.contains("Dinas Pendidikan dan Kebudayaan"));
    admin.post(&format!("{path}/tutup"), &[("sampai", "2026-11-30")]).await.to();
    assert!(admin.get("/lembaga").await.ok().contains("Belum ada lembaga di sini"));
    assert!(admin.get("/lembaga?tutup=ya").await.ok().contains("ditutup 30 Nov 2026"));
    let reader = test.app.store.reader();
    assert!(institutions::units_of(reader, KERINCI, id).await.unwrap().is_empty());
    assert!(institutions::by_id(reader, KERINCI, id).await.unwrap().unwrap().valid_to.is_some());
    assert_eq!(institutions::names(reader, KERINCI, [id]).await.unwrap().len(), 1);
    assert!(institutions::of_kind(reader, KERINCI, InstitutionKind::School).await.unwrap().is_empty());
    assert!(institutions::by_id(reader, DistrictId(2), id).await.unwrap().is_none());

    let coordinator = test.with_role(Role::UnitCoordinator).await;
    coordinator.get(&path).await.ok();
    for path in ["/lembaga/baru".to_owned(), format!("{path}/ubah")] {
        assert_eq!(coordinator.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(coordinator.post(&path, &office).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(admin.get("/lembaga/bukan-id").await.status, StatusCode::NOT_FOUND);
    let unknown = format!("/lembaga/{}", test.app.store.new_id());
    assert_eq!(admin.get(&unknown).await.status, StatusCode::NOT_FOUND);
}
