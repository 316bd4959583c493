//! What changes of papers.

use asuh_documents::paper::Paper;
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::Date;

use super::content::{Content, JOB};
use super::query;
use crate::access::Scope;
use crate::settings::documents;
use crate::{attachments, jobs};

/// Characters of a title, of an office and of a reason.
const TITLE: usize = 200;
const REASON: usize = 500;
/// Scans of one paper.
const SCANS: i64 = 20;

/// Gives a paper the next number of its kind and keeps what stands on it.
///
/// What stands on it is not part of the command's record: it is sealed beside, under the hash that the trail keeps when the
/// file is made. So a form that is sent twice counts once, though the rows may have changed between.
#[derive(Clone, Serialize, Deserialize)]
pub struct NumberPaper {
    /// A code of the kinds of papers.
    pub kind: String,
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
        let number = documents::next_number(tx, &format!("papers.{}", self.kind), self.day).await?;
        let mut paper = self.paper.clone();
        paper.number.clone_from(&number);
        paper.issued_at = tx.now().0;
        let content = Content { paper, origin: self.origin.clone() };
        let id = tx.new_id();
        tx.subject("issued_paper", id);
        let old = match self.subject.filter(|_| self.replaces) {
            Some(subject) => query::holding(tx, district, &self.kind, subject).await?,
            None => None,
        };
        if let Some(old) = old {
            tx.execute(
                "UPDATE issued_paper SET replaced_by_id = $3 WHERE district_id = $1 AND id = $2",
                args![district, old, id],
            )
            .await?;
        }
        let head = &content.paper.head;
        // The name of an office goes over several lines of a letterhead.
        let office = if head.office.is_empty() { head.government.clone() } else { head.office.join(" ") };
        tx.execute(
            "INSERT INTO issued_paper (district_id, id, kind, number, day, territory_code, title, office, subject_id, \
             content_sealed, content_sha256, state, pdf_id, pdf_sha256, issued_at, issued_by, replaces_id, replaced_by_id, \
             withdrawn_on, withdrawn_reason, withdrawn_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'numbered', NULL, NULL, $12, $13, $14, NULL, NULL, NULL, \
             NULL)",
            args![
                district,
                id,
                &self.kind,
                &number,
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
        jobs::start(tx, JOB, Some(id)).await?;
        Ok(id)
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
        // Where two add at once the later waits for the row, and counts what the earlier wrote.
        tx.execute(
            "UPDATE issued_paper SET issued_at = issued_at WHERE district_id = $1 AND id = $2",
            args![district, self.paper],
        )
        .await?;
        let sql = "SELECT COUNT(*) AS n FROM paper_scan WHERE district_id = $1 AND paper_id = $2";
        let nth = tx.number(sql, args![district, self.paper]).await? + 1;
        if nth > SCANS {
            return Err(Refusal::new("papers.refused.many").arg("most", SCANS).into());
        }
        tx.execute(
            "INSERT INTO paper_scan (district_id, paper_id, nth, way, attachment_id, sha256, recorded_at, recorded_by) \
             SELECT $1, $2, $3, $4, a.id, a.sha256, $6, $7 FROM attachment a WHERE a.district_id = $1 AND a.id = $5",
            args![district, self.paper, nth, self.way.code(), self.attachment, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
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
