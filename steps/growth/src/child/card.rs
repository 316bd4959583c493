//! `/pengukuran/anak/{id}/kms`: the child's weights on one sheet of paper, as a card of the posyandu has them
//! (KMS: Kartu Menuju Sehat): the chart over its months, and below each month what belongs to it. Own drawing and
//! own words.

use askama::Template;
use asuh_documents::svg::AxisRow;
use asuh_nusantara::{Language, age};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::ReadGrowth;
use super::chart::{self, Window, months_of_help};
use super::history::{Day, History};
use super::pages::{Opened, lead_on, open};
use super::query::ChildRow;
use super::words;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Page, Path, Shell, Text, page};
use asuh_ground::{App, HelpDay};

/// The sheets of a card: two years, then three.
const SHEETS: [(Window, &str); 2] = [(Window::Young, "0-24"), (Window::Old, "24-60")];

#[derive(Template)]
#[template(path = "child/card.html")]
struct Card {
    shell: Shell,
    letterhead: Letterhead,
    child: ChildRow,
    sex: String,
    born: String,
    drawing: String,
    /// Months of the sheet, as they stand in an address, and whether it is the one shown.
    sheets: Vec<(&'static str, bool)>,
    months: String,
    printed: String,
    /// The lines of the district; no orange one: empty.
    red: String,
    orange: String,
}

/// Which months the sheet shows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Sheet {
    #[serde(default)]
    umur: String,
}

/// The card. It is a paper for the family: always in Indonesian, whatever the officer reads.
pub(super) async fn card(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(sheet): Params<Sheet>,
) -> Page {
    let text = Text::new(Language::Indonesian, shell.zone);
    let Some(Opened { child, history, help }) = open(&cap, &app, id, text, "kms").await? else {
        return lead_on(&cap, &app, id, "/kms").await;
    };
    let (window, code) = chosen(&sheet.umur, child.birth_date, shell.today);
    let drawing = chart::weights(&history, window, &text).map(|mut chart| {
        if let Some(birth) = history.birth {
            chart.rows = rows(&history, birth, window, &help, &text);
        }
        chart.sheet()
    });
    page(&Card {
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        sex: history.sex.map(|sex| chart::sex_word(&text, sex)).unwrap_or_default(),
        born: child.birth_date.map(|birth| text.day(birth)).unwrap_or_default(),
        drawing: drawing.unwrap_or_default(),
        sheets: SHEETS.map(|(_, one)| (one, one == code)).to_vec(),
        months: code.replace('-', "–"),
        printed: text.day(shell.today),
        red: words::line(&text, history.norms.lines.red),
        orange: history.norms.lines.orange.map(|z| words::line(&text, z)).unwrap_or_default(),
        child,
        shell,
    })
}

/// The sheet that was asked for, or the one of the child's age.
fn chosen(asked: &str, birth: Option<Date>, today: Date) -> (Window, &'static str) {
    let [young, old] = SHEETS;
    if let Some(sheet) = SHEETS.into_iter().find(|(_, code)| *code == asked) {
        return sheet;
    }
    let months = birth.and_then(|birth| age::completed_months(birth, today)).unwrap_or_default();
    if months < 24 { young } else { old }
}

/// The rows under the chart: a column per month of life from the birthday on.
fn rows(history: &History, birth: Date, window: Window, help: &[HelpDay], text: &Text) -> Vec<AxisRow> {
    let (from, to) = window.months();
    let weighed = |month: u32| -> Option<&Day> {
        history.counting().rev().find(|day| day.months == Some(month) && day.taken.weight_g.is_some())
    };
    let times = months_of_help(birth, help);
    let row = |key: &str, cell: &dyn Fn(u32) -> String| AxisRow {
        label: text.t(key).into_owned(),
        cells: (from..to).map(|month| (f64::from(month), f64::from(month + 1), cell(month))).collect(),
    };
    vec![
        row("growth.card.month", &|month| {
            let (_, in_year) = begins(birth, month);
            text.t(&format!("growth.card.m{in_year}")).into_owned()
        }),
        row("growth.card.year", &|month| {
            let (year, in_year) = begins(birth, month);
            if month == from || in_year == 1 {
                format!("'{:02}", year.rem_euclid(100))
            } else {
                String::new()
            }
        }),
        row("growth.card.weight", &|month| {
            let grams = weighed(month).and_then(|day| day.taken.weight_g);
            grams.map(|grams| text.fixed((grams + 50) / 100, 1)).unwrap_or_default()
        }),
        row("growth.card.least", &|month| {
            let least = history.sex.and_then(|sex| history.norms.gain.at(sex, month));
            least.map(|least| least.to_string()).unwrap_or_default()
        }),
        row("growth.card.gained", &|month| weighed(month).map(letter).unwrap_or_default()),
        row("growth.card.arm", &|month| {
            let arm = weighed(month).and_then(|day| day.taken.arm_mm);
            arm.map(|mm| text.fixed(mm, 1)).unwrap_or_default()
        }),
        row("growth.card.help", &|month| {
            let held = times.iter().find(|(one, _)| *one == month);
            held.map(|(_, times)| times.to_string()).unwrap_or_default()
        }),
        row("growth.card.notes", &|month| weighed(month).map(|day| note(history, day)).unwrap_or_default()),
    ]
}

/// The year and the month of the year in which a month of life begins.
fn begins(birth: Date, month: u32) -> (i32, u32) {
    let months = u32::from(u8::from(birth.month())) - 1 + month;
    (birth.year() + i32::try_from(months / 12).unwrap_or_default(), months % 12 + 1)
}

/// The posyandu's letter, which was drawn on the child's own card; ours where it wrote none.
fn letter(day: &Day) -> String {
    let ours = day.month.and_then(|month| month.status).map(|status| status.letter().to_string());
    day.taken.gain.clone().or(ours).unwrap_or_default()
}

/// BGM below the red line, 2T for two months without gain.
fn note(history: &History, day: &Day) -> String {
    let red = history.norms.lines.red;
    let below = day.computed.scores.waz().is_some_and(|z| (z as f64 / 100.0) < red);
    let twice = day.month.is_some_and(|month| month.twice_not_gained);
    match (below, twice) {
        (true, _) => "BGM".to_owned(),
        (false, true) => "2T".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::child::history::tests::taken;
    use crate::norms::Norms;
    use crate::reading::Facts;
    use crate::rules::Position;
    use asuh_nusantara::Sex;

    use time::macros::date;

    fn cell(rows: &[AxisRow], label: &str, month: usize) -> String {
        rows.iter().find(|row| row.label.starts_with(label)).unwrap().cells[month].2.clone()
    }

    #[test]
    fn each_month_of_life_has_its_column() {
        let text = crate::words::indonesian();
        let birth = date!(2025 - 11 - 20);
        let mut low = taken(date!(2026 - 03 - 25), 4_200, 600, Position::Lying);
        low.taken.arm_mm = Some(112);
        low.taken.gain = Some("T".into());
        let weighings = vec![
            taken(date!(2026 - 01 - 25), 4_000, 560, Position::Lying),
            taken(date!(2026 - 02 - 25), 4_900, 580, Position::Lying),
            low,
        ];
        let history = History::of(
            &Facts { sex: Some(Sex::Male), birth_date: Some(birth) },
            weighings,
            Norms::default(),
        );
        let help = [date!(2026 - 03 - 21), date!(2026 - 04 - 19), date!(2026 - 04 - 20)]
            .map(|on| HelpDay { on, what: "Telur 5 butir".into() });
        let rows = rows(&history, birth, Window::Young, &help, &text);
        assert_eq!(rows.iter().map(|row| row.cells.len()).collect::<Vec<_>>(), [24; 8]);
        // The month of life that begins on 20 March is that of March, although 19 April lies in it.
        assert_eq!([0, 1, 2, 4].map(|month| cell(&rows, "Bulan", month)), ["Nov", "Des", "Jan", "Mar"]);
        assert_eq!([0, 1, 2, 14].map(|month| cell(&rows, "Tahun", month)), ["'25", "", "'26", "'27"]);
        assert_eq!([2, 3, 5].map(|month| cell(&rows, "Berat", month)), ["4,0", "4,9", ""]);
        assert_eq!([0, 2, 4].map(|month| cell(&rows, "KBM", month)), ["", "900", "600"]);
        assert_eq!([2, 3, 4].map(|month| cell(&rows, "Naik", month)), ["B", "N", "T"]);
        assert_eq!([3, 4, 5].map(|month| cell(&rows, "Bantuan", month)), ["", "2", "1"]);
        assert_eq!(cell(&rows, "LiLA", 4), "11,2");
        assert_eq!([3, 4].map(|month| cell(&rows, "Catatan", month)), ["", "BGM"]);
    }

    #[test]
    fn the_sheet_is_that_of_the_age_unless_another_is_asked_for() {
        let birth = Some(date!(2024 - 01 - 01));
        let code = |asked, today| chosen(asked, birth, today).1;
        assert_eq!(code("", date!(2025 - 12 - 31)), "0-24");
        assert_eq!(code("", date!(2026 - 01 - 01)), "24-60");
        assert_eq!(code("0-24", date!(2026 - 01 - 01)), "0-24");
        assert_eq!(code("abc", date!(2025 - 01 - 01)), "0-24");
    }
}
