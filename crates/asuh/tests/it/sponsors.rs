//! sponsors: through the real router, as its users do it, on both engines.

use asuh_ground::access::Role;
use asuh_ground::staging::{self, Summary};
use asuh_step_sponsors::Reach;
use asuh_step_sponsors::campaigns;
use asuh_step_sponsors::pledges;
use asuh_step_sponsors::staff::{Asn, PutRoster};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::support::{KERINCI, TestApp, new_form_id};

/// The places and people of these tests.
struct World {
    test: TestApp,
    office: Id,
    school: Id,
    other_school: Id,
    fund_holder: Id,
    warehouse: Id,
}

impl World {
    async fn start(db: TestDatabase) -> World {
        let test = TestApp::start(db).await;
        let office = test.institution("opd", "Dinas Pendidikan", None).await;
        let school = test.institution("school", "SDN 1 Gunung Raya", Some(office)).await;
        let other_school = test.institution("school", "SDN 2 Danau Kerinci", Some(office)).await;
        let fund_holder = test.institution("fund_holder", "UPZ Baznas Setda", None).await;
        let warehouse = test.institution("warehouse", "Gudang DPPKBPPPA", None).await;
        World { test, office, school, other_school, fund_holder, warehouse }
    }

    /// People of a unit; their ids. NIPs of a year that has not come.
    async fn people(&self, unit: Id, names: &[&str]) -> Vec<Id> {
        let offset =
            self.test.number("SELECT COUNT(*) AS n FROM sponsor WHERE district_id = 1", args![]).await;
        let people = names
            .iter()
            .enumerate()
            .map(|(nth, name)| Asn {
                nip: Some(format!("1985010120100110{:02}", offset + nth as i64 + 1)),
                name: (*name).to_owned(),
                unit,
                phone: None,
                home: None,
            })
            .collect();
        let put = PutRoster { people, day: date!(2026 - 11 - 02) };
        self.test.app.submit(&self.test.system(), self.test.app.store.new_id(), put).await.unwrap().value
    }

    /// SECANTING as its form says it.
    fn secanting(&self) -> Vec<(&'static str, String)> {
        vec![
            ("nama", "SECANTING".into()),
            ("slogan", "Senin Cegah Stunting".into()),
            ("irama", "weekly".into()),
            ("hari", "1".into()),
            ("mulai_tanggal", "2".into()),
            ("mulai_bulan", "11".into()),
            ("mulai_tahun", "2026".into()),
            ("jumlah_rice_can", "1".into()),
            ("jumlah_egg", "1".into()),
            ("jumlah_cash", "2.000".into()),
            ("cakupan", "asn".into()),
            ("bantuan", "nutrition".into()),
            ("tujuan", "families".into()),
            ("pemegang_dana", self.fund_holder.to_string()),
            ("gudang", self.warehouse.to_string()),
            ("dana", "asn".into()),
            ("batas_setor", "3".into()),
            ("sifat", "sukarela".into()),
        ]
    }

    async fn campaign(&self) -> Id {
        let admin = self.test.with_role(Role::DistrictAdmin).await;
        let fields = self.secanting();
        let page = admin.post("/gerakan", &borrowed(&fields)).await.to();
        page.rsplit('/').next().unwrap().parse().unwrap()
    }

    async fn in_force(&self, campaign: Id, unit: Id, day: time::Date) -> Vec<String> {
        let lines =
            pledges::in_force(self.test.app.store.reader(), KERINCI, campaign, unit, day).await.unwrap();
        lines.into_iter().map(|line| format!("{} x{}", line.name, line.baskets)).collect()
    }

    async fn link(&self, user: Id, sponsor: Id) {
        self.test
            .sql(
                "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2",
                args![KERINCI, user, sponsor],
            )
            .await;
    }

    async fn import(&self, content: &str) -> Summary {
        let path = self.test.db.folder().join("asn.csv");
        std::fs::write(&path, content).unwrap();
        staging::run(&self.test.app, &self.test.system(), "asn", &path, false, &mut |_| {}).await.unwrap()
    }
}

fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn with<'a>(fields: &'a [(&'static str, String)], name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut fields: Vec<(&str, &str)> = borrowed(fields);
    fields.retain(|(held, _)| *held != name);
    fields.push((name, value));
    fields
}

const PROMISE: [(&str, &str); 5] = [
    ("paket", "1"),
    ("sebutan", "office"),
    ("mulai_tanggal", "2"),
    ("mulai_bulan", "11"),
    ("mulai_tahun", "2026"),
];

fn promise<'a>(campaign: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [("gerakan", campaign)].into_iter().chain(PROMISE).chain(more.iter().copied()).collect()
}

#[db_test]
async fn secanting_is_made_through_the_form(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let form = admin.get("/gerakan/baru").await.ok();
    assert!(form.contains("Beras (kaleng)") && form.contains("diperkirakan 250 gram"), "{form}");
    assert!(form.contains("Memberi bersifat sukarela"));

    let fields = world.secanting();
    let check = admin.post("/gerakan/baru", &borrowed(&fields)).await.ok();
    assert!(check.contains("Periksa jawaban") && check.contains("setiap hari Senin"), "{check}");
    assert!(check.contains("Rp2.000") && check.contains("1 butir") && check.contains("1 kaleng"), "{check}");
    assert_eq!(
        world.test.number("SELECT COUNT(*) AS n FROM campaign", args![]).await,
        0,
        "nothing saved yet"
    );
    let back = admin.post("/gerakan/baru", &with(&fields, "ubah", "ya")).await.ok();
    assert!(back.contains("value=\"SECANTING\""), "everything typed is kept");

    let id = new_form_id();
    let page = admin.post_as("/gerakan", &id, &borrowed(&fields)).await.to();
    assert_eq!(
        admin.post_as("/gerakan", &id, &borrowed(&fields)).await.to(),
        page,
        "a double click counts once"
    );
    let other = with(&fields, "slogan", "lain");
    assert_eq!(admin.post_as("/gerakan", &id, &other).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM campaign", args![]).await, 1);
    let shown = admin.get(&page).await.ok();
    assert!(shown.contains("Senin, 2 November 2026") && shown.contains("UPZ Baznas Setda"), "{shown}");
    assert!(shown.contains("1 kaleng diperkirakan 250 gram"), "{shown}");

    let campaign: Id = page.rsplit('/').next().unwrap().parse().unwrap();
    let reader = world.test.app.store.reader();
    let items = campaigns::items(reader, KERINCI, campaign).await.unwrap();
    let basket: Vec<(String, i64)> = items.into_iter().map(|item| (item.commodity, item.quantity)).collect();
    assert_eq!(basket, [("rice_can".to_owned(), 1), ("egg".to_owned(), 1), ("cash".to_owned(), 2_000)]);
    let found = campaigns::by_id(reader, KERINCI, campaign).await.unwrap().unwrap();
    assert!(campaigns::occurrence(&found, date!(2026 - 11 - 09)));
    assert!(!campaigns::occurrence(&found, date!(2026 - 11 - 10)));
}

#[db_test]
async fn a_campaign_that_is_not_voluntary_says_who_decided(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let secanting = world.secanting();
    let mut fields: Vec<(String, String)> = with(&secanting, "sifat", "wajib")
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let sent =
        |fields: &[(String, String)]| fields.iter().map(|(n, v)| (n.clone(), v.clone())).collect::<Vec<_>>();
    let refused = {
        let sent = sent(&fields);
        let pairs: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        admin.post("/gerakan", &pairs).await.refused()
    };
    assert!(refused.contains("id=\"e-wajib_oleh\"") && refused.contains("Galat: "), "{refused}");
    assert!(refused.contains("value=\"SECANTING\""));
    for (name, value) in [
        ("wajib_oleh", "Bupati Kerinci"),
        ("wajib_dokumen", "SE 100.3/12/2026"),
        ("wajib_tanggal", "26"),
        ("wajib_bulan", "1"),
        ("wajib_tahun", "2026"),
    ] {
        fields.push((name.into(), value.into()));
    }
    let sent = sent(&fields);
    let pairs: Vec<(&str, &str)> = sent.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let page = admin.post("/gerakan", &pairs).await.to();
    let shown = admin.get(&page).await.ok();
    assert!(
        shown.contains("Ditetapkan wajib oleh Bupati Kerinci dengan SE 100.3/12/2026, 26 Jan 2026"),
        "{shown}"
    );
    assert_eq!(
        world
            .test
            .number("SELECT COUNT(*) AS n FROM command_log WHERE kind = 'sponsors.create_campaign'", args![])
            .await,
        1
    );
}

#[db_test]
async fn wrong_campaigns_are_refused(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let fields = world.secanting();
    for (name, value, error) in [
        ("nama", "", "e-nama"),
        ("hari", "8", "e-hari"),
        ("batas_setor", "31", "e-batas_setor"),
        ("jumlah_cash", "dua ribu", "e-jumlah_cash"),
        ("jumlah_egg", "-1", "e-jumlah_egg"),
        ("dana", "zakat", "f-dana"),
        ("gudang", "", "e-gudang"),
        ("mulai_bulan", "13", "f-mulai"),
    ] {
        let page = admin.post("/gerakan", &with(&fields, name, value)).await.refused();
        assert!(page.contains(error) && page.contains("role=\"alert\""), "{name}={value}: {page}");
    }
    // A school holds no money.
    let school = world.school.to_string();
    admin.post("/gerakan", &with(&fields, "pemegang_dana", &school)).await.refused();
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM campaign", args![]).await, 0);
    world.campaign().await;
    assert!(admin.post("/gerakan", &borrowed(&fields)).await.refused().contains("masih berjalan"));

    let leader = world.test.with_role(Role::Leader).await;
    assert_eq!(leader.post("/gerakan", &borrowed(&fields)).await.status, StatusCode::FORBIDDEN);
    assert_eq!(leader.get("/gerakan/baru").await.status, StatusCode::FORBIDDEN);
    leader.get("/gerakan").await.ok();
    let cadre = world.test.with_role(Role::Cadre).await;
    assert_eq!(cadre.get("/gerakan").await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_campaign_with_a_new_commodity_and_its_end(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let mut fields = world.secanting();
    fields.extend([
        ("barang_nama", "Susu UHT".to_owned()),
        ("barang_satuan", "kotak".into()),
        ("barang_jumlah", "2".into()),
    ]);
    let page = admin.post("/gerakan", &borrowed(&fields)).await.to();
    assert!(admin.get(&page).await.ok().contains("Susu UHT: 2 kotak"));
    let end = |day: &'static str| {
        let (admin, page) = (admin.clone(), page.clone());
        async move {
            let fields = [("selesai_tanggal", day), ("selesai_bulan", "11"), ("selesai_tahun", "2026")];
            admin.post(&format!("{page}/akhiri"), &fields).await
        }
    };
    assert!(end("1").await.refused().contains("paling awal hari ini"));
    end("15").await.to();
    let id: Id = page.rsplit('/').next().unwrap().parse().unwrap();
    let reader = world.test.app.store.reader();
    let ended = campaigns::by_id(reader, KERINCI, id).await.unwrap().unwrap();
    assert!(campaigns::occurrence(&ended, date!(2026 - 11 - 09)));
    assert!(!campaigns::occurrence(&ended, date!(2026 - 11 - 16)));
    assert!(campaigns::active(reader, KERINCI, date!(2026 - 11 - 16)).await.unwrap().is_empty());
}

#[db_test]
async fn a_unit_promises_on_one_page(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati", "Budi Santoso", "Citra Dewi"]).await;
    world.people(world.other_school, &["Dedi Orang Lain"]).await;
    let coordinator = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    let page = format!("/janji/unit/{}", world.school);
    let list = coordinator.get(&page).await.ok();
    assert!(list.contains("Ani Rahmawati") && list.contains("Memberi bersifat sukarela"), "{list}");
    assert!(!list.contains("Dedi"));

    // Two tick, the third is not asked again.
    let (gerakan, ani, budi) = (campaign.to_string(), people[0].to_string(), people[1].to_string());
    let ticked = promise(&gerakan, &[("orang", &ani), ("orang", &budi)]);
    let id = new_form_id();
    let done = coordinator.post_as(&page, &id, &ticked).await.to();
    assert!(coordinator.get(&done).await.ok().contains("2 janji baru"));
    coordinator.post_as(&page, &id, &ticked).await.to();
    let monday = date!(2026 - 11 - 09);
    assert_eq!(world.in_force(campaign, world.school, monday).await, ["Ani Rahmawati x1", "Budi Santoso x1"]);
    assert!(world.in_force(campaign, world.school, date!(2026 - 11 - 01)).await.is_empty());

    // Then all: who has promised keeps his promise.
    let all = coordinator.post(&page, &promise(&gerakan, &[("semua", "ya")])).await.to();
    assert!(all.ends_with("baru=1&tetap=2"), "{all}");
    assert_eq!(world.in_force(campaign, world.school, monday).await.len(), 3);

    // Nobody ticked, by name for others, before the campaign: 422 with what was typed.
    let nobody = coordinator.post(&page, &promise(&gerakan, &[])).await.refused();
    assert!(nobody.contains("Centang paling sedikit satu orang"), "{nobody}");
    let mut named = promise(&gerakan, &[("semua", "ya")]);
    named[2] = ("sebutan", "name");
    assert!(coordinator.post(&page, &named).await.refused().contains("atas pilihan orangnya"));
    let mut early = promise(&gerakan, &[("semua", "ya")]);
    early[3] = ("mulai_tanggal", "1");
    assert!(coordinator.post(&page, &early).await.refused().contains("value=\"1\""));
}

#[db_test]
async fn nobody_promises_for_another_office(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let mine = world.people(world.school, &["Ani Rahmawati"]).await;
    let others = world.people(world.other_school, &["Dedi Orang Lain"]).await;
    let coordinator = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    let elsewhere = format!("/janji/unit/{}", world.other_school);
    assert_eq!(coordinator.get(&elsewhere).await.status, StatusCode::NOT_FOUND);
    let gerakan = campaign.to_string();
    let all = promise(&gerakan, &[("semua", "ya")]);
    assert_eq!(coordinator.post(&elsewhere, &all).await.status, StatusCode::NOT_FOUND);
    // Somebody else's people in my form.
    let (ani, dedi) = (mine[0].to_string(), others[0].to_string());
    let mixed = promise(&gerakan, &[("orang", &ani), ("orang", &dedi)]);
    let page = format!("/janji/unit/{}", world.school);
    assert_eq!(coordinator.post(&page, &mixed).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM pledge", args![]).await, 0);
    for role in [Role::Leader, Role::Auditor, Role::Sponsor] {
        let user = world.test.with_role(role).await;
        assert_eq!(user.get(&page).await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
    world.test.db.clock.advance(31 * 60);
    assert_eq!(coordinator.post(&page, &all).await.to(), "/masuk", "an ended session changes nothing");
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM pledge", args![]).await, 0);
}

#[db_test]
async fn an_admin_enters_a_whole_office_at_once(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    world.people(world.school, &["Ani", "Budi", "Citra"]).await;
    world.people(world.other_school, &["Dedi", "Eka"]).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let gerakan = campaign.to_string();
    let all = promise(&gerakan, &[("semua", "ya"), ("bawahan", "ya")]);
    let done = admin.post(&format!("/janji/unit/{}", world.office), &all).await.to();
    assert!(done.ends_with("baru=5&tetap=0"), "{done}");
    let reader = world.test.app.store.reader();
    let units = pledges::of_units(reader, KERINCI, campaign, date!(2026 - 11 - 02)).await.unwrap();
    assert_eq!(units.iter().map(|unit| unit.people).sum::<i64>(), 5);

    // Leaders see offices from five people up, and nobody who did not promise.
    let leader = world.test.with_role(Role::Leader).await;
    let page = leader.get(&format!("/gerakan/{campaign}")).await.ok();
    assert!(page.contains("Dinas Pendidikan") && page.contains(">5<"), "{page}");
    assert!(!page.contains("Ani"));
    let small = world.test.institution("opd", "Kantor Kecil", None).await;
    world.people(small, &["Feri", "Gina"]).await;
    admin.post(&format!("/janji/unit/{small}"), &promise(&gerakan, &[("semua", "ya")])).await.to();
    assert!(leader.get(&format!("/gerakan/{campaign}")).await.ok().contains("kurang dari 5"));
}

#[db_test]
async fn a_sponsor_promises_pauses_and_stops_himself(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati", "Budi Santoso"]).await;
    let ani = world.test.with_role(Role::Sponsor).await;
    assert!(ani.get("/janji").await.ok().contains("belum dihubungkan"));
    world.link(ani.user, people[0]).await;
    let page = ani.get("/janji").await.ok();
    assert!(page.contains("Memberi bersifat sukarela") && page.contains("SECANTING"), "{page}");

    let gerakan = campaign.to_string();
    let fields = promise(&gerakan, &[]);
    assert_eq!(ani.post("/janji", &fields).await.to(), "/janji");
    let again = ani.post("/janji", &fields).await.refused();
    assert!(again.contains("Sudah ada janji"), "two promises of one sponsor never overlap");
    let pledge: Id = id_in(&ani.get("/janji").await.ok(), "/janji/", "/berhenti");

    // Another sponsor cannot stop it.
    let budi = world.test.with_role(Role::Sponsor).await;
    world.link(budi.user, people[1]).await;
    let stop = format!("/janji/{pledge}/berhenti");
    assert_eq!(budi.post(&stop, &[]).await.status, StatusCode::NOT_FOUND);
    let unlinked = world.test.with_role(Role::Sponsor).await;
    assert_eq!(unlinked.post(&stop, &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(world.in_force(campaign, world.school, date!(2026 - 11 - 09)).await.len(), 1);

    // A week later she stops, without a reason, and begins again after a pause.
    world.test.db.clock.advance(8 * 86_400);
    let ani = world.test.sign_in(ani.user).await;
    assert_eq!(ani.post(&stop, &[]).await.to(), "/janji");
    assert!(world.in_force(campaign, world.school, date!(2026 - 11 - 10)).await.is_empty());
    assert_eq!(
        world.in_force(campaign, world.school, date!(2026 - 11 - 09)).await.len(),
        1,
        "what was stays"
    );
    let mut later = promise(&gerakan, &[]);
    later[1] = ("paket", "2");
    later[3] = ("mulai_tanggal", "23");
    ani.post("/janji", &later).await.to();
    assert!(world.in_force(campaign, world.school, date!(2026 - 11 - 16)).await.is_empty());
    assert_eq!(world.in_force(campaign, world.school, date!(2026 - 11 - 23)).await, ["Ani Rahmawati x2"]);
}

fn id_in(page: &str, before: &str, after: &str) -> Id {
    let end = page.find(after).expect(page);
    let start = page[..end].rfind(before).unwrap() + before.len();
    page[start..end].parse().unwrap()
}

#[db_test]
async fn a_coordinator_stops_for_his_people_only(db: TestDatabase) {
    let world = World::start(db).await;
    let campaign = world.campaign().await;
    let people = world.people(world.school, &["Ani Rahmawati"]).await;
    let pledge = pledges::Pledge {
        campaign,
        sponsor: people[0],
        baskets: 1,
        starts_on: date!(2026 - 11 - 02),
        ends_on: None,
        public_name: pledges::PublicName::Anonymous,
        how_far: pledges::HowFar::District,
        document: None,
        reach: Reach::All,
    };
    let app = &world.test.app;
    let pledge = app.submit(&world.test.system(), app.store.new_id(), pledge).await.unwrap().value;
    let (pledge, gerakan) = (pledge.to_string(), campaign.to_string());
    let fields = [("janji", pledge.as_str()), ("gerakan", gerakan.as_str())];
    let other = world.test.user(Role::UnitCoordinator, &[], &[world.other_school]).await;
    let stop = |unit: Id| format!("/janji/unit/{unit}/berhenti");
    assert_eq!(other.post(&stop(world.other_school), &fields).await.status, StatusCode::NOT_FOUND);
    let own = world.test.user(Role::UnitCoordinator, &[], &[world.school]).await;
    own.post(&stop(world.school), &fields).await.to();
    assert!(world.in_force(campaign, world.school, date!(2026 - 11 - 09)).await.is_empty());
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
    let first = world.import(&list).await;
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
    let again = world.import(&list).await;
    assert_eq!((again.new, again.changed, again.same, again.errors), (0, 0, 3, 2), "{again:?}");

    // Another unit for the same NIP is a transfer; a blank phone takes none away.
    let moved =
        format!("{HEADER}1;198501012010012001;Ani Rahmawati, S.Pd;Dinas Pendidikan;SDN 2 Danau Kerinci;;;\n");
    let third = world.import(&moved).await;
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
