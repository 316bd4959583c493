//! `asuh tls init`: a local certificate authority and a server certificate, for offices without internet.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

use super::CliError;

/// What can be done.
#[derive(Subcommand, Debug)]
pub(super) enum TlsVerb {
    /// Makes `ca.pem` (to be installed on the office's computers and phones), `server.pem` and `server.key`.
    Init {
        /// The data folder; the files go into its folder `tls`.
        #[arg(long, value_name = "DIR", env = "ASUH_DATA", default_value = "asuh-data")]
        data: PathBuf,
        /// Names and addresses by which the server is reached.
        #[arg(long = "name", value_name = "NAME", required = true)]
        names: Vec<String>,
    },
}

pub(super) fn run(verb: &TlsVerb) -> Result<ExitCode, CliError> {
    let TlsVerb::Init { data, names } = verb;
    let folder = data.join("tls");
    if folder.join("server.key").exists() {
        return Err(CliError::Text(format!(
            "{} already holds a key; move it away first, every device would have to trust the new authority",
            folder.display()
        )));
    }
    std::fs::create_dir_all(&folder).map_err(|error| CliError::Io(folder.display().to_string(), error))?;
    let failed = |error: rcgen::Error| CliError::Text(format!("certificate: {error}"));

    let authority_key = KeyPair::generate().map_err(failed)?;
    let mut authority = CertificateParams::new(Vec::<String>::new()).map_err(failed)?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    authority.distinguished_name.push(DnType::CommonName, "asuh: otoritas setempat");
    let authority_certificate = authority.self_signed(&authority_key).map_err(failed)?;

    let server_key = KeyPair::generate().map_err(failed)?;
    let mut server = CertificateParams::new(names.clone()).map_err(failed)?;
    server.distinguished_name.push(DnType::CommonName, names.first().cloned().unwrap_or_default());
    let issuer = Issuer::new(authority, authority_key);
    let server_certificate = server.signed_by(&server_key, &issuer).map_err(failed)?;

    write(&folder.join("ca.pem"), &authority_certificate.pem(), false)?;
    write(
        &folder.join("server.pem"),
        &format!("{}{}", server_certificate.pem(), authority_certificate.pem()),
        false,
    )?;
    write(&folder.join("server.key"), &server_key.serialize_pem(), true)?;
    println!("{}", folder.display());
    println!("  ca.pem      pasang di komputer dan HP kantor sebagai otoritas tepercaya");
    println!("  server.pem  asuh serve --tls-cert {0}/server.pem --tls-key {0}/server.key", folder.display());
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str, secret: bool) -> Result<(), CliError> {
    use std::io::Write;
    let failed = |error| CliError::Io(path.display().to_string(), error);
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if secret { 0o600 } else { 0o644 });
    options.open(path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}
