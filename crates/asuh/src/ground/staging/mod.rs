//! The engine of every spreadsheet import: upload, check, preview, commit or refuse, undo.

/// A kind of spreadsheet that a step can take in.
pub trait ImportKind: Sync {
    /// Its stable code: `krs`, `eppgbm`, `asn`, `territory`.
    fn code(&self) -> &'static str;
}
