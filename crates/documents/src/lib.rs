//! Plain data in, bytes out: spreadsheets, SVG charts, QR.
//!
//! Nothing here knows the programme, the database or the web. Files that come from outside are
//! treated as hostile: [`sheet::SheetReader`] refuses or reads them within fixed [`sheet::Limits`].
//! What goes out ([`sheet::SheetWriter`], [`svg`], [`qr`]) can carry any text a person typed
//! without becoming a formula, markup or a script.

pub mod bundle;
pub mod paper;
pub mod qr;
pub mod sheet;
pub mod svg;
