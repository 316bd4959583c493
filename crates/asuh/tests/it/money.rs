//! Money that comes through a bank, as treasurer, sponsor, admin and auditor see it.

use asuh_ground::access::Role;
use asuh_ground::books::{AccountKind, Commodity};
use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::collection::Monday;
use crate::support::{Client, KERINCI};

/// The code of a fund holder that does not exist (domain 8.4).
const CODE: &str = "00020101021126680016ID.CO.CONTOH.WWW011893600000000000000002150000000000000010303UMI51440014ID.CO.\
                    QRIS.WWW0215ID10200000000010303UMI5204839853033605802ID5913DONASI CONTOH6007KERINCI61053716162070703\
                    A016304861D";
pub(crate) const NUMBER: &str = "1234567890";

/// A Monday whose fund holder keeps its money in an account that the admin recorded.
pub(crate) struct Money {
    pub(crate) monday: Monday,
    pub(crate) admin: Client,
    pub(crate) treasurer: Client,
    /// `/rekening/<id>`
    pub(crate) account: String,
}

/// The fields of a new account.
pub(crate) fn fields<'a>(holder: &'a str, number: &'a str, qris: &'a str) -> Vec<(&'static str, &'a str)> {
    vec![
        ("pemegang_dana", holder),
        ("dana", "asn"),
        ("bank", "BCA"),
        ("nomor", number),
        ("atas_nama", "KORPRI CONTOH"),
        ("qris", qris),
        ("sejak", "1-10-2026"),
    ]
}

impl Money {
    pub(crate) async fn begin(db: TestDatabase, people: usize) -> Money {
        let monday = Monday::begin(db, people).await;
        let admin = monday.test.with_role(Role::DistrictAdmin).await;
        let treasurer = monday.test.user(Role::Treasurer, &[], &[monday.holder]).await;
        let holder = monday.holder.to_string();
        let mut form = fields(&holder, NUMBER, CODE);
        form.push(("aksi", "simpan"));
        let account = admin.post("/rekening/baru", &form).await.to();
        Money { monday, admin, treasurer, account }
    }

    pub(crate) fn account_id(&self) -> &str {
        self.account.rsplit('/').next().unwrap()
    }

    /// Sends a file; the path of its draft.
    pub(crate) async fn upload(&self, content: &str) -> String {
        let fields = [("rekening", self.account_id())];
        let sent =
            self.treasurer.upload("/mutasi-bank/unggah", &fields, "berkas", "x.csv", content.as_bytes());
        sent.await.to()
    }

    /// Takes a file in.
    pub(crate) async fn take(&self, content: &str) -> String {
        let draft = self.upload(content).await;
        self.treasurer.post(&format!("{draft}/masukkan"), &[]).await.to()
    }

    /// The lines of the account in a state.
    pub(crate) async fn lines(&self, state: &str) -> String {
        let path = format!("/mutasi-bank/rekening/{}?keadaan={state}", self.account_id());
        self.treasurer.get(&path).await.ok()
    }

    pub(crate) async fn n(&self, sql: &str) -> i64 {
        self.monday.test.number(sql, args![]).await
    }

    /// What the holder has.
    pub(crate) async fn holds(&self) -> i64 {
        self.monday.holds(AccountKind::FundHolder, self.monday.holder, Commodity::CASH).await
    }

    /// Somebody who promised, signed in.
    pub(crate) async fn giver(&self, nth: usize) -> Client {
        let user = self.monday.test.user(Role::Sponsor, &[], &[]).await;
        let link = "UPDATE app_user SET sponsor_id = $1 WHERE district_id = $2 AND id = $3";
        self.monday.test.sql(link, args![self.monday.people[nth], KERINCI, user.user]).await;
        self.monday.test.sign_in(user.user).await
    }

    /// Closes the Monday and enters the slip; the path of the deposit.
    pub(crate) async fn deposited(&self, slip: &str) -> String {
        let roll = self.monday.closed().await;
        let sheet = self.monday.coordinator.get(&format!("{roll}/lembar")).await.ok();
        let id = sheet.split("href=\"/setor-uang/").nth(1).unwrap().split('"').next().unwrap();
        let deposit = format!("/setor-uang/{id}");
        let fields = [("bukti", slip), ("hari", "2-11-2026")];
        self.monday.coordinator.post(&format!("{deposit}/bukti"), &fields).await.to();
        deposit
    }
}

/// A statement of BCA with these lines (day, text, amount, `CR` or `DB`), from a balance.
pub(crate) fn bca(opening: i64, lines: &[(&str, &str, i64, &str)]) -> String {
    let money = |rupiah: i64| {
        let text = rupiah.to_string();
        let mut grouped = String::new();
        for (nth, digit) in text.chars().enumerate() {
            if nth > 0 && (text.len() - nth).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("\"{grouped}.00\"")
    };
    let mut file = format!(
        "Informasi Rekening - Mutasi Rekening\nNo. rekening : ,'{NUMBER}\nPeriode : ,01/11/2026 - 30/11/2026\n\n\
         Tanggal Transaksi,Keterangan,Cabang,Jumlah,,Saldo\n"
    );
    let (mut balance, mut came, mut went) = (opening, 0, 0);
    for (day, text, amount, mark) in lines {
        if *mark == "CR" {
            came += amount;
            balance += amount;
        } else {
            went += amount;
            balance -= amount;
        }
        file.push_str(&format!("'{day},{text},'0000,{},{mark},{}\n", money(*amount), money(balance)));
    }
    file.push_str(&format!(
        "Saldo Awal : ,{}\nMutasi Debet : ,{}\nMutasi Kredit : ,{}\nSaldo Akhir : ,{}\n",
        money(opening),
        money(went),
        money(came),
        money(balance)
    ));
    file
}

/// The value of the first box whose proposal names this.
pub(crate) fn box_of(page: &str, named: &str) -> (String, String) {
    let at = page.find(named).unwrap_or_else(|| panic!("no {named} in {page}"));
    let input = page[..at].rsplit("<input type=\"checkbox\" name=\"").next().unwrap();
    let name = input.split('"').next().unwrap();
    let value = input.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    (name.to_owned(), value.to_owned())
}

/// The path of the line with these words.
pub(crate) fn line_of(page: &str, words: &str) -> String {
    let at = page.find(words).unwrap_or_else(|| panic!("no {words} in {page}"));
    let id = page[..at].rsplit("/mutasi-bank/baris/").next().unwrap().split('"').next().unwrap();
    format!("/mutasi-bank/baris/{id}")
}

#[db_test]
async fn an_account_is_its_holders_and_its_number_is_covered(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
    let test = &money.monday.test;
    let holder = money.monday.holder.to_string();
    // What is wrong with a code is said, and everything typed is kept.
    let broken = CODE.replace("861D", "861E");
    for (number, qris, said) in [
        ("99887766", broken.as_str(), "angka pemeriksanya tidak cocok"),
        ("99887766", "https://contoh.id", "bukan isi kode QRIS"),
        ("12x", "", "6 sampai 20 angka"),
    ] {
        let answer = money.admin.post("/rekening/baru", &fields(&holder, number, qris)).await.refused();
        assert!(answer.contains(said) && answer.contains("value=\"KORPRI CONTOH\""), "{answer}");
    }
    let check = money.admin.post("/rekening/baru", &fields(&holder, "0099-8877.66", CODE)).await.ok();
    assert!(check.contains("ID1020000000001") && check.contains("DONASI CONTOH"), "{check}");
    assert!(check.contains("0099887766") && check.contains("class=\"qr\""), "{check}");
    let mut known = fields(&holder, "12345 67890", "");
    known.push(("aksi", "simpan"));
    assert!(money.admin.post("/rekening/baru", &known).await.refused().contains("sudah dicatat"));

    let auditor = test.with_role(Role::Auditor).await;
    for reader in [&money.treasurer, &auditor, &money.admin] {
        let page = reader.get(&money.account).await.ok();
        assert!(page.contains("•••• 7890") && !page.contains(NUMBER), "{page}");
        let page = reader.post(&format!("{}/nomor", money.account), &[]).await.ok();
        assert!(page.contains(NUMBER), "{page}");
    }
    let other = test.user(Role::Treasurer, &[], &[money.monday.office]).await;
    assert_eq!(other.get(&money.account).await.status, StatusCode::NOT_FOUND);
    assert!(!other.get("/rekening").await.ok().contains("7890"));
    let refused = [&money.treasurer, &auditor, &money.monday.coordinator];
    for user in refused {
        assert_eq!(user.get("/rekening/baru").await.status, StatusCode::FORBIDDEN);
        let end = user.post(&format!("{}/akhiri", money.account), &[]).await;
        assert_eq!(end.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(money.monday.coordinator.get("/rekening").await.status, StatusCode::FORBIDDEN);
    let end = format!("{}/akhiri", money.account);
    assert!(
        money.admin.post(&end, &[("sampai", "1-9-2026")]).await.refused().contains("sebelum hari pertama")
    );
    assert!(money.admin.post(&end, &[("sampai", "1-9-2027")]).await.refused().contains("belum tiba"));
    money.admin.post(&end, &[("sampai", "2-11-2026")]).await.to();
    assert!(money.admin.get("/rekening").await.ok().contains("Tidak dipakai sejak"));
    money.admin.post(&end, &[("aksi", "lagi")]).await.to();
    money.admin.post(&format!("{}/qris", money.account), &[("qris", "")]).await.to();
    assert!(money.admin.get(&money.account).await.ok().contains("Tidak ada kode QRIS"));
}

#[db_test]
async fn a_statement_brings_every_line_once(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
    let lines = "SELECT COUNT(*) AS n FROM bank_line";
    // Two equal lines of one day are two.
    let first = bca(
        1_000_000,
        &[
            ("01/11", "SETOR TUNAI", 5_000, "CR"),
            ("02/11", "TRF A", 2_000, "CR"),
            ("02/11", "TRF A", 2_000, "CR"),
            ("02/11", "BIAYA ADM", 6_500, "DB"),
        ],
    );
    let draft = money.upload(&first).await;
    let page = money.treasurer.get(&draft).await.ok();
    assert!(page.contains("4 baru, 0 sudah ada") && page.contains("Rp9.000"), "{page}");
    assert!(page.contains("semuanya cocok") && page.contains("Rp1.002.500"), "{page}");
    assert_eq!(money.n(lines).await, 0, "a draft is nothing yet");
    let auditor = money.monday.test.with_role(Role::Auditor).await;
    assert!(!auditor.get(&draft).await.ok().contains("Masukkan"));
    assert_eq!(auditor.post(&format!("{draft}/masukkan"), &[]).await.status, StatusCode::FORBIDDEN);
    money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.to();
    assert_eq!(money.n(lines).await, 4);
    // The same file leads to the same page and brings nothing.
    assert_eq!(money.upload(&first).await, draft);
    assert!(money.treasurer.get(&draft).await.ok().contains("4 baris baru"));
    assert!(
        money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.refused().contains("sudah dimasukkan")
    );
    // A file that overlaps brings what is new.
    let second = bca(
        1_005_000,
        &[
            ("02/11", "TRF A", 2_000, "CR"),
            ("02/11", "TRF A", 2_000, "CR"),
            ("02/11", "BIAYA ADM", 6_500, "DB"),
            ("02/11", "TRF B", 450_000, "CR"),
        ],
    );
    let draft = money.upload(&second).await;
    assert!(money.treasurer.get(&draft).await.ok().contains("1 baru, 3 sudah ada"));
    money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.to();
    assert_eq!(money.n(lines).await, 5);
    // What does not agree with itself is not believed, and says where.
    let wrong = second.replace("\"450,000.00\",CR", "\"460,000.00\",CR");
    let draft = money.upload(&wrong).await;
    let page = money.treasurer.get(&draft).await.ok();
    assert!(page.contains("saldo") && page.contains("Baris 9"), "{page}");
    assert!(money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.refused().contains("Baris 9"));
    money.treasurer.post(&format!("{draft}/buang"), &[]).await.to();
    assert!(money.treasurer.get(&draft).await.ok().contains("dibuang"));
    // Another account's file, and another treasurer.
    let foreign = first.replace(NUMBER, "5550001112");
    let draft = money.upload(&foreign).await;
    assert!(money.treasurer.get(&draft).await.ok().contains("dari rekening lain"));
    assert!(
        money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.refused().contains("rekening lain")
    );
    let other = money.monday.test.user(Role::Treasurer, &[], &[money.monday.office]).await;
    assert_eq!(other.get(&draft).await.status, StatusCode::NOT_FOUND);
    assert_eq!(other.post(&format!("{draft}/buang"), &[]).await.status, StatusCode::NOT_FOUND);
    let sent = [("rekening", money.account_id())];
    let sent = other.upload("/mutasi-bank/unggah", &sent, "berkas", "x.csv", first.as_bytes()).await;
    assert_eq!(sent.status, StatusCode::NOT_FOUND);
    assert_eq!(money.n(lines).await, 5);
    money.monday.books_are_clean().await;
}

#[db_test]
async fn a_bank_that_nobody_knows_is_read_by_columns_chosen_once(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
    let file =
        |rows: &str| format!("BANK DAERAH\n\nTgl Buku;Uraian Mutasi;Uang Masuk Rp;Uang Keluar Rp\n{rows}");
    let draft = money.upload(&file("02/11/2026;TRF SARI;450.000;\n02/11/2026;BIAYA;;6.500\n")).await;
    let choose = money.treasurer.get(&draft).await.to();
    let page = money.treasurer.get(&choose).await.ok();
    assert!(page.contains("Uraian Mutasi") && page.contains("TRF SARI"), "{page}");
    let mut form = vec![
        ("baris", "3"),
        ("bank", "Bank Daerah"),
        ("tanggal", "Tgl Buku"),
        ("keterangan", "Uraian Mutasi"),
        ("bentuk", "dua"),
        ("masuk", "Uang Masuk Rp"),
    ];
    let refused = money.treasurer.post(&choose, &form).await.refused();
    assert!(refused.contains("value=\"Bank Daerah\""), "{refused}");
    form.push(("keluar", "Uang Keluar Rp"));
    money.treasurer.post(&choose, &form).await.to();
    // It has no balances: somebody says the sum.
    let take = format!("{draft}/masukkan");
    assert!(money.treasurer.post(&take, &[]).await.refused().contains("wajib"));
    let wrong = money.treasurer.post(&take, &[("masuk", "460.000")]).await.refused();
    assert!(wrong.contains("450.000") && wrong.contains("value=\"460.000\""), "{wrong}");
    money.treasurer.post(&take, &[("masuk", "450.000")]).await.to();
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM bank_line").await, 2);
    // The next file with these headings is read at once.
    let draft = money.upload(&file("02/11/2026;TRF UMAR;10.000;\n")).await;
    assert!(money.treasurer.get(&draft).await.ok().contains("1 baru, 0 sudah ada"));
    // A day that has not come is no day of a statement.
    let early = money.upload(&file("03/11/2026;TRF UMAR;20.000;\n")).await;
    let answer = money.treasurer.post(&format!("{early}/masukkan"), &[("masuk", "20.000")]).await;
    assert!(answer.refused().contains("belum tiba"));
    // What is no statement is refused by what it is.
    let sent = [("rekening", money.account_id())];
    let sent =
        money.treasurer.upload("/mutasi-bank/unggah", &sent, "berkas", "x.xlsx", b"<html><table>").await;
    assert!(sent.refused().contains("halaman web"));
}

#[db_test]
async fn a_deposit_counts_when_the_statement_shows_it(db: TestDatabase) {
    let money = Money::begin(db, 5).await;
    let deposit = money.deposited("SLIP-90017").await;
    // By hand it is not confirmed any more.
    let page = money.treasurer.get(&deposit).await.ok();
    assert!(page.contains("tampak di mutasi bank") && !page.contains("Ya, uang diterima"), "{page}");
    let hand = money.treasurer.post(&format!("{deposit}/konfirmasi"), &[("aksi", "konfirmasi")]).await;
    assert!(hand.refused().contains("lewat mutasi bank"));
    assert_eq!(money.holds().await, 0);

    money
        .take(&bca(0, &[("02/11", "SETOR TUNAI SLIP-90017", 10_000, "CR"), ("02/11", "BUNGA", 12, "CR")]))
        .await;
    let home = money.treasurer.get("/").await.ok();
    assert!(home.contains("2 baris mutasi bank belum dicocokkan"), "{home}");
    let page = money.lines("open").await;
    assert!(page.contains("Sangat cocok") && page.contains("Dinas Pendidikan"), "{page}");
    let (name, value) = box_of(&page, "Dinas Pendidikan");
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    let ticked = [(name.as_str(), value.as_str())];
    let check = money.treasurer.post(&confirm, &ticked).await.ok();
    assert!(check.contains("Rp10.000") && check.contains("Ya, cocokkan"), "{check}");
    assert_eq!(money.holds().await, 0, "a check changes nothing");
    let sure = [(name.as_str(), value.as_str()), ("aksi", "simpan")];
    let auditor = money.monday.test.with_role(Role::Auditor).await;
    assert_eq!(auditor.post(&confirm, &sure).await.status, StatusCode::FORBIDDEN);
    assert_eq!(money.admin.post(&confirm, &sure).await.status, StatusCode::FORBIDDEN);
    let form = crate::support::new_form_id();
    let to = money.treasurer.post_as(&confirm, &form, &sure).await.to();
    assert_eq!(money.treasurer.post_as(&confirm, &form, &sure).await.to(), to, "a double click counts once");
    assert!(money.treasurer.post(&confirm, &sure).await.refused().contains("sudah dicocokkan"));
    assert_eq!(money.holds().await, 10_000);
    let receipt = money.monday.coordinator.get(&format!("{deposit}/kuitansi")).await.ok();
    assert!(
        receipt.contains("SLIP-90017") && receipt.to_lowercase().contains("sepuluh ribu rupiah"),
        "{receipt}"
    );

    // Taken back with a reason, and confirmed again.
    let line = line_of(&money.lines("matched").await, "SLIP-90017");
    assert!(money.treasurer.post(&format!("{line}/batal"), &[]).await.refused().contains("wajib"));
    money.treasurer.post(&format!("{line}/batal"), &[("alasan", "salah baris")]).await.to();
    assert_eq!(money.holds().await, 0);
    assert!(money.treasurer.get(&deposit).await.ok().contains("Menunggu konfirmasi"));
    assert!(money.treasurer.get(&line).await.ok().contains("salah baris"));
    money.treasurer.post(&confirm, &sure).await.to();
    assert_eq!(money.holds().await, 10_000);

    // Interest is no gift, and never enters the books.
    let line = line_of(&money.lines("open").await, "BUNGA");
    let aside = format!("{line}/lain");
    assert!(money.treasurer.post(&aside, &[("sebab", "foreign")]).await.refused().contains("wajib"));
    money.treasurer.post(&aside, &[("sebab", "interest")]).await.to();
    assert!(money.lines("open").await.contains("Semua baris sudah dicocokkan"));
    assert!(!money.treasurer.get("/").await.ok().contains("belum dicocokkan"));
    assert_eq!(money.holds().await, 10_000);
    money.monday.books_are_clean().await;
}

#[db_test]
async fn a_gift_by_transfer_waits_for_the_statement(db: TestDatabase) {
    let money = Money::begin(db, 3).await;
    let giver = money.giver(0).await;
    let campaign = money.monday.campaign.to_string();
    let page = giver.get("/transfer").await.ok();
    assert!(
        page.contains("SECANTING") && page.contains("value=\"2.000\""),
        "his promise is proposed: {page}"
    );
    for (amount, said) in [("", "wajib"), ("500", "Rp1.000"), ("12,5", "Tulis jumlah uang")] {
        let form = [("gerakan", campaign.as_str()), ("jumlah", amount), ("cara", "transfer")];
        let answer = giver.post("/transfer", &form).await.refused();
        assert!(answer.contains(said), "{amount}: {answer}");
    }
    let form = |way| [("gerakan", campaign.as_str()), ("jumlah", "450.000"), ("cara", way)];
    let gift = giver.post("/transfer", &form("transfer")).await.to();
    let page = giver.get(&gift).await.ok();
    assert!(page.contains("1234 5678 90") && page.contains("Rp450.000") && page.contains("Korpri"), "{page}");
    let code = page.split("Tulis di berita transfer</dt><dd><strong>").nth(1).unwrap()[..6].to_owned();
    // By payment code every waiting gift has an amount of its own, and the code is the holder's, unchanged.
    let second = money.giver(1).await;
    let (a, b) = (
        giver.post("/transfer", &form("qris")).await.to(),
        second.post("/transfer", &form("qris")).await.to(),
    );
    let (one, two) = (giver.get(&a).await.ok(), second.get(&b).await.ok());
    assert!(one.contains("Rp450.001") && two.contains("Rp450.002") && one.contains("ID1020000000001"));
    let svg = asuh_documents::qr::svg(CODE).unwrap();
    assert!(one.contains(&svg), "the holder's own code");
    assert_eq!(second.get(&gift).await.status, StatusCode::NOT_FOUND, "another's");
    assert!(giver.get("/").await.ok().contains("menunggu mutasi bank, 14 hari lagi"));
    assert!(money.treasurer.get("/transfer/menunggu").await.ok().contains(&code));
    assert_eq!(giver.get("/transfer/menunggu").await.status, StatusCode::FORBIDDEN);

    // The statement shows two of them, one with another amount, and money that nobody announced.
    let file = bca(
        0,
        &[
            ("02/11", &format!("TRSF E-BANKING CR {code} SAHABAT"), 400_000, "CR"),
            ("02/11", "QR 0311 450001", 450_001, "CR"),
            ("02/11", "SETORAN TANPA NAMA", 75_000, "CR"),
        ],
    );
    money.take(&file).await;
    let page = money.lines("open").await;
    let with_code = box_of(&page, &format!("Transfer {code}"));
    // The box of the second line stands behind its words.
    let behind = page.split("QR 0311 450001").nth(1).unwrap();
    assert!(behind.contains("checked"), "sure by its amount: {behind}");
    let name = behind.split("name=\"").nth(1).unwrap().split('"').next().unwrap();
    let value = behind.split("value=\"").nth(1).unwrap().split('"').next().unwrap();
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    let both = [(name, value), (with_code.0.as_str(), with_code.1.as_str()), ("aksi", "simpan")];
    money.treasurer.post(&confirm, &both).await.to();
    assert_eq!(money.holds().await, 850_001, "what came, not what was announced");
    let page = giver.get(&gift).await.ok();
    assert!(page.contains("Rp400.000 sudah diterima"), "{page}");
    let receipt = giver.get(&format!("{gift}/kuitansi")).await.ok();
    assert!(receipt.contains("empat ratus ribu rupiah") && receipt.contains("TTP/000"), "{receipt}");
    assert!(giver.get("/janji").await.ok().contains("transfer Rp400.000"));
    assert!(giver.get("/janji/laporan").await.ok().contains("Rp400.000"));
    assert!(giver.get("/setoran/saya").await.ok().contains("Transfer Rp400.000"));
    assert!(second.get(&b).await.ok().contains("Menunggu mutasi bank"), "the other one still waits");

    let line = line_of(&money.lines("open").await, "SETORAN TANPA NAMA");
    assert!(money.treasurer.post(&format!("{line}/pemberian"), &[]).await.refused().contains("wajib"));
    money.treasurer.post(&format!("{line}/pemberian"), &[("gerakan", &campaign)]).await.to();
    assert_eq!(money.holds().await, 925_001);
    let numbers = money.n("SELECT COUNT(DISTINCT number) AS n FROM gift WHERE number <> ''").await;
    assert_eq!(numbers, 3, "each receipt has a number of its own");

    // Nobody waits for ever, and what is cancelled is not awaited; a receipt of it there is not.
    assert_eq!(second.get(&format!("{b}/kuitansi")).await.status, StatusCode::NOT_FOUND);
    money.monday.test.db.clock.advance(20 * 86_400);
    let second = money.monday.test.sign_in(second.user).await;
    assert!(second.get(&b).await.ok().contains("Tidak ditunggu lagi"));
    assert!(!second.get("/").await.ok().contains("menunggu mutasi bank"));
    second.post(&format!("{b}/batal"), &[]).await.to();
    assert!(second.get(&b).await.ok().contains("dibatalkan"));
    let auditor = money.monday.test.with_role(Role::Auditor).await;
    let home = auditor.get("/").await.ok();
    assert!(home.contains("1 rekening tanpa mutasi"), "{home}");
    money.monday.books_are_clean().await;
}

#[db_test]
async fn a_line_pays_several_only_by_their_sum_and_funds_never_mix(db: TestDatabase) {
    let money = Money::begin(db, 3).await;
    let deposit = money.deposited("S-1").await;
    let giver = money.giver(0).await;
    let campaign = money.monday.campaign.to_string();
    let form = [("gerakan", campaign.as_str()), ("jumlah", "4.000"), ("cara", "transfer")];
    let gift = giver.post("/transfer", &form).await.to();
    money.take(&bca(0, &[("02/11", "GABUNGAN", 10_000, "CR"), ("02/11", "BELANJA", 1_000, "DB")])).await;
    let line = line_of(&money.lines("open").await, "GABUNGAN");
    let id = line.rsplit('/').next().unwrap();
    let name = format!("cocok.{id}");
    let (d, g) = (
        format!("d.{}", deposit.rsplit('/').next().unwrap()),
        format!("g.{}", gift.rsplit('/').next().unwrap()),
    );
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    let one = [(name.as_str(), d.as_str()), ("aksi", "simpan")];
    assert!(money.treasurer.post(&confirm, &one).await.refused().contains("Jumlahnya harus sama"));
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM bank_line WHERE state = 'matched'").await, 0);
    let page = money.treasurer.get(&line).await.ok();
    assert!(page.contains("Dinas Pendidikan") && page.contains("SECANTING"), "{page}");
    let both = [(name.as_str(), d.as_str()), (name.as_str(), g.as_str()), ("aksi", "simpan")];
    money.treasurer.post(&confirm, &both).await.to();
    assert_eq!(money.holds().await, 10_000);
    // What went pays nothing.
    let went = line_of(&money.lines("open").await, "BELANJA");
    let answer = money.treasurer.post(&format!("{went}/pemberian"), &[("gerakan", &campaign)]).await;
    assert!(answer.refused().contains("bukan uang masuk"));
    // A campaign of another fund takes nothing from this account.
    let csr = money.monday.test.app.store.new_id();
    money
        .monday
        .test
        .sql(
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, ends_on, \
             contributor_scope, help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, \
             deposit_days, state, created_at) VALUES ($1, $2, 'Gerakan CSR', '', 'weekly', 1, 20260202, NULL, 'anyone', \
             'nutrition', 'pairs', $3, $4, 'csr', 1, '', 3, 'active', 0)",
            args![KERINCI, csr, money.monday.holder, money.monday.warehouse],
        )
        .await;
    assert!(!giver.get("/transfer").await.ok().contains("Gerakan CSR"));
    let csr = csr.to_string();
    let form = [("gerakan", csr.as_str()), ("jumlah", "4.000"), ("cara", "transfer")];
    assert!(giver.post("/transfer", &form).await.refused().contains("belum menerima transfer"));
    let answer = money.treasurer.post(&format!("{line}/batal"), &[("alasan", "x")]).await;
    answer.to();
    let answer = money.treasurer.post(&format!("{line}/pemberian"), &[("gerakan", &csr)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    money.monday.books_are_clean().await;
}
