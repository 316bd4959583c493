//! The paper of whatever a second person has to agree to: write-offs, goods given back, opening balances, differences of
//! counts. A page to look at, and, once it is agreed to, a PDF under the number of the request.

use askama::Template;
use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::Funds;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, Text, page};
use asuh_nusantara::terbilang;
use asuh_step_collection::Reach;
use asuh_store::Id;
use axum::extract::State;

use super::query::{self, ChangeLine};
use super::{KeepStock, ReadStock};

#[derive(Template)]
#[template(path = "paper.html")]
struct PaperPage {
    shell: Shell,
    record: ChangeRecord,
}

/// What stands on the paper.
pub(crate) struct ChangeRecord {
    letterhead: Letterhead,
    funds: Funds,
    change: ChangeLine,
}

impl ChangeRecord {
    async fn found(app: &App, cap: &ReadStock, id: Id) -> Result<ChangeRecord, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let found = query::change(db, district, &Reach::of(cap.scope()), id).await?;
        Ok(ChangeRecord {
            letterhead: Letterhead::load(&app.store, district).await?,
            funds: Funds::load(db, district).await?,
            change: found.ok_or(Error::NotFound)?,
        })
    }

    /// Whether it was agreed to and not taken back.
    fn holds(&self) -> bool {
        self.change.state == "approved" && self.change.reversed == 0
    }

    fn title(&self, text: &Text) -> String {
        text.t(&format!("custody.paper.{}", self.change.kind)).into_owned()
    }

    fn words(&self) -> String {
        format!("{} {}", terbilang(self.change.difference.abs()), self.change.unit)
    }

    /// The amount, in figures and in words.
    fn amount(&self, text: &Text) -> String {
        let change = &self.change;
        format!("{} ({})", text.quantity(&change.unit, change.difference.abs()), self.words())
    }

    fn paper(&self, text: &Text) -> Paper {
        let t = |key: &str| text.t(key).into_owned();
        let change = &self.change;
        let mut rows = vec![(t("custody.from"), change.place.clone())];
        if change.kind == "opening" {
            rows = vec![(t("custody.opening.place"), change.place.clone())];
        }
        if !change.party.is_empty() {
            rows.push((t("custody.party"), change.party.clone()));
        }
        rows.extend([
            (t("custody.fund"), self.funds.name(&change.fund).to_owned()),
            (t("custody.commodity"), change.commodity.clone()),
            (t("custody.book"), text.quantity(&change.unit, change.book)),
            (t("custody.amount"), self.amount(text)),
            (t("custody.reason"), change.reason.clone()),
            (t("custody.day"), text.instant(change.requested_at)),
        ]);
        let agreed = t("custody.state.approved");
        rows.push((
            t("custody.state"),
            match change.decision_note.is_empty() {
                true => agreed,
                false => format!("{agreed}: {}", change.decision_note),
            },
        ));
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let mut who = vec![
            Signature::of(t("custody.paper.asked"), "", name(&change.requester)),
            Signature::of(t("custody.paper.agreed"), "", name(&change.decider)),
        ];
        if !change.party.is_empty() {
            who.push(Signature::of(t("custody.paper.takes"), "", &change.party));
        }
        who.extend(papers::acknowledged(&self.letterhead, "handover", t("web.print.acknowledged")));
        let day = text.zone.local_date(change.requested_at.utc());
        let place_and_day = self.letterhead.place_on(text, Some(day));
        let blocks = vec![Block::Facts { rows }, Block::Signatures { place_and_day, who }];
        papers::sheet(&self.letterhead, self.title(text), blocks)
    }
}

impl RowPaper for ChangeRecord {
    type Reads = ReadStock;

    const KIND: &'static str = "stock_change";

    fn page(change: Id) -> String {
        format!("/gudang/penghapusan/{change}")
    }

    async fn drawn(app: &App, cap: &ReadStock, text: &Text, id: Id) -> Result<Drawn, Error> {
        let record = ChangeRecord::found(app, cap, id).await?;
        if !record.holds() {
            return Err(Error::NotFound);
        }
        Ok(Drawn {
            day: text.zone.local_date(record.change.requested_at.utc()),
            title: format!("{}, {}", record.title(text), record.change.place),
            paper: record.paper(text),
            number: record.change.number,
        })
    }
}

impl SignedPaper for ChangeRecord {
    type Keeps = KeepStock;
}

/// The paper of a requested change: what, why, and who agreed.
pub(crate) async fn show(
    cap: Cap<ReadStock>,
    State(app): State<App>,
    Path(change): Path<Id>,
    shell: Shell,
) -> Page {
    let record = ChangeRecord::found(&app, &cap, change).await?;
    page(&PaperPage { record, shell })
}
