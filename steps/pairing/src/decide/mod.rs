//! Pairs that stand but do not act any more, or may not be: whose sponsor retired, moved, died or stopped, who turned out
//! to be related or was moved to an office above a parent's, whose child left. Nothing has to be decided for a figure to be
//! right; but a child waits, or a sponsor has units for another one, and the admin's first page says so.

mod pages;
mod query;

pub(super) use query::{close_dead, counts};

use super::ManagePairing;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new().get::<ManagePairing, _>("/pasangan/{id}/putuskan", pages::list)
}
