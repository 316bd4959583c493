//! `/target`: what is aimed at and found, the trend with its interval, and what it would take.

use std::collections::BTreeSet;

use askama::Template;
use asuh_documents::svg::{LineChart, Series, Width};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Shell, Text, page_with, redirect};
use asuh_nusantara::number;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Month;

use super::command::{DropAim, PutAim, TakeNational};
use super::query::{self, Aim};
use super::rules::{self, FEWEST, Kind, Level, NoTrend, Source};
use super::{KeepAims, SeeAims};
use crate::indicator;

/// Which source.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    sumber: String,
}

/// A month of weighing, and the page of its number.
struct Weighing {
    name: String,
    address: Option<String>,
    measured: i64,
    stunted: i64,
    share: String,
}

#[derive(Template)]
#[template(path = "aim/show.html")]
struct ShowPage {
    shell: Shell,
    letterhead: Letterhead,
    source: Source,
    sources: Vec<(String, String)>,
    rows: Vec<Aim>,
    /// The months of weighing, from our own rows.
    months: Vec<Weighing>,
    charts: Vec<String>,
    /// Why there is no projection; empty: there is one.
    no_trend: String,
    sentences: Vec<String>,
    keeps: bool,
    kinds: Vec<(String, String)>,
    levels: Vec<(String, String)>,
    form: FormView,
}

/// Years that the projection goes beyond the last finding.
const AHEAD: i64 = 5;
/// Years of own months of weighing that are looked at.
const BACK: i32 = 6;

fn percent(text: &Text, hundredths: i64) -> String {
    format!("{} %", text.fixed(hundredths, 2))
}

fn hundredths(percent: f64) -> i64 {
    (percent * 100.0).round() as i64
}

/// What is aimed at and found by a source.
pub(super) async fn show(
    cap: Cap<SeeAims>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    let source = Source::parse(&choice.sumber).unwrap_or(Source::Ssgi);
    shown(&app, &cap, shell, source, &form).await
}

async fn shown(app: &App, cap: &SeeAims, shell: Shell, source: Source, form: &Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    // The figures are the whole district's: who sees a part of it sees none.
    if !cap.scope().areas.is_empty() && !cap.scope().reaches(cap.actor().district_code, "") {
        return Err(Error::NotFound);
    }
    let rows: Vec<Aim> =
        query::all(db, district).await?.into_iter().filter(|one| one.source == source.code()).collect();
    let mut months = Vec::new();
    let mut points: Vec<(f64, f64)> = Vec::new();
    let own = Level::District.code();
    let found = rows.iter().filter(|one| one.kind == Kind::Found.code() && one.level == own);
    points.extend(found.map(|one| (one.year as f64, one.percent as f64 / 100.0)));
    let mut last_measured = 0;
    let stunting = indicator::stunting(db, district, cap.actor()).await?;
    if source == Source::Eppgbm {
        for year in shell.today.year() - BACK..=shell.today.year() {
            for month in [Month::February, Month::August] {
                let Some(span) = query::month(year, month).filter(|span| span.0 <= shell.today) else {
                    continue;
                };
                let one = query::measured(db, district, span).await?;
                if one.measured == 0 {
                    continue;
                }
                last_measured = one.measured;
                let share = one.stunted as f64 * 100.0 / one.measured as f64;
                // A month of weighing stands in the year where its middle lies.
                points.push((f64::from(year) + (f64::from(u8::from(month)) - 0.5) / 12.0, share));
                let name = asuh_nusantara::date::month_year(text.language, span.0);
                let period = format!("{year}-{:02}", u8::from(month));
                months.push(Weighing {
                    name,
                    address: stunting.map(|id| format!("/capaian/{id}?periode={period}")),
                    measured: one.measured,
                    stunted: one.stunted,
                    share: percent(&text, hundredths(share)),
                });
            }
        }
        points.sort_by(|one, two| one.0.total_cmp(&two.0));
    }
    let trend = rules::trend(&points);
    let aims: Vec<&Aim> = rows.iter().filter(|one| one.kind == Kind::Target.code()).collect();
    let last = points.last().map(|(year, share)| (*year as i64, hundredths(*share)));
    let mut sentences = Vec::new();
    if let (Ok(trend), Some((year, _))) = (&trend, last) {
        sentences.push(text.t2(
            "aim.slope",
            "slope",
            text.fixed(hundredths(trend.slope).abs(), 2),
            "way",
            text.t(if trend.slope < 0.0 { "aim.falls" } else { "aim.rises" }),
        ));
        for ahead in [1, AHEAD] {
            let forecast = trend.at((year + ahead) as f64);
            let values = [
                ("year", (year + ahead).to_string()),
                ("middle", percent(&text, hundredths(forecast.middle))),
                ("low", percent(&text, hundredths(forecast.low))),
                ("high", percent(&text, hundredths(forecast.high))),
            ];
            sentences.push(text.with("aim.forecast", &values));
        }
    }
    if let Some(last) = last {
        for aim in &aims {
            let Some(needed) = rules::needed(last, (aim.year, aim.percent)) else { continue };
            let values = [
                ("level", text.t(&format!("aim.level.{}", aim.level)).into_owned()),
                ("target", percent(&text, aim.percent)),
                ("year", aim.year.to_string()),
                ("last", percent(&text, last.1)),
                ("change", text.fixed(hundredths(needed).abs(), 2)),
            ];
            let key = if needed < 0.0 { "aim.needed" } else { "aim.reached" };
            let mut sentence = text.with(key, &values);
            if needed < 0.0 && last_measured > 0 {
                let most = text.number(rules::at_most(last_measured, aim.percent));
                let children = text.t2("aim.children", "measured", text.number(last_measured), "most", most);
                sentence = format!("{sentence} {children}");
            }
            sentences.push(sentence);
        }
    }
    let no_trend = match trend {
        Ok(_) => String::new(),
        Err(NoTrend::Few) => text.t2("aim.few", "n", points.len(), "least", FEWEST),
        Err(NoTrend::OneYear) => text.t("aim.one_year").into_owned(),
    };
    let word = |key: String, code: &str| (code.to_owned(), text.t(&key).into_owned());
    let charts = chart(&text, source, &points, trend.ok(), &aims);
    let template = ShowPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        sources: Source::ALL
            .iter()
            .map(|one| word(format!("aim.source.{}", one.code()), one.code()))
            .collect(),
        kinds: Kind::ALL.iter().map(|one| word(format!("aim.kind.{}", one.code()), one.code())).collect(),
        levels: Level::ALL.iter().map(|one| word(format!("aim.level.{}", one.code()), one.code())).collect(),
        keeps: KeepAims::of(cap.actor()).is_some(),
        source,
        rows,
        months,
        charts,
        no_trend,
        sentences,
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

/// What was found, the trend with its interval, and the district's and the nation's targets, year by year.
fn chart(
    text: &Text,
    source: Source,
    points: &[(f64, f64)],
    trend: Option<rules::Trend>,
    aims: &[&Aim],
) -> Vec<String> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let end = last.0 as i64 + AHEAD;
    let years: Vec<i64> = (first.0 as i64..=end).collect();
    // Several findings of one year stand there with their mean.
    let of_year = |year: i64| {
        let of: Vec<f64> =
            points.iter().filter(|(at, _)| *at as i64 == year).map(|(_, share)| *share).collect();
        (!of.is_empty()).then(|| hundredths(of.iter().sum::<f64>() / of.len() as f64))
    };
    let series = |key: &str, value: &dyn Fn(i64) -> Option<i64>| Series {
        name: text.t(key).into_owned(),
        values: years.iter().map(|year| value(*year)).collect(),
    };
    let ahead = |year: i64| trend.filter(|_| year >= last.0 as i64).map(|trend| trend.at(year as f64));
    let levels: BTreeSet<&str> = aims.iter().map(|aim| aim.level.as_str()).collect();
    let level = [Level::District, Level::Province, Level::National]
        .into_iter()
        .find(|level| levels.contains(level.code()));
    let aim = |year: i64| {
        let found =
            aims.iter().find(|aim| aim.year == year && Some(aim.level.as_str()) == level.map(Level::code));
        found.map(|aim| aim.percent)
    };
    let mut chart = LineChart {
        title: text.t(&format!("aim.source.{}", source.code())).into_owned(),
        description: text.t("aim.chart").into_owned(),
        x_labels: years.iter().map(i64::to_string).collect(),
        series: vec![series("aim.kind.found", &of_year)],
    };
    if level.is_some() {
        chart.series.push(series("aim.kind.target", &aim));
    }
    if trend.is_some() {
        chart.series.push(series("aim.high", &|year| ahead(year).map(|one| hundredths(one.high))));
        chart.series.push(series("aim.low", &|year| ahead(year).map(|one| hundredths(one.low))));
    }
    [Width::Wide, Width::Narrow].map(|width| chart.render(width, |value| text.fixed(value, 2))).into()
}

async fn again(app: &App, cap: &KeepAims, shell: Shell, source: Source, form: &Form) -> Page {
    let see = SeeAims::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(app, &see, shell, source, form).await
}

/// Percent with two decimals, as people write it.
fn read_percent(text: &str) -> Result<i64, &'static str> {
    number::parse_decimal(text.trim_end_matches(['%', ' ']), 2).map_err(|_| "aim.refused.percent")
}

/// Records a row.
pub(super) async fn put(cap: Cap<KeepAims>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let command_id = form.command_id()?;
    let source = Source::parse(form.get("sumber")).unwrap_or(Source::Ssgi);
    let kind = form.read("jenis", |code| Kind::parse(code).ok_or("web.error.choose"));
    let level = form.read("tingkat", |code| Level::parse(code).ok_or("web.error.choose"));
    let year = form.read("tahun", |text| text.parse::<i64>().map_err(|_| "web.error.not_a_number"));
    let percent = form.read("persen", read_percent);
    let low = form.read_optional("bawah", read_percent);
    let high = form.read_optional("atas", read_percent);
    let basis = form.required("dasar", 160);
    if low.is_some() != high.is_some() {
        form.error("bawah", "aim.refused.interval");
    }
    if let (Some(kind), Some(level), Some(year), Some(percent), true) =
        (kind, level, year, percent, form.is_valid())
    {
        let command = PutAim { kind, level, source, year, percent, interval: low.zip(high), basis };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/target?sumber={}", source.code())),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    again(&app, &cap, shell, source, &form).await
}

/// Takes in the national targets.
pub(super) async fn national(cap: Cap<KeepAims>, State(app): State<App>, form: Form) -> Page {
    app.submit(cap.actor(), form.command_id()?, TakeNational {}).await?;
    redirect("/target")
}

/// Takes a row away.
pub(super) async fn drop_one(cap: Cap<KeepAims>, State(app): State<App>, form: Form) -> Page {
    let kind = Kind::parse(form.get("jenis")).ok_or(Error::NotFound)?;
    let level = Level::parse(form.get("tingkat")).ok_or(Error::NotFound)?;
    let source = Source::parse(form.get("sumber")).ok_or(Error::NotFound)?;
    let year = form.get("tahun").parse::<i64>().map_err(|_| Error::NotFound)?;
    app.submit(cap.actor(), form.command_id()?, DropAim { kind, level, source, year }).await?;
    redirect(&format!("/target?sumber={}", source.code()))
}
