//! Families that a list names in two villages stand where the last row put them: whoever keeps the list asks there, and
//! corrects it.

use std::collections::BTreeMap;

use asuh_made_up::World as MadeUp;
use asuh_step_registry as registry;
use asuh_step_registry::families::{PutFamily, Source};
use asuh_store::{Id, Instant, Query, args};
use time::Date;

use super::truth::{Known, Round};
use super::{DISTRICT, World, code_of};
use crate::gates::cli::CliError;
use crate::gates::demo::setup::submit_all;

asuh_store::row_struct! {
    struct Current {
        family_id: Id, version: i64, village_code: i64, hamlet: String, rw: String, rt: String, head_name: String,
        kki: Option<String>, krs: Option<bool>, poor_water: Option<bool>, poor_latrine: Option<bool>,
        too_young: Option<bool>, too_old: Option<bool>, too_close: Option<bool>, too_many: Option<bool>,
        no_modern_contraception: Option<bool>,
    }
}

/// Puts back every family that stands in another village than the one whose list it is on.
pub(super) async fn correct(
    world: &World,
    made: &MadeUp,
    known: &Known,
    round: &mut Round,
    today: Date,
) -> Result<(), CliError> {
    // family_version_current
    let sql = "SELECT family_id, version, village_code, hamlet, rw, rt, head_name, kki, krs, poor_water, poor_latrine, \
               too_young, too_old, too_close, too_many, no_modern_contraception FROM family_version \
               WHERE district_id = $1 AND superseded_at = $2 ORDER BY family_id";
    let current: Vec<Current> = world.app.store.reader().all(sql, args![DISTRICT, Instant::NEVER]).await?;
    let listed: BTreeMap<Id, i64> =
        known.listed(made).map(|(id, village)| (id, code_of(made, village))).collect();
    let moves = current.into_iter().filter_map(|one| {
        let village = *listed.get(&one.family_id)?;
        (village != one.village_code).then(|| PutFamily {
            family: Some((one.family_id, one.version)),
            source: Source::Form,
            hamlet: one.hamlet,
            rw: one.rw,
            rt: one.rt,
            kki: one.kki,
            risks: [
                one.krs,
                one.poor_water,
                one.poor_latrine,
                one.too_young,
                one.too_old,
                one.too_close,
                one.too_many,
                one.no_modern_contraception,
            ],
            ..PutFamily::new(registry::Reach::whole(world.actor.district_code), village, one.head_name, today)
        })
    });
    let moves: Vec<PutFamily> = moves.collect();
    round.put_back = moves.len() as i64;
    submit_all(world, moves.into_iter()).await
}
