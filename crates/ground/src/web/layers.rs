//! What surrounds every route: the caller, refusals before the handler, error pages, security headers.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::{Access, Error, Problem, Routes, Shell};
use crate::App;
use crate::access::{Actor, session};
use crate::audit;

const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; \
                   connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; \
                   frame-ancestors 'none'";

/// The router of these routes: each behind its own rule, all behind the common layers.
///
/// # Panics
/// When two rows have the same method and path: a fault of the program that the first test finds.
pub fn with_layers(app: App, routes: &Routes) -> Router {
    let mut router: Router<App> = Router::new();
    for route in routes.rows() {
        let access = route.access;
        let handler =
            route.handler.clone().layer(axum::middleware::from_fn(move |request: Request, next: Next| {
                guard(access, request, next)
            }));
        router = router.route(route.path, handler);
    }
    router
        .route("/aset/{fingerprint}/{name}", axum::routing::get(super::assets::serve))
        .fallback(|| async { Error::NotFound })
        .method_not_allowed_fallback(|| async { Error::NotFound })
        .layer(from_fn_with_state(app.clone(), error_pages))
        .layer(from_fn_with_state(app.clone(), caller))
        .layer(CatchPanicLayer::custom(|_| Error::Internal("a handler panicked".into()).into_response()))
        .layer(CsrfLayer::new())
        .layer(CompressionLayer::new())
        // The extractors' own limit is 2 MB; a form counts its parts itself (UploadLimits).
        .layer(DefaultBodyLimit::max(36 << 20))
        .layer(header_layer(header::CONTENT_SECURITY_POLICY, CSP))
        .layer(header_layer(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header_layer(header::REFERRER_POLICY, "same-origin"))
        .layer(header_layer(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"))
        .layer(header_layer(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header_layer(
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(), microphone=()",
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::CACHE_CONTROL,
            HeaderValue::from_static("no-store"),
        ))
        .with_state(app)
}

fn header_layer(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

/// The rule of a route, before its handler.
async fn guard(access: Access, request: Request, next: Next) -> Response {
    if let Access::Holds(name, roles) = access {
        let Some(actor) = request.extensions().get::<Arc<Actor>>() else {
            return Error::SignInFirst.into_response();
        };
        if !roles.is_empty() && !actor.has_any(roles) {
            tracing::warn!(user = %actor.user, district = %actor.district, capability = name, "refused");
            return Error::Forbidden.into_response();
        }
    }
    next.run(request).await
}

/// Finds out who sends the request.
async fn caller(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if request.uri().path().starts_with("/aset/") {
        return next.run(request).await;
    }
    match session::caller(&app, request.headers()).await {
        Ok(Some(actor)) => {
            let mut actor = actor;
            // The language button of this browser goes before the account's own language, also in the texts
            // that are not written by the page itself (tasks, panels).
            if let Some(language) = super::page::chosen_language(request.headers()) {
                actor.language = language;
            }
            request.extensions_mut().insert(Arc::new(actor));
        }
        Ok(None) => {}
        // Fail closed: without an answer about the session nobody is signed in.
        Err(error) => return Error::Unavailable(error.to_string()).into_response(),
    }
    next.run(request).await
}

#[derive(Template)]
#[template(path = "web/problem.html")]
struct ProblemPage {
    shell: Shell,
    title: String,
    words: String,
    reference: Option<String>,
}

/// Turns a [`Problem`] into a page in the reader's language, with a reference number for the log.
async fn error_pages(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let shell = Shell::of(&app, &parts);
    let path = parts.uri.path().to_owned();
    let actor = parts.extensions.get::<Arc<Actor>>().cloned();
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    if let (StatusCode::FORBIDDEN, Some(actor)) = (response.status(), &actor) {
        // Paths carry ids, never names.
        let path: String = path.chars().filter(|c| !c.is_control()).take(200).collect();
        audit::opened(&app, actor, "refused", None, &path);
    }
    let reference = problem.detail.as_ref().map(|detail| {
        let reference = shell.form_id.split('-').next_back().unwrap_or_default().to_owned();
        tracing::error!(reference, path, code = problem.code, detail, "request failed");
        reference
    });
    let template = ProblemPage {
        title: shell.t(&format!("web.problem.{}.title", problem.code)).into_owned(),
        words: shell.t(&format!("web.problem.{}.text", problem.code)).into_owned(),
        reference,
        shell,
    };
    match template.render() {
        Ok(html) => {
            let mut page = (response.status(), [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html)
                .into_response();
            if let Some(after) = response.headers().get(header::RETRY_AFTER) {
                page.headers_mut().insert(header::RETRY_AFTER, after.clone());
            }
            page
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
