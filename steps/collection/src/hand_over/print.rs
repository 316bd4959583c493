//! The hand-over protocol (BAST) as a PDF under the hand-over's own number: what the printed page says, and nothing else.

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Signature, Table};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::papers::{self, Draft, Numbering};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, Page, Path, Shell, Text, redirect};
use asuh_nusantara::{Language, terbilang};
use asuh_store::{Id, Instant};
use axum::extract::State;

use super::super::ReadHandOvers;
use super::pages::sides;
use super::query::{self, HandOver, HandOverItem};
use super::rules::ACCOUNT;

/// The kind of its papers.
pub(crate) const KIND: &str = "hand_over";

/// Prints the protocol as it stands now; what was printed before and says something else is replaced by it.
pub(crate) async fn print(
    cap: Cap<ReadHandOvers>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let found = query::by_id(db, district, &sides(cap.actor()), id).await?;
    let hand_over = found.filter(|one| one.state != "cancelled").ok_or(Error::NotFound)?;
    let items = query::items(db, district, id).await?;
    let letterhead = Letterhead::load(&app.store, district).await?;
    let text = Text::new(Language::Indonesian, shell.zone);
    let draft = Draft {
        kind: KIND,
        number: Numbering::Own(hand_over.number.clone()),
        territory: cap.actor().district_code.as_i64(),
        day: shell.zone.local_date(hand_over.announced_at.utc()),
        title: text.t2("collection.bast.paper", "from", &hand_over.unit, "to", &hand_over.to_name),
        subject: Some(id),
        replaces: true,
        paper: paper(&text, &letterhead, &hand_over, &items),
    };
    papers::issue_own(&app, cap.actor(), &shell, &form, draft).await?;
    redirect(&format!("/serah-terima/{id}/pdf"))
}

/// The protocol as it was printed last.
pub(crate) async fn file(cap: Cap<ReadHandOvers>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let found = query::by_id(app.store.reader(), cap.district(), &sides(cap.actor()), id).await?;
    found.ok_or(Error::NotFound)?;
    papers::file_of(&app, cap.actor(), KIND, id).await
}

/// What stands on it.
fn paper(text: &Text, letterhead: &Letterhead, hand_over: &HandOver, items: &[HandOverItem]) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let (sheet, head) = papers::head(letterhead);
    let words = text.with(
        "collection.bast.words",
        &[
            ("campaign", hand_over.campaign.clone()),
            ("day", text.long_day(hand_over.held_on)),
            ("from", hand_over.unit.clone()),
            ("to", hand_over.to_name.clone()),
        ],
    );
    let goods = items
        .iter()
        .map(|item| format!("{} {} {}", item.name.to_lowercase(), terbilang(item.sent), item.unit));
    let goods = goods.collect::<Vec<_>>().join(", ");
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
    Paper { sheet, head, title: t("collection.bast.title"), ..Paper::default() }.section("", false, blocks)
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
