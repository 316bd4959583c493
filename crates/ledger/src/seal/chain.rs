//! The chain of batches: each head hashes the one before it.

use super::canonical::Canonical;
use super::hash::Hash;
use super::merkle::merkle_root;
use serde::{Deserialize, Serialize};

const HEAD: &[u8] = &[2];

/// A batch that was sealed: the rows `first_seq..=last_seq` of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSeal<'a> {
    /// The stream, such as one district's ledger.
    pub stream: &'a str,
    /// The number of its first row.
    pub first_seq: u64,
    /// The number of its last row.
    pub last_seq: u64,
    /// The Merkle root over its rows' leaves.
    pub root: Hash,
    /// When it was sealed, in milliseconds since 1970-01-01 UTC.
    pub sealed_at_ms: i64,
}

/// The head after a batch: SHA-256 of a byte 2, and the previous head and the batch as [`Canonical`] bytes.
pub fn next_head(prev: &Hash, batch: &BatchSeal<'_>) -> Hash {
    let bytes = Canonical::new("batch/1")
        .blob(prev.as_bytes())
        .text(batch.stream)
        .count(batch.first_seq)
        .count(batch.last_seq)
        .blob(batch.root.as_bytes())
        .int(batch.sealed_at_ms);
    Hash::of(&[HEAD, bytes.as_bytes()])
}

/// Why a batch does not follow a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The batch belongs to another stream.
    #[error("the batch belongs to another stream")]
    OtherStream,
    /// Rows are missing or sealed twice.
    #[error("the batch begins at {first}, but the row after the last batch is {expected}")]
    Gap {
        /// The first row of the batch.
        first: u64,
        /// The row that had to be first.
        expected: u64,
    },
    /// A batch has at least one row.
    #[error("the batch is empty")]
    Empty,
    /// The number of leaves is not that of the batch's rows.
    #[error("the batch has {rows} rows, but {leaves} leaves were given")]
    LeafCount {
        /// How many rows the batch says it has.
        rows: u64,
        /// How many leaves were given.
        leaves: u64,
    },
    /// The root is not that of the leaves: a row was changed after it was sealed.
    #[error("the root of the batch is not that of its rows")]
    OtherRoot,
    /// The numbers of the stream are used up.
    #[error("the numbers of the stream are used up")]
    Full,
}

/// Where a stream's chain stands: its last row and the head after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChainHead {
    /// The stream.
    pub stream: String,
    /// The number of the last sealed row; 0 before the first, which is number 1.
    pub last_seq: u64,
    /// The head; [`Hash::ZERO`] before the first row.
    pub hash: Hash,
}

impl ChainHead {
    /// The chain of a stream before its first row.
    pub fn start(stream: &str) -> Self {
        Self { stream: stream.to_owned(), last_seq: 0, hash: Hash::ZERO }
    }

    fn next_seq(&self) -> Result<u64, ChainError> {
        self.last_seq.checked_add(1).ok_or(ChainError::Full)
    }

    /// The next batch over these leaves. The chain stands where it stood until [`Self::follow`].
    pub fn seal(&self, leaves: &[Hash], sealed_at_ms: i64) -> Result<BatchSeal<'_>, ChainError> {
        if leaves.is_empty() {
            return Err(ChainError::Empty);
        }
        let first_seq = self.next_seq()?;
        let last_seq = self.last_seq.checked_add(leaves.len() as u64).ok_or(ChainError::Full)?;
        let root = merkle_root(leaves);
        Ok(BatchSeal { stream: &self.stream, first_seq, last_seq, root, sealed_at_ms })
    }

    /// The chain after `batch`, which must follow without a gap. To prove a recorded chain whole, follow
    /// it from [`Self::start`] and compare each head with the recorded one; [`BatchSeal::check_leaves`]
    /// compares the rows themselves.
    pub fn follow(&self, batch: &BatchSeal<'_>) -> Result<Self, ChainError> {
        if batch.stream != self.stream {
            return Err(ChainError::OtherStream);
        }
        let expected = self.next_seq()?;
        if batch.first_seq != expected {
            return Err(ChainError::Gap { first: batch.first_seq, expected });
        }
        if batch.last_seq < batch.first_seq {
            return Err(ChainError::Empty);
        }
        let hash = next_head(&self.hash, batch);
        Ok(Self { stream: self.stream.clone(), last_seq: batch.last_seq, hash })
    }
}

impl BatchSeal<'_> {
    /// Checks that these leaves, in order, are the batch's rows.
    pub fn check_leaves(&self, leaves: &[Hash]) -> Result<(), ChainError> {
        let before_last = self.last_seq.checked_sub(self.first_seq).ok_or(ChainError::Empty)?;
        let rows = before_last.checked_add(1).ok_or(ChainError::Full)?;
        let leaf_count = leaves.len() as u64;
        if leaf_count != rows {
            return Err(ChainError::LeafCount { rows, leaves: leaf_count });
        }
        if merkle_root(leaves) == self.root { Ok(()) } else { Err(ChainError::OtherRoot) }
    }
}
