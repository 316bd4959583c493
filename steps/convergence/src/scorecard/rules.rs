//! How a number stands beside its target, what moved most, and the level of convergence: pure.

use crate::indicator::rules::{Better, reached};

/// Below so many a share moves by chance.
pub(super) const FEW: i64 = 20;

/// How a value stands beside its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has reached it.
    Reached,
    /// It is less than a tenth of the target away.
    Near,
    /// It is further away.
    Far,
    /// There is no target.
    Open,
    /// There is no value.
    Nothing,
}

impl Standing {
    /// That of a value: both in hundredths.
    pub(super) fn of(better: Better, value: Option<i64>, target: Option<i64>) -> Standing {
        let (Some(value), Some(target)) = (value, target) else {
            return if value.is_none() { Standing::Nothing } else { Standing::Open };
        };
        let away = (value - target).abs() * 10;
        match reached(better, value, target) {
            true => Standing::Reached,
            false if away < target => Standing::Near,
            false => Standing::Far,
        }
    }

    /// Its class.
    pub(super) fn tone(self) -> &'static str {
        match self {
            Standing::Reached => "good",
            Standing::Near => "warn",
            Standing::Far => "bad",
            Standing::Open | Standing::Nothing => "",
        }
    }

    /// Its sign beside the number: colour is never alone.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Standing::Reached => "✓",
            Standing::Near => "~",
            Standing::Far => "!",
            Standing::Open | Standing::Nothing => "",
        }
    }
}

/// A change of a share between two periods, in hundredths of a percent; `good` says whether it is one for the better.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved<T> {
    pub(super) what: T,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) good: bool,
}

/// The largest changes for the better and for the worse, at most so many of each.
pub(super) fn moved_most<T: Clone>(all: Vec<Moved<T>>, most: usize) -> (Vec<Moved<T>>, Vec<Moved<T>>) {
    let (mut better, mut worse): (Vec<Moved<T>>, Vec<Moved<T>>) =
        all.into_iter().filter(|one| one.from != one.to).partition(|one| one.good);
    for some in [&mut better, &mut worse] {
        some.sort_by_key(|one| std::cmp::Reverse((one.to - one.from).abs()));
        some.truncate(most);
    }
    (better, worse)
}

/// The level of convergence: services that were received of those that should have been.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) received: i64,
    pub(super) due: i64,
}

impl Level {
    pub(super) fn add(&mut self, received: i64, due: i64) {
        self.received += received;
        self.due += due;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_stands_beside_its_target_in_its_direction() {
        let cases = [
            (Better::Higher, Some(8000), Some(8000), Standing::Reached),
            (Better::Higher, Some(7201), Some(8000), Standing::Near),
            (Better::Higher, Some(7200), Some(8000), Standing::Far),
            (Better::Lower, Some(1420), Some(1420), Standing::Reached),
            (Better::Lower, Some(1500), Some(1420), Standing::Near),
            (Better::Lower, Some(1880), Some(1420), Standing::Far),
            (Better::Lower, Some(1880), None, Standing::Open),
            (Better::Lower, None, Some(1420), Standing::Nothing),
        ];
        for (better, value, target, standing) in cases {
            assert_eq!(Standing::of(better, value, target), standing, "{value:?} {target:?}");
        }
    }

    #[test]
    fn the_largest_changes_come_first_for_better_and_worse() {
        let moved = |what, from, to, good| Moved { what, from, to, good };
        let all = vec![
            moved("a", 1000, 1500, true),
            moved("b", 1000, 1000, false),
            moved("c", 2000, 1000, false),
            moved("d", 1000, 3000, true),
        ];
        let (better, worse) = moved_most(all, 1);
        assert_eq!((better[0].what, worse[0].what), ("d", "c"));
        assert_eq!((better.len(), worse.len()), (1, 1));
    }
}
