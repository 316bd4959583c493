//! Pledges (janji): what a sponsor promised to a campaign, from a day until he stops.

pub(super) mod change;
pub(super) mod command;
pub(super) mod one;
pub(super) mod own;
pub(super) mod pages;
pub(super) mod query;
pub(super) mod rules;
pub(super) mod state;
pub(super) mod supply;
pub(super) mod tasks;
