//! What is known later: who gave money that nobody announced, and which days no statement shows.

use asuh_ground::access::Role;
use asuh_store::testing::{TestDatabase, db_test};
use axum::http::StatusCode;

use crate::money::{Money, bca, line_of};

#[db_test]
async fn the_giver_of_an_unannounced_gift_is_named_later(db: TestDatabase) {
    let money = Money::begin(db, 3).await;
    money.take(&bca(0, &[("02/11", "TRF SAHABAT NOL", 75_000, "CR"), ("02/11", "LAIN", 1_000, "CR")])).await;
    let open = money.lines("open").await;
    let (line, other) = (line_of(&open, "TRF SAHABAT NOL"), line_of(&open, "LAIN"));
    let path = format!("{line}/pemberi");
    let campaign = money.monday.campaign.to_string();
    let giver = money.monday.people[0].to_string();
    let save = [("pemberi", giver.as_str()), ("aksi", "simpan")];
    // Before it is a gift there is nobody to name.
    assert_eq!(money.treasurer.post(&path, &save).await.status, StatusCode::NOT_FOUND);
    money.treasurer.post(&format!("{line}/pemberian"), &[("gerakan", &campaign)]).await.to();
    let page = money.treasurer.get(&line).await.ok();
    assert!(page.contains("Pemberi belum dikenal") && page.contains("Tulis siapa pemberinya"), "{page}");
    // A search by half a name finds few; by three letters it finds nobody.
    let short = money.treasurer.post(&path, &[("nama", "Sah"), ("aksi", "cari")]).await.refused();
    assert!(short.contains("sekurangnya 4 huruf") && short.contains("value=\"Sah\""), "{short}");
    assert!(money.treasurer.post(&path, &[("nama", ""), ("aksi", "cari")]).await.refused().contains("wajib"));
    let nobody = money.treasurer.post(&path, &[("nama", "Tak Dikenal"), ("aksi", "cari")]).await;
    assert!(nobody.refused().contains("Tidak ada pemberi"));
    let found = money.treasurer.post(&path, &[("nama", "Sahabat 00"), ("aksi", "cari")]).await.ok();
    assert!(found.contains(&giver) && found.contains("Sahabat 00 (Dinas Pendidikan)"), "{found}");
    assert!(money.treasurer.post(&path, &[("aksi", "simpan")]).await.refused().contains("wajib"));
    let auditor = money.monday.test.with_role(Role::Auditor).await;
    assert_eq!(auditor.post(&path, &save).await.status, StatusCode::FORBIDDEN);
    assert!(!auditor.get(&line).await.ok().contains("Tulis siapa pemberinya"));
    let stranger = money.monday.test.user(Role::Treasurer, &[], &[money.monday.office]).await;
    assert_eq!(stranger.post(&path, &save).await.status, StatusCode::NOT_FOUND);
    money.treasurer.post(&path, &save).await.to();
    assert!(money.treasurer.get(&line).await.ok().contains("Sahabat 00"));
    // He sees it among his own, and has a receipt with his name.
    let user = money.giver(0).await;
    assert!(user.get("/setoran/saya").await.ok().contains("Transfer Rp75.000"));
    let receipt = page.split("/mutasi-bank/pemberian/").nth(1).unwrap().split('/').next().unwrap();
    let receipt = user.get(&format!("/transfer/{receipt}/kuitansi")).await.ok();
    assert!(receipt.contains("Sahabat 00") && receipt.contains("Rp75.000"), "{receipt}");
    // Named wrongly, it is named again; what is no gift has no giver.
    let second = money.monday.people[1].to_string();
    money.treasurer.post(&path, &[("pemberi", &second), ("aksi", "simpan")]).await.to();
    assert!(!user.get("/setoran/saya").await.ok().contains("Rp75.000"));
    money.treasurer.post(&format!("{other}/lain"), &[("sebab", "interest")]).await.to();
    assert_eq!(money.treasurer.post(&format!("{other}/pemberi"), &save).await.status, StatusCode::NOT_FOUND);
    assert_eq!(money.holds().await, 75_000);
    money.monday.books_are_clean().await;
}

#[db_test]
async fn days_and_money_between_two_statements_are_missed(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
    let month = |file: String, days: &str| file.replace("01/11/2026 - 30/11/2026", days);
    money
        .take(
            &month(bca(0, &[("05/10", "A", 5_000, "CR")]), "01/10/2026 - 10/10/2026")
                .replace("'05/11", "'05/10"),
        )
        .await;
    // Days are missing, and the balance is another.
    let draft =
        money.upload(&month(bca(9_000, &[("20/10", "B", 1_000, "CR")]), "15/10/2026 - 21/10/2026")).await;
    let page = money.treasurer.get(&draft).await.ok();
    assert!(page.contains("Belum ada mutasi untuk 11 Okt 2026 sampai 14 Okt 2026"), "{page}");
    assert!(page.contains("Saldo awal Rp9.000 berbeda") && page.contains("(10 Okt 2026): Rp5.000"), "{page}");
    assert!(page.contains("<dt>Bank</dt><dd>BCA</dd>"), "{page}");
    // It is told, not forbidden.
    money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.to();
    let draft =
        money.upload(&month(bca(10_000, &[("23/10", "C", 1_000, "CR")]), "23/10/2026 - 24/10/2026")).await;
    let page = money.treasurer.get(&draft).await.ok();
    assert!(
        page.contains("Belum ada mutasi untuk 22 Okt 2026.") && !page.contains("Saldo awal Rp"),
        "{page}"
    );
    money.treasurer.post(&format!("{draft}/masukkan"), &[]).await.to();
    let draft =
        money.upload(&month(bca(11_000, &[("25/10", "D", 1_000, "CR")]), "25/10/2026 - 26/10/2026")).await;
    let page = money.treasurer.get(&draft).await.ok();
    assert!(!page.contains("Belum ada mutasi") && !page.contains("berbeda dari saldo akhir"), "{page}");
    // Which lines are shown is seen on the list.
    for state in ["open", "matched", "other"] {
        let page = money.lines(state).await;
        let tabs = page.split("class=\"tabs\"").nth(1).unwrap().split("</ul>").next().unwrap();
        let current = tabs.split("aria-current").next().unwrap();
        assert!(current.trim_end().ends_with(&format!("keadaan={state}\"")), "{state}: {tabs}");
    }
}

#[db_test]
async fn a_draft_names_the_bank_of_its_account(db: TestDatabase) {
    let money = Money::begin(db, 1).await;
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
    money.treasurer.post(&choose, &columns).await.to();
    let page = money.treasurer.get(&draft).await.ok();
    assert!(page.contains("<dt>Bank</dt><dd>BCA</dd>"), "{page}");
    assert!(page.contains("Dibaca dengan kolom</dt><dd>Bank Daerah</dd>"), "{page}");
}

#[db_test]
async fn one_deposit_comes_in_two_lines(db: TestDatabase) {
    let money = Money::begin(db, 5).await;
    let deposit = money.deposited("SLIP-77001").await;
    let id = deposit.rsplit('/').next().unwrap().to_owned();
    money
        .take(&bca(
            0,
            &[
                ("02/11", "SETOR SATU", 4_000, "CR"),
                ("02/11", "SETOR DUA", 6_000, "CR"),
                ("02/11", "LEBIH", 7_000, "CR"),
            ],
        ))
        .await;
    let open = money.lines("open").await;
    let confirm = format!("/mutasi-bank/rekening/{}/cocok", money.account_id());
    let pays = async |words: &str| {
        let line = line_of(&open, words);
        let name = format!("cocok.{}", line.rsplit('/').next().unwrap());
        let claim = format!("d.{id}");
        (line, money.treasurer.post(&confirm, &[(&name, &claim), ("aksi", "simpan")]).await)
    };
    let one = format!("cocok.{}", line_of(&open, "SETOR SATU").rsplit('/').next().unwrap());
    let check = money.treasurer.post(&confirm, &[(&one, &format!("d.{id}")), ("aksi", "periksa")]).await.ok();
    assert!(check.contains("sebagian: Rp4.000"), "{check}");
    let (first, answer) = pays("SETOR SATU").await;
    answer.to();
    assert_eq!(money.holds().await, 4_000);
    let page = money.treasurer.get(&deposit).await.ok();
    assert!(page.contains("Rp4.000 sudah tampak di mutasi bank, Rp6.000 belum"), "{page}");
    assert_eq!(
        money.treasurer.get(&format!("{deposit}/kuitansi")).await.to(),
        deposit,
        "no receipt of a part"
    );
    // What is left is proposed by its amount; more than is left is no part of it.
    assert!(money.lines("open").await.contains("Rp6.000"));
    assert!(pays("LEBIH").await.1.refused().contains("Jumlahnya harus sama"));
    assert_eq!(money.holds().await, 4_000);
    let (second, answer) = pays("SETOR DUA").await;
    answer.to();
    assert_eq!(money.holds().await, 10_000);
    let receipt = money.treasurer.get(&format!("{deposit}/kuitansi")).await.ok();
    assert!(receipt.contains("sepuluh ribu rupiah"), "{receipt}");
    assert!(pays("LEBIH").await.1.refused().contains("sudah"), "all of it is there");
    // Taken back in either order, it waits for what is missing and for no more.
    let back = [("alasan", "salah baris")];
    money.treasurer.post(&format!("{first}/batal"), &back).await.to();
    assert_eq!(money.holds().await, 6_000);
    assert!(
        money
            .treasurer
            .get(&deposit)
            .await
            .ok()
            .contains("Rp6.000 sudah tampak di mutasi bank, Rp4.000 belum")
    );
    pays("SETOR SATU").await.1.to();
    money.treasurer.post(&format!("{second}/batal"), &back).await.to();
    money.treasurer.post(&format!("{first}/batal"), &back).await.to();
    assert_eq!(money.holds().await, 0);
    assert!(!money.treasurer.get(&deposit).await.ok().contains("sudah tampak"));
    money.monday.books_are_clean().await;
}
