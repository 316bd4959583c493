//! Announcing a gift, and taking the announcement back.

use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::{account, campaign};
use super::rules::{MOST_MORE, code, exact};
use asuh_ground::settings;
use asuh_step_sponsors::{campaigns, staff};

/// The least and the most that is announced at once: rupiah.
pub(crate) const AMOUNTS: std::ops::RangeInclusive<i64> = 1_000..=1_000_000_000;
/// Announced gifts of one sponsor that may wait together.
const MOST_WAITING: i64 = 20;

asuh_ground::codes! {
    /// How a gift is paid.
    pub enum Way {
        /// By transfer to the number of the account, with the code as its message.
        Transfer = "transfer",
        /// By the holder's payment code; the amount alone tells it.
        Qris = "qris",
    }
}

/// Says that a gift will be paid to the fund holder of a campaign. It counts when a statement shows it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnnounceGift {
    /// The campaign.
    pub campaign: Id,
    /// Who gives.
    pub sponsor: Id,
    /// Rupiah; by payment code up to Rp499 more are asked, so that no two waiting gifts are alike.
    pub amount: i64,
    /// How it is paid.
    pub way: Way,
}

impl Command for AnnounceGift {
    const KIND: &'static str = "collection.announce_gift";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let today = campaign::local_today(tx).await?;
        if !AMOUNTS.contains(&self.amount) {
            return Err(Refusal::new("money.refused.amount").field("jumlah").into());
        }
        let sponsor = staff::sponsor(tx, district, self.sponsor).await?.ok_or_else(Refusal::not_found)?;
        let open = campaigns::open(tx, district, today).await?;
        let campaign = open
            .into_iter()
            .find(|campaign| campaign.id == self.campaign)
            .filter(|campaign| sponsor.kind == "asn" || campaign.contributor_scope != "asn")
            .ok_or_else(|| Refusal::new("web.error.choose").field("gerakan"))?;
        let holder = (campaign.fund_holder_id, campaign.fund.as_str());
        let account = account::query::in_use(tx, district, holder, today)
            .await?
            .ok_or_else(|| Refusal::new("money.refused.no_account").field("gerakan"))?;
        if self.way == Way::Qris && account.qris.is_empty() {
            return Err(Refusal::new("money.refused.no_qris").field("cara").into());
        }
        // Whoever announces to this account waits here for another, so that amounts and codes stay different.
        tx.execute(
            "UPDATE fund_account SET recorded_at = recorded_at WHERE district_id = $1 AND id = $2",
            args![district, account.id],
        )
        .await?;
        let waiting = tx
            .number(
                "SELECT COUNT(*) AS n FROM gift WHERE district_id = $1 AND sponsor_id = $2 AND state = 'waiting' \
                 AND expires_on >= $3",
                args![district, self.sponsor, today],
            )
            .await?;
        if waiting >= MOST_WAITING {
            return Err(Refusal::new("money.refused.many").arg("most", MOST_WAITING).into());
        }
        let amount = match self.way {
            Way::Transfer => self.amount,
            Way::Qris => {
                let taken: Vec<(i64,)> = tx
                    .all(
                        "SELECT amount FROM gift WHERE district_id = $1 AND account_id = $2 AND state = 'waiting' \
                         AND amount BETWEEN $3 AND $4",
                        args![district, account.id, self.amount, self.amount + MOST_MORE],
                    )
                    .await?;
                let taken: Vec<i64> = taken.into_iter().map(|row| row.0).collect();
                exact(self.amount, &taken)
            }
        };
        let days: i64 = settings::get_typed(tx, district, "collection.gift_days").await?;
        let id = tx.new_id();
        tx.subject("gift", id);
        tx.execute(
            "INSERT INTO gift (district_id, id, number, code, campaign_id, account_id, sponsor_id, way, amount, state, \
             announced_on, expires_on, received, received_on, recorded_at, recorded_by) \
             VALUES ($1, $2, '', $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, NULL, NULL, $11, $12)",
            args![
                district,
                id,
                free_code(tx, id).await?,
                self.campaign,
                account.id,
                self.sponsor,
                self.way.code(),
                amount,
                today,
                today + time::Duration::days(days),
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(id)
    }
}

/// A code that no gift of the district has.
pub(in super::super) async fn free_code(tx: &Tx<'_>, gift: Id) -> Result<String, Fault> {
    let mut round = 0;
    loop {
        let text = format!("{gift}|{round}");
        let bytes = tx.secrets().lookup(tx.district(), "gift_code", &text).map_err(StoreError::from)?;
        for nth in 0..5 {
            let code = code(&bytes, nth);
            let there = tx
                .number(
                    "SELECT COUNT(*) AS n FROM gift WHERE district_id = $1 AND code = $2",
                    args![tx.district(), &code],
                )
                .await?;
            if there == 0 {
                return Ok(code);
            }
        }
        round += 1;
    }
}

/// Takes an announcement back before its money came.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CancelGift {
    /// The gift.
    pub gift: Id,
    /// Whose it is.
    pub sponsor: Id,
}

impl Command for CancelGift {
    const KIND: &'static str = "collection.cancel_gift";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("gift", self.gift);
        let cancelled = tx
            .execute(
                "UPDATE gift SET state = 'cancelled' WHERE district_id = $1 AND id = $2 AND sponsor_id = $3 \
                 AND state = 'waiting'",
                args![tx.district(), self.gift, self.sponsor],
            )
            .await?;
        if cancelled > 0 {
            return Ok(());
        }
        let there = tx
            .number(
                "SELECT COUNT(*) AS n FROM gift WHERE district_id = $1 AND id = $2 AND sponsor_id = $3",
                args![tx.district(), self.gift, self.sponsor],
            )
            .await?;
        Err(match there {
            0 => Refusal::not_found().into(),
            _ => Refusal::new("money.refused.not_waiting").into(),
        })
    }
}
