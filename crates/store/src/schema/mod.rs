//! The tables, as versions that are only ever added.
//!
//! One text serves both engines. Three column types are all there is: `{int}`, `{text}` and `{bytes}`.
//! Every table that holds a district's data begins its keys with `district_id`.

pub(crate) mod planner;

use std::path::Path;

use crate::driver::{Connection, Pool};
use crate::{Args, Engine, Instant, StoreError, args};

/// The versions in order; a version never changes once it was released. The texts of one version run in
/// order, in one transaction.
const VERSIONS: &[&[&str]] = &[&[
    include_str!("0001_ground.sql"),
    include_str!("0001_ground_papers.sql"),
    include_str!("0001_registry.sql"),
    include_str!("0001_registry_changes.sql"),
    include_str!("0001_registry_frozen.sql"),
    include_str!("0001_registry_identity.sql"),
    include_str!("0001_registry_verification.sql"),
    include_str!("0001_growth.sql"),
    include_str!("0001_sponsors.sql"),
    include_str!("0001_pairing.sql"),
    include_str!("0001_collection.sql"),
    include_str!("0001_collection_money.sql"),
    include_str!("0001_custody.sql"),
    include_str!("0001_books.sql"),
    include_str!("0001_distribution.sql"),
    include_str!("0001_distribution_cash.sql"),
    include_str!("0001_distribution_spending.sql"),
    include_str!("0001_distribution_zakat.sql"),
    include_str!("0001_distribution_check.sql"),
    include_str!("0001_distribution_kitchen.sql"),
    include_str!("0001_distribution_works.sql"),
    include_str!("0001_mentoring.sql"),
    include_str!("0001_convergence.sql"),
    include_str!("0001_convergence_plan.sql"),
    include_str!("0001_convergence_meeting.sql"),
    include_str!("0001_reports.sql"),
]];

/// The newest schema version this program knows.
pub fn newest() -> i64 {
    VERSIONS.len() as i64
}

/// All texts, one after another: what a test template depends on.
#[cfg(feature = "testing")]
pub(crate) fn text_of_all_versions() -> String {
    VERSIONS.iter().flat_map(|texts| texts.iter().copied()).collect()
}

/// Every table, parents before children: the order in which a backup is loaded.
pub fn tables() -> Vec<String> {
    VERSIONS
        .iter()
        .flat_map(|texts| texts.iter())
        .flat_map(|text| text.lines())
        .filter_map(|line| line.trim().strip_prefix("CREATE TABLE "))
        .filter_map(|rest| rest.split([' ', '(']).next())
        .map(str::to_owned)
        .collect()
}

/// The columns that hold sealed values: what a key rotation re-seals, as (table, column).
pub fn sealed_columns() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut table = String::new();
    for line in VERSIONS.iter().flat_map(|texts| texts.iter()).flat_map(|text| text.lines()) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.split([' ', '(']).next().unwrap_or_default().to_owned();
        } else if let Some(column) = line.split_whitespace().next().filter(|name| name.ends_with("_sealed")) {
            found.push((table.clone(), column.to_owned()));
        }
    }
    found
}

/// The columns of a table's primary key, in its order.
pub(crate) fn primary_key(table: &str) -> Vec<String> {
    let texts = VERSIONS.iter().flat_map(|texts| texts.iter());
    let head = format!("CREATE TABLE {table} (");
    texts
        .filter_map(|text| text.split_once(&head))
        .filter_map(|(_, rest)| rest.split_once("PRIMARY KEY ("))
        .filter_map(|(_, rest)| rest.split_once(')'))
        .flat_map(|(key, _)| key.split(','))
        .map(|column| column.trim().to_owned())
        .collect()
}

fn statements(text: &str, engine: Engine) -> Vec<String> {
    // Short rows that are read by their key stand in its order where SQLite is told so: an index less to write, and a
    // search less for every row.
    let (int, bytes, table, keyed) = match engine {
        Engine::Sqlite => ("INTEGER", "BLOB", "STRICT", "STRICT, WITHOUT ROWID"),
        Engine::Postgres => ("BIGINT", "BYTEA", "", ""),
    };
    let without_comments: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("--"))
        .flat_map(|line| [line, "\n"])
        .collect();
    without_comments
        .replace("{int}", int)
        .replace("{text}", "TEXT")
        .replace("{bytes}", bytes)
        .replace("{table}", table)
        .replace("{keyed}", keyed)
        .split(';')
        .map(|statement| statement.trim().to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}

/// The schema version of the database; 0 when it is empty.
pub(crate) async fn version(conn: &impl Connection, engine: Engine) -> Result<i64, StoreError> {
    let exists = match engine {
        Engine::Sqlite => {
            "SELECT COUNT(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'"
        }
        Engine::Postgres => {
            "SELECT COUNT(*) AS n FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = 'schema_version'"
        }
    };
    if number(conn, exists).await? == 0 {
        return Ok(0);
    }
    number(conn, "SELECT MAX(version) AS n FROM schema_version").await
}

/// Whether anybody has worked with this database: then there may be sealed values in it.
pub(crate) async fn holds_data(conn: &impl Connection, engine: Engine) -> Result<bool, StoreError> {
    let rows = "SELECT (SELECT COUNT(*) FROM district) + \
                (SELECT COUNT(*) FROM (SELECT 1 FROM command_log LIMIT 1) AS logged) AS n";
    Ok(version(conn, engine).await? > 0 && number(conn, rows).await? > 0)
}

async fn number(conn: &impl Connection, sql: &str) -> Result<i64, StoreError> {
    let row = conn.first(sql, Args::new()).await?;
    Ok(row.map(|row| row.get::<Option<i64>>("n")).transpose()?.flatten().unwrap_or(0))
}

/// Brings the schema up to date. A database with data is first copied to `folder/backups`.
pub(crate) async fn migrate(
    conn: &Pool,
    engine: Engine,
    folder: &Path,
    now: Instant,
) -> Result<(), StoreError> {
    let found = version(conn, engine).await?;
    if found > newest() {
        return Err(StoreError::NewerSchema { found, known: newest() });
    }
    if found == newest() {
        return Ok(());
    }
    if found > 0 {
        let backups = folder.join("backups");
        std::fs::create_dir_all(&backups)
            .map_err(|source| StoreError::File { path: backups.display().to_string(), source })?;
        let file = backups.join(format!("before-schema-{}-{}.asuh", newest(), now.0));
        crate::backup::write(conn, engine, &file, now).await?;
    }
    migrate_to(conn, engine, newest(), now).await
}

/// Runs the versions up to `target`.
pub(crate) async fn migrate_to(
    conn: &Pool,
    engine: Engine,
    target: i64,
    now: Instant,
) -> Result<(), StoreError> {
    let found = version(conn, engine).await?;
    for (nth, texts) in VERSIONS.iter().enumerate() {
        let number = nth as i64 + 1;
        if number <= found || number > target {
            continue;
        }
        let transaction = conn.begin().await?;
        for statement in texts.iter().flat_map(|text| statements(text, engine)) {
            transaction.run(&statement).await?;
        }
        let record = "INSERT INTO schema_version (version, applied_at) VALUES ($1, $2)";
        transaction.execute(record, args![number, now]).await?;
        transaction.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_a_district_begins_its_key_with_it() {
        let global = ["schema_version", "district", "installation"];
        for text in VERSIONS.iter().flat_map(|texts| texts.iter()) {
            for part in text.split("CREATE TABLE ").skip(1) {
                let name = part.split([' ', '(']).next().unwrap_or_default();
                if global.contains(&name) {
                    continue;
                }
                let key = part.split("PRIMARY KEY (").nth(1).and_then(|rest| rest.split(')').next());
                let key = key.unwrap_or_else(|| panic!("{name} has no composite primary key"));
                assert!(
                    key.starts_with("district_id,"),
                    "{name}: primary key ({key}) does not begin with district_id"
                );
                for unique in part.split("UNIQUE (").skip(1) {
                    assert!(
                        unique.starts_with("district_id,"),
                        "{name}: a unique key does not begin with district_id"
                    );
                }
            }
        }
    }

    #[test]
    fn only_the_three_column_types_are_used() {
        for text in VERSIONS.iter().flat_map(|texts| texts.iter()) {
            for engine in [Engine::Sqlite, Engine::Postgres] {
                for statement in statements(text, engine) {
                    assert!(!statement.contains('{'), "unknown type in: {statement}");
                    assert!(
                        statement.starts_with("CREATE ") || statement.starts_with("INSERT "),
                        "only tables, indexes and rows: {statement}"
                    );
                }
            }
        }
        assert!(tables().contains(&"district".to_owned()));
        assert_eq!(primary_key("command_log"), ["district_id", "actor_id", "id"]);
    }
}
