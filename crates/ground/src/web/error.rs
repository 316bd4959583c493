//! What a caller is told when a request does not end well.

use asuh_store::{Rejection, StoreError};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

/// Why a request did not end in a page. [`with_layers`](super::with_layers) turns it into an error page in
/// the reader's language, with a way out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the session has ended.
    #[error("sign in first")]
    SignInFirst,
    /// The caller's roles do not allow this.
    #[error("forbidden")]
    Forbidden,
    /// There is no such thing within the caller's reach.
    #[error("not found")]
    NotFound,
    /// The request itself cannot be understood.
    #[error("bad request: {0}")]
    BadRequest(&'static str),
    /// The upload is larger than allowed.
    #[error("too large")]
    TooLarge,
    /// Too many tries; seconds to wait.
    #[error("too many tries")]
    TooMany(u64),
    /// The same form was sent with other contents.
    #[error("id reused")]
    IdReused,
    /// Not stored; may be sent again.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A fault of the program.
    #[error("internal: {0}")]
    Internal(String),
}

/// What the error page needs to know; carried in the response's extensions.
#[derive(Debug, Clone)]
pub struct Problem {
    /// Translation key stem: `web.problem.<code>.title` and `.text`.
    pub code: &'static str,
    /// What the log says beside the reference number; never shown.
    pub detail: Option<String>,
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Error::Internal(error.to_string())
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Error::Internal(error.to_string())
    }
}

impl From<asuh_store::SecretsError> for Error {
    fn from(error: asuh_store::SecretsError) -> Self {
        Error::Internal(error.to_string())
    }
}

impl From<Rejection> for Error {
    /// For handlers that have no form to show a refusal in; the others use
    /// [`Form::reject`](super::Form::reject).
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Refused(refusal) if refusal.not_found => Error::NotFound,
            Rejection::Refused(_) => Error::BadRequest("refused"),
            Rejection::IdReused => Error::IdReused,
            Rejection::Unavailable(reason) => Error::Unavailable(reason),
            Rejection::Broken(reason) => Error::Internal(reason),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Error::SignInFirst => return Redirect::to("/masuk").into_response(),
            Error::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Error::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Error::BadRequest(_) => (StatusCode::BAD_REQUEST, "bad_request"),
            Error::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Error::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, "too_many"),
            Error::IdReused => (StatusCode::UNPROCESSABLE_ENTITY, "id_reused"),
            Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        let detail = match &self {
            Error::Internal(detail) | Error::Unavailable(detail) => Some(detail.clone()),
            Error::BadRequest(detail) => Some((*detail).to_owned()),
            _ => None,
        };
        let mut response = status.into_response();
        if let Error::TooMany(seconds) = &self
            && let Ok(value) = seconds.to_string().parse()
        {
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, value);
        }
        response.extensions_mut().insert(Problem { code, detail });
        response
    }
}
