//! Who gets what of a week's pool, and which villages are reached: pure.
//!
//! The rule itself is [`asuh_pairing::shares`]; here stands how the programme uses it. All families of the
//! list are credited every week; only the families of the villages on the route receive, up to the amount per
//! family. Amounts are in the commodity's smallest unit (butir, gram, kaleng, rupiah), claims in thousandths
//! of it.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use asuh_pairing::shares::{self, Account, Depot, Household, Milli, ShareError, Week};
use asuh_store::Id;
use sha2::{Digest, Sha256};

/// The single depot of a district: goods lie in one warehouse.
const DEPOT: &str = "gudang";

/// How families count against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Every family alike.
    Equal,
    /// By the number of its targets (pregnant, breastfeeding, child of 0 to 59 months).
    Targets,
}

impl Weight {
    /// Its stable code, also the translation key `distribution.weight.<code>`.
    pub fn code(self) -> &'static str {
        match self {
            Weight::Equal => "equal",
            Weight::Targets => "targets",
        }
    }

    /// Reads the setting `distribution.weight`; what is not known counts as equal.
    pub fn parse(text: &str) -> Weight {
        if text.trim() == "targets" { Weight::Targets } else { Weight::Equal }
    }

    /// The weight of a family with so many targets.
    pub fn of(self, targets: i64) -> u64 {
        match self {
            Weight::Equal => 1,
            Weight::Targets => u64::try_from(targets).unwrap_or(0).max(1),
        }
    }
}

/// A good of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Good {
    /// Commodity code.
    pub commodity: String,
    /// What lies ready.
    pub pool: i64,
    /// Most that one family gets; a multiple of the step.
    pub per_family: i64,
    /// The smallest amount that is handed over: 1 egg, a bag of 250 g.
    pub step: i64,
    /// What a family eats of it in a week, a multiple of the step: 7 eggs. 0 where packs make no sense.
    pub pack: i64,
    /// Whether whole packs go out this week and nothing smaller (see [`crate::plan::Way`]).
    pub in_packs: bool,
}

impl Good {
    fn step(&self) -> NonZeroU64 {
        u64::try_from(self.step).ok().and_then(NonZeroU64::new).unwrap_or(NonZeroU64::MIN)
    }

    /// Steps handed over at once.
    fn pack(&self) -> NonZeroU64 {
        let steps = if self.in_packs { self.pack / self.step.max(1) } else { 1 };
        u64::try_from(steps).ok().and_then(NonZeroU64::new).unwrap_or(NonZeroU64::MIN)
    }
}

/// A family of the list, as the rule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its key.
    pub id: Id,
    /// Its village.
    pub village: i64,
    /// Its weight.
    pub weight: u64,
    /// Whether it has a package of this campaign and week already: then it is credited and gets no second.
    pub served: bool,
    /// Its claim of each good before the week, in thousandths of the smallest unit, in the order of the goods.
    pub claims: Vec<i64>,
}

/// What the rule says of one family and one good: `before + entitled = 1000 × given + after`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Claim before, in thousandths of the smallest unit.
    pub before: i64,
    /// Credited this week, likewise.
    pub entitled: i64,
    /// To be handed over, in the smallest unit.
    pub given: i64,
    /// Claim after, in thousandths.
    pub after: i64,
}

/// What became of one good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoodResult {
    /// Steps that earlier runs credited and nobody received.
    pub already_credited: i64,
    /// Steps credited now; below zero when goods were lost.
    pub credited: i64,
    /// To be handed over in all, in the smallest unit.
    pub planned: i64,
}

/// The shares of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One list per family, in the order given, with one share per good.
    pub families: Vec<Vec<Share>>,
    /// One result per good.
    pub goods: Vec<GoodResult>,
}

/// Shares out a pool. `route` holds the villages that are reached this week, `seed` is that of the public
/// lottery which breaks ties.
///
/// # Errors
/// The pool is too large for the step (see [`ShareError`]).
pub fn share_out(
    goods: &[Good],
    families: &[Family],
    route: &BTreeSet<i64>,
    seed: i64,
) -> Result<Plan, ShareError> {
    let lots = lottery(seed, families);
    let households = families
        .iter()
        .zip(lots)
        .enumerate()
        .map(|(place, (family, lot))| Household {
            id: place.to_string(),
            subdistrict: DEPOT.into(),
            weight: family.weight,
            lot,
            on_route: !family.served && route.contains(&family.village),
            accounts: goods.iter().zip(&family.claims).map(|(good, claim)| account(good, *claim)).collect(),
            value_balance: Milli(0),
        })
        .collect();
    let week = Week {
        households,
        goods: goods
            .iter()
            .enumerate()
            .map(|(place, good)| shares::Good {
                step: good.step(),
                pack: good.pack(),
                depots: vec![Depot { subdistrict: DEPOT.into(), stock: good.pool.max(0).unsigned_abs() }],
                already_credited: already_credited(good, place, families),
                ..shares::Good::new(&good.commodity)
            })
            .collect(),
        cash: None,
    };
    let outcome = shares::allocate(&week)?;
    let families = families
        .iter()
        .zip(&outcome.households)
        .map(|(family, household)| {
            household
                .goods
                .iter()
                .zip(goods.iter().zip(&family.claims))
                .map(|(statement, (good, claim))| share(statement, good, *claim))
                .collect()
        })
        .collect();
    let goods = goods
        .iter()
        .zip(&week.goods)
        .zip(&outcome.goods)
        .map(|((good, input), result)| GoodResult {
            already_credited: input.already_credited,
            credited: result.credited,
            planned: i64::try_from(result.placed).unwrap_or(i64::MAX).saturating_mul(good.step),
        })
        .collect();
    Ok(Plan { families, goods })
}

fn account(good: &Good, claim: i64) -> Account {
    Account {
        cap: u64::try_from(good.per_family / good.step.max(1)).unwrap_or(0),
        balance: Milli(claim / good.step.max(1)),
    }
}

/// What earlier runs credited to the families that are on the list today and nobody received. The claims of
/// families that left the list leave with them, so their goods are credited to those who stay.
fn already_credited(good: &Good, place: usize, families: &[Family]) -> i64 {
    let step = good.step.max(1);
    let sum: i64 = families.iter().map(|family| family.claims.get(place).copied().unwrap_or(0) / step).sum();
    sum.div_euclid(1000)
}

fn share(statement: &shares::Statement, good: &Good, claim: i64) -> Share {
    let entitled = statement.entitlement.0 * good.step;
    let given = i64::try_from(statement.given).unwrap_or(0) * good.step;
    Share { before: claim, entitled, given, after: claim + entitled - 1000 * given }
}

/// The places of the families in the public lottery: the order of SHA-256 over seed and family key, which
/// anyone can compute again.
fn lottery(seed: i64, families: &[Family]) -> Vec<u64> {
    let mut drawn: Vec<([u8; 32], usize)> = families
        .iter()
        .enumerate()
        .map(|(place, family)| (draw(seed, family.id.as_bytes()), place))
        .collect();
    drawn.sort_unstable();
    let mut lots = vec![0; families.len()];
    for (lot, (_, place)) in drawn.into_iter().enumerate() {
        lots[place] = lot as u64;
    }
    lots
}

fn draw(seed: i64, key: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"asuh undian\0")
        .chain_update(seed.to_be_bytes())
        .chain_update(key)
        .finalize()
        .into()
}

/// The seed of a run's lottery: from the id of the command that planned it, so that nobody chooses it twice.
pub fn seed_of(command: Id) -> i64 {
    let digest = Sha256::digest(command.as_bytes());
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&digest[..8]);
    // Six decimal digits: read aloud and written down without mistakes.
    (u64::from_be_bytes(bytes) % 1_000_000) as i64
}

/// What the families of a village wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VillageClaim {
    /// The village.
    pub code: i64,
    /// Families of the list that have no package of this week yet.
    pub families: i64,
    /// Sum of their claims, in thousandths of a full package (the average over the goods).
    pub claim: i64,
}

/// A claim per good as thousandths of a full package, averaged over the goods.
pub fn claim_in_packages(goods: &[Good], claims: &[i64]) -> i64 {
    let parts: Vec<i64> = goods
        .iter()
        .zip(claims)
        .filter(|(good, _)| good.per_family > 0)
        .map(|(good, claim)| claim / good.per_family)
        .collect();
    if parts.is_empty() { 0 } else { parts.iter().sum::<i64>() / parts.len() as i64 }
}

/// Villages in the order of their turn: where families on average wait for most (that is: got least so far)
/// first, ties by the week's public lottery.
pub fn turns(week_number: i64, mut villages: Vec<VillageClaim>) -> Vec<VillageClaim> {
    villages.retain(|village| village.families > 0);
    villages.sort_by(|one, two| {
        let one_mean = i128::from(one.claim) * i128::from(two.families);
        let two_mean = i128::from(two.claim) * i128::from(one.families);
        two_mean.cmp(&one_mean).then_with(|| {
            draw(week_number, &one.code.to_be_bytes()).cmp(&draw(week_number, &two.code.to_be_bytes()))
        })
    });
    villages
}

/// How many families the pool reaches at the full amount per family.
pub fn reach(goods: &[Good]) -> i64 {
    goods
        .iter()
        .filter(|good| good.per_family > 0)
        .map(|good| good.pool.max(0) / good.per_family)
        .min()
        .unwrap_or(0)
}

/// The proposed route: villages in the order of their turn as far as the pool reaches; at least one when
/// there is anything to share.
pub fn propose(goods: &[Good], in_turn: &[VillageClaim]) -> BTreeSet<i64> {
    let mut left = reach(goods);
    let mut route = BTreeSet::new();
    for village in in_turn {
        if village.families > left && (!route.is_empty() || goods.iter().all(|good| good.pool < good.step)) {
            break;
        }
        left -= village.families;
        route.insert(village.code);
    }
    route
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eggs(pool: i64, per_family: i64) -> Good {
        Good { commodity: "egg".into(), pool, per_family, step: 1, pack: 7, in_packs: false }
    }

    fn cans(pool: i64, per_family: i64) -> Good {
        Good { commodity: "rice_can".into(), pack: 0, ..eggs(pool, per_family) }
    }

    fn family(number: u8, village: i64, claim: i64) -> Family {
        Family { id: Id::from_bytes([number; 16]), village, weight: 1, served: false, claims: vec![claim] }
    }

    #[test]
    fn every_share_adds_up_and_the_pool_is_not_exceeded() {
        let families: Vec<Family> = (0..7).map(|n| family(n, i64::from(n % 2), 0)).collect();
        let plan = share_out(&[eggs(5, 5)], &families, &BTreeSet::from([0, 1]), 7).unwrap();
        for share in plan.families.iter().flatten() {
            assert_eq!(share.before + share.entitled, 1000 * share.given + share.after);
        }
        let given: i64 = plan.families.iter().map(|shares| shares[0].given).sum();
        assert_eq!((given, plan.goods[0].planned, plan.goods[0].credited), (5, 5, 5));
    }

    #[test]
    fn a_village_off_the_route_is_credited_and_receives_nothing() {
        let families = [family(1, 10, 0), family(2, 20, 0)];
        let plan = share_out(&[eggs(2, 5)], &families, &BTreeSet::from([10]), 7).unwrap();
        assert_eq!(plan.families[0][0].given, 2);
        let waiting = plan.families[1][0];
        assert_eq!((waiting.given, waiting.after), (0, 1000));
        assert_eq!(plan.families[0][0].after, -1000, "it is ahead by what the other waits for");
    }

    #[test]
    fn villages_take_turns_and_over_the_weeks_everybody_has_the_same() {
        // 3 villages of 4 families, 20 eggs a week, 5 per family: one village a week.
        let mut families: Vec<Family> = (0..12).map(|n| family(n, i64::from(n / 4), 0)).collect();
        let mut got = vec![0; 12];
        let mut visited = Vec::new();
        for week in 0..3 {
            let goods = [eggs(20, 5)];
            let claims = (0..3)
                .map(|village| VillageClaim {
                    code: village,
                    families: 4,
                    claim: families
                        .iter()
                        .filter(|family| family.village == village)
                        .map(|family| claim_in_packages(&goods, &family.claims))
                        .sum(),
                })
                .collect();
            let route = propose(&goods, &turns(week, claims));
            assert_eq!(route.len(), 1);
            visited.extend(route.iter().copied());
            let plan = share_out(&goods, &families, &route, week).unwrap();
            for ((family, shares), got) in families.iter_mut().zip(&plan.families).zip(&mut got) {
                family.claims[0] = shares[0].after;
                *got += shares[0].given;
            }
        }
        visited.sort_unstable();
        assert_eq!(visited, [0, 1, 2]);
        assert!(got.iter().all(|got| *got == 5), "{got:?}");
        // Thirds of an egg do not add up to one, but no claim is lost or made.
        assert!(families.iter().all(|family| family.claims[0].abs() <= 1), "{families:?}");
    }

    #[test]
    fn what_was_left_is_not_credited_a_second_time() {
        let families = [family(1, 10, 1000), family(2, 20, 1000)];
        // 2 eggs are left from last week, 4 came.
        let plan = share_out(&[eggs(6, 5)], &families, &BTreeSet::new(), 7).unwrap();
        assert_eq!(plan.goods[0], GoodResult { already_credited: 2, credited: 4, planned: 0 });
    }

    #[test]
    fn a_family_with_a_package_of_this_week_gets_no_second() {
        let families = [Family { served: true, ..family(1, 10, 0) }, family(2, 10, 0)];
        let plan = share_out(&[eggs(4, 5)], &families, &BTreeSet::from([10]), 7).unwrap();
        assert_eq!(plan.families[0][0].given, 0);
        assert_eq!(plan.families[1][0].given, 4);
    }

    #[test]
    fn rice_goes_out_in_whole_bags() {
        let rice = Good { commodity: "rice".into(), step: 250, pack: 0, ..eggs(1_100, 750) };
        let families = [family(1, 10, 0), family(2, 10, 0)];
        let plan = share_out(&[rice], &families, &BTreeSet::from([10]), 7).unwrap();
        assert!(plan.families.iter().all(|shares| shares[0].given == 500));
        assert_eq!(plan.goods[0].planned, 1000, "the rest of 100 g stays");
    }

    #[test]
    fn the_route_goes_as_far_as_the_pool_reaches() {
        let village = |code, families, claim| VillageClaim { code, families, claim };
        let in_turn = turns(
            20_261_102,
            vec![village(1, 10, 100), village(2, 10, 300), village(3, 100, 1_500), village(4, 0, 0)],
        );
        let order: Vec<i64> = in_turn.iter().map(|village| village.code).collect();
        assert_eq!(order, [2, 3, 1], "by the mean claim of a family");
        assert_eq!(propose(&[eggs(600, 5)], &in_turn), BTreeSet::from([2, 3, 1]));
        assert_eq!(propose(&[eggs(560, 5)], &in_turn), BTreeSet::from([2, 3]));
        assert_eq!(propose(&[eggs(10, 5)], &in_turn), BTreeSet::from([2]), "at least one");
        assert_eq!(propose(&[eggs(0, 5)], &in_turn), BTreeSet::new());
    }

    #[test]
    fn the_scarcest_good_decides_the_reach() {
        assert_eq!(reach(&[eggs(5_000, 5), cans(30, 3)]), 10);
        assert_eq!(reach(&[]), 0);
    }

    #[test]
    fn a_claim_is_compared_in_packages() {
        // One of five eggs and one of two cans: 0.2 and 0.5 of a package, on average 0.35.
        assert_eq!(claim_in_packages(&[eggs(0, 5), cans(0, 2)], &[1000, 1000]), 350);
    }
}
