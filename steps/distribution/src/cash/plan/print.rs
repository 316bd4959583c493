//! The list of payments (daftar pembayaran), to be signed and kept: a page to print at once, and, once all have signed for the
//! plan, a PDF under the plan's number.

use askama::Template;
use asuh_documents::paper::{Align, Block, Paper, PaperColumn, Sheet, Signature as Signs, Table};
use asuh_nusantara::date::month_year;
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::State;

use super::query::{self, PaymentLine, PlanLine, Shown, Signature};
use crate::cash::rules;
use crate::cash::{ReadCash, ReadCashNames, ReleaseCash};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::papers::{self, Drawn, RowPaper, SignedPaper};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, Text, page};

/// Lines of a list at most.
const MOST: usize = 20_000;

#[derive(Template)]
#[template(path = "cash/plan/print.html")]
struct PrintPage {
    shell: Shell,
    list: PaymentList,
}

/// What stands on the list.
pub(super) struct PaymentList {
    letterhead: Letterhead,
    plan: PlanLine,
    funds: Funds,
    lines: Vec<PaymentLine>,
    signatures: Vec<Signature>,
}

impl PaymentList {
    /// Of a plan within reach; that it was printed is noted.
    async fn found(app: &App, cap: &ReadCashNames, id: Id) -> Result<PaymentList, Error> {
        let (db, district) = (app.store.reader(), cap.district());
        let scope = cap.actor().scope(ReadCash::ROLES);
        let plan = query::plan(db, district, id, &scope).await?.ok_or(Error::NotFound)?;
        let mut lines = query::payments(db, district, &plan, &Shown::default(), MOST).await?;
        lines.retain(|line| line.state != "excluded");
        audit::opened(app, cap.actor(), "print", Some(("cash_plan", plan.id)), "");
        Ok(PaymentList {
            letterhead: Letterhead::load(&app.store, district).await?,
            funds: Funds::load(db, district).await?,
            signatures: query::signatures(db, district, &plan).await?,
            plan,
            lines,
        })
    }

    /// Whether everybody who has to has signed for it.
    fn is_signed(&self) -> bool {
        use rules::State::{Authorised, Closed, Reconciled, Released};
        matches!(self.plan.state(), Authorised | Released | Reconciled | Closed)
    }

    fn month(&self, text: &Text) -> String {
        month_year(text.language, self.plan.month)
    }

    fn in_words(&self) -> String {
        terbilang_rupiah(Rupiah::new(self.plan.total))
    }

    fn signed(&self, act: &str) -> String {
        let names = self.signatures.iter().filter(|one| one.act == act).filter_map(|one| one.name.clone());
        names.collect::<Vec<_>>().join(", ")
    }

    /// Its address.
    fn at(&self) -> String {
        PaymentList::page(self.plan.id)
    }

    /// The day on which the money left its holder; before that it is written by whoever signs.
    fn place_and_day(&self, text: &Text) -> String {
        self.letterhead.place_on(text, self.plan.released_on)
    }

    fn paper(&self, text: &Text) -> Paper {
        let t = |key: &str| text.t(key).into_owned();
        let rows = vec![
            (t("cash.programme"), self.plan.programme.clone()),
            (t("cash.month"), self.month(text)),
            (t("money.holder"), self.plan.fund_holder.clone()),
            (t("custody.fund"), self.funds.name(&self.plan.fund).to_owned()),
        ];
        let who = vec![
            Signs::of(t("cash.act.approve"), "", self.signed("approve")),
            Signs::of(t("cash.act.authorise"), "", self.signed("authorise")),
            Signs::of(
                t("cash.act.release"),
                &self.plan.fund_holder,
                self.plan.releaser.clone().unwrap_or_default(),
            ),
        ];
        let in_words = text.t1("papers.in_words", "words", self.in_words());
        let blocks = vec![
            Block::Facts { rows },
            Block::Table(self.table(text)),
            Block::Paragraph { text: in_words },
            Block::Signatures { place_and_day: self.place_and_day(text), who },
        ];
        Paper { sheet: Sheet::F4, ..papers::sheet(&self.letterhead, t("cash.print"), blocks) }
    }

    fn table(&self, text: &Text) -> Table {
        let t = |key: &str| text.t(key).into_owned();
        let columns = vec![
            PaperColumn { title: t("cash.nth"), share: 0, align: Align::Center },
            PaperColumn::words(t("cash.head"), 3),
            PaperColumn::words(t("cash.child"), 3),
            PaperColumn::words(t("cash.village"), 2),
            PaperColumn::words(t("cash.by"), 3),
            PaperColumn::numbers(t("cash.amount")),
            PaperColumn::words(t("cash.signature"), 3),
        ];
        let row = |line: &PaymentLine| {
            let signs = match line.way.as_str() {
                "cash" => format!("{} ..............", line.nth),
                _ => String::new(),
            };
            vec![
                line.nth.to_string(),
                line.head_name.clone(),
                line.child_name.clone(),
                line.village.clone(),
                line.by(text),
                text.rupiah(line.amount),
                signs,
            ]
        };
        let mut total = vec![String::new(); columns.len()];
        total[1] = t("cash.sum");
        total[5] = text.rupiah(self.plan.total);
        Table { caption: String::new(), columns, rows: self.lines.iter().map(row).collect(), total }
    }
}

impl RowPaper for PaymentList {
    type Reads = ReadCashNames;

    const KIND: &'static str = "cash_list";

    fn page(plan: Id) -> String {
        format!("/bantuan-uang/{plan}/daftar")
    }

    async fn drawn(app: &App, cap: &ReadCashNames, text: &Text, id: Id) -> Result<Drawn, Error> {
        let list = PaymentList::found(app, cap, id).await?;
        if !list.is_signed() {
            return Err(Error::NotFound);
        }
        let locked = list.plan.locked_at.unwrap_or(list.plan.drafted_at);
        let (programme, month) = (&list.plan.programme, list.month(text));
        Ok(Drawn {
            day: list.plan.released_on.unwrap_or_else(|| text.zone.local_date(locked.utc())),
            title: text.t2("cash.print.paper", "programme", programme, "month", month),
            paper: list.paper(text),
            number: list.plan.number,
        })
    }
}

impl SignedPaper for PaymentList {
    type Keeps = ReleaseCash;
}

/// The list, to be printed at once.
pub(super) async fn list(
    cap: Cap<ReadCashNames>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    page(&PrintPage { list: PaymentList::found(&app, &cap, id).await?, shell })
}
