//! Ids that point to rows of other parts: the schema keeps references within a part whole, `asuh check` the rest.
//!
//! Each part names its own in [`Part::references`](crate::part::Part); one query per reference finds the
//! rows that point to nothing.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use crate::App;

/// A column whose values are keys of a table of the same district, or are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The table.
    pub table: &'static str,
    /// Its column.
    pub column: &'static str,
    /// Which rows of the table, as SQL about `r`; empty: all.
    pub when: &'static str,
    /// The table that it points to.
    pub target: &'static str,
    /// The column of that table, beside its district.
    pub key: &'static str,
    /// What its rows are to people, as a translation key, where they are somebody's work that needs the target;
    /// empty: they are not, or come and go with it.
    pub work: &'static str,
    /// Which of those rows still hold, as SQL about `r`, where `$2` is the import that is taken back; empty: all.
    pub live: &'static str,
}

impl Reference {
    /// `table.column` points to the `id` of `target`.
    pub const fn id(table: &'static str, column: &'static str, target: &'static str) -> Reference {
        Reference { table, column, when: "", target, key: "id", work: "", live: "" }
    }

    /// `table.column` points to the `code` of `target`.
    pub const fn code(table: &'static str, column: &'static str, target: &'static str) -> Reference {
        Reference { table, column, when: "", target, key: "code", work: "", live: "" }
    }

    /// `table.column` is a user, or the program itself.
    pub const fn user(table: &'static str, column: &'static str) -> Reference {
        Reference::id(table, column, "app_user")
    }

    /// Of the rows alone for which this SQL about `r` holds.
    #[must_use]
    pub const fn when(self, when: &'static str) -> Reference {
        Reference { when, ..self }
    }

    /// Its rows are work that needs the target, as long as this SQL about `r` holds of them: what they point to is
    /// not taken back with the import that brought it.
    #[must_use]
    pub const fn work(self, work: &'static str, live: &'static str) -> Reference {
        Reference { work, live, ..self }
    }

    /// Whether its rows are somebody's work.
    pub fn is_work(&self) -> bool {
        !self.work.is_empty()
    }

    /// SQL that is true where such work points to `target`, a column of the statement around it whose district is
    /// `$1`.
    pub fn points_to(&self, target: &str) -> String {
        let Reference { table, column, when, live, .. } = self;
        let mut sql =
            format!("EXISTS (SELECT 1 FROM {table} r WHERE r.district_id = $1 AND r.{column} = {target}");
        for condition in [when, live].into_iter().filter(|condition| !condition.is_empty()) {
            sql.push_str(&format!(" AND {condition}"));
        }
        sql.push(')');
        sql
    }

    /// How many rows of a district point to nothing. The target's primary key answers; the table is read whole.
    async fn dangling(&self, db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
        let Reference { table, column, when, target, key, .. } = self;
        let mut args = args![district];
        let mut sql = format!(
            "SELECT COUNT(*) AS n FROM {table} r LEFT JOIN {target} t \
             ON t.district_id = r.district_id AND t.{key} = r.{column} \
             WHERE r.district_id = $1 AND r.{column} IS NOT NULL AND t.{key} IS NULL"
        );
        if *target == "app_user" {
            sql.push_str(&format!(" AND r.{column} <> {}", args.push(Id::SYSTEM)));
        }
        if !when.is_empty() {
            sql.push_str(&format!(" AND {when}"));
        }
        db.number(&sql, args).await
    }
}

/// Every reference of every part that is not whole, with the number of its rows.
///
/// # Errors
/// The store fails.
pub(super) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let mut findings = Vec::new();
    for reference in &app.registry.references {
        let rows = reference.dangling(app.store.reader(), district).await?;
        if rows > 0 {
            let Reference { table, column, target, .. } = reference;
            findings.push(format!("{table}.{column}: {rows} rows point to no {target}"));
        }
    }
    Ok(findings)
}
