//! Understanding risk: whether a family is at risk by our own rules, beside BKKBN's flag and never over it, and its
//! welfare rank (desil), several over time.
//!
//! What our rules say is derived and kept ([`store::refresh`] within the command that touched the family or a
//! member, [`job`] after a change of the rules and every hour for those whom a birthday changed): lists filter and
//! count by it. `asuh check` computes it anew and compares; the family's own page shows what the same function says.

mod check;
mod desil;
mod job;
mod norms;
pub(super) mod pages;
mod query;
mod reading;
pub mod rules;
mod store;
mod targets;
mod words;

pub(super) use check::check;
pub use desil::PutDesil;
pub(super) use desil::{Desil, NewDesil, desils, kept as kept_desils, put as put_desils};
pub use job::renew;
pub(super) use job::{RECOMPUTE, recompute};
pub use norms::PutRiskRules;
pub(super) use query::RiskFilter;
pub(super) use store::{reading, refresh};
pub(super) use words::{because, factor_words};

use super::rights::{KeepFamilies, KeepRiskRules, ReadFamilies};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadFamilies, _>("/sasaran/krs", pages::comparison)
        .post::<ReadFamilies, _>("/sasaran/krs/unduh", pages::export)
        .get::<ReadFamilies, _>("/sasaran/krs/aturan", pages::norms::show)
        .post::<KeepRiskRules, _>("/sasaran/krs/aturan", pages::norms::put)
        .get::<KeepFamilies, _>("/sasaran/{id}/desil", pages::desil::form)
        .post::<KeepFamilies, _>("/sasaran/{id}/desil", pages::desil::put)
}
