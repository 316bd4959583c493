//! The three time zones of Indonesia.

use time::{Date, OffsetDateTime, Time, UtcOffset};

use super::short;
use crate::language::Language;

/// A time zone of Indonesia (Keppres 41/1987). None has daylight saving time, so each is one fixed offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Zone {
    /// Waktu Indonesia Barat, UTC+7: Sumatera, Java, West and Central Kalimantan.
    #[cfg_attr(feature = "serde", serde(rename = "WIB"))]
    Wib,
    /// Waktu Indonesia Tengah, UTC+8: the rest of Kalimantan, Sulawesi, Bali, Nusa Tenggara.
    #[cfg_attr(feature = "serde", serde(rename = "WITA"))]
    Wita,
    /// Waktu Indonesia Timur, UTC+9: Maluku and Papua.
    #[cfg_attr(feature = "serde", serde(rename = "WIT"))]
    Wit,
}

impl Zone {
    /// The offset from UTC: 7, 8 or 9 hours.
    pub const fn offset(self) -> UtcOffset {
        match self {
            Zone::Wib => time::macros::offset!(+7),
            Zone::Wita => time::macros::offset!(+8),
            Zone::Wit => time::macros::offset!(+9),
        }
    }

    /// The abbreviation people use: `WIB`, `WITA`, `WIT`.
    pub const fn code(self) -> &'static str {
        match self {
            Zone::Wib => "WIB",
            Zone::Wita => "WITA",
            Zone::Wit => "WIT",
        }
    }

    /// Reads a code in any letter case; `None` for anything else.
    pub fn parse(text: &str) -> Option<Zone> {
        let code = text.trim();
        [Zone::Wib, Zone::Wita, Zone::Wit].into_iter().find(|zone| zone.code().eq_ignore_ascii_case(code))
    }

    /// The date on the wall in this zone at an instant. An instant in the first or last hours that can be
    /// held gives the first or last date.
    pub fn local_date(self, at: OffsetDateTime) -> Date {
        self.local(at).0
    }

    /// The instant, in UTC, at which a day begins in this zone. The day ends where the next one begins. (The
    /// first day that can be held keeps the zone's offset; it is the same instant.)
    pub fn start_of_day(self, date: Date) -> OffsetDateTime {
        let midnight = date.midnight().assume_offset(self.offset());
        midnight.checked_to_offset(UtcOffset::UTC).unwrap_or(midnight)
    }

    fn local(self, at: OffsetDateTime) -> (Date, Time) {
        match at.checked_to_offset(self.offset()) {
            Some(local) => (local.date(), local.time()),
            None if at.year() > 0 => (Date::MAX, at.time()),
            None => (Date::MIN, at.time()),
        }
    }
}

/// The date and time of an instant, with its zone so that a receipt can be checked: `12 Okt 2025 07.42 WIB`.
/// Seconds are left off, not rounded.
pub fn date_time(language: Language, zone: Zone, at: OffsetDateTime) -> String {
    format!("{} {} {}", short(language, zone.local_date(at)), clock(zone, at), zone.code())
}

/// The time of day of an instant, 24 hours with a point as the spelling rules (EYD) write it: `07.42`.
/// Seconds are left off, not rounded.
pub fn clock(zone: Zone, at: OffsetDateTime) -> String {
    let (_, time) = zone.local(at);
    format!("{:02}.{:02}", time.hour(), time.minute())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::{date, datetime};

    const ZONES: [Zone; 3] = [Zone::Wib, Zone::Wita, Zone::Wit];

    #[test]
    fn codes_are_read_back() {
        for zone in ZONES {
            assert_eq!(Zone::parse(zone.code()), Some(zone));
        }
        assert_eq!(Zone::parse(" wita "), Some(Zone::Wita));
        for text in ["", "WI", "UTC", "WITB", "+7"] {
            assert_eq!(Zone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_turns_at_local_midnight() {
        let at = datetime!(2025-10-11 16:30 UTC);
        assert_eq!(Zone::Wib.local_date(at), date!(2025 - 10 - 11));
        assert_eq!(Zone::Wita.local_date(at), date!(2025 - 10 - 12));
        assert_eq!(Zone::Wib.start_of_day(date!(2025 - 10 - 12)), datetime!(2025-10-11 17:00 UTC));
        assert_eq!(Zone::Wib.start_of_day(date!(2025 - 10 - 12)).offset(), UtcOffset::UTC);
        assert_eq!(Zone::Wit.start_of_day(date!(2025 - 10 - 12)), datetime!(2025-10-11 15:00 UTC));
    }

    #[test]
    fn receipts_show_the_zone() {
        let at = datetime!(2025-10-12 00:42:59 UTC);
        assert_eq!(date_time(Language::Indonesian, Zone::Wib, at), "12 Okt 2025 07.42 WIB");
        assert_eq!(date_time(Language::English, Zone::Wit, at), "12 Oct 2025 09.42 WIT");
        assert_eq!(clock(Zone::Wita, at), "08.42");
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        for zone in ZONES {
            assert_eq!(zone.local_date(datetime!(9999-12-31 23:59 UTC)), Date::MAX);
            assert_eq!(zone.local_date(datetime!(-9999-01-01 00:00 +23)), Date::MIN);
            let _ = clock(zone, datetime!(9999-12-31 23:59 UTC));
            let _ = zone.start_of_day(Date::MIN);
            let _ = zone.start_of_day(Date::MAX);
        }
    }

    #[cfg(feature = "serde")]
    #[test]
    fn serde_uses_the_code() {
        use serde::de::IntoDeserializer;
        use serde::de::value::{Error, StrDeserializer};
        use serde::{Deserialize, Serialize};
        struct Written(Zone);
        impl std::fmt::Display for Written {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.serialize(f)
            }
        }
        for zone in ZONES {
            assert_eq!(Written(zone).to_string(), zone.code());
            let read: StrDeserializer<'_, Error> = zone.code().into_deserializer();
            assert_eq!(Zone::deserialize(read), Ok(zone));
        }
    }

    proptest! {
        #[test]
        fn an_instant_lies_in_its_local_day(seconds in -2_000_000_000..4_000_000_000_i64) {
            let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            for zone in ZONES {
                let day = zone.local_date(at);
                prop_assert!(zone.start_of_day(day) <= at);
                prop_assert!(at < zone.start_of_day(day.next_day().unwrap()));
            }
        }

        #[test]
        fn parse_never_panics(text in any::<String>()) {
            let _ = Zone::parse(&text);
        }
    }
}
