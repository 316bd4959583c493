//! The families at risk behind the numbers of an analysis: those that it counted, as it keeps them. Numbers of places are for
//! who sees the analysis; names stand behind them for who reads families.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::web::{Error, Page, Path, Shell, cut, page};
use asuh_nusantara::Level;
use asuh_step_registry::ReadFamilies;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::SeeAnalysis;
use super::query::{self, Analysis, Counts, FamilyLine};
use super::rules::Mark;
use crate::places;

/// Of which place, with which mark, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    setelah: String,
}

/// Where the families of a place with a mark are; without one all of those at risk.
pub(super) fn address(analysis: Id, place: i64, mark: &str) -> String {
    let mark = if mark.is_empty() { String::new() } else { format!("&tampil={mark}") };
    format!("/analisis/{analysis}/keluarga?wilayah={place}{mark}")
}

/// A family, with what was true of it.
struct Line {
    one: FamilyLine,
    marks: String,
}

#[derive(Template)]
#[template(path = "analysis/families.html")]
struct FamiliesPage {
    shell: Shell,
    analysis: Analysis,
    place: String,
    /// How many, with the mark that is shown.
    number: i64,
    /// Address, words and number of each mark, and which is shown.
    tabs: Vec<(String, String, i64, bool)>,
    /// Villages with their numbers, where the place is no village.
    villages: Vec<(String, String, i64)>,
    /// The families of a village, for who reads families.
    families: Option<Vec<Line>>,
    next: Option<String>,
    /// The numbers are seen, the names are not.
    hidden: bool,
}

/// The families at risk of a place that an analysis counted.
pub(super) async fn show(
    cap: Cap<SeeAnalysis>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let analysis = query::one(db, district, id).await?.ok_or(Error::NotFound)?;
    let code = places::asked(cap.actor(), cap.scope(), &choice.wilayah)?.ok_or(Error::NotFound)?;
    let mark = Mark::parse(&choice.tampil);
    let counts = query::counts(db, district, id, code.range()).await?;
    let number = |mark: Option<Mark>| counts.iter().map(|one| one.of(mark)).sum::<i64>();
    let marks = std::iter::once(None).chain(Mark::ALL.map(Some));
    let tabs = marks.map(|one| {
        let word = one.map_or("", Mark::code);
        let key =
            if word.is_empty() { "analysis.mark.all".to_owned() } else { format!("analysis.mark.{word}") };
        (address(id, code.as_i64(), word), shell.t(&key).into_owned(), number(one), one == mark)
    });
    let tabs = tabs.collect();
    let is_village = code.level() == Level::Village;
    let read = ReadFamilies::of(cap.actor());
    let (mut families, mut next) = (None, None);
    if let (true, Some(read)) = (is_village, &read) {
        let (of, after) = ((id, code.as_i64()), choice.setelah.parse().ok());
        let mut found = query::families(db, district, read.scope(), of, mark, after).await?;
        let here = address(id, code.as_i64(), mark.map_or("", Mark::code));
        next = cut(&mut found, query::PAGE, |last| format!("{here}&setelah={}", last.family_id));
        audit::opened(&app, cap.actor(), "list", Some(("analysis", id)), "families of an analysis");
        families = Some(found.into_iter().map(|one| line(&shell, one)).collect());
    }
    let shown = |one: &Counts| {
        let place = address(id, one.village_code, mark.map_or("", Mark::code));
        (place, one.name.clone(), one.of(mark))
    };
    let villages = counts.iter().filter(|one| !is_village && one.of(mark) > 0).map(shown).collect();
    let place = places::name_of(db, cap.actor(), code).await?;
    page(&FamiliesPage {
        number: number(mark),
        hidden: is_village && read.is_none(),
        analysis,
        place,
        tabs,
        villages,
        families,
        next,
        shell,
    })
}

fn line(shell: &Shell, one: FamilyLine) -> Line {
    let marks = Mark::ALL.into_iter().filter(|mark| one.marks & mark.bit() != 0);
    let words = marks.map(|mark| shell.t(&format!("analysis.mark.{}", mark.code())).into_owned());
    Line { marks: words.collect::<Vec<_>>().join(", "), one }
}
