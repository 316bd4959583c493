//! The pages of measurements: children of a village, and the panel on a family's page.

use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, CHILDREN, Measurement};
use super::said::{self, Said};
use super::words::{centimetres, kilograms, months};
use super::{ReadGrowth, RecordGrowth, StuntedChildren, differences};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::web::{Error, Page, Path, Shell, Text, cut, page};
use asuh_step_registry::frozen::{self, FrozenList, Kind};

/// A measurement in words.
struct Line {
    m: Measurement,
    age: String,
    weight: String,
    height: String,
    arm: String,
    said: Vec<Said>,
    /// The child's latest measurement cannot be, or hardly.
    again: bool,
    gain: String,
    /// The cadre's letter, where ours is another.
    cadres: String,
    /// The day and the source.
    of: String,
}

fn line(text: Text, m: Measurement, said: Vec<Said>) -> Line {
    let position = match m.position.as_deref() {
        Some("lying") => format!(" ({})", text.t("growth.lying")),
        Some("standing") => format!(" ({})", text.t("growth.standing")),
        _ => String::new(),
    };
    let words = |letter: &String| text.t(&format!("growth.gain.{letter}")).into_owned();
    let cadres = m.gain.as_ref().filter(|letter| m.own_gain.as_ref() != Some(*letter));
    Line {
        age: m.birth_date.map(|birth| months(text, birth, m.measured_on)).unwrap_or_default(),
        weight: m.weight_g.map_or("–".into(), |grams| kilograms(text, grams)),
        height: m.height_mm.map_or("–".into(), |mm| centimetres(text, mm) + &position),
        arm: m.arm_mm.map(|mm| centimetres(text, mm)).unwrap_or_default(),
        said,
        again: false,
        gain: m.own_gain.as_ref().map(words).unwrap_or_default(),
        cadres: cadres.map(|letter| text.t1("growth.child.cadres", "letter", letter)).unwrap_or_default(),
        of: said::of(text, m.measured_on, &m.source),
        m,
    }
}

#[derive(Template)]
#[template(path = "children.html")]
struct ChildrenPage {
    shell: Shell,
    code: i64,
    village: String,
    lines: Vec<Line>,
    next: Option<Id>,
    records: bool,
    limit: String,
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct After {
    #[serde(default)]
    setelah: String,
}

/// The children of a village with their latest measurement.
pub(super) async fn children(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<i64>,
    Params(after): Params<After>,
) -> Page {
    let reader = app.store.reader();
    let village = query::village(reader, cap.district(), cap.scope(), code).await?.ok_or(Error::NotFound)?;
    let cursor = after.setelah.parse().ok();
    let mut found = query::latest(reader, cap.district(), cap.scope(), code, cursor).await?;
    let next = cut(&mut found, CHILDREN, |one| one.measurement.person_id);
    let limit = differences::limit(reader, cap.district()).await?;
    let text = shell.text();
    let lines = found.into_iter().map(|one| {
        let said = said::of_child(text, &one.measurement, &one.stands, limit);
        let again = one.stands.implausible.is_some_and(|doubts| !doubts.is_empty());
        Line { again, ..line(text, one.measurement, said) }
    });
    let lines = lines.collect();
    let limit = text.fixed(limit, 2);
    let records = RecordGrowth::of(cap.actor()).is_some();
    page(&ChildrenPage { shell, code, village, lines, next, records, limit })
}

#[derive(Template)]
#[template(path = "panel.html")]
struct Panel {
    text: Text,
    lines: Vec<Line>,
    limit: String,
    /// The frozen lists of stunted children on which one of them stands.
    frozen: Vec<FrozenList>,
}

/// The measurements of a family's children, for its page.
pub(super) async fn panel(app: &App, actor: &Arc<Actor>, family: Id) -> Result<Option<String>, StoreError> {
    let Some(cap) = ReadGrowth::of(actor) else { return Ok(None) };
    let found = query::of_family(app.store.reader(), cap.district(), cap.scope(), family).await?;
    if found.is_empty() {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let limit = differences::limit(app.store.reader(), cap.district()).await?;
    let lines = found.into_iter().map(|m| {
        let said = said::of_measurement(text, &m, limit);
        line(text, m, said)
    });
    let mut frozen = frozen::lists_of_family(app.store.reader(), cap.district(), family).await?;
    frozen.retain(|list| list.kind == StuntedChildren::CODE);
    let panel = Panel { text, lines: lines.collect(), limit: text.fixed(limit, 2), frozen };
    let html = panel.render().map_err(|error| StoreError::Shape(error.to_string()))?;
    Ok(Some(html))
}
