//! A mentor's visit by thumb on a phone: from *Hari ini* to the family, its questions, a child weighed and measured, a thin
//! arm sent to the puskesmas, and the family gone from today. Asking, weighing and talking take as long as they take.

use e2e::{Error, Result, Screen};
use serde_json::Value;

use super::desk::Desk;
use super::hand::Hand;

/// Seconds that writing a visit down may take.
const MOST: f64 = 180.0;

#[tokio::test]
async fn a_mentor_visits_weighs_and_refers_on_a_phone() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

/// A family that waits for nothing but a visit and what is asked there, with a child who was measured before.
struct Waiting {
    visit: String,
    head: String,
    child: String,
    /// Its last weight in hundredths of a kilogram and its last height in tenths of a centimetre.
    weight: i64,
    height: i64,
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.sign_in("kader").await?;
    desk.browser.show_on(Screen::Phone).await?;
    let waiting = family(desk).await?;
    desk.goto("/").await?;
    desk.look("beranda-kader").await?;
    let mut thumb = Hand::begins();
    desk.press_task("Hari ini:").await?;
    desk.see(&waiting.head).await?;
    desk.browser.click(&format!("a.button[href='{}']", waiting.visit)).await?;
    thumb.reaches(2);
    desk.see("Timbang dan ukur").await?;
    measure(desk, &waiting, &mut thumb).await?;
    answer(desk, &mut thumb).await?;
    desk.browser.fill("nasihat", "Telur tiap pagi").await?;
    thumb.writes(&["Telur tiap pagi"]);
    // An impatient finger: one visit all the same.
    desk.press_twice("Sudah diukur ulang, simpan").await?;
    desk.see("Kunjungan tersimpan").await?;
    desk.see("Segera bawa").await?;
    thumb.reaches(2);
    let visit = desk.browser.current_path().await?;
    desk.browser.click(&format!("a.button[href='/rujukan/baru/{}']", waiting.child)).await?;
    // The arm has ticked its reason.
    desk.browser.element("input[name=alasan][value=severely_wasted]:checked").await?;
    desk.press("Kirim rujukan").await?;
    desk.see("RJK/").await?;
    thumb.reaches(2);
    thumb.rests().judge("a visit, a measurement and a referral", MOST)?;
    desk.look("rujukan-terkirim").await?;
    desk.goto(&visit).await?;
    desk.see("Rujukannya sudah terkirim").await?;
    desk.look("kunjungan").await?;
    desk.goto("/pendampingan").await?;
    desk.look("pendampingan-hari-ini").await?;
    let left = format!(
        "[...document.querySelectorAll('main a')].filter(a => a.pathname === '{}').length",
        waiting.visit
    );
    match desk.ask(&left).await?.as_u64() {
        Some(0) => Ok(()),
        other => Err(Error::new(format!("the family still waits: {other:?}"))),
    }
}

/// Rows of today whose needs end with a visit: no referral that is waited for, no birthday, no audit, no feeding.
const ROWS: &str = "[...document.querySelectorAll('main tbody tr')].filter(row => \
    !/puskesmas|kelompok umur|audit|lahir|PMT/.test(row.querySelector('.gaps').innerText)).map(row => \
    [row.querySelector('a.button').getAttribute('href'), row.querySelector('a').innerText])";

/// The first child on the form whose last figures are those of a child between one and five years.
const CHILD: &str = r"[...document.querySelectorAll('details.more:has([name^=berat])')].map(one => {
    const last = one.textContent.match(/: (\d+),(\d\d) kg, (\d+),(\d) cm/);
    return last && [one.querySelector('[name^=berat]').name.split('.')[1], Number(last[1] + last[2]), Number(last[3] + last[4])];
}).find(one => one && one[1] > 700 && one[2] > 700 && one[2] < 1100) || null";

/// Chooses the family; the page of today remembers nothing of it.
async fn family(desk: &Desk) -> Result<Waiting> {
    desk.goto("/pendampingan").await?;
    let rows = desk.ask(ROWS).await?;
    for row in rows.as_array().into_iter().flatten() {
        let (Some(visit), Some(head)) = (row[0].as_str(), row[1].as_str()) else { continue };
        desk.goto(visit).await?;
        let child = desk.ask(CHILD).await?;
        let figures = (child[0].as_str(), child[1].as_i64(), child[2].as_i64());
        if let (Some(child), Some(weight), Some(height)) = figures {
            let (visit, head, child) = (visit.to_owned(), head.to_owned(), child.to_owned());
            return Ok(Waiting { visit, head, child, weight, height });
        }
    }
    Err(Error::new(format!("nobody of {rows} has a child to measure")))
}

/// Opens the child's fields and types what scales, board and tape said; first a slip, which is asked about.
async fn measure(desk: &Desk, waiting: &Waiting, thumb: &mut Hand) -> Result<()> {
    let field = |name: &str| format!("[name='{name}.{}']", waiting.child);
    desk.browser.click(&format!("details.more:has({}) > summary", field("berat"))).await?;
    let slip = weight(waiting.weight * 3);
    desk.type_into(&field("berat"), &slip).await?;
    desk.press("Simpan").await?;
    desk.see("Ukur ulang dahulu?").await?;
    desk.look("kunjungan-ukur-ulang").await?;
    let height = format!("{},{}", (waiting.height + 2) / 10, (waiting.height + 2) % 10);
    for (name, typed) in
        [("berat", weight(waiting.weight + 10).as_str()), ("tinggi", &height), ("lila", "11,0")]
    {
        desk.type_into(&field(name), typed).await?;
        thumb.reaches(1);
        thumb.writes(&[typed]);
    }
    thumb.reaches(2);
    thumb.writes(&[&slip]);
    Ok(())
}

/// "9,64", of hundredths of a kilogram.
fn weight(hundredths: i64) -> String {
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

/// Answers whatever is asked with yes, as the best mornings go.
async fn answer(desk: &Desk, thumb: &mut Hand) -> Result<()> {
    let mut answered = 0;
    let groups = "[...new Set([...document.querySelectorAll('.states input[type=radio]')].map(e => e.name))]";
    for name in desk.ask(groups).await?.as_array().into_iter().flatten().filter_map(Value::as_str) {
        desk.browser.click(&format!(".states label:has(input[name='{name}'][value=yes])")).await?;
        thumb.reaches(1);
        thumb.thinks(1);
        answered += 1;
    }
    match answered {
        0 => Err(Error::new("nothing is asked")),
        _ => Ok(()),
    }
}
