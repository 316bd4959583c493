//! WHO's tables laid out for looking up without branches: one row a cell, an empty row at the end.

use std::sync::LazyLock;

use crate::tables::TableName;
use crate::{Indicator, Sex};

/// L, M, S and 1/S.
pub(super) type Row = [f64; 4];

/// What stands for "no figure": all that is computed from it is NaN.
const EMPTY: Row = [f64::NAN; 4];

/// Days of one sex.
pub(super) const DAYS: u32 = 1857;

/// The place of the empty row in a table by day.
pub(super) const NO_DAY: u32 = 2 * DAYS;

/// Millimetres of one sex in the table of weight for length, and the first.
pub(super) const LENGTHS: u32 = 651;
pub(super) const FIRST_LENGTH: u32 = 450;

/// Millimetres of one sex in the table of weight for height, and the first.
pub(super) const HEIGHTS: u32 = 551;
pub(super) const FIRST_HEIGHT: u32 = 650;

/// The place of the empty row in the table of weights.
pub(super) const NO_LENGTH: u32 = 2 * (LENGTHS + HEIGHTS);

/// Boys from day 0, girls from day 0, the empty row; by [`Indicator`]. Empty rows where a table begins later.
static BY_DAY: LazyLock<[Vec<Row>; 8]> = LazyLock::new(|| {
    Indicator::ALL.map(|indicator| {
        let Some(name) = indicator.by_day() else { return Vec::new() };
        let mut rows = vec![EMPTY; NO_DAY as usize + 1];
        for sex in Sex::ALL {
            for (day, row) in name.rows(sex) {
                rows[(sex as u32 * DAYS + day) as usize] = [row.l, row.m, row.s, 1.0 / row.s];
            }
        }
        rows
    })
});

/// Lengths of boys and girls, heights of boys and girls, the empty row.
static BY_LENGTH: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows = Vec::with_capacity(NO_LENGTH as usize + 1);
    for name in [TableName::WeightForLength, TableName::WeightForHeight] {
        for sex in Sex::ALL {
            rows.extend(name.rows(sex).map(|(_, row)| [row.l, row.m, row.s, 1.0 / row.s]));
        }
    }
    rows.push(EMPTY);
    rows
});

/// The rows of an indicator by day.
pub(super) fn by_day(indicator: Indicator) -> &'static [Row] {
    &BY_DAY[indicator as usize]
}

/// The rows of weight for length and height.
pub(super) fn by_length() -> &'static [Row] {
    &BY_LENGTH
}

/// A row, or the empty one.
#[inline(always)]
pub(super) fn at(rows: &[Row], place: u32) -> &Row {
    rows.get(place as usize).unwrap_or(&EMPTY)
}
