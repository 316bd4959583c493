//! `/pengukuran/mutu`: how well the children of a month were measured, and what to do about it.

mod findings;
pub(super) mod pages;
mod query;
