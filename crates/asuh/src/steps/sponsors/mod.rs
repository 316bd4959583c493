//! Who gives: the roster, campaigns, pledges.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("sponsors");
