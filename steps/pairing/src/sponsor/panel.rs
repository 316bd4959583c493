//! The panel on a sponsor's own page: whom he helps, by code names.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use askama::Template;
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use crate::ManagePairing;
use crate::facts::subdistrict;
use crate::pair::query::{self, OwnLine};
use crate::programme::query::{list_on, needs_on};
use crate::programme::unit_rupiah;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::Text;

/// A subdistrict is named where at least so many of the list live.
const NAMED_FROM: i64 = 5;

/// A child as its sponsor knows it.
struct Line {
    own: OwnLine,
    age: String,
    /// The subdistrict, where it says nothing about who it is.
    place: String,
    worth: i64,
    /// Visits of a mentor a month.
    visits: i64,
    opens: bool,
    /// For who pairs: the way to the target's page.
    manages: bool,
}

#[derive(Template)]
#[template(path = "sponsor/panel.html")]
struct PanelPage {
    text: Text,
    lines: Vec<Line>,
    /// Whether the reader is the sponsor himself.
    is_own: bool,
}

/// How many rows of a list lie in each subdistrict. Index: primary key of `frozen_row`.
async fn living(db: &impl Query, district: DistrictId, list: Id) -> Result<HashMap<i64, i64>, StoreError> {
    asuh_store::row_struct! { struct Living { place: i64, n: i64 } }
    let rows: Vec<Living> = db
        .all(
            "SELECT village_code / 10000 * 10000 AS place, COUNT(*) AS n FROM frozen_row \
             WHERE district_id = $1 AND list_id = $2 GROUP BY village_code / 10000 * 10000",
            args![district, list],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.place, row.n)).collect())
}

/// What a programme says to its sponsors.
struct Told {
    living: HashMap<i64, i64>,
    unit: i64,
    mentor_visits: HashMap<String, i64>,
}

async fn told(db: &impl Query, district: DistrictId, line: &OwnLine, on: Date) -> Result<Told, StoreError> {
    let living = match list_on(db, district, line.programme_id, on).await? {
        Some(list) => living(db, district, list.list_id).await?,
        None => HashMap::new(),
    };
    let needs = needs_on(db, district, line.programme_id, on).await?;
    Ok(Told {
        living,
        unit: unit_rupiah(db, district, line.campaign_id, on).await?,
        mentor_visits: needs.into_iter().map(|need| (need.target, need.mentor_visits)).collect(),
    })
}

/// The panel; nothing for a sponsor who helps nobody. Who is not the sponsor himself finds no way to names.
pub(crate) async fn panel(app: &App, actor: &Arc<Actor>, sponsor: Id) -> Result<Option<String>, StoreError> {
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let own = query::of_sponsor(db, district, sponsor, today).await?;
    if own.is_empty() {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let places = own.iter().map(|line| subdistrict(line.village_code));
    let names = territories::names(db, district, places).await?;
    let mut programmes: HashMap<Id, Told> = HashMap::new();
    let mut lines = Vec::new();
    for line in own {
        let told = match programmes.entry(line.programme_id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(told(db, district, &line, today).await?),
        };
        let place = subdistrict(line.village_code);
        let many = told.living.get(&place).is_some_and(|n| *n >= NAMED_FROM);
        let months = line.months(today);
        let target = match months {
            Some(..24) => "child_under_two",
            Some(24..60) => "child_two_to_five",
            _ => "",
        };
        lines.push(Line {
            age: match months {
                Some(months) => text.t1("pairing.why.months", "n", months),
                None => text.t("pairing.own.mother").into_owned(),
            },
            place: if many { names.get(&place).cloned().unwrap_or_default() } else { String::new() },
            worth: line.units * told.unit,
            visits: told.mentor_visits.get(target).copied().unwrap_or(0),
            opens: line.opens(today) && actor.sponsor == Some(sponsor),
            manages: ManagePairing::of(actor).is_some() && actor.sponsor != Some(sponsor),
            own: line,
        });
    }
    let panel = PanelPage { text, lines, is_own: actor.sponsor == Some(sponsor) };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn who_lives_where_is_counted_within_a_list(db: TestDatabase) {
        let db = Plans::of(&db).await;
        living(&db, D, I).await.expect("a plan");
        no_walks(&db);
    }
}
