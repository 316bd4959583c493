//! Help that is built once and stays: clean water, a latrine, a better house.
//!
//! A **work** is ordered ([`OrderWork`]) for what a family needs once, from a promise or from somebody else's money, begun
//! ([`StartWork`]), and handed over to the family ([`HandOverWork`]): signed, or with a thumbprint and a witness, or on paper
//! that is scanned. So it goes from planned to in work to handed over; until then it may be cancelled with a reason. Its
//! worth in rupiah is stated with who held the money. That money is not in our books, unless a fund of ours pays
//! ([`PayWork`]): then a treasurer does, who did not order it, and the books hold the family for what was spent on it.
//! Months later somebody looks whether it still serves ([`CheckWork`]).
//!
//! Photos show the place before and after, with the guardian's consent alone; no work waits for one.

mod check;
mod command;
mod funds;
mod hand_over;
mod home;
mod order;
mod pages;
mod paper;
mod pay;
mod photo;
mod query;
pub mod rules;

pub use check::CheckWork;
pub use command::{CancelWork, ChangeWork, OrderWork, Ordered, StartWork};
pub use hand_over::{HandOverWork, ReopenWork};
pub(crate) use home::{
    check as audit, copy, family_panel, gifts, help_moved, received_by, sponsor_panel, tasks,
};
pub(crate) use pages::options;
pub use pay::{PayWork, TakeBackWorkPayment};
pub use photo::{AddWorkPhoto, RemoveWorkPhoto};
#[cfg(test)]
pub(crate) use query::plans;

use asuh_ground::access::{Role, capability};
use asuh_ground::papers;
use asuh_ground::web::Routes;
use paper::{Order, Protocol};

capability! {
    /// Sees works within reach, with the names of families.
    pub struct ReadWorks = "works.read": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier, Role::SubdistrictVerifier,
        Role::Auditor,
    ];
    /// Orders works, changes and reopens them: knows who promised.
    pub struct OrderWorks = "works.keep": [Role::DistrictAdmin];
    /// Begins works, adds photos, hands them over, cancels them, looks after them later.
    pub struct DoWorks = "works.do": [
        Role::DistrictAdmin, Role::FieldOfficer, Role::Cadre, Role::VillageVerifier,
    ];
    /// Pays for works out of the funds that he holds: numbers and sums, no names of families.
    pub struct PayWorks = "works.pay": [Role::Treasurer];
}

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadWorks, _>("/pekerjaan", pages::list)
        .post::<ReadWorks, _>("/pekerjaan/cari", pages::search)
        .get::<OrderWorks, _>("/pekerjaan/kebutuhan", order::needs)
        .get::<OrderWorks, _>("/pekerjaan/baru/{family}", order::new)
        .post::<OrderWorks, _>("/pekerjaan/baru/{family}", order::put)
        .get::<ReadWorks, _>("/pekerjaan/{id}", pages::show)
        .get::<OrderWorks, _>("/pekerjaan/{id}/ubah", order::edit)
        .post::<OrderWorks, _>("/pekerjaan/{id}/ubah", order::change)
        .post::<DoWorks, _>("/pekerjaan/{id}/mulai", pages::start)
        .post::<DoWorks, _>("/pekerjaan/{id}/batal", pages::cancel)
        .post::<OrderWorks, _>("/pekerjaan/{id}/buka", pages::reopen)
        .post::<DoWorks, _>("/pekerjaan/{id}/cek", pages::check)
        .get::<DoWorks, _>("/pekerjaan/{id}/serah-terima", pages::hand_over_form)
        .post::<DoWorks, _>("/pekerjaan/{id}/serah-terima", pages::hand_over)
        .post::<DoWorks, _>("/pekerjaan/{id}/foto", photo::add)
        .get::<ReadWorks, _>("/pekerjaan/{id}/foto/{nth}", photo::show)
        .post::<DoWorks, _>("/pekerjaan/{id}/foto/{nth}/hapus", photo::remove)
        .get::<ReadWorks, _>("/pekerjaan/{id}/perintah", paper::order)
        .get::<ReadWorks, _>("/pekerjaan/{id}/perintah/pdf", papers::file::<Order>)
        .post::<ReadWorks, _>("/pekerjaan/{id}/perintah/pdf", papers::print::<Order>)
        .get::<ReadWorks, _>("/pekerjaan/{id}/perintah/naskah", papers::signed::<Order>)
        .post::<DoWorks, _>("/pekerjaan/{id}/perintah/naskah", papers::add_signed::<Order>)
        .get::<ReadWorks, _>("/pekerjaan/{id}/bast", paper::protocol)
        .get::<ReadWorks, _>("/pekerjaan/{id}/bast/pdf", papers::file::<Protocol>)
        .post::<ReadWorks, _>("/pekerjaan/{id}/bast/pdf", papers::print::<Protocol>)
        .get::<ReadWorks, _>("/pekerjaan/{id}/bast/naskah", papers::signed::<Protocol>)
        .post::<DoWorks, _>("/pekerjaan/{id}/bast/naskah", papers::add_signed::<Protocol>)
        .get::<PayWorks, _>("/pekerjaan-dana", funds::list)
        .get::<PayWorks, _>("/pekerjaan-dana/{id}", funds::show)
        .post::<PayWorks, _>("/pekerjaan-dana/{id}/bayar", funds::pay)
        .post::<PayWorks, _>("/pekerjaan-dana/{id}/kembali", funds::take_back)
}
