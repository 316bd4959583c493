//! Two ways of handing over a good that is eaten every day, beside each other: pure.
//!
//! Trials that made small children grow gave them an egg a day for half a year (Iannotti et al., *Pediatrics*
//! 140(1), 2017, Ecuador; Stewart et al., *American Journal of Clinical Nutrition* 110(4), 2019, Malawi, where
//! it did not); none gave an egg a week. So a district may give a week's eggs to some families and to
//! the others when their turn comes, instead of an egg or two to everybody. Which is right here is for its
//! officers to say: they see what either way does before they decide, and what they saw stays with the run.

use std::collections::BTreeSet;

use asuh_pairing::shares::{ShareError, weeks_for_all};

use crate::rules::{self, Family, Good, Plan};

/// What one way of handing over a good does in a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Whole packs of so much and nothing smaller; 0: single units.
    pub pack: i64,
    /// Families on the list, on the route or not.
    pub families: i64,
    /// Of these, families on this week's route.
    pub on_route: i64,
    /// Of these, families that get any of it this week.
    pub receiving: i64,
    /// Of these, families that get a full pack or more: enough for every day of the week.
    pub full: i64,
    /// Handed over in all, in the smallest unit.
    pub planned: i64,
    /// In how many weeks everybody on the list has had some, when as much comes in and as many are reached
    /// every week; `None` when nobody gets any.
    pub weeks: Option<i64>,
}

impl Way {
    /// Its code in forms.
    pub fn code(&self) -> &'static str {
        if self.pack > 0 { "paket" } else { "rata" }
    }
}

/// Both ways of handing over the good at this place in the list, single units first; nothing for a good that has
/// no packs.
///
/// # Errors
/// The pool is too large for the step (see [`ShareError`]).
pub fn ways(
    goods: &[Good],
    place: usize,
    families: &[Family],
    route: &BTreeSet<i64>,
    seed: i64,
) -> Result<Vec<Way>, ShareError> {
    let Some(good) = goods.get(place).filter(|good| good.pack > 0 && good.per_family > 0) else {
        return Ok(Vec::new());
    };
    // The goods are shared out apart from each other: this one alone says what becomes of it.
    let families: Vec<Family> = families
        .iter()
        .map(|family| Family {
            claims: vec![family.claims.get(place).copied().unwrap_or_default()],
            ..family.clone()
        })
        .collect();
    [false, true]
        .into_iter()
        .map(|in_packs| {
            let good = Good { in_packs, ..good.clone() };
            let plan = rules::share_out(std::slice::from_ref(&good), &families, route, seed)?;
            Ok(way(&good, 0, &families, route, &plan))
        })
        .collect()
}

/// What a plan does with the good at this place.
fn way(good: &Good, place: usize, families: &[Family], route: &BTreeSet<i64>, plan: &Plan) -> Way {
    let given = |least: i64| {
        plan.families
            .iter()
            .filter(|shares| shares.get(place).is_some_and(|share| share.given >= least))
            .count()
    };
    let receiving = given(good.step.max(1));
    Way {
        pack: if good.in_packs { good.pack } else { 0 },
        families: count(families.len()),
        on_route: count(
            families.iter().filter(|family| !family.served && route.contains(&family.village)).count(),
        ),
        receiving: count(receiving),
        full: count(given(good.pack)),
        planned: plan.goods.get(place).map_or(0, |result| result.planned),
        weeks: weeks_for_all(families.len() as u64, receiving as u64).map(|weeks| weeks as i64),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use asuh_store::Id;

    use super::*;

    fn eggs(pool: i64, per_family: i64) -> Good {
        Good { commodity: "egg".into(), pool, per_family, step: 1, pack: 7, in_packs: false }
    }

    fn families(number: u8) -> Vec<Family> {
        (0..number)
            .map(|n| Family {
                id: Id::from_bytes([n; 16]),
                village: i64::from(n % 2),
                weight: 1,
                served: false,
                claims: vec![0],
            })
            .collect()
    }

    #[test]
    fn an_egg_for_most_or_a_week_of_eggs_for_some() {
        let families = families(70);
        let ways = ways(&[eggs(50, 7)], 0, &families, &BTreeSet::from([0, 1]), 7).unwrap();
        let [spread, packs] = ways.as_slice() else { panic!("{ways:?}") };
        assert_eq!((spread.receiving, spread.full, spread.planned, spread.weeks), (50, 0, 50, Some(2)));
        assert_eq!((packs.receiving, packs.full, packs.planned, packs.weeks), (7, 7, 49, Some(10)));
        assert_eq!((spread.families, spread.on_route), (70, 70));
    }

    #[test]
    fn those_off_the_route_wait_and_a_good_without_packs_offers_no_choice() {
        let families = families(70);
        let found = ways(&[eggs(50, 7)], 0, &families, &BTreeSet::from([1]), 7).unwrap();
        assert_eq!((found[0].on_route, found[0].receiving, found[1].full), (35, 35, 7));
        let cans = Good { pack: 0, ..eggs(50, 7) };
        assert_eq!(ways(&[cans], 0, &families, &BTreeSet::from([1]), 7).unwrap(), []);
        let nobody = ways(&[eggs(50, 7)], 0, &families, &BTreeSet::new(), 7).unwrap();
        assert_eq!((nobody[1].receiving, nobody[1].weeks), (0, None));
    }

    /// What the page says of a pack is what the run then gives, week after week.
    #[test]
    fn the_cohort_rotates_until_everybody_had_seven() {
        let mut families = families(20);
        let route = BTreeSet::from([0, 1]);
        let goods = [Good { in_packs: true, ..eggs(35, 7) }];
        let mut had = [0_i64; 20];
        let promised = ways(&goods, 0, &families, &route, 1).unwrap()[1].weeks.unwrap();
        assert_eq!(promised, 4);
        for week in 0..promised {
            let plan = rules::share_out(&goods, &families, &route, week).unwrap();
            for ((family, shares), had) in families.iter_mut().zip(&plan.families).zip(&mut had) {
                assert_eq!(shares[0].given % 7, 0);
                assert_eq!(shares[0].before + shares[0].entitled, 1000 * shares[0].given + shares[0].after);
                family.claims[0] = shares[0].after;
                *had += shares[0].given;
            }
        }
        assert_eq!(had, [7; 20], "each had seven eggs, and nobody fourteen");
    }
}
