//! The reasons of a run: every target in the public order, who helps it and why, or what stands in the way.

use std::collections::HashMap;

use askama::Template;
use asuh_step_registry::{ReadFamilies, territories};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, CHILDREN, RunChild, RunLine, Which};
use super::words;
use crate::ReadRuns;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};

/// A target with its reasons in words.
struct Line {
    child: RunChild,
    village: String,
    facts: String,
    pairs: Vec<String>,
    lacking: Option<String>,
}

#[derive(Template)]
#[template(path = "run/reasons.html")]
struct ReasonsPage {
    shell: Shell,
    run: RunLine,
    lines: Vec<Line>,
    next: Option<i64>,
    lacking_only: bool,
    reads_families: bool,
}

/// Which targets, and after which rank.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    setelah: Option<i64>,
    #[serde(default)]
    hanya: String,
}

/// The page.
pub(super) async fn reasons(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let run = query::run(db, district, id).await?.ok_or(Error::NotFound)?;
    let lacking_only = choice.hanya == "kurang";
    let which = if lacking_only { Which::Lacking } else { Which::All };
    let after = choice.setelah.unwrap_or(-1);
    let mut children = query::children(db, district, id, which, after).await?;
    let next = cut(&mut children, CHILDREN, |child| child.rank);
    let ranks =
        (children.first().map_or(0, |child| child.rank), children.last().map_or(-1, |child| child.rank));
    let pairs = query::pairs(db, district, id, ranks).await?;
    let codes = children.iter().map(|child| child.village_code).chain(pairs.iter().map(|one| one.home_code));
    let names = territories::names(db, district, codes).await?;
    let text = shell.text();
    let mut by_rank: HashMap<i64, Vec<String>> = HashMap::new();
    for pair in &pairs {
        by_rank.entry(pair.rank).or_default().push(words::pair(&text, pair, &names));
    }
    let lines = children
        .into_iter()
        .map(|child| Line {
            village: names.get(&child.village_code).cloned().unwrap_or_default(),
            facts: words::facts(&text, &child),
            pairs: by_rank.remove(&child.rank).unwrap_or_default(),
            lacking: words::lacking(&text, &child),
            child,
        })
        .collect();
    let reads_families = ReadFamilies::of(cap.actor()).is_some();
    page(&ReasonsPage { shell, run, lines, next, lacking_only, reads_families })
}
