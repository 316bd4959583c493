//! How many children are stunted, wasted or overweight: prevalences and mean z-scores of a survey with their
//! standard errors and confidence intervals, as WHO's R package `anthro` 1.1.0 computes them.
//!
//! Give every child of the sample as a [`Surveyed`] and say with [`Design`] how the sample was drawn. Subgroups
//! are domains of the whole sample: their variance uses all of it.
//!
//! ```
//! use asuh_growth::prevalence::{Design, Surveyed, Comparison, prevalence};
//! use asuh_growth::{Age, Child, Kilograms, Length, Sex};
//!
//! let sample: Vec<Surveyed> = (0..200_u32)
//!     .map(|n| {
//!         let child = Child {
//!             sex: Some(if n % 2 == 0 { Sex::Female } else { Sex::Male }),
//!             age: Some(Age::from_whole_days(740 + 5 * n)),
//!             weight: Some(Kilograms(10.0 + f64::from(n) / 40.0)),
//!             length: Some(Length::standing(80.0 + f64::from(n) / 9.0)),
//!             ..Child::default()
//!         };
//!         Surveyed { residence: Some("Rural"), ..Surveyed::of(child) }
//!     })
//!     .collect();
//! let table = prevalence(&sample, Design::NONE)?;
//! let all = &table.groups[0];
//! assert_eq!(all.label, "All");
//! let stunted = all.of(Comparison::LengthForAge).below_2.ok_or("nobody was measured")?;
//! println!("stunted: {:.1} % ({:.1} to {:.1})", stunted.value, stunted.low, stunted.high);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod estimate;
mod groups;
mod sample;
mod table;

use crate::Child;

pub use table::{Compared, Comparison, Estimate, Group, PrevalenceTable, Share, columns};

/// A child of a survey, with its place in the sample and in the groups to report on. Texts are compared as they
/// stand; what is `None` is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Surveyed<'a> {
    /// What was measured.
    pub child: Child,
    /// Sampling weight; unknown counts as 0.
    pub weight: Option<f64>,
    /// The cluster (primary sampling unit) within its stratum.
    pub cluster: Option<&'a str>,
    /// The stratum.
    pub stratum: Option<&'a str>,
    /// Type of residence ("Rural", "Urban").
    pub residence: Option<&'a str>,
    /// Geographical region.
    pub region: Option<&'a str>,
    /// Wealth quintile, poorest first.
    pub wealth: Option<Quintile>,
    /// Education of the mother.
    pub education: Option<&'a str>,
    /// Any other grouping.
    pub other: Option<&'a str>,
}

impl Surveyed<'_> {
    /// A child of which nothing but the measurements is known.
    #[must_use]
    pub fn of(child: Child) -> Self {
        Self {
            child,
            weight: None,
            cluster: None,
            stratum: None,
            residence: None,
            region: None,
            wealth: None,
            education: None,
            other: None,
        }
    }
}

/// A fifth of the households, by wealth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Quintile {
    /// The poorest fifth.
    Q1,
    /// The second.
    Q2,
    /// The third.
    Q3,
    /// The fourth.
    Q4,
    /// The richest fifth.
    Q5,
}

impl Quintile {
    /// All five, poorest first.
    pub const ALL: [Quintile; 5] = [Quintile::Q1, Quintile::Q2, Quintile::Q3, Quintile::Q4, Quintile::Q5];

    /// Reads `1` to `5` or `Q1` to `Q5`. `None` for anything else.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Quintile> {
        let place = ["1", "2", "3", "4", "5"]
            .iter()
            .position(|digit| *digit == code.strip_prefix('Q').unwrap_or(code))?;
        Some(Quintile::ALL[place])
    }

    /// The name in WHO's tables.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Quintile::Q1 => "Q1: Poorest",
            Quintile::Q2 => "Q2",
            Quintile::Q3 => "Q3",
            Quintile::Q4 => "Q4",
            Quintile::Q5 => "Q5: Richest",
        }
    }
}

/// Which parts of the sampling design to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Design {
    /// Count each child as often as its sampling weight says.
    pub weights: bool,
    /// Children of one cluster resemble each other.
    pub clusters: bool,
    /// Clusters (or children) were drawn within strata.
    pub strata: bool,
}

impl Design {
    /// Every child drawn by itself with the same chance.
    pub const NONE: Design = Design { weights: false, clusters: false, strata: false };
    /// Weights, clusters and strata.
    pub const ALL: Design = Design { weights: true, clusters: true, strata: true };

    /// Whether the linearisation over clusters and strata is needed.
    fn is_complex(self) -> bool {
        self.clusters || self.strata
    }
}

/// Why a survey was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SurveyError {
    /// A sampling weight is below zero or no finite number.
    #[error("row {row}: the sampling weight is not zero or more")]
    Weight {
        /// The place of the child, from 0.
        row: usize,
    },
}

/// The prevalences of a sample and of its groups.
///
/// Children older than 1826 days are left out and counted in [`PrevalenceTable::too_old`]; so are, where the
/// design has them, children without cluster or stratum ([`PrevalenceTable::without_place`]). Flagged z-scores
/// are left out. A child with oedema counts as severely underweight and wasted, whatever it weighs.
///
/// # Errors
/// [`SurveyError`] for a sampling weight below zero, if weights are used.
pub fn prevalence(sample: &[Surveyed<'_>], design: Design) -> Result<PrevalenceTable, SurveyError> {
    let sample = sample::Sample::new(sample, design)?;
    let groups =
        groups::groups(&sample).into_iter().map(|domain| table::Group::new(&sample, domain)).collect();
    Ok(PrevalenceTable { groups, too_old: sample.too_old, without_place: sample.without_place })
}
