//! What indicators come to: computed from the rows of the steps, or entered by an office.

use std::collections::BTreeMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::computation::{self, Asked};
use super::query::Indicator;
use super::rules::{Grain, Period, Unit, share};

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// From the district's own rows.
    Computed,
    /// An office entered it.
    Entered,
}

/// What an indicator comes to at a place in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// How many it holds for; of a count the count.
    pub numerator: i64,
    /// Of how many; 0 for a count.
    pub denominator: i64,
    /// Of how many more, or of them, nothing is recorded.
    pub unknown: i64,
    /// Places that the value is summed up from.
    pub places: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// As of when it was computed, or when the last of it was entered.
    pub at: Instant,
}

impl Value {
    /// The value in hundredths: of a percentage its percent, of a count the number; none of a percentage of nobody.
    pub fn hundredths(&self, unit: Unit) -> Option<i64> {
        match unit {
            Unit::Percent => share(self.numerator, self.denominator),
            Unit::Count => Some(self.numerator * 100),
        }
    }

    fn add(&mut self, other: &Value) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.unknown += other.unknown;
        self.places += other.places;
        self.at = self.at.max(other.at);
    }
}

asuh_store::row_struct! {
    struct Counted { code: i64, numerator: i64, denominator: i64, unknown: i64 }
}

/// The parts of an indicator within a territory: villages, or the places for which something was entered. Computed from
/// the rows, or read from what was entered; `as_of` leaves out what was recorded later. Indexes: those of
/// [`computation::rows`]; indicator_value_once, indicator_value_by_place.
///
/// # Errors
/// The store fails.
pub async fn parts(
    db: &impl Query,
    district: DistrictId,
    one: &Indicator,
    territory: TerritoryCode,
    period: Period,
    (today, now): (Date, Instant),
    as_of: Option<Instant>,
) -> Result<BTreeMap<i64, Value>, StoreError> {
    let villages = territory.range();
    let asked = Asked { district, villages, period, until: period.until(today), as_of };
    if !one.is_computed() {
        return entered(db, district, one, territory, period, as_of).await;
    }
    let Some((rows, args)) = computation::rows(one, &asked) else { return Ok(BTreeMap::new()) };
    let counts = computation::Computation::parse(&one.computation).is_some_and(|how| how.counts_unknown());
    let counted: Vec<Counted> = db.all(&summed(&rows, counts), args).await?;
    let value = |row: Counted| {
        let Counted { code, numerator, denominator, unknown } = row;
        let at = as_of.unwrap_or(now);
        (code, Value { numerator, denominator, unknown, places: 1, origin: Origin::Computed, at })
    };
    Ok(counted.into_iter().map(value).collect())
}

/// Sums of the rows of a computation by village: the same rows that a drill-down shows.
pub(crate) fn summed(rows: &str, counts_unknown: bool) -> String {
    let unknown = i64::from(counts_unknown);
    format!(
        "SELECT r.village_code AS code, CAST(SUM(CASE WHEN r.fact = 1 THEN 1 ELSE 0 END) AS BIGINT) AS numerator, \
         CAST(SUM(CASE WHEN r.fact IS NULL THEN {unknown} WHEN r.fact = 2 THEN 0 ELSE 1 END) AS BIGINT) AS denominator, \
         CAST(SUM(CASE WHEN r.fact IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unknown \
         FROM ({rows}) r GROUP BY r.village_code"
    )
}

asuh_store::row_struct! {
    struct Typed { territory_code: i64, numerator: i64, denominator: Option<i64>, recorded_at: Instant }
}

async fn entered(
    db: &impl Query,
    district: DistrictId,
    one: &Indicator,
    territory: TerritoryCode,
    period: Period,
    as_of: Option<Instant>,
) -> Result<BTreeMap<i64, Value>, StoreError> {
    let (from, to) = territory.range();
    let mut args = args![district, one.id, period.first, from, to];
    let holds = match as_of {
        None => format!("v.superseded_at = {}", args.push(Instant::NEVER)),
        Some(at) => {
            let at = args.push(at);
            format!("v.recorded_at <= {at} AND v.superseded_at > {at}")
        }
    };
    let rows: Vec<Typed> = db
        .all(
            &format!(
                "SELECT v.territory_code, v.numerator, v.denominator, v.recorded_at FROM indicator_value v \
                 WHERE v.district_id = $1 AND v.indicator_id = $2 AND v.starts_on = $3 \
                 AND v.territory_code BETWEEN $4 AND $5 AND {} AND {holds} ORDER BY v.territory_code",
                one.grain().condition("v.territory_code")
            ),
            args,
        )
        .await?;
    let value = |row: Typed| {
        let value = Value {
            numerator: row.numerator,
            denominator: row.denominator.unwrap_or(0),
            unknown: 0,
            places: 1,
            origin: Origin::Entered,
            at: row.recorded_at,
        };
        (row.territory_code, value)
    };
    Ok(rows.into_iter().map(value).collect())
}

/// Parts added up; none where there is none. A recap is nothing else than this sum.
pub fn together<'a>(parts: impl IntoIterator<Item = &'a Value>) -> Option<Value> {
    let mut parts = parts.into_iter();
    let mut sum = parts.next()?.clone();
    parts.for_each(|part| sum.add(part));
    Some(sum)
}

/// What an indicator comes to in a territory: its [`parts`] added up.
///
/// # Errors
/// The store fails.
pub async fn value_of(
    db: &impl Query,
    district: DistrictId,
    territory: TerritoryCode,
    one: &Indicator,
    period: Period,
    (today, now): (Date, Instant),
    as_of: Option<Instant>,
) -> Result<Option<Value>, StoreError> {
    let parts = parts(db, district, one, territory, period, (today, now), as_of).await?;
    Ok(together(parts.values()))
}

asuh_store::row_struct! {
    /// What was kept of an indicator for a village, or for all villages of a kecamatan.
    pub(crate) struct Cell { indicator_id: Id, code: i64, places: i64, numerator: i64, denominator: i64, unknown: i64 }
}

asuh_store::row_struct! {
    struct Computed { indicator_id: Id, definition: String, computed_at: Instant }
}

/// Of which places values are asked for, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    /// The smallest that have one: villages, or where something was entered.
    Smallest,
    /// What is kept by village is added up by kecamatan: for whoever reaches all of its villages.
    Subdistrict,
}

/// The cells of a period within a range of villages. Index: primary key.
pub(crate) async fn cells(
    db: &impl Query,
    district: DistrictId,
    first: Date,
    (from, to): (i64, i64),
    indicators: impl Iterator<Item = Id>,
    each: Each,
) -> Result<Vec<Cell>, StoreError> {
    let mut args = args![district, first, from, to];
    let ids = args.push_list(indicators);
    let chosen = format!(
        "FROM indicator_cell c WHERE c.district_id = $1 AND c.starts_on = $2 AND c.indicator_id IN ({ids}) \
         AND c.village_code BETWEEN $3 AND $4"
    );
    let sum = |column: &str| format!("CAST(SUM(c.{column}) AS BIGINT) AS {column}");
    let sql = match each {
        Each::Smallest => format!(
            "SELECT c.indicator_id, c.village_code AS code, CAST(1 AS BIGINT) AS places, c.numerator, c.denominator, \
             c.unknown {chosen}"
        ),
        Each::Subdistrict => format!(
            "SELECT c.indicator_id, c.village_code - c.village_code % 10000 AS code, COUNT(*) AS places, {}, {}, {} \
             {chosen} GROUP BY c.indicator_id, c.village_code - c.village_code % 10000",
            sum("numerator"),
            sum("denominator"),
            sum("unknown"),
        ),
    };
    db.all(&sql, args).await
}

/// What many indicators come to, by indicator and place: of computed ones the cells that were made last (by the rows
/// where there are none yet), of the others what was entered. Each in its own period that `day` lies in. The values of
/// one period and territory in two statements. Indexes: primary keys of indicator_computed and indicator_cell,
/// indicator_value_once.
///
/// # Errors
/// The store fails.
pub async fn values_of(
    db: &impl Query,
    district: DistrictId,
    (territory, each): (TerritoryCode, Each),
    indicators: &[Indicator],
    day: Date,
    (today, now): (Date, Instant),
) -> Result<BTreeMap<(Id, i64), Value>, StoreError> {
    let mut values = BTreeMap::new();
    let mut firsts: BTreeMap<Date, Vec<&Indicator>> = BTreeMap::new();
    for one in indicators {
        firsts.entry(one.period_of(day).first).or_default().push(one);
    }
    for (first, some) in firsts {
        let (made, typed): (Vec<&Indicator>, Vec<&Indicator>) =
            some.into_iter().partition(|one| one.is_computed());
        let mut args = args![district, first];
        let ids = args.push_list(made.iter().map(|one| one.id));
        let computed: Vec<Computed> = db
            .all(
                &format!(
                    "SELECT indicator_id, definition, computed_at FROM indicator_computed \
                     WHERE district_id = $1 AND starts_on = $2 AND indicator_id IN ({ids})"
                ),
                args,
            )
            .await?;
        let made_at: BTreeMap<Id, (&str, Instant)> = computed
            .iter()
            .map(|row| (row.indicator_id, (row.definition.as_str(), row.computed_at)))
            .collect();
        let has = |one: &Indicator| {
            made_at.get(&one.id).is_some_and(|(definition, _)| *definition == one.definition())
        };
        let (stored, missing): (Vec<&Indicator>, Vec<&Indicator>) =
            made.into_iter().partition(|one| has(one));
        let stored = stored.iter().map(|one| one.id);
        for cell in cells(db, district, first, territory.range(), stored, each).await? {
            let value = Value {
                numerator: cell.numerator,
                denominator: cell.denominator,
                unknown: cell.unknown,
                places: cell.places,
                origin: Origin::Computed,
                at: made_at.get(&cell.indicator_id).map_or(now, |(_, at)| *at),
            };
            values.insert((cell.indicator_id, cell.code), value);
        }
        for one in missing {
            let found = parts(db, district, one, territory, one.period_of(day), (today, now), None).await?;
            values.extend(found.into_iter().map(|(code, value)| ((one.id, code), value)));
        }
        if !typed.is_empty() {
            values.extend(typed_values(db, district, territory.range(), &typed, first).await?);
        }
    }
    Ok(values)
}

async fn typed_values(
    db: &impl Query,
    district: DistrictId,
    (from, to): (i64, i64),
    indicators: &[&Indicator],
    first: Date,
) -> Result<Vec<((Id, i64), Value)>, StoreError> {
    asuh_store::row_struct! {
        struct Line { indicator_id: Id, territory_code: i64, numerator: i64, denominator: Option<i64>, recorded_at: Instant }
    }
    let mut args = args![district, first, from, to];
    let ids = args.push_list(indicators.iter().map(|one| one.id));
    // The partial index wants the instant in the text.
    let lines: Vec<Line> = db
        .all(
            &format!(
                "SELECT v.indicator_id, v.territory_code, v.numerator, v.denominator, v.recorded_at FROM indicator_value v \
                 WHERE v.district_id = $1 AND v.indicator_id IN ({ids}) AND v.starts_on = $2 \
                 AND v.territory_code BETWEEN $3 AND $4 AND v.superseded_at = {}",
                Instant::NEVER.0
            ),
            args,
        )
        .await?;
    let grain = |line: &Line| {
        let grain = TerritoryCode::from_i64(line.territory_code).ok().and_then(Grain::of);
        indicators.iter().any(|one| one.id == line.indicator_id && Some(one.grain()) == grain)
    };
    let value = |line: Line| {
        let value = Value {
            numerator: line.numerator,
            denominator: line.denominator.unwrap_or(0),
            unknown: 0,
            places: 1,
            origin: Origin::Entered,
            at: line.recorded_at,
        };
        ((line.indicator_id, line.territory_code), value)
    };
    Ok(lines.into_iter().filter(grain).map(value).collect())
}
