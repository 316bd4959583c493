//! Whatever comes in: the same answer in every order, and no panic.

use asuh_made_up::{Dirt, District, World};
use asuh_matching::batch::{Found, within};
use asuh_matching::{
    Birth, Frequencies, Key, Nik, Precision, Profile, Record, Sex, Weights, alike, blocking_keys, compare,
};
use proptest::prelude::*;
use time::Date;
use time::macros::date;

use crate::lists::{children, profiles};

#[derive(Debug, Clone)]
struct Anybody {
    names: [String; 4],
    nik: Nik,
    kk: Option<u64>,
    kki: Option<u64>,
    birth: Option<Birth>,
    sex: Option<Sex>,
    village: Option<i64>,
    rt: Option<u16>,
}

impl Anybody {
    fn record(&self) -> Record<'_> {
        let [name, mother, father, partner] = &self.names;
        Record {
            nik: self.nik,
            kk: self.kk.map(Key),
            kki: self.kki.map(Key),
            birth: self.birth,
            sex: self.sex,
            name,
            mother,
            father,
            partner,
            village: self.village,
            rw: self.rt,
            rt: self.rt,
        }
    }
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "(Siti|Muhammad|M\\.|Abd\\.|Rafa|Rina|Rini|Hj\\.|By Ny|I|Wayan|Nurhayati|Rahman)( (Putra|Amina|R|Nor)){0,2}",
        1 => any::<String>(),
        1 => Just(String::new()),
    ]
}

fn any_nik() -> impl Strategy<Value = Nik> {
    let key = (0..4_u64).prop_map(Key);
    prop_oneof![
        Just(Nik::Missing),
        Just(Nik::Censored),
        Just(Nik::Rounded),
        key.clone().prop_map(Nik::Dummy),
        key.clone().prop_map(Nik::Doubtful),
        key.prop_map(Nik::Whole),
    ]
}

fn any_birth() -> impl Strategy<Value = Birth> {
    let days = prop_oneof![
        3 => (0..400_i32).prop_map(|days| date!(2023 - 01 - 01).to_julian_day() + days),
        1 => Date::MIN.to_julian_day()..=Date::MAX.to_julian_day(),
    ];
    let precision = prop_oneof![Just(Precision::Day), Just(Precision::Month), Just(Precision::FromAge)];
    (days, precision)
        .prop_map(|(day, precision)| Birth { date: Date::from_julian_day(day).unwrap(), precision })
}

fn anybody() -> impl Strategy<Value = Anybody> {
    let names = [any_name(), any_name(), any_name(), any_name()];
    let sex = prop_oneof![Just(Sex::Male), Just(Sex::Female)];
    (
        names,
        any_nik(),
        proptest::option::of(0..3_u64),
        proptest::option::of(0..3_u64),
        proptest::option::of(any_birth()),
        proptest::option::of(sex),
        proptest::option::of(prop_oneof![Just(6_203_011_006_i64), Just(6_203_011_007), any::<i64>()]),
        proptest::option::of(0..3_u16),
    )
        .prop_map(|(names, nik, kk, kki, birth, sex, village, rt)| Anybody {
            names,
            nik,
            kk,
            kki,
            birth,
            sex,
            village,
            rt,
        })
}

/// Groups and asked pairs under the places that their members had before they were moved.
fn placed(found: &Found, from: &[usize]) -> (Vec<Vec<usize>>, Vec<(usize, usize)>) {
    let mut groups: Vec<Vec<usize>> = found
        .groups
        .iter()
        .map(|members| {
            let mut members: Vec<usize> = members.iter().map(|place| from[*place]).collect();
            members.sort_unstable();
            members
        })
        .collect();
    groups.sort_unstable();
    let pair = |one: usize, two: usize| (one.min(two), one.max(two));
    let mut asked: Vec<(usize, usize)> =
        found.ask.iter().map(|found| pair(from[found.one], from[found.two])).collect();
    asked.sort_unstable();
    (groups, asked)
}

proptest! {
    #[test]
    fn comparing_is_symmetric(one in anybody(), two in anybody()) {
        let frequencies = Frequencies::default();
        let (one, two) = (Profile::read(&one.record(), &frequencies), Profile::read(&two.record(), &frequencies));
        for weights in [Weights::default(), Weights::across()] {
            prop_assert_eq!(compare(&weights, &one, &two), compare(&weights, &two, &one));
        }
        prop_assert_eq!(alike(one.name(), two.name()), alike(two.name(), one.name()));
    }

    #[test]
    fn keys_are_few_and_letter_case_does_not_move_them(person in anybody()) {
        let record = person.record();
        let keys = blocking_keys(&record);
        prop_assert!(keys.as_slice().len() <= asuh_matching::MOST_KEYS && keys.as_slice().is_sorted_by(|a, b| a < b));
        if record.name.is_ascii() {
            let loud = record.name.to_uppercase();
            prop_assert_eq!(blocking_keys(&Record { name: &loud, ..record }), keys);
        }
    }

    #[test]
    fn the_order_of_a_list_changes_nothing(people in proptest::collection::vec(anybody(), 0..14), turn in any::<u64>()) {
        let frequencies = Frequencies::default();
        let profiles: Vec<Profile> = people.iter().map(|person| Profile::read(&person.record(), &frequencies)).collect();
        let order = shuffled(profiles.len(), turn);
        let moved: Vec<Profile> = order.iter().map(|place| profiles[*place].clone()).collect();
        let straight: Vec<usize> = (0..profiles.len()).collect();
        for weights in [Weights::default(), Weights::across()] {
            let (before, after) = (within(&weights, &profiles), within(&weights, &moved));
            prop_assert_eq!(placed(&before, &straight), placed(&after, &order));
            prop_assert_eq!(before.compared, after.compared);
        }
    }
}

fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut dice = asuh_made_up::Dice::new(seed);
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, dice.below(at + 1));
    }
    order
}

#[test]
fn the_order_of_a_real_list_changes_nothing() {
    let world = World::new(District::kapuas(), 3_000, date!(2026 - 06 - 30), 104);
    let ready = profiles(&children(&world, &Dirt::USUAL, 104, 0).0);
    let order = shuffled(ready.len(), 5);
    let moved: Vec<Profile> = order.iter().map(|place| ready[*place].clone()).collect();
    let straight: Vec<usize> = (0..ready.len()).collect();
    let (before, after) = (within(&Weights::default(), &ready), within(&Weights::default(), &moved));
    assert!(!before.groups.is_empty() && !before.ask.is_empty());
    assert_eq!(placed(&before, &straight), placed(&after, &order));
}
