//! Indonesian identifiers, money, dates and numbers.

mod serial;

pub mod sex;
pub mod territory;

pub use sex::{Sex, SexError};
pub use territory::{Level, LevelError, TerritoryCode, TerritoryCodeError, VillageKind};
