//! What everybody sees: the dashboard, the public page.

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part::named("reports");
