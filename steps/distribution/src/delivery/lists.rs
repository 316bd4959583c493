//! The packing list of a village, the list that recipients sign, and packing.

use std::collections::HashMap;

use askama::Template;
use asuh_store::Id;
use axum::extract::State;

use super::command::PackVillage;
use super::query::{self, PackageLine, Reach, VillageSum};
use crate::plan::{self, RunLine, WayLine};
use crate::{DeliverPackages, PackPackages, ReadDistribution, ReadRecipients};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// A run and one of its villages, for the head of a page.
pub(super) struct Head {
    pub(super) run: RunLine,
    pub(super) code: i64,
    pub(super) village: String,
    pub(super) subdistrict: String,
}

/// The run and the village of a path; drafts have no lists.
pub(super) async fn head(
    app: &App,
    district: asuh_store::DistrictId,
    (run, code): (Id, i64),
) -> Result<Head, Error> {
    let db = app.store.reader();
    let run = plan::run(db, district, run).await?.ok_or(Error::NotFound)?;
    if !matches!(run.state.as_str(), "approved" | "closed") {
        return Err(Error::NotFound);
    }
    let (village, subdistrict) = query::village_name(db, district, code).await?.ok_or(Error::NotFound)?;
    Ok(Head { run, code, village, subdistrict })
}

/// Reads `{run}/{code}` of a path.
pub(super) fn place((run, code): (String, String)) -> Result<(Id, i64), Error> {
    Ok((run.parse().map_err(|_| Error::NotFound)?, code.parse().map_err(|_| Error::NotFound)?))
}

/// The goods that a run hands over in packs: who stands on a list with none, or on no list, has to be told why.
async fn packs_of(app: &App, district: asuh_store::DistrictId, run: Id) -> Result<Vec<WayLine>, Error> {
    let ways = plan::ways_of(app.store.reader(), district, run).await?;
    Ok(ways.into_iter().filter(|way| way.chosen && way.pack > 0).collect())
}

#[derive(Template)]
#[template(path = "delivery/packing.html")]
struct Packing {
    shell: Shell,
    head: Head,
    letterhead: Letterhead,
    lines: Vec<PackageLine>,
    sums: Vec<VillageSum>,
    packs: Vec<WayLine>,
    named: bool,
    may_pack: bool,
    may_deliver: bool,
    waiting: usize,
}

/// The packing list. The warehouse sees numbers and contents; names only those who may read recipients.
pub(super) async fn packing(
    cap: Cap<ReadDistribution>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
) -> Page {
    let head = head(&app, cap.district(), place(path)?).await?;
    let db = app.store.reader();
    let recipients = ReadRecipients::of(cap.actor());
    let packs =
        PackPackages::of(cap.actor()).filter(|packs| packs.scope().reaches_unit(head.run.warehouse_id));
    let reach = match (&packs, &recipients) {
        (Some(_), _) => Reach::Whole,
        (None, Some(readers)) => Reach::Within(readers.scope()),
        (None, None) => return Err(Error::NotFound),
    };
    let lines = query::packages(db, cap.district(), head.run.id, head.code, reach).await?;
    if lines.is_empty() {
        return Err(Error::NotFound);
    }
    // Who packs the whole village and also reads names elsewhere sees no names here.
    let code = asuh_nusantara::TerritoryCode::from_i64(head.code).map_err(|_| Error::NotFound)?;
    let named = recipients.as_ref().is_some_and(|readers| match reach {
        Reach::Whole => readers.scope().reaches(code, ""),
        Reach::Within(_) => true,
    });
    let waiting = lines.iter().filter(|line| line.state == "planned").count();
    let may_deliver = DeliverPackages::of(cap.actor()).is_some()
        && named
        && lines.iter().any(|line| line.state == "packed");
    let sums = query::sums(db, cap.district(), head.run.id, head.code, None).await?;
    page(&Packing {
        packs: packs_of(&app, cap.district(), head.run.id).await?,
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        named,
        may_pack: packs.is_some() && head.run.state == "approved" && waiting > 0,
        may_deliver,
        waiting,
        shell,
        head,
        lines,
        sums,
    })
}

#[derive(Template)]
#[template(path = "delivery/recipients.html")]
struct Recipients {
    shell: Shell,
    head: Head,
    letterhead: Letterhead,
    lines: Vec<PackageLine>,
    packs: Vec<WayLine>,
    niks: HashMap<Id, String>,
}

impl Recipients {
    fn lead(&self) -> String {
        let week = self.shell.long_day(self.head.run.week_of);
        self.shell.t3(
            "distribution.recipients.lead",
            ("village", &self.head.village),
            ("subdistrict", &self.head.subdistrict),
            ("week", &week),
        )
    }

    /// Its last four digits: the twelve dots before them take the room that signatures need.
    fn nik(&self, family: &Id) -> &str {
        self.niks.get(family).map_or("", |masked| masked.trim_start_matches('•'))
    }
}

/// The list that recipients sign (DTT), NIK masked.
pub(super) async fn recipients(
    cap: Cap<ReadRecipients>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
) -> Page {
    let head = head(&app, cap.district(), place(path)?).await?;
    let db = app.store.reader();
    let lines =
        query::packages(db, cap.district(), head.run.id, head.code, Reach::Within(cap.scope())).await?;
    if lines.is_empty() {
        return Err(Error::NotFound);
    }
    let niks = query::masked_niks(&app, cap.district(), head.run.id, head.code).await?;
    page(&Recipients {
        packs: packs_of(&app, cap.district(), head.run.id).await?,
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        shell,
        head,
        lines,
        niks,
    })
}

#[derive(Template)]
#[template(path = "delivery/pack.html")]
struct Pack {
    shell: Shell,
    head: Head,
    f: FormView,
    sums: Vec<VillageSum>,
}

async fn pack_page(app: &App, cap: &PackPackages, path: (String, String), form: &Form, shell: Shell) -> Page {
    let head = head(app, cap.district(), place(path)?).await?;
    if !cap.scope().reaches_unit(head.run.warehouse_id) {
        return Err(Error::NotFound);
    }
    let sums =
        query::sums(app.store.reader(), cap.district(), head.run.id, head.code, Some("planned")).await?;
    page_with(form.status(), &Pack { shell, head, f: form.view(), sums })
}

/// What is about to leave the warehouse.
pub(super) async fn pack_check(
    cap: Cap<PackPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    pack_page(&app, &cap, path, &form, shell).await
}

/// It leaves.
pub(super) async fn pack(
    cap: Cap<PackPackages>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let (run, village) = place(path.clone())?;
    let command = PackVillage { run, village, day: app.today(cap.actor()), scope: cap.scope().clone() };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/penyaluran/{run}/desa/{village}")),
        Err(rejection) => {
            form.reject(rejection)?;
            pack_page(&app, &cap, path, &form, shell).await
        }
    }
}
