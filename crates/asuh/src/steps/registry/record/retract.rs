//! Taking back what an import wrote: by retractions, never by deleting.

use asuh_store::{Fault, Id, Instant, Query, StoreError, Tx, args};

use crate::ground::staging::UndoStep;
use crate::steps::registry::{changed, risk};

asuh_store::row_struct! {
    struct Touched { id: Id, newest: i64, current: Option<i64>, later: i64 }
}

const FAMILY_FACTS: &str = "valid_from, batch_id, source, village_code, hamlet, rw, rt, head_name, head_search, kki, kk_sealed, kk_hash, \
     address_sealed, phone_sealed, status, krs, poor_water, poor_latrine, too_young, too_old, too_close, too_many, \
     no_modern_contraception, pregnant, has_under_two, has_two_to_five";
const PERSON_FACTS: &str = "valid_from, batch_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, nik_hash, \
     parents_name, posyandu, ended_reason, ended_on";

/// Takes back a piece of what a batch wrote. Where its version is the latest one of a family or person and
/// nothing was done with it since, the version is retracted and a copy of the one before holds again (without
/// one, the family or person leaves the lists); what has moved on is kept and counted. `most` families or
/// persons at a time; give the step's `next` back as `after` until there is none.
///
/// # Errors
/// The store fails.
pub async fn retract(tx: &Tx<'_>, batch: Id, after: Option<&str>, most: usize) -> Result<UndoStep, Fault> {
    let (part, from) = match after.and_then(|after| after.split_once(':')) {
        None => ("family", None),
        Some((part, id)) => (part, id.parse::<Id>().ok()),
    };
    match part {
        "family" => piece(tx, batch, from, most, "family", FAMILY_FACTS).await,
        "person" => piece(tx, batch, from, most, "person", PERSON_FACTS).await,
        _ => {
            let undone = tx
                .execute(
                    "UPDATE maternity SET retracted_at = $3 \
                     WHERE district_id = $1 AND batch_id = $2 AND retracted_at IS NULL",
                    args![tx.district(), batch, tx.now()],
                )
                .await?;
            // maternity_by_person has no batch: as many rows as the batch's own, read once.
            let families: Vec<(Id,)> = tx
                .all(
                    "SELECT DISTINCT p.family_id FROM maternity m JOIN person_version p \
                     ON p.district_id = m.district_id AND p.person_id = m.person_id AND p.superseded_at = $4 \
                     WHERE m.district_id = $1 AND m.batch_id = $2 AND m.retracted_at = $3",
                    args![tx.district(), batch, tx.now(), Instant::NEVER],
                )
                .await?;
            risk::refresh(tx, &families.into_iter().map(|row| row.0).collect::<Vec<_>>()).await?;
            tx.execute(
                "UPDATE family_desil SET retracted_at = $3 \
                 WHERE district_id = $1 AND batch_id = $2 AND retracted_at IS NULL",
                args![tx.district(), batch, tx.now()],
            )
            .await?;
            Ok(UndoStep { undone: undone as i64, kept: 0, next: None })
        }
    }
}

/// Takes back what a batch wrote of these families, where its version is the one that holds; how many.
///
/// # Errors
/// The store fails.
pub(in crate::steps::registry) async fn retract_families(
    tx: &Tx<'_>,
    batch: Id,
    families: &[Id],
) -> Result<usize, StoreError> {
    let mut args = args![tx.district(), batch, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    // family_version_current
    let back: Vec<Touched> = tx
        .all(
            &format!(
                "SELECT v.family_id AS id, v.version AS newest, v.version AS current, CAST(0 AS BIGINT) AS later \
                 FROM family_version v WHERE v.district_id = $1 AND v.batch_id = $2 AND v.retracted_by IS NULL \
                 AND v.superseded_at = $3 AND v.family_id IN ({list})"
            ),
            args,
        )
        .await?;
    if !back.is_empty() {
        retract_all(tx, batch, &back, "family_version", "family_id", FAMILY_FACTS).await?;
    }
    Ok(back.len())
}

async fn piece(
    tx: &Tx<'_>,
    batch: Id,
    from: Option<Id>,
    most: usize,
    noun: &str,
    facts: &str,
) -> Result<UndoStep, Fault> {
    let (table, key) = (format!("{noun}_version"), format!("{noun}_id"));
    // *_version_by_batch; the current version by the key; command_log_by_subject for what was done since.
    let touched: Vec<Touched> = tx
        .all(
            &format!(
                "SELECT b.{key} AS id, b.newest, c.version AS current, \
                 (SELECT COUNT(*) FROM command_log l WHERE l.district_id = $1 AND l.subject_id = b.{key} \
                  AND l.recorded_at >= b.recorded_at) AS later \
                 FROM (SELECT {key}, MAX(version) AS newest, MAX(recorded_at) AS recorded_at FROM {table} \
                       WHERE district_id = $1 AND batch_id = $2 AND retracted_by IS NULL AND {key} > $3 \
                       GROUP BY {key} ORDER BY {key} LIMIT {most}) b \
                 LEFT JOIN {table} c ON c.district_id = $1 AND c.{key} = b.{key} AND c.superseded_at = $4 \
                 ORDER BY b.{key}"
            ),
            args![tx.district(), batch, from.unwrap_or(Id::from_bytes([0; 16])), Instant::NEVER],
        )
        .await?;
    let last = touched.last().map(|row| row.id);
    let full = touched.len() == most;
    let (back, kept): (Vec<Touched>, Vec<Touched>) =
        touched.into_iter().partition(|row| row.current == Some(row.newest) && row.later == 0);
    if !back.is_empty() {
        retract_all(tx, batch, &back, &table, &key, facts).await?;
        let ids: Vec<Id> = back.iter().map(|row| row.id).collect();
        if noun == "person" {
            changed::tell(tx, None).await?;
            risk::refresh(tx, &families_of(tx, &ids).await?).await?;
        } else {
            risk::refresh(tx, &ids).await?;
        }
    }
    let next = match (full, last, noun) {
        (true, Some(last), _) => format!("{noun}:{last}"),
        (_, _, "family") => "person:".into(),
        _ => "maternity:".into(),
    };
    Ok(UndoStep { undone: back.len() as i64, kept: kept.len() as i64, next: Some(next) })
}

/// The families that these persons belong or belonged to. Index: primary key.
async fn families_of(tx: &Tx<'_>, persons: &[Id]) -> Result<Vec<Id>, StoreError> {
    let mut args = args![tx.district()];
    let list = args.push_list(persons.iter().copied());
    let sql = format!(
        "SELECT DISTINCT family_id FROM person_version WHERE district_id = $1 AND person_id IN ({list})"
    );
    Ok(tx.all::<(Id,)>(&sql, args).await?.into_iter().map(|row| row.0).collect())
}

async fn retract_all(
    tx: &Tx<'_>,
    batch: Id,
    back: &[Touched],
    table: &str,
    key: &str,
    facts: &str,
) -> Result<(), StoreError> {
    let mut args = args![tx.district(), batch, tx.now(), tx.command_id()];
    let list = args.push_list(back.iter().map(|row| row.id));
    tx.execute(
        &format!(
            "UPDATE {table} SET retracted_by = $4, superseded_at = CASE WHEN superseded_at > $3 THEN $3 ELSE superseded_at END \
             WHERE district_id = $1 AND batch_id = $2 AND retracted_by IS NULL AND {key} IN ({list})"
        ),
        args,
    )
    .await?;
    // The newest version that was never taken back holds again, as a version of its own.
    let mut args = args![tx.district(), tx.now(), Instant::NEVER, tx.command_id()];
    let list = args.push_list(back.iter().map(|row| row.id));
    let columns: Vec<String> = facts.split(", ").map(|column| format!("o.{}", column.trim())).collect();
    tx.execute(
        &format!(
            "INSERT INTO {table} (district_id, {key}, version, recorded_at, superseded_at, command_id, {facts}) \
             SELECT o.district_id, o.{key}, n.newest + CAST(1 AS BIGINT), $2, $3, $4, {} \
             FROM (SELECT {key}, MAX(version) AS newest, \
                          MAX(CASE WHEN retracted_by IS NULL THEN version ELSE NULL END) AS held \
                   FROM {table} WHERE district_id = $1 AND {key} IN ({list}) GROUP BY {key}) n \
             JOIN {table} o ON o.district_id = $1 AND o.{key} = n.{key} AND o.version = n.held",
            columns.join(", ")
        ),
        args,
    )
    .await?;
    Ok(())
}
