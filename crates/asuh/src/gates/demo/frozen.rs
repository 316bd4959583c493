//! The lists that the district froze: families after verification, stunted children after a month of measurements.

use std::marker::PhantomData;

use asuh_nusantara::date;
use time::Duration;

use super::World;
use crate::gates::cli::CliError;
use asuh_step_growth::StuntedChildren;
use asuh_step_registry::frozen::{Decree, FamiliesAtRisk, Freeze, Kind, Period};

/// "Data Tetap 1" of the families, with the decree of that day.
pub(super) async fn families(world: &World) -> Result<(), CliError> {
    let decided_on = world.app.today(&world.actor);
    let decree = Decree { number: format!("400.13/17/{}", decided_on.year()), decided_on };
    freeze::<FamiliesAtRisk>(
        world,
        None,
        "Hasil verifikasi",
        "Sebagian keluarga menyusul pada daftar berikutnya",
        Some(decree),
    )
    .await
}

/// "Data Tetap 1" of the children: the month before the present one. Its decree is not signed yet.
pub(super) async fn children(world: &World) -> Result<(), CliError> {
    let to = world.app.today(&world.actor).replace_day(1).map(|first| first - Duration::days(1));
    let Ok(to) = to else { return Ok(()) };
    let Ok(from) = to.replace_day(1) else { return Ok(()) };
    let title = format!("Penimbangan {}", date::month_year(world.actor.language, from));
    let reason = "Yang belum diukur dikunjungi bulan berikutnya";
    freeze::<StuntedChildren>(world, Some(Period { from, to }), &title, reason, None).await
}

pub(super) async fn freeze<K: Kind>(
    world: &World,
    period: Option<Period>,
    title: &str,
    reason: &str,
    decree: Option<Decree>,
) -> Result<(), CliError> {
    let command = Freeze {
        number: 1,
        title: title.into(),
        period,
        reason: reason.into(),
        decree,
        closes_campaign: false,
        today: world.app.today(&world.actor),
        kind: PhantomData::<fn() -> K>,
    };
    world.app.submit(&world.actor, world.app.store.new_id(), command).await?;
    Ok(())
}
