//! The audit: reads everything that was recorded, once, and says what does not add up.

use crate::account::{Account, AccountKind, AccountRef, Fund};
use crate::id::{AccountId, TransferId};
use crate::rules::{LineFault, check_line};
use crate::seal::{Canonical, Hash};
use crate::transfer::{MAX_LINES, Transfer};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// How many findings are kept; all are counted.
pub const MAX_FINDINGS: usize = 1000;

/// Something that does not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Two accounts have the same id; the first was taken.
    #[error("account {0} is recorded twice")]
    AccountTwice(AccountId),
    /// A transfer without lines, or with too many.
    #[error("transfer {transfer} has {lines} lines, not 1 to {MAX_LINES}")]
    LineCount {
        /// The transfer.
        transfer: TransferId,
        /// How many lines it has.
        lines: usize,
    },
    /// A line that could never have been posted.
    #[error("transfer {transfer}, line {line}: {fault}")]
    Line {
        /// The transfer.
        transfer: TransferId,
        /// The place of the line, from 0.
        line: usize,
        /// What is wrong with it.
        fault: LineFault,
    },
    /// A transfer whose lines are of several funds.
    #[error("transfer {transfer} mixes the funds {first} and {second}")]
    SeveralFunds {
        /// The transfer.
        transfer: TransferId,
        /// The fund of its first line.
        first: Fund,
        /// The other.
        second: Fund,
    },
    /// An account that may not be negative holds less than nothing after all transfers.
    #[error("account {account} ({kind}) holds {balance}")]
    Negative {
        /// The account.
        account: AccountId,
        /// Its kind.
        kind: AccountKind,
        /// What its transfers add up to.
        balance: i128,
    },
    /// The stored balance is not what the transfers add up to.
    #[error("account {account} is stored with {stored:?}, but its transfers add up to {fold}")]
    Balance {
        /// The account.
        account: AccountId,
        /// What was stored; `None` if nothing was.
        stored: Option<i64>,
        /// What its transfers add up to.
        fold: i128,
    },
    /// A balance is stored for an account that is not open.
    #[error("a balance is stored for account {0}, which is not open")]
    BalanceOfUnknown(AccountId),
    /// A reversal of a transfer that is not recorded.
    #[error("transfer {reversal} reverses {original}, which is not recorded")]
    UnknownOriginal {
        /// The reversal.
        reversal: TransferId,
        /// The transfer it names.
        original: TransferId,
    },
    /// A transfer that was taken back twice.
    #[error("transfer {original} is reversed by {first} and by {second}")]
    ReversedTwice {
        /// The transfer.
        original: TransferId,
        /// The first reversal.
        first: TransferId,
        /// The second.
        second: TransferId,
    },
    /// A reversal that takes back a reversal.
    #[error("transfer {reversal} reverses {original}, which is itself a reversal")]
    ReversalOfReversal {
        /// The later reversal.
        reversal: TransferId,
        /// The reversal it takes back.
        original: TransferId,
    },
    /// A reversal that does not mirror its original.
    #[error("transfer {reversal} is not the exact mirror of {original}")]
    NotMirror {
        /// The reversal.
        reversal: TransferId,
        /// The transfer it takes back.
        original: TransferId,
    },
}

/// What an audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// The findings, at most [`MAX_FINDINGS`], in the order in which they were met.
    pub findings: Vec<Finding>,
    /// How many findings there were in all.
    pub count: u64,
    /// How many accounts were read.
    pub accounts: u64,
    /// How many transfers were read.
    pub transfers: u64,
    /// How many lines were read.
    pub lines: u64,
}

impl Audit {
    /// Whether everything adds up.
    pub fn is_clean(&self) -> bool {
        self.count == 0
    }

    fn found(&mut self, finding: Finding) {
        self.count += 1;
        if self.findings.len() < MAX_FINDINGS {
            self.findings.push(finding);
        }
    }
}

/// The streaming checker. From one snapshot of the database, give it all accounts, then the pairs of all
/// reversals, then every transfer in the order recorded, then the stored balances; then ask for the
/// [`Audit`]. It keeps the accounts and what was reversed, never the transfers.
///
/// It trusts the database for one thing, which a primary key proves: no transfer id comes twice.
#[derive(Debug, Default)]
pub struct Auditor {
    audit: Audit,
    /// Grows with the books more than anything else that is kept, and is asked four times a line.
    accounts: HashMap<AccountId, Fold>,
    /// The kinds, funds and commodities that accounts have: few, so that an account is small.
    terms: Vec<AccountRef>,
    /// By the id of the transfer that was reversed.
    reversed: BTreeMap<TransferId, Reversed>,
    reversals: BTreeSet<TransferId>,
}

#[derive(Debug)]
struct Fold {
    balance: i128,
    /// Its place in the list of terms.
    terms: u32,
    stored: bool,
}

#[derive(Debug)]
struct Reversed {
    by: TransferId,
    original_lines: Option<Hash>,
    /// As they would be before they were mirrored.
    reversal_lines: Option<Hash>,
}

impl Auditor {
    /// An auditor who has read nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads an account.
    pub fn account(&mut self, account: &Account) {
        self.audit.accounts += 1;
        match self.accounts.entry(account.id) {
            Entry::Vacant(place) => {
                let known = self.terms.iter().position(|terms| *terms == account.reference());
                let terms = known.unwrap_or_else(|| {
                    self.terms.push(account.reference());
                    self.terms.len() - 1
                });
                place.insert(Fold { balance: 0, terms: terms as u32, stored: false });
            }
            Entry::Occupied(_) => self.audit.found(Finding::AccountTwice(account.id)),
        }
    }

    /// Reads that `reversal` takes back `original`: told before the transfers are read, so that of all of
    /// them only the reversed ones need be remembered.
    pub fn reversal(&mut self, reversal: TransferId, original: TransferId) {
        self.reversals.insert(reversal);
        let fresh = Reversed { by: reversal, original_lines: None, reversal_lines: None };
        let first = self.reversed.entry(original).or_insert(fresh).by;
        if first != reversal {
            self.audit.found(Finding::ReversedTwice { original, first, second: reversal });
        }
    }

    /// Reads a transfer.
    pub fn transfer(&mut self, transfer: &Transfer) {
        let lines = transfer.lines.iter().map(|line| (line.from, line.to, line.amount.units()));
        self.transfer_rows(transfer.id, transfer.reverses, lines);
    }

    /// Reads a transfer as the database has it: its lines in order as giver, taker and amount, which in a
    /// damaged record may be anything.
    pub fn transfer_rows(
        &mut self,
        transfer: TransferId,
        reverses: Option<TransferId>,
        lines: impl IntoIterator<Item = (AccountId, AccountId, i64)>,
    ) {
        self.audit.transfers += 1;
        let is_reversed = self.reversed.contains_key(&transfer);
        let (mut straight, mut mirrored) = (Canonical::new("lines"), Canonical::new("lines"));
        let mut count = 0;
        let mut fund = None;
        for (from, to, amount) in lines {
            let accounts = |id: &AccountId| {
                self.accounts.get(id).and_then(|fold| self.terms.get(fold.terms as usize).copied())
            };
            match check_line((from, to, amount), accounts) {
                Err(fault) => self.audit.found(Finding::Line { transfer, line: count, fault }),
                Ok(second) => {
                    let first = *fund.get_or_insert(second);
                    if first != second {
                        self.audit.found(Finding::SeveralFunds { transfer, first, second });
                    }
                }
            }
            self.add(&from, -i128::from(amount));
            self.add(&to, i128::from(amount));
            if is_reversed {
                straight = straight.blob(from.as_bytes()).blob(to.as_bytes()).int(amount);
            }
            if reverses.is_some() {
                mirrored = mirrored.blob(to.as_bytes()).blob(from.as_bytes()).int(amount);
            }
            count += 1;
        }
        self.audit.lines += count as u64;
        if count == 0 || count > MAX_LINES {
            self.audit.found(Finding::LineCount { transfer, lines: count });
        }
        if let Some(original) = reverses {
            if !self.reversals.contains(&transfer) {
                self.reversal(transfer, original);
            }
            if let Some(reversed) = self.reversed.get_mut(&original)
                && reversed.by == transfer
            {
                reversed.reversal_lines = Some(mirrored.leaf());
            }
        }
        if let Some(reversed) = self.reversed.get_mut(&transfer) {
            reversed.original_lines = Some(straight.leaf());
        }
    }

    fn add(&mut self, account: &AccountId, delta: i128) {
        if let Some(fold) = self.accounts.get_mut(account) {
            fold.balance += delta;
        }
    }

    /// Reads a stored balance.
    pub fn balance(&mut self, account: &AccountId, stored: i64) {
        let Some(fold) = self.accounts.get_mut(account) else {
            self.audit.found(Finding::BalanceOfUnknown(*account));
            return;
        };
        fold.stored = true;
        if fold.balance != i128::from(stored) {
            let finding = Finding::Balance { account: *account, stored: Some(stored), fold: fold.balance };
            self.audit.found(finding);
        }
    }

    /// Says what was found, after the last row was read. An account without a stored balance counts as
    /// one with zero.
    pub fn finish(mut self) -> Audit {
        let outside =
            |fold: &Fold| self.terms.get(fold.terms as usize).is_some_and(|terms| terms.kind.is_outside());
        let mut odd: Vec<(&AccountId, &Fold)> = self
            .accounts
            .iter()
            .filter(|(_, fold)| fold.balance < 0 && !outside(fold) || !fold.stored && fold.balance != 0)
            .collect();
        odd.sort_unstable_by_key(|(id, _)| **id);
        for (id, fold) in odd {
            let (account, balance) = (*id, fold.balance);
            if let Some(AccountRef { kind, .. }) = self.terms.get(fold.terms as usize).copied()
                && balance < 0
                && !kind.is_outside()
            {
                self.audit.found(Finding::Negative { account, kind, balance });
            }
            if !fold.stored && balance != 0 {
                self.audit.found(Finding::Balance { account, stored: None, fold: balance });
            }
        }
        for (id, reversed) in &self.reversed {
            let (reversal, original) = (reversed.by, *id);
            if self.reversals.contains(id) {
                self.audit.found(Finding::ReversalOfReversal { reversal, original });
            }
            match (reversed.original_lines, reversed.reversal_lines) {
                (None, _) => self.audit.found(Finding::UnknownOriginal { reversal, original }),
                (Some(was), Some(taken_back)) if was != taken_back => {
                    self.audit.found(Finding::NotMirror { reversal, original });
                }
                _ => {}
            }
        }
        self.audit
    }
}
