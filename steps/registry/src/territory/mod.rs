//! The territories of the district: kecamatan, desa and kelurahan, as Kemendagri codes them.

pub(super) mod pages;
mod query;

pub use query::{Territory, names, subdistricts, villages, villages_within};
pub(super) use query::{counts, dotted};
