//! What SQLite's planner is told about the tables.
//!
//! Without statistics it takes `district_id = $1`, with which every key of ours begins, for a condition that
//! leaves ten rows, and then any index seems good: opening a roll walked all promises of a campaign. With
//! `ANALYZE` plans would depend on what the tables held when somebody last ran it (an installation of the first
//! day has nothing), and readers would learn of it only when they connect again. So every index gets the same
//! plain estimate on every installation, from the shape of its key: plans are those that the tests saw.
//! PostgreSQL keeps its own statistics; it is told the one thing that they cannot say.

use crate::driver::{Connection, Pool};
use crate::{Args, Row, StoreError, args};

/// Rows that a table is said to hold.
const ROWS: u32 = 100_000;

/// How many different values a column of a key is said to have within a district: as many as there are rows,
/// unless it is listed here. Nearly all rows are the present version, so that is said to be no choice at all.
fn different(column: &str) -> u32 {
    match column {
        "district_id" | "superseded_at" => 1,
        "campaign_id" | "purpose" => 2,
        "kind" | "state" | "status" | "level" | "stream" | "fund" | "source" | "version" | "rw" | "nth" => 5,
        "commodity" | "measure" | "part" | "series" | "year" => 10,
        "batch_id" | "batch" | "list_id" | "drive_id" | "run_id" | "week_of" | "for_day" | "held_on"
        | "starts_on" => 50,
        "village_code" | "territory_code" | "unit_id" | "place_id" | "institution_id"
        | "to_institution_id" | "measured_on" | "due_on" => 250,
        "birth_date" | "name" | "name_search" | "head_search" | "roll_id" => 2_500,
        "family_id" | "sponsor_id" | "person_id" => 10_000,
        _ => ROWS,
    }
}

/// The line of `sqlite_stat1` for an index: rows in all, then rows left after each column of the key.
fn estimate(columns: &[&str], unique: bool) -> String {
    let mut left = ROWS;
    let mut line = ROWS.to_string();
    for (nth, column) in columns.iter().enumerate() {
        left = (left / different(column)).max(if unique { 1 } else { 2 });
        let whole = unique && nth + 1 == columns.len();
        line.push_str(&format!(" {}", if whole { 1 } else { left }));
    }
    line
}

/// Sees to it that the estimates of all indexes are there; connections opened later, and this one, plan with
/// them. Writes only when one is missing or another.
pub(crate) async fn inform(conn: &Pool) -> Result<(), StoreError> {
    // Makes the table of statistics where there is none, and looks at no data.
    conn.run("ANALYZE sqlite_schema").await?;
    let wanted = estimates(conn).await?;
    let told = lines(conn, "SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx", |row| {
        Ok((row.get("tbl")?, row.get("idx")?, row.get("stat")?))
    });
    if told.await? == wanted {
        return Ok(());
    }
    let transaction = conn.begin().await?;
    transaction.run("DELETE FROM sqlite_stat1").await?;
    for (table, index, line) in wanted {
        let insert = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)";
        transaction.execute(insert, args![table, index, line]).await?;
    }
    transaction.commit().await?;
    conn.run("ANALYZE sqlite_schema").await?;
    Ok(())
}

/// Tells PostgreSQL that nearly every row is the present version. It counts a few hundred different instants at which
/// old versions ended; a plan made before the values are known then takes `superseded_at = $2` for a condition that
/// leaves a handful of rows, and reads all present versions of the district where it was given sixty keys. Counts at the
/// next `ANALYZE`; writes only where it was not said yet.
pub(crate) async fn inform_server(conn: &Pool) -> Result<(), StoreError> {
    let untold = "SELECT c.relname AS tbl FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                  WHERE a.attname = 'superseded_at' AND c.relkind = 'r' AND a.attoptions IS NULL \
                  AND c.relnamespace = current_schema()::regnamespace ORDER BY c.relname";
    let tables: Vec<String> = lines(conn, untold, |row| row.get("tbl")).await?;
    for table in tables {
        conn.run(&format!("ALTER TABLE {table} ALTER COLUMN superseded_at SET (n_distinct = 1)")).await?;
    }
    Ok(())
}

/// The table, the name and the line of every index, in the order of the first two.
async fn estimates(conn: &Pool) -> Result<Vec<(String, String, String)>, StoreError> {
    let columns = "SELECT m.name AS tbl, l.name AS idx, l.\"unique\" AS only_one, c.name AS col \
                   FROM sqlite_schema m JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name, l.name, c.seqno";
    let rows: Vec<(String, String, bool, String)> = lines(conn, columns, |row| {
        let unique = row.get::<i64>("only_one")? == 1;
        Ok((row.get("tbl")?, row.get("idx")?, unique, row.get("col")?))
    })
    .await?;
    let indexes = rows.chunk_by(|one, other| one.1 == other.1);
    Ok(indexes
        .filter_map(|index| {
            let (table, name, unique, _) = index.first()?;
            let columns: Vec<&str> = index.iter().map(|(.., column)| column.as_str()).collect();
            Some((table.clone(), name.clone(), estimate(&columns, *unique)))
        })
        .collect())
}

async fn lines<T>(
    conn: &Pool,
    sql: &str,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    conn.all(sql, Args::new()).await?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_narrows_by_its_ids_and_not_by_its_district() {
        assert_eq!(estimate(&["district_id", "id"], true), "100000 100000 1");
        assert_eq!(estimate(&["district_id", "sponsor_id", "campaign_id"], false), "100000 100000 10 5");
        assert_eq!(estimate(&["district_id", "campaign_id", "starts_on"], false), "100000 100000 50000 1000");
        assert_eq!(estimate(&["district_id", "superseded_at", "nik_hash"], false), "100000 100000 100000 2");
    }
}
