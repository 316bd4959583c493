//! The way of a lot: forward from an office's Monday to the families, and back from a family to the offices.

pub(super) mod pages;
mod panel;
pub(super) mod query;
mod rules;

pub(super) use panel::{family_panel, sponsor_panel};
