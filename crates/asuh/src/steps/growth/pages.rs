//! The pages of measurements: children of a village, and the panel on a family's page.

use std::sync::Arc;

use askama::Template;
use asuh_store::{Id, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, CHILDREN, Measurement};
use super::words::{centimetres, kilograms};
use super::{ReadGrowth, RecordGrowth, StuntedChildren};
use crate::ground::App;
use crate::ground::access::{Actor, Cap, Capability};
use crate::ground::web::{Error, Page, Path, Shell, Text, cut, page};
use crate::steps::registry::frozen::{self, FrozenList, Kind};

/// A measurement in words.
struct Line {
    m: Measurement,
    age: String,
    weight: String,
    height: String,
    arm: String,
    status: Vec<String>,
    gain: String,
}

fn line(text: &Text, m: Measurement) -> Line {
    let printed = |label: &str, status: &Option<String>, z: Option<i64>| {
        if status.is_none() && z.is_none() {
            return None;
        }
        let z = z.map(|z| format!(" ({})", text.fixed(z, 2))).unwrap_or_default();
        Some(format!("{label}: {}{z}", status.as_deref().unwrap_or("–")))
    };
    let words = [
        printed("BB/U", &m.file_weight_status, m.file_waz),
        printed("TB/U", &m.file_height_status, m.file_haz),
        printed("BB/TB", &m.file_wasting_status, m.file_whz),
    ];
    let position = match m.position.as_deref() {
        Some("lying") => format!(" ({})", text.t("growth.lying")),
        Some("standing") => format!(" ({})", text.t("growth.standing")),
        _ => String::new(),
    };
    Line {
        age: m.birth_date.map(|birth| text.age(birth, m.measured_on)).unwrap_or_default(),
        weight: m.weight_g.map_or("–".into(), |grams| kilograms(*text, grams)),
        height: m.height_mm.map_or("–".into(), |mm| centimetres(*text, mm) + &position),
        arm: m.arm_mm.map(|mm| centimetres(*text, mm)).unwrap_or_default(),
        status: words.into_iter().flatten().collect(),
        gain: m
            .gain
            .as_ref()
            .map(|letter| text.t(&format!("growth.gain.{letter}")).into_owned())
            .unwrap_or_default(),
        m,
    }
}

#[derive(Template)]
#[template(path = "steps/growth/children.html")]
struct ChildrenPage {
    shell: Shell,
    code: i64,
    village: String,
    lines: Vec<Line>,
    next: Option<Id>,
    records: bool,
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
    let next = cut(&mut found, CHILDREN, |m| m.person_id);
    let lines = found.into_iter().map(|m| line(&shell.text(), m)).collect();
    let records = RecordGrowth::of(cap.actor()).is_some();
    page(&ChildrenPage { shell, code, village, lines, next, records })
}

#[derive(Template)]
#[template(path = "steps/growth/panel.html")]
struct Panel {
    text: Text,
    lines: Vec<Line>,
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
    let lines = found.into_iter().map(|m| line(&text, m)).collect();
    let mut frozen = frozen::lists_of_family(app.store.reader(), cap.district(), family).await?;
    frozen.retain(|list| list.kind == StuntedChildren::CODE);
    let html =
        Panel { text, lines, frozen }.render().map_err(|error| StoreError::Shape(error.to_string()))?;
    Ok(Some(html))
}
