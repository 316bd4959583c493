//! Zakat, as Baznas reports it.
//!
//! Zakat is collected and given out by Baznas, LAZ and their UPZ alone (UU 23/2011, Pasal 38). What they tell of it is noted
//! with their paper ([`RecordZakat`]), beside what we hold and never in a sum with it: the books refuse to post anything of a
//! fund of this kind ([`asuh_ground::books::is_zakat`]). Families that they found eligible are marked so, with the asnaf.

mod command;
mod home;
mod pages;
mod query;

pub use command::{ASNAF, MarkAsnaf, RecordZakat, WithdrawZakat};
pub(super) use home::{copy, family_panel};
#[cfg(test)]
pub(crate) use query::plans;
pub(crate) use query::reported;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees the sums that Baznas reports.
    pub struct ReadZakat = "zakat.read": [Role::DistrictAdmin, Role::Treasurer, Role::Leader, Role::Auditor];
    /// Notes and withdraws reports: who runs the programme, and the treasurer of whoever reports.
    pub struct KeepZakat = "zakat.keep": [Role::DistrictAdmin, Role::Treasurer];
    /// Sees the families that Baznas found eligible.
    pub struct ReadAsnaf = "zakat.read_families": [Role::DistrictAdmin, Role::Auditor];
    /// Marks them.
    pub struct KeepAsnaf = "zakat.keep_families": [Role::DistrictAdmin];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadZakat, _>("/zakat", pages::list)
        .get::<KeepZakat, _>("/zakat/baru", pages::new)
        .post::<KeepZakat, _>("/zakat/baru", pages::record)
        .get::<ReadZakat, _>("/zakat/{id}", pages::show)
        .get::<ReadZakat, _>("/zakat/{id}/dokumen", pages::document)
        .post::<KeepZakat, _>("/zakat/{id}/tarik", pages::withdraw)
        .post::<KeepAsnaf, _>("/zakat/{id}/cari", pages::search)
        .post::<KeepAsnaf, _>("/zakat/{id}/keluarga", pages::mark)
}
