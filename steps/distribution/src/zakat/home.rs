//! What other pages show of zakat: the panel on the family's page, its copy.

use askama::Template;
use asuh_store::{DistrictId, Id, StoreError};

use super::ReadAsnaf;
use super::query::{self, Marked};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::Text;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "zakat/panel.html")]
struct Panel {
    text: Text,
    lines: Vec<Marked>,
}

/// That Baznas found a family eligible, for whoever may know.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    if ReadAsnaf::of(actor).is_none() {
        return Ok(None);
    }
    let lines = query::of_family(app.store.reader(), actor.district, family).await?;
    if lines.is_empty() {
        return Ok(None);
    }
    let panel = Panel { text: Text::new(actor.language, actor.zone), lines };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// The same for the family itself.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Option<Section>, StoreError> {
    let lines = query::of_family(app.store.reader(), district, family).await?;
    let told = |line: Marked| {
        let asnaf = text.t(&format!("zakat.asnaf.{}", line.asnaf)).into_owned();
        vec![asnaf, line.reporter, line.number, text.day(line.reported_on)]
    };
    let columns = ["zakat.asnaf", "zakat.reporter", "zakat.number", "zakat.reported_on"];
    let section = Section::titled(&text, "zakat.families", &columns);
    Ok(section.filled(lines.into_iter().map(told).collect()))
}
