//! The province's list of families at risk (KRS), one row a family, with the truth about every row.

use crate::dice::Dice;
use crate::dirt::{self, Dirt, Hand};
use crate::world::{Family, FamilyId, Fate, PersonId, World};

/// The headings, as BKKBN's lists and their district copies have them.
pub const HEADERS: [&str; 34] = [
    "Provinsi",
    "Kab/Kota",
    "Kecamatan",
    "Desa/Kelurahan",
    "Kode Desa",
    "Dusun",
    "RW",
    "RT",
    "Kode Keluarga Indonesia (KKI)",
    "No KK",
    "NIK Kepala Keluarga",
    "Nama Kepala Keluarga",
    "Tgl Lahir Kepala Keluarga",
    "NIK Istri",
    "Nama Istri",
    "Tgl Lahir Istri",
    "Alamat",
    "Punya Baduta",
    "Punya Balita",
    "PUS",
    "PUS Hamil",
    "Sumber Air Minum Tidak Layak",
    "Jamban Tidak Layak",
    "Terlalu Muda",
    "Terlalu Tua",
    "Terlalu Dekat",
    "Terlalu Banyak",
    "Bukan Peserta KB Modern",
    "Kategori KRS",
    "Peringkat Kesejahteraan",
    "Catin",
    "Pendampingan",
    "Latitude",
    "Kader",
];

/// A grown-up of a row, as the cells say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// The number, whole, rounded, mistyped or nothing.
    pub nik: String,
    /// The name.
    pub name: String,
    /// The birth date in some form, or nothing.
    pub birth: String,
}

/// One row.
#[derive(Debug, Clone)]
pub struct Row {
    /// The village it names: a place in [`District::villages`](crate::District).
    pub village: usize,
    /// Neighbourhood, three figures.
    pub rw: String,
    /// Neighbourhood, three figures.
    pub rt: String,
    /// BKKBN's number of the family, or nothing.
    pub kki: String,
    /// The number of the family card, or something less.
    pub kk: String,
    /// The head.
    pub head: Cells,
    /// The wife; empty where there is none.
    pub wife: Cells,
    /// Punya Baduta to Kategori KRS, `V` or nothing, then the welfare rank.
    marks: [&'static str; 13],
    /// What the row stands for.
    pub truth: Truth,
}

/// What a row stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth {
    /// The family.
    pub family: FamilyId,
    /// Its head as listed.
    pub head: PersonId,
    /// The wife as listed.
    pub wife: Option<PersonId>,
    /// What became of the family.
    pub fate: Fate,
    /// The row of the same family that stands before it.
    pub copy_of: Option<usize>,
}

/// A list and what it leaves out.
#[derive(Debug, Clone)]
pub struct List {
    /// The rows, in the order of the villages.
    pub rows: Vec<Row>,
    /// Families at risk that stand in no row.
    pub missing: Vec<FamilyId>,
}

/// The list of a world: every family but the missing, 3 % of them twice. `seed` decides the dirt alone, so that
/// two lists of one world differ as two typists do.
#[must_use]
pub fn list(world: &World, dirt: &Dirt, seed: u64) -> List {
    let mut dice = world.dice_for(seed);
    let villages = world.district.villages.len();
    let hands: Vec<(Hand, bool)> = (0..villages)
        // Where the column was a number, nearly all of the village's numbers are rounded.
        .map(|_| (Hand::new(&mut dice), dice.chance(dirt.nik_rounded)))
        .collect();
    let mut order: Vec<(usize, FamilyId, bool)> = Vec::new();
    for (id, family) in world.families.iter().enumerate() {
        if family.fate == Fate::Missing {
            continue;
        }
        let listed = match family.fate {
            Fate::Moved { from } => from,
            _ => family.village,
        };
        order.push((listed, id, false));
        // One copy in seven names another village.
        if dice.chance(30) {
            let again = if dice.chance(150) { dice.below(villages) } else { listed };
            order.push((again, id, true));
        }
    }
    order.sort_by_key(|(village, ..)| *village);
    let mut rows: Vec<Row> = Vec::with_capacity(order.len());
    let mut first: Vec<Option<usize>> = vec![None; world.families.len()];
    for (village, id, again) in order {
        let family = &world.families[id];
        let mut row = row(world, family, id, village, hands[village], dirt, &mut dice);
        if again && dirt != &Dirt::NONE {
            // Entered a second time because something differed: an older card, no number yet.
            if dice.chance(250) {
                row.kk = dirt_card(&mut dice, world);
            }
            if dice.chance(700) {
                row.kki = format!("99{:012}", 500_000_000 + rows.len());
            }
        }
        row.truth.copy_of = first[id];
        first[id] = first[id].or(Some(rows.len()));
        rows.push(row);
    }
    let missing =
        (0..world.families.len()).filter(|family| world.families[*family].fate == Fate::Missing).collect();
    List { rows, missing }
}

fn dirt_card(dice: &mut Dice, world: &World) -> String {
    format!(
        "{}00{:02}{:02}{:02}{:04}",
        world.district.code.replace('.', ""),
        dice.between(1, 28),
        dice.between(1, 12),
        dice.between(1, 7),
        dice.between(1, 9_999)
    )
}

fn row(
    world: &World,
    family: &Family,
    id: FamilyId,
    village: usize,
    (hand, as_number): (Hand, bool),
    dirt: &Dirt,
    dice: &mut Dice,
) -> Row {
    let mut cells = |person: PersonId| {
        let person = &world.persons[person];
        let number = as_number && dice.chance(900);
        Cells {
            nik: dirt::nik(dice, dirt, number, person.nik.as_deref()),
            name: dirt::name(dice, dirt, hand, person),
            birth: dirt::date(dice, dirt, hand, person.birth),
        }
    };
    let mut head = cells(family.head);
    let mut wife = family.wife.map(&mut cells).unwrap_or_default();
    if family.wife.is_some() && dice.chance(dirt.nik_mixed_up) {
        std::mem::swap(&mut head.nik, &mut wife.nik);
    }
    let kk = match dice.chance(dirt.kk_missing) {
        true if dice.chance(500) => dirt::rounded(dice, &family.kk),
        true => String::new(),
        false => family.kk.clone(),
    };
    let kki = if dice.chance(dirt.kki_missing) { String::new() } else { family.kki.clone() };
    let mark = |yes: bool| if yes { "V" } else { "" };
    let young = |days: std::ops::Range<i64>| {
        let age = |child: &PersonId| (world.on - world.persons[*child].birth).whole_days();
        mark(family.children.iter().any(|child| days.contains(&age(child))))
    };
    let wife_years = family.wife.map_or(0, |wife| (world.on - world.persons[wife].birth).whole_days() / 365);
    let couple = family.wife.is_some() && wife_years < 50;
    let marks = [
        young(0..730),
        young(730..1_826),
        mark(couple),
        mark(couple && dice.chance(140)),
        mark(dice.chance(220)),
        mark(dice.chance(430)),
        mark(family.wife.is_some() && wife_years < 20),
        mark((35..=40).contains(&wife_years)),
        mark(dice.chance(120)),
        mark(family.children.len() > 2),
        mark(couple && dice.chance(300)),
        "Ya",
        dice.pick(&["1", "1", "2", "2", "3", "4", ">4"]),
    ]
    .map(|mark| match mark {
        "V" => "V",
        "Ya" => "Ya",
        "1" => "1",
        "2" => "2",
        "3" => "3",
        "4" => "4",
        ">4" => ">4",
        _ => "",
    });
    Row {
        village,
        rw: format!("{:03}", family.rw),
        rt: format!("{:03}", family.rt),
        kki,
        kk,
        head,
        wife,
        marks,
        truth: Truth { family: id, head: family.head, wife: family.wife, fate: family.fate, copy_of: None },
    }
}

impl Row {
    /// The row's cells in the order of [`HEADERS`].
    #[must_use]
    pub fn cells<'a>(&'a self, world: &'a World) -> [&'a str; HEADERS.len()] {
        let village = &world.district.villages[self.village];
        let mut cells = [""; HEADERS.len()];
        let front = [
            world.district.province.as_str(),
            &world.district.name,
            &village.subdistrict,
            &village.name,
            &village.code,
            "",
            &self.rw,
            &self.rt,
            &self.kki,
            &self.kk,
            &self.head.nik,
            &self.head.name,
            &self.head.birth,
            &self.wife.nik,
            &self.wife.name,
            &self.wife.birth,
            "",
        ];
        for (cell, text) in cells.iter_mut().zip(front.into_iter().chain(self.marks)) {
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

    fn world() -> World {
        World::new(District::kapuas(), 3_000, date!(2026 - 06 - 30), 8)
    }

    #[test]
    fn the_same_seed_makes_the_same_list_and_another_seed_another() {
        let world = world();
        let text = |seed| {
            let list = list(&world, &Dirt::USUAL, seed);
            list.rows.iter().map(|row| row.cells(&world).join(";")).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(text(1), text(1));
        assert_ne!(text(1), text(2));
    }

    #[test]
    fn rows_are_families_with_copies_and_without_the_missing() {
        let world = world();
        let list = list(&world, &Dirt::USUAL, 1);
        let copies = list.rows.iter().filter(|row| row.truth.copy_of.is_some()).count();
        assert!((60..120).contains(&copies), "{copies}");
        assert_eq!(list.rows.len(), 3_000 - list.missing.len() + copies);
        for row in &list.rows {
            if let Some(original) = row.truth.copy_of {
                assert_eq!(list.rows[original].truth.family, row.truth.family);
            }
            assert_eq!(row.wife.name.is_empty(), row.truth.wife.is_none());
        }
    }

    #[test]
    fn without_dirt_every_cell_is_true() {
        let world = world();
        for row in list(&world, &Dirt::NONE, 1).rows {
            let head = &world.persons[row.truth.head];
            assert_eq!((&row.head.name, Some(&row.head.nik)), (&head.name, head.nik.as_ref()));
            assert_eq!(row.head.birth, head.birth.to_string());
            assert_eq!(row.kk, world.families[row.truth.family].kk);
        }
    }
}
