//! sponsors of every kind: list, search, contacts, leaving, tally and downloads, on both engines.

use asuh_ground::access::Role;
use asuh_ground::audit;
use asuh_step_sponsors::sponsors::taking_part;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, args};
use axum::http::StatusCode;
use time::macros::date;

use crate::sponsors::World;
use crate::support::{Client, KERINCI, new_form_id};

const FIRM: [(&str, &str); 4] = [
    ("kategori", "roe"),
    ("nama", "Perumda Tirta Rekaan"),
    ("telepon", "0812-1111-2222"),
    ("rumah", "1501010000"),
];

/// Takes in a sponsor; his page.
pub async fn giver(admin: &Client, category: &str, name: &str) -> String {
    admin.post("/orang-tua-asuh/baru", &[("kategori", category), ("nama", name)]).await.to()
}

/// The id at the end of a page.
pub fn id_of(page: &str) -> Id {
    page.rsplit('/').next().unwrap().parse().unwrap()
}

#[db_test]
async fn a_firm_comes_in_with_whom_to_speak_to(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let form = admin.get("/orang-tua-asuh/baru").await.ok();
    assert!(form.contains("BUMD") && form.contains("ASN tidak ditambahkan di sini"), "{form}");
    for (field, value, error) in [
        ("kategori", "asn", "f-kategori"),
        ("nama", "", "e-nama"),
        ("telepon", "12", "e-telepon"),
        ("kk", "9901011203190007", "e-kk"),
    ] {
        let mut fields = FIRM.to_vec();
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let page = admin.post("/orang-tua-asuh/baru", &fields).await.refused();
        assert!(page.contains(error), "{field}: {page}");
    }
    let id = new_form_id();
    let page = admin.post_as("/orang-tua-asuh/baru", &id, &FIRM).await.to();
    assert_eq!(
        admin.post_as("/orang-tua-asuh/baru", &id, &FIRM).await.to(),
        page,
        "a double click is one firm"
    );
    assert_eq!(world.test.number("SELECT COUNT(*) AS n FROM sponsor", args![]).await, 1);
    let shown = admin.get(&page).await.ok();
    assert!(shown.contains("Perumda Tirta Rekaan") && shown.contains("Gunung Raya"), "{shown}");
    assert!(shown.contains("2222") && !shown.contains("1111-2222"), "the number is masked: {shown}");

    let contact =
        [("kontak", "Rina Rekaan"), ("kontak_jabatan", "Manajer CSR"), ("kontak_telepon", "0813 3333 4444")];
    let path = format!("{page}/kontak");
    assert!(admin.post(&path, &[("kontak", "")]).await.refused().contains("e-kontak"));
    admin.post(&path, &contact).await.to();
    let shown = admin.get(&page).await.ok();
    assert!(
        shown.contains("Rina Rekaan") && shown.contains("Manajer CSR") && !shown.contains("3333-4444"),
        "{shown}"
    );
    // Whole numbers are asked for, and that is noted.
    let open = admin.post(&format!("{page}/nomor"), &[]).await.ok();
    assert!(open.contains("3333") && open.contains("1111"), "{open}");
    audit::flush(&world.test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'open' AND detail = 'phone'";
    assert_eq!(world.test.number(noted, args![]).await, 1);
    let auditor = world.test.with_role(Role::Auditor).await;
    assert!(auditor.get(&page).await.ok().contains("Rina Rekaan"));
    assert_eq!(auditor.post(&format!("{page}/nomor"), &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.post(&path, &contact).await.status, StatusCode::FORBIDDEN);

    let held = world.test.app.store.reader();
    let (id,): (Id,) =
        asuh_store::Query::first(held, "SELECT id FROM sponsor_contact", args![]).await.unwrap().unwrap();
    let id = id.to_string();
    let other = giver(&admin, "private", "PT Lain Rekaan").await;
    assert_eq!(admin.post(&format!("{other}/kontak"), &[("hapus", &id)]).await.status, StatusCode::NOT_FOUND);
    admin.post(&path, &[("hapus", &id)]).await.to();
    assert!(!admin.get(&page).await.ok().contains("Rina Rekaan"));

    // What is corrected stands beside what was.
    let fields = [("kategori", "private"), ("nama", "PT Tirta Rekaan"), ("telepon", ""), ("rumah", "")];
    assert_eq!(admin.post(&format!("{page}/ubah"), &fields).await.to(), page);
    let shown = admin.get(&page).await.ok();
    assert!(shown.contains("PT Tirta Rekaan") && shown.contains("Perumda Tirta Rekaan"), "{shown}");
    assert!(shown.contains("2222"), "a phone that is not typed again stays: {shown}");
    let form = admin.get(&format!("{page}/ubah")).await.ok();
    assert!(!form.contains("1111"), "and the form does not show it: {form}");
    let person = [("kategori", "individual"), ("nama", "PT Tirta Rekaan")];
    assert!(
        admin
            .post(&format!("{page}/ubah"), &person)
            .await
            .refused()
            .contains("Orang tidak dapat menjadi lembaga")
    );
    let nobody = format!("/orang-tua-asuh/{}", world.test.app.store.new_id());
    for path in ["", "/ubah", "/laporan", "/janji/baru"] {
        assert_eq!(admin.get(&format!("{nobody}{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

/// An office that gives is linked with the district's list, so that no child of its own staff is given to it.
#[db_test]
async fn an_office_that_gives_is_the_one_of_the_list(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let form = admin.get("/orang-tua-asuh/baru").await.ok();
    assert!(form.contains("Lembaga di daftar kabupaten") && form.contains("Dinas Pendidikan"), "{form}");
    let (office, school) = (world.office.to_string(), world.school.to_string());
    let fields = |category: &'static str, institution: &str| {
        [
            ("kategori", category.to_owned()),
            ("nama", "Dinas Rekaan".into()),
            ("lembaga", institution.to_owned()),
        ]
    };
    let sent = |fields: &[(&'static str, String); 3]| fields.clone();
    let put = async |path: &str, fields: [(&'static str, String); 3]| {
        let fields = sent(&fields);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        admin.post(path, &fields).await
    };
    let new = "/orang-tua-asuh/baru";
    let person = put(new, fields("individual", &office)).await.refused();
    assert!(person.contains("e-lembaga") && person.contains("Orang bukan lembaga"), "{person}");
    let unknown = world.test.app.store.new_id().to_string();
    assert!(put(new, fields("government", &unknown)).await.refused().contains("e-lembaga"));
    let page = put(new, fields("government", &office)).await.to();
    assert!(admin.get(&page).await.ok().contains("Dinas Pendidikan"));
    let twice = put(new, fields("government", &office)).await.refused();
    assert!(twice.contains("orang tua asuh lain"), "{twice}");
    // The form says which one it is; saved again it stays, and it can be another one or none.
    let edit = format!("{page}/ubah");
    assert!(admin.get(&edit).await.ok().contains(&format!("value=\"{office}\" selected")));
    let linked = async || {
        let id = id_of(&page);
        let sql = "SELECT COUNT(*) AS n FROM sponsor WHERE id = $1 AND institution_id = $2";
        (
            world.test.number(sql, args![id, world.office]).await,
            world.test.number(sql, args![id, world.school]).await,
        )
    };
    put(&edit, fields("government", &office)).await.to();
    assert_eq!(linked().await, (1, 0));
    put(&edit, fields("government", &school)).await.to();
    assert_eq!(linked().await, (0, 1));
    put(&edit, fields("government", "")).await.to();
    assert_eq!(linked().await, (0, 0));
}

#[db_test]
async fn the_list_and_its_file_tell_nobody_who_did_not_promise(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let campaign = world.campaign_with(&[("cakupan", "anyone"), ("tujuan", "pairs"), ("dana", "csr")]).await;
    world.people(world.school, &["Ani Pegawai"]).await;
    let gives = giver(&admin, "private", "PT Pemberi Rekaan").await;
    giver(&admin, "private", "PT Diam Rekaan").await;
    giver(&admin, "individual", "Sari Rekaan").await;
    let fields = pledge_fields(&campaign.to_string(), "180");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    admin.post(&format!("{gives}/janji/baru"), &fields).await.to();

    let list = admin.get("/orang-tua-asuh").await.ok();
    assert!(list.contains("PT Pemberi Rekaan") && list.contains("PT Diam Rekaan"), "{list}");
    assert!(!list.contains("Ani Pegawai"), "civil servants are on the roster alone");
    let line = |page: &str, name: &str| {
        let at = page.find(&format!("{name}</a>")).expect(name);
        page[at + name.len()..].split("</tr>").next().unwrap().to_owned()
    };
    assert_eq!(line(&list, "PT Pemberi Rekaan"), line(&list, "PT Diam Rekaan"), "nothing tells them apart");
    let chosen = admin.get("/orang-tua-asuh?jenis=individual").await.ok();
    assert!(chosen.contains("Sari Rekaan") && !chosen.contains("PT Diam"), "{chosen}");
    assert!(chosen.contains("Swasta 2") && chosen.contains("Perorangan 1"), "{chosen}");

    // The list as a file has no word of promises; the file of promises holds those who made some.
    let rows = admin.download("/orang-tua-asuh/unduh", &[]).await;
    assert_eq!(rows.len(), 4, "{rows:?}");
    let without_name = |name: &str| rows.iter().find(|row| row[0] == name).unwrap()[1..].to_vec();
    assert_eq!(without_name("PT Pemberi Rekaan"), without_name("PT Diam Rekaan"));
    let rows = admin.download("/orang-tua-asuh/unduh-janji", &[]).await;
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert!(
        rows[1].contains(&"PT Pemberi Rekaan".to_owned()) && rows[1].contains(&"180".to_owned()),
        "{rows:?}"
    );
    audit::flush(&world.test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export' AND (detail = 'sponsors 3' OR detail = 'pledges 1')";
    assert_eq!(world.test.number(noted, args![]).await, 2);

    // By name those search who keep the list, and it is noted, without the name.
    let keeper = world.test.with_role(Role::ListKeeper).await;
    let found = keeper.post("/orang-tua-asuh/cari", &[("nama", "diam")]).await.ok();
    assert!(found.contains("PT Diam Rekaan") && !found.contains("PT Pemberi"), "{found}");
    audit::flush(&world.test.app).await.unwrap();
    let noted = "SELECT COUNT(*) AS n FROM access_log WHERE action = 'search_sponsors' AND detail = ''";
    assert_eq!(world.test.number(noted, args![]).await, 1);
    let auditor = world.test.with_role(Role::Auditor).await;
    assert_eq!(auditor.post("/orang-tua-asuh/cari", &[("nama", "diam")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(auditor.post("/orang-tua-asuh/unduh", &[]).await.status, StatusCode::FORBIDDEN);
    // Who keeps the list does not see what each promised.
    assert!(!keeper.get(&gives).await.ok().contains("180"), "promises are the admin's");
    assert_eq!(keeper.post("/orang-tua-asuh/unduh-janji", &[]).await.status, StatusCode::FORBIDDEN);
    let ani: (Id,) = asuh_store::Query::first(
        world.test.app.store.reader(),
        "SELECT id FROM sponsor WHERE kind = 'asn'",
        args![],
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(keeper.get(&format!("/orang-tua-asuh/{}", ani.0)).await.status, StatusCode::NOT_FOUND);
    admin.get(&format!("/orang-tua-asuh/{}", ani.0)).await.ok();
    for role in [Role::Leader, Role::UnitCoordinator, Role::Sponsor, Role::FieldOfficer] {
        let user = world.test.with_role(role).await;
        assert_eq!(user.get("/orang-tua-asuh").await.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

#[db_test]
async fn the_list_goes_on_page_by_page(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    for nth in 0..53 {
        giver(&admin, "community", &format!("Majelis {nth:03}")).await;
    }
    let first = admin.get("/orang-tua-asuh").await.ok();
    assert!(first.contains("Majelis 049") && !first.contains("Majelis 050"));
    let at = first.find("setelah=").unwrap() + "setelah=".len();
    let next =
        admin.get(&format!("/orang-tua-asuh?jenis=&status=&setelah={}", &first[at..at + 36])).await.ok();
    assert!(next.contains("Majelis 050") && next.contains("Majelis 052") && !next.contains("Majelis 049"));
    assert_eq!(admin.download("/orang-tua-asuh/unduh", &[]).await.len(), 54);
}

/// A promise as the admin's form says it.
pub fn pledge_fields(campaign: &str, baskets: &str) -> Vec<(&'static str, String)> {
    [
        ("gerakan", campaign),
        ("paket", baskets),
        ("mulai_tanggal", "2"),
        ("mulai_bulan", "11"),
        ("mulai_tahun", "2026"),
        ("sebutan", "name"),
        ("jangkauan", "district"),
    ]
    .into_iter()
    .map(|(name, value)| (name, value.to_owned()))
    .collect()
}

#[db_test]
async fn who_leaves_ends_his_promises_and_somebody_is_told(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let campaign = world.campaign_with(&[("cakupan", "anyone"), ("tujuan", "pairs"), ("dana", "csr")]).await;
    let page = giver(&admin, "private", "PT Pamit Rekaan").await;
    let fields = pledge_fields(&campaign.to_string(), "9");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    admin.post(&format!("{page}/janji/baru"), &fields).await.to();
    assert_eq!(world.units(campaign, date!(2026 - 11 - 09)).await, 9);
    let leave = format!("{page}/keluar");
    assert!(admin.post(&leave, &[]).await.refused().contains("f-alasan"));
    let last =
        [("alasan", "closed"), ("keluar_tanggal", "5"), ("keluar_bulan", "11"), ("keluar_tahun", "2026")];
    let keeper = world.test.with_role(Role::ListKeeper).await;
    keeper.post(&leave, &last).await.to();
    assert_eq!(world.units(campaign, date!(2026 - 11 - 05)).await, 9, "the last day still holds");
    assert_eq!(world.units(campaign, date!(2026 - 11 - 06)).await, 0);
    let left = admin.get("/orang-tua-asuh?status=left").await.ok();
    assert!(
        left.contains("PT Pamit Rekaan") && !admin.get("/orang-tua-asuh").await.ok().contains("PT Pamit")
    );
    let shown = admin.get(&page).await.ok();
    assert!(shown.contains("Lembaga tutup atau bubar") && shown.contains("Sudah keluar"), "{shown}");
    assert!(keeper.post(&leave, &last).await.refused().contains("sudah keluar"));
    assert!(admin.post(&format!("{page}/janji/baru"), &fields).await.refused().contains("sudah keluar"));
    // A slip of that kind is put right within a day, promises and all.
    admin.post(&format!("{page}/kembali"), &[]).await.to();
    assert_eq!(world.units(campaign, date!(2026 - 11 - 09)).await, 9);
    assert!(admin.post(&format!("{page}/kembali"), &[]).await.refused().contains("aktif"));
    keeper.post(&leave, &last).await.to();
    // Never silently: the admin's home page and the list of endings say so.
    assert!(admin.get("/").await.ok().contains("orang tua asuh keluar: 1"));
    let endings = admin.get("/orang-tua-asuh/berakhir").await.ok();
    assert!(endings.contains("PT Pamit Rekaan") && endings.contains("Lembaga tutup"), "{endings}");
    assert_eq!(keeper.get("/orang-tua-asuh/berakhir").await.status, StatusCode::FORBIDDEN);
    // A civil servant leaves by the roster.
    let ani = world.people(world.school, &["Ani Rahmawati"]).await[0];
    assert_eq!(
        admin.post(&format!("/orang-tua-asuh/{ani}/keluar"), &last).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(admin.get(&format!("/orang-tua-asuh/{ani}/ubah")).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn the_tally_counts_different_sponsors_by_category(db: TestDatabase) {
    let world = World::start(db).await;
    let admin = world.test.with_role(Role::DistrictAdmin).await;
    let meals = world.campaign_with(&[("cakupan", "anyone"), ("dana", "csr")]).await;
    let water = [
        ("nama", "Air Bersih"),
        ("cakupan", "anyone"),
        ("bantuan", "water"),
        ("tujuan", "pairs"),
        ("dana", "csr"),
    ];
    let water = world.campaign_with(&water).await;
    let firm = giver(&admin, "private", "PT Dua Janji").await;
    for campaign in [meals, water] {
        let fields = pledge_fields(&campaign.to_string(), "3");
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        admin.post(&format!("{firm}/janji/baru"), &fields).await.to();
    }
    giver(&admin, "private", "PT Diam").await;
    world.people(world.school, &["Ani", "Budi", "Citra", "Dedi"]).await;
    let gerakan = meals.to_string();
    let all = crate::sponsors::promise(&gerakan, &[("semua", "ya")]);
    admin.post(&format!("/janji/unit/{}", world.school), &all).await.to();
    let day = date!(2026 - 11 - 02);
    let found = taking_part(world.test.app.store.reader(), KERINCI, day).await.unwrap();
    let told: Vec<(&str, &str, i64)> =
        found.iter().map(|part| (part.category.as_str(), part.help.as_str(), part.n)).collect();
    assert_eq!(
        told,
        [
            ("individual", "", 4),
            ("individual", "nutrition", 4),
            ("private", "", 1),
            ("private", "nutrition", 1),
            ("private", "water", 1)
        ]
    );
    // Four persons are too few to be told.
    let leader = world.test.with_role(Role::Leader).await;
    let page = leader.get("/orang-tua-asuh/rekap").await.ok();
    assert!(page.contains("&lt;5") && page.contains("paling sedikit satu janjinya berlaku"), "{page}");
    assert!(!page.contains("PT Dua Janji"), "no names");
    assert_eq!(
        world.test.with_role(Role::Cadre).await.get("/orang-tua-asuh/rekap").await.status,
        StatusCode::FORBIDDEN
    );
}
