//! A mentor's visit by thumb on a phone: from *Hari ini* to the family, its questions, a child weighed and measured, a thin
//! arm sent to the puskesmas, and the family gone from today.
//!
//! Counted as in `roll`: what a person does and what the machine takes.

#![allow(clippy::disallowed_methods, reason = "says how long a visit takes in real time")]

use std::time::Instant;

use e2e::{Error, Result, Screen};
use serde_json::Value;

use super::desk::Desk;

/// Seconds for a key on a phone's keyboard, for a tap with the stroke of the thumb that leads to it, and for the thought
/// before each answer; asking, weighing and talking take as long as they take.
const KEY: f64 = 0.2;
const TAP: f64 = 1.5;
const THOUGHT: f64 = 1.35;
/// Seconds that writing a visit down may take.
const MOST: f64 = 180.0;

#[tokio::test]
async fn a_mentor_visits_weighs_and_refers_on_a_phone() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

/// What a person did.
#[derive(Default)]
struct Thumb {
    taps: usize,
    keys: usize,
    answers: usize,
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
    let mut thumb = Thumb::default();
    let began = Instant::now();
    desk.press_task("Hari ini:").await?;
    desk.see(&waiting.head).await?;
    desk.browser.click(&format!("a.button[href='{}']", waiting.visit)).await?;
    thumb.taps += 2;
    desk.see("Timbang dan ukur").await?;
    measure(desk, &waiting, &mut thumb).await?;
    answer(desk, &mut thumb).await?;
    desk.browser.fill("nasihat", "Telur tiap pagi").await?;
    thumb.keys += "Telur tiap pagi".len();
    // An impatient finger: one visit all the same.
    desk.press_twice("Sudah diukur ulang, simpan").await?;
    desk.see("Kunjungan tersimpan").await?;
    desk.see("Segera bawa").await?;
    thumb.taps += 2;
    let visit = desk.browser.current_path().await?;
    desk.browser.click(&format!("a.button[href='/rujukan/baru/{}']", waiting.child)).await?;
    // The arm has ticked its reason.
    desk.browser.element("input[name=alasan][value=severely_wasted]:checked").await?;
    desk.press("Kirim rujukan").await?;
    desk.see("RJK/").await?;
    thumb.taps += 2;
    let machine = began.elapsed().as_secs_f64();
    judge(&thumb, machine)?;
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
async fn measure(desk: &Desk, waiting: &Waiting, thumb: &mut Thumb) -> Result<()> {
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
        thumb.taps += 1;
        thumb.keys += typed.len();
    }
    thumb.taps += 2;
    thumb.keys += slip.len();
    Ok(())
}

/// "9,64", of hundredths of a kilogram.
fn weight(hundredths: i64) -> String {
    format!("{},{:02}", hundredths / 100, hundredths % 100)
}

/// Answers whatever is asked with yes, as the best mornings go.
async fn answer(desk: &Desk, thumb: &mut Thumb) -> Result<()> {
    let groups = "[...new Set([...document.querySelectorAll('.states input[type=radio]')].map(e => e.name))]";
    for name in desk.ask(groups).await?.as_array().into_iter().flatten().filter_map(Value::as_str) {
        desk.browser.click(&format!(".states label:has(input[name='{name}'][value=yes])")).await?;
        thumb.taps += 1;
        thumb.answers += 1;
    }
    match thumb.answers {
        0 => Err(Error::new("nothing is asked")),
        _ => Ok(()),
    }
}

/// Prints what it took, and fails beyond three minutes.
fn judge(thumb: &Thumb, machine: f64) -> Result<()> {
    let Thumb { taps, keys, answers } = thumb;
    let hands = *taps as f64 * TAP + *keys as f64 * KEY + *answers as f64 * THOUGHT;
    let seconds = hands + machine;
    println!(
        "a visit with {answers} answers, a measurement and a referral: {taps} taps, {keys} keys, {machine:.1} s of the \
         machine, {seconds:.0} s in all"
    );
    if seconds <= MOST { Ok(()) } else { Err(Error::new(format!("{seconds:.0} s"))) }
}
