//! Reading accounts.

use asuh_store::{Args, DistrictId, Id, Query, StoreError, args};

use super::super::reach::Reach;
use super::rules::masked;

asuh_store::row_struct! {
    /// An account, with its holder's name.
    pub(crate) struct Account {
        /// Key.
        pub(crate) id: Id,
        /// The institution that holds the money.
        pub(crate) fund_holder_id: Id,
        /// Its name.
        pub(crate) fund_holder: String,
        /// The fund.
        pub(crate) fund: String,
        /// The bank.
        pub(crate) bank: String,
        /// The whole number, sealed.
        pub(crate) number_sealed: Vec<u8>,
        /// Its last digits.
        pub(crate) number_end: String,
        /// The name on the account.
        pub(crate) holder_name: String,
        /// The payment code; may be empty.
        pub(crate) qris: String,
        /// First day.
        pub(crate) since: time::Date,
        /// Last day.
        pub(crate) until: Option<time::Date>,
    }
}

impl Account {
    /// "BRI •••• 4321"
    pub(crate) fn label(&self) -> String {
        format!("{} {}", self.bank, masked(&self.number_end))
    }
}

const FROM: &str = "SELECT a.id, a.fund_holder_id, i.name AS fund_holder, a.fund, a.bank, a.number_sealed, a.number_end, \
                    a.holder_name, a.qris, a.since, a.until FROM fund_account a \
                    JOIN institution i ON i.district_id = a.district_id AND i.id = a.fund_holder_id \
                    WHERE a.district_id = $1";

/// The accounts of the reached holders: a handful. Index: `fund_account_by_holder`.
///
/// # Errors
/// The store fails.
pub(crate) async fn all(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
) -> Result<Vec<Account>, StoreError> {
    let mut args = Args::new().with(district);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    db.all(&format!("{FROM} AND {reached} ORDER BY i.name_search, a.fund, a.since, a.id"), args).await
}

/// An account of a reached holder. Index: primary key.
///
/// # Errors
/// The store fails.
pub(crate) async fn by_id(
    db: &impl Query,
    district: DistrictId,
    reach: &Reach,
    id: Id,
) -> Result<Option<Account>, StoreError> {
    let mut args = Args::new().with(district).with(id);
    let reached = reach.condition("a.fund_holder_id", &mut args);
    db.first(&format!("{FROM} AND a.id = $2 AND {reached}"), args).await
}

/// The account in which a holder keeps a fund on a day; the newest of several. Index: `fund_account_by_holder`.
///
/// # Errors
/// The store fails.
pub(crate) async fn in_use(
    db: &impl Query,
    district: DistrictId,
    (holder, fund): (Id, &str),
    day: time::Date,
) -> Result<Option<Account>, StoreError> {
    let sql = format!(
        "{FROM} AND a.fund_holder_id = $2 AND a.fund = $3 AND a.since <= $4 \
         AND (a.until IS NULL OR a.until >= $4) ORDER BY a.since DESC, a.id DESC LIMIT 1"
    );
    db.first(&sql, args![district, holder, fund, day]).await
}

asuh_store::row_struct! {
    /// A place to choose.
    pub(crate) struct Holder {
        /// Key.
        pub(crate) id: Id,
        /// Name.
        pub(crate) name: String,
    }
}

/// The fund holders of a district: a handful. Index: `institution_by_name`.
///
/// # Errors
/// The store fails.
pub(crate) async fn holders(db: &impl Query, district: DistrictId) -> Result<Vec<Holder>, StoreError> {
    db.all(
        "SELECT id, name FROM institution WHERE district_id = $1 AND kind = 'fund_holder' AND valid_to IS NULL \
         ORDER BY name_search, id",
        args![district],
    )
    .await
}

/// Who confirms the money of a holder: the names of its treasurers. Index: `grant_unit_by_unit`, primary keys.
///
/// # Errors
/// The store fails.
pub(crate) async fn treasurers(
    db: &impl Query,
    district: DistrictId,
    holder: Id,
) -> Result<Vec<String>, StoreError> {
    let rows: Vec<(String,)> = db
        .all(
            "SELECT DISTINCT u.name FROM user_grant g \
             JOIN grant_unit p ON p.district_id = g.district_id AND p.grant_id = g.id \
             JOIN app_user u ON u.district_id = g.district_id AND u.id = g.user_id \
             WHERE g.district_id = $1 AND p.institution_id = $2 AND g.role = 'treasurer' AND g.revoked_at IS NULL \
             AND u.disabled_at IS NULL ORDER BY u.name",
            args![district, holder],
        )
        .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}
