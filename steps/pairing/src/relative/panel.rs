//! The panel on the admin's page of a sponsor: his relatives, and keeping targets for him.

use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};

use super::query::{RelativeLine, of_sponsor};
use crate::ManagePairing;
use crate::programme::{Programme, programmes};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::web::Text;

#[derive(Template)]
#[template(path = "relative/panel.html")]
struct PanelPage {
    text: Text,
    sponsor: Id,
    lines: Vec<RelativeLine>,
    programmes: Vec<Programme>,
}

/// The panel; nothing for those who do not pair, and nothing on the sponsor's own page.
pub(crate) async fn panel(app: &App, actor: &Arc<Actor>, sponsor: Id) -> Result<Option<String>, StoreError> {
    if ManagePairing::of(actor).is_none() || actor.sponsor == Some(sponsor) {
        return Ok(None);
    }
    let (db, district) = (app.store.reader(), actor.district);
    let programmes = programmes(db, district).await?;
    if programmes.is_empty() {
        return Ok(None);
    }
    let mut lines = of_sponsor(db, district, sponsor).await?;
    lines.retain(|line| line.ended_at.is_none());
    let panel = PanelPage { text: Text::new(actor.language, actor.zone), sponsor, lines, programmes };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
