//! The district's table of foods: what 100 grams hold, what allergies must know of, and what a food is in the books.

mod command;
mod pages;
mod query;
mod sheet;
mod start;

pub use command::{AddStartFoods, PutFoods};
pub(super) use pages::{keeps, words};
pub(super) use query::all;

#[cfg(test)]
pub(super) use query::plans;

use super::{KeepFoods, ReadKitchens};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadKitchens, _>("/bahan-makanan", pages::list)
        .get::<ReadKitchens, _>("/bahan-makanan/unduh", pages::download)
        .get::<KeepFoods, _>("/bahan-makanan/unggah", pages::upload)
        .post::<KeepFoods, _>("/bahan-makanan/unggah", pages::take)
        .post::<KeepFoods, _>("/bahan-makanan/awal", pages::start)
        .get::<KeepFoods, _>("/bahan-makanan/baru", pages::new)
        .post::<KeepFoods, _>("/bahan-makanan/baru", pages::create)
        .get::<KeepFoods, _>("/bahan-makanan/{food}", pages::edit)
        .post::<KeepFoods, _>("/bahan-makanan/{food}", pages::put)
}
