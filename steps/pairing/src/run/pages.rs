//! The runs of a programme, one of them, and the decision.

use std::collections::HashMap;

use askama::Template;
use asuh_pairing::pairing::{Certificate, verify};
use asuh_step_registry::territories;
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{Ahead, ApproveRun, RefuseRun, current};
use super::compute::RunKind;
use super::flow;
use super::query::{self, FlowLine, OptionLine, PAGE, PlaceLine, PoolLine, RunLine};
use super::store::OrderRun;
use crate::programme::pools::pools;
use crate::programme::programme_or_404;
use crate::programme::{Programme, unit_rupiah};
use crate::{ApproveRuns, ManagePairing, ReadRuns};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::jobs;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};

#[derive(Template)]
#[template(path = "run/list.html")]
struct ListPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    runs: Vec<RunLine>,
    next: Option<i64>,
    may_manage: bool,
    kinds: Vec<(String, String)>,
    stabilities: Vec<(String, String)>,
    pools: Vec<(String, String)>,
}

/// Where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Before {
    sebelum: Option<i64>,
}

/// Codes with their words.
fn options(shell: &Shell, stem: &str, codes: &[&str]) -> Vec<(String, String)> {
    codes.iter().map(|code| ((*code).to_owned(), shell.t(&format!("{stem}.{code}")).into_owned())).collect()
}

async fn list_page(
    cap: &ReadRuns,
    app: &App,
    shell: Shell,
    (id, before): (Id, Option<i64>),
    form: Option<Form>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(app, district, id).await?;
    let mut runs = query::runs(db, district, id, before).await?;
    let next = cut(&mut runs, PAGE, |run| run.number);
    let pools: Vec<(String, String)> = pools(db, district, id)
        .await?
        .into_iter()
        .map(|pool| (pool.campaign_id.to_string(), pool.name))
        .collect();
    let form = form.unwrap_or_else(|| {
        let mut values = vec![("cara", "full"), ("pasangan", "lock")];
        values.extend(pools.iter().map(|(campaign, _)| ("kumpulan", campaign.as_str())));
        Form::with(&shell, values)
    });
    let template = ListPage {
        pools,
        f: form.view(),
        programme,
        runs,
        next,
        may_manage: ManagePairing::of(cap.actor()).is_some(),
        kinds: options(&shell, "pairing.run.kind", &["full", "intake"]),
        stabilities: options(&shell, "pairing.run.stability", &["lock", "soft"]),
        shell,
    };
    page_with(form.status(), &template)
}

/// The runs of a programme.
pub(super) async fn list(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    Params(before): Params<Before>,
    shell: Shell,
) -> Page {
    list_page(&cap, &app, shell, (id, before.sebelum), None).await
}

/// Orders a run.
pub(super) async fn order(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    programme_or_404(&app, cap.district(), id).await?;
    let kind = form.read("cara", |code| RunKind::parse(code).ok_or("web.error.choose"));
    let stability = form.read("pasangan", |code| match code {
        "lock" | "soft" => Ok(code.to_owned()),
        _ => Err("web.error.choose"),
    });
    let given: Vec<Id> = form.all("kumpulan").into_iter().filter_map(|id| id.parse().ok()).collect();
    // A form without boxes has one pool, which it does not name; boxes of which none is ticked name none either.
    if given.is_empty() && form.ticked("kumpulan_dipilih") {
        form.error("kumpulan", "pairing.refused.no_pool");
    }
    if let (Some(kind), Some(stability), true) = (kind, stability, form.is_valid()) {
        let command = OrderRun { programme: id, kind, stability, pools: given, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => {
                jobs::ring(&app);
                return redirect(&format!("/perhitungan/{}", receipt.value));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reads = ReadRuns::of(cap.actor()).ok_or(Error::Forbidden)?;
    list_page(&reads, &app, shell, (id, None), Some(form)).await
}

/// How far the proof of a run holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Proof {
    /// Checked again just now.
    Now,
    /// Checked when it was worked out or approved.
    Then,
    /// The facts have changed since.
    Stale,
    /// It does not hold: not to be used.
    Broken,
}

impl Proof {
    fn code(self) -> &'static str {
        match self {
            Proof::Now => "now",
            Proof::Then => "then",
            Proof::Stale => "stale",
            Proof::Broken => "broken",
        }
    }
}

#[derive(Template)]
#[template(path = "run/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    run: RunLine,
    proof: Proof,
    unit: i64,
    pools: Vec<PoolLine>,
    places: Vec<PlaceLine>,
    total: Option<PlaceLine>,
    names: HashMap<i64, String>,
    flows: Vec<FlowLine>,
    drawing: String,
    options: Vec<OptionLine>,
    may_decide: bool,
    is_own: bool,
}

impl ShowPage {
    fn name(&self, code: &i64) -> String {
        place_name(&self.shell, &self.names, *code)
    }

    /// Units before and after, of how many.
    fn units_words(&self) -> String {
        let (shell, run) = (&self.shell, &self.run);
        shell.t3(
            "pairing.run.units_words",
            ("before", shell.number(run.before_units)),
            ("after", shell.number(run.served_units + run.besides_units)),
            ("need", shell.number(run.needed_units)),
        )
    }

    /// Rupiah of units that are lacking.
    fn rupiah(&self, units: i64) -> String {
        self.shell.rupiah(units * self.unit)
    }

    /// An option in words.
    fn option_words(&self, code: &str) -> String {
        match code.strip_prefix("price_") {
            Some(ranks) => self.shell.t1("pairing.option.price", "n", ranks),
            None => self.shell.t(&format!("pairing.option.{code}")).into_owned(),
        }
    }

    /// By how much an option serves more or less than the chosen one: "+12", "−3", "0".
    fn more(&self, units: &i64) -> String {
        let more = units - self.run.served_units;
        match more {
            0 => "0".to_owned(),
            more if more > 0 => format!("+{}", self.shell.number(more)),
            less => format!("−{}", self.shell.number(-less)),
        }
    }
}

fn place_name(shell: &Shell, names: &HashMap<i64, String>, code: i64) -> String {
    match (code, names.get(&code)) {
        (0, _) => shell.t("pairing.nowhere").into_owned(),
        (_, Some(name)) => name.clone(),
        (code, None) => code.to_string(),
    }
}

fn summed(places: &[PlaceLine]) -> Option<PlaceLine> {
    let mut places = places.iter();
    let mut total = places.next()?.clone();
    for place in places {
        total.children += place.children;
        total.need += place.need;
        total.before_full += place.before_full;
        total.before_part += place.before_part;
        total.before_none += place.before_none;
        total.before_gap += place.before_gap;
        total.after_full += place.after_full;
        total.after_part += place.after_part;
        total.after_none += place.after_none;
        total.after_gap += place.after_gap;
    }
    Some(total)
}

async fn proof_of(app: &App, district: DistrictId, run: &RunLine) -> Result<Proof, Error> {
    let db = app.store.reader();
    if run.state != "draft" {
        return Ok(Proof::Then);
    }
    let Some(situation) = current(db, run).await? else { return Ok(Proof::Stale) };
    let Some(bytes) = query::certificate(db, district, run.id).await? else { return Ok(Proof::Then) };
    let holds = Certificate::from_bytes(&bytes)
        .and_then(|certificate| verify(&situation.instance, &certificate).ok())
        .is_some_and(|pairing| pairing.objectives.rank_objective.to_string() == run.rank_objective);
    Ok(if holds { Proof::Now } else { Proof::Broken })
}

async fn show_page(cap: &ReadRuns, app: &App, shell: Shell, id: Id, form: Form) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let run = query::run(db, district, id).await?.ok_or(Error::NotFound)?;
    let programme = programme_or_404(app, district, run.programme_id).await?;
    let places = query::by_subdistrict(db, district, id).await?;
    let flows = query::flows(db, district, id).await?;
    let codes = flows.iter().flat_map(|flow| [flow.from_code, flow.to_code]);
    let codes = codes.chain(places.iter().map(|place| place.subdistrict));
    let names = territories::names(db, district, codes).await?;
    let titles =
        (&*shell.t("pairing.flow.title"), &*shell.t("pairing.flow.from"), &*shell.t("pairing.flow.to"));
    let drawing =
        flow::drawing(&flows, titles, |code| place_name(&shell, &names, code), |units| shell.number(units));
    let template = ShowPage {
        f: form.view(),
        proof: proof_of(app, district, &run).await?,
        unit: unit_rupiah(db, district, programme.campaign_id, run.on_day).await?,
        pools: query::pools(db, district, id).await?,
        total: summed(&places),
        places,
        names,
        drawing,
        flows,
        options: query::options(db, district, id).await?,
        may_decide: ApproveRuns::of(cap.actor()).is_some(),
        is_own: run.asked_by == cap.actor().user,
        programme,
        run,
        shell,
    };
    page_with(form.status(), &template)
}

/// A run.
pub(super) async fn show(
    cap: Cap<ReadRuns>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&cap, &app, shell, id, form).await
}

/// Approves a draft.
pub(super) async fn approve(
    cap: Cap<ApproveRuns>,
    State(app): State<App>,
    Path(run): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let ahead = Ahead::read(&app.store, cap.district(), run).await?;
    let command = ApproveRun { run, today: shell.today, ahead };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/perhitungan/{run}")),
        Err(rejection) => {
            form.reject(rejection)?;
            let reads = ReadRuns::of(cap.actor()).ok_or(Error::Forbidden)?;
            show_page(&reads, &app, shell, run, form).await
        }
    }
}

/// Puts a draft away.
pub(super) async fn refuse(
    cap: Cap<ApproveRuns>,
    State(app): State<App>,
    Path(run): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 300);
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, RefuseRun { run, reason }).await {
            Ok(_) => return redirect(&format!("/perhitungan/{run}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let reads = ReadRuns::of(cap.actor()).ok_or(Error::Forbidden)?;
    show_page(&reads, &app, shell, run, form).await
}
