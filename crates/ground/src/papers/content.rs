//! What stands on a paper, from a step's draft to its file.

use asuh_documents::paper::{Block, Head, Paper, Sheet, Signature};
use asuh_store::{DistrictId, Id, Rejection, StoreError};
use axum::http::header;
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use time::Date;

use super::command::{FilePaper, NumberPaper, sha256, shape};
use super::print;
use super::query::{self, Kept};
use crate::App;
use crate::access::Actor;
use crate::attachments::{self, MediaType};
use crate::jobs::{self, Job, JobError};
use crate::settings::{self, Letterhead, Signatory};
use crate::web::{Error, Form, Page, Shell, Text};

/// Where a paper's number comes from, and with it where the paper is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbering {
    /// The next of its kind and year. The paper stands in the register, for who reads the papers of its territory.
    Next,
    /// The number that its own row carries already, such as a hand-over's. The paper is found on the page of that row alone,
    /// with the rights of that page; anybody who holds it verifies it like every other.
    Own(String),
}

/// A paper that a step wants to issue.
pub struct Draft {
    /// Its kind: `report`, `invitation`, `record`, `minutes`, `commitment`, `analysis`, ...: its word on the screen is
    /// `papers.kind.<kind>`, its pattern of numbers the setting `papers.<kind>_pattern`.
    pub kind: &'static str,
    /// Where its number comes from.
    pub number: Numbering,
    /// What it is about: the ten digits of a district, kecamatan or village. Who works there may read it.
    pub territory: i64,
    /// The day that stands on it.
    pub day: Date,
    /// What it is, in words that anybody may read: no person's name.
    pub title: String,
    /// What it was made of, to find it again.
    pub subject: Option<Id>,
    /// Whether it takes the place of the one of its kind, made of the same, that holds.
    pub replaces: bool,
    /// What stands on it; number and foot come of themselves.
    pub paper: Paper,
}

/// What is kept sealed of a paper.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) paper: Paper,
    /// "https://asuh.kerincikab.go.id/periksa/1/"
    pub(super) origin: String,
}

impl Content {
    /// As it is sealed.
    pub(super) fn text(&self) -> Result<String, StoreError> {
        serde_json::to_string(self).map_err(shape)
    }

    /// The hash that its foot shows: of the paper without its foot.
    pub(super) fn sha256(&self) -> Result<[u8; 32], StoreError> {
        Ok(sha256(&serde_json::to_vec(&self.paper).map_err(shape)?))
    }
}

/// How much of the hash is printed: 128 bits.
pub(super) const PRINTED: usize = 32;

/// Issues a paper: gives it its number and keeps it; a job makes its file. `form` is the id of the form that wanted it; sent
/// twice, it is issued once. The id leads to `/dokumen/{id}`.
///
/// # Errors
/// As [`App::submit`].
pub async fn issue(app: &App, actor: &Actor, shell: &Shell, form: Id, draft: Draft) -> Result<Id, Rejection> {
    let number = NumberPaper {
        kind: draft.kind.to_owned(),
        own_number: match draft.number {
            Numbering::Next => None,
            Numbering::Own(number) => Some(number),
        },
        day: draft.day,
        territory: draft.territory,
        title: draft.title,
        subject: draft.subject,
        replaces: draft.replaces,
        origin: shell.address(&format!("/periksa/{}/", actor.district)),
        paper: draft.paper,
    };
    let id = app.submit(actor, form, number).await?.value;
    jobs::ring(app);
    Ok(id)
}

/// Issues a paper from a form that stands beside others: its page stays open while the file is loaded, and the form's id is
/// free for whatever is sent from there next. Pressed twice it is one paper.
///
/// # Errors
/// The form has no id; as [`issue`].
pub async fn issue_own(
    app: &App,
    actor: &Actor,
    shell: &Shell,
    form: &Form,
    draft: Draft,
) -> Result<Id, Error> {
    let mut bytes = *form.command_id()?.as_bytes();
    bytes[15] ^= 1;
    Ok(issue(app, actor, shell, Id::from_bytes(bytes), draft).await?)
}

/// By what papers are found that are made of no row of their own: of a month, of a part of something. The same words give the
/// same id.
pub fn subject(words: &str) -> Id {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&sha256(words.as_bytes())[..16]);
    Id::from_bytes(bytes)
}

/// The job that makes and keeps the files of numbered papers.
pub(super) const JOB: &str = "papers.file";

/// Makes and keeps the file of the paper that a job is about. Done again it changes nothing.
pub(super) async fn file_job(app: &App, job: &Job) -> Result<(), JobError> {
    let (district, Some(id)) = (job.district_id, job.subject_id) else { return Ok(()) };
    let db = app.store.reader();
    let Some(kept) = query::kept(db, district, id).await?.filter(|kept| kept.pdf_id.is_none()) else {
        return Ok(());
    };
    let Some(place) = settings::one(db, district).await? else { return Ok(()) };
    let actor = Actor::system(district, place.code, place.name, place.zone);
    let content =
        opened(app, district, &kept.content_sealed).map_err(|error| JobError::Failed(error.to_string()))?;
    let content_sha256 = content.sha256()?;
    let bytes = made(app, &kept, content).await.map_err(|error| JobError::Later(error.to_string()))?;
    let pdf_sha256 = sha256(&bytes);
    let file = attachments::Content { media_type: MediaType::Pdf, bytes };
    // The form of this file is the paper itself: made twice it is stored once.
    let attachment = attachments::store(app, &actor, id, file).await?;
    app.submit(&actor, app.store.new_id(), FilePaper { paper: id, attachment, content_sha256, pdf_sha256 })
        .await?;
    Ok(())
}

/// The file of a paper: as it is kept, or made now, byte for byte the same. Whoever calls this has asked whether the reader
/// may see it.
pub(super) async fn file(app: &App, actor: &Actor, id: Id) -> Result<Vec<u8>, Error> {
    let kept = query::kept(app.store.reader(), actor.district, id).await?.ok_or(Error::NotFound)?;
    match kept.pdf_id {
        Some(attachment) => {
            let found = attachments::open(&app.store, actor.district, attachment).await?;
            Ok(found.ok_or(Error::NotFound)?.bytes)
        }
        None => {
            let content = opened(app, actor.district, &kept.content_sealed)?;
            made(app, &kept, content).await
        }
    }
}

/// A paper's file, with its foot: in Indonesian, whoever asks for it.
async fn made(app: &App, kept: &Kept, mut content: Content) -> Result<Vec<u8>, Error> {
    let text = Text::new(asuh_nusantara::Language::Indonesian, asuh_nusantara::Zone::Wib);
    let hash = data_encoding::HEXLOWER.encode(&content.sha256()?)[..PRINTED].to_owned();
    let address = format!("{}{hash}", content.origin);
    let foot = &mut content.paper.foot;
    foot.line = text.t2("papers.foot.line", "number", &kept.number, "day", text.long_day(kept.day));
    if kept.printing > 1 {
        foot.line = text.t2("papers.foot.printing", "line", &foot.line, "n", kept.printing);
    }
    foot.proof = text.t2("papers.foot.proof", "hash", &hash, "address", &address);
    foot.qr = asuh_documents::qr::svg(&address).unwrap_or_default();
    pdf_of(app, &content.paper).await
}

/// What stands on a paper.
pub(super) fn opened(app: &App, district: DistrictId, sealed: &[u8]) -> Result<Content, Error> {
    let text = app.store.secrets().open_text(district, sealed)?;
    serde_json::from_str(&text).map_err(|error| Error::Internal(error.to_string()))
}

/// A draft as a file to look at: without a number, and every page says so.
///
/// # Errors
/// The file cannot be made.
pub async fn preview(app: &App, text: Text, mut paper: Paper) -> Page {
    paper.number = String::new();
    paper.foot.line = text.t("papers.foot.draft").into_owned();
    let bytes = pdf_of(app, &paper).await?;
    Ok(sent(bytes, "konsep"))
}

async fn pdf_of(app: &App, paper: &Paper) -> Result<Vec<u8>, Error> {
    let data = serde_json::to_vec(paper).map_err(|error| Error::Internal(error.to_string()))?;
    print::pdf(app, &data).await.map_err(|error| Error::Unavailable(error.to_string()))
}

/// A PDF as a download. `name` is ours: letters, digits, hyphens.
pub(super) fn sent(bytes: Vec<u8>, name: &str) -> axum::response::Response {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.pdf\"")),
    ];
    (headers, bytes).into_response()
}

/// A paper's sheet and head by the district's letterhead.
pub fn head(letterhead: &Letterhead) -> (Sheet, Head) {
    let sheet = if letterhead.paper == "f4" { Sheet::F4 } else { Sheet::A4 };
    let head = Head {
        government: letterhead.government.clone(),
        office: letterhead.office.clone(),
        address: letterhead.address.clone(),
        contact: letterhead.contact(),
        logo: letterhead.logo.clone(),
    };
    (sheet, head)
}

/// The district's own signature under a paper: whoever the settings name for papers of a kind, or a line to write on.
pub fn signature(letterhead: &Letterhead, signs: &str, above: String, place_and_day: String) -> Block {
    let who = letterhead.signs(signs).map(by).unwrap_or_default();
    Block::Signatures { place_and_day, who: vec![Signature { above, ..who }] }
}

/// The district's own signature under a paper of several sides, where the settings name somebody for papers of its kind.
pub fn acknowledged(letterhead: &Letterhead, signs: &str, above: String) -> Option<Signature> {
    letterhead.signs(signs).map(|somebody| Signature { above, ..by(somebody) })
}

fn by(signatory: &Signatory) -> Signature {
    Signature {
        above: String::new(),
        title: signatory.full_title(),
        name: signatory.name.clone(),
        rank: signatory.rank.clone(),
        nip: signatory.nip.clone(),
    }
}
