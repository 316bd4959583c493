//! audit: through the real router, as its users do it, on both engines.

use asuh_ground::access::Role;
use asuh_ground::audit::receipt::{LedgerReceipt, ReceiptFault};
use asuh_ground::audit::seal::{self, Stream};
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_store::testing::{TestDatabase, db_test};
use asuh_store::{Command, Fault, Id, Query, Tx, args};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use time::macros::date;

use crate::support::{KERINCI, TestApp};

/// Brings eggs to an office's table.
#[derive(Serialize, Deserialize)]
struct BringEggs(i64);

impl Command for BringEggs {
    const KIND: &'static str = "test.bring_eggs";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let place = Id::from_bytes([1; 16]);
        let (from, to) = (Spot::new(AccountKind::Giver, place), Spot::new(AccountKind::OfficePost, place));
        let moves = vec![Move::new(Commodity::EGG, from, to, self.0)];
        tx.subject("roll", place);
        books::post(
            tx,
            Transfer {
                kind: TransferKind::Collected,
                fund: Fund::ASN,
                day: date!(2026 - 11 - 02),
                cause: place,
                reason: String::new(),
                moves,
            },
        )
        .await
    }
}

async fn bring(test: &TestApp, how_often: usize) -> Vec<Id> {
    let mut made = Vec::new();
    for _ in 0..how_often {
        let sent = test.app.store.submit(test.envelope(Id::SYSTEM), BringEggs(30)).await.unwrap();
        made.extend(sent.value);
        test.db.clock.advance(1);
    }
    made
}

async fn check(test: &TestApp) -> Vec<String> {
    seal::check(&test.app, KERINCI).await.unwrap()
}

#[db_test]
async fn what_is_recorded_is_sealed_without_gaps(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let first = bring(&test, 3).await;
    assert_eq!(seal::seal_all(&test.app, KERINCI).await.unwrap(), 6, "three commands, three transfers");
    assert_eq!(seal::seal_all(&test.app, KERINCI).await.unwrap(), 0);
    test.db.clock.advance(60);
    bring(&test, 2).await;
    // Two sealers at once number nothing twice.
    let (one, two) = tokio::join!(seal::seal_all(&test.app, KERINCI), seal::seal_all(&test.app, KERINCI));
    assert_eq!(one.unwrap() + two.unwrap(), 4);
    assert_eq!(check(&test).await, Vec::<String>::new());
    for table in ["command_log", "transfer"] {
        let sql =
            format!("SELECT COUNT(DISTINCT sealed_seq) AS n FROM {table} WHERE sealed_seq BETWEEN 1 AND 5");
        assert_eq!(test.number(&sql, args![]).await, 5, "{table}");
    }
    let proof = seal::proof(&test.app, KERINCI, Stream::Ledger, first[1]).await.unwrap().unwrap();
    assert_eq!((proof.seq, proof.size, proof.stream.as_str()), (2, 3, "ledger/1"));
    proof.verify().unwrap();
    assert!(seal::is_unaltered(&test.app, KERINCI, Stream::Ledger, first[1], &proof).await.unwrap());
    let unsealed = bring(&test, 1).await;
    assert!(seal::proof(&test.app, KERINCI, Stream::Ledger, unsealed[0]).await.unwrap().is_none());
}

#[db_test]
async fn the_check_finds_every_kind_of_tampering(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let made = bring(&test, 4).await;
    seal::seal_all(&test.app, KERINCI).await.unwrap();
    bring(&test, 2).await;
    seal::seal_all(&test.app, KERINCI).await.unwrap();
    assert!(check(&test).await.is_empty());
    let proof = seal::proof(&test.app, KERINCI, Stream::Ledger, made[0]).await.unwrap().unwrap();
    for (what, there, back) in [
        ("a line", "UPDATE transfer_line SET amount = 31", "UPDATE transfer_line SET amount = 30"),
        ("what was taken of a lot", "UPDATE take SET amount = 31", "UPDATE take SET amount = 30"),
        ("a transfer", "UPDATE transfer SET kind = 'opening'", "UPDATE transfer SET kind = 'collected'"),
        (
            "a command's time",
            "UPDATE command_log SET recorded_at = recorded_at + 1 WHERE sealed_seq = 2",
            "UPDATE command_log SET recorded_at = recorded_at - 1 WHERE sealed_seq = 2",
        ),
        (
            "a row taken out",
            "UPDATE command_log SET district_id = 99 WHERE sealed_seq = 3",
            "UPDATE command_log SET district_id = 1 WHERE sealed_seq = 3",
        ),
        (
            "rows in another order",
            "UPDATE command_log SET sealed_seq = CASE sealed_seq WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE sealed_seq END",
            "UPDATE command_log SET sealed_seq = CASE sealed_seq WHEN 1 THEN 2 WHEN 2 THEN 1 ELSE sealed_seq END",
        ),
        (
            "a head",
            "UPDATE seal_batch SET sealed_at = sealed_at + 1 WHERE batch = 1",
            "UPDATE seal_batch SET sealed_at = sealed_at - 1 WHERE batch = 1",
        ),
        (
            "a batch taken out",
            "UPDATE seal_batch SET district_id = 99 WHERE batch = 1 AND stream = 'audit'",
            "UPDATE seal_batch SET district_id = 1 WHERE batch = 1 AND stream = 'audit'",
        ),
        (
            "the end taken out",
            "UPDATE seal_batch SET district_id = 99 WHERE batch = 2 AND stream = 'ledger'",
            "UPDATE seal_batch SET district_id = 1 WHERE batch = 2 AND stream = 'ledger'",
        ),
        (
            "a leaf taken out",
            "UPDATE seal_leaf SET district_id = 99 WHERE seq = 2",
            "UPDATE seal_leaf SET district_id = 1 WHERE seq = 2",
        ),
    ] {
        test.sql(there, args![]).await;
        assert!(!check(&test).await.is_empty(), "{what}");
        if what == "a line" {
            let same = seal::is_unaltered(&test.app, KERINCI, Stream::Ledger, made[0], &proof).await.unwrap();
            assert!(!same, "{what}");
        }
        test.sql(back, args![]).await;
        assert_eq!(check(&test).await, Vec::<String>::new(), "{what}, and back");
    }
}

#[db_test]
async fn admin_and_auditor_read_the_trail_and_others_do_not(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let admin = test.with_role(Role::DistrictAdmin).await;
    let auditor = test.with_role(Role::Auditor).await;
    let leader = test.with_role(Role::Leader).await;
    admin.post("/pengguna/baru", &[("nama", "rina"), ("nama_lengkap", "Rina")]).await.to();
    for path in ["/jejak", "/jejak/akses"] {
        assert_eq!(leader.get(path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(test.anonymous().get(path).await.to(), "/masuk");
        auditor.get(path).await.ok();
    }
    let page = auditor.get("/jejak").await.ok();
    assert!(page.contains("Menambah pengguna"), "{page}");
    // No link that would answer 403: the auditor may not open a user's page, the admin may.
    assert!(!page.contains("/pengguna/"), "{page}");
    assert!(admin.get("/jejak").await.ok().contains("/pengguna/"));
    assert!(auditor.get("/").await.ok().contains("href=\"/jejak\""));
    // The object is short on the page and whole behind the button that asks for everything about it.
    let user = admin.get("/jejak").await.ok();
    let user = user.split("href=\"/pengguna/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let short = format!("pengguna …{}<", &user[user.len() - 6..]);
    assert!(page.contains(&short) && !page.contains(&format!("pengguna {user}")), "{page}");
    assert!(page.contains(&format!("name=\"objek\" value=\"{user}\"")), "{page}");
    let about = auditor.post("/jejak", &[("objek", &user)]).await.ok();
    assert!(about.contains("Menambah pengguna") && about.contains(&format!("value=\"{user}\"")), "{about}");
    // Filters: who, what, when, about what.
    let login = format!("u{}", admin.user);
    for (field, value, found) in [
        ("pengguna", login.as_str(), true),
        ("jenis", "access.add", true),
        ("jenis", "custody", false),
        ("hari", "2-11-2026", true),
        ("hari", "1-11-2026", false),
        ("objek", "018f0000-0000-7000-8000-000000000001", false),
    ] {
        let page = auditor.post("/jejak", &[(field, value)]).await.ok();
        assert_eq!(page.contains("Menambah pengguna"), found, "{field}={value}");
    }
    auditor.post("/jejak", &[("pengguna", "tidak.ada")]).await.refused();
    auditor.post("/jejak", &[("objek", "bukan nomor")]).await.refused();
    // Page by page, nothing twice and nothing left out.
    bring(&test, 60).await;
    let first = auditor.get("/jejak").await.ok();
    assert_eq!(first.matches("/jejak/bukti/").count(), 50);
    let field = |name: &str| {
        let rest = first.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (at, id) = (field("dari"), field("dari_id"));
    let second = auditor.post("/jejak", &[("dari", &at), ("dari_id", &id)]).await.ok();
    assert_eq!(second.matches("/jejak/bukti/").count(), 11);
    // The refusals of above and this export are in the access log once it is written.
    let sheet = auditor.post("/jejak", &[("bentuk", "xlsx")]).await;
    assert_eq!(sheet.status, StatusCode::OK);
    asuh_ground::audit::flush(&test.app).await.unwrap();
    asuh_ground::audit::flush(&test.app).await.unwrap();
    let page = auditor.get("/jejak/akses").await.ok();
    assert!(page.contains("Ditolak") && page.contains("Mengunduh"), "{page}");
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM access_log", args![]).await, 3);
    let sheet = auditor.post("/jejak/akses", &[("bentuk", "xlsx"), ("jenis", "refused")]).await;
    assert!(sheet.headers["content-disposition"].to_str().unwrap().contains("log-akses.xlsx"));
}

#[db_test]
async fn a_long_trail_is_taken_away_whole(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let auditor = test.with_role(Role::Auditor).await;
    bring(&test, 510).await;
    let commands = test.number("SELECT COUNT(*) AS n FROM command_log", args![]).await;
    let rows = auditor.download("/jejak", &[("bentuk", "xlsx")]).await;
    assert_eq!(rows.len() as i64, commands + 1, "every command, and the heading");
    let ids: std::collections::BTreeSet<&String> = rows.iter().filter_map(|row| row.last()).collect();
    assert_eq!(ids.len(), rows.len(), "every one once");
}

#[db_test]
async fn a_proof_is_shown_and_says_when_a_row_was_altered(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let auditor = test.with_role(Role::Auditor).await;
    let transfer = bring(&test, 3).await[1];
    let row: Option<(Id,)> =
        test.app.store.reader().first("SELECT id FROM command_log LIMIT 1", args![]).await.unwrap();
    for id in [transfer, row.unwrap().0] {
        let path = format!("/jejak/bukti/{id}");
        assert!(auditor.get(&path).await.ok().contains("belum disegel"));
        seal::seal_all(&test.app, KERINCI).await.unwrap();
        assert!(auditor.get(&path).await.ok().contains("Catatan ini utuh"));
        test.sql("UPDATE transfer SET reason = reason || 'lain'", args![]).await;
        test.sql("UPDATE command_log SET receipt = receipt || ' '", args![]).await;
        assert!(auditor.get(&path).await.ok().contains("tidak cocok dengan segelnya"));
        test.sql("UPDATE transfer SET reason = '', sealed_seq = NULL", args![]).await;
        test.sql("UPDATE command_log SET sealed_seq = NULL", args![]).await;
        test.sql("DELETE FROM seal_leaf", args![]).await;
        test.sql("DELETE FROM seal_batch", args![]).await;
    }
    for unknown in ["018f0000-0000-7000-8000-000000000001", "apa"] {
        assert_eq!(auditor.get(&format!("/jejak/bukti/{unknown}")).await.status, StatusCode::NOT_FOUND);
    }
}

#[db_test]
async fn the_access_log_keeps_what_could_not_be_written(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let actor = test.system();
    for _ in 0..1_200 {
        asuh_ground::audit::opened(&test.app, &actor, "open", Some(("family", Id::from_bytes([5; 16]))), "");
    }
    let (one, two) = tokio::join!(asuh_ground::audit::flush(&test.app), asuh_ground::audit::flush(&test.app));
    one.unwrap();
    two.unwrap();
    assert_eq!(test.number("SELECT COUNT(*) AS n FROM access_log", args![]).await, 1_200);
    test.app.store.close().await;
    asuh_ground::audit::opened(&test.app, &actor, "open", None, "");
    assert!(asuh_ground::audit::flush(&test.app).await.is_err(), "it waits, and says so");
}

/// A receipt is checked without the books: by the program's own function, which the command line calls, and by anybody on
/// the public page; a receipt of which one figure was altered proves nothing.
#[db_test]
async fn a_receipt_is_checked_without_the_books(db: TestDatabase) {
    let test = TestApp::start(db).await;
    let made = bring(&test, 3).await;
    seal::seal_all(&test.app, KERINCI).await.unwrap();
    bring(&test, 1).await;
    seal::seal_all(&test.app, KERINCI).await.unwrap();
    let auditor = test.with_role(Role::Auditor).await;
    let page = auditor.get(&format!("/jejak/bukti/{}", made[1])).await.ok();
    assert!(page.contains("class=\"qr\"") && page.contains("/bukti/1/2/"), "{page}");
    let file = format!("/jejak/bukti/{}/berkas", made[1]);
    let keeper = test.user(Role::WarehouseKeeper, &[], &[]).await;
    assert_eq!(keeper.get(&file).await.status, StatusCode::FORBIDDEN);
    let text = auditor.get(&file).await.ok();
    let receipt: LedgerReceipt = serde_json::from_str(&text).unwrap();
    assert_eq!((receipt.proof.seq, receipt.later.len()), (2, 1));
    let head = receipt.verify().unwrap();

    // The head of the day is published, without names and amounts; anybody may check there.
    let anybody = test.anonymous();
    let page = anybody.get("/bukti").await.ok();
    assert!(page.contains(&head.to_string()), "{page}");
    let answer = anybody.post("/bukti", &[("bukti", text.as_str())]).await.ok();
    assert!(answer.contains("Bukti ini benar: catatan nomor 2"), "{answer}");
    let file = anybody.upload("/bukti", &[], "berkas", "bukti-2.json", text.as_bytes()).await.ok();
    assert!(file.contains("Bukti ini benar: catatan nomor 2"), "chosen as a file: {file}");
    for what in [&b"\xff\xfe"[..], &vec![b' '; 500_000]] {
        let answer = anybody.upload("/bukti", &[], "berkas", "bukti-2.json", what).await.ok();
        assert!(answer.contains("bukan berkas bukti"), "{answer}");
    }
    let code = page_code(&auditor.get(&format!("/jejak/bukti/{}", made[1])).await.ok());
    assert!(anybody.get(&code).await.ok().contains("Bukti ini benar: catatan nomor 2"));

    let mut altered = receipt.clone();
    altered.transfer.lines[0].amount += 1;
    assert_eq!(altered.verify(), Err(ReceiptFault::Altered));
    let mut elsewhere = receipt.clone();
    elsewhere.district = 2;
    assert_eq!(elsewhere.verify(), Err(ReceiptFault::OtherChain));
    for (what, sentence) in [
        (serde_json::to_string(&altered).unwrap(), "isinya berubah"),
        ("{}".to_owned(), "bukan berkas bukti"),
    ] {
        let answer = anybody.post("/bukti", &[("bukti", what.as_str())]).await.ok();
        assert!(answer.contains(sentence), "{answer}");
    }
    assert!(anybody.post("/bukti", &[]).await.refused().contains("wajib"));
    let unsealed = bring(&test, 1).await;
    assert_eq!(
        auditor.get(&format!("/jejak/bukti/{}/berkas", unsealed[0])).await.status,
        StatusCode::NOT_FOUND
    );
}

/// The address in the QR code, as it stands beside it.
fn page_code(page: &str) -> String {
    let rest = page.split("<code>https://asuh.test/bukti/").nth(1).unwrap();
    format!("/bukti/{}", rest.split('<').next().unwrap())
}
