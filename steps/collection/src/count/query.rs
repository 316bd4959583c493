//! Reading what a roll adds up to, and what was counted.

use std::collections::BTreeSet;

use asuh_store::{DistrictId, Id, Query, StoreError, args};

use asuh_ground::web::Text;

asuh_store::row_struct! {
    /// What the lines of a roll add up to, of one commodity.
    pub(crate) struct Sum {
        /// The commodity.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// 'goods' or 'cash'.
        pub(crate) kind: String,
        /// Estimated grams of one unit.
        pub(crate) grams_per_unit: Option<i64>,
        /// Days after which it should be eaten.
        pub(crate) keeps_days: Option<i64>,
        /// Promised for the day.
        pub(crate) expected: i64,
        /// Came, damaged goods included.
        pub(crate) ticked: i64,
        /// Damaged.
        pub(crate) damaged: i64,
    }
}

impl Sum {
    /// Whether it is money.
    pub(crate) fn is_cash(&self) -> bool {
        self.kind == "cash"
    }

    /// Whether weighing says more than counting.
    pub(crate) fn is_weighed(&self) -> bool {
        self.grams_per_unit.is_some()
    }
}

/// What a roll adds up to: every commodity of its campaign's basket and of its lines, and what was found on the table.
/// Index: primary keys of `campaign_item`, `contribution_item` and `roll_found`.
///
/// # Errors
/// The store fails.
pub(crate) async fn sums(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
    campaign: Id,
) -> Result<Vec<Sum>, StoreError> {
    db.all(
        "SELECT m.code AS commodity, m.name, m.unit, m.kind, m.grams_per_unit, m.keeps_days, \
         CAST(SUM(t.expected) AS BIGINT) AS expected, CAST(SUM(t.brought) AS BIGINT) AS ticked, \
         CAST(SUM(t.damaged) AS BIGINT) AS damaged FROM commodity m JOIN ( \
          SELECT commodity, expected, brought, damaged FROM contribution_item \
          WHERE district_id = $1 AND roll_id = $2 \
          UNION ALL SELECT commodity, 0, 0, 0 FROM campaign_item WHERE district_id = $1 AND campaign_id = $3 \
          UNION ALL SELECT commodity, 0, 0, 0 FROM roll_found WHERE district_id = $1 AND roll_id = $2 \
         ) t ON t.commodity = m.code WHERE m.district_id = $1 \
         GROUP BY m.code, m.name, m.unit, m.kind, m.grams_per_unit, m.keeps_days, m.nth ORDER BY m.nth, m.code",
        args![district, roll, campaign],
    )
    .await
}

asuh_store::row_struct! {
    /// What was counted of one commodity when the roll was closed.
    pub(crate) struct CountLine {
        /// The commodity.
        pub(crate) commodity: String,
        /// Its name.
        pub(crate) name: String,
        /// Its unit.
        pub(crate) unit: String,
        /// 'goods' or 'cash'.
        pub(crate) kind: String,
        /// Estimated grams of one unit.
        pub(crate) grams_per_unit: Option<i64>,
        /// What the lines said.
        pub(crate) ticked: i64,
        /// What was there.
        pub(crate) counted: i64,
        /// Damaged.
        pub(crate) damaged: i64,
        /// Left the post since: thrown away or given back.
        pub(crate) gone: i64,
        /// Weighed.
        pub(crate) weighed_g: Option<i64>,
        /// Why it differs.
        pub(crate) difference_reason: String,
        /// The lot of the goods.
        pub(crate) lot_id: Option<Id>,
    }
}

impl CountLine {
    /// What is handed on: without what is damaged, or left the post since.
    pub(crate) fn good(&self) -> i64 {
        self.counted - self.damaged - self.gone
    }

    /// "± 10 kg" where it was not weighed but an estimate is known; else "–".
    pub(crate) fn estimate(&self, text: Text) -> String {
        match self.grams_per_unit {
            Some(grams) if self.good() > 0 => {
                format!("± {}", text.quantity("gram", self.good().saturating_mul(grams)))
            }
            _ => "–".to_owned(),
        }
    }
}

/// The count of a closed roll. Index: primary key of `count_item`, `post_loss_by_roll`.
///
/// # Errors
/// The store fails.
pub(crate) async fn of_roll(
    db: &impl Query,
    district: DistrictId,
    roll: Id,
) -> Result<Vec<CountLine>, StoreError> {
    db.all(
        "SELECT n.commodity, m.name, m.unit, m.kind, m.grams_per_unit, n.ticked, n.counted, n.damaged, \
         (SELECT CAST(COALESCE(SUM(p.amount), 0) AS BIGINT) FROM post_loss p WHERE p.district_id = n.district_id \
         AND p.roll_id = n.roll_id AND p.commodity = n.commodity AND p.state = 'approved') AS gone, n.weighed_g, n.difference_reason, n.lot_id FROM count_item n \
         JOIN commodity m ON m.district_id = n.district_id AND m.code = n.commodity \
         WHERE n.district_id = $1 AND n.roll_id = $2 ORDER BY m.nth, m.code",
        args![district, roll],
    )
    .await
}

asuh_store::row_struct! {
    struct Gap { roll_id: Id, commodity: String }
}

/// Rolls whose count is not what the ledger holds as collected for them, in words: for `asuh check`.
/// Index: `transfer_by_cause`.
///
/// # Errors
/// The store fails.
pub(crate) async fn gaps(db: &impl Query, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let rows: Vec<Gap> = db
        .all(
            "SELECT n.roll_id, n.commodity FROM count_item n WHERE n.district_id = $1 AND n.counted <> ( \
             SELECT CAST(COALESCE(SUM(l.amount), 0) AS BIGINT) FROM transfer t \
             JOIN transfer_line l ON l.district_id = t.district_id AND l.transfer_id = t.id \
             JOIN account a ON a.district_id = l.district_id AND a.id = l.to_account \
             WHERE t.district_id = n.district_id AND t.cause_id = n.roll_id AND t.kind = 'collected' \
             AND a.commodity = n.commodity)",
            args![district],
        )
        .await?;
    let found: BTreeSet<String> = rows
        .into_iter()
        .map(|row| {
            format!("roll {}: the books do not hold what was counted of {}", row.roll_id, row.commodity)
        })
        .collect();
    Ok(found.into_iter().collect())
}
