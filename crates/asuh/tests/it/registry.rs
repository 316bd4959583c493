//! Families, their verification, territories and institutions, as users meet them.

use asuh_ground::access::Role;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_registry::families::{Change, PutFamily, PutMaternity, PutPerson, Source};
use asuh_step_registry::institutions::{self, CloseInstitution, InstitutionKind, PutInstitution};
use asuh_step_registry::rules::{FamilyStatus, MaternityKind, Relation, eligible_sql};
use asuh_step_registry::{Reach, RecordVerification, VisitResult, territories};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{DistrictId, Id, Instant, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

const TODAY: Date = date!(2026 - 11 - 02);

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

/// Gives a command as the program itself.
async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    let actor = test.system();
    test.app.submit(&actor, test.app.store.new_id(), command).await.expect("the command").value
}

async fn family(test: &TestApp, village: i64, rw: &str, name: &str) -> Id {
    let command =
        PutFamily { rw: rw.into(), rt: "1".into(), ..PutFamily::new(everywhere(), village, name, TODAY) };
    done(test, command).await
}

fn member(family: Id, name: &str, relation: Relation, birth: Option<Date>) -> PutPerson {
    PutPerson {
        person: None,
        family,
        reach: everywhere(),
        source: Source::Form,
        today: TODAY,
        relation,
        name: name.into(),
        sex: Some(Sex::Female),
        birth_date: birth,
        nik: Change::Keep,
        parents_name: String::new(),
        posyandu: String::new(),
        ended: None,
    }
}

fn pregnancy(person: Id) -> PutMaternity {
    PutMaternity {
        replaces: None,
        person,
        reach: everywhere(),
        source: Source::Field,
        today: TODAY,
        kind: Some(MaternityKind::Pregnancy),
        starts_on: date!(2026 - 08 - 01),
        due_on: Some(date!(2027 - 01 - 03)),
        ends_on: None,
    }
}

fn visit(family: Id, result: VisitResult) -> RecordVerification {
    RecordVerification {
        family,
        reach: everywhere(),
        result,
        reason: "pindah ke Jambi".into(),
        note: String::new(),
        visited_on: TODAY,
        confirms: true,
        today: TODAY,
    }
}

async fn status(test: &TestApp, family: Id) -> String {
    let row: Option<(String,)> = test
        .app
        .store
        .reader()
        .first(
            "SELECT status FROM family_version WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3",
            args![KERINCI, family, Instant::NEVER],
        )
        .await
        .unwrap();
    row.unwrap().0
}

async fn rows(test: &TestApp, table: &str) -> i64 {
    test.number(&format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = $1"), args![KERINCI]).await
}

/// A cadre of one RW.
async fn cadre(test: &TestApp, village: i64, rw: &str) -> Client {
    let client = test.user(Role::Cadre, &[village], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = $2 WHERE district_id = $1 AND grant_id IN \
         (SELECT id FROM user_grant WHERE district_id = $1 AND user_id = $3)",
        args![KERINCI, rw, client.user],
    )
    .await;
    client
}

#[db_test]
async fn the_list_shows_targets_in_words_and_only_ones_own_area(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let near = family(&test, VILLAGES[0], "2", "Ahmad Rekaan").await;
    let far = family(&test, VILLAGES[2], "1", "Zulkifli Rekaan").await;
    let mother = done(&test, member(near, "Siti Rekaan", Relation::Wife, Some(date!(1998 - 01 - 05)))).await;
    done(&test, pregnancy(mother)).await;
    done(&test, member(near, "Budi Rekaan", Relation::Child, Some(date!(2025 - 09 - 02)))).await;
    done(&test, member(far, "Ani Rekaan", Relation::Child, Some(date!(2023 - 10 - 02)))).await;

    let keeper = test.with_role(Role::ListKeeper).await;
    let list = keeper.get("/sasaran").await.ok();
    assert!(list.contains("2 keluarga"), "{list}");
    assert!(list.contains("Ibu hamil, perkiraan lahir 3 Jan 2027"), "{list}");
    assert!(list.contains("Anak 0–23 bulan: 14 bulan"), "{list}");
    assert!(list.contains("Anak 24–59 bulan: 3 tahun 1 bulan (37 bulan)"), "{list}");
    assert!(list.contains("Selam Paung") && list.contains("002/001"), "{list}");
    let filtered = keeper.get("/sasaran?sasaran=pregnant&status=listed").await.ok();
    assert!(filtered.contains("Ahmad") && !filtered.contains("Zulkifli"));
    let none = keeper.get("/sasaran?status=verified").await.ok();
    assert!(none.contains("0 keluarga") && none.contains("Tidak ada keluarga"));

    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let own = verifier.get("/sasaran").await.ok();
    assert!(own.contains("Ahmad") && !own.contains("Zulkifli"));
    assert!(verifier.get(&format!("/sasaran?desa={}", VILLAGES[2])).await.ok().contains("0 keluarga"));
    let foreign = format!("/sasaran/{far}");
    for path in [foreign.clone(), format!("{foreign}/ubah"), format!("{foreign}/anggota/baru")] {
        assert_eq!(verifier.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in
        [format!("{foreign}/tampilkan"), format!("{foreign}/ubah"), format!("/verifikasi/keluarga/{far}")]
    {
        let answer = verifier
            .post(&path, &[("hasil", "as_listed"), ("cepat", "1"), ("nama", "X"), ("desa", "1501022001")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(verifier.get(&format!("/verifikasi/{}", VILLAGES[2])).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        verifier.get(&format!("/verifikasi/{}/lembar", VILLAGES[2])).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(verifier.get("/sasaran/bukan-id").await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn a_cadre_sees_the_own_rw_alone(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let own = family(&test, VILLAGES[0], "2", "Ahmad Rekaan").await;
    let other = family(&test, VILLAGES[0], "3", "Zulkifli Rekaan").await;
    let cadre = cadre(&test, VILLAGES[0], "002").await;
    let list = cadre.get("/sasaran").await.ok();
    assert!(list.contains("Ahmad") && !list.contains("Zulkifli"));
    cadre.get(&format!("/sasaran/{own}")).await.ok();
    assert_eq!(cadre.get(&format!("/sasaran/{other}")).await.status, StatusCode::NOT_FOUND);
    let visits = cadre.get(&format!("/verifikasi/{}", VILLAGES[0])).await.ok();
    assert!(visits.contains("Ahmad") && !visits.contains("Zulkifli") && visits.contains("0 dari 1"));
    assert_eq!(cadre.post(&format!("/sasaran/{own}/tampilkan"), &[]).await.status, StatusCode::FORBIDDEN);
    // Nor may a correction push the family out of the cadre's sight.
    let moved = cadre
        .post(
            &format!("/sasaran/{own}/ubah"),
            &[("versi", "1"), ("desa", "1501012001"), ("rw", "3"), ("nama", "Ahmad")],
        )
        .await
        .refused();
    assert!(moved.contains("di luar wilayah tugas Anda"), "{moved}");
    assert!(cadre.get("/").await.ok().contains("Verifikasi Selam Paung: 0 dari 1"));
}

#[db_test]
async fn those_who_work_without_names_see_counts_or_nothing(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let id = family(&test, VILLAGES[0], "2", "Ahmad Rekaan").await;
    for role in [Role::Leader, Role::DistrictPlanner, Role::OfficePlanner] {
        let client = test.with_role(role).await;
        let progress = client.get("/verifikasi").await.ok();
        assert!(progress.contains("0 dari 1") && !progress.contains("/sasaran"), "{role:?}");
        client.get("/wilayah").await.ok();
        for path in ["/sasaran".to_owned(), format!("/sasaran/{id}"), "/verifikasi/1501012001".to_owned()] {
            assert_eq!(client.get(&path).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    for role in [Role::Sponsor, Role::UnitCoordinator, Role::Treasurer, Role::WarehouseKeeper, Role::Kitchen]
    {
        let client = test.with_role(role).await;
        for path in
            ["/sasaran".to_owned(), format!("/sasaran/{id}"), "/verifikasi".to_owned(), "/wilayah".to_owned()]
        {
            assert_eq!(client.get(&path).await.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
    assert_eq!(test.anonymous().get(&format!("/sasaran/{id}")).await.to(), "/masuk");
    let keeper = test.with_role(Role::ListKeeper).await;
    test.db.clock.advance(31 * 60);
    assert_eq!(keeper.get("/sasaran").await.to(), "/masuk");
}

#[db_test]
async fn pages_go_on_and_a_search_finds_names_and_whole_numbers(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for nth in 0..60 {
        family(&test, VILLAGES[nth % 2], "1", &format!("Rekaan {nth:02}")).await;
    }
    let with_number = family(&test, VILLAGES[1], "1", "Zainab Rekaan").await;
    let child = PutPerson {
        nik: Change::Set("9901015508250003".into()),
        ..member(with_number, "Putri Contoh", Relation::Child, Some(date!(2025 - 08 - 15)))
    };
    done(&test, child).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let first = keeper.get("/sasaran").await.ok();
    assert!(first.contains("61 keluarga"));
    assert_eq!(first.matches("data-th=\"RW/RT\"").count(), 50);
    let next = first.split("/sasaran?setelah=").nth(1).unwrap().split('"').next().unwrap();
    let second = keeper.get(&format!("/sasaran?setelah={next}")).await.ok();
    assert_eq!(second.matches("data-th=\"RW/RT\"").count(), 11);
    assert!(!next.contains("Rekaan"));

    let found = keeper.post("/sasaran/cari", &[("cari", "putri")]).await.ok();
    assert!(found.contains("1 keluarga") && found.contains("Zainab"));
    let found = keeper.post("/sasaran/cari", &[("cari", "9901 0155 0825 0003")]).await.ok();
    assert!(found.contains("1 keluarga") && found.contains("Zainab"));
    let part = keeper.post("/sasaran/cari", &[("cari", "08250003")]).await.ok();
    assert!(part.contains("ketik lengkap 16 angka"));
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    let foreign = verifier.post("/sasaran/cari", &[("cari", "9901015508250003")]).await.ok();
    assert!(foreign.contains("0 keluarga") && !foreign.contains("Zainab"));
}

#[db_test]
async fn a_family_is_added_by_form_once_and_with_what_was_typed(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = verifier.get(&format!("/sasaran/baru?desa={}", VILLAGES[0])).await.ok();
    assert!(page.contains("Selam Paung") && !page.contains("Sanggaran Agung"));
    let bad = verifier
        .post("/sasaran/baru", &[("desa", "1501012001"), ("nama", ""), ("dusun", "Lebak <b>"), ("kk", "12")])
        .await
        .refused();
    assert!(bad.contains("<title>Galat: ") && bad.contains("Lebak &#60;b&#62;"), "{bad}");
    let bad = verifier
        .post("/sasaran/baru", &[("desa", "1501012001"), ("nama", "Ahmad"), ("kk", "12")])
        .await
        .refused();
    assert!(bad.contains("Tulis lengkap 16 angka") && bad.contains("value=\"Ahmad\""));
    let foreign =
        verifier.post("/sasaran/baru", &[("desa", "1501022001"), ("nama", "Ahmad")]).await.refused();
    assert!(foreign.contains("di luar wilayah tugas Anda"));

    let form = new_form_id();
    let fields = [
        ("desa", "1501012001"),
        ("nama", "Ahmad Rekaan"),
        ("rw", "2"),
        ("rt", "1"),
        ("kk", "9901011203190007"),
        ("alamat", "Jalan Contoh 7"),
        ("telepon", "0812 3456 7890"),
        ("poor_water", "ya"),
    ];
    let first = verifier.post_as("/sasaran/baru", &form, &fields).await.to();
    assert_eq!(verifier.post_as("/sasaran/baru", &form, &fields).await.to(), first);
    assert_eq!(rows(&test, "family").await, 1);
    let mut other = fields;
    other[1].1 = "Orang Lain";
    assert_eq!(
        verifier.post_as("/sasaran/baru", &form, &other).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let page = verifier.get(&first).await.ok();
    assert!(page.contains("••••••••••••0007") && !page.contains("9901011203190007"), "{page}");
    assert!(!page.contains("Jalan Contoh"));
    let id = first.split(['/', '?']).nth(2).unwrap().to_owned();
    let open = verifier.post(&format!("/sasaran/{id}/tampilkan"), &[]).await.ok();
    assert!(open.contains("9901011203190007") && open.contains("Jalan Contoh 7"));
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let logged = test
        .number(
            "SELECT COUNT(*) AS n FROM access_log WHERE district_id = $1 AND user_id = $2 AND subject_id = $3",
            args![KERINCI, verifier.user, id.parse::<Id>().unwrap()],
        )
        .await;
    assert_eq!(logged, 2);
    let twice = verifier
        .post("/sasaran/baru", &[("desa", "1501012001"), ("nama", "B"), ("kk", "9901011203190007")])
        .await
        .refused();
    assert!(
        twice.contains("sudah tercatat di Selam Paung, RW 002") && twice.contains(&format!("/sasaran/{id}"))
    );
}

#[db_test]
async fn members_are_added_corrected_and_never_twice_in_the_district(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let id = family(&test, VILLAGES[0], "2", "Ahmad Rekaan").await;
    let far = family(&test, VILLAGES[2], "1", "Zulkifli Rekaan").await;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let new = format!("/sasaran/{id}/anggota/baru");
    // A new-born without a NIK.
    verifier
        .post(
            &new,
            &[
                ("nama", "Bayi Rekaan"),
                ("hubungan", "child"),
                ("jk", "L"),
                ("lahir_tanggal", "1"),
                ("lahir_bulan", "11"),
                ("lahir_tahun", "2026"),
            ],
        )
        .await
        .to();
    let future = verifier
        .post(
            &new,
            &[
                ("nama", "X"),
                ("hubungan", "child"),
                ("lahir_tanggal", "3"),
                ("lahir_bulan", "11"),
                ("lahir_tahun", "2026"),
            ],
        )
        .await
        .refused();
    assert!(future.contains("belum terjadi") && future.contains("value=\"2026\""));
    let no_day = verifier
        .post(
            &new,
            &[
                ("nama", "X"),
                ("hubungan", "child"),
                ("lahir_tanggal", "31"),
                ("lahir_bulan", "2"),
                ("lahir_tahun", "2026"),
            ],
        )
        .await
        .refused();
    assert!(no_day.contains("Tanggal ini tidak ada"));
    // A NIK that disagrees is kept with a warning.
    verifier
        .post(
            &new,
            &[
                ("nama", "Siti Rekaan"),
                ("hubungan", "wife"),
                ("jk", "P"),
                ("nik", "9901015508950003"),
                ("lahir_tanggal", "16"),
                ("lahir_bulan", "8"),
                ("lahir_tahun", "1995"),
            ],
        )
        .await
        .to();
    let page = verifier.get(&format!("/sasaran/{id}")).await.ok();
    assert!(page.contains("Tanggal lahir berbeda dari NIK") && page.contains("••••••••••••0003"), "{page}");
    assert!(page.contains("Anak 0–23 bulan: 1 hari"));
    // The same NIK again: in one's own area the place is told, elsewhere it is not.
    let twice = verifier
        .post(&new, &[("nama", "Y"), ("hubungan", "other"), ("nik", "9901015508950003")])
        .await
        .refused();
    assert!(twice.contains("sudah tercatat di Selam Paung, RW 002"));
    let stranger = test.user(Role::VillageVerifier, &[VILLAGES[2]], &[]).await;
    let hidden = stranger
        .post(
            &format!("/sasaran/{far}/anggota/baru"),
            &[("nama", "Y"), ("hubungan", "other"), ("nik", "9901015508950003")],
        )
        .await
        .refused();
    assert!(hidden.contains("di wilayah lain kabupaten ini") && !hidden.contains("Selam Paung"));

    let person: (Id,) = test
        .app
        .store
        .reader()
        .first(
            "SELECT person_id FROM person_version WHERE district_id = $1 AND relation = 'wife'",
            args![KERINCI],
        )
        .await
        .unwrap()
        .unwrap();
    let own = format!("/sasaran/{id}/anggota/{}", person.0);
    let form = verifier.get(&own).await.ok();
    assert!(form.contains("Siti Rekaan") && !form.contains("9901015508950003"));
    let corrected = [
        ("versi", "1"),
        ("nama", "Siti Rekaan"),
        ("hubungan", "wife"),
        ("jk", "P"),
        ("lahir_tanggal", "15"),
        ("lahir_bulan", "8"),
        ("lahir_tahun", "1995"),
    ];
    verifier.post(&own, &corrected).await.to();
    let stale = verifier.post(&own, &corrected).await.refused();
    assert!(stale.contains("sudah diubah orang lain"));
    let page = verifier.get(&format!("/sasaran/{id}")).await.ok();
    assert!(!page.contains("Tanggal lahir berbeda"), "{page}");
    let page = verifier.get(&format!("/sasaran/{id}/riwayat")).await.ok();
    assert!(page.find(">15 Agu 1995<").unwrap() < page.find(">16 Agu 1995<").unwrap(), "{page}");

    let maternity = format!("{own}/kehamilan");
    verifier
        .post(
            &maternity,
            &[
                ("jenis", "pregnancy"),
                ("mulai_tanggal", "1"),
                ("mulai_bulan", "8"),
                ("mulai_tahun", "2026"),
                ("hpl_tanggal", "3"),
                ("hpl_bulan", "1"),
                ("hpl_tahun", "2027"),
            ],
        )
        .await
        .to();
    assert!(
        verifier.get(&format!("/sasaran/{id}")).await.ok().contains("Ibu hamil, perkiraan lahir 3 Jan 2027")
    );
    let again = verifier
        .post(
            &maternity,
            &[("jenis", "pregnancy"), ("mulai_tanggal", "2"), ("mulai_bulan", "8"), ("mulai_tahun", "2026")],
        )
        .await
        .refused();
    assert!(again.contains("masih berlaku"));
    let row: (Id,) = test
        .app
        .store
        .reader()
        .first("SELECT id FROM maternity WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap()
        .unwrap();
    let row = row.0.to_string();
    verifier.get(&format!("{maternity}?catatan={row}")).await.ok();
    verifier.post(&maternity, &[("ganti", &row), ("hapus", "ya")]).await.to();
    assert!(!verifier.get(&format!("/sasaran/{id}")).await.ok().contains("Ibu hamil"));
    assert_eq!(stranger.get(&maternity).await.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&own, &corrected).await.status, StatusCode::NOT_FOUND);
    // A person of another family is not reached through one's own family's address.
    let elsewhere = done(&test, member(far, "Jauh", Relation::Child, None)).await;
    assert_eq!(
        verifier.get(&format!("/sasaran/{id}/anggota/{elsewhere}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[db_test]
async fn what_was_known_before_stays_readable(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let id = family(&test, VILLAGES[0], "2", "Ahmad Rekaan").await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let path = format!("/sasaran/{id}/ubah");
    assert!(keeper.get(&path).await.ok().contains("Ahmad Rekaan"));
    let fields = [
        ("versi", "1"),
        ("desa", "1501012002"),
        ("rw", "2"),
        ("rt", "1"),
        ("nama", "Ahmad Contoh"),
        ("poor_latrine", "ya"),
    ];
    keeper.post(&path, &fields).await.to();
    let page = keeper.get(&format!("/sasaran/{id}/riwayat")).await.ok();
    for (field, new, old) in [
        ("Nama kepala keluarga", ">Ahmad Contoh<", ">Ahmad Rekaan<"),
        ("Desa/kelurahan", ">Air Mumu<", ">Selam Paung<"),
        ("Jamban tidak layak", ">Ya<", ">–<"),
    ] {
        let rows: Vec<&str> = page.split("<tr>").filter(|row| row.contains(&format!(">{field}"))).collect();
        assert!(rows.len() == 2 && rows[0].contains(new) && rows[1].contains(old), "{field}: {page}");
    }
    assert!(keeper.post(&path, &fields).await.refused().contains("sudah diubah orang lain"));
    // Nothing different: no new version.
    let same = [
        ("versi", "2"),
        ("desa", "1501012002"),
        ("rw", "02"),
        ("rt", "1"),
        ("nama", "Ahmad Contoh"),
        ("poor_latrine", "ya"),
        ("status", "listed"),
    ];
    keeper.post(&path, &same).await.to();
    assert_eq!(rows(&test, "family_version").await, 2);
    // A status is set by list keepers, not by visitors' forms.
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[1]], &[]).await;
    let sly = [
        ("versi", "2"),
        ("desa", "1501012002"),
        ("rw", "02"),
        ("rt", "1"),
        ("nama", "Ahmad Contoh"),
        ("poor_latrine", "ya"),
        ("status", "verified"),
    ];
    verifier.post(&path, &sly).await.to();
    assert_eq!(status(&test, id).await, "listed");
    let mut sly = sly;
    sly[6].1 = "moved";
    keeper.post(&path, &sly).await.to();
    assert_eq!(status(&test, id).await, "moved");
}

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
async fn two_districts_never_see_each_other(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let here = family(&test, VILLAGES[0], "1", "Ahmad Rekaan").await;
    // The same family id and codes in another district of the installation.
    let serang = DistrictId(2);
    test.sql(
        "INSERT INTO district (id, code, name, zone, created_at) VALUES ($1, 3604000000, 'Kabupaten Serang', 'WIB', 0)",
        args![serang],
    )
    .await;
    let there = test.app.store.new_id();
    test.sql(
        "INSERT INTO family_version (district_id, family_id, version, recorded_at, superseded_at, valid_from, \
         command_id, source, village_code, hamlet, rw, rt, head_name, head_search, status) \
         VALUES ($1, $2, 1, 0, $3, 20260101, $2, 'krs', $4, '', '001', '001', 'Orang Serang', 'orang serang', 'listed')",
        args![serang, there, Instant::NEVER, VILLAGES[0]],
    )
    .await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let list = admin.get("/sasaran").await.ok();
    assert!(list.contains("Ahmad") && !list.contains("Orang Serang") && list.contains("1 keluarga"));
    assert_eq!(admin.get(&format!("/sasaran/{there}")).await.status, StatusCode::NOT_FOUND);
    assert!(admin.post("/sasaran/cari", &[("cari", "serang")]).await.ok().contains("0 keluarga"));
    assert!(admin.get("/verifikasi").await.ok().contains("0 dari 1"));
    admin.get(&format!("/sasaran/{here}")).await.ok();
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
        let with = eligible_sql(&mut args, KERINCI, on, statuses);
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
