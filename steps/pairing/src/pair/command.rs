//! Pairing and un-pairing by hand, checked by the rules of a run.

use asuh_pairing::pairing::Stability;
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::decide::close_dead;
use crate::facts::Situation;
use crate::programme::{command as programme, query as programmes};
use crate::rules::{Wrong, measure};
use crate::run::rows::give_codes;
use crate::sponsor::end_lapsed;

/// Ends pairs on a day, with the code of the reason; those that have ended by then stay as they are.
///
/// # Errors
/// The store fails.
pub(crate) async fn end_pairs(tx: &Tx<'_>, pairs: &[Id], last: Date, reason: &str) -> Result<(), StoreError> {
    for some in pairs.chunks(500) {
        let mut args = args![tx.district(), last, reason, tx.now(), tx.actor()];
        let list = args.push_list(some.iter().copied());
        tx.execute(
            &format!(
                "UPDATE sponsor_pair SET valid_to = $2, ended_reason = $3, ended_at = $4, ended_by = $5 \
                 WHERE district_id = $1 AND id IN ({list}) AND (valid_to IS NULL OR valid_to > $2)"
            ),
            args,
        )
        .await?;
    }
    Ok(())
}

/// Pairs a promise with a target by hand, from the present day on.
///
/// What stood open though its promise had ended is closed with it.
///
/// Refused by the rules of a run: the target is not on the list or does not need so much, the promise does not hold
/// or has not so much left, the two are related or one works for the other, or the target lives too far away. Of two at
/// the same time for the last unit one is refused.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PairByHand {
    /// The programme.
    pub programme: Id,
    /// The promise.
    pub pledge: Id,
    /// The target.
    pub person: Id,
    /// Units a month; at least 1.
    pub units: i64,
    /// Why; at most 300 characters.
    pub reason: String,
    /// The present day.
    pub today: Date,
}

impl Command for PairByHand {
    const KIND: &'static str = "pairing.pair_by_hand";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let programme = programme::held(tx, self.programme).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        let terms =
            programmes::terms(tx, district, &programme, self.today, Stability::Lock, None, None).await?;
        let terms = terms.ok_or_else(|| Refusal::new("pairing.refused.no_terms"))?;
        let situation = Situation::read(tx, district, &terms).await?;
        let units = u32::try_from(self.units).ok().filter(|units| *units > 0);
        let units = units.ok_or_else(|| Refusal::new("pairing.refused.units").field("satuan"))?;
        known(tx, self.pledge, self.person).await?;
        let sponsor = allowed(&situation, self.pledge, self.person, units)
            .map_err(|wrong| Refusal::new(format!("pairing.refused.{}", wrong.code())))?;
        give_codes(tx, &[self.person]).await?;
        close_dead(tx, (programme.id, self.person), self.today).await?;
        end_lapsed(tx, self.today).await?;
        let pair = tx.new_id();
        tx.subject("sponsor_pair", pair);
        tx.execute(
            "INSERT INTO sponsor_pair (district_id, id, programme_id, pledge_id, sponsor_id, person_id, units, \
             valid_from, origin, reason, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'hand', $9, $10, $11)",
            args![
                district,
                pair,
                programme.id,
                self.pledge,
                sponsor,
                self.person,
                self.units,
                self.today,
                self.reason.trim(),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(pair)
    }
}

/// Whether promise and person are of this district at all.
async fn known(tx: &Tx<'_>, pledge: Id, person: Id) -> Result<(), Fault> {
    let found = tx
        .number(
            "SELECT (SELECT COUNT(*) FROM pledge WHERE district_id = $1 AND id = $2) \
             + (SELECT COUNT(*) FROM person WHERE district_id = $1 AND id = $3) AS n",
            args![tx.district(), pledge, person],
        )
        .await?;
    match found {
        2 => Ok(()),
        _ => Err(Refusal::not_found().into()),
    }
}

/// Whether a promise may help a target with so many units besides what runs already; whose promise it is.
fn allowed(situation: &Situation, pledge: Id, person: Id, units: u32) -> Result<Id, Wrong> {
    let supply = situation.supplies.iter().find(|one| one.pledge_id == pledge).ok_or(Wrong::Sponsor)?;
    let subject = situation.subjects.iter().find(|one| one.row.person_id == person).ok_or(Wrong::Child)?;
    let used: i64 = situation.running.iter().filter(|row| row.pledge_id == pledge).map(|row| row.units).sum();
    let mine = (pledge.to_string(), person.to_string(), units);
    measure(&situation.instance, std::slice::from_ref(&mine))?;
    if used + i64::from(units) > supply.units {
        return Err(Wrong::Capacity);
    }
    if subject.before + subject.held + i64::from(units) > subject.need {
        return Err(Wrong::Need);
    }
    Ok(supply.sponsor_id)
}

/// Ends a pair by hand, with the reason; the present day is the first without it.
///
/// Refused when there is no such pair, it has ended, or no reason is given.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndPair {
    /// The pair.
    pub pair: Id,
    /// Why; at most 300 characters.
    pub reason: String,
    /// The present day.
    pub today: Date,
}

asuh_store::row_struct! {
    struct Running { programme_id: Id, valid_to: Option<Date> }
}

impl Command for EndPair {
    const KIND: &'static str = "pairing.end_pair";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let read = "SELECT programme_id, valid_to FROM sponsor_pair WHERE district_id = $1 AND id = $2";
        let found: Option<Running> = tx.first(read, args![tx.district(), self.pair]).await?;
        let found = found.ok_or_else(Refusal::not_found)?;
        programme::held(tx, found.programme_id).await?;
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        tx.subject("sponsor_pair", self.pair);
        let last = self.today.previous_day().unwrap_or(self.today);
        let ended = tx
            .execute(
                "UPDATE sponsor_pair SET valid_to = $3, ended_reason = 'hand', ended_words = $4, ended_at = $5, \
                 ended_by = $6 WHERE district_id = $1 AND id = $2 AND (valid_to IS NULL OR valid_to > $3)",
                args![tx.district(), self.pair, last, self.reason.trim(), tx.now(), tx.actor()],
            )
            .await?;
        match ended {
            0 => Err(Refusal::new("pairing.refused.pair_ended").into()),
            _ => Ok(end_lapsed(tx, self.today).await?),
        }
    }
}
