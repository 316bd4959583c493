//! Searching families by a name as it is remembered, by a whole number, or by the last four digits of a NIK.
//!
//! Names are looked up by the sounds of their words (`name_key`), as many candidates are read as a person may
//! want to choose from, and those are ranked here. Of a number nothing but its hash is kept, so its last digits
//! are compared by opening the numbers of one village, or of those whose name answers: an index of them would
//! tell whoever steals the database, who knows birthday and kecamatan, most of a NIK.

use std::collections::{HashMap, HashSet};

use asuh_matching::{Rank, Sought, SoughtKey};
use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Args, DistrictId, Id, Instant, LookupHash, Query, Secrets, StoreError, args};

use super::list::{Line, outer_range};
use crate::identity::former_names;
use asuh_ground::access::Scope;

/// Answers that are shown.
pub(crate) const MOST: usize = 20;
/// Families whose names are read and ranked.
const CANDIDATES: usize = 200;
/// Words of the index that are walked through for a name that many bear.
const WALKED: usize = 4_000;
/// Families of the same name, read before the reach is asked.
const NAMESAKES: usize = 300;
/// Different words one slip away.
const NEAR: usize = 40;

/// Who searches, and where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// The district.
    pub(crate) district: DistrictId,
    /// What the reader reaches.
    pub(crate) scope: &'a Scope,
    /// Inside this territory only.
    pub(crate) within: Option<TerritoryCode>,
}

/// A family that answers.
#[derive(Debug)]
pub(crate) struct Hit {
    /// The family.
    pub(crate) line: Line,
    /// The member who answers, when it is not the head.
    pub(crate) member: Option<String>,
    /// How well; whole numbers and last digits are exact.
    pub(crate) rank: Rank,
}

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// At most [`MOST`], best first.
    pub(crate) hits: Vec<Hit>,
    /// There are more than are shown.
    pub(crate) more: bool,
}

/// The families of a number, as card and as NIK, also where only a record had it that was merged into another.
pub(super) const BY_NUMBER: &str = "SELECT family_id FROM family_version WHERE district_id = $1 AND kk_hash = $3 AND superseded_at = $2 \
     UNION SELECT family_id FROM person_version WHERE district_id = $1 AND nik_hash = $4 AND superseded_at = $2 \
     UNION SELECT a.canonical_id FROM family_version v JOIN family a ON a.district_id = v.district_id \
     AND a.id = v.family_id WHERE v.district_id = $1 AND v.kk_hash = $3 AND a.canonical_id IS NOT NULL \
     UNION SELECT p.family_id FROM person_version v JOIN person a ON a.district_id = v.district_id \
     AND a.id = v.person_id JOIN person_version p ON p.district_id = a.district_id \
     AND p.person_id = a.canonical_id AND p.superseded_at = $2 \
     WHERE v.district_id = $1 AND v.nik_hash = $4";

/// The different words from one on, up to another.
pub(super) const NEAR_WORDS: &str = "WITH RECURSIVE walk (word) AS ( \
     SELECT MIN(word) FROM name_key WHERE district_id = $1 AND word >= $2 \
     UNION ALL \
     SELECT (SELECT MIN(k.word) FROM name_key k WHERE k.district_id = $1 AND k.word > walk.word) \
     FROM walk WHERE walk.word < $3) \
     SELECT word FROM walk WHERE word < $3";

asuh_store::row_struct! {
    struct Member { family_id: Id, name: String, nik_sealed: Option<Vec<u8>> }
}

/// A family that answers a name, for steps that let somebody choose one.
#[derive(Debug, Clone)]
pub struct Named {
    /// The family.
    pub family: Id,
    /// Name of its head.
    pub head_name: String,
    /// The member who answers, when it is not the head.
    pub member: Option<String>,
    /// Its village.
    pub village: String,
}

/// The families within a scope with a member of such a name, the best first, at most twenty; none where the name is too
/// short to be searched. The caller tells the access log. Indexes: as [`Reader::by_name`].
///
/// # Errors
/// The store fails.
pub async fn by_name(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    words: &str,
) -> Result<Vec<Named>, StoreError> {
    if Sought::read(words).is_none() {
        return Ok(Vec::new());
    }
    let found = Reader { district, scope, within: None }.by_name(db, words, None).await?;
    let named = |hit: Hit| Named {
        family: hit.line.family_id,
        head_name: hit.line.head_name,
        member: hit.member,
        village: hit.line.village_name.unwrap_or_default(),
    };
    Ok(found.hits.into_iter().map(named).collect())
}

impl Reader<'_> {
    /// The condition that a current version of a family is reached.
    fn reached(&self, args: &mut Args) -> String {
        let mut conditions = vec![self.scope.territory_condition("v.village_code", Some("v.rw"), args)];
        if let Some(within) = self.within {
            let (from, to) = within.range();
            conditions.push(format!("v.village_code BETWEEN {} AND {}", args.push(from), args.push(to)));
        }
        conditions.join(" AND ")
    }

    /// Families with this number as NIK of a member or as number of the card, or to which a record with it was merged.
    /// Indexes: family_version_by_kk, person_version_by_nik, then primary keys and person_version_current.
    pub(crate) async fn by_number(
        &self,
        db: &impl Query,
        nik: LookupHash,
        kk: LookupHash,
    ) -> Result<Found, StoreError> {
        let ids: Vec<(Id,)> = db.all(BY_NUMBER, args![self.district, Instant::NEVER, kk, nik]).await?;
        let lines = self.lines(db, ids.into_iter().map(|row| row.0).collect()).await?;
        Ok(found(
            lines.into_iter().map(|line| Hit { line, member: None, rank: Rank::Exact }).collect(),
            false,
        ))
    }

    /// Families of one village with a member whose NIK ends so. Indexes: family_version_list,
    /// person_version_by_family.
    pub(crate) async fn by_tail(
        &self,
        db: &impl Query,
        secrets: &Secrets,
        tail: &str,
    ) -> Result<Found, StoreError> {
        let (sql, args) = self.tail_sql();
        let mut members: Vec<Member> = db.all(&sql, args).await?;
        members.retain(|member| ends_so(secrets, self.district, member, tail));
        let mut names: HashMap<Id, String> = HashMap::new();
        for member in members {
            names.entry(member.family_id).or_insert(member.name);
        }
        let more = names.len() > CANDIDATES;
        let lines = self.lines(db, names.keys().copied().take(CANDIDATES).collect()).await?;
        let hits = lines.into_iter().map(|line| {
            let member = names.remove(&line.family_id).filter(|name| *name != line.head_name);
            Hit { line, member, rank: Rank::Exact }
        });
        Ok(found(hits.collect(), more))
    }

    /// The statement of the members of what is reached that have a NIK.
    pub(super) fn tail_sql(&self) -> (String, Args) {
        let mut args = args![self.district, Instant::NEVER];
        let reached = self.reached(&mut args);
        let sql = format!(
            "SELECT p.family_id, p.name, p.nik_sealed FROM family_version v JOIN person_version p \
             ON p.district_id = v.district_id AND p.family_id = v.family_id AND p.superseded_at = $2 \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND {reached} \
             AND p.nik_sealed IS NOT NULL AND p.ended_reason IS NULL"
        );
        (sql, args)
    }

    /// Families with a name that answers, and a NIK with this end where one is asked.
    pub(crate) async fn by_name(
        &self,
        db: &impl Query,
        text: &str,
        tail: Option<(&Secrets, &str)>,
    ) -> Result<Found, StoreError> {
        let Some(sought) = Sought::read(text) else { return Ok(Found::default()) };
        let keys = sought.keys();
        let same = self.namesakes(db, &name::search_key(text), tail.is_some()).await?;
        let mut seen: HashSet<Id> = same.iter().copied().collect();
        let mut hits = self.ranked(db, same, &sought, tail).await?;
        // Nothing answers better, and there are more than are shown.
        if hits.iter().filter(|hit| hit.rank == Rank::Exact).count() > MOST {
            return Ok(found(hits, true));
        }
        let (mut ids, mut more) = self.candidates(db, &keys, &[]).await?;
        ids.retain(|id| seen.insert(*id));
        hits.extend(self.ranked(db, ids, &sought, tail).await?);
        if hits.len() < MOST && !more {
            let mut near = Vec::new();
            for key in &keys {
                near.push(self.near(db, key).await?);
            }
            if near.iter().any(|near| !near.is_empty()) {
                let (mut ids, many) = self.candidates(db, &keys, &near).await?;
                ids.retain(|id| seen.insert(*id));
                hits.extend(self.ranked(db, ids, &sought, tail).await?);
                more = many;
            }
        }
        Ok(found(hits, more))
    }

    /// Families that are reached in which somebody has exactly this name: as many as are shown and some more, or as many
    /// as are read where something else is asked of them. Indexes: family_version_by_name, person_version_by_name,
    /// family_version_current.
    async fn namesakes(&self, db: &impl Query, key: &str, all: bool) -> Result<Vec<Id>, StoreError> {
        let (sql, args) = self.namesakes_sql(key, if all { NAMESAKES } else { 2 * MOST });
        let ids: Vec<(Id,)> = db.all(&sql, args).await?;
        Ok(ids.into_iter().map(|row| row.0).collect())
    }

    /// The statement of the namesakes; by itself so that a test can ask the engine for its plan.
    pub(super) fn namesakes_sql(&self, key: &str, most: usize) -> (String, Args) {
        let mut args = args![self.district, Instant::NEVER, key];
        let mut of = |table: &str, name: &str, also: &str| {
            let reached = self.reached(&mut args);
            format!(
                "SELECT family_id FROM (SELECT n.family_id FROM (SELECT family_id FROM {table} WHERE district_id = $1 \
                 AND superseded_at = $2 AND {name} = $3{also} LIMIT {NAMESAKES}) n CROSS JOIN family_version v \
                 WHERE v.district_id = $1 AND v.family_id = n.family_id AND v.superseded_at = $2 AND {reached} \
                 LIMIT {most}) f"
            )
        };
        let heads = of("family_version", "head_search", "");
        let members = of("person_version", "name_search", " AND ended_reason IS NULL");
        (format!("{heads} UNION {members}"), args)
    }

    /// Families that have all of these words, begun or whole, or one of the words near it; and whether there may
    /// be more. Indexes: name_key_by_word for the rarest, the primary key for the others, family_version_current.
    async fn candidates(
        &self,
        db: &impl Query,
        keys: &[SoughtKey],
        near: &[Vec<String>],
    ) -> Result<(Vec<Id>, bool), StoreError> {
        asuh_store::row_struct! { struct Count { nth: i64, n: i64 } }
        let (sql, args) = self.counts_sql(keys, near);
        let counts: Vec<Count> = db.all(&sql, args).await?;
        let rarest = counts.iter().min_by_key(|count| (count.n, count.nth));
        let Some(rarest) = rarest.filter(|count| count.n > 0) else { return Ok((Vec::new(), false)) };
        let lead = usize::try_from(rarest.nth).unwrap_or(0);
        let (sql, args) = self.candidates_sql(keys, near, lead);
        let mut ids: Vec<Id> = db.all::<(Id,)>(&sql, args).await?.into_iter().map(|row| row.0).collect();
        let more = ids.len() > CANDIDATES || rarest.n >= WALKED as i64;
        ids.truncate(CANDIDATES);
        Ok((ids, more))
    }

    /// The statement that counts the rows of each word, up to what is walked through.
    pub(super) fn counts_sql(&self, keys: &[SoughtKey], near: &[Vec<String>]) -> (String, Args) {
        let mut args = args![self.district];
        let each = keys.iter().enumerate().map(|(nth, key)| {
            let words = self.words_sql(key, near.get(nth), &mut args);
            format!(
                "SELECT CAST({nth} AS BIGINT) AS nth, COUNT(*) AS n FROM (SELECT 1 AS one {words} LIMIT {WALKED}) w"
            )
        });
        (each.collect::<Vec<_>>().join(" UNION ALL "), args)
    }

    /// The statement of the candidates; by itself so that a test can ask the engine for its plan.
    pub(super) fn candidates_sql(
        &self,
        keys: &[SoughtKey],
        near: &[Vec<String>],
        lead: usize,
    ) -> (String, Args) {
        let mut args = args![self.district];
        let mut walked = String::new();
        let mut also = String::new();
        for (nth, key) in keys.iter().enumerate() {
            if nth == lead {
                walked = self.words_sql(key, near.get(nth), &mut args);
            } else {
                let word = word_condition(key, near.get(nth), &mut args);
                also.push_str(&format!(
                    " AND EXISTS (SELECT 1 FROM name_key k WHERE k.district_id = $1 \
                     AND k.family_id = w.family_id AND {word})"
                ));
            }
        }
        // The words of a family know its village, and no RW.
        let mut reached = Scope { areas: self.scope.areas.clone(), ..Scope::default() };
        for area in &mut reached.areas {
            area.rw.clear();
        }
        let reached = reached.territory_condition("w.village_code", None, &mut args);
        if self.scope.areas.iter().any(|area| !area.rw.is_empty()) {
            let never = args.push(Instant::NEVER);
            also.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM family_version v WHERE v.district_id = $1 \
                 AND v.family_id = w.family_id AND v.superseded_at = {never} AND {})",
                self.reached(&mut args)
            ));
        }
        let sql = format!(
            "SELECT DISTINCT w.family_id FROM (SELECT k.family_id, k.village_code {walked} LIMIT {WALKED}) w \
             WHERE {reached}{also} LIMIT {}",
            CANDIDATES + 1
        );
        (sql, args)
    }

    /// The rows of a word within the villages that are reached, from `FROM` on.
    pub(super) fn words_sql(&self, key: &SoughtKey, near: Option<&Vec<String>>, args: &mut Args) -> String {
        let word = word_condition(key, near, args);
        let mut sql = format!("FROM name_key k WHERE k.district_id = $1 AND {word}");
        if let Some((from, to)) = outer_range(self.scope, self.within) {
            let (from, to) = (args.push(from), args.push(to));
            sql.push_str(&format!(" AND k.village_code BETWEEN {from} AND {to}"));
        }
        sql
    }

    /// The words of the district one slip away from this one: all that begin with its first letter are walked
    /// through, from each to the next other one. Index: name_key_by_word.
    async fn near(&self, db: &impl Query, key: &SoughtKey) -> Result<Vec<String>, StoreError> {
        let (Some(first), true) = (key.sound.get(..1), key.sound.len() > 3) else { return Ok(Vec::new()) };
        let words: Vec<(String,)> = db.all(NEAR_WORDS, args![self.district, first, past(first)]).await?;
        let near = words.into_iter().map(|row| row.0).filter(|word| key.is_near(word));
        Ok(near.take(NEAR).collect())
    }

    /// Those of the families that are reached and answer.
    async fn ranked(
        &self,
        db: &impl Query,
        ids: Vec<Id>,
        sought: &Sought,
        tail: Option<(&Secrets, &str)>,
    ) -> Result<Vec<Hit>, StoreError> {
        let lines = self.lines(db, ids).await?;
        if lines.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, args) = self.members_sql(lines.iter().map(|line| line.family_id));
        let mut members: HashMap<Id, Vec<Member>> = HashMap::new();
        for member in db.all::<Member>(&sql, args).await? {
            members.entry(member.family_id).or_default().push(member);
        }
        // Who remembers a merged record finds the one that stands for it; of its numbers nothing is compared.
        let mut former: HashMap<Id, Vec<String>> = HashMap::new();
        if tail.is_none() {
            let ids: Vec<Id> = lines.iter().map(|line| line.family_id).collect();
            for (family, name) in former_names(db, self.district, &ids).await? {
                former.entry(family).or_default().push(name);
            }
        }
        let mut hits = Vec::new();
        for line in lines {
            let mut answers: Vec<(Rank, bool, &str)> = Vec::new();
            // The head of a list may be no member; of him no number is known.
            if tail.is_none() {
                answers
                    .extend(sought.rank(&line.head_name).map(|rank| (rank, false, line.head_name.as_str())));
            }
            for member in members.get(&line.family_id).map(Vec::as_slice).unwrap_or_default() {
                let Some(rank) = sought.rank(&member.name) else { continue };
                // Numbers are opened of those alone whose name answers.
                if tail.is_none_or(|(secrets, tail)| ends_so(secrets, self.district, member, tail)) {
                    answers.push((rank, member.name != line.head_name, member.name.as_str()));
                }
            }
            for name in former.get(&line.family_id).map(Vec::as_slice).unwrap_or_default() {
                answers.extend(sought.rank(name).map(|rank| (rank, true, name.as_str())));
            }
            if let Some((rank, other, name)) = answers.into_iter().min() {
                let member = other.then(|| name.to_owned());
                hits.push(Hit { member, rank, line });
            }
        }
        Ok(hits)
    }

    /// The statement of the members of families. Index: person_version_by_family.
    pub(super) fn members_sql(&self, families: impl Iterator<Item = Id>) -> (String, Args) {
        let mut args = args![self.district, Instant::NEVER];
        let list = args.push_list(families);
        let sql = format!(
            "SELECT family_id, name, nik_sealed FROM person_version WHERE district_id = $1 \
             AND family_id IN ({list}) AND superseded_at = $2 AND ended_reason IS NULL"
        );
        (sql, args)
    }

    /// The current versions of families, those that are reached. Index: family_version_current.
    async fn lines(&self, db: &impl Query, mut ids: Vec<Id>) -> Result<Vec<Line>, StoreError> {
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (sql, args) = self.lines_sql(ids);
        db.all(&sql, args).await
    }

    pub(super) fn lines_sql(&self, ids: Vec<Id>) -> (String, Args) {
        let mut args = args![self.district, Instant::NEVER];
        let list = args.push_list(ids);
        let reached = self.reached(&mut args).replace("v.village_code", "(v.village_code + 0)");
        let sql = format!(
            "SELECT v.family_id, v.head_name, v.village_code, t.name AS village_name, v.hamlet, v.rw, v.rt, \
             v.status FROM family_version v \
             LEFT JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
             WHERE v.district_id = $1 AND v.family_id IN ({list}) AND v.superseded_at = $2 AND {reached}"
        );
        (sql, args)
    }
}

fn ends_so(secrets: &Secrets, district: DistrictId, member: &Member, tail: &str) -> bool {
    let opened = member.nik_sealed.as_ref().and_then(|sealed| secrets.open_text(district, sealed).ok());
    opened.is_some_and(|nik| nik.ends_with(tail))
}

/// The condition of a word of `k`: one of those near it, or it sounds so, or begins so.
fn word_condition(key: &SoughtKey, near: Option<&Vec<String>>, args: &mut Args) -> String {
    let begins = |args: &mut Args| {
        format!("k.word >= {} AND k.word < {}", args.push(&key.start), args.push(past(&key.start)))
    };
    match near {
        Some(near) if !near.is_empty() => {
            // Those that sound or begin so, too: each word of a search may be the one with the slip.
            let near = args.push_list(near.iter().cloned().chain([key.sound.clone()]));
            format!("(k.word IN ({near}) OR ({}))", begins(args))
        }
        _ if key.sound.starts_with(&key.start) => begins(args),
        _ => format!("(k.word = {} OR ({}))", args.push(&key.sound), begins(args)),
    }
}

/// The first text behind all that begin so; of the letters a to z, whose order is the same in every collation.
fn past(start: &str) -> String {
    let kept = start.trim_end_matches('z');
    match kept.as_bytes().split_last() {
        Some((last, before)) => {
            let mut next: String = before.iter().map(|letter| char::from(*letter)).collect();
            next.push(char::from(last + 1));
            next
        }
        // No key is longer.
        None => "z".repeat(16),
    }
}

/// The best, in order: by rank, then by name and place.
fn found(mut hits: Vec<Hit>, more: bool) -> Found {
    hits.sort_by(|one, two| {
        let key = |hit: &Hit| (hit.rank, hit.line.village_code, hit.line.family_id);
        let name =
            |hit: &Hit| hit.member.clone().unwrap_or_else(|| hit.line.head_name.clone()).to_lowercase();
        one.rank.cmp(&two.rank).then_with(|| name(one).cmp(&name(two))).then_with(|| key(one).cmp(&key(two)))
    });
    let more = more || hits.len() > MOST;
    hits.truncate(MOST);
    Found { hits, more }
}
