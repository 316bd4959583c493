//! The funds of the district: their names, and which are still collected for.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::{FUND_KINDS, Fund, FundLine, Funds, MAX_CODE, define_fund, is_budget};
use asuh_ground::web::{Form, FormView, Page, Shell, page_with, redirect};
use asuh_store::{Command, Fault, Refusal, Tx};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::KeepFunds;

/// Adds a fund, or changes its name and whether it is still collected for. Its code and kind never change: the books hold
/// the code, and zakat does not become infak.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeepFund {
    /// The fund that is changed; without it a new one is made.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// The kind of a new one.
    pub kind: String,
    /// Whether it is still collected for.
    pub is_open: bool,
}

impl Command for KeepFund {
    const KIND: &'static str = "custody.keep_fund";
    /// Its code.
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if is_budget(name) {
            return Err(Refusal::new("custody.refused.budget").field("nama").into());
        }
        let funds = Funds::load(tx, tx.district()).await?;
        let same = |line: &FundLine| line.name.to_lowercase() == name.to_lowercase();
        let line = match &self.code {
            Some(code) => {
                let found = funds.get(code).cloned().ok_or_else(Refusal::not_found)?;
                if funds.all().iter().any(|line| line.code != *code && same(line)) {
                    return Err(Refusal::new("custody.refused.fund_known").field("nama").into());
                }
                FundLine { name: name.to_owned(), is_open: self.is_open, ..found }
            }
            None => {
                if !FUND_KINDS.contains(&self.kind.as_str()) {
                    return Err(Refusal::new("web.error.choose").field("jenis").into());
                }
                let code = code(name).ok_or_else(|| Refusal::new("custody.refused.name").field("nama"))?;
                if funds.all().iter().any(|line| line.code == code || same(line)) {
                    return Err(Refusal::new("custody.refused.fund_known").field("nama").into());
                }
                FundLine { code, name: name.to_owned(), kind: self.kind.clone(), is_open: true }
            }
        };
        define_fund(tx, &line).await?;
        Ok(line.code)
    }
}

/// The code of a fund made from its name: `Infak Jumat` becomes `infak_jumat`; `None` when nothing is left of it.
fn code(name: &str) -> Option<String> {
    let key = asuh_nusantara::name::search_key(name).replace(' ', "_");
    let code: String = key.chars().filter(char::is_ascii).take(MAX_CODE).collect();
    code.trim_matches('_').parse::<Fund>().ok().map(|code| code.to_string())
}

#[derive(Template)]
#[template(path = "funds.html")]
struct FundsPage {
    shell: Shell,
    f: FormView,
    funds: Funds,
    kinds: Vec<(String, String)>,
}

async fn funds_page(app: &App, cap: &KeepFunds, shell: Shell, form: &Form) -> Page {
    let funds = Funds::load(app.store.reader(), cap.district()).await?;
    let kinds = FUND_KINDS
        .iter()
        .map(|kind| ((*kind).to_owned(), shell.t(&format!("books.fund_kind.{kind}")).into_owned()))
        .collect();
    page_with(form.status(), &FundsPage { f: form.view(), funds, kinds, shell })
}

/// The funds.
pub(crate) async fn list(cap: Cap<KeepFunds>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    funds_page(&app, &cap, shell, &form).await
}

/// Adds or changes one.
pub(crate) async fn keep(cap: Cap<KeepFunds>, State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let code = Some(form.get("kode").to_owned()).filter(|code| !code.is_empty());
    let name = form.required("nama", 60);
    let kind = if code.is_some() { String::new() } else { form.required("jenis", 12) };
    let is_open = form.get("dipakai") != "tidak";
    if form.is_valid() {
        let command = KeepFund { code, name, kind, is_open };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/dana/daftar"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    funds_page(&app, &cap, shell, &form).await
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_name_makes_a_code_but_never_that_of_a_budget() {
        for (name, made) in [
            ("Infak Jumat", Some("infak_jumat")),
            ("CSR Bank Nagari", Some("csr_bank_nagari")),
            ("Dana Desa", None),
            ("APBD", None),
            ("***", None),
        ] {
            assert_eq!(code(name).as_deref(), made, "{name}");
        }
    }
}
