//! A run on its way into the database, in chunks. What a job wrote when it broke off is written anew.

use asuh_store::{Args, Command, Fault, Id, Query, Recording, Refusal, Tx, args};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::compute::{ChildRow, Computed, OptionRow, PairRow};
use crate::facts::Situation;
use crate::rules::code_name;

/// Removes what an earlier try of the job wrote.
#[derive(Serialize)]
pub(super) struct ClearRun {
    pub(super) run: Id,
}

impl Command for ClearRun {
    const KIND: &'static str = "pairing.clear_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        for sql in [
            "DELETE FROM run_child WHERE district_id = $1 AND run_id = $2",
            "DELETE FROM run_pair WHERE district_id = $1 AND run_id = $2",
            "DELETE FROM run_option WHERE district_id = $1 AND run_id = $2",
        ] {
            tx.execute(sql, args![tx.district(), self.run]).await?;
        }
        Ok(())
    }
}

/// Refuses once a run is no longer being computed: another worker was quicker.
async fn computing(tx: &Tx<'_>, run: Id) -> Result<(), Fault> {
    let held = tx
        .execute(
            "UPDATE pairing_run SET state = state WHERE district_id = $1 AND id = $2 AND state = 'computing'",
            args![tx.district(), run],
        )
        .await?;
    match held {
        0 => Err(Refusal::not_found().into()),
        _ => Ok(()),
    }
}

/// Stores what a run says of some targets.
#[derive(Serialize)]
pub(super) struct PutChildren {
    pub(super) run: Id,
    pub(super) rows: Vec<ChildRow>,
}

impl Command for PutChildren {
    const KIND: &'static str = "pairing.put_children";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |row: &ChildRow| {
            let mut values = args![
                tx.district(),
                self.run,
                row.rank,
                row.person,
                row.family,
                row.village,
                &row.rw,
                &row.target,
                row.points,
                row.haz,
                row.age_months,
                row.desil,
                row.need,
                row.held,
                row.before,
                row.besides,
                row.units
            ];
            let cut = row.cut;
            values.push(cut.map(|cut| cut.0));
            values.push(cut.map(|cut| cut.1));
            values.push(cut.map(|cut| cut.2));
            values.push(cut.and_then(|cut| cut.3));
            values.push(cut.map(|cut| cut.4));
            values
        };
        tx.insert_many(
            "INSERT INTO run_child (district_id, run_id, rank, person_id, family_id, village_code, rw, target, points, \
             haz, age_months, desil, need, held, before_units, besides, units, cut_sponsors, cut_units, cut_children, cut_rank, \
             cut_kept) VALUES",
            "ON CONFLICT DO NOTHING",
            self.rows.iter().map(row).collect(),
        )
        .await?;
        give_codes(tx, &self.rows.iter().map(|row| row.person).collect::<Vec<_>>()).await
    }
}

/// Draws a code name for those who have none; a name that is taken already is drawn again.
///
/// # Errors
/// The store fails.
pub(crate) async fn give_codes(tx: &Tx<'_>, persons: &[Id]) -> Result<(), Fault> {
    for _ in 0..20 {
        let mut args = args![tx.district()];
        let list = args.push_list(persons.iter().copied());
        let have: Vec<(Id,)> = tx
            .all(
                &format!(
                    "SELECT person_id FROM target_code WHERE district_id = $1 AND person_id IN ({list})"
                ),
                args,
            )
            .await?;
        let have: std::collections::HashSet<Id> = have.into_iter().map(|row| row.0).collect();
        let drawn: Vec<Args> = persons
            .iter()
            .filter(|person| !have.contains(person))
            .map(|person| {
                // The id is fresh and told to nobody: the name says nothing of the person.
                let digest = Sha256::digest(tx.new_id().as_bytes());
                let mut random = [0; 8];
                random.copy_from_slice(&digest[..8]);
                args![tx.district(), *person, code_name(random)]
            })
            .collect();
        if drawn.is_empty() {
            return Ok(());
        }
        tx.insert_many(
            "INSERT INTO target_code (district_id, person_id, code) VALUES",
            "ON CONFLICT DO NOTHING",
            drawn,
        )
        .await?;
    }
    Ok(())
}

/// Stores some pairs of a run.
#[derive(Serialize)]
pub(super) struct PutPairs {
    pub(super) run: Id,
    pub(super) rows: Vec<PairRow>,
}

impl Command for PutPairs {
    const KIND: &'static str = "pairing.put_pairs";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |row: &PairRow| {
            args![
                tx.district(),
                self.run,
                row.rank,
                row.pledge,
                row.sponsor,
                row.person,
                row.units,
                row.kept,
                row.tier,
                row.home,
                &row.not_nearer
            ]
        };
        tx.insert_many(
            "INSERT INTO run_pair (district_id, run_id, rank, pledge_id, sponsor_id, person_id, units, kept, tier, \
             home_code, not_nearer) VALUES",
            "ON CONFLICT DO NOTHING",
            self.rows.iter().map(row).collect(),
        )
        .await?;
        Ok(())
    }
}

/// Says that a run has no answer.
#[derive(Serialize)]
pub(super) struct FailRun {
    pub(super) run: Id,
    pub(super) reason: String,
}

impl Command for FailRun {
    const KIND: &'static str = "pairing.fail_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "UPDATE pairing_run SET state = 'failed', reason = $3, computed_at = $4 \
             WHERE district_id = $1 AND id = $2 AND state = 'computing'",
            args![tx.district(), self.run, &self.reason, tx.now()],
        )
        .await?;
        Ok(())
    }
}

/// Makes a computed run a draft: from here on it does not change any more.
#[derive(Serialize)]
pub(super) struct FinishRun {
    run: Id,
    facts: [u8; 32],
    children: i64,
    sponsors: i64,
    homeless: i64,
    needed: i64,
    offered: i64,
    held: i64,
    before: i64,
    besides: i64,
    served: i64,
    pools: Vec<(Id, i64, i64)>,
    kept: i64,
    geo_cost: i64,
    rank_objective: String,
    #[serde(skip)]
    certificate: Option<Vec<u8>>,
    options: Vec<OptionRow>,
}

impl FinishRun {
    pub(super) fn of(run: Id, situation: &Situation, computed: Computed) -> FinishRun {
        let sum = |of: fn(&ChildRow) -> i64| computed.children.iter().map(of).sum();
        let values = computed.pairing.objectives;
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        FinishRun {
            run,
            facts: situation.facts,
            children: computed.children.len() as i64,
            sponsors: situation.supplies.len() as i64,
            homeless: situation.homeless,
            needed: sum(|row| row.need),
            offered: situation.offered(),
            held: sum(|row| row.held),
            before: sum(|row| row.before.min(row.need)),
            besides: sum(|row| row.besides),
            pools: situation.by_pool(),
            served: whole(values.served_units),
            kept: whole(values.kept_units),
            geo_cost: whole(values.geo_cost),
            rank_objective: values.rank_objective.to_string(),
            certificate: computed.certificate.map(|certificate| certificate.to_bytes()),
            options: computed.options,
        }
    }
}

impl Command for FinishRun {
    const KIND: &'static str = "pairing.finish_run";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        computing(tx, self.run).await?;
        let row = |(nth, row): (usize, &OptionRow)| {
            args![
                tx.district(),
                self.run,
                nth as i64,
                &row.code,
                row.served,
                row.fully,
                row.partly,
                row.none,
                row.kept,
                row.geo_cost,
                row.urgent_lacking
            ]
        };
        tx.insert_many(
            "INSERT INTO run_option (district_id, run_id, nth, code, served_units, fully, partly, none, kept_units, \
             geo_cost, urgent_lacking) VALUES",
            "ON CONFLICT DO NOTHING",
            self.options.iter().enumerate().map(row).collect(),
        )
        .await?;
        for (campaign, pledges, units) in &self.pools {
            tx.execute(
                "UPDATE run_pool SET pledges = $4, units = $5 WHERE district_id = $1 AND run_id = $2 AND campaign_id = $3",
                args![tx.district(), self.run, *campaign, *pledges, *units],
            )
            .await?;
        }
        tx.execute(
            "UPDATE pairing_run SET state = 'draft', facts_sha256 = $3, children = $4, sponsors = $5, homeless = $6, \
             needed_units = $7, offered_units = $8, held_units = $9, before_units = $10, served_units = $11, \
             kept_units = $12, geo_cost = $13, rank_objective = $14, certificate = $15, computed_at = $16, besides_units = $17 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.run,
                self.facts,
                self.children,
                self.sponsors,
                self.homeless,
                self.needed,
                self.offered,
                self.held,
                self.before,
                self.served,
                self.kept,
                self.geo_cost,
                &self.rank_objective,
                self.certificate.clone(),
                tx.now(),
                self.besides
            ],
        )
        .await?;
        Ok(())
    }
}
