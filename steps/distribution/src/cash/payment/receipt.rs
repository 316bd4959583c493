//! The receipt (kuitansi) of cash: a page to print at once, and the same as a PDF under its own number.

use askama::Template;
use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::papers::{self, Drawn, RowPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, Text, page};
use asuh_nusantara::date::month_year;
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::State;

use super::query::{self, Attempt, Payment};
use crate::cash::{OpenPayment, Reach, rules};

#[derive(Template)]
#[template(path = "cash/payment/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    receipt: Receipt,
}

/// What stands on a receipt.
pub(super) struct Receipt {
    letterhead: Letterhead,
    payment: Payment,
    attempt: Attempt,
}

impl Receipt {
    /// The number of the receipt: that of the plan and the place on its list.
    fn number(&self) -> String {
        format!("{}-{:04}", self.payment.number, self.payment.nth)
    }

    fn month(&self, text: &Text) -> String {
        month_year(text.language, self.payment.month)
    }

    fn in_words(&self) -> String {
        terbilang_rupiah(Rupiah::new(self.attempt.amount))
    }

    fn stamped(&self) -> bool {
        rules::is_stamped(self.attempt.amount)
    }

    fn place_and_day(&self, text: &Text) -> String {
        self.letterhead.place_on(text, self.attempt.decided_on)
    }

    fn receiver(&self) -> String {
        match self.attempt.receiver_name.is_empty() {
            true => self.payment.head_name.clone(),
            false => self.attempt.receiver_name.clone(),
        }
    }

    /// Where its PDF is printed.
    fn pdf(&self) -> String {
        format!("{}/pdf", Receipt::page(self.payment.id))
    }

    /// What stands on the PDF: what the page says.
    fn paper(&self, text: &Text) -> Paper {
        let t = |key: &str| text.t(key).into_owned();
        let child = text.t1("cash.receipt.child", "name", &self.payment.child_name);
        let rows = vec![
            (t("cash.receipt.from"), self.payment.fund_holder.clone()),
            (t("cash.amount"), text.rupiah(self.attempt.amount)),
            (t("cash.in_words"), self.in_words()),
            (t("cash.receipt.for"), format!("{}, {}, {child}", self.payment.programme, self.month(text))),
            (t("cash.reference"), self.attempt.reference.clone()),
        ];
        let mut blocks = vec![Block::Facts { rows }];
        if self.stamped() {
            blocks.push(Block::Paragraph { text: t("cash.receipt.stamp") });
        }
        blocks.push(Block::Note { text: t("cash.receipt.thumb") });
        let who = [
            ("cash.receipt.giver", String::new()),
            ("cash.receipt.receiver", self.receiver()),
            ("cash.hand.witness", self.attempt.witness.clone()),
        ];
        let who = who.map(|(key, name)| Signature::of(t(key), "", name)).to_vec();
        blocks.push(Block::Signatures { place_and_day: self.place_and_day(text), who });
        papers::sheet(&self.letterhead, t("cash.receipt"), blocks)
    }
}

impl RowPaper for Receipt {
    type Reads = OpenPayment;

    const KIND: &'static str = "cash_receipt";

    fn page(payment: Id) -> String {
        format!("/pembayaran/{payment}/kuitansi")
    }

    async fn drawn(app: &App, cap: &OpenPayment, text: &Text, id: Id) -> Result<Drawn, Error> {
        let receipt = found(app, cap, id).await?;
        let (programme, month) = (&receipt.payment.programme, receipt.month(text));
        Ok(Drawn {
            number: receipt.number(),
            day: receipt.attempt.decided_on.unwrap_or(receipt.attempt.sent_on),
            title: text.t2("cash.receipt.paper", "programme", programme, "month", month),
            paper: receipt.paper(text),
        })
    }
}

/// The receipt of a payment within reach: of cash that is on its way or was handed over.
async fn found(app: &App, cap: &OpenPayment, id: Id) -> Result<Receipt, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let payment =
        query::payment(db, district, id, &Reach::opens(cap.actor())).await?.ok_or(Error::NotFound)?;
    let attempts = query::attempts(db, district, id).await?;
    let cash =
        attempts.into_iter().find(|one| one.way == "cash" && matches!(one.state.as_str(), "sent" | "paid"));
    let attempt = cash.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "print", Some(("family", payment.family_id)), "receipt");
    Ok(Receipt { letterhead: Letterhead::load(&app.store, district).await?, payment, attempt })
}

/// The receipt, before the cash is handed over or afterwards.
pub(super) async fn show(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let receipt = found(&app, &cap, id).await?;
    page(&ReceiptPage { receipt, shell })
}
