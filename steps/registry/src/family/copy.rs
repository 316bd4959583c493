//! What the registry keeps about a family, for the family itself: nothing is masked.

use asuh_store::{DistrictId, Id, StoreError};

use super::file::{members, visits};
use super::version::FamilyVersion;
use crate::changes::of_family;
use crate::words::source_words;
use crate::{frozen, risk, territory};
use asuh_ground::App;
use asuh_ground::consent::Section;
use asuh_ground::web::Text;

/// Families in time, members, pregnancies, visits.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let secrets = app.store.secrets();
    let open = |sealed: &Option<Vec<u8>>| match sealed {
        Some(sealed) => secrets.open_text(district, sealed).map_err(StoreError::from),
        None => Ok(String::new()),
    };
    let versions = super::file::versions(db, district, family).await?;
    let names = territory::names(db, district, versions.iter().map(|one| one.village_code)).await?;
    let mut rows = Vec::new();
    for one in &versions {
        rows.push(vec![
            text.day(one.valid_from),
            source_words(&text, &one.source),
            one.head_name.clone(),
            names.get(&one.village_code).cloned().unwrap_or_default(),
            format!("{} {}/{}", one.hamlet, one.rw, one.rt).trim().to_owned(),
            open(&one.kk_sealed)?,
            open(&one.address_sealed)?,
            open(&one.phone_sealed)?,
            text.t(&format!("registry.status.{}", one.status)).into_owned(),
            risks(one, &text),
        ]);
    }
    let family_section = Section::titled(
        &text,
        "registry.copy.family",
        &[
            "registry.copy.since",
            "registry.field.source",
            "registry.field.head",
            "registry.field.village",
            "registry.copy.place",
            "registry.field.kk",
            "registry.field.address",
            "registry.field.phone",
            "registry.field.status",
            "registry.family.risks",
        ],
    )
    .filled(rows);
    let rows = risk::desils(db, district, family)
        .await?
        .into_iter()
        .map(|one| vec![one.desil.to_string(), source_words(&text, &one.source), text.day(one.as_of)]);
    let desil_section = Section::titled(
        &text,
        "registry.desil.title",
        &["registry.field.desil", "registry.field.desil_source", "registry.field.desil_on"],
    )
    .filled(rows.collect());
    let rows = of_family(db, district, family).await?.into_iter().map(|one| {
        vec![
            text.day(one.happened_on),
            text.t(&format!("registry.change.kind.{}", one.kind)).into_owned(),
            one.person_name.unwrap_or_default(),
            one.reason,
            text.t(&format!("registry.change.state.{}", one.state)).into_owned(),
        ]
    });
    let change_section = Section::titled(
        &text,
        "registry.change.title",
        &[
            "registry.change.happened_on",
            "registry.change.what",
            "registry.field.name",
            "registry.field.reason",
            "registry.field.status",
        ],
    )
    .filled(rows.collect());
    let today = app.store.clock().now().utc().date();
    let found = members(db, district, family, today).await?;
    let (mut rows, mut maternity) = (Vec::new(), Vec::new());
    for one in &found {
        rows.push(vec![
            one.name.clone(),
            text.t(&format!("registry.relation.{}", one.relation)).into_owned(),
            one.sex.clone().unwrap_or_default(),
            one.birth_date.map(|day| text.day(day)).unwrap_or_default(),
            open(&one.nik_sealed)?,
            one.parents_name.clone(),
            one.posyandu.clone(),
            source_words(&text, &one.source),
        ]);
        maternity.extend(one.maternity.iter().map(|period| {
            let day = |day: Option<time::Date>| day.map(|day| text.day(day)).unwrap_or_default();
            vec![
                one.name.clone(),
                text.t(&format!("registry.maternity.{}", period.kind)).into_owned(),
                text.day(period.starts_on),
                day(period.due_on),
                day(period.ends_on),
            ]
        }));
    }
    let member_section = Section::titled(
        &text,
        "registry.copy.members",
        &[
            "registry.field.name",
            "registry.field.relation",
            "registry.field.sex",
            "registry.field.birth",
            "registry.copy.nik",
            "registry.field.parents",
            "registry.field.posyandu",
            "registry.field.source",
        ],
    )
    .filled(rows);
    let maternity_section = Section::titled(
        &text,
        "registry.copy.maternity",
        &[
            "registry.field.name",
            "registry.field.kind",
            "registry.copy.since",
            "registry.copy.due",
            "registry.copy.until",
        ],
    )
    .filled(maternity);
    let rows = visits(db, district, family).await?.into_iter().map(|visit| {
        vec![
            text.day(visit.visited_on),
            visit.by_name.unwrap_or_default(),
            text.t(&format!("registry.result.{}", visit.result)).into_owned(),
            format!("{} {}", visit.reason, visit.note).trim().to_owned(),
        ]
    });
    let visit_section = Section::titled(
        &text,
        "registry.family.visits",
        &[
            "registry.verification.visited_on",
            "registry.verification.visitor",
            "registry.field.result",
            "registry.field.note",
        ],
    )
    .filled(rows.collect());
    let rows = frozen::lists_of_family(db, district, family).await?.into_iter().map(|list| {
        vec![
            text.t(&format!("frozen.kind.{}", list.kind)).into_owned(),
            frozen::as_of_words(&text, &list),
            list.decree_number.unwrap_or_default(),
        ]
    });
    let columns = ["frozen.field.list", "frozen.field.taken_on", "frozen.field.decree"];
    let frozen_section = Section::titled(&text, "frozen.title", &columns).filled(rows.collect());
    Ok([
        family_section,
        desil_section,
        member_section,
        maternity_section,
        visit_section,
        change_section,
        frozen_section,
    ]
    .into_iter()
    .flatten()
    .collect())
}

/// The risks that a version says, in words.
fn risks(one: &FamilyVersion, text: &Text) -> String {
    let known = one.risks().into_iter().filter(|(_, value)| *value == Some(true));
    known
        .map(|(name, _)| text.t(&format!("registry.risk.{name}")).into_owned())
        .collect::<Vec<_>>()
        .join(", ")
}
