//! Keeping the list true after verification: changes that cadres and field officers propose with evidence and others
//! decide on, births, the history of every field, and who leaves the ages that are helped.
//!
//! A proposal changes nothing until somebody else approves it; the approval writes the new versions in its own
//! transaction ([`decide`]) and notes what it did, so that a counter-change can take it back ([`reverse`]).

mod birth;
mod decide;
mod history;
mod leaving;
mod pages;
mod query;
mod request;
mod reverse;
pub mod rules;
mod tasks;

pub use birth::{Birth, Newborn, RecordBirth};
pub use decide::DecideChange;
pub(super) use query::{Request, of_family};
pub use request::{ProposeChange, WithdrawChange};
pub use reverse::ReverseChange;
pub(super) use tasks::tasks;

use super::rights::{DecideChanges, KeepFamilies, OpenPersonal, ProposeChanges, ReadFamilies, SeeChanges};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ProposeChanges, _>("/sasaran/{id}/usul", pages::propose::choose)
        .get::<ProposeChanges, _>("/sasaran/{id}/usul/{kind}", pages::propose::form)
        .post::<ProposeChanges, _>("/sasaran/{id}/usul/{kind}", pages::propose::propose)
        .get::<SeeChanges, _>("/perubahan", pages::queue)
        .get::<SeeChanges, _>("/perubahan/{id}", pages::show)
        .post::<OpenPersonal, _>("/perubahan/{id}/tampilkan", pages::reveal)
        .get::<SeeChanges, _>("/perubahan/{id}/bukti", pages::evidence)
        .post::<DecideChanges, _>("/perubahan/{id}/putuskan", pages::decide)
        .post::<ProposeChanges, _>("/perubahan/{id}/tarik", pages::withdraw)
        .post::<DecideChanges, _>("/perubahan/{id}/batalkan", pages::reverse)
        .get::<KeepFamilies, _>("/sasaran/kehamilan", pages::birth::expecting)
        .get::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}/lahir", pages::birth::form)
        .post::<KeepFamilies, _>("/sasaran/{id}/anggota/{person}/lahir", pages::birth::record)
        .get::<ReadFamilies, _>("/sasaran/{id}/riwayat", history::page)
        .get::<ReadFamilies, _>("/sasaran/keluar", leaving::pages::table)
        .get::<ReadFamilies, _>("/sasaran/keluar/daftar", leaving::pages::list)
}
