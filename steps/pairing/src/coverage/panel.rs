//! The panel on the family page: whether somebody helps, since when, and by which code.

use std::sync::Arc;

use askama::Template;
use asuh_step_registry::frozen;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::need::{NeedLine, of_family};
use crate::pair::query::acts_on;
use crate::programme::programmes;
use crate::programme::query::list_on;
use crate::relative::{RelativeLine, of_family as related};
use crate::rules::sponsor_code;
use crate::{KeepNeeds, ManagePairing, SeeCoverage, TellSponsors, news};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::Text;

asuh_store::row_struct! {
    struct PairRow {
        programme_id: Id,
        person_id: Id,
        campaign: String,
        code: Option<String>,
        sponsor_id: Id,
        units: i64,
        valid_from: Date,
    }
}

/// The pairs that act for the members of a family on a day. Indexes: person_version_by_family, sponsor_pair_by_person,
/// primary keys of pledge and pledge_pause.
async fn acting(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    day: Date,
) -> Result<Vec<PairRow>, StoreError> {
    db.all(&acting_sql(), args![district, family, day, Instant::NEVER]).await
}

fn acting_sql() -> String {
    format!(
        "SELECT p.programme_id, m.person_id, c.name AS campaign, t.code, p.sponsor_id, p.units, p.valid_from \
         FROM person_version m JOIN sponsor_pair p ON p.district_id = m.district_id AND p.person_id = m.person_id \
         JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
         JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
         JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
         LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
         WHERE m.district_id = $1 AND m.family_id = $2 AND m.superseded_at = $4 AND m.ended_reason IS NULL \
         AND {} ORDER BY t.code, p.valid_from, p.id",
        acts_on("$3")
    )
}

/// A pair in words.
struct Line {
    row: PairRow,
    sponsor: String,
}

#[derive(Template)]
#[template(path = "coverage/panel.html")]
struct PanelPage {
    text: Text,
    family: Id,
    lines: Vec<Line>,
    /// The programmes on whose list the family stands.
    on_list: Vec<String>,
    needs: Vec<NeedLine>,
    keeps_needs: bool,
    /// Whether the reader pairs: the code leads to the target's page.
    pairs: bool,
    /// Whether the reader may write to those who help.
    tells: bool,
    /// For those who pair: sponsors who are noted as related.
    relatives: Option<Vec<RelativeLine>>,
}

/// The panel.
pub(crate) async fn panel(app: &App, actor: &Arc<Actor>, family: Id) -> Result<Option<String>, StoreError> {
    if SeeCoverage::of(actor).is_none() {
        return Ok(None);
    }
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let rows = acting(db, district, family, today).await?;
    let mut on_list = Vec::new();
    for programme in programmes(db, district).await? {
        if let Some(list) = list_on(db, district, programme.id, today).await?
            && frozen::in_list(db, district, list.list_id, family).await?
        {
            on_list.push(programme.name);
        }
    }
    let lines: Vec<Line> =
        rows.into_iter().map(|row| Line { sponsor: sponsor_code(row.sponsor_id), row }).collect();
    let needs = of_family(db, district, family).await?;
    let keeps_needs = KeepNeeds::of(actor).is_some();
    let tells = TellSponsors::of(actor).is_some() && news::helps_anyone(db, district, family, today).await?;
    let relatives = match ManagePairing::of(actor) {
        Some(_) => Some(related(db, district, family).await?),
        None => None,
    };
    let pairs = relatives.is_some();
    if lines.is_empty() && on_list.is_empty() && needs.is_empty() && !keeps_needs {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let panel = PanelPage { text, family, lines, on_list, needs, keeps_needs, pairs, tells, relatives };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn who_helps_a_family_is_found_by_its_members(db: TestDatabase) {
        let db = Plans::of(&db).await;
        acting(&db, D, I, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
