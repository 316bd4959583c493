//! Approving visitors, and the page that a visitor opens.

use askama::Template;
use asuh_step_registry::territories;
use asuh_store::{Id, Instant, Query, args};
use axum::extract::State;

use super::command::{ApproveVisitor, EndVisitor, guardian_agrees};
use crate::pair::query::{self, OwnLine};
use crate::{ManagePairing, OwnPairs};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, Page, Path, Shell, page, redirect};

/// Approves the sponsor of a pair as a visitor.
pub(super) async fn approve(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(pair): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let line = query::by_id(app.store.reader(), cap.district(), pair).await?.ok_or(Error::NotFound)?;
    let command = ApproveVisitor { pair, today: shell.today };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect(&format!("/pasangan/{}/sasaran/{}", line.programme_id, line.person_id))
}

/// Takes it back.
pub(super) async fn end(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(pair): Path<Id>,
    form: Form,
) -> Page {
    let line = query::by_id(app.store.reader(), cap.district(), pair).await?.ok_or(Error::NotFound)?;
    app.submit(cap.actor(), form.command_id()?, EndVisitor { pair }).await?;
    redirect(&format!("/pasangan/{}/sasaran/{}", line.programme_id, line.person_id))
}

asuh_store::row_struct! {
    struct Address {
        name: String,
        family_id: Id,
        head_name: String,
        village_code: i64,
        hamlet: String,
        rw: String,
        rt: String,
        address_sealed: Option<Vec<u8>>,
    }
}

#[derive(Template)]
#[template(path = "sponsor/child.html")]
struct ChildPage {
    shell: Shell,
    child: Address,
    village: String,
    address: String,
}

/// Name and address of a child that one may visit; whatever is missing for it, there is no such page. Every opening is
/// on the access log.
pub(super) async fn child(
    cap: Cap<OwnPairs>,
    State(app): State<App>,
    Path(person): Path<Id>,
    shell: Shell,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let sponsor = cap.actor().sponsor.ok_or(Error::NotFound)?;
    let own = query::of_sponsor(db, district, sponsor, shell.today).await?;
    let opens = |line: &OwnLine| line.person_id == person && line.opens(shell.today);
    if !own.iter().any(opens) {
        return Err(Error::NotFound);
    }
    let child: Option<Address> = db
        .first(
            "SELECT p.name, f.family_id, f.head_name, f.village_code, f.hamlet, f.rw, f.rt, f.address_sealed \
             FROM person_version p JOIN family_version f ON f.district_id = p.district_id \
             AND f.family_id = p.family_id AND f.superseded_at = $3 \
             WHERE p.district_id = $1 AND p.person_id = $2 AND p.superseded_at = $3",
            args![district, person, Instant::NEVER],
        )
        .await?;
    let child = child.ok_or(Error::NotFound)?;
    if !guardian_agrees(db, district, child.family_id, person, shell.today).await? {
        return Err(Error::NotFound);
    }
    audit::opened(&app, cap.actor(), "open", Some(("person", person)), "visitor");
    let address = match &child.address_sealed {
        Some(sealed) => app.store.secrets().open_text(district, sealed)?,
        None => String::new(),
    };
    let names = territories::names(db, district, [child.village_code]).await?;
    let village = names.get(&child.village_code).cloned().unwrap_or_default();
    page(&ChildPage { shell, child, village, address })
}
