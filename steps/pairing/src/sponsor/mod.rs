//! What a sponsor sees of those whom he helps, and whom he may visit.

mod command;
mod news_panel;
mod pages;
mod panel;

pub use command::{ApproveVisitor, EndVisitor, VisitedChild, visited_children};
pub(super) use command::{end_lapsed, guardian_agrees, may_visit};
pub(super) use news_panel::news_panel;
pub(super) use panel::panel;

use super::{ManagePairing, OwnPairs};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .post::<ManagePairing, _>("/pasang/{pair}/pengunjung", pages::approve)
        .post::<ManagePairing, _>("/pasang/{pair}/pengunjung/cabut", pages::end)
        .get::<OwnPairs, _>("/janji/anak/{person}", pages::child)
}
