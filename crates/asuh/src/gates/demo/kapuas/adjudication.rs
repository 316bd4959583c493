//! Records that may be one person are searched for, and decided by what is true in the made-up district.

use std::collections::{BTreeSet, HashMap};

use asuh_ground::jobs;
use asuh_made_up::{FamilyId, PersonId, World as MadeUp};
use asuh_matching::{Frequencies, Name, alike};
use asuh_step_registry as registry;
use asuh_step_registry::identity::{DecidePair, Decision, SearchPairs};
use asuh_store::{Id, Instant, Query, StoreError, args};
use time::Date;

use super::truth::{Known, Round};
use super::{DISTRICT, World};
use crate::gates::cli::CliError;
use crate::gates::demo::setup::submit_all;

/// Searches the whole list for pairs, as after every import.
pub(super) async fn search(world: &World) -> Result<(), CliError> {
    world.app.submit(&world.actor, world.app.store.new_id(), SearchPairs {}).await?;
    Ok(jobs::run_all(&world.app).await?)
}

asuh_store::row_struct! {
    /// A record of a pair.
    struct Record {
        pair_id: Id,
        person_id: Id,
        family_id: Id,
        relation: String,
        name: String,
        birth_date: Option<Date>,
        nik_sealed: Option<Vec<u8>>,
    }
}

asuh_store::row_struct! {
    struct Merged { id: Id, canonical_id: Id }
}

/// What made-up person and family a record is in truth.
type Truth = (PersonId, Option<FamilyId>);

/// Decides every open pair until none is left: one of each family at a time, since a merge settles others with it.
pub(super) async fn decide(
    world: &World,
    made: &MadeUp,
    known: &mut Known,
    round: &mut Round,
    today: Date,
) -> Result<(), CliError> {
    let by_nik: HashMap<&str, PersonId> = made
        .persons
        .iter()
        .enumerate()
        .filter_map(|(person, one)| Some((one.nik.as_deref()?, person)))
        .collect();
    let reach = registry::Reach::whole(world.actor.district_code);
    loop {
        let records = open(world).await?;
        let mut decisions = Vec::new();
        let mut families = BTreeSet::new();
        for pair in records.chunks(2) {
            let [one, two] = pair else { continue };
            if families.contains(&one.family_id) || families.contains(&two.family_id) {
                continue;
            }
            families.extend([one.family_id, two.family_id]);
            let truths = (truth(world, made, known, &by_nik, one)?, truth(world, made, known, &by_nik, two)?);
            let (decision, reason) = verdict(truths.0, truths.1);
            *round.pairs.entry(reason.0.to_owned()).or_default() += 1;
            decisions.push(DecidePair {
                pair: one.pair_id,
                reach: reach.clone(),
                decision,
                reason: reason.1.into(),
                today,
            });
        }
        if decisions.is_empty() {
            break;
        }
        submit_all(world, decisions.into_iter()).await?;
    }
    // Primary key.
    let merged: Vec<Merged> = world
        .app
        .store
        .reader()
        .all(
            "SELECT id, canonical_id FROM family WHERE district_id = $1 AND canonical_id IS NOT NULL ORDER BY id",
            args![DISTRICT],
        )
        .await?;
    known.merge(merged.into_iter().map(|row| (row.id, row.canonical_id)), round);
    Ok(())
}

/// What two records are, with the word for the count and the reason for the trail.
fn verdict(one: Truth, two: Truth) -> (Decision, (&'static str, &'static str)) {
    match (one, two) {
        (one, two) if one == two => {
            (Decision::Same, ("same", "Orang dan kartu keluarga yang sama; ditulis dua kali oleh provinsi"))
        }
        ((one, _), (two, _)) if one == two => {
            (Decision::Different, ("parted", "Keluarganya sudah pecah: berkas lama masih memakai orang ini"))
        }
        _ => (Decision::Different, ("different", "Dua orang: nama mirip, KTP dan KK berbeda")),
    }
}

/// The records of the open pairs both of which stand, two by two. Indexes: match_pair_by_state, person_version_current.
async fn open(world: &World) -> Result<Vec<Record>, StoreError> {
    let sql = "SELECT m.id AS pair_id, p.person_id, p.family_id, p.relation, p.name, p.birth_date, p.nik_sealed \
               FROM match_pair m \
               JOIN person_version a ON a.district_id = m.district_id AND a.person_id = m.one_id \
               AND a.superseded_at = $2 AND a.ended_reason IS NULL \
               JOIN person_version b ON b.district_id = m.district_id AND b.person_id = m.two_id \
               AND b.superseded_at = $2 AND b.ended_reason IS NULL \
               JOIN person_version p ON p.district_id = m.district_id AND p.superseded_at = $2 \
               AND (p.person_id = m.one_id OR p.person_id = m.two_id) \
               WHERE m.district_id = $1 AND m.state IN ('open', 'postponed') ORDER BY m.id, p.person_id";
    world.app.store.reader().all(sql, args![DISTRICT, Instant::NEVER]).await
}

/// Which made-up person a record is: of those whom its family ever had or whose NIK it bears, the one with whom most
/// of it agrees.
fn truth(
    world: &World,
    made: &MadeUp,
    known: &Known,
    by_nik: &HashMap<&str, PersonId>,
    record: &Record,
) -> Result<Truth, CliError> {
    let sealed = record.nik_sealed.as_deref();
    let nik = sealed
        .map(|sealed| world.app.store.secrets().open_text(DISTRICT, sealed))
        .transpose()
        .map_err(StoreError::from)?;
    let numbered = nik.as_deref().and_then(|nik| by_nik.get(nik)).copied();
    let frequencies = Frequencies::default();
    let name = Name::read(&record.name, &frequencies);
    let agrees = |person: &PersonId| {
        let one = &made.persons[*person];
        let same_name = alike(&name, &Name::read(&one.name, &frequencies)).0.agrees();
        4 * i32::from(numbered == Some(*person))
            + 3 * i32::from(record.birth_date == Some(one.birth))
            + 3 * i32::from(same_name)
            + i32::from((record.relation == "wife") == one.woman)
    };
    let family = known.family_of(record.family_id);
    let candidates = known.members(family).chain(numbered);
    let person = candidates.max_by_key(|person| (agrees(person), std::cmp::Reverse(*person)));
    Ok((person.ok_or_else(|| CliError::Text(format!("Kapuas: {} is nobody", record.name)))?, family))
}
