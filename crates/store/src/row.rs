//! Rows that come back.

use sqlx::{Column as _, Row as _};

use crate::args::day_from_number;
use crate::driver::{Cell, RawRow};
use crate::{DistrictId, Id, Instant, StoreError};

/// One row of an answer.
pub struct Row(pub(crate) RawRow);

impl Row {
    /// The value of a column by name.
    ///
    /// # Errors
    /// The column is missing, is NULL where the type does not allow it, or holds another type.
    pub fn get<T: Column>(&self, column: &str) -> Result<T, StoreError> {
        T::read(self, column)
    }

    /// The name of the first column.
    fn first_column(&self) -> Option<&str> {
        match &self.0 {
            RawRow::Sqlite(row) => row.columns().first().map(|name| &**name),
            RawRow::Postgres(row) => row.columns().first().map(|column| column.name()),
        }
    }
}

/// A type made from a row; usually by [`row_struct!`](crate::row_struct).
pub trait FromRow: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// A column is missing or holds something else.
    fn from_row(row: &Row) -> Result<Self, StoreError>;
}

/// A type that a column can hold.
pub trait Column: Sized {
    /// Reads the column.
    ///
    /// # Errors
    /// The column is missing or holds something else.
    fn read(row: &Row, column: &str) -> Result<Self, StoreError>;
}

/// Types that are made from what a row shows, without a copy in between: `$shown` is the type of that, of the kind
/// `$cell` on SQLite.
macro_rules! shown {
    ($($type:ty, $shown:ty, $cell:ident => |$v:ident, $column:ident| $value:expr);+ $(;)?) => { $(
        impl Column for $type {
            fn read(row: &Row, $column: &str) -> Result<Self, StoreError> {
                let $v = match &row.0 {
                    RawRow::Sqlite(row) => match row.cell($column) {
                        Some(Cell::$cell(value)) => value,
                        other => return Err(other_kind::<$type>($column, other)),
                    },
                    RawRow::Postgres(row) => row.try_get::<$shown, _>($column)?,
                };
                $value
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, $column: &str) -> Result<Self, StoreError> {
                let found = match &row.0 {
                    RawRow::Sqlite(row) => match row.cell($column) {
                        Some(Cell::$cell(value)) => Some(value),
                        Some(Cell::Null) => None,
                        other => return Err(other_kind::<$type>($column, other)),
                    },
                    RawRow::Postgres(row) => row.try_get::<Option<$shown>, _>($column)?,
                };
                match found {
                    Some($v) => $value.map(Some),
                    None => Ok(None),
                }
            }
        }
    )+ };
}
shown! {
    i64, i64, Int => |v, _c| Ok::<i64, StoreError>(v);
    String, &str, Text => |v, _c| Ok::<String, StoreError>(v.to_owned());
    Vec<u8>, &[u8], Bytes => |v, _c| Ok::<Vec<u8>, StoreError>(v.to_vec());
    Id, &[u8], Bytes => |v, c| v.try_into().map(Id::from_bytes).map_err(|_| shape(c, v.len()));
    [u8; 32], &[u8], Bytes => |v, c| v.try_into().map_err(|_| shape(c, v.len()));
}

fn other_kind<T>(column: &str, cell: Option<Cell<'_>>) -> StoreError {
    let found = match cell {
        None => "is missing",
        Some(Cell::Null) => "holds NULL",
        Some(Cell::Int(_)) => "holds an integer",
        Some(Cell::Text(_)) => "holds a text",
        Some(Cell::Bytes(_)) => "holds bytes",
        Some(Cell::Real) => "holds a floating point number",
    };
    StoreError::Shape(format!("column {column} {found}, not {}", std::any::type_name::<T>()))
}

macro_rules! via {
    ($($type:ty, $from:ty => |$v:ident, $column:ident| $value:expr);+ $(;)?) => { $(
        impl Column for $type {
            fn read(row: &Row, $column: &str) -> Result<Self, StoreError> {
                let $v = <$from>::read(row, $column)?;
                $value
            }
        }
        impl Column for Option<$type> {
            fn read(row: &Row, $column: &str) -> Result<Self, StoreError> {
                match Option::<$from>::read(row, $column)? {
                    Some($v) => $value.map(Some),
                    None => Ok(None),
                }
            }
        }
    )+ };
}
via! {
    bool, i64 => |v, _c| Ok::<bool, StoreError>(v != 0);
    i32, i64 => |v, c| i32::try_from(v).map_err(|_| shape(c, v));
    u32, i64 => |v, c| u32::try_from(v).map_err(|_| shape(c, v));
    DistrictId, i64 => |v, _c| Ok::<DistrictId, StoreError>(DistrictId(v));
    Instant, i64 => |v, _c| Ok::<Instant, StoreError>(Instant(v));
    time::Date, i64 => |v, c| day_from_number(v).ok_or_else(|| shape(c, v));
}

fn shape(column: &str, value: impl std::fmt::Display) -> StoreError {
    StoreError::Shape(format!("column {column} holds {value}"))
}

impl<T: Column> FromRow for (T,) {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let name = row.first_column().ok_or_else(|| StoreError::Shape("a row without columns".into()))?;
        Ok((T::read(row, name)?,))
    }
}

/// Defines a struct whose fields are read from the columns of the same names.
///
/// ```
/// asuh_store::row_struct! {
///     /// A family in a list.
///     pub struct FamilyLine {
///         /// Its key.
///         pub id: asuh_store::Id,
///         /// Name of its head.
///         pub head_name: String,
///     }
/// }
/// ```
#[macro_export]
macro_rules! row_struct {
    ($(#[$meta:meta])* $vis:vis struct $name:ident {
        $($(#[$field_meta:meta])* $field_vis:vis $field:ident : $type:ty),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone)]
        $vis struct $name { $($(#[$field_meta])* $field_vis $field: $type),* }
        impl $crate::FromRow for $name {
            fn from_row(row: &$crate::Row) -> Result<Self, $crate::StoreError> {
                Ok($name { $($field: row.get(stringify!($field))?),* })
            }
        }
    };
}
