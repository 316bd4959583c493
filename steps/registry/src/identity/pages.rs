//! `/data-ganda`: the pairs that wait, and one of them with both records side by side.

use askama::Template;
use asuh_nusantara::{FamilyCardNumber, Nik};
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::decide::{DecidePair, DecideProposed, Decision, REASON, ReopenPair};
use super::query::{self, Count, Filter, Import, PAGE, PairLine, Side};
use super::search::SearchPairs;
use crate::family::{Opening, opened};
use crate::rights::{DecidePairs, Reach, SeePairs};
use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::jobs;
use asuh_ground::staging::UseImports;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, cut, page_with, redirect};

/// Which pairs, and where the list goes on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    tampil: String,
    #[serde(default)]
    desa: String,
    /// The import that brought the newer of the two.
    #[serde(default)]
    impor: String,
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    hasil: String,
}

impl Which {
    fn filter(&self) -> Filter {
        let which = match self.tampil.as_str() {
            "usul" => "same",
            "tunda" => "postponed",
            "selesai" => "decided",
            _ => "ask",
        };
        Filter { which: which.to_owned(), village: self.desa.parse().ok(), batch: self.impor.parse().ok() }
    }
}

/// The tabs: what is asked for in the address, and the filter it stands for.
const TABS: [(&str, &str); 4] =
    [("", "ask"), ("usul", "same"), ("tunda", "postponed"), ("selesai", "decided")];

#[derive(Template)]
#[template(path = "identity/list.html")]
struct ListPage {
    shell: Shell,
    lines: Vec<PairLine>,
    counts: Vec<Count>,
    next: Option<Id>,
    filter: Filter,
    tab: &'static str,
    village: String,
    imports: Vec<Import>,
    batch: String,
    result: String,
    f: FormView,
    decides: bool,
}

impl ListPage {
    fn total(&self, which: &str) -> i64 {
        let of = |count: &Count| match which {
            "ask" => count.asked,
            "same" => count.proposed,
            _ => count.postponed,
        };
        self.counts.iter().map(of).sum()
    }

    fn is_chosen(&self, count: &Count) -> bool {
        self.filter.village == Some(count.village_code)
    }

    fn is_import(&self, import: &Import) -> bool {
        self.filter.batch == Some(import.id)
    }

    /// The address of a tab, the filters kept.
    fn tab_path(&self, tab: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in
            [("tampil", tab), ("desa", self.village.as_str()), ("impor", self.batch.as_str())]
        {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        format!("/data-ganda?{}", query.finish())
    }

    fn decidable(&self) -> usize {
        self.lines.iter().filter(|line| line.is_whole()).count()
    }
}

/// The pairs within reach.
pub(super) async fn list(
    cap: Cap<SeePairs>,
    State(app): State<App>,
    shell: Shell,
    Params(which): Params<Which>,
) -> Page {
    let form = Form::empty(&shell);
    render_list(&cap, &app, shell, &which, &form).await
}

async fn render_list(cap: &SeePairs, app: &App, shell: Shell, which: &Which, form: &Form) -> Page {
    let db = app.store.reader();
    let filter = which.filter();
    let mut lines = query::list(db, cap.district(), cap.scope(), &filter, which.setelah.parse().ok()).await?;
    let next = cut(&mut lines, PAGE, |line| line.id);
    let counts = query::counts(db, cap.district(), cap.scope(), filter.batch).await?;
    let imports = query::imports(db, cap.district(), cap.scope()).await?;
    let tab = TABS.iter().find(|(_, code)| *code == filter.which).map_or("", |(tab, _)| *tab);
    let template = ListPage {
        decides: DecidePairs::of(cap.actor()).is_some(),
        village: filter.village.map(|code| code.to_string()).unwrap_or_default(),
        batch: filter.batch.map(|id| id.to_string()).unwrap_or_default(),
        imports,
        result: which.hasil.clone(),
        f: form.view(),
        shell,
        lines,
        counts,
        next,
        filter,
        tab,
    };
    page_with(form.status(), &template)
}

/// A fact of both records, and what comparing them says.
struct Fact {
    label: String,
    one: String,
    two: String,
    /// Translation key of the comparison in words; empty where there is nothing to say.
    verdict: String,
    /// Whether they differ: marked, beside the word.
    differs: bool,
}

#[derive(Template)]
#[template(path = "identity/pair.html")]
struct PairPage {
    shell: Shell,
    pair: PairLine,
    facts: Vec<Fact>,
    f: FormView,
    may_decide: bool,
    may_reopen: bool,
    decides: bool,
    about_families: bool,
    /// Whether the page of the import is the reader's to open.
    imports: bool,
}

/// One pair.
pub(super) async fn show(
    cap: Cap<SeePairs>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let form = Form::empty(&shell);
    render(&cap, &app, shell, id, &form).await
}

async fn render(cap: &SeePairs, app: &App, shell: Shell, id: Id, form: &Form) -> Page {
    let pair =
        query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    for side in [&pair.one, &pair.two] {
        if side.reached {
            opened(app, cap.actor(), Opening::File(side.family_id));
        }
    }
    let reaches = DecidePairs::of(cap.actor())
        .is_some_and(|decider| pair.one.lies_in(decider.scope()) && pair.two.lies_in(decider.scope()));
    let grown_up = |side: &Side| matches!(side.relation.as_str(), "head" | "wife");
    let template = PairPage {
        facts: facts(app, cap, &shell, &pair)?,
        f: form.view(),
        may_decide: reaches && pair.is_open() && pair.stands(),
        may_reopen: reaches && pair.state != "open",
        decides: DecidePairs::of(cap.actor()).is_some(),
        imports: UseImports::of(cap.actor()).is_some(),
        about_families: pair.one.family_id != pair.two.family_id
            && grown_up(&pair.one)
            && grown_up(&pair.two),
        pair,
        shell,
    };
    page_with(form.status(), &template)
}

fn facts(app: &App, cap: &SeePairs, shell: &Shell, pair: &PairLine) -> Result<Vec<Fact>, Error> {
    let district = cap.district();
    let nik = |side: &Side| -> Result<String, Error> {
        let Some(sealed) = &side.nik_sealed else { return Ok(String::new()) };
        let text = app.store.secrets().open_text(district, sealed)?;
        Ok(Nik::parse(&text).map_or_else(|_| "••••".to_owned(), |nik| nik.masked()))
    };
    let card = |side: &Side| -> Result<String, Error> {
        let Some(sealed) = &side.kk_sealed else { return Ok(String::new()) };
        Ok(app.store.secrets().open_text(district, sealed)?)
    };
    let cards = [card(&pair.one)?, card(&pair.two)?];
    // Two cards may end alike: what is shown of them is not what is compared.
    let same_card = match &cards {
        [one, two] if one.is_empty() || two.is_empty() => "unknown",
        [one, two] if one == two => "same",
        _ => "differs",
    };
    let kk = |text: &str| match FamilyCardNumber::parse(text) {
        Ok(kk) => kk.masked(),
        Err(_) if text.is_empty() => String::new(),
        Err(_) => "••••".to_owned(),
    };
    let word = |key: String| shell.t(&key).into_owned();
    let (one, two) = (&pair.one, &pair.two);
    let village = |side: &Side| side.village_name.clone().unwrap_or_else(|| side.village_code.to_string());
    let rows: Vec<(&str, &str, String, String)> = vec![
        ("registry.field.name", "name", one.name.clone(), two.name.clone()),
        ("registry.copy.nik", "number", nik(one)?, nik(two)?),
        (
            "registry.field.birth",
            "birth",
            one.birth_date.map(|day| shell.day(day)).unwrap_or_default(),
            two.birth_date.map(|day| shell.day(day)).unwrap_or_default(),
        ),
        (
            "registry.field.sex",
            "sex",
            one.sex.as_deref().map(|sex| word(format!("registry.sex.{sex}"))).unwrap_or_default(),
            two.sex.as_deref().map(|sex| word(format!("registry.sex.{sex}"))).unwrap_or_default(),
        ),
        (
            "registry.field.relation",
            "",
            word(format!("registry.relation.{}", one.relation)),
            word(format!("registry.relation.{}", two.relation)),
        ),
        ("registry.field.head", parent_field(pair), one.head_name.clone(), two.head_name.clone()),
        ("registry.field.parents", "mother", one.parents_name.clone(), two.parents_name.clone()),
        ("registry.field.kk", "", kk(&cards[0]), kk(&cards[1])),
        ("registry.field.kki", "", one.kki.clone().unwrap_or_default(), two.kki.clone().unwrap_or_default()),
        ("registry.field.village", "home", village(one), village(two)),
        ("registry.field.rw", "", one.rw.clone(), two.rw.clone()),
        ("registry.field.rt", "", one.rt.clone(), two.rt.clone()),
        ("registry.field.posyandu", "", one.posyandu.clone(), two.posyandu.clone()),
        (
            "registry.field.status",
            "",
            word(format!("registry.status.{}", one.status)),
            word(format!("registry.status.{}", two.status)),
        ),
        (
            "registry.identity.source",
            "-",
            word(format!("registry.source.{}", one.source)),
            word(format!("registry.source.{}", two.source)),
        ),
        ("registry.identity.since", "-", shell.instant(one.recorded_at), shell.instant(two.recorded_at)),
    ];
    Ok(rows
        .into_iter()
        .filter(|(_, _, left, right)| !left.is_empty() || !right.is_empty())
        .map(|(label, field, left, right)| {
            let agreement = match label {
                "registry.field.kk" => same_card,
                _ => agreement(pair, field, &left, &right),
            };
            let hidden = |side: &Side, text: String| match (side.reached, text.is_empty()) {
                (false, _) => "•••".to_owned(),
                (true, true) => "–".to_owned(),
                (true, false) => text,
            };
            Fact {
                label: shell.t(label).into_owned(),
                one: hidden(one, left),
                two: hidden(two, right),
                differs: !matches!(agreement, "" | "same" | "unknown"),
                verdict: match agreement {
                    "" => String::new(),
                    code => format!("registry.identity.agreement.{code}"),
                },
            }
        })
        .collect())
}

/// The head is the husband of a wife and the father of a child.
fn parent_field(pair: &PairLine) -> &'static str {
    match pair.one.relation.as_str() {
        "wife" => "partner",
        "child" => "father",
        _ => "",
    }
}

/// What was found of a fact; of one that was not weighed whether both say the same.
fn agreement<'a>(pair: &'a PairLine, field: &str, one: &str, two: &str) -> &'a str {
    let found = pair.findings.split(' ').find_map(|finding| {
        let (name, rest) = finding.split_once(':')?;
        (name == field && !field.is_empty()).then(|| rest.split(':').next().unwrap_or_default())
    });
    match found {
        _ if field == "-" => "",
        Some(code) if code != "unknown" => code,
        _ if one.is_empty() || two.is_empty() => "unknown",
        _ if one == two => "same",
        _ => "differs",
    }
}

/// Decides about one pair, then shows the next.
pub(super) async fn decide(
    cap: Cap<DecidePairs>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    let db = app.store.reader();
    query::one(db, cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let decision = form.read("putusan", |text| match text {
        "sama" => Ok(Decision::Same),
        "beda" => Ok(Decision::Different),
        "tunda" => Ok(Decision::Postponed),
        _ => Err("web.error.choose"),
    });
    let reason = form.optional("alasan", REASON);
    if let (true, Some(decision)) = (form.is_valid(), decision) {
        let reach = Reach::of(cap.scope());
        let command = DecidePair { pair: id, reach, decision, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                jobs::ring(&app);
                let filter = Filter { which: "ask".into(), ..Filter::default() };
                let following = query::list(db, cap.district(), cap.scope(), &filter, Some(id)).await?;
                let next = following.into_iter().find(PairLine::is_whole);
                return redirect(&match next {
                    Some(next) => format!("/data-ganda/{}", next.id),
                    None => format!("/data-ganda?hasil={}", decision.code()),
                });
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let seer = SeePairs::hold(cap.actor().clone(), cap.scope().clone());
    render(&seer, &app, shell, id, &form).await
}

/// Decides that everything proposed on the page is one person each.
pub(super) async fn all_same(
    cap: Cap<DecidePairs>,
    State(app): State<App>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let reason = form.required("alasan", REASON);
    let pairs: Vec<Id> =
        form.all("pasangan").into_iter().filter_map(|id| id.parse().ok()).take(PAGE).collect();
    if form.is_valid() {
        let reach = Reach::of(cap.scope());
        let command = DecideProposed { pairs, reach, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                jobs::ring(&app);
                return redirect("/data-ganda?tampil=usul&hasil=same");
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    let seer = SeePairs::hold(cap.actor().clone(), cap.scope().clone());
    let which = Which { tampil: "usul".into(), ..Which::default() };
    render_list(&seer, &app, shell, &which, &form).await
}

/// Takes a decision back.
pub(super) async fn reopen(
    cap: Cap<DecidePairs>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    mut form: Form,
) -> Page {
    query::one(app.store.reader(), cap.district(), cap.scope(), id).await?.ok_or(Error::NotFound)?;
    let command = ReopenPair { pair: id, reach: Reach::of(cap.scope()) };
    match app.submit(cap.actor(), form.command_id()?, command).await {
        Ok(_) => {
            jobs::ring(&app);
            redirect(&format!("/data-ganda/{id}"))
        }
        Err(rejection) => {
            form.reject(rejection)?;
            let seer = SeePairs::hold(cap.actor().clone(), cap.scope().clone());
            render(&seer, &app, shell, id, &form).await
        }
    }
}

/// Starts a search of the whole list.
pub(super) async fn search(cap: Cap<DecidePairs>, State(app): State<App>, form: Form) -> Page {
    if app.submit(cap.actor(), form.command_id()?, SearchPairs {}).await.is_ok() {
        jobs::ring(&app);
    }
    redirect("/data-ganda?hasil=mencari")
}
