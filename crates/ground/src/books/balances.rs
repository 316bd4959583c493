//! Reading balances, and the commodities that are counted.

use asuh_ledger::{AccountKind, Commodity, Fund};
use asuh_store::{Args, DistrictId, Id, Query, StoreError, Tx, args};

use super::{Holding, account_id};

asuh_store::row_struct! {
    /// A commodity that the district counts.
    pub struct CommodityLine {
        /// Its code: `egg`, `rice`, `rice_can`, `cash`.
        pub code: String,
        /// Its name on the screen.
        pub name: String,
        /// The word for its smallest unit: 'butir', 'gram', 'kaleng', 'rupiah'.
        pub unit: String,
        /// 'goods' or 'cash'.
        pub kind: String,
        /// Estimated grams of one unit; shown as an estimate only.
        pub grams_per_unit: Option<i64>,
        /// Days after which it should be eaten.
        pub keeps_days: Option<i64>,
        /// Place in lists.
        pub nth: i64,
    }
}

/// The commodities of the district, in order. Index: primary key.
///
/// # Errors
/// The store fails.
pub async fn commodities(db: &impl Query, district: DistrictId) -> Result<Vec<CommodityLine>, StoreError> {
    db.all(
        "SELECT code, name, unit, kind, grams_per_unit, keeps_days, nth FROM commodity WHERE district_id = $1 \
         ORDER BY nth, code",
        args![district],
    )
    .await
}

/// Adds or changes a commodity, within a command.
///
/// # Errors
/// The store fails.
pub async fn define_commodity(tx: &Tx<'_>, line: &CommodityLine) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO commodity (district_id, code, name, unit, kind, grams_per_unit, keeps_days, nth) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (district_id, code) DO UPDATE SET name = excluded.name, \
         grams_per_unit = excluded.grams_per_unit, keeps_days = excluded.keeps_days, nth = excluded.nth",
        args![
            tx.district(),
            &line.code,
            &line.name,
            &line.unit,
            &line.kind,
            line.grams_per_unit,
            line.keeps_days,
            line.nth
        ],
    )
    .await?;
    Ok(())
}

/// What one account holds; 0 when it was never used.
///
/// # Errors
/// The store fails.
pub async fn balance(db: &impl Query, district: DistrictId, holding: &Holding) -> Result<i64, StoreError> {
    let id = Id::from_bytes(*account_id(district, holding).as_bytes());
    db.number(
        "SELECT amount AS n FROM balance WHERE district_id = $1 AND account_id = $2",
        args![district, id],
    )
    .await
}

asuh_store::row_struct! {
    /// What a place holds of one commodity of one fund.
    pub struct Balance {
        /// Kind of account.
        pub kind: String,
        /// The institution, family or hand-over.
        pub place_id: Id,
        /// Fund.
        pub fund: String,
        /// Commodity code.
        pub commodity: String,
        /// Amount in its smallest unit.
        pub amount: i64,
    }
}

/// What the places of these kinds hold, without empty accounts. Index: unique key of `account`.
///
/// # Errors
/// The store fails.
pub async fn balances(
    db: &impl Query,
    district: DistrictId,
    kinds: &[AccountKind],
) -> Result<Vec<Balance>, StoreError> {
    let mut args = Args::new().with(district);
    let kinds = args.push_list(kinds.iter().map(|kind| kind.code()));
    db.all(
        &format!(
            "SELECT a.kind, a.place_id, a.fund, a.commodity, b.amount FROM account a \
             JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
             WHERE a.district_id = $1 AND a.kind IN ({kinds}) AND b.amount <> 0 \
             ORDER BY a.kind, a.place_id, a.fund, a.commodity"
        ),
        args,
    )
    .await
}

/// What one place holds of each commodity of a fund: (commodity, amount).
///
/// # Errors
/// The store fails.
pub async fn place_balances(
    db: &impl Query,
    district: DistrictId,
    kind: AccountKind,
    place: Id,
    fund: Fund,
) -> Result<Vec<(Commodity, i64)>, StoreError> {
    let rows: Vec<Balance> = db
        .all(
            "SELECT a.kind, a.place_id, a.fund, a.commodity, b.amount FROM account a \
             JOIN balance b ON b.district_id = a.district_id AND b.account_id = a.id \
             WHERE a.district_id = $1 AND a.kind = $2 AND a.place_id = $3 AND a.fund = $4 AND b.amount <> 0 \
             ORDER BY a.commodity",
            args![district, kind.code(), place, fund.as_str()],
        )
        .await?;
    rows.into_iter()
        .map(|row| {
            let commodity = row.commodity.parse().map_err(|_| StoreError::Shape(row.commodity.clone()))?;
            Ok((commodity, row.amount))
        })
        .collect()
}
