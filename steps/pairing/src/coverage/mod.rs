//! Coverage: who of a frozen list, as it stood at the start of a month, is promised what it needs.

pub(super) mod moved;
mod pages;
mod panel;
pub(super) mod query;
mod village;

pub(super) use panel::panel;
pub use query::{Coverage, Share, coverage, shares};

use super::{ReadCovered, SeeCoverage};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<SeeCoverage, _>("/pasangan/{id}", pages::show)
        .get::<ReadCovered, _>("/pasangan/{id}/menunggu", pages::waiting)
        .get::<ReadCovered, _>("/pasangan/{id}/desa/{village}", village::page_of)
        .post::<ReadCovered, _>("/pasangan/{id}/desa/{village}/unduh", village::file)
        .post::<ReadCovered, _>("/pasangan/{id}/semua-desa/unduh", village::all_files)
}
