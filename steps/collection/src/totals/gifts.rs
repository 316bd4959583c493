//! What a giver brought, in words: for his own page and for his report of a year.

use std::sync::Arc;

use askama::Template;
use asuh_store::{DistrictId, Id, StoreError};
use time::Date;

use super::super::gift;
use super::query::{self, OwnLine};
use asuh_ground::App;
use asuh_ground::access::Actor;
use asuh_ground::app::GiftDay;
use asuh_ground::web::Text;

/// "beras (kaleng) 1 kaleng, telur 1 butir, Rp2.000": what `amount` says of the lines, leaving out nothing.
pub(super) fn words(text: &Text, lines: &[OwnLine], amount: fn(&OwnLine) -> i64) -> String {
    let told = lines.iter().filter(|line| amount(line) > 0).map(|line| {
        let quantity = text.quantity(&line.unit, amount(line));
        if line.unit == "rupiah" { quantity } else { format!("{} {quantity}", line.commodity.to_lowercase()) }
    });
    told.collect::<Vec<_>>().join(", ")
}

/// What a giver brought from a day to a day, as the closed rolls have it, and what statements show of him, the oldest
/// first.
pub(crate) async fn gifts(
    app: &App,
    district: DistrictId,
    sponsor: Id,
    (from, to): (Date, Date),
    text: Text,
) -> Result<Vec<GiftDay>, StoreError> {
    // A make-up is for an earlier day than the one it was brought on.
    let since = from - time::Duration::days(366);
    let lines = query::own(app.store.reader(), district, sponsor, since).await?;
    let mut gifts: Vec<GiftDay> = lines
        .chunk_by(|a, b| (a.held_on, a.for_day, &a.campaign) == (b.held_on, b.for_day, &b.campaign))
        .filter_map(|part| {
            let first = part.first()?;
            let brought = words(&text, part, |line| line.brought);
            let rupiah = part.iter().filter(|line| line.unit == "rupiah").map(|line| line.brought).sum();
            (!brought.is_empty()).then(|| GiftDay {
                on: first.held_on,
                what: format!("{}: {brought}", first.campaign),
                rupiah,
            })
        })
        .filter(|gift| (from..=to).contains(&gift.on))
        .collect();
    gifts.reverse();
    let paid = gift::query::of_sponsor(app.store.reader(), district, sponsor, since).await?;
    gifts.extend(paid.into_iter().filter_map(|gift| {
        let on = gift.received_on.filter(|on| (from..=to).contains(on))?;
        let rupiah = gift.worth();
        let what = text.t2("money.gift.in_report", "campaign", gift.campaign, "amount", text.rupiah(rupiah));
        Some(GiftDay { on, what, rupiah })
    }));
    gifts.sort_by_key(|gift| gift.on);
    Ok(gifts)
}

/// Gifts on the panel; the whole history has its own page.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "totals/panel.html")]
struct Panel {
    text: Text,
    gifts: Vec<GiftDay>,
}

/// On the sponsor's own page: what he brought last. Nobody else sees it there.
pub(crate) async fn panel(app: &App, actor: &Arc<Actor>, sponsor: Id) -> Result<Option<String>, StoreError> {
    if actor.sponsor != Some(sponsor) {
        return Ok(None);
    }
    let text = Text::new(actor.language, actor.zone);
    let today = app.today(actor);
    let days = (today - time::Duration::days(366), today);
    let gifts = gifts(app, actor.district, sponsor, days, text).await?;
    let gifts = gifts.into_iter().rev().take(SHOWN).collect();
    let panel = Panel { text: Text::new(actor.language, actor.zone), gifts };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}
