//! What of a campaign's money moved towards families: the second and third count of coverage; and what sponsors are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{DistrictId, Id, Query, StoreError, args};
use time::Date;

use super::rules::arrived;
use asuh_ground::access::Actor;
use asuh_ground::web::Text;
use asuh_ground::{App, HelpMoved};

asuh_store::row_struct! {
    struct Row { payment_id: Id, family_id: Id, campaign_id: Id, released: i64, paid: i64, state: String, amount: i64 }
}

/// What a payment has released of a sum: all of it while it is on its way or arrived, what arrived where the rest came back.
fn released(state: &str, amount: i64, paid: i64) -> i64 {
    if matches!(state, "sent" | "paid") { amount } else { paid }
}

/// What of a campaign moved in the months that begin from a day to a day, by family. Indexes: cash_share_by_campaign,
/// primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn help_moved(
    app: &App,
    district: DistrictId,
    campaign: Id,
    (from, to): (Date, Date),
) -> Result<Vec<HelpMoved>, StoreError> {
    let rows: Vec<Row> = app
        .store
        .reader()
        .all(
            "SELECT p.id AS payment_id, COALESCE(f.canonical_id, f.id) AS family_id, s.campaign_id, \
             p.amount AS released, p.paid, p.state, s.amount FROM cash_payment p \
             JOIN cash_share s ON s.district_id = p.district_id AND s.payment_id = p.id \
             JOIN family f ON f.district_id = p.district_id AND f.id = p.family_id \
             WHERE p.district_id = $1 AND p.month BETWEEN $2 AND $3 AND p.state IN ('sent', 'paid', 'partial') \
             AND p.programme_id IN (SELECT o.programme_id FROM programme_pool o WHERE o.district_id = $1 \
             AND o.campaign_id = $4) ORDER BY p.id, s.pair_id",
            args![district, from, to, campaign],
        )
        .await?;
    let mut moved: BTreeMap<Id, HelpMoved> = BTreeMap::new();
    for payment in rows.chunk_by(|one, two| one.payment_id == two.payment_id) {
        let Some(first) = payment.first() else { continue };
        let shares: Vec<i64> = payment.iter().map(|row| row.amount).collect();
        let out = arrived(&shares, released(&first.state, first.released, first.paid));
        let there = arrived(&shares, first.paid);
        for ((row, out), there) in payment.iter().zip(out).zip(there) {
            if row.campaign_id != campaign {
                continue;
            }
            let nothing = HelpMoved { family: row.family_id, released: 0, received: 0, unpriced: false };
            let one = moved.entry(row.family_id).or_insert(nothing);
            one.released += out;
            one.received += there;
        }
    }
    Ok(moved.into_values().collect())
}

asuh_store::row_struct! {
    struct OwnRow { month: Date, payment_id: Id, person_id: Id, sponsor_id: Id, amount: i64, whole: i64, paid: i64, state: String }
}

/// A month of a sponsor: how many children, what was paid out for them of his promise, and what arrived.
struct OwnMonth {
    month: String,
    children: usize,
    released: i64,
    received: i64,
}

#[derive(Template)]
#[template(path = "cash/sponsor.html")]
struct SponsorPanel {
    text: Text,
    months: Vec<OwnMonth>,
}

/// Months of a sponsor's panel at most.
const MONTHS: usize = 12;

/// What arrived of a sponsor's promise, month by month: numbers alone, no child's name, code or village. Index:
/// cash_share_by_sponsor.
pub(crate) async fn sponsor_panel(
    app: &App,
    actor: &Arc<Actor>,
    sponsor: Id,
) -> Result<Option<String>, StoreError> {
    let rows: Vec<OwnRow> = app
        .store
        .reader()
        .all(
            "SELECT p.month, p.id AS payment_id, p.person_id, s.sponsor_id, s.amount, p.amount AS whole, p.paid, p.state \
             FROM cash_payment p JOIN cash_share s ON s.district_id = p.district_id AND s.payment_id = p.id \
             WHERE p.district_id = $1 AND p.state IN ('sent', 'paid', 'partial') AND p.id IN (SELECT o.payment_id \
             FROM cash_share o WHERE o.district_id = $1 AND o.sponsor_id = $2) \
             ORDER BY p.month DESC, p.id, s.pair_id",
            args![actor.district, sponsor],
        )
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let mut months = Vec::new();
    for month in rows.chunk_by(|one, two| one.month == two.month).take(MONTHS) {
        let (mut children, mut out, mut there) = (std::collections::BTreeSet::new(), 0, 0);
        for payment in month.chunk_by(|one, two| one.payment_id == two.payment_id) {
            let Some(first) = payment.first() else { continue };
            let shares: Vec<i64> = payment.iter().map(|row| row.amount).collect();
            let of_paid = arrived(&shares, first.paid);
            let of_released = arrived(&shares, released(&first.state, first.whole, first.paid));
            for ((row, paid), sent) in payment.iter().zip(of_paid).zip(of_released) {
                if row.sponsor_id == sponsor {
                    children.insert(row.person_id);
                    out += sent;
                    there += paid;
                }
            }
        }
        let name = month.first().map(|row| month_year(actor.language, row.month)).unwrap_or_default();
        months.push(OwnMonth { month: name, children: children.len(), released: out, received: there });
    }
    let panel = SponsorPanel { text, months };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
