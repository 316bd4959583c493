//! Bank statements ("mutasi rekening"), read and checked against their own totals.
//!
//! Every bank has its own form, and changes it. So a form is data ([`Layout`]): under which headings the day, the text,
//! the money and the balance stand. [`shipped`] has those that are known; any other sheet is read by a layout that a
//! treasurer chose once and that is kept as it is (it serialises). [`read`] takes the rows of a sheet as texts and gives
//! a [`Statement`], oldest line first, or says which cell of which row is wrong.
//!
//! A statement is believed only when it agrees with itself: opening balance and movements make the closing one, and
//! every balance follows from the one before. What is not booked yet (`PEND`) is counted and left out.
//!
//! Amounts are in sen, because interest and tax have them; a gift is whole rupiah.

mod amount;
mod layout;
mod read;

pub use amount::{AmountError, Sen};
pub use layout::{Layout, Money, shipped};
pub use read::{Line, Proof, Statement, StatementError, Total, Wanted, read};
