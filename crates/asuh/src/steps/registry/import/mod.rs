//! The lists that the registry takes in: territories, BKKBN's list of families at risk (KRS), and work sheets of
//! verification that come back.

mod krs;
mod territory;

use krs::Krs;
use territory::Territories;
pub use territory::adopt;

use crate::ground::staging::ImportKind;
use crate::steps::registry::verification::import::SheetImport;

/// The kinds, for the step.
pub(super) const KINDS: &[&dyn ImportKind] = &[&Krs, &Territories, &SheetImport];
