//! Complaints of families and of the public: by the public page `/aduan`, by telephone, on paper, spoken.
//!
//! A kind may be **sensitive** (harassment, demands for money, violence): such complaints are read and answered only by the
//! people whom the setting `mentoring.sensitive_readers` names, whatever their role; not even the admin's list shows one,
//! and every opening is on the access log. Who complained follows the state with number and code, without signing in; the
//! code is kept as a hash and stands in no address.

mod command;
mod pages;
mod public;
pub(crate) mod query;
pub mod rules;

pub use query::by_state;

pub use command::{AnswerComplaint, RecordComplaint, code_of_form};

use crate::{AnswerComplaints, ReadComplaints, RecordComplaints, SensitiveComplaints};
use asuh_ground::web::Routes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .public_get("/aduan", public::new)
        .public_post("/aduan", public::send)
        .public_get("/aduan/lihat", public::ask)
        .public_post("/aduan/lihat", public::look)
        .get::<ReadComplaints, _>("/pengaduan", pages::list)
        .get::<RecordComplaints, _>("/pengaduan/baru", pages::new)
        .post::<RecordComplaints, _>("/pengaduan/baru", pages::record)
        .get::<ReadComplaints, _>("/pengaduan/{id}", pages::show)
        .post::<AnswerComplaints, _>("/pengaduan/{id}/jawab", pages::answer)
        .get::<SensitiveComplaints, _>("/pengaduan/khusus", pages::sensitive_list)
        .get::<SensitiveComplaints, _>("/pengaduan/khusus/{id}", pages::sensitive)
        .post::<SensitiveComplaints, _>("/pengaduan/khusus/{id}/jawab", pages::sensitive_answer)
}
