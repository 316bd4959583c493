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
//! # Packs
//!
//! A good may go out in packs ([`Good::pack`]): seven eggs, one for every day of the week, to those who are
//! owed most, and to the others when their turn comes, in place of an egg or none for everybody. Step 2 then
//! hands over a whole pack at a time, made up in one depot, and a pack takes all its units off the balance.
//! Credit stays in units, so nobody's claim depends on how a week is handed over, and weeks with and
//! without packs may follow on each other. The pack is a larger unit and nothing else, so step 2 is the same
//! greedy algorithm and keeps its optimum. [`weeks_for_all`] says when everybody has had one.
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
use std::collections::HashMap;

mod apportion;
mod check;
mod give;
mod model;

pub use apportion::{Steps, split, whole_steps};
pub use model::*;

use apportion::{apportion, credit, total_units};
use check::check;
use give::{Claim, Limit, give};
use model::MILLI;

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

/// In how many weeks at the latest every one of `households` has had a pack when `packs` go out each week.
///
/// Among households of equal weight whose balances are level nobody gets a second pack before everybody has
/// had the first: it takes the whole of it off the balance, and all are credited alike in the meantime. With
/// unequal weights it is an estimate. `None` when nothing goes out and somebody waits.
///
/// ```
/// use asuh_pairing::shares::weeks_for_all;
///
/// // 5,000 eggs a week: one each for 5,000 of 7,000 households, or seven each for 714.
/// assert_eq!(weeks_for_all(7_000, 5_000), Some(2));
/// assert_eq!(weeks_for_all(7_000, 714), Some(10));
/// assert_eq!(weeks_for_all(7_000, 0), None);
/// ```
#[must_use]
pub fn weeks_for_all(households: u64, packs: u64) -> Option<u64> {
    match (households, packs) {
        (0, _) => Some(0),
        (_, 0) => None,
        _ => Some(households.div_ceil(packs)),
    }
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

    let pack = good.pack.get();
    let price = MILLI * pack as i64;
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
        let limit = match account.cap {
            0 => Limit::NONE,
            cap => Limit::of(household.on_route, cap / pack, balance, price, good.max_advance),
        };
        claims.push(Claim { balance, lot: household.lot, depot, limit });
    }
    let packs: Vec<u64> = stock.iter().map(|units| units / pack).collect();
    let gift = give(&claims, price, &packs, good.transfer_limit / pack);

    for (i, share) in shares.iter_mut().enumerate() {
        let given = gift.given[i] * pack;
        share.goods.push(Statement {
            before: week.households[i].accounts[g].balance,
            entitlement: Milli(entitlements[i]),
            given,
            carried: Milli(claims[i].balance - MILLI * given as i64),
            stop: gift.stop[i],
        });
    }
    let placed = gift.placed() * pack;
    Ok(GoodUse {
        name: good.name.clone(),
        credited,
        placed,
        still_credited: good.already_credited + credited - placed as i64,
        cutoff: gift.cutoff.map(Milli),
        depots: depot_use(good, &packs, &gift.by_depot),
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

/// What became of the depots of a good, from the packs they held and the packs their subdistricts got.
fn depot_use(good: &Good, stock: &[u64], given: &[u64]) -> Vec<DepotUse> {
    let pack = good.pack.get();
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
                given: given[k] * pack,
                received: received * pack,
                sent: sent[k] * pack,
                left: depot.stock - taken * pack * good.step.get(),
            }
        })
        .collect()
}
