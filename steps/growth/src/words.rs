//! What was measured and what it says, in the words of the reader's language: quantities, and the categories of
//! Permenkes 2/2020 with the colour that goes with them.

use asuh_growth::indonesia::{LengthStatus, NutritionStatus, Reading, Unjudged, WeightStatus};
use asuh_growth::{Indicator, NoScore};
use asuh_nusantara::age;
use time::Date;

use asuh_ground::web::Text;

/// "10,60 kg".
pub(super) fn kilograms(text: Text, grams: i64) -> String {
    format!("{} kg", text.fixed((grams + 5) / 10, 2))
}

/// "81,5 cm".
pub(super) fn centimetres(text: Text, millimetres: i64) -> String {
    format!("{} cm", text.fixed(millimetres, 1))
}

/// "55 bulan", or days in the first month: short enough for a column.
pub(super) fn months(text: Text, birth: Date, on: Date) -> String {
    match age::completed_months(birth, on) {
        Some(months @ 1..) => text.t1("growth.child.age_months", "months", months),
        _ => text.age(birth, on),
    }
}

/// A category: its text key, and the class of its tag ([`asuh.css`]: `good`, `warn`, `bad`).
pub(super) type Category = (&'static str, &'static str);

const WEIGHTS: [WeightStatus; 4] = [
    WeightStatus::SeverelyUnderweight,
    WeightStatus::Underweight,
    WeightStatus::Normal,
    WeightStatus::RiskOfOverweight,
];
const LENGTHS: [LengthStatus; 4] =
    [LengthStatus::SeverelyStunted, LengthStatus::Stunted, LengthStatus::Normal, LengthStatus::Tall];
const NUTRITION: [NutritionStatus; 6] = [
    NutritionStatus::SeverelyWasted,
    NutritionStatus::Wasted,
    NutritionStatus::Normal,
    NutritionStatus::RiskOfOverweight,
    NutritionStatus::Overweight,
    NutritionStatus::Obese,
];

fn weight(status: WeightStatus) -> Category {
    match status {
        WeightStatus::SeverelyUnderweight => ("growth.child.weight.severely_underweight", "bad"),
        WeightStatus::Underweight => ("growth.child.weight.underweight", "warn"),
        WeightStatus::Normal => ("growth.child.weight.normal", "good"),
        WeightStatus::RiskOfOverweight => ("growth.child.weight.risk_of_overweight", "warn"),
    }
}

fn length(status: LengthStatus) -> Category {
    match status {
        LengthStatus::SeverelyStunted => ("growth.child.length.severely_stunted", "bad"),
        LengthStatus::Stunted => ("growth.child.length.stunted", "warn"),
        LengthStatus::Normal => ("growth.child.length.normal", "good"),
        LengthStatus::Tall => ("growth.child.length.tall", ""),
    }
}

fn nutrition(status: NutritionStatus) -> Category {
    match status {
        NutritionStatus::SeverelyWasted => ("growth.child.nutrition.severely_wasted", "bad"),
        NutritionStatus::Wasted => ("growth.child.nutrition.wasted", "warn"),
        NutritionStatus::Normal => ("growth.child.nutrition.normal", "good"),
        NutritionStatus::RiskOfOverweight => ("growth.child.nutrition.risk_of_overweight", "warn"),
        NutritionStatus::Overweight => ("growth.child.nutrition.overweight", "warn"),
        NutritionStatus::Obese => ("growth.child.nutrition.obese", "bad"),
    }
}

/// The category of a day by one of the four indicators of the regulation, or in words why there is none. Empty
/// where it was not measured, and of any other indicator.
pub(super) fn category(said: &Reading, indicator: Indicator) -> Category {
    let judged = match indicator {
        Indicator::WeightForAge => said.weight_for_age.map(weight),
        Indicator::LengthForAge => said.length_for_age.map(length),
        Indicator::WeightForLength => said.weight_for_length.map(nutrition),
        Indicator::BmiForAge => said.bmi_for_age.map(nutrition),
        _ => Err(Unjudged::NoScore(NoScore::NotMeasured)),
    };
    match judged {
        Ok(category) => category,
        Err(Unjudged::Implausible) => ("growth.child.implausible", "warn"),
        Err(Unjudged::NoScore(NoScore::AgeOutside)) => ("growth.child.age_outside", ""),
        Err(Unjudged::NoScore(NoScore::LengthOutside)) => ("growth.child.length_outside", ""),
        Err(Unjudged::NoScore(_)) => ("", ""),
    }
}

/// The category with this stored code, of one of the four indicators of the regulation.
pub(super) fn stored(code: &str, indicator: Indicator) -> Category {
    let found = match indicator {
        Indicator::LengthForAge => LENGTHS.into_iter().find(|one| one.code() == code).map(length),
        Indicator::WeightForAge => WEIGHTS.into_iter().find(|one| one.code() == code).map(weight),
        _ => NUTRITION.into_iter().find(|one| one.code() == code).map(nutrition),
    };
    found.unwrap_or_default()
}

/// The words as a user reads them, for tests.
#[cfg(test)]
pub(crate) fn indonesian() -> Text {
    asuh_ground::web::speak(asuh_words::sentence);
    Text::new(asuh_nusantara::Language::Indonesian, asuh_nusantara::Zone::Wib)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indonesian_words_are_those_of_the_regulation() {
        let text = crate::words::indonesian();
        for z in [-4.0, -2.5, 0.0, 1.5, 2.5, 4.0] {
            let (w, l, n) = (WeightStatus::from_z(z), LengthStatus::from_z(z), NutritionStatus::from_z(z));
            assert_eq!(text.t(weight(w).0), w.name(), "{z}");
            assert_eq!(text.t(length(l).0), l.name(), "{z}");
            assert_eq!(text.t(nutrition(n).0), n.name(), "{z}");
            assert_eq!(stored(w.code(), Indicator::WeightForAge), weight(w));
            assert_eq!(stored(l.code(), Indicator::LengthForAge), length(l));
            assert_eq!(stored(n.code(), Indicator::WeightForLength), nutrition(n));
        }
    }
}
