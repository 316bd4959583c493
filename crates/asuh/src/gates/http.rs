//! The router: every part's routes behind their rules, and the few that belong to no part.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{first_run, home, parts};
use asuh_ground::App;
use asuh_ground::access::SignedIn;
use asuh_ground::web::{Form, Page, Routes, see_other, with_layers};

/// All routes of the program, with their rules.
pub fn routes() -> Routes {
    let own = Routes::new()
        .get::<SignedIn, _>("/", home::get)
        .public_get("/healthz", healthz)
        .public_get("/mulai", first_run::get)
        .public_post("/mulai", first_run::post)
        .public_post("/bahasa", language);
    parts().fold(own, |routes, part| routes.and((part.routes)()))
}

/// The program as a service.
pub fn router(app: App) -> Router {
    with_layers(app, &routes())
}

/// Whether the program and its database work: for the operator's monitor. Says nothing else.
async fn healthz(State(app): State<App>) -> Response {
    use asuh_store::{Query, args};
    match app.store.reader().number("SELECT COUNT(*) AS n FROM schema_version", args![]).await {
        Ok(_) => "ok\n".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response(),
    }
}

/// Remembers the language in a cookie and goes back.
async fn language(form: Form) -> Page {
    let language = asuh_nusantara::Language::parse(form.get("bahasa")).unwrap_or_default();
    let back = form.get("kembali");
    // Only a path of our own: never another site.
    let back = if back.starts_with('/') && !back.starts_with("//") { back } else { "/" };
    let mut response = see_other(back);
    let cookie = format!("bahasa={}; Path=/; SameSite=Lax; Max-Age=31536000", language.code());
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
