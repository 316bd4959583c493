//! z-scores of the WHO Child Growth Standards, for a block of rows at once.

use asuh_growth::batch::{Ages, Columns, Scores, z_scores};
use asuh_growth::{Cleaned, Indicator, Interpolation, Oedema, Posture, Sex};

use super::blocks::Done;
use super::child::{ChildColumns, Taken};
use super::table::Table;
use super::{FileError, Scorer, number, reading};

/// WHO's names of the cleaned columns.
const CLEANED: [&str; 5] = ["clenhei", "cmeasure", "c9mo_flag", "cbmi", "csex"];

/// Children below five years.
pub(super) struct Children {
    columns: ChildColumns,
    raw: bool,
}

impl Children {
    /// # Errors
    /// A column is missing.
    pub(super) fn new(table: &Table, raw: bool) -> Result<Children, FileError> {
        Ok(Children { columns: ChildColumns::find(table)?, raw })
    }
}

/// Children whose ages are of one kind.
#[derive(Default)]
struct Batch {
    sex: Vec<Option<Sex>>,
    age: Vec<f64>,
    posture: Vec<Option<Posture>>,
    oedema: Vec<Oedema>,
    measured: [Vec<f64>; 6],
    cleaned: Vec<Cleaned>,
    z: [Vec<f64>; 8],
    flagged: [Vec<bool>; 8],
    /// Empty where they are not asked for.
    raw: [Vec<f64>; 8],
}

impl Batch {
    /// Adds a child; gives its place.
    fn push(&mut self, taken: &Taken) -> usize {
        self.sex.push(taken.sex);
        self.age.push(taken.age);
        self.posture.push(taken.posture);
        self.oedema.push(taken.oedema);
        for (column, value) in self.measured.iter_mut().zip(taken.measured) {
            column.push(value);
        }
        self.cleaned.push(taken.child().cleaned());
        self.sex.len() - 1
    }

    fn score(&mut self, in_months: bool, with_raw: bool) {
        let children = self.sex.len();
        let [weight, length, head, arm, triceps, subscapular] = &self.measured;
        let columns = Columns {
            sex: &self.sex,
            age: if in_months { Ages::Months(&self.age) } else { Ages::Days(&self.age) },
            weight,
            length,
            posture: &self.posture,
            oedema: &self.oedema,
            head,
            arm,
            triceps,
            subscapular,
        };
        for column in &mut self.z {
            column.resize(children, f64::NAN);
        }
        for column in &mut self.flagged {
            column.resize(children, false);
        }
        let mut outputs = Vec::with_capacity(Indicator::ALL.len());
        let places = self.z.iter_mut().zip(&mut self.flagged).zip(&mut self.raw);
        for (indicator, ((z, flagged), raw)) in Indicator::ALL.into_iter().zip(places) {
            let scores = Scores::new(indicator, z, flagged);
            outputs.push(if with_raw {
                raw.resize(children, f64::NAN);
                scores.with_raw(raw)
            } else {
                scores
            });
        }
        let scored = z_scores(&columns, Interpolation::AsWho, &mut outputs);
        debug_assert!(scored.is_ok(), "all columns grow together");
    }

    /// Appends the results of the child at a place.
    fn put(&self, place: usize, delimiter: u8, with_raw: bool, into: &mut Vec<u8>) {
        let cleaned = &self.cleaned[place];
        into.push(delimiter);
        if let Some(length) = cleaned.length {
            number::put_exact(length, into);
        }
        into.push(delimiter);
        into.extend_from_slice(cleaned.posture.map_or("", Posture::code).as_bytes());
        into.extend_from_slice(&[delimiter, b'0' + u8::from(cleaned.standing_below_nine_months), delimiter]);
        if let Some(bmi) = cleaned.bmi {
            number::put_exact(bmi, into);
        }
        into.push(delimiter);
        into.extend_from_slice(self.sex[place].map_or("", Sex::code).as_bytes());
        for nth in 0..Indicator::ALL.len() {
            let z = self.z[nth][place];
            into.push(delimiter);
            number::put_score(z, into);
            into.push(delimiter);
            if !z.is_nan() {
                into.push(b'0' + u8::from(self.flagged[nth][place]));
            }
            if with_raw {
                into.push(delimiter);
                if !z.is_nan() {
                    number::put_exact(self.raw[nth][place], into);
                }
            }
        }
    }
}

/// Where the results of a row stand.
#[derive(Clone, Copy)]
enum Place {
    /// The row cannot be read.
    Nowhere,
    Days(usize),
    Months(usize),
}

impl Scorer for Children {
    fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = CLEANED.map(str::to_owned).to_vec();
        for indicator in Indicator::ALL {
            let code = indicator.code();
            names.extend([format!("z{code}"), format!("f{code}")]);
            names.extend(self.raw.then(|| format!("z{code}_raw")));
        }
        names
    }

    fn absent(&self) -> Vec<String> {
        self.columns.absent(&["weight", "lenhei", "measure", "headc", "armc", "triskin", "subskin", "oedema"])
    }

    fn score(&self, block: &[u8], table: &Table, done: &mut Done) {
        let (mut days, mut months) = (Batch::default(), Batch::default());
        // The rows as they were, one behind the other, until their results are known.
        let mut own = Vec::with_capacity(block.len());
        let mut rows: Vec<(usize, Place)> = Vec::new();
        let take = |row: &mut reading::Row<'_>| self.columns.take(row);
        reading::read(block, table, done, take, |text, record, taken, _| {
            table.put_row(text, record, &mut own);
            let place = match taken {
                None => Place::Nowhere,
                Some(taken) if taken.in_months => Place::Months(months.push(&taken)),
                Some(taken) => Place::Days(days.push(&taken)),
            };
            rows.push((own.len(), place));
        });
        days.score(false, self.raw);
        months.score(true, self.raw);
        let appended = CLEANED.len() + Indicator::ALL.len() * if self.raw { 3 } else { 2 };
        let mut start = 0;
        for (end, place) in rows {
            done.text.extend_from_slice(&own[start..end]);
            start = end;
            match place {
                Place::Nowhere => done.text.resize(done.text.len() + appended, table.delimiter),
                Place::Days(place) => days.put(place, table.delimiter, self.raw, &mut done.text),
                Place::Months(place) => months.put(place, table.delimiter, self.raw, &mut done.text),
            }
            done.text.push(b'\n');
        }
    }
}
