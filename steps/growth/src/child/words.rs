//! Categories in the reader's words, with the colour that goes with them.

use asuh_growth::Indicator;
use asuh_growth::indonesia::{ArmStatus, MonthlyReading, MonthlyStatus, ReferralLines, Shortfall};

use super::super::words::{self, Category};
use super::history::{Day, Held};
use asuh_ground::web::Text;

/// The indicators of the page in their order, each with its code in addresses and text keys.
pub(super) const INDICATORS: [(Indicator, &str); 6] = [
    (Indicator::LengthForAge, "tbu"),
    (Indicator::WeightForAge, "bbu"),
    (Indicator::WeightForLength, "bbtb"),
    (Indicator::BmiForAge, "imtu"),
    (Indicator::HeadForAge, "lku"),
    (Indicator::ArmForAge, "lilau"),
];

/// Those of Permenkes 2/2020, which every measurement has.
pub(super) const FOUR: [(Indicator, &str); 4] = [INDICATORS[0], INDICATORS[1], INDICATORS[2], INDICATORS[3]];

/// The category of an arm.
pub(super) fn arm(status: ArmStatus) -> Category {
    match status {
        ArmStatus::SeverelyWasted => ("growth.child.nutrition.severely_wasted", "bad"),
        ArmStatus::Wasted => ("growth.child.nutrition.wasted", "warn"),
        ArmStatus::Normal => ("growth.child.length.normal", "good"),
    }
}

/// What our figures say of an indicator: a category, or in words why there is none. Empty where it was not
/// measured; heads have no category of the regulation.
pub(super) fn category(day: &Day, indicator: Indicator) -> Category {
    match indicator {
        Indicator::ArmForAge => day.status.arm.map(arm).unwrap_or_default(),
        _ => words::category(&day.status, indicator),
    }
}

/// The category by which a child stands.
pub(super) fn held(held: &Held<'_>, indicator: Indicator) -> Category {
    words::stored(held.status, indicator)
}

/// Our z of an indicator, printed with two decimals; nothing where there is none.
pub(super) fn z(text: &Text, day: &Day, indicator: Indicator) -> Option<String> {
    day.z(indicator).map(|z| text.fixed(z, 2))
}

/// "T: tidak naik, naik 100 g dari paling sedikit 200 g": the month's letter with what it comes from.
pub(super) fn month(text: &Text, reading: &MonthlyReading) -> Option<(char, String)> {
    let status = reading.status?;
    let key = match status {
        MonthlyStatus::Gained => "growth.child.month.gained",
        MonthlyStatus::NotGained(Shortfall::TooLittle) => "growth.child.month.too_little",
        MonthlyStatus::NotGained(Shortfall::Flat) => "growth.child.month.flat",
        MonthlyStatus::NotGained(Shortfall::Lost) => "growth.child.month.lost",
        MonthlyStatus::NotWeighedBefore => "growth.child.month.not_weighed_before",
        MonthlyStatus::First => "growth.child.month.first",
    };
    let words = match reading.gain {
        Some(gain) => {
            text.t2(key, "grams", text.number(gain.grams.abs()), "least", text.number(i64::from(gain.least)))
        }
        None => text.t(key).into_owned(),
    };
    Some((status.letter(), words))
}

/// "T +100 g": the month's letter with what was gained, for a narrow column.
pub(super) fn letter(text: &Text, reading: &MonthlyReading) -> String {
    let letter = reading.status.map(|status| status.letter().to_string()).unwrap_or_default();
    match reading.gain {
        Some(gain) => {
            let sign = if gain.grams > 0 { "+" } else { "" };
            format!("{letter} {sign}{}\u{a0}g", text.number(gain.grams))
        }
        None => letter,
    }
}

/// A line of the card, "−3", "+1,5".
pub(super) fn line(text: &Text, z: f64) -> String {
    let hundredths = (z.abs() * 100.0).round() as i64;
    let (value, decimals) = match hundredths {
        whole if whole % 100 == 0 => (whole / 100, 0),
        tenth if tenth % 10 == 0 => (tenth / 10, 1),
        _ => (hundredths, 2),
    };
    format!("{}{}", if z < 0.0 { '−' } else { '+' }, text.fixed(value, decimals))
}

/// Why a child is sent on, by the stored code of a [`Reason`](asuh_growth::indonesia::Reason).
pub(super) fn reason(text: &Text, code: &str, lines: &ReferralLines) -> String {
    let beyond = match code {
        "above_orange_line" => lines.orange,
        _ => Some(lines.red),
    };
    let beyond = beyond.map(|z| line(text, z)).unwrap_or_default();
    text.t1(&format!("growth.child.refer.{code}"), "line", beyond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_growth::indonesia::Reason;

    #[test]
    fn every_reason_has_its_words_with_the_districts_line() {
        let text = crate::words::indonesian();
        let lines = ReferralLines { red: -2.5, orange: Some(1.0) };
        let words = |one: Reason| reason(&text, one.code(), &lines);
        for one in [
            Reason::Oedema,
            Reason::SeverelyWasted,
            Reason::ThinArm,
            Reason::BelowRedLine,
            Reason::TwiceNotGained,
            Reason::NotGained,
            Reason::AboveOrangeLine,
        ] {
            assert!(!words(one).contains("growth.") && !words(one).contains('%'), "{}", words(one));
        }
        assert!(words(Reason::BelowRedLine).contains("di bawah −2,5)"));
        assert!(words(Reason::AboveOrangeLine).contains("garis +1 "));
    }

    #[test]
    fn the_indonesian_words_of_an_arm_are_those_of_the_regulation() {
        let text = crate::words::indonesian();
        for status in [ArmStatus::SeverelyWasted, ArmStatus::Wasted, ArmStatus::Normal] {
            assert_eq!(text.t(arm(status).0), status.name());
        }
    }
}
