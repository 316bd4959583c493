//! Photos, signatures, scans: kept encrypted, named by a server-made id.

use asuh_store::{Command, DistrictId, Envelope, Fault, Id, Query, Recording, Tx, args};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::App;
use super::access::Actor;
use super::web::Error;

/// A file that belongs to a fact.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// Such as `image/png`, decided by its content.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

/// Keeps a file and gives its id. The id is made from `cause` (the form that brought it) and the content: the
/// same form sent twice keeps one file. The fact that names it is recorded afterwards by its own command; a
/// file that no fact names is never shown.
///
/// # Errors
/// It could not be stored.
pub async fn keep(app: &App, actor: &Actor, cause: Id, attachment: Attachment) -> Result<Id, Error> {
    let sha256: [u8; 32] = Sha256::digest(&attachment.content).into();
    let named = Sha256::new().chain_update(cause.as_bytes()).chain_update(sha256).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&named[..16]);
    let id = Id::from_bytes(bytes);
    let envelope = Envelope {
        id: app.store.new_id(),
        district: actor.district,
        actor: actor.user,
        device: None,
        captured_at: app.store.clock().now(),
    };
    let keep = Keep { id, media_type: attachment.media_type, sha256, content: attachment.content };
    app.store.submit(envelope, keep).await?;
    Ok(id)
}

/// A kept file.
///
/// # Errors
/// The store fails, or the content cannot be decrypted.
pub async fn open(app: &App, district: DistrictId, id: Id) -> Result<Option<Attachment>, Error> {
    asuh_store::row_struct! { struct Row { media_type: String, content_sealed: Vec<u8> } }
    let row: Option<Row> = app
        .store
        .reader()
        .first(
            "SELECT media_type, content_sealed FROM attachment WHERE district_id = $1 AND id = $2",
            args![district, id],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let content = app.store.secrets().open(district, &row.content_sealed)?;
    Ok(Some(Attachment { media_type: row.media_type, content }))
}

#[derive(Serialize)]
struct Keep {
    id: Id,
    media_type: String,
    sha256: [u8; 32],
    #[serde(skip)]
    content: Vec<u8>,
}

impl Command for Keep {
    const KIND: &'static str = "attachments.keep";
    // The command that names the attachment is the one that the audit trail keeps.
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        tx.execute(
            "INSERT INTO attachment (district_id, id, media_type, size, sha256, content_sealed, created_at, created_by) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            args![
                tx.district(),
                self.id,
                &self.media_type,
                self.content.len() as i64,
                self.sha256,
                tx.secrets().seal(tx.district(), &self.content)?,
                tx.now(),
                tx.actor(),
            ],
        )
        .await?;
        Ok(())
    }
}
