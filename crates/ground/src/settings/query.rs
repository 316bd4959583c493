//! Who changed which setting when, and what is still missing in a new district.

use asuh_store::{Args, DistrictId, Instant, Query, Store, StoreError, args};

use super::command::{PutSettings, subject};
use super::table::Group;

/// A change of settings, as the audit trail tells it.
#[derive(Debug, Clone)]
pub(super) struct Change {
    /// When.
    pub at: Instant,
    /// Name of the user, or empty for the program itself.
    pub who: String,
    /// The names of the settings that changed, with the new value where it is still kept.
    pub changed: Vec<(String, Option<String>)>,
}

/// The latest changes of these groups, newest first. Index: `command_log_by_subject`.
///
/// # Errors
/// The store fails, or an entry cannot be opened.
pub(super) async fn changes(
    store: &Store,
    district: DistrictId,
    groups: &[Group],
    most: i64,
) -> Result<Vec<Change>, StoreError> {
    asuh_store::row_struct! {
        struct Row { recorded_at: Instant, who: Option<String>, receipt: String, body_sealed: Option<Vec<u8>> }
    }
    let mut args = Args::new().with(district);
    let subjects = args.push_list(groups.iter().map(|group| subject(*group)));
    let most = args.push(most);
    let rows: Vec<Row> = store
        .reader()
        .all(
            &format!(
                "SELECT l.recorded_at, u.name AS who, l.receipt, l.body_sealed FROM command_log l \
                 LEFT JOIN app_user u ON u.district_id = l.district_id AND u.id = l.actor_id \
                 WHERE l.district_id = $1 AND l.subject_id IN ({subjects}) \
                 ORDER BY l.recorded_at DESC, l.id DESC LIMIT {most}"
            ),
            args,
        )
        .await?;
    let mut changes = Vec::new();
    for row in rows {
        let names: Vec<String> = serde_json::from_str(&row.receipt).unwrap_or_default();
        if names.is_empty() {
            continue;
        }
        let sent: Option<PutSettings> = match &row.body_sealed {
            Some(sealed) => serde_json::from_str(&store.secrets().open_text(district, sealed)?).ok(),
            None => None,
        };
        let changed = names
            .into_iter()
            .map(|name| {
                let value = sent.as_ref().and_then(|sent| sent.values.get(&name).cloned());
                (name, value)
            })
            .collect();
        changes.push(Change { at: row.recorded_at, who: row.who.unwrap_or_default(), changed });
    }
    Ok(changes)
}

/// What a new district needs before its first Monday, as found in the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The letterhead names an office.
    pub letterhead: bool,
    /// Somebody signs.
    pub signatories: bool,
    /// There are offices with units.
    pub offices: bool,
    /// Somebody holds cash.
    pub fund_holder: bool,
    /// There is a place for goods.
    pub warehouse: bool,
    /// Goods have a price.
    pub prices: bool,
    /// A campaign runs.
    pub campaign: bool,
}

/// How far the setting-up of a district is. Indexes: primary keys, `institution_by_name` (district).
///
/// # Errors
/// The store fails.
pub async fn progress(db: &impl Query, district: DistrictId) -> Result<Progress, StoreError> {
    asuh_store::row_struct! {
        struct Row {
            letterhead: i64, signatories: i64, offices: i64, fund_holder: i64, warehouse: i64, prices: i64,
            campaign: i64,
        }
    }
    let has = |of: &str| format!("(SELECT COUNT(*) FROM (SELECT 1 AS x FROM {of} LIMIT 1) one)");
    let setting = |name: &str| {
        has(&format!("setting WHERE district_id = $1 AND name = '{name}' AND value NOT IN ('', '[]')"))
    };
    let institution = |kinds: &str| {
        has(&format!("institution WHERE district_id = $1 AND kind IN ({kinds}) AND valid_to IS NULL"))
    };
    let sql = format!(
        "SELECT {} AS letterhead, {} AS signatories, {} AS offices, {} AS fund_holder, {} AS warehouse, \
         {} AS prices, {} AS campaign",
        setting("letterhead.office"),
        setting("signatories"),
        institution("'unit', 'school', 'puskesmas'"),
        institution("'fund_holder'"),
        institution("'warehouse'"),
        setting("prices"),
        has("campaign WHERE district_id = $1"),
    );
    let row: Option<Row> = db.first(&sql, args![district]).await?;
    let row = row.ok_or_else(|| StoreError::Shape("no answer about the set-up".into()))?;
    Ok(Progress {
        letterhead: row.letterhead > 0,
        signatories: row.signatories > 0,
        offices: row.offices > 0,
        fund_holder: row.fund_holder > 0,
        warehouse: row.warehouse > 0,
        prices: row.prices > 0,
        campaign: row.campaign > 0,
    })
}
