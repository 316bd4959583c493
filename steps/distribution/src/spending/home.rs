//! What other pages show of spending reports: tasks, and the family's copy.

use std::sync::Arc;

use asuh_nusantara::date::month_year;
use asuh_store::{DistrictId, Id, StoreError};
use time::Duration;

use super::WriteSpending;
use super::query;
use super::rules::KINDS;
use crate::follow_up::{self, KeepFollowUps};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};

/// Days back in which a report that is not there is a task.
const RECENT: Duration = Duration::days(95);

/// What waits for the caller: families to sit down with, conversations to go on with.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let (db, district, today) = (app.store.reader(), actor.district, app.today(actor));
    let mut tasks = Vec::new();
    if let Some(write) = WriteSpending::of(actor) {
        let missing = query::count_missing(db, district, write.scope(), (today - RECENT, today)).await?;
        if missing > 0 {
            tasks.push(Task {
                title: text.t1("spending.task.missing", "n", text.number(missing)),
                path: "/laporan-belanja".into(),
                state: TaskState::NeedsAction,
            });
        }
    }
    if KeepFollowUps::of(actor).is_some() {
        let due = follow_up::due(db, district, &follow_up::Reach::keeps(actor), today).await?;
        if due > 0 {
            tasks.push(Task {
                title: text.t1("follow_up.task", "n", text.number(due)),
                path: "/tindak-lanjut".into(),
                state: TaskState::NeedsAction,
            });
        }
    }
    Ok(tasks)
}

/// What is kept of a family: every version of its reports with the advice, and what was said with it.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let open = |sealed: &[u8]| app.store.secrets().open_text(district, sealed).map_err(StoreError::from);
    let opened = |sealed: Option<&Vec<u8>>| sealed.map_or(Ok(String::new()), |sealed| open(sealed));
    let mut rows = Vec::new();
    for line in query::of_family(db, district, family).await? {
        let spent: Vec<String> = KINDS
            .iter()
            .zip(line.spent().0)
            .filter(|(_, amount)| *amount > 0)
            .map(|(kind, amount)| {
                format!("{} {}", text.t(&format!("spending.kind.{kind}")), text.rupiah(amount))
            })
            .collect();
        rows.push(vec![
            month_year(text.language, line.month),
            text.day(line.told_on),
            line.version.to_string(),
            spent.join(", "),
            open(&line.words_sealed)?,
            line.given_on.map(|day| text.day(day)).unwrap_or_default(),
            opened(line.giver_name_sealed.as_ref())?,
            opened(line.advice_sealed.as_ref())?,
        ]);
    }
    let reports = Section::titled(
        &text,
        "spending.title",
        &[
            "cash.month",
            "spending.told_on",
            "spending.version",
            "spending.spent",
            "spending.words",
            "spending.advice_day",
            "spending.giver_name",
            "spending.advice",
        ],
    );
    let mut sections: Vec<Section> = reports.filled(rows).into_iter().collect();
    let mut said = Vec::new();
    for (line, notes) in follow_up::of_family(db, district, family).await? {
        for note in notes {
            said.push(vec![
                text.t(&format!("follow_up.about.{}", line.about)).into_owned(),
                text.day(note.day),
                text.t(&format!("follow_up.act.{}", note.act)).into_owned(),
                open(&note.words_sealed)?,
            ]);
        }
    }
    let talks = Section::titled(
        &text,
        "follow_up.title",
        &["follow_up.about", "follow_up.day", "follow_up.act", "follow_up.words"],
    );
    sections.extend(talks.filled(said));
    Ok(sections)
}
