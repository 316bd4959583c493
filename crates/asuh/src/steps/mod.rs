//! The programme, in the order of its data. Every step has the same rooms; see CONTRIBUTING.md.
//!
//! Follow one egg: a family comes in by a list and is verified (`registry`), its child is measured
//! (`growth`), a civil servant promises an egg for every Monday (`sponsors`), the office's roll records it
//! (`collection`), it is received and kept (`custody`), shared out and delivered (`distribution`), and shown
//! (`reports`).

pub mod collection;
pub mod custody;
pub mod distribution;
pub mod growth;
pub mod registry;
pub mod reports;
pub mod sponsors;

use crate::ground::part::Part;

/// The steps, in the order of the data's path. This list drives routes, menu, home pages, jobs, imports,
/// checks and the chapters of the manual.
pub const ALL: &[Part] = &[
    registry::STEP,
    growth::STEP,
    sponsors::STEP,
    collection::STEP,
    custody::STEP,
    distribution::STEP,
    reports::STEP,
];
