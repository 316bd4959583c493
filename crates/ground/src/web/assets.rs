//! The style sheet and the one script, compiled in, served under names that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

const CSS: &str = include_str!("asuh.css");
const JS: &str = include_str!("asuh.js");

/// The paths of the assets, for the page's head.
pub struct Assets {
    /// Path of the style sheet.
    pub css: String,
    /// Path of the script.
    pub js: String,
}

static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    css: format!("/aset/{}/asuh.css", fingerprint(CSS)),
    js: format!("/aset/{}/asuh.js", fingerprint(JS)),
});

fn fingerprint(content: &str) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(content.as_bytes())[..6])
}

/// The assets of this build.
pub fn assets() -> &'static Assets {
    &ASSETS
}

/// Serves an asset; any fingerprint is accepted, so that an old page still finds its style.
pub(crate) async fn serve(Path((_, name)): Path<(String, String)>) -> Response {
    let (kind, content) = match name.as_str() {
        "asuh.css" => ("text/css; charset=utf-8", CSS),
        "asuh.js" => ("text/javascript; charset=utf-8", JS),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, content).into_response()
}
