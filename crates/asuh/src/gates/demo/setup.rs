//! The district as it stands before its first Monday.

use std::collections::BTreeMap;
use std::path::Path;

use asuh_nusantara::{TerritoryCode, Zone};
use asuh_store::{Id, Query, args};
use futures_util::{StreamExt, TryStreamExt};

use super::{DISTRICT, Place, World, lists, offices};
use crate::gates::cli::CliError;
use asuh_ground::settings::PutSettings;
use asuh_ground::staging;
use asuh_step_registry as registry;
use asuh_step_registry::institutions::{InstitutionKind, PutInstitution};
use asuh_step_registry::rules::FamilyStatus;
use asuh_step_registry::verifications;

/// How many commands wait at the door together.
pub(super) const AT_ONCE: usize = 48;

/// The institutions that the Mondays need.
pub(super) struct Places {
    /// Units that collect, with the number of their people.
    pub(super) units: Vec<Unit>,
    pub(super) warehouse: Id,
    pub(super) fund_holder: Id,
    /// Its first depot.
    pub(super) depot: Id,
    pub(super) kitchen: Id,
}

/// A unit that collects.
#[derive(Clone)]
pub(super) struct Unit {
    pub(super) id: Id,
    pub(super) name: String,
    pub(super) people: i64,
}

/// Territories, the district, its letterhead.
pub(super) async fn district(world: &mut World, folder: &Path, place: &Place) -> Result<(), CliError> {
    let list = folder.join("wilayah.csv");
    std::fs::write(&list, &place.territories)
        .map_err(|error| CliError::Io(list.display().to_string(), error))?;
    let rows = registry::district::read_list(&list).map_err(|error| CliError::Text(format!("{error:?}")))?;
    let on = world.app.today(&world.actor);
    let national = asuh_store::DistrictId(0);
    let envelope = |world: &World, district| world.app.bookkeeping(district);
    world
        .app
        .store
        .submit(envelope(world, national), registry::district::LoadNationalList { rows, on })
        .await?;
    let code = TerritoryCode::parse(place.code).map_err(|error| CliError::Text(error.to_string()))?;
    let create = registry::district::CreateDistrict { code, name: place.name.into(), zone: Zone::Wib };
    world.app.store.submit(envelope(world, DISTRICT), create).await?;
    letterhead(world, place).await
}

/// What stands above and below its papers. The person is invented and has no NIP.
async fn letterhead(world: &World, place: &Place) -> Result<(), CliError> {
    let head = [
        ("letterhead.government", place.government),
        ("letterhead.office", place.office),
        ("letterhead.address", place.address),
        ("letterhead.place", place.seat),
    ];
    let heads = [
        ("name", "Rekaan Contoh, S.IP., M.Si."),
        ("rank", "Pembina Tingkat I (IV/b)"),
        ("title", place.head),
        ("documents", "handover,deposit,distribution,report,letter"),
    ];
    let heads: BTreeMap<&str, &str> = heads.into_iter().collect();
    let signatories = serde_json::to_string(&[heads]).unwrap_or_default();
    for (group, values) in
        [("kop-surat", head.to_vec()), ("penanda-tangan", vec![("signatories", signatories.as_str())])]
    {
        let values = values.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let put = PutSettings { group: group.to_owned(), values };
        world.app.submit(&world.actor, world.app.store.new_id(), put).await?;
    }
    Ok(())
}

/// The roster (which makes the offices and their units), with so many people where a number is given, fund holder and
/// warehouse.
pub(super) async fn roster(
    world: &mut World,
    folder: &Path,
    place: &Place,
    people: Option<usize>,
) -> Result<Places, CliError> {
    let villages = lists::villages(&place.territories);
    let mut offices = offices::offices(&mut world.dice, &lists::subdistricts(&place.territories));
    if let Some(units) = world.size.units {
        offices.truncate(1);
        for office in &mut offices {
            office.units.truncate(units);
        }
    }
    if let Some(people) = people {
        offices::employ(&mut offices, people);
    }
    let file = folder.join("pegawai.csv");
    lists::write_roster(&mut world.dice, &mut world.people, &offices, &villages, world.today, &file)
        .map_err(|error| CliError::Io(file.display().to_string(), error))?;
    take_in(world, "asn", &file).await?;
    asuh_store::row_struct! {
        struct Row { id: Id, name: String, people: i64 }
    }
    let rows: Vec<Row> = world
        .app
        .store
        .reader()
        .all(
            "SELECT i.id, i.name, COUNT(*) AS people FROM institution i \
             JOIN sponsor_version v ON v.district_id = i.district_id AND v.unit_id = i.id \
             AND v.superseded_at = 9223372036854775807 \
             WHERE i.district_id = $1 GROUP BY i.id, i.name ORDER BY i.name, i.id",
            args![DISTRICT],
        )
        .await?;
    let units = rows.into_iter().map(|row| Unit { id: row.id, name: row.name, people: row.people }).collect();
    let warehouse = institution(world, InstitutionKind::Warehouse, place.warehouse).await?;
    let fund_holder = institution(world, InstitutionKind::FundHolder, place.fund_holder).await?;
    let mut depot = warehouse;
    for name in place.depots.iter().rev() {
        depot = institution(world, InstitutionKind::Depot, name).await?;
    }
    let kitchen = institution(world, InstitutionKind::Kitchen, "Dapur Sehat").await?;
    Ok(Places { units, warehouse, fund_holder, depot, kitchen })
}

/// An institution without a place of its own.
pub(super) async fn institution(world: &World, kind: InstitutionKind, name: &str) -> Result<Id, CliError> {
    let put = PutInstitution {
        id: None,
        kind,
        parent: None,
        name: name.into(),
        tags: String::new(),
        territory: None,
        valid_from: world.app.today(&world.actor),
    };
    Ok(world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value)
}

/// The list of families at risk and the e-PPGBM export, as files that come in.
pub(super) async fn families(world: &mut World, folder: &Path) -> Result<(), CliError> {
    let mut villages = lists::villages(lists::TERRITORIES);
    // A small district has few villages, with enough families in each to share out to.
    villages.truncate((world.size.families / 12).max(1));
    families_of(world, folder, &super::kerinci(), villages).await
}

/// The same of a district and of these villages.
pub(super) async fn families_of(
    world: &mut World,
    folder: &Path,
    place: &Place,
    villages: Vec<lists::Village>,
) -> Result<(), CliError> {
    let (krs, eppgbm) = (folder.join("krs.csv"), folder.join("eppgbm.csv"));
    let today = world.app.today(&world.actor);
    lists::write_families(
        &mut world.dice,
        world.seed,
        &mut world.people,
        &place.regency(),
        &villages,
        world.size.families,
        today,
        &krs,
        &eppgbm,
    )
    .map_err(|error| CliError::Io(folder.display().to_string(), error))?;
    take_in(world, "krs", &krs).await?;
    take_in(world, "eppgbm", &eppgbm).await
}

pub(super) async fn take_in(world: &World, kind: &str, file: &Path) -> Result<(), CliError> {
    let summary = staging::run(&world.app, &world.actor, kind, file, false, &mut |_| ())
        .await
        .map_err(|error| CliError::Text(format!("{kind}: {error}")))?;
    if summary.new == 0 || summary.errors * 50 > summary.rows {
        let first = summary.messages.first().map(|message| message.message.clone()).unwrap_or_default();
        return Err(CliError::Text(format!(
            "{kind}: {} of {} rows stayed out: {first}",
            summary.errors, summary.rows
        )));
    }
    Ok(())
}

/// The campaign of verification: every village is visited and closed by its record but one, which is left to whoever
/// signs in as its verifier; the kecamatan whose villages have all closed visit their samples again. That village.
pub(super) async fn verify(world: &mut World) -> Result<i64, CliError> {
    let today = world.app.today(&world.actor);
    let open = verifications::OpenCampaign {
        name: format!("Verifikasi KRS {}", today.year()),
        base: verifications::Base { statuses: vec![FamilyStatus::Listed], batch: None, flagged_only: false },
        opens_on: today,
        deadline: world.today + time::Duration::days(14),
        sample: 5,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), open).await?;
    let mut villages = listed(world).await?;
    let open_village = villages
        .iter()
        .find(|(_, families)| (12..=40).contains(&families.len()))
        .or_else(|| villages.iter().max_by_key(|(_, families)| families.len()))
        .map_or(0, |(village, _)| *village);
    // Of the open village seven in ten families are still to be visited.
    if let Some(families) = villages.get_mut(&open_village) {
        families.retain(|_| !world.dice.chance(70));
    }
    let mut visits = Vec::new();
    for families in villages.values() {
        visits.push(families.iter().map(|family| visit(world, *family, today)).collect::<Vec<_>>());
    }
    let reach = registry::Reach::whole(world.actor.district_code);
    let recording = visits.into_iter().map(|visits| verifications::RecordVisits {
        reach: reach.clone(),
        visits,
        confirms: true,
        today,
    });
    submit_all(world, recording).await?;
    let codes: Vec<i64> = villages.keys().copied().filter(|village| *village != open_village).collect();
    let signer = |office: &str| verifications::Signer { name: "Rekaan Contoh".into(), office: office.into() };
    let closing = codes.iter().map(|village| verifications::CloseVillage {
        village: *village,
        reach: reach.clone(),
        signed_on: today,
        signers: vec![signer("Kepala Desa"), signer("Verifikator desa")],
        reason: String::new(),
        today,
    });
    submit_all(world, closing).await?;
    second_visits(world, &codes, open_village, today).await?;
    Ok(open_village)
}

/// The families of the list by village, in the order of their names.
async fn listed(world: &World) -> Result<BTreeMap<i64, Vec<Id>>, CliError> {
    asuh_store::row_struct! {
        struct Row { family_id: Id, village_code: i64 }
    }
    let rows: Vec<Row> = world
        .app
        .store
        .reader()
        .all(
            "SELECT family_id, village_code FROM family_version WHERE district_id = $1 AND superseded_at = $2 \
             ORDER BY village_code, head_search, family_id",
            args![DISTRICT, asuh_store::Instant::NEVER],
        )
        .await?;
    let mut villages = BTreeMap::<i64, Vec<Id>>::new();
    for row in rows {
        villages.entry(row.village_code).or_default().push(row.family_id);
    }
    Ok(villages)
}

/// What a visit found: most families are as listed.
fn visit(world: &mut World, family: Id, visited_on: time::Date) -> verifications::Visit {
    let (result, reason) = match world.dice.below(100) {
        0..=2 => (registry::VisitResult::NotAtRisk, "Sudah punya jamban sehat dan air bersih"),
        3 => (registry::VisitResult::Moved, "Kota Sungai Penuh"),
        4 => (registry::VisitResult::NotFound, ""),
        5..=12 => (registry::VisitResult::Changed, ""),
        _ => (registry::VisitResult::AsListed, ""),
    };
    verifications::Visit { family, result, reason: reason.into(), note: String::new(), visited_on }
}

/// The samples of the kecamatan that have closed, visited again: all but one family find the same.
async fn second_visits(
    world: &World,
    closed: &[i64],
    open_village: i64,
    today: time::Date,
) -> Result<(), CliError> {
    let reach = registry::Reach::whole(world.actor.district_code);
    let mut subdistricts: Vec<i64> = closed.iter().map(|village| village / 10_000 * 10_000).collect();
    subdistricts.dedup();
    subdistricts.retain(|code| *code != open_village / 10_000 * 10_000);
    let drawing = subdistricts
        .iter()
        .map(|code| verifications::DrawSample { subdistrict: *code, reach: reach.clone() });
    submit_all(world, drawing).await?;
    asuh_store::row_struct! {
        struct Row { subdistrict_code: i64, family_id: Id, first_result: String }
    }
    let sample: Vec<Row> = world
        .app
        .store
        .reader()
        .all(
            "SELECT subdistrict_code, family_id, first_result FROM recheck WHERE district_id = $1 \
             ORDER BY subdistrict_code, family_id",
            args![DISTRICT],
        )
        .await?;
    let again = sample.iter().enumerate().map(|(nth, one)| {
        let first = registry::VisitResult::parse(&one.first_result);
        verifications::RecordRecheck {
            subdistrict: one.subdistrict_code,
            reach: reach.clone(),
            family: one.family_id,
            result: match first {
                Some(first) if nth > 0 => first,
                _ => registry::VisitResult::NotFound,
            },
            note: String::new(),
            visited_on: today,
            today,
        }
    });
    submit_all(world, again).await?;
    let closing = subdistricts.iter().map(|code| verifications::CloseCheck {
        subdistrict: *code,
        reach: reach.clone(),
        reason: "Satu keluarga pindah setelah kunjungan pertama".into(),
    });
    submit_all(world, closing).await
}

pub(super) async fn submit_all<C: asuh_store::Command>(
    world: &World,
    commands: impl Iterator<Item = C>,
) -> Result<(), CliError> {
    futures_util::stream::iter(commands)
        .map(|command| world.app.submit(&world.actor, world.app.store.new_id(), command))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    Ok(())
}
