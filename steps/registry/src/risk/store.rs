//! Reading what is known of some families, and writing what it says.

use std::collections::HashMap;

use asuh_store::{Args, DistrictId, FromRow, Id, Instant, Query, Row, StoreError, Tx, args};
use time::Date;

use super::norms;
use super::reading::{MemberFacts, Reading, RiskFacts, read};
use super::rules::Factor;
use super::targets;
use crate::rules::{Maternity, MaternityKind, Relation};
use crate::tally::{self, Cell};

/// Families that are read at once.
pub(super) const CHUNK: usize = 500;

/// What is known of a family: for the rules, and for the counts.
#[derive(Default)]
pub(super) struct Known {
    pub(super) facts: RiskFacts,
    village_code: i64,
    status: String,
    flagged: bool,
}

impl Known {
    /// As what it is counted on a day by which our computation says this.
    pub(super) fn cell(&self, at_risk: Option<bool>, on: Date) -> Cell {
        Cell {
            village_code: self.village_code,
            status: self.status.clone(),
            targets: targets::targets(&self.facts.members, on),
            flagged: self.flagged,
            at_risk,
        }
    }

    /// The first day after `on` on which time alone may change the reading or the cell.
    pub(super) fn changes_on(&self, reading: &Reading, on: Date) -> Option<Date> {
        [reading.changes_on, targets::next_change(&self.facts.members, on)].into_iter().flatten().min()
    }
}

struct Listed {
    family: Id,
    known: Known,
}

impl FromRow for Listed {
    fn from_row(row: &Row) -> Result<Listed, StoreError> {
        let mut listed = [None; 7];
        for (mark, factor) in listed.iter_mut().zip(Factor::ALL) {
            *mark = row.get(factor.code())?;
        }
        let facts = RiskFacts {
            listed,
            pregnant: row.get("pregnant")?,
            has_under_two: row.get("has_under_two")?,
            has_two_to_five: row.get("has_two_to_five")?,
            members: Vec::new(),
        };
        let flagged: Option<bool> = row.get("krs")?;
        let known = Known {
            facts,
            village_code: row.get("village_code")?,
            status: row.get("status")?,
            flagged: flagged == Some(true),
        };
        Ok(Listed { family: row.get("family_id")?, known })
    }
}

asuh_store::row_struct! {
    struct MemberRow {
        family_id: Id,
        person_id: Id,
        relation: String,
        birth_date: Option<Date>,
        kind: Option<String>,
        starts_on: Option<Date>,
        due_on: Option<Date>,
        ends_on: Option<Date>,
    }
}

impl MemberRow {
    fn maternity(&self) -> Option<Maternity> {
        Some(Maternity {
            kind: MaternityKind::parse(self.kind.as_deref()?)?,
            starts_on: self.starts_on?,
            due_on: self.due_on,
            ends_on: self.ends_on,
        })
    }
}

fn families_sql(district: DistrictId, families: &[Id]) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    let factors = Factor::ALL.map(Factor::code).join(", ");
    let sql = format!(
        "SELECT family_id, village_code, status, krs, {factors}, pregnant, has_under_two, has_two_to_five FROM family_version \
         WHERE district_id = $1 AND family_id IN ({list}) AND superseded_at = $2"
    );
    (sql, args)
}

fn members_sql(district: DistrictId, families: &[Id]) -> (String, Args) {
    let mut args = args![district, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    let sql = format!(
        "SELECT p.family_id, p.person_id, p.relation, p.birth_date, m.kind, m.starts_on, m.due_on, m.ends_on \
         FROM person_version p LEFT JOIN maternity m ON m.district_id = p.district_id \
         AND m.person_id = p.person_id AND m.retracted_at IS NULL \
         WHERE p.district_id = $1 AND p.family_id IN ({list}) AND p.superseded_at = $2 \
         AND p.ended_reason IS NULL ORDER BY p.family_id, p.person_id"
    );
    (sql, args)
}

/// What is known of these families; one without a current version is missing. Indexes: family_version_current,
/// person_version_by_family, maternity_by_person.
///
/// # Errors
/// The store fails.
pub(super) async fn known(
    db: &impl Query,
    district: DistrictId,
    families: &[Id],
) -> Result<HashMap<Id, Known>, StoreError> {
    let mut found = HashMap::with_capacity(families.len());
    for some in families.chunks(CHUNK) {
        let (sql, args) = families_sql(district, some);
        found.extend(db.all::<Listed>(&sql, args).await?.into_iter().map(|row| (row.family, row.known)));
        let (sql, args) = members_sql(district, some);
        let rows: Vec<MemberRow> = db.all(&sql, args).await?;
        for person in rows.chunk_by(|one, two| one.person_id == two.person_id) {
            let Some(first) = person.first() else { continue };
            if let Some(known) = found.get_mut(&first.family_id) {
                known.facts.members.push(MemberFacts {
                    relation: Relation::parse(&first.relation),
                    birth_date: first.birth_date,
                    maternity: person.iter().filter_map(MemberRow::maternity).collect(),
                });
            }
        }
    }
    Ok(found)
}

/// What our computation says of one family today, for its page: the same function that lists are stored from.
///
/// # Errors
/// The store fails.
pub(crate) async fn reading(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    today: Date,
) -> Result<Reading, StoreError> {
    let norms = norms::load(db, district).await?;
    let known = known(db, district, &[family]).await?.remove(&family).unwrap_or_default();
    Ok(read(&norms.rules, &known.facts, today))
}

/// Computes these families anew, within the command that touched them. Doing so twice changes nothing.
///
/// # Errors
/// The store fails.
pub(crate) async fn refresh(tx: &Tx<'_>, families: &[Id]) -> Result<(), StoreError> {
    if families.is_empty() {
        return Ok(());
    }
    let mut families = families.to_vec();
    families.sort_unstable();
    families.dedup();
    let norms = norms::load(tx, tx.district()).await?;
    let today = norms.today(tx);
    for some in families.chunks(CHUNK) {
        // Whoever changes one of them at the same time waits here; what he wrote is read.
        let before = tally::hold(tx, some).await?;
        let known = known(tx, tx.district(), some).await?;
        let mut rows = Vec::with_capacity(some.len());
        let mut after = Vec::with_capacity(some.len());
        let mut gone = Vec::new();
        for family in some {
            let Some(known) = known.get(family) else {
                gone.push(*family);
                continue;
            };
            let reading = read(&norms.rules, &known.facts, today);
            let cell = known.cell(reading.at_risk, today);
            rows.push(args![
                tx.district(),
                *family,
                reading.in_programme,
                reading.at_risk,
                reading.codes(),
                cell.village_code,
                &cell.status,
                cell.flagged,
                cell.targets,
                today,
                known.changes_on(&reading, today),
            ]);
            after.push(cell);
        }
        tx.insert_many(
            "INSERT INTO family_risk (district_id, family_id, in_programme, at_risk, factors, village_code, status, \
             flagged, targets, computed_on, changes_on) VALUES",
            "ON CONFLICT (district_id, family_id) DO UPDATE SET in_programme = excluded.in_programme, \
             at_risk = excluded.at_risk, factors = excluded.factors, village_code = excluded.village_code, \
             status = excluded.status, flagged = excluded.flagged, targets = excluded.targets, \
             computed_on = excluded.computed_on, changes_on = excluded.changes_on",
            rows,
        )
        .await?;
        if !gone.is_empty() {
            let mut args = args![tx.district()];
            let list = args.push_list(gone);
            tx.execute(
                &format!("DELETE FROM family_risk WHERE district_id = $1 AND family_id IN ({list})"),
                args,
            )
            .await?;
        }
        tally::moved(tx, before, after).await?;
    }
    Ok(())
}
