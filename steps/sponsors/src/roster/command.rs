//! What changes the roster.

use std::collections::HashMap;

use asuh_nusantara::{Nip, Phone, name};
use asuh_store::{Command, DistrictId, Fault, Id, LookupHash, Query, Refusal, Secrets, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, SponsorLine};
use crate::sponsor::rules::Leaving;
use crate::{Reach, sponsor, version};
use asuh_step_registry::record::Change;

/// What is known of one civil servant or helper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asn {
    /// The 18 digits; `None` for helpers without one.
    pub nip: Option<String>,
    /// His name, with titles as written.
    pub name: String,
    /// The unit where he works.
    pub unit: Id,
    /// His phone, with country code; `None` = not said (an earlier number stays).
    pub phone: Option<String>,
    /// His home village or kecamatan; `None` = not said (an earlier one stays).
    pub home: Option<i64>,
}

/// Finds the persons that entries are about: by NIP, else by name and unit among those without one.
pub(super) async fn matched(
    db: &impl Query,
    secrets: &Secrets,
    district: DistrictId,
    entries: &[Asn],
) -> Result<Vec<Option<SponsorLine>>, StoreError> {
    let mut hashes: Vec<Option<LookupHash>> = Vec::with_capacity(entries.len());
    for entry in entries {
        hashes.push(match &entry.nip {
            Some(nip) => Some(secrets.lookup(district, "nip", nip)?),
            None => None,
        });
    }
    let wanted: Vec<LookupHash> = hashes.iter().copied().flatten().collect();
    let by_nip: HashMap<Vec<u8>, SponsorLine> = query::by_nips(db, district, &wanted)
        .await?
        .into_iter()
        .filter_map(|line| Some((line.nip_hash.clone()?, line)))
        .collect();
    let mut units: Vec<Id> =
        entries.iter().filter(|entry| entry.nip.is_none()).map(|entry| entry.unit).collect();
    units.sort_unstable();
    units.dedup();
    let by_name: HashMap<(Option<Id>, String), SponsorLine> = query::without_nip(db, district, &units)
        .await?
        .into_iter()
        .map(|line| ((line.unit_id, name::search_key(&line.name)), line))
        .collect();
    Ok(entries
        .iter()
        .zip(hashes)
        .map(|(entry, hash)| match hash {
            Some(hash) => by_nip.get(hash.as_slice()).cloned(),
            None => by_name.get(&(Some(entry.unit), name::search_key(&entry.name))).cloned(),
        })
        .collect())
}

/// The same for a command that changes them: they are held, so that nobody else changes them meanwhile.
pub(super) async fn matched_and_held(
    tx: &Tx<'_>,
    entries: &[Asn],
) -> Result<Vec<Option<SponsorLine>>, StoreError> {
    let found = matched(tx, tx.secrets(), tx.district(), entries).await?;
    let known: Vec<Id> = found.iter().flatten().map(|held| held.id).collect();
    if known.is_empty() {
        return Ok(found);
    }
    version::hold(tx, &known).await?;
    matched(tx, tx.secrets(), tx.district(), entries).await
}

/// What an entry does to the person it was matched with.
pub(super) fn change(
    secrets: &Secrets,
    district: DistrictId,
    held: Option<&SponsorLine>,
    entry: &Asn,
) -> Result<Change, StoreError> {
    let Some(held) = held else { return Ok(Change::New) };
    let phone = match &held.phone_sealed {
        Some(sealed) => Some(secrets.open_text(district, sealed)?),
        None => None,
    };
    let same = held.name == name::tidy(&entry.name)
        && held.unit_id == Some(entry.unit)
        && held.status == "active"
        && (entry.phone.is_none() || entry.phone == phone)
        && (entry.home.is_none() || entry.home == held.home_code);
    Ok(if same { Change::Same } else { Change::Changed })
}

/// Writes entries, each with the person it was matched with; their ids and what they changed. The caller has
/// seen to it that no person comes twice. Few statements, however many entries.
pub(super) async fn put(
    tx: &Tx<'_>,
    entries: &[(Option<SponsorLine>, Asn)],
    day: Date,
    source: &str,
    batch: Option<Id>,
) -> Result<Vec<(Id, Change)>, StoreError> {
    let district = tx.district();
    let mut outcome = Vec::with_capacity(entries.len());
    let mut lines = Vec::new();
    for (held, entry) in entries {
        let change = change(tx.secrets(), district, held.as_ref(), entry)?;
        let id = held.as_ref().map_or_else(|| tx.new_id(), |held| held.id);
        outcome.push((id, change));
        if change == Change::Same {
            continue;
        }
        let held = held.clone().unwrap_or_else(|| version::blank(id, "asn", ASN_CATEGORY, day, source));
        let (nip_sealed, nip_hash) = match &entry.nip {
            Some(nip) => (Some(tx.seal(nip)?), Some(tx.secrets().lookup(district, "nip", nip)?.to_vec())),
            None => (None, None),
        };
        let phone_sealed = match &entry.phone {
            Some(phone) => Some(tx.seal(phone)?),
            None => held.phone_sealed,
        };
        lines.push(SponsorLine {
            valid_from: day,
            source: source.to_owned(),
            name: name::tidy(&entry.name),
            nip_sealed,
            nip_hash,
            phone_sealed,
            unit_id: Some(entry.unit),
            home_code: entry.home.or(held.home_code),
            status: "active".to_owned(),
            leaving: None,
            ..held
        });
    }
    version::write(tx, &lines, batch).await?;
    Ok(outcome)
}

/// A civil servant counts as a person, as in the GENTING tally.
const ASN_CATEGORY: &str = "individual";

/// Checks one entry.
fn check(entry: &Asn) -> Result<(), Refusal> {
    if entry.name.trim().is_empty() {
        return Err(Refusal::new("web.error.required").field("nama"));
    }
    if entry.nip.as_deref().is_some_and(|nip| Nip::parse(nip).is_err()) {
        return Err(Refusal::new("sponsors.refused.nip").field("nip"));
    }
    if entry.phone.as_deref().is_some_and(|phone| Phone::parse(phone).is_err()) {
        return Err(Refusal::new("sponsors.refused.phone").field("telepon"));
    }
    Ok(())
}

/// Checks that the units are institutions of the district that still are.
async fn check_units(tx: &Tx<'_>, units: impl IntoIterator<Item = Id>) -> Result<(), Fault> {
    let mut units: Vec<Id> = units.into_iter().collect();
    units.sort_unstable();
    units.dedup();
    for some in units.chunks(500) {
        let mut args = args![tx.district()];
        let list = args.push_list(some.iter().copied());
        let found = tx
            .number(
                &format!(
                    "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id IN ({list}) \
                     AND valid_to IS NULL"
                ),
                args,
            )
            .await?;
        if found != some.len() as i64 {
            return Err(Refusal::not_found().into());
        }
    }
    Ok(())
}

/// Adds a civil servant or helper, or brings what is known of him up to date (matched by NIP, else by name and
/// unit).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutAsn {
    /// What is known.
    pub asn: Asn,
    /// From which day it holds.
    pub day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for PutAsn {
    const KIND: &'static str = "sponsors.put_asn";
    type Receipt = (Id, Change);

    async fn apply(&self, tx: &Tx<'_>) -> Result<(Id, Change), Fault> {
        check(&self.asn)?;
        if !self.reach.allows_unit(self.asn.unit) {
            return Err(Refusal::not_found().into());
        }
        check_units(tx, [self.asn.unit]).await?;
        let entries = std::slice::from_ref(&self.asn);
        let held = matched_and_held(tx, entries).await?.pop().flatten();
        if let Some(held) = &held
            && !self.reach.allows(held.id, held.unit_id)
        {
            return Err(Refusal::not_found().into());
        }
        let done = put(tx, &[(held, self.asn.clone())], self.day, "form", None).await?;
        let first = done.first().copied().ok_or_else(Refusal::not_found)?;
        tx.subject("sponsor", first.0);
        Ok(first)
    }
}

/// Adds many at once: for the demo and for other programs. A person that comes twice counts once, as he came first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutRoster {
    /// The people.
    pub people: Vec<Asn>,
    /// From which day it holds.
    pub day: Date,
}

impl Command for PutRoster {
    const KIND: &'static str = "sponsors.put_roster";
    type Receipt = Vec<Id>;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Vec<Id>, Fault> {
        for entry in &self.people {
            check(entry)?;
        }
        check_units(tx, self.people.iter().map(|entry| entry.unit)).await?;
        let mut seen = std::collections::HashSet::new();
        let people: Vec<Asn> = self
            .people
            .iter()
            .filter(|entry| {
                seen.insert(match &entry.nip {
                    Some(nip) => (None, nip.clone()),
                    None => (Some(entry.unit), name::search_key(&entry.name)),
                })
            })
            .cloned()
            .collect();
        let held = matched_and_held(tx, &people).await?;
        let entries: Vec<_> = held.into_iter().zip(people).collect();
        let done = put(tx, &entries, self.day, "form", None).await?;
        Ok(done.into_iter().map(|(id, _)| id).collect())
    }
}

/// Somebody of the roster within reach.
async fn known(tx: &Tx<'_>, sponsor: Id, reach: &Reach) -> Result<SponsorLine, Fault> {
    version::hold(tx, &[sponsor]).await?;
    let found = query::sponsor(tx, tx.district(), sponsor).await?;
    let held = found
        .filter(|held| held.kind == "asn" && reach.allows(held.id, held.unit_id))
        .ok_or_else(Refusal::not_found)?;
    tx.subject("sponsor", sponsor);
    Ok(held)
}

/// The same, who has not left.
async fn within(tx: &Tx<'_>, sponsor: Id, reach: &Reach) -> Result<SponsorLine, Fault> {
    let held = known(tx, sponsor, reach).await?;
    if held.status != "active" {
        return Err(Refusal::new("sponsors.refused.left").into());
    }
    Ok(held)
}

/// Moves somebody to another unit. His promises go with him.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TransferAsn {
    /// Who.
    pub sponsor: Id,
    /// Where to.
    pub unit: Id,
    /// From which day.
    pub day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for TransferAsn {
    const KIND: &'static str = "sponsors.transfer_asn";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = within(tx, self.sponsor, &self.reach).await?;
        check_units(tx, [self.unit]).await?;
        if held.unit_id == Some(self.unit) {
            return Err(Refusal::new("sponsors.refused.same_unit").field("unit").into());
        }
        let line =
            SponsorLine { valid_from: self.day, source: "form".to_owned(), unit_id: Some(self.unit), ..held };
        version::write(tx, &[line], None).await?;
        Ok(())
    }
}

/// Somebody leaves (pension, another district, death): his promises end on that day, what he gave stays.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndAsn {
    /// Who.
    pub sponsor: Id,
    /// Why.
    pub leaving: Leaving,
    /// His last day.
    pub day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for EndAsn {
    const KIND: &'static str = "sponsors.end_asn";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = within(tx, self.sponsor, &self.reach).await?;
        sponsor::command::leave(tx, held, self.leaving, self.day).await?;
        Ok(())
    }
}

/// Somebody of the roster is there again, in the unit where he was. Promises that ended with his leaving within the last
/// day hold again as they were promised: it was a slip.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReturnAsn {
    /// Who.
    pub sponsor: Id,
    /// From which day.
    pub day: Date,
    /// What the sender's permission reaches.
    pub reach: Reach,
}

impl Command for ReturnAsn {
    const KIND: &'static str = "sponsors.return_asn";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = known(tx, self.sponsor, &self.reach).await?;
        sponsor::command::come_back(tx, held, self.day).await
    }
}
