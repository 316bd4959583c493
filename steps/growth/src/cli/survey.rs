//! Prevalences of a survey: every row is read first, because the error of each figure looks at all of them.

use std::collections::HashMap;
use std::path::Path;

use asuh_growth::Child;
use asuh_growth::prevalence::{self, Design, Quintile, Surveyed};

use super::blocks::Done;
use super::child::ChildColumns;
use super::output::{Output, Side};
use super::reading::{self, Row, Why};
use super::table::Table;
use super::{FileError, Summary, named, number, open};

/// The columns that say how the sample was drawn. What is not named is not used.
#[derive(Debug, Clone, Copy, Default)]
pub struct SurveyColumns<'a> {
    /// Sampling weights.
    pub weight: Option<&'a str>,
    /// Clusters, within strata.
    pub cluster: Option<&'a str>,
    /// Strata.
    pub strata: Option<&'a str>,
}

/// Columns of texts: cluster, stratum, residence, region, education, other.
const TEXTS: usize = 6;

/// Where the columns of a survey stand.
struct Places {
    child: ChildColumns,
    weight: Option<usize>,
    wealth: Option<usize>,
    texts: [Option<usize>; TEXTS],
}

/// A child with its texts by number.
struct Person {
    child: Child,
    weight: Option<f64>,
    wealth: Option<Quintile>,
    texts: [Option<u32>; TEXTS],
}

impl Places {
    fn find(table: &Table, columns: SurveyColumns<'_>) -> Result<Places, FileError> {
        let named = |name: Option<&str>| name.map(|name| table.need(name)).transpose();
        Ok(Places {
            child: ChildColumns::find(table)?,
            weight: named(columns.weight)?,
            wealth: table.find("wealthq"),
            texts: [
                named(columns.cluster)?,
                named(columns.strata)?,
                table.find("typeres"),
                table.find("gregion"),
                table.find("mothered"),
                table.find("othergr"),
            ],
        })
    }

    fn take(&self, row: &mut Row<'_>) -> (Child, Option<f64>, Option<Quintile>) {
        let weight = row.number_from_zero(self.weight);
        (
            self.child.take(row).child(),
            (!weight.is_nan()).then_some(weight),
            row.code(self.wealth, Quintile::from_code, Why::Quintile),
        )
    }
}

/// Texts that occur again and again, each kept once.
#[derive(Default)]
struct Texts {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Texts {
    fn number(&mut self, cell: &[u8]) -> Option<u32> {
        let cell = cell.trim_ascii();
        if matches!(cell, b"" | b"NA") {
            return None;
        }
        let text = String::from_utf8_lossy(cell);
        if let Some(number) = self.numbers.get(text.as_ref()) {
            return Some(*number);
        }
        let number = u32::try_from(self.texts.len()).ok()?;
        self.numbers.insert(text.clone().into_owned(), number);
        self.texts.push(text.into_owned());
        Some(number)
    }

    fn get(&self, number: Option<u32>) -> Option<&str> {
        self.texts.get(number? as usize).map(String::as_str)
    }
}

/// Writes WHO's table of prevalences of the children of `input` to `output`. A row that cannot be read is no part
/// of the sample. `progress` hears how many bytes have been read.
///
/// # Errors
/// [`FileError`] where the file as a whole cannot be read or the output cannot be written.
pub fn prevalence(
    input: &Path,
    output: &Path,
    columns: SurveyColumns<'_>,
    progress: &mut dyn FnMut(u64),
) -> Result<Summary, FileError> {
    let (mut blocks, table) = open(input)?;
    let places = Places::find(&table, columns)?;
    let mut summary = Summary {
        absent: places.child.absent(&["weight", "lenhei", "measure", "oedema"]),
        ..Summary::default()
    };
    let mut file = Output::create(output)?;
    let mut side = Side::beside(output);
    let (mut people, mut texts) = (Vec::new(), Texts::default());
    let (mut lines, mut position, mut memory) = (table.lines, 0, Vec::new());
    while let Some(block) = blocks.next(memory).map_err(|error| named(input, error))? {
        let mut done = Done::default();
        let take = |row: &mut Row<'_>| places.take(row);
        reading::read(&block, &table, &mut done, take, |_, record, taken, _| {
            let Some((child, weight, wealth)) = taken else { return };
            let number = |column: Option<usize>| texts.number(record.get(column?)?);
            people.push(Person { child, weight, wealth, texts: places.texts.map(number) });
        });
        side.write(&done.faults, lines, &table)?;
        lines += super::blocks::lines(&block);
        summary.rows += done.rows;
        summary.bad_rows += done.bad_rows;
        summary.decimal_commas += done.commas;
        position += block.len() as u64;
        progress(position);
        memory = block;
    }
    let sample: Vec<Surveyed<'_>> = people.iter().map(|person| surveyed(person, &texts)).collect();
    let design = Design {
        weights: columns.weight.is_some(),
        clusters: columns.cluster.is_some(),
        strata: columns.strata.is_some(),
    };
    let found = prevalence::prevalence(&sample, design)?;
    (summary.too_old, summary.without_place) = (found.too_old as u64, found.without_place as u64);
    file.write(&written(&found).map_err(|error| FileError::Io(output.to_owned(), error))?)?;
    summary.listed_in = side.finish()?;
    file.finish()?;
    Ok(summary)
}

fn surveyed<'a>(person: &Person, texts: &'a Texts) -> Surveyed<'a> {
    let [cluster, stratum, residence, region, education, other] =
        person.texts.map(|number| texts.get(number));
    Surveyed {
        weight: person.weight,
        cluster,
        stratum,
        residence,
        region,
        wealth: person.wealth,
        education,
        other,
        ..Surveyed::of(person.child)
    }
}

/// The table as R writes it: every cell in quotes.
fn written(found: &prevalence::PrevalenceTable) -> Result<Vec<u8>, std::io::Error> {
    let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_field("Group")?;
    writer.write_record(prevalence::columns())?;
    let mut cell = Vec::new();
    for group in &found.groups {
        writer.write_field(&group.label)?;
        for figure in group.figures() {
            cell.clear();
            number::put_as_r(figure.unwrap_or(f64::NAN), &mut cell);
            writer.write_field(&cell)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.into_inner().map_err(csv::IntoInnerError::into_error)
}
