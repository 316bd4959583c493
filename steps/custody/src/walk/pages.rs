//! The lots, and the way of each.

use std::collections::BTreeMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::{self, NEVER_EXPIRES};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page};
use asuh_step_collection::Reach;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::ReadStock;
use super::panel;
use super::query::{self, Kin, LotLine, Wanted};

const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "walk/lots.html")]
struct LotsPage {
    shell: Shell,
    funds: books::Funds,
    f: FormView,
    commodities: Vec<(String, String)>,
    lots: Vec<LotLine>,
    held: bool,
    next: Option<String>,
}

fn number(day: time::Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(u8::from(day.month())) * 100 + i64::from(day.day())
}

/// The lots: what is still held with what expires first at the top, or all with the newest first.
pub(crate) async fn lots(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let held = url.get("semua").is_none_or(String::is_empty);
    let after = url.get("sesudah").and_then(|place| {
        let mut parts = place.splitn(3, '_');
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    });
    let commodity = url.get("barang").filter(|code| !code.is_empty()).cloned();
    let place = url.get("asal").and_then(|id| id.parse().ok());
    let wanted = Wanted { commodity: commodity.clone(), place, held, after };
    let mut lots = query::lots(db, cap.district(), &Reach::of(cap.scope()), &wanted, PAGE + 1).await?;
    let next = cut(&mut lots, PAGE as usize, |last| {
        let place =
            format!("{}_{}_{}", last.use_by.map_or(NEVER_EXPIRES, number), number(last.since), last.id);
        let mut query = form_query(&[("barang", commodity.as_deref()), ("sesudah", Some(&place))]);
        if !held {
            query.push_str("&semua=1");
        }
        if let Some(place) = wanted.place {
            query.push_str(&format!("&asal={place}"));
        }
        query
    });
    let commodities = books::commodities(db, cap.district())
        .await?
        .into_iter()
        .map(|line| (line.code, line.name))
        .collect();
    let form = Form::with(&shell, [("barang", commodity.unwrap_or_default())]);
    let funds = books::Funds::load(db, cap.district()).await?;
    page(&LotsPage { f: form.view(), funds, commodities, lots, held, next, shell })
}

/// Codes and ids of ours: nothing in them needs escaping.
fn form_query(pairs: &[(&str, Option<&str>)]) -> String {
    let said = pairs.iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?)));
    said.collect::<Vec<_>>().join("&")
}

#[derive(Template)]
#[template(path = "walk/lot.html")]
struct LotPage {
    shell: Shell,
    funds: books::Funds,
    goods: LotLine,
    stops: Vec<String>,
    made_of: Vec<Kin>,
    became: Vec<Kin>,
    /// Where the rest of either list begins.
    more_made_of: Option<String>,
    more_became: Option<String>,
}

/// Where one lot came from and went.
pub(crate) async fn lot(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    Path(id): Path<Id>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let after = |name: &str| {
        let (day, id) = url.get(name)?.split_once('_')?;
        Some((asuh_nusantara::date::parse(day).ok()?, id.parse::<Id>().ok()?))
    };
    let place = |last: &Kin| format!("{}_{}", last.since, last.id);
    let mut made_of = query::kin(db, district, id, true, after("asal"), PAGE + 1).await?;
    let more_made_of = cut(&mut made_of, PAGE as usize, place);
    let mut became = query::kin(db, district, id, false, after("menjadi"), PAGE + 1).await?;
    let more_became = cut(&mut became, PAGE as usize, place);
    let goods = query::lot(db, district, &Reach::of(cap.scope()), id).await?.ok_or(Error::NotFound)?;
    let mut stops = panel::in_words(&app, district, &[(id, goods.unit.clone())], shell.text()).await?;
    page(&LotPage {
        stops: stops.remove(&id).unwrap_or_default(),
        made_of,
        became,
        more_made_of,
        more_became,
        funds: books::Funds::load(db, district).await?,
        goods,
        shell,
    })
}
