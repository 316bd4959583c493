//! `/analisis`: the situation of a year and the table of priority villages.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect, workbook};
use asuh_step_registry::{Reach, territories};
use asuh_store::{DistrictId, Id, Query, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::command::{DropObstacle, NoteObstacle, ReckonAnalysis, Situation};
use super::query::{self, Analysis, Obstacle, Village};
use super::rules::{Figures, Weighed, points};
use super::words::{Words, criterion, month_words, words};
use super::{DecideLokus, IssueAnalysis, NoteObstacles, SeeAnalysis, issue};
use crate::plan::SeePlans;
use crate::{indicator, paper};

/// Villages of the table that are shown at first; all of those that are proposed.
const SHOWN: usize = 30;

/// A whole analysis as plain data, for documents.
pub(crate) struct Plain {
    /// What it is.
    pub(crate) analysis: Analysis,
    /// The criteria with their weights.
    pub(crate) criteria: Vec<Weighed>,
    /// All together.
    pub(crate) whole: Figures,
    /// Kecamatan with their figures, by name.
    pub(crate) subdistricts: BTreeMap<String, Figures>,
    /// Villages, those with most points first.
    pub(crate) villages: Vec<Village>,
    /// What stands in the way.
    pub(crate) obstacles: Vec<Obstacle>,
}

/// An analysis within the scope, whole.
///
/// # Errors
/// The store fails.
pub(crate) async fn plain(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    id: Id,
) -> Result<Option<Plain>, StoreError> {
    let Some(analysis) = query::one(db, district, id).await? else { return Ok(None) };
    let villages = query::villages(db, district, scope, id).await?;
    let mut whole = Figures::default();
    let mut subdistricts: BTreeMap<String, Figures> = BTreeMap::new();
    for village in &villages {
        whole.add(&village.figures());
        subdistricts.entry(village.inside.clone()).or_default().add(&village.figures());
    }
    Ok(Some(Plain {
        criteria: serde_json::from_str(&analysis.criteria).unwrap_or_default(),
        obstacles: query::obstacles(db, district, scope, id).await?,
        analysis,
        whole,
        subdistricts,
        villages,
    }))
}

/// A village of the table.
pub(super) struct VillageLine {
    village: Village,
    words: Words,
    /// Its points of each criterion.
    points: Vec<String>,
    total: String,
}

#[derive(Template)]
#[template(path = "analysis/show.html")]
struct ShowPage {
    shell: Shell,
    letterhead: Letterhead,
    all: Vec<Analysis>,
    analysis: Option<Analysis>,
    month: String,
    /// Where its figures come from.
    sources: Sources,
    whole: Option<Words>,
    /// Kecamatan of which something is known.
    subdistricts: Vec<Words>,
    /// The names of the others.
    empty: Vec<String>,
    /// Criteria as "jumlah anak stunting (30)".
    criteria: Vec<String>,
    lines: Vec<VillageLine>,
    /// How many more villages the table has than are shown.
    more: i64,
    chosen: i64,
    gaps: Vec<crate::Gap>,
    obstacles: Vec<Obstacle>,
    places: Vec<(String, String)>,
    /// The papers that were issued of it.
    issued: Vec<asuh_ground::papers::IssuedPaper>,
    notes: bool,
    decides: bool,
    issues: bool,
    form: FormView,
}

/// The pages on which the figures of an analysis stand row by row, for the caller.
#[derive(Default)]
struct Sources {
    /// The indicator that counts stunted children, its month, and the day of the reckoning where it is past.
    stunting: Option<(Id, String)>,
    /// The analysis, which keeps the families that it counted.
    analysis: Option<Id>,
    /// The plan of the year, where there is one and the caller sees plans.
    plan: Option<i64>,
}

impl Sources {
    async fn of(app: &App, cap: &SeeAnalysis, shell: &Shell, one: &Analysis) -> Result<Sources, StoreError> {
        let (db, district) = (app.store.reader(), cap.district());
        let stunting = indicator::stunting(db, district, cap.actor()).await?.map(|id| {
            let day = shell.text().zone.local_date(one.reckoned_at.utc());
            let known = if day < shell.today { format!("&per={day}") } else { String::new() };
            (id, format!("periode={:04}-{:02}{known}", one.month / 100, one.month % 100))
        });
        let seen = SeePlans::of(cap.actor()).is_some();
        let plan = if seen { crate::plan::query::plan(db, district, one.year).await? } else { None };
        Ok(Sources { stunting, analysis: Some(one.id), plan: plan.map(|plan| plan.year) })
    }

    /// The children measured and stunted at a place, as known on the day of the reckoning.
    fn children(&self, code: &i64) -> Option<String> {
        self.stunting.as_ref().map(|(id, period)| format!("/capaian/{id}?wilayah={code}&{period}"))
    }

    /// The families at risk of a place that it counted; with a mark those that have it.
    fn families(&self, of: &Words, mark: &str) -> Option<String> {
        let id = self.analysis.filter(|_| !of.no_family)?;
        Some(super::families::address(id, of.code, mark))
    }

    /// The rows of the plan for a place.
    fn money(&self, code: &i64) -> Option<String> {
        self.plan.map(|year| format!("/rencana?tahun={year}&wilayah={code}"))
    }
}

/// The table of villages with the points of each criterion; the whole district's figures are needed for the points.
fn lines(
    text: &Text,
    villages: Vec<Village>,
    criteria: &[Weighed],
    everybody: &[Figures],
) -> Vec<VillageLine> {
    villages
        .into_iter()
        .map(|village| {
            let figures = village.figures();
            let of = |one: &Weighed| text.fixed(points(everybody, &figures, one.criterion), 2);
            VillageLine {
                words: words(text, village.village_code, village.name.clone(), &figures),
                points: criteria.iter().map(of).collect(),
                total: text.fixed(village.points, 2),
                village,
            }
        })
        .collect()
}

/// The latest analysis.
pub(super) async fn latest(cap: Cap<SeeAnalysis>, State(app): State<App>, shell: Shell) -> Page {
    let all = query::all(app.store.reader(), cap.district()).await?;
    let month = format!("{:04}-{:02}", shell.today.year(), u8::from(shell.today.month()));
    let form = Form::with(&shell, [("tahun", shell.today.year().to_string()), ("bulan", month)]);
    shown(&app, &cap, shell, (all.first().map(|one| one.id), false), &form).await
}

/// How much of the table of villages is shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    #[serde(default)]
    desa: String,
}

/// One of them.
pub(super) async fn show(
    cap: Cap<SeeAnalysis>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(table): Params<Table>,
) -> Page {
    let month = format!("{:04}-{:02}", shell.today.year(), u8::from(shell.today.month()));
    let form = Form::with(&shell, [("tahun", shell.today.year().to_string()), ("bulan", month)]);
    shown(&app, &cap, shell, (Some(id), table.desa == "semua"), &form).await
}

async fn shown(
    app: &App,
    cap: &SeeAnalysis,
    shell: Shell,
    (id, all_villages): (Option<Id>, bool),
    form: &Form,
) -> Page {
    let (db, district, text, actor) = (app.store.reader(), cap.district(), shell.text(), cap.actor());
    let all = query::all(db, district).await?;
    let mut template = ShowPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        all,
        analysis: None,
        month: String::new(),
        sources: Sources::default(),
        whole: None,
        subdistricts: Vec::new(),
        empty: Vec::new(),
        criteria: Vec::new(),
        lines: Vec::new(),
        more: 0,
        chosen: 0,
        gaps: Vec::new(),
        obstacles: Vec::new(),
        places: Vec::new(),
        issued: Vec::new(),
        issues: IssueAnalysis::of(actor).is_some(),
        notes: NoteObstacles::of(actor).is_some(),
        decides: DecideLokus::of(actor).is_some(),
        form: form.view(),
        shell,
    };
    let Some(id) = id else { return page_with(form.status(), &template) };
    let found = plain(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let whole_scope = Scope::whole(actor.district_code);
    let everybody = query::villages(db, district, &whole_scope, id).await?;
    let everybody: Vec<Figures> = everybody.iter().map(Village::figures).collect();
    let reaches_all = cap.scope().reaches(actor.district_code, "");
    if reaches_all {
        let indicators = crate::Indicators::load(db, district).await?;
        template.gaps = indicators.below(app, actor, found.analysis.year, &text).await?;
        let name = actor.district_name.clone();
        template.places.push((actor.district_code.as_i64().to_string(), name));
    }
    let reached = |code: i64| {
        asuh_nusantara::TerritoryCode::from_i64(code).is_ok_and(|code| cap.scope().reaches(code, ""))
    };
    for one in territories::subdistricts(db, district).await? {
        if reached(one.code) {
            template.places.push((one.code.to_string(), one.name));
        }
    }
    template.issued = issue::issued(app, cap, id, &template.places).await?;
    template.month = month_words(&text, found.analysis.month);
    template.sources = Sources::of(app, cap, &template.shell, &found.analysis).await?;
    template.whole = Some(words(&text, actor.district_code.as_i64(), String::new(), &found.whole));
    let code = |name: &str| {
        let inside = found.villages.iter().find(|village| village.inside == name);
        inside.map_or(0, |village| village.village_code - village.village_code % 10_000)
    };
    for (name, figures) in &found.subdistricts {
        match *figures == Figures::default() {
            true => template.empty.push(name.clone()),
            false => template.subdistricts.push(words(&text, code(name), name.clone(), figures)),
        }
    }
    template.criteria = found
        .criteria
        .iter()
        .map(|one| format!("{} ({})", criterion(&text, one.criterion), one.weight))
        .collect();
    template.chosen = found.villages.iter().filter(|one| one.chosen).count() as i64;
    let mut villages = found.villages;
    if !all_villages {
        // Those that are chosen or proposed always stand there: they have most points.
        let shown =
            SHOWN.max(villages.iter().rposition(|one| one.chosen || one.proposed).map_or(0, |at| at + 1));
        template.more = villages.len().saturating_sub(shown) as i64;
        villages.truncate(shown);
    }
    template.lines = lines(&text, villages, &found.criteria, &everybody);
    template.obstacles = found.obstacles;
    let draft = found.analysis.state == "draft";
    template.notes &= draft;
    template.decides &= reaches_all;
    template.analysis = Some(found.analysis);
    page_with(form.status(), &template)
}

/// Reckons a new draft.
pub(super) async fn reckon(
    cap: Cap<DecideLokus>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let year = form.read("tahun", |text| text.parse::<i64>().map_err(|_| "web.error.not_a_number"));
    let month = form.read("bulan", |text| {
        let (year, month) = text.split_once('-').ok_or("analysis.refused.month")?;
        let number = |text: &str| text.trim().parse::<i64>().map_err(|_| "analysis.refused.month");
        Ok::<i64, &'static str>(number(year)? * 100 + number(month)?)
    });
    if !cap.scope().reaches(cap.actor().district_code, "") {
        return Err(Error::NotFound);
    }
    if let (Some(year), Some(month)) = (year, month) {
        let today = shell.today;
        let situation = Situation::read(&app.store, cap.district(), (year, month), today).await?;
        let command = ReckonAnalysis { year, month, today, situation: Some(situation) };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(receipt) => return redirect(&format!("/analisis/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeAnalysis::of(cap.actor()).ok_or(Error::Forbidden)?;
    let all = query::all(app.store.reader(), cap.district()).await?;
    shown(&app, &see, shell, (all.first().map(|one| one.id), false), &form).await
}

/// Notes what stands in the way.
pub(super) async fn note(
    cap: Cap<NoteObstacles>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let territory = form.read("wilayah", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let words = form.required("kendala", 300);
    let proposal = form.optional("usulan", 300);
    if let (Some(territory), true) = (territory, form.is_valid()) {
        let reach = Reach::of(cap.scope());
        let command = NoteObstacle { analysis: id, reach, territory, words, proposal };
        match app.submit(cap.actor(), command_id, command).await {
            Ok(_) => return redirect(&format!("/analisis/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let see = SeeAnalysis::of(cap.actor()).ok_or(Error::Forbidden)?;
    shown(&app, &see, shell, (Some(id), false), &form).await
}

/// Takes back what was noted.
pub(super) async fn drop_one(
    cap: Cap<NoteObstacles>,
    State(app): State<App>,
    shell: Shell,
    Path((id, obstacle)): Path<(Id, Id)>,
    mut form: Form,
) -> Page {
    let command = DropObstacle { analysis: id, obstacle, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/analisis/{id}")),
        Err(rejection) => {
            form.reject(rejection)?;
            let see = SeeAnalysis::of(cap.actor()).ok_or(Error::Forbidden)?;
            shown(&app, &see, shell, (Some(id), false), &form).await
        }
    }
}

/// The paper of the decision.
pub(super) async fn document(cap: Cap<SeeAnalysis>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let found = query::one(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)?;
    let paper = found.document_id.ok_or(Error::NotFound)?;
    paper::send(&app, cap.district(), paper, "lokus").await
}

/// The villages of an analysis as a sheet.
pub(super) async fn export(
    cap: Cap<SeeAnalysis>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    _form: Form,
) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let found = plain(db, district, cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let yes = |flag: bool| if flag { text.t("analysis.yes").into_owned() } else { String::new() };
    let rows = found.villages.into_iter().map(|one| {
        let numbers = one.figures().numbers();
        let mut row = vec![Cell::from(one.inside), one.name.into(), one.village_code.to_string().into()];
        row.extend(numbers.map(Cell::Number));
        row.push(Cell::Decimal(one.points as f64 / 100.0));
        row.push(Cell::Number(one.place));
        row.extend([yes(one.proposed).into(), yes(one.chosen).into(), one.reason.into()]);
        row
    });
    let rows = rows.collect();
    let word = |key: &str| text.t(&format!("analysis.column.{key}")).into_owned();
    let mut columns: Vec<Column> =
        ["subdistrict", "village", "code"].iter().map(|key| Column::new(word(key), Holds::Text)).collect();
    let numbers = [
        "children",
        "measured",
        "stunted",
        "severely",
        "families",
        "at_risk",
        "poor_water",
        "poor_latrine",
        "four_too",
        "poor",
        "unvisited",
        "budget",
    ];
    columns.extend(numbers.iter().map(|key| Column::new(word(key), Holds::Integer)));
    columns.push(Column::new(word("points"), Holds::Decimal(2)));
    columns.push(Column::new(word("place"), Holds::Integer));
    columns.extend(["proposed", "chosen", "reason"].iter().map(|key| Column::new(word(key), Holds::Text)));
    let name = format!("analisis-{}-{}", found.analysis.year, found.analysis.nth);
    workbook(&app, &name, text.t("analysis.title").into_owned(), columns, rows).await
}
