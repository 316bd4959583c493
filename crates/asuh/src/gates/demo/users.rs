//! The people who may sign in to the demo: one for each role, and a second one of the fund holder, because nobody both
//! authorises and releases.

use asuh_store::{Id, Instant, Query, args};
use serde::Serialize;

use super::setup::{Places, Unit};
use super::{DISTRICT, World, planning};
use crate::gates::cli::CliError;
use asuh_ground::App;
use asuh_ground::access::{AddGrant, AddUsers, NewGrant, NewUser, Role, cli};

/// Somebody who may sign in to the demo, with a code that works once.
#[derive(Debug, Clone, Serialize)]
pub struct DemoUser {
    /// The role's code.
    pub role: String,
    /// The login.
    pub login: String,
    /// The name.
    pub name: String,
    /// The one-time sign-in code, typed at `/aktivasi`.
    pub code: String,
}

const PEOPLE: &[(&str, &str, Role)] = &[
    ("admin", "Admin DPPKBPP&PA", Role::DistrictAdmin),
    ("daftar", "Pengelola Daftar", Role::ListKeeper),
    ("desa", "Verifikator Desa", Role::VillageVerifier),
    ("kecamatan", "Verifikator Kecamatan", Role::SubdistrictVerifier),
    ("plkb", "Penyuluh KB", Role::FieldOfficer),
    ("gizi", "Petugas Gizi Puskesmas", Role::NutritionOfficer),
    ("kader", "Kader TPK", Role::Cadre),
    ("koordinator", "Koordinator Unit", Role::UnitCoordinator),
    ("bendahara", "Bendahara Korpri", Role::Treasurer),
    ("ketua", "Ketua Pemegang Dana", Role::Treasurer),
    ("gudang", "Petugas Gudang", Role::WarehouseKeeper),
    ("dapur", "Juru Masak Dapur Sehat", Role::Kitchen),
    ("asn", "Pegawai Pemberi", Role::Sponsor),
    ("perencana", "Perencana OPD", Role::OfficePlanner),
    ("bappeda", "Perencana Bappeda", Role::DistrictPlanner),
    ("bupati", "Pimpinan Daerah", Role::Leader),
    ("inspektorat", "Auditor Inspektorat", Role::Auditor),
];

/// Makes them. The village verifier gets the village that is not verified yet, those who deliver the
/// villages that still wait for packages.
pub(super) async fn make(world: &mut World, places: &Places, open_village: i64) -> Result<(), CliError> {
    let reader = world.app.store.reader();
    let waiting: Vec<(i64,)> = reader
        .all(
            "SELECT DISTINCT village_code FROM package WHERE district_id = $1 AND state = 'packed' \
             ORDER BY village_code",
            args![DISTRICT],
        )
        .await?;
    let waiting = if waiting.is_empty() { vec![(open_village,)] } else { waiting };
    let district = world.actor.district_code.as_i64();
    let subdistrict = open_village / 10_000 * 10_000;
    let unit = unit(places)?;
    let health: Vec<Id> = planning::offices(world).await?.into_iter().take(1).collect();
    let giver = giver(world, places).await?;
    let mut users = Vec::new();
    for (login, name, role) in PEOPLE {
        let whole = |code: i64| (code, String::new());
        let (areas, units) = match role {
            Role::VillageVerifier => (vec![whole(open_village)], Vec::new()),
            Role::Cadre => (waiting.first().map(|row| whole(row.0)).into_iter().collect(), Vec::new()),
            Role::FieldOfficer => (waiting.iter().map(|row| whole(row.0)).collect(), Vec::new()),
            Role::SubdistrictVerifier => (vec![whole(subdistrict)], Vec::new()),
            // The puskesmas of the cadre's village answers what she refers.
            Role::NutritionOfficer => {
                let cadres = waiting.first().map(|row| row.0 / 10_000 * 10_000);
                let other = cadres.filter(|code| *code != subdistrict).map(whole);
                ([whole(subdistrict)].into_iter().chain(other).collect(), Vec::new())
            }
            Role::UnitCoordinator | Role::Sponsor => (Vec::new(), vec![unit.id]),
            Role::Treasurer => (Vec::new(), vec![places.fund_holder]),
            Role::WarehouseKeeper => (vec![whole(district)], vec![places.warehouse]),
            // The health office answers for its rows of the plan and its indicators.
            Role::OfficePlanner => (vec![whole(district)], health.clone()),
            Role::Kitchen => (Vec::new(), vec![places.kitchen]),
            _ => (vec![whole(district)], Vec::new()),
        };
        let until = (*role == Role::Auditor).then(|| audited_until(world));
        users.push(NewUser {
            login: (*login).into(),
            name: (*name).into(),
            sponsor: if *role == Role::Sponsor { giver } else { None },
            grants: vec![NewGrant { role: *role, areas, units, until }],
        });
    }
    world.app.submit(&world.actor, world.app.store.new_id(), AddUsers { users }).await?;
    Ok(())
}

/// An auditor looks for a while only; no longer than the rules about grants allow.
fn audited_until(world: &World) -> Instant {
    world.app.store.clock().now().plus_seconds(60 * 86_400)
}

/// Lets the auditor look for a while from now on, in a demo that took longer than he may look at once.
pub(super) async fn auditor_again(world: &World) -> Result<(), CliError> {
    let sql = "SELECT user_id FROM user_grant WHERE district_id = $1 AND role = $2 LIMIT 1";
    let auditor: Option<(Id,)> =
        world.app.store.reader().first(sql, args![DISTRICT, Role::Auditor.code()]).await?;
    let Some((user,)) = auditor else { return Ok(()) };
    let areas = vec![(world.actor.district_code.as_i64(), String::new())];
    let until = Some(audited_until(world));
    let grant = NewGrant { role: Role::Auditor, areas, units: Vec::new(), until };
    world.app.submit(&world.actor, world.app.store.new_id(), AddGrant { user, grant }).await?;
    Ok(())
}

/// The unit whose coordinator may sign in: the one nearest to forty people.
fn unit(places: &Places) -> Result<&Unit, CliError> {
    let nearest = places.units.iter().min_by_key(|unit| (unit.people - 40).abs());
    nearest.ok_or_else(|| CliError::Text("the demo has no unit".into()))
}

/// The civil servant who may sign in: the first of that unit by name.
pub(super) async fn giver(world: &World, places: &Places) -> Result<Option<Id>, CliError> {
    let first: Option<(Id,)> = world
        .app
        .store
        .reader()
        .first(
            "SELECT sponsor_id FROM sponsor_version WHERE district_id = $1 AND unit_id = $2 AND superseded_at = $3 \
             ORDER BY name_search LIMIT 1",
            args![DISTRICT, unit(places)?.id, Instant::NEVER],
        )
        .await?;
    Ok(first.map(|row| row.0))
}

/// Makes those who work on the registry. The village verifier and the cadre get a village, the checker its kecamatan.
pub(super) async fn of_registry(world: &World, village: i64) -> Result<(), CliError> {
    let whole = |code: i64| (code, String::new());
    let users = PEOPLE.iter().filter_map(|(login, name, role)| {
        let area = match role {
            Role::VillageVerifier | Role::Cadre => village,
            Role::SubdistrictVerifier | Role::FieldOfficer => village / 10_000 * 10_000,
            Role::DistrictAdmin
            | Role::ListKeeper
            | Role::DistrictPlanner
            | Role::OfficePlanner
            | Role::Leader => world.actor.district_code.as_i64(),
            _ => return None,
        };
        let grants = vec![NewGrant { role: *role, areas: vec![whole(area)], units: Vec::new(), until: None }];
        Some(NewUser { login: (*login).into(), name: (*name).into(), sponsor: None, grants })
    });
    let users = users.collect();
    world.app.submit(&world.actor, world.app.store.new_id(), AddUsers { users }).await?;
    Ok(())
}

/// New one-time codes for everyone of the demo.
///
/// # Errors
/// The store fails.
pub async fn codes(app: &App) -> Result<Vec<DemoUser>, CliError> {
    let there: Vec<(String,)> =
        app.store.reader().all("SELECT login FROM app_user WHERE district_id = $1", args![DISTRICT]).await?;
    let mut found = Vec::new();
    for (login, name, role) in PEOPLE {
        if !there.iter().any(|row| row.0 == *login) {
            continue;
        }
        let code = cli::new_code(app, DISTRICT, login)
            .await
            .map_err(|error| CliError::Text(format!("{login}: {error}")))?;
        found.push(DemoUser { role: role.code().into(), login: (*login).into(), name: (*name).into(), code });
    }
    Ok(found)
}
