//! The figures of an analysis in words, as its page, its paper and the form of the decision say them.

use asuh_ground::web::Text;

use super::rules::{Criterion, FEW, Figures};

/// Figures in words.
pub(super) struct Words {
    /// The place that they are of.
    pub(super) code: i64,
    pub(super) name: String,
    /// "40 dari 52 (77 %)"
    pub(super) measured: String,
    /// "9 (22,50 %)", or the number alone where few were measured; nothing where nobody was.
    pub(super) stunted: String,
    pub(super) severely: String,
    pub(super) any_measured: bool,
    pub(super) at_risk: String,
    pub(super) factors: String,
    pub(super) poor: String,
    pub(super) unvisited: String,
    pub(super) budget: String,
    /// Whether no family of it is at risk.
    pub(super) no_family: bool,
    /// Whether nothing is planned for it.
    pub(super) no_budget: bool,
    /// Whether too few came to speak for all.
    pub(super) thin: bool,
}

/// The figures of a place in words.
pub(super) fn words(text: &Text, code: i64, name: String, one: &Figures) -> Words {
    let share = match one.measured {
        measured if measured < FEW => String::new(),
        measured => format!(" ({} %)", text.fixed((one.stunted * 10_000 + measured / 2) / measured, 2)),
    };
    let part = |part: i64, whole: i64| match whole {
        0 => "–".to_owned(),
        _ => text.t3(
            "analysis.of",
            ("part", text.number(part)),
            ("whole", text.number(whole)),
            ("share", text.percent(part, whole)),
        ),
    };
    let factors = [
        ("poor_water", text.number(one.poor_water)),
        ("poor_latrine", text.number(one.poor_latrine)),
        ("four_too", text.number(one.four_too)),
    ];
    Words {
        code,
        name,
        measured: part(one.measured, one.children),
        stunted: if one.measured == 0 {
            "–".to_owned()
        } else {
            format!("{}{share}", text.number(one.stunted))
        },
        severely: text.number(one.severely),
        any_measured: one.measured > 0,
        at_risk: part(one.at_risk, one.families),
        factors: if one.at_risk > 0 { text.with("analysis.factors_of", &factors) } else { String::new() },
        poor: text.number(one.poor),
        unvisited: text.number(one.unvisited),
        budget: text.rupiah(one.budget),
        no_family: one.at_risk == 0,
        no_budget: one.budget == 0,
        thin: one.measured * 100 < one.children * 80,
    }
}

/// A criterion in words.
pub(super) fn criterion(text: &Text, one: Criterion) -> String {
    text.t(&format!("setting.convergence.lokus.column.criterion.{}", one.code())).into_owned()
}

/// "Agustus 2026" for 202608.
pub(super) fn month_words(text: &Text, month: i64) -> String {
    let day = i32::try_from(month / 100).ok().and_then(|year| {
        let month = time::Month::try_from(u8::try_from(month % 100).ok()?).ok()?;
        time::Date::from_calendar_date(year, month, 1).ok()
    });
    day.map(|day| asuh_nusantara::date::month_year(text.language, day)).unwrap_or_default()
}
