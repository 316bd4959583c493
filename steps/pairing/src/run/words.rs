//! The reasons of a run in words. What is stored is numbers; the words are made for the reader.

use std::collections::HashMap;

use super::query::{RunChild, RunPair};
use crate::rules::read_nearer;
use asuh_ground::web::Text;

/// Why a target stands where it does in the order: its points and the facts behind them.
pub(super) fn facts(text: &Text, child: &RunChild) -> String {
    let mut parts = vec![text.t1("pairing.why.points", "n", child.points)];
    if child.before_units > 0 && child.before_units < child.need {
        parts.push(text.t("pairing.why.half").into_owned());
    }
    if let Some(haz) = child.haz {
        parts.push(text.t1("pairing.why.haz", "z", text.fixed(haz, 2)));
    }
    parts.push(match child.age_months {
        Some(months) => text.t1("pairing.why.months", "n", months),
        None => text.t(&format!("pairing.target.{}", child.target)).into_owned(),
    });
    if let Some(desil) = child.desil {
        parts.push(text.t1("pairing.why.desil", "n", desil));
    }
    parts.join(", ")
}

/// Who gives, from where, and why nobody nearer.
pub(super) fn pair(text: &Text, pair: &RunPair, names: &HashMap<i64, String>) -> String {
    let home = names.get(&pair.home_code).cloned().unwrap_or_default();
    let tier = text.t(&format!("pairing.tier.{}", pair.tier)).into_owned();
    let mut words = text.with(
        "pairing.why.pair",
        &[
            ("sponsor", pair.sponsor.clone()),
            ("units", text.number(pair.units)),
            ("tier", if home.is_empty() { tier } else { format!("{tier}, {home}") }),
        ],
    );
    if pair.kept > 0 {
        words.push(' ');
        words.push_str(&text.t1("pairing.why.kept", "n", text.number(pair.kept)));
    }
    let nearer = read_nearer(&pair.not_nearer);
    if !nearer.is_empty() && nearer.iter().all(|one| one.code == 'n' && one.excluded == 0) {
        return format!("{words} {}", text.t("pairing.why.nobody_nearer"));
    }
    for nearer in nearer {
        let place = text.t(&format!("pairing.near.{}", nearer.tier)).into_owned();
        let sentence = match nearer.code {
            'n' => text.t1("pairing.why.nobody", "place", place),
            'k' => text.t1("pairing.why.running", "place", place),
            _ => text.with(
                "pairing.why.all_given",
                &[
                    ("place", place),
                    ("sponsors", text.number(nearer.sponsors)),
                    ("units", text.number(nearer.units)),
                ],
            ),
        };
        words.push(' ');
        words.push_str(&sentence);
        if nearer.excluded > 0 {
            words.push(' ');
            words.push_str(&text.t1("pairing.why.excluded", "n", text.number(nearer.excluded)));
        }
    }
    words
}

/// What stands in the way of what a target lacks; nothing where it lacks nothing.
pub(super) fn lacking(text: &Text, child: &RunChild) -> Option<String> {
    let lacks = child.need - child.held - child.besides - child.units;
    let mut parts = Vec::new();
    if child.besides > 0 {
        parts.push(text.t1("pairing.why.besides", "n", text.number(child.besides)));
    }
    if child.held > 0 {
        parts.push(text.t1("pairing.why.held", "n", text.number(child.held)));
    }
    if lacks > 0 {
        parts.push(match (child.cut_sponsors.unwrap_or(0), child.cut_kept.unwrap_or(0)) {
            (0, 0) => text.t1("pairing.why.no_reach", "n", text.number(lacks)),
            (0, kept) => text.t2("pairing.why.only_kept", "n", text.number(lacks), "kept", text.number(kept)),
            (sponsors, _) => text.with(
                "pairing.why.cut",
                &[
                    ("n", text.number(lacks)),
                    ("sponsors", text.number(sponsors)),
                    ("units", text.number(child.cut_units.unwrap_or(0))),
                    ("children", text.number(child.cut_children.unwrap_or(0))),
                    ("rank", child.cut_rank.map_or_else(|| "–".to_owned(), |rank| text.number(rank + 1))),
                ],
            ),
        });
    }
    (!parts.is_empty()).then(|| parts.join(" "))
}
