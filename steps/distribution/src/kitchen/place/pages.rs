//! The kitchens, one of them, and the form that says what it is.

use std::collections::BTreeMap;

use askama::Template;
use asuh_step_registry::territories::{self, Territory};
use asuh_store::Id;
use axum::extract::State;

use super::super::{KeepKitchens, Reach, ReadKitchens};
use super::command::{Hand, PARTS, PutKitchen};
use super::query::{self, KitchenLine, PersonLine, StoreLine, VillageLine};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Role, Scope};
use asuh_ground::books::Funds;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

#[derive(Template)]
#[template(path = "kitchen/place/list.html")]
struct ListPage {
    shell: Shell,
    kitchens: Vec<KitchenLine>,
    may_keep: bool,
}

/// The kitchens within reach. Who works in one alone goes straight to it.
pub(super) async fn list(cap: Cap<ReadKitchens>, State(app): State<App>, shell: Shell) -> Page {
    let kitchens =
        query::kitchens(app.store.reader(), cap.district(), &Reach::by::<ReadKitchens>(cap.actor())).await?;
    page(&ListPage { shell, kitchens, may_keep: KeepKitchens::of(cap.actor()).is_some() })
}

#[derive(Template)]
#[template(path = "kitchen/place/show.html")]
struct ShowPage {
    shell: Shell,
    kitchen: KitchenLine,
    villages: Vec<VillageLine>,
    people: Vec<PersonLine>,
    users: Vec<String>,
    store: Vec<StoreLine>,
    funds: Funds,
    sees_store: bool,
    may_keep: bool,
}

/// A kitchen.
pub(super) async fn show(
    cap: Cap<ReadKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let kitchen = query::kitchen(db, district, id, &Reach::by::<ReadKitchens>(cap.actor()))
        .await?
        .ok_or(Error::NotFound)?;
    let (people, users) = query::people(db, district, id, app.store.clock().now()).await?;
    page(&ShowPage {
        villages: query::villages_of(db, district, id).await?,
        store: query::store_of(db, district, id).await?,
        funds: Funds::load(db, district).await?,
        sees_store: cap.actor().has_any(&[Role::Kitchen, Role::DistrictAdmin, Role::Auditor]),
        may_keep: KeepKitchens::of(cap.actor()).is_some(),
        kitchen,
        people,
        users,
        shell,
    })
}

/// The villages of a kecamatan.
struct Area {
    name: String,
    villages: Vec<Territory>,
    chosen: usize,
}

#[derive(Template)]
#[template(path = "kitchen/place/edit.html")]
struct EditPage {
    shell: Shell,
    f: FormView,
    kitchen: KitchenLine,
    areas: Vec<Area>,
    /// Who else cooks for a village.
    taken: BTreeMap<i64, String>,
}

impl EditPage {
    fn other(&self, village: &i64) -> &str {
        self.taken.get(village).map_or("", String::as_str)
    }
}

async fn edit_page(app: &App, cap: &KeepKitchens, id: Id, shell: Shell, form: &Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let kitchen = query::kitchen(db, district, id, &Reach::by::<KeepKitchens>(cap.actor()))
        .await?
        .ok_or(Error::NotFound)?;
    let villages =
        territories::villages_within(db, district, &Scope::whole(cap.actor().district_code)).await?;
    let chosen: Vec<i64> = form.all("desa").iter().filter_map(|code| code.parse().ok()).collect();
    let mut areas: Vec<Area> = Vec::new();
    for area in territories::subdistricts(db, district).await? {
        let inside: Vec<Territory> =
            villages.iter().filter(|one| one.code / 10_000 == area.code / 10_000).cloned().collect();
        let count = inside.iter().filter(|one| chosen.contains(&one.code)).count();
        areas.push(Area { name: area.name, villages: inside, chosen: count });
    }
    let taken = query::taken(db, district, id).await?.into_iter().collect();
    page_with(form.status(), &EditPage { f: form.view(), kitchen, areas, taken, shell })
}

/// The form, filled with what is known.
pub(super) async fn edit(
    cap: Cap<KeepKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let kitchen = query::kitchen(db, district, id, &Reach::by::<KeepKitchens>(cap.actor()))
        .await?
        .ok_or(Error::NotFound)?;
    let (people, _) = query::people(db, district, id, app.store.clock().now()).await?;
    let mut filled: Vec<(String, String)> = vec![("catatan".into(), kitchen.note)];
    if kitchen.capacity > 0 {
        filled.push(("porsi".into(), kitchen.capacity.to_string()));
    }
    if let Some(day) = kitchen.hygiene_on {
        for (part, value) in [
            ("tanggal", i32::from(day.day())),
            ("bulan", i32::from(u8::from(day.month()))),
            ("tahun", day.year()),
        ] {
            filled.push((format!("higienis_{part}"), value.to_string()));
        }
    }
    for part in PARTS {
        let names = people.iter().filter(|one| one.part == part).map(|one| one.name.as_str());
        filled.push((format!("orang.{part}"), names.collect::<Vec<_>>().join("\n")));
    }
    for village in query::villages_of(db, district, id).await? {
        filled.push(("desa".into(), village.village_code.to_string()));
    }
    let form = Form::with(&shell, filled);
    edit_page(&app, &cap, id, shell, &form).await
}

/// Says what it is.
pub(super) async fn put(
    cap: Cap<KeepKitchens>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let villages = form.all("desa").iter().filter_map(|code| code.parse().ok()).collect();
    let mut people = Vec::new();
    for part in PARTS {
        let names = form.optional(&format!("orang.{part}"), 2_000);
        let names = names.lines().map(str::trim).filter(|name| !name.is_empty());
        people
            .extend(names.map(|name| Hand { name: name.chars().take(80).collect(), part: part.to_owned() }));
    }
    let capacity = match form.get("porsi") {
        "" => Some(0),
        _ => form.count("porsi", 0..=100_000),
    };
    let hygiene_on = form.day_optional("higienis");
    let note = form.optional("catatan", 400);
    let reach = Reach::by::<KeepKitchens>(cap.actor());
    if let (Some(capacity), true) = (capacity, form.is_valid()) {
        let command = PutKitchen { kitchen: id, villages, people, capacity, hygiene_on, note, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/dapur/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    edit_page(&app, &cap, id, shell, &form).await
}
