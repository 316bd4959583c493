//! From L, M and S to a z-score, its rounding and its flag.

use crate::tables::Lms;

/// A z-score.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ZScore {
    /// Rounded to two decimals, which is what is printed, classified and flagged. Infinite where a measurement
    /// is (a BMI over a length of 0).
    pub z: f64,
    /// Before rounding.
    pub raw: f64,
    /// Whether it is implausible: measure the child again.
    pub flagged: bool,
}

/// The plausible z-scores, both ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}

/// Why there is no z-score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum NoScore {
    /// Nobody wrote down the sex.
    #[error("the sex is not known")]
    SexUnknown,
    /// Nobody wrote down the age.
    #[error("the age is not known")]
    AgeUnknown,
    /// Below or above the ages of the standard.
    #[error("the age is outside the standard")]
    AgeOutside,
    /// The measurement is missing.
    #[error("it was not measured")]
    NotMeasured,
    /// Zero or less.
    #[error("the measurement is not above zero")]
    NotPositive,
    /// The length is not in the table of weight for length (45 to 110 cm) or for height (65 to 120 cm).
    #[error("the length is outside the table of weights")]
    LengthOutside,
    /// The weight of a child with oedema says nothing.
    #[error("the child has oedema")]
    Oedema,
    /// The formula has no answer, as for a negative weight.
    #[error("there is no z-score for this measurement")]
    Undefined,
}

impl ZScore {
    pub(crate) fn new(raw: f64, limits: Limits) -> Result<ZScore, NoScore> {
        if raw.is_nan() {
            return Err(NoScore::Undefined);
        }
        let z = two_decimals(raw);
        Ok(ZScore { z, raw, flagged: z < limits.low || z > limits.high })
    }
}

impl Lms {
    /// The z-score of a measurement.
    #[must_use]
    pub fn z(self, y: f64) -> f64 {
        ((y / self.m).powf(self.l) - 1.0) / (self.s * self.l)
    }

    /// The z-score with straightened tails: beyond 3 a step of z is the distance between 2 and 3. WHO does so
    /// for weights, arms and skinfolds, whose tails hold too few healthy children to be fitted.
    #[must_use]
    pub fn restricted_z(self, y: f64) -> f64 {
        let z = self.z(y);
        if z > 3.0 {
            let third = self.measure(3.0);
            3.0 + (y - third) / (third - self.measure(2.0))
        } else if z < -3.0 {
            let third = self.measure(-3.0);
            -3.0 + (y - third) / (self.measure(-2.0) - third)
        } else {
            z
        }
    }

    /// The measurement that has this z-score, for -3 to 3: the lines of a growth chart.
    #[must_use]
    pub fn measure(self, z: f64) -> f64 {
        self.m * (1.0 + self.l * self.s * z).powf(1.0 / self.l)
    }

    /// The measurement that has this z-score where tails are straightened; the inverse of
    /// [`Lms::restricted_z`].
    #[must_use]
    pub fn restricted_measure(self, z: f64) -> f64 {
        if z.abs() <= 3.0 || z.is_nan() {
            return self.measure(z);
        }
        let (third, second) = (self.measure(3.0_f64.copysign(z)), self.measure(2.0_f64.copysign(z)));
        third + (z.abs() - 3.0) * (third - second)
    }
}

/// Rounded to two decimals as R 4 does: of the two neighbours with two decimals the nearer one, of two equally
/// near ones the even one. -0.00 becomes 0.00.
pub(crate) fn two_decimals(x: f64) -> f64 {
    let size = x.abs();
    // Two decimals of so large a number are beyond the 15 digits that a double holds for certain.
    if size.is_nan() || size >= 1e13 {
        return x;
    }
    let hundredfold = size * 100.0;
    let (floor, ceil) = (hundredfold.floor(), hundredfold.ceil());
    let (below, above) = (floor / 100.0, ceil / 100.0);
    let (down, up) = (size - below, above - size);
    let near = if down < up || (down == up && floor % 2.0 == 0.0) { below } else { above };
    near.copysign(x) + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_takes_the_nearer_neighbour() {
        for (raw, z) in [
            (-2.0016, -2.0),
            (5.004, 5.0),
            (5.0051, 5.01),
            (1.005, 1.0),  // the double lies below the half
            (0.125, 0.12), // a half goes to the even one
            (0.005, 0.0),
            (0.375, 0.38),
            (-0.125, -0.12),
        ] {
            assert_eq!(two_decimals(raw), z, "{raw}");
        }
        assert!(two_decimals(-0.001).is_sign_positive());
        assert_eq!(two_decimals(f64::INFINITY), f64::INFINITY);
        assert!(two_decimals(f64::NAN).is_nan());
    }

    #[test]
    fn the_flag_looks_at_the_rounded_score() {
        let limits = Limits { low: -5.0, high: 5.0 };
        let flagged = |raw| ZScore::new(raw, limits).map(|score| score.flagged);
        assert_eq!(flagged(5.004), Ok(false));
        assert_eq!(flagged(5.006), Ok(true));
        assert_eq!(flagged(-5.0), Ok(false));
        assert_eq!(flagged(f64::NEG_INFINITY), Ok(true));
        assert_eq!(flagged(f64::NAN), Err(NoScore::Undefined));
    }

    #[test]
    fn the_tails_are_straight_beyond_three() {
        let row = Lms { l: -0.3833, m: 7.2402, s: 0.09113 };
        let (second, third) = (row.measure(2.0), row.measure(3.0));
        assert!((row.restricted_z(third + (third - second)) - 4.0).abs() < 1e-9);
        assert!((row.restricted_z(row.measure(-3.0)) + 3.0).abs() < 1e-9);
        for z in [-7.5, -3.0, -1.5, 0.0, 2.99, 3.01, 9.0] {
            assert!((row.restricted_z(row.restricted_measure(z)) - z).abs() < 1e-12, "{z}");
        }
    }
}
