//! Signatories and prices: the settings that are lists.

use std::collections::BTreeMap;

use asuh_nusantara::date;
use asuh_store::{DistrictId, Query, StoreError};
use time::Date;

use super::district;
use super::kind::{ListRow, rows};

/// Somebody who signs for the district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatory {
    /// Name with academic titles.
    pub name: String,
    /// NIP, 18 digits; empty for those who have none.
    pub nip: String,
    /// Rank (pangkat/golongan); may be empty.
    pub rank: String,
    /// Office held (jabatan).
    pub title: String,
    /// "", "plt" (acting, the post is vacant) or "plh" (acting, the holder is away).
    pub acting: String,
    /// The kinds of papers signed: codes of [`SIGNED`](super::SIGNED).
    pub documents: Vec<String>,
}

impl Signatory {
    fn of(row: &ListRow) -> Signatory {
        let text = |name: &str| row.get(name).cloned().unwrap_or_default();
        Signatory {
            name: text("name"),
            nip: text("nip"),
            rank: text("rank"),
            title: text("title"),
            acting: text("acting"),
            documents: text("documents")
                .split(',')
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The office as it stands under a letter: `Plt. Kepala Dinas ...`.
    pub fn full_title(&self) -> String {
        match self.acting.as_str() {
            "plt" => format!("Plt. {}", self.title),
            "plh" => format!("Plh. {}", self.title),
            _ => self.title.clone(),
        }
    }
}

/// All signatories in the order of the list. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn signatories(db: &impl Query, district: DistrictId) -> Result<Vec<Signatory>, StoreError> {
    Ok(read(&district::get(db, district, "signatories", "[]").await?))
}

/// The signatories of a stored list.
pub(super) fn read(stored: &str) -> Vec<Signatory> {
    rows(stored).iter().map(Signatory::of).collect()
}

/// The first who is named for papers of this kind.
pub(super) fn signing<'a>(all: &'a [Signatory], document: &str) -> Option<&'a Signatory> {
    all.iter().find(|signatory| signatory.documents.iter().any(|code| code == document))
}

/// The rows of a setting that is a list. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn list(db: &impl Query, district: DistrictId, name: &str) -> Result<Vec<ListRow>, StoreError> {
    Ok(rows(&district::get_typed::<String>(db, district, name).await?))
}

/// Who signs papers of a kind (a code of [`SIGNED`](super::SIGNED)): the first who is named for it.
///
/// # Errors
/// The store fails.
pub async fn signatory(
    db: &impl Query,
    district: DistrictId,
    document: &str,
) -> Result<Option<Signatory>, StoreError> {
    let all = signatories(db, district).await?;
    Ok(signing(&all, document).cloned())
}

/// What one smallest unit of a commodity is worth from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// Code of the commodity.
    pub commodity: String,
    /// Rupiah for one smallest unit.
    pub rupiah: i64,
    /// First day on which it holds.
    pub from: Date,
}

/// The price list, for valuing goods in reports. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn prices(db: &impl Query, district: DistrictId) -> Result<Vec<Price>, StoreError> {
    let stored = district::get(db, district, "prices", "[]").await?;
    Ok(rows(&stored).iter().filter_map(price_of).collect())
}

fn price_of(row: &ListRow) -> Option<Price> {
    Some(Price {
        commodity: row.get("commodity")?.clone(),
        rupiah: row.get("rupiah")?.parse().ok()?,
        from: date::parse(row.get("from")?).ok()?,
    })
}

/// The price of a commodity that holds on a day: the latest that began by then.
pub fn price_on(prices: &[Price], commodity: &str, day: Date) -> Option<i64> {
    prices
        .iter()
        .filter(|price| price.commodity == commodity && price.from <= day)
        .max_by_key(|price| price.from)
        .map(|price| price.rupiah)
}

/// The days on which offices and banks are closed, as the district keeps them, with their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holidays(BTreeMap<Date, String>);

impl Holidays {
    /// These days.
    pub fn new(days: impl IntoIterator<Item = (Date, String)>) -> Holidays {
        Holidays(days.into_iter().collect())
    }

    /// The name of a holiday; none on other days.
    pub fn name(&self, day: Date) -> Option<&str> {
        self.0.get(&day).map(String::as_str)
    }

    /// Whether offices work: neither Saturday nor Sunday nor a holiday.
    pub fn is_working(&self, day: Date) -> bool {
        day.weekday().number_from_monday() <= 5 && !self.0.contains_key(&day)
    }

    /// The day itself where offices work, else the next one on which they do; within a month.
    pub fn working_from(&self, day: Date) -> Date {
        let mut next = day;
        for _ in 0..31 {
            if self.is_working(next) {
                return next;
            }
            next = next.next_day().unwrap_or(next);
        }
        day
    }
}

/// The district's holidays. Index: primary key of `setting`.
///
/// # Errors
/// The store fails.
pub async fn holidays(db: &impl Query, district: DistrictId) -> Result<Holidays, StoreError> {
    let stored = district::get(db, district, "holidays", "[]").await?;
    Ok(Holidays::new(rows(&stored).iter().filter_map(|row| {
        Some((date::parse(row.get("day")?).ok()?, row.get("name").cloned().unwrap_or_default()))
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn the_latest_price_that_has_begun_holds() {
        let price = |rupiah, from| Price { commodity: "egg".into(), rupiah, from };
        let prices = [price(2500, date!(2026 - 06 - 01)), price(2000, date!(2026 - 01 - 01))];
        assert_eq!(price_on(&prices, "egg", date!(2026 - 05 - 31)), Some(2000));
        assert_eq!(price_on(&prices, "egg", date!(2026 - 06 - 01)), Some(2500));
        assert_eq!(price_on(&prices, "egg", date!(2025 - 12 - 31)), None);
        assert_eq!(price_on(&prices, "rice", date!(2026 - 06 - 01)), None);
    }

    #[test]
    fn work_goes_on_after_weekends_and_holidays() {
        let christmas = date!(2026 - 12 - 25);
        let holidays = Holidays::new([(christmas, "Natal".to_owned())]);
        assert_eq!(holidays.working_from(date!(2026 - 12 - 24)), date!(2026 - 12 - 24));
        assert_eq!(holidays.working_from(christmas), date!(2026 - 12 - 28), "a Friday before a weekend");
        assert_eq!(holidays.name(christmas), Some("Natal"));
        assert_eq!(holidays.name(date!(2026 - 12 - 24)), None);
    }

    #[test]
    fn an_acting_head_is_named_as_such() {
        let row: ListRow =
            [("name", "Budi"), ("title", "Kepala Dinas"), ("acting", "plt"), ("documents", "letter")]
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
        let signatory = Signatory::of(&row);
        assert_eq!(signatory.full_title(), "Plt. Kepala Dinas");
        assert_eq!(signatory.documents, ["letter"]);
        assert_eq!(signatory.nip, "");
    }
}
