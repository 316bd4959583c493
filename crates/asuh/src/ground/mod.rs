//! What every step stands on. It knows no step and no gate.

pub mod access;
pub mod app;
pub mod audit;
pub mod books;
pub mod consent;
pub mod jobs;
pub mod settings;
pub mod staging;
pub mod web;

pub use app::{App, Registry};
