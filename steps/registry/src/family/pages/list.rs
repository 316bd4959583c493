//! `/sasaran`: the list of families, filtered and counted.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use super::filter::{self, Filter};
use crate::family::count::{Facets, facets};
use crate::family::list::{self, Line, Selection};
use crate::frozen;
use crate::rights::{KeepFamilies, OpenPersonal, ReadFamilies};
use crate::risk::RiskFilter;
use crate::rules::{FamilyStatus, Target};
use crate::territory;
use crate::words::target_words;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Page, Shell, page};

/// How many families of what is chosen also have a status or a target, and where they are listed.
struct Chip {
    words: String,
    tone: &'static str,
    families: i64,
    address: String,
    /// It is what is chosen: its address is that without it.
    chosen: bool,
}

/// The chips of the statuses, and those of the targets; each counts within all else that is chosen.
fn chips(shell: &Shell, filter: &Filter, selection: &Selection, facets: &Facets) -> [Vec<Chip>; 2] {
    let statuses = FamilyStatus::ALL.into_iter().map(|status| {
        let chosen = selection.status == Some(status);
        Chip {
            words: shell.t(&format!("registry.status.{}", status.code())).into_owned(),
            tone: status.tone(),
            families: facets.count(Some(status), selection.target),
            address: filter.with_status(if chosen { "" } else { status.code() }),
            chosen,
        }
    });
    let targets = Target::ALL.into_iter().map(|target| {
        let chosen = selection.target == Some(target);
        Chip {
            words: shell.t(&format!("registry.target.{}", target.code())).into_owned(),
            tone: "",
            families: facets.count(selection.status, Some(target)),
            address: filter.with_target(if chosen { "" } else { target.code() }),
            chosen,
        }
    });
    let seen = |chip: &Chip| chip.families > 0 || chip.chosen;
    [statuses.filter(seen).collect(), targets.filter(seen).collect()]
}

/// What a select offers: values and words.
pub(super) type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "family/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    total: i64,
    /// What is chosen by status, and by target.
    by_status: Vec<Chip>,
    by_target: Vec<Chip>,
    lines: Vec<(Line, Vec<String>)>,
    next: Option<Id>,
    subdistricts: Choices,
    villages: Choices,
    statuses: Choices,
    targets: Choices,
    /// The frozen lists of families at risk.
    frozen: Choices,
    risks: Choices,
    keeps: bool,
    /// Something is chosen: it may be kept under a name.
    chosen: bool,
    /// The caller may ask for whole numbers in a file.
    opens: bool,
}

/// The list, filtered.
pub(crate) async fn list(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    let db = app.store.reader();
    let (district, scope, on) = (cap.district(), cap.scope(), shell.today);
    let frozen = filter::lists(db, district).await?;
    let selection = filter.selection(&frozen);
    let frozen =
        frozen.iter().map(|one| (one.id.to_string(), frozen::as_of_words(&shell.text(), one))).collect();
    let facets = facets(db, district, scope, &selection).await?;
    let total = facets.count(selection.status, selection.target);
    let [by_status, by_target] = chips(&shell, &filter, &selection, &facets);
    let (found, more) = list::page(db, district, scope, &selection, &facets).await?;
    let next = if more { found.last().map(|line| line.family_id) } else { None };
    let mut targets = list::targets(db, district, found.iter().map(|line| line.family_id), on).await?;
    let lines = found
        .into_iter()
        .map(|line| {
            let words = targets.remove(&line.family_id).unwrap_or_default();
            (line, words.iter().map(|one| target_words(&shell, one, on)).collect())
        })
        .collect();
    let reached = territory::villages_within(db, district, scope).await?;
    let subdistrict = |code: i64| code - code % 10_000;
    let chosen: i64 = filter.kecamatan.parse().unwrap_or(0);
    let mut subdistricts: Vec<i64> = reached.iter().map(|one| subdistrict(one.code)).collect();
    subdistricts.dedup();
    let names = territory::names(db, district, subdistricts.iter().copied()).await?;
    let subdistricts = subdistricts
        .into_iter()
        .map(|code| (code.to_string(), names.get(&code).cloned().unwrap_or_default()))
        .collect();
    // With hundreds of villages the second list is offered once the kecamatan is chosen.
    let few = reached.len() <= 60;
    let villages = reached
        .iter()
        .filter(|one| {
            if chosen > 0 {
                subdistrict(one.code) == chosen
            } else {
                few || one.code.to_string() == filter.desa
            }
        })
        .map(|one| (one.code.to_string(), one.name.clone()))
        .collect();
    let statuses = FamilyStatus::ALL
        .iter()
        .map(|one| (one.code().to_owned(), shell.t(&format!("registry.status.{}", one.code())).into_owned()))
        .collect();
    let kinds = Target::ALL
        .iter()
        .map(|one| (one.code().to_owned(), shell.t(&format!("registry.target.{}", one.code())).into_owned()))
        .collect();
    let risks = RiskFilter::ALL
        .iter()
        .map(|one| {
            (one.code().to_owned(), shell.t(&format!("registry.krs.filter.{}", one.code())).into_owned())
        })
        .collect();
    let keeps = KeepFamilies::of(cap.actor()).is_some();
    let opens = OpenPersonal::of(cap.actor()).is_some();
    let chosen = selection.is_chosen();
    page(&ListPage {
        shell,
        filter,
        total,
        by_status,
        by_target,
        lines,
        next,
        subdistricts,
        villages,
        statuses,
        targets: kinds,
        frozen,
        risks,
        keeps,
        chosen,
        opens,
    })
}
