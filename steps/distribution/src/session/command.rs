//! Planning a session, inviting, noting who came, cancelling.

use std::collections::BTreeSet;

use asuh_ground::access::Scope;
use asuh_ground::settings;
use asuh_nusantara::TerritoryCode;
use asuh_step_pairing::needs;
use asuh_store::{Command, Fault, Id, Instant, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use crate::works::rules::SOURCES;

/// Families of one session at most.
pub(super) const MOST: usize = 300;
/// How far back a session may be noted that was held without being planned here, and how far ahead one is planned.
const A_YEAR: Duration = Duration::days(366);

/// What is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// What it is about.
    pub topic: String,
    /// What is told, shown and practised.
    pub plan: String,
    /// The village.
    pub village: i64,
    /// Where in it.
    pub place: String,
    /// The day.
    pub held_on: Date,
    /// The time, in words; may be empty.
    pub starts_at: String,
    /// Who speaks.
    pub speaker: String,
    /// The campaign whose help it is.
    pub campaign: Option<Id>,
    /// Whose money it costs; never a fund of ours.
    pub source: String,
    /// Who holds that money, in words; empty where it costs nothing.
    pub held_by: String,
    /// What it is thought to cost, rupiah; 0: nothing.
    pub estimated: i64,
}

impl Planned {
    async fn examine(&self, tx: &Tx<'_>, scope: &Scope, today: Date) -> Result<(), Fault> {
        let required = [
            ("topik", &self.topic),
            ("rencana", &self.plan),
            ("tempat", &self.place),
            ("pemateri", &self.speaker),
        ];
        for (field, value) in required {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        // A cadre of one RW holds sessions for her village.
        let reached = TerritoryCode::from_i64(self.village)
            .is_ok_and(|code| scope.areas.iter().any(|area| area.code.contains(code)));
        let villages = tx
            .number(
                "SELECT COUNT(*) AS n FROM territory WHERE district_id = $1 AND code = $2 AND level = 'village'",
                args![tx.district(), self.village],
            )
            .await?;
        if !reached || villages == 0 {
            return Err(Refusal::new("web.error.choose").field("desa").into());
        }
        if self.held_on > today + A_YEAR || self.held_on < today - A_YEAR {
            return Err(Refusal::new("education.refused.day").field("hari").into());
        }
        if self.source == "pool" || !SOURCES.contains(&self.source.as_str()) {
            return Err(Refusal::new("web.error.choose").field("sumber").into());
        }
        if self.estimated < 0 || (self.estimated > 0 && self.held_by.trim().is_empty()) {
            return Err(Refusal::new("works.refused.held_by").field("pemegang").into());
        }
        let Some(campaign) = self.campaign else { return Ok(()) };
        let known = tx
            .number(
                "SELECT COUNT(*) AS n FROM campaign WHERE district_id = $1 AND id = $2 AND help IN ('education', 'mentoring')",
                args![tx.district(), campaign],
            )
            .await?;
        if known == 0 { Err(Refusal::new("web.error.choose").field("gerakan").into()) } else { Ok(()) }
    }
}

/// Plans a session, or changes one that was not held yet.
///
/// Refused for a village out of reach, without topic, plan, place or speaker, for a day more than a year away, a campaign
/// that helps with something else, and where money is said without who holds it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanSession {
    /// The session that is changed; none: a new one.
    pub session: Option<Id>,
    /// What is planned.
    pub planned: Planned,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for PlanSession {
    const KIND: &'static str = "education.plan_session";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let planned = &self.planned;
        planned.examine(tx, &self.scope, self.today).await?;
        let topic = planned.topic.trim();
        if let Some(session) = self.session {
            let held = held(tx, session, &self.scope).await?;
            if held.state != "planned" {
                return Err(Refusal::new("education.refused.state").into());
            }
            if held.village_code != planned.village {
                let invited = tx
                    .number(
                        "SELECT COUNT(*) AS n FROM session_family WHERE district_id = $1 AND session_id = $2",
                        args![tx.district(), session],
                    )
                    .await?;
                if invited > 0 {
                    return Err(Refusal::new("education.refused.invited").field("desa").into());
                }
            }
            tx.execute(
                "UPDATE education_session SET campaign_id = $3, topic = $4, topic_search = $5, plan = $6, \
                 village_code = $7, place = $8, held_on = $9, starts_at = $10, speaker = $11, source = $12, \
                 held_by = $13, estimated = $14, changed_at = $15, changed_by = $16 WHERE district_id = $1 AND id = $2",
                args![
                    tx.district(),
                    session,
                    planned.campaign,
                    topic,
                    topic.to_lowercase(),
                    planned.plan.trim(),
                    planned.village,
                    planned.place.trim(),
                    planned.held_on,
                    planned.starts_at.trim(),
                    planned.speaker.trim(),
                    &planned.source,
                    planned.held_by.trim(),
                    planned.estimated,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
            return Ok(session);
        }
        let id = tx.new_id();
        tx.subject("education_session", id);
        let number = settings::documents::next_number(tx, "education.session", self.today).await?;
        tx.execute(
            "INSERT INTO education_session (district_id, id, number, campaign_id, topic, topic_search, plan, village_code, \
             place, held_on, starts_at, speaker, source, held_by, estimated, actual, state, reason, planned_at, \
             planned_by, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
             $15, NULL, 'planned', '', $16, $17, $16, $17)",
            args![
                tx.district(),
                id,
                number,
                planned.campaign,
                topic,
                topic.to_lowercase(),
                planned.plan.trim(),
                planned.village,
                planned.place.trim(),
                planned.held_on,
                planned.starts_at.trim(),
                planned.speaker.trim(),
                &planned.source,
                planned.held_by.trim(),
                planned.estimated,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(id)
    }
}

asuh_store::row_struct! {
    /// A session that a command holds.
    pub(super) struct Held {
        pub(super) number: String,
        pub(super) village_code: i64,
        pub(super) held_on: Date,
        pub(super) state: String,
    }
}

/// Takes hold of a session in a village of the caller; another's looks as if it were not there.
pub(super) async fn held(tx: &Tx<'_>, session: Id, scope: &Scope) -> Result<Held, Fault> {
    let mut args = args![tx.district(), session];
    let reached = village(scope).territory_condition("village_code", None, &mut args);
    let hold = format!(
        "UPDATE education_session SET state = state WHERE district_id = $1 AND id = $2 AND {reached}"
    );
    if tx.execute(&hold, args).await? == 0 {
        return Err(Refusal::not_found().into());
    }
    tx.subject("education_session", session);
    let held: Option<Held> = tx
        .first(
            "SELECT number, village_code, held_on, state FROM education_session WHERE district_id = $1 AND id = $2",
            args![tx.district(), session],
        )
        .await?;
    Ok(held.ok_or_else(Refusal::not_found)?)
}

/// A scope with whole villages: whoever works in one RW sees the sessions of her village.
pub(super) fn village(scope: &Scope) -> Scope {
    let mut whole = scope.clone();
    for area in &mut whole.areas {
        area.rw.clear();
    }
    whole
}

/// Which of these families live where the caller works, in the session's village; a session may be attended from elsewhere
/// only by those whom he reaches.
async fn within(tx: &Tx<'_>, families: &BTreeSet<Id>, scope: &Scope) -> Result<bool, Fault> {
    let mut args = args![tx.district(), Instant::NEVER];
    let reached = scope.territory_condition("village_code", Some("rw"), &mut args);
    let list = args.push_list(families.iter().copied());
    let found = tx
        .number(
            &format!(
                "SELECT COUNT(*) AS n FROM family_version WHERE district_id = $1 AND superseded_at = $2 \
                 AND family_id IN ({list}) AND {reached}"
            ),
            args,
        )
        .await?;
    Ok(found == families.len() as i64)
}

/// Invites families to a session; who is invited already stays so.
///
/// Refused for a session that is not planned, families out of reach, none, and too many.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InviteFamilies {
    /// The session.
    pub session: Id,
    /// The families.
    pub families: Vec<Id>,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for InviteFamilies {
    const KIND: &'static str = "education.invite_families";
    /// Families invited by this command.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let held = held(tx, self.session, &self.scope).await?;
        if held.state != "planned" {
            return Err(Refusal::new("education.refused.state").into());
        }
        let families: BTreeSet<Id> = self.families.iter().copied().collect();
        if families.is_empty() {
            return Err(Refusal::new("education.refused.nobody").field("keluarga").into());
        }
        if !within(tx, &families, &self.scope).await? {
            return Err(Refusal::not_found().into());
        }
        let invited = add(tx, self.session, &families, None).await?;
        full(tx, self.session).await?;
        Ok(invited)
    }
}

/// Writes families to a session; how many are new.
async fn add(tx: &Tx<'_>, session: Id, families: &BTreeSet<Id>, came: Option<i64>) -> Result<i64, Fault> {
    let (district, now, actor) = (tx.district(), tx.now(), tx.actor());
    let rows = families.iter().map(|family| args![district, session, *family, came, now, actor]).collect();
    let added = tx
        .insert_many(
            "INSERT INTO session_family (district_id, session_id, family_id, came, noted_at, noted_by) VALUES",
            "ON CONFLICT DO NOTHING",
            rows,
        )
        .await?;
    Ok(added as i64)
}

/// Refuses a session of too many families.
async fn full(tx: &Tx<'_>, session: Id) -> Result<(), Fault> {
    let invited = tx
        .number(
            "SELECT COUNT(*) AS n FROM session_family WHERE district_id = $1 AND session_id = $2",
            args![tx.district(), session],
        )
        .await?;
    if invited > MOST as i64 {
        return Err(Refusal::new("education.refused.many").arg("most", MOST).field("keluarga").into());
    }
    Ok(())
}

/// Takes a family off the list of a session that was not held yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UninviteFamily {
    /// The session.
    pub session: Id,
    /// The family.
    pub family: Id,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for UninviteFamily {
    const KIND: &'static str = "education.uninvite_family";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held(tx, self.session, &self.scope).await?;
        if held.state != "planned" {
            return Err(Refusal::new("education.refused.state").into());
        }
        if !within(tx, &BTreeSet::from([self.family]), &self.scope).await? {
            return Err(Refusal::not_found().into());
        }
        let gone = tx
            .execute(
                "DELETE FROM session_family WHERE district_id = $1 AND session_id = $2 AND family_id = $3",
                args![tx.district(), self.session, self.family],
            )
            .await?;
        if gone == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Notes that a session was held, and which of the families came: those who were invited, and others within reach who came
/// too. Sent again it corrects the list. What a family needed of education once is met by coming, and open again when it
/// turns out that it did not.
///
/// Refused before its day, when it was cancelled, for families out of reach, when nobody came, and without what it cost
/// where money was planned.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HoldSession {
    /// The session.
    pub session: Id,
    /// Who came.
    pub came: Vec<Id>,
    /// What it cost, rupiah; 0: nothing.
    pub actual: i64,
    /// The present day in the district.
    pub today: Date,
    /// The territories of the sender.
    pub scope: Scope,
}

asuh_store::row_struct! {
    struct Listed { family_id: Id, came: Option<i64> }
}

impl Command for HoldSession {
    const KIND: &'static str = "education.hold_session";
    /// Families that came.
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        let held = held(tx, self.session, &self.scope).await?;
        if held.state == "cancelled" {
            return Err(Refusal::new("education.refused.state").into());
        }
        if held.held_on > self.today {
            return Err(Refusal::new("education.refused.not_yet").into());
        }
        if self.actual < 0 {
            return Err(Refusal::new("web.error.not_a_number").field("biaya").into());
        }
        let came: BTreeSet<Id> = self.came.iter().copied().collect();
        if came.is_empty() {
            return Err(Refusal::new("education.refused.nobody_came").field("hadir").into());
        }
        // A cadre of one RW says nothing of the families of another.
        let mut args = args![tx.district(), self.session, Instant::NEVER];
        let reached = self.scope.territory_condition("v.village_code", Some("v.rw"), &mut args);
        let listed: Vec<Listed> = tx
            .all(
                &format!(
                    "SELECT s.family_id, s.came FROM session_family s JOIN family y ON y.district_id = s.district_id \
                     AND y.id = s.family_id JOIN family_version v ON v.district_id = s.district_id \
                     AND v.family_id = COALESCE(y.canonical_id, y.id) AND v.superseded_at + 0 = $3 \
                     WHERE s.district_id = $1 AND s.session_id = $2 AND {reached}"
                ),
                args,
            )
            .await?;
        let known: BTreeSet<Id> = listed.iter().map(|line| line.family_id).collect();
        let others: BTreeSet<Id> = came.difference(&known).copied().collect();
        if !others.is_empty() && !within(tx, &others, &self.scope).await? {
            return Err(Refusal::not_found().into());
        }
        add(tx, self.session, &others, Some(1)).await?;
        full(tx, self.session).await?;
        let (district, now, actor) = (tx.district(), tx.now(), tx.actor());
        for (value, families) in [
            (1_i64, came.intersection(&known).copied().collect::<Vec<Id>>()),
            (0, known.difference(&came).copied().collect()),
        ] {
            if families.is_empty() {
                continue;
            }
            let mut args = args![district, self.session, value, now, actor];
            let list = args.push_list(families);
            tx.execute(
                &format!(
                    "UPDATE session_family SET came = $3, noted_at = $4, noted_by = $5 WHERE district_id = $1 \
                     AND session_id = $2 AND family_id IN ({list})"
                ),
                args,
            )
            .await?;
        }
        tx.execute(
            "UPDATE education_session SET state = 'held', actual = $3, changed_at = $4, changed_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![district, self.session, self.actual, now, actor],
        )
        .await?;
        let left: BTreeSet<Id> =
            listed.iter().filter(|line| line.came == Some(1)).map(|line| line.family_id).collect();
        self.needs(tx, &held, (&came, &left.difference(&came).copied().collect())).await?;
        Ok(came.len() as i64)
    }
}

impl HoldSession {
    /// Meets the need of education of those who came; opens it again for those who turned out not to have come.
    async fn needs(
        &self,
        tx: &Tx<'_>,
        held: &Held,
        (came, gone): (&BTreeSet<Id>, &BTreeSet<Id>),
    ) -> Result<(), Fault> {
        for (families, states) in [(came, ["open", "promised"]), (gone, ["met", "met"])] {
            if families.is_empty() {
                continue;
            }
            let mut args = args![tx.district(), states[0], states[1]];
            let list = args.push_list(families.iter().copied());
            let by = if states[0] == "met" {
                format!(" AND by_whom = {}", args.push(&held.number))
            } else {
                String::new()
            };
            let open: Vec<(Id,)> = tx
                .all(
                    &format!(
                        "SELECT id FROM family_need WHERE district_id = $1 AND kind = 'education' AND state IN ($2, $3) \
                         AND family_id IN ({list}){by}"
                    ),
                    args,
                )
                .await?;
            for (need,) in open {
                match states[0] {
                    "met" => needs::reopen_need(tx, need, self.today).await?,
                    _ => needs::meet_need(tx, need, &held.number, held.held_on).await?,
                }
            }
        }
        Ok(())
    }
}

/// The session does not take place, for a reason.
///
/// Refused when it was held or cancelled already, and without a reason.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelSession {
    /// The session.
    pub session: Id,
    /// Why.
    pub reason: String,
    /// The territories of the sender.
    pub scope: Scope,
}

impl Command for CancelSession {
    const KIND: &'static str = "education.cancel_session";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let held = held(tx, self.session, &self.scope).await?;
        if held.state != "planned" {
            return Err(Refusal::new("education.refused.state").into());
        }
        if self.reason.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("alasan").into());
        }
        tx.execute(
            "UPDATE education_session SET state = 'cancelled', reason = $3, changed_at = $4, changed_by = $5 \
             WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.session, self.reason.trim(), tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
