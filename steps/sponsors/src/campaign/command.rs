//! What changes a campaign.

use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};
use time::Date;

use super::rules::{
    BasketItem, DESTINATIONS, HELP, MOST_OF_ONE, NewCommodity, Obligation, Rhythm, check_basket,
    commodity_code,
};
use asuh_ground::books::{self, CommodityLine};

/// The commodities that every district begins with. A can of rice is taken for 250 grams, a condensed-milk can
/// level full; shown as an estimate only.
fn defaults() -> [CommodityLine; 4] {
    let line = |nth, code: &str, name: &str, unit: &str, kind: &str| CommodityLine {
        code: code.into(),
        name: name.into(),
        unit: unit.into(),
        kind: kind.into(),
        grams_per_unit: None,
        keeps_days: None,
        nth,
    };
    [
        CommodityLine {
            grams_per_unit: Some(250),
            ..line(0, "rice_can", "Beras (kaleng)", "kaleng", "goods")
        },
        CommodityLine { grams_per_unit: Some(1), ..line(1, "rice", "Beras (timbang)", "gram", "goods") },
        CommodityLine { keeps_days: Some(14), ..line(2, "egg", "Telur", "butir", "goods") },
        line(3, "cash", "Uang", "rupiah", "cash"),
    ]
}

/// The commodities that the form offers: the district's own and the defaults that it does not have yet.
pub(crate) fn offered(mut own: Vec<CommodityLine>) -> Vec<CommodityLine> {
    for line in defaults() {
        if !own.iter().any(|held| held.code == line.code) {
            own.push(line);
        }
    }
    own.sort_by(|one, other| (one.nth, &one.code).cmp(&(other.nth, &other.code)));
    own
}

/// Gives the district the default commodities that it lacks; what it has stays as it is.
#[derive(Debug, Serialize, Deserialize)]
pub struct EnsureCommodities;

impl Command for EnsureCommodities {
    const KIND: &'static str = "sponsors.ensure_commodities";
    type Receipt = i64;

    async fn apply(&self, tx: &Tx<'_>) -> Result<i64, Fault> {
        Ok(ensure_commodities(tx).await?)
    }
}

async fn ensure_commodities(tx: &Tx<'_>) -> Result<i64, StoreError> {
    let own = books::commodities(tx, tx.district()).await?;
    let mut added = 0;
    for line in offered(own.clone()) {
        if !own.iter().any(|held| held.code == line.code) {
            books::define_commodity(tx, &line).await?;
            added += 1;
        }
    }
    Ok(added)
}

/// Begins a campaign (gerakan). Voluntary unless it says who decided otherwise.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreateCampaign {
    /// Its name: SECANTING.
    pub name: String,
    /// Its slogan; may be empty.
    pub slogan: String,
    /// When its drives are.
    pub rhythm: Rhythm,
    /// First day.
    pub starts_on: Date,
    /// Last day; `None` = open.
    pub ends_on: Option<Date>,
    /// Whether only civil servants of the roster are asked; else anyone may promise.
    pub only_asn: bool,
    /// What it helps with, one of [`HELP`](super::rules::HELP).
    pub help: String,
    /// Where the gifts go: 'families', 'kitchens' or 'pairs'.
    pub destination: String,
    /// The institution that holds the money.
    pub fund_holder: Id,
    /// The institution that holds the goods.
    pub warehouse: Id,
    /// The fund that all gifts belong to: 'asn', 'infak', 'csr'. Zakat is Baznas's alone (UU 23/2011 art. 38).
    pub fund: String,
    /// `None` while giving is voluntary.
    pub obligation: Option<Obligation>,
    /// Days within which a unit brings its cash to the fund holder: 0 to 30.
    pub deposit_days: i64,
    /// What one giver is asked to bring.
    pub items: Vec<BasketItem>,
    /// And something the district did not count before.
    pub new_commodity: Option<NewCommodity>,
}

impl Command for CreateCampaign {
    const KIND: &'static str = "sponsors.create_campaign";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        let refuse = |why: &str, field: &str| {
            Err(Fault::from(Refusal::new(format!("sponsors.refused.{why}")).field(field)))
        };
        if self.name.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if !self.rhythm.is_valid() {
            return refuse("rhythm", "irama");
        }
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            return refuse("ends_before_start", "selesai");
        }
        if !HELP.contains(&self.help.as_str()) {
            return refuse("choice", "bantuan");
        }
        if !DESTINATIONS.contains(&self.destination.as_str()) {
            return refuse("choice", "tujuan");
        }
        let funds = books::Funds::load(tx, district).await?;
        if !funds.get(&self.fund).is_some_and(books::FundLine::collects) {
            return refuse("fund", "dana");
        }
        if !(0..=30).contains(&self.deposit_days) {
            return refuse("deposit_days", "batas_setor");
        }
        if self
            .obligation
            .as_ref()
            .is_some_and(|o| o.decided_by.trim().is_empty() || o.document.trim().is_empty())
        {
            return refuse("obligation", "wajib_oleh");
        }
        for (institution, kinds, field) in [
            (self.fund_holder, "'fund_holder'", "pemegang_dana"),
            (self.warehouse, "'warehouse', 'depot'", "gudang"),
        ] {
            // Index: primary key of institution.
            let there = tx
                .number(
                    &format!(
                        "SELECT COUNT(*) AS n FROM institution WHERE district_id = $1 AND id = $2 \
                         AND kind IN ({kinds}) AND valid_to IS NULL"
                    ),
                    args![district, institution],
                )
                .await?;
            if there == 0 {
                return Err(Refusal::new("web.error.choose").field(field).into());
            }
        }
        let same_name = tx
            .number(
                "SELECT COUNT(*) AS n FROM campaign WHERE district_id = $1 AND name = $2 AND ends_on IS NULL",
                args![district, self.name.trim()],
            )
            .await?;
        if same_name > 0 {
            return refuse("name_taken", "nama");
        }
        ensure_commodities(tx).await?;
        let known = books::commodities(tx, district).await?;
        let mut items = self.items.clone();
        if let Some(unknown) = items.iter().find(|item| !known.iter().any(|line| line.code == item.commodity))
        {
            return Err(Refusal::new("sponsors.refused.choice")
                .field(format!("jumlah_{}", unknown.commodity))
                .into());
        }
        if let Some(new) = &self.new_commodity {
            items.push(define(tx, new, &known).await?);
        }
        check_basket(&items)?;

        let id = tx.new_id();
        tx.subject("campaign", id);
        let obligation = self.obligation.as_ref();
        tx.execute(
            "INSERT INTO campaign (district_id, id, name, slogan, rhythm, rhythm_day, starts_on, ends_on, \
             contributor_scope, help, destination, fund_holder_id, warehouse_id, fund, voluntary, obligation_basis, \
             obligation_document, obligation_on, deposit_days, state, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'active', $20)",
            args![
                district,
                id,
                self.name.trim(),
                self.slogan.trim(),
                self.rhythm.code(),
                i64::from(self.rhythm.day()),
                self.starts_on,
                self.ends_on,
                if self.only_asn { "asn" } else { "anyone" },
                &self.help,
                &self.destination,
                self.fund_holder,
                self.warehouse,
                &self.fund,
                obligation.is_none(),
                obligation.map_or("", |o| o.decided_by.trim()),
                obligation.map(|o| o.document.trim().to_owned()),
                obligation.map(|o| o.on),
                self.deposit_days,
                tx.now(),
            ],
        )
        .await?;
        if let Some(decision) = obligation {
            log_decision(tx, id, false, decision).await?;
        }
        let rows = items
            .iter()
            .enumerate()
            .map(|(nth, item)| args![district, id, nth as i64 + 1, &item.commodity, item.quantity]);
        tx.insert_many(
            "INSERT INTO campaign_item (district_id, campaign_id, nth, commodity, quantity) VALUES",
            "",
            rows.collect(),
        )
        .await?;
        Ok(id)
    }
}

/// Adds the commodity to the district's list and makes it an item of the basket.
async fn define(tx: &Tx<'_>, new: &NewCommodity, known: &[CommodityLine]) -> Result<BasketItem, Fault> {
    let Some(code) = commodity_code(&new.name) else {
        return Err(Refusal::new("sponsors.refused.commodity_name").field("barang_nama").into());
    };
    if known.iter().any(|line| line.code == code) {
        return Err(Refusal::new("sponsors.refused.commodity_known").field("barang_nama").into());
    }
    if new.unit.trim().is_empty() {
        return Err(Refusal::new("web.error.required").field("barang_satuan").into());
    }
    if !(1..=MOST_OF_ONE).contains(&new.quantity) {
        return Err(Refusal::new("sponsors.refused.quantity").field("barang_jumlah").into());
    }
    let line = CommodityLine {
        code: code.clone(),
        name: new.name.trim().to_owned(),
        unit: new.unit.trim().to_owned(),
        kind: "goods".into(),
        grams_per_unit: new.grams_per_unit,
        keeps_days: None,
        nth: known.iter().map(|line| line.nth).max().unwrap_or(0) + 1,
    };
    books::define_commodity(tx, &line).await?;
    Ok(BasketItem { commodity: code, quantity: new.quantity })
}

async fn log_decision(
    tx: &Tx<'_>,
    campaign: Id,
    voluntary: bool,
    decision: &Obligation,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO campaign_decision (district_id, campaign_id, id, voluntary, decided_by, document, decided_on, \
         recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        args![
            tx.district(),
            campaign,
            tx.new_id(),
            voluntary,
            decision.decided_by.trim(),
            decision.document.trim(),
            decision.on,
            tx.now(),
            tx.actor(),
        ],
    )
    .await?;
    Ok(())
}

/// Logs a decision of the district about a campaign that has begun: giving is obligatory, or voluntary again. What was
/// promised stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DecideNature {
    /// Which.
    pub campaign: Id,
    /// Whether giving is voluntary from now on.
    pub voluntary: bool,
    /// Who decided, and by which document.
    pub decision: Obligation,
    /// The day on which this is logged.
    pub today: Date,
}

impl Command for DecideNature {
    const KIND: &'static str = "sponsors.decide_nature";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        // Held, so that of two decisions at once the later sees the earlier.
        tx.execute(
            "UPDATE campaign SET state = state WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.campaign],
        )
        .await?;
        let found = super::query::by_id(tx, tx.district(), self.campaign).await?;
        let campaign = found.ok_or_else(Refusal::not_found)?;
        tx.subject("campaign", campaign.id);
        for (text, field) in [(&self.decision.decided_by, "oleh"), (&self.decision.document, "dokumen")] {
            if text.trim().is_empty() {
                return Err(Refusal::new("sponsors.refused.obligation").field(field).into());
            }
        }
        if self.decision.on > self.today {
            return Err(Refusal::new("sponsors.refused.decided_later").field("tanggal").into());
        }
        if campaign.ends_on.is_some_and(|end| end < self.today) {
            return Err(Refusal::new("sponsors.refused.ended").into());
        }
        let same = campaign.obligation_document.as_deref() == Some(self.decision.document.trim());
        if campaign.voluntary == self.voluntary && (self.voluntary || same) {
            return Err(Refusal::new("sponsors.refused.same_nature").field("sifat").into());
        }
        let decision = (!self.voluntary).then_some(&self.decision);
        tx.execute(
            "UPDATE campaign SET voluntary = $3, obligation_basis = $4, obligation_document = $5, obligation_on = $6 \
             WHERE district_id = $1 AND id = $2",
            args![
                tx.district(),
                self.campaign,
                self.voluntary,
                decision.map_or("", |one| one.decided_by.trim()),
                decision.map(|one| one.document.trim().to_owned()),
                decision.map(|one| one.on),
            ],
        )
        .await?;
        log_decision(tx, self.campaign, self.voluntary, &self.decision).await?;
        Ok(())
    }
}

/// Ends a campaign: this is its last day. What was promised and brought until then stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct EndCampaign {
    /// Which.
    pub campaign: Id,
    /// Its last day; not before the day it was given, so that no drive that was held loses its ground.
    pub last_day: Date,
    /// The day on which this is decided.
    pub today: Date,
}

impl Command for EndCampaign {
    const KIND: &'static str = "sponsors.end_campaign";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let found = super::query::by_id(tx, tx.district(), self.campaign).await?;
        let campaign = found.ok_or_else(Refusal::not_found)?;
        tx.subject("campaign", campaign.id);
        if self.last_day < campaign.starts_on || self.last_day < self.today {
            return Err(Refusal::new("sponsors.refused.ends_in_past").field("selesai").into());
        }
        if campaign.ends_on.is_some_and(|end| end < self.today) {
            return Err(Refusal::new("sponsors.refused.ended").into());
        }
        tx.execute(
            "UPDATE campaign SET ends_on = $3, state = 'ended' WHERE district_id = $1 AND id = $2",
            args![tx.district(), self.campaign, self.last_day],
        )
        .await?;
        Ok(())
    }
}
