//! Prevalences of an invented survey: beside WHO's tables, and by hand.

use asuh_growth::prevalence::{
    Comparison, Design, PrevalenceTable, Quintile, SurveyError, Surveyed, columns, prevalence,
};
use asuh_growth::{Age, Child, Kilograms, Length, Oedema, Posture, Sex};

use crate::shared::{number, rows};

fn close(found: f64, wanted: f64, relative: f64) -> bool {
    (found - wanted).abs() <= relative * wanted.abs().max(1e-3)
}

/// Compares with a table of `anthro`; nothing where it is not at hand.
fn compare(name: &str, design: Design) {
    let (Some(input), Some(wanted)) = (rows("prevalence_input.csv"), rows(name)) else { return };
    fn text(cell: &str) -> Option<&str> {
        (!cell.is_empty()).then_some(cell)
    }
    let sample: Vec<Surveyed<'_>> = input
        .iter()
        .map(|row| Surveyed {
            child: Child {
                sex: Sex::from_code(&row["sex"]),
                age: number(&row["age"]).map(|days| Age::from_days(days).unwrap()),
                weight: number(&row["weight"]).map(Kilograms),
                length: Some(Length {
                    posture: Posture::from_code(&row["measure"]),
                    ..Length::unknown_posture(number(&row["lenhei"]).unwrap_or(f64::NAN))
                }),
                oedema: Oedema::from_code(&row["oedema"]).unwrap(),
                ..Child::default()
            },
            weight: number(&row["sw"]),
            cluster: text(&row["cluster"]),
            stratum: text(&row["strata"]),
            residence: text(&row["typeres"]),
            region: text(&row["gregion"]),
            wealth: Quintile::from_code(&row["wealthq"]),
            education: text(&row["mothered"]),
            other: text(&row["othergr"]),
        })
        .collect();
    let table = prevalence(&sample, design).unwrap();
    let labels: Vec<&str> = table.groups.iter().map(|group| group.label.as_str()).collect();
    let wanted_labels: Vec<&str> = wanted.iter().map(|row| row["Group"].as_str()).collect();
    assert_eq!(labels, wanted_labels);
    let mut wrong = Vec::new();
    for (group, row) in table.groups.iter().zip(&wanted) {
        assert_eq!(columns().len() + 1, row.len());
        for (column, found) in columns().iter().zip(group.figures()) {
            let interval = column.ends_with("_ll") || column.ends_with("_ul");
            let good = match (found, number(&row[column])) {
                (Some(found), Some(wanted)) => close(found, wanted, if interval { 1e-5 } else { 1e-9 }),
                (None, None) => true,
                _ => false,
            };
            if !good {
                wrong.push(format!("{} {column}: {found:?}, anthro {:?}", group.label, row[column]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn without_a_design_every_cell_equals_that_of_anthro() {
    compare("prevalence_none.csv", Design::NONE);
}

#[test]
fn with_clusters_and_strata_every_cell_equals_that_of_anthro() {
    compare("prevalence_cluster_strata.csv", Design { weights: false, ..Design::ALL });
}

/// A boy of 900 days with a height at about this z-score.
fn boy(z: f64) -> Surveyed<'static> {
    let (_, row) = asuh_growth::TableName::LengthForAge.rows(Sex::Male).nth(900).unwrap();
    Surveyed::of(Child {
        sex: Some(Sex::Male),
        age: Some(Age::from_whole_days(900)),
        weight: Some(Kilograms(12.0)),
        length: Some(Length::standing(row.measure(z))),
        ..Child::default()
    })
}

fn stunted(table: &PrevalenceTable) -> (f64, f64) {
    let share = table.groups[0].of(Comparison::LengthForAge).below_2.unwrap();
    (share.value, share.se)
}

#[test]
fn weights_count_a_child_more_than_once() {
    let weighted = |z, weight| Surveyed { weight: Some(weight), ..boy(z) };
    let sample = [weighted(-2.5, 3.0), weighted(0.0, 1.0), weighted(1.0, 0.0)];
    let design = Design { weights: true, ..Design::NONE };
    let table = prevalence(&sample, design).unwrap();
    let length = table.groups[0].of(Comparison::LengthForAge);
    assert_eq!((length.weighted, length.children), (4.0, 3));
    let (share, se) = stunted(&table);
    assert_eq!(share, 75.0);
    // 3/2 * ((3 * 0.25)^2 + (1 * 0.75)^2) / 4^2
    assert!((se - 100.0 * (1.5 * 2.0 * 0.75_f64.powi(2) / 16.0).sqrt()).abs() < 1e-9);
    // An unknown weight is none.
    let unknown = [weighted(-2.5, 3.0), weighted(0.0, 1.0), boy(1.0)];
    assert_eq!(prevalence(&unknown, design).unwrap().groups[0].figures(), table.groups[0].figures());
    for wrong in [-1.0, f64::INFINITY] {
        let sample = [boy(0.0), weighted(0.0, wrong)];
        assert_eq!(prevalence(&sample, design), Err(SurveyError::Weight { row: 1 }));
        assert!(prevalence(&sample, Design::NONE).is_ok(), "weights are not looked at");
    }
}

#[test]
fn children_without_weight_count_where_whos_software_counts_them() {
    let weighted = |z, weight| Surveyed { weight: Some(weight), stratum: Some("s"), ..boy(z) };
    let mut sample = vec![weighted(-2.5, 1.0), weighted(0.0, 1.0), weighted(0.0, 1.0)];
    sample.extend((0..20).map(|_| weighted(0.0, 0.0)));
    let of = |design| {
        let table = prevalence(&sample, design).unwrap();
        *table.groups[0].of(Comparison::LengthForAge)
    };
    let weights = of(Design { weights: true, ..Design::NONE });
    let linear = of(Design { weights: true, strata: true, ..Design::NONE });
    // Mean -2.5/3 and two thirds of the squares about it; n/(n-1) of all 23, or of the 3 with a weight.
    let variance = 2.5_f64.powi(2) * 2.0 / 9.0;
    assert!((weights.deviation.unwrap() - (variance * 23.0 / 22.0).sqrt()).abs() < 1e-9);
    assert!((linear.deviation.unwrap() - (variance * 3.0 / 2.0).sqrt()).abs() < 1e-9);
    assert_eq!((weights.children, linear.children), (23, 23));
    for compared in [weights, linear] {
        let share = compared.below_2.unwrap();
        let p: f64 = 1.0 / 3.0;
        let logit = |percent: f64| (percent / (100.0 - percent)).ln();
        let t = (logit(share.high) - logit(share.value)) * p * (1.0 - p) / (share.se / 100.0);
        // Student's t of 2 degrees: only those with a weight count.
        assert!((t - 4.302_652_729_911).abs() < 1e-6, "{t}");
    }
    let (mean, linear) = (weights.mean.unwrap(), linear.mean.unwrap());
    let t = |mean: asuh_growth::prevalence::Estimate| (mean.high - mean.value) / mean.se;
    assert!((t(mean) - 2.073_873_067_904).abs() < 1e-6, "22 degrees: {}", t(mean));
    assert!((t(linear) - 4.302_652_729_911).abs() < 1e-6, "{}", t(linear));
}

#[test]
fn children_of_a_cluster_count_together() {
    let at = |z, stratum, cluster| Surveyed { stratum: Some(stratum), cluster: Some(cluster), ..boy(z) };
    // Cluster "1" of stratum a is another than cluster "1" of stratum b.
    let sample = [
        at(-2.5, "a", "1"),
        at(-2.5, "a", "1"),
        at(0.0, "a", "2"),
        at(0.0, "a", "2"),
        at(-2.5, "b", "1"),
        at(0.0, "b", "1"),
        at(0.0, "b", "2"),
        at(0.0, "b", "2"),
    ];
    let design = Design { weights: false, ..Design::ALL };
    let (share, se) = stunted(&prevalence(&sample, design).unwrap());
    assert_eq!(share, 37.5);
    // Totals of the clusters: a 2 * 0.625 / 8 and -2 * 0.375 / 8; b 0.25 / 8 and -0.75 / 8. Two clusters a stratum.
    let wanted = 2.0 * (2.0 * 0.125_f64.powi(2) + 2.0 * 0.0625_f64.powi(2));
    assert!((se - 100.0 * wanted.sqrt()).abs() < 1e-9, "{se}");
    let mut homeless = sample.to_vec();
    homeless.push(Surveyed { stratum: Some("a"), ..boy(0.0) });
    let table = prevalence(&homeless, design).unwrap();
    assert_eq!((table.without_place, stunted(&table).0), (1, 37.5));
    // One cluster for all is no clustering.
    let one: Vec<_> = sample.iter().map(|row| Surveyed { cluster: Some("1"), ..*row }).collect();
    let alone = Design { clusters: true, ..Design::NONE };
    let plain = stunted(&prevalence(&sample, Design::NONE).unwrap());
    assert!((stunted(&prevalence(&one, alone).unwrap()).1 - plain.1).abs() < 1e-9);
}

#[test]
fn oedema_counts_as_severe_wasting_and_leaves_the_mean_alone() {
    let mut swollen = boy(0.0);
    swollen.child.oedema = Oedema::Present;
    swollen.child.weight = None;
    let table = prevalence(&[boy(0.0), swollen], Design::NONE).unwrap();
    for comparison in [Comparison::WeightForAge, Comparison::BmiForAge, Comparison::WeightForLength] {
        let compared = table.groups[0].of(comparison);
        assert_eq!(compared.below_3.unwrap().value, 50.0);
        let alone = prevalence(&[boy(0.0), boy(0.0)], Design::NONE).unwrap();
        assert_eq!(compared.mean.unwrap().value, alone.groups[0].of(comparison).mean.unwrap().value);
    }
    assert_eq!(table.groups[0].of(Comparison::LengthForAge).below_3.unwrap().value, 0.0);
}

#[test]
fn the_old_and_the_flagged_are_left_out() {
    let mut old = boy(-2.5);
    old.child.age = Some(Age::from_whole_days(1827));
    let mut ageless = boy(-2.5);
    ageless.child.age = None;
    let table = prevalence(&[boy(0.0), boy(-2.5), boy(-6.5), old, ageless], Design::NONE).unwrap();
    assert_eq!((table.too_old, stunted(&table).0), (1, 50.0));
    assert_eq!(table.groups[0].of(Comparison::WeightForLength).children, 4, "known without an age");
}

#[test]
fn one_percent_has_no_interval_once_there_is_a_design() {
    let sample: Vec<_> =
        (0..100).map(|n| Surveyed { weight: Some(1.0), ..boy(if n == 0 { -2.5 } else { 0.0 }) }).collect();
    let share = |design| {
        let table = prevalence(&sample, design).unwrap();
        table.groups[0].of(Comparison::LengthForAge).below_2.unwrap()
    };
    let (simple, weighted) = (share(Design::NONE), share(Design { weights: true, ..Design::NONE }));
    assert_eq!((simple.value, weighted.value), (1.0, 1.0));
    assert!(simple.low < 0.2 && simple.high > 6.0, "{simple:?}");
    assert_eq!((weighted.low, weighted.high), (1.0, 1.0), "WHO's software does so");
}

#[test]
fn groups_by_text_are_sorted_only_over_clusters_and_strata() {
    let sample: Vec<_> = [Some("Urban"), None, Some("Rural")]
        .map(|residence| Surveyed { residence, stratum: Some("s"), ..boy(0.0) })
        .to_vec();
    let labels = |design| {
        let table = prevalence(&sample, design).unwrap();
        let labels = table.groups.into_iter().map(|group| group.label);
        labels.filter(|label| label.starts_with("Area")).collect::<Vec<_>>()
    };
    assert_eq!(labels(Design::NONE), ["Area: Urban", "Area: NA", "Area: Rural"]);
    assert_eq!(labels(Design { strata: true, ..Design::NONE }), ["Area: Rural", "Area: Urban"]);
}

#[test]
fn an_empty_survey_has_a_table_without_figures() {
    for design in [Design::NONE, Design::ALL] {
        let table = prevalence(&[], design).unwrap();
        assert_eq!(table.groups.len(), 1);
        assert!(table.groups[0].of(Comparison::LengthForAge).below_2.is_none());
    }
}
