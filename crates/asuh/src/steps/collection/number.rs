//! Numbers of documents: gapless per series and year, written by the district's pattern.

use asuh_store::{Query, StoreError, Tx, args};

use crate::ground::settings;

/// A series of documents.
#[derive(Debug, Clone, Copy)]
pub struct Series {
    /// Its name in `document_number`.
    pub name: &'static str,
    /// The setting with its pattern.
    pub setting: &'static str,
    /// The pattern when the district has set none.
    pub pattern: &'static str,
}

/// Hand-overs of goods (Berita Acara Serah Terima).
pub(crate) const HAND_OVER: Series =
    Series { name: "bast", setting: "collection.bast_pattern", pattern: "BAST/{nomor}/{bulan}/{tahun}" };

/// Deposits of cash.
pub(crate) const DEPOSIT: Series =
    Series { name: "deposit", setting: "collection.deposit_pattern", pattern: "STU/{nomor}/{bulan}/{tahun}" };

asuh_store::row_struct! {
    struct Taken { last: i64 }
}

/// Takes the next number of a series for a document of this day, within a command: a command that fails
/// gives its number back, so that none is missing.
///
/// # Errors
/// The store fails.
pub async fn take(tx: &Tx<'_>, series: Series, day: time::Date) -> Result<String, StoreError> {
    let taken: Option<Taken> = tx
        .first(
            "INSERT INTO document_number (district_id, series, year, last) VALUES ($1, $2, $3, 1) \
             ON CONFLICT (district_id, series, year) DO UPDATE SET last = document_number.last + 1 \
             RETURNING last",
            args![tx.district(), series.name, i64::from(day.year())],
        )
        .await?;
    let number = taken.map_or(1, |taken| taken.last);
    let pattern = settings::get(tx, tx.district(), series.setting, series.pattern).await?;
    Ok(written(&pattern, number, day))
}

/// A number in its pattern: `{nomor}` with four digits at least, `{bulan}` in Roman figures, `{tahun}`.
/// A pattern without `{nomor}` or `{tahun}` gets them at its end, so that no two documents share a number.
fn written(pattern: &str, number: i64, day: time::Date) -> String {
    const MONTHS: [&str; 12] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    let mut pattern = pattern.to_owned();
    for part in ["{nomor}", "{tahun}"] {
        if !pattern.contains(part) {
            pattern.push('/');
            pattern.push_str(part);
        }
    }
    let month = MONTHS.get(usize::from(u8::from(day.month())) - 1).copied().unwrap_or_default();
    pattern
        .replace("{nomor}", &format!("{number:04}"))
        .replace("{bulan}", month)
        .replace("{tahun}", &day.year().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn numbers_follow_the_pattern_and_stay_unique() {
        for (pattern, expected) in [
            ("BAST/{nomor}/{bulan}/{tahun}", "BAST/0007/XI/2026"),
            ("{nomor}/SCT/{tahun}", "0007/SCT/2026"),
            ("400.13/BAST", "400.13/BAST/0007/2026"),
        ] {
            assert_eq!(written(pattern, 7, date!(2026 - 11 - 02)), expected);
        }
        assert!(written("{nomor}/{tahun}", 12_345, date!(2026 - 01 - 05)).starts_with("12345/"));
    }
}
