//! Taking back what an import wrote: by retractions, never by deleting.

use asuh_store::{Fault, Id, Instant, Query, StoreError, Tx, args};

use crate::{changed, derived};
use asuh_ground::staging::{BatchContext, Stake, UndoStep};

asuh_store::row_struct! {
    struct Touched { id: Id, stays: i64 }
}

/// Why something stays: it was changed by somebody else since.
const CHANGED: &str = "registry.depends.changed";
/// Somebody worked on it since: a visit, a consent, a delivery.
const WORKED: &str = "registry.depends.worked";
/// Persons of other lists, or of forms, belong to the family by now.
const MEMBERS: &str = "registry.depends.members";
/// The person whom it is about stays.
const PERSON: &str = "registry.depends.person";
/// The person's family stays.
const FAMILY: &str = "registry.depends.family";

const FAMILY_FACTS: &str = "valid_from, batch_id, source, village_code, hamlet, rw, rt, head_name, head_search, kki, kk_sealed, kk_hash, \
     address_sealed, phone_sealed, status, krs, poor_water, poor_latrine, too_young, too_old, too_close, too_many, \
     no_modern_contraception, pregnant, has_under_two, has_two_to_five";
const PERSON_FACTS: &str = "valid_from, batch_id, source, family_id, relation, name, name_search, sex, birth_date, nik_sealed, nik_hash, \
     parents_name, posyandu, ended_reason, ended_on";

/// Persons of whom something is taken back at once.
const CHUNK: usize = 500;
/// SQL about a row of `maternity`, with district and batch as `$1` and `$2`: nothing of the batch holds of her any more.
const NOT_KEPT: &str = "NOT EXISTS (SELECT 1 FROM person_version k WHERE k.district_id = $1 \
     AND k.person_id = maternity.person_id AND k.batch_id = $2 AND k.retracted_by IS NULL)";
/// SQL about a row of `maternity`, as before: the batch ended it, and nothing that came later says otherwise.
const REOPENED: &str = "maternity.district_id = $1 AND maternity.ended_batch_id = $2 AND maternity.retracted_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM maternity o WHERE o.district_id = $1 AND o.person_id = maternity.person_id \
     AND o.id <> maternity.id AND o.retracted_at IS NULL AND o.starts_on >= maternity.starts_on)";

/// Takes back a piece of what a batch wrote. Where its version is the latest one of a family or person and
/// nothing was done with it since, the version is retracted and a copy of the one before holds again (without
/// one, the family or person leaves the lists); what has moved on is kept and counted. A family or person that
/// only this batch knows is also kept when others' work needs it (visits, measurements, packages, members from
/// elsewhere), and with a family its persons. `most` families or persons at a time; give the step's `next` back
/// as `after` until there is none.
///
/// # Errors
/// The store fails.
pub async fn retract(
    tx: &Tx<'_>,
    cx: &BatchContext,
    after: Option<&str>,
    most: usize,
) -> Result<UndoStep, Fault> {
    let (part, from) = match after.and_then(|after| after.split_once(':')) {
        None => ("family", None),
        Some((part, id)) => (part, id.parse::<Id>().ok()),
    };
    match part {
        "family" => piece(tx, cx, from, most, "family", FAMILY_FACTS).await,
        "person" => piece(tx, cx, from, most, "person", PERSON_FACTS).await,
        _ => {
            // maternity_by_person has no batch: as many rows as the batch's own, read once. Who stays keeps what was
            // said of her.
            let begun: Vec<(Id,)> = tx
                .all(
                    &format!(
                        "UPDATE maternity SET retracted_at = $3 WHERE district_id = $1 AND batch_id = $2 \
                         AND retracted_at IS NULL AND {NOT_KEPT} RETURNING person_id"
                    ),
                    args![tx.district(), cx.batch, tx.now()],
                )
                .await?;
            // maternity_ended_by_batch
            let ended: Vec<(Id,)> = tx
                .all(
                    &format!(
                        "UPDATE maternity SET ends_on = NULL, ended_batch_id = NULL WHERE {REOPENED} AND {NOT_KEPT} \
                         RETURNING person_id"
                    ),
                    args![tx.district(), cx.batch],
                )
                .await?;
            let undone = begun.len() + ended.len();
            let persons: Vec<Id> = begun.into_iter().chain(ended).map(|row| row.0).collect();
            for some in persons.chunks(CHUNK) {
                derived::refresh(tx, &families_of(tx, some).await?).await?;
            }
            tx.execute(
                "UPDATE family_desil SET retracted_at = $3 \
                 WHERE district_id = $1 AND batch_id = $2 AND retracted_at IS NULL \
                 AND NOT EXISTS (SELECT 1 FROM family_version k WHERE k.district_id = $1 \
                 AND k.family_id = family_desil.family_id AND k.batch_id = $2 AND k.retracted_by IS NULL)",
                args![tx.district(), cx.batch, tx.now()],
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
pub(crate) async fn retract_families(tx: &Tx<'_>, batch: Id, families: &[Id]) -> Result<usize, StoreError> {
    let mut args = args![tx.district(), batch, Instant::NEVER];
    let list = args.push_list(families.iter().copied());
    // family_version_current
    let back: Vec<Touched> = tx
        .all(
            &format!(
                "SELECT v.family_id AS id, CAST(0 AS BIGINT) AS stays \
                 FROM family_version v WHERE v.district_id = $1 AND v.batch_id = $2 AND v.retracted_by IS NULL \
                 AND v.superseded_at = $3 AND v.family_id IN ({list})"
            ),
            args,
        )
        .await?;
    if !back.is_empty() {
        retract_all(tx, batch, &back, "family_version", "family_id", FAMILY_FACTS).await?;
        derived::refresh(tx, &back.iter().map(|row| row.id).collect::<Vec<_>>()).await?;
    }
    Ok(back.len())
}

/// What [`retract`] would do now: families, persons and pregnancies, with the reasons of what stays.
///
/// # Errors
/// The store fails.
pub async fn stakes(db: &impl Query, cx: &BatchContext) -> Result<Vec<Stake>, StoreError> {
    let start = Id::from_bytes([0; 16]);
    let (mut found, mut pregnancies_stay, mut ends_stay) = (Vec::new(), 0, 0);
    for (noun, what) in [("family", "registry.stake.families"), ("person", "registry.stake.persons")] {
        let (state, reasons) = state(cx, noun, None, true);
        let stays = stays(reasons.len());
        // The same indexes as for taking back; sums instead of rows, all in one line: SQLite opens every table of
        // `touched` anew wherever it is named, and gives up at a thousand.
        let mut counts = vec!["COUNT(*)".to_owned(), format!("COUNT(CASE WHEN {stays} THEN 1 END)")];
        counts.extend(
            (0..reasons.len()).map(|nth| format!("COUNT(CASE WHEN why{nth} = 1 AND {stays} THEN 1 END)")),
        );
        if noun == "person" {
            // What was said of who stays, stays; maternity_by_person.
            counts.push(format!(
                "COALESCE(SUM(CASE WHEN {stays} THEN (SELECT COUNT(*) FROM maternity y WHERE y.district_id = $1 \
                 AND y.person_id = touched.id AND y.batch_id = $2 AND y.retracted_at IS NULL) END), 0)"
            ));
            counts.push(format!(
                "COALESCE(SUM(CASE WHEN {stays} THEN (SELECT COUNT(*) FROM maternity WHERE {REOPENED} \
                 AND maternity.person_id = touched.id) END), 0)"
            ));
        }
        let line: Vec<String> = counts.iter().map(|count| format!("CAST({count} AS TEXT)")).collect();
        let sql = format!("WITH {state} SELECT {} AS said FROM touched", line.join(" || ' ' || "));
        let said: Option<(String,)> =
            db.first(&sql, args![cx.district(), cx.batch, start, Instant::NEVER]).await?;
        let said = said.map(|row| row.0).unwrap_or_default();
        let numbers: Result<Vec<i64>, _> = said.split(' ').map(str::parse).collect();
        let numbers = numbers.map_err(|error| StoreError::Shape(error.to_string()))?;
        let of = |nth: usize| numbers.get(nth).copied().unwrap_or(0);
        (pregnancies_stay, ends_stay) = (of(reasons.len() + 2), of(reasons.len() + 3));
        let kept = reasons.iter().enumerate().map(|(nth, why)| (*why, of(nth + 2)));
        found.push(Stake {
            what,
            back: of(0) - of(1),
            stays: of(1),
            kept: kept.filter(|(_, count)| *count > 0).collect(),
        });
    }
    let begun = "district_id = $1 AND batch_id = $2 AND retracted_at IS NULL";
    for (what, of, stays) in [
        ("registry.stake.pregnancies", begun, pregnancies_stay),
        ("registry.stake.reopened", REOPENED, ends_stay),
    ] {
        let sql = format!("SELECT COUNT(*) AS n FROM maternity WHERE {of}");
        let count = db.number(&sql, args![cx.district(), cx.batch]).await?;
        if count > 0 {
            let kept = [(PERSON, stays)].into_iter().filter(|(_, count)| *count > 0).collect();
            found.push(Stake { what, back: count - stays, stays, kept });
        }
    }
    Ok(found)
}

/// The tables `touched` (and for a preview of persons `kept_family`) of a statement whose values are district,
/// batch, the id after which to begin, and never: what the batch wrote with `why0`, `why1`, ... for what it did
/// since, and the reasons by name. Only the first two hold for what was known before the batch.
fn state(cx: &BatchContext, noun: &str, most: Option<usize>, preview: bool) -> (String, Vec<&'static str>) {
    let (table, key) = (format!("{noun}_version"), format!("{noun}_id"));
    // *_version_by_batch; the current version by *_version_current; command_log_by_subject; the indexes of those
    // who point to families and persons.
    let mut whys: Vec<(&'static str, String)> = vec![
        (CHANGED, "c.version IS NULL OR c.version <> b.newest".to_owned()),
        (
            WORKED,
            format!(
                "EXISTS (SELECT 1 FROM command_log l WHERE l.district_id = $1 AND l.subject_id = b.{key} \
                 AND l.recorded_at >= b.recorded_at)"
            ),
        ),
    ];
    if noun == "person" {
        let stays = match preview {
            true => "SELECT 1 FROM kept_family k WHERE k.id = c.family_id",
            false => {
                "SELECT 1 FROM family_version k WHERE k.district_id = $1 AND k.family_id = c.family_id \
                 AND k.batch_id = $2 AND k.retracted_by IS NULL"
            }
        };
        whys.push((FAMILY, format!("EXISTS ({stays})")));
    }
    let older = format!(
        "EXISTS (SELECT 1 FROM {table} o WHERE o.district_id = $1 AND o.{key} = b.{key} \
         AND o.retracted_by IS NULL AND (o.batch_id IS NULL OR o.batch_id <> $2))"
    );
    let mut works: Vec<(&'static str, Vec<String>)> = Vec::new();
    let mut add = |work: &'static str, sql: String| match works.iter_mut().find(|(held, _)| *held == work) {
        Some((_, held)) => held.push(sql),
        None => works.push((work, vec![sql])),
    };
    let members = "EXISTS (SELECT 1 FROM person_version m WHERE m.district_id = $1 AND m.family_id = b.family_id \
                   AND m.superseded_at = $4";
    for reference in cx.dependents_of(noun) {
        add(reference.work, reference.points_to(&format!("b.{key}")));
    }
    if noun == "family" {
        for reference in cx.dependents_of("person") {
            add(reference.work, format!("{members} AND {})", reference.points_to("m.person_id")));
        }
        add(MEMBERS, format!("{members} AND (m.batch_id IS NULL OR m.batch_id <> $2))"));
    }
    whys.extend(
        works.into_iter().map(|(work, sql)| (work, format!("NOT {older} AND ({})", sql.join(" OR ")))),
    );
    let columns: Vec<String> = whys
        .iter()
        .enumerate()
        .map(|(nth, (_, sql))| format!("CASE WHEN {sql} THEN 1 ELSE 0 END AS why{nth}"))
        .collect();
    let limit = most.map_or_else(String::new, |most| format!("LIMIT {most}"));
    let mut sql = format!(
        "touched AS MATERIALIZED (SELECT b.{key} AS id, {} \
         FROM (SELECT {key}, MAX(version) AS newest, MAX(recorded_at) AS recorded_at FROM {table} \
               WHERE district_id = $1 AND batch_id = $2 AND retracted_by IS NULL AND {key} > $3 \
               GROUP BY {key} ORDER BY {key} {limit}) b \
         LEFT JOIN {table} c ON c.district_id = $1 AND c.{key} = b.{key} AND c.superseded_at = $4)",
        columns.join(", ")
    );
    if noun == "person" && preview {
        let (families, reasons) = state(cx, "family", None, true);
        let families = families.replacen("touched AS", "touched_family AS", 1);
        sql = format!(
            "{families}, kept_family AS (SELECT id FROM touched_family WHERE {}), {sql}",
            stays(reasons.len())
        );
    }
    (sql, whys.into_iter().map(|(why, _)| why).collect())
}

/// SQL that is true for what stays, for so many reasons.
fn stays(reasons: usize) -> String {
    let any: Vec<String> = (0..reasons).map(|nth| format!("why{nth} = 1")).collect();
    format!("({})", any.join(" OR "))
}

async fn piece(
    tx: &Tx<'_>,
    cx: &BatchContext,
    from: Option<Id>,
    most: usize,
    noun: &str,
    facts: &str,
) -> Result<UndoStep, Fault> {
    let (table, key) = (format!("{noun}_version"), format!("{noun}_id"));
    let (state, reasons) = state(cx, noun, Some(most), false);
    let touched: Vec<Touched> = tx
        .all(
            &format!(
                "WITH {state} SELECT id, CASE WHEN {} THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS stays \
                 FROM touched ORDER BY id",
                stays(reasons.len())
            ),
            args![tx.district(), cx.batch, from.unwrap_or(Id::from_bytes([0; 16])), Instant::NEVER],
        )
        .await?;
    let last = touched.last().map(|row| row.id);
    let full = touched.len() == most;
    let (back, kept): (Vec<Touched>, Vec<Touched>) = touched.into_iter().partition(|row| row.stays == 0);
    if !back.is_empty() {
        retract_all(tx, cx.batch, &back, &table, &key, facts).await?;
        let ids: Vec<Id> = back.iter().map(|row| row.id).collect();
        if noun == "person" {
            changed::tell(tx, None).await?;
            derived::refresh(tx, &families_of(tx, &ids).await?).await?;
        } else {
            derived::refresh(tx, &ids).await?;
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
