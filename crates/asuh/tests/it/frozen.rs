//! Frozen lists: who stands on them, that they never change, what became different, and that files prove themselves.

use std::path::Path;

use asuh_ground::access::Role;
use asuh_ground::audit;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::families::{PutFamily, Source};
use asuh_step_registry::frozen::{self, FamiliesAtRisk};
use asuh_step_registry::rules::FamilyStatus;
use asuh_step_registry::verifications::{Base, OpenCampaign};
use asuh_step_registry::{Reach, RecordVerification, VisitResult};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Id, Instant, args};
use axum::http::StatusCode;
use sha2::{Digest, Sha256};
use time::Date;
use time::macros::date;

use crate::support::{Client, KERINCI, TestApp, VILLAGES};

const TODAY: Date = date!(2026 - 11 - 02);
const HOME: &str = "/data-tetap/keluarga";

fn everywhere() -> Reach {
    Reach::whole(TerritoryCode::from_i64(1_501_000_000).unwrap())
}

async fn done<C: asuh_store::Command>(test: &TestApp, command: C) -> C::Receipt {
    let actor = test.system();
    test.app.submit(&actor, test.app.store.new_id(), command).await.expect("the command").value
}

/// A family without fit water.
async fn family(test: &TestApp, village: i64, rw: &str, name: &str, source: Source) -> Id {
    let mut command = PutFamily {
        rw: rw.into(),
        rt: "1".into(),
        source,
        ..PutFamily::new(everywhere(), village, name, TODAY)
    };
    command.risks[1] = Some(true);
    done(test, command).await
}

async fn visit(test: &TestApp, family: Id, result: VisitResult, reason: &str) {
    let command = RecordVerification {
        family,
        reach: everywhere(),
        result,
        reason: reason.into(),
        note: String::new(),
        visited_on: TODAY,
        confirms: true,
        today: TODAY,
    };
    done(test, command).await;
    test.db.clock.advance(1);
}

/// Ahmad and Budi in the first village, Citra in the third: verified. Dedi is still to be visited, Eka is not at
/// risk.
struct District {
    test: TestApp,
    ahmad: Id,
    budi: Id,
    citra: Id,
    dedi: Id,
    eka: Id,
}

impl District {
    async fn start(db: TestDatabase) -> District {
        let test = TestApp::start(db).await;
        let ahmad = family(&test, VILLAGES[0], "1", "Ahmad Rekaan", Source::Field).await;
        let budi = family(&test, VILLAGES[0], "2", "Budi Rekaan", Source::Field).await;
        let citra = family(&test, VILLAGES[2], "1", "Citra; \"Rekaan\"", Source::Field).await;
        let dedi = family(&test, VILLAGES[2], "1", "Dedi Rekaan", Source::Field).await;
        let eka = family(&test, VILLAGES[2], "1", "Eka Rekaan", Source::Field).await;
        for verified in [ahmad, budi, citra] {
            visit(&test, verified, VisitResult::AsListed, "").await;
        }
        visit(&test, eka, VisitResult::NotAtRisk, "jamban sudah layak").await;
        District { test, ahmad, budi, citra, dedi, eka }
    }

    /// Freezes the next list; its address.
    async fn freeze(&self, number: &str) -> String {
        let admin = self.test.with_role(Role::DistrictAdmin).await;
        let form = [("nomor", number), ("alasan", "batas waktu SK")];
        let to = admin.post(&format!("{HOME}/baru"), &form).await.to();
        self.test.db.clock.advance(60);
        to.split('?').next().unwrap().to_owned()
    }

    async fn findings(&self) -> Vec<String> {
        frozen::check::<FamiliesAtRisk>(&self.test.app, KERINCI).await.unwrap()
    }
}

/// The rows of a CSV as a third party reads them: nothing of ours in it.
fn rows_of(csv: &[u8]) -> Vec<Vec<String>> {
    let text = String::from_utf8(csv.to_vec()).unwrap();
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The list's hash out of the file alone, by the words of its page.
fn hash_of(csv: &[u8]) -> String {
    let hex = |hash: Sha256| hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut villages: std::collections::BTreeMap<String, Sha256> = std::collections::BTreeMap::new();
    for row in rows_of(csv) {
        let line = format!("{}\n", row[..7].join("\t"));
        villages.entry(row[2].clone()).or_default().update(line);
    }
    let mut list = Sha256::new();
    for (code, hash) in villages {
        list.update(format!("{code}\t{}\n", hex(hash)));
    }
    hex(list)
}

#[db_test]
async fn a_list_is_looked_at_and_frozen_by_its_number(db: TestDatabase) {
    let district = District::start(db).await;
    let admin = district.test.with_role(Role::DistrictAdmin).await;
    let form = format!("{HOME}/baru");
    let page = admin.get(&form).await.ok();
    for words in ["daftar berisi 3 keluarga", "1 keluarga belum diverifikasi", "Ketik nomor daftar ini: 1"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let page = admin.post(&form, &[("nomor", "1")]).await.refused();
    assert!(page.contains("tulis alasan menetapkan sekarang"), "{page}");
    let page = admin.post(&form, &[("nomor", "7"), ("alasan", "batas waktu")]).await.refused();
    assert!(page.contains("Nomor yang benar adalah 1"), "{page}");
    let count = "SELECT (SELECT COUNT(*) FROM frozen_list) + (SELECT COUNT(*) FROM frozen_row) AS n";
    assert_eq!(district.test.number(count, args![]).await, 0, "nothing was left behind");

    let list = district.freeze("1").await;
    let page = admin.get(&list).await.ok();
    for words in ["Data Tetap 1", "Berlaku", "3 keluarga", "batas waktu SK", "Gunung Raya", "Danau Kerinci"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(admin.get("/data-tetap").await.ok().contains("belum dicatat"));

    // The decree comes later, and again where it was mistyped; the list itself stays.
    let decree = [
        ("sk", "400.13/11/2026"),
        ("sk_hari_tanggal", "2"),
        ("sk_hari_bulan", "11"),
        ("sk_hari_tahun", "2026"),
    ];
    admin.post(&format!("{list}/sk"), &decree).await.to();
    let mut mended = decree;
    mended[0].1 = "400.13/12/2026";
    admin.post(&format!("{list}/sk"), &mended).await.to();
    let page = admin.get(&list).await.ok();
    assert!(page.contains("400.13/12/2026") && page.contains("sebelumnya: 400.13/11/2026"), "{page}");
    let mut ahead = decree;
    ahead[3].1 = "2027";
    assert!(admin.post(&format!("{list}/sk"), &ahead).await.refused().contains("belum terjadi"));

    // The paper: numbers, place for a signature, the fingerprint; no name.
    audit::seal::seal_all(&district.test.app, KERINCI).await.unwrap();
    let paper = admin.get(&format!("{list}/cetak?desa=1")).await.ok();
    for words in
        ["letterhead", "Selam Paung", "Sidik SHA-256", "Disegel dalam jejak perubahan", "class=\"signatures"]
    {
        assert!(paper.contains(words), "{words}: {paper}");
    }
    assert!(!paper.contains("Ahmad"), "{paper}");
    // The number goes on, and a form sent twice freezes once.
    let id = crate::support::new_form_id();
    let two = [("nomor", "2"), ("alasan", "perbaikan")];
    let first = admin.post_as(&form, &id, &two).await.to();
    assert_eq!(first, admin.post_as(&form, &id, &two).await.to());
    assert_eq!(district.test.number("SELECT MAX(number) AS n FROM frozen_list", args![]).await, 2);
}

#[db_test]
async fn everybody_sees_his_own_part_of_a_list(db: TestDatabase) {
    let district = District::start(db).await;
    let list = district.freeze("1").await;
    let test = &district.test;
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let page = verifier.get(&list).await.ok();
    assert!(
        page.contains("hanya wilayah tugas Anda: 2 baris") && !page.contains("Sanggaran Agung"),
        "{page}"
    );
    let names = verifier.get(&format!("{list}/nama")).await.ok();
    assert!(names.contains("Ahmad") && names.contains("Budi") && !names.contains("Citra"), "{names}");
    let elsewhere = verifier.get(&format!("{list}/nama?desa={}", VILLAGES[2])).await.ok();
    assert!(!elsewhere.contains("Citra"), "{elsewhere}");
    let file = verifier.post(&format!("{list}/unduh"), &[("bentuk", "csv")]).await;
    assert_eq!(rows_of(&file.bytes).len(), 2);

    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    test.sql(
        "UPDATE grant_territory SET rw = '002' WHERE district_id = $1 AND grant_id IN \
         (SELECT id FROM user_grant WHERE district_id = $1 AND user_id = $2)",
        args![KERINCI, cadre.user],
    )
    .await;
    assert!(cadre.get(&list).await.ok().contains("hanya wilayah tugas Anda: 1 baris"));
    let names = cadre.get(&format!("{list}/nama")).await.ok();
    assert!(names.contains("Budi") && !names.contains("Ahmad"), "{names}");

    // Planners and the leader see numbers, never names.
    for role in [Role::DistrictPlanner, Role::Leader] {
        let reader = test.with_role(role).await;
        let page = reader.get(&list).await.ok();
        assert!(page.contains("3 keluarga") && !page.contains("/nama"), "{page}");
        assert_eq!(reader.get(&format!("{list}/nama")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(reader.post(&format!("{list}/unduh"), &[]).await.status, StatusCode::FORBIDDEN);
        assert_eq!(reader.get(&format!("{HOME}/baru")).await.status, StatusCode::FORBIDDEN);
    }
    // Whoever administers a part of the district freezes nothing.
    let part = test.user(Role::DistrictAdmin, &[1_501_010_000], &[]).await;
    assert_eq!(part.get(&format!("{HOME}/baru")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(part.post(&format!("{HOME}/baru"), &[("nomor", "2")]).await.status, StatusCode::FORBIDDEN);
    let nothing = format!("{HOME}/{}", test.app.store.new_id());
    assert_eq!(part.get(&nothing).await.status, StatusCode::NOT_FOUND);
}

#[db_test]
async fn the_next_list_says_what_came_went_and_changed_and_why(db: TestDatabase) {
    let district = District::start(db).await;
    let gita = family(&district.test, VILLAGES[1], "1", "Gita Rekaan", Source::Field).await;
    visit(&district.test, gita, VisitResult::AsListed, "").await;
    let first = district.freeze("1").await;
    let test = &district.test;
    visit(test, district.ahmad, VisitResult::Moved, "Kota Sungai Penuh").await;
    visit(test, district.dedi, VisitResult::AsListed, "").await;
    visit(test, district.eka, VisitResult::Changed, "").await;
    let fitri = family(test, VILLAGES[1], "1", "Fitri Rekaan", Source::Field).await;
    visit(test, fitri, VisitResult::NewlyFound, "").await;
    // Budi moved within the district, got fit water and lost the latrine.
    let version = "SELECT MAX(version) AS n FROM family_version WHERE district_id = $1 AND family_id = $2";
    let version = test.number(version, args![KERINCI, district.budi]).await;
    let mut moved = PutFamily {
        family: Some((district.budi, version)),
        rw: "1".into(),
        rt: "1".into(),
        ..PutFamily::new(everywhere(), VILLAGES[1], "Budi Rekaan", TODAY)
    };
    (moved.risks[1], moved.risks[2]) = (Some(false), Some(true));
    done(test, moved).await;
    test.db.clock.advance(1);
    // Citra turns out to be Eka, who stays.
    let merged = "UPDATE family SET canonical_id = $2 WHERE district_id = $1 AND id = $3";
    test.sql(merged, args![KERINCI, district.eka, district.citra]).await;
    let second = district.freeze("2").await;

    let admin = test.with_role(Role::DistrictAdmin).await;
    let page = admin.get(&format!("{second}/perubahan")).await.ok();
    for words in [
        "Baru diverifikasi</a>: 1",
        "Berisiko lagi</a>: 1",
        "Ditemukan di lapangan</a>: 1",
        "Pindah</a>: 1",
        "Pindah desa</a>: 1",
        "Digabung: ternyata sama dengan data lain</a>: 1",
        "Kota Sungai Penuh",
        "Hasil kunjungan: Pindah",
        "desa sebelumnya: Selam Paung",
        "bertambah: Jamban tidak layak",
        "tidak lagi: Air minum tidak layak",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Gita"), "who is as before is no difference: {page}");
    let only = admin.get(&format!("{second}/perubahan?jenis=went")).await.ok();
    assert!(only.contains("Ahmad") && !only.contains("Fitri"), "{only}");
    let reason = admin.get(&format!("{second}/perubahan?jenis=came&alasan=found")).await.ok();
    assert!(reason.contains("Fitri") && !reason.contains("Dedi"), "{reason}");
    // Both villages see the one who moved between them, nobody else does.
    for (village, seen) in [(VILLAGES[0], true), (VILLAGES[1], true), (VILLAGES[2], false)] {
        let verifier = test.user(Role::VillageVerifier, &[village], &[]).await;
        let page = verifier.get(&format!("{second}/perubahan")).await.ok();
        assert_eq!(page.contains("Budi Rekaan"), seen, "{village}: {page}");
        let leader = test.user(Role::Leader, &[village], &[]).await;
        let page = leader.get(&format!("{second}/perubahan")).await.ok();
        assert!(!page.contains("Rekaan") && page.contains("Pindah desa") == seen, "{page}");
    }
    let file = admin.post(&format!("{second}/perubahan/unduh"), &[("dari", "1")]).await;
    assert_eq!(file.status, StatusCode::OK);
    // The first list has nothing before it, and no list is compared with a later one.
    assert_eq!(admin.get(&format!("{first}/perubahan")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(admin.get(&format!("{first}/perubahan?dari=2")).await.status, StatusCode::NOT_FOUND);
    assert!(admin.get(&first).await.ok().contains("sudah diganti oleh"));

    // Ahmad's page says on which lists he stood; the families are listed as of the first.
    let page = admin.get(&format!("/sasaran/{}", district.ahmad)).await.ok();
    assert!(page.contains("menurut Data Tetap 1 (2 Nov 2026)"), "{page}");
    assert!(page.contains("Tidak ada dalam daftar yang berlaku, menurut Data Tetap 2"), "{page}");
    let id = first.rsplit('/').next().unwrap();
    let page = admin.get(&format!("/sasaran?menurut={id}")).await.ok();
    assert!(page.contains("Ahmad") && page.contains("Citra") && !page.contains("Dedi"), "{page}");
    let reader = test.app.store.reader();
    let current = frozen::current_list(reader, KERINCI, "families_at_risk").await.unwrap().unwrap();
    assert_eq!(current.number, 2);
    assert!(!frozen::in_list(reader, KERINCI, current.id, district.ahmad).await.unwrap());
    assert!(frozen::in_list(reader, KERINCI, current.id, district.dedi).await.unwrap());
}

#[db_test]
async fn a_file_proves_itself_and_an_altered_one_does_not(db: TestDatabase) {
    let district = District::start(db).await;
    let list = district.freeze("1").await;
    let test = &district.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let csv = admin.post(&format!("{list}/unduh"), &[("bentuk", "csv")]).await;
    assert_eq!(csv.status, StatusCode::OK);
    let printed = admin.get(&list).await.ok().replace(' ', "");
    assert!(printed.contains(&hash_of(&csv.bytes)), "{}", hash_of(&csv.bytes));
    let xlsx = admin.post(&format!("{list}/unduh"), &[("bentuk", "xlsx")]).await;
    let prove = async |client: &Client, name: &str, content: &[u8]| {
        client.upload(&format!("{list}/periksa"), &[], "berkas", name, content).await
    };
    for (name, content) in [("daftar.csv", &csv.bytes), ("daftar.xlsx", &xlsx.bytes)] {
        let page = prove(&admin, name, content).await.ok();
        assert!(page.contains("sama dengan Data Tetap 1: seluruh 3 baris"), "{name}: {page}");
    }
    // A village's own part proves itself; one name changed does not, nor does a row left out.
    let verifier = test.user(Role::VillageVerifier, &[VILLAGES[0]], &[]).await;
    let part = verifier.post(&format!("{list}/unduh"), &[("bentuk", "csv")]).await.bytes;
    assert!(prove(&verifier, "a.csv", &part).await.ok().contains("2 baris dari 1 desa"));
    let text = String::from_utf8(csv.bytes.clone()).unwrap();
    let page = prove(&admin, "a.csv", text.replace("Ahmad", "Achmad").as_bytes()).await.ok();
    assert!(page.contains("tidak sama") && page.contains("isinya berubah"), "{page}");
    let shorter: Vec<&str> = text.lines().filter(|line| !line.contains("Ahmad")).collect();
    let page = prove(&admin, "a.csv", shorter.join("\n").as_bytes()).await.ok();
    assert!(page.contains("daftar asli 2 baris"), "{page}");
    let page = prove(&admin, "a.csv", b"nama;umur\nAni;3\n").await.refused();
    assert!(page.contains("judul kolom aslinya"), "{page}");
    let found = |content: Vec<u8>| {
        let path = test.db.folder().join("terima.csv");
        std::fs::write(&path, content).unwrap();
        async move { frozen::check_file::<FamiliesAtRisk>(&test.app, KERINCI, Path::new(&path)).await.unwrap() }
    };
    let proof = found(csv.bytes.clone()).await.unwrap().unwrap();
    assert!((proof.number, proof.is_whole, proof.altered.is_empty()) == (1, true, true), "{proof:?}");
    let proof = found(text.replace("Ahmad", "Achmad").into_bytes()).await.unwrap().unwrap();
    assert_eq!((proof.is_whole, proof.altered), (false, vec![VILLAGES[0]]));

    // Every download is noted; whole numbers are for those who may open them.
    audit::flush(&test.app).await.unwrap();
    let exports =
        "SELECT COUNT(*) AS n FROM access_log WHERE action = 'export' AND detail LIKE 'frozen_list%'";
    assert_eq!(test.number(exports, args![]).await, 3);
    let checker = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(
        checker.post(&format!("{list}/unduh"), &[("angka", "ya")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(admin.post(&format!("{list}/unduh"), &[("angka", "ya")]).await.status, StatusCode::OK);
}

#[db_test]
async fn whoever_alters_a_list_is_found(db: TestDatabase) {
    let district = District::start(db).await;
    district.freeze("1").await;
    let test = &district.test;
    assert_eq!(district.findings().await, Vec::<String>::new());
    for (tampering, mending) in [
        ("UPDATE frozen_row SET factors = factors + 1", "UPDATE frozen_row SET factors = factors - 1"),
        ("UPDATE frozen_row SET nth = nth + 10", "UPDATE frozen_row SET nth = nth - 10"),
        ("UPDATE frozen_list SET row_count = 4", "UPDATE frozen_list SET row_count = 3"),
        (
            "UPDATE frozen_village SET row_count = 9 WHERE row_count = 2",
            "UPDATE frozen_village SET row_count = 2 WHERE row_count = 9",
        ),
        (
            "UPDATE family_version SET head_name = 'Achmad Rekaan' WHERE head_name = 'Ahmad Rekaan'",
            "UPDATE family_version SET head_name = 'Ahmad Rekaan' WHERE head_name = 'Achmad Rekaan'",
        ),
    ] {
        test.sql(tampering, args![]).await;
        assert_ne!(district.findings().await, Vec::<String>::new(), "{tampering}");
        test.sql(mending, args![]).await;
        assert_eq!(district.findings().await, Vec::<String>::new(), "{mending}");
    }
    // Who alters the list's own hash too is found by the trail.
    test.sql("UPDATE frozen_list SET content_sha256 = rows_sha256", args![]).await;
    assert!(district.findings().await.iter().any(|finding| finding.contains("audit trail")));
    test.sql("UPDATE frozen_list SET rows_sha256 = content_sha256", args![]).await;
    assert!(district.findings().await.iter().any(|finding| finding.contains("audit trail")));
}

#[db_test]
async fn a_name_that_the_law_removed_leaves_a_list_that_still_proves_itself(db: TestDatabase) {
    let district = District::start(db).await;
    let list = district.freeze("1").await;
    let test = &district.test;
    test.sql(
        "DELETE FROM family_version WHERE family_id = $1 AND superseded_at < $2",
        args![district.ahmad, Instant::NEVER],
    )
    .await;
    test.sql("DELETE FROM family_version WHERE family_id = $1", args![district.ahmad]).await;
    assert_eq!(district.findings().await, Vec::<String>::new());
    let page = test.with_role(Role::DistrictAdmin).await.get(&format!("{list}/nama")).await.ok();
    assert!(page.contains("nama sudah dihapus") && page.contains("Budi"), "{page}");
}

/// No statement of the program changes or removes a row of a frozen list.
#[test]
fn nothing_changes_a_frozen_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join("crates/ground/src"), root.join("steps"), root.join("crates/asuh/src")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            read += usize::from(text.contains("frozen_row"));
            for keyword in ["UPDATE frozen_", "DELETE FROM frozen_", "DO UPDATE SET frozen_"] {
                assert!(!text.contains(keyword), "{}: {keyword}", path.display());
            }
        }
    }
    assert!(read > 2, "the sources were not found");
}

#[db_test]
async fn a_list_says_what_of_its_campaign_was_open(db: TestDatabase) {
    let district = District::start(db).await;
    let test = &district.test;
    let open = OpenCampaign {
        name: "Verifikasi KRS 2026".into(),
        base: Base { statuses: vec![FamilyStatus::Listed], batch: None, flagged_only: false },
        opens_on: TODAY,
        deadline: TODAY,
        sample: 3,
    };
    let campaign = done(test, open).await;
    let cadre = RecordVerification {
        family: district.dedi,
        reach: everywhere(),
        result: VisitResult::Moved,
        reason: "ke Jambi".into(),
        note: String::new(),
        visited_on: TODAY,
        confirms: false,
        today: TODAY,
    };
    done(test, cadre).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let form = admin.get(&format!("{HOME}/baru")).await.ok();
    for words in [
        "Verifikasi KRS 2026",
        "1 desa belum ditutup",
        "1 kecamatan belum memeriksa",
        "1 kunjungan kader belum ditetapkan",
        "1 keluarga dalam putaran belum dikunjungi",
        "Tutup putaran verifikasi ini sekaligus",
    ] {
        assert!(form.contains(words), "{words}: {form}");
    }
    let closing = [("nomor", "1"), ("tutup_putaran", "ya")];
    admin.post(&format!("{HOME}/baru"), &closing).await.refused();
    let reason = [&closing[..], &[("alasan", "batas waktu SK")]].concat();
    let to = admin.post(&format!("{HOME}/baru"), &reason).await.to();
    let list = to.split('?').next().unwrap();
    for page in [list.to_owned(), format!("{list}/cetak")] {
        let page = admin.get(&page).await.ok();
        for words in ["Verifikasi KRS 2026", "1 desa belum ditutup", "batas waktu SK"] {
            assert!(page.contains(words), "{words}: {page}");
        }
    }
    let page = admin.get(&format!("/verifikasi/putaran/{campaign}")).await.ok();
    assert!(page.contains("batas waktu SK") && page.contains("Buka kembali putaran ini"), "{page}");
    assert_eq!(district.findings().await, Vec::<String>::new());
}
