//! Fair shares of a pooled stock, week by week ("saldo", balance accounts).
//!
//! A campaign such as Kerinci's SECANTING collects an egg, a can of rice and some cash from every civil
//! servant each Monday. That is about one egg per household and week, and an egg cannot be halved, so one
//! week alone cannot be fair. Fairness is kept over time instead: every household has a **balance** for
//! every good. Each week the stock is credited to the balances in proportion to the households' weights;
//! then whole units go, one at a time, to whoever is owed most; what could not be given stays on the
//! balance and counts next week.
//!
//! # The rule
//!
//! For each good, in the order of [`Week::goods`]:
//!
//! 1. **Credit.** The week's stock times 1000 is split by weight ([`split`]: largest remainder, ties to the
//!    smaller lot) among the households whose cap for the good is above 0. It is added to the balances.
//! 2. **Give.** One whole unit at a time to the household on the route with the largest remaining balance
//!    (ties: smaller lot) that is below its cap and that the depots still allow: with `X` units given in a
//!    subdistrict that holds `s`, the sum of all `X` may not exceed the sum of all `s`, and the sum of
//!    `max(0, X - s)` may not exceed the transfer limit. It ends when the stock is used up or nobody may
//!    take more.
//! 3. **Carry.** What remains of each balance, above or below zero, is carried to the next week.
//!
//! Cash comes last, on an account of **value**: the points of all goods placed plus the points of the cash
//! on hand are credited to all households by weight, what each just got in goods is subtracted, and cash
//! goes out as in step 2 without caps or depots. So cash evens out the lumps of the goods and compensates
//! households that cannot take one of them.
//!
//! Step 2 is the greedy algorithm for separable convex resource allocation over a polymatroid
//! (Federgruen and Groenevelt, *Operations Research* 34(6), 1986). It minimises every convex measure of the
//! remaining claims at once, least squares and "the worst-off first" among them. Lots are all different, so
//! the answer is unique, and the order in which anything is listed does not matter (save that of the goods).
//!
//! # Routes
//!
//! A team reaches a village or two in an outing, so villages take turns. Every household in the [`Week`] is
//! credited; only those with [`Household::on_route`] receive. The claim of the others waits on their
//! balance, and what is left in the depots is not credited a second time: pass
//! [`GoodUse::still_credited`] on as next week's [`Good::already_credited`]. Two limits decide how much a
//! visited household may get ahead of those still waiting: its cap, and [`Good::max_advance`]. Leave the
//! latter open for eggs, which spoil; close it for what keeps.
//!
//! # Units
//!
//! Stock is entered in the **measure** in which it is pooled (eggs, grams, rupiah). Shares are counted in
//! **units**, the smallest amount handed over: one unit is [`Good::step`] of the measure (1 egg, 250 g,
//! Rp1,000). Balances are in thousandths of a unit ([`Milli`]). No floating-point numbers are involved.
//!
//! # Example
//!
//! Three eggs for two households, one of which counts double:
//!
//! ```
//! use asuh_pairing::shares::{Account, Depot, Good, Household, Milli, Week, allocate};
//!
//! let eggs = Good {
//!     depots: vec![Depot { subdistrict: "15.01.01".into(), stock: 3 }],
//!     ..Good::new("egg")
//! };
//! let household = |id: &str, weight, lot| Household {
//!     id: id.into(),
//!     subdistrict: "15.01.01".into(),
//!     weight,
//!     lot,
//!     on_route: true,
//!     accounts: vec![Account { cap: 7, balance: Milli(0) }],
//!     value_balance: Milli(0),
//! };
//! let mut week = Week {
//!     households: vec![household("A", 1, 1), household("B", 1, 2)],
//!     goods: vec![eggs],
//!     cash: None,
//! };
//!
//! // Each is owed an egg and a half. The lot decides about the third egg ...
//! let first = allocate(&week)?;
//! let given: Vec<u64> = first.households.iter().map(|share| share.goods[0].given).collect();
//! assert_eq!(given, [2, 1]);
//!
//! // ... and the balance sees to it that the other household gets it the next time.
//! for (household, share) in week.households.iter_mut().zip(&first.households) {
//!     household.accounts[0].balance = share.goods[0].carried;
//! }
//! week.goods[0].already_credited = first.goods[0].still_credited;
//! let second = allocate(&week)?;
//! let given: Vec<u64> = second.households.iter().map(|share| share.goods[0].given).collect();
//! assert_eq!(given, [1, 2]);
//! assert_eq!(second.households[1].goods[0].carried, Milli(0));
//! # Ok::<(), asuh_pairing::shares::ShareError>(())
//! ```

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::num::NonZeroU64;

/// Most units of one good, or of cash, that one [`Week`] may hold.
///
/// Units go out one at a time. A larger number means that the measure was taken for the unit (grams for
/// packs, rupiah for notes): choose a larger step.
pub const MAX_UNITS: u64 = 10_000_000;

/// Largest balance, above or below zero, that [`allocate`] accepts, in thousandths of a unit.
pub const MAX_BALANCE: i64 = 1_000_000_000_000_000;

/// Most points that a unit of a good or of cash may be worth.
pub const MAX_POINTS: u64 = 10_000;

/// Most goods that one [`Week`] may hold.
pub const MAX_GOODS: usize = 1_000;

/// Thousandths in a unit.
const MILLI: i64 = 1_000;

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
    /// six months), so none is credited either.
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
    /// A good counted piece by piece, with nothing in stock: a step of 1, no points, no depots, no
    /// transfers, nothing credited earlier, and no limit on giving ahead. To be completed with the struct
    /// update syntax.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            step: NonZeroU64::MIN,
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
    /// unit ([`whole_steps`]) stays there uncredited until more comes in.
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
    /// It has all that its cap allows.
    Cap,
    /// It has all that it is owed, and the good may not be given further ahead.
    Advance,
    /// Its own subdistrict's stock is used up and the transfer limit is reached.
    Depot,
    /// The stock is used up; the last unit went to a household that was owed as much or more.
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
    /// Remaining balance of the household that got the last unit, before it got it: nobody whom caps, depots
    /// and route allowed another unit is owed more. `None` if nothing was given.
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
    /// [`split`]: there is something to split, and no weight above 0.
    #[error("nobody has a weight above 0")]
    NoWeight,
}

/// An amount cut into whole steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Steps {
    /// Number of whole steps.
    pub whole: u64,
    /// What is left over, in the measure of the amount; less than a step.
    pub rest: u64,
}

/// Cuts an amount into whole steps, both in the same measure: 1,260 g in packs of 250 g are 5 packs and 10 g.
#[must_use]
pub fn whole_steps(amount: u64, step: NonZeroU64) -> Steps {
    Steps { whole: amount / step, rest: amount % step }
}

/// Splits `total` in proportion to weight into integers that add up to it, by largest remainder (Hamilton's
/// method): everyone gets the proportional share rounded down, and what then is missing goes, one each, to
/// the largest fractions cut off; ties go to the smaller lot.
///
/// `weights` holds pairs of weight and lot; the answer is in the same order and does not otherwise depend on
/// it. A weight of 0 gets 0. A total below zero is split as its opposite.
///
/// # Errors
///
/// [`ShareError::DuplicateLot`] if two lots are equal, [`ShareError::NoWeight`] if `total` is not 0 and no
/// weight is above 0.
///
/// ```
/// use asuh_pairing::shares::split;
///
/// assert_eq!(split(10, &[(1, 3), (1, 1), (1, 2)])?, [3, 4, 3]);
/// # Ok::<(), asuh_pairing::shares::ShareError>(())
/// ```
pub fn split(total: i64, weights: &[(u64, u64)]) -> Result<Vec<i64>, ShareError> {
    unique_lots(weights.iter().map(|&(_, lot)| lot))?;
    if total != 0 && weights.iter().all(|&(weight, _)| weight == 0) {
        return Err(ShareError::NoWeight);
    }
    Ok(apportion(total, weights))
}

/// [`split`] without its checks; zeros if no weight is above 0.
fn apportion(total: i64, weights: &[(u64, u64)]) -> Vec<i64> {
    let sum: u128 = weights.iter().map(|&(weight, _)| u128::from(weight)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let size = u128::from(total.unsigned_abs());
    let mut shares = Vec::with_capacity(weights.len());
    let mut fractions = Vec::new();
    let mut missing = size;
    for (i, &(weight, lot)) in weights.iter().enumerate() {
        // At most 2^63 times 2^64: fits.
        let product = size * u128::from(weight);
        let share = product / sum;
        missing -= share;
        shares.push(share);
        if product % sum > 0 {
            fractions.push((Reverse(product % sum), lot, i));
        }
    }
    fractions.sort_unstable();
    // The fractions cut off are each below one, so fewer units are missing than there are fractions.
    for (&(_, _, i), _) in fractions.iter().zip(0..missing) {
        shares[i] += 1;
    }
    let sign = i128::from(total.signum());
    // No share is larger than the total, so the casts are exact.
    shares.into_iter().map(|share| (sign * share as i128) as i64).collect()
}

/// Shares out a week by the [rule](self#the-rule).
///
/// Takes `O(n + u log n)` steps for `n` accounts and `u` units. It does not matter in which order households
/// and depots are listed.
///
/// # Errors
///
/// Any [`ShareError`] except [`ShareError::NoWeight`]: goods for which nobody is eligible simply stay in
/// the depots, uncredited.
pub fn allocate(week: &Week) -> Result<Outcome, ShareError> {
    check(week)?;
    let mut shares: Vec<Share> = week
        .households
        .iter()
        .map(|household| Share {
            id: household.id.clone(),
            goods: Vec::with_capacity(week.goods.len()),
            cash: None,
        })
        .collect();
    let mut goods = Vec::with_capacity(week.goods.len());
    for (g, good) in week.goods.iter().enumerate() {
        goods.push(allocate_good(week, g, good, &mut shares)?);
    }
    let cash = week.cash.as_ref().map(|cash| allocate_cash(week, cash, &mut shares)).transpose()?;
    Ok(Outcome { households: shares, goods, cash })
}

/// Shares out one good and adds a statement for it to every share.
fn allocate_good(week: &Week, g: usize, good: &Good, shares: &mut [Share]) -> Result<GoodUse, ShareError> {
    let mut place_of = HashMap::with_capacity(good.depots.len());
    let mut stock = Vec::with_capacity(good.depots.len());
    for (k, depot) in good.depots.iter().enumerate() {
        if place_of.insert(depot.subdistrict.as_str(), k).is_some() {
            let (good, subdistrict) = (good.name.clone(), depot.subdistrict.clone());
            return Err(ShareError::DuplicateDepot { good, subdistrict });
        }
        stock.push(whole_steps(depot.stock, good.step).whole);
    }
    let total = total_units(stock.iter().copied(), &good.name)?;

    let weights: Vec<(u64, u64)> = week
        .households
        .iter()
        .map(|household| (if household.accounts[g].cap > 0 { household.weight } else { 0 }, household.lot))
        .collect();
    let credited = credit(total - good.already_credited, &weights);
    let entitlements = apportion(credited * MILLI, &weights);

    let mut claims = Vec::with_capacity(week.households.len());
    for (household, entitlement) in week.households.iter().zip(&entitlements) {
        let Some(&depot) = place_of.get(household.subdistrict.as_str()) else {
            return Err(ShareError::NoDepot {
                good: good.name.clone(),
                subdistrict: household.subdistrict.clone(),
                household: household.id.clone(),
            });
        };
        let account = household.accounts[g];
        let balance = account.balance.0 + entitlement;
        claims.push(Claim {
            balance,
            lot: household.lot,
            depot,
            limit: Limit::of(household.on_route, account.cap, balance, MILLI, good.max_advance),
        });
    }
    let gift = give(&claims, MILLI, &stock, good.transfer_limit);

    for (i, share) in shares.iter_mut().enumerate() {
        let given = gift.given[i];
        share.goods.push(Statement {
            before: week.households[i].accounts[g].balance,
            entitlement: Milli(entitlements[i]),
            given,
            carried: Milli(claims[i].balance - MILLI * given as i64),
            stop: gift.stop[i],
        });
    }
    let placed = gift.placed();
    Ok(GoodUse {
        name: good.name.clone(),
        credited,
        placed,
        still_credited: good.already_credited + credited - placed as i64,
        cutoff: gift.cutoff.map(Milli),
        depots: depot_use(good, &stock, &gift.by_depot),
    })
}

/// Shares out the cash and adds the statement of the value account to every share.
fn allocate_cash(week: &Week, cash: &Cash, shares: &mut [Share]) -> Result<CashUse, ShareError> {
    let Steps { whole: units, rest } = whole_steps(cash.stock, cash.step);
    let cash_total = total_units([units], "cash")?;
    let points = cash.points.get() as i64;
    let worth = |share: &Share| -> u64 {
        share.goods.iter().zip(&week.goods).map(|(statement, good)| statement.given * good.points).sum()
    };
    let goods: Vec<u64> = shares.iter().map(worth).collect();
    let goods_total = goods.iter().sum::<u64>() as i64;

    let weights: Vec<(u64, u64)> =
        week.households.iter().map(|household| (household.weight, household.lot)).collect();
    let credited = credit(goods_total + cash_total * points - cash.already_credited, &weights);
    let entitlements = apportion(credited * MILLI, &weights);

    // One depot for all, with everything in it: no limits.
    let claims: Vec<Claim> = week
        .households
        .iter()
        .zip(entitlements.iter().zip(&goods))
        .map(|(household, (entitlement, &goods))| {
            let balance = household.value_balance.0 + entitlement - MILLI * goods as i64;
            let limit = Limit::of(household.on_route, u64::MAX, balance, MILLI * points, cash.max_advance);
            Claim { balance, lot: household.lot, depot: 0, limit }
        })
        .collect();
    let gift = give(&claims, MILLI * points, &[units], 0);

    for (i, share) in shares.iter_mut().enumerate() {
        let given = gift.given[i];
        share.cash = Some(CashStatement {
            before: week.households[i].value_balance,
            entitlement: Milli(entitlements[i]),
            goods: goods[i],
            given,
            carried: Milli(claims[i].balance - MILLI * points * given as i64),
            stop: gift.stop[i],
        });
    }
    let placed = gift.placed();
    Ok(CashUse {
        credited,
        placed,
        still_credited: cash.already_credited + credited - goods_total - placed as i64 * points,
        cutoff: gift.cutoff.map(Milli),
        left: (units - placed) * cash.step.get() + rest,
    })
}

/// What there is to credit: all of it, or nothing if nobody is eligible.
fn credit(amount: i64, weights: &[(u64, u64)]) -> i64 {
    if weights.iter().any(|&(weight, _)| weight > 0) { amount } else { 0 }
}

/// The sum of a stock in units, which [`MAX_UNITS`] limits.
fn total_units(stock: impl IntoIterator<Item = u64>, name: &str) -> Result<i64, ShareError> {
    stock
        .into_iter()
        .try_fold(0_u64, |sum, units| sum.checked_add(units).filter(|&sum| sum <= MAX_UNITS))
        .map(|sum| sum as i64)
        .ok_or_else(|| ShareError::TooManyUnits(name.into()))
}

/// How many units a household may get, and what says so.
struct Limit {
    units: u64,
    stop: Stop,
}

impl Limit {
    /// From the balance after the credit, and what a unit takes off it.
    fn of(on_route: bool, cap: u64, balance: i64, price: i64, max_advance: Option<Milli>) -> Self {
        if cap == 0 {
            return Self { units: 0, stop: Stop::NotEligible };
        }
        if !on_route {
            return Self { units: 0, stop: Stop::OffRoute };
        }
        let owed = max_advance.map(|Milli(advance)| ((balance + advance) / price).max(0) as u64);
        match owed {
            Some(owed) if owed < cap => Self { units: owed, stop: Stop::Advance },
            _ => Self { units: cap, stop: Stop::Cap },
        }
    }
}

/// A household's place in the queue for one good.
struct Claim {
    /// Balance with this week's entitlement.
    balance: i64,
    lot: u64,
    /// Index of the depot of its subdistrict.
    depot: usize,
    limit: Limit,
}

/// Who got how much.
struct Gift {
    given: Vec<u64>,
    stop: Vec<Stop>,
    by_depot: Vec<u64>,
    cutoff: Option<i64>,
}

impl Gift {
    fn placed(&self) -> u64 {
        self.by_depot.iter().sum()
    }
}

/// Step 2 of the rule. `price` is what a unit takes off a balance, `stock` the units in each depot.
///
/// A household leaves the queue for good when it may not take a unit now: caps stay, and what a depot has
/// given and what was transferred only grow.
fn give(claims: &[Claim], price: i64, stock: &[u64], transfer_limit: u64) -> Gift {
    let mut gift = Gift {
        given: vec![0; claims.len()],
        stop: claims.iter().map(|claim| claim.limit.stop).collect(),
        by_depot: vec![0; stock.len()],
        cutoff: None,
    };
    let mut left: u64 = stock.iter().sum();
    let mut transfers_left = transfer_limit;
    let mut queue: BinaryHeap<(i64, Reverse<u64>, usize)> = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| claim.limit.units > 0)
        .map(|(i, claim)| (claim.balance, Reverse(claim.lot), i))
        .collect();
    while left > 0 {
        let Some((balance, lot, i)) = queue.pop() else { break };
        let Claim { depot, limit, .. } = &claims[i];
        if gift.by_depot[*depot] >= stock[*depot] {
            if transfers_left == 0 {
                gift.stop[i] = Stop::Depot;
                continue;
            }
            transfers_left -= 1;
        }
        left -= 1;
        gift.by_depot[*depot] += 1;
        gift.given[i] += 1;
        gift.cutoff = Some(balance);
        if gift.given[i] < limit.units {
            queue.push((balance - price, lot, i));
        }
    }
    for (_, _, i) in queue {
        gift.stop[i] = Stop::Stock;
    }
    gift
}

/// What became of the depots of a good, from the units they held and the units their subdistricts got.
fn depot_use(good: &Good, stock: &[u64], given: &[u64]) -> Vec<DepotUse> {
    let mut by_surplus: Vec<usize> = (0..stock.len()).collect();
    by_surplus.sort_by_key(|&k| (Reverse(stock[k].saturating_sub(given[k])), &good.depots[k].subdistrict));
    let mut to_send: u64 = given.iter().zip(stock).map(|(given, stock)| given.saturating_sub(*stock)).sum();
    let mut sent = vec![0; stock.len()];
    for k in by_surplus {
        sent[k] = to_send.min(stock[k].saturating_sub(given[k]));
        to_send -= sent[k];
    }
    good.depots
        .iter()
        .enumerate()
        .map(|(k, depot)| {
            let received = given[k].saturating_sub(stock[k]);
            let taken = given[k] - received + sent[k];
            DepotUse {
                subdistrict: depot.subdistrict.clone(),
                given: given[k],
                received,
                sent: sent[k],
                left: depot.stock - taken * good.step.get(),
            }
        })
        .collect()
}

/// Checks what concerns the week as a whole. The ranges keep all sums far inside 64 bits: at most 10^15 from
/// a balance, as much from what was credited earlier, and 10^17 from the value of the goods.
fn check(week: &Week) -> Result<(), ShareError> {
    in_range("number of goods", week.goods.len() as i128, 0, MAX_GOODS as i128)?;
    let mut names = HashSet::with_capacity(week.goods.len());
    for good in &week.goods {
        if !names.insert(good.name.as_str()) {
            return Err(ShareError::DuplicateGood(good.name.clone()));
        }
        check_account(&good.name, good.points, good.already_credited, good.max_advance)?;
    }
    if let Some(cash) = &week.cash {
        check_account("cash", cash.points.get(), cash.already_credited, cash.max_advance)?;
    }
    unique_lots(week.households.iter().map(|household| household.lot))?;
    let mut ids = HashSet::with_capacity(week.households.len());
    for household in &week.households {
        if !ids.insert(household.id.as_str()) {
            return Err(ShareError::DuplicateHousehold(household.id.clone()));
        }
        if household.accounts.len() != week.goods.len() {
            return Err(ShareError::AccountCount {
                household: household.id.clone(),
                expected: week.goods.len(),
                found: household.accounts.len(),
            });
        }
        let balances = household.accounts.iter().map(|account| account.balance);
        for Milli(balance) in balances.chain([household.value_balance]) {
            if balance.unsigned_abs() > MAX_BALANCE.unsigned_abs() {
                let what = format!("balance of household {}", household.id);
                return Err(ShareError::OutOfRange { what, value: balance.into() });
            }
        }
    }
    Ok(())
}

/// Checks the numbers that goods and cash have in common.
fn check_account(
    name: &str,
    points: u64,
    already_credited: i64,
    max_advance: Option<Milli>,
) -> Result<(), ShareError> {
    let most = i128::from(MAX_BALANCE / MILLI);
    in_range(&format!("points of {name}"), points.into(), 0, MAX_POINTS.into())?;
    in_range(&format!("{name} already credited"), already_credited.into(), -most, most)?;
    let Milli(advance) = max_advance.unwrap_or_default();
    in_range(&format!("advance of {name}"), advance.into(), 0, MAX_BALANCE.into())
}

fn in_range(what: &str, value: i128, least: i128, most: i128) -> Result<(), ShareError> {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        Err(ShareError::OutOfRange { what: what.into(), value })
    }
}

fn unique_lots(lots: impl Iterator<Item = u64>) -> Result<(), ShareError> {
    let mut seen = HashSet::with_capacity(lots.size_hint().0);
    for lot in lots {
        if !seen.insert(lot) {
            return Err(ShareError::DuplicateLot(lot));
        }
    }
    Ok(())
}
