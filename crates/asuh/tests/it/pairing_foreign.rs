//! Ids that are not one's own: every address of sponsors and pairing with the ids of another district, of ended pairs, of
//! another office. Nothing is found, nothing changes, and no answer names anybody.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::web::Method;
use asuh_step_sponsors::staff::{Asn, PutRoster};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use axum::http::StatusCode;

use crate::pairing::{Scene, TODAY};
use crate::support::{KERINCI, VILLAGES};
use crate::tables;

/// The only row of a table, or the first.
async fn one(scene: &Scene, table: &str) -> Id {
    let sql = format!("SELECT id FROM {table} WHERE district_id = $1 ORDER BY id");
    let row: Option<(Id,)> = scene.test.app.store.reader().first(&sql, args![KERINCI]).await.unwrap();
    row.unwrap_or_else(|| panic!("a row of {table}")).0
}

/// Where the addresses of the two steps begin.
const OURS: [&str; 13] = [
    "gerakan",
    "pegawai",
    "pengguna",
    "janji",
    "orang-tua-asuh",
    "pasangan",
    "perhitungan",
    "penahanan",
    "pasang",
    "keluarga-sendiri",
    "kebutuhan-keluarga",
    "kabar",
    "tetangga-kecamatan",
];

/// A scene in which every table of pairing has a row, and the ids by the names that addresses give them.
async fn full(db: TestDatabase) -> (Scene, BTreeMap<&'static str, String>) {
    let scene = Scene::start(db, [3, 0, 0, 0]).await;
    scene.draw().await;
    let test = &scene.test;
    let unit = test.institution("opd", "Dinas Rahasia", None).await;
    let asn = Asn {
        nip: Some("198501012010011001".into()),
        name: "Pegawai Rahasia".into(),
        unit,
        phone: None,
        home: None,
    };
    let put = PutRoster { people: vec![asn], day: TODAY };
    let asn = test.app.submit(&test.system(), test.app.store.new_id(), put).await.unwrap().value[0];
    let (sponsor, pledge) = scene.pledge("Pemberi Rahasia", 9, "district", None).await;
    let run = scene.run("full").await;
    scene.approve(&run).await;
    let holds = format!("/pasangan/{}/tahan", scene.programme);
    let fields = [("untuk", "PT Rahasia"), ("jenis", "deciding"), ("jumlah", "1"), ("sampai", "2026-11-09")];
    scene.admin.post(&holds, &fields).await.to();
    let pair = one(&scene, "sponsor_pair").await;
    let row: Option<(Id,)> = test
        .app
        .store
        .reader()
        .first("SELECT person_id FROM sponsor_pair WHERE district_id = $1", args![KERINCI])
        .await
        .unwrap();
    let person = row.unwrap().0;
    let child = scene.children.iter().find(|child| child.person == person).unwrap().clone();
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    let family = child.family.to_string();
    cadre.post(&format!("/kebutuhan-keluarga/keluarga/{family}"), &[("jenis", "latrine")]).await.to();
    let news = [("anak", &*person.to_string()), ("jenis", "thanks"), ("isi", "Terima kasih.")];
    cadre.post(&format!("/kabar/keluarga/{family}"), &news).await.to();
    let other = scene.children.iter().find(|child| child.person != person).unwrap();
    let related = [("pilihan", &*other.family.to_string()), ("alasan", "paman")];
    scene.admin.post(&format!("/keluarga-sendiri/orang-tua-asuh/{sponsor}"), &related).await.to();
    let ids = BTreeMap::from([
        ("gerakan", scene.campaign.to_string()),
        ("pegawai", asn.to_string()),
        ("pengguna", scene.leader.user.to_string()),
        ("janji", pledge.to_string()),
        ("orang-tua-asuh", sponsor.to_string()),
        ("pasangan", scene.programme.to_string()),
        ("unit", unit.to_string()),
        ("pledge", pledge.to_string()),
        ("campaign", scene.campaign.to_string()),
        ("person", person.to_string()),
        ("sponsor", sponsor.to_string()),
        ("run", run.rsplit('/').next().unwrap().to_owned()),
        ("hold", one(&scene, "pairing_hold").await.to_string()),
        ("pair", pair.to_string()),
        ("family", family),
        ("relative", one(&scene, "declared_relative").await.to_string()),
        ("need", one(&scene, "family_need").await.to_string()),
        ("news", one(&scene, "child_news").await.to_string()),
        ("village", VILLAGES[0].to_string()),
        ("code", "1501010000".to_owned()),
    ]);
    (scene, ids)
}

/// An address with the ids in its places.
fn filled(path: &str, ids: &BTreeMap<&'static str, String>) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let part = |nth: usize| match parts[nth].strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
        None => parts[nth].to_owned(),
        // The promise behind a unit or a sponsor; else what the address begins with.
        Some("id") if parts[nth - 1] == "janji" => ids["pledge"].clone(),
        Some("id") => ids[parts[1]].clone(),
        Some(name) => ids[name].clone(),
    };
    (0..parts.len()).map(part).collect::<Vec<_>>().join("/")
}

/// What any of the forms may want.
fn fields<'a>(ids: &'a BTreeMap<&'static str, String>) -> Vec<(&'a str, &'a str)> {
    let id = |name: &str| ids[name].as_str();
    let mut fields = vec![
        ("aksi", "pilih"),
        ("pegawai", id("pegawai")),
        ("gerakan", id("gerakan")),
        ("janji", id("pledge")),
        ("pilihan", id("family")),
        ("anak", id("person")),
        ("keluarga", id("family")),
        ("alasan", "retired"),
        ("alasan_akhir", "uji"),
        ("alasan_batal", "uji"),
        ("satuan", "1"),
        ("satuan_per_paket", "1"),
        ("semua", "ya"),
        ("paket", "1"),
        ("sebutan", "anonymous"),
        ("jangkauan", "district"),
        ("unit", id("unit")),
        ("untuk", "PT"),
        ("jenis", "deciding"),
        ("jumlah", "1"),
        ("sampai", "2026-11-09"),
        ("cara", "full"),
        ("pasangan", "lock"),
        ("undian", "undian lain"),
        ("dasar", "rapat"),
        ("versi", "2"),
        ("faktor_0", "haz_below"),
        ("batas_0", "-300"),
        ("poin_0", "4"),
        ("status", "met"),
        ("oleh", "PT"),
        ("isi", "Sehat."),
        ("kontak", "Orang"),
        ("nama", "Nama"),
        ("kategori", "private"),
        ("cari", "Rahasia"),
        ("saat", "1793577600000"),
    ];
    for day in ["mulai", "pindah", "keluar", "ubah", "jeda", "selesai"] {
        let day: &'static [&'static str; 3] = match day {
            "mulai" => &["mulai_tanggal", "mulai_bulan", "mulai_tahun"],
            "pindah" => &["pindah_tanggal", "pindah_bulan", "pindah_tahun"],
            "keluar" => &["keluar_tanggal", "keluar_bulan", "keluar_tahun"],
            "ubah" => &["ubah_tanggal", "ubah_bulan", "ubah_tahun"],
            "jeda" => &["jeda_tanggal", "jeda_bulan", "jeda_tahun"],
            _ => &["selesai_tanggal", "selesai_bulan", "selesai_tahun"],
        };
        fields.extend(day.iter().copied().zip(["2", "11", "2026"]));
    }
    fields
}

/// What must not change: all but the trails and sessions.
fn kept(content: &BTreeMap<String, (usize, u64)>) -> BTreeMap<String, (usize, u64)> {
    let trails = ["command_log", "access_log", "seal_batch", "session", "job", "district_head"];
    content
        .iter()
        .filter(|(table, _)| !trails.contains(&table.as_str()))
        .map(|(t, c)| (t.clone(), *c))
        .collect()
}

#[db_test]
async fn another_districts_ids_lead_nowhere(db: TestDatabase) {
    let (scene, ids) = full(db).await;
    let elsewhere = scene.test.admin_elsewhere().await;
    let (db, engine) = (scene.test.app.store.reader(), scene.test.app.store.engine());
    let before = kept(&tables::content(db, engine).await);
    let (mut tried, mut wrong) = (0, Vec::new());
    for route in asuh::gates::http::routes().rows() {
        let begins = route.path.split('/').nth(1).unwrap_or_default();
        if !OURS.contains(&begins) || !route.path.contains('{') {
            continue;
        }
        let path = filled(route.path, &ids);
        let answer = match route.method {
            Method::Get => elsewhere.get(&path).await,
            Method::Post => elsewhere.post(&path, &fields(&ids)).await,
        };
        tried += 1;
        let refused = answer.status.is_client_error();
        if !refused || answer.body.contains("Rahasia") {
            wrong.push(format!("{:?} {}: {}", route.method, route.path, answer.status));
        }
    }
    assert!(tried > 70, "{tried}");
    assert_eq!(wrong, Vec::<String>::new());
    let after = kept(&tables::content(db, engine).await);
    assert_eq!(tables::changed(&before, &after, &[]), Vec::<String>::new());
}

/// What was ended, let go or decided cannot be ended, let go or decided again, by nobody.
#[db_test]
async fn what_is_over_stays_over(db: TestDatabase) {
    let (scene, ids) = full(db).await;
    let admin = &scene.admin;
    let path = |route: &str| filled(route, &ids);
    admin.post(&path("/pasang/{pair}/akhiri"), &[("alasan_akhir", "uji")]).await.to();
    admin.post(&path("/penahanan/{hold}/lepas"), &[]).await.to();
    admin.post(&path("/keluarga-sendiri/{relative}/batal"), &[("alasan_batal", "keliru")]).await.to();
    admin.post(&path("/kabar/{news}/putuskan"), &[("aksi", "tahan"), ("alasan", "uji")]).await.to();
    let (db, engine) = (scene.test.app.store.reader(), scene.test.app.store.engine());
    let before = kept(&tables::content(db, engine).await);
    for (route, fields) in [
        ("/pasang/{pair}/akhiri", vec![("alasan_akhir", "lagi")]),
        ("/pasang/{pair}/pengunjung", vec![]),
        ("/pasang/{pair}/pengunjung/cabut", vec![]),
        ("/penahanan/{hold}/lepas", vec![]),
        ("/keluarga-sendiri/{relative}/batal", vec![("alasan_batal", "lagi")]),
        ("/kabar/{news}/putuskan", vec![("aksi", "teruskan")]),
        ("/perhitungan/{run}/tolak", vec![("alasan", "lagi")]),
    ] {
        let answer = admin.post(&path(route), &fields).await;
        assert!(answer.status.is_client_error(), "{route}: {} {}", answer.status, answer.body);
    }
    let answer = scene.leader.post(&path("/perhitungan/{run}/setujui"), &[]).await;
    assert!(answer.status.is_client_error(), "{}", answer.status);
    // From the list of decisions a colleague may have been quicker: the list is shown again, without the pair.
    let settled = [("alasan_akhir", "lagi"), ("kembali", "putuskan")];
    assert_eq!(
        admin.post(&path("/pasang/{pair}/akhiri"), &settled).await.to(),
        path("/pasangan/{id}/putuskan")
    );
    let mut after = kept(&tables::content(db, engine).await);
    // A hold of the programme's row counts up even where nothing came of it; a refused command leaves nothing.
    after.insert("programme".into(), before["programme"]);
    assert_eq!(tables::changed(&before, &after, &[]), Vec::<String>::new());
}

/// A coordinator reaches the people of his own office, whatever ids he puts together.
#[db_test]
async fn another_offices_people_are_not_found(db: TestDatabase) {
    let (scene, ids) = full(db).await;
    let test = &scene.test;
    let other = test.institution("opd", "Dinas Lain", None).await;
    let coordinator = test.user(Role::UnitCoordinator, &[], &[other]).await;
    let (own, mut mixed) = (other.to_string(), ids.clone());
    mixed.insert("unit", own);
    for route in
        ["/pegawai/{id}", "/pegawai/unit/{unit}", "/janji/unit/{unit}", "/janji/unit/{unit}/janji/{id}"]
    {
        assert_eq!(coordinator.get(&filled(route, &ids)).await.status, StatusCode::NOT_FOUND, "{route}");
    }
    // His own unit with the promise or the people of another.
    let page = coordinator.get(&filled("/janji/unit/{unit}/janji/{id}", &mixed)).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let stop = [("janji", ids["pledge"].as_str())];
    let answer = coordinator.post(&filled("/janji/unit/{unit}/berhenti", &mixed), &stop).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let answer =
        coordinator.post(&filled("/janji/unit/{unit}/janji/{id}", &mixed), &[("aksi", "berhenti")]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let chosen: Vec<(&str, &str)> = fields(&ids)
        .into_iter()
        .filter(|(name, _)| *name != "semua")
        .chain([("orang", ids["pegawai"].as_str())])
        .collect();
    let answer = coordinator.post(&filled("/janji/unit/{unit}", &mixed), &chosen).await;
    assert!(answer.status.is_client_error() && !answer.body.contains("Rahasia"), "{}", answer.body);
    for path in ["/orang-tua-asuh", "/pasangan", "/kabar", "/orang-tua-asuh/rekap"] {
        assert_eq!(coordinator.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let ended =
        scene.number("SELECT COUNT(*) AS n FROM pledge WHERE district_id = $1 AND ends_on IS NOT NULL");
    assert_eq!(ended.await, 0);
}
