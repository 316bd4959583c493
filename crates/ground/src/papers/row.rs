//! Papers of rows that carry a number of their own: one way for all of them.
//!
//! A step says what stands on the paper of one of its rows ([`RowPaper`]) and gives the handlers of this file to its routes:
//! [`print`] and [`file`] below the page of the row, at `.../pdf`, and where the paper is signed with ink, [`signed`] and
//! [`add_signed`] at `.../naskah`. The row's page offers them by the macros `pdf` and `signed_pdf` of `web/letterhead.html`.

use std::future::Future;
use std::sync::Arc;

use askama::Template;
use asuh_documents::paper::{Block, Paper};
use asuh_nusantara::{Language, terbilang};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;
use time::Date;

use super::command::AddRowScan;
use super::content::{Draft, Numbering, head, issue_own};
use super::pages::{file_of, name, read_signed, scan_file, ways};
use super::query::{self, RowScan};
use crate::App;
use crate::access::{Actor, Cap, Capability};
use crate::attachments;
use crate::audit;
use crate::settings::Letterhead;
use crate::web::{Error, Form, FormView, Page, Path, Shell, Text, page_with, redirect};

/// What stands on the paper of a row at this moment.
#[derive(Clone)]
pub struct Drawn {
    /// The number that the row carries.
    pub number: String,
    /// The day that stands on the paper.
    pub day: Date,
    /// What it is, in words that anybody may read: no person's name.
    pub title: String,
    /// What stands on it; number and foot come of themselves.
    pub paper: Paper,
}

/// The paper of a kind of rows that carry a number of their own.
pub trait RowPaper: Send + Sync + 'static {
    /// With what right the row's page is read: who sees the row has its paper.
    type Reads: Capability;

    /// The kind of its papers; its word on the screen is `papers.kind.<kind>`.
    const KIND: &'static str;

    /// The address of the page below which the paper is offered.
    fn page(row: Id) -> String;

    /// What stands on it now.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a row that the caller does not reach, and one that has no paper as it stands now.
    fn drawn(
        app: &App,
        cap: &Self::Reads,
        text: &Text,
        row: Id,
    ) -> impl Future<Output = Result<Drawn, Error>> + Send;
}

/// Such a paper that is signed with ink, so that the signed sheet comes back as a scan.
pub trait SignedPaper: RowPaper {
    /// Who may add the scan, of the rows that he reaches with this right.
    type Keeps: Capability;
}

/// A paper with the district's letterhead, upright, of one part.
pub fn sheet(letterhead: &Letterhead, title: impl Into<String>, blocks: Vec<Block>) -> Paper {
    let (sheet, head) = head(letterhead);
    Paper { sheet, head, title: title.into(), ..Paper::default() }.section("", false, blocks)
}

/// Amounts of goods in words (terbilang): "beras tiga kaleng, telur dua belas butir". Each is a name, an amount and its unit.
pub fn goods_in_words<'a>(goods: impl IntoIterator<Item = (&'a str, i64, &'a str)>) -> String {
    let one = |(name, amount, unit): (&str, i64, &str)| {
        format!("{} {} {unit}", name.to_lowercase(), terbilang(amount))
    };
    goods.into_iter().map(one).collect::<Vec<_>>().join(", ")
}

/// The words of a paper: Indonesian, whatever language the reader's pages have.
fn words(shell: &Shell) -> Text {
    Text::new(Language::Indonesian, shell.zone)
}

/// Prints the paper as the row stands now, under the row's number; what was printed before and says something else is
/// replaced by it.
///
/// # Errors
/// As [`RowPaper::drawn`].
pub async fn print<P: RowPaper>(
    cap: Cap<P::Reads>,
    State(app): State<App>,
    Path(row): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let drawn = P::drawn(&app, &cap, &words(&shell), row).await?;
    issue_drawn::<P>(&app, cap.caller(), &shell, &form, row, drawn).await?;
    redirect(&format!("{}/pdf", P::page(row)))
}

async fn issue_drawn<P: RowPaper>(
    app: &App,
    actor: &Actor,
    shell: &Shell,
    form: &Form,
    row: Id,
    drawn: Drawn,
) -> Result<Id, Error> {
    let draft = Draft {
        kind: P::KIND,
        number: Numbering::Own(drawn.number),
        territory: actor.district_code.as_i64(),
        day: drawn.day,
        title: drawn.title,
        subject: Some(row),
        replaces: true,
        paper: drawn.paper,
    };
    issue_own(app, actor, shell, form, draft).await
}

/// The paper as it was printed last.
///
/// # Errors
/// As [`RowPaper::drawn`]; nobody printed it yet.
pub async fn file<P: RowPaper>(
    cap: Cap<P::Reads>,
    State(app): State<App>,
    Path(row): Path<Id>,
    shell: Shell,
) -> Page {
    P::drawn(&app, &cap, &words(&shell), row).await?;
    file_of(&app, cap.caller(), P::KIND, row).await
}

/// Which scan to load.
#[derive(Debug, Default, Deserialize)]
pub struct Choice {
    #[serde(default)]
    cetakan: i64,
    #[serde(default)]
    ke: i64,
}

#[derive(Template)]
#[template(path = "papers/signed.html")]
struct SignedPage {
    shell: Shell,
    number: String,
    title: String,
    at: String,
    scans: Vec<RowScan>,
    ways: Vec<(String, String)>,
    keeps: bool,
    form: FormView,
}

/// The scans of the signed paper of a row, or with `?cetakan=..&ke=..` one of them.
///
/// # Errors
/// As [`RowPaper::drawn`]; there is no such scan.
pub async fn signed<P: SignedPaper>(
    cap: Cap<P::Reads>,
    State(app): State<App>,
    Path(row): Path<Id>,
    Params(choice): Params<Choice>,
    shell: Shell,
) -> Page {
    let drawn = P::drawn(&app, &cap, &words(&shell), row).await?;
    if choice.ke == 0 {
        let form = Form::empty(&shell);
        return signed_page::<P>(&app, cap.caller(), shell, row, drawn, &form).await;
    }
    let scans = query::row_scans(app.store.reader(), cap.caller().district, P::KIND, row).await?;
    let chosen = scans.into_iter().find(|scan| (scan.printing, scan.nth) == (choice.cetakan, choice.ke));
    let scan = chosen.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.caller(), "export", Some(("issued_paper", scan.paper_id)), &drawn.number);
    let file = format!("{}-{}-{}", name(&drawn.number), scan.printing, scan.nth);
    scan_file(&app, cap.caller().district, scan.attachment_id, &file).await
}

async fn signed_page<P: SignedPaper>(
    app: &App,
    actor: &Arc<Actor>,
    shell: Shell,
    row: Id,
    drawn: Drawn,
    form: &Form,
) -> Page {
    let template = SignedPage {
        scans: query::row_scans(app.store.reader(), actor.district, P::KIND, row).await?,
        ways: ways(&shell),
        keeps: kept::<P>(app, actor, &shell, row).await?.is_some(),
        number: drawn.number,
        title: drawn.title,
        at: P::page(row),
        form: form.view(),
        shell,
    };
    page_with(form.status(), &template)
}

/// The paper as whoever may add scans to it sees it: none when the caller may not.
async fn kept<P: SignedPaper>(
    app: &App,
    actor: &Arc<Actor>,
    shell: &Shell,
    row: Id,
) -> Result<Option<Drawn>, Error> {
    if P::Keeps::of(actor).is_none() {
        return Ok(None);
    }
    let reach = P::Reads::hold(actor.clone(), actor.scope(P::Keeps::ROLES));
    match P::drawn(app, &reach, &words(shell), row).await {
        Ok(drawn) => Ok(Some(drawn)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps the scan of the signed paper beside what was printed last; what was signed without having been printed is printed.
///
/// # Errors
/// As [`RowPaper::drawn`], with the right of whoever may add scans.
pub async fn add_signed<P: SignedPaper>(
    cap: Cap<P::Keeps>,
    State(app): State<App>,
    Path(row): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let actor = cap.caller();
    let drawn = kept::<P>(&app, actor, &shell, row).await?.ok_or(Error::NotFound)?;
    let command_id = form.command_id()?;
    if let Some((way, content)) = read_signed(&mut form) {
        let attachment = attachments::store(&app, actor, command_id, content).await?;
        if query::holding(app.store.reader(), actor.district, P::KIND, row).await?.is_none() {
            issue_drawn::<P>(&app, actor, &shell, &form, row, drawn.clone()).await?;
        }
        let command = AddRowScan { kind: P::KIND.to_owned(), subject: row, way, attachment };
        match app.submit(actor, command_id, command).await {
            Ok(_) => return redirect(&format!("{}/naskah", P::page(row))),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    signed_page::<P>(&app, actor, shell, row, drawn, &form).await
}
