//! What other pages show of this step: tasks, the copy for whom it is about, `asuh check`.

use std::sync::Arc;

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use time::Date;

use super::programme::programmes;
use super::{ApproveRuns, ManagePairing, decide, news, run};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};

/// Drafts that wait for somebody else than who asked for them, and pairs that have to be decided about.
pub(super) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let mut tasks = Vec::new();
    if ApproveRuns::of(actor).is_some() {
        tasks.extend(drafts(app, actor).await?);
    }
    if ManagePairing::of(actor).is_some() {
        tasks.extend(undecided(app, actor).await?);
        tasks.extend(unread(app, actor).await?);
    }
    Ok(tasks)
}

/// News that wait to be passed on by somebody else than their writer.
async fn unread(app: &App, actor: &Arc<Actor>) -> Result<Option<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let n = news::waiting(app.store.reader(), actor.district, actor.user).await?;
    Ok((n > 0).then(|| Task {
        title: text.t1("pairing.task.news", "n", text.number(n)),
        path: "/kabar".into(),
        state: TaskState::NeedsAction,
    }))
}

/// Pairs whose sponsor or target is gone, or who turned out to be related: by programme.
async fn undecided(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let (db, district) = (app.store.reader(), actor.district);
    let counts = decide::counts(db, district, app.today(actor)).await?;
    let mut tasks = Vec::new();
    for programme in programmes(db, district).await? {
        let Some(n) = counts.get(&programme.id) else { continue };
        tasks.push(Task {
            title: text.t2("pairing.task.decide", "n", text.number(n), "name", programme.name),
            path: format!("/pasangan/{}/putuskan", programme.id),
            state: TaskState::NeedsAction,
        });
    }
    Ok(tasks)
}

async fn drafts(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let drafts = run::query::drafts(app.store.reader(), actor.district).await?;
    let task = |draft: run::query::DraftLine| Task {
        title: text.t1("pairing.task.draft", "name", draft.name),
        path: format!("/perhitungan/{}", draft.id),
        state: TaskState::NeedsAction,
    };
    Ok(drafts.into_iter().filter(|draft| draft.asked_by != actor.user).map(task).collect())
}

asuh_store::row_struct! {
    struct PairRow { campaign: String, code: Option<String>, units: i64, valid_from: Date, valid_to: Option<Date> }
}

/// The pairs of a family's members, or of a sponsor, for themselves: days, units, code names; never who the other is.
pub(super) async fn copy(
    app: &App,
    district: DistrictId,
    subject: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let rows: Vec<PairRow> = app
        .store
        .reader()
        .all(
            "SELECT c.name AS campaign, t.code, p.units, p.valid_from, p.valid_to FROM sponsor_pair p \
             JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
             LEFT JOIN target_code t ON t.district_id = p.district_id AND t.person_id = p.person_id \
             WHERE p.district_id = $1 AND (p.sponsor_id = $2 OR p.person_id IN (SELECT m.person_id \
             FROM person_version m WHERE m.district_id = $1 AND m.family_id = $2 AND m.superseded_at = $3)) \
             ORDER BY p.valid_from, p.id",
            args![district, subject, Instant::NEVER],
        )
        .await?;
    let told = |row: PairRow| {
        vec![
            row.campaign,
            row.code.unwrap_or_default(),
            text.number(row.units),
            text.day(row.valid_from),
            row.valid_to.map(|day| text.day(day)).unwrap_or_default(),
        ]
    };
    let section = Section::titled(
        &text,
        "pairing.panel.title",
        &["pairing.programme", "pairing.code", "pairing.units", "pairing.panel.since", "pairing.hand.until"],
    );
    let mut sections: Vec<Section> =
        section.filled(rows.into_iter().map(told).collect()).into_iter().collect();
    // What mentors wrote of a family is the family's; of a sponsor there is none.
    let mut told = Vec::new();
    for line in news::about_family(app.store.reader(), district, subject).await? {
        told.push(vec![
            text.day(line.written_on),
            text.t(&format!("pairing.news.kind.{}", line.kind)).into_owned(),
            app.store.secrets().open_text(district, &line.words_sealed)?,
            text.t(&format!("pairing.news.state.{}", line.state)).into_owned(),
        ]);
    }
    let written = Section::titled(
        &text,
        "pairing.news.title",
        &["pairing.once.noted", "pairing.news.kind", "pairing.news.words", "pairing.state"],
    );
    sections.extend(written.filled(told));
    Ok(sections)
}

/// Pairs that cannot be: of another campaign's promise, with nothing to give, or of a run that nobody approved.
pub(super) async fn check(app: &App, district: DistrictId) -> Result<Vec<String>, StoreError> {
    let db = app.store.reader();
    let mut findings = Vec::new();
    for (sql, words) in [
        (
            "SELECT COUNT(*) AS n FROM sponsor_pair p \
             JOIN programme g ON g.district_id = p.district_id AND g.id = p.programme_id \
             JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
             WHERE p.district_id = $1 AND (NOT EXISTS (SELECT 1 FROM programme_pool o \
             WHERE o.district_id = p.district_id AND o.programme_id = g.id AND o.campaign_id = l.campaign_id) \
             OR l.sponsor_id <> p.sponsor_id OR p.units < 1)",
            "pairs do not fit their promises",
        ),
        (
            "SELECT COUNT(*) AS n FROM sponsor_pair p \
             JOIN pairing_run r ON r.district_id = p.district_id AND r.id = p.run_id \
             WHERE p.district_id = $1 AND r.state <> 'approved'",
            "pairs come from a run that nobody approved",
        ),
        (
            "SELECT COUNT(*) AS n FROM pairing_run WHERE district_id = $1 AND state = 'approved' \
             AND decided_by = asked_by",
            "runs were approved by who asked for them",
        ),
    ] {
        let wrong = db.number(sql, args![district]).await?;
        if wrong > 0 {
            findings.push(format!("{wrong} {words}"));
        }
    }
    Ok(findings)
}
