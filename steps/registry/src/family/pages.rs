//! `/sasaran`: the list of families and the file of one. The forms stand in [`forms`].

pub(crate) mod forms;
pub(crate) mod search;
mod summary;

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Nik, Phone, TerritoryCode};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::file::{self, Member, Visit};
use super::list::{self, Line, Selection};
use super::version::FamilyVersion;
use super::{Opening, opened};
use summary::{Known, Summary, summary};

use crate::changes::{Request, of_family};
use crate::frozen::{self, FamiliesAtRisk, FrozenList, Kind};
use crate::identity;
use crate::rights::{KeepFamilies, OpenPersonal, ProposeChanges, ReadFamilies, VerifyFamilies};
use crate::risk::RiskFilter;
use crate::rules::{FamilyStatus, Target};
use crate::territory;
use crate::words::target_words;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, Page, Path, Shell, page, redirect};

/// The filters of the list; codes and ids only, so that they may stand in an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    kecamatan: String,
    #[serde(default)]
    desa: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    sasaran: String,
    /// The frozen list that is asked.
    #[serde(default)]
    menurut: String,
    #[serde(default)]
    krs: String,
    #[serde(default)]
    setelah: String,
}

impl Filter {
    fn selection(&self) -> Selection {
        let code = |text: &str| TerritoryCode::from_i64(text.parse().ok()?).ok();
        Selection {
            within: code(&self.desa).or_else(|| code(&self.kecamatan)),
            status: FamilyStatus::parse(&self.status),
            target: Target::parse(&self.sasaran),
            risk: RiskFilter::parse(&self.krs),
            after: self.setelah.parse().ok(),
            ..Selection::default()
        }
    }

    /// The address of the families of a status in the chosen territory.
    fn with_status(&self, status: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("kecamatan", self.kecamatan.as_str()), ("desa", &self.desa), ("status", status)]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }

    /// The address of the page after a family.
    fn next(&self, last: Id) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("kecamatan", &self.kecamatan),
            ("desa", &self.desa),
            ("status", &self.status),
            ("sasaran", &self.sasaran),
            ("menurut", &self.menurut),
            ("krs", &self.krs),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("setelah", &last.to_string());
        query.finish()
    }
}

/// How many families have a status, and where they are listed.
struct Chip {
    words: String,
    tone: &'static str,
    families: i64,
    address: String,
}

type Choices = Vec<(String, String)>;

#[derive(Template)]
#[template(path = "family/list.html")]
struct ListPage {
    shell: Shell,
    filter: Filter,
    total: i64,
    /// The chosen territory by status, whatever else is chosen.
    chips: Vec<Chip>,
    lines: Vec<(Line, Vec<String>)>,
    next: Option<Id>,
    subdistricts: Choices,
    villages: Choices,
    statuses: Choices,
    targets: Choices,
    /// The frozen lists of families at risk.
    frozen: Choices,
    risks: Choices,
    keeps: bool,
}

/// The list, filtered.
pub(crate) async fn list(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    let mut selection = filter.selection();
    let db = app.store.reader();
    let (district, scope, on) = (cap.district(), cap.scope(), shell.today);
    let frozen = frozen::lists(db, district, FamiliesAtRisk::CODE).await?;
    // Only lists of this kind: who stands on a list of children is not this page's to tell.
    selection.list = frozen.iter().map(|one| one.id).find(|id| id.to_string() == filter.menurut);
    let frozen =
        frozen.iter().map(|one| (one.id.to_string(), frozen::as_of_words(&shell.text(), one))).collect();
    let counted = list::by_status(db, district, scope, selection.within, on).await?;
    let of = |status: &str| counted.iter().filter(|one| one.status == status).map(|one| one.families).sum();
    // Nothing else is chosen: the sums are known.
    let total = match (selection.status, selection.target, selection.list, selection.risk) {
        (None, None, None, None) => counted.iter().map(|one| one.families).sum(),
        (Some(status), None, None, None) => of(status.code()),
        _ => list::count(db, district, scope, &selection, on).await?,
    };
    let chips: Vec<Chip> = FamilyStatus::ALL
        .iter()
        .map(|status| Chip {
            words: shell.t(&format!("registry.status.{}", status.code())).into_owned(),
            tone: status.tone(),
            families: of(status.code()),
            address: filter.with_status(status.code()),
        })
        .filter(|chip| chip.families > 0)
        .collect();
    let (found, more) = list::page(db, district, scope, &selection, on).await?;
    let next = if more { found.last().map(|line| line.family_id) } else { None };
    let mut targets = list::targets(db, district, found.iter().map(|line| line.family_id), on).await?;
    let lines = found
        .into_iter()
        .map(|line| {
            let words = targets.remove(&line.family_id).unwrap_or_default();
            (line, words.iter().map(|one| target_words(&shell, one, on)).collect())
        })
        .collect();
    let reached = territory::villages_within(db, district, scope).await?;
    let subdistrict = |code: i64| code - code % 10_000;
    let chosen: i64 = filter.kecamatan.parse().unwrap_or(0);
    let mut subdistricts: Vec<i64> = reached.iter().map(|one| subdistrict(one.code)).collect();
    subdistricts.dedup();
    let names = territory::names(db, district, subdistricts.iter().copied()).await?;
    let subdistricts = subdistricts
        .into_iter()
        .map(|code| (code.to_string(), names.get(&code).cloned().unwrap_or_default()))
        .collect();
    // With hundreds of villages the second list is offered once the kecamatan is chosen.
    let few = reached.len() <= 60;
    let villages = reached
        .iter()
        .filter(|one| {
            if chosen > 0 {
                subdistrict(one.code) == chosen
            } else {
                few || one.code.to_string() == filter.desa
            }
        })
        .map(|one| (one.code.to_string(), one.name.clone()))
        .collect();
    let statuses = FamilyStatus::ALL
        .iter()
        .map(|one| (one.code().to_owned(), shell.t(&format!("registry.status.{}", one.code())).into_owned()))
        .collect();
    let kinds = Target::ALL
        .iter()
        .map(|one| (one.code().to_owned(), shell.t(&format!("registry.target.{}", one.code())).into_owned()))
        .collect();
    let risks = RiskFilter::ALL
        .iter()
        .map(|one| {
            (one.code().to_owned(), shell.t(&format!("registry.krs.filter.{}", one.code())).into_owned())
        })
        .collect();
    let keeps = KeepFamilies::of(cap.actor()).is_some();
    page(&ListPage {
        shell,
        filter,
        total,
        chips,
        lines,
        next,
        subdistricts,
        villages,
        statuses,
        targets: kinds,
        frozen,
        risks,
        keeps,
    })
}

/// What may be shown of the numbers of a family: masked, or opened.
struct Numbers {
    kk: String,
    address: String,
    phone: String,
}

/// A member with his NIK as it may be shown.
struct MemberLine {
    member: Member,
    nik: String,
    warnings: Vec<String>,
}

#[derive(Template)]
#[template(path = "family/file.html")]
struct FilePage {
    shell: Shell,
    id: Id,
    family: FamilyVersion,
    village: String,
    subdistrict: String,
    members: Vec<MemberLine>,
    targets: Vec<String>,
    numbers: Numbers,
    /// The numbers stand open on this page.
    revealed: bool,
    may_reveal: bool,
    keeps: bool,
    verifies: bool,
    tone: &'static str,
    visits: Vec<Visit>,
    summary: Summary,
    requests: Vec<Request>,
    proposes: bool,
    panels: Vec<String>,
    /// The frozen lists of families at risk on which it stands.
    frozen: Vec<FrozenList>,
    /// The list in force, where it does not stand on it.
    not_on: Option<FrozenList>,
    stored: bool,
}

/// What was just stored.
#[derive(Debug, Deserialize)]
pub(crate) struct Stored {
    #[serde(default)]
    tersimpan: String,
}

/// The file of a family, with its numbers masked.
pub(crate) async fn one(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(stored): Params<Stored>,
) -> Page {
    file_page(&cap, &app, shell, &id, false, !stored.tersimpan.is_empty()).await
}

/// The file of a family with NIK, KK, address and phone open. By POST: an address that opens them could be
/// passed on.
pub(crate) async fn reveal(
    cap: Cap<OpenPersonal>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    _form: Form,
) -> Page {
    // The reach of the narrower permission, not of reading.
    let reader = ReadFamilies::hold(cap.actor().clone(), cap.scope().clone());
    file_page(&reader, &app, shell, &id, true, false).await
}

async fn file_page(
    cap: &ReadFamilies,
    app: &App,
    shell: Shell,
    id: &str,
    revealed: bool,
    stored: bool,
) -> Page {
    let id: Id = id.parse().map_err(|_| Error::NotFound)?;
    let db = app.store.reader();
    let district = cap.district();
    let Some(family) = file::family(db, district, cap.scope(), id).await? else {
        let stands = identity::family_stands_for(db, district, cap.scope(), id).await?;
        return redirect(&format!("/sasaran/{}", stands.ok_or(Error::NotFound)?));
    };
    opened(app, cap.actor(), if revealed { Opening::Numbers(id) } else { Opening::File(id) });
    let subdistrict_code = family.village_code - family.village_code % 10_000;
    let mut names = territory::names(db, district, [family.village_code, subdistrict_code]).await?;
    let requests = of_family(db, district, id).await?;
    let numbers = numbers(app, district, &family, revealed)?;
    let found = file::members(db, district, id, shell.today).await?;
    let visits = file::visits(db, district, id).await?;
    let known = Known { id, family: &family, members: &found, visits: &visits };
    let summary = summary(app, cap.actor(), district, &shell, &known).await?;
    let mut members = Vec::new();
    for member in found {
        members.push(member_line(app, district, &shell, member, revealed)?);
    }
    let targets = list::targets(db, district, [id], shell.today)
        .await?
        .remove(&id)
        .unwrap_or_default()
        .iter()
        .map(|one| target_words(&shell, one, shell.today))
        .collect();
    let mut panels = Vec::new();
    for panel in &app.registry.family_panels {
        panels.extend(panel(app, cap.actor(), id).await?);
    }
    let mut on_lists = frozen::lists_of_family(db, district, id).await?;
    on_lists.retain(|list| list.kind == FamiliesAtRisk::CODE);
    let current = frozen::current_list(db, district, FamiliesAtRisk::CODE).await?;
    let within = |reaches: Option<bool>| reaches.unwrap_or(false);
    let reach = |scope: &asuh_ground::access::Scope| {
        TerritoryCode::from_i64(family.village_code).is_ok_and(|code| scope.reaches(code, &family.rw))
    };
    page(&FilePage {
        id,
        village: names.remove(&family.village_code).unwrap_or_default(),
        subdistrict: names.remove(&subdistrict_code).unwrap_or_default(),
        members,
        targets,
        numbers,
        revealed,
        may_reveal: within(OpenPersonal::of(cap.actor()).map(|cap| reach(cap.scope()))),
        keeps: within(KeepFamilies::of(cap.actor()).map(|cap| reach(cap.scope()))),
        verifies: within(VerifyFamilies::of(cap.actor()).map(|cap| reach(cap.scope()))),
        tone: FamilyStatus::parse(&family.status).map_or("", FamilyStatus::tone),
        visits,
        summary,
        proposes: within(ProposeChanges::of(cap.actor()).map(|cap| reach(cap.scope()))),
        requests,
        panels,
        not_on: current.filter(|list| !on_lists.iter().any(|on| on.id == list.id)),
        frozen: on_lists,
        stored,
        family,
        shell,
    })
}

/// Opens a sealed text, or nothing when there is none.
fn open(app: &App, district: DistrictId, sealed: Option<&Vec<u8>>) -> Result<Option<String>, Error> {
    Ok(sealed.map(|sealed| app.store.secrets().open_text(district, sealed)).transpose()?)
}

fn numbers(
    app: &App,
    district: DistrictId,
    family: &FamilyVersion,
    revealed: bool,
) -> Result<Numbers, Error> {
    let kk = open(app, district, family.kk_sealed.as_ref())?.unwrap_or_default();
    let phone = open(app, district, family.phone_sealed.as_ref())?.unwrap_or_default();
    let hidden = |known: bool| if known { "••••".to_owned() } else { String::new() };
    Ok(if revealed {
        let address = open(app, district, family.address_sealed.as_ref())?.unwrap_or_default();
        Numbers { kk, address, phone }
    } else {
        Numbers {
            kk: FamilyCardNumber::parse(&kk).map_or_else(|_| hidden(!kk.is_empty()), |kk| kk.masked()),
            address: hidden(family.address_sealed.is_some()),
            phone: Phone::parse(&phone).map_or_else(|_| hidden(!phone.is_empty()), |one| one.masked()),
        }
    })
}

fn member_line(
    app: &App,
    district: DistrictId,
    shell: &Shell,
    member: Member,
    revealed: bool,
) -> Result<MemberLine, Error> {
    let nik = open(app, district, member.nik_sealed.as_ref())?;
    let parsed = nik.as_deref().and_then(|nik| Nik::parse(nik).ok());
    let sex = member.sex.as_deref().and_then(|sex| asuh_nusantara::Sex::parse(sex).ok());
    let warnings = parsed
        .as_ref()
        .map(|nik| nik.warnings(member.birth_date, sex, shell.today))
        .unwrap_or_default()
        .into_iter()
        .map(|warning| shell.t(&forms::warning_key(warning)).into_owned())
        .collect();
    let nik = match (nik, parsed) {
        (Some(nik), _) if revealed => nik,
        (_, Some(parsed)) => parsed.masked(),
        (Some(_), None) => "••••".to_owned(),
        (None, None) => String::new(),
    };
    Ok(MemberLine { member, nik, warnings })
}
