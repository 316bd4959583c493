//! The count, its check page, and closing.

use askama::Template;
use asuh_documents::qr;
use asuh_nusantara::number;
use asuh_store::Id;
use axum::extract::State;

use super::super::roll::query::{self as rolls, Roll};
use super::super::{Reach, RecordRolls, campaign};
use super::command::CloseRoll;
use super::found::FindGoods;
use super::query::{self, Sum};
use super::rules::{Count, OnRoll, check};
use super::second::{self, Counter, Second};
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page, page_with, redirect};

/// The choice of who counted with the caller: this, or the user who counted on his own device.
const PAPER: &str = "kertas";

#[derive(Template)]
#[template(path = "count/count.html")]
struct CountPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
    sums: Vec<Sum>,
    /// Goods that are not on the count yet.
    goods: Vec<(String, String)>,
    open_lines: i64,
    /// Who counted the cash on a device of his own, other than the caller.
    counters: Vec<Counter>,
    /// Where somebody else counts it on his device, as a picture and in letters.
    picture: String,
    address: String,
}

impl CountPage {
    fn has_cash(&self) -> bool {
        self.sums.iter().any(Sum::is_cash)
    }

    fn on_paper(&self) -> bool {
        self.f.has("kedua", PAPER) || (self.f.value("kedua").is_empty() && self.counters.is_empty())
    }

    fn chosen(&self, counter: &Counter) -> bool {
        self.f.has("kedua", &counter.user_id.to_string())
            || (self.f.value("kedua").is_empty() && self.counters.len() == 1)
    }

    /// Where the signed sheet is kept: what was typed, or what most offices do.
    fn kept(&self) -> String {
        match self.f.value("kertas") {
            "" if !self.f.is_bad() && !self.f.has("kertas", "") => {
                self.shell.t("collection.second.kept_usual").into_owned()
            }
            typed => typed.to_owned(),
        }
    }

    /// What a box holds: what was typed, or the roll's own figure.
    fn value(&self, part: &str, sum: &Sum) -> String {
        let name = format!("{part}.{}", sum.commodity);
        let typed = self.f.value(&name);
        if !typed.is_empty() || self.f.has(&name, "") {
            return typed.to_owned();
        }
        match part {
            "hitung" => sum.ticked.to_string(),
            "rusak" => sum.damaged.to_string(),
            _ => String::new(),
        }
    }

    fn error(&self, part: &str, sum: &Sum) -> String {
        self.f.error(&format!("{part}.{}", sum.commodity))
    }
}

/// The count of an open roll.
pub(crate) async fn get(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
) -> Page {
    let form = Form::empty(&shell);
    count_page(&app, &cap, shell, &form, id).await
}

async fn count_page(app: &App, cap: &RecordRolls, shell: Shell, form: &Form, id: Id) -> Page {
    let (roll, sums) = match open_roll(app, cap, id).await? {
        Some(found) => found,
        None => return redirect(&format!("/setoran/{id}/lembar")),
    };
    let open_lines = still_open(app, cap, id).await?;
    let address = shell.address(&format!("/setoran/{id}/uang"));
    let goods = campaign::beside_basket(app.store.reader(), cap.district(), roll.campaign_id)
        .await?
        .into_iter()
        .filter(|thing| sums.iter().all(|sum| sum.commodity != thing.commodity))
        .map(|thing| (thing.commodity, format!("{} ({})", thing.name, thing.unit)))
        .collect();
    let template = CountPage {
        f: form.view(),
        roll,
        sums,
        goods,
        open_lines,
        counters: others(app, cap, id).await?,
        picture: qr::svg(&address).unwrap_or_default(),
        address,
        shell,
    };
    page_with(form.status(), &template)
}

async fn open_roll(app: &App, cap: &RecordRolls, id: Id) -> Result<Option<(Roll, Vec<Sum>)>, Error> {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let roll = rolls::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    if roll.state == "closed" {
        return Ok(None);
    }
    let sums = query::sums(db, cap.district(), id, roll.campaign_id).await?;
    Ok(Some((roll, sums)))
}

async fn still_open(app: &App, cap: &RecordRolls, id: Id) -> Result<i64, Error> {
    use asuh_store::{Query, args};
    Ok(app
        .store
        .reader()
        .number(
            "SELECT COUNT(*) AS n FROM contribution WHERE district_id = $1 AND roll_id = $2 AND state = 'open'",
            args![cap.district(), id],
        )
        .await?)
}

/// Who counted the cash on a device of his own, other than the caller.
async fn others(app: &App, cap: &RecordRolls, id: Id) -> Result<Vec<Counter>, Error> {
    let mut counters = second::counters(app.store.reader(), cap.district(), id).await?;
    counters.retain(|counter| counter.user_id != cap.actor().user);
    Ok(counters)
}

/// One line of the check page.
struct Checked {
    name: String,
    unit: String,
    count: Count,
    differs: bool,
}

#[derive(Template)]
#[template(path = "count/check.html")]
struct CheckPage {
    shell: Shell,
    roll: Roll,
    lines: Vec<Checked>,
    /// Who counted the cash with the caller, and how.
    witness: String,
    open_lines: i64,
    typed: Vec<(String, String)>,
}

/// Checks the count and shows it once more; nothing is stored yet.
pub(crate) async fn post(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let Some((roll, sums)) = open_roll(&app, &cap, id).await? else {
        return redirect(&format!("/setoran/{id}/lembar"));
    };
    if form.get("aksi") == "muat" {
        // Somebody may have counted meanwhile: what was typed stays, and he is chosen.
        form.set("kedua", String::new());
        return count_page(&app, &cap, shell, &form, id).await;
    }
    if form.get("aksi") == "temuan" {
        let commodity = form.required("temuan", 24);
        if form.is_valid() {
            let command = FindGoods { roll: id, commodity, reach: Reach::of(cap.scope()) };
            if let Err(rejection) = app.submit(cap.actor(), form.command_id()?, command).await {
                form.reject(rejection)?;
            }
        }
        return count_page(&app, &cap, shell, &form, id).await;
    }
    let (counts, second) = read(&mut form, &sums, false);
    if form.is_valid() {
        let on_roll: Vec<OnRoll> = sums
            .iter()
            .map(|sum| OnRoll { commodity: sum.commodity.clone(), cash: sum.is_cash(), ticked: sum.ticked })
            .collect();
        if let Err(refusal) = check(&on_roll, &counts, &second) {
            form.refuse(&refusal);
        }
    }
    let counters = others(&app, &cap, id).await?;
    let witness = match &second {
        Second::None => String::new(),
        Second::Paper { name, kept } => shell.t2("collection.second.paper", "name", name, "kept", kept),
        Second::Device(user) => match counters.iter().find(|counter| counter.user_id == *user) {
            None => {
                form.error("kedua", "collection.refused.second_gone");
                String::new()
            }
            Some(counter) => {
                let cash: i64 =
                    sums.iter().zip(&counts).filter(|(sum, _)| sum.is_cash()).map(|(_, c)| c.counted).sum();
                if counter.amount != cash {
                    form.error("kedua", "collection.refused.second_differs");
                }
                shell.t2(
                    "collection.second.device",
                    "name",
                    &counter.name,
                    "at",
                    shell.instant(counter.counted_at),
                )
            }
        },
    };
    if !form.is_valid() || form.get("aksi") == "ubah" {
        return count_page(&app, &cap, shell, &form, id).await;
    }
    let typed = typed(&sums, &counts, &form);
    let lines = sums
        .into_iter()
        .zip(counts)
        .map(|(sum, count)| Checked {
            name: sum.name,
            unit: sum.unit,
            differs: count.counted != count.ticked,
            count,
        })
        .collect();
    let open_lines = still_open(&app, &cap, id).await?;
    page(&CheckPage { roll, lines, witness, open_lines, typed, shell })
}

/// The fields that the check page carries on, as they were typed.
fn typed(sums: &[Sum], counts: &[Count], form: &Form) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> =
        ["kedua", "saksi", "kertas"].map(|name| (name.to_owned(), form.get(name).to_owned())).into();
    for (sum, count) in sums.iter().zip(counts) {
        fields.push((format!("dicatat.{}", sum.commodity), count.ticked.to_string()));
        for part in ["hitung", "rusak", "timbang", "alasan"] {
            let name = format!("{part}.{}", sum.commodity);
            let value = form.get(&name).to_owned();
            fields.push((name, value));
        }
    }
    fields
}

/// Reads the boxes. From the check page the roll's figures are those that were checked.
fn read(form: &mut Form, sums: &[Sum], checked: bool) -> (Vec<Count>, Second) {
    let mut counts = Vec::with_capacity(sums.len());
    for sum in sums {
        let name = |part: &str| format!("{part}.{}", sum.commodity);
        let whole = |text: &str| number::parse_count(text).map_err(|_| "web.error.not_a_number");
        let counted = if sum.is_cash() {
            form.read(&name("hitung"), |text| {
                asuh_nusantara::Rupiah::parse(text)
                    .map(|rupiah| rupiah.get())
                    .map_err(|_| "web.error.not_a_number")
            })
        } else {
            form.read(&name("hitung"), whole)
        };
        let damaged = form.read_optional(&name("rusak"), whole).unwrap_or(0);
        // Kilograms with a comma, kept in grams.
        let weighed_g = form.read_optional(&name("timbang"), |text| {
            number::parse_decimal(text, 3).map_err(|_| "collection.error.kilograms")
        });
        let reason = form.optional(&name("alasan"), 200);
        let ticked = if checked { form.get(&name("dicatat")).parse().unwrap_or(-1) } else { sum.ticked };
        counts.push(Count {
            commodity: sum.commodity.clone(),
            ticked,
            counted: counted.unwrap_or_default(),
            damaged,
            weighed_g,
            reason,
        });
    }
    let (name, kept) = (form.optional("saksi", 100), form.optional("kertas", 200));
    let there =
        counts.iter().zip(sums).any(|(count, sum)| sum.is_cash() && (count.counted > 0 || count.ticked > 0));
    let second = match form.get("kedua") {
        _ if !there => Second::None,
        PAPER => Second::Paper { name, kept },
        user => user.parse().map_or(Second::None, Second::Device),
    };
    (counts, second)
}

/// Closes the roll.
pub(crate) async fn close(
    cap: Cap<RecordRolls>,
    State(app): State<App>,
    Path(id): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let db = app.store.reader();
    let reach = Reach::of(cap.scope());
    let roll = rolls::by_id(db, cap.district(), &reach, id).await?.ok_or(Error::NotFound)?;
    let sums = query::sums(db, cap.district(), id, roll.campaign_id).await?;
    let (counts, second) = read(&mut form, &sums, true);
    if form.is_valid() {
        let command = CloseRoll { roll: id, counts, second, reach };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/setoran/{id}/lembar")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    if roll.state == "closed" {
        // Somebody else closed it: say so on a page that has no form any more.
        return page_with(form.status(), &ClosedPage { f: form.view(), roll, shell });
    }
    count_page(&app, &cap, shell, &form, id).await
}

#[derive(Template)]
#[template(path = "count/closed.html")]
struct ClosedPage {
    shell: Shell,
    f: FormView,
    roll: Roll,
}
