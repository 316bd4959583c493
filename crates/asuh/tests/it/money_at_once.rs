//! Every write of money sent twenty times at once has one effect.

use asuh_store::args;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::money::{Money, NUMBER, bca, box_of, fields, line_of};
use crate::support::Client;

/// Sends the same form twenty times at once, and twenty forms of the same content.
async fn twenty(user: &Client, path: &str, fields: &[(&str, &str)]) {
    let form = crate::support::new_form_id();
    let same = (0..20).map(|_| user.post_as(path, &form, fields));
    let answers = futures_util::future::join_all(same).await;
    let first = &answers[0];
    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.location),
            (first.status, &first.location),
            "{path}: {}",
            answer.body
        );
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.body);
    }
    // Somebody else who does the same at the same time is refused or finds it done; nothing is done twice.
    futures_util::future::join_all((0..20).map(|_| user.post(path, fields))).await;
}

#[db_test]
async fn every_write_of_money_twenty_times_at_once_is_one(db: TestDatabase) {
    let money = Money::begin(db, 5).await;
    let deposit = money.deposited("SLIP-90018").await;
    let holder = money.monday.holder.to_string();
    let mut second = fields(&holder, "777000111", "");
    second.push(("aksi", "simpan"));
    twenty(&money.admin, "/rekening/baru", &second).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM fund_account").await, 2);
    money
        .monday
        .test
        .sql("UPDATE fund_account SET until = 20261001 WHERE number_end = '0111'", args![])
        .await;

    let giver = money.giver(0).await;
    let campaign = money.monday.campaign.to_string();
    let gift = [("gerakan", campaign.as_str()), ("jumlah", "450.000"), ("cara", "transfer")];
    let form = crate::support::new_form_id();
    let sent =
        futures_util::future::join_all((0..20).map(|_| giver.post_as("/transfer", &form, &gift))).await;
    let gift = sent[0].location.clone();
    assert!(sent.iter().all(|answer| answer.location == gift));
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM gift").await, 1);

    let file = bca(
        0,
        &[("02/11", "SLIP-90018", 10_000, "CR"), ("02/11", "X", 7_000, "CR"), ("02/11", "BUNGA", 5, "CR")],
    );
    let uploads = (0..20).map(|_| money.upload(&file));
    let drafts = futures_util::future::join_all(uploads).await;
    assert!(drafts.iter().all(|draft| *draft == drafts[0]), "one file is one draft");
    twenty(&money.treasurer, &format!("{}/masukkan", drafts[0]), &[]).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM bank_line").await, 3);

    let page = money.lines("open").await;
    let (name, value) = box_of(&page, "Dinas Pendidikan");
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    twenty(&money.treasurer, &confirm, &[(&name, &value), ("aksi", "simpan")]).await;
    assert_eq!(money.holds().await, 10_000);
    let other = line_of(&page, ">X<");
    twenty(&money.treasurer, &format!("{other}/pemberian"), &[("gerakan", &campaign)]).await;
    assert_eq!(money.holds().await, 17_000);
    let interest = line_of(&page, ">BUNGA<");
    twenty(&money.treasurer, &format!("{interest}/lain"), &[("sebab", "interest")]).await;
    twenty(&money.treasurer, &format!("{other}/batal"), &[("alasan", "salah")]).await;
    assert_eq!(money.holds().await, 10_000);
    twenty(&giver, &format!("{gift}/batal"), &[]).await;
    assert_eq!(
        money.n("SELECT COUNT(*) AS n FROM gift WHERE state = 'cancelled' AND way = 'transfer'").await,
        1
    );
    // A code is changed to another and away; an account ends on a day, each once for a form.
    let done = async |kind: &str| {
        let sql = "SELECT COUNT(*) AS n FROM command_log WHERE kind = $1";
        money.monday.test.number(sql, args![kind]).await
    };
    twenty(&money.admin, &format!("{}/qris", money.account), &[("qris", "")]).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM fund_account WHERE qris = ''").await, 2);
    assert!(done("collection.change_code").await <= 21, "twenty of one form are one command");
    twenty(&money.admin, &format!("{}/akhiri", money.account), &[("sampai", "2-11-2026")]).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM fund_account WHERE until = 20261102").await, 1);
    assert!(done("collection.end_account").await <= 21, "twenty of one form are one command");
    // Looking at a number twenty times changes nothing.
    let commands = money.n("SELECT COUNT(*) AS n FROM command_log").await;
    let number = format!("{}/nomor", money.account);
    for answer in futures_util::future::join_all((0..20).map(|_| money.admin.post(&number, &[]))).await {
        assert!(answer.ok().contains(NUMBER));
    }
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM command_log").await, commands);
    assert!(money.treasurer.get(&deposit).await.ok().contains("Diterima"));
    let matches = "SELECT COUNT(*) AS n FROM bank_match WHERE undone_at IS NULL";
    assert_eq!(money.n(matches).await, 1);
    money.monday.books_are_clean().await;
}

#[db_test]
async fn drafts_columns_and_givers_twenty_times_at_once_are_one(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
    // A draft is thrown away once.
    let draft = money.upload(&bca(0, &[("01/11", "SALAH UNGGAH", 1_000, "CR")])).await;
    twenty(&money.treasurer, &format!("{draft}/buang"), &[]).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM bank_statement WHERE state = 'dropped'").await, 1);
    // Columns are chosen once for a row of headings.
    let draft =
        money.upload("BANK DAERAH\n\nTgl Buku;Uraian Mutasi;Masuk Rp\n02/11/2026;TRF SARI;450.000\n").await;
    let choose = money.treasurer.get(&draft).await.to();
    let columns = [
        ("baris", "3"),
        ("bank", "Bank Daerah"),
        ("tanggal", "Tgl Buku"),
        ("keterangan", "Uraian Mutasi"),
        ("bentuk", "tanda"),
        ("jumlah", "Masuk Rp"),
    ];
    twenty(&money.treasurer, &choose, &columns).await;
    assert_eq!(money.n("SELECT COUNT(*) AS n FROM bank_layout").await, 1);
    money.treasurer.post(&format!("{draft}/masukkan"), &[("masuk", "450.000")]).await.to();
    // A giver is named once, and the books stay as they are.
    let line = line_of(&money.lines("open").await, "TRF SARI");
    let campaign = money.monday.campaign.to_string();
    money.treasurer.post(&format!("{line}/pemberian"), &[("gerakan", &campaign)]).await.to();
    let (giver, moved) = (money.monday.people[0].to_string(), "SELECT COUNT(*) AS n FROM transfer");
    let before = money.n(moved).await;
    twenty(&money.treasurer, &format!("{line}/pemberi"), &[("pemberi", &giver), ("aksi", "simpan")]).await;
    let named = "SELECT COUNT(*) AS n FROM gift WHERE sponsor_id = $1";
    assert_eq!(money.monday.test.number(named, args![money.monday.people[0]]).await, 1);
    assert_eq!(money.n(moved).await, before);
    money.monday.books_are_clean().await;
}
