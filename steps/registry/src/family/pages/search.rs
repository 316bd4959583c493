//! `/sasaran/cari`: families by a name, a whole number, the last four digits of a NIK, or a village; by POST, so that
//! no name stands in an address or a log.

use askama::Template;
use asuh_nusantara::{Nik, TerritoryCode, name};
use axum::extract::State;

use crate::family::search::{Found, Hit, Reader};
use crate::family::{Opening, opened};
use crate::rights::ReadFamilies;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Form, Page, Shell, page};
use asuh_matching::{Rank, Sought};

/// Villages that are offered for what was typed.
const VILLAGES: usize = 6;

impl Hit {
    /// The key of the words that say how it answers, where it is not plain to see.
    fn how(&self) -> Option<&'static str> {
        match self.rank {
            Rank::Exact | Rank::Beginning => None,
            Rank::Sounds => Some("registry.search.sounds"),
            Rank::Slip => Some("registry.search.slip"),
        }
    }
}

/// Where it is searched; codes only.
struct Place {
    kecamatan: String,
    desa: String,
}

#[derive(Template)]
#[template(path = "family/search.html")]
struct SearchPage {
    shell: Shell,
    filter: Place,
    /// What was typed.
    text: String,
    notice: Option<String>,
    /// The name of the territory that was chosen before.
    place: Option<String>,
    /// Villages that are called so.
    villages: Vec<(i64, String)>,
    hits: Vec<Hit>,
    more: bool,
}

/// What was typed: digits, and the words around them.
struct Typed {
    digits: String,
    words: String,
}

impl Typed {
    fn read(text: &str) -> Typed {
        let digits = text.chars().filter(char::is_ascii_digit).collect();
        let words = text.chars().map(|c| if c.is_ascii_digit() { ' ' } else { c }).collect::<String>();
        Typed { digits, words: name::tidy(&words) }
    }
}

/// The search.
pub(crate) async fn search(cap: Cap<ReadFamilies>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let text = form.get("cari").trim().to_owned();
    let filter = Place { kecamatan: form.get("kecamatan").to_owned(), desa: form.get("desa").to_owned() };
    let code = |text: &str| TerritoryCode::from_i64(text.parse().ok()?).ok();
    let db = app.store.reader();
    let (district, secrets) = (cap.district(), app.store.secrets());
    let within = code(&filter.desa).or_else(|| code(&filter.kecamatan));
    let reader = Reader { district, scope: cap.scope(), within };
    let reached = territory::villages_within(db, district, cap.scope()).await?;
    let inside = reached.iter().filter(|one| within.is_none_or(|within| contains(within, one.code)));
    let inside: Vec<i64> = inside.map(|one| one.code).collect();
    let typed = Typed::read(&text);
    let mut notice = None;
    let mut villages = Vec::new();
    let mut found = Found::default();
    let named = name::search_key(&typed.words);
    let has_name = Sought::read(&typed.words).is_some();
    match typed.digits.len() {
        0 if !has_name => notice = Some("registry.search.too_short"),
        0 => {
            villages = reached
                .iter()
                .filter(|one| name::search_key(&one.name).starts_with(&named))
                .take(VILLAGES)
                .map(|one| (one.code, one.name.clone()))
                .collect();
            found = reader.by_name(db, &typed.words, None).await?;
            if found.hits.is_empty()
                && let Some((words, at)) = named_village(&named, &reached)
            {
                let there = Reader { within: TerritoryCode::from_i64(at).ok(), ..reader };
                found = there.by_name(db, words, None).await?;
            }
        }
        4 if has_name => found = reader.by_name(db, &typed.words, Some((secrets, &typed.digits))).await?,
        // Every NIK of the village is opened for it.
        4 if inside.len() == 1 => found = reader.by_tail(db, secrets, &typed.digits).await?,
        4 => notice = Some("registry.search.tail_needs"),
        16 => match Nik::parse(&typed.digits) {
            Ok(nik) => {
                let hash = |purpose| secrets.lookup(district, purpose, nik.as_str());
                found = reader.by_number(db, hash("nik")?, hash("kk")?).await?;
            }
            Err(_) => notice = Some("registry.search.whole_number"),
        },
        // Nothing is guessed from part of a number.
        _ => notice = Some("registry.search.whole_number"),
    }
    if notice.is_none() {
        opened(&app, cap.actor(), Opening::Search(found.hits.len()));
    }
    let place = match within {
        Some(code) => territory::names(db, district, [code.as_i64()]).await?.remove(&code.as_i64()),
        None => None,
    };
    let notice = notice.map(|key| shell.t(key).into_owned());
    page(&SearchPage { shell, filter, text, notice, place, villages, hits: found.hits, more: found.more })
}

fn contains(within: TerritoryCode, code: i64) -> bool {
    let (from, to) = within.range();
    (from..=to).contains(&code)
}

/// Words that end in the name of a village that is reached: what stands before, and the village.
fn named_village<'a>(words: &'a str, reached: &[territory::Territory]) -> Option<(&'a str, i64)> {
    let before = |village: &territory::Territory| {
        let rest = words.strip_suffix(name::search_key(&village.name).as_str())?;
        rest.ends_with(' ').then(|| rest.trim_end())
    };
    let mut found = reached.iter().filter_map(|village| Some((before(village)?, village.code)));
    // The shortest rest: `koto tuo` rather than `tuo`.
    let best = found.by_ref().min_by_key(|(rest, _)| rest.len())?;
    (!best.0.is_empty()).then_some(best)
}
