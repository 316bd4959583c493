//! Who may not help whom.

use std::collections::{BTreeSet, HashMap, HashSet};

use asuh_step_sponsors::pledges::Supply;
use asuh_step_sponsors::staff;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};

use super::situation::Subject;

asuh_store::row_struct! {
    struct Working { kk_hash: Vec<u8>, unit_id: Id }
}
asuh_store::row_struct! {
    struct Above { id: Id, parent_id: Id }
}
asuh_store::row_struct! {
    struct Office { id: Id, institution_id: Id }
}
asuh_store::row_struct! {
    struct Related { sponsor_id: Id, family_id: Id }
}

/// Who may not help whom, as places: the same family card, declared relatives, and a target in whose family somebody
/// works in the sponsor's own unit or below it (an office that gives is its own unit). Indexes: sponsor_version_list, sponsor_by_institution,
/// institution_by_parent, declared_relative_once.
pub(super) async fn barred(
    db: &impl Query,
    district: DistrictId,
    subjects: &[Subject],
    supplies: &[Supply],
) -> Result<BTreeSet<(usize, usize)>, StoreError> {
    let mut by_card: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut by_family: HashMap<Id, Vec<usize>> = HashMap::new();
    for (place, subject) in subjects.iter().enumerate() {
        if let Some(card) = &subject.row.kk_hash {
            by_card.entry(card).or_default().push(place);
        }
        by_family.entry(subject.row.family_id).or_default().push(place);
    }
    let mut by_unit: HashMap<Id, Vec<usize>> = HashMap::new();
    let mut by_sponsor: HashMap<Id, Vec<usize>> = HashMap::new();
    let mut barred = BTreeSet::new();
    for (place, supply) in supplies.iter().enumerate() {
        if let Some(unit) = supply.unit_id {
            by_unit.entry(unit).or_default().push(place);
        }
        by_sponsor.entry(supply.sponsor_id).or_default().push(place);
        let same = supply.kk_hash.as_deref().and_then(|card| by_card.get(card));
        barred.extend(same.into_iter().flatten().map(|child| (place, *child)));
    }
    let offices: Vec<Office> = db
        .all(
            "SELECT s.id, s.institution_id FROM institution i CROSS JOIN sponsor s WHERE i.district_id = $1 \
             AND s.district_id = i.district_id AND s.institution_id = i.id",
            args![district],
        )
        .await?;
    for office in offices {
        let places = by_sponsor.get(&office.id).into_iter().flatten();
        by_unit.entry(office.institution_id).or_default().extend(places);
    }
    let related: Vec<Related> = db
        .all(
            "SELECT r.sponsor_id, COALESCE(f.canonical_id, f.id) AS family_id FROM declared_relative r \
             JOIN family f ON f.district_id = r.district_id AND f.id = r.family_id \
             WHERE r.district_id = $1 AND r.ended_at IS NULL",
            args![district],
        )
        .await?;
    for one in related {
        let children = by_family.get(&one.family_id).into_iter().flatten();
        for child in children {
            let sponsors = by_sponsor.get(&one.sponsor_id).into_iter().flatten();
            barred.extend(sponsors.map(|sponsor| (*sponsor, *child)));
        }
    }
    let working: Vec<Working> = db
        .all(
            "SELECT kk_hash, unit_id FROM sponsor_version WHERE district_id = $1 AND superseded_at = $2 \
             AND status = 'active' AND kk_hash IS NOT NULL AND unit_id IS NOT NULL",
            args![district, Instant::NEVER],
        )
        .await?;
    let above: Vec<Above> = db
        .all(
            "SELECT id, parent_id FROM institution WHERE district_id = $1 AND parent_id IS NOT NULL",
            args![district],
        )
        .await?;
    let above: HashMap<Id, Id> = above.into_iter().map(|one| (one.id, one.parent_id)).collect();
    for one in working {
        let Some(children) = by_card.get(one.kk_hash.as_slice()) else { continue };
        let mut unit = Some(one.unit_id);
        let mut seen = HashSet::new();
        while let Some(id) = unit.filter(|id| seen.insert(*id)) {
            for sponsor in by_unit.get(&id).into_iter().flatten() {
                barred.extend(children.iter().map(|child| (*sponsor, *child)));
            }
            unit = above.get(&id).copied();
        }
    }
    Ok(barred)
}

/// The targets, as places, whom a sponsor may not help, whether or not he has promised anything yet; `None` where he is
/// not known.
///
/// # Errors
/// The store fails.
pub(crate) async fn barred_for(
    db: &impl Query,
    district: DistrictId,
    subjects: &[Subject],
    sponsor: Id,
) -> Result<Option<BTreeSet<usize>>, StoreError> {
    let Some(line) = staff::sponsor(db, district, sponsor).await? else { return Ok(None) };
    let supply = Supply {
        pledge_id: line.id,
        sponsor_id: line.id,
        name: line.name,
        kind: line.kind,
        category: line.category,
        units: 0,
        reach: String::new(),
        home_code: line.home_code,
        unit_id: line.unit_id,
        kk_hash: line.kk_hash,
    };
    let barred = barred(db, district, subjects, &[supply]).await?;
    Ok(Some(barred.into_iter().map(|(_, child)| child).collect()))
}

#[cfg(test)]
mod tests {
    use asuh_store::testing::{Plans, TestDatabase, db_test};

    use super::*;
    use crate::plans::{D, I, no_walks};

    #[db_test]
    async fn who_may_not_help_is_found_by_card_and_unit(db: TestDatabase) {
        let db = Plans::of(&db).await;
        barred(&db, D, &[], &[]).await.expect("a plan");
        barred_for(&db, D, &[], I).await.expect("a plan");
        no_walks(&db);
    }
}
