//! The record of a count (berita acara opname), as a PDF under the count's number.

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::books::Funds;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_step_collection::Reach;
use asuh_store::Id;

use super::query::{self, Item, Pieces, Take};
use crate::{KeepCounts, ReadCounts};

/// The record of a count whose differences nobody refused: then it is counted again, and signed again.
pub(crate) struct CountRecord {
    letterhead: Letterhead,
    funds: Funds,
    take: Take,
    items: Vec<Item>,
    pieces: Vec<Pieces>,
}

impl RowPaper for CountRecord {
    type Reads = ReadCounts;

    const KIND: &'static str = "stock_take";

    fn page(take: Id) -> String {
        format!("/gudang/hitungan/{take}")
    }

    async fn drawn(app: &App, cap: &ReadCounts, text: &Text, id: Id) -> Result<Drawn, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let found = query::one(db, district, &Reach::of(cap.scope()), id).await?;
        let record = CountRecord {
            take: found.filter(|take| take.state != "refused").ok_or(Error::NotFound)?,
            items: query::items(db, district, id).await?,
            pieces: query::pieces(db, district, id).await?,
            letterhead: Letterhead::load(&app.store, district).await?,
            funds: Funds::load(db, district).await?,
        };
        let (what, place) = (record.title(text), &record.take.place);
        let day = text.long_day(record.take.counted_on);
        Ok(Drawn {
            day: record.take.counted_on,
            title: format!("{what}, {place}, {day}"),
            paper: record.paper(text),
            number: record.take.number,
        })
    }
}

impl SignedPaper for CountRecord {
    type Keeps = KeepCounts;
}

impl CountRecord {
    fn is_cash(&self) -> bool {
        is_cash(&self.items)
    }

    fn title(&self, text: &Text) -> String {
        let key = if self.is_cash() { "custody.opname.record_cash" } else { "custody.opname.record_goods" };
        text.t(key).into_owned()
    }

    fn paper(&self, text: &Text) -> Paper {
        let t = |key: &str| text.t(key).into_owned();
        let take = &self.take;
        let name = |name: &Option<String>| name.clone().unwrap_or_default();
        let mut rows = vec![
            (t("custody.opening.place"), take.place.clone()),
            (t("custody.day"), text.instant(take.taken_at)),
            (t("custody.opname.taken_by"), name(&take.taker)),
            (t("custody.stock_take.witness"), take.witness.clone()),
            (t("custody.state"), t(&format!("custody.opname.state.{}", take.state))),
        ];
        rows.retain(|(_, value)| !value.is_empty());
        let mut blocks = vec![Block::Facts { rows }, Block::Table(self.compared(text))];
        match self.is_cash() {
            true => {
                for item in &self.items {
                    blocks.push(Block::Table(self.purse(text, item)));
                    let words = terbilang_rupiah(Rupiah::new(item.counted));
                    blocks.push(Block::Paragraph { text: text.t1("papers.in_words", "words", words) });
                }
            }
            false => {
                let counted = self.items.iter().map(|item| (&*item.name, item.counted, &*item.unit));
                let words = papers::goods_in_words(counted);
                blocks
                    .push(Block::Paragraph { text: text.t1("custody.opname.counted_words", "goods", words) });
            }
        }
        let mut who = vec![
            Signature::of(t("custody.opname.taken_by"), "", name(&take.taker)),
            Signature::of(t("custody.stock_take.witness"), "", &take.witness),
        ];
        if self.items.iter().any(|item| item.counted != item.book) {
            who.push(Signature::of(t("custody.paper.agreed"), "", name(&take.decider)));
        }
        who.extend(papers::acknowledged(&self.letterhead, "handover", t("web.print.acknowledged")));
        let place_and_day = self.letterhead.place_on(text, Some(take.counted_on));
        blocks.push(Block::Signatures { place_and_day, who });
        papers::sheet(&self.letterhead, self.title(text), blocks)
    }

    /// What the books said and what was there.
    fn compared(&self, text: &Text) -> Table {
        let t = |key: &str| text.t(key).into_owned();
        let columns = vec![
            PaperColumn::words(t("custody.fund"), 2),
            PaperColumn::words(t("custody.commodity"), 2),
            PaperColumn::numbers(t("custody.book")),
            PaperColumn::numbers(t("custody.opname.counted")),
            PaperColumn::numbers(t("custody.difference")),
            PaperColumn::words(t("custody.reason"), 3),
        ];
        let row = |item: &Item| {
            let amount = |n: i64| text.quantity(&item.unit, n);
            vec![
                self.funds.name(&item.fund).to_owned(),
                item.name.clone(),
                amount(item.book),
                amount(item.counted),
                amount(item.counted - item.book),
                item.reason.clone(),
            ]
        };
        let rows = self.items.iter().map(row).collect();
        Table { caption: String::new(), columns, rows, total: Vec::new() }
    }

    /// The notes, coins and account of a fund.
    fn purse(&self, text: &Text, item: &Item) -> Table {
        let t = |key: &str| text.t(key).into_owned();
        let columns = vec![
            PaperColumn::words(t("custody.opname.worth"), 1),
            PaperColumn { title: t("custody.opname.pieces"), share: 1, align: Align::Right },
            PaperColumn { title: t("custody.amount"), share: 1, align: Align::Right },
        ];
        let row = |piece: &Pieces| match piece.worth {
            0 => vec![t("custody.opname.at_bank"), "–".to_owned(), text.rupiah(piece.pieces)],
            worth => vec![text.rupiah(worth), text.number(piece.pieces), text.rupiah(worth * piece.pieces)],
        };
        let rows = self.pieces.iter().filter(|piece| piece.fund == item.fund).map(row).collect();
        let total = vec![t("custody.opname.counted"), String::new(), text.rupiah(item.counted)];
        Table { caption: self.funds.name(&item.fund).to_owned(), columns, rows, total }
    }
}

/// Whether a count was one of cash.
pub(super) fn is_cash(items: &[Item]) -> bool {
    items.iter().all(|item| item.account_kind == "fund_holder") && !items.is_empty()
}
