//! The running service: listening, background work, an orderly end.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use axum_server::Handle;

use crate::gates::cli::CliError;
use crate::gates::http;
use asuh_ground::{App, access, audit, jobs, settings, staging};
use {asuh_step_convergence as convergence, asuh_step_registry as registry, asuh_step_reports as reports};

/// How often what has ended is removed.
const DAY: Duration = Duration::from_secs(86_400);
/// How often families are looked for whom time has changed.
const HOUR: Duration = Duration::from_secs(3_600);

/// Where to listen.
pub struct Listen {
    /// The address.
    pub address: SocketAddr,
    /// Certificate chain and private key, for HTTPS.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Whether the address is printed as JSON.
    pub json: bool,
    /// What the JSON line says beside the address (the demo's sign-in codes).
    pub extra: serde_json::Map<String, serde_json::Value>,
}

/// Runs until the process is asked to stop; then finishes what was accepted.
///
/// # Errors
/// The address cannot be used, or the certificate cannot be read.
pub async fn serve(app: App, listen: &Listen) -> Result<ExitCode, CliError> {
    let listener = std::net::TcpListener::bind(listen.address)
        .map_err(|error| CliError::Io(format!("alamat {}", listen.address), error))?;
    let failed = |error| CliError::Io(listen.address.to_string(), error);
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let service = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let work = [
        tokio::spawn(jobs::work(app.clone())),
        tokio::spawn(audit::run(app.clone())),
        tokio::spawn(audit::seal::run(app.clone())),
        tokio::spawn(reports::keep_fresh(app.clone())),
        tokio::spawn(convergence::indicator::keep_fresh(app.clone())),
        tokio::spawn(daily(app.clone())),
        tokio::spawn(hourly(app.clone())),
    ];
    let handle = Handle::new();
    tokio::spawn(stop_on_signal(handle.clone()));
    let setup = settings::first_run::code(&app).await?;
    announce(address, listen, setup.as_deref());
    let ended = match &listen.tls {
        None => {
            if !address.ip().is_loopback() {
                eprintln!(
                    "asuh: tanpa HTTPS peramban hanya mau masuk lewat http://localhost; buat sertifikat dengan `asuh tls init`"
                );
            }
            axum_server::from_tcp(listener).map_err(failed)?.handle(handle).serve(service).await
        }
        Some((certificate, key)) => {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let config = axum_server::tls_rustls::RustlsConfig::from_pem_file(certificate, key)
                .await
                .map_err(|error| CliError::Io(certificate.display().to_string(), error))?;
            axum_server::tls_rustls::from_tcp_rustls(listener, config)
                .map_err(failed)?
                .handle(handle)
                .serve(service)
                .await
        }
    };
    for task in work {
        task.abort();
    }
    if let Err(error) = audit::flush(&app).await {
        tracing::error!(%error, "the access log was not written to its end");
    }
    app.store.close().await;
    ended.map_err(failed)?;
    Ok(ExitCode::SUCCESS)
}

fn announce(address: SocketAddr, listen: &Listen, setup: Option<&str>) {
    let scheme = if listen.tls.is_some() { "https" } else { "http" };
    let host = if address.ip().is_loopback() { "localhost".to_owned() } else { address.ip().to_string() };
    let url = format!("{scheme}://{host}:{}", address.port());
    if listen.json {
        let mut line = listen.extra.clone();
        line.insert("url".into(), url.into());
        if let Some(code) = setup {
            line.insert("setup_code".into(), code.into());
        }
        println!("{}", serde_json::Value::Object(line));
    } else {
        println!("asuh berjalan di {url}  (Ctrl+C untuk berhenti)");
        if let Some(code) = setup {
            println!("Belum disiapkan: buka {url}/mulai dan masukkan kode {code} (berlaku 24 jam)");
        }
    }
}

async fn stop_on_signal(handle: Handle<SocketAddr>) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
    handle.graceful_shutdown(Some(Duration::from_secs(10)));
}

/// What is done every hour: families whom a birthday changed are computed anew, so that lists and counts are those of the
/// day soon after midnight, wherever the program was started.
async fn hourly(app: App) {
    loop {
        match registry::risk::renew(&app).await {
            Ok(0) => {}
            Ok(renewed) => tracing::info!(renewed, "families whom a birthday changed were computed anew"),
            Err(error) => tracing::error!(%error, "risks were not computed anew"),
        }
        tokio::time::sleep(HOUR).await;
    }
}

/// What is done once a day: what the settings keep for a time only is removed.
async fn daily(app: App) {
    loop {
        match staging::purge(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "expired uploads were removed"),
            Err(error) => tracing::error!(%error, "expired uploads were not removed"),
        }
        match access::expiry::purge(&app).await {
            Ok(0) => {}
            Ok(removed) => tracing::info!(removed, "old sessions and codes were removed"),
            Err(error) => tracing::error!(%error, "old sessions and codes were not removed"),
        }
        let folder = app.store.folder().join("uploads");
        match tokio::task::spawn_blocking(move || left_behind(&folder, DAY)).await {
            Ok(0) | Err(_) => {}
            Ok(removed) => tracing::info!(removed, "files of requests that were cut off were removed"),
        }
        tokio::time::sleep(DAY).await;
    }
}

/// Removes the folders of requests that were cut off (the program was killed while it read an upload); how many.
fn left_behind(uploads: &std::path::Path, age: Duration) -> usize {
    let Ok(folders) = std::fs::read_dir(uploads) else { return 0 };
    let is_old = |entry: &std::fs::DirEntry| {
        let changed = entry.metadata().and_then(|data| data.modified());
        changed.is_ok_and(|at| at.elapsed().is_ok_and(|since| since >= age))
    };
    let old = folders.flatten().filter(is_old);
    old.filter(|entry| std::fs::remove_dir_all(entry.path()).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cut_off_request_left_is_removed_and_what_is_in_use_stays() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a")).unwrap();
        std::fs::write(folder.path().join("a/file"), b"NIK").unwrap();
        assert_eq!(left_behind(folder.path(), DAY), 0, "it may still be read");
        assert!(folder.path().join("a/file").exists());
        assert_eq!(left_behind(folder.path(), Duration::ZERO), 1);
        assert!(!folder.path().join("a").exists());
        assert_eq!(left_behind(&folder.path().join("tiada"), Duration::ZERO), 0);
    }
}
