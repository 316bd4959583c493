//! Promises that end soon, so that somebody asks in time, and promises that ended because their sponsor left, so that
//! nobody's help stops unseen. All of them are of people who promised.

use askama::Template;
use asuh_nusantara::wa_me_text;
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::{Query as Params, State};
use time::{Date, Duration};

use crate::PledgeForSponsor;
use crate::campaign::query::{self as campaigns, Campaign};
use crate::pledge::own::NOTICE_DAYS;
use crate::pledge::pages::deadline;
use crate::roster::pages::After;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Page, Shell, cut, page};

/// Lines on one page.
pub(crate) const LINES: usize = 50;

/// Days for which it is told that a promise ended because its sponsor left.
const LEFT_DAYS: i64 = 30;

asuh_store::row_struct! {
    /// A promise that ends soon, or ended.
    pub struct Ending {
        /// The promise.
        pub pledge_id: Id,
        /// Whose.
        pub sponsor_id: Id,
        /// His name.
        pub name: String,
        /// The campaign.
        pub campaign: String,
        /// Its last day.
        pub ends_on: Date,
        /// Why the sponsor left, where he did.
        pub leaving: Option<String>,
    }
}

asuh_store::row_struct! {
    /// Promises of civil servants to one campaign that end on one day.
    pub struct Together {
        /// The campaign.
        pub campaign_id: Id,
        /// Its name.
        pub campaign: String,
        /// Their last day.
        pub ends_on: Date,
        /// How many.
        pub n: i64,
    }
}

const ENDING: &str = "SELECT p.id AS pledge_id, p.sponsor_id, v.name, c.name AS campaign, p.ends_on, v.leaving \
     FROM pledge p JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
     JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
     JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
     AND v.superseded_at = $2 WHERE p.district_id = $1";

/// The promises outside the roster that end within the days of notice, the next first. Index: pledge_by_end.
///
/// # Errors
/// The store fails.
pub(crate) async fn soon(
    db: &impl Query,
    district: DistrictId,
    day: Date,
    after: Option<Id>,
) -> Result<Vec<Ending>, StoreError> {
    let (sql, args) = soon_after(district, day, after);
    db.all(&sql, args).await
}

fn soon_after(district: DistrictId, day: Date, after: Option<Id>) -> (String, Args) {
    let mut args = args![district, Instant::NEVER, day, day + Duration::days(NOTICE_DAYS)];
    let after = match after {
        Some(id) => format!(
            " AND (p.ends_on, p.id) > (SELECT e.ends_on, e.id FROM pledge e WHERE e.district_id = $1 AND e.id = {})",
            args.push(id)
        ),
        None => String::new(),
    };
    let sql = format!(
        "{ENDING} AND p.ends_on BETWEEN $3 AND $4 AND p.end_reason IS NULL AND s.kind <> 'asn'{after} \
         ORDER BY p.ends_on, p.id LIMIT {}",
        LINES + 1
    );
    (sql, args)
}

const TOGETHER: &str = "SELECT c.id AS campaign_id, c.name AS campaign, p.ends_on, COUNT(*) AS n FROM pledge p \
     JOIN campaign c ON c.district_id = p.district_id AND c.id = p.campaign_id \
     JOIN sponsor s ON s.district_id = p.district_id AND s.id = p.sponsor_id \
     WHERE p.district_id = $1 AND p.ends_on BETWEEN $2 AND $3 AND p.end_reason IS NULL AND s.kind = 'asn' \
     GROUP BY c.id, c.name, p.ends_on ORDER BY p.ends_on, c.name, c.id";

/// The promises of civil servants that end within the days of notice: by campaign and day, not by person. Index:
/// pledge_by_end.
///
/// # Errors
/// The store fails.
pub(crate) async fn together(
    db: &impl Query,
    district: DistrictId,
    day: Date,
) -> Result<Vec<Together>, StoreError> {
    db.all(TOGETHER, args![district, day, day + Duration::days(NOTICE_DAYS)]).await
}

/// The promises that ended in the last days because their sponsor left, the latest first; at most [`LINES`]. Index:
/// pledge_by_end.
///
/// # Errors
/// The store fails.
pub(crate) async fn left(
    db: &impl Query,
    district: DistrictId,
    day: Date,
) -> Result<Vec<Ending>, StoreError> {
    db.all(
        &format!(
            "{ENDING} AND p.ends_on >= $3 AND p.ends_on >= p.starts_on AND p.end_reason = 'left' \
             ORDER BY p.ends_on DESC, p.id LIMIT {LINES}"
        ),
        args![district, Instant::NEVER, day - Duration::days(LEFT_DAYS)],
    )
    .await
}

/// How many promises end soon, and how many ended because their sponsor left. Index: pledge_by_end.
///
/// # Errors
/// The store fails.
pub(crate) async fn count(
    db: &impl Query,
    district: DistrictId,
    day: Date,
) -> Result<(i64, i64), StoreError> {
    let soon = db
        .number(
            "SELECT COUNT(*) AS n FROM pledge WHERE district_id = $1 AND ends_on BETWEEN $2 AND $3 \
             AND end_reason IS NULL",
            args![district, day, day + Duration::days(NOTICE_DAYS)],
        )
        .await?;
    let left = db
        .number(
            "SELECT COUNT(*) AS n FROM pledge WHERE district_id = $1 AND ends_on >= $2 AND ends_on >= starts_on \
             AND end_reason = 'left'",
            args![district, day - Duration::days(LEFT_DAYS)],
        )
        .await?;
    Ok((soon, left))
}

/// A promise with the prepared text to its sponsor.
struct Told {
    ending: Ending,
    whatsapp: String,
}

#[derive(Template)]
#[template(path = "sponsor/endings.html")]
struct EndingsPage {
    shell: Shell,
    soon: Vec<Told>,
    next: Option<Id>,
    together: Vec<Together>,
    closing: Vec<(Campaign, String)>,
    left: Vec<Ending>,
    days: i64,
}

/// The page. The prepared text names the campaign and the day: no child, and no number in the address.
pub(crate) async fn endings(
    cap: Cap<PledgeForSponsor>,
    State(app): State<App>,
    shell: Shell,
    Params(after): Params<After>,
) -> Page {
    let db = app.store.reader();
    let mut lines = soon(db, cap.district(), shell.today, after.id()).await?;
    let next = cut(&mut lines, LINES, |line| line.pledge_id);
    let soon = lines
        .into_iter()
        .map(|ending| {
            let words = shell.t2(
                "sponsors.endings.text",
                "campaign",
                &ending.campaign,
                "day",
                shell.long_day(ending.ends_on),
            );
            Told { whatsapp: wa_me_text(&words), ending }
        })
        .collect();
    let closing = campaigns::open(db, cap.district(), shell.today)
        .await?
        .into_iter()
        .filter_map(|campaign| {
            let end = campaign.ends_on.filter(|end| (*end - shell.today).whole_days() <= NOTICE_DAYS)?;
            Some((campaign, deadline(&shell, end)))
        })
        .collect();
    page(&EndingsPage {
        closing,
        soon,
        next,
        together: together(db, cap.district(), shell.today).await?,
        left: left(db, cap.district(), shell.today).await?,
        days: NOTICE_DAYS,
        shell,
    })
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{Plans, TestDatabase, db_test};
    use time::macros::date;

    use super::*;
    use crate::plans::{D, DAY, no_walks};

    /// Nearly all promises have no last day: what ends within a month is found without walking through them.
    #[db_test]
    async fn what_ends_soon_is_found_by_its_last_day(db: TestDatabase) {
        let store = db.open().await;
        let (district, day) = (DistrictId(1), date!(2026 - 11 - 02));
        let asked = [
            soon_after(district, day, None),
            soon_after(district, day, Some(Id::SYSTEM)),
            (TOGETHER.to_owned(), args![district, day, day]),
        ];
        for (sql, args) in asked {
            let plan = store.reader().plan(&sql, args).await.expect("a plan");
            // PostgreSQL counts its rows by itself and may read small tables from end to end.
            if store.engine() == Engine::Sqlite {
                assert!(plan.contains("pledge_by_end (district_id=? AND ends_on>? AND ends_on<?)"), "{plan}");
            }
        }
    }

    #[db_test]
    async fn endings_are_found_by_their_day(db: TestDatabase) {
        let db = Plans::of(&db).await;
        soon(&db, D, DAY, None).await.expect("a plan");
        together(&db, D, DAY).await.expect("a plan");
        left(&db, D, DAY).await.expect("a plan");
        count(&db, D, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
