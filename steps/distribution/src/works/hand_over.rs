//! Handing a work over to the family, and taking that back where it was noted by mistake.

use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_ground::papers::{self, RowPaper};
use asuh_nusantara::Rupiah;
use asuh_step_pairing::needs;
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{Held, held_near};
use super::paper::Protocol;
use super::photo::put;
use super::query;
use super::rules::{PROOFS, RELATIONS, State};

/// Hands a work over to the family; what it needed once is met.
///
/// Refused when it is not in work, on a day before it was begun or that has not come, without a receiver, without the proof
/// that was chosen (a signature, a witness beside the thumbprint who is not the receiver, a scan of the paper), without what
/// it cost; and where the pool pays, for another sum than was paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandOverWork {
    /// The work.
    pub work: Id,
    /// The day.
    pub on: Date,
    /// What it cost, rupiah.
    pub actual: i64,
    /// Who received it for the family.
    pub receiver: String,
    /// One of [`RELATIONS`].
    pub relation: String,
    /// One of [`PROOFS`].
    pub proof: String,
    /// Who saw the thumbprint being given; elsewhere empty.
    pub witness: String,
    /// The signature, stored by the sender.
    pub signature: Option<Id>,
    /// The scan of the signed paper, stored by the sender.
    pub paper: Option<Id>,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for HandOverWork {
    const KIND: &'static str = "works.hand_over";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        if held.state != State::InWork.code() {
            return Err(Refusal::new("works.refused.state").into());
        }
        self.examine(&held)?;
        if held.source == "pool" {
            let paid = query::paid(tx, tx.district(), held.id).await?;
            if paid != self.actual {
                let paid = Rupiah::new(paid);
                return Err(Refusal::new("works.refused.paid_differs")
                    .arg("paid", paid)
                    .field("biaya")
                    .into());
            }
        }
        let own = [self.signature, self.paper];
        for attachment in own.into_iter().flatten() {
            if !attachments::is_own(tx, tx.district(), attachment, tx.actor()).await? {
                return Err(Refusal::not_found().into());
            }
        }
        if let Some(paper) = self.paper {
            put(tx, held.id, ("paper", paper), self.on).await?;
            papers::scan_of(tx, Protocol::KIND, held.id, paper).await?;
        }
        let witness = self.witness.trim();
        let witness = if witness.is_empty() { None } else { Some(tx.seal(witness)?) };
        tx.execute(
            "UPDATE help_work SET state = 'handed_over', handed_on = $3, actual = $4, receiver_sealed = $5, relation = $6, \
             proof = $7, witness_sealed = $8, signature_id = $9, handed_by = $10, changed_at = $11, changed_by = $10 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                held.id,
                self.on,
                self.actual,
                tx.seal(self.receiver.trim())?,
                &self.relation,
                &self.proof,
                witness,
                self.signature,
                tx.actor(),
                tx.now()
            ],
        )
        .await?;
        if let Some(need) = held.need_id {
            needs::meet_need(tx, need, &held.number, self.on).await?;
        }
        Ok(())
    }
}

impl HandOverWork {
    fn examine(&self, held: &Held) -> Result<(), Refusal> {
        if self.on > self.today {
            return Err(Refusal::new("works.refused.future").field("hari"));
        }
        if held.started_on.is_some_and(|started| self.on < started) {
            return Err(Refusal::new("works.refused.before_start").field("hari"));
        }
        if self.actual <= 0 {
            return Err(Refusal::new("works.refused.nothing").field("biaya"));
        }
        let (receiver, witness) = (self.receiver.trim(), self.witness.trim());
        if receiver.is_empty() {
            return Err(Refusal::new("web.error.required").field("penerima"));
        }
        if !RELATIONS.contains(&self.relation.as_str()) {
            return Err(Refusal::new("web.error.choose").field("hubungan"));
        }
        if !PROOFS.contains(&self.proof.as_str()) {
            return Err(Refusal::new("web.error.choose").field("bukti"));
        }
        match self.proof.as_str() {
            "signature" if self.signature.is_none() => {
                Err(Refusal::new("works.refused.signature").field("tanda_tangan"))
            }
            "thumbprint" if witness.is_empty() => Err(Refusal::new("works.refused.witness").field("saksi")),
            "thumbprint" if witness.eq_ignore_ascii_case(receiver) => {
                Err(Refusal::new("works.refused.own_witness").field("saksi"))
            }
            "paper" if self.paper.is_none() => Err(Refusal::new("works.refused.paper").field("naskah")),
            _ => Ok(()),
        }
    }
}

/// Takes back that a work was handed over: it was noted by mistake, or something is still to be built. Who received it and
/// how stands in the trail.
///
/// Refused when it is not handed over, and without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReopenWork {
    /// The work.
    pub work: Id,
    /// Why.
    pub reason: String,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for ReopenWork {
    const KIND: &'static str = "works.reopen_work";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held_near(tx, self.work, &self.scope).await?;
        if held.state != State::HandedOver.code() {
            return Err(Refusal::new("works.refused.state").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        tx.execute(
            "UPDATE help_work SET state = 'in_work', handed_on = NULL, actual = NULL, receiver_sealed = NULL, \
             relation = '', proof = '', witness_sealed = NULL, signature_id = NULL, handed_by = NULL, \
             reason_sealed = $3, changed_at = $4, changed_by = $5 WHERE district_id = $1 AND id = $2",
            args![tx.district(), held.id, tx.seal(self.reason.trim())?, tx.now(), tx.actor()],
        )
        .await?;
        papers::withdraw_kind_of(tx, Protocol::KIND, held.id, self.today).await?;
        if let Some(need) = held.need_id {
            needs::reopen_need(tx, need, self.today).await?;
            needs::promise_need(tx, need, held.family_id, &held.held_by, self.today).await?;
        }
        Ok(())
    }
}
