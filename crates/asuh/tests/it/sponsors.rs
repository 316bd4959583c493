//! sponsors: through the real router, as its users do it, on both engines.

use asuh_ground::access::Role;
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
pub struct World {
    pub test: TestApp,
    pub office: Id,
    pub school: Id,
    pub other_school: Id,
    pub fund_holder: Id,
    pub warehouse: Id,
}

impl World {
    pub async fn start(db: TestDatabase) -> World {
        let test = TestApp::start(db).await;
        let office = test.institution("opd", "Dinas Pendidikan", None).await;
        let school = test.institution("school", "SDN 1 Gunung Raya", Some(office)).await;
        let other_school = test.institution("school", "SDN 2 Danau Kerinci", Some(office)).await;
        let fund_holder = test.institution("fund_holder", "UPZ Baznas Setda", None).await;
        let warehouse = test.institution("warehouse", "Gudang DPPKBPPPA", None).await;
        World { test, office, school, other_school, fund_holder, warehouse }
    }

    /// People of a unit; their ids. NIPs of a year that has not come.
    pub async fn people(&self, unit: Id, names: &[&str]) -> Vec<Id> {
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
    pub fn secanting(&self) -> Vec<(&'static str, String)> {
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

    pub async fn campaign(&self) -> Id {
        let admin = self.test.with_role(Role::DistrictAdmin).await;
        let fields = self.secanting();
        let page = admin.post("/gerakan", &borrowed(&fields)).await.to();
        page.rsplit('/').next().unwrap().parse().unwrap()
    }

    /// SECANTING with other answers.
    pub async fn campaign_with(&self, other: &[(&'static str, &str)]) -> Id {
        let admin = self.test.with_role(Role::DistrictAdmin).await;
        let mut fields = self.secanting();
        for (name, value) in other {
            fields.retain(|(held, _)| held != name);
            fields.push((name, (*value).to_owned()));
        }
        let page = admin.post("/gerakan", &borrowed(&fields)).await.to();
        page.rsplit('/').next().unwrap().parse().unwrap()
    }

    /// Units that are promised to a campaign on a day.
    pub async fn units(&self, campaign: Id, day: time::Date) -> i64 {
        let offered = pledges::supply(self.test.app.store.reader(), KERINCI, campaign, day).await.unwrap();
        offered.iter().map(|one| one.units).sum()
    }

    pub async fn in_force(&self, campaign: Id, unit: Id, day: time::Date) -> Vec<String> {
        let lines =
            pledges::in_force(self.test.app.store.reader(), KERINCI, campaign, unit, day).await.unwrap();
        lines.into_iter().map(|line| format!("{} x{}", line.name, line.baskets)).collect()
    }

    pub async fn link(&self, user: Id, sponsor: Id) {
        self.test
            .sql(
                "UPDATE app_user SET sponsor_id = $3 WHERE district_id = $1 AND id = $2",
                args![KERINCI, user, sponsor],
            )
            .await;
    }
}

pub fn borrowed<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

pub fn with<'a>(
    fields: &'a [(&'static str, String)],
    name: &'a str,
    value: &'a str,
) -> Vec<(&'a str, &'a str)> {
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

pub fn promise<'a>(campaign: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
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
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM campaign_decision", args![]).await, 1);
}

/// A decision after the campaign has begun is logged with who, which document and when; every one stays.
#[db_test]
async fn what_a_district_decides_about_a_campaign_is_logged_later_too(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let campaign = world.campaign().await;
    let (page, path) = (format!("/gerakan/{campaign}"), format!("/gerakan/{campaign}/sifat"));
    world.people(world.office, &["Budi Rekaan"]).await;
    let (unit, gerakan) = (format!("/janji/unit/{}", world.office), campaign.to_string());
    admin.post(&unit, &promise(&gerakan, &[("semua", "ya")])).await.to();
    let decide = |nature: &'static str, document: &'static str, day: &'static str, action: &'static str| {
        vec![
            ("sifat", nature),
            ("oleh", "Bupati Kerinci"),
            ("dokumen", document),
            ("tanggal_tanggal", day),
            ("tanggal_bulan", "11"),
            ("tanggal_tahun", "2026"),
            ("aksi", action),
        ]
    };
    let logged = || world.test.number("SELECT COUNT(*) AS n FROM campaign_decision", args![]);
    for role in [Role::UnitCoordinator, Role::Auditor, Role::Leader, Role::Treasurer] {
        let other = world.test.with_role(role).await;
        assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(
            other.post(&path, &decide("wajib", "SE 1", "1", "kirim")).await.status,
            StatusCode::FORBIDDEN
        );
        assert!(!other.get(&page).await.ok().contains("/sifat\""));
    }
    let nobody = format!("/gerakan/{}/sifat", world.test.app.store.new_id());
    assert_eq!(admin.get(&nobody).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        admin.post(&nobody, &decide("wajib", "SE 1", "1", "kirim")).await.status,
        StatusCode::NOT_FOUND
    );
    let refused = admin.post(&path, &decide("wajib", "", "1", "periksa")).await.refused();
    assert!(refused.contains("e-dokumen") && refused.contains("value=\"Bupati Kerinci\""), "{refused}");
    let later = admin.post(&path, &decide("wajib", "SE 1/2026", "3", "kirim")).await.refused();
    assert!(later.contains("paling akhir hari ini") && later.contains("value=\"SE 1/2026\""), "{later}");
    let same = admin.post(&path, &decide("sukarela", "SE 1/2026", "1", "kirim")).await.refused();
    assert!(same.contains("sudah begitu"), "{same}");

    // Looked over, then logged once however often it is sent.
    let check = admin.post(&path, &decide("wajib", "SE 1/2026", "1", "periksa")).await.ok();
    assert!(check.contains("Ditetapkan wajib oleh Bupati Kerinci dengan SE 1/2026, 1 Nov 2026"), "{check}");
    assert_eq!(logged().await, 0);
    let form = new_form_id();
    for _ in 0..2 {
        assert_eq!(admin.post_as(&path, &form, &decide("wajib", "SE 1/2026", "1", "kirim")).await.to(), page);
    }
    assert_eq!(logged().await, 1);
    assert!(
        admin
            .post(&path, &decide("wajib", "SE 1/2026", "1", "kirim"))
            .await
            .refused()
            .contains("sudah begitu")
    );
    world.test.db.clock.advance(60);
    admin.post(&path, &decide("sukarela", "SE 2/2026", "2", "kirim")).await.to();
    // Everyone who reads the campaign reads both, the last one first; nobody's promise has changed.
    let auditor = world.test.with_role(Role::Auditor).await;
    let shown = auditor.get(&page).await.ok();
    let (back, first) = (shown.find("Dinyatakan sukarela lagi"), shown.find("Ditetapkan wajib oleh"));
    assert!(back.is_some() && first.is_some() && back < first, "{shown}");
    assert!(shown.contains("Dicatat ") && shown.contains("Memberi bersifat sukarela"), "{shown}");
    assert_eq!(world.in_force(campaign, world.office, date!(2026 - 11 - 02)).await, ["Budi Rekaan x1"]);
    let trail = "SELECT COUNT(*) AS n FROM command_log WHERE kind = 'sponsors.decide_nature'";
    assert_eq!(world.test.number(trail, args![]).await, 2);
    // What is over is not decided about any more.
    world
        .test
        .sql(
            "UPDATE campaign SET ends_on = 20261101 WHERE district_id = $1 AND id = $2",
            args![KERINCI, campaign],
        )
        .await;
    let over = admin.post(&path, &decide("wajib", "SE 3/2026", "2", "kirim")).await.refused();
    assert!(over.contains("sudah selesai"), "{over}");
    assert!(!admin.get(&page).await.ok().contains("/sifat\""));
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

pub fn id_in(page: &str, before: &str, after: &str) -> Id {
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
