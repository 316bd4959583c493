//! `/sasaran/keluar`: a month per village, and the children behind its counts.

use std::collections::BTreeMap;

use askama::Template;
use asuh_nusantara::date;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::query::{self, Asked, Child};
use super::rules::{Group, Period, Reason};
use crate::rights::ReadFamilies;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Error, Page, Shell, cut, page};

/// Months offered, the present one first.
const MONTHS: usize = 12;
/// Children of one list.
const MOST: usize = 300;

/// What is chosen; codes only, so that they may stand in an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::changes) struct Choice {
    #[serde(default)]
    bulan: String,
    #[serde(default)]
    kelompok: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    arah: String,
    #[serde(default)]
    alasan: String,
}

impl Choice {
    fn asked(&self, cap: &ReadFamilies, today: Date) -> Result<Asked, Error> {
        let period = Period::of(&self.bulan, today).ok_or(Error::NotFound)?;
        let group = Group::parse(&self.kelompok).ok_or(Error::NotFound)?;
        Ok(Asked { district: cap.district(), zone: cap.actor().zone, group, period })
    }
}

/// A village's month, or a sum.
#[derive(Debug, Clone, Default)]
struct Line {
    code: i64,
    name: String,
    is_village: bool,
    at_start: i64,
    at_end: i64,
    /// Who came, and who left, by reason.
    came: BTreeMap<Reason, i64>,
    left: BTreeMap<Reason, i64>,
}

impl Line {
    fn all_came(&self) -> i64 {
        self.came.values().sum()
    }

    fn left(&self, code: &str) -> i64 {
        Reason::parse(code).and_then(|reason| self.left.get(&reason)).copied().unwrap_or(0)
    }

    /// Left for a reason without a column of its own.
    fn otherwise(&self) -> i64 {
        [Reason::Village, Reason::Mistake, Reason::Corrected]
            .iter()
            .filter_map(|one| self.left.get(one))
            .sum()
    }

    fn all_left(&self) -> i64 {
        self.left.values().sum()
    }

    /// Whether the month adds up; where it does not, the program is wrong, and says so.
    fn adds_up(&self) -> bool {
        self.at_start + self.all_came() - self.all_left() == self.at_end
    }

    fn add(&mut self, other: &Line) {
        self.at_start += other.at_start;
        self.at_end += other.at_end;
        for (reason, n) in &other.came {
            *self.came.entry(*reason).or_default() += n;
        }
        for (reason, n) in &other.left {
            *self.left.entry(*reason).or_default() += n;
        }
    }
}

#[derive(Template)]
#[template(path = "changes/leaving/table.html")]
struct TablePage {
    shell: Shell,
    lines: Vec<Line>,
    total: Line,
    months: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    month: (String, String),
    group: String,
    adds_up: bool,
}

impl TablePage {
    fn sentence(&self) -> String {
        self.shell.with(
            "registry.leaving.sum",
            &[
                ("start", self.shell.number(self.total.at_start)),
                ("came", self.shell.number(self.total.all_came())),
                ("left", self.shell.number(self.total.all_left())),
                ("end", self.shell.number(self.total.at_end)),
            ],
        )
    }
}

/// The table of a month within the caller's reach.
pub(in crate::changes) async fn table(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    let asked = choice.asked(&cap, shell.today)?;
    let db = app.store.reader();
    let mut villages: BTreeMap<i64, Line> = BTreeMap::new();
    for held in query::held(db, &asked, cap.scope()).await? {
        let line = villages.entry(held.village_code).or_default();
        (line.at_start, line.at_end) = (held.at_start, held.at_end);
    }
    for counted in query::counted(db, &asked, cap.scope()).await? {
        let Some(reason) = Reason::parse(&counted.reason) else { continue };
        let line = villages.entry(counted.village_code).or_default();
        let side = if counted.way == "came" { &mut line.came } else { &mut line.left };
        *side.entry(reason).or_default() += counted.n;
    }
    let subdistrict = |code: i64| code - code % 10_000;
    let codes = villages.keys().flat_map(|code| [*code, subdistrict(*code)]);
    let names = territory::names(db, cap.district(), codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_else(|| territory::dotted(code));
    let mut lines: Vec<Line> = Vec::new();
    let mut total = Line::default();
    let all: Vec<(i64, Line)> = villages.into_iter().collect();
    for group in all.chunk_by(|one, two| subdistrict(one.0) == subdistrict(two.0)) {
        let Some((first, _)) = group.first() else { continue };
        let code = subdistrict(*first);
        let heading = shell.t1("registry.territories.of_subdistrict", "name", name(code));
        let mut sum = Line { code, name: heading, ..Line::default() };
        group.iter().for_each(|(_, line)| sum.add(line));
        total.add(&sum);
        lines.push(sum);
        lines.extend(group.iter().map(|(code, line)| Line {
            code: *code,
            name: name(*code),
            is_village: true,
            ..line.clone()
        }));
    }
    let month = |period: &Period| (period.code(), date::month_year(shell.language, period.first));
    let mut months = Vec::new();
    let mut day = shell.today;
    for _ in 0..MONTHS {
        let Some(period) = Period::of("", day) else { break };
        months.push(month(&period));
        day = period.start;
    }
    let groups = Group::ALL
        .iter()
        .map(|one| {
            (one.code().to_owned(), shell.t(&format!("registry.leaving.group.{}", one.code())).into_owned())
        })
        .collect();
    page(&TablePage {
        adds_up: lines.iter().all(Line::adds_up),
        month: month(&asked.period),
        group: asked.group.code().to_owned(),
        lines,
        total,
        months,
        groups,
        shell,
    })
}

#[derive(Template)]
#[template(path = "changes/leaving/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Child>,
    villages: std::collections::HashMap<i64, String>,
    /// There are more than are shown.
    more: bool,
    month: (String, String),
    group: String,
}

impl ListPage {
    fn village(&self, line: &Child) -> String {
        self.villages.get(&line.village_code).cloned().unwrap_or_default()
    }
}

/// The children behind a count, with their names; logged.
pub(in crate::changes) async fn list(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    let asked = choice.asked(&cap, shell.today)?;
    let db = app.store.reader();
    let way = match choice.arah.as_str() {
        "masuk" => Some("came"),
        "keluar" => Some("left"),
        _ => None,
    };
    let selected = (way, Reason::parse(&choice.alasan));
    let village = choice.desa.parse().ok();
    let mut lines = query::children(db, &asked, cap.scope(), village, selected, MOST + 1).await?;
    let more = cut(&mut lines, MOST, |_| ()).is_some();
    audit::opened(&app, cap.actor(), "open", None, &format!("leaving {}", lines.len()));
    let villages = territory::names(db, cap.district(), lines.iter().map(|line| line.village_code)).await?;
    let month = (asked.period.code(), date::month_year(shell.language, asked.period.first));
    let group = shell.t(&format!("registry.leaving.group.{}", asked.group.code())).into_owned();
    page(&ListPage { shell, lines, villages, more, month, group })
}
