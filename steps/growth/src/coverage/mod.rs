//! `/pengukuran`: of one month and source, village beside village: how many children came, and how many of those
//! are stunted, wasted, underweight. Both together, because a share of those who came says little of those who
//! did not.

pub(super) mod pages;
pub(super) mod query;
mod rules;
