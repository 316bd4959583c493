//! The tally: how many sponsors of each category take part, and with which kind of help, as GENTING counts.
//!
//! Counted are different sponsors with at least one promise that holds on the day: begun, not ended, not paused, in a
//! campaign that runs. A civil servant counts as a person, an institution once however much it promised. A number of
//! persons is shown from five up; no sums stand beside them, so that nothing hidden can be computed.

use askama::Template;
use asuh_store::{DistrictId, Instant, Query, StoreError, args};
use axum::extract::State;
use time::Date;

use super::rules::Category;
use crate::SeeParticipation;
use crate::campaign::rules::HELP;
use crate::pledge::query::holds_on;
use crate::pledge::rules::SHOWN_FROM;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Page, Shell, page};

asuh_store::row_struct! {
    /// Sponsors of a category who take part with a kind of help; an empty kind: with any.
    pub struct Part {
        /// The category.
        pub category: String,
        /// The kind of help.
        pub help: String,
        /// Different sponsors.
        pub n: i64,
    }
}

/// Who takes part on a day. Indexes: primary keys of `campaign` and `sponsor_version`, pledge_by_campaign.
///
/// # Errors
/// The store fails.
pub async fn taking_part(db: &impl Query, district: DistrictId, day: Date) -> Result<Vec<Part>, StoreError> {
    let counted = |help: &str, group: &str| {
        format!(
            "SELECT v.category, {help} AS help, COUNT(DISTINCT p.sponsor_id) AS n FROM campaign c \
             JOIN pledge p ON p.district_id = c.district_id AND p.campaign_id = c.id \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at = $3 WHERE c.district_id = $1 AND c.starts_on <= $2 \
             AND (c.ends_on IS NULL OR c.ends_on >= $2) AND {} GROUP BY {group}",
            holds_on("$2")
        )
    };
    let sql = format!(
        "SELECT category, help, n FROM ({} UNION ALL {}) t ORDER BY category, help",
        counted("''", "v.category"),
        counted("c.help", "v.category, c.help")
    );
    db.all(&sql, args![district, day, Instant::NEVER]).await
}

/// A number as it may be shown; `None` = hidden.
fn shown(category: Category, n: i64) -> Option<i64> {
    (category != Category::Individual || n == 0 || n >= SHOWN_FROM).then_some(n)
}

struct Row {
    category: &'static str,
    all: Option<i64>,
    helps: Vec<(&'static str, Option<i64>)>,
}

fn rows(parts: &[Part]) -> Vec<Row> {
    Category::ALL
        .into_iter()
        .map(|category| {
            let of = |help: &str| {
                let found = parts.iter().find(|part| part.category == category.code() && part.help == help);
                shown(category, found.map_or(0, |part| part.n))
            };
            Row { category: category.code(), all: of(""), helps: HELP.map(|help| (help, of(help))).to_vec() }
        })
        .collect()
}

#[derive(Template)]
#[template(path = "sponsor/tally.html")]
struct TallyPage {
    shell: Shell,
    rows: Vec<Row>,
    helps: [&'static str; 5],
    letterhead: Letterhead,
}

/// The page.
pub(crate) async fn tally(cap: Cap<SeeParticipation>, State(app): State<App>, shell: Shell) -> Page {
    let parts = taking_part(app.store.reader(), cap.district(), shell.today).await?;
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    page(&TallyPage { rows: rows(&parts), helps: HELP, letterhead, shell })
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, no_walks};

    #[test]
    fn persons_are_counted_from_five_up_and_institutions_always() {
        let part = |category: &str, help: &str, n| Part { category: category.into(), help: help.into(), n };
        let found = rows(&[
            part("individual", "", 7),
            part("individual", "nutrition", 4),
            part("individual", "education", 5),
            part("soe", "", 1),
        ]);
        assert_eq!(
            (found[0].all, found[0].helps[0].1, found[0].helps[1].1, found[0].helps[3].1),
            (Some(7), None, Some(0), Some(5))
        );
        let soe = found.iter().find(|row| row.category == "soe").unwrap();
        assert_eq!(soe.all, Some(1));
    }

    #[db_test]
    async fn the_tally_reads_the_promises_of_running_campaigns(db: TestDatabase) {
        let db = Plans::of(&db).await;
        taking_part(&db, D, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
