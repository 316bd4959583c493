//! What other pages show of meals: the panel on the family's page, its copy, the days on which it was fed.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use super::ReadMeals;
use super::enrolment::{EnrolmentLine, family_enrolments};
use super::food::words;
use super::run::fed_days;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::Text;
use asuh_ground::{App, HelpMoved};

#[derive(Template)]
#[template(path = "kitchen/panel.html")]
struct Panel {
    text: Text,
    lines: Vec<EnrolmentLine>,
    linked: bool,
}

/// Who of a family is or was fed: days eaten, and how it ended.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let lines = family_enrolments(app.store.reader(), actor.district, family).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let linked = ReadMeals::of(actor).is_some();
    let panel = Panel { text: Text::new(actor.language, actor.zone), lines, linked };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// The days on which a family received meals, and how many portions.
pub(crate) async fn received_by(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<(Date, i64)>, StoreError> {
    let days = fed_days(db, district, family).await?;
    Ok(days.into_iter().map(|day| (day.for_day, day.portions)).collect())
}

asuh_store::row_struct! {
    struct Moved { family_id: Id, price: i64, served: i64, received: i64 }
}

/// The portions of a campaign's programmes from a day to a day, by family and price; CROSS JOIN keeps SQLite from walking
/// all portions of those days, whatever fed them. Programmes are a handful. Indexes:
/// meal_enrolment_by_programme, meal_serving_by_enrolment.
async fn portions(
    db: &impl Query,
    district: DistrictId,
    campaign: Id,
    (from, to): (Date, Date),
) -> Result<Vec<Moved>, StoreError> {
    db.all(
            "SELECT COALESCE(f.canonical_id, f.id) AS family_id, r.price_ceiling AS price, COUNT(*) AS served, \
             CAST(SUM(CASE WHEN s.transfer_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS received FROM meal_programme r \
             CROSS JOIN meal_enrolment e CROSS JOIN meal_serving s JOIN kitchen_run k ON k.district_id = s.district_id AND k.id = s.run_id \
             AND k.state IN ('delivered', 'closed') JOIN family f ON f.district_id = e.district_id AND f.id = e.family_id \
             WHERE r.district_id = $1 AND r.campaign_id = $2 AND e.district_id = r.district_id AND e.programme_id = r.id \
             AND s.district_id = e.district_id AND s.enrolment_id = e.id AND s.menu_id IS NOT NULL \
             AND s.for_day BETWEEN $3 AND $4 \
             GROUP BY COALESCE(f.canonical_id, f.id), r.price_ceiling ORDER BY 1",
            args![district, campaign, from, to],
        )
        .await
}

#[cfg(test)]
pub(super) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, (any, day): (Id, Date)) {
    portions(db, district, any, (day, day)).await.expect("an answer");
    // Programmes are a handful.
    db.take().walks_only(&["r.*"]).uses(&["meal_enrolment_by_programme", "meal_serving_by_enrolment"]);
}

/// What of a campaign moved towards families as meals of the days from one to another: each portion is worth
/// what its programme may cost a day; without a price it is worth nothing here, and said to be so.
pub(crate) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    days: (Date, Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let rows = portions(app.store.reader(), district, campaign, days).await?;
    let mut moved: BTreeMap<Id, HelpMoved> = BTreeMap::new();
    for row in rows {
        let nothing = HelpMoved { family: row.family_id, released: 0, received: 0, unpriced: false };
        let one = moved.entry(row.family_id).or_insert(nothing);
        one.released += row.served * row.price;
        one.received += row.received * row.price;
        one.unpriced |= row.price == 0;
    }
    Ok(moved.into_values().collect())
}

asuh_store::row_struct! {
    struct Noted { name: String, allergens: String, also_fed_since: Option<Date>, also_fed_by: String }
}

/// What is kept of a family, for the family itself.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let told = |line: EnrolmentLine| {
        vec![
            line.name,
            line.programme,
            format!("{} – {}", text.day(line.starts_on), text.day(line.ends_on)),
            text.t2(
                "kitchen.pmt.of",
                "part",
                text.number(line.days_eaten),
                "whole",
                text.number(line.days_planned),
            ),
            text.t(&format!("kitchen.state.{}", line.state)).into_owned(),
            line.reason,
        ]
    };
    let rows = family_enrolments(db, district, family).await?.into_iter().map(told).collect();
    let fed = Section::titled(
        &text,
        "kitchen.panel.title",
        &[
            "kitchen.pmt.name_of",
            "kitchen.pmt.programme",
            "kitchen.pmt.period",
            "kitchen.pmt.eaten",
            "kitchen.pmt.state",
            "kitchen.pmt.reason",
        ],
    );
    let mut sections: Vec<Section> = fed.filled(rows).into_iter().collect();
    let notes: Vec<Noted> = db
        .all(
            "SELECT p.name, n.allergens, n.also_fed_since, n.also_fed_by FROM person_version p JOIN meal_note n \
             ON n.district_id = p.district_id AND n.person_id = p.person_id WHERE p.district_id = $1 \
             AND p.family_id = $2 AND p.superseded_at = $3 ORDER BY p.name_search, p.person_id",
            args![district, family, asuh_store::Instant::NEVER],
        )
        .await?;
    let told = |note: Noted| {
        let codes: Vec<String> = note.allergens.split_whitespace().map(str::to_owned).collect();
        vec![
            note.name,
            words(&text, "kitchen.allergen.", &codes),
            note.also_fed_since.map(|day| text.day(day)).unwrap_or_default(),
            note.also_fed_by,
        ]
    };
    let rows = notes.into_iter().map(told).collect();
    let noted = Section::titled(
        &text,
        "kitchen.pmt.note",
        &["kitchen.pmt.name_of", "kitchen.pmt.allergy", "kitchen.pmt.mbg", "kitchen.pmt.mbg_source"],
    );
    sections.extend(noted.filled(rows));
    Ok(sections)
}
