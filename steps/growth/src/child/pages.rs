//! `/pengukuran/anak/{id}`: one child on the screen.

use askama::Template;
use asuh_documents::svg::Width;
use asuh_growth::Indicator;
use asuh_growth::indonesia::ArmStatus;
use asuh_nusantara::{Nik, Sex};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::super::reading::{Doubt, Facts};
use super::super::rules::Position;
use super::super::words::{centimetres, kilograms, months};
use super::super::{RecordGrowth, differences, norms};
use super::history::{Day, History};
use super::query::{self, ChildRow};
use super::words::{self, FOUR, INDICATORS};
use super::{ReadGrowth, chart};
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Page, Path, Shell, Text, page, redirect};
use asuh_ground::{App, HelpDay, audit};
use asuh_step_registry::{families, identity};

/// A child within reach, with what was measured and the help its family received.
pub(super) struct Opened {
    pub(super) child: ChildRow,
    pub(super) history: History,
    pub(super) help: Vec<HelpDay>,
}

/// Where the page of a child that was merged leads: to the same page (`after`: what follows the id) of the one who
/// stands for it.
pub(super) async fn lead_on(cap: &ReadGrowth, app: &App, id: Id, after: &str) -> Page {
    let stands = identity::person_stands_for(app.store.reader(), cap.district(), cap.scope(), id).await?;
    let (person, _) = stands.ok_or(Error::NotFound)?;
    redirect(&format!("/pengukuran/anak/{person}{after}"))
}

/// Finds a child within the caller's reach, and notes that it was opened (`what`: the detail of the access log).
pub(super) async fn open(
    cap: &ReadGrowth,
    app: &App,
    id: Id,
    text: Text,
    what: &str,
) -> Result<Option<Opened>, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let Some(child) = query::child(db, district, cap.scope(), id).await? else { return Ok(None) };
    audit::opened(app, cap.actor(), "open", Some(("family", child.family_id)), what);
    let sex = child.sex.as_deref().and_then(|sex| Sex::parse(sex).ok());
    let facts = Facts { sex, birth_date: child.birth_date };
    let measured = query::series(db, district, id).await?;
    let history = History::of(&facts, measured, norms::load(db, district).await?);
    let mut help = Vec::new();
    for part in &app.registry.help_received {
        help.extend(part(app, district, child.family_id, text).await?);
    }
    help.sort_by_key(|day| std::cmp::Reverse(day.on));
    Ok(Some(Opened { child, history, help }))
}

/// One of the four categories that hold now.
struct Now {
    indicator: String,
    words: String,
    tone: &'static str,
    /// Empty where oedema alone decides.
    z: String,
    on: Date,
    source: String,
}

/// A z-score in the table, with what the file printed.
struct Cell {
    indicator: String,
    z: String,
    words: String,
    tone: &'static str,
    /// "berkas -2,95 Pendek"
    printed: String,
    differs: bool,
}

/// A measurement in the table.
struct Row {
    on: Date,
    age: String,
    weight: String,
    length: String,
    arm: String,
    /// The category of a thin arm, and its colour.
    arm_words: Option<(String, &'static str)>,
    head: String,
    cells: Vec<Cell>,
    ours: String,
    cadres: String,
    source: String,
}

/// A month of the row of letters.
struct Month {
    letter: char,
    words: String,
    when: String,
    tone: &'static str,
}

/// What stands open of a list, a year of months; the rest is folded away.
const YEAR: usize = 12;

#[derive(Template)]
#[template(path = "child/page.html")]
struct ChildPage {
    shell: Shell,
    child: ChildRow,
    /// Whether the caller may record measurements.
    records: bool,
    sex: String,
    mother: String,
    now: Vec<Now>,
    /// Whether it is sent on today; why it is sent on at all.
    refer_today: bool,
    reasons: Vec<String>,
    /// The newest day, if its numbers cannot be, and what about them.
    again: Option<(Date, Vec<String>)>,
    /// The status is that of a day before it.
    again_status: bool,
    months: Vec<Month>,
    /// Address code, words, whether it is the one shown.
    indicators: Vec<(&'static str, String, bool)>,
    indicator: String,
    wide: String,
    narrow: String,
    /// Months of help stand under the axis.
    helped: bool,
    columns: Vec<String>,
    /// The newest, and those that are folded away.
    recent: Vec<Row>,
    older: Vec<Row>,
    has_arms: bool,
    has_heads: bool,
    /// So far apart may our z and the file's be.
    limit: String,
    help: Vec<HelpDay>,
    older_help: Vec<HelpDay>,
}

/// Which indicator the chart shows.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    indikator: String,
}

/// The child's page. Height for age comes first: it is what the programme is about.
pub(super) async fn one(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
) -> Page {
    let text = shell.text();
    let Some(Opened { child, history, mut help }) = open(&cap, &app, id, text, "measurements").await? else {
        return lead_on(&cap, &app, id, "").await;
    };
    let limit = differences::limit(app.store.reader(), cap.district()).await?;
    let offered: Vec<(Indicator, &'static str)> = INDICATORS
        .into_iter()
        .filter(|one| FOUR.contains(one) || history.days.iter().any(|day| day.score(one.0).is_ok()))
        .collect();
    let chosen = offered.iter().find(|(_, code)| *code == choice.indikator).or(offered.first());
    let indicator = chosen.map_or(Indicator::LengthForAge, |(indicator, _)| *indicator);
    let drawing =
        if history.days.is_empty() { None } else { chart::chart(&history, indicator, &help, &text) };
    let older_help = help.split_off(help.len().min(YEAR));
    let mut recent: Vec<Row> =
        history.days.iter().rev().map(|day| row(&text, &history, day, limit)).collect();
    let older = recent.split_off(recent.len().min(YEAR));
    let again = history.to_measure_again();
    let has = |measured: fn(&Day) -> bool| history.days.iter().any(measured);
    page(&ChildPage {
        records: RecordGrowth::of(cap.actor()).is_some(),
        sex: match (history.sex, child.sex.as_deref()) {
            (Some(sex), _) => chart::sex_word(&text, sex),
            (None, _) => text.t("growth.child.unknown").into_owned(),
        },
        mother: mother(&cap, &app, &child, shell.today).await?,
        now: now(&text, &history),
        refer_today: history.standing.as_ref().is_some_and(|standing| standing.refer_today),
        reasons: reasons(&text, &history),
        again_status: again
            .as_ref()
            .is_some_and(|(_, doubts)| doubts.iter().any(|doubt| doubt.is_of_score())),
        again: again.map(|(day, doubts)| {
            let words = |doubt: Doubt| text.t(&format!("growth.doubt.{}", doubt.code())).into_owned();
            (day, doubts.into_iter().map(words).collect())
        }),
        months: letters(&text, &history),
        indicators: offered
            .iter()
            .map(|(one, code)| {
                (*code, text.t(&format!("growth.child.short.{code}")).into_owned(), *one == indicator)
            })
            .collect(),
        indicator: chart::indicator_words(&text, indicator),
        wide: drawing.as_ref().map(|chart| chart.render(Width::Wide)).unwrap_or_default(),
        helped: drawing.as_ref().is_some_and(|chart| !chart.rows.is_empty()),
        narrow: drawing.as_ref().map(|chart| chart.render(Width::Narrow)).unwrap_or_default(),
        columns: FOUR.map(|(_, code)| text.t(&format!("growth.child.short.{code}")).into_owned()).to_vec(),
        recent,
        older,
        has_arms: has(|day| day.taken.arm_mm.is_some()),
        has_heads: has(|day| day.taken.head_mm.is_some()),
        limit: text.fixed(limit, 2),
        child,
        help,
        older_help,
        shell,
    })
}

/// The mother as the family's page names her, with her NIK masked; else the parents as lists write them.
async fn mother(cap: &ReadGrowth, app: &App, child: &ChildRow, today: Date) -> Result<String, Error> {
    let members = families::members(app.store.reader(), cap.district(), child.family_id, today).await?;
    let mother = members.into_iter().find(|one| one.relation == "wife" && one.ended_reason.is_none());
    let Some(mother) = mother else { return Ok(child.parents_name.clone()) };
    let nik = match mother.nik_sealed {
        Some(sealed) => app.store.secrets().open_text(cap.district(), &sealed)?,
        None => String::new(),
    };
    Ok(match Nik::parse(&nik) {
        Ok(nik) => format!("{} · NIK {}", mother.name, nik.masked()),
        Err(_) => mother.name,
    })
}

pub(super) fn source(text: &Text, day: &Day) -> String {
    let source = text.t(&format!("growth.source.{}", day.taken.source));
    if day.taken.posyandu.is_empty() {
        source.into_owned()
    } else {
        format!("{source}, {}", day.taken.posyandu)
    }
}

/// Why the child is sent on, as the lists have it.
fn reasons(text: &Text, history: &History) -> Vec<String> {
    let codes = history.standing.as_ref().map(|standing| standing.reasons.as_str()).unwrap_or_default();
    let words = |code: &str| words::reason(text, code, &history.norms.lines);
    codes.split(' ').filter(|code| !code.is_empty()).map(words).collect()
}

fn now(text: &Text, history: &History) -> Vec<Now> {
    let told = FOUR.into_iter().filter_map(|(indicator, code)| {
        let held = history.held(indicator)?;
        let (key, tone) = words::held(&held, indicator);
        Some(Now {
            indicator: text.t(&format!("growth.child.short.{code}")).into_owned(),
            words: if key.is_empty() { String::new() } else { text.t(key).into_owned() },
            tone,
            z: held.z.map(|z| text.fixed(z, 2)).unwrap_or_default(),
            on: held.day.taken.measured_on,
            source: source(text, held.day),
        })
    });
    told.collect()
}

fn letters(text: &Text, history: &History) -> Vec<Month> {
    let mut months: Vec<Month> = history
        .counting()
        .rev()
        .filter_map(|day| {
            let (letter, words) = words::month(text, &day.month?)?;
            let on = day.taken.measured_on;
            Some(Month {
                letter,
                words,
                when: asuh_nusantara::date::month_year(text.language, on),
                tone: match letter {
                    'N' => "good",
                    'T' => "warn",
                    _ => "",
                },
            })
        })
        .take(YEAR)
        .collect();
    months.reverse();
    months
}

fn row(text: &Text, history: &History, day: &Day, limit: i64) -> Row {
    let taken = &day.taken;
    let cm = |mm: Option<i64>| mm.map(|mm| centimetres(*text, mm)).unwrap_or_default();
    let posture = match taken.position {
        Some(Position::Lying) => format!(" {}", text.t("growth.lying")),
        Some(Position::Standing) => format!(" {}", text.t("growth.standing")),
        None => String::new(),
    };
    let cells = FOUR.map(|(indicator, code)| {
        let (key, tone) = words::category(day, indicator);
        let (printed_z, printed_word) = day.printed(indicator);
        let printed_z = printed_z.map(|z| text.fixed(z, 2));
        let printed: Vec<&str> = printed_z.as_deref().into_iter().chain(printed_word).collect();
        Cell {
            indicator: text.t(&format!("growth.child.short.{code}")).into_owned(),
            z: words::z(text, day, indicator).unwrap_or_else(|| "–".into()),
            words: if key.is_empty() { String::new() } else { text.t(key).into_owned() },
            tone,
            printed: if printed.is_empty() {
                String::new()
            } else {
                text.t1("growth.child.printed", "words", printed.join(" "))
            },
            differs: day.differs(indicator, limit),
        }
    });
    let thin = day.status.arm.filter(|status| *status != ArmStatus::Normal);
    Row {
        on: taken.measured_on,
        age: history.birth.map(|birth| months(*text, birth, taken.measured_on)).unwrap_or_default(),
        weight: taken.weight_g.map(|grams| kilograms(*text, grams)).unwrap_or_default(),
        length: taken.height_mm.map(|mm| centimetres(*text, mm) + &posture).unwrap_or_default(),
        arm: cm(taken.arm_mm),
        arm_words: thin.map(words::arm).map(|(key, tone)| (text.t(key).into_owned(), tone)),
        head: cm(taken.head_mm),
        cells: cells.into_iter().collect(),
        ours: day.month.as_ref().map(|month| words::letter(text, month)).unwrap_or_default(),
        cadres: taken.gain.clone().unwrap_or_default(),
        source: source(text, day),
    }
}
