//! What other pages show of help in money: tasks on first pages, the panel on the family's page, its copy.

use std::sync::Arc;

use askama::Template;
use asuh_nusantara::date::month_year;
use asuh_store::{DistrictId, Id, StoreError};

use super::account::{self, AccountLine, account};
use super::payment::{FamilyPayment, cash_waiting, of_family};
use super::plan::{PlanLine, in_states};
use super::rules::State;
use super::{
    ApproveCash, AuthoriseCash, DraftCash, HandCash, OpenPayment, Reach, ReadReceiverAccounts, ReleaseCash,
};
use crate::spending::{self, ReadSpending};
use asuh_ground::App;
use asuh_ground::access::{Actor, Capability};
use asuh_ground::consent::Section;
use asuh_ground::web::{Task, TaskState, Text};

fn task(text: &Text, key: &str, plan: &PlanLine) -> Task {
    let month = month_year(text.language, plan.month);
    Task {
        title: text.t2(key, "month", month, "number", &plan.number),
        path: format!("/bantuan-uang/{}", plan.id),
        state: TaskState::NeedsAction,
    }
}

/// What waits for the caller.
pub(crate) async fn tasks(app: &App, actor: &Arc<Actor>) -> Result<Vec<Task>, StoreError> {
    let text = Text::new(actor.language, actor.zone);
    let (db, district) = (app.store.reader(), actor.district);
    let mut tasks = Vec::new();
    let mut waits = Vec::new();
    if let Some(cap) = DraftCash::of(actor) {
        waits.push((cap.scope().clone(), vec![State::Draft], "cash.task.draft"));
    }
    if let Some(cap) = ApproveCash::of(actor) {
        waits.push((cap.scope().clone(), vec![State::Locked], "cash.task.approve"));
    }
    if let Some(cap) = AuthoriseCash::of(actor) {
        waits.push((cap.scope().clone(), vec![State::Approved], "cash.task.authorise"));
    }
    if let Some(cap) = ReleaseCash::of(actor) {
        waits.push((cap.scope().clone(), vec![State::Authorised], "cash.task.release"));
        waits.push((cap.scope().clone(), vec![State::Released], "cash.task.settle"));
        waits.push((cap.scope().clone(), vec![State::Reconciled], "cash.task.close"));
    }
    for (scope, states, key) in waits {
        // Who drafted or locked a plan is not asked to approve it.
        let plans = in_states(db, district, &scope, &states).await?;
        let own = |plan: &&PlanLine| plan.drafted_by == actor.user || plan.locked_by == Some(actor.user);
        let plans = plans.iter().filter(|plan| key != "cash.task.approve" || !own(plan));
        tasks.extend(plans.take(2).map(|plan| task(&text, key, plan)));
    }
    if HandCash::of(actor).is_some() {
        let waiting = cash_waiting(db, district, &Reach::hands(actor)).await?;
        if waiting > 0 {
            tasks.push(Task {
                title: text.t1("cash.task.hand", "n", text.number(waiting)),
                path: "/bantuan-uang/tunai".into(),
                state: TaskState::NeedsAction,
            });
        }
    }
    Ok(tasks)
}

#[derive(Template)]
#[template(path = "cash/panel.html")]
struct FamilyPanel {
    text: Text,
    family: Id,
    account: Option<AccountLine>,
    sees_account: bool,
    payments: Vec<FamilyPayment>,
    linked: bool,
    /// Payments of which it is told what they were spent on; nothing where the caller may not know.
    reported: Option<Vec<Id>>,
}

impl FamilyPanel {
    fn month(&self, payment: &FamilyPayment) -> String {
        month_year(self.text.language, payment.month)
    }
}

/// The panel: where the family receives money, and what it received. Whoever may see the family may see it.
pub(crate) async fn family_panel(
    app: &App,
    actor: &Arc<Actor>,
    family: Id,
) -> Result<Option<String>, StoreError> {
    let (db, district) = (app.store.reader(), actor.district);
    let text = Text::new(actor.language, actor.zone);
    let payments = of_family(db, district, family).await?;
    let account = account(db, district, family).await?;
    let sees_account = ReadReceiverAccounts::of(actor).is_some();
    if payments.is_empty() && account.is_none() && !sees_account {
        return Ok(None);
    }
    let linked = OpenPayment::of(actor).is_some();
    let reported = match ReadSpending::of(actor) {
        Some(_) => Some(spending::reported(db, district, family).await?),
        None => None,
    };
    let panel = FamilyPanel { text, family, account, sees_account, payments, linked, reported };
    panel.render().map(Some).map_err(|error| StoreError::Shape(error.to_string()))
}

/// What is kept of a family: its payments and the account that it has.
pub(crate) async fn copy(
    app: &App,
    district: DistrictId,
    family: Id,
    text: Text,
) -> Result<Vec<Section>, StoreError> {
    let db = app.store.reader();
    let told = |one: FamilyPayment| {
        let by = match one.way.as_str() {
            "transfer" => account::masked(&one.bank, &one.number_end),
            _ => text.t("cash.way.cash").into_owned(),
        };
        vec![
            month_year(text.language, one.month),
            one.programme,
            one.child_name,
            text.rupiah(one.amount),
            by,
            text.t(&format!("cash.payment.{}", one.state)).into_owned(),
            one.decided_on.map(|day| text.day(day)).unwrap_or_default(),
            one.receiver_name.unwrap_or_default(),
        ]
    };
    let rows = of_family(db, district, family).await?.into_iter().map(told).collect();
    let payments = Section::titled(
        &text,
        "cash.panel.title",
        &[
            "cash.month",
            "cash.programme",
            "cash.child",
            "cash.amount",
            "cash.by",
            "cash.status",
            "cash.received_on",
            "cash.receiver",
        ],
    );
    let mut sections: Vec<Section> = payments.filled(rows).into_iter().collect();
    if let Some(account) = account(db, district, family).await? {
        let open = |sealed: &[u8]| app.store.secrets().open_text(district, sealed).map_err(StoreError::from);
        let row = vec![
            account.bank.clone(),
            open(&account.number_sealed)?,
            open(&account.holder_sealed)?,
            text.t(&format!("consent.relation.{}", account.relation)).into_owned(),
            text.instant(account.recorded_at),
        ];
        let section = Section::titled(
            &text,
            "cash.account.title",
            &[
                "cash.account.bank",
                "cash.account.number",
                "cash.account.holder",
                "cash.account.relation",
                "cash.account.recorded",
            ],
        );
        sections.extend(section.filled(vec![row]));
    }
    Ok(sections)
}
