//! Whether anything was written since something was read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Store, Tx};

/// How many transactions of the door have ended.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ended(Arc<AtomicU64>);

impl Ended {
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// After the commit, never before: who takes a stamp in between reads again for nothing, which does no harm.
    pub(crate) fn one_more(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// A moment, by which a command finds out whether what was read after it still holds: see [`Tx::untouched_since`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp(u64);

impl Store {
    /// The present moment, to be taken before what is read.
    pub fn stamp(&self) -> Stamp {
        Stamp(self.door().ended().count())
    }
}

impl Tx<'_> {
    /// Whether surely nothing at all was written since this moment: then a command need not read again what was read
    /// since, and holds the door for a shorter time. On SQLite the door is the only writer and knows; on PostgreSQL other
    /// commands run at the same time, and the answer is always no.
    pub fn untouched_since(&self, stamp: Stamp) -> bool {
        self.ended == Some(stamp.0)
    }
}
