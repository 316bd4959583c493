//! Papers with a number, and the monthly GENTING report; on both engines.

use asuh_ground::access::Role;
use asuh_ground::papers::WITHOUT_PDF;
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::support::{Client, KERINCI, TestApp, VILLAGES, new_form_id};
use crate::walk::walk;

/// Whether the program under test makes PDFs; where it was built without, what needs one is skipped.
pub fn makes_pdfs() -> bool {
    let child = std::process::Command::new(env!("CARGO_BIN_EXE_asuh"))
        .arg("__pdf")
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let makes = child.status.code() != Some(WITHOUT_PDF);
    assert!(makes || std::env::var_os("CI").is_none(), "CI tests PDFs");
    if !makes {
        eprintln!("skipped: this program was built without the feature 'pdf'");
    }
    makes
}

async fn count(test: &TestApp, sql: &str) -> i64 {
    test.number(sql, args![KERINCI]).await
}

/// The printed hash of the paper on a page.
fn hash_of(page: &str) -> String {
    page.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned()
}

async fn issued(admin: &Client) -> String {
    admin.post("/genting/terbit", &[("bulan", "2026-11")]).await.to()
}

/// The cells of the row of a page whose first one holds these words.
fn row_of(page: &str, name: &str) -> Vec<String> {
    let row =
        page.split("<tr>").find(|row| row.contains(&format!(">{name}<"))).unwrap_or_else(|| panic!("{name}"));
    let row = row.split("</tr>").next().unwrap();
    let cells = row.split("</td>").filter_map(|cell| cell.rsplit('>').next());
    cells.map(str::to_owned).filter(|cell| !cell.is_empty()).collect()
}

/// A latrine that was handed over in November for the need that was met, a house that was not, one of October; and a session
/// to which this family and another came, and one that was cancelled.
async fn built_and_told(test: &TestApp, family: asuh_store::Id) {
    let (work, session) = (test.app.store.new_id(), test.app.store.new_id());
    for (id, kind, state, handed, need) in [
        (work, "latrine", "handed_over", Some(20_261_110_i64), true),
        (test.app.store.new_id(), "house", "in_work", None, false),
        (test.app.store.new_id(), "house", "handed_over", Some(20_261_031), false),
    ] {
        let need = if need {
            "(SELECT id FROM family_need WHERE district_id = $1 AND kind = 'latrine')"
        } else {
            "NULL"
        };
        test.sql(
            &format!(
                "INSERT INTO help_work (district_id, id, number, kind, family_id, village_code, rw, need_id, words_sealed, \
                 worker_sealed, source, held_by, fund, estimated, actual, planned_from, planned_to, state, started_on, \
                 handed_on, relation, proof, ordered_at, ordered_by, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, \
                 $6, '001', {need}, $7, $7, 'giver', 'PT', '', 2000000, 2500000, 20261001, 20261130, $8, 20261005, $9, \
                 'head', 'signature', 0, $2, 0, $2)"
            ),
            args![KERINCI, id, id.to_string(), kind, family, VILLAGES[0], vec![1_u8], state, handed],
        )
        .await;
    }
    let other = "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, 0)";
    test.sql(other, args![KERINCI, work]).await;
    for (id, state) in [(session, "held"), (test.app.store.new_id(), "cancelled")] {
        test.sql(
            "INSERT INTO education_session (district_id, id, number, topic, topic_search, plan, village_code, place, \
             held_on, starts_at, speaker, source, held_by, estimated, actual, state, reason, planned_at, planned_by, \
             changed_at, changed_by) VALUES ($1, $2, $3, 'MP-ASI', 'mp asi', '', $4, 'Balai', 20261112, '09.00', 'Bidan', \
             'giver', 'PT', 300000, 300000, $5, '', 0, $2, 0, $2)",
            args![KERINCI, id, id.to_string(), VILLAGES[0], state],
        )
        .await;
        for came in [family, work] {
            test.sql(
                "INSERT INTO session_family (district_id, session_id, family_id, came, noted_at, noted_by) \
                 VALUES ($1, $2, $3, 1, 0, $2)",
                args![KERINCI, id, came],
            )
            .await;
        }
    }
}

#[db_test]
async fn the_monthly_report_counts_rows_and_says_how(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let leader = test.with_role(Role::Leader).await;
    let page = leader.get("/genting?bulan=2026-11").await.ok();
    // Two civil servants gave, one family received one package; Rp4.000 came in cash, the goods have no price yet.
    for words in [
        "<span class=\"big\">2</span>orang tua asuh memberi",
        "<span class=\"big\">1</span>Keluarga terjangkau",
        "<span class=\"big\">Rp4.000</span>Terkonfirmasi",
        "Kuota tahun ini belum diisi",
        "Belum ada harga untuk: ",
        "Orang tua asuh: pemberi yang berbeda",
        "SECANTING",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    // With prices and a quota: two cans at Rp3.000, two eggs at Rp2.000, what two people promised and brought.
    let prices = r#"[{"commodity":"rice_can","from":"2026-01-01","rupiah":"3000"},{"commodity":"egg","from":"2026-01-01","rupiah":"2000"}]"#;
    for (name, value) in [("prices", prices), ("genting.quota", r#"[{"families":"4","year":"2026"}]"#)] {
        test.sql(
            "INSERT INTO setting (district_id, name, value, changed_at, changed_by) VALUES ($1, $2, $3, 0, $4)",
            args![KERINCI, name, value, asuh_store::Id::SYSTEM],
        )
        .await;
    }
    let page = leader.get("/genting?bulan=2026-11").await.ok();
    for words in ["Rp14.000</span>Terkonfirmasi", "25 %", "1 dari 4 keluarga", "Rp10.000"] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(!page.contains("Belum ada harga untuk"), "{page}");
    // Another month is empty, and the present one has no next.
    let page = leader.get("/genting?bulan=2026-10").await.ok();
    assert!(
        page.contains("<span class=\"big\">0</span>orang tua asuh") && page.contains("bulan=2026-11"),
        "{page}"
    );
    // A need that was met counts with its kind, once for its family.
    test.sql(
        "INSERT INTO family_need (district_id, id, family_id, kind, detail, noted_on, noted_at, noted_by, state, by_whom, \
         changed_on, changed_at, changed_by) VALUES ($1, $2, $3, 'latrine', '', 20261001, 0, $4, 'met', '', 20261105, 0, $4)",
        args![KERINCI, test.app.store.new_id(), walked.family, asuh_store::Id::SYSTEM],
    )
    .await;
    let rows = leader.download_link("/genting/xlsx?bulan=2026-11").await;
    assert!(rows.contains(&vec!["Perorangan".to_owned(), "2".to_owned()]), "{rows:?}");
    // Its cells by kind, as the page shows them: families, times, rupiah.
    let page = leader.get("/genting?bulan=2026-11").await.ok();
    let cells = |name: &str| row_of(&page, name);
    assert_eq!(cells("Nutrisi"), ["Nutrisi", "1", "1", "Rp10.000"]);
    assert_eq!(cells("Jamban sehat dan rumah layak huni")[1..], ["1", "1", "Rp0"]);
    assert_eq!(cells("Akses air bersih")[1..], ["0", "0", "Rp0"]);
    assert_eq!(cells("SECANTING")[1..4], ["2", "1", "1"]);
    assert!(page.contains("Keluarga berbeda"), "{page}");
    built_and_told(test, walked.family).await;
    let page = leader.get("/genting?bulan=2026-11").await.ok();
    let cells = |name: &str| row_of(&page, name);
    // The latrine of the met need is the work that was handed over: once. Two families sat in one session, which cost once.
    assert_eq!(cells("Jamban sehat dan rumah layak huni")[1..], ["1", "1", "Rp2.500.000"]);
    assert_eq!(cells("Edukasi dan pendampingan")[1..], ["2", "2", "Rp300.000"]);
    assert_eq!(cells("Jamban, diserahterimakan")[1..], ["1", "1", "Rp2.500.000"]);
    assert_eq!(cells("Sesi edukasi, terlaksana")[1..], ["1", "2", "Rp300.000"]);
    assert!(!page.contains("Rumah, diserahterimakan"), "what there is none of has no row: {page}");
    assert!(page.contains("<span class=\"big\">2</span>Keluarga terjangkau"), "{page}");
    assert!(page.contains("pekerjaan yang diserahterimakan kepada keluarga dalam bulan ini"), "{page}");
    assert!(!leader.get("/genting?bulan=2026-12").await.body.contains("Sesi edukasi, terlaksana"));
    // Who gives or visits sees none of it, and a leader issues nothing.
    for role in [Role::Cadre, Role::Sponsor, Role::UnitCoordinator] {
        assert_eq!(test.with_role(role).await.get("/genting").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(leader.post("/genting/terbit", &[("bulan", "2026-11")]).await.status, StatusCode::FORBIDDEN);
}

#[db_test]
async fn a_paper_has_one_number_one_file_and_is_verified_by_anybody(db: TestDatabase) {
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let form = new_form_id();
    let one = admin.post_as("/genting/terbit", &form, &[("bulan", "2026-11")]).await.to();
    // Sent twice it is one paper, though the rows may have changed between.
    assert_eq!(admin.post_as("/genting/terbit", &form, &[("bulan", "2026-11")]).await.to(), one);
    assert_eq!(count(test, "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1").await, 1);
    let page = admin.get(&one).await.ok();
    assert!(
        page.contains("LAP/0001/XI/2026") && page.contains("Laporan bulanan GENTING, November 2026"),
        "{page}"
    );
    assert!(admin.get("/dokumen?jenis=report").await.ok().contains("LAP/0001/XI/2026"));
    assert!(!admin.get("/dokumen?jenis=minutes").await.ok().contains("LAP/0001/XI/2026"));
    // Anybody asks by the code or by typing; a letter off is unknown.
    let hash = hash_of(&page);
    let anybody = test.anonymous();
    let known = anybody.get(&format!("/periksa/1/{hash}")).await.ok();
    for words in ["terdaftar dan berlaku", "LAP/0001/XI/2026", "Belum ada naskah bertanda tangan"] {
        assert!(known.contains(words), "{words}: {known}");
    }
    let typed = format!("{} {}", hash[..8].to_uppercase(), &hash[8..]);
    assert!(anybody.post("/periksa", &[("sidik", &typed)]).await.ok().contains("terdaftar dan berlaku"));
    let other = hash.replace(&hash[..1], if hash.starts_with('0') { "1" } else { "0" });
    assert!(anybody.get(&format!("/periksa/1/{other}")).await.ok().contains("Tidak ada dokumen"));
    assert!(anybody.post("/periksa", &[("sidik", "abc")]).await.refused().contains("32 huruf"));
    assert!(anybody.post("/periksa", &[]).await.refused().contains("Isi sidiknya"));
    assert_eq!(anybody.get("/periksa/7/00").await.status, StatusCode::NOT_FOUND);
    // Issued again it takes the place of the first.
    let two = issued(&admin).await;
    assert!(admin.get(&two).await.ok().contains("LAP/0002/XI/2026"));
    assert!(admin.get(&one).await.ok().contains(&format!("href=\"{two}\"")));
    assert!(anybody.get(&format!("/periksa/1/{hash}")).await.ok().contains("LAP/0002/XI/2026"));
    // Withdrawn with a reason, it is no longer in force, and nothing is added to it.
    let withdraw = format!("{two}/tarik");
    assert!(admin.post(&withdraw, &[]).await.refused().contains("id=\"f-alasan\""));
    admin.post(&withdraw, &[("alasan", "Angka November belum lengkap")]).await.to();
    assert!(admin.post(&withdraw, &[("alasan", "lagi")]).await.refused().contains("sudah ditarik"));
    let page = admin.get(&two).await.ok();
    assert!(page.contains("Angka November belum lengkap") && !page.contains("/pindaian"), "{page}");
    let hash = hash_of(&page);
    assert!(anybody.get(&format!("/periksa/1/{hash}")).await.ok().contains("tidak berlaku lagi"));
    // Who works in a kecamatan finds no paper of the district; a cadre has no register.
    let elsewhere = test.user(Role::SubdistrictVerifier, &[1_501_010_000], &[]).await;
    assert_eq!(elsewhere.get(&one).await.status, StatusCode::NOT_FOUND);
    assert_eq!(elsewhere.post(&withdraw, &[("alasan", "x")]).await.status, StatusCode::NOT_FOUND);
    let leader = test.with_role(Role::Leader).await;
    leader.get(&one).await.ok();
    assert_eq!(leader.post(&withdraw, &[("alasan", "x")]).await.status, StatusCode::FORBIDDEN);
    let cadre = test.user(Role::Cadre, &[VILLAGES[0]], &[]).await;
    assert_eq!(cadre.get("/dokumen").await.status, StatusCode::FORBIDDEN);
    // Of another district nothing is known by number; the hash finds its own alone.
    let foreign = test.admin_elsewhere().await;
    assert_eq!(foreign.get(&one).await.status, StatusCode::NOT_FOUND);
    if makes_pdfs() {
        test.run_jobs().await;
    }
}

#[db_test]
async fn the_file_is_the_same_before_and_after_it_is_kept_and_signed_scans_stand_beside_it(db: TestDatabase) {
    if !makes_pdfs() {
        return;
    }
    let walked = walk(db).await;
    let test = &walked.test;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let one = issued(&admin).await;
    let file = format!("{one}/pdf");
    let sooner = admin.get(&file).await;
    assert_eq!(sooner.status, StatusCode::OK, "{}", sooner.body);
    test.run_jobs().await;
    let kept = admin.get(&file).await;
    assert!(kept.bytes.starts_with(b"%PDF-1.7") && kept.bytes == sooner.bytes, "the same bytes");
    assert_eq!(
        count(test, "SELECT COUNT(*) AS n FROM issued_paper WHERE district_id = $1 AND state = 'issued'")
            .await,
        1
    );
    // A draft needs no number, and is another file.
    let draft = admin.get("/genting/konsep?bulan=2026-11").await;
    assert!(draft.bytes.starts_with(b"%PDF-1.7") && draft.bytes != kept.bytes);
    // Whoever has the file has its paper; one byte more and it is nobody's.
    let anybody = test.anonymous();
    let found = anybody.upload("/periksa", &[], "berkas", "a.pdf", &kept.bytes).await.ok();
    assert!(found.contains("terdaftar dan berlaku"), "{found}");
    let mut changed = kept.bytes.clone();
    changed.push(b'\n');
    let found = anybody.upload("/periksa", &[], "berkas", "a.pdf", &changed).await.ok();
    assert!(found.contains("Tidak ada dokumen"), "{found}");
    // Signed with ink and scanned; a certified signature is a PDF, a text is nothing.
    let scans = format!("{one}/pindaian");
    let picture = crate::settings::png();
    let refused = admin.upload(&scans, &[("cara", "certified")], "berkas", "a.png", &picture).await.refused();
    assert!(
        refused.contains("id=\"f-berkas\"") && refused.contains("value=\"certified\" checked"),
        "{refused}"
    );
    assert!(
        admin
            .upload(&scans, &[("cara", "ink")], "berkas", "a.txt", b"halo")
            .await
            .refused()
            .contains("f-berkas")
    );
    assert!(admin.upload(&scans, &[], "berkas", "a.png", &picture).await.refused().contains("f-cara"));
    admin.upload(&scans, &[("cara", "ink")], "berkas", "a.png", &picture).await.to();
    admin.upload(&scans, &[("cara", "certified")], "berkas", "a.pdf", &changed).await.to();
    let page = admin.get(&one).await.ok();
    assert!(page.contains("Tanda tangan pena, dipindai") && page.contains("/pindaian/2"), "{page}");
    assert_eq!(admin.get(&format!("{scans}/2")).await.bytes, changed);
    assert!(
        anybody
            .upload("/periksa", &[], "berkas", "a.pdf", &changed)
            .await
            .ok()
            .contains("tersimpan di kantor")
    );
    let leader = test.with_role(Role::Leader).await;
    assert_eq!(
        leader.upload(&scans, &[("cara", "ink")], "berkas", "a.png", &picture).await.status,
        StatusCode::FORBIDDEN
    );
}
