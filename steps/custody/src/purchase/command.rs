//! Buying, cooking, and the price list.

use asuh_ground::attachments;
use asuh_ground::books::{self, AccountKind, Commodity, Fund, Move, Spot, Transfer, TransferKind};
use asuh_ground::settings;
use asuh_step_collection::{Reach, local_today};
use asuh_store::{Command, Fault, Id, Query, Refusal, StoreError, Tx, args};
use serde::{Deserialize, Serialize};

use super::super::shipment::place_of;
use super::{query, rules};

fn read_fund(code: &str) -> Result<Fund, Refusal> {
    code.parse().map_err(|_| Refusal::not_found())
}

fn read_commodity(code: &str) -> Result<Commodity, StoreError> {
    code.parse().map_err(|_| StoreError::Shape(code.to_owned()))
}

/// Cash of a fund holder becomes goods of the same fund at a place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BuyGoods {
    /// Who paid; must be the caller's.
    pub holder: Id,
    /// Of which fund; the goods are of the same.
    pub fund: String,
    /// Where the goods are.
    pub place: Id,
    /// What was bought.
    pub commodity: String,
    /// How much, in its smallest unit.
    pub quantity: i64,
    /// Rupiah.
    pub paid: i64,
    /// From whom.
    pub shop: String,
    /// When; not after today.
    pub bought_on: time::Date,
    /// The shop's receipt.
    pub receipt: Option<Id>,
    /// Why the price is far off the list.
    pub note: String,
    /// What the caller reaches (fund holders).
    pub reach: Reach,
}

asuh_store::row_struct! {
    struct Kind { kind: String }
}

impl Command for BuyGoods {
    const KIND: &'static str = "custody.buy_goods";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        if !self.reach.covers(self.holder) {
            return Err(Refusal::not_found().into());
        }
        let fund = read_fund(&self.fund)?;
        let place = place_of(tx, self.place).await?;
        let place = place.ok_or_else(|| Refusal::new("web.error.choose").field("tempat"))?;
        let kind: Option<Kind> = tx
            .first(
                "SELECT kind FROM commodity WHERE district_id = $1 AND code = $2",
                args![district, &self.commodity],
            )
            .await?;
        if kind.is_none_or(|kind| kind.kind != "goods") {
            return Err(Refusal::new("web.error.choose").field("barang").into());
        }
        for (amount, field) in [(self.quantity, "jumlah"), (self.paid, "dibayar")] {
            if amount <= 0 {
                return Err(Refusal::new("custody.refused.amount").field(field).into());
            }
        }
        if self.shop.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("toko").into());
        }
        if self.bought_on > local_today(tx).await? {
            return Err(Refusal::new("custody.refused.future").field("hari").into());
        }
        if let Some(receipt) = self.receipt
            && !attachments::is_own(tx, district, receipt, tx.actor()).await?
        {
            return Err(Refusal::not_found().into());
        }
        let price = query::price(tx, district, &self.commodity, self.bought_on).await?;
        let off =
            price.and_then(|price| rules::percent_off(self.paid, self.quantity, price.rupiah, price.per));
        if off.is_some_and(|off| off.abs() > rules::FAR_OFF) && self.note.trim().is_empty() {
            return Err(Refusal::new("custody.refused.price").field("catatan").into());
        }
        let id = tx.new_id();
        tx.subject("purchase", id);
        let number = settings::documents::next_number(tx, "custody.purchase", self.bought_on).await?;
        let commodity = read_commodity(&self.commodity)?;
        let market = Spot::new(AccountKind::Market, self.place);
        let moves = vec![
            Move::new(Commodity::CASH, Spot::new(AccountKind::FundHolder, self.holder), market, self.paid),
            Move::new(commodity, market, Spot::new(place, self.place), self.quantity),
        ];
        let transfer = Transfer {
            kind: TransferKind::Purchased,
            fund,
            day: self.bought_on,
            cause: id,
            reason: format!("{number}: {}", self.shop.trim()),
            moves,
        };
        let posted = books::post(tx, transfer).await?;
        tx.execute(
            "INSERT INTO purchase (district_id, id, number, fund, holder_id, place_id, commodity, quantity, paid, shop, \
             bought_on, receipt_id, percent_off, note, transfer_id, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            args![
                district,
                id,
                number,
                fund.as_str(),
                self.holder,
                self.place,
                commodity.as_str(),
                self.quantity,
                self.paid,
                self.shop.trim(),
                self.bought_on,
                self.receipt,
                off,
                self.note.trim(),
                posted,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(id)
    }
}

/// So much of an ingredient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingredient {
    /// Its commodity.
    pub commodity: String,
    /// In its smallest unit.
    pub amount: i64,
}

/// Ingredients of a kitchen become portions of the same fund.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CookPortions {
    /// The kitchen, which must be the caller's.
    pub kitchen: Id,
    /// Of which fund.
    pub fund: String,
    /// What went into the pot.
    pub ingredients: Vec<Ingredient>,
    /// What came out of it: the commodity of the portions.
    pub meal: String,
    /// How many.
    pub portions: i64,
    /// When; not after today.
    pub day: time::Date,
    /// The menu.
    pub menu: String,
    /// What the caller reaches.
    pub reach: Reach,
}

impl Command for CookPortions {
    const KIND: &'static str = "custody.cook_portions";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        let district = tx.district();
        if !self.reach.covers(self.kitchen) || place_of(tx, self.kitchen).await? != Some(AccountKind::Kitchen)
        {
            return Err(Refusal::not_found().into());
        }
        let fund = read_fund(&self.fund)?;
        let meal: Option<Kind> = tx
            .first(
                "SELECT kind FROM commodity WHERE district_id = $1 AND code = $2",
                args![district, &self.meal],
            )
            .await?;
        if meal.is_none_or(|meal| meal.kind != "goods") {
            return Err(Refusal::new("web.error.choose").field("masakan").into());
        }
        if self.portions <= 0 {
            return Err(Refusal::new("custody.refused.amount").field("porsi").into());
        }
        if self.menu.trim().is_empty() {
            return Err(Refusal::new("web.error.required").field("menu").into());
        }
        if self.day > local_today(tx).await? {
            return Err(Refusal::new("custody.refused.future").field("hari").into());
        }
        let (kitchen, pot) =
            (Spot::new(AccountKind::Kitchen, self.kitchen), Spot::new(AccountKind::Cooking, self.kitchen));
        let mut moves = Vec::new();
        for ingredient in self.ingredients.iter().filter(|ingredient| ingredient.amount != 0) {
            if ingredient.amount < 0 || ingredient.commodity == self.meal {
                let field = format!("bahan.{}", ingredient.commodity);
                return Err(Refusal::new("custody.refused.amount").field(field).into());
            }
            let commodity = read_commodity(&ingredient.commodity)?;
            moves.push(Move::new(commodity, kitchen, pot, ingredient.amount));
        }
        if moves.is_empty() {
            return Err(Refusal::new("custody.refused.nothing").into());
        }
        moves.push(Move::new(read_commodity(&self.meal)?, pot, kitchen, self.portions));
        let id = tx.new_id();
        tx.subject("cooking", id);
        let number = settings::documents::next_number(tx, "custody.cooking", self.day).await?;
        let transfer = Transfer {
            kind: TransferKind::Cooked,
            fund,
            day: self.day,
            cause: id,
            reason: format!("{number}: {}", self.menu.trim()),
            moves,
        };
        let posted = books::post(tx, transfer).await?;
        tx.execute(
            "INSERT INTO cooking (district_id, id, number, kitchen_id, fund, commodity, portions, cooked_on, menu, \
             transfer_id, recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            args![
                district,
                id,
                number,
                self.kitchen,
                fund.as_str(),
                &self.meal,
                self.portions,
                self.day,
                self.menu.trim(),
                posted,
                tx.now(),
                tx.actor()
            ],
        )
        .await?;
        Ok(id)
    }
}

/// What a commodity costs from a day on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SetPrice {
    /// Its code.
    pub commodity: String,
    /// From this day on.
    pub since: time::Date,
    /// Rupiah ...
    pub rupiah: i64,
    /// ... for so much of its smallest unit: 1 for an egg, 1000 for a kilogram of rice.
    pub per: i64,
}

impl Command for SetPrice {
    const KIND: &'static str = "custody.set_price";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (amount, field) in [(self.rupiah, "harga"), (self.per, "per")] {
            if amount <= 0 {
                return Err(Refusal::new("custody.refused.amount").field(field).into());
            }
        }
        let known = books::commodities(tx, tx.district()).await?;
        if !known.iter().any(|line| line.code == self.commodity && line.kind == "goods") {
            return Err(Refusal::new("web.error.choose").field("barang").into());
        }
        tx.execute(
            "INSERT INTO price (district_id, commodity, since, rupiah, per, recorded_at, recorded_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (district_id, commodity, since) DO UPDATE SET \
             rupiah = excluded.rupiah, per = excluded.per, recorded_at = excluded.recorded_at, \
             recorded_by = excluded.recorded_by",
            args![tx.district(), &self.commodity, self.since, self.rupiah, self.per, tx.now(), tx.actor()],
        )
        .await?;
        Ok(())
    }
}
