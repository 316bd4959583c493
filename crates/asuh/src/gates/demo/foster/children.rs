//! A district's stunted children, as the e-PPGBM export of a month that brings them in.

use std::io::Write;
use std::path::Path;

use asuh_growth::{Age, Centimetres, Child, Kilograms, Length, Posture, Sex, TableName};
use asuh_nusantara::age;
use time::{Date, Duration};

use super::super::World;
use super::super::lists::{EPPGBM, Village, decimal, printed};

/// Children of one kecamatan.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lot {
    /// Stunted children.
    pub(super) stunted: usize,
    /// Of them severely stunted.
    pub(super) severely: usize,
    /// Children who are not.
    pub(super) others: usize,
}

/// Writes the measurements of a month: of each kecamatan, in the order of their codes, its lot. Nobody turns five within
/// the year after.
///
/// # Errors
/// The file cannot be written.
pub(super) fn write(
    world: &mut World,
    villages: &[Village],
    lots: &[Lot],
    (province, regency): (&str, &str),
    measured: Date,
    path: &Path,
) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "{EPPGBM}")?;
    let mut number = 0;
    for (here, lot) in villages.chunk_by(|one, other| one.subdistrict == other.subdistrict).zip(lots) {
        for nth in 0..lot.stunted + lot.others {
            number += 1;
            let village = &here[world.dice.below(here.len())];
            let woman = world.dice.chance(49);
            let days = world.dice.between(120, 1_400);
            let child = world.people.born(&mut world.dice, woman, measured - Duration::days(days));
            let mother = world.people.aged(&mut world.dice, true, (19, 40), measured);
            let height_for_age = match nth {
                nth if nth < lot.severely => -3.1 - 0.01 * world.dice.below(80) as f64,
                nth if nth < lot.stunted => -2.1 - 0.01 * world.dice.below(80) as f64,
                _ => -1.6 + 0.01 * world.dice.below(200) as f64,
            };
            let weight_for_length = -1.4 + 0.01 * world.dice.below(180) as f64;
            let Some((measures, length_mm, grams, standing)) =
                measures(woman, days, height_for_age, weight_for_length)
            else {
                continue;
            };
            let months = age::completed_months(child.birth, measured).unwrap_or_default();
            let (rw, rt) = (world.dice.between(1, 4), world.dice.between(1, 8));
            writeln!(
                file,
                "{number},{},{},{},{},3.0,48,{},{province},{regency},{},{},{},Melati {rw},{rt:03},{rw:03},-,\
                 {} Tahun - {} Bulan - 0 Hari,{measured},{},{},{},-,{},N,1,Sesuai,Ya,Tidak,Tidak,-",
                child.nik,
                child.name,
                if woman { "P" } else { "L" },
                child.birth,
                mother.name,
                village.subdistrict.to_uppercase(),
                village.subdistrict,
                village.name.to_uppercase(),
                months / 12,
                months % 12,
                decimal(grams / 10, 100),
                decimal(length_mm, 10),
                if standing { "Berdiri" } else { "Terlentang" },
                printed(&measures, None),
            )?;
        }
    }
    file.flush()
}

/// A child of these z-scores, as it is read off: the child, its length in mm, its weight in grams, whether it stood.
pub(super) fn measures(
    woman: bool,
    days: i64,
    height_for_age: f64,
    weight_for_length: f64,
) -> Option<(Child, i64, i64, bool)> {
    let sex = if woman { Sex::Female } else { Sex::Male };
    let day = u32::try_from(days).ok()?;
    let standing = days > 730;
    let length_mm = (TableName::LengthForAge.row(sex, day)?.measure(height_for_age) * 10.0).round();
    let table = if standing { TableName::WeightForHeight } else { TableName::WeightForLength };
    let row = table.row(sex, length_mm as u32)?;
    let grams = (row.restricted_measure(weight_for_length) * 100.0).round() * 10.0;
    let child = Child {
        sex: Some(sex),
        age: Some(Age::from_whole_days(day)),
        weight: Some(Kilograms(grams / 1_000.0)),
        length: Some(Length {
            taken: Centimetres(length_mm / 10.0),
            posture: Some(if standing { Posture::Standing } else { Posture::Lying }),
        }),
        ..Child::default()
    };
    Some((child, length_mm as i64, grams as i64, standing))
}
