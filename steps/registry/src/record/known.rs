//! What is known of the families and persons that a chunk of a list may mean, in memory, and what becomes of it.

mod alias;
mod find;

use std::collections::{BTreeSet, HashMap};

use asuh_nusantara::name;
use asuh_store::{Arg, Args, DistrictId, Id, Instant, LookupHash, Query, Secrets, StoreError, Tx, args};

use super::super::{changed, derived, risk};
use super::now::{FAMILY_COLUMNS, FamilyNow, Hidden, PERSON_COLUMNS, PersonNow};
use super::{Change, Entry, FamilyFacts, Origin, PersonFacts, Relation, Written};
use alias::Aliases;
use find::{Called, names_of};

/// What was read and is not yet kept.
#[derive(Default)]
struct Loaded {
    families: Vec<FamilyNow>,
    persons: Vec<PersonNow>,
}

impl Loaded {
    async fn families(&mut self, db: &impl Query, condition: &str, args: Args) -> Result<(), StoreError> {
        let sql =
            format!("SELECT {FAMILY_COLUMNS} FROM family_version WHERE district_id = $1 AND {condition}");
        self.families.extend(db.all::<FamilyNow>(&sql, args).await?);
        Ok(())
    }
}

/// What is known, and what becomes of it.
pub(super) struct Known<'a> {
    secrets: &'a Secrets,
    district: DistrictId,
    families: HashMap<Id, FamilyNow>,
    persons: HashMap<Id, PersonNow>,
    members: HashMap<Id, Vec<Id>>,
    by_kki: HashMap<String, Id>,
    by_kk: HashMap<LookupHash, Id>,
    by_nik: HashMap<LookupHash, Id>,
    aliases: Aliases,
    /// Families by village and the name of the head, or of a person in it.
    by_name: HashMap<(i64, String), BTreeSet<Id>>,
    /// Somebody known has another sex or birthday than before.
    somebody_is_another: bool,
    /// What each source last said of a family's welfare rank.
    desils: HashMap<(Id, String), i64>,
    /// The ranks that this list says anew.
    new_desils: Vec<risk::NewDesil>,
    /// Families that somebody left.
    left: BTreeSet<Id>,
}

impl<'a> Known<'a> {
    /// Reads everything that the entries may mean: a constant number of queries.
    pub(super) async fn load(
        db: &impl Query,
        secrets: &'a Secrets,
        district: DistrictId,
        entries: &[Entry],
    ) -> Result<Known<'a>, StoreError> {
        let mut known = Known {
            secrets,
            district,
            families: HashMap::new(),
            persons: HashMap::new(),
            members: HashMap::new(),
            by_kki: HashMap::new(),
            by_kk: HashMap::new(),
            by_nik: HashMap::new(),
            aliases: Aliases::default(),
            by_name: HashMap::new(),
            somebody_is_another: false,
            desils: HashMap::new(),
            new_desils: Vec::new(),
            left: BTreeSet::new(),
        };
        let mut kkis = BTreeSet::new();
        let mut kks = BTreeSet::new();
        let mut niks = BTreeSet::new();
        let hashes = entries.iter().map(|entry| known.hashes(entry)).collect::<Result<Vec<_>, _>>()?;
        for (entry, hashes) in entries.iter().zip(&hashes) {
            kkis.extend(entry.family.kki.clone());
            kks.extend(hashes.kk);
            niks.extend(hashes.niks.iter().flatten().copied());
        }
        // family_version_by_kki, family_version_by_kk, person_version_by_nik. A plus sign keeps SQLite, which
        // knows no statistics, from reading all current rows by an index that begins with them.
        let mut found = Loaded::default();
        if !kkis.is_empty() {
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(kkis.iter().cloned());
            found.families(db, &format!("+superseded_at = $2 AND kki IN ({list})"), args).await?;
        }
        if !kks.is_empty() {
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(kks.iter().copied());
            found.families(db, &format!("+superseded_at = $2 AND kk_hash IN ({list})"), args).await?;
        }
        if !niks.is_empty() {
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(niks.iter().copied());
            let sql = format!(
                "SELECT {PERSON_COLUMNS} FROM person_version p WHERE p.district_id = $1 AND p.nik_hash IN ({list}) \
                 AND +p.superseded_at = $2"
            );
            found.persons.extend(db.all::<PersonNow>(&sql, args).await?);
        }
        known.take(&mut found);
        kkis.retain(|kki| !known.by_kki.contains_key(kki));
        kks.retain(|kk| !known.by_kk.contains_key(kk));
        niks.retain(|nik| !known.by_nik.contains_key(nik));
        known.aliases = Aliases::load(db, district, kkis, kks, niks).await?;
        if !known.aliases.is_empty() {
            // family_version_current, person_version_current
            let mut args = args![district, Instant::NEVER];
            let led = known.aliases.kki.values().chain(known.aliases.kk.values());
            let list = args.push_list(led.copied().collect::<BTreeSet<Id>>());
            found.families(db, &format!("superseded_at = $2 AND family_id IN ({list})"), args).await?;
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(known.aliases.nik.values().copied().collect::<BTreeSet<Id>>());
            let sql = format!(
                "SELECT {PERSON_COLUMNS} FROM person_version p WHERE p.district_id = $1 AND p.superseded_at = $2 \
                 AND p.person_id IN ({list})"
            );
            found.persons.extend(db.all::<PersonNow>(&sql, args).await?);
            known.take(&mut found);
        }

        // What no number finds is looked for by its names, each in its own village. A name is asked for with
        // its village, not all names in all villages: a list in random order names many of both, and of the
        // common ones a district has thousands.
        let wanted: BTreeSet<(i64, Called)> = entries
            .iter()
            .zip(&hashes)
            .filter(|(entry, hashes)| known.by_number(entry, hashes).is_none())
            .flat_map(|(entry, _)| {
                names_of(entry).into_iter().map(|name| (entry.family.village.as_i64(), name))
            })
            .collect();
        if !wanted.is_empty() {
            // family_version_list
            let mut args = args![district, Instant::NEVER];
            let rows = wanted.iter().map(|(village, name)| [village.value(), (&name.key).value()]);
            let rows = args.push_rows(rows);
            let sql = format!(
                "WITH wanted (in_village, said) AS (VALUES {rows}) \
                 SELECT {FAMILY_COLUMNS} FROM wanted CROSS JOIN family_version WHERE district_id = $1 \
                 AND superseded_at = $2 AND village_code = in_village AND head_search = said"
            );
            found.families.extend(db.all::<FamilyNow>(&sql, args).await?);
            // name_key_by_word, then person_version_by_family.
            let mut args = args![district, Instant::NEVER];
            let rows = wanted
                .iter()
                .map(|(village, name)| [village.value(), (&name.key).value(), (&name.word).value()]);
            let rows = args.push_rows(rows);
            let sql = format!(
                "WITH wanted (in_village, said, sounding) AS (VALUES {rows}) \
                 SELECT {PERSON_COLUMNS} FROM wanted CROSS JOIN name_key k CROSS JOIN person_version p \
                 WHERE k.district_id = $1 AND k.word = sounding AND k.village_code = in_village \
                 AND p.district_id = $1 AND p.family_id = k.family_id AND p.superseded_at = $2 \
                 AND p.name_search = said"
            );
            found.persons.extend(db.all::<PersonNow>(&sql, args).await?);
            known.take(&mut found);
        }

        // The families of the persons found, by family_version_current, and everybody in all families found,
        // by person_version_by_family.
        let missing: BTreeSet<Id> = known
            .persons
            .values()
            .map(|person| person.family)
            .filter(|family| !known.families.contains_key(family))
            .collect();
        if !missing.is_empty() {
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(missing);
            found.families(db, &format!("superseded_at = $2 AND family_id IN ({list})"), args).await?;
            known.take(&mut found);
        }
        if !known.families.is_empty() {
            let mut args = args![district, Instant::NEVER];
            let list = args.push_list(known.families.keys().copied().collect::<BTreeSet<Id>>());
            let sql = format!(
                "SELECT {PERSON_COLUMNS} FROM person_version p WHERE p.district_id = $1 AND p.family_id IN ({list}) \
                 AND p.superseded_at = $2"
            );
            found.persons.extend(db.all::<PersonNow>(&sql, args).await?);
            known.take(&mut found);
        }
        if entries.iter().any(|entry| entry.family.desil.is_some()) && !known.families.is_empty() {
            let ids: BTreeSet<Id> = known.families.keys().copied().collect();
            known.desils = risk::kept_desils(db, district, ids).await?;
        }
        Ok(known)
    }

    /// Keeps what was read. Persons are found under their names once their family is there.
    fn take(&mut self, found: &mut Loaded) {
        for family in found.families.drain(..) {
            self.index_family(&family);
            self.families.insert(family.id, family);
        }
        for person in found.persons.drain(..) {
            self.index_person(&person);
            self.persons.insert(person.id, person);
        }
    }

    pub(super) fn is_new_family(&self, id: Id) -> bool {
        self.families.get(&id).is_some_and(|family| family.is_new)
    }

    pub(super) fn is_new_person(&self, id: Id) -> bool {
        self.persons.get(&id).is_some_and(|person| person.is_new)
    }

    fn index_family(&mut self, family: &FamilyNow) {
        if let Some(kki) = &family.kki {
            self.by_kki.insert(kki.clone(), family.id);
        }
        if let Some(hash) = family.kk_hash {
            self.by_kk.insert(hash, family.id);
        }
        if !family.head_search.is_empty() {
            self.by_name.entry((family.village, family.head_search.clone())).or_default().insert(family.id);
        }
    }

    fn index_person(&mut self, person: &PersonNow) {
        if let Some(hash) = person.nik_hash {
            self.by_nik.insert(hash, person.id);
        }
        let members = self.members.entry(person.family).or_default();
        if !members.contains(&person.id) {
            members.push(person.id);
        }
        if let Some(family) = self.families.get(&person.family) {
            self.by_name
                .entry((family.village, person.name_search.clone()))
                .or_default()
                .insert(person.family);
        }
    }

    /// Decides what an entry means and applies it in memory. Later entries see the result.
    pub(super) fn settle(
        &mut self,
        entry: &Entry,
        new_id: &mut dyn FnMut() -> Id,
    ) -> Result<Written, StoreError> {
        let hashes = self.hashes(entry)?;
        let (id, family_change) = match self.find_family(entry, &hashes) {
            Some(id) => {
                let changed =
                    self.change_family(id, &entry.family, hashes.kk)? | self.say_desil(id, &entry.family);
                (id, if changed { Change::Changed } else { Change::Same })
            }
            None => {
                let id = new_id();
                self.make_family(id, &entry.family, hashes.kk);
                self.say_desil(id, &entry.family);
                (id, Change::New)
            }
        };
        let mut persons = Vec::with_capacity(entry.persons.len());
        let mut person_changes = Vec::with_capacity(entry.persons.len());
        for (person, hash) in entry.persons.iter().zip(hashes.niks) {
            let (person, change) = self.settle_person(id, person, hash, &persons, new_id);
            persons.push(person);
            person_changes.push(change);
        }
        let any_person = person_changes.iter().any(|change| *change != Change::Same);
        let change = match family_change {
            Change::Same if any_person => Change::Changed,
            other => other,
        };
        Ok(Written { family: id, persons, change, person_changes })
    }

    fn make_family(&mut self, id: Id, facts: &FamilyFacts, kk_hash: Option<LookupHash>) {
        let head_name = facts.head_name.clone().or_else(|| facts.called.clone()).unwrap_or_default();
        let text = |said: &Option<String>| said.clone().unwrap_or_default();
        let family = FamilyNow {
            id,
            version: 0,
            village: facts.village.as_i64(),
            hamlet: text(&facts.hamlet),
            rw: text(&facts.rw),
            rt: text(&facts.rt),
            head_search: name::search_key(&head_name),
            head_name,
            kki: facts.kki.clone(),
            kk: facts.kk.clone().map(Hidden::Said),
            kk_hash,
            address: facts.address.clone().map(Hidden::Said),
            phone: facts.phone.clone().map(Hidden::Said),
            status: "listed".into(),
            flags: facts.flags(),
            is_new: true,
            is_changed: false,
        };
        self.index_family(&family);
        self.families.insert(id, family);
    }

    fn change_family(
        &mut self,
        id: Id,
        facts: &FamilyFacts,
        kk_hash: Option<LookupHash>,
    ) -> Result<bool, StoreError> {
        let Some(mut family) = self.families.get(&id).cloned() else { return Ok(false) };
        let mut changed = replace(&mut family.village, Some(facts.village.as_i64()));
        changed |= replace(&mut family.rw, facts.rw.clone());
        changed |= replace(&mut family.rt, facts.rt.clone());
        changed |= replace_name(&mut family.hamlet, facts.hamlet.as_ref());
        if replace_name(&mut family.head_name, facts.head_name.as_ref()) {
            family.head_search = name::search_key(&family.head_name);
            changed = true;
        }
        // The number of a record that was merged into this one is nothing new.
        let kki = facts.kki.clone().filter(|kki| self.aliases.kki.get(kki) != Some(&id));
        let kk_hash = kk_hash.filter(|hash| self.aliases.kk.get(hash) != Some(&id));
        changed |= replace(&mut family.kki, kki.map(Some));
        if kk_hash.is_some() && kk_hash != family.kk_hash {
            family.kk_hash = kk_hash;
            family.kk = facts.kk.clone().map(Hidden::Said);
            changed = true;
        }
        changed |= self.replace_hidden(&mut family.address, facts.address.as_ref())?;
        changed |= self.replace_hidden(&mut family.phone, facts.phone.as_ref())?;
        for (held, said) in family.flags.iter_mut().zip(facts.flags()) {
            changed |= replace(held, said.map(Some));
        }
        family.is_changed |= changed;
        if changed {
            self.index_family(&family);
            self.families.insert(id, family);
        }
        Ok(changed)
    }

    /// Notes the welfare rank where the list's source has not last said the same; whether it is new.
    fn say_desil(&mut self, family: Id, facts: &FamilyFacts) -> bool {
        let Some((desil, source)) = facts.desil.zip(facts.desil_source.clone()) else { return false };
        if self.desils.insert((family, source.clone()), desil) == Some(desil) {
            return false;
        }
        self.new_desils.push(risk::NewDesil { family, desil, source });
        true
    }

    fn replace_hidden(&self, held: &mut Option<Hidden>, said: Option<&String>) -> Result<bool, StoreError> {
        let Some(said) = said else { return Ok(false) };
        let now = match held {
            None => None,
            Some(Hidden::Said(text)) => Some(text.clone()),
            Some(Hidden::Held(sealed)) => Some(self.secrets.open_text(self.district, sealed)?),
        };
        if now.as_ref() == Some(said) {
            return Ok(false);
        }
        *held = Some(Hidden::Said(said.clone()));
        Ok(true)
    }

    fn settle_person(
        &mut self,
        family: Id,
        facts: &PersonFacts,
        hash: Option<LookupHash>,
        taken: &[Id],
        new_id: &mut dyn FnMut() -> Id,
    ) -> (Id, Change) {
        let Some(id) = self.find_person(family, facts, hash, taken) else {
            let id = new_id();
            let person = PersonNow {
                id,
                version: 0,
                family,
                relation: facts.relation.code().into(),
                name: facts.name.clone(),
                name_search: name::search_key(&facts.name),
                sex: facts.sex,
                birth_date: facts.birth_date,
                nik: facts.nik.clone().map(Hidden::Said),
                nik_hash: hash,
                parents_name: facts.parents_name.clone().unwrap_or_default(),
                posyandu: facts.posyandu.clone().unwrap_or_default(),
                ended_reason: None,
                ended_on: None,
                is_new: true,
                is_changed: false,
            };
            self.index_person(&person);
            self.persons.insert(id, person);
            return (id, Change::New);
        };
        let Some(mut person) = self.persons.get(&id).cloned() else { return (id, Change::Same) };
        let before = person.family;
        let mut changed = replace(&mut person.family, Some(family));
        if changed {
            self.left.insert(before);
        }
        if facts.relation != Relation::Other {
            changed |= replace(&mut person.relation, Some(facts.relation.code().to_owned()));
        }
        if replace_name(&mut person.name, Some(&facts.name)) {
            person.name_search = name::search_key(&person.name);
            changed = true;
        }
        let another = replace(&mut person.sex, facts.sex.map(Some))
            | replace(&mut person.birth_date, facts.birth_date.map(Some));
        changed |= another;
        self.somebody_is_another |= another;
        let hash = hash.filter(|hash| self.aliases.nik.get(hash) != Some(&id));
        if hash.is_some() && hash != person.nik_hash {
            person.nik_hash = hash;
            person.nik = facts.nik.clone().map(Hidden::Said);
            changed = true;
        }
        changed |= replace_name(&mut person.parents_name, facts.parents_name.as_ref());
        changed |= replace_name(&mut person.posyandu, facts.posyandu.as_ref());
        person.is_changed |= changed;
        if changed {
            self.index_person(&person);
            self.persons.insert(id, person);
        }
        (id, if changed { Change::Changed } else { Change::Same })
    }

    /// Writes what is new or changed.
    pub(super) async fn save(self, tx: &Tx<'_>, origin: &Origin) -> Result<(), StoreError> {
        let mut families: Vec<&FamilyNow> =
            self.families.values().filter(|family| family.is_new || family.is_changed).collect();
        families.sort_by_key(|family| family.id);
        let mut persons: Vec<&PersonNow> =
            self.persons.values().filter(|person| person.is_new || person.is_changed).collect();
        persons.sort_by_key(|person| person.id);
        supersede(tx, "family_version", "family_id", families.iter().filter(|f| !f.is_new).map(|f| f.id))
            .await?;
        supersede(tx, "person_version", "person_id", persons.iter().filter(|p| !p.is_new).map(|p| p.id))
            .await?;
        let made = |id: Id| args![tx.district(), id, tx.now()];
        let rows = families.iter().filter(|family| family.is_new).map(|family| made(family.id)).collect();
        tx.insert_many("INSERT INTO family (district_id, id, created_at) VALUES", "", rows).await?;
        let rows = persons.iter().filter(|person| person.is_new).map(|person| made(person.id)).collect();
        tx.insert_many("INSERT INTO person (district_id, id, created_at) VALUES", "", rows).await?;
        let rows = families.iter().map(|family| family.row(tx, origin)).collect::<Result<_, _>>()?;
        let head = format!(
            "INSERT INTO family_version (district_id, recorded_at, superseded_at, valid_from, command_id, batch_id, source, \
             {FAMILY_COLUMNS}) VALUES"
        );
        tx.insert_many(&head, "", rows).await?;
        let rows = persons.iter().map(|person| person.row(tx, origin)).collect::<Result<_, _>>()?;
        let columns = PERSON_COLUMNS.replace("p.", "");
        let head = format!(
            "INSERT INTO person_version (district_id, recorded_at, superseded_at, valid_from, command_id, batch_id, source, \
             {columns}) VALUES"
        );
        tx.insert_many(&head, "", rows).await?;
        risk::put_desils(tx, origin.valid_from, origin.batch, &self.new_desils).await?;
        let touched =
            families.iter().map(|family| family.id).chain(persons.iter().map(|person| person.family));
        derived::refresh(tx, &touched.chain(self.left.iter().copied()).collect::<Vec<_>>()).await?;
        if self.somebody_is_another {
            changed::tell(tx, None).await?;
        }
        Ok(())
    }
}

async fn supersede(
    tx: &Tx<'_>,
    table: &str,
    key: &str,
    ids: impl Iterator<Item = Id>,
) -> Result<(), StoreError> {
    let ids: Vec<Id> = ids.collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut args = args![tx.district(), tx.now(), Instant::NEVER];
    let list = args.push_list(ids);
    tx.execute(
        &format!(
            "UPDATE {table} SET superseded_at = $2 WHERE district_id = $1 AND superseded_at = $3 AND {key} IN ({list})"
        ),
        args,
    )
    .await?;
    Ok(())
}

/// Puts what was said in place of what is held; nothing said changes nothing.
fn replace<T: PartialEq>(held: &mut T, said: Option<T>) -> bool {
    match said {
        Some(said) if said != *held => {
            *held = said;
            true
        }
        _ => false,
    }
}

/// As [`replace`], but another case or punctuation is no other name.
fn replace_name(held: &mut String, said: Option<&String>) -> bool {
    match said {
        Some(said) if !said.is_empty() && name::search_key(said) != name::search_key(held) => {
            held.clone_from(said);
            true
        }
        _ => false,
    }
}
