//! The indicators of a demo: the shipped lists, targets of its own, and half a year's reports on their way.

use asuh_nusantara::TerritoryCode;
use asuh_step_convergence::indicator::{self, Goal, Grain, PutTargets, TakeShipped, Unit};
use asuh_step_convergence::reporting::rules::{Form, Stage};
use asuh_step_convergence::reporting::{Act, EnterNumbers, Entry, MoveReport, Rights};
use asuh_step_registry::{Reach, territories};
use asuh_store::{Command, Id};

use super::{DISTRICT, World};
use crate::gates::cli::CliError;

/// The set that villages report.
const SET: &str = "layanan-31";
/// What the kecamatan writes to the village whose report it returns.
const REASON: &str = "Jumlah ibu hamil tidak sama dengan kohort puskesmas.";

async fn send<C: Command>(world: &World, command: C) -> Result<C::Receipt, CliError> {
    Ok(world.app.submit(&world.actor, world.app.store.new_id(), command).await?.value)
}

/// Takes the shipped lists; the villages of the first kecamatan have reported the half-year that is over, each one step
/// less far than the one before it.
pub(super) async fn take(world: &World) -> Result<(), CliError> {
    send(world, TakeShipped {}).await?;
    let reader = world.app.store.reader();
    let year = i64::from(world.today.year());
    for (code, target) in
        [("krs-didampingi", 9_000), ("ds", 8_500), ("stunting", 1_400), ("bantuan-diterima", 8_000)]
    {
        if let Some(one) = indicator::by_code(reader, DISTRICT, code).await? {
            let territory = world.actor.district_code.as_i64();
            let goal = Goal { set: "lokal".into(), year, territory, target: Some(target) };
            send(world, PutTargets { indicator: one.id, goals: vec![goal] }).await?;
        }
    }
    let Some(first) = territories::subdistricts(reader, DISTRICT).await?.into_iter().next() else {
        return Ok(());
    };
    let code = TerritoryCode::from_i64(first.code).map_err(|error| CliError::Text(error.to_string()))?;
    let villages = territories::villages(reader, DISTRICT, code).await?;
    let members = indicator::of_set(reader, DISTRICT, SET).await?;
    let entered = members
        .into_iter()
        .map(|(_, one)| one)
        .filter(|one| !one.is_computed() && one.grain() == Grain::Village);
    let entered: Vec<indicator::Indicator> = entered.collect();
    let Some(office) = entered.first().map(|one| one.office_id) else { return Ok(()) };
    let mine: Vec<&indicator::Indicator> = entered.iter().filter(|one| one.office_id == office).collect();
    let Some(kind) = mine.first().map(|one| one.period_kind()) else { return Ok(()) };
    let period = indicator::Period::containing(kind, world.today).before();
    let form = Form { office, period: kind, grain: Grain::Village };
    let rights = |stage| Rights { stage, reach: Reach::whole(world.actor.district_code), offices: None };
    for (nth, village) in villages.iter().take(6).enumerate() {
        let entry = |(place, one): (usize, &&indicator::Indicator)| {
            let of = 40 + i64::try_from((nth * 7 + place * 3) % 30).unwrap_or(0);
            let part = of - i64::try_from((nth + place * 5) % 17).unwrap_or(0);
            let is_count = one.unit() == Unit::Count;
            Entry {
                indicator: one.id,
                numerator: part,
                denominator: (!is_count).then_some(of),
                note: String::new(),
                evidence: None,
            }
        };
        let enter = EnterNumbers {
            rights: rights(Stage::Village),
            today: world.today,
            set: SET.into(),
            form,
            day: period.first,
            territory: village.code,
            entries: mine.iter().enumerate().map(entry).collect(),
        };
        let report = send(world, enter).await?;
        way(world, report, nth, office.is_some(), rights).await?;
    }
    Ok(())
}

/// How far the report of the `nth` village has come.
async fn way(
    world: &World,
    report: Id,
    nth: usize,
    has_office: bool,
    rights: impl Fn(Stage) -> Rights,
) -> Result<(), CliError> {
    let step =
        |stage, act, words: &str| MoveReport { rights: rights(stage), report, act, words: words.into() };
    // The last one is still being entered.
    if nth == 5 {
        return Ok(());
    }
    send(world, step(Stage::Village, Act::Send, "")).await?;
    if nth == 4 {
        send(world, step(Stage::Subdistrict, Act::Return, REASON)).await?;
        return Ok(());
    }
    let stages = [Stage::Subdistrict, Stage::Office, Stage::District];
    for stage in stages.into_iter().filter(|stage| has_office || *stage != Stage::Office).take(3 - nth) {
        send(world, step(stage, Act::Pass, "")).await?;
    }
    Ok(())
}
