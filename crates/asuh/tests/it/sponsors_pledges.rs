//! sponsors: what becomes of a promise: paused, changed, stopped, undone, ended; and the sponsor's own page, on both
//! engines.

use asuh_ground::access::Role;
use asuh_step_sponsors::pledges::{Gone, promised_ends, supply};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::Date;
use time::macros::date;

use crate::sponsors::{World, id_in, promise};
use crate::sponsors_givers::{giver, id_of, pledge_fields};
use crate::support::{Client, KERINCI, new_form_id};

/// The three boxes of a day in November 2026.
fn day<'a>(field: &str, on: &'a str) -> Vec<(String, &'a str)> {
    [("tanggal", on), ("bulan", "11"), ("tahun", "2026")]
        .map(|(part, value)| (format!("{field}_{part}"), value))
        .to_vec()
}

async fn act(user: &Client, path: &str, ask: &str, fields: &[(String, &str)]) -> crate::support::Answer {
    let mut sent: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    sent.push(("aksi", ask));
    user.post(path, &sent).await
}

/// Ani of the school with a promise of one basket; her client and the path of her promise.
async fn promised(world: &World, campaign: Id) -> (Client, String) {
    let people = world.people(world.school, &["Ani Rahmawati", "Budi Santoso"]).await;
    let ani = world.test.with_role(Role::Sponsor).await;
    world.link(ani.user, people[0]).await;
    let gerakan = campaign.to_string();
    ani.post("/janji", &promise(&gerakan, &[])).await.to();
    let id = id_in(&ani.get("/janji").await.ok(), "/janji/", "/berhenti");
    (ani, format!("/janji/{id}"))
}

async fn expected(world: &World, campaign: Id, on: Date) -> Vec<String> {
    world.in_force(campaign, world.school, on).await
}

#[db_test]
async fn a_pause_lowers_what_is_expected_until_it_goes_on(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let (ani, path) = promised(&world, campaign).await;
    let page = ani.get(&path).await.ok();
    assert!(page.contains("berlaku") && page.contains("Jeda mulai"), "{page}");
    let rest: Vec<(String, &str)> = [day("jeda", "9"), day("jeda_sampai", "15")].concat();
    let past: Vec<(String, &str)> = day("jeda", "1");
    assert!(act(&ani, &path, "jeda", &past).await.refused().contains("Pilih hari ini atau sesudahnya"));
    let turned: Vec<(String, &str)> = [day("jeda", "9"), day("jeda_sampai", "8")].concat();
    assert!(act(&ani, &path, "jeda", &turned).await.refused().contains("mendahului"));
    let id = new_form_id();
    let mut sent: Vec<(&str, &str)> = rest.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    sent.push(("aksi", "jeda"));
    ani.post_as(&path, &id, &sent).await.to();
    ani.post_as(&path, &id, &sent).await.to();
    assert_eq!(
        world.test.number("SELECT COUNT(*) AS n FROM pledge_pause", args![]).await,
        1,
        "a double click is one pause"
    );
    assert!(act(&ani, &path, "jeda", &rest).await.refused().contains("sudah jeda"));
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 02)).await.len(), 1);
    assert!(expected(&world, campaign, date!(2026 - 11 - 09)).await.is_empty());
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 16)).await.len(), 1);
    // Pairing sees the pause, with its end.
    let day_of_rest = date!(2026 - 11 - 10);
    let gone =
        promised_ends(world.test.app.store.reader(), KERINCI, campaign, date!(2026 - 11 - 02), day_of_rest);
    let gone = gone.await.unwrap();
    assert_eq!(
        (gone[0].gone, gone[0].from, gone[0].until),
        (Gone::Paused, date!(2026 - 11 - 09), Some(date!(2026 - 11 - 15)))
    );

    // She goes on before that.
    world.test.db.clock.advance(8 * 86_400);
    let ani = world.test.sign_in(ani.user).await;
    let shown = ani.get(&path).await.ok();
    assert!(shown.contains("Teruskan mulai hari ini") && shown.contains("tag in_progress"), "{shown}");
    let pause = id_in(&shown, "name=\"pilihan\" value=\"", "\">\n<p>Jeda dari");
    let pause = pause.to_string();
    act(&ani, &path, "lanjut", &[("pilihan".to_owned(), pause.as_str())]).await.to();
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 10)).await.len(), 1);
    assert!(expected(&world, campaign, date!(2026 - 11 - 09)).await.is_empty(), "what was stays");
    let foreign = world.test.app.store.new_id().to_string();
    let nothing = act(&ani, &path, "lanjut", &[("pilihan".to_owned(), foreign.as_str())]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn more_or_less_from_a_day_on_and_the_old_amount_stays(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let (ani, path) = promised(&world, campaign).await;
    let change = |baskets: &'static str, on: &'static str| {
        let mut fields = day("ubah", on);
        fields.push(("paket".to_owned(), baskets));
        fields
    };
    assert!(act(&ani, &path, "ubah", &change("0", "16")).await.refused().contains("e-paket"));
    assert!(act(&ani, &path, "ubah", &change("101", "16")).await.refused().contains("e-paket"));
    act(&ani, &path, "ubah", &change("5", "16")).await.to();
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 09)).await, ["Ani Rahmawati x1"]);
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 16)).await, ["Ani Rahmawati x5"]);
    // What she says later counts, and what was planned for after it goes.
    act(&ani, &path, "ubah", &change("3", "9")).await.to();
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 16)).await, ["Ani Rahmawati x3"]);
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 02)).await, ["Ani Rahmawati x1"]);
    assert!(ani.get(&path).await.ok().contains("mulai 9 Nov 2026: 3 paket"));
}

#[db_test]
async fn a_slip_is_undone_within_a_day_and_not_after(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let (ani, path) = promised(&world, campaign).await;
    let monday = date!(2026 - 11 - 09);
    act(&ani, &path, "berhenti", &[]).await.to();
    assert!(expected(&world, campaign, monday).await.is_empty());
    assert!(act(&ani, &path, "jeda", &day("jeda", "9")).await.refused().contains("sudah berhenti"));
    assert!(ani.get(&path).await.ok().contains("Batalkan penghentian"));
    act(&ani, &path, "pulihkan", &[]).await.to();
    assert_eq!(expected(&world, campaign, monday).await.len(), 1, "as it was promised");
    act(&ani, &path, "urungkan", &[]).await.to();
    assert!(expected(&world, campaign, date!(2026 - 11 - 02)).await.is_empty(), "it never held");
    let ends = promised_ends(world.test.app.store.reader(), KERINCI, campaign, monday, monday).await.unwrap();
    assert_eq!(ends[0].gone, Gone::Undone);
    assert!(act(&ani, &path, "pulihkan", &[]).await.refused().contains("24 jam"));

    let gerakan = campaign.to_string();
    ani.post("/janji", &promise(&gerakan, &[])).await.to();
    let again = format!("/janji/{}", id_in(&ani.get("/janji").await.ok(), "/janji/", "/berhenti"));
    act(&ani, &again, "berhenti", &[]).await.to();
    world.test.db.clock.advance(25 * 3_600);
    let ani = world.test.sign_in(ani.user).await;
    assert!(!ani.get(&again).await.ok().contains("Batalkan penghentian"));
    assert!(act(&ani, &again, "pulihkan", &[]).await.refused().contains("24 jam"));
    // A stop is not undone over a newer promise.
    let mut later = promise(&gerakan, &[]);
    later[3] = ("mulai_tanggal", "4");
    ani.post("/janji", &later).await.to();
    let newest = format!("/janji/{}", id_in(&ani.get("/janji").await.ok(), "/janji/", "/berhenti"));
    act(&ani, &newest, "berhenti", &[]).await.to();
    ani.post("/janji", &later).await.to();
    assert!(act(&ani, &newest, "pulihkan", &[]).await.refused().contains("Sudah ada janji"));
}

#[db_test]
async fn nobody_touches_the_promise_of_another(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let (ani, path) = promised(&world, campaign).await;
    let id = id_of(&path);
    let budi = world.test.with_role(Role::Sponsor).await;
    let (other,): (Id,) = asuh_store::Query::first(
        world.test.app.store.reader(),
        "SELECT sponsor_id FROM sponsor_version WHERE name = 'Budi Santoso'",
        args![],
    )
    .await
    .unwrap()
    .unwrap();
    world.link(budi.user, other).await;
    let unlinked = world.test.with_role(Role::Sponsor).await;
    let elsewhere = world.test.user(Role::UnitCoordinator, &[], &[world.other_school]).await;
    for (user, path) in [
        (&budi, path.clone()),
        (&unlinked, path.clone()),
        (&elsewhere, format!("/janji/unit/{}/janji/{id}", world.other_school)),
    ] {
        assert_eq!(user.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        for ask in ["berhenti", "jeda", "ubah", "sebutan", "urungkan", "pulihkan", "lanjut"] {
            let answer = act(user, &path, ask, &day("jeda", "9")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{ask} {path}");
        }
    }
    assert_eq!(expected(&world, campaign, date!(2026 - 11 - 09)).await.len(), 1);
    // Her coordinator and the admin may; the admin only under her own name.
    let own = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    let unit = format!("/janji/unit/{}/janji/{id}", world.school);
    assert!(own.get(&format!("/janji/unit/{}", world.school)).await.ok().contains(&unit));
    act(&own, &unit, "jeda", &day("jeda", "9")).await.to();
    assert!(expected(&world, campaign, date!(2026 - 11 - 09)).await.is_empty());
    // By name she alone agrees; away from it anybody may lead her.
    let by_name = [("sebutan".to_owned(), "name")];
    assert!(act(&own, &unit, "sebutan", &by_name).await.refused().contains("atas pilihan orangnya"));
    act(&ani, &path, "sebutan", &by_name).await.to();
    assert!(ani.get(&path).await.ok().contains("<dd>Dengan nama</dd>"));
    act(&own, &unit, "sebutan", &[("sebutan".to_owned(), "anonymous")]).await.to();
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let wrong = format!("/orang-tua-asuh/{other}/janji/{id}");
    assert_eq!(admin.get(&wrong).await.status, StatusCode::NOT_FOUND);
    assert_eq!(act(&admin, &wrong, "berhenti", &[]).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn a_firm_carries_children_with_its_letter_and_is_reminded_before_the_end(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let campaign = world.campaign_with(&[("cakupan", "anyone"), ("tujuan", "pairs"), ("dana", "csr")]).await;
    let page = giver(&admin, "soe", "PT Timah Rekaan").await;
    let gerakan = campaign.to_string();
    let form = format!("{page}/janji/baru");
    assert!(admin.get(&form).await.ok().contains("Nomor surat atau MoU"));
    let mut fields = pledge_fields(&gerakan, "10001");
    let send = |fields: &[(&'static str, String)]| {
        let (admin, form, fields) = (admin.clone(), form.clone(), fields.to_vec());
        async move {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
            admin.post(&form, &fields).await
        }
    };
    assert!(send(&fields).await.refused().contains("e-paket"));
    fields[1].1 = "180".into();
    fields.push(("surat_nomor", "MoU 12/CSR/2026".into()));
    assert!(send(&fields).await.refused().contains("f-surat"), "a letter has a day");
    for (name, value) in [("surat_tanggal", "30"), ("surat_bulan", "10"), ("surat_tahun", "2026")] {
        fields.push((name, value.into()));
    }
    for (name, value) in [("selesai_tanggal", "20"), ("selesai_bulan", "11"), ("selesai_tahun", "2026")] {
        fields.push((name, value.into()));
    }
    let pledge = send(&fields).await.to();
    let shown = admin.get(&pledge).await.ok();
    assert!(shown.contains("MoU 12/CSR/2026") && shown.contains("20 November 2026"), "{shown}");
    assert!(send(&fields).await.refused().contains("Sudah ada janji"));

    let offered =
        supply(world.test.app.store.reader(), KERINCI, campaign, date!(2026 - 11 - 20)).await.unwrap();
    let [one] = &offered[..] else { panic!("{offered:?}") };
    assert_eq!((one.units, one.reach.as_str(), one.category.as_str()), (180, "district", "soe"));
    assert_eq!((one.pledge_id, one.sponsor_id), (id_of(&pledge), id_of(&page)));
    assert_eq!(world.units(campaign, date!(2026 - 11 - 21)).await, 0);
    let reader = world.test.app.store.reader();
    let (since, after) = (date!(2026 - 11 - 15), date!(2026 - 11 - 21));
    let ends = promised_ends(reader, KERINCI, campaign, since, after).await.unwrap();
    assert_eq!((ends[0].gone, ends[0].from), (Gone::Over, after));
    let late =
        promised_ends(reader, KERINCI, campaign, date!(2026 - 11 - 22), date!(2026 - 11 - 30)).await.unwrap();
    assert!(late.is_empty(), "what was told before is not told again: {late:?}");

    // Before the end: a task, and a text without any child in it or number in its address.
    assert!(admin.get("/").await.ok().contains("Janji yang berakhir dalam 30 hari: 1"));
    let endings = admin.get("/orang-tua-asuh/berakhir").await.ok();
    assert!(
        endings.contains("PT Timah Rekaan") && endings.contains("https://wa.me/?text=Terima%20kasih"),
        "{endings}"
    );
    let user = world.test.with_role(Role::Sponsor).await;
    world.link(user.user, id_of(&page)).await;
    let own = user.get("/janji").await.ok();
    assert!(own.contains("18 hari lagi") && own.contains("tidak perlu berbuat apa-apa"), "{own}");
    assert!(!own.contains("Sebagai pegawai kantor saya"), "a firm has no office");
}

#[db_test]
async fn a_campaign_counts_its_days_down_and_ends_what_was_promised(db: TestDatabase) {
    let world = World::start(db).await;
    let ends =
        [("selesai_tanggal", "31"), ("selesai_bulan", "1"), ("selesai_tahun", "2027"), ("tujuan", "pairs")];
    let campaign = world.campaign_with(&ends).await;
    let (ani, _) = promised(&world, campaign).await;
    assert!(ani.get(&format!("/gerakan/{campaign}")).await.ok().contains("31 Jan 2027, 90 hari lagi"));
    assert_eq!(world.units(campaign, date!(2027 - 01 - 31)).await, 1);
    assert_eq!(world.units(campaign, date!(2027 - 02 - 01)).await, 0);
    let (since, day) = (date!(2027 - 01 - 01), date!(2027 - 02 - 01));
    let gone = promised_ends(world.test.app.store.reader(), KERINCI, campaign, since, day).await.unwrap();
    assert_eq!((gone[0].gone, gone[0].from), (Gone::Over, day));
}

#[db_test]
async fn death_ends_a_promise_on_the_day_and_a_transfer_takes_it_along(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign_with(&[("tujuan", "pairs")]).await;
    let (ani, path) = promised(&world, campaign).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let person: (Id,) =
        asuh_store::Query::first(world.test.app.store.reader(), "SELECT sponsor_id FROM pledge", args![])
            .await
            .unwrap()
            .unwrap();
    let roster = format!("/pegawai/{}", person.0);
    let to = world.other_school.to_string();
    let mut fields = day("pindah", "2");
    fields.push(("unit".to_owned(), &to));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    admin.post(&format!("{roster}/pindah"), &fields).await.to();
    let offered =
        supply(world.test.app.store.reader(), KERINCI, campaign, date!(2026 - 11 - 09)).await.unwrap();
    assert_eq!(offered[0].unit_id, Some(world.other_school), "pairing sees where he works now");
    assert_eq!(offered[0].pledge_id, id_of(&path), "the same promise");
    let mut fields = day("keluar", "9");
    fields.push(("alasan".to_owned(), "died"));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    admin.post(&format!("{roster}/keluar"), &fields).await.to();
    assert_eq!(world.units(campaign, date!(2026 - 11 - 10)).await, 0);
    let gone = promised_ends(
        world.test.app.store.reader(),
        KERINCI,
        campaign,
        date!(2026 - 11 - 10),
        date!(2026 - 11 - 10),
    )
    .await
    .unwrap();
    assert_eq!((gone[0].gone, gone[0].from), (Gone::Left, date!(2026 - 11 - 10)));
    assert!(admin.get("/orang-tua-asuh/berakhir").await.ok().contains("Meninggal"));
    // Nobody goes on in his name.
    assert!(
        act(&ani, &path, "ubah", &{
            let mut fields = day("ubah", "9");
            fields.push(("paket".to_owned(), "2"));
            fields
        })
        .await
        .refused()
        .contains("sudah berhenti")
    );
}

#[db_test]
async fn the_own_page_prints_a_year_and_invites_without_any_child(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let (ani, _) = promised(&world, campaign).await;
    let page = ani.get("/janji").await.ok();
    assert!(page.contains("Pemberian saya") && page.contains("https://wa.me/?text="), "{page}");
    let report = ani.get("/janji/laporan").await.ok();
    assert!(report.contains("Janji dan pemberian tahun 2026") && report.contains("SECANTING"), "{report}");
    assert!(report.contains("Belum ada pemberian"));
    let before = ani.get("/janji/laporan?tahun=2025").await.ok();
    assert!(before.contains("Tidak ada janji pada tahun ini"));
    assert_eq!(ani.get("/janji/laporan?tahun=1900").await.status, StatusCode::NOT_FOUND);
    let unlinked = world.test.with_role(Role::Sponsor).await;
    assert_eq!(unlinked.get("/janji/laporan").await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn a_whole_office_entered_by_mistake_is_taken_back_at_once(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati", "Budi Santoso", "Citra Dewi"]).await;
    let own = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    let (page, gerakan, ani) =
        (format!("/janji/unit/{}", world.school), campaign.to_string(), people[0].to_string());
    own.post(&page, &promise(&gerakan, &[("orang", &ani)])).await.to();
    world.test.db.clock.advance(60);
    let done = own.post(&page, &promise(&gerakan, &[("semua", "ya")])).await.to();
    assert!(own.get(&done).await.ok().contains("batalkan 2 janji ini"));
    let at = done.split("saat=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let fields = [("gerakan", gerakan.as_str()), ("saat", at.as_str())];
    let other = world.test.user(Role::UnitCoordinator, &[], &[world.other_school]).await;
    let elsewhere = format!("/janji/unit/{}/batal", world.other_school);
    assert_eq!(other.post(&elsewhere, &fields).await.status, StatusCode::NOT_FOUND);
    let monday = date!(2026 - 11 - 09);
    assert_eq!(expected(&world, campaign, monday).await.len(), 3);
    own.post(&format!("{page}/batal"), &fields).await.to();
    assert_eq!(expected(&world, campaign, monday).await, ["Ani Rahmawati x1"], "what was before stays");
    assert_eq!(own.post(&format!("{page}/batal"), &fields).await.status, StatusCode::NOT_FOUND);
    // Whoever was entered by mistake can still promise.
    own.post(&page, &promise(&gerakan, &[("semua", "ya")])).await.to();
    assert_eq!(expected(&world, campaign, monday).await.len(), 3);
}

#[db_test]
async fn what_a_person_is_called_in_public_is_his_word_or_his_letter(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let campaign = world.campaign_with(&[("cakupan", "anyone"), ("tujuan", "pairs"), ("dana", "csr")]).await;
    let page = giver(&admin, "individual", "Sari Rekaan").await;
    let mut fields = pledge_fields(&campaign.to_string(), "9");
    let form = format!("{page}/janji/baru");
    let sent =
        |fields: &[(&'static str, String)]| fields.iter().map(|(n, v)| (*n, v.clone())).collect::<Vec<_>>();
    let first = sent(&fields);
    let first: Vec<(&str, &str)> = first.iter().map(|(n, v)| (*n, v.as_str())).collect();
    assert!(admin.post(&form, &first).await.refused().contains("atas pilihan orangnya"));
    for (name, value) in [
        ("surat_nomor", "Formulir 7"),
        ("surat_tanggal", "1"),
        ("surat_bulan", "11"),
        ("surat_tahun", "2026"),
    ] {
        fields.push((name, value.into()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    admin.post(&form, &fields).await.to();
    // Of a firm of one's own unit's roster nothing leads astray: who is not on it has no page there.
    let id = id_of(&page);
    assert_eq!(admin.get(&format!("/pegawai/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(!admin.post("/pegawai/cari", &[("nama", "sari")]).await.ok().contains("Sari Rekaan"));
    // As a user she is found to be linked.
    let user = world.test.user(Role::Sponsor, &[], &[]).await;
    let found =
        admin.post(&format!("/pengguna/{}/pegawai", user.user), &[("aksi", "cari"), ("cari", "sari")]).await;
    assert!(found.ok().contains("Sari Rekaan"));
}

#[db_test]
async fn a_sponsor_tells_his_own_family_card_and_takes_it_back(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign_with(&[("tujuan", "pairs")]).await;
    let (ani, _) = promised(&world, campaign).await;
    let monday = date!(2026 - 11 - 09);
    let told = async |world: &World| {
        let offered = supply(world.test.app.store.reader(), KERINCI, campaign, monday).await.unwrap();
        offered[0].kk_hash.clone()
    };
    assert!(ani.post("/janji/kk", &[("kk", "12")]).await.refused().contains("16 angka"));
    assert_eq!(told(&world).await, None);
    ani.post("/janji/kk", &[("kk", "9901011203190007")]).await.to();
    let families = world.test.app.store.secrets().lookup(KERINCI, "kk", "9901011203190007").unwrap();
    assert_eq!(told(&world).await, Some(families.to_vec()), "the same hash as that of families");
    assert!(!ani.get("/janji").await.ok().contains("9901011203190007"));
    ani.post("/janji/kk", &[("aksi", "hapus")]).await.to();
    assert_eq!(told(&world).await, None);
    let unlinked = world.test.with_role(Role::Sponsor).await;
    let nobody = unlinked.post("/janji/kk", &[("kk", "9901011203190007")]).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
}
