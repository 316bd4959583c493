//! The list of payments on paper (daftar pembayaran), to be signed and kept.

use askama::Template;
use asuh_nusantara::Rupiah;
use asuh_nusantara::date::month_year;
use asuh_store::Id;
use axum::extract::State;

use super::query::{self, PaymentLine, PlanLine, Shown, Signature};
use crate::cash::{ReadCash, ReadCashNames};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, page};

/// Lines of a list at most.
const MOST: usize = 20_000;

#[derive(Template)]
#[template(path = "cash/plan/print.html")]
struct PrintPage {
    shell: Shell,
    letterhead: Letterhead,
    plan: PlanLine,
    funds: Funds,
    month: String,
    lines: Vec<PaymentLine>,
    signatures: Vec<Signature>,
    in_words: String,
}

impl PrintPage {
    fn signed(&self, act: &str) -> String {
        let names = self.signatures.iter().filter(|one| one.act == act).filter_map(|one| one.name.clone());
        names.collect::<Vec<_>>().join(", ")
    }

    fn place_and_day(&self) -> String {
        self.letterhead.place_and_day(&self.shell.long_day(self.shell.today))
    }
}

/// The list; that it was printed is noted.
pub(super) async fn list(
    cap: Cap<ReadCashNames>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let scope = cap.actor().scope(ReadCash::ROLES);
    let plan = query::plan(db, district, id, &scope).await?.ok_or(Error::NotFound)?;
    let mut lines = query::payments(db, district, &plan, &Shown::default(), MOST).await?;
    lines.retain(|line| line.state != "excluded");
    audit::opened(&app, cap.actor(), "print", Some(("cash_plan", plan.id)), "");
    page(&PrintPage {
        letterhead: Letterhead::load(&app.store, district).await?,
        funds: Funds::load(db, district).await?,
        month: month_year(shell.text().language, plan.month),
        signatures: query::signatures(db, district, &plan).await?,
        in_words: asuh_nusantara::terbilang_rupiah(Rupiah::new(plan.total)),
        plan,
        lines,
        shell,
    })
}
