//! What a commitment is tied to: a row of a plan, an indicator. At the meeting, or later, when the row has been written.

use asuh_ground::App;
use asuh_ground::access::Scope;
use asuh_ground::web::{Form, Text};
use asuh_nusantara::TerritoryCode;
use asuh_store::{Command, DistrictId, Fault, Id, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::query;
use crate::plan::{self, Sight};

/// Rows of plans that a form offers at most; a word narrows them.
const OFFERED: usize = 300;

/// What a commitment serves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    /// A row of a plan.
    pub plan_item: Option<Id>,
    /// Code of an indicator; empty: the row's, where it has one.
    pub indicator: String,
}

impl Tie {
    /// What a form says; what is wrong stands in the form.
    pub(crate) fn read(form: &mut Form) -> Tie {
        let plan_item =
            form.read_optional("baris", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
        Tie { plan_item, indicator: form.optional("indikator", 60) }
    }

    /// The code of the indicator that is kept.
    ///
    /// Refused for a row that is not there, was taken out or does not concern the territory (ten digits) of the meeting, and
    /// for an indicator that there is none of.
    pub(super) async fn checked(&self, tx: &Tx<'_>, territory: i64) -> Result<String, Fault> {
        crate::known_indicator(tx, &self.indicator).await?;
        let Some(id) = self.plan_item else { return Ok(self.indicator.clone()) };
        let sight = sight(territory)?;
        let row = plan::query::item(tx, tx.district(), &sight, id).await?.filter(|row| !row.removed);
        let row = row.ok_or_else(|| Refusal::new("web.error.choose").field("baris"))?;
        Ok(if self.indicator.is_empty() { row.indicator } else { self.indicator.clone() })
    }
}

/// The rows that those see who meet for a territory: of the district all, of a part of it what names its places.
fn sight(territory: i64) -> Result<Sight, Refusal> {
    TerritoryCode::from_i64(territory).map(Sight::of_territory).map_err(|_| Refusal::not_found())
}

/// Ties a commitment to a row of a plan and an indicator, or unties it. The trail keeps what it was tied to before.
///
/// Refused as [`Tie`] says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TieCommitment {
    /// Which.
    pub commitment: Id,
    /// The territories of whoever does it.
    pub scope: Scope,
    /// To what.
    pub tie: Tie,
}

impl Command for TieCommitment {
    const KIND: &'static str = "convergence.tie_commitment";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let district = tx.district();
        let found =
            query::one(tx, district, &self.scope, self.commitment).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("commitment", self.commitment);
        let indicator = self.tie.checked(tx, found.territory_code).await?;
        tx.execute(
            "UPDATE commitment SET plan_item_id = $3, indicator = $4 WHERE district_id = $1 AND id = $2",
            args![district, self.commitment, self.tie.plan_item, indicator],
        )
        .await?;
        Ok(())
    }
}

/// What a form offers to tie a commitment to.
#[derive(Default)]
pub(crate) struct Offered {
    /// Rows of plans as (id, "2026, Dinas Kesehatan: Bulan timbang").
    pub(crate) rows: Vec<(String, String)>,
    /// Whether there are more than a form shows: then a word narrows them.
    pub(crate) many: bool,
    /// The word that narrows them.
    pub(crate) word: String,
    /// Indicators as (code, name).
    pub(crate) indicators: Vec<(String, String)>,
}

/// The rows of the plans of these years that concern a territory, with this word in owner or activity, and the indicators.
/// What a commitment is tied to already (`held`) is always among them.
pub(crate) async fn offered(
    app: &App,
    district: DistrictId,
    text: &Text,
    territory: i64,
    (from, to): (i64, i64),
    (word, held): (&str, Option<&query::Commitment>),
) -> Result<Offered, StoreError> {
    let db = app.store.reader();
    let Ok(sight) = sight(territory) else { return Ok(Offered::default()) };
    let called = |year: i64, owner: &str, activity: &str| {
        text.with(
            "commitment.plan_row",
            &[("year", year.to_string()), ("owner", owner.to_owned()), ("activity", activity.to_owned())],
        )
    };
    let sought = word.trim().to_lowercase();
    let mut rows: Vec<(String, String)> = plan::query::named(db, district, &sight, (from, to))
        .await?
        .into_iter()
        .map(|row| (row.id.to_string(), called(row.year, &row.owner, &row.activity)))
        .filter(|(_, words)| words.to_lowercase().contains(&sought))
        .collect();
    let many = rows.len() > OFFERED || !sought.is_empty();
    rows.truncate(OFFERED);
    if let Some((one, id)) = held.and_then(|one| Some((one, one.plan_item_id?.to_string())))
        && !rows.iter().any(|(row, _)| *row == id)
    {
        rows.insert(0, (id, called(one.plan_year.unwrap_or_default(), &one.plan_owner, &one.plan_activity)));
    }
    let indicators = crate::Indicators::load(db, district).await?.choices();
    Ok(Offered { rows, many, word: word.trim().to_owned(), indicators })
}
