//! Visits of verification, the sheet that is taken along, and which families may be helped after them.

use asuh_ground::access::Role;
use asuh_step_registry::VisitResult;
use asuh_step_registry::rules::{Bounds, FamilyStatus, Relation, eligible_sql};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::registry::{TODAY, cadre, done, family, member, pregnancy, rows, status, visit};
use crate::support::{KERINCI, TestApp, VILLAGES, new_form_id};

#[db_test]
async fn a_visit_is_recorded_once_and_the_family_stands_as_found(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let first = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let second = family(&test, VILLAGES[0], "2", "Zulkifli Rekaan").await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let home = verifier.get("/").await.ok();
    assert!(home.contains("Verifikasi Selam Paung: 0 dari 2") && home.contains("Perlu tindakan"), "{home}");
    let path = format!("/verifikasi/keluarga/{first}");
    let form = new_form_id();
    let quick = [("hasil", "as_listed"), ("cepat", "1")];
    let to = verifier.post_as(&path, &form, &quick).await.to();
    assert_eq!(verifier.post_as(&path, &form, &quick).await.to(), to);
    assert_eq!((rows(&test, "verification").await, rows(&test, "family_version").await), (1, 3));
    assert_eq!(status(&test, first).await, "verified");
    let list = verifier.get(&to).await.ok();
    assert!(list.contains("1 dari 2") && list.contains("Tersimpan: keluarga Ahmad Rekaan"), "{list}");

    let path = format!("/verifikasi/keluarga/{second}");
    assert!(verifier.get(&path).await.ok().contains("Zulkifli"));
    let day = [("kunjungan_tanggal", "1"), ("kunjungan_bulan", "11"), ("kunjungan_tahun", "2026")];
    let with = |more: &[(&'static str, &'static str)]| [&day[..], more].concat();
    let page =
        verifier.post(&path, &with(&[("hasil", "moved"), ("catatan", "rumah kosong")])).await.refused();
    assert!(page.contains("Tulis alasannya") && page.contains("rumah kosong"));
    let page = verifier.post(&path, &with(&[])).await.refused();
    assert!(page.contains("wajib diisi"));
    let page = verifier.post(&path, &with(&[("hasil", "lain")])).await.refused();
    assert!(page.contains("Pilih salah satu"));
    let page = verifier
        .post(
            &path,
            &[
                ("hasil", "refused"),
                ("kunjungan_tanggal", "3"),
                ("kunjungan_bulan", "11"),
                ("kunjungan_tahun", "2026"),
            ],
        )
        .await
        .refused();
    assert!(page.contains("belum terjadi"));
    assert_eq!(status(&test, second).await, "listed");
    verifier.post(&path, &with(&[("hasil", "moved"), ("alasan", "ke Jambi")])).await.to();
    assert_eq!(status(&test, second).await, "moved");
    let page = verifier.get(&format!("/sasaran/{second}")).await.ok();
    assert!(page.contains("ke Jambi"), "{page}");
    let page = verifier.get(&format!("/sasaran/{second}/riwayat")).await.ok();
    assert!(page.find(">Pindah<").unwrap() < page.find(">Belum diverifikasi<").unwrap(), "{page}");
    assert!(verifier.get(&to).await.ok().contains("Semua keluarga di sini sudah diverifikasi"));
    // A mistake is mended by a later visit's result.
    verifier.post(&path, &with(&[("hasil", "changed")])).await.to();
    assert_eq!(status(&test, second).await, "verified");
    let keeper = test.with_role(Role::ListKeeper).await;
    assert_eq!(keeper.post(&path, &quick).await.status, StatusCode::FORBIDDEN);
    assert!(!keeper.get("/").await.ok().contains("belum diverifikasi"));
}

#[db_test]
async fn a_sheet_is_printed_and_noted(db: TestDatabase) {
    let test = TestApp::start(db).await;
    family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let done_family = family(&test, VILLAGES[0], "1", "Zulkifli Rekaan").await;
    done(&test, visit(done_family, VisitResult::AsListed)).await;
    test.sql(
        "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, 'letterhead.paper', 'f4', 0, $2)",
        args![KERINCI, Id::SYSTEM],
    )
    .await;
    let officer = test.user(Role::FieldOfficer, &[VILLAGES[0], VILLAGES[1]], &[]).await;
    let sheet = officer.get(&format!("/verifikasi/{}/lembar", VILLAGES[0])).await.ok();
    assert!(sheet.contains("Ahmad") && !sheet.contains("Zulkifli") && sheet.contains("class=\"f4\""));
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let noted = test
        .number(
            "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND user_id = $2 AND action = 'export'",
            args![KERINCI, officer.user],
        )
        .await;
    assert_eq!(noted, 1);
}

#[db_test]
async fn only_verified_families_with_a_target_may_be_helped(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let with_child = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    let listed = family(&test, VILLAGES[0], "1", "Belum Rekaan").await;
    let without = family(&test, VILLAGES[0], "1", "Zulkifli Rekaan").await;
    for id in [with_child, listed] {
        done(&test, member(id, "Anak", Relation::Child, Some(date!(2024 - 11 - 03)))).await;
        let mother = done(&test, member(id, "Ibu", Relation::Wife, Some(date!(1999 - 01 - 01)))).await;
        done(&test, pregnancy(mother)).await;
    }
    done(&test, member(without, "Besar", Relation::Child, Some(date!(2021 - 11 - 02)))).await;
    for id in [with_child, without] {
        done(&test, visit(id, VisitResult::AsListed)).await;
    }
    asuh_store::row_struct! {
        struct Eligible { family_id: Id, targets: i64, pregnant: i64, child_under_two: i64, child_two_to_five: i64 }
    }
    for (on, statuses, expected) in [
        (TODAY, &[FamilyStatus::Verified][..], vec![(with_child, 2, 1, 1, 0)]),
        (date!(2026 - 11 - 03), &[FamilyStatus::Verified], vec![(with_child, 2, 1, 0, 1)]),
        (date!(2027 - 02 - 01), &[FamilyStatus::Verified], vec![(with_child, 1, 0, 0, 1)]),
        (
            TODAY,
            &[FamilyStatus::Verified, FamilyStatus::Listed],
            vec![(with_child, 2, 1, 1, 0), (listed, 2, 1, 1, 0)],
        ),
        (TODAY, &[], vec![]),
    ] {
        let mut args = args![];
        let with = eligible_sql(&mut args, KERINCI, &Bounds::of(on), statuses);
        let sql = format!(
            "WITH {with} SELECT family_id, targets, pregnant, child_under_two, child_two_to_five FROM eligible ORDER BY head_search"
        );
        let rows: Vec<Eligible> = test.app.store.reader().all(&sql, args).await.unwrap();
        let found: Vec<_> = rows
            .iter()
            .map(|r| (r.family_id, r.targets, r.pregnant, r.child_under_two, r.child_two_to_five))
            .collect();
        assert_eq!(found, expected, "{on} {statuses:?}");
    }
}

#[db_test]
async fn what_a_cadre_finds_is_evidence_until_a_verifier_settles_it(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let one = family(&test, VILLAGES[0], "001", "Budi").await;
    let two = family(&test, VILLAGES[0], "001", "Agus").await;
    let cadre = cadre(&test, VILLAGES[0], "001").await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let list = format!("/verifikasi/{}", VILLAGES[0]);
    assert!(cadre.get(&list).await.ok().contains("menjadi bukti kunjungan"));
    let quick = [("hasil", "as_listed"), ("cepat", "1")];
    cadre.post(&format!("/verifikasi/keluarga/{one}"), &quick).await.to();
    let moved = [("hasil", "moved"), ("alasan", "ke Jambi"), ("kunjungan", "1-11-2026")];
    cadre.post(&format!("/verifikasi/keluarga/{two}"), &moved).await.to();

    // The visits are there, the families stand as before: nothing counts yet.
    assert_eq!(rows(&test, "verification").await, 2);
    assert_eq!((status(&test, one).await, status(&test, two).await), ("listed".into(), "listed".into()));
    let page = cadre.get(&list).await.ok();
    assert!(page.contains("menunggu penetapan verifikator") && !page.contains(">Agus<"), "{page}");
    assert!(verifier.get("/").await.ok().contains("kader menunggu penetapan: 2"));
    let page = verifier.get(&list).await.ok();
    assert!(page.contains("Kunjungan kader: Sesuai") && page.contains("ke Jambi"), "{page}");
    assert!(page.contains("name=\"kunjungan\" value=\"2026-11-01\""), "{page}");

    test.db.clock.advance(60);
    // The verifier settles one as the cadre found it, and the other otherwise.
    let settle = [("hasil", "moved"), ("alasan", "ke Jambi"), ("kunjungan", "2026-11-01")];
    verifier.post(&format!("/verifikasi/keluarga/{two}"), &settle).await.to();
    let otherwise = [("hasil", "not_found"), ("kunjungan", "2-11-2026")];
    verifier.post(&format!("/verifikasi/keluarga/{one}"), &otherwise).await.to();
    assert_eq!((status(&test, one).await, status(&test, two).await), ("not_found".into(), "moved".into()));
    assert!(!verifier.get("/").await.ok().contains("menunggu penetapan"));

    test.db.clock.advance(60);
    // A later visit of the cadre is evidence again, also of a family that had been settled.
    cadre.post(&format!("/verifikasi/keluarga/{one}"), &quick).await.to();
    assert_eq!(status(&test, one).await, "not_found");
    assert!(verifier.get(&list).await.ok().contains("Kunjungan kader: Sesuai"));
    test.db.clock.advance(60);
    verifier.post(&format!("/verifikasi/keluarga/{one}"), &quick).await.to();
    assert_eq!(status(&test, one).await, "verified");

    // Nor can a cadre set it by correcting the family's data.
    let fields =
        [("desa", "1501012001"), ("nama", "Agus"), ("rw", "001"), ("rt", "1"), ("status", "verified")];
    cadre.post(&format!("/sasaran/{two}/ubah"), &fields).await;
    assert_eq!(status(&test, two).await, "moved");
}
