//! Noting what Baznas reports, marking families, withdrawing what was noted wrongly.

use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

/// The groups that may receive zakat and can be a family of the programme (At-Taubah 60; amil and riqab cannot); the words
/// are `zakat.asnaf.<code>`.
pub const ASNAF: [&str; 6] = ["fakir", "miskin", "gharim", "mualaf", "ibnu_sabil", "fisabilillah"];

/// Notes what a holder of zakat reports.
///
/// Refused for a reporter out of reach, without number or paper, for a day that has not come, a sum or a number of families
/// that is not above 0, and when the same paper was noted before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordZakat {
    /// Who reports.
    pub reporter: Id,
    /// The number on the paper.
    pub number: String,
    /// Its day.
    pub reported_on: Date,
    /// The first day of the month that it is about.
    pub month: Date,
    /// Rupiah.
    pub amount: i64,
    /// Families that received it.
    pub families: i64,
    /// The paper, stored by the sender.
    pub document: Id,
    /// Anything else; may be empty.
    pub note: String,
    /// The present day in the district.
    pub today: Date,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for RecordZakat {
    const KIND: &'static str = "zakat.record";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let holders = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 AND kind = 'fund_holder' \
                 AND valid_to IS NULL",
                args![tx.district(), self.reporter],
            )
            .await?;
        if holders == 0 || !self.scope.reaches_unit(self.reporter) {
            return Err(Refusal::not_found().into());
        }
        if self.number.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nomor").into());
        }
        if self.amount <= 0 || self.families <= 0 {
            let field = if self.amount <= 0 { "jumlah" } else { "keluarga" };
            return Err(Refusal::new("zakat.refused.nothing").field(field).into());
        }
        if self.reported_on > self.today {
            return Err(Refusal::new("zakat.refused.day").field("hari").into());
        }
        if self.month.day() != 1 || self.month > self.reported_on {
            return Err(Refusal::new("zakat.refused.month").field("bulan").into());
        }
        if !attachments::is_own(tx, tx.district(), self.document, tx.actor()).await? {
            return Err(Refusal::not_found().into());
        }
        let id = tx.new_id();
        tx.subject("zakat_report", id);
        let noted = tx
            .execute(
                "INSERT INTO zakat_report (district_id, id, reporter_id, number, reported_on, month, amount, families, \
                 document_id, note, recorded_at, recorded_by, withdrawn_reason, withdrawn_at, withdrawn_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', NULL, NULL) ON CONFLICT DO NOTHING",
                args![
                    tx.district(),
                    id,
                    self.reporter,
                    self.number.trim(),
                    self.reported_on,
                    self.month,
                    self.amount,
                    self.families,
                    self.document,
                    self.note.trim(),
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        match noted {
            0 => Err(Refusal::new("zakat.refused.known").field("nomor").into()),
            _ => Ok(id),
        }
    }
}

/// Takes hold of a report that counts.
async fn held(tx: &Tx<'_>, report: Id, scope: &Scope) -> Result<(), Fault> {
    let mut args = args![tx.district(), report];
    let reached = scope.unit_condition("reporter_id", &mut args);
    let held = tx
        .execute(
            &format!(
                "UPDATE zakat_report SET families = families WHERE district_id = $1 AND id = $2 \
                 AND withdrawn_at IS NULL AND {reached}"
            ),
            args,
        )
        .await?;
    tx.subject("zakat_report", report);
    if held == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
}

/// Withdraws a report that was noted wrongly; it is kept, and counts no more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WithdrawZakat {
    /// The report.
    pub report: Id,
    /// What was wrong.
    pub reason: String,
    /// How far the caller's right reaches.
    pub scope: Scope,
}

impl Command for WithdrawZakat {
    const KIND: &'static str = "zakat.withdraw";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        held(tx, self.report, &self.scope).await?;
        tx.execute(
            "UPDATE zakat_report SET withdrawn_at = $3, withdrawn_by = $4, withdrawn_reason = $5 WHERE district_id = $1 \
             AND id = $2",
            args![tx.district(), self.report, tx.now(), tx.actor(), self.reason.trim()],
        )
        .await?;
        Ok(())
    }
}

/// Marks a family as eligible by a report of Baznas, or takes the mark off.
///
/// Refused for a report that does not count, a family out of reach, an unknown asnaf, and for more families than the paper
/// names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MarkAsnaf {
    /// The report.
    pub report: Id,
    /// The family.
    pub family: Id,
    /// One of [`ASNAF`]; nothing: the mark is taken off.
    pub asnaf: Option<String>,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for MarkAsnaf {
    const KIND: &'static str = "zakat.mark_asnaf";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        held(tx, self.report, &self.scope).await?;
        let mut args = args![tx.district(), self.family, asuh_store::Instant::NEVER];
        let reached = self.scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
        let found = tx
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM family_version v WHERE v.district_id = $1 AND v.family_id = $2 \
                     AND v.superseded_at = $3 AND {reached}"
                ),
                args,
            )
            .await?;
        if found == 0 {
            return Err(Refusal::not_found().into());
        }
        tx.subject("family", self.family);
        let Some(asnaf) = &self.asnaf else {
            let taken = tx
                .execute(
                    "UPDATE zakat_family SET removed_at = $4, removed_by = $5 WHERE district_id = $1 AND report_id = $2 \
                     AND family_id = $3 AND removed_at IS NULL",
                    args![tx.district(), self.report, self.family, tx.now(), tx.actor()],
                )
                .await?;
            return if taken == 0 { Err(Refusal::not_found().into()) } else { Ok(()) };
        };
        if !ASNAF.contains(&asnaf.as_str()) {
            return Err(Refusal::new("web.error.choose").field("asnaf").into());
        }
        let marked = tx
            .number(
                "SELECT COUNT(*) AS n FROM zakat_family WHERE district_id = $1 AND report_id = $2 AND family_id <> $3 \
                 AND removed_at IS NULL",
                args![tx.district(), self.report, self.family],
            )
            .await?;
        let named = tx
            .number(
                "SELECT families AS n FROM zakat_report WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.report],
            )
            .await?;
        if marked >= named {
            return Err(Refusal::new("zakat.refused.more_families").arg("n", named).field("asnaf").into());
        }
        tx.execute(
            "INSERT INTO zakat_family (district_id, report_id, family_id, asnaf, recorded_at, recorded_by, removed_at, \
             removed_by) VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL) ON CONFLICT (district_id, report_id, family_id) \
             DO UPDATE SET asnaf = excluded.asnaf, recorded_at = excluded.recorded_at, \
             recorded_by = excluded.recorded_by, removed_at = NULL, removed_by = NULL",
            args![tx.district(), self.report, self.family, asnaf, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
