//! Plans: who receives how much for a month, drafted, frozen, signed.

mod draft;
mod pages;
mod print;
mod proposal;
mod query;
mod sign;

pub use draft::{DiscardPlan, DraftPlan, ExcludePayment, LockPlan, RedraftPlan};
pub(super) use draft::{accounts, hold_month};
pub(crate) use pages::read_month;
pub use proposal::Source;
#[cfg(test)]
pub(super) use query::plans_of;
pub(super) use query::{PlanLine, in_states, plan, sums};
pub use sign::{ReturnPlan, SignPlan};
pub(super) use sign::{hold, reached, refuse_barred, step};

use super::{ApproveCash, AuthoriseCash, DraftCash, ReadCash, ReadCashNames, ReleaseCash, ReturnCash};
use asuh_ground::papers;
use asuh_ground::web::Routes;
use print::PaymentList;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadCash, _>("/bantuan-uang", pages::list)
        .get::<DraftCash, _>("/bantuan-uang/baru", pages::new)
        .post::<DraftCash, _>("/bantuan-uang/baru", pages::draft)
        .get::<ReadCash, _>("/bantuan-uang/{id}", pages::show)
        .post::<ReadCashNames, _>("/bantuan-uang/{id}/cari", pages::search)
        .post::<DraftCash, _>("/bantuan-uang/{id}/hitung-ulang", pages::redraft)
        .get::<DraftCash, _>("/bantuan-uang/{id}/kunci", pages::lock_check)
        .post::<DraftCash, _>("/bantuan-uang/{id}/kunci", pages::lock)
        .post::<DraftCash, _>("/bantuan-uang/{id}/buang", pages::discard)
        .get::<ApproveCash, _>("/bantuan-uang/{id}/setujui", pages::approve_check)
        .post::<ApproveCash, _>("/bantuan-uang/{id}/setujui", pages::approve)
        .get::<AuthoriseCash, _>("/bantuan-uang/{id}/sahkan", pages::authorise_check)
        .post::<AuthoriseCash, _>("/bantuan-uang/{id}/sahkan", pages::authorise)
        .post::<ReturnCash, _>("/bantuan-uang/{id}/kembalikan", pages::send_back)
        .get::<ReadCashNames, _>("/bantuan-uang/{id}/daftar", print::list)
        .get::<ReadCashNames, _>("/bantuan-uang/{id}/daftar/pdf", papers::file::<PaymentList>)
        .post::<ReadCashNames, _>("/bantuan-uang/{id}/daftar/pdf", papers::print::<PaymentList>)
        .get::<ReadCashNames, _>("/bantuan-uang/{id}/daftar/naskah", papers::signed::<PaymentList>)
        .post::<ReleaseCash, _>("/bantuan-uang/{id}/daftar/naskah", papers::add_signed::<PaymentList>)
}
