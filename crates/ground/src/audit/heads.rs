//! The public page of heads: one hash a day that stands for all that the books say until then, and the check of a receipt.

use askama::Template;
use asuh_ledger::Hash;
use asuh_store::{DistrictId, Id, Instant, Query, StoreError, args};
use axum::extract::{Query as UrlQuery, State};
use axum::http::header;
use axum::response::IntoResponse;
use serde::Deserialize;

use super::receipt::{self, LedgerReceipt};
use super::{SeeTrail, opened};
use crate::App;
use crate::access::Cap;
use crate::settings::{self, District};
use crate::web::{Error, Form, FormView, Page, Path, Shell, page_with};

/// Days of the page.
const DAYS: i64 = 31;
const DAY_MS: i64 = 86_400_000;

#[derive(Deserialize)]
pub(super) struct Choice {
    kabupaten: Option<i64>,
}

asuh_store::row_struct! {
    struct HeadRow { last_seq: i64, head: [u8; 32], sealed_at: Instant }
}

/// The head of a day.
struct Head {
    at: Instant,
    last_seq: i64,
    head: Hash,
}

/// The last head of each of the last days on which something was sealed, the newest first. Index: `seal_batch_by_time`.
async fn heads(app: &App, district: &District) -> Result<Vec<Head>, StoreError> {
    let offset = i64::from(district.zone.offset().whole_seconds()) * 1000;
    let since = app.store.clock().now().0 - DAYS * DAY_MS;
    let rows: Vec<HeadRow> = app
        .store
        .reader()
        .all(
            "SELECT last_seq, head, sealed_at FROM seal_batch WHERE district_id = $1 AND stream = 'ledger' \
             AND batch IN (SELECT MAX(batch) FROM seal_batch WHERE district_id = $1 AND stream = 'ledger' \
             AND sealed_at >= $2 GROUP BY (sealed_at + $3) / 86400000) ORDER BY batch DESC",
            args![district.id, since, offset],
        )
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Head { at: row.sealed_at, last_seq: row.last_seq, head: Hash::new(row.head) })
        .collect())
}

/// What the check of a receipt says.
enum Verdict {
    /// It holds, and its head is one of ours.
    Good { seq: u64, sealed_at: Instant },
    /// It holds by itself, but no head of ours is its.
    Unknown,
    /// It does not hold.
    Bad,
    /// It is not a receipt.
    Unreadable,
}

impl Verdict {
    fn code(&self) -> &'static str {
        match self {
            Verdict::Good { .. } => "good",
            Verdict::Unknown => "unknown",
            Verdict::Bad => "bad",
            Verdict::Unreadable => "unreadable",
        }
    }
}

#[derive(Template)]
#[template(path = "audit/heads.html")]
struct HeadsPage {
    shell: Shell,
    f: FormView,
    districts: Vec<District>,
    chosen: Option<District>,
    heads: Vec<Head>,
    verdict: Option<Verdict>,
}

async fn heads_page(
    app: &App,
    shell: Shell,
    form: &Form,
    chosen: Option<i64>,
    verdict: Option<Verdict>,
) -> Page {
    let districts = settings::all(app.store.reader()).await?;
    let chosen = match chosen {
        Some(id) => {
            Some(districts.iter().find(|district| district.id.0 == id).ok_or(Error::NotFound)?.clone())
        }
        None => districts.first().filter(|_| districts.len() == 1).cloned(),
    };
    let heads = match &chosen {
        Some(district) => heads(app, district).await?,
        None => Vec::new(),
    };
    page_with(form.status(), &HeadsPage { f: form.view(), districts, chosen, heads, verdict, shell })
}

/// The heads, for everybody: no name, no amount.
pub(super) async fn list(State(app): State<App>, UrlQuery(choice): UrlQuery<Choice>, shell: Shell) -> Page {
    let form = Form::empty(&shell);
    heads_page(&app, shell, &form, choice.kabupaten, None).await
}

asuh_store::row_struct! {
    struct SealedAt { sealed_at: Instant }
}

/// When the batch with this head was sealed, if it is one of the district's. Index: `seal_batch_by_seq`.
async fn known(
    app: &App,
    district: DistrictId,
    seq: u64,
    head: &Hash,
) -> Result<Option<Instant>, StoreError> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let found: Option<SealedAt> = app
        .store
        .reader()
        .first(
            "SELECT sealed_at FROM seal_batch WHERE district_id = $1 AND stream = 'ledger' AND first_seq <= $2 \
             AND last_seq >= $2 AND head = $3",
            args![district, seq, *head.as_bytes()],
        )
        .await?;
    Ok(found.map(|found| found.sealed_at))
}

/// The longest receipt that is read, in bytes, chosen or pasted: anybody may send one.
const RECEIPT: u64 = 400_000;

/// What the chosen file says. One that is no text or too long for a receipt is answered like any that cannot be read.
async fn chosen_file(form: &Form) -> Option<String> {
    let file = form.file("berkas")?;
    let short = file.size <= RECEIPT;
    Some(if short { tokio::fs::read_to_string(&file.path).await.unwrap_or_default() } else { String::new() })
}

/// Checks a receipt that somebody chose as a file, or pasted.
pub(super) async fn check(State(app): State<App>, shell: Shell, mut form: Form) -> Page {
    let text = match chosen_file(&form).await {
        Some(text) => text,
        None => form.required("bukti", RECEIPT as usize),
    };
    if !form.is_valid() {
        return heads_page(&app, shell, &form, None, None).await;
    }
    let verdict = match serde_json::from_str::<LedgerReceipt>(&text) {
        Err(_) => Verdict::Unreadable,
        Ok(receipt) if receipt.verify().is_err() => Verdict::Bad,
        Ok(receipt) => {
            let head = receipt.proof.head;
            match known(&app, DistrictId(receipt.district), receipt.proof.seq, &head).await? {
                Some(sealed_at) => Verdict::Good { seq: receipt.proof.seq, sealed_at },
                None => Verdict::Unknown,
            }
        }
    };
    heads_page(&app, shell, &form, None, Some(verdict)).await
}

asuh_store::row_struct! {
    struct LeafRow { leaf: [u8; 32], sealed_at: Instant }
}

/// The address in the QR code of a printed receipt: whether this number of the district's books has this hash.
pub(super) async fn by_code(
    State(app): State<App>,
    Path((district, seq, leaf)): Path<(i64, i64, String)>,
    shell: Shell,
) -> Page {
    let leaf: Hash = leaf.parse().map_err(|_| Error::NotFound)?;
    let found: Option<LeafRow> = app
        .store
        .reader()
        .first(
            "SELECT l.leaf, b.sealed_at FROM seal_leaf l JOIN seal_batch b ON b.district_id = l.district_id \
             AND b.stream = l.stream AND b.first_seq <= l.seq AND b.last_seq >= l.seq \
             WHERE l.district_id = $1 AND l.stream = 'ledger' AND l.seq = $2",
            args![DistrictId(district), seq],
        )
        .await?;
    let verdict = match found {
        Some(row) if Hash::new(row.leaf) == leaf => {
            Verdict::Good { seq: u64::try_from(seq).unwrap_or(0), sealed_at: row.sealed_at }
        }
        Some(_) => Verdict::Bad,
        None => Verdict::Unknown,
    };
    let form = Form::empty(&shell);
    heads_page(&app, shell, &form, Some(district), Some(verdict)).await
}

/// The receipt of a transfer as a file.
pub(super) async fn file(cap: Cap<SeeTrail>, State(app): State<App>, Path(id): Path<Id>) -> Page {
    let receipt = receipt::of_transfer(&app, cap.district(), id).await?.ok_or(Error::NotFound)?;
    opened(&app, cap.actor(), "export", None, "bukti-buku");
    let name = format!("bukti-{}.json", receipt.proof.seq);
    let body = serde_json::to_string_pretty(&receipt).map_err(|error| Error::Internal(error.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, body).into_response())
}

/// The address that a printed receipt's QR code holds.
pub(super) fn code(shell: &Shell, district: DistrictId, seq: u64, leaf: &Hash) -> String {
    shell.address(&format!("/bukti/{district}/{seq}/{leaf}"))
}

asuh_store::row_struct! {
    struct CauseRow { seq: i64, leaf: [u8; 32] }
}

/// What a printed receipt or protocol carries so that anybody can look its entry in the books up: its number, and the code
/// that leads to the public page.
#[derive(Debug, Clone)]
pub struct PaperProof {
    /// The number in the books.
    pub seq: i64,
    /// The address in the code.
    pub code: String,
    /// The code as a picture (SVG).
    pub picture: String,
}

impl PaperProof {
    /// Of the newest transfer that something caused, a deposit, a gift or a hand-over; `None` while it is not sealed, and
    /// where it was taken back. Whoever calls this has asked whether the caller may read the paper. Index:
    /// `transfer_by_cause`, `seal_leaf_by_entry`.
    ///
    /// # Errors
    /// The store fails.
    pub async fn of_cause(
        app: &App,
        shell: &Shell,
        district: DistrictId,
        cause: Id,
    ) -> Result<Option<PaperProof>, StoreError> {
        let found: Option<CauseRow> = app
            .store
            .reader()
            .first(
                "SELECT l.seq, l.leaf FROM transfer t JOIN seal_leaf l ON l.district_id = t.district_id \
                 AND l.stream = 'ledger' AND l.entry_id = t.id WHERE t.district_id = $1 AND t.cause_id = $2 \
                 AND t.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM transfer x WHERE x.district_id = t.district_id \
                 AND x.reverses = t.id) ORDER BY l.seq DESC LIMIT 1",
                args![district, cause],
            )
            .await?;
        Ok(found.map(|row| {
            let seq = u64::try_from(row.seq).unwrap_or(0);
            let code = code(shell, district, seq, &Hash::new(row.leaf));
            PaperProof { seq: row.seq, picture: asuh_documents::qr::svg(&code).unwrap_or_default(), code }
        }))
    }
}
