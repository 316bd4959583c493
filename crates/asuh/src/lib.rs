//! asuh: software with which an Indonesian district (kabupaten) fights stunting through foster parents.
//!
//! Read [`steps`] first: it is the programme, in the order of its data. [`asuh_ground`] is what every step stands
//! on, [`gates`] how the world comes in.

pub mod gates;
pub mod serve;
pub mod steps;
