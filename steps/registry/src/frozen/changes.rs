//! What came, went and changed since another list: counts with their reasons, and the rows for those who read names.

use askama::Template;
use asuh_nusantara::TerritoryCode;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::change::{self, Change, Selection, What};
use super::kind::Kind;
use super::pages::found;
use super::query::{self, FrozenList, PAGE};
use super::shown::KindWords;
use crate::rights::SeeFrozenLists;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{self, Error, Form, Page, Path, Shell, Text, cut};

/// Which differences are shown; codes and numbers alone.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filter {
    /// The number of the older list; without one the list before.
    #[serde(default)]
    dari: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    jenis: String,
    #[serde(default)]
    alasan: String,
    #[serde(default)]
    setelah: String,
}

impl Filter {
    /// What was sent by a form.
    pub(super) fn of_form(form: &Form) -> Filter {
        let get = |name: &str| form.get(name).to_owned();
        Filter {
            dari: get("dari"),
            desa: get("desa"),
            jenis: get("jenis"),
            alasan: get("alasan"),
            setelah: String::new(),
        }
    }

    pub(super) fn selection(&self) -> Selection {
        Selection {
            within: self.desa.parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok()),
            what: What::parse(&self.jenis),
            reason: self.alasan.clone(),
        }
    }

    /// The older list.
    pub(super) async fn older<K: Kind>(
        &self,
        app: &App,
        cap: &SeeFrozenLists,
        newer: &FrozenList,
    ) -> Result<FrozenList, Error> {
        let number = self.dari.parse().unwrap_or(newer.number - 1);
        let older = query::numbered::<K>(app.store.reader(), cap.district(), number).await?;
        older.filter(|older| older.number < newer.number).ok_or(Error::NotFound)
    }

    /// The address of the page with another direction and reason, after a place.
    fn address(&self, home: &str, jenis: &str, alasan: &str, setelah: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("dari", self.dari.as_str()),
            ("desa", &self.desa),
            ("jenis", jenis),
            ("alasan", alasan),
            ("setelah", setelah),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("{home}/perubahan?{}", query.finish())
    }
}

/// The counts of one direction.
struct Direction {
    what: What,
    n: i64,
    address: String,
    is_chosen: bool,
    /// Each reason in words with its count, and the address of its rows.
    reasons: Vec<(String, i64, String)>,
}

/// A difference in words.
pub(super) struct ChangeLine {
    pub(super) change: Change,
    pub(super) place: String,
    pub(super) why: Vec<String>,
}

#[derive(Template)]
#[template(path = "frozen/changes.html")]
struct ChangesPage {
    shell: Shell,
    kind: KindWords,
    newer: FrozenList,
    older: FrozenList,
    /// The lists that this one can be compared with.
    others: Vec<FrozenList>,
    villages: Vec<(String, String)>,
    filter: Filter,
    directions: Vec<Direction>,
    names: bool,
    lines: Vec<ChangeLine>,
    next: Option<String>,
}

/// The differences of a list from an older one.
pub(super) async fn page<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(filter): Params<Filter>,
) -> Page {
    let newer = found::<K>(&app, &cap, &id).await?;
    let older = filter.older::<K>(&app, &cap, &newer).await?;
    let db = app.store.reader();
    let district = cap.district();
    let lists = (&older, &newer);
    let selection = filter.selection();
    let counts = change::counts::<K>(db, district, cap.scope(), lists, selection.within).await?;
    let home = format!("{}/{}", K::PATHS.home, newer.id);
    let text = shell.text();
    let directions = What::ALL.into_iter().map(|what| {
        let of_it = counts.iter().filter(|(other, ..)| *other == what);
        Direction {
            what,
            n: of_it.clone().map(|(.., n)| n).sum(),
            address: filter.address(&home, what.code(), "", ""),
            is_chosen: selection.what == Some(what),
            reasons: of_it
                .map(|(_, reason, n)| {
                    (reason_words(&text, reason), *n, filter.address(&home, what.code(), reason, ""))
                })
                .collect(),
        }
    });
    let directions = directions.collect();
    let reader = K::Read::of(cap.actor());
    let (mut lines, mut next) = (Vec::new(), None);
    if reader.is_some() {
        let scope = cap.actor().scope(K::Read::ROLES);
        let after = filter
            .setelah
            .split_once('.')
            .and_then(|(place, nth)| Some((place.parse().ok()?, nth.parse().ok()?)));
        let mut rows = change::page::<K>(db, district, &scope, lists, &selection, (after, PAGE + 1)).await?;
        next = cut(&mut rows, PAGE, change::place_of).map(|(place, nth)| {
            filter.address(&home, &filter.jenis, &filter.alasan, &format!("{place}.{nth}"))
        });
        lines = rows.into_iter().map(|row| in_words::<K>(&text, row)).collect();
    }
    let mut others = query::lists(db, district, K::CODE).await?;
    others.retain(|other| other.number < newer.number);
    let villages = territory::villages_within(db, district, cap.scope()).await?;
    let page_of = ChangesPage {
        kind: KindWords::of::<K>(&text),
        villages: villages.into_iter().map(|one| (one.code.to_string(), one.name)).collect(),
        names: reader.is_some(),
        newer,
        older,
        others,
        filter,
        directions,
        lines,
        next,
        shell,
    };
    web::page(&page_of)
}

/// A reason in words: its code's, where it is one of ours.
pub(super) fn reason_words(text: &Text, reason: &str) -> String {
    text.t(&format!("frozen.reason.{reason}")).into_owned()
}

/// A difference in words: where, and why.
pub(super) fn in_words<K: Kind>(text: &Text, change: Change) -> ChangeLine {
    let village = change.village_name.clone().unwrap_or_else(|| territory::dotted(change.village_code));
    let place = if change.rw.is_empty() { village } else { format!("{village}, RW {}", change.rw) };
    let mut why = Vec::new();
    if change.what() == What::Changed {
        if change.has_moved() {
            let was =
                change.was_village_name.clone().unwrap_or_else(|| territory::dotted(change.was_village));
            why.push(text.t1("frozen.change.village", "was", was));
        }
        if let Some(was) = change.was_rw() {
            why.push(text.t1("frozen.change.rw", "was", was));
        }
        if let Some(was) = change.renamed() {
            why.push(text.t1("frozen.change.name", "was", was));
        }
        let (gained, lost) = change.factors(K::FACTORS);
        let words = |codes: &[&str]| {
            codes
                .iter()
                .map(|code| text.t(&format!("frozen.factor.{code}")).into_owned())
                .collect::<Vec<_>>()
                .join(", ")
        };
        if !gained.is_empty() {
            why.push(text.t1("frozen.change.gained", "factors", words(&gained)));
        }
        if !lost.is_empty() {
            why.push(text.t1("frozen.change.lost", "factors", words(&lost)));
        }
    } else {
        why.push(reason_words(text, &change.reason));
        if !change.detail.is_empty() {
            why.push(change.detail.clone());
        }
    }
    if !change.visit.is_empty() {
        let result = text.t(&format!("registry.result.{}", change.visit)).into_owned();
        why.push(text.t1("frozen.change.visit", "result", result));
    }
    ChangeLine { change, place, why }
}
