//! What changes a sponsor.

use asuh_nusantara::{FamilyCardNumber, Phone, name};
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::{Category, Leaving};
use crate::roster::query::{self, SponsorLine};
use crate::{pledge, version};

/// Takes in a sponsor who is not of the roster, or brings what is known of him up to date.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutSponsor {
    /// Who; `None` = new.
    pub id: Option<Id>,
    /// What he counts as.
    pub category: Category,
    /// Name of the person or institution.
    pub name: String,
    /// Phone, with country code; `None` = not told, or (of one who is known) as it was.
    pub phone: Option<String>,
    /// Home or seat: village or subdistrict.
    pub home: Option<i64>,
    /// The institution of the district's list that it is; none of a person.
    pub institution: Option<Id>,
    /// His own family card, 16 digits, of persons alone; `None` = not told, or (of one who is known) as it was.
    pub kk: Option<String>,
    /// From which day it holds.
    pub day: Date,
}

impl Command for PutSponsor {
    const KIND: &'static str = "sponsors.put_sponsor";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let tidy = name::tidy(&self.name);
        if tidy.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if self.phone.as_deref().is_some_and(|phone| Phone::parse(phone).is_err()) {
            return Err(Refusal::new("sponsors.refused.phone").field("telepon").into());
        }
        let is_person = self.category == Category::Individual;
        if self.kk.as_deref().is_some_and(|kk| !is_person || FamilyCardNumber::parse(kk).is_err()) {
            return Err(Refusal::new("sponsors.refused.kk").field("kk").into());
        }
        if let Some(home) = self.home {
            // Index: primary key of territory.
            let there = tx
                .number(
                    "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2 \
                     AND level IN ('subdistrict', 'village')",
                    args![tx.district(), home],
                )
                .await?;
            if there == 0 {
                return Err(Refusal::new("web.error.choose").field("rumah").into());
            }
        }
        if let Some(institution) = self.institution {
            if is_person {
                return Err(Refusal::new("sponsors.refused.no_institution").field("lembaga").into());
            }
            self.check_institution(tx, institution).await?;
        }
        let held = match self.id {
            Some(id) => active(tx, id).await?,
            None => {
                let id = tx.new_id();
                version::blank(id, self.category.kind(), self.category.code(), self.day, "form")
            }
        };
        if held.kind != self.category.kind() {
            return Err(Refusal::new("sponsors.refused.category").field("kategori").into());
        }
        tx.subject("sponsor", held.id);
        let (kk_sealed, kk_hash) = match &self.kk {
            Some(kk) => (Some(tx.seal(kk)?), Some(tx.secrets().lookup(tx.district(), "kk", kk)?.to_vec())),
            None => (held.kk_sealed.clone(), held.kk_hash.clone()),
        };
        let phone_sealed = match &self.phone {
            Some(phone) => Some(tx.seal(phone)?),
            None => held.phone_sealed.clone(),
        };
        let id = held.id;
        let line = SponsorLine {
            valid_from: self.day,
            source: "form".to_owned(),
            name: tidy,
            phone_sealed,
            home_code: self.home,
            category: self.category.code().to_owned(),
            kk_sealed,
            kk_hash,
            ..held
        };
        version::write(tx, &[line], None).await?;
        tx.execute(
            "UPDATE sponsor SET institution_id = $3 WHERE district_id = $1 AND id = $2",
            args![tx.district(), id, self.institution],
        )
        .await?;
        Ok(id)
    }
}

impl PutSponsor {
    /// An institution is there, and is no other sponsor. Indexes: primary key of `institution`, sponsor_by_institution.
    async fn check_institution(&self, tx: &Tx<'_>, institution: Id) -> Result<(), Fault> {
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2",
                args![tx.district(), institution],
            )
            .await?;
        if there == 0 {
            return Err(Refusal::new("web.error.choose").field("lembaga").into());
        }
        let taken: Option<(Id,)> = tx
            .first(
                "SELECT id FROM sponsor WHERE district_id = $1 AND institution_id = $2",
                args![tx.district(), institution],
            )
            .await?;
        if taken.is_some_and(|(other,)| self.id != Some(other)) {
            return Err(Refusal::new("sponsors.refused.institution_taken").field("lembaga").into());
        }
        Ok(())
    }
}

/// A person tells his own family card, or takes it back. It serves one purpose: no relative of his is given to him.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeclareCard {
    /// Who: the sender himself.
    pub sponsor: Id,
    /// The 16 digits; `None` = taken back.
    pub kk: Option<String>,
    /// From which day it holds.
    pub day: Date,
}

impl Command for DeclareCard {
    const KIND: &'static str = "sponsors.declare_card";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        version::hold(tx, &[self.sponsor]).await?;
        let held = query::sponsor(tx, tx.district(), self.sponsor).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("sponsor", held.id);
        if self
            .kk
            .as_deref()
            .is_some_and(|kk| held.kind == "institution" || FamilyCardNumber::parse(kk).is_err())
        {
            return Err(Refusal::new("sponsors.refused.kk").field("kk").into());
        }
        let (kk_sealed, kk_hash) = match &self.kk {
            Some(kk) => (Some(tx.seal(kk)?), Some(tx.secrets().lookup(tx.district(), "kk", kk)?.to_vec())),
            None => (None, None),
        };
        let line =
            SponsorLine { valid_from: self.day, source: "form".to_owned(), kk_sealed, kk_hash, ..held };
        version::write(tx, &[line], None).await?;
        Ok(())
    }
}

/// A sponsor who is not of the roster, and has not left.
async fn active(tx: &Tx<'_>, id: Id) -> Result<SponsorLine, Fault> {
    version::hold(tx, &[id]).await?;
    let held = query::sponsor(tx, tx.district(), id).await?;
    let held = held.filter(|held| held.kind != "asn").ok_or_else(Refusal::not_found)?;
    tx.subject("sponsor", id);
    if held.status != "active" {
        return Err(Refusal::new("sponsors.refused.left").into());
    }
    Ok(held)
}

/// A sponsor who is not of the roster leaves: moved, died, closed. His promises end on that day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeaveSponsor {
    /// Who.
    pub sponsor: Id,
    /// Why.
    pub leaving: Leaving,
    /// His last day.
    pub day: Date,
}

impl Command for LeaveSponsor {
    const KIND: &'static str = "sponsors.leave_sponsor";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = active(tx, self.sponsor).await?;
        leave(tx, held, self.leaving, self.day).await?;
        Ok(())
    }
}

/// A sponsor leaves: his promises end on that day, what he gave stays.
pub(crate) async fn leave(
    tx: &Tx<'_>,
    held: SponsorLine,
    leaving: Leaving,
    day: Date,
) -> Result<(), StoreError> {
    pledge::change::end_all(tx, held.id, day).await?;
    let line = SponsorLine {
        valid_from: day,
        source: "form".to_owned(),
        status: "left".to_owned(),
        leaving: Some(leaving.code().to_owned()),
        ..held
    };
    version::write(tx, &[line], None).await
}

/// A sponsor who had left is there again. Promises that ended with his leaving within the last day hold again as they
/// were promised: it was a slip. Later ones are promised anew.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReturnSponsor {
    /// Who.
    pub sponsor: Id,
    /// From which day.
    pub day: Date,
}

impl Command for ReturnSponsor {
    const KIND: &'static str = "sponsors.return_sponsor";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        version::hold(tx, &[self.sponsor]).await?;
        let held = query::sponsor(tx, tx.district(), self.sponsor).await?;
        let held = held.filter(|held| held.kind != "asn").ok_or_else(Refusal::not_found)?;
        come_back(tx, held, self.day).await
    }
}

/// A sponsor who had left is there again, with the promises that ended with a leaving of the last day.
///
/// # Errors
/// He has not left, or the store fails.
pub(crate) async fn come_back(tx: &Tx<'_>, held: SponsorLine, day: Date) -> Result<(), Fault> {
    tx.subject("sponsor", held.id);
    if held.status == "active" {
        return Err(Refusal::new("sponsors.refused.not_left").into());
    }
    pledge::change::restore_left(tx, held.id).await?;
    let line = SponsorLine {
        valid_from: day,
        source: "form".to_owned(),
        status: "active".to_owned(),
        leaving: None,
        ..held
    };
    version::write(tx, &[line], None).await?;
    Ok(())
}

/// Most contact persons of one sponsor at a time.
const MOST_CONTACTS: i64 = 20;

/// Notes whom to speak to.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddContact {
    /// At which sponsor.
    pub sponsor: Id,
    /// His name.
    pub name: String,
    /// What he is there; may be empty.
    pub position: String,
    /// His phone, with country code.
    pub phone: Option<String>,
}

impl Command for AddContact {
    const KIND: &'static str = "sponsors.add_contact";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        active(tx, self.sponsor).await?;
        let tidy = name::tidy(&self.name);
        if tidy.is_empty() {
            return Err(Refusal::new("web.error.required").field("kontak").into());
        }
        if self.phone.as_deref().is_some_and(|phone| Phone::parse(phone).is_err()) {
            return Err(Refusal::new("sponsors.refused.phone").field("kontak_telepon").into());
        }
        // Index: primary key of sponsor_contact.
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM sponsor_contact WHERE district_id = $1 AND sponsor_id = $2 \
                 AND ended_at IS NULL",
                args![tx.district(), self.sponsor],
            )
            .await?;
        if there >= MOST_CONTACTS {
            return Err(Refusal::new("sponsors.refused.contacts").field("kontak").into());
        }
        let phone = match &self.phone {
            Some(phone) => Some(tx.seal(phone)?),
            None => None,
        };
        let id = tx.new_id();
        tx.execute(
            "INSERT INTO sponsor_contact (district_id, sponsor_id, id, name, position, phone_sealed, recorded_at, \
             recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            args![tx.district(), self.sponsor, id, tidy, self.position.trim(), phone, tx.now(), tx.actor()],
        )
        .await?;
        Ok(id)
    }
}

/// Somebody is not spoken to any more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndContact {
    /// At which sponsor.
    pub sponsor: Id,
    /// Who.
    pub contact: Id,
}

impl Command for EndContact {
    const KIND: &'static str = "sponsors.end_contact";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("sponsor", self.sponsor);
        let ended = tx
            .execute(
                "UPDATE sponsor_contact SET ended_at = $4, ended_by = $5 WHERE district_id = $1 \
                 AND sponsor_id = $2 AND id = $3 AND ended_at IS NULL",
                args![tx.district(), self.sponsor, self.contact, tx.now(), tx.actor()],
            )
            .await?;
        if ended == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}
