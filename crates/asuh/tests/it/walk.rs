//! The programme from end to end: a family comes in on BKKBN's list, a civil servant promises and gives, and the
//! egg reaches the family's house. Read it from the top to learn how asuh is used.

use std::collections::BTreeMap;

use asuh_ground::access::Role;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Holding};
use asuh_ground::{audit, settings, staging};
use asuh_step_reports as reports;
use asuh_step_reports::Figure;
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Query, args};
use time::macros::date;

use crate::matrix::filled;
use crate::support::{Answer, Client, KERINCI, TestApp, VILLAGES};
use crate::tables;

/// A list as a district gets it. The numbers are of a kecamatan that cannot exist.
const LIST: &str = "\
Kecamatan,Desa/Kelurahan,RW,RT,Kode Keluarga Indonesia,No KK,NIK Kepala Keluarga,Nama Kepala Keluarga,NIK Istri,Nama Istri,PUS Hamil,Kategori KRS,No HP
Gunung Raya,Selam Paung,1,02,KKI-00001,1501001203200007,1501000101850001,Budi Rekaan,1501004203900002,Siti Rekaan,V,Ya,081200001234
";
/// What nobody may see without asking for it: KK, NIK, telephone, NIP.
const NUMBERS: &[&str] = &[
    "1501001203200007",
    "1501000101850001",
    "1501004203900002",
    "081200001234",
    "198501012010012001",
    "198501012010012002",
    "81290010077",
    "81290010088",
    "1501000101200077",
];
const DAY: [(&str, &str); 3] = [("mulai_tanggal", "2"), ("mulai_bulan", "11"), ("mulai_tahun", "2026")];

/// What the walk leaves behind.
pub(crate) struct Walked {
    pub(crate) test: TestApp,
    pub(crate) family: Id,
    campaign: Id,
    pub(crate) units: Vec<Id>,
    pub(crate) papers: Papers,
}

/// The addresses of its papers.
pub(crate) struct Papers {
    pub(crate) record: String,
    pub(crate) sheet: String,
    pub(crate) hand_over: String,
    pub(crate) deposit: String,
    pub(crate) run: String,
}

/// The number of the thing that a page's address ends with.
fn id_of(path: &str) -> Id {
    path.rsplit('/').next().unwrap().parse().unwrap()
}

async fn only(test: &TestApp, sql: &str) -> Id {
    let rows: Vec<(Id,)> = test.app.store.reader().all(sql, args![KERINCI]).await.unwrap();
    assert_eq!(rows.len(), 1, "{sql}");
    rows[0].0
}

pub(crate) async fn walk(db: TestDatabase) -> Walked {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;

    // 1. BKKBN's list comes in, by upload or by `asuh import krs`.
    let file = test.db.folder().join("krs.csv");
    std::fs::write(&file, LIST).unwrap();
    let summary = staging::run(&test.app, &test.system(), "krs", &file, false, &mut |_| {}).await.unwrap();
    assert_eq!((summary.new, summary.errors), (1, 0), "{summary:?}");
    let family = only(&test, "SELECT id FROM family WHERE district_id = $1").await;

    // 2. The admin opens a campaign; the village's verifier visits the family: it is as listed.
    let mut open = vec![
        ("nama", "Verifikasi KRS 2026"),
        ("tenggat", "2026-11-30"),
        ("status", "listed"),
        ("sampel", "0"),
        ("langkah", "buka"),
    ];
    open.extend(DAY);
    admin.post("/verifikasi/putaran/baru", &open).await.to();
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    assert!(verifier.get("/").await.ok().contains("Verifikasi Selam Paung: 0 dari 1"));
    let visit = [("hasil", "as_listed"), ("cepat", "1")];
    verifier.post(&format!("/verifikasi/keluarga/{family}"), &visit).await.to();
    // The village closes by its record, and the admin the campaign.
    let close = format!("/verifikasi/{}/tutup", VILLAGES[0]);
    let signed = [("nama_1", "Rekaan Kades"), ("jabatan_1", "Kepala Desa"), ("tanggal", "2026-11-02")];
    let record = verifier.post(&close, &signed).await.to();
    let round = admin.get("/verifikasi/putaran").await.ok();
    let round =
        round.split("href=\"/verifikasi/putaran/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    admin.post(&format!("/verifikasi/putaran/{round}/tutup"), &[]).await.to();

    // Everybody was visited: the list is frozen, and everything after it can name it.
    let list = admin.post("/data-tetap/keluarga/baru", &[("nomor", "1")]).await.to();
    assert!(verifier.get(&list).await.ok().contains("Data Tetap 1"));

    // 3. The admin sets up who gives where: an office with two people, a warehouse, whoever holds the money.
    let office = test.institution("opd", "Dinas Pendidikan", None).await;
    let warehouse = test.institution("warehouse", "Gudang DPPKB", None).await;
    let holder = test.institution("fund_holder", "Korpri", None).await;
    let (office_id, warehouse_id, holder_id) =
        (office.to_string(), warehouse.to_string(), holder.to_string());
    for (name, nip) in [("Ani Pemberi", "198501012010012001"), ("Dewi Pemberi", "198501012010012002")] {
        let person = [("nama", name), ("nip", nip), ("unit", office_id.as_str())];
        admin.post("/pegawai/baru", &person).await.to();
    }

    // 4. SECANTING begins: a can of rice, an egg and Rp2.000 every Monday.
    let mut secanting = vec![
        ("nama", "SECANTING"),
        ("slogan", "Senin Cegah Stunting"),
        ("irama", "weekly"),
        ("hari", "1"),
        ("jumlah_rice_can", "1"),
        ("jumlah_egg", "1"),
        ("jumlah_cash", "2.000"),
        ("cakupan", "asn"),
        ("bantuan", "nutrition"),
        ("tujuan", "families"),
        ("pemegang_dana", &holder_id),
        ("gudang", &warehouse_id),
        ("dana", "asn"),
        ("batas_setor", "3"),
        ("sifat", "sukarela"),
    ];
    secanting.extend(DAY);
    let campaign = id_of(&admin.post("/gerakan", &secanting).await.to());

    // Others than civil servants give too: a person with her own family card, a firm with whom to speak to.
    let person = [
        ("kategori", "individual"),
        ("nama", "Sari Pemberi"),
        ("telepon", "081290010077"),
        ("kk", "1501000101200077"),
    ];
    admin.post("/orang-tua-asuh/baru", &person).await.to();
    let firm = admin.post("/orang-tua-asuh/baru", &[("kategori", "soe"), ("nama", "PT Pemberi")]).await.to();
    let contact = [("kontak", "Rina Pemberi"), ("kontak_telepon", "081290010088")];
    admin.post(&format!("{firm}/kontak"), &contact).await.to();
    let campaign_id = campaign.to_string();

    // 5. The unit's coordinator writes down what her people promised.
    let coordinator = test.user(Role::UnitCoordinator, &[], &[office]).await;
    let mut promise =
        vec![("gerakan", campaign_id.as_str()), ("paket", "1"), ("sebutan", "office"), ("semua", "ya")];
    promise.extend(DAY);
    let done = coordinator.post(&format!("/janji/unit/{office}"), &promise).await.to();
    assert!(coordinator.get(&done).await.ok().contains("2 janji baru"));

    // 6. Monday: both bring everything; it is counted, and the roll is closed.
    let monday = format!("{campaign}_2026-11-02");
    let roll = coordinator.post("/setoran/buka", &[("hari", &monday), ("unit", &office_id)]).await.to();
    coordinator.post(&roll, &[("aksi", "semua")]).await.to();
    let counted = [
        ("dicatat.rice_can", "2"),
        ("hitung.rice_can", "2"),
        ("rusak.rice_can", "0"),
        ("timbang.rice_can", "0,5"),
        ("dicatat.egg", "2"),
        ("hitung.egg", "2"),
        ("rusak.egg", "0"),
        ("dicatat.cash", "4000"),
        ("hitung.cash", "4000"),
        ("kedua", "kertas"),
        ("saksi", "Dewi"),
        ("kertas", "map setoran"),
    ];
    let sheet = coordinator.post(&format!("{roll}/tutup"), &counted).await.to();

    // 7. The goods go to the warehouse, the money to the fund holder; each is confirmed by who receives it.
    let goods =
        [("tujuan", warehouse_id.as_str()), ("cara", "paper"), ("pemberi", "Rina"), ("aksi", "kirim")];
    let hand_over = coordinator.post(&format!("{roll}/serah"), &goods).await.to();
    let keeper = test.user(Role::WarehouseKeeper, &[1_501_000_000], &[warehouse]).await;
    assert!(keeper.get("/").await.ok().contains("1 serah terima menunggu"));
    let arrived = [
        ("terima.rice_can", "2"),
        ("terima.egg", "2"),
        ("cara", "paper"),
        ("penerima", "Joko"),
        ("aksi", "terima"),
    ];
    keeper.post(&format!("{hand_over}/terima"), &arrived).await.to();
    let shown = coordinator.get(&sheet).await.ok();
    let deposit = shown.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
    let slip = [("bukti", "SS-17"), ("hari", "2-11-2026")];
    coordinator.post(&format!("/setor-uang/{deposit}/bukti"), &slip).await.to();
    let treasurer = test.user(Role::Treasurer, &[], &[holder]).await;
    treasurer.post(&format!("/setor-uang/{deposit}/konfirmasi"), &[("aksi", "konfirmasi")]).await.to();

    // 8. The week is shared out: planned, looked at, approved.
    let village = VILLAGES[0].to_string();
    let plan = [
        ("gerakan", campaign_id.as_str()),
        ("minggu", "2026-11-02"),
        ("jumlah_egg", "2"),
        ("jumlah_rice_can", "2"),
        ("desa", &village),
    ];
    let run = admin.post("/penyaluran/baru", &plan).await.to();
    admin.post(&format!("{run}/setujui"), &[]).await.to();

    // 9. The warehouse packs without names, the verifier brings it to the house.
    let pack = format!("{run}/desa/{village}/kemas");
    assert!(!keeper.get(&pack).await.ok().contains("Rekaan"));
    keeper.post(&pack, &[]).await.to();
    let package = only(&test, "SELECT id FROM package WHERE district_id = $1").await.to_string();
    verifier.post(&format!("{run}/desa/{village}/antar"), &[("satu", &package)]).await.to();
    admin.post(&format!("{run}/tutup"), &[]).await.to();

    // 10. The figures follow, and what was done is sealed.
    reports::refresh(&test.app, KERINCI).await.unwrap();
    audit::seal::seal_all(&test.app, KERINCI).await.unwrap();
    let units = vec![office, warehouse, holder];
    let deposit = format!("/setor-uang/{deposit}");
    let papers = Papers { record, sheet, hand_over, deposit, run };
    Walked { test, family, campaign, units, papers }
}

impl Walked {
    async fn holds(&self, kind: AccountKind, place: Id, commodity: Commodity) -> i64 {
        let holding = Holding::new(kind, place, Fund::ASN, commodity);
        books::balance(self.test.app.store.reader(), KERINCI, &holding).await.unwrap()
    }

    /// What every part's check finds.
    async fn findings(&self) -> Vec<String> {
        let mut findings = Vec::new();
        for part in asuh::gates::parts() {
            if let Some(check) = part.check {
                findings.extend(check(&self.test.app, KERINCI).await.unwrap());
            }
        }
        findings
    }

    /// Every page that a user finds, from his home and from the addresses he may type.
    async fn pages_of(&self, user: &Client) -> BTreeMap<String, Answer> {
        let routes = asuh::gates::http::routes();
        let typed = routes.rows().iter().filter(|route| route.method == asuh_ground::web::Method::Get);
        let mut starts: Vec<String> = typed.map(|route| filled(&self.test, route.path)).collect();
        starts.push(format!("/sasaran/{}", self.family));
        starts.push("/".into());
        user.crawl(starts).await
    }
}

#[db_test]
async fn one_family_goes_through_all_steps_and_the_books_balance(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let [office, warehouse, holder] = walked.units[..] else { panic!("three places") };

    // The eggs are in the house, and nowhere else.
    assert_eq!(walked.holds(AccountKind::Household, walked.family, Commodity::EGG).await, 2);
    assert_eq!(walked.holds(AccountKind::Household, walked.family, Commodity::RICE_CAN).await, 2);
    assert_eq!(walked.holds(AccountKind::Giver, office, Commodity::EGG).await, -2);
    assert_eq!(walked.holds(AccountKind::OfficePost, office, Commodity::EGG).await, 0);
    assert_eq!(walked.holds(AccountKind::Warehouse, warehouse, Commodity::EGG).await, 0);
    assert_eq!(walked.holds(AccountKind::FundHolder, holder, Commodity::CASH).await, 4_000);
    assert_eq!(walked.findings().await, Vec::<String>::new());

    // The stored figures are those of the rows.
    let db = test.app.store.reader();
    asuh_store::row_struct! { struct Row { territory_code: i64, measure: String, commodity: String, value: i64 } }
    let rows: Vec<Row> = db
        .all(
            "SELECT territory_code, measure, commodity, value FROM summary_cell \
             WHERE district_id = $1 AND campaign_id = $2 AND week_of = 20261102",
            args![KERINCI, walked.campaign],
        )
        .await
        .unwrap();
    let mut stored: Vec<Figure> = rows
        .into_iter()
        .map(|row| Figure {
            territory: row.territory_code,
            measure: row.measure,
            commodity: row.commodity,
            value: row.value,
        })
        .collect();
    stored.sort();
    let district = settings::one(db, KERINCI).await.unwrap().unwrap();
    let computed = reports::compute(db, &district, walked.campaign, date!(2026 - 11 - 02)).await.unwrap();
    assert_eq!(stored, computed);
    let of = |measure: &str, commodity: &str| -> i64 {
        let found = stored.iter().filter(|cell| cell.measure == measure && cell.commodity == commodity);
        found.map(|cell| cell.value).sum()
    };
    assert_eq!((of("brought", "egg"), of("received", "egg"), of("delivered", "egg")), (2, 2, 2));

    // Nothing is left to do, and nobody has to wait.
    let waiting = "SELECT COUNT(*) AS n FROM job WHERE state <> 'done'";
    assert_eq!(test.number(waiting, args![]).await, 0);
    let leader = test.with_role(Role::Leader).await;
    assert!(leader.get("/dasbor").await.ok().contains("SECANTING"));
    test.anonymous().get("/publik").await.ok();
}

#[db_test]
async fn opening_pages_changes_nothing_and_leads_nowhere_wrong(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.user(Role::DistrictAdmin, &[1_501_000_000], &walked.units).await;
    let engine = test.db.engine();
    let before = tables::content(test.app.store.reader(), engine).await;
    let pages = walked.pages_of(&admin).await;
    audit::flush(&test.app).await.unwrap();
    let after = tables::content(test.app.store.reader(), engine).await;
    // A session's last page, and who looked at what, are written down.
    let except = ["session", "access_log"];
    assert_eq!(tables::changed(&before, &after, &except), Vec::<String>::new());
    assert!(pages.len() > 80, "{}", pages.len());
    let broken: Vec<&String> =
        pages.iter().filter(|(_, answer)| answer.status.is_server_error()).map(|(path, _)| path).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

#[db_test]
async fn no_number_of_a_person_is_seen_without_asking(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    for role in Role::ALL {
        let user = test.user(*role, &[1_501_000_000], &walked.units).await;
        for (path, answer) in walked.pages_of(&user).await {
            for number in NUMBERS {
                assert!(!path.contains(number), "{role:?}: the address {path}");
                assert!(!answer.body.contains(number), "{role:?}: {number} on {path}");
                assert!(!answer.location.contains(number), "{role:?}: {path} leads to {}", answer.location);
            }
        }
    }
    audit::flush(&test.app).await.unwrap();
    // Nor in what is written down beside the sealed fields.
    for (table, columns) in tables::schema() {
        for (column, kind) in columns {
            if kind != "text" {
                continue;
            }
            for number in NUMBERS {
                let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {table}.{column} LIKE $1");
                let found = test.number(&sql, args![format!("%{number}%")]).await;
                assert_eq!(found, 0, "{number} lies open in {table}.{column}");
            }
        }
    }

    // Who may ask sees it, and the asking is written down.
    let keeper = test.with_role(Role::ListKeeper).await;
    let path = format!("/sasaran/{}/tampilkan", walked.family);
    assert!(keeper.post(&path, &[]).await.ok().contains("1501000101850001"));
    audit::flush(&test.app).await.unwrap();
    let opened = "SELECT COUNT(*) AS n FROM access_log WHERE subject_id = $1 AND user_id = $2";
    assert!(test.number(opened, args![walked.family, keeper.user]).await > 0);
}

#[db_test]
async fn the_check_finds_what_points_to_nothing(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    assert_eq!(walked.findings().await, Vec::<String>::new());
    let nothing = test.app.store.new_id();
    for (table, column) in [
        ("roll", "unit_id"),
        ("contribution", "pledge_id"),
        ("package", "family_id"),
        ("person_version", "family_id"),
        ("hand_over", "transfer_id"),
        ("sponsor_version", "unit_id"),
        ("verification", "verified_by"),
    ] {
        // The first row of the table, by that column's own value.
        let held = only_of(test, table, column).await;
        let set = format!("UPDATE {table} SET {column} = $2 WHERE district_id = $1 AND {column} = $3");
        test.sql(&set, args![KERINCI, nothing, held]).await;
        let findings = walked.findings().await;
        let wanted = format!("{table}.{column}: ");
        assert!(findings.iter().any(|finding| finding.starts_with(&wanted)), "{wanted} {findings:?}");
        test.sql(&set, args![KERINCI, held, nothing]).await;
        assert_eq!(walked.findings().await, Vec::<String>::new(), "{table}, and back");
    }
    test.sql("UPDATE family_version SET village_code = 1501999999", args![]).await;
    let findings = walked.findings().await;
    assert!(
        findings.iter().any(|finding| finding.starts_with("family_version.village_code: ")),
        "{findings:?}"
    );
}

async fn only_of(test: &TestApp, table: &str, column: &str) -> Id {
    let sql = format!(
        "SELECT {column} FROM {table} WHERE district_id = $1 AND {column} IS NOT NULL ORDER BY {column} LIMIT 1"
    );
    let row: Option<(Id,)> = test.app.store.reader().first(&sql, args![KERINCI]).await.unwrap();
    row.unwrap_or_else(|| panic!("{table}.{column} is empty")).0
}

#[db_test]
async fn whoever_asks_gets_all_that_is_kept_in_words(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    // The family: registry, visits, packages with who received them, who looked at the file.
    let family = walked.family.to_string();
    let asked =
        [("keluarga", family.as_str()), ("jenis", "access"), ("nama", "Siti"), ("isi", "Minta salinan")];
    let request = admin.post("/permintaan-data/baru", &asked).await.to();
    let request = request.split('?').next().unwrap();
    let copy = admin.post(&format!("{request}/salinan"), &[]).await.ok();
    for wanted in [
        "Data keluarga",
        "Budi Rekaan",
        "1501001203200007",
        "81200001234",
        "Daftar KRS",
        "Anggota keluarga",
        "1501004203900002",
        "Kehamilan dan menyusui",
        "Riwayat verifikasi",
        "Sesuai",
        "SECANTING",
        "2 butir",
        "Diterima",
        "Siapa yang membuka data ini",
    ] {
        assert!(copy.contains(wanted), "{wanted}: {copy}");
    }
    assert!(!copy.contains("Ani Pemberi"), "nothing of somebody else");
    // A giver: the roster, promises, what was brought.
    let giver = only_of(test, "contribution", "sponsor_id").await;
    let copy = admin.post(&format!("/pegawai/{giver}/salinan"), &[]).await;
    assert!(copy.headers["content-disposition"].to_str().unwrap().contains("attachment"));
    let copy = copy.ok();
    for wanted in ["19850101201001200", "Dinas Pendidikan", "SECANTING", "1 butir", "Rp2.000", "Lengkap"] {
        assert!(copy.contains(wanted), "{wanted}: {copy}");
    }
    assert!(!copy.contains("Rekaan"), "nothing of a family");
    // Each copy is noted; nobody else may make one.
    let noted =
        "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export' AND detail = 'copy for the family'";
    assert_eq!(test.number(noted, args![]).await, 2);
    let keeper = test.with_role(Role::ListKeeper).await;
    let answer = keeper.post(&format!("/pegawai/{giver}/salinan"), &[]).await;
    assert_eq!(answer.status, axum::http::StatusCode::FORBIDDEN);
}

#[db_test]
async fn the_home_page_of_every_role_leads_somewhere(db: TestDatabase) {
    let test = TestApp::start(db).await;
    for role in Role::ALL {
        let user = test.user(*role, &[1_501_000_000], &[]).await;
        let home = user.get("/").await.ok();
        let main = home.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
        let links: Vec<&str> =
            main.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(!links.is_empty(), "{role:?}: {main}");
        for link in links {
            user.get(link).await.ok();
        }
        assert_eq!(main.contains("Buka dasbor kabupaten"), *role == Role::Leader, "{role:?}: {main}");
    }
}
