//! What is reported: WHO's table, as figures and as the columns of its files.

use super::estimate::{count, mean_and_deviation, share};
use super::groups::NamedDomain;
use super::sample::Sample;

/// The four comparisons that are reported, in WHO's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Comparison {
    /// Length or height for age: stunting.
    LengthForAge,
    /// Weight for age: underweight.
    WeightForAge,
    /// Body mass index for age.
    BmiForAge,
    /// Weight for length or height: wasting and overweight.
    WeightForLength,
}

impl Comparison {
    /// All four.
    pub const ALL: [Comparison; 4] = [
        Comparison::LengthForAge,
        Comparison::WeightForAge,
        Comparison::BmiForAge,
        Comparison::WeightForLength,
    ];

    /// The start of WHO's column names.
    fn code(self) -> &'static str {
        match self {
            Comparison::LengthForAge => "HA",
            Comparison::WeightForAge => "WA",
            Comparison::BmiForAge => "BMI",
            Comparison::WeightForLength => "WH",
        }
    }
}

/// A mean z-score with its standard error and 95 % confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Estimate {
    /// The mean.
    pub value: f64,
    /// Its standard error.
    pub se: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A prevalence in percent, 0 to 100, with its standard error and 95 % confidence interval.
pub type Share = Estimate;

/// One comparison in one group. A figure is `None` where nobody was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Compared {
    /// Children with a prevalence, weighted.
    pub weighted: f64,
    /// Children with a prevalence.
    pub children: usize,
    /// z < -3.
    pub below_3: Option<Share>,
    /// z < -2.
    pub below_2: Option<Share>,
    /// z < -1.
    pub below_1: Option<Share>,
    /// z > 1.
    pub above_1: Option<Share>,
    /// z > 2.
    pub above_2: Option<Share>,
    /// z > 3.
    pub above_3: Option<Share>,
    /// The mean z-score.
    pub mean: Option<Estimate>,
    /// Its standard deviation; a figure of quality as well.
    pub deviation: Option<f64>,
}

/// A group's figures.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Group {
    /// WHO's name, such as `All` or `Age group: 24-35 mo`.
    pub label: String,
    compared: [Compared; 4],
    /// Children with both length for age and weight for length, weighted.
    pub both_weighted: f64,
    /// Children with both.
    pub both_children: usize,
    /// Stunted and wasted.
    pub stunted_and_wasted: Option<Share>,
    /// Stunted and overweight.
    pub stunted_and_overweight: Option<Share>,
}

/// All groups.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PrevalenceTable {
    /// Groups in WHO's order, the whole sample first.
    pub groups: Vec<Group>,
    /// Children left out because they are older than 1826 days.
    pub too_old: usize,
    /// Children left out because their cluster or stratum is not known.
    pub without_place: usize,
}

/// 1 where the condition holds, 0 where not, NaN where it cannot be told.
fn holds(z: f64, condition: impl Fn(f64) -> bool) -> f64 {
    if z.is_nan() { f64::NAN } else { f64::from(u8::from(condition(z))) }
}

impl Group {
    pub(super) fn new(sample: &Sample<'_>, group: NamedDomain) -> Group {
        let NamedDomain { label, domain } = group;
        let compared = Comparison::ALL.map(|comparison| {
            let means = &sample.means[comparison as usize];
            let z = &sample.prevalences[comparison as usize];
            let (children, weighted) = count(sample, &domain, |place| z[place]);
            let below = |cut: f64| share(sample, &domain, |place| holds(z[place], |z| z < cut));
            let above = |cut: f64| share(sample, &domain, |place| holds(z[place], |z| z > cut));
            let (mean, deviation) = mean_and_deviation(sample, &domain, |place| means[place]);
            Compared {
                weighted,
                children,
                below_3: below(-3.0),
                below_2: below(-2.0),
                below_1: below(-1.0),
                above_1: above(1.0),
                above_2: above(2.0),
                above_3: above(3.0),
                mean,
                deviation,
            }
        });
        let length = &sample.prevalences[Comparison::LengthForAge as usize];
        let weight = &sample.prevalences[Comparison::WeightForLength as usize];
        let both = |condition: fn(f64) -> bool| {
            move |place: usize| {
                let stunted = holds(length[place], |z| z < -2.0);
                let other = holds(weight[place], condition);
                // NaN where either is.
                stunted * other
            }
        };
        let (both_children, both_weighted) = count(sample, &domain, both(|_| true));
        Group {
            label,
            compared,
            both_weighted,
            both_children,
            stunted_and_wasted: share(sample, &domain, both(|z| z < -2.0)),
            stunted_and_overweight: share(sample, &domain, both(|z| z > 2.0)),
        }
    }

    /// The figures of one comparison.
    #[must_use]
    pub fn of(&self, comparison: Comparison) -> &Compared {
        &self.compared[comparison as usize]
    }

    /// The figures in the order of [`columns`], without the label.
    #[must_use]
    pub fn figures(&self) -> Vec<Option<f64>> {
        let mut figures = Vec::with_capacity(WIDTH);
        let put = |figures: &mut Vec<Option<f64>>, share: Option<Estimate>| {
            figures.extend(match share {
                Some(found) => [found.value, found.se, found.low, found.high].map(Some),
                None => [None; 4],
            });
        };
        for compared in &self.compared {
            figures.extend([Some(compared.weighted), Some(compared.children as f64)]);
            for share in [
                compared.below_3,
                compared.below_2,
                compared.below_1,
                compared.above_1,
                compared.above_2,
                compared.above_3,
                compared.mean,
            ] {
                put(&mut figures, share);
            }
            figures.push(compared.deviation);
        }
        figures.extend([Some(self.both_weighted), Some(self.both_children as f64)]);
        put(&mut figures, self.stunted_and_wasted);
        put(&mut figures, self.stunted_and_overweight);
        figures
    }
}

/// How many columns there are beside the label.
const WIDTH: usize = 4 * 31 + 10;

/// The names of the columns of WHO's tables, without the first (`Group`).
#[must_use]
pub fn columns() -> Vec<String> {
    let mut names = Vec::with_capacity(WIDTH);
    let ends = ["r", "se", "ll", "ul"];
    for comparison in Comparison::ALL {
        let code = comparison.code();
        names.extend(["pop", "unwpop"].map(|end| format!("{code}Z_{end}")));
        for cut in ["_3", "_2", "_1", "1", "2", "3", ""] {
            names.extend(ends.map(|end| format!("{code}{cut}_{end}")));
        }
        names.push(format!("{code}_stdev"));
    }
    names.extend(["HA_2_WH_2_pop", "HA_2_WH_2_unwpop"].map(str::to_owned));
    for pair in ["HA_2_WH_2", "HA_2_WH2"] {
        names.extend(ends.map(|end| format!("{pair}_{end}")));
    }
    names
}
