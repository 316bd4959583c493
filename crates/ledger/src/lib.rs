//! Accounts, balanced transfers, sealing and proofs: a pure state machine.
//!
//! Follow one tray of eggs. An office's givers are an account outside the books; the office post, the
//! car on its way and the warehouse are custody accounts; the family is where the way ends. Each step is
//! a [`Transfer`] of one or more [`Line`]s, and a line takes from one account exactly what it gives to
//! another, so nothing can appear or vanish: over all accounts the sum is always zero.
//!
//! * Amounts are whole numbers of the smallest unit ([`Quantity`]); nothing is ever rounded.
//! * An [`Account`] holds one commodity of one fund; a line never crosses either, and all lines of a transfer are of one
//!   fund, so funds never mix, not even where money becomes eggs.
//! * What comes in from outside is a lot ([`lots`]); every line takes from lots, so that each egg can be followed.
//! * Transfers are never changed. The only correction is a reversal: the exact mirror, at most once.
//! * Balances are derived. [`Books`] keeps them in memory; an application that keeps them in SQL calls
//!   the same rules ([`check_lines`], [`check_balance`], [`check_reversal`]), and the [`Auditor`] proves
//!   that what is stored equals the fold of what was recorded.
//! * [`seal`] makes rows tamper-evident: canonical bytes, Merkle batches, a chain of heads; a
//!   [`ReceiptProof`] shows one row's place in it to anybody, without the rest of the books.
//!
//! The crate reads no clock, makes no ids and touches no disk: all of it comes from the caller, so a
//! simulator can run years of Mondays in a second and replay them from one seed.

pub mod account;
pub mod audit;
pub mod books;
mod hex;
pub mod id;
mod lot_sums;
pub mod lots;
pub mod quantity;
pub mod receipt;
pub mod rules;
pub mod seal;
pub mod transfer;

pub use account::{Account, AccountKind, AccountRef, Fund};
pub use audit::{Audit, Auditor, Finding};
pub use books::{Books, Posted, Take};
pub use id::{AccountId, LotId, TransferId};
pub use lot_sums::LotSums;
pub use lots::{Rest, Shelves};
pub use quantity::{Commodity, Quantity};
pub use receipt::{ProofError, ReceiptProof};
pub use rules::{LedgerError, LineFault, Shortage, check_balance, check_lines, check_reversal};
pub use seal::{BatchSeal, Canonical, ChainHead, Hash};
pub use transfer::{Line, MAX_LINES, Transfer, reversal_of};
