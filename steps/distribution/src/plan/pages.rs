//! The list of runs, a new plan, its draft, approval and closing.

use std::collections::{BTreeMap, HashMap};

use askama::Template;
use asuh_nusantara::date::monday_of;
use asuh_step_registry::DecidePairs;
use asuh_store::{Id, Instant};
use axum::extract::{Query as UrlQuery, State};
use serde::Deserialize;
use time::Date;

use super::choice::{self, Way};
use super::command::{ApproveRun, CloseRun, DiscardRun, GoodChoice, PlanRun};
use super::proposal::{self, Campaign, Proposal};
use super::query::{self, FamilyShare, RunLine, RunVillage, StockLine, VillageShare, WayLine};
use crate::rules::Good;
use crate::{PackPackages, PlanDistribution, ReadDistribution};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::books::CommodityLine;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page, page_with, redirect};

/// How many past weeks can still be planned.
const WEEKS: i64 = 8;

/// Most of a good that can be typed per family, in its smallest unit.
const MOST: i64 = 1_000_000;

#[derive(Template)]
#[template(path = "plan/list.html")]
struct List {
    shell: Shell,
    runs: Vec<RunLine>,
    next: Option<String>,
    may_plan: bool,
}

#[derive(Deserialize)]
pub(super) struct Before {
    sebelum: Option<String>,
}

/// All runs, newest first.
pub(super) async fn list(
    cap: Cap<ReadDistribution>,
    State(app): State<App>,
    UrlQuery(before): UrlQuery<Before>,
    shell: Shell,
) -> Page {
    let may_plan = PlanDistribution::of(cap.actor()).is_some();
    let before = before.sebelum.as_deref().and_then(read_mark);
    let packs = PackPackages::of(cap.actor());
    let packs = packs.as_ref().map(|packs| packs.scope());
    let mut runs =
        query::runs(app.store.reader(), cap.district(), may_plan, packs, cap.scope(), before).await?;
    let next = cut(&mut runs, 50, |run| format!("{}-{}", run.planned_at.0, run.id));
    page(&List { shell, runs, next, may_plan })
}

fn read_mark(text: &str) -> Option<(Instant, Id)> {
    let (at, id) = text.split_once('-')?;
    Some((Instant(at.parse().ok()?), id.parse().ok()?))
}

/// The amount field of a good.
struct GoodField {
    field: String,
    label: String,
    hint: String,
}

#[derive(Template)]
#[template(path = "plan/new.html")]
struct New {
    shell: Shell,
    f: FormView,
    campaigns: Vec<(String, String)>,
    weeks: Vec<(String, String)>,
    /// The first and the last day of the week that is shown.
    week: Date,
    week_end: Date,
    proposal: Proposal,
    goods: Vec<GoodField>,
    both: Vec<Both>,
    pool_words: String,
}

/// Both ways of handing over a good, for whoever plans to choose.
struct Both {
    field: String,
    title: String,
    unit: String,
    /// The size of a pack, in words.
    pack: String,
    ways: Vec<Way>,
}

#[derive(Deserialize)]
pub(super) struct Choice {
    gerakan: Option<String>,
    minggu: Option<String>,
}

fn read_week(text: &str) -> Option<Date> {
    asuh_nusantara::date::parse(text).ok()
}

/// The page with pool, families and proposed route; `form` is what was sent, or nothing yet.
async fn new_page(
    app: &App,
    cap: &PlanDistribution,
    choice: (Option<Id>, Option<Date>),
    form: Option<&Form>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let campaigns = proposal::campaigns(db, cap.district()).await?;
    let this_week = monday_of(shell.today);
    let week = choice.1.map(monday_of).filter(|week| *week <= this_week).unwrap_or(this_week);
    let chosen: Option<&Campaign> =
        campaigns.iter().find(|campaign| Some(campaign.id) == choice.0).or_else(|| campaigns.first());
    let proposal = match chosen {
        Some(campaign) => proposal::propose(db, cap.district(), campaign, week).await?,
        None => Proposal { goods: Vec::new(), families: 0, villages: Vec::new(), list: Vec::new() },
    };
    let commodities = query::commodities(db, cap.district()).await?;
    let goods = good_fields(&shell, &proposal, &commodities);
    let pool_words = pool_words(&shell, &proposal, &commodities);
    let proposed = form.is_none().then(|| proposed_form(&shell, chosen, week, &proposal));
    let shown = form.or(proposed.as_ref());
    let both = shown.map(|form| both_ways(&shell, form, &proposal, &commodities)).unwrap_or_default();
    let template = New {
        f: shown.map(Form::view).unwrap_or_default(),
        campaigns: campaigns.iter().map(|line| (line.id.to_string(), line.name.clone())).collect(),
        weeks: (0..WEEKS)
            .map(|back| this_week - time::Duration::weeks(back))
            .map(|week| (week.to_string(), shell.long_day(week)))
            .collect(),
        week,
        week_end: week + time::Duration::days(6),
        proposal,
        goods,
        both,
        pool_words,
        shell,
    };
    page_with(shown.map_or(axum::http::StatusCode::OK, Form::status), &template)
}

fn proposed_form(shell: &Shell, campaign: Option<&Campaign>, week: Date, proposal: &Proposal) -> Form {
    let mut values = vec![("minggu".to_owned(), week.to_string())];
    values.extend(campaign.map(|campaign| ("gerakan".to_owned(), campaign.id.to_string())));
    values.extend(
        proposal.goods.iter().map(|good| (format!("jumlah_{}", good.commodity), good.per_family.to_string())),
    );
    values.extend(
        proposal
            .goods
            .iter()
            .filter(|good| good.pack > 0)
            .map(|good| (format!("cara_{}", good.commodity), "rata".to_owned())),
    );
    values.extend(proposal.route().into_iter().map(|code| ("desa".to_owned(), code.to_string())));
    Form::with(shell, values)
}

fn good_fields(
    shell: &Shell,
    proposal: &Proposal,
    commodities: &BTreeMap<String, CommodityLine>,
) -> Vec<GoodField> {
    proposal
        .goods
        .iter()
        .filter_map(|good| {
            let line = commodities.get(&good.commodity)?;
            let pool = shell.quantity(&line.unit, good.pool);
            Some(GoodField {
                field: format!("jumlah_{}", good.commodity),
                label: shell.t2("distribution.new.amount", "name", &line.name, "unit", &line.unit),
                hint: shell.t2(
                    "distribution.new.amount_hint",
                    "pool",
                    pool,
                    "step",
                    shell.quantity(&line.unit, good.step),
                ),
            })
        })
        .collect()
}

/// What either way does with the goods that have packs, for the villages and amounts of a form. Ties are broken by
/// another lottery than the run's; that moves families, not their number.
fn both_ways(
    shell: &Shell,
    form: &Form,
    proposal: &Proposal,
    commodities: &BTreeMap<String, CommodityLine>,
) -> Vec<Both> {
    let route = villages_of(form).into_iter().collect();
    let goods: Vec<Good> = proposal
        .goods
        .iter()
        .map(|good| {
            let typed = form.get(&format!("jumlah_{}", good.commodity)).trim().parse().ok();
            let per_family = typed.filter(|amount| (0..=MOST).contains(amount)).unwrap_or(good.per_family);
            Good { per_family, ..good.clone() }
        })
        .collect();
    (0..goods.len())
        .filter_map(|place| {
            let good = goods.get(place)?;
            let line = commodities.get(&good.commodity)?;
            // A pool that cannot be shared out is refused when it is planned, with the reason.
            let ways = choice::ways(&goods, place, &proposal.list, &route, 0).ok()?;
            (!ways.is_empty()).then(|| Both {
                field: format!("cara_{}", good.commodity),
                title: shell.t1("distribution.way.title", "name", line.name.to_lowercase()),
                unit: line.unit.clone(),
                pack: shell.quantity(&line.unit, good.pack),
                ways,
            })
        })
        .collect()
}

/// The villages ticked in a form, each once.
fn villages_of(form: &Form) -> Vec<i64> {
    let mut villages: Vec<i64> = form.all("desa").into_iter().filter_map(|code| code.parse().ok()).collect();
    villages.sort_unstable();
    villages.dedup();
    villages
}

fn pool_words(shell: &Shell, proposal: &Proposal, commodities: &BTreeMap<String, CommodityLine>) -> String {
    let parts = proposal.goods.iter().filter_map(|good| {
        let line = commodities.get(&good.commodity)?;
        Some(format!("{} {}", line.name.to_lowercase(), shell.quantity(&line.unit, good.pool)))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What would be shared out.
pub(super) async fn new(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    UrlQuery(choice): UrlQuery<Choice>,
    shell: Shell,
) -> Page {
    let campaign = choice.gerakan.as_deref().and_then(|text| text.parse().ok());
    let week = choice.minggu.as_deref().and_then(read_week);
    new_page(&app, &cap, (campaign, week), None, shell).await
}

/// Plans it.
pub(super) async fn plan(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let campaign = form.id("gerakan");
    let week = form.day("minggu");
    let names: Vec<String> = form.starting_with("jumlah_").map(|(code, _)| code.to_owned()).collect();
    let mut goods = Vec::new();
    for commodity in names {
        if let Some(per_family) = form.count(&format!("jumlah_{commodity}"), 0..=MOST) {
            let in_packs = form.get(&format!("cara_{commodity}")) == "paket";
            goods.push(GoodChoice { commodity, per_family, in_packs });
        }
    }
    let villages = villages_of(&form);
    // Only what either way would do is asked for: nothing is planned yet.
    if form.get("langkah") == "hitung" {
        return new_page(&app, &cap, (campaign, week), Some(&form), shell).await;
    }
    if villages.is_empty() {
        form.error("desa", "distribution.refused.no_village");
    }
    if let (Some(campaign), Some(week_of), true) = (campaign, week, form.is_valid()) {
        let command = PlanRun { campaign, week_of, goods, villages, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/penyaluran/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    new_page(&app, &cap, (campaign, week), Some(&form), shell).await
}

#[derive(Template)]
#[template(path = "plan/show.html")]
struct Show {
    shell: Shell,
    f: FormView,
    run: RunLine,
    planner: bool,
    stock: Vec<StockLine>,
    ways: Vec<WayLine>,
    villages: Vec<RunVillage>,
    sample: Vec<FamilyShare>,
    shares: Vec<VillageShare>,
    waiting: Vec<query::WaitingLine>,
    decides_pairs: bool,
    letterhead: Letterhead,
    names: HashMap<i64, (String, String)>,
}

impl Show {
    fn name(&self, code: &i64) -> &str {
        self.names.get(code).map_or("", |(name, _)| name.as_str())
    }

    fn good(&self, code: &str) -> &str {
        self.stock.iter().find(|line| line.commodity == code).map_or("", |line| line.name.as_str())
    }
}

/// A run: to the planner with its shares, to the others the villages within reach.
pub(super) async fn show(
    cap: Cap<ReadDistribution>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, &cap, id, &form, shell).await
}

async fn show_page(app: &App, cap: &ReadDistribution, id: Id, form: &Form, shell: Shell) -> Page {
    let db = app.store.reader();
    let run = query::run(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    let planner = PlanDistribution::of(cap.actor()).is_some();
    if !planner && !matches!(run.state.as_str(), "approved" | "closed") {
        return Err(Error::NotFound);
    }
    let packs =
        PackPackages::of(cap.actor()).is_some_and(|packs| packs.scope().reaches_unit(run.warehouse_id));
    let villages = query::run_villages(db, cap.district(), id, cap.scope(), packs).await?;
    if !planner && villages.is_empty() {
        return Err(Error::NotFound);
    }
    let (sample, shares) = if planner {
        (
            query::family_sample(db, cap.district(), id).await?,
            query::village_shares(db, cap.district(), id).await?,
        )
    } else {
        (Vec::new(), Vec::new())
    };
    let template = Show {
        f: form.view(),
        planner,
        stock: query::stock(db, cap.district(), id).await?,
        ways: query::ways_of(db, cap.district(), id).await?,
        villages,
        sample,
        shares,
        waiting: query::waiting(db, cap.district(), id, cap.scope()).await?,
        decides_pairs: DecidePairs::of(cap.actor()).is_some(),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        names: proposal::village_names(db, cap.district()).await?,
        run,
        shell,
    };
    page_with(form.status(), &template)
}

macro_rules! check_template {
    ($name:ident, $path:literal) => {
        #[derive(Template)]
        #[template(path = $path)]
        struct $name {
            shell: Shell,
            f: FormView,
            run: RunLine,
            stock: Vec<StockLine>,
            ways: Vec<WayLine>,
        }

        impl $name {
            fn in_turn(&self, way: &WayLine) -> String {
                self.shell.t3(
                    "distribution.way.summary",
                    ("pack", self.shell.quantity(way.unit.as_str(), way.pack)),
                    ("families", self.shell.number(way.receiving)),
                    ("waiting", self.shell.number(way.on_route - way.receiving)),
                )
            }
        }
    };
}
check_template!(Approve, "plan/approve.html");
check_template!(Close, "plan/close.html");

async fn run_and_stock(
    app: &App,
    cap: &PlanDistribution,
    id: Id,
    form: &Form,
    state: &str,
) -> Result<(RunLine, Vec<StockLine>, Vec<WayLine>), Error> {
    let db = app.store.reader();
    let run = query::run(db, cap.district(), id).await?.ok_or(Error::NotFound)?;
    // A refused form is shown whatever has become of the run since.
    if run.state != state && form.is_valid() {
        return Err(Error::NotFound);
    }
    let stock = query::stock(db, cap.district(), id).await?;
    let ways = query::ways_of(db, cap.district(), id).await?.into_iter().filter(|way| way.chosen).collect();
    Ok((run, stock, ways))
}

async fn approve_page(app: &App, cap: &PlanDistribution, id: Id, form: &Form, shell: Shell) -> Page {
    let (run, stock, ways) = run_and_stock(app, cap, id, form, "draft").await?;
    page_with(form.status(), &Approve { f: form.view(), run, stock, ways, shell })
}

/// What an approval would do.
pub(super) async fn approve_check(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    approve_page(&app, &cap, id, &form, shell).await
}

/// Approves.
pub(super) async fn approve(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    Path(run): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    match app.submit(cap.actor(), form.command_id()?, ApproveRun { run }).await {
        Ok(_) => redirect(&format!("/penyaluran/{run}")),
        Err(rejection) => {
            form.reject(rejection)?;
            approve_page(&app, &cap, run, &form, shell).await
        }
    }
}

/// Puts a draft away.
pub(super) async fn discard(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    Path(run): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    match app.submit(cap.actor(), form.command_id()?, DiscardRun { run }).await {
        Ok(_) => redirect("/penyaluran"),
        Err(rejection) => {
            form.reject(rejection)?;
            let reader = ReadDistribution::of(cap.actor()).ok_or(Error::Forbidden)?;
            show_page(&app, &reader, run, &form, shell).await
        }
    }
}

async fn close_page(app: &App, cap: &PlanDistribution, id: Id, form: &Form, shell: Shell) -> Page {
    let (run, stock, ways) = run_and_stock(app, cap, id, form, "approved").await?;
    page_with(form.status(), &Close { f: form.view(), run, stock, ways, shell })
}

/// What closing would do.
pub(super) async fn close_check(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    close_page(&app, &cap, id, &form, shell).await
}

/// Closes.
pub(super) async fn close(
    cap: Cap<PlanDistribution>,
    State(app): State<App>,
    Path(run): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = CloseRun { run, day: shell.today };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/penyaluran/{run}")),
        Err(rejection) => {
            form.reject(rejection)?;
            close_page(&app, &cap, run, &form, shell).await
        }
    }
}
