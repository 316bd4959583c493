//! Pairings of a few people, where every other pairing can be tried.

use std::collections::BTreeMap;

use asuh_pairing::pairing::{
    Certificate, Child, Instance, NotNearer, Pairing, PairingError, RunningPair, Sponsor, Stability,
    Standing, Tier, Village, explain, pair, prove, verify,
};
use proptest::prelude::*;

fn village(nth: usize) -> String {
    format!("V{nth}")
}

/// Six villages in four subdistricts, two of which are neighbours.
fn district() -> (Vec<Village>, Vec<(String, String)>) {
    let lies_in = ["K0", "K0", "K1", "K1", "K2", "K3"];
    let villages = lies_in.iter().enumerate();
    let villages = villages.map(|(nth, lies)| Village { id: village(nth), subdistrict: (*lies).into() });
    (villages.collect(), vec![("K0".into(), "K1".into()), ("K2".into(), "K0".into())])
}

fn tier(instance: &Instance, sponsor: &Sponsor, child: &Child) -> Tier {
    let lies_in = |village: &str| {
        &instance.villages.iter().find(|known| known.id == village).expect("a village").subdistrict
    };
    let (one, other) = (lies_in(&sponsor.village), lies_in(&child.village));
    let near = |(a, b): &(String, String)| (a == one && b == other) || (a == other && b == one);
    match () {
        () if sponsor.village == child.village => Tier::Village,
        () if one == other => Tier::Subdistrict,
        () if instance.neighbours.iter().any(near) => Tier::Neighbours,
        () => Tier::District,
    }
}

fn may(instance: &Instance, sponsor: &Sponsor, child: &Child) -> bool {
    tier(instance, sponsor, child) <= sponsor.reach
        && !instance.exclusions.contains(&(sponsor.id.clone(), child.id.clone()))
}

/// What a table of units amounts to: served by rank, kept, and the cost of distance below zero, so that more is better.
type Worth = (Vec<u32>, u32, i64);

fn worth(instance: &Instance, units: &BTreeMap<(usize, usize), u32>) -> Worth {
    let mut order: Vec<usize> = (0..instance.children.len()).collect();
    order.sort_by_key(|child| instance.children[*child].rank);
    let mut served = vec![0; order.len()];
    let (mut kept, mut cost) = (0, 0);
    for (&(sponsor, child), &units) in units {
        served[child] += units;
        let (giver, taker) = (&instance.sponsors[sponsor], &instance.children[child]);
        let running: u32 = (instance.running.iter())
            .filter(|pair| pair.sponsor == giver.id && pair.child == taker.id)
            .map(|pair| pair.units)
            .sum();
        kept += running.min(units);
        cost += i64::from(units) * i64::from(instance.tier_cost[tier(instance, giver, taker) as usize]);
    }
    (order.into_iter().map(|child| served[child]).collect(), kept, -cost)
}

/// The best of all tables that may be, those with at least `floor` units in each place.
fn best(instance: &Instance, floor: &BTreeMap<(usize, usize), u32>) -> Worth {
    let places: Vec<(usize, usize)> = (0..instance.sponsors.len())
        .flat_map(|sponsor| (0..instance.children.len()).map(move |child| (sponsor, child)))
        .filter(|(sponsor, child)| may(instance, &instance.sponsors[*sponsor], &instance.children[*child]))
        .collect();
    let left: Vec<u32> = instance.sponsors.iter().map(|sponsor| sponsor.capacity).collect();
    let open: Vec<u32> = instance.children.iter().map(Child::open_need).collect();
    let mut most = None;
    try_all(instance, floor, &places, &mut BTreeMap::new(), left, open, &mut most);
    most.expect("the floor is possible")
}

fn try_all(
    instance: &Instance,
    floor: &BTreeMap<(usize, usize), u32>,
    places: &[(usize, usize)],
    units: &mut BTreeMap<(usize, usize), u32>,
    left: Vec<u32>,
    open: Vec<u32>,
    most: &mut Option<Worth>,
) {
    let Some((&(sponsor, child), rest)) = places.split_first() else {
        let worth = worth(instance, units);
        if most.as_ref().is_none_or(|most| *most < worth) {
            *most = Some(worth);
        }
        return;
    };
    let least = floor.get(&(sponsor, child)).copied().unwrap_or(0);
    for amount in least..=left[sponsor].min(open[child]) {
        let (mut left, mut open) = (left.clone(), open.clone());
        left[sponsor] -= amount;
        open[child] -= amount;
        units.insert((sponsor, child), amount);
        try_all(instance, floor, rest, units, left, open, most);
    }
    units.remove(&(sponsor, child));
}

/// What the rule of locking keeps: by rank, then by the sponsor's id.
fn locked(instance: &Instance) -> BTreeMap<(usize, usize), u32> {
    let mut kept = BTreeMap::new();
    if instance.stability == Stability::Soft {
        return kept;
    }
    let mut children: Vec<usize> = (0..instance.children.len()).collect();
    children.sort_by_key(|child| instance.children[*child].rank);
    let mut sponsors: Vec<usize> = (0..instance.sponsors.len()).collect();
    sponsors.sort_by_key(|sponsor| &instance.sponsors[*sponsor].id);
    let mut left: Vec<u32> = instance.sponsors.iter().map(|sponsor| sponsor.capacity).collect();
    for child in children {
        let mut open = instance.children[child].open_need();
        for &sponsor in &sponsors {
            let (giver, taker) = (&instance.sponsors[sponsor], &instance.children[child]);
            let running: u32 = (instance.running.iter())
                .filter(|pair| pair.sponsor == giver.id && pair.child == taker.id)
                .map(|pair| pair.units)
                .sum();
            let units = if may(instance, giver, taker) { running.min(left[sponsor]).min(open) } else { 0 };
            left[sponsor] -= units;
            open -= units;
            kept.insert((sponsor, child), units);
        }
    }
    kept
}

fn table(pairing: &Pairing) -> BTreeMap<(usize, usize), u32> {
    pairing.pairs.iter().map(|pair| ((pair.sponsor, pair.child), pair.units)).collect()
}

fn children(most: usize) -> impl Strategy<Value = Vec<Child>> {
    let child = (0usize..6, 0u32..4, 0u32..2);
    proptest::collection::vec(child, 1..=most).prop_map(|children| {
        // Ranks against the order of ids, so that neither stands in for the other.
        let count = children.len() as u32;
        let child = |(nth, (lives, need, other_support)): (usize, (usize, u32, u32))| Child {
            id: format!("C{nth}"),
            village: village(lives),
            need,
            other_support,
            rank: (nth as u32 * 7 + 3) % 11 * count + nth as u32,
        };
        children.into_iter().enumerate().map(child).collect()
    })
}

fn sponsors(most: usize) -> impl Strategy<Value = Vec<Sponsor>> {
    let sponsor = (0usize..6, 0u32..4, 0usize..4);
    proptest::collection::vec(sponsor, 0..=most).prop_map(|sponsors| {
        let sponsor = |(nth, (lives, capacity, reach)): (usize, (usize, u32, usize))| Sponsor {
            id: format!("S{nth}"),
            village: village(lives),
            capacity,
            reach: Tier::ALL[reach],
        };
        sponsors.into_iter().enumerate().map(sponsor).collect()
    })
}

prop_compose! {
    fn instances(most: usize)(
        children in children(most),
        sponsors in sponsors(most),
        exclusions in proptest::collection::vec((0usize..4, 0usize..4), 0..3),
        running in proptest::collection::vec((0usize..4, 0usize..4, 1u32..3), 0..4),
        soft in any::<bool>(),
    ) -> Instance {
        let (villages, neighbours) = district();
        Instance {
            stability: if soft { Stability::Soft } else { Stability::Lock },
            tier_cost: [0, 2, 5, 9],
            villages,
            neighbours,
            children,
            sponsors,
            exclusions: exclusions.into_iter().map(|(s, c)| (format!("S{s}"), format!("C{c}"))).collect(),
            running: running
                .into_iter()
                .map(|(s, c, units)| RunningPair { sponsor: format!("S{s}"), child: format!("C{c}"), units })
                .collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_other_pairing_is_better(instance in instances(3)) {
        let found = worth(&instance, &table(&pair(&instance).unwrap()));
        prop_assert_eq!(found, best(&instance, &locked(&instance)));
    }

    #[test]
    fn the_order_of_the_lists_does_not_matter(instance in instances(9)) {
        let once = pair(&instance).unwrap();
        let mut turned = instance.clone();
        turned.villages.reverse();
        turned.neighbours.reverse();
        turned.children.reverse();
        turned.sponsors.reverse();
        turned.exclusions.reverse();
        turned.running.reverse();
        let again = pair(&turned).unwrap();
        prop_assert_eq!(once.objectives, again.objectives);
        let mut served = again.served;
        served.reverse();
        prop_assert_eq!(once.served, served);
    }

    #[test]
    fn a_certificate_proves_its_own_pairing_and_no_other(instance in instances(9)) {
        let proven = prove(&instance).unwrap();
        let kept = Certificate::from_bytes(&proven.certificate.to_bytes()).unwrap();
        prop_assert_eq!(&kept, &proven.certificate);
        prop_assert_eq!(&verify(&instance, &kept).unwrap(), &proven.pairing);
        let mut other = instance.clone();
        let Some(sponsor) = other.sponsors.first_mut() else { return Ok(()) };
        sponsor.capacity += 1;
        // What it proves of another instance is that one's optimum: a unit more may not matter, or count as kept.
        if let Ok(found) = verify(&other, &kept) {
            prop_assert_eq!(found.objectives, pair(&other).unwrap().objectives);
        }
    }

    #[test]
    fn a_price_of_one_rank_is_soft_and_a_high_one_keeps_all_that_soft_keeps(instance in instances(6)) {
        let with = |stability| pair(&Instance { stability, ..instance.clone() }).unwrap().objectives;
        let (soft, one, high) = (with(Stability::Soft), with(Stability::Price(1)), with(Stability::Price(1000)));
        prop_assert_eq!(soft, one);
        prop_assert!(high.kept_units >= soft.kept_units);
    }

    #[test]
    fn what_is_said_of_a_pairing_is_true(instance in instances(9)) {
        let pairing = pair(&instance).unwrap();
        let (served, kept, cost) = worth(&instance, &table(&pairing));
        let values = pairing.objectives;
        prop_assert_eq!(values.served_units, u64::from(served.iter().sum::<u32>()));
        prop_assert_eq!(values.kept_units, u64::from(kept));
        prop_assert_eq!(i64::try_from(values.geo_cost).unwrap(), -cost);
        for pair in &pairing.pairs {
            let (giver, taker) = (&instance.sponsors[pair.sponsor], &instance.children[pair.child]);
            prop_assert!(may(&instance, giver, taker));
            prop_assert_eq!(pair.tier, tier(&instance, giver, taker));
        }
    }
}

#[test]
fn a_donor_of_a_rich_village_helps_where_nobody_gives() {
    let (villages, neighbours) = district();
    let child = |nth: u32, lives| Child {
        id: format!("C{nth}"),
        village: village(lives),
        need: 1,
        other_support: 0,
        rank: nth,
    };
    let sponsor = |nth: u32, lives, reach| Sponsor {
        id: format!("S{nth}"),
        village: village(lives),
        capacity: 1,
        reach,
    };
    let instance = Instance {
        stability: Stability::Lock,
        tier_cost: [0, 2, 5, 9],
        villages,
        neighbours,
        children: vec![child(0, 5), child(1, 0)],
        sponsors: vec![sponsor(0, 0, Tier::District), sponsor(1, 0, Tier::Village)],
        exclusions: vec![],
        running: vec![],
    };
    let pairing = pair(&instance).unwrap();
    // The one who can go far goes far, though a child lives next door.
    assert_eq!(table(&pairing), BTreeMap::from([((0, 0), 1), ((1, 1), 1)]));
    assert_eq!(pairing.objectives.geo_cost, 9);
}

#[test]
fn needs_that_fit_are_not_cut() {
    let (villages, neighbours) = district();
    let needs = [5, 3, 9, 2];
    let child = |(nth, need): (usize, &u32)| Child {
        id: format!("C{nth}"),
        village: village(nth % 6),
        need: *need,
        other_support: 0,
        rank: nth as u32,
    };
    let gifts = [2, 9, 3, 5];
    let sponsor = |(nth, capacity): (usize, &u32)| Sponsor {
        id: format!("S{nth}"),
        village: village(4),
        capacity: *capacity,
        reach: Tier::District,
    };
    let instance = Instance {
        stability: Stability::Lock,
        tier_cost: [0, 0, 0, 0],
        villages,
        neighbours,
        children: needs.iter().enumerate().map(child).collect(),
        sponsors: gifts.iter().enumerate().map(sponsor).collect(),
        exclusions: vec![],
        running: vec![],
    };
    assert_eq!(pair(&instance).unwrap().served, needs);
}

#[test]
fn what_is_wrong_with_an_instance_is_said() {
    let (villages, neighbours) = district();
    let child =
        |id: &str, rank| Child { id: id.into(), village: village(0), need: 1, other_support: 0, rank };
    let good = Instance {
        stability: Stability::Lock,
        tier_cost: [0, 2, 5, 9],
        villages,
        neighbours,
        children: vec![child("C0", 0), child("C1", 1)],
        sponsors: vec![],
        exclusions: vec![("nobody".into(), "C0".into())],
        running: vec![],
    };
    assert_eq!(pair(&good).unwrap().served, [0, 0]);
    let wrong = |change: &dyn Fn(&mut Instance)| {
        let mut wrong = good.clone();
        change(&mut wrong);
        pair(&wrong).unwrap_err()
    };
    assert_eq!(
        wrong(&|instance| instance.children[1].rank = 0),
        PairingError::DuplicateRank { rank: 0, one: "C0".into(), other: "C1".into() }
    );
    assert_eq!(
        wrong(&|instance| instance.children[1].id = "C0".into()),
        PairingError::Duplicate { what: "child", id: "C0".into() }
    );
    assert_eq!(
        wrong(&|instance| instance.children[1].village = "elsewhere".into()),
        PairingError::UnknownVillage { what: "child", id: "C1".into(), village: "elsewhere".into() }
    );
    assert_eq!(
        wrong(&|instance| instance.neighbours.push(("K0".into(), "K9".into()))),
        PairingError::UnknownSubdistrict("K9".into())
    );
    assert_eq!(wrong(&|instance| instance.tier_cost = [0, 5, 2, 9]), PairingError::TierCost([0, 5, 2, 9]));
    let too_large = wrong(&|instance| instance.children[0].need = u32::MAX);
    assert_eq!(too_large.to_string(), "child C0: 4294967295 units; the most is 1000000");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn reasons_hold(instance in instances(9)) {
        let (pairing, why) = explain(&instance).unwrap();
        prop_assert_eq!(&pairing, &pair(&instance).unwrap());
        let given = |sponsor: usize| -> u32 {
            pairing.pairs.iter().filter(|pair| pair.sponsor == sponsor).map(|pair| pair.units).sum()
        };
        for (pair, reasons) in pairing.pairs.iter().zip(&why.pairs) {
            let child = &instance.children[pair.child];
            prop_assert!(reasons.iter().map(|reason| reason.0).eq(Tier::ALL.into_iter().take(pair.tier as usize)));
            for (ring, reason) in reasons {
                let there: Vec<usize> = (0..instance.sponsors.len())
                    .filter(|other| {
                        let other = &instance.sponsors[*other];
                        other.capacity > 0 && tier(&instance, other, child) == *ring && may(&instance, other, child)
                    })
                    .collect();
                let left = |other: &usize| instance.sponsors[*other].capacity - given(*other);
                match reason {
                    NotNearer::Nobody => prop_assert!(there.is_empty()),
                    NotNearer::AllGiven { sponsors, units, .. } => {
                        prop_assert_eq!(*sponsors as usize, there.len());
                        prop_assert_eq!(*units, there.iter().map(|other| u64::from(given(*other))).sum::<u64>());
                        prop_assert!(there.iter().all(|other| left(other) == 0));
                    }
                    NotNearer::Kept => {
                        prop_assert!(there.iter().any(|other| left(other) > 0));
                        let runs = |known: &RunningPair| {
                            known.child == child.id && known.sponsor == instance.sponsors[pair.sponsor].id
                        };
                        prop_assert!(instance.running.iter().any(runs));
                    }
                }
            }
        }
        for (place, cut) in why.children.iter().enumerate() {
            let child = &instance.children[place];
            let lacking = child.open_need() - pairing.served[place];
            prop_assert_eq!(lacking, cut.map_or(0, |cut| cut.lacking));
            let Some(cut) = cut else { continue };
            // Whoever may help gives all it has.
            for (number, sponsor) in instance.sponsors.iter().enumerate() {
                if may(&instance, sponsor, child) {
                    prop_assert_eq!(given(number), sponsor.capacity);
                }
            }
            if let Some(other) = cut.least_urgent {
                prop_assert!(instance.children[other].rank <= child.rank);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn who_joins_later_is_as_if_there_from_the_beginning(
        instance in instances(9),
        first_children in 0usize..5,
        first_sponsors in 0usize..5,
    ) {
        // Exclusions and running pairs are between those who were there.
        let mut whole = instance;
        let first = |ids: Vec<&String>, most: usize| -> Vec<String> { ids.into_iter().take(most).cloned().collect() };
        let children = first(whole.children.iter().map(|child| &child.id).collect(), first_children);
        let sponsors = first(whole.sponsors.iter().map(|sponsor| &sponsor.id).collect(), first_sponsors);
        whole.exclusions.retain(|(sponsor, child)| sponsors.contains(sponsor) && children.contains(child));
        whole.running.retain(|pair| sponsors.contains(&pair.sponsor) && children.contains(&pair.child));
        let mut beginning = whole.clone();
        beginning.children.truncate(first_children);
        beginning.sponsors.truncate(first_sponsors);
        let mut standing = Standing::new(beginning).unwrap();
        let mut sponsors = whole.sponsors.iter().skip(first_sponsors);
        for child in whole.children.iter().skip(first_children) {
            standing.join_child(child.clone(), &[]).unwrap();
            standing.pairing().unwrap();
            if let Some(sponsor) = sponsors.next() {
                standing.join_sponsor(sponsor.clone()).unwrap();
                standing.pairing().unwrap();
            }
        }
        for sponsor in sponsors {
            standing.join_sponsor(sponsor.clone()).unwrap();
        }
        let (joined, at_once) = (standing.pairing().unwrap(), pair(&whole).unwrap());
        prop_assert_eq!(joined.objectives, at_once.objectives);
        prop_assert_eq!(joined.served, at_once.served);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn who_joins_with_bars_is_as_if_there_from_the_beginning(
        instance in instances(9),
        more_bars in proptest::collection::vec((0usize..6, 0usize..6), 0..12),
        first_children in 0usize..4,
        first_sponsors in 0usize..6,
    ) {
        let mut whole = instance;
        let of = |pairs: &[(usize, usize)]| -> Vec<(String, String)> {
            pairs.iter().map(|(s, c)| (format!("S{s}"), format!("C{c}"))).collect()
        };
        whole.exclusions.extend(of(&more_bars));
        let first: Vec<String> = whole.children.iter().take(first_children).map(|child| child.id.clone()).collect();
        let givers: Vec<String> = whole.sponsors.iter().take(first_sponsors).map(|one| one.id.clone()).collect();
        // Running pairs are between those who were there.
        whole.running.retain(|pair| givers.contains(&pair.sponsor) && first.contains(&pair.child));
        let mut beginning = whole.clone();
        beginning.children.truncate(first_children);
        beginning.sponsors.truncate(first_sponsors);
        beginning.exclusions.retain(|(_, child)| first.contains(child));
        let mut standing = Standing::new(beginning).unwrap();
        let mut sponsors = whole.sponsors.iter().skip(first_sponsors);
        for child in whole.children.iter().skip(first_children) {
            let barred: Vec<String> =
                whole.exclusions.iter().filter(|(_, to)| *to == child.id).map(|(one, _)| one.clone()).collect();
            standing.join_child(child.clone(), &barred).unwrap();
            standing.pairing().unwrap();
            if let Some(sponsor) = sponsors.next() {
                standing.join_sponsor(sponsor.clone()).unwrap();
                standing.pairing().unwrap();
            }
        }
        for sponsor in sponsors {
            standing.join_sponsor(sponsor.clone()).unwrap();
        }
        let ((joined, why), at_once) = (standing.explained().unwrap(), pair(&whole).unwrap());
        prop_assert_eq!(joined.objectives, at_once.objectives);
        prop_assert_eq!(&joined.served, &at_once.served);
        for pair in &joined.pairs {
            let (sponsor, child) = (&whole.sponsors[pair.sponsor], &whole.children[pair.child]);
            prop_assert!(may(&whole, sponsor, child), "{} may not help {}", sponsor.id, child.id);
        }
        for (place, cut) in why.children.iter().enumerate() {
            let child = &whole.children[place];
            prop_assert_eq!(cut.map_or(0, |cut| cut.lacking), child.open_need() - joined.served[place]);
            if let Some(other) = cut.and_then(|cut| cut.least_urgent) {
                prop_assert!(whole.children[other].rank <= child.rank);
            }
        }
    }
}

/// One sponsor helps the child of rank 2; children of rank 0 and 3 have nobody.
#[test]
fn a_running_pair_moves_only_for_a_child_that_is_urgent_enough() {
    let (villages, neighbours) = district();
    let child =
        |rank: u32| Child { id: format!("C{rank}"), village: village(0), need: 1, other_support: 0, rank };
    let sponsor = Sponsor { id: "S".into(), village: village(0), capacity: 1, reach: Tier::District };
    let served = |stability, free: u32| {
        let other = Sponsor { id: "T".into(), capacity: free, ..sponsor.clone() };
        let instance = Instance {
            stability,
            tier_cost: [0, 2, 5, 9],
            villages: villages.clone(),
            neighbours: neighbours.clone(),
            children: (0..4).map(child).collect(),
            sponsors: vec![sponsor.clone(), other],
            exclusions: vec![],
            running: vec![RunningPair { sponsor: "S".into(), child: "C2".into(), units: 1 }],
        };
        pair(&instance).unwrap().served
    };
    assert_eq!(served(Stability::Price(2), 0), [1, 0, 0, 0]);
    assert_eq!(served(Stability::Price(3), 0), [0, 0, 1, 0]);
    // What is left over goes to everybody, however much moving a pair costs.
    assert_eq!(served(Stability::Price(3), 3), [1, 1, 1, 1]);
}
