//! A target with its pairs: pairing and un-pairing by hand.

use askama::Template;
use asuh_pairing::pairing::Stability;
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::State;

use super::command::{EndPair, PairByHand};
use super::query::{self, PairLine};
use crate::ManagePairing;
use crate::coverage::query::codes;
use crate::facts::{Situation, Subject, subdistrict, village_of};
use crate::programme::query::terms;
use crate::programme::{Programme, programme_or_404};
use crate::relative::DeclareRelative;
use crate::rules::may_help;
use crate::sponsor::may_visit;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::web::{Error, Form, FormView, Page, Path, Shell, page_with, redirect};

/// Promises that are offered, the nearest first.
const OFFERED: usize = 60;

/// A pair, and whether its sponsor may visit.
struct Line {
    pair: PairLine,
    visits: bool,
}

#[derive(Template)]
#[template(path = "pair/show.html")]
struct ShowPage {
    shell: Shell,
    f: FormView,
    programme: Programme,
    code: String,
    village: String,
    subject: Subject,
    lines: Vec<Line>,
    offers: Vec<(String, String)>,
    consents: bool,
}

impl ShowPage {
    /// Units that nobody gives and nobody keeps.
    fn open(&self) -> i64 {
        (self.subject.need - self.subject.before - self.subject.held).max(0)
    }
}

async fn show_page(
    cap: &ManagePairing,
    app: &App,
    shell: Shell,
    (id, person): (Id, Id),
    form: Option<Form>,
) -> Page {
    let (db, district) = (app.store.reader(), cap.district());
    let programme = programme_or_404(app, district, id).await?;
    let terms = terms(db, district, &programme, shell.today, Stability::Lock, None, None).await?;
    let situation = Situation::read(db, district, &terms.ok_or(Error::NotFound)?).await?;
    let subject = situation.subjects.iter().find(|one| one.row.person_id == person);
    let subject = subject.ok_or(Error::NotFound)?.clone();
    let known = codes(db, district, [person]).await?;
    let names = territories::names(db, district, [subject.row.village_code]).await?;
    let pairs = query::of_person(db, district, id, person).await?;
    let mut lines = Vec::new();
    for pair in pairs {
        lines.push(Line { visits: may_visit(db, district, pair.sponsor_id, person).await?, pair });
    }
    let consents =
        crate::sponsor::guardian_agrees(db, district, subject.row.family_id, person, shell.today).await?;
    let open = (subject.need - subject.before - subject.held).max(0);
    let form = form.unwrap_or_else(|| Form::with(&shell, [("satuan", open.to_string())]));
    let template = ShowPage {
        f: form.view(),
        offers: offers(&shell, &situation, &subject),
        programme,
        code: known.get(&person).cloned().unwrap_or_else(|| "…".to_owned()),
        village: names.get(&subject.row.village_code).cloned().unwrap_or_default(),
        subject,
        lines,
        consents,
        shell,
    };
    page_with(form.status(), &template)
}

/// The promises with something left that may help the target, the nearest first.
fn offers(shell: &Shell, situation: &Situation, subject: &Subject) -> Vec<(String, String)> {
    let mut used = std::collections::HashMap::new();
    for row in &situation.running {
        *used.entry(row.pledge_id).or_insert(0) += row.units;
    }
    let may = may_help(&situation.instance, &subject.row.person_id.to_string());
    let near = |code: i64| match code {
        code if code == subject.row.village_code => 0,
        code if subdistrict(code) == subdistrict(subject.row.village_code) => 1,
        _ => 2,
    };
    let mut offers: Vec<_> = situation
        .supplies
        .iter()
        .map(|one| (near(village_of(one)), one, one.units - used.get(&one.pledge_id).copied().unwrap_or(0)))
        .filter(|(_, _, left)| *left > 0)
        .collect();
    offers.sort_by(|one, other| {
        (one.0, &one.1.name, one.1.pledge_id).cmp(&(other.0, &other.1.name, other.1.pledge_id))
    });
    offers
        .into_iter()
        .filter(|(_, one, _)| may.contains(one.pledge_id.to_string().as_str()))
        .take(OFFERED)
        .map(|(_, one, left)| {
            let words = shell.t2("pairing.hand.offer", "name", &one.name, "n", shell.number(left));
            (one.pledge_id.to_string(), words)
        })
        .collect()
}

/// A target with its pairs.
pub(super) async fn show(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(place): Path<(Id, Id)>,
    shell: Shell,
) -> Page {
    show_page(&cap, &app, shell, place, None).await
}

/// Pairs it by hand.
pub(super) async fn pair(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path((programme, person)): Path<(Id, Id)>,
    shell: Shell,
    mut form: Form,
) -> Page {
    programme_or_404(&app, cap.district(), programme).await?;
    let pledge = form.id("janji");
    let units = form.count("satuan", 1..=1_000);
    let reason = form.required("alasan", 300);
    if let (Some(pledge), Some(units), true) = (pledge, units, form.is_valid()) {
        let command = PairByHand { programme, pledge, person, units, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => return redirect(&format!("/pasangan/{programme}/sasaran/{person}")),
            Err(rejection) => form.reject(rejection)?,
        }
    }
    show_page(&cap, &app, shell, (programme, person), Some(form)).await
}

/// The pair with this id, or no such page.
async fn pair_of(cap: &ManagePairing, app: &App, id: Id) -> Result<PairLine, Error> {
    query::by_id(app.store.reader(), cap.district(), id).await?.ok_or(Error::NotFound)
}

/// Ends a pair by hand.
pub(super) async fn end(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(pair): Path<Id>,
    shell: Shell,
    mut form: Form,
) -> Page {
    let line = pair_of(&cap, &app, pair).await?;
    let reason = form.required("alasan_akhir", 300);
    if form.is_valid() {
        let command = EndPair { pair, reason, today: shell.today };
        match app.submit(cap.actor(), form.command_id()?, command).await {
            Ok(_) => {
                let to = match form.get("kembali") {
                    "putuskan" => "putuskan".to_owned(),
                    _ => format!("sasaran/{}", line.person_id),
                };
                return redirect(&format!("/pasangan/{}/{to}", line.programme_id));
            }
            Err(rejection) => form.reject(rejection)?,
        }
    }
    // A child that has left has no page any more; what a colleague ended already is off the list.
    if form.get("kembali") == "putuskan" {
        return redirect(&format!("/pasangan/{}/putuskan", line.programme_id));
    }
    show_page(&cap, &app, shell, (line.programme_id, line.person_id), Some(form)).await
}

/// Says that the two of a pair are related, and ends it.
pub(super) async fn related(
    cap: Cap<ManagePairing>,
    State(app): State<App>,
    Path(pair): Path<Id>,
    shell: Shell,
    form: Form,
) -> Page {
    let line = pair_of(&cap, &app, pair).await?;
    let family: Option<(Id,)> = asuh_store::Query::first(
        app.store.reader(),
        "SELECT family_id FROM person_version WHERE district_id = $1 AND person_id = $2 AND superseded_at = $3",
        asuh_store::args![cap.district(), line.person_id, asuh_store::Instant::NEVER],
    )
    .await?;
    let family = family.ok_or(Error::NotFound)?.0;
    let reason = shell.t("pairing.hand.related").into_owned();
    let command = DeclareRelative { sponsor: line.sponsor_id, family, reason, today: shell.today };
    app.submit(cap.actor(), form.command_id()?, command).await?;
    redirect(&format!("/pasangan/{}/sasaran/{}", line.programme_id, line.person_id))
}
