//! Families and their members, as users meet them; and the families of this suite, for its other files.

use asuh_ground::access::Role;
use asuh_nusantara::{Sex, TerritoryCode};
use asuh_step_registry::families::{Change, PutFamily, PutMaternity, PutPerson, Source};
use asuh_step_registry::rules::{MaternityKind, Relation};
use asuh_step_registry::{Reach, RecordVerification, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{DistrictId, Id, Instant, Query, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};

pub const TODAY: Date = date!(2026 - 11 - 02);

pub fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

/// Gives a command as the program itself.
pub async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    let actor = test.system();
    test.app.submit(&actor, test.app.store.new_id(), command).await.expect("the command").value
}

pub async fn family(test: &TestApp, village: i64, rw: &str, name: &str) -> Id {
    let command =
        PutFamily { rw: rw.into(), rt: "1".into(), ..PutFamily::new(everywhere(), village, name, TODAY) };
    done(test, command).await
}

pub fn member(family: Id, name: &str, relation: Relation, birth: Option<Date>) -> PutPerson {
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

pub fn pregnancy(person: Id) -> PutMaternity {
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

pub fn visit(family: Id, result: VisitResult) -> RecordVerification {
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

pub async fn status(test: &TestApp, family: Id) -> String {
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

pub async fn rows(test: &TestApp, table: &str) -> i64 {
    test.number(&format!("SELECT COUNT(*) AS n FROM {table} WHERE district_id = $1"), args![KERINCI]).await
}

/// A cadre of one RW.
pub async fn cadre(test: &TestApp, village: i64, rw: &str) -> Client {
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
