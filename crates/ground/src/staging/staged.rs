//! The way of a file's rows: checking begins, pieces of them are kept with what is said of each, checking ends.

use std::collections::BTreeMap;

use asuh_store::{Args, Command, DistrictId, Fault, Id, Recording, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::batch::{self, Counted};
use super::check::Titles;
use super::command::turn;
use super::{ImportKind, Severity, StagedRow, Verdict};
use crate::jobs;

/// Messages kept of one row.
const MESSAGES: usize = 20;

/// Checking begins, from the first row.
#[derive(Serialize)]
pub(super) struct BeginCheck {
    pub(super) batch: Id,
}

impl Command for BeginCheck {
    const KIND: &'static str = "staging.begin_check";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        Ok(turn(tx, self.batch, &["queued", "checking"], "checking").await?)
    }
}

/// How the counts of a batch stand.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Counts {
    pub(super) rows: i64,
    pub(super) new: i64,
    pub(super) changed: i64,
    pub(super) same: i64,
    pub(super) error: i64,
    pub(super) warnings: i64,
}

impl Counts {
    pub(super) fn add(&mut self, verdict: Verdict) {
        self.rows += 1;
        match verdict {
            Verdict::New => self.new += 1,
            Verdict::Changed => self.changed += 1,
            Verdict::Same => self.same += 1,
            Verdict::Error => self.error += 1,
        }
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, more: Counts) {
        self.rows += more.rows;
        self.new += more.new;
        self.changed += more.changed;
        self.same += more.same;
        self.error += more.error;
        self.warnings += more.warnings;
    }
}

/// Keeps a piece of rows that were read and compared, as [`Prepared`] outside of the transaction.
#[derive(Serialize)]
pub(super) struct Stage {
    pub(super) batch: Id,
    #[serde(skip)]
    pub(super) prepared: Prepared,
    /// The counts up to and with this piece.
    pub(super) counts: Counts,
}

/// Rows and messages as they are inserted, sealed already: that needs no transaction.
#[derive(Default)]
pub(super) struct Prepared {
    rows: Vec<Args>,
    messages: Vec<Args>,
}

impl Prepared {
    /// Seals a piece of rows.
    pub(super) fn of(
        secrets: &Secrets,
        batch: (DistrictId, Id),
        personal: bool,
        titles: &Titles,
        rows: &[StagedRow],
    ) -> Result<Prepared, StoreError> {
        let (district, batch) = batch;
        let mut prepared = Prepared { rows: Vec::with_capacity(rows.len()), messages: Vec::new() };
        for row in rows {
            let (sealed, open) = match personal {
                true => (Some(secrets.seal(district, &row.record)?), None),
                false => (None, Some(row.record.clone())),
            };
            let extra = match row.extra.is_empty() {
                true => None,
                false => {
                    let text = serde_json::to_vec(&row.extra)
                        .map_err(|error| StoreError::Shape(error.to_string()))?;
                    Some(secrets.seal(district, &text)?)
                }
            };
            prepared.rows.push(args![
                district,
                batch,
                row.number,
                row.verdict.code(),
                sealed,
                open,
                extra,
                row.subject,
                row.place,
            ]);
            prepared.messages.extend(messages(secrets, (district, batch), titles, row, 0)?);
        }
        Ok(prepared)
    }
}

/// The messages of a row as they are inserted, numbered from `first` on.
fn messages(
    secrets: &Secrets,
    batch: (DistrictId, Id),
    titles: &Titles,
    row: &StagedRow,
    first: i64,
) -> Result<Vec<Args>, StoreError> {
    let (district, batch) = batch;
    let noted = (first..).zip(row.messages.iter().take(MESSAGES));
    noted
        .map(|(nth, message)| {
            let value = (!message.value.is_empty())
                .then(|| secrets.seal(district, message.value.as_bytes()))
                .transpose()?;
            Ok(args![
                district,
                batch,
                row.number,
                nth,
                titles.of(&message.field),
                message.severity.code(),
                &message.code,
                serde_json::to_string(&message.args).unwrap_or_default(),
                value,
            ])
        })
        .collect()
}

impl Command for Stage {
    const KIND: &'static str = "staging.stage";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = bool;

    async fn apply(&self, tx: &Tx<'_>) -> Result<bool, Fault> {
        let counts = &self.counts;
        let held = tx
            .execute(
                "UPDATE import_batch SET rows = $3, rows_new = $4, rows_changed = $5, rows_same = $6, rows_error = $7, \
                 warnings = $8 WHERE district_id = $1 AND id = $2 AND state = 'checking'",
                args![
                    tx.district(),
                    self.batch,
                    counts.rows,
                    counts.new,
                    counts.changed,
                    counts.same,
                    counts.error,
                    counts.warnings,
                ],
            )
            .await?;
        if held == 0 {
            return Ok(false);
        }
        tx.insert_many(
            "INSERT INTO import_row (district_id, batch_id, row_number, verdict, record_sealed, record_open, extra_sealed, \
             subject_id, place) VALUES",
            "ON CONFLICT (district_id, batch_id, row_number) DO NOTHING",
            self.prepared.rows.clone(),
        )
        .await?;
        insert_messages(tx, self.prepared.messages.clone()).await?;
        Ok(true)
    }
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) enum Checked {
    /// A person decides now.
    Ready,
    /// A person has to say which column is what; with the sentence that says why, and its values.
    Unmapped(String, Vec<(String, String)>),
    /// The file cannot be taken in, and why.
    Refused(String, Vec<(String, String)>),
}

/// Checking came to its end.
#[derive(Serialize)]
pub(super) struct EndCheck {
    pub(super) batch: Id,
    pub(super) format: String,
    pub(super) header_row: Option<u32>,
    pub(super) unknown: Vec<String>,
    pub(super) mapping: Option<Id>,
    /// The first rows of the file, sealed.
    #[serde(skip)]
    pub(super) layout: Option<Vec<u8>>,
    pub(super) counted: Vec<Counted>,
    pub(super) ended: Checked,
    /// Sentences about the whole file.
    pub(super) notes: Vec<(String, Vec<(String, String)>)>,
}

impl Command for EndCheck {
    const KIND: &'static str = "staging.end_check";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let (state, why) = match &self.ended {
            Checked::Ready => ("ready", None),
            Checked::Unmapped(code, args) => ("unmapped", Some((code, args))),
            Checked::Refused(code, args) => ("refused", Some((code, args))),
        };
        if !turn(tx, self.batch, &["checking"], state).await? {
            return Ok(());
        }
        let code = why.map(|(code, _)| code.as_str());
        let detail = why.and_then(|(_, args)| serde_json::to_string(args).ok());
        tx.execute(
            "UPDATE import_batch SET format = $3, header_row = $4, unknown_columns = $5, error_code = $6, \
             error_detail = $7, mapping_id = $9, layout_sealed = $10, message_counts = $11, \
             finished_at = CASE WHEN state = 'refused' THEN $8 ELSE NULL END \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.batch,
                &self.format,
                self.header_row,
                serde_json::to_string(&self.unknown).unwrap_or_default(),
                code,
                detail,
                tx.now(),
                self.mapping,
                self.layout.clone(),
                serde_json::to_string(&self.counted).unwrap_or_default(),
            ],
        )
        .await?;
        if let Some(mapping) = self.mapping {
            tx.execute(
                "UPDATE import_mapping SET used = used + 1, used_at = $3 WHERE district_id = $1 AND id = $2",
                args![tx.district(), mapping, tx.now()],
            )
            .await?;
        }
        let notes = self.notes.iter().enumerate().map(|(nth, (code, values))| {
            args![
                tx.district(),
                self.batch,
                0_i64,
                nth as i64,
                "",
                "warning",
                code,
                serde_json::to_string(values).unwrap_or_default(),
            ]
        });
        tx.insert_many(
            "INSERT INTO import_message (district_id, batch_id, row_number, nth, column_name, severity, code, args) VALUES",
            "ON CONFLICT (district_id, batch_id, row_number, nth) DO NOTHING",
            notes.collect(),
        )
        .await?;
        if state == "refused" {
            jobs::start(tx, super::CLEAR.kind, Some(self.batch)).await?;
        }
        Ok(())
    }
}

/// Writes down which rows of a chunk could not be saved and why, beside what the check said of them: they stand among
/// the errors and in the file to mend.
///
/// # Errors
/// The store fails.
pub(super) async fn left_out(
    tx: &Tx<'_>,
    batch: Id,
    kind: &dyn ImportKind,
    rows: &mut [StagedRow],
) -> Result<(), StoreError> {
    let titles = Titles::of_kind(kind);
    let (mut numbers, mut noted) = (Vec::new(), Vec::new());
    let mut sentences: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows.iter_mut().filter(|row| row.verdict == Verdict::Error) {
        row.messages.retain(|message| message.severity == Severity::Error);
        if row.messages.is_empty() {
            row.error("", "staging.row.not_saved", "");
        }
        numbers.push(row.number);
        for message in row.messages.iter().take(MESSAGES) {
            *sentences.entry(message.code.clone()).or_default() += 1;
        }
        noted.extend(messages(tx.secrets(), (tx.district(), batch), &titles, row, MESSAGES as i64)?);
    }
    if numbers.is_empty() {
        return Ok(());
    }
    let mut args = args![tx.district(), batch];
    let list = args.push_list(numbers);
    tx.execute(
        &format!(
            "UPDATE import_row SET verdict = 'error' WHERE district_id = $1 AND batch_id = $2 AND row_number IN ({list})"
        ),
        args,
    )
    .await?;
    insert_messages(tx, noted).await?;
    let found = batch::load(tx, tx.district(), batch).await?;
    let mut counted = found.map(|found| found.counted()).unwrap_or_default();
    for (code, count) in sentences {
        match counted.iter_mut().find(|one| one.severity == "error" && one.code == code) {
            Some(one) => one.count += count,
            None => counted.insert(0, Counted { severity: "error".into(), code, count }),
        }
    }
    tx.execute(
        "UPDATE import_batch SET message_counts = $3 WHERE district_id = $1 AND id = $2",
        args![tx.district(), batch, serde_json::to_string(&counted).unwrap_or_default()],
    )
    .await?;
    Ok(())
}

async fn insert_messages(tx: &Tx<'_>, rows: Vec<Args>) -> Result<(), StoreError> {
    tx.insert_many(
        "INSERT INTO import_message (district_id, batch_id, row_number, nth, column_name, severity, code, args, \
         value_sealed) VALUES",
        "ON CONFLICT (district_id, batch_id, row_number, nth) DO NOTHING",
        rows,
    )
    .await?;
    Ok(())
}
