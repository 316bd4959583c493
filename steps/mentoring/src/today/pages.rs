//! `/pendampingan`: what waits for the mentor today.

use std::collections::HashMap;

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability, Scope};
use asuh_ground::web::{Page, Shell, Text, page};
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::{KeepFamilies, territories};
use asuh_store::{DistrictId, Id, Query, StoreError};
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::ended;
use super::query::{self, FamilyFacts};
use super::rules::{self, Need, Rank};
use crate::{ReadVisits, RecordVisits, SendReferrals, checklist};

/// Families on a page.
const PAGE: usize = 30;
/// Who reaches no more villages than these sees all of them at once; else a kecamatan.
const AT_ONCE: usize = 25;

/// A family that waits.
struct Line {
    family: FamilyFacts,
    place: String,
    rank: Rank,
    needs: Vec<Words>,
}

/// A need in words, with where it is seen to.
struct Words {
    words: String,
    tone: &'static str,
    path: String,
}

#[derive(Template)]
#[template(path = "today/today.html")]
struct TodayPage {
    shell: Shell,
    /// What may be chosen: codes with names.
    places: Vec<(String, String)>,
    chosen: String,
    all: bool,
    lines: Vec<Line>,
    total: i64,
    families: i64,
    next: Option<Id>,
    records: bool,
}

/// What is chosen, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    wilayah: String,
    #[serde(default)]
    setelah: String,
}

/// What is due for the families of a range on a day, the most urgent first.
pub(crate) async fn waiting(
    db: &impl Query,
    district: DistrictId,
    scope: &Scope,
    range: (i64, i64),
    on: Date,
) -> Result<(usize, Vec<(FamilyFacts, Vec<Need>)>), StoreError> {
    let questions = checklist::load(db, district).await?;
    let rhythm = query::rhythm(db, district).await?;
    let found = query::families(db, district, scope, range, None, on).await?;
    let mut closings: HashMap<Id, (FamilyFacts, Vec<Need>)> = ended::closings(db, district, scope, range, on)
        .await?
        .into_iter()
        .map(|(family, needs)| (family.family_id, (family, needs)))
        .collect();
    let mut due: Vec<(FamilyFacts, Vec<Need>)> = Vec::with_capacity(found.len());
    for family in found {
        let mut needs = rules::needs(&family.facts, &questions, &rhythm, on);
        needs.extend(closings.remove(&family.family_id).into_iter().flat_map(|closing| closing.1));
        needs.sort();
        due.push((family, needs));
    }
    // Whoever has no target any more waits for the closing alone.
    due.extend(closings.into_values());
    let all = due.len();
    let mut waiting: Vec<_> = due
        .into_iter()
        .map(|(family, needs)| (rules::order(&family.facts, &needs, on), family, needs))
        .filter(|(_, _, needs)| !needs.is_empty())
        .collect();
    waiting.sort_by_key(|(order, family, _)| (*order, family.family_id));
    Ok((all, waiting.into_iter().map(|(_, family, needs)| (family, needs)).collect()))
}

/// The list.
pub(super) async fn today(
    cap: Cap<ReadVisits>,
    State(app): State<App>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let (db, district, text) = (app.store.reader(), cap.district(), shell.text());
    let villages = territories::villages_within(db, district, cap.scope()).await?;
    let few = villages.len() <= AT_ONCE;
    let subdistrict = |code: i64| code / 10_000 * 10_000;
    let asked = TerritoryCode::parse(&choice.wilayah).ok();
    let first = villages.first().and_then(|one| TerritoryCode::from_i64(subdistrict(one.code)).ok());
    let chosen = asked.or(first.filter(|_| !few));
    let range = chosen.map_or((0, i64::MAX), TerritoryCode::range);
    let (families, waiting) = waiting(db, district, cap.scope(), range, shell.today).await?;
    let total = waiting.len();
    let after: Option<Id> = choice.setelah.parse().ok();
    let from = after.and_then(|id| waiting.iter().position(|(family, _)| family.family_id == id));
    let shown: Vec<_> = waiting.into_iter().skip(from.map_or(0, |at| at + 1)).take(PAGE + 1).collect();
    let more = shown.len() > PAGE;
    let sends = SendReferrals::of(cap.actor()).is_some();
    let records = RecordVisits::of(cap.actor()).is_some();
    let keeps = KeepFamilies::of(cap.actor()).is_some();
    let names = |code: i64| villages.iter().find(|one| one.code == code).map_or("", |one| one.name.as_str());
    let lines: Vec<Line> = shown
        .into_iter()
        .take(PAGE)
        .map(|(family, needs)| Line {
            place: format!("{}, RW {}/RT {}", names(family.village_code), family.rw, family.rt),
            rank: rules::rank(&family.facts),
            needs: needs.iter().map(|need| words(text, &family, need, (keeps, sends, records))).collect(),
            family,
        })
        .collect();
    let codes: Vec<i64> = villages.iter().map(|one| subdistrict(one.code)).collect();
    let parents = territories::names(db, district, codes.iter().copied()).await?;
    let mut places: Vec<(String, String)> = Vec::new();
    if parents.len() > 1 {
        let mut parents: Vec<(i64, String)> = parents.into_iter().collect();
        parents.sort();
        let named = |(code, name): (i64, String)| {
            (code.to_string(), text.t1("registry.territories.of_subdistrict", "name", name))
        };
        places.extend(parents.into_iter().map(named));
    }
    let of_choice = chosen.map(|code| subdistrict(code.as_i64()));
    let offered = villages.iter().filter(|one| few || of_choice == Some(subdistrict(one.code)));
    places.extend(offered.map(|one| (one.code.to_string(), one.name.clone())));
    page(&TodayPage {
        next: lines.last().filter(|_| more).map(|line| line.family.family_id),
        places,
        chosen: chosen.map(|code| code.as_i64().to_string()).unwrap_or_default(),
        all: few,
        lines,
        total: total as i64,
        families: families as i64,
        records,
        shell,
    })
}

fn words(text: Text, family: &FamilyFacts, need: &Need, (keeps, sends, visits): (bool, bool, bool)) -> Words {
    let file = format!("/sasaran/{}", family.family_id);
    let of =
        |name: &str| family.facts.members.iter().find(|member| member.name == name).map(|member| member.id);
    match need {
        Need::SendOn(name) => Words {
            words: text.t1("mentoring.need.send_on", "name", name),
            tone: "bad",
            path: match of(name) {
                Some(id) if sends => format!("/rujukan/baru/{id}"),
                Some(id) => format!("/pengukuran/anak/{id}"),
                None => file,
            },
        },
        Need::Answer(name, day) => Words {
            words: text.t2("mentoring.need.answer", "name", name, "day", text.day(*day)),
            tone: "bad",
            path: "/rujukan".into(),
        },
        Need::Born(name, day) => Words {
            words: text.t2("mentoring.need.born", "name", name, "day", text.day(*day)),
            tone: "warn",
            path: match of(name).filter(|_| keeps) {
                Some(id) => format!("{file}/anggota/{id}/lahir"),
                None => file,
            },
        },
        Need::Plan(day) => {
            Words { words: text.t1("mentoring.need.plan", "day", text.day(*day)), tone: "warn", path: file }
        }
        Need::Fed(name, day, enrolment) => Words {
            words: text.t2("mentoring.need.fed", "name", name, "day", text.day(*day)),
            tone: "warn",
            path: format!("/peserta-pmt/{enrolment}"),
        },
        Need::PairEnded(name, day) => Words {
            words: text.t2("mentoring.need.pair_ended", "name", name, "day", text.day(*day)),
            tone: "warn",
            path: match visits {
                true => format!("/pendampingan/keluarga/{}/kunjungan", family.family_id),
                false => file,
            },
        },
        Need::Visit(day) => Words {
            words: text.t1("mentoring.need.visit", "day", text.day(*day)),
            tone: "warn",
            path: format!("/pendampingan/keluarga/{}", family.family_id),
        },
        Need::FirstVisit => {
            Words { words: text.t("mentoring.need.first_visit").into_owned(), tone: "warn", path: file }
        }
        Need::Checklist(name, questions) => Words {
            words: text.t2("mentoring.need.checklist", "name", name, "what", questions.join("; ")),
            tone: "",
            path: if visits {
                format!("/pendampingan/keluarga/{}/kunjungan", family.family_id)
            } else {
                file
            },
        },
        Need::Ends(name, day) => Words {
            words: text.t2("mentoring.need.ends", "name", name, "day", text.day(*day)),
            tone: "",
            path: file,
        },
    }
}
