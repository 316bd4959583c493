//! Closed periods: what a stock-take has counted is not changed behind it.

use std::collections::BTreeMap;

use asuh_ledger::AccountId;
use asuh_store::{Args, DistrictId, Fault, Id, Query, Refusal, StoreError, Tx, args};

use super::post::{Holding, Posting};

asuh_store::row_struct! {
    struct Closed { place_id: Id, closed_through: time::Date }
}

/// Refuses what happened, or is said to have happened, on a day that a place has closed. Index: primary key.
///
/// # Errors
/// A place of custody is closed through the day of a posting, or the store fails.
pub(super) async fn check_open(
    tx: &Tx<'_>,
    accounts: &BTreeMap<AccountId, Holding>,
    postings: &[Posting],
) -> Result<(), Fault> {
    let mut days: BTreeMap<Id, time::Date> = BTreeMap::new();
    for posting in postings {
        for line in &posting.lines {
            for side in [line.line.from, line.line.to] {
                let Some(holding) = accounts.get(&side).filter(|holding| holding.kind.is_custody()) else {
                    continue;
                };
                days.entry(holding.place)
                    .and_modify(|day| *day = (*day).min(posting.day))
                    .or_insert(posting.day);
            }
        }
    }
    let places: Vec<Id> = days.keys().copied().collect();
    for some in places.chunks(500) {
        let mut args = Args::new().with(tx.district());
        let list = args.push_list(some.iter().copied());
        let closed: Vec<Closed> = tx
            .all(
                &format!(
                    "SELECT place_id, closed_through FROM book_period WHERE district_id = $1 AND place_id IN ({list})"
                ),
                args,
            )
            .await?;
        for row in closed {
            if days.get(&row.place_id).is_some_and(|day| *day <= row.closed_through) {
                return Err(Refusal::new("books.refused.closed")
                    .arg(
                        "day",
                        asuh_nusantara::date::short(asuh_nusantara::Language::Indonesian, row.closed_through),
                    )
                    .into());
            }
        }
    }
    Ok(())
}

/// The last day that is closed at a place, if any is. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn closed_through(
    db: &impl Query,
    district: DistrictId,
    place: Id,
) -> Result<Option<time::Date>, StoreError> {
    let found: Option<Closed> = db
        .first(
            "SELECT place_id, closed_through FROM book_period WHERE district_id = $1 AND place_id = $2",
            args![district, place],
        )
        .await?;
    Ok(found.map(|found| found.closed_through))
}

/// Closes a place through a day, within the command that counted it; an earlier day than the one that is closed already
/// changes nothing.
///
/// # Errors
/// The store fails.
pub async fn close_period(
    tx: &Tx<'_>,
    place: Id,
    through: time::Date,
    stock_take: Id,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO book_period (district_id, place_id, closed_through, stock_take_id) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (district_id, place_id) DO UPDATE SET closed_through = excluded.closed_through, \
         stock_take_id = excluded.stock_take_id WHERE book_period.closed_through < excluded.closed_through",
        args![tx.district(), place, through, stock_take],
    )
    .await?;
    Ok(())
}
