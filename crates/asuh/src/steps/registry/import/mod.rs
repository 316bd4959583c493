//! The lists that the registry takes in: territories, and BKKBN's list of families at risk (KRS).

mod krs;
mod territory;

use krs::Krs;
use territory::Territories;
pub use territory::adopt;

use crate::ground::staging::ImportKind;

/// The kinds, for the step.
pub(super) const KINDS: &[&dyn ImportKind] = &[&Krs, &Territories];
