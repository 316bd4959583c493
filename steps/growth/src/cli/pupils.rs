//! z-scores of the WHO Reference 2007, row by row.

use asuh_growth::who2007::{Pupil, PupilScores};
use asuh_growth::{Centimetres, Kilograms, Oedema, Sex};

use super::blocks::Done;
use super::reading::{Row, Why};
use super::table::Table;
use super::{FileError, Scorer, number, reading};

/// Children and adolescents of 5 to 19 years.
pub(super) struct Pupils {
    sex: usize,
    age: usize,
    height: Option<usize>,
    weight: Option<usize>,
    oedema: Option<usize>,
    raw: bool,
}

const HEIGHT: &str = "height_in_cm";
const WEIGHT: &str = "weight_in_kg";
const OEDEMA: &str = "oedema";

impl Pupils {
    /// # Errors
    /// A column is missing.
    pub(super) fn new(table: &Table, raw: bool) -> Result<Pupils, FileError> {
        let (sex, age) = (table.need("sex")?, table.need("age_in_months")?);
        let (height, weight) = (table.find(HEIGHT), table.find(WEIGHT));
        if height.is_none() && weight.is_none() {
            return Err(FileError::NothingMeasured([HEIGHT, WEIGHT].join(", ")));
        }
        Ok(Pupils { sex, age, height, weight, oedema: table.find(OEDEMA), raw })
    }

    fn take(&self, row: &mut Row<'_>) -> Pupil {
        let known = |number: f64| (!number.is_nan()).then_some(number);
        Pupil {
            sex: row.code(Some(self.sex), Sex::from_code, Why::Sex),
            age_months: known(row.number_from_zero(Some(self.age))),
            height: known(row.number_from_zero(self.height)).map(Centimetres),
            weight: known(row.number_from_zero(self.weight)).map(Kilograms),
            oedema: row.code(self.oedema, Oedema::from_code, Why::Oedema).unwrap_or_default(),
        }
    }

    fn put(&self, pupil: &Pupil, scores: &PupilScores, delimiter: u8, into: &mut Vec<u8>) {
        into.push(delimiter);
        if let Some(bmi) = scores.bmi {
            number::put_exact(bmi, into);
        }
        into.push(delimiter);
        into.extend_from_slice(pupil.sex.map_or("", Sex::code).as_bytes());
        into.extend_from_slice(&[delimiter, if pupil.oedema == Oedema::Present { b'y' } else { b'n' }]);
        for score in [scores.height_for_age, scores.weight_for_age, scores.bmi_for_age] {
            let score = score.ok();
            into.push(delimiter);
            if let Some(score) = score {
                number::put_score(score.z, into);
            }
            into.push(delimiter);
            into.extend(score.map(|score| b'0' + u8::from(score.flagged)));
            if self.raw {
                into.push(delimiter);
                if let Some(score) = score {
                    number::put_exact(score.raw, into);
                }
            }
        }
    }
}

impl Scorer for Pupils {
    fn columns(&self) -> Vec<String> {
        let mut names = ["cbmi", "csex", "coedema"].map(str::to_owned).to_vec();
        for code in ["hfa", "wfa", "bfa"] {
            names.extend([format!("z{code}"), format!("f{code}")]);
            names.extend(self.raw.then(|| format!("z{code}_raw")));
        }
        names
    }

    fn absent(&self) -> Vec<String> {
        let all = [(HEIGHT, self.height), (WEIGHT, self.weight), (OEDEMA, self.oedema)];
        all.into_iter().filter(|(_, place)| place.is_none()).map(|(name, _)| name.to_owned()).collect()
    }

    fn score(&self, block: &[u8], table: &Table, done: &mut Done) {
        let appended = self.columns().len();
        let take = |row: &mut Row<'_>| self.take(row);
        reading::read(block, table, done, take, |text, record, pupil, done| {
            table.put_row(text, record, &mut done.text);
            // A number below zero was noted when it was read.
            match pupil.and_then(|pupil| Some((pupil, pupil.z_scores().ok()?))) {
                Some((pupil, scores)) => self.put(&pupil, &scores, table.delimiter, &mut done.text),
                None => done.text.resize(done.text.len() + appended, table.delimiter),
            }
            done.text.push(b'\n');
        });
    }
}
