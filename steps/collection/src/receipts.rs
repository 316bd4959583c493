//! Receipts (kuitansi) of money that came, as PDFs under the number that they have: of a unit's deposit, of a gift by transfer.

use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Text};
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;

use crate::deposit::query::Deposit;
use crate::gift::query::Gift;
use crate::{ConfirmDeposits, MatchStatements, OwnGifts, Reach, ReadDeposits, ReadStatements, deposit, gift};

/// Above this amount a receipt bears a revenue stamp (UU 10/2020, Pasal 3 and 5: Rp10.000 above Rp5 million).
const STAMP_ABOVE: i64 = 5_000_000;

/// Whether a receipt of so many rupiah bears a revenue stamp.
pub(crate) fn is_stamped(amount: i64) -> bool {
    amount > STAMP_ABOVE
}

/// The receipt of a deposit that is confirmed.
pub(crate) struct OfDeposit;

impl RowPaper for OfDeposit {
    type Reads = ReadDeposits;

    const KIND: &'static str = "deposit_receipt";

    fn page(deposit: Id) -> String {
        format!("/setor-uang/{deposit}/kuitansi")
    }

    async fn drawn(app: &App, cap: &ReadDeposits, text: &Text, id: Id) -> Result<Drawn, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let deposit = deposit::query::by_id(db, district, &deposit::pages::sides(cap.actor()), id).await?;
        let deposit = deposit.filter(|one| one.state == "confirmed").ok_or(Error::NotFound)?;
        let letterhead = Letterhead::load(&app.store, district).await?;
        let confirmed = deposit.confirmed_at.ok_or(Error::NotFound)?;
        Ok(Drawn {
            day: text.zone.local_date(confirmed.utc()),
            title: text.t2(
                "collection.deposit.paper",
                "unit",
                &deposit.unit,
                "day",
                text.long_day(deposit.held_on),
            ),
            paper: deposit_paper(text, &letterhead, &deposit),
            number: deposit.number,
        })
    }
}

impl SignedPaper for OfDeposit {
    type Keeps = ConfirmDeposits;
}

fn deposit_paper(text: &Text, letterhead: &Letterhead, deposit: &Deposit) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let mut rows = money(text, deposit.unit.clone(), deposit.amount);
    let purpose = format!("{}, {}", deposit.campaign, text.long_day(deposit.held_on));
    rows.push((t("collection.receipt.for"), purpose));
    if !deposit.cash_witness.is_empty() {
        rows.push((t("collection.receipt.counted"), deposit.counted(text)));
    }
    let slip = match deposit.slip_number.is_empty() {
        true => t("money.line"),
        false => deposit.slip_number.clone(),
    };
    let slip = deposit.deposited_on.map_or(slip.clone(), |day| format!("{slip}, {}", text.day(day)));
    rows.push((t("collection.deposit.slip"), slip));
    rows.extend(deposit.confirmed_at.map(|at| (t("collection.deposit.confirmed_at"), text.instant(at))));
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let mut who = vec![
        Signature::of(t("collection.sign.deposits"), &deposit.unit, name(&deposit.announced_by_name)),
        Signature::of(t("collection.sign.receives"), &deposit.fund_holder, name(&deposit.confirmed_by_name)),
    ];
    who.extend(papers::acknowledged(letterhead, "deposit", t("web.print.acknowledged")));
    let day = deposit.confirmed_at.map(|at| text.zone.local_date(at.utc()));
    receipt(text, letterhead, rows, deposit.amount, (day, who))
}

/// The receipt of a transfer to one of the caller's fund holders.
pub(crate) struct OfGift;

impl RowPaper for OfGift {
    type Reads = ReadStatements;

    const KIND: &'static str = "gift_receipt";

    fn page(gift: Id) -> String {
        format!("/mutasi-bank/pemberian/{gift}/kuitansi")
    }

    async fn drawn(app: &App, cap: &ReadStatements, text: &Text, id: Id) -> Result<Drawn, Error> {
        let gift =
            gift::query::by_id(app.store.reader(), cap.district(), &Reach::of(cap.scope()), id).await?;
        gift_drawn(&Letterhead::load(&app.store, cap.district()).await?, text, gift)
    }
}

impl SignedPaper for OfGift {
    type Keeps = MatchStatements;
}

/// The same receipt for whoever gave.
pub(crate) struct OfOwnGift;

impl RowPaper for OfOwnGift {
    type Reads = OwnGifts;

    const KIND: &'static str = OfGift::KIND;

    fn page(gift: Id) -> String {
        format!("/transfer/{gift}/kuitansi")
    }

    async fn drawn(app: &App, cap: &OwnGifts, text: &Text, id: Id) -> Result<Drawn, Error> {
        let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
        let gift = gift::query::own(app.store.reader(), cap.district(), sponsor, id).await?;
        gift_drawn(&Letterhead::load(&app.store, cap.district()).await?, text, gift)
    }
}

fn gift_drawn(letterhead: &Letterhead, text: &Text, gift: Option<Gift>) -> Result<Drawn, Error> {
    let gift = gift.filter(|gift| gift.state == "received").ok_or(Error::NotFound)?;
    Ok(Drawn {
        day: gift.received_on.unwrap_or(gift.announced_on),
        title: text.t1("money.gift.paper", "campaign", &gift.campaign),
        paper: gift_paper(text, letterhead, &gift),
        number: gift.number,
    })
}

fn gift_paper(text: &Text, letterhead: &Letterhead, gift: &Gift) -> Paper {
    let t = |key: &str| text.t(key).into_owned();
    let giver = gift.giver.clone().unwrap_or_else(|| t("money.giver.unknown"));
    let mut rows = money(text, giver, gift.worth());
    rows.push((t("collection.receipt.for"), gift.campaign.clone()));
    let account = format!("{} · {} •••• {}", gift.fund_holder, gift.bank, gift.number_end);
    rows.push((t("money.holder"), account));
    rows.extend(gift.received_on.map(|day| (t("money.gift.came"), text.long_day(day))));
    rows.push((t("money.code"), gift.code.clone()));
    let mut who = vec![Signature::of(t("money.sign.holder"), &gift.fund_holder, "")];
    who.extend(papers::acknowledged(letterhead, "deposit", t("web.print.acknowledged")));
    receipt(text, letterhead, rows, gift.worth(), (gift.received_on, who))
}

/// From whom and how much, in figures and in words.
fn money(text: &Text, from: String, amount: i64) -> Vec<(String, String)> {
    let t = |key: &str| text.t(key).into_owned();
    vec![
        (t("collection.receipt.from"), from),
        (t("collection.receipt.amount"), text.rupiah(amount)),
        (t("collection.receipt.words"), terbilang_rupiah(Rupiah::new(amount))),
    ]
}

/// A receipt, signed on a day.
fn receipt(
    text: &Text,
    letterhead: &Letterhead,
    rows: Vec<(String, String)>,
    amount: i64,
    (day, who): (Option<time::Date>, Vec<Signature>),
) -> Paper {
    let mut blocks = vec![Block::Facts { rows }];
    if is_stamped(amount) {
        blocks.push(Block::Paragraph { text: text.t("collection.receipt.stamp").into_owned() });
    }
    blocks.push(Block::Signatures { place_and_day: letterhead.place_on(text, day), who });
    papers::sheet(letterhead, text.t("collection.receipt.title"), blocks)
}
