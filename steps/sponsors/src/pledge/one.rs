//! The page of one promise: how it stands, and pause, change, wishes, stop, undo. The same page for the sponsor
//! himself, for his coordinator, and for the admin; each under his own address and with his own reach.

use askama::Template;
use asuh_store::Id;
use axum::extract::State as Shared;

use super::change::{
    ChangeAmount, ChangeWishes, PausePledge, ResumePledge, StopPledge, UndoPledge, UndoStop,
};
use super::pages::{far_options, name_options, read_document, read_far};
use super::query::{self, Owner};
use super::rules::{PublicName, most_baskets};
use super::state::{self, Standing};
use crate::campaign::pages::basket_words;
use crate::campaign::query as campaigns;
use crate::{OwnPledges, PledgeForSponsor, PledgeForUnit, Reach};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// From where somebody looks at a promise.
struct Frame {
    /// What he may reach.
    reach: Reach,
    /// The address of this page.
    path: String,
    /// The page above it.
    back: String,
}

impl Frame {
    fn own(sponsor: Id, pledge: Id) -> Frame {
        Frame { reach: Reach::Own(sponsor), path: format!("/janji/{pledge}"), back: "/janji".into() }
    }

    fn unit(cap: &PledgeForUnit, unit: Id, pledge: Id) -> Frame {
        let back = format!("/janji/unit/{unit}");
        Frame { reach: Reach::of(cap.scope()), path: format!("{back}/janji/{pledge}"), back }
    }

    fn sponsor(sponsor: Id, pledge: Id) -> Frame {
        let back = format!("/orang-tua-asuh/{sponsor}");
        Frame { reach: Reach::All, path: format!("{back}/janji/{pledge}"), back }
    }

    fn is_own(&self) -> bool {
        matches!(self.reach, Reach::Own(_))
    }
}

#[derive(Template)]
#[template(path = "pledge/one.html")]
struct OnePage {
    shell: Shell,
    f: FormView,
    path: String,
    back: String,
    own: bool,
    name: String,
    standing: Standing,
    basket: String,
    names: Vec<(String, String)>,
    fars: Vec<(String, String)>,
}

/// The promise, if it is within reach and (where the address names somebody) his.
async fn found(app: &App, actor: &Actor, frame: &Frame, whose: Option<Id>, id: Id) -> Result<Owner, Error> {
    query::owner(app.store.reader(), actor.district, id)
        .await?
        .filter(|owner| frame.reach.allows(owner.sponsor_id, owner.unit_id))
        .filter(|owner| whose.is_none_or(|sponsor| sponsor == owner.sponsor_id))
        .ok_or(Error::NotFound)
}

async fn show(
    app: &App,
    actor: &Actor,
    shell: Shell,
    frame: &Frame,
    owner: Owner,
    form: Option<Form>,
) -> Page {
    let db = app.store.reader();
    let now = app.store.clock().now();
    let standing = state::of_sponsor(db, actor.district, owner.sponsor_id, shell.today, now)
        .await?
        .into_iter()
        .find(|standing| standing.pledge.id == owner.pledge_id)
        .ok_or(Error::NotFound)?;
    let items = campaigns::items(db, actor.district, standing.pledge.campaign_id).await?;
    let today = shell.today;
    let day = |field: &str| {
        [
            (format!("{field}_tanggal"), today.day().to_string()),
            (format!("{field}_bulan"), u8::from(today.month()).to_string()),
            (format!("{field}_tahun"), today.year().to_string()),
        ]
    };
    let form = form.unwrap_or_else(|| {
        let mut values = vec![
            ("paket".to_owned(), standing.pledge.baskets.to_string()),
            ("sebutan".to_owned(), standing.pledge.public_name.clone()),
            ("jangkauan".to_owned(), standing.pledge.reach.clone()),
        ];
        values.extend(day("jeda"));
        values.extend(day("ubah"));
        Form::with(&shell, values.iter().map(|(name, value)| (name.as_str(), value.clone())))
    });
    let template = OnePage {
        f: form.view(),
        path: frame.path.clone(),
        back: frame.back.clone(),
        own: frame.is_own(),
        name: owner.name,
        basket: basket_words(&shell, &items, standing.pledge.baskets),
        names: name_options(&shell, &PublicName::ALL, &owner.kind),
        fars: far_options(&shell),
        standing,
        shell,
    };
    page_with(form.status(), &template)
}

/// What a button of the page asks for.
enum Ask {
    Stop(StopPledge),
    Restore(UndoStop),
    Undo(UndoPledge),
    Pause(PausePledge),
    Resume(ResumePledge),
    Amount(ChangeAmount),
    Wishes(ChangeWishes),
}

fn read(form: &mut Form, shell: &Shell, owner: &Owner, reach: &Reach) -> Result<Option<Ask>, Error> {
    let (pledge, reach, today) = (owner.pledge_id, reach.clone(), shell.today);
    let ahead = |form: &mut Form, field: &str| {
        let day = form.day(field);
        if day.is_some_and(|day| day < today) {
            form.error(field, "sponsors.refused.day_in_past");
        }
        day
    };
    let ask = match form.get("aksi") {
        "berhenti" => {
            let last_day = today.previous_day().unwrap_or(today);
            Some(Ask::Stop(StopPledge { pledge, last_day, reach }))
        }
        "pulihkan" => Some(Ask::Restore(UndoStop { pledge, reach })),
        "urungkan" => Some(Ask::Undo(UndoPledge { pledge, reach })),
        "jeda" => {
            let starts_on = ahead(form, "jeda");
            let ends_on = form.day_optional("jeda_sampai");
            starts_on.map(|starts_on| Ask::Pause(PausePledge { pledge, starts_on, ends_on, reach }))
        }
        "lanjut" => {
            let pause = form.get("pilihan").parse().map_err(|_| Error::NotFound)?;
            Some(Ask::Resume(ResumePledge { pledge, pause, first_day: today, reach }))
        }
        "ubah" => {
            let baskets = form.count("paket", 1..=most_baskets(&owner.kind));
            let from = ahead(form, "ubah");
            baskets
                .zip(from)
                .map(|(baskets, from)| Ask::Amount(ChangeAmount { pledge, baskets, from, reach }))
        }
        "sebutan" => {
            let public_name = form.read("sebutan", |code| PublicName::parse(code).ok_or("web.error.choose"));
            let how_far = read_far(form);
            let document = read_document(form);
            public_name.map(|public_name| {
                Ask::Wishes(ChangeWishes { pledge, public_name, how_far, document, reach })
            })
        }
        _ => return Err(Error::NotFound),
    };
    Ok(ask.filter(|_| form.is_valid()))
}

async fn act(app: &App, actor: &Actor, shell: Shell, frame: &Frame, owner: Owner, mut form: Form) -> Page {
    if let Some(ask) = read(&mut form, &shell, &owner, &frame.reach)? {
        let id = form.command_id()?;
        let done = match ask {
            Ask::Stop(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Restore(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Undo(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Pause(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Resume(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Amount(command) => app.submit(actor, id, command).await.map(|_| ()),
            Ask::Wishes(command) => app.submit(actor, id, command).await.map(|_| ()),
        };
        match done {
            Ok(()) => return redirect(&frame.path),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(app, actor, shell, frame, owner, Some(form)).await
}

/// One of my promises.
pub(crate) async fn own(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let frame = Frame::own(cap.actor().sponsor.ok_or(Error::NotFound)?, id);
    let owner = found(&app, cap.actor(), &frame, None, id).await?;
    show(&app, cap.actor(), shell, &frame, owner, None).await
}

/// I pause, change or stop it.
pub(crate) async fn own_act(
    cap: Cap<OwnPledges>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let frame = Frame::own(cap.actor().sponsor.ok_or(Error::NotFound)?, id);
    let owner = found(&app, cap.actor(), &frame, None, id).await?;
    act(&app, cap.actor(), shell, &frame, owner, form).await
}

/// A promise of somebody of one's unit.
pub(crate) async fn of_unit(
    cap: Cap<PledgeForUnit>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path((unit, id)): Path<(Id, Id)>,
) -> Page {
    let frame = Frame::unit(&cap, unit, id);
    let owner = found(&app, cap.actor(), &frame, None, id).await?;
    if owner.unit_id != Some(unit) {
        return Err(Error::NotFound);
    }
    show(&app, cap.actor(), shell, &frame, owner, None).await
}

/// Pauses, changes or stops it for him.
pub(crate) async fn of_unit_act(
    cap: Cap<PledgeForUnit>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path((unit, id)): Path<(Id, Id)>,
    form: Form,
) -> Page {
    let frame = Frame::unit(&cap, unit, id);
    let owner = found(&app, cap.actor(), &frame, None, id).await?;
    if owner.unit_id != Some(unit) {
        return Err(Error::NotFound);
    }
    act(&app, cap.actor(), shell, &frame, owner, form).await
}

/// A promise of a sponsor.
pub(crate) async fn of_sponsor(
    cap: Cap<PledgeForSponsor>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path((sponsor, id)): Path<(Id, Id)>,
) -> Page {
    let frame = Frame::sponsor(sponsor, id);
    let owner = found(&app, cap.actor(), &frame, Some(sponsor), id).await?;
    show(&app, cap.actor(), shell, &frame, owner, None).await
}

/// Pauses, changes or stops it for him.
pub(crate) async fn of_sponsor_act(
    cap: Cap<PledgeForSponsor>,
    Shared(app): Shared<App>,
    shell: Shell,
    Path((sponsor, id)): Path<(Id, Id)>,
    form: Form,
) -> Page {
    let frame = Frame::sponsor(sponsor, id);
    let owner = found(&app, cap.actor(), &frame, Some(sponsor), id).await?;
    act(&app, cap.actor(), shell, &frame, owner, form).await
}
