//! What changes when numbers are entered, sent, verified, checked, accepted or given back, and when a period is locked.

use asuh_ground::access::Scope;
use asuh_ground::attachments;
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::Reach;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::query::{self, Report};
use super::rules::{Form, Stage, State};
use crate::indicator::rules::{Grain, Period, Unit};
use crate::indicator::{self, Indicator};

/// How far somebody's right over reports reaches: territories, and as an office its institutions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Where he stands.
    pub stage: Stage,
    /// His territories.
    pub reach: Reach,
    /// His offices; `None`: all.
    pub offices: Option<Vec<Id>>,
}

impl Rights {
    /// Those of a scope.
    pub fn of(stage: Stage, scope: &Scope) -> Rights {
        let offices = (!scope.all_units).then(|| scope.units.clone());
        Rights { stage, reach: Reach::of(scope), offices }
    }

    /// Whether a report about this place for this office is within.
    pub fn reaches(&self, territory: i64, office: Option<Id>) -> bool {
        match self.stage {
            Stage::Office => {
                let own = self
                    .offices
                    .as_ref()
                    .is_none_or(|own| office.is_some_and(|office| own.contains(&office)));
                // An office is granted its institution, and may be granted no territory beside it.
                own && (self.reach.scope().areas.is_empty() || self.reach.reaches(territory, ""))
            }
            _ => self.reach.reaches(territory, ""),
        }
    }
}

/// A number that is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The indicator.
    pub indicator: Id,
    /// How many it holds for, or the count.
    pub numerator: i64,
    /// Of how many; none for a count.
    pub denominator: Option<i64>,
    /// In words, at most 300 characters.
    pub note: String,
    /// A photo or scan that was stored before; `None` keeps that of the number before.
    pub evidence: Option<Id>,
}

/// Enters numbers into a form. A number that was there before stays beside the new one.
///
/// Refused where the report has been sent on, where the period is locked, and before the period has begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnterNumbers {
    /// Who enters.
    pub rights: Rights,
    /// The present day.
    pub today: Date,
    /// The set.
    pub set: String,
    /// The form.
    pub form: Form,
    /// A day of the period.
    pub day: Date,
    /// The place.
    pub territory: i64,
    /// The numbers.
    pub entries: Vec<Entry>,
}

impl Command for EnterNumbers {
    const KIND: &'static str = "convergence.enter_numbers";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let members = indicator::of_set(tx, tx.district(), &self.set).await?;
        let sheet = query::sheets(members).into_iter().find(|sheet| sheet.form == self.form);
        let sheet = sheet.ok_or_else(Refusal::not_found)?;
        let indicators: Vec<Indicator> = sheet.lines.into_iter().map(|(_, one)| one).collect();
        enter(tx, self, &indicators, None).await
    }
}

/// What is wrong with a number, by itself.
pub(super) fn wrong(one: &Indicator, numerator: i64, denominator: Option<i64>) -> Option<&'static str> {
    match (one.unit(), denominator) {
        (Unit::Percent, None) => Some("convergence.report.refused.denominator"),
        (Unit::Percent, Some(of)) if numerator > of => Some("convergence.report.refused.more"),
        _ => None,
    }
}

/// Writes entries into the report of a form; the caller has found its indicators.
pub(super) async fn enter(
    tx: &Tx<'_>,
    what: &EnterNumbers,
    indicators: &[Indicator],
    batch: Option<Id>,
) -> Result<Id, Fault> {
    let district = tx.district();
    let code = TerritoryCode::from_i64(what.territory).ok();
    let fits = code.and_then(Grain::of) == Some(what.form.grain);
    if !fits || !what.rights.reaches(what.territory, what.form.office) {
        return Err(Refusal::not_found().into());
    }
    let known = "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2";
    if tx.number(known, args![district, what.territory]).await? == 0 {
        return Err(Refusal::not_found().into());
    }
    let period = Period::containing(what.form.period, what.day);
    if period.first > what.today {
        return Err(Refusal::new("convergence.report.refused.future").into());
    }
    if query::is_locked(tx, district, &what.set, period.first, period.last).await? {
        return Err(Refusal::new("convergence.report.refused.locked").into());
    }
    let report = held(tx, what, period).await?;
    if !report.at().is_open() {
        return Err(Refusal::new("convergence.report.refused.sent").into());
    }
    let before = query::entered(tx, district, report.id).await?;
    let mut written = 0;
    for entry in &what.entries {
        let one = indicators.iter().find(|one| one.id == entry.indicator).ok_or_else(Refusal::not_found)?;
        if let Some(code) = wrong(one, entry.numerator, entry.denominator) {
            return Err(Refusal::new(code).field(format!("n.{}", entry.indicator)).into());
        }
        if let Some(evidence) = entry.evidence
            && !attachments::is_own(tx, district, evidence, tx.actor()).await?
        {
            return Err(Refusal::not_found().into());
        }
        let last = before.iter().find(|row| row.holds() && row.indicator_id == entry.indicator);
        let evidence = entry.evidence.or(last.and_then(|row| row.evidence_id));
        let same = last.is_some_and(|row| {
            row.numerator == entry.numerator
                && row.denominator == entry.denominator
                && row.note == entry.note.trim()
                && row.evidence_id == evidence
        });
        if same {
            continue;
        }
        tx.execute(
            "UPDATE indicator_value SET superseded_at = $5 WHERE district_id = $1 AND indicator_id = $2 AND starts_on = $3 \
             AND territory_code = $4 AND superseded_at = $6",
            args![district, entry.indicator, period.first, what.territory, tx.now(), Instant::NEVER],
        )
        .await?;
        tx.execute(
            "INSERT INTO indicator_value (district_id, id, indicator_id, territory_code, starts_on, ends_on, report_id, \
             numerator, denominator, note, evidence_id, batch_id, recorded_by, recorded_at, command_id, superseded_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
            args![
                district,
                tx.new_id(),
                entry.indicator,
                what.territory,
                period.first,
                period.last,
                report.id,
                entry.numerator,
                entry.denominator,
                entry.note.trim(),
                evidence,
                batch,
                tx.actor(),
                tx.now(),
                tx.command_id(),
                Instant::NEVER,
            ],
        )
        .await?;
        written += 1;
    }
    if written > 0 {
        tx.execute(
            "UPDATE indicator_report SET changed_at = $3 WHERE district_id = $1 AND id = $2",
            args![district, report.id, tx.now()],
        )
        .await?;
    }
    Ok(report.id)
}

/// The report of a form, begun where there is none; its row is held, so that two who enter at once wait for each other.
async fn held(tx: &Tx<'_>, what: &EnterNumbers, period: Period) -> Result<Report, Fault> {
    let id = tx.new_id();
    let made = tx
        .execute(
            "INSERT INTO indicator_report (district_id, id, set_code, office_id, form, territory_code, starts_on, ends_on, \
             state, first_sent_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', NULL, $9) \
             ON CONFLICT (district_id, set_code, starts_on, territory_code, form) DO NOTHING",
            args![
                tx.district(),
                id,
                &what.set,
                what.form.office,
                what.form.code(),
                what.territory,
                period.first,
                period.last,
                tx.now(),
            ],
        )
        .await?;
    if made > 0 {
        event(tx, id, State::Draft, "").await?;
    }
    tx.execute(
        "UPDATE indicator_report SET changed_at = changed_at WHERE district_id = $1 AND set_code = $2 AND starts_on = $3 \
         AND territory_code = $4 AND form = $5",
        args![tx.district(), &what.set, period.first, what.territory, what.form.code()],
    )
    .await?;
    let found = query::of_place(tx, tx.district(), &what.set, what.form, period, what.territory).await?;
    Ok(found.ok_or_else(Refusal::not_found)?)
}

async fn event(tx: &Tx<'_>, report: Id, state: State, words: &str) -> Result<(), StoreError> {
    let nth = tx
        .number(
            "SELECT COUNT(*) AS n FROM indicator_report_event WHERE district_id = $1 AND report_id = $2",
            args![tx.district(), report],
        )
        .await?;
    tx.execute(
        "INSERT INTO indicator_report_event (district_id, report_id, nth, state, words, recorded_by, recorded_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        args![tx.district(), report, nth + 1, state.code(), words.trim(), tx.actor(), tx.now()],
    )
    .await?;
    Ok(())
}

/// What somebody does with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Sends what is entered.
    Send,
    /// Says yes and hands it on.
    Pass,
    /// Gives it back with a reason.
    Return,
}

/// Sends a report, says yes to it, or gives it back.
///
/// Refused where that may not follow, without a number, without a reason where one belongs to it, and in a locked period.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoveReport {
    /// Who does it.
    pub rights: Rights,
    /// Which.
    pub report: Id,
    /// What.
    pub act: Act,
    /// The reason, at most 500 characters.
    pub words: String,
}

impl Command for MoveReport {
    const KIND: &'static str = "convergence.move_report";
    type Receipt = State;

    async fn apply(&self, tx: &Tx<'_>) -> Result<State, Fault> {
        let district = tx.district();
        let found = query::one(tx, district, self.report).await?.ok_or_else(Refusal::not_found)?;
        if !self.rights.reaches(found.territory_code, found.office_id) {
            return Err(Refusal::not_found().into());
        }
        if query::is_locked(tx, district, &found.set_code, found.starts_on, found.ends_on).await? {
            return Err(Refusal::new("convergence.report.refused.locked").into());
        }
        let (at, stage, has_office) = (found.at(), self.rights.stage, found.office_id.is_some());
        let next = match self.act {
            Act::Send if at.is_open() => {
                let entered = query::entered(tx, district, found.id).await?;
                if !entered.iter().any(query::Entered::holds) {
                    return Err(Refusal::new("convergence.report.refused.empty").into());
                }
                // The district's planners send to themselves what another of them accepts.
                if stage == Stage::District { State::Checked } else { stage.passed() }
            }
            Act::Pass if at.may_pass(stage, has_office) => stage.passed(),
            Act::Return if at.may_return(stage, has_office) => {
                if self.words.trim().is_empty() {
                    return Err(Refusal::new("web.error.required").field("alasan").into());
                }
                State::Returned
            }
            _ => return Err(Refusal::new("convergence.report.refused.state").into()),
        };
        // Where two act at once the second finds another state.
        let sent = (self.act == Act::Send).then(|| tx.now());
        let changed = tx
            .execute(
                "UPDATE indicator_report SET state = $3, changed_at = $4, first_sent_at = COALESCE(first_sent_at, $5) \
                 WHERE district_id = $1 AND id = $2 AND state = $6",
                args![district, found.id, next.code(), tx.now(), sent, at.code()],
            )
            .await?;
        if changed == 0 {
            return Err(Refusal::new("convergence.report.refused.state").into());
        }
        event(tx, found.id, next, &self.words).await?;
        Ok(next)
    }
}

/// Closes a period of a set for entries, or opens it again with a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LockPeriod {
    /// The set.
    pub set: String,
    /// The first day of the period.
    pub first: Date,
    /// Its last day.
    pub last: Date,
    /// The present day: a period that is not over is not locked.
    pub today: Date,
    /// Why it is opened again, at most 300 characters; `None`: it is closed.
    pub unlock: Option<String>,
}

impl Command for LockPeriod {
    const KIND: &'static str = "convergence.lock_period";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let sets = indicator::sets(tx, tx.district()).await?;
        if sets.iter().all(|set| set.code != self.set) {
            return Err(Refusal::not_found().into());
        }
        match self.unlock.as_deref().map(str::trim) {
            Some("") => Err(Refusal::new("web.error.required").field("alasan").into()),
            Some(reason) => {
                let opened = tx
                    .execute(
                        "UPDATE indicator_lock SET unlocked_at = $5, unlocked_by = $6, unlocked_reason = $7 \
                         WHERE district_id = $1 AND set_code = $2 AND starts_on = $3 AND ends_on = $4 \
                         AND unlocked_at IS NULL",
                        args![tx.district(), &self.set, self.first, self.last, tx.now(), tx.actor(), reason],
                    )
                    .await?;
                if opened == 0 {
                    return Err(Refusal::new("convergence.report.refused.open").into());
                }
                Ok(())
            }
            None if self.last >= self.today => Err(Refusal::new("convergence.report.refused.running").into()),
            None => {
                let closed = tx
                    .execute(
                        "INSERT INTO indicator_lock (district_id, set_code, starts_on, ends_on, locked_at, locked_by, \
                         unlocked_reason) VALUES ($1, $2, $3, $4, $5, $6, '') ON CONFLICT DO NOTHING",
                        args![tx.district(), &self.set, self.first, self.last, tx.now(), tx.actor()],
                    )
                    .await?;
                if closed == 0 {
                    return Err(Refusal::new("convergence.report.refused.locked").into());
                }
                Ok(())
            }
        }
    }
}
