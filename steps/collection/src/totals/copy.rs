//! What this step keeps about a giver, for himself.

use asuh_store::{DistrictId, Id, StoreError};

use super::query;
use asuh_ground::App;
use asuh_ground::consent::Section;
use asuh_ground::web::Text;

/// What was written down of his giving, day by day.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    sponsor: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let rows = query::whole(app.store.reader(), district, sponsor).await?;
    let told = |line: query::OwnLine| {
        vec![
            text.day(line.for_day),
            line.campaign,
            line.commodity,
            text.quantity(&line.unit, line.expected),
            text.quantity(&line.unit, line.brought),
            text.t(&format!("collection.state.{}", line.state)).into_owned(),
        ]
    };
    let section = Section::titled(
        &text,
        "collection.own.title",
        &[
            "collection.day",
            "collection.campaign",
            "collection.commodity",
            "collection.own.promised",
            "collection.own.brought",
            "collection.state",
        ],
    );
    Ok(section.filled(rows.into_iter().map(told).collect()).into_iter().collect())
}
