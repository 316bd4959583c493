//! A programme with its coverage, and those who wait.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use asuh_nusantara::date;
use asuh_step_registry::{ReadFamilies, territories};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::moved::{CountLine, Moved, Way, moved, three};
use super::query::{self, Coverage, Waiting, coverage};
use crate::facts::subdistrict;
use crate::programme::query::{month_of, needs_on};
use crate::programme::{Programme, programme_or_404, unit_rupiah};
use crate::rules::{After, Counts, Covered};
use crate::{ManagePairing, ReadCovered, ReadRuns, SeeCoverage};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Page, Path, Shell, cut, page};

/// Months that are offered, the present one first.
const MONTHS: usize = 6;
/// Targets on a page.
const PAGE: usize = 50;

/// A place with its counts.
struct Place {
    code: i64,
    name: String,
    counts: Counts,
    /// Rupiah that its targets received with proof; nothing where that cannot be compared.
    received: Option<i64>,
}

#[derive(Template)]
#[template(path = "coverage/show.html")]
struct ShowPage {
    shell: Shell,
    programme: Programme,
    coverage: Option<Coverage>,
    counts: Counts,
    unit: i64,
    subdistricts: Vec<Place>,
    villages: Vec<Place>,
    months: Vec<(String, String)>,
    month: String,
    may_manage: bool,
    reads_runs: bool,
    reads_names: bool,
    needs: Vec<(String, i64)>,
    /// Promised, released, received.
    three: Vec<CountLine>,
    moved: Option<Moved>,
}

impl ShowPage {
    /// What came from a campaign.
    fn way_words(&self, way: &Way) -> String {
        let rupiah = |value: i64| self.shell.rupiah(value);
        self.shell.t3(
            "pairing.count.way",
            ("name", &way.campaign),
            ("released", rupiah(way.released)),
            ("received", rupiah(way.received)),
        )
    }

    /// By which list, and as of which day.
    fn as_of(&self, coverage: &Coverage) -> String {
        let list = &coverage.list;
        let (shell, day) = (&self.shell, self.shell.day(list.taken_on));
        shell.t3(
            "pairing.as_of",
            ("list", shell.t(&format!("frozen.kind.{}", self.programme.list_kind)).into_owned()),
            ("as_of", shell.t2("frozen.as_of", "n", list.number, "day", day)),
            ("day", shell.day(coverage.on)),
        )
    }
}

/// The month asked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    bulan: String,
    #[serde(default)]
    setelah: String,
}

/// The last months, the present one first.
fn months(shell: &Shell) -> Vec<(String, String)> {
    let mut month = month_of(shell.today);
    let mut offered = Vec::new();
    for _ in 0..MONTHS {
        offered.push((month.to_string(), date::month_year(shell.language, month)));
        month = month_of(month.previous_day().unwrap_or(month));
    }
    offered
}

fn read_month(shell: &Shell, text: &str) -> Date {
    let asked = asuh_nusantara::date::parse(text).ok();
    asked.filter(|month| *month <= shell.today).map_or(shell.today, month_of)
}

fn places(
    by: BTreeMap<i64, Vec<&Covered>>,
    names: &HashMap<i64, String>,
    moved: Option<&Moved>,
) -> Vec<Place> {
    let place = |(code, targets): (i64, Vec<&Covered>)| Place {
        name: names.get(&code).cloned().unwrap_or_else(|| code.to_string()),
        code,
        counts: Counts::of(targets.iter().copied()),
        received: moved.map(|moved| moved.received(targets.iter().copied()).rupiah),
    };
    by.into_iter().map(place).collect()
}

/// A programme: how far its list is covered within the reader's reach.
pub(super) async fn show(
    cap: Cap<SeeCoverage>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let month = read_month(&shell, &choice.bulan);
    let when = (month, shell.today, cap.actor().zone);
    let covered = coverage(db, district, &programme, Some(cap.scope()), when).await?;
    let by_subdistrict = covered.as_ref().map(|one| one.by(subdistrict)).unwrap_or_default();
    let reads_names = ReadCovered::of(cap.actor());
    let by_village = match (&reads_names, &covered) {
        (Some(reads), Some(covered)) => {
            let mut villages = covered.by(|code| code);
            let within = |code: i64| {
                let code = asuh_nusantara::TerritoryCode::from_i64(code);
                code.is_ok_and(|code| reads.scope().areas.iter().any(|area| area.code.contains(code)))
            };
            villages.retain(|code, _| within(*code));
            villages
        }
        _ => BTreeMap::new(),
    };
    let codes = by_subdistrict.keys().chain(by_village.keys()).copied();
    let names = territories::names(db, district, codes).await?;
    let needs = needs_on(db, district, id, month).await?;
    let unit = unit_rupiah(db, district, programme.campaign_id, month).await?;
    let moved = match &covered {
        Some(covered) => moved(&app, district, &programme, covered, unit).await?,
        None => None,
    };
    let targets = covered.as_ref().map_or(&[][..], |covered| &covered.targets);
    let template = ShowPage {
        three: three(targets, unit, moved.as_ref()),
        counts: Counts::of(targets),
        unit,
        subdistricts: places(by_subdistrict, &names, moved.as_ref()),
        villages: places(by_village, &names, moved.as_ref()),
        moved,
        months: months(&shell),
        month: month_of(month).to_string(),
        may_manage: ManagePairing::of(cap.actor()).is_some(),
        reads_runs: ReadRuns::of(cap.actor()).is_some(),
        reads_names: reads_names.is_some(),
        needs: needs
            .into_iter()
            .filter(|need| need.units > 0)
            .map(|need| (need.target, need.units))
            .collect(),
        coverage: covered,
        programme,
        shell,
    };
    page(&template)
}

#[derive(Template)]
#[template(path = "coverage/waiting.html")]
struct WaitingPage {
    shell: Shell,
    programme: Programme,
    lines: Vec<Waiting>,
    total: usize,
    codes: HashMap<Id, String>,
    names: HashMap<i64, String>,
    next: Option<After>,
    may_manage: bool,
    reads_families: bool,
}

impl WaitingPage {
    fn name(&self, code: &i64) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }

    /// The code name; before the first run nobody has one.
    fn code(&self, person: &Id) -> &str {
        self.codes.get(person).map_or("…", String::as_str)
    }
}

/// Who waits, the longest waiting first. It is worked out anew each time, so nobody is forgotten on it.
pub(super) async fn waiting(
    cap: Cap<ReadCovered>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(&app, district, id).await?;
    let when = (shell.today, shell.today, cap.actor().zone);
    let all = match coverage(db, district, &programme, Some(cap.scope()), when).await? {
        Some(covered) => query::waiting(db, district, &programme, covered).await?,
        None => Vec::new(),
    };
    let total = all.len();
    let after: Option<After> = choice.setelah.parse().ok();
    let behind = all.into_iter().skip_while(|one| after.is_some_and(|after| one.place() <= after));
    let mut lines: Vec<Waiting> = behind.take(PAGE + 1).collect();
    let next = cut(&mut lines, PAGE, Waiting::place);
    let template = WaitingPage {
        codes: query::codes(db, district, lines.iter().map(|line| line.target.person)).await?,
        names: territories::names(db, district, lines.iter().map(|line| line.target.village)).await?,
        lines,
        total,
        next,
        may_manage: ManagePairing::of(cap.actor()).is_some(),
        reads_families: ReadFamilies::of(cap.actor()).is_some(),
        programme,
        shell,
    };
    page(&template)
}
