//! A made-up district of the real size and shape, built by the program's own commands.
//!
//! Names and codes of territories are public facts; every person is invented, with a NIK that cannot exist.
//! The same seed on the same day builds the same district.

mod dice;
mod lists;
mod offices;
mod people;
