//! The way of a lot in sentences: on a giver's page, on a family's.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::Text;
use asuh_store::{DistrictId, Id, StoreError};

use super::super::ReadStock;
use super::query::{self, GivenLot, Received, Stop};
use super::rules::{self, Share};

/// Mondays that a giver's page tells of.
const MONDAYS: i64 = 4;
/// Rows of a family's panel.
const ROWS: i64 = 40;

/// Where lots are, in words, by lot ("30 butir ke 21 keluarga di Kayu Aro"): families first, then who holds something, at last what broke.
pub(crate) async fn in_words(
    app: &App,
    district: DistrictId,
    lots: &[(Id, String)],
    text: Text,
) -> Result<BTreeMap<Id, Vec<String>>, StoreError> {
    let db = app.store.reader();
    let ids: Vec<Id> = lots.iter().map(|(id, _)| *id).collect();
    let mut by_lot: BTreeMap<Id, Vec<Stop>> = BTreeMap::new();
    for stop in query::stops(db, district, &ids).await? {
        by_lot.entry(stop.lot_id).or_default().push(stop);
    }
    let shares: BTreeMap<Id, Vec<Share>> =
        by_lot.iter().map(|(lot, stops)| (*lot, rules::told(&families(stops)))).collect();
    let mut codes: Vec<i64> = shares.values().flatten().map(|share| share.territory).collect();
    codes.sort_unstable();
    codes.dedup();
    let names: BTreeMap<i64, String> =
        query::names(db, district, &codes).await?.into_iter().map(|named| (named.code, named.name)).collect();
    let mut told = BTreeMap::new();
    for (lot, unit) in lots {
        let amount = |amount: i64| text.quantity(unit, amount);
        let mut lines = Vec::new();
        for share in shares.get(lot).into_iter().flatten() {
            let name = names.get(&share.territory).cloned().unwrap_or_default();
            let key = match (share.is_village(), share.families) {
                (true, _) => "custody.walk.village",
                (false, 0) => "custody.walk.few",
                (false, _) => "custody.walk.subdistrict",
            };
            let families = text.number(share.families);
            let words =
                text.with(key, &[("amount", amount(share.amount)), ("families", families), ("place", name)]);
            lines.push(words);
        }
        let mut others: Vec<&Stop> =
            by_lot.get(lot).into_iter().flatten().filter(|stop| stop.kind != "household").collect();
        others.sort_by_key(|stop| (stop.kind == "waste", stop.kind.clone()));
        for stop in others {
            let key = format!("custody.walk.{}", stop.kind);
            let words = text.t2(&key, "amount", amount(stop.amount), "place", &stop.place);
            lines.push(words);
        }
        told.insert(*lot, lines);
    }
    Ok(told)
}

fn families(stops: &[Stop]) -> Vec<Share> {
    stops
        .iter()
        .filter(|stop| stop.kind == "household")
        .map(|stop| Share { territory: stop.village, families: stop.holders, amount: stop.amount })
        .collect()
}

struct Told {
    lot: GivenLot,
    stops: Vec<String>,
}

#[derive(Template)]
#[template(path = "walk/sponsor.html")]
struct SponsorPanel {
    text: Text,
    lots: Vec<Told>,
}

/// On the sponsor's own page: where what his unit brought went. Nobody else sees it there.
pub(crate) async fn sponsor_panel(
    app: &App,
    actor: &Arc<Actor>,
    sponsor: Id,
) -> Result<Option<String>, StoreError> {
    if actor.sponsor != Some(sponsor) {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let given = query::given(app.store.reader(), actor.district, sponsor, MONDAYS).await?;
    if given.is_empty() {
        return Ok(None);
    }
    let lots: Vec<(Id, String)> = given.iter().map(|lot| (lot.id, lot.unit.clone())).collect();
    let mut stops = in_words(app, actor.district, &lots, text).await?;
    let lots =
        given.into_iter().map(|lot| Told { stops: stops.remove(&lot.id).unwrap_or_default(), lot }).collect();
    render(&SponsorPanel { text, lots })
}

#[derive(Template)]
#[template(path = "walk/family.html")]
struct FamilyPanel {
    text: Text,
    lines: Vec<Received>,
}

/// On a family's page, for who reads the stock: from which offices its help came.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    if ReadStock::of(actor).is_none() {
        return Ok(None);
    }
    let lines = query::received(app.store.reader(), actor.district, family, ROWS).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    render(&FamilyPanel { text: Text::new(actor.language, actor.zone), lines })
}

fn render(panel: &impl Template) -> Result<Option<String>, StoreError> {
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
