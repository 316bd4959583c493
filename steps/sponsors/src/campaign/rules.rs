//! The rules of a campaign: its rhythm, its basket, what must be said about it.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};
use time::Date;

/// What a campaign may help with: the four kinds that the GENTING tally counts (nutrition, clean water, latrine and
/// house, education), and mentoring.
pub const HELP: [&str; 5] = ["nutrition", "water", "sanitation", "education", "mentoring"];

/// Where a campaign's gifts may go: the weekly pool of the families, kitchens, or a chosen target per basket.
pub const DESTINATIONS: [&str; 3] = ["families", "kitchens", "pairs"];

/// When the drives of a campaign are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    /// Every week on this weekday: 1 = Monday to 7 = Sunday.
    Weekly(u8),
    /// Every month on this day: 1 to 28, so that every month has it.
    Monthly(u8),
    /// Once, on the day the campaign starts.
    Once,
}

impl Rhythm {
    /// The stored pair (`rhythm`, `rhythm_day`); `None` when it is none.
    pub fn from_row(rhythm: &str, day: i64) -> Option<Rhythm> {
        let day = u8::try_from(day).ok()?;
        match rhythm {
            "weekly" if (1..=7).contains(&day) => Some(Rhythm::Weekly(day)),
            "monthly" if (1..=28).contains(&day) => Some(Rhythm::Monthly(day)),
            "once" => Some(Rhythm::Once),
            _ => None,
        }
    }

    /// The stored word.
    pub fn code(self) -> &'static str {
        match self {
            Rhythm::Weekly(_) => "weekly",
            Rhythm::Monthly(_) => "monthly",
            Rhythm::Once => "once",
        }
    }

    /// The stored day; 0 for a campaign that happens once.
    pub fn day(self) -> u8 {
        match self {
            Rhythm::Weekly(day) | Rhythm::Monthly(day) => day,
            Rhythm::Once => 0,
        }
    }

    /// Whether the numbers are in their range.
    pub fn is_valid(self) -> bool {
        Rhythm::from_row(self.code(), i64::from(self.day())).is_some()
    }
}

/// The time in which a campaign runs, and its rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// When its drives are.
    pub rhythm: Rhythm,
    /// First day.
    pub starts_on: Date,
    /// Last day; `None` = open.
    pub ends_on: Option<Date>,
}

impl Calendar {
    /// Whether the day lies between the campaign's first and last day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.starts_on <= day && self.ends_on.is_none_or(|end| day <= end)
    }

    /// Whether there is a drive on this day.
    pub fn is_drive(&self, day: Date) -> bool {
        self.holds_on(day)
            && match self.rhythm {
                Rhythm::Weekly(weekday) => day.weekday().number_from_monday() == weekday,
                Rhythm::Monthly(of_month) => day.day() == of_month,
                Rhythm::Once => day == self.starts_on,
            }
    }

    /// The first drive on this day or later; `None` when there is none any more.
    pub fn next_drive(&self, from: Date) -> Option<Date> {
        self.search(from.max(self.starts_on), Date::next_day)
    }

    /// The last drive on this day or earlier; `None` before the first.
    pub fn last_drive(&self, until: Date) -> Option<Date> {
        self.search(self.ends_on.map_or(until, |end| until.min(end)), Date::previous_day)
    }

    /// At most 31 days lie between two drives, so the search is short.
    fn search(&self, from: Date, step: impl Fn(Date) -> Option<Date>) -> Option<Date> {
        if self.rhythm == Rhythm::Once {
            let forward = step(from) > Some(from);
            let found = if forward { self.starts_on >= from } else { self.starts_on <= from };
            return found.then_some(self.starts_on);
        }
        let mut day = from;
        for _ in 0..=31 {
            if self.is_drive(day) {
                return Some(day);
            }
            day = step(day)?;
        }
        None
    }
}

/// What one giver is asked to bring.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasketItem {
    /// The commodity's code.
    pub commodity: String,
    /// How much, in the commodity's smallest unit: butir, kaleng, gram, rupiah.
    pub quantity: i64,
}

/// A commodity that the district did not count before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCommodity {
    /// Its name on the screen.
    pub name: String,
    /// The word for one of it: 'botol', 'bungkus'.
    pub unit: String,
    /// Estimated grams of one.
    pub grams_per_unit: Option<i64>,
    /// How much one giver is asked to bring.
    pub quantity: i64,
}

/// Most that one basket may ask of one commodity; larger numbers are slips of the keyboard.
pub(crate) const MOST_OF_ONE: i64 = 10_000_000;

/// Most characters of a commodity's code, as the ledger has it.
const MOST_OF_CODE: usize = 24;

/// The code of a commodity made from its name: `Susu UHT` becomes `susu_uht`; `None` when nothing is left.
pub(crate) fn commodity_code(name: &str) -> Option<String> {
    let key = asuh_nusantara::name::search_key(name);
    let code: String = key
        .chars()
        .map(|c| if c == ' ' { '_' } else { c })
        .filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_')
        .take(MOST_OF_CODE)
        .collect();
    let code = code.trim_matches('_').to_owned();
    (!code.is_empty()).then_some(code)
}

/// Who decided that a campaign is not voluntary, and by which document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Who decided.
    pub decided_by: String,
    /// Number of the document.
    pub document: String,
    /// Its day.
    pub on: Date,
}

/// Checks a basket.
///
/// # Errors
/// It is empty, asks for the same twice, or for nothing or too much of something.
pub(crate) fn check_basket(items: &[BasketItem]) -> Result<(), Refusal> {
    if items.is_empty() {
        return Err(Refusal::new("sponsors.refused.empty_basket").field("isi"));
    }
    for (nth, item) in items.iter().enumerate() {
        if !(1..=MOST_OF_ONE).contains(&item.quantity) {
            return Err(Refusal::new("sponsors.refused.quantity").field(format!("jumlah_{}", item.commodity)));
        }
        if items[..nth].iter().any(|earlier| earlier.commodity == item.commodity) {
            return Err(Refusal::new("sponsors.refused.twice").field("isi"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    const SECANTING: Calendar =
        Calendar { rhythm: Rhythm::Weekly(1), starts_on: date!(2026 - 02 - 02), ends_on: None };

    #[test]
    fn every_monday_is_a_drive_from_the_first_day_to_the_last() {
        let ended = Calendar { ends_on: Some(date!(2026 - 12 - 13)), ..SECANTING };
        for (calendar, day, drive) in [
            (SECANTING, date!(2026 - 02 - 02), true),
            (SECANTING, date!(2026 - 01 - 26), false),
            (SECANTING, date!(2026 - 11 - 02), true),
            (SECANTING, date!(2026 - 11 - 03), false),
            (ended, date!(2026 - 12 - 07), true),
            (ended, date!(2026 - 12 - 14), false),
        ] {
            assert_eq!(calendar.is_drive(day), drive, "{day}");
        }
        assert_eq!(SECANTING.next_drive(date!(2026 - 11 - 03)), Some(date!(2026 - 11 - 09)));
        assert_eq!(SECANTING.next_drive(date!(2026 - 11 - 02)), Some(date!(2026 - 11 - 02)));
        assert_eq!(SECANTING.next_drive(date!(2025 - 01 - 01)), Some(date!(2026 - 02 - 02)));
        assert_eq!(SECANTING.last_drive(date!(2026 - 11 - 08)), Some(date!(2026 - 11 - 02)));
        assert_eq!(SECANTING.last_drive(date!(2026 - 02 - 01)), None);
        assert_eq!(ended.next_drive(date!(2026 - 12 - 08)), None);
        assert_eq!(ended.last_drive(date!(2027 - 03 - 01)), Some(date!(2026 - 12 - 07)));
    }

    #[test]
    fn the_seventeenth_of_every_month_and_a_single_day() {
        let serut = Calendar { rhythm: Rhythm::Monthly(17), starts_on: date!(2026 - 01 - 20), ends_on: None };
        assert_eq!(serut.next_drive(date!(2026 - 01 - 01)), Some(date!(2026 - 02 - 17)));
        assert_eq!(serut.last_drive(date!(2026 - 03 - 16)), Some(date!(2026 - 02 - 17)));
        let once = Calendar { rhythm: Rhythm::Once, starts_on: date!(2026 - 08 - 17), ends_on: None };
        assert!(once.is_drive(date!(2026 - 08 - 17)) && !once.is_drive(date!(2026 - 08 - 18)));
        assert_eq!(once.next_drive(date!(2026 - 01 - 01)), Some(date!(2026 - 08 - 17)));
        assert_eq!(once.next_drive(date!(2026 - 08 - 18)), None);
        assert_eq!(once.last_drive(date!(2026 - 12 - 01)), Some(date!(2026 - 08 - 17)));
    }

    #[test]
    fn rhythms_outside_their_range_are_none() {
        for (word, day, rhythm) in [
            ("weekly", 1, Some(Rhythm::Weekly(1))),
            ("weekly", 8, None),
            ("monthly", 28, Some(Rhythm::Monthly(28))),
            ("monthly", 29, None),
            ("once", 0, Some(Rhythm::Once)),
            ("daily", 1, None),
        ] {
            assert_eq!(Rhythm::from_row(word, day), rhythm, "{word} {day}");
        }
    }

    #[test]
    fn baskets_and_codes() {
        let item = |commodity: &str, quantity| BasketItem { commodity: commodity.into(), quantity };
        assert!(check_basket(&[item("egg", 1), item("rice_can", 1), item("cash", 2_000)]).is_ok());
        assert!(check_basket(&[]).is_err());
        assert!(check_basket(&[item("egg", 0)]).is_err());
        assert!(check_basket(&[item("egg", 1), item("egg", 2)]).is_err());
        assert_eq!(commodity_code("Susu UHT (125 ml)").as_deref(), Some("susu_uht_125_ml"));
        assert_eq!(commodity_code("…"), None);
    }
}
