//! Kitchens: the villages they cook for, who works there, what lies in their store.

mod command;
mod pages;
mod query;

pub use command::{Hand, PutKitchen};
pub(super) use query::{StoreLine, kitchen, kitchens, serves, store_of, villages_of};

#[cfg(test)]
pub(super) use query::plans;

use super::{KeepKitchens, ReadKitchens};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadKitchens, _>("/dapur", pages::list)
        .get::<ReadKitchens, _>("/dapur/{id}", pages::show)
        .get::<KeepKitchens, _>("/dapur/{id}/ubah", pages::edit)
        .post::<KeepKitchens, _>("/dapur/{id}/ubah", pages::put)
}
