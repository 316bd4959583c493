//! The paper of a list, without names, and the comparison of a file with it.

use askama::Template;
use axum::extract::{Query as Params, State};
use serde::Deserialize;

use super::kind::Kind;
use super::pages::found;
use super::proof::{self, Proof, Verdict};
use super::query::{self, FrozenList};
use super::shown::{CountLine, Counts, KindWords};
use crate::rights::SeeFrozenLists;
use crate::territory;
use asuh_ground::App;
use asuh_ground::access::Cap;
use asuh_ground::audit::seal::{self, Stream};
use asuh_ground::settings::Letterhead;
use asuh_ground::web::{self, Error, Form, FormView, Page, Path, Shell, Text, page_with};

/// How much is printed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Choice {
    /// Not empty: villages too.
    #[serde(default)]
    desa: String,
}

#[derive(Template)]
#[template(path = "frozen/paper.html")]
pub(super) struct PaperPage {
    pub(super) shell: Shell,
    pub(super) kind: KindWords,
    pub(super) list: FrozenList,
    pub(super) letterhead: Letterhead,
    pub(super) groups: Vec<(CountLine, Vec<CountLine>)>,
    pub(super) total: CountLine,
    pub(super) villages: bool,
    /// The reader reaches the whole list.
    pub(super) is_whole: bool,
    /// The number and the head of the sealed trail that hold it, once it is sealed.
    pub(super) seal: Option<(u64, String)>,
}

impl PaperPage {
    /// Where its PDF is printed.
    pub(super) fn pdf(&self) -> String {
        format!("{}/{}/cetak/pdf{}", self.kind.home, self.list.id, if self.villages { "?desa=1" } else { "" })
    }
}

/// The paper of a list as far as the reader reaches, in the words of a language.
pub(super) async fn read<K: Kind>(
    app: &App,
    cap: &SeeFrozenLists,
    shell: Shell,
    text: &Text,
    id: &str,
    choice: &Choice,
) -> Result<PaperPage, Error> {
    let list = found::<K>(app, cap, id).await?;
    let db = app.store.reader();
    let counted = query::counts(db, cap.district(), cap.scope(), list.id).await?;
    let counts = Counts::of::<K>(db, cap.district(), text, counted, &[]).await?;
    let proof = seal::proof(app, cap.district(), Stream::Audit, list.command_id).await?;
    Ok(PaperPage {
        kind: KindWords::of::<K>(text),
        letterhead: Letterhead::load(&app.store, cap.district()).await?,
        is_whole: counts.total.rows == list.row_count,
        groups: counts.groups,
        total: counts.total,
        villages: !choice.desa.is_empty(),
        seal: proof.map(|proof| (proof.seq, proof.head.to_string())),
        list,
        shell,
    })
}

/// The paper: numbers, hash, signature.
pub(super) async fn page<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    Params(choice): Params<Choice>,
) -> Page {
    let text = shell.text();
    web::page(&read::<K>(&app, &cap, shell, &text, &id, &choice).await?)
}

/// A village of a file, in words.
struct VillageLine {
    name: String,
    rows: i64,
    verdict: Verdict,
}

impl VillageLine {
    /// What is to be said of it, and its tone.
    fn words(&self, shell: &Shell) -> String {
        match self.verdict {
            Verdict::Same => shell.t("frozen.proof.same").into_owned(),
            Verdict::OtherCount { frozen } => shell.t1("frozen.proof.other_count", "n", shell.number(frozen)),
            Verdict::Altered => shell.t("frozen.proof.altered").into_owned(),
            Verdict::Unknown => shell.t("frozen.proof.unknown").into_owned(),
        }
    }

    fn tone(&self) -> &'static str {
        if self.verdict == Verdict::Same { "good" } else { "bad" }
    }
}

#[derive(Template)]
#[template(path = "frozen/proof.html")]
struct ProofPage {
    shell: Shell,
    kind: KindWords,
    list: FrozenList,
    proof: Option<Proof>,
    /// The villages that are not as they were, then a few that are.
    lines: Vec<VillageLine>,
    f: FormView,
}

impl ProofPage {
    /// What is said of a file that holds some whole villages of the list.
    fn part(&self, proof: &Proof) -> String {
        let rows = self.shell.number(proof.rows);
        let villages = proof.villages.len();
        self.shell.t3("frozen.proof.part", ("rows", rows), ("villages", villages), ("n", self.list.number))
    }
}

/// Compares a file with the list.
pub(super) async fn prove<K: Kind>(
    cap: Cap<SeeFrozenLists>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<String>,
    mut form: Form,
) -> Page {
    let list = found::<K>(&app, &cap, &id).await?;
    let db = app.store.reader();
    let mut proof = None;
    match form.file("berkas").map(|upload| upload.path.clone()) {
        None => form.error("berkas", "web.error.required"),
        Some(path) => {
            let read = tokio::task::spawn_blocking(move || proof::hashes_of_file(&path)).await;
            match read.map_err(|error| Error::Internal(error.to_string()))? {
                Ok(hashed) => proof = Some(proof::compare(db, cap.district(), &list, hashed).await?),
                Err(key) => form.error("berkas", key),
            }
        }
    }
    let mut lines = Vec::new();
    if let Some(proof) = &proof {
        let names = territory::names(db, cap.district(), proof.villages.iter().map(|one| one.0)).await?;
        lines.extend(proof.villages.iter().map(|(code, rows, verdict)| VillageLine {
            name: names.get(code).cloned().unwrap_or_else(|| territory::dotted(*code)),
            rows: *rows,
            verdict: *verdict,
        }));
        lines.sort_by_key(|line| line.verdict == Verdict::Same);
    }
    let kind = KindWords::of::<K>(&shell.text());
    page_with(form.status(), &ProofPage { kind, list, proof, lines, f: form.view(), shell })
}
