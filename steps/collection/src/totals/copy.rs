//! What this step keeps about a giver, for himself.

use asuh_store::{DistrictId, Id, StoreError};

use super::super::gift;
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
    let mut sections: Vec<Section> =
        section.filled(rows.into_iter().map(told).collect()).into_iter().collect();
    let first = time::macros::date!(2000 - 01 - 01);
    let today = asuh_nusantara::Zone::local_date(text.zone, app.store.clock().now().utc());
    let gifts = gift::query::of_sponsor(app.store.reader(), district, sponsor, first).await?;
    let paid = gifts.into_iter().map(|gift| {
        vec![
            text.day(gift.announced_on),
            gift.campaign.clone(),
            gift.code.clone(),
            text.rupiah(gift.amount),
            gift.received.map(|rupiah| text.rupiah(rupiah)).unwrap_or_default(),
            text.t(&format!("money.gift.{}", gift.standing(&today))).into_owned(),
        ]
    });
    let section = Section::titled(
        &text,
        "money.gifts",
        &[
            "collection.day",
            "collection.campaign",
            "money.code",
            "money.gift.amount",
            "money.gift.came",
            "collection.state",
        ],
    );
    sections.extend(section.filled(paid.collect()));
    Ok(sections)
}
