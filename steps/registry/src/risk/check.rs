//! The part of `asuh check`: every family is computed anew, as of the day it was computed, and compared.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::norms;
use super::reading::read;
use super::store::{CHUNK, known};
use crate::tally::Cell;
use asuh_ground::App;

asuh_store::row_struct! {
    struct Stored {
        family_id: Id,
        in_programme: Option<bool>,
        at_risk: Option<bool>,
        factors: String,
        village_code: i64,
        status: String,
        flagged: bool,
        targets: i64,
        computed_on: Date,
        changes_on: Option<Date>,
    }
}

impl Stored {
    fn cell(self) -> Cell {
        Cell {
            village_code: self.village_code,
            status: self.status,
            targets: self.targets,
            flagged: self.flagged,
            at_risk: self.at_risk,
        }
    }
}

/// What differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let rules = norms::load(db, district).await?.rules;
    let (mut after, mut wrong) = (Id::from_bytes([0; 16]), 0);
    loop {
        // Primary key.
        let some: Vec<Stored> = db
            .all(
                &format!(
                    "SELECT family_id, in_programme, at_risk, factors, village_code, status, flagged, targets, \
                     computed_on, changes_on FROM family_risk WHERE district_id = $1 AND family_id > $2 ORDER BY family_id LIMIT {CHUNK}"
                ),
                args![district, after],
            )
            .await?;
        let Some(last) = some.last() else { break };
        after = last.family_id;
        let ids: Vec<Id> = some.iter().map(|one| one.family_id).collect();
        let known = known(db, district, &ids).await?;
        for one in some {
            let same = known.get(&one.family_id).is_some_and(|known| {
                let reading = read(&rules, &known.facts, one.computed_on);
                (reading.in_programme, reading.at_risk, known.changes_on(&reading, one.computed_on))
                    == (one.in_programme, one.at_risk, one.changes_on)
                    && reading.codes() == one.factors
                    && known.cell(reading.at_risk, one.computed_on) == one.cell()
            });
            wrong += usize::from(!same);
        }
    }
    // family_version_list; primary key of family_risk.
    let missing = db
        .number(
            "SELECT COUNT(*) AS n FROM family_version v WHERE v.district_id = $1 AND v.superseded_at = $2 \
             AND NOT EXISTS (SELECT 1 FROM family_risk r WHERE r.district_id = v.district_id \
             AND r.family_id = v.family_id)",
            args![district, Instant::NEVER],
        )
        .await?;
    let mut findings = Vec::new();
    if wrong > 0 {
        findings.push(format!("family_risk: what is computed of {wrong} families is not what they say"));
    }
    if missing > 0 {
        findings.push(format!("family_risk: {missing} families have no row"));
    }
    Ok(findings)
}
