//! Indonesian identifiers, money, dates and numbers.
//!
//! * [`language`]: the two languages people read and print in.
//! * [`money`], [`terbilang`](mod@terbilang): whole rupiah, in figures and in words.
//! * [`number`]: decimals and counts as people here type and read them.
//! * [`date`], [`age`]: days, weeks, the three time zones, ages of children.
//! * [`name`]: names of people, tidied, searched for and shortened.
//!
//! Everything here is pure: no input or output, no clock. What cannot be read with certainty is refused with
//! a reason, never guessed.

pub mod age;
pub mod date;
pub mod language;
pub mod money;
pub mod name;
pub mod number;
pub mod terbilang;
