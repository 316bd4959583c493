//! Taking a statement in: kept as a draft, read by a layout, looked at, stored line by line.

use asuh_statement::{Layout, Proof, Sen, Statement, read, shipped};
use asuh_store::{Command, DistrictId, Fault, Id, Query, Recording, Refusal, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::super::reach::Reach;
use super::super::{account, campaign};
use super::rules::{is_of, refusal, stored};

/// Seconds after which a draft that nobody took in is emptied: two days.
const DRAFT_LIVES: i64 = 2 * 86_400;

/// Keeps the rows of an uploaded file until somebody has looked at them. Unlogged: taking them in is in the log.
#[derive(Serialize, Deserialize)]
pub struct PutStatement {
    /// The account.
    pub account: Id,
    /// Of the file's bytes.
    pub sha256: [u8; 32],
    /// Its cells as texts.
    #[serde(skip)]
    pub rows: Vec<Vec<String>>,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct There { id: Id }
}

impl Command for PutStatement {
    const KIND: &'static str = "collection.put_statement";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        account::query::by_id(tx, district, &self.reach, self.account)
            .await?
            .ok_or_else(Refusal::not_found)?;
        tx.execute(
            "UPDATE bank_statement SET state = 'dropped', rows_sealed = NULL WHERE district_id = $1 \
             AND account_id = $2 AND state = 'draft' AND uploaded_at < $3",
            args![district, self.account, tx.now().plus_seconds(-DRAFT_LIVES)],
        )
        .await?;
        let rows = serde_json::to_string(&self.rows).map_err(|error| StoreError::Shape(error.to_string()))?;
        tx.execute(
            "INSERT INTO bank_statement (district_id, id, account_id, file_sha256, state, rows_sealed, bank, \
             first_day, last_day, opening, closing, credits, debits, proof, lines, lines_new, uploaded_at, \
             uploaded_by, taken_at, taken_by) VALUES ($1, $2, $3, $4, 'draft', $5, '', NULL, NULL, NULL, NULL, 0, 0, \
             '', 0, 0, $6, $7, NULL, NULL) ON CONFLICT (district_id, account_id, file_sha256) DO UPDATE SET \
             state = 'draft', rows_sealed = excluded.rows_sealed, uploaded_at = excluded.uploaded_at, \
             uploaded_by = excluded.uploaded_by WHERE bank_statement.state <> 'taken'",
            args![
                district,
                tx.new_id(),
                self.account,
                self.sha256,
                tx.seal(&rows)?,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        let there: Option<There> = tx
            .first(
                "SELECT id FROM bank_statement WHERE district_id = $1 AND account_id = $2 AND file_sha256 = $3",
                args![district, self.account, self.sha256],
            )
            .await?;
        Ok(there.ok_or_else(Refusal::not_found)?.id)
    }
}

/// The layouts that a person chose here, then those that are known beforehand. Index: primary key.
pub(super) async fn layouts(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
) -> Result<Vec<Layout>, StoreError> {
    asuh_store::row_struct! {
        struct Kept { layout_sealed: Vec<u8> }
    }
    let kept: Vec<Kept> = db
        .all(
            "SELECT layout_sealed FROM bank_layout WHERE district_id = $1 ORDER BY changed_at DESC, id",
            args![district],
        )
        .await?;
    let mut layouts = Vec::new();
    for row in kept {
        let text = secrets.open_text(district, &row.layout_sealed)?;
        layouts.push(serde_json::from_str(&text).map_err(|error| StoreError::Shape(error.to_string()))?);
    }
    layouts.extend(shipped());
    Ok(layouts)
}

/// The kept rows of a draft.
pub(super) fn rows(
    secrets: &Secrets,
    district: DistrictId,
    sealed: &[u8],
) -> Result<Vec<Vec<String>>, StoreError> {
    let text = secrets.open_text(district, sealed)?;
    serde_json::from_str(&text).map_err(|error| StoreError::Shape(error.to_string()))
}

/// Remembers which column of such files is what. Files with the same headings are read so from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MapStatement {
    /// A draft with these headings.
    pub statement: Id,
    /// The headings as the file writes them.
    pub headings: Vec<String>,
    /// What they are.
    pub layout: Layout,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for MapStatement {
    const KIND: &'static str = "collection.map_statement";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("bank_statement", self.statement);
        let district = tx.district();
        let mut args = args![district, self.statement];
        let reached = self.reach.condition("a.fund_holder_id", &mut args);
        let drafts = tx
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM bank_statement s JOIN fund_account a ON a.district_id = s.district_id \
                     AND a.id = s.account_id WHERE s.district_id = $1 AND s.id = $2 AND s.state = 'draft' AND {reached}"
                ),
                args,
            )
            .await?;
        if drafts == 0 {
            return Err(Refusal::not_found().into());
        }
        let mut hash = Sha256::new();
        for heading in &self.headings {
            let plain = heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
            hash.update(plain.collect::<String>());
            hash.update([0]);
        }
        let sha256: [u8; 32] = hash.finalize().into();
        let layout =
            serde_json::to_string(&self.layout).map_err(|error| StoreError::Shape(error.to_string()))?;
        tx.execute(
            "INSERT INTO bank_layout (district_id, id, headings_sha256, bank, layout_sealed, changed_at, changed_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, headings_sha256) DO UPDATE SET \
             bank = excluded.bank, layout_sealed = excluded.layout_sealed, changed_at = excluded.changed_at, \
             changed_by = excluded.changed_by",
            args![
                district,
                tx.new_id(),
                sha256,
                &self.layout.bank,
                tx.seal(&layout)?,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(())
    }
}

/// Takes a statement in: its lines, once each, to be matched.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TakeStatement {
    /// The draft.
    pub statement: Id,
    /// The sum of what came, in sen, as the bank shows it: asked where the file has neither totals nor balances.
    pub credits: Option<i64>,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Draft { account_id: Id, rows_sealed: Option<Vec<u8>>, number_sealed: Vec<u8>, state: String }
}

impl Command for TakeStatement {
    const KIND: &'static str = "collection.take_statement";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        tx.subject("bank_statement", self.statement);
        let district = tx.district();
        // Takes hold of the row first, so that two who press at once do it once.
        tx.execute(
            "UPDATE bank_statement SET lines = lines WHERE district_id = $1 AND id = $2",
            args![district, self.statement],
        )
        .await?;
        let mut args = args![district, self.statement];
        let reached = self.reach.condition("a.fund_holder_id", &mut args);
        let draft: Option<Draft> = tx
            .first(
                &format!(
                    "SELECT s.account_id, s.rows_sealed, a.number_sealed, s.state FROM bank_statement s \
                     JOIN fund_account a ON a.district_id = s.district_id AND a.id = s.account_id \
                     WHERE s.district_id = $1 AND s.id = $2 AND {reached}"
                ),
                args,
            )
            .await?;
        let draft = draft.ok_or_else(Refusal::not_found)?;
        let (Some(sealed), "draft") = (&draft.rows_sealed, draft.state.as_str()) else {
            return Err(Refusal::new("money.refused.not_draft").into());
        };
        let secrets = tx.secrets();
        let read = read(&rows(secrets, district, sealed)?, &layouts(tx, secrets, district).await?);
        let statement = read.map_err(|error| refusal(&error))?;
        let digits = secrets.open_text(district, &draft.number_sealed).map_err(StoreError::from)?;
        if !is_of(&statement, &digits) {
            return Err(Refusal::new("money.refused.wrong_account").into());
        }
        let today = campaign::local_today(tx).await?;
        if let Some(line) = statement.lines.iter().find(|line| line.on > today) {
            return Err(Refusal::new("money.refused.file_future").arg("row", line.row).into());
        }
        let proof = match (statement.proof, self.credits) {
            (Proof::Totals, _) => "totals",
            (Proof::Balances, _) => "balances",
            (Proof::Nothing, Some(credits)) if Sen(credits) == statement.credits() => "person",
            (Proof::Nothing, Some(_)) => {
                return Err(Refusal::new("money.refused.credits")
                    .field("masuk")
                    .arg("computed", statement.credits())
                    .into());
            }
            (Proof::Nothing, None) => return Err(Refusal::new("web.error.required").field("masuk").into()),
        };
        let new = self.keep(tx, draft.account_id, &statement).await?;
        // A bank names the whole month, though it has not ended: nothing is known of the days to come.
        let (first, last) = statement.days.map(|(first, last)| (first, last.min(today))).unzip();
        tx.execute(
            "UPDATE bank_statement SET state = 'taken', rows_sealed = NULL, bank = $3, first_day = $4, last_day = $5, \
             opening = $6, closing = $7, credits = $8, debits = $9, proof = $10, lines = $11, lines_new = $12, \
             taken_at = $13, taken_by = $14 WHERE district_id = $1 AND id = $2",
            args![
                district,
                self.statement,
                &statement.bank,
                first,
                last,
                statement.opening.map(|sen| sen.0),
                statement.closing.map(|sen| sen.0),
                statement.credits().0,
                statement.debits().0,
                proof,
                statement.lines.len() as i64,
                new,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(new)
    }
}

impl TakeStatement {
    /// Stores the lines that are not there yet; how many.
    async fn keep(&self, tx: &Tx<'_>, account: Id, statement: &Statement) -> Result<i64, Fault> {
        let district = tx.district();
        let mut lines = Vec::with_capacity(statement.lines.len());
        for line in &statement.lines {
            let text = stored(account, &line.identity());
            let hash = tx.secrets().lookup(district, "line", &text).map_err(StoreError::from)?;
            lines.push(args![
                district,
                tx.new_id(),
                account,
                self.statement,
                tx.seal(&text)?,
                hash,
                line.on,
                line.amount.0,
                "open",
                "",
                ""
            ]);
        }
        let new = tx
            .insert_many(
                "INSERT INTO bank_line (district_id, id, account_id, statement_id, line_sealed, line_hash, booked_on, \
                 amount, state, reason, note) VALUES",
                "ON CONFLICT (district_id, line_hash) DO NOTHING",
                lines,
            )
            .await?;
        Ok(i64::try_from(new).unwrap_or(i64::MAX))
    }
}

/// Throws a draft away.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DropStatement {
    /// The draft.
    pub statement: Id,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for DropStatement {
    const KIND: &'static str = "collection.drop_statement";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("bank_statement", self.statement);
        let mut args = args![tx.district(), self.statement];
        let reached = self.reach.condition("a.fund_holder_id", &mut args);
        let dropped = tx
            .execute(
                &format!(
                    "UPDATE bank_statement SET state = 'dropped', rows_sealed = NULL WHERE district_id = $1 AND id = $2 \
                     AND state = 'draft' AND EXISTS (SELECT 1 FROM fund_account a WHERE a.district_id = $1 \
                     AND a.id = bank_statement.account_id AND {reached})"
                ),
                args,
            )
            .await?;
        if dropped == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}
