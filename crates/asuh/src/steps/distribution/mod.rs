//! Sharing out the pool of a week, packing, and delivery with proof.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("distribution");
