//! Saying later who gave what a statement shows without an announcement.

use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::web::{Error, Form, Page, Path, Shell, redirect};
use asuh_step_sponsors::staff;
use asuh_store::{Command, Fault, Id, Refusal, Tx, args};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::super::MatchStatements;
use super::super::reach::Reach;
use super::pages::line_page;

/// Most people that a search shows.
const MOST: usize = 10;
/// Fewest letters of a name that is searched: nobody leafs through the givers.
const FEWEST_LETTERS: usize = 4;

/// Says who gave a gift that nobody announced. Said again it corrects; what stands in the books does not change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct NameGiver {
    /// The line that showed it.
    pub line: Id,
    /// Who gave.
    pub sponsor: Id,
    /// Whose accounts the caller reaches.
    pub reach: Reach,
}

impl Command for NameGiver {
    const KIND: &'static str = "collection.name_giver";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.subject("bank_line", self.line);
        let district = tx.district();
        if staff::sponsor(tx, district, self.sponsor).await?.is_none() {
            return Err(Refusal::new("web.error.choose").field("pemberi").into());
        }
        let mut args = args![district, self.line, self.sponsor];
        let reached = self.reach.condition("a.fund_holder_id", &mut args);
        // Index: bank_match_by_line, primary keys.
        let named = tx
            .execute(
                &format!(
                    "UPDATE gift SET sponsor_id = $3 WHERE district_id = $1 AND way = 'unannounced' AND state = 'received' \
                     AND id IN (SELECT m.gift_id FROM bank_match m JOIN bank_line l ON l.district_id = m.district_id \
                     AND l.id = m.line_id JOIN fund_account a ON a.district_id = l.district_id AND a.id = l.account_id \
                     WHERE m.district_id = $1 AND m.line_id = $2 AND m.undone_at IS NULL AND m.gift_id IS NOT NULL \
                     AND {reached})"
                ),
                args,
            )
            .await?;
        if named == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Searches by name, and at the second press says who it was. The name is typed into a form and stands in no address.
pub(crate) async fn name(
    cap: Cap<MatchStatements>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let mut found = Vec::new();
    let mut searching = true;
    if form.get("aksi") == "simpan" {
        if let Some(sponsor) = form.id("pemberi") {
            let command = NameGiver { line: id, sponsor, reach: Reach::of(cap.scope()) };
            match app.submit(cap.actor(), form.command_id()?, command).await {
                Ok(_) => return redirect(&format!("/mutasi-bank/baris/{id}")),
                Err(rejection) => form.reject(rejection)?,
            }
        }
        searching = false;
    }
    let name = if searching { form.required("nama", 100) } else { form.optional("nama", 100) };
    let long = name.chars().filter(|c| c.is_alphanumeric()).count() >= FEWEST_LETTERS;
    if !name.is_empty() && !long {
        form.error_with("nama", "money.refused.short_name", &[("n", FEWEST_LETTERS.to_string())]);
    }
    if long {
        let everybody = Scope { all_units: true, ..Scope::default() };
        let db = app.store.reader();
        let people =
            staff::by_name(db, cap.district(), &everybody, &name, false).await.map_err(Error::from)?;
        found = people
            .into_iter()
            .filter(|one| one.status == "active")
            .take(MOST)
            .map(|one| {
                let what = shell.t(&format!("money.giver.{}", one.kind)).into_owned();
                let about = if one.unit.is_empty() { what } else { one.unit };
                (one.id.to_string(), format!("{} ({about})", one.name))
            })
            .collect();
        if found.is_empty() {
            form.error("nama", "money.refused.nobody");
        }
    }
    line_page(&app, cap.actor(), shell, &form, id, String::new(), found).await
}
