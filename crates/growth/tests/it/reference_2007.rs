//! The answers of WHO's R package `anthroplus` 1.0.0, cell by cell.

use asuh_growth::who2007::Pupil;
use asuh_growth::{Centimetres, Kilograms, Oedema, Sex};

use crate::shared::{close, number, rows};

#[test]
fn every_cell_equals_that_of_anthroplus() {
    let Some(rows) = rows("reference_2007_dev.csv") else { return };
    let mut wrong = Vec::new();
    let mut of_month_60 = 0;
    for row in &rows {
        let pupil = Pupil {
            sex: Sex::from_code(&row["sex"]),
            age_months: number(&row["age_in_months"]),
            height: number(&row["height_in_cm"]).map(Centimetres),
            weight: number(&row["weight_in_kg"]).map(Kilograms),
            oedema: Oedema::from_code(&row["oedema"]).unwrap_or_default(),
        };
        of_month_60 += usize::from(pupil.age_months.is_some_and(|age| (60.0..61.0).contains(&age)));
        let scores = pupil.z_scores().unwrap();
        let mut check = |column: String, good: bool, found: String| {
            if !good {
                wrong.push(format!("{} {column}: {found}, anthroplus {:?}", row["id"], row[&column]));
            }
        };
        let cbmi = number(&row["cbmi"]);
        let good =
            scores.bmi == cbmi || (scores.bmi.is_some_and(f64::is_nan) && cbmi.is_some_and(f64::is_nan));
        check("cbmi".to_owned(), good, format!("{:?}", scores.bmi));
        let oedema = if pupil.oedema == Oedema::Present { "y" } else { "n" };
        check("coedema".to_owned(), oedema == row["coedema"], oedema.to_owned());
        for (code, score) in
            [("hfa", scores.height_for_age), ("wfa", scores.weight_for_age), ("bfa", scores.bmi_for_age)]
        {
            let score = score.ok();
            let z = score.map(|score| score.z);
            check(format!("z{code}"), z == number(&row[&format!("z{code}")]), format!("{z:?}"));
            let flag = score.map_or("", |score| if score.flagged { "1" } else { "0" });
            check(format!("f{code}"), flag == row[&format!("f{code}")], flag.to_owned());
            let raw = score.map(|score| score.raw);
            let column = format!("z{code}_raw");
            let good = match (raw, number(&row[&column])) {
                (Some(found), Some(wanted)) => close(found, wanted),
                (None, None) => true,
                _ => false,
            };
            check(column, good, format!("{raw:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
    assert!(of_month_60 > 0, "the filled month is looked at");
}
