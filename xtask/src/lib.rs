//! What `cargo xtask` does, as a library, so that long drills can start a database of their own:
//! see [`postgres::Cluster::start`].
//!
//! | module | holds |
//! |---|---|
//! | [`test`] | the steps of `cargo xtask test`, in order |
//! | [`bench`] | the table of benches |
//! | [`fuzz`] | property tests for minutes instead of moments |
//! | [`reliability`] | kills, backups under load and a full disk, for long |
//! | [`deny`] | the supply chain check |
//! | [`gen_list`] | dirty lists of people who do not exist, with the truth beside |
//! | [`ledger_sim`] | the long form of the ledger's simulator |
//! | [`postgres`] | a throw-away PostgreSQL |
//! | [`programs`] | finding and installing what is not Rust: PostgreSQL, Chromium |
//! | [`steps`] | running a command as a timed step |
//! | [`counts`] | reading passed and failed from a test runner's output |
#![allow(clippy::disallowed_methods, reason = "developer commands measure real time")]

pub mod bench;
pub mod counts;
pub mod deny;
pub mod fuzz;
pub mod gen_list;
pub mod ledger_sim;
pub mod postgres;
pub mod programs;
pub mod reliability;
pub mod steps;
pub mod test;
