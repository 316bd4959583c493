//! `cargo xtask gen-list`: lists as dirty as they come in, of people who do not exist, with the truth beside.
//! For trying imports and the search for duplicates by hand; tests use `asuh-made-up` themselves.

use std::path::{Path, PathBuf};

use asuh_documents::sheet::{Column, Kind, SheetError, SheetWriter, Value};
use asuh_made_up::{Dirt, District, FamilyId, World, krs, posyandu};
use time::macros::date;

/// What to make.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Which list: families at risk, or small children as e-PPGBM exports them.
    #[arg(long, value_enum, default_value = "krs")]
    list: List,
    /// The same seed makes the same district and list; the tests use 101 to 103, tuning 1 to 3.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Families of the district.
    #[arg(long, default_value_t = 12_000)]
    families: usize,
    /// 1 is the list of 30 June 2026; each further quarter has births, deaths, moves and other typists.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=40))]
    quarter: u32,
    /// An invented district with so many kecamatan instead of Kapuas.
    #[arg(long, requires = "villages")]
    subdistricts: Option<usize>,
    /// Its villages.
    #[arg(long, requires = "subdistricts")]
    villages: Option<usize>,
    /// Every cell as it should be.
    #[arg(long)]
    clean: bool,
    /// CSV with semicolons, or XLSX.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
    /// The folder to write to.
    #[arg(long, default_value = ".")]
    to: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum List {
    Krs,
    Posyandu,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Xlsx,
}

/// Writes the list and its truth; false when a file could not be written.
#[must_use]
pub fn run(options: &Options) -> bool {
    match write(options) {
        Ok(files) => {
            files.iter().for_each(|file| println!("{}", file.display()));
            true
        }
        Err(error) => {
            eprintln!("The list could not be written: {error}");
            false
        }
    }
}

/// Makes the list and its truth and gives their paths.
///
/// # Errors
/// A file could not be written.
pub fn write(options: &Options) -> Result<[PathBuf; 2], SheetError> {
    let district = match (options.subdistricts, options.villages) {
        (Some(subdistricts), Some(villages)) => District::invented(subdistricts, villages),
        _ => District::kapuas(),
    };
    let mut world = World::new(district, options.families, date!(2026 - 06 - 30), options.seed);
    for _ in 1..options.quarter {
        world = world.quarter_later();
    }
    let dirt = if options.clean { Dirt::NONE } else { Dirt::USUAL };
    let seed = options.seed.wrapping_add(u64::from(options.quarter) << 32);
    let name = match options.list {
        List::Krs => "krs",
        List::Posyandu => "posyandu",
    };
    let stem = format!("{name}-{}-q{}", options.seed, options.quarter);
    let ending = if options.format == Format::Csv { "csv" } else { "xlsx" };
    let list = options.to.join(format!("{stem}.{ending}"));
    let truth = options.to.join(format!("{stem}.truth.csv"));
    match options.list {
        List::Krs => write_krs(&world, &krs::list(&world, &dirt, seed), &list, &truth)?,
        List::Posyandu => write_posyandu(&world, &posyandu::list(&world, &dirt, seed), &list, &truth)?,
    }
    Ok([list, truth])
}

fn write_krs(world: &World, list: &krs::List, path: &Path, truth: &Path) -> Result<(), SheetError> {
    let mut sheet = sheet(path, &krs::HEADERS)?;
    let mut answers =
        sheet_of_truth(truth, &["row", "family", "head", "wife", "fate", "copy_of", "lives_in"])?;
    let lives_in = |family: FamilyId| world.district.villages[world.families[family].village].code.clone();
    for (nth, row) in list.rows.iter().enumerate() {
        append(&mut sheet, &row.cells(world))?;
        let what = row.truth;
        let answer = [
            line(nth),
            what.family.to_string(),
            what.head.to_string(),
            what.wife.map_or_else(String::new, |wife| wife.to_string()),
            what.fate.word().to_owned(),
            what.copy_of.map_or_else(String::new, line),
            lives_in(what.family),
        ];
        append(&mut answers, &answer)?;
    }
    for &id in &list.missing {
        let family = &world.families[id];
        let wife = family.wife.map_or_else(String::new, |wife| wife.to_string());
        let head = family.head.to_string();
        let fate = family.fate.word().to_owned();
        append(
            &mut answers,
            &[String::new(), id.to_string(), head, wife, fate, String::new(), lives_in(id)],
        )?;
    }
    sheet.finish()?;
    answers.finish()?;
    Ok(())
}

fn write_posyandu(
    world: &World,
    rows: &[posyandu::Row],
    path: &Path,
    truth: &Path,
) -> Result<(), SheetError> {
    let mut sheet = sheet(path, &posyandu::HEADERS)?;
    let mut answers = sheet_of_truth(truth, &["row", "child", "family", "copy_of"])?;
    for (nth, row) in rows.iter().enumerate() {
        append(&mut sheet, &row.cells(world, nth + 1))?;
        let what = row.truth;
        let copy_of = what.copy_of.map_or_else(String::new, line);
        append(&mut answers, &[line(nth), what.child.to_string(), what.family.to_string(), copy_of])?;
    }
    sheet.finish()?;
    answers.finish()?;
    Ok(())
}

/// The line of a spreadsheet in which a row stands, below the headings.
fn line(row: usize) -> String {
    (row + 2).to_string()
}

fn sheet(path: &Path, headers: &[&str]) -> Result<SheetWriter, SheetError> {
    let columns: Vec<Column> = headers.iter().map(|header| Column::new(*header, Kind::Text)).collect();
    if path.extension().is_some_and(|ending| ending == "xlsx") {
        SheetWriter::xlsx(path, "Data", &columns)
    } else {
        SheetWriter::csv(path, b';', &columns)
    }
}

fn sheet_of_truth(path: &Path, headers: &[&str]) -> Result<SheetWriter, SheetError> {
    let columns: Vec<Column> = headers.iter().map(|header| Column::new(*header, Kind::Text)).collect();
    SheetWriter::csv(path, b',', &columns)
}

fn append(sheet: &mut SheetWriter, cells: &[impl AsRef<str>]) -> Result<(), SheetError> {
    let values: Vec<Value<'_>> = cells
        .iter()
        .map(|cell| match cell.as_ref() {
            "" => Value::Empty,
            text => Value::Text(text),
        })
        .collect();
    sheet.row(&values)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn make(folder: &Path, arguments: &[&str]) -> [String; 2] {
        let to = folder.display().to_string();
        let line =
            ["gen-list", "--families", "300", "--to", &to].into_iter().chain(arguments.iter().copied());
        let files = write(&Line::parse_from(line).options).unwrap();
        files.map(|file| std::fs::read_to_string(file).unwrap())
    }

    #[test]
    fn the_same_seed_writes_the_same_files_and_every_row_has_its_truth() {
        let folder = tempfile::tempdir().unwrap();
        for list in ["krs", "posyandu"] {
            let [rows, truth] = make(folder.path(), &["--list", list]);
            assert_eq!([rows.clone(), truth.clone()], make(folder.path(), &["--list", list]));
            assert!(rows.lines().count() > 290 && truth.lines().count() >= rows.lines().count(), "{list}");
            let [later, _] = make(folder.path(), &["--list", list, "--quarter", "2"]);
            assert_ne!(rows, later);
        }
    }

    #[test]
    fn another_district_can_be_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let [rows, _] = make(folder.path(), &["--subdistricts", "5", "--villages", "49", "--clean"]);
        assert!(rows.contains("Kecamatan Rekaan 5") && !rows.contains("Kapuas"));
    }
}
