//! A village of a campaign: who visits, its record (berita acara), opening it again.

mod command;
mod pages;
mod print;
mod proof;
mod query;
mod verifiers;

pub use command::{AttachRecord, CloseVillage, ReopenVillage, Signer};
pub(crate) use proof::check;
pub(super) use query::{Record, records_of};
pub(super) use verifiers::named;

use crate::rights::{CloseVillages, NameVerifiers, ReadRecords, ReturnVillages};
use asuh_ground::papers;
use asuh_ground::web::Routes;
use print::VillageRecord;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<CloseVillages, _>("/verifikasi/{village}/tutup", pages::close)
        .post::<CloseVillages, _>("/verifikasi/{village}/tutup", pages::close_post)
        .get::<ReadRecords, _>("/verifikasi/berita-acara/{id}", pages::record)
        .get::<ReadRecords, _>("/verifikasi/berita-acara/{id}/pdf", papers::file::<VillageRecord>)
        .post::<ReadRecords, _>("/verifikasi/berita-acara/{id}/pdf", papers::print::<VillageRecord>)
        .get::<ReadRecords, _>("/verifikasi/berita-acara/{id}/berkas", pages::paper)
        .post::<CloseVillages, _>("/verifikasi/berita-acara/{id}/berkas", pages::attach)
        .post::<ReturnVillages, _>("/verifikasi/berita-acara/{id}/buka", pages::reopen)
        .get::<NameVerifiers, _>("/verifikasi/{village}/petugas", verifiers::list)
        .post::<NameVerifiers, _>("/verifikasi/{village}/petugas", verifiers::add)
        .post::<NameVerifiers, _>("/verifikasi/{village}/petugas/{id}/hapus", verifiers::remove)
}
