//! Every table of the schema, and what stands in it: for tests that say "nothing else changed".

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use asuh_store::{Engine, Query, args};

/// The schema's tables with their columns and the kind of each ('int', 'text', 'bytes').
pub fn schema() -> BTreeMap<String, Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src/schema");
    let mut tables: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "sql") {
            continue;
        }
        let mut table = String::new();
        for line in std::fs::read_to_string(path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.trim_end_matches(" (").to_owned();
            } else if let Some((column, rest)) = line.trim().split_once(" {")
                && line.starts_with("  ")
            {
                let kind = rest.split('}').next().unwrap().to_owned();
                tables.entry(table.clone()).or_default().push((column.to_owned(), kind));
            }
        }
    }
    assert!(tables.len() > 50, "{tables:?}");
    tables
}

/// How many rows each table has, and a hash of all of them.
pub async fn content(db: &impl Query, engine: Engine) -> BTreeMap<String, (usize, u64)> {
    let mut content = BTreeMap::new();
    for (table, columns) in schema() {
        let parts: Vec<String> = columns
            .iter()
            .map(|(column, kind)| match (kind.as_str(), engine) {
                ("bytes", Engine::Sqlite) => format!("COALESCE(HEX({table}.{column}), '-')"),
                ("bytes", Engine::Postgres) => format!("COALESCE(ENCODE({table}.{column}, 'hex'), '-')"),
                _ => format!("COALESCE(CAST({table}.{column} AS TEXT), '-')"),
            })
            .collect();
        let sql = format!("SELECT {} AS line FROM {table}", parts.join(" || '|' || "));
        let mut rows: Vec<(String,)> = db.all(&sql, args![]).await.unwrap();
        rows.sort();
        let mut hash = DefaultHasher::new();
        rows.hash(&mut hash);
        content.insert(table, (rows.len(), hash.finish()));
    }
    content
}

/// The tables that differ, leaving out those named.
pub fn changed(
    before: &BTreeMap<String, (usize, u64)>,
    after: &BTreeMap<String, (usize, u64)>,
    except: &[&str],
) -> Vec<String> {
    before
        .iter()
        .filter(|(table, content)| {
            !except.contains(&table.as_str()) && after.get(table.as_str()) != Some(*content)
        })
        .map(|(table, content)| format!("{table}: {content:?} became {:?}", after[table]))
        .collect()
}
