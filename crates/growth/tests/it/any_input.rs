//! Nothing that comes in makes the crate panic, and the batch agrees with one child at a time on all of it.

use asuh_growth::batch::{Ages, Columns, Scores, z_scores, z_scores_portable};
use asuh_growth::indonesia::{GainTable, Month, Reading, ReferralLines, Weighing, monthly, refer};
use asuh_growth::prevalence::{Design, Quintile, Surveyed, prevalence};
use asuh_growth::quality::QualityReport;
use asuh_growth::who2007::Pupil;
use asuh_growth::{
    Age, AgeError, Centimetres, Child, Indicator, Interpolation, Kilograms, Length, Millimetres, Oedema,
    Posture, Sex,
};
use proptest::prelude::*;

/// Any double at all, but often one that could be a measurement.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![
        2 => any::<f64>(),
        1 => proptest::sample::select(vec![
            f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.0, -0.0, 45.0, 110.0,
            65.0, 120.0, 102.4, 103.1, 65.7, 109.3, 87.0,
        ]),
        4 => 0.0..130.0,
    ]
}

fn age() -> impl Strategy<Value = f64> {
    prop_oneof![
        1 => any::<f64>(),
        1 => proptest::sample::select(vec![
            f64::NAN, f64::INFINITY, -1.0, -0.0, 90.5, 273.9375, 730.5, 731.0, 1826.0, 1826.25, 1e300,
        ]),
        4 => 0.0..2000.0,
    ]
}

prop_compose! {
    /// A child with any figures, and its age as it was written.
    fn child()(
        sex in proptest::option::of(proptest::sample::select(&Sex::ALL[..])),
        written in age(),
        values in proptest::array::uniform6(proptest::option::weighted(0.9, value())),
        posture in proptest::option::of(proptest::sample::select(vec![Posture::Lying, Posture::Standing])),
        swollen in proptest::bool::weighted(0.1),
    ) -> (f64, Child) {
        let [weight, length, head, arm, triceps, subscapular] = values;
        let child = Child {
            sex,
            age: Age::from_days(written).ok(),
            weight: weight.map(Kilograms),
            length: length.map(|cm| Length { taken: Centimetres(cm), posture }),
            oedema: if swollen { Oedema::Present } else { Oedema::Absent },
            head: head.map(Centimetres),
            arm: arm.map(Centimetres),
            triceps: triceps.map(Millimetres),
            subscapular: subscapular.map(Millimetres),
        };
        (written, child)
    }
}

proptest! {
    #[test]
    fn an_age_is_a_finite_number_from_zero_on(number in age()) {
        for age in [Age::from_days(number), Age::from_months(number)] {
            match age {
                Ok(age) => prop_assert!(age.months() >= 0.0 && age.days() >= 0.0),
                Err(AgeError::Negative) => prop_assert!(number < 0.0),
                Err(AgeError::NotFinite) => prop_assert!(!number.is_finite()),
            }
        }
    }

    #[test]
    fn a_score_is_never_nan_and_is_the_rounded_raw_one((_, child) in child()) {
        for interpolation in [Interpolation::AsWho, Interpolation::Corrected] {
            for (indicator, score) in child.z_scores_with(interpolation).iter() {
                let Ok(score) = score else { continue };
                prop_assert!(!score.z.is_nan() && !score.raw.is_nan());
                prop_assert!(score.z == score.raw || (score.z - score.raw).abs() <= 0.005 + 1e-9 * score.raw.abs());
                let limits = indicator.limits();
                prop_assert_eq!(score.flagged, !(limits.low..=limits.high).contains(&score.z));
            }
        }
    }

    #[test]
    fn any_pupil(
        age_months in proptest::option::of(prop_oneof![any::<f64>(), 55.0..235.0]),
        (height, weight) in (proptest::option::of(value()), proptest::option::of(value())),
        sex in proptest::option::of(proptest::sample::select(&Sex::ALL[..])),
    ) {
        let pupil = Pupil {
            sex, age_months, height: height.map(Centimetres), weight: weight.map(Kilograms), ..Pupil::default()
        };
        if let Ok(scores) = pupil.z_scores() {
            for score in [scores.height_for_age, scores.weight_for_age, scores.bmi_for_age].into_iter().flatten() {
                prop_assert!(!score.z.is_nan());
            }
        }
    }

    #[test]
    fn any_survey(
        rows in proptest::collection::vec((child(), proptest::option::of(value()), 0..5_usize, 0..4_usize), 0..60),
        weights in any::<bool>(), clusters in any::<bool>(), strata in any::<bool>(),
    ) {
        let names = ["a", "b", "c", "d"];
        let sample: Vec<Surveyed<'_>> = rows
            .iter()
            .map(|((_, child), weight, cluster, stratum)| Surveyed {
                weight: weight.map(f64::abs).filter(|weight| weight.is_finite()),
                cluster: names.get(*cluster).copied(),
                stratum: Some(names[*stratum]),
                region: names.get(*cluster).copied(),
                wealth: Some(Quintile::ALL[*stratum]),
                ..Surveyed::of(*child)
            })
            .collect();
        let table = prevalence(&sample, Design { weights, clusters, strata }).unwrap();
        for group in &table.groups {
            prop_assert_eq!(group.figures().len(), asuh_growth::prevalence::columns().len());
        }
    }

    #[test]
    fn any_child_is_read_referred_and_reported((_, child) in child(), red in any::<f64>(), orange in any::<f64>()) {
        let _ = Reading::of(&child);
        let _ = refer(&child, None, &ReferralLines { red, orange: Some(orange) });
        let report = QualityReport::of([child]);
        prop_assert_eq!(report.children, 1);
    }

    #[test]
    fn any_series_of_weighings(
        weighings in proptest::collection::vec((any::<u16>(), 1..=12_u8, any::<u32>(), any::<u32>()), 0..20),
        sorted in any::<bool>(),
    ) {
        let mut weighings: Vec<Weighing> = weighings
            .into_iter()
            .filter_map(|(year, month, completed_months, grams)| {
                Some(Weighing { month: Month::new(year, month)?, completed_months, grams })
            })
            .collect();
        if sorted {
            weighings.sort_by_key(|weighing| weighing.month);
            weighings.dedup_by_key(|weighing| weighing.month);
        }
        let readings = monthly(&weighings, Sex::Male, &GainTable::default());
        prop_assert!(!sorted || readings.is_ok());
    }
}

proptest! {
    // Up to 150 children a case: fewer cases will do.
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 4, ..ProptestConfig::default() })]

    #[test]
    fn the_batch_agrees_with_one_child_at_a_time(children in proptest::collection::vec(child(), 0..150)) {
        let value = |found: fn(&Child) -> Option<f64>| -> Vec<f64> {
            children.iter().map(|(_, child)| found(child).unwrap_or(f64::NAN)).collect()
        };
        let sex: Vec<Option<Sex>> = children.iter().map(|(_, child)| child.sex).collect();
        let days: Vec<f64> = children.iter().map(|(written, _)| *written).collect();
        let posture: Vec<_> = children.iter().map(|(_, child)| child.length.and_then(|length| length.posture)).collect();
        let oedema: Vec<Oedema> = children.iter().map(|(_, child)| child.oedema).collect();
        let columns = Columns {
            sex: &sex,
            age: Ages::Days(&days),
            weight: &value(|child| child.weight.map(|weight| weight.0)),
            length: &value(|child| child.length.map(|length| length.taken.0)),
            posture: &posture,
            oedema: &oedema,
            head: &value(|child| child.head.map(|head| head.0)),
            arm: &value(|child| child.arm.map(|arm| arm.0)),
            triceps: &value(|child| child.triceps.map(|fold| fold.0)),
            subscapular: &value(|child| child.subscapular.map(|fold| fold.0)),
        };
        for (interpolation, run) in [
            (Interpolation::AsWho, z_scores as fn(&Columns<'_>, Interpolation, &mut [Scores<'_>]) -> _),
            (Interpolation::Corrected, z_scores),
            (Interpolation::AsWho, z_scores_portable),
        ] {
            for indicator in Indicator::ALL {
                let (mut z, mut flagged) = (vec![0.0; days.len()], vec![true; days.len()]);
                run(&columns, interpolation, &mut [Scores::new(indicator, &mut z, &mut flagged)]).unwrap();
                for (place, (written, child)) in children.iter().enumerate() {
                    let wrong_age = child.age.is_none() && !written.is_nan();
                    match child.z_scores_with(interpolation).of(indicator) {
                        Ok(score) if !wrong_age => {
                            prop_assert_eq!((z[place], flagged[place]), (score.z, score.flagged), "{:?}", child);
                        }
                        _ => prop_assert!(z[place].is_nan() && !flagged[place], "{:?} {:?}", indicator, child),
                    }
                }
            }
        }
    }
}
