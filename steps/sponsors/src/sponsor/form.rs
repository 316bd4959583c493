//! The form of a sponsor outside the roster: a new one, or what is known of one put right.

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Phone};
use asuh_store::{DistrictId, Id};
use axum::extract::State;

use super::command::PutSponsor;
use super::pages::known;
use super::rules::Category;
use crate::ManageSponsors;
use crate::campaign::query as campaign;
use crate::roster::query as roster;
use asuh_ground::App;
use asuh_ground::access::{Actor, Cap};
use asuh_ground::web::{Form, FormView, Page, Path, Shell, page_with, redirect};

#[derive(Template)]
#[template(path = "sponsor/form.html")]
struct FormPage {
    shell: Shell,
    f: FormView,
    /// The address to send to, and to go back to.
    path: String,
    back: String,
    title: String,
    categories: Vec<(String, String)>,
    homes: Vec<(String, String)>,
    institutions: Vec<(String, String)>,
    kk_hint: String,
    phone_hint: String,
}

/// What a form is about: somebody new, or one who is known.
struct Subject {
    id: Option<Id>,
    kind: Option<String>,
    has_kk: bool,
    has_phone: bool,
}

impl Subject {
    fn known(line: &roster::SponsorLine) -> Subject {
        Subject {
            id: Some(line.id),
            kind: Some(line.kind.clone()),
            has_kk: line.kk_hash.is_some(),
            has_phone: line.phone_sealed.is_some(),
        }
    }
}

async fn form_page(app: &App, shell: Shell, district: DistrictId, subject: &Subject, form: &Form) -> Page {
    let homes = roster::territories(app.store.reader(), district)
        .await?
        .into_iter()
        .map(|home| {
            let words =
                if home.inside.is_empty() { home.name } else { format!("{} · {}", home.name, home.inside) };
            (home.code.to_string(), words)
        })
        .collect();
    let categories = Category::ALL
        .into_iter()
        .filter(|category| subject.kind.as_deref().is_none_or(|kind| kind == category.kind()))
        .map(|one| {
            (one.code().to_owned(), shell.t(&format!("sponsors.category.{}", one.code())).into_owned())
        })
        .collect();
    let institutions = campaign::all_institutions(app.store.reader(), district)
        .await?
        .into_iter()
        .map(|one| (one.id.to_string(), one.name))
        .collect();
    let (path, back, title) = match subject.id {
        Some(id) => (
            format!("/orang-tua-asuh/{id}/ubah"),
            format!("/orang-tua-asuh/{id}"),
            shell.t("sponsors.sponsor.edit").into_owned(),
        ),
        None => (
            "/orang-tua-asuh/baru".to_owned(),
            "/orang-tua-asuh".to_owned(),
            shell.t("sponsors.sponsor.new").into_owned(),
        ),
    };
    let hint = if subject.has_kk { "sponsors.sponsor.kk_known" } else { "sponsors.sponsor.kk_hint" };
    let kk_hint = shell.t(hint).into_owned();
    let hint = if subject.has_phone { "sponsors.sponsor.kk_known" } else { "sponsors.sponsor.phone_hint" };
    let phone_hint = shell.t(hint).into_owned();
    let template = FormPage {
        f: form.view(),
        path,
        back,
        title,
        categories,
        homes,
        institutions,
        kk_hint,
        phone_hint,
        shell,
    };
    page_with(form.status(), &template)
}

const NEW: Subject = Subject { id: None, kind: None, has_kk: false, has_phone: false };

/// The form for a new sponsor.
pub(crate) async fn new(cap: Cap<ManageSponsors>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    form_page(&app, shell, cap.district(), &NEW, &form).await
}

/// The form for correcting one.
pub(crate) async fn edit(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let line = known(&app, cap.district(), id).await?;
    let form = Form::with(
        &shell,
        [
            ("kategori", line.category.clone()),
            ("nama", line.name.clone()),
            ("lembaga", line.institution_id.map(|id| id.to_string()).unwrap_or_default()),
            ("rumah", line.home_code.map(|code| code.to_string()).unwrap_or_default()),
        ],
    );
    let subject = Subject::known(&line);
    form_page(&app, shell, cap.district(), &subject, &form).await
}

fn read(form: &mut Form, id: Option<Id>, day: time::Date) -> Option<PutSponsor> {
    let category = form.read("kategori", |code| Category::parse(code).ok_or("web.error.choose"));
    let name = form.required("nama", 120);
    let phone = form
        .read_optional("telepon", |text| Phone::parse(text).map_err(|_| "sponsors.refused.phone"))
        .map(|phone| phone.as_str().to_owned());
    let home = form.read_optional("rumah", |text| text.parse::<i64>().map_err(|_| "web.error.choose"));
    let institution =
        form.read_optional("lembaga", |text| text.parse::<Id>().map_err(|_| "web.error.choose"));
    let kk = form
        .read_optional("kk", |text| FamilyCardNumber::parse(text).map_err(|_| "sponsors.refused.kk"))
        .map(|kk| kk.as_str().to_owned());
    category.filter(|_| form.is_valid()).map(|category| PutSponsor {
        id,
        category,
        name,
        phone,
        home,
        institution,
        kk,
        day,
    })
}

async fn put(app: &App, actor: &Actor, shell: Shell, subject: Subject, mut form: Form) -> Page {
    if let Some(command) = read(&mut form, subject.id, shell.today) {
        match app.submit(actor, form.command_id()?, command).await {
            Ok(receipt) => return redirect(&format!("/orang-tua-asuh/{}", receipt.value)),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(app, shell, actor.district, &subject, &form).await
}

/// Takes in a sponsor.
pub(crate) async fn create(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    put(&app, cap.actor(), shell, NEW, form).await
}

/// Corrects what is known of one.
pub(crate) async fn update(
    cap: Cap<ManageSponsors>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let line = known(&app, cap.district(), id).await?;
    let subject = Subject::known(&line);
    put(&app, cap.actor(), shell, subject, form).await
}
