//! News: what a mentor passes on from a family to those who help its child, thanks among them. Nothing of it goes on
//! unread: another person looks whether it gives away who the child is.

mod command;
mod pages;
mod query;
mod rules;

pub use command::{DecideNews, WithdrawNews, WriteNews};
pub(super) use query::{about_family, helps_anyone, of_sponsor, waiting};

use super::{ManagePairing, TellSponsors};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<TellSponsors, _>("/kabar/keluarga/{family}", pages::family)
        .post::<TellSponsors, _>("/kabar/keluarga/{family}", pages::write)
        .post::<TellSponsors, _>("/kabar/{news}/tarik", pages::withdraw)
        .get::<ManagePairing, _>("/kabar", pages::list)
        .post::<ManagePairing, _>("/kabar/{news}/putuskan", pages::decide)
}
