//! What every file of measurements says in the same words: the day, weight, height, how it was taken, arm.

use asuh_documents::sheet::Cell;
use asuh_nusantara::number;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::entry::Measures;
use crate::reading::FilePrint;
use crate::rules::{PLAUSIBLE_HEIGHT, PLAUSIBLE_WEIGHT, Position, gain};
use asuh_ground::staging::{ReadContext, RowCells};

/// A measurement as a row of a file reports it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Reported {
    pub(super) on: Date,
    pub(super) measures: Measures,
    pub(super) printed: FilePrint,
    pub(super) posyandu: Option<String>,
}

/// A day that must be there and not lie in the future.
pub(super) fn day(cx: &ReadContext, row: &mut RowCells<'_>, field: &str) -> Option<Date> {
    if row.is_blank(field) {
        row.error(field, "staging.row.required");
        return None;
    }
    let day = row.day(field)?;
    if day > cx.today {
        row.error(field, "growth.import.future");
        return None;
    }
    Some(day)
}

/// The measures of a row; oedema is the kind's own. A weight that cannot be read is an error, anything else that
/// cannot is left aside with a warning.
pub(super) fn measures(row: &mut RowCells<'_>) -> Measures {
    let weight_g = row.decimal("weight", 3);
    if weight_g.is_some_and(|weight| !PLAUSIBLE_WEIGHT.contains(&weight)) {
        row.warn("weight", "growth.import.weight_odd");
    }
    let height_mm = soft(row, "height", 1);
    if height_mm.is_some_and(|height| !PLAUSIBLE_HEIGHT.contains(&height)) {
        row.warn("height", "growth.import.height_odd");
    }
    let position = row.text("position").and_then(|text| {
        let position = Position::parse(&text);
        if position.is_none() {
            row.warn("position", "growth.import.position");
        }
        position
    });
    let letter = row.text("gain").and_then(|text| {
        let letter = gain(&text);
        if letter.is_none() {
            row.warn("gain", "growth.import.gain");
        }
        letter.map(str::to_owned)
    });
    Measures {
        weight_g,
        height_mm,
        position,
        arm_mm: soft(row, "arm", 1),
        head_mm: soft(row, "head", 1),
        oedema: 0,
        gain: letter,
    }
}

/// A number that is left aside with a warning when it cannot be read: everything but the weight.
pub(super) fn soft(row: &mut RowCells<'_>, field: &'static str, decimals: u32) -> Option<i64> {
    if let Cell::Number(value) = row.cell(field) {
        let scaled = (value * 10f64.powi(decimals as i32)).round();
        return (scaled.abs() < 1e9).then_some(scaled as i64);
    }
    let text = row.text(field)?;
    match number::parse_decimal(&text, decimals) {
        Ok(value) => Some(value),
        Err(_) => {
            row.warn(field, "growth.import.unreadable");
            None
        }
    }
}
