//! Lists that come in, families and persons that are verified: who may be helped.

pub mod import;
pub mod record;

/// The national list of territories and a district's part of it.
pub mod territories {
    pub use super::import::adopt;
}

use crate::ground::part::Part;

/// The step, for the gates.
pub const STEP: Part = Part { imports: import::KINDS, ..Part::named("registry") };
