//! Saying what lines are.

use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::super::gift::command::free_code;
use super::super::reach::Reach;
use super::rules::{REASONS, needs_words};
use super::settle::{self, Settled};

/// What one line pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineMatch {
    /// The line.
    pub line: Id,
    /// Deposits of offices.
    pub deposits: Vec<Id>,
    /// Announced gifts.
    pub gifts: Vec<Id>,
}

/// Confirms what lines pay. A line that pays several has exactly their sum; one that pays a single gift may differ from
/// what was announced, and the gift counts as what came; one that pays a single deposit may be a part of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MatchLines {
    /// The lines, each once.
    pub matches: Vec<LineMatch>,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for MatchLines {
    const KIND: &'static str = "collection.match_lines";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        // One order for everybody, so that two who confirm at once do not wait for each other in a circle.
        let mut matches: Vec<&LineMatch> = self.matches.iter().collect();
        matches.sort_by_key(|one| one.line);
        if matches.is_empty() {
            return Err(Refusal::new("money.refused.nothing_chosen").into());
        }
        for one in &matches {
            tx.subject("bank_line", one.line);
            let held = settle::hold(tx, &self.reach, one.line, "matched").await?;
            let rupiah = held.rupiah()?;
            let alone = (one.deposits.len() + one.gifts.len() == 1).then_some(rupiah);
            let mut settled = Vec::new();
            for deposit in &one.deposits {
                let (amount, transfer) = settle::deposit(tx, &held, *deposit, alone).await?;
                settled.push(Settled { deposit: Some(*deposit), gift: None, amount, transfer });
            }
            for gift in &one.gifts {
                let (amount, transfer) = settle::gift(tx, &held, *gift, alone).await?;
                settled.push(Settled { deposit: None, gift: Some(*gift), amount, transfer });
            }
            let sum: i64 = settled.iter().map(|one| one.amount).sum();
            if settled.is_empty() {
                return Err(Refusal::new("money.refused.nothing_chosen").into());
            }
            if sum != rupiah {
                return Err(Refusal::new("money.refused.sum")
                    .arg("line", asuh_nusantara::Rupiah::new(rupiah))
                    .arg("claims", asuh_nusantara::Rupiah::new(sum))
                    .into());
            }
            settle::post(tx, one.line, settled).await?;
        }
        Ok(matches.len() as i64)
    }
}

/// Records a gift that nobody announced: the money is there, so it is in the books.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordGift {
    /// The line.
    pub line: Id,
    /// The campaign that it is for; of the account's holder and fund.
    pub campaign: Id,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for RecordGift {
    const KIND: &'static str = "collection.record_gift";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        tx.subject("bank_line", self.line);
        let district = tx.district();
        let held = settle::hold(tx, &self.reach, self.line, "matched").await?;
        let rupiah = held.rupiah()?;
        let campaign = campaign::by_id(tx, district, self.campaign)
            .await?
            .filter(|campaign| campaign.fund_holder_id == held.fund_holder_id && campaign.fund == held.fund)
            .ok_or_else(|| Refusal::new("web.error.choose").field("gerakan"))?;
        let today = campaign::local_today(tx).await?;
        let gift = tx.new_id();
        tx.execute(
            "INSERT INTO gift (district_id, id, number, code, campaign_id, account_id, sponsor_id, way, amount, state, \
             announced_on, expires_on, received, received_on, recorded_at, recorded_by) \
             VALUES ($1, $2, '', $3, $4, $5, NULL, 'unannounced', $6, 'received', $7, $7, $6, $8, $9, $10)",
            args![
                district,
                gift,
                free_code(tx, gift).await?,
                campaign.id,
                held.account_id,
                rupiah,
                today,
                held.booked_on,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        let number = settle::number(tx, gift).await?;
        let transfer = settle::from_giver(tx, &held, gift, number, rupiah).await?;
        settle::post(
            tx,
            self.line,
            vec![Settled { deposit: None, gift: Some(gift), amount: rupiah, transfer }],
        )
        .await?;
        Ok(gift)
    }
}

/// Says that a line is no gift of ours, and what it is. Nothing enters the books.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetAside {
    /// The line.
    pub line: Id,
    /// 'interest', 'fee', 'spent', 'moved', 'sent_back', 'foreign'.
    pub reason: String,
    /// Words beside it.
    pub note: String,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for SetAside {
    const KIND: &'static str = "collection.set_aside";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("bank_line", self.line);
        if !REASONS.contains(&self.reason.as_str()) {
            return Err(Refusal::new("web.error.choose").field("sebab").into());
        }
        if needs_words(&self.reason) && self.note.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("keterangan").into());
        }
        settle::hold(tx, &self.reach, self.line, "other").await?;
        tx.execute(
            "UPDATE bank_line SET reason = $3, note = $4 WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.line, &self.reason, self.note.trim()],
        )
        .await?;
        Ok(())
    }
}
