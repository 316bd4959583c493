//! Kapuas in small: a list comes in after two that were frozen, is mended, rid of a copy, verified by its village,
//! checked by its kecamatan and frozen; and the least role sees its village alone.

use e2e::{Error, Result};

use super::desk::Desk;
use super::monday::upload;

/// Three families of a village, one of them twice in other words, and one whose number Excel has rounded.
fn families(village: &str) -> String {
    format!(
        "Kode Desa;RW;RT;No KK;NIK Kepala Keluarga;Nama Kepala Keluarga;Tgl Lahir Kepala Keluarga;Nama Istri;\
         Tgl Lahir Istri;Jamban Tidak Layak\n\
         {village};001;002;6203000101250001;;Rahmat Hidayat;12-03-1990;Siti Aminah;1992-05-17;V\n\
         {village};001;002;6203000101250002;;RACHMAT HIDAJAT;12 Maret 1990;St. Aminah;33741;V\n\
         {village};001;003;6203000101250003;6203000602910002;Markus Tundan;06/02/1991;Yuliana;;V\n\
         {village};001;003;6203000101250004;6,20300E+15;Suhardi Mantang;31-12-1988;Herlina;;V\n"
    )
}

#[tokio::test]
async fn from_a_list_that_nobody_trusts_to_data_tetap() -> Result<()> {
    let Some(desk) = Desk::open_district(true, &["--district", "kapuas"]).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    let village = village_of_the_verifier(desk).await?;
    import(desk, &village).await?;
    decide(desk).await?;
    let campaign = open_campaign(desk).await?;
    visit(desk, &village).await?;
    check(desk, &village).await?;
    freeze(desk).await?;
    least(desk, &village, &campaign).await
}

/// The code of the village that the verifier works in.
async fn village_of_the_verifier(desk: &Desk) -> Result<String> {
    desk.sign_in("desa").await?;
    desk.goto("/verifikasi").await?;
    desk.ask_text("document.querySelector('main table a').getAttribute('href').split('/').pop()").await
}

/// The keeper of the list brings it in, mends what Excel has rounded, and sends the file of what stayed out again.
async fn import(desk: &Desk, village: &str) -> Result<()> {
    desk.sign_in("daftar").await?;
    let file = desk.folder.path().join("krs.csv");
    std::fs::write(&file, families(village))?;
    upload(desk, &file.to_string_lossy()).await?;
    desk.see("NIK dibulatkan oleh Excel").await?;
    let rest = "await fetch(document.querySelector('main a[href$=\"/perbaikan.csv\"]').href).then(file => file.text())";
    let rest = desk.ask_text(rest).await?;
    desk.press("Simpan 3 baris").await?;
    desk.see("Tersimpan: 3 baru").await?;
    if !rest.contains("6,20300E+15") || rest.contains("Markus") {
        return Err(Error::new(format!("not the rows that stayed out: {rest}")));
    }
    std::fs::write(&file, rest.replace("6,20300E+15", "6203003112880004"))?;
    upload(desk, &file.to_string_lossy()).await?;
    desk.press("Simpan 1 baris").await?;
    desk.see("Tersimpan: 1 baru").await
}

/// Two records are one family: the keeper looks at both and says so.
async fn decide(desk: &Desk) -> Result<()> {
    desk.goto("/data-ganda").await?;
    for tab in ["/data-ganda", "/data-ganda?tampil=usul"] {
        desk.goto(tab).await?;
        if desk.ask("document.querySelectorAll('main tbody a').length > 0").await? == true {
            break;
        }
    }
    desk.look("data-ganda").await?;
    desk.press("Bandingkan dan putuskan").await?;
    desk.see("Orang yang sama?").await?;
    desk.look("data-ganda-pasangan").await?;
    desk.browser.fill("alasan", "Kartu keluarga lama dan baru dari satu rumah").await?;
    desk.browser.click("button[value=sama]").await?;
    desk.see("Digabungkan.").await
}

/// The keeper opens the campaign for those whom nobody has visited; its address.
async fn open_campaign(desk: &Desk) -> Result<String> {
    desk.goto("/verifikasi/putaran/baru").await?;
    desk.press("Hitung dulu").await?;
    desk.see("3 keluarga di 1 desa/kelurahan").await?;
    desk.look("putaran-baru").await?;
    desk.press("Buka untuk 3 keluarga").await?;
    desk.see("belum").await?;
    desk.look("putaran").await?;
    let address = "document.querySelector('main .cards a[href*=\"/putaran/\"]').getAttribute('href')";
    let address = desk.ask_text(address).await?;
    let parts: Vec<&str> = address.split('/').take(4).collect();
    Ok(parts.join("/"))
}

/// The village's verifier visits from a phone and closes the village by its record.
async fn visit(desk: &Desk, village: &str) -> Result<()> {
    desk.sign_in("desa").await?;
    desk.goto(&format!("/verifikasi/{village}")).await?;
    desk.see("Markus Tundan").await?;
    desk.look("kunjungan-desa").await?;
    desk.goto(&format!("/verifikasi/{village}/lembar")).await?;
    desk.see("Markus Tundan").await?;
    desk.look("lembar-desa").await?;
    desk.goto(&format!("/verifikasi/{village}")).await?;
    for name in ["Markus Tundan", "Suhardi Mantang"] {
        desk.browser.click(&format!("button[aria-label='Keluarga {name} sesuai daftar']")).await?;
        desk.see(&format!("Tersimpan: keluarga {name}")).await?;
    }
    desk.browser.click("main tbody a[href^='/verifikasi/keluarga/']").await?;
    desk.see("Hasil kunjungan: keluarga").await?;
    desk.browser.fill("hasil", "not_at_risk").await?;
    desk.browser.fill("alasan", "Sudah punya jamban sehat").await?;
    desk.press("Simpan").await?;
    desk.see("Tersimpan: keluarga").await?;
    desk.press("Tutup desa dengan berita acara").await?;
    desk.look("tutup-desa").await?;
    desk.browser.fill("nama_1", "Rekaan Contoh").await?;
    desk.press("Tutup dan buat berita acara").await?;
    desk.see("Berita acara verifikasi").await?;
    desk.look("berita-acara-desa").await
}

/// The kecamatan draws its sample, visits it again and closes its check.
async fn check(desk: &Desk, village: &str) -> Result<()> {
    let subdistrict = format!("{}0000", village.get(..6).unwrap_or_default());
    desk.sign_in("kecamatan").await?;
    desk.goto(&format!("/verifikasi/kecamatan/{subdistrict}/periksa")).await?;
    desk.press("Tarik sampel").await?;
    desk.see("dikunjungi ulang").await?;
    desk.look("periksa-kecamatan").await?;
    // Those whom nobody of the kecamatan has visited yet; the family without a risk is found as the village found it.
    for nth in 1..=3 {
        let open =
            "[...document.querySelectorAll('details')].find(e => e.textContent.includes('Catat kunjungan'))";
        desk.ask(&format!("({open}.id = 'ini', document.querySelector('#ini').open = true)")).await?;
        let household = desk.ask_text("document.querySelector('#ini').closest('tr').textContent").await?;
        let without_risk = household.to_lowercase().contains("hidajat") || household.contains("Hidayat");
        let found = if without_risk { "not_at_risk" } else { "as_listed" };
        desk.browser.click(&format!("#ini option[value={found}]")).await?;
        desk.browser.click("#ini button").await?;
        desk.see(&format!("{nth}/3")).await?;
    }
    desk.see("100 %").await?;
    desk.press("Tutup pemeriksaan").await?;
    desk.see("Pemeriksaan ditutup").await?;
    desk.look("periksa-selesai").await
}

/// The district freezes the third list and sees how it differs from the second.
async fn freeze(desk: &Desk) -> Result<()> {
    desk.sign_in("admin").await?;
    desk.goto("/data-tetap/keluarga/baru").await?;
    desk.see("Tetapkan Data Tetap 3").await?;
    desk.look("data-tetap-baru").await?;
    desk.browser.click("input[name=tutup_putaran]").await?;
    desk.browser.fill("nomor", "3").await?;
    desk.press("Tetapkan Data Tetap 3").await?;
    desk.see("Sidik SHA-256").await?;
    desk.look("data-tetap-3").await?;
    desk.press("Perubahan sejak Data Tetap 2").await?;
    desk.see("Markus Tundan").await?;
    desk.look("data-tetap-perubahan").await
}

/// The least role sees its village alone, and nothing of another.
async fn least(desk: &Desk, village: &str, campaign: &str) -> Result<()> {
    desk.sign_in("kader").await?;
    desk.goto("/verifikasi").await?;
    let villages = desk.ask("document.querySelectorAll('main table tbody tr').length").await?;
    if villages != 1 {
        return Err(Error::new(format!("a cadre sees {villages} villages")));
    }
    let other = if village == "6203011006" { "6203021001" } else { "6203011006" };
    for (address, wanted) in [
        (format!("/verifikasi/{other}"), 404),
        (format!("/verifikasi/{village}/tutup"), 403),
        (format!("{campaign}/tambah"), 403),
        ("/data-tetap/keluarga/baru".to_owned(), 403),
    ] {
        let status = desk.ask(&format!("await fetch('{address}').then(page => page.status)")).await?;
        if status != wanted {
            return Err(Error::new(format!("{address} answers {status}, not {wanted}")));
        }
    }
    desk.goto(&format!("/sasaran?desa={other}")).await?;
    let rows = desk.ask("document.querySelectorAll('main table tbody tr').length").await?;
    if rows != 0 {
        Err(Error::new(format!("a cadre sees {rows} families of another village")))
    } else {
        Ok(())
    }
}
