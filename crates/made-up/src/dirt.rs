//! What happens to names, dates and numbers on the way into a list.

use time::Date;

use crate::dice::Dice;
use crate::world::Person;

/// How dirty a list is: of 1,000 cells each, how many suffer what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dirt {
    /// A name in another spelling (oe for u, dj for j, a letter doubled, an h lost).
    pub spelled: u32,
    /// A name with a slip of the finger.
    pub typo: u32,
    /// A name with its words in another order.
    pub swapped: u32,
    /// A later word left out.
    pub dropped: u32,
    /// A later word as its initial.
    pub initial: u32,
    /// Two words written as one, or one as two.
    pub joined: u32,
    /// Another name altogether: a call name, or the neighbour's line.
    pub other_name: u32,
    /// A NIK left out.
    pub nik_missing: u32,
    /// A NIK with one wrong digit.
    pub nik_typo: u32,
    /// A NIK that a spreadsheet took for a number.
    pub nik_rounded: u32,
    /// The numbers of husband and wife the wrong way round.
    pub nik_mixed_up: u32,
    /// A date left out.
    pub date_missing: u32,
    /// Day and month the wrong way round, where that is a date too.
    pub date_swapped: u32,
    /// A date with one wrong part.
    pub date_typo: u32,
    /// 1 January, because only the age was asked.
    pub date_from_age: u32,
    /// A family card number left out or rounded.
    pub kk_missing: u32,
    /// BKKBN's number left out.
    pub kki_missing: u32,
}

impl Dirt {
    /// None: every cell as it should be.
    pub const NONE: Dirt = Dirt {
        spelled: 0,
        typo: 0,
        swapped: 0,
        dropped: 0,
        initial: 0,
        joined: 0,
        other_name: 0,
        nik_missing: 0,
        nik_typo: 0,
        nik_rounded: 0,
        nik_mixed_up: 0,
        date_missing: 0,
        date_swapped: 0,
        date_typo: 0,
        date_from_age: 0,
        kk_missing: 0,
        kki_missing: 0,
    };

    /// As lists come in: one name in four is written otherwise than on the certificate, one NIK in nine cannot
    /// be used. Estimates of our own; no survey of such lists is known.
    pub const USUAL: Dirt = Dirt {
        spelled: 90,
        typo: 35,
        swapped: 8,
        dropped: 30,
        initial: 15,
        joined: 12,
        other_name: 2,
        nik_missing: 45,
        nik_typo: 5,
        nik_rounded: 60,
        nik_mixed_up: 3,
        date_missing: 30,
        date_swapped: 10,
        date_typo: 8,
        date_from_age: 15,
        kk_missing: 60,
        kki_missing: 40,
    };
}

/// How one typist writes: letter case and dates, the same over a village's rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hand {
    capitals: bool,
    dates: usize,
    titles: bool,
}

impl Hand {
    pub(crate) fn new(dice: &mut Dice) -> Hand {
        Hand { capitals: dice.chance(550), dates: dice.below(6), titles: dice.chance(600) }
    }
}

/// A name as it comes out of a hand: title, spelling, slips, order, gaps, letter case.
pub(crate) fn name(dice: &mut Dice, dirt: &Dirt, hand: Hand, person: &Person) -> String {
    let mut words: Vec<String> = person.name.split(' ').map(str::to_owned).collect();
    if dirt == &Dirt::NONE {
        return person.name.clone();
    }
    if dice.chance(dirt.other_name) {
        words =
            vec![dice.pick(&["Acil", "Amang", "Ujang", "Neng", "Utuh", "Galuh", "Tole", "Indu"]).to_owned()];
    }
    for word in &mut words {
        *word = abbreviated(dice, word);
        if dice.chance(dirt.spelled) {
            *word = spelled(dice, word);
        }
    }
    if dice.chance(dirt.typo) {
        let nth = dice.below(words.len());
        words[nth] = slip(dice, &words[nth]);
    }
    if words.len() > 1 {
        if dice.chance(dirt.joined) {
            let second = words.remove(1);
            words[0] = format!("{}{}", words[0].trim_end_matches('.'), second.to_lowercase());
        } else if dice.chance(dirt.dropped) {
            let nth = 1 + dice.below(words.len() - 1);
            let word = words.remove(nth);
            // Nobody is left with Muhammad alone.
            if words.iter().all(|word| says_little(word)) {
                words.insert(nth, word);
            }
        } else if dice.chance(dirt.initial) && !says_little(&words[0]) {
            let nth = 1 + dice.below(words.len() - 1);
            let letter = words[nth].chars().next().unwrap_or('X');
            words[nth] = format!("{letter}{}", dice.pick(&["", "."]));
        } else if dice.chance(dirt.swapped) {
            words.rotate_left(1);
        }
    }
    let mut name = words.join(if dice.chance(20) { "  " } else { " " });
    if hand.titles || dice.chance(100) {
        let (before, after) = person.titles;
        if !before.is_empty() {
            name = format!("{before}{}{name}", dice.pick(&[" ", " ", ""]));
        }
        if !after.is_empty() {
            name = format!("{name}{}{after}", dice.pick(&[", ", " ", ","]));
        }
    }
    if hand.capitals != dice.chance(30) { name.to_uppercase() } else { name }
}

/// Names of which nobody keeps nothing but them.
fn says_little(word: &str) -> bool {
    let word = word.to_lowercase();
    word.len() < 4
        || [
            "mu", "mo", "md", "abd", "ah", "ac", "ak", "si", "no", "nu", "way", "mad", "nyom", "ket", "ged",
            "kad", "kom", "put",
        ]
        .iter()
        .any(|front| word.starts_with(front))
}

/// Muhammad has a dozen ways to be written short, some others a few.
fn abbreviated(dice: &mut Dice, word: &str) -> String {
    let forms: &[&str] = match word {
        "Muhammad" => &["M.", "Muh.", "Moh.", "Mhd", "Mohammad", "Muhamad", "Mochamad", "M", "Moh", "Md."],
        "Abdul" => &["Abd.", "Abd", "Abdoel"],
        "Ahmad" => &["Achmad", "Akhmad", "A.", "Ahmat"],
        "Siti" => &["St.", "Sitti", "S."],
        "Nur" => &["Noor", "Nor", "Nurul"],
        "Andi" => &["A."],
        _ => return word.to_owned(),
    };
    if dice.chance(300) { dice.pick(forms).to_owned() } else { word.to_owned() }
}

/// Another spelling of a word: old letters, letters that sound alike, letters doubled or lost.
fn spelled(dice: &mut Dice, word: &str) -> String {
    const WAYS: &[(&str, &str)] = &[
        ("u", "oe"),
        ("j", "dj"),
        ("c", "tj"),
        ("y", "j"),
        ("kh", "ch"),
        ("kh", "h"),
        ("i", "y"),
        ("i", "ie"),
        ("f", "p"),
        ("v", "f"),
        ("z", "j"),
        ("sy", "s"),
        ("s", "sy"),
        ("ai", "ae"),
        ("o", "u"),
        ("u", "o"),
        ("e", "i"),
        ("d", "t"),
        ("k", "q"),
        ("th", "t"),
        ("t", "th"),
        ("h", ""),
        ("ks", "x"),
        ("au", "ao"),
        ("l", "ll"),
        ("n", "nn"),
        ("m", "mm"),
        ("s", "ss"),
        ("t", "tt"),
        ("ah", "a"),
        ("i", "ee"),
        ("k", "ck"),
        ("w", "u"),
        ("iy", "i"),
    ];
    let lower = word.to_lowercase();
    for _ in 0..6 {
        let (from, to) = WAYS[dice.below(WAYS.len())];
        if from == "s" && (lower.contains("sy") || lower.contains("sh")) {
            continue;
        }
        let places: Vec<usize> = lower.match_indices(from).map(|(at, _)| at).collect();
        let Some(&at) = places.get(dice.below(places.len())) else { continue };
        let changed = format!("{}{to}{}", &lower[..at], &lower[at + from.len()..]);
        let mut letters = changed.chars();
        return letters.next().map_or(changed.clone(), |first| first.to_uppercase().chain(letters).collect());
    }
    word.to_owned()
}

/// A slip of the finger: a letter lost, doubled, changed for its neighbour on the keyboard, or two exchanged.
fn slip(dice: &mut Dice, word: &str) -> String {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let mut letters: Vec<char> = word.chars().collect();
    if letters.len() < 4 {
        return word.to_owned();
    }
    let at = dice.below(letters.len() - 1) + usize::from(!dice.chance(80));
    let at = at.min(letters.len() - 1);
    match dice.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 if at + 1 < letters.len() => letters.swap(at, at + 1),
        _ => {
            let letter = letters[at].to_ascii_lowercase();
            let row = ROWS.iter().find(|row| row.contains(letter)).copied().unwrap_or(ROWS[1]);
            let nth = row.find(letter).unwrap_or(0);
            let next = if nth + 1 < row.len() { nth + 1 } else { nth - 1 };
            letters[at] = row.as_bytes()[next].into();
        }
    }
    letters.into_iter().collect()
}

/// A birth date as it stands in a cell.
pub(crate) fn date(dice: &mut Dice, dirt: &Dirt, hand: Hand, birth: Date) -> String {
    if dice.chance(dirt.date_missing) {
        return dice.pick(&["", "-", ""]).to_owned();
    }
    let mut date = birth;
    if dice.chance(dirt.date_from_age) {
        let year = birth.year() + dice.between(-1, 1) as i32;
        date = Date::from_ordinal_date(year, 1).unwrap_or(birth);
    } else if dice.chance(dirt.date_typo) {
        let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
        let (year, month, day) = match dice.below(4) {
            0 => (year + [-1, 1, -10, 10][dice.below(4)], month, day),
            1 => (year, month % 12 + 1, day.min(28)),
            2 => (year, month, day % 28 + 1),
            _ => (year, month, (day + 10) % 28 + 1),
        };
        date = day_of(year, month, day).unwrap_or(date);
    } else if dice.chance(dirt.date_swapped) {
        date = day_of(date.year(), date.day(), u8::from(date.month())).unwrap_or(date);
    }
    const MONTHS: [&str; 12] = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ];
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    // One cell in ten was typed by somebody else.
    let way = if dirt == &Dirt::NONE {
        2
    } else if dice.chance(100) {
        dice.below(7)
    } else {
        hand.dates
    };
    match way {
        0 => format!("{day:02}/{month:02}/{year}"),
        1 => format!("{day:02}-{month:02}-{year}"),
        2 => format!("{year}-{month:02}-{day:02}"),
        // The number of days of a spreadsheet, which counts from the end of 1899.
        3 => (date.to_julian_day() - 2_415_019).to_string(),
        4 => format!("{day} {} {year}", MONTHS[usize::from(month) - 1]),
        5 => format!("{day}/{month}/{year}"),
        _ => format!("{day:02}/{month:02}/{:02}", year.rem_euclid(100)),
    }
}

fn day_of(year: i32, month: u8, day: u8) -> Option<Date> {
    Date::from_calendar_date(year, time::Month::try_from(month).ok()?, day).ok()
}

/// A NIK as it stands in a cell. In a village whose column was a number, most are rounded.
pub(crate) fn nik(dice: &mut Dice, dirt: &Dirt, as_number: bool, nik: Option<&str>) -> String {
    let Some(nik) = nik else { return String::new() };
    if dice.chance(dirt.nik_missing) {
        return dice.pick(&["", "-", "0"]).to_owned();
    }
    if as_number {
        return rounded(dice, nik);
    }
    if dice.chance(dirt.nik_typo) {
        let mut digits: Vec<u8> = nik.bytes().collect();
        let at = 6 + dice.below(10);
        digits[at] = b'0' + (digits[at] - b'0' + 1 + dice.below(8) as u8) % 10;
        return String::from_utf8(digits).unwrap_or_default();
    }
    if dice.chance(if dirt == &Dirt::NONE { 0 } else { 40 }) {
        return dice.pick(&["'", " "]).to_owned() + nik;
    }
    nik.to_owned()
}

/// What a spreadsheet makes of 16 digits: `6,20300E+15`, or the last of them zero.
pub(crate) fn rounded(dice: &mut Dice, nik: &str) -> String {
    if dice.chance(500) {
        let digits = nik.get(1..6).unwrap_or_default();
        format!("{}{}{digits}E+15", nik.get(..1).unwrap_or_default(), dice.pick(&[",", "."]))
    } else {
        format!("{}0000", nik.get(..12).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn without_dirt_everything_stays() {
        let mut dice = Dice::new(1);
        let hand = Hand::new(&mut dice);
        let person = Person {
            name: String::from("Muhammad Arsyad"),
            woman: false,
            birth: date!(2023 - 05 - 12),
            nik: Some(String::from("6203001205230001")),
            titles: ("H.", ""),
            died: None,
        };
        for _ in 0..100 {
            assert_eq!(name(&mut dice, &Dirt::NONE, hand, &person), person.name);
            assert_eq!(date(&mut dice, &Dirt::NONE, hand, person.birth), "2023-05-12");
            assert_eq!(nik(&mut dice, &Dirt::NONE, false, person.nik.as_deref()), "6203001205230001");
        }
    }

    #[test]
    fn spellings_and_slips_stay_near() {
        let mut dice = Dice::new(9);
        for _ in 0..2_000 {
            let word = dice.pick(&["Khairul", "Djoko", "Yusuf", "Fatimah", "Suryani"]);
            let changed = slip(&mut dice, word);
            assert!(changed.len().abs_diff(word.len()) <= 1, "{word} {changed}");
            assert!(spelled(&mut dice, word).len().abs_diff(word.len()) <= 2);
        }
        assert_eq!(rounded(&mut dice, "6203001205230001").len().min(11), 11);
    }
}
