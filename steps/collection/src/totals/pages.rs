//! Totals by unit for superiors, and the giver's own history.

use std::collections::BTreeMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as UrlQuery, State};

use super::super::drive::pages::newest;
use super::super::drive::query::{self as drives, DriveLine};
use super::super::gift;
use super::super::{Reach, ReadOwnGifts, ReadTotals};
use super::gifts::words;
use super::query::{self, CommodityTotal};
use super::rules::{FEWEST_PEOPLE, Shown, UnitTotal, shown};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Shell, page};

#[derive(Template)]
#[template(path = "totals/totals.html")]
struct TotalsPage {
    shell: Shell,
    drives: Vec<DriveLine>,
    /// Where older drives begin.
    next: Option<String>,
    drive: Option<DriveLine>,
    totals: Shown,
    commodities: Vec<CommodityTotal>,
    letterhead: Letterhead,
}

/// Totals by unit of one drive.
pub(crate) async fn totals(
    cap: Cap<ReadTotals>,
    State(app): State<App>,
    UrlQuery(url): UrlQuery<BTreeMap<String, String>>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let (drives, next) = newest(db, cap.district(), url.get("sebelum").map(String::as_str)).await?;
    let drive = match url.get("setoran") {
        Some(id) => {
            let id: Id = id.parse().map_err(|_| Error::NotFound)?;
            Some(drives::by_id(db, cap.district(), id).await?.ok_or(Error::NotFound)?)
        }
        None => drives.iter().find(|drive| drive.state == "open").cloned(),
    };
    let mut totals = Shown::default();
    let mut commodities = Vec::new();
    if let Some(drive) = &drive {
        let units = query::of_drive(db, cap.district(), &reach, drive.id).await?;
        totals = shown(
            units
                .into_iter()
                .map(|line| UnitTotal { unit: line.unit, people: line.people, givers: line.givers })
                .collect(),
        );
        commodities =
            query::commodities_of_drive(db, cap.district(), &reach, drive.id, FEWEST_PEOPLE).await?;
    }
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    page(&TotalsPage { drives, next, drive, totals, commodities, letterhead, shell })
}

/// One line of a giver's history.
struct Own {
    held_on: time::Date,
    for_day: time::Date,
    campaign: String,
    promised: String,
    brought: String,
}

#[derive(Template)]
#[template(path = "totals/own.html")]
struct OwnPage {
    shell: Shell,
    is_giver: bool,
    lines: Vec<Own>,
}

/// What the caller himself promised and brought in the last year.
pub(crate) async fn own(cap: Cap<ReadOwnGifts>, State(app): State<App>, shell: Shell) -> Page {
    let Some(sponsor) = cap.actor().sponsor else {
        return page(&OwnPage { shell, is_giver: false, lines: Vec::new() });
    };
    let since = shell.today - time::Duration::days(366);
    let rows = query::own(app.store.reader(), cap.district(), sponsor, since).await?;
    let mut lines: Vec<Own> = Vec::new();
    for part in
        rows.chunk_by(|a, b| (a.held_on, a.for_day, &a.campaign) == (b.held_on, b.for_day, &b.campaign))
    {
        let Some(first) = part.first() else { continue };
        lines.push(Own {
            held_on: first.held_on,
            for_day: first.for_day,
            campaign: first.campaign.clone(),
            promised: words(&shell, part, |row| row.expected),
            brought: words(&shell, part, |row| row.brought),
        });
    }
    for gift in gift::query::of_sponsor(app.store.reader(), cap.district(), sponsor, since).await? {
        if let (Some(on), amount) = (gift.received_on, shell.rupiah(gift.worth())) {
            lines.push(Own {
                held_on: on,
                for_day: on,
                campaign: gift.campaign,
                promised: String::new(),
                brought: shell.t1("money.gift.by_transfer", "amount", amount),
            });
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.held_on));
    page(&OwnPage { shell, is_giver: true, lines })
}
