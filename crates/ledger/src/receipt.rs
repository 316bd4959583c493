//! The proof on a receipt: this row is in the chain, under this head.

use crate::seal::{BatchSeal, Hash, inclusion_proof, next_head, verify_inclusion};
use serde::{Deserialize, Serialize};

/// Shows that one row is part of the chain, without showing any other row.
///
/// It proves that `leaf` lies under `head`. Who checks a receipt also compares `leaf` with the hash of the
/// row as printed, and `head` with one that was published or kept: both come from outside the proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptProof {
    /// The stream.
    pub stream: String,
    /// The number of the row in the stream, without gaps from 1.
    pub seq: u64,
    /// The leaf hash of the row.
    pub leaf: Hash,
    /// The place of the row in its batch, from 0.
    pub index: u64,
    /// How many rows the batch has.
    pub size: u64,
    /// The hashes that lead from the leaf to the root, lowest first.
    pub proof: Vec<Hash>,
    /// The Merkle root of the batch.
    pub root: Hash,
    /// The head before the batch.
    pub previous_head: Hash,
    /// When the batch was sealed, in milliseconds since 1970-01-01 UTC.
    pub sealed_at_ms: i64,
    /// The head after the batch.
    pub head: Hash,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The row's number does not go with its place in the batch.
    #[error("the number of the row does not go with its place in the batch")]
    WrongPlace,
    /// The row is not under the root.
    #[error("the row is not in the batch")]
    NotIncluded,
    /// The batch is not under the head.
    #[error("the batch does not lead to the head")]
    WrongHead,
}

impl ReceiptProof {
    /// The proof of the row `seq` in `batch`, whose leaves are given in order; `None` if `seq` is not one of
    /// the batch's rows or the leaves are not the batch's.
    pub fn of(seq: u64, batch: &BatchSeal<'_>, leaves: &[Hash], previous_head: Hash) -> Option<Self> {
        batch.check_leaves(leaves).ok()?;
        let index = seq.checked_sub(batch.first_seq)?;
        let place = usize::try_from(index).ok()?;
        Some(Self {
            stream: batch.stream.to_owned(),
            seq,
            leaf: *leaves.get(place)?,
            index,
            size: leaves.len() as u64,
            proof: inclusion_proof(leaves, place),
            root: batch.root,
            previous_head,
            sealed_at_ms: batch.sealed_at_ms,
            head: next_head(&previous_head, batch),
        })
    }

    /// Checks the way from the leaf over the root to the head.
    pub fn verify(&self) -> Result<(), ProofError> {
        if self.index >= self.size {
            return Err(ProofError::WrongPlace);
        }
        let first_seq = self.seq.checked_sub(self.index).filter(|first| *first > 0);
        let last_seq = first_seq.and_then(|first| first.checked_add(self.size - 1));
        let (Some(first_seq), Some(last_seq)) = (first_seq, last_seq) else {
            return Err(ProofError::WrongPlace);
        };
        if !verify_inclusion(&self.leaf, self.index, self.size, &self.proof, &self.root) {
            return Err(ProofError::NotIncluded);
        }
        let batch = BatchSeal {
            stream: &self.stream,
            first_seq,
            last_seq,
            root: self.root,
            sealed_at_ms: self.sealed_at_ms,
        };
        if next_head(&self.previous_head, &batch) == self.head { Ok(()) } else { Err(ProofError::WrongHead) }
    }
}
