//! Each rule of WHO 2007 with an invented pupil of its own.

use asuh_growth::who2007::{Pupil, PupilError};
use asuh_growth::{Centimetres, Kilograms, Lms, NoScore, Oedema, Sex, TableName};

fn girl(months: f64, cm: f64, kg: f64) -> Pupil {
    Pupil {
        sex: Some(Sex::Female),
        age_months: Some(months),
        height: Some(Centimetres(cm)),
        weight: Some(Kilograms(kg)),
        ..Pupil::default()
    }
}

fn row(table: TableName, month: u32) -> Lms {
    table.row(Sex::Female, month).unwrap()
}

#[test]
fn l_m_and_s_are_interpolated_between_months() {
    let (low, high) = (row(TableName::HeightForAge2007, 100), row(TableName::HeightForAge2007, 101));
    let z = |months| girl(months, 125.0, 25.0).z_scores().unwrap().height_for_age.unwrap().raw;
    assert_eq!(z(100.0), low.z(125.0));
    let (m, s) = (low.m + 0.25 * (high.m - low.m), low.s + 0.25 * (high.s - low.s));
    assert!((z(100.25) - (125.0 / m - 1.0) / s).abs() < 1e-12);
    // Below month 61 the filled month counts.
    let filled = row(TableName::HeightForAge2007, 60);
    assert_eq!((filled.m, filled.s), (109.0725, 0.04346));
    assert_eq!(z(60.0), filled.z(125.0));
}

#[test]
fn weight_ends_at_ten_years_height_and_bmi_at_nineteen() {
    for (months, height, weight) in [
        (59.99, false, false),
        (60.0, true, true),
        (120.0, true, true),
        (120.01, true, false),
        (228.0, true, false),
        (228.01, false, false),
    ] {
        let scores = girl(months, 130.0, 30.0).z_scores().unwrap();
        assert_eq!(scores.height_for_age.is_ok(), height, "{months}");
        assert_eq!(scores.bmi_for_age.is_ok(), height, "{months}");
        assert_eq!(scores.weight_for_age.is_ok(), weight, "{months}");
        assert!(weight || scores.weight_for_age == Err(NoScore::AgeOutside));
    }
}

#[test]
fn tails_are_straight_for_what_weighs_and_flags_go_by_indicator() {
    let weight = row(TableName::WeightForAge2007, 100);
    for (z, flagged) in [(4.5, false), (5.5, true), (-5.5, false), (-6.5, true)] {
        let scores = girl(100.0, 125.0, weight.restricted_measure(z)).z_scores().unwrap();
        let found = scores.weight_for_age.unwrap();
        assert_eq!((found.z, found.flagged), (z, flagged));
    }
    let (height, bmi) = (row(TableName::HeightForAge2007, 100), row(TableName::BmiForAge2007, 100));
    for (z, tall, fat) in [(4.5, false, false), (5.5, false, true), (6.5, true, true)] {
        let cm = height.measure(z);
        let kg = bmi.restricted_measure(z) * (cm / 100.0).powi(2);
        let scores = girl(100.0, cm, kg).z_scores().unwrap();
        let (length, mass) = (scores.height_for_age.unwrap(), scores.bmi_for_age.unwrap());
        assert_eq!((length.z, length.flagged, mass.z, mass.flagged), (z, tall, z, fat));
    }
}

#[test]
fn oedema_hides_weight_and_bmi() {
    let scores = Pupil { oedema: Oedema::Present, ..girl(100.0, 125.0, 25.0) }.z_scores().unwrap();
    assert!(scores.height_for_age.is_ok() && scores.bmi.is_some());
    assert_eq!(scores.weight_for_age, Err(NoScore::Oedema));
    assert_eq!(scores.bmi_for_age, Err(NoScore::Oedema));
}

#[test]
fn below_zero_is_refused_and_zero_is_not() {
    for (pupil, error) in [
        (girl(-1.0, 125.0, 25.0), PupilError::NegativeAge),
        (girl(100.0, -1.0, 25.0), PupilError::NegativeHeight),
        (girl(100.0, 125.0, -1.0), PupilError::NegativeWeight),
    ] {
        assert_eq!(pupil.z_scores(), Err(error));
    }
    let weightless = girl(100.0, 125.0, 0.0).z_scores().unwrap().weight_for_age.unwrap();
    assert!(weightless.z.is_finite() && weightless.flagged);
    let flat = girl(100.0, 0.0, 25.0).z_scores().unwrap();
    assert_eq!(flat.bmi, Some(f64::INFINITY));
    assert!(flat.bmi_for_age.unwrap().flagged);
}
