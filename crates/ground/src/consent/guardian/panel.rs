//! The panel on the family page: which purposes are allowed today.

use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};

use super::super::rights::{ReadConsents, RecordConsents};
use super::super::rules::Purpose;
use super::query::{self, ConsentLine};
use crate::App;
use crate::access::{Actor, Capability};
use crate::web::Text;

#[derive(Template)]
#[template(path = "consent/guardian/panel.html")]
struct Panel {
    shell: Text,
    family: Id,
    purposes: Vec<(Purpose, Option<ConsentLine>)>,
    may_record: bool,
}

/// The panel, for those who may read consents and reach the family.
///
/// # Errors
/// The store fails.
pub(in crate::consent) async fn panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let Some(read) = ReadConsents::of(actor) else { return Ok(None) };
    let db = app.store.reader();
    if query::family(db, actor.district, family, read.scope()).await?.is_none() {
        return Ok(None);
    }
    let found = query::of_family(db, actor.district, family).await?;
    // Of each purpose the one that holds, else the latest.
    let shown = |purpose: &Purpose| {
        let mut of_purpose = found.iter().filter(|line| line.purpose == purpose.code());
        let holding = of_purpose.clone().find(|line| line.withdrawn_on.is_none());
        (*purpose, holding.or_else(|| of_purpose.next()).cloned())
    };
    let panel = Panel {
        shell: Text::new(actor.language, actor.zone),
        family,
        purposes: Purpose::ALL.iter().map(shown).collect(),
        may_record: RecordConsents::of(actor).is_some(),
    };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
