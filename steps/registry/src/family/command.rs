//! What changes families and their members.

use asuh_nusantara::{FamilyCardNumber, Nik, Phone, Sex, name};
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::version::{
    FamilyVersion, PersonVersion, current_family, current_person, next_family, next_person,
};
use crate::rights::Reach;
use crate::rules::{Ending, FamilyStatus, MaternityKind, Relation, neighbourhood};
use crate::{changed, derived, identity, verification};

/// Where a fact that a person typed comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Seen on a visit.
    Field,
    /// Typed at a desk.
    Form,
}

impl Source {
    /// Its stable code, as stored.
    pub fn code(self) -> &'static str {
        match self {
            Source::Field => "field",
            Source::Form => "form",
        }
    }
}

/// What a form says about a value that it does not show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It stays.
    #[default]
    Keep,
    /// It was wrong; none is known.
    Clear,
    /// It is this.
    Set(String),
}

/// Adds a family, or corrects one: a new version where anything is different.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutFamily {
    /// The family to correct with the version that the form showed; `None` adds one.
    pub family: Option<(Id, i64)>,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// Where the facts come from.
    pub source: Source,
    /// The day from which they hold.
    pub valid_from: Date,
    /// Its village, a code of ten digits.
    pub village: i64,
    /// Dusun.
    pub hamlet: String,
    /// RW.
    pub rw: String,
    /// RT.
    pub rt: String,
    /// Name of its head, at most 100 characters.
    pub head_name: String,
    /// BKKBN's own key of the family.
    pub kki: Option<String>,
    /// Number of the family card, 16 digits.
    pub kk: Change,
    /// Address.
    pub address: Change,
    /// Mobile number.
    pub phone: Change,
    /// Its status, if that is to change (list keepers; visits change it by their result).
    pub status: Option<FamilyStatus>,
    /// BKKBN's flag and the risk factors, in the order krs, water, latrine, too young, too old, too close,
    /// too many, no modern contraception; `None`: not known.
    pub risks: [Option<bool>; 8],
}

impl PutFamily {
    /// A new family of which only this is known.
    pub fn new(reach: Reach, village: i64, head_name: impl Into<String>, valid_from: Date) -> PutFamily {
        PutFamily {
            family: None,
            reach,
            source: Source::Form,
            valid_from,
            village,
            hamlet: String::new(),
            rw: String::new(),
            rt: String::new(),
            head_name: head_name.into(),
            kki: None,
            kk: Change::Keep,
            address: Change::Keep,
            phone: Change::Keep,
            status: None,
            risks: [None; 8],
        }
    }
}

impl Command for PutFamily {
    const KIND: &'static str = "registry.put_family";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let rw = neighbourhood(&self.rw);
        // A correction may not move a family out of its sender's sight, nor a new one be born there.
        if !self.reach.reaches(self.village, &rw) {
            return Err(Refusal::new("registry.refused.outside_reach").field("desa").into());
        }
        let known = tx
            .number(
                "SELECT COUNT(*) AS n FROM territory \
                 WHERE district_id = $1 AND code = $2 AND level = 'village'",
                args![tx.district(), self.village],
            )
            .await?;
        if known == 0 {
            return Err(Refusal::new("registry.refused.unknown_territory").field("desa").into());
        }
        let head_name = name::tidy(&self.head_name);
        if head_name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        let (id, before) = match self.family {
            None => (tx.new_id(), FamilyVersion::first(self.village, self.valid_from)),
            Some((id, version)) => {
                let current = current_family(tx, &self.reach, id).await?;
                if current.version != version {
                    return Err(Refusal::new("registry.refused.changed_meanwhile").into());
                }
                (id, current)
            }
        };
        tx.subject("family", id);
        let mut after = FamilyVersion {
            village_code: self.village,
            hamlet: self.hamlet.trim().to_owned(),
            rw,
            rt: neighbourhood(&self.rt),
            head_name,
            kki: self.kki.clone().filter(|kki| !kki.is_empty()),
            ..before.clone()
        };
        if let Some(status) = self.status {
            after.status = status.code().to_owned();
        }
        [
            after.krs,
            after.poor_water,
            after.poor_latrine,
            after.too_young,
            after.too_old,
            after.too_close,
            after.too_many,
            after.no_modern_contraception,
        ] = self.risks;
        self.put_family_card(tx, id, &mut after).await?;
        put_sealed(tx, &self.address, &mut after.address_sealed, |text| Ok(text.trim().to_owned()))?;
        put_sealed(tx, &self.phone, &mut after.phone_sealed, |text| {
            Phone::parse(text)
                .map(|phone| phone.as_str().to_owned())
                .map_err(|_| Refusal::new("registry.error.phone").field("telepon"))
        })?;
        if self.family.is_none() {
            tx.execute(
                "INSERT INTO family (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, $3)",
                args![tx.district(), id, tx.now()],
            )
            .await?;
        } else if after == before {
            return Ok(id);
        }
        after.source = self.source.code().to_owned();
        after.valid_from = self.valid_from;
        next_family(tx, id, &after).await?;
        // The village is held before the counts are, as by visits.
        if self.family.is_none() {
            verification::joined(tx, id, after.village_code, &after.rw).await?;
        }
        derived::refresh(tx, &[id]).await?;
        Ok(id)
    }
}

impl PutFamily {
    /// Sets or clears the family card's number. A number that another family of the district holds is
    /// refused.
    async fn put_family_card(&self, tx: &Tx<'_>, id: Id, facts: &mut FamilyVersion) -> Result<(), Fault> {
        match &self.kk {
            Change::Keep => {}
            Change::Clear => (facts.kk_sealed, facts.kk_hash) = (None, None),
            Change::Set(text) => {
                let card = FamilyCardNumber::parse(text)
                    .map_err(|_| Refusal::new("registry.error.sixteen_digits").field("kk"))?;
                let hash = tx.secrets().lookup(tx.district(), "kk", card.as_str())?.to_vec();
                if facts.kk_hash.as_ref() == Some(&hash) {
                    return Ok(());
                }
                let held: Option<Holder> = tx
                    .first(
                        "SELECT v.family_id, v.village_code, v.rw FROM family_version v \
                         WHERE v.district_id = $1 AND v.kk_hash = $2 AND v.superseded_at = $3 AND v.family_id <> $4",
                        args![tx.district(), hash.clone(), Instant::NEVER, id],
                    )
                    .await?;
                if let Some(holder) = held {
                    return Err(holder.refusal(tx, &self.reach, "kk").await?.into());
                }
                facts.kk_sealed = Some(tx.seal(card.as_str())?);
                facts.kk_hash = Some(hash);
            }
        }
        Ok(())
    }
}

/// Sets or clears a sealed text without a hash; what is the same stays as it is, so that sealing anew makes
/// no version.
fn put_sealed(
    tx: &Tx<'_>,
    change: &Change,
    sealed: &mut Option<Vec<u8>>,
    read: impl Fn(&str) -> Result<String, Refusal>,
) -> Result<(), Fault> {
    match change {
        Change::Keep => {}
        Change::Clear => *sealed = None,
        Change::Set(text) => {
            let text = read(text)?;
            let same = match sealed {
                Some(before) => tx.secrets().open_text(tx.district(), before)? == text,
                None => false,
            };
            if !same {
                *sealed = Some(tx.seal(&text)?);
            }
        }
    }
    Ok(())
}

asuh_store::row_struct! {
    /// The family where a number is already known.
    struct Holder { family_id: Id, village_code: i64, rw: String }
}

impl Holder {
    /// The refusal that says where a number is already known: village and RW within the sender's reach,
    /// otherwise only that it is elsewhere in the district.
    async fn refusal(&self, tx: &Tx<'_>, reach: &Reach, field: &str) -> Result<Refusal, Fault> {
        if !reach.reaches(self.village_code, &self.rw) {
            return Ok(Refusal::new("registry.refused.number_known_elsewhere").field(field));
        }
        let village = crate::territory::names(tx, tx.district(), [self.village_code])
            .await?
            .remove(&self.village_code)
            .unwrap_or_default();
        Ok(Refusal::new("registry.refused.number_known")
            .field(field)
            .arg("village", village)
            .arg("rw", if self.rw.is_empty() { "–" } else { &self.rw })
            .arg("family", self.family_id))
    }
}

/// Adds a member, or corrects one: a new version where anything is different. A new-born has no NIK yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutPerson {
    /// The person to correct with the version that the form showed; `None` adds one.
    pub person: Option<(Id, i64)>,
    /// The family he belongs to.
    pub family: Id,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// Where the facts come from.
    pub source: Source,
    /// The present day: the facts hold from here, and nothing may lie after it.
    pub today: Date,
    /// What he is in the family.
    pub relation: Relation,
    /// His name, at most 100 characters.
    pub name: String,
    /// His sex.
    pub sex: Option<Sex>,
    /// His birthday.
    pub birth_date: Option<Date>,
    /// His NIK, 16 digits.
    pub nik: Change,
    /// Names of the parents.
    pub parents_name: String,
    /// The posyandu that weighs him.
    pub posyandu: String,
    /// Why and when he ceased to belong to the family.
    pub ended: Option<(Ending, Date)>,
}

impl PutPerson {
    /// A member as he is, to be changed in one thing.
    pub(crate) fn of(current: &PersonVersion, id: Id, reach: Reach, today: Date) -> PutPerson {
        PutPerson {
            person: Some((id, current.version)),
            family: current.family_id,
            reach,
            source: Source::Field,
            today,
            relation: Relation::parse(&current.relation).unwrap_or(Relation::Other),
            name: current.name.clone(),
            sex: current.sex.as_deref().and_then(|sex| Sex::parse(sex).ok()),
            birth_date: current.birth_date,
            nik: Change::Keep,
            parents_name: current.parents_name.clone(),
            posyandu: current.posyandu.clone(),
            ended: current.ended_reason.as_deref().and_then(Ending::parse).zip(current.ended_on),
        }
    }
}

impl Command for PutPerson {
    const KIND: &'static str = "registry.put_person";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        current_family(tx, &self.reach, self.family).await?;
        let name = name::tidy(&self.name);
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if self.birth_date.is_some_and(|birth| birth > self.today) {
            return Err(Refusal::new("registry.error.future_day").field("lahir").into());
        }
        let (id, before) = match self.person {
            None => (tx.new_id(), PersonVersion::first(self.family, self.today)),
            Some((id, version)) => {
                let current = current_person(tx, &self.reach, id).await?;
                if current.version != version {
                    return Err(Refusal::new("registry.refused.changed_meanwhile").into());
                }
                (id, current)
            }
        };
        tx.subject("family", self.family);
        let mut after = PersonVersion {
            family_id: self.family,
            relation: self.relation.code().to_owned(),
            name,
            sex: self.sex.map(|sex| sex.code().to_owned()),
            birth_date: self.birth_date,
            parents_name: name::tidy(&self.parents_name),
            posyandu: name::tidy(&self.posyandu),
            ended_reason: self.ended.map(|(ending, _)| ending.code().to_owned()),
            ended_on: self.ended.map(|(_, on)| on),
            ..before.clone()
        };
        self.put_nik(tx, id, &mut after).await?;
        if self.person.is_none() {
            tx.execute(
                "INSERT INTO person (district_id, id, canonical_id, created_at) VALUES ($1, $2, NULL, $3)",
                args![tx.district(), id, tx.now()],
            )
            .await?;
        } else if after == before {
            return Ok(id);
        }
        after.source = self.source.code().to_owned();
        after.valid_from = self.today;
        next_person(tx, id, &after).await?;
        derived::refresh(tx, &[self.family, before.family_id]).await?;
        identity::search_one(tx, id, self.family, self.today).await?;
        if self.person.is_some() && (&after.sex, after.birth_date) != (&before.sex, before.birth_date) {
            changed::tell(tx, Some(id)).await?;
        }
        Ok(id)
    }
}

impl PutPerson {
    async fn put_nik(&self, tx: &Tx<'_>, id: Id, facts: &mut PersonVersion) -> Result<(), Fault> {
        match &self.nik {
            Change::Keep => {}
            Change::Clear => (facts.nik_sealed, facts.nik_hash) = (None, None),
            Change::Set(text) => {
                let nik = Nik::parse(text)
                    .map_err(|_| Refusal::new("registry.error.sixteen_digits").field("nik"))?;
                let hash = tx.secrets().lookup(tx.district(), "nik", nik.as_str())?.to_vec();
                if facts.nik_hash.as_ref() == Some(&hash) {
                    return Ok(());
                }
                let held: Option<Holder> = tx
                    .first(
                        "SELECT v.family_id, v.village_code, v.rw FROM person_version p \
                         JOIN family_version v ON v.district_id = p.district_id AND v.family_id = p.family_id \
                         AND v.superseded_at = $3 \
                         WHERE p.district_id = $1 AND p.nik_hash = $2 AND p.superseded_at = $3 \
                         AND p.ended_reason IS NULL AND p.person_id <> $4",
                        args![tx.district(), hash.clone(), Instant::NEVER, id],
                    )
                    .await?;
                if let Some(holder) = held {
                    return Err(holder.refusal(tx, &self.reach, "nik").await?.into());
                }
                facts.nik_sealed = Some(tx.seal(nik.as_str())?);
                facts.nik_hash = Some(hash);
            }
        }
        Ok(())
    }
}

/// Records a pregnancy or a breastfeeding period, corrects one, or takes one back. A correction retracts the
/// old row and writes another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutMaternity {
    /// The one that this replaces.
    pub replaces: Option<Id>,
    /// Whose it is.
    pub person: Id,
    /// The territories of whoever sends it.
    pub reach: Reach,
    /// Where it is known from.
    pub source: Source,
    /// The present day.
    pub today: Date,
    /// What it is; `None` only takes back the one replaced.
    pub kind: Option<MaternityKind>,
    /// The first day on which it was known.
    pub starts_on: Date,
    /// When the child is expected.
    pub due_on: Option<Date>,
    /// The day from which it no longer holds.
    pub ends_on: Option<Date>,
}

impl Command for PutMaternity {
    const KIND: &'static str = "registry.put_maternity";
    type Receipt = Option<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Option<Id>, Fault> {
        let person = current_person(tx, &self.reach, self.person).await?;
        tx.subject("family", person.family_id);
        if let Some(old) = self.replaces {
            let retracted = tx
                .execute(
                    "UPDATE maternity SET retracted_at = $4 \
                     WHERE district_id = $1 AND id = $2 AND person_id = $3 AND retracted_at IS NULL",
                    args![tx.district(), old, self.person, tx.now()],
                )
                .await?;
            if retracted != 1 {
                return Err(Refusal::not_found().into());
            }
        }
        let Some(kind) = self.kind else {
            derived::refresh(tx, &[person.family_id]).await?;
            return Ok(None);
        };
        if person.sex.as_deref() == Some(Sex::Male.code()) {
            return Err(Refusal::new("registry.refused.not_a_woman").into());
        }
        if self.starts_on > self.today {
            return Err(Refusal::new("registry.error.future_day").field("mulai").into());
        }
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return Err(Refusal::new("registry.error.ends_before_start").field("selesai").into());
        }
        if let Some(due) = self.due_on
            && !(-60..=310).contains(&(due - self.starts_on).whole_days())
        {
            return Err(Refusal::new("registry.error.due_day").field("hpl").into());
        }
        let open = tx
            .number(
                "SELECT COUNT(*) AS n FROM maternity WHERE district_id = $1 AND person_id = $2 AND kind = $3 \
                 AND retracted_at IS NULL AND (ends_on IS NULL OR ends_on > $4) \
                 AND starts_on > $5",
                args![
                    tx.district(),
                    self.person,
                    kind.code(),
                    self.starts_on,
                    self.starts_on.saturating_sub(time::Duration::days(300)),
                ],
            )
            .await?;
        if open > 0 {
            return Err(Refusal::new("registry.refused.already_so").into());
        }
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, due_on, ends_on, source, \
             recorded_at, retracted_at, batch_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL, NULL)",
            args![
                tx.district(),
                id,
                self.person,
                kind.code(),
                self.starts_on,
                self.due_on,
                self.ends_on,
                self.source.code(),
                tx.now(),
            ],
        )
        .await?;
        derived::refresh(tx, &[person.family_id]).await?;
        Ok(Some(id))
    }
}
