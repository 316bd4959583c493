//! Who is who: the same persons within a list and across lists, by numbers, dates and Indonesian names.
//!
//! * [`Record`]: what a row of a list knows of a person; [`Profile`]: the same made ready.
//! * [`compare`]: two persons are the same, different, or somebody has to be asked; with the reasons.
//! * [`alike`]: two names.
//! * [`blocking_keys`]: what a database keeps to find candidates for one who comes in.
//! * [`Sought`], [`search_keys`]: searching a name as it is remembered.
//! * [`batch`]: all of a list with one another, or with another list.
//! * [`Weights`], [`Frequencies`]: what each agreement weighs, and how rare each name is.
//!
//! Everything here is pure: no input or output, no clock, no chance. The same records give the same answers in
//! every order and on every machine, and nothing that comes in makes it panic. Numbers such as the NIK come in as
//! hashes and are only compared.

mod alike;
mod bits;
mod compare;
mod keys;
mod letters;
mod name;
mod rarity;
mod record;
mod search;
mod weights;
mod words;

pub mod batch;

pub use alike::{Likeness, alike};
pub use bits::Bits;
pub use compare::{Agreement, Band, Field, Finding, Rule, Verdict, compare, compare_all};
pub use keys::{CROWDED, KEYS_VERSION, Keys, MOST_KEYS, blocking_keys};
pub use name::Name;
pub use rarity::Frequencies;
pub use record::{Birth, Key, Nik, Precision, Profile, Record, Sex};
pub use search::{Rank, Sought, SoughtKey, search_keys};
pub use weights::Weights;

/// The examples of the README run as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
