//! What is read of pairs.

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

asuh_store::row_struct! {
    /// A pair of a target.
    pub(crate) struct PairLine {
        pub(crate) id: Id,
        pub(crate) programme_id: Id,
        pub(crate) sponsor_id: Id,
        pub(crate) person_id: Id,
        pub(crate) sponsor: String,
        pub(crate) units: i64,
        pub(crate) valid_from: Date,
        pub(crate) valid_to: Option<Date>,
        pub(crate) origin: String,
        pub(crate) reason: String,
        pub(crate) ended_reason: Option<String>,
        pub(crate) ended_words: Option<String>,
        /// The last day of its promise, or that of the campaign.
        pub(crate) promised_until: Option<Date>,
    }
}

impl PairLine {
    /// The last day of its promise, where that is over and the pair itself was not closed yet.
    pub(crate) fn promise_over(&self, today: &Date) -> Option<Date> {
        self.promised_until.filter(|last| last < today && self.valid_to.is_none())
    }

    /// Whether it has not ended on a day.
    pub(crate) fn runs(&self, today: &Date) -> bool {
        self.valid_to.is_none_or(|last| last >= *today)
    }
}

const PAIR: &str = "SELECT p.id, p.programme_id, p.sponsor_id, p.person_id, v.name AS sponsor, p.units, p.valid_from, \
     p.valid_to, p.origin, p.reason, p.ended_reason, p.ended_words, \
     CASE WHEN c.ends_on IS NULL THEN l.ends_on WHEN l.ends_on IS NULL THEN c.ends_on \
     WHEN c.ends_on < l.ends_on THEN c.ends_on ELSE l.ends_on END AS promised_until FROM sponsor_pair p \
     JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
     JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
     JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id AND v.superseded_at + 0 = $2 \
     WHERE p.district_id = $1";

/// The pairs of a target in a programme, the newest first. Index: sponsor_pair_by_person.
pub(crate) async fn of_person(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    person: Id,
) -> Result<Vec<PairLine>, StoreError> {
    db.all(
        &format!("{PAIR} AND p.programme_id = $3 AND p.person_id = $4 ORDER BY p.valid_from DESC, p.id DESC"),
        args![district, Instant::NEVER, programme, person],
    )
    .await
}

/// A pair. Index: primary key.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    id: Id,
) -> Result<Option<PairLine>, StoreError> {
    db.first(&format!("{PAIR} AND p.id = $3"), args![district, Instant::NEVER, id]).await
}

/// The condition that a pair `p` acts on the day `day`, by its own days and those of its promise `l` and its campaign.
pub(crate) fn acts_on(day: &str) -> String {
    format!(
        "p.valid_from <= {day} AND (p.valid_to IS NULL OR p.valid_to >= {day}) \
         AND l.starts_on <= {day} AND (l.ends_on IS NULL OR l.ends_on >= {day}) \
         AND NOT EXISTS (SELECT 1 FROM campaign k WHERE k.district_id = l.district_id AND k.id = l.campaign_id \
         AND k.ends_on < {day}) \
         AND NOT EXISTS (SELECT 1 FROM pledge_pause z WHERE z.district_id = l.district_id AND z.pledge_id = l.id \
         AND z.starts_on <= {day} AND (z.ends_on IS NULL OR z.ends_on >= {day}))"
    )
}

asuh_store::row_struct! {
    /// A sponsor with pairs.
    pub(super) struct SponsorLine {
        pub(super) sponsor_id: Id,
        pub(super) name: String,
        pub(super) targets: i64,
        pub(super) units: i64,
    }
}

/// Sponsors on a page.
pub(super) const SPONSORS: usize = 50;

/// The sponsors with pairs that act on a day, by name, one more than a page. Indexes: sponsor_pair_by_programme, primary
/// keys of pledge and pledge_pause.
pub(super) async fn sponsors(
    db: &impl Query,
    district: DistrictId,
    programme: Id,
    day: Date,
    after: Option<Id>,
) -> Result<Vec<SponsorLine>, StoreError> {
    let mut args = args![district, programme, day, Instant::NEVER];
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (v.name_search, v.sponsor_id) > (SELECT c.name_search, c.sponsor_id FROM sponsor_version c \
             WHERE c.district_id = $1 AND c.sponsor_id = {} AND c.superseded_at = $4)",
            args.push(id)
        ),
    };
    db.all(
        &format!(
            "SELECT p.sponsor_id, v.name, COUNT(DISTINCT p.person_id) AS targets, CAST(SUM(p.units) AS BIGINT) AS units \
             FROM sponsor_pair p JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             JOIN sponsor_version v ON v.district_id = p.district_id AND v.sponsor_id = p.sponsor_id \
             AND v.superseded_at + 0 = $4 WHERE p.district_id = $1 AND p.programme_id = $2 AND {}{after} \
             GROUP BY p.sponsor_id, v.name, v.name_search, v.sponsor_id ORDER BY v.name_search, v.sponsor_id LIMIT {}",
            acts_on("$3"),
            SPONSORS + 1
        ),
        args,
    )
    .await
}

asuh_store::row_struct! {
    /// A sponsor to whom a run gave somebody.
    pub(super) struct Addressee {
        pub(super) sponsor_id: Id,
        pub(super) name: String,
    }
}

/// The sponsors to whom a run gave somebody, by name, at most so many and one more, and how many they are in all.
/// Index: sponsor_pair_by_run.
pub(super) async fn addressees(
    db: &impl Query,
    district: DistrictId,
    run: Id,
    (after, most): (Option<Id>, usize),
) -> Result<(Vec<Addressee>, i64), StoreError> {
    let all =
        "SELECT COUNT(DISTINCT sponsor_id) AS n FROM sponsor_pair WHERE district_id = $1 AND run_id = $2";
    let total = db.number(all, args![district, run]).await?;
    let mut args = args![district, run, Instant::NEVER];
    let after = match after {
        None => String::new(),
        Some(id) => format!(
            " AND (v.name_search, v.sponsor_id) > (SELECT c.name_search, c.sponsor_id FROM sponsor_version c \
             WHERE c.district_id = $1 AND c.sponsor_id = {} AND c.superseded_at = $3)",
            args.push(id)
        ),
    };
    let lines = db
        .all(
            &format!(
                "SELECT v.sponsor_id, v.name FROM sponsor_version v WHERE v.district_id = $1 \
                 AND v.superseded_at + 0 = $3 AND v.sponsor_id IN (SELECT p.sponsor_id FROM sponsor_pair p \
                 WHERE p.district_id = $1 AND p.run_id = $2){after} ORDER BY v.name_search, v.sponsor_id LIMIT {}",
                most + 1
            ),
            args,
        )
        .await?;
    Ok((lines, total))
}

asuh_store::row_struct! {
    /// A child as its sponsor knows it: by its code name.
    pub(crate) struct OwnLine {
        pub(crate) sponsor_id: Id,
        pub(crate) programme_id: Id,
        pub(crate) campaign_id: Id,
        pub(crate) campaign: String,
        pub(crate) person_id: Id,
        pub(crate) code: Option<String>,
        pub(crate) sex: Option<String>,
        pub(crate) birth_date: Option<Date>,
        pub(crate) village_code: i64,
        pub(crate) units: i64,
        pub(crate) valid_from: Date,
        /// Whether the sponsor was approved as a visitor.
        pub(crate) visits: bool,
        pub(crate) relation: String,
        pub(crate) ended_reason: Option<String>,
    }
}

impl OwnLine {
    /// Completed months of a child; nothing for a mother.
    pub(crate) fn months(&self, today: Date) -> Option<u32> {
        let birth = self.birth_date.filter(|_| self.relation == "child")?;
        asuh_nusantara::age::completed_months(birth, today)
    }

    /// Whether name and address may be opened, as far as the pair decides: its sponsor is a visitor, and the target has
    /// neither left nor passed the age. The guardian's consent is asked apart.
    pub(crate) fn opens(&self, today: Date) -> bool {
        self.visits && self.ended_reason.is_none() && self.months(today).is_none_or(|months| months < 60)
    }
}

/// The pairs of a sponsor that act on a day, by code name. Indexes: as [`of_sponsors`].
///
/// # Errors
/// The store fails.
pub(crate) async fn of_sponsor(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    day: Date,
) -> Result<Vec<OwnLine>, StoreError> {
    of_sponsors(db, district, [sponsor], day).await
}

/// The pairs of sponsors that act on a day, by code name. Indexes: sponsor_pair_by_sponsor, primary keys,
/// person_version_current, family_version_current, visitor_once.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_sponsors(
    db: &impl Query,
    district: DistrictId,
    sponsors: impl IntoIterator<Item = Id>,
    day: Date,
) -> Result<Vec<OwnLine>, StoreError> {
    let mut args = args![district, day, Instant::NEVER];
    let sponsors = args.push_list(sponsors);
    db.all(
        &format!(
            "SELECT p.sponsor_id, p.programme_id, g.campaign_id, c.name AS campaign, m.person_id, t.code, m.sex, m.birth_date, \
             f.village_code, p.units, p.valid_from, \
             CAST(CASE WHEN w.id IS NULL THEN 0 ELSE 1 END AS BIGINT) AS visits, m.relation, m.ended_reason \
             FROM sponsor_pair p JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
             JOIN campaign c ON c.district_id = g.district_id AND c.id = g.campaign_id \
             JOIN person h ON h.district_id = p.district_id AND h.id = p.person_id \
             JOIN person_version m ON m.district_id = p.district_id \
             AND m.person_id = COALESCE(h.canonical_id, h.id) AND m.superseded_at + 0 = $3 \
             JOIN family_version f ON f.district_id = m.district_id AND f.family_id = m.family_id \
             AND f.superseded_at + 0 = $3 \
             LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
             LEFT JOIN visitor w ON w.district_id = p.district_id AND w.sponsor_id = p.sponsor_id \
             AND w.person_id = p.person_id AND w.ended_at IS NULL \
             WHERE p.district_id = $1 AND p.sponsor_id IN ({sponsors}) AND {} ORDER BY t.code, p.valid_from, p.id",
            acts_on("$2")
        ),
        args,
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, DAY, I, no_walks};

    #[db_test]
    async fn pairs_are_found_by_their_indexes(db: TestDatabase) {
        let db = Plans::of(&db).await;
        of_person(&db, D, I, I).await.expect("a plan");
        by_id(&db, D, I).await.expect("a plan");
        sponsors(&db, D, I, DAY, None).await.expect("a plan");
        sponsors(&db, D, I, DAY, Some(I)).await.expect("a plan");
        addressees(&db, D, I, (None, 50)).await.expect("a plan");
        addressees(&db, D, I, (Some(I), 50)).await.expect("a plan");
        of_sponsors(&db, D, [I, I], DAY).await.expect("a plan");
        no_walks(&db);
    }
}
