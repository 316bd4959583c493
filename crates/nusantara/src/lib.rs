//! Indonesian identifiers, money, dates and numbers.

mod digits;
mod serial;

pub mod family_card;
pub mod nik;
pub mod nip;
pub mod phone;
pub mod sex;
pub mod territory;

pub use family_card::FamilyCardNumber;
pub use nik::{Nik, NikError, NikWarning};
pub use nip::{Nip, NipError, NipKind, NipWarning};
pub use phone::{Phone, PhoneError, wa_me_text};
pub use sex::{Sex, SexError};
pub use territory::{Level, LevelError, TerritoryCode, TerritoryCodeError, VillageKind};
