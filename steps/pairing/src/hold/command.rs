//! Keeping targets for somebody who is still deciding.

use std::collections::BTreeSet;

use asuh_pairing::pairing::Stability;
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};
use time::{Date, Duration};

use crate::facts::{Situation, barred_for};
use crate::programme::{command as programme, query as programmes};
use crate::run::rows::give_codes;

/// The kinds of holds; words `pairing.hold.kind.<code>`.
pub(super) const KINDS: [&str; 3] = ["deciding", "replacement", "other"];
/// Days for which targets may be kept at most.
pub(super) const MOST_DAYS: i64 = 90;

/// Keeps the open need of the first targets in the public order for somebody, until a day. It ends by itself.
///
/// Refused when the sponsor is not known, when nobody there is left uncovered whom he may help, or the day lies before the present one or more than 90 days ahead.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlaceHold {
    /// The programme.
    pub programme: Id,
    /// One of [`KINDS`].
    pub kind: String,
    /// For whom, in words.
    pub for_whom: String,
    /// Who decides, where it is a sponsor that is known: nobody is kept for him whom he may not help.
    pub sponsor: Option<Id>,
    /// How many targets: 1 to 500.
    pub targets: i64,
    /// Only of this subdistrict or village.
    pub territory: Option<i64>,
    /// The last day.
    pub until: Date,
    /// The present day.
    pub today: Date,
}

impl Command for PlaceHold {
    const KIND: &'static str = "pairing.place_hold";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let programme = programme::held(tx, self.programme).await?;
        if !KINDS.contains(&self.kind.as_str()) || !(1..=500).contains(&self.targets) {
            return Err(Refusal::not_found().into());
        }
        if self.until < self.today || self.until > self.today + Duration::days(MOST_DAYS) {
            return Err(Refusal::new("pairing.refused.until").field("sampai").arg("days", MOST_DAYS).into());
        }
        let terms =
            programmes::terms(tx, district, &programme, self.today, Stability::Lock, None, None).await?;
        let terms = terms.ok_or_else(|| Refusal::new("pairing.refused.no_terms"))?;
        let situation = Situation::read(tx, district, &terms).await?;
        let inside = |village: i64| match self.territory {
            None => true,
            Some(code) if code % 10_000 == 0 => village / 10_000 == code / 10_000,
            Some(code) => village == code,
        };
        let barred = match self.sponsor {
            Some(sponsor) => barred_for(tx, district, &situation.subjects, sponsor).await?,
            None => Some(BTreeSet::new()),
        };
        let barred = barred.ok_or_else(Refusal::not_found)?;
        let open: Vec<(Id, i64)> = situation
            .subjects
            .iter()
            .enumerate()
            .filter(|(place, one)| !barred.contains(place) && inside(one.row.village_code))
            .map(|(_, one)| (one.row.person_id, one.need - one.before - one.held))
            .filter(|(_, open)| *open > 0)
            .take(usize::try_from(self.targets).unwrap_or(0))
            .collect();
        if open.is_empty() {
            return Err(Refusal::new("pairing.refused.nobody_open").field("jumlah").into());
        }
        let hold = tx.new_id();
        tx.subject("pairing_hold", hold);
        tx.execute(
            "INSERT INTO pairing_hold (district_id, id, programme_id, kind, for_whom, sponsor_id, placed_on, until, placed_at, \
             placed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            args![
                district,
                hold,
                programme.id,
                &self.kind,
                self.for_whom.trim(),
                self.sponsor,
                self.today,
                self.until,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        give_codes(tx, &open.iter().map(|(person, _)| *person).collect::<Vec<_>>()).await?;
        let rows = open.into_iter().map(|(person, units)| args![district, hold, person, units]);
        tx.insert_many(
            "INSERT INTO hold_child (district_id, hold_id, person_id, units) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(hold)
    }
}

/// Lets go of what was kept before its last day.
///
/// Refused when there is no such hold, or it was let go already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseHold {
    /// The hold.
    pub hold: Id,
}

impl Command for ReleaseHold {
    const KIND: &'static str = "pairing.release_hold";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("pairing_hold", self.hold);
        let released = tx
            .execute(
                "UPDATE pairing_hold SET released_at = $3, released_by = $4 \
                 WHERE district_id = $1 AND id = $2 AND released_at IS NULL",
                args![tx.district(), self.hold, tx.now(), tx.actor()],
            )
            .await?;
        match released {
            0 => Err(Refusal::not_found().into()),
            _ => Ok(()),
        }
    }
}
