//! Families of whom it is not decided whether they are one: helped once, and the other waits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use asuh_store::{DistrictId, Id, Instant, Query, StoreError, Tx, args};

asuh_store::row_struct! {
    /// Two families between whom a pair is undecided.
    struct Between { pair_id: Id, one: Id, two: Id }
}

/// A family that waits for a decision, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The family that waits.
    pub family: Id,
    /// The one that is helped meanwhile.
    pub helped: Id,
    /// The pair that is to be decided.
    pub pair: Id,
}

/// Which of these families wait because they may be another of them: of each undecided pair the family that was
/// verified first is helped (then the smaller id), and nobody waits for one who waits himself. Indexes:
/// match_pair_by_state, person_version_current; verification_by_family.
///
/// # Errors
/// The store fails.
pub async fn waiting(
    db: &impl Query,
    district: DistrictId,
    families: &BTreeSet<Id>,
) -> Result<Vec<Waiting>, StoreError> {
    let between: Vec<Between> = db
        .all(
            "SELECT m.id AS pair_id, a.family_id AS one, b.family_id AS two FROM match_pair m \
             JOIN person_version a ON a.district_id = m.district_id AND a.person_id = m.one_id \
             AND a.superseded_at = $2 AND a.ended_reason IS NULL \
             JOIN person_version b ON b.district_id = m.district_id AND b.person_id = m.two_id \
             AND b.superseded_at = $2 AND b.ended_reason IS NULL \
             WHERE m.district_id = $1 AND m.state IN ('open', 'postponed') AND a.family_id <> b.family_id \
             ORDER BY m.id",
            args![district, Instant::NEVER],
        )
        .await?;
    let between: Vec<Between> = between
        .into_iter()
        .filter(|one| families.contains(&one.one) && families.contains(&one.two))
        .collect();
    let doubtful: Vec<Id> =
        between.iter().flat_map(|one| [one.one, one.two]).collect::<BTreeSet<_>>().into_iter().collect();
    let ranks = verified_at(db, district, &doubtful).await?;
    Ok(who_waits(&between, &doubtful, &ranks))
}

/// The rule: in the order of verification everybody is helped who is no neighbour of one who is.
fn who_waits(between: &[Between], families: &[Id], ranks: &HashMap<Id, Instant>) -> Vec<Waiting> {
    let mut order = families.to_vec();
    order.sort_by_key(|family| (ranks.get(family).copied().unwrap_or(Instant::NEVER), *family));
    let mut neighbours: BTreeMap<Id, Vec<(Id, Id)>> = BTreeMap::new();
    for one in between {
        neighbours.entry(one.one).or_default().push((one.two, one.pair_id));
        neighbours.entry(one.two).or_default().push((one.one, one.pair_id));
    }
    let (mut helped, mut waiting) = (BTreeSet::new(), Vec::new());
    for family in order {
        let near = neighbours.get(&family).into_iter().flatten();
        match near.clone().find(|(other, _)| helped.contains(other)) {
            Some((other, pair)) => waiting.push(Waiting { family, helped: *other, pair: *pair }),
            None => {
                helped.insert(family);
            }
        }
    }
    waiting
}

/// When each of these families was first verified, by the first version that says so. Index: primary key.
async fn verified_at(
    db: &impl Query,
    district: DistrictId,
    families: &[Id],
) -> Result<HashMap<Id, Instant>, StoreError> {
    asuh_store::row_struct! { struct First { family_id: Id, at: Instant } }
    let mut first = HashMap::new();
    for some in families.chunks(500) {
        let mut args = args![district];
        let list = args.push_list(some.iter().copied());
        let rows: Vec<First> = db
            .all(
                &format!(
                    "SELECT family_id, CAST(MIN(recorded_at) AS BIGINT) AS at FROM family_version \
                     WHERE district_id = $1 AND family_id IN ({list}) AND status = 'verified' \
                     AND retracted_by IS NULL GROUP BY family_id"
                ),
                args,
            )
            .await?;
        first.extend(rows.into_iter().map(|row| (row.family_id, row.at)));
    }
    Ok(first)
}

/// As [`verified_at`], within a command.
pub(super) async fn ranks(tx: &Tx<'_>, families: &[Id]) -> Result<HashMap<Id, Instant>, StoreError> {
    verified_at(tx, tx.district(), families).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_one_who_waits() {
        let id = |n: u8| Id::from_bytes([n; 16]);
        let pair = |n: u8, one: u8, two: u8| Between { pair_id: id(n), one: id(one), two: id(two) };
        let between = [pair(10, 1, 2), pair(11, 2, 3)];
        let families = [id(1), id(2), id(3)];
        let waits = |ranks: &HashMap<Id, Instant>| {
            who_waits(&between, &families, ranks).iter().map(|one| (one.family, one.pair)).collect::<Vec<_>>()
        };
        assert_eq!(waits(&HashMap::new()), [(id(2), id(10))]);
        let verified = HashMap::from([(id(2), Instant(5))]);
        assert_eq!(waits(&verified), [(id(1), id(10)), (id(3), id(11))]);
    }
}
