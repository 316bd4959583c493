//! The Monday: a roll per unit, the count, the hand-over of goods and the deposit of cash.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("collection");
