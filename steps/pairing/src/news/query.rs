//! What is read of news.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use crate::pair::query::acts_on;
use asuh_ground::access::Scope;
use asuh_ground::consent::Purpose;

asuh_store::row_struct! {
    /// A family of whose members news are written.
    pub(super) struct FamilyLine {
        pub(super) head_name: String,
        pub(super) village_code: i64,
        pub(super) hamlet: String,
    }
}

/// A family within a scope. Index: family_version_current.
pub(super) async fn family(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    family: Id,
) -> Result<Option<FamilyLine>, StoreError> {
    let mut args = args![district, family, Instant::NEVER];
    let within = scope.territory_condition("village_code", Some("rw"), &mut args);
    db.first(
        &format!(
            "SELECT head_name, village_code, hamlet FROM family_version WHERE district_id = $1 AND family_id = $2 \
             AND superseded_at = $3 AND {within}"
        ),
        args,
    )
    .await
}

/// The names of a family's members. Index: person_version_by_family.
pub(super) async fn names(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT name FROM person_version WHERE district_id = $1 AND family_id = $2 AND superseded_at = $3",
            args![district, family, Instant::NEVER],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

asuh_store::row_struct! {
    /// A member of a family whom somebody helps.
    pub(super) struct Helped {
        pub(super) person_id: Id,
        pub(super) name: String,
        pub(super) code: Option<String>,
    }
}

/// The members of a family whom somebody helps on a day, by code name. Indexes: person_version_by_family,
/// sponsor_pair_by_person, primary keys.
pub(super) async fn helped(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    day: Date,
) -> Result<Vec<Helped>, StoreError> {
    db.all(
        &format!(
            "SELECT DISTINCT m.person_id, m.name, t.code FROM person_version m \
             JOIN sponsor_pair p ON p.district_id = m.district_id AND p.person_id = m.person_id \
             JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
             WHERE m.district_id = $1 AND m.family_id = $2 AND m.superseded_at = $4 AND m.ended_reason IS NULL \
             AND {} ORDER BY t.code, m.person_id",
            acts_on("$3")
        ),
        args![district, family, day, Instant::NEVER],
    )
    .await
}

/// Whether somebody helps a member of a family on a day. Indexes: those of [`helped`].
///
/// # Errors
/// The store fails.
pub(crate) async fn helps_anyone(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    day: Date,
) -> Result<bool, StoreError> {
    Ok(!helped(db, district, family, day).await?.is_empty())
}

asuh_store::row_struct! {
    /// News, sealed.
    pub(crate) struct NewsLine {
        pub(crate) id: Id,
        pub(crate) code: Option<String>,
        pub(crate) kind: String,
        pub(crate) words_sealed: Vec<u8>,
        pub(crate) written_on: Date,
        pub(crate) written_by: Id,
        pub(crate) writer: Option<String>,
        pub(crate) state: String,
        pub(crate) reason: String,
    }
}

const NEWS: &str = "SELECT n.id, t.code, n.kind, n.words_sealed, n.written_on, n.written_by, u.name AS writer, n.state, \
     n.reason FROM child_news n \
     LEFT JOIN target_code t ON t.district_id = n.district_id AND t.person_id = n.person_id \
     LEFT JOIN app_user u ON u.district_id = n.district_id AND u.id = n.written_by";

/// News, by their key. Index: primary key.
pub(super) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<NewsLine>, StoreError> {
    db.first(&format!("{NEWS} WHERE n.district_id = $1 AND n.id = $2"), args![district, id]).await
}

/// News that are shown of a family.
const SHOWN: usize = 50;

/// The last news of a family's members, the newest first. Indexes: person_version_by_family, child_news_by_person.
///
/// # Errors
/// The store fails.
pub(crate) async fn about_family(
    db: &impl Query,
    district: DistrictId,
    family: Id,
) -> Result<Vec<NewsLine>, StoreError> {
    db.all(
        &format!(
            "{NEWS} WHERE n.district_id = $1 AND n.person_id IN (SELECT m.person_id FROM person_version m \
             WHERE m.district_id = $1 AND m.family_id = $2 AND m.superseded_at = $3) \
             ORDER BY n.written_on DESC, n.id DESC LIMIT {SHOWN}"
        ),
        args![district, family, Instant::NEVER],
    )
    .await
}

/// News on a page.
pub(super) const PAGE: usize = 30;

/// The news of a state, those that were written first at the top; one more than a page. Index: child_news_by_state.
pub(super) async fn in_state(
    db: &impl Query,
    district: DistrictId,
    state: &str,
    after: Option<Id>,
) -> Result<Vec<NewsLine>, StoreError> {
    let mut args = args![district, state];
    let after = match after {
        Some(after) => format!(" AND n.id > {}", args.push(after)),
        None => String::new(),
    };
    db.all(
        &format!("{NEWS} WHERE n.district_id = $1 AND n.state = $2{after} ORDER BY n.id LIMIT {}", PAGE + 1),
        args,
    )
    .await
}

/// How many news wait for somebody else than their writer. Index: child_news_by_state.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(db: &impl Query, district: DistrictId, reader: Id) -> Result<i64, StoreError> {
    db.number(
        "SELECT COUNT(*) AS n FROM child_news WHERE district_id = $1 AND state = 'waiting' AND written_by <> $2",
        args![district, reader],
    )
    .await
}

asuh_store::row_struct! {
    /// News as a sponsor reads them.
    pub(crate) struct Passed {
        pub(crate) id: Id,
        pub(crate) code: Option<String>,
        pub(crate) kind: String,
        pub(crate) words_sealed: Vec<u8>,
        pub(crate) written_on: Date,
    }
}

/// What was passed on to a sponsor of those whom he helps on a day, from the time in which he helped them; the newest
/// first, at most twenty. News are shown while the guardian agrees to it; thanks are the family's own words. Indexes:
/// sponsor_pair_by_sponsor, child_news_by_person, person_version_current, consent_by_family, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    day: Date,
) -> Result<Vec<Passed>, StoreError> {
    db.all(
        &format!(
            "SELECT DISTINCT n.id, t.code, n.kind, n.words_sealed, n.written_on FROM sponsor_pair p \
             JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             JOIN child_news n ON n.district_id = p.district_id AND n.person_id = p.person_id AND n.state = 'passed' \
             JOIN sponsor_pair w ON w.district_id = p.district_id AND w.sponsor_id = p.sponsor_id \
             AND w.person_id = p.person_id AND w.valid_from <= n.written_on \
             AND (w.valid_to IS NULL OR w.valid_to >= n.written_on) \
             LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
             WHERE p.district_id = $1 AND p.sponsor_id = $2 AND {} AND (n.kind <> 'news' OR EXISTS ( \
             SELECT 1 FROM person_version m JOIN consent k ON k.district_id = m.district_id \
             AND k.family_id = m.family_id AND k.purpose = $5 AND k.given_on <= $3 \
             AND (k.withdrawn_on IS NULL OR k.withdrawn_on > $3) \
             AND (k.person_id IS NULL OR k.person_id = m.person_id) WHERE m.district_id = n.district_id \
             AND m.person_id = n.person_id AND m.superseded_at = $4)) \
             ORDER BY n.written_on DESC, n.id DESC LIMIT 20",
            acts_on("$3")
        ),
        args![district, sponsor, day, Instant::NEVER, Purpose::ShownToSponsor.code()],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_nusantara::TerritoryCode;
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn news_are_found_by_their_indexes(db: TestDatabase) {
        let db = Plans::of(&db).await;
        let scope = Scope::whole(TerritoryCode::from_i64(1_501_000_000).expect("a district"));
        family(&db, D, &scope, I).await.expect("a plan");
        names(&db, D, I).await.expect("a plan");
        helped(&db, D, I, DAY).await.expect("a plan");
        by_id(&db, D, I).await.expect("a plan");
        about_family(&db, D, I).await.expect("a plan");
        in_state(&db, D, "waiting", None).await.expect("a plan");
        in_state(&db, D, "waiting", Some(I)).await.expect("a plan");
        waiting(&db, D, I).await.expect("a plan");
        of_sponsor(&db, D, I, DAY).await.expect("a plan");
        no_walks(&db);
    }
}
