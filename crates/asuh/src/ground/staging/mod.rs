//! The engine of every spreadsheet import: upload, check, preview, commit or refuse, undo.

/// A kind of spreadsheet that a step can take in.
pub trait ImportKind: Sync {
    /// Its stable code: `krs`, `eppgbm`, `asn`, `territory`.
    fn code(&self) -> &'static str;
}

use super::part::Part;

/// The part, for the gates.
pub const PART: Part = Part::named("staging");
