//! The panel on a sponsor's own page: what mentors passed on of those whom he helps.

use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};
use time::Date;

use crate::news;
use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::web::Text;

/// News as a sponsor reads them.
struct Line {
    code: Option<String>,
    kind: String,
    words: String,
    on: Date,
}

#[derive(Template)]
#[template(path = "sponsor/news.html")]
struct NewsPanel {
    text: Text,
    lines: Vec<Line>,
}

/// The panel; nothing where nothing was passed on.
pub(crate) async fn news_panel(
    app: &App,
    actor: &Arc<Actor>,
    sponsor: Id,
) -> Result<Option<String>, StoreError> {
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let mut lines = Vec::new();
    for one in news::of_sponsor(db, district, sponsor, today).await? {
        let words = app.store.secrets().open_text(district, &one.words_sealed)?;
        lines.push(Line { code: one.code, kind: one.kind, words, on: one.written_on });
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let panel = NewsPanel { text: Text::new(actor.language, actor.zone), lines };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
