//! The receipt (kuitansi) of cash: a page to print at once, and the same as a PDF under its own number.

use askama::Template;
use asuh_documents::paper::{Block, Paper, Signature};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::papers::{self, Draft, Numbering};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Form, Page, Path, Shell, Text, page, redirect};
use asuh_nusantara::date::month_year;
use asuh_nusantara::{Language, Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::State;

use super::query::{self, Attempt, Payment};
use crate::cash::{OpenPayment, Reach, rules};

/// The kind of its papers.
const KIND: &str = "cash_receipt";

#[derive(Template)]
#[template(path = "cash/payment/receipt.html")]
struct ReceiptPage {
    shell: Shell,
    letterhead: Letterhead,
    payment: Payment,
    month: String,
    attempt: Attempt,
    in_words: String,
    stamped: bool,
}

impl ReceiptPage {
    /// The number of the receipt: that of the plan and the place on its list.
    fn number(&self) -> String {
        format!("{}-{:04}", self.payment.number, self.payment.nth)
    }

    fn place_and_day(&self) -> String {
        let day = self.attempt.decided_on.map(|day| self.shell.long_day(day));
        self.letterhead.place_and_day(&day.unwrap_or_else(|| "....................".to_owned()))
    }

    fn receiver(&self) -> String {
        match self.attempt.receiver_name.is_empty() {
            true => self.payment.head_name.clone(),
            false => self.attempt.receiver_name.clone(),
        }
    }

    /// Where its PDF is printed.
    fn pdf(&self) -> String {
        format!("/pembayaran/{}/kuitansi/pdf", self.payment.id)
    }

    /// What stands on the PDF: what the page says, in Indonesian.
    fn paper(&self) -> Paper {
        let text = Text::new(Language::Indonesian, self.shell.zone);
        let t = |key: &str| text.t(key).into_owned();
        let (sheet, head) = papers::head(&self.letterhead);
        let month = month_year(Language::Indonesian, self.payment.month);
        let child = text.t1("cash.receipt.child", "name", &self.payment.child_name);
        let rows = vec![
            (t("cash.receipt.from"), self.payment.fund_holder.clone()),
            (t("cash.amount"), text.rupiah(self.attempt.amount)),
            (t("cash.in_words"), self.in_words.clone()),
            (t("cash.receipt.for"), format!("{}, {month}, {child}", self.payment.programme)),
            (t("cash.reference"), self.attempt.reference.clone()),
        ];
        let mut blocks = vec![Block::Facts { rows }];
        if self.stamped {
            blocks.push(Block::Paragraph { text: t("cash.receipt.stamp") });
        }
        blocks.push(Block::Note { text: t("cash.receipt.thumb") });
        let day = self.attempt.decided_on.map(|day| text.long_day(day));
        let place_and_day =
            self.letterhead.place_and_day(&day.unwrap_or_else(|| "....................".to_owned()));
        let who = [
            ("cash.receipt.giver", String::new()),
            ("cash.receipt.receiver", self.receiver()),
            ("cash.hand.witness", self.attempt.witness.clone()),
        ];
        let who = who.map(|(key, name)| Signature { above: t(key), name, ..Signature::default() });
        blocks.push(Block::Signatures { place_and_day, who: who.to_vec() });
        Paper { sheet, head, title: t("cash.receipt"), ..Paper::default() }.section("", false, blocks)
    }
}

/// The receipt of a payment within reach: of cash that is on its way or was handed over.
async fn found(app: &App, cap: &OpenPayment, shell: Shell, id: Id) -> Result<ReceiptPage, Error> {
    let (db, district) = (app.store.reader(), cap.district());
    let payment =
        query::payment(db, district, id, &Reach::opens(cap.actor())).await?.ok_or(Error::NotFound)?;
    let attempts = query::attempts(db, district, id).await?;
    let cash =
        attempts.into_iter().find(|one| one.way == "cash" && matches!(one.state.as_str(), "sent" | "paid"));
    let attempt = cash.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "print", Some(("family", payment.family_id)), "receipt");
    Ok(ReceiptPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        month: month_year(shell.text().language, payment.month),
        in_words: terbilang_rupiah(Rupiah::new(attempt.amount)),
        stamped: rules::is_stamped(attempt.amount),
        payment,
        attempt,
        shell,
    })
}

/// The receipt, before the cash is handed over or afterwards.
pub(super) async fn show(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    page(&found(&app, &cap, shell, id).await?)
}

/// Prints it as a PDF, as it stands now; what was printed before and says something else is replaced by it.
pub(super) async fn print(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let receipt = found(&app, &cap, shell, id).await?;
    let (payment, attempt) = (&receipt.payment, &receipt.attempt);
    let text = Text::new(Language::Indonesian, receipt.shell.zone);
    let month = month_year(Language::Indonesian, payment.month);
    let draft = Draft {
        kind: KIND,
        number: Numbering::Own(receipt.number()),
        territory: cap.actor().district_code.as_i64(),
        day: attempt.decided_on.unwrap_or(attempt.sent_on),
        title: text.t2("cash.receipt.paper", "programme", &payment.programme, "month", month),
        subject: Some(id),
        replaces: true,
        paper: receipt.paper(),
    };
    papers::issue_own(&app, cap.actor(), &receipt.shell, &form, draft).await?;
    redirect(&receipt.pdf())
}

/// The PDF as it was printed last.
pub(super) async fn file(
    cap: Cap<OpenPayment>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    found(&app, &cap, shell, id).await?;
    papers::file_of(&app, cap.actor(), KIND, id).await
}
