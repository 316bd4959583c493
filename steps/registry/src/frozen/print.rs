//! The paper of a list as a PDF under the list's own number: the same counts, hash and seal as its page.

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Table};
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::papers::{self, Draft, Numbering};
use asuh_ground::web::{Form, Page, Path, Shell, Text, redirect};
use asuh_nusantara::Language;
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use super::kind::Kind;
use super::pages::found;
use super::paper::{Choice, PaperPage, read};
use super::shown::CountLine;
use crate::rights::SeeFrozenLists;

/// The kind of its papers.
const KIND: &str = "frozen_list";
/// Columns of a table that still stand on an upright sheet.
const UPRIGHT: usize = 9;

/// By what its paper is found: the list, with or without its villages, and the part of it that the reader reaches, because a
/// part says other numbers than the whole.
fn subject(list: Id, villages: bool, whole: bool, scope: &Scope) -> Id {
    let part = match whole {
        true => String::new(),
        false => serde_json::to_string(&scope.areas).unwrap_or_default(),
    };
    papers::subject(&format!("frozen list {list} {villages} {part}"))
}

/// Prints it as it stands now: a decree that was recorded since makes it the next printing.
pub(super) async fn print<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(choice): Params<Choice>,
    form: Form,
) -> Page {
    let text = Text::new(Language::Indonesian, shell.zone);
    let one = read::<K>(&app, &cap, shell, &text, &id, &choice).await?;
    let called = text.t1("frozen.called", "n", one.list.number);
    let key = if one.is_whole { "frozen.paper.title" } else { "frozen.paper.title_part" };
    let draft = Draft {
        kind: KIND,
        number: Numbering::Own(text.t1(&one.kind.key("paper.number"), "n", one.list.number)),
        territory: cap.actor().district_code.as_i64(),
        day: one.list.taken_on,
        title: text.t2(key, "called", called, "kind", &one.kind.title),
        subject: Some(subject(one.list.id, one.villages, one.is_whole, cap.scope())),
        replaces: true,
        paper: paper(&text, &one),
    };
    papers::issue_own(&app, cap.actor(), &one.shell, &form, draft).await?;
    redirect(&one.pdf())
}

/// The PDF as it was printed last.
pub(super) async fn file<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(choice): Params<Choice>,
) -> Page {
    let list = found::<K>(&app, &cap, &id).await?.id;
    let text = shell.text();
    let one = read::<K>(&app, &cap, shell, &text, &id, &choice).await?;
    let subject = subject(list, one.villages, one.is_whole, cap.scope());
    papers::file_of(&app, cap.actor(), KIND, subject).await
}

/// What stands on it.
fn paper(text: &Text, one: &PaperPage) -> Paper {
    let (list, kind) = (&one.list, &one.kind);
    let t = |key: &str| text.t(key).into_owned();
    let (sheet, head) = papers::head(&one.letterhead);
    let mut blocks = Vec::new();
    if !one.is_whole {
        let (n, of) = (text.number(one.total.rows), text.number(list.row_count));
        blocks.push(Block::Paragraph { text: text.t2("frozen.paper.part", "n", n, "of", of) });
    }
    blocks.push(Block::Facts { rows: facts(text, one) });
    blocks.push(Block::Table(table(text, one)));
    let mut proof = format!("{}: {}", t("frozen.field.hash"), list.hash());
    if let Some((number, head)) = &one.seal {
        proof = format!("{proof}. {} {head}", text.t1("frozen.seal.number", "n", number));
    }
    blocks.push(Block::Note { text: proof });
    blocks.push(Block::Note { text: format!("{} {}", t(&kind.key("source")), t("frozen.paper.hint")) });
    // It is signed on the day of its decree; before there is one, the day is written by whoever signs.
    let place_and_day = one.letterhead.place_on(text, list.decided_on);
    blocks.push(papers::signature(&one.letterhead, "report", String::new(), place_and_day));
    let title = format!("{}: {}", text.t1("frozen.called", "n", list.number), kind.title);
    let wide = kind.factors.len() + 2 > UPRIGHT;
    Paper { sheet, head, title, ..Paper::default() }.section("", wide, blocks)
}

/// When it was frozen, of which days, by which decree, how many rows.
fn facts(text: &Text, one: &PaperPage) -> Vec<(String, String)> {
    let (list, kind) = (&one.list, &one.kind);
    let t = |key: &str| text.t(key).into_owned();
    let mut rows = Vec::new();
    if !list.title.is_empty() {
        rows.push((t("frozen.field.title"), list.title.clone()));
    }
    rows.push((t("frozen.field.taken_on"), text.long_day(list.taken_on)));
    if let Some(period) = list.period() {
        let days = format!("{} – {}", text.day(period.from), text.day(period.to));
        rows.push((t("frozen.field.period"), days));
    }
    let decree = match (&list.decree_number, list.decided_on) {
        (Some(number), Some(day)) => format!("{number}, {}", text.day(day)),
        (Some(number), None) => number.clone(),
        (None, _) => "......................................".to_owned(),
    };
    rows.push((t("frozen.field.decree"), decree));
    let size = format!("{} {}", text.number(list.row_count), kind.rows.to_lowercase());
    rows.push((t("frozen.field.size"), size));
    if let Some(name) = &list.campaign_name {
        let open = list.unfinished().into_iter();
        let open = open.map(|(part, n)| text.t1(&format!("frozen.unfinished.{part}"), "n", text.number(n)));
        let words: Vec<String> = std::iter::once(name.clone()).chain(open).collect();
        rows.push((t("frozen.campaign"), words.join("; ")));
    }
    if list.open_count > 0 {
        rows.push((t(&kind.key("field.open")), text.number(list.open_count)));
    }
    if !list.reason.is_empty() {
        rows.push((t("frozen.field.note"), list.reason.clone()));
    }
    rows
}

/// The counts by kecamatan, with their villages where they are wanted.
fn table(text: &Text, one: &PaperPage) -> Table {
    let factors = one.kind.factors.len();
    let row = |line: &CountLine, name: String| {
        let counts = (0..factors).map(|nth| text.number(line.factor(nth)));
        [name, text.number(line.rows)].into_iter().chain(counts).collect::<Vec<_>>()
    };
    let mut columns = vec![
        PaperColumn { title: text.t("frozen.field.place").into_owned(), share: 3, align: Align::Left },
        PaperColumn { title: one.kind.rows.clone(), share: 1, align: Align::Right },
    ];
    columns.extend(one.kind.factors.iter().map(|words| PaperColumn {
        title: words.clone(),
        share: 1,
        align: Align::Right,
    }));
    let mut rows = Vec::new();
    for (sum, villages) in &one.groups {
        rows.push(row(sum, sum.name.clone()));
        if one.villages {
            rows.extend(villages.iter().map(|line| row(line, format!("– {}", line.name))));
        }
    }
    let total = row(&one.total, one.total.name.clone());
    Table { caption: text.t("frozen.counts").into_owned(), columns, rows, total }
}
