//! Where the caregivers of families receive help in money.

mod command;
mod pages;
mod query;

pub use command::{EndReceiverAccount, PutReceiverAccount};
#[cfg(test)]
pub(super) use query::plans_of;
pub(super) use query::{AccountLine, account, masked};

use super::{KeepReceiverAccounts, ReadReceiverAccounts};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadReceiverAccounts, _>("/rekening-keluarga/{id}", pages::show)
        .post::<KeepReceiverAccounts, _>("/rekening-keluarga/{id}", pages::put)
        .post::<KeepReceiverAccounts, _>("/rekening-keluarga/{id}/lihat", pages::whole)
        .post::<KeepReceiverAccounts, _>("/rekening-keluarga/{id}/akhiri", pages::end)
}
