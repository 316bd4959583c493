//! What a circular can change and a district may edit: the least gain from month to month (KBM), and the lines of
//! the card KMS beyond which a child is sent on. Kept as settings of the district.

mod command;
pub(super) mod pages;

pub use command::PutNorms;

use asuh_growth::indonesia::{GainTable, ReferralLines};
use asuh_store::{DistrictId, Query, StoreError};

use asuh_ground::settings;

/// Months of age that the table of gains reaches.
const MONTHS: usize = 60;
/// Months with a gain of their own; that of the last one holds up to month 60.
const ROWS: usize = 12;

/// The district's norms.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Norms {
    /// The least gain (KBM).
    pub gain: GainTable,
    /// The lines of the card.
    pub lines: ReferralLines,
}

/// The norms of a district. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn load(db: &impl Query, district: DistrictId) -> Result<Norms, StoreError> {
    let boys: String = settings::get_typed(db, district, "growth.gain_boys").await?;
    let girls: String = settings::get_typed(db, district, "growth.gain_girls").await?;
    let red: String = settings::get_typed(db, district, "growth.red_line").await?;
    let orange: String = settings::get_typed(db, district, "growth.orange_line").await?;
    let usual = Norms::default();
    Ok(Norms {
        gain: grams(&boys)
            .zip(grams(&girls))
            .and_then(|(boys, girls)| GainTable::new(boys, girls).ok())
            .unwrap_or(usual.gain),
        lines: ReferralLines { red: line(&red).unwrap_or(usual.lines.red), orange: line(&orange) },
    })
}

/// A stored row of grams: month 1, 2, 3 and so on; the last one holds up to month 60.
fn grams(stored: &str) -> Option<Vec<u16>> {
    let mut grams: Vec<u16> = Vec::new();
    for one in stored.split(',') {
        grams.push(one.trim().parse().ok()?);
    }
    let last = *grams.last()?;
    if grams.len() < MONTHS {
        grams.resize(MONTHS, last);
    }
    Some(grams)
}

/// A stored line, a z-score times 100; none where the district has none.
fn line(stored: &str) -> Option<f64> {
    stored.trim().parse::<i64>().ok().map(|z| z as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use asuh_ground::settings::find;

    #[test]
    fn the_defaults_are_those_of_the_card() {
        let default = |name: &str| find(name).map(|spec| spec.default).unwrap_or_default();
        let (boys, girls) = (grams(default("growth.gain_boys")), grams(default("growth.gain_girls")));
        let table = GainTable::new(boys.unwrap(), girls.unwrap()).unwrap();
        assert_eq!(table, GainTable::default());
        let lines = ReferralLines::default();
        assert_eq!(line(default("growth.red_line")), Some(lines.red));
        assert_eq!(line(default("growth.orange_line")), lines.orange);
        assert_eq!(line(""), None);
        assert_eq!(grams("800,x"), None);
    }
}
