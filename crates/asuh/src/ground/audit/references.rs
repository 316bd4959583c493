//! Ids that point to rows of other parts: the schema keeps references within a part whole, `asuh check` the rest.
//!
//! Each part names its own in [`Part::references`](crate::ground::part::Part); one query per reference finds the
//! rows that point to nothing.

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use crate::ground::App;

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
}

impl Reference {
    /// `table.column` points to the `id` of `target`.
    pub const fn id(table: &'static str, column: &'static str, target: &'static str) -> Reference {
        Reference { table, column, when: "", target, key: "id" }
    }

    /// `table.column` points to the `code` of `target`.
    pub const fn code(table: &'static str, column: &'static str, target: &'static str) -> Reference {
        Reference { table, column, when: "", target, key: "code" }
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

    /// How many rows of a district point to nothing. The target's primary key answers; the table is read whole.
    async fn dangling(&self, db: &impl Query, district: DistrictId) -> Result<i64, StoreError> {
        let Reference { table, column, when, target, key } = self;
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
