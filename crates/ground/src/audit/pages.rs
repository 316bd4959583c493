//! The trail and the access log on the screen, and the proof of one row.

use askama::Template;
use asuh_documents::sheet::{Column, Kind};
use asuh_ledger::ReceiptProof;
use asuh_store::{Id, Instant};
use axum::extract::State;

use super::query::{self, Filter, Log, LogLine, PAGE};
use super::seal::{self, Stream};
use super::{SeeTrail, heads, opened};
use crate::App;
use crate::access::Cap;
use crate::web::{AT_ONCE, Book, Cell, Error, Form, FormView, Page, Path, Shell, Text, cut, page, page_with};

impl LogLine {
    /// What was done, in words; the kind itself where nobody has written words for it.
    fn words(&self, text: &Text) -> String {
        for key in [format!("audit.command.{}", self.kind), format!("audit.action.{}", self.kind)] {
            let words = text.t(&key);
            if words != key.as_str() {
                return words.into_owned();
            }
        }
        self.kind.clone()
    }

    /// Who did it.
    fn who(&self, text: &Text) -> String {
        match (&self.user_name, &self.login) {
            (Some(name), Some(login)) => format!("{name} ({login})"),
            _ if self.user_id == Id::SYSTEM => text.t("audit.system").into_owned(),
            _ => self.user_id.to_string(),
        }
    }

    /// The page of the object, where there is one that the reader may open.
    fn link(&self, shell: &Shell) -> String {
        let Some(id) = self.subject_id else { return String::new() };
        let path = match self.subject_kind.as_deref() {
            Some("user") if shell.has_role("district_admin") => "/pengguna",
            Some("family") => "/sasaran",
            Some("institution") => "/lembaga",
            Some("import_batch" | "import") if shell.entries().iter().any(|entry| entry.path == "/impor") => {
                "/impor"
            }
            _ => return String::new(),
        };
        format!("{path}/{id}")
    }

    /// What else is known of an opening, in words: our own words are translated, an address or a path stays.
    fn about(&self, text: &Text) -> String {
        let known = |word: &str| {
            let key = format!("audit.detail.{}", word.replace(' ', "_"));
            Some(text.t(&key)).filter(|words| *words != key.as_str())
        };
        if let Some(words) = known(&self.detail) {
            return words.into_owned();
        }
        match self.detail.split_once(' ').and_then(|(word, rest)| Some((known(word)?, rest))) {
            Some((words, rest)) => format!("{words} {rest}"),
            None => self.detail.clone(),
        }
    }

    /// The object for the narrow column: its kind, and the end of its id, which tells ids of the same day apart.
    fn short_subject(&self, text: &Text) -> String {
        let whole = self.subject(text);
        match (whole.rsplit_once(' '), self.subject_id) {
            (Some((words, _)), Some(id)) => {
                let id = id.to_string();
                format!("{words} …{}", id.get(id.len().saturating_sub(6)..).unwrap_or_default())
            }
            _ => whole,
        }
    }

    /// The object's whole id; empty where there is none.
    fn subject_id(&self) -> String {
        self.subject_id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The object in words, with its id; the kind itself where nobody has written words for it.
    fn subject(&self, text: &Text) -> String {
        match (&self.subject_kind, self.subject_id) {
            (Some(kind), Some(id)) => {
                let key = format!("audit.object.{kind}");
                let words = text.t(&key);
                if words == key.as_str() { format!("{kind} {id}") } else { format!("{words} {id}") }
            }
            _ => String::new(),
        }
    }
}

#[derive(Template)]
#[template(path = "audit/trail.html")]
struct TrailPage {
    shell: Shell,
    f: FormView,
    title: String,
    access: bool,
    action: &'static str,
    lines: Vec<LogLine>,
    next: Option<(i64, String)>,
}

impl Log {
    fn path(self) -> &'static str {
        match self {
            Log::Trail => "/jejak",
            Log::Access => "/jejak/akses",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Log::Trail => "audit.trail.title",
            Log::Access => "audit.access.title",
        }
    }
}

/// What the filter form asks for. It is sent, not put into the address: a login may be an NIP.
async fn filter(app: &App, cap: &SeeTrail, form: &mut Form) -> Result<Filter, Error> {
    let mut filter = Filter { kind: form.optional("jenis", 60), ..Filter::default() };
    if let Some(day) = form.day_optional("hari") {
        let start = |day: time::Date| Instant::from(day.midnight().assume_offset(cap.actor().zone.offset()));
        filter.between = Some((start(day), start(day.next_day().unwrap_or(day))));
    }
    let login = form.optional("pengguna", 60).to_lowercase();
    if !login.is_empty() {
        filter.user = query::user_by_login(app.store.reader(), cap.district(), &login).await?;
        if filter.user.is_none() {
            form.error("pengguna", "audit.refused.user");
        }
    }
    filter.subject = form.read_optional("objek", |text| text.parse().map_err(|_| "audit.refused.subject"));
    if let (Ok(at), Ok(id)) = (form.get("dari").parse().map(Instant), form.get("dari_id").parse()) {
        filter.after = Some((at, id));
    }
    Ok(filter)
}

async fn show(cap: &SeeTrail, app: &App, shell: Shell, mut form: Form, log: Log) -> Page {
    let wanted = filter(app, cap, &mut form).await?;
    let mut lines = match form.is_valid() {
        true => query::entries(app.store.reader(), cap.district(), log, &wanted, PAGE + 1).await?,
        false => Vec::new(),
    };
    let next = cut(&mut lines, PAGE, |line| (line.at.0, line.id.to_string()));
    let prefix = if form.is_valid() { "".into() } else { shell.t("web.form.error_title") };
    let template = TrailPage {
        f: form.view(),
        title: format!("{prefix}{}", shell.t(log.title())),
        access: log == Log::Access,
        action: log.path(),
        lines,
        next,
        shell,
    };
    page_with(form.status(), &template)
}

pub(super) async fn trail(cap: Cap<SeeTrail>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, form, Log::Trail).await
}

pub(super) async fn find_trail(cap: Cap<SeeTrail>, State(app): State<App>, shell: Shell, form: Form) -> Page {
    answer(cap, app, shell, form, Log::Trail).await
}

pub(super) async fn access(cap: Cap<SeeTrail>, State(app): State<App>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    show(&cap, &app, shell, form, Log::Access).await
}

pub(super) async fn find_access(
    cap: Cap<SeeTrail>,
    State(app): State<App>,
    shell: Shell,
    form: Form,
) -> Page {
    answer(cap, app, shell, form, Log::Access).await
}

async fn answer(cap: Cap<SeeTrail>, app: App, shell: Shell, mut form: Form, log: Log) -> Page {
    if form.get("bentuk") != "xlsx" {
        return show(&cap, &app, shell, form, log).await;
    }
    let mut wanted = filter(&app, &cap, &mut form).await?;
    if !form.is_valid() {
        return show(&cap, &app, shell, form, log).await;
    }
    wanted.after = None;
    let name = if log == Log::Trail { "jejak" } else { "log-akses" };
    opened(&app, cap.actor(), "export", None, name);
    let columns = ["audit.field.at", "audit.field.who", "audit.field.what", "audit.field.subject"]
        .into_iter()
        .chain((log == Log::Access).then_some("audit.field.detail"))
        .chain(["audit.field.id"])
        .map(|key| Column::new(shell.t(key), Kind::Text))
        .collect();
    let row = |line: LogLine| {
        let mut row: Vec<Cell> = vec![
            shell.instant(line.at).into(),
            line.who(&shell).into(),
            line.words(&shell).into(),
            line.subject(&shell).into(),
        ];
        if log == Log::Access {
            row.push(line.about(&shell).into());
        }
        row.push(line.id.to_string().into());
        row
    };
    let mut book = Book::begin(&app, shell.t(log.title()).into_owned(), columns)?;
    loop {
        let db = app.store.reader();
        let mut lines = query::entries(db, cap.district(), log, &wanted, AT_ONCE + 1).await?;
        wanted.after = cut(&mut lines, AT_ONCE, |line| (line.at, line.id));
        book.rows(lines.into_iter().map(row).collect()).await?;
        if wanted.after.is_none() {
            return book.send(name).await;
        }
    }
}

#[derive(Template)]
#[template(path = "audit/proof.html")]
struct ProofPage {
    shell: Shell,
    id: Id,
    /// The stream and the proof; nothing while the row is not sealed.
    proof: Option<(Stream, ReceiptProof)>,
    sealed_at: Instant,
    holds: bool,
    unaltered: bool,
    /// What the QR code of a transfer's receipt holds, and the code.
    code: String,
    qr: String,
}

/// The proof of a command or a transfer by its id.
pub(super) async fn proof(
    cap: Cap<SeeTrail>,
    State(app): State<App>,
    shell: Shell,
    Path(id): Path<Id>,
) -> Page {
    let district = cap.district();
    let mut found = None;
    for stream in Stream::ALL {
        if !seal::is_recorded(&app, district, stream, id).await? {
            continue;
        }
        found = Some(seal::proof(&app, district, stream, id).await?.map(|proof| (stream, proof)));
        break;
    }
    let proof = found.ok_or(Error::NotFound)?;
    let (mut holds, mut unaltered) = (false, false);
    if let Some((stream, proof)) = &proof {
        holds = proof.verify().is_ok();
        unaltered = seal::is_unaltered(&app, district, *stream, id, proof).await?;
    }
    let code = match &proof {
        Some((Stream::Ledger, proof)) => heads::code(&shell, district, proof.seq, &proof.leaf),
        _ => String::new(),
    };
    let qr = if code.is_empty() { String::new() } else { asuh_documents::qr::svg(&code).unwrap_or_default() };
    let sealed_at = Instant(proof.as_ref().map_or(0, |(_, proof)| proof.sealed_at_ms));
    page(&ProofPage { shell, id, proof, sealed_at, holds, unaltered, code, qr })
}
