//! *Hari ini*: which families wait for their mentor, the most urgent first. Nothing of it is stored.

pub(crate) mod ended;
mod pages;
pub(crate) mod query;
pub mod rules;

pub(crate) use pages::waiting;

use crate::ReadVisits;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new().get::<ReadVisits, _>("/pendampingan", pages::today)
}
