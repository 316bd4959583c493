//! What this step keeps about a sponsor, for the person himself: nothing is masked.

use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use asuh_ground::App;
use asuh_ground::consent::Section;
use asuh_ground::web::Text;

asuh_store::row_struct! {
    struct Version {
        valid_from: Date, source: String, name: String, nip_sealed: Option<Vec<u8>>, phone_sealed: Option<Vec<u8>>,
        unit: String, home: String, status: String, category: String, kk_sealed: Option<Vec<u8>>,
    }
}

asuh_store::row_struct! {
    struct Promise {
        campaign: String, baskets: i64, starts_on: Date, ends_on: Option<Date>, public_name: String, reach: String,
        document: Option<String>,
    }
}

asuh_store::row_struct! {
    struct Turn { campaign: String, what: String, starts_on: Date, ends_on: Option<Date>, baskets: Option<i64> }
}

/// His entries in time, his promises, and what became of them. Indexes: primary key of `sponsor_version`,
/// pledge_by_sponsor.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    sponsor: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let versions: Vec<Version> = db
        .all(
            "SELECT v.valid_from, v.source, v.name, v.nip_sealed, v.phone_sealed, COALESCE(u.name, '') AS unit, \
             COALESCE(h.name, '') AS home, v.status, v.category, v.kk_sealed FROM sponsor_version v \
             LEFT JOIN institution u ON u.district_id = v.district_id AND u.id = v.unit_id \
             LEFT JOIN territory h ON h.district_id = v.district_id AND h.code = v.home_code \
             WHERE v.district_id = $1 AND v.sponsor_id = $2 ORDER BY v.version",
            args![district, sponsor],
        )
        .await?;
    let mut rows = Vec::new();
    for one in versions {
        let open = |sealed: Option<Vec<u8>>| match sealed {
            Some(sealed) => app.store.secrets().open_text(district, &sealed),
            None => Ok(String::new()),
        };
        let status = if one.status == "active" { "sponsors.roster.active" } else { "sponsors.roster.left" };
        rows.push(vec![
            text.day(one.valid_from),
            text.t(&format!("sponsors.source.{}", one.source)).into_owned(),
            one.name,
            open(one.nip_sealed)?,
            open(one.phone_sealed)?,
            one.unit,
            one.home,
            text.t(status).into_owned(),
            text.t(&format!("sponsors.category.{}", one.category)).into_owned(),
            open(one.kk_sealed)?,
        ]);
    }
    let roster = Section::titled(
        &text,
        "sponsors.menu.roster",
        &[
            "sponsors.copy.since",
            "sponsors.copy.source",
            "sponsors.roster.name",
            "sponsors.copy.nip",
            "sponsors.roster.phone",
            "sponsors.roster.unit",
            "sponsors.roster.home",
            "sponsors.roster.status",
            "sponsors.category",
            "sponsors.sponsor.kk",
        ],
    );
    let promises: Vec<Promise> = db
        .all(
            "SELECT c.name AS campaign, p.baskets, p.starts_on, p.ends_on, p.public_name, p.reach, p.document \
             FROM pledge p \
             JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2 ORDER BY p.starts_on, p.id",
            args![district, sponsor],
        )
        .await?;
    let told = |one: Promise| {
        vec![
            one.campaign,
            text.number(one.baskets),
            text.day(one.starts_on),
            one.ends_on.map(|day| text.day(day)).unwrap_or_default(),
            text.t(&format!("sponsors.public_name.{}", one.public_name)).into_owned(),
            text.t(&format!("sponsors.far.{}", one.reach)).into_owned(),
            one.document.unwrap_or_default(),
        ]
    };
    let pledges = Section::titled(
        &text,
        "sponsors.menu.pledges",
        &[
            "sponsors.copy.campaign",
            "sponsors.copy.baskets",
            "sponsors.copy.since",
            "sponsors.copy.until",
            "sponsors.copy.public_name",
            "sponsors.far",
            "sponsors.document",
        ],
    );
    let pledges = pledges.filled(promises.into_iter().map(told).collect());
    let turns = turns(db, district, sponsor, &text).await?;
    Ok(roster.filled(rows).into_iter().chain(pledges).chain(turns).collect())
}

/// The pauses of his promises, and what they held from a later day on. Indexes: pledge_by_sponsor, primary keys of
/// `pledge_pause` and `pledge_amount`.
async fn turns(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    text: &Text,
) -> Result<Option<Section>, StoreError> {
    let turns: Vec<Turn> = db
        .all(
            "SELECT t.campaign, t.what, t.starts_on, t.ends_on, t.baskets FROM ( \
             SELECT c.name AS campaign, 'pause' AS what, z.starts_on, z.ends_on, CAST(NULL AS BIGINT) AS baskets \
             FROM pledge p JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             JOIN pledge_pause z ON z.district_id = p.district_id AND z.pledge_id = p.id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2 \
             UNION ALL SELECT c.name, 'amount', a.starts_on, CAST(NULL AS BIGINT), a.baskets \
             FROM pledge p JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             JOIN pledge_amount a ON a.district_id = p.district_id AND a.pledge_id = p.id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2) t ORDER BY t.starts_on, t.what",
            args![district, sponsor],
        )
        .await?;
    let told = |one: Turn| {
        vec![
            one.campaign,
            text.t(&format!("sponsors.copy.{}", one.what)).into_owned(),
            text.day(one.starts_on),
            one.ends_on.map(|day| text.day(day)).unwrap_or_default(),
            one.baskets.map(|baskets| text.number(baskets)).unwrap_or_default(),
        ]
    };
    let section = Section::titled(
        text,
        "sponsors.copy.turns",
        &[
            "sponsors.copy.campaign",
            "sponsors.copy.what",
            "sponsors.copy.since",
            "sponsors.copy.until",
            "sponsors.copy.baskets",
        ],
    );
    Ok(section.filled(turns.into_iter().map(told).collect()))
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::{Language, Zone};
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn what_became_of_promises_is_found_by_the_sponsor(db: TestDatabase) {
        let db = Plans::of(&db).await;
        turns(&db, D, I, &Text::new(Language::Indonesian, Zone::Wib)).await.expect("a plan");
        no_walks(&db);
    }
}
