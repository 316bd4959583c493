//! The papers of a work: the order, and the protocol of its hand-over (BAST).

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, page};
use asuh_nusantara::{Rupiah, terbilang_rupiah};
use asuh_store::Id;
use axum::extract::State;

use super::ReadWorks;
use super::pages::{open, open_some};
use super::query::{self, Work};

#[derive(Template)]
#[template(path = "works/paper.html")]
struct Paper {
    shell: Shell,
    letterhead: Letterhead,
    work: Work,
    words: String,
    worker: String,
    receiver: String,
    witness: String,
    fund: String,
    /// The protocol; else the order.
    protocol: bool,
    /// What it cost, or is thought to, in words.
    in_words: String,
}

impl Paper {
    fn amount(&self) -> i64 {
        self.work.actual.filter(|_| self.protocol).unwrap_or(self.work.estimated)
    }
}

async fn paper(app: &App, cap: &ReadWorks, shell: Shell, id: Id, protocol: bool) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let work = query::one(db, district, id, cap.scope()).await?.ok_or(Error::NotFound)?;
    audit::opened(app, cap.actor(), "open", Some(("family", work.family_id)), "work_paper");
    let amount = work.actual.filter(|_| protocol).unwrap_or(work.estimated);
    page(&Paper {
        letterhead: Letterhead::load(&app.store, district).await?,
        words: open(app, district, &work.words_sealed)?,
        worker: open(app, district, &work.worker_sealed)?,
        receiver: open_some(app, district, work.receiver_sealed.as_ref())?,
        witness: open_some(app, district, work.witness_sealed.as_ref())?,
        fund: Funds::load(db, district).await?.name(&work.fund).to_owned(),
        in_words: terbilang_rupiah(Rupiah::new(amount)),
        protocol,
        work,
        shell,
    })
}

/// The order, for the builders.
pub(super) async fn order(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    paper(&app, &cap, shell, id, false).await
}

/// The protocol of the hand-over: to be signed, or as it was.
pub(super) async fn protocol(
    cap: Cap<ReadWorks>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    paper(&app, &cap, shell, id, true).await
}
