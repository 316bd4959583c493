//! How fast the packages of a village are recorded on a phone: sixty families, one at a time and all together, one of them
//! taken back, one received by a neighbour, one at a door that stayed closed; and the signed list photographed.
//!
//! What a person takes is counted as on the roll of an office (see `roll`): a tap is three quarters of a second, a key a
//! fifth, and 1.35 s of thought goes before each decision.

#![allow(clippy::disallowed_methods, reason = "says how long a village takes in real time")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use e2e::{Error, Result, Screen};

use super::desk::Desk;
use super::monday::upload;

/// Seconds for a tap, for a key, and for the thought before each exception.
const TAP: f64 = 0.75;
const KEY: f64 = 0.2;
const THOUGHT: f64 = 1.35;
/// Seconds that a village of sixty may take.
const MOST: f64 = 180.0;
/// Families of the village.
const FAMILIES: usize = 60;
/// What a finger needs, in pixels.
const FINGER: f64 = 44.0;

#[tokio::test]
async fn sixty_deliveries_take_less_than_three_minutes_on_a_phone() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.browser.show_on(Screen::Desktop).await?;
    let (run, place) = packed(desk).await?;
    desk.browser.show_on(Screen::Phone).await?;
    desk.sign_in("plkb").await?;
    let list = format!("{run}/desa/{place}/antar");
    desk.goto(&list).await?;
    desk.see(&format!("0 dari {FAMILIES} paket")).await?;
    fits_a_thumb(desk).await?;
    let one_by_one = door_to_door(desk).await?;
    exceptions(desk, &list).await?;
    let together = all_together(desk, &list).await?;
    the_list_comes_back(desk, &run, &place).await?;
    // Sixty doors, as fast as the twenty were; and the rest of a village in one place, as fast as it was.
    let doors = FAMILIES as f64 / DOORS as f64;
    judge("from door to door", one_by_one.0 * doors, one_by_one.1.mul_f64(doors))?;
    judge("in one place", together.0, together.1)
}

/// A village of the field officer with sixty families that are new, planned, approved and packed: the run and its code.
async fn packed(desk: &Desk) -> Result<(String, String)> {
    desk.sign_in("plkb").await?;
    let place = "document.querySelector('.tasks a[href*=\"/desa/\"]').pathname.split('/')[4]";
    let place = desk.ask_text(place).await?;
    desk.sign_in("daftar").await?;
    let mut sheet = "Kode Desa;RW;RT;No KK;NIK Kepala Keluarga;Nama Kepala Keluarga;Nama Istri;Punya Baduta;Punya Balita;\
                     Jamban Tidak Layak\n"
        .to_owned();
    for nth in 1..=FAMILIES {
        let (a, b) = (char::from(b'A' + (nth / 10) as u8), char::from(b'a' + (nth % 10) as u8));
        let row = format!("{place};001;{:03};15010001020{nth:05};15010005039{nth:05};{a}{b}rekaan Titipan;;V;;V\n", nth % 5 + 1);
        let _ = write!(sheet, "{row}");
    }
    let file = desk.folder.path().join("enam-puluh.csv");
    std::fs::write(&file, sheet)?;
    upload(desk, &file.to_string_lossy()).await?;
    desk.press(&format!("Simpan {FAMILIES} baris")).await?;
    desk.see(&format!("Tersimpan: {FAMILIES} baru")).await?;
    verified(desk, &place).await?;
    plan(desk, &place).await
}

/// Families that are listed take part in the share-out from now on: their village is not asked to visit sixty of them here.
async fn verified(desk: &Desk, place: &str) -> Result<()> {
    desk.sign_in("admin").await?;
    desk.goto("/pengaturan/program").await?;
    desk.browser.click("input[name='registry.eligible_statuses'][value=listed]").await?;
    desk.press("Simpan").await?;
    desk.see("Tersimpan:").await?;
    desk.goto(&format!("/sasaran?desa={place}")).await
}

/// An egg for each family of the village, approved and packed.
async fn plan(desk: &Desk, place: &str) -> Result<(String, String)> {
    desk.goto("/penyaluran/baru").await?;
    desk.browser.fill("gerakan", "SECANTING").await?;
    desk.press("Tampilkan").await?;
    desk.see("Desa yang dituju minggu ini").await?;
    let only = format!(
        "document.querySelectorAll('[name=desa]').forEach(e => {{ e.checked = e.value === '{place}' }}) ?? \
         document.querySelectorAll('[name^=jumlah_]').forEach(e => {{ e.value = e.name === 'jumlah_egg' ? '1' : '0' }})"
    );
    desk.ask(&only).await?;
    desk.press("Hitung rencana").await?;
    desk.see("Ini masih rencana").await?;
    let run = desk.browser.current_path().await?;
    desk.press("Periksa dan setujui").await?;
    desk.press("Setujui").await?;
    desk.see("Disetujui, sedang berjalan").await?;
    desk.sign_in("gudang").await?;
    desk.goto(&format!("{run}/desa/{place}/kemas")).await?;
    desk.press("Sudah dikemas dan diserahkan").await?;
    desk.see("Dalam perjalanan").await?;
    Ok((run, place.to_owned()))
}
