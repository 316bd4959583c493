//! `/sasaran/saringan`: the filters that somebody keeps, and those that are shared with everybody.

use askama::Template;
use asuh_store::Id;
use axum::extract::{Query as Params, State};

use super::filter::{self, Filter};
use crate::family::count::{counts, reaches};
use crate::family::list::Selection;
use crate::family::saved::{
    self, Chosen, NAME, PutFilter, RemoveFilter, SaveFilter, SavedFilter, UnshareFilter,
};
use crate::rights::{ReadFamilies, ShareFilters};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

const HOME: &str = "/sasaran/saringan";

/// Whether the caller may share with everybody: only who reaches the whole district.
fn may_share(cap: &ReadFamilies) -> bool {
    let actor = cap.actor();
    ShareFilters::of(actor).is_some_and(|cap| cap.scope().reaches(actor.district_code, ""))
}

/// A saved filter in the list.
struct Line {
    filter: SavedFilter,
    own: bool,
    /// What it chooses, in words.
    words: Vec<String>,
    /// Families within the reader's reach.
    families: i64,
    address: String,
}

#[derive(Template)]
#[template(path = "family/saved.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<Line>,
    removed: Vec<SavedFilter>,
    shares: bool,
    f: FormView,
}

async fn render(cap: &ReadFamilies, app: &App, shell: Shell, form: &Form) -> Page {
    let db = app.store.reader();
    let (district, scope, user) = (cap.district(), cap.scope(), cap.actor().user);
    let mut found = saved::seen(db, district, user).await?;
    // What others share of places that the reader does not reach says nothing to him.
    found.retain(|one| one.owner_id == user || reaches(scope, &one.selection()));
    let selections: Vec<Selection> = found.iter().map(SavedFilter::selection).collect();
    let counts = counts(db, district, scope, &selections).await?;
    let places = filter::places(db, district, selections.iter()).await?;
    let lists = filter::lists(db, district).await?;
    let text = shell.text();
    let lines = found.into_iter().zip(&selections).zip(counts).map(|((filter, selection), families)| Line {
        own: filter.owner_id == user,
        words: filter::in_words(&text, selection, &places, &lists),
        families,
        address: Filter::of(selection).address(),
        filter,
    });
    let page = ListPage {
        lines: lines.collect(),
        removed: saved::removed(db, district, user).await?,
        shares: may_share(cap),
        f: form.view(),
        shell,
    };
    page_with(form.status(), &page)
}

/// The filters that the caller finds.
pub(crate) async fn list(cap: Cap<ReadFamilies>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    render(&cap, &app, shell, &form).await
}

#[derive(Template)]
#[template(path = "family/saved_form.html")]
struct FormPage {
    shell: Shell,
    /// The filter that is edited; none for a new one.
    id: Option<Id>,
    /// What is chosen: for the hidden fields, and in words.
    filter: Filter,
    words: Vec<String>,
    shares: bool,
    f: FormView,
}

async fn form_page(
    cap: &ReadFamilies,
    app: &App,
    shell: Shell,
    id: Option<Id>,
    selection: &Selection,
    form: &Form,
) -> Page {
    let db = app.store.reader();
    let lists = filter::lists(db, cap.district()).await?;
    let places = filter::places(db, cap.district(), std::iter::once(selection)).await?;
    let page = FormPage {
        id,
        filter: Filter::of(selection),
        words: filter::in_words(&shell.text(), selection, &places, &lists),
        shares: may_share(cap),
        f: form.view(),
        shell,
    };
    page_with(form.status(), &page)
}

/// The form that gives what is chosen a name.
pub(crate) async fn new(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Params(filter): Params<Filter>,
) -> Page {
    let lists = filter::lists(app.store.reader(), cap.district()).await?;
    let selection = filter.selection(&lists);
    if !selection.is_chosen() {
        return redirect("/sasaran");
    }
    let form = Form::empty(&shell);
    form_page(&cap, &app, shell, None, &selection, &form).await
}

/// Keeps it.
pub(crate) async fn create(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let lists = filter::lists(app.store.reader(), cap.district()).await?;
    let selection = Filter::of_form(&form).selection(&lists);
    let name = form.required("nama", NAME);
    if form.is_valid() {
        let shared = form.ticked("bagikan") && may_share(&cap);
        let command = SaveFilter { name, chosen: Chosen::of(&selection), shared };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(HOME),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(&cap, &app, shell, None, &selection, &form).await
}

async fn own(cap: &ReadFamilies, app: &App, id: Id) -> Result<SavedFilter, Error> {
    let found = saved::own(app.store.reader(), cap.district(), cap.actor().user, id).await?;
    found.ok_or(Error::NotFound)
}

/// The form for the name of one's own.
pub(crate) async fn edit(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let found = own(&cap, &app, id).await?;
    let shared = if found.shared { "ya" } else { "" };
    let form = Form::with(&shell, [("nama", found.name.as_str()), ("bagikan", shared)]);
    form_page(&cap, &app, shell, Some(id), &found.selection(), &form).await
}

/// Gives it another name.
pub(crate) async fn put(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let found = own(&cap, &app, id).await?;
    let name = form.required("nama", NAME);
    if form.is_valid() {
        // Who may not share any more changes nothing about it.
        let shared = if may_share(&cap) { form.ticked("bagikan") } else { found.shared };
        let command = PutFilter { filter: id, name, shared };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(HOME),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    form_page(&cap, &app, shell, Some(id), &found.selection(), &form).await
}

/// Removes one's own.
pub(crate) async fn remove(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    app.submit(cap.actor(), form.command_id()?, RemoveFilter { filter: id, back: false }).await?;
    redirect(HOME)
}

/// Brings one's own back.
pub(crate) async fn restore(
    cap: Cap<ReadFamilies>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let command = RemoveFilter { filter: id, back: true };
    if let Err(rejection) = app.submit(cap.actor(), form.command_id()?, command).await {
        form.reject(rejection)?;
        return render(&cap, &app, shell, &form).await;
    }
    redirect(HOME)
}

/// Shares one no longer.
pub(crate) async fn unshare(
    cap: Cap<ShareFilters>,
    State(app): State<App>,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    if !cap.scope().reaches(cap.actor().district_code, "") {
        return Err(Error::NotFound);
    }
    app.submit(cap.actor(), form.command_id()?, UnshareFilter { filter: id }).await?;
    redirect(HOME)
}
