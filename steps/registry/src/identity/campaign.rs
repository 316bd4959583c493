//! What a merge means for the campaign of verification that is open: one family is visited once.

use asuh_store::{Fault, Id, Query, Tx, args};

use super::merge::Effect;
use crate::verification::{hold_villages, open_campaign, recount};

asuh_store::row_struct! {
    struct Place { village_code: i64, rw: String, origin: String }
}

/// Before the origin of a row that was taken out, in the kind of an effect.
const LEFT: &str = "campaign_left_";
/// The kind of an effect that let the canonical family in.
const LET_IN: &str = "campaign_let_in";

/// The alias leaves the open campaign, and the family that stands for it is in it in its stead. A village that has
/// closed keeps what its record counted. Index: key of `campaign_family`.
pub(super) async fn leave(tx: &Tx<'_>, alias: Id, canonical: Id) -> Result<Vec<Effect>, Fault> {
    let mut effects = Vec::new();
    let Some(campaign) = open_campaign(tx, tx.district()).await? else { return Ok(effects) };
    let row = "SELECT village_code, rw, origin FROM campaign_family \
               WHERE district_id = $1 AND campaign_id = $2 AND family_id = $3";
    let Some(held) = tx.first::<Place>(row, args![tx.district(), campaign.id, alias]).await? else {
        return Ok(effects);
    };
    let closed = hold_villages(tx, Some(&campaign), std::iter::once(held.village_code)).await?;
    if !closed.is_empty() {
        return Ok(effects);
    }
    tx.execute(
        "DELETE FROM campaign_family WHERE district_id = $1 AND campaign_id = $2 AND family_id = $3",
        args![tx.district(), campaign.id, alias],
    )
    .await?;
    let effect = |kind: String, subject_id: Id| Effect {
        kind,
        subject_id,
        into_id: Some(campaign.id),
        version: held.village_code,
    };
    effects.push(effect(format!("{LEFT}{}", held.origin), alias));
    let let_in = tx
        .execute(
            "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, origin) \
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (district_id, campaign_id, family_id) DO NOTHING",
            args![tx.district(), campaign.id, canonical, held.village_code, &held.rw, &held.origin],
        )
        .await?;
    if let_in > 0 {
        effects.push(effect(LET_IN.to_owned(), canonical));
    }
    Ok(effects)
}

/// Takes an effect of [`leave`] back while the campaign is open and the village has not closed; whether it is one.
pub(super) async fn come_back(tx: &Tx<'_>, effect: &Effect) -> Result<bool, Fault> {
    let origin = effect.kind.strip_prefix(LEFT);
    if origin.is_none() && effect.kind != LET_IN {
        return Ok(false);
    }
    let Some(campaign) =
        open_campaign(tx, tx.district()).await?.filter(|open| Some(open.id) == effect.into_id)
    else {
        return Ok(true);
    };
    let village = effect.version;
    if !hold_villages(tx, Some(&campaign), std::iter::once(village)).await?.is_empty() {
        return Ok(true);
    }
    match origin {
        Some(origin) => {
            tx.execute(
                "INSERT INTO campaign_family (district_id, campaign_id, family_id, village_code, rw, origin) \
                 SELECT v.district_id, $2, v.family_id, $4, v.rw, $5 FROM family_version v \
                 WHERE v.district_id = $1 AND v.family_id = $3 \
                 AND v.version = (SELECT MAX(x.version) FROM family_version x \
                 WHERE x.district_id = $1 AND x.family_id = $3) \
                 ON CONFLICT (district_id, campaign_id, family_id) DO NOTHING",
                args![tx.district(), campaign.id, effect.subject_id, village, origin],
            )
            .await?;
            recount(tx, campaign.id, &[effect.subject_id]).await?;
        }
        // Who was visited meanwhile stays.
        None => {
            tx.execute(
                "DELETE FROM campaign_family WHERE district_id = $1 AND campaign_id = $2 AND family_id = $3 \
                 AND result IS NULL",
                args![tx.district(), campaign.id, effect.subject_id],
            )
            .await?;
        }
    }
    Ok(true)
}
