//! What is read of sponsors of every kind but civil servants.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::rules::Category;
use crate::after;

/// Sponsors on one page.
pub(crate) const SPONSORS: usize = 50;

/// What is chosen of the list: category and whether they are still there. Not whether they promised: no filter says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// The category; `None` = all.
    pub(crate) category: Option<Category>,
    /// Those who left, instead of those who are there.
    pub(crate) left: bool,
    /// Words that names begin with; empty = all.
    pub(crate) name: String,
    /// The last one shown before.
    pub(crate) after: Option<Id>,
}

asuh_store::row_struct! {
    /// A line of the list.
    pub struct Line {
        /// Key.
        pub id: Id,
        /// 'person', 'institution'.
        pub kind: String,
        /// Name.
        pub name: String,
        /// As the GENTING tally counts him.
        pub category: String,
        /// Home or seat; empty when not said.
        pub home: String,
        /// 'active', 'left'.
        pub status: String,
        /// From which day what is known holds.
        pub valid_from: Date,
        /// The first person to speak to; empty without one.
        pub contact: String,
    }
}

/// The sponsors chosen, by name, at most `most`. Index: sponsor_version_by_unit, because nobody of them works in one;
/// the civil servants, a hundred for each of them, are not read.
///
/// # Errors
/// The store fails.
pub(crate) async fn list(
    db: &impl Query,
    district: DistrictId,
    chosen: &Selection,
    most: usize,
) -> Result<Vec<Line>, StoreError> {
    let (sql, args) = list_of(district, chosen, most);
    db.all(&sql, args).await
}

fn list_of(district: DistrictId, chosen: &Selection, most: usize) -> (String, Args) {
    let mut args = args![district, Instant::NEVER, if chosen.left { "left" } else { "active" }];
    let category = match chosen.category {
        Some(category) => format!(" AND v.category = {}", args.push(category.code())),
        None => String::new(),
    };
    let key = asuh_nusantara::name::search_key(&chosen.name);
    let name = if key.is_empty() {
        String::new()
    } else {
        let (first, later) = (args.push(format!("{key}%")), args.push(format!("% {key}%")));
        format!(" AND (v.name_search LIKE {first} OR v.name_search LIKE {later})")
    };
    let after = after(chosen.after, &mut args);
    let sql = format!(
        "SELECT s.id, s.kind, v.name, v.category, COALESCE(h.name, '') AS home, v.status, v.valid_from, \
         COALESCE((SELECT c.name FROM sponsor_contact c WHERE c.district_id = $1 AND c.sponsor_id = s.id \
          AND c.ended_at IS NULL ORDER BY c.recorded_at, c.id LIMIT 1), '') AS contact \
         FROM sponsor_version v JOIN sponsor s ON s.district_id = v.district_id AND s.id = v.sponsor_id \
         LEFT JOIN territory h ON h.district_id = v.district_id AND h.code = v.home_code \
         WHERE v.district_id = $1 AND v.unit_id IS NULL AND v.superseded_at = $2 AND s.kind <> 'asn' \
         AND v.status = $3{category}{name}{after} ORDER BY v.name_search, v.sponsor_id LIMIT {most}"
    );
    (sql, args)
}

asuh_store::row_struct! {
    /// How many sponsors a category has.
    pub struct Count {
        /// The category.
        pub category: String,
        /// How many.
        pub n: i64,
    }
}

const COUNTS: &str = "SELECT v.category, COUNT(*) AS n FROM sponsor s JOIN sponsor_version v \
     ON v.district_id = s.district_id AND v.sponsor_id = s.id AND v.unit_id IS NULL AND v.superseded_at = $2 \
     WHERE s.district_id = $1 AND s.kind <> 'asn' AND v.status = $3 GROUP BY v.category";

/// How many sponsors outside the roster each category has. Index: sponsor_version_by_unit.
///
/// # Errors
/// The store fails.
pub(crate) async fn counts(
    db: &impl Query,
    district: DistrictId,
    left: bool,
) -> Result<Vec<Count>, StoreError> {
    db.all(COUNTS, args![district, Instant::NEVER, if left { "left" } else { "active" }]).await
}

asuh_store::row_struct! {
    /// Whom to speak to.
    pub struct Contact {
        /// Key.
        pub id: Id,
        /// Name.
        pub name: String,
        /// What he is there.
        pub position: String,
        /// His phone, encrypted.
        pub phone_sealed: Option<Vec<u8>>,
    }
}

/// Whom to speak to at a sponsor. Index: primary key of `sponsor_contact`.
///
/// # Errors
/// The store fails.
pub(crate) async fn contacts(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Vec<Contact>, StoreError> {
    db.all(
        "SELECT id, name, position, phone_sealed FROM sponsor_contact WHERE district_id = $1 AND sponsor_id = $2 \
         AND ended_at IS NULL ORDER BY recorded_at, id",
        args![district, sponsor],
    )
    .await
}

asuh_store::row_struct! {
    /// What was known of a sponsor before.
    pub struct Former {
        /// From which day it held.
        pub valid_from: Date,
        /// When it was recorded.
        pub recorded_at: Instant,
        /// Name.
        pub name: String,
        /// Category.
        pub category: String,
        /// Home or seat.
        pub home: String,
        /// The unit where he worked.
        pub unit: String,
        /// 'active', 'left'.
        pub status: String,
    }
}

/// What was known of a sponsor, the newest first. Index: primary key of `sponsor_version`.
///
/// # Errors
/// The store fails.
pub(crate) async fn history(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
) -> Result<Vec<Former>, StoreError> {
    db.all(
        "SELECT v.valid_from, v.recorded_at, v.name, v.category, COALESCE(h.name, '') AS home, \
         COALESCE(u.name, '') AS unit, v.status FROM sponsor_version v \
         LEFT JOIN territory h ON h.district_id = v.district_id AND h.code = v.home_code \
         LEFT JOIN institution u ON u.district_id = v.district_id AND u.id = v.unit_id \
         WHERE v.district_id = $1 AND v.sponsor_id = $2 AND v.retracted_by IS NULL ORDER BY v.version DESC",
        args![district, sponsor],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    /// A district has twelve thousand civil servants and a hundred firms; the list of firms reads no civil servant.
    #[db_test]
    async fn the_list_of_sponsors_reads_nobody_of_the_roster(db: TestDatabase) {
        let store = db.open().await;
        let district = DistrictId(1);
        let named = Selection { name: "bank".into(), after: Some(Id::SYSTEM), ..Selection::default() };
        let asked = [
            list_of(district, &Selection::default(), SPONSORS),
            list_of(district, &named, SPONSORS),
            (COUNTS.to_owned(), args![district, Instant::NEVER, "active"]),
        ];
        for (sql, args) in asked {
            let plan = store.reader().plan(&sql, args).await.expect("a plan");
            // PostgreSQL counts its rows by itself and may read small tables from end to end.
            if store.engine() == Engine::Sqlite {
                assert!(plan.contains("sponsor_version_by_unit (district_id=? AND unit_id=? AND"), "{plan}");
            }
        }
    }

    #[db_test]
    async fn one_sponsor_is_read_by_his_key(db: TestDatabase) {
        let db = Plans::of(&db).await;
        contacts(&db, D, I).await.expect("a plan");
        history(&db, D, I).await.expect("a plan");
        no_walks(&db);
    }
}
