//! The rules of a transfer as pure functions: for [`crate::Books`], and for an application that keeps
//! accounts and balances in a database.
//!
//! Such an application, in one transaction: [`check_lines`] with the accounts it has read; for a reversal
//! [`check_reversal`] with the original; then, for each delta in the order given (which is the order to
//! lock rows in), the new balance through [`check_balance`].

use crate::account::{AccountKind, AccountRef, Fund};
use crate::id::{AccountId, TransferId};
use crate::transfer::{Line, MAX_LINES, Transfer};
use std::collections::BTreeMap;

/// Why a transfer or an account was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// An account with this id and another content is already open.
    #[error("account {0} is already open with another kind, fund or commodity")]
    AccountExists(AccountId),
    /// A transfer has 1 to [`MAX_LINES`] lines.
    #[error("a transfer has 1 to {MAX_LINES} lines, not {0}")]
    LineCount(usize),
    /// A line is wrong by itself.
    #[error("line {line}: {fault}")]
    Line {
        /// The place of the line, from 0.
        line: usize,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// The lines are of several funds: also where money becomes eggs, the eggs are its fund's.
    #[error("the lines of a transfer are of one fund, not of {0} and {1}")]
    SeveralFunds(Fund, Fund),
    /// The amounts of this account do not fit in 64 bits.
    #[error("the amounts of account {0} are too large to be counted")]
    Overflow(AccountId),
    /// The account does not hold enough.
    #[error("account {account} lacks {}", shortage.missing)]
    Short {
        /// The account that would fall below zero.
        account: AccountId,
        /// By how much.
        shortage: Shortage,
    },
    /// The id was used before, for something else.
    #[error("transfer {0} is already recorded with another content")]
    TransferExists(TransferId),
    /// The transfer to take back is not recorded.
    #[error("transfer {0}, which is to be reversed, is not recorded")]
    UnknownOriginal(TransferId),
    /// A transfer is taken back once at most.
    #[error("transfer {original} is already reversed, by {by}")]
    AlreadyReversed {
        /// The transfer to take back.
        original: TransferId,
        /// The reversal that did so before.
        by: TransferId,
    },
    /// A reversal is final: what it took back is recorded anew instead.
    #[error("transfer {0} is itself a reversal")]
    ReversalOfReversal(TransferId),
    /// The lines are not the original's, mirrored, in the same order.
    #[error("the lines are not the exact mirror of transfer {0}")]
    NotMirror(TransferId),
    /// The correction would lie before the fact it corrects.
    #[error("the day lies before that of transfer {0}, which is to be reversed")]
    ReversalTooEarly(TransferId),
}

/// What is wrong with a line by itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// It moves nothing (or, in a damaged record, less).
    #[error("the amount is not above zero")]
    NoAmount,
    /// It ends where it begins.
    #[error("account {0} is on both sides")]
    SameAccount(AccountId),
    /// The account is not open.
    #[error("account {0} is not open")]
    UnknownAccount(AccountId),
    /// The accounts hold different commodities.
    #[error("the accounts hold different commodities")]
    DifferentCommodity,
    /// The accounts belong to different funds.
    #[error("the accounts belong to different funds")]
    DifferentFund,
}

/// How much an account would lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The kind of the account.
    pub kind: AccountKind,
    /// The amount missing, in the smallest unit.
    pub missing: u64,
}

impl Shortage {
    /// The refusal that names the account.
    pub const fn at(self, account: AccountId) -> LedgerError {
        LedgerError::Short { account, shortage: self }
    }
}

/// Checks one line by itself, with the amount as it was recorded; the fund it is of.
pub(crate) fn check_line(
    (from, to, amount): (AccountId, AccountId, i64),
    accounts: impl Fn(&AccountId) -> Option<AccountRef>,
) -> Result<Fund, LineFault> {
    if amount <= 0 {
        return Err(LineFault::NoAmount);
    }
    if from == to {
        return Err(LineFault::SameAccount(from));
    }
    let giver = accounts(&from).ok_or(LineFault::UnknownAccount(from))?;
    let taker = accounts(&to).ok_or(LineFault::UnknownAccount(to))?;
    if giver.commodity != taker.commodity {
        return Err(LineFault::DifferentCommodity);
    }
    if giver.fund != taker.fund {
        return Err(LineFault::DifferentFund);
    }
    Ok(giver.fund)
}

/// Checks the lines of a transfer and nets them: what each account gains (or, below zero, gives), sorted
/// by account, without those whose balance stays. The deltas of each commodity and fund sum to zero, and
/// each is within `-i64::MAX..=i64::MAX`, so that it can be taken back. All lines are of one fund.
pub fn check_lines(
    lines: &[Line],
    accounts: impl Fn(&AccountId) -> Option<AccountRef>,
) -> Result<Vec<(AccountId, i64)>, LedgerError> {
    if lines.is_empty() || lines.len() > MAX_LINES {
        return Err(LedgerError::LineCount(lines.len()));
    }
    let mut deltas: BTreeMap<AccountId, i128> = BTreeMap::new();
    let mut fund = None;
    for (place, line) in lines.iter().enumerate() {
        let of = check_line((line.from, line.to, line.amount.units()), &accounts)
            .map_err(|fault| LedgerError::Line { line: place, fault })?;
        let first = *fund.get_or_insert(of);
        if first != of {
            return Err(LedgerError::SeveralFunds(first, of));
        }
        *deltas.entry(line.from).or_default() -= i128::from(line.amount.units());
        *deltas.entry(line.to).or_default() += i128::from(line.amount.units());
    }
    deltas
        .into_iter()
        .filter(|(_, delta)| *delta != 0)
        .map(|(account, delta)| match i64::try_from(delta) {
            Ok(delta) if delta != i64::MIN => Ok((account, delta)),
            _ => Err(LedgerError::Overflow(account)),
        })
        .collect()
}

/// Checks the balance that an account would have after a transfer: only the world outside may be below
/// zero. [`Shortage::at`] adds the account's name.
pub fn check_balance(kind: AccountKind, new_balance: i64) -> Result<(), Shortage> {
    if new_balance < 0 && !kind.is_outside() {
        return Err(Shortage { kind, missing: new_balance.unsigned_abs() });
    }
    Ok(())
}

/// Checks that `reversal` takes back `original` (what is recorded under the id it names), which
/// `reversed_by` has taken back before, if anything has. A transfer that reverses nothing passes.
pub fn check_reversal(
    reversal: &Transfer,
    original: Option<&Transfer>,
    reversed_by: Option<TransferId>,
) -> Result<(), LedgerError> {
    let Some(id) = reversal.reverses else { return Ok(()) };
    let original = original.filter(|original| original.id == id).ok_or(LedgerError::UnknownOriginal(id))?;
    if original.reverses.is_some() {
        return Err(LedgerError::ReversalOfReversal(id));
    }
    if let Some(by) = reversed_by {
        return Err(LedgerError::AlreadyReversed { original: id, by });
    }
    if !reversal.lines.iter().copied().eq(original.lines.iter().map(|line| line.mirrored())) {
        return Err(LedgerError::NotMirror(id));
    }
    if reversal.day < original.day {
        return Err(LedgerError::ReversalTooEarly(id));
    }
    Ok(())
}
