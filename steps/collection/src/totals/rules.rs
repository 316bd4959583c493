//! Which units may be shown with their totals (domain 8.1: not below five people).

/// A unit with fewer people is shown only together with others.
pub(crate) const FEWEST_PEOPLE: i64 = 5;

/// What one unit promised and gave on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnitTotal {
    /// Its name.
    pub(crate) unit: String,
    /// How many are on its roll.
    pub(crate) people: i64,
    /// How many of them gave.
    pub(crate) givers: i64,
}

/// What superiors may see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Units of at least [`FEWEST_PEOPLE`].
    pub(crate) units: Vec<UnitTotal>,
    /// All smaller units together: only when there are at least two of them and they come to that many
    /// people, so that no single small unit can be worked out.
    pub(crate) small: Option<UnitTotal>,
    /// How many small units there are.
    pub(crate) small_units: usize,
    /// The sum of what is shown, and of nothing else.
    pub(crate) people: i64,
    /// As `people`.
    pub(crate) givers: i64,
}

/// Splits units into those that may be shown and the rest.
pub(crate) fn shown(units: Vec<UnitTotal>) -> Shown {
    let (large, small): (Vec<_>, Vec<_>) = units.into_iter().partition(|unit| unit.people >= FEWEST_PEOPLE);
    let mut together = UnitTotal { unit: String::new(), people: 0, givers: 0 };
    for unit in &small {
        together.people += unit.people;
        together.givers += unit.givers;
    }
    let small_units = small.len();
    let together = (small_units >= 2 && together.people >= FEWEST_PEOPLE).then_some(together);
    let all = || large.iter().chain(&together);
    Shown {
        people: all().map(|unit| unit.people).sum(),
        givers: all().map(|unit| unit.givers).sum(),
        small_units,
        small: together.clone(),
        units: large,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(name: &str, people: i64, givers: i64) -> UnitTotal {
        UnitTotal { unit: name.into(), people, givers }
    }

    #[test]
    fn small_units_hide_among_others_or_not_at_all() {
        let one_small = shown(vec![unit("a", 40, 38), unit("b", 4, 1)]);
        assert_eq!((one_small.units.len(), one_small.small.clone()), (1, None));
        assert_eq!((one_small.people, one_small.givers), (40, 38), "the total gives nothing away");
        let two_small = shown(vec![unit("a", 5, 3), unit("b", 4, 1), unit("c", 3, 3)]);
        assert_eq!(two_small.small, Some(unit("", 7, 4)));
        assert_eq!((two_small.people, two_small.givers, two_small.small_units), (12, 7, 2));
        let too_few = shown(vec![unit("b", 2, 1), unit("c", 2, 2)]);
        assert_eq!((too_few.small, too_few.people), (None, 0));
    }
}
