//! The treasurer's part of a Monday: the bank's statement shows what the offices brought, and a giver's transfer.

use e2e::Result;

use super::desk::Desk;

/// The account of the demo whose money is that of the Monday.
const ACCOUNT: &str = "BCA •••• 1234";

/// The statement shows the deposit of this path under these words; the treasurer confirms what it proposes.
pub(super) async fn confirm(desk: &Desk, deposit: &str, slip: &str) -> Result<()> {
    desk.goto(deposit).await?;
    desk.see("tampak di mutasi bank").await?;
    desk.look("setoran-menunggu-mutasi").await?;
    let amount = digits(&desk.ask_text("document.querySelector('main .lead').firstChild.textContent").await?);
    let today = desk.ask_text("new Date().toISOString().slice(0, 10)").await?;
    desk.goto("/mutasi-bank").await?;
    desk.see("Unggah mutasi").await?;
    desk.look("mutasi-bank").await?;
    desk.press("Unggah mutasi").await?;
    desk.look("mutasi-unggah").await?;
    desk.choose("rekening", ACCOUNT).await?;
    let file = desk.folder.path().join("mutasi.csv");
    let statement = format!(
        "No rekening;8880001234\nTanggal;Keterangan;Debet;Kredit;Saldo\n\
         {today};SETOR TUNAI {slip};0;{amount};{amount}\n{today};BUNGA;0;0,50;{amount},50\n"
    );
    // A file whose balances do not follow from each other is not believed.
    std::fs::write(&file, statement.replace("0,50;", "0,75;"))?;
    desk.browser.fill("berkas", &file.to_string_lossy()).await?;
    desk.press("Unggah dan periksa").await?;
    desk.see("saldo").await?;
    desk.look("mutasi-tidak-cocok").await?;
    desk.press("Buang berkas ini").await?;
    std::fs::write(&file, &statement)?;
    desk.press("Unggah mutasi").await?;
    desk.choose("rekening", ACCOUNT).await?;
    desk.browser.fill("berkas", &file.to_string_lossy()).await?;
    desk.press("Unggah dan periksa").await?;
    desk.see("2 baru, 0 sudah ada").await?;
    desk.look("mutasi-periksa").await?;
    desk.press("Masukkan 2 baris baru").await?;
    desk.see("2 baris baru, 0 sudah ada sebelumnya").await?;
    desk.look("mutasi-masuk").await?;
    desk.press("Cocokkan baris").await?;
    desk.see(slip).await?;
    desk.look("mutasi-baris").await?;
    desk.press("Periksa yang dicentang").await?;
    desk.see("Ya, cocokkan").await?;
    desk.look("mutasi-cocok-periksa").await?;
    desk.press_twice("Ya, cocokkan").await?;
    desk.see("baris dicocokkan").await?;
    // Interest is no gift.
    let line = "[...document.querySelectorAll('main tr')].find(row => row.textContent.includes('BUNGA'))\
                .querySelector('a').getAttribute('href')";
    let line = desk.ask_text(line).await?;
    desk.goto(&line).await?;
    desk.look("mutasi-satu-baris").await?;
    desk.browser.fill("sebab", "interest").await?;
    desk.press("Simpan").await?;
    desk.see("Bunga atau bagi hasil").await?;
    desk.goto(deposit).await?;
    desk.press("Kuitansi").await?;
    desk.see("Sudah terima dari").await
}

/// A giver announces a transfer and sees how to pay it.
pub(super) async fn give(desk: &Desk) -> Result<()> {
    desk.sign_in("asn").await?;
    desk.see("menunggu mutasi bank").await?;
    desk.goto("/transfer").await?;
    desk.see("Beri tahu transfer baru").await?;
    desk.look("transfer-saya").await?;
    desk.choose("gerakan", "SECANTING").await?;
    desk.browser.fill("jumlah", "450.000").await?;
    desk.browser.fill("cara", "qris").await?;
    desk.press("Lihat cara membayar").await?;
    desk.see("Pindai kode ini").await?;
    desk.see("Rp450.0").await?;
    desk.look("transfer-qris").await?;
    desk.press("Tidak jadi").await?;
    // The page asks before it sends.
    desk.browser.client().accept_alert().await?;
    desk.see("dibatalkan").await?;
    desk.goto("/transfer").await?;
    desk.choose("gerakan", "SECANTING").await?;
    desk.browser.fill("jumlah", "100.000").await?;
    desk.browser.fill("cara", "transfer").await?;
    desk.press("Lihat cara membayar").await?;
    desk.see("8880 0012 34").await?;
    desk.look("transfer-rekening").await
}

/// The account of a fund holder as admin and treasurer see it.
pub(super) async fn accounts(desk: &Desk) -> Result<()> {
    desk.sign_in("admin").await?;
    desk.goto("/rekening").await?;
    desk.look("rekening").await?;
    desk.press("Catat rekening").await?;
    desk.look("rekening-baru").await?;
    desk.goto("/rekening").await?;
    desk.browser.click("main table a").await?;
    desk.see("NMID").await?;
    desk.look("rekening-satu").await
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}
