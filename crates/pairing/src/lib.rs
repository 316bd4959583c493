//! Who helps whom, and fair shares of a pooled stock.
//!
//! * [`pairing`]: who helps whom, so that nobody who can be helped is left out.
//! * [`shares`]: dividing what was collected in a week among the households on the list.
//!
//! Everything here is pure: no input or output, no clock, no randomness. The same input gives the same
//! answer on every machine, so a result can be recomputed by anyone who doubts it.

pub mod pairing;
pub mod shares;
