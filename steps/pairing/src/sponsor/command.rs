//! Who may visit: a sponsor who was approved, while he helps, with the guardian's consent.

use asuh_ground::consent::{self, Purpose};
use asuh_store::{Command, DistrictId, Fault, Id, Instant, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use crate::pair::query;

/// Whether a guardian agreed that the child's sponsor visits, and has not taken it back.
///
/// # Errors
/// The store fails.
pub(crate) async fn guardian_agrees(
    db: &impl Query,
    district: DistrictId,
    family: Id,
    person: Id,
    on: Date,
) -> Result<bool, StoreError> {
    consent::holds(db, district, family, Some(person), Purpose::Visited, on).await
}

/// Whether a sponsor was approved as a visitor of a target. Index: visitor_once.
///
/// # Errors
/// The store fails.
pub(crate) async fn may_visit(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    person: Id,
) -> Result<bool, StoreError> {
    let found = db
        .number(
            "SELECT COUNT(*) AS n FROM visitor WHERE district_id = $1 AND sponsor_id = $2 AND person_id = $3 \
             AND ended_at IS NULL",
            args![district, sponsor, person],
        )
        .await?;
    Ok(found > 0)
}

/// A child that a sponsor may visit today: he helps it, was approved as its visitor, and the guardian agrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitedChild {
    /// The child.
    pub person: Id,
    /// Its family.
    pub family: Id,
    /// The name by which the sponsor knows it.
    pub code: String,
}

/// The children whom a sponsor may visit on a day, each once. Indexes: as the pairs of a sponsor, `consent_by_family`.
///
/// # Errors
/// The store fails.
pub async fn visited_children(
    db: &impl Query,
    district: DistrictId,
    sponsor: Id,
    today: Date,
) -> Result<Vec<VisitedChild>, StoreError> {
    let mut children: Vec<VisitedChild> = Vec::new();
    for line in query::of_sponsor(db, district, sponsor, today).await? {
        let known = children.iter().any(|child| child.person == line.person_id);
        if known || !line.opens(today) {
            continue;
        }
        let family: Option<(Id,)> = db
            .first(
                "SELECT family_id FROM person_version WHERE district_id = $1 AND person_id = $2 AND superseded_at = $3",
                args![district, line.person_id, Instant::NEVER],
            )
            .await?;
        let Some((family,)) = family else { continue };
        if guardian_agrees(db, district, family, line.person_id, today).await? {
            children.push(VisitedChild {
                person: line.person_id,
                family,
                code: line.code.unwrap_or_default(),
            });
        }
    }
    Ok(children)
}

/// Ends the approvals of visitors whose pair has ended, by its own days or with its promise or campaign: who helps the
/// same target again later is approved anew. A promise that rests ends nothing. Index: visitor_once (a few rows),
/// sponsor_pair_by_sponsor.
///
/// # Errors
/// The store fails.
pub(crate) async fn end_lapsed(tx: &Tx<'_>, today: Date) -> Result<(), StoreError> {
    tx.execute(LAPSED, args![tx.district(), tx.now(), tx.actor(), today]).await?;
    Ok(())
}

const LAPSED: &str = "UPDATE visitor SET ended_at = $2, ended_by = $3 WHERE district_id = $1 AND ended_at IS NULL \
     AND NOT EXISTS (SELECT 1 FROM sponsor_pair p \
     JOIN pledge l ON l.district_id = p.district_id AND l.id = p.pledge_id \
     JOIN campaign c ON c.district_id = l.district_id AND c.id = l.campaign_id \
     WHERE p.district_id = visitor.district_id AND p.sponsor_id = visitor.sponsor_id \
     AND p.person_id = visitor.person_id AND (p.valid_to IS NULL OR p.valid_to >= $4) \
     AND (l.ends_on IS NULL OR l.ends_on >= $4) AND (c.ends_on IS NULL OR c.ends_on >= $4))";

/// Approves the sponsor of a pair as a visitor of its target.
///
/// Refused when there is no such pair, it has ended, the guardian has not agreed, or he is one already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApproveVisitor {
    /// The pair.
    pub pair: Id,
    /// The present day.
    pub today: Date,
}

impl Command for ApproveVisitor {
    const KIND: &'static str = "pairing.approve_visitor";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let pair = query::by_id(tx, district, self.pair).await?.ok_or_else(Refusal::not_found)?;
        if !pair.runs(&self.today) {
            return Err(Refusal::new("pairing.refused.pair_ended").into());
        }
        let family: Option<(Id,)> = tx
            .first(
                "SELECT family_id FROM person_version WHERE district_id = $1 AND person_id = $2 AND superseded_at = $3",
                args![district, pair.person_id, Instant::NEVER],
            )
            .await?;
        let family = family.ok_or_else(Refusal::not_found)?.0;
        if !guardian_agrees(tx, district, family, pair.person_id, self.today).await? {
            return Err(Refusal::new("pairing.refused.no_consent").into());
        }
        end_lapsed(tx, self.today).await?;
        let visitor = tx.new_id();
        tx.subject("family", family);
        let written = tx
            .execute(
                "INSERT INTO visitor (district_id, id, sponsor_id, person_id, approved_at, approved_by) \
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                args![district, visitor, pair.sponsor_id, pair.person_id, tx.now(), tx.actor()],
            )
            .await?;
        match written {
            0 => Err(Refusal::new("pairing.refused.visits_already").into()),
            _ => Ok(visitor),
        }
    }
}

/// Takes that back.
///
/// Refused when there is no such pair, or its sponsor is no visitor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndVisitor {
    /// The pair.
    pub pair: Id,
}

impl Command for EndVisitor {
    const KIND: &'static str = "pairing.end_visitor";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let pair = query::by_id(tx, tx.district(), self.pair).await?.ok_or_else(Refusal::not_found)?;
        tx.subject("sponsor_pair", self.pair);
        let ended = tx
            .execute(
                "UPDATE visitor SET ended_at = $4, ended_by = $5 WHERE district_id = $1 AND sponsor_id = $2 \
                 AND person_id = $3 AND ended_at IS NULL",
                args![tx.district(), pair.sponsor_id, pair.person_id, tx.now(), tx.actor()],
            )
            .await?;
        match ended {
            0 => Err(Refusal::not_found().into()),
            _ => Ok(()),
        }
    }
}
