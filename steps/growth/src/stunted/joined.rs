//! `/data-tetap/gabungan`: a list of families at risk beside a list of stunted children, village by village.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::StuntedChildren;
use super::query::{self, Named, Village};
use crate::ReadGrowth;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{self, Page, Shell};
use asuh_step_registry::frozen::{self, FamiliesAtRisk, FrozenList, Kind};
use asuh_step_registry::{ReadFamilies, SeeFrozenLists, territories};

/// Which lists, by number, and the village that is shown by name.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    keluarga: String,
    #[serde(default)]
    anak: String,
    #[serde(default)]
    desa: String,
}

/// A village of the table.
struct Line {
    name: String,
    counts: Village,
}

/// A family of the chosen village: its number on the one list, its children of the other.
struct FamilyLine {
    family: Id,
    head: String,
    nth: Option<i64>,
    children: Vec<String>,
}

#[derive(Template)]
#[template(path = "stunted/joined.html")]
struct JoinedPage {
    shell: Shell,
    families: Vec<FrozenList>,
    children: Vec<FrozenList>,
    /// The two that are shown.
    chosen: Option<(FrozenList, FrozenList)>,
    lines: Vec<Line>,
    total: Village,
    /// Whether the caller may read names of both.
    names: bool,
    village: String,
    rows: Vec<FamilyLine>,
    letterhead: Letterhead,
}

/// The page: of each kind the newest list, unless others are chosen.
pub(super) async fn page(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    let db = app.store.reader();
    let district = cap.district();
    let families = frozen::lists(db, district, FamiliesAtRisk::CODE).await?;
    let children = frozen::lists(db, district, StuntedChildren::CODE).await?;
    let chosen = pick(&families, &choice.keluarga).zip(pick(&children, &choice.anak));
    let (mut lines, mut rows, mut village) = (Vec::new(), Vec::new(), String::new());
    let readers = ReadFamilies::of(cap.actor()).zip(ReadGrowth::of(cap.actor()));
    if let Some((of_families, of_children)) = &chosen {
        let counted = query::villages(db, district, cap.scope(), of_families.id, of_children.id).await?;
        let names = territories::names(db, district, counted.iter().map(|one| one.village_code)).await?;
        let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| code.to_string());
        if let (Some((reads_families, reads_growth)), Ok(code)) = (&readers, choice.desa.parse::<i64>()) {
            let at_risk =
                query::families_of(db, district, reads_families.scope(), of_families.id, code).await?;
            let stunted =
                query::children_of(db, district, reads_growth.scope(), of_children.id, code).await?;
            rows = side_by_side(&shell, at_risk, stunted);
            village = names.get(&code).cloned().unwrap_or_default();
        }
        lines = counted
            .into_iter()
            .map(|counts| Line { name: name(counts.village_code), counts })
            .collect::<Vec<_>>();
    }
    let sum = |of: &dyn Fn(&Village) -> i64| lines.iter().map(|line: &Line| of(&line.counts)).sum();
    let total = Village {
        village_code: 0,
        both: sum(&|one| one.both),
        only_at_risk: sum(&|one| one.only_at_risk),
        only_stunted: sum(&|one| one.only_stunted),
        children: sum(&|one| one.children),
    };
    let letterhead = Letterhead::load(&app.store, district).await?;
    let names = readers.is_some();
    web::page(&JoinedPage {
        shell,
        families,
        children,
        chosen,
        lines,
        total,
        names,
        village,
        rows,
        letterhead,
    })
}

/// The list with this number, or the newest.
fn pick(lists: &[FrozenList], number: &str) -> Option<FrozenList> {
    lists.iter().find(|list| list.number.to_string() == number).or_else(|| lists.first()).cloned()
}

/// Families on both lists first, then those on one alone; within each by the numbers of the lists.
fn side_by_side(shell: &Shell, at_risk: Vec<Named>, stunted: Vec<Named>) -> Vec<FamilyLine> {
    let removed = || shell.t("frozen.name_removed").into_owned();
    let mut rows: Vec<FamilyLine> = at_risk
        .into_iter()
        .map(|row| FamilyLine {
            family: row.family_id,
            head: row.name.unwrap_or_else(removed),
            nth: Some(row.nth),
            children: Vec::new(),
        })
        .collect();
    for child in stunted {
        let called = child.name.unwrap_or_else(removed);
        let words = match child.score {
            Some(score) => format!("{called} (TB/U {})", shell.fixed(score, 2)),
            None => called,
        };
        match rows.iter_mut().find(|row| row.family == child.family_id) {
            Some(row) => row.children.push(words),
            None => {
                let head = shell.t("frozen.joined.not_at_risk").into_owned();
                rows.push(FamilyLine { family: child.family_id, head, nth: None, children: vec![words] });
            }
        }
    }
    rows.sort_by_key(|row| (row.children.is_empty(), row.nth.is_none()));
    rows
}
