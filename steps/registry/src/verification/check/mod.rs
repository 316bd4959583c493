//! A kecamatan checks its villages: a sample of families is visited a second time.
//!
//! The sample is drawn once all villages of the kecamatan have closed, and nobody can choose it. Whoever made the
//! first visit does not make the second. When a village is opened again, the check is void and a next round draws anew.

mod command;
mod pages;
mod query;

pub(super) use command::void;
pub use command::{CloseCheck, DrawSample, RecordRecheck};
pub(super) use query::{Check, check_of, checks};

use crate::rights::{CheckVillages, ReadRecords};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReadRecords, _>("/verifikasi/kecamatan/{code}/periksa", pages::show)
        .post::<CheckVillages, _>("/verifikasi/kecamatan/{code}/periksa", pages::draw)
        .post::<CheckVillages, _>("/verifikasi/kecamatan/{code}/periksa/tutup", pages::close)
        .post::<CheckVillages, _>("/verifikasi/kecamatan/{code}/periksa/{family}", pages::record)
}
