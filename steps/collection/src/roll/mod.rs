//! A unit's roll of one drive: a line per person with a promise (janji), filled in by exception.
//!
//! "All brought everything" is one action; a line that is not full says how it was. Several counters may
//! work on the same roll: a page sends only what it changed, and a line that somebody else changed meanwhile
//! stays as it is and is reported. Who has not given is seen by the unit's coordinator alone, until closing.

pub(super) mod add;
pub(super) mod command;
pub(super) mod form;
pub(super) mod open;
pub(super) mod pages;
pub(super) mod print;
pub(super) mod query;
pub(crate) mod rules;
pub(super) mod sheet;

pub use command::{AllBroughtEverything, Line, RecordRoll, Recorded};
pub use open::{AddGiver, AddGoods, OpenRoll};
pub use rules::{Amount, LineState};
