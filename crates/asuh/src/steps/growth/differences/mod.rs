//! Where our z-scores and those of a file differ: why, and what to do about it.

pub(super) mod rules;
