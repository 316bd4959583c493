//! Findings in the reader's words.

use super::reading::{Basis, Found};
use super::rules::Factor;
use asuh_ground::web::Text;

/// A factor that holds, with what it was read from: "istri 37 tahun", "jamban tidak layak".
pub(crate) fn because(text: &Text, found: &Found) -> String {
    let key = |how: &str| format!("registry.krs.because.{}{how}", found.factor.code());
    match found.basis {
        Basis::List => text.t(&key("")).into_owned(),
        Basis::Age(years) => text.t1(&key("_age"), "n", years),
        Basis::Months(months) => text.t1(&key("_months"), "n", months),
        Basis::Children(children) => text.t1(&key("_children"), "n", children),
    }
}

/// Stored codes in words: "Jamban tidak layak, Terlalu tua".
pub(crate) fn factor_words(text: &Text, codes: &str) -> String {
    let known = codes.split(' ').filter_map(Factor::parse);
    known
        .map(|factor| text.t(&format!("registry.risk.{}", factor.code())).into_owned())
        .collect::<Vec<_>>()
        .join(", ")
}
