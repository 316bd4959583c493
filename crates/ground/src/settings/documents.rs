//! Gapless numbers of letters and papers, one series per kind and year.

use asuh_store::{Fault, Query, Tx, args};
use time::Date;

use super::{district, pattern, table};

/// The next number of a series, written by the district's pattern: `BAST/0007/XI/2026`.
///
/// `series` is the name before `_pattern` in the table of settings, such as `collection.bast`; a series
/// without a setting gets `<LAST WORD>/{nomor:4}/{bulan_romawi}/{tahun}`. Numbers are gapless within a series
/// and the year of `day`: the row is held by the command's transaction, and a command that fails gives its
/// number back.
///
/// # Errors
/// The store fails.
pub async fn next_number(tx: &Tx<'_>, series: &str, day: Date) -> Result<String, Fault> {
    let year = i64::from(day.year());
    tx.execute(
        "INSERT INTO document_number (district_id, series, year, last) VALUES ($1, $2, $3, 1) \
         ON CONFLICT (district_id, series, year) DO UPDATE SET last = document_number.last + 1",
        args![tx.district(), series, year],
    )
    .await?;
    let number = tx
        .number(
            "SELECT last FROM document_number WHERE district_id = $1 AND series = $2 AND year = $3",
            args![tx.district(), series, year],
        )
        .await?;
    let name = format!("{series}_pattern");
    let word = series.rsplit('.').next().unwrap_or(series).to_uppercase();
    let plain = format!("{word}/{{nomor:4}}/{{bulan_romawi}}/{{tahun}}");
    let default = table::find(&name).map_or(plain.as_str(), |spec| spec.default);
    let chosen = district::get(tx, tx.district(), &name, default).await?;
    let written = pattern::render(&chosen, number, day).or_else(|_| pattern::render(&plain, number, day));
    written.map_err(|error| error.refusal().into())
}
