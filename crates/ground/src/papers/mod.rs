//! Papers with a number: issued, kept as they were, verified by anybody, signed outside.
//!
//! A step that issues a paper makes a [`Draft`] of its rows and calls [`issue`]. In one transaction the paper gets the next
//! number of its kind and year and is kept sealed, as data ([`NumberPaper`]); a job then makes its file of that data, by a
//! child of this program (`print`), and keeps it beside. Whoever asks sooner gets it made at once, byte for byte the same.
//!
//! Papers of earlier steps carry a number of their own already ([`Numbering::Own`]): they are printed under it on the page of
//! their row, with the rights of that page, and withdrawn with their row ([`withdraw_of`]). A step says what stands on such a
//! paper ([`RowPaper`]), the rest is the same for all (`row`).
//!
//! The foot of every page holds number, day, the hash of what stands on the paper and a code that leads to `/periksa`,
//! where anybody learns whether the district issued it, and whether it still holds. That code is no signature: papers are
//! signed with ink and scanned back, or with a certified electronic signature outside, and kept beside ([`AddScan`]).

mod command;
mod content;
mod pages;
mod print;
mod public;
mod query;
mod row;

use crate::access::{Role, capability};
use crate::audit::Reference;
use crate::jobs::JobKind;
use crate::part::Part;
use crate::web::{MenuItem, Routes};

pub use command::{
    AddRowScan, AddScan, NumberPaper, Way, WithdrawPaper, scan_of, withdraw_kind_of, withdraw_of,
};
pub use content::{Draft, Numbering, acknowledged, head, issue, issue_own, preview, signature, subject};
pub use pages::file_of;
pub use print::{PrintError, WITHOUT as WITHOUT_PDF, pdf};
pub use query::{IssuedPaper, of_subject, of_subjects};
pub use row::{Drawn, RowPaper, SignedPaper, add_signed, file, goods_in_words, print, sheet, signed};

capability! {
    /// Reads the papers of one's territories.
    pub struct ReadPapers = "papers.read": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::OfficePlanner, Role::SubdistrictVerifier, Role::Leader,
        Role::Auditor,
    ];
    /// Adds signed scans to the papers of one's territories, and withdraws papers.
    pub struct KeepPapers = "papers.keep": [
        Role::DistrictAdmin, Role::DistrictPlanner, Role::SubdistrictVerifier,
    ];
}

fn routes() -> Routes {
    Routes::new()
        .get::<ReadPapers, _>("/dokumen", pages::list)
        .get::<ReadPapers, _>("/dokumen/{id}", pages::show)
        .get::<ReadPapers, _>("/dokumen/{id}/pdf", pages::file)
        .get::<ReadPapers, _>("/dokumen/{id}/xlsx", pages::workbook)
        .get::<ReadPapers, _>("/dokumen/{id}/pindaian/{nth}", pages::scan)
        .post::<KeepPapers, _>("/dokumen/{id}/pindaian", pages::add_scan)
        .post::<KeepPapers, _>("/dokumen/{id}/tarik", pages::withdraw)
        .public_get("/periksa", public::ask)
        .public_post("/periksa", public::look)
        .public_get("/periksa/{district}/{sidik}", public::by_code)
}

/// The part, for the gates.
pub const PART: Part = Part {
    routes,
    heading: "web.menu.manage",
    menu: &[MenuItem {
        path: "/dokumen",
        label: "papers.title",
        roles: <ReadPapers as crate::access::Capability>::ROLES,
    }],
    jobs: &[JobKind { kind: content::JOB, run: |app, job| Box::pin(content::file_job(app, job)) }],
    references: &[
        Reference::user("issued_paper", "issued_by"),
        Reference::user("issued_paper", "withdrawn_by"),
        Reference::id("issued_paper", "pdf_id", "attachment"),
        Reference::id("issued_paper", "replaces_id", "issued_paper"),
        Reference::id("issued_paper", "replaced_by_id", "issued_paper"),
        Reference::id("paper_scan", "attachment_id", "attachment"),
        Reference::user("paper_scan", "recorded_by"),
    ],
    ..Part::named("papers")
};
