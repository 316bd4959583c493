//! Payments: released, tried, what became of them.

mod outcome;
mod pages;
mod query;
mod receipt;
mod release;

pub(crate) use outcome::check;
pub use outcome::{ClosePlan, HandOut, TakeBackOutcome};
pub(super) use outcome::{Known, Outcome, by_reference, decide};
#[cfg(test)]
pub(super) use query::plans_of;
pub(crate) use query::received_by;
pub(super) use query::{FamilyPayment, cash_waiting, file_lines, of_family};
pub use release::{ReleasePlan, RetryPayment};

use super::{DraftCash, HandCash, OpenPayment, ReleaseCash};
use asuh_ground::papers;
use asuh_ground::web::Routes;
use receipt::Receipt;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<HandCash, _>("/bantuan-uang/tunai", pages::cash)
        .get::<OpenPayment, _>("/pembayaran/{id}", pages::show)
        .post::<DraftCash, _>("/pembayaran/{id}/keluarkan", pages::exclude)
        .post::<HandCash, _>("/pembayaran/{id}/serahkan", pages::hand)
        .post::<ReleaseCash, _>("/pembayaran/{id}/ulangi", pages::retry)
        .post::<ReleaseCash, _>("/pembayaran/{id}/batalkan-catatan", pages::take_back)
        .get::<OpenPayment, _>("/pembayaran/{id}/kuitansi", receipt::show)
        .get::<OpenPayment, _>("/pembayaran/{id}/kuitansi/pdf", papers::file::<Receipt>)
        .post::<OpenPayment, _>("/pembayaran/{id}/kuitansi/pdf", papers::print::<Receipt>)
        .get::<OpenPayment, _>("/pembayaran/{id}/bukti/{kind}", pages::evidence)
}
