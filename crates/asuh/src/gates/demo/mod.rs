//! A made-up district.
mod dice;
mod offices;
mod people;
