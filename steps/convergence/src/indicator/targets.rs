//! What an indicator is to reach, by set, year and place.

use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::query;

/// What an indicator of a set is to reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goal {
    /// The set that says so.
    pub set: String,
    /// The year.
    pub year: i64,
    /// The place.
    pub territory: i64,
    /// Hundredths; `None` takes the target away.
    pub target: Option<i64>,
}

/// Sets targets of an indicator; those before stay beside them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutTargets {
    /// The indicator.
    pub indicator: Id,
    /// The targets.
    pub goals: Vec<Goal>,
}

impl Command for PutTargets {
    const KIND: &'static str = "convergence.put_targets";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = query::by_id(tx, tx.district(), self.indicator).await?;
        found.ok_or_else(Refusal::not_found)?;
        let code: Option<(i64,)> =
            tx.first("SELECT code FROM district WHERE id = $1", args![tx.district()]).await?;
        let sets = query::sets(tx, tx.district()).await?;
        for goal in &self.goals {
            if sets.iter().all(|set| set.code != goal.set) {
                return Err(Refusal::new("web.error.choose").field("set").into());
            }
            let inside = asuh_nusantara::TerritoryCode::from_i64(code.map_or(0, |row| row.0))
                .is_ok_and(|code| (code.range().0..=code.range().1).contains(&goal.territory));
            if !inside {
                return Err(Refusal::new("web.error.choose").field("wilayah").into());
            }
        }
        put_targets(tx, self.indicator, &self.goals).await?;
        Ok(())
    }
}

pub(super) async fn put_targets(tx: &Tx<'_>, indicator: Id, goals: &[Goal]) -> Result<(), StoreError> {
    let held = query::targets(tx, tx.district(), indicator).await?;
    for goal in goals {
        let before = held.iter().find(|target| {
            (target.set_code.as_str(), target.year, target.territory_code)
                == (goal.set.as_str(), goal.year, goal.territory)
        });
        if before.map(|target| target.target) == goal.target {
            continue;
        }
        tx.execute(
            "UPDATE indicator_target SET superseded_at = $6 WHERE district_id = $1 AND indicator_id = $2 \
             AND set_code = $3 AND year = $4 AND territory_code = $5 AND superseded_at = $7",
            args![tx.district(), indicator, &goal.set, goal.year, goal.territory, tx.now(), Instant::NEVER],
        )
        .await?;
        tx.execute(
            "INSERT INTO indicator_target (district_id, indicator_id, set_code, year, territory_code, recorded_at, \
             superseded_at, target, recorded_by, command_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                tx.district(),
                indicator,
                &goal.set,
                goal.year,
                goal.territory,
                tx.now(),
                Instant::NEVER,
                goal.target,
                tx.actor(),
                tx.command_id(),
            ],
        )
        .await?;
    }
    Ok(())
}
