//! A kitchen's day by thumb on the cook's phone, in Serang: a meal planned for whom it is, with another menu for the child who
//! cannot eat eggs; cooked out of the store, brought to the villages, ticked by child, and closed with what was left.

use e2e::{Error, Result, Screen};
use serde_json::Value;

use super::desk::Desk;
use super::hand::Hand;

/// Seconds that writing down a kitchen's day may take.
const MOST: f64 = 180.0;
/// The menu of the day, and the one without eggs.
const EGG: &str = "Nasi tim telur wortel";
const TEMPE: &str = "Nasi tim tempe bayam";

#[tokio::test]
async fn a_cook_plans_cooks_ticks_and_closes_on_a_phone() -> Result<()> {
    let Some(desk) = Desk::open_district(true, &["--district", "serang"]).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.browser.show_on(Screen::Phone).await?;
    desk.sign_in("dapur").await?;
    let store = store(desk).await?;
    let before = eggs(desk, &store).await?;
    let mut thumb = Hand::begins();
    plan(desk, &mut thumb).await?;
    let used = cook(desk, &mut thumb).await?;
    deliver(desk, &mut thumb).await?;
    let absent = tick(desk, &mut thumb).await?;
    close(desk, &mut thumb, absent).await?;
    thumb.rests().judge("a kitchen's day", MOST)?;
    desk.look("masak-selesai").await?;
    let after = eggs(desk, &store).await?;
    match before - used == after && used > 0 {
        true => Ok(()),
        false => Err(Error::new(format!("{before} eggs before, {used} used, {after} there now"))),
    }
}

/// The page of the cook's own kitchen.
async fn store(desk: &Desk) -> Result<String> {
    desk.goto("/dapur").await?;
    let path = "[...document.querySelectorAll('main a')].map(a => a.pathname).find(p => /^.dapur.[0-9a-f-]{36}$/.test(p))";
    desk.ask_text(path).await
}

/// Eggs that the kitchen has.
async fn eggs(desk: &Desk, kitchen: &str) -> Result<i64> {
    desk.goto(kitchen).await?;
    let row = "[...document.querySelectorAll('main tbody tr')].find(row => row.innerText.includes('Telur'))\
        .querySelector('.num').innerText.replace(/[^0-9]/g, '')";
    number(&desk.ask_text(row).await?)
}

fn number(text: &str) -> Result<i64> {
    text.parse().map_err(|_| Error::new(format!("no number: {text}")))
}

/// Planned: the child who cannot eat eggs is named and gets nothing, until another menu is chosen for it.
async fn plan(desk: &Desk, thumb: &mut Hand) -> Result<()> {
    desk.goto("/masak-dapur").await?;
    desk.press("Rencanakan masakan").await?;
    desk.browser.fill("waktu", "noon").await?;
    // The menu of pages has the same name.
    desk.choose("menu", EGG).await?;
    desk.browser.fill("dana", "Sumbangan ASN").await?;
    desk.press("Periksa dulu").await?;
    desk.see("Tidak boleh makan menu ini").await?;
    desk.see("alergi: telur").await?;
    desk.see(&format!("Yang boleh: {TEMPE}")).await?;
    let without = portions(desk).await?;
    desk.look("masak-periksa").await?;
    desk.press("Ubah").await?;
    desk.browser.fill("pengganti", TEMPE).await?;
    desk.press("Periksa dulu").await?;
    desk.see(&format!("mendapat {TEMPE}")).await?;
    let with = portions(desk).await?;
    if with != without + 1 {
        return Err(Error::new(format!("{without} portions without the second menu, {with} with it")));
    }
    desk.press_twice("Rencanakan").await?;
    desk.see("Berikutnya: masak").await?;
    // The link, the time, three lists with an entry each, two checks, the way back, and the plan.
    thumb.reaches(12);
    Ok(())
}

/// Portions that the check page plans.
async fn portions(desk: &Desk) -> Result<i64> {
    let sum = "String([...document.querySelectorAll('main table')][0] ? \
        [...document.querySelectorAll('main table')[0].querySelectorAll('tbody td.num')]\
        .reduce((sum, cell) => sum + Number(cell.innerText.replace(/[^0-9]/g, '')), 0) : '')";
    number(&desk.ask_text(sum).await?)
}

/// Cooked, not without a clean kitchen: the eggs that went in.
async fn cook(desk: &Desk, thumb: &mut Hand) -> Result<i64> {
    desk.look("masak-rencana").await?;
    let used = number(&desk.ask_text("document.querySelector(\"[name='bahan.egg']\").value").await?)?;
    desk.press("Sudah dimasak").await?;
    desk.see("Centang setelah dapur bersih").await?;
    desk.browser.click("input[name=bersih]").await?;
    desk.press_twice("Sudah dimasak").await?;
    desk.see("Berikutnya: antar ke desa").await?;
    thumb.reaches(3);
    Ok(used)
}

/// Brought to the villages, as it was planned.
async fn deliver(desk: &Desk, thumb: &mut Hand) -> Result<()> {
    desk.press("Sudah diantar").await?;
    desk.see("Berikutnya: catat siapa yang makan").await?;
    thumb.reaches(1);
    Ok(())
}

/// Ticks who ate, village by village: of the first one did not come and the next ate half; how many stayed away.
async fn tick(desk: &Desk, thumb: &mut Hand) -> Result<i64> {
    let run = desk.browser.current_path().await?;
    let lists = "[...document.querySelectorAll('main a.button[href*=\"/desa/\"]')].map(a => a.pathname)";
    let lists = desk.ask(lists).await?;
    let mut marked = 0;
    for (nth, list) in lists.as_array().into_iter().flatten().filter_map(Value::as_str).enumerate() {
        desk.browser.click(&format!("a.button[href='{list}']")).await?;
        desk.see("Semua sudah ditandai habis").await?;
        if nth == 0 {
            desk.look("masak-catat").await?;
            let names = "[...document.querySelectorAll('select[name^=tanda]')].slice(0, 2).map(e => e.name)";
            let names = desk.ask(names).await?;
            for (name, mark) in names
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .zip(["tidak datang", "setengah"])
            {
                desk.browser.fill(name, mark).await?;
                thumb.reaches(2);
            }
        }
        desk.press_twice("Simpan daftar").await?;
        desk.goto(&run).await?;
        marked += 1;
        thumb.reaches(3);
    }
    if marked == 0 { Err(Error::new("no village to tick")) } else { Ok(1) }
}

/// Closed: what is left over adds up, or it is said.
async fn close(desk: &Desk, thumb: &mut Hand, absent: i64) -> Result<()> {
    desk.see(&format!("Sisa {absent} porsi")).await?;
    desk.browser.fill("dibagi", &(absent + 1).to_string()).await?;
    desk.browser.fill("keterangan", "Adik peserta").await?;
    desk.press("Tutup masakan").await?;
    desk.see(&format!("berjumlah {absent} porsi")).await?;
    desk.browser.fill("dibagi", &absent.to_string()).await?;
    desk.press_twice("Tutup masakan").await?;
    desk.see("Masakan ini selesai").await?;
    thumb.reaches(5);
    thumb.writes(&["Adik peserta"]);
    thumb.keys(2);
    Ok(())
}
