//! Reading what left the posts.

use asuh_store::{Args, DistrictId, Id, Instant, Query, StoreError, args};

use super::super::reach::Reach;
use asuh_ground::web::Text;

asuh_store::row_struct! {
    /// Goods of a roll that are not handed on, or of which it is asked.
    pub(crate) struct Loss {
        /// Key.
        pub(crate) id: Id,
        /// Its number.
        pub(crate) number: String,
        /// The roll.
        pub(crate) roll_id: Id,
        /// The unit.
        pub(crate) unit: String,
        /// The day of the roll.
        pub(crate) held_on: time::Date,
        /// The commodity's name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) measure: String,
        /// How much.
        pub(crate) amount: i64,
        /// 'written_off', 'given_back'.
        pub(crate) kind: String,
        /// What happened.
        pub(crate) reason: String,
        /// 'requested', 'approved', 'refused'.
        pub(crate) state: String,
        /// When it was asked.
        pub(crate) requested_at: Instant,
        /// Who asked.
        pub(crate) requested_by: Id,
        /// His name.
        pub(crate) requester: Option<String>,
        /// Who decided.
        pub(crate) decider: Option<String>,
        /// A word to it.
        pub(crate) decision_note: String,
    }
}

impl Loss {
    /// "2 butir Telur rusak: jatuh saat disusun. Disetujui Joko."
    pub(crate) fn words(&self, text: &Text) -> String {
        let amount = format!("{} {}", text.quantity(&self.measure, self.amount), self.name.to_lowercase());
        let what = text.t2(
            &format!("collection.loss.{}_words", self.kind),
            "amount",
            amount,
            "reason",
            &self.reason,
        );
        let state = text.t(&format!("collection.loss.{}", self.state));
        let decider = self.decider.as_deref().unwrap_or_default();
        [what.as_str(), &state, decider, &self.decision_note].join(" ").trim_end().to_owned()
    }
}

const FROM: &str = "SELECT p.id, p.number, p.roll_id, i.name AS unit, d.held_on, m.name, m.unit AS measure, p.amount, \
    p.kind, p.reason, p.state, p.requested_at, p.requested_by, ru.name AS requester, du.name AS decider, \
    p.decision_note FROM post_loss p \
    JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
    JOIN drive d ON d.district_id = r.district_id AND d.id = r.drive_id \
    JOIN institution i ON i.district_id = r.district_id AND i.id = r.unit_id \
    JOIN commodity m ON m.district_id = p.district_id AND m.code = p.commodity \
    LEFT JOIN app_user ru ON ru.district_id = p.district_id AND ru.id = p.requested_by \
    LEFT JOIN app_user du ON du.district_id = p.district_id AND du.id = p.decided_by \
    WHERE p.district_id = $1";

/// The SQL of [`of_roll`].
fn of_roll_sql() -> String {
    format!("{FROM} AND p.roll_id = $2 ORDER BY p.id")
}

/// What left a roll's post, or is asked to. Whoever calls this has asked whether the caller may read the roll. Index:
/// `post_loss_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_roll(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
) -> Result<Vec<Loss>, StoreError> {
    db.all(&of_roll_sql(), args![district, roll]).await
}

/// The newest requests within reach, a page of them, before a place in the list. Index: primary key (ids grow with time); of
/// a few units `roll_by_unit` and `post_loss_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn newest(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<Loss>, StoreError> {
    let (sql, args) = newest_sql(district, reach, before, limit);
    db.all(&sql, args).await
}

/// The SQL of [`newest`].
fn newest_sql(district: DistrictId, reach: &Reach, before: Option<Id>, limit: i64) -> (String, Args) {
    let mut args = Args::new().with(district);
    let reached = reach.condition("r.unit_id", &mut args);
    let page = before.map(|id| format!("AND p.id < {}", args.push(id))).unwrap_or_default();
    let limit = args.push(limit);
    (format!("{FROM} AND {reached} {page} ORDER BY p.id DESC LIMIT {limit}"), args)
}

/// How many requests within reach wait for somebody other than `user`. Index: `post_loss_by_state`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    user: Id,
) -> Result<i64, StoreError> {
    let (sql, args) = waiting_sql(district, reach, user);
    db.number(&sql, args).await
}

/// The SQL of [`waiting`].
fn waiting_sql(district: DistrictId, reach: &Reach, user: Id) -> (String, Args) {
    let mut args = Args::new().with(district).with(user);
    let reached = reach.condition("r.unit_id", &mut args);
    let sql = format!(
        "SELECT COUNT(*) AS n FROM post_loss p JOIN roll r ON r.district_id = p.district_id AND r.id = p.roll_id \
         WHERE p.district_id = $1 AND p.state = 'requested' AND p.requested_by <> $2 AND {reached}"
    );
    (sql, args)
}

/// Whether a request of a roll waits. Index: `post_loss_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn waits(db: &impl Query, district: DistrictId, roll: Id) -> Result<bool, StoreError> {
    let waiting = db
        .number(
            "SELECT COUNT(*) AS n FROM post_loss WHERE district_id = $1 AND roll_id = $2 AND state = 'requested'",
            args![district, roll],
        )
        .await?;
    Ok(waiting > 0)
}

/// How much of a roll's commodity is asked for and not decided. Index: `post_loss_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn asked(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
    commodity: &str,
) -> Result<i64, StoreError> {
    db.number(
        "SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) AS n FROM post_loss WHERE district_id = $1 AND roll_id = $2 \
         AND commodity = $3 AND state = 'requested'",
        args![district, roll, commodity],
    )
    .await
}

#[cfg(test)]
mod tests {
    use asuh_store::Engine;
    use asuh_store::testing::{TestDatabase, db_test};

    use super::*;

    #[db_test]
    async fn losses_are_found_by_roll_state_and_age(db: TestDatabase) {
        let store = db.open().await;
        let (district, reach) = (DistrictId(1), Reach::everywhere());
        let of_roll = (of_roll_sql(), args![district, Id::SYSTEM]);
        let newest = newest_sql(district, &reach, Some(Id::SYSTEM), 50);
        let waiting = waiting_sql(district, &reach, Id::SYSTEM);
        for ((sql, args), index) in [
            (of_roll, "post_loss_by_roll"),
            (newest, "sqlite_autoindex_post_loss_1"),
            (waiting, "post_loss_by_state"),
        ] {
            let plan = store.reader().plan(&sql, args).await.expect("a plan");
            // PostgreSQL counts its rows by itself and may read small tables from end to end.
            if store.engine() == Engine::Sqlite {
                assert!(plan.contains(index) && !plan.contains("SCAN p"), "{index}: {plan}");
            }
        }
    }
}
