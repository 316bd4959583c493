//! Reading the measurements of some children, and writing what they say.

use std::collections::HashMap;

use asuh_nusantara::Sex;
use asuh_store::{Args, DistrictId, FromRow, Id, Instant, Query, Row, StoreError, Tx, args};
use time::Date;

use super::super::differences::rules::{Cause, Difference, difference};
use super::super::norms::{self, Norms};
use super::super::reading::{Doubt, Facts, FilePrint, Scores, Taken};
use super::super::rules::Position;
use super::rules::{Computed, Placed, Standing, read};

/// Children that are read at once.
pub(super) const CHUNK: usize = 500;

asuh_store::row_struct! { struct Person { person_id: Id, sex: Option<String>, birth_date: Option<Date> } }

/// The columns of a [`Taken`].
pub(crate) const TAKEN: &str = "id, measured_on, recorded_at, source, posyandu, weight_g, height_mm, position, arm_mm, head_mm, oedema, gain";

impl FromRow for Taken {
    fn from_row(row: &Row) -> Result<Taken, StoreError> {
        let position: Option<String> = row.get("position")?;
        Ok(Taken {
            id: row.get("id")?,
            measured_on: row.get("measured_on")?,
            recorded_at: row.get("recorded_at")?,
            source: row.get("source")?,
            posyandu: row.get("posyandu")?,
            weight_g: row.get("weight_g")?,
            height_mm: row.get("height_mm")?,
            position: position.as_deref().and_then(Position::of_code),
            arm_mm: row.get("arm_mm")?,
            head_mm: row.get("head_mm")?,
            oedema: row.get("oedema")?,
            gain: row.get("gain")?,
        })
    }
}

impl FromRow for Computed {
    fn from_row(row: &Row) -> Result<Computed, StoreError> {
        let (doubts, letter): (String, Option<String>) = (row.get("implausible")?, row.get("own_gain")?);
        Ok(Computed {
            scores: Scores {
                age_days: row.get("age_days")?,
                haz: row.get("haz")?,
                waz: row.get("waz")?,
                whz: row.get("whz")?,
                baz: row.get("baz")?,
                doubts: Doubt::parse(&doubts),
            },
            gain: letter.and_then(|letter| letter.chars().next()),
        })
    }
}

/// The columns of a [`FilePrint`].
pub(crate) const PRINTED: &str =
    "file_waz, file_haz, file_whz, file_weight_status, file_height_status, file_wasting_status";

impl FromRow for FilePrint {
    fn from_row(row: &Row) -> Result<FilePrint, StoreError> {
        Ok(FilePrint {
            z: [row.get("file_waz")?, row.get("file_haz")?, row.get("file_whz")?],
            words: [
                row.get("file_weight_status")?,
                row.get("file_height_status")?,
                row.get("file_wasting_status")?,
            ],
        })
    }
}

/// What is stored as computed of a measurement: our reading, and how the file's differs from it.
pub type Said = (Computed, Option<Difference>);

/// What stands beside a measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// What a file printed.
    pub printed: FilePrint,
    /// What is stored as computed of it; none yet of one that is about to be written.
    pub stored: Option<Said>,
}

/// A child with its measurements that hold, by day and then by when they were recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasuredChild {
    /// What the registry knows of it.
    pub facts: Facts,
    /// The measurements.
    pub taken: Vec<Taken>,
    /// What stands beside each.
    pub beside: Vec<Beside>,
}

impl MeasuredChild {
    /// What its measurements say now, each with its difference from the file's, and how the child stands.
    pub(super) fn read(&self, norms: &Norms) -> (Vec<Said>, Option<Standing>) {
        let (placed, standing) = read(&self.facts, &self.taken, norms);
        let with_file = |((one, taken), beside): ((Placed, &Taken), &Beside)| {
            (one.computed, difference(&self.facts, taken, &beside.printed))
        };
        (placed.into_iter().zip(&self.taken).zip(&self.beside).map(with_file).collect(), standing)
    }

    /// Puts a new measurement in its place.
    fn expect(&mut self, new: New) {
        let key = |taken: &Taken| (taken.measured_on, taken.recorded_at, taken.id);
        let place = self.taken.partition_point(|taken| key(taken) < key(&new.taken));
        self.taken.insert(place, new.taken);
        self.beside.insert(place, Beside { printed: new.printed, stored: None });
    }
}

/// A measurement that is about to be written.
pub(crate) struct New {
    /// The child.
    pub(crate) person: Id,
    /// As it was taken.
    pub(crate) taken: Taken,
    /// What a file printed beside it.
    pub(crate) printed: FilePrint,
}

/// A measurement as it is stored, with whose it is.
struct Stored {
    person: Id,
    taken: Taken,
    beside: Beside,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Stored, StoreError> {
        let cause: Option<String> = row.get("difference_cause")?;
        let by: Option<i64> = row.get("difference")?;
        let cause = cause.as_deref().and_then(Cause::parse);
        let difference = by.zip(cause).map(|(by, cause)| Difference { by, cause });
        Ok(Stored {
            person: row.get("person_id")?,
            taken: Taken::from_row(row)?,
            beside: Beside {
                printed: FilePrint::from_row(row)?,
                stored: Some((Computed::from_row(row)?, difference)),
            },
        })
    }
}

/// These children with their measurements; those without any are there with what the registry knows. Indexes:
/// person_version_current, measurement_by_person.
///
/// # Errors
/// The store fails.
pub async fn children(
    db: &impl Query,
    district: DistrictId,
    persons: &[Id],
) -> Result<HashMap<Id, MeasuredChild>, StoreError> {
    let mut found: HashMap<Id, MeasuredChild> = HashMap::with_capacity(persons.len());
    for some in persons.chunks(CHUNK) {
        let (sql, args) = persons_sql(district, some);
        for row in db.all::<Person>(&sql, args).await? {
            let sex = row.sex.and_then(|sex| Sex::parse(&sex).ok());
            found.entry(row.person_id).or_default().facts = Facts { sex, birth_date: row.birth_date };
        }
        let (sql, args) = series_sql(district, some);
        for row in db.all::<Stored>(&sql, args).await? {
            let child = found.entry(row.person).or_default();
            child.taken.push(row.taken);
            child.beside.push(row.beside);
        }
    }
    Ok(found)
}

pub(super) fn persons_sql(district: DistrictId, persons: &[Id]) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(persons.iter().copied());
    let sql = format!(
        "SELECT person_id, sex, birth_date FROM person_version \
         WHERE district_id = $1 AND person_id IN ({list}) AND superseded_at = $2"
    );
    (sql, args)
}

pub(super) fn series_sql(district: DistrictId, persons: &[Id]) -> (String, Args) {
    let mut args = args![district];
    let list = args.push_list(persons.iter().copied());
    let sql = format!(
        "SELECT {TAKEN}, {PRINTED}, person_id, age_days, haz, waz, whz, baz, implausible, own_gain, difference, \
         difference_cause FROM measurement \
         WHERE district_id = $1 AND person_id IN ({list}) AND retracted_at IS NULL \
         ORDER BY person_id, measured_on, recorded_at, id"
    );
    (sql, args)
}

/// Computes these children anew from their measurements and what the registry knows of them, and writes what came
/// out: at each measurement, and in `child_growth`. Whoever adds measurements or takes them back calls it in the
/// same command. The number of statements depends on hundreds of children, never on single ones.
///
/// # Errors
/// The store fails.
pub async fn refresh(tx: &Tx<'_>, persons: &[Id]) -> Result<(), StoreError> {
    compute(tx, persons.to_vec(), Vec::new()).await.map(drop)
}

/// As [`refresh`], for children who are about to get these measurements: what is computed of each, by its id, so that
/// they are written once and whole. The caller writes them in the same command.
///
/// # Errors
/// The store fails.
pub(crate) async fn refresh_with(tx: &Tx<'_>, new: Vec<New>) -> Result<HashMap<Id, Said>, StoreError> {
    compute(tx, new.iter().map(|one| one.person).collect(), new).await
}

async fn compute(tx: &Tx<'_>, mut persons: Vec<Id>, new: Vec<New>) -> Result<HashMap<Id, Said>, StoreError> {
    let mut said = HashMap::with_capacity(new.len());
    if persons.is_empty() {
        return Ok(said);
    }
    let norms = norms::load(tx, tx.district()).await?;
    persons.sort_unstable();
    persons.dedup();
    let mut by_child: HashMap<Id, Vec<New>> = HashMap::new();
    for one in new {
        by_child.entry(one.person).or_default().push(one);
    }
    for some in persons.chunks(CHUNK) {
        compute_some(tx, &norms, some, &mut by_child, &mut said).await?;
    }
    Ok(said)
}

async fn compute_some(
    tx: &Tx<'_>,
    norms: &Norms,
    persons: &[Id],
    new: &mut HashMap<Id, Vec<New>>,
    said_of_new: &mut HashMap<Id, Said>,
) -> Result<(), StoreError> {
    hold(tx, persons).await?;
    let mut children = children(tx, tx.district(), persons).await?;
    let (mut readings, mut standings, mut unmeasured) = (Vec::new(), Vec::new(), Vec::new());
    // In the order of the ids, so that two commands lock rows in one order.
    for person in persons {
        let mut child = children.remove(person).unwrap_or_default();
        new.remove(person).into_iter().flatten().for_each(|one| child.expect(one));
        let (said, standing) = child.read(norms);
        for ((taken, beside), said) in child.taken.iter().zip(&child.beside).zip(said) {
            match &beside.stored {
                None => drop(said_of_new.insert(taken.id, said)),
                Some(stored) if *stored != said => readings.push(reading_row(tx, taken.id, &said)),
                Some(_) => {}
            }
        }
        match standing {
            Some(standing) => standings.push(standing_row(tx, *person, &standing)),
            None => unmeasured.push(*person),
        }
    }
    // An UPDATE from many rows, which both engines take as a statement over a list of values.
    tx.insert_many(
        "WITH said (district_id, id, age_days, haz, waz, whz, baz, implausible, own_gain, \
         difference, difference_cause) AS (VALUES",
        ") UPDATE measurement SET age_days = said.age_days, haz = said.haz, waz = said.waz, whz = said.whz, \
         baz = said.baz, implausible = said.implausible, own_gain = said.own_gain, difference = said.difference, \
         difference_cause = said.difference_cause FROM said \
         WHERE measurement.district_id = said.district_id AND measurement.id = said.id",
        readings,
    )
    .await?;
    tx.insert_many(
        &format!("INSERT INTO child_growth (district_id, person_id, {COLUMNS}) VALUES"),
        &upsert(),
        standings,
    )
    .await?;
    if !unmeasured.is_empty() {
        let mut args = args![tx.district()];
        let list = args.push_list(unmeasured);
        tx.execute(
            &format!("DELETE FROM child_growth WHERE district_id = $1 AND person_id IN ({list})"),
            args,
        )
        .await?;
    }
    Ok(())
}

/// Takes hold of the children's rows, in the order of their ids, before anything is read of them: of two commands
/// that measure a child at the same time the later one sees what the earlier one wrote. Of a child that was never measured
/// the row is made, so that there is something to hold; whoever calls it computes the child anew in the same command.
///
/// # Errors
/// The store fails.
pub(crate) async fn hold(tx: &Tx<'_>, persons: &[Id]) -> Result<(), StoreError> {
    let rows = persons.iter().map(|person| {
        args![tx.district(), *person, 0_i64, *person, "", "", "", "", false, false, false, false, false]
    });
    tx.insert_many(
        "INSERT INTO child_growth (district_id, person_id, measured_on, measurement_id, source, posyandu, implausible, \
         reasons, refer_today, stunted, newly_stunted, twice_not_gained, below_red_line) VALUES",
        "ON CONFLICT (district_id, person_id) DO UPDATE SET source = child_growth.source",
        rows.collect(),
    )
    .await?;
    Ok(())
}

fn reading_row(tx: &Tx<'_>, id: Id, (said, difference): &Said) -> Args {
    args![
        tx.district(),
        id,
        said.scores.age_days,
        said.scores.haz,
        said.scores.waz,
        said.scores.whz,
        said.scores.baz,
        Doubt::stored(&said.scores.doubts),
        said.gain.map(|letter| letter.to_string()),
        difference.as_ref().map(|difference| difference.by),
        difference.as_ref().map(|difference| difference.cause.code()),
    ]
}

/// The columns of a [`Standing`], in the order of [`standing_row`].
pub(super) const COLUMNS: &str = "sex, birth_date, measured_on, measurement_id, source, posyandu, haz, haz_from, waz, waz_from, \
     whz, whz_from, baz, baz_from, height_status, weight_status, wasting_status, bmi_status, implausible, gain, \
     gain_from, reasons, refer_from, refer_today, stunted, newly_stunted, twice_not_gained, below_red_line";

fn standing_row(tx: &Tx<'_>, person: Id, standing: &Standing) -> Args {
    args![
        tx.district(),
        person,
        standing.sex.as_deref(),
        standing.birth_date,
        standing.measured_on,
        standing.measurement_id,
        &standing.source,
        &standing.posyandu,
        standing.haz,
        standing.haz_from,
        standing.waz,
        standing.waz_from,
        standing.whz,
        standing.whz_from,
        standing.baz,
        standing.baz_from,
        standing.height_status.as_deref(),
        standing.weight_status.as_deref(),
        standing.wasting_status.as_deref(),
        standing.bmi_status.as_deref(),
        &standing.implausible,
        standing.gain.as_deref(),
        standing.gain_from,
        &standing.reasons,
    ]
    .with(standing.refer_from)
    .with(standing.refer_today)
    .with(standing.stunted)
    .with(standing.newly_stunted)
    .with(standing.twice_not_gained)
    .with(standing.below_red_line)
}

fn upsert() -> String {
    let replaced: Vec<String> =
        COLUMNS.split(", ").map(|column| format!("{column} = excluded.{column}")).collect();
    format!("ON CONFLICT (district_id, person_id) DO UPDATE SET {}", replaced.join(", "))
}
