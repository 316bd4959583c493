//! Made-up lists read as an importer reads them, and what the crate makes of them beside the truth.

use std::collections::{HashMap, HashSet};

use asuh_made_up::{Dirt, PersonId, World, krs, posyandu};
use asuh_matching::batch::{Found, Pair};
use asuh_matching::{Birth, Frequencies, Key, Nik, Profile, Record, Sex};
use asuh_nusantara as id;
use time::Date;

/// A person of a row, with who it is in truth.
pub(crate) struct Listed {
    pub(crate) person: PersonId,
    /// The row, counted through all lists that are compared.
    pub(crate) row: usize,
    nik: Nik,
    kk: Option<Key>,
    kki: Option<Key>,
    birth: Option<Birth>,
    sex: Sex,
    pub(crate) name: String,
    mother: String,
    father: String,
    partner: String,
    village: i64,
    rw: u16,
    rt: u16,
}

impl Listed {
    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            nik: self.nik,
            kk: self.kk,
            kki: self.kki,
            birth: self.birth,
            sex: Some(self.sex),
            name: &self.name,
            mother: &self.mother,
            father: &self.father,
            partner: &self.partner,
            village: Some(self.village),
            rw: Some(self.rw),
            rt: Some(self.rt),
        }
    }
}

/// The heads and wives of a KRS list.
pub(crate) fn krs_persons(world: &World, dirt: &Dirt, seed: u64, first_row: usize) -> (Vec<Listed>, usize) {
    let list = krs::list(world, dirt, seed);
    let mut persons = Vec::with_capacity(list.rows.len() * 2);
    for (nth, row) in list.rows.iter().enumerate() {
        let place = place(world, row.village, &row.rw, &row.rt);
        let kk = id::FamilyCardNumber::parse(&row.kk).ok().filter(|kk| !kk.looks_rounded());
        let (kk, kki) = (kk.map(|kk| key(kk.as_str())), (!row.kki.is_empty()).then(|| key(&row.kki)));
        let woman = row.truth.wife.is_none() && world.persons[row.truth.head].woman;
        let adults = [
            (Some(row.truth.head), &row.head, &row.wife, if woman { Sex::Female } else { Sex::Male }),
            (row.truth.wife, &row.wife, &row.head, Sex::Female),
        ];
        for (person, cells, partner, sex) in adults {
            let Some(person) = person else { continue };
            let (nik, birth) = number(&cells.nik, birth(&cells.birth), sex, world.on);
            persons.push(Listed {
                person,
                row: first_row + nth,
                nik,
                kk,
                kki,
                birth,
                sex,
                name: cells.name.clone(),
                mother: String::new(),
                father: String::new(),
                partner: partner.name.clone(),
                village: place.0,
                rw: place.1,
                rt: place.2,
            });
        }
    }
    (persons, first_row + list.rows.len())
}

/// The children of a list from the posyandu.
pub(crate) fn children(world: &World, dirt: &Dirt, seed: u64, first_row: usize) -> (Vec<Listed>, usize) {
    let rows = posyandu::list(world, dirt, seed);
    let children = rows.iter().enumerate().map(|(nth, row)| {
        let place = place(world, row.village, &row.rw, &row.rt);
        let sex = if row.sex == "L" { Sex::Male } else { Sex::Female };
        let (nik, birth) = number(&row.nik, birth(&row.birth), sex, world.on);
        let (father, mother) = match row.parents.split_once('/') {
            Some((father, mother)) => (father.to_owned(), mother.to_owned()),
            None => (String::new(), row.parents.clone()),
        };
        Listed {
            person: row.truth.child,
            row: first_row + nth,
            nik,
            kk: None,
            kki: None,
            birth,
            sex,
            name: row.name.clone(),
            mother,
            father,
            partner: String::new(),
            village: place.0,
            rw: place.1,
            rt: place.2,
        }
    });
    let children: Vec<Listed> = children.collect();
    let end = first_row + children.len();
    (children, end)
}

fn key(text: &str) -> Key {
    Key::of(text.as_bytes())
}

fn place(world: &World, village: usize, rw: &str, rt: &str) -> (i64, u16, u16) {
    let code = id::TerritoryCode::parse(&world.district.villages[village].code).unwrap().as_i64();
    (code, rw.parse().unwrap(), rt.parse().unwrap())
}

/// A date in any form that is certain; a bare number is a spreadsheet's day.
fn birth(cell: &str) -> Option<Date> {
    match cell.parse::<f64>() {
        Ok(serial) => id::date::from_excel_serial(serial).ok(),
        Err(_) => id::date::parse(cell).ok(),
    }
}

/// The number with what is to be thought of it, and the birth date, out of the number where the cell has none.
fn number(cell: &str, birth: Option<Date>, sex: Sex, today: Date) -> (Nik, Option<Birth>) {
    let number = match id::Nik::parse(cell) {
        Ok(number) if number.looks_rounded() => return (Nik::Rounded, birth.map(Birth::on)),
        Ok(number) => number,
        Err(id::NikError::Censored) => return (Nik::Censored, birth.map(Birth::on)),
        Err(id::NikError::RoundedByExcel) => return (Nik::Rounded, birth.map(Birth::on)),
        Err(_) => return (Nik::Missing, birth.map(Birth::on)),
    };
    let (hash, inside) = (key(number.as_str()), number.birth_date(today));
    let their_sex = if sex == Sex::Male { id::Sex::Male } else { id::Sex::Female };
    let years = birth.zip(inside).map_or(0, |(birth, inside)| birth.year() - inside.year());
    let nik = match () {
        // A child whose number is a grown woman's.
        () if years >= 12 && number.sex() == id::Sex::Female => Nik::Dummy(hash),
        () if number.warnings(birth, Some(their_sex), today).is_empty() => Nik::Whole(hash),
        () => Nik::Doubtful(hash),
    };
    (nik, birth.or(inside).map(Birth::on))
}

/// Reads all for comparing, with the frequencies of their own names.
pub(crate) fn profiles(listed: &[Listed]) -> Vec<Profile> {
    let names = listed.iter().flat_map(|person| [person.name.as_str(), &person.mother, &person.partner]);
    let frequencies = Frequencies::of(names);
    listed.iter().map(|person| Profile::read(&person.record(), &frequencies)).collect()
}

/// How good an answer is.
pub(crate) struct Judged {
    pub(crate) pairs: usize,
    pub(crate) recall: f64,
    pub(crate) precision: f64,
    /// Rows with a person that somebody has to look at, of all rows.
    pub(crate) asked: f64,
    pub(crate) missed: Vec<(usize, usize)>,
    pub(crate) wrong: Vec<(usize, usize)>,
}

/// Judges what was found against the truth; `wanted` are the pairs that the search was about.
pub(crate) fn judge(listed: &[Listed], found: &Found, wanted: impl Fn(usize, usize) -> bool) -> Judged {
    let mut by_person: HashMap<PersonId, Vec<usize>> = HashMap::new();
    for (place, person) in listed.iter().enumerate() {
        by_person.entry(person.person).or_default().push(place);
    }
    let pairs_of = |members: &[usize]| {
        let mut pairs = Vec::new();
        for (nth, one) in members.iter().enumerate() {
            pairs.extend(members[nth + 1..].iter().map(|two| (*one, *two)));
        }
        pairs.retain(|(one, two)| wanted(*one, *two));
        pairs
    };
    let truth: HashSet<(usize, usize)> = by_person.values().flat_map(|members| pairs_of(members)).collect();
    let answer: HashSet<(usize, usize)> = found.groups.iter().flat_map(|members| pairs_of(members)).collect();
    let right = truth.intersection(&answer).count() as f64;
    let rows: HashSet<usize> = listed.iter().map(|person| person.row).collect();
    let asked: HashSet<usize> =
        found.ask.iter().flat_map(|Pair { one, two, .. }| [listed[*one].row, listed[*two].row]).collect();
    let sorted = |pairs: Vec<&(usize, usize)>| {
        let mut pairs: Vec<(usize, usize)> = pairs.into_iter().copied().collect();
        pairs.sort_unstable();
        pairs
    };
    Judged {
        pairs: truth.len(),
        recall: right / truth.len() as f64,
        precision: right / answer.len() as f64,
        asked: asked.len() as f64 / rows.len() as f64,
        missed: sorted(truth.difference(&answer).collect()),
        wrong: sorted(answer.difference(&truth).collect()),
    }
}
