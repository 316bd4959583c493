//! Opening an installation for a command.

use asuh_store::{Options, Store};

use super::{CliError, DataArgs};
use crate::gates;
use asuh_ground::App;
use asuh_ground::settings::{District, ServerSettings, Setting, all};

/// How the store is opened for these arguments.
pub(super) fn options(data: &DataArgs) -> Options {
    Options { database_url: data.database_url.clone(), ..Options::folder(&data.data) }
}

/// An open installation.
pub struct Opened {
    /// The program on it.
    pub app: App,
}

impl Opened {
    /// Opens it with the machine's clock.
    ///
    /// # Errors
    /// The folder is in use, the server does not answer, the data is from a newer program.
    pub async fn open(data: &DataArgs, table: Vec<Setting>) -> Result<Opened, CliError> {
        let store = Store::open(options(data)).await?;
        Ok(Opened::on(store, data, table))
    }

    /// Opens it only to read, beside a process that may be writing.
    ///
    /// # Errors
    /// There is no installation, or it belongs to another version of the program.
    pub async fn open_to_read(data: &DataArgs) -> Result<Opened, CliError> {
        let store = Store::open_to_read(options(data)).await?;
        Ok(Opened::on(store, data, Vec::new()))
    }

    /// Opens it only to read what it holds at this moment, for so many questions at the same time.
    ///
    /// # Errors
    /// As [`Opened::open_to_read`].
    pub async fn open_moment(data: &DataArgs, readers: u32) -> Result<Opened, CliError> {
        let store = Store::open_moment(Options { readers, ..options(data) }).await?;
        Ok(Opened::on(store, data, Vec::new()))
    }

    fn on(store: Store, data: &DataArgs, table: Vec<Setting>) -> Opened {
        let public_url = table
            .iter()
            .find(|setting| setting.name == "public-url")
            .map(|setting| setting.value.clone())
            .unwrap_or_default();
        let settings =
            ServerSettings { folder: data.data.clone(), demo: false, public_url, printer: None, table };
        Opened { app: App::new(store, settings, gates::registry()) }
    }

    /// The district that a command works on: the one named by its code, or the only one there is.
    ///
    /// # Errors
    /// There is none, or several and none was named.
    pub async fn district(&self, code: Option<&str>) -> Result<District, CliError> {
        let mut districts = all(self.app.store.reader()).await?;
        if let Some(code) = code {
            let wanted = asuh_nusantara::TerritoryCode::parse(code)
                .map_err(|error| CliError::Text(format!("--district {code}: {error}")))?;
            return districts.into_iter().find(|district| district.code == wanted).ok_or_else(|| {
                CliError::Text(format!(
                    "no district {wanted} in this data folder; the set-up page or `asuh demo` makes one"
                ))
            });
        }
        match districts.len() {
            1 => Ok(districts.remove(0)),
            0 => Err(CliError::Text(
                "there is no district yet: run `asuh serve` and open the address it prints".into(),
            )),
            _ => Err(CliError::Text("there are several districts: name one with --district CODE".into())),
        }
    }
}
