//! What pairs promise on a day: never more than the promises behind them.

use std::collections::HashMap;

use asuh_store::Id;
use time::Date;

/// A pair that acts on the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promised {
    /// The pair.
    pub pair: Id,
    /// The promise behind it.
    pub pledge: Id,
    /// Units.
    pub units: i64,
    /// Its first day.
    pub since: Date,
}

/// The units that each pair promises: what the promise has left for it, the older pairs first. A promise that rests or
/// ended, or is not known, gives nothing.
pub fn promised(pairs: &[Promised], offered: &HashMap<Id, i64>) -> Vec<i64> {
    let mut order: Vec<usize> = (0..pairs.len()).collect();
    order.sort_by_key(|place| (pairs[*place].since, pairs[*place].pair));
    let mut left = offered.clone();
    let mut units = vec![0; pairs.len()];
    for place in order {
        let Some(left) = left.get_mut(&pairs[place].pledge) else { continue };
        let given = pairs[place].units.min(*left).max(0);
        *left -= given;
        units[place] = given;
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_promise_that_became_smaller_keeps_its_oldest_pairs() {
        let pair = |nth: u8, pledge: u8, units, since| Promised {
            pair: Id::from_bytes([nth; 16]),
            pledge: Id::from_bytes([pledge; 16]),
            units,
            since,
        };
        let pairs = [
            pair(1, 1, 9, date!(2026 - 03 - 01)),
            pair(2, 1, 9, date!(2026 - 01 - 01)),
            pair(3, 2, 4, date!(2026 - 01 - 01)),
        ];
        let offered = HashMap::from([(Id::from_bytes([1; 16]), 12)]);
        assert_eq!(promised(&pairs, &offered), [3, 9, 0]);
    }
}
