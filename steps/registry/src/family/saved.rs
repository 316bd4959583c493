//! Saved filters: what somebody chose of the list of families, under a name, for himself or for everybody of the
//! district. Codes and ids only: the name of a family never becomes one.

use asuh_nusantara::{TerritoryCode, name};
use asuh_store::{Command, DistrictId, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::list::Selection;
use crate::risk::RiskFilter;
use crate::rules::{FamilyStatus, Target};

/// Filters that a user may keep.
pub(crate) const MOST: i64 = 30;
/// Letters of a name at most.
pub(crate) const NAME: usize = 60;
/// Filters of others that are shown.
const SHARED: usize = 100;
/// Removed filters that their owner may still bring back.
const REMOVED: usize = 5;

asuh_store::row_struct! {
    /// A saved filter.
    pub(crate) struct SavedFilter {
        pub(crate) id: Id,
        pub(crate) name: String,
        territory_code: Option<i64>,
        status: String,
        target: String,
        risk: String,
        list_id: Option<Id>,
        pub(crate) shared: bool,
        pub(crate) owner_id: Id,
        /// The name of who keeps it.
        pub(crate) owner: Option<String>,
    }
}

const COLUMNS: &str = "s.id, s.name, s.territory_code, s.status, s.target, s.risk, s.list_id, s.shared, s.owner_id, \
     u.name AS owner FROM saved_filter s \
     LEFT JOIN app_user u ON u.district_id = s.district_id AND u.id = s.owner_id";

impl SavedFilter {
    /// What it chooses.
    pub(crate) fn selection(&self) -> Selection {
        Selection {
            within: self.territory_code.and_then(|code| TerritoryCode::from_i64(code).ok()),
            status: FamilyStatus::parse(&self.status),
            target: Target::parse(&self.target),
            list: self.list_id,
            risk: RiskFilter::parse(&self.risk),
            after: None,
        }
    }
}

/// A user's own filters, then those that others share, each by name. Indexes: saved_filter_by_owner,
/// saved_filter_shared.
pub(crate) async fn seen(
    db: &impl Query,
    district: DistrictId,
    user: Id,
) -> Result<Vec<SavedFilter>, StoreError> {
    let own = format!(
        "SELECT {COLUMNS} WHERE s.district_id = $1 AND s.owner_id = $2 AND s.removed_at IS NULL \
         ORDER BY s.name_search, s.id"
    );
    let shared = format!(
        "SELECT {COLUMNS} WHERE s.district_id = $1 AND s.shared = 1 AND s.removed_at IS NULL AND s.owner_id <> $2 \
         ORDER BY s.name_search, s.id LIMIT {SHARED}"
    );
    let mut found: Vec<SavedFilter> = db.all(&own, args![district, user]).await?;
    found.extend(db.all::<SavedFilter>(&shared, args![district, user]).await?);
    Ok(found)
}

/// What a user has removed and may bring back, the last first. Index: saved_filter_by_owner.
pub(crate) async fn removed(
    db: &impl Query,
    district: DistrictId,
    user: Id,
) -> Result<Vec<SavedFilter>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE s.district_id = $1 AND s.owner_id = $2 AND s.removed_at IS NOT NULL \
         ORDER BY s.removed_at DESC, s.id DESC LIMIT {REMOVED}"
    );
    db.all(&sql, args![district, user]).await
}

/// A user's own filter. Index: primary key.
pub(crate) async fn own(
    db: &impl Query,
    district: DistrictId,
    user: Id,
    id: Id,
) -> Result<Option<SavedFilter>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} WHERE s.district_id = $1 AND s.id = $2 AND s.owner_id = $3 AND s.removed_at IS NULL"
    );
    db.first(&sql, args![district, id, user]).await
}

/// What is chosen, in codes; what is empty chooses nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chosen {
    /// Inside this territory.
    territory: Option<i64>,
    /// With this status.
    status: String,
    /// With a member who is this target.
    target: String,
    /// At risk by our computation, or differing from BKKBN's flag.
    risk: String,
    /// On this frozen list.
    list: Option<Id>,
}

impl Chosen {
    /// As a selection says it.
    pub(crate) fn of(selection: &Selection) -> Chosen {
        Chosen {
            territory: selection.within.map(TerritoryCode::as_i64),
            status: selection.status.map_or("", FamilyStatus::code).to_owned(),
            target: selection.target.map_or("", Target::code).to_owned(),
            risk: selection.risk.map_or("", RiskFilter::code).to_owned(),
            list: selection.list,
        }
    }
}

/// The name as it is kept.
fn named(typed: &str) -> Result<String, Refusal> {
    let name = name::tidy(typed);
    match name.chars().count() {
        0 => Err(Refusal::new("web.error.required").field("nama")),
        1..=NAME => Ok(name),
        _ => Err(Refusal::new("web.error.too_long").field("nama").arg("most", NAME)),
    }
}

/// Refuses a name that the user has given to another filter of his. Index: saved_filter_by_owner.
async fn free(tx: &Tx<'_>, name: &str, but: Option<Id>) -> Result<(), Fault> {
    let same: Option<(Id,)> = tx
        .first(
            "SELECT id FROM saved_filter WHERE district_id = $1 AND owner_id = $2 AND name_search = $3 \
             AND removed_at IS NULL",
            args![tx.district(), tx.actor(), name::search_key(name)],
        )
        .await?;
    match same {
        Some((id,)) if Some(id) != but => {
            Err(Refusal::new("registry.saved.refused.name_taken").field("nama").into())
        }
        _ => Ok(()),
    }
}

/// Refuses one more than a user may keep. His filters are taken hold of first: of two that he saves at the same moment
/// the later counts the earlier. Index: saved_filter_by_owner.
async fn room(tx: &Tx<'_>) -> Result<(), Fault> {
    tx.execute(
        "UPDATE saved_filter SET shared = shared WHERE district_id = $1 AND owner_id = $2 AND removed_at IS NULL",
        args![tx.district(), tx.actor()],
    )
    .await?;
    let kept = tx
        .number(
            "SELECT COUNT(*) AS n FROM saved_filter WHERE district_id = $1 AND owner_id = $2 AND removed_at IS NULL",
            args![tx.district(), tx.actor()],
        )
        .await?;
    if kept >= MOST {
        return Err(Refusal::new("registry.saved.refused.full").arg("most", MOST).into());
    }
    Ok(())
}

/// Keeps what is chosen under a name; its id.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SaveFilter {
    /// At most 60 letters, none of the user's other filters.
    pub(crate) name: String,
    /// What is chosen.
    pub(crate) chosen: Chosen,
    /// For everybody of the district; only of one who may share.
    pub(crate) shared: bool,
}

impl Command for SaveFilter {
    const KIND: &'static str = "registry.save_filter";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if self.chosen == Chosen::default() {
            return Err(Refusal::new("registry.saved.refused.nothing").into());
        }
        let name = named(&self.name)?;
        room(tx).await?;
        free(tx, &name, None).await?;
        let id = tx.new_id();
        tx.subject("saved_filter", id);
        tx.execute(
            "INSERT INTO saved_filter (district_id, id, owner_id, name, name_search, territory_code, status, target, \
             risk, list_id, shared, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                tx.district(),
                id,
                tx.actor(),
                &name,
                name::search_key(&name),
                self.chosen.territory,
                &self.chosen.status,
                &self.chosen.target,
                &self.chosen.risk,
                self.chosen.list,
                self.shared,
                tx.now(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Gives one's own filter another name, and shares it or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PutFilter {
    /// The filter.
    pub(crate) filter: Id,
    /// At most 60 letters, none of the user's other filters.
    pub(crate) name: String,
    /// For everybody of the district; only of one who may share.
    pub(crate) shared: bool,
}

impl Command for PutFilter {
    const KIND: &'static str = "registry.put_filter";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("saved_filter", self.filter);
        let name = named(&self.name)?;
        free(tx, &name, Some(self.filter)).await?;
        let put = tx
            .execute(
                "UPDATE saved_filter SET name = $4, name_search = $5, shared = $6 WHERE district_id = $1 AND id = $2 \
                 AND owner_id = $3 AND removed_at IS NULL",
                args![
                    tx.district(),
                    self.filter,
                    tx.actor(),
                    &name,
                    name::search_key(&name),
                    self.shared
                ],
            )
            .await?;
        found(put)
    }
}

/// Removes one's own filter, or brings it back as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RemoveFilter {
    /// The filter.
    pub(crate) filter: Id,
    /// It comes back.
    pub(crate) back: bool,
}

impl Command for RemoveFilter {
    const KIND: &'static str = "registry.remove_filter";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("saved_filter", self.filter);
        if self.back {
            let name: Option<(String,)> = tx
                .first(
                    "SELECT name FROM saved_filter WHERE district_id = $1 AND id = $2 AND owner_id = $3",
                    args![tx.district(), self.filter, tx.actor()],
                )
                .await?;
            room(tx).await?;
            free(tx, &name.ok_or_else(Refusal::not_found)?.0, Some(self.filter)).await?;
        }
        let is_there = if self.back { "IS NOT NULL" } else { "IS NULL" };
        let removed_at = (!self.back).then(|| tx.now());
        let sql = format!(
            "UPDATE saved_filter SET removed_at = $4 WHERE district_id = $1 AND id = $2 AND owner_id = $3 \
             AND removed_at {is_there}"
        );
        let done = tx.execute(&sql, args![tx.district(), self.filter, tx.actor(), removed_at]).await?;
        found(done)
    }
}

/// Shares a filter no longer, whoever shared it: its owner keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UnshareFilter {
    /// The filter.
    pub(crate) filter: Id,
}

impl Command for UnshareFilter {
    const KIND: &'static str = "registry.unshare_filter";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("saved_filter", self.filter);
        let done = tx
            .execute(
                "UPDATE saved_filter SET shared = 0 WHERE district_id = $1 AND id = $2 AND shared = 1 \
                 AND removed_at IS NULL",
                args![tx.district(), self.filter],
            )
            .await?;
        found(done)
    }
}

fn found(rows: u64) -> Result<(), Fault> {
    if rows == 1 { Ok(()) } else { Err(Refusal::not_found().into()) }
}
