//! `/periksa`: anybody looks up whether a paper was issued here and whether it still holds. Nothing of what stands on it is
//! shown but its title. Who types is counted by address; the code at a paper's foot is a number that nobody guesses.

use askama::Template;
use axum::extract::State;

use super::query::{self, Known};
use crate::App;
use crate::access::{Origin, public_form};
use crate::settings::{self, District};
use crate::web::{Error, Form, FormView, Page, Path, Shell, page_with};
use asuh_store::DistrictId;

/// How often one address may look something up in a quarter of an hour.
const LOOKING: i64 = 60;

#[derive(Template)]
#[template(path = "papers/verify.html")]
struct VerifyPage {
    shell: Shell,
    /// What was looked for and found; the inner one is none where nothing is known.
    found: Option<Option<(Known, String)>>,
    f: FormView,
}

impl VerifyPage {
    /// Whether another printing under the same number has taken its place.
    fn is_printed_again(&self, known: &Known) -> bool {
        known.next_number.as_deref() == Some(known.number.as_str())
    }
}

fn answered(mut shell: Shell, form: &Form, found: Option<Option<(Known, String)>>) -> Page {
    // The same page for everybody, signed in or not.
    shell.actor = None;
    shell.menu = Vec::new();
    page_with(form.status(), &VerifyPage { f: form.view(), found, shell })
}

/// The empty form.
pub(super) async fn ask(shell: Shell) -> Page {
    let form = Form::empty(&shell);
    answered(shell, &form, None)
}

/// The printed part of a hash, as somebody typed it.
fn printed(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok()?;
    bytes.try_into().ok()
}

async fn in_district(
    app: &App,
    district: &District,
    hash: [u8; 16],
) -> Result<Option<(Known, String)>, Error> {
    let known = query::by_print(app.store.reader(), district.id, hash).await?;
    Ok(known.map(|known| (known, district.name.clone())))
}

/// The address in the code at the foot of a paper.
pub(super) async fn by_code(
    State(app): State<App>,
    Path((district, hash)): Path<(i64, String)>,
    shell: Shell,
) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let district = districts.into_iter().find(|one| one.id == DistrictId(district)).ok_or(Error::NotFound)?;
    let hash = printed(&hash).ok_or(Error::NotFound)?;
    let found = in_district(&app, &district, hash).await?;
    let form = Form::empty(&shell);
    answered(shell, &form, Some(found))
}

/// Looks up a typed hash, or a file by its own.
pub(super) async fn look(State(app): State<App>, origin: Origin, shell: Shell, mut form: Form) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let Some(first) = districts.first() else { return Err(Error::NotFound) };
    let upload = form.file("berkas").map(|upload| upload.path.clone());
    if upload.is_none() && form.get("sidik").is_empty() {
        form.error("sidik", "papers.verify.nothing");
    }
    let typed = match upload {
        None => form.read_optional("sidik", |text| printed(text).ok_or("papers.verify.no_hash")),
        Some(_) => None,
    };
    if !form.is_valid() {
        return answered(shell, &form, None);
    }
    public_form(&app, first.id, "papers/look", &origin, LOOKING).await?;
    let of_file = match upload {
        Some(path) => {
            let bytes =
                tokio::fs::read(&path).await.map_err(|error| Error::Unavailable(error.to_string()))?;
            Some(super::command::sha256(&bytes))
        }
        None => None,
    };
    let mut found = None;
    for district in &districts {
        if let Some(hash) = typed {
            found = in_district(&app, district, hash).await?;
        } else if let Some(sha256) = of_file {
            let known = query::by_file(app.store.reader(), district.id, sha256).await?;
            found = known.map(|known| (known, district.name.clone()));
        }
        if found.is_some() {
            break;
        }
    }
    answered(shell, &form, Some(found))
}
