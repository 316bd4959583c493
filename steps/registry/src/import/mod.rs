//! The lists that the registry takes in: territories, BKKBN's list of families at risk (KRS), registers of children
//! (of a posyandu, or Sigizi's identity template), and work sheets of verification that come back.

mod krs;
mod posyandu;
mod territory;
mod villages;

use krs::Krs;
use posyandu::Posyandu;
use territory::Territories;
pub use territory::adopt;

use crate::verification::import::SheetImport;
use asuh_ground::staging::ImportKind;

/// The kinds, for the step.
pub(super) const KINDS: &[&dyn ImportKind] = &[&Krs, &Posyandu, &Territories, &SheetImport];
