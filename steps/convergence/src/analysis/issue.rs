//! The analysis as PDF: a draft to look at, and the paper under a number; of the district or of a kecamatan.

use asuh_ground::App;
use asuh_ground::access::{Cap, Capability};
use asuh_ground::papers::{self, Draft, Numbering};
use asuh_ground::web::{Error, Form, Page, Path, Shell, redirect};
use asuh_nusantara::TerritoryCode;
use asuh_step_registry::territories;
use asuh_store::Id;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::paper::Matter;
use super::{IssueAnalysis, SeeAnalysis};

/// Of which territory.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    #[serde(default)]
    wilayah: String,
}

/// The district or a kecamatan within reach, with what it is called.
async fn chosen(
    app: &App,
    cap: &SeeAnalysis,
    shell: &Shell,
    written: &str,
) -> Result<(TerritoryCode, String), Error> {
    let actor = cap.actor();
    let code = written.parse().ok().and_then(|code| TerritoryCode::from_i64(code).ok());
    let code = code.ok_or(Error::NotFound)?;
    if !cap.scope().reaches(code, "") {
        return Err(Error::NotFound);
    }
    if code == actor.district_code {
        return Ok((code, actor.district_name.clone()));
    }
    let all = territories::subdistricts(app.store.reader(), cap.district()).await?;
    let found = all.into_iter().find(|one| one.code == code.as_i64()).ok_or(Error::NotFound)?;
    let text = asuh_ground::web::Text::new(asuh_nusantara::Language::Indonesian, shell.zone);
    let name = text.t1("analysis.paper.subdistrict", "name", &found.name);
    Ok((code, format!("{name}, {}", actor.district_name)))
}

/// A draft without a number.
pub(super) async fn preview(
    cap: Cap<SeeAnalysis>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    Params(choice): Params<Choice>,
) -> Page {
    let territory = chosen(&app, &cap, &shell, &choice.wilayah).await?;
    let matter = Matter::of(&app, cap.actor(), id, territory).await?;
    papers::preview(&app, shell.text(), matter.paper(shell.today)).await
}

/// Issues it; one of the same analysis and territory that was issued before is replaced by it.
pub(super) async fn issue(
    cap: Cap<IssueAnalysis>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
    form: Form,
) -> Page {
    let command_id = form.command_id()?;
    let see = SeeAnalysis::of(cap.actor()).ok_or(Error::Forbidden)?;
    let territory = chosen(&app, &see, &shell, form.get("wilayah")).await?;
    // Who sees the district may still keep the papers of a part alone.
    if !cap.scope().reaches(territory.0, "") {
        return Err(Error::NotFound);
    }
    let code = territory.0;
    let matter = Matter::of(&app, cap.actor(), id, territory).await?;
    let draft = Draft {
        kind: "analysis",
        number: Numbering::Next,
        territory: code.as_i64(),
        day: shell.today,
        title: matter.title(),
        subject: Some(subject(id, code.as_i64())),
        replaces: true,
        paper: matter.paper(shell.today),
    };
    let paper = papers::issue(&app, cap.actor(), &shell, command_id, draft).await.map_err(Error::from)?;
    redirect(&format!("/dokumen/{paper}"))
}

/// What the papers of an analysis and a territory are found by.
fn subject(analysis: Id, territory: i64) -> Id {
    papers::subject(&format!("analysis {analysis} {territory}"))
}

/// The papers that were issued of an analysis for these territories (ten digits), which lie within the caller's reach.
pub(super) async fn issued(
    app: &App,
    cap: &SeeAnalysis,
    analysis: Id,
    territories: &[(String, String)],
) -> Result<Vec<papers::IssuedPaper>, Error> {
    let codes = territories.iter().filter_map(|(code, _)| code.parse().ok());
    let subjects: Vec<Id> = codes.map(|code| subject(analysis, code)).collect();
    Ok(papers::of_subjects(app.store.reader(), cap.district(), &subjects).await?)
}
