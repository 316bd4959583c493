//! The batch gives what one child at a time gives, with the instructions chosen at run time and without.

use asuh_growth::batch::{Ages, ColumnError, Columns, Scores, z_scores, z_scores_portable};
use asuh_growth::{
    Age, Centimetres, Child, Indicator, Interpolation, Kilograms, Length, Millimetres, Oedema, Posture, Sex,
    TableName,
};

use crate::reference;
use crate::shared::{close, rows};

/// Children as columns.
#[derive(Default)]
struct Table {
    sex: Vec<Option<Sex>>,
    age: Vec<f64>,
    posture: Vec<Option<Posture>>,
    oedema: Vec<Oedema>,
    /// Weight, length, head, arm, triceps, subscapular.
    values: [Vec<f64>; 6],
}

impl Table {
    fn push(&mut self, age: f64, child: &Child) {
        self.sex.push(child.sex);
        self.age.push(age);
        self.posture.push(child.length.and_then(|length| length.posture));
        self.oedema.push(child.oedema);
        let values = [
            child.weight.map(|weight| weight.0),
            child.length.map(|length| length.taken.0),
            child.head.map(|head| head.0),
            child.arm.map(|arm| arm.0),
            child.triceps.map(|fold| fold.0),
            child.subscapular.map(|fold| fold.0),
        ];
        for (column, value) in self.values.iter_mut().zip(values) {
            column.push(value.unwrap_or(f64::NAN));
        }
    }

    fn columns(&self, months: bool) -> Columns<'_> {
        let [weight, length, head, arm, triceps, subscapular] = &self.values;
        Columns {
            sex: &self.sex,
            age: if months { Ages::Months(&self.age) } else { Ages::Days(&self.age) },
            weight,
            length,
            posture: &self.posture,
            oedema: &self.oedema,
            head,
            arm,
            triceps,
            subscapular,
        }
    }
}

/// z, flag and raw of all children, by indicator.
type Found = Vec<(Indicator, Vec<f64>, Vec<bool>, Vec<f64>)>;

fn compute(columns: &Columns<'_>, interpolation: Interpolation, portable: bool) -> Found {
    let n = columns.sex.len();
    let mut found: Found =
        Indicator::ALL.map(|indicator| (indicator, vec![9.0; n], vec![true; n], vec![9.0; n])).to_vec();
    let mut outputs: Vec<Scores<'_>> = found
        .iter_mut()
        .map(|(indicator, z, flagged, raw)| Scores::new(*indicator, z, flagged).with_raw(raw))
        .collect();
    let run = if portable { z_scores_portable } else { z_scores };
    run(columns, interpolation, &mut outputs).unwrap();
    found
}

/// Compares both paths with the plain way.
fn check(children: &[Child], table: &Table, months: bool) {
    for interpolation in [Interpolation::AsWho, Interpolation::Corrected] {
        for portable in [false, true] {
            let found = compute(&table.columns(months), interpolation, portable);
            for (place, child) in children.iter().enumerate() {
                let scores = child.z_scores_with(interpolation);
                for (indicator, z, flagged, raw) in &found {
                    match scores.of(*indicator) {
                        Ok(score) => {
                            let (z, flagged) = (z[place], flagged[place]);
                            assert_eq!((z, flagged), (score.z, score.flagged), "{indicator:?} {child:?}");
                            assert!(close(raw[place], score.raw), "{indicator:?} {} {score:?}", raw[place]);
                        }
                        Err(reason) => {
                            assert!(
                                z[place].is_nan() && raw[place].is_nan(),
                                "{indicator:?} {reason} {child:?}"
                            );
                            assert!(!flagged[place]);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn the_reference_children_get_the_same_scores() {
    let Some(rows) = rows("reference_dev.csv") else { return };
    for months in [false, true] {
        let mut table = Table::default();
        let mut children = Vec::new();
        for row in rows.iter().filter(|row| (row["is_age_in_month"] == "1") == months) {
            let child = reference::child(row);
            table.push(row["age"].parse().unwrap_or(f64::NAN), &child);
            children.push(child);
        }
        assert!(!children.is_empty());
        check(&children, &table, months);
    }
}

/// A pseudo-random number from 0 to 1, always the same.
fn chance(seed: &mut u64) -> f64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 11) as f64 / (1_u64 << 53) as f64
}

/// Children all over the standards, with z-scores from -8 to 8, some values missing, some beyond all sense.
fn crowd(n: usize, months: bool) -> (Vec<Child>, Table) {
    let mut seed = 7;
    let (mut children, mut table) = (Vec::new(), Table::default());
    let medians: Vec<Vec<f64>> = [
        TableName::WeightForAge,
        TableName::LengthForAge,
        TableName::HeadForAge,
        TableName::ArmForAge,
        TableName::TricepsForAge,
        TableName::SubscapularForAge,
    ]
    .map(|name| name.rows(Sex::Male).map(|(_, row)| row.m).collect())
    .to_vec();
    for _ in 0..n {
        let days = chance(&mut seed) * 1900.0;
        let days = if chance(&mut seed) < 0.5 { days.floor() } else { days };
        let age = if months { days / 30.4375 } else { days };
        let spread = if chance(&mut seed) < 0.7 { 0.25 } else { 0.9 };
        let mut value = |nth: usize| {
            let median = medians[nth][(days as usize).min(medians[nth].len() - 1)];
            let value = median * (1.0 + spread * (2.0 * chance(&mut seed) - 1.0));
            match (chance(&mut seed) * 60.0) as u32 {
                0 => None,
                1 => Some(0.0),
                2 => Some(-value),
                3 => Some(value * 1e9),
                4 => Some(f64::INFINITY),
                5..=40 => Some((value * 10.0).round() / 10.0),
                _ => Some(value),
            }
        };
        let values = [0, 1, 2, 3, 4, 5].map(&mut value);
        let posture =
            [None, Some(Posture::Lying), Some(Posture::Standing)][(chance(&mut seed) * 3.0) as usize];
        let known = chance(&mut seed) < 0.95;
        let child = Child {
            sex: [None, Some(Sex::Male), Some(Sex::Female), Some(Sex::Male), Some(Sex::Female)]
                [(chance(&mut seed) * 5.0) as usize],
            age: known.then(|| if months { Age::from_months(age) } else { Age::from_days(age) }.unwrap()),
            weight: values[0].map(Kilograms),
            length: Some(Length { taken: Centimetres(values[1].unwrap_or(f64::NAN)), posture }),
            oedema: if chance(&mut seed) < 0.03 { Oedema::Present } else { Oedema::Absent },
            head: values[2].map(Centimetres),
            arm: values[3].map(Centimetres),
            triceps: values[4].map(Millimetres),
            subscapular: values[5].map(Millimetres),
        };
        table.push(if known { age } else { f64::NAN }, &child);
        children.push(child);
    }
    (children, table)
}

#[test]
fn a_crowd_of_invented_children_gets_the_same_scores() {
    for months in [false, true] {
        let (children, table) = crowd(20_000, months);
        check(&children, &table, months);
    }
}

#[test]
fn any_number_of_children_is_right() {
    for n in [0, 1, 2, 63, 64, 65, 130] {
        let (children, table) = crowd(n, false);
        check(&children, &table, false);
    }
}

#[test]
fn scores_on_a_rounding_edge_round_as_for_one_child() {
    // Lengths whose z-score is a half of a hundredth, within the last digits of a double.
    let (mut children, mut table) = (Vec::new(), Table::default());
    for (day, row) in TableName::LengthForAge.rows(Sex::Female).take(1800).step_by(7) {
        for half in -300..300 {
            let z = f64::from(half) / 100.0 + 0.005;
            let child = Child {
                sex: Some(Sex::Female),
                age: Some(Age::from_whole_days(day)),
                length: Some(Length::unknown_posture(row.measure(z))),
                ..Child::default()
            };
            table.push(f64::from(day), &child);
            children.push(child);
        }
    }
    check(&children, &table, false);
}

#[test]
fn skinfolds_far_from_the_median_leave_the_polynomials() {
    // Where S is large, twice the median is still within three deviations.
    let (mut children, mut table) = (Vec::new(), Table::default());
    for (day, row) in TableName::TricepsForAge.rows(Sex::Male).step_by(20).filter(|(day, _)| *day < 1826) {
        for percent in 25..300 {
            let child = Child {
                sex: Some(Sex::Male),
                age: Some(Age::from_whole_days(day)),
                triceps: Some(Millimetres(row.m * f64::from(percent) / 100.0)),
                ..Child::default()
            };
            table.push(f64::from(day), &child);
            children.push(child);
        }
    }
    check(&children, &table, false);
}

#[test]
fn what_is_no_age_takes_every_score_with_it() {
    let (_, mut table) = crowd(200, false);
    for (place, age) in table.age.iter_mut().enumerate() {
        *age = [-1.0, f64::INFINITY, f64::NEG_INFINITY, -1e-9][place % 4];
    }
    for portable in [false, true] {
        for (_, z, flagged, _) in compute(&table.columns(false), Interpolation::AsWho, portable) {
            assert!(z.iter().all(|z| z.is_nan()) && !flagged.contains(&true));
        }
    }
}

#[test]
fn columns_of_different_lengths_are_refused() {
    let columns = Columns { sex: &[None; 3], age: Ages::Days(&[1.0; 3]), ..Columns::default() };
    let run = |columns: &Columns<'_>, z: usize| {
        let (mut z, mut flagged) = (vec![9.0; z], vec![false; 3]);
        let outputs = &mut [Scores::new(Indicator::LengthForAge, &mut z, &mut flagged)];
        z_scores(columns, Interpolation::AsWho, outputs)
    };
    assert_eq!(run(&columns, 3), Ok(()));
    assert_eq!(run(&columns, 2), Err(ColumnError { column: "z", found: 2, wanted: 3 }));
    let short = Columns { weight: &[1.0; 2], ..columns };
    assert_eq!(run(&short, 3), Err(ColumnError { column: "weight", found: 2, wanted: 3 }));
    let ageless = Columns { age: Ages::Months(&[]), ..columns };
    assert_eq!(run(&ageless, 3), Err(ColumnError { column: "age", found: 0, wanted: 3 }));
}
