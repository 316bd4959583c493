//! A batch: a file on its way in, and how it is read back.

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{DistrictId, Id, Instant, Query, Secrets, StoreError, args};
use serde::{Deserialize, Serialize};

use super::{BatchContext, ImportKind, ReadContext, StagedRow, Verdict};
use crate::App;
use crate::access::{Area, Scope};
use crate::audit::Reference;

asuh_store::row_struct! {
    /// A file on its way in.
    pub(super) struct Batch {
        /// District.
        pub(super) district_id: DistrictId,
        /// Key.
        pub(super) id: Id,
        /// Code of its kind.
        pub(super) kind: String,
        /// The name the browser gave; for showing only.
        pub(super) file_name: String,
        /// Bytes.
        pub(super) file_size: i64,
        /// 'xlsx' or 'csv'; empty before it was read.
        pub(super) format: String,
        /// Whose list it is.
        pub(super) source_name: String,
        /// The day that it describes.
        pub(super) as_of: time::Date,
        /// Its state; see the module.
        pub(super) state: String,
        /// Reach of the uploader, as JSON.
        pub(super) scope: String,
        /// Why it was refused or failed: a translation key.
        pub(super) error_code: Option<String>,
        /// Values for that sentence, as JSON.
        pub(super) error_detail: Option<String>,
        /// The row of the headings.
        pub(super) header_row: Option<u32>,
        /// Headings that mean nothing to the kind, as JSON.
        pub(super) unknown_columns: String,
        /// The mapping by which the columns were read.
        pub(super) mapping_id: Option<Id>,
        /// How many messages there are of each sentence, as JSON.
        pub(super) message_counts: String,
        /// Rows read.
        pub(super) rows: i64,
        /// Of these new.
        pub(super) rows_new: i64,
        /// Of these changed.
        pub(super) rows_changed: i64,
        /// Of these as they are known.
        pub(super) rows_same: i64,
        /// Of these that stay out.
        pub(super) rows_error: i64,
        /// Warnings.
        pub(super) warnings: i64,
        /// Saving has come to this place.
        pub(super) saved_place: i64,
        /// And to this row of the sheet within it.
        pub(super) saved_to: i64,
        /// Saved as new.
        pub(super) saved_new: i64,
        /// Saved as changed.
        pub(super) saved_changed: i64,
        /// Found the same when it came to saving.
        pub(super) saved_same: i64,
        /// Could not be saved any more.
        pub(super) saved_error: i64,
        /// Pieces of the undo that are done.
        pub(super) undo_steps: i64,
        /// Where the undo goes on.
        pub(super) undo_next: Option<String>,
        /// Facts taken back.
        pub(super) undone: i64,
        /// Facts that have moved on and were kept.
        pub(super) kept: i64,
        /// When it came.
        pub(super) uploaded_at: Instant,
        /// Who brought it.
        pub(super) uploaded_by: Id,
        /// Who decided.
        pub(super) decided_by: Option<Id>,
        /// When.
        pub(super) decided_at: Option<Instant>,
        /// When it came to its end.
        pub(super) finished_at: Option<Instant>,
        /// When file and rows were removed.
        pub(super) cleared_at: Option<Instant>,
        /// Name of who brought it.
        pub(super) uploader: Option<String>,
    }
}

/// What a [`Batch`] is read from.
pub(super) const BATCH: &str = "SELECT b.district_id, b.id, b.kind, b.file_name, b.file_size, b.format, b.source_name, b.as_of, b.state, b.scope, b.error_code, \
     b.error_detail, b.header_row, b.unknown_columns, b.mapping_id, b.message_counts, b.rows, b.rows_new, b.rows_changed, b.rows_same, b.rows_error, \
     b.warnings, b.saved_place, b.saved_to, b.saved_new, b.saved_changed, b.saved_same, b.saved_error, b.undo_steps, b.undo_next, \
     b.undone, b.kept, b.uploaded_at, b.uploaded_by, b.decided_by, b.decided_at, b.finished_at, b.cleared_at, \
     u.name AS uploader \
     FROM import_batch b LEFT JOIN app_user u ON u.district_id = b.district_id AND u.id = b.uploaded_by";

/// How many messages say the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counted {
    /// 'error' or 'warning'.
    pub(super) severity: String,
    /// The sentence's translation key.
    pub(super) code: String,
    /// How many.
    pub(super) count: i64,
}

/// A batch by its key.
pub(super) async fn load(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Batch>, StoreError> {
    db.first(&format!("{BATCH} WHERE b.district_id = $1 AND b.id = $2"), args![district, id]).await
}

/// The first rows of a batch's file, encrypted, as long as the file is kept.
pub(super) async fn layout(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Option<Vec<u8>>,)> = db
        .first(
            "SELECT layout_sealed FROM import_batch WHERE district_id = $1 AND id = $2",
            args![district, id],
        )
        .await?;
    Ok(found.and_then(|row| row.0))
}

/// A scope as it is kept with the batch.
#[derive(Debug, Serialize, Deserialize)]
struct StoredScope {
    areas: Vec<(i64, String)>,
    units: Vec<Id>,
    all_units: bool,
}

/// A scope as text.
pub(super) fn scope_text(scope: &Scope) -> String {
    let stored = StoredScope {
        areas: scope.areas.iter().map(|area| (area.code.as_i64(), area.rw.clone())).collect(),
        units: scope.units.clone(),
        all_units: scope.all_units,
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

fn scope_of(text: &str) -> Scope {
    // What cannot be read reaches nothing.
    let Ok(stored) = serde_json::from_str::<StoredScope>(text) else { return Scope::default() };
    let areas = stored
        .areas
        .into_iter()
        .filter_map(|(code, rw)| TerritoryCode::from_i64(code).ok().map(|code| Area { code, rw }));
    Scope { areas: areas.collect(), units: stored.units, all_units: stored.all_units }
}

impl Batch {
    /// What the kind needs to know of it.
    pub(super) async fn context(&self, app: &App) -> Result<BatchContext, StoreError> {
        asuh_store::row_struct! { struct Place { code: i64, zone: String } }
        let place: Option<Place> = app
            .store
            .reader()
            .first("SELECT code, zone FROM district WHERE id = $1", args![self.district_id])
            .await?;
        let zone = place.as_ref().and_then(|place| Zone::parse(&place.zone)).unwrap_or(Zone::Wib);
        let read = ReadContext {
            today: zone.local_date(self.uploaded_at.utc()),
            district: self.district_id,
            district_code: place
                .filter(|_| self.district_id.0 != 0)
                .and_then(|place| TerritoryCode::from_i64(place.code).ok()),
            zone,
        };
        Ok(BatchContext {
            batch: self.id,
            read,
            scope: scope_of(&self.scope),
            as_of: self.as_of,
            dependents: app.registry.references.iter().copied().filter(Reference::is_work).collect(),
        })
    }

    /// Its kind, if the program still knows it.
    pub(super) fn import(&self, app: &App) -> Option<&'static dyn ImportKind> {
        kind(app, &self.kind)
    }

    /// Headings that mean nothing to the kind.
    pub(super) fn unknown(&self) -> Vec<String> {
        serde_json::from_str(&self.unknown_columns).unwrap_or_default()
    }

    /// How many messages there are of each sentence: its severity, its key, and the number.
    pub(super) fn counted(&self) -> Vec<Counted> {
        serde_json::from_str(&self.message_counts).unwrap_or_default()
    }

    /// Rows that saving has handled.
    pub(super) fn handled(&self) -> i64 {
        self.saved_new + self.saved_changed + self.saved_same + self.saved_error
    }

    /// Values for the sentence that says why it ended badly.
    pub(super) fn error_args(&self) -> Vec<(String, String)> {
        self.error_detail.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    /// Whether the program works on it.
    pub(super) fn is_busy(&self) -> bool {
        matches!(self.state.as_str(), "receiving" | "queued" | "checking" | "committing" | "undoing")
    }
}

/// The kind with this code.
pub(super) fn kind(app: &App, code: &str) -> Option<&'static dyn ImportKind> {
    app.registry.imports.iter().copied().find(|kind| kind.code() == code)
}

asuh_store::row_struct! {
    /// A row as it waits.
    pub(super) struct StoredRow {
        row_number: u32,
        verdict: String,
        record_sealed: Option<Vec<u8>>,
        record_open: Option<Vec<u8>>,
        extra_sealed: Option<Vec<u8>>,
        subject_id: Option<Id>,
        place: i64,
    }
}

impl StoredRow {
    pub(super) fn open(self, secrets: &Secrets, district: DistrictId) -> Result<StagedRow, StoreError> {
        let record = match (self.record_sealed, self.record_open) {
            (Some(sealed), _) => secrets.open(district, &sealed)?,
            (None, Some(open)) => open,
            (None, None) => Vec::new(),
        };
        let extra = match self.extra_sealed {
            Some(sealed) => serde_json::from_slice(&secrets.open(district, &sealed)?).unwrap_or_default(),
            None => Vec::new(),
        };
        Ok(StagedRow {
            number: self.row_number,
            record,
            verdict: Verdict::parse(&self.verdict).unwrap_or(Verdict::Error),
            subject: self.subject_id,
            messages: Vec::new(),
            place: self.place,
            extra,
        })
    }
}

/// The columns of a [`StoredRow`].
pub(super) const ROW: &str =
    "row_number, verdict, record_sealed, record_open, extra_sealed, subject_id, place";
