//! The answers of WHO's R package `anthro` 1.1.0, cell by cell.

use std::collections::HashMap;

use asuh_growth::{Age, Centimetres, Child, Indicator, Kilograms, Length, Millimetres, Oedema, Posture, Sex};

use crate::shared::{close, number, rows};

type Row = HashMap<String, String>;

/// A row of the file as a child.
pub(crate) fn child(row: &Row) -> Child {
    let value = |column: &str| number(&row[column]);
    let age = value("age").map(|age| {
        if row["is_age_in_month"] == "1" { Age::from_months(age) } else { Age::from_days(age) }.unwrap()
    });
    Child {
        sex: Sex::from_code(&row["sex"]),
        age,
        weight: value("weight").map(Kilograms),
        length: Some(Length {
            taken: Centimetres(value("lenhei").unwrap_or(f64::NAN)),
            posture: Posture::from_code(&row["measure"]),
        }),
        oedema: Oedema::from_code(&row["oedema"]).unwrap_or_default(),
        head: value("headc").map(Centimetres),
        arm: value("armc").map(Centimetres),
        triceps: value("triskin").map(Millimetres),
        subscapular: value("subskin").map(Millimetres),
    }
}

fn same(found: Option<f64>, wanted: Option<f64>, equal: impl Fn(f64, f64) -> bool) -> bool {
    match (found, wanted) {
        (Some(found), Some(wanted)) => equal(found, wanted) || (found.is_nan() && wanted.is_nan()),
        (None, None) => true,
        _ => false,
    }
}

#[test]
fn every_cell_equals_that_of_anthro() {
    let Some(rows) = rows("reference_dev.csv") else { return };
    assert!(!rows.is_empty());
    let mut wrong = Vec::new();
    for row in &rows {
        let scores = child(row).z_scores();
        let cleaned = scores.cleaned;
        let mut check = |column: &str, good: bool, found: String| {
            if !good {
                wrong.push(format!("{} {column}: {found}, anthro {:?}", row["id"], row[column]));
            }
        };
        let exactly = |found: f64, wanted: f64| found == wanted;
        for (column, found) in [("clenhei", cleaned.length), ("cbmi", cleaned.bmi)] {
            check(column, same(found, number(&row[column]), exactly), format!("{found:?}"));
        }
        let posture = cleaned.posture.map_or("", Posture::code);
        check("cmeasure", posture == row["cmeasure"], posture.to_owned());
        let nine = if cleaned.standing_below_nine_months { "1" } else { "0" };
        check("c9mo_flag", nine == row["c9mo_flag"], nine.to_owned());
        let sex = Sex::from_code(&row["sex"]).map_or("", Sex::code);
        check("csex", sex == row["csex"], sex.to_owned());
        for (indicator, score) in scores.iter() {
            let code = indicator.code();
            let score = score.ok();
            let z = score.map(|score| score.z);
            check(&format!("z{code}"), same(z, number(&row[&format!("z{code}")]), exactly), format!("{z:?}"));
            let flag = score.map_or("", |score| if score.flagged { "1" } else { "0" });
            check(&format!("f{code}"), flag == row[&format!("f{code}")], flag.to_owned());
            let raw = score.map(|score| score.raw);
            let column = format!("z{code}_raw");
            check(&column, same(raw, number(&row[&column]), close), format!("{raw:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    println!("{} children, {} cells", rows.len(), rows.len() * (5 + 3 * Indicator::ALL.len()));
}
