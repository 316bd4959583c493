//! Indonesian identifiers, money, dates and numbers.
//!
//! * [`territory`]: Kemendagri codes and what lies inside them.
//! * [`nik`], [`family_card`], [`nip`], [`phone`], [`sex`]: what identifies people; personal, so never printed whole by `Debug`.
//! * [`language`]: the two languages people read and print in.
//! * [`money`], [`terbilang`](mod@terbilang): whole rupiah, in figures and in words.
//! * [`qris`]: the payment code of a fund holder, read and checked.
//! * [`number`]: decimals and counts as people here type and read them.
//! * [`date`], [`age`]: days, weeks, the three time zones, ages of children.
//! * [`name`]: names of people, tidied, searched for and shortened.
//!
//! Everything here is pure: no input or output, no clock. What cannot be read with certainty is refused with
//! a reason, never guessed.

mod digits;
mod serial;

pub mod age;
pub mod date;
pub mod family_card;
pub mod language;
pub mod money;
pub mod name;
pub mod nik;
pub mod nip;
pub mod number;
pub mod phone;
pub mod qris;
pub mod sex;
pub mod terbilang;
pub mod territory;

pub use date::Zone;
pub use family_card::FamilyCardNumber;
pub use language::Language;
pub use money::{MoneyError, Rupiah};
pub use nik::{Nik, NikError, NikWarning};
pub use nip::{Nip, NipError, NipKind, NipWarning};
pub use number::NumberError;
pub use phone::{Phone, PhoneError, wa_me_text};
pub use qris::{Qris, QrisError};
pub use sex::{Sex, SexError};
pub use terbilang::{terbilang, terbilang_rupiah};
pub use territory::{Level, LevelError, TerritoryCode, TerritoryCodeError, VillageKind};
