//! What was typed about a child, read field by field, and what is unusual about it in words.

use std::collections::HashMap;

use asuh_ground::App;
use asuh_ground::web::{Form, FormView, Text};
use asuh_growth::Indicator;
use asuh_store::{DistrictId, Id, StoreError};
use time::Date;

use super::query::ChildLine;
use super::rules::{self, Measure, Measures, Unusual};
use crate::rules::{Position, gain};
use crate::words::{centimetres, kilograms};
use crate::{norms, standing};

/// Reads the fields of a child. On a sheet every field ends in the child's id and errors begin with its name.
/// Nothing filled in is nothing measured.
pub(super) fn measures(form: &mut Form, text: Text, suffix: &str, name: &str) -> Measures {
    let mut measures = Measures::default();
    for measure in Measure::ALL {
        let field = format!("{}{suffix}", measure.field());
        if form.get(&field).is_empty() {
            continue;
        }
        match measure.read(form.get(&field)) {
            Ok(value) => *measure.of(&mut measures) = Some(value),
            Err(key) => wrong(form, text, &field, key, name),
        }
    }
    let field = format!("cara{suffix}");
    measures.position = Position::of_code(form.get(&field));
    if measures.height_mm.is_none() {
        measures.position = None;
    } else if measures.position.is_none() {
        wrong(form, text, &field, "growth.entry.error.position", name);
    }
    measures.oedema =
        form.get(&format!("edema{suffix}")).parse().ok().filter(|grade| (0..=3).contains(grade)).unwrap_or(0);
    measures.gain = gain(form.get(&format!("nt{suffix}"))).map(str::to_owned);
    measures
}

/// What is unusual and has to be measured again or confirmed.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// One sentence for each.
    pub(super) sentences: Vec<String>,
    /// Sent back with the same figures, it confirms them.
    pub(super) confirms: String,
}

/// Whether something was typed into the fields that end so.
pub(super) fn touched(form: &FormView, suffix: &str) -> bool {
    let measured = Measure::ALL.iter().any(|one| !form.value(&format!("{}{suffix}", one.field())).is_empty());
    measured || !matches!(form.value(&format!("edema{suffix}")), "" | "0")
}

/// The children of whom something was typed; every field ends in the child's id, and what is wrong is noted with its name.
pub(super) fn rows<'a>(
    form: &mut Form,
    text: Text,
    children: &'a [ChildLine],
    on: Option<Date>,
    today: Date,
) -> Vec<(&'a ChildLine, Measures)> {
    let (typed, mut filled) = (form.view(), Vec::new());
    for child in children {
        let suffix = format!(".{}", child.person_id);
        if !touched(&typed, &suffix) {
            continue;
        }
        let measures = measures(form, text, &suffix, &child.name);
        let field = format!("berat{suffix}");
        let day = child.birth_date.zip(on).filter(|(_, on)| *on <= today);
        if let Some(Err(key)) = day.map(|(birth, on)| rules::check_day(birth, on, today)) {
            wrong(form, text, &field, key, &child.name);
        }
        if form.is_valid() && measures.is_nothing() {
            wrong(form, text, &field, "growth.entry.error.nothing", &child.name);
        }
        filled.push((child, measures));
    }
    filled
}

/// What is unusual of [`rows`] and was not confirmed, by child.
pub(super) async fn unconfirmed(
    app: &App,
    district: DistrictId,
    text: Text,
    form: &Form,
    filled: &[(&ChildLine, Measures)],
    on: Date,
) -> Result<HashMap<Id, Asks>, StoreError> {
    let db = app.store.reader();
    let persons: Vec<Id> = filled.iter().map(|(child, _)| child.person_id).collect();
    let held = standing::children(db, district, &persons).await?;
    let norms = norms::load(db, district).await?;
    let mut asks = HashMap::new();
    for (child, measures) in filled {
        let known = held.get(&child.person_id).cloned().unwrap_or_default();
        let (found, _) = rules::unusual(&known, measures, on, None, &norms);
        let confirms = measures.fingerprint(on);
        if !found.is_empty() && form.get(&format!("yakin.{}", child.person_id)) != confirms {
            let sentences = words(text, &found, measures, child.birth_date, on);
            asks.insert(child.person_id, Asks { sentences, confirms });
        }
    }
    Ok(asks)
}

/// What is unusual of a child's measures, whether it was confirmed or not; no sentence where nothing is. `replaced` is the
/// measurement that they correct.
pub(super) async fn asks(
    app: &App,
    district: DistrictId,
    text: Text,
    (child, birth): (Id, Option<Date>),
    measures: &Measures,
    on: Date,
    replaced: Option<Id>,
) -> Result<Asks, StoreError> {
    let db = app.store.reader();
    let held = standing::children(db, district, &[child]).await?;
    let held = held.get(&child).cloned().unwrap_or_default();
    let norms = norms::load(db, district).await?;
    let (found, _) = rules::unusual(&held, measures, on, replaced, &norms);
    Ok(Asks { sentences: words(text, &found, measures, birth, on), confirms: measures.fingerprint(on) })
}

/// Notes what is wrong with a field, on a sheet with the child's name.
pub(super) fn wrong(form: &mut Form, text: Text, field: &str, key: &str, name: &str) {
    if name.is_empty() {
        form.error(field, key);
    } else {
        let what = text.t(key).into_owned();
        form.error_with(field, "growth.entry.error.row", &[("name", name.to_owned()), ("what", what)]);
    }
}

/// How what was typed is written back into a form.
pub(super) fn filled(measures: &Measures) -> Vec<(&'static str, String)> {
    let tenths = |value: Option<i64>| value.map(|mm| decimal(mm, 10)).unwrap_or_default();
    vec![
        ("berat", measures.weight_g.map(|grams| decimal(grams / 10, 100)).unwrap_or_default()),
        ("tinggi", tenths(measures.height_mm)),
        ("cara", measures.position.map_or("", Position::code).to_owned()),
        ("lila", tenths(measures.arm_mm)),
        ("kepala", tenths(measures.head_mm)),
        ("edema", measures.oedema.to_string()),
        ("nt", measures.gain.clone().unwrap_or_default()),
    ]
}

fn decimal(value: i64, of: i64) -> String {
    let digits = if of == 100 { 2 } else { 1 };
    format!("{},{:0digits$}", value / of, value % of)
}

/// What is unusual, as sentences with the figures.
pub(super) fn words(
    text: Text,
    found: &[Unusual],
    measures: &Measures,
    birth: Option<Date>,
    on: Date,
) -> Vec<String> {
    found.iter().map(|one| sentence(text, *one, measures, birth, on)).collect()
}

fn sentence(text: Text, one: Unusual, measures: &Measures, birth: Option<Date>, on: Date) -> String {
    match one {
        Unusual::Weight(grams) => text.t1("growth.unusual.weight", "value", kilograms(text, grams)),
        Unusual::Height(mm) => text.t1("growth.unusual.height", "value", centimetres(text, mm)),
        Unusual::Score(indicator, z) => {
            let value = match indicator {
                Indicator::LengthForAge => measures.height_mm.map(|mm| centimetres(text, mm)),
                Indicator::WeightForAge => measures.weight_g.map(|grams| kilograms(text, grams)),
                _ => measures
                    .weight_g
                    .zip(measures.height_mm)
                    .map(|(grams, mm)| format!("{}, {}", kilograms(text, grams), centimetres(text, mm))),
            };
            let age = birth.map(|birth| text.age(birth, on)).unwrap_or_default();
            text.with(
                "growth.unusual.score",
                &[
                    ("value", value.unwrap_or_default()),
                    ("age", age),
                    ("index", index(indicator).to_owned()),
                    ("z", text.fixed(z, 2)),
                ],
            )
        }
        Unusual::Standing => text.t("growth.unusual.standing").into_owned(),
        Unusual::Shrunk(before, day) => text.with(
            "growth.unusual.shrunk",
            &[
                ("value", measures.height_mm.map(|mm| centimetres(text, mm)).unwrap_or_default()),
                ("before", centimetres(text, before)),
                ("day", text.day(day)),
            ],
        ),
    }
}

/// The index as officers abbreviate it, the same in every language.
fn index(indicator: Indicator) -> &'static str {
    match indicator {
        Indicator::WeightForAge => "BB/U",
        Indicator::LengthForAge => "TB/U",
        Indicator::WeightForLength => "BB/TB",
        _ => "IMT/U",
    }
}
