//! The paper that goes along with a shipment (surat jalan), as a PDF under the shipment's number.

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::books::Funds;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_step_collection::Reach;
use asuh_store::Id;

use super::super::{KeepStock, ReadStock};
use super::query::{self, Shipment, ShipmentItem};

/// The paper of a shipment that was not taken back.
pub(crate) struct Waybill;

impl RowPaper for Waybill {
    type Reads = ReadStock;

    const KIND: &'static str = "shipment";

    fn page(shipment: Id) -> String {
        format!("/gudang/kiriman/{shipment}")
    }

    async fn drawn(app: &App, cap: &ReadStock, text: &Text, id: Id) -> Result<Drawn, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let found = query::by_id(db, district, &Reach::of(cap.scope()), id).await?;
        let shipment = found.filter(|one| one.state != "cancelled").ok_or(Error::NotFound)?;
        let items = query::items(db, district, id).await?;
        let letterhead = Letterhead::load(&app.store, district).await?;
        let funds = Funds::load(db, district).await?;
        Ok(Drawn {
            day: shipment.sent_on,
            title: text.t2("custody.shipment.paper", "from", &shipment.from_name, "to", &shipment.to_name),
            paper: paper(text, &letterhead, &funds, &shipment, &items),
            number: shipment.number,
        })
    }
}

impl SignedPaper for Waybill {
    type Keeps = KeepStock;
}

/// What stands on it: what was sent, and, once something of it arrived, what.
fn paper(
    text: &Text,
    letterhead: &Letterhead,
    funds: &Funds,
    shipment: &Shipment,
    items: &[ShipmentItem],
) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let mut rows = vec![
        (t("custody.from"), shipment.from_name.clone()),
        (t("custody.to"), shipment.to_name.clone()),
        (t("custody.fund"), funds.name(&shipment.fund).to_owned()),
        (t("custody.shipment.sent_on"), text.long_day(shipment.sent_on)),
        (t("custody.shipment.due"), text.long_day(shipment.due_on)),
        (t("custody.shipment.carrier"), shipment.carrier.clone()),
    ];
    if !shipment.note.is_empty() {
        rows.push((t("custody.note"), shipment.note.clone()));
    }
    if let Some(at) = shipment.received_at {
        rows.push((t("custody.shipment.received"), text.instant(at)));
        if !shipment.receipt_note.is_empty() {
            rows.push((t("custody.shipment.receipt_note"), shipment.receipt_note.clone()));
        }
    }
    let sent = items.iter().map(|item| (item.name.as_str(), item.sent, item.unit.as_str()));
    let sent = text.t1("custody.shipment.sent_words", "goods", papers::goods_in_words(sent));
    let mut blocks = vec![
        Block::Facts { rows },
        Block::Table(table(text, shipment.received_at.is_some(), items)),
        Block::Paragraph { text: sent },
    ];
    if shipment.received_at.is_some() {
        let there = items.iter().filter(|item| item.received > 0);
        let there = there.map(|item| (item.name.as_str(), item.received, item.unit.as_str()));
        let words = text.t1("custody.shipment.received_words", "goods", papers::goods_in_words(there));
        blocks.push(Block::Paragraph { text: words });
    }
    let sender = shipment.sender.clone().unwrap_or_default();
    let mut who = vec![
        Signature::of(t("custody.shipment.sender"), &shipment.from_name, sender),
        Signature::of(t("custody.shipment.receiver"), &shipment.to_name, &shipment.receiver_name),
        Signature::of(t("custody.shipment.carrier"), "", &shipment.carrier),
    ];
    who.extend(papers::acknowledged(letterhead, "handover", t("web.print.acknowledged")));
    let place_and_day = letterhead.place_on(text, Some(shipment.sent_on));
    blocks.push(Block::Signatures { place_and_day, who });
    papers::sheet(letterhead, t("custody.shipment.title"), blocks)
}

/// The goods of a shipment.
fn table(text: &Text, arrived: bool, items: &[ShipmentItem]) -> Table {
    let t = |key: &str| text.t(key).into_owned();
    let mut columns = vec![
        PaperColumn { title: t("collection.nth"), share: 0, align: Align::Center },
        PaperColumn::words(t("custody.commodity"), 1),
        PaperColumn::numbers(t("custody.shipment.sent")),
    ];
    if arrived {
        let keys = ["custody.shipment.received", "custody.shipment.lost", "custody.shipment.rest"];
        columns.extend(keys.map(|key| PaperColumn::numbers(t(key))));
    }
    let rows = items.iter().enumerate().map(|(nth, item)| {
        let amount = |n: i64| text.quantity(&item.unit, n);
        let mut row = vec![(nth + 1).to_string(), item.name.clone(), amount(item.sent)];
        if arrived {
            row.extend([amount(item.received), amount(item.lost), amount(item.rest())]);
        }
        row
    });
    Table { caption: String::new(), columns, rows: rows.collect(), total: Vec::new() }
}
