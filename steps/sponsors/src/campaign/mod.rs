//! A campaign (gerakan) as data: rhythm, basket, who is asked, where it goes, voluntary or not.
//!
//! SECANTING of Kerinci, the 17th of every month elsewhere, Rp450.000 a month: rows made through one form.

pub(super) mod command;
pub(super) mod nature;
pub(super) mod pages;
pub(super) mod patterns;
pub(super) mod query;
pub(super) mod rules;
