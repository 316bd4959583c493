//! Programmes of pairing: their list, needs, and the rule of who comes first.

pub(super) mod command;
mod pages;
mod pool_pages;
pub(super) mod pools;
pub(super) mod query;
mod rule_pages;

pub use command::{Need, SetList, SetNeeds, SetRule, StartProgramme};
pub(super) use pages::found as programme_or_404;
pub use pools::{AddPool, RemovePool};
pub use query::{Programme, all as programmes, unit_rupiah};

use super::{ManagePairing, SeeCoverage};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeCoverage, _>("/pasangan", pages::list)
        .get::<ManagePairing, _>("/pasangan/baru", pages::new)
        .post::<ManagePairing, _>("/pasangan/baru", pages::start)
        .get::<ManagePairing, _>("/pasangan/{id}/pengaturan", pages::settings)
        .post::<ManagePairing, _>("/pasangan/{id}/daftar", pages::set_list)
        .post::<ManagePairing, _>("/pasangan/{id}/kebutuhan", pages::set_needs)
        .get::<ManagePairing, _>("/pasangan/{id}/kumpulan", pool_pages::list)
        .post::<ManagePairing, _>("/pasangan/{id}/kumpulan", pool_pages::add)
        .post::<ManagePairing, _>("/pasangan/{id}/kumpulan/{campaign}/lepas", pool_pages::remove)
        .get::<SeeCoverage, _>("/pasangan/{id}/aturan", rule_pages::show)
        .public_get("/aturan-pasangan", rule_pages::public)
        .get::<ManagePairing, _>("/pasangan/{id}/aturan/ubah", rule_pages::edit)
        .post::<ManagePairing, _>("/pasangan/{id}/aturan/ubah", rule_pages::put)
}
