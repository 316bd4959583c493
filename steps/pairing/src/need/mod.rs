//! What a family needs once: clean water, a latrine, a better house, education.

mod command;
mod pages;
mod query;

pub use command::{ChangeNeed, NoteNeed, meet_need, promise_need, reopen_need};
pub(super) use query::{NeedLine, of_family};

use super::KeepNeeds;
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<KeepNeeds, _>("/kebutuhan-keluarga", pages::list)
        .get::<KeepNeeds, _>("/kebutuhan-keluarga/keluarga/{family}", pages::family)
        .post::<KeepNeeds, _>("/kebutuhan-keluarga/keluarga/{family}", pages::note)
        .post::<KeepNeeds, _>("/kebutuhan-keluarga/{need}/ubah", pages::change)
}
