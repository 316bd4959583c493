//! Consent of guardians, requests of data subjects, incidents: the registers that the law on personal data asks for.

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("consent");
