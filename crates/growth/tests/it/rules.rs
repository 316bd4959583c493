//! Each rule of WHO's software with an invented child of its own, so that the crate is tested where WHO's
//! answers are not at hand.

use asuh_growth::{
    Age, Centimetres, Child, Indicator, Interpolation, Kilograms, Length, Millimetres, NoScore, Oedema, Sex,
    TableName,
};

fn boy(days: f64, kg: f64, length: Length) -> Child {
    Child {
        sex: Some(Sex::Male),
        age: Age::from_days(days).ok(),
        weight: Some(Kilograms(kg)),
        length: Some(length),
        ..Child::default()
    }
}

fn girl(days: f64, kg: f64, length: Length) -> Child {
    Child { sex: Some(Sex::Female), ..boy(days, kg, length) }
}

fn z(child: &Child, indicator: Indicator) -> f64 {
    child.z_score(indicator).unwrap().z
}

#[test]
fn weights_lengths_and_bmi_of_the_field_manual() {
    for (child, wanted) in [
        (boy(365.0, 7.6, Length::lying(70.0)), [-2.42, -2.17, -1.27, -1.01]),
        (girl(365.0, 7.0, Length::lying(68.9)), [-1.98, -2.05, -1.41, -1.20]),
        (boy(730.0, 9.7, Length::standing(81.0)), [-2.00, -1.97, -1.29, -1.05]),
        (boy(731.0, 9.7, Length::standing(81.0)), [-2.01, -1.98, -1.29, -1.06]),
        (boy(731.0, 9.7, Length::lying(81.0)), [-2.23, -1.98, -1.13, -0.82]),
        (boy(858.0, 10.6, Length::lying(81.5)), [-2.95, -1.73, -0.15, 0.30]),
        (girl(1095.0, 10.8, Length::standing(87.4)), [-2.01, -2.00, -1.21, -1.02]),
        (girl(500.0, 5.4, Length::lying(68.0)), [-3.93, -4.85, -4.10, -3.72]),
        (boy(180.0, 9.5, Length::lying(63.0)), [-2.10, 1.70, 3.96, 3.87]),
        (girl(1826.0, 18.0, Length::standing(105.0)), [-0.93, -0.08, 0.75, 0.67]),
    ] {
        let found = Indicator::WEIGHT_AND_LENGTH.map(|indicator| z(&child, indicator));
        assert_eq!(found, wanted, "{child:?}");
    }
}

#[test]
fn a_standing_child_below_731_days_gains_seven_millimetres() {
    let young = boy(730.0, 9.7, Length::standing(81.0));
    assert_eq!(young.cleaned().length, Some(81.0 + 0.7));
    assert_eq!(boy(730.5, 9.7, Length::standing(81.0)).cleaned().length, Some(81.0), "day 731 by rounding");
    assert_eq!(boy(700.0, 9.7, Length::lying(81.0)).cleaned().length, Some(81.0));
    assert_eq!(boy(700.0, 9.7, Length::unknown_posture(81.0)).cleaned().length, Some(81.0));
    let ageless = Child { age: None, ..young };
    assert_eq!(ageless.cleaned().length, Some(81.0));
}

#[test]
fn a_lying_child_from_731_days_on_loses_seven_millimetres() {
    assert_eq!(boy(731.0, 9.7, Length::lying(81.0)).cleaned().length, Some(81.0 - 0.7));
    assert_eq!(boy(731.0, 9.7, Length::standing(81.0)).cleaned().length, Some(81.0));
}

#[test]
fn the_body_mass_index_is_of_the_adjusted_length() {
    let metres: f64 = (81.0 - 0.7) / 100.0;
    assert_eq!(boy(731.0, 9.7, Length::lying(81.0)).cleaned().bmi, Some(9.7 / (metres * metres)));
}

#[test]
fn nobody_stands_below_nine_months() {
    let cleaned = boy(244.0, 6.0, Length::standing(60.0)).cleaned();
    assert!(cleaned.standing_below_nine_months);
    assert_eq!((cleaned.length, cleaned.posture), (Some(60.0), None));
    assert_eq!(z(&boy(244.0, 6.0, Length::standing(60.0)), Indicator::LengthForAge), -4.81);
    // Nine months are 273.9375 days, unrounded.
    assert!(boy(273.9, 6.0, Length::standing(60.0)).cleaned().standing_below_nine_months);
    assert!(!boy(273.9375, 6.0, Length::standing(60.0)).cleaned().standing_below_nine_months);
}

#[test]
fn the_table_of_weights_goes_by_age_not_by_posture() {
    // Standing, but below 731 days: the length table, whose children are 0.7 cm longer.
    let standing = boy(700.0, 10.0, Length::standing(80.0));
    let lying = boy(700.0, 10.0, Length::lying(80.7));
    assert_eq!(z(&standing, Indicator::WeightForLength), z(&lying, Indicator::WeightForLength));
    let older = boy(740.0, 10.0, Length::standing(80.0));
    assert_eq!(z(&older, Indicator::WeightForLength), z(&standing, Indicator::WeightForLength));
}

#[test]
fn without_an_age_posture_or_87_cm_choose_the_table() {
    let of = |length| {
        let child = Child { age: None, ..boy(0.0, 11.5, length) };
        assert_eq!(child.z_score(Indicator::WeightForAge), Err(NoScore::AgeUnknown));
        z(&child, Indicator::WeightForLength)
    };
    assert_eq!(of(Length::unknown_posture(86.9)), of(Length::lying(86.9)));
    assert_eq!(of(Length::unknown_posture(87.0)), of(Length::standing(87.0)));
    assert_ne!(of(Length::lying(87.0)), of(Length::standing(87.0)));
}

#[test]
fn arms_and_skinfolds_begin_at_day_91_and_have_straight_tails() {
    let child = |days| Child {
        arm: Some(Centimetres(9.0)),
        triceps: Some(Millimetres(20.0)),
        subscapular: Some(Millimetres(25.0)),
        ..boy(days, 5.0, Length::lying(60.0))
    };
    for indicator in [Indicator::ArmForAge, Indicator::TricepsForAge, Indicator::SubscapularForAge] {
        assert_eq!(child(90.4).z_score(indicator), Err(NoScore::AgeOutside));
        let score = child(90.5).z_score(indicator).unwrap();
        assert!(score.z.abs() > 3.0, "{indicator:?} {score:?}");
    }
    for (indicator, table, value) in [
        (Indicator::ArmForAge, TableName::ArmForAge, 9.0),
        (Indicator::TricepsForAge, TableName::TricepsForAge, 20.0),
        (Indicator::SubscapularForAge, TableName::SubscapularForAge, 25.0),
    ] {
        let row = table.rows(Sex::Male).next().unwrap().1;
        let side = if value > row.m { 1.0 } else { -1.0 };
        let (third, second) = (row.measure(side * 3.0), row.measure(side * 2.0));
        let wanted = side * 3.0 + side * (value - third) / (third - second);
        let found = child(91.0).z_score(indicator).unwrap().raw;
        assert!((found - wanted).abs() < 1e-12, "{indicator:?} {found} {wanted}");
    }
}

#[test]
fn no_score_from_sixty_months_on() {
    let last = boy(1826.2, 18.0, Length::standing(105.0));
    for indicator in Indicator::WEIGHT_AND_LENGTH {
        assert!(last.z_score(indicator).is_ok());
        for days in [1826.25, 1827.0, 1856.0, 4000.0] {
            let old = boy(days, 18.0, Length::standing(105.0));
            assert_eq!(old.z_score(indicator), Err(NoScore::AgeOutside), "{days}");
        }
    }
    let sixty = Child { age: Age::from_months(60.0).ok(), ..last };
    assert_eq!(sixty.z_score(Indicator::LengthForAge), Err(NoScore::AgeOutside));
    assert_eq!(sixty.cleaned().length, Some(105.0), "cleaning knows no age limit");
}

#[test]
fn oedema_hides_what_weighs() {
    let child = Child {
        oedema: Oedema::Present,
        arm: Some(Centimetres(12.0)),
        head: Some(Centimetres(45.0)),
        ..boy(500.0, 9.0, Length::lying(75.0))
    };
    for (indicator, score) in child.z_scores().iter() {
        match indicator {
            Indicator::WeightForAge | Indicator::WeightForLength | Indicator::BmiForAge => {
                assert_eq!(score, Err(NoScore::Oedema), "{indicator:?}");
            }
            Indicator::LengthForAge | Indicator::ArmForAge | Indicator::HeadForAge => {
                assert!(score.is_ok(), "{indicator:?}");
            }
            _ => assert_eq!(score, Err(NoScore::NotMeasured)),
        }
    }
}

#[test]
fn l_m_and_s_are_interpolated_between_millimetres() {
    let of = |cm| boy(1000.0, 11.0, Length::standing(cm)).z_score(Indicator::WeightForLength).unwrap().raw;
    let (low, between, high) = (of(90.0), of(90.05), of(90.1));
    assert!((between - (low + high) / 2.0).abs() < 1e-4);
    assert!(low > between && between > high);
}

#[test]
fn the_tables_of_weight_end_where_they_end() {
    for (days, cm, good) in [
        (500.0, 45.0, true),
        (500.0, 44.9, false),
        (500.0, 110.0, true),
        (500.0, 110.01, false),
        (1000.0, 65.0, true),
        (1000.0, 64.9, false),
        (1000.0, 120.0, true),
        (1000.0, 120.1, false),
    ] {
        let score = boy(days, 10.0, Length::unknown_posture(cm)).z_score(Indicator::WeightForLength);
        assert_eq!(score.is_ok(), good, "{days} days {cm} cm");
        assert!(good || score == Err(NoScore::LengthOutside));
    }
    // The 0.7 cm end exactly on the edge.
    assert!(boy(1000.0, 10.0, Length::lying(65.7)).z_score(Indicator::WeightForLength).is_ok());
    assert!(boy(500.0, 10.0, Length::standing(109.3)).z_score(Indicator::WeightForLength).is_ok());
}

#[test]
fn the_slip_at_103_1_cm_is_kept_unless_corrected() {
    let child = boy(1300.0, 16.0, Length::lying(103.1));
    let raw = |child: &Child, interpolation| {
        child.z_scores_with(interpolation).of(Indicator::WeightForLength).unwrap().raw
    };
    let near = raw(&boy(1300.0, 16.0, Length::standing(102.4)), Interpolation::AsWho);
    assert!((raw(&child, Interpolation::Corrected) - near).abs() < 1e-9);
    assert!((raw(&child, Interpolation::AsWho) - near).abs() > 0.005);
    assert_eq!(child.z_scores(), child.z_scores_with(Interpolation::AsWho));
    // Nowhere else.
    for tenth in 657..=1207 {
        let child = boy(1300.0, 16.0, Length::lying(f64::from(tenth) / 10.0));
        let [who, corrected] = [Interpolation::AsWho, Interpolation::Corrected].map(|how| raw(&child, how));
        assert_eq!((who - corrected).abs() > 1e-9, tenth == 1031, "{tenth}");
    }
}

#[test]
fn measurements_of_zero_or_less_have_no_score_but_zero_weight_for_length() {
    let child = boy(500.0, 0.0, Length::lying(75.0));
    assert_eq!(child.z_score(Indicator::WeightForAge), Err(NoScore::NotPositive));
    assert_eq!(child.z_score(Indicator::BmiForAge), Err(NoScore::NotPositive));
    let score = child.z_score(Indicator::WeightForLength).unwrap();
    assert!(score.flagged && score.z < -12.0 && score.z.is_finite());
    let negative = boy(500.0, -1.0, Length::lying(75.0));
    assert_eq!(negative.z_score(Indicator::WeightForLength), Err(NoScore::Undefined));
    let flat = boy(500.0, 9.0, Length::lying(0.0));
    assert_eq!(flat.cleaned().bmi, Some(f64::INFINITY));
    let score = flat.z_score(Indicator::BmiForAge).unwrap();
    assert!(score.z == f64::INFINITY && score.flagged);
}

#[test]
fn implausible_scores_are_flagged_by_the_limit_of_their_indicator() {
    // Weights drawn from the tables themselves: z of 5.01 and -5.01 beside 6.01 and -6.01.
    let row = TableName::WeightForAge.rows(Sex::Male).nth(400).unwrap().1;
    for (kg, z, flagged) in [
        (row.restricted_measure(5.004), 5.0, false),
        (row.restricted_measure(5.006), 5.01, true),
        (row.restricted_measure(-5.5), -5.5, false),
        (row.restricted_measure(-6.004), -6.0, false),
        (row.restricted_measure(-6.006), -6.01, true),
    ] {
        let score = boy(400.0, kg, Length::lying(75.0)).z_score(Indicator::WeightForAge).unwrap();
        assert_eq!((score.z, score.flagged), (z, flagged));
    }
    let tall = boy(987.0, 12.0, Length::lying(72.86)).z_score(Indicator::LengthForAge).unwrap();
    assert_eq!((tall.z, tall.flagged), (-6.09, true));
    // Length is flagged beyond 6, all others beyond 5.
    for (z, long) in [(5.5, false), (-5.5, false), (6.5, true)] {
        let day = TableName::LengthForAge.rows(Sex::Male).nth(400).unwrap().1;
        let fat = TableName::BmiForAge.rows(Sex::Male).nth(400).unwrap().1;
        let cm = day.measure(z);
        let child = boy(400.0, fat.restricted_measure(z) * (cm / 100.0).powi(2), Length::lying(cm));
        let [length, bmi] =
            [Indicator::LengthForAge, Indicator::BmiForAge].map(|i| child.z_score(i).unwrap());
        assert_eq!((length.z, length.flagged), (z, long));
        assert_eq!((bmi.z, bmi.flagged), (z, true));
    }
    let (_, row) = TableName::WeightForLength.rows(Sex::Male).nth(300).unwrap();
    for (z, flagged) in [(4.99, false), (5.5, true), (-5.5, true)] {
        let child = boy(400.0, row.restricted_measure(z), Length::lying(75.0));
        let score = child.z_score(Indicator::WeightForLength).unwrap();
        assert_eq!((score.z, score.flagged), (z, flagged));
    }
}

#[test]
fn without_a_sex_only_the_cleaning_is_done() {
    let child = Child { sex: None, ..boy(731.0, 9.7, Length::lying(81.0)) };
    let scores = child.z_scores();
    assert_eq!(scores.cleaned.length, Some(81.0 - 0.7));
    assert!(scores.iter().all(|(_, score)| score == Err(NoScore::SexUnknown)));
}
