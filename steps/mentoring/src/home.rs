//! What other pages show of this step: home-page tasks, the panel on the family page, the family's own copy.

use std::sync::Arc;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability, Role};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text, cut};
use asuh_nusantara::TerritoryCode;
use asuh_step_growth::ReadGrowth;
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Id, StoreError};

use crate::case::query::Case;
use crate::effect::query::Story;
use crate::referral::query::Referral;
use crate::today;
use crate::visit::query::{self, Visit};
use crate::{
    AnswerComplaints, AnswerReferrals, FollowCases, KeepCases, ReadCases, ReadVisits, RecordVisits,
    SendReferrals, case, complaint, effect, reached, referral,
};

/// Those who visit: an administrator or auditor has the page, not the task.
const MENTORS: &[Role] = &[Role::Cadre, Role::FieldOfficer, Role::NutritionOfficer];
/// Whoever reaches more villages than these chooses some on the page before anything is worked out for him.
const VILLAGES: usize = 25;
/// Visits in the panel.
const IN_PANEL: usize = 5;

/// How many families wait for the caller.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let mut tasks = complaints(app, actor).await?;
    tasks.extend(cases(app, actor).await?);
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

/// Complaints that wait, for who answers them; sensitive ones for who is named.
async fn complaints(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let (text, db) = (Text::new(actor.language, actor.zone), app.store.reader());
    let (district, today) = (actor.district, app.today(actor));
    let mut tasks = Vec::new();
    if AnswerComplaints::of(actor).is_some() {
        let (n, late) = complaint::query::waiting(db, district, false, today).await?;
        if n > 0 {
            tasks.push(Task {
                title: text.t2("mentoring.task.complaints", "n", text.number(n), "late", text.number(late)),
                path: "/pengaduan".into(),
                state: if late > 0 { TaskState::NeedsAction } else { TaskState::InProgress },
            });
        }
    }
    if complaint::query::is_named(db, district, actor.user).await? {
        let (n, _) = complaint::query::waiting(db, district, true, today).await?;
        if n > 0 {
            tasks.push(Task {
                title: text.t1("mentoring.task.sensitive", "n", text.number(n)),
                path: "/pengaduan/khusus".into(),
                state: TaskState::NeedsAction,
            });
        }
    }
    Ok(tasks)
}

/// Follow-ups of audited cases that are late.
async fn cases(app: &App, actor: &Arc<Actor>) -> Result<Option<Task>, StoreError> {
    let Some(follow) = FollowCases::of(actor) else { return Ok(None) };
    let text = Text::new(actor.language, actor.zone);
    let (db, today) = (app.store.reader(), app.today(actor));
    let n = case::query::late(db, actor.district, follow.scope(), today).await?;
    let task = || Task {
        title: text.t1("mentoring.task.cases", "n", text.number(n)),
        path: "/audit-kasus".into(),
        state: TaskState::NeedsAction,
    };
    Ok((n > 0).then(task))
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
    cases: Vec<Case>,
    /// Children whose case the caller may choose for an audit.
    selectable: Vec<(Id, String)>,
    stories: Vec<StoryLine>,
}

/// A child's change beside the help, in words.
struct StoryLine {
    heading: String,
    changes: Vec<String>,
    months: String,
}

fn story(text: Text, story: Story) -> StoryLine {
    let index = |code: &str| text.t(&format!("mentoring.effect.index.{code}")).into_owned();
    let change = |(code, from, to): (&'static str, i64, i64)| {
        let sign = if to >= from { "+" } else { "-" };
        let values = [
            ("index", index(code)),
            ("from", text.fixed(from, 2)),
            ("to", text.fixed(to, 2)),
            ("change", format!("{sign}{}", text.fixed((to - from).abs(), 2))),
        ];
        text.with("mentoring.story.change", &values)
    };
    let months = [
        ("goods", story.goods.to_string()),
        ("meals", story.meals.to_string()),
        ("money", story.money.to_string()),
        ("visits", story.visits.to_string()),
    ];
    StoryLine {
        heading: text.t3(
            "mentoring.story.days",
            ("name", &story.name),
            ("from", text.day(story.from)),
            ("to", text.day(story.to)),
        ),
        changes: story.changes.into_iter().map(change).collect(),
        months: text.with("mentoring.story.months", &months),
    }
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
    let found =
        today::query::families(db, district, read.scope(), village, Some(family), app.today(actor)).await?;
    let rhythm = today::query::rhythm(db, district).await?;
    let facts = found.into_iter().find(|one| one.family_id == family).map(|one| one.facts);
    let due = facts.as_ref().and_then(|facts| today::rules::visit_due(facts, &rhythm));
    let due = due.map(|day| text.long_day(day));
    let records = RecordVisits::of(actor).is_some();
    let members = facts.map(|facts| facts.members).unwrap_or_default();
    let sends = SendReferrals::of(actor).is_some();
    let sendable = members.iter().filter(|one| sends && one.referred.is_none());
    let sendable = sendable.map(|one| (one.id, one.name.clone())).collect();
    let cases = match ReadCases::of(actor) {
        Some(_) => case::query::of_family(db, district, family).await?,
        None => Vec::new(),
    };
    let keeps = KeepCases::of(actor).is_some();
    let running = |id: Id| cases.iter().any(|one| one.person_id == id && one.looked_on.is_none());
    let selectable = members.iter().filter(|one| keeps && one.standing.stunted && !running(one.id));
    let selectable = selectable.map(|one| (one.id, one.name.clone())).collect();
    let referrals = referral::query::of_family(db, district, family).await?;
    let told = match ReadGrowth::of(actor) {
        Some(_) => effect::query::stories(db, district, family, app.today(actor)).await?,
        None => Vec::new(),
    };
    let stories = told.into_iter().map(|one| story(text, one)).collect();
    let panel =
        Panel { text, family, visits, more, due, records, referrals, sendable, cases, selectable, stories };
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
    let mut sections: Vec<Section> = Vec::new();
    sections.extend(Section::titled(&text, "mentoring.panel.title", &columns).filled(rows));
    let mut sent = Vec::new();
    for one in referral::query::of_family(db, district, family).await? {
        let reasons = referral::rules::Reason::of_stored(&one.reasons).into_iter();
        let reasons =
            reasons.map(|one| text.t(&format!("mentoring.referral.reason.{}", one.code())).into_owned());
        let mut said = vec![open(one.note_sealed.as_deref())?];
        for step in referral::query::steps(db, district, one.id).await? {
            said.push(text.t(&format!("mentoring.referral.state.{}", step.state)).into_owned());
            said.push(open(step.words_sealed.as_deref())?);
        }
        said.retain(|words| !words.is_empty());
        let reasons = reasons.collect::<Vec<_>>().join(", ");
        sent.push(vec![text.day(one.sent_on), one.name, reasons, said.join("; ")]);
    }
    let columns =
        ["mentoring.referral.on", "mentoring.referral.whom", "mentoring.referral.why", "mentoring.copy.said"];
    sections.extend(Section::titled(&text, "mentoring.referral.title", &columns).filled(sent));
    let mut cases = Vec::new();
    for one in case::query::of_family(db, district, family).await? {
        let finding = open(one.finding_sealed.as_deref())?;
        let outcome = open(one.outcome_sealed.as_deref())?;
        let reason = open(Some(&one.reason_sealed))?;
        cases.push(vec![
            text.day(one.selected_on),
            one.name,
            reason,
            format!("{finding} {outcome}").trim().to_owned(),
        ]);
    }
    let columns = [
        "mentoring.case.selected",
        "mentoring.case.child",
        "mentoring.case.reason",
        "mentoring.case.finding",
    ];
    sections.extend(Section::titled(&text, "mentoring.case.title", &columns).filled(cases));
    Ok(sections)
}
