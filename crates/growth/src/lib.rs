//! WHO growth standards: a child's measurements in, z-scores, flags and prevalence out, equal to those of
//! WHO's own software in every cell.
//!
//! * [`Child`]: one child at a time, birth to 60 months, all eight indicators.
//! * [`batch`]: columns of children at once, many times faster.
//! * [`quality`]: missing, flagged, favourite digits, heaping, scatter.
//! * [`who2007`]: 5 to 19 years.
//! * [`indonesia`]: categories of Permenkes 2/2020, N/T/O/B, arm circumference, referrals.
//! * [`prevalence`]: a survey's prevalences with standard errors, by its sampling design.
//!
//! Everything here is pure: no input or output, no clock, no threads. A value that cannot be judged has a
//! reason ([`NoScore`]), never a guess, and nothing that comes in makes it panic.
//!
//! The figures are those of the World Health Organization, which holds their copyright; name it as the source
//! beside results.

mod age;
mod child;
mod indicator;
mod score;
mod standard;
mod tables;

pub mod batch;
pub mod indonesia;
pub mod prevalence;
pub mod quality;
pub mod who2007;

pub use age::{Age, AgeError, DAYS_PER_MONTH};
pub use child::{Centimetres, Child, Cleaned, Kilograms, Length, Millimetres, Oedema, Posture, Sex};
pub use indicator::Indicator;
pub use score::{Limits, NoScore, ZScore};
pub use standard::{Interpolation, ZScores};
pub use tables::{Lms, TableName};

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
