//! Menus: what goes into a portion, what it holds, for whom it is.

mod command;
mod norm;
mod pages;
mod query;

pub use command::{MenuPart, PutMenu, RetireMenu};
pub use norm::PutMealNorms;
pub(super) use query::{Menu, by_id, offered};

#[cfg(test)]
pub(super) use query::plans;

use super::{KeepFoods, KeepMenus, ReadKitchens};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadKitchens, _>("/menu-dapur", pages::list)
        .get::<ReadKitchens, _>("/menu-dapur/patokan", norm::show)
        .post::<KeepFoods, _>("/menu-dapur/patokan", norm::put)
        .get::<KeepMenus, _>("/menu-dapur/baru", pages::new)
        .post::<KeepMenus, _>("/menu-dapur/baru", pages::create)
        .get::<ReadKitchens, _>("/menu-dapur/{id}", pages::show)
        .get::<KeepMenus, _>("/menu-dapur/{id}/ubah", pages::edit)
        .post::<KeepMenus, _>("/menu-dapur/{id}/ubah", pages::put)
        .post::<KeepMenus, _>("/menu-dapur/{id}/arsip", pages::retire)
}
