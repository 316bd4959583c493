//! `/pengukuran`: the table of a month, its spreadsheet, its print.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::date;
use asuh_store::{DistrictId, Query};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::{Date, Month};

use super::query::{self, Period, Village};
use super::rules::{ENOUGH, FEW, Figures, is_few};
use crate::{HandToSigizi, ReadGrowth};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, Page, Shell, Text, page, workbook};

/// Months offered, the present one first.
const MONTHS: usize = 24;
/// The choice of all sources together.
const ALL_SOURCES: &str = "semua";

/// The choice of month and source.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Choice {
    /// `2026-10`
    #[serde(default)]
    bulan: String,
    #[serde(default)]
    sumber: String,
}

/// A month and a source as chosen, with what may be chosen.
pub(crate) struct Chosen {
    pub(crate) period: Period,
    /// The month's code and name.
    pub(crate) month: (String, String),
    /// The name of the source.
    pub(crate) source: String,
    pub(crate) months: Vec<(String, String)>,
    pub(crate) sources: Vec<(String, String)>,
    /// The chosen source's code.
    pub(crate) source_code: String,
}

impl Choice {
    /// Reads what was sent by a form.
    pub(crate) fn of_form(form: &Form) -> Choice {
        Choice { bulan: form.get("bulan").to_owned(), sumber: form.get("sumber").to_owned() }
    }

    /// The month and source meant: without a choice the month of the newest measurement, and the source of most
    /// children. Two sources are never one figure unless somebody asks for it.
    pub(crate) async fn find(
        &self,
        db: &impl Query,
        district: DistrictId,
        text: &Text,
        today: Date,
    ) -> Result<Chosen, Error> {
        let known = query::sources(db, district).await?;
        let newest = known.iter().map(|line| line.newest).max().unwrap_or(today).min(today);
        let first = match self.bulan.split_once('-') {
            Some((year, month)) => {
                let month = month.parse::<u8>().ok().and_then(|month| Month::try_from(month).ok());
                let month = month.zip(year.parse().ok());
                month
                    .and_then(|(month, year)| Date::from_calendar_date(year, month, 1).ok())
                    .filter(|first| *first <= today)
                    .ok_or(Error::NotFound)?
            }
            None => first_of(newest),
        };
        let end = first.replace_day(first.month().length(first.year())).unwrap_or(first);
        let code = match (self.sumber.as_str(), known.first()) {
            ("", Some(most)) => most.source.clone(),
            ("", None) => ALL_SOURCES.to_owned(),
            (code, _) => code.to_owned(),
        };
        let name = |code: &str| text.t(&format!("growth.source.{code}")).into_owned();
        let mut sources: Vec<(String, String)> =
            known.iter().map(|line| (line.source.clone(), name(&line.source))).collect();
        sources.push((ALL_SOURCES.to_owned(), name(ALL_SOURCES)));
        let chosen = sources.iter().find(|(known, _)| *known == code).ok_or(Error::NotFound)?;
        let mut months = Vec::new();
        let mut month = first_of(today);
        for _ in 0..MONTHS {
            months.push((month_code(month), date::month_year(text.language, month)));
            month = first_of(month.previous_day().unwrap_or(month));
        }
        if !months.iter().any(|(code, _)| *code == month_code(first)) {
            months.push((month_code(first), date::month_year(text.language, first)));
        }
        Ok(Chosen {
            source: chosen.1.clone(),
            period: Period {
                first,
                last: end.min(today),
                source: (code != ALL_SOURCES).then_some(code.clone()),
            },
            month: (month_code(first), date::month_year(text.language, first)),
            months,
            sources,
            source_code: code,
        })
    }
}

fn first_of(day: Date) -> Date {
    day.replace_day(1).unwrap_or(day)
}

fn month_code(first: Date) -> String {
    format!("{:04}-{:02}", first.year(), u8::from(first.month()))
}

/// Figures in words.
pub(super) struct Row {
    code: i64,
    name: String,
    figures: Figures,
    known: String,
    coming: String,
    gaining: String,
    stunted: String,
    wasted: String,
    underweight: String,
}

/// "5 dari 40 (12,5 %)" of a count of all children; "–" without any.
fn part(text: &Text, part: i64, whole: i64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let percent = format!("{} %", text.fixed((part * 1000 + whole / 2) / whole, 1));
    of(text, part, whole, percent)
}

/// The same of those children alone who could be judged: of few "n < 20" stands for the percentage.
fn share(text: &Text, judged: i64, whole: i64) -> String {
    match whole {
        1.. if is_few(whole) => of(text, judged, whole, text.t1("growth.coverage.few", "n", FEW)),
        _ => part(text, judged, whole),
    }
}

fn of(text: &Text, part: i64, whole: i64, percent: String) -> String {
    let (part, whole) = (text.number(part), text.number(whole));
    text.t3("growth.coverage.of", ("part", part), ("whole", whole), ("percent", percent))
}

/// The words with what stands in brackets kept on one line.
fn unbroken(words: String) -> String {
    match words.split_once('(') {
        Some((before, bracket)) => format!("{before}({}", bracket.replace(' ', "\u{a0}")),
        None => words,
    }
}

fn row(text: &Text, code: i64, name: String, figures: Figures) -> Row {
    Row {
        code,
        name,
        known: text.number(figures.known),
        coming: unbroken(part(text, figures.weighed, figures.known)),
        gaining: unbroken(share(text, figures.gained, figures.compared)),
        stunted: unbroken(share(text, figures.stunted, figures.by_length)),
        wasted: unbroken(share(text, figures.wasted, figures.by_both)),
        underweight: unbroken(share(text, figures.underweight, figures.by_weight)),
        figures,
    }
}

/// The villages of a kecamatan and all of them together.
struct Group {
    villages: Vec<Row>,
    total: Row,
}

#[derive(Template)]
#[template(path = "coverage/coverage.html")]
struct CoveragePage {
    shell: Shell,
    chosen: Chosen,
    groups: Vec<Group>,
    total: Row,
    newest: Option<Date>,
    letterhead: Letterhead,
    /// Whether the caller may hand measurements to Sigizi.
    hands_over: bool,
}

impl CoveragePage {
    /// The sentence over the table: the share with its coverage, in one breath.
    fn sentence(&self) -> String {
        self.shell.with(
            "growth.coverage.sentence",
            &[
                ("stunted", self.total.stunted.clone()),
                ("coming", self.total.coming.clone()),
                ("source", self.chosen.source.clone()),
                ("month", self.chosen.month.1.clone()),
            ],
        )
    }

    fn enough(&self) -> i64 {
        ENOUGH
    }
}

async fn figures(app: &App, cap: &ReadGrowth, chosen: &Chosen) -> Result<Vec<Village>, Error> {
    Ok(query::villages(app.store.reader(), cap.district(), cap.scope(), &chosen.period).await?)
}

/// The table.
pub(crate) async fn coverage(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    let text = shell.text();
    let chosen = choice.find(app.store.reader(), cap.district(), &text, shell.today).await?;
    let villages = figures(&app, &cap, &chosen).await?;
    let newest = villages.iter().filter_map(|village| village.newest).max();
    let mut total = Figures::default();
    let mut groups: Vec<Group> = Vec::new();
    for some in villages.chunk_by(|one, other| one.code / 10_000 == other.code / 10_000) {
        let mut together = Figures::default();
        some.iter().for_each(|village| together.add(&village.figures));
        total.add(&together);
        let name = some.first().map(|village| village.inside.clone()).unwrap_or_default();
        let rows = some.iter().cloned().map(|one| row(&text, one.code, one.name, one.figures));
        groups.push(Group { villages: rows.collect(), total: row(&text, 0, name, together) });
    }
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let total = row(&text, 0, text.t("growth.coverage.all").into_owned(), total);
    let hands_over = HandToSigizi::of(cap.actor()).is_some();
    page(&CoveragePage { shell, chosen, groups, total, newest, letterhead, hands_over })
}

/// The table as a spreadsheet: numbers, no names.
pub(crate) async fn export(cap: Cap<ReadGrowth>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    form.command_id()?;
    let text = shell.text();
    let choice = Choice::of_form(&form);
    let chosen = choice.find(app.store.reader(), cap.district(), &text, shell.today).await?;
    let villages = figures(&app, &cap, &chosen).await?;
    let word = |key: &str| Column::new(text.t(key), Kind::Text);
    let number = |key: &str| Column::new(text.t(key), Kind::Integer);
    let columns = vec![
        word("growth.subdistrict"),
        word("growth.village"),
        word("growth.coverage.code"),
        word("growth.coverage.month"),
        word("growth.coverage.source"),
        number("growth.coverage.known"),
        number("growth.coverage.weighed"),
        number("growth.coverage.compared"),
        number("growth.coverage.gained"),
        number("growth.coverage.by_length"),
        number("growth.coverage.stunted"),
        number("growth.coverage.by_both"),
        number("growth.coverage.wasted"),
        number("growth.coverage.by_weight"),
        number("growth.coverage.underweight"),
        word("growth.coverage.note"),
    ];
    let rows = villages.into_iter().map(|village| {
        let Village { code, name, inside, figures, .. } = village;
        let note = match is_few(figures.by_length) {
            true => text.t1("growth.coverage.few", "n", FEW),
            false => String::new(),
        };
        let mut cells: Vec<Cell> = vec![
            inside.into(),
            name.into(),
            code.to_string().into(),
            chosen.month.1.clone().into(),
            chosen.source.clone().into(),
        ];
        let Figures {
            known,
            weighed,
            compared,
            gained,
            by_length,
            stunted,
            by_both,
            wasted,
            by_weight,
            underweight,
        } = figures;
        let numbers =
            [known, weighed, compared, gained, by_length, stunted, by_both, wasted, by_weight, underweight];
        cells.extend(numbers.map(Cell::Number));
        cells.push(note.into());
        cells
    });
    let sheet = text.t("growth.coverage.title").into_owned();
    workbook(&app, &format!("status-gizi-{}", chosen.month.0), sheet, columns, rows.collect()).await
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn months_have_codes() {
        assert_eq!(month_code(date!(2026 - 10 - 01)), "2026-10");
    }

    #[test]
    fn a_share_of_few_has_no_percentage() {
        let text = crate::words::indonesian();
        assert_eq!(share(&text, 5, 40), "5 dari 40 (12,5 %)");
        assert_eq!(share(&text, 5, 19), "5 dari 19 (n < 20)");
        assert_eq!(part(&text, 5, 19), "5 dari 19 (26,3 %)");
        assert_eq!((share(&text, 0, 0), part(&text, 0, 0)), ("–".into(), "–".into()));
    }
}
