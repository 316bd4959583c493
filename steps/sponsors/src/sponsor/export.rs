//! The list as a spreadsheet: who is known as a sponsor outside the roster, and what they promised. The second holds
//! promises, so that nobody stands in it who made none; the first says nothing of promises.

use asuh_documents::sheet::{Column, Kind};
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::State;
use time::Date;

use super::query::{self, Selection};
use super::rules::Category;
use crate::pledge::query::{baskets_on, holds_on};
use crate::{ManageSponsors, PledgeForSponsor};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{AT_ONCE, Book, Cell, Form, Page, Shell};

/// The sponsors chosen. Without phone numbers; who downloads is noted.
pub(crate) async fn sponsors(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let mut chosen = Selection {
        category: Category::parse(form.get("jenis")),
        left: form.get("status") == "left",
        ..Selection::default()
    };
    let column = |key: &str, kind| Column::new(shell.t(key).into_owned(), kind);
    let columns = vec![
        column("sponsors.roster.name", Kind::Text),
        column("sponsors.category", Kind::Text),
        column("sponsors.sponsor.home", Kind::Text),
        column("sponsors.contact", Kind::Text),
        column("sponsors.roster.status", Kind::Text),
        column("sponsors.copy.since", Kind::Date),
    ];
    let mut book = Book::begin(&app, shell.t("sponsors.menu.sponsors").into_owned(), columns)?;
    let mut count = 0;
    loop {
        let lines = query::list(app.store.reader(), cap.district(), &chosen, AT_ONCE).await?;
        let Some(last) = lines.last() else { break };
        chosen.after = Some(last.id);
        count += lines.len();
        let full = lines.len() == AT_ONCE;
        let rows = lines
            .into_iter()
            .map(|line| {
                let status =
                    if line.status == "active" { "sponsors.roster.active" } else { "sponsors.roster.left" };
                vec![
                    Cell::from(line.name),
                    Cell::from(shell.t(&format!("sponsors.category.{}", line.category)).into_owned()),
                    Cell::from(line.home),
                    Cell::from(line.contact),
                    Cell::from(shell.t(status).into_owned()),
                    Cell::Day(line.valid_from),
                ]
            })
            .collect();
        book.rows(rows).await?;
        if !full {
            break;
        }
    }
    audit::opened(&app, cap.actor(), "export", None, &format!("sponsors {count}"));
    book.send("orang-tua-asuh").await
}

asuh_store::row_struct! {
    struct Promise {
        pledge_id: Id, name: String, category: String, campaign: String, baskets: i64, starts_on: Date,
        ends_on: Option<Date>, document: Option<String>, document_on: Option<Date>,
    }
}

/// The promises outside the roster that hold today, by key. Indexes: primary keys of `pledge` and
/// `sponsor_version`.
async fn promises(
    db: &impl Query,
    district: DistrictId,
    day: Date,
    after: Id,
) -> Result<Vec<Promise>, StoreError> {
    db.all(
        &format!(
            "SELECT p.id AS pledge_id, v.name, v.category, c.name AS campaign, {} AS baskets, p.starts_on, p.ends_on, \
             p.document, p.document_on FROM pledge p \
             JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
             JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $3 WHERE p.district_id = $1 AND p.id > $4 AND s.kind <> 'asn' AND {} \
             ORDER BY p.id LIMIT {AT_ONCE}",
            baskets_on("$2"),
            holds_on("$2")
        ),
        args![district, day, Instant::NEVER, after],
    )
    .await
}

/// The promises of sponsors outside the roster that hold today; who downloads is noted.
pub(crate) async fn pledges(cap: Cap<PledgeForSponsor>, State(app): State<App>, shell: Shell) -> Page {
    let column = |key: &str, kind| Column::new(shell.t(key).into_owned(), kind);
    let columns = vec![
        column("sponsors.roster.name", Kind::Text),
        column("sponsors.category", Kind::Text),
        column("sponsors.pledge.campaign", Kind::Text),
        column("sponsors.copy.baskets", Kind::Integer),
        column("sponsors.pledge.from", Kind::Date),
        column("sponsors.pledge.until", Kind::Date),
        column("sponsors.document", Kind::Text),
        column("sponsors.document.day", Kind::Date),
    ];
    let mut book = Book::begin(&app, shell.t("sponsors.promises").into_owned(), columns)?;
    let (mut after, mut count) = (Id::SYSTEM, 0);
    loop {
        let found = promises(app.store.reader(), cap.district(), shell.today, after).await?;
        let Some(last) = found.last() else { break };
        after = last.pledge_id;
        count += found.len();
        let full = found.len() == AT_ONCE;
        let day = |day: Option<Date>| day.map_or(Cell::Empty, Cell::Day);
        let rows = found
            .into_iter()
            .map(|one| {
                vec![
                    Cell::from(one.name),
                    Cell::from(shell.t(&format!("sponsors.category.{}", one.category)).into_owned()),
                    Cell::from(one.campaign),
                    Cell::Number(one.baskets),
                    Cell::Day(one.starts_on),
                    day(one.ends_on),
                    one.document.map_or(Cell::Empty, Cell::Text),
                    day(one.document_on),
                ]
            })
            .collect();
        book.rows(rows).await?;
        if !full {
            break;
        }
    }
    audit::opened(&app, cap.actor(), "export", None, &format!("pledges {count}"));
    book.send("janji-orang-tua-asuh").await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn promises_are_downloaded_by_their_key(db: TestDatabase) {
        let db = Plans::of(&db).await;
        promises(&db, D, DAY, I).await.expect("a plan");
        no_walks(&db);
    }
}
