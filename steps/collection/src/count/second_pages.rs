//! The page of the second person who counts the cash, on his own device. It shows nothing of the first count, and no name.

use askama::Template;
use asuh_nusantara::Rupiah;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::super::campaign;
use super::super::roll::query::{self as rolls, Roll};
use super::super::{CountsCash, Reach};
use super::second::{self, CountCash, Counter};
use asuh_ground::App;
use asuh_ground::access::{Cap, Role};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// The units whose cash the caller may count as the second person: those of his work, and the one where he is on the roster.
async fn reach(app: &App, cap: &CountsCash) -> Result<Reach, StoreError> {
    let actor = cap.actor();
    let mut scope = actor.scope(&[Role::UnitCoordinator, Role::OfficePlanner, Role::DistrictAdmin]);
    if let Some(sponsor) = actor.sponsor {
        scope.units.extend(campaign::unit_of(app.store.reader(), cap.district(), sponsor).await?);
    }
    Ok(Reach::of(&scope))
}

#[derive(Template)]
#[template(path = "count/second.html")]
struct SecondPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    /// What I said before.
    mine: Option<Counter>,
}

/// What I counted, and the field for it.
pub(crate) async fn get(
    cap: Cap<CountsCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    second_page(&app, &cap, shell, &form, id).await
}

async fn second_page(app: &App, cap: &CountsCash, shell: Shell, form: &Form, id: Id) -> Page {
    let db = app.store.reader();
    let reach = reach(app, cap).await?;
    let roll = rolls::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    let counters = second::counters(db, cap.district(), id).await?;
    let mine = counters.into_iter().find(|counter| counter.user_id == cap.actor().user);
    page_with(form.status(), &SecondPage { f: form.view(), roll, mine, shell })
}

/// I counted so much.
pub(crate) async fn post(
    cap: Cap<CountsCash>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let amount = form.read("uang", |text| {
        Rupiah::parse(text).map(|rupiah| rupiah.get()).map_err(|_| "web.error.not_a_number")
    });
    if let (Some(amount), true) = (amount, form.is_valid()) {
        let command = CountCash { roll: id, amount, reach: reach(&app, &cap).await? };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setoran/{id}/uang")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    second_page(&app, &cap, shell, &form, id).await
}
