//! The walk: everyone does his part of one Monday.

use e2e::{Error, Result};

use super::desk::Desk;
use super::money;

/// Two good rows and one whose number Excel has rounded.
fn families(village: &str) -> String {
    format!(
        "Kecamatan;Desa/Kelurahan;Kode Desa;Dusun;RW;RT;No KK;NIK Kepala Keluarga;Nama Kepala Keluarga;Nama Istri;\
         Punya Baduta;Punya Balita;PUS Hamil;Sumber Air Minum Tidak Layak;Jamban Tidak Layak\n\
         ;;{village};Dusun Baru;001;002;1501000101250001;1501000502900001;Ujang Senin;Rosna Senin;V;;V;;V\n\
         ;;{village};Dusun Baru;001;002;1501000101250002;1501000602910002;Buyung Telur;Nurhayati Telur;;V;;V;\n\
         ;;{village};Dusun Baru;001;003;1501000101250003;1,50101E+15;Salah Bulat;Salah Bulat;;V;;V;\n"
    )
}

#[tokio::test]
async fn the_whole_monday() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    let village = village_of_the_verifier(desk).await?;
    import(desk, &village).await?;
    verify(desk, &village).await?;
    let monday = monday_to_open(desk).await?;
    campaign(desk, &monday).await?;
    pledge(desk).await?;
    collect(desk).await?;
    let hand_over = hand_over(desk).await?;
    let deposit = slip(desk, &monday).await?;
    receive(desk, &hand_over).await?;
    confirm_cash(desk, &deposit).await?;
    money::give(desk).await?;
    money::accounts(desk).await?;
    let (run, place) = plan(desk).await?;
    pack(desk, &run, &place).await?;
    deliver(desk, &run, &place).await?;
    see_what_came_of_it(desk).await
}

/// The code of the village in which families wait for the verifier.
async fn village_of_the_verifier(desk: &Desk) -> Result<String> {
    desk.sign_in("desa").await?;
    desk.look("beranda-verifikator").await?;
    desk.goto("/verifikasi").await?;
    desk.look("verifikasi").await?;
    let digits =
        desk.ask_text("document.querySelector('main table a').getAttribute('href').split('/').pop()").await?;
    match (digits.get(..2), digits.get(2..4), digits.get(4..6), digits.get(6..)) {
        (Some(a), Some(b), Some(c), Some(d)) => Ok(format!("{a}.{b}.{c}.{d}")),
        _ => Err(Error::new(format!("no village: {digits}"))),
    }
}

/// The keeper of the list brings it in; a second time it changes nothing.
async fn import(desk: &Desk, village: &str) -> Result<()> {
    desk.sign_in("daftar").await?;
    desk.look("beranda-daftar").await?;
    let file = desk.folder.path().join("krs.csv");
    std::fs::write(&file, families(village))?;
    upload(desk, &file.to_string_lossy()).await?;
    desk.see("Menunggu persetujuan").await?;
    desk.look("impor-pratinjau").await?;
    assert_eq!(counts(desk).await?, [2, 0, 0, 1], "new, changed, same, error");
    desk.see("NIK dibulatkan oleh Excel").await?;
    let own = desk.ask_text(
        "await fetch(document.querySelector('main a[href$=\"/berkas\"]').href).then(file => file.arrayBuffer())\
         .then(bytes => new TextDecoder('latin1').decode(bytes.slice(0, 2)) == 'PK' ? 'XLSX' : new TextDecoder().decode(bytes))",
    );
    let own = own.await?;
    assert!(own == "XLSX" || (own.contains("Kesalahan") && own.contains("dibulatkan")), "{own}");
    desk.press("Simpan 2 baris").await?;
    desk.see("Tersimpan: 2 baru").await?;
    desk.look("impor-selesai").await?;

    upload(desk, &file.to_string_lossy()).await?;
    desk.see("Tidak ada yang baru atau berubah").await?;
    assert_eq!(counts(desk).await?, [0, 0, 2, 1], "new, changed, same, error");
    desk.press("Tutup impor ini").await?;
    desk.goto("/impor").await?;
    desk.look("impor").await
}

pub(super) async fn upload(desk: &Desk, file: &str) -> Result<()> {
    desk.goto("/impor").await?;
    desk.browser.fill("jenis", "krs").await?;
    desk.browser.fill("berkas", file).await?;
    desk.press("Unggah dan periksa").await
}

/// The numbers on the cards of an import: new, changed, same, error.
async fn counts(desk: &Desk) -> Result<Vec<u64>> {
    let numbers =
        desk.ask("[...document.querySelectorAll('.cards .big')].map(e => Number(e.textContent))").await?;
    Ok(numbers.as_array().into_iter().flatten().filter_map(serde_json::Value::as_u64).take(4).collect())
}

/// The village says what it found at the new family's door.
async fn verify(desk: &Desk, village: &str) -> Result<()> {
    desk.sign_in("desa").await?;
    desk.goto(&format!("/verifikasi/{}", village.replace('.', ""))).await?;
    desk.see("Ujang Senin").await?;
    desk.look("verifikasi-desa").await?;
    desk.press("Ujang Senin").await?;
    desk.see("Hasil kunjungan: keluarga Ujang Senin").await?;
    desk.look("verifikasi-kunjungan").await?;
    // Without an answer nothing is stored, and the page says so.
    desk.press("Simpan").await?;
    desk.see("Ada yang perlu diperbaiki").await?;
    desk.browser.fill("hasil", "as_listed").await?;
    desk.press("Simpan").await?;
    desk.see("Tersimpan: keluarga Ujang Senin").await?;
    desk.browser.click("button[aria-label='Keluarga Buyung Telur sesuai daftar']").await?;
    desk.see("Tersimpan: keluarga Buyung Telur").await
}

/// The Monday of this week, `yyyymmdd`, as the coordinator is asked to open it.
async fn monday_to_open(desk: &Desk) -> Result<String> {
    desk.sign_in("koordinator").await?;
    desk.look("beranda-koordinator").await?;
    desk.goto("/setoran").await?;
    let day =
        desk.ask_text("document.querySelector('.tasks input[name=hari]').value.split('_').pop()").await?;
    Ok(day.replace('-', ""))
}

/// The admin makes a campaign by the form.
async fn campaign(desk: &Desk, monday: &str) -> Result<()> {
    desk.sign_in("admin").await?;
    desk.look("beranda-admin").await?;
    desk.goto("/gerakan").await?;
    desk.press("Buat gerakan").await?;
    desk.see("Yang dibawa satu orang").await?;
    desk.look("gerakan-baru").await?;
    let browser = &desk.browser;
    browser.fill("nama", "SECANTING UJI").await?;
    browser.fill("slogan", "Senin Cegah Stunting").await?;
    browser.fill("irama", "weekly").await?;
    browser.fill("hari", "Senin").await?;
    desk.fill_day("mulai", monday).await?;
    browser.fill("jumlah_rice_can", "1").await?;
    browser.fill("jumlah_egg", "1").await?;
    browser.fill("jumlah_cash", "2.000").await?;
    browser.fill("pemegang_dana", "Korpri Kabupaten Kerinci").await?;
    browser.fill("gudang", "Gudang DPPKBPP&PA").await?;
    desk.press("Periksa jawaban").await?;
    desk.see("Periksa sebelum gerakan dibuat.").await?;
    desk.look("gerakan-periksa").await?;
    desk.press("Simpan gerakan").await?;
    desk.see("Senin Cegah Stunting").await?;
    desk.look("gerakan").await
}

/// The coordinator records that everybody in the unit is willing, from today on. This Monday's roll
/// is that of the campaign that runs already: nobody promises for days that are over.
async fn pledge(desk: &Desk) -> Result<()> {
    desk.sign_in("koordinator").await?;
    desk.goto("/janji/unit").await?;
    desk.look("janji").await?;
    desk.browser.click("main table a").await?;
    desk.choose("gerakan", "SECANTING UJI").await?;
    desk.press("Tampilkan").await?;
    desk.see("SECANTING UJI ·").await?;
    desk.look("janji-unit").await?;
    desk.press("Semua bersedia").await?;
    desk.see("janji baru").await?;
    desk.look("janji-tercatat").await
}

/// The roll: everybody brought everything but one, who forgot the egg; counted by two; closed.
async fn collect(desk: &Desk) -> Result<()> {
    let browser = &desk.browser;
    desk.goto("/setoran").await?;
    desk.look("setoran").await?;
    let form = desk.ask_text(
        "[...document.querySelectorAll('.tasks li')].find(li => !li.textContent.includes('SECANTING UJI'))\
         .querySelector('form').setAttribute('id', 'buka') ?? 'buka'",
    );
    form.await?;
    browser.click("#buka button").await?;
    desk.see("Satu janji:").await?;
    desk.look("setoran-terbuka").await?;
    desk.press("Semua membawa semuanya").await?;
    desk.see("Tersimpan:").await?;
    // The first in the list forgot the egg.
    browser.click(".person > summary").await?;
    browser.click(".person .part span").await?;
    desk.type_into(".person .amounts input[name$='.rice_can']", "1").await?;
    desk.type_into(".person .amounts input[name$='.egg']", "0").await?;
    desk.type_into(".person .amounts input[name$='.cash']", "2.000").await?;
    desk.look("setoran-pengecualian").await?;
    desk.press("Simpan dan hitung").await?;
    desk.see("Hitung barang dan uang di meja").await?;
    desk.look("hitung").await?;
    for commodity in ["rice_can", "egg", "cash"] {
        let selector = format!("input[name='hitung.{commodity}']");
        desk.type_into(&selector, &amount_beside(desk, &selector).await?).await?;
    }
    // Cash is counted by two: without the second the page says so.
    // Not the unseen button that Enter presses.
    browser.click(".actions > button").await?;
    desk.see("Tulis nama orang kedua").await?;
    desk.look("hitung-tanpa-saksi").await?;
    browser.fill("saksi", "Rahmat Hidayat").await?;
    browser.click(".actions > button").await?;
    desk.see("Uang dihitung juga oleh Rahmat Hidayat").await?;
    desk.look("hitung-periksa").await?;
    desk.press("Tutup setoran").await?;
    desk.see("Lembar hitung setoran").await?;
    desk.see("Hasil hitung").await?;
    desk.look("lembar-hitung").await
}

/// The number that stands after the colon in the legend of a field: what was ticked or sent.
async fn amount_beside(desk: &Desk, selector: &str) -> Result<String> {
    let legend = format!(
        "document.querySelector(\"{selector}\").closest('fieldset').querySelector('legend').textContent"
    );
    let legend = desk.ask_text(&legend).await?;
    let after = legend.split(':').nth(1).unwrap_or_default();
    Ok(after.chars().filter(char::is_ascii_digit).collect())
}

/// How many hand-overs a list shows.
const HAND_OVERS: &str = "document.querySelectorAll('main tbody tr').length";

/// The goods set out to the warehouse; an impatient second click sends nothing twice.
async fn hand_over(desk: &Desk) -> Result<String> {
    let sheet = desk.browser.current_path().await?;
    desk.goto("/serah-terima").await?;
    let before = desk.ask(HAND_OVERS).await?;
    desk.goto(&sheet).await?;
    desk.press("Serahkan barang").await?;
    desk.look("serah").await?;
    desk.press("Periksa").await?;
    desk.see("Periksa tujuan dan jumlahnya").await?;
    desk.press_twice("Serahkan").await?;
    desk.see("Berita Acara Serah Terima").await?;
    desk.see("Dalam perjalanan").await?;
    desk.look("berita-acara").await?;
    let path = desk.browser.current_path().await?;
    desk.goto("/serah-terima").await?;
    desk.look("serah-terima").await?;
    let after = desk.ask(HAND_OVERS).await?;
    assert_eq!(after.as_u64(), before.as_u64().map(|before| before + 1), "one hand-over of one Monday");
    Ok(path)
}

/// The coordinator has taken the money to the fund holder and enters the slip.
async fn slip(desk: &Desk, monday: &str) -> Result<String> {
    desk.goto("/setor-uang").await?;
    desk.look("setor-uang").await?;
    desk.browser.click("main tr:has(.tag.needs_action) a").await?;
    desk.see("Belum disetor").await?;
    desk.browser.fill("bukti", "KRP-0011").await?;
    desk.fill_day("hari", monday).await?;
    desk.look("bukti-setor").await?;
    desk.press("Kirim ke bendahara").await?;
    desk.see("Menunggu konfirmasi bendahara").await?;
    desk.browser.current_path().await
}

/// The keeper of the warehouse counts what arrives.
async fn receive(desk: &Desk, hand_over: &str) -> Result<()> {
    desk.sign_in("gudang").await?;
    desk.look("beranda-gudang").await?;
    desk.goto(hand_over).await?;
    desk.see("Terima barang").await?;
    for commodity in ["rice_can", "egg"] {
        let selector = format!("input[name='terima.{commodity}']");
        desk.type_into(&selector, &amount_beside(desk, &selector).await?).await?;
    }
    desk.look("terima").await?;
    desk.press("Periksa").await?;
    desk.see("Periksa sekali lagi").await?;
    desk.look("terima-periksa").await?;
    desk.press("Konfirmasi penerimaan").await?;
    desk.see("Diterima pada").await?;
    desk.look("berita-acara-diterima").await?;
    desk.goto("/gudang").await?;
    desk.look("gudang").await
}

/// The treasurer finds the money on the account.
async fn confirm_cash(desk: &Desk, deposit: &str) -> Result<()> {
    desk.sign_in("bendahara").await?;
    desk.look("beranda-bendahara").await?;
    desk.goto("/setor-uang").await?;
    desk.look("setor-uang-bendahara").await?;
    money::confirm(desk, deposit, "KRP-0011").await?;
    desk.see("KRP-0011").await?;
    desk.look("kuitansi").await?;
    desk.goto("/gudang/kas").await?;
    desk.look("kas").await
}

/// The share-out to one village of the field officer, planned and approved by the admin: the run and
/// the code of the village.
async fn plan(desk: &Desk) -> Result<(String, String)> {
    desk.sign_in("plkb").await?;
    desk.look("beranda-plkb").await?;
    // Of the villages that are hers, the one with the most packages.
    let tasks = "[...document.querySelectorAll('.tasks a[href*=\"/desa/\"]')]";
    let fewer = "(a, b) => b.textContent.match(/[0-9]+/) - a.textContent.match(/[0-9]+/)";
    let place = desk.ask_text(&format!("{tasks}.sort({fewer})[0].pathname.split('/')[4]")).await?;
    desk.sign_in("admin").await?;
    desk.goto("/penyaluran").await?;
    desk.look("penyaluran").await?;
    desk.press("Rencana penyaluran baru").await?;
    desk.browser.fill("gerakan", "SECANTING").await?;
    desk.press("Tampilkan").await?;
    desk.see("Desa yang dituju minggu ini").await?;
    desk.look("penyaluran-baru").await?;
    let others = format!(
        "document.querySelectorAll('[name=desa]:checked:not([value=\"{place}\"])').forEach(e => e.click())"
    );
    desk.ask(&others).await?;
    let chosen = desk.browser.element(&format!("[name=desa][value='{place}']")).await?;
    if !chosen.is_selected().await? {
        chosen.click().await?;
    }
    desk.press("Hitung rencana").await?;
    desk.see("Ini masih rencana").await?;
    desk.look("penyaluran-rencana").await?;
    let run = desk.browser.current_path().await?;
    desk.press("Periksa dan setujui").await?;
    desk.see("Setujui penyaluran").await?;
    desk.look("penyaluran-setujui").await?;
    desk.press_twice("Setujui").await?;
    desk.see("Disetujui, sedang berjalan").await?;
    desk.look("penyaluran-disetujui").await?;
    Ok((run, place))
}

/// The warehouse packs for the village and gives the packages to those who carry them.
async fn pack(desk: &Desk, run: &str, place: &str) -> Result<()> {
    desk.sign_in("gudang").await?;
    desk.goto(&format!("{run}/desa/{place}")).await?;
    desk.see("Menunggu dikemas").await?;
    desk.look("daftar-kemas").await?;
    desk.browser.click("main a[href$='/kemas']").await?;
    desk.see("Barang ini keluar dari gudang").await?;
    desk.look("kemas").await?;
    desk.press("Sudah dikemas dan diserahkan").await?;
    desk.see("Dalam perjalanan").await
}

/// The field officer delivers with a signature, taps through the next, and finds a door closed.
async fn deliver(desk: &Desk, run: &str, place: &str) -> Result<()> {
    desk.sign_in("plkb").await?;
    desk.goto(&format!("{run}/desa/{place}/antar")).await?;
    desk.see("paket sudah diterima").await?;
    desk.look("antar").await?;
    desk.press("Rincian").await?;
    desk.see("Paket diterima").await?;
    let package = desk.browser.current_path().await?;
    desk.browser.fill("penerima", "Rosna").await?;
    desk.browser.fill("hubungan", "Istri").await?;
    desk.sign().await?;
    desk.look("antar-paket").await?;
    desk.press("Simpan: diterima").await?;
    desk.see("1 dari").await?;
    desk.goto(package.trim_end_matches("/antar")).await?;
    desk.see("Rosna (Istri)").await?;
    let drawn =
        "document.querySelector('img.proof').complete && document.querySelector('img.proof').naturalWidth";
    assert_eq!(desk.ask(drawn).await?, 600, "the signature is kept");
    desk.look("paket").await?;
    desk.goto(&format!("{run}/desa/{place}/antar")).await?;
    desk.press_twice("Diterima").await?;
    desk.see("2 dari").await?;
    desk.look("antar-selesai").await?;
    // Last week's packages wait as well: there a door stays closed.
    desk.goto("/").await?;
    desk.browser.click(".tasks a[href*='/desa/']").await?;
    desk.press("Rincian").await?;
    desk.browser.fill("alasan", "not_home").await?;
    desk.press("Kembalikan ke gudang").await?;
    desk.see("Tidak dapat diantar").await?;
    desk.look("antar-kembali").await
}

/// The leader and the public see totals.
async fn see_what_came_of_it(desk: &Desk) -> Result<()> {
    desk.sign_in("bupati").await?;
    desk.look("beranda-pimpinan").await?;
    desk.goto("/dasbor").await?;
    desk.browser.fill("gerakan", "SECANTING").await?;
    desk.press("Tampilkan").await?;
    desk.see("Telur").await?;
    desk.look("dasbor").await?;
    desk.sign_out().await?;
    desk.goto("/publik").await?;
    desk.see("SECANTING").await?;
    desk.look("publik").await
}
