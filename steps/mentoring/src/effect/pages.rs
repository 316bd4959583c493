//! `/pendampingan/hasil`: the change of a campaign's children beside that of comparable ones.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Page, Shell, page};
use asuh_step_sponsors::campaigns;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::{Date, Duration};

use super::query::{self, Index};
use super::rules::{self, Difference, Finding};
use crate::SeeEffect;
use crate::checklist::after_months;

/// Months back from which a time may begin.
const BACK: u32 = 18;

/// An index with what was found.
struct Line {
    name: String,
    found: Option<Difference>,
}

impl Line {
    /// "0,12"
    fn number(&self, shell: &Shell, value: &f64) -> String {
        let value = value.round() as i64;
        let words = shell.fixed(value.abs(), 2);
        match value {
            0 => words,
            value if value < 0 => format!("-{words}"),
            _ => format!("+{words}"),
        }
    }

    /// The sentence: what may be concluded.
    fn sentence(&self, shell: &Shell) -> String {
        let key = match self.found.map(|found| found.finding()) {
            Some(Finding::Better) => "mentoring.effect.better",
            Some(Finding::Worse) => "mentoring.effect.worse",
            Some(Finding::Undecided) => "mentoring.effect.undecided",
            None => "mentoring.effect.few",
        };
        shell.t1(key, "index", &self.name)
    }
}

#[derive(Template)]
#[template(path = "effect/show.html")]
struct EffectPage {
    shell: Shell,
    campaigns: Vec<(String, String)>,
    chosen: String,
    begins: Vec<(String, String)>,
    begin: String,
    lengths: Vec<String>,
    length: String,
    lines: Vec<Line>,
    begun: i64,
    lost: i64,
    /// Enough helped children at the beginning to say how many.
    told: bool,
    days: Option<(Date, Date)>,
}

/// What is chosen: a campaign, the first month, how many months.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    gerakan: String,
    #[serde(default)]
    mulai: String,
    #[serde(default)]
    bulan: String,
}

/// The page.
pub(super) async fn show(
    cap: Cap<SeeEffect>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let all = campaigns::all(db, district).await?;
    let wanted: Option<Id> = choice.gerakan.parse().ok();
    // What children eat is what growth is asked of first.
    let nutrition = || all.iter().find(|one| one.help == "nutrition");
    let campaign = all.iter().find(|one| Some(one.id) == wanted).or_else(nutrition).or(all.first());
    let length: u32 = if choice.bulan == "6" { 6 } else { 3 };
    let this_month = shell.today.replace_day(1).unwrap_or(shell.today);
    let begins: Vec<Date> = (1..=BACK).map(|back| before(this_month, back)).collect();
    let begin = begins.iter().find(|day| day.to_string() == choice.mulai).copied();
    let begin = begin.unwrap_or_else(|| before(this_month, length));
    let end = (after_months(begin, length) - Duration::DAY).min(shell.today);
    let (mut lines, mut begun, mut lost) = (Vec::new(), 0, 0);
    if let Some(campaign) = campaign {
        let cohort = query::cohort(&app, district, campaign.id, (begin, end)).await?;
        (begun, lost) = (cohort.begun() as i64, cohort.lost() as i64);
        for index in Index::ALL {
            let name = shell.t(&format!("mentoring.effect.index.{}", index.code())).into_owned();
            lines.push(Line { name, found: rules::difference(&cohort.children(index)) });
        }
    }
    let month = |day: &Date| (day.to_string(), asuh_nusantara::date::month_year(shell.language, *day));
    page(&EffectPage {
        campaigns: all.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
        chosen: campaign.map(|one| one.id.to_string()).unwrap_or_default(),
        begins: begins.iter().map(month).collect(),
        begin: begin.to_string(),
        lengths: vec!["3".into(), "6".into()],
        length: length.to_string(),
        told: begun >= rules::LEAST as i64,
        lines,
        begun,
        lost,
        days: campaign.map(|_| (begin, end)),
        shell,
    })
}

/// The first day of the month so many months before.
fn before(month: Date, months: u32) -> Date {
    let mut day = month;
    for _ in 0..months {
        day = day.previous_day().and_then(|last| last.replace_day(1).ok()).unwrap_or(day);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_are_counted_back_over_the_year() {
        assert_eq!(before(date!(2026 - 02 - 01), 3), date!(2025 - 11 - 01));
        assert_eq!(before(date!(2026 - 02 - 01), 0), date!(2026 - 02 - 01));
    }
}
