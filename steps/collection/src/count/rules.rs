//! What a count must say before a roll is closed.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};

use super::second::Second;

/// What was really there of one commodity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The commodity.
    pub commodity: String,
    /// What the roll's lines added up to when the count was checked, in the smallest unit.
    pub ticked: i64,
    /// What was there, damaged goods included.
    pub counted: i64,
    /// How much of it is damaged.
    pub damaged: i64,
    /// What the undamaged goods weighed, in grams; never worked out from a count.
    pub weighed_g: Option<i64>,
    /// Why the count differs from the roll, or what happened to the damaged goods.
    pub reason: String,
}

/// What a roll says of one commodity at the moment it is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OnRoll {
    /// The commodity.
    pub(crate) commodity: String,
    /// Whether it is money.
    pub(crate) cash: bool,
    /// What the lines add up to.
    pub(crate) ticked: i64,
}

/// More than this of one commodity in one unit on one day is a slip of the finger.
pub(crate) const MOST: i64 = 10_000_000_000;

/// Checks a count against the roll.
///
/// Cash needs a second person who counted with the coordinator (domain 8.1: cash count by two people).
///
/// # Errors
/// The roll changed since the count was checked; a number is impossible; a reason or the witness is missing.
pub(crate) fn check(on_roll: &[OnRoll], counts: &[Count], second: &Second) -> Result<(), Refusal> {
    for line in on_roll {
        let at = |part: &str| format!("{part}.{}", line.commodity);
        let Some(count) = counts.iter().find(|count| count.commodity == line.commodity) else {
            return Err(Refusal::new("collection.refused.changed"));
        };
        if count.ticked != line.ticked {
            return Err(Refusal::new("collection.refused.changed"));
        }
        if !(0..=MOST).contains(&count.counted) {
            return Err(Refusal::new("collection.refused.amount").field(at("hitung")).arg("most", MOST));
        }
        if count.damaged < 0 || count.damaged > count.counted || (line.cash && count.damaged > 0) {
            return Err(Refusal::new("collection.refused.damaged").field(at("rusak")));
        }
        if count.weighed_g.is_some_and(|grams| !(0..=MOST).contains(&grams)) {
            return Err(Refusal::new("collection.refused.weight").field(at("timbang")));
        }
        if (count.counted != count.ticked || count.damaged > 0) && count.reason.trim().is_empty() {
            return Err(Refusal::new("collection.refused.reason").field(at("alasan")));
        }
        if line.cash && (count.counted > 0 || count.ticked > 0) {
            check_second(second)?;
        }
    }
    if counts.len() != on_roll.len() {
        return Err(Refusal::new("collection.refused.changed"));
    }
    Ok(())
}

/// Where there is cash there is a second person; on paper with a name, and a word on where the paper is.
fn check_second(second: &Second) -> Result<(), Refusal> {
    match second {
        Second::None => Err(Refusal::new("collection.refused.witness").field("kedua")),
        Second::Paper { name, .. } if name.trim().is_empty() => {
            Err(Refusal::new("collection.refused.witness_name").field("saksi"))
        }
        Second::Paper { kept, .. } if kept.trim().is_empty() => {
            Err(Refusal::new("collection.refused.kept").field("kertas"))
        }
        Second::Paper { .. } | Second::Device(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_store::Id;

    fn count(counted: i64, damaged: i64, reason: &str) -> Count {
        Count {
            commodity: "egg".into(),
            ticked: 40,
            counted,
            damaged,
            weighed_g: None,
            reason: reason.into(),
        }
    }

    #[test]
    fn a_count_explains_itself() {
        let eggs = |cash| vec![OnRoll { commodity: "egg".into(), cash, ticked: 40 }];
        let paper = |name: &str, kept: &str| Second::Paper { name: name.into(), kept: kept.into() };
        for (cash, line, second, expected) in [
            (false, count(40, 0, ""), Second::None, Ok(())),
            (false, count(39, 0, "satu pecah di jalan"), Second::None, Ok(())),
            (false, count(39, 0, " "), Second::None, Err("collection.refused.reason")),
            (false, count(40, 2, ""), Second::None, Err("collection.refused.reason")),
            (false, count(40, 41, "x"), Second::None, Err("collection.refused.damaged")),
            (false, count(-1, 0, "x"), Second::None, Err("collection.refused.amount")),
            (true, count(40, 0, ""), Second::None, Err("collection.refused.witness")),
            (true, count(40, 0, ""), paper("", "map"), Err("collection.refused.witness_name")),
            (true, count(40, 0, ""), paper("Budi", " "), Err("collection.refused.kept")),
            (true, count(40, 0, ""), paper("Budi", "map"), Ok(())),
            (true, count(40, 0, ""), Second::Device(Id::from_bytes([7; 16])), Ok(())),
            (true, count(40, 1, "x"), paper("Budi", "map"), Err("collection.refused.damaged")),
        ] {
            let found = check(&eggs(cash), std::slice::from_ref(&line), &second);
            assert_eq!(found.map_err(|r| r.code), expected.map_err(str::to_owned), "{line:?}");
        }
        let changed = vec![OnRoll { commodity: "egg".into(), cash: false, ticked: 41 }];
        assert_eq!(
            check(&changed, &[count(40, 0, "")], &Second::None).unwrap_err().code,
            "collection.refused.changed"
        );
        assert!(check(&eggs(false), &[], &Second::None).is_err());
    }
}
