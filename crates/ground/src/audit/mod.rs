//! The audit trail, the access log, and the sealing of both and of the ledger.

use asuh_store::{Id, StoreError, Tx, args};

mod heads;
mod log;
mod pages;
mod query;
pub mod receipt;
mod references;
pub mod seal;

pub use heads::PaperProof;
pub use log::{AccessLog, flush, opened, run};
pub use references::Reference;

use super::access::{Role, capability};
use super::part::Part;
use super::web::{MenuItem, Routes};

/// The part, for the gates.
pub const PART: Part = Part {
    routes,
    menu: &[MenuItem { path: "/jejak", label: "audit.title", roles: &[Role::DistrictAdmin, Role::Auditor] }],
    references: &[
        Reference::user("command_log", "actor_id"),
        Reference::user("access_log", "user_id"),
        Reference::user("job", "created_by"),
        Reference::user("attachment", "created_by"),
    ],
    check: Some(|app, district| {
        Box::pin(async move {
            let mut findings = seal::check(app, district).await?;
            findings.extend(references::check(app, district).await?);
            Ok(findings)
        })
    }),
    ..Part::named("audit")
};

capability! {
    /// Reads the audit trail and the access log, and their proofs.
    pub struct SeeTrail = "audit.see_trail": [Role::DistrictAdmin, Role::Auditor];
}

fn routes() -> Routes {
    Routes::new()
        .get::<SeeTrail, _>("/jejak", pages::trail)
        .post::<SeeTrail, _>("/jejak", pages::find_trail)
        .get::<SeeTrail, _>("/jejak/akses", pages::access)
        .post::<SeeTrail, _>("/jejak/akses", pages::find_access)
        .get::<SeeTrail, _>("/jejak/bukti/{id}", pages::proof)
        .get::<SeeTrail, _>("/jejak/bukti/{id}/berkas", heads::file)
        .public_get("/bukti", heads::list)
        .public_post("/bukti", heads::check)
        .public_get("/bukti/{district}/{seq}/{leaf}", heads::by_code)
}

/// Writes an entry of the access log within a command: signing in, failing to, signing out. `detail` is words of
/// ours, never what somebody typed.
///
/// # Errors
/// The store fails.
pub async fn entry(
    tx: &Tx<'_>,
    user: Id,
    action: &str,
    subject: Option<(&str, Id)>,
    detail: &str,
) -> Result<(), StoreError> {
    let (kind, subject) = subject.unzip();
    tx.execute(
        "INSERT INTO access_log (district_id, id, at, user_id, action, subject_kind, subject_id, detail) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        args![tx.district(), tx.new_id(), tx.now(), user, action, kind, subject, detail],
    )
    .await?;
    Ok(())
}
