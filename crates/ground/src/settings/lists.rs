//! Signatories and prices: the settings that are lists.

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
