//! asuh: software with which an Indonesian district (kabupaten) fights stunting through foster parents.
//!
//! Read [`steps`] first: it is the programme, in the order of its data. [`ground`] is what every step stands
//! on, [`gates`] how the world comes in.

pub mod gates;
pub mod ground;
pub mod serve;
pub mod steps;

rust_i18n::i18n!("../../locales", fallback = "id");
