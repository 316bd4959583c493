//! What is kept where: stock of warehouses and fund holders, moves, write-offs.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("custody");
