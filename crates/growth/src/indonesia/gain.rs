//! The month of the posyandu: N (naik, gained), T (tidak naik, not gained), O (not weighed last month), B (baru,
//! weighed for the first time), after the card KMS and its table of the least gain (KBM).
//!
//! A cadre may have drawn another N or T from the direction of the curve, which the card allows: keep both.

use crate::Sex;

/// A month of the calendar, counted from year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Month(u32);

impl Month {
    /// `month` from 1 to 12; `None` otherwise.
    #[must_use]
    pub fn new(year: u16, month: u8) -> Option<Month> {
        (1..=12).contains(&month).then(|| Month(u32::from(year) * 12 + u32::from(month) - 1))
    }

    /// Whether `self` is the month right after `other`.
    #[must_use]
    pub fn follows(self, other: Month) -> bool {
        self.0.checked_sub(1) == Some(other.0)
    }
}

/// The least gain of weight from one month to the next (kenaikan berat minimal, KBM), in grams by completed
/// months of age. A district edits it; the default has to be confirmed by its nutrition officers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Grams", into = "Grams"))]
pub struct GainTable {
    boys: Vec<u16>,
    girls: Vec<u16>,
}

/// Grams from month 1 on.
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(not(feature = "serde"), allow(dead_code))]
struct Grams {
    boys: Vec<u16>,
    girls: Vec<u16>,
}

/// Why a table of gains was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GainTableError {
    /// A sex without a month.
    #[error("the table is empty")]
    Empty,
    /// A gain of nothing would make every child gain.
    #[error("the gain of month {month} is zero")]
    Zero {
        /// Completed months.
        month: usize,
    },
}

impl GainTable {
    /// From the grams of months 1, 2, 3 and so on of age; above the last month there is no minimum.
    ///
    /// # Errors
    /// [`GainTableError`] for an empty table or a gain of zero.
    pub fn new(boys: Vec<u16>, girls: Vec<u16>) -> Result<GainTable, GainTableError> {
        for grams in [&boys, &girls] {
            if grams.is_empty() {
                return Err(GainTableError::Empty);
            }
            if let Some(place) = grams.iter().position(|grams| *grams == 0) {
                return Err(GainTableError::Zero { month: place + 1 });
            }
        }
        Ok(GainTable { boys, girls })
    }

    /// The least gain in grams at an age in completed months; `None` in the first month of life and above the
    /// table.
    #[must_use]
    pub fn at(&self, sex: Sex, completed_months: u32) -> Option<u16> {
        let grams = match sex {
            Sex::Male => &self.boys,
            Sex::Female => &self.girls,
        };
        grams.get(completed_months.checked_sub(1)? as usize).copied()
    }
}

impl Default for GainTable {
    /// 800 900 800 600 500 400, then falling to 300 and, from 11 or 12 months to 60, 200 g; boys keep 400 in
    /// month 7 and 300 in month 11. The sequence is that of Buku KIA 2023; where boys and girls part is not
    /// printed everywhere alike.
    fn default() -> GainTable {
        let with = |first: [u16; 11]| {
            let mut grams = first.to_vec();
            grams.resize(60, 200);
            grams
        };
        GainTable {
            boys: with([800, 900, 800, 600, 500, 400, 400, 300, 300, 300, 300]),
            girls: with([800, 900, 800, 600, 500, 400, 300, 300, 300, 300, 200]),
        }
    }
}

impl TryFrom<Grams> for GainTable {
    type Error = GainTableError;

    fn try_from(grams: Grams) -> Result<GainTable, GainTableError> {
        GainTable::new(grams.boys, grams.girls)
    }
}

impl From<GainTable> for Grams {
    fn from(table: GainTable) -> Grams {
        Grams { boys: table.boys, girls: table.girls }
    }
}

/// One weighing at the posyandu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Weighing {
    /// When.
    pub month: Month,
    /// Age in completed months (10 months and 29 days are 10).
    pub completed_months: u32,
    /// Weight in grams.
    pub grams: u32,
}

/// The letter on the card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MonthlyStatus {
    /// N, naik: gained at least the minimum.
    Gained,
    /// T, tidak naik.
    NotGained(Shortfall),
    /// O: not weighed last month, so nothing can be said.
    NotWeighedBefore,
    /// B, baru: weighed for the first time.
    First,
}

/// How a child failed to gain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Shortfall {
    /// T1: gained less than the minimum.
    TooLittle,
    /// T2: the same weight.
    Flat,
    /// T3: lost weight.
    Lost,
}

impl MonthlyStatus {
    /// `N`, `T`, `O` or `B`.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            MonthlyStatus::Gained => 'N',
            MonthlyStatus::NotGained(_) => 'T',
            MonthlyStatus::NotWeighedBefore => 'O',
            MonthlyStatus::First => 'B',
        }
    }
}

/// What was gained and what should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gain {
    /// Grams since last month; below zero for a loss.
    pub grams: i64,
    /// The least gain.
    pub least: u16,
}

/// One month of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct MonthlyReading {
    /// When.
    pub month: Month,
    /// The letter; `None` where the table has no minimum for the age.
    pub status: Option<MonthlyStatus>,
    /// Since last month, where the child was weighed then and the table has a minimum.
    pub gain: Option<Gain>,
    /// 2T: not gained in this month and the one before.
    pub twice_not_gained: bool,
}

/// Why the weighings of a child cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// Months have to rise; of two weighings in one month the caller chooses.
    #[error("weighing {place} is not in a later month than the one before")]
    NotRising {
        /// The place of the weighing, from 0.
        place: usize,
    },
}

/// Reads the weighings of a child, earliest first. The first of them is the child's first ever.
///
/// ```
/// use asuh_growth::Sex;
/// use asuh_growth::indonesia::{GainTable, Month, Weighing, monthly};
///
/// let weighings = [(1, 4, 6000), (2, 5, 6600), (3, 6, 6700), (4, 7, 6700)].map(|(month, age, grams)| Weighing {
///     month: Month::new(2026, month).expect("a month"),
///     completed_months: age,
///     grams,
/// });
/// let readings = monthly(&weighings, Sex::Female, &GainTable::default())?;
/// let letters: String = readings.iter().filter_map(|r| Some(r.status?.letter())).collect();
/// assert_eq!(letters, "BNTT");
/// assert!(readings[3].twice_not_gained);
/// # Ok::<(), asuh_growth::indonesia::SeriesError>(())
/// ```
///
/// # Errors
/// [`SeriesError`] where the months do not rise.
pub fn monthly(
    weighings: &[Weighing],
    sex: Sex,
    table: &GainTable,
) -> Result<Vec<MonthlyReading>, SeriesError> {
    let mut readings: Vec<MonthlyReading> = Vec::with_capacity(weighings.len());
    for (place, now) in weighings.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| weighings.get(place));
        if before.is_some_and(|before| before.month >= now.month) {
            return Err(SeriesError::NotRising { place });
        }
        let gain = before.filter(|before| now.month.follows(before.month)).and_then(|before| {
            let least = table.at(sex, now.completed_months)?;
            Some(Gain { grams: i64::from(now.grams) - i64::from(before.grams), least })
        });
        let status = match (before, gain) {
            (None, _) => Some(MonthlyStatus::First),
            (Some(before), _) if !now.month.follows(before.month) => Some(MonthlyStatus::NotWeighedBefore),
            (_, gain) => gain.map(judge),
        };
        let failed = |status| matches!(status, Some(MonthlyStatus::NotGained(_)));
        let failed_before = readings.last().is_some_and(|reading| failed(reading.status));
        readings.push(MonthlyReading {
            month: now.month,
            status,
            gain,
            twice_not_gained: failed(status) && failed_before,
        });
    }
    Ok(readings)
}

fn judge(gain: Gain) -> MonthlyStatus {
    match gain.grams {
        grams if grams >= i64::from(gain.least) => MonthlyStatus::Gained,
        1.. => MonthlyStatus::NotGained(Shortfall::TooLittle),
        0 => MonthlyStatus::NotGained(Shortfall::Flat),
        _ => MonthlyStatus::NotGained(Shortfall::Lost),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weighings(of: &[(u16, u8, u32, u32)]) -> Vec<Weighing> {
        let weighing = |(year, month, completed_months, grams): &(u16, u8, u32, u32)| Weighing {
            month: Month::new(*year, *month).unwrap(),
            completed_months: *completed_months,
            grams: *grams,
        };
        of.iter().map(weighing).collect()
    }

    fn letters(of: &[(u16, u8, u32, u32)], table: &GainTable) -> String {
        let readings = monthly(&weighings(of), Sex::Male, table).unwrap();
        readings.iter().map(|reading| reading.status.map_or('-', MonthlyStatus::letter)).collect()
    }

    #[test]
    fn the_gain_has_to_reach_the_least() {
        let table = GainTable::default();
        assert_eq!(letters(&[(2026, 1, 2, 5000), (2026, 2, 3, 5800)], &table), "BN");
        assert_eq!(letters(&[(2026, 1, 2, 5000), (2026, 2, 3, 5799)], &table), "BT");
        let short = |grams| {
            let weighings = weighings(&[(2026, 1, 2, 5000), (2026, 2, 3, grams)]);
            monthly(&weighings, Sex::Male, &table).unwrap()[1].status
        };
        assert_eq!(short(5100), Some(MonthlyStatus::NotGained(Shortfall::TooLittle)));
        assert_eq!(short(5000), Some(MonthlyStatus::NotGained(Shortfall::Flat)));
        assert_eq!(short(4900), Some(MonthlyStatus::NotGained(Shortfall::Lost)));
    }

    #[test]
    fn after_a_missed_month_nothing_is_said() {
        let table = GainTable::default();
        let series = [(2026, 11, 3, 5000), (2026, 12, 4, 5100), (2027, 1, 5, 5200), (2027, 3, 7, 5300)];
        assert_eq!(letters(&series, &table), "BTTO", "December and January are neighbours");
        let readings = monthly(&weighings(&series), Sex::Male, &table).unwrap();
        assert_eq!(
            readings.iter().map(|r| r.twice_not_gained).collect::<Vec<_>>(),
            [false, false, true, false]
        );
        assert_eq!(readings[3].gain, None);
    }

    #[test]
    fn boys_and_girls_of_seven_months_differ_and_a_district_may_edit_it() {
        let table = GainTable::default();
        assert_eq!(table.at(Sex::Male, 7), Some(400));
        assert_eq!(table.at(Sex::Female, 7), Some(300));
        assert_eq!((table.at(Sex::Male, 11), table.at(Sex::Female, 11)), (Some(300), Some(200)));
        assert_eq!(
            (table.at(Sex::Male, 60), table.at(Sex::Male, 61), table.at(Sex::Male, 0)),
            (Some(200), None, None)
        );
        let own = GainTable::new(vec![800, 900], vec![700]).unwrap();
        assert_eq!(own.at(Sex::Male, 2), Some(900));
        assert_eq!(letters(&[(2026, 1, 4, 5000), (2026, 2, 5, 5800)], &own), "B-", "above the table");
        assert_eq!(GainTable::new(vec![], vec![1]), Err(GainTableError::Empty));
        assert_eq!(GainTable::new(vec![1, 0], vec![1]), Err(GainTableError::Zero { month: 2 }));
    }

    #[test]
    fn months_have_to_rise() {
        let table = GainTable::default();
        for series in [[(2026, 2, 4, 5000), (2026, 2, 4, 5100)], [(2026, 2, 4, 5000), (2026, 1, 3, 5100)]] {
            let found = monthly(&weighings(&series), Sex::Male, &table);
            assert_eq!(found, Err(SeriesError::NotRising { place: 1 }));
        }
        assert_eq!(Month::new(2026, 0), None);
        assert_eq!(Month::new(2026, 13), None);
    }
}
