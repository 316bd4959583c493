//! What every step stands on. It knows no step and no gate.

// Its templates are compiled into the pages of other crates, and name its items the same way everywhere.
extern crate self as asuh_ground;

pub mod access;
pub mod app;
pub mod attachments;
pub mod audit;
mod beside;
pub mod books;
mod codes;
pub mod consent;
pub mod disclosure;
pub mod jobs;
pub mod papers;
pub mod part;
pub mod sampling;
pub mod settings;
pub mod staging;
pub mod web;

pub use app::{App, HelpDay, HelpMoved, Registry};

use part::Part;

/// What the ground shows of itself: users, logs, consent, imports, settings.
pub const PARTS: &[Part] =
    &[staging::PART, consent::PART, books::PART, papers::PART, access::PART, audit::PART, settings::PART];
