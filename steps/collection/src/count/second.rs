//! The second person of the cash count, on a device of his own: he counts without seeing the first count.

use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::reach::Reach;
use super::super::roll::command::touch;
use super::rules::MOST;

/// Who counted the cash together with the person who closes the roll (domain 8.1: cash is counted by two people).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Second {
    /// Nobody: there is no cash.
    None,
    /// A signed-in user who counted by himself ([`CountCash`]).
    Device(Id),
    /// Somebody who signs the printed count sheet.
    Paper {
        /// His name.
        name: String,
        /// Where the signed sheet is kept.
        kept: String,
    },
}

/// I counted the cash of an open roll. Said again it replaces what I said before, until the roll is closed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountCash {
    /// The roll.
    pub roll: Id,
    /// Rupiah.
    pub amount: i64,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CountCash {
    const KIND: &'static str = "collection.count_cash";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("roll", self.roll);
        touch(tx, self.roll, &self.reach).await?;
        if !(0..=MOST).contains(&self.amount) {
            return Err(Refusal::new("collection.refused.amount").field("uang").arg("most", MOST).into());
        }
        tx.execute(
            "INSERT INTO cash_count (district_id, roll_id, user_id, amount, counted_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (district_id, roll_id, user_id) DO UPDATE SET amount = excluded.amount, \
             counted_at = excluded.counted_at",
            args![tx.district(), self.roll, tx.actor(), self.amount, tx.now()],
        )
        .await?;
        Ok(())
    }
}

asuh_store::row_struct! {
    /// What somebody counted of a roll's cash on his own device.
    pub(crate) struct Counter {
        /// The user.
        pub(crate) user_id: Id,
        /// His name.
        pub(crate) name: String,
        /// Rupiah.
        pub(crate) amount: i64,
        /// When.
        pub(crate) counted_at: Instant,
    }
}

/// The SQL of [`counters`].
const COUNTERS: &str = "SELECT k.user_id, u.name, k.amount, k.counted_at FROM cash_count k \
    JOIN app_user u ON u.district_id = k.district_id AND u.id = k.user_id \
    WHERE k.district_id = $1 AND k.roll_id = $2 ORDER BY k.counted_at, k.user_id";

/// Who counted a roll's cash on a device of his own, the first first. Index: primary key of `cash_count`.
///
/// # Errors
/// The store fails.
pub(crate) async fn counters(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
) -> Result<Vec<Counter>, StoreError> {
    db.all(COUNTERS, args![district, roll]).await
}

/// The second person as a closed roll keeps him: name, user, where the paper is.
pub(super) struct Witness {
    pub(super) name: String,
    pub(super) user: Option<Id>,
    pub(super) kept: String,
}

asuh_store::row_struct! {
    struct Name { name: String }
}

/// The name of a user. Index: primary key of `app_user`.
///
/// # Errors
/// The store fails.
pub(in super::super) async fn name_of(
    db: &impl Query,
    district: DistrictId,
    user: Id,
) -> Result<String, StoreError> {
    let found: Option<Name> = db
        .first("SELECT name FROM app_user WHERE district_id = $1 AND id = $2", args![district, user])
        .await?;
    Ok(found.map(|found| found.name).unwrap_or_default())
}

/// Who counted with the caller. Where there is cash it is somebody else, and who counted on a device came to the same sum.
pub(super) async fn witness(tx: &Tx<'_>, roll: Id, second: &Second, cash: i64) -> Result<Witness, Fault> {
    let refuse = |code: &str, field: &str| -> Fault { Refusal::new(code).field(field).into() };
    match second {
        Second::None => Ok(Witness { name: String::new(), user: None, kept: String::new() }),
        Second::Device(user) => {
            if *user == tx.actor() {
                return Err(refuse("collection.refused.same_person", "kedua"));
            }
            let found = counters(tx, tx.district(), roll).await?;
            let Some(counter) = found.into_iter().find(|counter| counter.user_id == *user) else {
                return Err(refuse("collection.refused.second_gone", "kedua"));
            };
            if counter.amount != cash {
                return Err(refuse("collection.refused.second_differs", "kedua"));
            }
            Ok(Witness { name: counter.name, user: Some(*user), kept: String::new() })
        }
        Second::Paper { name, kept } => {
            let own = name_of(tx, tx.district(), tx.actor()).await?;
            if same_name(&own, name) {
                return Err(refuse("collection.refused.same_person", "saksi"));
            }
            Ok(Witness { name: name.trim().to_owned(), user: None, kept: kept.trim().to_owned() })
        }
    }
}

/// Whether two names are one: letters and digits alone count.
pub(in super::super) fn same_name(one: &str, other: &str) -> bool {
    let plain = |name: &str| -> String {
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    !plain(one).is_empty() && plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{TestDatabase, db_test};
    use asuh_store::{DistrictId, Engine, Id, args};

    use super::{COUNTERS, same_name};

    #[db_test]
    async fn counters_are_found_by_their_roll(db: TestDatabase) {
        let store = db.open().await;
        let plan = store.reader().plan(COUNTERS, args![DistrictId(1), Id::SYSTEM]).await.expect("a plan");
        if store.engine() == Engine::Sqlite {
            assert!(plan.contains("SEARCH k USING") && plan.contains("roll_id=?"), "{plan}");
        }
    }

    #[test]
    fn a_name_is_the_same_however_it_is_written() {
        assert!(same_name("Rina Wati, S.E.", "rina  wati SE"));
        assert!(!same_name("Rina", "Rini"));
        assert!(!same_name("", ""));
    }
}
