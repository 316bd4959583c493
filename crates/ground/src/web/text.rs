//! The words on the screen, and numbers, days and money as the reader expects them.

use std::borrow::{Borrow, Cow};
use std::sync::OnceLock;

use asuh_nusantara::{Language, Rupiah, Zone, age, date, number};
use asuh_store::{Instant, Refusal};

/// Looks up the sentence behind a key in a language (`id`, `en`).
pub type Sentences = fn(&str, &str) -> Option<Cow<'static, str>>;

static SENTENCES: OnceLock<Sentences> = OnceLock::new();

/// Tells where the sentences are. The program does so before anything is written; the first word counts.
pub fn speak(sentences: Sentences) {
    let _ = SENTENCES.set(sentences);
}

/// Writes for one reader: his language and his district's zone.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The reader's language.
    pub language: Language,
    /// The district's zone.
    pub zone: Zone,
}

impl Text {
    /// Texts in a language, with times of a zone.
    pub fn new(language: Language, zone: Zone) -> Text {
        Text { language, zone }
    }

    /// The sentence behind a key of `locales/`. A missing key shows itself; a test finds it.
    pub fn t(&self, key: &str) -> Cow<'static, str> {
        let found = SENTENCES.get().and_then(|sentences| sentences(self.language.code(), key));
        found.unwrap_or_else(|| Cow::Owned(key.to_owned()))
    }

    /// The sentence with one value in its place `%{name}`.
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.with(key, &[(name, value.to_string())])
    }

    /// The sentence with two values in their places.
    pub fn t2(&self, key: &str, n1: &str, v1: impl ToString, n2: &str, v2: impl ToString) -> String {
        self.with(key, &[(n1, v1.to_string()), (n2, v2.to_string())])
    }

    /// The sentence with three values in their places.
    pub fn t3(
        &self,
        key: &str,
        (n1, v1): (&str, impl ToString),
        (n2, v2): (&str, impl ToString),
        (n3, v3): (&str, impl ToString),
    ) -> String {
        self.with(key, &[(n1, v1.to_string()), (n2, v2.to_string()), (n3, v3.to_string())])
    }

    /// The sentence with values in their places `%{name}`.
    pub fn with(&self, key: &str, values: &[(&str, String)]) -> String {
        let mut text = self.t(key).into_owned();
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        text
    }

    /// A refusal as a sentence.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let values: Vec<(&str, String)> =
            refusal.args.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        self.with(&refusal.code, &values)
    }

    /// "1.234"
    pub fn number(&self, value: impl Borrow<i64>) -> String {
        number::thousands(self.language, *value.borrow())
    }

    /// "82,4" for (824, 1).
    pub fn fixed(&self, value: impl Borrow<i64>, decimals: u32) -> String {
        number::fixed(self.language, *value.borrow(), decimals)
    }

    /// "Rp2.000", the same in every language.
    pub fn rupiah(&self, value: impl Borrow<i64>) -> String {
        Rupiah::new(*value.borrow()).to_string()
    }

    /// "Senin, 2 November 2026"
    pub fn long_day(&self, day: impl Borrow<time::Date>) -> String {
        date::long(self.language, *day.borrow())
    }

    /// "2 Nov 2026"
    pub fn day(&self, day: impl Borrow<time::Date>) -> String {
        date::short(self.language, *day.borrow())
    }

    /// "2 Nov 2026 07.42 WIB"
    pub fn instant(&self, at: impl Borrow<Instant>) -> String {
        date::date_time(self.language, self.zone, at.borrow().utc())
    }

    /// "07.42"
    pub fn clock(&self, at: impl Borrow<Instant>) -> String {
        date::clock(self.zone, at.borrow().utc())
    }

    /// "2 tahun 4 bulan (28 bulan)"
    pub fn age(&self, birth: impl Borrow<time::Date>, on: impl Borrow<time::Date>) -> String {
        age::words(self.language, *birth.borrow(), *on.borrow())
    }

    /// "12 butir", "Rp24.000", "3,50 kg": a quantity in the words of its unit (`commodity.unit`).
    pub fn quantity(&self, unit: &str, value: impl Borrow<i64>) -> String {
        let value = *value.borrow();
        match unit {
            "rupiah" => self.rupiah(value),
            "gram" if value.abs() >= 1000 => {
                let (whole, rest) = (value / 10, value % 10);
                if rest == 0 {
                    format!("{} kg", number::fixed(self.language, whole, 2))
                } else {
                    format!("{} kg", number::fixed(self.language, value, 3))
                }
            }
            _ => {
                let key = format!("unit.{unit}");
                let word = self.t(&key);
                let word = if word == key { Cow::Owned(unit.to_owned()) } else { word };
                format!("{} {word}", self.number(value))
            }
        }
    }

    /// "64 %", or "–" when there is nothing to compare with.
    pub fn percent(&self, part: impl Borrow<i64>, whole: impl Borrow<i64>) -> String {
        let (part, whole) = (*part.borrow(), *whole.borrow());
        if whole <= 0 {
            return "–".to_owned();
        }
        format!("{} %", self.number((part * 100 + whole / 2) / whole))
    }
}
