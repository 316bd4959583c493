//! Names as they are built by the peoples of Indonesia, put together by chance. The parts are common; a whole
//! name that somebody bears is a coincidence.

use crate::dice::Dice;

#[rustfmt::skip]
mod parts;

use parts::*;

/// Who names a child how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custom {
    /// Muslim names with Muhammad, Ahmad, Abdul, Siti, Nur; sometimes `bin`.
    Banjar,
    /// A given name and the family's.
    Dayak,
    /// One word, or two without a family name.
    Java,
    /// A given name and a clan (marga).
    Batak,
    /// Made names that rhyme with nothing: Yulhendri, Nofriadi.
    Minang,
    /// Birth order, then the name: I Wayan, Ni Made.
    Bali,
    /// Andi and Daeng before, the name after.
    Bugis,
}

impl Custom {
    /// One by the shares of Kapuas: Banjar and Dayak first, Javanese settlers, some of everybody.
    pub(crate) fn of_kapuas(dice: &mut Dice) -> Custom {
        match dice.below(100) {
            0..36 => Custom::Banjar,
            36..66 => Custom::Dayak,
            66..88 => Custom::Java,
            88..92 => Custom::Bali,
            92..95 => Custom::Batak,
            95..98 => Custom::Minang,
            _ => Custom::Bugis,
        }
    }
}

/// The name of a grown-up.
pub(crate) fn grown_up(dice: &mut Dice, custom: Custom, woman: bool) -> String {
    let pick = |dice: &mut Dice, men: &[&'static str], women: &[&'static str]| {
        dice.pick_skewed(if woman { women } else { men }).to_owned()
    };
    let parts: Vec<String> = match custom {
        Custom::Banjar => muslim(dice, woman),
        Custom::Dayak => {
            let mut parts = vec![pick(dice, DAYAK_MEN, DAYAK_WOMEN)];
            if dice.chance(250) {
                parts.push(pick(dice, DAYAK_MEN, DAYAK_WOMEN));
            }
            if dice.chance(650) {
                parts.push(dice.pick_skewed(DAYAK_LAST).to_owned());
            }
            parts
        }
        Custom::Java if dice.chance(450) => {
            let end = pick(dice, JAVA_MEN_END, JAVA_WOMEN_END);
            vec![format!("{}{end}", dice.pick(JAVA_FIRST))]
        }
        Custom::Java => {
            let mut parts = vec![pick(dice, JAVA_MEN, JAVA_WOMEN), pick(dice, JAVA_MEN, JAVA_WOMEN)];
            if dice.chance(120) {
                parts.truncate(1);
            }
            parts
        }
        Custom::Batak => {
            vec![pick(dice, BATAK_MEN, BATAK_WOMEN), dice.pick_skewed(BATAK_LAST).to_owned()]
        }
        Custom::Minang => {
            let mut parts = vec![pick(dice, MINANG_MEN, MINANG_WOMEN)];
            if dice.chance(500) {
                parts.push(dice.pick_skewed(MUSLIM_LAST).to_owned());
            }
            parts
        }
        Custom::Bali => vec![
            String::from(if woman { "Ni" } else { "I" }),
            dice.pick(BALI_ORDER).to_owned(),
            pick(dice, BALI_MEN, BALI_WOMEN),
        ],
        Custom::Bugis => {
            let mut parts = vec![pick(dice, BUGIS_MEN, BUGIS_WOMEN)];
            if dice.chance(350) {
                parts.insert(0, String::from("Andi"));
            }
            if dice.chance(350) {
                parts.push(pick(dice, MUSLIM_MEN, MUSLIM_WOMEN));
            }
            parts
        }
    };
    without_repeats(parts)
}

fn muslim(dice: &mut Dice, woman: bool) -> Vec<String> {
    let mut parts = Vec::new();
    let first = match (woman, dice.below(100)) {
        (false, 0..24) => "Muhammad",
        (false, 24..34) => "Ahmad",
        (false, 34..46) => "Abdul",
        (true, 0..26) => "Siti",
        (true, 26..36) => "Nur",
        _ => "",
    };
    if !first.is_empty() {
        parts.push(first.to_owned());
    }
    parts.push(dice.pick_skewed(if woman { MUSLIM_WOMEN } else { MUSLIM_MEN }).to_owned());
    if dice.chance(if first.is_empty() { 550 } else { 180 }) {
        parts.push(dice.pick_skewed(MUSLIM_LAST).to_owned());
    }
    parts
}

/// The name of a small child: longer and newer than its parents', with the family's name where there is one, and
/// sometimes with the father's own.
pub(crate) fn child(dice: &mut Dice, custom: Custom, girl: bool, father: Option<&str>) -> String {
    let mut parts: Vec<String> = Vec::new();
    if !girl && matches!(custom, Custom::Banjar | Custom::Bugis | Custom::Minang) && dice.chance(420) {
        parts.push(String::from("Muhammad"));
    }
    let new_name = dice.chance(720);
    if custom == Custom::Bali && new_name {
        parts.push(String::from(if girl { "Ni" } else { "I" }));
        parts.push(dice.pick(BALI_ORDER).to_owned());
    }
    if new_name {
        parts.push(dice.pick_skewed(if girl { NEW_GIRLS } else { NEW_BOYS }).to_owned());
        if dice.chance(300) {
            parts.push(dice.pick_skewed(if girl { NEW_GIRLS } else { NEW_BOYS }).to_owned());
        }
        if dice.chance(620) {
            parts.push(dice.pick_skewed(NEW_LAST).to_owned());
        }
    } else {
        parts.push(grown_up(dice, custom, girl));
    }
    let family_name = father.and_then(|father| father.split(' ').next_back());
    match custom {
        Custom::Dayak | Custom::Batak if dice.chance(700) => parts.extend(family_name.map(str::to_owned)),
        _ if dice.chance(40) => parts.extend(family_name.map(str::to_owned)),
        _ => {}
    }
    // A son under his father's whole name: rare, and the trap of every search for duplicates.
    if !girl && dice.chance(6) {
        parts = father.map(str::to_owned).into_iter().collect();
    }
    without_repeats(parts)
}

/// A name for the second of twins that rhymes with the first's, as twins' names do.
pub(crate) fn twin(dice: &mut Dice, first: &str, girl: bool) -> String {
    const PAIRS: &[(&str, &str)] = &[
        ("Hasan", "Husen"),
        ("Rina", "Rini"),
        ("Fahri", "Fahmi"),
        ("Aqila", "Aqifa"),
        ("Rafa", "Rafi"),
        ("Arka", "Arsa"),
        ("Kayla", "Keyla"),
        ("Naura", "Naira"),
    ];
    let other = |part: &str| PAIRS.iter().find(|(one, _)| *one == part).map(|(_, other)| (*other).to_owned());
    loop {
        let mut parts: Vec<String> = first.split(' ').map(str::to_owned).collect();
        // One pair of twins in three has names that rhyme to the letter.
        let chosen = parts.iter().position(|part| other(part).is_some()).filter(|_| dice.chance(333));
        let before = |part: &String| {
            let part = part.as_str();
            BALI_ORDER.contains(&part)
                || matches!(part, "Muhammad" | "Ahmad" | "Abdul" | "Siti" | "Nur" | "I" | "Ni" | "Andi")
        };
        let nth = chosen.or_else(|| parts.iter().position(|part| !before(part))).unwrap_or(0);
        let own = chosen.and_then(|nth| other(&parts[nth]));
        if let Some(part) = parts.get_mut(nth) {
            *part = own.unwrap_or_else(|| dice.pick(if girl { NEW_GIRLS } else { NEW_BOYS }).to_owned());
        }
        let name = without_repeats(parts);
        if name != first {
            return name;
        }
    }
}

fn without_repeats(mut parts: Vec<String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    parts.retain(|part| {
        let new = !seen.contains(part);
        seen.push(part.clone());
        new
    });
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_one_to_five_words_and_twins_differ() {
        let mut dice = Dice::new(3);
        for nth in 0..5_000 {
            let custom = Custom::of_kapuas(&mut dice);
            let father = grown_up(&mut dice, custom, false);
            let name = child(&mut dice, custom, nth % 2 == 0, Some(&father));
            assert!(!father.is_empty() && !name.is_empty());
            assert!(name.split(' ').count() <= 7, "{name}");
            assert_ne!(twin(&mut dice, &name, nth % 2 == 0), name);
        }
    }
}
