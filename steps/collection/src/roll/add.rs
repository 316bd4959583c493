//! Adding to an open roll: somebody by name, somebody of another unit by his NIP, and goods that are in no basket.

use askama::Template;
use asuh_nusantara::{Nip, number};
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::super::campaign::{self, Named};
use super::super::{Reach, RecordRolls};
use super::open::{AddGiver, AddGoods};
use super::query::{self, Roll};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "roll/add.html")]
struct AddPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    people: Vec<(String, String)>,
    days: Vec<(String, String)>,
}

/// Adding somebody by name.
pub(crate) async fn add(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    add_page(&app, &cap, shell, &form, id).await
}

async fn add_page(app: &App, cap: &RecordRolls, shell: Shell, form: &Form, id: Id) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let roll = query::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    if roll.state == "closed" {
        return redirect(&format!("/setoran/{id}/lembar"));
    }
    let roster: Vec<Named> = campaign::roster(db, cap.district(), roll.unit_id).await?;
    let campaign = campaign::by_id(db, cap.district(), roll.campaign_id).await?.ok_or(Error::NotFound)?;
    let mut days =
        vec![(String::new(), shell.t1("collection.add.this_day", "day", shell.long_day(roll.held_on)))];
    days.extend(
        campaign
            .rhythm()
            .recent(roll.held_on)
            .into_iter()
            .filter(|day| *day < roll.held_on)
            .map(|day| (day.to_string(), shell.t1("collection.make_up_for", "day", shell.long_day(day)))),
    );
    let template = AddPage {
        f: form.view(),
        roll,
        people: roster.into_iter().map(|person| (person.id.to_string(), person.name)).collect(),
        days,
        shell,
    };
    page_with(form.status(), &template)
}

/// Adds somebody.
pub(crate) async fn add_post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let elsewhere = !form.get("nip").trim().is_empty();
    let sponsor = if elsewhere { from_elsewhere(&app, &cap, &mut form).await? } else { form.id("nama") };
    let for_day = form.day_optional("untuk");
    if let (Some(sponsor), true) = (sponsor, form.is_valid()) {
        let command = AddGiver { roll: id, sponsor, for_day, elsewhere, reach: Reach::of(cap.scope()) };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setoran/{id}?disimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    add_page(&app, &cap, shell, &form, id).await
}

/// Who has the NIP that was typed. Nobody is found by anything less: one unit does not search the people of another.
async fn from_elsewhere(app: &App, cap: &RecordRolls, form: &mut Form) -> Result<Option<Id>, Error> {
    let Some(nip) = form.read("nip", |text| Nip::parse(text).map_err(|_| "collection.refused.nip")) else {
        return Ok(None);
    };
    let hash = app.store.secrets().lookup(cap.district(), "nip", nip.as_str()).map_err(StoreError::from)?;
    let found = campaign::by_nip(app.store.reader(), cap.district(), &hash).await?;
    if found.is_none() {
        form.error("nip", "collection.refused.nip");
    }
    Ok(found.map(|found| found.id))
}

#[derive(Template)]
#[template(path = "roll/goods.html")]
struct GoodsPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    people: Vec<(String, String)>,
    goods: Vec<(String, String)>,
}

/// The form for goods that are in no basket.
pub(crate) async fn goods(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::with(&shell, [("janji", "ya".to_owned())]);
    goods_page(&app, &cap, shell, &form, id).await
}

async fn goods_page(app: &App, cap: &RecordRolls, shell: Shell, form: &Form, id: Id) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let roll = query::by_id(db, district, &Reach::of(cap.scope()), id).await?.ok_or(Error::NotFound)?;
    if roll.state == "closed" {
        return redirect(&format!("/setoran/{id}/lembar"));
    }
    let roster: Vec<Named> = campaign::roster(db, district, roll.unit_id).await?;
    let goods = campaign::beside_basket(db, district, roll.campaign_id).await?;
    let template = GoodsPage {
        f: form.view(),
        people: roster.into_iter().map(|person| (person.id.to_string(), person.name)).collect(),
        goods: goods
            .into_iter()
            .map(|thing| (thing.commodity, format!("{} ({})", thing.name, thing.unit)))
            .collect(),
        roll,
        shell,
    };
    page_with(form.status(), &template)
}

/// Adds goods that are in no basket.
pub(crate) async fn goods_post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let sponsor = form.id("nama");
    let commodity = form.required("barang", 24);
    let amount = form.read("jumlah", |text| number::parse_count(text).map_err(|_| "web.error.not_a_number"));
    let promise_too = form.ticked("janji");
    if let (Some(sponsor), Some(amount), true) = (sponsor, amount, form.is_valid()) {
        let reach = Reach::of(cap.scope());
        let command = AddGoods { roll: id, sponsor, commodity, amount, promise_too, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setoran/{id}?disimpan=1")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    goods_page(&app, &cap, shell, &form, id).await
}
