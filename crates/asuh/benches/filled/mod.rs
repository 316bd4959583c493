//! What the benches share: rows that stand before anything is measured.

use std::path::Path;

use asuh::gates;
use asuh_ground::App;
use asuh_ground::settings::ServerSettings;
use asuh_store::{Args, Command, DistrictId, Envelope, Fault, Id, Options, Recording, Store, Tx};
use serde::{Deserialize, Serialize};

/// The district of every bench.
pub(crate) const DISTRICT: DistrictId = DistrictId(1);

/// The program over a folder of its own, or a server's empty database; not `durable` where only reading is measured.
pub(crate) async fn open(url: Option<&str>, folder: &Path, durable: bool) -> App {
    std::fs::create_dir_all(folder).unwrap();
    let database_url = url.map(str::to_owned);
    let store = Store::open(Options { database_url, durable, ..Options::folder(folder) }).await.unwrap();
    let settings = ServerSettings { folder: folder.to_owned(), ..ServerSettings::default() };
    App::new(store, settings, gates::registry())
}

/// The head of an `INSERT ... VALUES` and its rows.
pub(crate) type Piece = (&'static str, Vec<Args>);

/// Writes pieces as they are, in their order.
#[derive(Serialize, Deserialize)]
struct Fill {
    #[serde(skip)]
    pieces: Vec<Piece>,
}

impl Command for Fill {
    const KIND: &'static str = "bench.fill";
    const RECORDING: Recording = Recording::Unlogged;
    type Receipt = ();

    async fn apply(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        for (head, rows) in &self.pieces {
            tx.insert_many(head, "", rows.clone()).await?;
        }
        Ok(())
    }
}

/// The envelope of a command that the program itself gives.
pub(crate) fn envelope(app: &App) -> Envelope {
    Envelope {
        id: app.store.new_id(),
        district: DISTRICT,
        actor: Id::SYSTEM,
        device: None,
        captured_at: app.store.clock().now(),
    }
}

/// Writes pieces in one transaction.
pub(crate) async fn fill(app: &App, pieces: Vec<Piece>) {
    app.store.submit(envelope(app), Fill { pieces }).await.expect("rows that fit the schema");
}
