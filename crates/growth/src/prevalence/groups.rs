//! The groups that are reported on, in WHO's order and with WHO's names.

use super::estimate::Domain;
use super::sample::Sample;
use super::{Quintile, Surveyed};
use crate::Sex;

/// Completed months: name, from, below.
const AGES: [(&str, f64, f64); 6] = [
    ("00-05 mo", 0.0, 6.0),
    ("06-11 mo", 6.0, 12.0),
    ("12-23 mo", 12.0, 24.0),
    ("24-35 mo", 24.0, 36.0),
    ("36-47 mo", 36.0, 48.0),
    ("48-59 mo", 48.0, 60.0),
];

/// WHO's tables name girls first.
const SEXES: [(&str, Sex); 2] = [("Female", Sex::Female), ("Male", Sex::Male)];

/// A group and who is in it.
pub(super) struct NamedDomain {
    pub(super) label: String,
    pub(super) domain: Domain,
}

pub(super) fn groups(sample: &Sample<'_>) -> Vec<NamedDomain> {
    let mut groups =
        vec![NamedDomain { label: "All".to_owned(), domain: (0..sample.rows.len() as u32).collect() }];
    // Ages, sexes and quintiles are listed whole as soon as one child has one.
    let mut fixed = |kind: &str, names: Vec<String>, place: &dyn Fn(&Surveyed<'_>) -> Option<usize>| {
        let mut domains = vec![Domain::new(); names.len()];
        for (child, row) in sample.rows.iter().enumerate() {
            if let Some(place) = place(row) {
                domains[place].push(child as u32);
            }
        }
        if domains.iter().any(|domain| !domain.is_empty()) {
            groups.extend(
                names
                    .into_iter()
                    .zip(domains)
                    .map(|(name, domain)| NamedDomain { label: format!("{kind}: {name}"), domain }),
            );
        }
    };
    fixed("Age group", AGES.map(|(name, ..)| name.to_owned()).to_vec(), &age_group);
    fixed("Sex", SEXES.map(|(name, _)| name.to_owned()).to_vec(), &sex);
    let both = SEXES.iter().flat_map(|(sex, _)| AGES.map(|(age, ..)| format!("{age}.{sex}")));
    fixed("Age + sex", both.collect(), &|row| Some(sex(row)? * AGES.len() + age_group(row)?));
    by_text(sample, "Area", |row| row.residence, &mut groups);
    by_text(sample, "Geographical region", |row| row.region, &mut groups);
    if sample.rows.iter().any(|row| row.wealth.is_some()) {
        groups.extend(Quintile::ALL.map(|quintile| NamedDomain {
            label: format!("Wealth quintile: {}", quintile.label()),
            domain: members(sample, |row| row.wealth == Some(quintile)),
        }));
    }
    by_text(sample, "Maternal education", |row| row.education, &mut groups);
    by_text(sample, "Other grouping", |row| row.other, &mut groups);
    groups
}

fn members(sample: &Sample<'_>, is_in: impl Fn(&Surveyed<'_>) -> bool) -> Domain {
    let places = sample.rows.iter().enumerate().filter(|(_, row)| is_in(row));
    places.map(|(place, _)| place as u32).collect()
}

fn age_group(row: &Surveyed<'_>) -> Option<usize> {
    let months = row.child.age?.months();
    AGES.iter().position(|(_, from, below)| (*from..*below).contains(&months))
}

fn sex(row: &Surveyed<'_>) -> Option<usize> {
    SEXES.iter().position(|(_, sex)| row.child.sex == Some(*sex))
}

/// Groups named by a text. Over clusters and strata they are sorted; else they come as they first appear, with an
/// empty row for those of whom it is not known.
fn by_text<'a>(
    sample: &Sample<'a>,
    kind: &str,
    text: impl Fn(&Surveyed<'a>) -> Option<&'a str>,
    groups: &mut Vec<NamedDomain>,
) {
    let mut names: Vec<Option<&str>> = Vec::new();
    let mut domains: Vec<Domain> = Vec::new();
    for (child, row) in sample.rows.iter().enumerate() {
        let name = text(row);
        let place = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            domains.push(Domain::new());
            names.len() - 1
        });
        // Nobody is counted in the group of the unknown.
        if name.is_some() {
            domains[place].push(child as u32);
        }
    }
    if names.iter().all(Option::is_none) {
        return;
    }
    let mut found: Vec<(Option<&str>, Domain)> = names.into_iter().zip(domains).collect();
    if sample.design.is_complex() {
        found.retain(|(name, _)| name.is_some());
        found.sort_by_key(|(name, _)| *name);
    }
    groups.extend(
        found
            .into_iter()
            .map(|(name, domain)| NamedDomain { label: format!("{kind}: {}", name.unwrap_or("NA")), domain }),
    );
}
