//! How fast the packages of a village are recorded on a phone: sixty families, from door to door and then all together, one
//! of them taken back, one received by a neighbour, one at a door that stayed closed; and the signed list photographed.

use std::fmt::Write;

use e2e::{Error, Result, Screen};

use super::desk::Desk;
use super::hand::{FINGER, Hand, Work, lowest};
use super::monday::upload;

/// Seconds that a village of sixty may take.
const MOST: f64 = 180.0;
/// Families of the village, and those of them who are visited one by one; the others come to one place.
const FAMILIES: usize = 60;
const DOORS: usize = 12;

#[tokio::test]
async fn sixty_deliveries_take_less_than_three_minutes_on_a_phone() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.browser.show_on(Screen::Desktop).await?;
    let place = village(desk).await?;
    let run = packed(desk, &place).await?;
    desk.sign_in("plkb").await?;
    let list = format!("{run}/desa/{place}/antar");
    desk.goto(&list).await?;
    received(desk, 0).await?;
    desk.look("antar-enam-puluh").await?;
    fits_a_thumb(desk).await?;
    let doors = door_to_door(desk).await?;
    let exceptions = exceptions(desk, &list).await?;
    let together = all_together(desk, &list).await?;
    the_list_comes_back(desk, &list).await?;
    // The village as it was done; and the slowest way, every door one by one.
    let mixed: Work = [doors, exceptions, together].into_iter().sum();
    mixed.judge("sixty packages, some at the door, the others together", MOST)?;
    let doors: Work = [doors; FAMILIES / DOORS].into_iter().chain([exceptions]).sum();
    doors.judge("sixty packages, every door one by one", MOST)
}

/// A village of the field officer.
async fn village(desk: &Desk) -> Result<String> {
    desk.sign_in("plkb").await?;
    desk.ask_text("document.querySelector('.tasks a[href*=\"/desa/\"]').pathname.split('/')[4]").await
}

/// That village with sixty families, planned, approved and packed: the address of the run.
async fn packed(desk: &Desk, place: &str) -> Result<String> {
    desk.sign_in("admin").await?;
    // Sixty visits of verification are another journey: here the list is enough. The small demo has fewer eggs than that.
    desk.goto("/pengaturan/program").await?;
    desk.browser.click("input[name='registry.eligible_statuses'][value=listed]").await?;
    desk.browser.click("input[name='distribution.share_cash']").await?;
    desk.press("Simpan").await?;
    desk.see("Tersimpan: 2 pengaturan").await?;
    pool(desk).await?;
    let there = count(desk, place).await?;
    further(desk, place, FAMILIES.saturating_sub(there)).await?;
    desk.sign_in("admin").await?;
    pool(desk).await?;
    match count(desk, place).await? {
        FAMILIES => plan(desk, place).await,
        there => Err(Error::new(format!("{there} families of {FAMILIES} may receive"))),
    }
}

/// The families of a village that may receive, as the page of a new plan says.
async fn count(desk: &Desk, place: &str) -> Result<usize> {
    let cell = format!(
        "document.querySelector('[name=desa][value=\"{place}\"]').closest('tr').querySelector('td.num').innerText.trim()"
    );
    desk.ask_text(&cell).await?.parse().map_err(|_| Error::new("no number of families"))
}

/// So many families more stand on the list, in each of them a pregnant woman.
async fn further(desk: &Desk, place: &str, families: usize) -> Result<()> {
    let digits = |range| place.get(range).unwrap_or_default();
    let code = format!("{}.{}.{}.{}", digits(0..2), digits(2..4), digits(4..6), digits(6..10));
    let mut sheet =
        "Kode Desa;RW;RT;No KK;NIK Kepala Keluarga;Nama Kepala Keluarga;Nama Istri;Punya Balita;PUS Hamil;\
                     Jamban Tidak Layak\n"
            .to_owned();
    for nth in 0..families {
        let (card, head) = (1_501_000_101_260_001 + nth, 1_501_000_502_800_001 + nth);
        writeln!(sheet, "{code};001;00{};{card};{head};{};Bu {nth};V;V;V", nth % 5 + 1, name(nth))
            .map_err(|error| Error::new(error.to_string()))?;
    }
    desk.sign_in("daftar").await?;
    let file = desk.folder.path().join("enam-puluh.csv");
    std::fs::write(&file, sheet)?;
    upload(desk, &file.to_string_lossy()).await?;
    desk.press(&format!("Simpan {families} baris")).await?;
    desk.see(&format!("Tersimpan: {families} baru")).await
}

/// Names that nobody bears, each another's.
fn name(nth: usize) -> String {
    let first = ["Abas", "Bujang", "Cik", "Darman", "Elok", "Fatah"];
    let second = ["Batu", "Danau", "Embun", "Fajar", "Gunung", "Hutan", "Intan", "Jati", "Kapas", "Lereng"];
    format!("{} {}", first[nth % first.len()], second[nth / first.len()])
}

/// What may be shared out this week, and among whom.
async fn pool(desk: &Desk) -> Result<()> {
    desk.goto("/penyaluran/baru").await?;
    desk.browser.fill("gerakan", "SECANTING").await?;
    desk.press("Tampilkan").await?;
    desk.see("Desa yang dituju minggu ini").await
}

/// A thousand rupiah for each family of the village, and an egg as far as there are any; approved and packed.
async fn plan(desk: &Desk, place: &str) -> Result<String> {
    let only = format!(
        "(() => {{ const each = {{ jumlah_egg: '1', jumlah_cash: '1000' }}; \
         document.querySelectorAll('[name=desa]').forEach(e => {{ e.checked = e.value === '{place}' }}); \
         document.querySelectorAll('[name^=jumlah_]').forEach(e => {{ e.value = each[e.name] || '0' }}) }})()"
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
    Ok(run)
}

/// Waits until the page says so many were received.
async fn received(desk: &Desk, families: usize) -> Result<()> {
    desk.browser.wait_for_text("#daftar .lead", &format!("{families} dari {FAMILIES} paket")).await
}

/// Nothing that is tapped on the list is lower than a finger.
async fn fits_a_thumb(desk: &Desk) -> Result<()> {
    let smallest = lowest(desk, "#daftar tr button, #daftar label.choice, .bar button").await?;
    println!("the smallest target of the list is {smallest:.0} px high");
    if smallest >= FINGER { Ok(()) } else { Err(Error::new(format!("the smallest target is {smallest} px"))) }
}

/// A tap at each door; the first by an impatient finger.
async fn door_to_door(desk: &Desk) -> Result<Work> {
    let mut hand = Hand::begins();
    for nth in 1..=DOORS {
        match nth {
            1 => desk.press_twice("Diterima").await?,
            _ => desk.browser.click("#daftar button[name=satu]").await?,
        }
        received(desk, nth).await?;
        hand.taps(1);
    }
    Ok(hand.rests())
}

/// A neighbour who says why she stands in, and a slip of the thumb that is taken back and then right.
async fn exceptions(desk: &Desk, list: &str) -> Result<Work> {
    let mut hand = Hand::begins();
    hand.thinks(2);
    let whom = name(2).to_lowercase();
    desk.type_into("#cari-nama", &whom).await?;
    desk.browser.click("#daftar tr.packed:not([hidden]) a").await?;
    desk.browser.fill("penerima", "Bu Rekaan").await?;
    desk.browser.fill("hubungan", "Tetangga").await?;
    desk.press("Simpan: diterima").await?;
    desk.see("Tulis mengapa bukan keluarga itu sendiri").await?;
    desk.browser.fill("sebab", "Ibunya ke ladang").await?;
    desk.press("Simpan: diterima").await?;
    received(desk, DOORS + 1).await?;
    hand.writes(&[&whom, "Bu Rekaan", "Ibunya ke ladang"]);
    // The fields, the relation and its entry, the link, the button twice.
    hand.taps(8);
    // The wrong one: the list says at once whom, and how to take it back.
    desk.browser.click("#daftar button[name=satu]").await?;
    received(desk, DOORS + 2).await?;
    desk.press("Salah? Batalkan").await?;
    desk.press("Salah catat? Batalkan").await?;
    desk.browser.fill("sebab", "Salah ketuk").await?;
    desk.press("Batalkan catatan ini").await?;
    desk.see("Pernah dicatat diterima").await?;
    hand.writes(&["Salah ketuk"]);
    hand.taps(5);
    let work = hand.rests();
    desk.goto(list).await?;
    received(desk, DOORS + 1).await?;
    Ok(work)
}

/// All who wait are ticked, one is unticked, and they are saved; then the door that stayed closed.
async fn all_together(desk: &Desk, list: &str) -> Result<Work> {
    let mut hand = Hand::begins();
    hand.thinks(1);
    let waiting = FAMILIES - DOORS - 1;
    desk.press(&format!("Centang semua ({waiting})")).await?;
    desk.see("belum tersimpan").await?;
    received(desk, DOORS + 1).await?;
    desk.browser.click("#daftar tr.packed label.choice").await?;
    desk.browser.click(".bar button:not([name])").await?;
    desk.see(&format!("Tersimpan: {} paket diterima", waiting - 1)).await?;
    received(desk, FAMILIES - 1).await?;
    desk.press("Rincian").await?;
    desk.browser.fill("alasan", "not_home").await?;
    desk.press("Kembalikan ke gudang").await?;
    desk.see("Tidak dapat diantar").await?;
    received(desk, FAMILIES - 1).await?;
    hand.taps(6);
    let work = hand.rests();
    desk.look("antar-semua-selesai").await?;
    // Nobody waits any more, and nothing is offered twice.
    desk.goto(list).await?;
    desk.see("Tidak ada paket yang menunggu").await?;
    Ok(work)
}

/// The list that was signed: a photo, and the signatures and thumbprints counted on it.
async fn the_list_comes_back(desk: &Desk, list: &str) -> Result<()> {
    let photo = desk.browser.screenshot("antar-daftar-difoto").await?;
    desk.goto(&format!("{}/daftar-kembali", list.trim_end_matches("/antar"))).await?;
    desk.browser.fill("tanda_tangan", &(FAMILIES - 2).to_string()).await?;
    desk.browser.fill("cap_jempol", "1").await?;
    desk.browser.fill("saksi", "Pak Rekaan").await?;
    desk.browser.fill("lembar1", &photo.to_string_lossy()).await?;
    desk.press("Simpan").await?;
    desk.see(&format!("{} tanda tangan dan 1 cap jempol", FAMILIES - 2)).await?;
    desk.see("Sama dengan catatan paket diterima").await
}
