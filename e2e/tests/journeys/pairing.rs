//! Who helps whom: an admin makes a run, somebody else approves it, and a sponsor sees his child by its code name.

use std::time::Duration;

use e2e::{Error, Result};

use super::desk::Desk;

#[tokio::test]
async fn a_run_is_made_approved_by_another_and_reaches_the_sponsor() -> Result<()> {
    // Without JavaScript, as on an old phone.
    let Some(desk) = Desk::open(false).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    let run = order(desk).await?;
    approve(desk, &run).await?;
    sponsor(desk).await
}

/// The admin puts last week's draft away and has everybody paired anew; approving it himself is not offered.
async fn order(desk: &Desk) -> Result<String> {
    desk.sign_in("admin").await?;
    desk.goto("/pasangan").await?;
    desk.press("Orang Tua Asuh Kerinci").await?;
    desk.see("Tiga hitungan bulan ini").await?;
    desk.look("pasangan-program").await?;
    desk.press("Perhitungan pasangan").await?;
    desk.press("Perhitungan 2").await?;
    desk.see("Rancangan").await?;
    desk.press("Tolak rancangan").await?;
    desk.browser.fill("alasan", "dihitung ulang bersama semua kumpulan").await?;
    desk.press("Tolak").await?;
    desk.see("dihitung ulang bersama semua kumpulan").await?;
    desk.press("Perhitungan pasangan").await?;
    desk.see("Kumpulan pemberi yang ikut").await?;
    let runs = desk.browser.current_path().await?;
    desk.press("Hitung").await?;
    let run = desk.browser.path_after(&runs).await?;
    for _ in 0..40 {
        if !desk.browser.text("body").await?.contains("Sedang dihitung") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        desk.goto(&run).await?;
    }
    desk.see("Terbukti terbaik").await?;
    desk.see("Anda yang meminta perhitungan ini").await?;
    if desk.browser.text("main").await?.contains("Setujui dan berlakukan") {
        return Err(Error::new("who asked for a run may approve it"));
    }
    desk.look("pasangan-rancangan").await?;
    desk.press("Alasan per sasaran").await?;
    desk.see("desil").await?;
    desk.look("pasangan-alasan").await?;
    Ok(run)
}

/// The regent finds it on his first page, approves it, and has the letters printed.
async fn approve(desk: &Desk, run: &str) -> Result<()> {
    desk.sign_in("bupati").await?;
    desk.press_task("Periksa dan putuskan rancangan pasangan").await?;
    if desk.browser.path_after("/").await? != run {
        return Err(Error::new("the task leads to another run"));
    }
    desk.press("Setujui dan berlakukan").await?;
    desk.see("Disetujui").await?;
    desk.look("pasangan-disetujui").await?;
    desk.goto(&format!("{run}/surat")).await?;
    desk.see("orang tua asuh yang memperoleh pasangan").await?;
    let letters = desk.browser.text("main").await?;
    if letters.contains("RT ") {
        return Err(Error::new(format!("a letter says where a child lives: {letters}")));
    }
    Ok(())
}

/// A civil servant sees whom he helps: a code name, never a name.
async fn sponsor(desk: &Desk) -> Result<()> {
    desk.sign_in("asn").await?;
    desk.goto("/janji").await?;
    desk.see("Anak asuh saya").await?;
    desk.look("pasangan-anak-asuh").await?;
    let page = desk.browser.text("main").await?;
    let code = |word: &str| {
        let Some((name, digits)) = word.split_once('-') else { return false };
        name.chars().next().is_some_and(char::is_uppercase)
            && digits.len() == 5
            && digits.parse::<u32>().is_ok()
    };
    if !page.split_whitespace().any(code) {
        return Err(Error::new(format!("no code name: {page}")));
    }
    Ok(())
}
