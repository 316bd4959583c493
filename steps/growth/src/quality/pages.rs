//! `/pengukuran/mutu`: the report in sentences.

use askama::Template;
use asuh_growth::Indicator;
use asuh_growth::quality::QualityReport;
use axum::extract::{Query as Params, State};

use super::findings::{FEW, Finding, Topic, findings};
use super::query;
use crate::ReadGrowth;
use crate::coverage::pages::{Choice, Chosen};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Page, Shell, Text, page};

/// A finding in words.
struct Line {
    name: String,
    figure: String,
    advice: String,
    is_odd: bool,
}

/// How an indicator scatters, in words.
struct Scatter {
    name: &'static str,
    children: String,
    flagged: String,
    mean: String,
    deviation: String,
}

/// How the children of an age were measured.
struct Posture {
    age: String,
    lying: String,
    standing: String,
    unknown: String,
}

#[derive(Template)]
#[template(path = "quality/quality.html")]
struct QualityPage {
    shell: Shell,
    chosen: Chosen,
    children: i64,
    is_few: bool,
    few: u64,
    lines: Vec<Line>,
    scatters: Vec<Scatter>,
    postures: Vec<Posture>,
    letterhead: Letterhead,
}

impl QualityPage {
    /// Of how many children, which month and source.
    fn sentence(&self) -> String {
        let children = self.shell.number(self.children);
        let (month, source) = (&self.chosen.month.1, &self.chosen.source);
        self.shell.t3("growth.quality.of", ("n", children), ("month", month), ("source", source))
    }
}

fn line(text: &Text, finding: &Finding) -> Line {
    let code = finding.topic.code();
    let figure = match (finding.tenfold, finding.topic) {
        (None, _) => "–".to_owned(),
        (Some(tenfold), Topic::Ages | Topic::Scatter) => text.fixed(tenfold, 1),
        (Some(tenfold), _) => format!("{} %", text.fixed(tenfold, 1)),
    };
    let digit = finding.digit.map(|digit| digit.to_string()).unwrap_or_default();
    let advice = match (finding.is_thin, finding.is_odd) {
        (true, _) => text.t("growth.quality.too_few").into_owned(),
        (_, true) => text.t1(&format!("growth.quality.{code}.do"), "digit", digit),
        (_, false) => text.t(&format!("growth.quality.{code}.fine")).into_owned(),
    };
    Line {
        name: text.t(&format!("growth.quality.{code}")).into_owned(),
        figure,
        advice,
        is_odd: finding.is_odd,
    }
}

fn scatter(text: &Text, report: &QualityReport, name: &'static str, indicator: Indicator) -> Scatter {
    let found = report.scatter(indicator);
    let figure = |figure: Option<f64>| {
        figure.map_or("–".to_owned(), |figure| text.fixed((figure * 100.0).round() as i64, 2))
    };
    Scatter {
        name,
        children: text.number(found.plausible as i64),
        flagged: text.number(found.flagged as i64),
        mean: figure(found.mean()),
        deviation: figure(found.deviation()),
    }
}

/// The report of a month and source.
pub(crate) async fn quality(
    cap: Cap<ReadGrowth>,
    State(app): State<App>,
    shell: Shell,
    Params(choice): Params<Choice>,
) -> Page {
    let text = shell.text();
    let db = app.store.reader();
    let chosen = choice.find(db, cap.district(), &text, shell.today).await?;
    let report = query::report(db, cap.district(), cap.scope(), &chosen.period).await?;
    let ages = ["growth.quality.infants", "growth.quality.middle", "growth.quality.old"];
    let count = |n: u64| text.number(n as i64);
    let postures = ages.iter().zip(report.postures).map(|(age, found)| Posture {
        age: text.t(age).into_owned(),
        lying: count(found.lying),
        standing: count(found.standing),
        unknown: count(found.unknown),
    });
    let letterhead = Letterhead::load(&app.store, cap.district()).await?;
    page(&QualityPage {
        chosen,
        children: report.children as i64,
        is_few: report.children < FEW,
        few: FEW,
        lines: findings(&report).iter().map(|finding| line(&text, finding)).collect(),
        scatters: vec![
            scatter(&text, &report, "TB/U", Indicator::LengthForAge),
            scatter(&text, &report, "BB/U", Indicator::WeightForAge),
            scatter(&text, &report, "BB/TB", Indicator::WeightForLength),
            scatter(&text, &report, "IMT/U", Indicator::BmiForAge),
        ],
        postures: postures.collect(),
        letterhead,
        shell,
    })
}
