//! Reading plans. Every query carries how far the caller sees.

use std::collections::HashMap;

use asuh_nusantara::TerritoryCode;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::hand::{Owner, Sight};
use super::rules::{Row, State, Told};

/// Rows on a page of the list.
pub(super) const PAGE: usize = 50;

asuh_store::row_struct! {
    /// The plan of a year.
    pub(crate) struct Plan {
        pub(crate) year: i64,
        pub(crate) state: String,
        pub(crate) changed_on: Date,
        pub(crate) basis: String,
    }
}

impl Plan {
    pub(crate) fn state(&self) -> State {
        State::parse(&self.state).unwrap_or(State::Draft)
    }
}

/// The plans, the latest year first. Index: primary key; a row a year.
pub(crate) async fn plans(db: &impl Query, district: DistrictId) -> Result<Vec<Plan>, StoreError> {
    let sql = "SELECT year, state, changed_on, basis FROM plan WHERE district_id = $1 ORDER BY year DESC";
    db.all(sql, args![district]).await
}

/// The plan of a year. Index: primary key.
pub(crate) async fn plan(
    db: &impl Query,
    district: DistrictId,
    year: i64,
) -> Result<Option<Plan>, StoreError> {
    let sql = "SELECT year, state, changed_on, basis FROM plan WHERE district_id = $1 AND year = $2";
    db.first(sql, args![district, year]).await
}

asuh_store::row_struct! {
    /// A row of a plan as it holds.
    pub(crate) struct Item {
        pub(crate) id: Id,
        pub(crate) year: i64,
        pub(crate) office_id: Option<Id>,
        pub(crate) village_code: Option<i64>,
        pub(crate) owner: String,
        pub(crate) version: i64,
        pub(crate) removed: bool,
        pub(crate) indicator: String,
        pub(crate) activity: String,
        pub(crate) subactivity: String,
        pub(crate) places: String,
        pub(crate) target: i64,
        pub(crate) unit: String,
        pub(crate) budget: Option<i64>,
        pub(crate) source: String,
        pub(crate) from_quarter: i64,
        pub(crate) to_quarter: i64,
        pub(crate) person_in_charge: String,
        pub(crate) evidence: String,
    }
}

impl Item {
    /// Who answers for it.
    pub(crate) fn by(&self) -> Owner {
        match (self.office_id, self.village_code) {
            (Some(office), _) => Owner::Office(office),
            (None, village) => Owner::Village(village.unwrap_or_default()),
        }
    }

    /// The codes of its places.
    pub(crate) fn places(&self) -> Vec<i64> {
        self.places.split_whitespace().filter_map(|code| code.parse().ok()).collect()
    }

    /// Whether it is done in a place, in a part of it, or in all that the place lies in.
    pub(crate) fn touches(&self, place: TerritoryCode) -> bool {
        let codes = self.places().into_iter().filter_map(|code| TerritoryCode::from_i64(code).ok());
        codes.into_iter().any(|code| code.contains(place) || place.contains(code))
    }

    /// As the rules read it.
    pub(crate) fn row(&self, told: Option<&[Option<Told>; 4]>) -> Row {
        Row {
            id: self.id,
            owner: self.owner.clone(),
            indicator: self.indicator.clone(),
            activity: self.activity.clone(),
            subactivity: self.subactivity.clone(),
            places: self.places(),
            target: self.target,
            budget: self.budget,
            quarters: (self.from_quarter, self.to_quarter),
            told: told.copied().unwrap_or_default(),
        }
    }
}

const ITEM: &str = "SELECT i.id, i.year, i.office_id, i.village_code, COALESCE(o.name, y.name, '') AS owner, i.version, i.removed, \
     v.indicator, v.activity, v.subactivity, v.places, v.target, v.unit, v.budget, v.source, v.from_quarter, \
     v.to_quarter, v.person_in_charge, v.evidence FROM plan_item i \
     JOIN plan_version v ON v.district_id = i.district_id AND v.item_id = i.id AND v.version = i.version \
     LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.office_id \
     LEFT JOIN territory y ON y.district_id = i.district_id AND y.code = i.village_code \
     WHERE i.district_id = $1";

/// The rows of a year within sight in the order in which they were written. Index: plan_item_by_year. A district has some
/// hundreds to a few thousand a year.
pub(crate) async fn items(
    db: &impl Query,
    district: DistrictId,
    sight: &Sight,
    year: i64,
) -> Result<Vec<Item>, StoreError> {
    let mut args = args![district, year];
    let seen = sight.condition(&mut args);
    db.all(&format!("{ITEM} AND i.year = $2 AND i.removed = 0 AND {seen} ORDER BY i.id"), args).await
}

/// A row within sight, also one that was taken out. Index: primary key.
pub(crate) async fn item(
    db: &impl Query,
    district: DistrictId,
    sight: &Sight,
    id: Id,
) -> Result<Option<Item>, StoreError> {
    let mut args = args![district, id];
    let seen = sight.condition(&mut args);
    db.first(&format!("{ITEM} AND i.id = $2 AND {seen}"), args).await
}

asuh_store::row_struct! {
    /// A row by its name.
    pub(crate) struct Named {
        pub(crate) id: Id,
        pub(crate) year: i64,
        pub(crate) owner: String,
        pub(crate) activity: String,
    }
}

/// The rows of some years within sight by name, the latest year first, by owner and activity: to choose from. Index:
/// plan_item_by_year.
pub(crate) async fn named(
    db: &impl Query,
    district: DistrictId,
    sight: &Sight,
    (from, to): (i64, i64),
) -> Result<Vec<Named>, StoreError> {
    let mut args = args![district, from, to];
    let seen = sight.condition(&mut args);
    let sql = format!(
        "SELECT i.id, i.year, COALESCE(o.name, y.name, '') AS owner, v.activity FROM plan_item i \
         JOIN plan_version v ON v.district_id = i.district_id AND v.item_id = i.id AND v.version = i.version \
         LEFT JOIN institution o ON o.district_id = i.district_id AND o.id = i.office_id \
         LEFT JOIN territory y ON y.district_id = i.district_id AND y.code = i.village_code \
         WHERE i.district_id = $1 AND i.year BETWEEN $2 AND $3 AND i.removed = 0 AND {seen} \
         ORDER BY i.year DESC, owner, v.activity, i.id"
    );
    db.all(&sql, args).await
}

/// The rows with these ids, whoever sees them: for commands, which ask whose they are. Index: primary key.
pub(super) async fn by_ids(
    db: &impl Query,
    district: DistrictId,
    ids: &[Id],
) -> Result<HashMap<Id, Item>, StoreError> {
    let mut args = args![district];
    let list = args.push_list(ids.iter().copied());
    let found: Vec<Item> = db.all(&format!("{ITEM} AND i.id IN ({list})"), args).await?;
    Ok(found.into_iter().map(|item| (item.id, item)).collect())
}

/// A row as a version of it said. Index: primary key of plan_version.
pub(super) async fn version(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    version: i64,
) -> Result<Option<Item>, StoreError> {
    let sql = ITEM
        .replace("v.version = i.version", "v.version = $3")
        .replace("i.version, i.removed,", "v.version, v.removed,");
    db.first(&format!("{sql} AND i.id = $2"), args![district, id, version]).await
}

asuh_store::row_struct! {
    struct ToldRow { item_id: Id, quarter: i64, reached: i64, spent: i64 }
}

/// What was told last of each row of a year and quarter. Indexes: plan_item_by_year, primary key of plan_report.
pub(crate) async fn told(
    db: &impl Query,
    district: DistrictId,
    year: i64,
) -> Result<HashMap<Id, [Option<Told>; 4]>, StoreError> {
    let rows: Vec<ToldRow> = db
        .all(
            "SELECT r.item_id, r.quarter, r.reached, r.spent FROM plan_item i \
             JOIN plan_report r ON r.district_id = i.district_id AND r.item_id = i.id \
             WHERE i.district_id = $1 AND i.year = $2 AND i.removed = 0 ORDER BY r.item_id, r.quarter, r.nth",
            args![district, year],
        )
        .await?;
    let mut told: HashMap<Id, [Option<Told>; 4]> = HashMap::new();
    // The later row of a quarter takes the place of the one before.
    for row in rows {
        let quarters = told.entry(row.item_id).or_default();
        if let Some(place) = usize::try_from(row.quarter - 1).ok().and_then(|nth| quarters.get_mut(nth)) {
            *place = Some(Told { reached: row.reached, spent: row.spent });
        }
    }
    Ok(told)
}

asuh_store::row_struct! {
    /// What somebody told of a quarter.
    pub(super) struct Report {
        pub(super) quarter: i64,
        pub(super) nth: i64,
        pub(super) reached: i64,
        pub(super) spent: i64,
        pub(super) words: String,
        pub(super) evidence_id: Option<Id>,
        pub(super) told_on: Date,
        pub(super) by_name: Option<String>,
    }
}

/// Everything told of a row, quarter by quarter, the latest first. Index: primary key.
pub(super) async fn reports(
    db: &impl Query,
    district: DistrictId,
    item: Id,
) -> Result<Vec<Report>, StoreError> {
    db.all(
        "SELECT r.quarter, r.nth, r.reached, r.spent, r.words, r.evidence_id, r.told_on, u.name AS by_name \
         FROM plan_report r LEFT JOIN app_user u ON u.district_id = r.district_id AND u.id = r.recorded_by \
         WHERE r.district_id = $1 AND r.item_id = $2 ORDER BY r.quarter, r.nth DESC",
        args![district, item],
    )
    .await
}

asuh_store::row_struct! {
    /// A version of a row.
    pub(super) struct Version {
        pub(super) version: i64,
        pub(super) indicator: String,
        pub(super) activity: String,
        pub(super) subactivity: String,
        pub(super) places: String,
        pub(super) target: i64,
        pub(super) unit: String,
        pub(super) budget: Option<i64>,
        pub(super) source: String,
        pub(super) from_quarter: i64,
        pub(super) to_quarter: i64,
        pub(super) person_in_charge: String,
        pub(super) evidence: String,
        pub(super) removed: bool,
        pub(super) reason: String,
        pub(super) recorded_at: Instant,
        pub(super) by_name: Option<String>,
    }
}

/// The versions of a row, the first first. Index: primary key.
pub(super) async fn versions(
    db: &impl Query,
    district: DistrictId,
    item: Id,
) -> Result<Vec<Version>, StoreError> {
    db.all(
        "SELECT v.version, v.indicator, v.activity, v.subactivity, v.places, v.target, v.unit, v.budget, v.source, \
         v.from_quarter, v.to_quarter, v.person_in_charge, v.evidence, v.removed, v.reason, v.recorded_at, \
         u.name AS by_name FROM plan_version v \
         LEFT JOIN app_user u ON u.district_id = v.district_id AND u.id = v.recorded_by \
         WHERE v.district_id = $1 AND v.item_id = $2 ORDER BY v.version",
        args![district, item],
    )
    .await
}
