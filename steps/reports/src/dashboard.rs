//! The dashboard: numbers only, each level opening the next.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::svg::{Bar, BarChart, LineChart, Series, Width};
use asuh_nusantara::date::monday_of;
use asuh_store::{DistrictId, Id, Instant, Query};
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;
use time::{Date, Duration};

use super::query::{self, Campaign, Coverage, WeekFigure};
use super::summary::measure;
use super::{SeeDashboard, freshen};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::books::{self, CommodityLine};
use asuh_ground::disclosure::{Cell, column};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page};
use asuh_step_mentoring::complaints::State as Complaint;
use asuh_step_mentoring::complaints_by_state;
use asuh_step_registry::ReadFamilies;

/// The measures of goods, in the order of their way.
const WAY: [&str; 5] =
    [measure::PROMISED, measure::BROUGHT, measure::RECEIVED, measure::TRANSIT, measure::DELIVERED];

#[derive(Deserialize, Default)]
pub(super) struct Choice {
    pub(super) gerakan: Option<String>,
    pub(super) periode: Option<String>,
}

/// One good with its way, in words.
struct GoodRow {
    name: String,
    cells: Vec<String>,
}

/// One week of the table.
struct WeekRow {
    week: Date,
    givers: String,
    goods: Vec<GoodRow>,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct Overview {
    shell: Shell,
    f: FormView,
    campaigns: Vec<(String, String)>,
    periods: Vec<(String, String)>,
    campaign: Option<Campaign>,
    computed_at: Option<Instant>,
    goods: Vec<GoodRow>,
    weeks: Vec<WeekRow>,
    givers: i64,
    lines: String,
    bars: String,
    all: Coverage,
    subdistricts: Vec<Coverage>,
    may_read_names: bool,
    letterhead: Letterhead,
    /// How many complaints stand in each state, small numbers hidden; nothing while there are none.
    complaints: Vec<(String, String)>,
}

impl Overview {
    /// The period shown, in words.
    fn period(&self) -> &str {
        let chosen = self.f.value("periode");
        self.periods.iter().find(|(code, _)| code == chosen).map_or("", |(_, words)| words.as_str())
    }
}

/// The campaign that was chosen, or the newest of which there is something to see.
pub(super) fn chosen<'a>(campaigns: &'a [Campaign], text: Option<&str>) -> Option<&'a Campaign> {
    let id: Option<Id> = text.and_then(|text| text.parse().ok());
    campaigns
        .iter()
        .find(|campaign| Some(campaign.id) == id)
        .or_else(|| campaigns.iter().find(|campaign| campaign.drives > 0))
        .or_else(|| campaigns.first())
}

/// The campaign that was [`chosen`]; a district without one has no such page.
pub(super) async fn campaign(
    db: &impl Query,
    district: DistrictId,
    text: Option<&str>,
) -> Result<Campaign, Error> {
    let campaigns = query::campaigns(db, district).await?;
    chosen(&campaigns, text).cloned().ok_or(Error::NotFound)
}

/// The whole district at a glance.
pub(super) async fn overview(
    cap: Cap<SeeDashboard>,
    State(app): State<App>,
    UrlQuery(choice): UrlQuery<Choice>,
    shell: Shell,
) -> Page {
    freshen(&app, cap.district()).await?;
    let db = app.store.reader();
    let campaigns = query::campaigns(db, cap.district()).await?;
    let campaign = chosen(&campaigns, choice.gerakan.as_deref()).cloned();
    let this_week = monday_of(shell.today);
    let eight = choice.periode.as_deref() != Some("1");
    let from = if eight { this_week - Duration::weeks(7) } else { this_week };
    let mut template = Overview {
        f: Form::with(
            &shell,
            [
                ("gerakan", campaign.as_ref().map(|campaign| campaign.id.to_string()).unwrap_or_default()),
                ("periode", if eight { "8".into() } else { "1".to_owned() }),
            ],
        )
        .view(),
        campaigns: campaigns.iter().map(|line| (line.id.to_string(), line.name.clone())).collect(),
        periods: ["1", "8"]
            .map(|code| (code.to_owned(), shell.t(&format!("reports.period.{code}")).into_owned()))
            .to_vec(),
        campaign: campaign.clone(),
        computed_at: None,
        goods: Vec::new(),
        weeks: Vec::new(),
        givers: 0,
        lines: String::new(),
        bars: String::new(),
        all: Coverage::default(),
        subdistricts: Vec::new(),
        may_read_names: ReadFamilies::of(cap.actor()).is_some(),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        complaints: complaints(db, cap.district(), &shell).await?,
        shell,
    };
    if let Some(campaign) = campaign {
        fill(&app, &cap, &campaign, (from, this_week), &mut template).await?;
    }
    page(&template)
}

/// Complaints by state, in words. A state with few of them says no more than that.
async fn complaints(
    db: &impl Query,
    district: DistrictId,
    shell: &Shell,
) -> Result<Vec<(String, String)>, Error> {
    let found = complaints_by_state(db, district).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let of = |state: Complaint| found.iter().find(|(code, _)| code == state.code()).map_or(0, |(_, n)| *n);
    let cells = column(&Complaint::ALL.map(of), &[]).cells;
    let told = |(state, cell): (Complaint, Cell)| {
        let number = match cell {
            Cell::Shown(value) => shell.number(value),
            Cell::Small => "<5".to_owned(),
            Cell::Hidden => shell.t("reports.public.hidden").into_owned(),
        };
        (shell.t(&format!("mentoring.complaint.state.{}", state.code())).into_owned(), number)
    };
    Ok(Complaint::ALL.into_iter().zip(cells).map(told).collect())
}

async fn fill(
    app: &App,
    cap: &SeeDashboard,
    campaign: &Campaign,
    (from, to): (Date, Date),
    page: &mut Overview,
) -> Result<(), Error> {
    let db = app.store.reader();
    let figures = query::weeks(db, cap.district(), campaign.id, from, to).await?;
    let commodities = books::commodities(db, cap.district()).await?;
    page.goods = good_rows(&page.shell, &commodities, &figures);
    page.weeks = week_rows(&page.shell, &commodities, &figures);
    page.givers = figures
        .iter()
        .rev()
        .find(|figure| figure.measure == measure::GIVERS_SO_FAR)
        .map_or(0, |figure| figure.value);
    if let Some(first) = commodities.iter().find(|line| {
        figures.iter().any(|figure| figure.commodity == line.code && figure.measure == measure::BROUGHT)
    }) {
        page.lines = lines(&page.shell, first, &figures, (from, to));
    }
    if let Some((week, computed_at)) = query::newest_week(db, cap.district(), campaign.id, to).await? {
        page.computed_at = Some(computed_at);
        let villages = query::villages(db, cap.district(), campaign.id, week, cap.scope()).await?;
        page.subdistricts = query::by_subdistrict(db, cap.district(), &villages).await?;
        page.all = sum(&page.subdistricts);
        page.bars = bars(&page.shell, &page.subdistricts);
    }
    Ok(())
}

fn sum(parts: &[Coverage]) -> Coverage {
    parts.iter().fold(Coverage::default(), |mut all, part| {
        all.families += part.families;
        all.helped += part.helped;
        all.packages += part.packages;
        all
    })
}

fn good_rows(shell: &Shell, commodities: &[CommodityLine], figures: &[WeekFigure]) -> Vec<GoodRow> {
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for figure in figures {
        *sums.entry((figure.commodity.as_str(), figure.measure.as_str())).or_default() += figure.value;
    }
    commodities
        .iter()
        .filter(|line| WAY.iter().any(|measure| sums.contains_key(&(line.code.as_str(), *measure))))
        .map(|line| GoodRow {
            name: line.name.clone(),
            cells: WAY
                .iter()
                .map(|measure| {
                    let value = sums.get(&(line.code.as_str(), *measure)).copied().unwrap_or(0);
                    shell.quantity(&line.unit, value)
                })
                .collect(),
        })
        .collect()
}

fn week_rows(shell: &Shell, commodities: &[CommodityLine], figures: &[WeekFigure]) -> Vec<WeekRow> {
    let mut weeks: Vec<Date> = figures.iter().map(|figure| figure.week_of).collect();
    weeks.dedup();
    weeks
        .into_iter()
        .rev()
        .map(|week| {
            let of_week: Vec<WeekFigure> =
                figures.iter().filter(|figure| figure.week_of == week).cloned().collect();
            let givers = of_week
                .iter()
                .find(|figure| figure.measure == measure::GIVERS)
                .map_or(0, |figure| figure.value);
            WeekRow { week, givers: shell.number(givers), goods: good_rows(shell, commodities, &of_week) }
        })
        .collect()
}

/// A chart twice: as wide as a table, and for the phone, where the wide one could not be read. The style sheet
/// shows one of them.
fn figures_of(draw: impl Fn(Width) -> String) -> String {
    format!(
        "<figure class=\"wide\">{}</figure><figure class=\"narrow\">{}</figure>",
        draw(Width::Wide),
        draw(Width::Narrow)
    )
}

/// Promised, brought and delivered of one good, week by week: from the first week that has something of it to
/// the last, so that a campaign does not seem to begin from nothing, nor to fall before its Monday has come.
fn lines(shell: &Shell, good: &CommodityLine, figures: &[WeekFigure], (from, to): (Date, Date)) -> String {
    let lived = || figures.iter().filter(|figure| figure.commodity == good.code && figure.value > 0);
    let last = lived().map(|figure| figure.week_of).max().unwrap_or(to);
    let mut weeks = Vec::new();
    let mut week = lived().map(|figure| figure.week_of).min().unwrap_or(from);
    while week <= last {
        weeks.push(week);
        week += Duration::WEEK;
    }
    let series = [measure::PROMISED, measure::BROUGHT, measure::DELIVERED].map(|name| Series {
        name: shell.t(&format!("reports.measure.{name}")).into_owned(),
        values: weeks
            .iter()
            .map(|week| {
                let found = figures.iter().find(|figure| {
                    figure.week_of == *week && figure.measure == name && figure.commodity == good.code
                });
                Some(found.map_or(0, |figure| figure.value))
            })
            .collect(),
    });
    let chart = LineChart {
        title: shell.t1("reports.chart.lines", "good", &good.name),
        description: shell.t("reports.chart.table_below").into_owned(),
        x_labels: weeks.iter().map(|week| format!("{}/{}", week.day(), u8::from(week.month()))).collect(),
        series: series.to_vec(),
    };
    figures_of(|width| chart.render(width, |value| shell.number(value)))
}

/// Families helped of a hundred, per kecamatan.
fn bars(shell: &Shell, subdistricts: &[Coverage]) -> String {
    let chart = BarChart {
        title: shell.t("reports.chart.bars").into_owned(),
        description: shell.t("reports.chart.table_below").into_owned(),
        series: vec![shell.t("reports.coverage").into_owned()],
        bars: subdistricts
            .iter()
            .filter(|line| line.families > 0)
            .map(|line| Bar {
                label: line.name.clone(),
                values: vec![(line.helped * 100 + line.families / 2) / line.families],
            })
            .collect(),
    };
    if chart.bars.is_empty() {
        String::new()
    } else {
        figures_of(|width| chart.render(width, |value| format!("{value} %")))
    }
}

#[derive(Template)]
#[template(path = "subdistrict.html")]
struct Subdistrict {
    shell: Shell,
    campaign: Campaign,
    name: String,
    code: i64,
    computed_at: Option<Instant>,
    villages: Vec<Coverage>,
    all: Coverage,
    may_read_names: bool,
    letterhead: Letterhead,
}

/// The villages of a kecamatan.
pub(super) async fn subdistrict(
    cap: Cap<SeeDashboard>,
    State(app): State<App>,
    Path(code): Path<i64>,
    UrlQuery(choice): UrlQuery<Choice>,
    shell: Shell,
) -> Page {
    freshen(&app, cap.district()).await?;
    let db = app.store.reader();
    let campaign = campaign(db, cap.district(), choice.gerakan.as_deref()).await?;
    let names = query::territory_names(db, cap.district()).await?;
    let name = names.get(&code).filter(|_| code % 10_000 == 0).cloned().ok_or(Error::NotFound)?;
    let newest = query::newest_week(db, cap.district(), campaign.id, shell.today).await?;
    let mut villages = match newest {
        Some((week, _)) => query::villages(db, cap.district(), campaign.id, week, cap.scope()).await?,
        None => Vec::new(),
    };
    villages.retain(|village| village.code - village.code % 10_000 == code);
    if villages.is_empty() {
        return Err(Error::NotFound);
    }
    page(&Subdistrict {
        all: sum(&villages),
        computed_at: newest.map(|(_, at)| at),
        may_read_names: ReadFamilies::of(cap.actor()).is_some(),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        shell,
        campaign,
        name,
        code,
        villages,
    })
}

/// One village in one week.
struct VillageWeek {
    name: String,
    goods: Vec<String>,
}

#[derive(Template)]
#[template(path = "week.html")]
struct Week {
    shell: Shell,
    campaign: Campaign,
    week: Date,
    villages: Vec<VillageWeek>,
    letterhead: Letterhead,
}

/// Where a week's goods went, village by village.
pub(super) async fn week(
    cap: Cap<SeeDashboard>,
    State(app): State<App>,
    Path(week): Path<String>,
    UrlQuery(choice): UrlQuery<Choice>,
    shell: Shell,
) -> Page {
    let week = asuh_nusantara::date::parse(&week).map_err(|_| Error::NotFound)?;
    let db = app.store.reader();
    let campaign = campaign(db, cap.district(), choice.gerakan.as_deref()).await?;
    let names = query::territory_names(db, cap.district()).await?;
    let commodities = books::commodities(db, cap.district()).await?;
    let rows = query::village_goods(db, cap.district(), campaign.id, week, cap.scope()).await?;
    let mut villages: BTreeMap<i64, VillageWeek> = BTreeMap::new();
    for row in rows {
        let Some(line) = commodities.iter().find(|line| line.code == row.commodity) else { continue };
        let village = villages.entry(row.territory_code).or_insert_with(|| VillageWeek {
            name: names.get(&row.territory_code).cloned().unwrap_or_default(),
            goods: Vec::new(),
        });
        village.goods.push(format!(
            "{} {}",
            shell.t(&format!("reports.measure.{}", row.measure)),
            shell.quantity(&line.unit, row.value)
        ));
    }
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    page(&Week { shell, campaign, week, villages: villages.into_values().collect(), letterhead })
}
