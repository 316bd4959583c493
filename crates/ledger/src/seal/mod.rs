//! Sealing: rows become hashes, hashes a Merkle tree per batch, batches a chain.
//!
//! A row is written as [`Canonical`] bytes and hashed as a leaf. A sealer numbers the leaves of a stream
//! without gaps and closes them in batches; each batch has the root of a Merkle tree in the shape of
//! RFC 6962, and its head hashes the head before it. Who knows one head can be shown that any earlier row
//! is in it ([`crate::ReceiptProof`]), and that nothing before it was changed, left out or put in between.
//!
//! Leaves, nodes and heads are hashed with different first bytes (0, 1 and 2), so that none can pass for
//! another.

mod canonical;
mod chain;
mod hash;
mod merkle;

pub use canonical::Canonical;
pub use chain::{BatchSeal, ChainError, ChainHead, next_head};
pub use hash::{Hash, HashError};
pub use merkle::{inclusion_proof, leaf_hash, merkle_root, verify_inclusion};
