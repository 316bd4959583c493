//! The list of small children as e-PPGBM exports it, one row a child, with the truth about every row. Nothing is
//! measured here: the columns of weights and statuses hold a dash.

use std::collections::HashMap;

use time::Date;

use crate::dice::Dice;
use crate::dirt::{self, Dirt, Hand};
use crate::world::{Family, FamilyId, PersonId, World};

/// The headings of the export, the misspelt one as it is.
pub const HEADERS: [&str; 22] = [
    "No",
    "NIK",
    "Nama",
    "JK",
    "Tgl Lahir",
    "BB Lahir",
    "TB Lahir",
    "Nama Ortu",
    "Prov",
    "Kab/Kota",
    "Kec",
    "Pukesmas",
    "Desa/Kel",
    "Posyandu",
    "RT",
    "RW",
    "Alamat",
    "Tanggal Pengukuran",
    "Berat",
    "Tinggi",
    "Cara Ukur",
    "Detail",
];

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The number: whole, censored, rounded, the mother's, or nothing.
    pub nik: String,
    /// Whether [`Row::nik`] is the mother's; a program can only suspect it.
    pub nik_of_mother: bool,
    /// The name; `By Ny Siti` for a newborn without one.
    pub name: String,
    /// `L` or `P`.
    pub sex: &'static str,
    /// The birth date.
    pub birth: String,
    /// `FATHER / MOTHER`, or the mother alone.
    pub parents: String,
    /// The village it names: a place in [`District::villages`](crate::District).
    pub village: usize,
    /// Neighbourhood, three figures.
    pub rw: String,
    /// Neighbourhood, three figures.
    pub rt: String,
    /// What the row stands for.
    pub truth: Truth,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// The child.
    pub child: PersonId,
    /// Its family.
    pub family: FamilyId,
    /// The row of the same child that stands before it.
    pub copy_of: Option<usize>,
}

/// The children of a world, 3 % of them twice: at another posyandu, or once as a newborn without a name. `seed`
/// decides the dirt alone.
#[must_use]
pub fn list(world: &World, dirt: &Dirt, seed: u64) -> Vec<Row> {
    let mut dice = world.dice_for(seed ^ 0x5EED_C41D);
    let villages = world.district.villages.len();
    let hands: Vec<Hand> = (0..villages).map(|_| Hand::new(&mut dice)).collect();
    let mut rows: Vec<Row> = Vec::new();
    let mut order: Vec<(usize, FamilyId, PersonId, bool)> = Vec::new();
    for (family, child) in world.children() {
        let village = world.families[family].village;
        order.push((village, family, child, false));
        if dice.chance(30) {
            let elsewhere = if dice.chance(200) { dice.below(villages) } else { village };
            order.push((elsewhere, family, child, true));
        }
    }
    order.sort_by_key(|(village, ..)| *village);
    let mut first: Vec<Option<usize>> = vec![None; world.persons.len()];
    // Parents name twins together: a list knows the names of both or of none. Of one in twenty pairs it knows one.
    let mut unnamed: HashMap<(FamilyId, Date), bool> = HashMap::new();
    for (village, family, child, again) in order {
        let birth = world.persons[child].birth;
        let newborn = dirt != &Dirt::NONE && (world.on - birth).whole_days() < 45;
        let own = newborn && dice.chance(350);
        let together = *unnamed.entry((family, birth)).or_insert(own);
        let is_unnamed = if again || dice.chance(50) { own } else { together };
        let mut row = row(
            world,
            &world.families[family],
            (family, child, is_unnamed),
            village,
            hands[village],
            dirt,
            &mut dice,
        );
        row.truth.copy_of = first[child];
        first[child] = first[child].or(Some(rows.len()));
        if again && dirt != &Dirt::NONE && dice.chance(400) {
            row.nik = String::from("-");
            row.nik_of_mother = false;
        }
        rows.push(row);
    }
    rows
}

fn row(
    world: &World,
    family: &Family,
    (family_id, child, unnamed): (FamilyId, PersonId, bool),
    village: usize,
    hand: Hand,
    dirt: &Dirt,
    dice: &mut Dice,
) -> Row {
    let person = &world.persons[child];
    let (father, mother) = (family.father(&world.persons), family.mother(&world.persons));
    let clean = dirt == &Dirt::NONE;
    let mother_nik = mother.and_then(|mother| world.persons[mother].nik.clone());
    let mut nik_of_mother = false;
    let nik = match (person.nik.as_deref(), dice.below(1_000)) {
        (own, _) if clean => own.unwrap_or_default().to_owned(),
        // Censored in some exports: the first digits, then asterisks.
        (Some(own), 0..150) => format!("{}********", own.get(..8).unwrap_or_default()),
        (Some(_), 150..300) => String::from("-"),
        (Some(own), 300..) => dirt::nik(dice, dirt, false, Some(own)),
        (None, 0..400) => {
            nik_of_mother = mother_nik.is_some();
            mother_nik.unwrap_or_default()
        }
        (None, _) => String::from("-"),
    };
    let mut name_of = |person: PersonId| dirt::name(dice, dirt, hand, &world.persons[person]);
    let mother_name = mother.map(&mut name_of).unwrap_or_default();
    let father_name = father.map(&mut name_of).unwrap_or_default();
    let name = if unnamed {
        let twins: Vec<PersonId> =
            family.children.iter().copied().filter(|one| world.persons[*one].birth == person.birth).collect();
        let nth = twins.iter().position(|one| *one == child).unwrap_or_default() + 1;
        // Four cadres of five number twins who have no names.
        let number = if twins.len() > 1 && dice.chance(800) { format!(" {nth}") } else { String::new() };
        format!("{}{mother_name}{number}", dice.pick(&["By Ny ", "Bayi Ny. ", "BY. NY. ", "By "]))
    } else {
        dirt::name(dice, dirt, hand, person)
    };
    let parents = match (father_name.is_empty(), mother_name.is_empty()) {
        (false, false) if clean || dice.chance(600) => format!("{father_name} / {mother_name}"),
        (false, true) => father_name,
        _ => mother_name,
    };
    let girl = person.woman != (!clean && dice.chance(6));
    Row {
        nik,
        nik_of_mother,
        name,
        sex: if girl { "P" } else { "L" },
        birth: dirt::date(dice, dirt, hand, person.birth),
        parents,
        village,
        rw: format!("{:03}", family.rw),
        rt: format!("{:03}", family.rt),
        truth: Truth { child, family: family_id, copy_of: None },
    }
}

impl Row {
    /// The row's cells in the order of [`HEADERS`]; `number` is its own.
    #[must_use]
    pub fn cells(&self, world: &World, number: usize) -> [String; HEADERS.len()] {
        let village = &world.district.villages[self.village];
        let mut cells = [(); HEADERS.len()].map(|()| String::from("-"));
        let front = [
            number.to_string(),
            self.nik.clone(),
            self.name.clone(),
            self.sex.to_owned(),
            self.birth.clone(),
            String::from("-"),
            String::from("-"),
            self.parents.clone(),
            world.district.province.to_uppercase(),
            world.district.name.to_uppercase(),
            village.subdistrict.to_uppercase(),
            village.subdistrict.clone(),
            village.name.to_uppercase(),
            format!("Posyandu {}", self.rw),
            self.rt.clone(),
            self.rw.clone(),
        ];
        for (cell, text) in cells.iter_mut().zip(front) {
            *cell = text;
        }
        cells
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::District;

    #[test]
    fn every_child_stands_once_or_twice() {
        let world = World::new(District::kapuas(), 3_000, date!(2026 - 06 - 30), 8);
        let rows = list(&world, &Dirt::USUAL, 1);
        let children = world.children().count();
        let copies = rows.iter().filter(|row| row.truth.copy_of.is_some()).count();
        assert_eq!(rows.len(), children + copies);
        assert!(copies * 20 < rows.len() && copies * 60 > rows.len(), "{copies} of {}", rows.len());
        assert!(rows.iter().any(|row| row.name.to_lowercase().starts_with("by")));
        assert!(rows.iter().any(|row| row.nik.ends_with('*')));
    }

    #[test]
    fn without_dirt_every_cell_is_true() {
        let world = World::new(District::kapuas(), 500, date!(2026 - 06 - 30), 8);
        for row in list(&world, &Dirt::NONE, 1) {
            let child = &world.persons[row.truth.child];
            assert_eq!((&row.name, row.birth.clone()), (&child.name, child.birth.to_string()));
            assert_eq!(row.nik, child.nik.clone().unwrap_or_default());
        }
    }
}
