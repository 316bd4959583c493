//! Which claim a line most likely pays: by amount, by code, by name and by day. Only a proposal.

use std::collections::{HashMap, HashSet};

use asuh_store::Id;
use time::Date;

use super::super::gift::rules::codes_in;

/// A line of a statement, as it is compared.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Key.
    pub(crate) line: Id,
    /// What came, where it is whole rupiah.
    pub(crate) rupiah: Option<i64>,
    /// The day of booking.
    pub(crate) on: Date,
    /// The bank's words.
    pub(crate) text: String,
}

/// Something that waits for its money.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// Key of the deposit or gift.
    pub(crate) id: Id,
    /// Whether it is a deposit of an office; else a gift.
    pub(crate) is_deposit: bool,
    /// Rupiah.
    pub(crate) rupiah: i64,
    /// Whether no other waiting gift has this amount (a gift by payment code).
    pub(crate) own_amount: bool,
    /// Codes and numbers that may stand in the bank's words.
    pub(crate) marks: Vec<String>,
    /// Who pays.
    pub(crate) name: String,
    /// The day on which it was announced or deposited.
    pub(crate) from: Date,
}

/// How sure a proposal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// Amount and code fit.
    Sure,
    /// Amount, name and day fit.
    Likely,
    /// Amount and day fit, or the code alone.
    Possible,
}

impl Strength {
    /// Its translation key is `money.strength.<code>`.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Strength::Sure => "sure",
            Strength::Likely => "likely",
            Strength::Possible => "possible",
        }
    }
}

/// What fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    /// How sure.
    pub(crate) strength: Strength,
    /// The amount is the same.
    pub(crate) amount: bool,
    /// A code or number stands in the words.
    pub(crate) mark: bool,
    /// A word of the name stands in the words.
    pub(crate) name: bool,
    /// Days from the claim to the line.
    pub(crate) days: i64,
}

/// Letters and digits alone, in capitals.
fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Signs that a number or code must have at least, so that it is not found by chance.
const SHORTEST_MARK: usize = 5;
/// Words that half of all offices have in their name.
const COMMON: [&str; 8] =
    ["DINAS", "BADAN", "KANTOR", "KECAMATAN", "KABUPATEN", "KELURAHAN", "SEKRETARIAT", "PUSKESMAS"];

/// What of a claim fits a line; nothing: they have nothing to do with each other.
pub(crate) fn compare(seen: &Seen, claim: &Claim) -> Option<Fit> {
    let text = plain(&seen.text);
    let amount = seen.rupiah == Some(claim.rupiah);
    let mark = claim
        .marks
        .iter()
        .map(|mark| plain(mark))
        .any(|mark| mark.len() >= SHORTEST_MARK && text.contains(&mark));
    let name = claim
        .name
        .to_uppercase()
        .split(|c: char| !c.is_alphabetic())
        .any(|word| word.chars().count() >= 4 && !COMMON.contains(&word) && text.contains(word));
    let days = (seen.on - claim.from).whole_days();
    let near = (-1..=7).contains(&days);
    let strength = match (amount, mark) {
        (true, true) => Strength::Sure,
        (true, false) if claim.own_amount && (-1..=30).contains(&days) => Strength::Sure,
        (true, false) if near && name => Strength::Likely,
        (true, false) if (-1..=30).contains(&days) => Strength::Possible,
        (false, true) => Strength::Possible,
        _ => return None,
    };
    Some(Fit { strength, amount, mark, name, days })
}

/// A proposal for a line.
#[derive(Debug, Clone)]
pub(crate) struct Proposal {
    /// Which of the claims.
    pub(crate) claim: usize,
    /// Why.
    pub(crate) fit: Fit,
    /// Whether it is ticked beforehand: sure, or likely and no other as likely.
    pub(crate) ticked: bool,
}

/// The best claim of each line, each claim for one line: the surest pairs first, then the nearest days.
pub(crate) fn propose(seen: &[Seen], claims: &[Claim]) -> HashMap<Id, Proposal> {
    let mut by_amount: HashMap<i64, Vec<usize>> = HashMap::new();
    let mut by_code: HashMap<&str, Vec<usize>> = HashMap::new();
    for (nth, claim) in claims.iter().enumerate() {
        by_amount.entry(claim.rupiah).or_default().push(nth);
        for mark in &claim.marks {
            by_code.entry(mark.as_str()).or_default().push(nth);
        }
    }
    let mut pairs = Vec::new();
    for (at, one) in seen.iter().enumerate() {
        let mut near: Vec<usize> =
            one.rupiah.and_then(|rupiah| by_amount.get(&rupiah)).cloned().unwrap_or_default();
        for code in codes_in(&one.text) {
            near.extend(by_code.get(code.as_str()).into_iter().flatten());
        }
        near.sort_unstable();
        near.dedup();
        pairs.extend(near.into_iter().filter_map(|nth| Some((compare(one, &claims[nth])?, at, nth))));
    }
    pairs.sort_by_key(|(fit, at, nth)| (fit.strength, !fit.amount, fit.days.abs(), *at, *nth));
    let as_sure = |fit: &Fit, at: Option<usize>, nth: Option<usize>| {
        let alike = pairs.iter().filter(|(other, line, claim)| {
            other.strength == fit.strength
                && at.is_none_or(|at| at == *line)
                && nth.is_none_or(|nth| nth == *claim)
        });
        alike.count()
    };
    let (mut taken, mut found) = (HashSet::new(), HashMap::new());
    for (fit, at, nth) in &pairs {
        let line = seen[*at].line;
        if found.contains_key(&line) || !taken.insert(*nth) {
            continue;
        }
        let alone = as_sure(fit, Some(*at), None) == 1 && as_sure(fit, None, Some(*nth)) == 1;
        let ticked = match fit.strength {
            Strength::Sure => true,
            Strength::Likely => alone,
            Strength::Possible => false,
        };
        found.insert(line, Proposal { claim: *nth, fit: *fit, ticked });
    }
    found
}

/// What a line may be that is no gift of ours, and the words that must be written to it.
pub(crate) const REASONS: [&str; 6] = ["interest", "fee", "spent", "moved", "sent_back", "foreign"];

/// Whether this reason needs words beside it.
pub(crate) fn needs_words(reason: &str) -> bool {
    matches!(reason, "spent" | "moved" | "sent_back" | "foreign")
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_store::{IdSource, Instant, SystemIds};
    use time::macros::date;

    fn id() -> Id {
        SystemIds.new_id(Instant(0))
    }

    fn seen(rupiah: i64, text: &str) -> Seen {
        Seen { line: id(), rupiah: Some(rupiah), on: date!(2026 - 11 - 03), text: text.into() }
    }

    fn claim(rupiah: i64, mark: &str, name: &str) -> Claim {
        Claim {
            id: id(),
            is_deposit: false,
            rupiah,
            own_amount: false,
            marks: vec![mark.into()],
            name: name.into(),
            from: date!(2026 - 11 - 02),
        }
    }

    #[test]
    fn amount_and_code_are_surer_than_amount_and_name() {
        for (line, waits, strength) in [
            (seen(450_000, "TRF ACDEFG SARI"), claim(450_000, "ACDEFG", "Sari"), Some(Strength::Sure)),
            (
                seen(450_000, "TRF SARI REKAAN"),
                claim(450_000, "ACDEFG", "Sari Rekaan"),
                Some(Strength::Likely),
            ),
            (seen(450_000, "SETOR TUNAI"), claim(450_000, "ACDEFG", "Sari Rekaan"), Some(Strength::Possible)),
            (seen(400_000, "TRF ACDEFG"), claim(450_000, "ACDEFG", "Sari"), Some(Strength::Possible)),
            (seen(400_000, "TRF SARI"), claim(450_000, "ACDEFG", "Sari"), None),
            (
                seen(80_000, "SETOR STS/0007/XI/2026"),
                claim(80_000, "STS/0007/XI/2026", "X"),
                Some(Strength::Sure),
            ),
            (seen(80_000, "SETORAN DINAS"), claim(80_000, "A-1", "Dinas Sosial"), Some(Strength::Possible)),
        ] {
            assert_eq!(compare(&line, &waits).map(|fit| fit.strength), strength, "{}", line.text);
        }
        let mut own = claim(450_001, "ACDEFG", "Sari");
        own.own_amount = true;
        assert_eq!(compare(&seen(450_001, "QRIS"), &own).map(|fit| fit.strength), Some(Strength::Sure));
    }

    #[test]
    fn a_claim_is_proposed_once_and_what_is_alike_is_not_ticked() {
        let lines = [seen(80_000, "SETOR SOSIAL"), seen(80_000, "SETOR SOSIAL"), seen(450_000, "TRF ACDEFG")];
        let claims = [claim(80_000, "-", "Dinas Sosial"), claim(450_000, "ACDEFG", "Sari")];
        let found = propose(&lines, &claims);
        assert_eq!(found.len(), 2, "one deposit pays one line");
        assert!(found.get(&lines[2].line).unwrap().ticked);
        assert!(!found.get(&lines[0].line).unwrap().ticked, "two lines are as likely");
    }
}
