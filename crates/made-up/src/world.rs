//! The made-up district itself, as it is: who lives where with whom. Lists about it are made elsewhere.

use std::collections::HashMap;

use time::{Date, Duration, Month};

use crate::dice::Dice;
use crate::names::{self, Custom};
use crate::places::District;

/// The place of a person in [`World::persons`]: the truth that no list knows.
pub type PersonId = usize;
/// The place of a family in [`World::families`].
pub type FamilyId = usize;

/// A made-up person.
#[derive(Debug, Clone)]
pub struct Person {
    /// The name as on the birth certificate, without titles.
    pub name: String,
    /// Whether it is a woman or girl.
    pub woman: bool,
    /// The day of birth.
    pub birth: Date,
    /// 16 digits that cannot exist (the kecamatan of first registration is 00); none for some newborns.
    pub nik: Option<String>,
    /// Titles as the person bears them: before and after the name.
    pub titles: (&'static str, &'static str),
    /// The day of death.
    pub died: Option<Date>,
}

/// A made-up family.
#[derive(Debug, Clone)]
pub struct Family {
    /// Who stands first on the card; a woman where there is no husband.
    pub head: PersonId,
    /// The wife of the head.
    pub wife: Option<PersonId>,
    /// Children below five years, by birth.
    pub children: Vec<PersonId>,
    /// The number of the family card, which changes when the family splits or moves.
    pub kk: String,
    /// BKKBN's number of the family (KKI), which stays.
    pub kki: String,
    /// Where it lives: the place in [`District::villages`].
    pub village: usize,
    /// Neighbourhoods, from 1.
    pub rw: i64,
    /// Neighbourhoods, from 1.
    pub rt: i64,
    /// What became of it since the list was drawn up.
    pub fate: Fate,
    custom: Custom,
}

impl Family {
    /// The mother of its children: the wife, or the head where that is a woman.
    #[must_use]
    pub fn mother(&self, persons: &[Person]) -> Option<PersonId> {
        self.wife.or_else(|| persons[self.head].woman.then_some(self.head))
    }

    /// The father of its children, where he is on the card.
    #[must_use]
    pub fn father(&self, persons: &[Person]) -> Option<PersonId> {
        (!persons[self.head].woman).then_some(self.head)
    }
}

/// How a family stands to the list that the province sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// As listed.
    Found,
    /// Listed in this village, but lives in another of the district now.
    Moved {
        /// The village of the list.
        from: usize,
    },
    /// Its head has died.
    Died,
    /// Not at risk any more.
    NotAtRisk,
    /// At risk, but on no list.
    Missing,
}

impl Fate {
    /// The word of the truth file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Fate::Found => "found",
            Fate::Moved { .. } => "moved",
            Fate::Died => "died",
            Fate::NotAtRisk => "not-at-risk",
            Fate::Missing => "missing",
        }
    }
}

/// A made-up district on a day.
#[derive(Debug, Clone)]
pub struct World {
    /// Where it is.
    pub district: District,
    /// Today.
    pub on: Date,
    /// Quarters gone by since it began.
    pub quarter: u32,
    /// Everybody, also the dead. A place is a person for ever.
    pub persons: Vec<Person>,
    /// Families at risk, or that were. A place is a family for ever.
    pub families: Vec<Family>,
    dice: Dice,
    /// Serials given out for each first twelve digits.
    serials: HashMap<(u32, bool), u16>,
}

impl World {
    /// A district with so many families at risk, some of them with a fate: 2 % moved, 1 % with a dead head, 4 %
    /// not at risk any more, 2 % on no list.
    #[must_use]
    pub fn new(district: District, families: usize, on: Date, seed: u64) -> World {
        let mut world = World {
            district,
            on,
            quarter: 1,
            persons: Vec::with_capacity(families * 3),
            families: Vec::with_capacity(families),
            dice: Dice::new(seed),
            serials: HashMap::new(),
        };
        // Some villages have many families at risk, some few: as everywhere.
        let weights: Vec<usize> =
            world.district.villages.iter().map(|_| 1 + world.dice.below(10) * world.dice.below(4)).collect();
        let total: usize = weights.iter().sum();
        let homes: Vec<usize> = weights
            .iter()
            .enumerate()
            .flat_map(|(village, weight)| std::iter::repeat_n(village, (families * weight).div_ceil(total)))
            .take(families)
            .collect();
        for village in homes {
            world.settle(village);
        }
        for family in 0..world.families.len() {
            let fate = match world.dice.below(1_000) {
                0..20 => Fate::Moved { from: world.families[family].village },
                20..30 => Fate::Died,
                30..70 => Fate::NotAtRisk,
                70..90 => Fate::Missing,
                _ => Fate::Found,
            };
            world.meet(family, fate);
        }
        world
    }

    /// The same district a quarter of a year later: children are born, people die, move, part; families come to
    /// be at risk, and others are not any more. Lists made now have forgotten the fates of before.
    #[must_use]
    pub fn quarter_later(&self) -> World {
        let mut world = self.clone();
        world.on += Duration::days(91);
        world.quarter += 1;
        for family in 0..world.families.len() {
            if world.families[family].fate == Fate::Died {
                world.widow(family);
            }
            world.families[family].fate = Fate::Found;
            match world.dice.below(1_000) {
                0..15 => world.meet(family, Fate::Moved { from: world.families[family].village }),
                15..20 => world.meet(family, Fate::Died),
                20..40 => world.meet(family, Fate::NotAtRisk),
                40..50 => world.meet(family, Fate::Missing),
                50..80 => world.families[family].kk = world.family_card(),
                80..88 => world.part(family),
                _ => {}
            }
            if world.dice.chance(35) {
                let days = world.dice.between(0, 90);
                world.bear(family, world.on - Duration::days(days));
            }
        }
        let newly = world.families.len() / 40;
        for _ in 0..newly {
            let village = world.dice.below(world.district.villages.len());
            world.settle(village);
        }
        world
    }

    /// The children below five who live, with their family.
    pub fn children(&self) -> impl Iterator<Item = (FamilyId, PersonId)> {
        self.families.iter().enumerate().flat_map(move |(id, family)| {
            let young = move |child: &PersonId| {
                let child = &self.persons[*child];
                child.died.is_none() && (self.on - child.birth).whole_days() < 1_826
            };
            family.children.iter().copied().filter(young).map(move |child| (id, child))
        })
    }

    /// Chances for a list about this world, apart from those that made it.
    #[must_use]
    pub fn dice_for(&self, list: u64) -> Dice {
        self.dice.clone().branch(list)
    }

    fn settle(&mut self, village: usize) {
        let custom = Custom::of_kapuas(&mut self.dice);
        let alone = self.dice.below(100);
        let (head_woman, married) = (alone < 6, alone >= 9);
        let head = self.grown_up(custom, head_woman, (20, 52));
        let wife = married.then(|| self.grown_up(custom, true, (18, 42)));
        let kk = self.family_card();
        let (rw, rt) = (self.dice.between(1, 4), self.dice.between(1, 8));
        self.families.push(Family {
            head,
            wife,
            children: Vec::new(),
            kk,
            kki: format!("99{:012}", 1_000_000 + self.families.len()),
            village,
            rw,
            rt,
            fate: Fate::Found,
            custom,
        });
        let family = self.families.len() - 1;
        let count = [0, 1, 1, 1, 1, 2, 2, 3][self.dice.below(8)];
        let mut days = self.dice.between(0, 900);
        for _ in 0..count {
            if days < 1_825 {
                self.bear(family, self.on - Duration::days(days));
            }
            days += self.dice.between(330, 900);
        }
    }

    /// Something befalls a family.
    fn meet(&mut self, family: FamilyId, fate: Fate) {
        match fate {
            Fate::Moved { .. } => {
                self.families[family].village = self.dice.below(self.district.villages.len());
                self.families[family].rw = self.dice.between(1, 4);
                self.families[family].rt = self.dice.between(1, 8);
                if self.dice.chance(600) {
                    self.families[family].kk = self.family_card();
                }
            }
            Fate::Died => {
                let head = self.families[family].head;
                self.persons[head].died = Some(self.on - Duration::days(self.dice.between(1, 300)));
            }
            Fate::Found | Fate::NotAtRisk | Fate::Missing => {}
        }
        self.families[family].fate = fate;
    }

    /// After the death of its head the wife stands first, under a new card.
    fn widow(&mut self, family: FamilyId) {
        if let Some(wife) = self.families[family].wife.take() {
            self.families[family].head = wife;
            self.families[family].kk = self.family_card();
        }
    }

    /// The parents part: the mother keeps the children and takes a card of her own, the man goes to another
    /// village under one of his, as a new family.
    fn part(&mut self, family: FamilyId) {
        let Some(wife) = self.families[family].wife.take() else { return };
        let mut other = self.families[family].clone();
        self.families[family].head = wife;
        self.families[family].kk = self.family_card();
        other.children.clear();
        other.kk = self.family_card();
        other.kki = format!("99{:012}", 1_000_000 + self.families.len());
        other.village = self.dice.below(self.district.villages.len());
        self.families.push(other);
    }

    /// A child is born, once in seventy two of them.
    fn bear(&mut self, family: FamilyId, birth: Date) {
        let Family { head, custom, .. } = self.families[family];
        let father = (!self.persons[head].woman).then(|| self.persons[head].name.clone());
        let mut girl = self.dice.chance(490);
        let mut name = names::child(&mut self.dice, custom, girl, father.as_deref());
        // No two children of a family bear one first name.
        while self.families[family].children.iter().any(|child| is_called(&self.persons[*child].name, &name))
        {
            name = names::child(&mut self.dice, custom, girl, father.as_deref());
        }
        for _ in 0..1 + usize::from(self.dice.chance(14)) {
            // Newborns wait for their number.
            let waits = (self.on - birth).whole_days() < 60 && self.dice.chance(600);
            let nik = (!waits).then(|| self.nik(girl, birth));
            let child = Person { name: name.clone(), woman: girl, birth, nik, titles: ("", ""), died: None };
            self.persons.push(child);
            self.families[family].children.push(self.persons.len() - 1);
            // A twin is of the same sex more often than not.
            if self.dice.chance(300) {
                girl = !girl;
                name = names::child(&mut self.dice, custom, girl, father.as_deref());
            } else {
                name = names::twin(&mut self.dice, &name, girl);
            }
        }
    }

    fn grown_up(&mut self, custom: Custom, woman: bool, years: (i64, i64)) -> PersonId {
        let days = self.dice.between(years.0 * 365, years.1 * 365 + 364);
        let mut birth = self.on - Duration::days(days);
        // Papers made from an age: one in sixteen was born on 1 January, 1 July or 31 December.
        if self.dice.chance(60) {
            let (month, day) = [(1, 1), (1, 1), (1, 1), (7, 1), (12, 31)][self.dice.below(5)];
            let month = Month::try_from(month).unwrap_or(Month::January);
            birth = Date::from_calendar_date(birth.year(), month, day).unwrap_or(birth);
        }
        let titles = match self.dice.below(1_000) {
            0..60 if woman => ("Hj.", ""),
            0..60 => ("H.", ""),
            60..75 => ("", "S.Pd"),
            75..85 => ("", "S.E."),
            85..90 if !woman => ("Drs.", ""),
            90..97 if woman => ("", "A.Md.Keb"),
            _ => ("", ""),
        };
        let name = names::grown_up(&mut self.dice, custom, woman);
        let nik = Some(self.nik(woman, birth));
        self.persons.push(Person { name, woman, birth, nik, titles, died: None });
        self.persons.len() - 1
    }

    /// The district's code, then 00, which no kecamatan has: such a number cannot exist. Every one only once.
    fn nik(&mut self, woman: bool, birth: Date) -> String {
        let day = u32::from(birth.day()) + if woman { 40 } else { 0 };
        let short = birth.year().rem_euclid(100).unsigned_abs();
        let front = (day * 100 + u32::from(u8::from(birth.month()))) * 100 + short;
        let serial = self.serials.entry((front, false)).or_insert(0);
        *serial = *serial % 9_999 + 1;
        format!("{}00{front:06}{serial:04}", self.district.code.replace('.', ""))
    }

    /// A family card number with the same impossible area, the day of issue and a serial.
    fn family_card(&mut self) -> String {
        let (day, month, year) =
            (self.dice.between(1, 28), self.dice.between(1, 12), self.dice.between(8, 26));
        let front = ((day * 100 + month) * 100 + year).unsigned_abs() as u32;
        let serial = self.serials.entry((front, true)).or_insert(0);
        *serial = *serial % 9_999 + 1;
        format!("{}00{front:06}{serial:04}", self.district.code.replace('.', ""))
    }
}

/// Whether two names have the same first word, Muhammad and birth order apart.
fn is_called(one: &str, two: &str) -> bool {
    let first = |name: &'_ str| {
        let mut words =
            name.split(' ').filter(|word| !matches!(*word, "Muhammad" | "I" | "Ni" | "Siti" | "Nur"));
        words.next().unwrap_or_default().to_owned()
    };
    first(one) == first(two)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use time::macros::date;

    use super::*;

    #[test]
    fn numbers_are_unique_and_cannot_exist() {
        let world = World::new(District::kapuas(), 4_000, date!(2026 - 06 - 30), 5);
        let niks: Vec<&str> = world.persons.iter().filter_map(|person| person.nik.as_deref()).collect();
        assert_eq!(niks.iter().collect::<HashSet<_>>().len(), niks.len());
        assert!(niks.iter().all(|nik| nik.len() == 16 && nik.starts_with("620300")));
        let cards: HashSet<&str> = world.families.iter().map(|family| family.kk.as_str()).collect();
        assert_eq!(cards.len(), world.families.len());
    }

    #[test]
    fn fates_have_their_shares() {
        let world = World::new(District::kapuas(), 12_000, date!(2026 - 06 - 30), 1);
        let share = |wanted: fn(&Fate) -> bool| {
            world.families.iter().filter(|family| wanted(&family.fate)).count() as f64 / 12_000.0
        };
        for (share, meant) in [
            (share(|fate| matches!(fate, Fate::Moved { .. })), 0.02),
            (share(|fate| *fate == Fate::Died), 0.01),
            (share(|fate| *fate == Fate::NotAtRisk), 0.04),
            (share(|fate| *fate == Fate::Missing), 0.02),
        ] {
            assert!((share - meant).abs() < 0.004, "{share} instead of {meant}");
        }
    }

    #[test]
    fn persons_and_families_keep_their_places_over_time() {
        let before = World::new(District::kapuas(), 2_000, date!(2026 - 06 - 30), 2);
        let after = before.quarter_later();
        assert_eq!((after.quarter, after.on), (2, date!(2026 - 09 - 29)));
        assert!(after.persons.len() > before.persons.len() && after.families.len() > before.families.len());
        for (then, now) in before.persons.iter().zip(&after.persons) {
            assert_eq!((&then.name, then.birth), (&now.name, now.birth));
        }
        assert!(before.families.iter().zip(&after.families).all(|(then, now)| then.kki == now.kki));
    }
}
