//! Referrals: a mentor sends a person to the puskesmas; it accepts or returns it with a reason, sees the person, and tells
//! what it found and when the person is to come again.

mod command;
mod pages;
pub(crate) mod query;
pub mod rules;

pub use command::{AnswerReferral, SendReferral};

use crate::{AnswerReferrals, ReadReferrals, SendReferrals};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadReferrals, _>("/rujukan", pages::list)
        .get::<SendReferrals, _>("/rujukan/baru/{person}", pages::new)
        .post::<SendReferrals, _>("/rujukan/baru/{person}", pages::send)
        .get::<ReadReferrals, _>("/rujukan/{id}", pages::show)
        .get::<ReadReferrals, _>("/rujukan/{id}/surat", pages::letter)
        .post::<AnswerReferrals, _>("/rujukan/{id}/jawab", pages::answer)
        .post::<SendReferrals, _>("/rujukan/{id}/batal", pages::withdraw)
}
