//! `/sasaran/{id}`: the file of a family. The list stands in [`list`], its forms in [`forms`].

pub(crate) mod export;
mod filter;
pub(crate) mod forms;
pub(crate) mod list;
pub(crate) mod saved;
pub(crate) mod search;
mod summary;

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Nik, Phone, TerritoryCode};
use asuh_store::{DistrictId, Id};
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::file::{self, Member, Visit};
use super::list as families;
use super::version::FamilyVersion;
use super::{Opening, opened};
use summary::{Known, Summary, summary};

use crate::changes::{Request, of_family};
use crate::frozen::{self, FamiliesAtRisk, FrozenList, Kind};
use crate::identity;
use crate::rights::{KeepFamilies, OpenPersonal, ProposeChanges, ReadFamilies, VerifyFamilies};
use crate::rules::FamilyStatus;
use crate::territory;
use crate::words::target_words;
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, Page, Path, Shell, page, redirect};

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
    let targets = families::targets(db, district, [id], shell.today)
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
