//! The part of `asuh check`: everything derived is computed anew and compared.

use asuh_store::{DistrictId, FromRow, Id, Query, Row, StoreError, args};

use super::super::norms;
use super::rules::Standing;
use super::store::{COLUMNS, children};
use asuh_ground::App;

struct Stored {
    person: Id,
    standing: Standing,
}

impl FromRow for Stored {
    fn from_row(row: &Row) -> Result<Stored, StoreError> {
        Ok(Stored { person: row.get("person_id")?, standing: Standing::from_row(row)? })
    }
}

/// Compares what is stored of every measured child with what its measurements say: what differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let norms = norms::load(db, district).await?;
    let (mut after, mut readings, mut standings) = (Id::from_bytes([0; 16]), 0, 0);
    loop {
        // Primary key.
        let some: Vec<Stored> = db
            .all(
                &format!(
                    "SELECT person_id, {COLUMNS} FROM child_growth WHERE district_id = $1 AND person_id > $2 \
                     ORDER BY person_id LIMIT 500"
                ),
                args![district, after],
            )
            .await?;
        let Some(last) = some.last() else { break };
        after = last.person;
        let ids: Vec<Id> = some.iter().map(|one| one.person).collect();
        let found = children(db, district, &ids).await?;
        for one in some {
            let child = found.get(&one.person).cloned().unwrap_or_default();
            let (said, standing) = child.read(&norms);
            let same = said.iter().map(Some).eq(child.beside.iter().map(|beside| beside.stored.as_ref()));
            readings += usize::from(!same);
            standings += usize::from(standing != Some(one.standing));
        }
    }
    // measurement_by_person; primary key of child_growth.
    let missing = db
        .number(
            "SELECT COUNT(DISTINCT m.person_id) AS n FROM measurement m WHERE m.district_id = $1 \
             AND m.retracted_at IS NULL AND NOT EXISTS (SELECT 1 FROM child_growth g \
             WHERE g.district_id = m.district_id AND g.person_id = m.person_id)",
            args![district],
        )
        .await?;
    let mut findings = Vec::new();
    if readings > 0 {
        findings.push(format!("measurement: what is computed of {readings} children is not what they say"));
    }
    if standings > 0 {
        findings.push(format!("child_growth: {standings} children do not stand as their measurements say"));
    }
    if missing > 0 {
        findings.push(format!("child_growth: {missing} measured children have no row"));
    }
    Ok(findings)
}
