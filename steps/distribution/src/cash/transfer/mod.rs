//! Files for the bank, and the bank's answers.

mod command;
pub(super) mod format;
mod pages;
mod reading;

pub use command::{DropResult, PutResult, TakeResult};
pub use format::PutFormat;

use super::{KeepFormats, ReleaseCash};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .get::<ReleaseCash, _>("/bantuan-uang/{id}/cairkan", pages::release_check)
        .post::<ReleaseCash, _>("/bantuan-uang/{id}/cairkan", pages::release)
        .post::<ReleaseCash, _>("/bantuan-uang/{id}/berkas", pages::file)
        .get::<ReleaseCash, _>("/bantuan-uang/{id}/hasil", pages::result)
        .post::<ReleaseCash, _>("/bantuan-uang/{id}/hasil", pages::upload)
        .post::<ReleaseCash, _>("/bantuan-uang/{id}/tutup", pages::close)
        .get::<ReleaseCash, _>("/jawaban-bank/{id}", pages::answer)
        .post::<ReleaseCash, _>("/jawaban-bank/{id}", pages::take)
        .post::<ReleaseCash, _>("/jawaban-bank/{id}/buang", pages::discard)
        .get::<KeepFormats, _>("/bantuan-uang/bentuk-berkas", pages::formats)
        .get::<KeepFormats, _>("/bantuan-uang/bentuk-berkas/{code}", pages::format_form)
        .post::<KeepFormats, _>("/bantuan-uang/bentuk-berkas/{code}", pages::format_put)
}
