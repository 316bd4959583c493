//! Reading papers. Every query of the register carries the caller's territories.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::access::Scope;

/// Papers on a page.
pub(super) const PAGE: usize = 40;

asuh_store::row_struct! {
    /// A paper of the register, without what stands on it.
    pub struct IssuedPaper {
        /// Key.
        pub id: Id,
        /// Its kind.
        pub kind: String,
        /// Its number.
        pub number: String,
        /// The day that stands on it.
        pub day: Date,
        /// What it is about.
        pub territory_code: i64,
        /// What it is.
        pub title: String,
        /// The office that issued it.
        pub office: String,
        /// SHA-256 of what stands on it.
        pub content_sha256: [u8; 32],
        /// 'numbered', 'issued', 'withdrawn'.
        pub state: String,
        /// SHA-256 of its file, once it is made.
        pub pdf_sha256: Option<[u8; 32]>,
        /// When it was issued.
        pub issued_at: Instant,
        /// By whom.
        pub issued_by_name: Option<String>,
        /// The paper that took its place.
        pub replaced_by_id: Option<Id>,
        /// Since when it does not hold.
        pub withdrawn_on: Option<Date>,
        /// Why, in words that anybody may read.
        pub withdrawn_reason: Option<String>,
        /// Signed scans beside it.
        pub scans: i64,
    }
}

const PAPER: &str = "SELECT p.id, p.kind, p.number, p.day, p.territory_code, p.title, p.office, p.content_sha256, p.state, \
     p.pdf_sha256, p.issued_at, u.name AS issued_by_name, p.replaced_by_id, p.withdrawn_on, p.withdrawn_reason, \
     (SELECT COUNT(*) FROM paper_scan s WHERE s.district_id = p.district_id AND s.paper_id = p.id) AS scans \
     FROM issued_paper p LEFT JOIN app_user u ON u.district_id = p.district_id AND u.id = p.issued_by \
     WHERE p.district_id = $1";

/// What stands in the register: a paper with a number of its own is found on the page of its row.
const REGISTERED: &str = "p.printing = 0";

/// A paper of the register within the scope. Index: primary key.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<IssuedPaper>, StoreError> {
    let mut args = args![district, id];
    let within = scope.territory_condition("p.territory_code", None, &mut args);
    db.first(&format!("{PAPER} AND p.id = $2 AND {REGISTERED} AND {within}"), args).await
}

/// A page of papers, the newest first; one more when there are more. `words` is part of a number or title. Index:
/// issued_paper_by_day.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    kind: &str,
    after: Option<Id>,
) -> Result<Vec<IssuedPaper>, StoreError> {
    let mut args = args![district];
    let within = scope.territory_condition("p.territory_code", None, &mut args);
    let kind = match kind {
        "" => String::new(),
        kind => format!(" AND p.kind = {}", args.push(kind)),
    };
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (p.day, p.id) < (SELECT c.day, c.id FROM issued_paper c WHERE c.district_id = $1 AND c.id = {})",
            args.push(id)
        ),
    };
    let limit = PAGE + 1;
    let sql = format!(
        "{PAPER} AND {REGISTERED} AND {within}{kind}{after} ORDER BY p.day DESC, p.id DESC LIMIT {limit}"
    );
    db.all(&sql, args).await
}

/// The papers that were made of something, the newest first. Whoever calls this has asked whether the caller may see it.
/// Index: issued_paper_by_subject.
///
/// # Errors
/// The store fails.
pub async fn of_subject(
    db: &impl Query,
    district: DistrictId,
    subject: Id,
) -> Result<Vec<IssuedPaper>, StoreError> {
    db.all(
        &format!("{PAPER} AND p.subject_id = $2 ORDER BY p.day DESC, p.id DESC LIMIT 100"),
        args![district, subject],
    )
    .await
}

/// The papers that were made of these things, the newest first, 100 at most. Whoever calls this has asked whether the caller
/// may see them. Index: issued_paper_by_subject.
///
/// # Errors
/// The store fails.
pub async fn of_subjects(
    db: &impl Query,
    district: DistrictId,
    subjects: &[Id],
) -> Result<Vec<IssuedPaper>, StoreError> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let mut args = args![district];
    let list = args.push_list(subjects.iter().copied());
    let sql = format!("{PAPER} AND p.subject_id IN ({list}) ORDER BY p.day DESC, p.id DESC LIMIT 100");
    db.all(&sql, args).await
}

/// The paper of a kind that was made of something and holds. Index: issued_paper_by_subject.
pub(super) async fn holding(
    db: &impl Query,
    district: DistrictId,
    kind: &str,
    subject: Id,
) -> Result<Option<Id>, StoreError> {
    asuh_store::row_struct! { struct Holding { id: Id } }
    let found: Option<Holding> = db
        .first(
            "SELECT id FROM issued_paper WHERE district_id = $1 AND subject_id = $2 AND kind = $3 \
             AND replaced_by_id IS NULL AND state <> 'withdrawn' ORDER BY issued_at DESC, id DESC LIMIT 1",
            args![district, subject, kind],
        )
        .await?;
    Ok(found.map(|one| one.id))
}

/// How often a paper with a number of its own was printed. Index: unique key of kind, number and printing.
pub(super) async fn printings(
    db: &impl Query,
    district: DistrictId,
    kind: &str,
    number: &str,
) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE(MAX(printing), 0) AS n FROM issued_paper WHERE district_id = $1 AND kind = $2 AND number = $3";
    db.number(sql, args![district, kind, number]).await
}

asuh_store::row_struct! {
    /// What is kept of a paper to make its file.
    pub(super) struct Kept {
        pub(super) number: String,
        pub(super) printing: i64,
        pub(super) day: Date,
        pub(super) content_sealed: Vec<u8>,
        pub(super) pdf_id: Option<Id>,
    }
}

/// What is kept of a paper. Index: primary key.
pub(super) async fn kept(db: &impl Query, district: DistrictId, id: Id) -> Result<Option<Kept>, StoreError> {
    db.first(
        "SELECT number, printing, day, content_sealed, pdf_id FROM issued_paper WHERE district_id = $1 AND id = $2",
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    /// A signed scan.
    pub(super) struct Scan {
        pub(super) nth: i64,
        pub(super) way: String,
        pub(super) attachment_id: Id,
        pub(super) sha256: [u8; 32],
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// The scans of a paper. Index: primary key.
pub(super) async fn scans(db: &impl Query, district: DistrictId, paper: Id) -> Result<Vec<Scan>, StoreError> {
    db.all(
        "SELECT s.nth, s.way, s.attachment_id, s.sha256, s.recorded_at, u.name AS by_name FROM paper_scan s \
         LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.recorded_by \
         WHERE s.district_id = $1 AND s.paper_id = $2 ORDER BY s.nth",
        args![district, paper],
    )
    .await
}

asuh_store::row_struct! {
    /// A signed scan beside one of the printings of a row's paper.
    pub(super) struct RowScan {
        pub(super) paper_id: Id,
        pub(super) printing: i64,
        pub(super) nth: i64,
        pub(super) way: String,
        pub(super) attachment_id: Id,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// The scans beside all printings of a kind that were made of something, the newest first. Whoever calls this has asked
/// whether the caller may see it. Indexes: issued_paper_by_subject, primary key of paper_scan.
pub(super) async fn row_scans(
    db: &impl Query,
    district: DistrictId,
    kind: &str,
    subject: Id,
) -> Result<Vec<RowScan>, StoreError> {
    db.all(
        "SELECT s.paper_id, p.printing, s.nth, s.way, s.attachment_id, s.recorded_at, u.name AS by_name \
         FROM issued_paper p JOIN paper_scan s ON s.district_id = p.district_id AND s.paper_id = p.id \
         LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.recorded_by \
         WHERE p.district_id = $1 AND p.subject_id = $2 AND p.kind = $3 ORDER BY p.printing DESC, s.nth DESC LIMIT 100",
        args![district, subject, kind],
    )
    .await
}

asuh_store::row_struct! {
    /// What anybody may know of a paper.
    pub(super) struct Known {
        pub(super) kind: String,
        pub(super) number: String,
        /// Which printing under a number that its row carries; 0: numbered in the register.
        pub(super) printing: i64,
        pub(super) day: Date,
        pub(super) title: String,
        pub(super) office: String,
        pub(super) state: String,
        pub(super) content_sha256: [u8; 32],
        pub(super) withdrawn_on: Option<Date>,
        pub(super) withdrawn_reason: Option<String>,
        /// Number and day of the paper that took its place.
        pub(super) next_number: Option<String>,
        pub(super) next_printing: Option<i64>,
        pub(super) next_day: Option<Date>,
        /// Whether a signed scan is kept beside it.
        pub(super) scans: i64,
    }
}

const KNOWN: &str = "SELECT p.kind, p.number, p.printing, p.day, p.title, p.office, p.state, p.content_sha256, p.withdrawn_on, \
     p.withdrawn_reason, n.number AS next_number, n.printing AS next_printing, n.day AS next_day, \
     (SELECT COUNT(*) FROM paper_scan s WHERE s.district_id = p.district_id AND s.paper_id = p.id) AS scans \
     FROM issued_paper p \
     LEFT JOIN issued_paper n ON n.district_id = p.district_id AND n.id = p.replaced_by_id WHERE p.district_id = $1";

/// The paper whose printed hash lies in this range (128 of its 256 bits). Index: issued_paper_by_print.
pub(super) async fn by_print(
    db: &impl Query,
    district: DistrictId,
    printed: [u8; 16],
) -> Result<Option<Known>, StoreError> {
    let (mut from, mut to) = ([0_u8; 32], [0xff_u8; 32]);
    from[..16].copy_from_slice(&printed);
    to[..16].copy_from_slice(&printed);
    let sql = format!("{KNOWN} AND p.content_sha256 >= $2 AND p.content_sha256 <= $3 LIMIT 1");
    db.first(&sql, args![district, from, to]).await
}

/// The paper with this file, or beside which this signed file is kept. Indexes: issued_paper_by_file, paper_scan_by_file.
pub(super) async fn by_file(
    db: &impl Query,
    district: DistrictId,
    sha256: [u8; 32],
) -> Result<Option<Known>, StoreError> {
    let sql = format!(
        "{KNOWN} AND p.id IN (SELECT f.id FROM issued_paper f WHERE f.district_id = $1 AND f.pdf_sha256 = $2 \
         UNION ALL SELECT s.paper_id FROM paper_scan s WHERE s.district_id = $1 AND s.sha256 = $2) LIMIT 1"
    );
    db.first(&sql, args![district, sha256]).await
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::TerritoryCode;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;

    #[db_test]
    async fn papers_are_found_by_day_subject_and_hash(db: TestDatabase) {
        let plans = Plans::of(&db).await;
        let (d, id) = (DistrictId(1), Id::SYSTEM);
        let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).unwrap());
        one(&plans, d, &scope, id).await.unwrap();
        of_subject(&plans, d, id).await.unwrap();
        of_subjects(&plans, d, &[id, Id::from_bytes([1; 16])]).await.unwrap();
        holding(&plans, d, "report", id).await.unwrap();
        printings(&plans, d, "hand_over", "BAST/0007/XI/2026").await.unwrap();
        list(&plans, d, &scope, "", Some(id)).await.unwrap();
        kept(&plans, d, id).await.unwrap();
        scans(&plans, d, id).await.unwrap();
        row_scans(&plans, d, "shipment", id).await.unwrap();
        by_print(&plans, d, [0; 16]).await.unwrap();
        by_file(&plans, d, [0; 32]).await.unwrap();
        plans.take().walks_only(&[]);
    }
}
