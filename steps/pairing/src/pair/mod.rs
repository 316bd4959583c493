//! Pairs that act: by hand, and the letters about them.

pub(super) mod command;
mod letters;
mod pages;
pub(super) mod query;

pub use command::{EndPair, PairByHand};

use super::{ManagePairing, ReadRuns};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ManagePairing, _>("/pasangan/{id}/sasaran/{person}", pages::show)
        .post::<ManagePairing, _>("/pasangan/{id}/sasaran/{person}", pages::pair)
        .post::<ManagePairing, _>("/pasang/{pair}/akhiri", pages::end)
        .post::<ManagePairing, _>("/pasang/{pair}/keluarga-sendiri", pages::related)
        .get::<ReadRuns, _>("/pasangan/{id}/surat", letters::list)
        .get::<ReadRuns, _>("/pasangan/{id}/surat/{sponsor}", letters::letter)
        .get::<ReadRuns, _>("/perhitungan/{run}/surat", letters::of_run)
}
