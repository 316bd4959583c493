//! What goes wrong on a Monday.

use e2e::Result;

use super::desk::Desk;
use super::monday::upload;

#[tokio::test]
async fn wrong_inputs_are_told_and_nothing_is_lost() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = wrong_inputs(&desk).await;
    desk.end(walked).await
}

async fn wrong_inputs(desk: &Desk) -> Result<()> {
    // A mistyped code, then the right one.
    desk.goto("/aktivasi").await?;
    desk.look("aktivasi").await?;
    desk.browser.fill("kode", "AAAA-BBBB-CC").await?;
    desk.press("Lanjut").await?;
    desk.see("Kode ini tidak berlaku").await?;
    desk.look("aktivasi-salah").await?;

    // A picture instead of a list: told what it is, and the next file is taken.
    desk.sign_in("daftar").await?;
    let picture = desk.folder.path().join("foto.xlsx");
    std::fs::write(&picture, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")?;
    upload(desk, &picture.to_string_lossy()).await?;
    desk.see("bukan XLSX").await?;
    desk.look("impor-ditolak").await?;
    let other = desk.folder.path().join("daftar.csv");
    std::fs::write(&other, "Merek,Harga\nKopi,2000\n")?;
    upload(desk, &other.to_string_lossy()).await?;
    desk.see("Menunggu padanan kolom").await?;
    desk.look("impor-bukan-krs").await?;
    desk.goto("/impor").await?;
    desk.press("Unggah dan periksa").await?;
    desk.see("Ada yang perlu diperbaiki").await?;
    desk.look("impor-kosong").await?;

    // The session ends while somebody works: the way back is the sign-in.
    desk.sign_out().await?;
    desk.goto("/impor").await?;
    desk.see("Nama pengguna").await?;
    assert!(desk.browser.current_path().await?.starts_with("/masuk"));
    desk.look("masuk").await?;

    // A page of another role, and one that nobody has.
    desk.sign_in("koordinator").await?;
    desk.goto("/pengguna").await?;
    desk.look("dilarang").await?;
    desk.goto("/tidak-ada").await?;
    desk.look("tidak-ada").await
}

#[tokio::test]
async fn the_roll_is_saved_without_javascript() -> Result<()> {
    let Some(desk) = Desk::open(false).await? else { return Ok(()) };
    let walked = without_javascript(&desk).await;
    desk.end(walked).await
}

async fn without_javascript(desk: &Desk) -> Result<()> {
    desk.sign_in("koordinator").await?;
    desk.goto("/setoran").await?;
    desk.press("Buka setoran").await?;
    desk.see("Satu janji:").await?;
    desk.press("Semua membawa semuanya").await?;
    desk.see("Tersimpan:").await?;
    desk.browser.click(".person > summary").await?;
    desk.browser.click(".person input[value=nothing] + span").await?;
    desk.browser.click(".bar button").await?;
    desk.see("Tersimpan: 1 baris").await?;
    let state = desk.ask("document.querySelector('.person input:checked').value").await?;
    assert_eq!(state, "nothing", "what was saved is shown again");
    Ok(())
}
