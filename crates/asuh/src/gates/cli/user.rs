//! `asuh user`: users, from the console.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, DataArgs, Opened};
use asuh_ground::access::{Role, cli};

/// Where the user is.
#[derive(Args, Debug, Clone)]
pub(super) struct Where {
    #[command(flatten)]
    data: DataArgs,
    /// Code of the district, such as 15.01; not needed when there is only one.
    #[arg(long, value_name = "CODE")]
    district: Option<String>,
}

/// What is done with users.
#[derive(Subcommand, Debug)]
pub(super) enum UserVerb {
    /// Adds a user over the whole district and prints his one-time activation code.
    Add {
        /// What he signs in with.
        login: String,
        /// His full name.
        #[arg(long)]
        name: String,
        /// The role's code, such as district_admin.
        #[arg(long, default_value = "district_admin")]
        role: String,
        #[command(flatten)]
        place: Where,
    },
    /// Lists the users.
    List {
        /// As JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Makes a new one-time activation code; the old one and the password stop working.
    Code {
        /// Whose.
        login: String,
        #[command(flatten)]
        place: Where,
    },
    /// Stops a user: his sessions end at once.
    Disable {
        /// Whom.
        login: String,
        #[command(flatten)]
        place: Where,
    },
}

pub(super) async fn run(verb: &UserVerb) -> Result<ExitCode, CliError> {
    let place = match verb {
        UserVerb::Add { place, .. }
        | UserVerb::List { place, .. }
        | UserVerb::Code { place, .. }
        | UserVerb::Disable { place, .. } => place,
    };
    let opened = match verb {
        UserVerb::List { .. } => Opened::open_to_read(&place.data).await?,
        _ => Opened::open(&place.data, Vec::new()).await?,
    };
    let result = act(verb, &opened, place).await;
    opened.app.store.close().await;
    result
}

async fn act(verb: &UserVerb, opened: &Opened, place: &Where) -> Result<ExitCode, CliError> {
    let district = opened.district(place.district.as_deref()).await?.id;
    let failed = |error: cli::CliError| CliError::Text(error.to_string());
    match verb {
        UserVerb::Add { login, name, role, .. } => {
            let role = Role::parse(role).ok_or_else(|| {
                let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
                CliError::Text(format!("--role {role}: pilih salah satu dari {}", known.join(", ")))
            })?;
            let code = cli::add(&opened.app, district, login, name, role, &[]).await.map_err(failed)?;
            println!("{code}");
        }
        UserVerb::Code { login, .. } => {
            println!("{}", cli::new_code(&opened.app, district, login).await.map_err(failed)?);
        }
        UserVerb::Disable { login, .. } => {
            cli::disable(&opened.app, district, login).await.map_err(failed)?;
            println!("{login} dihentikan");
        }
        UserVerb::List { json, .. } => {
            let users = cli::list(&opened.app, district).await.map_err(failed)?;
            if *json {
                let rows: Vec<serde_json::Value> = users
                    .iter()
                    .map(|user| {
                        serde_json::json!({
                            "login": user.login, "name": user.name, "roles": user.roles,
                            "activated": user.activated_at.is_some(), "disabled": user.disabled_at.is_some(),
                        })
                    })
                    .collect();
                println!("{}", serde_json::Value::Array(rows));
            } else {
                for user in users {
                    let state = match (user.disabled_at.is_some(), user.activated_at.is_some()) {
                        (true, _) => "dihentikan",
                        (false, true) => "aktif",
                        (false, false) => "belum diaktifkan",
                    };
                    println!("{:<16} {:<30} {:<16} {}", user.login, user.name, state, user.roles);
                }
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
