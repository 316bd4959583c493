//! A day at the posyandu: a village's children are weighed and measured, a figure that cannot be is asked about,
//! a child with a thin arm is sent on today, and its card is printed for the mother.

use e2e::{Error, Result};
use serde_json::Value;

use super::desk::Desk;

/// A child of the sheet that was measured before.
#[derive(Clone)]
struct Child {
    id: String,
    name: String,
    /// Its last weight, in hundredths of a kilogram.
    weight: i64,
    /// Its last length or height, in tenths of a centimetre.
    height: i64,
}

#[tokio::test]
async fn a_posyandu_day() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.sign_in("gizi").await?;
    desk.look("beranda-gizi").await?;
    let (sheet, children) = sheet_of_a_village(desk).await?;
    let Some((thin, others)) = children.split_first() else { return Err(Error::new("no children")) };
    let dots = dots(desk, thin).await?;
    weigh(desk, &sheet, thin, others).await?;
    let child = refer(desk, thin).await?;
    desk.goto(&child).await?;
    see_the_child(desk, thin, dots).await?;
    print_the_card(desk, &child, thin).await
}

/// Children of a sheet whose last figures are those of a child between one and five years.
const CHILDREN: &str = r"[...document.querySelectorAll('.growth-sheet tbody tr:has(input[name^=berat])')].map(row => {
    const hint = row.querySelector('.hint').textContent;
    const months = Number((hint.match(/(\d+) bulan(?=\)| ·)/) || [])[1]);
    const last = hint.match(/: (\d+),(\d\d) kg, (\d+),(\d) cm/);
    if (!last || months < 12 || months > 57) return null;
    const [kg, cm] = [Number(last[1] + last[2]), Number(last[3] + last[4])];
    if (kg < 600 || kg > 2000 || cm < 650 || cm > 1150) return null;
    const name = row.querySelector('strong').textContent;
    return [row.querySelector('input[name^=berat]').name.split('.')[1], name, kg, cm];
}).filter(child => child)";

/// The address of a village's sheet with four children of whom nothing is recorded today, and these; none of them
/// is on the list of those who are sent on already.
async fn sheet_of_a_village(desk: &Desk) -> Result<(String, Vec<Child>)> {
    desk.goto("/pengukuran/daftar?daftar=rujuk").await?;
    let listed = desk
        .ask("[...document.querySelectorAll('main tbody a[href*=\"/anak/\"]')].map(a => a.href.split('/').pop())")
        .await?;
    desk.goto("/pengukuran").await?;
    desk.look("pengukuran").await?;
    let villages = "[...document.querySelectorAll('main tbody a')].map(a => a.pathname)";
    for village in desk.ask(villages).await?.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let sheet = format!("{village}/lembar");
        desk.goto(&sheet).await?;
        let found = desk.ask(CHILDREN).await?;
        let found = found.as_array().into_iter().flatten().filter_map(child);
        let is_listed =
            |one: &Child| listed.as_array().is_some_and(|ids| ids.contains(&one.id.clone().into()));
        let children: Vec<Child> = found.filter(|one| !is_listed(one)).take(4).collect();
        if children.len() == 4 {
            return Ok((sheet, children));
        }
    }
    Err(Error::new("no village with four measured children"))
}

fn child(row: &Value) -> Option<Child> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let (weight, height) = (row[2].as_i64()?, row[3].as_i64()?);
    Some(Child { id: text(&row[0])?, name: text(&row[1])?, weight, height })
}

/// How many dots the child's chart has.
async fn dots(desk: &Desk, child: &Child) -> Result<u64> {
    desk.goto(&format!("/pengukuran/anak/{}", child.id)).await?;
    count_dots(desk).await
}

async fn count_dots(desk: &Desk) -> Result<u64> {
    let path = "document.querySelector('figure.wide path.dots').getAttribute('d').split('h0').length - 1";
    desk.ask(path).await?.as_u64().ok_or_else(|| Error::new("the chart has no dots"))
}

/// All are a little heavier and longer than before; one weight is written far too large, and one arm is thin.
async fn weigh(desk: &Desk, sheet: &str, thin: &Child, others: &[Child]) -> Result<()> {
    desk.goto(sheet).await?;
    desk.look("lembar-posyandu").await?;
    let Some(slipped) = others.last() else { return Err(Error::new("no child to slip")) };
    for child in others.iter().chain([thin]) {
        let weight = if child.id == slipped.id { child.weight * 5 } else { child.weight + 20 };
        fill(desk, "berat", child, &decimal(weight, 2)).await?;
        fill(desk, "tinggi", child, &decimal(child.height + 3, 1)).await?;
    }
    fill(desk, "lila", thin, "11,0").await?;
    desk.press("Simpan semua yang terisi").await?;
    desk.see("Ukur ulang dahulu?").await?;
    desk.look("lembar-posyandu-ukur-ulang").await?;
    let asked = desk.ask("[...document.querySelectorAll('.problems li a')].map(a => a.textContent)").await?;
    assert_eq!(asked, serde_json::json!([slipped.name]), "one figure is asked about, nothing is lost");
    fill(desk, "berat", slipped, &decimal(slipped.weight + 20, 2)).await?;
    desk.press_twice("Sudah diukur ulang, simpan semua").await?;
    desk.see("4 pengukuran tersimpan").await?;
    desk.look("lembar-posyandu-tersimpan").await?;
    let recorded = desk.ask("document.querySelectorAll('.growth-sheet .tag.done').length").await?;
    assert!(recorded.as_u64() >= Some(4), "{recorded} are recorded today");
    Ok(())
}

async fn fill(desk: &Desk, field: &str, child: &Child, value: &str) -> Result<()> {
    desk.type_into(&format!("[name='{field}.{}']", child.id), value).await
}

/// "10,60": a number of the smallest unit with so many decimals.
fn decimal(value: i64, decimals: usize) -> String {
    let of = if decimals == 2 { 100 } else { 10 };
    format!("{},{:0decimals$}", value / of, value % of)
}

/// The child with the thin arm is on today's list, which is printed; the address of its page.
async fn refer(desk: &Desk, thin: &Child) -> Result<String> {
    desk.goto("/").await?;
    desk.press_task("rujuk hari ini").await?;
    desk.see(&thin.name).await?;
    desk.look("daftar-rujuk").await?;
    desk.press("Tampilkan semua untuk dicetak").await?;
    desk.see(&thin.name).await?;
    let (_, sheets) = desk.browser.print("daftar-rujuk").await?;
    assert_eq!(sheets, 1, "a short list is one sheet of paper");
    desk.press(&thin.name).await?;
    desk.see("Bawa ke puskesmas hari ini juga").await?;
    desk.browser.current_path().await
}

/// The new point is on the chart, its number in the table, and the page says why the child is sent on.
async fn see_the_child(desk: &Desk, thin: &Child, before: u64) -> Result<()> {
    desk.see("LiLA di bawah 11,5 cm").await?;
    desk.look("anak").await?;
    assert_eq!(count_dots(desk).await?, before + 1, "one point more");
    let first = desk.ask_text("document.querySelector('.growth-numbers tbody tr').innerText").await?;
    for figure in [decimal(thin.weight + 20, 2), decimal(thin.height + 3, 1), "11,0".to_owned()] {
        assert!(first.contains(&figure), "{figure} stands in the newest row: {first}");
    }
    desk.press("BB/U").await?;
    desk.see("Berat badan menurut umur (BB/U)").await?;
    desk.look("anak-berat").await
}

/// The card is one sheet of A4 on its side, with today's weight below its month.
async fn print_the_card(desk: &Desk, child: &str, thin: &Child) -> Result<()> {
    desk.press("Cetak gaya KMS").await?;
    desk.see("(gaya KMS)").await?;
    desk.look("kms").await?;
    let weight = decimal((thin.weight + 20 + 5) / 10, 1);
    let drawn = desk.ask("document.querySelector('.growth-card svg').textContent").await?;
    assert!(drawn.as_str().is_some_and(|drawn| drawn.contains(&weight)), "{weight} is on the card: {drawn}");
    for months in ["0-24", "24-60"] {
        let path = child.split('?').next().unwrap_or_default();
        desk.goto(&format!("{path}/kms?umur={months}")).await?;
        let (_, sheets) = desk.browser.print(&format!("kms-{months}")).await?;
        assert_eq!(sheets, 1, "the card of {months} months is one sheet of paper");
    }
    Ok(())
}
