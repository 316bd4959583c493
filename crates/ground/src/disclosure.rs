//! What a table that leaves the office may show: small numbers are hidden, and what would give them away with them. Pure.
//!
//! A number of families from 1 to 4 is hidden ([`Cell::Small`]: "<5"). So is a number of helped families when
//! 1 to 4 of the same place are *not* helped. One hidden number in a column with its total could be computed
//! from the others, and two can be when their sum leaves only one answer; then further numbers are hidden
//! ([`Cell::Hidden`]) until every hidden number has more than one possible value (complementary suppression:
//! Willenborg and de Waal, *Elements of Statistical Disclosure Control*, 2001, chapter 6).

/// The smallest number of families that is shown.
pub const SMALLEST: i64 = 5;
/// Below this many families no percentage is shown.
pub const SMALLEST_WHOLE: i64 = 10;

/// A number of a public table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// As it is.
    Shown(i64),
    /// 1 to 4.
    Small,
    /// Not shown, because it would give another one away.
    Hidden,
}

impl Cell {
    /// The number, if it is shown.
    pub fn value(self) -> Option<i64> {
        match self {
            Cell::Shown(value) => Some(value),
            Cell::Small | Cell::Hidden => None,
        }
    }

    /// The range that a reader may take the number to lie in; `None` above: no limit.
    fn range(self, value: i64) -> (i64, Option<i64>) {
        match self {
            Cell::Shown(shown) => (shown, Some(shown)),
            Cell::Small => (1, Some(SMALLEST - 1)),
            // Whoever knows how this works knows that such a number is not small, unless it is 0.
            Cell::Hidden => (value.min(SMALLEST), None),
        }
    }
}

/// A column of numbers and its total, with what must not be shown hidden. `forced` numbers are hidden in any
/// case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The numbers, in the order given.
    pub cells: Vec<Cell>,
    /// Their total.
    pub total: Cell,
}

/// Hides what must be hidden of a column. Numbers are never below 0.
pub fn column(values: &[i64], forced: &[bool]) -> Column {
    let total: i64 = values.iter().sum();
    let mut cells: Vec<Cell> = values
        .iter()
        .enumerate()
        .map(|(place, value)| match value {
            1..SMALLEST => Cell::Small,
            _ if forced.get(place).copied().unwrap_or(false) => Cell::Hidden,
            _ => Cell::Shown(*value),
        })
        .collect();
    if (1..SMALLEST).contains(&total) {
        // The total itself is small: the zeros beside it would say where it lies.
        for cell in &mut cells {
            *cell = if *cell == Cell::Small { Cell::Small } else { Cell::Hidden };
        }
        return Column { cells, total: Cell::Small };
    }
    while gives_away(&cells, values) {
        match next_to_hide(&cells, values) {
            Some(place) => cells[place] = Cell::Hidden,
            None => return Column { cells, total: Cell::Hidden },
        }
    }
    Column { cells, total: Cell::Shown(total) }
}

/// Whether a hidden number has only one possible value, given the sum of all that are hidden.
fn gives_away(cells: &[Cell], values: &[i64]) -> bool {
    let hidden: Vec<(i64, Option<i64>)> = cells
        .iter()
        .zip(values)
        .filter(|(cell, _)| cell.value().is_none())
        .map(|(cell, value)| cell.range(*value))
        .collect();
    let sum: i64 =
        cells.iter().zip(values).filter(|(cell, _)| cell.value().is_none()).map(|(_, value)| value).sum();
    hidden.iter().enumerate().any(|(place, (from, to))| {
        let others = || hidden.iter().enumerate().filter(move |(other, _)| *other != place);
        let least: i64 = others().map(|(_, (from, _))| from).sum();
        let most: Option<i64> = others().map(|(_, (_, to))| *to).sum();
        let lowest = most.map_or(*from, |most| (*from).max(sum - most));
        let highest = to.map_or(sum - least, |to| to.min(sum - least));
        lowest >= highest
    })
}

/// The shown number that costs least to hide: the smallest above 0, else a 0.
fn next_to_hide(cells: &[Cell], values: &[i64]) -> Option<usize> {
    let shown = || cells.iter().enumerate().filter(|(_, cell)| cell.value().is_some());
    shown()
        .filter(|(place, _)| values[*place] > 0)
        .min_by_key(|(place, _)| values[*place])
        .or_else(|| shown().next())
        .map(|(place, _)| place)
}

/// One place of the public table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Families that may be helped.
    pub families: i64,
    /// Those of them that were helped at least once.
    pub helped: i64,
}

/// The two columns of the public table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicTable {
    /// Families that may be helped.
    pub families: Column,
    /// Those that were helped.
    pub helped: Column,
}

/// Hides what must be hidden of the public table: a place's helped families also when its families are
/// hidden, or when those not helped are few.
pub fn public_table(places: &[Place]) -> PublicTable {
    let families: Vec<i64> = places.iter().map(|place| place.families).collect();
    let helped: Vec<i64> = places.iter().map(|place| place.helped).collect();
    let families = column(&families, &[]);
    let forced: Vec<bool> = places
        .iter()
        .zip(&families.cells)
        .map(|(place, cell)| {
            cell.value().is_none() || (1..SMALLEST).contains(&(place.families - place.helped))
        })
        .collect();
    let mut helped = column(&helped, &forced);
    let left: i64 = places.iter().map(|place| place.families - place.helped).sum();
    // The same for the total: 98 of 100 tells of two.
    if families.total.value().is_none() || (1..SMALLEST).contains(&left) {
        helped.total = if helped.total == Cell::Small { Cell::Small } else { Cell::Hidden };
    }
    PublicTable { families, helped }
}

/// The percentage that may be shown beside two cells, rounded; none when one is hidden or the whole is small.
pub fn percentage(part: Cell, whole: Cell) -> Option<i64> {
    match (part, whole) {
        (Cell::Shown(part), Cell::Shown(whole)) if whole >= SMALLEST_WHOLE => {
            Some((part * 100 + whole / 2) / whole)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Cell::{Hidden, Shown, Small};

    #[test]
    fn a_table_of_examples() {
        for (values, cells, total) in [
            (&[10, 20, 30][..], vec![Shown(10), Shown(20), Shown(30)], Shown(60)),
            (&[10, 0, 30], vec![Shown(10), Shown(0), Shown(30)], Shown(40)),
            (&[10, 3, 30], vec![Hidden, Small, Shown(30)], Shown(43)),
            (&[2, 3, 30], vec![Small, Small, Shown(30)], Shown(35)),
            // 1 + 1 has one answer, so a third is hidden.
            (&[1, 1, 30, 40], vec![Small, Small, Hidden, Shown(40)], Shown(72)),
            (&[4, 4, 30, 40], vec![Small, Small, Hidden, Shown(40)], Shown(78)),
            (&[3, 0], vec![Small, Hidden], Small),
            (&[3], vec![Small], Small),
            (&[], vec![], Shown(0)),
        ] {
            assert_eq!(column(values, &[]), Column { cells, total }, "{values:?}");
        }
    }

    #[test]
    fn few_who_are_not_helped_are_hidden_too() {
        let table = public_table(&[
            Place { families: 40, helped: 38 },
            Place { families: 60, helped: 20 },
            Place { families: 50, helped: 30 },
        ]);
        assert_eq!(table.families.cells, [Shown(40), Shown(60), Shown(50)]);
        assert_eq!(table.helped.cells, [Hidden, Hidden, Shown(30)]);
        assert_eq!(table.helped.total, Shown(88));
        let all = public_table(&[Place { families: 50, helped: 48 }, Place { families: 50, helped: 50 }]);
        assert_eq!(all.helped.total, Hidden);
    }

    #[test]
    fn percentages_need_ten() {
        assert_eq!(percentage(Shown(5), Shown(10)), Some(50));
        assert_eq!(percentage(Shown(5), Shown(9)), None);
        assert_eq!(percentage(Small, Shown(100)), None);
        assert_eq!(percentage(Shown(5), Hidden), None);
    }

    /// All a reader knows: bounds of what is hidden, and the total. How many values a cell may have.
    fn possible(column: &Column, place: usize, values: &[i64]) -> i64 {
        let sum: i64 = column
            .cells
            .iter()
            .zip(values)
            .filter(|(cell, _)| cell.value().is_none())
            .map(|(_, value)| value)
            .sum();
        let hidden: Vec<(i64, i64)> = column
            .cells
            .iter()
            .enumerate()
            .filter(|(other, cell)| *other != place && cell.value().is_none())
            .map(|(_, cell)| if *cell == Small { (1, 4) } else { (0, sum) })
            .collect();
        let (from, to) = if column.cells[place] == Small { (1, 4) } else { (0, sum) };
        let least: i64 = hidden.iter().map(|(from, _)| from).sum();
        let most: i64 = hidden.iter().map(|(_, to)| to).sum();
        to.min(sum - least) - from.max(sum - most) + 1
    }

    proptest! {
        #[test]
        fn nothing_hidden_can_be_computed(
            values in prop::collection::vec(prop_oneof![3 => 0_i64..8, 1 => 0_i64..200], 1..9),
            forced in prop::collection::vec(any::<bool>(), 9),
        ) {
            let column = column(&values, &forced);
            for (place, cell) in column.cells.iter().enumerate() {
                match cell {
                    Shown(shown) => prop_assert!(*shown == values[place] && !(1..SMALLEST).contains(shown)),
                    Small | Hidden if column.total.value().is_some() => {
                        prop_assert!(possible(&column, place, &values) > 1, "{:?} {:?}", values, column);
                    }
                    Small | Hidden => {}
                }
            }
            prop_assert!(column.total.value().is_none_or(|total| !(1..SMALLEST).contains(&total)));
        }

        #[test]
        fn who_is_not_helped_cannot_be_computed(
            places in prop::collection::vec((0_i64..60, 0_i64..60), 1..9),
        ) {
            let places: Vec<Place> = places
                .into_iter()
                .map(|(families, helped)| Place { families, helped: helped.min(families) })
                .collect();
            let table = public_table(&places);
            for (families, helped) in table.families.cells.iter().zip(&table.helped.cells)
                .chain([(&table.families.total, &table.helped.total)])
            {
                if let (Shown(families), Shown(helped)) = (families, helped) {
                    prop_assert!(!(1..SMALLEST).contains(&(families - helped)));
                }
                prop_assert!(percentage(*helped, *families).is_none() || families.value().is_some());
            }
        }
    }
}
