//! Statements that are explained before they are run: for tests that say which of them walk through a table.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::driver::Connection;
use crate::row::FromRow;
use crate::{Args, Engine, Query, Reader, StoreError, args};

/// Columns that choose nothing: every key begins with the district, and nearly all rows are the present version.
const NO_CHOICE: [&str; 2] = ["district_id", "superseded_at"];

/// A reader that keeps the plan of every statement that is asked of it.
pub struct Explained<'a> {
    reader: &'a Reader,
    told: Mutex<Vec<(String, String)>>,
}

impl<'a> Explained<'a> {
    /// One that has explained nothing yet.
    pub fn new(reader: &'a Reader) -> Explained<'a> {
        Explained { reader, told: Mutex::new(Vec::new()) }
    }

    /// How many different statements were explained.
    pub fn statements(&self) -> usize {
        self.told.lock().expect("no panic").iter().map(|one| &one.0).collect::<BTreeSet<_>>().len()
    }

    async fn explain(&self, sql: &str, args: &Args) -> Result<(), StoreError> {
        let plan = self.reader.plan(sql, args.clone()).await?;
        self.told.lock().expect("no panic").push((sql.to_owned(), plan));
        Ok(())
    }

    /// The steps of the plans that walk through a table of a district from end to end (through all of it, or through
    /// all that is the present version), each with its table and statement; not those of tables that are small by
    /// nature. PostgreSQL counts its rows by itself and may read small tables whole: nothing is said of it.
    ///
    /// # Errors
    /// The store fails.
    pub async fn walks(&self, small: &[&str]) -> Result<Vec<String>, StoreError> {
        if self.reader.pool.engine() == Engine::Postgres {
            return Ok(Vec::new());
        }
        let names = "SELECT name FROM sqlite_schema WHERE type = 'table'";
        let known: Vec<(String,)> = self.reader.all(names, args![]).await?;
        let known: BTreeSet<String> = known.into_iter().map(|row| row.0).collect();
        let told = self.told.lock().expect("no panic").clone();
        let mut walks = BTreeSet::new();
        for (sql, plan) in &told {
            let tables = tables(sql);
            for step in plan.lines().filter(|step| walks_through(step)) {
                let alias = step.split_whitespace().nth(1).unwrap_or_default();
                for table in tables.get(alias).into_iter().flatten() {
                    if known.contains(table) && !small.contains(&table.as_str()) {
                        walks.insert(format!("{table}: {step}: {sql}"));
                    }
                }
            }
        }
        Ok(walks.into_iter().collect())
    }
}

/// Whether a step of a plan reads a table without a choice.
fn walks_through(step: &str) -> bool {
    let step = step.trim();
    if step.starts_with("SCAN ") {
        return true;
    }
    let Some((_, terms)) = step.rsplit_once('(').filter(|_| step.starts_with("SEARCH ")) else {
        return false;
    };
    let columns = terms.trim_end_matches(')').split(" AND ");
    columns
        .map(|term| term.split(['=', '<', '>']).next().unwrap_or_default())
        .all(|one| NO_CHOICE.contains(&one))
}

/// The tables of a statement, by the names that it gives them.
fn tables(sql: &str) -> BTreeMap<String, BTreeSet<String>> {
    const KEYWORDS: [&str; 11] =
        ["ON", "WHERE", "JOIN", "LEFT", "CROSS", "GROUP", "ORDER", "SET", "UNION", "LIMIT", "AS"];
    let words: Vec<&str> = sql.split([' ', '(', ')', ',']).filter(|word| !word.is_empty()).collect();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (nth, word) in words.iter().enumerate() {
        if !matches!(*word, "FROM" | "JOIN") {
            continue;
        }
        let Some(table) = words.get(nth + 1) else { continue };
        let alias = words.get(nth + 2).filter(|next| !KEYWORDS.contains(next)).unwrap_or(table);
        tables.entry((*alias).to_owned()).or_default().insert((*table).to_owned());
    }
    tables
}

impl Query for Explained<'_> {
    async fn all<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Vec<T>, StoreError> {
        self.explain(sql, &args).await?;
        self.reader.all(sql, args).await
    }

    async fn first<T: FromRow + Send>(&self, sql: &str, args: Args) -> Result<Option<T>, StoreError> {
        self.explain(sql, &args).await?;
        self.reader.first(sql, args).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_without_a_choice_walks() {
        for (step, walks) in [
            ("SCAN p", true),
            ("SEARCH v USING INDEX sponsor_version_list (district_id=? AND superseded_at=?)", true),
            ("SEARCH v USING PRIMARY KEY (district_id=?)", true),
            ("SEARCH v USING PRIMARY KEY (district_id=? AND sponsor_id=?)", false),
            ("SEARCH p USING INDEX pledge_by_end (district_id=? AND ends_on>? AND ends_on<?)", false),
            ("USE TEMP B-TREE FOR ORDER BY", false),
        ] {
            assert_eq!(walks_through(step), walks, "{step}");
        }
    }

    #[test]
    fn names_lead_to_tables() {
        let found = tables("SELECT 1 FROM pledge p JOIN (SELECT x FROM sponsor WHERE y) s ON s.x = p.y");
        assert_eq!(found["p"].first().map(String::as_str), Some("pledge"));
        assert_eq!(found["sponsor"].first().map(String::as_str), Some("sponsor"));
    }
}
