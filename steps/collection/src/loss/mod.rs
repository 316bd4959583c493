//! What of a closed roll is not handed on: broken or spoiled at the post, or given back to who brought it. One person asks,
//! another decides; then it leaves the books of the post, and the walk of its lot shows it.

pub(super) mod command;
pub(super) mod pages;
pub(super) mod query;
pub(crate) mod rules;

pub use command::{DecideLoss, RequestLoss};
pub use rules::LossKind;
