//! The list of receipts (DTT) as it came back from a village: photos of the sheets, how many signed, how many gave a
//! thumbprint before a witness.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::attachments::{self, MediaType};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};

use super::lists::{Head, head, place};
use crate::{DeliverPackages, ReadRecipients, plan};

/// Photos of one list at most.
const SHEETS: usize = 6;
/// Most bytes of one.
const BYTES: u64 = 5 * 1024 * 1024;
/// Photos that one sending can add.
const FIELDS: [&str; 3] = ["lembar1", "lembar2", "lembar3"];

/// Takes the signed list of a village back. Sent again, the newer one holds and the others stay beside it.
///
/// Refused for a village in which the caller reaches no package of the run, without a photo or a signature, for thumbprints
/// without a witness, and without words where another number signed than is on record as received.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeBackReceipts {
    /// The run.
    pub run: Id,
    /// The village.
    pub village: i64,
    /// How many signed.
    pub signed: i64,
    /// How many gave a thumbprint.
    pub thumbprints: i64,
    /// Who saw the thumbprints; empty where there are none.
    pub witness: String,
    /// Why the numbers differ; may be empty where they do not.
    pub note: String,
    /// Photos of the sheets, stored by the sender.
    pub sheets: Vec<Id>,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for TakeBackReceipts {
    const KIND: &'static str = "distribution.take_back_receipts";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let run = plan::run(tx, tx.district(), self.run).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("run", run.id);
        let (packages, delivered) = counted(tx, tx.district(), &self.scope, (self.run, self.village)).await?;
        if packages == 0 {
            return Err(Refusal::not_found().into());
        }
        let on_list = self.signed + self.thumbprints;
        if self.signed < 0 || self.thumbprints < 0 || on_list == 0 {
            return Err(Refusal::new("distribution.refused.nobody_signed").field("tanda_tangan").into());
        }
        if on_list > packages {
            return Err(Refusal::new("distribution.refused.more_signed")
                .arg("packages", packages)
                .field("tanda_tangan")
                .into());
        }
        if self.thumbprints > 0 && self.witness.trim().is_empty() {
            return Err(Refusal::new("distribution.refused.no_witness").field("saksi").into());
        }
        if on_list != delivered && self.note.trim().is_empty() {
            return Err(Refusal::new("distribution.refused.differs")
                .arg("delivered", delivered)
                .field("catatan")
                .into());
        }
        if self.sheets.is_empty() || self.sheets.len() > SHEETS {
            return Err(Refusal::new("distribution.refused.sheets")
                .arg("most", SHEETS)
                .field("lembar1")
                .into());
        }
        for sheet in &self.sheets {
            if !attachments::is_own(tx, tx.district(), *sheet, tx.actor()).await? {
                return Err(Refusal::not_found().into());
            }
        }
        tx.execute(
            "UPDATE receipt_list SET is_current = 0 WHERE district_id = $1 AND run_id = $2 AND village_code = $3 \
             AND is_current = 1",
            args![tx.district(), self.run, self.village],
        )
        .await?;
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO receipt_list (district_id, id, run_id, village_code, is_current, signed, thumbprints, \
             witness_sealed, delivered, note, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11)",
            args![
                tx.district(),
                id,
                self.run,
                self.village,
                self.signed,
                self.thumbprints,
                tx.seal(self.witness.trim())?,
                delivered,
                self.note.trim(),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        let district = tx.district();
        let rows =
            self.sheets.iter().zip(1_i64..).map(|(sheet, nth)| args![district, id, nth, *sheet]).collect();
        tx.insert_many(
            "INSERT INTO receipt_sheet (district_id, list_id, nth, attachment_id) VALUES",
            "",
            rows,
        )
        .await?;
        Ok(id)
    }
}

/// Packages of a run for a village within reach, and how many of them are on record as received. Index: package_by_run.
async fn counted(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    (run, village): (Id, i64),
) -> Result<(i64, i64), StoreError> {
    asuh_store::row_struct! { struct Counts { packages: i64, delivered: i64 } }
    let mut args = args![district, run, village];
    let reached = scope.territory_condition("village_code", Some("rw"), &mut args);
    let counts: Option<Counts> = db
        .first(
            &format!(
                "SELECT COUNT(*) AS packages, COUNT(CASE WHEN state = 'delivered' THEN 1 END) AS delivered FROM package \
                 WHERE district_id = $1 AND run_id = $2 AND village_code = $3 AND state <> 'cancelled' AND {reached}"
            ),
            args,
        )
        .await?;
    Ok(counts.map_or((0, 0), |counts| (counts.packages, counts.delivered)))
}

asuh_store::row_struct! {
    /// A list that came back.
    pub(super) struct ListLine {
        pub(super) id: Id,
        pub(super) signed: i64,
        pub(super) thumbprints: i64,
        pub(super) witness_sealed: Vec<u8>,
        pub(super) delivered: i64,
        pub(super) note: String,
        pub(super) recorded_at: Instant,
        pub(super) recorder: Option<String>,
        pub(super) sheets: i64,
    }
}

/// The list of a village that holds. Index: receipt_list_current.
pub(super) async fn current(
    db: &impl Query,
    district: DistrictId,
    (run, village): (Id, i64),
) -> Result<Option<ListLine>, StoreError> {
    db.first(
        "SELECT l.id, l.signed, l.thumbprints, l.witness_sealed, l.delivered, l.note, l.recorded_at, u.name AS recorder, \
         (SELECT COUNT(*) FROM receipt_sheet s WHERE s.district_id = l.district_id AND s.list_id = l.id) AS sheets \
         FROM receipt_list l LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.recorded_by \
         WHERE l.district_id = $1 AND l.run_id = $2 AND l.village_code = $3 AND l.is_current = 1",
        args![district, run, village],
    )
    .await
}

#[derive(Template)]
#[template(path = "delivery/receipts.html")]
struct ReceiptsPage {
    shell: Shell,
    f: FormView,
    head: Head,
    packages: i64,
    delivered: i64,
    list: Option<ListLine>,
    witness: String,
    kept: Vec<String>,
}

async fn receipts_page(
    app: &App,
    cap: &DeliverPackages,
    path: (String, String),
    form: &Form,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let head = head(app, district, place(path)?).await?;
    let (packages, delivered) = counted(db, district, cap.scope(), (head.run.id, head.code)).await?;
    if packages == 0 {
        return Err(Error::NotFound);
    }
    let list = current(db, district, (head.run.id, head.code)).await?;
    let witness = match &list {
        Some(list) => {
            app.store.secrets().open_text(district, &list.witness_sealed).map_err(StoreError::from)?
        }
        None => String::new(),
    };
    let kept = form.all("simpan").into_iter().map(str::to_owned).collect();
    let template = ReceiptsPage { f: form.view(), shell, head, packages, delivered, list, witness, kept };
    page_with(form.status(), &template)
}

/// The form of a list that comes back, and the one that holds.
pub(super) async fn form(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    receipts_page(&app, &cap, path, &form, shell).await
}

/// Takes it back.
pub(super) async fn take_back(
    cap: Cap<DeliverPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (run, village) = place(path.clone())?;
    // Nobody leaves a photo on a village that is not his.
    if counted(app.store.reader(), cap.district(), cap.scope(), (run, village)).await?.0 == 0 {
        return Err(Error::NotFound);
    }
    let signed = form.count("tanda_tangan", 0..=5_000);
    let thumbprints = match form.get("cap_jempol") {
        "" => Some(0),
        _ => form.count("cap_jempol", 0..=5_000),
    };
    let witness = form.optional("saksi", 120);
    let note = form.optional("catatan", 300);
    // Each photo is kept at once: no browser sends a file twice.
    for field in FIELDS {
        match form.file(field).map(|upload| attachments::read(upload, MediaType::SCANS, BYTES)) {
            None => {}
            Some(Ok(content)) => {
                let id = attachments::store(&app, cap.actor(), form.command_id()?, content).await?;
                form.set("simpan", id.to_string());
            }
            Some(Err(refusal)) => form.refuse(&refusal.field(field)),
        }
    }
    if let (Some(signed), Some(thumbprints), true) = (signed, thumbprints, form.is_valid()) {
        let sheets = form.all("simpan").into_iter().filter_map(|id| id.parse().ok()).collect();
        let scope = cap.scope().clone();
        let command = TakeBackReceipts { run, village, signed, thumbprints, witness, note, sheets, scope };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/penyaluran/{run}/desa/{village}/daftar-kembali")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    receipts_page(&app, &cap, path, &form, shell).await
}

/// A photo of a sheet of the list that holds.
pub(super) async fn sheet(
    cap: Cap<ReadRecipients>,
    State(app): State<App>,
    Path((run, code, nth)): Path<(String, String, i64)>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let place = place((run, code))?;
    // The sheet holds the whole village: whoever reaches a part of it sees what he signed for elsewhere.
    let mut whole = args![district, place.0, place.1];
    let reached = cap.scope().territory_condition("village_code", None, &mut whole);
    let packages = format!(
        "SELECT COUNT(*) AS n FROM package WHERE district_id = $1 AND run_id = $2 AND village_code = $3 AND {reached}"
    );
    if db.number(&packages, whole).await? == 0 {
        return Err(Error::NotFound);
    }
    let list = current(db, district, place).await?.ok_or(Error::NotFound)?;
    let found: Option<(Id,)> = db
        .first(
            "SELECT attachment_id FROM receipt_sheet WHERE district_id = $1 AND list_id = $2 AND nth = $3",
            args![district, list.id, nth],
        )
        .await?;
    let (id,) = found.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("run", place.0)), "receipts");
    let content = attachments::open(&app.store, district, id).await?.ok_or(Error::NotFound)?;
    let name = content.media_type.name();
    let shown = if name == "application/pdf" { "attachment" } else { "inline" };
    let mut response = content.bytes.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(name));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(shown));
    Ok(response)
}

/// Asks everything of this file, so that a test sees how it is answered.
#[cfg(test)]
pub(crate) async fn plans(db: &asuh_store::testing::Plans, district: DistrictId, scope: &Scope, any: Id) {
    counted(db, district, scope, (any, 1_501_012_001)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["package_by_run"]);
    current(db, district, (any, 1_501_012_001)).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["receipt_list_current"]);
}
