//! What a week consists of, and what comes out of it.

use std::num::NonZeroU64;

/// Most units of one good, or of cash, that one [`Week`] may hold.
///
/// Units go out one at a time. A larger number means that the measure was taken for the unit (grams for
/// packs, rupiah for notes): choose a larger step.
pub const MAX_UNITS: u64 = 10_000_000;

/// Largest balance, above or below zero, that [`allocate`](super::allocate) accepts, in thousandths of a unit.
pub const MAX_BALANCE: i64 = 1_000_000_000_000_000;

/// Most points that a unit of a good or of cash may be worth.
pub const MAX_POINTS: u64 = 10_000;

/// Most goods that one [`Week`] may hold.
pub const MAX_GOODS: usize = 1_000;

/// Thousandths in a unit.
pub(super) const MILLI: i64 = 1_000;

/// An amount in thousandths of a unit: a balance or an entitlement.
///
/// For a good the unit is a unit of that good, on the value account it is a point. A type of its own, so
/// that it cannot be mistaken for whole units. Below zero: the household has had more than was credited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Milli(pub i64);

/// Everything that decides about one week.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Week {
    /// All eligible households, on this week's route or not, each once.
    pub households: Vec<Household>,
    /// The goods in the order in which they are shared out; the lumpiest first (eggs, then rice).
    pub goods: Vec<Good>,
    /// The cash, shared last. `None`: no value account is kept and value balances stay as they are. A week
    /// in which merely no cash came in is `Some` with a stock of 0.
    pub cash: Option<Cash>,
}

/// A household on the list, and its accounts before the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Household {
    /// Name of the household in the caller's records. Unique in a [`Week`].
    pub id: String,
    /// Subdistrict (kecamatan) in which it lives. Every good must list a depot there, be it an empty one.
    pub subdistrict: String,
    /// Its share relative to the others, say one point per child under five, pregnant or nursing woman.
    /// With 0 nothing is credited.
    pub weight: u64,
    /// Place in the public lottery; the smaller is served first in a tie. Unique in a [`Week`].
    pub lot: u64,
    /// Whether a team calls this week. If not, the household is credited but receives nothing.
    pub on_route: bool,
    /// One account for every good, in the order of [`Week::goods`].
    pub accounts: Vec<Account>,
    /// Balance of the value account, in thousandths of a point; within ±[`MAX_BALANCE`]. Newcomers have 0.
    pub value_balance: Milli,
}

/// What a household may take of a good and is owed of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Most units it may be given this week. 0: it cannot take the good at all (an allergy, an infant under
    /// six months), so none is credited either. Above 0 and below a pack: it is credited, and receives in a
    /// week without packs.
    pub cap: u64,
    /// Balance before the week, within ±[`MAX_BALANCE`]. Newcomers have 0.
    pub balance: Milli,
}

/// A good that was pooled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// Name of the good. Unique in a [`Week`].
    pub name: String,
    /// Measure in one unit: 1 for eggs counted one by one, 250 for rice weighed in grams and handed out in
    /// packs of 250 g.
    pub step: NonZeroU64,
    /// Units handed over at once, at most [`MAX_UNITS`]: 1, or 7 for eggs of which a household gets a week's or none
    /// ([packs](super#packs)).
    pub pack: NonZeroU64,
    /// What a unit is worth on the value account, in points; 0 to [`MAX_POINTS`]. A policy choice.
    pub points: u64,
    /// What lies in each subdistrict. At most [`MAX_UNITS`] whole units in all.
    pub depots: Vec<Depot>,
    /// Most units that may be carried from one subdistrict to another this week.
    pub transfer_limit: u64,
    /// Units that were credited in an earlier week and not given: last week's
    /// [`GoodUse::still_credited`], 0 in the first week; within ±[`MAX_BALANCE`] / 1000.
    ///
    /// Only the stock beyond this is credited. If the stock is smaller than this (eggs broke, rice spoiled)
    /// the loss is taken from all balances by weight. When a household leaves the list its balance leaves
    /// with it: lower this figure by that balance, and the goods are credited to those who stay.
    pub already_credited: i64,
    /// How far below zero giving may take a balance; `None` for no limit, else at least 0.
    ///
    /// With `Some(Milli(0))` a household gets the whole units it is owed, and the rest is kept for the
    /// villages whose turn has not come: kept up from the first week and without losses, the district's stock
    /// always covers the claims on it. With `None` everything goes out that caps and depots allow.
    pub max_advance: Option<Milli>,
}

impl Good {
    /// A good counted and handed over piece by piece, with nothing in stock: a step and a pack of 1, no points, no depots, no
    /// transfers, nothing credited earlier, and no limit on giving ahead. To be completed with the struct
    /// update syntax.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            step: NonZeroU64::MIN,
            pack: NonZeroU64::MIN,
            points: 0,
            depots: Vec::new(),
            transfer_limit: 0,
            already_credited: 0,
            max_advance: None,
        }
    }
}

/// What lies ready in a subdistrict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depot {
    /// Subdistrict of the depot. Unique in a good.
    pub subdistrict: String,
    /// Everything on hand, in the good's measure, what was left last week included. What does not fill a
    /// unit ([`whole_steps`](super::whole_steps)) stays there uncredited until more comes in.
    pub stock: u64,
}

/// The cash that was pooled. It has no caps and no depots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cash {
    /// Everything on hand, in rupiah. At most [`MAX_UNITS`] whole units.
    pub stock: u64,
    /// Rupiah in one unit, the smallest note handed out.
    pub step: NonZeroU64,
    /// What a unit is worth on the value account, in points; 1 to [`MAX_POINTS`].
    pub points: NonZeroU64,
    /// Points that were credited in an earlier week and not given: last week's
    /// [`CashUse::still_credited`]. As [`Good::already_credited`], in points.
    pub already_credited: i64,
    /// How far below zero giving cash may take a value balance. As [`Good::max_advance`].
    pub max_advance: Option<Milli>,
}

/// The week's shares, and what to carry over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// One share for every household, in the order of [`Week::households`].
    pub households: Vec<Share>,
    /// What became of each good, in the order of [`Week::goods`].
    pub goods: Vec<GoodUse>,
    /// What became of the cash; `None` as [`Week::cash`] is.
    pub cash: Option<CashUse>,
}

/// What a household gets, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The household, [`Household::id`].
    pub id: String,
    /// A statement for every good, in the order of [`Week::goods`].
    pub goods: Vec<Statement>,
    /// The statement of the value account; `None` as [`Week::cash`] is.
    pub cash: Option<CashStatement>,
}

/// A week of an account: `before + entitlement = 1000 × given + carried`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statement {
    /// Balance before the week.
    pub before: Milli,
    /// Credited this week. Below zero only if stock credited earlier was lost.
    pub entitlement: Milli,
    /// Units to hand over.
    pub given: u64,
    /// Balance after the week, to be stored for the next one.
    pub carried: Milli,
    /// Why it was not a unit more.
    pub stop: Stop,
}

/// A week of the value account:
/// `before + entitlement = 1000 × (goods + given × Cash::points) + carried`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CashStatement {
    /// Balance before the week, in thousandths of a point.
    pub before: Milli,
    /// Credited this week, in thousandths of a point.
    pub entitlement: Milli,
    /// Value of the goods given this week, in points.
    pub goods: u64,
    /// Units of cash to hand over.
    pub given: u64,
    /// Balance after the week, in thousandths of a point, to be stored for the next one.
    pub carried: Milli,
    /// Why it was not a unit more.
    pub stop: Stop,
}

/// Why a household was not given another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// It cannot take this good: its cap is 0.
    NotEligible,
    /// No team calls this week. The claim waits.
    OffRoute,
    /// It has all the packs that its cap allows.
    Cap,
    /// It has all that it is owed, and the good may not be given further ahead.
    Advance,
    /// Its own subdistrict's stock holds no whole pack any more and the transfer limit is reached.
    Depot,
    /// The stock holds no whole pack any more; the last one went to a household that was owed as much or more.
    Stock,
}

/// What became of a good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodUse {
    /// The good, [`Good::name`].
    pub name: String,
    /// Units newly credited this week. Below zero if stock credited earlier was lost; 0 if there was nobody
    /// to credit.
    pub credited: i64,
    /// Units given out.
    pub placed: u64,
    /// Units credited and not given, for next week's [`Good::already_credited`].
    pub still_credited: i64,
    /// Remaining balance of the household that got the last pack, before it got it: nobody whom caps, depots
    /// and route allowed another one is owed more. `None` if nothing was given.
    pub cutoff: Option<Milli>,
    /// What became of each depot, in the order of [`Good::depots`].
    pub depots: Vec<DepotUse>,
}

/// What became of a depot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DepotUse {
    /// The subdistrict, [`Depot::subdistrict`].
    pub subdistrict: String,
    /// Units given to households of the subdistrict.
    pub given: u64,
    /// Units brought in from other subdistricts.
    pub received: u64,
    /// Units taken to other subdistricts. The depots with most left over send first (ties: in the order of
    /// their names), so that few have to.
    pub sent: u64,
    /// What is left, in the good's measure: next week's [`Depot::stock`], to which the new collection is
    /// added.
    pub left: u64,
}

/// What became of the cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CashUse {
    /// Points newly credited this week: the goods' value and the cash.
    pub credited: i64,
    /// Units given out.
    pub placed: u64,
    /// Points credited and not given, for next week's [`Cash::already_credited`].
    pub still_credited: i64,
    /// Remaining value balance of the household that got the last unit, before it got it.
    pub cutoff: Option<Milli>,
    /// What is left, in rupiah.
    pub left: u64,
}

/// Input that does not describe a week. Nothing is allocated then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Two households have the same id.
    #[error("household {0} is listed twice")]
    DuplicateHousehold(String),
    /// Two households have the same lot, so a tie between them would have no answer.
    #[error("lot {0} was drawn twice")]
    DuplicateLot(u64),
    /// Two goods have the same name.
    #[error("good {0} is listed twice")]
    DuplicateGood(String),
    /// A pack of more than [`MAX_UNITS`] units.
    #[error("good {0} is handed over in packs of more than {MAX_UNITS} units")]
    PackTooLarge(String),
    /// A good lists two depots in one subdistrict.
    #[error("good {good} has two depots in subdistrict {subdistrict}")]
    DuplicateDepot {
        /// Name of the good.
        good: String,
        /// The subdistrict.
        subdistrict: String,
    },
    /// A household lives where a good lists no depot.
    #[error("good {good} has no depot in subdistrict {subdistrict}, where household {household} lives")]
    NoDepot {
        /// Name of the good.
        good: String,
        /// The subdistrict.
        subdistrict: String,
        /// Id of the household.
        household: String,
    },
    /// A household does not have one account for every good.
    #[error("household {household} has {found} accounts for {expected} goods")]
    AccountCount {
        /// Id of the household.
        household: String,
        /// Number of goods.
        expected: usize,
        /// Number of accounts.
        found: usize,
    },
    /// More than [`MAX_UNITS`] units of one good or of cash.
    #[error("{0}: more than {MAX_UNITS} units; the step is too small")]
    TooManyUnits(String),
    /// A number is outside the range stated for its field.
    #[error("{what}: {value} is out of range")]
    OutOfRange {
        /// The field and whose it is.
        what: String,
        /// The value found.
        value: i128,
    },
    /// [`split`](super::split): there is something to split, and no weight above 0.
    #[error("nobody has a weight above 0")]
    NoWeight,
}
