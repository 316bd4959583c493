//! The count sheet of a closed roll: who gave, what was on the table, what comes next, and what was signed on paper.

use askama::Template;
use asuh_store::Id;
use axum::extract::State;

use super::super::loss::query::Loss;
use super::super::paper::query::SignedSheet;
use super::super::{Reach, ReadRolls, count, deposit, hand_over, loss, paper};
use super::form::{LineView, views};
use super::query::{self, Roll};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Role};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "roll/sheet.html")]
struct SheetPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    givers: Vec<LineView>,
    counts: Vec<count::query::CountLine>,
    hand_over: Option<(Id, String, String)>,
    deposit: Option<(Id, String, String)>,
    losses: Vec<Loss>,
    sheets: Vec<SignedSheet>,
    letterhead: Letterhead,
    may_record: bool,
}

impl SheetPage {
    fn closed_by(&self) -> &str {
        self.roll.closed_by_name.as_deref().unwrap_or_default()
    }

    /// Who counted the cash with the coordinator, and how he said so.
    fn witnessed(&self) -> String {
        let roll = &self.roll;
        count::witnessed(&self.shell, &roll.cash_witness, roll.witnessed_at, &roll.cash_paper)
    }

    fn at(&self) -> String {
        format!("/setoran/{}/lembar", self.roll.id)
    }

    /// Whether goods are still at the post, so that something may be lost there.
    fn has_goods(&self) -> bool {
        self.hand_over.is_none() && self.counts.iter().any(|line| line.kind != "cash" && line.good() > 0)
    }
}

/// The printable count sheet of a closed roll.
pub(crate) async fn sheet(
    cap: Cap<ReadRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    sheet_page(&app, cap.actor(), &Reach::of(cap.scope()), shell, &form, id).await
}

/// The sheet again, with what is wrong with the form.
pub(in super::super) async fn again(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id) -> Page {
    sheet_page(app, actor, &Reach::of(&actor.scope(ReadRolls::ROLES)), shell, form, id).await
}

async fn sheet_page(app: &App, actor: &Actor, reach: &Reach, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let roll = query::by_id(db, district, reach, id).await?.ok_or(Error::NotFound)?;
    let may_record = actor.has_any(&[Role::UnitCoordinator]);
    if roll.state != "closed" {
        return if may_record { redirect(&format!("/setoran/{id}")) } else { Err(Error::NotFound) };
    }
    let rows = query::lines(db, district, id, true).await?;
    let hand_over = hand_over::query::of_roll(db, district, id).await?;
    let deposit = deposit::query::of_roll(db, district, id).await?;
    let template = SheetPage {
        f: form.view(),
        givers: views(roll.held_on, &rows),
        counts: count::query::of_roll(db, district, id).await?,
        hand_over: hand_over.map(|found| (found.id, found.number, found.state)),
        deposit: deposit.map(|found| (found.id, found.number, found.state)),
        losses: loss::query::of_roll(db, district, id).await?,
        sheets: paper::query::of(db, district, id).await?,
        letterhead: Letterhead::load(&app.store, district).await?,
        roll,
        may_record,
        shell,
    };
    page_with(form.status(), &template)
}
