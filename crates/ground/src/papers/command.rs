//! What changes of papers.

use asuh_documents::paper::Paper;
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use super::content::{Content, JOB};
use super::query::{self, Kept};
use crate::access::Scope;
use crate::settings::documents;
use crate::{attachments, jobs};

/// Characters of a title, of an office and of a reason.
const TITLE: usize = 200;
const REASON: usize = 500;
/// Scans of one paper.
const SCANS: i64 = 20;

/// Gives a paper the next number of its kind, or the number that its row carries, and keeps what stands on it.
///
/// A paper with a number of its own is printed as often as somebody asks: while nothing on it has changed it is the same
/// paper, afterwards it is the next printing and takes the place of the one before.
///
/// What stands on it is not part of the command's record: it is sealed beside, under the hash that the trail keeps when the
/// file is made. So a form that is sent twice counts once, though the rows may have changed between.
#[derive(Clone, Serialize, Deserialize)]
pub struct NumberPaper {
    /// A code of the kinds of papers.
    pub kind: String,
    /// The number that its row carries; none: the next of its kind.
    pub own_number: Option<String>,
    /// The day that stands on it.
    pub day: Date,
    /// What it is about: ten digits.
    pub territory: i64,
    /// What it is, in words that anybody may read.
    pub title: String,
    /// What it was made of.
    pub subject: Option<Id>,
    /// Whether it takes the place of the one of its kind, made of the same, that holds.
    pub replaces: bool,
    /// Where the page of verification is reached.
    #[serde(skip)]
    pub(crate) origin: String,
    #[serde(skip)]
    pub(crate) paper: Paper,
}

impl Command for NumberPaper {
    const KIND: &'static str = "papers.number";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let old = match self.subject.filter(|_| self.replaces) {
            Some(subject) => query::holding(tx, district, &self.kind, subject).await?,
            None => None,
        };
        let (number, printing) = match &self.own_number {
            None => (documents::next_number(tx, &format!("papers.{}", self.kind), self.day).await?, 0),
            Some(own) => {
                if let Some(old) = old
                    && let Some(kept) = query::kept(tx, district, old).await?
                    && self.stands_on(tx, &kept)?
                {
                    tx.subject("issued_paper", old);
                    return Ok(old);
                }
                (own.clone(), query::printings(tx, district, &self.kind, own).await? + 1)
            }
        };
        let mut paper = self.paper.clone();
        paper.number.clone_from(&number);
        paper.issued_at = tx.now().0;
        let content = Content { paper, origin: self.origin.clone() };
        let id = tx.new_id();
        let head = &content.paper.head;
        // The name of an office goes over several lines of a letterhead.
        let office = if head.office.is_empty() { head.government.clone() } else { head.office.join(" ") };
        let written = tx
            .execute(
                "INSERT INTO issued_paper (district_id, id, kind, number, printing, day, territory_code, title, office, \
                 subject_id, content_sealed, content_sha256, state, pdf_id, pdf_sha256, issued_at, issued_by, replaces_id, \
                 replaced_by_id, withdrawn_on, withdrawn_reason, withdrawn_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'numbered', NULL, NULL, $13, $14, $15, NULL, \
                 NULL, NULL, NULL) ON CONFLICT (district_id, kind, number, printing) DO NOTHING",
                args![
                    district,
                    id,
                    &self.kind,
                    &number,
                    printing,
                    self.day,
                    self.territory,
                    self.title.chars().take(TITLE).collect::<String>(),
                    office,
                    self.subject,
                    tx.seal(&content.text()?)?,
                    content.sha256()?,
                    tx.now(),
                    tx.actor(),
                    old,
                ],
            )
            .await?;
        if written == 0 {
            // Of two who print it at once the later takes what the earlier printed.
            let there = match self.subject {
                Some(subject) => query::holding(tx, district, &self.kind, subject).await?,
                None => None,
            };
            let there =
                there.ok_or_else(|| StoreError::Shape(format!("{} {number} is there already", self.kind)))?;
            tx.subject("issued_paper", there);
            return Ok(there);
        }
        tx.subject("issued_paper", id);
        if let Some(old) = old {
            tx.execute(
                "UPDATE issued_paper SET replaced_by_id = $3 WHERE district_id = $1 AND id = $2",
                args![district, old, id],
            )
            .await?;
        }
        jobs::start(tx, JOB, Some(id)).await?;
        Ok(id)
    }
}

impl NumberPaper {
    /// Whether a paper that is kept says what this one would say.
    fn stands_on(&self, tx: &Tx<'_>, kept: &Kept) -> Result<bool, StoreError> {
        let text = tx.secrets().open_text(tx.district(), &kept.content_sealed)?;
        let old: Content = serde_json::from_str(&text).map_err(shape)?;
        let new =
            Paper { number: old.paper.number.clone(), issued_at: old.paper.issued_at, ..self.paper.clone() };
        Ok(new == old.paper)
    }
}

/// Withdraws the papers that were made of something, because it was cancelled or taken back: a part of that command. Why
/// stands on the page of what they were made of; who verifies them learns that they do not hold.
///
/// # Errors
/// The store fails.
pub async fn withdraw_of(tx: &Tx<'_>, subject: Id, today: Date) -> Result<(), Fault> {
    tx.execute(
        "UPDATE issued_paper SET state = 'withdrawn', withdrawn_on = $3, withdrawn_by = $4 \
         WHERE district_id = $1 AND subject_id = $2 AND state <> 'withdrawn'",
        args![tx.district(), subject, today, tx.actor()],
    )
    .await?;
    Ok(())
}

/// As [`withdraw_of`], of one kind alone, where several papers are made of one thing and only one of them is taken back.
///
/// # Errors
/// The store fails.
pub async fn withdraw_kind_of(tx: &Tx<'_>, kind: &str, subject: Id, today: Date) -> Result<(), Fault> {
    tx.execute(
        "UPDATE issued_paper SET state = 'withdrawn', withdrawn_on = $3, withdrawn_by = $4 \
         WHERE district_id = $1 AND subject_id = $2 AND kind = $5 AND state <> 'withdrawn'",
        args![tx.district(), subject, today, tx.actor(), kind],
    )
    .await?;
    Ok(())
}

/// Keeps the scan of a signed sheet beside the paper that holds of what was signed, where it was printed as one: who verifies
/// that paper, or the scan, learns that it was signed. A part of the command that adds the scan.
///
/// # Errors
/// As [`AddScan`].
pub async fn scan_of(tx: &Tx<'_>, kind: &str, subject: Id, attachment: Id) -> Result<(), Fault> {
    match query::holding(tx, tx.district(), kind, subject).await? {
        Some(paper) => keep_scan(tx, paper, Way::Ink, attachment).await,
        None => Ok(()),
    }
}

/// Keeps the file that was made of a paper's data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FilePaper {
    pub(super) paper: Id,
    pub(super) attachment: Id,
    pub(super) content_sha256: [u8; 32],
    pub(super) pdf_sha256: [u8; 32],
}

impl Command for FilePaper {
    const KIND: &'static str = "papers.file";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("issued_paper", self.paper);
        // Made twice at once it is the same file; the second changes nothing.
        tx.execute(
            "UPDATE issued_paper SET state = 'issued', pdf_id = $3, pdf_sha256 = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'numbered'",
            args![tx.district(), self.paper, self.attachment, self.pdf_sha256],
        )
        .await?;
        Ok(())
    }
}

crate::codes! {
    /// How a paper was signed.
    pub enum Way {
        /// With ink, on paper; a photo or scan.
        Ink = "ink",
        /// With a certified electronic signature, outside; the signed PDF.
        Certified = "certified",
    }
}

/// Adds the scan of a signed paper, or the PDF with a certified signature. What was added stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddScan {
    /// Which paper.
    pub paper: Id,
    /// The territories of whoever adds it.
    pub scope: Scope,
    /// How it was signed.
    pub way: Way,
    /// The stored file.
    pub attachment: Id,
}

impl Command for AddScan {
    const KIND: &'static str = "papers.add_scan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let paper =
            query::one(tx, district, &self.scope, self.paper).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("issued_paper", self.paper);
        if paper.state == "withdrawn" {
            return Err(Refusal::new("papers.refused.withdrawn").into());
        }
        if !attachments::is_own(tx, district, self.attachment, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        keep_scan(tx, self.paper, self.way, self.attachment).await
    }
}

/// Adds the scan of the signed paper of a row beside the paper that holds. What was added stays. Whether the sender reaches
/// the row is asked by the page that sends it, by the row's own rule.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddRowScan {
    /// The kind of the paper.
    pub kind: String,
    /// What it was made of.
    pub subject: Id,
    /// How it was signed.
    pub way: Way,
    /// The stored file.
    pub attachment: Id,
}

impl Command for AddRowScan {
    const KIND: &'static str = "papers.add_row_scan";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        if !attachments::is_own(tx, district, self.attachment, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        let paper = query::holding(tx, district, &self.kind, self.subject).await?;
        let paper = paper.ok_or_else(|| Refusal::new("papers.refused.withdrawn"))?;
        tx.subject("issued_paper", paper);
        keep_scan(tx, paper, self.way, self.attachment).await
    }
}

/// Adds a scan to a paper.
async fn keep_scan(tx: &Tx<'_>, paper: Id, way: Way, attachment: Id) -> Result<(), Fault> {
    let district = tx.district();
    // Where two add at once the later waits for the row, and counts what the earlier wrote.
    tx.execute(
        "UPDATE issued_paper SET issued_at = issued_at WHERE district_id = $1 AND id = $2",
        args![district, paper],
    )
    .await?;
    let sql = "SELECT COUNT(*) AS n FROM paper_scan WHERE district_id = $1 AND paper_id = $2";
    let nth = tx.number(sql, args![district, paper]).await? + 1;
    if nth > SCANS {
        return Err(Refusal::new("papers.refused.many").arg("most", SCANS).into());
    }
    tx.execute(
        "INSERT INTO paper_scan (district_id, paper_id, nth, way, attachment_id, sha256, recorded_at, recorded_by) \
         SELECT $1, $2, $3, $4, a.id, a.sha256, $6, $7 FROM attachment a WHERE a.district_id = $1 AND a.id = $5",
        args![district, paper, nth, way.code(), attachment, tx.now(), tx.actor()],
    )
    .await?;
    Ok(())
}

/// Withdraws a paper, with a reason that anybody may read. It stays in the register.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawPaper {
    /// Which.
    pub paper: Id,
    /// The territories of whoever withdraws it.
    pub scope: Scope,
    /// The present day.
    pub today: Date,
    /// Why, at most 500 characters, without names.
    pub reason: String,
}

impl Command for WithdrawPaper {
    const KIND: &'static str = "papers.withdraw";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        query::one(tx, tx.district(), &self.scope, self.paper).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("issued_paper", self.paper);
        let reason = self.reason.trim();
        if reason.is_empty() || reason.chars().count() > REASON {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let changed = tx
            .execute(
                "UPDATE issued_paper SET state = 'withdrawn', withdrawn_on = $3, withdrawn_reason = $4, withdrawn_by = $5 \
                 WHERE district_id = $1 AND id = $2 AND state <> 'withdrawn'",
                args![tx.district(), self.paper, self.today, reason, tx.actor()],
            )
            .await?;
        if changed == 0 { Err(Refusal::new("papers.refused.withdrawn").into()) } else { Ok(()) }
    }
}

/// SHA-256 of bytes.
pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A fault of the program as one of the store.
pub(super) fn shape(error: serde_json::Error) -> StoreError {
    StoreError::Shape(error.to_string())
}
