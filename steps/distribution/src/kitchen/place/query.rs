//! What is read of kitchens.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::super::Reach;

asuh_store::row_struct! {
    /// A kitchen.
    pub(in super::super) struct KitchenLine {
        pub(in super::super) id: Id,
        pub(in super::super) name: String,
        pub(in super::super) capacity: i64,
        pub(in super::super) hygiene_on: Option<Date>,
        pub(in super::super) note: String,
        /// How many villages it cooks for, and how many of them are fed there.
        pub(in super::super) villages: i64,
        pub(in super::super) enrolled: i64,
    }
}

const COLUMNS: &str = "i.id, i.name, COALESCE(k.capacity, 0) AS capacity, k.hygiene_on, COALESCE(k.note, '') AS note, \
     (SELECT COUNT(*) FROM kitchen_village v WHERE v.district_id = i.district_id AND v.kitchen_id = i.id) AS villages, \
     (SELECT COUNT(*) FROM meal_enrolment e JOIN kitchen_village v ON v.district_id = e.district_id \
      AND v.village_code = e.village_code WHERE v.district_id = i.district_id AND v.kitchen_id = i.id \
      AND e.state = 'active') AS enrolled";

const TABLES: &str = "institution i LEFT JOIN kitchen k ON k.district_id = i.district_id AND k.institution_id = i.id \
     WHERE i.district_id = $1 AND i.kind = 'kitchen' AND i.valid_to IS NULL";

/// The open kitchens within reach, by name: some dozens. Indexes: institution_by_kind, kitchen_village_by_kitchen,
/// meal_enrolment_by_village.
pub(in super::super) async fn kitchens(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<KitchenLine>, StoreError> {
    let mut args = args![district];
    let reached = reach.kitchen("i.id", &mut args);
    db.all(&format!("SELECT {COLUMNS} FROM {TABLES} AND {reached} ORDER BY i.name_search, i.id"), args).await
}

/// One of them. Index: primary key of `institution`.
pub(in super::super) async fn kitchen(
    db: &impl Query,
    district: DistrictId,
    id: Id,
    reach: &Reach,
) -> Result<Option<KitchenLine>, StoreError> {
    let mut args = args![district];
    let reached = reach.kitchen("i.id", &mut args);
    let id = args.push(id);
    db.first(&format!("SELECT {COLUMNS} FROM {TABLES} AND i.id = {id} AND {reached}"), args).await
}

asuh_store::row_struct! {
    /// A village that a kitchen cooks for.
    pub(in super::super) struct VillageLine {
        pub(in super::super) village_code: i64,
        pub(in super::super) name: String,
        pub(in super::super) enrolled: i64,
    }
}

/// The villages of a kitchen that was found within reach. Index: kitchen_village_by_kitchen.
pub(in super::super) async fn villages_of(
    db: &impl Query,
    district: DistrictId,
    kitchen: Id,
) -> Result<Vec<VillageLine>, StoreError> {
    db.all(
        "SELECT v.village_code, t.name, (SELECT COUNT(*) FROM meal_enrolment e WHERE e.district_id = v.district_id \
         AND e.village_code = v.village_code AND e.state = 'active') AS enrolled FROM kitchen_village v \
         JOIN territory t ON t.district_id = v.district_id AND t.code = v.village_code \
         WHERE v.district_id = $1 AND v.kitchen_id = $2 ORDER BY v.village_code",
        args![district, kitchen],
    )
    .await
}

asuh_store::row_struct! {
    /// Somebody who works in a kitchen: on its list, or with an account (`part` is empty).
    pub(super) struct PersonLine {
        pub(super) name: String,
        pub(super) part: String,
    }
}

/// Who works there, then who may sign in for it. Indexes: primary keys of `kitchen_person`, `user_grant`.
pub(super) async fn people(
    db: &impl Query,
    district: DistrictId,
    kitchen: Id,
    now: Instant,
) -> Result<(Vec<PersonLine>, Vec<String>), StoreError> {
    let listed = db
        .all(
            "SELECT name, part FROM kitchen_person WHERE district_id = $1 AND kitchen_id = $2 ORDER BY nth",
            args![district, kitchen],
        )
        .await?;
    let users: Vec<(String,)> = db
        .all(
            "SELECT u.name FROM user_grant g JOIN grant_unit n ON n.district_id = g.district_id AND n.grant_id = g.id \
             JOIN app_user u ON u.district_id = g.district_id AND u.id = g.user_id \
             WHERE g.district_id = $1 AND g.role = 'kitchen' AND g.revoked_at IS NULL AND u.disabled_at IS NULL \
             AND (g.valid_until IS NULL OR g.valid_until > $3) AND n.institution_id = $2 ORDER BY u.name_search, u.id",
            args![district, kitchen, now],
        )
        .await?;
    Ok((listed, users.into_iter().map(|row| row.0).collect()))
}

asuh_store::row_struct! {
    /// What lies in a kitchen's store.
    pub(in super::super) struct StoreLine {
        pub(in super::super) fund: String,
        pub(in super::super) commodity: String,
        pub(in super::super) name: String,
        pub(in super::super) unit: String,
        pub(in super::super) amount: i64,
        /// The day by which the first of it should be eaten.
        pub(in super::super) use_by: Option<Date>,
    }
}

/// What lies in a kitchen's store, by fund. Indexes: unique key of `account`, lot_rest_in_order.
pub(in super::super) async fn store_of(
    db: &impl Query,
    district: DistrictId,
    kitchen: Id,
) -> Result<Vec<StoreLine>, StoreError> {
    db.all(
        "SELECT a.fund, a.commodity, c.name, c.unit, b.amount, (SELECT MIN(r.use_by) FROM lot_rest r \
         WHERE r.district_id = a.district_id AND r.account_id = a.id AND r.amount > 0 AND r.use_by < 99990101) AS use_by FROM account a \
         JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
         JOIN commodity c ON c.district_id = a.district_id AND c.code = a.commodity \
         WHERE a.district_id = $1 AND a.kind = 'kitchen' AND a.place_id = $2 AND b.amount <> 0 \
         ORDER BY a.fund, c.nth, c.code",
        args![district, kitchen],
    )
    .await
}

/// The villages that other kitchens cook for, with those kitchens' names. Index: kitchen_village's primary key.
pub(super) async fn taken(
    db: &impl Query,
    district: DistrictId,
    own: Id,
) -> Result<Vec<(i64, String)>, StoreError> {
    asuh_store::row_struct! { struct Taken { village_code: i64, name: String } }
    let rows: Vec<Taken> = db
        .all(
            "SELECT v.village_code, i.name FROM kitchen_village v JOIN institution i ON i.district_id = v.district_id \
             AND i.id = v.kitchen_id WHERE v.district_id = $1 AND v.kitchen_id <> $2 ORDER BY v.village_code",
            args![district, own],
        )
        .await?;
    Ok(rows.into_iter().map(|row| (row.village_code, row.name)).collect())
}

/// Whether the reader reaches a village, by his kitchen or by where he works. Index: primary key of `territory`.
pub(in super::super) async fn serves(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    village: i64,
) -> Result<bool, StoreError> {
    let mut args = args![district, village];
    let reached = reach.village("t.code", "''", &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM territory t WHERE t.district_id = $1 AND t.code = $2 AND {reached}"
    );
    Ok(db.number(&sql, args).await? > 0)
}

#[cfg(test)]
pub(in super::super) async fn plans(
    db: &asuh_store::testing::Plans,
    district: DistrictId,
    reach: &Reach,
    any: Id,
) {
    kitchens(db, district, reach).await.expect("an answer");
    // A district has some dozens of institutions that cook.
    db.take().walks_only(&["i.*"]);
    kitchen(db, district, any, reach).await.expect("an answer");
    villages_of(db, district, any).await.expect("an answer");
    db.take().walks_only(&[]).uses(&["meal_enrolment_by_village"]);
    people(db, district, any, Instant(0)).await.expect("an answer");
    store_of(db, district, any).await.expect("an answer");
    serves(db, district, reach, 1_501_012_001).await.expect("an answer");
    db.take().walks_only(&[]);
    taken(db, district, any).await.expect("an answer");
    // As many villages as kitchens cook for: all of them are what is asked.
    db.take().walks_only(&["v.*"]);
}
