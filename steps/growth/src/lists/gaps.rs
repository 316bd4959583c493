//! Which children of a family were not measured lately, for the family's page.

use std::sync::Arc;

use asuh_store::{Id, Instant, Query, StoreError, args};
use time::Date;

use super::query::two_months_before;
use crate::ReadGrowth;
use crate::rules::born_after;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::Text;

/// The gaps, in words. Indexes: person_version_by_family, primary key of child_growth.
pub(crate) async fn gaps(app: &App, actor: &Arc<Actor>, family: Id) -> Result<Vec<String>, StoreError> {
    asuh_store::row_struct! { struct Row { name: String, measured_on: Option<Date> } }
    if ReadGrowth::of(actor).is_none() {
        return Ok(Vec::new());
    }
    let text = Text::new(actor.language, actor.zone);
    let today = app.today(actor);
    let rows: Vec<Row> = app
        .store
        .reader()
        .all(
            "SELECT p.name, g.measured_on FROM person_version p LEFT JOIN child_growth g \
             ON g.district_id = p.district_id AND g.person_id = p.person_id \
             WHERE p.district_id = $1 AND p.family_id = $2 AND p.superseded_at = $3 AND p.ended_reason IS NULL \
             AND p.birth_date > $4 AND (g.measured_on IS NULL OR g.measured_on < $5) ORDER BY p.birth_date, p.person_id",
            args![actor.district, family, Instant::NEVER, born_after(today), two_months_before(today)],
        )
        .await?;
    let words = |row: Row| match row.measured_on {
        Some(on) => text.t2("growth.gap.measured", "name", row.name, "day", text.day(on)),
        None => text.t1("growth.gap.never_measured", "name", row.name),
    };
    Ok(rows.into_iter().map(words).collect())
}
