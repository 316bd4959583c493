//! Referrals: a mentor sends a person to the puskesmas; it accepts or returns it with a reason, sees the person, and tells
//! what it found and when the person is to come again.

mod command;
mod letter;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{AnswerReferral, SendReferral};

use crate::{AnswerReferrals, ReadReferrals, SendReferrals};
use asuh_ground::papers;
use asuh_ground::web::Routes;
use letter::Letter;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadReferrals, _>("/rujukan", pages::list)
        .get::<SendReferrals, _>("/rujukan/baru/{person}", pages::new)
        .post::<SendReferrals, _>("/rujukan/baru/{person}", pages::send)
        .get::<ReadReferrals, _>("/rujukan/{id}", pages::show)
        .get::<ReadReferrals, _>("/rujukan/{id}/surat", letter::show)
        .get::<ReadReferrals, _>("/rujukan/{id}/surat/pdf", papers::file::<Letter>)
        .post::<ReadReferrals, _>("/rujukan/{id}/surat/pdf", papers::print::<Letter>)
        .post::<AnswerReferrals, _>("/rujukan/{id}/jawab", pages::answer)
        .post::<SendReferrals, _>("/rujukan/{id}/batal", pages::withdraw)
}
