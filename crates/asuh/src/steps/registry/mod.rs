//! Lists that come in, families and persons that are verified: who may be helped.

pub mod record;

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("registry");
