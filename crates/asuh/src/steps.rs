//! The programme, in the order of its data. Every step has the same rooms; see CONTRIBUTING.md.
//!
//! Follow one egg: a family comes in by a list and is verified (`registry`), its child is measured
//! (`growth`), a civil servant promises an egg for every Monday (`sponsors`) or helps a chosen child month by month (`pairing`), the office's roll records it
//! (`collection`), it is received and kept (`custody`), shared out and delivered (`distribution`), somebody
//! visits the child (`mentoring`), the district takes stock, plans and meets (`convergence`), and it is shown (`reports`).

use asuh_ground::part::Part;

/// The steps, in the order of the data's path. This list drives routes, menu, home pages, jobs, imports,
/// checks and the chapters of the manual.
pub const ALL: &[Part] = &[
    asuh_step_registry::STEP,
    asuh_step_growth::STEP,
    asuh_step_sponsors::STEP,
    asuh_step_pairing::STEP,
    asuh_step_collection::STEP,
    asuh_step_custody::STEP,
    asuh_step_distribution::STEP,
    asuh_step_mentoring::STEP,
    asuh_step_convergence::STEP,
    asuh_step_reports::STEP,
];
