//! Properties of the weekly allocation: what must hold for every week, and the optimum on tiny weeks.

use std::collections::HashMap;
use std::num::NonZeroU64;

use asuh_pairing::shares::{
    Account, Cash, Depot, Good, Household, MAX_BALANCE, MAX_POINTS, MAX_UNITS, Milli, Outcome, ShareError,
    Stop, Week, allocate, split, weeks_for_all, whole_steps,
};
use proptest::prelude::*;

fn step(step: u64) -> NonZeroU64 {
    NonZeroU64::new(step).expect("not zero")
}

/// A household with one account for one good, in subdistrict `k0`.
fn household(id: usize, weight: u64, cap: u64) -> Household {
    Household {
        id: format!("H{id}"),
        subdistrict: "k0".into(),
        weight,
        lot: id as u64,
        on_route: true,
        accounts: vec![Account { cap, balance: Milli(0) }],
        value_balance: Milli(0),
    }
}

fn good(stock: u64) -> Good {
    Good { depots: vec![Depot { subdistrict: "k0".into(), stock }], ..Good::new("egg") }
}

/// The state after a week: balances, left-over stock, and what of it was credited.
fn carry_over(week: &mut Week, outcome: &Outcome) {
    for (household, share) in week.households.iter_mut().zip(&outcome.households) {
        for (account, statement) in household.accounts.iter_mut().zip(&share.goods) {
            account.balance = statement.carried;
        }
        if let Some(cash) = share.cash {
            household.value_balance = cash.carried;
        }
    }
    for (good, used) in week.goods.iter_mut().zip(&outcome.goods) {
        good.already_credited = used.still_credited;
        for (depot, used) in good.depots.iter_mut().zip(&used.depots) {
            depot.stock = used.left;
        }
    }
    if let (Some(cash), Some(used)) = (&mut week.cash, &outcome.cash) {
        cash.stock = used.left;
        cash.already_credited = used.still_credited;
    }
}

prop_compose! {
    fn any_good(index: usize, subdistricts: usize, most: u64)(
        size in 1_u64..4,
        pack in prop_oneof![2 => Just(1_u64), 1 => 2_u64..4],
        points in 0_u64..6,
        stock in prop::collection::vec(0..=most, subdistricts),
        transfer_limit in 0..=most,
        already_credited in prop_oneof![3 => Just(0_i64), 1 => -5_i64..20],
        max_advance in prop::option::weighted(0.3, (0_i64..3_000).prop_map(Milli)),
    ) -> Good {
        let depots = stock
            .into_iter()
            .enumerate()
            .map(|(k, stock)| Depot { subdistrict: format!("k{k}"), stock })
            .collect();
        let name = format!("good {index}");
        Good { name, step: step(size), pack: step(pack), points, depots, transfer_limit, already_credited, max_advance }
    }
}

/// A household without its lot; `coarse` balances make ties likely.
fn any_household(
    subdistricts: usize,
    goods: usize,
    most: u64,
) -> impl Strategy<Value = (usize, u64, bool, Vec<Account>, i64)> {
    let balance = prop_oneof![(-3_i64..4).prop_map(|units| units * 500), -4_000_i64..4_000];
    let account = (0..=most, balance.clone()).prop_map(|(cap, b)| Account { cap, balance: Milli(b) });
    (0..subdistricts, 0_u64..6, prop::bool::weighted(0.8), prop::collection::vec(account, goods), balance)
}

/// Weeks of up to `households` households; `most` bounds caps and the stock of a depot.
fn any_week(households: usize, most: u64) -> impl Strategy<Value = Week> {
    (1_usize..4, 1_usize..4, 0..=households).prop_flat_map(move |(subdistricts, goods, n)| {
        let goods_of: Vec<_> = (0..goods).map(|g| any_good(g, subdistricts, most)).collect();
        let cash = prop::option::weighted(
            0.8,
            (0..=5 * most, 1_u64..4, 1_u64..4, -5_i64..20, prop::option::weighted(0.3, 0_i64..3_000)),
        );
        let lots: Vec<u64> = (0..n as u64).collect();
        (
            prop::collection::vec(any_household(subdistricts, goods, most), n),
            Just(lots).prop_shuffle(),
            goods_of,
            cash,
        )
            .prop_map(|(households, lots, goods, cash)| Week {
                households: households
                    .into_iter()
                    .zip(lots)
                    .enumerate()
                    .map(|(i, ((k, weight, on_route, accounts, value), lot))| Household {
                        id: format!("H{i}"),
                        subdistrict: format!("k{k}"),
                        weight,
                        lot,
                        on_route,
                        accounts,
                        value_balance: Milli(value),
                    })
                    .collect(),
                goods,
                cash: cash.map(|(stock, size, points, already_credited, advance)| Cash {
                    stock,
                    step: step(size),
                    points: step(points),
                    already_credited,
                    max_advance: advance.map(Milli),
                }),
            })
    })
}

/// Whether a division of whole units respects depots and transfer limit.
fn depots_allow(stock: &[u64], transfer_limit: u64, given: &[u64]) -> bool {
    let moved: u64 = given.iter().zip(stock).map(|(given, stock)| given.saturating_sub(*stock)).sum();
    given.iter().sum::<u64>() <= stock.iter().sum() && moved <= transfer_limit
}

fn units(good: &Good) -> Vec<u64> {
    good.depots.iter().map(|depot| whole_steps(depot.stock, good.step).whole).collect()
}

/// Index of the depot of each household.
fn places(week: &Week, good: &Good) -> Vec<usize> {
    let at: HashMap<&str, usize> =
        good.depots.iter().enumerate().map(|(k, depot)| (depot.subdistrict.as_str(), k)).collect();
    week.households.iter().map(|household| at[household.subdistrict.as_str()]).collect()
}

/// Most units a household may get: route, cap, and how far it may get ahead.
fn limit(household: &Household, cap: u64, balance: i64, price: i64, advance: Option<Milli>) -> u64 {
    let ahead = advance.map_or(u64::MAX, |Milli(a)| ((balance + a) / price).max(0) as u64);
    if household.on_route { cap.min(ahead) } else { 0 }
}

/// Everything that must hold between a week and its outcome.
fn examine(week: &Week, outcome: &Outcome) {
    let total_weight = |g: usize| -> u128 {
        let eligible = |h: &&Household| h.accounts[g].cap > 0;
        week.households.iter().filter(eligible).map(|h| u128::from(h.weight)).sum()
    };
    for (g, (good, used)) in week.goods.iter().zip(&outcome.goods).enumerate() {
        let stock = units(good);
        let pack = good.pack.get();
        // What can be handed over of it.
        let packs: Vec<u64> = stock.iter().map(|units| units / pack).collect();
        let places = places(week, good);
        let mut given = vec![0; stock.len()];
        let mut entitled = 0;
        for (i, (household, share)) in week.households.iter().zip(&outcome.households).enumerate() {
            let (account, statement) = (household.accounts[g], share.goods[g]);
            let balance = account.balance.0 + statement.entitlement.0;
            assert_eq!(statement.before, account.balance);
            assert_eq!(balance, 1_000 * statement.given as i64 + statement.carried.0);
            let price = 1_000 * pack as i64;
            let most = limit(household, account.cap / pack, balance, price, good.max_advance) * pack;
            assert!(statement.given <= most);
            assert_eq!(statement.given % pack, 0);
            assert!(account.cap > 0 || statement.entitlement == Milli(0));
            // The reason given is the true one.
            match statement.stop {
                Stop::NotEligible => assert_eq!(account.cap, 0),
                Stop::OffRoute => assert!(!household.on_route),
                Stop::Cap => assert_eq!(statement.given, account.cap / pack * pack),
                Stop::Advance => assert!(statement.given == most && most < account.cap),
                Stop::Depot => {
                    let depot = &used.depots[places[i]];
                    assert!(depot.given >= packs[places[i]] * pack);
                    let moved = used.depots.iter().map(|d| d.received).sum::<u64>();
                    assert_eq!(moved, good.transfer_limit / pack * pack);
                }
                Stop::Stock => {
                    assert_eq!(used.placed, packs.iter().sum::<u64>() * pack);
                    assert!(used.cutoff.is_none_or(|cutoff| statement.carried <= cutoff));
                }
            }
            given[places[i]] += statement.given;
            entitled += statement.entitlement.0;
        }
        let given_packs: Vec<u64> = given.iter().map(|units| units / pack).collect();
        assert!(depots_allow(&packs, good.transfer_limit / pack, &given_packs));
        assert_eq!(given.iter().sum::<u64>(), used.placed);
        let fresh = stock.iter().sum::<u64>() as i64 - good.already_credited;
        assert_eq!(used.credited, if total_weight(g) > 0 { fresh } else { 0 });
        assert_eq!(entitled, used.credited * 1_000);
        assert_eq!(used.still_credited, good.already_credited + used.credited - used.placed as i64);
        let (mut left, mut sent, mut received) = (0, 0, 0);
        for (k, (depot, used)) in good.depots.iter().zip(&used.depots).enumerate() {
            assert_eq!(used.given, given[k]);
            let moved = i128::from(used.received) - i128::from(used.sent) - i128::from(used.given);
            assert_eq!(i128::from(used.left), i128::from(depot.stock) + moved * i128::from(good.step.get()));
            assert!(used.sent == 0 || used.received == 0);
            left += used.left;
            sent += used.sent;
            received += used.received;
        }
        assert_eq!(sent, received);
        let before: u64 = good.depots.iter().map(|depot| depot.stock).sum();
        assert_eq!(left + used.placed * good.step.get(), before);
    }

    let (Some(cash), Some(used)) = (&week.cash, &outcome.cash) else {
        assert!(outcome.cash.is_none() && outcome.households.iter().all(|share| share.cash.is_none()));
        return;
    };
    let points = cash.points.get() as i64;
    let (mut placed, mut entitled, mut value) = (0, 0, 0);
    for (household, share) in week.households.iter().zip(&outcome.households) {
        let statement = share.cash.expect("cash");
        let goods: u64 = share.goods.iter().zip(&week.goods).map(|(s, good)| s.given * good.points).sum();
        assert_eq!(statement.goods, goods);
        assert_eq!(statement.before, household.value_balance);
        let got = goods as i64 + statement.given as i64 * points;
        assert_eq!(statement.before.0 + statement.entitlement.0, 1_000 * got + statement.carried.0);
        assert!(household.on_route || statement.given == 0);
        assert!(matches!(statement.stop, Stop::OffRoute | Stop::Advance | Stop::Stock));
        placed += statement.given;
        entitled += statement.entitlement.0;
        value += goods as i64;
    }
    assert_eq!(placed, used.placed);
    assert_eq!(used.left + placed * cash.step.get(), cash.stock);
    let on_hand = whole_steps(cash.stock, cash.step).whole as i64 * points;
    let weight: u128 = week.households.iter().map(|h| u128::from(h.weight)).sum();
    assert_eq!(used.credited, if weight > 0 { value + on_hand - cash.already_credited } else { 0 });
    assert_eq!(entitled, used.credited * 1_000);
    assert_eq!(used.still_credited, cash.already_credited + used.credited - value - placed as i64 * points);
}

/// A queue to be served optimally: tried out, not computed.
struct Tiny {
    /// Balance, rank in the lottery, depot, most units.
    queue: Vec<(i64, usize, usize, u64)>,
    price: i64,
    stock: Vec<u64>,
    transfer_limit: u64,
}

impl Tiny {
    /// Among all feasible ways to place as many units as possible, the only one with the least squares of
    /// what remains. Lots are made to count as tiny additions to the balance.
    fn optimum(&self) -> Vec<u64> {
        let scale = self.queue.len() as i64 + 1;
        let mut best: Option<(u64, i64)> = None;
        let mut winners = Vec::new();
        let mut given = vec![0; self.queue.len()];
        loop {
            let mut by_depot = vec![0; self.stock.len()];
            for (&(_, _, depot, _), given) in self.queue.iter().zip(&given) {
                by_depot[depot] += given;
            }
            if depots_allow(&self.stock, self.transfer_limit, &by_depot) {
                let squares: i64 = self
                    .queue
                    .iter()
                    .zip(&given)
                    .map(|(&(balance, rank, ..), &given)| {
                        let rest = (balance - self.price * given as i64) * scale - rank as i64;
                        rest * rest
                    })
                    .sum();
                let score = (given.iter().sum(), -squares);
                if best.is_none_or(|best| score > best) {
                    best = Some(score);
                    winners.clear();
                }
                if best == Some(score) {
                    winners.push(given.clone());
                }
            }
            // Next combination.
            let Some(i) = (0..given.len()).find(|&i| given[i] < self.queue[i].3) else { break };
            given[i] += 1;
            given[..i].fill(0);
        }
        assert_eq!(winners.len(), 1, "the optimum is unique");
        winners.remove(0)
    }
}

fn rank(week: &Week, household: &Household) -> usize {
    week.households.iter().filter(|other| other.lot < household.lot).count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_week_adds_up_and_keeps_the_limits(week in any_week(25, 12)) {
        examine(&week, &allocate(&week).expect("valid"));
    }

    #[test]
    fn tiny_weeks_are_optimal(week in any_week(4, 4)) {
        let outcome = allocate(&week).expect("valid");
        let n = week.households.len();
        for (g, good) in week.goods.iter().enumerate() {
            let places = places(&week, good);
            let pack = good.pack.get();
            let price = 1_000 * pack as i64;
            let queue = (0..n)
                .map(|i| {
                    let household = &week.households[i];
                    let account = household.accounts[g];
                    let balance = account.balance.0 + outcome.households[i].goods[g].entitlement.0;
                    let most = limit(household, account.cap / pack, balance, price, good.max_advance);
                    (balance, rank(&week, household), places[i], most)
                })
                .collect();
            let stock = units(good).iter().map(|units| units / pack).collect();
            let tiny = Tiny { queue, price, stock, transfer_limit: good.transfer_limit / pack };
            let given: Vec<u64> =
                outcome.households.iter().map(|share| share.goods[g].given / pack).collect();
            prop_assert_eq!(tiny.optimum(), given);
        }
    }

    #[test]
    fn tiny_cash_is_optimal(mut week in any_week(3, 3)) {
        let Some(cash) = &mut week.cash else { return Ok(()) };
        cash.stock %= 8 * cash.step.get();
        let cash = cash.clone();
        let outcome = allocate(&week).expect("valid");
        let units = whole_steps(cash.stock, cash.step).whole;
        let price = 1_000 * cash.points.get() as i64;
        let queue = week.households.iter().zip(&outcome.households).map(|(household, share)| {
            let statement = share.cash.expect("cash");
            let balance = statement.before.0 + statement.entitlement.0 - 1_000 * statement.goods as i64;
            (balance, rank(&week, household), 0, limit(household, units, balance, price, cash.max_advance))
        });
        let tiny = Tiny { queue: queue.collect(), price, stock: vec![units], transfer_limit: 0 };
        let given: Vec<u64> = outcome.households.iter().map(|share| share.cash.expect("cash").given).collect();
        prop_assert_eq!(tiny.optimum(), given);
    }

    #[test]
    fn the_order_of_the_lists_changes_nothing(
        (week, shuffled) in any_week(15, 8).prop_flat_map(|week| {
            let depots: Vec<_> = week.goods.iter().map(|g| Just(g.depots.clone()).prop_shuffle()).collect();
            let households = Just(week.households.clone()).prop_shuffle();
            (Just(week), households, depots).prop_map(move |(week, households, depots)| {
                let mut other = Week { households, ..week.clone() };
                for (good, depots) in other.goods.iter_mut().zip(depots) {
                    good.depots = depots;
                }
                (week, other)
            })
        })
    ) {
        let sorted = |week: &Week| {
            let mut outcome = allocate(week).expect("valid");
            outcome.households.sort_by(|a, b| a.id.cmp(&b.id));
            for good in &mut outcome.goods {
                good.depots.sort_by(|a, b| a.subdistrict.cmp(&b.subdistrict));
            }
            outcome
        };
        prop_assert_eq!(sorted(&week), sorted(&shuffled));
    }

    #[test]
    fn a_split_is_proportional_to_within_one(
        total in any::<i64>(),
        weights in prop::collection::vec(prop_oneof![0_u64..5, any::<u64>()], 1..12),
    ) {
        let pairs: Vec<(u64, u64)> = weights.iter().copied().zip(0..).collect();
        let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
        prop_assume!(sum > 0);
        let shares = split(total, &pairs).expect("valid");
        prop_assert_eq!(shares.iter().map(|&share| i128::from(share)).sum::<i128>(), i128::from(total));
        for (share, weight) in shares.iter().zip(weights) {
            let product = u128::from(total.unsigned_abs()) * u128::from(weight);
            let (floor, ceiling) = (product / sum, product.div_ceil(sum));
            prop_assert!((floor..=ceiling).contains(&u128::from(share.unsigned_abs())));
            prop_assert!(*share == 0 || share.signum() == total.signum());
        }
    }

    /// Without caps, depots and routes in the way nobody is ever a whole egg from what it is due.
    #[test]
    fn a_year_without_limits_stays_within_one_unit(
        weights in prop::collection::vec(1_u64..6, 1..30),
        stock in prop::collection::vec(0_u64..60, 52),
    ) {
        let households = weights.iter().enumerate().map(|(i, &weight)| household(i, weight, 1_000)).collect();
        let mut week = Week { households, goods: vec![good(0)], cash: None };
        for collected in stock {
            week.goods[0].depots[0].stock += collected;
            let outcome = allocate(&week).expect("valid");
            carry_over(&mut week, &outcome);
            for share in &outcome.households {
                prop_assert!(share.goods[0].carried.0.abs() < 1_000);
            }
        }
    }

    /// Villages take turns and the collection varies. Nothing is given ahead, so what is kept is enough for
    /// all who wait: after every visit a household is owed less than a unit, and two households of the same
    /// weight differ by no more than a unit and what was credited between their visits.
    #[test]
    fn a_year_of_routes_is_fair_if_nothing_is_given_ahead(
        groups in 2_usize..6,
        size in 1_usize..8,
        stock in prop::collection::vec(0_u64..60, 52),
    ) {
        let n = groups * size;
        let households = (0..n).map(|i| household(i, 2, 1_000)).collect();
        let rice = Good { max_advance: Some(Milli(0)), step: step(250), ..good(0) };
        let mut week = Week { households, goods: vec![rice], cash: None };
        let mut received = vec![0_u64; n];
        let mut credited = Vec::new();
        for (t, collected) in stock.into_iter().enumerate() {
            for (i, household) in week.households.iter_mut().enumerate() {
                household.on_route = i % groups == t % groups;
            }
            week.goods[0].depots[0].stock += 250 * collected;
            let outcome = allocate(&week).expect("valid");
            credited.push(outcome.goods[0].credited);
            carry_over(&mut week, &outcome);
            for (i, share) in outcome.households.iter().enumerate() {
                received[i] += share.goods[0].given;
                if week.households[i].on_route {
                    prop_assert!((0..1_000).contains(&share.goods[0].carried.0));
                }
            }
        }
        prop_assert_eq!(credited.iter().sum::<i64>() as u64,
            received.iter().sum::<u64>() + week.goods[0].depots[0].stock / 250);
        let waiting: i64 = credited.iter().rev().take(groups - 1).sum();
        let bound = (waiting as u64).div_ceil(n as u64) + 1;
        let (least, most) = (received.iter().min().expect("n > 0"), received.iter().max().expect("n > 0"));
        prop_assert!(most - least <= bound, "{least}..{most}, bound {bound}");
    }

    /// Villages take turns and everything goes out at once, as eggs must: with the same collection every week
    /// all are within one unit of each other when the round is complete.
    #[test]
    fn a_year_of_routes_is_fair_if_the_collection_is_even(
        groups in prop::sample::select(vec![2_usize, 4, 13]),
        size in 1_usize..8,
        collected in 0_u64..60,
    ) {
        let n = groups * size;
        let households = (0..n).map(|i| household(i, 2, 1_000)).collect();
        let mut week = Week { households, goods: vec![good(0)], cash: None };
        let mut received = vec![0_u64; n];
        for t in 0..52 {
            for (i, household) in week.households.iter_mut().enumerate() {
                household.on_route = i % groups == t % groups;
            }
            week.goods[0].depots[0].stock += collected;
            let outcome = allocate(&week).expect("valid");
            prop_assert_eq!(outcome.goods[0].placed, collected);
            carry_over(&mut week, &outcome);
            for (received, share) in received.iter_mut().zip(&outcome.households) {
                *received += share.goods[0].given;
            }
        }
        let (least, most) = (received.iter().min().expect("n > 0"), received.iter().max().expect("n > 0"));
        prop_assert!(most - least <= 1, "{least}..{most}");
    }

    /// Seven eggs at a time, to as many as there are: nobody has two packs before everybody has had one,
    /// everybody has had one when [`weeks_for_all`] says so, and all that was collected is with somebody, in
    /// the depot, or still claimed.
    #[test]
    fn packs_go_round(n in 1_usize..40, collected in 7_u64..80, pack in 2_u64..8) {
        let households = (0..n).map(|i| household(i, 3, pack)).collect();
        let eggs = Good { pack: step(pack), ..good(0) };
        let mut week = Week { households, goods: vec![eggs], cash: None };
        let mut packs = vec![0_u64; n];
        let a_week = collected / pack;
        let all = weeks_for_all(n as u64, a_week).expect("a pack a week");
        for t in 1..=all.max(12) {
            week.goods[0].depots[0].stock += collected;
            let outcome = allocate(&week).expect("valid");
            examine(&week, &outcome);
            carry_over(&mut week, &outcome);
            for (packs, share) in packs.iter_mut().zip(&outcome.households) {
                prop_assert_eq!(share.goods[0].given % pack, 0);
                *packs += share.goods[0].given / pack;
            }
            let (least, most) = (packs.iter().min().expect("n > 0"), packs.iter().max().expect("n > 0"));
            prop_assert!(most - least <= 1, "{packs:?} in week {t}");
            prop_assert!(t < all || *least >= 1, "{packs:?} in week {t} of {all}");
            let got = packs.iter().sum::<u64>() * pack;
            prop_assert_eq!(got + week.goods[0].depots[0].stock, collected * t);
            let owed: i64 = week.households.iter().map(|h| h.accounts[0].balance.0).sum();
            prop_assert_eq!(owed, (collected * t - got) as i64 * 1_000);
        }
    }

    /// How a week is handed over changes nobody's credit, and a week of single units after weeks of packs
    /// gives what the packs left owing.
    #[test]
    fn packs_change_no_claim(weights in prop::collection::vec(1_u64..6, 1..20), collected in 1_u64..60) {
        let households: Vec<Household> =
            weights.iter().enumerate().map(|(i, &weight)| household(i, weight, 1_000)).collect();
        let mut single = Week { households, goods: vec![good(collected)], cash: None };
        let mut packed = single.clone();
        packed.goods[0].pack = step(7);
        let (one, seven) = (allocate(&single).expect("valid"), allocate(&packed).expect("valid"));
        for (one, seven) in one.households.iter().zip(&seven.households) {
            prop_assert_eq!(one.goods[0].entitlement, seven.goods[0].entitlement);
        }
        carry_over(&mut single, &one);
        carry_over(&mut packed, &seven);
        // Enough comes for everybody to be level again, however far ahead a pack put somebody.
        let total: u64 = weights.iter().sum();
        for week in [&mut single, &mut packed] {
            week.goods[0].pack = step(1);
            week.goods[0].depots[0].stock += 8 * total;
            let outcome = allocate(week).expect("valid");
            carry_over(week, &outcome);
        }
        for household in single.households.iter().chain(&packed.households) {
            prop_assert!(household.accounts[0].balance.0.abs() <= 1_000);
        }
    }

    /// Whatever happens in a year, the balances sum to what is credited and not yet given.
    #[test]
    fn weeks_follow_on_each_other(
        mut week in any_week(10, 10),
        routes in prop::collection::vec(prop::collection::vec(any::<bool>(), 10), 8),
    ) {
        for good in &mut week.goods {
            good.already_credited = 0;
        }
        for household in &mut week.households {
            household.accounts.iter_mut().for_each(|account| account.balance = Milli(0));
        }
        for route in routes {
            for (household, on_route) in week.households.iter_mut().zip(route) {
                household.on_route = on_route;
            }
            let outcome = allocate(&week).expect("valid");
            examine(&week, &outcome);
            carry_over(&mut week, &outcome);
            for (g, good) in week.goods.iter_mut().enumerate() {
                let owed: i64 = week.households.iter().map(|h| h.accounts[g].balance.0).sum();
                prop_assert_eq!(owed, good.already_credited * 1_000);
                good.depots[0].stock += 7;
            }
        }
    }
}

#[test]
fn stock_is_credited_once() {
    let mut week = Week { households: vec![household(0, 1, 3)], goods: vec![good(10)], cash: None };
    let outcome = allocate(&week).expect("valid");
    assert_eq!(outcome.households[0].goods[0].given, 3);
    assert_eq!(outcome.goods[0].still_credited, 7);
    carry_over(&mut week, &outcome);
    let outcome = allocate(&week).expect("valid");
    assert_eq!(outcome.goods[0].credited, 0);
    let statement = outcome.households[0].goods[0];
    assert_eq!((statement.before, statement.entitlement), (Milli(7_000), Milli(0)));
    assert_eq!((statement.given, statement.carried, statement.stop), (3, Milli(4_000), Stop::Cap));
}

#[test]
fn a_loss_is_borne_by_all() {
    let households = vec![household(0, 1, 9), household(1, 3, 9)];
    // Eight were promised and four broke.
    let goods = vec![Good { already_credited: 8, ..good(4) }];
    let mut week = Week { households, goods, cash: None };
    week.households[0].accounts[0].balance = Milli(2_000);
    week.households[1].accounts[0].balance = Milli(6_000);
    let outcome = allocate(&week).expect("valid");
    let entitlements: Vec<i64> = outcome.households.iter().map(|s| s.goods[0].entitlement.0).collect();
    assert_eq!(entitlements, [-1_000, -3_000]);
    let given: Vec<u64> = outcome.households.iter().map(|s| s.goods[0].given).collect();
    assert_eq!(given, [1, 3]);
    assert_eq!(outcome.goods[0].still_credited, 0);
}

#[test]
fn goods_for_nobody_stay_in_the_depot() {
    for households in [vec![], vec![household(0, 1, 0)]] {
        let week = Week { households, goods: vec![good(5)], cash: None };
        let used = &allocate(&week).expect("valid").goods[0];
        assert_eq!((used.credited, used.placed, used.still_credited, used.cutoff), (0, 0, 0, None));
        assert_eq!(used.depots[0].left, 5);
    }
    assert_eq!(allocate(&Week::default()).expect("valid").households, []);
}

#[test]
fn depots_with_most_to_spare_send() {
    let mut week = Week { households: vec![household(0, 1, 9)], goods: vec![good(1)], cash: None };
    let depots = [("k1", 3), ("k2", 5), ("k3", 3)];
    let depots = depots.map(|(name, stock)| Depot { subdistrict: name.into(), stock });
    week.goods[0].depots.extend(depots);
    week.goods[0].transfer_limit = 6;
    let used = allocate(&week).expect("valid");
    assert_eq!(used.households[0].goods[0].stop, Stop::Depot);
    let moved: Vec<_> = used.goods[0].depots.iter().map(|d| (d.given, d.received, d.sent, d.left)).collect();
    assert_eq!(moved, [(7, 6, 0, 0), (0, 0, 1, 2), (0, 0, 5, 0), (0, 0, 0, 3)]);
}

#[test]
fn a_pack_is_made_up_in_one_depot_and_who_may_not_take_one_waits() {
    let mut week = Week {
        households: vec![household(0, 1, 14), household(1, 1, 6), household(2, 1, 0)],
        goods: vec![Good { pack: step(7), ..good(10) }],
        cash: None,
    };
    week.goods[0].depots.push(Depot { subdistrict: "k1".into(), stock: 12 });
    week.goods[0].transfer_limit = 13;
    let outcome = allocate(&week).expect("valid");
    examine(&week, &outcome);
    let shares = |i: usize| outcome.households[i].goods[0];
    // 22 eggs, 11 each for those who can take any; two packs go out, one of them from the other depot.
    assert_eq!((shares(0).given, shares(0).carried, shares(0).stop), (14, Milli(-3_000), Stop::Cap));
    assert_eq!((shares(1).given, shares(1).carried, shares(1).stop), (0, Milli(11_000), Stop::Cap));
    assert_eq!((shares(2).given, shares(2).carried, shares(2).stop), (0, Milli(0), Stop::NotEligible));
    let moved: Vec<_> =
        outcome.goods[0].depots.iter().map(|d| (d.given, d.received, d.sent, d.left)).collect();
    assert_eq!(moved, [(14, 7, 0, 3), (0, 0, 7, 5)]);
    assert_eq!(outcome.goods[0].still_credited, 8);
}

#[test]
fn steps_and_their_rest() {
    let steps = whole_steps(1_260, step(250));
    assert_eq!((steps.whole, steps.rest), (5, 10));
    // Loose grams wait in the depot.
    let rice = Good { step: step(250), ..good(1_260) };
    let week = Week { households: vec![household(0, 1, 9)], goods: vec![rice], cash: None };
    let used = allocate(&week).expect("valid");
    assert_eq!((used.goods[0].placed, used.goods[0].depots[0].left), (5, 10));
}

#[test]
fn splits_at_the_edges() {
    assert_eq!(split(0, &[]), Ok(vec![]));
    assert_eq!(split(0, &[(0, 1)]), Ok(vec![0]));
    assert_eq!(split(1, &[(0, 1)]), Err(ShareError::NoWeight));
    assert_eq!(split(1, &[(1, 1), (2, 1)]), Err(ShareError::DuplicateLot(1)));
    assert_eq!(split(i64::MIN, &[(u64::MAX, 1)]), Ok(vec![i64::MIN]));
    assert_eq!(split(-10, &[(1, 3), (1, 1), (1, 2)]), Ok(vec![-3, -4, -3]));
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let mut households = vec![household(0, u64::MAX, u64::MAX), household(1, u64::MAX, u64::MAX)];
    households[0].accounts[0].balance = Milli(MAX_BALANCE);
    households[0].value_balance = Milli(-MAX_BALANCE);
    households[1].accounts[0].balance = Milli(-MAX_BALANCE);
    let egg = Good {
        points: MAX_POINTS,
        already_credited: -MAX_BALANCE / 1_000,
        max_advance: Some(Milli(MAX_BALANCE)),
        pack: step(7),
        transfer_limit: u64::MAX,
        step: step(u64::MAX / 1_000),
        ..good(u64::MAX)
    };
    let cash = Cash {
        stock: u64::MAX,
        step: step(u64::MAX / 1_000),
        points: step(MAX_POINTS),
        already_credited: MAX_BALANCE / 1_000,
        max_advance: None,
    };
    let week = Week { households, goods: vec![egg], cash: Some(cash) };
    examine(&week, &allocate(&week).expect("valid"));
}

#[test]
fn a_whole_district_keeps_every_promise() {
    let households = (0..4_000).map(|i| household(i, 1 + i as u64 % 5, 35)).collect();
    let cash = Cash {
        stock: 11_000_000,
        step: step(1_000),
        points: step(1),
        already_credited: 0,
        max_advance: None,
    };
    let week = Week { households, goods: vec![good(5_500)], cash: Some(cash) };
    let outcome = allocate(&week).expect("valid");
    examine(&week, &outcome);
}

#[test]
fn wrong_input_is_refused() {
    let week = || Week {
        households: vec![household(0, 1, 9), household(1, 1, 9)],
        goods: vec![good(1)],
        cash: None,
    };
    let refused = |change: fn(&mut Week)| {
        let mut week = week();
        change(&mut week);
        allocate(&week).expect_err("refused")
    };
    let out_of_range = |error| matches!(error, ShareError::OutOfRange { .. });

    assert_eq!(refused(|w| w.households[1].lot = 0), ShareError::DuplicateLot(0));
    assert_eq!(refused(|w| w.households[1].id = "H0".into()), ShareError::DuplicateHousehold("H0".into()));
    assert_eq!(
        refused(|w| w.households[1].accounts.clear()),
        ShareError::AccountCount { household: "H1".into(), expected: 1, found: 0 }
    );
    assert_eq!(
        refused(|w| w.households[1].subdistrict = "k9".into()),
        ShareError::NoDepot { good: "egg".into(), subdistrict: "k9".into(), household: "H1".into() }
    );
    assert_eq!(
        refused(|w| {
            let depot = w.goods[0].depots[0].clone();
            w.goods[0].depots.push(depot);
        }),
        ShareError::DuplicateDepot { good: "egg".into(), subdistrict: "k0".into() }
    );
    assert_eq!(
        refused(|w| {
            w.goods.push(good(0));
            w.households.iter_mut().for_each(|h| h.accounts.push(h.accounts[0]));
        }),
        ShareError::DuplicateGood("egg".into())
    );
    assert_eq!(
        refused(|w| w.goods[0].depots[0].stock = MAX_UNITS + 1),
        ShareError::TooManyUnits("egg".into())
    );
    assert_eq!(refused(|w| w.goods[0].pack = step(MAX_UNITS + 1)), ShareError::PackTooLarge("egg".into()));
    assert!(out_of_range(refused(|w| w.households[0].accounts[0].balance = Milli(i64::MIN))));
    assert!(out_of_range(refused(|w| w.households[0].value_balance = Milli(MAX_BALANCE + 1))));
    assert!(out_of_range(refused(|w| w.goods[0].points = MAX_POINTS + 1)));
    assert!(out_of_range(refused(|w| w.goods[0].already_credited = i64::MAX)));
    assert!(out_of_range(refused(|w| w.goods[0].max_advance = Some(Milli(-1)))));
}
