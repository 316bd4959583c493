//! The table of foods as a spreadsheet: out, and back in with what is wrong in which row and column.

use std::collections::BTreeMap;
use std::path::Path;

use asuh_documents::sheet::{Column, Kind, Limits, Row, SheetError, SheetReader};
use asuh_ground::books::CommodityLine;
use asuh_ground::staging::sheet_refusal;
use asuh_ground::web::{Cell, Text};
use asuh_nusantara::number;
use asuh_store::Refusal;

use super::super::rules::{ALLERGENS, Food, GROUPS};
use super::command::{MOST, code_of, misfit, wrong};

/// The headings, with the field of the form that each stands for. Indonesian in every language: a file that goes round
/// between offices has one heading.
pub(super) const HEADINGS: [(&str, &str); 11] = [
    ("Kode", "kode"),
    ("Nama", "nama"),
    ("Kelompok", "kelompok"),
    ("Energi (kkal per 100 g)", "energi"),
    ("Protein (g per 100 g)", "protein"),
    ("Bagian dapat dimakan (%)", "bdd"),
    ("Alergen", "alergen"),
    ("Kode barang gudang", "barang"),
    ("Gram per satuan", "gram"),
    ("Sumber", "sumber"),
    ("Sudah dikonfirmasi (ya/tidak)", "pasti"),
];

/// Rows in which the headings are looked for.
const WITHIN: usize = 20;

/// A cell that cannot be true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// As the spreadsheet counts rows.
    pub(super) row: usize,
    /// The heading.
    pub(super) column: &'static str,
    /// What stands there.
    pub(super) value: String,
    /// The key of the sentence, which says how to mend it.
    pub(super) code: &'static str,
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reading {
    pub(super) foods: Vec<Food>,
    pub(super) problems: Vec<Problem>,
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A word of a list, by its code or as it is written in either language of the screen.
fn word(text: &str, stem: &str, codes: &[&'static str], languages: &[Text]) -> Option<&'static str> {
    let wanted = plain(text);
    codes.iter().copied().find(|code| {
        plain(code) == wanted
            || languages.iter().any(|words| plain(&words.t(&format!("{stem}{code}"))) == wanted)
    })
}

/// Reads the rows of a sheet.
///
/// # Errors
/// No row holds the headings for name, energy and protein.
pub(super) fn read(
    rows: &[Vec<String>],
    commodities: &[CommodityLine],
    languages: &[Text],
) -> Result<Reading, Refusal> {
    let places = |row: &Vec<String>| -> BTreeMap<&'static str, usize> {
        let at = |title: &str| row.iter().position(|cell| plain(cell) == plain(title));
        HEADINGS.iter().filter_map(|(title, field)| Some((*field, at(title)?))).collect()
    };
    let found = rows.iter().take(WITHIN).enumerate().map(|(nth, row)| (nth, places(row)));
    let head = found
        .into_iter()
        .find(|(_, places)| ["nama", "energi", "protein"].iter().all(|field| places.contains_key(field)));
    let (head, places) = head.ok_or_else(|| Refusal::new("kitchen.refused.headings").field("berkas"))?;
    let mut reading = Reading::default();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (nth, row) in rows.iter().enumerate().skip(head + 1) {
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |field: &str| places.get(field).and_then(|at| row.get(*at)).map_or("", |text| text.trim());
        let title =
            |field: &str| HEADINGS.iter().find(|(_, known)| *known == field).map_or("", |(title, _)| *title);
        let before = reading.problems.len();
        let mut problem = |field: &str, code: &'static str| {
            let value = cell(field).chars().take(60).collect();
            reading.problems.push(Problem { row: nth + 1, column: title(field), value, code });
        };
        let amount =
            |field: &str, decimals: u32, problem: &mut dyn FnMut(&str, &'static str)| match cell(field) {
                "" | "-" => None,
                text => match number::parse_decimal(text, decimals) {
                    Ok(value) => Some(value),
                    Err(_) => {
                        problem(field, "kitchen.refused.number");
                        None
                    }
                },
            };
        let energy_kcal = amount("energi", 0, &mut problem);
        let protein_dg = amount("protein", 1, &mut problem);
        let edible = amount("bdd", 0, &mut problem);
        let grams_per_unit = amount("gram", 0, &mut problem);
        let group = match cell("kelompok") {
            "" => Some("other"),
            text => word(text, "kitchen.group.", &GROUPS, languages),
        };
        if group.is_none() {
            problem("kelompok", "kitchen.refused.group");
        }
        let mut allergens = Vec::new();
        for one in cell("alergen").split([',', ';']).map(str::trim).filter(|one| !matches!(*one, "" | "-")) {
            match word(one, "kitchen.allergen.", &ALLERGENS, languages) {
                Some(code) => allergens.push(code.to_owned()),
                None => problem("alergen", "kitchen.refused.allergen"),
            }
        }
        let confirmed = match plain(cell("pasti")).as_str() {
            "ya" | "yes" | "1" => true,
            "" | "tidak" | "no" | "0" => false,
            _ => {
                problem("pasti", "kitchen.refused.yes_no");
                false
            }
        };
        let code = match cell("kode") {
            "" => code_of(cell("nama")),
            code => code.to_owned(),
        };
        let food = Food {
            name: cell("nama").chars().take(80).collect(),
            group: group.unwrap_or("other").to_owned(),
            energy_kcal,
            protein_dg,
            edible_percent: edible.unwrap_or(100),
            allergens,
            commodity: cell("barang").to_owned(),
            grams_per_unit,
            source: cell("sumber").chars().take(80).collect(),
            confirmed,
            code,
        };
        if let Some((field, code)) = wrong(&food).or_else(|| misfit(&food, commodities)) {
            problem(field, code);
        }
        if seen.insert(food.code.clone(), nth + 1).is_some() {
            problem("nama", "kitchen.refused.twice");
        }
        if reading.problems.len() == before {
            reading.foods.push(food);
        }
    }
    if reading.foods.len() > MOST {
        return Err(Refusal::new("kitchen.refused.many_foods").field("berkas"));
    }
    Ok(reading)
}

/// The rows of a file, at most a few more than can be taken in.
///
/// # Errors
/// The file is no spreadsheet, or larger than one of foods can be.
pub(super) fn rows_of(path: &Path) -> Result<Vec<Vec<String>>, Refusal> {
    let limits = Limits::default();
    let refuse = |error: SheetError| sheet_refusal(&error).field("berkas");
    let mut reader = SheetReader::open(path, &limits).map_err(refuse)?;
    let (mut rows, mut row) = (Vec::new(), Row::default());
    while reader.next_row(&mut row).map_err(refuse)? {
        // Blank rows that a sheet leaves out keep their number.
        let number = row.number as usize;
        if number > MOST + WITHIN + 10 {
            return Err(Refusal::new("kitchen.refused.many_foods").field("berkas"));
        }
        rows.resize(rows.len().max(number.saturating_sub(1)), Vec::new());
        rows.push(row.cells.iter().map(|cell| cell.text().into_owned()).collect());
    }
    Ok(rows)
}

/// The columns of the file that is given out.
pub(super) fn columns() -> Vec<Column> {
    let kind = |field: &str| match field {
        "energi" | "bdd" | "gram" => Kind::Integer,
        "protein" => Kind::Decimal(1),
        _ => Kind::Text,
    };
    HEADINGS.iter().map(|(title, field)| Column::new(*title, kind(field))).collect()
}

/// A row of it.
pub(super) fn cells(food: &Food, text: &Text) -> Vec<Cell> {
    let whole = |value: Option<i64>| value.map_or(Cell::Empty, Cell::Number);
    let allergens = food.allergens.iter().map(|one| text.t(&format!("kitchen.allergen.{one}")).into_owned());
    vec![
        food.code.clone().into(),
        food.name.clone().into(),
        text.t(&format!("kitchen.group.{}", food.group)).into_owned().into(),
        whole(food.energy_kcal),
        food.protein_dg.map_or(Cell::Empty, |dg| Cell::Decimal(dg as f64 / 10.0)),
        Cell::Number(food.edible_percent),
        allergens.collect::<Vec<_>>().join(", ").into(),
        food.commodity.clone().into(),
        whole(food.grams_per_unit),
        food.source.clone().into(),
        if food.confirmed { "ya" } else { "tidak" }.into(),
    ]
}
