//! Errors of a demo, described for users and developers.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use openidconnect::{ErrorResponseType, RequestTokenError, core::CoreErrorResponseType};

use super::{Shop, pages};

/// An error that is shown on a page.
#[derive(Debug)]
pub enum DemoError {
    /// The provider responded with an OAuth error (RFC 6749 §4.1.2.1 and §5.2).
    Refused {
        /// The `error` parameter.
        code: String,
        /// The `error_description` parameter.
        description: Option<String>,
    },
    /// The provider does not respond.
    Unreachable {
        /// Its issuer identifier.
        issuer: String,
    },
    /// A response of the provider or a request of the browser is invalid.
    Untrue {
        /// The cause, in one sentence.
        what: String,
    },
    /// The page does not exist.
    NotFound,
}

impl DemoError {
    /// An invalid response or request, with its cause in one sentence.
    pub fn untrue(what: impl Into<String>) -> Self {
        Self::Untrue { what: what.into() }
    }

    /// The error of a token request.
    pub fn from_token_endpoint<E: std::error::Error + 'static>(
        cause: &RequestTokenError<E, openidconnect::StandardErrorResponse<CoreErrorResponseType>>,
        issuer: &str,
    ) -> Self {
        match cause {
            RequestTokenError::ServerResponse(answer) => {
                Self::Refused { code: error_code(answer.error()), description: answer.error_description().cloned() }
            }
            RequestTokenError::Request(_) => Self::Unreachable { issuer: issuer.to_owned() },
            RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                Self::untrue("The token endpoint's answer makes no sense.")
            }
        }
    }

    /// The error page.
    pub fn page(self, shop: &Shop) -> Response {
        let (status, title, text, code, description) = match self {
            Self::Refused { code, description } => (
                StatusCode::BAD_REQUEST,
                "The provider said no",
                "The provider answered this sign-in with an error.".to_owned(),
                Some(code),
                description,
            ),
            Self::Unreachable { issuer } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The provider does not answer",
                format!("Nothing came back from {issuer}. If it is just starting, try again in a moment."),
                None,
                None,
            ),
            Self::Untrue { what } => (StatusCode::BAD_REQUEST, "This sign-in cannot be trusted", what, None, None),
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "No such page", "There is nothing at this address.".to_owned(), None, None)
            }
        };
        (status, pages::render(&pages::DemoErrorPage { shop, title, text, code, description })).into_response()
    }
}

/// Responds to unknown paths.
pub async fn not_found(State(shop): State<Arc<Shop>>) -> Response {
    DemoError::NotFound.page(&shop)
}

fn error_code(kind: &impl ErrorResponseType) -> String {
    // The library serializes an error type as the protocol spells it.
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
