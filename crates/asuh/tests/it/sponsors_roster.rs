//! sponsors: the roster of civil servants, its import, and their accounts, on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_step_sponsors::Reach;
use asuh_step_sponsors::staff::{Asn, PutAsn, PutRoster};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;
use time::macros::date;

use crate::sponsors::{World, promise};
use crate::support::new_form_id;

async fn import(world: &World, content: &str) -> Summary {
    let path = world.test.db.folder().join("asn.csv");
    std::fs::write(&path, content).unwrap();
    staging::run(&world.test.app, &world.test.system(), "asn", &path, false, &mut |_| {}).await.unwrap()
}

#[db_test]
async fn the_roster_masks_numbers_and_keeps_to_the_unit(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let unit = world.school.to_string();
    let fields = [
        ("nama", "Ani Rahmawati, S.Pd"),
        ("nip", "19850101 201001 2 001"),
        ("unit", unit.as_str()),
        ("telepon", "0812-3456-7890"),
    ];
    let page = admin.post("/pegawai/baru", &fields).await.to();
    let shown = admin.get(&page).await.ok();
    assert!(shown.contains("••••••••••••••2001") && !shown.contains("198501012010012001"), "{shown}");
    assert!(shown.contains("7890") && !shown.contains("0812-3456"), "{shown}");
    assert_eq!(admin.post("/pegawai/baru", &fields).await.to(), page, "the same NIP is the same person");
    let bad = admin.post("/pegawai/baru", &[("nama", "X"), ("nip", "123"), ("unit", &unit)]).await.refused();
    assert!(bad.contains("NIP harus 18 angka") && bad.contains("value=\"123\""), "{bad}");

    let own = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    assert!(own.get(&format!("/pegawai/unit/{unit}")).await.ok().contains("Ani Rahmawati"));
    own.get(&page).await.ok();
    let other = world.test.user(Role::UnitCoordinator, &[], &[world.other_school]).await;
    assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.get(&format!("/pegawai/unit/{unit}")).await.status, StatusCode::NOT_FOUND);
    assert!(!other.post("/pegawai/cari", &[("nama", "ani")]).await.ok().contains("Rahmawati"));
    assert!(own.post("/pegawai/cari", &[("nama", "rahma")]).await.ok().contains("Ani Rahmawati"));
    assert_eq!(own.post(&format!("{page}/pindah"), &[]).await.status, StatusCode::FORBIDDEN);
}

/// What comes in past the forms is looked at as well: by the demo, by other programs.
#[db_test]
async fn a_number_that_is_none_comes_in_by_no_way(db: TestDatabase) {
    let world = World::start(db).await;
    let asn = |nip: &str| Asn {
        nip: Some(nip.to_owned()),
        name: "Budi Rekaan".into(),
        unit: world.school,
        phone: None,
        home: None,
    };
    let (app, system, day) = (&world.test.app, world.test.system(), date!(2026 - 11 - 02));
    // A digit less, a digit more, a letter.
    for nip in ["19850101201001101", "1985010120100110111", "19850101201001101a"] {
        let many = PutRoster { people: vec![asn(nip)], day };
        let answer = app.submit(&system, app.store.new_id(), many).await;
        assert!(format!("{answer:?}").contains("sponsors.refused.nip"), "{nip}: {answer:?}");
        let one = PutAsn { asn: asn(nip), day, reach: Reach::All };
        let answer = app.submit(&system, app.store.new_id(), one).await;
        assert!(format!("{answer:?}").contains("sponsors.refused.nip"), "{nip}: {answer:?}");
    }
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM sponsor", args![]).await, 0);
}

#[db_test]
async fn the_roster_goes_on_page_by_page(db: TestDatabase) {
    let world = World::start(db).await;
    let names: Vec<String> = (0..60).map(|nth| format!("Pegawai {nth:03}")).collect();
    world.people(world.school, &names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let first = admin.get(&format!("/pegawai/unit/{}", world.school)).await.ok();
    assert!(first.contains("Pegawai 049") && !first.contains("Pegawai 050"));
    let at = first.find("?setelah=").unwrap() + "?setelah=".len();
    let next =
        admin.get(&format!("/pegawai/unit/{}?setelah={}", world.school, &first[at..at + 36])).await.ok();
    assert!(next.contains("Pegawai 050") && next.contains("Pegawai 059") && !next.contains("Pegawai 049"));
}

#[db_test]
async fn who_is_transferred_keeps_his_promise_and_who_leaves_ends_it(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati"]).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let gerakan = campaign.to_string();
    let all = promise(&gerakan, &[("semua", "ya")]);
    admin.post(&format!("/janji/unit/{}", world.school), &all).await.to();
    let (page, to) = (format!("/pegawai/{}", people[0]), world.other_school.to_string());
    let day = |field: &str, on: &'static str| {
        [("tanggal", on), ("bulan", "11"), ("tahun", "2026")]
            .map(|(part, value)| (format!("{field}_{part}"), value))
    };
    let moved = day("pindah", "2");
    let mut fields: Vec<(&str, &str)> = moved.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    fields.push(("unit", &to));
    let mut ahead = fields.clone();
    ahead[0].1 = "9";
    assert!(admin.post(&format!("{page}/pindah"), &ahead).await.refused().contains("paling lambat hari ini"));
    admin.post(&format!("{page}/pindah"), &fields).await.to();
    assert!(admin.post(&format!("{page}/pindah"), &fields).await.refused().contains("sudah bekerja"));
    let monday = date!(2026 - 11 - 09);
    assert_eq!(world.in_force(campaign, world.other_school, monday).await, ["Ani Rahmawati x1"]);
    assert!(world.in_force(campaign, world.school, monday).await.is_empty());
    let left = day("keluar", "9");
    let mut fields: Vec<(&str, &str)> = left.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    fields.push(("alasan", "retired"));
    admin.post(&format!("{page}/keluar"), &fields).await.to();
    assert!(admin.get(&page).await.ok().contains("Sudah keluar (Pensiun)"));
    assert_eq!(
        world.in_force(campaign, world.other_school, monday).await.len(),
        1,
        "the last day still holds"
    );
    assert!(world.in_force(campaign, world.other_school, date!(2026 - 11 - 16)).await.is_empty());
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM sponsor_version", args![]).await, 3);
}

const HEADER: &str = "No;NIP;Nama;OPD;Unit Kerja;Kecamatan;Desa;No HP\n";

#[db_test]
async fn a_staff_list_comes_in_and_again_changes_nothing(db: TestDatabase) {
    let world = World::start(db).await;
    let list = format!(
        "{HEADER}1;198501012010012001;Ani Rahmawati, S.Pd;Dinas Pendidikan;SDN 1 Gunung Raya;Gunung Raya;Selam Paung;0812-3456-7890\n\
         2;19880307 202321 1 011;Budi Santoso;DINAS PENDIDIKAN;SDN 3 Baru;Gunung Raya;Tidak Ada;-\n\
         3;-;Cici Honorer;Dinas Kesehatan;;;;\n\
         4;1,98803E+17;Dodi Bulat;Dinas Kesehatan;;;;\n\
         5;198501012010012009;;Dinas Kesehatan;;;;\n"
    );
    let first = import(&world, &list).await;
    assert_eq!((first.new, first.changed, first.same, first.errors), (3, 0, 0, 2), "{first:?}");
    let told: Vec<(u32, &str)> =
        first.messages.iter().map(|message| (message.row, message.column.as_str())).collect();
    assert!(
        told.contains(&(5, "NIP")) && told.contains(&(6, "Nama")) && told.contains(&(3, "Desa")),
        "{told:?}"
    );
    let units = "SELECT COUNT(*) AS n FROM institution WHERE name IN ('SDN 3 Baru', 'Dinas Kesehatan')";
    assert_eq!(world.test.number(units, args![]).await, 2);
    assert_eq!(
        world
            .test
            .number("SELECT COUNT(*) AS n FROM sponsor_version WHERE home_code = 1501012001", args![])
            .await,
        1
    );
    let again = import(&world, &list).await;
    assert_eq!((again.new, again.changed, again.same, again.errors), (0, 0, 3, 2), "{again:?}");

    // Another unit for the same NIP is a transfer; a blank phone takes none away.
    let moved =
        format!("{HEADER}1;198501012010012001;Ani Rahmawati, S.Pd;Dinas Pendidikan;SDN 2 Danau Kerinci;;;\n");
    let third = import(&world, &moved).await;
    assert_eq!((third.new, third.changed, third.same), (0, 1, 0), "{third:?}");
    assert_eq!(
        world
            .test
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_version WHERE superseded_at = $1 AND unit_id = $2 \
                 AND phone_sealed IS NOT NULL AND home_code IS NOT NULL",
                args![i64::MAX, world.other_school],
            )
            .await,
        1
    );
    world.test.undo_import("kind = 'asn' AND rows_changed = 1").await;
    let back = "SELECT COUNT(*) AS n FROM sponsor_version WHERE superseded_at = $1 AND unit_id = $2";
    assert_eq!(world.test.number(back, args![i64::MAX, world.school]).await, 1, "the undo brings her back");
    assert_eq!(world.test.number(back, args![i64::MAX, world.other_school]).await, 0);
}

#[db_test]
async fn a_user_is_linked_with_his_entry_of_the_roster_and_sees_his_own_gifts(db: TestDatabase) {
    let world = World::start(db).await;
    let test = &world.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let people = world.people(world.school, &["Ani Rekaan", "Budi Rekaan"]).await;
    let giver = test.user(Role::Sponsor, &[], &[world.school]).await;
    assert!(giver.get("/setoran/saya").await.ok().contains("belum"), "not linked yet");
    let page = admin.get(&format!("/pengguna/{}", giver.user)).await.ok();
    assert!(page.contains("belum dihubungkan dengan daftar pegawai"), "{page}");

    // By name, then by NIP; the NIP is shown masked.
    let path = format!("/pengguna/{}/pegawai", giver.user);
    let found = admin.post(&path, &[("aksi", "cari"), ("cari", "budi")]).await.ok();
    assert!(found.contains("Budi Rekaan") && !found.contains("Ani Rekaan"), "{found}");
    let found = admin.post(&path, &[("aksi", "cari"), ("cari", "198501012010011001")]).await.ok();
    assert!(found.contains(&people[0].to_string()) && !found.contains("Budi Rekaan"), "{found}");
    assert_eq!(found.matches("198501012010011001").count(), 2, "only where it was typed: {found}");
    assert!(
        admin
            .post(&path, &[("aksi", "pilih"), ("cari", "budi")])
            .await
            .refused()
            .contains("href=\"#f-pegawai\"")
    );
    let nobody = test.app.store.new_id().to_string();
    let answer = admin.post(&path, &[("aksi", "pilih"), ("pegawai", &nobody)]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let choose = [("aksi", "pilih"), ("pegawai", &people[0].to_string() as &str)];
    admin.post(&path, &choose).await.to();
    let page = admin.get(&format!("/pengguna/{}", giver.user)).await.ok();
    assert!(page.contains("<strong>Ani Rekaan</strong> · SDN 1 Gunung Raya"), "{page}");

    // What he may see has changed: he signs in anew, and the pages are his.
    assert_eq!(giver.get("/janji").await.to(), "/masuk");
    let giver = test.sign_in(giver.user).await;
    assert!(!giver.get("/setoran/saya").await.ok().contains("belum terhubung"));

    // One person has one account; it can be taken away again; only the admin may.
    let other = test.user(Role::Sponsor, &[], &[world.school]).await;
    let other_path = format!("/pengguna/{}/pegawai", other.user);
    let page = admin.post(&other_path, &choose).await.refused();
    assert!(page.contains("sudah terhubung dengan akun lain"), "{page}");
    admin.post(&path, &[("aksi", "lepas")]).await.to();
    admin.post(&other_path, &choose).await.to();
    let keeper = test.with_role(Role::ListKeeper).await;
    assert_eq!(keeper.post(&path, &choose).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_unit_gets_its_accounts_at_once_each_linked(db: TestDatabase) {
    let world = World::start(db).await;
    let test = &world.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let people = world.people(world.school, &["Ani Rekaan", "Budi Rekaan"]).await;
    world.people(world.other_school, &["Citra Rekaan"]).await;
    let helper = Asn { nip: None, name: "Dedi Rekaan".into(), unit: world.school, phone: None, home: None };
    let put = PutRoster { people: vec![helper], day: date!(2026 - 11 - 02) };
    test.app.submit(&test.system(), test.app.store.new_id(), put).await.unwrap();
    let path = format!("/pegawai/unit/{}/akun", world.school);
    let page = admin.get(&path).await.ok();
    assert!(page.contains("Buat 2 akun") && page.contains("1 orang tanpa NIP"), "{page}");
    let form = new_form_id();
    let made = admin.post_as(&path, &form, &[]).await.ok();
    assert!(made.contains("2 akun dibuat") && made.contains("href=\"/pengguna/kode\""), "{made}");
    admin.post_as(&path, &form, &[]).await.ok();
    let linked = "SELECT COUNT(*) AS n FROM app_user u JOIN user_grant g ON g.district_id = u.district_id AND \
                  g.user_id = u.id WHERE u.sponsor_id = $1 AND u.login = $2 AND g.role = 'sponsor'";
    for (nth, person) in people.iter().enumerate() {
        let login = format!("19850101201001100{}", nth + 1);
        assert_eq!(test.number(linked, args![*person, login]).await, 1, "{nth}");
    }
    assert_eq!(
        test.number("SELECT COUNT(*) AS n FROM app_user WHERE sponsor_id IS NOT NULL", args![]).await,
        2
    );
    assert!(!admin.get(&path).await.ok().contains("Buat 2 akun"));
}

/// Files that are no staff lists, or wrong ones: nothing of the roster changes, and the page says why.
#[db_test]
async fn a_wrong_staff_list_changes_nothing_and_says_why(db: TestDatabase) {
    let world = World::start(db).await;
    let test = &world.test;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati", "Budi Santoso"]).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let gerakan = campaign.to_string();
    let all = promise(&gerakan, &[("semua", "ya")]);
    admin.post(&format!("/janji/unit/{}", world.school), &all).await.to();
    let versions = async || test.number("SELECT COUNT(*) AS n FROM sponsor_version", args![]).await;
    let before = versions().await;
    let send = async |content: &[u8]| {
        let path = admin.upload("/impor", &[("jenis", "asn")], "berkas", "pegawai.csv", content).await.to();
        test.run_jobs().await;
        (path.clone(), admin.get(&path).await.ok())
    };
    // A list of families under the staff list's name; no workbook; a page of the web.
    for (content, words) in [
        (
            &b"NIK,Nama Kepala Keluarga,Kecamatan,Desa\n1501010101800001,Budi,Gunung Raya,Selam Paung\n"[..],
            "tidak ditemukan",
        ),
        (b"PK\x03\x04 no workbook at all", "rusak"),
        (b"<html><table><tr><td>NIP</td></tr></table></html>", "halaman web"),
    ] {
        let (_, page) = send(content).await;
        assert!(page.contains(words) && !page.contains("/simpan"), "{words}: {page}");
    }
    // The same NIP twice with two names, a NIP in a column of numbers, one of a family card's length.
    let list = format!(
        "{HEADER}1;198501012010011001;Ani Rahmawati;Dinas Pendidikan;SDN 1 Gunung Raya;;;\n\
         2;198501012010011001;Orang Lain;Dinas Pendidikan;SDN 2 Danau Kerinci;;;\n\
         3;1,98501E+17;Budi Santoso;Dinas Pendidikan;SDN 1 Gunung Raya;;;\n\
         4;1501010101800001;Cici Salah;Dinas Pendidikan;SDN 1 Gunung Raya;;;\n"
    );
    let (path, page) = send(list.as_bytes()).await;
    assert!(page.contains("Menunggu persetujuan") && !page.contains("198501012010011001"), "{page}");
    assert_eq!(versions().await, before, "nothing is saved before somebody agrees");
    // Refused, it leaves nothing; what was promised stands.
    admin.post(&format!("{path}/tolak"), &[]).await.to();
    test.run_jobs().await;
    assert_eq!(versions().await, before);
    let monday = date!(2026 - 11 - 09);
    assert_eq!(world.in_force(campaign, world.school, monday).await.len(), people.len());
    // A coordinator brings no lists.
    let coordinator = test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    let answer = coordinator.upload("/impor", &[("jenis", "asn")], "berkas", "x.csv", list.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

/// Somebody pressed the wrong line: within a day who left is there again with his promises; the coordinator may not.
#[db_test]
async fn a_leaving_by_mistake_is_taken_back_with_its_promises(db: TestDatabase) {
    let world = World::start(db).await;
    let test = &world.test;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati"]).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let gerakan = campaign.to_string();
    let all = promise(&gerakan, &[("semua", "ya")]);
    admin.post(&format!("/janji/unit/{}", world.school), &all).await.to();
    let page = format!("/pegawai/{}", people[0]);
    let left =
        [("alasan", "died"), ("keluar_tanggal", "1"), ("keluar_bulan", "11"), ("keluar_tahun", "2026")];
    let monday = date!(2026 - 11 - 09);
    assert!(admin.post(&format!("{page}/kembali"), &[]).await.refused().contains("ini aktif"));
    admin.post(&format!("{page}/keluar"), &left).await.to();
    assert!(world.in_force(campaign, world.school, monday).await.is_empty());
    let coordinator = test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    assert_eq!(coordinator.post(&format!("{page}/kembali"), &[]).await.status, StatusCode::FORBIDDEN);
    assert!(!coordinator.get(&page).await.ok().contains("/kembali"));
    assert!(admin.get(&page).await.ok().contains("/kembali"));
    // Twenty at once bring him back once.
    let back = format!("{page}/kembali");
    let answers = futures_util::future::join_all((0..20).map(|_| admin.post(&back, &[]))).await;
    assert!(answers.iter().all(|answer| !answer.status.is_server_error()));
    assert_eq!(answers.iter().filter(|answer| answer.status.is_redirection()).count(), 1);
    assert_eq!(world.in_force(campaign, world.school, monday).await, ["Ani Rahmawati x1"]);
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM sponsor_version", args![]).await, 3);
    // Later than a day it was no slip: he is there again, and promises anew.
    admin.post(&format!("{page}/keluar"), &left).await.to();
    test.db.clock.advance(2 * 86_400);
    let admin = test.sign_in(admin.user).await;
    admin.post(&format!("{page}/kembali"), &[]).await.to();
    assert!(
        admin.get(&page).await.ok().contains("Masih bekerja")
            || admin.get(&page).await.ok().contains("Aktif")
    );
    assert!(world.in_force(campaign, world.school, monday).await.is_empty());
}

/// One officer moves somebody while another records his retirement: both are known, one after the other, and the promise
/// ends.
#[db_test]
async fn two_officers_at_one_person_leave_one_story(db: TestDatabase) {
    let world = World::start(db).await;
    let test = &world.test;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati"]).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let keeper = test.with_role(Role::ListKeeper).await;
    let gerakan = campaign.to_string();
    admin.post(&format!("/janji/unit/{}", world.school), &promise(&gerakan, &[("semua", "ya")])).await.to();
    let page = format!("/pegawai/{}", people[0]);
    let (leaves, moves) = (format!("{page}/keluar"), format!("{page}/pindah"));
    let to = world.other_school.to_string();
    let left =
        [("alasan", "retired"), ("keluar_tanggal", "1"), ("keluar_bulan", "11"), ("keluar_tahun", "2026")];
    let moved =
        [("unit", to.as_str()), ("pindah_tanggal", "2"), ("pindah_bulan", "11"), ("pindah_tahun", "2026")];
    let (one, two) = tokio::join!(admin.post(&leaves, &left), keeper.post(&moves, &moved));
    assert!(one.status.is_redirection(), "{}", one.body);
    assert!(!two.status.is_server_error(), "{}", two.body);
    let open = "SELECT COUNT(*) AS n FROM sponsor_version WHERE superseded_at = $1";
    assert_eq!(test.number(open, args![i64::MAX]).await, 1, "one present version");
    let status = "SELECT COUNT(*) AS n FROM sponsor_version WHERE superseded_at = $1 AND status = 'left'";
    assert_eq!(test.number(status, args![i64::MAX]).await, 1, "who left stays away");
    for unit in [world.school, world.other_school] {
        assert!(world.in_force(campaign, unit, date!(2026 - 11 - 09)).await.is_empty());
    }
}
