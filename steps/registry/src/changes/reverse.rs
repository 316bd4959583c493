//! Taking back what an approved request did: by a counter-change with its reason, never by deleting. What has moved
//! on since is left alone, and the whole is refused.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::birth::take_back_child;
use super::decide::{Effect, asked};
use crate::family::{
    FamilyVersion, PersonVersion, Source, current_family, current_person, next_family, next_person,
};
use crate::rights::Reach;
use crate::rules::FamilyStatus;
use crate::{changed, derived};

/// Takes back an approved request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReverseChange {
    /// The request.
    pub request: Id,
    /// The territories of whoever takes it back.
    pub reach: Reach,
    /// Why, at most 300 characters.
    pub reason: String,
    /// The present day.
    pub today: Date,
}

impl Command for ReverseChange {
    const KIND: &'static str = "registry.reverse_change";
    /// The counter-change.
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let asked = asked(tx, &self.reach, self.request).await?;
        let reason = self.reason.trim();
        if reason.is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let reversed = tx
            .execute(
                "UPDATE change_request SET state = 'reversed' \
                 WHERE district_id = $1 AND id = $2 AND state = 'approved' AND counter_of IS NULL",
                args![tx.district(), self.request],
            )
            .await?;
        if reversed != 1 {
            return Err(Refusal::new("registry.change.refused.not_approved").into());
        }
        // Primary key; the last thing done is taken back first.
        let effects: Vec<Effect> = tx
            .all(
                "SELECT kind, subject_id, before_version, after_version FROM change_effect \
                 WHERE district_id = $1 AND request_id = $2 ORDER BY nth DESC",
                args![tx.district(), self.request],
            )
            .await?;
        let mut families = vec![asked.family_id];
        for effect in &effects {
            match effect.kind.as_str() {
                "family" => families.push(self.family_back(tx, effect).await?),
                "person" => families.extend(self.person_back(tx, effect).await?),
                kind => self.period_back(tx, kind, effect.subject_id).await?,
            }
        }
        derived::refresh(tx, &families).await?;
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO change_request (district_id, id, kind, family_id, person_id, proposal_sealed, happened_on, \
             reason, evidence_id, state, proposed_by, proposed_at, decided_by, decided_at, decision_note, counter_of) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, 'approved', $9, $10, $9, $10, '', $11)",
            args![
                tx.district(),
                id,
                &asked.kind,
                asked.family_id,
                asked.person_id,
                asked.proposal_sealed.clone(),
                self.today,
                reason,
                tx.actor(),
                tx.now(),
                self.request,
            ],
        )
        .await?;
        tx.subject("family", asked.family_id);
        Ok(id)
    }
}

impl ReverseChange {
    async fn family_back(&self, tx: &Tx<'_>, effect: &Effect) -> Result<Id, Fault> {
        let id = effect.subject_id;
        let current = current_family(tx, &self.reach, id).await?;
        if current.version != effect.after_version {
            return Err(moved_on());
        }
        let mut back = if effect.before_version == 0 {
            // Nothing is deleted: the family that was made stands as the same as the one it came from.
            FamilyVersion { status: FamilyStatus::Duplicate.code().to_owned(), ..current.clone() }
        } else {
            let before: Option<FamilyVersion> = tx
                .first(
                    &format!(
                        "SELECT {} FROM family_version v \
                         WHERE v.district_id = $1 AND v.family_id = $2 AND v.version = $3",
                        FamilyVersion::COLUMNS
                    ),
                    args![tx.district(), id, effect.before_version],
                )
                .await?;
            before.ok_or_else(Refusal::not_found)?
        };
        if !self.reach.reaches(back.village_code, &back.rw) {
            return Err(Refusal::new("registry.change.refused.destination").into());
        }
        back.version = current.version;
        back.source = Source::Form.code().to_owned();
        back.valid_from = self.today;
        next_family(tx, id, &back).await?;
        Ok(id)
    }

    /// The families that the person is of, before and after.
    async fn person_back(&self, tx: &Tx<'_>, effect: &Effect) -> Result<Vec<Id>, Fault> {
        let id = effect.subject_id;
        let current = current_person(tx, &self.reach, id).await?;
        if current.version != effect.after_version {
            return Err(moved_on());
        }
        if effect.before_version == 0 {
            take_back_child(tx, &self.reach, id, self.today).await?;
            return Ok(vec![current.family_id]);
        }
        let before: Option<PersonVersion> = tx
            .first(
                &format!(
                    "SELECT {} FROM person_version p \
                     WHERE p.district_id = $1 AND p.person_id = $2 AND p.version = $3",
                    PersonVersion::COLUMNS
                ),
                args![tx.district(), id, effect.before_version],
            )
            .await?;
        let mut back = before.ok_or_else(Refusal::not_found)?;
        if back.nik_hash.is_some() && back.nik_hash != current.nik_hash {
            // person_version_by_nik
            let held = tx
                .number(
                    "SELECT COUNT(*) AS n FROM person_version WHERE district_id = $1 AND nik_hash = $2 \
                     AND superseded_at = $3 AND ended_reason IS NULL AND person_id <> $4",
                    args![tx.district(), back.nik_hash.clone(), Instant::NEVER, id],
                )
                .await?;
            if held > 0 {
                return Err(Refusal::new("registry.refused.number_known_elsewhere").into());
            }
        }
        back.version = current.version;
        back.source = Source::Form.code().to_owned();
        back.valid_from = self.today;
        next_person(tx, id, &back).await?;
        if (&back.sex, back.birth_date) != (&current.sex, current.birth_date) {
            changed::tell(tx, Some(id)).await?;
        }
        Ok(vec![back.family_id, current.family_id])
    }

    async fn period_back(&self, tx: &Tx<'_>, kind: &str, id: Id) -> Result<(), Fault> {
        let (sql, args) = if kind == "maternity_begun" {
            (
                "UPDATE maternity SET retracted_at = $3 WHERE district_id = $1 AND id = $2 AND retracted_at IS NULL",
                args![tx.district(), id, tx.now()],
            )
        } else {
            (
                "UPDATE maternity SET ends_on = NULL WHERE district_id = $1 AND id = $2 AND retracted_at IS NULL",
                args![tx.district(), id],
            )
        };
        if tx.execute(sql, args).await? == 1 { Ok(()) } else { Err(moved_on()) }
    }
}

/// Somebody has changed since what the request wrote.
fn moved_on() -> Fault {
    Refusal::new("registry.change.refused.moved_on").into()
}
