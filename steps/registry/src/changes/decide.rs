//! Deciding on a change request: approval writes the new versions in the same transaction, and notes what it did.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::birth::{Newborn, RecordBirth};
use super::request::living;
use super::rules::{Place, Proposal};
use crate::derived;
use crate::family::{
    Change, FamilyVersion, PutFamily, PutPerson, Source, current_family, current_person, next_family,
};
use crate::rights::Reach;
use crate::rules::{Ending, FamilyStatus, Relation, neighbourhood};

/// Approves or refuses a waiting request. Nobody decides on what he proposed himself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideChange {
    /// The request.
    pub request: Id,
    /// The territories of whoever decides.
    pub reach: Reach,
    /// Approved, or refused.
    pub approve: bool,
    /// Why; needed for a refusal, at most 300 characters.
    pub note: String,
    /// The present day.
    pub today: Date,
}

asuh_store::row_struct! {
    /// A request as a decision needs it.
    pub(super) struct Asked {
        pub(super) kind: String,
        pub(super) family_id: Id,
        pub(super) person_id: Option<Id>,
        pub(super) proposal_sealed: Vec<u8>,
        pub(super) happened_on: Date,
        pub(super) state: String,
        pub(super) proposed_by: Id,
    }
}

/// A request whose family is within the reach; anything else is not found. Index: primary key.
pub(super) async fn asked(tx: &Tx<'_>, reach: &Reach, request: Id) -> Result<Asked, Fault> {
    let mut args = args![tx.district(), request, Instant::NEVER];
    let within = reach.scope().territory_condition("v.village_code", Some("v.rw"), &mut args);
    let found: Option<Asked> = tx
        .first(
            &format!(
                "SELECT c.kind, c.family_id, c.person_id, c.proposal_sealed, c.happened_on, c.state, c.proposed_by \
                 FROM change_request c JOIN family_version v ON v.district_id = c.district_id \
                 AND v.family_id = c.family_id AND v.superseded_at = $3 \
                 WHERE c.district_id = $1 AND c.id = $2 AND {within}"
            ),
            args,
        )
        .await?;
    found.ok_or_else(|| Refusal::not_found().into())
}

impl Command for DecideChange {
    const KIND: &'static str = "registry.decide_change";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let asked = asked(tx, &self.reach, self.request).await?;
        if asked.proposed_by == tx.actor() {
            return Err(Refusal::new("registry.change.refused.own").into());
        }
        if !self.approve && self.note.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("catatan").into());
        }
        // Of two decisions at the same time the later is refused.
        let decided = tx
            .execute(
                "UPDATE change_request SET state = $3, decided_by = $4, decided_at = $5, decision_note = $6 \
                 WHERE district_id = $1 AND id = $2 AND state = 'waiting'",
                args![
                    tx.district(),
                    self.request,
                    if self.approve { "approved" } else { "refused" },
                    tx.actor(),
                    tx.now(),
                    self.note.trim(),
                ],
            )
            .await?;
        if decided != 1 {
            return Err(Refusal::new("registry.change.refused.decided").into());
        }
        if self.approve {
            let proposal = tx.secrets().open_text(tx.district(), &asked.proposal_sealed)?;
            let proposal: Proposal =
                serde_json::from_str(&proposal).map_err(|error| StoreError::Shape(error.to_string()))?;
            let mut approval =
                Approval { reach: &self.reach, asked: &asked, today: self.today, effects: Vec::new() };
            approval.apply(tx, &proposal).await?;
            let effects = approval.effects;
            self.note_effects(tx, &effects).await?;
        }
        tx.subject("family", asked.family_id);
        Ok(())
    }
}

impl DecideChange {
    async fn note_effects(&self, tx: &Tx<'_>, effects: &[Effect]) -> Result<(), StoreError> {
        let rows = effects.iter().enumerate().map(|(nth, effect)| {
            args![
                tx.district(),
                self.request,
                nth as i64,
                effect.kind.as_str(),
                effect.subject_id,
                effect.before_version,
                effect.after_version,
            ]
        });
        tx.insert_many(
            "INSERT INTO change_effect (district_id, request_id, nth, kind, subject_id, before_version, \
             after_version) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(())
    }
}

asuh_store::row_struct! {
    /// Something that an approval did.
    pub(super) struct Effect {
        pub(super) kind: String,
        pub(super) subject_id: Id,
        pub(super) before_version: i64,
        pub(super) after_version: i64,
    }
}

/// An approval at work.
struct Approval<'a> {
    reach: &'a Reach,
    asked: &'a Asked,
    today: Date,
    effects: Vec<Effect>,
}

impl Approval<'_> {
    fn did(&mut self, kind: &str, subject_id: Id, before_version: i64, after_version: i64) {
        self.effects.push(Effect { kind: kind.to_owned(), subject_id, before_version, after_version });
    }

    async fn apply(&mut self, tx: &Tx<'_>, proposal: &Proposal) -> Result<(), Fault> {
        // The family may have changed since it was proposed.
        proposal.check(&living(tx, self.asked.family_id).await?)?;
        let on = self.asked.happened_on;
        match proposal {
            Proposal::FamilyMoved { place, .. } => self.move_family(tx, place.as_ref()).await,
            Proposal::PersonMoved { person, .. } => {
                self.change_person(tx, *person, |put| put.ended = Some((Ending::Moved, on))).await
            }
            Proposal::Lost { person } => {
                self.change_person(tx, *person, |put| put.ended = Some((Ending::Lost, on))).await
            }
            Proposal::Died { person } => {
                self.change_person(tx, *person, |put| put.ended = Some((Ending::Died, on))).await?;
                self.end_family_without_members(tx).await
            }
            Proposal::Nik { person, nik } => {
                self.change_person(tx, *person, |put| put.nik = Change::Set(nik.clone())).await
            }
            Proposal::Born { mother, name, sex, nik } => {
                let child =
                    Newborn { name: name.clone(), sex: *sex, nik: nik.clone(), posyandu: String::new() };
                self.birth(tx, *mother, child).await
            }
            Proposal::Split { place, kk, members } => self.split(tx, place, kk.as_ref(), members).await,
        }
    }

    async fn change_person(
        &mut self,
        tx: &Tx<'_>,
        person: Id,
        change: impl FnOnce(&mut PutPerson),
    ) -> Result<(), Fault> {
        let current = current_person(tx, self.reach, person).await?;
        let mut put = PutPerson::of(&current, person, self.reach.clone(), self.today);
        change(&mut put);
        put.apply(tx).await?;
        self.did("person", person, current.version, current.version + 1);
        Ok(())
    }

    async fn change_family(
        &mut self,
        tx: &Tx<'_>,
        change: impl FnOnce(&mut FamilyVersion),
    ) -> Result<(), Fault> {
        let family = self.asked.family_id;
        let current = current_family(tx, self.reach, family).await?;
        let mut after = FamilyVersion {
            source: Source::Field.code().to_owned(),
            valid_from: self.asked.happened_on,
            ..current.clone()
        };
        change(&mut after);
        let version = next_family(tx, family, &after).await?;
        self.did("family", family, current.version, version);
        derived::refresh(tx, &[family]).await?;
        Ok(())
    }

    async fn move_family(&mut self, tx: &Tx<'_>, place: Option<&Place>) -> Result<(), Fault> {
        match place {
            None => {
                self.change_family(tx, |after| after.status = FamilyStatus::Moved.code().to_owned()).await
            }
            Some(place) => {
                let rw = neighbourhood(&place.rw);
                // Whoever approves answers for both places: a family is not moved out of everybody's sight.
                if !self.reach.reaches(place.village, &rw) {
                    return Err(Refusal::new("registry.change.refused.destination").into());
                }
                self.change_family(tx, |after| {
                    after.village_code = place.village;
                    after.hamlet.clone_from(&place.hamlet);
                    after.rw = rw;
                    after.rt = neighbourhood(&place.rt);
                })
                .await
            }
        }
    }

    /// A family of whom nobody is left stands as deceased.
    async fn end_family_without_members(&mut self, tx: &Tx<'_>) -> Result<(), Fault> {
        if living(tx, self.asked.family_id).await?.is_empty() {
            let deceased = FamilyStatus::Deceased.code();
            self.change_family(tx, |after| after.status = deceased.to_owned()).await?;
        }
        Ok(())
    }

    async fn birth(&mut self, tx: &Tx<'_>, mother: Option<Id>, child: Newborn) -> Result<(), Fault> {
        let on = self.asked.happened_on;
        let Some(mother) = mother else {
            let put = PutPerson {
                person: None,
                family: self.asked.family_id,
                reach: self.reach.clone(),
                source: Source::Field,
                today: self.today,
                relation: Relation::Child,
                name: child.name,
                sex: Some(child.sex),
                birth_date: Some(on),
                nik: child.nik.map_or(Change::Keep, Change::Set),
                parents_name: String::new(),
                posyandu: child.posyandu,
                ended: None,
            };
            let id = put.apply(tx).await?;
            self.did("person", id, 0, 1);
            return Ok(());
        };
        let record = RecordBirth {
            mother,
            reach: self.reach.clone(),
            source: Source::Field,
            today: self.today,
            on,
            child: Some(child),
            breastfeeding: true,
            of_pregnancy: false,
        };
        let birth = record.apply(tx).await?;
        for (kind, id, after) in [
            ("person", birth.child, 1),
            ("maternity_ended", birth.ended, 0),
            ("maternity_begun", birth.begun, 0),
        ] {
            if let Some(id) = id {
                self.did(kind, id, 0, after);
            }
        }
        Ok(())
    }

    async fn split(
        &mut self,
        tx: &Tx<'_>,
        place: &Place,
        kk: Option<&String>,
        members: &[(Id, Relation)],
    ) -> Result<(), Fault> {
        let head = members.iter().find(|(_, relation)| *relation == Relation::Head);
        let (head, _) = head.ok_or_else(|| Refusal::new("registry.change.refused.one_head"))?;
        let head_name = current_person(tx, self.reach, *head).await?.name;
        let new = PutFamily {
            source: Source::Field,
            hamlet: place.hamlet.clone(),
            rw: place.rw.clone(),
            rt: place.rt.clone(),
            kk: kk.cloned().map_or(Change::Keep, Change::Set),
            ..PutFamily::new(self.reach.clone(), place.village, head_name, self.asked.happened_on)
        };
        let family = new.apply(tx).await?;
        self.did("family", family, 0, 1);
        for (member, relation) in members {
            self.change_person(tx, *member, |put| {
                put.family = family;
                put.relation = *relation;
            })
            .await?;
        }
        Ok(())
    }
}
