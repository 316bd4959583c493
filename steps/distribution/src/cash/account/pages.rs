//! The account of a family's caregiver: masked, shown whole on demand, noted, ended.

use askama::Template;
use asuh_store::{Id, StoreError};
use axum::extract::State;

use super::command::{EndReceiverAccount, PutReceiverAccount, RELATIONS, consents, number};
use super::query::{self, AccountLine, FamilyLine, Former};
use crate::cash::{KeepReceiverAccounts, ReadReceiverAccounts};
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability, Scope};
use asuh_ground::audit;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "cash/account/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    family: FamilyLine,
    account: Option<AccountLine>,
    /// Number and name, where somebody asked for them.
    whole: Option<(String, String)>,
    former: Vec<Former>,
    consents: bool,
    relations: Vec<(String, String)>,
    may_keep: bool,
}

impl ShowPage {
    fn reason(&self, former: &Former) -> String {
        match former.ended_reason.as_str() {
            "replaced" => self.shell.t("cash.account.replaced").into_owned(),
            words => words.to_owned(),
        }
    }
}

async fn show_page(
    app: &App,
    actor: &Actor,
    scope: &Scope,
    shell: Shell,
    form: &Form,
    (id, whole): (Id, bool),
) -> Page {
    let (db, district) = (app.store.reader(), actor.district);
    let family = query::family(db, district, id, scope).await?.ok_or(Error::NotFound)?;
    let account = query::account(db, district, id).await?;
    let open = |sealed: &[u8]| app.store.secrets().open_text(district, sealed).map_err(StoreError::from);
    let whole = match &account {
        Some(account) if whole => Some((open(&account.number_sealed)?, open(&account.holder_sealed)?)),
        _ => None,
    };
    let template = ShowPage {
        f: form.view(),
        former: query::former(db, district, id).await?,
        consents: consents(db, district, id, shell.today).await?,
        relations: RELATIONS
            .iter()
            .map(|code| ((*code).to_owned(), shell.t(&format!("consent.relation.{code}")).into_owned()))
            .collect(),
        may_keep: actor.has_any(KeepReceiverAccounts::ROLES),
        family,
        account,
        whole,
        shell,
    };
    page_with(form.status(), &template)
}

/// The account, its number masked.
pub(super) async fn show(
    cap: Cap<ReadReceiverAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_page(&app, cap.actor(), cap.scope(), shell, &form, (id, false)).await
}

/// The same with the whole number; that it was asked for is noted.
pub(super) async fn whole(
    cap: Cap<KeepReceiverAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    let found = query::family(app.store.reader(), cap.district(), id, cap.scope()).await?;
    found.ok_or(Error::NotFound)?;
    audit::opened(&app, cap.actor(), "open", Some(("family", id)), "account");
    show_page(&app, cap.actor(), cap.scope(), shell, &form, (id, true)).await
}

/// Notes an account.
pub(super) async fn put(
    cap: Cap<KeepReceiverAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let command = PutReceiverAccount {
        family: id,
        bank_code: form.optional("kode_bank", 3),
        bank: form.required("bank", 40),
        number: form.required("nomor", 40),
        holder: form.required("atas_nama", 80),
        relation: form.required("hubungan", 20),
        today: shell.today,
        scope: cap.scope().clone(),
    };
    if form.is_valid()
        && let Err(refusal) = number(&command.number)
    {
        form.refuse(&refusal);
    }
    if form.is_valid() {
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/rekening-keluarga/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), cap.scope(), shell, &form, (id, false)).await
}

/// Ends an account.
pub(super) async fn end(
    cap: Cap<KeepReceiverAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", 120);
    if form.is_valid() {
        let command = EndReceiverAccount { family: id, reason, scope: cap.scope().clone() };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/rekening-keluarga/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&app, cap.actor(), cap.scope(), shell, &form, (id, false)).await
}
