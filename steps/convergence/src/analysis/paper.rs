//! The situation analysis as a paper: of the whole district with a profile of every kecamatan, or of one kecamatan, which the
//! scheme of 2025 asks for too. Everything on it comes from what the analysis keeps; nothing is reckoned anew.

mod annex;

use std::collections::BTreeMap;

use asuh_documents::paper::{Align, Bar, Block, Paper, PaperColumn, Table};
use asuh_ground::App;
use asuh_ground::access::{Actor, Scope};
use asuh_ground::papers;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_nusantara::{Language, TerritoryCode, date};
use asuh_store::Id;
use time::Date;

use super::pages::{Plain, plain};
use super::query::{self, Village};
use super::rules::{FEW, Figures};
use super::words::{criterion, month_words};
use crate::Gap;

/// The first year of the scheme of six actions (SE 400.5.7/1685/Bangda of 17 March 2025).
const SIX_ACTIONS: i64 = 2025;
/// How many places a sentence names as those with most.
const MOST: usize = 3;

/// Everything that the paper is made of.
pub(super) struct Matter {
    plain: Plain,
    /// All villages of the district: points compare with them, whatever part is printed.
    everybody: Vec<Figures>,
    /// Indicators below target; of the whole district alone.
    gaps: Option<Vec<Gap>>,
    /// "Kabupaten Kerinci", "Kecamatan Gunung Raya".
    called: String,
    /// The parts that it is told by, with their figures: kecamatan, or the villages of one.
    parts: Vec<(String, Figures)>,
    letterhead: Letterhead,
    text: Text,
}

/// The share of the stunted among the measured in hundredths of a percent; none where too few were measured.
fn prevalence(one: &Figures) -> Option<i64> {
    (one.measured >= FEW).then(|| (one.stunted * 10_000 + one.measured / 2) / one.measured)
}

impl Matter {
    /// Reads it, for a district or kecamatan within the caller's reach (`territory`, called so).
    ///
    /// # Errors
    /// There is no such analysis, or the store fails.
    pub(super) async fn of(
        app: &App,
        actor: &Actor,
        id: Id,
        territory: (TerritoryCode, String),
    ) -> Result<Matter, Error> {
        let (db, district, (code, called)) = (app.store.reader(), actor.district, territory);
        // Papers are in Indonesian, whoever prints them.
        let text = Text::new(Language::Indonesian, actor.zone);
        let mut plain = plain(db, district, &Scope::whole(code), id).await?.ok_or(Error::NotFound)?;
        plain.villages.sort_by_key(|one| (one.village_code / 10_000, one.place, one.village_code));
        let everybody = query::villages(db, district, &Scope::whole(actor.district_code), id).await?;
        let whole = code == actor.district_code;
        let gaps = match whole {
            true => {
                let indicators = crate::Indicators::load(db, district).await?;
                Some(indicators.below(app, actor, plain.analysis.year, &text).await?)
            }
            false => None,
        };
        let mut parts: Vec<(String, Figures)> = Vec::new();
        for village in &plain.villages {
            let name = if whole { &village.inside } else { &village.name };
            match parts.last_mut().filter(|(last, _)| whole && last == name) {
                Some((_, sum)) => sum.add(&village.figures()),
                None => parts.push((name.clone(), village.figures())),
            }
        }
        Ok(Matter {
            plain,
            everybody: everybody.iter().map(Village::figures).collect(),
            gaps,
            called,
            parts,
            letterhead: Letterhead::load(&app.store, district).await?,
            text,
        })
    }

    /// What it is called in the register.
    pub(super) fn title(&self) -> String {
        let year = self.plain.analysis.year;
        self.text.t2("analysis.paper.register", "place", &self.called, "year", year)
    }

    fn t(&self, key: &str) -> String {
        self.text.t(&format!("analysis.paper.{key}")).into_owned()
    }

    fn n(&self, value: i64) -> String {
        self.text.number(value)
    }

    /// "17,05", or a dash where too few were measured.
    fn share(&self, one: &Figures) -> String {
        prevalence(one).map_or_else(|| "–".to_owned(), |share| self.text.fixed(share, 2))
    }

    /// "24,10 persen", or that too few were measured to say.
    fn share_words(&self, one: &Figures) -> String {
        match prevalence(one) {
            Some(share) => self.text.t1("analysis.paper.percent", "share", self.text.fixed(share, 2)),
            None => self.t("too_few"),
        }
    }

    fn paragraph(&self, key: &str, values: &[(&str, String)]) -> Block {
        Block::Paragraph { text: self.text.with(&format!("analysis.paper.{key}"), values) }
    }

    fn heading(&self, key: &str) -> Block {
        Block::Heading { level: 1, text: self.t(key) }
    }

    fn columns(&self, keys: &[&str]) -> Vec<PaperColumn> {
        let column = |(nth, key): (usize, &&str)| {
            let title = self.t(&format!("column.{key}"));
            if nth == 0 { PaperColumn::words(title, 1) } else { PaperColumn::numbers(title) }
        };
        keys.iter().enumerate().map(column).collect()
    }

    /// "Kecamatan", or "Desa/kelurahan" where the paper is of one kecamatan.
    fn part_key(&self) -> &'static str {
        if self.gaps.is_some() { "subdistrict" } else { "village" }
    }

    /// A table of all parts and their sum.
    fn of_parts(&self, key: &str, columns: &[&str], cells: impl Fn(&Figures) -> Vec<String>) -> Block {
        let row = |name: String, one: &Figures| [vec![name], cells(one)].concat();
        let mut keys = vec![self.part_key()];
        keys.extend(columns);
        Block::Table(Table {
            caption: self.t(&format!("table.{key}")),
            columns: self.columns(&keys),
            rows: self.parts.iter().map(|(name, one)| row(name.clone(), one)).collect(),
            total: row(self.t("total"), &self.plain.whole),
        })
    }

    /// The names of those with most of something: "Kumai (31), Arut Utara (20)".
    fn most(&self, of: impl Fn(&Figures) -> Option<i64>, words: impl Fn(i64) -> String) -> String {
        let mut found: Vec<(i64, &String)> = self
            .parts
            .iter()
            .filter_map(|(name, one)| Some((of(one).filter(|value| *value > 0)?, name)))
            .collect();
        found.sort_by(|one, two| two.0.cmp(&one.0).then_with(|| one.1.cmp(two.1)));
        let named = found.iter().take(MOST).map(|(value, name)| format!("{name} ({})", words(*value)));
        let named: Vec<String> = named.collect();
        if named.is_empty() { "–".to_owned() } else { named.join(", ") }
    }

    /// The paper.
    pub(super) fn paper(&self, today: Date) -> Paper {
        let (sheet, head) = papers::head(&self.letterhead);
        let paper = Paper {
            sheet,
            head,
            title: self.t("title"),
            subtitle: vec![
                self.called.clone(),
                self.text.t1("analysis.paper.year", "year", self.plain.analysis.year),
            ],
            ..Paper::default()
        };
        let mut blocks = self.opening();
        blocks.extend(self.children());
        blocks.extend(self.families());
        blocks.extend(self.services());
        blocks.extend(self.obstacles());
        blocks.extend(self.priorities());
        blocks.push(self.paragraph("closing", &[]));
        let place_and_day = self.letterhead.place_and_day(&date::medium(Language::Indonesian, today));
        blocks.push(papers::signature(&self.letterhead, "report", String::new(), place_and_day));
        let mut paper = paper.section("", false, blocks);
        let mut nth = 0;
        let mut annex = |key: &str| {
            nth += 1;
            let roman = ["I", "II", "III", "IV"].get(nth - 1).copied().unwrap_or("V");
            format!("{} {roman}: {}", self.t("annex"), self.t(&format!("annex.{key}")))
        };
        if self.gaps.is_some() {
            paper = paper.section(annex("profiles"), false, self.profiles());
        }
        paper = paper.section(annex("figures"), true, vec![self.figures()]);
        if !self.plain.criteria.is_empty() {
            paper = paper.section(annex("points"), true, vec![self.points()]);
        }
        paper.section(annex("how"), false, vec![self.definitions()])
    }

    fn opening(&self) -> Vec<Block> {
        let one = &self.plain.analysis;
        let state = match one.decided_on {
            Some(on) => {
                let day = self.text.long_day(on);
                self.text.t2("analysis.paper.decided", "decree", &one.decree, "day", day)
            }
            None => self.t("draft"),
        };
        let villages = self.plain.villages.len() as i64;
        let facts = vec![
            (self.t("fact.place"), self.called.clone()),
            (self.t("fact.villages"), self.n(villages)),
            (self.t("fact.month"), month_words(&self.text, one.month)),
            (self.t("fact.reckoned"), self.text.instant(one.reckoned_at)),
            (self.t("fact.state"), state),
        ];
        let basis = if one.year >= SIX_ACTIONS { "basis_six" } else { "basis_eight" };
        vec![
            Block::Facts { rows: facts },
            self.heading("chapter.opening"),
            self.paragraph(basis, &[("team", self.letterhead.team.clone())]),
            self.paragraph("sources", &[("month", month_words(&self.text, one.month))]),
        ]
    }

    fn children(&self) -> Vec<Block> {
        let all = &self.plain.whole;
        let text = &self.text;
        let values = [
            ("place", self.called.clone()),
            ("children", self.n(all.children)),
            ("measured", self.n(all.measured)),
            ("coverage", text.percent(all.measured, all.children)),
            ("month", month_words(text, self.plain.analysis.month)),
            ("stunted", self.n(all.stunted)),
            ("share", self.share_words(all)),
            ("severely", self.n(all.severely)),
        ];
        let mut blocks = vec![self.heading("chapter.children"), self.paragraph("children", &values)];
        if all.measured * 100 < all.children * 80 {
            blocks.push(self.paragraph("thin", &[]));
        }
        let cases = self.most(|one| Some(one.stunted), |value| self.n(value));
        let shares = self.most(prevalence, |value| format!("{} %", text.fixed(value, 2)));
        let unmeasured = self.most(|one| Some(one.children - one.measured), |value| self.n(value));
        blocks.push(
            self.paragraph("most", &[("cases", cases), ("shares", shares), ("unmeasured", unmeasured)]),
        );
        let bars = self.parts.iter().filter_map(|(name, one)| {
            let share = prevalence(one)?;
            let words = format!(
                "{} % ({})",
                text.fixed(share, 2),
                text.t2(
                    "analysis.paper.of_measured",
                    "stunted",
                    self.n(one.stunted),
                    "measured",
                    self.n(one.measured),
                )
            );
            Some(Bar {
                label: name.clone(),
                value: share,
                words,
                light: one.measured * 100 < one.children * 80,
            })
        });
        let mut bars: Vec<Bar> = bars.collect();
        bars.sort_by_key(|bar| std::cmp::Reverse(bar.value));
        if !bars.is_empty() {
            blocks.push(Block::Bars { caption: self.t("bars"), bars });
            blocks.push(Block::Note { text: self.t("bars_note") });
        }
        let columns = ["children", "measured", "coverage", "stunted", "share", "severely"];
        blocks.push(self.of_parts("children", &columns, |one| {
            vec![
                self.n(one.children),
                self.n(one.measured),
                text.percent(one.measured, one.children),
                self.n(one.stunted),
                self.share(one),
                self.n(one.severely),
            ]
        }));
        blocks
    }

    fn families(&self) -> Vec<Block> {
        let all = &self.plain.whole;
        let values = [
            ("families", self.n(all.families)),
            ("at_risk", self.n(all.at_risk)),
            ("share", self.text.percent(all.at_risk, all.families)),
            ("water", self.n(all.poor_water)),
            ("latrine", self.n(all.poor_latrine)),
            ("four_too", self.n(all.four_too)),
            ("poor", self.n(all.poor)),
        ];
        let columns = ["families", "at_risk", "water", "latrine", "four_too", "poor"];
        let table = self.of_parts("families", &columns, |one| {
            [one.families, one.at_risk, one.poor_water, one.poor_latrine, one.four_too, one.poor]
                .map(|value| self.n(value))
                .to_vec()
        });
        vec![self.heading("chapter.families"), self.paragraph("families", &values), table]
    }

    /// What families at risk receive: visits, money of the plan, indicators below target.
    fn services(&self) -> Vec<Block> {
        let all = &self.plain.whole;
        let unvisited = self.most(|one| Some(one.unvisited), |value| self.n(value));
        let values = [
            ("unvisited", self.n(all.unvisited)),
            ("at_risk", self.n(all.at_risk)),
            ("budget", self.text.rupiah(all.budget)),
            ("year", self.plain.analysis.year.to_string()),
            ("most", unvisited),
        ];
        let mut blocks = vec![self.heading("chapter.services"), self.paragraph("services", &values)];
        let each = |one: &Figures| match one.at_risk {
            0 => "–".to_owned(),
            families => self.n(one.budget / families),
        };
        let columns = ["at_risk", "unvisited", "unvisited_share", "budget", "budget_each"];
        blocks.push(self.of_parts("services", &columns, |one| {
            vec![
                self.n(one.at_risk),
                self.n(one.unvisited),
                self.text.percent(one.unvisited, one.at_risk),
                self.n(one.budget),
                each(one),
            ]
        }));
        if let Some(gaps) = &self.gaps {
            let rows = gaps.iter().map(|gap| vec![gap.name.clone(), gap.value.clone(), gap.target.clone()]);
            match gaps.is_empty() {
                true => blocks.push(self.paragraph("no_gaps", &[])),
                false => blocks.push(Block::Table(Table {
                    caption: self.t("table.gaps"),
                    columns: self.columns(&["indicator", "value", "target"]),
                    rows: rows.collect(),
                    total: Vec::new(),
                })),
            }
        }
        blocks
    }

    fn obstacles(&self) -> Vec<Block> {
        let mut blocks = vec![self.heading("chapter.obstacles")];
        if self.plain.obstacles.is_empty() {
            blocks.push(self.paragraph("no_obstacles", &[]));
            return blocks;
        }
        let rows = self
            .plain
            .obstacles
            .iter()
            .map(|one| vec![one.place.clone(), one.words.clone(), one.proposal.clone()])
            .collect();
        let columns = ["place", "obstacle", "proposal"];
        let columns = columns.map(|key| {
            PaperColumn::words(self.t(&format!("column.{key}")), if key == "place" { 1 } else { 2 })
        });
        let caption = self.t("table.obstacles");
        blocks.push(Block::Table(Table { caption, columns: columns.to_vec(), rows, total: Vec::new() }));
        blocks
    }

    fn priorities(&self) -> Vec<Block> {
        let chosen: Vec<&Village> = self.plain.villages.iter().filter(|one| one.chosen).collect();
        let decided = self.plain.analysis.decided_on.is_some();
        let key = if decided { "lokus_decided" } else { "lokus_proposed" };
        let values =
            [("n", self.n(chosen.len() as i64)), ("villages", self.n(self.plain.villages.len() as i64))];
        let mut blocks = vec![self.heading("chapter.lokus"), self.paragraph(key, &values)];
        let weights: i64 = self.plain.criteria.iter().map(|one| one.weight).sum();
        if !self.plain.criteria.is_empty() {
            blocks.push(self.paragraph("lokus_how", &[]));
            let rows = self.plain.criteria.iter().map(|one| {
                vec![
                    criterion(&self.text, one.criterion),
                    self.n(one.weight),
                    self.text.percent(one.weight, weights),
                ]
            });
            blocks.push(Block::Table(Table {
                caption: self.t("table.criteria"),
                columns: self.columns(&["criterion", "weight", "weight_share"]),
                rows: rows.collect(),
                total: Vec::new(),
            }));
        }
        if chosen.is_empty() {
            return blocks;
        }
        let mut chosen = chosen;
        chosen.sort_by_key(|one| (one.place, one.village_code));
        let rows = (1..).zip(&chosen).map(|(nth, one)| {
            let figures = one.figures();
            vec![
                format!("{nth}"),
                one.name.clone(),
                one.inside.clone(),
                self.n(one.stunted),
                self.share(&figures),
                self.n(one.at_risk),
                self.text.fixed(one.points, 2),
                one.reason.clone(),
            ]
        });
        let column = |(key, share): (&str, u8)| {
            let title = self.t(&format!("column.{key}"));
            if share == 0 { PaperColumn::numbers(title) } else { PaperColumn::words(title, share) }
        };
        let columns = [
            ("nth", 0),
            ("village", 3),
            ("subdistrict", 3),
            ("stunted", 0),
            ("share", 0),
            ("at_risk", 0),
            ("points", 0),
            ("reason", 3),
        ];
        blocks.push(Block::Table(Table {
            caption: self.t(if decided { "table.decided" } else { "table.proposed" }),
            columns: columns.into_iter().map(column).collect(),
            rows: rows.collect(),
            total: Vec::new(),
        }));
        blocks
    }

    /// A page or so for every kecamatan: its figures in words, its villages.
    fn profiles(&self) -> Vec<Block> {
        let mut by_part: BTreeMap<i64, Vec<&Village>> = BTreeMap::new();
        for village in &self.plain.villages {
            by_part.entry(village.village_code / 10_000).or_default().push(village);
        }
        let mut blocks = Vec::new();
        for (part, villages) in by_part {
            let mut sum = Figures::default();
            for one in &villages {
                sum.add(&one.figures());
            }
            let name = villages.first().map(|one| one.inside.clone()).unwrap_or_default();
            let lokus: Vec<&str> =
                villages.iter().filter(|one| one.chosen).map(|one| one.name.as_str()).collect();
            let lokus = if lokus.is_empty() { self.t("no_lokus") } else { lokus.join(", ") };
            let values = [
                ("villages", self.n(villages.len() as i64)),
                ("children", self.n(sum.children)),
                ("measured", self.n(sum.measured)),
                ("coverage", self.text.percent(sum.measured, sum.children)),
                ("stunted", self.n(sum.stunted)),
                ("share", self.share_words(&sum)),
                ("at_risk", self.n(sum.at_risk)),
                ("water", self.n(sum.poor_water)),
                ("latrine", self.n(sum.poor_latrine)),
                ("unvisited", self.n(sum.unvisited)),
                ("budget", self.text.rupiah(sum.budget)),
                ("lokus", lokus),
            ];
            blocks.push(Block::Heading {
                level: 2,
                text: self.text.t1("analysis.paper.subdistrict", "name", &name),
            });
            let nobody = sum.children == 0 && sum.families == 0;
            blocks.push(self.paragraph(if nobody { "profile_empty" } else { "profile" }, &values));
            let said = self.plain.obstacles.iter().filter(|one| one.territory_code / 10_000 == part);
            let said: Vec<String> = said
                .map(|one| match one.proposal.as_str() {
                    "" => one.words.clone(),
                    proposal => {
                        self.text.t2("analysis.paper.said", "words", &one.words, "proposal", proposal)
                    }
                })
                .collect();
            if !said.is_empty() {
                blocks.push(self.paragraph("profile_obstacles", &[]));
                blocks.push(Block::List { items: said });
            }
            if nobody {
                continue;
            }
            let rows = villages.iter().map(|one| {
                let figures = one.figures();
                let mut row =
                    vec![one.name.clone(), self.n(one.children), self.n(one.measured), self.n(one.stunted)];
                row.push(self.share(&figures));
                row.extend([one.at_risk, one.unvisited].map(|value| self.n(value)));
                row.push(if one.chosen { self.t("yes") } else { String::new() });
                row
            });
            let mut columns = self.columns(&[
                "village",
                "children",
                "measured",
                "stunted",
                "share",
                "at_risk",
                "unvisited",
            ]);
            columns.push(PaperColumn { title: self.t("column.lokus"), share: 0, align: Align::Center });
            blocks.push(Block::Table(Table {
                caption: self.text.t1("analysis.paper.table.profile", "name", &name),
                columns,
                rows: rows.collect(),
                total: Vec::new(),
            }));
        }
        blocks
    }
}
