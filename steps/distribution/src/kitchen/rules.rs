//! What a portion holds, for whom it is, and what of it the store must have. Pure.

use std::collections::{BTreeMap, BTreeSet};

use asuh_nusantara::age;
use serde::{Deserialize, Serialize};
use time::Date;

/// What a table of foods tells allergies by.
pub const ALLERGENS: [&str; 8] = ["egg", "fish", "shellfish", "milk", "soy", "peanut", "nuts", "wheat"];

/// Kinds of foods.
pub const GROUPS: [&str; 11] =
    ["staple", "egg", "fish", "poultry", "meat", "milk", "legume", "vegetable", "fruit", "fat", "other"];

/// Those of [`GROUPS`] that are animal foods: the guide for local PMT prefers two different ones in a portion.
pub const ANIMAL: [&str; 5] = ["egg", "fish", "poultry", "meat", "milk"];

asuh_ground::codes! {
    /// Whom a portion is for: ages as the guides for complementary food cut them.
    ///
    /// Translation key `kitchen.age.<code>`.
    pub enum Age {
        /// 6 to 8 completed months.
        M6 = "m6",
        /// 9 to 11.
        M9 = "m9",
        /// 12 to 23.
        M12 = "m12",
        /// 24 to 59.
        M24 = "m24",
        /// A pregnant woman.
        Pregnant = "pregnant",
    }
}

impl Age {
    /// The age on a day of somebody who was born on one: a child under five years, else a pregnant woman. Under six months:
    /// `None`.
    pub fn on(birth: Option<Date>, day: Date) -> Option<Age> {
        match birth.and_then(|birth| age::completed_months(birth, day)) {
            Some(months) if months < 60 => Age::of_months(months),
            _ => Some(Age::Pregnant),
        }
    }

    /// The age of a child of so many completed months. Under six months a child has breast milk alone, from sixty on it is
    /// no target: `None`.
    pub fn of_months(months: u32) -> Option<Age> {
        match months {
            6..=8 => Some(Age::M6),
            9..=11 => Some(Age::M9),
            12..=23 => Some(Age::M12),
            24..=59 => Some(Age::M24),
            _ => None,
        }
    }

    /// What a portion should hold where the district says nothing else: per portion of local PMT by the guide of the
    /// Ministry of Health (juknis PMT lokal 2023); a district confirms it.
    pub fn norm(self) -> Norm {
        let (energy, protein) = match self {
            Age::M6 | Age::M9 => ((175, 200), (35, 80)),
            Age::M12 => ((225, 275), (45, 110)),
            Age::M24 => ((300, 450), (60, 180)),
            Age::Pregnant => ((500, 700), (160, 300)),
        };
        Norm { energy, protein, animal_sources: 2 }
    }
}

/// What a portion should hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Norm {
    /// Kilocalories, from and to.
    pub energy: (i64, i64),
    /// Grams of protein times 10, from and to.
    pub protein: (i64, i64),
    /// Different animal foods preferred.
    pub animal_sources: i64,
}

/// What is known of a food.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Food {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// One of [`GROUPS`].
    pub group: String,
    /// Kilocalories in 100 g of what is eaten; `None`: not known.
    pub energy_kcal: Option<i64>,
    /// Grams of protein times 10 in 100 g of what is eaten.
    pub protein_dg: Option<i64>,
    /// Percent of what is bought that is eaten, 1 to 100.
    pub edible_percent: i64,
    /// Some of [`ALLERGENS`].
    pub allergens: Vec<String>,
    /// Its code in the books; empty: not counted there.
    pub commodity: String,
    /// Grams, as bought, of one unit in the books; `None`: the books count grams.
    pub grams_per_unit: Option<i64>,
    /// Where the figures come from.
    pub source: String,
    /// Whether the district has confirmed them.
    pub confirmed: bool,
}

/// So much of a food, as bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The food.
    pub food: Food,
    /// Tenths of a gram.
    pub decigrams: i64,
}

/// What a portion holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nutrition {
    /// Kilocalories of what is known.
    pub energy_kcal: i64,
    /// Grams of protein times 10 of what is known.
    pub protein_dg: i64,
    /// Foods of which energy or protein is not known: then the sums are too small.
    pub unknown: Vec<String>,
    /// What allergies must know of.
    pub allergens: BTreeSet<String>,
    /// Different animal foods.
    pub animal_sources: i64,
    /// Whether a figure of it is not confirmed.
    pub unconfirmed: bool,
}

/// What a portion of these parts holds.
pub fn nutrition(parts: &[Part]) -> Nutrition {
    let mut found = Nutrition::default();
    let (mut energy, mut protein) = (0, 0);
    let mut animal = BTreeSet::new();
    for Part { food, decigrams } in parts {
        let eaten = decigrams * food.edible_percent;
        energy += eaten * food.energy_kcal.unwrap_or(0);
        protein += eaten * food.protein_dg.unwrap_or(0);
        if food.energy_kcal.is_none() || food.protein_dg.is_none() {
            found.unknown.push(food.name.clone());
        }
        found.allergens.extend(food.allergens.iter().cloned());
        found.unconfirmed |= !food.confirmed;
        if ANIMAL.contains(&food.group.as_str()) {
            animal.insert(food.code.clone());
        }
    }
    // Tenths of a gram times percent times what 100 g hold: a hundred thousandth.
    let round = |sum: i64| (sum + 50_000) / 100_000;
    (found.energy_kcal, found.protein_dg) = (round(energy), round(protein));
    found.animal_sources = animal.len() as i64;
    found
}

/// How a portion differs from its norm: codes of `kitchen.finding.<code>`, none where nothing is amiss.
pub fn findings(of: &Nutrition, norm: &Norm) -> Vec<&'static str> {
    let mut found = Vec::new();
    let mut beside = |value: i64, (from, to): (i64, i64), low, high| {
        if value < from {
            found.push(low);
        } else if value > to {
            found.push(high);
        }
    };
    beside(of.energy_kcal, norm.energy, "energy_low", "energy_high");
    beside(of.protein_dg, norm.protein, "protein_low", "protein_high");
    if of.animal_sources < norm.animal_sources {
        found.push("few_animal");
    }
    found
}

/// What the books must hold for so many portions: by commodity, in its unit, rounded up. Foods that the books do not count
/// are left out.
pub fn needed(parts: &[Part], portions: i64) -> BTreeMap<String, i64> {
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for Part { food, decigrams } in parts.iter().filter(|part| !part.food.commodity.is_empty()) {
        let one = sums.entry(food.commodity.clone()).or_insert((0, food.grams_per_unit.unwrap_or(1).max(1)));
        one.0 += decigrams * portions;
    }
    sums.into_iter()
        .map(|(commodity, (decigrams, grams))| (commodity, (decigrams + grams * 10 - 1) / (grams * 10)))
        .filter(|(_, amount)| *amount > 0)
        .collect()
}

/// Which of a person's allergens a portion holds.
pub fn meets(allergies: &str, allergens: &BTreeSet<String>) -> Vec<String> {
    allergies.split(' ').filter(|one| allergens.contains(*one)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn food(code: &str, group: &str, (energy, protein): (i64, i64), edible: i64) -> Food {
        Food {
            code: code.into(),
            name: code.into(),
            group: group.into(),
            energy_kcal: Some(energy),
            protein_dg: Some(protein),
            edible_percent: edible,
            allergens: Vec::new(),
            commodity: code.into(),
            grams_per_unit: None,
            source: String::new(),
            confirmed: true,
        }
    }

    #[test]
    fn a_portion_holds_what_is_eaten_of_its_parts() {
        let mut egg = food("egg", "egg", (154, 124), 89);
        egg.grams_per_unit = Some(60);
        egg.allergens = vec!["egg".into()];
        let parts = [
            Part { food: food("rice", "staple", (357, 84), 100), decigrams: 500 },
            Part { food: egg.clone(), decigrams: 600 },
        ];
        // 50 g of rice: 178.5 kcal, 4.2 g. An egg of 60 g, 89 percent of it: 82.2 kcal, 6.6 g.
        let held = nutrition(&parts);
        assert_eq!((held.energy_kcal, held.protein_dg, held.animal_sources), (261, 108, 1));
        assert_eq!(held.allergens, BTreeSet::from(["egg".to_owned()]));
        assert_eq!(findings(&held, &Age::M12.norm()), ["few_animal"]);
        assert_eq!(findings(&held, &Age::M24.norm()), ["energy_low", "few_animal"]);
        assert_eq!(findings(&held, &Age::M6.norm()), ["energy_high", "protein_high", "few_animal"]);
        assert_eq!(meets("fish egg", &held.allergens), ["egg"]);
        // Half an egg for seven children: four eggs.
        let halves = [Part { food: egg, decigrams: 300 }];
        assert_eq!(needed(&halves, 7), BTreeMap::from([("egg".to_owned(), 4)]));
        assert_eq!(needed(&parts, 20), BTreeMap::from([("egg".to_owned(), 20), ("rice".to_owned(), 1_000)]));
    }

    #[test]
    fn what_is_not_known_is_named() {
        let mut fish = food("lokal", "fish", (0, 0), 80);
        fish.energy_kcal = None;
        fish.confirmed = false;
        let held = nutrition(&[Part { food: fish, decigrams: 300 }]);
        assert_eq!(held.unknown, ["lokal"]);
        assert!(held.unconfirmed);
    }

    #[test]
    fn ages_are_those_of_the_guides() {
        for (months, age) in [
            (5, None),
            (6, Some(Age::M6)),
            (8, Some(Age::M6)),
            (9, Some(Age::M9)),
            (11, Some(Age::M9)),
            (12, Some(Age::M12)),
            (23, Some(Age::M12)),
            (24, Some(Age::M24)),
            (59, Some(Age::M24)),
            (60, None),
        ] {
            assert_eq!(Age::of_months(months), age, "{months}");
        }
    }
}
