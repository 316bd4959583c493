//! What is read of pairs.

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, FromRow, Id, Instant, Query, Row, StoreError, args};
use time::Date;

use asuh_ground::access::Scope;

/// Pairs of one page.
pub(super) const PAGE: usize = 30;

/// One of two records.
#[derive(Debug, Clone)]
pub(super) struct Side {
    pub(super) person_id: Id,
    /// Whether it stands on the list: it was not merged or taken back since.
    pub(super) stands: bool,
    pub(super) family_id: Id,
    pub(super) relation: String,
    pub(super) name: String,
    pub(super) sex: Option<String>,
    pub(super) birth_date: Option<Date>,
    pub(super) nik_sealed: Option<Vec<u8>>,
    pub(super) parents_name: String,
    pub(super) posyandu: String,
    pub(super) source: String,
    pub(super) recorded_at: Instant,
    pub(super) head_name: String,
    pub(super) kki: Option<String>,
    pub(super) kk_sealed: Option<Vec<u8>>,
    pub(super) village_code: i64,
    pub(super) village_name: Option<String>,
    pub(super) rw: String,
    pub(super) rt: String,
    pub(super) status: String,
    /// Whether it lies within the reader's reach; otherwise nothing of it is shown.
    pub(super) reached: bool,
}

impl Side {
    fn read(row: &Row, side: &str) -> Result<Side, StoreError> {
        let name = |column: &str| format!("{side}_{column}");
        let superseded_at: Instant = row.get(&name("superseded_at"))?;
        let ended: Option<String> = row.get(&name("ended_reason"))?;
        Ok(Side {
            person_id: row.get(&name("person_id"))?,
            stands: superseded_at == Instant::NEVER && ended.is_none(),
            family_id: row.get(&name("family_id"))?,
            relation: row.get(&name("relation"))?,
            name: row.get(&name("name"))?,
            sex: row.get(&name("sex"))?,
            birth_date: row.get(&name("birth_date"))?,
            nik_sealed: row.get(&name("nik_sealed"))?,
            parents_name: row.get(&name("parents_name"))?,
            posyandu: row.get(&name("posyandu"))?,
            source: row.get(&name("source"))?,
            recorded_at: row.get(&name("recorded_at"))?,
            head_name: row.get(&name("head_name"))?,
            kki: row.get(&name("kki"))?,
            kk_sealed: row.get(&name("kk_sealed"))?,
            village_name: row.get(&name("village_name"))?,
            rt: row.get(&name("rt"))?,
            status: row.get(&name("status"))?,
            village_code: row.get(&name("village_code"))?,
            rw: row.get(&name("rw"))?,
            reached: false,
        })
    }

    /// Translation key of what the person is in the family.
    pub(super) fn relation_key(&self) -> String {
        format!("registry.relation.{}", self.relation)
    }

    /// Whether a scope holds it.
    pub(super) fn lies_in(&self, scope: &Scope) -> bool {
        TerritoryCode::from_i64(self.village_code).is_ok_and(|code| scope.reaches(code, &self.rw))
    }
}

/// A pair with both records.
#[derive(Debug, Clone)]
pub(super) struct PairLine {
    pub(super) id: Id,
    pub(super) verdict: String,
    pub(super) findings: String,
    pub(super) rule: String,
    pub(super) state: String,
    pub(super) decided_at: Option<Instant>,
    pub(super) decided_name: Option<String>,
    pub(super) reason: String,
    /// The import that brought the newer of the two, with the name of its file.
    pub(super) batch: Option<(Id, String)>,
    pub(super) one: Side,
    pub(super) two: Side,
}

impl PairLine {
    /// The same as somebody with this scope sees it.
    fn seen_by(mut self, scope: &Scope) -> PairLine {
        self.one.reached = self.one.lies_in(scope);
        self.two.reached = self.two.lies_in(scope);
        self
    }

    /// Both records with the words for their columns.
    pub(super) fn sides(&self) -> [(&'static str, &Side); 2] {
        [("registry.identity.first", &self.one), ("registry.identity.second", &self.two)]
    }

    /// Whether it waits for a decision.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state.as_str(), "open" | "postponed")
    }

    /// Whether both records still stand on the list.
    pub(super) fn stands(&self) -> bool {
        self.one.stands && self.two.stands
    }

    /// Whether the reader's reach holds both.
    pub(super) fn is_whole(&self) -> bool {
        self.one.reached && self.two.reached
    }
}

impl FromRow for PairLine {
    fn from_row(row: &Row) -> Result<PairLine, StoreError> {
        let batch: Option<Id> = row.get("batch_id")?;
        let file: Option<String> = row.get("file_name")?;
        Ok(PairLine {
            batch: batch.zip(file),
            id: row.get("id")?,
            verdict: row.get("verdict")?,
            findings: row.get("findings")?,
            rule: row.get("rule")?,
            state: row.get("state")?,
            decided_at: row.get("decided_at")?,
            decided_name: row.get("decided_name")?,
            reason: row.get("reason")?,
            one: Side::read(row, "a")?,
            two: Side::read(row, "b")?,
        })
    }
}

/// The columns of a side.
fn columns(side: &str) -> String {
    let person = [
        "person_id",
        "superseded_at",
        "ended_reason",
        "family_id",
        "relation",
        "name",
        "sex",
        "birth_date",
        "nik_sealed",
        "parents_name",
        "posyandu",
        "source",
        "recorded_at",
    ];
    let family = ["head_name", "kki", "kk_sealed", "village_code", "rw", "rt", "status"];
    let person = person.iter().map(|column| format!("{side}.{column} AS {side}_{column}"));
    let family = family.iter().map(|column| format!("{side}f.{column} AS {side}_{column}"));
    person
        .chain(family)
        .chain([format!("{side}t.name AS {side}_village_name")])
        .collect::<Vec<_>>()
        .join(", ")
}

/// The joins of a side: the newest version of the person and of its family, whether or not they still hold. Primary
/// keys.
fn joins(side: &str, id: &str) -> String {
    format!(
        "JOIN person_version {side} ON {side}.district_id = m.district_id AND {side}.person_id = m.{id} \
         AND {side}.version = (SELECT MAX(x.version) FROM person_version x WHERE x.district_id = m.district_id \
         AND x.person_id = m.{id}) \
         JOIN family_version {side}f ON {side}f.district_id = m.district_id AND {side}f.family_id = {side}.family_id \
         AND {side}f.version = (SELECT MAX(x.version) FROM family_version x WHERE x.district_id = m.district_id \
         AND x.family_id = {side}.family_id) \
         LEFT JOIN territory {side}t ON {side}t.district_id = m.district_id AND {side}t.code = {side}f.village_code"
    )
}

fn from() -> String {
    format!("FROM match_pair m {} {}", joins("a", "one_id"), joins("b", "two_id"))
}

/// One pair, a record of which lies within the scope; anything else is not found. Index: primary keys.
///
/// # Errors
/// The store fails.
pub(super) async fn one(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<PairLine>, StoreError> {
    let found: Option<PairLine> = db
        .first(
            &format!(
                "SELECT m.id, m.verdict, m.findings, m.rule, m.state, m.decided_at, \
                 u.name AS decided_name, m.reason, m.batch_id, i.file_name, {}, {} {} \
                 LEFT JOIN app_user u ON u.district_id = m.district_id AND u.id = m.decided_by \
                 LEFT JOIN import_batch i ON i.district_id = m.district_id AND i.id = m.batch_id \
                 WHERE m.district_id = $1 AND m.id = $2",
                columns("a"),
                columns("b"),
                from()
            ),
            args![district, id],
        )
        .await?;
    Ok(found.map(|line| line.seen_by(scope)).filter(|line| line.one.reached || line.two.reached))
}

/// Which pairs a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Filter {
    /// `ask`, `same`, `postponed`, `decided`.
    pub(super) which: String,
    /// Only where one of the two lives in this village.
    pub(super) village: Option<i64>,
    /// Only where this import brought the newer of the two.
    pub(super) batch: Option<Id>,
}

impl Filter {
    fn condition(&self) -> &'static str {
        match self.which.as_str() {
            "same" => "m.state = 'open' AND m.verdict = 'same'",
            "postponed" => "m.state = 'postponed'",
            "decided" => "m.state IN ('same', 'different')",
            _ => "m.state = 'open' AND m.verdict = 'ask'",
        }
    }

    fn is_decided(&self) -> bool {
        self.which == "decided"
    }
}

/// What still stands: both records are on the list.
const STAND: &str =
    "a.superseded_at = $2 AND a.ended_reason IS NULL AND b.superseded_at = $2 AND b.ended_reason IS NULL";

fn within(scope: &Scope, args: &mut asuh_store::Args) -> String {
    let one = scope.territory_condition("af.village_code", Some("af.rw"), args);
    let two = scope.territory_condition("bf.village_code", Some("bf.rw"), args);
    format!("({one} OR {two})")
}

/// Pairs within a scope, the first found first (decided ones the last found first); one more than a page if there are
/// more. Index: match_pair_by_state or match_pair_by_batch, then primary keys.
///
/// # Errors
/// The store fails.
pub(super) async fn list(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    filter: &Filter,
    after: Option<Id>,
) -> Result<Vec<PairLine>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let mut conditions = vec![filter.condition().to_owned(), within(scope, &mut args)];
    conditions.push(if filter.is_decided() { "$2 = $2".to_owned() } else { STAND.to_owned() });
    if let Some(village) = filter.village {
        let village = args.push(village);
        conditions.push(format!("(af.village_code = {village} OR bf.village_code = {village})"));
    }
    if let Some(batch) = filter.batch {
        conditions.push(format!("m.batch_id = {}", args.push(batch)));
    }
    let (way, order) = if filter.is_decided() { ("<", "DESC") } else { (">", "ASC") };
    if let Some(after) = after {
        conditions.push(format!("m.id {way} {}", args.push(after)));
    }
    let sql = format!(
        "SELECT m.id, m.verdict, m.findings, m.rule, m.state, m.decided_at, \
         u.name AS decided_name, m.reason, m.batch_id, i.file_name, {}, {} {} \
         LEFT JOIN app_user u ON u.district_id = m.district_id AND u.id = m.decided_by \
         LEFT JOIN import_batch i ON i.district_id = m.district_id AND i.id = m.batch_id \
         WHERE m.district_id = $1 AND {} ORDER BY m.id {order} LIMIT {}",
        columns("a"),
        columns("b"),
        from(),
        conditions.join(" AND "),
        PAGE + 1
    );
    let lines: Vec<PairLine> = db.all(&sql, args).await?;
    Ok(lines.into_iter().map(|line| line.seen_by(scope)).collect())
}

asuh_store::row_struct! {
    /// Undecided pairs of a village, each counted in the village of its first record within reach.
    pub(super) struct Count {
        pub(super) village_code: i64,
        pub(super) name: Option<String>,
        pub(super) asked: i64,
        pub(super) proposed: i64,
        pub(super) postponed: i64,
    }
}

/// Undecided pairs by the village of their first record, within a scope and of an import if one is named. Index: match_pair_by_state, then primary keys.
///
/// # Errors
/// The store fails.
pub(super) async fn counts(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    batch: Option<Id>,
) -> Result<Vec<Count>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let of = batch.map(|batch| format!(" AND m.batch_id = {}", args.push(batch))).unwrap_or_default();
    let one = scope.territory_condition("af.village_code", Some("af.rw"), &mut args);
    let within = within(scope, &mut args);
    let sum = |condition: &str| format!("CAST(SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) AS BIGINT)");
    let sql = format!(
        "SELECT c.village_code, t.name, c.asked, c.proposed, c.postponed FROM ( \
         SELECT CASE WHEN {one} THEN af.village_code ELSE bf.village_code END AS village_code, {} AS asked, \
         {} AS proposed, {} AS postponed {} \
         WHERE m.district_id = $1 AND m.state IN ('open', 'postponed') AND {STAND} AND {within}{of} \
         GROUP BY CASE WHEN {one} THEN af.village_code ELSE bf.village_code END) c \
         LEFT JOIN territory t ON t.district_id = $1 AND t.code = c.village_code ORDER BY c.village_code",
        sum("m.state = 'open' AND m.verdict = 'ask'"),
        sum("m.state = 'open' AND m.verdict = 'same'"),
        sum("m.state = 'postponed'"),
        from()
    );
    db.all(&sql, args).await
}

asuh_store::row_struct! {
    /// An import that brought records of undecided pairs.
    pub(super) struct Import { pub(super) id: Id, pub(super) file_name: String, pub(super) as_of: Date, pub(super) pairs: i64 }
}

/// The imports of undecided pairs within a scope, the newest first. Index: match_pair_by_state, then primary keys.
///
/// # Errors
/// The store fails.
pub(super) async fn imports(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
) -> Result<Vec<Import>, StoreError> {
    let mut args = args![district, Instant::NEVER];
    let within = within(scope, &mut args);
    let sql = format!(
        "SELECT i.id, i.file_name, i.as_of, COUNT(*) AS pairs {} \
         JOIN import_batch i ON i.district_id = m.district_id AND i.id = m.batch_id \
         WHERE m.district_id = $1 AND m.state IN ('open', 'postponed') AND {STAND} AND {within} \
         GROUP BY i.id, i.file_name, i.as_of, i.uploaded_at ORDER BY i.uploaded_at DESC, i.id LIMIT 100",
        from()
    );
    db.all(&sql, args).await
}
