//! The books: accounts, the transfers recorded, and the balances they add up to.

use crate::account::{Account, Fund};
use crate::id::{AccountId, LotId, TransferId};
use crate::lots::{KEEPS, Rest, Shelves};
use crate::quantity::Commodity;
use crate::rules::{LedgerError, Shortage, check_balance, check_lines, check_reversal};
use crate::transfer::{Line, Transfer};
use std::collections::BTreeMap;

/// The state machine: a transfer in, a new state or a refusal out. The same accounts and transfers in the
/// same order always give the same books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Books {
    accounts: BTreeMap<AccountId, Held>,
    log: Vec<Transfer>,
    places: BTreeMap<TransferId, usize>,
    reversed: BTreeMap<TransferId, TransferId>,
    keeps: BTreeMap<Commodity, i32>,
    shelves: Shelves,
    takes: Vec<Vec<Take>>,
}

/// How much of a lot a line of a transfer moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Take {
    /// The place of the line in its transfer, from 0.
    pub line: usize,
    /// The lot.
    pub lot: LotId,
    /// How much of it, above zero.
    pub amount: i64,
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

    /// Says for how many days a commodity keeps, for the lots that come in from now on. Without it it keeps for good.
    pub fn keeps(&mut self, commodity: Commodity, days: i32) {
        self.keeps.insert(commodity, days);
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
        let takes = self.allot(&transfer)?;

        // Nothing below can fail: from here the transfer is a fact.
        self.takes.push(takes);
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

    /// Moves the lots as the lines say; which. With an error nothing was moved.
    fn allot(&mut self, transfer: &Transfer) -> Result<Vec<Take>, LedgerError> {
        let mut moved = Vec::new();
        let done = self.move_lots(transfer, &mut moved);
        if done.is_err() {
            for (line, rest) in moved.iter().rev() {
                let Some(Line { from, to, .. }) = transfer.lines.get(*line) else { continue };
                let _ = self.shelves.take(*to, rest.amount, &[(rest.lot, rest.amount)]);
                if !self.is_birth(transfer, from) {
                    self.shelves.put(*from, *rest);
                }
            }
        }
        done.map(|()| {
            moved
                .iter()
                .map(|(line, rest)| Take { line: *line, lot: rest.lot, amount: rest.amount })
                .collect()
        })
    }

    /// Whether what leaves this account in a transfer is a new lot: it comes from outside and takes nothing back.
    fn is_birth(&self, transfer: &Transfer, from: &AccountId) -> bool {
        transfer.reverses.is_none()
            && self.accounts.get(from).is_some_and(|held| held.account.kind.is_outside())
    }

    fn move_lots(&mut self, transfer: &Transfer, moved: &mut Vec<(usize, Rest)>) -> Result<(), LedgerError> {
        let mut order: Vec<usize> = (0..transfer.lines.len()).collect();
        if transfer.reverses.is_some() {
            order.reverse();
        }
        for at in order {
            let (Line { from, to, amount }, units) = (transfer.lines[at], transfer.lines[at].amount.units());
            let Some(Held { account, .. }) = self.accounts.get(&from) else { continue };
            let (kind, commodity) = (account.kind, account.commodity);
            let taken = if self.is_birth(transfer, &from) {
                let since = i64::from(transfer.day);
                let use_by = self.keeps.get(&commodity).map_or(KEEPS, |days| since + i64::from(*days));
                vec![Rest { use_by, since, lot: lot_of(transfer.id, at), amount: amount.units() }]
            } else {
                let original = transfer.reverses.map_or(&[][..], |id| self.takes(&id));
                let first: Vec<(LotId, i64)> = original
                    .iter()
                    .filter(|take| take.line == at)
                    .map(|take| (take.lot, take.amount))
                    .collect();
                let short = |missing| Shortage { kind, missing }.at(from);
                self.shelves.take(from, units, &first).map_err(short)?
            };
            for rest in taken {
                self.shelves.put(to, rest);
                moved.push((at, rest));
            }
        }
        Ok(())
    }

    /// What is left of the lots at a place, in the order in which it is given out.
    pub fn rests(&self, id: &AccountId) -> &[Rest] {
        self.shelves.at(id)
    }

    /// From which lots a recorded transfer took.
    pub fn takes(&self, id: &TransferId) -> &[Take] {
        self.places.get(id).and_then(|at| self.takes.get(*at)).map_or(&[], Vec::as_slice)
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

/// The lot that a line from outside makes: named by its transfer and place.
fn lot_of(transfer: TransferId, line: usize) -> LotId {
    let mut bytes = *transfer.as_bytes();
    bytes[0] ^= u8::try_from(line % 128).unwrap_or_default() + 128;
    LotId::new(bytes)
}
