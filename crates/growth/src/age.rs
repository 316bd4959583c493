//! Age at the measurement.

/// Days in a month of WHO's standards.
pub const DAYS_PER_MONTH: f64 = 30.4375;

/// The first day of the height tables: 24 months, rounded. From here on children are measured standing.
pub(crate) const FIRST_STANDING_DAY: f64 = 731.0;

/// Standing below this age is taken for a slip of the pen.
pub(crate) const STANDING_FROM_MONTHS: f64 = 9.0;

/// No standard for young children reaches this age.
pub(crate) const UPPER_MONTHS: f64 = 60.0;

/// Age at the day of the measurement, never below zero. Days are what WHO computes with; where only months
/// are known they are turned into days with [`DAYS_PER_MONTH`].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Given", into = "Given"))]
pub struct Age(Given);

#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
enum Given {
    Days(f64),
    Months(f64),
}

/// Why a number is not an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgeError {
    /// Measured before birth: a wrong date.
    #[error("the age is below zero")]
    Negative,
    /// Not a number, or without end.
    #[error("the age is not a number")]
    NotFinite,
}

impl Age {
    /// From days, as a difference of dates. Fractions are kept for the limits and rounded half up for the
    /// tables.
    ///
    /// # Errors
    /// [`AgeError`] for a number below zero and for what is no finite number.
    pub fn from_days(days: f64) -> Result<Age, AgeError> {
        checked(days).map(|days| Age(Given::Days(days)))
    }

    /// From whole days, which cannot fail.
    #[must_use]
    pub fn from_whole_days(days: u32) -> Age {
        Age(Given::Days(f64::from(days)))
    }

    /// From months of [`DAYS_PER_MONTH`] days. A child of 24 completed months is 24 to 25 months old, so
    /// completed months make it too young: give the days where the dates are known.
    ///
    /// # Errors
    /// [`AgeError`] for a number below zero and for what is no finite number.
    pub fn from_months(months: f64) -> Result<Age, AgeError> {
        checked(months).map(|months| Age(Given::Months(months)))
    }

    /// Whole days, rounded half up: the row of WHO's tables.
    #[must_use]
    pub fn days(self) -> f64 {
        match self.0 {
            Given::Days(days) => half_up(days),
            Given::Months(months) => half_up(months * DAYS_PER_MONTH),
        }
    }

    /// Months with their fraction, unrounded.
    #[must_use]
    pub fn months(self) -> f64 {
        match self.0 {
            Given::Days(days) => days / DAYS_PER_MONTH,
            Given::Months(months) => months,
        }
    }

    /// The day as a key of the standards for young children, if the child is below 60 months.
    pub(crate) fn key(self) -> Option<u32> {
        (self.months() < UPPER_MONTHS).then(|| self.days() as u32)
    }
}

fn checked(number: f64) -> Result<f64, AgeError> {
    if !number.is_finite() {
        Err(AgeError::NotFinite)
    } else if number < 0.0 {
        Err(AgeError::Negative)
    } else {
        Ok(number)
    }
}

/// The nearest whole number, a half upwards; for numbers not below zero.
#[inline(always)]
pub(crate) fn half_up(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

impl TryFrom<Given> for Age {
    type Error = AgeError;

    fn try_from(given: Given) -> Result<Age, AgeError> {
        match given {
            Given::Days(days) => Age::from_days(days),
            Given::Months(months) => Age::from_months(months),
        }
    }
}

impl From<Age> for Given {
    fn from(age: Age) -> Given {
        age.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_rounded_half_up() {
        for (days, row) in
            [(0.0, 0.0), (0.49, 0.0), (0.5, 1.0), (90.5, 91.0), (730.49, 730.0), (730.5, 731.0)]
        {
            assert_eq!(Age::from_days(days).unwrap().days(), row, "{days} days");
        }
        assert_eq!(Age::from_months(24.0).unwrap().days(), 731.0);
        assert_eq!(Age::from_months(9.0).unwrap().days(), 274.0);
    }

    #[test]
    fn sixty_months_are_too_old_and_are_not_rounded() {
        assert_eq!(Age::from_days(1826.2).unwrap().key(), Some(1826));
        assert_eq!(Age::from_days(1826.25).unwrap().key(), None);
        assert_eq!(Age::from_whole_days(1827).key(), None);
        assert_eq!(Age::from_months(59.999).unwrap().key(), Some(1826));
        assert_eq!(Age::from_months(60.0).unwrap().key(), None);
    }

    #[test]
    fn what_is_no_age_is_refused() {
        for wrong in [-0.001, -700.0] {
            assert_eq!(Age::from_days(wrong), Err(AgeError::Negative));
            assert_eq!(Age::from_months(wrong), Err(AgeError::Negative));
        }
        for wrong in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Age::from_days(wrong), Err(AgeError::NotFinite));
            assert_eq!(Age::from_months(wrong), Err(AgeError::NotFinite));
        }
    }
}
