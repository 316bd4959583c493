//! Values bound to a statement.

use crate::{DistrictId, Id, Instant};

/// A value as the engines take it: both know these three kinds alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// An integer: numbers, instants, days, yes and no.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes: ids, hashes, sealed values.
    Bytes(Option<Vec<u8>>),
    /// The bytes of an id, which need no memory of their own: most values of a large statement are ids.
    Id(Id),
}

/// Something that can be bound to a `$n` of a statement.
pub trait Arg {
    /// The value as the engines take it.
    fn value(self) -> Value;
}

macro_rules! arg {
    ($($type:ty => |$v:ident| $value:expr),+ $(,)?) => { $(
        impl Arg for $type {
            fn value(self) -> Value { let $v = self; $value }
        }
    )+ };
}

arg! {
    i64 => |v| Value::Int(Some(v)),
    Option<i64> => |v| Value::Int(v),
    i32 => |v| Value::Int(Some(i64::from(v))),
    u32 => |v| Value::Int(Some(i64::from(v))),
    Option<u32> => |v| Value::Int(v.map(i64::from)),
    bool => |v| Value::Int(Some(i64::from(v))),
    Option<bool> => |v| Value::Int(v.map(i64::from)),
    String => |v| Value::Text(Some(v)),
    Option<String> => |v| Value::Text(v),
    &str => |v| Value::Text(Some(v.to_owned())),
    &String => |v| Value::Text(Some(v.clone())),
    Option<&str> => |v| Value::Text(v.map(str::to_owned)),
    Vec<u8> => |v| Value::Bytes(Some(v)),
    Option<Vec<u8>> => |v| Value::Bytes(v),
    &[u8] => |v| Value::Bytes(Some(v.to_vec())),
    [u8; 32] => |v| Value::Bytes(Some(v.to_vec())),
    Id => |v| Value::Id(v),
    Option<Id> => |v| v.map_or(Value::Bytes(None), Value::Id),
    DistrictId => |v| Value::Int(Some(v.0)),
    Instant => |v| Value::Int(Some(v.0)),
    Option<Instant> => |v| Value::Int(v.map(|at| at.0)),
    time::Date => |v| Value::Int(Some(day_number(v))),
    Option<time::Date> => |v| Value::Int(v.map(day_number)),
}

/// A day as it is stored: `20261102`. Sorts and compares as a day on both engines and can be read by a
/// person with the engine's own shell.
pub(crate) fn day_number(date: time::Date) -> i64 {
    i64::from(date.year()) * 10_000 + i64::from(u8::from(date.month())) * 100 + i64::from(date.day())
}

/// The day behind a stored number, if it is one.
pub(crate) fn day_from_number(number: i64) -> Option<time::Date> {
    let year = i32::try_from(number / 10_000).ok()?;
    let month = time::Month::try_from(u8::try_from(number / 100 % 100).ok()?).ok()?;
    time::Date::from_calendar_date(year, month, u8::try_from(number % 100).ok()?).ok()
}

/// The bound values of a statement, in the order of its `$1`, `$2`, ...
#[derive(Debug, Clone, Default)]
pub struct Args(pub(crate) Vec<Value>);

impl Args {
    /// No values yet.
    pub fn new() -> Self {
        Args::default()
    }

    /// These values, in this order; see [`args!`](crate::args).
    pub fn of(values: Vec<Value>) -> Self {
        Args(values)
    }

    /// Adds a value and returns its place, `$n`, for statements whose conditions are put together.
    pub fn push(&mut self, value: impl Arg) -> String {
        self.0.push(value.value());
        format!("${}", self.0.len())
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, value: impl Arg) -> Self {
        self.0.push(value.value());
        self
    }
}

/// The values of a statement: `args![district, id, "text"]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { $crate::Args::of(vec![$($crate::Arg::value($value)),*]) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_keep_their_order_and_come_back() {
        let early = time::macros::date!(2025 - 12 - 31);
        let late = time::macros::date!(2026 - 01 - 01);
        assert_eq!(day_number(early), 20_251_231);
        assert!(day_number(early) < day_number(late));
        assert_eq!(day_from_number(day_number(late)), Some(late));
        assert_eq!(day_from_number(20_260_231), None);
        assert_eq!(day_from_number(-1), None);
    }
}
