//! What a line may say.

use asuh_store::Refusal;
use serde::{Deserialize, Serialize};

asuh_ground::codes! {
    /// How a line of the roll stands.
    ///
    /// Translation key `collection.state.<code>`.
    pub enum LineState {
        /// Not asked yet.
        Open = "open",
        /// Everything that was promised.
        Full = "full",
        /// Something else than promised, also more.
        Partial = "partial",
        /// Nothing today.
        Nothing = "nothing",
        /// Not at the office today: leave, duty elsewhere, ill.
        Away = "away",
    }
}

/// Of one commodity, in its smallest unit: what came, and how much of it was damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The commodity.
    pub commodity: String,
    /// What came, damaged goods included.
    pub brought: i64,
    /// How much of it was damaged.
    pub damaged: i64,
}

/// More than this of one thing from one person is a slip of the finger (Rp100 million; 100 t of rice).
pub(crate) const MOST: i64 = 100_000_000;

/// What a line comes to: its state and amounts, for what was expected of each commodity.
///
/// A full line brings what was expected; a partial one what was typed, and counts as full when that is
/// exactly what was expected; the others bring nothing. What was never expected (a sack of rice beside the can) comes
/// beside either and makes no difference to it.
///
/// # Errors
/// An amount is below zero or above [`MOST`], more is damaged than came, or a partial line brings nothing.
pub(crate) fn settle(
    state: LineState,
    expected: &[(String, i64)],
    typed: &[Amount],
) -> Result<(LineState, Vec<Amount>), Refusal> {
    let promised = expected.iter().any(|(_, expected)| *expected > 0);
    let mut amounts = Vec::with_capacity(expected.len());
    for (commodity, expected) in expected {
        let given = typed.iter().find(|amount| amount.commodity == *commodity);
        let (brought, damaged) = match state {
            LineState::Full if promised && *expected == 0 => {
                given.map_or((0, 0), |given| (given.brought, given.damaged))
            }
            LineState::Full => (*expected, given.map_or(0, |given| given.damaged)),
            LineState::Partial => given.map_or((0, 0), |given| (given.brought, given.damaged)),
            LineState::Open | LineState::Nothing | LineState::Away => (0, 0),
        };
        if !(0..=MOST).contains(&brought) || damaged < 0 {
            return Err(Refusal::new("collection.refused.amount").arg("most", MOST));
        }
        if damaged > brought {
            return Err(Refusal::new("collection.refused.damaged"));
        }
        amounts.push(Amount { commodity: commodity.clone(), brought, damaged });
    }
    if state != LineState::Partial {
        return Ok((state, amounts));
    }
    if amounts.iter().all(|amount| amount.brought == 0) {
        return Err(Refusal::new("collection.refused.partial_empty"));
    }
    let exactly = expected
        .iter()
        .zip(&amounts)
        .all(|((_, expected), amount)| *expected == 0 || *expected == amount.brought);
    Ok((if promised && exactly { LineState::Full } else { LineState::Partial }, amounts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(commodity: &str, brought: i64, damaged: i64) -> Amount {
        Amount { commodity: commodity.into(), brought, damaged }
    }

    #[test]
    fn lines_are_settled_by_exception() {
        let basket: Vec<(String, i64)> =
            [("rice_can", 1), ("egg", 1), ("cash", 2000)].map(|(c, n)| (c.to_owned(), n)).into();
        let brought = |(state, amounts): (LineState, Vec<Amount>)| {
            (state, amounts.iter().map(|a| (a.brought, a.damaged)).collect::<Vec<_>>())
        };
        for (state, typed, expected) in [
            (LineState::Full, vec![], Ok((LineState::Full, vec![(1, 0), (1, 0), (2000, 0)]))),
            (
                LineState::Full,
                vec![amount("egg", 0, 1)],
                Ok((LineState::Full, vec![(1, 0), (1, 1), (2000, 0)])),
            ),
            (
                LineState::Partial,
                vec![amount("egg", 2, 1)],
                Ok((LineState::Partial, vec![(0, 0), (2, 1), (0, 0)])),
            ),
            (
                LineState::Partial,
                vec![amount("rice_can", 1, 0), amount("egg", 1, 0), amount("cash", 2000, 0)],
                Ok((LineState::Full, vec![(1, 0), (1, 0), (2000, 0)])),
            ),
            (LineState::Away, vec![amount("egg", 2, 1)], Ok((LineState::Away, vec![(0, 0), (0, 0), (0, 0)]))),
            (LineState::Partial, vec![], Err("collection.refused.partial_empty")),
            (LineState::Partial, vec![amount("egg", 1, 2)], Err("collection.refused.damaged")),
            (LineState::Full, vec![amount("egg", 0, 2)], Err("collection.refused.damaged")),
            (LineState::Partial, vec![amount("egg", -1, 0)], Err("collection.refused.amount")),
            (LineState::Partial, vec![amount("cash", MOST + 1, 0)], Err("collection.refused.amount")),
        ] {
            let found = settle(state, &basket, &typed).map(brought).map_err(|refusal| refusal.code);
            assert_eq!(found, expected.map_err(str::to_owned), "{state:?} {typed:?}");
        }
    }

    #[test]
    fn what_was_never_expected_comes_beside_the_promise() {
        let basket: Vec<(String, i64)> = [("egg", 1), ("sugar", 0)].map(|(c, n)| (c.to_owned(), n)).into();
        let brought = |(state, amounts): (LineState, Vec<Amount>)| {
            (state, amounts.iter().map(|a| a.brought).collect::<Vec<_>>())
        };
        for (state, egg, expected) in [
            (LineState::Full, 0, (LineState::Full, vec![1, 2])),
            (LineState::Partial, 1, (LineState::Full, vec![1, 2])),
            (LineState::Partial, 0, (LineState::Partial, vec![0, 2])),
            (LineState::Nothing, 1, (LineState::Nothing, vec![0, 0])),
        ] {
            let typed = [amount("egg", egg, 0), amount("sugar", 2, 0)];
            assert_eq!(settle(state, &basket, &typed).map(brought).unwrap(), expected, "{state:?} {egg}");
        }
    }

    #[test]
    fn a_gift_without_a_promise_is_never_full() {
        let basket = [("egg".to_owned(), 0)];
        let (state, _) = settle(LineState::Partial, &basket, &[amount("egg", 3, 0)]).unwrap();
        assert_eq!(state, LineState::Partial);
    }
}
