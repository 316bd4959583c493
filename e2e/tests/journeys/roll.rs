//! How fast an office's roll is done: forty people, four of them otherwise than promised, by keyboard and by thumb.

use e2e::{Error, Result, Screen};
use fantoccini::actions::{Actions, InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;

use super::desk::Desk;
use super::hand::{FINGER, Hand, Work, lowest};

/// Seconds that an office of forty may take.
const MOST: f64 = 120.0;
/// Others than "brought everything", as an office has them on a Monday.
const EXCEPTIONS: usize = 4;
/// The office.
const PEOPLE: usize = 40;
/// Pixels that the roll of the office may be long on a phone.
const LONGEST: u64 = 3_500;

#[tokio::test]
async fn an_office_of_forty_takes_less_than_two_minutes() -> Result<()> {
    let Some(desk) = Desk::open(true).await? else { return Ok(()) };
    let walked = walk(&desk).await;
    desk.end(walked).await
}

async fn walk(desk: &Desk) -> Result<()> {
    desk.sign_in("koordinator").await?;
    desk.browser.show_on(Screen::Desktop).await?;
    let guests = open(desk).await?;
    by_keyboard(desk, guests).await?;
    desk.browser.show_on(Screen::Phone).await?;
    by_thumb(desk, guests).await
}

/// How many stand on the roll.
async fn standing(desk: &Desk) -> Result<usize> {
    let people = desk.ask("document.querySelectorAll('.person').length").await?;
    usize::try_from(people.as_u64().unwrap_or_default()).map_err(|error| Error::new(error.to_string()))
}

/// Opens this Monday's roll, and adds by name who gives without having promised until the whole office stands on it; how
/// many were added.
async fn open(desk: &Desk) -> Result<usize> {
    desk.goto("/setoran").await?;
    desk.browser.click(".tasks form button").await?;
    desk.see("Satu janji:").await?;
    let roll = desk.browser.current_path().await?;
    let names = "JSON.stringify([...document.querySelectorAll('.person .name')].map(e => e.firstChild.textContent.trim()))";
    let mut added = 0;
    while standing(desk).await? < PEOPLE {
        let there = desk.ask_text(names).await?;
        desk.goto(&format!("{roll}/tambah")).await?;
        let choose = format!(
            "(() => {{ const there = {there}; const list = document.querySelector('select[name=nama]'); \
             const one = [...list.options].find(o => o.value && !there.includes(o.textContent.trim())); \
             list.value = one ? one.value : ''; return one ? 'found' : ''; }})()"
        );
        desk.ask_text(&choose).await?;
        desk.press("Tambahkan").await?;
        desk.see("Tersimpan:").await?;
        added += 1;
    }
    match standing(desk).await? == PEOPLE {
        true => Ok(added),
        false => Err(Error::new("the office has more than forty people")),
    }
}

/// Keys pressed one after another, counted.
struct Keyboard<'a> {
    desk: &'a Desk,
    hand: Hand,
}

impl Keyboard<'_> {
    async fn press(&mut self, keys: &[char]) -> Result<()> {
        let mut typed = KeyActions::new("keyboard".to_owned());
        for key in keys {
            typed = typed.then(KeyAction::Down { value: *key }).then(KeyAction::Up { value: *key });
        }
        self.hand.keys(keys.len());
        self.desk.browser.client().perform_actions(Actions::from(typed)).await?;
        Ok(())
    }

    async fn write(&mut self, text: &str) -> Result<()> {
        self.press(&text.chars().collect::<Vec<_>>()).await
    }
}

/// Letters that tell a person's name from the others: what a coordinator types to find it. `nth`: among who promised.
async fn letters(desk: &Desk, nth: usize) -> Result<String> {
    let script = format!(
        "(() => {{ const name = e => e.querySelector('.name').textContent.trim().toLowerCase(); \
         const all = [...document.querySelectorAll('.person')]; const names = all.map(name); \
         const one = name(all.filter(e => e.querySelector('input[value=full]'))[{nth}]); \
         for (let n = 3; n < one.length; n++) if (names.filter(other => other.includes(one.slice(0, n))).length === 1) \
         return one.slice(0, n); return one; }})()"
    );
    desk.ask_text(&script).await
}

/// Finds four people by their letters and says what was otherwise; then everybody else at once.
async fn by_keyboard(desk: &Desk, guests: usize) -> Result<()> {
    let people = PEOPLE - guests;
    let mut hands = Keyboard { desk, hand: Hand::begins() };
    for (nth, place) in [1, people / 3, people / 2, people - 2].into_iter().enumerate() {
        let name = letters(desk, place).await?;
        hands.hand.thinks(1);
        hands.press(&['/']).await?;
        hands.write(&name).await?;
        hands.press(&[char::from(Key::Enter)]).await?;
        // Down from "membawa semuanya": something, nothing, away.
        let down = char::from(Key::Down);
        match nth {
            0 | 1 => {
                hands.press(&[down]).await?;
                // The rice, the egg and the money, each in its field.
                for amount in ["1", "0", "2000"] {
                    hands.press(&[char::from(Key::Tab)]).await?;
                    hands.write(amount).await?;
                }
            }
            2 => hands.press(&[down, down]).await?,
            _ => hands.press(&[down, down, down]).await?,
        }
    }
    hands.press(&['/', char::from(Key::Escape)]).await?;
    // Backwards from the field are the buttons above the list: message, print, goods, add, everybody.
    let mut back =
        KeyActions::new("keyboard".to_owned()).then(KeyAction::Down { value: char::from(Key::Shift) });
    for _ in 0..5 {
        let value = char::from(Key::Tab);
        back = back.then(KeyAction::Down { value }).then(KeyAction::Up { value });
    }
    let back = back.then(KeyAction::Up { value: char::from(Key::Shift) });
    desk.browser.client().perform_actions(Actions::from(back)).await?;
    hands.hand.keys(6);
    hands.press(&[char::from(Key::Enter)]).await?;
    desk.see("Tersimpan:").await?;
    let work = hands.hand.rests();
    says_all(desk, EXCEPTIONS + guests).await?;
    judge("by keyboard", &work)
}

/// The page says that everybody stands, and so many otherwise than promised.
async fn says_all(desk: &Desk, otherwise: usize) -> Result<()> {
    desk.see(&format!("{PEOPLE} dari {PEOPLE} orang sudah dicatat")).await?;
    let checked = desk.ask("document.querySelectorAll('.person:not(.full)').length").await?;
    match checked.as_u64() == Some(otherwise as u64) {
        true => Ok(()),
        false => Err(Error::new(format!("{checked} stand otherwise, not {otherwise}"))),
    }
}

/// The same by thumb on a phone: four others now, each by a tap on the name and a tap on the choice, after scrolling to it.
async fn by_thumb(desk: &Desk, guests: usize) -> Result<()> {
    fits_a_thumb(desk).await?;
    let mut hand = Hand::begins();
    for place in [2, 8, 16, 24] {
        let script = format!("document.querySelectorAll('.person:not([open]).full')[{place}].id");
        let person = format!("[id='{}']", desk.ask_text(&script).await?);
        desk.browser.click(&format!("{person} > summary")).await?;
        desk.browser.click(&format!("{person} label:has(input[value=nothing])")).await?;
        hand.thinks(1);
        hand.reaches(1);
        hand.taps(1);
    }
    // Not the unseen button that Enter presses.
    desk.browser.click(".bar button[value=simpan]").await?;
    hand.taps(1);
    desk.see("Tersimpan:").await?;
    let work = hand.rests();
    says_all(desk, EXCEPTIONS * 2 + guests).await?;
    desk.browser.screenshot("setoran-empat-puluh").await?;
    judge("by thumb", &work)
}

/// The roll is short enough to be scrolled, and nothing on it is smaller than a finger.
async fn fits_a_thumb(desk: &Desk) -> Result<()> {
    let height = desk.ask("document.documentElement.scrollHeight").await?.as_u64().unwrap_or(u64::MAX);
    let smallest = lowest(desk, ".person > summary, .states label, .bar button").await?;
    println!(
        "the roll of {PEOPLE} people is {height} px long on a phone, its smallest target {smallest:.0} px high"
    );
    match height <= LONGEST && smallest >= FINGER {
        true => Ok(()),
        false => Err(Error::new(format!("{height} px long, the smallest target {smallest} px"))),
    }
}

fn judge(how: &str, work: &Work) -> Result<()> {
    work.judge(&format!("{how}, {PEOPLE} people, {EXCEPTIONS} otherwise"), MOST)
}
