//! Making one person of two, and taking that back.
//!
//! The one who goes on (the *canonical* one) keeps its id; the other becomes an *alias*: its `canonical_id` says whose,
//! and its version is closed, so that no list and no count holds it any more. Nothing is deleted and no key is
//! rewritten; what is known of the alias (versions, visits, help) is read with the canonical one's. What each merge did
//! stands in `merge_effect`, so that it can be taken back piece by piece.

use asuh_store::{Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use time::Date;

use super::campaign;
use crate::family::{
    FamilyVersion, PersonVersion, Source, current_family, current_person, next_family, next_person,
};
use crate::rights::Reach;
use crate::{changed, derived};

/// The facts of a version, which a reopened one takes from the one that was closed.
const PERSON_FACTS: &str = "valid_from, batch_id, source, family_id, relation, name, name_search, sex, birth_date, \
    nik_sealed, nik_hash, parents_name, posyandu, ended_reason, ended_on";
const FAMILY_FACTS: &str = "valid_from, batch_id, source, village_code, hamlet, rw, rt, head_name, head_search, kki, \
    kk_sealed, kk_hash, address_sealed, phone_sealed, status, krs, poor_water, poor_latrine, too_young, too_old, \
    too_close, too_many, no_modern_contraception, pregnant, has_under_two, has_two_to_five";

asuh_store::row_struct! {
    /// Something that a merge did.
    pub(super) struct Effect {
        pub(super) kind: String,
        pub(super) subject_id: Id,
        pub(super) into_id: Option<Id>,
        pub(super) version: i64,
    }
}

/// A merge at work.
pub(super) struct Merge<'a> {
    pub(super) tx: &'a Tx<'a>,
    pub(super) reach: &'a Reach,
    pub(super) today: Date,
    effects: Vec<Effect>,
}

/// Two tables that are merged in the same way.
#[derive(Clone, Copy)]
enum Noun {
    Person,
    Family,
}

impl Noun {
    fn name(self) -> &'static str {
        match self {
            Noun::Person => "person",
            Noun::Family => "family",
        }
    }
}

fn is_grown_up(version: &PersonVersion) -> bool {
    matches!(version.relation.as_str(), "head" | "wife")
}

impl<'a> Merge<'a> {
    /// One that has done nothing yet.
    pub(super) fn new(tx: &'a Tx<'a>, reach: &'a Reach, today: Date) -> Merge<'a> {
        Merge { tx, reach, today, effects: Vec::new() }
    }

    /// Makes one person of two: in the family that was verified first, else under the smaller id. Head or wife of two
    /// families are one family as well, and so is a family of which nobody is left.
    pub(super) async fn persons(mut self, one: Id, two: Id) -> Result<Vec<Effect>, Fault> {
        let (first, second) = (
            current_person(self.tx, self.reach, one).await?,
            current_person(self.tx, self.reach, two).await?,
        );
        let (mut keep, mut give) = ((one, first), (two, second));
        if keep.1.family_id == give.1.family_id {
            if (keep.1.nik_hash.is_none(), keep.0) > (give.1.nik_hash.is_none(), give.0) {
                std::mem::swap(&mut keep, &mut give);
            }
            self.person(give.0, keep.0).await?;
            derived::refresh(self.tx, &[keep.1.family_id]).await?;
        } else {
            let ranks = super::waiting::ranks(self.tx, &[keep.1.family_id, give.1.family_id]).await?;
            let rank = |family: Id| ranks.get(&family).copied().unwrap_or(Instant::NEVER);
            if (rank(keep.1.family_id), keep.1.family_id) > (rank(give.1.family_id), give.1.family_id) {
                std::mem::swap(&mut keep, &mut give);
            }
            let (kept, given) = (keep.1.family_id, give.1.family_id);
            self.person(give.0, keep.0).await?;
            if (is_grown_up(&keep.1) && is_grown_up(&give.1)) || self.living(given).await? == 0 {
                self.family(given, kept).await?;
            }
            derived::refresh(self.tx, &[kept, given]).await?;
        }
        changed::tell(self.tx, None).await?;
        Ok(self.effects)
    }

    fn did(&mut self, kind: &str, subject_id: Id, into_id: Option<Id>, version: i64) {
        self.effects.push(Effect { kind: kind.to_owned(), subject_id, into_id, version });
    }

    /// Members of a family now. Index: person_version_by_family.
    async fn living(&self, family: Id) -> Result<i64, StoreError> {
        self.tx
            .number(
                "SELECT COUNT(*) AS n FROM person_version WHERE district_id = $1 AND family_id = $2 \
                 AND superseded_at = $3 AND ended_reason IS NULL",
                args![self.tx.district(), family, Instant::NEVER],
            )
            .await
    }

    /// Closes the alias's version and points it, and whoever was its alias, at the canonical one.
    async fn alias(&mut self, noun: Noun, alias: Id, canonical: Id, version: i64) -> Result<(), Fault> {
        let name = noun.name();
        let (tx, district) = (self.tx, self.tx.district());
        let closed = tx
            .execute(
                &format!(
                    "UPDATE {name}_version SET superseded_at = $4 \
                     WHERE district_id = $1 AND {name}_id = $2 AND version = $3 AND superseded_at = $5"
                ),
                args![district, alias, version, tx.now(), Instant::NEVER],
            )
            .await?;
        if closed != 1 {
            return Err(Refusal::new("registry.refused.changed_meanwhile").into());
        }
        // family_by_canonical, person_by_canonical
        let before: Vec<(Id,)> = tx
            .all(
                &format!("SELECT id FROM {name} WHERE district_id = $1 AND canonical_id = $2 ORDER BY id"),
                args![district, alias],
            )
            .await?;
        tx.execute(
            &format!(
                "UPDATE {name} SET canonical_id = $3 WHERE district_id = $1 AND (id = $2 OR canonical_id = $2)"
            ),
            args![district, alias, canonical],
        )
        .await?;
        for (earlier,) in before {
            self.did(&format!("{name}_repointed"), earlier, Some(alias), 0);
        }
        self.did(&format!("{name}_merged"), alias, Some(canonical), version);
        Ok(())
    }

    async fn person(&mut self, alias: Id, canonical: Id) -> Result<(), Fault> {
        let given = current_person(self.tx, self.reach, alias).await?;
        let kept = current_person(self.tx, self.reach, canonical).await?;
        self.alias(Noun::Person, alias, canonical, given.version).await?;
        super::pairs::put_keys(self.tx, (alias, Vec::new())).await?;
        // What only the alias knew is known of both from now on; nothing that is known is replaced.
        let mut filled = kept.clone();
        if filled.nik_hash.is_none() {
            (filled.nik_sealed, filled.nik_hash) = (given.nik_sealed.clone(), given.nik_hash.clone());
        }
        filled.sex = filled.sex.or(given.sex);
        filled.birth_date = filled.birth_date.or(given.birth_date);
        for (held, said) in
            [(&mut filled.parents_name, given.parents_name), (&mut filled.posyandu, given.posyandu)]
        {
            if held.is_empty() {
                *held = said;
            }
        }
        if filled != kept {
            filled.source = Source::Form.code().to_owned();
            filled.valid_from = self.today;
            next_person(self.tx, canonical, &filled).await?;
            self.did("person_filled", canonical, None, kept.version);
        }
        self.maternity(alias, canonical).await
    }

    /// A pregnancy or breastfeeding that only the alias has goes on with the canonical one. Index: maternity_by_person.
    async fn maternity(&mut self, alias: Id, canonical: Id) -> Result<(), Fault> {
        asuh_store::row_struct! { struct Open { id: Id, kind: String } }
        let tx = self.tx;
        let open: Vec<Open> = tx
            .all(
                "SELECT m.id, m.kind FROM maternity m WHERE m.district_id = $1 AND m.person_id = $2 \
                 AND m.ends_on IS NULL AND m.retracted_at IS NULL AND NOT EXISTS (SELECT 1 FROM maternity o \
                 WHERE o.district_id = $1 AND o.person_id = $3 AND o.kind = m.kind AND o.ends_on IS NULL \
                 AND o.retracted_at IS NULL) ORDER BY m.starts_on, m.id",
                args![tx.district(), alias, canonical],
            )
            .await?;
        let mut begun: Vec<&str> = Vec::new();
        for row in &open {
            if begun.contains(&row.kind.as_str()) {
                continue;
            }
            begun.push(&row.kind);
            let id = tx.new_id();
            tx.execute(
                "INSERT INTO maternity (district_id, id, person_id, kind, starts_on, due_on, source, recorded_at) \
                 SELECT district_id, $3, $4, kind, starts_on, due_on, source, $5 FROM maternity \
                 WHERE district_id = $1 AND id = $2",
                args![tx.district(), row.id, id, canonical, tx.now()],
            )
            .await?;
            self.did("maternity_begun", id, None, 0);
        }
        Ok(())
    }

    /// Makes one family of two: members who were found to be one person are merged, the others move.
    async fn family(&mut self, alias: Id, canonical: Id) -> Result<(), Fault> {
        asuh_store::row_struct! { struct Paired { person_id: Id, other_id: Id, same: bool } }
        let tx = self.tx;
        // person_version_by_family; match_pair_once and match_pair_by_two.
        let paired: Vec<Paired> = tx
            .all(
                "SELECT a.person_id, b.person_id AS other_id, CASE WHEN m.verdict = 'same' \
                 OR (a.relation = b.relation AND a.relation IN ('head', 'wife')) THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS same \
                 FROM person_version a JOIN match_pair m ON m.district_id = $1 \
                 AND (m.one_id = a.person_id OR m.two_id = a.person_id) AND m.state IN ('open', 'postponed') \
                 JOIN person_version b ON b.district_id = $1 \
                 AND b.person_id = CASE WHEN m.one_id = a.person_id THEN m.two_id ELSE m.one_id END \
                 AND b.superseded_at = $4 AND b.family_id = $3 \
                 WHERE a.district_id = $1 AND a.family_id = $2 AND a.superseded_at = $4 \
                 ORDER BY m.score DESC, m.id",
                args![tx.district(), alias, canonical, Instant::NEVER],
            )
            .await?;
        let members: Vec<(Id,)> = tx
            .all(
                "SELECT person_id FROM person_version WHERE district_id = $1 AND family_id = $2 \
                 AND superseded_at = $3 ORDER BY person_id",
                args![tx.district(), alias, Instant::NEVER],
            )
            .await?;
        let mut taken: Vec<Id> = Vec::new();
        for (member,) in members {
            let twin = paired
                .iter()
                .find(|pair| pair.same && pair.person_id == member && !taken.contains(&pair.other_id));
            if let Some(twin) = twin {
                taken.push(twin.other_id);
                self.person(member, twin.other_id).await?;
                continue;
            }
            let current = current_person(tx, self.reach, member).await?;
            let mut moved = PersonVersion { family_id: canonical, ..current.clone() };
            if is_grown_up(&current) {
                moved.relation = "other".into();
            }
            moved.valid_from = self.today;
            next_person(tx, member, &moved).await?;
            self.did("person_moved", member, None, current.version);
        }
        let given = current_family(tx, self.reach, alias).await?;
        let kept = current_family(tx, self.reach, canonical).await?;
        self.alias(Noun::Family, alias, canonical, given.version).await?;
        self.effects.extend(campaign::leave(tx, alias, canonical).await?);
        let mut filled = kept.clone();
        filled.kki = filled.kki.or(given.kki);
        if filled.kk_hash.is_none() {
            (filled.kk_sealed, filled.kk_hash) = (given.kk_sealed, given.kk_hash);
        }
        filled.address_sealed = filled.address_sealed.or(given.address_sealed);
        filled.phone_sealed = filled.phone_sealed.or(given.phone_sealed);
        let is_other = |one: &FamilyVersion, two: &FamilyVersion| {
            one.kki != two.kki
                || one.kk_hash != two.kk_hash
                || one.address_sealed != two.address_sealed
                || one.phone_sealed != two.phone_sealed
        };
        if is_other(&filled, &kept) {
            filled.source = Source::Form.code().to_owned();
            filled.valid_from = self.today;
            next_family(tx, canonical, &filled).await?;
            self.did("family_filled", canonical, None, kept.version);
        }
        Ok(())
    }
}

/// Takes back what a merge did, the last first: both stand again as they did. What was changed since is not
/// overwritten: then it is refused.
///
/// # Errors
/// The store fails, or something was changed since.
pub(super) async fn take_back(tx: &Tx<'_>, effects: &[Effect]) -> Result<(), Fault> {
    let mut families = Vec::new();
    for effect in effects.iter().rev() {
        match effect.kind.as_str() {
            "person_merged" => part(tx, Noun::Person, effect).await?,
            "family_merged" => {
                part(tx, Noun::Family, effect).await?;
                families.extend([Some(effect.subject_id), effect.into_id].into_iter().flatten());
            }
            "person_repointed" => repoint(tx, Noun::Person, effect).await?,
            "family_repointed" => repoint(tx, Noun::Family, effect).await?,
            "person_moved" | "person_filled" => replace(tx, Noun::Person, effect).await?,
            "family_filled" => replace(tx, Noun::Family, effect).await?,
            _ if campaign::come_back(tx, effect).await? => {}
            _ => {
                tx.execute(
                    "UPDATE maternity SET retracted_at = $3 WHERE district_id = $1 AND id = $2 \
                     AND retracted_at IS NULL",
                    args![tx.district(), effect.subject_id, tx.now()],
                )
                .await?;
            }
        }
    }
    let mut persons = args![tx.district(), Instant::NEVER];
    let list = persons.push_list(effects.iter().map(|effect| effect.subject_id));
    // person_version_current
    let touched: Vec<(Id,)> = tx
        .all(
            &format!(
                "SELECT DISTINCT family_id FROM person_version WHERE district_id = $1 AND superseded_at = $2 \
                 AND person_id IN ({list})"
            ),
            persons,
        )
        .await?;
    families.extend(touched.into_iter().map(|row| row.0));
    derived::refresh(tx, &families).await?;
    changed::tell(tx, None).await?;
    Ok(())
}

fn changed_since() -> Fault {
    Refusal::new("registry.identity.refused.changed_since").into()
}

/// The alias stands for itself again, as it did when it was merged.
async fn part(tx: &Tx<'_>, noun: Noun, effect: &Effect) -> Result<(), Fault> {
    let name = noun.name();
    let parted = tx
        .execute(
            &format!(
                "UPDATE {name} SET canonical_id = NULL WHERE district_id = $1 AND id = $2 AND canonical_id = $3"
            ),
            args![tx.district(), effect.subject_id, effect.into_id],
        )
        .await?;
    if parted != 1 {
        return Err(changed_since());
    }
    again(tx, noun, effect).await
}

async fn repoint(tx: &Tx<'_>, noun: Noun, effect: &Effect) -> Result<(), Fault> {
    tx.execute(
        &format!("UPDATE {} SET canonical_id = $3 WHERE district_id = $1 AND id = $2", noun.name()),
        args![tx.district(), effect.subject_id, effect.into_id],
    )
    .await?;
    Ok(())
}

/// Ends the version that the merge wrote, and writes the one before anew.
async fn replace(tx: &Tx<'_>, noun: Noun, effect: &Effect) -> Result<(), Fault> {
    let name = noun.name();
    let ended = tx
        .execute(
            &format!(
                "UPDATE {name}_version SET superseded_at = $4 \
                 WHERE district_id = $1 AND {name}_id = $2 AND version = $3 AND superseded_at = $5"
            ),
            args![tx.district(), effect.subject_id, effect.version + 1, tx.now(), Instant::NEVER],
        )
        .await?;
    if ended != 1 {
        return Err(changed_since());
    }
    again(tx, noun, effect).await
}

/// Writes the effect's version anew as the one that holds.
async fn again(tx: &Tx<'_>, noun: Noun, effect: &Effect) -> Result<(), Fault> {
    let name = noun.name();
    let facts = match noun {
        Noun::Person => PERSON_FACTS,
        Noun::Family => FAMILY_FACTS,
    };
    let columns: Vec<String> = facts.split(", ").map(|column| format!("o.{}", column.trim())).collect();
    let written = tx
        .execute(
            &format!(
                "INSERT INTO {name}_version (district_id, {name}_id, version, recorded_at, superseded_at, command_id, \
                 {facts}) SELECT o.district_id, o.{name}_id, (SELECT MAX(n.version) FROM {name}_version n \
                 WHERE n.district_id = $1 AND n.{name}_id = $2) + CAST(1 AS BIGINT), $4, $5, $6, {} \
                 FROM {name}_version o WHERE o.district_id = $1 AND o.{name}_id = $2 AND o.version = $3",
                columns.join(", ")
            ),
            args![
                tx.district(),
                effect.subject_id,
                effect.version,
                tx.now(),
                Instant::NEVER,
                tx.command_id(),
            ],
        )
        .await?;
    if written != 1 {
        return Err(changed_since());
    }
    Ok(())
}
