//! The books: accounts, the transfers recorded, and the balances they add up to.

use crate::account::{Account, Fund};
use crate::id::{AccountId, TransferId};
use crate::quantity::Commodity;
use crate::rules::{LedgerError, check_balance, check_lines, check_reversal};
use crate::transfer::Transfer;
use std::collections::BTreeMap;

/// The state machine: a transfer in, a new state or a refusal out. The same accounts and transfers in the
/// same order always give the same books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    accounts: BTreeMap<AccountId, Held>,
    log: Vec<Transfer>,
    places: BTreeMap<TransferId, usize>,
    reversed: BTreeMap<TransferId, TransferId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    account: Account,
    balance: i64,
}

/// What posting a transfer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Posted {
    /// It was recorded.
    New,
    /// The same transfer was recorded before; nothing was changed.
    Already,
}

impl Books {
    /// Empty books.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens an account with a balance of zero. Opening the same account again changes nothing.
    ///
    /// # Errors
    /// [`LedgerError::AccountExists`] if the id is taken by an account of another kind, fund or commodity.
    pub fn open(&mut self, account: Account) -> Result<(), LedgerError> {
        let held = self.accounts.entry(account.id).or_insert(Held { account, balance: 0 });
        if held.account == account { Ok(()) } else { Err(LedgerError::AccountExists(account.id)) }
    }

    /// Records a transfer: all its lines or, with an error, none.
    ///
    /// # Errors
    /// Every [`LedgerError`] but `AccountExists`; the books are then as they were.
    pub fn post(&mut self, transfer: Transfer) -> Result<Posted, LedgerError> {
        if let Some(recorded) = self.transfer(&transfer.id) {
            let same = *recorded == transfer;
            return if same { Ok(Posted::Already) } else { Err(LedgerError::TransferExists(transfer.id)) };
        }
        let deltas = check_lines(&transfer.lines, |id| Some(self.accounts.get(id)?.account.reference()))?;
        if let Some(id) = transfer.reverses {
            check_reversal(&transfer, self.transfer(&id), self.reversed_by(&id))?;
        }
        let balances = deltas
            .into_iter()
            .filter_map(|(id, delta)| Some((id, self.accounts.get(&id)?, delta)))
            .map(|(id, held, delta)| {
                let balance = held.balance.checked_add(delta).ok_or(LedgerError::Overflow(id))?;
                check_balance(held.account.kind, balance).map_err(|shortage| shortage.at(id))?;
                Ok((id, balance))
            })
            .collect::<Result<Vec<_>, LedgerError>>()?;

        // Nothing below can fail: from here the transfer is a fact.
        for (id, balance) in balances {
            if let Some(held) = self.accounts.get_mut(&id) {
                held.balance = balance;
            }
        }
        if let Some(original) = transfer.reverses {
            self.reversed.insert(original, transfer.id);
        }
        self.places.insert(transfer.id, self.log.len());
        self.log.push(transfer);
        Ok(Posted::New)
    }

    /// The account with this id, if it is open.
    pub fn account(&self, id: &AccountId) -> Option<&Account> {
        self.accounts.get(id).map(|held| &held.account)
    }

    /// What an account holds, in the smallest unit; `None` if it is not open.
    pub fn balance(&self, id: &AccountId) -> Option<i64> {
        self.accounts.get(id).map(|held| held.balance)
    }

    /// Every account with what it holds, sorted by id.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, i64)> {
        self.accounts.values().map(|held| (&held.account, held.balance))
    }

    /// The sum over all accounts of one commodity and fund. It is always 0: what stands in custody and
    /// with families came from outside, and the outside accounts say so.
    pub fn total(&self, commodity: Commodity, fund: Fund) -> i128 {
        self.balances()
            .filter(|(account, _)| account.commodity == commodity && account.fund == fund)
            .map(|(_, balance)| i128::from(balance))
            .sum()
    }

    /// The transfer recorded under this id.
    pub fn transfer(&self, id: &TransferId) -> Option<&Transfer> {
        self.places.get(id).and_then(|place| self.log.get(*place))
    }

    /// The reversal that took this transfer back, if one did.
    pub fn reversed_by(&self, id: &TransferId) -> Option<TransferId> {
        self.reversed.get(id).copied()
    }

    /// Every transfer in the order in which it was recorded; posted again in this order to books with the
    /// same accounts, they give the same balances.
    pub fn log(&self) -> &[Transfer] {
        &self.log
    }
}
