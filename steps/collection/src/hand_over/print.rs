//! The hand-over protocol (BAST) as a PDF under the hand-over's own number: what the printed page says, and nothing else.

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::papers::{self, Drawn, RowPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_store::{Id, Instant};

use super::super::ReadHandOvers;
use super::pages::sides;
use super::query::{self, HandOver, HandOverItem};
use super::rules::ACCOUNT;

/// The kind of its papers.
pub(crate) const KIND: &str = "hand_over";

/// The protocol of a hand-over. Its signed sheet comes back on its own page, where it is part of the hand-over.
pub(crate) struct Protocol;

impl RowPaper for Protocol {
    type Reads = ReadHandOvers;

    const KIND: &'static str = KIND;

    fn page(hand_over: Id) -> String {
        format!("/serah-terima/{hand_over}")
    }

    async fn drawn(app: &App, cap: &ReadHandOvers, text: &Text, id: Id) -> Result<Drawn, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let found = query::by_id(db, district, &sides(cap.actor()), id).await?;
        let hand_over = found.filter(|one| one.state != "cancelled").ok_or(Error::NotFound)?;
        let items = query::items(db, district, id).await?;
        let letterhead = Letterhead::load(&app.store, district).await?;
        Ok(Drawn {
            day: text.zone.local_date(hand_over.announced_at.utc()),
            title: text.t2("collection.bast.paper", "from", &hand_over.unit, "to", &hand_over.to_name),
            paper: paper(text, &letterhead, &hand_over, &items),
            number: hand_over.number,
        })
    }
}

/// What stands on it.
fn paper(text: &Text, letterhead: &Letterhead, hand_over: &HandOver, items: &[HandOverItem]) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let words = text.with(
        "collection.bast.words",
        &[
            ("campaign", hand_over.campaign.clone()),
            ("day", text.long_day(hand_over.held_on)),
            ("from", hand_over.unit.clone()),
            ("to", hand_over.to_name.clone()),
        ],
    );
    let goods =
        papers::goods_in_words(items.iter().map(|item| (item.name.as_str(), item.sent, item.unit.as_str())));
    let mut facts = vec![(t("collection.hand_over.announced_at"), text.instant(hand_over.announced_at))];
    if let Some(at) = hand_over.received_at {
        facts.push((t("collection.hand_over.received_at"), text.instant(at)));
    }
    for (key, said) in
        [("collection.note", &hand_over.note), ("collection.hand_over.receipt_note", &hand_over.receipt_note)]
    {
        if !said.is_empty() {
            facts.push((t(key), said.clone()));
        }
    }
    let received = hand_over.receiver_way.as_deref().zip(hand_over.received_at);
    let mut who = vec![
        Signature {
            above: t("collection.sign.gives"),
            title: hand_over.unit.clone(),
            name: hand_over.giver_name.clone(),
            rank: signed(text, &hand_over.giver_way, hand_over.announced_at),
            ..Signature::default()
        },
        Signature {
            above: t("collection.sign.receives"),
            title: hand_over.to_name.clone(),
            name: hand_over.receiver_name.clone().unwrap_or_default(),
            rank: received.map(|(way, at)| signed(text, way, at)).unwrap_or_default(),
            ..Signature::default()
        },
    ];
    who.extend(papers::acknowledged(letterhead, "handover", t("web.print.acknowledged")));
    let blocks = vec![
        Block::Paragraph { text: words },
        Block::Table(table(text, hand_over.state == "received", items)),
        Block::Paragraph { text: text.t1("collection.bast.in_words", "goods", goods) },
        Block::Facts { rows: facts },
        Block::Signatures { place_and_day: String::new(), who },
    ];
    papers::sheet(letterhead, t("collection.bast.title"), blocks)
}

/// What was sent, and, once it was received, what of it arrived.
fn table(text: &Text, received: bool, items: &[HandOverItem]) -> Table {
    let t = |key: &str| text.t(key).into_owned();
    let mut columns = vec![
        PaperColumn { title: t("collection.nth"), share: 0, align: Align::Center },
        PaperColumn::words(t("collection.commodity"), 1),
        PaperColumn::numbers(t("collection.hand_over.sent")),
    ];
    if received {
        let keys = [
            "collection.hand_over.arrived",
            "collection.damaged",
            "collection.hand_over.missing",
            "collection.weighed",
        ];
        columns.extend(keys.map(|key| PaperColumn::numbers(t(key))));
    }
    let rows = items.iter().enumerate().map(|(nth, item)| {
        let amount = |n: i64| text.quantity(&item.unit, n);
        let mut row = vec![(nth + 1).to_string(), item.name.clone(), amount(item.sent)];
        if received {
            row.push(item.received.map(amount).unwrap_or_default());
            row.push(item.damaged.map(amount).unwrap_or_default());
            row.push(amount(item.missing()));
            row.push(item.weighed_g.map_or_else(|| "–".to_owned(), |grams| text.quantity("gram", grams)));
        }
        row
    });
    Table { caption: String::new(), columns, rows: rows.collect(), total: Vec::new() }
}

/// How a side signed, below its name.
fn signed(text: &Text, way: &str, at: Instant) -> String {
    match way {
        ACCOUNT => text.t1("collection.signed.account", "at", text.instant(at)),
        _ => text.t("collection.signed.paper").into_owned(),
    }
}
