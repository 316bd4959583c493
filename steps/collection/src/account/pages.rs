//! The accounts of fund holders: the list, a new one with its check page, one with its payment code.

use askama::Template;
use asuh_documents::qr;
use asuh_nusantara::Qris;
use asuh_store::Id;
use axum::extract::State;

use super::super::{ManageAccounts, Reach, ReadAccounts};
use super::command::{ChangeCode, EndAccount, PutAccount};
use super::query::{self, Account};
use super::rules;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap, Capability};
use asuh_ground::audit;
use asuh_ground::books::Funds;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

#[derive(Template)]
#[template(path = "account/list.html")]
struct ListPage {
    shell: Shell,
    funds: Funds,
    accounts: Vec<Account>,
    may_manage: bool,
}

/// The accounts that the caller reaches.
pub(crate) async fn list(cap: Cap<ReadAccounts>, State(app): State<App>, shell: Shell) -> Page {
    let accounts = query::all(app.store.reader(), cap.district(), &Reach::of(cap.scope())).await?;
    let may_manage = cap.actor().has_any(ManageAccounts::ROLES);
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    page(&ListPage { shell, funds, accounts, may_manage })
}

#[derive(Template)]
#[template(path = "account/form.html")]
struct NewPage {
    shell: Shell,
    f: FormView,
    holders: Vec<(String, String)>,
    funds: Vec<(String, String)>,
}

async fn form_page(app: &App, cap: &ManageAccounts, shell: Shell, form: &Form) -> Page {
    let holders = query::holders(app.store.reader(), cap.district()).await?;
    let template = NewPage {
        f: form.view(),
        holders: holders.into_iter().map(|holder| (holder.id.to_string(), holder.name)).collect(),
        funds: Funds::load(app.store.reader(), cap.district()).await?.collecting(),
        shell,
    };
    page_with(form.status(), &template)
}

/// A new account.
pub(crate) async fn new(cap: Cap<ManageAccounts>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    form_page(&app, &cap, shell, &form).await
}

#[derive(Template)]
#[template(path = "account/check.html")]
struct CheckPage {
    shell: Shell,
    f: FormView,
    holder: String,
    fund: String,
    number: String,
    code: Option<Qris>,
    picture: String,
}

/// Looks a new account over with the person who enters it, then records it.
pub(crate) async fn create(
    cap: Cap<ManageAccounts>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let holder = form.id("pemegang_dana");
    let fund = form.required("dana", 24);
    let bank = form.required("bank", 40);
    let number = form.required("nomor", 40);
    let holder_name = form.required("atas_nama", 80);
    let qris = form.optional("qris", 600);
    let since = form.day("sejak");
    if form.is_valid()
        && let Err(refusal) = rules::number(&number)
    {
        form.refuse(&refusal);
    }
    let mut code = None;
    if !qris.is_empty() {
        match rules::code(&qris) {
            Ok(read) => code = Some(read),
            Err(refusal) => form.refuse(&refusal),
        }
    }
    let (Some(holder), Some(since), true) = (holder, since, form.is_valid()) else {
        return form_page(&app, &cap, shell, &form).await;
    };
    if form.get("aksi") == "ubah" {
        return form_page(&app, &cap, shell, &form).await;
    }
    if form.get("aksi") != "simpan" {
        let holders = query::holders(app.store.reader(), cap.district()).await?;
        let funds = Funds::load(app.store.reader(), cap.district()).await?;
        let Some(named) = holders.into_iter().find(|one| one.id == holder) else {
            form.error("pemegang_dana", "web.error.choose");
            return form_page(&app, &cap, shell, &form).await;
        };
        let template = CheckPage {
            f: form.view(),
            holder: named.name,
            fund: funds.name(&fund).to_owned(),
            number: rules::number(&number).unwrap_or_default(),
            picture: code.as_ref().map(picture).unwrap_or_default(),
            code,
            shell,
        };
        return page(&template);
    }
    let command = PutAccount { fund_holder: holder, fund, bank, number, holder_name, qris, since };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(receipt) => redirect(&format!("/rekening/{}", receipt.value)),
        Err(rejection) => {
            form.reject(rejection)?;
            form_page(&app, &cap, shell, &form).await
        }
    }
}

/// The holder's own code, as it was given.
pub(in super::super) fn picture(code: &Qris) -> String {
    qr::svg(&code.to_string()).unwrap_or_default()
}

#[derive(Template)]
#[template(path = "account/show.html")]
struct ShowPage {
    shell: Shell,
    funds: Funds,
    f: FormView,
    account: Account,
    number: String,
    whole: bool,
    code: Option<Qris>,
    picture: String,
    treasurers: Vec<String>,
    may_manage: bool,
}

async fn show_with(app: &App, actor: &Actor, shell: Shell, form: &Form, id: Id, whole: bool) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(&actor.scope(ReadAccounts::ROLES));
    let account = query::by_id(db, actor.district, &reach, id).await?.ok_or(Error::NotFound)?;
    let number = match whole {
        true => app
            .store
            .secrets()
            .open_text(actor.district, &account.number_sealed)
            .map_err(asuh_store::StoreError::from)?,
        false => rules::masked(&account.number_end),
    };
    let code = Qris::parse(&account.qris).ok();
    let template = ShowPage {
        f: form.view(),
        funds: Funds::load(db, actor.district).await?,
        number,
        whole,
        picture: code.as_ref().map(picture).unwrap_or_default(),
        code,
        treasurers: query::treasurers(db, actor.district, account.fund_holder_id).await?,
        may_manage: actor.has_any(ManageAccounts::ROLES),
        account,
        shell,
    };
    page_with(form.status(), &template)
}

/// One account, its number masked.
pub(crate) async fn show(
    cap: Cap<ReadAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    show_with(&app, cap.actor(), shell, &form, id, false).await
}

/// The same with its whole number; that it was asked for is noted.
pub(crate) async fn number(
    cap: Cap<ReadAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    form.command_id()?;
    audit::opened(&app, cap.actor(), "open", Some(("fund_account", id)), "number");
    show_with(&app, cap.actor(), shell, &form, id, true).await
}

/// Another payment code, or none.
pub(crate) async fn change_code(
    cap: Cap<ManageAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let qris = form.optional("qris", 600);
    if form.is_valid() {
        let command = ChangeCode { account: id, qris };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/rekening/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_with(&app, cap.actor(), shell, &form, id, false).await
}

/// The last day of an account, or that it is used again.
pub(crate) async fn end(
    cap: Cap<ManageAccounts>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let again = form.get("aksi") == "lagi";
    let until = if again { None } else { form.day("sampai") };
    if form.is_valid() {
        let command = EndAccount { account: id, until };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/rekening/{id}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_with(&app, cap.actor(), shell, &form, id, false).await
}
