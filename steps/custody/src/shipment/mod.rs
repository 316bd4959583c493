//! Goods between two places of custody, with both sides: sent by one, received by another, and in transit until then.

mod command;
pub(super) mod pages;
pub(super) mod print;
pub(super) mod query;

pub use command::{CancelShipment, ReceiveShipment, SendShipment, ShipmentPart};
pub(super) use command::{explained, place_of};
