//! Recording, changing and ending an account.

use asuh_store::{Command, Fault, Id, Query, Refusal, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::campaign;
use super::rules;
use asuh_ground::books::Funds;

/// Records where a fund holder keeps the money of a fund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PutAccount {
    /// The institution that holds the money.
    pub fund_holder: Id,
    /// The fund; an account holds one.
    pub fund: String,
    /// The bank, as people call it.
    pub bank: String,
    /// The number as it was typed: digits, with blanks, dots or dashes.
    pub number: String,
    /// The name on the account.
    pub holder_name: String,
    /// The holder's own payment code; empty where there is none.
    pub qris: String,
    /// From this day on payments count only when a statement shows them.
    pub since: time::Date,
}

impl Command for PutAccount {
    const KIND: &'static str = "collection.put_account";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let digits = rules::number(&self.number)?;
        let code =
            if self.qris.trim().is_empty() { String::new() } else { rules::code(&self.qris)?.to_string() };
        for (field, value) in [("bank", &self.bank), ("atas_nama", &self.holder_name)] {
            if value.trim().is_empty() {
                return Err(Refusal::new("web.error.required").field(field).into());
            }
        }
        if !Funds::load(tx, district).await?.get(&self.fund).is_some_and(|fund| fund.collects()) {
            return Err(Refusal::new("web.error.choose").field("dana").into());
        }
        let holds = tx
            .number(
                "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 AND kind = 'fund_holder' \
                 AND valid_to IS NULL",
                args![district, self.fund_holder],
            )
            .await?;
        if holds == 0 {
            return Err(Refusal::new("web.error.choose").field("pemegang_dana").into());
        }
        let id = tx.new_id();
        tx.subject("fund_account", id);
        let hash = tx.secrets().lookup(district, "number", &digits).map_err(asuh_store::StoreError::from)?;
        let stored = tx
            .execute(
                "INSERT INTO fund_account (district_id, id, fund_holder_id, fund, bank, number_sealed, number_hash, \
                 number_end, holder_name, qris, since, until, recorded_at, recorded_by) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, NULL, $12, $13) \
                 ON CONFLICT (district_id, number_hash) DO NOTHING",
                args![
                    district,
                    id,
                    self.fund_holder,
                    &self.fund,
                    self.bank.trim(),
                    tx.seal(&digits)?,
                    hash,
                    rules::end(&digits),
                    self.holder_name.trim(),
                    code,
                    self.since,
                    tx.now(),
                    tx.actor()
                ],
            )
            .await?;
        match stored {
            0 => Err(Refusal::new("money.refused.account_known").field("nomor").into()),
            _ => Ok(id),
        }
    }
}

/// Gives an account another payment code, or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeCode {
    /// The account.
    pub account: Id,
    /// The code; empty for none.
    pub qris: String,
}

impl Command for ChangeCode {
    const KIND: &'static str = "collection.change_code";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("fund_account", self.account);
        let code =
            if self.qris.trim().is_empty() { String::new() } else { rules::code(&self.qris)?.to_string() };
        let changed = tx
            .execute(
                "UPDATE fund_account SET qris = $3 WHERE district_id = $1 AND id = $2",
                args![tx.district(), self.account, code],
            )
            .await?;
        if changed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// An account is used no more from a day on, or again after all. Its statements and lines stay.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EndAccount {
    /// The account.
    pub account: Id,
    /// Its last day; none: it is used.
    pub until: Option<time::Date>,
}

impl Command for EndAccount {
    const KIND: &'static str = "collection.end_account";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("fund_account", self.account);
        if self.until > Some(campaign::local_today(tx).await?) {
            return Err(Refusal::new("collection.refused.future").field("sampai").into());
        }
        let changed = tx
            .execute(
                "UPDATE fund_account SET until = $3 WHERE district_id = $1 AND id = $2 \
                 AND since <= $4",
                args![tx.district(), self.account, self.until, self.until.unwrap_or(time::Date::MAX)],
            )
            .await?;
        if changed == 0 {
            let there = tx
                .number(
                    "SELECT COUNT(*) AS n FROM fund_account WHERE district_id = $1 AND id = $2",
                    args![tx.district(), self.account],
                )
                .await?;
            return Err(match there {
                0 => Refusal::not_found().into(),
                _ => Refusal::new("money.refused.account_until").field("sampai").into(),
            });
        }
        Ok(())
    }
}
