//! What families spent help in money on: written down with whoever works in their village, tied to what a doctor or
//! nutritionist advised, with photos of receipts, and seen by nobody who gives.
//!
//! A **report** ([`PutSpendingReport`]) belongs to a payment that arrived. It is corrected by a new version; the one before is
//! kept. What was not spent yet, or went to something that was not for the child, opens a conversation
//! ([`crate::follow_up`]): no payment, plan or coverage reads it. Whoever runs the programme, whoever works in the family's
//! village and auditors see it; holders of money and leaders see none of it, and the sums that leave the office hide what
//! few families spent ([`asuh_ground::disclosure`]).

mod command;
mod form;
mod home;
mod pages;
mod query;
pub mod rules;
mod sums;

pub use command::{Advice, NewAdvice, PutSpendingReport};
pub(super) use home::{copy, tasks};
#[cfg(test)]
pub(crate) use query::plans;
pub(super) use query::reported;

use asuh_ground::access::{Role, capability};
use asuh_ground::web::Routes;

capability! {
    /// Sees what families spent help in money on: who runs the programme, who works in their village, who audits. Never
    /// those who give, nor the public.
    pub struct ReadSpending = "spending.read": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::Auditor,
    ];
    /// Writes it down with the family.
    pub struct WriteSpending = "spending.write": [Role::FieldOfficer, Role::Cadre, Role::VillageVerifier];
    /// Sees what all families together spent, and takes the sums out of the office.
    pub struct ReadSpendingSums = "spending.sums": [Role::DistrictAdmin, Role::Auditor];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadSpending, _>("/laporan-belanja", pages::overview)
        .get::<ReadSpending, _>("/laporan-belanja/belum", pages::missing)
        .get::<ReadSpendingSums, _>("/laporan-belanja/rekap", sums::show)
        .get::<ReadSpendingSums, _>("/laporan-belanja/rekap/unduh", sums::download)
        .get::<ReadSpending, _>("/laporan-belanja/pembayaran/{id}", pages::show)
        .get::<WriteSpending, _>("/laporan-belanja/pembayaran/{id}/isi", form::new)
        .post::<WriteSpending, _>("/laporan-belanja/pembayaran/{id}/isi", form::put)
        .get::<ReadSpending, _>("/laporan-belanja/{id}/nota/{nth}", pages::receipt)
}
