//! The papers of a work: the order, and the protocol of its hand-over (BAST); pages to print at once, and PDFs under the
//! number of the work.

use askama::Template;
use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, Text, page};
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::State;

use super::pages::{open, open_some};
use super::query::{self, Work};
use super::{DoWorks, ReadWorks};

#[derive(Template)]
#[template(path = "works/paper.html")]
struct PaperPage {
    shell: Shell,
    sheet: Sheet,
}

/// What stands on a paper of a work.
struct Sheet {
    letterhead: Letterhead,
    work: Work,
    words: String,
    worker: String,
    receiver: String,
    witness: String,
    fund: String,
    /// The protocol; else the order.
    protocol: bool,
}

impl Sheet {
    /// Of a work within reach.
    async fn found(app: &App, cap: &ReadWorks, id: Id, protocol: bool) -> Result<Sheet, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
        audit::opened(app, cap.actor(), "open", Some(("family", work.family_id)), "work_paper");
        Ok(Sheet {
            letterhead: Letterhead::load(&app.store, district).await?,
            words: open(app, district, &work.words_sealed)?,
            worker: open(app, district, &work.worker_sealed)?,
            receiver: open_some(app, district, work.receiver_sealed.as_ref())?,
            witness: open_some(app, district, work.witness_sealed.as_ref())?,
            fund: Funds::load(db, district).await?.name(&work.fund).to_owned(),
            protocol,
            work,
        })
    }

    fn title(&self, text: &Text) -> String {
        text.t(if self.protocol { "works.paper.protocol" } else { "works.paper.order" }).into_owned()
    }

    /// Whether there is such a paper of the work as it stands.
    fn is_there(&self) -> bool {
        match self.work.state.as_str() {
            "cancelled" => false,
            "planned" => !self.protocol,
            _ => true,
        }
    }

    /// Its address.
    fn at(&self) -> String {
        if self.protocol { Protocol::page(self.work.id) } else { Order::page(self.work.id) }
    }

    fn opening(&self, text: &Text) -> String {
        match (self.protocol, self.work.handed_on) {
            (false, _) => text.t("works.paper.ordered").into_owned(),
            (true, Some(day)) => text.t1("works.paper.handed", "day", text.long_day(day)),
            (true, None) => text.t("works.paper.to_hand").into_owned(),
        }
    }

    /// What it cost, where the protocol knows it, or is thought to.
    fn amount(&self) -> (&'static str, i64) {
        match self.work.actual.filter(|_| self.protocol) {
            Some(actual) => ("works.actual", actual),
            None => ("works.estimated", self.work.estimated),
        }
    }

    /// Each label with its value.
    fn facts(&self, text: &Text) -> Vec<(String, String)> {
        let t = |key: &str| text.t(key).into_owned();
        let work = &self.work;
        let mut place = work.village.clone();
        if !work.rw.is_empty() {
            place.push_str(&format!(", RW {}", work.rw));
        }
        let mut source = t(&format!("works.source.{}", work.source));
        if !work.held_by.is_empty() {
            source.push_str(&format!(": {}", work.held_by));
        }
        if let Some(holder) = &work.fund_holder {
            source.push_str(&format!(": {holder}, {}", self.fund));
        }
        let (label, amount) = self.amount();
        let days = format!("{} – {}", text.day(work.planned_from), text.day(work.planned_to));
        let in_words = terbilang_rupiah(Rupiah::new(amount));
        vec![
            (t("works.kind"), t(&format!("works.kind.{}", work.kind))),
            (t("works.family"), work.head_name.clone()),
            (t("works.place"), place),
            (t("works.words"), self.words.clone()),
            (t("works.worker"), self.worker.clone()),
            (t("works.planned"), days),
            (t(label), format!("{} ({in_words})", text.rupiah(amount))),
            (t("works.source"), source),
        ]
    }

    fn signatures(&self, text: &Text) -> Vec<Signature> {
        let t = |key: &str| text.t(key).into_owned();
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let mut who = match self.protocol {
            true => vec![
                Signature::of(t("works.paper.giver"), "", name(&self.work.hander)),
                Signature {
                    rank: t("works.paper.thumb"),
                    ..Signature::of(t("works.paper.receiver"), "", &self.receiver)
                },
                Signature::of(t("works.witness"), "", &self.witness),
            ],
            false => vec![
                Signature::of(t("works.paper.orderer"), "", name(&self.work.orderer)),
                Signature::of(t("works.worker"), "", ""),
            ],
        };
        who.extend(papers::acknowledged(&self.letterhead, "handover", t("web.print.acknowledged")));
        who
    }

    fn drawn(self, text: &Text) -> Result<Drawn, Error> {
        if !self.is_there() {
            return Err(Error::NotFound);
        }
        let mut blocks =
            vec![Block::Paragraph { text: self.opening(text) }, Block::Facts { rows: self.facts(text) }];
        if self.protocol {
            blocks.push(Block::Paragraph { text: text.t("works.paper.received").into_owned() });
        }
        let ordered = text.zone.local_date(self.work.ordered_at.utc());
        let signed_on = if self.protocol { self.work.handed_on } else { Some(ordered) };
        let place_and_day = self.letterhead.place_on(text, signed_on);
        blocks.push(Block::Signatures { place_and_day, who: self.signatures(text) });
        let kind = text.t(&format!("works.kind.{}", self.work.kind));
        Ok(Drawn {
            day: self.work.handed_on.filter(|_| self.protocol).unwrap_or(ordered),
            title: format!("{}, {}, {}", self.title(text), kind.to_lowercase(), self.work.village),
            paper: self.paper(text, blocks),
            number: self.work.number,
        })
    }

    fn paper(&self, text: &Text, blocks: Vec<Block>) -> Paper {
        papers::sheet(&self.letterhead, self.title(text), blocks)
    }
}

/// The order, for the builders.
pub(super) struct Order;

impl RowPaper for Order {
    type Reads = ReadWorks;

    const KIND: &'static str = "work_order";

    fn page(work: Id) -> String {
        format!("/pekerjaan/{work}/perintah")
    }

    async fn drawn(app: &App, cap: &ReadWorks, text: &Text, id: Id) -> Result<Drawn, Error> {
        Sheet::found(app, cap, id, false).await?.drawn(text)
    }
}

impl SignedPaper for Order {
    type Keeps = DoWorks;
}

/// The protocol of the hand-over: to be signed, or as it was.
pub(super) struct Protocol;

impl RowPaper for Protocol {
    type Reads = ReadWorks;

    const KIND: &'static str = "work_protocol";

    fn page(work: Id) -> String {
        format!("/pekerjaan/{work}/bast")
    }

    async fn drawn(app: &App, cap: &ReadWorks, text: &Text, id: Id) -> Result<Drawn, Error> {
        Sheet::found(app, cap, id, true).await?.drawn(text)
    }
}

impl SignedPaper for Protocol {
    type Keeps = DoWorks;
}

/// The page of the order.
pub(super) async fn order(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    page(&PaperPage { sheet: Sheet::found(&app, &cap, id, false).await?, shell })
}

/// The page of the protocol.
pub(super) async fn protocol(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    page(&PaperPage { sheet: Sheet::found(&app, &cap, id, true).await?, shell })
}
