//! The record of a village (berita acara), as a PDF under the record's number.

use asuh_documents::paper::{Block, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::papers::{self, Drawn, RowPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_nusantara::terbilang;
use asuh_store::Id;

use super::pages::{Counted, opening, result_lines};
use super::query::{self, Record};
use crate::rights::ReadRecords;
use crate::territory;
use crate::verification::campaign::campaign_by_id;

/// The record of a village that was not opened again. Its signed sheet comes back on its own page.
pub(super) struct VillageRecord;

impl RowPaper for VillageRecord {
    type Reads = ReadRecords;

    const KIND: &'static str = "village_record";

    fn page(record: Id) -> String {
        format!("/verifikasi/berita-acara/{record}")
    }

    async fn drawn(app: &App, cap: &ReadRecords, text: &Text, id: Id) -> Result<Drawn, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let record = query::record(db, district, cap.scope(), id).await?;
        let record = record.filter(|one| one.reopened_at.is_none()).ok_or(Error::NotFound)?;
        let campaign = campaign_by_id(db, district, record.campaign_id).await?.ok_or(Error::NotFound)?;
        let above = record.village_code / 10_000 * 10_000;
        let mut names = territory::names(db, district, [record.village_code, above]).await?;
        let village = names.remove(&record.village_code).unwrap_or_default();
        let subdistrict = names.remove(&above).unwrap_or_default();
        let letterhead = Letterhead::load(&app.store, district).await?;
        let first = opening(text, &record, &campaign.name, (&village, &subdistrict));
        Ok(Drawn {
            day: record.signed_on,
            title: format!("{}, {village}, {}", text.t("verification.record.title"), campaign.name),
            paper: paper(text, &letterhead, first, &record),
            number: record.number,
        })
    }
}

fn paper(text: &Text, letterhead: &Letterhead, first: String, record: &Record) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let mut blocks = vec![Block::Paragraph { text: first }, Block::Table(table(text, record))];
    let (n, words) = (text.number(record.found), terbilang(record.found));
    blocks.push(Block::Paragraph { text: text.t2("verification.record.found", "n", n, "words", words) });
    if !record.unvisited_reason.is_empty() {
        let reason = &record.unvisited_reason;
        blocks.push(Block::Paragraph {
            text: text.t1("verification.record.unvisited_because", "reason", reason),
        });
    }
    blocks.push(Block::Paragraph { text: t("verification.record.closing") });
    let who = record.signers().into_iter().map(|one| Signature::of("", one.office, one.name)).collect();
    let place_and_day = letterhead.place_on(text, Some(record.signed_on));
    blocks.push(Block::Signatures { place_and_day, who });
    papers::sheet(letterhead, t("verification.record.title"), blocks)
}

/// Families by result, in figures and in words.
fn table(text: &Text, record: &Record) -> Table {
    let t = |key: &str| text.t(key).into_owned();
    let row = |words: String, n: i64| vec![words, text.number(n), terbilang(n)];
    let columns = vec![
        PaperColumn::words(t("registry.field.result"), 2),
        PaperColumn::numbers(t("registry.territories.families")),
        PaperColumn::words(t("verification.in_words"), 2),
    ];
    let results = result_lines(text, &record.results()).into_iter();
    let mut rows: Vec<_> = results.map(|Counted { words, n }| row(words, n)).collect();
    if record.unvisited() > 0 {
        rows.push(row(t("verification.unvisited"), record.unvisited()));
    }
    let total = row(t("verification.record.all"), record.families);
    Table { caption: String::new(), columns, rows, total }
}
