//! Measurements of children: what was taken, what a file printed.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("growth");
