//! `/wilayah`: the district's kecamatan, and the villages of one.

use askama::Template;
use asuh_nusantara::{Level, TerritoryCode};
use asuh_store::{Query, args};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::query::{self, Territory};
use crate::rights::{ReadFamilies, SeeTerritories};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Page, Path, Shell, page};

/// A territory with what is inside it.
struct Line {
    territory: Territory,
    villages: i64,
    families: i64,
}

#[derive(Template)]
#[template(path = "territory/tree.html")]
struct TreePage {
    shell: Shell,
    /// The kecamatan shown, or nothing for the whole district.
    subdistrict: Option<Territory>,
    lines: Vec<Line>,
    villages: i64,
    families: i64,
    searched: Option<String>,
    /// Whether the caller may open the families behind the counts.
    names: bool,
}

/// What was searched for. Names of places are no personal data and may stand in an address.
#[derive(Deserialize)]
pub(crate) struct Search {
    #[serde(default)]
    cari: String,
}

/// The kecamatan of the district, or what a search found.
pub(crate) async fn tree(
    cap: Cap<SeeTerritories>,
    State(app): State<App>,
    shell: Shell,
    Params(search): Params<Search>,
) -> Page {
    let db = app.store.reader();
    let counts = query::counts(db, cap.district(), cap.scope()).await?;
    let text = search.cari.trim().to_owned();
    let territories = if text.is_empty() {
        query::subdistricts(db, cap.district()).await?
    } else {
        query::found(db, cap.district(), &text).await?
    };
    let villages: Vec<(i64,)> = db
        .all(
            "SELECT code FROM territory WHERE district_id = $1 AND level = 'village' ORDER BY code",
            args![cap.district()],
        )
        .await?;
    let within = |territory: &Territory, code: i64| {
        TerritoryCode::from_i64(territory.code).is_ok_and(|outer| {
            let (from, to) = outer.range();
            (from..=to).contains(&code)
        })
    };
    let lines: Vec<Line> = territories
        .into_iter()
        .map(|territory| Line {
            villages: villages.iter().filter(|(code,)| within(&territory, *code)).count() as i64,
            families: counts
                .values()
                .filter(|count| within(&territory, count.village_code))
                .map(|count| count.families)
                .sum(),
            territory,
        })
        .collect();
    let names = names(&cap);
    page(&TreePage {
        shell,
        subdistrict: None,
        lines,
        villages: villages.len() as i64,
        families: counts.values().map(|count| count.families).sum(),
        searched: (!text.is_empty()).then_some(text),
        names,
    })
}

/// The villages of a kecamatan.
pub(crate) async fn villages(
    cap: Cap<SeeTerritories>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
) -> Page {
    let db = app.store.reader();
    let code = TerritoryCode::parse(&code).map_err(|_| Error::NotFound)?;
    let kecamatan = code.ancestor(Level::Subdistrict).ok_or(Error::NotFound)?;
    let subdistrict: Option<Territory> = db
        .first(
            "SELECT code, name, valid_from, valid_to FROM territory WHERE district_id = $1 AND code = $2",
            args![cap.district(), kecamatan.as_i64()],
        )
        .await?;
    let subdistrict = subdistrict.ok_or(Error::NotFound)?;
    let counts = query::counts(db, cap.district(), cap.scope()).await?;
    let lines: Vec<Line> = query::villages(db, cap.district(), kecamatan)
        .await?
        .into_iter()
        .map(|territory| Line {
            villages: 0,
            families: counts.get(&territory.code).map_or(0, |count| count.families),
            territory,
        })
        .collect();
    let names = names(&cap);
    page(&TreePage {
        shell,
        villages: lines.len() as i64,
        families: lines.iter().map(|line| line.families).sum(),
        subdistrict: Some(subdistrict),
        lines,
        searched: None,
        names,
    })
}

fn names(cap: &SeeTerritories) -> bool {
    use asuh_ground::access::Capability;
    ReadFamilies::of(cap.actor()).is_some()
}
