//! The integration tests: one binary, a file per part.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, dead_code)]

mod access;
mod arch;
mod audit;
mod books;
mod changes;
pub mod collection;
mod consent;
mod crash;
mod custody;
mod demo;
mod distribution;
mod families;
mod frozen;
mod frozen_children;
mod growth;
mod growth_child;
mod growth_cli;
mod growth_cli_any;
mod growth_differences;
mod growth_entry;
mod growth_lists;
mod growth_sigizi;
mod growth_standing;
mod identity;
mod identity_lists;
mod identity_merged;
mod intake;
mod kapuas;
mod matrix;
mod pairing;
mod pairing_cli;
mod prints;
mod registry;
mod reports;
mod risk;
mod search;
mod settings;
mod shell;
mod sponsors;
mod staging;
mod support;
mod tables;
mod text;
mod verification;
mod walk;
