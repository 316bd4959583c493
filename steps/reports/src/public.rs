//! The public page: totals only, small numbers hidden, the same as CSV.

use askama::Template;
use asuh_documents::sheet::{Column, Kind, SheetWriter, Value};
use asuh_nusantara::date::monday_of;
use asuh_store::Instant;
use axum::extract::{Query as UrlQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::Deserialize;

use super::freshen;
use super::query;
use super::summary::measure;
use super::waiting::written;
use asuh_ground::App;
use asuh_ground::access::Scope;
use asuh_ground::books;
use asuh_ground::disclosure::{self, Cell, Place, percentage, public_table};
use asuh_ground::settings::{self, District};
use asuh_ground::web::{Error, Page, Shell, page as render};

#[derive(Deserialize)]
pub(super) struct Choice {
    kabupaten: Option<i64>,
}

/// One kecamatan as the public sees it.
struct Line {
    name: String,
    families: Cell,
    helped: Cell,
}

impl Line {
    fn percentage(&self) -> Option<i64> {
        percentage(self.helped, self.families)
    }
}

/// One good: brought and delivered in all.
struct Good {
    name: String,
    unit: String,
    brought: i64,
    delivered: i64,
}

/// One campaign as the public sees it.
struct PublicCampaign {
    name: String,
    slogan: String,
    givers: Cell,
    goods: Vec<Good>,
    lines: Vec<Line>,
    total: Line,
    computed_at: Option<Instant>,
}

#[derive(Template)]
#[template(path = "public.html")]
struct Public {
    shell: Shell,
    districts: Vec<District>,
    district: Option<District>,
    campaigns: Vec<PublicCampaign>,
    contact: Vec<String>,
}

impl Public {
    fn cell(&self, cell: &Cell) -> String {
        words(&self.shell, *cell)
    }
}

fn words(shell: &Shell, cell: Cell) -> String {
    match cell {
        Cell::Shown(value) => shell.number(value),
        Cell::Small => "<5".to_owned(),
        Cell::Hidden => shell.t("reports.public.hidden").into_owned(),
    }
}

async fn figures(app: &App, district: &District, shell: &Shell) -> Result<Vec<PublicCampaign>, Error> {
    let db = app.store.reader();
    let today = district.zone.local_date(app.store.clock().now().utc());
    let commodities = books::commodities(db, district.id).await?;
    let mut campaigns = Vec::new();
    for campaign in query::campaigns(db, district.id).await? {
        let totals = query::totals(db, district.id, campaign.id).await?;
        let of = |name: &str, commodity: &str| {
            totals
                .iter()
                .find(|figure| figure.measure == name && figure.commodity == commodity)
                .map_or(0, |figure| figure.value)
        };
        let goods = commodities
            .iter()
            .map(|line| Good {
                name: line.name.clone(),
                unit: line.unit.clone(),
                brought: of(measure::BROUGHT, &line.code),
                delivered: of(measure::DELIVERED, &line.code),
            })
            .filter(|good| good.brought > 0 || good.delivered > 0)
            .collect();
        let newest = query::newest_week(db, district.id, campaign.id, monday_of(today)).await?;
        let (mut lines, mut givers) = (Vec::new(), 0);
        let mut total = Line { name: String::new(), families: Cell::Shown(0), helped: Cell::Shown(0) };
        if let Some((week, _)) = newest {
            let everything = Scope::whole(district.code);
            let villages = query::villages(db, district.id, campaign.id, week, &everything).await?;
            let subdistricts = query::by_subdistrict(db, district.id, &villages).await?;
            let places: Vec<Place> = subdistricts
                .iter()
                .map(|line| Place { families: line.families, helped: line.helped })
                .collect();
            let table = public_table(&places);
            lines = subdistricts
                .into_iter()
                .zip(table.families.cells.iter().zip(&table.helped.cells))
                .map(|(line, (families, helped))| Line {
                    name: line.name,
                    families: *families,
                    helped: *helped,
                })
                .collect();
            total = Line {
                name: shell.t("reports.total").into_owned(),
                families: table.families.total,
                helped: table.helped.total,
            };
            let weeks = query::weeks(db, district.id, campaign.id, week, week).await?;
            givers = weeks
                .iter()
                .find(|figure| figure.measure == measure::GIVERS_SO_FAR)
                .map_or(0, |figure| figure.value);
        }
        campaigns.push(PublicCampaign {
            name: campaign.name,
            slogan: campaign.slogan,
            givers: if (1..disclosure::SMALLEST).contains(&givers) {
                Cell::Small
            } else {
                Cell::Shown(givers)
            },
            goods,
            lines,
            total,
            computed_at: newest.map(|(_, at)| at),
        });
    }
    Ok(campaigns)
}

/// The district asked for, or the only one.
fn chosen(districts: &[District], code: Option<i64>) -> Option<&District> {
    match code {
        Some(code) => districts.iter().find(|district| district.code.as_i64() == code),
        None if districts.len() == 1 => districts.first(),
        None => None,
    }
}

async fn contact(app: &App, district: &District) -> Result<Vec<String>, Error> {
    let values = settings::values(app.store.reader(), district.id).await?;
    let parts = ["contact.complaints_name", "contact.complaints_phone", "contact.complaints_email"];
    Ok(parts.iter().filter_map(|name| values.get(name)).filter(|value| !value.is_empty()).cloned().collect())
}

/// May be kept for a minute, for each language apart.
fn cached(mut response: axum::response::Response) -> axum::response::Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    response
}

/// The page for everyone: the same for who is signed in.
pub(super) async fn page(
    State(app): State<App>,
    UrlQuery(choice): UrlQuery<Choice>,
    mut shell: Shell,
) -> Page {
    shell.actor = None;
    shell.menu = Vec::new();
    let districts = settings::all(app.store.reader()).await?;
    let district = chosen(&districts, choice.kabupaten).cloned();
    if choice.kabupaten.is_some() && district.is_none() {
        return Err(Error::NotFound);
    }
    let (campaigns, contact) = match &district {
        Some(district) => {
            freshen(&app, district.id).await?;
            (figures(&app, district, &shell).await?, contact(&app, district).await?)
        }
        None => (Vec::new(), Vec::new()),
    };
    Ok(cached(render(&Public { shell, districts, district, campaigns, contact })?))
}

/// The same numbers as a text file.
pub(super) async fn csv(State(app): State<App>, UrlQuery(choice): UrlQuery<Choice>, shell: Shell) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let district = chosen(&districts, choice.kabupaten).cloned().ok_or(Error::NotFound)?;
    let campaigns = figures(&app, &district, &shell).await?;
    let bytes = written(&app, |path| {
        let keys =
            ["reports.campaign", "reports.subdistrict", "reports.public.measure", "reports.public.value"];
        let columns = keys.map(|key| Column::new(shell.t(key), Kind::Text));
        let mut sheet = SheetWriter::csv(path, b';', &columns)?;
        for campaign in &campaigns {
            let mut line = |place: &str, what: &str, value: &str| {
                sheet.row(&[
                    Value::Text(&campaign.name),
                    Value::Text(place),
                    Value::Text(what),
                    Value::Text(value),
                ])
            };
            line("", &shell.t("reports.givers"), &plain(campaign.givers))?;
            for good in &campaign.goods {
                let brought =
                    format!("{} ({}, {})", shell.t("reports.measure.brought"), good.name, good.unit);
                line("", &brought, &good.brought.to_string())?;
                let delivered =
                    format!("{} ({}, {})", shell.t("reports.measure.delivered"), good.name, good.unit);
                line("", &delivered, &good.delivered.to_string())?;
            }
            for place in campaign.lines.iter().chain([&campaign.total]) {
                line(&place.name, &shell.t("reports.families"), &plain(place.families))?;
                line(&place.name, &shell.t("reports.helped"), &plain(place.helped))?;
            }
        }
        sheet.finish()
    })?;
    let mut response = cached(bytes.into_response());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"asuh-angka-publik.csv\""),
    );
    Ok(response)
}

fn plain(cell: Cell) -> String {
    match cell {
        Cell::Shown(value) => value.to_string(),
        Cell::Small => "<5".to_owned(),
        Cell::Hidden => "*".to_owned(),
    }
}
