//! What goes wrong at a demo, in words for the person and the developer in front of it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use openidconnect::{ErrorResponseType, RequestTokenError, core::CoreErrorResponseType};

use super::{Shop, pages};

/// A failure that ends on a page.
#[derive(Debug)]
pub enum Trouble {
    /// The provider refused with an OAuth error (RFC 6749 §4.1.2.1 and §5.2).
    Refused {
        /// The `error` parameter.
        code: String,
        /// The `error_description` parameter.
        description: Option<String>,
    },
    /// The provider does not answer.
    Unreachable {
        /// Its issuer identifier.
        issuer: String,
    },
    /// Something the provider or the browser brought is not what it must be.
    Untrue {
        /// One sentence on what was wrong.
        what: String,
    },
    /// There is no such page.
    NotFound,
}

impl Trouble {
    /// One sentence on what was wrong.
    pub fn untrue(what: impl Into<String>) -> Self {
        Self::Untrue { what: what.into() }
    }

    /// What the token endpoint, or the way to it, had to say.
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

    /// The page that tells of it.
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
        (status, pages::render(&pages::Trouble { shop, title, text, code, description })).into_response()
    }
}

/// Every address the demo does not know.
pub async fn not_found(State(shop): State<Arc<Shop>>) -> Response {
    Trouble::NotFound.page(&shop)
}

fn error_code(kind: &impl ErrorResponseType) -> String {
    // The library writes an error type as the protocol spells it.
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
