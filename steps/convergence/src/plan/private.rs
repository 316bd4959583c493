//! `/rencana/swadaya`: what foster parents and partners brought about in half a year ("swadaya/swasta"), as the scheme of 2025
//! asks for it, place by place, down to the rows ([`super::gifts`]). Families are counted once for each programme and way.

use std::collections::BTreeMap;

use askama::Template;
use asuh_documents::sheet::{Column, Kind as Holds};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::audit;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Cell, Error, Form, Page, Shell, page, workbook};
use asuh_nusantara::{Level, TerritoryCode};
use asuh_step_registry::{ReadFamilies, territories};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::SeePlans;
use super::gifts::{self, Way, arrived, half};
use super::hand::Sight;

/// Which half year, of which place.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    tahun: String,
    #[serde(default)]
    semester: String,
    #[serde(default)]
    wilayah: String,
}

/// A programme or a place with what arrived.
pub(super) struct Line {
    name: String,
    help: String,
    way: &'static str,
    /// What opens the places in it, or the rows.
    address: String,
    families: i64,
    times: i64,
    rupiah: i64,
}

#[derive(Template)]
#[template(path = "plan/private.html")]
struct PrivatePage {
    shell: Shell,
    letterhead: Letterhead,
    year: i64,
    semester: i64,
    place_name: String,
    above: Option<(String, String)>,
    programmes: Vec<Line>,
    /// The places within, which lead on; none of a village.
    places: Vec<Line>,
    rupiah: i64,
    /// Half years to choose from, the latest first, with their addresses.
    halves: Vec<(i64, i64, String)>,
}

/// A half year and place that somebody looks at.
struct Asked {
    year: i64,
    semester: i64,
    span: (Date, Date),
    place: TerritoryCode,
    place_name: String,
    scope: Scope,
}

impl Asked {
    /// Not found: no such half year, a place out of the district or of reach.
    async fn of(app: &App, cap: &SeePlans, choice: &Choice, today: Date) -> Result<Asked, Error> {
        let whole = cap.actor().district_code;
        let year = choice.tahun.parse::<i64>().unwrap_or(i64::from(today.year()));
        let now = if u8::from(today.month()) <= 6 { 1 } else { 2 };
        let semester = choice.semester.parse::<i64>().unwrap_or(now);
        let span = half(year, semester).ok_or(Error::NotFound)?;
        let place = match choice.wilayah.parse::<i64>() {
            Ok(code) => TerritoryCode::from_i64(code).map_err(|_| Error::NotFound)?,
            Err(_) => whole,
        };
        if !whole.contains(place) {
            return Err(Error::NotFound);
        }
        let name = names(app, cap.district(), [place.as_i64()]).await?.remove(&place.as_i64());
        let place_name = name.ok_or(Error::NotFound)?;
        Ok(Asked { year, semester, span, place, place_name, scope: reach(cap, place) })
    }

    fn address(&self, place: i64) -> String {
        format!("/rencana/swadaya?tahun={}&semester={}&wilayah={place}", self.year, self.semester)
    }

    fn rows(&self, way: Way, of: Id, place: i64) -> String {
        rows_of((self.year, self.semester), (way, of), place)
    }
}

/// The page of what arrived of a programme in one way at a place.
pub(super) fn rows_of((year, semester): (i64, i64), (way, of): (Way, Id), place: i64) -> String {
    format!(
        "/rencana/swadaya/rincian?tahun={year}&semester={semester}&wilayah={place}&cara={}&program={of}",
        way.code()
    )
}

async fn names(
    app: &App,
    district: DistrictId,
    codes: impl IntoIterator<Item = i64>,
) -> Result<BTreeMap<i64, String>, Error> {
    Ok(territories::names(app.store.reader(), district, codes).await?.into_iter().collect())
}

/// The name of what helped; that it was none of our programmes.
pub(super) fn called(shell: &Shell, programme: &str) -> String {
    match programme {
        "" => shell.t("plan.private.no_programme").into_owned(),
        name => name.to_owned(),
    }
}

/// The part of the caller's reach that lies in a place.
fn reach(cap: &SeePlans, place: TerritoryCode) -> Scope {
    match Sight::of(cap.actor()) {
        Sight::Whole => Scope::whole(place),
        Sight::Places(scope) => within(&scope, place),
    }
}

/// The part of a scope that lies in a place.
fn within(scope: &Scope, place: TerritoryCode) -> Scope {
    let inside = scope.areas.iter().filter_map(|area| match area.code.contains(place) {
        true => Some(asuh_ground::access::Area { code: place, rw: area.rw.clone() }),
        false => place.contains(area.code).then(|| area.clone()),
    });
    Scope { areas: inside.collect(), ..Scope::default() }
}

/// What arrived in half a year, by programme and by place.
pub(super) async fn show(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let whole = cap.actor().district_code;
    let asked = Asked::of(&app, &cap, &choice, shell.today).await?;
    let all = arrived(db, district, &asked.scope, asked.span).await?;
    let step = if asked.place.level() == Level::Regency { 10_000 } else { 1 };
    let mut programmes: BTreeMap<(String, &'static str, Id), Line> = BTreeMap::new();
    let mut places: BTreeMap<i64, (i64, i64, i64)> = BTreeMap::new();
    for one in &all {
        let line =
            programmes.entry((one.programme.clone(), one.way.code(), one.of)).or_insert_with(|| Line {
                name: called(&shell, &one.programme),
                help: one.help.clone(),
                way: one.way.code(),
                address: asked.rows(one.way, one.of, asked.place.as_i64()),
                families: 0,
                times: 0,
                rupiah: 0,
            });
        // A family lives in one village: sums over villages count it once.
        line.families += one.families;
        line.times += one.times;
        line.rupiah += one.rupiah;
        let place = places.entry(one.village - one.village % step).or_default();
        *place = (place.0 + one.families, place.1 + one.times, place.2 + one.rupiah);
    }
    let mut inside = Vec::new();
    if asked.place.level() != Level::Village {
        let names = names(&app, district, places.keys().copied()).await?;
        inside.extend(places.into_iter().map(|(code, (families, times, rupiah))| Line {
            name: names.get(&code).cloned().unwrap_or_else(|| code.to_string()),
            help: String::new(),
            way: "",
            address: asked.address(code),
            families,
            times,
            rupiah,
        }));
    }
    let above = match asked.place.parent().filter(|parent| whole.contains(*parent)) {
        Some(parent) => names(&app, district, [parent.as_i64()])
            .await?
            .remove(&parent.as_i64())
            .map(|name| (asked.address(parent.as_i64()), name)),
        None => None,
    };
    let this_year = i64::from(shell.today.year());
    let mut years = vec![this_year, this_year - 1];
    if !years.contains(&asked.year) {
        years.push(asked.year);
    }
    let half = |year, semester| {
        let address =
            format!("/rencana/swadaya?tahun={year}&semester={semester}&wilayah={}", asked.place.as_i64());
        (year, semester, address)
    };
    let template = PrivatePage {
        letterhead: Letterhead::load(&app.store, district).await?,
        rupiah: all.iter().map(|one| one.rupiah).sum(),
        programmes: programmes.into_values().collect(),
        places: inside,
        halves: years.into_iter().flat_map(|year| [half(year, 2), half(year, 1)]).collect(),
        year: asked.year,
        semester: asked.semester,
        place_name: asked.place_name,
        above,
        shell,
    };
    page(&template)
}

/// Which rows of which programme.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    cara: String,
    #[serde(default)]
    program: String,
    #[serde(default)]
    setelah: String,
}

/// What arrived at a family.
struct Row {
    day: String,
    place: String,
    /// The head's name, with the family's page; none for who does not read families.
    family: Option<(String, String)>,
    times: i64,
    rupiah: i64,
}

#[derive(Template)]
#[template(path = "plan/private_rows.html")]
struct RowsPage {
    shell: Shell,
    back: String,
    programme: String,
    way: &'static str,
    place_name: String,
    year: i64,
    semester: i64,
    families: i64,
    times: i64,
    rupiah: i64,
    rows: Vec<Row>,
    /// The reader does not read families: the rows name none.
    hidden: bool,
    next: Option<String>,
}

/// The rows behind a programme's number: what arrived where and when, and at whom, for who reads families there.
pub(super) async fn rows(
    cap: Cap<SeePlans>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    Params(which): Params<Which>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let asked = Asked::of(&app, &cap, &choice, shell.today).await?;
    let way = Way::parse(&which.cara).ok_or(Error::NotFound)?;
    let of = which.program.parse::<Id>().map_err(|_| Error::NotFound)?;
    let after = which.setelah.split_once('.').and_then(|(day, id)| {
        let day = asuh_nusantara::date::parse(day).ok()?;
        Some((day, id.parse::<Id>().ok()?))
    });
    let sums = arrived(db, district, &asked.scope, asked.span).await?;
    let sums: Vec<_> = sums.into_iter().filter(|one| one.of == of && one.way == way).collect();
    // A programme of which nothing arrived here is as unknown as one that there is none of.
    let programme = sums.first().map(|one| called(&shell, &one.programme)).ok_or(Error::NotFound)?;
    let names_of = ReadFamilies::of(cap.actor()).map(|right| within(right.scope(), asked.place));
    let mut found =
        gifts::rows(db, district, (&asked.scope, names_of.as_ref()), asked.span, (way, of), after).await?;
    let next = asuh_ground::web::cut(&mut found, gifts::PAGE, |line| (line.day, line.id));
    let next =
        next.map(|(day, id)| format!("{}&setelah={day}.{id}", asked.rows(way, of, asked.place.as_i64())));
    if found.iter().any(|line| line.head_name.is_some()) {
        audit::opened(&app, cap.actor(), "list", Some(("campaign", of)), "families that help arrived at");
    }
    let places = names(&app, district, found.iter().map(|line| line.village_code)).await?;
    let row = |line: gifts::Line| Row {
        day: match way {
            Way::Money => asuh_nusantara::date::month_year(shell.text().language, line.day),
            _ => shell.day(line.day),
        },
        place: places.get(&line.village_code).cloned().unwrap_or_default(),
        family: line.head_name.map(|name| (name, format!("/sasaran/{}", line.family_id))),
        times: line.times,
        rupiah: line.rupiah,
    };
    let rows = found.into_iter().map(row).collect();
    let template = RowsPage {
        back: asked.address(asked.place.as_i64()),
        programme,
        way: way.code(),
        year: asked.year,
        semester: asked.semester,
        families: sums.iter().map(|one| one.families).sum(),
        times: sums.iter().map(|one| one.times).sum(),
        rupiah: sums.iter().map(|one| one.rupiah).sum(),
        place_name: asked.place_name,
        hidden: names_of.is_none(),
        rows,
        next,
        shell,
    };
    page(&template)
}

/// The same by programme and village, for the form of the ministry.
pub(super) async fn export(cap: Cap<SeePlans>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let get = |name: &str| form.get(name).to_owned();
    let choice = Choice { tahun: get("tahun"), semester: get("semester"), wilayah: String::new() };
    let asked = Asked::of(&app, &cap, &choice, shell.today).await?;
    let all = arrived(db, district, &asked.scope, asked.span).await?;
    let codes: Vec<i64> =
        all.iter().flat_map(|one| [one.village, one.village - one.village % 10_000]).collect();
    let names = names(&app, district, codes).await?;
    let name = |code: i64| names.get(&code).cloned().unwrap_or_default();
    let rows = all.into_iter().map(|one| {
        vec![
            Cell::from(name(one.village - one.village % 10_000)),
            name(one.village).into(),
            one.village.to_string().into(),
            called(&shell, &one.programme).into(),
            text.t(&format!("plan.private.help.{}", one.help)).into_owned().into(),
            text.t(&format!("plan.private.way.{}", one.way.code())).into_owned().into(),
            Cell::Number(one.families),
            Cell::Number(one.times),
            Cell::Number(one.rupiah),
        ]
    });
    let words = ["subdistrict", "village", "code", "programme", "kind", "how"];
    let numbers = ["families", "times", "rupiah"];
    let word = |key: &str| text.t(&format!("plan.private.{key}")).into_owned();
    let columns = words.iter().map(|key| Column::new(word(key), Holds::Text));
    let columns = columns.chain(numbers.iter().map(|key| Column::new(word(key), Holds::Integer))).collect();
    let file = format!("swadaya-swasta-{}-{}", asked.year, asked.semester);
    workbook(&app, &file, word("title"), columns, rows.collect()).await
}
