//! Families counted by how they stand (`family_tally`), village by village and kecamatan by kecamatan: a list of a whole
//! district says how many it holds without reading them. As what a family is counted stands in its row of
//! `family_risk`; who writes that row moves the family from one cell to another, within the same command. `asuh check`
//! counts the rows and compares.

use std::collections::BTreeMap;

use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, Tx, args};

use asuh_ground::App;
use asuh_ground::access::Scope;

/// Families that are held at once.
const CHUNK: usize = 500;
/// `family_tally.at_risk` where too little is known: a key has no NULL.
const UNKNOWN: i64 = 2;
/// The two levels of the tally.
const VILLAGE: &str = "village";
const SUBDISTRICT: &str = "subdistrict";

asuh_store::row_struct! {
    /// As what a family is counted.
    #[derive(PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Cell {
        /// Its village.
        pub(crate) village_code: i64,
        /// Its status.
        pub(crate) status: String,
        /// What its members are: [`crate::rules::Target::bit`], added.
        pub(crate) targets: i64,
        /// BKKBN's flag; not said is not flagged.
        pub(crate) flagged: bool,
        /// By our computation; `None`: too little is known.
        pub(crate) at_risk: Option<bool>,
    }
}

/// Takes hold of the counts of the district and of the rows of these families until the command ends, and reads as what
/// they are counted. Those that are not counted yet are missing. Index: primary key of family_risk.
///
/// The counts are one lock: a command changes many of them, one after another as it goes, and two that met in another
/// order would wait for each other. What a command has to take hold of besides it takes before.
///
/// # Errors
/// The store fails.
pub(crate) async fn hold(tx: &Tx<'_>, families: &[Id]) -> Result<Vec<Cell>, StoreError> {
    tx.execute(
        "INSERT INTO family_tally (district_id, level, territory_code, status, targets, flagged, at_risk, families) \
         VALUES ($1, '', 0, '', 0, 0, 0, 0) \
         ON CONFLICT (district_id, level, territory_code, status, targets, flagged, at_risk) DO UPDATE SET families = 0",
        args![tx.district()],
    )
    .await?;
    let mut args = args![tx.district()];
    let list = args.push_list(families.iter().copied());
    // Written as it stands: a row that was only read could be counted twice by two commands at the same time.
    let sql = format!(
        "UPDATE family_risk SET status = status WHERE district_id = $1 AND family_id IN ({list}) \
         RETURNING village_code, status, targets, flagged, at_risk"
    );
    tx.all(&sql, args).await
}

/// Families that were counted as `before` are counted as `after`.
///
/// # Errors
/// The store fails.
pub(crate) async fn moved(tx: &Tx<'_>, before: Vec<Cell>, after: Vec<Cell>) -> Result<(), StoreError> {
    let mut cells: BTreeMap<Cell, i64> = BTreeMap::new();
    for cell in before {
        *cells.entry(cell).or_default() -= 1;
    }
    for cell in after {
        *cells.entry(cell).or_default() += 1;
    }
    let mut rows: BTreeMap<(&str, i64, Cell), i64> = BTreeMap::new();
    for (cell, more) in cells.into_iter().filter(|(_, more)| *more != 0) {
        let subdistrict = cell.village_code - cell.village_code % 10_000;
        *rows.entry((VILLAGE, cell.village_code, cell.clone())).or_default() += more;
        let cell = Cell { village_code: subdistrict, ..cell };
        *rows.entry((SUBDISTRICT, subdistrict, cell)).or_default() += more;
    }
    let rows = rows.into_iter().filter(|(_, more)| *more != 0).map(|((level, code, cell), more)| {
        let at_risk = cell.at_risk.map_or(UNKNOWN, i64::from);
        args![tx.district(), level, code, cell.status, cell.targets, cell.flagged, at_risk, more]
    });
    tx.insert_many(
        "INSERT INTO family_tally (district_id, level, territory_code, status, targets, flagged, at_risk, families) VALUES",
        "ON CONFLICT (district_id, level, territory_code, status, targets, flagged, at_risk) \
         DO UPDATE SET families = family_tally.families + excluded.families",
        rows.collect(),
    )
    .await?;
    Ok(())
}

/// Families have got another status, and nothing else of them has changed.
///
/// # Errors
/// The store fails.
pub(crate) async fn restated(tx: &Tx<'_>, families: &[Id], status: &str) -> Result<(), StoreError> {
    for some in families.chunks(CHUNK) {
        let before = hold(tx, some).await?;
        let mut args = args![tx.district(), status];
        let list = args.push_list(some.iter().copied());
        let sql =
            format!("UPDATE family_risk SET status = $2 WHERE district_id = $1 AND family_id IN ({list})");
        tx.execute(&sql, args).await?;
        let after = before.iter().map(|cell| Cell { status: status.to_owned(), ..cell.clone() }).collect();
        moved(tx, before, after).await?;
    }
    Ok(())
}

/// Which families are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted<'a> {
    /// Within this reach.
    pub(crate) scope: &'a Scope,
    /// Inside this territory.
    pub(crate) within: Option<TerritoryCode>,
    /// On this frozen list.
    pub(crate) list: Option<Id>,
}

impl Counted<'_> {
    /// All within a reach.
    pub(crate) fn all(scope: &Scope) -> Counted<'_> {
        Counted { scope, within: None, list: None }
    }

    /// Whether the tally answers: it knows no RW and no frozen list.
    pub(crate) fn is_tallied(&self) -> bool {
        self.list.is_none() && self.scope.areas.iter().all(|area| area.rw.is_empty())
    }

    /// SQL: what stands behind `FROM`, cells `c (village_code, status, targets, flagged, at_risk, families)` with
    /// the district as `$1`; of a whole kecamatan `village_code` is its own code. Where the tally does not answer the
    /// families are read. Indexes: primary key of family_tally; else frozen_row_by_subject or family_version_list,
    /// then the primary key of family_risk.
    pub(crate) fn sql(&self, args: &mut Args) -> String {
        if self.is_tallied() { self.tallied(None, args) } else { self.read(args) }
    }

    /// As [`Counted::sql`], a cell for each village.
    pub(crate) fn by_village(&self, args: &mut Args) -> String {
        if self.is_tallied() { self.tallied(Some(VILLAGE), args) } else { self.read(args) }
    }

    /// What the reach holds of the territory, none inside another: whole kecamatan and more, and villages.
    fn territories(&self) -> Vec<TerritoryCode> {
        let mut reached: Vec<TerritoryCode> = Vec::new();
        for area in &self.scope.areas {
            match self.within {
                Some(within) if area.code.contains(within) => reached.push(within),
                Some(within) if !within.contains(area.code) => {}
                _ => reached.push(area.code),
            }
        }
        reached.sort_unstable();
        reached.dedup();
        let inside = |one: &TerritoryCode| reached.iter().any(|other| other != one && other.contains(*one));
        reached.iter().copied().filter(|one| !inside(one)).collect()
    }

    fn tallied(&self, level: Option<&str>, args: &mut Args) -> String {
        let mut parts = Vec::new();
        for code in self.territories() {
            let (from, to) = code.range();
            let wide = if code.level() == Level::Village { VILLAGE } else { SUBDISTRICT };
            parts.push(format!(
                "SELECT t.territory_code AS village_code, t.status, t.targets, t.flagged, t.at_risk, t.families \
                 FROM family_tally t WHERE t.district_id = $1 AND t.level = '{}' AND t.territory_code BETWEEN {} AND {}",
                level.unwrap_or(wide),
                args.push(from),
                args.push(to)
            ));
        }
        if parts.is_empty() {
            parts.push(
                "SELECT t.territory_code AS village_code, t.status, t.targets, t.flagged, t.at_risk, t.families \
                 FROM family_tally t WHERE t.district_id = $1 AND t.level = ''"
                    .to_owned(),
            );
        }
        format!("({}) c", parts.join(" UNION ALL "))
    }

    fn read(&self, args: &mut Args) -> String {
        let by_rw = self.scope.areas.iter().any(|area| !area.rw.is_empty());
        let (code, rw) = if by_rw { ("v.village_code", Some("v.rw")) } else { ("r.village_code", None) };
        let mut inside = self.scope.territory_condition(code, rw, args);
        if let Some(within) = self.within {
            let (from, to) = within.range();
            inside.push_str(&format!(" AND {code} BETWEEN {} AND {}", args.push(from), args.push(to)));
        }
        let listed = self.list.map(|list| args.push(list));
        let (from, of) = match listed {
            Some(list) if !by_rw => (
                "frozen_row f",
                format!("f.district_id = $1 AND f.list_id = {list} AND r.family_id = f.subject_id"),
            ),
            list => {
                let mut of = format!(
                    "v.district_id = $1 AND v.superseded_at = {} AND r.family_id = v.family_id",
                    args.push(Instant::NEVER)
                );
                if let Some(list) = list {
                    of.push_str(&format!(
                        " AND EXISTS (SELECT 1 FROM frozen_row f WHERE f.district_id = $1 AND f.list_id = {list} \
                         AND f.subject_id = v.family_id)"
                    ));
                }
                ("family_version v", of)
            }
        };
        format!(
            "(SELECT r.village_code, r.status, r.targets, r.flagged, COALESCE(r.at_risk, {UNKNOWN}) AS at_risk, \
             CAST(1 AS BIGINT) AS families FROM {from} CROSS JOIN family_risk r \
             WHERE {of} AND r.district_id = $1 AND {inside}) c"
        )
    }
}

/// The part of `asuh check`: the cells are counted anew and compared; what differs, in words.
///
/// # Errors
/// The store fails.
pub(crate) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let key = "level, code, status, targets, flagged, at_risk";
    let families = |level: &str, code: &str| {
        format!(
            "SELECT '{level}' AS level, {code} AS code, status, targets, flagged, \
             COALESCE(at_risk, {UNKNOWN}) AS at_risk, CAST(1 AS BIGINT) AS families FROM family_risk \
             WHERE district_id = $1"
        )
    };
    let sql = format!(
        "SELECT COUNT(*) AS n FROM (SELECT {key} FROM ({} UNION ALL {} UNION ALL \
         SELECT level, territory_code, status, targets, flagged, at_risk, -families FROM family_tally \
         WHERE district_id = $1) c GROUP BY {key} HAVING SUM(families) <> 0) d",
        families(VILLAGE, "village_code"),
        families(SUBDISTRICT, "village_code - village_code % 10000"),
    );
    let wrong = app.store.reader().number(&sql, args![district]).await?;
    Ok(if wrong > 0 {
        vec![format!("family_tally: {wrong} counts are not those of the families")]
    } else {
        Vec::new()
    })
}
