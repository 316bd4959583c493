//! What writes indicators and sets; what was stands beside it.

use asuh_nusantara::name;
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::computation::Computation;
use super::facts::{Before, Facts};
use super::query;
use super::take::position;

/// Writes a new indicator, or changes one: what it was stays beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutIndicator {
    /// Which; `None`: a new one.
    pub id: Option<Id>,
    /// What it is.
    pub facts: Facts,
}

impl Command for PutIndicator {
    const KIND: &'static str = "convergence.put_indicator";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if let Some(refusal) = self.facts.refusal() {
            return Err(refusal.into());
        }
        if let Some(office) = self.facts.office {
            let sql = "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2";
            if tx.number(sql, args![tx.district(), office]).await? == 0 {
                return Err(Refusal::new("web.error.choose").field("opd").into());
            }
        }
        let held = query::by_code(tx, tx.district(), &self.facts.code).await?;
        match self.id {
            None if held.is_some() => {
                return Err(Refusal::new("convergence.indicator.refused.known").field("kode").into());
            }
            Some(id) if held.as_ref().is_none_or(|held| held.id != id) => {
                return Err(Refusal::not_found().into());
            }
            _ => {}
        }
        put(tx, self.id, &self.facts, None).await
    }
}

/// Writes an indicator with its places in sets; the caller has looked at the facts and found which one it is.
pub(super) async fn put(tx: &Tx<'_>, id: Option<Id>, facts: &Facts, batch: Option<Id>) -> Result<Id, Fault> {
    let district = tx.district();
    let sets = query::sets(tx, district).await?;
    if let Some((unknown, _)) = facts.sets.iter().find(|(code, _)| sets.iter().all(|set| set.code != *code)) {
        return Err(Refusal::new("convergence.indicator.refused.set")
            .field("set")
            .arg("set", unknown)
            .into());
    }
    let indicator = id.unwrap_or_else(|| tx.new_id());
    let (from, to) = facts.ages.map_or((None, None), |(from, to)| (Some(from), Some(to)));
    let values = |mut args: asuh_store::Args| {
        args.push(facts.name.trim());
        args.push(name::search_key(&facts.name));
        args.push(facts.group.code());
        args.push(from);
        args.push(to);
        args.push(facts.numerator.trim());
        args.push(facts.denominator.trim());
        args.push(facts.unit.code());
        args.push(facts.better.code());
        args.push(facts.computation.map_or("", Computation::code));
        args.push(facts.question.trim());
        args.push(facts.office);
        args.push(facts.source.trim());
        args.push(facts.period.code());
        args.push(facts.grain.code());
        args.push(&facts.kind);
        args.push(facts.confirm.trim());
        args.push(batch);
        args.push(tx.now());
        args.push(tx.actor());
        args
    };
    if id.is_some() {
        remember(tx, indicator, batch).await?;
        tx.execute(
            "UPDATE indicator SET name = $3, name_search = $4, name_en = CASE WHEN name = $3 THEN name_en ELSE '' END, \
             target_group = $5, age_from = $6, age_to = $7, numerator = $8, denominator = $9, unit = $10, better = $11, \
             computation = $12, question = $13, office_id = $14, source = $15, period = $16, grain = $17, kind = $18, \
             confirm = $19, batch_id = COALESCE($20, batch_id), recorded_at = $21, recorded_by = $22, retired_at = NULL, \
             retired_reason = '' WHERE district_id = $1 AND id = $2",
            values(args![district, indicator]),
        )
        .await?;
    } else {
        let written = tx
            .execute(
                "INSERT INTO indicator (district_id, id, code, name, name_search, target_group, age_from, age_to, numerator, \
                 denominator, unit, better, computation, question, office_id, source, period, grain, kind, confirm, batch_id, \
                 recorded_at, recorded_by, name_en, office_tag, retired_reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, \
                 $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, '', '', '') ON CONFLICT DO NOTHING",
                values(args![district, indicator, &facts.code]),
            )
            .await?;
        if written == 0 {
            return Err(Refusal::new("convergence.indicator.refused.known").field("kode").into());
        }
    }
    tx.execute(
        "DELETE FROM indicator_member WHERE district_id = $1 AND indicator_id = $2",
        args![district, indicator],
    )
    .await?;
    let members =
        facts.sets.iter().map(|(set, number)| args![district, set, indicator, number, position(number)]);
    let members: Vec<_> = members.collect();
    if !members.is_empty() {
        tx.insert_many(
            "INSERT INTO indicator_member (district_id, set_code, indicator_id, number, position) VALUES",
            "ON CONFLICT DO NOTHING",
            members,
        )
        .await?;
    }
    Ok(indicator)
}

/// Keeps what an indicator is, before it is changed.
async fn remember(tx: &Tx<'_>, id: Id, batch: Option<Id>) -> Result<(), Fault> {
    let district = tx.district();
    let one = query::by_id(tx, district, id).await?.ok_or_else(Refusal::not_found)?;
    let members = query::memberships(tx, district, id).await?;
    let targets = query::targets(tx, district, id).await?;
    let before = Before::of(&one, &members, &targets);
    let facts = serde_json::to_string(&before).map_err(|error| StoreError::Shape(error.to_string()))?;
    tx.execute(
        "INSERT INTO indicator_history (district_id, indicator_id, superseded_at, command_id, name, numerator, \
         denominator, computation, facts, batch_id, recorded_at, recorded_by) \
         SELECT district_id, id, $3, $4, name, numerator, denominator, computation, $5, $6, recorded_at, recorded_by \
         FROM indicator WHERE district_id = $1 AND id = $2 ON CONFLICT DO NOTHING",
        args![district, id, tx.now(), tx.command_id(), facts, batch],
    )
    .await?;
    Ok(())
}

/// Takes an indicator out of use, with a reason, or into use again. Its values, targets and plans stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RetireIndicator {
    /// Which.
    pub id: Id,
    /// Why, at most 300 characters; empty: it is used again.
    pub reason: String,
}

impl Command for RetireIndicator {
    const KIND: &'static str = "convergence.retire_indicator";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let reason = self.reason.trim();
        let at = (!reason.is_empty()).then(|| tx.now());
        let changed = tx
            .execute(
                "UPDATE indicator SET retired_at = $3, retired_reason = $4 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.id, at, reason],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}

/// Says whether what of a set is entered is reported by villages and offices.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AskSet {
    /// The set.
    pub set: String,
    /// Whether it is asked for.
    pub asked: bool,
}

impl Command for AskSet {
    const KIND: &'static str = "convergence.ask_set";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let changed = tx
            .execute(
                "UPDATE indicator_set SET asked = $3 WHERE district_id = $1 AND code = $2",
                args![tx.district(), &self.set, self.asked],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    }
}
