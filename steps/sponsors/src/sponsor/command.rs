//! What changes a sponsor.

use asuh_store::{StoreError, Tx};
use time::Date;

use super::rules::Leaving;
use crate::roster::query::SponsorLine;
use crate::{pledge, version};

/// A sponsor leaves: his promises end on that day, what he gave stays.
pub(crate) async fn leave(
    tx: &Tx<'_>,
    held: SponsorLine,
    leaving: Leaving,
    day: Date,
) -> Result<(), StoreError> {
    pledge::change::end_all(tx, held.id, day).await?;
    let line = SponsorLine {
        valid_from: day,
        source: "form".to_owned(),
        status: "left".to_owned(),
        leaving: Some(leaving.code().to_owned()),
        ..held
    };
    version::write(tx, &[line], None).await
}
