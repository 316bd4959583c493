//! What a receipt must say.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};

/// How a side of a hand-over signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// The caller himself, signed in on his own device.
    Account,
    /// Somebody of this name, on the printed sheet.
    Paper(String),
}

impl Signer {
    /// Its stable code, also the translation key `collection.signed.<code>`.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Signer::Account => ACCOUNT,
            Signer::Paper(_) => "paper",
        }
    }
}

/// The code of [`Signer::Account`].
pub(crate) const ACCOUNT: &str = "account";

/// What arrived of one commodity, in its smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The commodity.
    pub commodity: String,
    /// Arrived in good order.
    pub received: i64,
    /// Arrived damaged.
    pub damaged: i64,
    /// What the good ones weighed, in grams, where it was weighed.
    pub weighed_g: Option<i64>,
}

/// Checks what arrived against what was sent: (commodity, amount).
///
/// # Errors
/// More arrived than was sent, a line is missing, or damage or a gap is not explained.
pub(crate) fn check(sent: &[(String, i64)], arrivals: &[Arrival], note: &str) -> Result<(), Refusal> {
    let mut whole = true;
    for (commodity, sent) in sent {
        let Some(arrival) = arrivals.iter().find(|arrival| arrival.commodity == *commodity) else {
            return Err(Refusal::new("collection.refused.form"));
        };
        let sum = arrival.received.checked_add(arrival.damaged);
        if arrival.received < 0 || arrival.damaged < 0 || sum.is_none_or(|sum| sum > *sent) {
            return Err(Refusal::new("collection.refused.arrival").field(format!("terima.{commodity}")));
        }
        if arrival.weighed_g.is_some_and(|grams| grams < 0) {
            return Err(Refusal::new("collection.refused.weight").field(format!("timbang.{commodity}")));
        }
        whole &= arrival.received == *sent;
    }
    if !whole && note.trim().is_empty() {
        return Err(Refusal::new("collection.refused.gap").field("catatan"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_explains_what_is_missing() {
        let sent = [("egg".to_owned(), 38)];
        let arrival =
            |received, damaged| vec![Arrival { commodity: "egg".into(), received, damaged, weighed_g: None }];
        for (arrivals, note, expected) in [
            (arrival(38, 0), "", Ok(())),
            (arrival(36, 2), "dua pecah", Ok(())),
            (arrival(36, 0), "dua tertinggal", Ok(())),
            (arrival(36, 2), "", Err("collection.refused.gap")),
            (arrival(38, 1), "x", Err("collection.refused.arrival")),
            (arrival(-1, 0), "x", Err("collection.refused.arrival")),
            (vec![], "x", Err("collection.refused.form")),
        ] {
            let found = check(&sent, &arrivals, note).map_err(|refusal| refusal.code);
            assert_eq!(found, expected.map_err(str::to_owned), "{arrivals:?}");
        }
    }
}
