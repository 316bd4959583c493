//! Work sheets of a village: to print, and as a spreadsheet that comes back by the import `verification`.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_nusantara::{Language, Zone, name};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::pages::{VisitLine, reached_village, settles, with_targets, words};
use super::query::{self, Wanted};
use crate::family::{Opening, opened};
use crate::rights::VerifyFamilies;
use crate::verification::campaign::open_campaign;
use crate::verification::rules::VisitResult;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Page, Path, Shell, Text, page, workbook};

/// The results that a sheet of listed families offers, in the order of their numbers, from 1.
fn offered() -> impl Iterator<Item = (usize, VisitResult)> {
    let listed = VisitResult::ALL.into_iter().filter(|result| *result != VisitResult::NewlyFound);
    listed.enumerate().map(|(nth, result)| (nth + 1, result))
}

/// A result as a sheet writes it: "2 Berubah". Up to the first comma, which would cut a list of choices.
fn numbered(text: &Text, nth: usize, result: VisitResult) -> String {
    let words = text.t(&format!("registry.result.{}", result.code())).into_owned();
    format!("{nth} {}", words.split(',').next().unwrap_or_default())
}

/// A result as people write it back: the number of the sheet, its words in either language, or our own code.
pub(in crate::verification) fn read_result(words: &str, zone: Zone) -> Option<VisitResult> {
    let key = name::search_key(words);
    let digits: String = key.chars().take_while(char::is_ascii_digit).collect();
    if let Ok(number) = digits.parse::<usize>() {
        return offered().find(|(nth, _)| *nth == number).map(|(_, result)| result);
    }
    VisitResult::ALL.into_iter().find(|result| {
        let known = [Language::Indonesian, Language::English].map(|language| {
            Text::new(language, zone).t(&format!("registry.result.{}", result.code())).into_owned()
        });
        // Whole, or as the list of choices has it: up to the first comma.
        let short = |words: &String| words.split(',').next().is_some_and(|one| name::search_key(one) == key);
        name::search_key(result.code()) == key
            || known.iter().any(|words| name::search_key(words) == key || short(words))
    })
}

/// Only one RW of a village, if that is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    rw: String,
}

#[derive(Template)]
#[template(path = "verification/visit/sheet.html")]
struct SheetPage {
    shell: Shell,
    code: i64,
    name: String,
    rw: String,
    campaign: Option<String>,
    deadline: Option<time::Date>,
    letterhead: Letterhead,
    lines: Vec<VisitLine>,
    results: Vec<String>,
}

/// The work sheet of a village (or one RW of it), with blank boxes, for those who visit with paper.
pub(super) async fn print(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    Params(which): Params<Which>,
) -> Page {
    let db = app.store.reader();
    let (code, name) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    let campaign = open_campaign(db, cap.district()).await?;
    let wanted = Wanted {
        village: code,
        rw: &which.rw,
        campaign: campaign.as_ref().map(|campaign| campaign.id),
        done: false,
        settles: false,
    };
    let found = query::whole(db, cap.district(), cap.scope(), wanted).await?;
    opened(&app, cap.actor(), Opening::Sheet(code, found.len()));
    let lines = with_targets(&cap, &app, &shell, found).await?;
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    let results = offered().map(|(nth, result)| format!("{nth} {}", words(&shell, result.code()))).collect();
    page(&SheetPage {
        code,
        name,
        rw: which.rw,
        deadline: campaign.as_ref().map(|campaign| campaign.deadline),
        campaign: campaign.map(|campaign| campaign.name),
        letterhead,
        lines,
        results,
        shell,
    })
}

/// The headings of the spreadsheet that goes out, as the import knows them.
fn titles(text: &Text) -> [String; 11] {
    [
        "verification.column.code",
        "verification.column.nth",
        "registry.field.head",
        "registry.field.hamlet",
        "registry.field.rw",
        "registry.field.rt",
        "registry.field.targets",
        "verification.column.result",
        "registry.field.reason",
        "verification.column.visited_on",
        "registry.field.note",
    ]
    .map(|key| text.t(key).into_owned())
}

/// The same families as a spreadsheet, with a list of results to choose from.
pub(super) async fn download(
    cap: Cap<VerifyFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    Params(which): Params<Which>,
) -> Page {
    let db = app.store.reader();
    let (code, _) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    let campaign = open_campaign(db, cap.district()).await?.map(|campaign| campaign.id);
    let settles = settles(&cap, code, "");
    let wanted = Wanted { village: code, rw: &which.rw, campaign, done: false, settles };
    let found = query::whole(db, cap.district(), cap.scope(), wanted).await?;
    opened(&app, cap.actor(), Opening::Sheet(code, found.len()));
    let lines = with_targets(&cap, &app, &shell, found).await?;
    let text = shell.text();
    let choices: Vec<String> = offered().map(|(nth, result)| numbered(&text, nth, result)).collect();
    let columns = titles(&text)
        .into_iter()
        .enumerate()
        .map(|(at, title)| match at {
            1 => Column::new(title, Kind::Integer),
            7 => Column::new(title, Kind::Text).choices(choices.clone()),
            9 => Column::new(title, Kind::Date),
            _ => Column::new(title, Kind::Text),
        })
        .collect();
    let rows = lines
        .into_iter()
        .enumerate()
        .map(|(nth, line)| {
            // What a cadre found stands there already: whoever settles it sends it back as it is, or mended.
            let found = line.family.found.as_deref().and_then(VisitResult::parse);
            let found = found.and_then(|result| offered().find(|(_, one)| *one == result));
            vec![
                Cell::from(line.family.family_id.to_string()),
                Cell::Number(nth as i64 + 1),
                line.family.head_name.into(),
                line.family.hamlet.into(),
                line.family.rw.into(),
                line.family.rt.into(),
                line.targets.join("; ").into(),
                found.map_or(Cell::Empty, |(nth, result)| numbered(&text, nth, result).into()),
                line.family.found_reason.filter(|reason| !reason.is_empty()).map_or(Cell::Empty, Cell::from),
                line.family.found_on.map_or(Cell::Empty, Cell::Day),
                Cell::Empty,
            ]
        })
        .collect();
    let sheet = text.t("registry.verification.title").into_owned();
    workbook(&app, &format!("verifikasi-{code}"), sheet, columns, rows).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read_as_people_write_them() {
        asuh_ground::web::speak(asuh_words::sentence);
        for (words, expected) in [
            ("1", Some(VisitResult::AsListed)),
            ("2 Berubah", Some(VisitResult::Changed)),
            ("8", Some(VisitResult::Refused)),
            ("9", None),
            ("Sesuai", Some(VisitResult::AsListed)),
            ("SESUAI ", Some(VisitResult::AsListed)),
            ("berubah", Some(VisitResult::Changed)),
            ("Tidak ditemukan", Some(VisitResult::NotFound)),
            ("tidak berisiko lagi", Some(VisitResult::NotAtRisk)),
            ("Pindah", Some(VisitResult::Moved)),
            ("not_found", Some(VisitResult::NotFound)),
            ("Baru ditemukan", Some(VisitResult::NewlyFound)),
            ("tidak", None),
            ("mungkin", None),
        ] {
            assert_eq!(read_result(words, Zone::Wib), expected, "{words}");
        }
        let text = Text::new(Language::Indonesian, Zone::Wib);
        let all: Vec<String> = offered().map(|(nth, result)| numbered(&text, nth, result)).collect();
        assert!(all.iter().all(|one| !one.contains(',')), "{all:?}");
        // A list of choices may not be longer in a spreadsheet.
        assert!(all.join(",").chars().count() <= 255, "{all:?}");
        for (nth, result) in offered() {
            assert_eq!(read_result(&numbered(&text, nth, result), Zone::Wib), Some(result));
        }
    }
}
