//! The audit trail, the access log, and the sealing of both and of the ledger.

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("audit");
