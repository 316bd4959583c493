//! What other pages show of this step: home-page tasks, the panel on the family page, the family's own copy.

use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text, cut};
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Id, StoreError};

use crate::referral::query::Referral;
use crate::today;
use crate::visit::query::{self, Visit};
use crate::{AnswerReferrals, ReadVisits, RecordVisits, SendReferrals, reached, referral};

/// Those who visit: an administrator or auditor has the page, not the task.
const MENTORS: &[Role] = &[Role::Cadre, Role::FieldOfficer, Role::NutritionOfficer];
/// Whoever reaches more villages than these chooses some on the page before anything is worked out for him.
const VILLAGES: usize = 25;
/// Visits in the panel.
const IN_PANEL: usize = 5;

/// How many families wait for the caller.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let mut tasks = Vec::new();
    if !actor.has_any(MENTORS) || RecordVisits::of(actor).is_none() {
        return Ok(tasks);
    }
    let (text, db) = (Text::new(actor.language, actor.zone), app.store.reader());
    tasks.extend(referrals(app, actor).await?);
    let scope = actor.scope(MENTORS);
    let villages = territories::villages_within(db, actor.district, &scope).await?;
    if villages.len() > VILLAGES {
        return Ok(tasks);
    }
    let (_, waiting) = today::waiting(db, actor.district, &scope, (0, i64::MAX), app.today(actor)).await?;
    if !waiting.is_empty() {
        tasks.push(Task {
            title: text.t1("mentoring.task.today", "n", text.number(waiting.len() as i64)),
            path: "/pendampingan".into(),
            state: TaskState::NeedsAction,
        });
    }
    Ok(tasks)
}

/// The referrals that wait: for the puskesmas all of them, for who sends those that wait too long.
async fn referrals(app: &App, actor: &Arc<Actor>) -> Result<Option<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let scope = actor.scope(MENTORS);
    let (waiting, late) =
        referral::query::waiting(app.store.reader(), actor.district, &scope, app.today(actor)).await?;
    let (key, n) = match AnswerReferrals::of(actor).is_some() {
        true => ("mentoring.task.referrals", waiting),
        false => ("mentoring.task.referrals_late", late),
    };
    let task = || Task {
        title: text.t1(key, "n", text.number(n)),
        path: "/rujukan".into(),
        state: TaskState::NeedsAction,
    };
    Ok((n > 0).then(task))
}

#[derive(Template)]
#[template(path = "panel.html")]
struct Panel {
    text: Text,
    family: Id,
    visits: Vec<Visit>,
    more: bool,
    /// What waits, in words.
    due: Option<String>,
    records: bool,
    referrals: Vec<Referral>,
    /// Whom the caller may send to the puskesmas.
    sendable: Vec<(Id, String)>,
}

/// The last visits to a family and when the next one is due, for its page.
pub(super) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let Some(read) = ReadVisits::of(actor) else { return Ok(None) };
    let (db, district) = (app.store.reader(), actor.district);
    let Some(reached) = reached::family(db, district, read.scope(), family).await? else { return Ok(None) };
    let text = Text::new(actor.language, actor.zone);
    let mut visits = query::of_family(db, district, family, None, IN_PANEL).await?;
    let more = cut(&mut visits, IN_PANEL, |visit| visit.id).is_some();
    let village = TerritoryCode::from_i64(reached.village_code).map_or((0, 0), TerritoryCode::range);
    let found = today::query::families(db, district, read.scope(), village, app.today(actor)).await?;
    let rhythm = today::query::rhythm(db, district).await?;
    let facts = found.into_iter().find(|one| one.family_id == family).map(|one| one.facts);
    let due = facts.as_ref().and_then(|facts| today::rules::visit_due(facts, &rhythm));
    let due = due.map(|day| text.long_day(day));
    let records = RecordVisits::of(actor).is_some();
    let members = facts.map(|facts| facts.members).unwrap_or_default().into_iter();
    let sends = SendReferrals::of(actor).is_some();
    let sendable =
        members.filter(|one| sends && one.referred.is_none()).map(|one| (one.id, one.name)).collect();
    let referrals = referral::query::of_family(db, district, family).await?;
    let panel = Panel { text, family, visits, more, due, records, referrals, sendable };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// Every visit to a family that holds, with what was advised and answered, for the family itself.
pub(super) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let open = |sealed: Option<&[u8]>| match sealed {
        Some(sealed) => Ok(app.store.secrets().open_text(district, sealed)?),
        None => Ok::<_, StoreError>(String::new()),
    };
    let visits = query::of_family(db, district, family, None, 1_000).await?;
    let ids: Vec<Id> = visits.iter().map(|visit| visit.id).collect();
    let mut rows = Vec::new();
    for visit in &visits {
        let advice = open(visit.advice_sealed.as_deref())?;
        rows.push(vec![text.day(visit.visited_on), String::new(), String::new(), advice]);
    }
    let mut answers = Vec::new();
    for some in ids.chunks(200) {
        for row in query::answers(db, district, some).await? {
            let on = visits.iter().find(|visit| visit.id == row.visit_id);
            let answer = text.t(&format!("mentoring.answer.{}", row.answer)).into_owned();
            let note = open(row.note_sealed.as_deref())?;
            let who = row.name.filter(|_| row.person_id.is_some()).unwrap_or_default();
            answers.push(vec![
                on.map(|visit| text.day(visit.visited_on)).unwrap_or_default(),
                who,
                row.question,
                format!("{answer} {note}").trim().to_owned(),
            ]);
        }
    }
    rows.extend(answers);
    let columns =
        ["mentoring.visit.day", "mentoring.copy.who", "mentoring.visit.question", "mentoring.copy.said"];
    let section = Section::titled(&text, "mentoring.panel.title", &columns);
    Ok(section.filled(rows).into_iter().collect())
}
