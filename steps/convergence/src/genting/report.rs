//! The report: computed once, shown as a page, a PDF and a workbook.

use std::collections::{BTreeMap, HashSet};

use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Table};
use asuh_ground::App;
use asuh_ground::papers;
use asuh_ground::settings::{self, Letterhead, price_on, prices};
use asuh_ground::web::{Error, Text};
use asuh_step_sponsors::sponsors::Category;
use asuh_store::{DistrictId, Id};
use time::{Date, Duration};

use super::query::{self, Days};

/// The four counters of GENTING; mentoring is counted with education, as the movement does.
pub(super) const KINDS: [&str; 4] = ["nutrition", "water", "sanitation", "education"];

/// What was done with a kind of help.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Help {
    /// Different families that received it.
    pub(super) families: i64,
    /// Packages, payments and portions that arrived, works handed over, families at sessions, needs that were met.
    pub(super) times: i64,
    /// Worth of what arrived, rupiah.
    pub(super) rupiah: i64,
}

/// Works of a kind that were handed over, or sessions to which somebody came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct BuiltOf {
    /// How many works or sessions.
    pub(super) n: i64,
    /// Different families that have them.
    pub(super) families: i64,
    /// What they cost, rupiah.
    pub(super) rupiah: i64,
}

/// What is built or held, in the order of its table.
pub(super) const BUILT: [&str; 4] = ["water", "latrine", "house", "session"];

/// What a campaign did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OfCampaign {
    pub(super) name: String,
    pub(super) givers: i64,
    pub(super) families: i64,
    pub(super) times: i64,
    /// Worth of what left for families, and of what arrived; rupiah.
    pub(super) released: i64,
    pub(super) received: i64,
}

/// The figures of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Report {
    /// Its first and last day.
    pub(super) days: Option<Days>,
    /// Different sponsors with a confirmed gift, by category.
    pub(super) givers: Vec<(&'static str, i64)>,
    /// Different families reached, in the month and since January.
    pub(super) families: i64,
    pub(super) families_in_year: i64,
    /// Different persons named in what arrived.
    pub(super) persons: i64,
    /// By kind of help, in the order of [`KINDS`].
    pub(super) helps: Vec<(&'static str, Help)>,
    /// Works and sessions, in the order of [`BUILT`].
    pub(super) built: Vec<(&'static str, BuiltOf)>,
    /// Rupiah: cash and transfers, promised and confirmed.
    pub(super) money: (i64, i64),
    /// Rupiah: goods by the price list, promised and confirmed.
    pub(super) goods: (i64, i64),
    /// Goods that have no price: they are worth nothing here.
    pub(super) unpriced: Vec<String>,
    pub(super) campaigns: Vec<OfCampaign>,
    /// Families that the district is to reach in this year.
    pub(super) quota: Option<i64>,
}

/// Under which counter a campaign's help stands.
fn counter(help: &str) -> &'static str {
    match help {
        "water" => "water",
        "sanitation" => "sanitation",
        "education" | "mentoring" => "education",
        _ => "nutrition",
    }
}

/// Under which counter a family's one-off need stands.
fn counter_of_need(kind: &str) -> &'static str {
    match kind {
        "water" => "water",
        "latrine" | "house" => "sanitation",
        _ => "education",
    }
}

/// The days of the month in which a day lies.
pub(super) fn month_of(day: Date) -> Days {
    let first = day.replace_day(1).unwrap_or(day);
    let last = first.replace_day(day.month().length(day.year())).unwrap_or(day);
    (first, last)
}

/// What of a campaign left for families within the days and what arrived, in rupiah: as the parts that moved it reckon it.
async fn moved(app: &App, district: DistrictId, campaign: Id, days: Days) -> Result<(i64, i64), Error> {
    let mut sum = (0, 0);
    for part in &app.registry.help_moved {
        for line in part(app, district, campaign, days).await? {
            sum = (sum.0 + line.released, sum.1 + line.received);
        }
    }
    Ok(sum)
}

/// Different families that were reached within the days: by a campaign, or because a need was met.
async fn reached(app: &App, district: DistrictId, days: Days) -> Result<HashSet<Id>, Error> {
    let db = app.store.reader();
    let met = query::met(db, district, days).await?.into_iter().map(|one| one.family_id);
    let built = query::built(db, district, days).await?.into_iter().map(|one| one.family_id);
    let helped = query::reached(db, district, days).await?.into_iter().map(|one| one.family_id);
    Ok(met.chain(built).chain(helped).collect())
}

/// Computes the figures of the month in which a day lies.
pub(super) async fn of_month(app: &App, district: DistrictId, day: Date) -> Result<Report, Error> {
    let db = app.store.reader();
    let days = month_of(day);
    let mut report = Report { days: Some(days), ..Report::default() };
    let givers = query::givers(db, district, days).await?;
    report.givers = Category::ALL
        .into_iter()
        .map(|one| (one.code(), givers.iter().find(|row| row.category == one.code()).map_or(0, |row| row.n)))
        .collect();
    let of = |rows: &[query::OfCampaign], id: Id| {
        rows.iter().find(|row| row.campaign_id == id).map_or(0, |row| row.n)
    };
    let (by_campaign, arrivals) =
        (query::givers_of_campaigns(db, district, days).await?, query::arrivals(db, district, days).await?);
    let families = query::reached(db, district, days).await?;
    let built = query::built(db, district, days).await?;
    let mut helped: BTreeMap<&'static str, HashSet<Id>> = BTreeMap::new();
    let mut helps: BTreeMap<&'static str, Help> = BTreeMap::new();
    for campaign in query::campaigns(db, district, days).await? {
        let (released, received) = moved(app, district, campaign.id, days).await?;
        let reached = families.iter().filter(|one| one.campaign_id == campaign.id).map(|one| one.family_id);
        let help = counter(&campaign.help);
        let of_kind = helped.entry(help).or_default();
        of_kind.extend(reached.clone());
        // What it built and told stands under kinds of its own.
        let beside: Vec<Id> = built
            .iter()
            .filter(|one| one.campaign_id == Some(campaign.id))
            .map(|one| one.family_id)
            .collect();
        let different: HashSet<Id> = reached.chain(beside.iter().copied()).collect();
        let arrived = of(&arrivals, campaign.id);
        helps.entry(help).or_default().times += arrived;
        let line = OfCampaign {
            givers: of(&by_campaign, campaign.id),
            families: different.len() as i64,
            times: arrived + beside.len() as i64,
            released,
            received,
            name: campaign.name,
        };
        helps.entry(help).or_default().rupiah += line.received;
        report.campaigns.push(line);
    }
    for one in &built {
        let help = counter_of_need(&one.kind);
        helps.entry(help).or_default().times += 1;
        helped.entry(help).or_default().insert(one.family_id);
    }
    report.built = BUILT.into_iter().map(|kind| (kind, built_of(&built, kind))).collect();
    // What was built or held in no campaign's name is in no campaign's worth.
    for (kind, of_kind) in BUILT.map(|kind| (kind, cost(&built, kind, |one| one.campaign_id.is_none()))) {
        helps.entry(counter_of_need(kind)).or_default().rupiah += of_kind;
    }
    for one in query::met(db, district, days).await? {
        let help = counter_of_need(&one.kind);
        helps.entry(help).or_default().times += 1;
        helped.entry(help).or_default().insert(one.family_id);
    }
    report.helps = KINDS
        .into_iter()
        .map(|kind| {
            let families = helped.get(kind).map_or(0, HashSet::len) as i64;
            (kind, Help { families, ..helps.remove(kind).unwrap_or_default() })
        })
        .collect();
    report.families = helped.values().flatten().collect::<HashSet<_>>().len() as i64;
    report.persons = query::persons(db, district, days).await?;
    let january = Date::from_calendar_date(days.0.year(), time::Month::January, 1).unwrap_or(days.0);
    report.families_in_year = reached(app, district, (january, days.1)).await?.len() as i64;
    worth(app, district, days, &mut report).await?;
    let year = days.0.year().to_string();
    let quotas = settings::list(db, district, "genting.quota").await?;
    let quota = quotas.iter().find(|row| row.get("year") == Some(&year));
    report.quota = quota.and_then(|row| row.get("families")?.parse().ok());
    Ok(report)
}

/// What works or sessions of a kind cost, each once.
fn cost(built: &[query::Built], kind: &str, of: impl Fn(&query::Built) -> bool) -> i64 {
    let costs: BTreeMap<Id, i64> =
        built.iter().filter(|one| one.kind == kind && of(one)).map(|one| (one.about, one.cost)).collect();
    costs.values().sum()
}

/// The works or sessions of a kind.
fn built_of(built: &[query::Built], kind: &str) -> BuiltOf {
    let of_kind = || built.iter().filter(|one| one.kind == kind);
    BuiltOf {
        n: of_kind().map(|one| one.about).collect::<HashSet<_>>().len() as i64,
        families: of_kind().map(|one| one.family_id).collect::<HashSet<_>>().len() as i64,
        rupiah: cost(built, kind, |_| true),
    }
}

/// What was promised and confirmed, in rupiah: goods by the price list of the day.
async fn worth(app: &App, district: DistrictId, days: Days, report: &mut Report) -> Result<(), Error> {
    let db = app.store.reader();
    let prices = prices(db, district).await?;
    for row in query::brought(db, district, days).await? {
        if row.commodity == "cash" {
            report.money.0 += row.promised;
            report.money.1 += row.confirmed;
            continue;
        }
        match price_on(&prices, &row.commodity, row.held_on) {
            Some(price) => {
                report.goods.0 += row.promised.saturating_mul(price);
                report.goods.1 += row.confirmed.saturating_mul(price);
            }
            None if !report.unpriced.contains(&row.commodity) => report.unpriced.push(row.commodity),
            None => {}
        }
    }
    let gifts = query::gifts(db, district, days).await?;
    report.money.0 += gifts.promised;
    report.money.1 += gifts.confirmed;
    let names = asuh_ground::books::commodities(db, district).await?;
    for code in &mut report.unpriced {
        if let Some(named) = names.iter().find(|line| line.code == *code) {
            code.clone_from(&named.name);
        }
    }
    Ok(())
}

impl Report {
    /// All different sponsors.
    pub(super) fn all_givers(&self) -> i64 {
        self.givers.iter().map(|(_, n)| n).sum()
    }

    /// Rupiah promised and confirmed, money and goods together.
    pub(super) fn all_rupiah(&self) -> (i64, i64) {
        (self.money.0 + self.goods.0, self.money.1 + self.goods.1)
    }

    /// The first day of its month.
    pub(super) fn first(&self) -> Date {
        self.days.map_or(Date::MIN, |days| days.0)
    }

    /// "November 2026"
    pub(super) fn month(&self, text: &Text) -> String {
        asuh_nusantara::date::month_year(text.language, self.first())
    }

    /// The month before and the month after, as `2026-10`.
    pub(super) fn beside(&self) -> (String, String) {
        let (first, last) = self.days.unwrap_or((Date::MIN, Date::MIN));
        let written = |day: Date| format!("{:04}-{:02}", day.year(), u8::from(day.month()));
        (written(first.saturating_sub(Duration::days(1))), written(last.saturating_add(Duration::days(1))))
    }
}

/// How each figure was counted, one sentence each: on the page and in print.
pub(super) fn definitions(text: &Text) -> Vec<String> {
    ["givers", "families", "persons", "times", "built", "worth", "promised", "quota"]
        .map(|one| text.t(&format!("genting.define.{one}")).into_owned())
        .to_vec()
}

fn words(text: &Text, keys: &[&str]) -> Vec<PaperColumn> {
    keys.iter()
        .enumerate()
        .map(|(nth, key)| match nth {
            0 => PaperColumn::words(text.t(key), 1),
            _ => PaperColumn { title: text.t(key).into_owned(), share: 0, align: Align::Right },
        })
        .collect()
}

/// The tables of the report.
pub(super) fn tables(report: &Report, text: &Text) -> Vec<Table> {
    let n = |value: i64| text.number(value);
    let mut givers: Vec<Vec<String>> = report
        .givers
        .iter()
        .map(|(code, count)| vec![text.t(&format!("sponsors.category.{code}")).into_owned(), n(*count)])
        .collect();
    givers.retain(|row| !row[0].is_empty());
    let helps = report.helps.iter().map(|(kind, help)| {
        vec![
            text.t(&format!("genting.kind.{kind}")).into(),
            n(help.families),
            n(help.times),
            text.rupiah(help.rupiah),
        ]
    });
    let built = report.built.iter().filter(|(_, of)| of.n > 0).map(|(kind, of)| {
        vec![text.t(&format!("genting.built.{kind}")).into(), n(of.n), n(of.families), text.rupiah(of.rupiah)]
    });
    let times: i64 = report.helps.iter().map(|(_, help)| help.times).sum();
    let received: i64 = report.helps.iter().map(|(_, help)| help.rupiah).sum();
    let worth = |key: &str, (promised, confirmed): (i64, i64)| {
        vec![
            text.t(key).into_owned(),
            text.rupiah(promised),
            text.rupiah(confirmed),
            text.percent(confirmed, promised),
        ]
    };
    let campaigns = report.campaigns.iter().map(|line| {
        vec![
            line.name.clone(),
            n(line.givers),
            n(line.families),
            n(line.times),
            text.rupiah(line.released),
            text.rupiah(line.received),
        ]
    });
    let total = text.t("genting.total").into_owned();
    let all = report.all_rupiah();
    vec![
        Table {
            caption: text.t("genting.givers").into(),
            columns: words(text, &["genting.category", "genting.givers_n"]),
            rows: givers,
            total: vec![total.clone(), n(report.all_givers())],
        },
        Table {
            caption: text.t("genting.helps").into(),
            columns: words(text, &["genting.kind", "genting.families", "genting.times", "genting.received"]),
            rows: helps.collect(),
            total: vec![
                text.t("genting.different").into(),
                n(report.families),
                n(times),
                text.rupiah(received),
            ],
        },
        Table {
            caption: text.t("genting.built").into(),
            columns: words(
                text,
                &["genting.kind", "genting.built.n", "genting.families", "genting.built.cost"],
            ),
            rows: built.collect(),
            total: Vec::new(),
        },
        Table {
            caption: text.t("genting.worth").into(),
            columns: words(text, &["genting.form", "genting.promised", "genting.confirmed", "genting.share"]),
            rows: vec![worth("genting.money", report.money), worth("genting.goods", report.goods)],
            total: worth("genting.total", all),
        },
        Table {
            caption: text.t("genting.campaigns").into(),
            columns: words(
                text,
                &[
                    "genting.campaign",
                    "genting.givers_n",
                    "genting.families",
                    "genting.times",
                    "genting.released",
                    "genting.received",
                ],
            ),
            rows: campaigns.collect(),
            total: Vec::new(),
        },
    ]
}

/// The report as a paper.
pub(super) fn paper(report: &Report, text: &Text, letterhead: &Letterhead, today: Date) -> Paper {
    let (sheet, head) = papers::head(letterhead);
    let mut facts = vec![
        (text.t("genting.all_givers").into_owned(), text.number(report.all_givers())),
        (text.t("genting.families").into(), text.number(report.families)),
        (text.t("genting.persons").into(), text.number(report.persons)),
        (text.t("genting.confirmed").into(), text.rupiah(report.all_rupiah().1)),
        (text.t("genting.in_year").into(), text.number(report.families_in_year)),
    ];
    if let Some(quota) = report.quota {
        let share = text.percent(report.families_in_year, quota);
        facts.push((text.t("genting.quota").into(), format!("{} ({share})", text.number(quota))));
    }
    let mut blocks = vec![Block::Facts { rows: facts }];
    blocks.extend(tables(report, text).into_iter().filter(|table| !table.rows.is_empty()).map(Block::Table));
    blocks.push(Block::Heading { level: 2, text: text.t("genting.define").into() });
    blocks.push(Block::List { items: definitions(text) });
    if !report.unpriced.is_empty() {
        let names = report.unpriced.join(", ");
        blocks.push(Block::Note { text: text.t1("genting.unpriced", "names", names) });
    }
    blocks.push(Block::Note { text: text.t1("genting.computed", "day", text.long_day(today)) });
    let place_and_day = letterhead.place_and_day(&asuh_nusantara::date::medium(text.language, today));
    blocks.push(papers::signature(letterhead, "report", String::new(), place_and_day));
    Paper {
        sheet,
        head,
        title: text.t("genting.paper").into(),
        subtitle: vec![text.t1("genting.month_of", "month", report.month(text))],
        ..Paper::default()
    }
    .section("", false, blocks)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_session_costs_once_however_many_came() {
        let id = |n: u8| Id::from_bytes([n; 16]);
        let row = |about: u8, family: u8, kind: &str, cost: i64| query::Built {
            about: id(about),
            campaign_id: None,
            family_id: id(family),
            kind: kind.into(),
            cost,
        };
        let rows = [
            row(1, 1, "session", 300_000),
            row(1, 2, "session", 300_000),
            row(2, 2, "session", 0),
            row(3, 2, "house", 20_000_000),
        ];
        assert_eq!(built_of(&rows, "session"), BuiltOf { n: 2, families: 2, rupiah: 300_000 });
        assert_eq!(built_of(&rows, "house"), BuiltOf { n: 1, families: 1, rupiah: 20_000_000 });
        assert_eq!(built_of(&rows, "water"), BuiltOf::default());
    }

    #[test]
    fn every_kind_stands_under_one_of_the_four_counters() {
        for (help, expected) in [
            ("nutrition", "nutrition"),
            ("water", "water"),
            ("sanitation", "sanitation"),
            ("education", "education"),
            ("mentoring", "education"),
        ] {
            assert_eq!(counter(help), expected);
        }
        for (need, expected) in [
            ("water", "water"),
            ("latrine", "sanitation"),
            ("house", "sanitation"),
            ("education", "education"),
            ("session", "education"),
        ] {
            assert_eq!(counter_of_need(need), expected);
        }
        for kind in BUILT {
            assert!(KINDS.contains(&counter_of_need(kind)), "{kind}");
        }
        assert_eq!(month_of(date!(2024 - 02 - 10)), (date!(2024 - 02 - 01), date!(2024 - 02 - 29)));
    }
}
