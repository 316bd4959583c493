//! The annexes of the paper: every figure of every village, the points that led to a proposal, and how all was counted.

use asuh_documents::paper::{Align, Block, PaperColumn, Table};

use super::Matter;
use crate::analysis::query::Village;
use crate::analysis::rules::{Figures, points};
use crate::analysis::words::criterion;

impl Matter {
    /// All figures of every village, across the page.
    pub(super) fn figures(&self) -> Block {
        let row = |name: [String; 2], one: &Figures| {
            let numbers = one.numbers().map(|value| self.n(value));
            // The share stands beside what it is of.
            let (children, rest) = numbers.split_at(3);
            [name.as_slice(), children, &[self.share(one)], rest].concat()
        };
        let villages =
            self.plain.villages.iter().map(|one| row([one.inside.clone(), one.name.clone()], &one.figures()));
        let keys = [
            "subdistrict",
            "village",
            "children",
            "measured",
            "stunted",
            "share",
            "severely",
            "families",
            "at_risk",
            "water",
            "latrine",
            "four_too",
            "poor",
            "unvisited",
            "budget",
        ];
        // Fifteen columns share the width; headings wrap.
        let columns = (0..).zip(self.columns(&keys)).map(|(nth, column): (usize, PaperColumn)| match nth {
            0 | 1 => PaperColumn { share: 7, align: Align::Left, ..column },
            nth if nth + 1 == keys.len() => PaperColumn { share: 5, ..column },
            _ => PaperColumn { share: 3, ..column },
        });
        let columns = columns.collect();
        Block::Table(Table {
            caption: self.t("table.figures"),
            columns,
            rows: villages.collect(),
            total: row([self.t("total"), String::new()], &self.plain.whole),
        })
    }

    /// The points of every village, criterion by criterion: anybody can reckon the table after us.
    pub(super) fn points(&self) -> Block {
        let mut villages: Vec<&Village> = self.plain.villages.iter().collect();
        villages.sort_by_key(|one| (one.place, one.village_code));
        let rows = villages.into_iter().map(|one| {
            let figures = one.figures();
            let of =
                self.plain.criteria.iter().map(|criterion| {
                    self.text.fixed(points(&self.everybody, &figures, criterion.criterion), 2)
                });
            let mut row = vec![self.n(one.place), one.name.clone(), one.inside.clone()];
            row.extend(of);
            row.push(self.text.fixed(one.points, 2));
            row.push(if one.proposed { self.t("yes") } else { String::new() });
            row.push(if one.chosen { self.t("yes") } else { String::new() });
            row.push(one.reason.clone());
            row
        });
        let title = |key: &str| self.t(&format!("column.{key}"));
        let centred = |key: &str| PaperColumn { title: title(key), share: 0, align: Align::Center };
        let mut columns = vec![
            PaperColumn::numbers(title("place_nth")),
            PaperColumn::words(title("village"), 3),
            PaperColumn::words(title("subdistrict"), 3),
        ];
        columns.extend(self.plain.criteria.iter().map(|one| PaperColumn {
            title: format!("{} ({})", criterion(&self.text, one.criterion), one.weight),
            share: 2,
            align: Align::Right,
        }));
        columns.extend([PaperColumn::numbers(title("points")), centred("proposed"), centred("lokus")]);
        columns.push(PaperColumn::words(title("reason"), 3));
        Block::Table(Table {
            caption: self.t("table.points"),
            columns,
            rows: rows.collect(),
            total: Vec::new(),
        })
    }

    /// How each figure was counted.
    pub(super) fn definitions(&self) -> Block {
        let keys = [
            "children",
            "measured",
            "stunted",
            "at_risk",
            "factors",
            "poor",
            "unvisited",
            "budget",
            "points",
        ];
        Block::List { items: keys.map(|key| self.t(&format!("define.{key}"))).to_vec() }
    }
}
