//! Kinds and levels of teams, their usual positions, and who is a member on a day: pure.

use std::collections::BTreeMap;

use asuh_nusantara::{Level, TerritoryCode};
use time::Date;

asuh_ground::codes! {
    /// What a team is.
    ///
    /// Translation key `team.kind.<code>`.
    pub enum Kind {
        /// The team that hastens the fall of stunting, TPPS or TP3S (Perpres 72/2021, articles 20 and 21).
        Tpps = "tpps",
        /// Companions of families: midwife, PKK cadre, KB cadre.
        Tpk = "tpk",
    }
}

/// The level for which the settings name positions: `district`, `subdistrict`, `village`, `rw` (also of an RT) and `tpk`;
/// nothing where no team can be (a province; companions above a village).
pub fn level(kind: Kind, place: TerritoryCode, rw: &str) -> Option<&'static str> {
    match (kind, place.level()) {
        (Kind::Tpps, Level::Regency) if rw.is_empty() => Some("district"),
        (Kind::Tpps, Level::Subdistrict) if rw.is_empty() => Some("subdistrict"),
        (Kind::Tpps, Level::Village) => Some(if rw.is_empty() { "village" } else { "rw" }),
        (Kind::Tpk, Level::Village) if rw.is_empty() => Some("tpk"),
        _ => None,
    }
}

/// The positions that the settings name for a level, with how many people each needs.
pub fn structure(rows: &[BTreeMap<String, String>], level: &str) -> Vec<(String, i64)> {
    let of_level = rows.iter().filter(|row| row.get("level").is_some_and(|one| one == level));
    of_level
        .filter_map(|row| {
            let seats = row.get("seats").and_then(|seats| seats.parse().ok()).unwrap_or(1);
            Some((row.get("position")?.clone(), seats))
        })
        .collect()
}

/// Whether somebody is a member on a day: from the first day of the term to its last, and not from the day on which he left.
pub fn holds(starts_on: Date, ends_on: Option<Date>, left_on: Option<Date>, day: Date) -> bool {
    starts_on <= day && ends_on.is_none_or(|end| day <= end) && left_on.is_none_or(|left| day < left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_team_stands_where_there_can_be_one() {
        let place = |code: &str| TerritoryCode::parse(code).unwrap();
        for (kind, code, rw, wanted) in [
            (Kind::Tpps, "15.01", "", Some("district")),
            (Kind::Tpps, "15.01.01", "", Some("subdistrict")),
            (Kind::Tpps, "15.01.01.2001", "", Some("village")),
            (Kind::Tpps, "15.01.01.2001", "002", Some("rw")),
            (Kind::Tpps, "15.01.01", "002", None),
            (Kind::Tpk, "15.01.01.2001", "", Some("tpk")),
            (Kind::Tpk, "15.01.01.2001", "002", None),
            (Kind::Tpk, "15.01.01", "", None),
            (Kind::Tpps, "15", "", None),
        ] {
            assert_eq!(level(kind, place(code), rw), wanted, "{kind:?} {code} {rw}");
        }
    }

    #[test]
    fn the_settings_say_which_positions_there_are() {
        let row = |level: &str, position: &str, seats: &str| {
            [("level", level), ("position", position), ("seats", seats)]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect()
        };
        let rows = [row("village", "Ketua", "1"), row("tpk", "Bidan", "1"), row("village", "Anggota", "5")];
        assert_eq!(structure(&rows, "village"), [("Ketua".to_owned(), 1), ("Anggota".to_owned(), 5)]);
        assert!(structure(&rows, "district").is_empty());
    }

    #[test]
    fn a_term_holds_from_its_first_day_to_its_last() {
        let (start, end) = (date!(2026 - 01 - 01), date!(2026 - 12 - 31));
        for (left, day, wanted) in [
            (None, date!(2025 - 12 - 31), false),
            (None, start, true),
            (None, end, true),
            (None, date!(2027 - 01 - 01), false),
            (Some(date!(2026 - 06 - 01)), date!(2026 - 05 - 31), true),
            (Some(date!(2026 - 06 - 01)), date!(2026 - 06 - 01), false),
        ] {
            assert_eq!(holds(start, Some(end), left, day), wanted, "{left:?} {day}");
        }
        assert!(holds(start, None, None, date!(2050 - 01 - 01)));
    }
}
