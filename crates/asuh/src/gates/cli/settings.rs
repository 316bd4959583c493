//! `asuh settings`: every setting with its value and where it comes from.

use clap::ArgMatches;
use clap::parser::ValueSource;

use super::{DataArgs, ServeArgs};
use asuh_ground::settings::{Origin, Setting};

/// Where the arguments of this call came from.
pub(super) struct Origins(Option<ArgMatches>);

impl Origins {
    pub(super) fn of(matches: &ArgMatches) -> Origins {
        Origins(matches.subcommand().map(|(_, matches)| matches.clone()))
    }

    fn origin(&self, id: &str) -> Origin {
        let source = self
            .0
            .as_ref()
            .and_then(|matches| matches.try_contains_id(id).ok().and_then(|_| matches.value_source(id)));
        match source {
            Some(ValueSource::CommandLine) => Origin::CommandLine,
            Some(ValueSource::EnvVariable) => Origin::Environment,
            _ => Origin::Default,
        }
    }

    fn setting(&self, id: &str, name: &'static str, value: String, about: &'static str) -> Setting {
        Setting { name, value, origin: self.origin(id), about }
    }
}

pub(super) fn data_table(data: &DataArgs, origins: &Origins) -> Vec<Setting> {
    let folder = data.data.display().to_string();
    let key = data.data.join("master.key").display().to_string();
    let server = if data.database_url.is_some() { "(set)" } else { "(none: SQLite in the data folder)" };
    vec![
        origins.setting("data", "data", folder, "data folder (ASUH_DATA, --data)"),
        origins.setting(
            "database_url",
            "database-url",
            server.into(),
            "PostgreSQL server (ASUH_DATABASE_URL)",
        ),
        origins.setting(
            "-",
            "master-key",
            key,
            "key of the encrypted fields; keep a copy apart from backups",
        ),
        origins.setting(
            "-",
            "log",
            std::env::var("ASUH_LOG").unwrap_or_else(|_| super::LOG.into()),
            "log filter (ASUH_LOG)",
        ),
    ]
}

pub(super) fn serve_table(args: &ServeArgs, origins: &Origins) -> Vec<Setting> {
    let shown = |path: &Option<std::path::PathBuf>| {
        path.as_ref().map_or_else(|| "(none)".to_owned(), |path| path.display().to_string())
    };
    let mut table = data_table(&args.data, origins);
    table.extend([
        origins.setting("listen", "listen", args.listen.to_string(), "address (ASUH_LISTEN, --listen)"),
        origins.setting("tls_cert", "tls-cert", shown(&args.tls_cert), "certificate chain for HTTPS"),
        origins.setting("tls_key", "tls-key", shown(&args.tls_key), "private key for HTTPS"),
        origins.setting(
            "public_url",
            "public-url",
            args.public_url.clone().unwrap_or_default(),
            "address that links in letters begin with",
        ),
    ]);
    table
}

/// Prints a table of settings.
pub(super) fn print(table: &[Setting], json: bool) {
    if json {
        let rows: Vec<serde_json::Value> = table
            .iter()
            .map(|setting| {
                serde_json::json!({
                    "name": setting.name, "value": setting.value,
                    "origin": setting.origin.code(), "about": setting.about,
                })
            })
            .collect();
        println!("{}", serde_json::Value::Array(rows));
        return;
    }
    for setting in table {
        println!(
            "{:<14} {:<40} {:<13} {}",
            setting.name,
            setting.value,
            setting.origin.code(),
            setting.about
        );
    }
}
