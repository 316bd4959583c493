//! What cadres have sent in by this Monday: due days of pregnancies, one of them past, and proposed changes that wait.

use asuh_nusantara::Sex;
use asuh_store::{Id, Instant, Query, args};
use futures_util::{StreamExt, TryStreamExt};
use time::{Date, Duration};

use super::setup::AT_ONCE;
use super::{DISTRICT, World};
use crate::gates::cli::CliError;
use asuh_step_registry::Reach;
use asuh_step_registry::changes::ProposeChange;
use asuh_step_registry::changes::rules::Proposal;
use asuh_step_registry::families::{PutMaternity, Source};
use asuh_step_registry::rules::MaternityKind;

/// Pregnancies whose due day is known: those of the open village, and some more.
const DUE_DAYS: usize = 40;

asuh_store::row_struct! {
    struct Expecting { id: Id, person_id: Id, family_id: Id, starts_on: Date }
}

asuh_store::row_struct! {
    struct Someone { family_id: Id, person_id: Id, relation: String }
}

/// Due days and proposals, those of the open village first; who moves goes to the town.
pub(super) async fn send_in(world: &mut World, open_village: i64, town: &str) -> Result<(), CliError> {
    let reach = Reach::whole(world.actor.district_code);
    let today = world.app.today(&world.actor);
    let expecting: Vec<Expecting> = world
        .app
        .store
        .reader()
        .all(
            &format!(
                "SELECT m.id, m.person_id, p.family_id, m.starts_on FROM maternity m \
                 JOIN person_version p ON p.district_id = m.district_id AND p.person_id = m.person_id \
                 AND p.superseded_at = $2 JOIN family_version v ON v.district_id = p.district_id \
                 AND v.family_id = p.family_id AND v.superseded_at = $2 \
                 WHERE m.district_id = $1 AND m.kind = 'pregnancy' AND m.ends_on IS NULL AND m.retracted_at IS NULL \
                 ORDER BY (v.village_code <> $3), v.village_code, v.head_search, m.id LIMIT {DUE_DAYS}"
            ),
            args![DISTRICT, Instant::NEVER, open_village],
        )
        .await?;
    let mut known = Vec::new();
    for (nth, one) in expecting.iter().enumerate() {
        // The first is past her day, and nobody has said yet whether the child is born.
        let ahead = if nth == 0 { -20 } else { world.dice.between(2, 150) };
        known.push(PutMaternity {
            replaces: Some(one.id),
            person: one.person_id,
            reach: reach.clone(),
            source: Source::Field,
            today,
            kind: Some(MaternityKind::Pregnancy),
            starts_on: one.starts_on,
            due_on: Some(today + Duration::days(ahead)),
            ends_on: None,
        });
    }
    let shared = &*world;
    futures_util::stream::iter(known)
        .map(|put| shared.app.submit(&shared.actor, shared.app.store.new_id(), put))
        .buffer_unordered(AT_ONCE)
        .try_for_each(|_| async { Ok(()) })
        .await?;
    propose(world, &expecting, &reach, open_village, town, today).await
}

/// A few proposals of the open village: a child born, somebody moved, somebody died, a family left.
async fn propose(
    world: &World,
    expecting: &[Expecting],
    reach: &Reach,
    open_village: i64,
    town: &str,
    today: Date,
) -> Result<(), CliError> {
    let people: Vec<Someone> = world
        .app
        .store
        .reader()
        .all(
            "SELECT p.family_id, p.person_id, p.relation FROM family_version v \
             JOIN person_version p ON p.district_id = v.district_id AND p.family_id = v.family_id \
             AND p.superseded_at = $2 AND p.ended_reason IS NULL \
             WHERE v.district_id = $1 AND v.superseded_at = $2 AND v.village_code = $3 \
             AND v.status IN ('listed', 'verified') ORDER BY v.head_search, v.family_id, p.person_id",
            args![DISTRICT, Instant::NEVER, open_village],
        )
        .await?;
    let mut taken: Vec<Id> = expecting.iter().take(2).map(|one| one.family_id).collect();
    let mut someone = |relation: &str| {
        let found = people.iter().find(|one| one.relation == relation && !taken.contains(&one.family_id))?;
        taken.push(found.family_id);
        Some((found.family_id, found.person_id))
    };
    let mut proposals = Vec::new();
    if let Some((family, person)) = someone("child") {
        let to = format!("ikut nenek di {town}");
        proposals.push((family, Proposal::PersonMoved { person, to }, "Keterangan ketua RT"));
    }
    if let Some((family, person)) = someone("head") {
        proposals.push((family, Proposal::Died { person }, "Surat keterangan kematian menyusul"));
    }
    if let Some((family, _)) = someone("wife") {
        let to = town.to_owned();
        proposals.push((family, Proposal::FamilyMoved { place: None, to }, "Rumah kosong saat dikunjungi"));
    }
    if let Some(mother) = expecting.get(1) {
        let born = Proposal::Born {
            mother: Some(mother.person_id),
            name: "Bayi Contoh".into(),
            sex: Sex::Female,
            nik: None,
        };
        proposals.push((mother.family_id, born, "Buku KIA diperlihatkan ibu"));
    }
    for (family, proposal, reason) in proposals {
        let change = ProposeChange {
            family,
            reach: reach.clone(),
            proposal,
            happened_on: today - Duration::days(3),
            reason: reason.into(),
            evidence: None,
            today,
        };
        world.app.submit(&world.actor, world.app.store.new_id(), change).await?;
    }
    Ok(())
}
