//! By which indexes the engine would answer: for tests of queries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::TestDatabase;
use crate::driver::Connection;
use crate::{Args, Engine, FromRow, Query, Reader, Store, StoreError};

/// A reader that notes how the engine answers every query: what an index is for is proven on the statements themselves,
/// not on copies of them.
///
/// SQLite plans with the estimates that it has in every installation, so that all of its plan is proven. PostgreSQL plans by
/// what its tables hold, and here they are empty: it is asked not to read a table from end to end, and what is proven is
/// that an index serves everywhere; which one it takes is its own decision.
pub struct Plans {
    engine: Engine,
    reader: Reader,
    _store: Store,
    seen: Mutex<Vec<Seen>>,
}

/// A statement and its plan.
struct Seen {
    sql: String,
    plan: String,
}

/// What the engine would read for the queries since the last time.
#[derive(Debug)]
pub struct Plan {
    /// The statements, each with its plan as the engine says it.
    pub text: String,
    /// How many statements there were.
    pub statements: usize,
    /// What is read from end to end: "alias.scan". On SQLite also what is read by nothing but the district: "alias.index",
    /// "alias.key" by the primary key, "alias.unique" by another unique one.
    pub walks: Vec<String>,
    /// The tables of these walks.
    pub tables: BTreeSet<String>,
    /// Whether SQLite has to sort what it reads.
    pub sorts: bool,
    engine: Engine,
}

impl Plan {
    /// That the queries read just this from end to end, and nothing else but by the keys that they look for; "alias.*" may
    /// be read as the engine likes, because there are few of it in a district.
    ///
    /// # Panics
    /// When they read otherwise.
    #[track_caller]
    pub fn walks_only(&self, expected: &[&str]) -> &Plan {
        let (few, expected): (Vec<&str>, Vec<&str>) = expected.iter().partition(|walk| walk.ends_with(".*"));
        let is_few = |walk: &&String| few.iter().any(|few| walk.starts_with(few.trim_end_matches('*')));
        let walks: Vec<&String> = self.walks.iter().filter(|walk| !is_few(walk)).collect();
        match self.engine {
            Engine::Sqlite => assert_eq!(walks, expected, "\n{}", self.text),
            Engine::Postgres => assert!(walks.is_empty(), "{walks:?}\n{}", self.text),
        }
        self
    }

    /// That something was asked, and nothing was read from end to end but tables that a district has few rows of.
    ///
    /// # Panics
    /// When something was.
    #[track_caller]
    pub fn walks_no_table_but(&self, few: &[&str]) -> &Plan {
        assert!(self.statements > 0, "nothing was asked");
        let long: Vec<&String> = self.tables.iter().filter(|table| !few.contains(&table.as_str())).collect();
        assert!(long.is_empty(), "{long:?}\n{}", self.text);
        self
    }

    /// That SQLite uses these indexes; PostgreSQL chooses by what its tables hold.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn uses(&self, indexes: &[&str]) -> &Plan {
        let unused: Vec<&&str> = indexes.iter().filter(|index| !self.text.contains(**index)).collect();
        assert!(self.engine == Engine::Postgres || unused.is_empty(), "{unused:?}\n{}", self.text);
        self
    }

    /// That nothing is sorted: a page of a long list costs what a page holds.
    ///
    /// # Panics
    /// When something is.
    #[track_caller]
    pub fn in_order(&self) {
        assert!(!self.sorts, "{}", self.text);
    }
}

impl Plans {
    /// The plans of the engine of this database.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn of(db: &TestDatabase) -> Plans {
        let store = db.open().await;
        let pool = match db.url() {
            None => store.reader().pool.clone(),
            Some(url) => {
                let pool = super::connect(url).await;
                super::run(&pool, "SET enable_seqscan = off").await;
                pool
            }
        };
        Plans { engine: db.engine(), reader: Reader { pool }, _store: store, seen: Mutex::new(Vec::new()) }
    }

    /// The plans of the queries since the last time.
    pub fn take(&self) -> Plan {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let (mut walks, mut tables) = (BTreeSet::new(), BTreeSet::new());
        for Seen { sql, plan } in &seen {
            let found = match self.engine {
                Engine::Sqlite => sqlite(plan),
                Engine::Postgres => postgresql(plan),
            };
            let named = named_tables(sql);
            for walk in &found {
                let alias = walk.split('.').next().unwrap_or_default();
                tables.extend(named.get(alias).into_iter().flatten().cloned());
            }
            walks.extend(found);
        }
        Plan {
            walks: walks.into_iter().collect(),
            tables,
            statements: seen.len(),
            sorts: seen
                .iter()
                .flat_map(|one| one.plan.lines())
                .any(|line| line == "USE TEMP B-TREE FOR ORDER BY"),
            engine: self.engine,
            text: seen.into_iter().map(|one| format!("{}\n{}\n\n", one.sql, one.plan)).collect(),
        }
    }

    async fn note(&self, sql: &str, args: Args) -> Result<(), StoreError> {
        let plan = match self.engine {
            Engine::Sqlite => {
                let rows = self.reader.pool.all(&format!("EXPLAIN QUERY PLAN {sql}"), args).await?;
                // What belongs to a part of the statement stands behind a margin.
                rows.iter()
                    .map(|row| {
                        let margin = if row.get::<i64>("parent")? == 0 { "" } else { "  " };
                        Ok(format!("{margin}{}", row.get::<String>("detail")?))
                    })
                    .collect::<Result<Vec<String>, StoreError>>()?
            }
            Engine::Postgres => {
                let rows = self.reader.pool.all(&format!("EXPLAIN (COSTS OFF) {sql}"), args).await?;
                rows.iter().map(|row| row.get("QUERY PLAN")).collect::<Result<Vec<String>, StoreError>>()?
            }
        };
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Seen { sql: sql.to_owned(), plan: plan.join("\n") });
        Ok(())
    }
}

impl Query for Plans {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        self.note(sql, args.clone()).await?;
        self.reader.all(sql, args).await
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        self.note(sql, args.clone()).await?;
        self.reader.first(sql, args).await
    }
}

/// "alias.index".
fn named(alias: &str, index: &str) -> String {
    let index = match index {
        _ if index.starts_with("sqlite_autoindex_") && index.ends_with("_1") => "key",
        _ if index.starts_with("sqlite_autoindex_") => "unique",
        named => named,
    };
    format!("{alias}.{index}")
}

/// Whether a condition of a plan chooses: every key begins with the district, and nearly all rows are the present version.
fn narrows<'a>(mut conditions: impl Iterator<Item = &'a str>) -> bool {
    conditions.any(|condition| !condition.contains("district_id") && !condition.contains("superseded_at"))
}

fn sqlite(plan: &str) -> Vec<String> {
    let made: Vec<&str> = plan
        .lines()
        .map(str::trim_start)
        .filter_map(|line| line.strip_prefix("CO-ROUTINE ").or_else(|| line.strip_prefix("MATERIALIZE ")))
        .collect();
    let mut walks = Vec::new();
    for line in plan.lines().map(str::trim_start) {
        let (looks, rest) = match (line.strip_prefix("SEARCH "), line.strip_prefix("SCAN ")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => continue,
        };
        let alias = rest.split(' ').next().unwrap_or_default();
        // A part of the statement that was answered before is no table.
        if made.contains(&alias) || alias.starts_with('(') || rest.contains("CONSTANT ROW") {
            continue;
        }
        let index = match rest.split("INDEX ").nth(1).and_then(|text| text.split(' ').next()) {
            Some(index) => index,
            None if rest.contains("PRIMARY KEY") => "key",
            None => "scan",
        };
        let conditions = rest.split_once('(').map_or("", |(_, text)| text.trim_end_matches(')'));
        let whole = !looks || (index != "scan" && !narrows(conditions.split(" AND ")));
        if rest.contains("AUTOMATIC") {
            walks.push(format!("{alias}.scan"));
        } else if whole {
            walks.push(named(alias, index));
        }
    }
    walks
}

fn postgresql(plan: &str) -> Vec<String> {
    let scans = plan.lines().filter_map(|line| line.split_once("Seq Scan on "));
    scans.map(|(_, table)| format!("{}.scan", table.rsplit(' ').next().unwrap_or(table))).collect()
}

/// The tables of a statement, by the names that it gives them. What it computes for itself is none.
fn named_tables(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    const KEYWORDS: [&str; 13] = [
        "ON", "WHERE", "JOIN", "LEFT", "CROSS", "GROUP", "ORDER", "SET", "UNION", "LIMIT", "AS", "SELECT",
        "HAVING",
    ];
    let words: Vec<&str> = sql.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let made =
        |word: &str| ["AS (", "AS MATERIALIZED ("].iter().any(|then| sql.contains(&format!("{word} {then}")));
    for (nth, word) in words.iter().enumerate() {
        if !matches!(*word, "FROM" | "JOIN") {
            continue;
        }
        let Some(table) = words.get(nth + 1).filter(|table| !made(table)) else { continue };
        let alias = words.get(nth + 2).filter(|next| !KEYWORDS.contains(next)).unwrap_or(table);
        tables.entry((*alias).to_owned()).or_default().insert((*table).to_owned());
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_to_tables() {
        let found = named_tables(
            "WITH x AS (SELECT 1 FROM visit) SELECT 1 FROM pledge p JOIN (SELECT y FROM sponsor WHERE y) s ON 1 JOIN x",
        );
        assert_eq!(found["p"].first().map(String::as_str), Some("pledge"));
        assert_eq!(found["sponsor"].first().map(String::as_str), Some("sponsor"));
        assert!(found.contains_key("visit") && !found.contains_key("x"));
    }

    #[test]
    fn a_step_without_a_choice_walks() {
        for (step, walks) in [
            ("SCAN p", vec!["p.scan"]),
            ("SEARCH v USING INDEX sponsor_version_list (district_id=?)", vec!["v.sponsor_version_list"]),
            ("SEARCH v USING INDEX sqlite_autoindex_v_1 (district_id=? AND sponsor_id=?)", vec![]),
            ("SEARCH l USING PRIMARY KEY (district_id=? AND transfer_id=?)", vec![]),
            ("SEARCH l USING PRIMARY KEY (district_id=?)", vec!["l.key"]),
            ("SEARCH p USING INDEX pledge_by_end (district_id=? AND ends_on>? AND ends_on<?)", vec![]),
            ("USE TEMP B-TREE FOR ORDER BY", vec![]),
        ] {
            assert_eq!(sqlite(step), walks, "{step}");
        }
    }
}
