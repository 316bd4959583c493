//! The roll on paper, for a table without a screen: names, what each promised, boxes to tick, and a code that opens the
//! page where it is typed in afterwards.

use askama::Template;
use asuh_documents::qr;
use asuh_store::Id;
use axum::extract::State;

use super::super::campaign::{self, BasketItem};
use super::super::{Reach, RecordRolls};
use super::form::{LineView, views};
use super::pages::basket_words;
use super::query::{self, Roll};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{Error, Page, Path, Shell, page, redirect};

/// Rows without a name, for who gives without a promise.
const SPARE: usize = 5;

#[derive(Template)]
#[template(path = "roll/print.html")]
struct PrintPage {
    shell: Shell,
    roll: Roll,
    lines: Vec<LineView>,
    items: Vec<BasketItem>,
    basket: String,
    spare: usize,
    /// Where the page is, as a picture and in letters.
    picture: String,
    address: String,
    letterhead: Letterhead,
}

/// An open roll to print.
pub(crate) async fn print(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let db = app.store.reader();
    let roll = query::by_id(db, cap.district(), &Reach::of(cap.scope()), id).await?.ok_or(Error::NotFound)?;
    if roll.state == "closed" {
        return redirect(&format!("/setoran/{id}/lembar"));
    }
    let rows = query::lines(db, cap.district(), id, false).await?;
    let items = campaign::basket(db, cap.district(), roll.campaign_id).await?;
    let address = shell.address(&format!("/setoran/{id}"));
    page(&PrintPage {
        lines: views(roll.held_on, &rows),
        basket: basket_words(&shell, &items),
        items,
        spare: SPARE,
        picture: qr::svg(&address).unwrap_or_default(),
        address,
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        roll,
        shell,
    })
}
