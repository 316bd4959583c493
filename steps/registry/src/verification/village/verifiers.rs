//! `/verifikasi/{village}/petugas`: who visits in a village, so that it can be reminded.

use askama::Template;
use asuh_nusantara::{Phone, name};
use asuh_store::{Command, DistrictId, Fault, Id, Query, Refusal, StoreError, Tx, args};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use crate::rights::{NameVerifiers, Reach};
use crate::rules::neighbourhood;
use crate::verification::campaign::open_campaign;
use crate::verification::visit::reached_village;
use asuh_ground::App;
use asuh_ground::access::{Cap, Scope};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Names somebody for a village of the open campaign, or for one RW of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct NameVerifier {
    village: i64,
    reach: Reach,
    rw: String,
    name: String,
    /// A mobile number, or empty.
    phone: String,
}

impl Command for NameVerifier {
    const KIND: &'static str = "registry.name_verifier";
    type Receipt = Id;

    async fn apply(&self, tx: &Tx<'_>) -> Result<Id, Fault> {
        if !self.reach.reaches(self.village, "") {
            return Err(Refusal::not_found().into());
        }
        let Some(campaign) = open_campaign(tx, tx.district()).await? else {
            return Err(Refusal::new("verification.refused.no_campaign").into());
        };
        let name = name::tidy(&self.name);
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        let phone = match self.phone.trim() {
            "" => None,
            text => {
                let phone =
                    Phone::parse(text).map_err(|_| Refusal::new("registry.error.phone").field("telepon"))?;
                Some(tx.seal(phone.as_str())?)
            }
        };
        let id = tx.new_id();
        tx.subject("campaign_verifier", id);
        tx.execute(
            "INSERT INTO campaign_verifier (district_id, id, campaign_id, village_code, rw, name, phone_sealed, \
             recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            args![
                tx.district(),
                id,
                campaign.id,
                self.village,
                neighbourhood(&self.rw),
                name,
                phone,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(id)
    }
}

/// Takes somebody off a village's list.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct RemoveVerifier {
    verifier: Id,
    village: i64,
    reach: Reach,
}

impl Command for RemoveVerifier {
    const KIND: &'static str = "registry.remove_verifier";
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let mut args = args![tx.district(), self.verifier, tx.now(), self.village];
        let within = self.reach.scope().territory_condition("village_code", None, &mut args);
        let removed = tx
            .execute(
                &format!(
                    "UPDATE campaign_verifier SET removed_at = $3, phone_sealed = NULL WHERE district_id = $1 \
                     AND id = $2 AND village_code = $4 AND removed_at IS NULL AND {within}"
                ),
                args,
            )
            .await?;
        tx.subject("campaign_verifier", self.verifier);
        if removed == 0 { Err(Refusal::not_found().into()) } else { Ok(()) }
    }
}

/// Somebody who visits in a village.
pub(in crate::verification) struct Named {
    pub(in crate::verification) id: Id,
    pub(in crate::verification) village_code: i64,
    pub(in crate::verification) rw: String,
    pub(in crate::verification) name: String,
    pub(in crate::verification) phone: Option<Phone>,
}

/// Who is named within a scope. Index: `campaign_verifier_by_village`.
pub(in crate::verification) async fn named(
    app: &App,
    district: DistrictId,
    scope: &Scope,
    campaign: Id,
) -> Result<Vec<Named>, StoreError> {
    asuh_store::row_struct! {
        struct Row { id: Id, village_code: i64, rw: String, name: String, phone_sealed: Option<Vec<u8>> }
    }
    let mut args = args![district, campaign];
    let within = scope.territory_condition("p.village_code", None, &mut args);
    let rows: Vec<Row> = app
        .store
        .reader()
        .all(
            &format!(
                "SELECT p.id, p.village_code, p.rw, p.name, p.phone_sealed FROM campaign_verifier p \
                 WHERE p.district_id = $1 AND p.campaign_id = $2 AND p.removed_at IS NULL AND {within} \
                 ORDER BY p.village_code, p.rw, p.name, p.id"
            ),
            args,
        )
        .await?;
    let open = |sealed: Vec<u8>| app.store.secrets().open_text(district, &sealed).map_err(StoreError::from);
    rows.into_iter()
        .map(|row| {
            let phone = row.phone_sealed.map(open).transpose()?;
            Ok(Named {
                id: row.id,
                village_code: row.village_code,
                rw: row.rw,
                name: row.name,
                phone: phone.and_then(|phone| Phone::parse(&phone).ok()),
            })
        })
        .collect()
}

#[derive(Template)]
#[template(path = "verification/village/verifiers.html")]
struct VerifiersPage {
    shell: Shell,
    form: FormView,
    code: i64,
    name: String,
    lines: Vec<Named>,
    has_campaign: bool,
}

async fn show(cap: &NameVerifiers, app: &App, shell: Shell, code: &str, form: &Form) -> Page {
    let (code, name) = reached_village(cap.scope(), app, cap.district(), code).await?;
    let campaign = open_campaign(app.store.reader(), cap.district()).await?;
    let mut lines = match &campaign {
        Some(campaign) => named(app, cap.district(), cap.scope(), campaign.id).await?,
        None => Vec::new(),
    };
    lines.retain(|one| one.village_code == code);
    let has_campaign = campaign.is_some();
    page_with(form.status(), &VerifiersPage { form: form.view(), code, name, lines, has_campaign, shell })
}

/// Those named for a village.
pub(super) async fn list(
    cap: Cap<NameVerifiers>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, &code, &form).await
}

/// Names one more.
pub(super) async fn add(
    cap: Cap<NameVerifiers>,
    State(app): State<App>,
    shell: Shell,
    Path(code): Path<String>,
    mut form: Form,
) -> Page {
    let (village, _) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    let command = NameVerifier {
        village,
        reach: Reach::of(cap.scope()),
        rw: form.optional("rw", 10),
        name: form.required("nama", 80),
        phone: form.optional("telepon", 30),
    };
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/verifikasi/{village}/petugas")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show(&cap, &app, shell, &code, &form).await
}

/// Takes one off.
pub(super) async fn remove(
    cap: Cap<NameVerifiers>,
    State(app): State<App>,
    Path((code, id)): Path<(String, Id)>,
    form: Form,
) -> Page {
    let (village, _) = reached_village(cap.scope(), &app, cap.district(), &code).await?;
    let command = RemoveVerifier { verifier: id, village, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => redirect(&format!("/verifikasi/{village}/petugas")),
        Err(rejection) => Err(Error::from(rejection)),
    }
}
