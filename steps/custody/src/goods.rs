//! The commodities of the district: what is counted, in which unit, and for how long it keeps.

use askama::Template;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::books::{self, Commodity, CommodityLine};
use asuh_ground::web::{Form, FormView, Page, Shell, page_with, redirect};
use asuh_store::{Command, Fault, Refusal, Tx};
use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::KeepCommodities;

/// Most days that something keeps.
const MOST_DAYS: i64 = 3_650;

/// Adds a commodity, or changes its name and for how long it keeps. Its unit never changes: the books count in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeepCommodity {
    /// The commodity that is changed; without it a new one is made.
    pub code: Option<String>,
    /// Its name.
    pub name: String,
    /// The word for its smallest unit, of a new one.
    pub unit: String,
    /// Days after which it should be eaten; `None` = it keeps. For the lots that come in from now on.
    pub keeps_days: Option<i64>,
}

impl Command for KeepCommodity {
    const KIND: &'static str = "custody.keep_commodity";
    /// Its code.
    type Receipt = String;

    async fn apply(&self, tx: &Tx<'_>) -> Result<String, Fault> {
        let name = self.name.trim();
        if name.is_empty() {
            return Err(Refusal::new("web.error.required").field("nama").into());
        }
        if self.keeps_days.is_some_and(|days| !(0..=MOST_DAYS).contains(&days)) {
            return Err(Refusal::new("custody.refused.days").field("tahan").into());
        }
        let known = books::commodities(tx, tx.district()).await?;
        let line = match &self.code {
            Some(code) => {
                let found = known.into_iter().find(|line| line.code == *code && line.kind == "goods");
                let found = found.ok_or_else(Refusal::not_found)?;
                CommodityLine { name: name.to_owned(), keeps_days: self.keeps_days, ..found }
            }
            None => {
                let code = code(name).ok_or_else(|| Refusal::new("custody.refused.name").field("nama"))?;
                if known.iter().any(|line| line.code == code) {
                    return Err(Refusal::new("custody.refused.known").field("nama").into());
                }
                if self.unit.trim().is_empty() {
                    return Err(Refusal::new("web.error.required").field("satuan").into());
                }
                CommodityLine {
                    code,
                    name: name.to_owned(),
                    unit: self.unit.trim().to_owned(),
                    kind: "goods".into(),
                    grams_per_unit: None,
                    keeps_days: self.keeps_days,
                    nth: known.iter().map(|line| line.nth).max().unwrap_or(0) + 1,
                }
            }
        };
        books::define_commodity(tx, &line).await?;
        Ok(line.code)
    }
}

/// The code of a commodity made from its name: `Susu UHT` becomes `susu_uht`; `None` when nothing is left of it.
fn code(name: &str) -> Option<String> {
    let key = asuh_nusantara::name::search_key(name).replace(' ', "_");
    let code: String = key.chars().filter(char::is_ascii).take(asuh_ground::books::MAX_CODE).collect();
    code.trim_matches('_').parse::<Commodity>().ok().map(|code| code.to_string())
}

#[derive(Template)]
#[template(path = "goods.html")]
struct GoodsPage {
    shell: Shell,
    f: FormView,
    lines: Vec<CommodityLine>,
}

async fn goods_page(app: &App, cap: &KeepCommodities, shell: Shell, form: &Form) -> Page {
    let lines = books::commodities(app.store.reader(), cap.district()).await?;
    page_with(form.status(), &GoodsPage { f: form.view(), lines, shell })
}

/// The commodities.
pub(crate) async fn list(cap: Cap<KeepCommodities>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    goods_page(&app, &cap, shell, &form).await
}

/// Adds or changes one.
pub(crate) async fn keep(
    cap: Cap<KeepCommodities>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let code = Some(form.get("kode").to_owned()).filter(|code| !code.is_empty());
    let name = form.required("nama", 60);
    let unit = form.optional("satuan", 24);
    let keeps_days = form.read_optional("tahan", |text| {
        asuh_nusantara::number::parse_count(text).map_err(|_| "web.error.not_a_number")
    });
    if form.is_valid() {
        let command = KeepCommodity { code, name, unit, keeps_days };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect("/gudang/barang"),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    goods_page(&app, &cap, shell, &form).await
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn a_name_makes_a_code() {
        for (name, made) in
            [("Susu UHT", Some("susu_uht")), ("Porsi makan", Some("porsi_makan")), ("***", None), ("", None)]
        {
            assert_eq!(code(name).as_deref(), made, "{name}");
        }
        assert!(code(&"sangat panjang ".repeat(9)).is_some_and(|code| code.len() <= 24));
    }
}
