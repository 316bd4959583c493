//! The lists that the registry takes in: territories, and BKKBN's list of families at risk (KRS).

mod krs;
mod territory;

pub use krs::Krs;
pub use territory::{Territories, adopt};

use crate::ground::staging::ImportKind;

/// The kinds, for the step.
pub const KINDS: &[&dyn ImportKind] = &[&Krs, &Territories];
