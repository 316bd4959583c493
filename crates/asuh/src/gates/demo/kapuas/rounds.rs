//! One round: a campaign visits the families of a list and closes all kecamatan, the district freezes.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use asuh_made_up::{FamilyId, PersonId, World as MadeUp};
use asuh_nusantara::Sex;
use asuh_step_registry as registry;
use asuh_step_registry::families::{Change, PutFamily, PutPerson, Source};
use asuh_step_registry::frozen::{Decree, FamiliesAtRisk, Freeze};
use asuh_step_registry::rules::{FamilyStatus, Relation};
use asuh_step_registry::verifications::{self, Base, Visit};
use asuh_store::{Id, Instant, Query, args};
use futures_util::{StreamExt, TryStreamExt};
use time::Date;

use super::adjudication;
use super::truth::{Known, Round};
use super::{DISTRICT, World, code_of};
use crate::gates::cli::CliError;
use crate::gates::demo::setup::{AT_ONCE, submit_all};

/// The days of a round.
pub(super) struct Days {
    pub(super) listed: Date,
    pub(super) opened: Date,
    pub(super) visited: Date,
    pub(super) frozen: Date,
}

/// Families that each kecamatan visits a second time.
const SAMPLE: i64 = 5;

/// The campaign: all families are visited, those found in the field too, villages close by their records, and every
/// kecamatan visits its sample again.
pub(super) async fn verify(
    world: &World,
    made: &MadeUp,
    known: &mut Known,
    round: &mut Round,
    number: i64,
    days: &Days,
) -> Result<(), CliError> {
    world.at(days.opened, 8, 0);
    // Whoever is no longer at risk, or moved, may be again; who stands as verified is visited anew.
    let statuses = match number {
        1 => vec![FamilyStatus::Listed],
        _ => vec![FamilyStatus::Listed, FamilyStatus::Verified, FamilyStatus::NotAtRisk, FamilyStatus::Moved],
    };
    let open = verifications::OpenCampaign {
        name: format!("Verifikasi KRS {number}/{}", days.opened.year()),
        base: Base { statuses, batch: None, flagged_only: false },
        opens_on: days.opened,
        deadline: days.frozen,
        sample: SAMPLE,
    };
    let campaign = world.app.submit(&world.actor, world.app.store.new_id(), open).await?.value;
    world.at(days.visited, 9, 0);
    find(world, made, known, round, days).await?;
    adjudication::decide(world, made, known, round, days.visited).await?;

    let reach = registry::Reach::whole(world.actor.district_code);
    let mut villages: BTreeMap<i64, Vec<Visit>> = BTreeMap::new();
    for (family, village) in members(world, campaign).await? {
        let (result, reason) = known.visit(made, family);
        *round.results.entry(result.code().to_owned()).or_default() += 1;
        let visit = Visit { family, result, reason, note: String::new(), visited_on: days.visited };
        villages.entry(village).or_default().push(visit);
    }
    let codes: Vec<i64> = villages.keys().copied().collect();
    let today = days.visited;
    let recording = villages.into_values().map(|visits| verifications::RecordVisits {
        reach: reach.clone(),
        visits,
        confirms: true,
        today,
    });
    submit_all(world, recording).await?;
    world.at(days.visited, 15, 0);
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
    check(world, campaign, &codes, days).await
}

/// Those whom no row brought: they go in as the family card says that somebody showed at the door, husband and wife.
async fn find(
    world: &World,
    made: &MadeUp,
    known: &mut Known,
    round: &mut Round,
    days: &Days,
) -> Result<(), CliError> {
    let unknown = known.unknown(made);
    let cards = &*known;
    let reach = registry::Reach::whole(world.actor.district_code);
    let put = |family: FamilyId| {
        let one = &made.families[family];
        let head = made.persons[one.head].name.clone();
        let mut put = PutFamily {
            source: Source::Field,
            rw: one.rw.to_string(),
            rt: one.rt.to_string(),
            kk: if cards.has_own_card(family) { Change::Set(one.kk.clone()) } else { Change::Keep },
            ..PutFamily::new(reach.clone(), code_of(made, one.village), head, days.visited)
        };
        put.risks[2] = Some(true);
        put
    };
    let member = |family: FamilyId, id: Id, person: PersonId, relation: Relation| {
        let one = &made.persons[person];
        let nik = one.nik.clone().filter(|_| cards.has_own_card(family));
        PutPerson {
            person: None,
            family: id,
            reach: reach.clone(),
            source: Source::Field,
            today: days.visited,
            relation,
            name: one.name.clone(),
            sex: Some(if one.woman { Sex::Female } else { Sex::Male }),
            birth_date: Some(one.birth),
            nik: nik.map_or(Change::Keep, Change::Set),
            parents_name: String::new(),
            posyandu: String::new(),
            ended: None,
        }
    };
    let stored: Vec<(FamilyId, Id)> =
        futures_util::stream::iter(unknown.into_iter().map(|family| (family, put(family))))
            .map(|(family, put)| async move {
                let id = world.app.submit(&world.actor, world.app.store.new_id(), put).await?.value;
                Ok::<_, CliError>((family, id))
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
    let members = stored.iter().flat_map(|(family, id)| {
        let one = &made.families[*family];
        let head = made.persons[one.head].died.is_none().then_some((one.head, Relation::Head));
        let wife = one.wife.map(|wife| (wife, Relation::Wife));
        head.into_iter().chain(wife).map(|(person, relation)| member(*family, *id, person, relation))
    });
    submit_all(world, members).await?;
    for (family, id) in stored {
        known.find(made, family, id, round);
    }
    Ok(())
}

/// The families of a campaign with the villages in which they are listed now.
async fn members(world: &World, campaign: Id) -> Result<Vec<(Id, i64)>, CliError> {
    asuh_store::row_struct! {
        struct Row { family_id: Id, village_code: i64 }
    }
    let sql = "SELECT c.family_id, v.village_code FROM campaign_family c JOIN family_version v \
               ON v.district_id = c.district_id AND v.family_id = c.family_id AND v.superseded_at = $3 \
               WHERE c.district_id = $1 AND c.campaign_id = $2 ORDER BY v.village_code, v.head_search, c.family_id";
    let rows: Vec<Row> = world.app.store.reader().all(sql, args![DISTRICT, campaign, Instant::NEVER]).await?;
    Ok(rows.into_iter().map(|row| (row.family_id, row.village_code)).collect())
}

/// Every kecamatan draws its sample, finds what the village found, and closes its check.
async fn check(world: &World, campaign: Id, villages: &[i64], days: &Days) -> Result<(), CliError> {
    let reach = registry::Reach::whole(world.actor.district_code);
    let mut subdistricts: Vec<i64> = villages.iter().map(|village| village / 10_000 * 10_000).collect();
    subdistricts.dedup();
    let drawing = subdistricts
        .iter()
        .map(|code| verifications::DrawSample { subdistrict: *code, reach: reach.clone() });
    submit_all(world, drawing).await?;
    asuh_store::row_struct! {
        struct Drawn { subdistrict_code: i64, family_id: Id, first_result: String }
    }
    let sql = "SELECT subdistrict_code, family_id, first_result FROM recheck \
               WHERE district_id = $1 AND campaign_id = $2 ORDER BY subdistrict_code, family_id";
    let sample: Vec<Drawn> = world.app.store.reader().all(sql, args![DISTRICT, campaign]).await?;
    let again = sample.into_iter().filter_map(|drawn| {
        Some(verifications::RecordRecheck {
            subdistrict: drawn.subdistrict_code,
            reach: reach.clone(),
            family: drawn.family_id,
            result: registry::VisitResult::parse(&drawn.first_result)?,
            note: String::new(),
            visited_on: days.visited,
            today: days.visited,
        })
    });
    submit_all(world, again).await?;
    let closing = subdistricts.iter().map(|code| verifications::CloseCheck {
        subdistrict: *code,
        reach: reach.clone(),
        reason: String::new(),
    });
    submit_all(world, closing).await
}

/// The district freezes and closes the campaign: everything is done, so nobody has to say why.
pub(super) async fn freeze(world: &World, number: i64, days: &Days) -> Result<(), CliError> {
    world.at(days.frozen, 10, 0);
    let freeze = Freeze {
        number,
        title: format!("Hasil verifikasi ke-{number}"),
        period: None,
        reason: String::new(),
        decree: Some(Decree {
            number: format!("400.13/{number}/{}", days.frozen.year()),
            decided_on: days.frozen,
        }),
        closes_campaign: true,
        today: days.frozen,
        kind: PhantomData::<fn() -> FamiliesAtRisk>,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), freeze).await?;
    Ok(())
}
