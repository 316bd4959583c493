//! Where a trend leads: pure.

use statrs::distribution::{ContinuousCDF, StudentsT};

asuh_ground::codes! {
    /// Whether a prevalence is aimed at or was found.
    ///
    /// Translation key `aim.kind.<code>`.
    pub enum Kind {
        /// Aimed at.
        Target = "target",
        /// Found.
        Found = "found",
    }
}

asuh_ground::codes! {
    /// Whose it is.
    ///
    /// Translation key `aim.level.<code>`.
    pub enum Level {
        /// The district's own.
        District = "district",
        /// The province's.
        Province = "province",
        /// The nation's.
        National = "national",
    }
}

asuh_ground::codes! {
    /// By which source it is told. Never mixed.
    ///
    /// Translation key `aim.source.<code>`.
    pub enum Source {
        /// The survey (SSGI, SKI): a sample, official, without names.
        Ssgi = "ssgi",
        /// e-PPGBM: everybody who was measured at a posyandu.
        Eppgbm = "eppgbm",
    }
}

/// The national targets that laws name: 18.8 % in 2025 and 14.2 % in 2029 (Perpres 12/2025, RPJMN 2025-2029), 5 % in 2045
/// (RPJPN 2025-2045); percent times 100.
pub const NATIONAL: [(i64, i64, &str); 3] = [
    (2025, 1_880, "Perpres 12/2025 (RPJMN 2025-2029)"),
    (2029, 1_420, "Perpres 12/2025 (RPJMN 2025-2029)"),
    (2045, 500, "RPJPN 2025-2045"),
];

/// Below so many points a line says nothing: with three the interval of a forecast is wider than any prevalence.
pub const FEWEST: usize = 4;

/// A line through points, as found by least squares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// Points a year.
    pub slope: f64,
    intercept: f64,
    /// Mean of the years.
    mean: f64,
    /// Sum of squares of the years about their mean.
    spread: f64,
    /// Standard deviation of the points about the line.
    residual: f64,
    count: usize,
}

/// A forecast with its 95 % prediction interval, percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The line.
    pub middle: f64,
    /// The lower end, never below 0.
    pub low: f64,
    /// The upper end, never above 100.
    pub high: f64,
}

/// Why no line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTrend {
    /// There are fewer than [`FEWEST`] points.
    Few,
    /// All points are of one year.
    OneYear,
}

/// The line through points (year, percent) by ordinary least squares, each year counting alike.
///
/// # Errors
/// [`NoTrend`], where a line would say nothing.
pub fn trend(points: &[(f64, f64)]) -> Result<Trend, NoTrend> {
    if points.len() < FEWEST {
        return Err(NoTrend::Few);
    }
    let count = points.len() as f64;
    let mean = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let level = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let spread: f64 = points.iter().map(|(x, _)| (x - mean).powi(2)).sum();
    if spread <= 0.0 {
        return Err(NoTrend::OneYear);
    }
    let slope = points.iter().map(|(x, y)| (x - mean) * (y - level)).sum::<f64>() / spread;
    let intercept = level - slope * mean;
    let squares: f64 = points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
    let residual = (squares / (count - 2.0)).sqrt();
    Ok(Trend { slope, intercept, mean, spread, residual, count: points.len() })
}

impl Trend {
    /// Where the line stands in a year, with the 95 % interval for a single new observation: the line plus and minus
    /// Student's t (n - 2 degrees) times s · sqrt(1 + 1/n + (x - mean)² / Sxx). Draper and Smith, *Applied Regression
    /// Analysis*, 3rd edition 1998, section 3.1. It supposes that the years go on as they did.
    pub fn at(&self, year: f64) -> Forecast {
        let count = self.count as f64;
        let middle = self.intercept + self.slope * year;
        let reach = StudentsT::new(0.0, 1.0, count - 2.0).map_or(f64::NAN, |t| t.inverse_cdf(0.975));
        let error = self.residual * (1.0 + 1.0 / count + (year - self.mean).powi(2) / self.spread).sqrt();
        let fit = |percent: f64| percent.clamp(0.0, 100.0);
        Forecast { middle: fit(middle), low: fit(middle - reach * error), high: fit(middle + reach * error) }
    }
}

/// The points a year by which the last finding would have to change to reach a target, percent; nothing where the target's
/// year is not after it.
pub fn needed((year, percent): (i64, i64), (target_year, target): (i64, i64)) -> Option<f64> {
    (target_year > year).then(|| (target - percent) as f64 / 100.0 / (target_year - year) as f64)
}

/// How many of so many measured children may be stunted at most for a share of percent times 100.
pub fn at_most(measured: i64, percent: i64) -> i64 {
    measured * percent / 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(one: f64, two: f64) -> bool {
        (one - two).abs() < 0.005
    }

    #[test]
    fn a_line_through_points_on_a_line_is_that_line() {
        let points = [(2021.0, 30.0), (2022.0, 27.0), (2023.0, 24.0), (2024.0, 21.0)];
        let line = trend(&points).unwrap();
        assert!(near(line.slope, -3.0));
        let next = line.at(2025.0);
        assert!(near(next.middle, 18.0) && near(next.low, 18.0) && near(next.high, 18.0), "{next:?}");
        assert!(near(line.at(2040.0).middle, 0.0), "never below nothing");
    }

    /// Reckoned by hand: mean 2022.5, slope -2.6, Sxx 5, residuals 0.1, -0.3, 0.3, -0.1 about 24.1 - 2.6 (x - mean), s² =
    /// 0.2/2, t(2; 0.975) = 4.3027; at 2025 the error is s · sqrt(1 + 1/4 + 6.25/5).
    #[test]
    fn the_interval_is_that_of_a_new_observation() {
        let points = [(2021.0, 28.1), (2022.0, 25.1), (2023.0, 23.1), (2024.0, 20.1)];
        let line = trend(&points).unwrap();
        let next = line.at(2025.0);
        assert!(near(line.slope, -2.6) && near(next.middle, 17.6), "{line:?} {next:?}");
        let reach = 4.302_653 * (0.1_f64).sqrt() * (2.5_f64).sqrt();
        assert!(near(next.high - next.middle, reach) && near(next.middle - next.low, reach), "{next:?}");
    }

    #[test]
    fn few_points_and_one_year_draw_no_line() {
        assert_eq!(trend(&[(2021.0, 30.0), (2022.0, 27.0), (2023.0, 24.0)]), Err(NoTrend::Few));
        assert_eq!(trend(&[(2021.0, 30.0); 4]), Err(NoTrend::OneYear));
    }

    #[test]
    fn what_a_target_takes_is_told_in_points_and_children() {
        assert!(near(needed((2024, 2_100), (2029, 1_420)).unwrap(), -1.36));
        assert_eq!(needed((2029, 2_100), (2029, 1_420)), None);
        assert_eq!(at_most(1_000, 1_420), 142);
        assert_eq!(at_most(243, 1_000), 24, "25 of 243 are more than a tenth");
    }
}
